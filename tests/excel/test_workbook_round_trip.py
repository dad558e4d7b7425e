"""Folder → workbook → folder is the same scenario: shipped, random and hostile ones, to the last bit."""

from __future__ import annotations

import errno
import os
import struct
from pathlib import Path
from typing import NoReturn

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import planner
from planner.errors import CannotWriteError, InvalidInputError, UsageError
from planner.io.workbook.reading import read_workbook
from planner.io.workbook.sheet import Column, Sheet
from planner.io.workbook.tables import ROWS_MAX, write_workbook
from planner.pipeline.export import export_workbook
from tests.excel.books import exported, imported, returned
from tests.profiles.twenty_days import DAYS, STEPS, world
from tests.reliability.random_world import random_world
from tests.reliability.test_hostile_names import RUNS, hostile_world
from tests.shipped import SCENARIOS, read_shipped
from tests.test_cli import call
from tests.worlds import BASE

SHIPPED = sorted(path.parent.name for path in SCENARIOS.glob("*/scenario.toml"))
TEXT = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Cn", "Co")) | st.sampled_from("\n\t=+-@'_x005F_"), max_size=40
)


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_scenarios_return(name: str, tmp_path: Path) -> None:
    """Proves that every shipped scenario comes back with the same hash, sources, settings and empty cells included.

    Sensitivity: a table, a setting or a digit lost; ``source.csv`` left out. (The long ones shortened.)
    """
    scenario = read_shipped(name, tmp_path, 60)
    again = returned(scenario, tmp_path)
    assert again.content_hash == scenario.content_hash
    assert sorted(again.tables) == sorted(scenario.tables)
    assert again.settings == scenario.settings


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 100_000))
def test_random_scenarios_return(seed: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Proves the same of scenarios that keep to the schema and to nothing else: any features, gaps, magnitudes.

    Sensitivity: an integer taken for a flag, 1e-12 printed with 15 decimals, weights lost.
    """
    folder = tmp_path_factory.mktemp("random")
    try:
        scenario = random_world(seed).read(folder)
    except InvalidInputError:
        return
    assert returned(scenario, folder).content_hash == scenario.content_hash


@pytest.mark.parametrize("number", range(RUNS))
def test_hostile_names_return(number: int, tmp_path: Path) -> None:
    """Proves that formulas, apostrophes, spaces, ``NA``, ``007``, emoji and Chinese come back as they were.

    Sensitivity: a text that is taken for a number, an escape taken off twice, a space trimmed.
    """
    scenario = hostile_world(number).read(tmp_path)
    again = returned(scenario, tmp_path)
    assert again.content_hash == scenario.content_hash
    for name, table in scenario.tables.items():
        for column in table.columns:
            pairs = zip(again.tables[name][column], table[column], strict=True)
            assert all(found == meant or float(found) == float(meant) for found, meant in pairs), (name, column)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    texts=st.lists(TEXT.filter(bool), min_size=1, max_size=30),
    numbers=st.lists(st.floats(allow_nan=False, allow_infinity=False), max_size=30),
)
def test_cells_return(texts: list[str], numbers: list[float], tmp_path_factory: pytest.TempPathFactory) -> None:
    """Proves that any text and any float comes out of a sheet as it went in, bit for bit.

    Sensitivity: 16 digits for a float of 17; ``_x005F_`` in a text; a tab or a line feed lost.
    """
    book = tmp_path_factory.mktemp("cells") / "book.xlsx"
    length = max(len(texts), len(numbers))
    rows = [(texts[i] if i < len(texts) else "", numbers[i] if i < len(numbers) else None) for i in range(length)]
    write_workbook(book, [Sheet("cells", [Column("text"), Column("number", kind="number")], rows)])
    [sheet] = read_workbook(book)
    for place, (text, number) in enumerate(rows, 5):
        cells = sheet.rows.get(place, {})
        assert cells.get(2, "") == text
        assert (3 in cells) == (number is not None)
        if number is not None:
            assert struct.pack("d", float(cells[3])) == struct.pack("d", number + 0.0 if number else float(cells[3]))  # type: ignore[arg-type]


def test_long_numbers_stand_as_text(tmp_path: Path) -> None:
    """Proves that a number of more than 15 digits is text in the workbook of a scenario, and comes back to the bit.

    Some programs save 15 digits. Sensitivity: a number cell for 0.1 + 0.2.
    """
    scenario = BASE.with_cells("site", "grid_power_price", {"shanghai": 700 + 1 / 3}).read(tmp_path)
    book = exported(scenario, tmp_path / "book.xlsx")
    cells = [
        cell
        for sheet in read_workbook(book)
        if sheet.name == "site"
        for row in sheet.rows.values()
        for cell in row.values()
    ]
    assert repr(700 + 1 / 3) in cells
    imported(book, tmp_path / "again")
    assert planner.read_scenario(tmp_path / "again").content_hash == scenario.content_hash


def test_weights_and_choices_return(tmp_path: Path) -> None:
    """Proves that a weighted objective, named choices and options of the solver come back.

    Sensitivity: ``weights`` written as a word; a flag of the solver as text.
    """
    world = BASE.replaced(
        minimise={"cost": 1, "emissions": 12.5}, solver={"name": "highs", "tie_break": False, "seed": 7}
    )
    scenario = world.read(tmp_path)
    again = returned(scenario, tmp_path)
    assert again.settings == scenario.settings
    assert again.content_hash == scenario.content_hash


def test_what_no_sheet_holds_is_refused(tmp_path: Path) -> None:
    """Proves that text beyond 32,767 characters and a table beyond 1,048,576 rows are errors, and leave nothing.

    Sensitivity: a text cut by the library, which only warns; rows that fall off the end of the sheet.
    """
    book = tmp_path / "book.xlsx"
    with pytest.raises(InvalidInputError, match="the text has 40,000 characters"):
        write_workbook(book, [Sheet("long", [Column("note")], [("x" * 40_000,)])])
    with pytest.raises(InvalidInputError, match="a sheet holds 1,048,572"):
        write_workbook(book, [Sheet("tall", [Column("note")], [("x",)] * (ROWS_MAX + 1))])
    with pytest.raises(CannotWriteError):
        write_workbook(tmp_path / "nowhere" / "book.xlsx", [Sheet("a", [Column("note")], [])])
    assert not list(tmp_path.iterdir())


def test_a_target_is_never_lost(tmp_path: Path) -> None:
    """Proves that an import replaces a scenario only with ``force``, and never a folder with anything else in it.

    Sensitivity: a README removed with the folder; a table of the old scenario left in the new one.
    """
    scenario = BASE.read(tmp_path)
    book = exported(scenario, tmp_path / "book.xlsx")
    target = BASE.with_rows("hub", [{"hub": name} for name in ("delta", "north", "gansu")]).write(tmp_path / "old")
    before = {path.name: path.read_bytes() for path in target.iterdir()}
    with pytest.raises(UsageError, match="exists already"):
        imported(book, target)
    (target / "README.md").write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError, match=r"README\.md"):
        imported(book, target, force=True)
    (target / "README.md").unlink()
    assert {path.name: path.read_bytes() for path in target.iterdir()} == before
    imported(book, target, force=True)
    assert planner.read_scenario(target).content_hash == scenario.content_hash
    assert sorted(path.name for path in tmp_path.iterdir()) == ["book.xlsx", "old", "world"]
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError, match="no folder"):
        imported(book, tmp_path / "file", force=True)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "photo.png").write_bytes(b"x")
    with pytest.raises(UsageError, match=r"photo\.png"):
        imported(book, tmp_path / "mine", force=True)


def test_a_replacement_that_fails_leaves_the_old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves that where the disk fails, the old scenario stands and nothing lies beside it; two renames do for an exchange.

    Sensitivity: the old folder removed before the new one is in place.
    """
    book = exported(BASE.read(tmp_path), tmp_path / "book.xlsx")
    target = BASE.with_rows("hub", [{"hub": name} for name in ("delta", "north", "gansu")]).write(tmp_path / "old")
    old, new = (planner.read_scenario(folder).content_hash for folder in (target, tmp_path / "world"))
    monkeypatch.setattr("planner.io.results.run_folder.exchange", refused)
    with pytest.raises(CannotWriteError, match="untouched"):
        imported(book, target, force=True)
    assert planner.read_scenario(target).content_hash == old
    assert sorted(path.name for path in tmp_path.iterdir()) == ["book.xlsx", "old", "world"]
    monkeypatch.setattr("planner.io.results.run_folder.exchange", lambda *_: False)
    imported(book, target, force=True)
    assert planner.read_scenario(target).content_hash == new != old
    assert sorted(path.name for path in tmp_path.iterdir()) == ["book.xlsx", "old", "world"]


def refused(*paths: Path) -> NoReturn:
    """Fail as a disk does."""
    raise OSError(errno.EIO, os.strerror(errno.EIO), str(paths[0]))


def test_the_full_year_goes_with_its_days(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves that a scenario which chooses days goes into the workbook with its whole year, and comes back the same.

    Sensitivity: the chosen days exported in its place, so that an import over the folder loses the year.
    """
    folder = world().write(tmp_path / "world")
    toml = folder / "scenario.toml"
    toml.write_text(toml.read_text(encoding="utf-8").replace("[time]\n", "[time]\nrepresentative_days = 4\n"), "utf-8")
    export_workbook(folder, tmp_path / "year.xlsx")
    again = tmp_path / "again"
    assert call(monkeypatch, "import", tmp_path / "year.xlsx", again) == 0
    for changes in ([], ["time.representative_days="]):
        assert planner.read_scenario(again, changes).content_hash == planner.read_scenario(folder, changes).content_hash
    assert len(planner.read_scenario(again, ["time.representative_days="]).sets["timestep"]) == DAYS * STEPS
