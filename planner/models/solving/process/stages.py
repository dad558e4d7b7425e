"""The steps of `planner/models/solving/solve.py`: search for the integers, price the plan, choose among equals."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from planner.language import Text, say
from planner.models.solving.highs import optimal_face as face
from planner.models.solving.highs.highs import OnIncumbent, Programme, State
from planner.models.solving.highs.options import LARGE
from planner.models.solving.large import branch, dive, warm
from planner.models.solving.process import ranging
from planner.models.solving.proof.leaves import Leaves

if TYPE_CHECKING:
    from pathlib import Path

    from planner.models.solving.highs.exchange import Arrays, Clock, Request, Statuses, Vector

STAGE_TOLERANCE = 1e-9
"""Relative: an earlier stage is held to this during the search for the integers, and a tie-break that moves any
stage by more is thrown away."""


@dataclass
class Search:
    """What step 1 found.

    Attributes
    ----------
    values
        (columns,)
    bound
        Of the objective stage.
    relaxed
        A linear programme at a basis near the plan, for the steps to come.
    start
        (columns,) what the search begins with, NaN where nothing is known.
    start_cost
        What the plan made of the start cost, infinite where none could be made; ``None`` where nobody looked.
    is_warm
        Whether the relaxation was solved from the basis of the start.
    leaves
        What proves a bound, where a search of our own has ended.
    whose
        Whose search the bound is from: ``planner`` or ``solver``.
    second_opinion
        What became of a word that there is no plan (``second.py``).
    """

    state: State
    values: Vector | None = None
    bound: float = float("nan")
    stages: list[dict[str, Any]] = field(default_factory=list)
    options: dict[str, Any] = field(default_factory=dict)
    reason: Text = ""
    relaxed: Programme | None = None
    start: Vector | None = None
    start_cost: float | None = None
    is_warm: bool = False
    relaxed_duals: Vector | None = None
    leaves: Leaves = field(default_factory=Leaves)
    whose: str = "solver"
    warnings: list[Text] = field(default_factory=list)
    second_opinion: str = ""


@dataclass
class Polish:
    """What steps 2 and 3 found; ``is_complete`` where every stage was solved to its end.

    ``basis`` is that of the first stage, (columns + rows,); ``is_warm`` whether it was solved from one. ``programme``
    is as it was left, and ``second_opinion`` what became of a word that there is no plan (``second.py``).
    ``earlier_duals`` are those of the stages before the objective, (stages, rows); ``ray`` says that there is no point.
    """

    state: State
    values: Vector | None = None
    row_duals: Vector | None = None
    ranging: Vector | None = None
    no_ranging: str = "not reached"
    is_unique: bool | None = None
    tie_break: str = "off"
    is_complete: bool = False
    stages: list[dict[str, Any]] = field(default_factory=list)
    options: dict[str, Any] = field(default_factory=dict)
    reason: Text = ""
    warnings: list[Text] = field(default_factory=list)
    basis: Statuses | None = None
    is_warm: bool = False
    earlier_duals: list[Vector] = field(default_factory=list)
    ray: Vector | None = None
    programme: Programme | None = None
    second_opinion: str = ""


def hold_stage(programme: Programme, cost: Vector, value: float) -> None:
    """Hold an earlier stage at its value by one row, its largest coefficient brought to 1."""
    largest = float(np.abs(cost).max(initial=0.0))
    if largest > 0.0:
        target = value / largest
        programme.add_row(cost / largest, target + STAGE_TOLERANCE * max(1.0, abs(target)))


def search_integers(
    arrays: Arrays,
    request: Request,
    clock: Clock,
    on_incumbent: OnIncumbent,
    start: Vector | None = None,
    *,
    basis: Statuses | None = None,
    folder: Path | None = None,
) -> Search:
    """Step 1: minimise the stages in turn with the integers, each held by a row in those after it.

    ``start`` holds integers to begin with, (columns,), NaN for those not known, and ``basis`` (columns + rows,) that of
    an earlier programme. Large problems, and those with a basis, are dived into first. ``folder`` is where what proves
    the bound is left, if it is asked for.
    """
    found = Search("optimal", start=start)
    if not request.is_careful and (dive.pays(arrays, request) or (basis is not None and dive.can(arrays))):
        found.leaves = Leaves(folder)
        dived = dive.dive(arrays, request, clock, on_incumbent, start, basis=basis, leaves=found.leaves)
        is_good = _take(found, dived, request, clock)
        found.start = start if found.values is None else found.values
        found.whose = "planner"
        if is_good or found.state == "infeasible":
            return found
    if found.values is not None and clock.left <= 0.0:
        return found
    _search_tree(arrays, request, clock, on_incumbent, found)
    is_small = dive.can_confirm(arrays) and arrays.columns < LARGE and not found.leaves.is_full
    if folder is not None and is_small and found.state == "optimal" and found.values is not None:
        _confirm(arrays, request, clock, found, folder)
    return found


def _confirm(arrays: Arrays, request: Request, clock: Clock, found: Search, folder: Path) -> None:
    """Look for a proof of our own of what HiGHS's tree says of a small problem; keep it where it is one."""
    assert found.values is not None  # noqa: S101  for mypy: the caller has looked
    begin, leaves = clock.spent, Leaves(folder)
    bound, nodes = dive.confirm(arrays, request, clock, found.values, leaves)
    if leaves.is_full:
        found.leaves = leaves
    confirmed = {"confirm": True, "nodes": nodes, "bound": bound if np.isfinite(bound) else None}
    found.stages.append({"state": "optimal", **confirmed, "seconds": round(clock.spent - begin, 3)})


def _take(found: Search, dived: dive.Dive, request: Request, clock: Clock) -> bool:
    """Take over what a dive found: that there is no plan, one to begin with, or (``True``) one that is good enough."""
    found.relaxed, found.values, found.bound = dived.programme, dived.values, dived.bound
    found.options, found.reason = dived.programme.options, dived.programme.status
    found.state = "optimal" if dived.state == "unbounded" else dived.state  # of the relaxation only
    found.start_cost, found.is_warm = dived.start_cost, dived.is_warm
    found.relaxed_duals = dived.relaxed_duals
    gap = dived.gap if dived.values is not None else None
    dove = {"state": dived.state, "dive": True, "nodes": dived.nodes, "gap": gap}
    found.stages.append({**dove, "seconds": round(clock.spent, 3)})
    return dived.values is not None and dived.gap <= max(request.mip_gap, branch.NOISE)


def _search_tree(arrays: Arrays, request: Request, clock: Clock, on_incumbent: OnIncumbent, found: Search) -> None:
    """Let HiGHS search, stage after stage, from the best that is known."""
    held: list[tuple[Vector, float]] = []
    for position, cost in enumerate(arrays.costs):
        programme = Programme(arrays, request, with_integers=True)
        for earlier, value in held:
            hold_stage(programme, earlier, value)
        programme.set_cost(cost)
        if found.start is not None:
            programme.start_from(found.start)
        is_objective = position == arrays.objective_stage
        programme.report_incumbents(on_incumbent if is_objective else _without_bound(on_incumbent))
        found.state = programme.run(clock.left)
        found.options, found.reason = programme.options, programme.status
        if found.state == "infeasible" and held:
            found.state, found.reason = "error", "an earlier stage could not be held"
        if found.state in ("optimal", "time_limit") and programme.has_plan:
            found.values = found.start = programme.values
            held.append((cost, float(cost @ found.values)))
        if is_objective and found.state in ("optimal", "time_limit"):
            found.whose = "planner" if _higher(found.bound, programme.bound) == found.bound else "solver"
            found.bound = _higher(found.bound, programme.bound)
        found.stages.append({"state": found.state, "nodes": programme.nodes, "seconds": round(clock.spent, 3)})
        if found.state != "optimal":
            break


def _higher(bound: float, other: float) -> float:
    """Return the higher of two bounds, either of which may be none at all."""
    return other if not np.isfinite(bound) else max(bound, other) if np.isfinite(other) else bound


def _without_bound(on_incumbent: OnIncumbent) -> OnIncumbent:
    """Pass plans on, but not the bound: it belongs to a stage that is not the objective."""
    return lambda values, _: on_incumbent(values, float("nan"))


def relaxed_prices(arrays: Arrays, request: Request, clock: Clock) -> Vector | None:
    """Return the duals of the relaxation, (rows,): what a unit is worth where integers need not be whole.

    Only where the objective is the first stage: else they would be those of plans that are never considered.
    """
    if arrays.objective_stage:
        return None
    programme = dive.relaxed(arrays, request, clock, arrays.costs[0])
    return programme.row_duals if programme.run(clock.left) == "optimal" else None


def polish(
    arrays: Arrays,
    request: Request,
    clock: Clock,
    integers: Vector | None,
    relaxed: Programme | None = None,
    *,
    basis: Statuses | None = None,
) -> Polish:
    """Do steps 2 and 3: the linear programme with the integers (columns,) fixed, by stages, then the tie-break.

    The stages are held one after the other as faces of optimal plans, and the duals are those of the objective
    stage, on the face of the stages before it. ``relaxed`` is the programme without integers, at a basis to begin
    with; where there is none, one is made. Without integers ``basis`` may be that of an earlier programme.
    """
    begun = warm.solved(arrays, request, clock, arrays.costs[0], basis) if integers is None else None
    if begun is not None:
        relaxed = begun[0]
    programme = dive.relaxed(arrays, request, clock, arrays.costs[0], integers) if relaxed is None else relaxed
    if relaxed is not None and integers is not None:
        dive.fix_integers(programme, integers)
    result = Polish("optimal", is_warm=begun is not None, programme=programme)
    for position, cost in enumerate(arrays.costs):
        if position:
            programme.set_cost(cost)
        result.state = begun[1] if begun is not None and not position else programme.run(clock.left)
        result.options, result.reason = programme.options, programme.status
        result.stages.append({"state": result.state, "seconds": round(clock.spent, 3)})
        _keep_for_proof(result, programme, request, position)
        if result.state != "optimal":
            return result
        result.values = programme.values
        if not position:
            result.basis = programme.basis()
        if position == arrays.objective_stage:
            result.row_duals = programme.row_duals
            result.no_ranging = ranging.obstacle(programme, request, position)
            if not result.no_ranging:
                result.ranging = ranging.ranges(programme, cost)
        face.hold(programme, cost)
    result.is_complete = True
    is_single = face.is_single(programme)
    result.is_unique = None if is_single and integers is not None else is_single
    if request.tie_break and len(arrays.tie_break):
        _break_tie(programme, result, clock, is_single=is_single)
    return result


def _keep_for_proof(result: Polish, programme: Programme, request: Request, position: int) -> None:
    """Keep what a bound is proved from, if it is asked for, but the duals of the objective, which are kept anyway."""
    if not request.prove:
        return
    if result.state == "infeasible":
        result.ray = programme.ray
    if result.state == "optimal" and position < programme.arrays.objective_stage:
        result.earlier_duals.append(programme.row_duals)


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
        result.warnings.append(
            say("the tie-break ended with {status}; the plan before it is kept", status=programme.status)
        )
        return
    after = programme.values
    costs = programme.arrays.costs
    drift = np.abs(costs @ after - costs @ before)
    size = np.maximum(np.abs(costs) @ np.abs(before), np.abs(costs).max(axis=1, initial=np.finfo(np.float64).tiny))
    if bool((drift > STAGE_TOLERANCE * size).any()):
        result.tie_break = "rejected"
        result.warnings.append(
            say(
                "the tie-break moved a stage by {max:.1e} of itself; the plan before it is kept",
                max=float((drift / size).max()),
            )
        )
        return
    result.tie_break, result.values = "distance", after
    if bool((np.abs(after - before) > 1e-6 * np.maximum(1.0, np.abs(before))).any()):
        result.is_unique = False
