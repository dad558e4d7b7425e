"""What the periods have answered so far, round by round, summed over groups of periods.

A round asks all periods at one ``built`` and one set of prices. Its answers are used twice: as planes that no cost lies
below, and as plans that may be mixed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from planner.models.solving.apart.asking.checkpoint import keep

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from planner.models.solving.apart.asking.period import Reply
    from planner.models.solving.apart.asking.periods import Periods
    from planner.models.solving.highs.exchange import Places, Vector

ROUNDS = "rounds.npz"
PARTS = ("built", "prices", "heights", "slopes", "costs", "uses", "missed")
GROUPS_MAX = 128
"""Periods are taken together to so many at most: programmes at the top are small then. Fewer cost rounds: 92 days were
as near after 15 rounds by themselves as after 27 in 32 groups."""


class Rounds:
    """The answers, each array with one entry a round.

    Attributes
    ----------
    group
        (periods,) the group of each.
    built
        (links,) what was built.
    prices
        (rows that link,)
    heights, slopes
        (groups,) and (groups, links): at these prices no group costs less than ``height + slope @ built``.
    costs, uses
        (groups,) and (groups, rows that link): what the plans cost, and use of the rows that link.
    missed
        (groups,) how much of rows to be served the plans miss.
    """

    def __init__(self, periods: Periods) -> None:
        count = len(periods)
        self.periods = periods
        self.group: Places = np.arange(count) * min(GROUPS_MAX, count) // count
        self.built: list[Vector] = []
        self.prices: list[Vector] = []
        self.heights: list[Vector] = []
        self.slopes: list[Vector] = []
        self.costs: list[Vector] = []
        self.uses: list[Vector] = []
        self.missed: list[Vector] = []

    def __len__(self) -> int:
        """How many rounds there were."""
        return len(self.built)

    @property
    def groups(self) -> int:
        """How many groups there are."""
        return int(self.group[-1]) + 1

    def add(self, built: Vector, prices: Vector, replies: Sequence[Reply]) -> None:
        """Take the answers of all periods in."""
        groups, rows = self.groups, len(prices)
        heights, costs, missed = (np.zeros(groups) for _ in range(3))
        slopes, uses = np.zeros((groups, len(built))), np.zeros((groups, rows))
        for reply in replies:
            group = self.group[reply.period]
            heights[group] += reply.value - float(reply.slope @ built)
            slopes[group] += reply.slope
            costs[group] += reply.cost
            uses[group] += reply.use
            missed[group] += reply.missed
        for values, value in (
            (self.built, built), (self.prices, prices), (self.heights, heights), (self.slopes, slopes),
            (self.costs, costs), (self.uses, uses), (self.missed, missed),
        ):  # fmt: skip
            values.append(value)

    def of_groups(self, of_periods: Vector) -> Vector:
        """Return sums over the periods of each group, (groups, ...), of what each period has, (periods, ...)."""
        found = np.zeros((self.groups, *of_periods.shape[1:]))
        np.add.at(found, self.group, of_periods)
        return found

    def cost_at(self, prices: Vector, number: int) -> float:
        """Return what the answers of a round cost with what was built, less what the rows that link pay for both."""
        periods = self.periods
        paid = np.where(periods.summed_rows, prices, 0.0)
        built = float((periods.arrays.costs[0][periods.links] - periods.between.T @ paid) @ self.built[number])
        return built + float(self.costs[number].sum() - paid @ self.uses[number].sum(axis=0))

    def save(self, folder: Path) -> None:
        """Write all rounds."""
        keep(folder / ROUNDS, **{name: np.array(getattr(self, name)) for name in PARTS})

    def follow(self, folder: Path, built: Vector, prices: Vector) -> bool:
        """Take the next round over from a folder, if there is any; say whether there is.

        Where the search would ask otherwise now, all that lie there are taken over together: a plane and a plan hold
        whatever was asked, and nothing is asked twice.
        """
        if not (folder / ROUNDS).exists():
            return False
        with np.load(folder / ROUNDS, allow_pickle=False) as file:
            number, count = len(self), len(file["built"])
            if number >= count:
                return False
            is_same = np.array_equal(file["built"][number], built) and np.array_equal(file["prices"][number], prices)
            for name in PARTS:
                getattr(self, name).extend(file[name][number : number + 1 if is_same else count])
        return True

    @property
    def size(self) -> float:
        """About what a plan costs."""
        links = self.periods.links
        return float(np.abs(self.periods.arrays.costs[0][links]) @ np.abs(self.built[0])) + float(self.costs[0].sum())

    @property
    def place(self) -> Places:
        """(rounds x groups,) the group of each answer, round by round."""
        return np.tile(np.arange(self.groups), len(self))
