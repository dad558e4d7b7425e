"""What costs nothing and hangs on what links the blocks alone: recourse, as the re-dispatch after a hub is lost.

Such a part only asks whether there is any point of it where so much is built. Where there is none, prices of its rows
say so, and give a row over what is built that every plan keeps (a feasibility cut: Benders, Numerische Mathematik 4,
1962; Van Slyke, Wets, SIAM Journal on Applied Mathematics 17, 1969).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import highspy
import numpy as np

from planner.models.solving.highs.highs import new_highs
from planner.models.solving.large.block_start import LINK
from planner.models.solving.large.cuts import Cut
from planner.models.solving.large.pricing import entries_of, matrix_of, part_of

if TYPE_CHECKING:
    from scipy import sparse

    from planner.models.solving.highs.exchange import Arrays, Booleans, Indices, Places, Vector

MISSED_MAX = 1e-6
"""By no more may the rows of a part be missed in all, with 1 for the largest coefficient of the cut."""
NOISE = 1e-9
"""Relative to the largest: a smaller price, or coefficient of a cut, is none."""
COLUMNS_MIN = 1_000
"""With fewer such columns there is nothing to win."""


class Recourse:
    """A part: its columns and rows, solved by themselves where what links the blocks is known.

    Parameters
    ----------
    limits
        Of all columns, (columns,) each.
    """

    def __init__(self, arrays: Arrays, columns: Places, rows: Places, limits: tuple[Vector, Vector]) -> None:
        from scipy import sparse  # noqa: PLC0415  small problems never need it

        self.columns, self.rows = columns, rows
        links = np.setdiff1d(np.flatnonzero(arrays.column_block == LINK), columns)
        uses = matrix_of(part_of(arrays, links), arrays.rows).tocsr()[rows]
        known = np.unique(uses.indices)
        self._links, self._uses = links[known], uses.tocsc()[:, known]
        self._own = matrix_of(part_of(arrays, columns), arrays.rows).tocsr()[rows].tocsc()
        self._limits = limits[0][columns], limits[1][columns]
        self._sides = arrays.row_lower[rows], arrays.row_upper[rows]
        short, over = (np.flatnonzero(np.isfinite(side)) for side in self._sides)
        count = len(rows)
        missed = [
            sparse.csc_array((np.full(len(at), sign), (at, np.arange(len(at)))), shape=(count, len(at)))
            for at, sign in ((short, 1.0), (over, -1.0))
        ]
        self._slacks = len(short) + len(over)
        self._highs = self._passed(sparse.hstack([self._own, *missed], format="csc"))
        self.values = np.zeros(len(columns))

    def _passed(self, matrix: sparse.csc_array) -> Any:
        """Return a HiGHS that has the part, with slack in every row at a price of 1."""
        highs = new_highs()
        highs.setOptionValue("output_flag", False)
        highs.setOptionValue("threads", 1)
        own, slacks = len(self.columns), self._slacks
        highs.passModel(
            own + slacks, len(self.rows), len(matrix.data), 1, 1, 0.0,
            np.concatenate([np.zeros(own), np.ones(slacks)]),
            np.concatenate([self._limits[0], np.zeros(slacks)]),
            np.concatenate([self._limits[1], np.full(slacks, np.inf)]),
            *self._sides, matrix.indptr.astype(np.int32), matrix.indices.astype(np.int32), matrix.data,
            np.zeros(own + slacks, dtype=np.int32),
        )  # fmt: skip
        return highs

    def cut(self, values: Vector) -> Cut | None:
        """Return a cut that these values, (columns,), break; ``None`` where there is a point, which is then kept."""
        used = self._uses @ values[self._links]
        every = np.arange(len(self.rows), dtype=np.int32)
        self._highs.changeRowsBounds(len(every), every, self._sides[0] - used, self._sides[1] - used)
        self._highs.run()
        if self._highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            raise RuntimeError("a part with slack in every row has no optimum")
        solution = self._highs.getSolution()
        own = len(self.columns)
        found, prices = np.array(solution.col_value), np.array(solution.row_dual)
        cut = self._cut(prices)
        if cut.least - float(cut.coefficients @ values[cut.columns]) > MISSED_MAX:
            return cut
        self.values = np.clip(found[:own], *self._limits)
        return None

    def _cut(self, prices: Vector) -> Cut:
        """Return the cut that prices of the rows, (rows,), give; over nothing where no plan whatever is built."""
        prices = np.where(np.abs(prices) > NOISE * np.abs(prices).max(initial=0.0), prices, 0.0)
        side = np.where(prices > 0.0, *self._sides)
        paid = self._own.T @ prices  # what a unit of each column adds: at most 0, but for limits
        limit = np.where(paid > 0.0, self._limits[1], self._limits[0])
        limit = np.where(np.isfinite(limit), limit, 0.0)  # what pays without a limit is the solver's tolerance
        coefficients = self._uses.T @ prices
        size = float(np.abs(coefficients).max(initial=0.0)) or 1.0
        least = float(np.where(prices != 0.0, side, 0.0) @ prices - paid @ limit)
        kept = np.flatnonzero(np.abs(coefficients) > NOISE * size)
        at = np.flatnonzero(prices)
        return Cut(self._links[kept], coefficients[kept] / size, least / size, self.rows[at], prices[at] / size)

    def choose(self, cost: Vector) -> None:
        """Keep, among the points at the values of the last cut sought, one of least cost, (columns of the part,)."""
        own, slacks = len(self.columns), self._slacks
        largest = float(np.abs(cost).max(initial=0.0))
        if not largest:
            return
        every = np.arange(own + slacks, dtype=np.int32)
        before = np.array(self._highs.getSolution().col_value)[own:]
        lower = np.concatenate([self._limits[0], np.zeros(slacks)])
        self._highs.changeColsBounds(
            len(every), every, lower, np.concatenate([self._limits[1], np.maximum(before, 0.0)])
        )
        self._highs.changeColsCost(len(every), every, np.concatenate([cost / largest, np.zeros(slacks)]))
        self._highs.run()
        if self._highs.getModelStatus() == highspy.HighsModelStatus.kOptimal:
            self.values = np.clip(np.array(self._highs.getSolution().col_value)[:own], *self._limits)
        self._highs.changeColsBounds(
            len(every), every, lower, np.concatenate([self._limits[1], np.full(slacks, np.inf)])
        )
        self._highs.changeColsCost(len(every), every, np.concatenate([np.zeros(own), np.ones(slacks)]))


def find_recourse(arrays: Arrays) -> list[tuple[Places, Places]]:
    """Return the columns and the rows of each part that costs nothing and knows no block, in their order."""
    from scipy import sparse  # noqa: PLC0415  small problems never need it
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415

    links = np.flatnonzero(arrays.column_block == LINK)
    may_be = links[~arrays.is_integer[links] & (arrays.costs[:, links] == 0.0).all(axis=0)]
    if len(may_be) < COLUMNS_MIN:
        return []
    entries, width = entries_of(arrays.starts, may_be)
    owner, at = np.repeat(np.arange(len(may_be)), width), arrays.indices[entries]
    outside = _knows_block(arrays)[at]
    is_part = np.bincount(owner, outside, minlength=len(may_be)) == 0
    is_part &= width > 0
    kept = is_part[owner]
    owner, at = owner[kept], at[kept]
    rows, place = np.unique(at, return_inverse=True)
    count = len(may_be)
    graph = sparse.coo_array((np.ones(len(owner)), (owner, count + place)), shape=(count + len(rows),) * 2)
    label = connected_components(graph, directed=False)[1]
    parts = [
        (may_be[(label[:count] == one) & is_part], rows[label[count:] == one])
        for one in np.unique(label[:count][is_part])
    ]
    return parts if sum(len(part[0]) for part in parts) >= COLUMNS_MIN else []


def _knows_block(arrays: Arrays) -> Booleans:
    """Return which rows, (rows,), are of a block or have a column of one."""
    knows: Booleans = arrays.row_block != LINK
    owner_is_inside = np.repeat(arrays.column_block != LINK, np.diff(arrays.starts))
    knows[arrays.indices[owner_is_inside]] = True
    return knows


def blocks_without(blocks: Indices, members: Places, code: int) -> Indices:
    """Return blocks of rows or columns in which some members are of another."""
    found = blocks.copy()
    found[members] = code
    return found
