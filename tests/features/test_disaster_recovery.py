"""Disaster recovery: room elsewhere for the work of a hub, a site or a circle that may be lost.

``COVERED`` is ``HAND`` in which a quarter of all work has a standby. What ``near`` serves has it at ``far``, whose 13.5 MW
hold the work there and a quarter of all other work: by day x + (36 - x) / 4 = 13.5, so that x = 6 MW and 7.5 MW are kept
free, by night as well. 7.5 MW go to ``near`` in all hours: 7.5 × 340 × 3000 = 7 650 000 CNY/a more.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

from planner.errors import InfeasibleError, InvalidInputError
from planner.models.algebra.problem import SolverOptions
from planner.models.audit import audit
from planner.models.features.disaster_recovery import GIVES, domains
from planner.pipeline.check import obstacles_of, warnings_of
from planner.studies.explain.trials import Trials
from tests.algebra import HAND, HAND_COST, altered, compiled, cost_of, plan, price_of, rows_of, rules_found, scenario_of
from tests.worlds import World

BARE = HAND.replaced(features=(*HAND.features, "disaster_recovery"))
COVERED = BARE.with_cells("workload", "standby_share", {"web": 0.25})
COVERED = COVERED.with_cells("workload", "latency_max", {"web": 7}).with_cells(
    "workload", "standby_latency_max", {"web": 10}
)
COVERED_COST = HAND_COST + 7_650_000
WARM = COVERED.with_cells("workload", "standby_power_share", {"web": 0.4})
"""0.4 of the standby are kept on: 3 MW at ``far`` for 360 CNY/MWh, 0.6 MW at ``near`` for 700, in 3000 h."""
WARM_COST = COVERED_COST + 3_240_000 + 1_260_000
THIRD = {"site": "mid", "hub": "basin", "side": "west", "pue": 1.3, "grid_power_price": 450, "utilisation_max": 0.75}
THREE = COVERED.with_rows("site", [*COVERED.tables["site"], THIRD])
THREE = THREE.with_rows(
    "site_compute_type",
    [*COVERED.tables["site_compute_type"], {"site": "mid", "compute_type": "cpu", "capacity_existing": 20}],
)
THREE = THREE.with_rows(
    "region_site",
    [*COVERED.tables["region_site"], *({"region": r, "site": "mid", "latency": 8} for r in ("coast", "inland"))],
)
"""A third site in the hub of ``far``, with 15 MW usable at 585 CNY a MWh of work."""
LONGITUDES, LATITUDES = {"near": 121, "far": 104, "mid": 105}, {"near": 31, "far": 30.5, "mid": 31}
PLACED = THREE.with_cells("site", "longitude", LONGITUDES).with_cells("site", "latitude", LATITUDES)


def standby_of(world: World) -> dict[tuple[str, str], float]:
    """Return the room a plan keeps for each domain at each site [MW]."""
    table = plan(world).tables["disaster_recovery"]
    found: dict[tuple[str, str], float] = table.groupby(["failure_domain", "site"])["standby"].sum().to_dict()
    return found


def test_work_has_standby_outside_its_hub() -> None:
    """A quarter of all that a hub serves finds room in the other, and that room serves nothing else.

    Proves: 56 880 000 CNY/a; 7.5 MW at ``far`` for what ``near`` serves by day, 1.5 MW at ``near`` for the 6 MW at
    ``far``. Sensitivity: standby in the hub itself, the mean of the timesteps, room that is served from as well.
    """
    assert cost_of(COVERED) == pytest.approx(COVERED_COST)
    assert standby_of(COVERED) == pytest.approx({("delta", "far"): 7.5, ("basin", "near"): 1.5})
    rooms = plan(COVERED).tables["disaster_recovery_reserved"]
    assert rooms.set_index("site")["reserved"].to_dict() == pytest.approx({"near": 1.5, "far": 7.5})
    assert plan(COVERED).summary["reserved"] == pytest.approx(9)


def test_nothing_is_kept_without_a_share() -> None:
    """Without ``standby_share`` the feature adds neither row nor cost, and says so.

    Proves: the cost of ``HAND``, one note. Sensitivity: a default of 1.
    """
    assert cost_of(BARE) == pytest.approx(HAND_COST)
    assert {name for name, _ in compiled(BARE).row_names} == {name for name, _ in compiled(HAND).row_names}
    assert [note.en for note in warnings_of(scenario_of(BARE))] == [
        "no workload has a standby_share: disaster_recovery keeps no room free"
    ]


def test_the_rows_are_the_rules() -> None:
    """Standby of a domain is held against its work in each timestep; room against the standby of each domain.

    Proves: coefficients and sides by name; one row for each timestep, none in the domain itself. Sensitivity: weights in
    a power row, a sum over timesteps, standby of both domains added up.
    """
    problem = compiled(WARM)
    row = rows_of(problem, "standby_floor")["delta,coast,web,day"]
    assert row.coefficients == pytest.approx(
        {"standby[delta,coast,web,far]": -1, "allocation[coast,web,near,direct,day]": 0.25}
    )
    assert (row.lower, row.upper) == (-math.inf, 0.0)
    rooms = rows_of(problem, "reserved_floor")
    assert set(rooms) == {"delta,far,cpu", "basin,near,cpu"}
    assert rooms["delta,far,cpu"].coefficients == pytest.approx(
        {"reserved[far,cpu]": -1, "standby[delta,coast,web,far]": 1, "standby[delta,inland,web,far]": 1}
    )
    power = rows_of(problem, "standby_power_floor")["delta,far"]
    assert power.coefficients["standby[delta,inland,web,far]"] == pytest.approx(0.4)
    held = rows_of(problem, "site_capacity")["far,cpu,night"]
    assert held.coefficients["reserved[far,cpu]"] == 1


def test_the_price_of_room_is_what_it_displaces() -> None:
    """A MW more of standby at ``far`` displaces 4/3 MW of work there, since what leaves needs standby as well.

    Proves: 4/3 × 340 × 3000 = 1 360 000 CNY/a a MW. Sensitivity: the sign; a price that leaves out the second round.
    """
    assert price_of(plan(COVERED), "reserved_floor", "delta", "far", "cpu") == pytest.approx(1_360_000)


def test_machines_that_are_kept_on_draw_power() -> None:
    """A share of the standby is kept on at all hours, at the site's PUE; it counts as no work.

    Proves: 3 × 360 × 3000 and 0.6 × 700 × 3000 more; IT energy is the demand's 90 000 MWh, the PUE is the site's own.
    Sensitivity: power without PUE, one domain's standby added to the other's, standby in the share of use.
    """
    results = plan(WARM)
    assert results.summary["cost"] == pytest.approx(WARM_COST)
    assert results.summary["energy"]["it"] == pytest.approx(90_000)
    assert results.summary["energy"]["facility"] == pytest.approx(
        1.2 * (6 + 3) * 3000 + 1.4 * (30 * 2000 + 12 * 1000 + 0.6 * 3000)
    )
    drawn, it = 1.2 * 9 * 3000 + 1.4 * 73_800, 9 * 3000 + 73_800
    assert results.summary["mean_pue"] == pytest.approx(drawn / it)


def test_machines_that_are_kept_on_are_cooled() -> None:
    """Water follows the load of standby machines too.

    Proves: 2 m3/MWh × (18 000 + 9 000) MWh at ``far``. Sensitivity: water of the work alone.
    """
    table = plan(WARM.with_cells("site", "wue", {"far": 2})).tables["facility_load_water"]
    assert table.set_index("site")["water"]["far"] == pytest.approx(54_000)


@pytest.mark.parametrize(
    ("world", "expected"),
    [
        (THREE, {"delta": {"near"}, "basin": {"far", "mid"}}),
        (THREE.with_parameters(failure_domain="site"), {"near": {"near"}, "far": {"far"}, "mid": {"mid"}}),
        (THREE.with_cells("site", "hub", {"mid": None}), {"delta": {"near"}, "basin": {"far"}, "mid": {"mid"}}),
        (PLACED.with_parameters(standby_distance_min=200), {"near": {"near"}, "far": {"far", "mid"}}),
        (PLACED.with_parameters(standby_distance_min=100), {"near": {"near"}, "far": {"far"}, "mid": {"mid"}}),
        (
            PLACED.with_cells("site", "longitude", {"mid": 112.5}).with_parameters(standby_distance_min=850),
            {"near": {"near", "mid"}, "far": {"far", "mid"}, "mid": {"near", "far", "mid"}},
        ),
    ],
)
def test_what_is_lost_together(world: World, expected: dict[str, set[str]]) -> None:
    """A domain is a hub, a lone site, each site, or all sites within a distance of one; twins are one domain.

    Proves: by hand; 110 km lie between ``far`` and ``mid``. Sensitivity: a site in no domain, a distance in metres, a
    circle that lacks its own centre.
    """
    found: dict[str, set[str]] = {}
    for domain, site in domains(scenario_of(world)).itertuples(index=False, name=None):
        found.setdefault(domain, set()).add(site)
    assert found == expected


def test_standby_stands_outside_the_circle() -> None:
    """Where ``far`` and ``mid`` are lost together neither stands by for the other; where they are not, both do.

    Proves: the places of all standby. Sensitivity: a domain that is only its centre.
    """
    together = PLACED.with_parameters(standby_distance_min=200)
    assert {(d, s) for d, s in standby_of(together) if d == "far"} == {("far", "near")}
    table = plan(together).tables["disaster_recovery_domain"]
    assert {(d, s) for d, s in table.itertuples(index=False, name=None)} == {
        ("near", "near"),
        ("far", "far"),
        ("far", "mid"),
    }
    apart = PLACED.with_parameters(standby_distance_min=100).with_cells("workload", "latency_max", {"web": 10})
    rows = rows_of(compiled(apart), "reserved_floor")
    assert {"far,mid,cpu", "mid,far,cpu"} <= set(rows)


def test_domains_share_the_room() -> None:
    """One domain is lost at a time: room that stands by for two is kept once.

    Proves: at 5 ms ``near`` alone may stand by, for the 13.5 MW of ``far`` and the 10.5 MW of ``mid``: it keeps a quarter
    of the greater. Sensitivity: rooms added up over domains.
    """
    world = THREE.with_parameters(failure_domain="site").with_cells("workload", "standby_latency_max", {"web": 5})
    world = world.with_cells("workload", "latency_max", {"web": 10})
    table = plan(world.with_cells("region_workload", "demand", {"coast;web": 8, "inland;web": 12})).tables
    standby = table["disaster_recovery"]
    near = standby[standby["site"] == "near"].groupby("failure_domain")["standby"].sum()
    rooms = table["disaster_recovery_reserved"].set_index("site")["reserved"]
    assert near["mid"] > 2.6
    assert rooms["near"] == pytest.approx(near.max())
    assert rooms["near"] < near.sum() - 2.6


def test_the_standby_has_a_limit_of_its_own() -> None:
    """``standby_latency_max`` decides who may stand by, ``latency_max`` where it is not given; zones hold for it too.

    Proves: at 5 ms only ``near`` may stand by (latencies 1.5 and 4), so that all is served at ``far``, which cannot; with
    the work's own 7 ms the coast has no standby, with 9 ms it has. Sensitivity: the limit of the work taken for both.
    """
    with pytest.raises(InfeasibleError):
        plan(COVERED.with_cells("workload", "standby_latency_max", {"web": 5}))
    with pytest.raises(InfeasibleError):
        plan(COVERED.with_cells("workload", "standby_latency_max", {"web": None}))
    assert cost_of(COVERED.with_cells("workload", "standby_latency_max", {"web": 9})) == pytest.approx(COVERED_COST)
    zoned = BARE.replaced(features=(*BARE.features, "residency")).with_rows("zone", [{"zone": "shore"}])
    zoned = zoned.with_rows("site_zone", [{"site": "near", "zone": "shore", "member": True}])
    zoned = zoned.with_cells("workload", "standby_share", {"web": 0.25}).with_cells(
        "region_workload", "residency", {"coast;web": "shore"}
    )
    with pytest.raises(InfeasibleError):
        plan(zoned)


def test_a_site_may_stand_by_and_serve_nothing() -> None:
    """A site to which no work has a route keeps room within its capacity all the same.

    Proves: ``far`` is too slow for all work and stands by for a quarter of it, 9 of its 13.5 MW; at two fifths, 14.4 MW,
    there is no plan. Sensitivity: capacity that is held only where work has a route.
    """
    slow = COVERED.with_cells("workload", "latency_max", {"web": 5}).with_cells(
        "workload", "standby_latency_max", {"web": 10}
    )
    assert standby_of(slow) == pytest.approx({("delta", "far"): 9})
    with pytest.raises(InfeasibleError):
        plan(slow.with_cells("workload", "standby_share", {"web": 0.4}))


def test_room_kept_free_counts_as_capacity() -> None:
    """``utilisation_min`` is asked of all capacity, room that is kept free with it: there is no way round a floor.

    Proves: 18 000 MWh at ``far`` are 0.4 of 15 MW: at 0.4 nothing changes, at 0.41 there is no plan. Sensitivity: a floor on
    what is left beside the room, which any plan could keep by calling idle halls reserved.
    """
    assert cost_of(COVERED.with_cells("site", "utilisation_min", {"far": 0.4})) == pytest.approx(COVERED_COST)
    with pytest.raises(InfeasibleError):
        plan(COVERED.with_cells("site", "utilisation_min", {"far": 0.41}))


def test_no_more_room_is_told_than_is_needed() -> None:
    """Room costs nothing where there is plenty: the table has what is needed, whatever the solver left in between.

    Proves: 1.5 MW at ``near``, which has 18 MW to spare; by site as well as by domain. Sensitivity: the solver's own number.
    """
    rooms = plan(COVERED).tables["disaster_recovery_reserved"].set_index("site")["reserved"]
    standby = plan(COVERED).tables["disaster_recovery"].groupby("site")["standby"].sum()
    assert rooms.to_dict() == pytest.approx(standby.to_dict())


PLANTED: list[tuple[str, str, Any, str]] = [
    ("disaster_recovery", "standby", lambda old: old * 0.9, "standby_floor"),
    ("disaster_recovery", "site", "near", "standby"),
    ("disaster_recovery_domain", "site", "far", "disaster_recovery_domain"),
    ("disaster_recovery_reserved", "reserved", lambda old: old * 0.9, "reserved_floor"),
    ("disaster_recovery_reserved", "reserved", lambda old: old * 1.5, "site_capacity"),
    ("disaster_recovery_power", "standby_power", lambda old: old * 0.9, "standby_power_floor"),
    ("disaster_recovery_power", "standby_power", lambda old: old * 1.1, "facility_load"),
]


@pytest.mark.parametrize(("table", "column", "value", "rule"), PLANTED)
def test_a_wrong_table_is_found(table: str, column: str, value: Any, rule: str) -> None:
    """Each table is held against work and inputs.

    Proves: the finding names the rule. Sensitivity: a table that checks itself.
    """
    results = plan(WARM)
    assert rules_found(results) == set()
    assert rule in rules_found(results, altered(results.tables, table, column, value))


@pytest.mark.parametrize(
    ("asked", "rule"),
    [
        (WARM.with_cells("workload", "standby_share", {"web": 0.26}), "standby_floor"),
        (WARM.with_cells("workload", "standby_power_share", {"web": 0.5}), "standby_power_floor"),
        (WARM.with_cells("workload", "standby_latency_max", {"web": 8}), "standby_latency_max"),
        (WARM.with_cells("workload", "reach", {"web": "hub"}), "standby"),
        (WARM.with_cells("site", "hub", {"far": "delta"}), "standby"),
        (WARM.with_cells("site_compute_type", "capacity_existing", {"far;cpu": 14}), "site_capacity"),
    ],
)
def test_a_plan_that_breaks_a_rule_is_found(asked: World, rule: str) -> None:
    """The plan of a milder world, held against this, is found to break it.

    Proves: share, power, latency, reach, domains and room are audited by other code than the model's. Sensitivity: a plan
    believed.
    """
    results = plan(WARM)
    found = {finding.rule for finding in audit(scenario_of(asked), results.tables, results.summary)}
    assert rule in found


@pytest.mark.parametrize(
    ("world", "word"),
    [
        (
            COVERED.with_parameters(failure_domain="hub", standby_distance_min=200),
            "standby_distance_min is given as well",
        ),
        (COVERED.with_parameters(standby_distance_min=200), "distance from other sites is not known"),
        (COVERED.with_cells("site", "hub", {"near": "far", "far": None}), "another hub its id"),
        (COVERED.with_cells("workload", "standby_share", {"web": 1.2}), "at most 1"),
    ],
)
def test_what_cannot_be_is_refused(world: World, word: str) -> None:
    """Two kinds of domain at once, unknown distances, a hub called like a lone site, a share above 1.

    Proves: each is named. Sensitivity: two domains that become one without a word.
    """
    with pytest.raises(InvalidInputError, match=word):
        scenario_of(world)


def test_work_without_any_standby_is_named() -> None:
    """Work that finds no standby wherever it is served is named before solving; not where it may stay unserved.

    Proves: one obstacle for each region. Sensitivity: only the first domain looked at.
    """
    world = COVERED.with_cells("workload", "standby_latency_max", {"web": 1})
    said = [text.en for text in obstacles_of(scenario_of(world)) if "has no standby" in text.en]
    assert [text.split(" has")[0] for text in said] == ["web of coast", "web of inland"]
    unserved = world.with_cells("workload", "unserved_price", {"web": 900})
    assert [text.en for text in obstacles_of(scenario_of(unserved))] == []
    assert plan(unserved).summary["energy"]["it"] == pytest.approx(0)
    assert isinstance(plan(unserved).tables["disaster_recovery"], pd.DataFrame)


def test_what_gives_is_named_by_the_rules_it_loosens() -> None:
    """``explain`` moves a share of standby, or of what is kept on, and looser rows are those of the rules that name it.

    Proves: against the compiled matrix. Sensitivity: a share that gives upwards, a rule that names another parameter.
    """
    scenario = scenario_of(WARM)
    base = Trials(scenario, SolverOptions()).base(scenario)
    names = [rule for rule, _ in base.problem.row_names]
    for parameter, rules in (
        ("standby_share", {"standby_floor"}),
        ("standby_power_share", {"standby_power_floor"}),
    ):
        slope = base.slopes[parameter]
        assert slope.sign == -1
        sums = np.asarray(slope.matrix.sum(axis=1)).ravel() - slope.side
        assert {names[row] for row in np.flatnonzero(sums < 0)} == rules
        assert all(parameter in GIVES[rule] for rule in rules)
