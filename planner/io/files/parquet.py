"""Parquet in place of CSV, with the extra ``parquet``; typed columns become the text a CSV would hold.

Decimals, as databases export them, become their digits; categories become what they stand for. What is no single value
(a list, a structure, a duration) is refused with the name of its type.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from planner.errors import Fault, shown
from planner.io.files.decoding import composed
from planner.io.files.tables import Table, check_characters
from planner.language import Message, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from planner.faults import Gathering

EXTRA = say("pip install pyarrow, or save the table as CSV")
ROW_NUMBERS: Final = "__index_level_0__"
"""What pandas calls the numbers of rows it kept from a longer table; they are no column of anybody's."""
SHORT_FLOATS: Final = {"float": np.float32, "halffloat": np.float16}
"""Types whose numbers have few digits: 0.1 is 0.1, and not the 0.10000000149 that it is as a longer one."""
WHOLE_MAX: Final = 1e15


def read_parquet(data: bytes, file: str, name: str, gathering: Gathering) -> Table | None:
    """Read a Parquet file's bytes; rows are counted from 1 in messages."""
    try:
        pa, pq = import_module("pyarrow"), import_module("pyarrow.parquet")
    except ImportError:
        gathering.add(Fault(file, say("reading Parquet needs pyarrow"), remedy=EXTRA), name)
        return None
    try:
        source = pq.ParquetFile(pa.BufferReader(data)).read()
    except (pa.ArrowException, OSError, ValueError) as error:
        problem = say("not a Parquet file that can be read: {splitlines}", splitlines=str(error).splitlines()[0])
        gathering.add(Fault(file, problem, remedy=say("save it again, or as CSV")), name)
        return None
    found = len(gathering.faults)
    _check_names(source.column_names, file, name, gathering)
    base = gathering.places.base(file)
    codes = range(base + 1, base + 1 + source.num_rows)
    table = Table(name, {}, {}, [file])
    for column, cells in zip(source.column_names, source.columns, strict=True):
        if column == ROW_NUMBERS:
            gathering.note(say("{file}: {column}, pandas' numbers of rows, is left out", file=file, column=column))
            continue
        table.columns[column] = _column(cells, codes, column, name, gathering)
        table.origins[column] = codes
    if len(gathering.faults) > found:
        return None
    check_characters(table, gathering)
    return table


def _check_names(names: Sequence[str], file: str, table: str, gathering: Gathering) -> None:
    """Refuse columns without a name, and those of one name, with the place of each."""
    for place, column in enumerate(names, 1):
        if not column.strip():
            problem = say("column {place} has no name", place=place)
            gathering.add(Fault(file, problem, remedy=say("name it, or leave it out")), table)
        elif column in names[: place - 1]:
            problem = say(
                "the column stands twice: it is column {first} and column {place}",
                first=list(names).index(column) + 1,
                place=place,
            )
            remedy = say("keep one of them; a join of two tables leaves both")
            gathering.add(Fault(file, problem, None, column, remedy=remedy), table)


def _column(cells: Any, codes: Sequence[int], column: str, table: str, gathering: Gathering) -> list[str]:
    """Return a column as text; a fault names the type that is none, once."""
    is_category = str(cells.type).startswith("dictionary")
    kind = str(cells.type.value_type if is_category else cells.type)
    short = SHORT_FLOATS.get(kind)
    found: list[str] = []
    for row, value in enumerate(_values(cells)):
        text = _text(value if short is None or value is None else short(value))
        if text is None:
            gathering.at(
                codes[row],
                column,
                None,
                say(
                    "the column's type is {kind}, which is neither text, a number, a date nor a flag", kind=shown(kind)
                ),
                _remedy(value),
                table,
            )
            return [""] * len(codes)
        found.append(text)
    return found


def _values(cells: Any) -> list[Any]:
    """Return a column's values as Python's; times finer than Python's own lose their nanoseconds of 0."""
    try:
        values: list[Any] = cells.to_pylist()
    except (ValueError, OverflowError):  # a time with nanoseconds, or of a year that Python does not know
        return [scalar.cast("string").as_py() for scalar in cells]
    return values


def _remedy(value: Any) -> Message:
    if isinstance(value, bytes):
        return say("write text as UTF-8; of a geometry, write longitude and latitude, or save the layer as GeoPackage")
    if isinstance(value, list | dict | tuple):
        return say("write one value a cell, each in a column or row of its own")
    return say("write it as a number or as text")


def _text(value: Any) -> str | None:
    """Return the text that a CSV would hold, or ``None`` for what is no single value."""
    if value is None:
        return ""
    if isinstance(value, str | bytes):
        return composed(value) if isinstance(value, str) else _decoded(value)
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, int | float | Decimal | np.floating):
        return _digits(value)
    return value.isoformat() if isinstance(value, date) else None


def _digits(value: float | Decimal | np.floating[Any]) -> str:
    """Return a number's digits, without a fraction of 0."""
    if isinstance(value, Decimal):
        digits = format(value, "f")
        return digits.rstrip("0").rstrip(".") if "." in digits else digits
    is_whole = not isinstance(value, int) and float(value).is_integer() and abs(float(value)) < WHOLE_MAX
    return str(int(value)) if is_whole else str(value)


def _decoded(value: bytes) -> str | None:
    """Return text that was stored without the word that it is text, as older tools do."""
    try:
        return composed(value.decode("utf-8"))
    except UnicodeDecodeError:
        return None
