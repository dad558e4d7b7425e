"""The shipped scenarios' answers; ``make golden`` accepts new ones when a change is meant."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

import planner
from tests.here import planned
from tests.shipped import SCENARIOS, read_shipped

HERE = Path(__file__).parent
MEASURES = (
    "status",
    "objective",
    "cost",
    "costs",
    "emissions",
    "energy",
    "green_power_share",
    "mean_latency",
    "west_share",
    "counts",
    "modules",
)
SHIPPED = {"tiny": 2, "national-2025": 1, "national-2025-local": 1, "national-2025-hourly": 24, "zhongwei-24-7": 1344}
"""Each with the timesteps it is solved for here."""
RELATIVE = 2e-3
"""Twice the national scenarios' gap: plans within it are equally right; counts and status must be the same."""


def close(expected: Any, found: Any, relative: float) -> bool:
    """Compare two JSON values, numbers within a relative tolerance."""
    if isinstance(expected, dict):
        return expected.keys() == found.keys() and all(close(expected[k], found[k], relative) for k in expected)
    if isinstance(expected, float) and isinstance(found, float):
        return math.isclose(expected, found, rel_tol=relative, abs_tol=1e-6)
    return bool(expected == found)


@pytest.mark.parametrize(("name", "steps"), SHIPPED.items())
def test_golden(name: str, steps: int, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """Proves that a shipped scenario's headline is what it was; of one of many hours, that of its first hours.

    Sensitivity: any change of a rule, a default, a unit or a cell that moves the plan.
    """
    plan = planned(read_shipped(name, tmp_path, steps))
    found = json.loads(json.dumps({measure: plan.summary[measure] for measure in MEASURES if measure in plan.summary}))
    path = HERE / f"{name}.json"
    if request.config.getoption("--update-golden"):
        path.write_text(json.dumps(found, indent=2, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")
    expected = json.loads(path.read_text(encoding="utf-8"))
    exact, near = ("status", "counts"), ("objective", "mean_latency", "west_share", "emissions")
    assert {measure: found[measure] for measure in exact} == {measure: expected[measure] for measure in exact}
    for measure in near:
        assert close(expected[measure], found[measure], RELATIVE), measure


def test_going_west_pays() -> None:
    """Proves the question is worth asking: letting work travel is cheaper than keeping it at home, and something is built.

    Sensitivity: demand below the stock, clusters without growth, or prices that make distance irrelevant.
    """
    free, home = (planned(planner.read_scenario(SCENARIOS / f"national-2025{end}")).summary for end in ("", "-local"))
    assert free["cost"] < 0.95 * home["cost"]
    assert free["west_share"] > home["west_share"]
    assert len(free["modules"]) > 3
    assert free["served_share"] == home["served_share"] == 1
