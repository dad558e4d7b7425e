"""Pyomo model → arrays, in one pass through Pyomo's standard form.

Every use of Pyomo's internals stands in this file; proved with Pyomo 6.10.1.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from itertools import chain, product
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyomo.environ as pyo
from pyomo.common.errors import InfeasibleConstraintException, InvalidExpressionError
from pyomo.repn.plugins.standard_form import LinearStandardFormCompiler
from scipy import sparse

from planner.errors import InfeasibleError, UsageError, shown
from planner.language import Text, say
from planner.models.algebra.own import refused, says_nothing
from planner.models.algebra.problem import Problem, Stage

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from planner.models.algebra.plan_model import PlanModel, Recorded, Rule
    from planner.models.algebra.problem import Vector


def compile_standard_form(m: PlanModel) -> Problem:
    """Turn a model into arrays."""
    if not m.is_made:
        m.realise()
    names = [*m.stages, "haul"] if m.has_haul else list(m.stages)
    with _objectives(m, names):
        problem = _compiled(m, variables_of(m), names)
    stages = problem.stages[: len(m.stages)]
    tie_break = problem.stages[-1].cost if m.has_haul else None
    return replace(problem, stages=stages, objective_stage=m.stages.index("objective_value"), tie_break=tie_break)


def compile_as_made(m: PlanModel, objective: str) -> Problem:
    """Turn a model into arrays as its user left it: whatever is active, and the one objective that is."""
    variables = variables_of(m)
    with _fixed_as_bounds(variables) as fixed:
        problem = _compiled(m, variables, [objective])
    lower, upper = problem.column_lower.copy(), problem.column_upper.copy()
    for place, value in fixed.items():
        lower[place] = upper[place] = value
    return replace(problem, column_lower=lower, column_upper=upper)


def _compiled(m: PlanModel, variables: Sequence[Any], names: Sequence[str]) -> Problem:
    """Return the model's active rules and objectives over these variables; each objective is a stage of its name."""
    try:
        form = LinearStandardFormCompiler().write(m, mixed_form=True, set_sense=None)
    except InfeasibleConstraintException as exc:
        raise InfeasibleError(trivial(_rule_in(str(exc)), ())) from None
    except InvalidExpressionError as exc:  # "Model constraint (name) contains nonlinear terms …"
        raise refused(str(exc).partition("(")[2].partition(")")[0], exc) from None
    position = {id(v): number for number, v in enumerate(variables)}
    if strangers := [v.name for v in form.columns if id(v) not in position]:
        raise UsageError(
            say("a rule names the variable {name}, which is no active part of this model", name=shown(strangers[0]))
        )
    columns = np.array([position[id(v)] for v in form.columns], dtype=np.int64)
    costs = _widen(form.c, columns, len(variables)).toarray()
    sides = np.array([side for _, side in form.rows])
    return Problem(
        matrix=_widen(form.A, columns, len(variables)),
        row_lower=np.where(sides <= 0, form.rhs, -np.inf).astype(float),
        row_upper=np.where(sides >= 0, form.rhs, np.inf).astype(float),
        column_lower=_bounds(variables, "lb", -np.inf),
        column_upper=_bounds(variables, "ub", np.inf),
        is_integer=np.array([not v.is_continuous() for v in variables], dtype=bool),
        stages=tuple(Stage(name, costs[k], float(form.c_offset[k])) for k, name in enumerate(names)),
        objective_stage=0,
        tie_break=None,
        row_names=tuple(_name(row.constraint) for row in form.rows),
        column_names=tuple(_name(v) for v in variables),
    )


def variables_of(m: PlanModel) -> list[Any]:
    """Return the features' variables of a made model in the order of the columns, then the user's own."""
    known = [m.component(record.name)[key] for record in m.recorded("variable") for key in _keys(record)]
    ours = {id(variable) for variable in known}
    every = m.component_data_objects(pyo.Var, active=True, descend_into=True)
    return [*known, *(variable for variable in every if id(variable) not in ours)]


def without_rows(m: PlanModel, rules: Sequence[str], problem: Problem) -> tuple[str, ...]:
    """Return the rules of the user's own that have no members in a made model."""
    having = {name for name, _ in problem.row_names}
    empty = []
    for name in rules:
        if name not in having:
            if any(member.active for member in m.find_component(name).values()):
                raise says_nothing(name)
            empty.append(name)
    return tuple(empty)


def keys_are_whole(m: PlanModel, record: Recorded) -> bool:
    """Return whether a feature's variable is still there, with the members it was recorded with."""
    component = m.component(record.name)
    return component is not None and component.ctype is pyo.Var and list(component.keys()) == list(_keys(record))


def load_values(m: PlanModel, values: Vector) -> None:
    """Put a solution's values into the variables of the model."""
    for variable, value in zip(variables_of(m), values.tolist(), strict=True):
        variable.set_value(value, skip_validation=True)


def values_of(m: PlanModel, problem: Problem) -> tuple[Vector, str]:
    """Return the values that stand in the variables of a made model, (columns,), and a variable without one.

    A variable that stands in no rule and in no objective is none of the solver's business: it counts as what is nearest
    to 0.
    """
    counts = np.diff(problem.matrix.indptr) > 0
    for stage in problem.stages[problem.objective_stage : problem.objective_stage + 1]:
        counts |= stage.cost != 0
    values, missing = np.zeros(len(problem.column_names)), ""
    for place, variable in enumerate(variables_of(m)):
        if variable.value is not None:
            values[place] = variable.value
        elif counts[place]:
            missing = missing or variable.name
        else:
            values[place] = np.clip(0.0, problem.column_lower[place], problem.column_upper[place])
    return values, missing


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
def _fixed_as_bounds(variables: Sequence[Any]) -> Iterator[dict[int, float]]:
    """Let fixed variables be seen while compiling, and hand out their values by column."""
    fixed = {place: variable for place, variable in enumerate(variables) if variable.fixed}
    for variable in fixed.values():
        variable.fixed = False
    try:
        yield {place: np.nan if variable.value is None else float(variable.value) for place, variable in fixed.items()}
    finally:
        for variable in fixed.values():
            variable.fixed = True


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


def _bounds(variables: Sequence[Any], side: str, none: float) -> np.ndarray[Any, np.dtype[np.float64]]:
    values = [getattr(v, side) for v in variables]
    return np.array([none if value is None else value for value in values], dtype=float)


def _keys(record: Recorded) -> Iterator[Any]:
    """Yield the members of a component's index, the last set fastest."""
    parts = [[key if isinstance(key, tuple) else (key,) for key in part.ordered_data()] for part in record.index]
    for combination in product(*parts):
        key = tuple(chain.from_iterable(combination))
        yield key if len(key) > 1 else key[0] if key else None


def _name(member: Any) -> tuple[str, tuple[Any, ...]]:
    index = member.index()
    key = () if index is None else index if isinstance(index, tuple) else (index,)
    return member.parent_component().name, key


def trivial(rule: str, index: tuple[Any, ...]) -> Text:
    """Return what to say of a rule without any variable that does not hold."""
    name = f"{rule}[{','.join(map(str, index))}]" if index else rule
    return say("the rule {name} cannot hold: nothing in the scenario can satisfy it", name=name)


def _rule_in(message: str) -> str:
    return message.split("'")[1] if "'" in message else message
