"""The gate before every solver: no array with NaN passes, nor a number that a solver takes for infinite.

HiGHS calls a programme with NaN in a cost or a coefficient "optimal" and one with 1e20 unlimited. ``judge.py`` refuses
such a problem where a user asks it, and says which rule and index; this stands where arrays are handed over, whoever
made them, so that no way into a solver goes round it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from planner.models.solvers.exchange import Arrays, Vector

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


def check_numbers(what: str, values: Vector, most: float = VALUE_MAX) -> None:
    """Refuse costs or coefficients.

    Raises
    ------
    ValueError
        One of them is NaN, infinite or too large.
    """
    _refuse(what, unfit_numbers(values, most), values)


def check_limits(what: str, lower: Vector, upper: Vector) -> None:
    """Refuse the two sides of rows or columns, which may be infinite, each on its own side.

    Raises
    ------
    ValueError
        One of them is NaN, too large, or infinite on the wrong side.
    """
    fits = (lower == -np.inf) | (np.abs(lower) < VALUE_MAX)
    _refuse(what, unfit_limits(lower, upper), np.where(fits, upper, lower))


def check_arrays(arrays: Arrays) -> None:
    """Refuse a problem with any such number.

    Raises
    ------
    ValueError
        Says which part.
    """
    check_numbers("coefficients", arrays.data, COEFFICIENT_MAX)
    check_numbers("costs", np.asarray(arrays.costs).ravel())
    check_numbers("the tie-break", arrays.tie_break)
    check_limits("row sides", arrays.row_lower, arrays.row_upper)
    check_limits("column bounds", arrays.column_lower, arrays.column_upper)


def _refuse(what: str, wrong: npt.NDArray[np.bool_], values: Vector) -> None:
    if wrong.any():
        place = int(wrong.argmax())
        raise ValueError(f"{what} hold {float(values[place])} at {place}, which no solver can take")
