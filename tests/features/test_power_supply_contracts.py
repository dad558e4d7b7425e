"""Power supply by contract: plants in whole units, and power that is paid for whether or not it is taken.

The day of ``tests/hours.py`` draws 10 MW at all times, for 39 600 000 CNY/a from the grid. A MW of ``river`` gives

    step     availability  hours [h/a]  energy [MWh/a]  grid [CNY/MWh]
    night        0.5          2400          1200             300
    morning      0.8          1600          1280             600
    noon         0.8          1200           960             400
    evening      0.25         2000           500             900

3940 MWh/a. ``BOUND`` has 10 MW of it at 500 CNY/MWh, which are worth taking in the morning and the evening: 17 800 of
39 400 MWh, 36 320 000 CNY/a. ``UNITS`` has 2 MW at 100 CNY/MWh and may build 18 more for 1 000 000 CNY/MW/a. A MW is worth
1200 × 200 + 1280 × 500 + 960 × 300 + 500 × 800 = 1 568 000 up to 12.5 MW, and 640 000 above, where mornings and noons have
no use for it.
"""

from __future__ import annotations

import pytest

from planner.errors import InvalidInputError
from planner.models.audit import audit
from tests.algebra import (
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
from tests.hours import DAY, DAY_COST, DURATION, WEIGHT
from tests.worlds import World

GIVES = {"night": 0.5, "morning": 0.8, "noon": 0.8, "evening": 0.25}
FULL_HOURS = 3940.0
RIVER = DAY.with_rows("technology", [{"technology": "river"}]).with_rows(
    "site_technology_timestep",
    [{"site": "plain", "technology": "river", "timestep": step, "availability": GIVES[step]} for step in DURATION],
)


def contract(**cells: float) -> World:
    """Return the day with a river under contract."""
    return RIVER.with_rows("site_technology", [{"site": "plain", "technology": "river", **cells}])


BOUND = contract(green_capacity_existing=10, green_power_price=500)
TAKEN = contract(green_capacity_existing=10, green_power_price=500, take_or_pay=0.6)
UNTAKEN = contract(green_capacity_existing=24, green_power_price=500, take_or_pay=0.95)
FREE = contract(green_capacity_existing=2, green_capacity_max=20, green_capacity_cost=1_000_000, green_power_price=100)
UNITS = contract(
    green_capacity_existing=2, green_capacity_max=20, green_capacity_cost=1_000_000, green_power_price=100,
    green_capacity_unit=4,
)  # fmt: skip


def test_what_is_paid_for_is_taken_where_it_is_of_use() -> None:
    """Six tenths of 39 400 MWh are 23 640, 5 840 more than are worth their price: they are used at noon, for 400 each.

    Proves: 36 320 000 + 5 840 × (500 − 400) = 36 904 000 CNY/a; a MWh more costs 100. Sensitivity: a share of what is
    used, of capacity without availability, of each hour; weights left out.
    """
    assert cost_of(BOUND) == pytest.approx(DAY_COST - 12_800 * 100 - 5_000 * 400)
    assert cost_of(TAKEN) == pytest.approx(36_904_000)
    results = plan(TAKEN)
    assert results.tables["power_supply_take_or_pay"]["untaken_energy"].tolist() == pytest.approx([0])
    assert price_of(results, "take_or_pay_floor", "plain", "river") == pytest.approx(100)
    assert results.summary["costs"]["take_or_pay"] == pytest.approx(0)


def test_what_nobody_can_use_is_paid_for_all_the_same() -> None:
    """24 MW could give 94 560 MWh; 64 000 of them can be used, 0.95 are paid for.

    Proves: 25 832 MWh are paid for and not taken, 12 916 000 CNY/a, beside 32 000 000 for what is used and 7 200 000 for
    the evening's grid power; a MWh more costs 500. Sensitivity: nothing paid, all 30 560 that are left paid.
    """
    results = plan(UNTAKEN)
    assert results.tables["power_supply_take_or_pay"]["untaken_energy"].tolist() == pytest.approx([25_832])
    assert results.summary["costs"]["take_or_pay"] == pytest.approx(12_916_000)
    assert cost_of(UNTAKEN) == pytest.approx(52_116_000)
    assert price_of(results, "take_or_pay_floor", "plain", "river") == pytest.approx(500)


def test_plants_are_built_in_whole_units() -> None:
    """Of 4 MW units three are built beside the 2 MW that stand; by any amount it would be 10.5 MW.

    Proves: 14 × 640 000 + 12.5 × 928 000 − 12 000 000 = 8 560 000 saved; two units would save 7 680 000. Sensitivity: what
    stands counted in units as well (12 MW in all), units rounded after the plan.
    """
    assert cost_of(FREE) == pytest.approx(DAY_COST - 12.5 * 1_568_000 + 10.5e6)
    results = plan(UNITS)
    assert results.tables["power_supply_capacity"]["green_capacity"].tolist() == pytest.approx([14])
    assert cost_of(UNITS) == pytest.approx(DAY_COST - 8_560_000)


def test_contract_algebra() -> None:
    """Algebra: new = 4 × units; used + sold + untaken ≥ 0.6 × 3940 h × capacity; untaken costs what used does.

    Proves: every coefficient, and no column or row without the parameters. Sensitivity: hours in place of full hours.
    """
    problem = compiled(UNITS)
    [row] = rows_of(problem, "green_capacity_in_units").values()
    sizes = {name: abs(value) for name, value in row.coefficients.items()}
    assert sizes == {"green_capacity_new[plain,river]": 1, "green_units[plain,river]": 4}
    larger = contract(green_capacity_existing=2, green_capacity_max=20, green_power_price=500, take_or_pay=0.6)
    problem = compiled(larger)
    [row] = rows_of(problem, "take_or_pay_floor").values()
    sizes = {name: abs(value) for name, value in row.coefficients.items()}
    assert sizes.pop("green_capacity_new[plain,river]") == pytest.approx(0.6 * FULL_HOURS)
    assert sizes.pop("untaken_energy[plain,river]") == 1
    taken = {f"{name}[plain,river,{step}]": WEIGHT[step] for name in ("green_power", "excess") for step in DURATION}
    assert sizes == pytest.approx(taken)
    assert objective_of(problem)[0]["untaken_energy[plain,river]"] == 500
    none = compiled(BOUND)
    assert bounds_of(none, "untaken_energy") == bounds_of(none, "green_units") == {}
    assert rows_of(none, "take_or_pay_floor") == rows_of(none, "green_capacity_in_units") == {}


@pytest.mark.parametrize(
    ("world", "column", "value", "rules"),
    [
        (TAKEN, "take_or_pay", 0.61, {"take_or_pay_floor"}),
        (UNTAKEN, "green_power_price", 510, {"take_or_pay", "green_power"}),
        (UNITS, "green_capacity_unit", 5, {"green_capacity_in_units"}),
    ],
)
def test_audit_checks_contracts_by_itself(world: World, column: str, value: float, rules: set[str]) -> None:
    """A plan held against a contract it was not made for fails just its rule or its cost.

    Proves: the audit adds up what could be made and counts units by itself. Sensitivity: results believed.
    """
    results = plan(world)
    assert rules_found(results) == set()
    other = scenario_of(world.with_cells("site_technology", column, {"plain;river": value}))
    assert {each.rule for each in audit(other, results.tables, results.summary)} == rules


def test_a_forged_contract_is_found() -> None:
    """Less paid for than was agreed on, and a row that is gone, are found.

    Proves: the rule, its cost and the table. Sensitivity: a sum in which what is left out counts as 0.
    """
    results = plan(UNTAKEN)
    found = rules_found(results, altered(results.tables, "power_supply_take_or_pay", "untaken_energy", 20_000.0))
    assert {"take_or_pay_floor", "take_or_pay"} <= found
    tables = {**results.tables, "power_supply_take_or_pay": results.tables["power_supply_take_or_pay"].iloc[:0]}
    assert "power_supply_take_or_pay" in rules_found(results, tables)


def test_a_contract_of_nothing_is_refused() -> None:
    """What is not under contract, and may not be, is not paid for.

    Proves: a fault that names the cell. Sensitivity: a share of 0 MW, which says nothing.
    """
    with pytest.raises(InvalidInputError, match="nothing is under contract"):
        scenario_of(contract(green_capacity_existing=0, green_power_price=500, take_or_pay=0.6))
