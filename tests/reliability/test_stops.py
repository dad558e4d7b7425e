"""A stop signal is heard wherever it strikes: in a callback that drops exceptions, between two looks, in many workers."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import planner
from planner.cli.stopping import AGAIN_SECONDS, Interrupted, stoppable
from planner.models.algebra.problem import SolverOptions
from planner.models.solving.highs.exchange import ANSWER_FILE
from planner.models.solving.process.solver_process import Interrupts
from planner.models.solving.solve import solve
from planner.studies.sweep import engine
from planner.studies.sweep.engine import LocalEngine
from planner.studies.sweep.job import Ask, Job
from tests.solve.solve_problems import two_sites
from tests.worlds import BASE

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
DEAF = (sys.executable, "-c", "import signal, sys, time; signal.signal(15, signal.SIG_IGN); time.sleep(60)")
"""A child that heeds nothing."""
WISHFUL = "import signal, sys; signal.signal(15, lambda *_: None); print('begun', flush=True); [0 for _ in sys.stdin]"
"""A child in a solve: it takes SIGTERM as a wish, and ends once nothing more can come."""


class Dropping:
    """Sends the signal from where Python drops what is raised."""

    def __del__(self) -> None:
        """Send it."""
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.01)  # the handler runs in here


@pytest.fixture
def default_signals() -> Iterator[None]:
    """Let SIGINT be what it is in a process of its own."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("default_signals")
def test_one_that_is_dropped_is_raised_again() -> None:
    """Proves that the exception comes again after Python has dropped it. Sensitivity: a handler that ignores from then on."""
    begun = time.monotonic()

    def work() -> None:
        one = Dropping()
        del one
        while time.monotonic() < begun + 20:
            time.sleep(0.01)

    with pytest.raises(Interrupted), stoppable():
        work()
    assert time.monotonic() - begun < 10 * AGAIN_SECONDS + 3


@pytest.mark.usefixtures("default_signals")
def test_clearing_up_is_not_stopped_half_way() -> None:
    """Proves that neither the timer nor a second signal breaks into a ``finally``. Sensitivity: raising without looking."""
    done = []

    def work() -> None:
        try:
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(20)
        finally:
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(3 * AGAIN_SECONDS)
            done.append("cleared")

    with pytest.raises(Interrupted), stoppable():
        work()
    assert done == ["cleared"]
    time.sleep(2 * AGAIN_SECONDS)  # the timer is off


@pytest.mark.usefixtures("default_signals")
def test_a_wish_that_nobody_heeded_is_sent_again() -> None:
    """Proves that a signal between the last look and the end of the block stops all the same. Sensitivity: a lost flag."""
    with pytest.raises(Interrupted), stoppable(), Interrupts():
        os.kill(os.getpid(), signal.SIGINT)


@pytest.mark.usefixtures("default_signals")
def test_a_plan_found_in_the_moment_of_the_signal_is_kept_as_interrupted(tmp_path: Path) -> None:
    """Proves that a solver that ends while nobody looks does not make the signal forgotten, nor the plan.

    Sensitivity: "it ended by itself" taken for all that there is to know.
    """
    sent = []

    def look_away(_: str) -> None:
        if not sent:
            end = time.monotonic() + 120
            while not (tmp_path / ANSWER_FILE).exists() and time.monotonic() < end:
                time.sleep(0.05)
            time.sleep(1)  # the solver's process ends meanwhile
            sent.append(os.kill(os.getpid(), signal.SIGINT))

    with stoppable():
        found = solve(two_sites(), SolverOptions(), tmp_path, on_progress=look_away)
    assert sent
    assert found.status == "interrupted"
    assert found.values is not None


def test_an_interrupted_run_is_not_drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves that after a stop the plan is written, without the seconds that its pictures would take.

    Sensitivity: a map drawn after the signal.
    """
    plan = planner.run(planner.read_scenario(BASE.write(tmp_path / "world")))
    monkeypatch.setitem(plan.manifest, "interrupted", True)
    folder = planner.write_plan(plan, tmp_path / "run")
    assert (folder / "summary.json").exists()
    assert not list(folder.glob("map*"))


@pytest.mark.parametrize("workers", [1, 3])
def test_workers_are_stopped_together(workers: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves that any number of children that heed nothing takes as long as one. Sensitivity: a grace for each in turn."""
    monkeypatch.setattr(engine, "CHILD", DEAF)
    monkeypatch.setattr(engine, "GRACE", 1.0)
    assert seconds_to_close(workers) < 1.0 + 3.0


def test_a_worker_in_a_solve_leaves_once_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves that a child that takes the signal as a wish ends by itself. Sensitivity: a child that waits for a next job."""
    monkeypatch.setattr(engine, "CHILD", (sys.executable, "-c", WISHFUL))
    monkeypatch.setattr(engine, "GRACE", 30.0)
    assert seconds_to_close(1) < 15


def seconds_to_close(workers: int) -> float:
    """Return how long it takes to close an engine whose workers are all in work [s]."""
    local = LocalEngine(workers)
    for number in range(workers):
        local.submit(Job(str(number), "scenario", (), "out", {}, Ask()))
    end = time.monotonic() + 60
    while sum(child._process is not None for child in local._children) < workers:
        assert time.monotonic() < end
        time.sleep(0.02)
    time.sleep(1.0)
    begun = time.monotonic()
    local.close()
    return time.monotonic() - begun


def test_a_closed_terminal_stops_like_a_request(tmp_path: Path) -> None:
    """Proves that SIGHUP clears up as SIGTERM does. Sensitivity: the system's own answer, which leaves everything."""
    script = (
        "import os, signal, sys, threading\n"
        "from planner.cli.stopping import Interrupted, stoppable\n"
        "from planner.temporary import temporary_folder\n"
        "signal.signal(signal.SIGHUP, signal.SIG_DFL)\n"
        "try:\n"
        "    with stoppable(), temporary_folder() as folder:\n"
        "        (folder / 'file').write_text('x')\n"
        "        os.kill(os.getpid(), signal.SIGHUP)\n"
        "        threading.Event().wait(20)\n"
        "except Interrupted:\n"
        "    sys.exit(130)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path)}
    assert subprocess.run([sys.executable, "-c", script], env=environment, check=False, timeout=60).returncode == 130
    assert not list(tmp_path.iterdir())


def test_threads_change_nothing() -> None:
    """Proves that only the main thread listens. Sensitivity: a handler set in a worker, which Python refuses."""
    faults: list[BaseException] = []

    def listen() -> None:
        try:
            with Interrupts():
                pass
        except BaseException as error:  # noqa: BLE001 - whatever it is, it is the fault
            faults.append(error)

    thread = threading.Thread(target=listen)
    thread.start()
    thread.join()
    assert not faults


LOADING = """
import os, signal, sys
from planner.__main__ import main

class Striking:
    def find_spec(self, name, path=None, target=None):
        if name == "typer":
            os.kill(os.getpid(), signal.{name})

sys.meta_path.insert(0, Striking())
main()
"""
"""The command, struck while it loads its libraries."""


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_one_while_libraries_load_ends_it(name: str) -> None:
    """Proves that a stop before the command can hear one ends it with 130 and without a traceback.

    Sensitivity: handlers that are set once all is loaded: -15 for SIGTERM, a traceback of an import for SIGINT.
    """
    words = [sys.executable, "-c", LOADING.format(name=name)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, cwd=ROOT, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")
