"""Hourly tables of a user's own, read into a scenario folder."""
