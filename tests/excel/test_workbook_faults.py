"""What a user does to a workbook: edits that count, and slips that are named with sheet, row and column."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

import planner
from planner.errors import InvalidInputError
from planner.io.workbook.draft import draft_of
from planner.io.workbook.reading import RawSheet, _is_cell
from planner.io.workbook.readme import DICTIONARY, README
from planner.language import speak, written
from planner.models.declarations import declarations
from planner.scenario.scenario import Scenario
from planner.scenario.schema import schema_of
from tests.excel.books import FIRST_ROW, changed, column_of, exported, faults_of, imported
from tests.worlds import BASE

NAMES = {"shanghai": "青浦集群", "hebei": "张家口集群", "gansu": "庆阳集群"}
WORLD = BASE.with_cells("workload", "indivisible", {"online": "true", "training": "false"}).with_cells(
    "site", "name_zh", NAMES
)
SHANGHAI = 3
"""Place of the site in canonical order, from 1: gansu, hebei, shanghai."""


@pytest.fixture
def scenario(tmp_path: Path) -> Scenario:
    """Return the scenario that the workbook holds."""
    return WORLD.read(tmp_path)


@pytest.fixture
def book(scenario: Scenario, tmp_path: Path) -> Path:
    """Return its workbook."""
    return exported(scenario, tmp_path / "book.xlsx")


def at(book: Path, sheet: str, name: str, place: int = 1) -> tuple[str, str]:
    """Return the sheet and address of the n-th row of a column."""
    return sheet, f"{column_of(book, sheet, name)}{FIRST_ROW - 1 + place}"


def setting(book: Path, key: str) -> tuple[str, str]:
    """Return the address of the value of a setting."""
    page = openpyxl.load_workbook(book)["scenario"]
    [row] = [row for row in range(FIRST_ROW, page.max_row + 1) if page.cell(row, 3).value == key]
    return "scenario", f"D{row}"


def edit(book: Path, cells: dict[tuple[str, str], Any], folder: Path) -> Scenario:
    """Change cells and import the workbook."""
    imported(changed(book, cells), folder / "edited")
    return planner.read_scenario(folder / "edited")


def test_edits_count(book: Path, tmp_path: Path) -> None:
    """Proves that a number, a flag, a name, a scalar, an emptied cell and a new row reach the scenario.

    Sensitivity: a row appended below the headings' range that is not read; a flag that stays text.
    """
    last = FIRST_ROW + 3
    cells = {
        at(book, "site", "pue", SHANGHAI): 1.4375,
        at(book, "site", "name_zh", SHANGHAI): "青浦",
        at(book, "site", "emission_factor", 1): None,
        at(book, "site", "emission_factor", 2): "0.5",
        at(book, "workload", "indivisible"): False,
        setting(book, "carbon_price"): 77,
        setting(book, "emissions_max"): 5e9,
        at(book, "site", "name_zh", 1): "'=not a formula",
    }
    cells[at(book, "site", "emission_factor", 1)] = 0.25
    for name, value in {
        "site": "new",
        "longitude": 100,
        "latitude": 30,
        "pue": 1.1,
        "grid_power_price": 300,
        "emission_factor": 0.1,
        "side": "west",
    }.items():
        cells["site", f"{column_of(book, 'site', name)}{last}"] = value
    edited = edit(book, cells, tmp_path)
    assert edited.given["pue"]["shanghai"] == 1.4375  # type: ignore[index]
    assert edited.labels("site", "zh")["shanghai"] == "青浦"
    assert list(edited.given["emission_factor"].reindex(["gansu", "hebei", "new"])) == [0.25, 0.5, 0.1]  # type: ignore[union-attr]
    assert not edited.series("indivisible").any()
    assert (edited.scalar("carbon_price"), edited.scalar("emissions_max")) == (77, 5e9)
    assert edited.labels("site", "zh")["gansu"] == "'=not a formula"


def test_what_is_for_people_is_not_read(book: Path, scenario: Scenario, tmp_path: Path) -> None:
    """Proves that renamed Chinese headings, notes of one's own, a hidden and a moved sheet change nothing.

    Row 1 rules. Sensitivity: a heading of rows 2 to 4 read as data; a note's column taken for a parameter.
    """
    opened = openpyxl.load_workbook(book)
    site = opened["site"]
    site["B2"], site["C3"] = "站点", "any name"
    free = site.max_column + 1
    site.cell(1, free).value, site.cell(6, free).value = "#备注", "问过中卫"
    opened.create_sheet("#草稿")["A1"] = "=1+1"
    opened[README]["A1"] = "=1+1"
    opened[DICTIONARY]["A1"] = "=1+1"
    opened["region"].sheet_state = "hidden"
    opened.move_sheet("site", -2)
    opened.save(book)
    told = imported(book, tmp_path / "again")
    assert planner.read_scenario(tmp_path / "again").content_hash == scenario.content_hash
    assert [written(note) for note in told.notes] == ["the hidden sheet region is read too"]


SLIPS: dict[str, tuple[tuple[str, str, int], Any, str, str]] = {
    "formula": (("site", "pue", 1), "=1+0.2", "holds a formula", ""),
    "text for a number": (("site", "pue", 1), "1,234", "thousands", ""),
    "percentage": (("site", "pue", 2), "120%", "percentage", ""),
    "error": (("site", "pue", 1), "#REF!", "error of the spreadsheet", ""),
    "date": (("site", "name_zh", 1), dt.datetime(2025, 1, 2), "made a date", "2025"),  # noqa: DTZ001 - as Excel has it
    "flag": (("site", "pue", 3), True, "TRUE or FALSE stands where", ""),
    "fraction in an id": (("site", "site", 1), 1.5, "a number stands where text belongs", ""),
    "range": (("site", "longitude", 1), 200, "out of range", ""),
    "reference": (("workload", "compute_type", 1), "generl", "", "general"),
    "two keys": (("site", "site", 2), "gansu", "the key stands twice, first in row 5", ""),
}


@pytest.mark.parametrize("name", SLIPS)
def test_slips_are_named_where_they_stand(name: str, book: Path, tmp_path: Path) -> None:
    """Proves that each is one fault that names sheet, row and column of the workbook.

    Sensitivity: the row of the CSV in between; the value of a formula that was cached.
    """
    (sheet, column, place), value, problem, hint = SLIPS[name]
    faults = faults_of(changed(book, {at(book, sheet, column, place): value}), tmp_path)
    fault = next(fault for fault in faults if fault.row == FIRST_ROW - 1 + place and fault.column == column)
    assert written(fault.file) == f"book.xlsx, sheet {sheet}"
    assert problem in written(fault.problem)
    assert hint in str(fault)


def test_percentages_count_where_they_are_shares(book: Path, tmp_path: Path) -> None:
    """Proves that 90 % typed into a share is 0.9, and that a price shown as a percentage is a fault.

    Sensitivity: 70,000 % read as 700 CNY/MWh: the user may have typed 700 and Excel made 7 of it.
    """
    opened = openpyxl.load_workbook(book)
    share, price = (
        opened[sheet][address]
        for sheet, address in (at(book, "site", "utilisation_max"), at(book, "site", "grid_power_price"))
    )
    share.value, share.number_format = 0.8125, "0%"
    opened.save(book)
    imported(book, tmp_path / "again")
    assert planner.read_scenario(tmp_path / "again").given["utilisation_max"]["gansu"] == 0.8125
    price.value, price.number_format = 7, "0.0%"
    opened.save(book)
    [fault] = faults_of(book, tmp_path)
    assert "shown as a percentage" in written(fault.problem)
    assert (fault.row, fault.column) == (FIRST_ROW, "grid_power_price")


def test_numbers_in_text_are_noted(book: Path, tmp_path: Path) -> None:
    """Proves that whole numbers among the ids are taken as their digits, and said: a zero may be lost.

    Sensitivity: ``101.0`` as an id; no word of it.
    """
    cells = {at(book, "site", "province", place): 101 for place in (1, 2)}
    told = imported(changed(book, cells), tmp_path / "again")
    assert list(planner.read_scenario(tmp_path / "again").tables["site"]["province"])[:2] == ["101", "101"]
    [note] = told.notes
    assert "column province: 2 numbers are taken as text" in note


def put(sheet: str, address: str, value: Any) -> Callable[[Any], None]:
    """Return what writes a cell."""

    def write(opened: Any) -> None:
        opened[sheet][address] = value

    return write


def retitle(opened: Any) -> None:
    """Give a sheet a name with a slip."""
    opened["region"].title = "regoin"


def misspell(opened: Any) -> None:
    """Give a column a name with a slip."""
    [heading] = [cell for cell in opened["site"][1] if cell.value == "pue"]
    heading.value = "peu"


def scribble(opened: Any) -> None:
    """Write a note below no heading."""
    opened["site"].cell(FIRST_ROW, opened["site"].max_column + 1).value = "问过中卫"


def repeat(opened: Any) -> None:
    """Let a setting stand twice."""
    opened["scenario"]["C8"] = opened["scenario"]["C7"].value


BROKEN: dict[str, tuple[Callable[[Any], object], str, str]] = {
    "sheet": (retitle, "unknown sheet", "region"),
    "settings": (lambda opened: opened.remove(opened["scenario"]), "the sheet scenario is missing", "excel.md"),
    "column": (misspell, "unknown column", "pue"),
    "twice": (put("site", "D1", "site"), "the column stands twice", "keep one"),
    "number": (put("site", "D1", 7), "is no text", "name of the column"),
    "nameless": (scribble, "below no heading", "#"),
    "marks": (lambda opened: opened["site"].delete_cols(1), "the column # is missing", "中文"),
    "marked": (put("site", "A6", "问过中卫"), "holds text beside data", "#note"),
    "merged": (lambda opened: opened["site"].merge_cells("C5:C6"), "C5:C6 are merged", "unmerge"),
    "section": (put("scenario", "B7", "feature"), "unknown section", "features"),
    "setting": (put("scenario", "C5", "extends"), "unknown name", "title"),
    "nothing": (put("scenario", "C7", None), "the name is missing", "delete the row"),
    "setting twice": (repeat, "it stands twice, first in row 7", "keep one"),
    "feature": (put("scenario", "D7", "perhaps"), "neither TRUE nor FALSE", "write TRUE or FALSE"),
    "headings": (put("scenario", "D1", "#value"), "the column is missing", "row 1"),
    "own heading": (put("scenario", "E1", "unit"), "unknown column", "section"),
}


@pytest.mark.parametrize("how", BROKEN)
def test_broken_forms_are_named(how: str, book: Path, tmp_path: Path) -> None:
    """Proves that a renamed sheet, a lost heading, merged cells … are each said with a remedy.

    Sensitivity: rows of headings read as data once column ``#`` is gone; a merged cell read as empty.
    """
    damage, problem, remedy = BROKEN[how]
    opened = openpyxl.load_workbook(book)
    damage(opened)
    opened.save(book)
    fault = next(fault for fault in faults_of(book, tmp_path) if problem in written(fault.problem))
    assert remedy in written(fault.remedy)


def test_faults_of_settings_name_their_row(book: Path, tmp_path: Path) -> None:
    """Proves that what the strict reader finds in the settings is told with the row of the sheet.

    Sensitivity: the line of a scenario.toml that the user never saw.
    """
    cells = {
        setting(book, "carbon_price"): -5,
        setting(book, "network_layer"): "optic",
        setting(book, "mip_gap"): 3,
        setting(book, "minimise"): "costs",
    }
    faults = faults_of(changed(book, cells), tmp_path)
    rows = {int(address[1:]) for _, address in cells}
    assert {fault.row for fault in faults} <= rows
    assert {written(fault.file) for fault in faults} == {"book.xlsx, sheet scenario"}
    weighted = changed(book, {setting(book, "minimise"): "weights", setting(book, "mip_gap"): 0.001})
    changed(weighted, {setting(book, "carbon_price"): 5, setting(book, "network_layer"): "optical"})
    [fault] = faults_of(weighted, tmp_path)
    assert "all weights are 0" in written(fault.problem)
    stray = {setting(book, "minimise"): "cost", ("scenario", f"D{int(setting(book, 'minimise')[1][1:]) + 1}"): 2}
    [fault] = faults_of(changed(book, stray), tmp_path)
    assert "no weights are minimised" in written(fault.problem)


def test_faults_speak_chinese(book: Path, tmp_path: Path) -> None:
    """Proves that a fault of a workbook is told in Chinese too.

    Sensitivity: a sentence that is said in one language only.
    """
    changed(book, {at(book, "site", "pue"): "=1+1"})
    speak("zh")
    try:
        [fault] = faults_of(book, tmp_path)
        line = str(fault)
    finally:
        speak("en")
    assert "book.xlsx 工作表 site" in line
    assert "单元格是公式" in line
    assert "选择性粘贴" in line


def test_a_sheet_that_stands_twice_is_a_fault() -> None:
    """Proves that of two sheets of one name neither is taken for the other, nor a number longer than any float.

    Sensitivity: the last of two sheets winning without a word; a whole number of 400 digits that ends the import with
    an error of Python's.
    """
    sheet = RawSheet("region", is_hidden=False, rows={1: {1: "#", 2: "region"}, 5: {2: "a"}})
    with pytest.raises(InvalidInputError, match="the sheet stands twice"):
        draft_of([sheet, sheet], schema_of(declarations()), "book.xlsx")
    assert _is_cell(10**15)
    assert not _is_cell(10**400)
