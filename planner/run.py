"""The line itself: read → build → solve → audit → write → draw."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.errors import (
    AuditDisagreedError,
    Fault,
    InfeasibleError,
    InvalidInputError,
    PlannerError,
    SolveInterruptedError,
    StoppedWithoutPlanError,
    UnboundedError,
)
from planner.io.read import read_scenario as read_folder
from planner.io.validate import illustrative_share
from planner.models.audit import audit, summarise
from planner.models.build import build_model, declare_model
from planner.models.compile import coefficient_warnings, compile_model, load_values
from planner.models.declarations import declarations, modules_of
from planner.models.finding import Finding
from planner.models.prices import shadow_prices
from planner.models.problem import Solution, SolverOptions
from planner.models.solve import solve
from planner.record import Clock, Record

if TYPE_CHECKING:
    import pandas as pd

    from planner.io.results import Results
    from planner.io.scenario import Scenario
    from planner.models.plan_model import PlanModel

Progress = Callable[[str], None]


def read_scenario(folder: str | Path, overrides: Sequence[str] = ()) -> Scenario:
    """Read and validate a scenario folder.

    Parameters
    ----------
    folder
        The folder with ``scenario.toml`` and the tables.
    overrides
        ``K=V`` as for ``planner run --set``; they have the last word.

    Raises
    ------
    InvalidInputError
        With every fault found.
    """
    scenario = read_folder(Path(folder), declarations(), overrides)
    faults: list[Fault] = []
    for module in modules_of(scenario.features).values():
        faults.extend(getattr(module, "check", _nothing)(scenario))
    if faults:
        raise InvalidInputError(faults)
    return scenario


def inspect(scenario: Scenario) -> dict[str, Any]:
    """Return what the model will be, without building it, and what a user should know of the inputs.

    Returns
    -------
    dict
        ``routes``, ``rows``, ``columns``, ``integers`` (rows that turn out empty are not sent to the
        solver, so that its count may be a little lower), ``obstacles``, ``notes`` and ``illustrative_share``.
    """
    m = declare_model(scenario)
    return {
        **m.counts(),
        "obstacles": list(obstacles_of(scenario)),
        "notes": [*scenario.notes, *warnings_of(scenario)],
        "illustrative_share": illustrative_share(scenario),
    }


def run(
    scenario: Scenario,
    *,
    solver: str | None = None,
    time_limit: float | None = None,
    gap: float | None = None,
    on_progress: Progress | None = None,
) -> Results:
    """Find the best plan of a scenario and audit it; nothing is written.

    Parameters
    ----------
    scenario
        From :func:`read_scenario`.
    solver, time_limit [s], gap
        In place of what the scenario's ``[solver]`` says.
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
    clock = Clock()
    options = solver_options(scenario, solver, time_limit, gap)
    record = Record(scenario, options, clock, notes=[*scenario.notes, *warnings_of(scenario)])
    if reasons := list(obstacles_of(scenario)):
        raise record.failure(InfeasibleError("\n".join(["no plan can serve all demand:", *reasons])), "infeasible")
    with clock("build"):
        model = build_model(scenario)
    with clock("compile"):
        try:
            problem, variables = compile_model(model)
        except InfeasibleError as error:
            raise record.failure(error, "infeasible") from None
    record.problem = problem
    record.notes.extend(coefficient_warnings(problem))
    with clock("solve"), tempfile.TemporaryDirectory(prefix="planner-") as workdir:
        solution = solve(problem, options, Path(workdir), on_progress=on_progress)
    record.solution = solution
    if solution.values is None:
        raise record.failure(_without_plan(solution), solution.status)
    load_values(variables, solution.values)
    tables = tabulate(model)
    with clock("audit"):
        summary = summarise(scenario, tables)
        findings = audit(scenario, tables, summary)
        findings.extend(_objective_differs(solution, summary))
    if findings:
        lines = [str(finding) for finding in findings]
        record.findings = lines
        raise record.failure(AuditDisagreedError("\n".join(["the audit disagrees with the plan:", *lines])), "error")
    return record.results(solution.status, summary, tables, shadow_prices(model, problem, solution))


def tabulate(model: PlanModel) -> dict[str, pd.DataFrame]:
    """Return the result tables of a solved model, by name."""
    tables: dict[str, pd.DataFrame] = {}
    for module in _modules(model.inputs):
        tables.update(module.report(model))
    return tables


def solver_options(
    scenario: Scenario, solver: str | None, time_limit: float | None, gap: float | None
) -> SolverOptions:
    """Return how to solve: the scenario's ``[solver]``, then what the caller asks."""
    given: dict[str, Any] = dict(scenario.settings.solver)
    asked = {"name": solver, "time_limit": time_limit, "mip_gap": gap}
    return SolverOptions(**{**given, **{key: value for key, value in asked.items() if value is not None}})


def obstacles_of(scenario: Scenario) -> Iterator[str]:
    """Yield why no plan can exist, as far as it is seen before building."""
    for module in _modules(scenario):
        yield from getattr(module, "obstacles", _nothing)(scenario)


def warnings_of(scenario: Scenario) -> Iterator[str]:
    """Yield what a user should know that is no error."""
    for module in _modules(scenario):
        yield from getattr(module, "warn", _nothing)(scenario)


def _without_plan(solution: Solution) -> PlannerError:
    match solution.status:
        case "infeasible":
            return InfeasibleError("no plan can keep all the rules")
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


def _modules(scenario: Scenario) -> list[Any]:
    return list(modules_of(scenario.features).values())


def _nothing(scenario: Scenario) -> Iterator[Any]:
    del scenario
    yield from ()


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
    target = choose_target(scenario, out, force=force)
    try:
        results = run(scenario, **options)
    except PlannerError as error:
        if error.results is not None and error.exit_code in KEEPS_A_RECORD:
            write_run(error.results, target, force=force)
        raise
    write_run(results, target, force=force, drawing=drawing or {})
    return results, target


def write_run(results: Results, target: Path, *, force: bool, drawing: Mapping[str, Any] | None = None) -> None:
    """Write a run folder; the manifest comes last, and a map that cannot be drawn loses nothing."""
    with run_folder(target, force=force) as folder:
        write_results(results, folder)
        if results.tables:
            try:
                draw(results, folder, **(drawing or {}))
            except Exception as error:  # noqa: BLE001 - a drawing that fails never loses the plan
                results.manifest["notes"].append(f"the map could not be drawn: {type(error).__name__}: {error}")
        write_manifest(results, folder)


def draw(
    results: Results,
    folder: Path,
    *,
    language: str = "en",
    basemap: Path | None = None,
    formats: Sequence[str] = ("png", "svg", "pdf"),
) -> list[Path]:
    """Draw the map of results into a folder."""
    from planner.maps.figure import draw_map, save_map  # noqa: PLC0415 - matplotlib is slow to import

    settings = results.scenario.settings
    title = settings.title_zh if language == "zh" and settings.title_zh else settings.title or results.scenario.name
    figure = draw_map(
        results.sites,
        results.regions,
        results.flows,
        title=title,
        notes=map_notes(results, language),
        language=language,
        basemap=basemap,
    )
    return save_map(figure, folder, formats)


def redraw(run_path: Path, **drawing: Any) -> list[Path]:
    """Draw the map of a finished run again, in its folder."""
    return draw(read_results(run_path), run_path, **drawing)


def read_results(run_path: str | Path) -> Results:
    """Read a finished run from its folder.

    Raises
    ------
    InvalidInputError
        The folder is no complete run.
    """
    return read_run(Path(run_path), declarations())


def audit_run(run_path: Path) -> str:
    """Check a finished run again, from its files alone.

    Returns
    -------
    str
        A sentence for the user.

    Raises
    ------
    AuditDisagreedError
        Naming every number that is not confirmed.
    """
    results = read_results(run_path)
    if not results.tables:
        return f"{run_path}: {results.summary['status']}, no plan to audit\n"
    findings = audit(results.scenario, results.tables, results.summary)
    lines = [str(finding) for finding in findings]
    lines += [f"tables/{name}.csv is not the file that was written" for name in changed_tables(run_path)]
    if lines:
        raise AuditDisagreedError("\n".join([f"the audit disagrees with {run_path}:", *lines]))
    return f"{run_path}: the audit confirms every rule and cost\n"
