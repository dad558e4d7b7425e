"""What binds in a scenario that has a plan: what a hundredth of each limit, target or demand is worth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from planner.explain.answer import known

if TYPE_CHECKING:
    from planner.explain.trials import Trials

SHOWN = 8
PART = 0.01
"""Of a parameter's number, by which it gives."""
WORTHLESS = 1e-9
"""Of the cost: less is rounding."""


def binding_of(trials: Trials) -> tuple[float | None, float | None, tuple[dict[str, Any], ...]]:
    """Return the value of the best plan, its gap, and what giving by one per cent is worth, the most first.

    Without a plan the value is ``None``, and without a bound the gap. Of each limit there is ``parameter``, ``key``,
    ``present`` and ``worth`` [CNY/a, or the objective's unit]. The worth is read from the shadow prices of every row
    that the parameter moves, integers fixed at the plan.
    """
    base = trials.base(trials.scenario)
    solution = trials.solved(base.problem, gap=trials.options.mip_gap, duals=True)
    if solution.values is None or solution.row_duals is None:
        return known(solution.objective), known(solution.gap), ()
    rows: list[dict[str, Any]] = []
    for parameter, slope in base.slopes.items():
        moved = slope.side - slope.matrix @ solution.values
        saved = -(slope.rows.T @ (solution.row_duals * moved)) * slope.size * PART
        for key, number, worth in zip(slope.keys, slope.present.tolist(), saved.tolist(), strict=True):
            if np.isfinite(worth) and worth > WORTHLESS * max(1.0, abs(solution.objective)):
                rows.append({"parameter": parameter, "key": list(key), "present": number, "worth": worth})
    rows.sort(key=lambda row: -row["worth"])
    return known(solution.objective), known(solution.gap), tuple(rows[:SHOWN])
