"""``planner green-cost`` and ``planner futures``: many plans that together answer one question."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads the annotations at run time
from typing import Annotated

import typer

from planner.cli.options import (
    AsJson,
    DayEngine,
    DayScheduler,
    DayWorkers,
    Formats,
    Gap,
    Overrides,
    PointSeconds,
    Quiet,
    ScenarioFolder,
    Solver,
    app,
    formats_of,
    print_json,
    print_line,
)
from planner.cli.streams import tell
from planner.cluster import Where
from planner.language import rendered, say, spoken


@app.command(
    "green-cost",
    help=say(
        "Solve a scenario for rising green shares, by each accounting, with and without deferral: table and figure."
    ),
)
def green_cost(
    scenario: ScenarioFolder,
    *,
    out: Annotated[
        Path, typer.Option(metavar="DIR", help=rendered(say("Folder of table and figure; what it has is not redone.")))
    ],
    shares: Annotated[
        str, typer.Option(metavar="0.8,1,…", help=rendered(say("Least green shares.")))
    ] = "0.8,0.9,0.95,0.99,1",
    modes: Annotated[
        str, typer.Option(metavar="NAMES", help=rendered(say("Accountings.")))
    ] = "certificate,matched,every_timestep",
    variants: Annotated[
        str,
        typer.Option(
            metavar="NAMES", help=rendered(say("as_given, without_deferral, without_shifting; the first two."))
        ),
    ] = "",
    scope: Annotated[
        str,
        typer.Option(
            "--on", metavar="site|hub|side|national", help=rendered(say("Whose share; the widest the scenario has."))
        ),
    ] = "",
    time_limit: PointSeconds = None,
    overrides: Overrides = None,
    formats: Formats = "png,svg,pdf",
    quiet: Quiet = False,
) -> None:
    from planner.studies.cost_of_green import command  # noqa: PLC0415

    choice = command.Choice(shares, modes, variants, time_limit, overrides or (), scope)
    drawing = command.Drawing(spoken(), formats_of(formats))
    told = command.green_cost(scenario, out, choice, drawing, None if quiet else print_line)
    if not quiet:
        tell(told)


@app.command(
    help=say("Say what uncertainty costs: EVPI, VSS, the regret of each plan in each future, what is right in all.")
)
def futures(
    scenario: ScenarioFolder,
    *,
    out: Annotated[
        Path,
        typer.Option(
            metavar="DIR", help=rendered(say("Folder of tables, figures and plan; what it has is not redone."))
        ),
    ],
    frontier: Annotated[
        int,
        typer.Option(
            metavar="N", help=rendered(say("Points between expected cost and that of the worst futures; 0: none."))
        ),
    ] = 0,
    solver: Solver = None,
    time_limit: Annotated[
        float | None, typer.Option(metavar="S", min=0.001, help=rendered(say("Seconds for each plan.")))
    ] = None,
    gap: Gap = None,
    engine: DayEngine = "local",
    workers: DayWorkers = None,
    scheduler: DayScheduler = None,
    overrides: Overrides = None,
    formats: Formats = "png,svg,pdf",
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    from planner.studies.futures import report  # noqa: PLC0415
    from planner.studies.futures.answer import as_json as answer  # noqa: PLC0415
    from planner.studies.futures.choice import Choice  # noqa: PLC0415
    from planner.studies.futures.command import find_futures, is_whole  # noqa: PLC0415

    files = formats_of(formats)
    where = Where(engine, workers, scheduler)
    choice = Choice(time_limit, gap, frontier, tuple(overrides or ()), solver, where)
    drawing = {"language": spoken(), "basemap": None}
    is_silent = quiet or as_json
    found = find_futures(scenario, out, choice, drawing=drawing, on_progress=None if is_silent else print_line)
    drawn = report.draw(found, out, language=spoken(), formats=files)
    if as_json:
        print_json(answer(found))
    elif not quiet:
        tell(report.headline(found, out, drawn))
    if not is_whole(found):
        raise typer.Exit(6)
