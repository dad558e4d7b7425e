"""Power supply: the balance, its limits, and what each kind of power costs.

``ONE`` has one site, so that its draw is known before anything is decided: 10 MW of demand at 1.338 by peak (2000 h)
and 0.9 at rest (6760 h), PUE 1.25 and 1.2:

    peak  13.38 × 1.25 = 16.725 MW     33 450 MWh/a
    rest   9.00 × 1.20 = 10.800 MW     73 008 MWh/a

Grid power costs 800 and 350 CNY/MWh. Wind, 6 MW of it contracted and 8 more for 150 000 CNY/MW/a, is available to a
quarter at peak and to a half at rest, and costs 250 CNY/MWh. A MW more of it saves 0.25 × 2000 × (800 - 250) = 275 000
at peak and 0.5 × 6760 × (350 - 250) = 338 000 at rest, so that all 14 MW are held, all of it used:

    grid   (16.725 - 3.5) × 2000 × 800 + (10.8 - 7) × 6760 × 350 = 21 160 000 + 8 990 800
    green  (3.5 × 2000 + 7 × 6760) × 250 = 54 320 × 250 = 13 580 000;   capacity  8 × 150 000 = 1 200 000
"""

from __future__ import annotations

import pytest

from planner.errors import InfeasibleError, InvalidInputError
from planner.models.audit import audit
from tests.algebra import (
    HAND,
    altered,
    bounds_of,
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

ONE = World(
    features=("time", "demand", "routes", "allocation", "site_capacity", "facility_load", "power_supply"),
    tables={
        "timestep": [{"timestep": "peak", "timestep_weight": 2000}, {"timestep": "rest", "timestep_weight": 6760}],
        "region": [{"region": "city"}],
        "workload": [{"workload": "web", "compute_type": "cpu"}],
        "compute_type": [{"compute_type": "cpu"}],
        "region_workload": [{"region": "city", "workload": "web", "demand": 10}],
        "workload_timestep": [
            {"workload": "web", "timestep": "peak", "demand_profile": 1.338},
            {"workload": "web", "timestep": "rest", "demand_profile": 0.9},
        ],
        "site": [{"site": "plain", "utilisation_max": 0.8}],
        "site_compute_type": [{"site": "plain", "compute_type": "cpu", "capacity_existing": 20}],
        "site_timestep": [
            {"site": "plain", "timestep": "peak", "pue": 1.25, "grid_power_price": 800},
            {"site": "plain", "timestep": "rest", "pue": 1.2, "grid_power_price": 350},
        ],
        "technology": [{"technology": "wind"}, {"technology": "solar"}],
        "site_technology": [
            {"site": "plain", "technology": "wind", "green_capacity_existing": 6, "green_capacity_max": 14,
             "green_capacity_cost": 150_000, "green_power_price": 250, "excess_price": 180},
        ],
        "site_technology_timestep": [
            {"site": "plain", "technology": "wind", "timestep": "peak", "availability": 0.25},
            {"site": "plain", "technology": "wind", "timestep": "rest", "availability": 0.5},
        ],
    },
)  # fmt: skip
COSTS = {"grid_power": 30_150_800, "green_power": 13_580_000, "green_capacity": 1_200_000}
ONE_COST = 44_930_800.0
WIND = ("plain", "wind")
LIMITED = ONE.with_cells("site", "grid_power_max", {"plain": 15.5}).with_cells(
    "site_timestep", "grid_power_price", {"plain;peak": 240}
)
LIMITED = LIMITED.with_cells("site_technology", "green_capacity_max", {"plain;wind": 6})
"""At peak the grid (240) is cheaper than wind (250), but carries only 15.5 of 16.725 MW; 1.5 MW of wind are there."""


def test_all_supply_is_as_worked_by_hand() -> None:
    """Green power that is worth it is contracted and used; the grid fills the rest, step by step.

    Proves: every cost category above and their sum, 44 930 800 CNY/a.
    Sensitivity: a weight left out of any of them, a price of the other step, or green capacity paid for existing too.
    """
    costs = plan(ONE).summary["costs"]
    assert {name: costs[name] for name in COSTS} == pytest.approx(COSTS)
    assert costs["excess"] == costs["certificates"] == 0
    assert cost_of(ONE) == pytest.approx(ONE_COST)
    energy = plan(ONE).summary["energy"]
    assert energy["grid"] == pytest.approx(13.225 * 2000 + 3.8 * 6760)
    assert energy["green"] == pytest.approx(54_320)


def test_shares_of_each_accounting_are_reported() -> None:
    """The summary names the green share in each accounting, whether or not a rule asks for it.

    Proves: matched 54 320 / 106 458; every_timestep the least of 3.5 / 16.725 and 7 / 10.8; certificate as matched,
    with nothing sold and no certificates. Sensitivity: a mean over steps without weights.
    """
    share = plan(ONE).summary["green_power_share"]
    assert share == pytest.approx(
        {"certificate": 54_320 / 106_458, "matched": 54_320 / 106_458, "every_timestep": 3.5 / 16.725}
    )


def test_power_balance_algebra() -> None:
    """Algebra: grid and green power equal PUE × work, in MW, whatever the step's weight.

    Proves: +1, +1 and -1.25 at peak, -1.2 at rest; both sides 0. Sensitivity: weights in a balance of power, excess
    power counted as supply, solar (nowhere contracted) in the sum.
    """
    rows = rows_of(compiled(ONE), "power_balance")
    expected = {"peak": -1.25, "rest": -1.2}
    assert set(rows) == {"plain,peak", "plain,rest"}
    for step, pue in expected.items():
        row = rows[f"plain,{step}"]
        assert row.coefficients == pytest.approx(
            {
                f"grid_power[plain,{step}]": 1,
                f"green_power[plain,wind,{step}]": 1,
                f"allocation[city,web,plain,direct,{step}]": pue,
            }
        )
        assert row.lower == row.upper == 0


def test_power_balance_price_is_the_price_of_the_last_mwh() -> None:
    """One MW more of draw is bought from the grid.

    Proves: 2000 × 800 = 1 600 000 at peak and 6760 × 350 = 2 366 000 at rest, per MW; a MW of demand costs PUE times
    that. Sensitivity: the sign of the equality (power_out on the left turns it), prices divided by weight.
    """
    results = plan(ONE)
    assert price_of(results, "power_balance", "plain", "peak") == pytest.approx(1_600_000)
    assert price_of(results, "power_balance", "plain", "rest") == pytest.approx(2_366_000)
    assert price_of(results, "demand_balance", "city", "web", "rest") == pytest.approx(1.2 * 2_366_000)
    assert set(results.shadow_prices.loc[lambda p: p["rule"] == "power_balance", "unit"]) == {"CNY/a per MW"}


def test_green_capacity_limit_binds() -> None:
    """Green capacity is contracted up to its limit, existing included.

    Proves: 14 MW held; a limit of 13 costs 275 000 + 338 000 - 150 000 = 463 000 more, which is the price of the rule.
    Sensitivity: a limit on new capacity alone (20 MW would be held), or a price without the capacity's cost.
    """
    held = plan(ONE).tables["power_supply_capacity"].set_index(["site", "technology"])["green_capacity"]
    assert held.to_dict() == pytest.approx({WIND: 14})
    assert price_of(plan(ONE), "green_capacity_limit", *WIND) == pytest.approx(463_000)
    tighter = ONE.with_cells("site_technology", "green_capacity_max", {"plain;wind": 13})
    assert cost_of(tighter) - ONE_COST == pytest.approx(463_000)


def test_green_capacity_limit_algebra() -> None:
    """Algebra: new capacity is at most what the limit leaves beside the existing.

    Proves: 1 × green_capacity_new ≤ 14 - 6 = 8. Sensitivity: existing capacity left out of the sum.
    """
    rows = rows_of(compiled(ONE), "green_capacity_limit")
    assert {name: (row.coefficients, row.upper) for name, row in rows.items()} == {
        "plain,wind": ({"green_capacity_new[plain,wind]": 1.0}, 8.0)
    }


def test_green_capacity_without_limit_is_what_stands() -> None:
    """Without green_capacity_max nothing can be contracted beyond what stands, however much it would save.

    Proves: 6 MW, and 8 MW × 463 000 CNY more; no column for new capacity. Sensitivity: "no limit" read as unlimited.
    """
    bare = ONE.with_cells("site_technology", "green_capacity_max", {"plain;wind": None})
    assert bounds_of(compiled(bare), "green_capacity_new") == {}
    assert cost_of(bare) - ONE_COST == pytest.approx(8 * 463_000)


def test_dear_green_capacity_is_not_contracted() -> None:
    """Green capacity that costs more than it saves is left.

    Proves: at 620 000 CNY/MW (it saves 613 000) 6 MW are held and the limit has no price. Sensitivity: the cost of new
    capacity missing, or spread over the hours.
    """
    dear = ONE.with_cells("site_technology", "green_capacity_cost", {"plain;wind": 620_000})
    assert plan(dear).tables["power_supply_capacity"]["green_capacity"].tolist() == pytest.approx([6])
    assert price_of(plan(dear), "green_capacity_limit", *WIND) == 0
    assert cost_of(dear) - ONE_COST == pytest.approx(8 * 463_000)


def test_green_power_availability_binds() -> None:
    """No more green power is used than is available in its step.

    Proves: 0.25 × 14 = 3.5 MW at peak, 7 at rest; a MW of it is worth 2000 × 550 and 6760 × 100.
    Sensitivity: another step's availability, or capacity without availability (14 MW).
    """
    table = plan(ONE).tables["power_supply_technology"].set_index("timestep")
    assert table["green_power"].to_dict() == pytest.approx({"peak": 3.5, "rest": 7})
    assert price_of(plan(ONE), "green_power_availability", *WIND, "peak") == pytest.approx(1_100_000)
    assert price_of(plan(ONE), "green_power_availability", *WIND, "rest") == pytest.approx(676_000)


def test_green_power_availability_algebra() -> None:
    """Algebra: used and sold power stay within availability × (existing + new).

    Proves: green_power + excess - 0.25 × new ≤ 0.25 × 6 at peak; 0.5 at rest. Sensitivity: excess left out, or
    existing capacity without its availability.
    """
    rows = rows_of(compiled(ONE), "green_power_availability")
    for step, share in (("peak", 0.25), ("rest", 0.5)):
        row = rows[f"plain,wind,{step}"]
        assert row.coefficients == pytest.approx(
            {
                f"green_power[plain,wind,{step}]": 1,
                f"excess[plain,wind,{step}]": 1,
                "green_capacity_new[plain,wind]": -share,
            }
        )
        assert row.upper == pytest.approx(6 * share)


def test_availability_defaults_to_all() -> None:
    """Without availability a technology gives all its capacity.

    Proves: 14 MW at peak, 10.8 (the draw) at rest; what is above is curtailed. Sensitivity: a default of 0.
    """
    steady = ONE.replaced(tables={k: v for k, v in ONE.tables.items() if k != "site_technology_timestep"})
    steady = steady.with_cells("site_technology", "green_capacity_cost", {"plain;wind": 150_000})
    table = plan(steady).tables["power_supply_technology"].set_index("timestep")
    assert table["green_power"].to_dict() == pytest.approx({"peak": 14, "rest": 10.8})
    assert table["excess"].to_dict() == pytest.approx({"peak": 0, "rest": 0})


def test_a_green_surplus_is_curtailed_unless_it_sells() -> None:
    """What cannot be used is curtailed when selling loses, and sold when it gains.

    Proves: at a demand of a fifth, wind of 6 MW gives 3 MW at rest and 2.16 are used. At an excess price of 180, below
    the 250 paid, 0.84 MW are curtailed; at 290 they are sold, at a gain of 0.84 × 6760 × 40 CNY/a.
    Sensitivity: excess free of its own price, or its income counted as a cost.
    """
    small = ONE.with_cells("region_workload", "demand", {"city;web": 2})
    small = small.with_cells("site_technology", "green_capacity_max", {"plain;wind": 6})
    selling = small.with_cells("site_technology", "excess_price", {"plain;wind": 290})
    assert plan(small).summary["energy"]["excess"] == 0
    table = plan(selling).tables["power_supply_technology"].set_index("timestep")
    assert table["excess"].to_dict() == pytest.approx({"peak": 0, "rest": 0.84})
    assert plan(selling).summary["costs"]["excess"] == pytest.approx(-0.84 * 6760 * 290)
    assert cost_of(small) - cost_of(selling) == pytest.approx(0.84 * 6760 * 40)


def test_grid_power_limit_binds() -> None:
    """The grid connection is used to its limit where the grid is cheaper, and wind fills the rest.

    Proves: 15.5 MW of grid and 1.225 of wind at peak; a MW less costs 2000 × (250 - 240) = 20 000.
    Sensitivity: a limit on energy, on the facility load, or not in every timestep.
    """
    table = plan(LIMITED).tables["power_supply"].set_index("timestep")
    assert table.loc["peak", ["grid_power", "green_power_used"]].tolist() == pytest.approx([15.5, 1.225])
    assert price_of(plan(LIMITED), "grid_power_limit", "plain", "peak") == pytest.approx(20_000)
    assert price_of(plan(LIMITED), "grid_power_limit", "plain", "rest") == 0
    tighter = LIMITED.with_cells("site", "grid_power_max", {"plain": 15.4})
    assert cost_of(tighter) - cost_of(LIMITED) == pytest.approx(2_000)


def test_grid_power_limit_algebra() -> None:
    """Algebra: one row a step where a limit is given, none where not.

    Proves: grid_power ≤ 15.5. Sensitivity: a limit of 0 or infinity where none is given.
    """
    rows = rows_of(compiled(LIMITED), "grid_power_limit")
    assert {name: (row.coefficients, row.upper) for name, row in rows.items()} == {
        f"plain,{step}": ({f"grid_power[plain,{step}]": 1.0}, 15.5) for step in ("peak", "rest")
    }
    assert rows_of(compiled(ONE), "grid_power_limit") == {}


def test_too_small_a_connection_is_infeasible() -> None:
    """A limit that no supply can make up for has no plan.

    Proves: 16.725 MW at peak need 15.225 of grid beside 1.5 of wind. Sensitivity: a slack that hides the shortage.
    """
    with pytest.raises(InfeasibleError):
        plan(LIMITED.with_cells("site", "grid_power_max", {"plain": 15.2}))


def test_costs_of_each_column() -> None:
    """Algebra: what each MW or MWh of supply costs.

    Proves: grid 800 × 2000; green used 250 × 2000; excess (250 - 180) × 6760; new capacity 150 000 CNY/MW/a.
    Sensitivity: any weight, any price, the sign of what excess earns.
    """
    costs, constant = objective_of(compiled(ONE))
    assert costs["grid_power[plain,peak]"] == pytest.approx(1_600_000)
    assert costs["green_power[plain,wind,peak]"] == pytest.approx(500_000)
    assert costs["excess[plain,wind,rest]"] == pytest.approx(70 * 6760)
    assert costs["green_capacity_new[plain,wind]"] == pytest.approx(150_000)
    assert constant == 0


CERTIFIED = ONE.with_features(*ONE.features, "green_power_share").with_cells(
    "site_timestep", "grid_power_price", {"*": 300}
)
CERTIFIED = CERTIFIED.with_cells("site_technology", "green_power_price", {"plain;wind": 320})
CERTIFIED = CERTIFIED.with_cells("site_technology", "green_capacity_existing", {"plain;wind": 14})
CERTIFIED = CERTIFIED.with_cells("site", "green_power_share_min", {"plain": 0.7})
CERTIFIED = CERTIFIED.with_cells("site", "certificate_price", {"plain": 15})
CERTIFIED = CERTIFIED.with_cells("site", "certificates_max", {"plain": 50_000})
"""0.7 × 106 458 = 74 520.6 MWh must be green: 50 000 by certificates at 15, the other 24 520.6 by wind at 20 more."""


FULL = CERTIFIED.with_cells("site", "green_power_share_min", {"plain": 0.95})
for _column, _value in {"green_capacity_existing": 24, "green_capacity_max": 24, "green_power_price": 280,
                        "excess_price": 290}.items():  # fmt: skip
    FULL = FULL.with_cells("site_technology", _column, {"plain;wind": _value})
"""Wind is used (280 against 300), sold (290) and topped up with certificates: nothing is 0."""


def test_certificates_limit_binds() -> None:
    """Certificates are used to their limit where they are the cheapest green.

    Proves: cost 106 458 × 300 + 50 000 × 15 + 24 520.6 × 20; a certificate less costs 20 - 15 = 5.
    Sensitivity: certificates per step, weighted, or without their price.
    """
    results = plan(CERTIFIED)
    assert cost_of(CERTIFIED) == pytest.approx(106_458 * 300 + 750_000 + 24_520.6 * 20)
    assert results.summary["costs"]["certificates"] == pytest.approx(750_000)
    assert price_of(results, "certificates_limit", "plain") == pytest.approx(5)
    tighter = CERTIFIED.with_cells("site", "certificates_max", {"plain": 49_000})
    assert cost_of(tighter) - cost_of(CERTIFIED) == pytest.approx(5_000)


def test_certificates_limit_algebra() -> None:
    """Algebra: certificates exist where they have a price, and the limit is theirs alone.

    Proves: certificates ≤ 50 000 [MWh/a]; without a price no column and, though a limit is given, no row.
    Sensitivity: a limit weighted by hours, or certificates free where no price is given.
    """
    rows = rows_of(compiled(CERTIFIED), "certificates_limit")
    assert {name: (row.coefficients, row.upper) for name, row in rows.items()} == {
        "plain": ({"certificates[plain]": 1.0}, 50_000.0)
    }
    none = compiled(CERTIFIED.with_cells("site", "certificate_price", {"plain": None}))
    assert bounds_of(none, "certificates") == {}
    assert rows_of(none, "certificates_limit") == {}


def test_free_certificates_are_certificates() -> None:
    """A certificate price of 0 is a price.

    Proves: 50 000 certificates are used at no cost. Sensitivity: a test for truth in place of one for being given.
    """
    free = CERTIFIED.with_cells("site", "certificate_price", {"plain": 0})
    assert plan(free).summary["energy"]["certificates"] == pytest.approx(50_000)
    assert cost_of(CERTIFIED) - cost_of(free) == pytest.approx(750_000)


def test_a_world_without_technologies() -> None:
    """No technology and no certificate: the grid supplies all.

    Proves: 33 450 × 800 + 73 008 × 350 CNY/a; empty sets go through build, report, audit and summary.
    Sensitivity: any sum or table that cannot be empty.
    """
    names = ("technology", "site_technology", "site_technology_timestep")
    bare = ONE.replaced(tables={name: rows for name, rows in ONE.tables.items() if name not in names})
    assert cost_of(bare) == pytest.approx(33_450 * 800 + 73_008 * 350)
    assert plan(bare).summary["green_power_share"] == {"certificate": 0, "matched": 0, "every_timestep": 0}


def test_without_timesteps_a_year_is_one_step() -> None:
    """Without timestep.csv one step stands for all 8760 hours.

    Proves: HAND without its steps: 8760 × (13.5 × 360 + 16.5 × 700). Sensitivity: a weight of 1 by default.
    """
    names = ("timestep", "workload_timestep")
    year = HAND.replaced(tables={name: rows for name, rows in HAND.tables.items() if name not in names}, hours=8760)
    assert cost_of(year) == pytest.approx(8760 * (13.5 * 360 + 16.5 * 700))


def test_a_limit_below_what_stands_is_refused() -> None:
    """green_capacity_max below green_capacity_existing is a fault of the input.

    Proves: it is named before solving. Sensitivity: an infeasible model, or existing capacity cut silently.
    """
    with pytest.raises(InvalidInputError, match="stand already"):
        scenario_of(ONE.with_cells("site_technology", "green_capacity_max", {"plain;wind": 5}))


@pytest.mark.parametrize(
    ("column", "table", "key", "value", "rule"),
    [
        ("grid_power_max", "site", "plain", 13, "grid_power_limit"),
        ("green_capacity_max", "site_technology", "plain;wind", 13, "green_capacity_limit"),
        ("availability", "site_technology_timestep", "plain;wind;rest", 0.49, "green_power_availability"),
        ("grid_power_price", "site_timestep", "plain;rest", 351, "grid_power"),
        ("green_power_price", "site_technology", "plain;wind", 251, "green_power"),
        ("green_capacity_cost", "site_technology", "plain;wind", 151_000, "green_capacity"),
    ],
)
def test_audit_checks_by_itself(column: str, table: str, key: str, value: float, rule: str) -> None:
    """A plan held against inputs it was not made for fails just the rule or the cost that differs.

    Proves: the audit's own limits and prices, one by one. Sensitivity: a check that is not made, or made too widely.
    """
    results = plan(ONE)
    other = scenario_of(ONE.with_cells(table, column, {key: value}))
    # Another availability leaves another slack, too.
    expected = {rule, "curtailed"} if column == "availability" else {rule}
    assert {finding.rule for finding in audit(other, results.tables, results.summary)} == expected


@pytest.mark.parametrize(
    ("world", "column", "table", "key", "value", "rule"),
    [
        (CERTIFIED, "certificates_max", "site", "plain", 49_000, "certificates_limit"),
        (CERTIFIED, "certificate_price", "site", "plain", 16, "certificates"),
    ],
)
def test_audit_checks_certificates_by_itself(
    world: World, column: str, table: str, key: str, value: float, rule: str
) -> None:
    """As above, for certificates."""
    results = plan(world)
    other = scenario_of(world.with_cells(table, column, {key: value}))
    assert {finding.rule for finding in audit(other, results.tables, results.summary)} == {rule}


def test_audit_knows_that_certificates_need_a_price() -> None:
    """Certificates at a site that has none to buy are a finding.

    Proves: 50 000 of them where no price is given. Sensitivity: their cost, NaN, taken as 0.
    """
    results = plan(CERTIFIED)
    other = scenario_of(CERTIFIED.with_cells("site", "certificate_price", {"plain": None}))
    assert "certificates" in {finding.rule for finding in audit(other, results.tables, results.summary)}


@pytest.mark.parametrize("factor", [1.001, -1.0, float("nan")])
@pytest.mark.parametrize(
    ("table", "column", "rules"),
    [
        ("power_supply", "grid_power", {"power_balance", "grid_power"}),
        ("power_supply", "green_power_used", {"green_power_used"}),
        ("power_supply_technology", "green_power", {"power_balance", "green_power"}),
        ("power_supply_technology", "excess", {"excess"}),
        ("power_supply_capacity", "green_capacity", {"green_capacity"}),
        ("power_supply_certificates", "certificates", {"certificates"}),
        ("cost", "cost", {"grid_power", "green_power", "certificates"}),
    ],
)
def test_planted_faults_are_found(table: str, column: str, rules: set[str], factor: float) -> None:
    """Every number of the feature's tables is checked: one part in a thousand, a turned sign, an empty cell.

    Proves: the finding names the rule, the cost or the column. Sensitivity: sums that skip NaN or cancel, and columns
    that nobody compares, such as green_power_used, on which the matched share rests.
    """
    results = plan(FULL)
    for used, name in (("power_supply_technology", "green_power"), ("power_supply_technology", "excess")):
        assert (results.tables[used][name] > 0).any()
    assert results.summary["energy"]["certificates"] > 0
    assert rules_found(results) == set()
    assert rules <= rules_found(results, altered(results.tables, table, column, lambda old: old * factor))


def test_power_from_nowhere_is_found() -> None:
    """Green power of a technology that the scenario does not know is no supply.

    Proves: with the grid's power and cost lowered to match, the audit still finds it. Sensitivity: an unknown
    availability, and an unknown price, taken as no limit and no cost.
    """
    results = plan(ONE)
    tables = altered(results.tables, "power_supply_technology", "technology", "fusion", timestep="peak")
    assert "green_power_availability" in rules_found(results, tables)
