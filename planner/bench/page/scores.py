"""Score a campaign's times: means with intervals, and performance profiles, of runs that are settled.

Time is the solver's own run [s]; a run that is not ``optimal_verified`` counts ten times its time limit (PAR-10). Runs
that did not take place (unsupported, unlicensed, beyond a free size) are left out, so each score says on how many
instances it stands, and two lines are compared only over the instances both have run.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy import stats

from planner.bench.runs.verdict import LEFT_OUT, Ruling, Status

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from planner.bench.solvers.record import Record

Vector = npt.NDArray[np.float64]

PENALTY = 10.0
SHIFT = 10.0
"""[s] of the shifted geometric mean: differences among runs much shorter than this count little."""
RESAMPLES = 9_999
SEED = 0
CONFIDENCE = 0.95
TIME_MIN = 0.01
"""[s] In a profile no run is shorter: below, ratios are noise."""


@dataclass(frozen=True)
class Line:
    """The unit of comparison: a solver's algorithm under one set of conditions."""

    solver: str
    algorithm: str
    threads: int
    time_limit: float

    @property
    def label(self) -> str:
        """Solver and algorithm."""
        return f"{self.solver} {self.algorithm}"


@dataclass(frozen=True)
class Settled:
    """A run and its final status."""

    record: Record
    ruling: Ruling

    @property
    def line(self) -> Line:
        """The line that it is a run of."""
        one = self.record
        return Line(one.solver, one.algorithm, one.threads, one.time_limit)

    @property
    def problem(self) -> tuple[str, int]:
        """Instance and seed: what two lines are compared on."""
        return self.record.instance, self.record.seed

    @property
    def is_solved(self) -> bool:
        """Only what is verified counts."""
        return self.ruling.status == "optimal_verified"

    @property
    def seconds(self) -> float:
        """[s] of the solver's own run, or of its process where the solver gives none."""
        return self.record.wall if self.record.seconds is None else self.record.seconds

    @property
    def penalised(self) -> float:
        """[s] by PAR-10."""
        return self.seconds if self.is_solved else PENALTY * self.record.time_limit


@dataclass(frozen=True)
class Score:
    """One line's score on the instances of a kind."""

    line: Line
    statuses: Mapping[Status, int]
    instances: int  # that it stands on
    runs: int  # on these, over all seeds
    solved: int
    par10: float  # [s] arithmetic mean of the penalised times; an instance counts once, whatever its seeds
    mean: float  # [s] shifted geometric mean of the same
    is_reference: bool = False  # least mean of those that stand on the most instances
    common: int = 0
    ratio: float | None = None
    """Its mean by the reference's over the common instances, with its bootstrap interval; ``None`` under two."""
    low: float | None = None
    high: float | None = None

    @property
    def differs(self) -> bool:
        """Whether the interval leaves out 1, no difference."""
        return self.low is not None and self.high is not None and not self.low <= 1.0 <= self.high


def score(runs: Sequence[Settled]) -> list[Score]:
    """Return the scores of the lines: those on the most instances first, and of them the best."""
    scores = [_score(line, [run for run in runs if run.line == line]) for line in lines_of(runs)]
    scores.sort(key=lambda one: (-one.instances, one.mean if one.instances else 0.0, one.line.label))
    if not scores or not scores[0].instances:
        return scores
    reference = scores[0]
    best = _by_instance(runs, reference.line)
    return [
        replace(one, is_reference=True, common=one.instances, ratio=1.0)
        if one is reference
        else _compared(one, _by_instance(runs, one.line), best)
        for one in scores
    ]


def winner(scores: Sequence[Score]) -> Line | None:
    """Return the line that is better than every other beyond the interval; ``None`` where no one is."""
    best = next((one for one in scores if one.is_reference), None)
    others = [one for one in scores if one.instances and not one.is_reference]
    if best is None or not others or not best.solved:
        return None
    return best.line if all(one.low is not None and one.low > 1.0 for one in others) else None


def lines_of(runs: Sequence[Settled]) -> list[Line]:
    """Return the lines in the order of solver and algorithm."""
    return sorted({run.line for run in runs}, key=lambda one: (one.label, one.threads, one.time_limit))


def _score(line: Line, runs: Sequence[Settled]) -> Score:
    ran = [run for run in runs if run.ruling.status not in LEFT_OUT]
    times = _by_instance(ran, line)
    logs = np.array([np.mean(np.log(group + SHIFT)) for group in times.values()])
    return Score(
        line=line,
        statuses=Counter(run.ruling.status for run in runs),
        instances=len(times),
        runs=len(ran),
        solved=sum(run.is_solved for run in ran),
        par10=float(np.mean([group.mean() for group in times.values()])) if times else float("nan"),
        mean=float(_shifted_mean(logs)) if times else float("nan"),
    )


def _by_instance(runs: Sequence[Settled], line: Line) -> dict[str, Vector]:
    """Return the penalised times [s] of a line's runs by instance, one a seed."""
    times: dict[str, list[float]] = {}
    for run in runs:
        if run.line == line and run.ruling.status not in LEFT_OUT:
            times.setdefault(run.record.instance, []).append(run.penalised)
    return {instance: np.array(group) for instance, group in times.items()}


def _compared(one: Score, times: Mapping[str, Vector], best: Mapping[str, Vector]) -> Score:
    common = sorted(times.keys() & best.keys())
    if not common:
        return one
    ours, theirs = (
        np.array([np.mean(np.log(group[instance] + SHIFT)) for instance in common]) for group in (times, best)
    )
    ratio = float(_ratio(ours, theirs))
    if len(common) < 2:  # noqa: PLR2004  one instance has no spread
        return replace(one, common=len(common), ratio=ratio)
    interval = stats.bootstrap(
        (ours, theirs),
        _ratio,
        paired=True,
        vectorized=True,
        n_resamples=RESAMPLES,
        confidence_level=CONFIDENCE,
        method="percentile",
        rng=np.random.default_rng(SEED),
    ).confidence_interval
    return replace(one, common=len(common), ratio=ratio, low=float(interval.low), high=float(interval.high))


def _ratio(ours: Vector, theirs: Vector, axis: int = -1) -> Vector:
    """Return the ratio of two shifted geometric means, none taken for less than 0.01 s."""
    above, below = (np.maximum(_shifted_mean(logs, axis), TIME_MIN) for logs in (ours, theirs))
    return np.asarray(above / below)


def _shifted_mean(logs: Vector, axis: int = -1) -> Vector:
    """Return the shifted geometric mean [s] from the logarithms of the shifted times, one an instance."""
    return np.asarray(np.exp(logs.mean(axis=axis)) - SHIFT)


@dataclass(frozen=True)
class Profile:
    """The share of problems a line solves within a factor of the best: a performance profile (Dolan, Moré 2002)."""

    factors: Mapping[Line, Vector]
    """line → (problems,) its time by the best time, in rising order; ∞ where it did not solve."""
    problems: int  # how many: instances times seeds that all the lines have run
    left_out: Sequence[Line]  # lines that have run fewer instances


def profile(runs: Sequence[Settled]) -> Profile:
    """Return the profile of the lines that have run the most instances."""
    ran = [run for run in runs if run.ruling.status not in LEFT_OUT]
    problems = {line: {run.problem for run in ran if run.line == line} for line in lines_of(runs)}
    instances = {line: len({instance for instance, _ in group}) for line, group in problems.items()}
    most = max(instances.values(), default=0)
    full = [line for line, count in instances.items() if count == most > 0]
    common = sorted(set.intersection(*(problems[line] for line in full))) if full else []
    times = {(run.line, run.problem): max(run.seconds, TIME_MIN) if run.is_solved else np.inf for run in ran}
    table = np.array([[times[line, problem] for problem in common] for line in full]).reshape(len(full), len(common))
    best = table.min(axis=0, initial=np.inf)
    solved = np.isfinite(table)
    factors = np.divide(table, np.broadcast_to(best, table.shape), out=np.full_like(table, np.inf), where=solved)
    return Profile(
        factors={line: np.sort(row) for line, row in zip(full, factors, strict=True)},
        problems=len(common),
        left_out=[line for line in problems if line not in full],
    )
