"""All that a campaign's page and tables say, computed once: no number is made anywhere else."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from planner.bench.page.scores import Line, Profile, Score, Settled, lines_of, profile, score, winner
from planner.bench.runs.verdict import LEFT_OUT, Conflict, Status, settle
from planner.language import Message, say

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from planner.bench.solvers.record import Record

KINDS = {"lp": "Linear programmes", "milp": "Mixed-integer programmes"}
SIZES = ("small", "medium", "large")
WORDS: Mapping[Status, Message] = {
    "optimal_verified": say("optimal, verified"),
    "feasible_timeout": say("feasible, stopped at a limit"),
    "timeout": say("timeout"),
    "unproved": say("unproved"),
    "out_of_memory": say("out of memory"),
    "error": say("error"),
    "crash": say("crash"),
    "conflict": say("conflict"),
    "wrong": say("wrong"),
    "unsupported": say("unsupported"),
    "unlicensed": say("unlicensed"),
    "size_limited": say("beyond the free size"),
}
"""The statuses in the order they are shown."""
GRAVITY: Sequence[Status] = (*LEFT_OUT, *(status for status in WORDS if status not in LEFT_OUT))
"""From the least grave to the gravest."""
SHORT: Mapping[Status, str] = {
    "optimal_verified": "",
    "feasible_timeout": "feasible",
    "out_of_memory": "memory",
    "size_limited": "size",
    "unlicensed": "licence",
    "unsupported": "–",
}
MEANINGS: Mapping[Status, str] = {
    "optimal_verified": "The plan keeps every rule, bound and integer, checked in exact arithmetic, and is optimal: "
    "for an LP its duals (or those of another run) prove it; for a MILP the bound is the solver's own word, which no "
    "other run contradicts (marked °). Only this counts as solved.",
    "feasible_timeout": "The plan keeps all rules; the solver stopped at its limit before it could call it optimal.",
    "timeout": "Stopped at the time limit without a plan. “Hung”: it did not heed its limit and was killed.",
    "out_of_memory": "Killed at the memory limit, or the solver said that memory ran out.",
    "crash": "Its process was ended by a signal that was not ours.",
    "error": "It failed with words, or promised a plan and gave none that could be checked.",
    "wrong": "Its plan breaks a rule or costs something else than it says, or a proof contradicts its claim.",
    "conflict": "Its claim and another solver's exclude each other, and nothing proves either.",
    "unproved": "An LP it calls optimal though no duals prove it; or infeasible or unbounded, by its word only.",
    "unsupported": "The solver does not take this kind of problem. No score.",
    "unlicensed": "The solver needs a licence that is not there. No score.",
    "size_limited": "Larger than the solver's free licence allows. No score.",
}


@dataclass(frozen=True)
class Cell:
    """One line on one instance, all seeds: the gravest status, how many solved, mean time [s] of those solved."""

    runs: tuple[Settled, ...]

    @property
    def status(self) -> Status:
        """The gravest."""
        return max((run.ruling.status for run in self.runs), key=GRAVITY.index)

    @property
    def seconds(self) -> float | None:
        """[s] of the solved runs, their mean."""
        times = [run.seconds for run in self.runs if run.is_solved]
        return sum(times) / len(times) if times else None

    @property
    def text(self) -> str:
        """Seconds, or the status in a word; both where seeds differ."""
        hung = any(run.ruling.is_hung for run in self.runs)
        word = "hung" if hung and self.status == "timeout" else SHORT.get(self.status, self.status)
        if self.seconds is None:
            return word
        mark = "°" if any(run.ruling.proof == "claimed" for run in self.runs) else ""
        solved = sum(run.is_solved for run in self.runs)
        share = f" {solved} of {len(self.runs)}, {word}" if word else ""
        return f"{seconds_text(self.seconds)}{mark}{share}"

    @property
    def reason(self) -> str:
        """The objection to the gravest run, if there is one."""
        return next((run.ruling.reason for run in self.runs if run.ruling.status == self.status), "")


@dataclass(frozen=True)
class Section:
    """The runs on instances of one kind."""

    kind: str
    scores: Sequence[Score]
    profile: Profile
    winner: Line | None
    lines: Sequence[Line]  # that ran anything of this kind; `absent` are the others
    absent: Sequence[Line]
    instances: Mapping[str, str]  # name → size class, small ones first
    cells: Mapping[tuple[str, Line], Cell]  # (instance, line) → what happened

    @property
    def title(self) -> str:
        """The kind in words."""
        return KINDS[self.kind]

    @property
    def finding(self) -> str:
        """Who is best, if anyone can be said to be."""
        best = next((one for one in self.scores if one.is_reference), None)
        if best is None or not best.solved:
            return "nothing was solved"
        if self.winner is not None:
            where = f"on {best.instances} instances, beyond the 95 % interval of every other line"
            return f"{self.label(self.winner)} is the fastest {where}"
        if best.instances < 2:  # noqa: PLR2004  no interval
            return "no winner: one instance tells nothing apart"
        near = [
            self.label(one.line) for one in self.scores if one.instances and not one.is_reference and not one.differs
        ]
        faster = [self.label(one.line) for one in self.scores if one.high is not None and one.high < 1.0]
        words = f"no winner: {self.label(best.line)} has the least mean of those that ran the most instances, but "
        parts = [f"the 95 % interval does not tell it from {_listed(near)}"] if near else []
        parts += [f"{_listed(faster)} was faster on the fewer instances run"] if faster else []
        return words + " and ".join(parts) if parts else "no winner: there is nothing to compare with"

    def label(self, line: Line) -> str:
        """Return a line's name; threads and time limit only where they differ."""
        others = [*self.lines, *self.absent]
        threads = f", {line.threads} threads" if len({other.threads for other in others}) > 1 else ""
        limit = f", {line.time_limit:g} s" if len({other.time_limit for other in others}) > 1 else ""
        return f"{line.label}{threads}{limit}"


@dataclass(frozen=True)
class Summary:
    """A campaign."""

    machine: Mapping[str, Any]
    settled: Sequence[Settled]
    conflicts: Sequence[Conflict]
    sections: Sequence[Section]

    @property
    def counts(self) -> Counter[Status]:
        """Runs by status."""
        return Counter(run.ruling.status for run in self.settled)

    @property
    def notable(self) -> list[tuple[Settled, list[int]]]:
        """The runs whose status needs a word, gravest first: one of each kind and the seeds for which it is the same.

        All but verified, left out and plainly timed out ones.
        """
        quiet = {"optimal_verified", "feasible_timeout", "timeout", *LEFT_OUT}
        loud = [run for run in self.settled if run.ruling.status not in quiet or run.ruling.is_hung]
        groups: dict[tuple[object, ...], list[Settled]] = {}
        for run in sorted(loud, key=lambda one: (-GRAVITY.index(one.ruling.status), one.record.key)):
            groups.setdefault((run.record.instance, run.line, run.ruling), []).append(run)
        return [(group[0], [run.record.seed for run in group]) for group in groups.values()]


def summarise(records: Sequence[Record], machine: Mapping[str, Any]) -> Summary:
    """Return what a campaign's records amount to, every status settled in the light of all of them."""
    rulings, found = settle(records)
    settled = [Settled(*pair) for pair in zip(records, rulings, strict=True)]
    sections = [_section(kind, runs) for kind in KINDS if (runs := [one for one in settled if one.record.kind == kind])]
    return Summary(machine, settled, found, sections)


def _section(kind: str, runs: Sequence[Settled]) -> Section:
    scores = score(runs)
    ran = {one.line for one in scores if one.instances}
    lines = lines_of(runs)
    cells: dict[tuple[str, Line], list[Settled]] = {}
    for run in runs:
        cells.setdefault((run.record.instance, run.line), []).append(run)
    sizes = {run.record.instance: run.record.size for run in runs}
    return Section(
        kind=kind,
        scores=scores,
        profile=profile(runs),
        winner=winner(scores),
        lines=[line for line in lines if line in ran],
        absent=[line for line in lines if line not in ran],
        instances=dict(sorted(sizes.items(), key=lambda pair: (SIZES.index(pair[1]), pair[0]))),
        cells={place: Cell(tuple(group)) for place, group in cells.items()},
    )


def seconds_text(seconds: float) -> str:
    """Return seconds with as many digits as they are worth."""
    if seconds < 0.001:  # noqa: PLR2004  below the clocks of most solvers
        return "<0.001"
    for limit, digits in ((0.9995, 3), (9.995, 2), (99.95, 1)):
        if seconds < limit:
            return f"{seconds:.{digits}f}"
    return f"{seconds:.0f}"


def _listed(names: Sequence[str], most: int = 4) -> str:
    shown = list(names[:most]) + ([f"{len(names) - most} others"] if len(names) > most else [])
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"
