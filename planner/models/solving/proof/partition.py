"""Whether boxes of integers cover a box: exactly, by counting."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from planner.models.solving.highs.exchange import Vector

INTEGER_MAX = 2.0**53
"""Beyond this not every whole number is a float64, and "the next one" means nothing."""


def covers(boxes: Sequence[tuple[Vector, Vector]], lower: Vector, upper: Vector) -> bool:
    """Whether boxes share no point with each other and together hold every whole point of one box.

    Boxes apart from each other, all inside, that hold as many points as the whole, leave out none.

    Parameters
    ----------
    boxes
        Lower and upper bounds, (integers,) each, which belong to the box; what they hold beyond the box is left aside.
    lower, upper
        (integers,); ±inf where there is no bound.
    """
    lows = np.array([np.maximum(np.ceil(low), np.ceil(lower)) for low, _ in boxes]).reshape(len(boxes), len(lower))
    highs = np.array([np.minimum(np.floor(high), np.floor(upper)) for _, high in boxes]).reshape(lows.shape)
    whole = np.ceil(lower), np.floor(upper)
    if any(bool(np.isnan(part).any()) for part in (lows, highs, *whole)):
        return False
    if bool((whole[0] > whole[1]).any()):
        return True  # there is nothing to cover
    finite = np.concatenate([part[np.isfinite(part)] for part in (lows, highs, *whole)])
    if bool((np.abs(finite) >= INTEGER_MAX).any()):
        return False
    kept = (lows <= highs).all(axis=1)
    lows, highs = lows[kept], highs[kept]
    if not _are_apart(lows, highs):
        return False
    # No box ends beyond the largest number there is, so that endless sides may as well end just there.
    end = float(np.abs(finite).max(initial=0.0)) + 1.0
    return sum(_points(low, high, end) for low, high in zip(lows, highs, strict=True)) == _points(*whole, end)


def _are_apart(lows: npt.NDArray[np.float64], highs: npt.NDArray[np.float64]) -> bool:
    """Whether every two boxes differ in some integer."""
    return all(
        bool(((lows[place + 1 :] > highs[place]) | (highs[place + 1 :] < lows[place])).any(axis=1).all())
        for place in range(len(lows) - 1)
    )


def _points(lower: Vector, upper: Vector, end: float) -> int:
    """Return the number of whole points, exactly."""
    return math.prod(
        int(high) - int(low) + 1
        for low, high in zip(np.maximum(lower, -end).tolist(), np.minimum(upper, end).tolist(), strict=True)
    )
