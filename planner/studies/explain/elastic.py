"""The elastic model: the plan's rules, in which parameters may give at a price for each part of themselves.

Where a parameter is a row's side, giving is a column of its own. Where it multiplies variables (a share of what is
drawn), the row gets a slack, and what the parameter must be follows from the plan found. Nothing else costs anything.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy import sparse

from planner.models.algebra.problem import Stage

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from planner.models.algebra.problem import Problem, Vector
    from planner.models.slopes import Slope

Places = npt.NDArray[np.intp]
NOTHING = 1e-7
"""Relative to its size: a parameter that gives by less does not give."""


@dataclass(frozen=True)
class Elastic:
    """A problem with columns for what gives, and how to read them."""

    problem: Problem  # the columns of the plan, then those that give, each relative to the size of its cell or row
    slopes: Sequence[Slope]  # how the parameters that may give move the problem
    cells: Sequence[int]  # for each slope the first of its columns, one a cell
    widths: Sequence[int]
    """For each slope how many columns it has: one a cell, then one for each row with a slack of its own."""
    loose: Sequence[Places]  # for each slope the rows in which it multiplies variables, and giving helps

    def given(self, values: Vector) -> list[Vector] | None:
        """Return by how much each cell of each slope gives, (cells,) each; ``None`` where that is not enough."""
        plan = self.plan(values)
        activity = self.problem.matrix @ values
        amounts = []
        for slope, first, width, rows in zip(self.slopes, self.cells, self.widths, self.loose, strict=True):
            own = slice(first, first + width)
            without = (activity - self.problem.matrix[:, own] @ values[own])[rows]
            missing = np.maximum(self.problem.row_lower[rows] - without, without - self.problem.row_upper[rows])
            relief = np.abs((slope.matrix @ plan)[rows] - slope.side[rows])
            short = missing > NOTHING * np.maximum(1.0, np.abs(without))
            if (short & (relief * slope.size.max() <= NOTHING * missing)).any():
                return None
            needed = np.divide(missing, relief, out=np.zeros(len(rows)), where=short)
            amount = values[first : first + len(slope.keys)] * slope.size
            if len(rows):
                owner = np.asarray(slope.rows[rows].argmax(axis=1)).ravel()
                if width == len(slope.keys):  # then the slack was only an estimate
                    amount[owner] = 0.0
                np.maximum.at(amount, owner, needed)
            amounts.append(np.where(amount > NOTHING * slope.size, amount, 0.0))
        return amounts

    def plan(self, values: Vector) -> Vector:
        """Return the plan's part of a solution, (the plan's columns,)."""
        return values[: self.cells[0]]


def elastic(
    problem: Problem,
    slopes: Sequence[Slope],
    room: Mapping[str, Vector],
    price: Mapping[str, float],
    near: Vector | None = None,
) -> Elastic:
    """Return a problem in which parameters may give.

    Parameters
    ----------
    room, price
        By parameter how far each cell may give, (cells,), and the price of giving by its own size.
    near
        A plan, (columns,), at whose values a parameter moves the rows in which it multiplies variables: these then need
        no slack of their own, and the plan that is found is nearer to the one at which it gives least.
    """
    parts: list[sparse.sparray] = []
    costs: list[float] = []
    upper: list[float] = []
    cells, widths, loosened = [], [], []
    width = problem.matrix.shape[1]
    for slope in slopes:
        fixed, loose, direction, scale = _split(problem, slope)
        loosened.append(loose)
        if near is not None:
            fixed[loose] = slope.side[loose] - (slope.matrix @ near)[loose]
            loose, direction, scale = loose[:0], direction[:0], scale[:0]
        by_cell = slope.rows.multiply((-fixed)[:, None]) @ sparse.diags_array(slope.size)
        by_row = sparse.csr_array(
            (direction * scale, (loose, np.arange(len(loose)))), shape=(problem.matrix.shape[0], len(loose))
        )
        cells.append(width)
        widths.append(len(slope.keys) + len(loose))
        width += len(slope.keys) + len(loose)
        parts += [by_cell, by_row]
        costs += [price[slope.parameter]] * (len(slope.keys) + len(loose))
        upper += [*(room[slope.parameter] / slope.size).tolist(), *([np.inf] * len(loose))]
    wide = sparse.csc_array(sparse.hstack([problem.matrix, *parts]))
    extra = width - problem.matrix.shape[1]
    looser = replace(
        problem,
        matrix=wide,
        column_lower=np.concatenate([problem.column_lower, np.zeros(extra)]),
        column_upper=np.concatenate([problem.column_upper, upper]),
        is_integer=np.concatenate([problem.is_integer, np.zeros(extra, dtype=bool)]),
        stages=(Stage("giving", np.concatenate([np.zeros(width - extra), costs])),),
        objective_stage=0,
        tie_break=None,
        column_names=[*problem.column_names, *(("giving", (number,)) for number in range(extra))],
    )
    return Elastic(_with_bounds(looser, slopes, cells), slopes, cells, widths, loosened)


def feasibility(problem: Problem) -> Problem:
    """Return the same problem with nothing to minimise."""
    nothing = Stage("nothing", np.zeros(problem.matrix.shape[1]))
    return replace(problem, stages=(nothing,), objective_stage=0, tie_break=None)


def _split(problem: Problem, slope: Slope) -> tuple[Vector, Places, Vector, Vector]:
    """Tell rows that a cell moves by itself from those in which it multiplies variables.

    Returns
    -------
    fixed
        (rows,) by how much one unit moves the row's side.
    loose
        The rows in which it multiplies variables, and giving helps.
    direction, scale
        Of the slack of each of those: the sign of its coefficient, and its unit.
    """
    change, rows = slope.matrix, problem.matrix.shape[0]
    entries = np.diff(change.indptr) > 0
    is_yes_or_no = problem.is_integer & (problem.column_upper == 1)
    only_flags = entries & ~(
        sparse.csr_array((np.abs(change.data), change.indices, change.indptr), change.shape)
        @ (~is_yes_or_no).astype(float)
        > 0
    )
    # What stands behind a yes or no moves the side as it does at yes: nothing gives by a part of it at no.
    fixed = slope.side - np.where(only_flags, change @ is_yes_or_no.astype(float), 0.0)
    fixed = np.where(entries & ~only_flags, 0.0, fixed)
    sums, sizes = np.zeros(rows), np.zeros(rows)
    owner = np.repeat(np.arange(rows), np.diff(change.indptr))
    np.add.at(sums, owner, change.data)
    np.maximum.at(sizes, owner, np.abs(change.data))
    helps_lower = np.isfinite(problem.row_lower) & (sums - slope.side > 0)
    helps_upper = np.isfinite(problem.row_upper) & (sums - slope.side < 0)
    alone = np.diff(slope.rows.indptr) == 1
    loose = np.flatnonzero(entries & ~only_flags & alone & (helps_lower ^ helps_upper))
    size = slope.rows[loose] @ slope.size
    scale = np.maximum(np.abs(slope.side[loose]), sizes[loose]) * size
    return fixed, loose, np.where(helps_lower[loose], 1.0, -1.0), scale


def _with_bounds(problem: Problem, slopes: Sequence[Slope], cells: Sequence[int]) -> Problem:
    """Turn the bounds of columns that give into rows."""
    column, giving, part, limit = [], [], [], []
    upper = problem.column_upper.copy()
    for slope, first in zip(slopes, cells, strict=True):
        for place in np.flatnonzero(slope.bound).tolist():
            [cell] = slope.columns[[place]].indices.tolist()
            column.append(place)
            giving.append(first + cell)
            part.append(-slope.bound[place] * slope.size[cell])
            limit.append(upper[place])
    if not column:
        return problem
    number = np.arange(len(column))
    entries = (np.concatenate([np.ones(len(column)), part]), (np.tile(number, 2), np.concatenate([column, giving])))
    more = sparse.csr_array(entries, shape=(len(column), problem.matrix.shape[1]))
    upper[column] = np.inf
    return replace(
        problem,
        matrix=sparse.csc_array(sparse.vstack([problem.matrix, more])),
        row_lower=np.concatenate([problem.row_lower, np.full(len(column), -np.inf)]),
        row_upper=np.concatenate([problem.row_upper, limit]),
        column_upper=upper,
        row_names=[*problem.row_names, *((f"{problem.column_names[place][0]}_max", ()) for place in column)],
    )
