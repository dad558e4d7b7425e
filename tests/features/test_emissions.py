"""Emissions: three accountings, a limit, a price, and the objective of least emissions.

``GREEN`` is ``HAND`` (with its power supply) and emission factors of 0.7 at ``near`` and 0.45 tCO2/MWh at ``far``,
where 10 MW of hydro are contracted at 320 CNY/MWh, 20 above the grid, so that no cost asks for them. As in ``HAND``:

    near  1.4 × (22.5 × 2000 + 4.5 × 1000) = 69 300 MWh × 0.70 = 48 510 t
    far   1.2 × 13.5 × 3000              = 48 600 MWh × 0.45 = 21 870 t
"""

from __future__ import annotations

import pytest

from planner.errors import InfeasibleError, InvalidInputError
from planner.models.audit import audit
from planner.pipeline.run import warnings_of
from tests.algebra import (
    HAND,
    HAND_COST,
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

GREEN = HAND.with_features(*HAND.features, "emissions").with_cells(
    "site", "emission_factor", {"near": 0.7, "far": 0.45}
)
GREEN = GREEN.with_rows("technology", [{"technology": "hydro"}]).with_rows(
    "site_technology",
    [{"site": "far", "technology": "hydro", "green_capacity_existing": 10, "green_power_price": 320}],
)
ACCOUNTINGS = ("location", "contract", "market_certificates")
TONNES = 70_380.0
PRICED = GREEN.with_parameters(carbon_price=80)
"""Hydro spares 0.45 × 80 = 36 CNY/MWh for 20: all 10 MW are used, 30 000 MWh that emit nothing by contract."""


def test_emissions_by_site() -> None:
    """Emissions are energy times factor, site by site.

    Proves: 48 510 and 21 870 t, in total 70 380. Sensitivity: IT energy in place of facility energy (49 500 × 0.7), a
    weight left out, factors of the other site.
    """
    results = plan(GREEN)
    assert results.tables["emissions"].set_index("site")["emissions"].to_dict() == pytest.approx(
        {"near": 48_510, "far": 21_870}
    )
    assert results.summary["emissions"] == pytest.approx(TONNES)
    assert results.summary["emissions_accounting"] == "contract"
    assert results.summary["emissions_by_accounting"] == pytest.approx(dict.fromkeys(ACCOUNTINGS, TONNES))


def test_contracts_count_grid_power_only() -> None:
    """By contract green power under green power emits nothing; by location it emits as the grid.

    Proves: with a carbon price 30 000 MWh of hydro are used: 70 380 - 13 500 = 56 880 t by market; by location hydro is
    not worth it and 70 380 t stay. Sensitivity: the two accountings mixed up.
    """
    assert plan(PRICED).summary["emissions"] == pytest.approx(56_880)
    location = PRICED.with_parameters(emissions_accounting="location")
    assert plan(location).summary["emissions"] == pytest.approx(TONNES)
    assert plan(location).summary["energy"]["green"] == 0
    assert set(plan(location).tables["emissions"]["accounting"]) == {"location"}


def test_carbon_price_is_paid() -> None:
    """The carbon cost is the price times emissions.

    Proves: 80 × 56 880 = 4 550 400 by market beside 30 000 × 20 for hydro; 80 × 70 380 by location.
    Sensitivity: a carbon price not in the cost, or paid per MWh.
    """
    assert plan(PRICED).summary["costs"]["carbon"] == pytest.approx(4_550_400)
    assert cost_of(PRICED) == pytest.approx(HAND_COST + 4_550_400 + 600_000)
    assert cost_of(PRICED.with_parameters(emissions_accounting="location")) == pytest.approx(HAND_COST + 5_630_400)


def test_certificates_change_nothing() -> None:
    """Free certificates leave emissions as they are.

    Proves: 70 380 t, with certificates for all of the draw. Sensitivity: certificates taken off the emissions.
    """
    certified = GREEN.with_features(*GREEN.features, "green_power_share").with_cells(
        "site", "certificate_price", {"*": 0}
    )
    certified = certified.with_cells("site", "green_power_share_min", {"*": 0.95})
    results = plan(certified)
    assert results.summary["energy"]["certificates"] >= 0.95 * 117_900 - 1e-6
    assert results.summary["emissions"] == pytest.approx(TONNES)


def test_factor_may_change_in_time() -> None:
    """A factor by site and timestep counts in its own step.

    Proves: near 63 000 × 0.8 + 6 300 × 0.5, far 32 400 × 0.5 + 16 200 × 0.3. Sensitivity: a mean factor, or steps
    mixed up.
    """
    timed = GREEN.with_rows(
        "site_timestep",
        [
            {"site": site, "timestep": step, "emission_factor": factor}
            for site, step, factor in (
                ("near", "day", 0.8),
                ("near", "night", 0.5),
                ("far", "day", 0.5),
                ("far", "night", 0.3),
            )
        ],
    )
    timed = timed.with_rows(
        "site", [{k: v for k, v in row.items() if k != "emission_factor"} for row in timed.tables["site"]]
    )
    assert plan(timed).summary["emissions"] == pytest.approx(63_000 * 0.8 + 6_300 * 0.5 + 32_400 * 0.5 + 16_200 * 0.3)


LIMITED = GREEN.with_parameters(emissions_max=60_000)
"""10 380 t too many: 10 380 / 0.45 MWh of hydro, each for 20 CNY more than the grid (30 000 MWh are to be had)."""


def test_emissions_limit_binds() -> None:
    """A limit is met in the cheapest way.

    Proves: 10 380 / 0.45 × 20 = 461 333.33 CNY/a more; a tonne costs 20 / 0.45 = 44.44 CNY.
    Sensitivity: a limit on location emissions (not to be met with hydro), or by site.
    """
    assert plan(LIMITED).summary["emissions"] == pytest.approx(60_000)
    assert cost_of(LIMITED) - HAND_COST == pytest.approx(10_380 / 0.45 * 20)
    prices = plan(LIMITED).shadow_prices.set_index("rule")
    assert price_of(plan(LIMITED), "emissions_limit") == pytest.approx(20 / 0.45)
    assert prices.loc["emissions_limit", "unit"] == "CNY per tCO2"
    tighter = LIMITED.with_parameters(emissions_max=59_000)
    assert cost_of(tighter) - cost_of(LIMITED) == pytest.approx(1_000 * 20 / 0.45)


def test_emissions_limit_algebra() -> None:
    """Algebra: tonnes per MW in each step, by contract and by location.

    Proves: contract: 0.7 × 2000 per MW of grid power at near by day, 0.45 × 1000 at far by night, at most 60 000;
    location: of green power as well; without a power supply the same times PUE on the work. Sensitivity: a weight, a factor or PUE left out.
    """
    contract = rows_of(compiled(LIMITED), "emissions_limit")[""]
    grid = {
        "grid_power[near,day]": 1_400,
        "grid_power[near,night]": 700,
        "grid_power[far,day]": 900,
        "grid_power[far,night]": 450,
    }
    assert contract.coefficients == pytest.approx(grid)
    assert contract.upper == pytest.approx(60_000)
    location = rows_of(compiled(LIMITED.with_parameters(emissions_accounting="location")), "emissions_limit")[""]
    green = {"green_power[far,hydro,day]": 900, "green_power[far,hydro,night]": 450}
    assert location.coefficients == pytest.approx({**grid, **green})
    alone = LIMITED.with_features(*(name for name in LIMITED.features if name != "power_supply"))
    work = rows_of(compiled(alone.with_parameters(emissions_accounting="location")), "emissions_limit")[""]
    assert work.coefficients["allocation[coast,web,near,direct,day]"] == pytest.approx(1.4 * 1_400)
    assert work.coefficients["allocation[inland,web,far,direct,night]"] == pytest.approx(1.2 * 450)
    assert len(work.coefficients) == 8


CERTIFIED = GREEN.with_cells("site", "certificate_price", {"near": 6, "far": 5})
CERTIFIED = CERTIFIED.with_cells("site", "residual_emission_factor", {"near": 0.9})
CERTIFIED = CERTIFIED.with_parameters(emissions_accounting="market_certificates", carbon_price=10)
"""Near emits 0.9 a MWh without a certificate, which costs 6, less than 10 × 0.9; at far one costs 5, more than 4.5."""


def test_certificates_count_by_the_market() -> None:
    """Certificates cover grid energy up to all of it; the rest is at the residual factor, of which the mean stands in.

    Proves: near buys 69 300 certificates and emits nothing, far none and emits 48 600 × 0.45; by contract and by location
    70 380 t stand beside it. Sensitivity: certificates without end (emissions below 0), the grid's factor for the rest.
    """
    results = plan(CERTIFIED)
    assert results.tables["power_supply_certificates"].set_index("site")["certificates"].to_dict() == pytest.approx(
        {"near": 69_300, "far": 0}
    )
    assert results.summary["emissions_by_accounting"] == pytest.approx(
        {"location": TONNES, "contract": TONNES, "market_certificates": 21_870}
    )
    assert results.summary["emissions"] == pytest.approx(21_870)
    assert cost_of(CERTIFIED) - HAND_COST == pytest.approx(69_300 * 6 + 218_700)
    assert any("residual_emission_factor" in note for note in warnings_of(scenario_of(CERTIFIED)))


def test_no_certificate_makes_emissions_negative() -> None:
    """Certificates bought for a green share beyond the grid's energy change nothing more.

    Proves: a share of 1.5 by certificates at near buys 103 950; its emissions are 0. Sensitivity: a negative site that
    pays for another's.
    """
    world = CERTIFIED.with_features(*CERTIFIED.features, "green_power_share")
    results = plan(world.with_cells("site", "green_power_share_min", {"near": 1.0}).with_parameters(carbon_price=0))
    assert results.summary["emissions"] == pytest.approx(21_870)
    assert results.tables["emissions"]["emissions_market_certificates"].min() >= 0


def test_market_is_refused_with_both_names() -> None:
    """The word ``market`` meant two things and is used no more.

    Proves: the message names contract and market_certificates. Sensitivity: an old scenario read as something else.
    """
    with pytest.raises(InvalidInputError, match=r"contract.*market_certificates"):
        scenario_of(GREEN.with_parameters(emissions_accounting="market"))


def test_no_limit_is_no_row() -> None:
    """A limit that is not given does not exist; a limit of 0 does.

    Proves: no row; and with 0 no plan, since near has no green power. Sensitivity: 0 read as not given.
    """
    assert rows_of(compiled(GREEN), "emissions_limit") == {}
    with pytest.raises(InfeasibleError):
        plan(GREEN.with_parameters(emissions_max=0))


def test_carbon_price_per_mw() -> None:
    """Algebra: the carbon price adds price × factor × hours to a MW of grid power, nothing to green power.

    Proves: (500 + 80 × 0.7) × 2000 and 320 × 1000. Sensitivity: weights, or green power charged.
    """
    costs, _ = objective_of(compiled(PRICED))
    assert costs["grid_power[near,day]"] == pytest.approx(556 * 2000)
    assert costs["green_power[far,hydro,night]"] == pytest.approx(320 * 1000)


def test_location_accounting_needs_no_power_supply() -> None:
    """Emissions by location work on facility load alone; by contract they are refused without a power supply.

    Proves: the same 70 380 t when water steers the plan as power did; a fault that says what to do.
    Sensitivity: contracts counted of an unknown grid power, which would be 0.
    """
    bare = GREEN.with_features(*(name for name in GREEN.features if name != "power_supply"))
    bare = bare.with_cells("site", "wue", {"near": 2}).with_cells("site", "water_price", {"near": 3})
    with pytest.raises(InvalidInputError, match="power_supply"):
        scenario_of(bare)
    location = bare.with_parameters(emissions_accounting="location")
    assert plan(location).summary["emissions"] == pytest.approx(TONNES)


def test_factor_is_asked_for() -> None:
    """A site without a factor is refused: leaving it out would flatter the plan.

    Proves: the missing factor of far is named. Sensitivity: a default of 0.
    """
    with pytest.raises(InvalidInputError, match="emission_factor"):
        scenario_of(GREEN.with_cells("site", "emission_factor", {"far": None}))


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        (GREEN.with_parameters(emissions_max=70_000), "emissions_limit"),
        (GREEN.with_parameters(carbon_price=2), "carbon"),
    ],
)
def test_audit_checks_by_itself(changed: object, rule: str) -> None:
    """A plan made without limit and price is found to break one and not to pay the other.

    Proves: the audit's own limit and price. Sensitivity: a check that is not made.
    """
    results = plan(GREEN)
    found = audit(scenario_of(changed), results.tables, results.summary)  # type: ignore[arg-type]
    assert {finding.rule for finding in found} == {rule}


@pytest.mark.parametrize("accounting", ["contract", "location", "market_certificates"])
def test_audit_of_the_other_accounting(accounting: str) -> None:
    """Tables by one accounting do not pass for the other.

    Proves: with hydro in use the tonnes differ, and the word as well. Sensitivity: accounting read from the tables.
    """
    world = LIMITED.with_parameters(emissions_max=None, emissions_accounting=accounting, carbon_price=3)
    world = world.with_cells("site_technology", "green_power_price", {"far;hydro": 280})
    world = world.with_cells("site", "residual_emission_factor", {"near": 0.8})
    other = world.with_parameters(emissions_accounting="location" if accounting == "contract" else "contract")
    results = plan(world)
    found = {finding.rule for finding in audit(scenario_of(other), results.tables, results.summary)}
    assert found == {"emissions", "emissions_accounting", "carbon"}


@pytest.mark.parametrize("factor", [1.001, float("nan")])
@pytest.mark.parametrize(("table", "rule"), [("emissions", "emissions"), ("cost", "carbon")])
def test_planted_faults_are_found(table: str, rule: str, factor: float) -> None:
    """Tonnes and their cost are checked.

    Proves: one part in a thousand, or an empty cell, is found and named. Sensitivity: sums that skip NaN.
    """
    results = plan(PRICED)
    assert rules_found(results) == set()
    assert rule in rules_found(
        results, altered(results.tables, table, "cost" if table == "cost" else "emissions", lambda old: old * factor)
    )
