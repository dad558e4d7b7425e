"""The face of all optimal plans of a linear programme, held without a cost row.

At an optimum a column with a nonzero reduced cost stands at its bound in *every* optimal plan, and a row with
a nonzero dual at its active side (complementary slackness). Fixing just these leaves exactly the optimal plans
to choose from, and the cost cannot creep up as it does under a row ``cost ≤ optimum + tolerance``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from planner.models.solving.highs.exchange import Booleans, Vector
    from planner.models.solving.highs.highs import Programme

DUAL_TOLERANCE = 1e-11
"""Below this, of the largest cost of a column that may move (and below HiGHS's own dual tolerance), a
reduced cost is noise and says nothing."""
INTERIOR = 1e-9
"""A value this far from its bounds, relative to them, is between them."""


def dual_tolerance(programme: Programme, cost: Vector) -> float:
    """Return the size from which a reduced cost counts as nonzero."""
    free = programme.column_lower < programme.column_upper
    largest = float(np.abs(cost[free]).max(initial=0.0))
    return max(programme.dual_noise, DUAL_TOLERANCE * largest)


def hold(programme: Programme, cost: Vector) -> None:
    """Leave only the optimal plans of the last run, which minimised ``cost`` (columns,)."""
    tolerance = dual_tolerance(programme, cost)
    reduced, duals = programme.reduced_costs, programme.row_duals
    values, activities = programme.values, programme.activities
    columns = np.flatnonzero((np.abs(reduced) > tolerance) & (programme.column_lower < programme.column_upper))
    at = _active_side(reduced, values, programme.column_lower, programme.column_upper)[columns]
    rows = np.flatnonzero((np.abs(duals) > tolerance) & (programme.row_lower < programme.row_upper))
    side = _active_side(duals, activities, programme.row_lower, programme.row_upper)[rows]
    programme.bound_columns(columns.astype(np.int32), at, at)
    programme.bound_rows(rows.astype(np.int32), side, side)


def _active_side(prices: Vector, values: Vector, lower: Vector, upper: Vector) -> Vector:
    """Return the side each price points at; where there is none the value stays where it is."""
    side = np.where(prices > 0.0, lower, upper)
    return np.where(np.isfinite(side), side, values)


def is_single(programme: Programme) -> bool | None:
    """Say whether the held face is one plan only; ``None`` where the basis does not tell.

    One plan: every nonbasic column and row is fixed by now, so that the basic ones have no choice.
    Several: something nonbasic may move at no cost, and no basic value stands in its way at once.
    """
    basic = programme.is_basic()
    if basic is None:
        return None
    sides = (
        (basic[0], programme.values, programme.column_lower, programme.column_upper),
        (basic[1], programme.activities, programme.row_lower, programme.row_upper),
    )
    if not any(bool((~is_basic & (lower < upper)).any()) for is_basic, _, lower, upper in sides):
        return True
    if all(bool(_is_between(values, lower, upper)[is_basic].all()) for is_basic, values, lower, upper in sides):
        return False
    return None


def _is_between(values: Vector, lower: Vector, upper: Vector) -> Booleans:
    """Whether each value is well inside its bounds."""
    width = np.maximum(1.0, np.abs(values)) * INTERIOR
    inside: Booleans = (values > lower + width) & (values < upper - width)
    return inside
