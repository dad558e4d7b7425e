"""A plan put together from blocks, for the case that a time limit comes before the whole programme is solved.

What links the blocks is held where their sample had it, integers rounded up, so that each block can be solved by itself
at any prices of the rows that link. A small programme then mixes what the blocks do at several prices, so that those
rows hold as well; its own prices are the next ones. What comes of it is a plan and no optimum.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import highspy
import numpy as np

from planner.models.solving.highs.highs import new_highs
from planner.models.solving.highs.progress import tell
from planner.models.solving.large.block_start import LINK

if TYPE_CHECKING:
    from planner.models.solving.highs.exchange import Arrays, Places, Vector
    from planner.models.solving.large.block_start import BlockStart

ROUNDS_MAX = 8
"""Prices that are tried."""
PENALTY = 100.0
"""Of a row that links and is broken, over what it is worth."""
KEPT = 1e-7
"""Relative to the side of a row, with 1 for smaller ones: what is broken by less is kept."""


def plan_of_blocks(start: BlockStart) -> Vector | None:
    """Return a plan, (columns,), of blocks solved by way of a sample; ``None`` where there is none in time.

    The sample is solved once more, with the integers whole; what the blocks were is restored by the caller.
    """
    if not start.hold_whole():
        return None
    mixed = _Mixture(start)
    for _ in range(ROUNDS_MAX):
        values = start.solved_apart()
        if values is None:
            return None
        mixed.add(values)
        prices = mixed.solve()
        if prices is None:
            return None
        if mixed.is_kept:
            values = start.completed(mixed.values())
            if values is None:
                return None
            broken = _broken(start.arrays, values)
            tell(f"A plan of {mixed.rounds} answers of each block, {broken} rows broken")
            return None if broken else values
        start.set_prices(prices)
    return None


class _Mixture:
    """What the blocks answered at each price, and how much of each answer is taken."""

    def __init__(self, start: BlockStart) -> None:
        self._start = start
        self._loose = _loose(start)
        self._loose_uses = _dense(start, self._loose)
        known = start.taken()[start.link_rows] - start.values[self._loose] @ self._loose_uses
        self._lower, self._upper = (side[start.link_rows] - known for side in start.sides)
        self._worth = start.prices
        self._answers: list[Vector] = []
        self._uses: list[Vector] = []  # (blocks, rows that link)
        self._costs: list[Vector] = []  # (blocks,)
        self._shares = np.zeros((0, 0))
        self._loose_values = np.zeros(0)
        self.is_kept = False

    @property
    def rounds(self) -> int:
        """How many answers there are of each block."""
        return len(self._answers)

    def add(self, values: Vector) -> None:
        """Take an answer of every block, (columns,)."""
        use, cost = _uses(self._start, values)
        self._answers.append(values)
        self._uses.append(use)
        self._costs.append(cost)

    def solve(self) -> Vector | None:
        """Mix the answers at least cost, rows that link broken only where they must be; return the rows' prices."""
        uses, costs = np.concatenate(self._uses), np.concatenate(self._costs)
        size = np.maximum(np.abs(uses).max(axis=0, initial=0.0), np.abs(self._loose_uses).max(axis=0, initial=0.0))
        used = np.flatnonzero(size)  # the others hold by what links the blocks, or not at all
        size = size[used]
        blocks, count, rows, loose = len(self._uses[0]), len(costs), len(used), len(self._loose)
        dear = max(float(np.abs(self._costs[0]).max(initial=0.0)), 1.0)
        penalty = PENALTY * np.maximum(np.abs(self._worth[used]) * size, dear)
        matrix = np.zeros((count + 2 * rows + loose, blocks + rows))
        matrix[np.arange(count), np.arange(count) % blocks] = 1.0
        matrix[:count, blocks:] = uses[:, used] / size
        matrix[count : count + 2 * rows, blocks:] = np.concatenate([np.eye(rows), -np.eye(rows)])
        matrix[count + 2 * rows :, blocks:] = self._loose_uses[:, used] / size
        lower, upper = (np.concatenate([np.ones(blocks), side[used] / size]) for side in (self._lower, self._upper))
        cost = np.concatenate([costs, penalty, penalty, self._start.cost[self._loose]])
        inner = np.zeros(count + 2 * rows), np.full(count + 2 * rows, np.inf)
        limits = tuple(np.concatenate(pair) for pair in zip(inner, self._start.limits(self._loose), strict=True))
        found = _solved(matrix, cost, (limits[0], limits[1]), (lower, upper))
        if found is None:
            return None
        values, duals = found
        self._shares = values[:count].reshape(-1, blocks)
        self._loose_values = values[count + 2 * rows :]
        self.is_kept = bool(float(values[count : count + 2 * rows].max(initial=0.0)) <= KEPT)
        prices = np.zeros(len(self._worth))
        prices[used] = duals[blocks:] / size
        return prices

    def values(self) -> Vector:
        """Return the mixture, (columns,), with what links the blocks."""
        block = self._start.arrays.column_block
        inner = block >= 0
        values = self._answers[-1].copy()
        values[inner] = sum(
            share[block[inner]] * answer[inner] for share, answer in zip(self._shares, self._answers, strict=True)
        )
        values[self._loose] = self._loose_values
        return values


def _loose(start: BlockStart) -> Places:
    """Return the columns between blocks that no row of a block knows, such as sums over the year: they may move."""
    arrays = start.arrays
    is_link = (arrays.column_block == LINK) & ~arrays.is_integer
    owner = np.repeat(np.arange(arrays.columns), np.diff(arrays.starts))
    is_link[owner[arrays.row_block[arrays.indices] != LINK]] = False
    return np.flatnonzero(is_link)


def _dense(start: BlockStart, columns: Places) -> Vector:
    """Return what some columns use of the rows that link, (columns, rows)."""
    arrays = start.arrays
    place = np.full(arrays.rows, -1)
    place[start.link_rows] = np.arange(len(start.link_rows))
    uses = np.zeros((len(columns), len(start.link_rows)))
    for number, column in enumerate(columns.tolist()):
        entries = slice(arrays.starts[column], arrays.starts[column + 1])
        uses[number, place[arrays.indices[entries]]] = arrays.data[entries]
    return uses


def _uses(start: BlockStart, values: Vector) -> tuple[Vector, Vector]:
    """Return what each block uses of each row that links, (blocks, rows), and what it costs, (blocks,)."""
    arrays, rows = start.arrays, start.link_rows
    inner = arrays.column_block >= 0
    cost = np.bincount(arrays.column_block[inner], (start.cost * values)[inner])
    place = np.full(arrays.rows, -1)
    place[rows] = np.arange(len(rows))
    width = np.diff(arrays.starts)
    block, at = np.repeat(arrays.column_block, width), place[arrays.indices]
    entries = np.flatnonzero((at >= 0) & (block >= 0))
    terms = arrays.data[entries] * np.repeat(values, width)[entries]
    cells = block[entries].astype(np.int64) * len(rows) + at[entries]
    uses = np.bincount(cells, terms, minlength=len(cost) * len(rows))
    return uses.reshape(len(cost), len(rows)).astype(np.float64), cost.astype(np.float64)


def _solved(
    matrix: Vector, cost: Vector, limits: tuple[Vector, Vector], sides: tuple[Vector, Vector]
) -> tuple[Vector, Vector] | None:
    """Solve a small programme, (columns, rows); return values and duals."""
    highs = new_highs()
    highs.setOptionValue("output_flag", False)
    count, rows = matrix.shape
    columns, entries = np.nonzero(matrix)
    starts = np.searchsorted(columns, np.arange(count + 1)).astype(np.int32)
    largest = float(np.abs(cost).max(initial=1.0))
    data = matrix[columns, entries]
    highs.passModel(
        count, rows, len(data), 1, 1, 0.0, cost / largest, *limits, *sides,
        starts, entries.astype(np.int32), data, np.zeros(count, dtype=np.int32),
    )  # fmt: skip
    highs.run()
    if highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return None
    solution = highs.getSolution()
    return np.array(solution.col_value), np.array(solution.row_dual) * largest


def _broken(arrays: Arrays, values: Vector) -> int:
    """Return how many rows and limits of columns a point breaks."""
    terms = arrays.data * np.repeat(values, np.diff(arrays.starts))
    activity = np.bincount(arrays.indices, terms, minlength=arrays.rows)
    count = 0
    for at, lower, upper in (
        (activity, arrays.row_lower, arrays.row_upper),
        (values, arrays.column_lower, arrays.column_upper),
    ):
        for over, side in ((lower - at, lower), (at - upper, upper)):
            room = 10 * KEPT * np.maximum(1.0, np.abs(np.where(np.isfinite(side), side, 1.0)))
            count += int((over > room).sum())
    return count
