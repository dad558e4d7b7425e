"""Solve points in processes of this machine, or on the workers of a dask cluster.

Either way a point is solved in a child process (``planner.studies.sweep.child``): signals, memory and one solver a
process are its own business, and one that dies loses its point only, which is tried once more.
"""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
import threading
import time
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from planner.cluster import connected
from planner.errors import UsageError, shown
from planner.language import say
from planner.studies.sweep.job import Answer, Job
from planner.system import surely

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from planner.cluster import Where

CHILD: Final = (sys.executable, "-m", "planner.studies.sweep.child")
TRIES: Final = 2
"""Attempts at a point before it counts as crashed."""
GRACE: Final = 4.0
"""[s] in which the children may end by themselves, all of them together."""


class Child:
    """The child process of one thread: it is started for the first job, and again where it has ended."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None
        self._is_over = False

    def do(self, job: Job) -> Answer:
        """Return what became of a job."""
        code: int | None = None
        for _ in range(TRIES):
            line = self._ask(json.dumps(dataclasses.asdict(job)))
            if line.endswith("\n"):
                data = json.loads(line)
                return Answer(**{**data, "why": tuple(data["why"])})
            if self._is_over:
                return Answer("interrupted", written=False)
            code = self._killed()
        why = say("its process ended {tries} times without an answer, at last with code {code}", tries=TRIES, code=code)
        return Answer("crashed", (why.en, why.zh), written=False)

    def _ask(self, line: str) -> str:
        """Return the line that answers a line; nothing where the process ended instead."""
        if self._is_over:
            return ""
        if self._process is not None and self._process.poll() is not None:  # it was idle for long
            self._killed()
        if self._process is None:
            self._process = _started()
            if self._is_over:  # told so meanwhile, when there was no process yet to tell
                self._killed()
                return ""
        process = self._process
        with suppress(OSError, ValueError):  # it ended before we wrote, or was ended while we read
            assert process.stdin is not None  # noqa: S101  for mypy: both were asked for
            assert process.stdout is not None  # noqa: S101
            process.stdin.write(line + "\n")
            process.stdin.flush()
            return process.stdout.readline()
        return ""

    def _killed(self) -> int | None:
        """End the process if it has not ended, and forget it; return its exit code."""
        process, self._process = self._process, None
        if process is None:
            return None
        process.kill()
        code = process.wait()
        for pipe in (process.stdin, process.stdout):
            with suppress(OSError, ValueError):
                if pipe is not None:
                    pipe.close()
        return code

    def ask_to_end(self) -> None:
        """Tell the process to end for good: at once where it is idle, after clearing up where a point is in work."""
        self._is_over = True
        process = self._process
        if process is not None:
            process.terminate()
            with suppress(OSError, ValueError):
                process.stdin.close()  # type: ignore[union-attr]  # it was asked for

    def end(self, deadline: float) -> None:
        """Wait for the process to end, until then; what is left of it is killed."""
        process = self._process
        if process is not None:
            with suppress(subprocess.TimeoutExpired):
                process.wait(max(0.0, deadline - time.monotonic()))
            self._killed()


def _started() -> subprocess.Popen[str]:
    """Start a child of the package as it runs here, in a session of its own: an interrupt is for us to pass on."""
    root = str(Path(__file__).parents[3])
    paths = os.pathsep.join([root, *filter(None, [os.environ.get("PYTHONPATH")])])
    environment = {**os.environ, "PYTHONPATH": paths, "PYTHONSAFEPATH": "1", "PYTHONIOENCODING": "utf-8"}
    return subprocess.Popen(
        (*CHILD, str(os.getpid())),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
        encoding="utf-8",
        start_new_session=True,
    )


_of_thread = threading.local()


def attend(job: Job) -> Answer:
    """Do a job in the child process of this thread: this is what a worker of a cluster is sent."""
    if not hasattr(_of_thread, "child"):
        _of_thread.child = Child()
    child: Child = _of_thread.child
    return child.do(job)


class Engine(Protocol):
    """Runs jobs."""

    def slots(self) -> int:
        """Return how many jobs can be in work at once."""

    def submit(self, job: Job) -> Future[Answer]:
        """Begin a job."""


class LocalEngine:
    """Processes of this machine, each attended by a thread."""

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._children: list[Child] = []
        self._threads = ThreadPoolExecutor(workers, initializer=self._begin)

    def _begin(self) -> None:
        _of_thread.child = Child()
        self._children.append(_of_thread.child)

    def slots(self) -> int:
        """Return the number of workers."""
        return self._workers

    def submit(self, job: Job) -> Future[Answer]:
        """Begin a job."""
        return self._threads.submit(attend, job)

    def close(self) -> None:
        """End the processes, in the middle of a point as well."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        for child in self._children:
            child.ask_to_end()
        deadline = time.monotonic() + GRACE
        for child in self._children:
            child.end(deadline)
        self._threads.shutdown()  # their children are gone, so that they are too, before Python gives the signals back


class DaskEngine:
    """The workers of a cluster, which begin a point anew elsewhere when one of them is gone."""

    def __init__(self, scheduler: str, workers: int | None) -> None:
        self._most = workers
        self._client = connected(scheduler)
        self._executor = self._client.get_executor(pure=False)

    def slots(self) -> int:
        """Return the threads of all workers that are there now."""
        threads = sum(int(count) for count in self._client.nthreads().values())
        return max(1, threads if self._most is None else min(threads, self._most))

    def submit(self, job: Job) -> Future[Answer]:
        """Begin a job."""
        future: Future[Answer] = self._executor.submit(attend, job)
        return future

    def close(self) -> None:
        """Leave the cluster; what is in work there is given up."""
        self._executor.shutdown(wait=False)
        self._client.close(timeout=GRACE)


@contextmanager
def opened(where: Where) -> Iterator[Engine]:
    """Open an engine and close it whatever happens."""
    where.check()
    if where.engine == "dask" and not where.scheduler:
        raise UsageError(say("--engine dask needs --scheduler ADDRESS, such as tcp://127.0.0.1:8786"))
    workers, scheduler = where.workers, where.scheduler
    engine = LocalEngine(workers or 1) if scheduler is None else DaskEngine(scheduler, workers)
    try:
        yield engine
    finally:
        surely(engine.close)


@dataclasses.dataclass
class Todo:
    """The jobs still to be done."""

    names: Sequence[str]  # of the points, in the order in which they are begun
    job_of: Callable[[str], Job]
    """Makes a job of a name when its turn comes: where it starts from depends on what is done by then."""
    on_answer: Callable[[str, Answer], None]  # is handed each name with its answer as soon as it is there


def do_all(engine: Engine, todo: Todo) -> None:
    """Do every job, as many at once as the engine can."""
    waiting = list(todo.names)[::-1]
    running: dict[Future[Answer], str] = {}
    while waiting or running:
        while waiting and len(running) < engine.slots():
            name = waiting.pop()
            running[engine.submit(todo.job_of(name))] = name
        finished, _ = wait(running, return_when=FIRST_COMPLETED)
        for future in finished:
            todo.on_answer(running.pop(future), _answer(future))


def _answer(future: Future[Answer]) -> Answer:
    """Return the answer of a job; a cluster that lost it several times has crashed on it."""
    try:
        return future.result()
    except Exception as error:  # noqa: BLE001 - whatever a cluster may raise costs one point, not the analysis
        words: Any = f"{type(error).__name__}: {shown(error)}"
        return Answer("crashed", (words, words), written=False)
