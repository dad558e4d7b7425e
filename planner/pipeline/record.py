"""What becomes of a run, gathered as it goes: its times, its notes, its plan or its failure."""

from __future__ import annotations

import math
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pandas as pd

from planner import system
from planner.io.results.manifest import build_manifest
from planner.io.results.results import Results
from planner.models.algebra.own import Own
from planner.models.declarations import guests_of
from planner.models.guests import document

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from planner.errors import PlannerError
    from planner.language import Message, Text
    from planner.models.algebra.problem import Problem, Solution, SolverOptions
    from planner.scenario.scenario import Scenario


HEADLINE = ("objective", "cost", "costs", "emissions", "energy", "green_power_share", "mean_latency", "served_share")
"""What stands first in ``summary.json``."""


class Clock:
    """Wall seconds by stage of the line."""

    def __init__(self, **earlier: float) -> None:
        self.started = datetime.now(UTC)
        self._start = time.perf_counter() - sum(earlier.values())
        self.seconds = dict(earlier)

    @contextmanager
    def __call__(self, stage: str) -> Iterator[None]:
        """Add the time spent inside to a stage."""
        begin = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[stage] = self.seconds.get(stage, 0.0) + time.perf_counter() - begin

    def total(self) -> dict[str, float]:
        """Return the seconds by stage, and of everything."""
        return {**self.seconds, "total": time.perf_counter() - self._start}

    def after(self, earlier: Mapping[str, float]) -> dict[str, float]:
        """Return the seconds of an earlier clock and of this one together."""
        total = earlier["total"] + self.total()["total"]
        return {**{stage: took for stage, took in earlier.items() if stage != "total"}, **self.seconds, "total": total}


class Record:
    """What becomes of a run, gathered as it goes: a plan, or what is known of a failure."""

    def __init__(self, scenario: Scenario, options: SolverOptions | None, clock: Clock, notes: list[Text]) -> None:
        self.scenario = scenario
        self.options = options
        self.clock = clock
        self.notes = notes
        self.problem: Problem | None = None
        self.fallback = ""
        self.solution: Solution | None = None
        self.findings: list[Message] = []
        self.set_aside: list[Message] = []
        """What the audit finds under rules that the user took out."""
        self.own = Own()
        self.is_outside = False
        """Whether it was solved by nobody the planner knows."""

    def results(
        self,
        status: str,
        summary: Mapping[str, Any],
        tables: Mapping[str, pd.DataFrame],
        prices: pd.DataFrame,
        ranging: pd.DataFrame | None = None,
    ) -> Results:
        """Return the results with their summary and manifest."""
        solution, problem = self.solution, self.problem
        head: dict[str, Any] = {"status": "feasible" if status == "interrupted" else status}
        if solution is not None and tables:
            head |= {"objective": summary["objective"], "bound": solution.bound, "gap": solution.gap}
            head |= self._own_words(solution)
        counts = problem.counts if problem is not None else {}
        measures = {"counts": counts, "seconds": self.clock.total(), "peak_memory": peak_memory(solution)}
        proof = solution.proof if solution is not None and tables else None
        first = {key: summary[key] for key in HEADLINE if key in summary}
        full = {**head, **first, **summary, **measures}
        manifest = build_manifest(
            self.scenario,
            full,
            started=self.clock.started,
            options=self.options,
            compiled={"by": "standard form", "because": self.fallback} if self.fallback else {"by": "templates"},
            solver=solution.details if solution is not None else {},
            is_unique=solution.is_unique if solution is not None else None,
            findings=self.findings,
            notes=self.notes,
            interrupted=solution is not None and solution.status == "interrupted",
            proof=proof.record if proof is not None else None,
        )
        if self.scenario.listed:
            manifest["listed"] = {
                name: [list(each) for each in members] for name, members in self.scenario.listed.items()
            }
        if guests := guests_of(self.scenario.features):
            manifest["guest_features"] = document(guests)
        if self.own:
            manifest["own_rules"] = self.own.document()
            manifest["audit"]["set_aside"] = list(self.set_aside)
        log = solution.log if solution is not None else ""
        basis = solution.basis if solution is not None and tables else None
        kept = proof.kept if proof is not None else None
        return Results(self.scenario, full, dict(tables), prices, manifest, log, ranging, basis, kept)

    def _own_words(self, solution: Solution) -> dict[str, Any]:
        """Return what the summary says of a plan that is not the scenario's alone."""
        words: dict[str, Any] = {"solved_outside": True} if self.is_outside else {}
        if self.own:
            words["own_rules"] = [*self.own.rules, *self.own.variables, *self.own.changes, *self.own.taken_out]
        if self.own.objective:
            own = {"name": self.own.objective, "value": solution.objective, "bound": solution.bound}
            words |= {"own_objective": own, "bound": math.nan}  # of another objective than the one beside it
        return words

    def failure(self, error: PlannerError, status: str) -> PlannerError:
        """Attach what is known of a failed run to its error."""
        known = "error" if status == "interrupted" else status
        error.results = self.results(known, {}, {}, pd.DataFrame())
        return error


def peak_memory(solution: Solution | None) -> float:
    """Return the peak memory [MiB] of this process or of the solver's, whichever is more."""
    return max(system.peak_memory(), solution.peak_memory if solution is not None else 0.0)
