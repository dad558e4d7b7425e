"""Limits that a plan reaches: rows at their side and columns at their bound that a parameter of the scenario moves.

A hall that is full is one cause, whether the modules, what stands already or the share that may be used is the limit
that gives: of the cells that move the same tight rows the one that gives in whole steps is told, then one that somebody
set before what stands, then the finest; the others are named beside it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy import sparse

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from planner.models.algebra.problem import Problem, Vector
    from planner.models.algebra.row_names import Name
    from planner.models.rules.relaxations import Key
    from planner.models.slopes import Base, Slope

TIGHT = 1e-6
"""Relative to the number at hand, or to 1: a row or column so near its limit is at it."""
PART = 0.01
"""Of a number that gives by as much as is wanted: one step of it."""
POINT = 0.01
"""One step of a share: a percentage point."""
WORTHLESS = 1e-12
"""Of the objective: less is rounding."""


@dataclass(frozen=True)
class Limit:
    """A cell of a parameter whose limit is reached.

    Attributes
    ----------
    parameter, key
        The cell.
    present, after
        Its number, and that of one step more.
    is_whole
        Whether it gives in whole steps: it counts things, or bounds what is counted.
    worth
        By how much the objective falls with one step, by the shadow prices, integers fixed at the plan; of a limit on
        integers only a hint. NaN where there are none.
    rule
        The rule, or variable, that is at its limit.
    also
        Parameters that move the same rows and are not told again.
    """

    parameter: str
    key: Key
    present: float
    after: float
    is_whole: bool
    worth: float
    rule: str
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Found:
    """A limit, and the tight rows that it is the cause of; without any, its own columns stand for them."""

    limit: Limit
    cause: frozenset[tuple[str, int]]
    order: tuple[bool, bool, int, int] = (False, False, 0, 0)


def reached(base: Base, values: Vector, duals: Vector | None) -> list[Limit]:
    """Return the limits that a plan reaches, those of the largest worth first.

    Parameters
    ----------
    base
        The scenario's problem and how it moves.
    values
        (columns,) of the plan, in the order of that problem.
    duals
        (rows,) its shadow prices, or ``None``.
    """
    activity = base.problem.matrix @ values
    found = [
        replace(one, order=(not one.limit.is_whole, slope.parameter in base.standing, number, len(one.cause)))
        for number, slope in enumerate(base.slopes.values())
        for one in _of_slope(base, slope, values, activity, duals)
    ]
    limits = _told_once(sorted(found, key=lambda one: one.order))
    return sorted(limits, key=lambda one: -one.worth if np.isfinite(one.worth) else 0.0)


def aligned(problem: Problem, solved: Problem, values: Vector, duals: Vector | None) -> tuple[Vector, Vector | None]:
    """Return a plan and its shadow prices in the order of a problem that may have further columns and rows, at 0."""
    if problem.matrix.shape == solved.matrix.shape:
        return values, duals
    prices = None if duals is None else _by_name(problem.row_names, solved.row_names, duals)
    return _by_name(problem.column_names, solved.column_names, values), prices


def _by_name(names: Sequence[Name], known: Sequence[Name], numbers: Vector) -> Vector:
    place = dict(zip(known, numbers.tolist(), strict=True))
    return np.array([place.get(name, 0.0) for name in names], dtype=float)


def _of_slope(base: Base, slope: Slope, values: Vector, activity: Vector, duals: Vector | None) -> Iterator[_Found]:
    """Yield the cells of one parameter whose limit is reached."""
    problem = base.problem
    loosened = slope.side - slope.matrix @ values
    is_tight = _tight_rows(problem, activity, loosened, duals)
    is_bound = (slope.bound > 0) & (values >= problem.column_upper - TIGHT * np.maximum(1.0, np.abs(values)))
    worth = _worth(problem, slope, loosened, duals)
    step = _steps(base, slope)
    rows, columns = sparse.csc_array(slope.rows), sparse.csc_array(slope.columns)
    whole_rows = _only_integers(problem)
    stands = slope.parameter in base.standing
    for cell, key in enumerate(slope.keys):
        mine, held = _members(rows, cell), _members(columns, cell)
        tight, bound = mine[is_tight[mine]], held[is_bound[held]]
        if not (len(tight) or len(bound)) or not step[cell] > 0:
            continue
        if slope.present[cell] == 0 and (stands or not worth[cell] > 0):
            continue  # nothing is allowed, and nothing is wanted
        is_whole = _counts(base, slope) or bool(problem.is_integer[bound].any() or whole_rows[tight].any())
        if worth[cell] < 0 and not is_whole:
            continue  # to give would cost more elsewhere: as it is, it is wanted
        amount = 1.0 if is_whole else float(step[cell])
        limit = Limit(
            slope.parameter,
            key,
            float(slope.present[cell]),
            float(slope.present[cell]) + slope.sign * amount,
            is_whole,
            float(worth[cell] * amount),
            (problem.column_names[int(bound[0])] if len(bound) else problem.row_names[int(tight[0])])[0],
        )
        yield _Found(limit, _cause(problem, activity, mine, tight, bound))


def _counts(base: Base, slope: Slope) -> bool:
    return base.scenario.declarations.parameters[slope.parameter].kind == "integer"


def _only_integers(problem: Problem) -> npt.NDArray[np.bool_]:
    """Return which rows hold integers alone, (rows,)."""
    others = abs(problem.matrix) @ np.where(problem.is_integer, 0.0, 1.0)
    is_filled = np.bincount(problem.matrix.indices, minlength=problem.matrix.shape[0]) > 0
    return np.asarray((others == 0) & is_filled, dtype=bool)


def _tight_rows(problem: Problem, activity: Vector, loosened: Vector, duals: Vector | None) -> npt.NDArray[np.bool_]:
    """Return which rows are at the side that a step loosens, (rows,); an equation only where it has a price."""
    size = TIGHT * np.maximum(1.0, np.abs(activity))
    above = (activity >= problem.row_upper - size) & (loosened > 0)
    below = (activity <= problem.row_lower + size) & (loosened < 0)
    is_equation = problem.row_lower == problem.row_upper
    priced = np.zeros(len(activity), dtype=bool) if duals is None else duals * loosened < 0
    return np.where(is_equation, priced, above | below)


def _worth(problem: Problem, slope: Slope, loosened: Vector, duals: Vector | None) -> Vector:
    """Return by how much the objective falls when each cell gives by one unit, (cells,), integers fixed."""
    if duals is None:
        return np.full(len(slope.keys), np.nan)
    worth = -(slope.rows.T @ (duals * loosened))
    if problem.objective_stage == 0:  # else the reduced costs hold multipliers of the stages before
        cost = problem.stages[problem.objective_stage].cost
        worth = worth - slope.columns.T @ (np.minimum(cost - problem.matrix.T @ duals, 0.0) * slope.bound)
    elif slope.bound.any():
        return np.full(len(slope.keys), np.nan)
    size = float(np.abs(problem.stages[problem.objective_stage].cost).max(initial=1.0))
    return np.where(np.abs(worth) <= WORTHLESS * size, 0.0, worth)


def _steps(base: Base, slope: Slope) -> Vector:
    """Return one step of each cell, (cells,), 0 where the parameter can give no more: a share of 1 is no limit."""
    declared = base.scenario.declarations.parameters[slope.parameter]
    room = declared.high - slope.present if slope.sign > 0 else slope.present - declared.low
    is_share = declared.unit == "1" and declared.kind != "integer" and declared.high <= 1.0
    wanted = np.full(len(slope.keys), POINT) if is_share else PART * slope.size
    return np.where(room > 0, np.minimum(wanted, room), 0.0)


def _cause(
    problem: Problem,
    activity: Vector,
    mine: npt.NDArray[np.int32],
    tight: npt.NDArray[np.int32],
    bound: npt.NDArray[np.int32],
) -> frozenset[tuple[str, int]]:
    """Return the tight rows that a step gives room in: its own, or those that the columns at their bound stand in."""
    if not len(bound):
        return frozenset(("row", int(row)) for row in tight)
    matrix = problem.matrix
    rows = np.unique(np.concatenate([matrix.indices[matrix.indptr[c] : matrix.indptr[c + 1]] for c in bound]))
    rows = rows[~np.isin(rows, mine)]
    size = TIGHT * np.maximum(1.0, np.abs(activity[rows]))
    more = np.asarray(matrix[:, bound].sum(axis=1)).ravel()[rows]  # of each row's activity, with one more of each
    full = (activity[rows] >= problem.row_upper[rows] - size) & (more < 0)
    full |= (activity[rows] <= problem.row_lower[rows] + size) & (more > 0)
    full &= problem.row_lower[rows] < problem.row_upper[rows]
    if full.any():
        return frozenset(("row", int(row)) for row in rows[full])
    return frozenset(("column", int(column)) for column in bound)


def _told_once(found: Sequence[_Found]) -> list[Limit]:
    """Return each cause once; the parameters that move the same rows stand beside the one that is told."""
    told: list[_Found] = []
    beside: dict[int, list[str]] = {}
    for one in found:
        sharing = [number for number, other in enumerate(told) if other.cause & one.cause]
        known = frozenset[tuple[str, int]]().union(*(told[number].cause for number in sharing))
        if one.cause <= known and not one.limit.is_whole:
            for number in sharing:
                beside.setdefault(number, []).append(one.limit.parameter)
            continue
        told.append(one)
    return [replace(one.limit, also=tuple(dict.fromkeys(beside.get(number, ())))) for number, one in enumerate(told)]


def _members(cells: sparse.csc_array, cell: int) -> npt.NDArray[np.int32]:
    members: npt.NDArray[np.int32] = cells.indices[cells.indptr[cell] : cells.indptr[cell + 1]]
    return members
