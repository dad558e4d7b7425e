"""Send stop signals at random moments to ten commands: ``stop_signals.py --signals 200``.

Every trial starts a command in a folder and with a temporary folder of its own, sends SIGINT or SIGTERM to the command
alone after a delay from a fixed seed, and looks: it must end within five seconds with exit code 130 (or, where it was
done before, with 0), leave no draft, no temporary file and no process, and no earlier result changed.

Prints one line a command: how many signals struck it alive, how many were lost, the longest time to its end [s]. With N
signals that landed and none lost, the 95 % bound on the chance of one is 3/N.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SECONDS_MAX = 5.0
TINY = str(ROOT / "scenarios/tiny")
COMMANDS: dict[str, list[str]] = {
    "run": ["run", TINY, "--out", "out"],
    "check": ["check", TINY],
    "explain": ["explain", TINY],
    "sweep, 2 workers": ["sweep", TINY, "--vary", "carbon_price=0,10,20,30", "--out", "out", "--workers", "2"],
    "sweep, 4 workers": ["sweep", TINY, "--vary", "carbon_price=0,10,20,30", "--out", "out", "--workers", "4"],
    "pareto": ["pareto", TINY, "--objectives", "cost,emissions", "--points", "4", "--out", "out"],
    "alternatives": ["alternatives", TINY, "--out", "out"],
    "report": ["report", "run"],
    "map": ["map", "run"],
    "compare": ["compare", "run", "run"],
    "export": ["export", TINY, "--format", "xlsx", "--out", "book.xlsx"],
}


def start(words: list[str], folder: Path) -> subprocess.Popen[bytes]:
    """Start a command in a session of its own."""
    (folder / "temp").mkdir(exist_ok=True)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(folder / "temp")}
    return subprocess.Popen(
        [sys.executable, "-m", "planner", *words],
        cwd=folder,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def prepared(base: Path, folder: Path) -> Path:
    """Return a folder with a finished run in it."""
    folder.mkdir()
    shutil.copytree(base / "run", folder / "run")
    return folder


def living(folder: Path) -> list[str]:
    """Return the processes whose surroundings name the folder."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                known = (entry / "environ").read_bytes()
                state = (entry / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
            except OSError:
                continue
            if str(folder).encode() in known and state != "Z":
                found.append(entry.name)
    return found


def litter(folder: Path) -> list[str]:
    """Return what a stopped command must not leave: drafts, and anything in the temporary folder."""
    drafts = [path.name for path in folder.rglob(".*") if "planner" in path.name or path.name.endswith(".part")]
    return [*drafts, *(path.name for path in (folder / "temp").iterdir())]


def trial(words: list[str], folder: Path, delay: float, number: signal.Signals) -> tuple[str, float]:
    """Return what became of one signal, and how long the command went on after it [s]."""
    process = start(words, folder)
    time.sleep(delay)
    if process.poll() is not None:
        return "over", 0.0
    process.send_signal(number)
    begun = time.monotonic()
    try:
        _, told = process.communicate(timeout=120)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        return "endless", 120.0
    seconds = time.monotonic() - begun
    if process.returncode not in {130, 0} or b"Traceback" in told:
        return f"exit {process.returncode}", seconds
    if process.returncode == 0 and seconds > 1.0:
        return "lost", seconds
    if litter(folder) or living(folder):
        return f"left {litter(folder)[:2]}", seconds
    return "late" if seconds > SECONDS_MAX else "stopped" if process.returncode else "done", seconds


def main() -> int:
    """Run the trials and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--signals", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    chance = random.Random(asked.seed)  # noqa: S311 - a seed for trials
    bad = landed = 0
    with tempfile.TemporaryDirectory() as place:
        base = Path(place) / "base"
        base.mkdir()
        start(["run", TINY, "--out", "run"], base).communicate()
        for name, words in COMMANDS.items():
            folder = prepared(base, Path(place) / "whole")
            begun = time.monotonic()
            start(words, folder).communicate()
            length = time.monotonic() - begun
            shutil.rmtree(folder)
            ends: Counter[str] = Counter()
            longest = 0.0
            for count in range(-(-asked.signals // len(COMMANDS))):
                folder = prepared(base, Path(place) / f"trial{count}")
                number = chance.choice([signal.SIGINT, signal.SIGTERM])
                end, seconds = trial(words, folder, chance.uniform(0.05, 0.95) * length, number)
                ends[end] += 1
                longest = max(longest, seconds)
                shutil.rmtree(folder)
            landed += sum(ends.values()) - ends["over"]
            bad += sum(ends.values()) - ends["over"] - ends["stopped"] - ends["done"]
            sys.stdout.write(f"{name:18} {length:5.1f} s alone, longest {longest:4.1f} s: {dict(ends)}\n")
            sys.stdout.flush()
    sys.stdout.write(f"{landed} signals landed, {bad} bad; 95 % bound {3 / max(1, landed):.1%}\n")
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main())
