"""A time limit that comes before the optimum leaves the plan that the blocks of a large problem make together."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from planner.models.solving.highs import options
from planner.models.solving.highs.exchange import Arrays, Clock
from planner.models.solving.large.block_plan import plan_of_blocks
from planner.models.solving.large.block_start import BlockStart
from planner.models.solving.large.restricted import RestrictedProgramme
from planner.models.solving.process import stages
from tests.solve.test_solve_large import SITES, chained, network, request, with_blocks

if TYPE_CHECKING:
    from planner.models.algebra.problem import Problem

STEPS = 48


@pytest.fixture(autouse=True)
def _all_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make every problem a large one."""
    monkeypatch.setattr(options, "LARGE", 0)


def begun(arrays: Arrays, *, looks: bool = True) -> BlockStart:
    """Return the blocks of a problem's relaxation, not solved yet."""
    programme = RestrictedProgramme(arrays, request(), arrays.costs[0])
    return BlockStart(programme, request(), Clock(600.0), plan_of_blocks if looks else None)


def check_plan(asked: Problem, values: np.ndarray) -> None:
    """Hold a plan against every row and limit."""
    activity = asked.matrix @ values
    assert (activity >= asked.row_lower - 1e-5).all()
    assert (activity <= asked.row_upper + 1e-5).all()
    assert (values >= asked.column_lower - 1e-6).all()
    assert (values <= asked.column_upper + 1e-6).all()
    assert np.array_equal(values[asked.is_integer], np.round(values[asked.is_integer]))


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("waits", [False, True])
def test_blocks_make_a_plan(*, seed: int, waits: bool) -> None:
    """Proves: what blocks do at the sample's values is a plan, integers whole, where work may wait as well.

    Sensitivity: integers as the relaxation has them, or what links the blocks at another value than they were solved at.
    """
    asked = chained(network(STEPS, seed), STEPS, 12) if waits else network(STEPS, seed)
    start = begun(with_blocks(asked))
    assert start.basis() is not None
    assert start.plan is not None
    check_plan(asked, start.plan)


def test_rows_that_link_are_kept_by_mixing(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    """Yearly floors that blocks at no price break are kept once the mixture has found what they are worth.

    Proves: rows that link are kept, of whatever prices the blocks begin with. Sensitivity: prices of the wrong sign.
    """
    hold = BlockStart.hold_whole

    def hold_without_prices(start: BlockStart) -> bool:
        is_held = hold(start)
        start.set_prices(np.zeros(len(start.link_rows)))
        return is_held

    monkeypatch.setattr(BlockStart, "hold_whole", hold_without_prices)
    asked = network(STEPS, 1)
    upper = asked.column_upper.copy()
    upper[SITES : 2 * SITES] = 0.0  # nothing is spared: each floor is for the blocks to keep
    asked = replace(asked, column_upper=upper)
    start = begun(with_blocks(asked))
    assert start.basis() is not None
    assert start.plan is not None
    check_plan(asked, start.plan)
    assert "A plan of 1 answers" not in capfd.readouterr().out


def test_looking_for_a_plan_changes_no_basis() -> None:
    """Proves: bases, prices and bounds are as if nobody had looked. Sensitivity: integers that stay fixed."""
    arrays = with_blocks(chained(network(STEPS, 2), STEPS, 12))
    found, plain = (begun(arrays, looks=looks).basis() for looks in (True, False))
    assert found is not None
    assert plain is not None
    for one, other in zip(found, plain, strict=True):
        assert one.tolist() == other.tolist()


def test_no_plan_is_made_of_none() -> None:
    """Proves: where integers stand in the blocks nothing is claimed. Sensitivity: rounding what no block was solved for."""
    asked = network(STEPS, 1)
    whole = np.ones(len(asked.is_integer), dtype=bool)
    start = begun(with_blocks(replace(asked, is_integer=whole)))
    assert start.basis() is not None
    assert start.plan is None


def test_a_limit_leaves_the_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    """A solver that is out of time at its first run: what is left is the plan of the blocks, and no more is tried.

    Proves: a time limit leaves a plan. Sensitivity: a plan that is forgotten with the relaxation it was found for.
    """
    asked = network(STEPS, 1)
    arrays, clock = with_blocks(asked), Clock(600.0)

    def run(_: RestrictedProgramme, __: float) -> str:
        clock.limit = 0.0
        return "time_limit"

    monkeypatch.setattr(RestrictedProgramme, "run", run)
    told: list[np.ndarray | None] = []
    found = stages.search_integers(arrays, request(), clock, lambda values, _: told.append(values))
    assert found.state == "time_limit"
    assert found.values is not None
    check_plan(asked, found.values)
    assert told[0] is found.values
    assert np.isnan(found.bound)
