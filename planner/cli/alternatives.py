"""``planner alternatives``: how different plans can be that are nearly as good as the best one."""

from __future__ import annotations

import sys
from pathlib import Path  # noqa: TC003 - typer reads the annotations at run time
from typing import Annotated

import typer

from planner.cli.options import Overrides, Quiet, ScenarioFolder, app, print_line, words
from planner.language import say, spoken


@app.command(zh="近优方案：目标值稍差的方案可以有多不同，并给出若干完整的备选方案。")
def alternatives(
    scenario: ScenarioFolder,
    *,
    out: Annotated[
        Path,
        typer.Option(
            metavar="DIR",
            help=say(
                "Folder of table, figure and plans; what it has is not redone.",
                "表格、图件与方案所在文件夹；已有的不重做。",
            ),
        ),
    ],
    slack: Annotated[
        float,
        typer.Option(
            metavar="S", help=say("How much worse a plan may be; 0.02 is 2 %.", "方案最多可差多少；0.02 即 2%。")
        ),
    ] = 0.02,
    what: Annotated[
        str,
        typer.Option(
            metavar="whole,side,hub,site,build",
            help=say("Whose least and most are sought; all.", "求哪些量的最小与最大值；默认全部。"),
        ),
    ] = "whole,side,hub,site,build",
    plans: Annotated[
        int, typer.Option(metavar="N", help=say("Whole plans, far from each other.", "彼此差异最大的完整方案数。"))
    ] = 5,
    time_limit: Annotated[
        float | None,
        typer.Option(metavar="S", min=0.001, help=say("Seconds for each search.", "每次求解的秒数上限。")),
    ] = None,
    overrides: Overrides = None,
    formats: Annotated[
        str, typer.Option("--format", metavar="png,svg,pdf", help=say("Formats to draw.", "图片格式。"))
    ] = "png,svg,pdf",
    quiet: Quiet = False,
) -> None:
    """Find how different plans can be that cost at most a little more, and a few of them whole: table, figure, runs."""
    from planner.studies.alternatives import report  # noqa: PLC0415
    from planner.studies.alternatives.choice import Choice  # noqa: PLC0415
    from planner.studies.alternatives.command import find_alternatives  # noqa: PLC0415
    from planner.studies.alternatives.quantities import GROUPS  # noqa: PLC0415

    files = words("--format", formats, ("png", "svg", "pdf"))
    choice = Choice(slack, tuple(words("--what", what, GROUPS)), plans, time_limit, tuple(overrides or ()))
    drawing = {"language": spoken(), "basemap": None}
    found = find_alternatives(scenario, out, choice, drawing=drawing, on_progress=None if quiet else print_line)
    report.draw(found, out, language=spoken(), formats=files)
    if not quiet:
        sys.stdout.write(report.headline(found, out))
