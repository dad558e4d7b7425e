"""Points a little inside of what can serve all demand, so that the plans found there can be mixed.

The planes meet where halls are just enough, and the least of them lies a hair to either side: 0.2 W of 1,500 MW were
missing, and a mixture with any share of such an answer is no plan. So a point moves a little towards one that missed
nothing, by more where the last one missed, by less where it did not (in-out: Ben-Ameur, Neto, Networks 49, 2007). What
rows between links say holds at both, and so in between.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from planner.models.solving.apart.rounds import Rounds
    from planner.models.solving.highs.exchange import Vector

SHARE_MIN, SHARE_MAX = 1e-5, 0.5
"""Of the way to the point that missed nothing."""
MORE, LESS = 3.0, 0.5
"""What a round that missed something, or nothing, makes of the share."""


class Inside:
    """The way to points that miss nothing."""

    def __init__(self) -> None:
        self._share = SHARE_MIN
        self._seen = 0

    def took(self, rounds: Rounds) -> None:
        """Take in what the last rounds missed."""
        for missed in rounds.missed[self._seen :]:
            self._share = min(self._share * MORE, SHARE_MAX) if missed.any() else max(self._share * LESS, SHARE_MIN)
        self._seen = len(rounds)

    def moved(self, built: Vector, prices: Vector, rounds: Rounds, *, whole: bool) -> Vector:
        """Return a point moved towards the best one that missed nothing, as it would cost at prices of now.

        Where integers are whole, only towards points with the same ones.
        """
        safe = [number for number, missed in enumerate(rounds.missed) if not missed.any()]
        if whole:
            is_integer = rounds.periods.arrays.is_integer[rounds.periods.links]
            safe = [number for number in safe if np.array_equal(rounds.built[number][is_integer], built[is_integer])]
        if not safe:
            return built
        best = min(safe, key=lambda number: rounds.cost_at(prices, number))
        return (1.0 - self._share) * built + self._share * rounds.built[best]
