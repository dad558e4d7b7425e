"""Parquet in place of CSV, with the extra ``parquet``; typed columns become the text a CSV would hold."""

from __future__ import annotations

from datetime import date
from importlib import import_module
from typing import TYPE_CHECKING, Any

from planner.errors import Fault
from planner.io.decoding import composed
from planner.io.tables import Table, check_characters

if TYPE_CHECKING:
    from planner.io.gathering import Gathering

EXTRA = "pip install 'east-data-west-compute-planner[parquet]', or save the table as CSV"


def read_parquet(data: bytes, file: str, name: str, gathering: Gathering) -> Table | None:
    """Read a Parquet file's bytes; rows are counted from 1 in messages."""
    try:
        pa, pq = import_module("pyarrow"), import_module("pyarrow.parquet")
    except ImportError:
        gathering.add(Fault(file, "reading Parquet needs pyarrow", remedy=EXTRA), name)
        return None
    try:
        source = pq.read_table(pa.BufferReader(data))
    except (pa.ArrowException, OSError, ValueError) as error:
        problem = f"not a Parquet file that can be read: {str(error).splitlines()[0]}"
        gathering.add(Fault(file, problem, remedy="save it again, or as CSV"), name)
        return None
    found = len(gathering.faults)
    base = gathering.places.base(file)
    codes = range(base + 1, base + 1 + source.num_rows)
    table = Table(name, {}, {}, [file])
    for column, cells in zip(source.column_names, source.columns, strict=True):
        if column in table.columns or not column.strip():
            gathering.add(Fault(file, "the column stands twice or has no name", None, column), name)
            continue
        table.columns[column] = [_text(value) for value in cells.to_pylist()]
        table.origins[column] = codes
        for row, cell in enumerate(table.columns[column]):
            if cell is None:
                gathering.at(codes[row], column, None, "the cell is neither text, a number nor a flag", table=name)
    if len(gathering.faults) > found:
        return None
    check_characters(table, gathering)
    return table


def _text(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)  # noqa: PLR2004
    if isinstance(value, str):
        return composed(value)
    if isinstance(value, int):
        return str(value)
    return value.isoformat() if isinstance(value, date) else None
