"""Arrays become an answer, prices and ranges; nothing here knows a rule."""
