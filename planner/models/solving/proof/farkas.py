"""A proof that a linear programme has no plan, checked in our own arithmetic: Farkas' lemma.

A price for each row makes of all rules one: ``price · A x ≥ price · side`` holds for every plan. Where the most that
``price · A x`` can be, each column at its better bound, is less than that, there is no plan, whoever found the prices.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from planner.models.solving.highs.implied import loose_upper

if TYPE_CHECKING:
    from planner.models.solving.highs.exchange import Arrays, Vector

EPSILON = float(np.finfo(np.float64).eps)
MARGIN = 1e-9
"""Relative to the largest terms: what is missing must be more than this, well above what float64 rounds away."""


def proves_none(arrays: Arrays, ray: Vector) -> bool:
    """Whether prices (rows,) prove that no plan keeps all rows and bounds, whole or not.

    A positive price pairs with the lower side of its row, a negative one with the upper; where there is no such side
    the price is set to 0, which leaves a rule that is weaker but still holds.
    """
    if ray.shape != (arrays.rows,) or not bool(np.isfinite(ray).all()) or not bool(ray.any()):
        return False
    side = np.where(ray > 0.0, arrays.row_lower, arrays.row_upper)
    price = np.where(np.isfinite(side), ray, 0.0) / np.abs(ray).max()
    asked = price * np.where(price != 0.0, side, 0.0)
    terms = price[arrays.indices] * arrays.data
    owner = np.repeat(np.arange(arrays.columns), np.diff(arrays.starts))
    gain = np.bincount(owner, terms, minlength=arrays.columns).astype(np.float64)
    size = np.bincount(owner, np.abs(terms), minlength=arrays.columns).astype(np.float64)
    # What the sum of a column may be off by; with it the column is taken at its worst.
    noise = size * EPSILON * (2.0 + np.diff(arrays.starts))
    most, scale = _most(gain, noise, arrays.column_lower, arrays.column_upper)
    if not np.isfinite(most):  # a column without a bound that rows bound all the same
        most, scale = _most(gain, noise, arrays.column_lower, loose_upper(arrays))
    return bool(asked.sum() - most > MARGIN * (np.abs(asked).sum() + scale))


def _most(gain: Vector, noise: Vector, lower: Vector, upper: Vector) -> tuple[float, float]:
    """Return the most that the columns can add up to at a gain each, give or take its noise, and the terms' size."""
    counts = (np.abs(gain) > 0.0) | (noise > 0.0)
    ends = [
        np.where(counts & (price != 0.0), price * np.where(counts & (price != 0.0), bound, 0.0), 0.0)
        for price in (gain - noise, gain + noise)
        for bound in (lower, upper)
    ]
    best = np.maximum.reduce(ends)
    return float(best.sum()), float(np.abs(best[np.isfinite(best)]).sum())
