"""The ``planner`` command: one thin function per verb; the work is done elsewhere."""

from __future__ import annotations

import atexit
import signal
import sys
import time
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from planner.cli_import import imports
from planner.errors import PlannerError, UsageError, shown

if TYPE_CHECKING:
    from types import FrameType

PATIENCE = 5.0
"""[s] of silence before the solver's progress is shown."""
LINE_LENGTH_MAX = 160
INTERRUPTED = "planner: interrupted; nothing half-written is left"

app = typer.Typer(
    name="planner",
    help="Plan East Data West Compute (东数西算): which workloads go where, and what must be built.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

app.add_typer(imports)

ScenarioFolder = Annotated[Path, typer.Argument(help="Scenario folder.", metavar="SCENARIO")]
RunFolder = Annotated[Path, typer.Argument(help="Folder of a finished run.", metavar="RUN")]
Overrides = Annotated[list[str] | None, typer.Option("--set", metavar="K=V", help="Replace a value; repeatable.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="Print nothing but errors.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON to stdout and nothing else.")]
Language = Annotated[str, typer.Option("--language", metavar="zh|en", help="Language of the map.")]
BaseMap = Annotated[Path | None, typer.Option("--basemap", metavar="FILE", help="Your own base map, GeoJSON or GPKG.")]


# Options are loaded before the model: Pyomo and geopandas take a second to import, `planner --help` should not.
@app.command()
def run(
    scenario: ScenarioFolder,
    *,
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="The run folder itself; must not exist yet.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace what stands at --out, whole.")] = False,
    solver: Annotated[str | None, typer.Option(metavar="NAME", help="highs, or any solver Pyomo knows.")] = None,
    time_limit: Annotated[float | None, typer.Option(metavar="S", min=0.001, help="Seconds for the solver.")] = None,
    gap: Annotated[float | None, typer.Option(metavar="G", min=0, max=1, help="Relative gap that is optimal.")] = None,
    start: Annotated[
        Path | None, typer.Option(metavar="RUN", help="Begin with the integers of an earlier run.")
    ] = None,
    dispatch_year: Annotated[
        bool, typer.Option("--dispatch-year", help="Cost of the plan over the year its days were chosen from.")
    ] = False,
    overrides: Overrides = None,
    language: Language = "en",
    basemap: BaseMap = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Solve a scenario and write the audited plan: tables, GIS layers and map."""
    from planner import headline  # noqa: PLC0415
    from planner.check import read_scenario  # noqa: PLC0415
    from planner.dispatch_year import read_to_dispatch  # noqa: PLC0415
    from planner.run import run_and_write  # noqa: PLC0415

    drawing = {"language": _language(language), "basemap": basemap}
    talk = not (as_json or quiet)
    changes = overrides or ()
    question, full_year = (
        read_to_dispatch(scenario, changes) if dispatch_year else (read_scenario(scenario, changes), None)
    )
    results, folder = run_and_write(
        question,
        out,
        force=force,
        drawing=drawing,
        solver=solver,
        time_limit=time_limit,
        gap=gap,
        start=start,
        full_year=full_year,
        on_progress=Progress() if talk else None,
    )
    if as_json:
        _print_json(results.summary)
    elif not quiet:
        sys.stdout.write(headline.of_run(results, folder))
    if results.manifest.get("interrupted"):
        raise typer.Exit(130)
    if results.summary["status"] == "feasible":
        raise typer.Exit(6)


@app.command()
def check(scenario: ScenarioFolder, *, overrides: Overrides = None, as_json: AsJson = False) -> None:
    """Read and validate a scenario: every fault at once, and the size of the model to come."""
    from planner import headline  # noqa: PLC0415
    from planner.check import inspect, read_scenario  # noqa: PLC0415

    question = read_scenario(scenario, overrides or ())
    report = inspect(question)
    if as_json:
        _print_json(report)
    else:
        sys.stdout.write(headline.of_check(question, report))


@app.command("map")
def draw(
    run: RunFolder,
    *,
    language: Language = "en",
    basemap: BaseMap = None,
    formats: Annotated[str, typer.Option("--format", metavar="png,svg,pdf", help="Formats to draw.")] = "png,svg,pdf",
    layers: Annotated[str, typer.Option("--layer", metavar="NAMES", help="Layers to draw.")] = "sites,regions,flows",
) -> None:
    """Draw the map of a finished run again."""
    from planner.finished import redraw  # noqa: PLC0415
    from planner.run import MAP_LAYERS  # noqa: PLC0415

    files, drawn = _words("--format", formats, ("png", "svg", "pdf")), _words("--layer", layers, MAP_LAYERS)
    for path in redraw(run, language=_language(language), basemap=basemap, formats=files, layers=drawn):
        sys.stdout.write(f"{path}\n")


@app.command()
def chart(
    run: RunFolder,
    kind: Annotated[str, typer.Argument(metavar="dispatch|duration", help="A week hour by hour, or the year sorted.")],
    *,
    site: Annotated[str | None, typer.Option(metavar="ID", help="Site; duration without it: all together.")] = None,
    start: Annotated[
        str | None, typer.Option("--from", metavar="DAY", help="First day of a dispatch; the least green week.")
    ] = None,
    language: Language = "en",
    formats: Annotated[str, typer.Option("--format", metavar="png,svg,pdf", help="Formats to draw.")] = "png,svg,pdf",
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="Where to; the run folder if left out.")] = None,
) -> None:
    """Draw the hours of a finished run: supply and load of a site, or duration curves."""
    from planner.chart import FORMATS, chart_run  # noqa: PLC0415

    files = _words("--format", formats, FORMATS)
    language = _language(language)
    for path in chart_run(run, kind, site=site, start=start, language=language, formats=files, out=out):
        sys.stdout.write(f"{path}\n")


@app.command("green-cost")
def green_cost(
    scenario: ScenarioFolder,
    *,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder of table and figure; what it has is not redone.")],
    shares: Annotated[str, typer.Option(metavar="0.8,1,…", help="Least green shares.")] = "0.8,0.9,0.95,0.99,1",
    modes: Annotated[str, typer.Option(metavar="NAMES", help="Accountings.")] = "certificate,matched,every_timestep",
    variants: Annotated[
        str, typer.Option(metavar="NAMES", help="as_given, without_deferral, without_shifting; the first two.")
    ] = "",
    scope: Annotated[
        str, typer.Option("--on", metavar="site|hub|side|national", help="Whose share; the widest the scenario has.")
    ] = "",
    time_limit: Annotated[float | None, typer.Option(metavar="S", min=0.001, help="Seconds for each point.")] = None,
    overrides: Overrides = None,
    language: Language = "en",
    formats: Annotated[str, typer.Option("--format", metavar="png,svg,pdf", help="Formats to draw.")] = "png,svg,pdf",
    quiet: Quiet = False,
) -> None:
    """Solve a scenario for rising green shares, by each accounting, with and without deferral: table and figure."""
    from planner.analysis import command  # noqa: PLC0415

    choice = command.Choice(shares, modes, variants, time_limit, overrides or (), scope)
    drawing = command.Drawing(_language(language), _words("--format", formats, ("png", "svg", "pdf")))
    told = command.green_cost(scenario, out, choice, drawing, None if quiet else _print_line)
    if not quiet:
        sys.stdout.write(told)


@app.command()
def audit(run: RunFolder) -> None:
    """Check a finished run again, from its files alone."""
    from planner.finished import audit_run  # noqa: PLC0415

    sys.stdout.write(audit_run(run))


@app.command()
def export(
    scenario: Annotated[Path | None, typer.Argument(metavar="SCENARIO", help="Scenario folder.")] = None,
    *,
    form: Annotated[str, typer.Option("--format", metavar="mps|lp|json-schema|folder", help="What to export.")],
    out: Annotated[Path | None, typer.Option(metavar="PATH", help="Where to; stdout if left out.")] = None,
    overrides: Overrides = None,
) -> None:
    """Export the model (mps, lp), the scenario as read, merged and reduced (folder), or the schema of all."""
    from planner.export import FOLDER, export_folder, export_text, write_export  # noqa: PLC0415

    if form == FOLDER:
        export_folder(scenario, out, overrides or ())
        return
    text = export_text(form, scenario, overrides or ())
    if out is None:
        sys.stdout.write(text)
    else:
        write_export(text, out)


@app.command()
def bench(
    scenarios: Annotated[
        list[Path] | None,
        typer.Argument(metavar="SCENARIO…", help="Scenario folders or .mps files; none: go on in --out."),
    ] = None,
    *,
    out: Annotated[Path, typer.Option(metavar="DIR", help="The campaign's folder; an unfinished one is gone on with.")],
    solvers: Annotated[
        str | None, typer.Option(metavar="NAMES", help="highs,scip,…; all free ones installed if left out.")
    ] = None,
    algorithms: Annotated[
        str | None, typer.Option(metavar="NAMES", help="simplex,ipm,…; all that each solver offers if left out.")
    ] = None,
    seeds: Annotated[str, typer.Option(metavar="0,1,…", help="One run of each line and instance for each.")] = "0",
    time_limit: Annotated[float, typer.Option(metavar="S", min=0.001, help="Seconds for each run.")] = 600.0,
    threads: Annotated[int, typer.Option(metavar="N", min=1, help="Threads of each run.")] = 1,
    memory_limit: Annotated[
        float | None,
        typer.Option(metavar="MIB", min=1, help="For each run; three quarters of the machine if left out."),
    ] = None,
    overrides: Overrides = None,
    quiet: Quiet = False,
) -> None:
    """Compare solvers on models of scenarios: every answer checked exactly, scores with intervals, one page."""
    from planner.bench import command  # noqa: PLC0415

    choice = command.Choice(solvers, algorithms, seeds, threads, time_limit, memory_limit)
    summary = command.bench(scenarios or (), out, choice, overrides or (), None if quiet else _print_line)
    if not quiet:
        sys.stdout.write(command.headline(summary, out))


@app.command()
def new(name: Annotated[Path, typer.Argument(metavar="NAME", help="Folder to make.")]) -> None:
    """Write a commented scenario folder to start from."""
    from planner.io.starter import write_starter  # noqa: PLC0415
    from planner.models.declarations import declarations  # noqa: PLC0415

    write_starter(name, declarations())
    sys.stdout.write(f"{name}: a scenario that runs as it is; next: planner check {name}\n")


def main() -> None:
    """Run the command; every error becomes one block on stderr and its exit code."""
    debug = "--debug" in sys.argv
    arguments = [word for word in sys.argv[1:] if word != "--debug"]
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    for number, handler in before.items():
        if handler is not signal.SIG_IGN:  # whoever started us in the background meant it
            signal.signal(number, _interrupt)
    try:
        code = app(arguments, standalone_mode=False)
        sys.exit(code or 0)
    except typer.Exit as stop:
        sys.exit(stop.exit_code)
    except Exception as error:  # noqa: BLE001 - the last place where an error can be turned into words
        if debug:
            traceback.print_exc()
        if "--json" in arguments and isinstance(error, PlannerError) and error.results is not None:
            _print_json(error.results.summary)  # its status is what a script waits for
        text, code = _explain(error)
        sys.stderr.write(text + "\n")
        sys.exit(code)
    except _Interrupted:
        sys.stderr.write(INTERRUPTED + "\n")
        sys.exit(130)
    finally:
        atexit.register(_ignore_signals)  # what is done is done: no signal makes a failure of it while Python clears up
        for number, handler in before.items():
            signal.signal(number, handler)


def _explain(error: Exception) -> tuple[str, int]:
    if isinstance(error, PlannerError):
        return f"planner: {error}", error.exit_code
    if isinstance(error, typer.Abort):
        return INTERRUPTED, 130
    if isinstance(error, MemoryError):
        return "planner: out of memory; use a smaller scenario or a larger machine", 9
    format_message = getattr(error, "format_message", None)
    if format_message is not None:  # a usage error of the command line itself
        return f"planner: {format_message()}", 2
    return f"planner: unexpected {type(error).__name__}: {shown(error)} (run again with --debug and report it)", 1


class _Interrupted(BaseException):
    """SIGINT or SIGTERM; no KeyboardInterrupt, which typer would turn into an exit without a word."""


def _print_json(data: dict[str, Any]) -> None:
    """Print what ``summary.json`` holds, byte for byte."""
    from planner.io.manifest import to_json  # noqa: PLC0415

    sys.stdout.write(to_json(data).decode("utf-8"))


def _print_line(line: str) -> None:
    sys.stderr.write(line + "\n")


def _interrupt(number: int, frame: FrameType | None) -> None:
    del number, frame
    _ignore_signals()  # a second one would stop the clearing up half-way
    raise _Interrupted


def _ignore_signals() -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)


def _words(option: str, text: str, known: tuple[str, ...]) -> list[str]:
    words = [word.strip() for word in text.split(",") if word.strip()]
    if not words or not set(words) <= set(known):
        raise UsageError(f"{option} {shown(text)}: choose from {', '.join(known)}")
    return words


def _language(word: str) -> str:
    if word not in {"zh", "en"}:
        raise UsageError(f"--language {shown(word)}: zh and en are the languages")
    return word


class Progress:
    """Passes the solver's lines on to stderr once it has run for a while: a short solve needs no commentary."""

    def __init__(self) -> None:
        self._start = time.monotonic()

    def __call__(self, line: str) -> None:
        """Show a line if it is time to."""
        if line.strip() and time.monotonic() - self._start > PATIENCE:
            sys.stderr.write(shown(line.rstrip(), LINE_LENGTH_MAX) + "\n")
