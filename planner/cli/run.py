"""``planner run`` and ``planner check``: solve a scenario, or read and validate it only."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads the annotations at run time
from typing import Annotated

import typer

from planner.cli.options import (
    AsJson,
    BaseMap,
    BaseMapLayer,
    DayEngine,
    DayScheduler,
    DayWorkers,
    Formats,
    Gap,
    Overrides,
    Quiet,
    ScenarioFolder,
    Solver,
    app,
    formats_of,
    one_layer,
    print_json,
)
from planner.cli.streams import tell
from planner.cluster import Where
from planner.language import rendered, say, spoken


# Options are loaded before the model: Pyomo and geopandas take a second to import, `planner --help` should not.
@app.command(help=say("Solve a scenario and write the audited plan: tables, GIS layers and map."))
def run(
    scenario: ScenarioFolder,
    *,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help=rendered(say("The run folder itself; must not exist yet.")))
    ] = None,
    force: Annotated[bool, typer.Option("--force", help=rendered(say("Replace what stands at --out, whole.")))] = False,
    solver: Solver = None,
    time_limit: Annotated[
        float | None, typer.Option(metavar="S", min=0.001, help=rendered(say("Seconds for the solver.")))
    ] = None,
    gap: Gap = None,
    start: Annotated[
        Path | None,
        typer.Option(metavar="RUN", help=rendered(say("Begin at the basis and the integers of an earlier run."))),
    ] = None,
    dispatch_year: Annotated[
        bool,
        typer.Option(
            "--dispatch-year", help=rendered(say("Cost of the plan over the year its days were chosen from."))
        ),
    ] = False,
    deciding: Annotated[
        bool,
        typer.Option(
            "--deciding/--no-deciding",
            help=rendered(
                say("Find what decides the plan: limits that are reached, and what one step more of each saves.")
            ),
        ),
    ] = True,
    engine: DayEngine = "local",
    workers: DayWorkers = None,
    scheduler: DayScheduler = None,
    checkpoint: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help=rendered(say("Where a very large plan is left as it grows, and gone on with."))
        ),
    ] = None,
    overrides: Overrides = None,
    maps: Annotated[
        bool, typer.Option("--map/--no-map", help=rendered(say("Draw map and page; both can be drawn later.")))
    ] = True,
    formats: Formats = "png,svg,pdf",
    basemap: BaseMap = None,
    layer: BaseMapLayer = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    from planner.pipeline.check import read_scenario  # noqa: PLC0415
    from planner.pipeline.dispatch_year import read_to_dispatch  # noqa: PLC0415
    from planner.pipeline.run import run_and_write  # noqa: PLC0415
    from planner.views import headline  # noqa: PLC0415

    files = formats_of(formats)
    drawing = {"language": spoken(), "basemap": one_layer(basemap, layer), "formats": files}
    changes = overrides or ()
    question, full_year = (
        read_to_dispatch(scenario, changes) if dispatch_year else (read_scenario(scenario, changes), None)
    )
    results, folder = run_and_write(
        question,
        out,
        force=force,
        drawn=maps,
        drawing=drawing,
        solver=solver,
        time_limit=time_limit,
        gap=gap,
        start=start,
        full_year=full_year,
        deciding=deciding,
        where=Where(engine, workers, scheduler, None if checkpoint is None else str(checkpoint.resolve())),
    )
    if as_json:
        print_json(results.summary)
    elif not quiet:
        tell(headline.of_run(results, folder))
    if results.manifest.get("interrupted"):
        raise typer.Exit(130)
    in_turn = results.manifest["solver"].get("in_turn")
    if results.summary["status"] == "feasible" and not (in_turn and all(one["status"] == "optimal" for one in in_turn)):
        raise typer.Exit(6)


@app.command(help=say("Read and validate a scenario: every fault at once, and the size of the model to come."))
def check(scenario: ScenarioFolder, *, overrides: Overrides = None, as_json: AsJson = False) -> None:
    from planner.pipeline.check import inspect, read_scenario  # noqa: PLC0415
    from planner.views import headline  # noqa: PLC0415

    question = read_scenario(scenario, overrides or ())
    report = inspect(question)
    if as_json:
        print_json(report)
    else:
        tell(headline.of_check(question, report))
