"""Make the runs of a campaign, each in a fresh process; stopped at any point, it goes on from there."""

from __future__ import annotations

import json
import shutil
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from planner.bench.checker import check_apart
from planner.bench.instances import read_instances
from planner.bench.plan import plan_runs
from planner.bench.runs.fresh_process import Limits, run_fresh
from planner.bench.runs.machine import settle
from planner.bench.runs.runs_file import FILE, open_runs, read_runs
from planner.bench.runs.verdict import status_of
from planner.bench.solvers.base import load
from planner.bench.solvers.record import SEPARATOR, Record
from planner.bench.worker import CLAIM, SOLUTION, Request
from planner.errors import (
    Fault,
    InvalidInputError,
    SolveInterruptedError,
    SolverMissingError,
    UsageError,
    shown,
)
from planner.io.files.run_swap import sync
from planner.io.files.writing import writing
from planner.language import say
from planner.models.solving.process.solver_process import Interrupts
from planner.progress import part_of, working_on

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from planner.bench.instances import Instance
    from planner.bench.plan import Campaign, Run
    from planner.bench.runs.fresh_process import Ended
    from planner.bench.solvers.record import Claim, Ending

    OnRecord = Callable[[Record, int, int], None]
    """Called after each run with its record, and how many are done of how many."""

MEMORY_SHARE = 0.75
"""Of the machine's, for a run where no limit is given."""
SOLUTIONS, LOGS, WORK = "solutions", "logs", "work"
LOG_SIZE_MAX = 2**20
"""[bytes] kept of a run's log: its end."""
WITHOUT_ANSWER: dict[Ending, Claim] = {
    "exit": "error",
    "signal": "error",
    "killed_time": "time_limit",
    "killed_memory": "memory",
}
"""The claim of a process that left none."""


def run_campaign(folder: Path, campaign: Campaign, on_record: OnRecord | None = None) -> list[Record]:
    """Make the runs that are not yet in ``runs.jsonl``, and return the records of all."""
    instances = read_instances(folder)
    if not instances:
        raise UsageError(say("{folder} has no instances: name a scenario folder or an .mps file", folder=shown(folder)))
    runs = plan_runs(campaign, instances)
    missing = [name for name, module in campaign.solvers.items() if load(module).available() is None]
    if missing:
        raise SolverMissingError(
            say("not installed: {listed}; install it, or leave it out of --solvers", listed=", ".join(missing))
        )
    try:
        with writing(folder), open_runs(folder) as file, Interrupts() as interrupts:
            machine = settle(folder, campaign.solvers)
            done = read_runs(folder)
            _refuse_other_instances(done, instances)
            records = {record.key: record for record in done}
            left = [run for run in runs if run.key not in records]
            memory = campaign.memory_limit or MEMORY_SHARE * machine["memory"]
            runner = Runner(folder, campaign, Limits(campaign.time_limit + campaign.grace, memory), interrupts)
            for position, run in enumerate(left, start=len(runs) - len(left) + 1):
                with part_of(say("run {number} of {count}", number=position, count=len(runs))):
                    record = runner.make(run)
                file.add(record)
                records[record.key] = record
                if on_record is not None:
                    on_record(record, position, len(runs))
    except SolveInterruptedError:
        words = say("the runs that ended are kept; the same command goes on from there")
        raise SolveInterruptedError(say("interrupted: {words}", words=words)) from None
    return list(records.values())


class Runner:
    """Makes runs one after another."""

    def __init__(self, folder: Path, campaign: Campaign, limits: Limits, interrupts: Interrupts) -> None:
        self.folder, self.campaign, self.limits, self.interrupts = folder, campaign, limits, interrupts
        for name in (SOLUTIONS, LOGS):
            (folder / name).mkdir(exist_ok=True)

    def make(self, run: Run) -> Record:
        """Make one run: solve, keep its solution and log, check it, give it its status."""
        if self.interrupts.is_set:
            raise SolveInterruptedError
        work = self.folder / WORK
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir()
        try:
            working_on(say("solving by {solver}", solver=run.solver))
            record = self._solve(run, work)
            working_on(say("checking the answer"))
            checked = check_apart(record, self.folder / run.instance.file, self.folder, work, self.interrupts)
        finally:
            shutil.rmtree(work, ignore_errors=True)
        record = replace(record, checked=checked)
        return replace(record, status=status_of(record))

    def _solve(self, run: Run, work: Path) -> Record:
        campaign, instance = self.campaign, run.instance
        Request(
            module=campaign.solvers[run.solver],
            path=str((self.folder / instance.file).resolve()),
            kind=instance.kind,
            rows=instance.rows,
            columns=instance.columns,
            algorithm=run.algorithm,
            seed=run.seed,
            threads=campaign.threads,
            time_limit=campaign.time_limit,
        ).write(work)
        command = [sys.executable, "-m", "planner.bench.worker", str(work.resolve())]
        environment = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), str(campaign.threads))
        name = run.key.replace(SEPARATOR, ",")  # no part of a key has a comma
        log = work / "log"
        ended = run_fresh(command, self.limits, log, self.interrupts, environment)
        _keep_end(log, self.folder / LOGS / f"{name}.log")
        solution = _keep(work / SOLUTION, self.folder / SOLUTIONS / f"{name}.npz")
        return _record(run, campaign, ended, _read_claim(work, ended), solution)


def _record(run: Run, campaign: Campaign, ended: Ended, claim: dict[str, Any], solution: Path | None) -> Record:
    peak = max(ended.peak_memory, claim.pop("peak_memory", 0.0))
    return Record(
        key=run.key,
        instance=run.instance.name,
        instance_hash=run.instance.sha256,
        kind=run.instance.kind,
        size=run.instance.size,
        solver=run.solver,
        algorithm=run.algorithm,
        seed=run.seed,
        threads=campaign.threads,
        time_limit=campaign.time_limit,
        ending=ended.ending,
        returncode=ended.returncode,
        wall=ended.wall,
        peak_memory=peak,
        solution=f"{SOLUTIONS}/{solution.name}" if solution is not None else None,
        **claim,
    )


def _read_claim(work: Path, ended: Ended) -> dict[str, Any]:
    """Return what the worker left, or what its end amounts to."""
    try:
        claim: dict[str, Any] = json.loads((work / CLAIM).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        words = {"exit": f"exit {ended.returncode}", "signal": f"signal {-ended.returncode}"}
        message = f"no answer: {words.get(ended.ending, ended.ending)}"
        return {"claim": WITHOUT_ANSWER[ended.ending], "message": message, "version": ""}
    return claim


def _keep(draft: Path, target: Path) -> Path | None:
    """Move a run's solution to its place, synced; whatever stood there is of a run that left no record."""
    target.unlink(missing_ok=True)
    if not draft.exists():
        return None
    sync(draft)
    return draft.replace(target)


def _keep_end(log: Path, target: Path) -> None:
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - LOG_SIZE_MAX))
        target.write_bytes(file.read())


def _refuse_other_instances(done: Sequence[Record], instances: Sequence[Instance]) -> None:
    hashes = {instance.name: instance.sha256 for instance in instances}
    faults = [
        Fault(
            FILE,
            say("a run on another instance of this name"),
            value=record.instance,
            remedy=say("choose another --out"),
        )
        for record in done
        if hashes.get(record.instance) != record.instance_hash
    ]
    if faults:
        raise InvalidInputError(faults)
