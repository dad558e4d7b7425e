"""Residency: zones and levels of protection decide which routes there are; agreed shares decide how much is done where.

``ZONED`` is ``HAND`` in which the work of the coast may not leave the zone of ``near``. By day ``far`` is full of the
inland's work all the same; by night the inland has 12 MW for its 13.5: 1.5 × 340 × 1000 = 510 000 CNY/a are lost.
``DEAR`` is ``HAND`` with power at ``far`` for 600: 720 CNY a MWh of work there, 700 at ``near``, where all of it is done.
"""

from __future__ import annotations

import math
import random
from typing import Any

import pandas as pd
import pytest

from planner.errors import InfeasibleError, InvalidInputError
from planner.models.audit import audit
from planner.models.features.routes import KEYS, admissible
from planner.pipeline.check import obstacles_of, warnings_of
from tests.algebra import (
    HAND,
    HAND_COST,
    altered,
    compiled,
    cost_of,
    plan,
    price_of,
    rows_of,
    rules_found,
    scenario_of,
)
from tests.worlds import World

BARE = HAND.replaced(features=(*HAND.features, "residency"))
SHORE = BARE.with_rows("zone", [{"zone": "shore"}, {"zone": "anywhere"}]).with_rows(
    "site_zone",
    [
        {"site": "near", "zone": "shore", "member": True},
        {"site": "near", "zone": "anywhere", "member": True},
        {"site": "far", "zone": "anywhere", "member": True},
    ],
)
ZONED = SHORE.with_cells("region_workload", "residency", {"coast;web": "shore"})
ZONED_COST = HAND_COST + 510_000
DEAR = BARE.with_cells("site", "grid_power_price", {"far": 600})
DEAR_COST = 63_000_000.0
PLACES = {"site": "far", "hub": "basin", "side": "west"}
RULES = {"site": "agreed_share_{}", "hub": "hub_agreed_share_{}", "side": "side_agreed_share_{}"}


def agreed(world: World, kind: str, end: str, shares: dict[str, float]) -> World:
    """Return a world in which shares are agreed on, by region, of its web work at the place that ``far`` belongs to."""
    rows = [
        {"region": region, "workload": "web", kind: PLACES[kind], f"agreed_share_{end}": share}
        for region, share in shares.items()
    ]
    return world.with_rows(f"region_workload_{kind}", rows)


FLOORS = {kind: agreed(DEAR, kind, "min", {"coast": 0.3}) for kind in PLACES}
CAPS = {kind: agreed(BARE, kind, "max", {"coast": 0.3, "inland": 0.4}) for kind in PLACES}


def routes_of(world: World) -> set[tuple[str, ...]]:
    """Return a world's routes by region, workload and site."""
    return set(admissible(scenario_of(world))[KEYS[:3]].itertuples(index=False, name=None))


def test_work_stays_in_its_zone() -> None:
    """What may not leave a zone has no route out of it, and the plan costs what that loses.

    Proves: 49 740 000 CNY/a; the coast has one route, the inland two. Sensitivity: a zone that is a wish, that holds for
    all regions, or for the work of another workload.
    """
    assert routes_of(ZONED) == {("coast", "web", "near"), ("inland", "web", "near"), ("inland", "web", "far")}
    assert cost_of(ZONED) == pytest.approx(ZONED_COST)
    assert cost_of(SHORE) == pytest.approx(HAND_COST)


def test_a_region_s_zone_goes_before_its_workload_s() -> None:
    """``region_workload.residency`` has the last word over ``workload.residency``.

    Proves: web resides on the shore, that of the inland anywhere: as ``ZONED``; without the finer word nobody goes to
    ``far``: 90 000 × 700. Sensitivity: both asked for, the coarser one first.
    """
    world = SHORE.with_cells("workload", "residency", {"web": "shore"})
    assert cost_of(world) == pytest.approx(DEAR_COST)
    assert cost_of(world.with_cells("region_workload", "residency", {"inland;web": "anywhere"})) == pytest.approx(
        ZONED_COST
    )


@pytest.mark.parametrize(("far", "cost"), [(1, DEAR_COST), (2, HAND_COST), (5, HAND_COST), (None, DEAR_COST)])
def test_a_site_is_as_secure_as_its_work_asks(far: int | None, cost: float) -> None:
    """Work of level 2 goes to sites of level 2 and above; a site of which nothing is said has none.

    Proves: with ``far`` at 1 or at nothing all is done at ``near``; at 2 and 5 as if there were no levels. Sensitivity: a
    level strictly above, a default that lets all work in.
    """
    world = BARE.with_cells("workload", "security_level", {"web": 2})
    world = world.with_cells("site", "security_level", {"near": 3, "far": far})
    assert cost_of(world) == pytest.approx(cost)


def random_world(seed: int) -> World:
    """Return a world with zones, levels, latencies and reaches drawn at random."""
    dice = random.Random(seed)  # noqa: S311 - no secrets
    sites, regions, workloads = ([f"{name}{i}" for i in range(dice.randint(1, 4))] for name in ("s", "r", "k"))
    zones = [f"z{i}" for i in range(dice.randint(0, 3))]

    def some(values: list[Any], chance: float) -> Any:
        return dice.choice(values) if values and dice.random() < chance else None

    tables: dict[str, list[dict[str, Any]]] = {
        "site": [{"site": s, "hub": dice.choice("ab"), "security_level": some([0, 1, 2, 3, 5], 0.8)} for s in sites],
        "region": [{"region": r, "hub": dice.choice("ab")} for r in regions],
        "zone": [{"zone": z} for z in zones],
        "site_zone": [
            {"site": s, "zone": z, "member": (z == zones[0] and s == sites[0]) or dice.random() < 0.5}
            for s in sites
            for z in zones
        ],
        "compute_type": [{"compute_type": "cpu"}],
        "region_site": [{"region": r, "site": s, "latency": dice.uniform(0, 30)} for r in regions for s in sites],
    }
    filled = sorted({row["zone"] for row in tables["site_zone"] if row["member"]})
    tables["workload"] = [
        {
            "workload": k,
            "compute_type": "cpu",
            "latency_max": some([5, 15, 25], 0.7),
            "reach": dice.choice(["national", "national", "hub"]),
            "residency": some(filled, 0.7),
            "security_level": some([0, 1, 2, 4], 0.7),
            "unserved_price": 1,
        }
        for k in workloads
    ]
    tables["region_workload"] = [
        {"region": r, "workload": k, "demand": dice.choice([0, 1, 2]), "residency": some(filled, 0.7)}
        for r in regions
        for k in workloads
    ]
    features = ("time", "demand", "routes", "allocation", "site_capacity", "residency")
    return World(tables={name: rows for name, rows in tables.items() if rows}, features=features)


def allowed_by_hand(world: World) -> set[tuple[str, ...]]:
    """Return the routes a world may have, by loops over its tables."""
    work = {row["workload"]: row for row in world.tables["workload"]}
    times = {(row["region"], row["site"]): row["latency"] for row in world.tables["region_site"]}
    hubs = {row["region"]: row["hub"] for row in world.tables["region"]}
    inside = {(row["site"], row["zone"]) for row in world.tables.get("site_zone", []) if row["member"]}
    found = set()
    for row in world.tables["region_workload"]:
        own = work[row["workload"]]
        zone = row["residency"] or own["residency"]
        for site in world.tables["site"]:
            keeps = [
                row["demand"] > 0,
                zone is None or (site["site"], zone) in inside,
                (site["security_level"] or 0) >= (own["security_level"] or 0),
                own["latency_max"] is None or times[row["region"], site["site"]] <= own["latency_max"],
                own["reach"] == "national" or hubs[row["region"]] == site["hub"],
            ]
            if all(keeps):
                found.add((row["region"], row["workload"], site["site"]))
    return found


@pytest.mark.parametrize("seed", range(60))
def test_every_route_is_allowed_and_every_allowed_one_exists(seed: int) -> None:
    """Property: the routes of a random world are just those that loops over its tables allow.

    Proves: zone, level, latency and reach together, for each region, workload and site. Sensitivity: an allowance that
    takes the place of another, a missing level read as the highest, a site of two zones.
    """
    world = random_world(seed)
    assert routes_of(world) == allowed_by_hand(world)


def test_random_worlds_are_worth_it() -> None:
    """The worlds of the test above forbid and allow in every way.

    Proves: among them are routes that zone alone, or level alone, forbids. Sensitivity: worlds in which all is allowed.
    """
    zones = levels = 0
    for seed in range(60):
        world = random_world(seed)
        here = allowed_by_hand(world)
        open_ = world.with_cells("site", "security_level", {"*": 5})
        free = world.with_cells("workload", "residency", {"*": None}).with_cells(
            "region_workload", "residency", {"*": None}
        )
        zones += len(allowed_by_hand(free) - here)
        levels += len(allowed_by_hand(open_) - here)
    assert zones > 25
    assert levels > 25


@pytest.mark.parametrize("kind", PLACES)
def test_a_least_share_is_done_there(kind: str) -> None:
    """Three tenths of the coast's work are done at ``far``, its hub or its side, at 20 CNY a MWh more.

    Proves: 0.3 × 30 000 MWh × 20 = 180 000 CNY/a; a MWh more costs 20; the row weighs hours. Sensitivity: a share of
    capacity, of each timestep, of all regions.
    """
    world = FLOORS[kind]
    assert cost_of(world) == pytest.approx(DEAR_COST + 180_000)
    rule = RULES[kind].format("floor")
    assert price_of(plan(world), rule, "coast", "web", PLACES[kind]) == pytest.approx(20)
    [row] = rows_of(compiled(world), rule).values()
    hours = {"day": 2000, "night": 1000}
    expected = {
        f"allocation[coast,web,{site},direct,{step}]": share * hours[step]
        for site, share in (("far", -0.7), ("near", 0.3))
        for step in hours
    }
    assert row.coefficients == pytest.approx(expected)
    assert (row.lower, row.upper) == (-math.inf, 0.0)


@pytest.mark.parametrize("kind", PLACES)
def test_no_more_than_a_share_is_done_there(kind: str) -> None:
    """At most three tenths of the coast's work and four of the inland's are done at ``far``, which could do more.

    Proves: 9 000 + 24 000 of 40 500 MWh, 7 500 × 340 = 2 550 000 CNY/a lost; a MWh less costs 340; the row weighs hours.
    Sensitivity: a cap on each timestep, on capacity.
    """
    world = CAPS[kind]
    assert cost_of(world) == pytest.approx(HAND_COST + 2_550_000)
    rule = RULES[kind].format("cap")
    for region in ("coast", "inland"):
        assert price_of(plan(world), rule, region, "web", PLACES[kind]) == pytest.approx(340)
    row = rows_of(compiled(world), rule)[f"inland,web,{PLACES[kind]}"]
    assert row.coefficients["allocation[inland,web,far,direct,day]"] == pytest.approx(0.6 * 2000)
    assert row.coefficients["allocation[inland,web,near,direct,night]"] == pytest.approx(-0.4 * 1000)
    assert (row.lower, row.upper) == (-math.inf, 0.0)


def test_a_share_is_of_what_is_served() -> None:
    """Work that is left unserved is not counted; a share of nothing is kept, and empty in the table.

    Proves: at 10 CNY a MWh nothing is served, whatever was agreed on. Sensitivity: a share of the demand, which could not
    be kept without serving it.
    """
    world = FLOORS["site"].with_cells("workload", "unserved_price", {"web": 10})
    results = plan(world)
    assert results.summary["energy"]["it"] == pytest.approx(0)
    assert math.isnan(results.tables["residency_shares"]["agreed_share"].iloc[0])


def test_where_nothing_can_be_done_there_is_no_rule() -> None:
    """A cap on a place to which there is no route is none; a floor there keeps the work from being served.

    Proves: with the coast in its zone a cap at ``far`` has no row; a floor there has no plan. Sensitivity: a row without a
    variable.
    """
    capped = agreed(ZONED, "site", "max", {"coast": 0.3})
    assert rows_of(compiled(capped), "agreed_share_cap") == {}
    assert cost_of(capped) == pytest.approx(ZONED_COST)
    with pytest.raises(InfeasibleError):
        plan(agreed(ZONED, "site", "min", {"coast": 0.3}))
    nothing = agreed(DEAR, "site", "min", {"coast": 0})
    assert rows_of(compiled(nothing), "agreed_share_floor") == {}


def test_the_tables_say_where_work_may_go() -> None:
    """Each region's work has its zone, the sites that are allowed and the routes that are left; each agreement its share.

    Proves: by hand. Sensitivity: routes counted as sites, a share of another region.
    """
    slow = ZONED.with_cells("workload", "latency_max", {"web": 5})
    table = plan(slow.with_cells("site_compute_type", "capacity_existing", {"near;cpu": 60})).tables["residency"]
    assert table.to_dict("records") == [
        {"region": "coast", "workload": "web", "zone": "shore", "sites_allowed": 1.0, "routes": 1.0},
        {"region": "inland", "workload": "web", "zone": "", "sites_allowed": 2.0, "routes": 1.0},
    ]
    quiet = plan(ZONED.with_cells("region_workload", "demand", {"inland;web": 0})).tables["residency"]
    assert quiet["region"].tolist() == ["coast"], "what nobody asks for needs no route"
    shares = plan(CAPS["hub"]).tables["residency_shares"]
    assert shares["agreed_share"].tolist() == pytest.approx([0.3, 0.4])
    assert shares[["region", "scope", "name"]].to_numpy().tolist() == [
        ["coast", "hub", "basin"],
        ["inland", "hub", "basin"],
    ]


@pytest.mark.parametrize(
    ("table", "column", "value", "rule"),
    [
        ("residency", "zone", "anywhere", "residency"),
        ("residency", "sites_allowed", 3.0, "sites_allowed"),
        ("residency", "routes", 3.0, "routes"),
        ("residency", "region", "nowhere", "residency"),
        ("residency_shares", "agreed_share", 0.31, "agreed_share"),
        ("residency_shares", "agreed_share_max", 0.31, "agreed_share_max"),
        ("residency_shares", "name", "nowhere", "residency_shares"),
    ],
)
def test_a_wrong_table_is_found(table: str, column: str, value: Any, rule: str) -> None:
    """Every cell of both tables is worked out again; a row lost or doubled is found.

    Proves: the finding names the column or the table. Sensitivity: a table that checks itself.
    """
    results = plan(agreed(ZONED, "site", "max", {"inland": 0.3}))
    assert rules_found(results) == set()
    assert rule in rules_found(results, altered(results.tables, table, column, value, region="inland"))
    rows = results.tables[table]
    assert table in rules_found(results, {**results.tables, table: rows.iloc[1:]})
    assert table in rules_found(
        results, {**results.tables, table: pd.concat([rows, rows.iloc[[0]]], ignore_index=True)}
    )


@pytest.mark.parametrize(
    ("free", "asked", "rule"),
    [
        (SHORE, ZONED, "residency"),
        (
            BARE.with_cells("site", "security_level", {"*": 3}),
            BARE.with_cells("workload", "security_level", {"web": 2}).with_cells("site", "security_level", {"near": 3}),
            "security_level",
        ),
        *((DEAR, FLOORS[kind], RULES[kind].format("floor")) for kind in PLACES),
        *((BARE, CAPS[kind], RULES[kind].format("cap")) for kind in PLACES),
    ],
)
def test_a_plan_that_breaks_a_rule_is_found(free: World, asked: World, rule: str) -> None:
    """The plan of a world without a rule, held against it, is found to break it.

    Proves: zones, levels and all six shares are audited by other code than the model's. Sensitivity: routes believed.
    """
    results = plan(free)
    found = {finding.rule for finding in audit(scenario_of(asked), results.tables, results.summary)}
    assert rule in found


@pytest.mark.parametrize(
    ("world", "word"),
    [
        (ZONED.with_cells("site_zone", "member", {"near;shore": False}), "the zone shore has no site"),
        (BARE.with_cells("site", "security_level", {"near": 6}), "at most 5"),
        (agreed(agreed(DEAR, "site", "min", {"coast": 0.3}), "hub", "min", {"coast": 1.2}), "at most 1"),
        (
            DEAR.with_rows(
                "region_workload_site",
                [
                    {"region": "coast", "workload": "web", "site": "far", "agreed_share_min": 0.6},
                    {"region": "coast", "workload": "web", "site": "near", "agreed_share_min": 0.5},
                ],
            ),
            "add up to 1.1",
        ),
        (
            DEAR.with_rows(
                "region_workload_site",
                [{"region": "coast", "workload": "web", "site": "far", "agreed_share_min": 0.6, "agreed_share_max": 0.5}],
            ),
            "least share is above the largest",
        ),
        (ZONED.with_cells("region_workload", "residency", {"coast;web": "moon"}), "unknown zone"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(world: World, word: str) -> None:
    """Empty zones, levels above 5, shares that cannot be kept together and unknown zones are faults of the input.

    Proves: each is named. Sensitivity: a plan that is infeasible without a word.
    """
    with pytest.raises(InvalidInputError, match=word):
        scenario_of(world)


def test_work_that_may_be_done_nowhere_is_named() -> None:
    """Work whose zone has no site that is secure enough is named before solving; a zone without work is noted.

    Proves: one obstacle for each region whose work it is, none where it may stay unserved; one note. Sensitivity: a
    message about latency.
    """
    world = ZONED.with_cells("workload", "security_level", {"web": 2}).with_cells("site", "security_level", {"far": 2})
    said = [text.en for text in obstacles_of(scenario_of(world))]
    assert [text for text in said if "may be done nowhere" in text] == [
        "web of coast may be done nowhere: no site of its zone has the level of protection needed"
    ]
    unserved = world.with_cells("workload", "unserved_price", {"web": 900})
    assert [text.en for text in obstacles_of(scenario_of(unserved))] == []
    assert [note.en for note in warnings_of(scenario_of(ZONED))] == ["no work resides in the zone anywhere"]
