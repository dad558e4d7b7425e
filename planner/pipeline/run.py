"""The line itself: read → build → solve → audit → write → draw."""

from __future__ import annotations

import math
import time
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import planner.models.algebra.plan_model  # noqa: F401 - Pyomo first, then scipy alone: planner.libraries
from planner.cluster import Where
from planner.errors import AuditDisagreedError, InfeasibleError, PlannerError
from planner.io.results.read_start import check_start, read_start
from planner.io.results.results import Results, write_manifest, write_results, write_summary
from planner.io.results.run_folder import check_target, run_folder, run_name, target_of
from planner.language import join, say
from planner.models.algebra.matrix import coefficient_warnings
from planner.models.algebra.problem import SolverOptions
from planner.models.build import declare_model
from planner.models.compile import compile_model
from planner.models.listing import Judged, begun, left_of, lists_part, over_all, with_found
from planner.models.own_rules import add_rules
from planner.models.solving.prices import shadow_prices
from planner.models.solving.ranging import ranging
from planner.models.solving.solve import solve
from planner.models.solving.start import Start, integer_variables, start_from
from planner.pipeline.cases import check_asked, run_cases
from planner.pipeline.check import obstacles_of, warnings_of
from planner.pipeline.dispatch_year import dispatch_year, investments_of
from planner.pipeline.outcome import EXPLAIN, audited, decides, notes_of, tabulate, without_plan
from planner.pipeline.question import Question, question_of
from planner.pipeline.record import Clock, Record
from planner.progress import Listener, heard_by, part_of, with_errand, working_on
from planner.temporary import temporary_folder
from planner.views.drawing import check_basemap, draw_if_possible, load_early

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from planner.models.algebra.matrix import Compiled
    from planner.models.algebra.own import OwnRule
    from planner.models.algebra.plan_model import PlanModel
    from planner.models.algebra.problem import Problem, Solution
    from planner.scenario.scenario import Scenario

KEEPS_A_RECORD = frozenset({4, 5, 7, 11})
"""Exit codes of runs that leave summary, manifest and log, but no tables and no map."""


def run(
    scenario: Scenario | PlanModel | Path | str,
    *,
    rules: Sequence[Callable[..., Any] | OwnRule] = (),
    solver: str | None = None,
    time_limit: float | None = None,
    gap: float | None = None,
    start: Path | str | Results | None = None,
    full_year: Scenario | None = None,
    deciding: bool = False,
    where: Where | None = None,
    on_progress: Listener | None = None,
) -> Results:
    """Find the best plan of a scenario and audit it; nothing is written.

    Parameters
    ----------
    scenario
        From :func:`read_scenario`, or the folder to read; or a model of :func:`build_model`, which is solved with all
        that was done to it, or refused.
    rules
        Rules of one's own beside the scenario's: functions of the model that return a relation, over sets where
        :func:`rule` says so. They are solved and named in the results; the audit does not know them.
    solver, time_limit [s], gap
        In place of what the scenario's ``[solver]`` says.
    start
        An earlier run, its folder or its results, whose basis and integers the solver begins with. It can only save
        time: optimum and gap are proved as ever, though among plans within the gap another may be found.
    full_year
        The same scenario before days were chosen from it: the plan's investments are dispatched over all of it.
    deciding
        Whether to find what decides the plan as well: the limits it reaches, and what one step more of each is worth.
        Those on integers are solved again, as long as the run itself took, within ``time_limit``.
    where
        On what a very large plan is solved, one of 36 days in hours and more; the plan does not hang on it.
    on_progress
        Is handed the phase that the work is in, as a text, now and then: ``solving: block 12 of 23``.

    Returns
    -------
    Results
        Status ``optimal``, or ``feasible`` when a limit stopped the solver.

    Raises
    ------
    UsageError
        A rule of one's own cannot be solved, or a model holds what the planner cannot honour.
    PlannerError
        InfeasibleError, UnboundedError, StoppedWithoutPlanError, SolveInterruptedError or
        AuditDisagreedError; what is known of the failed run is in the error's ``results``.
    """
    with heard_by(on_progress):
        if start is not None and not isinstance(start, Results):
            check_start(Path(start))
        where = where or Where()
        where.check()
        question = question_of(scenario, rules)
        options = solver_options(question.scenario, solver, time_limit, gap)
        return _run(question, rules, options, start, full_year, where=where, deciding=deciding)


def _run(
    question: Question,
    rules: Sequence[Callable[..., Any] | OwnRule],
    options: SolverOptions,
    start: Path | str | Results | None,
    full_year: Scenario | None,
    *,
    where: Where,
    deciding: bool,
) -> Results:
    """Build, solve and audit what was read."""
    scenario = question.scenario
    clock = Clock(read=scenario.read_seconds)
    record = Record(scenario, options, clock, notes=[*scenario.notes, *warnings_of(scenario)])
    if scenario.cases:
        check_asked(scenario, made=question.made is not None, dispatched=full_year is not None)
        begin = partial(_start, start=start)
        return run_cases(record, _declaring(rules), options, begin, where, deciding=deciding)
    if question.made is None and (reasons := list(obstacles_of(scenario))):
        raise record.failure(
            InfeasibleError(join([say("no plan can serve all demand:"), *reasons, EXPLAIN], "\n")), "infeasible"
        )
    compiled, solution = _solved(record, question, rules, options, start, where=where)
    record.notes.extend(notes_of(compiled, dispatched=full_year is not None))
    model, problem = compiled.model, compiled.problem
    if solution.values is None:
        raise record.failure(without_plan(solution, compiled.own), solution.status)
    working_on(say("making the tables"))
    with clock("tabulate"):
        compiled.load(solution.values)
        tables = tabulate(model)
    summary = audited(record, tables)
    if full_year is not None and solution.status != "interrupted":
        with clock("dispatch_year"), part_of(say("dispatching the full year")):
            investments = investments_of(model, problem, solution.values)
            year = replace(full_year, listed=record.scenario.listed)
            dispatch = dispatch_year(year, investments, summary, options)
        if dispatch.findings:
            record.findings = [finding.said() for finding in dispatch.findings]
            raise record.failure(AuditDisagreedError(say("the dispatch of the full year"), record.findings), "error")
        summary["dispatch_year"], tables["dispatch_year"] = dispatch.summary, dispatch.table
    prices = shadow_prices(model, problem, solution)
    working_on(say("working out what holds the prices"))
    with clock("ranging"):
        ranges = ranging(compiled, solution)
    decided = None
    if deciding and solution.status != "interrupted":
        with clock("deciding"), part_of(say("what decides the plan")):
            decided = decides(record, options, _declaring(rules) if question.made is None else None)
    return replace(record.results(solution.status, summary, tables, prices, ranges), deciding=decided)


def _solved(
    record: Record,
    question: Question,
    rules: Sequence[Callable[..., Any] | OwnRule],
    options: SolverOptions,
    start: Path | str | Results | None,
    *,
    where: Where,
) -> tuple[Compiled, Solution]:
    """Build and solve; again with what pays beside, where a feature lists only some of its members (decision 0050)."""
    ends = math.inf if options.time_limit is None else time.perf_counter() + options.time_limit
    is_part = question.made is None and lists_part(record.scenario)
    if is_part:
        with record.clock("solve"):
            record.scenario = begun(record.scenario, _declaring(rules), options, ends)
    while True:
        compiled = _compiled(record, question, rules)
        begin = _start(compiled.problem, start)
        asked = left_of(options, ends) if is_part else options
        with record.clock("solve"), temporary_folder() as workdir:
            solution = solve(
                compiled.problem, asked, workdir, start=begin.values, basis=begin.basis, prove=True, where=where
            )
            judged = over_all(compiled.model, compiled.problem, solution, options) if is_part else Judged(solution)
        solution = judged.solution
        if not judged.found or solution.status in ("interrupted", "time_limit") or time.perf_counter() >= ends:
            break
        record.scenario = with_found(record.scenario, judged.found)
    if (where.engine == "dask" or where.checkpoint) and "periods_apart" not in solution.details:
        record.notes.append(
            say("solved in one piece, without the engine or checkpoint asked for: they serve plans of very many days")
        )
    if start is not None:
        solution.details["start"] = {**begin.details, **solution.details.get("start", {})}
    record.notes.extend([*coefficient_warnings(compiled.problem), *begin.notes])
    record.solution = solution
    return compiled, solution


def _compiled(record: Record, question: Question, rules: Sequence[Callable[..., Any] | OwnRule]) -> Compiled:
    """Return the model as rows."""
    with record.clock("build"):
        model = question.made if question.made is not None else _declared(record.scenario, rules)
    with record.clock("compile"):
        try:
            compiled = compile_model(model)
        except InfeasibleError as error:
            raise record.failure(error, "infeasible") from None
    record.problem, record.own, record.fallback = compiled.problem, compiled.own, compiled.fallback
    return compiled


def _declared(scenario: Scenario, rules: Sequence[Callable[..., Any] | OwnRule]) -> PlanModel:
    """Return a scenario's model with the user's own rules."""
    model = declare_model(scenario)
    add_rules(model, rules)
    return model


def _declaring(rules: Sequence[Callable[..., Any] | OwnRule]) -> Callable[[Scenario], PlanModel]:
    """Return what declares the model of any scenario with the user's own rules."""
    return lambda scenario: _declared(scenario, rules)


def _start(problem: Problem, start: Path | str | Results | None) -> Start:
    """Return the integers and the basis an earlier run gives, and say which run it was."""
    if start is None:
        return Start(None, {})
    if isinstance(start, Results):
        tables, basis, name = start.tables, start.basis, str(start.manifest.get("content_hash", ""))
    else:
        (tables, basis), name = read_start(Path(start), integer_variables(problem)), str(start)
    found = start_from(problem, tables, basis)
    return replace(found, details={"from": name, **found.details})


def solver_options(
    scenario: Scenario, solver: str | None, time_limit: float | None, gap: float | None
) -> SolverOptions:
    """Return how to solve: the scenario's ``[solver]``, then what the caller asks."""
    given: dict[str, Any] = dict(scenario.settings.solver)
    asked = {"name": solver, "time_limit": time_limit, "mip_gap": gap}
    return SolverOptions(**{**given, **{key: value for key, value in asked.items() if value is not None}})


def run_and_write(
    scenario: Scenario,
    out: Path | None,
    *,
    force: bool = False,
    drawn: bool = True,
    drawing: Mapping[str, Any] | None = None,
    **options: Any,
) -> tuple[Results, Path]:
    """Run a scenario and write its run folder, whole or not at all.

    A folder that was free when the run began, and is taken when it ends, loses no plan: it is written beside it.
    """
    name = run_name(scenario.content_hash, datetime.now(UTC))
    target = out if out is not None else Path("results") / scenario.name / name
    check_target(target, force=force, numbered=out is None)
    if drawing and drawing.get("basemap"):
        check_basemap(drawing["basemap"])
    try:
        with with_errand(load_early) if drawn else nullcontext():
            results = run(scenario, **options)
    except PlannerError as error:
        if error.results is not None and error.exit_code in KEEPS_A_RECORD:
            write_run(error.results, target, force=force, numbered=out is None or not force)
        raise
    return results, write_run(
        results, target, force=force, numbered=out is None or not force, drawn=drawn, drawing=drawing
    )


@heard_by()
def write_run(
    results: Results,
    target: Path,
    *,
    force: bool = False,
    numbered: bool = False,
    drawn: bool = True,
    drawing: Mapping[str, Any] | None = None,
) -> Path:
    """Write a run folder; the manifest comes last, and a map that cannot be drawn loses nothing."""
    clock = Clock()
    with run_folder(target, force=force, numbered=numbered) as folder:
        working_on(say("writing"))
        with clock("write"):
            write_results(results, folder)
        if results.has_plan and drawn and not results.manifest.get("interrupted"):
            with clock("draw"):
                draw_if_possible(results, folder, drawing or {})
        results.summary["seconds"] = clock.after(results.summary["seconds"])
        results.manifest["seconds"] = results.summary["seconds"]
        write_summary(results, folder)  # now that its seconds are known
        write_manifest(results, folder)
        return target_of(folder)
