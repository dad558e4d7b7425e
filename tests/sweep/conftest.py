"""An engine that solves in this process, for tests of everything but the processes."""

from __future__ import annotations

from concurrent.futures import Future
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from planner.studies.sweep.job import Answer, Job, do_job

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class HereEngine:
    """Does each job at once, in this process, and remembers it."""

    def __init__(self) -> None:
        self.jobs: list[Job] = []
        self.do: Callable[[Job], Answer] = do_job

    def slots(self) -> int:
        """Return 1."""
        return 1

    def submit(self, job: Job) -> Future[Answer]:
        """Do a job."""
        self.jobs.append(job)
        future: Future[Answer] = Future()
        future.set_result(self.do(job))
        return future


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> HereEngine:
    """Let sweeps and fronts be solved in this process."""
    engine = HereEngine()

    @contextmanager
    def opened(*_: object) -> Iterator[HereEngine]:
        yield engine

    monkeypatch.setattr("planner.studies.sweep.sweep.opened", opened)
    monkeypatch.setattr("planner.studies.pareto.front.opened", opened)
    return engine
