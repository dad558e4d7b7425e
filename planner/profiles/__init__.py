"""Hourly profiles: a typical year of weather, demand and prices over the year, and the days that represent them."""
