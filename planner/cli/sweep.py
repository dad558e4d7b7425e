"""``planner sweep`` and ``planner pareto``: many plans of one scenario, as rows of one table."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from planner.cli.options import Overrides, Quiet, ScenarioFolder, app, print_line, words
from planner.language import say

FORMATS = ("png", "svg", "pdf")
Out = Annotated[
    Path,
    typer.Option(
        metavar="DIR",
        help=say("Folder of points and tables; what it has is not redone.", "结果文件夹；已求解的方案点不会重做。"),
    ),
]
Workers = Annotated[
    int | None,
    typer.Option(
        metavar="N",
        min=1,
        help=say(
            "Points solved at once; 1, or all threads of a cluster.", "同时求解的方案点数；默认 1，或集群的全部线程。"
        ),
    ),
]
EngineName = Annotated[
    str, typer.Option("--engine", metavar="local|dask", help=say("Where points are solved.", "在何处求解。"))
]
Scheduler = Annotated[
    str | None,
    typer.Option(
        metavar="ADDRESS",
        help=say("Of a dask cluster, such as tcp://127.0.0.1:8786.", "dask 集群地址，如 tcp://127.0.0.1:8786。"),
    ),
]
Solver = Annotated[
    str | None,
    typer.Option(metavar="NAME", help=say("highs, or any solver Pyomo knows.", "highs，或 Pyomo 支持的任一求解器。")),
]
TimeLimit = Annotated[
    float | None,
    typer.Option(metavar="S", min=0.001, help=say("Seconds for each point.", "每个方案点的求解时限（秒）。")),
]
Gap = Annotated[
    float | None,
    typer.Option(metavar="G", min=0, max=1, help=say("Relative gap that is optimal.", "视为最优的相对间隙。")),
]
Cold = Annotated[
    bool, typer.Option("--cold", help=say("Start no point from its neighbour.", "各方案点均不从相邻点热启动。"))
]
Maps = Annotated[
    bool, typer.Option("--maps", help=say("Draw map and page of every point.", "为每个方案点绘制地图与报告页。"))
]
Formats = Annotated[str, typer.Option("--format", metavar="png,svg,pdf", help=say("Formats to draw.", "图片格式。"))]


@app.command(
    help=say(
        "Solve a scenario for every combination of values: a run folder a point, one table, a figure.",
        "对取值的每一种组合求解情景：每点一个运行文件夹，一张总表，一幅图。",
    )
)
def sweep(
    scenario: ScenarioFolder,
    *,
    vary: Annotated[
        list[str],
        typer.Option(
            metavar="K=a,b,c",
            help=say("What is varied, K as in --set; repeatable.", "要变化的参数，K 的写法同 --set；可重复。"),
        ),
    ],
    out: Out,
    workers: Workers = None,
    engine: EngineName = "local",
    scheduler: Scheduler = None,
    solver: Solver = None,
    time_limit: TimeLimit = None,
    gap: Gap = None,
    cold: Cold = False,
    maps: Maps = False,
    overrides: Overrides = None,
    formats: Formats = "png,svg,pdf",
    quiet: Quiet = False,
) -> None:
    """Solve a scenario for every combination of values."""
    from planner.language import spoken  # noqa: PLC0415
    from planner.studies.sweep import report as sweep_report  # noqa: PLC0415
    from planner.studies.sweep.grid import axis_of  # noqa: PLC0415
    from planner.studies.sweep.job import Ask  # noqa: PLC0415
    from planner.studies.sweep.sweep import Sweep, Where, solve_sweep  # noqa: PLC0415

    files = words("--format", formats, FORMATS)
    ask = Ask(solver, time_limit, gap, maps, spoken())
    asked = Sweep([axis_of(text) for text in vary], overrides or (), ask, Where(engine, workers, scheduler), cold)
    read, points = solve_sweep(scenario, out, asked, None if quiet else print_line)
    rows, left_out = points.finish()
    drawn = sweep_report.draw_points(read, rows, asked, out, files)
    if not quiet:
        sys.stdout.write(sweep_report.headline(points, rows, drawn, left_out))
    if code := points.exit_code():
        raise typer.Exit(code)


@app.command(
    help=say(
        "Trade two objectives off against each other: every point efficient, and what each step costs.",
        "权衡两个目标：各点均为有效方案，并给出每一步的边际成本。",
    )
)
def pareto(
    scenario: ScenarioFolder,
    *,
    objectives: Annotated[
        str,
        typer.Option(
            metavar="A,B", help=say("Two of cost, emissions, latency.", "cost、emissions、latency 中的两个。")
        ),
    ] = "cost,emissions",
    count: Annotated[
        int,
        typer.Option("--points", metavar="N", min=2, max=1000, help=say("Both ends included.", "方案点数，含两端。")),
    ] = 9,
    out: Out,
    workers: Workers = None,
    engine: EngineName = "local",
    scheduler: Scheduler = None,
    solver: Solver = None,
    time_limit: TimeLimit = None,
    gap: Gap = None,
    cold: Cold = False,
    maps: Maps = False,
    overrides: Overrides = None,
    formats: Formats = "png,svg,pdf",
    quiet: Quiet = False,
) -> None:
    """Trade two objectives off against each other."""
    from planner.language import spoken  # noqa: PLC0415
    from planner.studies.pareto import report as pareto_report  # noqa: PLC0415
    from planner.studies.pareto.front import Front, judged, solve_front  # noqa: PLC0415
    from planner.studies.sweep.job import Ask  # noqa: PLC0415
    from planner.studies.sweep.sweep import Where  # noqa: PLC0415

    files = words("--format", formats, FORMATS)
    pair = tuple(part.strip() for part in objectives.split(","))
    ask, where = Ask(solver, time_limit, gap, maps, spoken()), Where(engine, workers, scheduler)
    front = Front(pair, count, overrides or (), ask, where, cold)
    read, points = solve_front(scenario, out, front, None if quiet else print_line)
    points.finish()
    rows = points.write_table(judged(points.rows(), front))
    drawn = pareto_report.draw_points(read, rows, front, out, files)
    if not quiet:
        sys.stdout.write(pareto_report.headline(points, rows, front, drawn))
    if code := points.exit_code():
        raise typer.Exit(code)
