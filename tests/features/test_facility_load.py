"""Facility load: PUE given or by temperature, the water it takes, and what both do to a plan.

``DRY`` is ``HAND`` without a power supply: water is all that costs. A MWh of IT work takes 1.9 m3 at 6 CNY (11.40 CNY)
at ``near`` and 0.5 m3 at 2.5 CNY (1.25 CNY) at ``far``, which is full: 13.5 MW in both steps. ``near`` does the other
22.5 MW by day and 4.5 MW by night:

    far   0.5 × 13.5 × 3000 = 20 250 m3             50 625 CNY/a
    near  1.9 × (22.5 × 2000 + 4.5 × 1000) = 94 050 m3     564 300 CNY/a
"""

from __future__ import annotations

import pytest

from planner.errors import InvalidInputError
from planner.models.audit import audit
from tests.algebra import (
    HAND,
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

DRY = HAND.with_features("time", "demand", "routes", "allocation", "site_capacity", "facility_load")
DRY = DRY.with_cells("site", "wue", {"near": 1.9, "far": 0.5})
DRY = DRY.with_cells("site", "water_price", {"near": 6, "far": 2.5})
DRY_COST = 614_925.0
SHORT = DRY.with_cells("site", "water_max", {"far": 15_000})
"""``far`` may use 15 000 m3 only: 10 500 of its 40 500 MWh go to ``near``, each for 11.40 - 1.25 = 10.15 CNY more."""


def test_facility_load_is_pue_times_it_load() -> None:
    """Each site draws its PUE times the work it does.

    Proves: near 1.4 × 22.5 = 31.5 MW by day and 1.4 × 4.5 = 6.3 by night, far 1.2 × 13.5 = 16.2 in both; mean PUE
    (31.5 × 2000 + 6.3 × 1000 + 16.2 × 3000) / 90 000 MWh = 117 900 / 90 000 = 1.31.
    Sensitivity: PUE of the other site, PUE left out (1), or a mean over steps without weights (1.3083 by day only).
    """
    results = plan(DRY)
    table = results.tables["facility_load"].set_index(["site", "timestep"])
    assert table["facility_load"].to_dict() == pytest.approx(
        {("near", "day"): 31.5, ("near", "night"): 6.3, ("far", "day"): 16.2, ("far", "night"): 16.2}
    )
    assert results.summary["mean_pue"] == pytest.approx(1.31)
    assert results.summary["energy"]["facility"] == pytest.approx(117_900)


def test_pue_enters_the_power_balance() -> None:
    """Algebra: what a MW of IT load draws in the balance of its site and step.

    Proves: grid_power - pue × allocation = 0, with 1.4 at near and 1.2 at far, and no other column.
    Sensitivity: PUE on the supply's side, another site's PUE, or a work item of another step.
    """
    rows = rows_of(compiled(HAND), "power_balance")
    assert rows["near,day"].coefficients == pytest.approx(
        {
            "grid_power[near,day]": 1,
            "allocation[coast,web,near,direct,day]": -1.4,
            "allocation[inland,web,near,direct,day]": -1.4,
        }
    )
    assert rows["far,night"].coefficients["allocation[coast,web,far,direct,night]"] == pytest.approx(-1.2)
    assert (rows["near,day"].lower, rows["near,day"].upper) == (0, 0)


def test_lower_pue_draws_less() -> None:
    """A near site of PUE 1.3 instead of 1.4 saves a tenth of its IT energy at its price.

    Proves: 0.1 × (22.5 × 2000 + 4.5 × 1000) × 500 = 2 475 000 CNY/a less. Sensitivity: PUE not in the cost, or squared.
    """
    better = HAND.with_cells("site", "pue", {"near": 1.3})
    assert cost_of(HAND) - cost_of(better) == pytest.approx(2_475_000)


WARM = DRY.with_cells("site", "pue", {"near": None}).with_cells("site", "pue_base", {"near": 1.1})
WARM = WARM.with_cells("site", "pue_slope", {"near": 0.02}).with_cells("site", "free_cooling_temperature", {"near": 15})
WARM = WARM.with_rows(
    "site_timestep",
    [
        {"site": "near", "timestep": "day", "temperature": 28},
        {"site": "near", "timestep": "night", "temperature": 4},
    ],
)


def test_pue_by_temperature() -> None:
    """PUE from base, slope and temperature: above free cooling it rises, below it does not fall.

    Proves: 1.1 + 0.02 × (28 - 15) = 1.36 by day; 1.1 at 4 °C by night (1.1 + 0.02 × (4 - 15) would be 0.88); far keeps
    the 1.2 it was given. Sensitivity: no max(0, …), another step's temperature, the slope of another site.
    """
    table = plan(WARM).tables["facility_load"].set_index(["site", "timestep"])["pue"]
    assert table.to_dict() == pytest.approx(
        {("near", "day"): 1.36, ("near", "night"): 1.1, ("far", "day"): 1.2, ("far", "night"): 1.2}
    )


def test_pue_base_alone_needs_no_weather() -> None:
    """Without a slope the base is the PUE, and no temperature is asked for.

    Proves: 1.1 in both steps. Sensitivity: NaN from an unknown temperature, or a fault for its absence.
    """
    plain = WARM.with_cells("site", "pue_slope", {"near": 0}).with_cells(
        "site", "free_cooling_temperature", {"near": None}
    )
    plain = plain.replaced(tables={name: rows for name, rows in plain.tables.items() if name != "site_timestep"})
    table = plan(plain).tables["facility_load"].set_index("site")["pue"]
    assert set(table["near"]) == {1.1}


@pytest.mark.parametrize(
    ("column", "values", "named"),
    [
        ("pue", {"near": None}, "PUE is missing"),
        ("pue_base", {"near": 1.2}, "pue is given as well"),
    ],
)
def test_pue_is_stated_once(column: str, values: dict[str, float | None], named: str) -> None:
    """A site without PUE, or with two, is refused.

    Proves: the fault names the site and what is wrong. Sensitivity: a default PUE, or one of the two taken silently.
    """
    with pytest.raises(InvalidInputError, match=named):
        scenario_of(DRY.with_cells("site", column, values))


@pytest.mark.parametrize("column", ["free_cooling_temperature", "temperature"])
def test_slope_needs_its_temperatures(column: str) -> None:
    """A slope without the temperatures it works on is refused.

    Proves: both are asked for, in every timestep. Sensitivity: NaN swallowed by max(0, …), which would read as cool.
    """
    table = "site" if column == "free_cooling_temperature" else "site_timestep"
    key = "near" if table == "site" else "near;night"
    with pytest.raises(InvalidInputError, match=column):
        scenario_of(WARM.with_cells(table, column, {key: None}))


def test_water_follows_it_energy_and_is_paid() -> None:
    """Water is WUE times IT energy over the year, at the site's price.

    Proves: 20 250 m3 at far and 94 050 at near (above), for 50 625 + 564 300 = 614 925 CNY/a, the whole cost.
    Sensitivity: WUE on facility energy (× PUE), a step's weight left out, a price of the other site.
    """
    results = plan(DRY)
    water = results.tables["facility_load_water"].set_index("site")["water"]
    assert water.to_dict() == pytest.approx({"far": 20_250, "near": 94_050})
    assert results.summary["water"] == pytest.approx(114_300)
    assert results.summary["costs"]["water"] == pytest.approx(DRY_COST)
    assert cost_of(DRY) == pytest.approx(DRY_COST)


def test_water_price_per_mw() -> None:
    """Algebra: what a MW of work costs in water in each step.

    Proves: 1.9 × 6 × 2000 = 22 800 at near by day, 0.5 × 2.5 × 1000 = 1250 at far by night.
    Sensitivity: weights, or PUE in place of WUE.
    """
    costs, constant = objective_of(compiled(DRY))
    assert costs["allocation[coast,web,near,direct,day]"] == pytest.approx(22_800)
    assert costs["allocation[inland,web,far,direct,night]"] == pytest.approx(1_250)
    assert constant == 0


def test_water_limit_binds() -> None:
    """A site that may use less water does less work.

    Proves: 15 000 m3 at far are 30 000 MWh; the other 10 500 MWh move to near for 10.15 CNY each: 106 575 CNY/a more.
    Sensitivity: a limit on water by step, on facility energy, or of all sites together.
    """
    assert plan(SHORT).summary["water"] == pytest.approx(15_000 + 94_050 + 1.9 * 10_500)
    assert cost_of(SHORT) - DRY_COST == pytest.approx(106_575)


def test_water_limit_algebra() -> None:
    """Algebra: coefficients and bound of the limit; only sites with a limit have the rule.

    Proves: 0.5 × 2000 by day and 0.5 × 1000 by night per MW, at most 15 000. Sensitivity: a weight or WUE left out.
    """
    rows = rows_of(compiled(SHORT), "water_limit")
    assert set(rows) == {"far"}
    assert rows["far"].coefficients == pytest.approx(
        {
            f"allocation[{region},web,far,direct,{step}]": hours / 2
            for region in ("coast", "inland")
            for step, hours in (("day", 2000), ("night", 1000))
        }
    )
    assert rows["far"].upper == pytest.approx(15_000)


def test_water_limit_price() -> None:
    """A m3 less at far moves 2 MWh: 2 × 10.15 = 20.30 CNY.

    Proves: value, sign and unit, and that 100 m3 less cost 2030 more. Sensitivity: the sign of a ≤ rule's dual.
    """
    prices = plan(SHORT).shadow_prices.set_index("rule")
    assert price_of(plan(SHORT), "water_limit", "far") == pytest.approx(20.3)
    assert prices.loc["water_limit", "unit"] == "CNY per m3"
    tighter = SHORT.with_cells("site", "water_max", {"far": 14_900})
    assert cost_of(tighter) - cost_of(SHORT) == pytest.approx(2_030)


def test_idle_water_limit_is_free() -> None:
    """A limit that does not bind has no price and changes nothing.

    Proves: 25 000 m3 are more than the 20 250 used. Sensitivity: a limit turned into an equality.
    """
    loose = DRY.with_cells("site", "water_max", {"far": 25_000})
    assert cost_of(loose) == pytest.approx(DRY_COST)
    assert price_of(plan(loose), "water_limit", "far") == 0


def test_audit_holds_the_limit_by_itself() -> None:
    """A plan made without the limit is found to break it, and nothing else.

    Proves: the audit's own limit, on tables that are otherwise sound. Sensitivity: a check that reads the model's row.
    """
    free = plan(DRY)
    assert {f.rule for f in audit(scenario_of(SHORT), free.tables, free.summary)} == {"water_limit"}


@pytest.mark.parametrize(
    ("table", "column", "rule"),
    [
        ("facility_load", "it_load", "it_load"),
        ("facility_load", "pue", "pue"),
        ("facility_load", "facility_load", "facility_load"),
        ("facility_load_water", "water", "water"),
        ("cost", "cost", "water"),
    ],
)
@pytest.mark.parametrize("factor", [1.001, float("nan")])
def test_planted_faults_are_found(table: str, column: str, rule: str, factor: float) -> None:
    """Every number of the feature's tables is checked, a missing one as well.

    Proves: one part in a thousand, or an empty cell, is found and named. Sensitivity: sums that skip NaN, a column
    that nobody compares.
    """
    results = plan(WARM)
    assert rules_found(results) == set()
    key = "category" if table == "cost" else "site"
    value = "water" if table == "cost" else "near"
    assert rule in rules_found(
        results, altered(results.tables, table, column, lambda old: old * factor, **{key: value})
    )


def test_a_lost_row_is_found() -> None:
    """A site and timestep that is missing from the table is a finding even where no work is done.

    Proves: near does nothing by night when night's demand fits into far. Sensitivity: missing rows counted as zero.
    """
    quiet = DRY.with_cells("workload_timestep", "demand_profile", {"web;night": 0.3})
    results = plan(quiet)
    table = results.tables["facility_load"]
    idle = (table["site"] == "near") & (table["timestep"] == "night")
    assert table.loc[idle, "it_load"].sum() == 0
    assert "facility_load" in rules_found(results, {**results.tables, "facility_load": table[~idle]})
