"""The safe bound in float64: by hand, with wrong duals, with noise, with rays; and whether boxes cover all integers."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from solve_problems import INF, problem

from planner.models.solving.proof.partition import covers
from planner.models.solving.proof.proof import relaxation_of
from planner.models.solving.proof.safe_bound import Prover, implied_bounds

if TYPE_CHECKING:
    from planner.models.algebra.problem import Problem

# x + y ≥ 4, x ≤ 3, 2 x + 3 y: 9 at x = 3, y = 1; the row's price is 3.
SMALL = problem([(4, [1, 1], INF)], [[2, 3]], upper=[3, INF])


def bound_of(asked: Problem, duals: list[float], cutoff: float = 1e6) -> float:
    """Return what duals prove of a problem."""
    return Prover(relaxation_of(asked), cutoff).bound(np.array(duals))


@pytest.mark.parametrize(("duals", "proved"), [([3.0], 9.0), ([2.0], 8.0), ([0.0], 0.0), ([-1.0], 0.0)])
def test_bound_by_hand(duals: list[float], proved: float) -> None:
    """Proves: right duals give the optimum of 9, poor ones less, a price on a side that is not there nothing.

    With 2 the bound is 2 · 4 = 8, since y still costs 1. Sensitivity: a sign, a side, or a margin of 1e-12.
    """
    assert proved * (1 - 1e-13) - 1e-200 <= bound_of(SMALL, duals, 20.0) <= proved


def test_wrong_duals_make_it_poor() -> None:
    """Proves: a price of 4 instead of 3 leaves y a gain of 1, paid for with y's largest value, which the cutoff gives.

    y ≤ (1e6) / 3, so that 4 · 4 - 2 · 3 - 1 · 1e6 / 3. Sensitivity: ignoring a reduced cost of the wrong sign.
    """
    assert bound_of(SMALL, [4.0]) == pytest.approx(16 - 6 - 1e6 / 3)


def test_noise_of_the_solver_is_paid_for() -> None:
    """Proves: a reduced cost of -1e-7 costs 1e-7 times the bound that a row implies, and is not taken for 0.

    z costs nothing, has no bound of its own, and z + y ≤ 10. Sensitivity: a tolerance on the sign of a reduced cost.
    """
    asked = problem([(4, [1, 1, 1], INF), (-INF, [0, 1, 1], 10)], [[2, 3, 0]], upper=[3, INF, INF])
    assert bound_of(asked, [1e-7, 0.0]) == pytest.approx(4e-7 - 1e-6, rel=1e-9)


def test_column_that_nothing_limits_proves_nothing() -> None:
    """Proves: -∞ and a count where the duals let a column without any limit gain; never a finite number.

    Sensitivity: a large number in place of a bound that is not there.
    """
    asked = problem([(4, [1, 1, -1], INF), (0, [0, 1, -1], 0)], [[1, 0, 0]])
    prover = Prover(relaxation_of(asked), 10.0)
    assert prover.bound(np.array([1.0, -1.0 + 1e-7])) == -math.inf
    assert prover.unlimited == 1


@pytest.mark.parametrize("duals", [[math.nan], [INF], [1.0, 2.0], [1e308]])
def test_duals_that_are_none(duals: list[float]) -> None:
    """Proves: what is not finite, overflows or is of another problem proves nothing. Sensitivity: NaN that passes."""
    assert bound_of(SMALL, duals) == -math.inf


def test_bound_is_never_above_the_cutoff() -> None:
    """Proves: points dearer than the cutoff were not looked at, so that no more is claimed. Sensitivity: the minimum."""
    assert bound_of(SMALL, [3.0], cutoff=5.0) == 5.0


def test_narrower_box_has_a_higher_bound() -> None:
    """Proves: a leaf's own bounds count: with x ≤ 1, y is 3 and the cost 11. Sensitivity: the root's bounds in a leaf."""
    prover = Prover(relaxation_of(SMALL), 20.0)
    found = prover.bound(np.array([3.0]), np.zeros(2), np.array([1.0, INF]))
    assert 11.0 - 1e-12 < found <= 11.0


def test_ray_excludes_what_has_no_point_only() -> None:
    """Proves: x + y ≥ 4 with x ≤ 1, y ≤ 2 is empty by a ray of either sign and length, and with y ≤ 3 it is not.

    Sensitivity: believing a ray, or a margin that makes 4 > 4.
    """
    prover = Prover(relaxation_of(SMALL), 1e6)
    for ray in (np.array([1.0]), np.array([-1e-3])):
        assert prover.excludes(ray, np.zeros(2), np.array([1.0, 2.0]))
        assert not prover.excludes(ray, np.zeros(2), np.array([1.0, 3.0]))


def test_implied_bounds_are_outside() -> None:
    """Proves: 3 x + y ≤ 1 gives x at least the float above 1/3, and the cutoff limits what rows do not.

    Sensitivity: a limit rounded to nearest, which cuts 1/3 off.
    """
    asked = problem([(-INF, [3, 1, 0], 1)], [[0, 0, 7]])
    _, upper = implied_bounds(relaxation_of(asked), 1.0)
    assert 1 / 3 < upper[0] < 1 / 3 + 1e-14
    assert 1.0 < upper[1] < 1 + 1e-14
    assert 1 / 7 < upper[2] < 1 / 7 + 1e-14


WHOLE = st.integers(-3, 3)


@st.composite
def boxes(draw: st.DrawFn) -> tuple[list[tuple[np.ndarray, np.ndarray]], np.ndarray, np.ndarray]:
    """Return the leaves of a random tree over a small box, some left out, doubled, or moved by one."""
    count = draw(st.integers(1, 3))
    lower = np.array([draw(st.integers(-2, 0)) for _ in range(count)], dtype=float)
    upper = lower + np.array([draw(st.integers(0, 3)) for _ in range(count)])
    found = [(lower, upper)]
    for _ in range(draw(st.integers(0, 5))):
        low, high = found.pop(draw(st.integers(0, len(found) - 1)))
        at = draw(st.integers(0, count - 1))
        cut = draw(st.integers(int(low[at]) - 1, int(high[at])))
        below, above = high.copy(), low.copy()
        below[at], above[at] = cut, cut + 1
        found += [(low, below), (above, high)]
    change = draw(st.sampled_from(["none", "left out", "twice", "moved"]))
    at = draw(st.integers(0, len(found) - 1))
    if change == "left out":
        found.pop(at)
    elif change == "twice":
        found.append(found[at])
    elif change == "moved":
        found[at] = (found[at][0] + 1.0, found[at][1])
    return found, lower, upper


@settings(deadline=None, max_examples=300)
@given(boxes())
def test_cover_is_what_counting_points_says(
    case: tuple[list[tuple[np.ndarray, np.ndarray]], np.ndarray, np.ndarray],
) -> None:
    """Proves: boxes cover where every whole point lies in exactly one, point by point, over random trees.

    Sensitivity: a leaf left out, counted twice, or moved by one that passes.
    """
    found, lower, upper = case
    ranges = [range(int(low), int(high) + 1) for low, high in zip(lower, upper, strict=True)]
    holders = [
        sum(bool(((low <= point) & (point <= high)).all()) for low, high in found)
        for point in map(np.array, itertools.product(*ranges))
    ]
    assert covers(found, lower, upper) == all(count == 1 for count in holders)


@pytest.mark.parametrize(
    ("found", "whole", "is_covered"),
    [
        ([((0,), (INF,))], ((0,), (INF,)), True),
        ([((0,), (4,)), ((5,), (INF,))], ((0,), (INF,)), True),
        ([((0,), (4,)), ((6,), (INF,))], ((0,), (INF,)), False),
        ([((0,), (4,)), ((5,), (1e15,))], ((0,), (INF,)), False),
        ([((-INF,), (-1,)), ((0,), (INF,))], ((-INF,), (INF,)), True),
        ([((0.3,), (2.7,))], ((0.3,), (2.7,)), True),
        ([((math.nan,), (2,))], ((0,), (2,)), False),
        ([((0,), (1e17,))], ((0,), (1e17,)), False),
        ([], ((0,), (2,)), False),
        ([((), ())], ((), ()), True),
    ],
)
def test_endless_and_odd_boxes(
    found: list[tuple[tuple[float, ...], tuple[float, ...]]],
    whole: tuple[tuple[float, ...], tuple[float, ...]],
    *,
    is_covered: bool,
) -> None:
    """Proves: integers without a bound, fractions, NaN, numbers too large to count, no leaf and no integer at all.

    Sensitivity: an endless side taken for a large number that a finite leaf reaches.
    """
    arrays = [(np.array(low, dtype=float), np.array(high, dtype=float)) for low, high in found]
    assert covers(arrays, *(np.array(side, dtype=float) for side in whole)) == is_covered
