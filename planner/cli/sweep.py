"""``planner sweep`` and ``planner pareto``: many plans of one scenario, as rows of one table."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from planner.cli.options import (
    Formats,
    Gap,
    Overrides,
    PointSeconds,
    Quiet,
    ScenarioFolder,
    Solver,
    app,
    formats_of,
    print_line,
)
from planner.cli.streams import tell
from planner.cluster import Where
from planner.language import rendered, say, spoken

Out = Annotated[
    Path, typer.Option(metavar="DIR", help=rendered(say("Folder of points and tables; what it has is not redone.")))
]
Workers = Annotated[
    int | None,
    typer.Option(metavar="N", min=1, help=rendered(say("Points solved at once; 1, or all threads of a cluster."))),
]
EngineName = Annotated[
    str, typer.Option("--engine", metavar="local|dask", help=rendered(say("Where points are solved.")))
]
Scheduler = Annotated[
    str | None, typer.Option(metavar="ADDRESS", help=rendered(say("Of a dask cluster, such as tcp://127.0.0.1:8786.")))
]
Cold = Annotated[bool, typer.Option("--cold", help=rendered(say("Start no point from its neighbour.")))]
Maps = Annotated[bool, typer.Option("--maps", help=rendered(say("Draw map and page of every point.")))]


@app.command(help=say("Solve a scenario for every combination of values: a run folder a point, one table, a figure."))
def sweep(
    scenario: ScenarioFolder,
    *,
    vary: Annotated[
        list[str], typer.Option(metavar="K=a,b,c", help=rendered(say("What is varied, K as in --set; repeatable.")))
    ],
    out: Out,
    workers: Workers = None,
    engine: EngineName = "local",
    scheduler: Scheduler = None,
    solver: Solver = None,
    time_limit: PointSeconds = None,
    gap: Gap = None,
    cold: Cold = False,
    maps: Maps = False,
    overrides: Overrides = None,
    formats: Formats = "png,svg,pdf",
    quiet: Quiet = False,
) -> None:
    from planner.studies.sweep import report as sweep_report  # noqa: PLC0415
    from planner.studies.sweep.grid import axis_of  # noqa: PLC0415
    from planner.studies.sweep.job import Ask  # noqa: PLC0415
    from planner.studies.sweep.sweep import Sweep, solve_sweep  # noqa: PLC0415

    files = formats_of(formats)
    ask = Ask(solver, time_limit, gap, maps, spoken())
    asked = Sweep([axis_of(text) for text in vary], overrides or (), ask, Where(engine, workers, scheduler), cold)
    read, points = solve_sweep(scenario, out, asked, None if quiet else print_line)
    rows, left_out = points.finish()
    drawn = sweep_report.draw_points(read, rows, asked, out, files)
    if not quiet:
        tell(sweep_report.headline(points, rows, drawn, left_out))
    if code := points.exit_code():
        raise typer.Exit(code)


@app.command(help=say("Trade two objectives off against each other: every point efficient, and what each step costs."))
def pareto(
    scenario: ScenarioFolder,
    *,
    objectives: Annotated[
        str, typer.Option(metavar="A,B", help=rendered(say("Two of cost, emissions, latency.")))
    ] = "cost,emissions",
    count: Annotated[
        int, typer.Option("--points", metavar="N", min=2, max=1000, help=rendered(say("Both ends included.")))
    ] = 9,
    out: Out,
    workers: Workers = None,
    engine: EngineName = "local",
    scheduler: Scheduler = None,
    solver: Solver = None,
    time_limit: PointSeconds = None,
    gap: Gap = None,
    cold: Cold = False,
    maps: Maps = False,
    overrides: Overrides = None,
    formats: Formats = "png,svg,pdf",
    quiet: Quiet = False,
) -> None:
    from planner.studies.pareto import report as pareto_report  # noqa: PLC0415
    from planner.studies.pareto.front import Front, judged, solve_front  # noqa: PLC0415
    from planner.studies.sweep.job import Ask  # noqa: PLC0415

    files = formats_of(formats)
    pair = tuple(part.strip() for part in objectives.split(","))
    ask, where = Ask(solver, time_limit, gap, maps, spoken()), Where(engine, workers, scheduler)
    front = Front(pair, count, overrides or (), ask, where, cold)
    read, points = solve_front(scenario, out, front, None if quiet else print_line)
    points.finish()
    rows = points.write_table(judged(points.rows(), front))
    drawn = pareto_report.draw_points(read, rows, front, out, files)
    if not quiet:
        tell(pareto_report.headline(points, rows, front, drawn))
    if code := points.exit_code():
        raise typer.Exit(code)
