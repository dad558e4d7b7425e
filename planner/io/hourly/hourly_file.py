"""An hourly file from its bytes to a table of text with one column of times: CSV as tools ship it, or EPW."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from planner.errors import Fault, reason, shown
from planner.io.files.decoding import UnreadableError, decode
from planner.io.files.tables import Table, read_text
from planner.io.hourly import epw
from planner.io.hourly.hourly_layout import NoTableError, table_in
from planner.io.hourly.times.time_columns import time_column_of, zone_in_name
from planner.io.hourly.times.zones import said
from planner.language import Message, say

if TYPE_CHECKING:
    from pathlib import Path

    from planner.faults import Gathering
    from planner.io.hourly.hourly_layout import Layout

TABLE: Final = "hourly table"
SUFFIXES: Final = {".csv", ".txt", ".tsv", ".dat", ".epw"}
OTHERS: Final = {
    ".tm2": say(
        "a TMY2 file has columns of fixed width; pvlib.iotools.read_tmy2 reads it: write its table with to_csv"
    ),
    ".nc": say("take the hours of each place out of the grid: xarray reads it, to_dataframe().to_csv writes a table"),
}
SAVE_AS: Final = say("save the table as CSV UTF-8, one column of times and one column a place")


@dataclass(frozen=True)
class HourlyFile:
    """A file's table."""

    table: Table
    time_column: str  # of the table: the times as text
    offset: timedelta | None = None  # from UTC, where the file itself says it (EPW): that of its standard time

    @property
    def says_utc(self) -> bool:
        """Whether the name of the column of times says that they are UTC."""
        return zone_in_name(self.time_column)

    @property
    def zone_name(self) -> str:
        """The offset that the file states, as ``--time-zone`` takes it; empty where it states none."""
        return "" if self.offset is None else said(self.offset)


def read_hourly_file(path: Path, time_column: str | None, gathering: Gathering) -> HourlyFile | None:
    """Return a file's table as text, or ``None`` and faults."""
    file = str(path)
    data = _bytes(path, gathering)
    if data is None:
        return None
    offset = None
    try:
        text = _text(data, file, gathering)
        if not text.strip():
            layout: Layout | None = None
        elif epw.is_epw(text):
            layout = epw.layout_of(text)
            hours = epw.offset_of(text)
            offset = None if hours is None else timedelta(hours=hours)
        else:
            layout = table_in(text)
    except (UnreadableError, NoTableError) as error:
        line = error.line if isinstance(error, UnreadableError) else None
        gathering.add(Fault(file, error.problem, line, remedy=error.remedy), TABLE)
        return None
    for note in layout.notes if layout else ():
        gathering.note(say("{file}: {note}", file=shown(path.name), note=note))
    table = (
        read_text(text, file, TABLE, gathering)
        if layout is None
        else read_text(layout.text, file, TABLE, gathering, lines=_lines(layout), delimiter=layout.delimiter)
    )
    if table is None:
        return None
    if not table.size:
        remedy = say("a year has 8,760 hours, a leap year 8,784")
        gathering.add(Fault(file, say("the table has no rows"), remedy=remedy), TABLE)
        return None
    _strip(table)
    return HourlyFile(table, time_column_of(table, time_column, gathering), offset)


def _strip(table: Table) -> None:
    """Take away the spaces with which tools fill their columns."""
    for column, cells in table.columns.items():
        if any(cell[:1] == " " or cell[-1:] == " " for cell in cells):
            table.columns[column] = [cell.strip(" ") for cell in cells]


def _lines(layout: Layout) -> list[int]:
    """Return the lines of a file where they are not simply its own, so that a plain file is read as any table."""
    lines = list(layout.lines)
    return [] if lines == list(range(1, len(lines) + 1)) else lines


def _bytes(path: Path, gathering: Gathering) -> bytes | None:
    suffix = path.suffix.casefold()
    if suffix not in SUFFIXES:
        problem = say("not a CSV or EPW file")
        gathering.add(Fault(str(path), problem, remedy=OTHERS.get(suffix, SAVE_AS)), TABLE)
        return None
    try:
        if not path.is_file():
            raise FileNotFoundError(None, say("there is no such file"))
        return path.read_bytes()
    except (OSError, ValueError) as error:
        problem = say("the file cannot be read: {problem}", problem=shown(reason(error)))
        gathering.add(Fault(str(path), problem, remedy=say("name a CSV file")), TABLE)
        return None


def _text(data: bytes, file: str, gathering: Gathering) -> str:
    """Return a file's text; names in the header of an EPW are often in Latin letters of their own."""
    try:
        text, encoding = decode(data)
    except UnreadableError:
        if not data.startswith(epw.FIRST_WORD.encode()) or b"\0" in data:
            raise
        text, encoding = data.decode("latin-1").replace("\r\n", "\n"), "Latin-1"
    if encoding:
        gathering.note(say("{file}: read as {encoding}", file=file, encoding=encoding))
    return text


def zone_conflict(file: HourlyFile, asked: str) -> Message:
    """Return what is wrong where the file states another zone than ``--time-zone``."""
    return say(
        "--time-zone {asked}: the file's own standard time is {offset}; leave the option out, or name that",
        asked=shown(asked),
        offset=file.zone_name or "UTC",
    )
