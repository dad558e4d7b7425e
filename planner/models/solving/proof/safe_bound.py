"""A lower bound on a linear programme that duals prove, whatever they are worth, in a moment for millions of columns.

For any row duals y, c·x = y·(A x) + (c - Aᵀy)·x, and each product is at least what the sides of its row and the bounds
of its column allow (Neumaier and Shcherbina, Safe bounds in linear and mixed-integer linear programming, Mathematical
Programming 99, 2004). Every sum here is float64 with a margin for every rounding that may have happened:
(terms + 8) x 2⁻⁵² x the sum of the sizes, twice what theory asks, so that margins worked out with errors of their own
are still wide enough. Wrong duals make the bound poor, never wrong.

``planner/bench`` reckons the same with Python's whole numbers: it judges other people's solvers to the last bit, on
smaller problems, and takes the implied bounds from here. A test holds the two against each other.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
from scipy import sparse

from planner.models.algebra.pieces import PIECE, pieces

if TYPE_CHECKING:
    from collections.abc import Iterator

Vector = npt.NDArray[np.float64]

ROUNDS_MAX: Final = 30
"""Passes over the rows to find the bounds that they imply."""
UNIT: Final = 2.0**-52
"""Twice the largest relative error of one operation."""
TINY: Final = 1e-280
"""Covers what is lost where a product is too small for float64."""
SIZE_MIN: Final = 1e-150
"""Numbers count as this large at least where sizes are multiplied, so that a size of 0 means that there is no term."""


@dataclass(frozen=True)
class Relaxation:
    """Minimise ``cost @ x`` subject to row_lower ≤ A x ≤ row_upper, lower ≤ x ≤ upper.

    Attributes
    ----------
    starts, indices, data
        The matrix by columns: (columns + 1,), (nonzeros,), (nonzeros,), finite.
    cost, lower, upper
        (columns,); ±inf where there is no bound.
    row_lower, row_upper
        (rows,).
    """

    starts: npt.NDArray[np.integer]
    indices: npt.NDArray[np.integer]
    data: Vector
    cost: Vector
    row_lower: Vector
    row_upper: Vector
    lower: Vector
    upper: Vector

    def reduced_costs(self, cost: Vector, duals: Vector) -> tuple[Vector, Vector]:
        """Return what the reduced costs are at least and at most, (columns,), for finite duals (rows,)."""
        least, most = np.empty_like(cost), np.empty_like(cost)
        weights = np.where(duals == 0.0, 0.0, np.maximum(np.abs(duals), SIZE_MIN))
        for columns, entries in pieces(self.starts):
            starts = self.starts[columns.start : columns.stop + 1] - entries.start
            data, shape = self.data[entries], (columns.stop - columns.start, len(duals))
            matrix, sizes_of = (
                sparse.csr_array((part, self.indices[entries], starts), shape=shape) for part in (data, _sizes(data))
            )
            with np.errstate(all="ignore"):  # what overflows is found by whoever uses it
                reduced, sizes = cost[columns] - matrix @ duals, sizes_of @ weights
                # Without any term the reduced cost is the cost, exactly.
                rounding = (np.diff(starts) + 8) * UNIT * (sizes + np.abs(cost[columns])) + TINY
                margin = np.where(sizes == 0.0, 0.0, rounding)
                least[columns], most[columns] = reduced - margin, reduced + margin
        return least, most


def _sizes(data: Vector) -> Vector:
    """Return the sizes of coefficients, none but that of 0 too small to be multiplied."""
    return np.where(data == 0.0, 0.0, np.maximum(np.abs(data), SIZE_MIN))


class Prover:
    """What duals prove of one relaxation.

    Parameters
    ----------
    cutoff
        A finite value of the objective. Where a column without a bound would need one, it is looked for among the
        points not dearer than this; the others are dearer anyway, so that the smaller of cutoff and bound holds for
        all.
    """

    def __init__(self, relaxation: Relaxation, cutoff: float) -> None:
        self.relaxation = relaxation
        self.cutoff = cutoff
        self.unlimited = 0

    @cached_property
    def _implied(self) -> tuple[Vector, Vector]:
        return implied_bounds(self.relaxation, self.cutoff)

    def bound(self, duals: Vector, lower: Vector | None = None, upper: Vector | None = None) -> float:
        """Return what no point within the bounds costs less than, at most the cutoff; -∞ where nothing is proved.

        Parameters
        ----------
        duals
            (rows,) rise of the objective per unit of the right-hand side.
        lower, upper
            (columns,) bounds that are as narrow as the relaxation's, or narrower; those by default.
        """
        return min(self._value(self.relaxation.cost, duals, lower, upper), self.cutoff)

    def excludes(self, ray: Vector, lower: Vector, upper: Vector) -> bool:
        """Whether a ray (rows,) proves that no point within the bounds keeps the rows, or none up to the cutoff."""
        nothing = np.zeros_like(self.relaxation.cost)
        return any(self._value(nothing, sign * ray, lower, upper) > 0.0 for sign in (1.0, -1.0))

    def _value(self, cost: Vector, duals: Vector, lower: Vector | None, upper: Vector | None) -> float:
        form = self.relaxation
        if duals.shape != form.row_lower.shape or not bool(np.isfinite(duals).all()):
            return -math.inf
        lower, upper = form.lower if lower is None else lower, form.upper if upper is None else upper
        side = np.where(duals > 0.0, form.row_lower, form.row_upper)
        kept = np.where(np.isfinite(side), duals, 0.0)  # a price on a side that is not there proves nothing
        least, most = form.reduced_costs(cost, kept)
        if not bool(np.isfinite(least).all() and np.isfinite(most).all()):
            return -math.inf
        if bool((((most > 0.0) & np.isinf(lower)) | ((least < 0.0) & np.isinf(upper))).any()):
            lower, upper = np.maximum(lower, self._implied[0]), np.minimum(upper, self._implied[1])
        if bool((lower > upper).any()):
            return math.inf
        terms = np.concatenate([_products(kept, kept, side, side), _products(least, most, lower, upper)])
        self.unlimited = int(np.isneginf(terms).sum())
        if self.unlimited or not bool(np.isfinite(terms).all()):
            return -math.inf
        terms = terms[terms != 0.0]
        try:
            return math.nextafter(math.fsum(_one_by_one(terms)), -math.inf) if len(terms) else 0.0
        except OverflowError:
            return -math.inf


def _one_by_one(terms: Vector) -> Iterator[float]:
    """Yield numbers as Python's own, never many at a time."""
    for first in range(0, len(terms), PIECE):
        yield from terms[first : first + PIECE].tolist()


def _products(least: Vector, most: Vector, lower: Vector, upper: Vector) -> Vector:
    """Return what products of a number from ``least`` to ``most`` and one from ``lower`` to ``upper`` are at least."""
    with np.errstate(all="ignore"):
        found = np.full(len(least), np.inf)
        for factor in (least, most):
            for side, grows in ((lower, factor > 0.0), (upper, factor < 0.0)):
                is_none = np.isinf(side)
                product = factor * np.where(is_none, 0.0, side)
                product -= np.where((factor == 0.0) | (side == 0.0), 0.0, np.abs(product) * UNIT + TINY)
                found = np.minimum(found, np.where(is_none, np.where(grows, -np.inf, np.inf), product))
        return np.where((least == 0.0) & (most == 0.0), 0.0, found)


def implied_bounds(form: Relaxation, cutoff: float) -> tuple[Vector, Vector]:
    """Return (columns,) bounds: those given where finite, else what rows and cutoff imply, on the safe side.

    Each row limits a column by what the other columns' bounds leave; the objective, at most the cutoff, is such a row.
    """
    lower, upper = form.lower.copy(), form.upper.copy()
    missing_lower, missing_upper = np.isinf(form.lower), np.isinf(form.upper)
    with np.errstate(all="ignore"):  # what is not finite says nothing and is left out
        for _ in range(ROUNDS_MAX):
            unbounded = int(np.isinf(lower).sum() + np.isinf(upper).sum())
            if not unbounded:
                break
            bottoms, tops = _looked_at(form, cutoff, lower, upper)
            lower = np.where(missing_lower, np.maximum(lower, _outward(bottoms, -np.inf)), lower)
            upper = np.where(missing_upper, np.minimum(upper, _outward(tops, np.inf)), upper)
            if int(np.isinf(lower).sum() + np.isinf(upper).sum()) == unbounded:
                break
    return lower, upper


def _looked_at(form: Relaxation, cutoff: float, lower: Vector, upper: Vector) -> tuple[Vector, Vector]:
    """Return the bounds (columns,) that one look at each row gives with the bounds so far, still to be rounded."""
    least, most = _Activity(len(form.row_lower)), _Activity(len(form.row_lower))
    for columns, entries in pieces(form.starts):
        rows, data, low, high = _terms(form, columns, entries, lower, upper)
        least.add(rows, low)
        most.add(rows, high)
        del data
    bottoms, tops = np.full(len(lower), -np.inf), np.full(len(upper), np.inf)
    for columns, entries in pieces(form.starts):
        rows, data, low, high = _terms(form, columns, entries, lower, upper)
        from_upper = (form.row_upper[rows] - least.rest(rows, low, -1.0)) / data
        from_lower = (form.row_lower[rows] - most.rest(rows, high, 1.0)) / data
        width = np.diff(form.starts[columns.start : columns.stop + 1])
        filled = np.flatnonzero(width)
        if len(filled):
            first, here = (np.cumsum(width) - width)[filled], filled + columns.start
            up, down = np.where(data > 0.0, from_upper, from_lower), np.where(data > 0.0, from_lower, from_upper)
            tops[here] = np.minimum.reduceat(np.where(np.isfinite(up), up, np.inf), first)
            bottoms[here] = np.maximum.reduceat(np.where(np.isfinite(down), down, -np.inf), first)
    low = form.cost * np.where(form.cost > 0.0, lower, upper)
    low[form.cost == 0.0] = 0.0
    costs, one = _Activity(1), np.zeros(len(low), dtype=np.int64)
    costs.add(one, low)
    limit = (cutoff - costs.rest(one, low, -1.0)) / form.cost
    limit[~np.isfinite(limit)] = np.nan
    tops = np.where(form.cost > 0.0, np.fmin(tops, limit), tops)
    return np.where(form.cost < 0.0, np.fmax(bottoms, limit), bottoms), tops


def _terms(
    form: Relaxation, columns: slice, entries: slice, lower: Vector, upper: Vector
) -> tuple[npt.NDArray[np.integer], Vector, Vector, Vector]:
    """Return rows and entries of some columns, and what each term is at least and at most, all (nonzeros,)."""
    rows, data = form.indices[entries], form.data[entries]
    width = np.diff(form.starts[columns.start : columns.stop + 1])
    low, high = np.repeat(lower[columns], width), np.repeat(upper[columns], width)
    rises = data > 0.0
    least, most = data * np.where(rises, low, high), data * np.where(rises, high, low)
    least[data == 0.0] = most[data == 0.0] = 0.0
    return rows, data, least, most


class _Activity:
    """The sum of each row's terms: the finite ones, their sizes, how many there are and how many are not finite."""

    def __init__(self, rows: int) -> None:
        self.sums, self.sizes = np.zeros(rows), np.zeros(rows)
        self.count, self.endless = np.zeros(rows, dtype=np.int64), np.zeros(rows, dtype=np.int64)

    def add(self, rows: npt.NDArray[np.integer], terms: Vector) -> None:
        """Add terms (nonzeros,), each to its row."""
        finite = np.isfinite(terms)
        solid, length = np.where(finite, terms, 0.0), len(self.sums)
        self.sums += np.bincount(rows, solid, minlength=length)
        self.sizes += np.bincount(rows, np.abs(solid), minlength=length)
        self.count += np.bincount(rows, minlength=length)
        self.endless += np.bincount(rows, ~finite, minlength=length).astype(np.int64)

    def rest(self, rows: npt.NDArray[np.integer], terms: Vector, direction: float) -> Vector:
        """Return (nonzeros,) the sum of each row's other terms, rounded in a direction; infinite where it has none."""
        finite = np.isfinite(terms)
        margin = ((self.count + 8) * UNIT * self.sizes + TINY)[rows]
        rest = np.where(finite, self.sums[rows] - terms, self.sums[rows]) + direction * margin
        endless = self.endless[rows]
        known = (endless == 0) | ((endless == 1) & ~finite)
        return np.where(known & np.isfinite(rest), rest, direction * np.inf)


def _outward(limits: Vector, direction: float) -> Vector:
    """Return limits moved by more than the rounding of one difference and one quotient."""
    for _ in range(3):
        limits = np.nextafter(limits, direction)
    return limits
