"""Hourly profiles: a typical year of weather, demand and prices."""
