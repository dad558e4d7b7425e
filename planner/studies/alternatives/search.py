"""One scenario's near-optimal plans: each is found by a search of its own, tabulated and audited like any plan."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from planner.errors import AuditDisagreedError, SolveInterruptedError
from planner.io.results.results import PRICE_COLUMNS
from planner.language import say
from planner.models.algebra.problem import Proof
from planner.models.audit import audit, summarise
from planner.models.build import declare_model
from planner.models.rules.findings import Finding
from planner.models.solving.solve import solve
from planner.models.solving.start import start_from
from planner.pipeline.outcome import tabulate
from planner.pipeline.record import Clock, Record
from planner.pipeline.run import solver_options
from planner.studies.alternatives.near_optimal import apart, budget_of, compile_near, distance, sought
from planner.studies.alternatives.quantities import work_of
from planner.temporary import temporary_folder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from planner.io.results.results import Results
    from planner.models.algebra.problem import Problem, Solution, SolverOptions, Stage, Vector
    from planner.studies.alternatives.choice import Choice
    from planner.studies.alternatives.near_optimal import Near
    from planner.studies.alternatives.quantities import Quantity

Tables = dict[str, pd.DataFrame]


@dataclass(frozen=True)
class Extreme:
    """The least or the most of a quantity within the budget."""

    status: str  # optimal within the scenario's gap, feasible where a limit came first, or why there is no plan
    value: float = float("nan")  # of the plan found, from its tables; NaN without
    objective: float = float("nan")  # likewise
    bound: float = float("nan")  # what no plan within the budget goes beyond, proved; NaN where nothing is
    work: pd.Series = field(default_factory=lambda: pd.Series(dtype=float))  # IT energy of every site [MWh/a]


@dataclass
class Search:
    """Searches among the plans of a scenario that are nearly as good as the best one."""

    best: Results
    choice: Choice
    near: Near = field(init=False)  # the model compiled with what may be sought
    held: dict[str, float] = field(init=False)
    """The most each stage may be: the objective its budget, those before it what they are."""

    def __post_init__(self) -> None:
        """Compile the model."""
        scenario = self.best.scenario
        self.near = compile_near(declare_model(scenario), self.choice.groups)
        self._options = replace(
            solver_options(scenario, None, self.choice.time_limit, None), shadow_prices=False, tie_break=True
        )
        self._starts: list[Vector] = []
        problem = self.near.compiled.problem
        known = self.best.manifest["solver"].get("stage_values", {})
        self.held = {stage.name: float(known[stage.name]) for stage in problem.stages if stage.name in known}
        objective = problem.stages[problem.objective_stage].name
        self.held[objective] = self.budget
        first = start_from(problem, self.best.tables).values
        self._first = np.full(len(problem.is_integer), np.nan) if first is None else first

    @property
    def budget(self) -> float:
        """The most that the objective may be."""
        return budget_of(float(self.best.summary["objective"]), self.choice.slack)

    def extreme(self, quantity: Quantity, form: Stage, *, most: bool) -> Extreme:
        """Search for the least or the most of a quantity."""
        cost = (-1 if most else 1) * form.cost
        begin = min(self._starts, key=lambda values: float(cost @ values), default=self._first)
        solution = self._solve(sought(self.near, self.held, form, most=most), self._options, begin)
        if solution.values is None:
            return Extreme(solution.status)
        tables, summary = self._tables(solution, quantity, float(form.cost @ solution.values) + form.constant)
        bound = (-solution.bound if most else solution.bound) + 0.0  # no -0.0
        return Extreme(solution.status, quantity.measure(tables), float(summary["objective"]), bound, work_of(tables))

    def farthest(self, known: Sequence[pd.Series], candidates: Sequence[pd.Series]) -> Results | None:
        """Search for a whole plan as far from the nearest of some plans as can be found.

        Begins at the candidate that is farthest from its nearest, goes on from each plan found as long as that is
        farther, and returns the last.

        Parameters
        ----------
        known, candidates
            IT energy of every site [MWh/a] of the plans to keep away from, and of plans within the budget.
        """
        towards = max(candidates, key=lambda work: nearest(work, known), default=None)
        if towards is None or nearest(towards, known) <= SAME:
            return None
        found: Results | None = None
        reached = 0.0
        for _ in range(ROUNDS_MAX):
            results = self._towards(known, towards)
            if results is None:
                break
            gone = nearest(work_of(results.tables), known)
            if gone <= reached * (1 + PROGRESS):
                break
            found, reached, towards = results, gone, work_of(results.tables)
        return found

    def _towards(self, known: Sequence[pd.Series], towards: pd.Series) -> Results | None:
        clock = Clock()
        limit = min(FAR_SECONDS_MAX, self._options.time_limit or FAR_SECONDS_MAX)
        options = replace(self._options, mip_gap=max(FAR_GAP, self._options.mip_gap), time_limit=limit)
        record = Record(self.best.scenario, options, clock, list(self.best.manifest.get("notes", ())))
        with clock("solve"):
            begin = min(self._starts, key=lambda values: distance(self._work(values), towards), default=self._first)
            solution = self._solve(apart(self.near, self.held, known, towards), options, begin)
        if solution.values is None:
            return None
        solution = replace(solution, values=solution.values[: len(self.near.compiled.problem.is_integer)])
        with clock("audit"):
            tables, summary = self._tables(solution)
        return self._results(record, solution, tables, summary, nearest(work_of(tables), known))

    def _results(
        self, record: Record, solution: Solution, tables: Tables, summary: dict[str, Any], gone: float
    ) -> Results:
        """Return a plan as a run whose objective is the scenario's: feasible, with the gap to the best one's bound."""
        objective, bound = float(summary["objective"]), float(self.best.summary["bound"] or np.nan)
        record.problem = self.near.compiled.problem
        gap = (objective - bound) / abs(objective) if objective else float("nan")
        known = self.best.manifest.get("proof") or {}
        why = say("the bound is that of the best plan")
        proof = Proof("planner" if known.get("by") == "planner" else "solver", bound, gap, why=why)
        solution = replace(solution, objective=objective, bound=bound, gap=gap, proof=proof)
        record.solution = replace(solution, basis=None, is_unique=None)
        best = float(self.best.summary["objective"])
        summary["alternative"] = {
            "to": self.best.manifest.get("content_hash", ""),
            "slack": self.choice.slack,
            "best_objective": best,
            "budget": self.budget,
            "above_best": (objective - best) / abs(best) if best else 0.0,
            "sought": "the plan farthest from those before it",
            "distance": gone,
        }
        record.notes.append(
            say(
                "an alternative plan, not the best one: its objective may be up to {slack:.2%} worse, and at least "
                "{gone:.1%} of all work is done elsewhere than in the best plan and in the alternatives before it",
                slack=self.choice.slack,
                gone=gone,
            )
        )
        return record.results("feasible", summary, tables, pd.DataFrame(columns=list(PRICE_COLUMNS)))

    def _work(self, values: Vector) -> pd.Series:
        """Return the IT energy of every site [MWh/a] of a plan (columns,)."""
        return pd.Series({site: float(form.cost @ values) + form.constant for site, form in self.near.work.items()})

    def _solve(self, problem: Problem, options: SolverOptions, start: Vector) -> Solution:
        """Solve, beginning with the integers of a plan within the budget."""
        start = np.append(start, np.full(len(problem.is_integer) - len(start), np.nan))
        start = np.where(problem.is_integer, start, np.nan)
        is_known = bool(np.isfinite(start).any())
        with temporary_folder() as workdir:
            solution = solve(problem, options, workdir, start=start if is_known else None)
        if solution.status == "interrupted":
            raise SolveInterruptedError(say("interrupted; what was found is kept"))
        if solution.values is not None:
            self._starts.append(solution.values[: len(self._first)])
        return solution

    def _tables(
        self, solution: Solution, quantity: Quantity | None = None, value: float = 0.0
    ) -> tuple[Tables, dict[str, Any]]:
        """Return the audited tables and summary of a plan."""
        scenario, compiled = self.best.scenario, self.near.compiled
        assert solution.values is not None  # noqa: S101  for mypy: the callers have looked
        compiled.load(solution.values)
        tables = tabulate(compiled.model)
        summary = summarise(scenario, tables)
        findings = audit(scenario, tables, summary)
        findings += Finding.unless_at_most("budget", "objective", float(summary["objective"]), self.budget, "")
        if quantity is not None:
            where = quantity.place or quantity.group
            findings += Finding.unless_equal(quantity.what, where, quantity.measure(tables), value, quantity.unit)
        if findings:
            raise AuditDisagreedError(say("a near-optimal plan"), [finding.said() for finding in findings])
        return tables, summary


def nearest(work: pd.Series, known: Sequence[pd.Series]) -> float:
    """Return the distance of a plan to the nearest of some plans."""
    return min((distance(work, other) for other in known), default=float("inf"))


SAME, PROGRESS, ROUNDS_MAX = 1e-4, 0.02, 3
"""A distance that is none; by how much a search must go farther to go on; and how often it may."""
FAR_GAP, FAR_SECONDS_MAX = 0.02, 60.0
"""Within which gap, and how many seconds, a plan far from others is sought: there is no need to prove that none is
farther by a hair, which takes longer than to find it."""
