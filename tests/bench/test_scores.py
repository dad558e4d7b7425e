"""Scores against numbers worked by hand: PAR-10, shifted geometric mean, ratios, intervals, profiles."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from bench_records import run, without_plan

from planner.bench.page.scores import Line, Score, Settled, profile, score, winner
from planner.bench.runs.verdict import settle
from planner.bench.solvers.record import Record

INF = float("inf")


def settled(*records: Record) -> list[Settled]:
    """Return the records with their final status."""
    return [Settled(*pair) for pair in zip(records, settle(records)[0], strict=True)]


def timed(solver: str, seconds: dict[str, float], **changes: Any) -> list[Record]:
    """Return solved runs by instance."""
    return [run(solver, instance, seconds=time, **changes) for instance, time in seconds.items()]


def late(solver: str, instance: str, **changes: Any) -> Record:
    """Return a run that its limit of 60 s stopped without a plan."""
    return without_plan(
        solver, instance=instance, instance_hash=instance, claim="time_limit", key=f"{solver}{instance}", **changes
    )


def of(scores: list[Score], solver: str) -> Score:
    """Return a solver's score."""
    (found,) = (one for one in scores if one.line.solver == solver)
    return found


def test_means_by_hand() -> None:
    """Proves both means on 10 s, 30 s and a timeout at 60 s, which counts 600 s.

    PAR-10: 640 ÷ 3. Shifted: (20 × 40 × 610)^(1/3) - 10. Broken by a penalty of the limit itself, a shift left in.
    """
    found = of(score(settled(*timed("one", {"a": 10.0, "b": 30.0}), late("one", "c"))), "one")
    assert found.par10 == pytest.approx(640 / 3)
    assert found.mean == pytest.approx((20 * 40 * 610) ** (1 / 3) - 10)
    assert (found.instances, found.runs, found.solved) == (3, 3, 2)
    assert found.statuses == {"optimal_verified": 2, "timeout": 1}


def test_only_verified_runs_count_as_solved() -> None:
    """Proves that a wrong, a feasible and an unproved run count ten times the limit. Broken by believing the claim."""
    records = [
        run("one", "a", seconds=1.0, checked={"primal_feasible": False}),
        run("one", "b", seconds=1.0, claim="feasible", bound=1.0),
        run("one", "c", seconds=1.0, kind="lp"),
    ]
    assert of(score(settled(*records)), "one").par10 == 600.0


def test_seeds_count_within_their_instance() -> None:
    """Proves that an instance counts once however many seeds it has: a at 10 and 40 s, b at 70 s.

    PAR-10: (25 + 70) ÷ 2. Shifted: the mean of logs per instance first, ((20 × 50)^½ × 80)^½ - 10. Broken by pooling.
    """
    records = [*timed("one", {"a": 10.0}), *timed("one", {"a": 40.0}, seed=1), *timed("one", {"b": 70.0})]
    found = of(score(settled(*records)), "one")
    assert found.par10 == pytest.approx(47.5)
    assert found.mean == pytest.approx(math.sqrt(math.sqrt(20 * 50) * 80) - 10)
    assert (found.instances, found.runs) == (2, 3)


def test_left_out_runs_are_not_scored() -> None:
    """Proves that unsupported, unlicensed and size-limited runs leave no trace in a mean, and are counted.

    Broken by the penalty for what was never run.
    """
    left_out = [
        without_plan("one", instance=name, instance_hash=name, claim=name, key=name)
        for name in ("unsupported", "unlicensed", "size_limited")
    ]
    found = of(score(settled(*timed("one", {"a": 10.0}), *left_out)), "one")
    assert (found.instances, found.runs, found.par10) == (1, 1, 10.0)
    assert found.statuses["size_limited"] == 1


def test_comparison_is_over_common_instances() -> None:
    """Proves that a line that ran only the easy half is not compared on the hard half, nor made the reference.

    all: 10, 20, 30, 40 s. few: 5 s and 10 s on the first two, so 15·20 against 20·30: its ratio is
    (√300 - 10) ÷ (√600 - 10). Broken by the means of different sets, or by the least mean whatever it stands on.
    """
    everything = timed("all", {"a": 10.0, "b": 20.0, "c": 30.0, "d": 40.0})
    few = [
        *timed("few", {"a": 5.0, "b": 10.0}),
        without_plan("few", instance="c", instance_hash="c", claim="unsupported", key="x"),
    ]
    scores = score(settled(*everything, *few))
    assert [one.line.solver for one in scores] == ["all", "few"]
    assert scores[0].is_reference
    assert scores[1].common == 2
    assert scores[1].ratio == pytest.approx((math.sqrt(300) - 10) / (math.sqrt(600) - 10))


def test_clear_winner_is_named() -> None:
    """Proves that a line that is faster everywhere is named, and its ratio's interval excludes 1.

    Twice as slow on each instance: the ratio of shifted means. Broken by an interval that always holds 1.
    """
    times = {name: 10.0 + 3 * number for number, name in enumerate("abcdefgh")}
    fast, slow = timed("fast", times), timed("slow", {name: 2 * time for name, time in times.items()})
    scores = score(settled(*fast, *slow))
    best, other = of(scores, "fast"), of(scores, "slow")
    ours, theirs = (np.exp(np.mean(np.log(np.array([*times.values()]) * k + 10))) - 10 for k in (2, 1))
    assert (best.ratio, best.is_reference) == (1.0, True)
    assert other.ratio == pytest.approx(ours / theirs)
    assert other.low is not None
    assert other.high is not None
    assert 1.0 < other.low < other.ratio < other.high
    assert winner(scores) == best.line


def test_no_winner_where_the_interval_holds_one() -> None:
    """Proves that two lines that win half the instances each are not told apart. Broken by naming the least mean."""
    one = {"a": 10.0, "b": 100.0, "c": 10.0, "d": 90.0}
    two = {"a": 100.0, "b": 10.0, "c": 90.0, "d": 10.5}
    scores = score(settled(*timed("one", one, time_limit=200.0), *timed("two", two, time_limit=200.0)))
    other = next(found for found in scores if not found.is_reference)
    assert other.low is not None
    assert other.high is not None
    assert other.low < 1.0 < other.high
    assert not other.differs
    assert winner(scores) is None


def test_no_winner_from_one_instance_or_alone() -> None:
    """Proves that one instance gives no interval and so no winner, and that nobody wins alone. Broken by a default."""
    scores = score(settled(*timed("one", {"a": 1.0}), *timed("two", {"a": 50.0})))
    assert of(scores, "two").low is None
    assert winner(scores) is None
    assert winner(score(settled(*timed("one", {"a": 1.0, "b": 2.0})))) is None


def test_no_winner_among_those_who_solved_nothing() -> None:
    """Proves that the least bad of none is no winner. Broken by comparing penalties."""
    records = [late("one", name, time_limit=30.0) for name in "ab"] + [late("two", name) for name in "ab"]
    assert winner(score(settled(*records))) is None


def test_same_records_give_the_same_interval() -> None:
    """Proves that the interval is the same every time. Broken by a seed that is not fixed."""
    records = settled(*timed("one", {"a": 10.0, "b": 30.0, "c": 7.0}), *timed("two", {"a": 12.0, "b": 20.0, "c": 9.0}))
    assert score(records) == score(records)


def test_nothing_ran_at_all() -> None:
    """Proves that a campaign of left-out runs has scores without numbers, and no winner. Broken by a mean of nothing."""
    scores = score(settled(without_plan("one", claim="unlicensed")))
    assert (scores[0].instances, scores[0].ratio, winner(scores)) == (0, None, None)
    assert math.isnan(scores[0].mean)
    assert score([]) == []


def test_profile_by_hand() -> None:
    """Proves factors of the best time per problem: one 2, 10 s and a timeout, two 4, 5 and 8 s.

    one: 1, 2 and never; two: 2, 1 and 1. Broken by the best mean in place of the best per problem.
    """
    found = profile(
        settled(*timed("one", {"a": 2.0, "b": 10.0}), late("one", "c"), *timed("two", {"a": 4.0, "b": 5.0, "c": 8.0}))
    )
    factors = {line.solver: row.tolist() for line, row in found.factors.items()}
    assert factors == {"one": [1.0, 2.0, INF], "two": [1.0, 1.0, 2.0]}
    assert (found.problems, list(found.left_out)) == (3, [])


def test_profile_leaves_out_who_ran_less() -> None:
    """Proves that a line that ran fewer problems is named, not drawn, and that unsolved ones keep their place.

    Broken by the common problems of all, on which the smallest licence would decide.
    """
    records = [*timed("all", {"a": 2.0, "b": 10.0}), late("all", "c"), *timed("few", {"a": 1.0})]
    found = profile(settled(*records))
    assert [line.solver for line in found.factors] == ["all"]
    assert next(iter(found.factors.values())).tolist() == [1.0, 1.0, INF]
    assert [line.solver for line in found.left_out] == ["few"]


def test_short_times_make_no_ratios() -> None:
    """Proves that times below 0.01 s count as 0.01 s in a profile. Broken by ratios of a clock's noise."""
    found = profile(settled(*timed("one", {"a": 0.0001}), *timed("two", {"a": 0.009})))
    assert [row.tolist() for row in found.factors.values()] == [[1.0], [1.0]]


def test_lines_are_told_apart_by_their_conditions() -> None:
    """Proves that two time limits are two lines. Broken by adding up runs under different conditions."""
    scores = score(settled(*timed("one", {"a": 1.0}), *timed("one", {"a": 1.0}, time_limit=30.0)))
    assert {one.line for one in scores} == {Line("one", "simplex", 1, 60.0), Line("one", "simplex", 1, 30.0)}
