"""A basis to begin with, put together from the blocks a linear programme falls into (a block is a timestep).

All blocks together are far harder than one after the other: the simplex method takes ten times as long for four times
the timesteps. So a few blocks are solved first, with what links them scaled to their share of the whole; this gives
prices for the rows that link and values for the columns that do. Each other block is then solved by itself at these
prices and values, from the basis of the block before it. All bases together are nearly optimal for the whole, and the
simplex method begins there. They are a start and nothing else: the optimum, and the proof of it, are its own.

Blocks may be chained to periods by what a store holds and by work that waits. The blocks are then solved with nothing
stored and nothing waiting, and after them each period, from the bases of its blocks.
"""

from __future__ import annotations

import time
from itertools import pairwise
from typing import TYPE_CHECKING

import highspy
import numpy as np

from planner.models.algebra.unfit import COEFFICIENT_MAX, unfit_limits, unfit_numbers
from planner.models.solving.highs.highs import new_highs
from planner.models.solving.highs.options import pinned_options
from planner.models.solving.highs.progress import tell, told_blocks
from planner.models.solving.large.branch import WHOLE
from planner.models.solving.large.part import Part
from planner.models.solving.large.pricing import entries_of
from planner.models.solving.large.warm import LOWER, WORDS, at_a_side

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from planner.models.solving.highs.exchange import Clock, HighsStatuses, Indices, Places, Request, Vector
    from planner.models.solving.large.cuts import Cut
    from planner.models.solving.large.restricted import RestrictedProgramme

LINK = -1
"""The block of a row or column that lies in none."""
CHAIN = -2
"""From here down the block of what chains blocks: the row is left out, the column at its bound."""
APART = int(np.iinfo(np.int32).min)
"""The block of what is no part of this at all (``projected.py``)."""
SAMPLE_MIN = 12
PERIODS_MIN = 2
SAMPLE_SHARE = 16
"""One block in so many is solved in the sample, ``SAMPLE_MIN`` (``PERIODS_MIN``) at least, and the largest and the
least of all."""
RETRIES = 2
"""How often blocks that have no plan at the sample's values join the sample."""
JOINING = 3
"""How many of them, the largest, at a time."""


class BlockStart:
    """The bases of the blocks of one programme.

    Parameters
    ----------
    programme
        With its bounds and its cost set.
    clock
        What is left of it is a limit for each part.
    find_plan
        Finds a plan of the blocks, for :attr:`plan`; or ``None``.
    """

    def __init__(
        self,
        programme: RestrictedProgramme,
        request: Request,
        clock: Clock,
        find_plan: Callable[[BlockStart], Vector | None] | None = None,
    ) -> None:
        self._programme = programme
        arrays = self.arrays = programme.arrays
        self.sides = programme.row_lower, programme.row_upper
        self._bounds = programme.column_lower.copy(), programme.column_upper.copy()
        self.plan: Vector | None = None
        self._find_plan = find_plan
        self._clock = clock
        self.cost = programme.scaled_cost.copy()
        self._columns = members_of(arrays.column_block)
        self._rows = members_of(arrays.row_block)
        self._chained = np.flatnonzero((arrays.column_block <= CHAIN) & (arrays.column_block != APART))
        self._blocks = len(self._columns) - 1
        sides = np.where(np.isfinite(programme.row_lower), np.abs(programme.row_lower), 0.0)
        is_inside = arrays.row_block >= 0
        self._sizes = np.bincount(arrays.row_block[is_inside], sides[is_inside], minlength=self._blocks)
        self._column_status: HighsStatuses = np.full(arrays.columns, None, dtype=object)
        self._row_status: HighsStatuses = np.full(arrays.rows, None, dtype=object)
        self.is_held = programme.is_held.copy()
        """(columns,) which columns the parts hold so far; the others stand at 0."""
        self._pricing = programme.pricing
        self._column_status[self._chained] = highspy.HighsBasisStatus.kLower
        self._column_status[~self.is_held] = highspy.HighsBasisStatus.kLower
        self._row_status[arrays.row_block <= CHAIN] = highspy.HighsBasisStatus.kBasic
        self.values = np.zeros(arrays.columns)
        self._sampled: list[int] = []
        self.cost_of_sample = 0.0
        """What the last sample costs, brought up to the whole, as HiGHS has it."""
        self._on_solved: Vector | None = None
        """Where what blocks do is noted, (columns,)."""
        self.values[self._chained] = programme.column_lower[self._chained]
        self._prices = np.zeros(arrays.rows)
        self._row_place = np.zeros(arrays.rows, dtype=np.int32)
        self._highs = new_highs()
        self._highs.setOptionValue("output_flag", False)
        # Blocks stand for unequal parts of the year, so that their number says nothing of their share.
        inner = arrays.column_block >= 0
        self._inner_cost = float(np.abs(self.cost[inner]).sum())
        weights = np.abs(arrays.data) * np.repeat(inner, np.diff(arrays.starts))
        self._inner_sums = np.bincount(arrays.indices, weights, minlength=arrays.rows)
        for name, value in pinned_options(request).items():
            self._highs.setOptionValue(name, value)

    def basis(self) -> tuple[HighsStatuses, HighsStatuses] | None:
        """Return the status of each column and each row, or ``None`` where there is none to be had (in time).

        What links the blocks stands at a side, and rows that link are basic: each block's basis is one by itself.
        """
        if not self._solve_all(SAMPLE_MIN, "blocks"):
            return None
        if self._find_plan is not None:
            self.plan = self._undone(self._find_plan)
        periods = int(self.arrays.block_period.max(initial=-1)) + 1
        if len(self._chained) and periods > 1:
            self._gather_periods()
            self._solve_all(PERIODS_MIN, "periods")
        at_a_bound = at_a_side(np.full(len(self.links), LOWER, dtype=np.int8), *self.limits(self.links))
        self._column_status[self.links] = WORDS[at_a_bound]
        self._row_status[self.link_rows] = highspy.HighsBasisStatus.kBasic
        return self._column_status, self._row_status

    def _solve_all(self, sample_min: int, what: str) -> bool:
        """Solve a sample of the blocks together and the others one by one; say whether all have a basis."""
        begin = time.perf_counter()
        sample = self._sample(sample_min)
        failed = [-1]
        for attempt in range(RETRIES + 1):
            tell(f"Sample of {len(sample)} of {self._blocks} {what}")
            self._sampled = sample
            if not self._solve_sample(sample):
                return False
            others = sorted(set(range(self._blocks)) - set(sample))
            failed = self._solve_blocks(others)
            if not failed or attempt == RETRIES or self._clock.left <= 0.0:
                break
            sample = sorted({*sample, *sorted(failed, key=lambda block: -self._sizes[block])[:JOINING]})
        took = time.perf_counter() - begin
        how = f"{self._blocks} {what} by way of {len(sample)}, {len(failed)} of them without a plan of their own"
        tell(f"A basis to begin with from {how}: {took:.1f} s")
        return self._clock.left > 0.0 and None not in self._column_status and None not in self._row_status

    # ---- a plan of the blocks

    def _undone(self, find_plan: Callable[[BlockStart], Vector | None]) -> Vector | None:
        """Look for a plan of the blocks, and leave bases, values, prices and bounds as they were."""
        statuses, numbers, bounds = (self._column_status, self._row_status), (self.values, self._prices), self._bounds
        self._column_status, self._row_status = statuses[0].copy(), statuses[1].copy()
        self.values, self._prices = numbers[0].copy(), numbers[1].copy()
        self._bounds = bounds[0].copy(), bounds[1].copy()
        plan = find_plan(self)
        (self._column_status, self._row_status), (self.values, self._prices), self._bounds = statuses, numbers, bounds
        return plan

    @property
    def links(self) -> Places:
        """The columns that link blocks."""
        return self._columns[-1]

    @property
    def link_rows(self) -> Places:
        """The rows that link blocks."""
        return self._rows[-1]

    @property
    def prices(self) -> Vector:
        """What the rows that link pay."""
        return self._prices[self.link_rows]

    def set_prices(self, prices: Vector) -> None:
        """Let the rows that link pay this."""
        self._prices[self.link_rows] = prices

    def limits(self, columns: Places) -> tuple[Vector, Vector]:
        """Return the limits of some columns."""
        return self._bounds[0][columns], self._bounds[1][columns]

    def hold_whole(self) -> bool:
        """Hold integers whole, and what links the blocks where the sample then has it; say whether that can be."""
        integers = np.flatnonzero(self.arrays.is_integer)
        if (self.arrays.column_block[integers] != LINK).any():
            return False
        whole = np.clip(np.ceil(self.values[integers] - WHOLE), self._bounds[0][integers], self._bounds[1][integers])
        self._bounds[0][integers] = self._bounds[1][integers] = whole
        return self._solve_sample(self._sampled)

    def completed(self, values: Vector) -> Vector | None:
        """Return a plan of the blocks, (columns,), with what is apart from them; ``None`` where that has none."""
        return None if self._programme.cut_at(values) else self._programme.completed(values)

    def solved_apart(self) -> Vector | None:
        """Return what every block does by itself, (columns,), at the prices of now; ``None`` where one has no plan."""
        values = self.values.copy()
        self._on_solved = values
        failed = self._solve_blocks(range(self._blocks))
        self._on_solved = None
        return None if failed or self._clock.left <= 0.0 else values

    # ---- samples and blocks

    def _gather_periods(self) -> None:
        """Make each period a block, with what chains the blocks in it."""
        arrays = self.arrays
        columns, rows = (periods_of(block, arrays.block_period) for block in (arrays.column_block, arrays.row_block))
        self._columns, self._rows = members_of(columns), members_of(rows)
        self._blocks = len(self._columns) - 1
        self._sizes = np.bincount(arrays.block_period, self._sizes, minlength=self._blocks)
        self.values[self._chained] = 0.0
        self._chained = self._chained[:0]

    def _sample(self, sample_min: int) -> list[int]:
        """Return some blocks, spread evenly, and those of the largest and the least sides."""
        count = min(max(sample_min, self._blocks // SAMPLE_SHARE), self._blocks)
        spread = np.linspace(0, self._blocks - 1, count).astype(int).tolist()
        return sorted({*spread, int(self._sizes.argmax()), int(self._sizes.argmin())})

    def _solve_sample(self, sample: list[int]) -> bool:
        """Solve some blocks together, what links them scaled to their share; keep prices, values and bases."""
        links, link_rows = self._columns[-1], self._rows[-1]
        columns = np.concatenate([links, *(self._columns[block] for block in sample)])
        rows = np.concatenate([link_rows, *(self._rows[block] for block in sample)])
        cost = self.cost[columns]
        cost[len(links) :] *= self._inner_cost / (float(np.abs(cost[len(links) :]).sum()) or 1.0)
        starts, indices, data = self._part(columns, rows)
        linked = (np.arange(len(data)) >= starts[len(links)]) & (indices < len(link_rows))
        held = np.bincount(indices[linked], np.abs(data[linked]), minlength=len(link_rows))
        whole = self._inner_sums[link_rows]
        scale = np.divide(whole, held, out=np.ones_like(whole), where=held > 0.0)
        data[linked] *= scale[indices[linked]]
        sides = self.sides[0][rows], self.sides[1][rows]
        while self._solve((columns, rows), cost, sides, (starts, indices, data), self._programme.cuts):
            self.cost_of_sample = float(self._highs.getInfo().objective_function_value)
            solution = self._highs.getSolution()  # what links stands first, and is always held
            self.values[links] = np.array(solution.col_value[: len(links)])
            self._prices[link_rows] = np.array(solution.row_dual[: len(link_rows)])
            if not self._programme.cut_at(self.values):
                return True
        return False

    def _solve_blocks(self, blocks: Sequence[int]) -> list[int]:
        """Solve blocks by themselves at the prices and values of the sample; return those that have no plan."""
        priced, taken = self._priced_cost(), self.taken()
        failed: list[int] = []
        before = -1
        for block in told_blocks(blocks):
            if self._clock.left <= 0.0:
                break
            columns, rows = self._columns[block], self._rows[block]
            if before >= 0 and len(rows) and self._row_status[rows[0]] is None:
                self._copy_basis(before, block)
            sides = self.sides[0][rows] - taken[rows], self.sides[1][rows] - taken[rows]
            part = self._part(columns, rows)
            if not self._solve((columns, rows), priced[columns], sides, part):
                failed.append(block)
            before = block
        return failed

    def _copy_basis(self, source: int, target: int) -> None:
        """Give a block the basis of another of the same shape."""
        if len(self._columns[source]) == len(self._columns[target]) and len(self._rows[source]) == len(
            self._rows[target]
        ):
            self._column_status[self._columns[target]] = self._column_status[self._columns[source]]
            self._row_status[self._rows[target]] = self._row_status[self._rows[source]]
            self.is_held[self._columns[target]] = self.is_held[self._columns[source]]

    def _priced_cost(self) -> Vector:
        """Return the cost of each column less what the rows that link pay for it."""
        arrays = self.arrays
        entries = np.flatnonzero(self._prices[arrays.indices] != 0.0)
        columns = np.searchsorted(arrays.starts, entries, side="right") - 1
        paid = arrays.data[entries] * self._prices[arrays.indices[entries]]
        return self.cost - np.bincount(columns, paid, minlength=arrays.columns)

    def taken(self) -> Vector:
        """Return what the columns that link take of each row."""
        arrays, links = self.arrays, np.concatenate([self._columns[-1], self._chained])
        entries, width = entries_of(arrays.starts, links)
        terms = arrays.data[entries] * np.repeat(self.values[links], width)
        return np.bincount(arrays.indices[entries], terms, minlength=arrays.rows).astype(np.float64)

    def _part(self, columns: Places, rows: Places) -> tuple[Indices, Indices, Vector]:
        """Return the matrix of some columns and rows, by columns."""
        arrays = self.arrays
        entries, width = entries_of(arrays.starts, columns)
        place = self._row_place
        place[rows] = np.arange(1, len(rows) + 1, dtype=np.int32)
        at = place[arrays.indices[entries]]
        place[rows] = 0
        kept = at > 0
        ends = np.concatenate([[0], np.cumsum(kept)])[np.concatenate([[0], np.cumsum(width)])]
        return ends.astype(np.int32), at[kept] - np.int32(1), arrays.data[entries][kept]

    def _solve(
        self,
        members: tuple[Places, Places],
        cost: Vector,
        sides: tuple[Vector, Vector],
        part: tuple[Indices, Indices, Vector],
        cuts: Sequence[Cut] = (),
    ) -> bool:
        """Solve a part from the basis it has, keep the basis it ends with, and say whether it has a plan.

        Cuts are over what links the blocks: only where that stands first in the part.
        """
        columns, rows = members
        if unfit_numbers(cost).any() or unfit_numbers(part[2], COEFFICIENT_MAX).any() or unfit_limits(*sides).any():
            return False  # prices or values of the sample that no part can be solved at
        limits = self._bounds[0][columns], self._bounds[1][columns]
        held = np.flatnonzero(self.is_held[columns])
        solved = Part(self._highs, cost, limits, sides=sides, part=part, held=held)
        solved.begin_at(self._column_status[columns], self._row_status[rows])
        solved.hold(cuts, self.links)
        is_optimal = solved.run(columns, self._pricing, self._clock)
        basis = self._highs.getBasis()
        if basis.valid:
            self._column_status[columns[solved.held]] = basis.col_status
            self._row_status[rows] = basis.row_status[: len(rows)]
            self._hold(columns, solved)
        is_optimal = bool(basis.valid and is_optimal)
        if is_optimal and self._on_solved is not None:
            self._on_solved[columns] = solved.values
        return is_optimal

    def _hold(self, columns: Places, solved: Part) -> None:
        """Hold of a part's columns those in the basis, and of those that may be left out the best ones."""
        self.is_held[columns[solved.held]] = True
        if self._pricing is None:
            return
        idle = self.arrays.on_demand[columns] & (self._column_status[columns] == highspy.HighsBasisStatus.kLower)
        self.is_held[columns[idle]] = False
        near = columns[idle][self._pricing.kept(columns[idle], solved.reduced_costs()[idle])]
        self.is_held[near] = True


def members_of(blocks: Indices) -> list[Places]:
    """Return the members of each block, and last those that link them; what is chained, or apart, is in neither."""
    order = np.argsort(blocks, kind="stable")
    ends = np.searchsorted(blocks[order], np.arange(LINK, int(blocks.max(initial=LINK)) + 2))
    parts = [order[first:last] for first, last in pairwise(ends.tolist())]
    return [*parts[1:], parts[0]]


def periods_of(blocks: Indices, period_of: Indices) -> Indices:
    """Return the period of each row or column, ``LINK`` for those that link, ``APART`` for those apart."""
    inside = np.append(period_of, np.int32(LINK))[np.maximum(blocks, LINK)]
    is_chained = (blocks <= CHAIN) & (blocks != APART)
    return np.where(is_chained, CHAIN - blocks, np.where(blocks == APART, APART, inside)).astype(np.int32)
