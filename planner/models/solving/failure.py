"""What became of a solver's process that gave no plan: evidence, what it amounts to, and the error that tells it."""

from __future__ import annotations

from enum import StrEnum
from tempfile import gettempdir
from typing import TYPE_CHECKING, Any, Final

from planner.errors import CannotWriteError, PlannerError, SolverCrashedError, SolverMissingError, shown
from planner.language import Message, Text, say, written
from planner.models.solving.highs.exchange import MEMORY_EXIT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from planner.models.algebra.problem import SolverOptions
    from planner.models.solving.process.solver_process import Ended

MEMORY_WORDS: Final = ("bad_alloc", "memoryerror", "out of memory", "cannot allocate memory", "can't start new thread")
SIGKILL: Final = 9
LOG_END: Final = 4000
"""Characters of the log in which it is looked for those words."""


class Failure(StrEnum):
    """What became of a process; the first three are the process's own words."""

    ALGORITHM = "algorithm"
    MISSING = "missing"
    FULL = "full"
    MEMORY = "memory"
    KILLED = "killed"
    FAILED = "failed"
    CRASHED = "crashed"


def failure_of(said: Mapping[str, Any], ended: Ended) -> Failure:
    """Return what became of a process, the surest evidence first: what it said of itself, then how it ended."""
    told = said.get("failure")
    if told in {Failure.ALGORITHM, Failure.MISSING, Failure.FULL}:
        return Failure(told)
    words = (ended.log[-LOG_END:] + written(shown(said.get("message", "")))).lower()
    if told == Failure.MEMORY or ended.returncode == MEMORY_EXIT or any(word in words for word in MEMORY_WORDS):
        return Failure.MEMORY
    if ended.returncode == -SIGKILL:
        return Failure.KILLED
    return Failure.FAILED if said else Failure.CRASHED


def error_of(said: Mapping[str, Any], ended: Ended, options: SolverOptions, peak_memory: float) -> PlannerError:
    """Return the error for a process that failed, or said that it did; ``peak_memory`` [MiB] is 0 where not known."""
    seen = {
        "name": shown(options.name),
        "algorithm": shown(options.algorithm),
        "message": shown(said.get("message", "")),
        "held": say(" (it held {peak_memory:.0f} MiB)", peak_memory=peak_memory) if peak_memory else "",
        "how": _how(ended.returncode),
        "last": last_words(ended.log),
    }
    errors: dict[Failure, PlannerError] = {
        Failure.ALGORITHM: SolverMissingError(
            say(
                "the algorithm '{algorithm}' of the solver '{name}' needs a package of its own, which is not "
                "installed here: pip install 'highspy[extras]', or choose another algorithm",
                **seen,
            )
        ),
        Failure.MISSING: SolverMissingError(
            say("the solver '{name}' is not installed here, or has no licence for this problem: {message}", **seen)
        ),
        Failure.FULL: CannotWriteError(
            say(
                "the solver cannot write into the temporary folder {folder}: {message}; free some space there, or name "
                "another by TMPDIR",
                folder=shown(gettempdir()),
                **seen,
            )
        ),
        Failure.MEMORY: SolverCrashedError(
            say("the solver ran out of memory{held}; solve a smaller scenario or use a larger machine", **seen)
        ),
        Failure.KILLED: SolverCrashedError(
            say("the solver was killed by the system, most likely for being out of memory{held}", **seen)
        ),
        Failure.FAILED: SolverCrashedError(say("the solver '{name}' failed: {message}{last}", **seen)),
        Failure.CRASHED: SolverCrashedError(say("the solver's process crashed ({how}){last}", **seen)),
    }
    return errors[failure_of(said, ended)]


def _how(returncode: int) -> Message:
    if returncode < 0:
        return say("signal {number}", number=-returncode)
    return say("exit status {number}", number=returncode)


def last_words(log: str) -> Text:
    """Return what a process said last, as the end of a sentence."""
    lines = [line for line in log.splitlines() if line.strip()]
    return say("; its last words: {lines}", lines=shown(lines[-1])) if lines else ""
