"""Runs killed at random moments, and runs at once."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from planner.io.results.read_run import read_results
from planner.language import written
from planner.models.declarations import declarations

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
CAMPAIGN = HERE.parent / "campaigns" / "kill_runs.py"
WRITER = [sys.executable, str(HERE / "run_writer.py")]
PAIRS, TIMES = 2, 10
"""Pairs of writers, whose start takes longest, and how often each of a pair writes."""
QUICK = ("--only", "run", "--only", "sweep", "--only", "export")
"""Commands of the campaign that take seconds; an answer on futures takes longer."""


def mark_of(run: Path) -> float:
    """Read a run (which fails unless it is whole), hold its parts against each other, and return its mark."""
    results = read_results(run, declarations())
    mark = float(results.summary["objective"])
    assert results.log == f"solver says {mark}\n"
    assert [written(note) for note in results.manifest["notes"]] == [f"mark {mark}"]
    assert results.tables["cost"].set_index("category")["cost"]["carbon"] == 0.1 * mark
    assert results.shadow_prices["price"].tolist() == [400.25 * mark]
    return mark


def write_at_once(out: Path, *options: str) -> list[int]:
    """Let two processes write from the same moment on; return their exit codes, sorted."""
    at = str(time.time() + 1.5)
    commands = [[*WRITER, str(out), mark, "--at", at, *options] for mark in ("3", "7")]
    writers = [subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) for command in commands]
    return sorted(writer.wait(120) for writer in writers)


@pytest.mark.parametrize("command", ["the planner", "writer alone"])
def test_a_kill_never_tears_a_result(command: str, tmp_path: Path) -> None:
    """Proves, on six kills and on one of run, sweep and export each, that nothing is lost and nothing left after the next.

    A file written in place, a rename before the sync of the manifest, or a lock that outlives its process breaks it.
    ``make campaign-kill`` does it a hundred times, over an earlier result every other time.
    """
    words = ["6", "--", *WRITER, "{out}", "3", "--force"] if command == "writer alone" else ["3", *QUICK]
    call = [sys.executable, str(CAMPAIGN), "--folder", str(tmp_path), "--runs", *words]
    done = subprocess.run(call, cwd=ROOT, capture_output=True, text=True, check=False, timeout=1800)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "torn, lost or left 0; 95 % bound" in done.stdout


@pytest.mark.parametrize("trial", range(PAIRS))
def test_two_runs_at_once_do_not_mix(trial: int, tmp_path: Path) -> None:
    """Proves that of two runs that replace one target again and again, the last stands whole, its parts of one run."""
    out = tmp_path / str(trial)
    assert write_at_once(out, "--force", "--times", str(TIMES)) == [0, 0]
    assert mark_of(out) in (3.0 + (TIMES - 1) / 1000, 7.0 + (TIMES - 1) / 1000)
    assert [path.name for path in tmp_path.iterdir()] == [str(trial)]


def test_of_two_runs_without_force_one_is_refused(tmp_path: Path) -> None:
    """Proves that one target is never shared: one run stands, the other is refused (2, or 10 at the very end)."""
    first, second = write_at_once(tmp_path / "run")
    assert first == 0
    assert second in (2, 10)
    assert mark_of(tmp_path / "run") in (3, 7)
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_runs_of_the_same_second_stand_side_by_side(tmp_path: Path) -> None:
    """Proves that runs that choose the same name at once all stand, each under a name of its own."""
    assert write_at_once(tmp_path / "run", "--numbered", "--times", "3") == [0, 0]
    marks = sorted(mark_of(path) for path in tmp_path.iterdir())
    assert marks == [3, 3.001, 3.002, 7, 7.001, 7.002]


@pytest.mark.parametrize("script", ["in place", "leaving"])
def test_the_campaign_sees_what_is_bad(script: str, tmp_path: Path) -> None:
    """Proves that the campaign can fail: a writer that writes in place, or that never clears up, is caught."""
    careless = tmp_path / "careless.py"
    careless.write_text(IN_PLACE if script == "in place" else LEAVING)
    (tmp_path / "place").mkdir()
    call = [sys.executable, str(CAMPAIGN), "--runs", "4", "--folder", str(tmp_path / "place")]
    call += ["--", sys.executable, str(careless), "{out}"]
    done = subprocess.run(call, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 1
    assert "FAILED" in done.stdout
    assert ("LEFT" if script == "leaving" else "TORN") in done.stdout


IN_PLACE = """
import hashlib, json, pathlib, sys, time
out = pathlib.Path(sys.argv[1])
out.mkdir(exist_ok=True)
(out / "summary.json").write_text(str(time.time()))
time.sleep(0.5)
digest = hashlib.sha256((out / "summary.json").read_bytes()).hexdigest()
(out / "manifest.json").write_text(json.dumps({"files": {"summary.json": digest}}))
"""
LEAVING = """
import hashlib, json, pathlib, sys, time
out = pathlib.Path(sys.argv[1])
draft = out.with_name(f".{time.time_ns()}.planner-partial")
draft.mkdir()
(draft / "summary.json").write_text(str(time.time()))
time.sleep(0.5)
digest = hashlib.sha256((draft / "summary.json").read_bytes()).hexdigest()
(draft / "manifest.json").write_text(json.dumps({"files": {"summary.json": digest}}))
if out.exists():
    out.rename(out.with_name(f".{time.time_ns()}.planner-previous"))
draft.rename(out)
"""
