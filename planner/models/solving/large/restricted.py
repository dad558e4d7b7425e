"""A linear programme that begins without most of its columns and takes in what prices out (column generation).

Whoever holds it sees the whole problem: values, reduced costs, bounds and bases are of all columns, and an optimum is
one of the whole, since every column that is left out has been priced at the duals it ends with. Columns that may be
left out stand at 0, their lower bound; the simplex method goes on from the basis it has when some are taken in.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from planner.models.solving.highs.exchange import Clock
from planner.models.solving.highs.highs import LOWER, Programme
from planner.models.solving.highs.progress import tell
from planner.models.solving.large.pricing import (
    DUAL_SIMPLEX,
    Pricing,
    farkas_costs,
    matrix_of,
    part_of,
    strategy_after,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from scipy import sparse

    from planner.models.solving.highs.exchange import (
        Arrays,
        Booleans,
        HighsStatuses,
        Indices,
        Places,
        Request,
        Statuses,
        Vector,
    )
    from planner.models.solving.highs.highs import State
    from planner.models.solving.large.cuts import Cut


class RestrictedProgramme(Programme):
    """A linear programme of which HiGHS holds some columns; all of them where none may be left out.

    Attributes
    ----------
    is_held
        (columns,) which columns HiGHS holds.
    pricing
        The columns by the row that each can serve; ``None`` where none may be left out.
    never_held
        Columns that HiGHS is never to hold.
    """

    never_held: Places = np.zeros(0, dtype=np.intp)

    def __init__(self, arrays: Arrays, request: Request, cost: Vector) -> None:
        self.is_held = np.ones(arrays.columns, dtype=bool)
        self.pricing: Pricing | None = None
        if len(arrays.on_demand):
            matrix = arrays.starts, arrays.indices, arrays.data
            self.pricing = Pricing.of(matrix, arrays.row_lower, arrays.row_upper)
            self.is_held = ~arrays.on_demand
            self.is_held[self.pricing.cheapest(np.flatnonzero(arrays.on_demand), cost)] = True
        self.is_held[self.never_held] = False
        super().__init__(arrays, request, with_integers=False)
        self.set_cost(cost)

    @cached_property
    def _matrix(self) -> sparse.csc_array:
        """The matrix of all columns, (rows, columns)."""
        return matrix_of((self.arrays.starts, self.arrays.indices, self.arrays.data), self.arrays.rows)

    # ---- what HiGHS holds

    def _hand_over(self) -> None:
        self._held = np.flatnonzero(self.is_held)
        self._place = np.full(self.arrays.columns, -1, dtype=np.int32)
        self._place[self._held] = np.arange(len(self._held), dtype=np.int32)
        if self.is_held.all():
            super()._hand_over()
        else:
            self._pass(self._held, part_of(self.arrays, self._held))

    def hold_only(self, is_held: Booleans) -> None:
        """Let HiGHS hold these columns, (columns,), and begin anew."""
        self.is_held = is_held
        self._hand_over()
        self._change_costs(self.scaled_cost)

    def take_in(self, columns: Places) -> None:
        """Let HiGHS hold some columns more, from the basis it has."""
        if not len(columns):
            return
        starts, rows, data = part_of(self.arrays, columns)
        lower, upper = self.column_lower[columns], self.column_upper[columns]
        self._place[columns] = len(self._held) + np.arange(len(columns), dtype=np.int32)
        self._held, self.is_held[columns] = np.concatenate([self._held, columns]), True
        cost = self.scaled_cost[columns]
        status = self._highs.addCols(len(columns), cost, lower, upper, len(data), starts[:-1], rows, data)
        self._require(status, "columns taken in")

    def _take_all(self) -> None:
        self.take_in(np.flatnonzero(self._is_left))

    @property
    def _is_left(self) -> Booleans:
        """(columns,) which columns are left out and may be taken in."""
        is_left = ~self.is_held
        is_left[self.never_held] = False
        return is_left

    # ---- changes

    def _change_costs(self, scaled: Vector) -> None:
        super()._change_costs(scaled[self._held])

    def bound_columns(self, columns: Indices, lower: Vector, upper: Vector) -> None:
        """Replace the bounds of some columns; what is no longer allowed to stand at 0 is taken in."""
        is_out = ~self.is_held[columns]
        self.column_lower[columns], self.column_upper[columns] = lower, upper
        moved = columns[is_out & (lower != 0.0)]
        self.take_in(moved.astype(np.intp))
        within = self.is_held[columns]
        self._change_bounds(columns[within], self._place[columns[within]])

    def add_row(self, coefficients: Vector, upper: float) -> None:
        """Hold ``coefficients · x ≤ upper``: all columns are taken in, since a row of one's own is not priced."""
        self._take_all()
        super().add_row(coefficients[self._held], upper)

    def begin_at(self, columns: HighsStatuses, rows: HighsStatuses) -> bool:
        """Begin the next run at a basis, (columns,) and (rows,); say whether HiGHS takes it."""
        return super().begin_at(columns[self._held], rows)

    # ---- runs

    def run(self, seconds: float) -> State:
        """Solve within these seconds, and price until no column that is left out is worth taking in."""
        return self.run_priced(super().run, seconds)

    def run_held(self, seconds: float) -> State:
        """Solve what HiGHS holds within these seconds, by the dual simplex method, and price nothing."""
        self._set_option("simplex_strategy", DUAL_SIMPLEX)
        return super().run(seconds)

    def run_priced(self, run: Callable[[float], State], seconds: float, strategy: int = DUAL_SIMPLEX) -> State:
        """Run in a way of the caller's, and of HiGHS's simplex method, round after round."""
        if self.is_held.all():
            return run(seconds)
        clock, taken = Clock(seconds), 0
        self._set_option("simplex_strategy", strategy)
        while True:
            state = run(clock.left)
            if self._cut(state):
                self._set_option("simplex_strategy", DUAL_SIMPLEX)
                continue
            found = self._worth_taking(state)
            if not len(found):
                if taken:
                    tell(f"{taken} columns priced in, {self.columns_held} of {self.arrays.columns} at work")
                return state
            self.take_in(found)
            taken += len(found)
            self._set_option("simplex_strategy", strategy_after(len(found), is_optimal=state == "optimal"))

    @property
    def cuts(self) -> Sequence[Cut]:
        """Rows held beside the problem's own, in place of what is left out; here there are none."""
        return ()

    def cut_at(self, values: Vector) -> bool:
        """Cut off these values, (columns,), if what is left out has no plan there; say whether it was so."""
        del values
        return False

    def completed(self, values: Vector) -> Vector:
        """Return values, (columns,), that nothing cut off, with those of what is left out."""
        return values

    def _cut(self, state: State) -> bool:
        """Cut off what the last run found, if that is no plan; say whether to run again."""
        return state == "optimal" and self.cut_at(self._whole(super().values))

    def _worth_taking(self, state: State) -> Places:
        """Return columns that may make a plan better, or possible."""
        is_left = self._is_left
        left = np.flatnonzero(is_left & (self.column_lower < self.column_upper))
        if state not in ("optimal", "infeasible") or not len(left) or self.pricing is None:
            return left[:0]
        if state == "optimal":
            reduced: Vector | None = self._scaled_reduced(self._scaled_duals)
        else:
            sides, limits = (self.row_lower, self.row_upper), (self.column_lower, self.column_upper)
            reduced = farkas_costs(self.ray, self._matrix, sides, limits, is_left)
        if reduced is None:  # no proof to price with
            return left
        return left[self.pricing.taken(left, reduced[left])]

    # ---- what came of it

    def _scaled_reduced(self, duals: Vector) -> Vector:
        reduced: Vector = self.scaled_cost - self._matrix.T @ duals
        return reduced

    def _whole(self, held: Vector) -> Vector:
        """Return numbers of the columns held as those of all, 0 for the others."""
        whole = np.zeros(self.arrays.columns)
        whole[self._held] = held
        return whole

    @property
    def values(self) -> Vector:
        """(columns,)."""
        return self._whole(super().values)

    @property
    def reduced_costs(self) -> Vector:
        """(columns,)."""
        reduced = self._scaled_reduced(self._scaled_duals) / self._scale
        reduced[self._held] = super().reduced_costs
        return reduced

    @property
    def columns_held(self) -> int:
        """How many columns HiGHS holds."""
        return len(self._held)

    def basis(self) -> Statuses | None:
        """The basis, (columns + rows,), or ``None`` where HiGHS has none to show."""
        held = super().basis()
        if held is None:
            return None
        whole = np.full(self.arrays.columns + self.arrays.rows, LOWER, dtype=np.int8)
        whole[self._held] = held[: len(self._held)]
        whole[self.arrays.columns :] = held[len(self._held) :]
        return whole
