"""Routes: latency and reach decide which site may answer whom, at the limit and beside it."""

from __future__ import annotations

import math
import random
from typing import Any

import pandas as pd
import pytest

from planner.errors import InfeasibleError, InvalidInputError
from planner.models.features import routes as feature
from tests.algebra import (
    HAND,
    HAND_COST,
    altered,
    bounds_of,
    compiled,
    cost_of,
    plan,
    price_of,
    rules_found,
    scenario_of,
)
from tests.worlds import BASE, World


def limited(limit: float | None, column: str = "latency_max") -> World:
    """Return ``HAND`` with a latency limit."""
    return HAND.with_cells("workload", column, {"web": limit})


def pairs_of(world: World) -> set[tuple[str, str]]:
    """Return the (region, site) pairs that have a route."""
    routes = feature.admissible(scenario_of(world))
    return set(routes[["region", "site"]].itertuples(index=False, name=None))


def placed(**parameters: Any) -> World:
    """Return ``HAND`` with coordinates in place of latencies."""
    tables = {name: rows for name, rows in HAND.tables.items() if name != "region_site"}
    world = HAND.replaced(tables=tables, parameters=parameters)
    for table, places in (("region", {"coast": (121.5, 31.2), "inland": (104.1, 30.7)}),
                          ("site", {"near": (118.4, 31.3), "far": (105.2, 37.5)})):  # fmt: skip
        world = world.with_cells(table, "longitude", {name: place[0] for name, place in places.items()})
        world = world.with_cells(table, "latitude", {name: place[1] for name, place in places.items()})
    return world


def test_a_latency_limit_binds() -> None:
    """A limit of 5 ms forbids ``far`` (9 and 6 ms) to both regions.

    Proves: all 90 000 MWh at ``near``: 700 × 90 000 = 63 000 000 against 49 230 000 without the limit.
    Sensitivity: with 7 ms the inland's 24 MW by day and 12 MW by night may go to ``far``, which serves 13.5 and 12 of
    them: 2000 × (4 860 + 15 750) + 1000 × (12 × 360 + 6 × 700) = 41 220 000 + 8 520 000 = 49 740 000.
    """
    assert cost_of(limited(5)) == pytest.approx(63_000_000)
    assert cost_of(limited(7)) == pytest.approx(49_740_000)
    assert cost_of(limited(9)) == pytest.approx(HAND_COST)


def test_the_limit_itself_is_allowed() -> None:
    """A latency equal to the limit is within it.

    Proves: 6 ms allow inland–far, 5.999 ms do not. Sensitivity: < in place of ≤.
    """
    assert ("inland", "far") in pairs_of(limited(6))
    assert ("inland", "far") not in pairs_of(limited(5.999))


def test_a_round_trip_is_halved() -> None:
    """A limit stated as a round trip is compared with half of it.

    Proves: rtt 12 ms is 6 ms one way, 11.99 is not; both limits at once are refused. Sensitivity: rtt taken as one way.
    """
    assert pairs_of(limited(12, "latency_max_rtt")) == pairs_of(limited(6))
    assert pairs_of(limited(11.99, "latency_max_rtt")) == pairs_of(limited(5.999))
    with pytest.raises(InvalidInputError, match="latency_max_rtt"):
        scenario_of(limited(12, "latency_max_rtt").with_cells("workload", "latency_max", {"web": 6}))


def test_latency_follows_from_coordinates() -> None:
    """Latency is great-circle km × 4.897 µs × 1.8 + access, one way.

    Proves: coast–near by the spherical law of cosines, done here on the side, to a nanosecond.
    Sensitivity: an ellipsoid (0.3 % off), miles, a factor left out, access forgotten or doubled.
    """
    world = placed().with_cells("site", "access_latency", {"near": 0.7})
    latency = feature.derive(scenario_of(world))["latency"]
    a, b = math.radians(31.2), math.radians(31.3)
    angle = math.acos(math.sin(a) * math.sin(b) + math.cos(a) * math.cos(b) * math.cos(math.radians(121.5 - 118.4)))
    assert latency["coast", "near"] == pytest.approx(6371.0088 * angle * 4.897e-3 * 1.8 + 0.7, abs=1e-6)


def test_a_latency_given_replaces_the_computed_one() -> None:
    """``region_site.csv`` has the last word on its pairs and leaves the others computed.

    Proves: 2.5 ms for coast–near, without access latency on top. Sensitivity: access added to what is given.
    """
    world = placed(access_latency=1.1).with_rows("region_site", [{"region": "coast", "site": "near", "latency": 2.5}])
    given, computed = (feature.derive(scenario_of(w))["latency"] for w in (world, placed(access_latency=1.1)))
    assert given["coast", "near"] == 2.5
    assert given["inland", "far"] == pytest.approx(computed["inland", "far"])


@pytest.mark.parametrize(
    ("parameters", "factor"),
    [({}, 1.8), ({"network_layer": "ip_private"}, 2.7), ({"network_layer": "internet"}, 3.1),
     ({"network_layer": "internet", "route_factor": 1.25}, 1.25)],
)  # fmt: skip
def test_the_layer_decides_the_route_factor(parameters: dict[str, Any], factor: float) -> None:
    """Each layer has its factor; ``route_factor`` overrides it.

    Proves: latencies in proportion to the factor, in the model and in the audit. Sensitivity: a factor mixed up.
    """
    plain = feature.derive(scenario_of(placed(route_factor=1.0)))["latency"]
    assert feature.derive(scenario_of(placed(**parameters)))["latency"].to_dict() == pytest.approx(
        (plain * factor).to_dict()
    )
    assert rules_found(plan(placed(**parameters))) == set()


@pytest.mark.parametrize(
    ("reach", "pairs"),
    [
        ("national", {("coast", "near"), ("coast", "far"), ("inland", "near"), ("inland", "far")}),
        ("side", {("coast", "near"), ("inland", "far")}),
        ("hub", {("coast", "near"), ("inland", "far")}),
        ("province", {("inland", "far")}),
    ],
)
def test_reach_is_the_coarsest_unit_work_may_not_leave(reach: str, pairs: set[tuple[str, str]]) -> None:
    """Work stays within its side, hub or province.

    Proves: coast (江苏) and ``near`` (上海) share side and hub, not the province; inland and ``far`` share all.
    Sensitivity: one unit compared in place of another.
    """
    assert pairs_of(HAND.with_cells("workload", "reach", {"web": reach})) == pairs


def test_an_unnamed_hub_is_no_hub() -> None:
    """A site that belongs to no hub is not within the hub of anyone.

    Proves: two empty cells are not the same hub: the site is out of reach, a region without a hub is a fault.
    Sensitivity: NaN or "" compared as equal.
    """
    near = HAND.with_cells("workload", "reach", {"web": "hub"}).with_cells("site", "hub", {"near": None})
    assert pairs_of(near) == {("inland", "far")}
    both = near.with_cells("region", "hub", {"coast": None})
    with pytest.raises(InvalidInputError, match="hub"):
        scenario_of(both)


def test_demand_without_a_route_is_said_before_building() -> None:
    """A limit below every latency leaves demand without a route: exit 4 with the reason.

    Proves: under 1 ms the coast's nearest site and its 1.5 ms are named. With a price, all 90 000 MWh stay unserved
    instead, at 800 each: 72 000 000.
    Sensitivity: routes dropped without a word give an infeasible model, or unserved demand at no price.
    """
    with pytest.raises(InfeasibleError, match=r"coast.*near at 1\.50 ms"):
        plan(limited(1))
    dear = limited(1).with_cells("workload", "unserved_price", {"web": 800})
    assert cost_of(dear) == pytest.approx(72_000_000)


def test_unknown_latency_matters_only_under_a_limit() -> None:
    """Without limits coordinates may be missing; with one, what cannot be computed is a fault.

    Proves: HAND without latencies and coordinates solves at the same cost; a limit makes it a fault naming longitude.
    Sensitivity: NaN ≤ limit taken as true or as false without a word.
    """
    tables = {name: rows for name, rows in HAND.tables.items() if name != "region_site"}
    bare = HAND.replaced(tables=tables)
    assert cost_of(bare) == pytest.approx(HAND_COST)
    assert plan(bare).summary["mean_latency"] is None
    with pytest.raises(InvalidInputError, match="longitude"):
        scenario_of(bare.with_cells("workload", "latency_max", {"web": 9}))


def test_routes_are_those_of_plain_loops() -> None:
    """The sparse set of routes is what four nested loops find, in thirty random worlds.

    Proves: no admissible route is dropped by a join, none is added. Sensitivity: a merge on the wrong key, an
    alignment by position, a limit of another workload.
    """
    choose = random.Random(20250101)  # noqa: S311 - a world, not a secret
    for _ in range(30):
        world = BASE.with_cells("workload", "latency_max", {"online": choose.uniform(0.3, 12), "training": None})
        reaches = [choose.choice(["national", "side", "hub", "province"]) for _ in range(2)]
        world = world.with_cells("workload", "reach", dict(zip(["online", "training"], reaches, strict=True)))
        keys = ["coast;online", "coast;training", "capital;online", "capital;training"]
        world = world.with_cells("region_workload", "demand", {key: choose.choice([0, 3, 5.5]) for key in keys})
        scenario = scenario_of(world)
        latency = feature.derive(scenario)["latency"]
        expected = []
        rows = world.tables
        for region in sorted(rows["region"], key=lambda row: row["region"]):
            for workload in sorted(rows["workload"], key=lambda row: row["workload"]):
                names = (region["region"], workload["workload"])
                [asked] = [r["demand"] for r in rows["region_workload"] if (r["region"], r["workload"]) == names]
                for site in sorted(rows["site"], key=lambda row: row["site"]):
                    limit = workload["latency_max"]
                    near = limit is None or latency[names[0], site["site"]] <= limit
                    unit = workload["reach"]
                    if asked and near and (unit == "national" or region[unit] == site[unit]):
                        expected.append((*names, site["site"], "direct"))
        found = feature.admissible(scenario)[feature.KEYS]
        assert list(found.itertuples(index=False, name=None)) == expected


def test_columns_exist_for_routes_only() -> None:
    """Algebra: the allocation has a column for each route and timestep, from 0 up, and no other.

    Proves: under 7 ms the column coast–far is missing, six remain. Sensitivity: a dense set with columns fixed to 0.
    """
    columns = bounds_of(compiled(limited(7)), "allocation")
    assert set(columns) == {
        f"{r},web,{s},direct,{t}"
        for r, s in (("coast", "near"), ("inland", "near"), ("inland", "far"))
        for t in ("day", "night")
    }
    assert set(columns.values()) == {(0.0, math.inf, False)}


def test_a_lost_route_raises_the_price_of_demand() -> None:
    """What a limit costs shows in the balance's price of the region that lost its route.

    Proves: under 7 ms the inland at night has ``far`` to itself (12 of 13.5 MW): 360 × 1000, the coast pays 700 × 1000;
    without a limit both pay 700 × 1000. Sensitivity: prices of a denser set of routes.
    """
    prices = [price_of(plan(limited(7)), "demand_balance", r, "web", "night") for r in ("inland", "coast")]
    assert prices == pytest.approx([360_000, 700_000])
    assert price_of(plan(HAND), "demand_balance", "inland", "web", "night") == pytest.approx(700_000)


@pytest.mark.parametrize("latency", [5.5, float("nan"), 0.0])
def test_audit_finds_a_wrong_latency(latency: float) -> None:
    """Planted fault: a latency that is neither given nor computed so.

    Proves: the audit names ``latency``, for given and for computed ones. Sensitivity: latencies taken from the table.
    """
    for world in (limited(7), placed()):
        results = plan(world)
        assert rules_found(results) == set()
        wrong = altered(results.tables, "routes", "latency", latency, region="inland", site="far")
        assert "latency" in rules_found(results, wrong)


@pytest.mark.parametrize("column", ["latency", "distance"])
def test_audit_finds_a_number_that_cannot_be_known(column: str) -> None:
    """Planted fault: a latency or a distance where the inputs allow none, and one that is missing where they do.

    Proves: HAND without latencies knows neither; placed, it knows both. Sensitivity: unknown numbers not compared.
    """
    tables = {name: rows for name, rows in HAND.tables.items() if name != "region_site"}
    bare, known = plan(HAND.replaced(tables=tables)), plan(placed())
    assert rules_found(bare) == rules_found(known) == set()
    assert column in rules_found(bare, altered(bare.tables, "routes", column, 3.5, region="coast", site="near"))
    assert column in rules_found(known, altered(known.tables, "routes", column, None, region="coast", site="near"))


def test_audit_finds_a_wrong_distance() -> None:
    """Planted fault: a distance along the ellipsoid.

    Proves: 0.2 % more is named ``distance``. Sensitivity: distances that are reported but not checked.
    """
    results = plan(placed())
    wrong = altered(results.tables, "routes", "distance", lambda old: old * 1.002, region="coast", site="near")
    assert "distance" in rules_found(results, wrong)


def test_audit_finds_a_route_twice() -> None:
    """Planted fault: a route that stands twice, so that a join would count its work twice.

    Proves: the audit says so. Sensitivity: Series aligned on an index with doubles.
    """
    results = plan(placed())
    routes = results.tables["routes"]
    twice = pd.concat([routes, routes.iloc[:1]], ignore_index=True)
    assert {"latency", "distance"} <= rules_found(results, {**results.tables, "routes": twice})


def test_audit_finds_a_route_that_is_too_slow() -> None:
    """Planted fault: work on a route whose true latency is above the limit.

    Proves: a route coast–far of 9 ms under 7 ms is named ``latency_max``, one way or rtt.
    Sensitivity: only routes that the model made are looked at.
    """
    for world in (limited(7), limited(14, "latency_max_rtt")):
        results = plan(world)
        slow = pd.DataFrame([{"region": "coast", "workload": "web", "site": "far", "path": "direct", "latency": 9.0}])
        routes = pd.concat([results.tables["routes"].astype({"distance": float}), slow], ignore_index=True)
        assert "latency_max" in rules_found(results, {**results.tables, "routes": routes})


@pytest.mark.parametrize("unit", ["side", "hub", "province"])
def test_audit_finds_a_route_that_leaves_its_unit(unit: str) -> None:
    """Planted fault: a route out of what the workload may not leave.

    Proves: the audit names ``reach`` when the national routes are shown to a bound workload.
    Sensitivity: reach checked by the same join as in the model.
    """
    national = plan(HAND)
    bound = HAND.with_cells("workload", "reach", {"web": unit}).with_cells("workload", "unserved_price", {"web": 900})
    results = plan(bound)
    assert rules_found(results) == set()
    assert "reach" in rules_found(results, {**results.tables, "routes": national.tables["routes"]})
