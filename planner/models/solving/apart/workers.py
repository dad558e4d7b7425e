"""Processes that solve periods side by side; what each period is given, where it ended and what it does lie in files.

Whichever process takes a period, its answer is the same: it begins where the period ended before. A process that dies
loses what it was at; that is asked again of others.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from planner.models.solving.apart.period import PeriodSolver
from planner.models.solving.highs.exchange import Clock
from planner.models.solving.highs.progress import tell, told_blocks

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from planner.models.solving.apart.period import Question, Reply
    from planner.models.solving.highs.exchange import Request

DEATHS_MAX = 10
"""Of workers in one round: after so many this process goes on alone."""
WATCH_SECONDS = 1.0


class Workers:
    """So many processes, this one alone where there is one.

    Parameters
    ----------
    folder
        Where lies what the periods are given.
    """

    def __init__(self, count: int, folder: Path, request: Request) -> None:
        self._count, self._folder, self._request = count, folder, request
        self._pool: ProcessPoolExecutor | None = None
        self._solver: PeriodSolver | None = None

    def __enter__(self) -> Self:
        """Start nothing yet."""
        return self

    def __exit__(self, *_: object) -> None:
        """Let the processes go."""
        self._end()

    @property
    def pids(self) -> list[int]:
        """The processes that there are."""
        return [] if self._pool is None else sorted(self._pool._processes)  # noqa: SLF001  there is no other way to ask

    def ask(self, periods: Sequence[int], question: Question, clock: Clock) -> list[Reply]:
        """Ask periods, and return their answers in their order; fewer where time is up."""
        found: dict[int, Reply] = {}
        deaths = 0
        while self._count > 1 and len(found) < len(periods) and clock.left > 0.0:
            left = [period for period in periods if period not in found]
            try:
                found.update((reply.period, reply) for reply in self._answers(left, question, clock))
                break
            except BrokenProcessPool:
                deaths += 1
                tell(f"A process that solves periods has died: {len(periods) - len(found)} are asked again")
                self._end()
                self._count = 1 if deaths >= DEATHS_MAX else self._count
        if self._count == 1:
            found.update(self._alone([period for period in periods if period not in found], question, clock))
        return [found[period] for period in periods if period in found]

    def _alone(self, periods: Sequence[int], question: Question, clock: Clock) -> dict[int, Reply]:
        self._solver = self._solver or PeriodSolver(self._folder, self._request)
        found: dict[int, Reply] = {}
        for period in told_blocks(periods):
            reply = self._solver.solve(period, question, clock) if clock.left > 0.0 else None
            if reply is None:
                break
            found[period] = reply
        return found

    def _answers(self, periods: Sequence[int], question: Question, clock: Clock) -> Iterator[Reply]:
        """Yield answers as they come."""
        if self._pool is None:
            context = multiprocessing.get_context("spawn")
            given = self._folder, self._request, os.getpid()
            self._pool = ProcessPoolExecutor(self._count, context, initializer=_begin, initargs=given)
        until = time.time() + clock.left
        futures = [self._pool.submit(_solve, period, question, until) for period in periods]
        for future, _ in zip(as_completed(futures), told_blocks(periods), strict=True):
            reply = future.result()
            if reply is not None:
                yield reply

    def _end(self) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None


@dataclass
class _Here:
    """What a worker process holds."""

    solver: PeriodSolver | None = None


_HERE = _Here()


def _begin(folder: Path, request: Request, parent: int) -> None:
    """Make a process ready, and let it end with the one that started it."""
    _HERE.solver = PeriodSolver(folder, request)
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(WATCH_SECONDS)
    os._exit(1)


def _solve(period: int, question: Question, until: float) -> Reply | None:
    assert _HERE.solver is not None  # noqa: S101  for mypy: a worker begins before it solves
    left = until - time.time()
    return _HERE.solver.solve(period, question, Clock(None if left == float("inf") else left)) if left > 0.0 else None
