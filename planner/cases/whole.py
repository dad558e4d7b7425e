"""A scenario as one problem, whatever it has: that of its one year, or that of all its years together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.cases.joined import join_cases
from planner.cases.part import parts_of
from planner.errors import UsageError
from planner.language import say
from planner.models.build import declare_model
from planner.models.compile import compile_model

if TYPE_CHECKING:
    from collections.abc import Callable

    from planner.cases.joined import Joined
    from planner.models.algebra.plan_model import PlanModel
    from planner.models.algebra.problem import Problem
    from planner.scenario.scenario import Scenario


def problem_of(scenario: Scenario, declare: Callable[[Scenario], PlanModel] = declare_model) -> Problem:
    """Return the problem of a scenario; of several years the one in which they are tied, as a run solves it.

    Parameters
    ----------
    scenario
        Of one year or of several.
    declare
        Declares the model of one year.

    Raises
    ------
    UsageError
        The years are planned in turn (short sight), so that no single problem is theirs.
    InfeasibleError
        A rule has no variable left and cannot hold.
    """
    if not scenario.cases:
        return compile_model(declare(scenario)).problem
    return joined_of(scenario, declare).problem


def joined_of(scenario: Scenario, declare: Callable[[Scenario], PlanModel] = declare_model) -> Joined:
    """Return the problem of several years, with its parts and what ties them; raises as :func:`problem_of` does."""
    if scenario.settings.foresight == "myopic" and len({case.stage for case in scenario.cases}) > 1:
        raise UsageError(
            say(
                '{name} is planned stage by stage (short sight): there is no one model; foresight = "perfect" in '
                "[pathway] makes it one",
                name=scenario.name,
            )
        )
    parts = parts_of([case for case in scenario.cases if case.probability > 0], declare)
    return join_cases(scenario, parts)


def check_one_year(scenario: Scenario, verb: str) -> None:
    """Refuse a scenario of several years where a command is about one year alone."""
    if scenario.cases:
        raise UsageError(
            say(
                "planner {verb} plans one year, and {name} has several: {cases}",
                verb=verb,
                name=scenario.name,
                cases=", ".join(case.name for case in scenario.cases[:CASES_SHOWN])
                + (" …" if len(scenario.cases) > CASES_SHOWN else ""),
            )
        )


CASES_SHOWN = 6
