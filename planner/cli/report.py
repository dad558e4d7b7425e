"""``planner report``: write the page of a finished run again."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads the annotations at run time
from typing import Annotated

import typer

from planner.cli.options import BaseMap, BaseMapLayer, RunFolder, app, one_layer
from planner.cli.streams import tell
from planner.language import rendered, say


@app.command(help=say("Write report.html of a finished run again; with another run beside it."))
def report(
    run: RunFolder,
    *,
    baseline: Annotated[
        Path | None, typer.Option(metavar="RUN", help=rendered(say("A finished run to compare with.")))
    ] = None,
    basemap: BaseMap = None,
    layer: BaseMapLayer = None,
) -> None:
    from planner.pipeline.finished import rewrite_report  # noqa: PLC0415

    tell(f"{rewrite_report(run, baseline=baseline, basemap=one_layer(basemap, layer))}\n")
