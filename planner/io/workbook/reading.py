"""A workbook as raw cells, read by a limited child process; what the child says is checked before it is believed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

from planner.errors import CannotWriteError, Fault, InvalidInputError, reason, shown
from planner.io.workbook import child
from planner.language import Message, say

if TYPE_CHECKING:
    from collections.abc import Iterator

ROWS_OF_SHEET: Final = 1_048_576
INTEGER_BITS_MAX: Final = 1000
"""A longer whole number is no float, and none that a cell of a spreadsheet holds."""
NAMED: Final = frozenset({"formula", "error", "date", "percent"})
SAVE: Final = say("open it in Excel, WPS or LibreOffice and save it as 'Excel workbook (*.xlsx)'")
MEBI: Final = 1 << 20
PATIENCE: Final = 5
"""Times its processor time that the child may take on a busy machine."""

RawCell = str | int | float | bool | dict[str, str | float]
"""Text, number or flag; or one word (``formula``, ``error``, ``date``, ``percent``) with what stands there."""


@dataclass
class RawSheet:
    """A sheet as it stands in the file."""

    name: str
    is_hidden: bool
    rows: dict[int, dict[int, RawCell]] = field(default_factory=dict)
    """By number, from 1; the cells by the number of their column, from 1. Empty ones are left out."""
    merged: list[str] = field(default_factory=list)  # ranges of cells that are merged


def read_workbook(path: Path) -> list[RawSheet]:
    """Return the sheets of a workbook, in the order of their tabs."""
    try:
        if not path.is_file():
            raise FileNotFoundError(None, say("there is no such file"))
        with path.open("rb") as book, tempfile.TemporaryFile(prefix="planner-") as answer:
            code = _answer(book, answer)
            answer.seek(0)
            return list(_sheets(answer, path, code))
    except (OSError, ValueError) as error:
        why = reason(error)
        problem = say("the file cannot be read: {why}", why=why)
        remedy = say("name an .xlsx workbook")
        raise InvalidInputError([Fault(str(path), problem, remedy=remedy)]) from None


def _answer(book: IO[bytes], answer: IO[bytes]) -> int | None:
    """Let the child read; return its exit code, ``None`` where it took too long."""
    root = str(Path(__file__).parents[3])
    paths = os.pathsep.join([root, *filter(None, [os.environ.get("PYTHONPATH")])])
    environment = {**os.environ, "PYTHONPATH": paths, "PYTHONSAFEPATH": "1"}
    command = [sys.executable, "-m", child.__name__]
    try:
        done = subprocess.run(
            command,
            stdin=book,
            stdout=answer,
            stderr=subprocess.DEVNULL,
            env=environment,
            timeout=PATIENCE * child.SECONDS_MAX,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return None
    return done.returncode


def _sheets(answer: IO[bytes], path: Path, code: int | None) -> Iterator[RawSheet]:
    """Yield the sheets that the child tells of; nothing is handed on unless it told all."""
    found: list[RawSheet] = []
    has_ended = False
    try:
        for line in answer:
            told = json.loads(line)
            if "refused" in told:
                raise _refused(path, str(told["refused"]), str(told.get("what", "")))
            has_ended = told.get("end") is True
            _take(told, found)
    except (ValueError, TypeError, AttributeError, LookupError, RecursionError):
        has_ended = False
    if code == child.FULL_EXIT:
        raise CannotWriteError(
            say(
                "the temporary folder {folder} is full; free some space there, or name another by TMPDIR",
                folder=shown(tempfile.gettempdir()),
            )
        )
    if not has_ended:
        raise _refused(path, "too_much" if code != 0 else "damaged", "")
    yield from found


def _take(told: dict[str, Any], found: list[RawSheet]) -> None:
    """Put one line of the answer where it belongs."""
    if "sheet" in told:
        found.append(RawSheet(str(told["sheet"]), told["hidden"] is True))
    elif "row" in told:
        cells = {int(place): cell for place, cell in told["cells"].items()}
        is_sound = 1 <= int(told["row"]) <= ROWS_OF_SHEET and all(map(_is_cell, cells.values()))
        if not is_sound or min(cells) < 1 or max(cells) > child.COLUMNS_MAX:
            raise ValueError(told)
        found[-1].rows[int(told["row"])] = cells
    elif "merged" in told:
        found[-1].merged.append(str(told["merged"]))


def _is_cell(cell: Any) -> bool:
    if isinstance(cell, dict):
        return len(cell) == 1 and NAMED.issuperset(cell) and isinstance(next(iter(cell.values())), str | float | int)
    if isinstance(cell, int) and cell.bit_length() > INTEGER_BITS_MAX:
        return False
    return isinstance(cell, str | int | float | bool)


def _refused(path: Path, why: str, what: str) -> InvalidInputError:
    problem, remedy = _REASONS.get(why, _REASONS["damaged"])
    if what:
        problem = say("{problem}: {what}", problem=problem, what=shown(what))
    return InvalidInputError([Fault(str(path), problem, remedy=remedy)])


TOO_LARGE: Final = say(
    "no workbook of one scenario is that large: delete what does not belong to it, or give the table as CSV"
)
_REASONS: Final[dict[str, tuple[Message, Message]]] = {
    "no_zip": (say("it is no Excel workbook (.xlsx)"), SAVE),
    "no_workbook": (say("it is a zip file, but no Excel workbook"), SAVE),
    "old_or_encrypted": (
        say("it is an .xls of Excel 97–2003, or protected by a password"),
        say("take the password off and save it as 'Excel workbook (*.xlsx)'"),
    ),
    "damaged": (say("the workbook is damaged or cut off"), SAVE),
    "entities": (say("its XML declares entities, which no spreadsheet program writes"), SAVE),
    "twice": (say("two of its parts have one name"), SAVE),
    "macros": (
        say("it holds macros, which the planner does not open"),
        say("save it as 'Excel workbook (*.xlsx)', without macros"),
    ),
    "links": (
        say("it links to other workbooks"),
        say("break the links (Data → Edit links → Break link) and save it again"),
    ),
    "too_much": (
        say(
            "reading it takes more than {memory} MiB of memory or {seconds} s",
            memory=child.MEMORY_MAX // MEBI,
            seconds=child.SECONDS_MAX,
        ),
        TOO_LARGE,
    ),
    "file_size": (say("the file has more than {most} MiB", most=child.FILE_MAX // MEBI), TOO_LARGE),
    "unzipped": (say("unzipped it has more than {most} MiB", most=child.UNZIPPED_MAX // MEBI), TOO_LARGE),
    "ratio": (say("a part grows more than {most}-fold when it is unzipped", most=child.RATIO_MAX), TOO_LARGE),
    "members": (say("it has more than {most:,} parts", most=child.MEMBERS_MAX), TOO_LARGE),
    "sheets": (say("it has more than {most} sheets", most=child.SHEETS_MAX), TOO_LARGE),
    "columns": (say("a sheet has more than {most} columns", most=child.COLUMNS_MAX), TOO_LARGE),
    "cells": (say("it has more than {most:,} cells", most=child.CELLS_MAX), TOO_LARGE),
}
"""Problem and remedy, by the child's word."""
