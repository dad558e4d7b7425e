"""The line itself: read → build → solve → audit → write → draw."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from planner.captions import map_notes
from planner.check import obstacles_of, warnings_of
from planner.dispatch_year import dispatch_year, investments_of
from planner.errors import (
    AuditDisagreedError,
    InfeasibleError,
    PlannerError,
    SolveInterruptedError,
    StoppedWithoutPlanError,
    UnboundedError,
)
from planner.io.read_start import check_start, read_start
from planner.io.results import Results, write_manifest, write_results, write_summary
from planner.io.run_folder import check_target, run_folder, run_name, target_of
from planner.models.alone import import_alone
from planner.models.audit import audit, summarise
from planner.models.build import declare_model
from planner.models.compile import coefficient_warnings, compile_model
from planner.models.declarations import modules_of
from planner.models.finding import Finding
from planner.models.prices import shadow_prices
from planner.models.problem import Solution, SolverOptions
from planner.models.solve import solve
from planner.models.start import Start, integer_variables, start_from
from planner.record import Clock, Record

if TYPE_CHECKING:
    import pandas as pd

    from planner.io.scenario import Scenario
    from planner.models.plan_model import PlanModel
    from planner.models.problem import Problem

Progress = Callable[[str], None]
MAP_LAYERS = ("sites", "regions", "flows")
KEEPS_A_RECORD = frozenset({4, 5, 7, 11})
"""Exit codes of runs that leave summary, manifest and log, but no tables and no map."""


def run(
    scenario: Scenario,
    *,
    solver: str | None = None,
    time_limit: float | None = None,
    gap: float | None = None,
    start: Path | str | Results | None = None,
    full_year: Scenario | None = None,
    on_progress: Progress | None = None,
) -> Results:
    """Find the best plan of a scenario and audit it; nothing is written.

    Parameters
    ----------
    scenario
        From :func:`read_scenario`.
    solver, time_limit [s], gap
        In place of what the scenario's ``[solver]`` says.
    start
        An earlier run, its folder or its results, whose integers the solver begins with. It can only save time: the
        gap is proved as ever, though among plans within the gap another may be found.
    full_year
        The same scenario before days were chosen from it: the plan's investments are dispatched over all of it.
    on_progress
        Is handed a line of text now and then.

    Returns
    -------
    Results
        Status ``optimal``, or ``feasible`` when a limit stopped the solver.

    Raises
    ------
    PlannerError
        InfeasibleError, UnboundedError, StoppedWithoutPlanError, SolveInterruptedError or
        AuditDisagreedError; what is known of the failed run is in the error's ``results``.
    """
    if start is not None and not isinstance(start, Results):
        check_start(Path(start))
    clock = Clock(read=scenario.read_seconds)
    options = solver_options(scenario, solver, time_limit, gap)
    record = Record(scenario, options, clock, notes=[*scenario.notes, *warnings_of(scenario)])
    if reasons := list(obstacles_of(scenario)):
        raise record.failure(InfeasibleError("\n".join(["no plan can serve all demand:", *reasons])), "infeasible")
    with clock("build"):
        model = declare_model(scenario)
    with clock("compile"):
        try:
            compiled = compile_model(model)
        except InfeasibleError as error:
            raise record.failure(error, "infeasible") from None
    problem = record.problem = compiled.problem
    record.fallback = compiled.fallback
    if compiled.fallback:
        record.notes.append(f"the model was built row by row, which is slow: {compiled.fallback}")
    record.notes.extend(coefficient_warnings(problem))
    begin = _start(problem, start)
    record.notes.extend(begin.notes)
    with clock("solve"), tempfile.TemporaryDirectory(prefix="planner-") as workdir:
        solution = solve(problem, options, Path(workdir), start=begin.values, on_progress=on_progress)
    if start is not None:
        solution.details["start"] = {**begin.details, **solution.details.get("start", {})}
    record.solution = solution
    if solution.values is None:
        raise record.failure(_without_plan(solution), solution.status)
    with clock("tabulate"):
        compiled.load(solution.values)
        tables = tabulate(model)
    with clock("audit"):
        summary = summarise(scenario, tables)
        findings = audit(scenario, tables, summary)
        findings.extend(_objective_differs(solution, summary))
    if findings:
        record.findings = [str(finding) for finding in findings]
        raise record.failure(AuditDisagreedError("the plan", record.findings), "error")
    if full_year is not None and solution.status != "interrupted":
        with clock("dispatch_year"):
            investments = investments_of(model, problem, solution.values)
            dispatch = dispatch_year(full_year, investments, summary, options, on_progress)
        if dispatch.findings:
            record.findings = [str(finding) for finding in dispatch.findings]
            raise record.failure(AuditDisagreedError("the dispatch of the full year", record.findings), "error")
        summary["dispatch_year"], tables["dispatch_year"] = dispatch.summary, dispatch.table
    return record.results(solution.status, summary, tables, shadow_prices(model, problem, solution))


def tabulate(model: PlanModel) -> dict[str, pd.DataFrame]:
    """Return the result tables of a solved model, by name."""
    tables: dict[str, pd.DataFrame] = {}
    for module in modules_of(model.inputs.features).values():
        tables.update(module.report(model))
    return tables


def _start(problem: Problem, start: Path | str | Results | None) -> Start:
    """Return the integers an earlier run gives, and say which run it was."""
    if start is None:
        return Start(None, {})
    if isinstance(start, Results):
        tables, name = start.tables, str(start.manifest.get("content_hash", ""))
    else:
        tables, name = read_start(Path(start), integer_variables(problem)), str(start)
    found = start_from(problem, tables)
    return Start(found.values, {"from": name, **found.details}, found.notes)


def solver_options(
    scenario: Scenario, solver: str | None, time_limit: float | None, gap: float | None
) -> SolverOptions:
    """Return how to solve: the scenario's ``[solver]``, then what the caller asks."""
    given: dict[str, Any] = dict(scenario.settings.solver)
    asked = {"name": solver, "time_limit": time_limit, "mip_gap": gap}
    return SolverOptions(**{**given, **{key: value for key, value in asked.items() if value is not None}})


def _without_plan(solution: Solution) -> PlannerError:
    match solution.status:
        case "infeasible":
            return InfeasibleError(
                "no plan can keep all the rules together; to see where it does not fit, let work stay unserved at a "
                "high price (--set workload.unserved_price=100000) and look at unserved_demand in tables/demand.csv; "
                "if that does not help either, relax one limit at a time"
            )
        case "unbounded":
            return UnboundedError(
                "the objective falls without end: a price is missing or negative where nothing limits"
            )
        case "interrupted":
            return SolveInterruptedError("interrupted before any plan was found")
        case _:
            return StoppedWithoutPlanError("the time limit was reached before any plan was found; raise --time-limit")


def _objective_differs(solution: Solution, summary: Mapping[str, Any]) -> Iterator[Finding]:
    yield from Finding.unless_equal("objective", "solver", float(summary["objective"]), solution.objective, "")


def run_and_write(
    scenario: Scenario,
    out: Path | None,
    *,
    force: bool = False,
    drawing: Mapping[str, Any] | None = None,
    **options: Any,
) -> tuple[Results, Path]:
    """Run a scenario and write its run folder, whole or not at all.

    Parameters
    ----------
    scenario
        From :func:`read_scenario`.
    out
        The run folder; by default ``results/<scenario>/<time>-<hash>`` under the working folder.
    force
        Replace what stands at ``out``.
    drawing
        ``language`` and ``basemap`` of the map.
    **options
        As for :func:`run`.

    Raises
    ------
    PlannerError
        As :func:`run`; where the contract keeps a record of a failure, it is written before.
    """
    name = run_name(scenario.content_hash, datetime.now(UTC))
    target = out if out is not None else Path("results") / scenario.name / name
    check_target(target, force=force, numbered=out is None)
    if drawing and drawing.get("basemap"):
        _check_basemap(drawing["basemap"])
    options["on_progress"] = _while_solving(options.get("on_progress"))
    try:
        results = run(scenario, **options)
    except PlannerError as error:
        if error.results is not None and error.exit_code in KEEPS_A_RECORD:
            write_run(error.results, target, force=force, numbered=out is None)
        raise
    return results, write_run(results, target, force=force, numbered=out is None, drawing=drawing)


def write_run(
    results: Results,
    target: Path,
    *,
    force: bool = False,
    numbered: bool = False,
    drawing: Mapping[str, Any] | None = None,
) -> Path:
    """Write a run folder; the manifest comes last, and a map that cannot be drawn loses nothing.

    Returns
    -------
    Path
        Where it lies: ``target``, or with a number added where ``numbered`` and the name was taken.
    """
    clock = Clock()
    with run_folder(target, force=force, numbered=numbered) as folder:
        with clock("write"):
            write_results(results, folder)
        if results.has_plan:
            with clock("draw"):
                _draw_if_possible(results, folder, drawing or {})
        results.summary["seconds"] = clock.after(results.summary["seconds"])
        results.manifest["seconds"] = results.summary["seconds"]
        write_summary(results, folder)  # now that its seconds are known
        write_manifest(results, folder)
        return target_of(folder)


def draw(
    results: Results,
    folder: Path,
    *,
    language: str = "en",
    basemap: Path | None = None,
    formats: Sequence[str] = ("png", "svg", "pdf"),
    layers: Sequence[str] = MAP_LAYERS,
) -> list[Path]:
    """Draw the map of results into a folder; layers that are not named stay empty."""
    import_alone("matplotlib")
    from planner.maps.figure import draw_map, save_map  # noqa: PLC0415 - matplotlib is slow to import

    settings = results.scenario.settings
    title = settings.title_zh if language == "zh" and settings.title_zh else settings.title or results.scenario.name
    notes = map_notes(results, language)
    full = {"sites": results.sites, "regions": results.regions, "flows": results.flows}
    shown = [layer if name in layers else layer.iloc[:0] for name, layer in full.items()]
    figure = draw_map(*shown, title=title, notes=notes, language=language, basemap=basemap)
    return save_map(figure, folder, formats)


def _while_solving(on_progress: Progress | None) -> Progress:
    """Return a listener that loads what the map needs when the solver's process first speaks: until it ends we wait."""
    waiting = [True]

    def listen(line: str) -> None:
        if waiting:
            waiting.clear()
            with suppress(Exception):  # drawing will meet it again, and says so
                import_alone("matplotlib")
                import_module("planner.maps.figure")
        if on_progress is not None:
            on_progress(line)

    return listen


def _check_basemap(path: Path) -> None:
    """Refuse a base map that cannot be read before any time is spent on solving."""
    from planner.maps.basemap import read_basemap  # noqa: PLC0415

    read_basemap(path)


def _draw_if_possible(results: Results, folder: Path, drawing: Mapping[str, Any]) -> None:
    try:
        draw(results, folder, **drawing)
    except OSError:  # the disk, not the drawing
        raise
    except Exception as error:  # noqa: BLE001 - a drawing that fails never loses the plan
        for half in (*folder.glob("map.*"), *folder.glob(".map.*")):
            half.unlink()
        results.manifest["notes"].append(f"the map could not be drawn: {type(error).__name__}: {error}")


class _Line(ModuleType):
    """Lets ``planner.run(scenario)`` mean the function, although this module bears the same name."""

    def __call__(self, *args: Any, **kwargs: Any) -> Results:
        return run(*args, **kwargs)


sys.modules[__name__].__class__ = _Line
