"""Numbers as they are proposed: rounded outward, so that what is printed is what works."""

from __future__ import annotations

import math

FINE = 100
"""A number is rounded to a step no more than this part of what gives."""
NEAR = 1e-6
"""Relative to what gives; a number so near a round one is that."""


def step_of(change: float) -> float:
    """Return the power of ten to which a number is rounded that has moved by so much."""
    return 10.0 ** math.floor(math.log10(abs(change) / FINE) + NEAR)


def outward(before: float, after: float, *, whole: bool, more: int = 0) -> float:
    """Return a number rounded away from what it was, and so many steps further.

    >>> outward(0.8, 0.63491, whole=False)
    0.634
    >>> outward(30, 42.0000001, whole=False)
    42.0
    """
    change = after - before
    if change == 0:
        return before
    step = 1.0 if whole else step_of(change)
    decimals = max(0, -round(math.log10(step)))
    places = after / step
    slack = NEAR * abs(change) / step
    rounded = math.ceil(places - slack) if change > 0 else math.floor(places + slack)
    return round((rounded + math.copysign(more, change)) * step, decimals)
