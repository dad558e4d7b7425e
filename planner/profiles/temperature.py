"""Temperature: month, hour of the sun, and slow weather, with the monthly means reproduced.

T(t) = s(t) + range/2 × (1.25 − u(t)/2) × shape(t) + deviation × (1 + WINTER × wave(January)) × h(t)

=========  ============================================================================================  ====
s          periodic cubic spline whose twelve knots are solved so that every monthly mean of T is right  °C
shape      half a cosine up from sunrise (−1) to mid-afternoon (+1), half a cosine down to the next one  1
u          cloudiness over a day (0 clear, 1 overcast): clear days swing wider                           1
h          the slow weather: heat waves and cold spells; windy days are colder                           1
=========  ============================================================================================  ====
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.ndimage import uniform_filter1d

from planner.profiles.season import MONTHS, by_month, month_curve, monthly_means

if TYPE_CHECKING:
    import pandas as pd

    from planner.profiles.weather import Vector

WARMEST = 14.75
"""True solar time of the warmest hour."""
WINTER = 0.25
"""How much wider the slow weather swings in January than on average, and less in July."""
CHILL = 0.25
"""Correlation of slow cold with wind."""
MEANS = [f"temperature_{month:02d}" for month in range(1, MONTHS + 1)]


def temperature(
    place: pd.Series, hours: pd.DatetimeIndex, clock: tuple[Vector, Vector], weather: tuple[Vector, Vector, Vector]
) -> Vector:
    """Return the dry-bulb temperature of one place [°C], (hours,).

    Parameters
    ----------
    place
        ``temperature_01`` … ``temperature_12`` (monthly means, reproduced), ``temperature_range`` (mean of the
        day's warmest less coldest hour, before the slow weather), ``temperature_deviation`` (of the slow weather).
    clock
        True solar time of each hour, and of the day's sunrise.
    weather
        Cloudiness (0 to 1), the wind field and the heat field, each (hours,).
    """
    cloud, wind, heat = weather
    overcast = uniform_filter1d(cloud, 24, mode="wrap")
    swing = place["temperature_range"] / 2 * (1.25 - overcast / 2) * _shape(*clock)
    slow = np.sqrt(1 - CHILL**2) * heat - CHILL * wind
    spells = place["temperature_deviation"] * (1 + WINTER * by_month(hours, 1)) * slow
    rest = swing + spells
    means = place[MEANS].to_numpy(float)
    return np.asarray(rest + month_curve(means - monthly_means(rest, hours), hours))


def _shape(solar: Vector, sunrise: Vector) -> Vector:
    """Return the day's course, −1 at sunrise and +1 at the warmest hour, (hours,)."""
    rising = (solar - sunrise) / (WARMEST - sunrise)
    falling = np.mod(solar - WARMEST, 24) / (sunrise + 24 - WARMEST)
    is_morning = (solar >= sunrise) & (solar < WARMEST)
    return np.where(is_morning, -np.cos(np.pi * rising), np.cos(np.pi * falling))
