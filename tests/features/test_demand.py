"""Demand: what is asked for, what may stay unserved, and what that costs."""

from __future__ import annotations

import pytest

from planner.errors import InfeasibleError, InvalidInputError
from planner.models.features import demand as feature
from tests.algebra import (
    HAND,
    HAND_COST,
    altered,
    bounds_of,
    compiled,
    cost_of,
    objective_of,
    plan,
    price_of,
    rules_found,
    scenario_of,
)

UNSERVED = HAND.with_cells("workload", "unserved_price", {"web": 650})
"""Leaving a MWh unserved (650) is cheaper than ``near`` (700) and dearer than ``far`` (360)."""


def test_demand_follows_its_profile() -> None:
    """Demand of a step is the mean times the profile.

    Proves: 10 and 20 MW become 12 and 24 by day, 6 and 12 by night. Sensitivity: a profile forgotten, or of another
    workload or step.
    """
    table = plan(HAND).tables["demand"].set_index(["region", "timestep"])["demand"]
    assert table.to_dict() == pytest.approx(
        {("coast", "day"): 12, ("coast", "night"): 6, ("inland", "day"): 24, ("inland", "night"): 12}
    )


def test_more_demand_costs_its_shadow_price() -> None:
    """One MW more of mean demand at the coast is served at ``near``, where there is room.

    Proves: the balance's prices are 2000 × 700 = 1 400 000 by day and 700 000 by night, per MW of the step, so that
    11 MW cost 1.2 × 1 400 000 + 0.6 × 700 000 = 2 100 000 more than 10.
    Sensitivity: prices divided by weight (700), of the other sign, or per MW of mean demand.
    """
    results = plan(HAND)
    assert price_of(results, "demand_balance", "coast", "web", "day") == pytest.approx(1_400_000)
    assert price_of(results, "demand_balance", "inland", "web", "night") == pytest.approx(700_000)
    more = HAND.with_cells("region_workload", "demand", {"coast;web": 11})
    assert cost_of(more) - HAND_COST == pytest.approx(2_100_000)


def test_demand_is_left_unserved_where_that_is_cheaper() -> None:
    """With a price on unserved demand the dear site is not used.

    Proves: 3000 × 13.5 × 360 + 650 × (2000 × 22.5 + 1000 × 4.5) = 14 580 000 + 32 175 000 = 46 755 000, and 49 500 of
    90 000 MWh unserved: a served share of 0.45. Sensitivity: at 750 nothing is left unserved (next test); unserved
    demand unweighted would cost 17 550.
    """
    summary = plan(UNSERVED).summary
    assert summary["cost"] == pytest.approx(46_755_000)
    assert summary["costs"]["unserved"] == pytest.approx(32_175_000)
    assert summary["served_share"] == pytest.approx(0.45)
    assert summary["energy"]["unserved"] == pytest.approx(49_500)


def test_price_above_every_site_serves_all() -> None:
    """A price of 750 is above the dearest site: everything is served, as without a price.

    Proves: cost 49 230 000, share 1. Sensitivity: unserved demand without its price (0) would be all of it.
    """
    dear = HAND.with_cells("workload", "unserved_price", {"web": 750})
    assert cost_of(dear) == pytest.approx(HAND_COST)
    assert plan(dear).summary["served_share"] == pytest.approx(1)


def test_unserved_price_bounds_the_shadow_price() -> None:
    """Where demand stays unserved, one MW more costs its price.

    Proves: 2000 × 650 = 1 300 000 by day. Sensitivity: a price not multiplied by the weight.
    """
    assert price_of(plan(UNSERVED), "demand_balance", "coast", "web", "day") == pytest.approx(1_300_000)


def test_unserved_demand_exists_only_where_priced() -> None:
    """Algebra: columns of unserved demand, their bounds and their costs.

    Proves: none without a price; with one, four columns from 0 up, at 2000 × 650 and 1000 × 650 CNY/a per MW.
    Sensitivity: a column for every workload whether priced or not.
    """
    assert bounds_of(compiled(HAND), "unserved_demand") == {}
    problem = compiled(UNSERVED)
    bounds = bounds_of(problem, "unserved_demand")
    assert set(bounds) == {f"{r},web,{t}" for r in ("coast", "inland") for t in ("day", "night")}
    assert set(bounds.values()) == {(0.0, float("inf"), False)}
    costs, _ = objective_of(problem)
    assert costs["unserved_demand[coast,web,day]"] == pytest.approx(1_300_000)
    assert costs["unserved_demand[inland,web,night]"] == pytest.approx(650_000)


def test_an_unserved_price_of_zero_is_a_price() -> None:
    """A price of 0 allows leaving all unserved; an empty cell does not.

    Proves: nothing is served, at no cost. Sensitivity: a test for truth in place of a test for being given.
    """
    free = HAND.with_cells("workload", "unserved_price", {"web": 0})
    results = plan(free)
    assert results.summary["cost"] == pytest.approx(0, abs=1e-6)
    assert results.summary["served_share"] == pytest.approx(0, abs=1e-9)
    assert results.tables["allocation"].empty


def test_no_demand_is_a_plan() -> None:
    """A world that asks for nothing has the empty plan.

    Proves: empty sets of routes go through build, solve, report and audit. Sensitivity: any rule that cannot be empty.
    """
    results = plan(HAND.with_cells("region_workload", "demand", {"*": 0}))
    assert results.summary["cost"] == 0
    assert results.summary["served_share"] == 1
    assert results.tables["demand"]["demand"].sum() == 0


def test_demand_must_be_given() -> None:
    """Demand has no default: a pair left out is a fault, not zero.

    Proves: exit with region_workload named. Sensitivity: missing rows taken as no demand.
    """
    with pytest.raises(InvalidInputError, match="region_workload"):
        scenario_of(HAND.with_rows("region_workload", [{"region": "coast", "workload": "web", "demand": 10}]))


def test_a_profile_off_its_mean_is_said() -> None:
    """A profile whose mean is not 1 asks for other energy than ``demand`` says; the run notes it.

    Proves: (1.5 × 2000 + 0.6 × 1000) ÷ 3000 = 1.2 is named; 1.2 and 0.6 have mean 1 and pass.
    Sensitivity: a mean without weights would be 1.05, and 0.9 for the good one.
    """
    assert list(feature.warn(scenario_of(HAND))) == []
    off = HAND.with_cells("workload_timestep", "demand_profile", {"web;day": 1.5})
    [note] = feature.warn(scenario_of(off))
    assert "web" in note
    assert "1.2" in note


def test_impossible_demand_is_infeasible() -> None:
    """Demand above all capacity cannot be served without a price on leaving it.

    Proves: 36 MW by day against 13.5 + 0.8 × 20 = 29.5 MW. Sensitivity: demand clipped to what is there.
    """
    with pytest.raises(InfeasibleError):
        plan(HAND.with_cells("site_compute_type", "capacity_existing", {"near;cpu": 20}))


def test_audit_finds_demand_that_was_not_asked() -> None:
    """Planted fault: a demand that is not mean × profile, or a row that is missing.

    Proves: the audit names ``demand``; nothing is found in the untouched plan. Sensitivity: demand read back only.
    """
    results = plan(UNSERVED)
    assert rules_found(results) == set()
    less = altered(results.tables, "demand", "demand", 11.0, region="coast", timestep="day")
    assert "demand" in rules_found(results, less)
    table = results.tables["demand"]
    assert "demand" in rules_found(results, {**results.tables, "demand": table.iloc[1:]})
    assert "demand" in rules_found(results, {**results.tables, "demand": table.replace("coast", "moon")})


@pytest.mark.parametrize("value", [-1.0, 99.0, float("nan")])
def test_audit_finds_impossible_unserved_demand(value: float) -> None:
    """Planted fault: unserved demand below zero, above the demand, or not a number.

    Proves: the audit names ``unserved_demand``. Sensitivity: only the balance is checked.
    """
    results = plan(UNSERVED)
    wrong = altered(results.tables, "demand", "unserved_demand", value, region="coast", timestep="day")
    assert "unserved_demand" in rules_found(results, wrong)


def test_audit_finds_unserved_demand_without_a_price() -> None:
    """Planted fault: demand left unserved although nothing allows it.

    Proves: the audit names ``unserved_demand`` even where the balance would hold.
    Sensitivity: a missing price read as a price of 0.
    """
    results = plan(HAND)
    assert results.tables["demand"]["unserved_demand"].sum() == 0
    tables = altered(results.tables, "demand", "unserved_demand", 12.0, region="coast", timestep="day")
    work = tables["allocation"]
    tables["allocation"] = work[~((work["region"] == "coast") & (work["timestep"] == "day"))]
    assert "unserved_demand" in rules_found(results, tables)


def test_audit_finds_a_wrong_cost_of_unserved_demand() -> None:
    """Planted fault: the cost of unserved demand is not price × energy.

    Proves: the audit names ``unserved``. Sensitivity: costs summed but not recomputed.
    """
    results = plan(UNSERVED)
    wrong = altered(results.tables, "cost", "cost", lambda old: old * 1.001, category="unserved")
    assert "unserved" in rules_found(results, wrong)
