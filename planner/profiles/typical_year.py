"""A typical year of hourly weather for any places: made, not measured, and the same for the same seed.

What comes out is believable in mean, season, day and persistence, and belongs together: places near each other share
their weather, clear days swing wider in temperature, windy days are colder. It is no forecast and no reanalysis.
"""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planner.errors import UsageError
from planner.language import say
from planner.profiles import sun, weather, wind
from planner.profiles.clock import TIME_ZONE
from planner.profiles.season import month_curve, monthly_means
from planner.profiles.temperature import MEANS, temperature

if TYPE_CHECKING:
    from planner.profiles.weather import Vector


HOURS = 8760
DIGITS = 4
LEAP_DAY = (2, 29)
BOUNDS = {
    "longitude": (-180.0, 180.0),
    "latitude": (-90.0, 90.0),
    **dict.fromkeys(MEANS, (-60.0, 50.0)),
    "temperature_range": (0.0, 40.0),
    "temperature_deviation": (0.0, 15.0),
    "wind_availability": (0.0, 0.9),
    "wind_season": (0.0, 0.9),
    "wind_peak_month": (0.0, 13.0),
    "wind_day": (0.0, 0.9),
    "wind_peak_hour": (0.0, 24.0),
    "solar_availability": (0.0, 0.5),
    "cloud_season": (0.0, 3.0),
    "cloudy_month": (0.0, 13.0),
}
"""What a place must say of itself, and the least and the most it may say."""


def climates() -> pd.DataFrame:
    """Return the climate of the shipped places, one row a place; ids are the sites of ``national-2025``.

    Columns are those of :data:`BOUNDS` and ``confidence``, which says ``illustrative`` throughout.
    """
    with resources.files("planner.profiles.data").joinpath("climate.csv").open(encoding="utf-8") as file:
        return pd.read_csv(file, index_col="place")


def typical_year(places: pd.DataFrame, year: int = 2025, seed: int = 0) -> pd.DataFrame:
    """Return a typical year of hourly weather at the places.

    Parameters
    ----------
    places
        One row a place, indexed by id, with the columns of :data:`BOUNDS`; such as rows of :func:`climates`.
    year
        The calendar year; 29 February is left out, so that every year has 8,760 hours.
    seed
        Another seed is another year's weather in the same climate.

    Returns
    -------
    DataFrame
        (8760, 3 × places), rounded to 4 digits. Index: start of the hour, Asia/Shanghai. Columns: (place, profile),
        profile one of ``temperature`` [°C], ``solar`` and ``wind`` [1, output over rated capacity]. What a place gets
        depends on its own row, the year and the seed, not on the other places.

    Raises
    ------
    UsageError
        A place lacks a column, is out of bounds or named twice, or its annual means cannot be reached.
    PlannerError
        pvlib is not installed.
    """
    _check(places, seed)
    hours = hours_of(year)
    fields = [
        _typical_months(weather.draw(field, places, HOURS, seed), hours)
        for field in (weather.CLOUD, weather.WIND, weather.HEAT)
    ]
    profiles: dict[tuple[str, str], Vector] = {}
    for number, (name, place) in enumerate(places.iterrows()):
        clouds, winds, heat = (field[:, number] for field in fields)
        cloudiness = sun.cloudiness(clouds, place, hours)
        warmth = temperature(place, hours, sun.solar_clock(place, hours), (cloudiness, winds, heat))
        profiles[str(name), "temperature"] = warmth
        profiles[str(name), "solar"] = sun.availability(sun.clear_output(place, hours), cloudiness, place)
        profiles[str(name), "wind"] = wind.availability(winds, place, hours)
    table = pd.DataFrame(profiles, index=hours).rename_axis(columns=["place", "profile"])
    return table.round(DIGITS) + 0.0  # no negative zeros


def hours_of(year: int) -> pd.DatetimeIndex:
    """Return the starts of a year's hours in China, 29 February left out, (8760,)."""
    hours = pd.date_range(f"{year}-01-01", f"{year + 1}-01-01", freq="h", inclusive="left", tz=TIME_ZONE, name="time")
    return hours[~((hours.month == LEAP_DAY[0]) & (hours.day == LEAP_DAY[1]))]


def _typical_months(field: Vector, hours: pd.DatetimeIndex) -> Vector:
    """Return a weather field without its odd months, so that each month is as windy and cloudy as its season says."""
    return field - month_curve(monthly_means(field, hours), hours)


def _check(places: pd.DataFrame, seed: int) -> None:
    """Refuse places that do not say all they must, or say what cannot be."""
    if places.index.has_duplicates or not len(places):
        raise UsageError(say("places must be at least one, each named once"))
    if missing := [column for column in BOUNDS if column not in places]:
        raise UsageError(say("places lack the columns {listed}", listed=", ".join(missing)))
    if seed < 0:
        raise UsageError(say("the seed is {seed}, it should be 0 or more", seed=seed))
    for column, (least, most) in BOUNDS.items():
        values = places[column].to_numpy(float)
        for row in np.flatnonzero(~((values >= least) & (values <= most))).tolist():
            raise UsageError(
                say(
                    "{column} of {index} is {values:g}, it should be from {least:g} to {most:g}",
                    column=column,
                    index=places.index[row],
                    values=values[row],
                    least=least,
                    most=most,
                )
            )
