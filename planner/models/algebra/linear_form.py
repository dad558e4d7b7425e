"""A linear form under expansion: its coefficients, not written out before they have their place."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from planner.models.algebra.expansion_frame import Array


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

    def write(self, first_row: int, rows: Array, columns: Array, coefficients: Array) -> None:
        """Write rows, counted from ``first_row``, columns and coefficients into three arrays, (size,)."""
        _add_into(rows.reshape(self.shape), (*self.rows, np.int32(first_row)))
        _add_into(columns.reshape(self.shape), self.columns)
        coefficients.reshape(self.shape)[...] = self.coefficients


def _add_into(out: Array, parts: Sequence[Array | np.int32]) -> None:
    """Write a sum of arrays that broadcast, the smaller added up before the larger."""
    first, *rest = sorted(parts, key=np.size)
    for part in rest[:-1]:
        first = first + part
    np.add(first, rest[-1] if rest else np.int32(0), out=out)


class Linear:
    """A linear form under expansion: coefficients in pieces, and a constant a row."""

    def __init__(self, rows: int) -> None:
        self.constant = np.zeros(rows)
        self.pieces: list[Piece] = []
