"""Site capacity: usable capacity is a ceiling, the utilisation asked for a floor."""

from __future__ import annotations

import pandas as pd
import pytest

from planner.errors import InfeasibleError
from planner.models.features import site_capacity as feature
from tests.algebra import (
    BUILT,
    HAND,
    HAND_COST,
    Row,
    altered,
    compiled,
    cost_of,
    plan,
    price_of,
    rows_of,
    rules_found,
    scenario_of,
)
from tests.worlds import BASE

FLOOR = HAND.with_cells("site", "utilisation_min", {"near": 0.35})
"""``near`` must serve 0.35 × 60 × 3000 = 63 000 MWh; left alone it serves 22.5 × 2000 + 4.5 × 1000 = 49 500."""


def test_usable_capacity_binds() -> None:
    """``far`` is full at 0.9 × 15 = 13.5 MW by day and by night.

    Proves: 49 230 000. Sensitivity: one MW more of capacity serves 0.9 MW more at 340 CNY/MWh less in 3000 h: 918 000
    less; 0.94 in place of 0.9 serves 0.6 MW more: 612 000 less. Without ``utilisation_max`` it would be 15 MW.
    """
    assert cost_of(HAND) == pytest.approx(HAND_COST)
    larger = HAND.with_cells("site_compute_type", "capacity_existing", {"far;cpu": 16})
    assert cost_of(larger) == pytest.approx(HAND_COST - 918_000)
    fuller = HAND.with_cells("site", "utilisation_max", {"far": 0.94})
    assert cost_of(fuller) == pytest.approx(HAND_COST - 612_000)


def test_site_capacity_algebra() -> None:
    """Algebra: work into the site ≤ utilisation_max × (existing + module_size × modules).

    Proves: right side 0.9 × 15 = 13.5, and −0.9 × 4 = −3.6 for each module; ``near`` 48 without a module.
    Sensitivity: utilisation applied to existing capacity only gives −4.
    """
    rows = rows_of(compiled(BUILT), "site_capacity")
    assert set(rows) == {f"{s},cpu,{t}" for s in ("near", "far") for t in ("day", "night")}
    far = rows["far,cpu,night"]
    assert far.coefficients == pytest.approx(
        {
            "allocation[coast,web,far,direct,night]": 1,
            "allocation[inland,web,far,direct,night]": 1,
            "modules[far,cpu]": -3.6,
        }
    )
    assert (far.lower, far.upper) == (-float("inf"), pytest.approx(13.5))
    assert rows["near,cpu,day"].upper == pytest.approx(48)


def test_each_compute_type_has_its_own_row() -> None:
    """Algebra: general work does not fill intelligent capacity.

    Proves: in BASE the row of hebei, general has the online work only, 0.95 × 45 on the right and 0.95 × 10 a module.
    Sensitivity: one row for the whole site, or types mixed up by position.
    """
    rows = rows_of(compiled(BASE), "site_capacity")
    row = rows["hebei,general,day"]
    assert row.coefficients == pytest.approx(
        {"allocation[capital,online,hebei,direct,day]": 1, "modules[hebei,general]": -9.5}
    )
    assert row.upper == pytest.approx(42.75)


def test_shadow_price_of_capacity() -> None:
    """A MW of usable capacity at ``far`` is worth the difference of prices in the step's hours.

    Proves: 340 × 2000 = 680 000 by day and 340 000 by night, 0 at ``near``; times 0.9 they are the 918 000 that one MW
    of capacity saves. Sensitivity: prices per MW of installed capacity (612 000), divided by weight, or negative.
    """
    results = plan(HAND)
    day, night = (price_of(results, "site_capacity", "far", "cpu", step) for step in ("day", "night"))
    assert (day, night) == (pytest.approx(680_000), pytest.approx(340_000))
    assert price_of(results, "site_capacity", "near", "cpu", "day") == pytest.approx(0, abs=1e-6)
    larger = HAND.with_cells("site_compute_type", "capacity_existing", {"far;cpu": 16})
    assert HAND_COST - cost_of(larger) == pytest.approx(0.9 * (day + night))


def test_utilisation_floor_binds() -> None:
    """``near`` must serve 13 500 MWh more than is cheap.

    Proves: 13 500 × 340 = 4 590 000 on top of 49 230 000. Sensitivity: 0.36 asks 1800 MWh more, 612 000; 0.27 (48 600)
    is met anyway. A floor on each step, or one without weights, would cost otherwise.
    """
    assert cost_of(FLOOR) == pytest.approx(HAND_COST + 4_590_000)
    higher = HAND.with_cells("site", "utilisation_min", {"near": 0.36})
    assert cost_of(higher) == pytest.approx(HAND_COST + 5_202_000)
    assert cost_of(HAND.with_cells("site", "utilisation_min", {"near": 0.27})) == pytest.approx(HAND_COST)


def test_utilisation_floor_algebra() -> None:
    """Algebra: weighted work ≥ utilisation_min × hours × capacity, new capacity included.

    Proves: a floor of 0.5 at ``far`` (stored as ≤): −2000 and −1000 for work, 0.5 × 3000 × 4 = 6000 a module, right side
    −0.5 × 3000 × 15 = −22 500. Sensitivity: new capacity left out, durations in place of weights.
    """
    [row] = rows_of(compiled(BUILT.with_cells("site", "utilisation_min", {"far": 0.5})), "utilisation_floor").values()
    assert row == Row(
        {
            "allocation[coast,web,far,direct,day]": -2000,
            "allocation[coast,web,far,direct,night]": -1000,
            "allocation[inland,web,far,direct,day]": -2000,
            "allocation[inland,web,far,direct,night]": -1000,
            "modules[far,cpu]": 6000,
        },
        -float("inf"),
        -22_500,
    )


def test_shadow_price_of_the_floor() -> None:
    """One MWh more at ``near`` costs 340 CNY.

    Proves: the price, in CNY per MWh, and that a hundredth more of utilisation (1800 MWh) costs 1800 × 340.
    Sensitivity: the sign of a ≥ rule, which Pyomo stores turned round.
    """
    price = price_of(plan(FLOOR), "utilisation_floor", "near")
    assert price == pytest.approx(340)
    higher = HAND.with_cells("site", "utilisation_min", {"near": 0.36})
    assert cost_of(higher) - cost_of(FLOOR) == pytest.approx(1800 * price)
    units = plan(FLOOR).shadow_prices.set_index("rule")["unit"]
    assert units["utilisation_floor"] == "CNY per MWh"


def test_a_floor_above_the_ceiling_is_infeasible() -> None:
    """A site cannot be used more than it can be.

    Proves: 0.85 of ``near`` against 0.8 usable. Sensitivity: a floor against usable capacity.
    """
    with pytest.raises(InfeasibleError):
        plan(HAND.with_cells("site", "utilisation_min", {"near": 0.85}))


def test_a_site_without_capacity_has_no_floor_to_meet() -> None:
    """A floor on a site with nothing is 0 ≥ 0.

    Proves: a row without variables and without content is no fault. Sensitivity: such rows raise in Pyomo.
    """
    bare = HAND.with_cells("site_compute_type", "capacity_existing", {"far;cpu": 0})
    bare = bare.with_cells("site", "utilisation_min", {"far": 0.65}).with_cells("workload", "latency_max", {"web": 5})
    assert cost_of(bare) == pytest.approx(63_000_000)


def test_lack_of_capacity_is_said_with_numbers() -> None:
    """Demand above all capacity it may reach is named before solving, and a full world is not.

    Proves: 30 MW mean against 0.9 × 15 + 0.8 × 20 = 29.5 MW are named; 0.1 + 0.2 MW against 0.3 MW are not, although
    their sum is above 0.3 in binary. Sensitivity: a comparison to the last bit.
    """
    with pytest.raises(InfeasibleError, match=r"cpu compute: 30 MW .* 29\.5 MW"):
        plan(HAND.with_cells("site_compute_type", "capacity_existing", {"near;cpu": 20}))
    tables = {name: rows for name, rows in HAND.tables.items() if name != "workload_timestep"}
    full = HAND.replaced(tables=tables).with_cells("region_workload", "demand", {"coast;web": 0.1, "inland;web": 0.2})
    full = full.with_cells("site_compute_type", "capacity_existing", {"near;cpu": 0, "far;cpu": 0.3})
    full = full.with_cells("site", "utilisation_max", {"far": 1})
    assert cost_of(full) == pytest.approx(0.3 * 3000 * 360)


def test_indivisible_demand_too_large_for_any_site_is_said() -> None:
    """Indivisible demand that fits nowhere as a whole is named, though all capacity together would hold it.

    Proves: the inland's 20 MW against 0.8 × 22 = 17.6 MW at ``near`` and 0.9 × 20 = 18 MW at ``far``. Sensitivity: with
    30 MW at ``near`` (24 usable, the inland's peak) it fits; divisible work is not named.
    """
    small = HAND.with_cells("site_compute_type", "capacity_existing", {"near;cpu": 22, "far;cpu": 20})
    whole = small.with_cells("workload", "indivisible", {"web": True})
    with pytest.raises(InfeasibleError, match=r"web of inland is indivisible: 20 MW .* 18 MW"):
        plan(whole)
    assert list(feature.obstacles(scenario_of(small))) == []
    fits = whole.with_cells("site_compute_type", "capacity_existing", {"near;cpu": 30})
    assert list(feature.obstacles(scenario_of(fits))) == []
    assert plan(fits).summary["served_share"] == 1


def test_obstacle_counts_what_may_be_built() -> None:
    """Capacity that may be built counts, as much of it as may be used.

    Proves: 13.6 + 13.5 MW stand for 30 MW on average; with three modules of 3.6 MW they hold the 36 MW of the day.
    Sensitivity: modules forgotten name an obstacle that is none.
    """
    short = BUILT.with_cells("site_compute_type", "capacity_existing", {"near;cpu": 17})
    assert plan(short).summary["capacity_new"] == 12


def test_summary_of_utilisation() -> None:
    """The summary's utilisation is energy over capacity × hours.

    Proves: 90 000 MWh ÷ (75 MW × 3000 h) = 0.4. Sensitivity: capacity counted once a timestep gives 0.2.
    """
    summary = plan(HAND).summary
    assert summary["capacity"] == pytest.approx(75)
    assert summary["utilisation"] == pytest.approx(0.4)


def test_audit_finds_a_site_above_its_capacity() -> None:
    """Planted fault: work moved from ``near`` to ``far``, tables consistent, beyond 13.5 MW.

    Proves: the audit names ``site_capacity``. Sensitivity: utilisation_max forgotten in the check (15 MW hold 14.5).
    """
    results = plan(HAND)
    assert rules_found(results) == set()
    work = results.tables["allocation"]
    taken = work[(work["site"] == "near") & (work["timestep"] == "day")].iloc[:1]
    moved = pd.concat([work, taken.assign(allocation=-1.0), taken.assign(allocation=1.0, site="far")])
    tables = {**results.tables, "allocation": moved}
    tables = altered(tables, "site_capacity", "compute_load", lambda old: old + 1, site="far", timestep="day")
    tables = altered(tables, "site_capacity", "compute_load", lambda old: old - 1, site="near", timestep="day")
    assert "site_capacity" in rules_found(results, tables)


@pytest.mark.parametrize(("column", "rule"), [("compute_load", "compute_load"), ("capacity", "capacity")])
@pytest.mark.parametrize("value", [13.0, float("nan")])
def test_audit_finds_a_load_or_capacity_made_up(column: str, rule: str, value: float) -> None:
    """Planted fault: a load that is not the work's, a capacity that does not stand.

    Proves: the audit names the column, for a number and for none, in one step only.
    Sensitivity: a check of the sum over steps, or one that skips NaN.
    """
    results = plan(HAND)
    wrong = altered(results.tables, "site_capacity", column, value, site="far", timestep="day")
    assert rule in rules_found(results, wrong)


def test_audit_finds_a_row_twice() -> None:
    """Planted fault: a site's row that stands twice, and would count twice in the energy.

    Proves: the audit names it. Sensitivity: Series aligned on an index with doubles.
    """
    results = plan(HAND)
    table = results.tables["site_capacity"]
    twice = pd.concat([table, table.iloc[:1]], ignore_index=True)
    assert "compute_load" in rules_found(results, {**results.tables, "site_capacity": twice})


def test_audit_finds_too_little_use() -> None:
    """Planted fault: the plan without a floor passed off for one with a floor.

    Proves: the audit names ``utilisation_floor``. Sensitivity: a floor compared without weights.
    """
    results = plan(FLOOR)
    assert rules_found(results) == set()
    assert "utilisation_floor" in rules_found(results, plan(HAND).tables)
