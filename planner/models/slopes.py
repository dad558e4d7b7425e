"""How the arrays of a model move when a parameter gives: found by compiling the model a second time, a little looser.

So no feature says twice what its rules say already: a limit that is a row's side, a share that multiplies variables, a
bound of a column are all seen alike. Where a parameter enters a rule in proportion to itself the difference is exact;
as a divisor it is a slope at the number now. What follows from it is tried.
"""

from __future__ import annotations

import inspect
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy import sparse

from planner.language import say
from planner.models.build import declare_model
from planner.models.compile import compile_model
from planner.models.rules.relaxations import changed
from planner.progress import part_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from planner.models.algebra.plan_model import PlanModel
    from planner.models.algebra.problem import Problem, Vector
    from planner.models.algebra.row_names import Name
    from planner.models.rules.relaxations import Amount, Key
    from planner.scenario.scenario import Scenario

SHAKE = 0.5
"""Of the least number of a parameter: by how much all of them are loosened to see what moves."""
NOISE = 1e-9
"""Relative; a difference of two compilations below this is rounding."""


@dataclass(frozen=True)
class Slope:
    """How a problem moves when each cell of a parameter gives by one unit.

    Attributes
    ----------
    parameter
        Its key in the declarations.
    keys
        The cells, by the ids of the parameter's index.
    present
        (cells,) their present numbers.
    sign
        1 where the parameter gives upwards, -1 downwards.
    rows, columns
        (rows, cells) and (columns, cells): which cell moves which row or column; a row that several move is shared.
    side
        (rows,) change of the row's finite sides.
    matrix
        (rows, columns) change of the coefficients.
    bound
        (columns,) change of the column's upper bound.
    """

    parameter: str
    keys: tuple[Key, ...]
    present: Vector
    sign: int
    rows: sparse.csr_array
    columns: sparse.csr_array
    side: Vector
    matrix: sparse.csr_array
    bound: Vector

    @property
    def size(self) -> Vector:
        """(cells,) what a change of each cell is measured by: its number, or the mean of the others where it is 0."""
        numbers = np.abs(self.present)
        usual = float(numbers[numbers > 0].mean()) if (numbers > 0).any() else 1.0
        return np.where(numbers > 0, numbers, usual)


@dataclass(frozen=True)
class Base:
    """A scenario's problem, broken rows included, and how it moves when an amount gives, by parameter.

    ``standing`` are the parameters that say what stands already.
    """

    scenario: Scenario
    problem: Problem
    slopes: dict[str, Slope]
    standing: frozenset[str] = frozenset()


def base_of(
    scenario: Scenario,
    amounts: Sequence[Amount],
    *,
    declare: Callable[[Scenario], PlanModel] = declare_model,
    is_over: Callable[[], bool] = lambda: False,
) -> Base:
    """Return a scenario's problem, with the columns and rows of what may only give, and how it moves."""
    opened = scenario
    for amount in amounts:
        if widened := amount.widened(scenario):
            opened = changed(opened, amount.parameter, widened)
    model = declare(opened)
    problem = compile_model(model, keep_broken=True).problem
    slopes: dict[str, Slope] = {}
    closed = problem
    for number, amount in enumerate(amounts, start=1):
        with part_of(say("limit {number} of {count}", number=number, count=len(amounts))):
            slope = None if is_over() else slope_of(opened, model, problem, amount, declare)
        if slope is not None:
            cells = amount.present(scenario)
            present = np.array([cells[key] for key in slope.keys], dtype=float)
            closed = moved_by(closed, slope, slope.sign * (present - slope.present))
            slopes[amount.parameter] = replace(slope, present=present)
    return Base(scenario, closed, slopes, frozenset(one.parameter for one in amounts if one.stands))


def slope_of(
    inputs: Scenario,
    model: PlanModel,
    problem: Problem,
    amount: Amount,
    declare: Callable[[Scenario], PlanModel] = declare_model,
) -> Slope | None:
    """Return how a problem moves when an amount gives; ``None`` where nothing moves, or the model is another then."""
    present = amount.present(inputs)
    if not amount.raised:
        present = {key: number for key, number in present.items() if number > 0}
    if not present:
        return None
    numbers = np.array(list(present.values()), dtype=float)
    above = np.abs(numbers[numbers != 0])
    sign = 1 if amount.raised else -1
    is_whole = inputs.declarations.parameters[amount.parameter].kind == "integer"
    shake = 1.0 if is_whole or not len(above) else SHAKE * float(above.min())
    looser = changed(inputs, amount.parameter, {key: n + sign * shake for key, n in present.items()})
    moved = compile_model(declare(looser), keep_broken=True).problem
    if moved.matrix.shape != problem.matrix.shape:
        return None
    index = inputs.declarations.parameters[amount.parameter].index
    matrix = sparse.csr_array(_differing(moved.matrix, problem.matrix) / shake)
    side = _moved(moved.row_upper, problem.row_upper) + _moved(moved.row_lower, problem.row_lower) * ~np.isfinite(
        problem.row_upper
    )
    # Giving never tightens a bound; one that stands for no limit may come down with what could be used (usable.py).
    bound = np.maximum(_moved(moved.column_upper, problem.column_upper), 0.0)
    if not (matrix.nnz or side.any() or bound.any()):
        return None
    of_rows = np.flatnonzero((np.diff(matrix.indptr) > 0) | (side != 0))
    names = _index_names(model)
    return Slope(
        amount.parameter,
        tuple(present),
        numbers,
        sign,
        _owners(problem.row_names, of_rows, names, index, tuple(present)),
        _owners(problem.column_names, np.flatnonzero(bound), names, index, tuple(present)),
        side / shake,
        matrix,
        bound / shake,
    )


def moved_by(problem: Problem, slope: Slope, give: Vector) -> Problem:
    """Return a problem after each cell of a parameter has given by so much, (cells,); less than 0 takes it back."""
    by_row, by_column = slope.rows @ give, slope.columns @ give
    change = slope.matrix.multiply(by_row[:, None]).tocsc()
    return replace(
        problem,
        matrix=sparse.csc_array(problem.matrix + change),
        row_lower=problem.row_lower + slope.side * by_row,
        row_upper=problem.row_upper + slope.side * by_row,
        column_upper=problem.column_upper + slope.bound * by_column,
    )


def _differing(moved: sparse.csc_array, problem: sparse.csc_array) -> sparse.csr_array:
    """Return the change of the coefficients, without what is rounding."""
    change = sparse.csr_array(moved - problem)
    largest = np.abs(problem.data).max(initial=0.0)
    change.data[np.abs(change.data) <= NOISE * NOISE * largest] = 0.0
    change.eliminate_zeros()
    return change


def _moved(moved: Vector, problem: Vector) -> Vector:
    """Return the change of finite limits, 0 for the others."""
    both = np.isfinite(moved) & np.isfinite(problem)
    with np.errstate(invalid="ignore"):
        change = np.where(both, moved - problem, 0.0)
        return np.where(np.abs(change) <= NOISE * np.abs(problem), 0.0, change)


def _index_names(model: PlanModel) -> dict[str, tuple[str, ...]]:
    """Return the names of the index of each rule, and of each variable with bounds, as its function spells them."""
    rules = {record.name: record.rule for record in model.recorded("constraint")}
    rules |= {record.name: record.options["bounds"] for record in model.recorded("variable")}
    return {name: tuple(inspect.signature(rule).parameters)[1:] for name, rule in rules.items() if rule is not None}


def _owners(
    names: Sequence[Name],
    places: npt.NDArray[np.intp],
    index_names: Mapping[str, tuple[str, ...]],
    index: tuple[str, ...],
    keys: tuple[Key, ...],
) -> sparse.csr_array:
    """Return which cell each of these rows or columns belongs to, (all, cells); equal parts where it is several."""
    spelt = list(names)
    numbers = {key: number for number, key in enumerate(keys)}
    at: list[int] = []
    cell: list[int] = []
    part: list[float] = []
    for place in places.tolist():
        rule, ids = spelt[place]
        known = dict(zip(index_names.get(rule, ()), ids, strict=False))
        if all(name in known for name in index):
            key = tuple(str(known[name]) for name in index)
            found = [numbers[key]] if key in numbers else []
        else:
            found = [
                number
                for key, number in numbers.items()
                if all(known.get(name, member) == member for name, member in zip(index, key, strict=True))
            ]
        at += [place] * len(found)
        cell += found
        part += [1 / len(found)] * len(found)
    return sparse.csr_array((part, (at, cell)), shape=(len(spelt), len(keys)))
