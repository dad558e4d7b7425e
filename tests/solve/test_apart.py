"""Problems of many periods solved period by period: the same optimum as the whole, and a bound that proves it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from planner.models.solving.apart import apart, box, guide, inside, mixture, small
from planner.models.solving.apart.asking.period import PeriodSolver, Reply
from planner.models.solving.apart.asking.periods import Periods
from planner.models.solving.apart.rounding import carrying
from planner.models.solving.apart.rounds import Rounds
from planner.models.solving.apart.sample import sample_of, sampled, spread
from planner.models.solving.apart.search import seconds_left
from planner.models.solving.highs import options
from planner.models.solving.highs.exchange import Arrays, Clock, Request
from planner.models.solving.large.block_start import LINK
from planner.models.solving.process import answers
from planner.models.solving.process.answers import answer_apart
from planner.models.solving.proof.leaves import unpacked, vector_of
from planner.models.solving.proof.safe_bound import Prover, Relaxation
from tests.solve.apart_problems import HOURS, Sketch, broken, direct, planning, repeated

if TYPE_CHECKING:
    from pathlib import Path

    from planner.models.solving.apart.apart import Apart
    from planner.models.solving.apart.asking.period import Question
    from planner.models.solving.highs.exchange import Booleans

GAP = 1e-3
REQUEST = Request("solve", "highs", None, GAP, 1, 0, tie_break=False)
TRIALS = int(os.environ.get("PLANNER_APART", "3"))
"""Random problems, one of three without whole numbers; ``make campaign-apart`` has 100."""


def solved(arrays: Arrays, folder: Path, clock: Clock | None = None) -> Apart:
    """Return what came of a problem, solved period by period."""
    found = apart.solve_apart(arrays, REQUEST, clock or Clock(None), folder, lambda *_: None)
    assert found is not None
    return found


def proved(arrays: Arrays, found: Apart) -> float:
    """Return what the prices of all rows prove, in safe arithmetic."""
    assert found.duals is not None
    form = Relaxation(
        arrays.starts, arrays.indices, arrays.data, arrays.costs[0],
        arrays.row_lower, arrays.row_upper, arrays.column_lower, arrays.column_upper,
    )  # fmt: skip
    return Prover(form, found.cost * (1 + 1e-6)).bound(found.duals)


@pytest.mark.parametrize("seed", range(TRIALS))
def test_apart_and_whole_agree(seed: int, tmp_path: Path) -> None:
    """Proves: the plan is one, whole, costs what it says, and is no further from the optimum than the gap it states.

    What safe arithmetic proves from the prices is below that optimum, and as near to that of the relaxation.

    Sensitivity: a slope of a period of the wrong sign, a weight of a round below 0, a store left out of a period, or
    halls not whole break one of the lines.
    """
    agree(planning(seed, 6 + seed % 5, whole=seed % 3 > 0, share=0.3 + 0.1 * (seed % 5)), tmp_path)


@pytest.mark.parametrize("seed", range(3))
def test_small_programmes_may_end_inside(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves that plan, bound and gap hold as well where the small programmes end at an inner point, as large ones do.

    Sensitivity: a mixture that breaks its rows by what an interior-point method leaves, or prices taken for exact.
    """
    monkeypatch.setattr(small, "INTERIOR_MIN", 0)
    agree(planning(seed, 6 + seed, whole=seed > 0, share=0.4), tmp_path)


@pytest.mark.parametrize("seed", range(TRIALS))
def test_whole_numbers_may_be_held(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves that plan, bound and gap hold where whole numbers are fixed by and by and held for rounds, as in large ones.

    Sensitivity: a bound within the numbers held that is taken for one of all, or a mixture that is not held to them.
    """
    monkeypatch.setattr(guide, "SEARCH_MAX", 0)
    arrays = planning(seed, 6 + seed % 6, whole=True, share=0.3 + 0.1 * (seed % 3))
    found = agree(arrays, tmp_path)
    assert found.cost <= 1.02 * direct(arrays)


def test_what_was_asked_whole_is_a_plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves that integers as they were asked for last make a plan within the gap, where a search among all finds none.

    Sensitivity: a point that is not fixed, or one that is not whole taken for one that is.
    """

    def without_integers(*args: Any, integers: Booleans | None = None, **options: Any) -> Any:
        return None if integers is not None and integers.any() else small.solve_small(*args, **options)

    monkeypatch.setattr(mixture, "solve_small", without_integers)
    arrays = planning(1, 7, whole=True, share=0.4)
    found = agree(arrays, tmp_path)
    assert found.gap < 0.1  # the integers' own, of halls of 4 MW, without a search


def test_halls_rounded_up_are_a_plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves that there is a plan soon, though no search for integers finds one and no whole point was asked for.

    Sensitivity: halls rounded to the nearest, which may be too few, or past what may be built.
    """

    def without_integers(*args: Any, integers: Booleans | None = None, **options: Any) -> Any:
        return None if integers is not None and integers.any() else small.solve_small(*args, **options)

    monkeypatch.setattr(mixture, "solve_small", without_integers)
    arrays, plans = planning(1, 6, whole=True), []
    _ends_after(6 * 4 + 1, monkeypatch)
    apart.solve_apart(arrays, REQUEST, Clock(None), tmp_path, lambda values, _: plans.append(values))
    assert plans
    assert broken(arrays, plans[-1]) < 1e-6
    halls = plans[-1][arrays.is_integer]
    assert np.allclose(halls, np.round(halls), atol=1e-9)


def test_an_inner_point_is_a_plan_though_an_answer_missed_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves by hand: of two days, each served from 10 units of a hall at 3 or not at all, the hall of 30 is the plan.

    Sensitivity: what an inner point leaves of the answer that missed its rows, some 1e-9, taken for a share of it.
    """
    left = 2e-9
    inner = small.Solved(np.array([10.0, left, left, 1.0 - left, 1.0 - left]), np.zeros(0), 30.0)
    monkeypatch.setattr(mixture, "solve_small", lambda *_, **__: inner)
    sketch = Sketch()
    hall = sketch.column(3.0, 10.0)
    for day in range(2):
        served = sketch.column(0.0, block=day * HOURS)
        sketch.row(4.0, 4.0, day * HOURS, [(served, 1.0)])
        sketch.row(-np.inf, 0.0, day * HOURS, [(served, 1.0), (hall, -1.0)])
    found = Rounds(Periods(sketch.arrays(2)))
    for built, cost, missed in ((0.0, 400.0, 4.0), (10.0, 0.0, 0.0)):
        replies = [Reply(day, cost, np.zeros(1), cost, np.zeros(0), missed) for day in range(2)]
        found.add(np.array([built]), np.zeros(0), replies)
    mixed = mixture.Mixture(found, mixture.Bases(), (np.zeros(1), np.full(1, 10.0))).mix(10.0)
    assert mixed is not None
    assert mixed.cost == pytest.approx(30.0)
    assert not mixed.shares[0].any()


def agree(arrays: Arrays, folder: Path) -> Apart:
    """Solve period by period, hold plan, bound and gap against the whole solved directly, and return what came of it."""
    found, optimum = solved(arrays, folder), direct(arrays)
    assert found.values is not None
    assert broken(arrays, found.values) < 1e-6
    assert np.allclose(found.values[arrays.is_integer], np.round(found.values[arrays.is_integer]), atol=1e-9)
    assert found.cost == pytest.approx(float(arrays.costs[0] @ found.values), rel=1e-9)
    bound = proved(arrays, found)
    assert bound <= optimum * (1 + 1e-9) <= found.cost * (1 + 2e-9)
    assert found.cost - bound <= found.gap * found.cost * (1 + 1e-6) + 1e-6 * found.cost
    relaxed = direct(arrays, whole=False)
    assert relaxed - bound <= 2 * GAP * optimum
    if not arrays.is_integer.any():
        assert found.cost - relaxed <= GAP * relaxed
    return found


def test_the_pace_says_how_long_it_still_takes() -> None:
    """Proves by hand: a gap that halves every 10 s takes 20 s from 0.4 % to 0.1 %; what does not shrink has no pace.

    Broken by a pace over all rounds (the first halved every second), or by a gap of the bound and not of the plan.
    """
    slow = [{"seconds": 100.0 + 10.0 * n, "plan": 1000.0, "bound": 1000.0 * (1 - 0.128 / 2**n)} for n in range(6)]
    fast = [{"seconds": 90.0 + n, "plan": 1000.0, "bound": 1000.0 * (1 - 0.9 / 2**n)} for n in range(3)]
    assert seconds_left([*fast, *slow], 0.001) == pytest.approx(20.0)
    assert seconds_left(slow, 0.005) == 0.0
    assert seconds_left(slow[:5], 0.001) == float("inf")
    assert seconds_left([{**slow[0], "seconds": 10.0 * n} for n in range(6)], 0.001) == float("inf")
    assert seconds_left([{"seconds": 1.0, "plan": None, "bound": None}] * 9, 0.001) == float("inf")


def test_a_sample_of_all_periods_is_the_whole() -> None:
    """Proves that a sample loses nothing: that of every period costs what the whole does, store and yearly rows too.

    Broken by a scale other than 1 where all are there, or by a block or chain renumbered wrongly.
    """
    arrays = planning(3, 5)
    found, columns, rows = sampled(Periods(arrays), list(range(5)))
    assert (len(columns), len(rows)) == (arrays.columns, arrays.rows)
    assert direct(found) == pytest.approx(direct(arrays), rel=1e-9)
    assert found.row_block.tolist() == arrays.row_block.tolist()


def test_a_sample_stands_for_the_whole() -> None:
    """Proves that equal periods need no more than one of them: what is built, and its cost, are those of the whole.

    Broken by links that are not brought up to the whole, or the cost of periods that is not.
    """
    arrays = planning(4, 1)
    four = repeated(4)
    found, _, _ = sampled(Periods(four), [2])
    assert direct(found) == pytest.approx(direct(four), rel=1e-9)
    assert direct(found) == pytest.approx(direct(arrays), rel=1e-9)


def test_sampled_periods_are_spread() -> None:
    """Proves that a sample is in order, without doubles, and at the middle of equal pieces.

    Broken by edges taken in place of middles, or a sample larger than the whole.
    """
    assert spread(365, 4) == [45, 136, 228, 319]
    assert spread(3, 12) == [0, 1, 2]


def test_a_sample_knows_all_that_is_built() -> None:
    """Proves that a sample has a period of each year: twelve evenly spread, and one for halls that none of these knows.

    Sensitivity: halls of the one day that nobody else knows left out.
    """
    sketch = Sketch()
    halls = [sketch.column(1.0, 10.0) for _ in range(2)]
    for day in range(48):
        served = sketch.column(0.0, block=day * HOURS)
        sketch.row(-np.inf, 0.0, day * HOURS, [(served, 1.0), (halls[int(day == 5)], -1.0)])
    assert sample_of(Periods(sketch.arrays(48))) == sorted({5, *range(2, 48, 4)})


def test_what_periods_need_is_the_sum_of_halls_that_their_rows_know() -> None:
    """Proves by hand: two halls that carry a day's work together are one need, whatever the row's factor and sign.

    More of it can only help that day; of the hall that a row holds to a number neither more nor less can. A row between
    halls alone is no need.

    Sensitivity: rows known by their factor, the sign of a row lost, a side that is there overlooked, or link rows taken.
    """
    sketch = Sketch()
    old, new, third = (sketch.column(1.0, 10.0) for _ in range(3))
    for day in range(2):
        served = sketch.column(0.0, block=day * HOURS)
        sketch.row(-np.inf, 0.0, day * HOURS, [(served, 1.0), (old, -1.0), (new, -2.0)])
        sketch.row(-6.0, np.inf, day * HOURS, [(served, -3.0), (old, 3.0), (new, 6.0)])
    sketch.row(1.0, 1.0, HOURS, [(served, 1.0), (third, 0.5)])
    sketch.row(0.0, 8.0, LINK, [(old, 1.0), (third, 1.0)])
    needs = Periods(sketch.arrays(2)).needs
    sums = {tuple(row): (above, below, tuple(days)) for row, above, below, days in zip(
        needs.sums.toarray(), needs.may_exceed, needs.may_fall_short, needs.period, strict=True
    )}  # fmt: skip
    assert sums == {(1.0, 2.0, 0.0): (True, False, (True, True)), (0.0, 0.0, 1.0): (False, False, (False, True))}


def test_halls_of_several_years_carry_the_work_together() -> None:
    """Proves that plans mix where each asks for other halls of the same sum, as vintages are.

    Two halls cost the same and carry the same work; half of either is as good. By hand: 3 units at 2 each, both days.

    Sensitivity: a mixture that must have of each hall as much as any of its plans was given.
    """
    found = Rounds(Periods(_halls_that_stand_in_for_each_other()))
    for built in ((3.0, 0.0), (0.0, 3.0)):
        found.add(
            np.array(built), np.zeros(0), [Reply(day, 0.0, np.zeros(2), 0.0, np.zeros(0), 0.0) for day in range(2)]
        )
    limits = np.zeros(2), np.full(2, 10.0)
    mixed = mixture.Mixture(found, mixture.Bases(), limits).mix(10.0)
    assert mixed is not None
    assert mixed.cost == pytest.approx(6.0)
    free = np.zeros(2), np.array([1.5, 10.0])
    mixed = mixture.Mixture(found, mixture.Bases(), free).mix(10.0)
    assert mixed is not None
    assert mixed.built.sum() == pytest.approx(3.0)


def _halls_that_stand_in_for_each_other() -> Arrays:
    sketch = Sketch()
    halls = [sketch.column(2.0, 10.0) for _ in range(2)]
    for day in range(2):
        served = sketch.column(0.0, block=day * HOURS)
        sketch.row(3.0, 3.0, day * HOURS, [(served, 1.0)])
        sketch.row(-np.inf, 0.0, day * HOURS, [(served, 1.0), *((hall, -1.0) for hall in halls)])
    return sketch.arrays(2)


def test_a_box_of_prices_widens_while_its_row_is_broken() -> None:
    """Proves by hand: a box is a fifth of its price, or a fiftieth of the largest one for a price of nothing.

    It grows by half while mixtures break its row, never past the price, and shrinks by a twentieth otherwise.

    Sensitivity: the two factors changed over, one rate for all rows, or a box about 0 that is closed for ever.
    """
    boxes = box.Box(np.array([-100.0, 0.0]))
    assert boxes.width == pytest.approx([20.0, 2.0])
    boxes.adapt(np.array([True, False]))
    assert boxes.width == pytest.approx([30.0, 1.9])
    for _ in range(9):
        boxes.adapt(np.array([True, False]))
    boxes.middle = np.array([-60.0, 0.0])
    assert boxes.width == pytest.approx([60.0, 10.0 * 0.2 * 0.95**10])


def test_a_point_moves_inside_towards_the_best_that_missed_nothing() -> None:
    """Proves by hand: of the points that missed nothing the cheapest is gone towards, further after each that missed.

    Where integers are whole only points with the same ones are, so that they stay whole.

    Sensitivity: a point that missed something gone towards, a share that shrinks with each miss, or integers broken.
    """
    arrays = _halls_that_stand_in_for_each_other()
    arrays.is_integer[1] = True
    found, way = Rounds(Periods(arrays)), inside.Inside()
    for built, missed in (((9.0, 2.0), 0.0), ((6.0, 3.0), 0.0), ((1.0, 1.0), 1.0)):
        found.add(
            np.array(built), np.zeros(0), [Reply(day, 0.0, np.zeros(2), 0.0, np.zeros(0), missed) for day in range(2)]
        )
    asked, none = np.array([2.0, 2.0]), np.zeros(0)
    way.took(found)
    share = 3.0 * inside.SHARE_MIN
    assert way.moved(asked, none, found, whole=False) == pytest.approx(asked + share * np.array([4.0, 1.0]), abs=1e-12)
    assert way.moved(asked, none, found, whole=True) == pytest.approx(asked + share * np.array([7.0, 0.0]), abs=1e-12)
    assert way.moved(np.array([2.0, 5.0]), none, found, whole=True) == pytest.approx([2.0, 5.0])


def test_whole_numbers_carry_what_is_needed_within_what_a_site_may_hold() -> None:
    """Proves by hand: of 1.4 and 1.6 modules of two vintages, at most 3 together, there are 1 and 2 or 2 and 1.

    Rounded up one by one they would be 4. The dearer one is built as little as may be.

    Sensitivity: each rounded by itself, the row between them lost, or more than enough built of the dear one.
    """
    sketch = Sketch()
    dear, cheap = sketch.column(5.0, 9.0, whole=True), sketch.column(2.0, 2.0, whole=True)
    for day in range(2):
        served = sketch.column(0.0, block=day * HOURS)
        sketch.row(-np.inf, 0.0, day * HOURS, [(served, 1.0), (dear, -1.0), (cheap, -1.0)])
    sketch.row(-np.inf, 3.0, LINK, [(dear, 1.0), (cheap, 1.0)])
    periods = Periods(sketch.arrays(2))
    limits = np.zeros(2), np.array([9.0, 2.0])
    assert carrying(periods, np.array([2.9]), limits, 10.0, 10.0) == pytest.approx([1.0, 2.0])
    assert carrying(periods, np.array([3.1]), limits, 10.0, 10.0) is None


@pytest.mark.parametrize("asked", [0, 3])
def test_an_answer_without_time_is_none(asked: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves that where the time is over before the first round is there is no answer, and another way is gone.

    Broken by an answer of some of the periods that is taken for one of all, or by a bound of no round at all.
    """
    assert apart.solve_apart(planning(1, 6), REQUEST, Clock(0.0), tmp_path, lambda *_: None) is None
    _ends_after(asked, monkeypatch)
    assert apart.solve_apart(planning(1, 6), REQUEST, Clock(None), tmp_path, lambda *_: None) is None


def _ends_after(asked: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no period answer any more once so many have."""
    solve, calls = PeriodSolver.solve, iter(range(10**6))

    def ending(solver: PeriodSolver, period: int, question: Question, clock: Clock) -> Reply | None:
        return solve(solver, period, question, clock) if next(calls) < asked else None

    monkeypatch.setattr(PeriodSolver, "solve", ending)


def test_time_that_ends_in_a_round_leaves_the_plan_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves that an end in the midst of a round leaves the plan of the rounds before it, with a true bound and gap.

    Broken by a round of which half has answered that counts, a plan that was not handed on, or no bound at the end.
    """
    arrays, plans = planning(1, 6), []
    _ends_after(6 * 7 + 2, monkeypatch)
    found = apart.solve_apart(arrays, REQUEST, Clock(None), tmp_path, lambda values, _: plans.append(values))
    assert found is not None
    assert found.values is not None
    assert found.rounds == 7
    assert plans[-1].tolist() == found.values.tolist()
    assert broken(arrays, found.values) < 1e-6
    assert found.bound * (1 - 1e-6) <= proved(arrays, found) <= direct(arrays) <= found.cost * (1 + 1e-9)


def test_the_answer_proves_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves that what the solver's process hands on has plan, prices, the story of its rounds and a leaf for the proof.

    Broken by a leaf of another box, or by prices other than those that prove the bound.
    """
    for module, name, value in ((options, "LARGE", 0), (apart, "COLUMNS_MIN", 0), (apart, "PERIODS_MIN", 2)):
        monkeypatch.setattr(module, name, value)
    arrays = planning(2, 6)
    answer = answer_apart(arrays, REQUEST, Clock(None), tmp_path, lambda *_: None)
    assert answer is not None
    assert answer.values is not None
    assert answer.leaves is not None
    (leaf,) = unpacked(answer.leaves, int(arrays.is_integer.sum()))
    assert leaf.upper.tolist() == arrays.column_upper[arrays.is_integer].tolist()
    assert answer.row_duals is not None
    assert vector_of(tmp_path, leaf.duals).tolist() == answer.row_duals.tolist()
    told = answer.details["periods_apart"]
    assert told["periods"] == 6
    assert told["story"][-1]["plan"] >= told["story"][-1]["bound"]
    assert (
        answer_apart(arrays, Request("solve", "highs", None, GAP, 1, 0, False, "ipm"), Clock(None), tmp_path, print)
        is None
    )


def test_without_time_no_other_way_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves that where the time is used up and no plan was found that is the answer, and with time left there is none.

    Sensitivity: the whole problem handed to HiGHS after the time, which took 10 GiB and gave nothing.
    """
    for module, name, value in ((options, "LARGE", 0), (apart, "COLUMNS_MIN", 0), (apart, "PERIODS_MIN", 2)):
        monkeypatch.setattr(module, name, value)
    late = answer_apart(planning(2, 6), REQUEST, Clock(0.0), tmp_path, lambda *_: None)
    assert late is not None
    assert (late.status, late.values) == ("time_limit", None)
    monkeypatch.setattr(answers, "solve_apart", lambda *_: None)
    assert answer_apart(planning(2, 6), REQUEST, Clock(None), tmp_path, lambda *_: None) is None
