"""What would have to give where a plan is none in a future: a rule without which there is one, as a trial shows."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from planner.errors import SolveInterruptedError
from planner.language import say
from planner.models.declarations import modules_of
from planner.models.rules.relaxations import Never, Rank, relaxations_of
from planner.models.solving.solve import solve
from planner.progress import part_of
from planner.studies.explain.elastic import feasibility
from planner.studies.explain.years import rows_of
from planner.temporary import temporary_folder
from planner.views.words import word

if TYPE_CHECKING:
    from collections.abc import Sequence

    from planner.models.algebra.problem import Problem, SolverOptions
    from planner.scenario.scenario import Scenario


def cure_of(scenario: Scenario, problem: Problem, rules: Sequence[str], options: SolverOptions, seconds: float) -> str:
    """Return the rule without which there is a plan, a target before a plant, work last; empty where none is found.

    Parameters
    ----------
    scenario
        Whose features say who gives first.
    problem
        That has no plan.
    rules
        That cannot hold together.
    options
        How to solve.
    seconds
        [s] For all trials together.
    """
    began = time.monotonic()
    for rule in _in_order(scenario, rules):
        left = seconds - (time.monotonic() - began)
        if left <= 0:
            break
        asked = replace(options, tie_break=False, shadow_prices=False, time_limit=left)
        with part_of(say("trying without {rule}", rule=word(rule))), temporary_folder() as workdir:
            solution = solve(feasibility(without(problem, rule)), asked, workdir)
        if solution.status == "interrupted":
            raise SolveInterruptedError(say("interrupted; what was found is kept, the same command goes on"))
        if solution.values is not None:
            return rule
    return ""


def gives_of(scenario: Scenario, rule: str) -> tuple[str, ...]:
    """Return the parameters that may give where a rule cannot hold; none where it gives in no case."""
    found = [getattr(module, "GIVES", {}).get(rule, ()) for module in modules_of(scenario.features).values()]
    given = next((names for names in found if names), ())
    return () if isinstance(given, Never) else given


def without(problem: Problem, rule: str) -> Problem:
    """Return a problem in which a rule asks for nothing."""
    places, _ = rows_of(problem, rule)
    lower, upper = problem.row_lower.copy(), problem.row_upper.copy()
    lower[places], upper[places] = -np.inf, np.inf
    return replace(problem, row_lower=lower, row_upper=upper)


def _in_order(scenario: Scenario, rules: Sequence[str]) -> list[str]:
    """Return the rules that may give, who gives first before the others."""
    ranks = {name: one.rank for name, one in relaxations_of(modules_of(scenario.features).values()).items()}
    first = {
        rule: min((ranks.get(name, Rank.DEMAND) for name in names), default=Rank.DEMAND)
        for rule in rules
        if (names := gives_of(scenario, rule))
    }
    return sorted(first, key=lambda rule: first[rule])
