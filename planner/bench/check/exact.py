"""Exact arithmetic on float64 numbers: every one is a whole number times a power of two, and whole numbers are exact.

numpy's object arrays hold Python's integers of any length, so that products and sums of a million terms take about a
second and no rounding happens anywhere.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float64]
Whole = npt.NDArray[np.object_]
Places = npt.NDArray[np.intp]

MANTISSA_BITS = 53
CHUNK = 500_000
"""Terms worked on at once: a Python integer takes some 50 bytes."""


@dataclass(frozen=True)
class Exact:
    """The numbers ``whole × 2**power``, exactly."""

    whole: Whole  # (length,) of Python integers
    power: int  # one for all

    def at(self, power: int) -> Whole:
        """Return the whole numbers for another power, at most this one."""
        return self.whole if power == self.power else self.whole << (self.power - power)

    def fraction(self, place: int) -> Fraction:
        """Return one of the numbers."""
        return Fraction(self.whole[place]) * Fraction(2) ** self.power


def exact(values: Vector, power: int | None = None) -> Exact:
    """Return finite numbers exactly.

    Parameters
    ----------
    values
        (length,) finite.
    power
        The power to use; at most ``least_power(values)``, which is taken if none is given.
    """
    mantissas, powers = _parts(values)
    least = least_power(values) if power is None else power
    shifts = np.where(mantissas == 0, 0, powers - least)
    return Exact(mantissas.astype(object) << shifts.astype(object), least)


def least_power(*groups: Vector) -> int:
    """Return the power of two of which all numbers are whole multiples; 0 where all are 0."""
    least = []
    for values in groups:
        mantissas, powers = _parts(values)
        least.extend([int(powers[mantissas != 0].min())] if mantissas.any() else [])
    return min(least, default=0)


def _parts(values: Vector) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return (length,) odd whole numbers and powers of two."""
    fractions, powers = np.frexp(values)
    mantissas = np.ldexp(fractions, MANTISSA_BITS).astype(np.int64)
    trailing = np.frexp((mantissas & -mantissas).astype(float))[1] - 1  # a power of two, so this is its logarithm
    trailing = np.maximum(trailing, 0).astype(np.int64)
    return mantissas >> trailing, powers.astype(np.int64) - MANTISSA_BITS + trailing


def dot_groups(coefficients: Vector, picks: Places, factors: Exact, starts: Places) -> tuple[Exact, Exact]:
    """Return, for each group of terms, their exact sum and the exact sum of their sizes.

    Parameters
    ----------
    coefficients, picks
        (terms,): each term is ``coefficients * factors[picks]``.
    starts
        (groups + 1,) where each group's terms begin.
    """
    power = least_power(coefficients)
    sums, sizes = np.zeros((2, len(starts) - 1), dtype=object)
    for first, last in _chunks(starts):
        begin, end = int(starts[first]), int(starts[last])
        terms = exact(coefficients[begin:end], power).whole * factors.whole[picks[begin:end]]
        inner = starts[first : last + 1] - begin
        sums[first:last] = _sum_groups(terms, inner)
        sizes[first:last] = _sum_groups(np.abs(terms), inner)
    return Exact(sums, power + factors.power), Exact(sizes, power + factors.power)


def _chunks(starts: Places) -> list[tuple[int, int]]:
    """Return ranges of groups of about ``CHUNK`` terms; a larger group stands alone."""
    chunks, first, groups = [], 0, len(starts) - 1
    while first < groups:
        last = max(first + 1, int(np.searchsorted(starts, starts[first] + CHUNK, side="right")) - 1)
        chunks.append((first, last))
        first = last
    return chunks


def _sum_groups(terms: Whole, starts: Places) -> Whole:
    sums = np.zeros(len(starts) - 1, dtype=object)
    filled = starts[:-1] < starts[1:]  # reduceat takes the next group's first term for an empty one
    if filled.any():
        sums[filled] = np.add.reduceat(terms, starts[:-1][filled])
    return sums


def total(terms: Exact) -> Fraction:
    """Return the sum of the numbers."""
    return Fraction(int(terms.whole.sum())) * Fraction(2) ** terms.power if len(terms.whole) else Fraction(0)


def rounded_down(value: Fraction) -> float:
    """Return the largest float64 that is not above the value; −∞ where there is none."""
    try:
        nearest = float(value)
    except OverflowError:
        return -math.inf if value < 0 else math.nextafter(math.inf, 0.0)
    return nearest if Fraction(nearest) <= value else math.nextafter(nearest, -math.inf)


def nearest_float(value: Fraction | Any) -> float:
    """Return the nearest float64; ±∞ beyond its range."""
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf
