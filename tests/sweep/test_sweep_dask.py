"""A sweep on a dask cluster of two workers, one of which is killed: its point is done elsewhere, nothing is lost."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from tests.sweep.sweep_runs import ROOT, children_of, ended, finished, kill, rows_of, solved_now, started, wait_until
from tests.test_cli import call

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytest.importorskip("distributed", reason="the extra [engine] is not installed")
pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="finds the processes it kills under /proc, which Linux has"
)
PRICES = ("--vary", "carbon_price=0,10,20,30,40,50", "--format", "svg")
COUNT = 6


def dask(kind: str, *words: str) -> subprocess.Popen[bytes]:
    """Start a scheduler or a worker on the loopback."""
    command = [sys.executable, "-m", f"distributed.cli.dask_{kind}", "--no-dashboard", *words]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ROOT)


@contextmanager
def cluster(folder: Path) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """Run a cluster of two workers of one thread; yield the scheduler's address and the workers."""
    file = folder / "scheduler.json"
    scheduler = dask("scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(file))
    words = ("--scheduler-file", str(file), "--nthreads", "1", "--no-nanny", "--local-directory", str(folder))
    workers = [dask("worker", *words) for _ in range(2)]
    try:
        wait_until(file.exists, scheduler)  # type: ignore[arg-type]
        yield json.loads(file.read_text(encoding="utf-8"))["address"], workers
    finally:
        for process in (*workers, scheduler):
            process.kill()
            process.wait(60)


def test_a_worker_killed_loses_only_its_point(tmp_path: Path) -> None:
    """Proves that with one of two workers killed in the middle of a point all points are solved, each once.

    What was finished before is untouched, and the point in work is done by the worker that is left.
    Sensitivity: a pool that breaks with its first process, points solved again because their answers were lost.
    """
    out = tmp_path / "out"
    with cluster(tmp_path) as (address, workers):
        process = started(out, *PRICES, "--engine", "dask", "--scheduler", address)
        wait_until(lambda: len(finished(out)) >= 2 and bool(children_of(workers[0].pid)), process)
        before = finished(out)
        kill(workers[0].pid)
        code, said, err = ended(process)
    assert code == 0, err
    assert [line for line in err.splitlines() if "distributed" in line or "Warning" in line] == []
    after = finished(out)
    assert {name: after[name] for name in before} == before
    assert [row["status"] for row in rows_of(out)] == ["optimal"] * COUNT
    assert len(set(solved_now(err))) == len(solved_now(err)) == len(after)
    assert f"{COUNT} solved now, 0 before" in said
    code, _, err = ended(started(out, *PRICES))
    assert (code, solved_now(err)) == (0, [])


def test_the_log_of_the_cluster_is_not_shown() -> None:
    """Proves that what dask logs, such as that a worker was lost, does not stand among the points of a sweep.

    Sensitivity: ``2026-11-29 10:00:00,000 - distributed.core - INFO`` taken for point 2,026.
    """
    script = (
        "import logging, distributed; from planner.cluster import hush; hush()\n"
        "for name in ('distributed', 'distributed.core', 'distributed.client', 'tornado.application'):\n"
        "    logging.getLogger(name).error('Removing worker')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, check=True, timeout=240
    )
    assert (done.stdout, done.stderr) == ("", "")


def test_a_line_of_a_log_is_no_point() -> None:
    """Proves that these tests count the lines of a sweep and no others. Sensitivity: any line that begins with a digit."""
    lines = "2026-11-29 10:00:00,000 - distributed.core - INFO - x\n3/8  a1b2  optimal\n2 points\n"
    assert solved_now(lines) == ["a1b2"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--engine", "dask"), "needs --scheduler"),
        (("--engine", "ray"), "choose local or dask"),
        (("--scheduler", "tcp://127.0.0.1:1"), "is for --engine dask"),
    ],
)
def test_an_engine_that_cannot_be_meant(
    words: tuple[str, ...],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Proves that a wrong engine is exit 2 with one sentence.

    Sensitivity: a sweep that silently runs here instead of on the cluster.
    """
    assert call(monkeypatch, "sweep", ROOT / "scenarios" / "tiny", "--out", tmp_path / "o", *PRICES[:2], *words) == 2
    assert said in capsys.readouterr().err


def test_no_cluster_is_said(tmp_path: Path) -> None:
    """Proves that an address at which nobody answers is one sentence and exit 2, without dask's own traceback.

    Sensitivity: a time-out that goes uncaught, a warning of dask's in the middle of the terminal.
    """
    script = "import planner.cluster as e; e.PATIENCE = 2.0; from planner.cli import main; main()"
    words = ("--out", str(tmp_path / "out"), *PRICES[:2], "--engine", "dask", "--scheduler", "tcp://127.0.0.1:1")
    command = [sys.executable, "-W", "error", "-c", script, "sweep", "scenarios/tiny", *words]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False, timeout=240)
    assert done.returncode == 2, done.stderr
    assert "no dask cluster with a worker answers at tcp://127.0.0.1:1" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_run_without_use_for_an_engine_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Proves that a small plan is solved in one piece, with a note, and that a wrong engine of a run is exit 2.

    Sensitivity: a checkpoint that is silently empty.
    """
    tiny, out = ROOT / "scenarios" / "tiny", tmp_path / "out"
    words = ("--checkpoint", tmp_path / "kept", "--no-map", "--no-deciding")
    assert call(monkeypatch, "run", tiny, "--out", out, *words) == 0
    notes = json.loads((out / "manifest.json").read_text(encoding="utf-8"))["notes"]
    assert any("solved in one piece" in note for note in notes)
    assert call(monkeypatch, "run", tiny, "--out", tmp_path / "other", "--engine", "ray") == 2
    assert "choose local or dask" in capsys.readouterr().err
