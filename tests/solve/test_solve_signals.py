"""Stopped in the middle: within 5 s, with the best plan so far, and nothing left running."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from solve_problems import two_sites

from planner.models.algebra.problem import SolverOptions
from planner.models.solving.highs import exchange
from planner.models.solving.solve import solve

HERE = Path(__file__).parent
STOP_SECONDS_MAX = 5.0
"""[s] the promise of reliability.md."""


def start(folder: Path, solver: str = "highs") -> subprocess.Popen[str]:
    """Start a run that does not end by itself, in a planner process of its own."""
    paths = os.pathsep.join([str(HERE.parents[1]), str(HERE)])
    command = [sys.executable, str(HERE / "hard_run.py"), str(folder), solver]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": paths})


def solver_processes(folder: Path) -> list[int]:
    """Return the living processes whose command names the folder, but the planner's own."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            command = (entry / "cmdline").read_bytes().decode(errors="replace").split("\0")
            state = (entry / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
        except OSError:
            continue
        if str(folder) in command and "planner.models.solving.process.child" in command and state != "Z":
            found.append(int(entry.name))
    return found


def wait_for(condition: object, seconds: float = 60.0) -> None:
    """Wait until something holds; the limit only ends a broken test."""
    end = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stopped_by_the_user(number: signal.Signals, tmp_path: Path) -> None:
    """Proves that the search stops in time, keeps its best plan and says so.

    Broken by a signal that only the planner sees, by a child that is waited for, or by an incumbent that lives in
    the child's memory alone.
    """
    with start(tmp_path) as process:
        wait_for((tmp_path / exchange.INCUMBENT_FILE).exists)
        time.sleep(0.3)
        begin = time.monotonic()
        process.send_signal(number)
        out, _ = process.communicate(timeout=60)
        assert time.monotonic() - begin < STOP_SECONDS_MAX
    said = json.loads(out.splitlines()[-1])
    assert said["status"] == "interrupted"
    assert 0 < said["objective"] < 1e5
    assert said["bound"] is not None
    assert said["warnings"][0] == "stopped by the user"
    assert not solver_processes(tmp_path)


def test_other_solver_stopped_by_the_user(tmp_path: Path) -> None:
    """Proves that a solver of Pyomo's is stopped as well, if without its plan; broken by waiting for it."""
    with start(tmp_path, "appsi_highs") as process:
        wait_for(lambda: solver_processes(tmp_path))
        time.sleep(2.0)
        begin = time.monotonic()
        process.send_signal(signal.SIGTERM)
        out, _ = process.communicate(timeout=60)
        assert time.monotonic() - begin < STOP_SECONDS_MAX
    assert json.loads(out.splitlines()[-1])["status"] == "interrupted"
    assert not solver_processes(tmp_path)


@pytest.mark.parametrize("solver", ["highs", "appsi_highs"])
def test_child_does_not_outlive_the_planner(solver: str, tmp_path: Path) -> None:
    """Proves that SIGKILL of the planner ends the solver too; broken by a session of its own with no tie to us."""
    with start(tmp_path, solver) as process:
        wait_for(lambda: solver_processes(tmp_path))
        time.sleep(1.0)
        process.kill()
        process.communicate(timeout=60)
    wait_for(lambda: not solver_processes(tmp_path), STOP_SECONDS_MAX)


def test_signals_are_given_back(tmp_path: Path) -> None:
    """Proves that the caller's own handlers stand again afterwards; broken by leaving ours in place."""
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    solve(two_sites(), SolverOptions(), tmp_path)
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before


def test_solving_in_a_thread(tmp_path: Path) -> None:
    """Proves that solve works where signals cannot be set; broken by setting them regardless."""
    statuses: list[str] = []
    thread = threading.Thread(target=lambda: statuses.append(solve(two_sites(), SolverOptions(), tmp_path).status))
    thread.start()
    thread.join(60)
    assert statuses == ["optimal"]
