"""Plans of one future, with what is built before futures are known free or held, each solved and audited."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from planner.cases.audit import audit_cases
from planner.cases.joined import join_cases
from planner.cases.part import parts_of
from planner.cases.plan import CasesPlan
from planner.cases.summary import summarise_cases
from planner.cases.vintages import ALL, Vintage, absent, shared_stages
from planner.cases.vintages import held as decided
from planner.errors import AuditDisagreedError, InfeasibleError, SolveInterruptedError
from planner.figures.ledger import Kept
from planner.language import SEMICOLON, Message, Text, join, say
from planner.models.build import declare_model
from planner.models.claims import Claims, audit_claims
from planner.models.rules.findings import Finding
from planner.models.solving.solve import solve
from planner.pipeline.outcome import tabulate, without_plan
from planner.progress import working_on
from planner.studies.explain.conflict import conflict
from planner.studies.explain.text import conflict_in_words
from planner.studies.futures.cure import cure_of
from planner.studies.futures.interval import NO_PLAN, Interval, known
from planner.studies.futures.words import vintage_words
from planner.temporary import temporary_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    import pandas as pd

    from planner.cases.joined import Joined
    from planner.cases.part import Part
    from planner.cluster import Where
    from planner.models.algebra.problem import Solution, SolverOptions
    from planner.models.algebra.row_names import Name
    from planner.scenario.cases import Case
    from planner.scenario.scenario import Scenario

    Built = Mapping[Vintage, float]

CONFLICT_SECONDS: Final = 20.0
"""[s] that may be spent on which rules cannot hold together, and as many on which of them would have to give."""
TIES: Final = frozenset({"standing", "vintage", "whole_vintage", "whole"})
"""What holds the investments: it is part of every conflict, and says nothing of it."""
NAN: Final = float("nan")
MEAN: Final = ""
"""Of the futures by id, the mean one."""


@dataclass(frozen=True)
class Trial:
    """What became of a plan in one future.

    Attributes
    ----------
    status
        ``optimal``, ``feasible``, ``time_limit``, or ``infeasible``.
    objective, bound
        Over the stages of the future, discounted, in the unit of the objective; NaN where there is none.
    built
        What is built of each vintage.
    rules
        That cannot hold together, where there is no plan.
    why
        The same for a reader.
    cure
        Of them the one without which there is a plan; empty where none is known.
    """

    status: str
    objective: float = NAN
    bound: float = NAN
    built: Built = field(default_factory=dict)
    rules: tuple[str, ...] = ()
    why: Text = ""
    cure: str = ""

    @property
    def has_plan(self) -> bool:
        """Whether a plan was found."""
        return math.isfinite(self.objective)

    @property
    def value(self) -> Interval:
        """The objective as far as it is known."""
        return NO_PLAN if self.status == "infeasible" else known(self.objective, self.bound)


class Trials:
    """Plans of the futures of a scenario, whose years are compiled once.

    Parameters
    ----------
    scenario
        That holds the cases; its ``cvar_weight`` is 0.
    options
        How each plan is solved.
    where
        On what a very large one is solved.
    """

    def __init__(self, scenario: Scenario, options: SolverOptions, where: Where) -> None:
        self.scenario = scenario
        self.where = where
        self.options = replace(options, shadow_prices=False)
        self._parts: dict[str, list[Part]] = {}

    def early(self) -> set[str]:
        """Return the stages before it is known which future comes."""
        future = next(case.future for case in self.scenario.cases if case.probability > 0)
        return shared_stages(self.scenario, self._parts_of(future))

    def own(self, future: str) -> Trial:
        """Return the best plan of a future that is known from the beginning."""
        return self._tried(_sure(self.scenario, future), future, None)

    def of_mean(self, cases: Sequence[Case]) -> Trial:
        """Return the best plan of the mean future."""
        return self._tried(tuple(cases), MEAN, None)

    def held(self, future: str, built: Built) -> Trial:
        """Return the best plan of a future in which what is built before it is known is that of another plan."""
        return self._tried(_sure(self.scenario, future), future, built)

    def weighed(self, weight: float) -> tuple[Solution, dict[str, Any]]:
        """Return the solution of all futures together at a weight of the worst, and its summary."""
        planned = [case for case in self.scenario.cases if case.probability > 0]
        scenario = self.scenario.noted(cases=tuple(planned), given={**self.scenario.given, "cvar_weight": weight})
        parts = [part for future in dict.fromkeys(case.future for case in planned) for part in self._parts_of(future)]
        chances = {case.future: case.probability for case in planned}
        parts = [replace(part, case=replace(part.case, probability=chances[part.case.future])) for part in parts]
        order = {(case.stage, case.future): place for place, case in enumerate(planned)}
        joined = join_cases(scenario, sorted(parts, key=lambda part: order[part.key]))
        solution = self._solved(joined)
        if solution.values is None:
            raise without_plan(solution, parts[0].compiled.own)
        return solution, self._audited(scenario, joined, solution)[0]

    def _parts_of(self, future: str, cases: Sequence[Case] = ()) -> list[Part]:
        if future not in self._parts:
            self._parts[future] = parts_of(cases or _sure(self.scenario, future), declare_model)
        return self._parts[future]

    def _tried(self, cases: tuple[Case, ...], future: str, held: Built | None) -> Trial:
        scenario = self.scenario.noted(cases=cases)
        try:
            parts = self._parts_of(future, cases)
        except InfeasibleError as error:
            return Trial("infeasible", why=error.message)
        lost = [] if held is None else absent(scenario, parts, held)
        if lost:
            names = join(vintage_words(self.scenario, vintage) for vintage in lost)
            why = say("{what} cannot be built there", what=names)
            return Trial("infeasible", rules=tuple(dict.fromkeys(each.investment for each in lost)), why=why)
        joined = join_cases(scenario, parts, decided=None if held is None else decided(scenario, parts, held))
        solution = self._solved(joined, is_held=held is not None)
        if solution.values is None:
            return self._without(joined, solution)
        _, built = self._audited(scenario, joined, solution, held)
        return Trial(solution.status, float(solution.objective), float(solution.bound), built)

    def _solved(self, joined: Joined, *, is_held: bool = False) -> Solution:
        options = replace(self.options, tie_break=self.options.tie_break and not is_held)
        with temporary_folder() as workdir:
            solution = solve(joined.problem, options, workdir, prove=True, where=self.where)
        if solution.status == "interrupted":
            raise SolveInterruptedError(say("interrupted; what was found is kept, the same command goes on"))
        return solution

    def _without(self, joined: Joined, solution: Solution) -> Trial:
        if solution.status == "unbounded":
            raise without_plan(solution, joined.parts[0].compiled.own)
        if solution.status != "infeasible":
            return Trial(solution.status)
        seconds = min(self.options.time_limit or CONFLICT_SECONDS, CONFLICT_SECONDS)
        with temporary_folder() as workdir:
            names = _without_future(joined, conflict(joined.problem, workdir, seconds))
        why: Message = (
            say("these cannot hold together: {rules}", rules=join(conflict_in_words(self.scenario, names), SEMICOLON))
            if names
            else say("whole numbers are in the way, or no few rules alone")
        )
        rules = tuple(dict.fromkeys(rule for rule, _ in names))
        cure = cure_of(self.scenario, joined.problem, rules, self.options, seconds)
        return Trial("infeasible", rules=rules, why=why, cure=cure)

    def _audited(
        self, scenario: Scenario, joined: Joined, solution: Solution, held: Built | None = None
    ) -> tuple[dict[str, Any], Built]:
        """Return the summary of a plan that the audits confirm, and what it builds."""
        working_on(say("auditing"))
        assert solution.values is not None  # noqa: S101  for mypy: the callers have looked
        plan = CasesPlan(scenario)
        plan.add(joined, solution.values, tabulate)
        tables = Kept(plan.tables())
        summary = summarise_cases(scenario, tables)
        findings = audit_cases(scenario, tables, summary)
        claims = Claims.of_solution(solution, joined.problem, self.options)
        findings.extend(audit_claims(claims, summary, scenario))
        if held is not None:
            findings.extend(_audit_held(tables["vintages"], held, self.early()))
        if findings:
            raise AuditDisagreedError(say("the plan of a future"), [finding.said() for finding in findings])
        return summary, plan.built


def _without_future(joined: Joined, names: Sequence[Name]) -> list[Name]:
    """Return the names of rules but for those that hold the investments, without the future, which is told beside."""
    stage, future = joined.parts[0].key
    place = 1 if stage else 0
    return [
        (rule, (*index[:place], *index[place + 1 :]) if index[place : place + 1] == (future,) else index)
        for rule, index in names
        if rule not in TIES
    ]


def _sure(scenario: Scenario, future: str) -> tuple[Case, ...]:
    """Return the cases of a future as if it were the only one."""
    return tuple(replace(case, probability=1.0) for case in scenario.cases if case.future == future)


def _audit_held(table: pd.DataFrame, held: Built, early: set[str]) -> Iterator[Finding]:
    """What is built before the futures are known is what the other plan builds, as far as it can be built here."""
    for row in table.to_dict("records"):
        vintage = Vintage(str(row["asset"]), str(row["index"]), str(row.get("stage", "")), ALL)
        if vintage.stage in early:
            where = ", ".join(part for part in vintage if part)
            yield from Finding.unless_equal("held", where, held.get(vintage, 0.0), float(row["vintage"]), "")
