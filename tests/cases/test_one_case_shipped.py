"""One stage and one future, named, are the plan without a name: the shipped scenarios, to the last digit."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

import planner
from planner.io.read.write import write_scenario
from tests.here import planned
from tests.shipped import SCENARIOS, read_shipped

if TYPE_CHECKING:
    from pathlib import Path

    from planner.scenario.scenario import Scenario

QUICK = {"tiny": 2, "national-2025": 1, "national-2025-local": 1, "national-2025-network": 1}
OTHERS = {"national-2025-hourly": 24, "national-2025-east": 24, "national-2025-hubs": 24, "national-2025-secure": 24,
          "zhongwei-24-7": 48, "zhongwei-direct": 8760}  # fmt: skip
"""Scenarios that take longer, each with the timesteps it is solved for: ``PLANNER_SHIPPED=1`` tries them too."""
LEFT_OUT = {"national-2025-year", "national-2030", "national-2030-uncertain"}
"""The whole year, which is too large for a test, and those that have years of their own."""
SHIPPED = QUICK | (OTHERS if os.environ.get("PLANNER_SHIPPED") else {})


def in_one_case(scenario: Scenario, folder: Path) -> Scenario:
    """Return a scenario with one stage, of seven years, and one future."""
    write_scenario(scenario, folder / "base")
    named = folder / "named"
    named.mkdir()
    features = json.dumps([*scenario.features, "pathway", "uncertainty"])
    rate = "[parameters]\ndiscount_rate_social = 0.03\n"
    (named / "scenario.toml").write_text(f'extends = "../base"\nfeatures = {features}\n{rate}', encoding="utf-8")
    (named / "stage.csv").write_text("stage,year,stage_years\nlater,2031,7\n", encoding="utf-8")
    (named / "future.csv").write_text("future,probability\nonly,1\n", encoding="utf-8")
    return planner.read_scenario(named)


@pytest.mark.parametrize(("name", "steps"), SHIPPED.items())
def test_one_case_is_the_plan_of_today(name: str, steps: int, tmp_path: Path) -> None:
    """A shipped scenario in one stage and one future has the plan that it has without.

    Proves: objective, bound, every table and every shadow price are equal, not nearly so. Sensitivity: a factor for the
    stage's years, rows that tie a single case to itself, or another order of columns. ``national-2025-year`` is left
    out: 8,760 hours are too large for a test, and its rules are those of ``national-2025-hourly``.
    """
    scenario = read_shipped(name, tmp_path, steps)
    alone, named = planned(scenario), planned(in_one_case(scenario, tmp_path / "case"))
    assert named.summary["objective"] == alone.summary["objective"]
    assert named.summary["bound"] == alone.summary["bound"]
    own = named.of_case(named.scenario.cases[0])
    assert set(own.tables) == set(alone.tables)
    for table, rows in alone.tables.items():
        assert own.tables[table].to_csv() == rows.to_csv(), table
    assert own.shadow_prices.to_csv() == alone.shadow_prices.to_csv()


def test_every_shipped_scenario_is_tried_or_left_out() -> None:
    """Proves that a scenario that is shipped later is not forgotten here. Sensitivity: one that stands in no list."""
    shipped = {path.parent.name for path in SCENARIOS.glob("*/scenario.toml")}
    assert QUICK.keys() | OTHERS.keys() | LEFT_OUT == shipped
