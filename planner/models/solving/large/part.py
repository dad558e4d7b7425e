"""A part of a linear programme, solved by itself: it begins with some of its columns and prices the others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import highspy
import numpy as np

from planner.models.solving.large.pricing import DUAL_SIMPLEX, farkas_costs, matrix_of, strategy_after

if TYPE_CHECKING:
    from collections.abc import Sequence

    from planner.models.solving.highs.exchange import Clock, HighsStatuses, Indices, Places, Vector
    from planner.models.solving.large.cuts import Cut
    from planner.models.solving.large.pricing import Pricing


class Part:
    """Minimise ``cost · x`` within limits of columns and sides of rows, in a HiGHS of the caller's.

    Parameters
    ----------
    highs
        Its options are set.
    cost, limits
        (columns,)
    sides
        (rows,)
    part
        The matrix by columns: starts, rows, coefficients.
    held
        The columns to begin with, rising; the others stand at 0.
    """

    def __init__(
        self,
        highs: Any,
        cost: Vector,
        limits: tuple[Vector, Vector],
        *,
        sides: tuple[Vector, Vector],
        part: tuple[Indices, Indices, Vector],
        held: Places,
    ) -> None:
        self._highs, self._cost, self._limits, self._sides = highs, cost, limits, sides
        self._matrix = matrix_of(part, len(sides[0]))
        self.held = held
        begun = self._matrix if len(held) == len(cost) else self._matrix[:, held]
        highs.passModel(
            len(held), len(sides[0]), len(begun.data), 1, 1, 0.0, cost[held], limits[0][held], limits[1][held], *sides,
            begun.indptr, begun.indices, begun.data, np.zeros(len(held), dtype=np.int32),
        )  # fmt: skip

    def begin_at(self, columns: HighsStatuses, rows: HighsStatuses) -> None:
        """Begin at a basis, (columns,) and (rows,), if every status is known."""
        at_columns, at_rows = columns[self.held].tolist(), rows.tolist()
        if None not in at_columns and None not in at_rows:
            basis: Any = highspy.HighsBasis()
            basis.col_status, basis.row_status, basis.valid = at_columns, at_rows, True
            self._highs.setBasis(basis)

    def hold(self, cuts: Sequence[Cut], columns: Places) -> None:
        """Hold cuts as well, over columns that are held and stand first, (columns,) rising."""
        for cut in cuts:
            places = np.searchsorted(columns, cut.columns).astype(np.int32)
            self._highs.addRow(cut.least, np.inf, len(places), places, cut.coefficients)

    def run(self, columns: Places, pricing: Pricing | None, clock: Clock, strategy: int = DUAL_SIMPLEX) -> bool:
        """Solve, and price until nothing is worth taking in; say whether there is a plan.

        Parameters
        ----------
        columns
            What these columns are called by the pricing, (columns,).
        """
        self._highs.setOptionValue("simplex_strategy", strategy)
        while True:
            self._highs.setOptionValue("time_limit", self._highs.getRunTime() + clock.left)
            self._highs.run()
            status = self._highs.getModelStatus()
            is_optimal = bool(status == highspy.HighsModelStatus.kOptimal)
            is_priced = is_optimal or status == highspy.HighsModelStatus.kInfeasible
            if pricing is None or not is_priced or len(self.held) == len(self._cost):
                return is_optimal
            taken = self._worth_taking(columns, pricing, is_optimal=is_optimal)
            if not len(taken):
                return is_optimal
            self._take_in(taken)
            self._highs.setOptionValue("simplex_strategy", strategy_after(len(taken), is_optimal=is_optimal))

    def _worth_taking(self, columns: Places, pricing: Pricing, *, is_optimal: bool) -> Places:
        """Return columns of this part that may make a plan better, or possible."""
        is_left = np.ones(len(self._cost), dtype=bool)
        is_left[self.held] = False
        left = np.flatnonzero(is_left & (self._limits[0] < self._limits[1]))
        if is_optimal:
            reduced: Vector | None = self.reduced_costs()
        else:
            reduced = farkas_costs(self._ray(), self._matrix, self._sides, self._limits, is_left)
        return left if reduced is None else left[pricing.taken(columns[left], reduced[left])]

    def _ray(self) -> Vector | None:
        status, is_there, values = self._highs.getDualRay()
        return np.array(values)[: len(self._sides[0])] if status == highspy.HighsStatus.kOk and is_there else None

    def _take_in(self, taken: Places) -> None:
        part = self._matrix[:, taken]
        limits = self._limits[0][taken], self._limits[1][taken]
        self._highs.addCols(
            len(taken), self._cost[taken], *limits, len(part.data), part.indptr[:-1], part.indices, part.data
        )
        self.held = np.concatenate([self.held, taken])

    def reduced_costs(self) -> Vector:
        """Return what a unit of each column adds to the cost at the last prices of the rows, (columns,)."""
        duals = np.array(self._highs.getSolution().row_dual)[: len(self._sides[0])]
        reduced: Vector = self._cost - self._matrix.T @ duals
        return reduced

    @property
    def values(self) -> Vector:
        """(columns,)."""
        values = np.zeros(len(self._cost))
        values[self.held] = self._highs.getSolution().col_value
        return values
