"""A declared model → arrays: every rule is called once and expanded over its index set; no Python runs row by row."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from planner.errors import InfeasibleError
from planner.language import Text, say
from planner.models.algebra import standard_form
from planner.models.algebra.own import Own, refused, says_nothing
from planner.models.algebra.pieces import pieces
from planner.models.algebra.problem import Problem, Stage
from planner.models.algebra.row_names import Names, Run, labels_of
from planner.models.algebra.templates import NotTemplatableError, Row
from planner.models.algebra.unfit import unfit_limits

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from planner.models.algebra.expansion import Expansion
    from planner.models.algebra.expansion_frame import Array
    from planner.models.algebra.linear_form import Linear, Piece
    from planner.models.algebra.plan_model import PlanModel, Recorded, Rule
    from planner.models.algebra.problem import Vector

COEFFICIENT_RANGE_MAX = 1e9
BY_HAND = "the model was changed by hand"
"""Why a made model that its user changed is compiled by the standard form."""
INDEX_MAX = np.iinfo(np.int32).max


@dataclass(frozen=True)
class Compiled:
    """A model as arrays.

    Attributes
    ----------
    model
        The model it was made from.
    problem
        Rows in the order of the rules, columns in the order of the variables.
    fallback
        Why Pyomo's standard form had to be used, rule by rule and row by row; empty where templates were.
    own
        What of it is the user's own.
    """

    model: PlanModel
    problem: Problem
    expansion: Expansion
    fallback: str = ""
    own: Own = field(default_factory=Own)

    def load(self, values: Vector) -> None:
        """Give the model the values of a solution, (columns,), for the features to report."""
        if self.model.is_made:
            standard_form.load_values(self.model, values)
        if self.fallback:
            self.model.plan = standard_form.Loaded(self.model)
        else:
            self.model.plan = Solved(self.model, self.expansion, values)


class Solved:
    """The values of a solution, by template."""

    def __init__(self, m: PlanModel, expansion: Expansion, columns: Vector) -> None:
        self._model = m
        self._expansion = expansion
        self._columns = columns

    def values(self, name: str) -> Vector:
        """Return the values of a component in the order of its index, (members,)."""
        return self._expansion.component(self._model.records[name], self._columns)

    def labels(self, record: Recorded, places: npt.NDArray[np.int64]) -> Sequence[Any]:
        """Return the ids of members of a component's index, one array for each id, (places,)."""
        return labels_of(self._expansion.tables(record.index), places)

    def worth(self, name: str, rule: Rule) -> float:
        """Return the value of a rule without an index."""
        template = self._expansion.symbols.call(rule, (), name)
        return self._expansion.number(template.body, self._columns)


def expand(m: PlanModel, expansion: Expansion, *, keep_broken: bool = False, with_own: bool = True) -> Problem:
    """Return a model as it was recorded, its rules expanded over arrays; without the user's own if so asked."""
    if expansion.columns > INDEX_MAX:
        raise MemoryError(f"{expansion.columns} columns are more than a solver can number")
    constraints = [record for record in m.recorded("constraint") if record.size and (with_own or not record.is_own)]
    rules = [_rows(record, expansion) for record in constraints]
    lower = np.concatenate([np.zeros(0), *(rule.lower for rule in rules)])
    upper = np.concatenate([np.zeros(0), *(rule.upper for rule in rules)])
    matrix = _matrix(rules, expansion.columns)
    names = [_run(record, expansion) for record in constraints]
    holds = np.zeros(len(lower), dtype=bool)
    holds[matrix.indices] = True
    _check_own(constraints, holds)
    holds |= unfit_limits(lower, upper)  # kept, for check_problem to refuse by name: NaN is neither above 0 nor below
    broken = np.flatnonzero(~holds & ((lower > 0) | (upper < 0)))
    if keep_broken:
        holds[broken] = True
    elif len(broken):
        raise InfeasibleError(standard_form.trivial(*Names(names)[int(broken[0])]))
    costs = {name: cost_of(m.records[name], expansion) for name in [*m.stages, *(["haul"] if m.has_haul else [])]}
    column_lower, column_upper, is_integer = _columns(m, expansion)
    return Problem(
        matrix=_without_rows(matrix, ~holds),
        row_lower=lower[holds],
        row_upper=upper[holds],
        column_lower=column_lower,
        column_upper=column_upper,
        is_integer=is_integer,
        stages=tuple(costs[name] for name in m.stages),
        objective_stage=m.stages.index("objective_value"),
        tie_break=costs["haul"].cost if m.has_haul else None,
        row_names=Names(list(_kept(names, holds))),
        column_names=column_names(m, expansion),
    )


def _check_own(constraints: Sequence[Recorded], holds: npt.NDArray[np.bool_]) -> None:
    """Refuse a rule of the user's own of which no row, (rows,), has a variable."""
    first = 0
    for record in constraints:
        if record.is_own and not holds[first : first + record.size].any():
            raise says_nothing(record.name)
        first += record.size


def column_names(m: PlanModel, expansion: Expansion) -> Names:
    """Return the variable and index of every column."""
    return Names([_run(record, expansion) for record in m.recorded("variable")])


def _run(record: Recorded, expansion: Expansion) -> Run:
    return Run(record.name, expansion.tables(record.index), np.arange(record.size, dtype=np.int32))


@dataclass(frozen=True)
class _Rows:
    """All rows of one rule: lower ≤ linear ≤ upper."""

    linear: Linear
    lower: Vector
    upper: Vector


def _rows(record: Recorded, expansion: Expansion) -> _Rows:
    """Expand one rule."""
    template = expansion.symbols.template(record)
    relation = template.body
    if not isinstance(relation, Row):
        raise NotTemplatableError(f"{record.name}: the rule returns no relation")
    try:
        linear = expansion.linear(record, template.indices, relation.body)
        lower, upper = (
            np.full(record.size, missing)
            if side is None
            else expansion.numbers(record, template.indices, side) - linear.constant
            for side, missing in ((relation.lower, -np.inf), (relation.upper, np.inf))
        )
    except KeyError as error:  # it names what does not exist
        if not record.is_own:
            raise
        raise refused(record.name, error) from error
    return _Rows(linear, lower, upper)


def _matrix(rules: Sequence[_Rows], columns: int) -> sparse.csc_array:
    """Put the rules' rows under each other: in every column rows in order, none twice, no coefficient zero.

    Columns are counted first, so that each coefficient is written once, where it belongs: of what is as large as the
    matrix there is nothing else.
    """
    first = np.cumsum([0, *(len(rule.lower) for rule in rules)]).tolist()
    parts = [(part, row) for rule, row in zip(rules, first[:-1], strict=True) for part in _parts(rule.linear)]
    width = np.zeros(columns, dtype=np.int32)
    for part, _ in parts:
        where, times = _counted(part.column_numbers())
        width[where] += 1 if times is None else times
    size = int(width.sum(dtype=np.int64))
    if size > INDEX_MAX:
        raise MemoryError(f"{size} coefficients are more than a solver can number")
    starts = np.zeros(columns + 1, dtype=np.int32)
    np.cumsum(width, out=starts[1:])
    indices, data = np.empty(size, dtype=np.int32), np.empty(size)
    following = starts[:-1].copy()  # the place of each column's next coefficient
    for part, row in parts:
        column = part.column_numbers()
        where, times = _counted(column)
        places = following[where] if times is None else following[column] + _repeats(column)
        indices[places], data[places] = part.row_numbers(row), part.values()
        following[where] += 1 if times is None else times
    matrix: sparse.csc_array = sparse.csc_array((data, indices, starts), shape=(first[-1], columns))
    # Most rules name a variable once, and then the rows stand in order as they come.
    rises = indices[1:] > indices[:-1]
    begins = starts[1:-1]
    rises[begins[(begins > 0) & (begins < size)] - 1] = True
    matrix.has_sorted_indices = matrix.has_canonical_format = bool(rises.all())
    if not matrix.has_canonical_format:
        matrix.sum_duplicates()
    if not matrix.data.all():
        matrix.eliminate_zeros()
    return matrix


def _parts(linear: Linear) -> Iterator[Piece]:
    for piece in linear.pieces:
        yield from piece.parts()


def _counted(columns: Array) -> tuple[slice | Array, Array | None]:
    """Return where the columns of cells, (cells,), are counted, and how often each stands there; ``None`` for once."""
    if not len(columns):
        return slice(0, 0), None
    if (columns[1:] > columns[:-1]).all():
        first, last = int(columns[0]), int(columns[-1])
        return slice(first, last + 1) if last - first + 1 == len(columns) else columns, None
    first = int(columns.min())
    times = np.bincount(columns - first).astype(np.int32)
    return (columns, None) if times.max() == 1 else (slice(first, first + len(times)), times)


def _repeats(columns: Array) -> Array:
    """Return how often each cell's column stood before it, (cells,)."""
    order = np.argsort(columns, kind="stable")
    ordered = columns[order]
    begins = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
    repeats = np.empty(len(columns), dtype=np.int32)
    repeats[order] = np.arange(len(columns)) - np.repeat(begins, np.diff(np.append(begins, len(columns))))
    return repeats


def _without_rows(matrix: sparse.csc_array, empty: npt.NDArray[np.bool_]) -> sparse.csc_array:
    """Take rows out that hold nothing."""
    if not empty.any():
        return matrix
    place = np.cumsum(~empty, dtype=np.int32) - np.int32(1)
    shape = int((~empty).sum()), matrix.shape[1]
    for _, entries in pieces(matrix.indptr):
        matrix.indices[entries] = place[matrix.indices[entries]]
    return sparse.csc_array((matrix.data, matrix.indices, matrix.indptr), shape=shape)


def _kept(names: Sequence[Run], holds: npt.NDArray[np.bool_]) -> Iterator[Run]:
    first = 0
    for run in names:
        here = holds[first : first + len(run.places)]
        yield replace(run, places=run.places[here])
        first += len(here)


def cost_of(record: Recorded, expansion: Expansion) -> Stage:
    """Return what an expression without an index is worth: a coefficient for every column, and its constant."""
    template = expansion.symbols.template(record)
    linear = expansion.linear(record, template.indices, template.body)
    cost = np.zeros(expansion.columns)
    for part in _parts(linear):
        column = part.column_numbers()
        first, last = (int(column.min()), int(column.max())) if part.size else (0, -1)
        cost[first : last + 1] += np.bincount(column - first, part.values(), minlength=last - first + 1)
    return Stage(record.name, cost, float(linear.constant[0]))


def _columns(m: PlanModel, expansion: Expansion) -> tuple[Vector, Vector, npt.NDArray[np.bool_]]:
    """Return the bounds of the columns and which are integer, each (columns,)."""
    lower, upper = np.full(expansion.columns, -np.inf), np.full(expansion.columns, np.inf)
    is_integer = np.zeros(expansion.columns, dtype=bool)
    for record in m.recorded("variable"):
        here = slice(expansion.offsets[record.name], expansion.offsets[record.name] + record.size)
        domain = record.options["within"]
        least, most = domain.bounds()
        lower[here], upper[here] = (-np.inf if least is None else least), (np.inf if most is None else most)
        is_integer[here] = domain.isdiscrete()
        if record.options["bounds"] is not None and record.size:
            template = expansion.symbols.call(record.options["bounds"], record.index, f"bounds of {record.name}")
            least, most = (expansion.numbers(record, template.indices, side) for side in template.body)
            lower[here], upper[here] = np.maximum(lower[here], least), np.minimum(upper[here], most)
    return lower, upper, is_integer


def coefficient_warnings(problem: Problem) -> Iterator[Text]:
    """Name the rules whose rows span more than nine orders of magnitude."""
    largest, least = np.zeros(problem.matrix.shape[0]), np.full(problem.matrix.shape[0], np.inf)
    for _, entries in pieces(problem.matrix.indptr):
        size, rows = np.abs(problem.matrix.data[entries]), problem.matrix.indices[entries]
        np.maximum.at(largest, rows, size)
        np.minimum.at(least, rows, size)
    wide = np.flatnonzero(largest > COEFFICIENT_RANGE_MAX * least)
    rules = {problem.row_names[int(row)][0] for row in wide}
    yield from (
        say(
            "coefficients of {rule} span more than {COEFFICIENT_RANGE_MAX:.0e}",
            rule=rule,
            COEFFICIENT_RANGE_MAX=COEFFICIENT_RANGE_MAX,
        )
        for rule in sorted(rules)
    )
