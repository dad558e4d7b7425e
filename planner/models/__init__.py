"""The model of a plan and its audit: what knows all features."""
