"""Plans of earlier rounds, mixed to one of the whole: its cost, its plan, and the prices to ask at next.

The problem of a period is linear in what it does and in what is built together, so that a mixture of its plans is a
plan where the same mixture of what they were given is built, or more, of what can only help. The least mixture that
keeps the rows that link is a plan of the whole; the prices of these rows in it (Dantzig and Wolfe), kept within a box
about those of now, are where to ask next.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import highspy
import numpy as np

from planner.models.solving.apart.asking.period import plan_path
from planner.models.solving.apart.rounding import carrying
from planner.models.solving.apart.small import Solved, solve_small

if TYPE_CHECKING:
    from pathlib import Path

    from planner.models.solving.apart.rounds import Rounds
    from planner.models.solving.apart.small import Basis
    from planner.models.solving.highs.exchange import Booleans, Vector

BROKEN = 1e-9
"""Relative to the largest use of a row: by less it is not broken."""
PENALTY = 1e3
"""Of a row that is broken, over the largest price."""
BEST_MAX = 12
"""Plans of each group that are mixed with whole integers: of the others a share costs more than it helps. Of 57 rounds
in 128 groups that took 16 s with 12, and with 24 came to nothing in a minute."""
WHOLE = 1e-6
"""What is above a whole number by no more is that number."""
MISSED_MIN = 1e-8
"""A smaller share of a plan that missed a row is none: an inner point leaves some of each (3e-9 at most where seen)."""
USED_MIN = 1e-12
"""A smaller share of a plan is none."""


@dataclass(frozen=True)
class Mixed:
    """A mixture.

    Attributes
    ----------
    built
        (links,)
    shares
        (rounds, groups) how much of each plan is taken.
    cost
        Of the whole; infinite where the mixture is no plan.
    prices
        (rows that link,) those of the rows in it; zeros where integers are whole.
    """

    built: Vector
    shares: Vector
    cost: float
    prices: Vector


class Bases:
    """Where the programmes of earlier rounds ended: those of now go on from there, with the new plans at 0."""

    def __init__(self) -> None:
        self._ended: dict[str, tuple[int, Basis]] = {}

    def of(self, name: str, links: int, count: int) -> Basis | None:
        """Return where a programme may begin that mixes so many plans."""
        if name not in self._ended:
            return None
        before, (columns, rows) = self._ended[name]
        new = [highspy.HighsBasisStatus.kLower] * (count - before)
        return [*columns[: links + before], *new, *columns[links + before :]], rows

    def keep(self, name: str, count: int, basis: Basis | None) -> None:
        """Keep where a programme ended."""
        if basis is not None:
            self._ended[name] = count, basis


class Mixture:
    """The programme that mixes all rounds.

    Parameters
    ----------
    bases
        Where those of earlier rounds ended; is told where this one ends.
    limits
        Of what is built, (links,) each.
    """

    def __init__(self, rounds: Rounds, bases: Bases, limits: tuple[Vector, Vector]) -> None:
        from scipy import sparse  # noqa: PLC0415  small problems never need it

        self._rounds, self._bases = rounds, bases
        periods, groups = rounds.periods, rounds.groups
        arrays, links, rows = periods.arrays, periods.links, len(periods.link_rows)
        count = len(rounds) * groups
        use = sparse.csr_array(np.concatenate(rounds.uses).T)
        whole = sparse.csr_array((np.ones(count), (rounds.place, np.arange(count))), shape=(groups, count))
        identity = sparse.eye_array(rows)
        needs = periods.needs
        self._met = needs.sums @ np.array(rounds.built).T  # (needs, rounds)
        self._has_need = needs.of_group(rounds.group)  # (needs, groups)
        each, group = np.nonzero(self._has_need)
        given = sparse.csr_array(
            (
                self._met[each].ravel(),
                (np.arange(len(each)).repeat(len(rounds)), (group[:, None] + np.arange(len(rounds)) * groups).ravel()),
            ),
            shape=(len(each), count),
        )
        self._matrix = sparse.vstack(
            [
                sparse.hstack([periods.between, use, identity, -identity]),
                sparse.hstack([sparse.csr_array((groups, len(links))), whole, sparse.csr_array((groups, 2 * rows))]),
                sparse.hstack([-needs.sums[each], given, sparse.csr_array((len(each), 2 * rows))]),
            ],
            format="csc",
        )
        least = np.where(needs.may_exceed[each], -np.inf, 0.0)
        most = np.where(needs.may_fall_short[each], np.inf, 0.0)
        self._sides = (
            np.concatenate([arrays.row_lower[periods.link_rows], np.ones(groups), least]),
            np.concatenate([arrays.row_upper[periods.link_rows], np.ones(groups), most]),
        )
        breakable = np.where(periods.summed_rows, np.inf, 0.0)
        self._limits = (
            np.concatenate([limits[0], np.zeros(count + 2 * rows)]),
            np.concatenate([limits[1], np.full(count, np.inf), breakable, breakable]),
        )
        self._relaxed: Solved | None = None
        self._cost = np.concatenate([arrays.costs[0][links], *rounds.costs])
        self._is_integer = arrays.is_integer[links]

    def mix(self, seconds: float, *, whole: bool = False) -> Mixed | None:
        """Return the least mixture that keeps the rows that link, if any does."""
        relaxed = self._mix(seconds)
        integers = np.zeros(self._matrix.shape[1], dtype=bool)
        integers[: len(self._is_integer)] = self._is_integer & whole
        if relaxed is None or not integers.any():
            return self._mixed(relaxed)
        cost = self._penalised
        ways = (
            self._at_latest(cost, seconds, integers),
            self._at(self._rounded(relaxed, seconds), cost, seconds, integers),
            self._among_best(relaxed, cost, self._limits, seconds, integers),
        )
        mixtures = [mixed for solved in ways if (mixed := self._mixed(solved)) is not None]
        return min(mixtures, key=lambda mixed: mixed.cost, default=None)

    def _rounded(self, relaxed: Solved, seconds: float) -> Vector:
        """Return whole numbers that carry what a mixture needs, (links,); each rounded up where none are found."""
        links = len(self._is_integer)
        limits = self._limits[0][:links], self._limits[1][:links]
        needed, size = self._needed(self._shares(relaxed)), self._rounds.size
        found = carrying(self._rounds.periods, needed, limits, size, seconds)
        return np.ceil(relaxed.values - WHOLE) if found is None else found

    def few(self, seconds: float) -> Mixed | None:
        """Return a mixture of few plans that is about as good as the least one: it is soon put together."""
        relaxed = self._mix(seconds)
        if relaxed is None:
            return None
        return self._mixed(self._among_best(relaxed, self._penalised, self._limits, seconds))

    def _mix(self, seconds: float) -> Solved | None:
        if self._relaxed is None:
            self._relaxed = self._solve(self._penalised, seconds, "mix")
        return self._relaxed

    @property
    def breaks(self) -> Booleans:
        """Which rows that link the least mixture breaks, (rows that link,): none where there was no time for one."""
        rows = len(self._rounds.prices[0])
        if self._relaxed is None:
            return np.zeros(rows, dtype=bool)
        return np.asarray(self._relaxed.values[-2 * rows :].reshape(2, rows).max(axis=0) > self._broken_max)

    @property
    def _broken_max(self) -> float:
        """By no more is a row not broken."""
        return BROKEN * (max(float(np.abs(use).max(initial=0.0)) for use in self._rounds.uses) or 1.0)

    @property
    def _penalised(self) -> Vector:
        """The cost, with broken rows, and shares of answers that missed a row, at prices that none is worth."""
        rounds, links = self._rounds, len(self._is_integer)
        dear = PENALTY * max(1.0, float(np.abs(np.array(rounds.prices)).max(initial=0.0)))
        cost = np.concatenate([self._cost, np.full(2 * len(rounds.prices[0]), dear)])
        cost[links : len(self._cost)] += rounds.size * (np.concatenate(rounds.missed) > 0.0)
        return cost

    def priced(self, prices: Vector, width: Vector, seconds: float) -> Mixed | None:
        """Return the least mixture where a row may be broken at the prices, (rows that link,), or within the width."""
        arrays, rows = self._rounds.periods.arrays, self._rounds.periods.link_rows
        most = np.where(np.isfinite(arrays.row_lower[rows]), prices + width, np.minimum(prices + width, 0.0))
        least = np.where(np.isfinite(arrays.row_upper[rows]), prices - width, np.maximum(prices - width, 0.0))
        return self._mixed(self._solve(np.concatenate([self._cost, most, -least]), seconds, "priced"))

    def _solve(self, cost: Vector, seconds: float, name: str) -> Solved | None:
        """Solve without integers, from where the programme of this name ended last."""
        links, count = len(self._is_integer), len(self._rounds) * self._rounds.groups
        found = solve_small(
            cost, self._limits, self._matrix, self._sides, size=self._rounds.size, seconds=seconds,
            begin=self._bases.of(name, links, count),
        )  # fmt: skip
        if found is not None:
            self._bases.keep(name, count, found.basis)
        return found

    def _at_latest(self, cost: Vector, seconds: float, integers: Booleans) -> Solved | None:
        """Solve with the integers as they were asked for in the last round, if they were whole."""
        built = self._rounds.built[-1]
        asked = built[self._is_integer]
        if (asked != np.round(asked)).any():
            return None
        return self._at(built, cost, seconds, integers)

    def _at(self, built: Vector, cost: Vector, seconds: float, integers: Booleans) -> Solved | None:
        """Solve with the integers held at what is built, as far as their limits go."""
        lower, upper = (limit.copy() for limit in self._limits)
        whole = np.flatnonzero(integers)
        lower[whole] = upper[whole] = np.clip(built[whole], lower[whole], upper[whole])
        found = solve_small(cost, (lower, upper), self._matrix, self._sides, size=self._rounds.size, seconds=seconds)
        return None if found is None else self._among_best(found, cost, (lower, upper), seconds)

    def _among_best(
        self,
        known: Solved,
        cost: Vector,
        limits: tuple[Vector, Vector],
        seconds: float,
        integers: Booleans | None = None,
    ) -> Solved | None:
        """Solve once more, among the plans that are best at the prices of an answer without integers."""
        links, rounds, groups = len(self._is_integer), len(self._rounds), self._rounds.groups
        count = rounds * groups
        reduced = (cost - self._matrix.T @ known.duals)[links : links + count].reshape(rounds, groups)
        best = np.argsort(reduced, axis=0, kind="stable")[:BEST_MAX] * groups + np.arange(groups)
        kept = np.ones(len(cost), dtype=bool)
        kept[links : links + count] = False
        kept[links + np.sort(best, axis=None)] = True
        found = solve_small(
            cost[kept], (limits[0][kept], limits[1][kept]), self._matrix[:, np.flatnonzero(kept)], self._sides,
            size=self._rounds.size, seconds=seconds, integers=None if integers is None else integers[kept],
        )  # fmt: skip
        if found is None:
            return None
        values = np.zeros(len(cost))
        values[kept] = found.values
        return replace(found, values=values, basis=None)

    def _mixed(self, solved: Solved | None) -> Mixed | None:
        if solved is None:
            return None
        rounds, periods = self._rounds, self._rounds.periods
        links, rows, count = len(self._is_integer), len(periods.link_rows), len(rounds) * rounds.groups
        shares = self._shares(solved)
        built, broken = self._enough(solved.values[:links], shares), solved.values[links + count :]
        missed = shares.ravel() @ np.concatenate(rounds.missed)
        is_kept = bool(broken.max(initial=0.0) <= self._broken_max) and not missed
        cost = float(self._cost @ np.concatenate([built, shares.ravel()])) if is_kept else float("inf")
        prices = np.zeros(rows)
        if len(solved.duals):
            prices = np.where(periods.summed_rows, solved.duals[:rows], 0.0)
        return Mixed(built, shares, cost, prices)

    def _shares(self, solved: Solved) -> Vector:
        """Return how much of each plan is taken, (rounds, groups)."""
        rounds, links = self._rounds, len(self._is_integer)
        count = len(rounds) * rounds.groups
        shares = np.maximum(solved.values[links : links + count].reshape(len(rounds), rounds.groups), 0.0)
        shares[(np.array(rounds.missed) > 0.0) & (shares < MISSED_MIN)] = 0.0
        return np.asarray(shares / shares.sum(axis=0))

    def _needed(self, shares: Vector) -> Vector:
        """Return the most of each need that any group mixes, (needs,)."""
        return np.asarray(np.where(self._has_need, self._met @ shares, -np.inf).max(axis=1))

    def _enough(self, built: Vector, shares: Vector) -> Vector:
        """Return what is built, and no less than what any group mixes, of what can only help.

        A small programme ends within a tolerance, relative to its own numbers: of 1,500 MW 1.5 W were missing.
        """
        periods = self._rounds.periods
        sums, upper = periods.needs.sums, periods.arrays.column_upper[periods.links]
        built = built.copy()
        short = np.where(periods.needs.may_exceed, self._needed(shares) - sums @ built, 0.0)
        for need in np.flatnonzero(short > 0.0):
            entries = slice(*sums.indptr[need : need + 2])
            for link, each in zip(sums.indices[entries], sums.data[entries], strict=True):
                if each > 0.0 and not self._is_integer[link]:
                    built[link] = min(built[link] + short[need] / each, upper[link])
                    break
        return built


def values_of(mixed: Mixed, rounds: Rounds, folder: Path) -> Vector:
    """Return a mixture as a plan, (columns,), from what the periods left in files."""
    periods = rounds.periods
    values = np.zeros(periods.arrays.columns)
    for period in range(len(periods)):
        for number, share in enumerate(mixed.shares[:, rounds.group[period]]):
            if share > USED_MIN:
                with np.load(plan_path(folder, number, period), allow_pickle=False) as does:
                    values[periods.columns[period][does["places"]]] += share * does["values"]
    values[periods.links] = mixed.built
    return values
