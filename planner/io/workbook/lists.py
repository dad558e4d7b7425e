"""The drop-downs of a workbook's sheets: names that other sheets hold, words allowed, flags."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from planner.language import say

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from xlsxwriter.worksheet import Worksheet

    from planner.io.workbook.sheet import Column, Sheet

SPARE_ROWS: Final = 1000
"""Rows below the data that have the column's drop-downs too."""
LAST_ROW: Final = 1_048_576
LIST_MAX: Final = 255
"""Characters of a list of words in a drop-down."""
TITLE_MAX: Final = 32
FLAGS: Final = ["TRUE", "FALSE"]


def add_drop_downs(page: Worksheet, sheet: Sheet, first: int, rows: Mapping[str, int]) -> None:
    """Give every column that names something its drop-down; another word may be typed after a warning."""
    last = min(first + len(sheet.rows) + SPARE_ROWS, LAST_ROW) - 1
    for place, column in enumerate(sheet.columns, 1):
        source = _source(column, sheet, first, rows)
        if source is not None:
            _validate(page, (first, place, last, place), source)
    for (row, place), words in sheet.choices_at.items():
        if _fits(words):
            _validate(page, (first + row, place + 1, first + row, place + 1), list(words))


def _source(column: Column, sheet: Sheet, first: int, rows: Mapping[str, int]) -> list[str] | str | None:
    if column.kind == "flag":
        return FLAGS
    if column.choices and _fits(column.choices):
        return list(column.choices)
    if column.refers_to == sheet.name or column.refers_to not in rows:
        return None
    # The first column after the marks, as far as it is filled: names added below are offered too, blanks are not.
    start = f"'{column.refers_to}'!$B${first + 1}"
    cells = f"{start}:$B${min(first + rows[column.refers_to] + SPARE_ROWS, LAST_ROW)}"
    return f"=OFFSET({start},0,0,MAX(1,COUNTA({cells})),1)"


def _fits(words: Sequence[str]) -> bool:
    return len(",".join(words)) <= LIST_MAX and not any("," in word for word in words)


def _validate(page: Worksheet, cells: tuple[int, int, int, int], source: list[str] | str) -> None:
    words = say("not in the list")
    text = say("Names must be those of the sheet they refer to; planner import checks them.")
    rule = {
        "validate": "list",
        "source": source,
        "error_type": "warning",
        "error_title": f"{words.zh} / {words.en}"[:TITLE_MAX],
        "error_message": f"{text.zh}\n{text.en}",
    }
    page.data_validation(*cells, rule)
