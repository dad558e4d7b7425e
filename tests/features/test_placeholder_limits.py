"""Limits that stand for "no limit" (9999999, 1e9, 1e12): the plan is that of a limit nobody would reach.

``OPENING``: two sites a module must be opened at, for 3 and 2 million, and 7 MW of work that either can serve. Three
modules of 2.5 MW at ``s1`` carry it: 2 000 000 + 3 × 1 001 = 2 003 003; three at ``s0`` cost 3 003 000.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from planner.models.build import declare_model
from planner.models.rules.relaxations import changed
from planner.models.rules.usable import LEVELS, modules_usable, most_at_once, most_load
from planner.pipeline.run import run
from planner.studies.explain.search import explain
from tests.algebra import bounds_of, compiled, rows_of
from tests.worlds import BASE, World

OPENING = World(
    features=("time", "demand", "routes", "allocation", "site_capacity", "site_expansion"),
    solver={"time_limit": 30.0},
    tables={
        "region": [{"region": "r0"}, {"region": "r1"}],
        "site": [{"site": "s0", "opening_cost": 3e6}, {"site": "s1", "opening_cost": 2e6}],
        "region_site": [
            {"region": "r0", "site": "s0", "latency": 0},
            {"region": "r0", "site": "s1", "latency": 1},
            {"region": "r1", "site": "s0", "latency": 1},
            {"region": "r1", "site": "s1", "latency": 0},
        ],
        "workload": [{"workload": "w", "compute_type": "general", "latency_max": 5}],
        "compute_type": [{"compute_type": "general"}],
        "region_workload": [
            {"region": "r0", "workload": "w", "demand": 3.0},
            {"region": "r1", "workload": "w", "demand": 4.0},
        ],
        "site_compute_type": [
            {"site": "s0", "compute_type": "general", "module_size": 2.5, "module_cost": 1000, "modules_max": 99},
            {"site": "s1", "compute_type": "general", "module_size": 2.5, "module_cost": 1001, "modules_max": 99},
        ],
    },
)
OPENING_COST = 2_003_003.0
HUGE = (9_999_999, 10**9, 10**12)


def limited(world: World, limit: int) -> World:
    """Return a world with this limit on modules everywhere."""
    return world.with_cells("site_compute_type", "modules_max", {"*": limit})


def with_everything() -> World:
    """Return ``BASE`` with openings, indivisible work that can wait, stores, and room for all of them."""
    world = BASE.with_features(*BASE.features, "storage", "flexible_workloads", "grid_limits")
    world = world.with_cells("timestep", "timestep_weight", {"day": 2920, "night": 5840})
    world = world.with_cells("site", "opening_cost", {"shanghai": 4e6, "hebei": 3e6, "gansu": 5e6})
    world = world.with_cells("workload", "indivisible", {"training": "true", "online": "false"})
    world = world.with_cells("workload", "deferral_max", {"training": 6})
    store = {"storage_power_existing": 2, "storage_power_cost": 5e4, "storage_energy_existing": 8}
    store |= {"storage_energy_cost": 8e3, "charge_efficiency": 0.9, "discharge_efficiency": 0.92}
    for column, value in store.items():
        world = world.with_cells("site", column, {"gansu": value, "hebei": value})
    return world.replaced(solver={"time_limit": 60.0})


@pytest.mark.parametrize("limit", [99, *HUGE])
def test_modules_before_a_binary(limit: int, tmp_path: Any) -> None:
    """A limit of 9999999 before ``open`` gives the plan of 99, to the last digit.

    Proves: 2 003 003 and three modules at ``s1``. Sensitivity: the limit as it stands before the binary: HiGHS says
    that there is no plan.
    """
    results = limited(OPENING, limit).solve(tmp_path)
    assert (results.summary["status"], results.summary["objective"]) == ("optimal", OPENING_COST)
    assert results.summary["modules"] == {"s1": 3}
    assert results.manifest["solver"]["warnings"] == []


@pytest.mark.parametrize("limit", HUGE)
def test_modules_where_work_may_stay_unserved(limit: int, tmp_path: Any) -> None:
    """With a price on unserved work there always is a plan, and a limit of 9999999 must not make it the dearest.

    Proves: 2 003 003 against 7 MW × 8 760 h × 50 CNY = 3 066 000 for serving nothing. Sensitivity: the limit as it
    stands: "optimal" at 3 066 000, proved by HiGHS, with nothing infeasible to be cross-checked.
    """
    world = limited(OPENING, limit).with_cells("workload", "unserved_price", {"w": 50})
    assert world.solve(tmp_path).summary["objective"] == OPENING_COST


def test_modules_without_an_opening(tmp_path: Any) -> None:
    """A bound of 1e12 on an integer that nothing multiplies gives the plan of 60, and in time.

    Proves: the same objective, optimal. Sensitivity: the bound as it stands: HiGHS's search does not end, and does not
    heed its time limit either.
    """
    world = BASE.replaced(solver={"time_limit": 30.0})
    plain, huge = limited(world, 60).solve(tmp_path / "plain"), limited(world, 10**12).solve(tmp_path / "huge")
    assert huge.summary["status"] == "optimal"
    assert huge.summary["objective"] == plain.summary["objective"]


def test_a_demand_far_above_the_others(tmp_path: Any) -> None:
    """Indivisible work of 1e7 MW beside 1, 3 and 4 MW, unserved at 1e9 CNY/MWh: all of it is served.

    Proves: a plan proved optimal with nothing unserved. Sensitivity: HiGHS's own tolerance for whole numbers: a
    millionth of ``assigned`` serves 10 MW, the rounded plan leaves them unserved at 5e13, and the gap is 0.998.
    """
    big = 1e7
    whole = {"compute_type": "general", "latency_max": 5, "indivisible": "true", "unserved_price": 1e9}
    prices = {("r0", "s0"): 1, ("r0", "s1"): 2, ("r1", "s0"): 3, ("r1", "s1"): 4}
    pairs = OPENING.tables["region_site"]
    world = OPENING.with_features("time", "demand", "routes", "allocation", "site_capacity", "traffic")
    world = world.with_rows("workload", [{"workload": name, **whole} for name in ("w", "v")])
    world = world.with_rows(
        "region_site", [{**row, "transfer_price": prices[row["region"], row["site"]]} for row in pairs]
    )
    demands = [("r0", "w", 3.0), ("r1", "w", 4.0), ("r0", "v", big), ("r1", "v", 1.0)]
    world = world.with_rows(
        "region_workload", [{"region": region, "workload": work, "demand": mw} for region, work, mw in demands]
    )
    capacity = [("s0", big + 2), ("s1", big + 5)]
    world = world.with_rows(
        "site_compute_type",
        [{"site": site, "compute_type": "general", "capacity_existing": mw} for site, mw in capacity],
    )
    summary = world.solve(tmp_path).summary
    assert (summary["status"], summary["energy"]["unserved"]) == ("optimal", 0.0)
    # r1 can send its 4 or its 1 MW, and r0 its 3, to s0 beside the 1e7: only 2 MW of room, so 1 MW goes.
    assert summary["objective"] == pytest.approx(8760 * (big + 2 * 3 + 4 * 4 + 3), rel=1e-6)


def test_work_that_may_wait_for_ever() -> None:
    """A longest delay of a year lets no more wait before ``assigned`` than there is in the period.

    Proves: all work of the capital's training, 20 MW × 6 h, done in the 2 h of the day is 60 MW, in the 4 h of the
    night 30 MW, for a delay of 8784 h as for one of 6 h, the length of the period. Sensitivity: what came in 8784 h,
    20 × 8784 ÷ 2 = 87 840 MW.
    """
    for hours in (6, 8784):
        problem = compiled(with_everything().with_cells("workload", "deferral_max", {"training": hours}))
        rows = rows_of(problem, "assigned_only")
        assert {key.split(",")[-1] for key in rows} == {"day", "night"}
        for key, row in rows.items():
            region, _, site, step = key.split(",")
            most = {"capital": 60, "coast": 90}[region] / {"day": 1, "night": 2}[step]
            assert row.coefficients[f"assigned[{region},training,{site}]"] == pytest.approx(-most), (key, hours)


def test_every_limit_at_once(tmp_path: Any) -> None:
    """With every limit of the scenario at 1e12 the plan is that of limits nobody reaches.

    Proves: for all numeric parameters ending in ``_max`` that the features declare, found by their names, the same
    objective to 1e-9. Sensitivity: a new limit that multiplies an integer as it stands.
    """
    scenario = with_everything().read(tmp_path)
    names = [
        name
        for name, declared in scenario.declarations.parameters.items()
        if name.endswith("_max") and declared.is_numeric and declared.high > 1e4
    ]
    assert {"modules_max", "green_capacity_max", "grid_power_max", "storage_energy_max"} <= set(names)
    found = []
    for size in (5e3, 1e12):
        given = scenario
        for name in names:
            declared = scenario.declarations.parameters[name]
            value: Any = int(size) if declared.kind == "integer" else size
            # Energy of a year is 8760 times what its power is.
            value = value * 8760.0 if declared.unit.endswith("/a") and size < 1e12 else value
            given = changed(given, name, dict.fromkeys(_cells(scenario, name), value))
        found.append(run(given).summary["objective"])
    assert found[1] == pytest.approx(found[0], rel=1e-9)


def _cells(scenario: Any, name: str) -> list[tuple[str, ...]]:
    """Return the cells of a parameter that may hold a limit."""
    index = scenario.declarations.parameters[name].index
    if not index:
        return [()]
    cells = [key if isinstance(key, tuple) else (key,) for key in scenario.full_index(index)]
    stores = set(scenario.series("charge_efficiency").index)
    sizes = set(scenario.series("module_size").index)
    if name.startswith("storage"):
        return [cell for cell in cells if cell[0] in stores]
    return [cell for cell in cells if cell in sizes] if name == "modules_max" else cells


def test_what_could_be_used_by_hand(tmp_path: Any) -> None:
    """All work with a route to a site at its peak, over what a module can carry; a limit up to 10,000 stands.

    Proves: 7 MW in modules of 0.0016 MW of which 0.8 may be used are 5469, more than half of 10,000: 1e9 comes down to
    1e6, of modules of 2.5 MW to 10,000; 50,000 and 99 stay. Sensitivity: the share left out makes it 4375.
    """
    world = limited(OPENING, 10**9).with_cells("site", "utilisation_max", {"*": 0.8})
    world = world.with_cells("site_compute_type", "module_size", {"s0;general": 0.0016, "s1;general": 2.5})
    model = declare_model(world.read(tmp_path))
    assert most_load(model).to_dict() == {("s0", "general"): 7.0, ("s1", "general"): 7.0}
    pairs = pd.MultiIndex.from_tuples([("s0", "general"), ("s1", "general")], names=["site", "compute_type"])
    for limit, usable in ((10**9, [LEVELS[1], LEVELS[0]]), (50_000, [50_000, LEVELS[0]]), (99, [99, 99])):
        assert modules_usable(model, pd.Series([limit] * 2, pairs)).tolist() == usable
    assert bounds_of(compiled(limited(OPENING, 99)), "modules")["s0,general"] == (0.0, 99.0, True)


def test_what_can_be_served_at_once_by_hand(tmp_path: Any) -> None:
    """The peak of the profile; of work that can wait all of the period in its shortest timestep.

    Proves: 1.48 for online work; for training (profile 1, 6 h of delay) 6 h of work in 2 h: 3. Sensitivity: the
    longest timestep, work that waits left out.
    """
    assert most_at_once(with_everything().read(tmp_path)).to_dict() == pytest.approx({"online": 1.48, "training": 3.0})


def test_explain_still_raises_a_limit(tmp_path: Any) -> None:
    """Where more modules are needed than a limit above 10,000 allows, ``explain`` says how many.

    Proves: 7 MW need 70,000 modules of 0.0001 MW, of which 50,000 may be built at one site and none at the other.
    Sensitivity: a clip below what is needed, or at which the slope of the limit is lost.
    """
    world = OPENING.with_cells("site_compute_type", "module_size", {"*": 0.0001})
    world = world.with_cells("site_compute_type", "modules_max", {"s0;general": 0, "s1;general": 50_000})
    found = explain(world.write(tmp_path / "world"))
    ways = [way for cause in found.causes for way in cause.ways if way.parameter == "modules_max"]
    assert [(change.before, change.after) for way in ways for change in way.changes][:1] in (
        [(50_000, 70_000)],
        [(0, 20_000)],
        [(0, 70_000)],
    )
