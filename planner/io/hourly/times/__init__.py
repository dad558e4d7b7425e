"""Times as tools write them, time zones, and the hours of a year."""
