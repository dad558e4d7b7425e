"""Send stop signals at random moments to a dozen commands: ``stop_signals.py --signals 200 [--only pareto]``.

Every trial starts a command in a folder and with a temporary folder of its own, sends SIGINT or SIGTERM to the command
alone after a delay from a fixed seed, and looks: it must end within five seconds with exit code 130 (or with 0, where
it had told its result before), leave no draft, no temporary file and no process, and the earlier run in the folder unchanged.
A command that is over before its signal is tried again, so that as many land as were asked for.

Prints one line a command: how many signals struck it alive, how they ended, the longest time to an end [s] and how much
of it was work, in seconds of a processor: where that is little, a busy machine explains the rest. A signal that was
lost, left something or took too long has a line of its own. With N signals that landed and none lost, the 95 % bound on
the chance of one is 3/N.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.campaigns.uncertain import with_futures  # noqa: E402
from tests.campaigns.watched import OUTPUT, PLANNER, TINY, left, start, worked  # noqa: E402 - the path comes first
from tests.signals import hear_what_is_ignored  # noqa: E402

SECONDS_MAX = 5.0
DONE_MAX = 1.0
"""[s] in which a command may tell its result and end that was about to."""
ENDLESS = 120.0
"""[s] after which a command is given up."""
WELL = {"stopped", "done", "over"}
DRAWN = {"report.html", "map.png", "map.svg", "map.pdf", "manifest.json"}
"""What ``report`` and ``map`` write anew in a run."""
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
    "futures": ["futures", "uncertain", "--out", "out"],
}


def prepared(base: Path, folder: Path) -> Path:
    """Return a folder with a finished run in it, and a scenario with futures."""
    folder.mkdir()
    shutil.copytree(base / "run", folder / "run")
    with_futures(Path(TINY), folder / "uncertain")
    return folder


def worked_by_the_dead() -> float:
    """Return what the processes that we waited for worked, and those that they waited for [s]."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def results(folder: Path) -> dict[str, bytes]:
    """Return the files of the earlier run that nothing may change."""
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.name not in DRAWN}


@dataclass(frozen=True)
class End:
    """What became of one signal."""

    kind: str
    seconds: float = 0.0  # [s] from the signal to the command's end
    worked: float = 0.0  # [s] of a processor, from the signal to the end
    left: tuple[str, ...] = ()
    told: str = ""


def trial(words: list[str], folder: Path, delay: float, number: signal.Signals) -> End:
    """Send one signal, and return what became of it."""
    before, dead = results(folder / "run"), worked_by_the_dead()
    process = start([*PLANNER, *words], folder)
    time.sleep(delay)
    work = worked(folder)
    if process.poll() is not None:
        return End("over")
    output = folder / OUTPUT
    size = output.stat().st_size
    process.send_signal(number)
    begun = time.monotonic()
    try:
        told = process.communicate(timeout=ENDLESS)[1].decode(errors="replace")
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        return End("endless", ENDLESS, left=tuple(left(folder)))
    seconds = time.monotonic() - begun
    work = worked_by_the_dead() - dead - work
    while left(folder) and time.monotonic() - begun < SECONDS_MAX:
        time.sleep(0.05)
    remains = tuple(left(folder))
    kind = kind_of(process.returncode, told, seconds, is_done=output.stat().st_size == size)
    if kind in WELL and remains:
        kind = "left something"
    if kind in WELL and results(folder / "run") != before:
        kind = "earlier run changed"
    return End(kind, seconds, work, remains, told)


def kind_of(code: int, told: str, seconds: float, *, is_done: bool) -> str:
    """Return how a command ended, by its exit code, its words, its time, and whether it told nothing after the signal."""
    if code not in {130, 0} or "Traceback" in told:
        return f"exit {code}"
    if code == 0 and not is_done and seconds > DONE_MAX:
        return "lost"
    if seconds > SECONDS_MAX:
        return "late"
    return "stopped" if code else "done"


def length_of(words: list[str], base: Path, place: Path) -> float:
    """Return how long a command takes that is left alone [s]."""
    folder = prepared(base, place / "whole")
    begun = time.monotonic()
    start([*PLANNER, *words], folder).communicate()
    shutil.rmtree(folder)
    return time.monotonic() - begun


def strike(name: str, share: int, base: Path, chance: random.Random) -> list[End]:
    """Let so many signals land on a command, tell the line of it, and return what became of them."""
    words, place = COMMANDS[name], base.parent
    length = length_of(words, base, place)
    ends: list[End] = []
    while sum(end.kind != "over" for end in ends) < share:
        folder = prepared(base, place / f"trial{len(ends)}")
        number, delay = chance.choice([signal.SIGINT, signal.SIGTERM]), chance.uniform(0.05, 0.95) * length
        end = trial(words, folder, delay, number)
        ends.append(end)
        shutil.rmtree(folder)
        if end.kind not in WELL:
            load = os.getloadavg()[0]
            say(f"  {name}: {number.name} after {delay:.1f} s: {end}; load {load:.0f} on {os.cpu_count()} processors")
    longest = max(ends, key=lambda end: end.seconds)
    counts = dict(Counter(end.kind for end in ends))
    say(f"{name:18} {length:5.1f} s alone, longest {longest.seconds:4.1f} s ({longest.worked:.1f} s of work): {counts}")
    return [end for end in ends if end.kind != "over"]


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> int:
    """Run the trials and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--signals", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=list(COMMANDS), action="append", help="this command (repeatable)")
    asked = parser.parse_args()
    hear_what_is_ignored()
    names = asked.only or list(COMMANDS)
    chance = random.Random(asked.seed)  # noqa: S311 - a seed for trials
    ends: list[End] = []
    with tempfile.TemporaryDirectory() as place:
        base = Path(place) / "base"
        base.mkdir()
        start([*PLANNER, "run", TINY, "--out", "run"], base).communicate()
        for name in names:
            ends += strike(name, -(-asked.signals // len(names)), base, chance)
    bad = sum(end.kind not in WELL for end in ends)
    say(f"{len(ends)} signals landed, {bad} bad; 95 % bound {3 / max(1, len(ends)):.1%}")
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main())
