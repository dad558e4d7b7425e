"""A linear programme that begins at the basis of an earlier one with the same rows and columns: decision 0034.

Near the old optimum the simplex method is done in a moment, where costs, limits or coefficients have moved a little.
Far from it, it may take longer than solving from nothing: it is therefore given so many iterations and no more. The
optimum and its proof are HiGHS's own in either case; a wrong basis costs time, never a plan.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import highspy
import numpy as np

from planner.models.solving.highs.progress import tell
from planner.models.solving.large.restricted import RestrictedProgramme

if TYPE_CHECKING:
    from planner.models.solving.highs.exchange import Arrays, Clock, Request, Statuses, Vector
    from planner.models.solving.highs.highs import State

ITERATIONS_MIN: Final = 5_000
ROWS_PER_ITERATION: Final = 25
"""One iteration for so many rows, or ``ITERATIONS_MIN``, and the old basis is given up: then it has cost about half of
what solving from nothing does (5600 iterations of 2.5 ms, against 20 s with an interior-point method)."""
TIME_SHARE: Final = 0.5
"""Of the seconds left."""
STRATEGY: Final = 0
"""Primal where the old plan is still feasible (costs have moved), else dual."""
OPTIONS: Final[dict[str, str | int]] = {
    "solver": "simplex",
    "simplex_strategy": STRATEGY,
    # 1: Devex. Weights of steepest edges would have to be worked out row by row first: 40 s for 140,000 rows.
    "simplex_dual_edge_weight_strategy": 1,
}
LOWER, BASIC, UPPER, FREE = (
    int(status)
    for status in (
        highspy.HighsBasisStatus.kLower,
        highspy.HighsBasisStatus.kBasic,
        highspy.HighsBasisStatus.kUpper,
        highspy.HighsBasisStatus.kZero,
    )
)
WORDS = np.array(sorted(highspy.HighsBasisStatus.__members__.values(), key=int), dtype=object)
"""HiGHS's own statuses by their number."""


class WarmProgramme(RestrictedProgramme):
    """A linear programme that has a basis to begin with.

    Attributes
    ----------
    iterations
        Of the simplex method, from that basis.
    """

    iterations = 0

    def run_from(self, basis: Statuses, seconds: float) -> State | None:
        """Run from a basis, (columns + rows,); ``None`` where HiGHS does not take it, or it leads to no end in time."""
        columns = self.arrays.columns
        for name, value in {**OPTIONS, "simplex_iteration_limit": iterations_max(self.arrays.rows)}.items():
            self._set_option(name, value)
        self._algorithm = "choose"
        self.take_in(np.flatnonzero((basis[:columns] != LOWER) & ~self.is_held))
        at_columns = at_a_side(basis[:columns], self.column_lower, self.column_upper)
        at_rows = at_a_side(basis[columns:], self.row_lower, self.row_upper)
        if not self.begin_at(WORDS[at_columns], WORDS[at_rows]):
            return None
        state = self.run_priced(self._run_once, seconds, STRATEGY)
        self.iterations = int(self._highs.getInfo().simplex_iteration_count)
        self._set_option("simplex_iteration_limit", int(highspy.kHighsIInf))
        return state if state in ("optimal", "infeasible") else None


def iterations_max(rows: int) -> int:
    """Return after how many iterations an old basis is given up."""
    return max(ITERATIONS_MIN, rows // ROWS_PER_ITERATION)


def at_a_side(statuses: Statuses, lower: Vector, upper: Vector) -> Statuses:
    """Return the statuses with what is not basic at a side that there is, now that sides may have come and gone."""
    side = np.where(np.isfinite(lower), LOWER, np.where(np.isfinite(upper), UPPER, FREE))
    is_there = (statuses == BASIC) | ((statuses == LOWER) & np.isfinite(lower))
    is_there |= (statuses == UPPER) & np.isfinite(upper)
    return np.where(is_there, statuses, side).astype(np.int8)


def solved(
    arrays: Arrays, request: Request, clock: Clock, cost: Vector, basis: Statuses | None
) -> tuple[WarmProgramme, State] | None:
    """Return the linear programme without integers, run from a basis; ``None`` where there is none of use."""
    if basis is None or len(basis) != arrays.columns + arrays.rows:
        return None
    programme = WarmProgramme(arrays, request, cost)
    state = programme.run_from(basis, TIME_SHARE * clock.left)
    after = f"{programme.iterations} iterations from the basis of the start"
    tell(f"{after}: {state or 'given up, and begun anew'}")
    return None if state is None else (programme, state)
