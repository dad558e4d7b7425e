"""The line for a scenario of several years: each read and audited by itself, all solved as one (decision 0061)."""

from __future__ import annotations

import math
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planner.cases.audit import audit_cases
from planner.cases.joined import join_cases
from planner.cases.part import parts_of
from planner.cases.plan import CasesPlan
from planner.cases.summary import summarise_cases
from planner.cases.vintages import absent, held, stages_of
from planner.errors import AuditDisagreedError, InfeasibleError, PlannerError, UsageError
from planner.figures.cases import keys_of
from planner.figures.ledger import Kept
from planner.language import join, say
from planner.models.algebra.matrix import coefficient_warnings
from planner.models.claims import Claims, audit_claims
from planner.models.listing import begun, left_of, lists_part, over_all, with_found
from planner.models.solving.prices import shadow_prices
from planner.models.solving.solve import solve
from planner.pipeline.check import obstacles_of
from planner.pipeline.outcome import EXPLAIN, tabulate, without_plan
from planner.progress import part_of, working_on
from planner.temporary import temporary_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import Any

    from planner.cases.joined import Joined
    from planner.cases.part import Part
    from planner.cluster import Where
    from planner.io.results.results import Results
    from planner.models.algebra.plan_model import PlanModel
    from planner.models.algebra.problem import Problem, Solution, SolverOptions, Vector
    from planner.pipeline.record import Record
    from planner.scenario.cases import Case
    from planner.scenario.scenario import Scenario

    Declare = Callable[[Scenario], PlanModel]
    Begin = Callable[[Problem], Any]


ON_DEMAND = say("paths are found on demand in plans of one year alone: state fewer links, or a lower latency_max")
NOT_DECIDED = say(
    "what decides the plan, and how far numbers may move, are not looked for where several years are planned together; "
    "shadow_prices.csv has what each limit of each year is worth"
)


def run_cases(
    record: Record, declare: Declare, options: SolverOptions, begin: Begin, where: Where, *, deciding: bool = False
) -> Results:
    """Plan the cases of a scenario together and audit the plan.

    Parameters
    ----------
    record
        Of the run; its scenario holds the cases.
    declare
        Declares the model of one case.
    options
        How to solve.
    begin
        Returns what an earlier run gives a problem to begin with.
    where
        On what a very large problem is solved.
    deciding
        Whether it was asked what decides the plan.
    """
    _check_obstacles(record)
    plan = CasesPlan(record.scenario)
    found: list[tuple[Joined, Solution]] = []
    for joined, solution in _plans(record, declare, options, begin, where, plan=plan):
        if solution.values is None:
            raise record.failure(_without_plan(solution, joined.parts, options, record), solution.status)
        working_on(say("making the tables"))
        with record.clock("tabulate"):
            plan.add(joined, solution.values, tabulate)
        found.append((joined, solution))
    scenario = record.scenario
    record.solution = solution = _together(scenario, [each for _, each in found])
    _price_the_rest(record, plan, declare, options)
    if deciding:
        record.notes.append(NOT_DECIDED)
    tables = plan.tables()
    summary = _audited(record, tables)
    prices = pd.concat([_prices(scenario, *each) for each in found], ignore_index=True)
    return record.results(solution.status, summary, tables, prices)


def _plans(
    record: Record, declare: Declare, options: SolverOptions, begin: Begin, where: Where, *, plan: CasesPlan
) -> Iterator[tuple[Joined, Solution]]:
    """Yield the joint problem of all cases with its solution, or that of each stage in turn on what stands by then."""
    scenario = record.scenario
    if lists_part(scenario.cases[0].scenario):
        yield _over_all(record, declare, options, begin, where)
        return
    parts = _parts(record, [case for case in scenario.cases if case.probability > 0], declare)
    for stage in stages_of(parts) if scenario.settings.foresight == "myopic" else [None]:
        in_turn = [part for part in parts if stage in (None, part.case.stage)]
        joined = join_cases(scenario, parts, in_turn, plan.built)
        yield joined, _solved(record, joined, options, begin, where)


def _over_all(
    record: Record, declare: Declare, options: SolverOptions, begin: Begin, where: Where
) -> tuple[Joined, Solution]:
    """Solve a year that stands alone, again with what pays beside, as one without a name is (decision 0050)."""
    ends = math.inf if options.time_limit is None else time.perf_counter() + options.time_limit
    [case], noted = record.scenario.cases, len(record.notes)
    with record.clock("solve"):
        year = begun(case.scenario, declare, options, ends)
    while True:
        record.scenario = record.scenario.noted(cases=(replace(case, scenario=year),))
        joined = join_cases(record.scenario, _parts(record, record.scenario.cases, declare))
        if not joined.is_alone:
            raise UsageError(ON_DEMAND)
        del record.notes[noted:]
        solution = _solved(record, joined, left_of(options, ends), begin, where)
        model = joined.parts[0].compiled.model
        with record.clock("solve"):
            judged = over_all(model, joined.problem, solution, options)
        is_over = judged.solution.status in ("interrupted", "time_limit") or time.perf_counter() >= ends
        if not judged.found or is_over:
            record.solution = judged.solution
            return joined, judged.solution
        year = with_found(year, judged.found)


def _together(scenario: Scenario, found: Sequence[Solution]) -> Solution:
    """Return what is known of the plan of all stages: of several found in turn no bound, for none was looked for."""
    if len(found) == 1 and scenario.settings.foresight != "myopic":
        return found[0]
    unknown = float("nan")
    details = {**found[-1].details, "in_turn": [{"status": one.status, "gap": one.gap} for one in found]}
    return replace(
        found[-1],
        status="interrupted" if any(one.status == "interrupted" for one in found) else "feasible",
        values=None,
        objective=sum(one.objective for one in found),
        bound=unknown,
        gap=unknown,
        basis=None,
        proof=None,
        is_unique=None,
        details=details,
        log="\n".join(one.log for one in found),
        seconds=sum(one.seconds for one in found),
        peak_memory=max(one.peak_memory for one in found),
    )


def check_asked(scenario: Scenario, *, made: bool, dispatched: bool) -> None:
    """Refuse what is known of one year alone."""
    if made:
        raise UsageError(
            say("a model is one year's; {name} has several: hand over the scenario itself", name=scenario.name)
        )
    if dispatched:
        raise UsageError(say("the full year cannot be dispatched where several years are planned together"))
    if len(scenario.cases) > 1 and any(lists_part(case.scenario) for case in scenario.cases):
        raise UsageError(ON_DEMAND)


def _check_obstacles(record: Record) -> None:
    reasons = [
        say("{case}: {reason}", case=case.name, reason=reason)
        for case in record.scenario.cases
        if case.probability > 0
        for reason in obstacles_of(case.scenario)
    ]
    if reasons:
        lines = [say("no plan can serve all demand:"), *reasons, EXPLAIN]
        raise record.failure(InfeasibleError(join(lines, "\n")), "infeasible")


def _parts(record: Record, cases: Sequence[Case], declare: Declare) -> list[Part]:
    with record.clock("compile"):
        try:
            parts = parts_of(cases, declare)
        except InfeasibleError as error:
            raise record.failure(error, "infeasible") from None
    record.own = parts[0].compiled.own
    return parts


def _solved(record: Record, joined: Joined, options: SolverOptions, begin: Begin, where: Where) -> Solution:
    with record.clock("compile"):
        problem = joined.problem
    start = begin(problem)
    with record.clock("solve"), temporary_folder() as workdir:
        solution = solve(problem, options, workdir, start=start.values, basis=start.basis, prove=True, where=where)
    if start.details:
        solution.details["start"] = {**start.details, **solution.details.get("start", {})}
    record.notes.extend([*coefficient_warnings(problem), *start.notes])
    record.problem, record.solution = problem, solution
    return solution


def _without_plan(solution: Solution, parts: Sequence[Part], options: SolverOptions, record: Record) -> PlannerError:
    """Return the error of a joint problem without a plan: which case has none by itself, or that all have one."""
    if solution.status != "infeasible":
        return without_plan(solution, record.own)
    alone = [part.case.name for part in parts if _is_infeasible(part, options)]
    if alone:
        return InfeasibleError(
            say(
                "no plan can keep all the rules together in {cases}, each by itself; {explain}",
                cases=join(alone),
                explain=EXPLAIN,
            )
        )
    return InfeasibleError(
        say(
            "each of {cases} has a plan by itself, but together they have none: what is built in one stands in others, "
            "within their limits; look at modules_max, build_rate_max, lifetimes and lead times, and at "
            "futures_known_from",
            cases=join(part.case.name for part in parts),
        )
    )


def _is_infeasible(part: Part, options: SolverOptions) -> bool:
    """Return whether a case by itself has no plan."""
    asked = replace(options, tie_break=False, shadow_prices=False, mip_gap=min(0.5, 0.999))
    with part_of(say("looking at {case} by itself", case=part.case.name)), temporary_folder() as workdir:
        return solve(part.compiled.problem, asked, workdir).status == "infeasible"


def _price_the_rest(record: Record, plan: CasesPlan, declare: Declare, options: SolverOptions) -> None:
    """Dispatch each future that was not planned for, with what is built before it is known."""
    rest: dict[str, list[Case]] = {}
    for case in record.scenario.cases:
        if case.probability == 0:
            rest.setdefault(case.future, []).append(replace(case, probability=1.0))
    for future, cases in rest.items():
        with part_of(say("pricing the future {future}", future=future)):
            if not _is_priced(plan, cases, declare, options):
                record.notes.append(
                    say("future {future}, of probability 0, has no plan with what is built", future=future)
                )


def _is_priced(plan: CasesPlan, cases: Sequence[Case], declare: Declare, options: SolverOptions) -> bool:
    try:
        parts = parts_of(cases, declare)
    except InfeasibleError:
        return False
    if absent(plan.scenario, parts, plan.built):
        return False
    joined = join_cases(plan.scenario, parts, decided=held(plan.scenario, parts, plan.built))
    with temporary_folder() as workdir:
        solution = solve(joined.problem, replace(options, shadow_prices=False), workdir)
    if solution.values is not None:
        plan.add(joined, solution.values, tabulate)
    return solution.values is not None


def _audited(record: Record, tables: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """Return the summary of a plan that the audits confirm."""
    working_on(say("auditing"))
    taken_out = record.own.taken_out
    with record.clock("audit"):
        kept = Kept(tables)
        summary = summarise_cases(record.scenario, kept)
        findings = audit_cases(record.scenario, kept, summary)
        if record.solution is not None and record.problem is not None and record.options is not None:
            claims = Claims.of_solution(record.solution, record.problem, record.options)
            findings.extend(audit_claims(claims, summary, record.scenario))
    record.findings = [finding.said() for finding in findings if finding.rule not in taken_out]
    if record.findings:
        raise record.failure(AuditDisagreedError(say("the plan"), record.findings), "error")
    return summary


def _prices(scenario: Scenario, joined: Joined, solution: Solution) -> pd.DataFrame:
    """Return the shadow prices of each case, in its own year's money: by how much its objective would rise."""
    keys = keys_of(scenario)
    factors = joined.factors
    tables = []
    for part, rows in zip(joined.parts, joined.rows, strict=True):
        own = replace(
            solution,
            row_duals=_of(solution.row_duals, rows, factors[part.key]),
            relaxed_duals=_of(solution.relaxed_duals, rows, factors[part.key]),
        )
        problem = replace(part.compiled.problem, is_integer=joined.problem.is_integer)
        table = shadow_prices(part.compiled.model, problem, own)
        whose = {key: pd.Series(getattr(part.case, key), index=table.index, dtype=object) for key in keys}
        tables.append(pd.DataFrame({**whose, **{name: table[name] for name in table.columns}}))
    return pd.concat([table for table in tables if len(table)] or tables[:1], ignore_index=True)


def _of(duals: Vector | None, rows: slice, factor: float) -> Vector | None:
    return None if duals is None else np.asarray(duals[rows] / factor)
