"""Wind: a Weibull wind that wanders, through the power curve of a modern farm.

v(t) = c × (1 + wind_season × wave(month)) × (1 + wind_day × wave(hour)) × Weibull₂⁻¹(Φ(z(t)))
availability(t) = mean over the farms of clip(((f v)³ − cut_in³) / (rated³ − cut_in³), 0, 1),  f in FARMS

z is the wind field (mean 0, variance 1); c [m/s] is found by bisection so that the annual mean is the place's. A
place buys from farms on better and worse hills, which fill one after the other (f). Where none reaches the cut-in speed
there is calm, where all are above the rated speed full load; storms above the cut-out speed are left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import log_ndtr

from planner.profiles.season import by_hour, by_month, solve_mean

if TYPE_CHECKING:
    import pandas as pd

    from planner.profiles.weather import Vector

WEIBULL_SHAPE = 2.0
"""Rayleigh, the usual choice where nothing is measured."""
CUT_IN, RATED = 2.5, 12.0
"""Wind speeds at hub height where a farm starts and where it is full [m/s]."""
FARMS = (0.7, 0.85, 1.0, 1.15, 1.3)
"""Wind at each farm over the wind of the place."""


def availability(field: Vector, place: pd.Series, hours: pd.DatetimeIndex) -> Vector:
    """Return the output of one place's wind farm over its rated capacity, (hours,).

    Parameters
    ----------
    field
        The wind field at the place, (hours,).
    place
        ``wind_availability`` (the annual mean to reproduce), ``wind_season``, ``wind_peak_month``, ``wind_day``,
        ``wind_peak_hour``.
    """
    season = 1 + place["wind_season"] * by_month(hours, place["wind_peak_month"])
    day = 1 + place["wind_day"] * by_hour(hours, place["wind_peak_hour"])
    wind = season * day * (-log_ndtr(-field)) ** (1 / WEIBULL_SHAPE)
    return solve_mean(lambda scale: power(scale * wind), float(place["wind_availability"]), f"wind of {place.name}")


def power(speed: Vector) -> Vector:
    """Return the output of all farms over their rated capacity at wind speeds of the place [m/s]."""
    farms = [np.clip(((farm * speed) ** 3 - CUT_IN**3) / (RATED**3 - CUT_IN**3), 0.0, 1.0) for farm in FARMS]
    return np.asarray(sum(farms) / len(FARMS))
