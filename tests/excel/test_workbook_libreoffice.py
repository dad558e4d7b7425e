"""Another program opens the workbook, saves it again, and it still is the same scenario."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

import planner
from tests.excel.books import exported, imported
from tests.reliability.test_hostile_names import hostile_world
from tests.shipped import SCENARIOS, read_shipped

SOFFICE = shutil.which("soffice")
# Half a gigabyte that no test but these needs: run where it is installed, and by hand before a release.
pytestmark = pytest.mark.skipif(SOFFICE is None, reason="LibreOffice (soffice) is not installed")
SHIPPED = sorted(path.parent.name for path in SCENARIOS.glob("*/scenario.toml"))


def saved_again(book: Path, folder: Path) -> Path:
    """Let LibreOffice open a workbook and save it as a new one; a file that it must repair ends in an error."""
    assert SOFFICE is not None
    command = [SOFFICE, f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--convert-to", "xlsx"]
    environment = {**os.environ, "HOME": str(folder)}
    subprocess.run(
        [*command, "--outdir", str(folder / "saved"), str(book)],
        check=True,
        capture_output=True,
        timeout=300,
        env=environment,
    )
    return folder / "saved" / book.name


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_scenarios_survive(name: str, tmp_path: Path) -> None:
    """Proves that LibreOffice opens the workbook of every shipped scenario and saves the same scenario.

    Sensitivity: flags as flags, of which it makes formulas; numbers of more than 15 digits as numbers. (Long ones
    shortened.)
    """
    scenario = read_shipped(name, tmp_path, 24)
    book = exported(scenario, tmp_path / "book.xlsx")
    imported(saved_again(book, tmp_path), tmp_path / "again")
    assert planner.read_scenario(tmp_path / "again").content_hash == scenario.content_hash


def test_hostile_names_and_long_numbers_survive(tmp_path: Path) -> None:
    """Proves the same of names that look like formulas and of a number of 17 digits.

    Sensitivity: 15 digits saved of 17; an apostrophe taken off.
    """
    world = hostile_world(0).with_parameters(carbon_price=0.1 + 0.2).with_cells("site", "pue", {"*": 1 + 1 / 3})
    scenario = world.read(tmp_path)
    book = exported(scenario, tmp_path / "book.xlsx")
    imported(saved_again(book, tmp_path), tmp_path / "again")
    assert planner.read_scenario(tmp_path / "again").content_hash == scenario.content_hash
