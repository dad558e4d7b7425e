"""The three steps after `planner/models/solve.py`: search for the integers, price the plan, choose among equals."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from planner.models.solvers import face
from planner.models.solvers.highs import OnIncumbent, Programme, State

if TYPE_CHECKING:
    from planner.models.solvers.exchange import Arrays, Clock, Request, Vector

STAGE_TOLERANCE = 1e-9
"""Relative: an earlier stage is held to this during the search for the integers, and a tie-break that moves any
stage by more is thrown away."""


@dataclass
class Search:
    """What step 1 found: (columns,) values, and the bound of the objective stage."""

    state: State
    values: Vector | None = None
    bound: float = float("nan")
    stages: list[dict[str, Any]] = field(default_factory=list)
    options: dict[str, Any] = field(default_factory=dict)
    reason: str = ""


@dataclass
class Polish:
    """What steps 2 and 3 found; ``is_complete`` where every stage was solved to its end."""

    state: State
    values: Vector | None = None
    row_duals: Vector | None = None
    is_unique: bool | None = None
    tie_break: str = "off"
    is_complete: bool = False
    stages: list[dict[str, Any]] = field(default_factory=list)
    options: dict[str, Any] = field(default_factory=dict)
    reason: str = ""
    warnings: list[str] = field(default_factory=list)


def hold_stage(programme: Programme, cost: Vector, value: float) -> None:
    """Hold an earlier stage at its value by one row, its largest coefficient brought to 1."""
    largest = float(np.abs(cost).max(initial=0.0))
    if largest > 0.0:
        target = value / largest
        programme.add_row(cost / largest, target + STAGE_TOLERANCE * max(1.0, abs(target)))


def search_integers(arrays: Arrays, request: Request, clock: Clock, on_incumbent: OnIncumbent) -> Search:
    """Step 1: minimise the stages in turn with the integers, each held by a row in those after it."""
    found = Search("optimal")
    held: list[tuple[Vector, float]] = []
    for position, cost in enumerate(arrays.costs):
        programme = Programme(arrays, request, with_integers=True)
        for earlier, value in held:
            hold_stage(programme, earlier, value)
        programme.set_cost(cost)
        if found.values is not None:
            programme.start_from(found.values)
        is_objective = position == arrays.objective_stage
        programme.report_incumbents(on_incumbent if is_objective else _without_bound(on_incumbent))
        found.state = programme.run(clock.left)
        found.options, found.reason = programme.options, programme.status
        if found.state == "infeasible" and held:
            found.state, found.reason = "error", "an earlier stage could not be held"
        if found.state in ("optimal", "time_limit") and programme.has_plan:
            found.values = programme.values
            held.append((cost, float(cost @ found.values)))
            found.bound = programme.bound if is_objective else found.bound
        found.stages.append({"state": found.state, "nodes": programme.nodes, "seconds": round(clock.spent, 3)})
        if found.state != "optimal":
            break
    return found


def _without_bound(on_incumbent: OnIncumbent) -> OnIncumbent:
    """Pass plans on, but not the bound: it belongs to a stage that is not the objective."""
    return lambda values, _: on_incumbent(values, float("nan"))


def polish(arrays: Arrays, request: Request, clock: Clock, integers: Vector | None) -> Polish:
    """Do steps 2 and 3: the linear programme with the integers (columns,) fixed, by stages, then the tie-break.

    The stages are held one after the other as faces of optimal plans, and the duals are those of the objective
    stage, on the face of the stages before it.
    """
    programme = Programme(arrays, request, with_integers=False)
    if integers is not None:
        columns = np.flatnonzero(arrays.is_integer).astype(np.int32)
        programme.bound_columns(columns, integers[columns], integers[columns])
    result = Polish("optimal")
    for position, cost in enumerate(arrays.costs):
        programme.set_cost(cost)
        result.state = programme.run(clock.left)
        result.options, result.reason = programme.options, programme.status
        result.stages.append({"state": result.state, "seconds": round(clock.spent, 3)})
        if result.state != "optimal":
            return result
        result.values = programme.values
        if position == arrays.objective_stage:
            result.row_duals = programme.row_duals
        face.hold(programme, cost)
    result.is_complete = True
    is_single = face.is_single(programme)
    result.is_unique = None if is_single and integers is not None else is_single
    if request.tie_break and len(arrays.tie_break):
        _break_tie(programme, result, clock, is_single=is_single)
    return result


def _break_tie(programme: Programme, result: Polish, clock: Clock, *, is_single: bool | None) -> None:
    """Step 3: among the plans equal in every stage take the one of least ``tie_break``, if nothing is lost by it."""
    if is_single:
        result.tie_break = "not needed"
        return
    before = result.values
    assert before is not None  # noqa: S101  for mypy: every stage was optimal
    programme.set_cost(programme.arrays.tie_break)
    state = programme.run(clock.left)
    if state != "optimal":
        result.tie_break = "rejected"
        result.warnings.append(f"the tie-break ended with {programme.status}; the plan before it is kept")
        return
    after = programme.values
    costs = programme.arrays.costs
    drift = np.abs(costs @ after - costs @ before)
    size = np.maximum(np.abs(costs) @ np.abs(before), np.abs(costs).max(axis=1, initial=np.finfo(np.float64).tiny))
    if bool((drift > STAGE_TOLERANCE * size).any()):
        result.tie_break = "rejected"
        result.warnings.append(
            f"the tie-break moved a stage by {float((drift / size).max()):.1e} of itself; the plan before it is kept"
        )
        return
    result.tie_break, result.values = "distance", after
    if bool((np.abs(after - before) > 1e-6 * np.maximum(1.0, np.abs(before))).any()):
        result.is_unique = False
