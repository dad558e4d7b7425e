"""A number that is known as well as plans and their proved bounds say."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

ROUNDING: Final = 1e-7
"""Relative to what is compared: a smaller difference is a solver's rounding."""


@dataclass(frozen=True)
class Interval:
    """A number between two others.

    Attributes
    ----------
    least
        What is proved; -∞ where nothing is, ∞ where there is no plan.
    most
        What a plan that was found has; ∞ where none was.
    is_cut
        Whether ``least`` was below 0, where a proof by theory says that it is not.
    """

    least: float
    most: float
    is_cut: bool = False

    @property
    def is_infinite(self) -> bool:
        """Whether there is proved to be no plan."""
        return self.least == math.inf

    def less(self, other: Interval) -> Interval:
        """Return by how much this number is more than another, which is finite."""
        return Interval(self.least - other.most, self.most - other.least)

    def not_negative(self, size: float) -> Interval:
        """Return the part that is not negative; what is rounding beside numbers of a size is 0, and nothing is cut."""
        near = ROUNDING * abs(size)
        least = 0.0 if self.least <= near else self.least
        most = 0.0 if self.most <= near else self.most
        return Interval(least, most, is_cut=self.least < -near)


def known(objective: float, bound: float) -> Interval:
    """Return what a plan and its bound say; NaN where there is none of them."""
    return Interval(-math.inf if math.isnan(bound) else bound, math.inf if math.isnan(objective) else objective)


NO_PLAN: Final = Interval(math.inf, math.inf)


def mean_of(parts: Iterable[tuple[float, Interval]]) -> Interval:
    """Return the mean of numbers, each with its probability, which is above 0."""
    listed = list(parts)
    return Interval(sum(p * one.least for p, one in listed), sum(p * one.most for p, one in listed))
