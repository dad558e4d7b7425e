"""SIGINT and SIGTERM in every phase of ``planner run``: an end within seconds, and nothing half done."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import planner
from planner.pipeline.finished import audit_run
from planner.pipeline.run import write_run
from tests.worlds import BASE

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
STOP_SECONDS_MAX = 5.0
"""[s] the promise of reliability.md, doubled where it is measured: tests share their cores."""
PHASES = ("read", "build", "solve", "audit", "write", "publish", "draw")
TRIALS = [
    *[(phase, number) for phase in ("read", "solve", "write", "draw") for number in (signal.SIGINT, signal.SIGTERM)],
    ("build", signal.SIGTERM),
    ("publish", signal.SIGINT),
]


def start(phase: str, folder: Path, *words: str) -> subprocess.Popen[str]:
    """Start a run that stops in a phase, as a terminal would: in a process group of its own."""
    (folder / "temp").mkdir()
    return subprocess.Popen(
        [sys.executable, str(HERE / "paused.py"), phase, str(folder / "marker"), "run", str(folder / "world"), *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(folder / "temp")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def wait_for(path: Path, process: subprocess.Popen[str]) -> None:
    """Wait until a phase is reached; the limit only ends a broken test."""
    end = time.monotonic() + 120
    while not path.exists():
        assert process.poll() is None, f"it ended before: {process.communicate(timeout=60)[1]}"
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def living(folder: Path) -> list[str]:
    """Return the commands of living processes that name a folder, in their words or in their surroundings."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            known = (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()
            state = (entry / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
        except OSError:
            continue
        if str(folder).encode() in known and state != "Z":
            found.append(known[:200].decode(errors="replace"))
    return found


@pytest.mark.parametrize(("phase", "number"), TRIALS)
def test_stopped_in_a_phase(phase: str, number: signal.Signals, tmp_path: Path) -> None:
    """Proves exit 130, one line, no draft beside the target, no temporary folder, no process left, no target.

    Broken by a signal that is caught as an error of the drawing, by a draft cleared on exceptions only, by a solver
    in a session of its own that nobody ends.
    """
    BASE.write(tmp_path / "world")
    with start(phase, tmp_path, "--out", str(tmp_path / "results" / "run")) as process:
        wait_for(tmp_path / "marker", process)
        began = time.monotonic()
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
    assert time.monotonic() - began < 2 * STOP_SECONDS_MAX
    assert process.returncode == 130, err
    assert out == ""
    assert err.startswith("planner: interrupted")
    assert err.count("\n") == 1
    assert not living(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} <= {"world", "temp", "marker"}
    assert not list((tmp_path / "temp").iterdir())


@pytest.mark.parametrize(("phase", "number"), [("solve", signal.SIGTERM), ("draw", signal.SIGINT)])
def test_an_earlier_run_stands(phase: str, number: signal.Signals, tmp_path: Path) -> None:
    """Proves that a run that ``--force`` was to replace is whole and unchanged after a signal.

    Broken by removing it before the new one is complete.
    """
    out = tmp_path / "results" / "run"
    write_run(planner.run(planner.read_scenario(BASE.write(tmp_path / "world"))), out)
    kept = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    with start(phase, tmp_path, "--out", str(out), "--force") as process:
        wait_for(tmp_path / "marker", process)
        process.send_signal(number)
        process.communicate(timeout=60)
    assert process.returncode == 130
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == kept
    assert "confirms" in audit_run(out)
    assert [path.name for path in out.parent.iterdir()] == ["run"]


def test_two_signals(tmp_path: Path) -> None:
    """Proves that an impatient user, who presses twice, leaves no more behind than one who presses once.

    Broken by a second signal in the middle of clearing up.
    """
    BASE.write(tmp_path / "world")
    with start("write", tmp_path, "--out", str(tmp_path / "run")) as process:
        wait_for(tmp_path / "marker", process)
        for _ in range(2):
            process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert "Traceback" not in err
    assert {path.name for path in tmp_path.iterdir()} <= {"world", "temp", "marker"}


def test_after_the_end(tmp_path: Path) -> None:
    """Proves that the run of these tests is the true one: left alone it ends with 0 and a whole folder.

    Broken by a pause that replaces what is not there.
    """
    BASE.write(tmp_path / "world")
    shutil.rmtree(tmp_path / "temp", ignore_errors=True)
    with start("none", tmp_path, "--out", str(tmp_path / "run"), "--json") as process:
        out, err = process.communicate(timeout=120)
    assert (process.returncode, err) == (0, "")
    assert json.loads(out)["status"] == "optimal"
    assert "confirms" in audit_run(tmp_path / "run")
