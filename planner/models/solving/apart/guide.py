"""Where to ask next: near the best so far, and where all that was told lies low (a level method).

The planes of earlier rounds hold at their own prices. At the prices of now each is moved by what its plan used times
how far the prices have moved: right to the first order, no longer a bound, and good enough to be guided by. The next
point is the one nearest to the centre whose planes are low enough, nearest in money and coordinate by coordinate, so
that few numbers move at a time (Lemaréchal, Nemirovskii, Nesterov, New variants of bundle methods, Mathematical
Programming 69, 1995).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from planner.models.solving.apart.bound import FREE
from planner.models.solving.apart.rounding import carrying
from planner.models.solving.apart.small import Solved, solve_small

if TYPE_CHECKING:
    from scipy import sparse

    from planner.models.solving.apart.rounds import Rounds
    from planner.models.solving.highs.exchange import Vector

LEVEL = 0.4
"""How far up from the least that the planes say to the best known the next point may lie."""
SEARCH_MAX = 200_000
"""Planes times integers: with more, a search for whole numbers comes to nothing in a minute (300,000: 70 s for a point
hardly better); then they are fixed by and by."""
FIXED_EACH = 0.5
"""Of the integers that are left: so many are fixed at a time, those nearest to a whole number."""
COST_MIN = 1.0
"""Of a unit of what is built: what costs less, or nothing, still has a length."""


def is_search_long(rounds: Rounds) -> bool:
    """Whether there are too many planes for a search for whole numbers among them."""
    periods = rounds.periods
    return len(rounds) * rounds.groups * int(periods.arrays.is_integer[periods.links].sum()) > SEARCH_MAX


class Guide:
    """The planes of all rounds at one set of prices, (rows that link,), and the limits of what is built, (links,)."""

    def __init__(self, rounds: Rounds, prices: Vector, limits: tuple[Vector, Vector]) -> None:
        periods = self._periods = rounds.periods
        self._is_search_long = is_search_long(rounds)
        arrays, links, rows = periods.arrays, periods.links, periods.link_rows
        self._cost, self._groups, self._size = arrays.costs[0][links], rounds.groups, rounds.size
        self._limits = limits
        self._is_integer = arrays.is_integer[links]
        lower, upper = arrays.row_lower[rows], arrays.row_upper[rows]
        paid = np.where(periods.summed_rows, prices, 0.0)
        side = np.where(paid > 0.0, lower, upper)
        self._constant = float((paid * np.where(paid != 0.0, side, 0.0)).sum())
        self._net = self._cost - periods.between.T @ paid
        alone = np.flatnonzero(~periods.summed_rows)
        self._between, self._sides = periods.between[alone], (lower[alone], upper[alone])
        self._slopes = np.concatenate(rounds.slopes)
        moved = [use @ (before - paid) for use, before in zip(rounds.uses, rounds.prices, strict=True)]
        self._heights = np.concatenate(rounds.heights) + np.concatenate(moved)
        self._place = rounds.place

    def value(self, built: Vector) -> float:
        """Return what the planes say of the whole where this is built."""
        planes = (self._heights + self._slopes @ built).reshape(-1, self._groups)
        return self._constant + float(self._net @ built) + float(planes.max(axis=0).sum())

    def following(self, centre: Vector, best: float, seconds: float, *, whole: bool) -> Vector | None:
        """Return the next point: the nearest to the centre that the planes say is better by enough.

        Parameters
        ----------
        best
            What the planes say of the best known.
        whole
            Whether integers are to be whole; in it they are.
        """
        if whole and self._is_search_long:
            return self._fixed_by_and_by(centre, best, seconds)
        return self._following(centre, best, seconds, whole=whole)

    def _following(self, centre: Vector, best: float, seconds: float, *, whole: bool) -> Vector | None:
        least = self.least(seconds, whole=whole)
        if least is None:
            return None
        value, lowest = least
        near = self.nearest(centre, value + LEVEL * max(best - value, 0.0), seconds, whole=whole)
        return lowest if near is None else near  # the best known need not be whole, and no whole point as low

    def _fixed_by_and_by(self, centre: Vector, best: float, seconds: float) -> Vector | None:
        """Return a point with whole integers: they are fixed at what is nearest, and the point is looked for again."""
        lower, upper = self._limits[0].copy(), self._limits[1].copy()
        own, self._limits = self._limits, (lower, upper)
        left = np.flatnonzero(self._is_integer & (lower < upper))
        found = self._following(centre, best, seconds, whole=False)
        while found is not None and len(left):
            order = np.argsort(np.abs(found[left] - np.round(found[left])), kind="stable")
            fixed = left[order[: max(1, int(FIXED_EACH * len(left)))]]
            lower[fixed] = upper[fixed] = np.round(found[fixed])
            left = np.setdiff1d(left, fixed)
            point = self._following(centre, best, seconds, whole=False)
            if point is None:  # nothing is left within what was fixed
                found = carrying(self._periods, self._periods.needs.sums @ found, own, self._size, seconds)
                break
            found = point
        self._limits = own
        return None if found is None else np.where(self._is_integer, np.round(found), found)

    def least(self, seconds: float, *, whole: bool) -> tuple[float, Vector] | None:
        """Return the least that the planes say anywhere, and where."""
        matrix, sides = self._rows()
        cost = np.concatenate([self._net, np.ones(self._groups)])
        found = self._solved(cost, matrix.tocsc(), sides, seconds, whole=whole)
        return None if found is None else (found.bound + self._constant, self._inside(found, whole=whole))

    def nearest(self, centre: Vector, level: float, seconds: float, *, whole: bool) -> Vector | None:
        """Return the point nearest to the centre of which the planes say at most ``level``."""
        from scipy import sparse  # noqa: PLC0415  small problems never need it

        links, groups = len(centre), self._groups
        money = np.maximum(np.abs(self._cost), COST_MIN)
        matrix, sides = self._rows()
        moves, apart = sparse.diags_array(money).tocsr(), sparse.csr_array((links, groups))
        total = sparse.csr_array(np.concatenate([self._net, np.ones(groups), np.zeros(links)])[None, :])
        matrix = sparse.vstack(
            [
                sparse.hstack([matrix, sparse.csr_array((matrix.shape[0], links))]),
                total,
                sparse.hstack([moves, apart, -sparse.eye_array(links)]),
                sparse.hstack([moves, apart, sparse.eye_array(links)]),
            ],
            format="csc",
        )
        at, none = money * centre, np.full(links, np.inf)
        sides = (
            np.concatenate([sides[0], [-np.inf], -none, at]),
            np.concatenate([sides[1], [level - self._constant], at, none]),
        )
        cost = np.concatenate([np.zeros(links + groups), np.ones(links)])
        found = self._solved(cost, matrix, sides, seconds, whole=whole)
        return None if found is None else self._inside(found, whole=whole)

    def _inside(self, found: Solved, *, whole: bool) -> Vector:
        inside = np.clip(found.values[: len(self._cost)], *self._limits)
        return np.where(self._is_integer, np.round(inside), inside) if whole else inside

    def _solved(
        self,
        cost: Vector,
        matrix: sparse.csc_array,
        sides: tuple[Vector, Vector],
        seconds: float,
        *,
        whole: bool,
    ) -> Solved | None:
        lower, upper = self._limits
        others = len(cost) - len(lower) - self._groups
        limits = (
            np.concatenate([lower, np.full(self._groups, -FREE), np.zeros(others)]),
            np.concatenate([upper, np.full(self._groups + others, np.inf)]),
        )
        integers = np.zeros(len(cost), dtype=bool)
        integers[: len(lower)] = self._is_integer & whole
        some = integers if integers.any() else None
        return solve_small(cost, limits, matrix, sides, size=self._size, seconds=seconds, integers=some)

    def _rows(self) -> tuple[sparse.csr_array, tuple[Vector, Vector]]:
        """Return the rows between links alone and the planes, (rows, links + groups), and their sides."""
        from scipy import sparse  # noqa: PLC0415  small problems never need it

        count = len(self._heights)
        own = sparse.csr_array((np.ones(count), (np.arange(count), self._place)), shape=(count, self._groups))
        empty = sparse.csr_array((self._between.shape[0], self._groups))
        matrix = sparse.vstack(
            [sparse.hstack([self._between, empty]), sparse.hstack([sparse.csr_array(-self._slopes), own])], format="csr"
        )
        none = np.full(count, np.inf)
        return matrix, (np.concatenate([self._sides[0], self._heights]), np.concatenate([self._sides[1], none]))
