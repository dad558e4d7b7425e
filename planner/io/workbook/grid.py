"""The cells of one sheet under their headings: what each of them plainly is, and what nobody can tell.

Row 1 rules: its headings are the names of columns; one that begins with ``#`` is a reader's own note.
"""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Final

from planner.errors import Fault
from planner.io.workbook.tables import MARK, ROW_MARKS, cell_of
from planner.language import Message, Text, join, say

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from planner.faults import Gathering
    from planner.io.workbook.reading import RawCell, RawSheet
    from planner.scenario.parameter import Parameter

EXACT: Final = 1e15
"""Whole numbers below it have all their digits in a spreadsheet."""
Problem = tuple[Message, Message]


class Grid:
    """The cells of one sheet under their headings.

    Attributes
    ----------
    headings
        The number of each column, by name.
    numbers
        The rows that hold data, from the top.
    """

    def __init__(self, sheet: RawSheet, file: Text, gathering: Gathering) -> None:
        self.sheet = sheet
        self.gathering = gathering
        self.file = file
        self.headings = self._headings()
        self.numbers = self._numbers() if self.headings else []
        self._numbers_as_text: dict[str, int] = {}
        for cells in sheet.merged:
            problem = say("the cells {cells} are merged", cells=cells)
            remedy = say("unmerge them and write the value into each row")
            self.gathering.add(Fault(self.file, problem, remedy=remedy))

    def fault(self, row: int, column: str | None, value: object, problem: Text, remedy: Text) -> None:
        """Keep a fault of one cell."""
        self.gathering.add(Fault(self.file, problem, row, column, value, remedy))

    def _headings(self) -> dict[str, int]:
        found: dict[str, int] = {}
        first = self.sheet.rows.get(1, {})
        for place, cell in sorted(first.items()):
            if not isinstance(cell, str):
                problem = say("the heading {cell} is no text", cell=cell_of(1, place))
                self.fault(1, None, _shown(cell), problem, say("write the name of the column"))
            elif cell.startswith(MARK) or not cell:
                continue
            elif cell in found:
                problem = say("the column stands twice")
                self.fault(1, cell, None, problem, say("keep one of them"))
            else:
                found[cell] = place
        if MARK not in first.values():
            problem = say("the column {mark} is missing, which marks the rows of headings", mark=MARK)
            remedy = say(
                "insert a first column: {mark} in row 1, {words} in the rows of headings, nothing beside data",
                mark=MARK,
                words=join(ROW_MARKS),
            )
            self.fault(1, None, None, problem, remedy)
            return {}
        self._refuse_nameless(first)
        return found

    def _refuse_nameless(self, first: Mapping[int, RawCell]) -> None:
        """Refuse cells below no heading, one a column."""
        seen: set[int] = {place for place, cell in first.items() if cell != ""}
        for number, cells in self.sheet.rows.items():
            for place in [place for place, cell in cells.items() if place not in seen and cell != ""]:
                seen.add(place)
                problem = say("the cell {cell} stands below no heading", cell=cell_of(number, place))
                remedy = say("name its column in row 1, with a # before it if it is your own note")
                self.fault(number, None, _shown(cells[place]), problem, remedy)

    def _numbers(self) -> list[int]:
        """Return the rows of data: those that column ``#`` does not mark."""
        place = next(place for place, cell in self.sheet.rows[1].items() if cell == MARK)
        found = []
        for number in sorted(self.sheet.rows):
            mark = self.sheet.rows[number].get(place, "")
            if number == 1 or mark in ROW_MARKS:
                continue
            if mark != "":
                problem = say("the column # holds text beside data")
                remedy = say("empty it; notes of your own go into a column '#note'")
                self.fault(number, MARK, _shown(mark), problem, remedy)
            found.append(number)
        return found

    def cell(self, number: int, name: str) -> RawCell:
        """Return what stands in a row of a column; ``""`` where nothing does."""
        return self.sheet.rows[number].get(self.headings[name], "")

    def text(self, number: int, name: str, parameter: Parameter | None) -> str:
        """Return a cell as the text that a CSV would hold; ``""`` after a fault."""
        cell = self.cell(number, name)
        problem = self.problem(cell, parameter)
        if problem is not None:
            where = say("{problem} (cell {cell})", problem=problem[0], cell=cell_of(number, self.headings[name]))
            self.fault(number, name, _shown(cell), where, problem[1])
            return ""
        if isinstance(cell, str):
            return cell
        if isinstance(cell, dict):
            cell = float(cell["percent"])
        if isinstance(cell, bool):
            return str(cell).lower()
        if not _is_numeric(parameter):
            self._numbers_as_text[name] = self._numbers_as_text.get(name, 0) + 1
        return str(int(cell)) if math.isfinite(cell) and cell == int(cell) and abs(cell) < EXACT else repr(cell)

    def problem(self, cell: RawCell, parameter: Parameter | None) -> Problem | None:
        """Return why nobody can tell what a cell was meant to be, and what to do; ``None`` where it is plain."""
        if isinstance(cell, str):
            return None
        is_numeric = _is_numeric(parameter)
        if isinstance(cell, dict):
            if "percent" in cell and is_numeric and parameter is not None and parameter.unit == "1":
                return None
            return _NAMED[next(iter(cell))]
        if isinstance(cell, bool):
            return None if parameter is not None and parameter.kind == "flag" else _NAMED["flag"]
        if is_numeric or (math.isfinite(cell) and cell == int(cell) and abs(cell) < EXACT):
            return None
        return _NAMED["number"]

    def notes(self) -> Iterator[Message]:
        """Yield which columns of text held numbers, whose leading zeros a spreadsheet may have taken."""
        for name, count in self._numbers_as_text.items():
            yield say(
                "{file}, column {column}: {count:,} numbers are taken as text; check that no leading zero is lost",
                file=self.file,
                column=name,
                count=count,
            )


def _is_numeric(parameter: Parameter | None) -> bool:
    return parameter is not None and parameter.is_numeric


def _shown(cell: RawCell) -> str:
    return (
        str(next(iter(cell.values())))
        if isinstance(cell, dict)
        else json.dumps(cell)
        if isinstance(cell, bool)
        else str(cell)
    )


AS_TEXT: Final = say("format the cell as text and type it again")
_NAMED: Final[dict[str, Problem]] = {
    "formula": (say("the cell holds a formula"), say("copy it and paste it as a value (Paste special → Values)")),
    "error": (say("the cell holds an error of the spreadsheet"), say("write the value, or leave the cell empty")),
    "date": (say("the spreadsheet made a date of it"), AS_TEXT),
    "percent": (
        say("the number is shown as a percentage, which this column is not"),
        say("format the cell as a number and check the value"),
    ),
    "flag": (say("TRUE or FALSE stands where none belongs"), AS_TEXT),
    "number": (say("a number stands where text belongs, and its digits may not be those typed"), AS_TEXT),
}
"""Problem and remedy of a cell, by the child's word."""
