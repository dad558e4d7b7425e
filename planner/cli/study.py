"""``planner green-cost``: many plans that together answer one question."""

from __future__ import annotations

import sys
from pathlib import Path  # noqa: TC003 - typer reads the annotations at run time
from typing import Annotated

import typer

from planner.cli.options import Overrides, Quiet, ScenarioFolder, app, print_line, words
from planner.language import say, spoken


@app.command("green-cost", zh="按各核算方式，对逐步提高的绿电占比求解情景，含与不含延迟：表格与图件。")
def green_cost(
    scenario: ScenarioFolder,
    *,
    out: Annotated[
        Path,
        typer.Option(
            metavar="DIR",
            help=say("Folder of table and figure; what it has is not redone.", "表格与图件所在文件夹；已有的不重做。"),
        ),
    ],
    shares: Annotated[
        str, typer.Option(metavar="0.8,1,…", help=say("Least green shares.", "绿电占比下限。"))
    ] = "0.8,0.9,0.95,0.99,1",
    modes: Annotated[
        str, typer.Option(metavar="NAMES", help=say("Accountings.", "核算方式。"))
    ] = "certificate,matched,every_timestep",
    variants: Annotated[
        str,
        typer.Option(
            metavar="NAMES",
            help=say(
                "as_given, without_deferral, without_shifting; the first two.",
                "as_given、without_deferral、without_shifting；默认前两种。",
            ),
        ),
    ] = "",
    scope: Annotated[
        str,
        typer.Option(
            "--on",
            metavar="site|hub|side|national",
            help=say("Whose share; the widest the scenario has.", "占比的范围；默认为情景中最大的范围。"),
        ),
    ] = "",
    time_limit: Annotated[
        float | None, typer.Option(metavar="S", min=0.001, help=say("Seconds for each point.", "每个点的秒数上限。"))
    ] = None,
    overrides: Overrides = None,
    formats: Annotated[
        str, typer.Option("--format", metavar="png,svg,pdf", help=say("Formats to draw.", "绘图格式。"))
    ] = "png,svg,pdf",
    quiet: Quiet = False,
) -> None:
    """Solve a scenario for rising green shares, by each accounting, with and without deferral: table and figure."""
    from planner.studies.cost_of_green import command  # noqa: PLC0415

    choice = command.Choice(shares, modes, variants, time_limit, overrides or (), scope)
    drawing = command.Drawing(spoken(), words("--format", formats, ("png", "svg", "pdf")))
    told = command.green_cost(scenario, out, choice, drawing, None if quiet else print_line)
    if not quiet:
        sys.stdout.write(told)
