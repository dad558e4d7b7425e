"""Find the table in a file of hours, as tools ship them: below comments and a preface, above a legend."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from planner.errors import shown
from planner.io.hourly.times.time_columns import is_row_of_times
from planner.language import Message, say

if TYPE_CHECKING:
    from collections.abc import Sequence

COMMENTS: Final = ("#", "!", "//", "%")
DELIMITERS: Final = {",": "", ";": say("semicolons"), "\t": say("tabs")}
SHOWN_LINES: Final = 3
TIME_WORDS: Final = {
    "time", "date", "datetime", "timestamp", "year", "month", "hour", "时间", "时刻", "日期", "年", "月",
}  # fmt: skip


class NoTableError(Exception):
    """The file holds no table of hours; carries problem and remedy."""

    def __init__(self, problem: Message, remedy: Message) -> None:
        super().__init__(problem)
        self.problem = problem
        self.remedy = remedy


@dataclass(frozen=True)
class Layout:
    """A table in a file."""

    text: str  # the header and the rows
    lines: Sequence[int]  # the line of the file that each line of text is, from 1
    delimiter: str = ","
    notes: list[Message] = field(default_factory=list)  # what was left out


def table_in(text: str) -> Layout:
    """Find the header and the rows of hours in a file's text.

    The rows of hours are the first two neighbours that hold a time; the header is the row above them. A file without
    any is handed on as it is where it is a table at all, so that its cells are named.
    """
    lines = text.split("\n")
    while lines and not lines[-1].strip():
        lines.pop()
    for delimiter in DELIMITERS:
        first = _first_hour(lines, delimiter)
        if first is not None and any(line.count('"') % 2 for line in lines[:first]):
            # A name over several lines, or a quote that is not closed: the table's reader tells.
            return Layout(text, range(1, len(lines) + 2))
        if first is not None:
            return _laid_out(lines, first, delimiter)
    begin = next((number for number, line in enumerate(lines) if line.strip() and not _is_comment(line)), 0)
    widths = [len(_cells(line, ",")) for line in lines[begin:]]
    if widths and widths[0] > 1 and widths.count(widths[0]) > len(widths) / 2:
        return Layout("\n".join(lines[begin:]) + "\n", range(begin + 1, len(lines) + 1))
    remedy = say(
        "an hourly table is CSV with a header, a column of times such as 2025-01-31 13:00, and one column a place; "
        "what stands above the header may stay"
    )
    raise NoTableError(say("no row with a time was found: the file begins with {lines}", lines=_quoted(lines)), remedy)


def _first_hour(lines: Sequence[str], delimiter: str) -> int | None:
    """Return the first of two neighbouring rows of hours, or the only one at the end."""
    for number, line in enumerate(lines):
        if delimiter not in line or _is_comment(line):
            continue
        cells = _cells(line, delimiter)
        if len(cells) < 2 or not is_row_of_times(cells):  # noqa: PLR2004 - a time, and a number at least
            continue
        if number + 1 == len(lines) or is_row_of_times(_cells(lines[number + 1], delimiter)):
            return number
    return None


def _laid_out(lines: Sequence[str], first: int, delimiter: str) -> Layout:
    width = len(_trimmed(_cells(lines[first], delimiter)))
    header, between = _header_of(lines, first, width, delimiter)
    last = len(lines)
    while last > first + 1 and not _is_a_row(lines[last - 1], width, delimiter):
        last -= 1
    numbers = [header, *between, *range(first, last)]
    kept = [number for number in numbers if number == header or not _is_comment(lines[number])]
    notes = _notes(lines, header, between, (first, last))
    named = _named(lines[header], lines[first], width, delimiter)
    length = len(_cells(named, delimiter))
    rows = [named, *(_cut(lines[number], length, delimiter) for number in kept[1:])]
    if delimiter != ",":
        notes.append(say("the cells are parted by {what}", what=DELIMITERS[delimiter]))
    return Layout("\n".join(rows) + "\n", [number + 1 for number in kept], delimiter, notes)


def _header_of(lines: Sequence[str], first: int, width: int, delimiter: str) -> tuple[int, list[int]]:
    """Return the header above the first hour, and the rows between that are to be read as data."""
    above = [number for number in range(first) if lines[number].strip() and not _is_comment(lines[number])]
    run: list[int] = []
    for number in reversed(above):
        if len(_trimmed(_cells(lines[number], delimiter))) not in {width, width - 1}:
            break
        run.append(number)
    names = [number for number in run if _are_names(_cells(lines[number], delimiter))]
    names.sort(key=lambda number: not all(cell.strip() for cell in _trimmed(_cells(lines[number], delimiter))))
    if names:
        header = next((n for n in names if _say_time(_cells(lines[n], delimiter))), names[0])
        return header, [n for n in range(header + 1, first) if n in run and _has_numbers(_cells(lines[n], delimiter))]
    commented = [n for n in range(first) if _is_comment(lines[n]) and len(_cells(lines[n], delimiter)) == width]
    if not above and commented:  # as numpy writes it: "# time,temperature"
        return commented[-1], []
    nearest = _cells(lines[above[-1]], delimiter) if above else []
    if len(nearest) > 1 and (len(above) == 1 or not _has_numbers(nearest)):
        return above[-1], []
    raise NoTableError(
        say(
            "no header was found above the first hour, row {row}: {lines}", row=first + 1, lines=_quoted(lines[first:])
        ),
        say(
            "write one row of names above it, a name for each of its {width} cells, such as time,{more}",
            width=width,
            more=",".join(f"place{number}" for number in range(1, width)),
        ),
    )


def _named(header: str, first: str, width: int, delimiter: str) -> str:
    """Return the header without its comment mark and the empty names behind it; a column of times needs no name."""
    for mark in COMMENTS:
        if header.startswith(mark):
            header = header.lstrip(mark).lstrip()
    cells = _trimmed(_cells(header, delimiter))
    if cells and not cells[0].strip() and is_row_of_times(_cells(first, delimiter)[:1]):  # as pandas writes its index
        cells[0] = "time"
    if len(cells) < width and len(_cells(header, delimiter)) >= width:
        cells += [""] * (width - len(cells))
    if cells == _cells(header, delimiter):
        return header
    return delimiter.join(
        f'"{cell.replace(chr(34), chr(34) * 2)}"' if _needs_quotes(cell, delimiter) else cell for cell in cells
    )


def _needs_quotes(cell: str, delimiter: str) -> bool:
    return delimiter in cell or '"' in cell


def _cut(line: str, length: int, delimiter: str) -> str:
    """Return a row without empty cells beyond the header's."""
    surplus = len(_cells(line, delimiter)) - length if line.endswith(delimiter) else 0
    while surplus > 0 and line.endswith(delimiter):
        line, surplus = line[:-1], surplus - 1
    return line


def _notes(lines: Sequence[str], header: int, between: Sequence[int], hours: tuple[int, int]) -> list[Message]:
    first, last = hours
    notes = []
    if header:
        note = say(
            "the header is row {row}: {line}; the rows above it are left out", row=header + 1, line=shown(lines[header])
        )
        notes.append(note)
    units = [n for n in range(header + 1, first) if n not in between and lines[n].strip() and not _is_comment(lines[n])]
    notes += [say("row {row} is no hour and is left out: {line}", row=n + 1, line=shown(lines[n])) for n in units]
    legend = [n for n in range(last, len(lines)) if lines[n].strip()]
    if legend:
        notes.append(
            say(
                "what stands below the last hour is left out, from row {row}: {line}",
                row=legend[0] + 1,
                line=shown(lines[legend[0]]),
            )
        )
    return notes


def _is_a_row(line: str, width: int, delimiter: str) -> bool:
    """Return whether a line at the end belongs to the table: it holds a time, or is as wide as one that does."""
    cells = _cells(line, delimiter)
    return not _is_comment(line) and (len(cells) >= width or is_row_of_times(cells))


def _is_comment(line: str) -> bool:
    return line.lstrip().startswith(COMMENTS)


def _are_names(cells: Sequence[str]) -> bool:
    """Return whether cells may name columns: no time, and no numbers but beside a word such as time."""
    names = [cell.strip() for cell in _trimmed(cells)]
    return bool(names) and not is_row_of_times(names) and (not _has_numbers(names) or _say_time(names))


def _say_time(cells: Sequence[str]) -> bool:
    return any(word in cell.casefold() for cell in cells for word in TIME_WORDS)


def _has_numbers(cells: Sequence[str]) -> bool:
    return any(_is_number(cell) for cell in cells)


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return cell.strip().casefold() not in {"nan", "inf", "infinity"}


def _trimmed(cells: Sequence[str]) -> list[str]:
    found = list(cells)
    while found and not found[-1].strip():
        found.pop()
    return found


def _cells(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return []


def _quoted(lines: Sequence[str]) -> str:
    return " | ".join(shown(line) for line in lines[:SHOWN_LINES])
