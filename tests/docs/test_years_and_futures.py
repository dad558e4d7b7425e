"""The page on years and futures: its files are a scenario, and each case has the values that the page says."""

from __future__ import annotations

import shutil

import pytest

import planner
from planner.scenario.scenario import Scenario
from tests.docs.pages import ROOT, blocks, tables

PAGE = "docs/how-to/years-and-futures.md"
FILE = "file: "


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    """Return the scenario that the page's files are."""
    root = tmp_path_factory.mktemp("scenarios")
    shutil.copytree(ROOT / "scenarios/tiny", root / "tiny")
    folder = root / "tiny-2035"
    folder.mkdir()
    for block in blocks(PAGE):
        if block.note.startswith(FILE):
            (folder / block.note.removeprefix(FILE)).write_text(block.text, encoding="utf-8")
    return planner.read_scenario(folder)


def test_each_case_has_the_values_of_the_page(scenario: Scenario) -> None:
    """Proves each cell of the page's table, and that it has all cases in their order.

    Sensitivity: a word of the page that is not the planner's, a value that another way to give it overrules.
    """
    rows = tables(PAGE)["values"]
    assert [row[0] for row in rows] == [case.name for case in scenario.cases]
    for case, (_, *said) in zip(scenario.cases, rows, strict=True):
        year = case.scenario
        found = (
            year.series("pue")["qingpu", "day"],
            year.series("grid_power_price")["qingyang", "day"],
            year.number("carbon_price"),
            year.series("demand")["shanghai", "online"],
        )
        assert found == tuple(map(float, said)), case.name


def test_what_the_page_sets_holds_in_its_cases(scenario: Scenario) -> None:
    """Proves that the sets of the page reach the cases that they name, and no others.

    Sensitivity: a set of a stage in every stage.
    """
    for case in scenario.cases:
        shares = case.scenario.series("green_power_share_min")
        assert list(shares) == ([0.3, 0.8] if case.stage == "2035" else [0.2, 0.6])
        cost = case.scenario.series("module_cost")["qingpu", "general"]
        assert cost == (4e7 if case.future == "boom" else 3.6e7)


def test_lists_on_the_page_are_those_of_the_reader(scenario: Scenario) -> None:
    """Proves that what the page calls the same in all cases has no table by stage.

    Sensitivity: a membership that may differ by stage after all.
    """
    known = scenario.declarations.parameters
    for same in ("site.hub", "site.side", "member", "workload.compute_type", "module_size", "timestep_weight"):
        assert not known[same].is_by_case, same
