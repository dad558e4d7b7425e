"""The verbs of ``planner import``: a workbook as a scenario, and tables of a user's own into one."""

from __future__ import annotations

import os
from pathlib import Path  # noqa: TC003 - typer reads the annotations at run time
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from planner.cli.language import OPTION, App, Verbs
from planner.cli.options import app
from planner.cli.streams import tell
from planner.language import rendered, say

if TYPE_CHECKING:
    from planner.scenario.scenario import Scenario

WORKBOOK: Final = "workbook"


class WorkbookByDefault(Verbs):
    """``planner import BOOK.xlsx DIR``: what begins with a file and not with a verb is about a workbook."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put in the verb that is left out."""
        place = 0
        while place < len(args) and args[place].split("=")[0] == OPTION:
            place += 1 if "=" in args[place] else 2
        first = args[place] if place < len(args) else ""
        is_option = first.startswith("-") and first not in {"-h", "--help"}
        if first not in self.commands and (is_option or "." in first or os.path.lexists(first)):
            args = [*args[:place], WORKBOOK, *args[place:]]
        parsed: list[str] = super().parse_args(ctx, args)
        return parsed


imports = App(
    name="import",
    cls=WorkbookByDefault,
    help=rendered(
        say("Bring a workbook or tables of your own into a scenario. `planner import BOOK.xlsx DIR` needs no verb.")
    ),
    no_args_is_help=True,
)
app.add_typer(imports)


@imports.command(WORKBOOK, help=say("Write the scenario that an Excel workbook holds into a folder."))
def import_workbook(
    book: Annotated[
        Path, typer.Argument(metavar="BOOK.xlsx", help=rendered(say("As planner export --format xlsx writes it.")))
    ],
    folder: Annotated[Path, typer.Argument(metavar="DIR", help=rendered(say("Scenario folder to make.")))],
    *,
    force: Annotated[
        bool, typer.Option("--force", help=rendered(say("Replace the scenario that stands there.")))
    ] = False,
) -> None:
    from planner.io.workbook.importing import import_workbook  # noqa: PLC0415
    from planner.models.declarations import declarations  # noqa: PLC0415
    from planner.pipeline.check import read_with_full_year  # noqa: PLC0415

    def read(draft: Path) -> Scenario:
        reduced, full = read_with_full_year(draft)
        return full or reduced  # the days are chosen again whenever the folder is read

    tell(import_workbook(book, folder, declarations(), read, force=force).told())


@imports.command(
    "weather",
    help=say("Write an hourly table (weather, prices, profiles) into the column of a scenario that it is for."),
)
def import_weather(
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", help=rendered(say("CSV: a column of times and one column a place; or EPW."))),
    ],
    scenario: Annotated[Path, typer.Argument(help=rendered(say("Scenario folder.")), metavar="SCENARIO")],
    *,
    column: Annotated[
        str, typer.Option(metavar="NAME", help=rendered(say("temperature, availability, demand_profile, …")))
    ],
    time_zone: Annotated[
        str | None, typer.Option(metavar="ZONE", help=rendered(say("Of the file; always stated (EPW says it).")))
    ] = None,
    technology: Annotated[
        str | None, typer.Option(metavar="ID", help=rendered(say("For columns by technology.")))
    ] = None,
    places: Annotated[
        list[str] | None,
        typer.Option("--place", metavar="COLUMN=ID", help=rendered(say("Import only these; repeatable."))),
    ] = None,
    time_column: Annotated[
        str | None, typer.Option(metavar="NAME", help=rendered(say("Of the times; the first.")))
    ] = None,
    scenario_time_zone: Annotated[
        str, typer.Option(metavar="ZONE", help=rendered(say("Of the plan.")))
    ] = "Asia/Shanghai",
    year: Annotated[
        int | None, typer.Option(min=1900, max=2200, help=rendered(say("Of new timesteps; the file's.")))
    ] = None,
    source: Annotated[str, typer.Option(metavar="TEXT", help=rendered(say("For source.csv; the file's name.")))] = "",
    confidence: Annotated[
        str, typer.Option(metavar="WORD", help=rendered(say("published, derived or illustrative.")))
    ] = "illustrative",
    replace: Annotated[bool, typer.Option("--replace", help=rendered(say("Replace values that are there.")))] = False,
    hours_end: Annotated[
        bool, typer.Option("--hours-end", help=rendered(say("The times are the ends of their hours.")))
    ] = False,
) -> None:
    from planner.io.hourly.import_order import Order  # noqa: PLC0415
    from planner.io.hourly.import_weather import import_weather  # noqa: PLC0415
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
        hours_end,
    )
    tell(import_weather(file, scenario, declarations(), order).told())


@imports.command("network", help=say("Write a backbone (SNDlib or GraphML) into node.csv and link.csv of a scenario."))
def import_network(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help=rendered(say("SNDlib (native or XML), or GraphML (Topology Zoo).")))
    ],
    scenario: Annotated[Path, typer.Argument(help=rendered(say("Scenario folder.")), metavar="SCENARIO")],
    *,
    capacity_unit: Annotated[
        str,
        typer.Option(
            metavar="UNIT", help=rendered(say("Of the file's capacities: Mbit/s, Gbit/s, or a number of them."))
        ),
    ] = "",
    capacity_from: Annotated[
        str, typer.Option(metavar="NAME", help=rendered(say("GraphML: the links' attribute with their capacity.")))
    ] = "",
    capacity: Annotated[
        float | None, typer.Option(metavar="G", help=rendered(say("Gbit/s of links that state none.")))
    ] = None,
    length_from: Annotated[
        str, typer.Option(metavar="NAME", help=rendered(say("GraphML: the links' attribute with their length in km.")))
    ] = "",
    detour: Annotated[
        float, typer.Option(metavar="F", help=rendered(say("Cable length over the great circle, where none is given.")))
    ] = 1.0,
    module_cost: Annotated[
        float | None,
        typer.Option(metavar="C", help=rendered(say("CNY/a that 1 of the file's module costs stands for."))),
    ] = None,
    modules_max: Annotated[
        int | None, typer.Option(metavar="N", help=rendered(say("Modules of each kind that a link may have.")))
    ] = None,
    one_way: Annotated[
        bool | None,
        typer.Option(
            "--one-way/--both-ways",
            help=rendered(say("Links lead from source to target, or both ways; as the file says.")),
        ),
    ] = None,
    keep_external: Annotated[
        bool, typer.Option("--keep-external", help=rendered(say("Keep nodes that the file calls outside.")))
    ] = False,
    source: Annotated[str, typer.Option(metavar="TEXT", help=rendered(say("For source.csv; the file's name.")))] = "",
    confidence: Annotated[
        str, typer.Option(metavar="WORD", help=rendered(say("published, derived or illustrative.")))
    ] = "illustrative",
    replace: Annotated[
        bool, typer.Option("--replace", help=rendered(say("Replace the network that is there.")))
    ] = False,
) -> None:
    from planner.io.network.import_network import import_network  # noqa: PLC0415
    from planner.io.network.order import Order  # noqa: PLC0415
    from planner.models.declarations import declarations  # noqa: PLC0415

    order = Order(
        capacity_unit,
        capacity_from,
        capacity,
        length_from,
        detour,
        module_cost,
        modules_max,
        one_way,
        keep_external,
        source,
        confidence,
        replace,
    )
    tell(import_network(file, scenario, declarations(), order).told())
