"""Any scenario that keeps to the schema ends as an audited plan or as one of the planner's own errors."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest

from tests.reliability.random_world import is_wild, random_world
from tests.reliability.trial import assert_written, attempt
from tests.worlds import BASE, World

TRIALS = int(os.environ.get("PLANNER_RANDOM", "300"))
SHARDS = 30
WRITTEN = 20
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
    assert kinds["optimal"] * 4 >= sum(kinds.values()), f"so few are solved that little is proved: {kinds}"


def test_worlds_vary() -> None:
    """Proves that the generator keeps its breadth; a feature, an objective or a gap that is never drawn breaks it."""
    worlds = [random_world(seed) for seed in range(300)]
    every = {name for world in worlds for name in world.features}
    assert every == set(BASE.features)
    assert {world.minimise for world in worlds if isinstance(world.minimise, str)} == {"cost", "emissions", "latency"}
    assert any(isinstance(world.minimise, dict) for world in worlds)
    assert len({frozenset(world.features) for world in worlds}) > 20
    for column in ("utilisation_min", "opening_cost", "unserved_price", "indivisible", "latency_max_rtt", "pue_slope"):
        assert any(column in row for world in worlds for rows in world.tables.values() for row in rows), column
    for word in ("green_power_share_mode", "green_power_share_on", "emissions_accounting"):
        assert len({world.parameters.get(word) for world in worlds} - {None}) > 1, word
    assert any(_is_bare(world) for world in worlds), "none without coordinates"
    assert any("technology" not in world.tables and "power_supply" in world.features for world in worlds)


def _is_bare(world: World) -> bool:
    return not any("longitude" in row for row in world.tables["site"])
