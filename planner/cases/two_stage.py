"""A joint problem as one of two stages: what is decided before it is known which future comes, and what after it.

Every future has the columns and rows of the core, which is the union of all of them; numbers alone differ, so that
readers that know nothing but coefficients and right-hand sides can state every future exactly:

- a bound that differs between futures is a row;
- costs that differ are entries of a row that adds them up;
- a row that some future lacks, or a side of it, has there a free column of its own that lifts it;
- a column that some future lacks has no entry and no cost there.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from planner.errors import UsageError
from planner.language import say

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from planner.cases.joined import Joined
    from planner.models.algebra.row_names import Name

    Vector = npt.NDArray[np.float64]
    Table = npt.NDArray[np.float64]
    Numbers = npt.NDArray[np.int64]
    Flags = npt.NDArray[np.bool_]

COMMON = -1
"""In place of a future's number: what is of all of them."""
SAME = 1e-14
"""Relative: costs that differ by less are the same, each divided by its own probability."""


class Shared(NamedTuple):
    """Whose the columns, or rows, of a joint problem are, and which of them are the same thing in several futures."""

    future: Numbers
    """(members,) number of the future, or ``COMMON``."""
    place: Numbers
    """(members,) number among ``names``."""
    names: list[Name]
    """Each thing once; those of the first stage come first."""
    first: int
    """How many are of the first stage."""


@dataclass
class Entries:
    """Coefficients of the core, with those of each future."""

    rows: list[Numbers] = field(default_factory=list)
    columns: list[Numbers] = field(default_factory=list)
    values: list[Table] = field(default_factory=list)
    """Each (futures, entries)."""

    def add(self, rows: Numbers, columns: Numbers, values: Table) -> None:
        """Add entries; one whose future asks for nothing else has the core's own value there."""
        self.rows.append(rows)
        self.columns.append(columns)
        self.values.append(values)


@dataclass(frozen=True)
class TwoStage:
    """Minimise cost · x, on average over the futures; everything but ``right`` and ``values`` is the same in all.

    Attributes
    ----------
    futures, chances
        Their names and probabilities.
    columns, rows
        Variable or rule of each, with its ids; those of the first stage come first.
    first_columns, first_rows
        How many are of the first stage.
    cost, lower, upper, is_integer
        (columns,).
    kinds
        (rows,) ``E``, ``L`` or ``G``.
    right
        (futures, rows) right-hand sides.
    entry_rows, entry_columns
        (entries,) where a coefficient stands that some future has.
    values
        (futures, entries) coefficients.
    constant
        Of the objective.
    """

    futures: list[str]
    chances: list[float]
    columns: list[Name]
    rows: list[Name]
    first_columns: int
    first_rows: int
    cost: Vector
    lower: Vector
    upper: Vector
    is_integer: Flags
    kinds: list[str]
    right: Table
    entry_rows: Numbers
    entry_columns: Numbers
    values: Table
    constant: float


def two_stages(joined: Joined) -> TwoStage:
    """Return a joint problem of several futures as one of two stages."""
    chances = {part.case.future: part.case.probability for part in joined.parts}
    return _Union(joined, list(chances), list(chances.values())).made()


class _Union:
    """The core in the making."""

    def __init__(self, joined: Joined, futures: list[str], chances: list[float]) -> None:
        self.problem, self.futures, self.chances = joined.problem, futures, chances
        self.of_columns = _shared(joined, futures, joined.columns, self.problem.column_names)
        self.of_rows = _shared(joined, futures, joined.rows, self.problem.row_names)
        self.columns, self.rows = list(self.of_columns.names), list[Any]()
        self.lower = self._by_future(self.problem.column_lower, self.of_columns)
        self.upper = self._by_future(self.problem.column_upper, self.of_columns)
        self.lowest, self.highest = _least(self.lower), -_least(-self.upper)
        self.kinds: list[str] = []
        self.right: list[Table] = []
        self.entries = Entries()
        self.lifted: list[Flags] = []

    def made(self) -> TwoStage:
        """Return the whole."""
        first_rows = self._add_rows()
        self._add_bounds(">", "G", self.lower, self.lowest)
        self._add_bounds("<", "L", self.upper, self.highest)
        cost = self._add_costs()
        free = self._lift(np.hstack(self.lifted))
        stage = self.problem.stages[self.problem.objective_stage]
        whole = np.zeros(len(self.of_columns.names), dtype=bool)
        whole[self.of_columns.place] = self.problem.is_integer
        more = len(self.columns) - len(whole)
        return TwoStage(
            futures=self.futures,
            chances=self.chances,
            columns=self.columns,
            rows=self.rows,
            first_columns=self.of_columns.first,
            first_rows=first_rows,
            cost=np.concatenate([cost, np.zeros(free)]),
            lower=np.concatenate([self.lowest, np.full(more, -np.inf)]),
            upper=np.concatenate([self.highest, np.full(more, np.inf)]),
            is_integer=np.concatenate([whole, np.zeros(more, dtype=bool)]),
            kinds=self.kinds,
            right=np.hstack(self.right),
            entry_rows=np.concatenate(self.entries.rows),
            entry_columns=np.concatenate(self.entries.columns),
            values=np.hstack(self.entries.values),
            constant=stage.constant,
        )

    def _by_future(self, values: Vector, shared: Shared) -> Table:
        """Return a number of each thing by future, (futures, things); NaN where the future lacks it."""
        found = np.full((len(self.futures), len(shared.names)), np.nan)
        for future in range(len(self.futures)):
            here = (shared.future == COMMON) | (shared.future == future)
            found[future, shared.place[here]] = values[here]
        return found

    def _add_rows(self) -> int:
        """Add the rows of all futures, one with two sides as two; return how many are of the first stage."""
        lower = self._by_future(self.problem.row_lower, self.of_rows)
        upper = self._by_future(self.problem.row_upper, self.of_rows)
        is_there = ~np.isnan(lower)
        is_equal = ((lower == upper) | ~is_there).all(axis=0)
        pieces = [
            ("E", is_equal, upper),
            ("L", ~is_equal & _some(upper), upper),
            ("G", ~is_equal & _some(lower), lower),
        ]
        found = [(thing, kind, sides[:, thing]) for kind, which, sides in pieces for thing in np.flatnonzero(which)]
        found.sort(key=lambda piece: piece[0])
        sides = np.array([side for _, _, side in found]).T
        self._open([self.of_rows.names[thing] for thing, _, _ in found], [kind for _, kind, _ in found], sides)
        copies = np.full((2, len(self.of_rows.names)), -1)
        for number, (thing, _, _) in enumerate(found):
            copies[int(copies[0, thing] >= 0), thing] = number
        rows, columns, values = self._matrix()
        for numbers in copies:
            here = numbers[rows] >= 0
            self.entries.add(numbers[rows[here]], columns[here], values[:, here])
        return sum(bool(thing < self.of_rows.first) for thing, _, _ in found)

    def _matrix(self) -> tuple[Numbers, Numbers, Table]:
        """Return where some future has a coefficient, and all of theirs, (futures, entries)."""
        entries, shared = self.problem.matrix.tocoo(), self.of_columns
        size = len(shared.names)
        whose, of_column = self.of_rows.future[entries.row], shared.future[entries.col]
        if ((of_column != COMMON) & (of_column != whose)).any():
            raise UsageError(say("a rule ties what is done in one future to what is done in another: no two stages"))
        keys = self.of_rows.place[entries.row] * size + shared.place[entries.col]
        there, number = np.unique(keys, return_inverse=True)
        values = np.zeros((len(self.futures), len(there)))
        for future in range(len(self.futures)):
            here = (whose == COMMON) | (whose == future)
            values[future, number[here]] = entries.data[here]
        return there // size, there % size, values

    def _add_bounds(self, sign: str, kind: str, bounds: Table, weakest: Vector) -> None:
        """Add a row for each bound that is another in some future."""
        which = np.flatnonzero(((bounds != weakest) & ~np.isnan(bounds)).any(axis=0))
        names = [(name, (*ids, sign)) for name, ids in (self.of_columns.names[column] for column in which)]
        rows = self._open(names, [kind] * len(which), bounds[:, which])
        self.entries.add(rows, which, np.ones((len(self.futures), len(which))))

    def _add_costs(self) -> Vector:
        """Return the costs that are the same in all futures; add up the others in a row, whose sum is a column."""
        cost = self.problem.stages[self.problem.objective_stage].cost
        first = self.of_columns.future == COMMON
        chances = np.array(self.chances)[self.of_columns.future]
        by_future = np.nan_to_num(self._by_future(cost / np.where(first, 1.0, chances), self.of_columns))
        same: Vector = by_future[0]
        differs = np.flatnonzero(~np.isclose(by_future, same, rtol=SAME, atol=0.0).all(axis=0))
        if not len(differs):
            return same
        [row] = self._open([("cost", ())], ["E"], np.zeros((len(self.futures), 1)))
        self.entries.add(np.full(len(differs), row), differs, -by_future[:, differs])
        self.entries.add(np.array([row]), np.array([len(self.columns)]), np.ones((len(self.futures), 1)))
        self.columns.append(("cost", ()))
        return np.append(np.where(np.isin(np.arange(len(same)), differs), 0.0, same), 1.0)

    def _open(self, names: Sequence[Name], kinds: Sequence[str], sides: Table) -> Numbers:
        """Add rows that have no entry yet and return their numbers."""
        first = len(self.rows)
        self.rows.extend(names)
        self.kinds.extend(kinds)
        is_lifted = ~np.isfinite(sides)
        self.lifted.append(is_lifted)
        self.right.append(np.where(is_lifted, 0.0, sides))
        return np.arange(first, len(self.rows))

    def _lift(self, is_lifted: Flags) -> int:
        """Add a free column to each row that holds in some futures alone; return how many."""
        rows = np.flatnonzero(is_lifted.any(axis=0))
        columns = np.arange(len(self.columns), len(self.columns) + len(rows))
        self.columns.extend((f"{name} lifted", ids) for name, ids in (self.rows[row] for row in rows))
        for entries, at in zip(self.entries.values, self.entries.rows, strict=True):
            kept = is_lifted[:, at]
            entries[kept] = np.broadcast_to(core_of(entries, ~kept), entries.shape)[kept]
        for right, place in zip(self.right, np.cumsum([0, *(side.shape[1] for side in self.right)]), strict=False):
            here = is_lifted[:, place : place + right.shape[1]]
            right[here] = np.broadcast_to(core_of(right, ~here), right.shape)[here]
        self.entries.add(rows, columns, is_lifted[:, rows].astype(float))
        return len(rows)


def core_of(values: Table, counts: Flags | None = None) -> Vector:
    """Return of each thing the first number that is not 0, among those futures that count, (things,)."""
    is_given = (values != 0.0) if counts is None else (values != 0.0) & counts
    found: Vector = np.take_along_axis(values, is_given.argmax(axis=0)[None, :], axis=0)[0]
    return np.where(is_given.any(axis=0), found, 0.0)


def _shared(joined: Joined, futures: Sequence[str], parts: Sequence[slice], names: Sequence[Name]) -> Shared:
    """Say whose columns, or rows, are."""
    known = {future: number for number, future in enumerate(futures)}
    things: dict[Any, int] = {}
    members = list(_members(joined, known, parts, names))
    for future, thing in sorted(members, key=lambda member: member[0] != COMMON):
        things.setdefault((future == COMMON, thing), len(things))
    whose = np.array([future for future, _ in members])
    place = np.array([things[future == COMMON, thing] for future, thing in members])
    named = [(name, tuple(part for part in (*stage, *ids) if part)) for _, (name, stage, ids) in things]
    return Shared(whose, place, named, len(set(place[whose == COMMON].tolist())))


def _members(
    joined: Joined, known: dict[str, int], parts: Sequence[slice], names: Sequence[Name]
) -> Iterator[tuple[int, Any]]:
    """Give of each column, or row, its future and what it is there; of what ties cases the last id is the future."""
    every = iter(names)
    for part, members in zip(joined.parts, parts, strict=True):
        told = sum(map(bool, part.key))
        for _ in range(members.stop - members.start):
            name, ids = next(every)
            yield known[part.case.future], (name, (part.case.stage,), ids[told:])
    for name, ids in every:
        future = known.get(ids[-1], COMMON) if ids else COMMON
        yield future, (name, (), ids if future == COMMON else ids[:-1])


def _some(sides: Table) -> Flags:
    return np.asarray(np.isfinite(sides).any(axis=0))


def _least(values: Table) -> Vector:
    found: Vector = np.nanmin(values, axis=0)
    return found
