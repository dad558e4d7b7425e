"""The gate before every solver: no array with NaN passes, nor a number that a solver takes for infinite.

HiGHS calls a programme with NaN in a cost or a coefficient "optimal" and one with 1e20 unlimited. ``judge.py`` refuses
such a problem where a user asks it, and says which rule and index; this stands where arrays are handed over, whoever
made them, so that no way into a solver goes round it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from planner.models.algebra.pieces import PIECE
from planner.models.algebra.unfit import COEFFICIENT_MAX, VALUE_MAX, unfit_limits, unfit_numbers

if TYPE_CHECKING:
    import numpy.typing as npt

    from planner.models.solving.highs.exchange import Arrays, Vector


def check_numbers(what: str, values: Vector, most: float = VALUE_MAX) -> None:
    """Refuse costs or coefficients."""
    for first in range(0, len(values), PIECE):
        piece = values[first : first + PIECE]
        _refuse(what, unfit_numbers(piece, most), piece, first)


def check_limits(what: str, lower: Vector, upper: Vector) -> None:
    """Refuse the two sides of rows or columns, which may be infinite, each on its own side."""
    fits = (lower == -np.inf) | (np.abs(lower) < VALUE_MAX)
    _refuse(what, unfit_limits(lower, upper), np.where(fits, upper, lower))


def check_arrays(arrays: Arrays) -> None:
    """Refuse a problem with any such number."""
    check_numbers("coefficients", arrays.data, COEFFICIENT_MAX)
    check_numbers("costs", np.asarray(arrays.costs).ravel())
    check_numbers("the tie-break", arrays.tie_break)
    check_limits("row sides", arrays.row_lower, arrays.row_upper)
    check_limits("column bounds", arrays.column_lower, arrays.column_upper)


def _refuse(what: str, wrong: npt.NDArray[np.bool_], values: Vector, first: int = 0) -> None:
    if wrong.any():
        place = int(wrong.argmax())
        raise ValueError(f"{what} hold {float(values[place])} at {first + place}, which no solver can take")
