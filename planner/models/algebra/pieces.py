"""A large matrix looked at in pieces, so that what is reckoned from it never takes as much memory as it does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

PIECE = 2**21
"""Nonzeros looked at in one go."""


def pieces(starts: npt.NDArray[np.integer]) -> Iterator[tuple[slice, slice]]:
    """Yield runs of columns with their entries, about ``PIECE`` of them at a time, from where each column starts."""
    first, columns = 0, len(starts) - 1
    while first < columns:
        last = int(np.searchsorted(starts, starts[first] + PIECE, side="right")) - 1
        last = min(max(last, first + 1), columns)
        yield slice(first, last), slice(int(starts[first]), int(starts[last]))
        first = last
