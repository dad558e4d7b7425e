"""The periods of a problem and what links them: columns that several periods see, rows that add them up.

A period here is a block of rows and columns that no other period touches but through links: a day whose stores and
waiting end where they began. Found in the arrays (``Arrays.block_period``); nothing knows that it is a day.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from planner.models.algebra.pieces import pieces
from planner.models.solving.apart.asking.needs import Needs, needs_of
from planner.models.solving.large.block_start import LINK, members_of, periods_of
from planner.models.solving.large.pricing import entries_of

if TYPE_CHECKING:
    from scipy import sparse

    from planner.models.solving.highs.exchange import Arrays, Booleans, Indices, Vector


Part = tuple["Indices", "Indices", "Vector"]
"""A matrix by columns or by rows: starts, numbers of the others, coefficients."""


class Periods:
    """A problem cut into its periods.

    Attributes
    ----------
    columns, rows
        Of each period, in the problem's order.
    links, link_rows
        The columns and the rows in no period.
    column_period, row_period
        (columns,) and (rows,) the period of each, ``LINK`` for those in none.
    """

    def __init__(self, arrays: Arrays) -> None:
        self.arrays = arrays
        self.row_period = periods_of(arrays.row_block, arrays.block_period)
        self.column_period = periods_of(arrays.column_block, arrays.block_period)
        *self.columns, self.links = members_of(self.column_period)
        *self.rows, self.link_rows = members_of(self.row_period)

    def __len__(self) -> int:
        """How many periods there are."""
        return len(self.columns)

    @property
    def is_alike(self) -> bool:
        """Whether all periods have as many columns and rows as the first."""
        return len({(len(columns), len(rows)) for columns, rows in zip(self.columns, self.rows, strict=True)}) == 1

    @cached_property
    def link_matrix(self) -> sparse.csr_array:
        """(rows, links): the columns that link, in all rows."""
        from scipy import sparse  # noqa: PLC0415  small problems never need it

        arrays = self.arrays
        entries, width = entries_of(arrays.starts, self.links)
        starts = np.concatenate([[0], np.cumsum(width)])
        shape = arrays.rows, len(self.links)
        return sparse.csc_array((arrays.data[entries], arrays.indices[entries], starts), shape=shape).tocsr()

    @cached_property
    def between(self) -> sparse.csr_array:
        """(rows that link, links): what links uses of the rows that link."""
        return self.link_matrix[self.link_rows]

    @cached_property
    def _place(self) -> Indices:
        """Where each row stands among its period's, or among those that link, (rows,)."""
        place = np.zeros(self.arrays.rows, dtype=np.int32)
        for rows in (*self.rows, self.link_rows):
            place[rows] = np.arange(len(rows), dtype=np.int32)
        return place

    def entries(self, period: int) -> tuple[Part, Part, Part]:
        """Return the coefficients of one period.

        Returns
        -------
        own
            By columns: of its columns in its rows.
        uses
            By columns: what a unit of each of its columns uses of the rows that link.
        takes
            By rows: what a unit of each column that links takes of its rows.
        """
        arrays, columns = self.arrays, self.columns[period]
        entries, width = entries_of(arrays.starts, columns)
        at, data = arrays.indices[entries], arrays.data[entries]
        is_own = self.row_period[at] == period
        ends = np.concatenate([[0], np.cumsum(width)])
        own, uses = (
            (np.concatenate([[0], np.cumsum(kept)])[ends].astype(np.int32), self._place[at[kept]], data[kept])
            for kept in (is_own, ~is_own)
        )
        takes = self.link_matrix[self.rows[period]]
        return own, uses, (takes.indptr, takes.indices, takes.data)

    def used(self, limits: Vector | None = None) -> Vector:
        """Return how large the entries of each period in each row that links are together, (periods, rows that link).

        Parameters
        ----------
        limits
            (columns,) how often each entry counts; once by default.
        """
        rows, arrays = len(self.link_rows), self.arrays
        found = np.zeros(len(self) * rows)
        for columns, entries in pieces(arrays.starts):
            at, width = arrays.indices[entries], np.diff(arrays.starts[columns.start : columns.stop + 1])
            linked = np.flatnonzero(self.row_period[at] == LINK)
            owner = np.repeat(np.arange(columns.start, columns.stop), width)[linked]
            inner = self.column_period[owner] != LINK
            owner, linked = owner[inner], linked[inner]
            sizes = np.abs(arrays.data[entries][linked]) * (1.0 if limits is None else limits[owner])
            places = self.column_period[owner].astype(np.intp) * rows + self._place[at[linked]]
            found += np.bincount(places, sizes, minlength=len(found))
        return found.reshape(len(self), rows)

    @cached_property
    def sizes(self) -> Vector:
        """(periods, rows that link) how large the entries of each period in each row are together."""
        return self.used()

    @cached_property
    def summed_rows(self) -> Booleans:
        """(rows that link,) which of them any period has a part in."""
        return np.asarray(self.sizes.any(axis=0))

    @cached_property
    def needs(self) -> Needs:
        """What periods need of what is built."""
        return needs_of(self.arrays, self.link_matrix, self.row_period)
