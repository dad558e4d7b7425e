"""Find, of the plans equal to a run's, the nearest to the base: its differences are the inputs' effect.

The rest of the difference of the two runs swaps places at equal cost, and has no cause in the inputs.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from planner.errors import PlannerError
from planner.figures.ledger import weights
from planner.figures.work import mean_load
from planner.language import Message, say
from planner.models.algebra.problem import SolverOptions
from planner.models.audit import audit, summarise
from planner.models.build import declare_model
from planner.models.compile import compile_model
from planner.models.solving.solve import solve
from planner.models.solving.start import start_from
from planner.pipeline.outcome import tabulate
from planner.progress import part_of
from planner.studies.compare.differences.moves import PAIR_AND_SITE
from planner.studies.compare.differences.nearest_of_equals import KnownPlan, nearest_of_equals
from planner.temporary import temporary_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd

    from planner.io.results.results import Results
    from planner.models.algebra.matrix import Compiled
    from planner.models.algebra.problem import Vector
    from planner.studies.compare.differences.nearest_of_equals import Member

SECONDS: Final = 60.0
"""[s] for finding the nearest of the equals, of one run."""
NONZEROS_MAX: Final = 5_000_000
"""Of a larger model the nearest of the equals is not looked for."""


@dataclass(frozen=True)
class Nearest:
    """The plan that costs what the run's does and is nearest to the base."""

    tables: Mapping[str, pd.DataFrame]
    summary: Mapping[str, Any]  # as in summary.json, of the plan itself
    objective: float  # its objective; no worse than the run's, or within the gap at which the run's plan was accepted
    builds_as_before: bool
    """Whether all that is built by the piece is as in the base, though the run built otherwise: within the run's gap
    the two are equals."""


def nearest_equal(before: Results, after: Results, seconds: float = SECONDS) -> Nearest | Message:
    """Return the plan nearest to ``before`` among the equals of ``after``, or why it is not known."""
    if "own_rules" in after.summary or "own_rules" in after.manifest:
        return say("the run has rules of the user's own")
    if "alternative" in after.summary:
        return say("the run is an alternative, not the best plan")
    with part_of(say("looking for the nearest of equal plans")):
        return _Search(before, after, time.perf_counter() + seconds).found()


class _Search:
    def __init__(self, before: Results, after: Results, ends: float) -> None:
        self.before, self.after, self.ends = before, after, ends
        self.model = declare_model(after.scenario)
        self.compiled: Compiled = compile_model(self.model)
        records = self.model.recorded("variable")
        self.built = [record.name for record in records if record.options["is_investment"]]

    @cached_property
    def known(self) -> KnownPlan:
        """The plan to be near to."""
        work, built = mean_load(self.before.tables, PAIR_AND_SITE), _built(self.before, self.after, self.built)
        return KnownPlan(dict(work), _shares_of(self.after), dict(built))

    def found(self) -> Nearest | Message:
        problem = self.compiled.problem
        if problem.matrix.nnz > NONZEROS_MAX:
            return say("the model is too large")
        own = self._integers(self.after)
        base = self._integers(self.before)
        base = np.where(np.isnan(base), own, base)
        if not np.array_equal(base, own, equal_nan=True) and problem.objective_stage == 0:
            nearest = self._tried(base, builds_as_before=True)
            if isinstance(nearest, Nearest) and nearest.objective <= self._accepted():
                return nearest
        return self._tried(own, builds_as_before=False)

    def _tried(self, integers: Vector, *, builds_as_before: bool) -> Nearest | Message:
        try:
            return self._nearest(integers, builds_as_before=builds_as_before)
        except PlannerError as error:
            return say("looking for it failed: {error}", error=error.message)

    def _integers(self, results: Results) -> Vector:
        """Return the integers of a plan as columns of the run's problem, NaN where its tables do not say."""
        problem = self.compiled.problem
        values = start_from(problem, results.tables).values
        return np.full(len(problem.is_integer), np.nan) if values is None else values

    def _accepted(self) -> float:
        """Return the highest objective at which the run's plan would have been accepted as well."""
        summary, asked = self.after.summary, (self.after.manifest.get("solver") or {}).get("asked") or {}
        objective, bound = float(summary["objective"]), summary.get("bound")
        if bound is None or summary["status"] != "optimal":
            return objective
        return max(objective, float(bound) + float(asked.get("mip_gap", 0.0)) * abs(objective))

    def _nearest(self, integers: Vector, *, builds_as_before: bool) -> Nearest | Message:
        problem = nearest_of_equals(self.compiled.problem, integers, self.known, self.built)
        left = self.ends - time.perf_counter()
        if left <= 0:
            return _too_long()
        options = SolverOptions(time_limit=left, tie_break=False, shadow_prices=False)
        with temporary_folder() as workdir:
            solution = solve(problem, options, workdir)
        if solution.values is None or solution.status != "optimal":
            return _too_long()
        self.compiled.load(solution.values[: len(self.compiled.problem.is_integer)])
        tables = tabulate(self.model)
        scenario = self.after.scenario
        summary = summarise(scenario, tables)
        findings = audit(scenario, tables, summary)
        if findings:
            return say("the audit does not confirm it: {first}", first=findings[0].said())
        return Nearest(tables, summary, solution.objective, builds_as_before)


def _too_long() -> Message:
    return say("there was not enough time")


def _shares_of(results: Results) -> dict[str, float]:
    hours = weights(results.tables)
    return {str(step): share for step, share in (hours / hours.sum()).items()}


def _built(before: Results, after: Results, variables: list[str]) -> Iterator[tuple[Member, float]]:
    """Yield what the base builds, as far as the run's scenario has to build it: less what stands there already."""
    scenario = after.scenario
    for built in scenario.declarations.builds:
        if built.variable in variables and built.existing:
            existing = scenario.series(built.existing)
            for key, size in built.amounts(before.tables).items():
                at = tuple(map(str, key)) if isinstance(key, tuple) else (str(key),)
                known = existing.get(at if len(at) > 1 else at[0], 0.0)
                yield (built.variable, at), max(0.0, float(size) - float(known))
