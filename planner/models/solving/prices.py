"""Shadow prices: what one unit of tightening costs, rule by rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planner.models.algebra.row_names import Names

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from planner.models.algebra.plan_model import PlanModel
    from planner.models.algebra.problem import Problem, Solution
    from planner.models.algebra.row_names import Name

PRICE_UNITS = {"emissions": "tCO2/a", "latency": "ms"}
"""Unit of the objective where it is not a cost [CNY/a]."""


OWN_OBJECTIVE = "of the own objective"
"""Where the user minimises something else, of which no unit is known."""


def shadow_prices(model: PlanModel, problem: Problem, solution: Solution) -> pd.DataFrame:
    """Return the rise of the objective per unit of tightening, by rule and index.

    Of an equality, per unit of demand. Integers are fixed at the plan; before the tie-break; not divided by weight.
    Beside it, as ``price_relaxed``, that of the relaxation, in which they need not be whole: where a module stands half
    empty one more MW of demand costs its power only, and where it is full the next one; the relaxation's has a part of
    a module in it. It is empty where nobody asked the relaxation.
    """
    columns = ["rule", "index", "price", "price_relaxed", "unit", "integers"]
    if solution.row_duals is None:
        return pd.DataFrame(columns=columns)
    down = tightens_down(problem)
    prices = np.where(down, -solution.row_duals, solution.row_duals) + 0.0
    relaxed = prices if not problem.is_integer.any() else np.full(len(prices), np.nan)
    if solution.relaxed_duals is not None:
        relaxed = np.where(down, -solution.relaxed_duals, solution.relaxed_duals) + 0.0
    objective_unit = PRICE_UNITS.get(model.inputs.settings.minimise, "CNY/a")
    if problem.stages[problem.objective_stage].name not in model.stages:
        objective_unit = OWN_OBJECTIVE
    units = {record.name: per(objective_unit, record.unit) for record in model.recorded("constraint")}
    integers = "fixed at the plan" if problem.is_integer.any() else "none"
    rules, places = _spelt(problem.row_names)
    return pd.DataFrame(
        {
            "rule": rules,
            "index": places,
            "price": prices,
            "price_relaxed": relaxed,
            "unit": [units.get(rule) or per(objective_unit, "") for rule in rules],
            "integers": integers,
        },
        columns=columns,
    )


def tightens_down(problem: Problem) -> npt.NDArray[np.bool_]:
    """Return which rows are tightened by lowering their side, (rows,): those with an upper side alone."""
    return np.isneginf(problem.row_lower)


def _spelt(names: Sequence[Name]) -> tuple[list[str], list[str]]:
    """Return rule and index of every row as text, ids joined by semicolons."""
    if not isinstance(names, Names):
        return [rule for rule, _ in names], [";".join(map(str, index)) for _, index in names]
    rules: list[str] = []
    places: list[str] = []
    for run in names.runs:
        rules += [run.component] * len(run.places)
        ids = [map(str, column.tolist()) for column in run.labels]
        places += map(";".join, zip(*ids, strict=True)) if ids else [""] * len(run.places)
    return rules, places


def per(objective: str, rule: str) -> str:
    """Return the unit of a price; a year on both sides cancels: CNY/a per MWh/a is CNY per MWh.

    A rule of the user's own may have no unit.
    """
    if not rule:
        return f"{objective} per unit"
    if objective.endswith("/a") and rule.endswith("/a"):
        return f"{objective.removesuffix('/a')} per {rule.removesuffix('/a')}"
    return f"{objective} per {rule}"
