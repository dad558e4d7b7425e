"""Kill runs at random moments and look at what is left: ``kill_runs.py --runs 100 [-- COMMAND … {out} …]``.

Every trial starts a run, sends SIGKILL to its whole process group after a delay, and looks at the target: it must be
absent (where there was nothing before), the earlier run whole, or a new run whole, as the hashes in its manifest say.
Half of the kills strike at any time of the run, half while its files are written. Delays come from a fixed seed.
At the end one run is left alone: it must succeed, and nothing hidden may be left beside the target.

Prints one line of counts; with N trials and no failure, the 95 % bound on the chance of one is 3/N.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import os
import random
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
COMMAND = [sys.executable, "-m", "planner", "run", "scenarios/tiny", "--out", "{out}", "--force", "--quiet"]
PATIENCE = 600.0
"""Seconds after which a run that is left alone is given up."""
TICK = 0.001


@dataclass(frozen=True)
class Pace:
    """How long an undisturbed run takes [s]: until its draft appears, and until it ends."""

    until_draft: float
    total: float


def is_whole(run: Path) -> bool:
    """Return whether every file is what the manifest says, by code that is not the planner's."""
    try:
        files = json.loads((run / "manifest.json").read_bytes())["files"]
        found = {name: hashlib.sha256((run / name).read_bytes()).hexdigest() for name in files}
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return bool(files) and found == files and (run / "summary.json").is_file()


def fingerprint(run: Path) -> str | None:
    """Return what tells one run from another; ``None`` where there is none."""
    return hashlib.sha256((run / "manifest.json").read_bytes()).hexdigest() if run.exists() else None


def hidden(folder: Path) -> list[Path]:
    """Return the drafts beside the target."""
    return [path for path in folder.iterdir() if path.name.startswith(".")]


def start(command: list[str], out: Path) -> subprocess.Popen[bytes]:
    """Start a run as the leader of its own process group."""
    words = [word.replace("{out}", str(out)) for word in command]
    return subprocess.Popen(
        words, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )


def is_filled(draft: Path) -> bool:
    """Return whether anything stands in a draft; before it solves, a run makes and removes an empty one on trial."""
    try:
        return any(draft.iterdir())
    except OSError:
        return False


def wait_for_draft(process: subprocess.Popen[bytes], known: set[Path], folder: Path) -> None:
    """Return when a run has begun to write beside the target, or is over."""
    while process.poll() is None and not any(map(is_filled, set(hidden(folder)) - known)):
        time.sleep(TICK)


def kill(process: subprocess.Popen[bytes]) -> bool:
    """Kill a run and its children; return whether it was still running."""
    running = process.poll() is None
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(PATIENCE)
    return running


def run_through(command: list[str], out: Path) -> Pace:
    """Let a run end, and return its pace.

    Raises
    ------
    SystemExit
        It failed, or took too long.
    """
    began = time.monotonic()
    process = start(command, out)
    wait_for_draft(process, set(hidden(out.parent)), out.parent)
    draft = time.monotonic() - began
    try:
        code = process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        kill(process)
        code = -1
    if code != 0:
        raise SystemExit(f"a run that was left alone ended with {code}: {' '.join(command)}")
    return Pace(draft, time.monotonic() - began)


def strike(command: list[str], out: Path, pace: Pace, dice: random.Random, number: int) -> bool:
    """Kill one run; even trials at any time, odd ones while its files are written."""
    known = set(hidden(out.parent))
    process = start(command, out)
    if number % 2:
        wait_for_draft(process, known, out.parent)
        time.sleep(dice.uniform(0.0, pace.total - pace.until_draft))
    else:
        time.sleep(dice.uniform(0.0, pace.total))
    return kill(process)


def verdict(before: str | None, out: Path) -> str:
    """Return what a kill left at the target."""
    if not out.exists():
        return "absent" if before is None else "LOST"
    if not is_whole(out):
        return "TORN"
    return "old" if fingerprint(out) == before else "new"


def campaign(command: list[str], runs: int, folder: Path, seed: int) -> tuple[Counter[str], int]:
    """Return the verdicts by their number, and how many drafts are left at the end."""
    place, kept = folder / "place", folder / "kept"
    out, dice, counts = place / "run", random.Random(seed), Counter[str]()  # noqa: S311 - not for secrets
    place.mkdir()
    pace = run_through(command, out)
    shutil.copytree(out, kept)
    for number in range(runs):
        if out.exists():
            shutil.rmtree(out)
        if number % 4 < 2:
            shutil.copytree(kept, out)
        before = fingerprint(out)
        if strike(command, out, pace, dice, number):
            counts["killed"] += 1
        counts[verdict(before, out)] += 1
    run_through(command, out)
    counts["last whole" if is_whole(out) else "TORN"] += 1
    return counts, len(hidden(place))


def main() -> int:
    """Run the campaign, print one line, return 1 if anything was torn, lost or left."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=100, metavar="N")
    parser.add_argument("--seed", type=int, default=20261121)
    parser.add_argument("--folder", type=Path, help="where to write; a temporary folder if left out")
    parser.add_argument("command", nargs="*", metavar="COMMAND", help="the run to kill; {out} is its run folder")
    options = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="kill-runs-", dir=options.folder) as folder:
        counts, left = campaign(options.command or COMMAND, options.runs, Path(folder), options.seed)
    bad = counts["TORN"] + counts["LOST"] + left
    bound = f"95 % bound on a failure: {3 / options.runs:.2%}" if not bad else "FAILED"
    sys.stdout.write(
        f"{options.runs} trials, {counts['killed']} killed before their end: {counts['absent']} left nothing, "
        f"{counts['old']} the earlier run, {counts['new']} the new run; torn {counts['TORN']}, lost {counts['LOST']}, "
        f"drafts left {left}; {bound} ({time.monotonic() - began:.0f} s)\n"
    )
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
