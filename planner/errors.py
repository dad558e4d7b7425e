"""Every error a user can meet; each kind has one exit code and says what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

VALUE_LENGTH_MAX = 80
LINES_SHOWN_MAX = 50


def shown(value: object, length_max: int = VALUE_LENGTH_MAX) -> str:
    """Return a value as it may be printed: escaped, on one line, cut at 80 characters."""
    text = value if isinstance(value, str) else str(value)
    escaped = "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)
    return escaped if len(escaped) <= length_max else escaped[: length_max - 1] + "…"


def _first(lines: Sequence[str]) -> list[str]:
    """Return as many lines as a person will read, and say how many there are beyond."""
    rest = len(lines) - LINES_SHOWN_MAX
    return [*lines[:LINES_SHOWN_MAX], *([f"… and {rest} more"] if rest > 0 else [])]


@dataclass(frozen=True)
class Fault:
    """One thing wrong with the input: where it stands, what is wrong, what is allowed.

    ``row`` is the line in the file as a text editor counts it (the header is line 1).
    """

    file: str
    problem: str
    row: int | None = None
    column: str | None = None
    value: object | None = None
    remedy: str = ""

    def __str__(self) -> str:
        """Return the fault as one line: file, row, column, value, problem, remedy."""
        place = [shown(self.file)]
        if self.row is not None:
            place.append(f"row {self.row}")
        if self.column is not None:
            place.append(f"column {shown(self.column)}")
        if self.value is not None:
            place.append(f"value '{shown(self.value)}'")
        return ", ".join(place) + f": {self.problem}" + (f" ({self.remedy})" if self.remedy else "")


class PlannerError(Exception):
    """Base of all errors the planner raises on purpose.

    ``results`` holds what is known of a run that failed after it had begun (a ``planner.io.results.Results``).
    """

    exit_code = 1
    results: Any = None


class UsageError(PlannerError):
    """The command or call was put wrongly."""

    exit_code = 2


class InvalidInputError(PlannerError):
    """The scenario (or a run folder) is missing or wrong; carries every fault found."""

    exit_code = 3

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple({str(fault): fault for fault in faults}.values())  # one cause may strike many rows
        count = f"{len(self.faults)} fault{'s' if len(self.faults) != 1 else ''} in the input"
        super().__init__("\n".join([f"{count}:", *_first([str(fault) for fault in self.faults])]))


class InfeasibleError(PlannerError):
    """No plan can keep all the rules."""

    exit_code = 4


class UnboundedError(PlannerError):
    """The objective can be improved without end: a price is missing or negative."""

    exit_code = 5


class StoppedWithoutPlanError(PlannerError):
    """A limit was reached before any plan was found."""

    exit_code = 7


class SolverMissingError(PlannerError):
    """The solver asked for is not installed or has no licence."""

    exit_code = 8


class SolverCrashedError(PlannerError):
    """The solver's process died, ran out of memory or answered nonsense."""

    exit_code = 9


class CannotWriteError(PlannerError):
    """The results could not be written; what stood there before is untouched."""

    exit_code = 10


class AuditDisagreedError(PlannerError):
    """The independent check disagrees with the plan; ``findings`` has every number it could not confirm."""

    exit_code = 11

    def __init__(self, subject: str, findings: Sequence[str]) -> None:
        self.findings = tuple(findings)
        super().__init__("\n".join([f"the audit disagrees with {subject}:", *_first(self.findings)]))


class SolveInterruptedError(PlannerError):
    """Stopped by the user."""

    exit_code = 130
