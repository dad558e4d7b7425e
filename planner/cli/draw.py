"""``planner map`` and ``planner chart``: draw a finished run again."""

from __future__ import annotations

import sys
from pathlib import Path  # noqa: TC003 - typer reads the annotations at run time
from typing import Annotated

import typer

from planner.cli.options import LAYER_HELP, BaseMap, RunFolder, app, one_layer, words
from planner.language import say, spoken


@app.command("map", zh="重绘已完成运行的地图。")
def draw(
    run: RunFolder,
    *,
    basemap: BaseMap = None,
    basemap_layer: Annotated[str | None, typer.Option("--basemap-layer", metavar="NAME", help=LAYER_HELP)] = None,
    formats: Annotated[
        str, typer.Option("--format", metavar="png,svg,pdf", help=say("Formats to draw.", "绘图格式。"))
    ] = "png,svg,pdf",
    layers: Annotated[
        str, typer.Option("--layer", metavar="NAMES", help=say("Layers to draw.", "绘制的图层。"))
    ] = "sites,regions,flows",
) -> None:
    """Draw the map of a finished run again."""
    from planner.pipeline.finished import redraw  # noqa: PLC0415
    from planner.views.drawing import MAP_LAYERS  # noqa: PLC0415

    files, drawn = words("--format", formats, ("png", "svg", "pdf")), words("--layer", layers, MAP_LAYERS)
    for path in redraw(run, language=spoken(), basemap=one_layer(basemap, basemap_layer), formats=files, layers=drawn):
        sys.stdout.write(f"{path}\n")


@app.command(zh="绘制已完成运行的逐时图：节点的供电与负荷，或持续曲线。")
def chart(
    run: RunFolder,
    kind: Annotated[
        str,
        typer.Argument(
            metavar="dispatch|duration",
            help=say("A week hour by hour, or the year sorted.", "逐时的一周，或排序后的全年。"),
        ),
    ],
    *,
    site: Annotated[
        str | None,
        typer.Option(
            metavar="ID", help=say("Site; duration without it: all together.", "节点；duration 不给则为全部合计。")
        ),
    ] = None,
    start: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="DAY",
            help=say("First day of a dispatch; the least green week.", "调度图的起始日；不给则为绿电占比最低的一周。"),
        ),
    ] = None,
    formats: Annotated[
        str, typer.Option("--format", metavar="png,svg,pdf", help=say("Formats to draw.", "绘图格式。"))
    ] = "png,svg,pdf",
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help=say("Where to; the run folder if left out.", "输出位置；不给则为运行文件夹。")
        ),
    ] = None,
) -> None:
    """Draw the hours of a finished run: supply and load of a site, or duration curves."""
    from planner.pipeline.hours_chart import FORMATS, chart_run  # noqa: PLC0415

    files = words("--format", formats, FORMATS)
    for path in chart_run(run, kind, site=site, start=start, language=spoken(), formats=files, out=out):
        sys.stdout.write(f"{path}\n")
