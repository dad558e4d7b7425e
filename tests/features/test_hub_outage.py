"""Hub outage: what is left when a hub is lost serves what is protected.

``SPARED`` is ``BUILT`` in which six tenths of the greatest demand, 0.6 × 36 = 21.6 MW, are served without ``near``: 13.5 MW
stand at ``far`` and a module adds 3.6, so that two (20.7 MW) are not enough. The third costs 2 600 000 CNY/a and saves
3.6 × 340 × 2000 = 2 448 000: 152 000 more. Without ``far`` the 48 MW of ``near`` are plenty.

``POWERED`` has a third site and an outage that takes ``near``: half of 36 MW go to ``far``, which is full with 13.5, and
4.5 MW to ``mid``, whose 1.3 × 4.5 = 5.85 MW need a wider connection by 1.85 MW at 50 000 CNY/MW/a.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linprog

from planner.errors import InfeasibleError, InvalidInputError
from planner.language import rendered
from planner.models.algebra.problem import SolverOptions
from planner.models.audit import audit
from planner.models.features.hub_outage import GIVES, lost, told
from planner.models.solving import blocks
from planner.models.solving import solve as solving
from planner.models.solving.large import recourse
from planner.pipeline.check import obstacles_of, warnings_of
from planner.studies.explain.trials import Trials
from tests.algebra import (
    BUILT,
    BUILT_COST,
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
from tests.report.report_pages import page_of
from tests.worlds import World

BARE = BUILT.replaced(features=(*BUILT.features, "hub_outage"))
SPARED = BARE.with_cells("workload", "protected_share", {"web": 0.6})
SPARED_COST = BUILT_COST + 152_000
THIRD = {"site": "mid", "hub": "basin", "side": "west", "pue": 1.3, "grid_power_price": 900, "utilisation_max": 0.75}
THREE = HAND.replaced(features=(*HAND.features, "hub_outage")).with_rows("site", [*HAND.tables["site"], THIRD])
THREE = THREE.with_rows(
    "site_compute_type",
    [*HAND.tables["site_compute_type"], {"site": "mid", "compute_type": "cpu", "capacity_existing": 20}],
)
THREE = THREE.with_rows(
    "region_site",
    [*HAND.tables["region_site"], *({"region": r, "site": "mid", "latency": 8} for r in ("coast", "inland"))],
)
STORM = THREE.with_rows("outage", [{"outage": "storm"}, {"outage": "fire"}]).with_rows(
    "site_outage",
    [
        {"site": "near", "outage": "storm", "capacity_lost": 1},
        {"site": "far", "outage": "fire", "capacity_lost": 0.4},
    ],
)
STORM = STORM.with_cells("workload", "protected_share", {"web": 0.5})
POWERED = STORM.with_cells("site", "grid_power_max", {"far": 30, "mid": 4})
POWERED = POWERED.with_cells("site", "grid_power_max_new", {"mid": 10}).with_cells(
    "site", "grid_power_new_cost", {"mid": 50_000}
)
POWERED_COST = HAND_COST + 92_500
FLEET = POWERED.replaced(features=(*POWERED.features, "grid_limits")).with_rows(
    "hub", [{"hub": "delta"}, {"hub": "basin", "hub_grid_power_max": 21}]
)
FLEET = FLEET.with_rows("technology", [{"technology": "wind"}]).with_rows(
    "site_technology",
    [
        {"site": "mid", "technology": "wind", "green_capacity_existing": 0, "green_capacity_max": 20,
         "green_capacity_cost": 40_000, "green_power_price": 1000},
    ],
)  # fmt: skip
FLEET = FLEET.with_rows(
    "site_technology_timestep",
    [
        {"site": "mid", "technology": "wind", "timestep": "day", "availability": 0.5},
        {"site": "mid", "technology": "wind", "timestep": "night", "availability": 0.2},
    ],
)
"""The hub of ``far`` and ``mid`` may draw 21 MW, and 1.2 × 13.5 + 1.3 × 4.5 = 22.05 are needed: wind that surely gives 0.2
of its capacity has to give 1.05, 5.25 MW for 210 000 CNY/a; the connection then needs 0.8 MW more, for 40 000."""
FLEET_COST = HAND_COST + 250_000


def test_enough_is_built_for_the_loss_of_any_hub() -> None:
    """One module more is built than pays, since with the hub of ``near`` lost the other has to serve what is protected.

    Proves: 48 156 000 CNY/a with three modules; half of the demand needs two, which pay by themselves. Sensitivity: a
    demand at its mean, an outage of one hub only, capacity of the lost hub counted.
    """
    assert cost_of(SPARED) == pytest.approx(SPARED_COST)
    assert plan(SPARED).summary["modules"] == {"far": 3}
    assert cost_of(SPARED.with_cells("workload", "protected_share", {"web": 0.5})) == pytest.approx(BUILT_COST)
    with pytest.raises(InfeasibleError):
        plan(SPARED.with_cells("site_compute_type", "modules_max", {"far;cpu": 2}))


def test_nothing_is_protected_without_a_share() -> None:
    """Without ``protected_share`` nothing is added, and it says so.

    Proves: the cost and the rules of ``BUILT``. Sensitivity: a default of 1.
    """
    assert cost_of(BARE) == pytest.approx(BUILT_COST)
    assert {name for name, _ in compiled(BARE).row_names} == {name for name, _ in compiled(BUILT).row_names}
    assert "hub_outage protects nothing" in " ".join(note.en for note in warnings_of(scenario_of(BARE)))


def test_the_rows_are_the_rules() -> None:
    """One row for each outage and each work that is protected, and for each site that is left.

    Proves: coefficients and sides; a lost site has no row. Sensitivity: weights, PUE in capacity, usable shares of the
    normal state.
    """
    problem = compiled(SPARED)
    work = rows_of(problem, "protected_demand")
    assert set(work) == {f"{hub},{region},web" for hub in ("delta", "basin") for region in ("coast", "inland")}
    row = work["delta,inland,web"]
    assert row.coefficients == {"outage_allocation[delta,inland,web,far]": 1}
    assert (row.lower, row.upper) == pytest.approx((0.6 * 20 * 1.2, 0.6 * 20 * 1.2))
    rooms = rows_of(problem, "outage_capacity")
    assert set(rooms) == {"delta,far,cpu", "basin,near,cpu"}
    assert rooms["delta,far,cpu"].coefficients == pytest.approx(
        {
            "outage_allocation[delta,coast,web,far]": 1,
            "outage_allocation[delta,inland,web,far]": 1,
            "modules[far,cpu]": -3.6,
        }
    )
    assert rooms["delta,far,cpu"].upper == pytest.approx(13.5)


def test_every_outage_is_a_part_that_cuts_stand_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """The re-dispatch of each outage is a part without a cost, which a large problem is solved without.

    Proves: the parts are all columns and rows of the outages, one part for each. Sensitivity: a cost or an hour in a
    rule of outages, by which every large plan with them would become slow again.
    """
    monkeypatch.setattr(blocks, "BLOCKS_MIN", 2)
    monkeypatch.setattr(blocks, "SHARE_MIN", 0.0)
    monkeypatch.setattr(recourse, "COLUMNS_MIN", 1)
    problem = compiled(STORM)
    found = blocks.find_blocks(problem)
    assert found is not None
    arrays = replace(solving._arrays(problem), row_block=found[0], column_block=found[1], block_period=found[2])
    parts = recourse.find_recourse(arrays)
    columns = {problem.column_names[place] for part, _ in parts for place in part}
    rows = {problem.row_names[place] for _, part in parts for place in part}
    assert len(parts) == 2
    assert columns == {name for name in problem.column_names if name[0].startswith("outage_")}
    assert rows == {name for name in problem.row_names if name[0] in ("protected_demand", "outage_capacity")}


def test_a_price_is_that_of_the_relaxation() -> None:
    """With the modules fixed nothing binds; where they may be built in parts a MW more of protected work has its price.

    Proves: 2.25 modules are built then, and a MW takes 1 / 3.6 of one (722 222), which saves 2000 × 340 by day: 42 222,
    between what the relaxation gains by a hundredth of a MW less and loses by one more. Sensitivity: a price of the
    relaxation called the plan's, a price of the whole module.
    """
    prices = plan(SPARED).shadow_prices.set_index(["rule", "index"])
    for row in (("protected_demand", "delta;coast;web"), ("outage_capacity", "delta;far;cpu")):
        assert prices.loc[row, "price"] == 0
        assert prices.loc[row, "price_relaxed"] == pytest.approx(2_600_000 / 3.6 - 680_000)
    step = 0.01
    less, now, more = (relaxed(0.6 + moved / 36) for moved in (-step, 0.0, step))
    price = (2_600_000 / 3.6 - 680_000) * step
    assert now - less == pytest.approx(price, rel=1e-6)
    assert more - now == pytest.approx(price, rel=1e-6)


def relaxed(share: float) -> float:
    """Return the cost of ``SPARED`` with another share protected and modules in parts [CNY/a], by SciPy."""
    problem = compiled(SPARED.with_cells("workload", "protected_share", {"web": share}))
    matrix, equal = problem.matrix.tocsr(), problem.row_lower == problem.row_upper
    below = np.isfinite(problem.row_upper) & ~equal
    assert not (np.isfinite(problem.row_lower) & ~equal).any()
    answer = linprog(
        problem.stages[0].cost,
        A_ub=matrix[below].toarray(),
        b_ub=problem.row_upper[below],
        A_eq=matrix[equal].toarray(),
        b_eq=problem.row_lower[equal],
        bounds=np.column_stack([problem.column_lower, problem.column_upper]),
        method="highs",
    )
    assert answer.status == 0
    return float(answer.fun) + problem.stages[0].constant


def test_power_that_is_left_is_held_to_the_worst() -> None:
    """What an outage needs from a connection is built, at the greatest PUE and the least wind.

    Proves: 92 500 CNY/a for 1.85 MW; a MW of protected work costs 1.3 × 50 000, as does a MW of room at ``far``; a MW of
    connection 50 000. Sensitivity: IT load without PUE, power of the lost site.
    """
    results = plan(POWERED)
    assert results.summary["cost"] == pytest.approx(POWERED_COST)
    for region in ("coast", "inland"):
        assert price_of(results, "protected_demand", "storm", region, "web") == pytest.approx(65_000)
    assert price_of(results, "outage_capacity", "storm", "far", "cpu") == pytest.approx(65_000)
    assert price_of(results, "outage_power", "storm", "mid") == pytest.approx(50_000)
    assert price_of(results, "outage_grid_limit", "storm", "mid") == pytest.approx(50_000)
    table = results.tables["hub_outage_power"].set_index(["outage", "site"])["outage_grid_power"]
    assert table["storm", "mid"] == pytest.approx(5.85)


def test_a_fleet_keeps_its_limit_in_an_outage() -> None:
    """A hub draws no more in an outage than it may; wind counts with its least availability.

    Proves: 5.25 MW of wind and 0.8 MW of connection; a MW less for the hub costs 5 × 40 000 − 50 000. Sensitivity: mean
    availability, a limit of the normal state alone.
    """
    results = plan(FLEET)
    assert results.summary["cost"] == pytest.approx(FLEET_COST)
    assert price_of(results, "outage_fleet_limit", "storm", "hub", "basin") == pytest.approx(150_000)
    row = rows_of(compiled(FLEET), "outage_power")["storm,mid"]
    assert row.coefficients["green_capacity_new[mid,wind]"] == pytest.approx(-0.2)
    assert row.coefficients["outage_allocation[storm,coast,web,mid]"] == pytest.approx(1.3)


def test_a_site_may_be_lost_in_part() -> None:
    """An outage leaves a part of capacity and connection.

    Proves: 0.6 × 0.9 × 15 = 8.1 MW at ``far`` in the fire; with 0.95 usable in an outage 0.6 × 0.95 × 15; the connection
    0.6 × 30. Sensitivity: a share lost taken for one that is left.
    """
    row = rows_of(compiled(POWERED), "outage_capacity")["fire,far,cpu"]
    assert row.upper == pytest.approx(8.1)
    pressed = POWERED.with_cells("site", "outage_utilisation_max", {"far": 0.95})
    assert rows_of(compiled(pressed), "outage_capacity")["fire,far,cpu"].upper == pytest.approx(8.55)
    everywhere = POWERED.with_parameters(outage_utilisation_max=0.7)
    assert rows_of(compiled(everywhere), "outage_capacity")["fire,near,cpu"].upper == pytest.approx(42)
    assert rows_of(compiled(POWERED), "outage_grid_limit")["fire,far"].upper == pytest.approx(18)


def test_standby_room_may_be_used() -> None:
    """Room that is kept for standby serves protected work when a hub is lost.

    Proves: with a quarter of standby ``far`` keeps 7.5 MW free in the plan, and uses all its 13.5 MW when ``near`` is
    lost. Sensitivity: the room kept free twice.
    """
    world = HAND.replaced(features=(*HAND.features, "hub_outage", "disaster_recovery"))
    world = world.with_cells("workload", "protected_share", {"web": 0.375}).with_cells(
        "workload", "standby_share", {"web": 0.25}
    )
    assert cost_of(world) == pytest.approx(HAND_COST + 7_650_000)
    rooms = plan(world).tables["hub_outage_room"].set_index(["outage", "site"])
    assert rooms.loc[("delta", "far"), "outage_load"] == pytest.approx(13.5)
    assert rooms.loc[("delta", "far"), "room_left"] == pytest.approx(0)


def test_what_is_lost_by_default() -> None:
    """Without outages each hub that has a site is lost whole; the check names the sites that never fail.

    Proves: by hand; a site without a hub is in no outage. Sensitivity: sites without a hub lost together.
    """
    world = THREE.with_cells("workload", "protected_share", {"web": 0.3})
    assert lost(scenario_of(world)).to_dict() == {("delta", "near"): 1, ("basin", "far"): 1, ("basin", "mid"): 1}
    assert [note.en for note in warnings_of(scenario_of(world))] == []
    lone = world.with_cells("site", "hub", {"mid": None})
    assert lost(scenario_of(lone)).to_dict() == {("delta", "near"): 1, ("basin", "far"): 1}
    assert [note.en for note in warnings_of(scenario_of(lone))] == ["hub_outage: 1 sites never fail: mid"]
    assert lost(scenario_of(POWERED)).to_dict() == {("storm", "near"): 1, ("fire", "far"): 0.4}


def test_an_outage_has_a_latency_of_its_own() -> None:
    """``outage_latency_max`` decides where protected work may go, ``latency_max`` where it is not given; zones hold.

    Proves: at 5 ms nothing is left of the coast's work without ``near``, and the obstacle names the outage; at 9 ms in an
    outage it is served. Sensitivity: the routes of the plan taken for both.
    """
    slow = SPARED.with_cells("workload", "latency_max", {"web": 5})
    said = [text.en for text in obstacles_of(scenario_of(slow))]
    assert "in the outage of delta web of coast (7.2 MW) has no site left that is near enough and allowed" in said
    patient = slow.with_cells("workload", "outage_latency_max", {"web": 9})
    assert plan(patient).summary["modules"] == {"far": 3}
    zoned = SPARED.replaced(features=(*SPARED.features, "residency")).with_rows("zone", [{"zone": "shore"}])
    zoned = zoned.with_rows("site_zone", [{"site": "near", "zone": "shore", "member": True}])
    zoned = zoned.with_cells("region_workload", "residency", {"coast;web": "shore"})
    assert any("web of coast" in text.en for text in obstacles_of(scenario_of(zoned)))


def test_too_little_left_is_told_by_outage() -> None:
    """Where all that may be built does not hold what is protected, the outage, the kind and the gap are named.

    Proves: 0.7 × 36 = 25.2 MW in place of 24.3. Sensitivity: all capacity counted, that of the lost hub too.
    """
    said = [
        text.en for text in obstacles_of(scenario_of(SPARED.with_cells("workload", "protected_share", {"web": 0.7})))
    ]
    told = (
        "in the outage of delta 25.2 MW of cpu compute are protected, but the sites that are left hold 24.3 MW when "
        "built to the full: 0.9 MW are missing"
    )
    assert said == [told]


def test_a_fresh_solve_serves_what_is_protected() -> None:
    """With the plan's capacities fixed, a scenario of what is left has a plan for every outage; a module less has none.

    Proves: by other code: the lost hub without capacity, the protected work as demand, no expansion. Sensitivity: a
    re-dispatch that is only written down.
    """
    built = plan(SPARED).tables["site_capacity"].drop_duplicates(["site", "compute_type"]).set_index("site")["capacity"]
    for gone, stays in (("near", "far"), ("far", "near")):
        for less in (0.0, 4.0):
            capacity = {f"{gone};cpu": 0.0, f"{stays};cpu": built[stays] - less}
            alone = HAND.with_cells("site_compute_type", "capacity_existing", capacity)
            alone = alone.with_cells("region_workload", "demand", {"coast;web": 6, "inland;web": 12})
            if gone == "near" and less:
                with pytest.raises(InfeasibleError):
                    plan(alone)
            else:
                assert plan(alone).summary["served_share"] == pytest.approx(1)


def test_the_tables_tell_what_moves_and_what_is_left() -> None:
    """Every outage has its re-dispatch, what it takes, and of each site the load before, the load then and the room.

    Proves: by hand. Sensitivity: room of the normal state, loads of another outage.
    """
    tables = plan(SPARED).tables
    moved = tables["hub_outage"].set_index(["outage", "region", "site"])["outage_allocation"]
    assert moved["delta", "coast", "far"] == pytest.approx(7.2)
    assert moved["delta", "inland", "far"] == pytest.approx(14.4)
    rooms = tables["hub_outage_room"].set_index(["outage", "site"])
    assert rooms.loc[("delta", "far"), ["load_before", "outage_load", "room_left"]].tolist() == pytest.approx(
        [24.3, 21.6, 2.7]
    )
    taken = tables["hub_outage_lost"].set_index("outage")
    assert taken.loc["delta"].to_dict() == {"site": "near", "capacity_lost": 1.0}


PLANTED: list[tuple[str, str, Any, str]] = [
    ("hub_outage", "outage_allocation", lambda old: old * 0.9, "protected_demand"),
    ("hub_outage", "site", "near", "outage_allocation"),
    ("hub_outage", "site", "far", "outage_capacity"),
    ("hub_outage_lost", "capacity_lost", 0.9, "capacity_lost"),
    ("hub_outage_room", "room_left", lambda old: old + 1, "room_left"),
    ("hub_outage_room", "outage_load", lambda old: old + 1, "outage_load"),
    ("hub_outage_room", "load_before", lambda old: old + 1, "load_before"),
    ("hub_outage_power", "outage_grid_power", lambda old: old + 1, "outage_power"),
    ("power_supply_connection", "grid_connection", lambda old: old - 1, "outage_grid_limit"),
]


@pytest.mark.parametrize(("table", "column", "value", "rule"), PLANTED)
def test_a_wrong_table_is_found(table: str, column: str, value: Any, rule: str) -> None:
    """Every outage is replayed from the tables.

    Proves: the finding names the rule. Sensitivity: a table that checks itself.
    """
    results = plan(FLEET)
    assert rules_found(results) == set()
    assert rule in rules_found(results, altered(results.tables, table, column, value))


@pytest.mark.parametrize(
    ("asked", "rule"),
    [
        (FLEET.with_cells("workload", "protected_share", {"web": 0.51}), "protected_demand"),
        (FLEET.with_cells("workload", "outage_latency_max", {"web": 7}), "outage_latency_max"),
        (FLEET.with_cells("workload", "reach", {"web": "hub"}), "outage_allocation"),
        (FLEET.with_cells("site", "outage_utilisation_max", {"far": 0.8}), "outage_capacity"),
        (FLEET.with_cells("site_outage", "capacity_lost", {"near;storm": 0.5}), "capacity_lost"),
        (FLEET.with_cells("hub", "hub_grid_power_max", {"basin": 20.5}), "outage_fleet_limit"),
        (FLEET.with_cells("site", "grid_power_max", {"far": 16}), "outage_grid_limit"),
        (FLEET.with_cells("site", "pue", {"mid": 1.31}), "outage_power"),
    ],
)
def test_a_plan_that_breaks_a_rule_is_found(asked: World, rule: str) -> None:
    """The plan of a milder world, held against this, is found to break it.

    Proves: shares, latency, reach, capacity, connection and fleets are audited by other code than the model's.
    Sensitivity: a plan believed.
    """
    results = plan(FLEET)
    tables = results.tables
    if rule == "outage_power":
        tables = altered(tables, "facility_load", "pue", 1.31, site="mid")
    found = {finding.rule for finding in audit(scenario_of(asked), tables, results.summary)}
    assert rule in found


@pytest.mark.parametrize(
    ("world", "word"),
    [
        (STORM.with_rows("outage", [{"outage": "storm"}, {"outage": "fire"}, {"outage": "flood"}]), "takes nothing"),
        (STORM.with_cells("site_outage", "capacity_lost", {"near;storm": 1.5}), "at most 1"),
    ],
)
def test_what_cannot_be_is_refused(world: World, word: str) -> None:
    """An outage that takes nothing, or more than there is, is a fault of the input.

    Proves: each is named. Sensitivity: an outage that is survived because it is none.
    """
    with pytest.raises(InvalidInputError, match=word):
        scenario_of(world)


def test_what_gives_is_named_by_the_rules_it_loosens() -> None:
    """``explain`` moves shares and limits, and looser rows are those of the rules that name them.

    Proves: against the compiled matrix. Sensitivity: a share that gives upwards, a rule that names another parameter.
    """
    pressed = FLEET.with_cells("site", "outage_utilisation_max", {"far": 0.9})
    scenario = scenario_of(pressed)
    base = Trials(scenario, SolverOptions()).base(scenario)
    names = [rule for rule, _ in base.problem.row_names]
    for parameter, rules in {
        "protected_share": {"protected_demand"},
        "outage_utilisation_max": {"outage_capacity"},
        "hub_grid_power_max": {"hub_grid_power_limit", "outage_fleet_limit"},
        "grid_power_max": {"grid_power_limit", "outage_grid_limit"},
    }.items():
        slope = base.slopes[parameter]
        sums = np.asarray(slope.matrix.sum(axis=1)).ravel() - slope.side
        lower, upper = np.isfinite(base.problem.row_lower), np.isfinite(base.problem.row_upper)
        rows = np.flatnonzero((lower & (sums > 0)) | (upper & (sums < 0)))
        assert {names[row] for row in rows} == rules
        assert all(parameter in GIVES[rule] for rule in rules if rule in GIVES)


def test_unserved_work_is_protected_all_the_same() -> None:
    """A price for work left unserved says nothing of an outage: what is protected is served then.

    Proves: at 10 CNY a MWh nothing is served in the plan, and three modules are built for the outage, or none where all
    protected work fits what stands. Sensitivity: protection that falls away with the demand.
    """
    world = SPARED.with_cells("workload", "unserved_price", {"web": 10})
    results = plan(world)
    assert results.summary["energy"]["it"] == pytest.approx(0)
    assert results.summary["modules"] == {"far": 3}
    assert math.isclose(results.tables["hub_outage"]["outage_allocation"].sum(), 2 * 21.6)
    assert isinstance(results.tables["hub_outage_power"], pd.DataFrame)


def test_the_page_has_a_line_for_every_outage() -> None:
    """The page says of each outage what is lost, what is served, where most is added, and the room that is left.

    Proves: by hand, in both languages; a plan without the feature has no such section. Sensitivity: a table of the normal
    state, numbers of another outage.
    """
    [(name, gone, served, added, left), _] = sorted(
        told(scenario_of(STORM), plan(STORM).tables), key=lambda row: -row[1]
    )
    assert (rendered(name, "en"), gone, served) == ("storm", pytest.approx(22.5), pytest.approx(18))
    assert rendered(added, "en") == "mid +4.5 MW"
    assert rendered(left, "en") == "cpu 10.5 MW"
    page = page_of(plan(STORM))
    assert all(text in page for text in ("If a hub is lost", "mid +4.5 MW", "若一个枢纽失效", 'href="#outages"'))
    assert "If a hub is lost" not in page_of(plan(HAND))


def test_the_page_says_which_kind_of_compute_is_scarce() -> None:
    """The room that is left is told by kind of compute, the scarcest first: much of one does not hide too little of another.

    Proves: by hand, of a table with a second kind that has less left over all its sites, and a third that serves nothing
    protected. Sensitivity: one sum over all kinds, rows of another outage, an order by name.
    """
    tables = dict(plan(STORM).tables)
    rooms = tables["hub_outage_room"]
    storm = rooms[rooms["outage"] == "storm"]
    scarce = storm.assign(compute_type="gpu", load_before=0.0, outage_load=2.0, room_left=0.2)
    idle = storm.assign(compute_type="idle", load_before=0.0, outage_load=0.0, room_left=0.1)
    tables["hub_outage_room"] = pd.concat([rooms, scarce, idle], ignore_index=True)
    kept = {"cpu": "cpu 10.5 MW", "gpu": f"gpu {0.2 * len(storm):.1f} MW"}
    [left] = [row[4] for row in told(scenario_of(STORM), tables) if rendered(row[0], "en") == "storm"]
    assert rendered(left, "en") == f"{kept['gpu']}, {kept['cpu']}"
