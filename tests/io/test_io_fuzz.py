"""Mutated scenarios are read or refused: nothing else happens."""

from __future__ import annotations

import os
import random
import warnings
from pathlib import Path

import pytest
from io_world import declarations, good_files, written
from mutations import OPERATORS, mutated

from planner.errors import InvalidInputError
from planner.io.read.read import read_scenario

SHARDS = 4
CI_TRIALS = 2000
"""``make campaign-fuzz`` has 200,000: after 2,000 every operator has had its turn dozens of times."""
CAMPAIGN_TRIALS = int(os.environ.get("PLANNER_FUZZ", "0"))
CAMPAIGN_SHARDS = 20
OPERATORS_MIN = 40


def fuzz(folder: Path, seed: int, trials: int) -> tuple[int, int]:
    """Read mutated scenarios; return how many were read and how many refused."""
    base = good_files()
    written(folder / "base", base)
    world = written(folder / "world", base)
    known, rng, present, outcome = declarations(), random.Random(seed), dict(base), [0, 0]  # noqa: S311 - no secrets
    for trial in range(trials):
        names, files, overrides = mutated(base, rng)
        for name in present.keys() - files.keys():
            (world / name).unlink()
        written(world, {name: data for name, data in files.items() if present.get(name) != data})
        present = files
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                read_scenario(world, known, overrides).content_hash  # noqa: B018 - computed at asking
            outcome[0] += 1
        except InvalidInputError as error:
            outcome[1] += all(str(fault).isprintable() for fault in error.faults) and bool(error.faults)
        except BaseException as error:
            error.add_note(f"seed {seed}, trial {trial}: {names}, {overrides}")
            raise
    return outcome[0], outcome[1]


@pytest.mark.parametrize("shard", range(SHARDS))
def test_mutated_scenarios_are_read_or_refused(shard: int, tmp_path: Path) -> None:
    """Proves 2,000 mutations end in a scenario or in InvalidInputError; any other error or a warning breaks it."""
    good, bad = fuzz(tmp_path, shard, CI_TRIALS // SHARDS)
    assert good > CI_TRIALS // SHARDS // 20, "so few are read that the later steps are not reached"
    assert good + bad == CI_TRIALS // SHARDS, "an error without faults, or with one that cannot be printed"


@pytest.mark.campaign
@pytest.mark.skipif(not CAMPAIGN_TRIALS, reason="a campaign: make campaign-fuzz")
@pytest.mark.parametrize("shard", range(CAMPAIGN_SHARDS))
def test_campaign_of_mutated_scenarios(shard: int, tmp_path: Path) -> None:
    """Proves the same for as many mutations as PLANNER_FUZZ says, with other seeds."""
    good, bad = fuzz(tmp_path, 1000 + shard, CAMPAIGN_TRIALS // CAMPAIGN_SHARDS)
    assert good + bad == CAMPAIGN_TRIALS // CAMPAIGN_SHARDS


def test_there_are_enough_operators() -> None:
    """Proves that the fuzz keeps its breadth; deleting operators to pass breaks it."""
    assert len(OPERATORS) >= OPERATORS_MIN
