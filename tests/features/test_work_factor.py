"""Work factor: a MW of demand is another IT load at another site.

``CHIPS`` is ``MEAN`` of ``test_site_capacity_peak``: 6 MW of web and 4 MW of batch, 9 MW usable at ``near`` for 500 CNY/MWh of
IT load, 16 MW at ``far`` for 700. A MW of web is 1.25 MW of load at ``near`` and 1.1 MW at ``far``: 625 and 770 CNY. A MW
of room at ``near`` saves 200 CNY/h with batch and 116 with web, so that batch stays with its 4 MW, 5 ÷ 1.25 = 4 MW of web beside
it, and 2 MW, 2.2 MW of load, go to ``far``: 8760 × (9 × 500 + 2.2 × 700) = 52 910 400 CNY/a.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from planner.models.audit import audit
from planner.pipeline.check import obstacles_of, warnings_of
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
from tests.features.test_site_capacity_peak import MEAN, PEAKED
from tests.worlds import World


def with_factors(world: World, **factors: float) -> World:
    """Return a world with factors of web by site."""
    rows = [{"workload": "web", "site": site, "work_factor": factor} for site, factor in factors.items()]
    return world.with_rows("workload_site", rows)


CHIPS = with_factors(MEAN, near=1.25, far=1.1)
COST = 8760 * (9 * 500 + 2.2 * 700)
WEB = {site: f"allocation[city,web,{site},direct,year]" for site in ("near", "far")}
SAFE = with_factors(HAND.replaced(features=(*HAND.features, "disaster_recovery", "hub_outage")), far=0.8, near=1.5)
SAFE = SAFE.with_cells("workload", "standby_share", {"web": 0.25}).with_cells(
    "workload", "standby_power_share", {"web": 0.1}
)
SAFE = SAFE.with_cells("workload", "protected_share", {"web": 0.4})


def test_load_is_work_times_its_factor() -> None:
    """Room, power and IT energy are those of the load; the balance is that of the work.

    Proves: 52 910 400 CNY/a, 4 and 2 MW of web, 9 and 2.2 MW of load, 98 112 MWh/a of IT energy; a MW more of room is worth 116
    CNY/h. Sensitivity: a factor in the balance, in the capacity alone, of the other site, its inverse.
    """
    results = plan(CHIPS)
    assert cost_of(CHIPS) == pytest.approx(COST) == pytest.approx(52_910_400)
    work = results.tables["allocation"].set_index(["workload", "site"])["allocation"]
    assert work.to_dict() == pytest.approx({("web", "near"): 4, ("web", "far"): 2, ("batch", "near"): 4})
    load = results.tables["facility_load"].set_index("site")
    assert load["it_load"].to_dict() == pytest.approx({"near": 9, "far": 2.2})
    assert load["facility_load"].to_dict() == pytest.approx({"near": 11.25, "far": 3.08})
    assert results.summary["energy"]["it"] == pytest.approx(8760 * 11.2)
    assert results.summary["energy"]["demand"] == pytest.approx(8760 * 10)
    assert price_of(results, "site_capacity", "near", "cpu", "year") == pytest.approx(116 * 8760)
    assert price_of(results, "demand_balance", "city", "web", "year") == pytest.approx(770 * 8760)
    assert rules_found(results) == set()


def test_factor_algebra() -> None:
    """Algebra: 1.25 × web + batch ≤ 9 at ``near``, with a peak of 1.5 1.875 × web; web + web = 6 in the balance.

    Proves: coefficients and sides, and those of the cost: 1.4 × 500 × 1.1 for an hour at ``far``. Sensitivity: a factor used
    twice, or not at the peak.
    """
    for world, at_near in ((CHIPS, 1.25), (with_factors(PEAKED, near=1.25, far=1.1), 1.875)):
        row = rows_of(compiled(world), "site_capacity")["near,cpu,year"]
        assert row.coefficients == pytest.approx({WEB["near"]: at_near, "allocation[city,batch,near,direct,year]": 1})
        assert row.upper == pytest.approx(9)
    balance = rows_of(compiled(CHIPS), "demand_balance")["city,web,year"]
    assert balance.coefficients == {WEB["near"]: 1, WEB["far"]: 1}
    assert (balance.lower, balance.upper) == (6, 6)
    power = rows_of(compiled(CHIPS), "power_balance")["far,year"].coefficients
    assert abs(power[WEB["far"]]) == pytest.approx(1.4 * 1.1)


@pytest.mark.parametrize("world", [MEAN, PEAKED, HAND])
def test_factors_of_one_are_none(world: World) -> None:
    """A factor of 1 everywhere gives the same matrix, digit for digit.

    Proves: coefficients, sides and costs. Sensitivity: a term of its own for the factor.
    """
    plain, ones = compiled(world), compiled(with_factors(world, near=1, far=1))
    assert (plain.matrix != ones.matrix).nnz == 0
    for name in ("row_lower", "row_upper", "column_lower", "column_upper"):
        assert np.array_equal(getattr(plain, name), getattr(ones, name))
    assert objective_of(plain) == objective_of(ones)


def test_prices_traffic_and_latency_are_of_the_work() -> None:
    """What is paid for work itself, and how far it is, knows nothing of the load.

    Proves: 30 CNY for each MWh of the coast's work at ``near``, 0.2 Gbit/s for a MW of it; the mean latency. Sensitivity: a
    factor in the transfer or the traffic.
    """
    world = HAND.replaced(features=(*HAND.features, "traffic")).with_cells(
        "region_site", "transfer_price", {"coast;near": 30}
    )
    world = world.with_cells("workload", "traffic_per_mw", {"web": 0.2}).with_parameters(traffic_price=0.01)
    world = with_factors(world.with_cells("region_site", "latency", {"coast;far": 90}), near=1.5)
    world = world.with_cells("workload", "latency_max", {"web": 10})
    plain = world.with_rows("workload_site", [{"workload": "web", "site": "near", "work_factor": 1}])
    results, before = plan(world), plan(plain)
    energy = 10 * (1.2 * 2000 + 0.6 * 1000)
    assert results.summary["costs"]["transfer"] == pytest.approx(30 * energy)
    for name in ("transfer", "traffic"):
        assert results.summary["costs"][name] == pytest.approx(before.summary["costs"][name])
    assert results.summary["mean_latency"] == pytest.approx(before.summary["mean_latency"])
    assert results.summary["energy"]["it"] > before.summary["energy"]["it"]


def test_standby_and_outages_are_load_at_their_site() -> None:
    """Standby and re-dispatch are told in work; room, machines kept on and power are work times the factor there.

    Proves: rows of both features. Sensitivity: the factor of the site that is lost, none at all.
    """
    problem = compiled(SAFE)
    room = rows_of(problem, "reserved_floor")["delta,far,cpu"].coefficients
    assert room["standby[delta,coast,web,far]"] == pytest.approx(0.8)
    kept_on = rows_of(problem, "standby_power_floor")["basin,near"].coefficients
    assert kept_on["standby[basin,inland,web,near]"] == pytest.approx(0.1 * 1.5)
    cover = rows_of(problem, "standby_floor")["delta,coast,web,day"].coefficients
    assert abs(cover["standby[delta,coast,web,far]"]) == 1
    left = rows_of(problem, "outage_capacity")["delta,far,cpu"].coefficients
    assert left["outage_allocation[delta,coast,web,far]"] == pytest.approx(0.8)
    served = rows_of(problem, "protected_demand")["delta,coast,web"].coefficients
    assert served == {"outage_allocation[delta,coast,web,far]": 1}


def test_what_is_kept_for_the_worst_is_reported_as_load() -> None:
    """A plan with standby and outages is confirmed, and its rooms are those of the load.

    Proves: 0.4 × 36 = 14.4 MW of work are 11.52 MW at ``far``, which holds 13.5; what is kept free is the load of the standby.
    Sensitivity: a table in MW of demand, for which 14.4 would not fit.
    """
    results = plan(SAFE)
    assert rules_found(results) == set()
    rooms = results.tables["hub_outage_room"].set_index(["outage", "site"])
    assert rooms.loc[("delta", "far"), "outage_load"] == pytest.approx(11.52)
    standby = results.tables["disaster_recovery"].groupby("site")["standby"].sum()
    kept = results.tables["disaster_recovery_reserved"].set_index("site")["reserved"]
    assert kept["far"] == pytest.approx(0.8 * standby["far"])
    assert kept["near"] == pytest.approx(1.5 * standby["near"])
    power = results.tables["disaster_recovery_power"].set_index("site")["standby_power"]
    assert power["far"] == pytest.approx(0.1 * kept["far"])


def test_shares_are_of_the_work() -> None:
    """The west's share is of work, in the rule as in the summary.

    Proves: half of 36 and of 18 MW of work in the west, though a MW is half a MW of load there. Sensitivity: a share of the
    load, for which two thirds of the work would have to go there.
    """
    world = HAND.replaced(features=(*HAND.features, "site_expansion", "policy_targets"))
    world = with_factors(world, far=0.5).with_parameters(west_share_min=0.5)
    row = rows_of(compiled(world), "west_share_floor")[""].coefficients
    assert row["allocation[coast,web,far,direct,day]"] == pytest.approx(-2000 * 0.5)
    assert row["allocation[coast,web,near,direct,day]"] == pytest.approx(2000 * 0.5)
    summary = plan(world).summary
    assert summary["west_share"] == pytest.approx(27 * 2000 / 90_000 + 18 * 1000 / 90_000)
    assert rules_found(plan(world)) == set()


@pytest.mark.parametrize(
    ("table", "column", "rules"),
    [
        ("facility_load", "it_load", {"it_load"}),
        ("site_capacity", "compute_load", {"compute_load"}),
        ("allocation", "allocation", {"demand_balance", "it_load"}),
    ],
)
def test_planted_faults_are_found(table: str, column: str, rules: set[str]) -> None:
    """A load that is told as the work, or a work as the load, is found.

    Proves: a thousandth more of each. Sensitivity: an audit of the model's own sums.
    """
    results = plan(CHIPS)
    assert rules <= rules_found(results, altered(results.tables, table, column, lambda old: old * 1.001))


def test_the_audit_has_factors_of_its_own() -> None:
    """A plan held against other factors, or none, is not confirmed; with those it was made for it is.

    Proves: loads, capacity, standby and outages. Sensitivity: an audit that takes the load from the tables.
    """
    results = plan(CHIPS)
    other = scenario_of(with_factors(CHIPS, near=1.3, far=1.1))
    rules = {each.rule for each in audit(other, results.tables, results.summary)}
    assert {"it_load", "compute_load", "site_capacity", "facility_load"} <= rules
    plain = {each.rule for each in audit(scenario_of(MEAN), results.tables, results.summary)}
    assert {"it_load", "compute_load"} <= plain
    safe = plan(SAFE)
    heavier = scenario_of(with_factors(SAFE, far=1.2, near=1.5))
    rules = {each.rule for each in audit(heavier, safe.tables, safe.summary)}
    assert {"reserved_floor", "outage_capacity", "outage_load", "standby_power_floor"} <= rules


def test_what_cannot_be_held_is_told_as_load() -> None:
    """The obstacle counts the load at the site where it is least, and a site's room for work that is whole.

    Proves: 12 MW of work at 1.25 are 15 MW against 13.5; at 0.9 they fit. Sensitivity: MW of demand against MW of load, the
    greatest factor, which is no proof.
    """
    alone = HAND.with_cells("site_compute_type", "capacity_existing", {"near;cpu": 0})
    alone = alone.with_cells("region_workload", "demand", {"coast;web": 4, "inland;web": 8})
    said = [text.en for text in obstacles_of(scenario_of(with_factors(alone, near=1.25, far=1.25)))]
    assert len(said) == 1
    assert "15 MW must be served" in said[0]
    assert list(obstacles_of(scenario_of(with_factors(alone, near=1.25, far=0.9)))) == []
    whole = alone.with_cells("workload", "indivisible", {"web": True})
    said = [text.en for text in obstacles_of(scenario_of(with_factors(whole, far=1.8, near=0.1)))]
    assert any("8 MW on average must find room" in text and "holds 7.5 MW" in text for text in said)


def test_a_note_says_which_megawatts_are_told() -> None:
    """Where a factor is not 1 a note says that work is told in MW of demand.

    Proves: with and without. Sensitivity: a map of flows whose sums are not the sites' load, without a word.
    """
    assert any("MW of demand" in note.en for note in warnings_of(scenario_of(CHIPS)))
    assert not any("MW of demand" in note.en for note in warnings_of(scenario_of(with_factors(MEAN, far=1))))


def test_modules_are_not_bounded_by_the_demand() -> None:
    """A limit on modules that means none is brought down to what the load needs.

    Proves: with modules of 0.0028 MW and a factor of 3 all work finds room in 10 477 of them. Sensitivity: a level taken from
    the demand, to which 10 000 seem ample.
    """
    small = with_factors(MEAN, near=3, far=3).replaced(features=(*MEAN.features, "site_expansion"))
    for name, value in {"module_size": 0.0028, "module_cost": 10.0, "modules_max": 1e9}.items():
        small = small.with_cells("site_compute_type", name, {"near;cpu": value})
    small = small.with_cells("site_compute_type", "capacity_existing", {"near;cpu": 0, "far;cpu": 0})
    assert plan(small).summary["capacity"] == pytest.approx((6 * 3 + 4) / 0.75, abs=0.003)


def test_tables_keep_their_types() -> None:
    """Loads in the tables are plain numbers.

    Proves: floats. Sensitivity: objects of a product of columns.
    """
    for name in ("facility_load", "site_capacity"):
        numbers = plan(CHIPS).tables[name].select_dtypes("number")
        assert all(pd.api.types.is_float_dtype(kind) for kind in numbers.dtypes)
