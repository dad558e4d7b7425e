"""Result tables ↔ CSV, exactly: what is read back is what was written."""

from __future__ import annotations

import csv
import importlib.util
import io
import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from planner.io.files.decoding import all_guarded, guarded
from planner.io.files.tables import Table, read_csv
from planner.language import say

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from planner.faults import Gathering

WIDE = 1_000_000
"""Rows above which a table is written as Parquet as well."""
CHUNK = 100_000
"""Rows turned to text at a time: millions of Python numbers at once would take hundreds of megabytes."""
FLAGS = {"true": True, "false": False}
QUOTED = ',"\r\n'
"""Characters for which a cell of CSV is put in quotes."""
KINDS = ("text", "number", "integer", "flag", "empty")
ARTICLES = {"number": say("a number"), "integer": say("a whole number"), "flag": say("true or false")}


def kind_of(column: pd.Series) -> str:
    """Return what a column holds: ``text``, ``number``, ``integer``, ``flag``, or ``empty`` (no rows, no type)."""
    if pd.api.types.is_bool_dtype(column):
        return "flag"
    if pd.api.types.is_numeric_dtype(column):
        return "integer" if pd.api.types.is_integer_dtype(column) else "number"
    if column.empty:
        return "empty" if column.dtype == object else "text"
    kinds = {"string": "text", "categorical": "text", "boolean": "flag", "integer": "integer"}
    kinds |= dict.fromkeys(("floating", "mixed-integer-float", "empty"), "number")
    found = pd.api.types.infer_dtype(column, skipna=True)
    if found not in kinds:
        raise TypeError(f"column {column.name} is {found}; a result column holds text, numbers or flags, not several")
    return "number" if found == "integer" and column.hasnans else kinds[found]


def layout_of(table: pd.DataFrame) -> dict[str, Any]:
    """Return what the manifest says of a table: its number of rows and the kind of every column."""
    return {"rows": len(table), "columns": {str(name): kind_of(table[name]) for name in table.columns}}


def write_table(table: pd.DataFrame, path: Path) -> None:
    """Write a table as UTF-8 CSV; numbers in the shortest form that reads back as the same float.

    Notes
    -----
    Text that a spreadsheet would take for a formula gets a leading ``'``; reading takes it away. A NaN is an
    empty cell. Above a million rows the table is written as Parquet as well, where pyarrow is installed.
    """
    kinds = [kind_of(table[name]) for name in table.columns]
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(_lines([[guarded(str(name))] for name in table.columns]))
        for start in range(0, len(table), CHUNK):
            part = table.iloc[start : start + CHUNK]
            file.write(_lines([_cells(part[name], kind) for name, kind in zip(table.columns, kinds, strict=True)]))
    if len(table) > WIDE and importlib.util.find_spec("pyarrow"):
        table.to_parquet(path.with_suffix(".parquet"), index=False)


def _lines(columns: Sequence[Sequence[str]]) -> str:
    """Return columns of text as lines of CSV."""
    rows = zip(*columns, strict=True)
    if len(columns) > 1 and not any(mark in text for text in map("".join, columns) for mark in QUOTED):
        return "".join(f"{line}\n" for line in map(",".join, rows))  # twice as fast, and the same
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def _cells(column: pd.Series, kind: str) -> list[str]:
    match kind:
        case "text" | "empty":
            words = column.to_numpy(dtype=object)
            if column.hasnans:
                words = np.where(column.isna(), "", words)
            return all_guarded(list(map(str, words.tolist())))
        case "flag":
            return ["true" if value else "false" for value in column.tolist()]
        case "integer":
            return [str(int(value)) for value in column.tolist()]
        case _:
            numbers = column.astype(float).tolist()
            return ["" if math.isnan(number) else repr(number) for number in numbers]


def read_table(data: bytes, file: str, layout: Mapping[str, Any], gathering: Gathering) -> pd.DataFrame | None:
    """Read a table that :func:`write_table` wrote; gather the faults and return ``None`` where it is another."""
    table = read_csv(data, file, file, gathering)
    if table is None:
        return None
    kinds: Mapping[str, str] = layout["columns"]
    if list(table.columns) != list(kinds):
        code = gathering.places.base(file) + 1
        gathering.at(
            code, None, ", ".join(table.columns), say("the columns are not those of the run"), ", ".join(kinds)
        )
        return None
    columns = {name: _read(table, name, kind, gathering) for name, kind in kinds.items()}
    return pd.DataFrame({name: column for name, column in columns.items() if column is not None}, columns=list(kinds))


def _read(table: Table, name: str, kind: str, gathering: Gathering) -> pd.Series | None:
    cells = table.columns[name]
    convert, dtype = CONVERTERS[kind]
    try:
        column: pd.Series = pd.Series([convert(cell) for cell in cells], dtype=dtype)
    except (ValueError, KeyError, OverflowError):
        for code, cell in zip(table.origins[name], cells, strict=True):
            try:
                convert(cell)
            except (ValueError, KeyError, OverflowError):
                gathering.at(
                    code,
                    name,
                    cell,
                    say("not {ARTICLES}", ARTICLES=ARTICLES[kind]),
                    say("the file is not as it was written"),
                    table.name,
                )
        return None
    return column


def _number(cell: str) -> float:
    return float(cell) if cell else math.nan


def _integer(cell: str) -> int:
    number = int(cell)
    if not -(2**63) <= number < 2**63:
        raise OverflowError(f"{cell} is beyond 64 bits")
    return number


Converter = Callable[[str], Any]
CONVERTERS: dict[str, tuple[Converter, Any]] = {
    "text": (str, str),
    "empty": (str, object),
    "number": (_number, float),
    "integer": (_integer, "int64"),
    "flag": (FLAGS.__getitem__, bool),
}
"""How a cell of each kind is read, and the type of its column."""
