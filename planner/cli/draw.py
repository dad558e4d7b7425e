"""``planner map``, ``planner chart`` and ``planner report``: draw a finished run again."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads the annotations at run time
from typing import Annotated

import typer

from planner.cli.options import (
    LAYER_HELP,
    BaseMap,
    BaseMapLayer,
    Formats,
    Future,
    RunFolder,
    Stage,
    app,
    formats_of,
    one_layer,
    words,
)
from planner.cli.streams import tell
from planner.language import rendered, say, spoken


@app.command("map", help=say("Draw the map of a finished run again."))
def draw(
    run: RunFolder,
    *,
    basemap: BaseMap = None,
    basemap_layer: Annotated[str | None, typer.Option("--basemap-layer", metavar="NAME", help=LAYER_HELP)] = None,
    formats: Formats = "png,svg,pdf",
    layers: Annotated[
        str | None,
        typer.Option(
            "--layer",
            metavar="NAMES",
            help=rendered(say("Layers to draw: sites, regions, flows, links; all but flows where there are links.")),
        ),
    ] = None,
    stage: Stage = "",
    future: Future = "",
) -> None:
    from planner.pipeline.finished import redraw  # noqa: PLC0415
    from planner.views.drawing import MAP_LAYERS  # noqa: PLC0415
    from planner.views.years.chosen import Year  # noqa: PLC0415

    files, drawn = formats_of(formats), [] if layers is None else words("--layer", layers, MAP_LAYERS)
    ground, year = one_layer(basemap, basemap_layer), Year(stage, future)
    for path in redraw(run, language=spoken(), basemap=ground, formats=files, layers=drawn, year=year):
        tell(f"{path}\n")


@app.command(help=say("Draw the hours of a finished run: supply and load of a site, or duration curves."))
def chart(
    run: RunFolder,
    kind: Annotated[
        str, typer.Argument(metavar="dispatch|duration", help=rendered(say("A week hour by hour, or the year sorted.")))
    ],
    *,
    site: Annotated[
        str | None, typer.Option(metavar="ID", help=rendered(say("Site; duration without it: all together.")))
    ] = None,
    start: Annotated[
        str | None,
        typer.Option("--from", metavar="DAY", help=rendered(say("First day of a dispatch; the least green week."))),
    ] = None,
    formats: Formats = "png,svg,pdf",
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help=rendered(say("Where to; the run folder if left out.")))
    ] = None,
    stage: Stage = "",
    future: Future = "",
) -> None:
    from planner.pipeline.hours_chart import chart_run  # noqa: PLC0415
    from planner.views.years.chosen import Year  # noqa: PLC0415

    files = formats_of(formats)
    year = Year(stage, future)
    for path in chart_run(run, kind, site=site, start=start, language=spoken(), formats=files, out=out, year=year):
        tell(f"{path}\n")


@app.command(help=say("Write report.html of a finished run again; with another run beside it."))
def report(
    run: RunFolder,
    *,
    baseline: Annotated[
        Path | None, typer.Option(metavar="RUN", help=rendered(say("A finished run to compare with.")))
    ] = None,
    basemap: BaseMap = None,
    layer: BaseMapLayer = None,
    stage: Stage = "",
    future: Future = "",
) -> None:
    from planner.pipeline.finished import rewrite_report  # noqa: PLC0415
    from planner.views.years.chosen import Year  # noqa: PLC0415

    year = Year(stage, future)
    tell(f"{rewrite_report(run, baseline=baseline, basemap=one_layer(basemap, layer), year=year)}\n")
