"""Power supply at its peaks: the charge on each month's greatest grid power, and connections that may be widened.

``FLAT`` is the day of ``tests/hours.py`` with a load that is not even, at 400 CNY/MWh in all steps. It draws 10 MW in the
mean, 72 000 MWh/a for 28 800 000 CNY/a:

    step     duration [h]  load [MW]
    night          6          7.5
    morning        4         10
    noon           3         12.5
    evening        5         11.5

``SHAVED`` has the store of ``STORE`` beside it: 1.8 MW and 5.4 MWh, 0.9 and 0.8. A MWh a day that it gives loses
1 / 0.72 - 1 = 0.38889 MWh, on 400 days 62 222 CNY/a. So a MW less of the greatest draw costs 3 × 62 222 = 186 667 CNY/a
down to 11.5 MW, when noon alone is above it, and 8 × 62 222 = 497 778 below, for noon and evening.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest

from planner.errors import InfeasibleError, InvalidInputError
from planner.models.audit import audit
from planner.pipeline.check import warnings_of
from tests.algebra import (
    Row,
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
from tests.hours import DAY, DURATION, STORE

if TYPE_CHECKING:
    from tests.worlds import World

LOAD = {"night": 7.5, "morning": 10, "noon": 12.5, "evening": 11.5}
ENERGY_COST = 28_800_000.0
LOSS = (1 / 0.72 - 1) * 400 * 400
"""[CNY/a] for a MWh a day that the store gives."""


def uneven(world: World) -> World:
    """Return a world of the day with a load that is not even, and one price."""
    profile = [{"workload": "web", "timestep": step, "demand_profile": load / 10} for step, load in LOAD.items()]
    return world.with_rows("workload_timestep", profile).with_cells("site_timestep", "grid_power_price", {"*": 400})


FLAT, SHAVED = uneven(DAY), uneven(STORE)
IN_MONTHS = {
    "night": "2025-01-05T00:00",
    "morning": "2025-01-05T06:00",
    "noon": "2025-07-05T00:00",
    "evening": "2025-07-05T03:00",
}


def charged(world: World, charge: float) -> World:
    """Return a world with a charge on the greatest grid power."""
    return world.with_cells("site", "demand_charge", {"plain": charge})


def in_months(world: World, times: dict[str, str]) -> World:
    """Return a world whose steps have times in place of places."""
    return world.with_cells("timestep", "position", {"*": None}).with_cells("timestep", "time", times)


TWO_MONTHS = in_months(charged(FLAT, 40_000), IN_MONTHS)
CHARGED = charged(SHAVED, 40_000)
WIDENED = SHAVED.with_cells("site", "grid_power_max", {"plain": 11}).with_cells(
    "site", "grid_power_max_new", {"plain": 2}
)
WIDENED = WIDENED.with_cells("site", "grid_power_new_cost", {"plain": 250_000})
NARROW = WIDENED.with_cells("site", "grid_power_max_new", {"plain": 1}).with_cells(
    "site", "grid_power_new_cost", {"plain": 50_000}
)


def test_the_greatest_power_of_each_month_is_paid_for() -> None:
    """Of two months each stands for six: 10 MW in January, 12.5 in July.

    Proves: 6 × 40 000 × (10 + 12.5) = 5 400 000 CNY/a beside the energy. Sensitivity: the mean of a month's power, the
    year's greatest for every month (6 000 000), two months paid for instead of twelve.
    """
    results = plan(TWO_MONTHS)
    assert results.summary["costs"]["demand_charge"] == pytest.approx(5_400_000)
    assert cost_of(TWO_MONTHS) == pytest.approx(ENERGY_COST + 5_400_000)
    peaks = results.tables["power_supply_peak"].set_index(["site", "month"])["grid_power_peak"]
    assert peaks.to_dict() == pytest.approx({("plain", "01"): 10, ("plain", "07"): 12.5})


def test_without_months_it_is_the_year_s_greatest_and_says_so() -> None:
    """Steps that have no time belong to one month, which stands for twelve; a note calls that an upper estimate.

    Proves: 12 × 40 000 × 12.5 = 6 000 000 CNY/a, and the notes of none, two and twelve months. Sensitivity: one month
    paid for, no note.
    """
    world = charged(FLAT, 40_000)
    assert cost_of(world) == pytest.approx(ENERGY_COST + 6_000_000)
    [note] = warnings_of(scenario_of(world))
    assert "upper estimate" in note.en
    [note] = warnings_of(scenario_of(TWO_MONTHS))
    assert "2 of the twelve months" in note.en
    assert "6 months" in note.en
    assert list(warnings_of(scenario_of(FLAT))) == []


def test_a_year_that_begins_the_evening_before_has_twelve_months() -> None:
    """A month is one of the calendar: that of two years is one.

    Proves: July of one year and of the next are one month. Sensitivity: thirteen months
    of which each stands for 12 / 13.
    """
    times = {**IN_MONTHS, "night": "2024-07-05T00:00"}
    peaks = plan(in_months(charged(FLAT, 40_000), times)).tables["power_supply_peak"]
    assert set(peaks["month"]) == {"01", "07"}


@pytest.mark.parametrize(
    ("charge", "peak", "given"),
    [
        (10_000, 12.5, 0.0),
        (40_000, 11.5, 3.0),
        (45_000, (95 - 4.32) / 8, 4.32),
    ],
)
def test_a_store_cuts_the_peak_as_far_as_it_pays(charge: float, peak: float, given: float) -> None:
    """A store gives at the peak while a MW less is charged more than it loses.

    Proves: 12 × 10 000 is below 186 667 and nothing is shaved; 480 000 is between that and 497 778: down to the evening's
    11.5; 540 000 is above both: as long as the store has energy, 3 (12.5 - p) + 5 (11.5 - p) = 4.32 MWh a day.
    Sensitivity: a charge for one month, on the facility's load in place of the grid's power, on energy.
    """
    world = charged(SHAVED, charge)
    results = plan(world)
    assert results.tables["power_supply_peak"]["grid_power_peak"].tolist() == pytest.approx([peak])
    assert cost_of(world) == pytest.approx(ENERGY_COST + given * LOSS + 12 * charge * peak)


def test_prices_of_the_peak_share_out_the_charge() -> None:
    """What a MW of noon or evening costs the peak adds up to the year's charge.

    Proves: noon's is what the store loses to shave it, 3 × 62 222 = 186 667; the evening's the rest of 480 000; night and
    morning cost nothing. Sensitivity: the sign, a charge divided by weight.
    """
    results = plan(CHARGED)
    prices = {
        step: price_of(results, "grid_power_peak_floor", "plain", "year", step)
        for step in DURATION
    }  # fmt: skip
    expected = {"night": 0, "morning": 0, "noon": 3 * LOSS, "evening": 480_000 - 3 * LOSS}
    assert prices == pytest.approx(expected, abs=1e-3)


def test_peak_algebra() -> None:
    """Algebra: a row for each step, peak of its month less grid power at least 0; the charge six times for each month.

    Proves: coefficients, sides, columns and cost; without a charge there is nothing of it. Sensitivity: a month's peak
    above the steps of another.
    """
    problem = compiled(TWO_MONTHS)
    month = {"night": "01", "morning": "01", "noon": "07", "evening": "07"}
    assert rows_of(problem, "grid_power_peak_floor") == {
        f"plain,{of},{step}": Row({f"grid_power[plain,{step}]": 1, f"grid_power_peak[plain,{of}]": -1}, -math.inf, 0)
        for step, of in month.items()
    }
    costs = {name: value for name, value in objective_of(problem)[0].items() if "peak" in name}
    assert costs == {"grid_power_peak[plain,01]": 240_000, "grid_power_peak[plain,07]": 240_000}
    for world in (FLAT, charged(FLAT, 0)):
        assert rows_of(compiled(world), "grid_power_peak_floor") == bounds_of(compiled(world), "grid_power_peak") == {}
        assert "demand_charge" not in plan(world).summary["costs"]


@pytest.mark.parametrize(
    ("cost", "wider"),
    [(50_000, 1.5), (250_000, 0.5), (550_000, (95 - 4.32) / 8 - 11)],
)
def test_a_connection_is_widened_as_far_as_it_pays(cost: float, wider: float) -> None:
    """The connection carries 11 MW of the 12.5 at noon: it is widened where that is cheaper than the store's loss.

    Proves: 50 000 is below 186 667, and the store rests; 250 000 is between it and 497 778: the store shaves 1 MW at noon;
    550 000 is above both, and what the store cannot hold is left. Sensitivity: a wider connection for nothing, a limit
    that stays at 11.
    """
    world = WIDENED.with_cells("site", "grid_power_new_cost", {"plain": cost})
    results = plan(world)
    assert results.tables["power_supply_connection"]["grid_connection"].tolist() == pytest.approx([11 + wider])
    assert results.summary["costs"]["grid_connection"] == pytest.approx(cost * wider)
    given = {1.5: 0.0, 0.5: 3.0}.get(wider, 4.32)
    assert cost_of(world) == pytest.approx(ENERGY_COST + given * LOSS + cost * wider)


def test_connection_algebra() -> None:
    """Algebra: grid power less the new width at most what stands; the new width at most its limit, at its cost.

    Proves: both rows, the column, its cost. Sensitivity: the limit on the whole connection, a weight in the cost.
    """
    problem = compiled(WIDENED)
    for step in DURATION:
        row = rows_of(problem, "grid_power_limit")[f"plain,{step}"]
        assert row == Row({f"grid_power[plain,{step}]": 1, "grid_power_new[plain]": -1}, -math.inf, 11)
    limit = rows_of(problem, "grid_connection_limit")
    assert limit == {"plain": Row({"grid_power_new[plain]": 1}, -math.inf, 2)}
    assert objective_of(problem)[0]["grid_power_new[plain]"] == pytest.approx(250_000)
    plain = compiled(WIDENED.with_cells("site", "grid_power_max_new", {"plain": None}))
    assert bounds_of(plain, "grid_power_new") == rows_of(plain, "grid_connection_limit") == {}
    assert rows_of(plain, "grid_power_limit")["plain,noon"].coefficients == {"grid_power[plain,noon]": 1}


def test_price_of_a_limit_on_the_connection() -> None:
    """A MW more by which the connection may be widened saves what the store loses, less its own cost.

    Proves: 3 × 62 222 - 50 000 = 136 667 CNY/a per MW. Sensitivity: the sign, the cost left out.
    """
    assert price_of(plan(NARROW), "grid_connection_limit", "plain") == pytest.approx(3 * LOSS - 50_000)
    bare = uneven(DAY).with_cells("site", "grid_power_max", {"plain": 11})
    with pytest.raises(InfeasibleError):
        plan(bare.with_cells("site", "grid_power_max_new", {"plain": 1.4}))
    assert cost_of(bare.with_cells("site", "grid_power_max_new", {"plain": 1.5})) == pytest.approx(ENERGY_COST)


def test_what_has_no_limit_needs_no_wider_connection() -> None:
    """A width without ``grid_power_max`` is a fault.

    Proves: it is named. Sensitivity: a limit of 0 taken silently.
    """
    with pytest.raises(InvalidInputError, match="may be widened, but has no limit"):
        scenario_of(WIDENED.with_cells("site", "grid_power_max", {"plain": None}))


@pytest.mark.parametrize("factor", [1.001, 0.999, -1.0, float("nan")])
@pytest.mark.parametrize(
    ("table", "column", "rules"),
    [
        ("power_supply_peak", "grid_power_peak", {"grid_power_peak_floor"}),
        ("power_supply_connection", "grid_connection", {"grid_connection", "grid_power_new", "grid_power_limit"}),
    ],
)
def test_planted_faults_are_found(table: str, column: str, rules: set[str], factor: float) -> None:
    """Every number of both tables is checked: a part in a thousand, a turned sign, an empty cell.

    Proves: the finding names the rule or the cost. Sensitivity: a table that nobody adds up.
    """
    results = plan(charged(WIDENED, 3_000))
    assert rules_found(results) == set()
    assert rules_found(results, altered(results.tables, table, column, lambda old: old * factor)) & rules


@pytest.mark.parametrize(
    ("column", "value", "rules"),
    [
        ("demand_charge", 3_100, {"demand_charge"}),
        ("grid_power_new_cost", 251_000, {"grid_connection"}),
        ("grid_power_max_new", 0.4, {"grid_connection_limit"}),
        ("grid_power_max", 11.2, {"grid_connection"}),
        ("grid_power_max_new", None, {"power_supply_connection"}),
    ],
)
def test_audit_checks_by_itself(column: str, value: float | None, rules: set[str]) -> None:
    """A plan held against inputs it was not made for fails the rule or the cost that differs.

    Proves: the audit's own limits, months and prices. Sensitivity: a check that is not made.
    """
    world = charged(WIDENED, 3_000)
    results = plan(world)
    other = scenario_of(world.with_cells("site", column, {"plain": value}))
    assert rules <= {finding.rule for finding in audit(other, results.tables, results.summary)}


def test_more_than_the_connection_carries_is_found() -> None:
    """Grid power above the connection as it stands in the table is found, though the table adds up.

    Proves: a connection forged narrower, its cost with it. Sensitivity: a limit read as what was drawn.
    """
    results = plan(WIDENED)
    forged = altered(results.tables, "power_supply_connection", "grid_connection", 11.3)
    forged = altered(forged, "cost", "cost", 0.3 * 250_000, category="grid_connection")
    assert "grid_power_limit" in rules_found(results, forged)


def test_availability_may_be_above_one() -> None:
    """A plant that is rated below what it can give, as sun behind a smaller inverter, has an availability above 1.

    Proves: 1.2 of 6 MW is used, 7.2 MW; 1.5 is the most. Sensitivity: a cap at 1, any number.
    """
    world = FLAT.with_rows("technology", [{"technology": "sun"}]).with_rows(
        "site_technology",
        [{"site": "plain", "technology": "sun", "green_capacity_existing": 6, "green_power_price": 90, "availability": 1.2}],
    )  # fmt: skip
    assert cost_of(world) == pytest.approx(ENERGY_COST - 7.2 * 7200 * (400 - 90))
    with pytest.raises(InvalidInputError, match=r"at most 1\.5"):
        scenario_of(world.with_cells("site_technology", "availability", {"plain;sun": 1.6}))
