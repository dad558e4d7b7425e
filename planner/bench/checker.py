"""The check of one run in a process of its own: ``python -m planner.bench.checker FOLDER INSTANCE CAMPAIGN``.

It loads no solver, so that a check neither disturbs the timing of a run nor shares a library with what it checks, and
a solution that no reader can bear takes down the check only. The record is in ``record.jsonl`` of the folder, the
answer is left in ``checked.json``.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.bench.check.verify import check
from planner.bench.runs.fresh_process import Limits, run_fresh
from planner.bench.solvers.record import Record
from planner.models.solving.process.child import die_with_parent

if TYPE_CHECKING:
    from planner.models.solving.process.solver_process import Interrupts

RECORD, CHECKED = "record.jsonl", "checked.json"
WALL_MAX = 1800.0
"""[s] for one check: exact arithmetic on ten million nonzeros takes minutes."""


def check_apart(record: Record, instance: Path, campaign: Path, folder: Path, interrupts: Interrupts) -> dict[str, Any]:
    """Check a record in a fresh process."""
    if record.solution is None:
        return {}
    (folder / RECORD).write_text(record.to_line(), encoding="utf-8")
    log = folder / "check.log"
    command = [sys.executable, "-m", "planner.bench.checker", str(folder), str(instance), str(campaign)]
    ended = run_fresh(command, Limits(WALL_MAX), log, interrupts, {})
    try:
        found = json.loads((folder / CHECKED).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        last = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:]
        return {"failure": f"the check ended with {ended.ending} {ended.returncode}: {' '.join(last)}"}
    return dict(found)


def main(folder: Path, instance: Path, campaign: Path) -> int:
    """Check what stands in the folder."""
    die_with_parent()
    record = Record.from_line((folder / RECORD).read_text(encoding="utf-8"))
    found = check(instance, record, campaign)
    (folder / CHECKED).write_text(json.dumps(found, default=str), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:4])))
