"""How far a row's side or a column's cost may move before the basis of a linear programme stops being the best one.

Within the range the plan's structure stays: the objective follows the side by exactly its price, and the columns keep
their values while a cost moves. A basis is one of several where the plan is degenerate, so that a range is a lower
bound: beyond it the price may hold on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from planner.models.algebra.unfit import VALUE_MAX
from planner.models.solving.highs import optimal_face as face

if TYPE_CHECKING:
    import numpy.typing as npt

    from planner.models.solving.highs.exchange import Request, Vector
    from planner.models.solving.highs.highs import Programme

    Places = npt.NDArray[np.intp]

ROWS_MAX: Final = 10_000
COLUMNS_MAX: Final = 100_000
"""Above these the ranges are not worked out: HiGHS looks at all rows and columns, and its time grows with the square of
the rows (0.01 s for 542 rows, 0.17 s for 5400)."""
SIDE, COST = 0.0, 1.0
"""Kinds of range."""
FIELDS: Final = (
    *("kind", "place", "value", "price", "low", "high"),
    *("leaves_low", "enters_low", "leaves_high", "enters_high"),
)
"""Columns of the ranges: kind; row or column; the side or cost now; the row's dual, or the column's value; the ends
(±inf where there is none); and at each end which column, or row (``columns +`` its number), leaves the basis and which
enters it, -1 for none."""


def obstacle(programme: Programme, request: Request, position: int) -> str:
    """Say why there are no ranges; empty where there are."""
    if not request.ranging:
        return "not asked for"
    if position:
        return "an earlier stage is held"
    if programme.arrays.rows > ROWS_MAX or programme.arrays.columns > COLUMNS_MAX:
        return f"more than {ROWS_MAX} rows or {COLUMNS_MAX} columns"
    if not programme.is_whole:
        return "columns are left out that never priced out"
    return "" if programme.status == "kOptimal" and programme.is_basic() is not None else "no basis"


def ranges(programme: Programme, cost: Vector) -> Vector | None:
    """Return the ranges of the last run, which minimised ``cost`` (columns,), as ``FIELDS``: (ranges, 10)."""
    record = programme.ranging()
    if record is None:
        return None
    found, scale = record
    rows = _ends(found.row_bound_dn, 1.0), _ends(found.row_bound_up, 1.0)
    columns = _ends(found.col_cost_dn, scale), _ends(found.col_cost_up, scale)
    duals, values = programme.row_duals, programme.values
    tolerance = face.dual_tolerance(programme, cost)
    side = np.where(duals > 0.0, programme.row_lower, programme.row_upper)
    is_priced = (np.abs(duals) > tolerance) & np.isfinite(side) & (side != 0.0)
    is_free = (programme.column_lower < programme.column_upper) & (cost != 0.0) & (np.abs(values) > face.INTERIOR)
    return np.concatenate(
        [
            _table(SIDE, np.flatnonzero(is_priced), (side, duals), rows),
            _table(COST, np.flatnonzero(is_free), (cost, values), columns),
        ]
    )


def _ends(record: Any, scale: float) -> Vector:
    """Return one direction of HiGHS's ranging: the end without its scale, leaving, entering, each of all members."""
    ends = np.array([record.value_, record.ou_var_, record.in_var_], dtype=np.float64)
    ends[0] = np.where(np.abs(ends[0]) < VALUE_MAX, ends[0] / scale, np.copysign(np.inf, ends[0]))
    return ends


def _table(kind: float, here: Places, measures: tuple[Vector, Vector], ends: tuple[Vector, Vector]) -> Vector:
    """Put ranges together: value and price, and the ends downwards and upwards as :func:`_ends` returns them."""
    value, price = measures
    low, high = ends
    first = (np.full(len(here), kind), here, value[here], price[here], low[0, here], high[0, here])
    table: Vector = np.column_stack([*first, *low[1:, here], *high[1:, here]])
    return table
