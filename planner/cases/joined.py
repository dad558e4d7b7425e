"""Cases side by side in one problem, with the rows that tie them: arrays, each written once, where it belongs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import sparse

from planner.cases.ties import declare_ties
from planner.cases.vintages import vintages_of
from planner.models.algebra.problem import Problem, Stage
from planner.models.algebra.row_names import Names
from planner.models.compile import compile_model

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

    from planner.cases.part import Investment, Part
    from planner.cases.vintages import Vintage, Vintages
    from planner.models.algebra.matrix import Compiled
    from planner.models.algebra.problem import Vector
    from planner.models.algebra.row_names import Run
    from planner.scenario.scenario import Scenario

    Numbers = npt.NDArray[np.int64]
    Flags = npt.NDArray[np.bool_]

STANDS, YEARLY, VINTAGE = "stands", "yearly", "vintage"


@dataclass(frozen=True)
class Joined:
    """Some cases of a scenario as one problem.

    Attributes
    ----------
    parts
        The cases; their columns and rows stand first, one case after the other.
    vintages
        What may be built, and where it stands.
    ties
        The model of what ties the cases; those of its columns that are none of a case stand last, so do its rows.
    """

    parts: Sequence[Part]
    vintages: Vintages
    ties: Compiled

    @cached_property
    def columns(self) -> list[slice]:
        """Where the columns of each case stand."""
        return _slices([len(part.compiled.problem.column_lower) for part in self.parts])

    @cached_property
    def rows(self) -> list[slice]:
        """Where the rows of each case stand."""
        return _slices([len(part.compiled.problem.row_lower) for part in self.parts])

    @cached_property
    def problem(self) -> Problem:
        """The joint problem; that of the case itself where one stands alone and nothing ties it."""
        return self.parts[0].compiled.problem if self.is_alone else self._joint()

    @cached_property
    def factors(self) -> dict[Any, float]:
        """By stage and future, how much a yearly amount of a case counts in the joint objective."""
        told = self.ties.model.records["factor"].options["initialize"]
        return dict(zip(self.ties.model.CASES, map(float, told), strict=True))

    @cached_property
    def is_alone(self) -> bool:
        """Whether there is one case, and what stands in it is what is built in it."""
        bounds = self.ties.problem.column_upper[self._of(VINTAGE)]
        factors = self.ties.model.records["factor"].options["initialize"]
        return (
            len(self.parts) == 1
            and float(factors.iloc[0]) == 1.0
            and all(len(found) == 1 for found in self.vintages.alive.values())
            and all(known.is_whole == (found in self.vintages.whole) for found, known in self._built_alone())
            and bool(np.isinf(bounds).all())
        )

    def built(self, values: Vector) -> dict[Vintage, float]:
        """Return how much is built of each vintage by a solution of the joint problem, (columns,)."""
        if self.is_alone:
            part = self.parts[0]
            return {
                found[0]: float(values[part.investments[standing.member].column])
                for standing, found in self.vintages.alive.items()
            }
        numbers = values[self._places[self._of(VINTAGE)]].tolist()
        whole = self.vintages.whole
        pairs = zip(self.vintages.prices, numbers, strict=True)
        return {vintage: float(round(number)) if vintage in whole else number + 0.0 for vintage, number in pairs}

    def of_part(self, number: int, values: Vector) -> Vector:
        """Return the solution of one case, (its columns,); what stands whole is the very sum of its vintages."""
        part, own = self.parts[number], values[self.columns[number]].copy()
        if self.is_alone:
            return own
        built = self.built(values)
        for standing, found in self.vintages.alive.items():
            known = part.investments.get(standing.member)
            is_here = (standing.stage, standing.future) == part.key
            if is_here and known is not None and self.vintages.whole.issuperset(found):
                own[known.column] = sum(built[vintage] for vintage in found)
        return own

    def _built_alone(self) -> list[tuple[Vintage, Investment]]:
        part = self.parts[0]
        return [
            (found[0], part.investments[standing.member])
            for standing, found in self.vintages.alive.items()
            if standing.member in part.investments
        ]

    def _joint(self) -> Problem:
        problems, ties = [part.compiled.problem for part in self.parts], self.ties.problem
        own = np.flatnonzero(self._is_own)
        lower, upper = (
            np.concatenate([*(getattr(each, side) for each in problems), getattr(ties, side)[own]])
            for side in ("column_lower", "column_upper")
        )
        is_integer = np.concatenate([*(each.is_integer for each in problems), ties.is_integer[own]])
        is_integer[list(self._same.values())] = False  # a sum of whole vintages is whole
        named = self._named
        known = [-self._worth(number)[1].constant for number in named]
        return Problem(
            matrix=_below(_side_by_side(problems), self._tied(len(lower))),
            row_lower=np.concatenate([*(each.row_lower for each in problems), ties.row_lower, known]),
            row_upper=np.concatenate([*(each.row_upper for each in problems), ties.row_upper, known]),
            column_lower=lower,
            column_upper=upper,
            is_integer=is_integer,
            stages=tuple(self._pass(stage, len(lower)) for stage in ties.stages),
            objective_stage=ties.objective_stage,
            tie_break=self._pass(Stage("", ties.tie_break), len(lower)).cost if ties.tie_break is not None else None,
            row_names=Names([*self._runs("row_names"), *_kept(ties.row_names), *self._yearly_run(named)]),
            column_names=Names([*self._runs("column_names"), *_kept(ties.column_names, self._is_own)]),
        )

    def _of(self, variable: str) -> slice:
        first = self.ties.expansion.offsets[variable]
        return slice(first, first + self.ties.model.records[variable].size)

    @cached_property
    def _same(self) -> dict[int, int]:
        """The joint problem's column of each column of the ties that is one of a case."""
        by_key = {part.key: (part, columns.start) for part, columns in zip(self.parts, self.columns, strict=True)}
        found: dict[int, int] = {}
        for number, standing in enumerate(self.vintages.alive, self._of(STANDS).start):
            part, start = by_key[standing.stage, standing.future]
            if standing.member in part.investments:
                found[number] = start + part.investments[standing.member].column
        return found

    @cached_property
    def _named(self) -> Numbers:
        """The columns of the ties for what a case's pass is worth that a row names, as that of the worst futures."""
        yearly = self._of(YEARLY)
        width = np.diff(np.asarray(self.ties.problem.matrix.indptr, dtype=np.int64))
        named: Numbers = np.flatnonzero(width[yearly]) + yearly.start
        return named

    @cached_property
    def _is_own(self) -> Flags:
        """Which columns of the ties are columns of their own, (ties' columns,)."""
        own = np.ones(len(self.ties.problem.column_lower), dtype=bool)
        own[list(self._same)] = False
        own[self._of(YEARLY)] = False
        own[self._named] = True
        return own

    @cached_property
    def _places(self) -> Numbers:
        """The joint problem's column of each column of the ties, (ties' columns,); -1 where there is none."""
        places = np.where(self._is_own, np.cumsum(self._is_own) - 1 + self.columns[-1].stop, -1)
        places[list(self._same)] = list(self._same.values())
        return places

    def _worth(self, number: int) -> tuple[slice, Stage]:
        """Return what a column of ``yearly`` is worth: the columns of its case, and their coefficients."""
        name, *key = list(self.ties.model.YEARLY)[number - self._of(YEARLY).start]
        place = [part.key for part in self.parts].index((key[0], key[1]))
        columns = self.columns[place]
        return columns, self.parts[place].passes.get(name, Stage(name, np.zeros(columns.stop - columns.start)))

    def _pass(self, stage: Stage, columns: int) -> Stage:
        """Return a pass of the ties over the joint problem's columns."""
        cost, constant, yearly = np.zeros(columns), stage.constant, self._of(YEARLY)
        for number in np.flatnonzero(stage.cost).tolist():
            if yearly.start <= number < yearly.stop:
                where, worth = self._worth(number)
                cost[where] += stage.cost[number] * worth.cost
                constant += stage.cost[number] * worth.constant
            else:
                cost[self._places[number]] += stage.cost[number]
        return Stage(stage.name, cost, constant)

    def _tied(self, columns: int) -> sparse.csc_array:
        """Return the rows of the ties over the joint problem's columns, then what defines a pass that they name."""
        ties = self.ties.problem.matrix.tocoo()
        rows, places, data = [ties.row], [self._places[ties.col]], [ties.data]
        for row, number in enumerate(self._named.tolist(), ties.shape[0]):
            where, worth = self._worth(number)
            found = np.flatnonzero(worth.cost)
            rows.append(np.full(len(found) + 1, row))
            places.append(np.append(found + where.start, self._places[number]))
            data.append(np.append(worth.cost[found], -1.0))
        shape = ties.shape[0] + len(self._named), columns
        made = sparse.coo_array((np.concatenate(data), (np.concatenate(rows), np.concatenate(places))), shape=shape)
        return made.tocsc()

    def _runs(self, names: str) -> list[Run]:
        return [
            replace(run, case=tuple(filter(None, part.key)))
            for part in self.parts
            for run in getattr(part.compiled.problem, names).runs
        ]

    def _yearly_run(self, named: Numbers) -> list[Run]:
        [run] = [run for run in self.ties.problem.column_names.runs if run.component == YEARLY]  # type: ignore[attr-defined]
        return [replace(run, places=named - self._of(YEARLY).start)] if len(named) else []


def join_cases(
    scenario: Scenario,
    parts: Sequence[Part],
    planned: Sequence[Part] | None = None,
    decided: Mapping[Vintage, float] | None = None,
) -> Joined:
    """Return cases as one problem.

    Parameters
    ----------
    scenario
        That holds the cases.
    parts
        The cases in which anything may have been built.
    planned
        Those that are planned now; without a word, all.
    decided
        Vintages that were decided before.
    """
    planned = parts if planned is None else planned
    vintages = vintages_of(scenario, parts, planned)
    return Joined(planned, vintages, compile_model(declare_ties(scenario, planned, vintages, decided or {})))


def _slices(sizes: Sequence[int]) -> list[slice]:
    return [slice(first, last) for first, last in pairwise(accumulate(sizes, initial=0))]


def _side_by_side(problems: Sequence[Problem]) -> sparse.csc_array:
    """Return the matrices of problems that share no row and no column as one."""
    matrices = [problem.matrix for problem in problems]
    rows = list(accumulate((matrix.shape[0] for matrix in matrices), initial=0))
    entries = list(accumulate((matrix.nnz for matrix in matrices), initial=0))
    kind: np.dtype[Any] = np.dtype(np.int32 if max(entries[-1], rows[-1]) <= np.iinfo(np.int32).max else np.int64)
    starts = [np.asarray(each.indptr[:-1], dtype=kind) + first for each, first in zip(matrices, entries, strict=False)]
    places = [np.asarray(each.indices, dtype=kind) + first for each, first in zip(matrices, rows, strict=False)]
    indptr = np.concatenate([*starts, np.array([entries[-1]], dtype=kind)])
    data = np.concatenate([each.data for each in matrices])
    columns = sum(each.shape[1] for each in matrices)
    made: sparse.csc_array = sparse.csc_array((data, np.concatenate(places), indptr), shape=(rows[-1], columns))
    return made


def _below(above: sparse.csc_array, below: sparse.csc_array) -> sparse.csc_array:
    """Put a few rows, which may have further columns at the end, below many."""
    kind = np.result_type(above.indices.dtype, above.indptr.dtype)
    ends = np.asarray(above.indptr, dtype=kind)
    starts = np.concatenate([ends, np.full(below.shape[1] - above.shape[1], ends[-1], dtype=kind)])
    added = np.asarray(below.indptr, dtype=kind)
    where = np.repeat(starts[1:], np.diff(added))
    lower = np.asarray(below.indices, dtype=kind) + above.shape[0]
    indices = np.insert(np.asarray(above.indices, dtype=kind), where, lower)
    data = np.insert(above.data, where, below.data)
    shape = above.shape[0] + below.shape[0], below.shape[1]
    made: sparse.csc_array = sparse.csc_array((data, indices, starts + added), shape=shape)
    return made


def _kept(names: object, which: Flags | None = None) -> list[Run]:
    """Return the runs of names, of those members alone that are kept, (names,)."""
    found, first = [], 0
    for run in names.runs if isinstance(names, Names) else ():
        here = slice(first, first + len(run.places))
        found.append(run if which is None else replace(run, places=run.places[which[here]]))
        first = here.stop
    return found
