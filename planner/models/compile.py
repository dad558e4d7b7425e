"""Pyomo model → arrays, in one pass through Pyomo's standard form.

Every use of Pyomo's internals stands in this file; proved with Pyomo 6.10.1.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
import pyomo.environ as pyo
from pyomo.common.errors import InfeasibleConstraintException
from pyomo.repn.plugins.standard_form import LinearStandardFormCompiler
from scipy import sparse

from planner.errors import InfeasibleError
from planner.models.problem import Problem, Stage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from planner.models.plan_model import PlanModel

COEFFICIENT_RANGE_MAX = 1e9


def compile_model(m: PlanModel) -> tuple[Problem, list[Any]]:
    """Turn a model into arrays.

    Returns
    -------
    Problem
        Rows in the order of the rules, columns in the order of the variables.
    list of VarData
        The variable of each column, to load the values into.

    Raises
    ------
    InfeasibleError
        A rule without any variable cannot hold.
    """
    variables = [v for record in m.recorded("variable") for v in m.component(record.name).values()]
    names = [*m.stages, "haul"] if m.has_haul else list(m.stages)
    with _objectives(m, names):
        try:
            form = LinearStandardFormCompiler().write(m, mixed_form=True, set_sense=None)
        except InfeasibleConstraintException as exc:
            raise InfeasibleError(_trivial(str(exc))) from None
    position = {id(v): number for number, v in enumerate(variables)}
    columns = np.array([position[id(v)] for v in form.columns], dtype=np.int64)
    matrix = _widen(form.A, columns, len(variables))
    costs = _widen(form.c, columns, len(variables)).toarray()
    sides = np.array([side for _, side in form.rows])
    stages = tuple(Stage(name, costs[k], float(form.c_offset[k])) for k, name in enumerate(m.stages))
    problem = Problem(
        matrix=matrix,
        row_lower=np.where(sides <= 0, form.rhs, -np.inf).astype(float),
        row_upper=np.where(sides >= 0, form.rhs, np.inf).astype(float),
        column_lower=_bounds(variables, "lb", -np.inf),
        column_upper=_bounds(variables, "ub", np.inf),
        is_integer=np.array([not v.is_continuous() for v in variables], dtype=bool),
        stages=stages,
        objective_stage=m.stages.index("objective_value"),
        tie_break=costs[-1] if m.has_haul else None,
        row_names=tuple(_name(row.constraint) for row in form.rows),
        column_names=tuple(_name(v) for v in variables),
    )
    return problem, variables


def load_values(variables: list[Any], values: np.ndarray[Any, np.dtype[np.float64]]) -> None:
    """Put a solution's values into the variables of the model."""
    for variable, value in zip(variables, values.tolist(), strict=True):
        variable.set_value(value, skip_validation=True)


def coefficient_warnings(problem: Problem) -> Iterator[str]:
    """Name the rules whose rows span more than nine orders of magnitude."""
    rows = abs(problem.matrix.tocsr())
    rules: set[str] = set()
    for number in np.flatnonzero(np.diff(rows.indptr)):
        part = rows.data[rows.indptr[number] : rows.indptr[number + 1]]
        if part.max() > COEFFICIENT_RANGE_MAX * part[part > 0].min(initial=part.max()):
            rules.add(problem.row_names[number][0])
    yield from (f"coefficients of {rule} span more than {COEFFICIENT_RANGE_MAX:.0e}" for rule in sorted(rules))


@contextmanager
def _objectives(m: PlanModel, names: list[str]) -> Iterator[None]:
    """Stand the stages in for the objective while compiling: one row of costs each."""
    m.objective.deactivate()
    m.stage_objectives = pyo.ObjectiveList()
    for name in names:
        m.stage_objectives.add(m.component(name).expr)
    try:
        yield
    finally:
        m.del_component(m.stage_objectives)
        m.objective.activate()


def _widen(matrix: Any, columns: Any, width: int) -> sparse.csc_array:
    """Give the variables that stand in no row a column too, and put all in the model's order."""
    entries = sparse.coo_array(matrix)
    wide = sparse.csc_array((entries.data, (entries.row, columns[entries.col])), shape=(matrix.shape[0], width))
    wide.sum_duplicates()
    wide.eliminate_zeros()
    return wide


def _bounds(variables: list[Any], side: str, none: float) -> np.ndarray[Any, np.dtype[np.float64]]:
    values = [getattr(v, side) for v in variables]
    return np.array([none if value is None else value for value in values], dtype=float)


def _name(member: Any) -> tuple[str, tuple[Any, ...]]:
    index = member.index()
    key = () if index is None else index if isinstance(index, tuple) else (index,)
    return member.parent_component().name, key


def _trivial(message: str) -> str:
    rule = message.split("'")[1] if "'" in message else message
    return f"the rule {rule} cannot hold: nothing in the scenario can satisfy it"
