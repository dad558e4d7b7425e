"""The shipped scenario of three years, solved: its README's numbers, and what its years have to do with each other."""

from __future__ import annotations

from pathlib import Path

import pytest

import planner

SCENARIOS = Path(planner.__file__).parents[1] / "scenarios"
WORTH = {"2025": 1 + 1 / 1.06, "2027": sum(1.06**-n for n in (2, 3, 4)), "2030": sum(1.06**-n for n in range(5, 10))}
"""What a yearly amount of each stage is worth at 6 % a year: it stands for 2, 3 and 5 years."""


def test_three_years_are_planned_together() -> None:
    """Proves the README: costs by year within the gap, their discounted sum, what is green, and that halls stand on.

    What is drawn says of which year it is.

    Sensitivity: a year left out of the sum or discounted from another one, halls that vanish between two years, new
    halls that count as less full than they are, so that 80 % green is 62 %.
    """
    results = planner.run(planner.read_scenario(SCENARIOS / "national-2030"))
    summary = results.summary
    assert summary["status"] == "optimal"
    costs = {case["stage"]: case["cost"] for case in summary["cases"]}
    assert {stage: cost / 1e9 for stage, cost in costs.items()} == pytest.approx(
        {"2025": 153.73, "2027": 235.53, "2030": 418.16}, rel=1e-3
    )
    assert [case["green_power_share_new"] for case in summary["cases"]] == pytest.approx([0.70, 0.80, 0.80], abs=0.01)
    certified = [case["green_power_share"]["certificate"] for case in summary["cases"]]
    assert certified == pytest.approx([0.10, 0.29, 0.52], abs=0.01)
    assert summary["objective"] == pytest.approx(sum(WORTH[stage] * cost for stage, cost in costs.items()))
    assert summary["objective"] - summary["bound"] <= 1e-3 * summary["objective"]
    assert results.shown.scenario.settings.title.endswith("2025 to 2030: 2030")
    stands = results.tables["site_expansion"].pivot_table(
        index=["site", "compute_type"], columns="stage", values="capacity_new", aggfunc="sum", fill_value=0.0
    )
    assert (stands["2027"] >= stands["2025"]).all()
    assert (stands["2030"] >= stands["2027"]).all()
    assert stands.sum().to_dict() == pytest.approx({"2025": 2530, "2027": 12_030, "2030": 36_793}, rel=0.02)
