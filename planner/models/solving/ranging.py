"""Ranging: how far a number may move before the plan's structure, and with it a shadow price, changes.

The numbers are those that matter: the sides of rules with the largest price × side, and the costs with the largest
cost × quantity. Where a side or a cost is one number of the scenario, it is that number, in its own unit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from planner.errors import SolverCrashedError
from planner.language import say
from planner.models.solving.highs.judge import TOLERANCE
from planner.models.solving.prices import PRICE_UNITS, per, tightens_down
from planner.models.solving.sole_parameter import Sole, SoleParameters

if TYPE_CHECKING:
    from collections.abc import Iterator

    from planner.models.algebra.matrix import Compiled
    from planner.models.algebra.problem import Problem, Solution, Vector
    from planner.scenario.parameter import Parameter

COLUMNS: Final = {
    "kind": "text",
    "name": "text",
    "index": "text",
    "rule": "text",
    "rule_index": "text",
    "value": "number",
    "low": "number",
    "high": "number",
    "unit": "text",
    "price": "number",
    "price_unit": "text",
    "tightens": "text",
    "at_low": "text",
    "at_high": "text",
}
"""Columns of the table. ``kind``: ``limit`` (the side of a rule) or ``cost`` (of a variable). ``name`` and ``index``:
the number of the scenario, or where there is no single one the rule, or variable, itself. ``rule`` and ``rule_index``:
the row, or column, of the problem. ``low`` and ``high``: empty where there is no end. ``price``: rise of the objective
per unit by which the value tightens (``tightens``: up or down). ``at_low`` and ``at_high``: what changes there."""
SIDES_MAX, SIDES_OF_RULE, COSTS_MAX, COSTS_OF_VARIABLE = 20, 6, 6, 3
"""How many of all, and of one rule or variable: the demands alone would fill the table."""
SIDE: Final = 0.0
KIND, PLACE, VALUE, PRICE, LOW, HIGH, LEAVES_LOW, _, LEAVES_HIGH, ENTERS_HIGH = range(10)
"""Columns of the solver's ranges, as :data:`planner.models.solving.process.ranging.FIELDS`."""


def ranging(compiled: Compiled, solution: Solution) -> pd.DataFrame:
    """Return the ranges of the numbers that matter, those with most at stake first."""
    if solution.ranging is None or solution.row_duals is None or solution.values is None:
        return empty_ranging()
    ranges = _believed(compiled.problem, solution, solution.ranging)
    places, soles = _places(compiled), SoleParameters(compiled)
    rows = [_row(compiled, one, places, soles) for one in _chosen(compiled.problem, solution.values, ranges)]
    return pd.DataFrame(rows, columns=list(COLUMNS)) if rows else empty_ranging()


def empty_ranging() -> pd.DataFrame:
    """Return the table without rows."""
    return pd.DataFrame(
        {name: pd.Series(dtype=float if kind == "number" else object) for name, kind in COLUMNS.items()}
    )


def _believed(problem: Problem, solution: Solution, ranges: Vector) -> Vector:
    """Hold what the solver says against what is known, and put a value into its own range to the last digit."""
    if ranges.ndim != 2 or ranges.shape[1] != ENTERS_HIGH + 1 or np.isnan(ranges).any():  # noqa: PLR2004 - a table
        raise SolverCrashedError(say("the solver answered nonsense: ranges that are no table of numbers"))
    is_side = ranges[:, KIND] == SIDE
    cost = problem.stages[problem.objective_stage].cost
    rows, columns = (ranges[which, PLACE].astype(np.intp) for which in (is_side, ~is_side))
    duals = solution.row_duals[rows]  # type: ignore[index]  # the caller has looked
    sides = np.where(duals > 0, problem.row_lower[rows], problem.row_upper[rows])
    known = np.concatenate([np.stack([sides, duals]), np.stack([cost[columns], ranges[~is_side, PRICE]])], axis=1)
    told = np.concatenate([ranges[is_side], ranges[~is_side]])
    size = np.maximum(1.0, np.abs(known[0]))
    low, high = told[:, LOW], told[:, HIGH]
    is_off = (low > known[0] + TOLERANCE * size) | (high < known[0] - TOLERANCE * size)
    if is_off.any() or not np.allclose(told[:, [VALUE, PRICE]], known.T, rtol=TOLERANCE, atol=TOLERANCE):
        raise SolverCrashedError(say("the solver answered nonsense: ranges that contradict its shadow prices"))
    told[:, VALUE], told[:, LOW], told[:, HIGH] = known[0], np.minimum(low, known[0]), np.maximum(high, known[0])
    return told


def _chosen(problem: Problem, values: Vector, ranges: Vector) -> Iterator[Vector]:
    """Yield the ranges with most at stake, of each rule and variable a few.

    Of the costs only those whose quantity is the same in the plan as it is: the tie-break may have chosen another plan
    than the one that is ranged, and for a quantity that differs the range would not be this plan's.
    """
    stake = np.abs(ranges[:, VALUE] * ranges[:, PRICE])
    is_side = ranges[:, KIND] == SIDE
    quantity = values[np.where(is_side, 0, ranges[:, PLACE]).astype(np.intp)]
    is_settled = is_side | np.isclose(quantity, ranges[:, PRICE], rtol=TOLERANCE, atol=TOLERANCE)
    for kind, most, most_of_one, names in (
        (is_side, SIDES_MAX, SIDES_OF_RULE, _components(problem.row_names)),
        (~is_side & is_settled, COSTS_MAX, COSTS_OF_VARIABLE, _components(problem.column_names)),
    ):
        taken: dict[str, int] = {}
        here = np.flatnonzero(kind & (stake > 0.0))
        for number in here[np.argsort(-stake[here], kind="stable")].tolist():
            name = names[int(ranges[number, PLACE])]
            if taken.get(name, 0) < most_of_one and sum(taken.values()) < most:
                taken[name] = taken.get(name, 0) + 1
                yield ranges[number]


def _components(names: Any) -> list[str]:
    """Return the rule of every row, or the variable of every column, without its ids."""
    if not hasattr(names, "runs"):
        return [name for name, _ in names]
    return [run.component for run in names.runs for _ in range(len(run.places))]


def _places(compiled: Compiled) -> Vector:
    """Return the place of each row among the members of its rule's index, (rows,)."""
    names: Any = compiled.problem.row_names
    return np.concatenate([np.zeros(0), *(run.places for run in names.runs)]) if hasattr(names, "runs") else np.zeros(0)


def _allowed(ends: list[float], changes: list[str], parameter: Parameter) -> tuple[list[float], list[str]]:
    """Return the ends of an input no farther than it may go; there nothing changes."""
    low, high = max(ends[0], parameter.low), min(ends[1], parameter.high)
    told = [change if end == kept else "" for change, end, kept in zip(changes, ends, (low, high), strict=True)]
    return [low, high], told


def _change(problem: Problem, *members: int) -> str:
    """Return what reaches a limit of its own at an end and what begins to move there: a variable, or a rule's slack."""
    columns = len(problem.column_names)
    told = []
    for member in members:
        if member >= 0:
            names, place = (problem.column_names, member) if member < columns else (problem.row_names, member - columns)
            name, ids = names[place]
            told.append(f"{name}[{';'.join(map(str, ids))}]")
    return " → ".join(told)


def _row(compiled: Compiled, one: Vector, places: Vector, soles: SoleParameters) -> dict[str, Any]:
    """Return one line of the table."""
    problem, m = compiled.problem, compiled.model
    place, is_side = int(one[PLACE]), one[KIND] == SIDE
    name, ids = (problem.row_names if is_side else problem.column_names)[place]
    objective = PRICE_UNITS.get(m.inputs.settings.minimise, "CNY/a")
    down = is_side and bool(tightens_down(problem)[place])
    price = -float(one[PRICE]) if down else float(one[PRICE])
    if is_side:
        at = int(places[place]) if len(places) else place
        sole, unit = soles.of_side(name, ids, at, float(one[VALUE])), m.records[name].unit
    else:
        sole, unit = soles.of_cost(ids, place), per(objective, m.records[name].unit)
    price_unit = per(objective, sole.unit if sole else unit) if sole or is_side else m.records[name].unit
    known = sole or Sole(name, ";".join(map(str, ids)), float(one[VALUE]), unit, 1.0)
    ends = [known.value + (float(one[end]) - float(one[VALUE])) / known.factor for end in (LOW, HIGH)]
    changes = [_change(problem, int(one[leaves]), int(one[leaves + 1])) for leaves in (LEAVES_LOW, LEAVES_HIGH)]
    if known.factor < 0:
        ends, changes, down = ends[::-1], changes[::-1], not down
    if sole is not None:
        ends, changes = _allowed(ends, changes, m.inputs.declarations.parameters[sole.name])
    return {
        "kind": "limit" if is_side else "cost",
        "name": known.name,
        "index": known.index,
        "rule": name,
        "rule_index": ";".join(map(str, ids)),
        "value": known.value,
        **{name: end if np.isfinite(end) else np.nan for name, end in zip(("low", "high"), ends, strict=True)},
        "unit": known.unit,
        "price": price * abs(known.factor),
        "price_unit": price_unit,
        "tightens": "down" if down else "up",
        **dict(zip(("at_low", "at_high"), changes, strict=True)),
    }
