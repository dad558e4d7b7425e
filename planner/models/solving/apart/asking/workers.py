"""Who solves periods side by side: processes of this machine, or the workers of a dask cluster.

What each period is given, where it ended and what it does lie in files. Whoever takes a period, the answer is the same:
it begins where the period ended before. A worker that dies loses what it was at; that is asked again of another.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures import as_completed as completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, Protocol

from planner.cluster import begun, connected
from planner.models.solving.apart.asking.period import PeriodSolver
from planner.models.solving.highs.exchange import Clock
from planner.models.solving.highs.progress import tell, told_blocks

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from planner.models.solving.apart.asking.period import Question, Reply
    from planner.models.solving.highs.exchange import Request

DEATHS_MAX = 10
"""Of workers in one round: after so many this process goes on alone."""
WATCH_SECONDS = 1.0
COLUMNS_EACH_MIN = 500_000
"""Of a problem: with fewer a process is hardly begun when all is done."""
MEMORY_SHARE = 0.4
"""Of this machine's memory, for all workers of a cluster begun here together."""


class LostError(Exception):
    """A worker died, and took what it was at with it."""


class Pool(Protocol):
    """Solves periods side by side."""

    def answers(self, periods: Sequence[int], question: Question, until: float) -> Iterable[Reply | None]:
        """Yield answers as they come, none for what is late (``time.time``); raise ``LostError`` where any is lost."""


class Workers:
    """A pool that is asked again where workers die; without a pool this process alone.

    Parameters
    ----------
    folder
        Where lies what the periods are given.
    """

    def __init__(self, pool: Pool | None, folder: Path, request: Request) -> None:
        self._pool, self._folder, self._request = pool, folder, request
        self._solver: PeriodSolver | None = None

    def ask(self, periods: Sequence[int], question: Question, clock: Clock) -> list[Reply]:
        """Ask periods, and return their answers in their order; fewer where time is up."""
        found: dict[int, Reply] = {}
        for _ in range(DEATHS_MAX if self._pool is not None else 0):
            left = [period for period in periods if period not in found]
            if not left or not clock.left:
                break
            try:
                for reply in self._pooled(left, question, clock):
                    found[reply.period] = reply
                break
            except LostError:
                tell(f"A worker has died: {len(periods) - len(found)} periods are asked again")
        else:
            self._alone([period for period in periods if period not in found], question, clock, found)
        return [found[period] for period in periods if period in found]

    def _pooled(self, periods: Sequence[int], question: Question, clock: Clock) -> Iterator[Reply]:
        assert self._pool is not None  # noqa: S101  for mypy: the caller has looked
        answers = self._pool.answers(periods, question, time.time() + clock.left)
        for reply, _ in zip(answers, told_blocks(periods), strict=False):
            if reply is not None:
                yield reply

    def _alone(self, periods: Sequence[int], question: Question, clock: Clock, found: dict[int, Reply]) -> None:
        self._solver = self._solver or PeriodSolver(self._folder, self._request)
        for period in told_blocks(periods):
            reply = self._solver.solve(period, question, clock) if clock.left > 0.0 else None
            if reply is None:
                return
            found[period] = reply


class Processes:
    """So many processes of this machine, begun when they are needed, and again after one has died."""

    def __init__(self, count: int, folder: Path, request: Request) -> None:
        self._count, self._given = count, (folder, request)
        self._executor: ProcessPoolExecutor | None = None

    @property
    def pids(self) -> list[int]:
        """The processes that there are."""
        return [] if self._executor is None else sorted(self._executor._processes)  # noqa: SLF001  nothing else tells

    def answers(self, periods: Sequence[int], question: Question, until: float) -> Iterator[Reply | None]:
        """Yield answers as they come."""
        try:
            executor = self._executor = self._executor or self._begun()
            futures = [executor.submit(_solve, *self._given, period, question, until) for period in periods]
            for future in completed(futures):
                yield future.result()
        except BrokenProcessPool:
            self.close()
            raise LostError from None

    def _begun(self) -> ProcessPoolExecutor:
        context = multiprocessing.get_context("spawn")
        return ProcessPoolExecutor(self._count, context, initializer=_begin, initargs=(os.getpid(),))

    def close(self) -> None:
        """Let the processes go."""
        if self._executor is not None:
            self._executor.shutdown(wait=True, cancel_futures=True)
            self._executor = None


class Cluster:
    """The workers of a dask cluster, each of which sees the folder; one thread of each solves one period at a time."""

    def __init__(self, client: Any, folder: Path, request: Request) -> None:
        self._client, self._given = client, (folder, request)
        self._times = 0

    def answers(self, periods: Sequence[int], question: Question, until: float) -> Iterator[Reply | None]:
        """Yield answers as they come; of a worker that dies those that it gave are kept."""
        from distributed import KilledWorker, as_completed  # noqa: PLC0415  an extra

        self._times += 1
        futures = [
            self._client.submit(_solve, *self._given, period, question, until, key=(f"period-{self._times}", period))
            for period in periods
        ]
        is_lost = False
        for future in as_completed(futures, loop=self._client.loop):  # type: ignore[no-untyped-call]
            if future.status == "finished":
                yield future.result()
            elif future.status == "error" and not isinstance(future.exception(), KilledWorker):
                future.result()  # raises what the solver did
            else:  # dask gives a task up whose worker died several times, by its own fault or beside another's
                is_lost = True
        if is_lost:
            raise LostError


@contextmanager
def workers(columns: int, folder: Path, request: Request) -> Iterator[Workers]:
    """Give whoever is to solve a problem of so many columns, and let them go."""
    count = request.workers or (processes() if columns >= COLUMNS_EACH_MIN else 1)
    with ExitStack() as stack:
        pool: Pool | None = None
        if request.engine == "dask":
            local = begun(count, folder, MEMORY_SHARE)
            client = connected(request.scheduler) if request.scheduler else stack.enter_context(local)
            stack.callback(client.close)
            pool = Cluster(client, folder, request)
        elif count > 1:
            pool = Processes(count, folder, request)
            stack.callback(pool.close)
        yield Workers(pool, folder, request)


def processes() -> int:
    """Return how many processes can work side by side here."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _begin(parent: int) -> None:
    """Let a process end with the one that started it."""
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(WATCH_SECONDS)
    os._exit(1)


_HERE = threading.local()
"""What a thread of a worker holds: one solver, of the problem that it was asked of last."""


def _solve(folder: Path, request: Request, period: int, question: Question, until: float) -> Reply | None:
    """Solve a period: this is what a worker is sent."""
    if getattr(_HERE, "of", None) != (folder, request):
        _HERE.of, _HERE.solver = (folder, request), PeriodSolver(folder, request)
    solver: PeriodSolver = _HERE.solver
    left = until - time.time()
    return solver.solve(period, question, Clock(None if left == float("inf") else left)) if left > 0.0 else None
