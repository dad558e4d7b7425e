"""Upper bounds that the rows imply anyway, made a little wider, for the dual simplex method.

It is several times faster where all columns are bounded (measured in decision 0017), and the planner's hardly ever
are: an allocation is bounded by the demand it serves, a load by the capacity. The bounds are wider than what the rows
allow, so that no plan ever stands at one: values, shadow prices and bases are those of the problem without them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from planner.models.algebra.pieces import pieces

if TYPE_CHECKING:
    from planner.models.solving.highs.exchange import Arrays, Vector

ROUNDS = 2
"""The first bounds allocation by demand, the second what allocation bounds."""
WIDER = 0.25
"""Of its own width, a bound is moved out."""
ROOM_MIN = 1e-3
"""A bound is moved out by this at least: far above any feasibility tolerance."""


def loose_upper(arrays: Arrays) -> Vector:
    """Return upper bounds (columns,): those given, elsewhere wider ones than the rows imply, if they imply any."""
    upper = arrays.column_upper
    for _ in range(ROUNDS):
        upper = _tightened(arrays, upper)
    implied = np.maximum(upper, arrays.column_lower)
    wider = implied + np.maximum(WIDER * np.abs(implied - np.maximum(arrays.column_lower, 0.0)), ROOM_MIN)
    return np.where(np.isfinite(arrays.column_upper), arrays.column_upper, wider)


def _tightened(arrays: Arrays, upper: Vector) -> Vector:
    """Return the bounds after one look at each row with the bounds so far."""
    least, most = _Activity(arrays.rows), _Activity(arrays.rows)
    for columns, entries in pieces(arrays.starts):
        rows, data = arrays.indices[entries], arrays.data[entries]
        width = np.diff(arrays.starts[columns.start : columns.stop + 1])
        low, high = np.repeat(arrays.column_lower[columns], width), np.repeat(upper[columns], width)
        rises = data > 0.0
        least.add(rows, data * np.where(rises, low, high))
        most.add(rows, data * np.where(rises, high, low))
    tightened = upper.copy()
    for columns, entries in pieces(arrays.starts):
        rows, data = arrays.indices[entries], arrays.data[entries]
        width = np.diff(arrays.starts[columns.start : columns.stop + 1])
        # A falling entry is a rising one of the row turned round: -upper ≤ -row ≤ -lower.
        rises, size = data > 0.0, np.abs(data)
        own = size * np.repeat(arrays.column_lower[columns], width)
        others = np.where(rises, least.sums[rows], -most.sums[rows]) - np.where(np.isfinite(own), own, 0.0)
        unknown = np.where(rises, least.infinite[rows], most.infinite[rows]) - ~np.isfinite(own)
        side = np.where(rises, arrays.row_upper[rows], -arrays.row_lower[rows])
        limit = np.where(unknown == 0, (side - others) / size, np.inf)
        filled = np.flatnonzero(width)
        if len(filled):
            first = (np.cumsum(width) - width)[filled]
            here = filled + columns.start
            tightened[here] = np.minimum(tightened[here], np.minimum.reduceat(limit, first))
    return tightened


class _Activity:
    """The sum of the bounds of each row's terms: the finite ones, and how many are not, both (rows,)."""

    def __init__(self, rows: int) -> None:
        self.sums, self.infinite = np.zeros(rows), np.zeros(rows, dtype=np.int64)

    def add(self, rows: np.ndarray[tuple[int], np.dtype[np.int32]], terms: Vector) -> None:
        """Add terms, each to its row; 0 x inf, a term without a coefficient, cannot be."""
        finite = np.isfinite(terms)
        self.sums += np.bincount(rows[finite], terms[finite], minlength=len(self.sums))
        self.infinite += np.bincount(rows[~finite], minlength=len(self.sums))
