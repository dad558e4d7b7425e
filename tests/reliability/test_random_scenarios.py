"""Any scenario that keeps to the schema ends as an audited plan or as one of the planner's own errors."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest

from planner.models.declarations import feature_modules
from tests.reliability.random_world import NEVER, is_wild, random_world
from tests.reliability.trial import assert_written, attempt
from tests.worlds import BASE, World

TRIALS = int(os.environ.get("PLANNER_RANDOM", "150"))
"""``make campaign-random`` has 10,000 others, and the first 300 with these tests: a trial takes a second."""
SHARDS = max(TRIALS // 10, 1)
WRITTEN = 2 * SHARDS // 3
"""Trials whose plan is written, drawn, and audited again from its files."""


@pytest.mark.parametrize("shard", range(SHARDS))
def test_random_scenarios_end_well(shard: int, tmp_path: Path) -> None:
    """Proves that the line ends in a plan or in exit 3, 4 or 5; that check counts what is solved; that plans draw.

    Broken by any other exception, a warning, an audit that disagrees (11), a solver's answer that is refused (9), a
    NaN in the summary, a check that says another size or another fate, a map that cannot be drawn, a run folder that
    its own audit does not confirm.
    """
    kinds, written = Counter[str](), 0
    for seed in range(shard, TRIALS, SHARDS):
        try:
            outcome = attempt(random_world(seed), tmp_path / str(seed), wild=is_wild(seed))
            kinds[outcome.kind] += 1
            if outcome.results is not None and shard < WRITTEN and not written:
                assert_written(outcome.results, tmp_path / f"run-{seed}")
                written = 1
        except BaseException as error:
            error.add_note(f"seed {seed}")
            raise
    assert kinds["optimal"] * 10 >= sum(kinds.values()) - 9, f"so few are solved that little is proved: {kinds}"


def test_numbers_legal_one_by_one(tmp_path: Path) -> None:
    """Proves that cells in range whose product no solver can take are an input error, and so are all profiles of 0.

    Broken by an unexpected error (exit 1) for what a user can mend; by a division by the energy asked for.
    """
    world = BASE.with_cells("site", "grid_power_price", {"*": 1e12}).replaced(minimise={"cost": 1e12})
    outcome = attempt(world, tmp_path / "large")
    assert outcome.kind == "invalid"
    assert "no solver can take" in outcome.message
    profile = [
        {"workload": k, "timestep": t, "demand_profile": 0} for k in ("online", "training") for t in ("day", "night")
    ]
    idle = BASE.with_rows("workload_timestep", profile).replaced(minimise="latency")
    outcome = attempt(idle, tmp_path / "idle")
    assert outcome.results is not None
    assert outcome.results.summary["objective"] == 0.0


def test_sides_of_1e11_are_solved(tmp_path: Path) -> None:
    """Proves that integers beside sides of 1e11 end in a plan: HiGHS alone refuses what is off by its last digits.

    Broken by leaving a solver's error of rounding to the user as a crash (exit 9).
    """
    demand = {"r0": (16e6, 11e6), "r1": (8.2e6, 5.66e6), "r2": (7.61e6, 0)}
    place = {"hub": "h1", "pue": 1.07, "wue": 0.862, "water_price": 0.712, "emission_factor": 0.785}
    world = World(
        features=("time", "demand", "routes", "allocation", "site_capacity", "facility_load", "emissions"),
        parameters={"emissions_accounting": "location", "emissions_max": 1.32e11, "carbon_price": 3.13},
        hours=7550.0,
        tables={
            "timestep": [{"timestep": f"t{i}", "timestep_weight": w} for i, w in enumerate((2980, 2570, 2000))],
            "region": [{"region": name, "hub": "h1" if name == "r2" else "h0"} for name in demand],
            "workload": [
                {"workload": "k0", "compute_type": "c0", "reach": "hub", "unserved_price": 269, "indivisible": True},
                {"workload": "k1", "compute_type": "c0"},
            ],
            "region_workload": [
                {"region": name, "workload": f"k{i}", "demand": loads[i]}
                for name, loads in demand.items()
                for i in (0, 1)
            ],
            "site": [{"site": "s0", **place}],
            "compute_type": [{"compute_type": "c0"}],
            "site_compute_type": [{"site": "s0", "compute_type": "c0", "capacity_existing": 38.1e6}],
        },
    )
    outcome = attempt(world, tmp_path / "large")
    assert outcome.kind == "optimal", outcome.message


def test_excess_above_all_use_is_drawn(tmp_path: Path) -> None:
    """Proves that a site that sells more green power than it draws has a map; broken by what it sells told as used."""
    world = BASE.with_cells("site_technology", "excess_price", {"gansu;wind": 500})
    world = world.with_cells("site_technology", "green_capacity_max", {"gansu;wind": 600})
    results = attempt(world, tmp_path / "world").results
    assert results is not None
    sold = results.tables["power_supply_technology"]
    assert sold["excess"].max() > sold["green_power"].max()
    assert results.sites["green_power_share"].max() <= 1
    assert_written(results, tmp_path / "run")


def test_worlds_vary() -> None:
    """Proves that the generator keeps its breadth; a feature, an objective or a gap that is never drawn breaks it."""
    worlds = [random_world(seed) for seed in range(300)]
    every = {name for world in worlds for name in world.features}
    assert every == {*feature_modules()} - NEVER
    assert {world.minimise for world in worlds if isinstance(world.minimise, str)} == {"cost", "emissions", "latency"}
    assert any(isinstance(world.minimise, dict) for world in worlds)
    assert len({frozenset(world.features) for world in worlds}) > 12
    for column in (
        "utilisation_min", "opening_cost", "unserved_price", "indivisible", "latency_max_rtt", "pue_slope", "period",
        "storage_power_max", "deferral_max", "grid_ramp_max", "hub_grid_power_max", "side_green_power_share_min", "side_share_new_min",
    ):  # fmt: skip
        assert any(column in row for world in worlds for rows in world.tables.values() for row in rows), column
    for word in (
        "green_power_share_mode", "green_power_share_on", "emissions_accounting", "green_power_share_window",
        "green_shortfall_price",
    ):  # fmt: skip
        assert len({world.parameters.get(word) for world in worlds} - {None}) > 1, word
    assert any(_is_bare(world) for world in worlds), "none without coordinates"
    assert any("technology" not in world.tables and "power_supply" in world.features for world in worlds)


def _is_bare(world: World) -> bool:
    return not any("longitude" in row for row in world.tables["site"])
