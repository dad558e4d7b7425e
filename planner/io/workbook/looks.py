"""Formats of a workbook's cells, and writers for each kind, for ``tables.py``."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final
from unicodedata import east_asian_width

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlsxwriter.worksheet import Worksheet

EXACT_INTEGER: Final = 2**53
DECIMALS_MAX: Final = 6
FEWER: Final = ((1000, 1), (10, 2), (0.01, 4))
"""Decimals of a column of long numbers, by its largest."""
DARK, PALE, GREY, LINE = "#17494D", "#E3EEEE", "#6B7280", "#C9D6D6"


class Exact(float):
    """A float that is written in the shortest form that reads back as the same float, whatever digits are asked."""

    def __format__(self, spec: str) -> str:
        """Return all digits that tell it from its neighbours: XlsxWriter asks for 16, and some floats have 17."""
        del spec
        return str(int(self)) if self.is_integer() and abs(self) < EXACT_INTEGER else repr(float(self))


class Formats:
    """The few ways in which cells look."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._of_numbers: dict[str, Any] = {}
        self._heads = {side: self._headings(side) for side in ("left", "right")}
        self.mark = book.add_format(
            {"font_color": GREY, "font_size": 8, "num_format": "@", "right": 1, "right_color": LINE}
        )
        self.text = book.add_format({"num_format": "@", "indent": 1})
        self.key = book.add_format({"num_format": "@", "bold": True})
        self.of_page = {
            "title": book.add_format({"bold": True, "font_size": 16, "font_color": DARK}),
            "heading": book.add_format({"bold": True, "font_color": "white", "bg_color": DARK}),
            "text": book.add_format({"text_wrap": True, "valign": "top", "num_format": "@"}),
            "row": book.add_format(
                {"num_format": "@", "valign": "top", "text_wrap": True, "bottom": 1, "bottom_color": LINE}
            ),
        }

    def _headings(self, side: str) -> tuple[Any, ...]:
        every = {"num_format": "@", "align": side, "indent": 1 if side == "left" else 0}
        dark = {"font_color": "white", "bg_color": DARK, **every}
        light = {"italic": True, "font_color": DARK, "bg_color": PALE, "bottom": 1, "bottom_color": LINE, **every}
        looks = ({"font_color": GREY, "font_size": 8, **every}, {"bold": True, **dark}, dark, light)
        return tuple(self._book.add_format(look) for look in looks)

    def headings(self, kind: str) -> tuple[Any, ...]:
        """Return the looks of a column's name, Chinese and English name and unit: above its cells."""
        return self._heads["right" if kind in {"number", "integer"} else "left"]

    def number(self, form: str) -> Any:
        """Return the look of a number."""
        if form not in self._of_numbers:
            self._of_numbers[form] = self._book.add_format({"num_format": form})
        return self._of_numbers[form]

    def any(self, cell: Any) -> Any:
        """Return the look of a cell in a column of all kinds."""
        is_number = isinstance(cell, int | float) and not isinstance(cell, bool)
        return self.number(number_format([cell])) if is_number else self.number("General")


def put(page: Worksheet, place: tuple[int, int], cell: Any, look: Any) -> None:
    """Write one cell as what it is; never by what its text looks like."""
    if hasattr(cell, "item"):  # a numpy scalar
        cell = cell.item()
    match cell:
        case None | "":
            return
        case bool():
            page.write_boolean(*place, cell, look)
        case str():
            page.write_string(*place, cell, look)
        case int() if abs(cell) >= EXACT_INTEGER:
            page.write_string(*place, str(cell), look)
        case int() | float():
            if math.isfinite(cell):
                page.write_number(*place, Exact(cell), look)
            elif not math.isnan(cell):
                page.write_string(*place, "inf" if cell > 0 else "-inf", look)
        case _:
            raise TypeError(f"a cell holds {type(cell).__name__}")


def number_format(cells: Sequence[Any]) -> str:
    """Return how a column of numbers is shown: as many decimals as it has, of long ones a few.

    The value in the cell is whole in any case.
    """
    numbers = np.array([cell for cell in cells if isinstance(cell, int | float) and math.isfinite(cell)], dtype=float)
    largest = float(np.abs(numbers).max(initial=0.0))
    smallest = float(np.abs(numbers[numbers != 0]).min(initial=math.inf))
    if smallest < 10.0**-DECIMALS_MAX or largest >= 1e15:  # noqa: PLR2004 - digits of a float
        return "General"
    for decimals in range(4):
        if np.all(np.abs(np.round(numbers, decimals) - numbers) <= 1e-12 * np.abs(numbers)):
            return _grouped(decimals)
    return _grouped(next((decimals for floor, decimals in FEWER if largest >= floor), DECIMALS_MAX))


def _grouped(decimals: int) -> str:
    return "#,##0" + ("." + "0" * decimals if decimals else "")


def as_shown(cell: Any) -> str:
    """Return a cell about as long as it will be seen."""
    return f"{cell:,.6g}" if isinstance(cell, float) else "" if cell is None else str(cell)


def width_of(text: str) -> float:
    """Return the room that the widest line of a text takes, in digits of the usual font."""
    lines = text.split("\n") or [""]
    return max(sum(1.9 if east_asian_width(c) in "WF" else 1.05 for c in line) for line in lines)
