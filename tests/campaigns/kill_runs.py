"""Kill commands at random moments: ``kill_runs.py --runs 100 [--only sweep] [-- COMMAND … {out} …]``.

A run, a sweep, an export and an answer on futures take turns. Every trial starts one, sends SIGKILL after a delay from a
fixed seed, to the command alone or, as where the machine runs out of memory, to all of its processes, and looks twice:

- **Nothing is lost.** What stood there before stands whole, replaced by a new result that is whole, or, in a sweep,
  unchanged to the last byte. Nothing that stands is half a result, as the hashes in its manifest say.
- **Nothing is left after the next one.** The same command, started again, ends well, so that no lock is stuck. It keeps
  the points of the sweep that stood, and leaves no draft, nothing in the temporary folder and no process.

Half of the kills strike at any time, half while files are written. A process that outlives its command by ``ORPHAN_MAX``
seconds is bad as well. Prints one line of counts; with N trials and no failure, the 95 % bound on the chance of one is
3/N.
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
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.campaigns.kill_cases import CASES, TORN, Case, State, given
from tests.campaigns.uncertain import with_futures
from tests.campaigns.watched import TINY, alive, drafts, left, seen, start

PATIENCE = 600.0
"""[s] after which a command that is left alone is given up."""
ORPHAN_MAX = 60.0
"""[s] that processes may outlive their command; they need two, up to five if they hang, and a busy machine more."""
TICK = 0.001
WELL = {"absent", "earlier", "new", "some"}


@dataclass(frozen=True)
class Pace:
    """How long an undisturbed command takes [s]: until its first draft appears, and until it ends."""

    until_draft: float
    total: float


def is_filled(draft: Path) -> bool:
    """Return whether anything stands in a draft; before it solves, a run makes and removes an empty one on trial."""
    try:
        return draft.stat().st_size > 0 if draft.is_file() else any(draft.iterdir())
    except OSError:
        return False


def wait_for_draft(process: subprocess.Popen[bytes], folder: Path) -> None:
    """Return when a command has begun to write, or is over."""
    while process.poll() is None and not any(map(is_filled, drafts(folder))):
        time.sleep(TICK)


def run_through(command: tuple[str, ...], folder: Path) -> Pace:
    """Let a command end, and return its pace.

    Raises
    ------
    SystemExit
        It failed, or took too long.
    """
    began = time.monotonic()
    process = start(command, folder)
    wait_for_draft(process, folder)
    draft = time.monotonic() - began
    code, told = ended(process)
    if code != 0:
        raise SystemExit(f"a command that was left alone ended with {code}: {' '.join(command)}\n{told}")
    return Pace(draft, time.monotonic() - began)


def ended(process: subprocess.Popen[bytes]) -> tuple[int, str]:
    """Wait for a command that is left alone; return its exit code and what it told."""
    try:
        told = process.communicate(timeout=PATIENCE)[1]
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        return -1, "it takes for ever"
    return process.returncode, told.decode(errors="replace")


def kill(process: subprocess.Popen[bytes], folder: Path, *, everything: bool) -> bool:
    """Kill a command, and its other processes with it or not; return whether it was still running."""
    was_running = process.poll() is None
    others = [int(entry.name) for entry in alive(folder)] if everything else []
    process.kill()
    for other in others:
        with suppress(ProcessLookupError):
            os.kill(other, signal.SIGKILL)
    process.communicate(timeout=PATIENCE)
    return was_running


def strike(case: Case, folder: Path, pace: Pace, dice: random.Random) -> bool:
    """Start a command and kill it, at any time or while its files are written; return whether it was still running."""
    process = start(case.command, folder)
    if dice.random() < 0.5:
        wait_for_draft(process, folder)
        time.sleep(dice.uniform(0.0, max(0.0, pace.total - pace.until_draft)))
    else:
        time.sleep(dice.uniform(0.0, pace.total))
    return kill(process, folder, everything=dice.random() < 0.5)


def verdict(case: Case, before: State, after: State) -> str:
    """Return what a kill left of the results."""
    if TORN in after.values():
        return "TORN"
    if before.keys() - after.keys() or (not case.replaces and before.items() - after.items()):
        return "LOST"
    if not after:
        return "absent"
    return "earlier" if after == before else "new" if len(after) == case.results else "some"


def trial(case: Case, folder: Path, pace: Pace, dice: random.Random) -> tuple[str, bool]:
    """Kill one command, start the next, and return what is to be said of both, and whether the kill struck."""
    before = case.state(folder)
    struck = strike(case, folder, pace, dice)
    deadline = time.monotonic() + ORPHAN_MAX
    while alive(folder) and time.monotonic() < deadline:
        time.sleep(0.05)
    if orphans := alive(folder):
        return "ORPHAN " + "; ".join(map(seen, orphans)), struck
    after = case.state(folder)
    found = verdict(case, before, after)
    if found not in WELL:
        return found, struck
    code, told = ended(start(case.again, folder))
    if code != 0:
        return f"NEXT ENDED WITH {code}: {told}", struck
    last = case.state(folder)
    if TORN in last.values() or len(last) != case.results or (not case.replaces and after.items() - last.items()):
        return "LOST BY THE NEXT", struck
    remains = left(folder)
    return f"LEFT {remains}" if remains else found, struck


def made(folder: Path) -> Path:
    """Return a new folder with a scenario that has futures in it."""
    folder.mkdir()
    with_futures(Path(TINY), folder / "uncertain")
    return folder


def over_earlier(number: int, cases: int) -> bool:
    """Return whether something stands there before a trial: of the trials of each case before every other one."""
    return (number + number // cases * (cases + 1)) % 2 == 1


def prepared(case: Case, base: Path, *, is_over: bool) -> tuple[Path, Pace]:
    """Return a folder with what stands before, if it is asked for, and the pace of the command where nothing does."""
    base.mkdir(parents=True)
    earlier, fresh = made(base / "earlier"), made(base / "fresh")
    if is_over:
        run_through(case.earlier, earlier)
    pace = run_through(case.command, fresh)
    shutil.rmtree(fresh)
    return earlier, pace


def campaign(cases: dict[str, Case], trials: int, place: Path, seed: int) -> tuple[Counter[str], int]:
    """Return the verdicts by their number, and how many kills struck."""
    dice, counts, killed = random.Random(seed), Counter[str](), 0  # noqa: S311 - not for secrets
    over = {list(cases)[n % len(cases)] for n in range(trials) if over_earlier(n, len(cases))}
    known = {name: prepared(case, place / name, is_over=name in over) for name, case in cases.items()}
    for number in range(trials):
        name = list(cases)[number % len(cases)]
        earlier, pace = known[name]
        folder = place / f"trial{number}"
        if over_earlier(number, len(cases)):
            shutil.copytree(earlier, folder)
        else:
            made(folder)
        found, struck = trial(cases[name], folder, pace, dice)
        killed += struck
        counts[found if found in WELL else "bad"] += 1
        if found not in WELL:
            sys.stdout.write(f"  {name}, trial {number}: {found}\n")
            sys.stdout.flush()
        shutil.rmtree(folder)
    return counts, killed


def main() -> int:
    """Run the campaign, print one line, return 1 if anything was torn, lost or left."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=100, metavar="N")
    parser.add_argument("--seed", type=int, default=20261121)
    parser.add_argument("--only", choices=list(CASES), action="append", help="this command (repeatable)")
    parser.add_argument("--folder", type=Path, help="where to write; a temporary folder if left out")
    parser.add_argument("command", nargs="*", metavar="COMMAND", help="to kill in their place; {out} is its run folder")
    options = parser.parse_args()
    cases = {name: CASES[name] for name in options.only or CASES}
    if options.command:
        cases = {"command": given(tuple(word.replace("{out}", "out") for word in options.command))}
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="kill-runs-", dir=options.folder) as folder:
        counts, killed = campaign(cases, options.runs, Path(folder).resolve(), options.seed)
    bound = f"95 % bound on a failure: {3 / options.runs:.2%}" if not counts["bad"] else "FAILED"
    sys.stdout.write(
        f"{options.runs} trials of {', '.join(cases)}, {killed} killed before their end: {counts['absent']} left "
        f"nothing, {counts['earlier']} what stood before, {counts['some']} some points, {counts['new']} the new result; "
        f"torn, lost or left {counts['bad']}; {bound} ({time.monotonic() - began:.0f} s)\n"
    )
    return 1 if counts["bad"] else 0


if __name__ == "__main__":
    sys.exit(main())
