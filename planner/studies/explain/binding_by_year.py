"""What binds most in several years that are planned together: each year's numbers, in its own money."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from planner.language import say
from planner.models.rules.relaxations import Amount
from planner.models.slopes import base_of
from planner.progress import part_of
from planner.studies.explain.binding import WORTHLESS, most_worth, worths_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from planner.cases.joined import Joined
    from planner.models.algebra.problem import Solution, Vector
    from planner.models.algebra.row_names import Name
    from planner.studies.explain.trials import Trials


def binding_by_year(trials: Trials, joined: Joined, solution: Solution) -> tuple[dict[str, Any], ...]:
    """Return what binds most in the stages of the likeliest future, each row with its ``case``.

    A row's worth is in the money of its own year, neither discounted nor weighed by probability, what is built held.

    Parameters
    ----------
    trials
        Whose time it takes.
    joined
        The years, tied.
    solution
        Of their joint problem, with shadow prices.
    """
    if solution.values is None or solution.row_duals is None:
        return ()
    chances = {part.case.future: part.case.probability for part in joined.parts}
    likeliest = max(chances, key=lambda future: chances[future])
    factors = joined.factors
    found: list[dict[str, Any]] = []
    amounts = [one for one in trials.relaxations.values() if isinstance(one, Amount)]
    for number, part in enumerate(joined.parts):
        if part.case.future != likeliest or trials.seconds_left <= 0:
            continue
        with part_of(say("looking at {case} by itself", case=part.case.name)):
            base = base_of(part.case.scenario, amounts, is_over=lambda: trials.seconds_left <= 0)
        own = part.compiled.problem
        values = _moved(own.column_names, base.problem.column_names, joined.of_part(number, solution.values))
        prices = solution.row_duals[joined.rows[number]] / factors[part.key]
        duals = _moved(own.row_names, base.problem.row_names, prices)
        least = WORTHLESS * max(1.0, abs(solution.objective) / factors[part.key])
        found += [{**row, "case": part.case.name} for row in worths_of(base, values, duals, least=least)]
    return most_worth(found)


def _moved(names: Sequence[Name], others: Sequence[Name], numbers: Vector) -> Vector:
    """Return numbers in the order of other names, 0 for a name that has none: it may only give."""
    known = dict(zip(names, numbers.tolist(), strict=True))
    return np.array([known.get(name, 0.0) for name in others])
