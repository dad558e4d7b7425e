"""``planner audit``, ``planner export`` and ``planner new``: what reads and writes files only."""

from __future__ import annotations

import sys
from pathlib import Path  # noqa: TC003 - typer reads the annotations at run time
from typing import Annotated

import typer

from planner.cli.options import Overrides, RunFolder, app


@app.command()
def audit(run: RunFolder) -> None:
    """Check a finished run again, from its files alone."""
    from planner.finished import audit_run  # noqa: PLC0415

    sys.stdout.write(audit_run(run))


@app.command()
def export(
    scenario: Annotated[Path | None, typer.Argument(metavar="SCENARIO", help="Scenario folder.")] = None,
    *,
    form: Annotated[str, typer.Option("--format", metavar="mps|lp|json-schema|folder", help="What to export.")],
    out: Annotated[Path | None, typer.Option(metavar="PATH", help="Where to; stdout if left out.")] = None,
    overrides: Overrides = None,
) -> None:
    """Export the model (mps, lp), the scenario as read, merged and reduced (folder), or the schema of all."""
    from planner.export import FOLDER, export_folder, export_text, write_export  # noqa: PLC0415

    if form == FOLDER:
        export_folder(scenario, out, overrides or ())
        return
    text = export_text(form, scenario, overrides or ())
    if out is None:
        sys.stdout.write(text)
    else:
        write_export(text, out)


@app.command()
def new(name: Annotated[Path, typer.Argument(metavar="NAME", help="Folder to make.")]) -> None:
    """Write a commented scenario folder to start from."""
    from planner.io.starter import write_starter  # noqa: PLC0415
    from planner.models.declarations import declarations  # noqa: PLC0415

    write_starter(name, declarations())
    sys.stdout.write(f"{name}: a scenario that runs as it is; next: planner check {name}\n")
