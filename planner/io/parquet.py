"""Parquet in place of CSV, with the extra ``parquet``; typed columns become the text a CSV would hold."""

from __future__ import annotations

from datetime import date
from importlib import import_module
from typing import TYPE_CHECKING, Any

from planner.errors import Fault
from planner.io.decoding import composed
from planner.io.tables import Table, check_characters
from planner.language import say

if TYPE_CHECKING:
    from planner.io.gathering import Gathering

EXTRA = say(
    "pip install 'east-data-west-compute-planner[parquet]', or save the table as CSV",
    "pip install 'east-data-west-compute-planner[parquet]'，或将表存为 CSV",
)


def read_parquet(data: bytes, file: str, name: str, gathering: Gathering) -> Table | None:
    """Read a Parquet file's bytes; rows are counted from 1 in messages."""
    try:
        pa, pq = import_module("pyarrow"), import_module("pyarrow.parquet")
    except ImportError:
        gathering.add(
            Fault(file, say("reading Parquet needs pyarrow", "读取 Parquet 需要 pyarrow"), remedy=EXTRA), name
        )
        return None
    try:
        source = pq.read_table(pa.BufferReader(data))
    except (pa.ArrowException, OSError, ValueError) as error:
        problem = say(
            "not a Parquet file that can be read: {splitlines}",
            "Parquet 文件无法读取：{splitlines}",
            splitlines=str(error).splitlines()[0],
        )
        gathering.add(Fault(file, problem, remedy=say("save it again, or as CSV", "重新保存，或存为 CSV")), name)
        return None
    found = len(gathering.faults)
    base = gathering.places.base(file)
    codes = range(base + 1, base + 1 + source.num_rows)
    table = Table(name, {}, {}, [file])
    for column, cells in zip(source.column_names, source.columns, strict=True):
        if column in table.columns or not column.strip():
            gathering.add(
                Fault(file, say("the column stands twice or has no name", "列重复或没有名称"), None, column), name
            )
            continue
        table.columns[column] = [_text(value) for value in cells.to_pylist()]
        table.origins[column] = codes
        for row, cell in enumerate(table.columns[column]):
            if cell is None:
                gathering.at(
                    codes[row],
                    column,
                    None,
                    say("the cell is neither text, a number nor a flag", "单元格既非文本，也非数值或是否值"),
                    table=name,
                )
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
