"""What the verbs share: the application, options that mean the same everywhere, and how they print."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Annotated, Any

import typer

from planner.errors import UsageError, shown

PATIENCE = 5.0
"""[s] of silence before the solver's progress is shown."""
LINE_LENGTH_MAX = 160

app = typer.Typer(
    name="planner",
    help="Plan East Data West Compute (东数西算): which workloads go where, and what must be built.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

ScenarioFolder = Annotated[Path, typer.Argument(help="Scenario folder.", metavar="SCENARIO")]
RunFolder = Annotated[Path, typer.Argument(help="Folder of a finished run.", metavar="RUN")]
Overrides = Annotated[list[str] | None, typer.Option("--set", metavar="K=V", help="Replace a value; repeatable.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="Print nothing but errors.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON to stdout and nothing else.")]
Language = Annotated[str, typer.Option("--language", metavar="zh|en", help="Language of the map.")]
BaseMap = Annotated[Path | None, typer.Option("--basemap", metavar="FILE", help="Your own base map, GeoJSON or GPKG.")]


def print_json(data: dict[str, Any]) -> None:
    """Print what ``summary.json`` holds, byte for byte."""
    from planner.io.manifest import to_json  # noqa: PLC0415

    sys.stdout.write(to_json(data).decode("utf-8"))


def print_line(line: str) -> None:
    """Print a line of progress."""
    sys.stderr.write(line + "\n")


def words(option: str, text: str, known: tuple[str, ...]) -> list[str]:
    """Return the words of an option that takes several, all of them known ones."""
    words = [word.strip() for word in text.split(",") if word.strip()]
    if not words or not set(words) <= set(known):
        raise UsageError(f"{option} {shown(text)}: choose from {', '.join(known)}")
    return words


def language_of(word: str) -> str:
    """Return the language asked for."""
    if word not in {"zh", "en"}:
        raise UsageError(f"--language {shown(word)}: zh and en are the languages")
    return word


class Progress:
    """Passes the solver's lines on to stderr once it has run for a while: a short solve needs no commentary."""

    def __init__(self) -> None:
        self._start = time.monotonic()

    def __call__(self, line: str) -> None:
        """Show a line if it is time to."""
        if line.strip() and time.monotonic() - self._start > PATIENCE:
            sys.stderr.write(shown(line.rstrip(), LINE_LENGTH_MAX) + "\n")
