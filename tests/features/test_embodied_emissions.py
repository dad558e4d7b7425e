"""Embodied emissions: what making halls, green plants and stores emits, a figure of its own unless told otherwise.

``MADE`` is ``BUILT`` with emissions: two modules of 4 MW are built at ``far`` at 30 t/MW/a, 240 t/a. Power is at 0.5 t/MWh
at ``near`` and 0.8 at ``far``. A wind plant that may not pay stands beside, and so does a store.
"""

from __future__ import annotations

import math

import pytest

from planner.errors import InfeasibleError
from planner.models.audit import audit
from planner.pipeline.check import warnings_of
from tests.algebra import (
    BUILT,
    Row,
    altered,
    compiled,
    cost_of,
    objective_of,
    plan,
    price_of,
    rows_of,
    rules_found,
    scenario_of,
)
from tests.worlds import World

PLAIN = BUILT.replaced(features=(*BUILT.features, "emissions")).with_cells(
    "site", "emission_factor", {"near": 0.5, "far": 0.8}
)
MADE = PLAIN.with_cells("site_compute_type", "embodied_emissions", {"far;cpu": 30})
TOTAL = MADE.with_parameters(embodied_in_total=True)
WINDY = MADE.with_rows("technology", [{"technology": "wind"}]).with_rows(
    "site_technology",
    [
        {
            "site": "near",
            "technology": "wind",
            "green_capacity_existing": 2,
            "green_capacity_max": 12,
            "green_capacity_cost": 1000,
            "green_power_price": 100,
            "embodied_emissions": 7,
        }
    ],
)


def stored(world: World) -> World:
    """Return a world with a store at ``near`` that pays: power is dear by day."""
    store = {
        "storage_power_max": 3,
        "storage_power_cost": 100,
        "storage_energy_max": 6,
        "storage_energy_cost": 100,
        "charge_efficiency": 0.9,
        "discharge_efficiency": 0.9,
        "embodied_emissions": 11,
    }
    for column, value in store.items():
        world = world.with_cells("site", column, {"near": value})
    world = world.with_cells("site", "grid_power_price", {"*": None}).with_rows(
        "site_timestep",
        [
            {"site": site, "timestep": step, "grid_power_price": price}
            for site, of in (("near", {"day": 700, "night": 100}), ("far", {"day": 300, "night": 300}))
            for step, price in of.items()
        ],
    )
    world = world.with_cells("timestep", "timestep_duration", {"day": 2, "night": 1})
    world = world.with_cells("timestep", "position", {"day": 1, "night": 2})
    return world.replaced(features=(*world.features, "storage"))


def test_what_is_built_emits_beside_the_rest() -> None:
    """Embodied emissions stand beside those of power, and change neither the plan, nor limits, nor the price of carbon.

    Proves: 30 × 8 MW = 240 t/a at ``far``, none of the 15 MW that stand; the emissions and cost of the world without.
    Sensitivity: existing capacity counted, modules in place of MW, a total that they slip into.
    """
    results, plain = plan(MADE), plan(PLAIN)
    assert results.tables["emissions_embodied"].set_index("site")["embodied_emissions"].to_dict() == pytest.approx(
        {"near": 0, "far": 240}
    )
    assert results.summary["embodied_emissions"] == pytest.approx(240)
    assert results.summary["emissions"] == pytest.approx(plain.summary["emissions"])
    assert cost_of(MADE) == cost_of(PLAIN)
    assert "emissions_embodied" not in plain.tables
    assert "embodied_emissions" not in plain.summary
    priced = plan(MADE.with_parameters(carbon_price=50))
    assert priced.summary["costs"]["carbon"] == pytest.approx(50 * priced.summary["emissions"])
    assert rules_found(results) == set()


def test_green_plants_and_stores_are_made_as_well() -> None:
    """New green capacity and new power of stores count, each by its own MW.

    Proves: 10 MW of new wind at 7 t and 3 MW of store at 11 t are 103 t/a at ``near``; 2 MW that stand count for nothing.
    Sensitivity: all green capacity, MWh of the store, the wrong site.
    """
    world = stored(WINDY)
    results = plan(world)
    green = results.tables["power_supply_capacity"].set_index(["site", "technology"])["green_capacity"]
    store = results.tables["storage_capacity"].set_index("site")["storage_power"]
    built = results.tables["site_expansion"].set_index(["site", "compute_type"])["capacity_new"]
    assert green["near", "wind"] == pytest.approx(12)
    assert store["near"] == pytest.approx(3)
    made = results.tables["emissions_embodied"].set_index("site")["embodied_emissions"]
    assert made.to_dict() == pytest.approx({"near": 7 * 10 + 11 * 3, "far": 30 * built["far", "cpu"]})
    assert rules_found(results) == set()


def test_in_the_total_they_are_limited_priced_and_minimised() -> None:
    """With ``embodied_in_total`` the emissions counted are both.

    Proves: 240 t more at the same plan; carbon at 50 is paid on them; a limit of a tonne less than both changes the plan.
    Sensitivity: a limit on power alone, a price paid twice.
    """
    both, power = plan(TOTAL), plan(PLAIN)
    assert both.summary["emissions"] == pytest.approx(power.summary["emissions"] + 240)
    assert both.summary["emissions_by_accounting"] == pytest.approx(power.summary["emissions_by_accounting"])
    priced = plan(TOTAL.with_parameters(carbon_price=5))
    assert priced.summary["costs"]["carbon"] == pytest.approx(5 * priced.summary["emissions"])
    limit = both.summary["emissions"] - 1
    assert cost_of(MADE.with_parameters(emissions_max=limit)) == pytest.approx(cost_of(MADE))
    assert cost_of(TOTAL.with_parameters(emissions_max=limit)) > cost_of(MADE) + 1
    assert rules_found(both) == set()


def test_embodied_algebra() -> None:
    """Algebra: in the limit a module has 4 MW × 30 t, 1 kW of wind 7 t, in the cost their carbon; otherwise nothing.

    Proves: coefficients and sides. Sensitivity: a coefficient without ``embodied_in_total``.
    """
    world = WINDY.with_parameters(embodied_in_total=True, emissions_max=1e6, carbon_price=9)
    row = rows_of(compiled(world), "emissions_limit")[""].coefficients
    assert row["modules[far,cpu]"] == pytest.approx(120)
    assert row["green_capacity_new[near,wind]"] == pytest.approx(7)
    costs = objective_of(compiled(world))[0]
    assert costs["modules[far,cpu]"] == pytest.approx(2_600_000 + 9 * 120)
    apart = compiled(world.with_parameters(embodied_in_total=None))
    assert "modules[far,cpu]" not in rows_of(apart, "emissions_limit")[""].coefficients
    assert objective_of(apart)[0]["modules[far,cpu]"] == pytest.approx(2_600_000)


def test_a_budget_is_that_of_the_year() -> None:
    """One year is planned: the budget is the year's limit, in tonnes.

    Proves: the row, and plan and cost of a limit of the same size; 2 600 t less take a module away (2 106 t) and send work from
    ``far`` to ``near`` beside it, which costs 340 CNY/MWh and saves 0.96 - 0.7 t; no plan far below. Sensitivity: a budget by
    hours or by site, the sign of its price.
    """
    least = plan(PLAIN).summary["emissions"]
    most = least - 2600
    budget, limit = PLAIN.with_parameters(emissions_budget=most), PLAIN.with_parameters(emissions_max=most)
    row, other = (
        rows_of(compiled(budget), "emissions_budget_limit")[""],
        rows_of(compiled(limit), "emissions_limit")[""],
    )
    assert row == Row(pytest.approx(other.coefficients), -math.inf, pytest.approx(most))
    assert cost_of(budget) == pytest.approx(cost_of(limit))
    assert cost_of(budget) > cost_of(PLAIN)
    assert price_of(plan(budget), "emissions_budget_limit") == pytest.approx(340 / 0.26)
    assert price_of(plan(limit), "emissions_limit") == pytest.approx(340 / 0.26)
    with pytest.raises(InfeasibleError):
        plan(PLAIN.with_parameters(emissions_budget=10))


@pytest.mark.parametrize(
    ("table", "column", "rules"),
    [("emissions_embodied", "embodied_emissions", {"embodied_emissions"}), ("emissions", "emissions", {"emissions"})],
)
def test_planted_faults_are_found(table: str, column: str, rules: set[str]) -> None:
    """A number of either table that is a thousandth more is found.

    Proves: the finding names it. Sensitivity: a total that is not added up again.
    """
    results = plan(TOTAL)
    assert rules <= rules_found(results, altered(results.tables, table, column, lambda old: old * 1.001))


def test_the_audit_reckons_by_itself() -> None:
    """A plan held against other rates, another choice, a lower budget or limit is not confirmed.

    Proves: each is named. Sensitivity: an audit that believes the table.
    """
    results = plan(stored(WINDY))
    for table, column, key in (
        ("site_compute_type", "embodied_emissions", "far;cpu"),
        ("site_technology", "embodied_emissions", "near;wind"),
        ("site", "embodied_emissions", "near"),
    ):
        other = scenario_of(stored(WINDY).with_cells(table, column, {key: 12.5}))
        assert "embodied_emissions" in {each.rule for each in audit(other, results.tables, results.summary)}, table
    counted = scenario_of(stored(WINDY).with_parameters(embodied_in_total=True))
    assert "emissions" in {each.rule for each in audit(counted, results.tables, results.summary)}
    least = results.summary["emissions"]
    for name, rule in (("emissions_budget", "emissions_budget_limit"), ("emissions_max", "emissions_limit")):
        less = scenario_of(stored(WINDY).with_parameters(**{name: least - 1}))
        assert rule in {each.rule for each in audit(less, results.tables, results.summary)}


def test_a_total_without_rates_says_so() -> None:
    """``embodied_in_total`` without any rate counts nothing, and a note says it.

    Proves: with and without rates. Sensitivity: a switch that does nothing, silently.
    """
    notes = [note.en for note in warnings_of(scenario_of(PLAIN.with_parameters(embodied_in_total=True)))]
    assert any("embodied_in_total counts nothing" in note for note in notes)
    assert not any("embodied" in note.en for note in warnings_of(scenario_of(TOTAL)))
    assert cost_of(PLAIN.with_parameters(embodied_in_total=True)) == cost_of(PLAIN)
