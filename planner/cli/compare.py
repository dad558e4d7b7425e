"""``planner compare``: what moved between finished runs, why, and what it comes to."""

from __future__ import annotations

import sys
from pathlib import Path  # noqa: TC003 - typer reads the annotations at run time
from typing import Annotated

import typer

from planner.cli.options import AsJson, BaseMap, BaseMapLayer, Quiet, app, one_layer, print_json, words
from planner.language import say


@app.command(
    help=say("Compare finished runs: what moved where, and why.", "对比已完成的运行：什么迁移到了哪里，原因何在。")
)
def compare(
    runs: Annotated[
        list[Path],
        typer.Argument(
            metavar="RUN RUN…", help=say("Folders of finished runs, the base first.", "已完成运行的文件夹，基准在前。")
        ),
    ],
    *,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help=say(
                "Folder for tables, workbook and map; must not exist yet.",
                "存放表格、工作簿与地图的文件夹；须尚不存在。",
            ),
        ),
    ] = None,
    formats: Annotated[
        str, typer.Option("--format", metavar="png,svg,pdf", help=say("Formats of the map.", "地图格式。"))
    ] = "png,svg,pdf",
    time_limit: Annotated[
        float | None,
        typer.Option(
            "--time-limit",
            metavar="S",
            min=0,
            help=say(
                "Seconds for each run, to tell what the inputs did from what swaps places at equal cost (else 60); "
                "0: do not tell them apart.",
                "每次运行用于区分输入的影响与等成本互换的秒数（默认 60）；0 为不区分。",
            ),
        ),
    ] = None,
    basemap: BaseMap = None,
    layer: BaseMapLayer = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Compare finished runs: what moved where, and why."""
    from planner.studies.compare.command import check_out, told, write_comparison  # noqa: PLC0415
    from planner.studies.compare.command import compare as compare_folders  # noqa: PLC0415
    from planner.studies.compare.differences.comparison import as_json as plain_data  # noqa: PLC0415
    from planner.studies.compare.differences.nearest import SECONDS  # noqa: PLC0415

    basemap = one_layer(basemap, layer)
    files = words("--format", formats, ("png", "svg", "pdf"))
    if out is not None:
        check_out(out, basemap)
    comparisons = compare_folders(runs, seconds=SECONDS if time_limit is None else time_limit)
    if out is not None:
        write_comparison(comparisons, out, formats=files, basemap=basemap)
    if as_json:
        print_json(plain_data(comparisons))
    elif not quiet:
        sys.stdout.write(told(comparisons))
        if out is not None:
            sys.stdout.write(say("\ntables, workbook and map  {out}\n", "\n表格、工作簿与地图  {out}\n", out=out))
