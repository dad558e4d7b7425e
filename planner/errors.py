"""Every error a user can meet; each kind has one exit code and says what to do."""

from __future__ import annotations

import errno
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, overload

from planner.language import CLAUSES, LANGUAGES, Message, Named, Text, join, rendered, say

if TYPE_CHECKING:
    from collections.abc import Sequence

VALUE_LENGTH_MAX = 80
LINES_SHOWN_MAX = 50
REASONS = {
    errno.EACCES: say("Permission denied"),
    errno.EDQUOT: say("Disk quota exceeded"),
    errno.EEXIST: say("File exists"),
    errno.EFBIG: say("File too large"),
    errno.EIO: say("Input/output error"),
    errno.EISDIR: say("Is a directory"),
    errno.ELOOP: say("Too many levels of symbolic links"),
    errno.EMFILE: say("Too many open files"),
    errno.ENAMETOOLONG: say("File name too long"),
    errno.ENFILE: say("Too many open files in system"),
    errno.ENOENT: say("No such file or directory"),
    errno.ENOSPC: say("No space left on device"),
    errno.ENOTDIR: say("Not a directory"),
    errno.ENOTEMPTY: say("Directory not empty"),
    errno.EPERM: say("Operation not permitted"),
    errno.EROFS: say("Read-only file system"),
}
"""What the operating system gives as reasons."""


@overload
def shown(value: Message | PlannerError, length_max: int = VALUE_LENGTH_MAX) -> Message: ...  # type: ignore[overload-overlap]  # the first that fits
@overload
def shown(value: object, length_max: int = VALUE_LENGTH_MAX) -> str: ...
def shown(value: object, length_max: int = VALUE_LENGTH_MAX) -> Text:
    """Return a value as it may be printed, in each language it has: escaped, on one line, cut at 80 characters.

    The lines of an error become one.
    """
    if isinstance(value, PlannerError):
        message = value.message
        return Named(*(_escaped(_one_line(rendered(message, each)), length_max) for each in LANGUAGES))
    if isinstance(value, Message):
        return Named(*(_escaped(value.rendered(each), length_max) for each in LANGUAGES))
    return _escaped(_one_line(str(value)) if isinstance(value, BaseException) else str(value), length_max)


def _one_line(text: str) -> str:
    return " ".join(text.splitlines())


def reason(error: BaseException) -> Text:
    """Return why the operating system refused, or what else an error says."""
    if isinstance(error, PlannerError):
        return error.message
    return REASONS.get(getattr(error, "errno", None) or 0) or getattr(error, "strerror", None) or str(error)


def printable(text: str, keep: str = "\n") -> str:
    """Return a text with escapes for what a terminal would obey, but for the characters to keep."""
    return "".join(c if c.isprintable() or c in keep else c.encode("unicode_escape").decode("ascii") for c in text)


def _escaped(text: str, length_max: int) -> str:
    escaped = printable(text, keep="")
    return escaped if len(escaped) <= length_max else escaped[: length_max - 1] + "…"


def _first(lines: Sequence[Text]) -> list[Text]:
    """Return as many lines as a person will read, and say how many there are beyond."""
    rest = len(lines) - LINES_SHOWN_MAX
    return [*lines[:LINES_SHOWN_MAX], *([say("… and {rest} more", rest=rest)] if rest > 0 else [])]


@dataclass(frozen=True)
class Fault:
    """One thing wrong with the input: where it stands, what is wrong, what is allowed.

    ``row`` is the line in the file as a text editor counts it (the header is line 1).
    """

    file: Text
    problem: Text
    row: int | None = None
    column: str | None = None
    value: object | None = None
    remedy: Text = ""

    def __str__(self) -> str:
        """Return the fault as one line: file, row, column, value, problem, remedy."""
        return rendered(self.said())

    def said(self) -> Message:
        """Return the line in both languages."""
        place: list[Text] = [shown(self.file)]
        if self.row is not None:
            place.append(say("row {row}", row=self.row))
        if self.column is not None:
            place.append(say("column {column}", column=shown(self.column)))
        if self.value is not None:
            place.append(say("value '{value}'", value=shown(self.value)))
        line = say("{place}: {problem}", place=join(place, CLAUSES), problem=self.problem)
        return say("{line} ({remedy})", line=line, remedy=self.remedy) if self.remedy else line


class PlannerError(Exception):
    """Base of all errors the planner raises on purpose.

    ``results`` holds what is known of a run that failed after it had begun (a ``planner.io.results.results.Results``).
    """

    exit_code = 1
    results: Any = None

    def __init__(self, message: Text = "") -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        """Return the message in the language that is spoken."""
        return rendered(self.message)


class UsageError(PlannerError):
    """The command or call was put wrongly."""

    exit_code = 2


class InvalidInputError(PlannerError):
    """The scenario (or a run folder) is missing or wrong; carries every fault found."""

    exit_code = 3

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple({str(fault): fault for fault in faults}.values())  # one cause may strike many rows
        count = len(self.faults)
        head = say("{count} fault in the input:", "{count} faults in the input:", count=count)
        super().__init__(join([head, *_first([fault.said() for fault in self.faults])], "\n"))


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

    def __init__(self, subject: Text, findings: Sequence[Text]) -> None:
        self.findings = tuple(findings)
        head = say("the audit disagrees with {subject}:", subject=subject)
        super().__init__(join([head, *_first(self.findings)], "\n"))


class GuestFeatureError(PlannerError):
    """A feature of another package cannot be used: its name is taken, its import fails, or something is missing."""

    exit_code = 12


class SolveInterruptedError(PlannerError):
    """Stopped by the user."""

    exit_code = 130
