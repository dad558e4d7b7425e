"""The national scenario and the one in which nothing leaves its province, each run once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import planner
from planner.pipeline.run import run_and_write
from planner.studies.compare.differences.comparison import Comparison, compare_runs
from planner.studies.compare.differences.run import Run
from tests.docs.pages import ROOT

if TYPE_CHECKING:
    from pathlib import Path

NATIONAL = ("national-2025", "national-2025-local")


@pytest.fixture(scope="session")
def national_folders(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Return the run folders of the two national scenarios."""
    place = tmp_path_factory.mktemp("national")
    return [
        run_and_write(planner.read_scenario(ROOT / "scenarios" / name), place / name, drawing={})[1]
        for name in NATIONAL
    ]


@pytest.fixture(scope="session")
def national(national_folders: list[Path]) -> Comparison:
    """Return the local scenario beside the national one."""
    runs = [Run(folder.name, planner.read_results(folder), str(folder)) for folder in national_folders]
    return compare_runs(*runs)
