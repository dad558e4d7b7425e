"""Shared by the verbs: the application, options that mean the same everywhere, and printing."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from planner.cli.language import App, translate_completion
from planner.cli.streams import give, tell, tell_aside
from planner.errors import UsageError, shown
from planner.language import Text, join, rendered, say
from planner.version import __version__

translate_completion()
app = App(
    name="planner",
    help=rendered(say("Plan East Data West Compute: which workloads go where, and what must be built.")),
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _tell_version(wanted: bool) -> None:
    if wanted:
        tell(f"planner {__version__}\n")
        raise typer.Exit


@app.callback()
def start(
    *,
    version: Annotated[
        bool,
        typer.Option("--version", is_eager=True, callback=_tell_version, help=rendered(say("Print the version."))),
    ] = False,
) -> None:
    del version


ScenarioFolder = Annotated[Path, typer.Argument(help=rendered(say("Scenario folder.")), metavar="SCENARIO")]
RunFolder = Annotated[Path, typer.Argument(help=rendered(say("Folder of a finished run.")), metavar="RUN")]
Overrides = Annotated[
    list[str] | None, typer.Option("--set", metavar="K=V", help=rendered(say("Replace a value; repeatable.")))
]
Quiet = Annotated[bool, typer.Option("--quiet", help=rendered(say("Print nothing but errors.")))]
AsJson = Annotated[bool, typer.Option("--json", help=rendered(say("Print JSON to stdout and nothing else.")))]
BaseMap = Annotated[
    Path | None, typer.Option("--basemap", metavar="FILE", help=rendered(say("Your own base map, GeoJSON or GPKG.")))
]
LAYER_HELP = rendered(say("Of a base map in a GPKG of several layers."))
BaseMapLayer = Annotated[str | None, typer.Option("--layer", "--basemap-layer", metavar="NAME", help=LAYER_HELP)]


Formats = Annotated[str, typer.Option("--format", metavar="png,svg,pdf", help=rendered(say("Formats to draw.")))]
Solver = Annotated[str | None, typer.Option(metavar="NAME", help=rendered(say("highs, or any solver Pyomo knows.")))]
Gap = Annotated[
    float | None, typer.Option(metavar="G", min=0, max=1, help=rendered(say("Relative gap that is optimal.")))
]
PointSeconds = Annotated[
    float | None, typer.Option(metavar="S", min=0.001, help=rendered(say("Seconds for each point.")))
]

Stage = Annotated[
    str, typer.Option("--stage", metavar="ID", help=rendered(say("Of several years that of this stage; the last.")))
]
Future = Annotated[
    str,
    typer.Option("--future", metavar="ID", help=rendered(say("Of several futures this one; the likeliest."))),
]
DayEngine = Annotated[
    str,
    typer.Option(
        "--engine", metavar="local|dask", help=rendered(say("Where the days of a very large plan are solved."))
    ),
]
DayWorkers = Annotated[
    int | None,
    typer.Option(metavar="N", min=1, help=rendered(say("Days solved at once; as many as there are processors."))),
]
DayScheduler = Annotated[
    str | None,
    typer.Option(
        metavar="ADDRESS", help=rendered(say("Of a dask cluster, or its scheduler's file; else one is begun here."))
    ),
]


def one_layer(basemap: Path | None, layer: str | None) -> Path | None:
    """Return a base map with the layer that is meant, written as QGIS does."""
    if layer is None:
        return basemap
    if basemap is None:
        raise UsageError(say("--layer needs the file, in --basemap"))
    return Path(f"{basemap}|layername={layer}")


def print_json(data: dict[str, Any]) -> None:
    """Print what ``summary.json`` holds, byte for byte."""
    from planner.io.results.manifest import to_json  # noqa: PLC0415

    give(to_json(data).decode("utf-8"))


def print_line(line: Text) -> None:
    """Print a line of progress."""
    tell_aside(line + "\n")


def words(option: str, text: str, known: tuple[str, ...]) -> list[str]:
    """Return the words of an option that takes several, all of them known ones."""
    words = [word.strip() for word in text.split(",") if word.strip()]
    if not words or not set(words) <= set(known):
        raise UsageError(
            say("{option} {text}: choose from {known}", option=option, text=shown(text), known=join(known))
        )
    return words


def formats_of(text: str) -> list[str]:
    """Return the formats of ``--format``."""
    return words("--format", text, ("png", "svg", "pdf"))
