"""Find the binding limits of a feasible scenario, and the value of a hundredth of each."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from planner.models.deciding import Deciding, limits_of
from planner.studies.explain.answer import known
from planner.views.limit_words import deciding_rows

if TYPE_CHECKING:
    from planner.language import Text
    from planner.models.algebra.problem import Solution, Vector
    from planner.models.slopes import Base
    from planner.studies.explain.trials import Trials

SHOWN = 8
PART = 0.01
"""Of a parameter's number, by which it gives."""
WORTHLESS = 1e-9
"""Of the cost: less is rounding."""


@dataclass(frozen=True)
class Binding:
    """The best plan of a scenario: what it costs, and what holds it."""

    cost: float | None  # [CNY/a]; None without a plan
    gap: float | None  # None without a plan, or without a bound
    binding: tuple[dict[str, Any], ...] = ()  # what giving by one per cent is worth, the most first
    deciding: tuple[dict[str, Any], ...] = ()  # the limits it reaches, as planner.models.deciding.COLUMNS
    notes: tuple[Text, ...] = ()  # what a reader should know


def binding_of(trials: Trials) -> Binding:
    """Return what the best plan of a scenario costs, and what holds it.

    Of each number that binds there is ``parameter``, ``key``, ``present`` and ``worth`` [CNY/a, or the objective's
    unit], read from the shadow prices of every row that the parameter moves, integers fixed at the plan.
    """
    base = trials.base(trials.scenario)
    solution = trials.solved(base.problem, gap=trials.options.mip_gap, duals=True)
    if solution.values is None:
        return Binding(known(solution.objective), known(solution.gap))
    decided, notes = _deciding(trials, base, solution)
    found = Binding(known(solution.objective), known(solution.gap), deciding=decided, notes=notes)
    if solution.row_duals is None:
        return found
    rows = worths_of(base, solution.values, solution.row_duals, least=WORTHLESS * max(1.0, abs(solution.objective)))
    return replace(found, binding=most_worth(rows))


def worths_of(base: Base, values: Vector, duals: Vector, *, least: float) -> list[dict[str, Any]]:
    """Return each number that binds, with what giving 1 % of it is worth.

    Parameters
    ----------
    base
        The problem, and how it moves when numbers give.
    values, duals
        (columns,) and (rows,) of a plan of it.
    least
        What is worth no more than that is rounding.
    """
    rows: list[dict[str, Any]] = []
    for parameter, slope in base.slopes.items():
        moved = slope.side - slope.matrix @ values
        saved = -(slope.rows.T @ (duals * moved)) * slope.size * PART
        for key, number, worth in zip(slope.keys, slope.present.tolist(), saved.tolist(), strict=True):
            if np.isfinite(worth) and worth > least:
                rows.append({"parameter": parameter, "key": list(key), "present": number, "worth": worth})
    return rows


def most_worth(rows: list[dict[str, Any]]) -> tuple[dict[str, Any], ...]:
    """Return those that are worth most, the first of many."""
    return tuple(sorted(rows, key=lambda row: -row["worth"])[:SHOWN])


def _deciding(trials: Trials, base: Base, solution: Solution) -> tuple[tuple[dict[str, Any], ...], tuple[Text, ...]]:
    """Return the limits that the plan reaches, in what is left of the time, and what should be known of them."""
    limits = {one.parameter for one in limits_of(trials.scenario)}
    left = None if np.isinf(trials.seconds_left) else trials.seconds_left + solution.seconds
    found = Deciding(
        trials.scenario,
        base.problem,
        solution,
        replace(trials.options, time_limit=left),
        base=replace(base, slopes={name: slope for name, slope in base.slopes.items() if name in limits}),
    )
    return tuple(deciding_rows(found.table())), tuple(found.notes)
