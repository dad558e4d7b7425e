"""A sweep killed half-way and started again: nothing solved twice, nothing lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from planner.pipeline.check import read_scenario
from planner.studies.sweep.child import END_SECONDS
from planner.studies.sweep.engine import Child
from planner.studies.sweep.job import Ask, Job
from tests.sweep.sweep_runs import (
    TINY,
    children_of,
    ended,
    finished,
    is_alive,
    kill,
    rows_of,
    solved_now,
    started,
    wait_until,
)

if TYPE_CHECKING:
    from pathlib import Path

PRICES = ",".join(str(price) for price in range(0, 120, 40))
GRID = ("--vary", f"carbon_price={PRICES}", "--vary", "site.green_power_share_min=0,0.3,0.6,0.9", "--format", "svg")
COUNT = 12

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="finds the processes it kills under /proc, which Linux has"
)


def test_killed_half_way_nothing_is_solved_twice_and_nothing_lost(tmp_path: Path) -> None:
    """Proves that 12 points, killed by SIGKILL after about half, are gone on with.

    What stood there is untouched, only the others are solved, no process and no half-written folder is left, and every
    point is a row.

    Sensitivity: a point noted before its folder stands, a table that is the record, workers that outlive the sweep
    and write beside it, leftovers taken for points.
    """
    first = started(tmp_path, *GRID, "--workers", "2")
    wait_until(lambda: len(finished(tmp_path)) >= COUNT // 2, first)
    orphans = children_of(first.pid)
    assert len(orphans) >= 2
    kill(first.pid)
    first.communicate(timeout=60)
    end = time.monotonic() + 30
    while any(map(is_alive, orphans)):
        assert time.monotonic() < end, "a worker outlives the sweep"
        time.sleep(0.05)
    before = finished(tmp_path)
    assert COUNT // 2 <= len(before) < COUNT
    code, said, err = ended(started(tmp_path, *GRID, "--workers", "2"))
    assert (code, len(finished(tmp_path))) == (0, COUNT), err
    assert {name: finished(tmp_path)[name] for name in before} == before
    again = solved_now(err)
    assert len(again) == len(set(again)) == COUNT - len(before)
    assert f"{COUNT - len(before)} solved now, {len(before)} before" in said
    rows = rows_of(tmp_path)
    assert [row["status"] for row in rows] == ["optimal"] * COUNT
    assert {row["point"] for row in rows} == set(finished(tmp_path))
    assert [path.name for path in (tmp_path / "points").iterdir() if path.name.startswith(".")] == []
    code, _, err = ended(started(tmp_path, *GRID))
    assert (code, solved_now(err)) == (0, [])


def test_a_worker_that_is_killed_costs_nothing(tmp_path: Path) -> None:
    """Proves that a worker killed in the middle of a point is replaced and the point done again, in the same sweep.

    Sensitivity: a pool that breaks with its first process, a point left out, one that is called crashed at once.
    """
    words = ("--vary", "carbon_price=0,20,40,60", "--format", "svg")
    process = started(tmp_path, *words)
    wait_until(lambda: len(finished(tmp_path)) >= 1, process)
    (worker,) = [pid for pid in children_of(process.pid) if "planner.studies.sweep.child" in _command(pid)]
    kill(worker)
    code, _, err = ended(process)
    assert code == 0, err
    assert [row["status"] for row in rows_of(tmp_path)] == ["optimal"] * 4
    assert len(solved_now(err)) == 4


def _command(pid: int) -> str:
    from pathlib import Path as Place  # noqa: PLC0415 - the type alone is imported above

    return Place(f"/proc/{pid}/cmdline").read_bytes().decode("utf-8", "replace")


SLOW_END = """
import os, sys, time
from planner.studies.sweep import child

class Slow:
    def __del__(self, sleep=time.sleep, write=os.write):
        write(2, b"ending\\n")
        sleep(120)

sys.slow = Slow()
child.main()
"""


def test_a_worker_that_hangs_while_python_shuts_down_is_ended() -> None:
    """Proves that a worker ends soon after its sweep is gone, also where something hangs at the very end of Python.

    Sensitivity: a thread alone that ends the process. It cannot run any more by then.
    """
    worker = subprocess.Popen(
        (sys.executable, "-c", SLOW_END, str(os.getpid())),
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    assert worker.stderr is not None
    try:
        worker.stdin.close()  # type: ignore[union-attr]
        assert worker.stderr.readline() == b"ending\n"
        began = time.monotonic()
        assert worker.wait(60) == -signal.SIGALRM
        assert time.monotonic() - began < END_SECONDS + 10.0
    finally:
        worker.kill()
        worker.wait()
        worker.stderr.close()


STARTER = """
import os, subprocess, sys
worker = (sys.executable, "-m", "planner.studies.sweep.child", str(os.getpid()))
worker = subprocess.Popen(worker, stdin=int(sys.argv[1]))
print(worker.pid, flush=True)
"""


def test_a_worker_ends_with_its_sweep_though_its_standard_input_stays_open() -> None:
    """Proves that a worker ends soon after the process that started it, though someone else holds its standard input.

    Sensitivity: the end of standard input as the only sign.
    """
    reads, writes = os.pipe()
    try:
        done = subprocess.run(
            (sys.executable, "-c", STARTER, str(reads)), pass_fds=(reads,), capture_output=True, check=True, timeout=60
        )
        # The worker shares the pipe of what it prints: the call came back, so that it has ended.
        assert not is_alive(int(done.stdout))
    finally:
        os.close(reads)
        os.close(writes)


def test_a_process_that_never_answers_is_a_crash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves that a point whose process dies each time is said to have crashed, after two tries, and no folder stands.

    Sensitivity: an endless loop of new processes, an exception that ends the sweep.
    """
    monkeypatch.setattr("planner.studies.sweep.engine.CHILD", (sys.executable, "-c", "import os; os._exit(7)"))
    job = Job("x", str(TINY), (), str(tmp_path / "x"), read_scenario(TINY).file_hashes, Ask())
    child = Child()
    answer = child.do(job)
    child.end(0.0)
    assert (answer.status, answer.written) == ("crashed", False)
    assert "2 times" in answer.why[0]
    assert "7" in answer.why[0]
    assert not (tmp_path / "x").exists()
