"""Parquet as databases and pandas write it: typed cells become the text that a CSV would hold, or are named."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from io_world import faults, good_files, read, written

from planner.faults import Gathering
from planner.io.files.parquet import read_parquet
from planner.io.files.tables import Table

MOMENT = dt.datetime(2021, 1, 31, 3, tzinfo=dt.UTC)


@pytest.fixture
def pa() -> Any:
    """Return pyarrow."""
    return pytest.importorskip("pyarrow", reason="the extra [parquet] is not installed")


def bytes_of(table: Any) -> bytes:
    """Return a table as a Parquet file."""
    from pyarrow import parquet  # noqa: PLC0415 - an extra

    file = io.BytesIO()
    parquet.write_table(table, file)
    return file.getvalue()


def read_bytes(data: bytes) -> tuple[Table | None, Gathering]:
    """Read a file; return what was gathered too."""
    gathering = Gathering(Path("/"))
    return read_parquet(data, "x.parquet", "x", gathering), gathering


def test_without_the_extra_it_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves that a Parquet file without pyarrow is one fault that says what to install.

    Sensitivity: an import error of Python's own.
    """
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    files = good_files()
    del files["region_workload.csv"]
    bad = written(tmp_path / "bad" / "world", files | {"region_workload.parquet": b"PAR1"})
    assert "pip install pyarrow" in str(faults(bad)[0])


def test_parquet_says_what_the_table_says(pa: Any, tmp_path: Path) -> None:
    """Proves that a table as floats, as decimals, as categories and as short floats gives the scenario that its CSV gives.

    Sensitivity: a decimal refused, 0.1 read as 0.10000000149, a category read as its number.
    """
    folder = written(tmp_path / "world", good_files())
    plain = read(folder)
    frame = pd.read_csv(folder / "region_workload.csv", dtype={"region": str})
    text = pd.read_csv(folder / "region_workload.csv", dtype=str)
    (folder / "region_workload.csv").unlink()
    ways = {
        "floats": frame,
        "categories": frame.astype({"region": "category", "workload": "category"}),
        "categories of numbers": frame.astype({"demand": "category"}),
        "short floats": frame.astype({"demand": np.float32}),
        "decimals": frame.assign(demand=[Decimal(cell).quantize(Decimal("0.0001")) for cell in text["demand"]]),
        "rows sorted out of a longer table": frame.sort_values("demand", ascending=False),
    }
    for way, changed in ways.items():
        changed.to_parquet(folder / "region_workload.parquet")
        assert read(folder).content_hash == plain.content_hash, way
    decimal = pa.types.is_decimal(pa.Table.from_pandas(ways["decimals"]).schema.field("demand").type)
    assert decimal, "the test writes what it says"


CELLS: dict[str, tuple[str, list[Any], list[str]]] = {
    "decimal128": ("decimal128(10,2)", [Decimal("3.50"), Decimal("-0.10"), None], ["3.5", "-0.1", ""]),
    "decimal of a whole number": ("decimal128(10,2)", [Decimal("100.00"), Decimal("0.00")], ["100", "0"]),
    "decimal256": ("decimal256(50,2)", [Decimal("1" * 40 + ".25")], ["1" * 40 + ".25"]),
    "short float": ("float", [0.1, 3.0, 1.25e-7], ["0.1", "3", "1.25e-07"]),
    "half float": ("halffloat", [0.5, 60000.0], ["0.5", "60000"]),
    "large text": ("large_string", ["芜湖", "010101"], ["芜湖", "010101"]),
    "text without the word": ("binary", ["芜湖".encode(), b"a", None], ["芜湖", "a", ""]),
    "flags": ("bool", [True, None, False], ["true", "", "false"]),
    "small numbers": ("uint8", [1, 255], ["1", "255"]),
    "moments": ("timestamp", [MOMENT], ["2021-01-31T03:00:00+00:00"]),
    "days": ("date32", [dt.date(2021, 1, 31)], ["2021-01-31"]),
    "nothing": ("null", [None, None], ["", ""]),
}


@pytest.mark.parametrize("as_category", [False, True])
@pytest.mark.parametrize("name", CELLS)
def test_typed_cells_become_text(pa: Any, name: str, as_category: bool) -> None:
    """Proves that each type a table may hold becomes the digits or letters it stands for, as a category too.

    Sensitivity: digits lost by way of a float, 100.00 that is no id, a missing value that is the word None.
    """
    kind, values, expected = CELLS[name]
    types = {
        "decimal128(10,2)": pa.decimal128(10, 2),
        "decimal256(50,2)": pa.decimal256(50, 2),
        "timestamp": pa.timestamp("ns", tz="UTC"),
        "float": pa.float32(),
        "halffloat": pa.float16(),
        "bool": pa.bool_(),
    }
    made = [np.float16(value) for value in values] if kind == "halffloat" else values
    cells = pa.array(made, types.get(kind) or getattr(pa, kind)())
    if as_category:
        if name in {"nothing", "half float"}:
            pytest.skip("no such categories")
        cells = cells.dictionary_encode()
    table, gathering = read_bytes(bytes_of(pa.table({"v": cells})))
    assert gathering.faults == []
    assert table is not None
    assert table.columns["v"] == expected


def test_a_column_twice_is_told_with_both_places(pa: Any) -> None:
    """Proves that two columns of one name, as a join leaves them, are refused with the place of each.

    Sensitivity: the second one kept, or an error about the file as a whole.
    """
    arrays = [pa.array(["a"]), pa.array([1]), pa.array([2])]
    table, gathering = read_bytes(bytes_of(pa.Table.from_arrays(arrays, names=["site", "pue", "pue"])))
    assert table is None
    [fault] = gathering.faults
    assert "column pue: the column stands twice: it is column 2 and column 3 (keep one of them" in str(fault)
    _, gathering = read_bytes(bytes_of(pa.table({"site": ["a"], " ": [1]})))
    assert "column 2 has no name" in str(gathering.faults[0])


@pytest.mark.parametrize(
    ("value", "kind", "remedy"),
    [
        ([1.0], "list<", "one value a cell"),
        ({"x": 1}, "struct<x: int64>", "one value a cell"),
        (dt.timedelta(1), "duration[us]", "as a number or as text"),
        (dt.time(1), "time64[us]", "as a number or as text"),
        (b"\xff\xfe", "binary", "as UTF-8"),
    ],
)
def test_what_is_no_single_value_is_told_with_its_type(pa: Any, value: Any, kind: str, remedy: str) -> None:
    """Proves that a column of lists, structures, durations or bytes is one fault that names its type and a way out.

    Sensitivity: a fault for each of a million rows, or a message that does not say what the cells are.
    """
    table, gathering = read_bytes(bytes_of(pa.table({"v": pa.array([value, value])})))
    assert table is None
    [fault] = gathering.faults
    assert f"the column's type is {kind}" in str(fault)
    assert remedy in fault.remedy


def test_what_is_no_parquet_file_is_told(pa: Any) -> None:
    """Proves that damaged bytes are one fault. Sensitivity: an exception of pyarrow's."""
    whole = bytes_of(pa.table({"v": [1]}))
    for data in (b"PAR1", b"", whole[:-9], b"site\na\n"):
        _, gathering = read_bytes(data)
        assert "not a Parquet file that can be read" in str(gathering.faults[0])


def test_numbers_of_rows_are_left_out(pa: Any) -> None:
    """Proves that the numbers of rows that pandas keeps are no column, and that a note says so.

    Sensitivity: an unknown column that nobody wrote.
    """
    del pa
    file = io.BytesIO()
    pd.DataFrame({"site": ["a", "b", "c"]}).iloc[[2, 0]].to_parquet(file)
    table, gathering = read_bytes(file.getvalue())
    assert table is not None
    assert table.columns == {"site": ["c", "a"]}
    assert table.size == 2
    data = bytes_of(__import__("pyarrow").table({"site": ["a"], "__index_level_0__": [7]}))
    table, gathering = read_bytes(data)
    assert table is not None
    assert table.columns == {"site": ["a"]}
    assert "pandas' numbers of rows, is left out" in gathering.notes[0]
