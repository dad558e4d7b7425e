"""Every error a user can meet; each kind has one exit code and says what to do."""

from __future__ import annotations

import errno
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from planner.language import Said, join, one_or_many, say, translated

if TYPE_CHECKING:
    from collections.abc import Sequence

VALUE_LENGTH_MAX = 80
LINES_SHOWN_MAX = 50
REASONS_ZH = {
    errno.EACCES: "没有权限",
    errno.EDQUOT: "配额已用尽",
    errno.EEXIST: "已经存在",
    errno.EFBIG: "文件过大",
    errno.EIO: "磁盘读写出错",
    errno.EISDIR: "是文件夹",
    errno.ELOOP: "链接成环",
    errno.EMFILE: "打开的文件过多",
    errno.ENAMETOOLONG: "名称过长",
    errno.ENFILE: "打开的文件过多",
    errno.ENOENT: "没有这个文件或文件夹",
    errno.ENOSPC: "磁盘空间不足",
    errno.ENOTDIR: "不是文件夹",
    errno.ENOTEMPTY: "文件夹非空",
    errno.EPERM: "不允许此操作",
    errno.EROFS: "文件系统只读",
}
"""What the operating system gives as reasons, in Chinese."""


def shown(value: object, length_max: int = VALUE_LENGTH_MAX) -> str:
    """Return a value as it may be printed, in each language it has: escaped, on one line, cut at 80 characters.

    The lines of an error become one.
    """
    if isinstance(value, BaseException):
        value = " ".join(str(value).splitlines())
    if isinstance(value, Said):
        return Said(_escaped(value.en, length_max), _escaped(value.zh, length_max))
    return _escaped(value if isinstance(value, str) else str(value), length_max)


def reason(error: BaseException) -> Said:
    """Return why the operating system refused, or what else an error says."""
    en = getattr(error, "strerror", None) or str(error)
    return Said(en, REASONS_ZH.get(getattr(error, "errno", None) or 0, en))


def _escaped(text: str, length_max: int) -> str:
    escaped = "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)
    return escaped if len(escaped) <= length_max else escaped[: length_max - 1] + "…"


def _first(lines: Sequence[str]) -> list[str]:
    """Return as many lines as a person will read, and say how many there are beyond."""
    rest = len(lines) - LINES_SHOWN_MAX
    return [*lines[:LINES_SHOWN_MAX], *([say("… and {rest} more", "……另有 {rest} 项", rest=rest)] if rest > 0 else [])]


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
        return str(self.said())

    def said(self) -> Said:
        """Return the line in both languages."""
        place = [Said(shown(translated(self.file, "en")), shown(translated(self.file, "zh")))]
        if self.row is not None:
            place.append(say("row {row}", "第 {row} 行", row=self.row))
        if self.column is not None:
            place.append(say("column {column}", "列 {column}", column=shown(self.column)))
        if self.value is not None:
            place.append(say("value '{value}'", "取值“{value}”", value=shown(self.value)))
        line = say("{place}: {problem}", "{place}：{problem}", place=join(place, zh="，"), problem=self.problem)
        return say("{line} ({remedy})", "{line}（{remedy}）", line=line, remedy=self.remedy) if self.remedy else line


class PlannerError(Exception):
    """Base of all errors the planner raises on purpose.

    ``results`` holds what is known of a run that failed after it had begun (a ``planner.io.results.results.Results``).
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
        count = len(self.faults)
        head = say(
            "{count} {faults} in the input:",
            "输入有 {count} 处错误：",
            count=count,
            faults=one_or_many(count, "fault", "faults"),
        )
        super().__init__(join([head, *_first([fault.said() for fault in self.faults])], "\n", "\n"))


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
        head = say("the audit disagrees with {subject}:", "核验与{subject}不符：", subject=subject)
        super().__init__(join([head, *_first(self.findings)], "\n", "\n"))


class GuestFeatureError(PlannerError):
    """A feature of another package cannot be used: its name is taken, its import fails, or something is missing."""

    exit_code = 12


class SolveInterruptedError(PlannerError):
    """Stopped by the user."""

    exit_code = 130
