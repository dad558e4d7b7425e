"""Why several years have no plan: a year that has none by itself is explained alone; else what ties them is looked at.

What ``--set`` says holds in every year, so that what mends one year is read and tried for all of them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from scipy import sparse

from planner.cases.whole import joined_of
from planner.errors import InfeasibleError, InvalidInputError, StoppedWithoutPlanError
from planner.language import Text, join, say
from planner.models.algebra.problem import Stage
from planner.models.rules.relaxations import Rank
from planner.pipeline.check import obstacles_of
from planner.progress import part_of
from planner.studies.explain.answer import Cause, Change, Explanation, Way, known
from planner.studies.explain.binding_by_year import binding_by_year
from planner.studies.explain.elastic import feasibility
from planner.studies.explain.rounding import outward
from planner.studies.explain.trials import Trials
from planner.studies.explain.ways import FURTHER, Ways, newness_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from planner.models.algebra.problem import Problem, SolverOptions, Vector
    from planner.models.rules.relaxations import Key
    from planner.scenario.cases import Case
    from planner.scenario.scenario import Scenario
    from planner.studies.explain.elastic import Places

RULE, RATE = "build_rate", "build_rate_max"
"""The rule that ties years and may give, and the parameter behind it."""
JOINED: Final = ";"
"""Between the ids of what a vintage is of."""
SLACK: Final = 1e-6
"""[MW] Less is a solver's rounding."""


@dataclass
class Years:
    """One explanation of several years in the making."""

    scenario: Scenario
    read: Callable[[Sequence[str]], Scenario]  # reads the scenario with --set besides those it has
    options: SolverOptions
    explained_alone: Callable[[Ways], Explanation]

    def __post_init__(self) -> None:
        """Begin the clock of all trials together."""
        self.trials = Trials(self.scenario, self.options)

    @property
    def planned(self) -> list[Case]:
        """The years that are planned for."""
        return [case for case in self.scenario.cases if case.probability > 0]

    def explained(self) -> Explanation:
        """Return the whole explanation."""
        broken = [case for case in self.planned if not self._is_feasible_alone(case)]
        found = self._of_case(broken) if broken else self._together()
        return replace(found, seconds=self.trials.seconds)

    def _is_feasible_alone(self, case: Case) -> bool:
        with part_of(say("looking at {case} by itself", case=case.name)):
            return not any(True for _ in obstacles_of(case.scenario)) and self.trials.is_feasible(case.scenario)

    # ---- a year that has no plan by itself

    def _of_case(self, broken: Sequence[Case]) -> Explanation:
        """Explain the first year that has no plan by itself, and say which others have none."""
        first, *others = broken
        alone = Trials(first.scenario, self.options, began=self.trials.began)

        def read(more: Sequence[str]) -> Scenario:
            return next(case.scenario for case in self.read(more).cases if case.name == first.name)

        found = self.explained_alone(Ways(alone, read))
        notes: list[Text] = [*found.notes]
        if others:
            notes.append(
                say(
                    "{cases} have no plan by themselves either; explain again with the change to see what is left",
                    cases=join(case.name for case in others),
                )
            )
        if found.causes and not others:
            notes += self._after([text for number in range(len(found.causes)) for text in found.settings(number)])
        return replace(found, case=first.name, notes=tuple(notes))

    def _after(self, settings: Sequence[str]) -> list[Text]:
        """Say where a change that mends one year leaves all of them without a plan."""
        try:
            is_mended = self.trials.is_feasible(self.read(settings))
        except StoppedWithoutPlanError:
            return [say("whether the change is enough for all years together is not known: the time was over")]
        if is_mended:
            return []
        return [say("with the change this year has a plan, but all years together still have none")]

    # ---- all together

    def _together(self) -> Explanation:
        if self.scenario.settings.foresight == "myopic":
            note = say("each year has a plan by itself; whether each has one on what was built before, a run will tell")
            return Explanation(self.scenario, "feasible", notes=(note,))
        joined = joined_of(self.scenario)
        problem = joined.problem
        if self.trials.solved(feasibility(problem)).values is not None:
            solution = self.trials.solved(problem, gap=self.options.mip_gap, duals=True)
            found = Explanation(self.scenario, "feasible", cost=known(solution.objective), gap=known(solution.gap))
            binding = binding_by_year(self.trials, joined, solution)
            return replace(found, binding=binding, notes=(say("shadow_prices.csv of a run has every limit by year"),))
        note = say(
            "each of {cases} has a plan by itself, but together they have none: what is built in one stands in others",
            cases=join(case.name for case in self.planned),
        )
        way = self._faster(problem)
        if way is not None:
            return Explanation(self.scenario, "infeasible", (Cause((way,)),), notes=(note,))
        look = say(
            "look at modules_max, build_rate_max, lifetimes and lead times, and at futures_known_from, which no single "
            "change of a number mends here"
        )
        return Explanation(self.scenario, "unexplained", notes=(note, look))

    def _faster(self, problem: Problem) -> Way | None:
        """Return at which build rates a plan exists; nothing where no rate is enough."""
        places, names = rows_of(problem, RULE)
        if not len(places):
            return None
        solution = self.trials.solved(_elastic(problem, places))
        if solution.values is None:
            return None
        more = solution.values[-len(places) :]
        needed = self._rates(names, more)
        for further in FURTHER:
            changes = tuple(
                Change(RATE, key, before, outward(before, after, whole=False, more=further))
                for key, (before, after) in needed.items()
            )
            if self._works(changes):
                size = sum(abs(one.after - one.before) / max(one.after, one.before) for one in changes)
                newness = min(newness_of(self.scenario, RATE, change.key) for change in changes)
                return Way(RATE, Rank.PLANT, changes, size, newness)
        return None

    def _rates(self, names: Sequence[tuple[Any, ...]], more: Vector) -> dict[Key, tuple[float, float]]:
        """Return by cell the build rate as it is and as it must be, for so much more in each row [MW]."""
        years = {case.stage: case.year for case in self.planned}
        order = sorted(years, key=lambda stage: years[stage])
        found: dict[Key, tuple[float, float]] = {}
        for (_, place, built, future), by in zip(names, more.tolist(), strict=True):
            if by <= SLACK:
                continue
            key: Key = tuple(str(place).split(JOINED))
            cases = [case for case in self.planned if case.stage == built and future in ("", case.future)]
            before = min(float(_rate(case.scenario, key)) for case in cases)
            span = years[str(built)] - years[order[order.index(str(built)) - 1]]
            found[key] = before, max(before + by / span, found.get(key, (before, 0.0))[1])
        return found

    def _works(self, changes: Sequence[Change]) -> bool:
        try:
            return self.trials.is_feasible(self.read([change.setting(self.scenario) for change in changes]))
        except (InvalidInputError, InfeasibleError):
            return False


def _rate(inputs: Scenario, key: Key) -> float:
    rates: Mapping[Any, float] = inputs.series(RATE).to_dict()
    return float(rates[key])


def rows_of(problem: Problem, rule: str) -> tuple[Places, list[tuple[Any, ...]]]:
    """Return where the rows of a rule stand, and the ids of each."""
    pairs = [(place, ids) for place, (name, ids) in enumerate(problem.row_names) if name == rule]
    return np.array([place for place, _ in pairs], dtype=np.intp), [tuple(ids) for _, ids in pairs]


def _elastic(problem: Problem, places: Places) -> Problem:
    """Return a problem in which some rows give upwards, and what they give together is least; it stands last."""
    rows, columns = problem.matrix.shape
    count = len(places)
    data = np.full(count, -1.0)
    more = sparse.csc_array((data, (places, np.arange(count))), shape=(rows, count))
    cost = np.concatenate([np.zeros(columns), np.ones(count)])
    return replace(
        problem,
        matrix=sparse.csc_array(sparse.hstack([problem.matrix, more], format="csc")),
        column_lower=np.concatenate([problem.column_lower, np.zeros(count)]),
        column_upper=np.concatenate([problem.column_upper, np.full(count, np.inf)]),
        is_integer=np.concatenate([problem.is_integer, np.zeros(count, dtype=bool)]),
        stages=(Stage("more", cost),),
        objective_stage=0,
        tie_break=None,
        column_names=[*problem.column_names, *(("more", (number,)) for number in range(count))],
    )
