"""Pricing: which of the columns that are left out are worth taking in, at given prices of the rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from planner.models.solving.highs.options import DUAL_TOLERANCE

if TYPE_CHECKING:
    from scipy import sparse

    from planner.models.solving.highs.exchange import Arrays, Booleans, Indices, Places, Vector

FIRST_EACH = 8
"""Columns of each row to be served that a programme begins with, the cheapest."""
TAKEN_EACH = 3
"""Columns of each row to be served that a round takes in, those of least reduced cost."""
FEW = 2_000
"""So few columns are taken in by the primal simplex method from the plan at hand; after more the dual one is faster."""
DUAL_SIMPLEX, PRIMAL_SIMPLEX = 1, 4
"""HiGHS's numbers of strategies."""
KEPT_EACH = 3
"""Those that are kept of a part once it is solved, for what comes after."""


class Pricing:
    """The columns of a problem by the row that each can serve.

    A row is to be served where 0 in every column breaks it, as a demand is; a column serves the first such row that it
    has an entry in, or none.

    Parameters
    ----------
    serves, unit
        (columns,) the row that each column serves, -1 for none, and how much of it a unit serves.
    """

    def __init__(self, serves: Indices, unit: Vector) -> None:
        self.serves, self.unit = serves, unit

    @staticmethod
    def of(part: tuple[Indices, Indices, Vector], row_lower: Vector, row_upper: Vector) -> Pricing:
        """Return that of a matrix by columns, its starts, rows and coefficients, and the sides of its rows."""
        return Pricing(*_served(part, row_lower, row_upper))

    def cheapest(self, columns: Places, cost: Vector) -> Places:
        """Return those of some columns that serve a row at least ``cost``, (columns of the problem,), a unit."""
        columns = columns[self.serves[columns] >= 0]
        return columns[least_of_each(cost[columns] / self.unit[columns], self.serves[columns], FIRST_EACH)]

    def taken(self, columns: Places, reduced: Vector) -> Places:
        """Return which places of some columns that are left out, at reduced costs (those columns,), to take in."""
        worth = np.flatnonzero(reduced < -DUAL_TOLERANCE)
        return worth[least_of_each(reduced[worth], self.serves[columns[worth]], TAKEN_EACH)]

    def kept(self, columns: Places, reduced: Vector) -> Places:
        """Return which places of some columns outside a basis, at reduced costs (those columns,), to keep."""
        return least_of_each(reduced, self.serves[columns], KEPT_EACH)


def strategy_after(taken: int, *, is_optimal: bool) -> int:
    """Return the strategy that goes on best when columns were taken in, after an optimum or without a plan."""
    return PRIMAL_SIMPLEX if is_optimal and taken <= FEW else DUAL_SIMPLEX


def least_of_each(values: Vector, groups: Indices, count: int) -> Places:
    """Return the places of the ``count`` least values of each group, and of all in no group (below 0)."""
    order = np.lexsort((values, groups))
    sorted_groups = groups[order]
    begins = np.ones(len(order), dtype=bool)
    begins[1:] = sorted_groups[1:] != sorted_groups[:-1]
    first = np.flatnonzero(begins)
    rank = np.arange(len(order)) - np.repeat(first, np.diff(np.append(first, len(order))))
    return order[(rank < count) | (sorted_groups < 0)]


def is_served(row_lower: Vector, row_upper: Vector) -> Booleans:
    """Return which rows are to be served, (rows,): 0 in every column breaks them."""
    return (row_lower > 0.0) | (row_upper < 0.0)


def _served(part: tuple[Indices, Indices, Vector], row_lower: Vector, row_upper: Vector) -> tuple[Indices, Vector]:
    """Return the row that each column serves, -1 for none, and how much of it a unit serves, each (columns,)."""
    starts, indices, data = part
    up, down = row_lower > 0.0, row_upper < 0.0
    helps = np.where(data > 0.0, up[indices], down[indices])
    entries = np.flatnonzero(helps)
    owner = np.searchsorted(starts, entries, side="right") - 1
    is_first = np.ones(len(entries), dtype=bool)
    is_first[1:] = owner[1:] != owner[:-1]
    serves, unit = np.full(len(starts) - 1, -1, dtype=np.int32), np.ones(len(starts) - 1)
    serves[owner[is_first]] = indices[entries[is_first]]
    unit[owner[is_first]] = np.abs(data[entries[is_first]])
    return serves, unit


def matrix_of(part: tuple[Indices, Indices, Vector], rows: int) -> sparse.csc_array:
    """Return a matrix by columns, its starts, rows and coefficients, as one to reckon with, of the same memory."""
    from scipy import sparse  # noqa: PLC0415  the solver's process of a small problem must start in a moment

    starts, indices, data = part
    return sparse.csc_array((data, indices, starts), shape=(rows, len(starts) - 1))


def entries_of(starts: Indices, columns: Places) -> tuple[Places, Places]:
    """Return where the entries of some columns stand, and how many each has."""
    first = starts[columns].astype(np.intp)
    width = starts[columns + 1].astype(np.intp) - first
    offset = np.repeat(first - (np.cumsum(width) - width), width)
    return offset + np.arange(len(offset)), width


def part_of(arrays: Arrays, columns: Places) -> tuple[Indices, Indices, Vector]:
    """Return the matrix of some columns: starts, rows and coefficients."""
    entries, width = entries_of(arrays.starts, columns)
    starts = np.concatenate([[0], np.cumsum(width)]).astype(np.int32)
    return starts, arrays.indices[entries], arrays.data[entries]


def farkas_costs(
    ray: Vector | None,
    matrix: sparse.csc_array,
    sides: tuple[Vector, Vector],
    limits: tuple[Vector, Vector],
    is_left: Booleans,
) -> Vector | None:
    """Return what a unit of each column adds to a proof that the others make no plan, (columns,); below 0 it mends it.

    With prices y, each at a side of its row that there is, every point has ``y · A x`` at least what the sides are
    worth; where the columns cannot reach that, there is no point, but one that takes in a column with ``y · a > 0``.

    Parameters
    ----------
    ray
        A solver's, (rows,), of either sign: solvers differ; or ``None``.
    matrix
        (rows, columns)
    sides, limits
        Of the rows, (rows,) each, and of the columns, (columns,) each.
    is_left
        (columns,) which are left out, at 0.

    Returns
    -------
    Vector or None
        ``None`` where the ray proves nothing.
    """
    if ray is None:
        return None
    products = np.asarray(matrix.T @ ray)
    lower, upper = (np.where(is_left, 0.0, limit) for limit in limits)
    for sign in (1.0, -1.0):
        prices, terms = sign * ray, sign * products
        needed = _sum_of(prices, np.where(prices > 0.0, *sides))
        reached = _sum_of(terms, np.where(terms > 0.0, upper, lower))
        if np.isfinite(needed) and np.isfinite(reached) and needed > reached:
            return -terms
    return None


def _sum_of(factors: Vector, values: Vector) -> float:
    """Return the sum of products; what is no more than noise counts for nothing."""
    noise = 1e-11 * float(np.abs(factors).max(initial=0.0))
    counts: Booleans = np.abs(factors) > noise
    with np.errstate(invalid="ignore"):
        return float(factors[counts] @ values[counts])
