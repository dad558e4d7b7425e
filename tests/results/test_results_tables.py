"""Result tables ↔ CSV."""

from __future__ import annotations

import math
import unicodedata
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.errors import InvalidInputError
from planner.faults import Gathering
from planner.io.files.decoding import FORBIDDEN
from planner.io.results.result_tables import kind_of, layout_of, read_table, write_table

HOSTILE = (
    '=HYPERLINK("http://x")',
    "@SUM(A1:A9)",
    "-1+1",
    "+86 10",
    "=1+1",
    "'=1+1",
    "''=x",
    "'",
    "'quoted'",
    "\ttab first",
    "tab\tinside",
    'say "hi"',
    '"',
    "a,b;c",
    "two\nlines",
    "<script>alert(1)</script>",
    "</script><!--",
    "$x^2$",
    r"\frac{1}{2} \n",
    "${name:value://x}",
    "%s %d {0}",
    "'; SELECT 1; --",
    "NA",
    "nan",
    "010101",
    "1e5",
    "true",
    "🏭⚡",
    "مركز البيانات",
    "  spaces  ",
    "é",
    "数据中心·一",
    "../../x/y",
    "|app'topic'!A0",
)
FIRST = "=+-@\t\r"
PRINTABLE = st.characters(exclude_categories=("Cs",)).filter(lambda letter: not FORBIDDEN.search(letter))


def written(table: pd.DataFrame, folder: Path) -> bytes:
    """Write a table and return the file's bytes."""
    write_table(table, folder / "table.csv")
    return (folder / "table.csv").read_bytes()


def returned(table: pd.DataFrame, folder: Path) -> pd.DataFrame:
    """Write a table and read it back."""
    gathering = Gathering(folder)
    result = read_table(written(table, folder), "table.csv", layout_of(table), gathering)
    gathering.finish()
    assert result is not None
    return result


def test_every_kind_of_column_comes_back_as_it_was(tmp_path: Path) -> None:
    """Proves that CSV loses nothing: a rounded float, a flag as text or an integer as float would show."""
    table = pd.DataFrame(
        {
            "site": ["010101", "NA", "true"],
            "load": [0.1 + 0.2, -0.0, math.nan],
            "far": [5e-324, 1.7976931348623157e308, math.inf],
            "modules": [3, 0, 2**62],
            "open": [True, False, True],
        }
    )
    result = returned(table, tmp_path)
    pd.testing.assert_frame_equal(result, table, check_exact=True)
    assert math.copysign(1, result["load"][1]) == -1


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(text: str, tmp_path: Path) -> None:
    """Proves that a name comes back letter by letter, and that no spreadsheet takes the cell for a formula.

    A guard that is not reversible, or one that forgets a sign, breaks it.
    """
    table = pd.DataFrame({"name": [text, "plain"], "value": [1.5, -2.0]})
    assert returned(table, tmp_path)["name"].tolist() == [text, "plain"]
    cells = pd.read_csv(tmp_path / "table.csv", dtype=str, keep_default_na=False)["name"]
    assert not cells[0].startswith(tuple(FIRST))


@given(numbers=st.lists(st.floats(), min_size=1, max_size=20))
def test_any_float_comes_back_the_same(tmp_path_factory: pytest.TempPathFactory, numbers: list[float]) -> None:
    """Proves the shortest round-trip form; any fixed number of digits would break it."""
    result = returned(pd.DataFrame({"value": numbers}), tmp_path_factory.mktemp("floats"))
    assert np.array_equal(result["value"].to_numpy(), np.array(numbers), equal_nan=True)


@given(words=st.lists(st.text(PRINTABLE).map(lambda text: unicodedata.normalize("NFC", text)), min_size=1, max_size=9))
def test_any_text_comes_back_the_same(tmp_path_factory: pytest.TempPathFactory, words: list[str]) -> None:
    """Proves that no quoting, guarding or line end touches what a cell says."""
    result = returned(pd.DataFrame({"name": words, "n": range(len(words))}), tmp_path_factory.mktemp("words"))
    assert result["name"].tolist() == words


def test_the_file_is_plain(tmp_path: Path) -> None:
    """Proves LF, UTF-8 without BOM, the shortest floats and an empty cell for NaN; pandas' own habits differ."""
    table = pd.DataFrame({"site": ["庆阳", "=x"], "load": [0.1, math.nan], "n": [1, 2]})
    assert written(table, tmp_path) == "site,load,n\n庆阳,0.1,1\n'=x,,2\n".encode()


def test_empty_tables_keep_their_columns(tmp_path: Path) -> None:
    """Proves that a table without rows comes back with its columns and their kinds; a sum over them stays a number."""
    table = pd.DataFrame({"site": pd.Series(dtype=str), "load": pd.Series(dtype=float), "x": pd.Series(dtype=object)})
    result = returned(table, tmp_path)
    pd.testing.assert_frame_equal(result, table)
    assert result["x"].sum() == 0


def test_columns_of_several_kinds_are_refused() -> None:
    """Proves that a column which could not be read back is an error, not a guess."""
    with pytest.raises(TypeError, match="mixed"):
        kind_of(pd.Series(["a", 1.5, None], name="mixed"))
    assert kind_of(pd.Series([1.5, None], dtype=object)) == "number"
    assert kind_of(pd.Series([1, 2], dtype=object)) == "integer"
    assert kind_of(pd.Series(["a", "b"], dtype="category")) == "text"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("site,load\ndelta,1.5\nhills", "the row has 1 cells"),
        ("site,load\ndelta,1.5\nhills,x\n", "row 3, column load, value 'x': not a number"),
        ("site,load\ndelta,1.5,7\n", "the row has 3 cells"),
        ("site,load\ndelta,1e5x\n", "row 2, column load, value '1e5x': not a number"),
        ("site,weight\ndelta,1.5\n", "the columns are not those of the run"),
        ("load,site\n1.5,delta\n", "the columns are not those of the run"),
        ("", "the file is empty"),
        ("site,load\n\0", "NUL"),
        ('site,load\n"delta,1.5\n', "a quote is opened"),
    ],
)
def test_torn_tables_are_named(text: str, problem: str, tmp_path: Path) -> None:
    """Proves that a file which is not what was written is refused with its place; pandas would shift or fill."""
    gathering = Gathering(tmp_path)
    layout = {"rows": 2, "columns": {"site": "text", "load": "number"}}
    assert read_table(text.encode(), "tables/x.csv", layout, gathering) is None or gathering.faults
    with pytest.raises(InvalidInputError, match=r"tables/x\.csv") as caught:
        gathering.finish()
    assert problem in str(caught.value)


@pytest.mark.parametrize("cell", ["1.5", "", "9223372036854775808", "many"])
def test_whole_numbers_stay_whole(cell: str, tmp_path: Path) -> None:
    """Proves that what is no 64-bit integer is named, not rounded."""
    gathering = Gathering(tmp_path)
    layout = {"rows": 1, "columns": {"site": "text", "n": "integer"}}
    read_table(f"site,n\ndelta,{cell}\n".encode(), "x.csv", layout, gathering)
    with pytest.raises(InvalidInputError, match=r"row 2, column n.*: not a whole number"):
        gathering.finish()


def test_wide_tables_are_parquet_as_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves that beyond the limit the same rows stand in a Parquet file beside the CSV."""
    pytest.importorskip("pyarrow")
    monkeypatch.setattr("planner.io.results.result_tables.WIDE", 2)
    table = pd.DataFrame({"site": ["a", "b", "c"], "load": [1.0, 2.0, 3.0]})
    write_table(table, tmp_path / "table.csv")
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "table.parquet"), table)
