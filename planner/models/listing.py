"""Members on demand: paths and the like that are too many to be listed, found by what they would be worth.

A feature that lists only some of its members says so (``lists_part``), and at given shadow prices which others would
pay and how much all of them could lower the objective at most (``unlisted``). So a plan over those that are listed is
a plan over all, and what bounds it over those that are listed, less that most, bounds it over all (decision 0050).
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from planner.errors import InfeasibleError
from planner.language import say
from planner.models.compile import compile_model
from planner.models.declarations import modules_of
from planner.models.features.time import sampled
from planner.models.rules.priced import Prices
from planner.models.solving.highs.judge import TOLERANCE, gap_of, terms_of
from planner.models.solving.proof.leaves import NONE
from planner.models.solving.proof.proof import cutoff_of, evidence_of, proved_bound, relaxation_of, whole
from planner.models.solving.proof.safe_bound import Prover
from planner.models.solving.solve import solve
from planner.progress import part_of
from planner.temporary import temporary_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from planner.models.algebra.plan_model import PlanModel
    from planner.models.algebra.problem import Problem, Solution, SolverOptions, Vector
    from planner.models.solving.proof.leaves import Leaf
    from planner.models.solving.proof.proof import Evidence
    from planner.scenario.scenario import Scenario

    Found = Mapping[str, list[tuple[str, ...]]]

ROUNDS_MAX = 60
"""How often the members that pay are sought anew; what is missing after that stands in the gap."""
SECONDS_MIN = 0.1
"""[s] of a solve that begins when the time is over, to say so."""
CLOSE = 1e-5
"""Share of the objective that members may still save where they are only sought to begin with."""


@dataclass(frozen=True)
class Look:
    """What some shadow prices say of the members that are not listed.

    Attributes
    ----------
    found
        Those that would pay, by feature.
    at_most
        By how much all of them could lower the objective at most.
    """

    found: Found = field(default_factory=dict)
    at_most: float = 0.0

    def and_also(self, other: Look) -> Look:
        """Return what two say together."""
        names = {*self.found, *other.found}
        both = {name: [*dict.fromkeys([*self.found.get(name, ()), *other.found.get(name, ())])] for name in names}
        return Look(both, max(self.at_most, other.at_most))


def left_of(options: SolverOptions, ends: float) -> SolverOptions:
    """Return the options with what is left of the time, a moment at least."""
    return replace(options, time_limit=None if math.isinf(ends) else max(ends - time.perf_counter(), SECONDS_MIN))


def lists_part(scenario: Scenario) -> bool:
    """Return whether a listed feature has more members than its model would have."""
    return bool(_partial(scenario))


def _partial(scenario: Scenario) -> list[str]:
    modules = modules_of(scenario.features)
    return [name for name, module in modules.items() if hasattr(module, "lists_part") and module.lists_part(scenario)]


def with_found(scenario: Scenario, found: Found) -> Scenario:
    """Return a scenario in which more members are listed."""
    listed = dict(scenario.listed)
    for name, more in found.items():
        listed[name] = tuple(dict.fromkeys((*listed.get(name, ()), *more)))
    return replace(scenario, listed=listed)


def look_at(model: PlanModel, problem: Problem, duals: Vector, *, is_ray: bool = False) -> Look:
    """Return what shadow prices of a problem's objective stage say of the members that are not listed."""
    stage = problem.stages[problem.objective_stage].name
    weights = {"cost": 1.0, "objective_value": float(model.inputs.settings.objective.get("cost", 0.0))}
    prices = Prices(problem, duals, 0.0 if is_ray else weights.get(stage, 0.0), is_ray)
    look = Look()
    modules = modules_of(model.inputs.features)
    for name in _partial(model.inputs):
        found, at_most = modules[name].unlisted(model, prices)
        look = Look({**look.found, **({name: found} if found else {})}, look.at_most + at_most)
    return look


def begun(
    scenario: Scenario, declare: Callable[[Scenario], PlanModel], options: SolverOptions, ends: float = math.inf
) -> Scenario:
    """Return a scenario that lists the members to begin with: those that pay at few of its timesteps, if it has many.

    A plan is judged over all members in any case (:func:`over_all`), and those that still pay are found there. Where a
    model of all timesteps is small, its own relaxation finds them (:func:`grown`).
    """
    few = sampled(scenario)
    if few is None:
        return grown(scenario, declare, options, ends)
    return replace(scenario, listed=grown(few, declare, options, ends, CLOSE).listed)


def grown(
    scenario: Scenario,
    declare: Callable[[Scenario], PlanModel],
    options: SolverOptions,
    ends: float = math.inf,
    close: float = 0.0,
) -> Scenario:
    """Return a scenario that lists all members that pay in its relaxation, stage by stage.

    Parameters
    ----------
    declare
        Declares a scenario's model.
    options
        How to solve.
    ends
        When to stop, by :func:`time.perf_counter`; members found so far are listed.
    close
        Share of the objective that those not listed may still save at most.
    """
    partial = _partial(scenario)
    if not partial:
        return scenario
    scenario = with_found(scenario, {name: [] for name in partial})
    stage = rounds = 0
    while rounds < ROUNDS_MAX and time.perf_counter() < ends:
        rounds += 1
        model = declare(scenario)
        try:
            problem = compile_model(model).problem
        except InfeasibleError:
            return scenario  # whoever solves it says so
        if stage >= len(problem.stages):
            break
        with part_of(say("finding the paths that pay, round {rounds}", rounds=rounds)):
            look, objective = _relaxed(model, problem, stage, options, ends)
        scenario = with_found(scenario, look.found)
        if not look.found or look.at_most <= close * abs(objective):
            stage += 1
    return scenario


def _relaxed(model: PlanModel, problem: Problem, stage: int, options: SolverOptions, ends: float) -> tuple[Look, float]:
    """Solve one stage of the relaxation and return what its shadow prices say, and its objective; NaN without."""
    is_integer = np.zeros_like(problem.is_integer)
    relaxed = replace(
        problem, is_integer=is_integer, stages=(problem.stages[stage],), objective_stage=0, tie_break=None
    )
    left = max(ends - time.perf_counter(), 0.1)
    asked = replace(
        options, name="highs", tie_break=False, shadow_prices=True, time_limit=None if math.isinf(left) else left
    )
    with temporary_folder() as workdir:
        solution = solve(relaxed, asked, workdir, prove=True)
    return of_relaxation(model, relaxed, solution), solution.objective


def of_relaxation(model: PlanModel, problem: Problem, solution: Solution) -> Look:
    """Return what a linear programme's solution says: by its shadow prices, or by the ray of one without a plan."""
    if solution.status == "infeasible" and solution.ray is not None:
        box = problem.column_lower, problem.column_upper
        sign = Prover(relaxation_of(problem), math.inf).sense(solution.ray, *box)
        return look_at(model, problem, sign * solution.ray, is_ray=True) if sign else Look()
    return Look() if solution.row_duals is None else look_at(model, problem, solution.row_duals)


@dataclass(frozen=True)
class Judged:
    """A solution as it is to be believed where only part of the members are listed.

    Attributes
    ----------
    solution
        Its bound, gap and status are those over all members.
    found
        Members with which it may become better; none where it is good enough, or none would pay.
    """

    solution: Solution
    found: Found = field(default_factory=dict)


def over_all(model: PlanModel, problem: Problem, solution: Solution, options: SolverOptions) -> Judged:
    """Hold a plan over the listed members against all: its bound is lowered by what the others could save at most."""
    if solution.values is None:
        look = of_relaxation(model, problem, solution)
        return Judged(solution, look.found)
    if problem.objective_stage or not math.isfinite(solution.bound):
        return Judged(solution, {})
    bound, look = _bound(model, problem, solution)
    own = [duals for duals in (solution.row_duals, solution.relaxed_duals) if duals is not None]
    for duals in own:
        look = look.and_also(replace(look_at(model, problem, duals), at_most=0.0))
    terms = terms_of(problem, solution.values)
    shown, gap = gap_of(solution.objective, bound, terms)
    left = solution.objective - bound
    is_close = gap == 0.0 or left <= options.mip_gap * abs(solution.objective) + TOLERANCE * terms
    status = solution.status if is_close or solution.status != "optimal" else "feasible"
    proof = None if solution.proof is None else replace(solution.proof, bound=shown, gap=gap, proved=bound)
    judged = replace(solution, bound=shown, gap=gap, status=status, proof=proof)
    return Judged(judged, {} if is_close else look.found)


def _bound(model: PlanModel, problem: Problem, solution: Solution) -> tuple[float, Look]:
    """Return a bound over all members, and what the prices that prove it say of those that are not listed.

    It is the solution's own where each of its leaves can be looked at, else that of the relaxation.
    """
    evidence, look = _evidence(problem, solution), Look()
    if evidence is not None:
        look = look_at_leaves(model, problem, evidence, solution.objective)
        if math.isfinite(look.at_most):
            return solution.bound - look.at_most, look
    duals = solution.relaxed_duals if problem.is_integer.any() else solution.row_duals
    if duals is None:
        return -math.inf, look
    at_root = look_at(model, problem, duals)
    bound, _ = proved_bound(problem, whole(problem, duals), solution.objective)
    return min(bound, solution.bound) - at_root.at_most, Look(look.and_also(at_root).found, at_root.at_most)


def _evidence(problem: Problem, solution: Solution) -> Evidence | None:
    """Return the shadow prices from which a solution's bound was proved here, as far as they are at hand."""
    proof = solution.proof
    if proof is None or proof.by != "planner" or proof.kept is None:
        return None
    evidence = evidence_of(problem, proof.kept)
    if evidence is None and proof.leaves == 1 and solution.relaxed_duals is not None:
        return whole(problem, solution.relaxed_duals)
    return evidence


def look_at_leaves(model: PlanModel, problem: Problem, evidence: Evidence, objective: float) -> Look:
    """Return what the prices that a proof rests on say; ``at_most`` is infinite where that is not known of a leaf."""
    look = Look()
    if not lists_part(model.inputs):
        return look
    for leaf in evidence.leaves:
        look = look.and_also(_look_at_leaf(model, problem, evidence, leaf, objective))
    return look


def _look_at_leaf(model: PlanModel, problem: Problem, evidence: Evidence, leaf: Leaf, objective: float) -> Look:
    if leaf.ray == NONE:
        return look_at(model, problem, evidence.vectors(leaf.duals))
    lower, upper = problem.column_lower.copy(), problem.column_upper.copy()
    lower[problem.is_integer], upper[problem.is_integer] = leaf.lower, leaf.upper
    prover = Prover(relaxation_of(problem), cutoff_of(problem, objective))
    ray = evidence.vectors(leaf.ray)
    sign = prover.sense(ray, lower, upper)
    if not sign:
        return look_at(model, problem, evidence.vectors(leaf.duals))
    look = look_at(model, problem, sign * ray, is_ray=True)
    return Look(look.found, math.inf if look.found else 0.0)
