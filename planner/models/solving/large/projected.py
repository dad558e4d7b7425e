"""A linear programme without the parts that cost nothing: cuts over what links the blocks stand for them.

Whoever holds it sees the whole problem still. Rows of a part stay where they are, free; its columns are never held. A
run ends where each part has a point (``recourse.py``), so that the values are a plan of the whole; the prices of its
rows are those of the cuts, each spread over the rows that it is the sum of, so that they prove what they did.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from planner.models.solving.highs.highs import BASIC_STATUS
from planner.models.solving.highs.progress import tell
from planner.models.solving.large.block_start import APART
from planner.models.solving.large.recourse import Recourse, blocks_without, find_recourse
from planner.models.solving.large.restricted import RestrictedProgramme

if TYPE_CHECKING:
    from collections.abc import Sequence

    from planner.models.solving.highs.exchange import (
        Arrays,
        HighsStatuses,
        Indices,
        Places,
        Request,
        Statuses,
        Vector,
    )
    from planner.models.solving.highs.highs import State
    from planner.models.solving.large.cuts import Cut

TIGHT = 1e-9
"""Relative to the largest price: a cut that pays less may be let go."""


class ProjectedProgramme(RestrictedProgramme):
    """A linear programme, some parts of it held by cuts.

    Parameters
    ----------
    parts
        Their columns and their rows.
    """

    def __init__(self, arrays: Arrays, request: Request, cost: Vector, parts: list[tuple[Places, Places]]) -> None:
        self.never_held = np.concatenate([columns for columns, _ in parts])
        self._free = np.concatenate([rows for _, rows in parts])
        self._is_free = np.zeros(arrays.rows, dtype=bool)
        self._is_free[self._free] = True
        self._is_part = np.zeros(arrays.columns, dtype=bool)
        self._is_part[self.never_held] = True
        self._cuts: list[Cut] = []
        self._places: list[int] = []
        """Where HiGHS has each cut among its rows."""
        self._cut_duals = np.zeros(0)
        rows = blocks_without(arrays.row_block, self._free, APART)
        columns = blocks_without(arrays.column_block, self.never_held, APART)
        super().__init__(replace(arrays, row_block=rows, column_block=columns), request, cost)
        limits = self.column_lower, self.column_upper
        self._parts = [Recourse(arrays, *part, limits) for part in parts]

    @property
    def _sides(self) -> tuple[Vector, Vector]:
        lower = np.where(self._is_free, -np.inf, self.row_lower)
        return lower, np.where(self._is_free, np.inf, self.row_upper)

    def _hand_over(self) -> None:
        super()._hand_over()
        self._places = []
        for cut in self._cuts:
            self._hold_cut(cut)

    def _hold_cut(self, cut: Cut) -> None:
        columns = self._place[cut.columns]
        self._places.append(int(self._highs.getNumRow()))
        status = self._highs.addRow(cut.least, np.inf, len(columns), columns, cut.coefficients)
        self._require(status, "a cut")

    # ---- changes

    def bound_columns(self, columns: Indices, lower: Vector, upper: Vector) -> None:
        """Replace the bounds of some columns; those of a part stay: what it may do hangs on what is built alone."""
        within = ~self._is_part[columns]
        super().bound_columns(columns[within], lower[within], upper[within])

    def bound_rows(self, rows: Indices, lower: Vector, upper: Vector) -> None:
        """Hold some rows at sides of the last optimum; in place of those of a part, the cuts that paid for them."""
        within = ~self._is_free[rows]
        super().bound_rows(rows[within], lower[within], upper[within])
        largest = float(np.abs(self._cut_duals).max(initial=0.0))
        paid = np.flatnonzero(np.abs(self._cut_duals) > TIGHT * largest)
        least = np.array([self._cuts[number].least for number in paid])
        places = np.array(self._places, dtype=np.int32)[paid]
        self._require(self._highs.changeRowsBounds(len(places), places, least, least), "the cuts")

    def begin_at(self, columns: HighsStatuses, rows: HighsStatuses) -> bool:
        """Begin the next run at a basis, (columns,) and (rows,); say whether HiGHS takes it."""
        cuts = np.full(len(self._cuts), BASIC_STATUS, dtype=object)
        return super().begin_at(columns, np.concatenate([rows, cuts]))

    # ---- runs

    @property
    def cuts(self) -> Sequence[Cut]:
        """Those held in place of the parts, so far."""
        return self._cuts

    def cut_at(self, values: Vector) -> bool:
        """Hold cuts that values, (columns,), break; say whether there are any."""
        found = [cut for part in self._parts if (cut := part.cut(values)) is not None]
        for cut in found:
            self._hold_cut(cut)
        self._cuts += found
        if found:
            tell(f"{len(found)} cuts in place of parts without a cost, {len(self._cuts)} in all")
        return bool(found)

    def completed(self, values: Vector) -> Vector:
        """Return values, (columns,), that nothing cut off, with those of the parts."""
        values = values.copy()
        for part in self._parts:
            values[part.columns] = part.values
        return values

    def _cut(self, state: State) -> bool:
        if super()._cut(state):
            return True
        if state == "optimal":
            self._cut_duals = self._of_cuts(np.array(self._highs.getSolution().row_dual, dtype=np.float64))
            for part in self._parts:
                part.choose(self.scaled_cost[part.columns])
        return False

    # ---- what came of it

    def _of_cuts(self, rows: Vector) -> Vector:
        """Return the numbers of cuts, (cuts,), of those of all rows that HiGHS holds."""
        return rows[np.array(self._places, dtype=np.intp)]

    def _spread(self, rows: Vector, cuts: Vector) -> Vector:
        """Return prices of the rows, (rows,), with those of the cuts, (cuts,), on the rows of the parts."""
        spread = rows.copy()
        spread[self._free] = 0.0
        for cut, price in zip(self._cuts, cuts, strict=True):
            spread[cut.rows] += price * cut.prices
        return spread

    @property
    def values(self) -> Vector:
        """(columns,)."""
        return self.completed(super().values)

    @property
    def activities(self) -> Vector:
        """(rows,)."""
        activities = super().activities
        activities[self._free] = (self._matrix @ self.values)[self._free]
        return activities

    @property
    def _scaled_duals(self) -> Vector:
        duals = np.array(self._highs.getSolution().row_dual, dtype=np.float64)
        return self._spread(duals[: self.arrays.rows], self._of_cuts(duals))

    def basis(self) -> Statuses | None:
        """The basis: none of the whole, once there are cuts."""
        return None if self._cuts else super().basis()

    @property
    def ray(self) -> Vector | None:
        """(rows,) a price of the rows that no point can pay, after a run that ended infeasible, if there is one."""
        ray = self._whole_ray()
        return None if ray is None else self._spread(ray[: self.arrays.rows], self._of_cuts(ray))


def programme_of(arrays: Arrays, request: Request, cost: Vector, *, in_blocks: bool) -> RestrictedProgramme:
    """Return a linear programme, of a large problem of blocks without the parts that cost nothing."""
    parts = find_recourse(arrays) if in_blocks else []
    return ProjectedProgramme(arrays, request, cost, parts) if parts else RestrictedProgramme(arrays, request, cost)
