"""Periods solved by several processes: the same answers as by one, whoever takes which, and whoever dies."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import numpy as np
import pytest

from planner.models.solving.apart.apart import processes
from planner.models.solving.apart.given import Given, taken_out
from planner.models.solving.apart.period import Question
from planner.models.solving.apart.periods import Periods
from planner.models.solving.apart.workers import Workers
from planner.models.solving.highs.exchange import Clock, Request
from planner.models.solving.highs.implied import loose_upper
from tests.solve.apart_problems import planning

if TYPE_CHECKING:
    from pathlib import Path

    from planner.models.solving.apart.period import Reply

REQUEST = Request("solve", "highs", None, 1e-3, 1, 0, tie_break=False)
PERIODS = 6


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


def plain(replies: list[Reply]) -> list[tuple[int, float, list[float], float, list[float], float]]:
    """Return answers as what can be compared."""
    return [(r.period, r.value, r.slope.tolist(), r.cost, r.use.tolist(), r.missed) for r in replies]


def test_two_processes_answer_as_one(tmp_path: Path) -> None:
    """Proves that answers, and their order, hang on neither the number of processes nor on who takes which period.

    Broken by a state that a process keeps to itself, or by answers in the order in which they come.
    """
    one, two = tmp_path / "one", tmp_path / "two"
    periods, _ = laid_down(one), laid_down(two)
    with Workers(1, one, REQUEST) as alone, Workers(2, two, REQUEST) as both:
        for question in questions(periods):
            expected = plain(alone.ask(range(PERIODS), question, Clock(None)))
            assert plain(both.ask(range(PERIODS), question, Clock(None))) == expected
            assert [reply[0] for reply in expected] == list(range(PERIODS))


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="Windows has no SIGKILL")
def test_a_process_that_is_killed_loses_nothing(tmp_path: Path) -> None:
    """Proves that after a kill before every round but the first the answers are those of one process that nobody killed.

    Broken by answers that are lost with the process, by a period asked twice that begins elsewhere, or by a pool that
    is not started anew.
    """
    one, two = tmp_path / "one", tmp_path / "two"
    periods, _ = laid_down(one), laid_down(two)
    with Workers(1, one, REQUEST) as alone, Workers(2, two, REQUEST) as both:
        for question in questions(periods):
            for pid in both.pids[:1]:
                os.kill(pid, signal.SIGKILL)
            expected = plain(alone.ask(range(PERIODS), question, Clock(None)))
            assert plain(both.ask(range(PERIODS), question, Clock(None))) == expected
            assert len(both.pids) == 2


def test_no_time_is_no_answer(tmp_path: Path) -> None:
    """Proves that several processes, too, answer nothing once time is up.

    Broken by a limit that is not handed to the processes.
    """
    periods = laid_down(tmp_path / "two")
    with Workers(2, tmp_path / "two", REQUEST) as both:
        assert both.ask(range(PERIODS), questions(periods)[0], Clock(0.0)) == []


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


def test_small_problems_are_solved_alone() -> None:
    """Proves that no process is started for what is done sooner without; broken by a limit of another unit."""
    assert processes(1_000) == 1
    assert processes(10_000_000) >= 1
