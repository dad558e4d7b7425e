"""A linear form under expansion: its coefficients, not written out before they have their place."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from planner.models.algebra.expansion_frame import Array

CELLS_MAX = 2**22
"""Cells that are written out in one go, to keep memory low."""


@dataclass(frozen=True)
class Piece:
    """Coefficients that one place of a rule gives, one a cell of a frame, not written out before they have their place.

    Attributes
    ----------
    shape
        Of the frame.
    rows, columns
        Arrays that broadcast to the shape; their sums are the row and the column of each cell.
    coefficients
        Broadcasts to the shape.
    """

    shape: tuple[int, ...]
    rows: tuple[Array, ...]
    columns: tuple[Array, ...]
    coefficients: Array

    @property
    def size(self) -> int:
        """How many coefficients there are."""
        return prod(self.shape)

    def parts(self) -> Iterator[Piece]:
        """Yield the piece in parts of not many more than ``CELLS_MAX`` cells, cut along the first axis."""
        if self.size <= CELLS_MAX or len(self.shape) < 1:
            yield self
            return
        length, behind = self.shape[0], prod(self.shape[1:])
        step = max(1, CELLS_MAX // max(behind, 1))
        for first in range(0, length, step):
            here = slice(first, min(first + step, length))
            rows, columns = (tuple(self._cut(array, here) for array in arrays) for arrays in (self.rows, self.columns))
            shape = (here.stop - first, *self.shape[1:])
            yield Piece(shape, rows, columns, self._cut(self.coefficients, here))

    def _cut(self, array: Array, here: slice) -> Array:
        varies = array.ndim == len(self.shape) and array.shape[0] != 1
        return array[here] if varies else array

    def row_numbers(self, first_row: int) -> Array:
        """Return the row of each cell, counted from ``first_row``, (size,)."""
        return _sum_of((*self.rows, np.int32(first_row)), self.shape)

    def column_numbers(self) -> Array:
        """Return the column of each cell, (size,)."""
        return _sum_of(self.columns, self.shape)

    def values(self) -> Array:
        """Return the coefficient of each cell, (size,)."""
        return np.broadcast_to(self.coefficients, self.shape).ravel()


def _sum_of(parts: Sequence[Array | np.int32], shape: tuple[int, ...]) -> Array:
    """Return a sum of arrays that broadcast to a shape, the smaller added up before the larger, (size,)."""
    first, *rest = sorted(parts, key=np.size)
    for part in rest[:-1]:
        first = first + part
    out = np.empty(shape, dtype=np.int32)
    np.add(first, rest[-1] if rest else np.int32(0), out=out)
    return out.ravel()


class Linear:
    """A linear form under expansion: coefficients in pieces, and a constant a row."""

    def __init__(self, rows: int) -> None:
        self.constant = np.zeros(rows)
        self.pieces: list[Piece] = []
