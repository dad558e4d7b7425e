"""Pyomo model → arrays, in one pass through Pyomo's standard form.

Every use of Pyomo's internals stands in this file; proved with Pyomo 6.10.1.
"""

from __future__ import annotations

from contextlib import contextmanager
from itertools import chain, product
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyomo.environ as pyo
from pyomo.common.errors import InfeasibleConstraintException
from pyomo.repn.plugins.standard_form import LinearStandardFormCompiler
from scipy import sparse

from planner.errors import InfeasibleError
from planner.language import say
from planner.models.problem import Problem, Stage

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from planner.models.plan_model import PlanModel, Recorded, Rule
    from planner.models.problem import Vector


def compile_standard_form(m: PlanModel) -> Problem:
    """Turn a model into arrays.

    Returns
    -------
    Problem
        Rows in the order of the rules, columns in the order of the variables.

    Raises
    ------
    InfeasibleError
        A rule without any variable cannot hold.
    """
    if m.component("objective") is None:
        m.realise()
    variables = _variables(m)
    names = [*m.stages, "haul"] if m.has_haul else list(m.stages)
    with _objectives(m, names):
        try:
            form = LinearStandardFormCompiler().write(m, mixed_form=True, set_sense=None)
        except InfeasibleConstraintException as exc:
            raise InfeasibleError(trivial(_rule_in(str(exc)), ())) from None
    position = {id(v): number for number, v in enumerate(variables)}
    columns = np.array([position[id(v)] for v in form.columns], dtype=np.int64)
    matrix = _widen(form.A, columns, len(variables))
    costs = _widen(form.c, columns, len(variables)).toarray()
    sides = np.array([side for _, side in form.rows])
    stages = tuple(Stage(name, costs[k], float(form.c_offset[k])) for k, name in enumerate(m.stages))
    return Problem(
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


def load_values(m: PlanModel, values: Vector) -> None:
    """Put a solution's values into the variables of the model."""
    for variable, value in zip(_variables(m), values.tolist(), strict=True):
        variable.set_value(value, skip_validation=True)


class Loaded:
    """The values of a solution, by Pyomo."""

    def __init__(self, m: PlanModel) -> None:
        self._model = m

    def values(self, name: str) -> Vector:
        """Return the values of a component in the order of its index, (members,)."""
        component = self._model.component(name)
        return np.array([pyo.value(component[key]) for key in _keys(self._model.records[name])], dtype=float)

    def labels(self, record: Recorded, places: npt.NDArray[np.intp]) -> Sequence[Any]:
        """Return the ids of members of a component's index, one array for each id, (places,)."""
        keys = list(_keys(record))
        table = [key if isinstance(key, tuple) else (key,) for key in (keys[place] for place in places.tolist())]
        width = sum(part.dimen for part in record.index)
        return list(zip(*table, strict=True)) if table else [()] * width

    def worth(self, name: str, rule: Rule) -> float:
        """Return the value of a rule without an index."""
        del name
        return float(pyo.value(rule(self._model)))


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


def _keys(record: Recorded) -> Iterator[Any]:
    """Yield the members of a component's index, the last set fastest."""
    parts = [[key if isinstance(key, tuple) else (key,) for key in part.ordered_data()] for part in record.index]
    for combination in product(*parts):
        key = tuple(chain.from_iterable(combination))
        yield key if len(key) > 1 else key[0] if key else None


def _variables(m: PlanModel) -> list[Any]:
    return [m.component(record.name)[key] for record in m.recorded("variable") for key in _keys(record)]


def _name(member: Any) -> tuple[str, tuple[Any, ...]]:
    index = member.index()
    key = () if index is None else index if isinstance(index, tuple) else (index,)
    return member.parent_component().name, key


def trivial(rule: str, index: tuple[Any, ...]) -> str:
    """Return what to say of a rule without any variable that does not hold."""
    name = f"{rule}[{','.join(map(str, index))}]" if index else rule
    return say(
        "the rule {name} cannot hold: nothing in the scenario can satisfy it",
        "约束 {name} 无法成立：情景中没有任何方式能满足它",
        name=name,
    )


def _rule_in(message: str) -> str:
    return message.split("'")[1] if "'" in message else message
