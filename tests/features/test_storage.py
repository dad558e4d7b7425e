"""Storage: what a store holds from timestep to timestep, its losses, its limits, and what it may take.

``STORE`` is the day of ``tests/hours.py`` (10 MW drawn at all times) with a store of 1.8 MW and 5.4 MWh that stores
0.9 of what it takes and gives 0.8 of what it draws from itself. A MWh held is worth 0.8 × 600 = 480 CNY in the morning
and 720 in the evening; it costs 300 / 0.9 = 333.3 at night and 400 / 0.9 = 444.4 at noon. So it is filled twice and
emptied twice, but for what noon cannot bring back: 1.8 MW × 3 h × 0.9 = 4.86 MWh.

    step     takes [MW]                   gives [MW]                        holds at the end [MWh]  grid [MW]
    night    5.4 / 0.9 / 6 h = 1.000      0                                 5.40                    11.000
    morning  0                            (5.4 - 0.54) × 0.8 / 4 h = 0.972  0.54                     9.028
    noon     1.800 (its power)            0                                 5.40                    11.800
    evening  0                            5.4 × 0.8 / 5 h = 0.864           0 (as before the night)  9.136

    2400 × 11 × 300 + 1600 × 9.028 × 600 + 1200 × 11.8 × 400 + 2000 × 9.136 × 900
        = 7 920 000 + 8 666 880 + 5 664 000 + 16 444 800 = 38 695 680 CNY/a

A MWh more of energy is held twice a day: 400 × (480 - 333.3) from night to morning and 400 × (720 - 480) from noon to
evening, for what is held at noon is no longer sold in the morning: 154 666.7 CNY/a. A MW more of power brings 3 h × 0.9
= 2.7 MWh more at noon, that are sold in the morning: 400 × (2.7 × 480 - 3 × 400) = 38 400 CNY/a.
"""

from __future__ import annotations

import pytest

from planner.errors import InvalidInputError
from planner.models.audit import audit
from planner.pipeline.check import warnings_of
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
from tests.hours import DAY, DAY_COST, DURATION, STORE, WEIGHT, in_periods
from tests.worlds import World

COST = 38_695_680.0
CHARGE = {"night": 1.0, "morning": 0, "noon": 1.8, "evening": 0}
DISCHARGE = {"night": 0, "morning": 0.972, "noon": 0, "evening": 0.864}
HELD = {"night": 5.4, "morning": 0.54, "noon": 5.4, "evening": 0}
BEFORE = {"night": "evening", "morning": "night", "noon": "morning", "evening": "noon"}
LARGER = STORE.with_cells("site", "storage_energy_max", {"plain": 7.4}).with_cells(
    "site", "storage_energy_cost", {"plain": 150_000}
)
LARGER = LARGER.with_cells("site", "storage_power_max", {"plain": 1.85}).with_cells(
    "site", "storage_power_cost", {"plain": 30_000}
)
"""``STORE`` with up to 2 MWh and 0.05 MW more, each a little cheaper than what it saves."""

WINDY = STORE.replaced(features=(*STORE.features, "green_power_share")).with_rows(
    "technology", [{"technology": "wind"}]
)
WINDY = WINDY.with_rows(
    "site_technology",
    [{"site": "plain", "technology": "wind", "green_capacity_existing": 4, "green_power_price": 250}],
)
WINDY = WINDY.with_rows(
    "site_technology_timestep",
    [
        {"site": "plain", "technology": "wind", "timestep": step, "availability": 0.5 if step == "night" else 0}
        for step in DURATION
    ],
)
WINDY = WINDY.with_cells("site", "storage_energy_existing", {"plain": 10.8})
MATCHED = WINDY.with_parameters(green_power_share_mode="matched").with_cells(
    "site", "green_power_share_min", {"plain": 0.06}
)
"""Wind at night only, 2 MW of it, and room for 10.8 MWh: at night 1.8 MW × 6 h × 0.9 = 9.72 MWh are stored."""

PERIODS = in_periods(STORE, {"night": "dear", "evening": "dear", "morning": "flat", "noon": "flat"})
PERIODS = PERIODS.with_cells("site_timestep", "grid_power_price", {"plain;morning": 200, "plain;noon": 190})
"""Two periods of two timesteps. In the flat one 190 / 0.72 = 263.9 is more than 200: there nothing is worth storing."""


def test_a_store_over_four_unequal_timesteps_by_hand() -> None:
    """The store is filled at night and noon and emptied in the morning and the evening, as worked above.

    Proves: charge, discharge, what is held at the end of each timestep, grid power, and 38 695 680 CNY/a.
    Sensitivity: either loss, a duration in place of a weight or of 1, a store that begins anywhere but where it ends.
    """
    results = plan(STORE)
    table = results.tables["storage"].set_index("timestep")
    assert table["charge"].to_dict() == pytest.approx(CHARGE, abs=1e-9)
    assert table["discharge"].to_dict() == pytest.approx(DISCHARGE, abs=1e-9)
    assert table["state_of_charge"].to_dict() == pytest.approx(HELD, abs=1e-9)
    grid = results.tables["power_supply"].set_index("timestep")["grid_power"].to_dict()
    assert grid == pytest.approx({step: 10 + CHARGE[step] - DISCHARGE[step] for step in DURATION})
    assert cost_of(STORE) == pytest.approx(COST)
    energy = results.summary["energy"]
    assert energy["charge"] == pytest.approx(2400 * 1.0 + 1200 * 1.8)
    assert energy["discharge"] == pytest.approx(0.72 * energy["charge"])
    assert results.summary["storage"] == pytest.approx({"storage_power": 1.8, "storage_energy": 5.4})


def test_state_of_charge_balance_algebra() -> None:
    """Algebra: what is held less what was held is what is taken × 0.9 less what is given / 0.8, each × duration.

    Proves: every coefficient in every timestep, night after evening among them. Sensitivity: weights in place of
    durations, the losses exchanged or on the wrong side, a first timestep that looks back at nothing.
    """
    rows = rows_of(compiled(STORE), "state_of_charge_balance")
    assert set(rows) == {f"plain,{step}" for step in DURATION}
    for step, hours in DURATION.items():
        row = rows[f"plain,{step}"]
        expected = {
            f"state_of_charge[plain,{step}]": 1,
            f"state_of_charge[plain,{BEFORE[step]}]": -1,
            f"charge[plain,{step}]": -0.9 * hours,
            f"discharge[plain,{step}]": hours / 0.8,
        }
        assert row.coefficients == pytest.approx(expected)
        assert row.lower == row.upper == 0


def test_state_of_charge_balance_price_is_what_a_mwh_held_is_worth() -> None:
    """A MWh more that is asked of the store is one that is not held: it costs what a MWh held is worth, 400 times.

    Proves: 333.3 at night, 480 in the morning and at noon, 720 in the evening, times 400; the unit is that of an energy
    once, not of a year's. Sensitivity: prices divided by weight or duration, the sign of the equality.
    """
    results = plan(STORE)
    worth = {"night": 300 / 0.9, "morning": 480, "noon": 480, "evening": 720}
    found = {step: price_of(results, "state_of_charge_balance", "plain", step) for step in DURATION}
    assert found == pytest.approx({step: -400 * value for step, value in worth.items()})
    units = results.shadow_prices.set_index("rule")["unit"]
    assert set(units["state_of_charge_balance"]) == set(units["state_of_charge_limit"]) == {"CNY/a per MWh"}
    assert set(units["charge_limit"]) == set(units["discharge_limit"]) == {"CNY/a per MW"}


def test_limits_of_power_and_energy_bind_where_worked() -> None:
    """Power binds at noon, energy at night and at noon.

    Proves: 38 400 CNY/a per MW; 400 × 146.7 and 400 × 240 CNY/a per MWh; nothing elsewhere. Sensitivity: limits in
    energy for power, limits summed over timesteps, a negative price.
    """
    results = plan(STORE)
    power = {step: price_of(results, "charge_limit", "plain", step) for step in DURATION}
    energy = {step: price_of(results, "state_of_charge_limit", "plain", step) for step in DURATION}
    assert power == pytest.approx({"night": 0, "morning": 0, "noon": 38_400, "evening": 0}, abs=1e-6)
    assert energy == pytest.approx({"night": 400 * (480 - 300 / 0.9), "morning": 0, "noon": 96_000, "evening": 0})
    assert price_of(results, "discharge_limit", "plain", "morning") == 0


def test_discharge_limit_binds() -> None:
    """A weak store gives what its power allows.

    Proves: with 0.5 MW it takes 0.5 MW in both cheap steps (night is more than it can give, so that 0.5 × 4 / 0.8 = 2.5
    and 0.5 × 5 / 0.8 = 3.125 MWh are given), and what a MW more of discharge is worth has a price above 0.
    Sensitivity: a limit on charge alone.
    """
    weak = STORE.with_cells("site", "storage_power_existing", {"plain": 0.5})
    table = plan(weak).tables["storage"].set_index("timestep")
    assert table["discharge"].max() == pytest.approx(0.5)
    assert price_of(plan(weak), "discharge_limit", "plain", "evening") > 0


def test_limits_algebra() -> None:
    """Algebra: charge and discharge within power, what is held within energy, what is new within what may stand.

    Proves: charge - power_new ≤ 1.8, discharge likewise, state_of_charge - energy_new ≤ 5.4; new ≤ 7.4 - 5.4 and
    1.85 - 1.8. Sensitivity: power and energy exchanged, existing left out of the limit.
    """
    problem = compiled(LARGER)
    for rule, variable, size, existing in (
        ("charge_limit", "charge", "power", 1.8),
        ("discharge_limit", "discharge", "power", 1.8),
        ("state_of_charge_limit", "state_of_charge", "energy", 5.4),
    ):
        rows = rows_of(problem, rule)
        assert set(rows) == {f"plain,{step}" for step in DURATION}
        for place, row in rows.items():
            assert row.coefficients == {f"{variable}[{place}]": 1, f"storage_{size}_new[plain]": -1}
            assert row.upper == pytest.approx(existing)
    for size, room in (("power", 0.05), ("energy", 2.0)):
        [row] = rows_of(problem, f"storage_{size}_limit").values()
        assert row.coefficients == {f"storage_{size}_new[plain]": 1}
        assert row.upper == pytest.approx(room)
    costs, _ = objective_of(problem)
    assert costs["storage_power_new[plain]"] == 30_000
    assert costs["storage_energy_new[plain]"] == 150_000
    assert not {name for name in costs if name.startswith(("charge", "discharge", "state_of_charge"))}


def test_storage_is_built_as_far_as_it_pays() -> None:
    """New energy at 150 000 and new power at 30 000 are worth 154 666.7 and 38 400.

    Proves: 2 MWh and 0.05 MW are built, and save what the prices above say; at 160 000 and 40 000 nothing is.
    Sensitivity: costs of what exists already, costs by hour, energy paid for as power.
    """
    results = plan(LARGER)
    sizes = results.tables["storage_capacity"].set_index("site").loc["plain"]
    assert sizes.to_dict() == pytest.approx({"storage_power": 1.85, "storage_energy": 7.4})
    assert results.summary["costs"]["storage"] == pytest.approx(2 * 150_000 + 0.05 * 30_000)
    saved = 2 * (400 * (480 - 300 / 0.9) + 96_000 - 150_000) + 0.05 * (38_400 - 30_000)
    assert cost_of(LARGER) == pytest.approx(COST - saved)
    assert price_of(results, "storage_energy_limit", "plain") == pytest.approx(
        400 * (480 - 300 / 0.9) + 96_000 - 150_000
    )
    assert price_of(results, "storage_power_limit", "plain") == pytest.approx(8_400)
    dear = LARGER.with_cells("site", "storage_energy_cost", {"plain": 160_000})
    dear = dear.with_cells("site", "storage_power_cost", {"plain": 40_000})
    assert cost_of(dear) == pytest.approx(COST)


def test_without_a_limit_nothing_is_built() -> None:
    """Without storage_power_max and storage_energy_max a store is what stands; without either there is none.

    Proves: no column for new storage; a site without a store has no column at all, and costs what the day costs.
    Sensitivity: "no limit" read as unlimited.
    """
    problem = compiled(STORE)
    assert bounds_of(problem, "storage_power_new") == bounds_of(problem, "storage_energy_new") == {}
    none = STORE.with_cells("site", "storage_power_existing", {"plain": None})
    none = none.with_cells("site", "storage_energy_existing", {"plain": None})
    assert bounds_of(compiled(none), "charge") == {}
    assert cost_of(none) == pytest.approx(DAY_COST)
    assert plan(none).tables["storage"].empty


def test_periods_close_on_themselves() -> None:
    """A store ends each period as it began it, however much the next one would pay.

    Proves: in the dear period (night 6 h at 300, evening 5 h at 900) it is filled and emptied, 1 MW and 0.864 MW; in the
    flat one it rests: 2400 × 11 × 300 + 2000 × 9.136 × 900 + 10 × (1600 × 200 + 1200 × 190) = 29 844 800.
    Sensitivity: one chain through both periods, which would take power at 190 and sell it at 900.
    """
    table = plan(PERIODS).tables["storage"].set_index("timestep")
    assert table["charge"].to_dict() == pytest.approx({"night": 1, "evening": 0, "morning": 0, "noon": 0}, abs=1e-9)
    assert table.loc["evening", "discharge"] == pytest.approx(0.864)
    assert cost_of(PERIODS) == pytest.approx(7_920_000 + 16_444_800 + 10 * (320_000 + 228_000))
    rows = rows_of(compiled(PERIODS), "state_of_charge_balance")
    assert rows["plain,night"].coefficients["state_of_charge[plain,evening]"] == -1
    assert rows["plain,evening"].coefficients["state_of_charge[plain,night]"] == -1
    assert rows["plain,noon"].coefficients["state_of_charge[plain,morning]"] == -1


def test_green_power_is_used_when_the_store_gives_it() -> None:
    """In the mode matched a store holds green power only, and its loss is used never.

    Proves: with wind at night only, 1.8 of its 2 MW are stored and 9.72 × 0.8 / 5 h = 1.5552 MW given in the evening;
    used are 0.2 × 2400 + 1.5552 × 2000 = 3590.4 of 72 000 MWh, too few for a share of 0.06; at 0.04 they are reported
    as 0.0499. At noon, when there is no wind, a MW of charge would be worth 1200 × (0.9 × 720 - 400) = 297 600 CNY/a.
    Sensitivity: what is stored counted as used, twice or before its loss; grid power in the store.
    """
    world = MATCHED.with_cells("site", "green_power_share_min", {"plain": 0.04})
    results = plan(world)
    table = results.tables["storage"].set_index("timestep")
    assert table["charge"].to_dict() == pytest.approx({"night": 1.8, "morning": 0, "noon": 0, "evening": 0}, abs=1e-9)
    assert table.loc["evening", "discharge"] == pytest.approx(1.5552)
    used = results.tables["power_supply"].set_index("timestep")["green_power_used"].to_dict()
    assert used == pytest.approx({"night": 0.2, "morning": 0, "noon": 0, "evening": 1.5552}, abs=1e-9)
    assert results.summary["green_power_share"]["matched"] == pytest.approx(3590.4 / 72_000)
    assert results.tables["green_power_share"]["green_counted"].tolist() == pytest.approx([3590.4])
    assert price_of(results, "green_charge", "plain", "noon") == pytest.approx(297_600)


@pytest.mark.parametrize("mode", ["certificate", "matched", "every_timestep"])
def test_green_charge_algebra(mode: str) -> None:
    """Algebra: charge ≤ green power in the same timestep, where green power counts in its own hour, and not else.

    Proves: charge - green_power ≤ 0 in matched and every_timestep; in certificate no such row, and the store takes grid
    power at noon. Sensitivity: the rule in every mode, or excess power counted.
    """
    world = WINDY.with_parameters(green_power_share_mode=mode)
    rows = rows_of(compiled(world), "green_charge")
    if mode == "certificate":
        assert rows == {}
        assert plan(world).tables["storage"].set_index("timestep").loc["noon", "charge"] > 1
        return
    assert set(rows) == {f"plain,{step}" for step in DURATION}
    for step in DURATION:
        row = rows[f"plain,{step}"]
        assert row.coefficients == {f"charge[plain,{step}]": 1, f"green_power[plain,wind,{step}]": -1}
        assert row.upper == 0


LOSSY = World(
    features=("time", "demand", "routes", "allocation", "site_capacity", "facility_load", "power_supply", "emissions",
              "storage", "green_power_share"),
    parameters={"emissions_accounting": "location", "green_power_share_mode": "certificate"},
    tables={
        "timestep": [
            {"timestep": "cheap", "position": 1, "timestep_duration": 1, "timestep_weight": 4380},
            {"timestep": "dear", "position": 2, "timestep_duration": 1, "timestep_weight": 4380},
        ],
        "region": [{"region": "r"}],
        "workload": [{"workload": "w", "compute_type": "cpu"}],
        "compute_type": [{"compute_type": "cpu"}],
        "region_workload": [{"region": "r", "workload": "w", "demand": 10}],
        "region_site": [{"region": "r", "site": "s", "latency": 1}],
        "site": [
            {"site": "s", "pue": 1.2, "emission_factor": 0.5, "storage_power_existing": 24, "storage_energy_existing": 24,
             "charge_efficiency": 0.5, "discharge_efficiency": 1, "certificate_price": 1, "green_power_share_min": 0.9},
        ],
        "site_compute_type": [{"site": "s", "compute_type": "cpu", "capacity_existing": 10}],
        "site_timestep": [
            {"site": "s", "timestep": "cheap", "grid_power_price": 100},
            {"site": "s", "timestep": "dear", "grid_power_price": 1000},
        ],
    },
)  # fmt: skip
"""A store that loses half: 36 MW are drawn in the cheap step, 12 of them used and 24 stored, of which 12 are left for
the dear step: 36 × 4380 = 157 680 MWh for 105 120 that the facility uses."""


def test_what_a_store_loses_is_drawn_and_emitted() -> None:
    """Location emissions and the certificate share count all power drawn from outside, losses too.

    Proves: 157 680 × 0.5 = 78 840 t by location, as by contract; 0.9 × 157 680 = 141 912 certificates; no green power, not
    less than none; the price of a certificate is its own. Sensitivity: 105 120 MWh (what the facility uses) in place of
    what is drawn: 52 560 t, 94 608 certificates.
    """
    results = plan(LOSSY)
    assert results.summary["emissions"] == pytest.approx(78_840)
    assert results.summary["emissions_by_accounting"]["contract"] == pytest.approx(78_840)
    assert results.summary["energy"]["green"] == 0
    assert results.summary["energy"]["site_draw"] == pytest.approx(157_680)
    assert results.summary["energy"]["certificates"] == pytest.approx(141_912)
    assert results.summary["green_power_share"] == pytest.approx(
        {"certificate": 0.9, "matched": 0, "every_timestep": 0}
    )
    site = results.sites.iloc[0]
    assert [site["green_power"], site["green_power_share"], site["emissions"]] == pytest.approx([0, 0.9, 78_840])
    assert results.tables["green_power_share"]["share"].tolist() == pytest.approx([0.9])


def test_a_store_fed_by_grid_and_sun_is_as_green_as_what_it_took() -> None:
    """By certificates a store may take grid power; what it gives is as green as what it took over the period.

    Proves: with 6 MW of wind in the cheap step, all of them stored among 24 MW, a quarter of the 12 MW given is green:
    3 MW in the dear step, 0 in the cheap one: 3 × 4380 of 105 120 MWh used, never less than nothing; by certificates all
    6 MW count, of 157 680 MWh. Sensitivity: discharge less charge called green: −12 MW.
    """
    windy = LOSSY.with_rows("technology", [{"technology": "wind"}]).with_rows(
        "site_technology", [{"site": "s", "technology": "wind", "green_capacity_existing": 6, "green_power_price": 50}]
    )
    windy = windy.with_rows(
        "site_technology_timestep",
        [
            {"site": "s", "technology": "wind", "timestep": t, "availability": 1.0 if t == "cheap" else 0.0}
            for t in ("cheap", "dear")
        ],
    )
    results = plan(windy.with_cells("site", "green_power_share_min", {"s": 0.1}))
    used = results.tables["power_supply"].set_index("timestep")["green_power_used"].to_dict()
    assert used == pytest.approx({"cheap": 0.0, "dear": 3.0})
    assert results.summary["green_power_share"] == pytest.approx(
        {"certificate": 6 * 4380 / 157_680, "matched": 3 * 4380 / 105_120, "every_timestep": 0}
    )
    assert results.summary["energy"]["green"] == pytest.approx(3 * 4380)


def test_share_counts_what_the_store_gives_less_what_it_takes() -> None:
    """Algebra: in the mode matched, w × (green power + discharge - charge) counts; in certificate, green power bought.

    Proves: the coefficients of both columns by weight, and none of either in certificate mode. Sensitivity: weights left
    out, losses taken off twice.
    """
    [row] = rows_of(compiled(MATCHED), "green_power_share").values()
    for step in DURATION:
        assert abs(row.coefficients[f"charge[plain,{step}]"]) == pytest.approx(WEIGHT[step])
        assert row.coefficients[f"discharge[plain,{step}]"] == -row.coefficients[f"charge[plain,{step}]"]
        assert row.coefficients[f"discharge[plain,{step}]"] == row.coefficients[f"green_power[plain,wind,{step}]"]
    bought = MATCHED.with_parameters(green_power_share_mode="certificate")
    [row] = rows_of(compiled(bought), "green_power_share").values()
    assert not {name for name in row.coefficients if "charge" in name}


@pytest.mark.parametrize(
    ("column", "value", "word"),
    [
        ("storage_power_max", 1.7, "stand already"),
        ("storage_energy_max", 5.3, "stand already"),
        ("storage_energy_existing", None, "power and energy"),
        ("storage_power_existing", None, "power and energy"),
        ("charge_efficiency", None, "efficiency is missing"),
        ("discharge_efficiency", None, "efficiency is missing"),
        ("charge_efficiency", 1.01, "at most 1"),
        ("discharge_efficiency", 0, "more than 0"),
    ],
)
def test_a_store_that_cannot_be_is_refused(column: str, value: float | None, word: str) -> None:
    """Half a store, one above its limit, and one without or beyond its efficiency are faults of the input.

    Proves: each is named before solving. Sensitivity: an efficiency of 1 by default, a division by 0.
    """
    with pytest.raises(InvalidInputError, match=word):
        scenario_of(STORE.with_cells("site", column, {"plain": value}))


def test_a_store_needs_an_order_and_like_periods() -> None:
    """Without order there is no timestep before; with unlike weights a store would make energy.

    Proves: both are refused. Sensitivity: order of rows; a night that counts 2401 times beside days of 400 × 6.
    """
    with pytest.raises(InvalidInputError, match="storage looks back in time"):
        scenario_of(STORE.with_cells("timestep", "position", {"*": None}))
    weights = {"night": 2300, "evening": 2100}
    with pytest.raises(InvalidInputError, match="weight ÷ duration must be one number"):
        scenario_of(STORE.with_cells("timestep", "timestep_weight", weights))


@pytest.mark.parametrize("factor", [1.001, -1.0, float("nan")])
@pytest.mark.parametrize(
    ("table", "column", "rule"),
    [
        ("storage", "charge", "state_of_charge_balance"),
        ("storage", "discharge", "state_of_charge_balance"),
        ("storage", "state_of_charge", "state_of_charge_balance"),
        ("storage_capacity", "storage_power", "storage"),
        ("storage_capacity", "storage_energy", "storage"),
    ],
)
def test_planted_faults_are_found(table: str, column: str, rule: str, factor: float) -> None:
    """Every number of both tables is checked: one part in a thousand, a turned sign, an empty cell.

    Proves: the finding names the rule or the cost. Sensitivity: sums over a year, in which what is taken and given
    cancel.
    """
    results = plan(LARGER)
    assert rules_found(results) == set()
    assert rule in rules_found(results, altered(results.tables, table, column, lambda old: old * factor))


@pytest.mark.parametrize(
    ("column", "value", "rule"),
    [
        ("storage_power_max", 1.84, "storage_power_limit"),
        ("storage_energy_max", 7.3, "storage_energy_limit"),
        ("storage_power_cost", 31_000, "storage"),
        ("storage_energy_cost", 151_000, "storage"),
        ("charge_efficiency", 0.91, "state_of_charge_balance"),
        ("discharge_efficiency", 0.79, "state_of_charge_balance"),
        ("storage_energy_existing", 5.5, "storage"),
    ],
)
def test_audit_checks_by_itself(column: str, value: float, rule: str) -> None:
    """A plan held against inputs it was not made for fails just the rule or the cost that differs.

    Proves: the audit's own limits, losses and prices. Sensitivity: a check that is not made, or made too widely.
    """
    results = plan(LARGER)
    other = scenario_of(LARGER.with_cells("site", column, {"plain": value}))
    assert {finding.rule for finding in audit(other, results.tables, results.summary)} == {rule}


def test_audit_knows_limits_that_nothing_else_tells() -> None:
    """More than its power, more than its energy, and grid power in a green store are found in tables that add up.

    Proves: charge_limit and discharge_limit by a smaller power, state_of_charge_limit by less energy, green_charge by a
    plan made for certificates. Sensitivity: limits read from the results' own sizes alone.
    """
    results = plan(STORE)
    small = altered(results.tables, "storage_capacity", "storage_power", 0.95)
    assert {"charge_limit", "discharge_limit"} <= rules_found(results, small)
    assert "state_of_charge_limit" in rules_found(
        results, altered(results.tables, "storage_capacity", "storage_energy", 5.3)
    )
    certified = plan(WINDY.with_parameters(green_power_share_mode="certificate"))
    strict = scenario_of(WINDY.with_parameters(green_power_share_mode="matched"))
    assert "green_charge" in {finding.rule for finding in audit(strict, certified.tables, certified.summary)}


LOSS = 0.02
LOSING = STORE.with_cells("site", "storage_loss", {"plain": LOSS})
DEEP = STORE.with_cells("site", "storage_energy_existing", {"plain": 6.75}).with_cells(
    "site", "storage_depth", {"plain": 0.8}
)
LONG = LARGER.with_cells("site", "storage_power_max", {"plain": 1.9}).with_cells(
    "site", "storage_energy_cost", {"plain": 500_000}
)
LONG = LONG.with_cells("site", "storage_hours_min", {"plain": 2.9})
SHORT = LARGER.with_cells("site", "storage_power_max", {"plain": None}).with_cells(
    "site", "storage_hours_max", {"plain": 3.5}
)


def test_a_store_that_stands_loses_by_the_hour() -> None:
    """Two in a hundred are lost in an hour: of 5.4 MWh at the end of the night 0.98^4 × 5.4 are there after the morning.

    Proves: what is left for noon is (5.4 − 4.86) ÷ 0.98³, all else is given in the morning, and 0.98^5 × 5.4 in the
    evening; each step's grid power and the cost by hand. Sensitivity: a loss for each step in place of each hour, one on
    what is held at the end, one that is added up and not compounded.
    """
    left = (5.4 - 1.8 * 3 * 0.9) / (1 - LOSS) ** 3
    given = {"morning": (5.4 * (1 - LOSS) ** 4 - left) * 0.8 / 4, "evening": 5.4 * (1 - LOSS) ** 5 * 0.8 / 5}
    results = plan(LOSING)
    table = results.tables["storage"].set_index("timestep")
    assert table["charge"].to_dict() == pytest.approx(CHARGE, abs=1e-9)
    assert table["discharge"].to_dict() == pytest.approx({**DISCHARGE, **given}, abs=1e-9)
    assert table["state_of_charge"].to_dict() == pytest.approx({**HELD, "morning": left}, abs=1e-9)
    grid = {step: 10 + CHARGE[step] - {**DISCHARGE, **given}[step] for step in DURATION}
    prices = {"night": 300, "morning": 600, "noon": 400, "evening": 900}
    assert cost_of(LOSING) == pytest.approx(sum(WEIGHT[step] * grid[step] * prices[step] for step in DURATION))
    rows = rows_of(compiled(LOSING), "state_of_charge_balance")
    for step, hours in DURATION.items():
        found = rows[f"plain,{step}"].coefficients[f"state_of_charge[plain,{BEFORE[step]}]"]
        assert found == pytest.approx(-((1 - LOSS) ** hours))
    assert rules_found(results) == set()
    other = scenario_of(STORE.with_cells("site", "storage_loss", {"plain": 0.021}))
    assert {each.rule for each in audit(other, results.tables, results.summary)} == {"state_of_charge_balance"}


def test_only_a_share_of_a_store_is_used() -> None:
    """Of 6.75 MWh eight tenths may be used: 5.4 MWh, as worked above.

    Proves: the cost of ``STORE``; the price of a MWh that may be held is the same; the row has 0.8 of what is new; a plan
    of more depth does not pass. Sensitivity: a share of power, of charge, of what stands alone.
    """
    assert cost_of(DEEP) == pytest.approx(COST)
    assert price_of(plan(DEEP), "state_of_charge_limit", "plain", "noon") == pytest.approx(96_000)
    larger = DEEP.with_cells("site", "storage_energy_max", {"plain": 8})
    row = rows_of(compiled(larger), "state_of_charge_limit")["plain,noon"]
    assert row.coefficients == pytest.approx({"state_of_charge[plain,noon]": 1, "storage_energy_new[plain]": -0.8})
    assert row.upper == pytest.approx(5.4)
    results = plan(DEEP)
    other = scenario_of(DEEP.with_cells("site", "storage_depth", {"plain": 0.79}))
    assert {each.rule for each in audit(other, results.tables, results.summary)} == {"state_of_charge_limit"}


def test_a_store_has_at_least_so_many_hours() -> None:
    """Power is worth 38 400 and costs 30 000; with 5.4 MWh and 2.9 hours no more than 5.4 ÷ 2.9 MW may stand.

    Proves: 1.862 MW in place of 1.9; a MWh more asked for takes 1 ÷ 2.9 MW, 8 400 CNY/a each. Sensitivity: hours of what
    is new alone, a rule that is not there for a store of which only the power grows.
    """
    power = 5.4 / 2.9
    results = plan(LONG)
    assert results.tables["storage_capacity"]["storage_power"].tolist() == pytest.approx([power])
    assert cost_of(LONG) == pytest.approx(COST - (power - 1.8) * 8_400)
    assert price_of(results, "storage_hours_floor", "plain") == pytest.approx(8_400 / 2.9)
    [row] = rows_of(compiled(LONG), "storage_hours_floor").values()
    sizes = {name: abs(value) for name, value in row.coefficients.items()}
    assert sizes == pytest.approx({"storage_energy_new[plain]": 1, "storage_power_new[plain]": 2.9})
    other = scenario_of(LONG.with_cells("site", "storage_hours_min", {"plain": 2.95}))
    assert {each.rule for each in audit(other, results.tables, results.summary)} == {"storage_hours_floor"}


def test_a_store_has_at_most_so_many_hours() -> None:
    """A MWh more is worth 154 666.7 and costs 150 000; with 1.8 MW and 3.5 hours no more than 6.3 MWh may stand.

    Proves: 0.9 MWh are built, not 2; a MWh less allowed costs 4 666.7 CNY/a. Sensitivity: hours the wrong way round, of
    the power that is used in place of the power there is.
    """
    worth = 400 * (480 - 300 / 0.9) + 96_000 - 150_000
    results = plan(SHORT)
    assert results.tables["storage_capacity"]["storage_energy"].tolist() == pytest.approx([6.3])
    assert cost_of(SHORT) == pytest.approx(COST - 0.9 * worth)
    assert price_of(results, "storage_hours_cap", "plain") == pytest.approx(worth)
    other = scenario_of(SHORT.with_cells("site", "storage_hours_max", {"plain": 3.4}))
    assert {each.rule for each in audit(other, results.tables, results.summary)} == {"storage_hours_cap"}


def test_hours_of_a_store_that_stands_are_no_rule() -> None:
    """A store that may not grow has the hours it has: 3 here.

    Proves: no row; asked for more, or for fewer, it is a fault; least above most is one as well. Sensitivity: a row of
    constants, a plan that is infeasible without a word.
    """
    for name, kept, refused in (("storage_hours_min", 3, 3.1), ("storage_hours_max", 3, 2.9)):
        problem = compiled(STORE.with_cells("site", name, {"plain": kept}))
        assert rows_of(problem, "storage_hours_floor") == rows_of(problem, "storage_hours_cap") == {}
        with pytest.raises(InvalidInputError, match="nothing may be added"):
            scenario_of(STORE.with_cells("site", name, {"plain": refused}))
    with pytest.raises(InvalidInputError, match="above the most"):
        scenario_of(LONG.with_cells("site", "storage_hours_max", {"plain": 2.8}))


def test_the_day_costs_what_its_table_says() -> None:
    """Without a store the day costs 39 600 000 CNY/a, on which the savings above rest.

    Proves: the table in ``tests/hours.py``. Sensitivity: any weight, price or PUE that differs from it.
    """
    assert cost_of(DAY) == pytest.approx(DAY_COST)


def test_a_negative_price_is_named() -> None:
    """Where the grid pays for power, a note says that the store may burn some; elsewhere there is none.

    Proves: one note, naming the site. Sensitivity: a note for sites without a store, or for a price of 0.
    """
    paid = STORE.with_cells("site_timestep", "grid_power_price", {"plain;noon": -5})
    free = STORE.with_cells("site_timestep", "grid_power_price", {"plain;noon": 0})
    [note] = warnings_of(scenario_of(paid))
    assert note.en.startswith("the grid pays for power at plain")
    assert list(warnings_of(scenario_of(free))) == []
    assert list(warnings_of(scenario_of(DAY.with_cells("site_timestep", "grid_power_price", {"plain;noon": -5})))) == []
