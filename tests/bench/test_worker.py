"""One run in a process of its own: what it leaves, what it says of failures, and that it dies with its campaign."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from bench_world import HERE, mps_file, two_sites, wait_for, workers_of

from planner.bench.runs.fresh_process import Limits, run_fresh
from planner.bench.solvers import command
from planner.bench.solvers.record import Record
from planner.bench.worker import CLAIM, SOLUTION, Request
from planner.errors import SolveInterruptedError
from planner.models.solving.process.solver_process import Interrupts

ROOT = HERE.parents[1]
ENVIRONMENT = {"PYTHONPATH": os.pathsep.join([str(ROOT), str(HERE)])}
HOLDS_BY_A_CHILD = (
    "import subprocess, sys\n"
    "subprocess.run([sys.executable, '-c', 'held = bytearray(2**29); import time; time.sleep(600)'])"
)


def work(folder: Path, way: str) -> dict[str, object]:
    """Let a worker do one run of the fake solver and return its claim."""
    path = mps_file(folder / "source", "sites", two_sites())
    request = Request(
        "fake_solver", str(path), "lp", rows=2, columns=2, algorithm=way, seed=7, threads=1, time_limit=5.0
    )
    request.write(folder)
    call = [sys.executable, "-m", "planner.bench.worker", str(folder)]
    ended = run_fresh(call, Limits(60.0), folder / "log", Interrupts(), ENVIRONMENT)
    assert (ended.ending, ended.returncode) == ("exit", 0), (folder / "log").read_text(encoding="utf-8")
    claim: dict[str, object] = json.loads((folder / CLAIM).read_text(encoding="utf-8"))
    return claim


def test_an_answer_is_left_whole(tmp_path: Path) -> None:
    """Proves that claim, options, values and duals come out as the adapter gave them; broken by a field left out."""
    claim = work(tmp_path, "right")
    assert (claim["claim"], claim["objective"], claim["bound"], claim["seconds"]) == ("optimal", 19.0, 19.0, 0.25)
    assert claim["options_set"] == {"seed": 7, "threads": 1, "time_limit": 5.0}
    assert claim["options_read"] == {"seed": 7}
    assert isinstance(claim["peak_memory"], float)
    with np.load(tmp_path / SOLUTION, allow_pickle=False) as arrays:
        assert arrays["values"].tolist() == [4.0, 1.0]
        assert arrays["duals"].tolist() == [7.0, -4.0]


@pytest.mark.parametrize(
    ("way", "claim", "words"),
    [
        ("complain", "error", "RuntimeError: the matrix is singular"),
        ("misfit", "error", "(3,) values for 2"),
        ("unlicensed", "unlicensed", "No License found"),
        ("no-such-way", "unsupported", "no no-such-way for a lp"),
    ],
)
def test_a_failure_is_told(way: str, claim: str, words: str, tmp_path: Path) -> None:
    """Proves that each failure is its own claim with the solver's words, and leaves no solution.

    Broken by a traceback instead of a claim, or by values of the wrong length saved.
    """
    told = work(tmp_path, way)
    assert told["claim"] == claim
    assert words in str(told["message"])
    assert not (tmp_path / SOLUTION).exists()


def test_a_worker_dies_with_its_campaign(tmp_path: Path) -> None:
    """Proves that SIGKILL of the campaign ends a solver that heeds nothing, and what it started.

    Broken by a worker that outlives its parent and takes the machine from the next campaign's timings.
    """
    path = mps_file(tmp_path / "source", "sites", two_sites())
    request = Request(
        "fake_solver", str(path), "lp", rows=2, columns=2, algorithm="hang", seed=0, threads=1, time_limit=5.0
    )
    request.write(tmp_path)
    script = (
        "import sys, pathlib; from planner.bench.runs.fresh_process import *\n"
        "from planner.models.solving.process.solver_process import Interrupts\n"
        "folder = pathlib.Path(sys.argv[1])\n"
        "run_fresh([sys.executable, '-m', 'planner.bench.worker', str(folder)], Limits(600.0), folder / 'log',"
        " Interrupts(), {})"
    )
    calls = tmp_path / "calls"
    environment = {**os.environ, **ENVIRONMENT, "FAKE_SOLVER_CALLS": str(calls)}
    campaign = subprocess.Popen([sys.executable, "-c", script, str(tmp_path)], env=environment)
    wait_for(calls.exists)
    assert len(workers_of(tmp_path)) >= 1
    campaign.send_signal(signal.SIGKILL)
    campaign.wait(60)
    wait_for(lambda: workers_of(tmp_path) == [])


@pytest.mark.parametrize(
    ("script", "ending", "returncode"),
    [
        ("import sys; sys.exit(3)", "exit", 3),
        ("import os, signal; os.kill(os.getpid(), signal.SIGABRT)", "signal", -signal.SIGABRT),
        ("import time; time.sleep(600)", "killed_time", -signal.SIGKILL),
        ("import time\nheld = bytearray(2**29)\ntime.sleep(600)", "killed_memory", -signal.SIGKILL),
        (
            HOLDS_BY_A_CHILD,
            "killed_memory",
            -signal.SIGKILL,
        ),
    ],
    ids=["exit", "signal", "hang", "memory", "memory of a child"],
)
def test_endings(script: str, ending: str, returncode: int, tmp_path: Path) -> None:
    """Proves that each way to end is told from the others, also where a child holds the memory.

    Broken by a limit on one process only, or by a kill of ours taken for a crash.
    """
    wall = 3.0 if ending == "killed_time" else 60.0
    limits = Limits(wall, 300.0)
    ended = run_fresh([sys.executable, "-c", script], limits, tmp_path / "log", Interrupts(), {})
    assert (ended.ending, ended.returncode) == (ending, returncode)
    if ending.startswith("killed"):  # one that ends by itself may be gone before anybody looks
        assert ended.peak_memory > (300.0 if ending == "killed_memory" else 0.0)


def test_an_interrupt_ends_the_run(tmp_path: Path) -> None:
    """Proves that the user's interrupt ends a run at once and is no record; broken by waiting for the solver."""
    interrupts = Interrupts()
    interrupts.is_set = True
    with pytest.raises(SolveInterruptedError):
        run_fresh([sys.executable, "-c", "while True: pass"], Limits(600.0), tmp_path / "log", interrupts, {})


def test_a_log_without_end_is_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves that a solver that talks without end does not fill the disk; broken by a log that is only appended to."""
    monkeypatch.setattr("planner.bench.runs.fresh_process.LOG_SIZE_MAX", 2**16)
    script = "import time\nfor _ in range(100):\n    print('x' * 10_000, flush=True)\n    time.sleep(0.01)"
    ended = run_fresh([sys.executable, "-c", script], Limits(60.0), tmp_path / "log", Interrupts(), {})
    assert ended.ending == "exit"
    assert (tmp_path / "log").stat().st_size < 1_000_000


def test_a_command_that_crashes_is_a_crash(tmp_path: Path) -> None:
    """Proves that a solver that is a command and dies of a signal ends the worker by the same signal.

    Broken by an exit code that looks like an error the solver told.
    """
    assert command.run([sys.executable, "-c", "print('a line')"]).lines == ("a line",)
    script = (
        "import sys; from planner.bench.solvers.command import run\n"
        "run([sys.executable, '-c', 'import os, signal; os.kill(os.getpid(), signal.SIGSEGV)'])"
    )
    ended = run_fresh([sys.executable, "-c", script], Limits(60.0), tmp_path / "log", Interrupts(), {})
    assert (ended.ending, ended.returncode) == ("signal", -signal.SIGSEGV)


def test_a_record_is_one_line_and_back() -> None:
    """Proves that a record survives its line, whatever a message holds, and that strange lines are refused.

    Broken by a line break in a message, by NaN (which is not JSON), or by a field that is passed over.
    """
    record = Record(
        key="k",
        instance="i",
        instance_hash="h",
        kind="lp",
        size="small",
        solver="s",
        algorithm="a",
        seed=0,
        threads=1,
        time_limit=60.0,
        version="1",
        claim="optimal",
        ending="exit",
        returncode=0,
        wall=1.5,
        objective=0.1 + 0.2,
        message="a\nb\u2028c 东",
        options_read={"limit": float("inf"), "count": np.int64(3)},
    )
    line = record.to_line()
    assert line.count("\n") == 1
    assert line.endswith("\n")
    back = Record.from_line(line)
    assert (back.objective, back.message) == (record.objective, record.message)
    assert back.options_read == {"limit": None, "count": 3}
    for bad in ("{}", "[]", "nonsense", line.replace('"wall"', '"wand"'), line.replace('"optimal"', '"best"')):
        with pytest.raises(ValueError, match=r".+"):
            Record.from_line(bad)
