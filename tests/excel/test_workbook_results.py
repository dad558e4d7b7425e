"""The results of a run as a workbook: every number of its tables, with names and units."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from planner.errors import InvalidInputError, UsageError
from planner.io.results.results import Results
from planner.io.workbook.results import NAMES, SUMMARY, result_book
from planner.io.workbook.sheet import Page, Sheet
from planner.io.workbook.tables import HEADINGS
from planner.language import written
from planner.pipeline.export import export_workbook
from planner.pipeline.run import run_and_write
from planner.views.words import word
from tests.algebra import RICH, YEARLY
from tests.excel.books import faults_of
from tests.worlds import BASE

WORLDS = {"core": BASE, "rich": RICH}


@pytest.fixture(scope="module")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> tuple[Results, Path]:
    """Return a finished run and its folder."""
    folder = tmp_path_factory.mktemp("run")
    return run_and_write(BASE.read(folder), folder / "run", drawn=False)


def test_every_number_is_there(run_folder: tuple[Results, Path], tmp_path: Path) -> None:
    """Proves that each result table, the shadow prices and the summary stand in the workbook, to the last digit.

    Sensitivity: a column left out, a number rounded for its looks.
    """
    results, folder = run_folder
    book = tmp_path / "results.xlsx"
    told = export_workbook(folder, book)
    assert str(folder) in told
    frames = pd.read_excel(book, sheet_name=None, skiprows=range(1, HEADINGS), keep_default_na=False)
    assert results.ranging is not None
    beside = {"shadow_prices": results.shadow_prices, "ranging": results.ranging}
    for name, table in {**results.tables, **beside}.items():
        sheet = frames[name].drop(columns="#")
        assert list(sheet.columns) == list(table.columns), name
        for column in table.columns:
            for found, meant in zip(sheet[column], table[column], strict=True):
                assert found == meant or (pd.isna(meant) and found == ""), (name, column)
    summary = dict(zip(frames[SUMMARY]["quantity"], frames[SUMMARY]["value"], strict=True))
    assert summary["objective"] == results.summary["objective"]
    assert summary["costs.grid_power"] == results.summary["costs"]["grid_power"]
    assert "沿海" in set(frames[NAMES]["name_zh"])
    opened = openpyxl.load_workbook(book)
    for page in opened:
        assert all(
            cell.data_type in {"s", "n", "b"} and cell.hyperlink is None for row in page.iter_rows() for cell in row
        )


@pytest.mark.parametrize("name", WORLDS)
def test_every_number_has_a_unit_and_a_name(name: str, tmp_path: Path) -> None:
    """Proves that each column of numbers of the result tables has its unit, and each column a Chinese name.

    Sensitivity: a new result column without either; a quantity of the summary without a unit.
    """
    results = WORLDS[name].solve(tmp_path)
    book = result_book(results, word)
    for sheet in book.sheets:
        if isinstance(sheet, Page) or sheet.name in {SUMMARY, NAMES}:
            continue
        for column in sheet.columns:
            has_unit_by_row = sheet.name in {"shadow_prices", "ranging"}
            assert column.kind not in {"number", "integer"} or column.unit or has_unit_by_row, (sheet.name, column.name)
            assert re.search("[\u4e00-\u9fff]", getattr(column.label, "zh", "")) or column.name == "pue", column.name
    [summary] = [sheet for sheet in book.sheets if sheet.name == SUMMARY]
    assert isinstance(summary, Sheet)
    for quantity, zh, en, value, unit in summary.rows:
        assert unit or not isinstance(value, int | float), quantity
        assert zh
        assert en


def test_both_worlds_have_every_feature() -> None:
    """Proves that the test of units sees the tables of every feature of a year.

    Sensitivity: a feature added that no world here lists.
    """
    listed = {feature for world in WORLDS.values() for feature in world.features}
    assert listed == set(YEARLY)


def test_a_table_too_long_is_left_out_and_said(
    run_folder: tuple[Results, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Proves that a table of more rows than a sheet holds is left out whole, and named in the notes.

    Sensitivity: a table that is cut: its sum would be wrong without a word.
    """
    results, _ = run_folder
    monkeypatch.setattr("planner.io.workbook.results.ROWS_MAX", len(results.tables["allocation"]) - 1)
    book = result_book(results, word)
    assert "allocation" not in [sheet.name for sheet in book.sheets]
    assert any("tables/allocation.csv" in note for note in book.notes)
    page = book.sheets[0]
    assert isinstance(page, Page)
    assert any("tables/allocation.csv" in str(cell) for _, cells in page.lines for cell in cells)


def test_what_cannot_be_exported_is_said(run_folder: tuple[Results, Path], tmp_path: Path) -> None:
    """Proves that no scenario, another suffix, a workbook that stands there and --set of a run are usage errors.

    Sensitivity: a workbook with a day's edits replaced without a word.
    """
    _, folder = run_folder
    book = tmp_path / "book.xlsx"
    with pytest.raises(UsageError, match="name the scenario"):
        export_workbook(None, book)
    with pytest.raises(UsageError, match="ends in"):
        export_workbook(folder, tmp_path / "book.xls")
    with pytest.raises(UsageError, match="--set"):
        export_workbook(folder, book, ["objective.minimise=cost"])
    assert not book.exists()
    book.write_bytes(b"mine")
    with pytest.raises(UsageError, match="exists already"):
        export_workbook(folder, book)
    assert book.read_bytes() == b"mine"
    export_workbook(folder, book, force=True)
    assert openpyxl.load_workbook(book).sheetnames[1] == SUMMARY
    with pytest.raises(InvalidInputError):
        export_workbook(tmp_path / "nowhere", tmp_path / "other.xlsx")


def test_a_changed_run_is_refused(run_folder: tuple[Results, Path], tmp_path: Path) -> None:
    """Proves that results are exported only as the run wrote them.

    Sensitivity: a table changed by hand sent around as a plan.
    """
    results, _ = run_folder
    _, folder = run_and_write(dataclasses.replace(results.scenario), tmp_path / "run", drawn=False)
    path = folder / "tables" / "cost.csv"
    path.write_bytes(path.read_bytes().replace(b"1", b"2"))
    with pytest.raises(InvalidInputError, match="not the file that the run wrote"):
        export_workbook(folder, tmp_path / "results.xlsx")


def test_results_are_no_scenario(run_folder: tuple[Results, Path], tmp_path: Path) -> None:
    """Proves that a workbook of results is refused with one fault that says what it is.

    Sensitivity: a fault for each of its twenty sheets, and no word of the cause.
    """
    export_workbook(run_folder[1], tmp_path / "results.xlsx")
    [fault] = faults_of(tmp_path / "results.xlsx", tmp_path)
    assert "results of a run" in written(fault.problem)
    assert "RUN/scenario" in written(fault.remedy)
