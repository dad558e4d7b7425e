"""Demand over the year by kind of work: an office's day, an evening at home, and flat. Shapes are illustrative."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd

from planner.errors import UsageError
from planner.language import say
from planner.profiles.clock import beijing

OFFICE_DAY = (
    0.55, 0.50, 0.48, 0.47, 0.48, 0.52, 0.62, 0.80, 1.10, 1.40, 1.52, 1.48,
    1.30, 1.32, 1.50, 1.54, 1.50, 1.42, 1.22, 1.08, 0.98, 0.88, 0.75, 0.64,
)  # fmt: skip
"""Load of a working day by hour of the clock: two humps around the noon rest."""
EVENING_PEAK = (
    0.82, 0.60, 0.46, 0.40, 0.38, 0.42, 0.56, 0.76, 0.92, 1.00, 1.04, 1.10,
    1.20, 1.14, 1.04, 1.02, 1.06, 1.14, 1.26, 1.44, 1.58, 1.60, 1.44, 1.14,
)  # fmt: skip
"""Load of people at leisure by hour of the clock: highest from 20 to 22 o'clock."""
WEEKEND = 0.60
"""Office work at the weekend over that of a working day."""
HOLIDAY = 0.45
"""Office work in the Spring Festival week and the National Day week over that of a working day."""
FESTIVAL_DAYS = 8
"""Length of the Spring Festival's dip, from its eve."""
NATIONAL_DAYS = ((10, 1), (10, 7))
SPRING_FESTIVAL = {
    2020: (1, 25), 2021: (2, 12), 2022: (2, 1), 2023: (1, 22), 2024: (2, 10), 2025: (1, 29), 2026: (2, 17),
    2027: (2, 6), 2028: (1, 26), 2029: (2, 13), 2030: (2, 3), 2031: (1, 23), 2032: (2, 11), 2033: (1, 31),
    2034: (2, 19), 2035: (2, 8),
}  # fmt: skip
"""First day of the lunar year: month and day."""


def demand_profiles(hours: pd.DatetimeIndex) -> pd.DataFrame:
    """Return demand over its mean for each kind of work.

    Returns
    -------
    DataFrame
        Indexed by the hours; columns ``office_day``, ``evening_peak``, ``flat`` [1]. Make-up working weekends around
        holidays are left out.
    """
    local = beijing(hours)
    shapes = {
        "office_day": np.array(OFFICE_DAY)[local.hour] * _working(local),
        "evening_peak": np.array(EVENING_PEAK)[local.hour],
        "flat": np.ones(len(local)),
    }
    table = pd.DataFrame(shapes, index=hours)
    return table / table.mean()


def _working(local: pd.DatetimeIndex) -> np.ndarray:
    """Return office work over that of a working day: less at weekends and in the two holiday weeks, (hours,)."""
    factor = np.where(local.dayofweek >= 5, WEEKEND, 1.0)  # noqa: PLR2004 - Saturday
    days = np.array(local.date)
    for year in sorted(set(local.year)):
        if year not in SPRING_FESTIVAL:
            known = f"{min(SPRING_FESTIVAL)} to {max(SPRING_FESTIVAL)}"
            raise UsageError(
                say("the Spring Festival of {year} is not known (the years known are {known})", year=year, known=known)
            )
        eve = date(year, *SPRING_FESTIVAL[year]) - timedelta(days=1)
        first, last = (date(year, *day) for day in NATIONAL_DAYS)
        is_festival = (days >= eve) & (days < eve + timedelta(days=FESTIVAL_DAYS))
        factor[is_festival | ((days >= first) & (days <= last))] = HOLIDAY
    return factor
