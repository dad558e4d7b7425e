"""The verbs of ``planner import``: tables of a user's own into a scenario."""

from __future__ import annotations

import sys
from pathlib import Path  # noqa: TC003 - typer reads the annotations at run time
from typing import Annotated

import typer

from planner.cli.options import app

imports = typer.Typer(name="import", help="Bring tables of your own into a scenario.", no_args_is_help=True)
app.add_typer(imports)


@imports.command("weather")
def import_weather(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV: a column of times and one column a place.")],
    scenario: Annotated[Path, typer.Argument(help="Scenario folder.", metavar="SCENARIO")],
    *,
    column: Annotated[str, typer.Option(metavar="NAME", help="temperature, availability, demand_profile, …")],
    time_zone: Annotated[str | None, typer.Option(metavar="ZONE", help="Of the file; always stated.")] = None,
    technology: Annotated[str | None, typer.Option(metavar="ID", help="For columns by technology.")] = None,
    places: Annotated[
        list[str] | None, typer.Option("--place", metavar="COLUMN=ID", help="Import only these; repeatable.")
    ] = None,
    time_column: Annotated[str | None, typer.Option(metavar="NAME", help="Of the times; the first.")] = None,
    scenario_time_zone: Annotated[str, typer.Option(metavar="ZONE", help="Of the plan.")] = "Asia/Shanghai",
    year: Annotated[int | None, typer.Option(min=1900, max=2200, help="Of new timesteps; the file's.")] = None,
    source: Annotated[str, typer.Option(metavar="TEXT", help="For source.csv; the file's name.")] = "",
    confidence: Annotated[
        str, typer.Option(metavar="WORD", help="published, derived or illustrative.")
    ] = "illustrative",
    replace: Annotated[bool, typer.Option("--replace", help="Replace values that are there.")] = False,
) -> None:
    """Write an hourly table (weather, prices, profiles) into the column of a scenario that it is for."""
    from planner.io.import_order import Order  # noqa: PLC0415
    from planner.io.import_weather import import_weather  # noqa: PLC0415
    from planner.models.declarations import declarations  # noqa: PLC0415

    order = Order(
        column,
        time_zone,
        {} if technology is None else {"technology": technology},
        places or (),
        time_column,
        scenario_time_zone,
        year,
        source,
        confidence,
        replace,
    )
    sys.stdout.write(import_weather(file, scenario, declarations(), order).told())
