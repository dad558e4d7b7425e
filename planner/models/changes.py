"""What its user did to a made model: found by comparing its arrays with those of the record, not by asking Pyomo.

Whatever Pyomo offers to change (rules added, taken out or rewritten, variables fixed or narrowed, other objectives,
blocks, lists), it shows in the arrays that a solver gets. So nothing can slip by; what cannot be honoured is refused.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyomo.environ as pyo
from scipy import sparse

from planner.errors import UsageError, shown
from planner.language import join, say
from planner.models.algebra import standard_form
from planner.models.algebra.expansion import Expansion
from planner.models.algebra.matrix import BY_HAND, Compiled, Solved, expand
from planner.models.algebra.own import CHANGES_SHOWN_MAX, Own
from planner.models.algebra.problem import Problem, Stage
from planner.models.algebra.templates import NotTemplatableError
from planner.models.build import build_model
from planner.models.solving.highs.judge import TOLERANCE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from planner.language import Message
    from planner.models.algebra.plan_model import PlanModel
    from planner.models.algebra.problem import Vector

ROUNDING = 1e-9
"""Relative to the largest number beside it: the two ways add the same terms in another order."""
NAMES_SHOWN_MAX = 3
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Changed(Compiled):
    """A made model that its user changed: the user's problem, and the features' templates to read a plan with."""

    has_templates: bool = field(default=True)

    def load(self, values: Vector) -> None:
        """Give the model the values of a solution, (columns,); the tables come from the features' own columns."""
        standard_form.load_values(self.model, values)
        ours = values[: self.expansion.columns]
        by_template = Solved(self.model, self.expansion, ours)
        self.model.plan = by_template if self.has_templates else standard_form.Loaded(self.model)


def compile_made(m: PlanModel) -> Compiled:
    """Turn a made model into arrays, with all that its user did to it."""
    for record in m.recorded("variable"):
        if not standard_form.keys_are_whole(m, record):
            raise UsageError(say("the variable {name} is not in the model as the planner made it", name=record.name))
    objective = _objective(m)
    try:
        theirs = standard_form.compile_as_made(m, objective.name)
    except ValueError as error:
        raise _not_known(error) from error
    ours, expansion, has_templates = _recorded(m)
    theirs = _checked_columns(ours, theirs, m)
    own = _compare(ours, theirs, m, objective.name)
    if not own:
        return Compiled(m, ours, expansion, fallback="" if has_templates else BY_HAND, own=own)
    problem = theirs if own.objective else _with_our_stages(ours, theirs)
    return Changed(m, problem, expansion, BY_HAND, own, has_templates)


def _recorded(m: PlanModel) -> tuple[Problem, Expansion, bool]:
    """Return the features' own problem, and whether it was made of templates."""
    expansion = Expansion(m)
    try:
        return expand(m, expansion, keep_broken=True, with_own=False), expansion, True
    except NotTemplatableError:
        return standard_form.compile_standard_form(build_model(m.inputs)), expansion, False


def _objective(m: PlanModel) -> Any:
    """Return the one active objective."""
    active = list(m.component_data_objects(pyo.Objective, active=True, descend_into=True))
    if len(active) != 1:
        names = join(shown(one.name) for one in active)
        raise UsageError(
            say(
                "the model has {count} active objectives ({names}): leave one, and deactivate() the others",
                count=len(active),
                names=names or "–",
            )
        )
    if active[0].sense != pyo.minimize:
        raise UsageError(say("the objective {name} is maximised: minimise its negative", name=shown(active[0].name)))
    return active[0]


def _not_known(error: ValueError) -> UsageError:
    text = " ".join(str(error).split())
    return UsageError(say("the model holds what the planner cannot solve: {text}", text=shown(text, 300)))


# ---- columns


def _checked_columns(ours: Problem, theirs: Problem, m: PlanModel) -> Problem:
    """Return the user's problem with what is fixed put onto whole numbers and bounds; refuse what leaves ours."""
    variables = standard_form.variables_of(m)
    strange = [v.name for v in variables if not (v.is_continuous() or v.is_integer())]
    if strange:
        raise _of_variables(strange, say("may be neither any number nor any whole one"))
    columns = len(ours.column_names)
    lower, upper = theirs.column_lower.copy(), theirs.column_upper.copy()
    fixed = np.array([v.fixed for v in variables], dtype=bool)
    names = [v.name for v in variables]
    _refuse(names, np.isnan(lower) | np.isnan(upper), say("is fixed without a value"))
    whole = theirs.is_integer.copy()
    whole[:columns] |= ours.is_integer
    asked = np.where(fixed, lower, 0.0)
    nearest = np.where(whole, np.round(asked), asked)
    size = np.maximum(1.0, np.abs(asked))
    is_off = np.abs(nearest - asked) > TOLERANCE * size
    _refuse(names, is_off, say("is fixed to a fraction, but counts whole things"))
    within = nearest.copy()
    within[:columns] = np.clip(nearest[:columns], ours.column_lower, ours.column_upper)
    within = np.where(np.abs(within - nearest) <= TOLERANCE * size, within, nearest)
    lower, upper = np.where(fixed, within, lower), np.where(fixed, within, upper)
    leaves = np.zeros(len(names), dtype=bool)
    leaves[:columns] = (
        _below(lower[:columns], ours.column_lower)
        | _below(ours.column_upper, upper[:columns])
        | (ours.is_integer & ~theirs.is_integer[:columns] & ~fixed[:columns])
    )
    remedy = say("may leave the limits of the scenario, which the audit knows: change the scenario instead")
    _refuse(names, leaves, remedy)
    return replace(theirs, column_lower=lower, column_upper=upper, is_integer=whole)


def _refuse(names: Sequence[str], which: Flags, why: Message) -> None:
    if which.any():
        raise _of_variables([names[place] for place in np.flatnonzero(which).tolist()], why)


def _of_variables(names: Sequence[str], why: Message) -> UsageError:
    more = len(names) - NAMES_SHOWN_MAX
    listed = join(shown(name) for name in names[:NAMES_SHOWN_MAX])
    rest = say(" and {more} more", more=more) if more > 0 else ""
    return UsageError(say("{listed}{rest}: {why}", listed=listed, rest=rest, why=why))


def _below(one: Vector, other: Vector) -> Flags:
    """Return where a number is less than another by more than rounding, (members,)."""
    with np.errstate(invalid="ignore"):  # infinite less infinite is not a number, and not below
        return one < other - ROUNDING * np.maximum(1.0, np.where(np.isfinite(other), np.abs(other), 1.0))


def _narrowed(ours: Problem, theirs: Problem) -> list[str]:
    """Spell out the limits of the features' variables that the user made narrower."""
    columns = len(ours.column_names)
    lower, upper = theirs.column_lower[:columns], theirs.column_upper[:columns]
    is_whole = theirs.is_integer[:columns] & ~ours.is_integer
    is_above, is_below = _below(ours.column_lower, lower), _below(upper, ours.column_upper)
    told = []
    for place in np.flatnonzero(is_above | is_below | is_whole).tolist():
        name, ids = ours.column_names[place]
        variable = f"{name}[{';'.join(map(str, ids))}]" if ids else name
        if lower[place] == upper[place]:
            told.append(f"{variable} = {lower[place]:.10g}")
            continue
        sides = [f"{variable} >= {lower[place]:.10g}"] if is_above[place] else []
        sides += [f"{variable} <= {upper[place]:.10g}"] if is_below[place] else []
        told += [*sides, *([f"{variable} ∈ ℤ"] if is_whole[place] else [])]
    return told


# ---- rows and costs


def _compare(ours: Problem, theirs: Problem, m: PlanModel, objective: str) -> Own:
    """Return what of the user's problem the features did not say."""
    features = {record.name for record in m.recorded("constraint") if not record.is_own}
    having = {name for name, _ in theirs.row_names}
    components = m.component_objects(pyo.Constraint, active=True, descend_into=True)
    rules = [component.name for component in components if component.name not in features]
    without_rows = standard_form.without_rows(m, [name for name in rules if name not in having], theirs)
    variables = (name for name, _ in theirs.column_names[len(ours.column_names) :])
    changes = _narrowed(ours, theirs)
    return Own(
        rules=tuple(rules),
        variables=tuple(dict.fromkeys(variables)),
        changes=tuple(changes[:CHANGES_SHOWN_MAX]),
        changes_more=max(len(changes) - CHANGES_SHOWN_MAX, 0),
        taken_out=_taken_out(ours, theirs, features),
        objective="" if _same_cost(ours, theirs) else objective,
        without_rows=without_rows,
    )


def _taken_out(ours: Problem, theirs: Problem, features: set[str]) -> tuple[str, ...]:
    """Return the features' rules of which a row is missing, or is another."""
    places: dict[Any, int] = {}
    changed = set()
    for place, name in enumerate(theirs.row_names):
        if name in places:
            changed.add(name[0])
        places[name] = place
    here = list(ours.row_names)
    changed |= {name[0] for name in places.keys() - set(here)}
    changed |= {name[0] for name in here if name not in places}
    kept = [number for number, name in enumerate(here) if name in places]
    differs = _rows_differ(ours, kept, theirs, [places[here[number]] for number in kept])
    changed |= {here[kept[number]][0] for number in np.flatnonzero(differs).tolist()}
    return tuple(sorted(changed & features))


def _rows_differ(ours: Problem, here: Sequence[int], theirs: Problem, there: Sequence[int]) -> Flags:
    """Return which pairs of rows say different things, (pairs,)."""
    if not here:
        return np.zeros(0, dtype=bool)
    width = theirs.matrix.shape[1]
    expected, found = ours.matrix.tocsr()[list(here)], theirs.matrix.tocsr()[list(there)]
    expected = sparse.csr_array((expected.data, expected.indices, expected.indptr), shape=(len(here), width))
    # Where a sum is empty Pyomo may turn a row about: 0 ≤ x for 0 - x ≤ 0.
    turned = np.asarray((expected * found).sum(axis=1)).ravel() < 0
    lower, upper = ours.row_lower[list(here)], ours.row_upper[list(here)]
    lower, upper = np.where(turned, -upper, lower), np.where(turned, -lower, upper)
    expected = sparse.diags_array(np.where(turned, -1.0, 1.0)) @ expected
    size = _largest(expected)
    differs = _largest(expected - found) > ROUNDING * size
    for one, other in ((lower, theirs.row_lower[list(there)]), (upper, theirs.row_upper[list(there)])):
        is_finite = np.isfinite(one) & np.isfinite(other)
        is_apart = ~np.isclose(one, other, rtol=ROUNDING, atol=0.0) & (
            np.abs(_finite(one) - _finite(other)) > ROUNDING * size
        )
        differs |= np.where(is_finite, is_apart, one != other)
    return differs


def _finite(numbers: Vector) -> Vector:
    """Return numbers with 0 for those that are infinite."""
    return np.where(np.isfinite(numbers), numbers, 0.0)


def _largest(matrix: Any) -> Vector:
    """Return the largest size of an entry in each row, (rows,)."""
    return abs(matrix).max(axis=1).toarray().ravel() if matrix.nnz else np.zeros(matrix.shape[0])


def _same_cost(ours: Problem, theirs: Problem) -> bool:
    """Return whether the user's objective is the scenario's."""
    mine, other = ours.stages[ours.objective_stage], theirs.stages[0]
    cost = np.concatenate([mine.cost, np.zeros(len(other.cost) - len(mine.cost))])
    size = float(np.abs(cost).max(initial=abs(mine.constant)))
    is_apart = np.abs(cost - other.cost).max(initial=abs(mine.constant - other.constant)) > ROUNDING * size
    return not is_apart


def _with_our_stages(ours: Problem, theirs: Problem) -> Problem:
    """Return the user's problem with what the scenario minimises in turn, and its choice between equals."""
    more = np.zeros(theirs.matrix.shape[1] - ours.matrix.shape[1])
    stages = tuple(Stage(one.name, np.concatenate([one.cost, more]), one.constant) for one in ours.stages)
    tie_break = None if ours.tie_break is None else np.concatenate([ours.tie_break, more])
    return replace(theirs, stages=stages, objective_stage=ours.objective_stage, tie_break=tie_break)
