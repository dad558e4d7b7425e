"""Sweeps in processes of their own, as a user starts them, and what they leave."""

from __future__ import annotations

import csv
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[2]
TINY = ROOT / "scenarios" / "tiny"
PATIENCE = 240.0
"""[s] that a sweep on a busy machine may take; no test measures it."""


def started(out: Path, *words: str, verb: str = "sweep", scenario: Path = TINY) -> subprocess.Popen[str]:
    """Start ``planner sweep``, every warning of Python an error."""
    command = [sys.executable, "-W", "error", "-m", "planner", verb, str(scenario), "--out", str(out), *words]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT, start_new_session=True
    )


def ended(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    """Wait for it; return its exit code and what it said."""
    out, err = process.communicate(timeout=PATIENCE)
    return process.returncode, out, err


def wait_until(holds: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    """Wait until something holds while a process is at work."""
    end = time.monotonic() + PATIENCE
    while not holds():
        if process.poll() is not None:
            raise AssertionError(f"it ended with {process.returncode}: {process.communicate(timeout=PATIENCE)}")
        assert time.monotonic() < end, "it never came to hold"
        time.sleep(0.02)


def finished(out: Path) -> dict[str, tuple[int, bytes]]:
    """Return the points that stand there: the inode of each manifest and its bytes, which a second run would change."""
    return {
        path.parent.name: (path.stat().st_ino, path.read_bytes())
        for path in (out / "points").glob("*/manifest.json")
        if not path.parent.name.startswith(".")
    }


def rows_of(out: Path) -> list[dict[str, str]]:
    """Return the table of points."""
    with (out / "points.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def solved_now(err: str) -> list[str]:
    """Return the points that a sweep said it solved, one a line: ``3/8  name  status``."""
    return [found[1] for line in err.splitlines() if (found := re.match(r"\d+/\d+  (.+?)  \S", line))]


def children_of(pid: int) -> set[int]:
    """Return the processes that a process has started, theirs included."""
    found = {pid}
    while True:
        new = {child for child, parent in _parents().items() if parent in found} - found
        if not new:
            return found - {pid}
        found |= new


def _parents() -> dict[int, int]:
    parents = {}
    for path in Path("/proc").iterdir():
        if path.name.isdigit():
            try:
                stat = (path / "stat").read_text(encoding="utf-8", errors="replace")
            except OSError:
                continue
            parents[int(path.name)] = int(stat.rpartition(")")[2].split()[1])
    return parents


def is_alive(pid: int) -> bool:
    """Return whether a process runs; one that has ended and is not yet collected does not."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] not in {"Z", "X"}


def kill(pid: int) -> None:
    """Kill a process as the system does that runs out of memory."""
    os.kill(pid, signal.SIGKILL)
