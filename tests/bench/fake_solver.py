"""A solver of the tests' own, found by the campaign as any other: what it does is named by its algorithm.

It knows one programme, that of ``fake_instance``, whose optimum is 19 at (4, 1).
"""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from planner.bench.solvers.base import Answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from planner.bench.solvers.base import Kind, Task

CALLS = "FAKE_SOLVER_CALLS"
"""Names a file to which each run adds a line, where it is set."""
OPTIMUM, VALUES, DUALS = 19.0, (4.0, 1.0), (7.0, -4.0)


def available() -> str | None:
    """Return a version."""
    return "1.0"


def algorithms(kind: Kind) -> tuple[str, ...]:
    """Return the ways to behave; it takes no integers."""
    return tuple(WAYS) if kind == "lp" else ()


def solve(task: Task) -> Answer:
    """Behave as the algorithm says."""
    if CALLS in os.environ:
        with Path(os.environ[CALLS]).open("a", encoding="utf-8") as file:
            file.write(f"{task.algorithm} {task.seed}\n")
    return WAYS[task.algorithm](task)


def right(task: Task) -> Answer:
    """Tell the truth."""
    return Answer(
        "optimal",
        version="1.0",
        values=np.array(VALUES),
        duals=np.array(DUALS),
        objective=OPTIMUM,
        bound=OPTIMUM,
        seconds=0.25,
        iterations=3,
        options_set={"seed": task.seed, "threads": task.threads, "time_limit": task.time_limit},
        options_read={"seed": task.seed},
    )


def wrong(_: Task) -> Answer:
    """Call a point optimal that serves too little."""
    return Answer("optimal", values=np.array([3.0, 1.0]), objective=16.0, bound=16.0, seconds=0.25)


def misfit(_: Task) -> Answer:
    """Return a value too many."""
    return Answer("optimal", values=np.array([4.0, 1.0, 0.0]), objective=OPTIMUM, seconds=0.25)


def hang(_: Task) -> Answer:
    """Heed neither the limit nor a request to stop, and leave a process of its own behind."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    os.fork()
    while True:
        time.sleep(60)


def crash(_: Task) -> Answer:
    """Die of a segmentation fault."""
    os.kill(os.getpid(), signal.SIGSEGV)
    raise AssertionError


def leave(_: Task) -> Answer:
    """End the process without a word."""
    os._exit(3)


def hungry(_: Task) -> Answer:
    """Take memory without end."""
    held = []
    while True:
        held.append(np.ones(2**22))


def complain(_: Task) -> Answer:
    """Raise."""
    raise RuntimeError("the matrix is singular | and has\nlines")


def unlicensed(_: Task) -> Answer:
    """Say what a solver without a licence says."""
    raise RuntimeError("No License found")


WAYS: dict[str, Callable[[Task], Answer]] = {
    way.__name__: way for way in (right, wrong, misfit, hang, crash, leave, hungry, complain, unlicensed)
}
