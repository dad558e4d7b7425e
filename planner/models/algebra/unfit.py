"""Which numbers no solver can take: NaN, and those it would read as infinite."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Vector = npt.NDArray[np.float64]

VALUE_MAX = 1e20
"""From here on solvers take a number as infinite."""
COEFFICIENT_MAX = 1e15
"""From here on HiGHS refuses a coefficient of a row."""


def unfit_numbers(values: Vector, most: float = VALUE_MAX) -> npt.NDArray[np.bool_]:
    """Return which numbers are none, or too large: of costs and coefficients, (n,)."""
    unfit: npt.NDArray[np.bool_] = ~(np.abs(values) < most)
    return unfit


def unfit_limits(lower: Vector, upper: Vector) -> npt.NDArray[np.bool_]:
    """Return which limits no solver can take, (n,): NaN, too large yet finite, or infinite on the wrong side."""
    wrong = np.zeros(len(lower), dtype=bool)
    for limits in (lower, upper):
        wrong |= np.isnan(limits) | (np.isfinite(limits) & (np.abs(limits) >= VALUE_MAX))
    wrong |= (lower == np.inf) | (upper == -np.inf)
    return wrong
