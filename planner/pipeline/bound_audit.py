"""The bound of a finished run, proved anew from what its folder keeps: ``planner audit RUN --bound``, decision 0035."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from planner.cases.joined import join_cases
from planner.cases.part import parts_of
from planner.io.results.packed_arrays import PROOF, read_proof
from planner.language import Message, Named, Text, say
from planner.models.build import declare_model
from planner.models.compile import compile_model
from planner.models.listing import lists_part, look_at_leaves, over_all
from planner.models.solving.highs.judge import TOLERANCE
from planner.models.solving.proof.leaves import NONE, Leaf
from planner.models.solving.proof.proof import ROUNDING, Evidence, evidence_of, leaves_of, proved_bound
from planner.models.solving.solve import solve
from planner.pipeline.run import solver_options
from planner.temporary import temporary_folder
from planner.views.captions import gap_text, whose

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from planner.io.results.results import Results
    from planner.models.algebra.plan_model import PlanModel
    from planner.models.algebra.problem import Problem, Solution, SolverOptions, Vector
    from planner.scenario.scenario import Scenario

STORED: Final = say("from the shadow prices stored")
LEAVES: Final = say("from its linear programmes, each solved again: their shadow prices were too many to store")
AGAIN: Final = say("by solving again: nothing is stored")
RELAXED: Final = say("from the relaxation")


@dataclass
class Proved:
    """What came of it.

    Attributes
    ----------
    findings
        What is claimed and not so.
    told
        A sentence for the user.
    """

    findings: list[Message] = field(default_factory=list)
    told: Message = field(default_factory=lambda: Named("", ""))


@dataclass(frozen=True)
class _Found:
    """A bound, how it was found, and to which share of the objective it may differ from the one claimed."""

    bound: float
    how: Message
    tolerance: float = ROUNDING
    why: Text = ""


def prove_run(results: Results, folder: Path) -> Proved:
    """Prove the bound of a run again and hold it against what its summary claims."""
    claimed = {name: _number(results.summary.get(name)) for name in ("objective", "bound", "gap")}
    proved = Proved(list(_unlike(results)))
    model, problem = _rebuilt(results.scenario)
    options = replace(solver_options(results.scenario, None, None, None), name="highs", time_limit=None)
    is_own = (results.manifest.get("proof") or {}).get("by") == "planner"
    try:
        found = _proved(model, problem, options, folder, results, is_own=is_own)
    except ValueError as error:
        proved.findings.append(say("{PROOF} proves nothing: {error}", PROOF=PROOF, error=error))
        return proved
    proved.findings += _against(claimed, found, is_own=is_own)
    gap = (claimed["objective"] - found.bound) / abs(claimed["objective"]) if claimed["objective"] else math.nan
    shown: dict[str, Any] = {"bound": found.bound, "how": found.how, "gap": gap_text(max(gap, 0.0))}
    if is_own:
        proved.told = say("the bound {bound:,.10g} is proved again (gap {gap}), {how}", **shown)
    else:
        proved.told = say(
            "the bound {claimed:,.10g} is {whose}; {how}, {bound:,.10g} is proved (gap {gap})",
            claimed=claimed["bound"],
            whose=whose(results.manifest),
            **shown,
        )
    return proved


def _rebuilt(scenario: Scenario) -> tuple[PlanModel, Problem]:
    """Return a scenario's model and its problem; of several years the first one's model, and the problem of all."""
    if not scenario.cases:
        model = declare_model(scenario)
        return model, compile_model(model).problem
    parts = parts_of([case for case in scenario.cases if case.probability > 0], declare_model)
    return parts[0].compiled.model, join_cases(scenario, parts).problem


def _number(value: Any) -> float:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number else math.nan


def _unlike(results: Results) -> Sequence[Message]:
    """Return what manifest and summary say differently: the manifest is in no list of hashes."""
    told = {**results.manifest, **{f"proof.{k}": v for k, v in (results.manifest.get("proof") or {}).items()}}
    pairs = (("bound", "bound"), ("gap", "gap"), ("status", "status"), ("proof.bound", "bound"), ("proof.gap", "gap"))
    return [
        say(
            "{name} is {found} in the manifest and {known} in the summary",
            name=other,
            found=told[name],
            known=results.summary.get(other),
        )
        for name, other in pairs
        if name in told and told[name] != results.summary.get(other)
    ]


def _against(claimed: dict[str, float], found: _Found, *, is_own: bool) -> list[Message]:
    """Return what is claimed and not so."""
    objective, bound, gap = claimed["objective"], claimed["bound"], claimed["gap"]
    size = max(abs(objective), abs(bound) if math.isfinite(bound) else 0.0)
    lines: list[Message] = []
    if is_own and not bound <= found.bound + found.tolerance * size:
        lines.append(
            say(
                "the bound is said to be {bound:,.15g}, and {proved:,.15g} can be proved {how}{why}",
                bound=bound,
                proved=found.bound,
                how=found.how,
                why=say("; {why}", why=found.why) if found.why else "",
            )
        )
    if bound > objective + TOLERANCE * size or found.bound > objective + TOLERANCE * size:
        lines.append(
            say(
                "the objective {objective:,.15g} is below a bound: {bound:,.15g} is claimed, {proved:,.15g} proved",
                objective=objective,
                bound=bound,
                proved=found.bound,
            )
        )
    least = (objective - bound) / abs(objective) if objective else 0.0
    if math.isfinite(least) and not gap >= least - found.tolerance:
        lines.append(
            say("the gap is said to be {gap}, and between objective and bound it is {least}", gap=gap, least=least)
        )
    return lines


def _proved(
    model: PlanModel, problem: Problem, options: SolverOptions, folder: Path, results: Results, *, is_own: bool
) -> _Found:
    """Return what is proved of a problem's objective."""
    objective = _number(results.summary.get("objective"))
    stored = read_proof(folder) if is_own else None
    if stored is not None and problem.objective_stage == 0:
        evidence = evidence_of(problem, stored)
        if evidence is not None:
            bound, why = proved_bound(problem, evidence, objective)
            bound -= look_at_leaves(model, problem, evidence, objective).at_most
            return _Found(bound, STORED, why=why)
        bound, why = _from_leaves(model, problem, options, leaves_of(problem, stored), objective)
        return _Found(bound, LEAVES, TOLERANCE, why)
    if is_own:
        asked = _number((results.manifest.get("solver") or {}).get("asked", {}).get("mip_gap"))
        gap = asked if 0.0 <= asked < 1.0 else options.mip_gap
        solution = _solved(problem, replace(options, mip_gap=gap))
        solution = over_all(model, problem, solution, options).solution if lists_part(model.inputs) else solution
        why = solution.proof.why if solution.proof is not None else ""
        return _Found(-math.inf if solution.proof is None else solution.proof.proved, AGAIN, TOLERANCE, why)
    if problem.objective_stage:
        return _Found(-math.inf, RELAXED)
    box = problem.column_lower[problem.is_integer], problem.column_upper[problem.is_integer]
    bound, why = _from_leaves(model, problem, options, [Leaf(*box, NONE)], objective)
    return _Found(bound, RELAXED, TOLERANCE, why)


def _from_leaves(
    model: PlanModel, problem: Problem, options: SolverOptions, leaves: Sequence[Leaf], objective: float
) -> tuple[float, Text]:
    """Return what is proved from the linear programme of each leaf, solved again, and why no more."""
    vectors: list[Vector] = []
    known: list[Leaf] = []
    for leaf in leaves:
        solution = _solved(_of_leaf(problem, leaf), options)
        found = solution.ray if solution.status == "infeasible" else solution.row_duals
        at = NONE if found is None else len(vectors)
        vectors += [] if found is None else [found]
        is_empty = solution.status == "infeasible"
        known.append(replace(leaf, duals=NONE if is_empty else at, ray=at if is_empty else NONE))
    evidence = Evidence(known, lambda number: vectors[number], len(vectors))
    bound, why = proved_bound(problem, evidence, objective)
    return bound - look_at_leaves(model, problem, evidence, objective).at_most, why


def _of_leaf(problem: Problem, leaf: Leaf) -> Problem:
    """Return the linear programme of a leaf."""
    lower, upper = problem.column_lower.copy(), problem.column_upper.copy()
    lower[problem.is_integer], upper[problem.is_integer] = leaf.lower, leaf.upper
    is_integer = np.zeros_like(problem.is_integer)
    stages = problem.stages[problem.objective_stage : problem.objective_stage + 1]
    narrowed = replace(problem, column_lower=lower, column_upper=upper, is_integer=is_integer)
    return replace(narrowed, stages=stages, objective_stage=0, tie_break=None)


def _solved(problem: Problem, options: SolverOptions) -> Solution:
    with temporary_folder() as workdir:
        return solve(problem, replace(options, tie_break=False, shadow_prices=True), workdir, prove=True)
