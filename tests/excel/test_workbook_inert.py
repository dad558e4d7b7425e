"""A workbook is plain data: nothing in it calculates, links or runs, and a planner finds the way through it."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import openpyxl
import pytest

from planner.io.workbook.looks import number_format
from planner.io.workbook.meaning import default_of, told
from planner.io.workbook.readme import DICTIONARY, README
from planner.io.workbook.tables import HEADINGS, ROW_MARKS
from planner.language import rendered
from planner.models.declarations import declarations
from tests.excel.books import column_of, exported
from tests.reliability.test_hostile_names import RUNS, hostile_world
from tests.shipped import SCENARIOS, read_shipped
from tests.worlds import BASE

PARTS = re.compile(
    r"\[Content_Types\]\.xml|_rels/\.rels|docProps/(app|core)\.xml|xl/(workbook|styles|sharedStrings|theme/theme1)\.xml|"
    r"xl/_rels/workbook\.xml\.rels|xl/worksheets/(_rels/)?sheet\d+\.xml(\.rels)?|xl/comments\d+\.xml|xl/drawings/vmlDrawing\d+\.vml"
)


@pytest.mark.parametrize("number", range(RUNS))
def test_formulas_in_names_are_inert(number: int, tmp_path: Path) -> None:
    """Proves that no cell of a workbook of hostile names is a formula, and that it has no link and nothing that runs.

    Sensitivity: a library's default, which makes a formula of ``=1+1`` and a link of ``http://x``.
    """
    book = exported(hostile_world(number).read(tmp_path), tmp_path / "book.xlsx")
    with zipfile.ZipFile(book) as archive:
        for name in archive.namelist():
            text = archive.read(name).decode()
            assert PARTS.fullmatch(name), name
            if name.startswith("xl/worksheets/sheet"):
                assert not re.search(r"<f[ >]|<hyperlink|<oleObject|externalReference", text)
            assert 'TargetMode="External"' not in text
    opened = openpyxl.load_workbook(book)
    for page in opened:
        for row in page.iter_rows():
            assert {cell.data_type for cell in row} <= {"s", "n"}, page.title
            assert all(cell.hyperlink is None for cell in row)


def test_headings_frozen_panes_and_notes(tmp_path: Path) -> None:
    """Proves the form of a sheet: names, Chinese, English and units above, in view, with the description as a note.

    Sensitivity: a unit that is left out; a heading that scrolls away; a column in one language.
    """
    book = exported(read_shipped("national-2025", tmp_path, 0), tmp_path / "book.xlsx")
    opened = openpyxl.load_workbook(book)
    assert opened.sheetnames[0] == README
    assert opened.sheetnames[-1] == DICTIONARY
    site = opened["site"]
    letters = column_of(book, "site", "grid_power_price")
    price = [site[f"{letters}{row}"].value for row in range(1, HEADINGS + 1)]
    assert price[0] == "grid_power_price"
    assert re.search("[\u4e00-\u9fff]", price[1])
    assert price[2].isascii()
    assert price[3] == "CNY/MWh"
    assert [site[f"A{row}"].value for row in range(2, HEADINGS + 1)] == list(ROW_MARKS)
    assert site.freeze_panes == "C5"
    note = site[f"{letters}1"].comment.text
    parameter = declarations().parameters["grid_power_price"]
    assert parameter.description.en in note
    assert parameter.description.zh in note
    assert site[f"{letters}5"].number_format.startswith("#,##0")
    assert site.column_dimensions[letters].width > 8


def test_drop_downs(tmp_path: Path) -> None:
    """Proves that references offer the ids of the other sheet, choices their words, flags TRUE and FALSE.

    Sensitivity: a list that points at another column, or at the headings.
    """
    world = BASE.with_cells("workload", "indivisible", {"*": "false"}).with_cells(
        "workload", "reach", {"*": "national"}
    )
    world = world.with_rows("hub", [{"hub": name} for name in ("delta", "north", "gansu")])
    book = exported(world.read(tmp_path), tmp_path / "book.xlsx")
    opened = openpyxl.load_workbook(book)

    def rule(sheet: str, name: str) -> str:
        letters = column_of(book, sheet, name)
        found = [each for each in opened[sheet].data_validations.dataValidation if f"{letters}5" in each.cells]
        return str(found[0].formula1)

    assert rule("site", "hub").startswith("OFFSET('hub'!$B$5,0,0,")
    assert rule("region_workload", "workload").startswith("OFFSET('workload'!$B$5,0,0,")
    assert rule("workload", "indivisible") == '"TRUE,FALSE"'
    assert rule("workload", "reach") == '"national,side,hub,province"'
    assert opened["hub"]["B5"].value in {"delta", "north", "gansu"}


@pytest.mark.parametrize("name", sorted(path.parent.name for path in SCENARIOS.glob("*/scenario.toml")))
def test_the_first_sheet_says_how_much_is_illustrative(name: str, tmp_path: Path) -> None:
    """Proves that the share of illustrative numbers stands on the first sheet of every shipped scenario, in both languages.

    Sensitivity: a workbook sent around whose estimates look like figures of a source.
    """
    scenario = read_shipped(name, tmp_path, 6)
    book = exported(scenario, tmp_path / "book.xlsx")
    page = openpyxl.load_workbook(book)[README]
    text = "\n".join(str(cell.value) for row in page.iter_rows() for cell in row if cell.value)
    assert ("illustrative" in text) == ("source" in scenario.tables)
    assert ("示意值" in text) == ("source" in scenario.tables)
    assert "planner import" in text


def test_every_declared_column_is_explained() -> None:
    """Proves that every parameter says in both languages what it is, what is allowed and what an empty cell means.

    Sensitivity: a description in one language only, which would stand twice.
    """
    for parameter in declarations().parameters.values():
        said = told(parameter)
        assert said.zh != said.en
        assert re.search("[\u4e00-\u9fff]", said.zh)
        assert rendered(default_of(parameter), "zh")


@pytest.mark.parametrize(
    ("cells", "form"),
    [
        ([1, 2500, None], "#,##0"),
        ([0.8, 1.25], "#,##0.00"),
        ([1 / 3, 2 / 3], "#,##0.0000"),
        ([1e5 / 3], "#,##0.0"),
        ([1e-9], "General"),
        ([1e300], "General"),
        ([], "#,##0"),
    ],
)
def test_numbers_show_the_decimals_they_have(cells: list[float | None], form: str) -> None:
    """Proves how numbers are shown: all decimals of short ones, a few of long ones, never 0 for what is small.

    Sensitivity: 0.25 shown as 0.
    """
    assert number_format(cells) == form
