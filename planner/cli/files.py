"""``planner audit``, ``planner export`` and ``planner new``: what reads and writes files only."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads the annotations at run time
from typing import Annotated

import typer

from planner.cli.options import Overrides, RunFolder, app
from planner.cli.streams import tell
from planner.language import rendered, say


@app.command(help=say("Check a finished run again, from its files alone."))
def audit(
    run: RunFolder,
    *,
    bound: Annotated[
        bool,
        typer.Option(
            "--bound", help=rendered(say("Build the model again and prove the bound anew, in safe arithmetic."))
        ),
    ] = False,
) -> None:
    from planner.pipeline.finished import audit_run  # noqa: PLC0415

    tell(audit_run(run, bound=bound))


@app.command(
    help=say(
        "Export the model (mps, lp, smps), the scenario (folder: days chosen; xlsx: whole), a run (xlsx), the schema."
    )
)
def export(
    scenario: Annotated[
        Path | None,
        typer.Argument(metavar="SCENARIO|RUN", help=rendered(say("Scenario folder; for xlsx also a finished run."))),
    ] = None,
    *,
    form: Annotated[
        str,
        typer.Option("--format", metavar="mps|lp|smps|json-schema|folder|xlsx", help=rendered(say("What to export."))),
    ],
    out: Annotated[
        Path | None, typer.Option(metavar="PATH", help=rendered(say("Where to; stdout if left out.")))
    ] = None,
    overrides: Overrides = None,
    force: Annotated[
        bool, typer.Option("--force", help=rendered(say("Replace a workbook that stands there.")))
    ] = False,
) -> None:
    from planner.pipeline.export import (  # noqa: PLC0415
        FOLDER,
        SMPS,
        WORKBOOK,
        export_folder,
        export_smps,
        export_text,
        export_workbook,
        write_export,
    )

    if form == FOLDER:
        export_folder(scenario, out, overrides or ())
        return
    if form == SMPS:
        tell(export_smps(scenario, out, overrides or ()))
        return
    if form == WORKBOOK:
        tell(export_workbook(scenario, out, overrides or (), force=force))
        return
    text = export_text(form, scenario, overrides or ())
    if out is None:
        tell(text)
    else:
        write_export(text, out)


@app.command(help=say("Write a commented scenario folder to start from."))
def new(
    name: Annotated[Path, typer.Argument(metavar="NAME", help=rendered(say("Folder to make.")))],
    *,
    example: Annotated[
        str | None,
        typer.Option(metavar="SCENARIO", help=rendered(say("A shipped scenario to copy, such as national-2025."))),
    ] = None,
) -> None:
    from planner.io.schema.starter import write_starter  # noqa: PLC0415
    from planner.models.declarations import declarations  # noqa: PLC0415
    from planner.pipeline.examples import write_example  # noqa: PLC0415

    if example is None:
        write_starter(name, declarations())
    else:
        for other in write_example(example, name)[1:]:
            tell(say("{other}: what {name} extends\n", other=other, name=name))
    tell(say("{name}: a scenario that runs as it is; next: planner check {name}\n", name=name))
