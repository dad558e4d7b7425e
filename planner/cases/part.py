"""One case on its way into a joint problem: its arrays, and what it may build at which yearly price."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from planner.errors import InfeasibleError, UsageError
from planner.language import join, say
from planner.models.algebra.matrix import cost_of
from planner.models.algebra.row_names import Names
from planner.models.compile import compile_model

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from planner.models.algebra.matrix import Compiled
    from planner.models.algebra.plan_model import PlanModel, Recorded
    from planner.models.algebra.problem import Stage
    from planner.scenario.cases import Case
    from planner.scenario.scenario import Scenario

HAUL = "haul"
"""What chooses among plans of equal value."""
JOINED = ";"
"""Between the ids of a member where they are told as one word."""


class Member(NamedTuple):
    """What may be built: a variable and the ids of its index as one word, ``modules`` and ``hebei;general``."""

    investment: str
    place: str


class Investment(NamedTuple):
    """A member in one case: its column there, its yearly price there [CNY/a per unit], and whether it is whole."""

    column: int
    price: float
    is_whole: bool


@dataclass(frozen=True)
class Part:
    """One case, compiled.

    Attributes
    ----------
    case
        The year.
    compiled
        Its model as arrays, with its own columns and rows from 0.
    """

    case: Case
    compiled: Compiled

    @property
    def key(self) -> tuple[str, str]:
        """Its stage and its future."""
        return self.case.stage, self.case.future

    @cached_property
    def passes(self) -> dict[str, Stage]:
        """What is minimised in turn and, under its name, what chooses among equals, by name."""
        problem, model = self.compiled.problem, self.compiled.model
        found = {each.name: each for each in problem.stages}
        return (
            found
            if problem.tie_break is None
            else {**found, HAUL: cost_of(model.records[HAUL], self.compiled.expansion)}
        )

    @cached_property
    def investments(self) -> dict[Member, Investment]:
        """What is built and stands in later years too, by member."""
        problem, model = self.compiled.problem, self.compiled.model
        cost = cost_of(model.records["cost"], self.compiled.expansion).cost
        names = problem.column_names
        found: dict[Member, Investment] = {}
        first = 0
        for run in names.runs if isinstance(names, Names) else ():
            if stands(model.records[run.component]):
                for column, ids in enumerate(zip(*(column.tolist() for column in run.labels), strict=True), first):
                    member = Member(run.component, JOINED.join(map(str, ids)))
                    found[member] = Investment(column, float(cost[column]), bool(problem.is_integer[column]))
            first += len(run.places)
        return found


def stands(record: Recorded) -> bool:
    """Return whether a variable is built in one year and stands in those after it."""
    return bool(record.options["is_investment"] and record.options["is_built"])


def parts_of(cases: Sequence[Case], declare: Callable[[Scenario], PlanModel]) -> list[Part]:
    """Declare and compile each case.

    Raises
    ------
    InfeasibleError
        A case has a rule that no plan can keep; the message says which.
    UsageError
        A rule of the user's own cannot be expanded.
    """
    return [_part(case, declare) for case in cases]


def _part(case: Case, declare: Callable[[Scenario], PlanModel]) -> Part:
    try:
        compiled = compile_model(declare(case.scenario))
    except InfeasibleError as error:
        raise InfeasibleError(join([say("{case}:", case=case.name), error.message], " ")) from None
    if compiled.fallback:
        raise UsageError(
            say(
                "several years are planned together only where every rule can be expanded as a whole: {fallback}",
                fallback=compiled.fallback,
            )
        )
    return Part(case, compiled)
