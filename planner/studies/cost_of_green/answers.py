"""``make answers``: solve the cost of green of a scenario, and put its tables, figure and points into the docs."""

from __future__ import annotations

import argparse
import re
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from planner.errors import UsageError, shown
from planner.language import Text, rendered, say
from planner.pipeline.check import read_scenario
from planner.studies.cost_of_green.points import FILE, Plan, solve_points
from planner.studies.cost_of_green.report import cost_lines, draw_points, size_lines, worth_lines

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from planner.studies.sweep.points_file import Row

TABLES: Final = {"cost": cost_lines, "worth": worth_lines, "sizes": size_lines}
"""The tables of the page, by the word in the comment above each."""
DPI: Final = 130
"""Of the picture in the docs: read on a screen."""


def tables_of(rows: Sequence[Row]) -> dict[str, list[str]]:
    """Return the lines of every table of the page, by name."""
    return {name: lines(rows) for name, lines in TABLES.items()}


def fill_page(text: str, tables: Mapping[str, Sequence[str]]) -> str:
    """Return a page with the table below each comment ``<!-- answers: name -->`` put in anew."""
    for name, lines in tables.items():
        comment = f"<!-- answers: {name} -->\n"
        head, *rest = text.split(comment)
        if len(rest) != 1:
            raise UsageError(
                say(
                    "the page has {count} places for the table {name}: it needs {strip} once",
                    count=len(rest),
                    name=name,
                    strip=comment.strip(),
                )
            )
        table = "".join(f"{line}\n" for line in lines)
        text = head + comment + table + re.sub(r"\A(?:\|.*\n)*", "", rest[0])
    return text


def answer(scenario: Path, page: Path, images: Path, out: Path) -> None:
    """Solve what is not solved yet, and write page, picture and points."""
    if not page.is_file():
        raise UsageError(say("there is no page {page}", page=shown(page)))
    points = out / read_scenario(scenario).content_hash[:16]  # a changed scenario begins anew
    read, rows = solve_points(scenario, points, Plan(), _say)
    text = fill_page(page.read_text(encoding="utf-8"), tables_of(rows))
    shutil.copyfile(points / FILE, page.with_suffix(".csv"))
    draw_points(read, rows, images, language="en", formats=("png",), dpi=DPI)
    page.write_text(text, encoding="utf-8")


def _say(line: Text) -> None:
    sys.stderr.write(rendered(line) + "\n")


def main() -> None:
    """Read the command line of ``python -m planner.studies.cost_of_green.answers``."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("scenario", "page", "images", "out"):
        parser.add_argument(name, type=Path)
    asked = parser.parse_args()
    answer(asked.scenario, asked.page, asked.images, asked.out)


if __name__ == "__main__":
    main()
