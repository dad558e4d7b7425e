"""Season and hour as waves, curves with given monthly means, and profiles with a given annual mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.interpolate import CubicSpline

from planner.errors import UsageError
from planner.language import say

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from planner.profiles.weather import Vector

MONTHS = 12
LOG_RANGE = 12.0
HALVINGS = 60
MEAN_TOLERANCE = 1e-6


def by_month(hours: pd.DatetimeIndex, peak: float) -> Vector:
    """Return a wave over the year with amplitude 1 and its peak at a month (4 is mid-April), (hours,)."""
    month = hours.month + (hours.day - 1 + hours.hour / 24) / hours.days_in_month - 0.5
    return np.asarray(np.cos(2 * np.pi * (month - peak) / 12), dtype=float)


def by_hour(hours: pd.DatetimeIndex, peak: float) -> Vector:
    """Return a wave over the day with amplitude 1 and its peak at an hour of the clock, (hours,)."""
    return np.asarray(np.cos(2 * np.pi * (hours.hour + 0.5 - peak) / 24), dtype=float)


def monthly_means(values: Vector, hours: pd.DatetimeIndex) -> Vector:
    """Return the mean of each month, (12,) or (12, series) of values (hours,) or (hours, series)."""
    months = np.asarray(hours.month)
    return np.array([values[months == month].mean(axis=0) for month in range(1, MONTHS + 1)])


def month_curve(means: Vector, hours: pd.DatetimeIndex) -> Vector:
    """Return smooth periodic curves with the given monthly means, (hours,) or (hours, series) of (12,) or (12, series).

    A periodic cubic spline through twelve knots in mid-month, which are solved so that the monthly means are right.
    """
    lengths = np.bincount(np.asarray(hours.month) - 1, minlength=MONTHS)
    knots = np.cumsum(lengths) - lengths / 2
    ends = np.append(knots, knots[0] + lengths.sum())
    at = np.mod(np.arange(lengths.sum()) + 0.5 - knots[0], lengths.sum()) + knots[0]
    unit = np.vstack([np.eye(MONTHS), np.eye(MONTHS)[:1]])
    basis = CubicSpline(ends, unit, bc_type="periodic")(at)
    return np.asarray(basis @ np.linalg.solve(monthly_means(basis, hours), means))


def solve_mean(profile: Callable[[float], Vector], mean: float, what: str) -> Vector:
    """Return the profile whose mean is the one asked for."""
    low, high = -LOG_RANGE, LOG_RANGE
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if profile(float(np.exp(middle))).mean() < mean else (low, middle)
    found = profile(float(np.exp((low + high) / 2)))
    if abs(found.mean() - mean) > MEAN_TOLERANCE:
        raise UsageError(
            say(
                "{what}: no weather has the annual mean {mean:g} (the nearest is {mean_2:.4g})",
                what=what,
                mean=mean,
                mean_2=found.mean(),
            )
        )
    return found
