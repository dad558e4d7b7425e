"""``planner alternatives``: how different plans can be that are nearly as good as the best one."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads the annotations at run time
from typing import Annotated

import typer

from planner.cli.options import Formats, Overrides, Quiet, ScenarioFolder, app, formats_of, print_line, words
from planner.cli.streams import tell
from planner.language import rendered, say, spoken


@app.command(
    help=say(
        "Find how different plans can be that cost at most a little more, and a few of them whole: table, figure, runs."
    )
)
def alternatives(
    scenario: ScenarioFolder,
    *,
    out: Annotated[
        Path,
        typer.Option(
            metavar="DIR", help=rendered(say("Folder of table, figure and plans; what it has is not redone."))
        ),
    ],
    slack: Annotated[
        float, typer.Option(metavar="S", help=rendered(say("How much worse a plan may be; 0.02 is 2 %.")))
    ] = 0.02,
    what: Annotated[
        str,
        typer.Option(metavar="whole,side,hub,site,build", help=rendered(say("Whose least and most are sought; all."))),
    ] = "whole,side,hub,site,build",
    plans: Annotated[int, typer.Option(metavar="N", help=rendered(say("Whole plans, far from each other.")))] = 5,
    time_limit: Annotated[
        float | None, typer.Option(metavar="S", min=0.001, help=rendered(say("Seconds for each search.")))
    ] = None,
    overrides: Overrides = None,
    formats: Formats = "png,svg,pdf",
    quiet: Quiet = False,
) -> None:
    from planner.studies.alternatives import report  # noqa: PLC0415
    from planner.studies.alternatives.choice import Choice  # noqa: PLC0415
    from planner.studies.alternatives.command import find_alternatives  # noqa: PLC0415
    from planner.studies.alternatives.quantities import GROUPS  # noqa: PLC0415

    files = formats_of(formats)
    choice = Choice(slack, tuple(words("--what", what, GROUPS)), plans, time_limit, tuple(overrides or ()))
    drawing = {"language": spoken(), "basemap": None}
    found = find_alternatives(scenario, out, choice, drawing=drawing, on_progress=None if quiet else print_line)
    report.draw(found, out, language=spoken(), formats=files)
    if not quiet:
        tell(report.headline(found, out))
