"""One point of an analysis as a piece of work: what is asked, whether it is done, and how, in any process."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from planner.errors import InvalidInputError, PlannerError, UsageError, shown
from planner.io.results.read_start import check_start
from planner.io.results.run_folder import FORMAT, MANIFEST, check_target
from planner.language import Message, Named, rendered, say
from planner.pipeline.check import read_scenario
from planner.pipeline.run import KEEPS_A_RECORD, run, write_run
from planner.version import __version__

if TYPE_CHECKING:
    from collections.abc import Mapping

LIMITED: Final = frozenset({"feasible", "time_limit"})
"""Statuses that another try with a longer limit may change."""
UNSOLVED: Final[dict[int, str]] = {
    3: "invalid",
    8: "solver_missing",
    9: "crashed",
    10: "not_written",
    130: "interrupted",
}
"""Statuses of points without a run folder, by exit code; other failures leave a folder with their status."""


FATAL: Final = frozenset({2, 8, 10})
"""Exit codes that no other point would escape."""


@dataclass(frozen=True)
class Ask:
    """Options for solving every point."""

    solver: str | None = None
    time_limit: float | None = None  # [s]
    gap: float | None = None
    maps: bool = False  # whether each run folder gets its map and page
    language: str = "en"  # of maps and of what is said


@dataclass(frozen=True)
class Job:
    """One point to be solved."""

    name: str
    scenario: str  # the scenario's folder
    overrides: tuple[str, ...]  # K=V, in order
    out: str  # the run folder to be
    inputs: Mapping[str, str]  # SHA-256 of the scenario's files, by path, as they were when the analysis began
    ask: Ask = Ask()
    start: str | None = None  # run folder of a finished point to start from, if any
    version: str = __version__  # of the planner that asks: points of two versions do not belong together

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Job:
        """Return the job that ``dataclasses.asdict`` made a dictionary of."""
        return cls(**{**data, "ask": Ask(**data["ask"]), "overrides": tuple(data["overrides"])})


@dataclass(frozen=True)
class Answer:
    """The outcome of a job."""

    status: str  # as in summary.json, or of UNSOLVED
    why: tuple[str, str] = ("", "")  # in English and Chinese, where there is no plan
    written: bool = True  # whether the run folder stands there
    fatal: bool = False  # whether no other point can fare better, so that the analysis ends

    @property
    def reason(self) -> Message:
        """The reason why there is no plan."""
        return Named(*self.why)


@dataclass(frozen=True)
class Record:
    """Manifest and summary of a finished run folder, without its tables."""

    manifest: dict[str, Any]
    summary: dict[str, Any] = field(default_factory=dict)


def read_record(folder: Path) -> Record | None:
    """Return manifest and summary of a run folder; ``None`` where there is no run folder."""
    if not folder.exists():
        return None
    try:
        manifest = json.loads((folder / MANIFEST).read_bytes())
        summary = json.loads((folder / "summary.json").read_bytes())
        known = str(manifest["format"]).startswith(FORMAT)
    except (OSError, ValueError, KeyError, TypeError):
        known = False
    if not known:
        raise UsageError(say("{folder} is no run folder: move it away, or choose another --out", folder=shown(folder)))
    return Record(manifest, summary)


def is_settled(job: Job, record: Record) -> bool:
    """Return whether another try would find nothing else."""
    manifest = record.manifest
    if tuple(manifest["overrides"]) != job.overrides or dict(manifest["inputs"]) != dict(job.inputs):
        raise UsageError(
            say("{folder} is a run of other values: move it away, or choose another --out", folder=shown(job.out))
        )
    if manifest.get("interrupted"):
        return False
    if manifest["status"] not in LIMITED or job.ask.time_limit is None:
        return True
    had = manifest["solver"].get("asked", {}).get("time_limit")
    return had is None or float(had) >= job.ask.time_limit


def do_job(job: Job) -> Answer:
    """Solve a point and write its run folder, unless it stands there already.

    Notes
    -----
    One that stopped at a shorter limit is replaced at one stroke. One that is interrupted is not written: the worker
    that was sent it is gone, and another may have solved it by then.
    """
    try:
        return _done(job)
    except PlannerError as error:
        why = rendered(error.message, "en"), rendered(error.message, "zh")
        kept = error.results is not None and error.exit_code in KEEPS_A_RECORD
        status = str(error.results.summary["status"]) if kept else UNSOLVED.get(error.exit_code, "failed")
        return Answer(status, why, written=kept, fatal=error.exit_code in FATAL)
    except Exception as error:  # noqa: BLE001 - an error of ours costs one point, and is said
        text = f"{type(error).__name__}: {shown(error)}"
        return Answer("crashed" if isinstance(error, MemoryError) else "failed", (text, text), written=False)


def _done(job: Job) -> Answer:
    target = Path(job.out)
    record = read_record(target)
    if record is not None and is_settled(job, record):
        return Answer(str(record.manifest["status"]))
    if job.version != __version__:
        raise UsageError(
            say(
                "this worker has planner {own}, and {asked} is asked: install the same everywhere",
                own=__version__,
                asked=job.version,
            )
        )
    question = read_scenario(job.scenario, job.overrides)
    if dict(question.file_hashes) != dict(job.inputs):
        raise UsageError(
            say(
                "{scenario} was changed while its points were being solved: begin anew in another --out",
                scenario=shown(job.scenario),
            )
        )
    check_target(target, force=True)
    ask = job.ask
    try:
        results = run(question, solver=ask.solver, time_limit=ask.time_limit, gap=ask.gap, start=_usable(job.start))
    except PlannerError as error:
        if error.results is not None and error.exit_code in KEEPS_A_RECORD:
            write_run(error.results, target, force=True, drawn=False)
        raise
    if results.manifest.get("interrupted"):
        return Answer("interrupted", written=False)
    write_run(results, target, force=True, drawn=ask.maps, drawing={"language": ask.language})
    return Answer(str(results.summary["status"]))


def _usable(start: str | None) -> Path | None:
    """Return where to start from; a run that is not as it was written can only be left out, which costs time alone."""
    if start is not None:
        with suppress(InvalidInputError):
            check_start(Path(start))
            return Path(start)
    return None
