"""Tables as an Excel workbook: a sheet a table, four rows of headings, and every cell plain data.

Above the data stand the name (as files and code have it), the Chinese and the English name and the unit; the first
column, ``#``, marks these rows and is empty beside data. Text is written as text whatever it looks like: no formula,
no link, no lost zero. A number is written in the shortest form that reads back as the same float.
"""

from __future__ import annotations

import re
from io import BytesIO
from itertools import islice
from math import ceil
from traceback import clear_frames
from typing import TYPE_CHECKING, Any, Final

import xlsxwriter
from xlsxwriter.exceptions import FileCreateError

from planner.errors import Fault, InvalidInputError
from planner.io.files.writing import draft_of, writing
from planner.io.workbook.lists import add_drop_downs
from planner.io.workbook.looks import Formats, as_shown, number_format, put, width_of
from planner.io.workbook.sheet import Column, Page, Sheet
from planner.language import rendered, say
from planner.temporary import temporary_folder

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from xlsxwriter.worksheet import Worksheet

MARK: Final = "#"
"""Heading of the first column; other headings, and names of sheets, that begin with it are a reader's own notes."""
ROW_MARKS: Final = ("中文", "English", "单位 unit")
"""First cell of the rows of headings below the first."""
HEADINGS: Final = 1 + len(ROW_MARKS)
ROWS_MAX: Final = 1_048_576 - HEADINGS
"""Rows of data that a sheet holds."""
TEXT_MAX: Final = 32_767
"""UTF-16 units that a cell holds."""
NAME_MAX: Final = 31
"""Characters of a sheet's name."""
CELLS_IN_MEMORY: Final = 1_000_000
"""Above it the text of a workbook is written cell by cell, which makes larger files and takes no memory."""
WIDTHS: Final = (9, 42)
LINE_HEIGHT: Final = 15.5
"""[pt] of a line of text."""
SAMPLE: Final = 300
"""Rows that are looked at for the width of a column."""
NAME_OF_SHEET = re.compile(r"[^\[\]:*?/\\']{1,31}")
OPTIONS: Final = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "nan_inf_to_errors": False,
}


def write_workbook(path: Path, sheets: Sequence[Sheet | Page]) -> None:
    """Write sheets as one workbook, whole or not at all; a file that stands there is replaced."""
    faults = [fault for sheet in sheets if isinstance(sheet, Sheet) for fault in _too_large(sheet, path.name)]
    if faults:
        raise InvalidInputError(faults)
    size = sum(len(sheet.rows) * len(sheet.columns) for sheet in sheets if isinstance(sheet, Sheet))
    whole = BytesIO()  # a disk that is full while the library packs its files would be told of once more, by Python
    with writing(path), temporary_folder() as drafts, draft_of(path) as draft:
        is_large = size > CELLS_IN_MEMORY
        options = {**OPTIONS, "constant_memory": is_large, "in_memory": not is_large, "tmpdir": str(drafts)}
        try:
            book = xlsxwriter.Workbook(whole, options)
            _write(book, sheets)
            book.close()
        except FileCreateError as error:  # it wraps the system's own
            clear_frames(error.__traceback__)  # the library's archive is closed while there is what it writes to
            raise (
                error.args[0] if error.args and isinstance(error.args[0], OSError) else OSError(str(error))
            ) from error
        draft.write_bytes(whole.getbuffer())


def cell_of(row: int, column: int) -> str:
    """Return the address of a cell, both counted from 1: ``cell_of(5, 28)`` is ``AB5``."""
    letters = ""
    while column:
        column, letter = divmod(column - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return f"{letters}{row}"


def _too_large(sheet: Sheet, book: str) -> list[Fault]:
    """Return what of a sheet no workbook can hold."""
    file = say("{book}, sheet {sheet}", book=book, sheet=sheet.name)
    if not NAME_OF_SHEET.fullmatch(sheet.name):
        raise ValueError(f"no workbook has a sheet called {sheet.name!r}")
    if len(sheet.rows) > ROWS_MAX:
        problem = say("{n:,} rows; a sheet holds {most:,}", n=len(sheet.rows), most=ROWS_MAX)
        return [Fault(file, problem, remedy=say("use --format folder"))]
    faults = []
    for number, row in enumerate(sheet.rows):
        for column, cell in zip(sheet.columns, row, strict=True):
            if isinstance(cell, str) and len(cell) > TEXT_MAX // 2 and len(cell.encode("utf-16-le")) // 2 > TEXT_MAX:
                problem = say("the text has {n:,} characters; a cell holds {most:,}", n=len(cell), most=TEXT_MAX)
                faults.append(Fault(file, problem, HEADINGS + 1 + number, column.name, cell, say("shorten it")))
    return faults


def _write(book: Any, sheets: Sequence[Sheet | Page]) -> None:
    formats = Formats(book)
    rows = {sheet.name: len(sheet.rows) for sheet in sheets if isinstance(sheet, Sheet)}
    for sheet in sheets:
        page = book.add_worksheet(sheet.name)
        page.set_landscape()
        page.set_paper(9)  # A4
        page.fit_to_pages(1, 0)
        page.hide_gridlines(2 if isinstance(sheet, Page) else 1)
        if isinstance(sheet, Page):
            _write_page(page, sheet, formats)
        else:
            _SheetWriter(page, sheet, formats).write()
            add_drop_downs(page, sheet, HEADINGS, rows)


def _write_page(page: Worksheet, sheet: Page, formats: Formats) -> None:
    for place, width in enumerate(sheet.widths):
        page.set_column(place, place, width)
    for number, (style, cells) in enumerate(sheet.lines):
        for place, cell in enumerate(cells):
            put(page, (number, place), cell, formats.of_page[style])
        # Not every program makes room for text that is wrapped.
        widths = [width_of(as_shown(cell)) / width for cell, width in zip(cells, sheet.widths, strict=False)]
        page.set_row(number, (24 if style == "title" else LINE_HEIGHT) * (1 if style == "title" else ceil(max(widths))))


def _heads(column: Column) -> tuple[str, ...]:
    """Return what stands above a column: its name, what it is called in Chinese and in English, and its unit."""
    label = column.label or column.name
    return column.name, rendered(label, "zh"), rendered(label, "en"), column.unit


class _SheetWriter:
    """One table on its way into its sheet, row by row from the top."""

    def __init__(self, page: Worksheet, sheet: Sheet, formats: Formats) -> None:
        self.page = page
        self.sheet = sheet
        self.formats = formats
        self.looks = [self._look(number, column) for number, column in enumerate(sheet.columns)]

    def write(self) -> None:
        page, sheet = self.page, self.sheet
        self._widths()
        self._headings()
        for number, row in enumerate(sheet.rows, HEADINGS):
            for place, (cell, look) in enumerate(zip(row, self.looks, strict=True), 1):
                put(page, (number, place), cell, look or self.formats.any(cell))
        page.freeze_panes(HEADINGS, 1 + sum(column.is_key for column in sheet.columns))
        page.repeat_rows(0, HEADINGS - 1)
        last = HEADINGS + len(sheet.rows) - 1
        if sheet.rows:
            page.autofilter(HEADINGS - 1, 1, last, len(sheet.columns))

    def _headings(self) -> None:
        page = self.page
        for number, mark in enumerate((MARK, *ROW_MARKS)):
            page.write_string(number, 0, mark, self.formats.mark)
            for place, column in enumerate(self.sheet.columns, 1):
                said, look = _heads(column)[number], self.formats.headings(column.kind)[number]
                page.write_string(number, place, said, look) if said else page.write_blank(number, place, None, look)
        for place, column in enumerate(self.sheet.columns, 1):
            if column.note:
                note = "\n".join(dict.fromkeys(rendered(column.note, language) for language in ("zh", "en")))
                page.write_comment(0, place, note, {"x_scale": 2.2, "y_scale": 1.2, "font_size": 9})

    def _widths(self) -> None:
        self.page.set_column(0, 0, 8, self.formats.mark)
        for place, (column, look) in enumerate(zip(self.sheet.columns, self.looks, strict=True), 1):
            cells = [row[place - 1] for row in islice(self.sheet.rows, SAMPLE)]
            # The button of the filter takes the room of two letters.
            width = (
                max(*(width_of(head) for head in _heads(column)), *(width_of(as_shown(cell)) for cell in cells), 0)
                + 2.5
            )
            self.page.set_column(place, place, min(max(width, WIDTHS[0]), WIDTHS[1]), look)

    def _look(self, place: int, column: Column) -> Any:
        if column.kind in {"number", "integer"}:
            return self.formats.number(number_format([row[place] for row in self.sheet.rows]))
        if column.kind == "any":
            return None  # each cell as it is
        if column.kind == "flag":
            return self.formats.number("General")
        return self.formats.key if column.is_key else self.formats.text
