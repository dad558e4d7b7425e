"""A Pareto front of two objectives: what the next tonne, or the next millisecond, costs.

The ends are lexicographic: least of the one, and of all such plans the least of the other. Between them the second
objective is capped in equal steps and the first minimised, then the second (the ε-constraint method, made efficient by
its second stage): no point can be bettered in one objective without losing in the other. Every point is a whole run.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from planner.cases.whole import check_one_year
from planner.cluster import Where
from planner.errors import InfeasibleError, StoppedWithoutPlanError, UsageError, shown
from planner.io.results.manifest import WITH_PLAN
from planner.language import Text, join, say
from planner.models.declarations import declarations
from planner.pipeline.check import read_scenario
from planner.scenario.settings import OBJECTIVES
from planner.studies.sweep.engine import opened
from planner.studies.sweep.folder import cell_of, check_statement
from planner.studies.sweep.job import Ask
from planner.studies.sweep.points import Points
from planner.studies.sweep.points_file import held
from planner.studies.sweep.sweep import statement_of
from planner.views.words import word

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from planner.scenario.scenario import Scenario
    from planner.studies.sweep.engine import Engine
    from planner.studies.sweep.points_file import Row

STATEMENT: Final = "pareto.json"
FORMAT: Final = "east-data-west-compute-planner pareto 1"
SAME: Final = 1e-7
"""Relative difference below which two plans are equally good in an objective."""
POINTS_MIN: Final = 2
PAIR: Final = 2


@dataclass(frozen=True)
class Front:
    """The front asked for."""

    objectives: tuple[str, ...]  # two of cost, emissions and latency
    count: int = 9  # points, both ends included
    overrides: Sequence[str] = ()  # K=V that hold for every point
    ask: Ask = field(default_factory=Ask)
    where: Where = field(default_factory=Where)
    is_cold: bool = False

    @property
    def minimised(self) -> str:
        """The objective that is minimised between the ends: cost, if it is one of the two."""
        return "cost" if "cost" in self.objectives else self.objectives[0]

    @property
    def capped(self) -> str:
        """The objective that is capped between the ends."""
        return next(word for word in self.objectives if word != self.minimised)

    def check(self) -> None:
        """Refuse what cannot be meant."""
        if len(self.objectives) != PAIR or len({*self.objectives} & {*OBJECTIVES}) != PAIR:
            raise UsageError(
                say(
                    "--objectives '{words}': name two different ones of {known}",
                    words=shown(",".join(self.objectives)),
                    known=join(OBJECTIVES),
                )
            )
        if self.count < POINTS_MIN:
            raise UsageError(say("--points {count}: at least 2", count=self.count))
        for text in self.overrides:
            key = text.partition("=")[0].strip()
            if key in {"objective.minimise", "objective.then"}:
                raise UsageError(say("--set {key}: --objectives decides what is minimised", key=key))


def solve_front(
    folder: Path, out: Path, front: Front, on_progress: Callable[[Text], None] | None = None
) -> tuple[Scenario, Points]:
    """Solve every point of a front that is not solved yet, both ends first."""
    front.check()
    scenario = read_scenario(folder, [*front.overrides, *_aims(front.minimised, front.capped)])
    check_one_year(scenario, "pareto")  # a cap holds in each year by itself, what is minimised is all together
    asked = {"objectives": [front.minimised, front.capped], "points": front.count}
    statement = statement_of(FORMAT, scenario, front.overrides, front.ask) | asked
    check_statement(out / STATEMENT, statement, {})
    with held(out):
        check_statement(out / STATEMENT, statement, {}, write=True)
        points = Points(folder, out, scenario.file_hashes, front.ask, front.is_cold, on_progress=on_progress)
        ends = _add_ends(points, front)
        with opened(front.where) as engine:
            _solve(points, engine, ends)
            steps = _add_steps(points, front, ends)
            _solve(points, engine, steps)
        points.heads = {name: points.heads[name] for name in (ends[0], *steps, ends[1])}
    return scenario, points


def _solve(points: Points, engine: Engine, names: Sequence[str]) -> None:
    if not all(map(points.is_done, names)):
        points.solve(engine, names)


def _aims(first: str, then: str) -> list[str]:
    return [f"objective.minimise={first}", f"objective.then={then}"]


def cap_of(objective: str) -> str:
    """Return the parameter that caps an objective; cost is never capped, it is what is minimised."""
    [cap] = [key for key, parameter in declarations().parameters.items() if parameter.caps == objective]
    return cap


def _add_ends(points: Points, front: Front) -> tuple[str, str]:
    """Add the two ends and return their names."""
    names = (f"least_{front.minimised}", f"least_{front.capped}")
    pairs = ((front.minimised, front.capped), (front.capped, front.minimised))
    for name, pair, place in zip(names, pairs, (0, front.count - 1), strict=True):
        head = {"scenario": points.folder.resolve().name, "point": name, cap_of(front.capped): ""}
        points.add(name, head, [*front.overrides, *_aims(*pair)], (place,))
    return names


def _add_steps(points: Points, front: Front, ends: tuple[str, str]) -> list[str]:
    """Add the points between the ends, their caps in equal steps; none where the ends are equal."""
    rows = {row["point"]: row for row in points.rows()}
    for name in ends:
        if points.answers[name].status == "infeasible":
            raise InfeasibleError(
                say("{name} has no plan, so that there is no front: planner explain says what is in the way", name=name)
            )
        if points.answers[name].status not in WITH_PLAN:
            raise StoppedWithoutPlanError(
                say(
                    "{name} was not solved ({status}), so that there is no front yet: the same command goes on; "
                    "give it more time by --time-limit",
                    name=name,
                    status=word(points.answers[name].status),
                )
            )
    high, low = (value_of(rows[name], front.capped) for name in ends)
    if high - low <= SAME * max(abs(high), abs(low)):
        return []
    names = []
    for step in range(1, front.count - 1):
        cap = f"{high - step * (high - low) / (front.count - 1):.9g}"
        name = f"{cap_of(front.capped)}={cap}"
        head = {"scenario": points.folder.resolve().name, "point": name, cap_of(front.capped): cap}
        changes = [*_aims(front.minimised, front.capped), f"{cap_of(front.capped)}={cap}"]
        points.add(name, head, [*front.overrides, *changes], (step,))
        names.append(name)
    return names


def value_of(row: Mapping[str, str], objective: str) -> float:
    """Return an objective of a point: cost [CNY/a], emissions [tCO2/a], mean latency of all demand [ms, one way]."""
    if objective == "latency":
        return float(row.get("mean_latency") or 0.0) * float(row["served_share"])
    return float(row[objective])


def judged(rows: Sequence[Row], front: Front) -> list[Row]:
    """Say of every point whether it is efficient, and of the efficient what the step to it costs."""
    solved = [row for row in rows if row["status"] in WITH_PLAN]
    pairs: dict[str, tuple[float, ...]] = {
        row["point"]: tuple(value_of(row, word) for word in (front.minimised, front.capped)) for row in solved
    }
    better: dict[str, str] = {}
    for number, (name, pair) in enumerate(pairs.items()):
        for other_number, (other, rival) in enumerate(pairs.items()):
            is_first = other_number < number and other not in better
            if other != name and _at_least_as_good(rival, pair) and (is_first or not _at_least_as_good(pair, rival)):
                better[name] = other
                break
    before: tuple[float, ...] | None = None
    result = []
    for row in rows:
        own = pairs.get(row["point"])
        price = ""
        if own is not None and row["point"] not in better:
            price = "" if before is None else cell_of((own[0] - before[0]) / (before[1] - own[1]))
            before = own
        word = "" if own is None else "no" if row["point"] in better else "yes"
        result.append({**row, "efficient": word, "worse_than": better.get(row["point"], ""), "price": price})
    return result


def _at_least_as_good(one: Sequence[float], other: Sequence[float]) -> bool:
    """Return whether the one is nowhere worse than the other, within tolerance."""
    return all(a <= b + SAME * max(abs(a), abs(b)) for a, b in zip(one, other, strict=True))


def facts_of(rows: Sequence[Row], front: Front) -> dict[str, Any]:
    """Return what the front says in numbers: how many points are efficient, and the first and the last price."""
    prices = [float(row["price"]) for row in rows if row["price"]]
    return {
        "count": len(rows),
        "efficient": sum(row["efficient"] == "yes" for row in rows),
        "first": prices[0] if prices else None,
        "last": prices[-1] if prices else None,
        "minimised": front.minimised,
        "capped": front.capped,
    }
