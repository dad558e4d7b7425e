"""Rules become a matrix; nothing here knows a feature."""
