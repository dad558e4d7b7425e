"""``planner compare``: what moved between finished runs, why, and what it comes to."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads the annotations at run time
from typing import Annotated

import typer

from planner.cli.options import AsJson, BaseMap, BaseMapLayer, Quiet, app, formats_of, one_layer, print_json
from planner.cli.streams import tell
from planner.language import rendered, say


@app.command(help=say("Compare finished runs: what moved where, and why."))
def compare(
    runs: Annotated[
        list[Path], typer.Argument(metavar="RUN RUN…", help=rendered(say("Folders of finished runs, the base first.")))
    ],
    *,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help=rendered(say("Folder for tables, workbook and map; must not exist yet."))),
    ] = None,
    formats: Annotated[
        str, typer.Option("--format", metavar="png,svg,pdf", help=rendered(say("Formats of the map.")))
    ] = "png,svg,pdf",
    time_limit: Annotated[
        float | None,
        typer.Option(
            "--time-limit",
            metavar="S",
            min=0,
            help=rendered(
                say(
                    "Seconds for each run, to tell what the inputs did from what swaps places at equal cost (else 60); "
                    "0: do not tell them apart."
                )
            ),
        ),
    ] = None,
    basemap: BaseMap = None,
    layer: BaseMapLayer = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    from planner.studies.compare.command import check_out, told, write_comparison  # noqa: PLC0415
    from planner.studies.compare.command import compare as compare_folders  # noqa: PLC0415
    from planner.studies.compare.differences.comparison import as_json as plain_data  # noqa: PLC0415
    from planner.studies.compare.differences.nearest import SECONDS  # noqa: PLC0415

    basemap = one_layer(basemap, layer)
    files = formats_of(formats)
    if out is not None:
        check_out(out, basemap)
    comparisons = compare_folders(runs, seconds=SECONDS if time_limit is None else time_limit)
    if out is not None:
        write_comparison(comparisons, out, formats=files, basemap=basemap)
    if as_json:
        print_json(plain_data(comparisons))
    elif not quiet:
        tell(told(comparisons))
        if out is not None:
            tell(say("\ntables, workbook and map  {out}\n", out=out))
