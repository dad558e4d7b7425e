"""What periods need of what is built: not each hall by itself, but the sums of halls that their rows know.

Halls of several vintages carry the work of a year together; a mixture of plans needs the sum, and what more can only
help may be exceeded. Rows with the same sum, but for a factor, are one need.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from scipy import sparse

    from planner.models.solving.highs.exchange import Arrays, Booleans, Indices, Places, Vector

DIGITS = 9
"""Of a sum's numbers: rows that differ by less are one need."""


@dataclass(frozen=True)
class Needs:
    """The sums of what is built that rows of periods know.

    Attributes
    ----------
    sums
        (needs, links) of each its coefficients, the first of them 1.
    may_exceed, may_fall_short
        (needs,) where more of it, or less, only loosens every row.
    period
        (needs, periods) whether any row of a period knows it.
    """

    sums: sparse.csr_array
    may_exceed: Booleans
    may_fall_short: Booleans
    period: Booleans

    def of_group(self, group: Places) -> Booleans:
        """Return which needs any period of each group has, (needs, groups); the group of each period is given."""
        return np.column_stack([self.period[:, group == number].any(axis=1) for number in range(int(group[-1]) + 1)])


def needs_of(arrays: Arrays, matrix: sparse.csr_array, period_of: Indices) -> Needs:
    """Return what periods need of what is built.

    Parameters
    ----------
    matrix
        (rows, links) the columns that link, in all rows.
    period_of
        (rows,) the period of each row, negative for those that link.
    """
    width = np.diff(matrix.indptr)
    rows = np.flatnonzero((width > 0) & (period_of >= 0))
    first = matrix.data[matrix.indptr[rows]]
    known = matrix[rows]
    known.data = known.data / np.repeat(first, width[rows])
    _, place, number = np.unique(_marks(known), axis=0, return_index=True, return_inverse=True)
    has_lower, has_upper = np.isfinite(arrays.row_lower[rows]), np.isfinite(arrays.row_upper[rows])
    has_least, has_most = np.where(first > 0.0, (has_lower, has_upper), (has_upper, has_lower))
    count = len(place)
    period = np.zeros((count, int(period_of.max(initial=-1)) + 1), dtype=bool)
    period[number, period_of[rows]] = True
    tied = [np.bincount(number, weights=has, minlength=count) > 0 for has in (has_least, has_most)]
    return Needs(known[place], ~tied[1], ~tied[0], period)


def _marks(known: sparse.csr_array) -> Vector:
    """Return marks by which equal rows are known, (rows, 3): their length, their first column, and one weighted sum.

    The weights are drawn once for all: other sums have other marks, but by a chance of one in a thousand million.
    """
    weights = np.random.default_rng(0).uniform(1.0, 2.0, known.shape[1])
    total = known @ weights
    return np.column_stack([np.diff(known.indptr), known.indices[known.indptr[:-1]], np.round(total, DIGITS)])
