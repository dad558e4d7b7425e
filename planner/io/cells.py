"""Cells to values: numbers, flags and words, with a hint for what people write by mistake.

The whole column is converted at once; cells are looked at one by one only to name faults.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from planner.io.gathering import nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from planner.models.parameter import Parameter, Value

SMALLEST = 1e-12
LARGEST = 1e12
NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")
NOT_IN_NUMBERS = re.compile(r"[^0-9eE+\-.]")
ID = re.compile(r"[\w\-· ]{1,64}")
GAPS = {"nan", "na", "n/a", "#n/a", "null", "none", "nil", "-", "--", "—", "/", "无", "?", "missing"}
INFINITIES = {"inf", "infinity", "∞", "无穷", "unlimited"}
FLAGS = {"true": True, "false": False}

Check = tuple[str, str]
"""A problem and its remedy."""


@dataclass(frozen=True)
class Parsed:
    """The values of one column's filled cells, and what is wrong with the others."""

    rows: Sequence[int]
    values: Sequence[Value]
    faults: Sequence[tuple[int, str, str]]
    """Row, problem and remedy."""


def parse(parameter: Parameter, cells: Sequence[str]) -> Parsed:
    """Read one column.

    Parameters
    ----------
    parameter
        Says how a cell is read and what is allowed.
    cells
        Text; ``""`` is left out.
    """
    rows: Sequence[int] = range(len(cells))
    if "" in cells:
        rows = [row for row in rows if cells[row]]
        cells = [cells[row] for row in rows]
    if parameter.is_numeric:
        values = _numbers(cells)
        if values is not None and _all_allowed(parameter, values):
            return Parsed(rows, [int(v) for v in values] if parameter.kind == "integer" else values, ())
        return _one_by_one(rows, cells, lambda cell: number_fault(parameter, cell), float)
    if parameter.kind == "flag":
        return _one_by_one(rows, cells, _flag_fault, lambda cell: FLAGS[cell.casefold()])
    if parameter.kind == "choice":
        if set(cells) <= set(parameter.choices):
            return Parsed(rows, cells, ())
        return _one_by_one(rows, cells, lambda cell: _choice_fault(parameter, cell), str)
    return Parsed(rows, cells, ())


def _one_by_one(
    rows: Sequence[int], cells: Sequence[str], check: Callable[[str], Check | None], read: Callable[[str], Value]
) -> Parsed:
    good: list[int] = []
    values: list[Value] = []
    faults = []
    for row, cell in zip(rows, cells, strict=True):
        if found := check(cell):
            faults.append((row, *found))
        else:
            good.append(row)
            values.append(read(cell))
    return Parsed(good, values, faults)


def _numbers(cells: Sequence[str]) -> list[float] | None:
    if NOT_IN_NUMBERS.search("".join(cells)):
        return None
    try:
        return list(map(float, cells))
    except ValueError:
        return None


def _all_allowed(parameter: Parameter, values: list[float]) -> bool:
    if not values:
        return True
    array = np.array(values)
    size = np.abs(array)
    low_is_kept = array.min() > parameter.low if parameter.low_open else array.min() >= parameter.low
    return bool(
        low_is_kept
        and array.max() <= parameter.high
        and size.max() <= LARGEST
        and not np.any((size < SMALLEST) & (size > 0))
        and (parameter.kind == "number" or np.all(array == np.floor(array)))
    )


def number_fault(parameter: Parameter, cell: str) -> Check | None:
    """Return what is wrong with a cell that should be a number, or ``None``."""
    if not NUMBER.fullmatch(cell):
        return _not_a_number(parameter, cell)
    value = float(cell)
    if abs(value) > LARGEST:
        return "the number is too large", "at most 1e12; use the unit " + (parameter.unit or "of the table")
    if value != 0 and abs(value) < SMALLEST:
        return "the number is too small to calculate with", "0, or at least 1e-12"
    if parameter.kind == "integer" and value != int(value):
        return "not a whole number", "write it without a fraction"
    if not _all_allowed(parameter, [value]):
        return "out of range", f"allowed: {allowed(parameter)}"
    return None


def allowed(parameter: Parameter) -> str:
    """Return the interval of a number in words, with its unit."""
    unit = f" {parameter.unit}" if parameter.unit not in {"", "1"} else ""
    more = "more than" if parameter.low_open else "at least"
    low = f"{more} {parameter.low:g}" if np.isfinite(parameter.low) else ""
    high = f"at most {parameter.high:g}" if np.isfinite(parameter.high) else ""
    return (" and ".join(part for part in (low, high) if part) or "any number") + unit


def _not_a_number(parameter: Parameter, cell: str) -> Check:
    word = cell.strip().casefold()
    half = unicodedata.normalize("NFKC", cell)
    hints = (
        (word in GAPS, "the cell says that there is no number", "leave it empty, or write the number"),
        (word.lstrip("+-") in INFINITIES, "the number must be finite", "leave the cell empty where there is no limit"),
        (cell.strip() != cell and NUMBER.fullmatch(cell.strip()), "spaces stand around the number", "delete them"),
        (cell[-1:] in {"%", "％"}, "a percentage", "write a share: 5% is 0.05"),
        (half != cell and NUMBER.fullmatch(half), "the digits are full-width", f"write {half[:40]}"),
        (re.fullmatch(r"[+-]?\d{1,3}([,，' ]\d{3})+(\.\d+)?", cell), "thousands are separated", "write digits only"),
        (re.fullmatch(r"[+-]?\d+[,，]\d+", cell), "a decimal comma", "write a decimal point"),
        (re.fullmatch(r"[+-]?[\d.]+(_\d+)+[\d.]*", cell), "digits are separated by _", "write digits only"),
        (re.fullmatch(r"[+-]?0[xXoObB][0-9a-fA-F]+", cell), "not a decimal number", "write it in decimal digits"),
        (word in FLAGS, "a flag stands where a number belongs", f"allowed: {allowed(parameter)}"),
        (
            re.fullmatch(r"[+-]?[\d.]+\s*[^\d\s].*", cell),
            "text stands after the number",
            f"write the number only; the unit is {parameter.unit or 'none'}",
        ),
    )
    for fits, problem, remedy in hints:
        if fits:
            return problem, remedy
    return "not a number", f"allowed: {allowed(parameter)}"


def _flag_fault(cell: str) -> Check | None:
    if cell in {"true", "false", "TRUE", "FALSE", "True", "False"}:
        return None
    return "not a flag", "write true or false"


def _choice_fault(parameter: Parameter, cell: str) -> Check | None:
    if cell in parameter.choices:
        return None
    return "not one of the words allowed", nearest(cell, parameter.choices, "allowed")


def id_fault(cell: str) -> Check | None:
    """Return what is wrong with the id of a set's member, or ``None``."""
    if not cell:
        return "the key is empty", "write the id, or delete the row"
    if cell != cell.strip():
        return "spaces stand around the id", "delete them"
    if len(cell) > 64:  # noqa: PLR2004 - the rule of the format
        return f"the id has {len(cell)} characters", "at most 64"
    if not ID.fullmatch(cell):
        bad = sorted(set(re.sub(r"[\w\-· ]", "", cell)))
        names = ", ".join(f"U+{ord(c):04X}" if not c.isprintable() else f"'{c}'" for c in bad[:5])
        return f"an id may not hold {names}", "use letters, digits, Chinese, '-', '_', '·' and spaces"
    return None
