"""What a run says of itself: its status, objective, bound and gap must follow from each other and from the tables."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from planner.language import say
from planner.models.rules.findings import RELATIVE_TOLERANCE, YEARLY_TOLERANCE, Finding, slack

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from planner.models.algebra.problem import Problem, Solution, SolverOptions
    from planner.scenario.scenario import Scenario

UNKNOWN = float("nan")
WITH_PLAN = ("optimal", "feasible")


@dataclass(frozen=True)
class Claims:
    """What a run says of its plan.

    Attributes
    ----------
    status
        ``optimal`` or ``feasible``.
    objective
        By the solver.
    bound, gap
        NaN where nothing is known: then no plan is called optimal.
    gap_asked
        The relative gap at which a plan may be called optimal; 0 of a linear programme.
    """

    status: str
    objective: float
    bound: float
    gap: float
    gap_asked: float

    @classmethod
    def of_solution(cls, solution: Solution, problem: Problem, options: SolverOptions) -> Claims:
        """Return what will be said of a plan; one at which the user stopped the solver is feasible."""
        status = "feasible" if solution.status == "interrupted" else solution.status
        gap_asked = options.mip_gap if problem.is_integer.any() else 0.0
        return cls(status, solution.objective, solution.bound, solution.gap, gap_asked)

    @classmethod
    def of_summary(cls, summary: Mapping[str, Any], mip_gap: float) -> Claims:
        """Return the claims of a summary as written: what is not a finite number stands there as ``None``."""
        objective, bound, gap = (
            UNKNOWN if summary.get(key) is None else float(summary[key]) for key in ("objective", "bound", "gap")
        )
        is_linear = not dict(summary.get("counts") or {}).get("integers", 0)
        return cls(str(summary.get("status")), objective, bound, gap, 0.0 if is_linear else mip_gap)


def audit_claims(claims: Claims, summary: Mapping[str, Any], inputs: Scenario) -> Iterator[Finding]:
    """Hold a run's claims against each other and against the objective that its tables give."""
    objective = float(summary["objective"])
    yield from Finding.unless_equal("objective", "solver", objective, claims.objective, "")
    if claims.status not in WITH_PLAN:
        yield Finding("status", claims.status, say("is not the status of a plan"))
    if math.isnan(claims.bound):
        yield from _without_bound(claims)
        return
    size = _size(objective, summary, inputs.settings.objective.get("cost", 0.0))
    near = max(YEARLY_TOLERANCE, slack(objective, claims.bound), RELATIVE_TOLERANCE * size)
    missing = objective - claims.bound
    if not missing >= -near:
        yield Finding(
            "bound",
            "objective",
            say(
                "the objective {objective:.10g} is below the bound {bound:.10g}",
                objective=objective,
                bound=claims.bound,
            ),
        )
    said = claims.gap * abs(objective)
    # A plan worth nothing has no relative gap: whatever is missing is infinitely much of it.
    is_known = math.isfinite(said) or abs(objective) > near
    if is_known and not abs(missing - said) <= near:
        yield Finding(
            "gap",
            "objective",
            say(
                "objective {objective:.10g} and bound {bound:.10g} leave a gap of {found:.3g}, not {gap:.3g}",
                objective=objective,
                bound=claims.bound,
                found=missing / abs(objective) if objective else math.inf,
                gap=claims.gap,
            ),
        )
    if claims.status == "optimal" and not missing <= claims.gap_asked * abs(objective) + near:
        yield Finding(
            "status",
            "optimal",
            say(
                "nothing proves it: {missing:.6g} to the bound are more than the gap asked for, {gap_asked:g}",
                missing=missing,
                gap_asked=claims.gap_asked,
            ),
        )


def _without_bound(claims: Claims) -> Iterator[Finding]:
    if claims.status == "optimal":
        yield Finding("status", "optimal", say("no bound proves it"))
    if not math.isnan(claims.gap):
        yield Finding("gap", "bound", say("there is a gap but no bound"))


def _size(objective: float, summary: Mapping[str, Any], weight: float) -> float:
    """Return how large the terms of the objective are together: what earns and what costs do not cancel here."""
    costs = [float(cost) for cost in dict(summary["costs"]).values()]
    return abs(weight) * sum(map(abs, costs)) + abs(objective - weight * sum(costs))
