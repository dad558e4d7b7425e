"""Periods solved by several workers: the same answers as by one, whoever takes which, whoever dies, whenever killed."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import ExitStack
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING

import numpy as np
import pytest

from planner.cluster import begun
from planner.models.solving.apart import apart
from planner.models.solving.apart.asking import workers
from planner.models.solving.apart.asking.checkpoint import state_folder
from planner.models.solving.apart.asking.given import Given, taken_out
from planner.models.solving.apart.asking.period import PeriodSolver, Question
from planner.models.solving.apart.asking.periods import Periods
from planner.models.solving.apart.asking.workers import Cluster, LostError, Processes, Workers
from planner.models.solving.highs.exchange import Clock, Request
from planner.models.solving.highs.implied import loose_upper
from tests.solve.apart_problems import planning

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from planner.models.solving.apart.asking.period import Reply
    from planner.models.solving.apart.asking.workers import Pool

REQUEST = Request("solve", "highs", None, 1e-3, 1, 0, tie_break=False)
PERIODS = 6
ENGINES = ["local", "dask"] if sys.platform == "linux" else ["local"]


def laid_down(folder: Path) -> Periods:
    """Write what the periods of a problem are given into a new folder."""
    folder.mkdir()
    periods = Periods(planning(3, PERIODS))
    upper = loose_upper(periods.arrays)
    for period in range(PERIODS):
        taken_out(periods, period, upper).save(folder, period)
    return periods


def questions(periods: Periods) -> list[Question]:
    """Return three rounds' questions, each some way from the one before."""
    links, rows = len(periods.links), len(periods.link_rows)
    return [Question(number, np.full(links, 2.0 + number), np.full(rows, 0.1 * number), 1e4) for number in range(3)]


def plain(replies: Sequence[Reply]) -> list[tuple[int, float, list[float], float, list[float], float]]:
    """Return answers as what can be compared."""
    return [(r.period, r.value, r.slope.tolist(), r.cost, r.use.tolist(), r.missed) for r in replies]


@pytest.fixture(params=ENGINES)
def two(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Pool]:
    """Two workers, processes or a cluster's, for the folder ``two``."""
    folder = tmp_path / "two"
    with ExitStack() as stack:
        if request.param == "dask":
            pytest.importorskip("distributed", reason="the extra [engine] is not installed")
            (tmp_path / "dask").mkdir()
            yield Cluster(stack.enter_context(begun(2, tmp_path / "dask", 0.2)), folder, REQUEST)
        else:
            pool = Processes(2, folder, REQUEST)
            stack.callback(pool.close)
            yield pool


def pids(pool: Pool) -> list[int]:
    """Return the processes of a pool."""
    if isinstance(pool, Cluster):
        return [pid for pid in pool._client.run(os.getpid).values() if isinstance(pid, int)]
    assert isinstance(pool, Processes)
    return pool.pids


def test_two_workers_answer_as_one_whoever_is_killed(two: Pool, tmp_path: Path) -> None:
    """Proves that answers and their order hang on neither how many workers there are nor who takes which or dies.

    Before every round but the first a worker is killed. Broken by a state that a worker keeps to itself, by answers in
    the order in which they come, by answers lost with a worker, or by a pool that is not begun anew.
    """
    periods, _ = laid_down(tmp_path / "one"), laid_down(tmp_path / "two")
    alone, both = Workers(None, tmp_path / "one", REQUEST), Workers(two, tmp_path / "two", REQUEST)
    for number, question in enumerate(questions(periods)):
        for pid in pids(two)[:1] if number else []:
            os.kill(pid, signal.SIGKILL)
        expected = plain(alone.ask(range(PERIODS), question, Clock(None)))
        assert plain(both.ask(range(PERIODS), question, Clock(None))) == expected
        assert [reply[0] for reply in expected] == list(range(PERIODS))


def test_no_time_is_no_answer(two: Pool, tmp_path: Path) -> None:
    """Proves that several workers, too, answer nothing once time is up; broken by a limit they are not handed."""
    question = questions(laid_down(tmp_path / "two"))[0]
    assert Workers(two, tmp_path / "two", REQUEST).ask(range(PERIODS), question, Clock(0.0)) == []
    assert list(two.answers(range(PERIODS), question, 0.0)) == [None] * PERIODS


class Dying:
    """A pool whose workers die after every answer."""

    def __init__(self, folder: Path) -> None:
        self.asked: list[int] = []
        self._solver = PeriodSolver(folder, REQUEST)

    def answers(self, periods: Sequence[int], question: Question, until: float) -> Iterator[Reply | None]:
        """Answer the first and lose the others."""
        assert until > 0.0
        self.asked.append(len(periods))
        yield self._solver.solve(periods[0], question, Clock(None))
        if len(periods) > 1:
            raise LostError


def test_what_is_lost_is_asked_again_and_at_last_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves that answers before a death are kept, and that after so many deaths this process ends the round itself.

    Broken by a round asked anew whole, or by workers that die for ever.
    """
    periods, _ = laid_down(tmp_path / "one"), laid_down(tmp_path / "two")
    question = questions(periods)[0]
    expected = plain(Workers(None, tmp_path / "one", REQUEST).ask(range(PERIODS), question, Clock(None)))
    monkeypatch.setattr(workers, "DEATHS_MAX", 4)
    pool = Dying(tmp_path / "two")
    assert plain(Workers(pool, tmp_path / "two", REQUEST).ask(range(PERIODS), question, Clock(None))) == expected
    assert pool.asked == [6, 5, 4, 3]


def test_a_solve_that_is_killed_goes_on_where_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves that of a solve broken off twice, in the midst of a round, no period is solved twice.

    Its plan, its bound and all its rounds are those of a solve that nobody broke off, to the last digit. Broken by a
    sample solved anew, by a round that begins elsewhere, or by an answer of another question taken for this one's.
    """
    arrays = planning(1, PERIODS)
    whole = apart.solve_apart(arrays, REQUEST, Clock(None), made(tmp_path / "whole"), lambda *_: None)
    assert whole is not None
    request = replace(REQUEST, checkpoint=str(tmp_path / "kept"))
    solve, solved = PeriodSolver._solved, count()

    def killed_at(number: int) -> None:
        def solving(*given: object) -> object:
            if next(solved) == number:
                raise KeyboardInterrupt
            return solve(*given)

        monkeypatch.setattr(PeriodSolver, "_solved", solving)

    for number in (2 * PERIODS + 3, 5 * PERIODS + 2):
        killed_at(number)
        with pytest.raises(KeyboardInterrupt), state_folder(arrays, request, tmp_path) as folder:
            apart.solve_apart(arrays, request, Clock(None), folder, lambda *_: None)
    killed_at(-1)
    monkeypatch.setattr(apart, "_begin", None)
    with state_folder(arrays, request, tmp_path) as folder:
        found = apart.solve_apart(arrays, request, Clock(None), folder, lambda *_: None)
    assert found is not None
    assert whole.values is not None
    assert found.values is not None
    assert found.values.tolist() == whole.values.tolist()
    assert (found.rounds, found.bound, found.cost) == (whole.rounds, whole.bound, whole.cost)
    assert next(solved) == whole.rounds * PERIODS + 2  # the two that were in work


def made(folder: Path) -> Path:
    """Make a folder."""
    folder.mkdir()
    return folder


def test_a_checkpoint_is_one_problems_alone(tmp_path: Path) -> None:
    """Proves that another problem has another folder, and that two solves of one do not share it at the same time.

    Broken by a name that does not hang on every array, or by a folder that nobody locks.
    """
    request = replace(REQUEST, checkpoint=str(tmp_path / "kept"))
    one, other = planning(1, PERIODS), planning(1, PERIODS)
    other.costs[0, -1] += 1.0
    with state_folder(one, request, tmp_path) as first, state_folder(other, request, tmp_path) as second:
        assert first != second
        if sys.platform == "linux":
            with pytest.raises(OSError, match="another run"), state_folder(one, request, tmp_path):
                pass
    with state_folder(one, request, tmp_path) as again:
        assert again == first
    with state_folder(one, REQUEST, tmp_path) as none:
        assert none == tmp_path


def test_what_is_given_is_read_as_it_was_written(tmp_path: Path) -> None:
    """Proves: every array of what a period is given comes back, and what may be missed of its rows stands first.

    Broken by an array that is left out, or by columns in another order.
    """
    periods = laid_down(tmp_path / "one")
    whole, read = taken_out(periods, 2, loose_upper(periods.arrays)), Given.read(tmp_path / "one", 2)
    assert {name: part.tolist() for name, part in vars(read).items()} == {
        name: part.tolist() for name, part in vars(whole).items()
    }
    assert read.missable == 12
    assert read.upper[:12].tolist() == [np.inf] * 12
    assert np.diff(read.starts[:13]).tolist() == [1] * 12
