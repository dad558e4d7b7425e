"""``planner futures``: what it costs that nobody knows which future comes."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads the annotations at run time
from typing import Annotated

import typer

from planner.cli.options import (
    AsJson,
    Formats,
    Gap,
    Overrides,
    Quiet,
    ScenarioFolder,
    app,
    formats_of,
    print_json,
    print_line,
)
from planner.cli.streams import tell
from planner.language import rendered, say, spoken


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
    time_limit: Annotated[
        float | None, typer.Option(metavar="S", min=0.001, help=rendered(say("Seconds for each plan.")))
    ] = None,
    gap: Gap = None,
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
    choice = Choice(time_limit, gap, frontier, tuple(overrides or ()))
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
