"""``planner map`` and ``planner chart``: draw a finished run again."""

from __future__ import annotations

import sys
from pathlib import Path  # noqa: TC003 - typer reads the annotations at run time
from typing import Annotated

import typer

from planner.cli.options import BaseMap, Language, RunFolder, app, language_of, words


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

    files, drawn = words("--format", formats, ("png", "svg", "pdf")), words("--layer", layers, MAP_LAYERS)
    for path in redraw(run, language=language_of(language), basemap=basemap, formats=files, layers=drawn):
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

    files = words("--format", formats, FORMATS)
    language = language_of(language)
    for path in chart_run(run, kind, site=site, start=start, language=language, formats=files, out=out):
        sys.stdout.write(f"{path}\n")
