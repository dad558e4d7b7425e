"""A table of solved points that is whole after every point, so that an analysis stopped anywhere goes on from there."""

from __future__ import annotations

import csv
import io
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from planner.errors import Fault, InvalidInputError, UsageError, shown
from planner.io.files.run_swap import opened
from planner.io.files.writing import write_whole, writing
from planner.language import say
from planner.system import lock

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

Row = dict[str, str]


def read_points(path: Path, columns: Sequence[str]) -> list[Row]:
    """Return the rows of a table of points; none where there is no file yet."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInputError(
            [Fault(path.name, say("it cannot be read: {error}", error=shown(error)), remedy=say("move it away"))]
        ) from None
    header, *rows = list(csv.reader(io.StringIO(text))) or [[]]
    if header != list(columns):
        problem = say("its columns are not those of these points")
        raise InvalidInputError([Fault(path.name, problem, 1, remedy=say("move it away, or choose another --out"))])
    faults = [
        Fault(
            path.name,
            say("{count} cells where there are {count_2} columns", count=len(row), count_2=len(columns)),
            line,
            remedy=say("remove the line"),
        )
        for line, row in enumerate(rows, start=2)
        if len(row) != len(columns)
    ]
    if faults:
        raise InvalidInputError(faults)
    return [dict(zip(columns, row, strict=True)) for row in rows]


def write_points(path: Path, columns: Sequence[str], rows: Sequence[Mapping[str, str]]) -> None:
    """Put a table in the place of the last one, at one stroke."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(columns), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    write_whole(path, text.getvalue())


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Make a folder and hold it for one analysis."""
    with ExitStack() as stack:
        with writing(folder):
            folder.mkdir(parents=True, exist_ok=True)
            handle = stack.enter_context(opened(folder))
        if not lock(handle, wait=False):
            problem = say(
                "another analysis is at work in {folder}: wait for it, or choose another --out", folder=shown(folder)
            )
            raise UsageError(problem)
        yield
