"""The strict table reader: bytes to rows of text, every structural fault named by line.

Written by hand because pandas shifts columns on a ragged row, cuts at NUL, turns ``NA`` and ``010101`` into
other things and renames double columns. Blank lines are allowed at the end of a file only.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from itertools import compress, islice
from typing import TYPE_CHECKING

from planner.errors import Fault
from planner.io.files.decoding import FORBIDDEN, GUARDED, UnreadableError, decode, unguarded
from planner.language import Text, say

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from planner.faults import Gathering

CHUNK = 1024
"""Rows held as rows at a time: a few fit the processor's cache, and millions would need gigabytes."""


@dataclass
class Table:
    """A table as text: ``""`` is an empty cell.

    Attributes
    ----------
    columns
        Cells by column, all of one length.
    origins
        Where each cell came from, by column, as codes of :class:`~planner.faults.Places`.
    files
        The files it was read from, the base's first.
    emptied
        The code of the ``[drop]`` that took its last row; ``None`` where it has rows, or never had one.
    """

    name: str
    columns: dict[str, list[str]]
    origins: dict[str, Sequence[int]]
    files: list[str] = field(default_factory=list)
    emptied: int | None = None

    @property
    def size(self) -> int:
        """The number of rows."""
        return len(next(iter(self.columns.values()))) if self.columns else 0

    def keys(self, names: Sequence[str]) -> list[tuple[str, ...]]:
        """Return every row's key."""
        return list(zip(*(self.columns[name] for name in names), strict=True))

    def keep(self, kept: Sequence[bool]) -> None:
        """Drop the rows that are not kept."""
        if all(kept):
            return
        shared = {id(codes): list(compress(codes, kept)) for codes in self.origins.values()}
        for column, cells in self.columns.items():
            self.columns[column] = list(compress(cells, kept))
            self.origins[column] = shared[id(self.origins[column])]


def read_csv(data: bytes, file: str, name: str, gathering: Gathering) -> Table | None:
    """Read a CSV file's bytes; gather the faults and return ``None`` if it is not a table."""
    try:
        text, encoding = decode(data)
    except UnreadableError as error:
        gathering.add(Fault(file, error.problem, error.line, remedy=error.remedy), name)
        return None
    if encoding:
        gathering.note(say("{file}: read as {encoding}", file=file, encoding=encoding))
    return read_text(text, file, name, gathering)


def read_text(
    text: str, file: str, name: str, gathering: Gathering, *, lines: Sequence[int] = (), delimiter: str = ","
) -> Table | None:
    """Read the text of a table; gather the faults and return ``None`` if it is not a table."""
    found = len(gathering.faults)
    if not text.strip():
        gathering.add(
            Fault(file, say("the file is empty"), remedy=say("write a header line, or delete the file")), name
        )
        return None
    table = _Rows(text, file, name, gathering, lines, delimiter).table()
    if table is None or len(gathering.faults) > found:
        gathering.broken.add(name)
        return None
    if "'" in text:
        for column, cells in table.columns.items():
            if any(map(GUARDED.match, cells)):
                table.columns[column] = [unguarded(cell) for cell in cells]
    check_characters(table, gathering)
    return table


class _Rows:
    """One file on its way from text to columns."""

    def __init__(  # noqa: PLR0917 - the parts of a file
        self, text: str, file: str, name: str, gathering: Gathering, lines: Sequence[int], delimiter: str
    ) -> None:
        self.file = file
        self.name = name
        self.gathering = gathering
        self.lines = lines
        self.delimiter = delimiter
        self.quoted = '"' in text
        self.reader = csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=delimiter)
        self.line = 0
        """Last line of the last row read whole."""
        self.blank: list[int] = []
        """Blank lines so far; a fault as soon as a row follows."""

    def table(self) -> Table | None:
        """Return the columns, or ``None`` where the file is no CSV at all."""
        try:
            header = next(self.reader)
            first = self.line = self.reader.line_num
            return self._columns(header, first + 1) if self._header_is_good(header) else None
        except csv.Error as error:
            problem, remedy = _explained(str(error))
            self._fault(self.line + 1 if self.quoted else self.reader.line_num, problem, remedy)
            return None

    def _columns(self, header: list[str], first: int) -> Table:
        columns: list[list[str]] = [[] for _ in header]
        known: list[dict[str, str]] = [{} for _ in header]
        base = self.gathering.places.base(self.file)
        codes: list[int] = []
        for chunk, lines in self._chunks():
            rows, kept = self._whole(chunk, lines, len(header))
            for cells, same, part in zip(columns, known, zip(*rows, strict=True), strict=False):
                # Equal cells become one object: tables of millions of rows hold few different words.
                cells.extend([same.setdefault(cell, cell) for cell in part])
            if self.quoted or self.lines:
                codes.extend(base + self._line(line) for line in kept)
        is_listed = self.quoted or self.lines
        origins: Sequence[int] = codes if is_listed else range(base + first, base + first + len(columns[0]))
        return Table(
            self.name, dict(zip(header, columns, strict=True)), dict.fromkeys(header, origins), files=[self.file]
        )

    def _header_is_good(self, header: list[str]) -> bool:
        found = len(self.gathering.faults)
        if not header:
            self._fault(1, say("the first line is blank"), say("start the file with its header"))
        elif len(header) == 1 and self.delimiter == "," and any(mark in header[0] for mark in ";\t"):
            self._fault(1, say("the columns are not separated by commas"), say("save it as comma-separated CSV"))
        for place, column in enumerate(header):
            if not column.strip():
                self._fault(1, say("column {value} has no name", value=place + 1), say("name it, or delete the column"))
            elif column in header[:place]:
                self._fault(1, say("the column stands twice"), say("keep one of them"), column)
        return len(self.gathering.faults) == found

    def _chunks(self) -> Iterator[tuple[list[list[str]], Sequence[int]]]:
        """Yield rows with the line each starts on."""
        while True:
            rows: list[list[str]] = []
            lines: Sequence[int]
            if self.quoted:  # a quoted cell may run over several lines
                starts: list[int] = []
                for row in islice(self.reader, CHUNK):
                    rows.append(row)
                    starts.append(self.line + 1)
                    self.line = self.reader.line_num
                lines = starts
            else:
                rows = list(islice(self.reader, CHUNK))
                lines = range(self.line + 1, self.line + 1 + len(rows))
                self.line = self.reader.line_num
            if not rows:
                return
            yield rows, lines

    def _whole(self, rows: list[list[str]], lines: Sequence[int], width: int) -> tuple[list[list[str]], Sequence[int]]:
        """Return the rows of the right length and their lines; keep faults of the others."""
        if not self.blank and set(map(len, rows)) == {width}:
            return rows, lines
        kept = []
        for row, line in zip(rows, lines, strict=True):
            if not row:
                self.blank.append(line)
                continue
            for blank in self.blank:
                self._fault(blank, say("a blank line stands between rows"), say("delete it"))
            self.blank.clear()
            if len(row) != width:
                remedy = say("quote text that holds a comma") if len(row) > width else say("write the empty cells too")
                self._fault(
                    line, say("the row has {count} cells, the header {width}", count=len(row), width=width), remedy
                )
            kept.append((row if len(row) == width else [""] * width, line))
        return [row for row, _ in kept], [line for _, line in kept]

    def _line(self, line: int) -> int:
        """Return the line of the file that a line of the text is."""
        return self.lines[line - 1] if 0 < line <= len(self.lines) else line

    def _fault(self, line: int, problem: Text, remedy: Text, column: str | None = None) -> None:
        self.gathering.add(Fault(self.file, problem, self._line(line), column, remedy=remedy), self.name)


def _explained(message: str) -> tuple[Text, Text]:
    if "unexpected end" in message or "field larger" in message:
        return say("a quote is opened and not closed (or a cell is longer than 131072 characters)"), say(
            "close the quote"
        )
    return say("text stands beside a quote"), say('quote the whole cell and double the quotes inside it: "a ""b"" c"')


def check_characters(table: Table, gathering: Gathering) -> None:
    """Refuse control and bidirectional characters in cells and headers."""
    for column, cells in table.columns.items():
        if FORBIDDEN.search(column):
            code = table.origins[column][0] if cells else gathering.places.base(table.files[0]) + 1
            gathering.at(
                code, column, None, say("the column's name holds a control character"), say("delete it"), table.name
            )
        if FORBIDDEN.search("".join(cells)) is None:
            continue
        for code, cell in zip(table.origins[column], cells, strict=True):
            if FORBIDDEN.search(cell):
                problem = say("the cell holds a control or bidirectional character")
                gathering.at(code, column, cell, problem, say("delete it"), table.name)
