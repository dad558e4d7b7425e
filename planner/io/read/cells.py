"""Cells to values: numbers, flags and words, with a hint for what people write by mistake.

The whole column is converted at once; cells are looked at one by one only to name faults.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from planner.faults import nearest
from planner.language import SEMICOLON, Message, Text, join, say, say_as
from planner.scenario.parameter import FLAGS
from planner.scenario.plausible import Plausible

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from planner.scenario.parameter import Kind, Parameter, Value

SMALLEST = 1e-12
LARGEST = 1e12
NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")
NOT_IN_NUMBERS = re.compile(r"[^0-9eE+\-.]")
ID = re.compile(r"[\w\-· ]{1,64}")
GAPS = {"nan", "na", "n/a", "#n/a", "null", "none", "nil", "-", "--", "—", "/", "无", "?", "missing"}
INFINITIES = {"inf", "infinity", "∞", "无穷", "unlimited"}

Check = tuple[Text, Text]
"""A problem and its remedy."""
UNIT_WORDS = {"degrees": say("degrees"), "unit of the row": say("unit of the row")}
"""The units that are words."""
BETWEEN_LIMITS = say_as("between limits", " and ")
KIND_WORDS: dict[Kind, Message] = {
    "number": say("number"),
    "integer": say("integer"),
    "text": say("text"),
    "choice": say("choice"),
    "flag": say("flag"),
    "reference": say("reference"),
}


@dataclass(frozen=True)
class Parsed:
    """The values of one column's filled cells, and what is wrong with the others."""

    rows: Sequence[int]
    values: Sequence[Value]
    faults: Sequence[tuple[int, Text, Text]]
    """Row, problem and remedy."""


def parse(parameter: Parameter, cells: Sequence[str]) -> Parsed:
    """Read one column."""
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
        unit = parameter.unit or say("of the table")
        return say("the number is too large"), say("at most 1e12; use the unit {unit}", unit=unit)
    if value != 0 and abs(value) < SMALLEST:
        return say("the number is too small to calculate with"), say("0, or at least 1e-12")
    if parameter.kind == "integer" and value != int(value):
        return say("not a whole number"), say("write it without a fraction")
    if not _all_allowed(parameter, [value]):
        remedy = say("allowed: {allowed}", allowed=allowed(parameter))
        looks = parameter.plausible.remedy(value) if isinstance(parameter.plausible, Plausible) else None
        return say("out of range"), join([looks, remedy], SEMICOLON) if looks else remedy
    return None


def kind_word(kind: Kind) -> Message:
    """Return what a cell or value of a kind is called."""
    return KIND_WORDS[kind]


def allowed(parameter: Parameter) -> Text:
    """Return the interval of a number in words, with its unit."""
    unit = " " + UNIT_WORDS.get(parameter.unit, parameter.unit) if parameter.unit not in {"", "1"} else ""
    parts = []
    if np.isfinite(parameter.low):
        more = say("more than") if parameter.low_open else say("at least")
        parts.append(say("{more} {low:g}", more=more, low=parameter.low))
    if np.isfinite(parameter.high):
        parts.append(say("at most {high:g}", high=parameter.high))
    return (join(parts, BETWEEN_LIMITS) or say("any number")) + unit


def _not_a_number(parameter: Parameter, cell: str) -> Check:
    word = cell.strip().casefold()
    half = unicodedata.normalize("NFKC", cell)
    hints = (
        (word in GAPS, say("the cell says that there is no number"), say("leave it empty, or write the number")),
        (
            word.lstrip("+-") in INFINITIES,
            say("the number must be finite"),
            say("leave the cell empty where there is no limit"),
        ),
        (
            cell.strip() != cell and NUMBER.fullmatch(cell.strip()),
            say("spaces stand around the number"),
            say("delete them"),
        ),
        (cell[-1:] in {"%", "％"}, say("a percentage"), say("write a share: 5% is 0.05")),
        (
            half != cell and NUMBER.fullmatch(half),
            say("the digits are full-width"),
            say("write {half}", half=half[:40]),
        ),
        (
            re.fullmatch(r"[+-]?\d{1,3}([,，' ]\d{3})+(\.\d+)?", cell),
            say("thousands are separated"),
            say("write digits only"),
        ),
        (re.fullmatch(r"[+-]?\d+[,，]\d+", cell), say("a decimal comma"), say("write a decimal point")),
        (re.fullmatch(r"[+-]?[\d.]+(_\d+)+[\d.]*", cell), say("digits are separated by _"), say("write digits only")),
        (
            re.fullmatch(r"[+-]?0[xXoObB][0-9a-fA-F]+", cell),
            say("not a decimal number"),
            say("write it in decimal digits"),
        ),
        (
            word in FLAGS,
            say("a flag stands where a number belongs"),
            say("allowed: {allowed}", allowed=allowed(parameter)),
        ),
        (
            re.fullmatch(r"[+-]?[\d.]+\s*[^\d\s].*", cell),
            say("text stands after the number"),
            say("write the number only; the unit is {value}", value=parameter.unit or "none"),
        ),
    )
    for fits, problem, remedy in hints:
        if fits:
            return problem, remedy
    return say("not a number"), say("allowed: {allowed}", allowed=allowed(parameter))


def _flag_fault(cell: str) -> Check | None:
    if cell in {"true", "false", "TRUE", "FALSE", "True", "False"}:
        return None
    return say("not a flag"), say("write true or false")


def _choice_fault(parameter: Parameter, cell: str) -> Check | None:
    if cell in parameter.choices:
        return None
    if cell in parameter.retired:
        return say("the word is no longer used"), parameter.retired[cell]
    return say("not one of the words allowed"), nearest(cell, parameter.choices, say("allowed"))


def id_fault(cell: str) -> Check | None:
    """Return what is wrong with the id of a set's member, or ``None``."""
    if not cell:
        return say("the key is empty"), say("write the id, or delete the row")
    if cell != cell.strip():
        return say("spaces stand around the id"), say("delete them")
    if len(cell) > 64:  # noqa: PLR2004 - the rule of the format
        return say("the id has {count} characters", count=len(cell)), say("at most 64")
    if not ID.fullmatch(cell):
        bad = sorted(set(re.sub(r"[\w\-· ]", "", cell)))
        names = ", ".join(f"U+{ord(c):04X}" if not c.isprintable() else f"'{c}'" for c in bad[:5])
        return say("an id may not hold {names}", names=names), say(
            "use letters, digits, Chinese, '-', '_', '·' and spaces"
        )
    return None
