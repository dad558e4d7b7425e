"""One period by itself, with what is built and what the rows that link pay given: its cost, and how it falls.

The period begins at the basis it ended with before, which lies in a file: whoever solves it next, in whatever process,
finds it there. A row to be served may be missed at a penalty, so that every period has an answer.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from planner.models.solving.highs.highs import new_highs, numbers_of
from planner.models.solving.highs.options import pinned_options
from planner.models.solving.large.part import Part
from planner.models.solving.large.pricing import PRIMAL_SIMPLEX, Pricing, is_served
from planner.models.solving.large.warm import LOWER, WORDS

if TYPE_CHECKING:
    from pathlib import Path

    from planner.models.solving.apart.periods import Entries, Periods
    from planner.models.solving.highs.exchange import Arrays, Clock, Places, Request, Statuses, Vector

HELD_MAX = 0.3
"""Of a period's columns: where more are held, those far from paying are left out again."""
MISSED = 1e-7
"""[of a unit of a row] What is missed by less is not missed."""


@dataclass(frozen=True)
class Question:
    """What is asked of every period in a round.

    Attributes
    ----------
    number
        Of the round.
    built
        (columns that link,) what is built.
    prices
        (rows that link,) what a unit of each row is worth.
    penalty
        For a unit of a row that is missed.
    """

    number: int
    built: Vector
    prices: Vector
    penalty: float


@dataclass(frozen=True)
class Reply:
    """What a period answers.

    Attributes
    ----------
    value
        Its cost, less what the rows that link pay for it: at least ``value + slope @ (built' - built)`` for any other
        ``built'`` at these prices.
    slope
        (columns that link,)
    cost
        Its own cost, without prices, what is missed at the penalty.
    use
        (rows that link,) what it uses of each.
    missed
        How much of all its rows is missed.
    """

    period: int
    value: float
    slope: Vector
    cost: float
    use: Vector
    missed: float


@dataclass
class State:
    """Where a period ended.

    Attributes
    ----------
    held
        Which columns it holds: first what may be missed of its rows, then its own.
    columns, rows
        Statuses of all of them; empty where there is no basis.
    """

    held: Places
    columns: Statuses
    rows: Statuses

    def save(self, path: Path) -> None:
        """Write it whole or not at all."""
        draft = path.with_suffix(".draft.npz")
        np.savez(draft, held=self.held.astype(np.int32), columns=self.columns, rows=self.rows)
        draft.replace(path)

    @staticmethod
    def read(path: Path) -> State | None:
        """Read one, ``None`` where there is none."""
        if not path.exists():
            return None
        with np.load(path, allow_pickle=False) as file:
            return State(file["held"].astype(np.intp), file["columns"], file["rows"])


def state_path(folder: Path, period: int) -> Path:
    """Return where the state of a period lies."""
    return folder / f"state-{period}.npz"


def duals_path(folder: Path, number: int, period: int) -> Path:
    """Return where the prices of a period's rows, (rows,), lie after a round."""
    return folder / f"duals-{number}-{period}.npy"


def plan_path(folder: Path, number: int, period: int) -> Path:
    """Return where what a period does, places and values, lies after a round."""
    return folder / f"plan-{number}-{period}.npz"


class PeriodSolver:
    """Solves periods one after the other, with a HiGHS of its own.

    Parameters
    ----------
    upper
        (columns,) limits wide enough that no plan stands at one that is not the problem's own.
    folder
        Where states, prices and plans lie.
    """

    def __init__(self, periods: Periods, upper: Vector, request: Request, folder: Path) -> None:
        self._periods, self._upper, self._folder = periods, upper, folder
        self._highs = new_highs()
        self._highs.setOptionValue("output_flag", False)
        for name, value in pinned_options(request).items():
            self._highs.setOptionValue(name, value)

    def solve(self, period: int, question: Question, clock: Clock) -> Reply | None:
        """Answer for one period; ``None`` where there is no time for it, or no answer even with rows missed."""
        periods, arrays = self._periods, self._periods.arrays
        columns, rows = periods.columns[period], periods.rows[period]
        entries = periods.part(period)
        taken = entries.takes @ question.built
        sides = arrays.row_lower[rows] - taken, arrays.row_upper[rows] - taken
        own = _own(arrays, columns, rows, entries, self._upper)
        missable, matrix = _with_missed(own)
        count = len(missable)
        cost = np.concatenate([np.full(count, question.penalty), own.costs[0] - entries.uses.T @ question.prices])
        limits = tuple(
            np.concatenate([np.full(count, most), limit])
            for most, limit in ((0.0, own.column_lower), (np.inf, own.column_upper))
        )
        path = state_path(self._folder, period)
        state = State.read(path) or _cold(own, count)
        solved = Part(self._highs, cost, (limits[0], limits[1]), sides=sides, part=matrix, held=state.held)
        if len(state.columns):
            solved.begin_at(WORDS[state.columns], WORDS[state.rows])
        pricing = _Shifted(own, count) if len(own.on_demand) else None
        if not solved.run(np.arange(len(cost)), pricing, clock, strategy=PRIMAL_SIMPLEX):
            return None
        self._ended(solved, own, pricing, count).save(path)
        values, duals = solved.values, np.array(self._highs.getSolution().row_dual)
        np.save(duals_path(self._folder, question.number, period), duals)
        missed = float(values[:count] @ (values[:count] > MISSED))
        does = values[count:]
        places = np.flatnonzero(does)
        np.savez(plan_path(self._folder, question.number, period), places=columns[places], values=does[places])
        return Reply(
            period,
            value=float(self._highs.getInfo().objective_function_value),
            slope=-np.asarray(entries.takes.T @ duals),
            cost=float(own.costs[0] @ does) + question.penalty * missed,
            use=np.asarray(entries.uses @ does),
            missed=missed,
        )

    def _ended(self, solved: Part, own: Arrays, pricing: _Shifted | None, count: int) -> State:
        basis = self._highs.getBasis()
        statuses = np.full(count + own.columns, LOWER, dtype=np.int8)
        statuses[solved.held] = numbers_of(basis.col_status)
        held = solved.held
        if pricing is not None and len(held) > HELD_MAX * own.columns:
            idle = np.zeros(len(statuses), dtype=bool)
            idle[count:] = own.on_demand
            idle &= statuses == LOWER
            far = held[idle[held]]
            near = far[pricing.kept(far, solved.reduced_costs()[far])]
            held = np.concatenate([held[~idle[held]], near])
        return State(np.sort(held), statuses, numbers_of(basis.row_status))


class _Shifted(Pricing):
    """The pricing of a period's columns where what may be missed stands before them."""

    def __init__(self, own: Arrays, count: int) -> None:
        super().__init__(own)
        self._count = count

    def taken(self, columns: Places, reduced: Vector) -> Places:
        """Return which places of some columns that are left out, at reduced costs (those columns,), to take in."""
        return super().taken(columns - self._count, reduced)

    def kept(self, columns: Places, reduced: Vector) -> Places:
        """Return which places of some columns outside a basis, at reduced costs (those columns,), to keep."""
        return super().kept(columns - self._count, reduced)


def _own(arrays: Arrays, columns: Places, rows: Places, entries: Entries, upper: Vector) -> Arrays:
    """Return a period as a problem by itself, without what links it."""
    starts, indices, data = entries.own
    return replace(
        arrays,
        starts=starts, indices=indices, data=data,
        row_lower=arrays.row_lower[rows], row_upper=arrays.row_upper[rows],
        column_lower=arrays.column_lower[columns], column_upper=upper[columns],
        is_integer=arrays.is_integer[columns], costs=arrays.costs[:, columns], tie_break=arrays.tie_break[:0],
        row_block=arrays.row_block[:0], column_block=arrays.column_block[:0], block_period=arrays.block_period[:0],
        on_demand=arrays.on_demand[columns] if len(arrays.on_demand) else arrays.on_demand,
    )  # fmt: skip


def _with_missed(own: Arrays) -> tuple[Places, tuple[Any, Any, Vector]]:
    """Return the rows that may be missed, and the matrix with a column for each before those of the period."""
    missable = np.flatnonzero(is_served(own))
    count = len(missable)
    starts = np.concatenate([np.arange(count), own.starts + count]).astype(np.int32)
    indices = np.concatenate([missable.astype(np.int32), own.indices])
    return missable, (starts, indices, np.concatenate([np.where(own.row_lower[missable] > 0.0, 1.0, -1.0), own.data]))


def _cold(own: Arrays, count: int) -> State:
    """Return a state without a basis: the cheapest columns of each row to be served."""
    is_held = np.ones(own.columns, dtype=bool)
    if len(own.on_demand):
        is_held = ~own.on_demand
        is_held[Pricing(own).cheapest(np.flatnonzero(own.on_demand), own.costs[0])] = True
    held = np.concatenate([np.arange(count), count + np.flatnonzero(is_held)])
    return State(held, np.zeros(0, dtype=np.int8), np.zeros(0, dtype=np.int8))
