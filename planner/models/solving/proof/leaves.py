"""What a search of our own leaves behind for a proof of its bound: boxes of integers, and for each what bounds it.

A leaf is where a branch ended: a box of the integers, and row duals, those of its own linear programme or of the one
above it; where the linear programme had no point, a ray that says so. The search writes the vectors down as it goes,
one file each, so that hundreds of them need no memory. Nothing here is believed: ``proof.py`` looks whether the
leaves cover all integers, and works out anew what their vectors prove.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from planner.models.solving.highs.exchange import Vector

NONE = -1
"""The number of a vector that is not there."""


@dataclass(frozen=True)
class Leaf:
    """A box of the integers, (integers,), with the numbers of its duals and of its ray, or ``NONE``."""

    lower: Vector
    upper: Vector
    duals: int
    ray: int = NONE


@dataclass
class Leaves:
    """The leaves of a search as it goes; without a folder nothing is kept.

    Attributes
    ----------
    is_full
        Whether they are all there: the search has ended and said so.
    """

    folder: Path | None = None
    found: list[Leaf] = field(default_factory=list)
    vectors: int = 0
    is_full: bool = False

    def keep(self, vector: Vector | None) -> int:
        """Write a vector (rows,) down and return its number; ``NONE`` for none."""
        if self.folder is None or vector is None:
            return NONE
        np.save(path_of(self.folder, self.vectors), vector, allow_pickle=False)
        self.vectors += 1
        return self.vectors - 1

    def close(self, lower: Vector, upper: Vector, duals: int, ray: int = NONE) -> None:
        """Add a leaf."""
        if self.folder is not None:
            self.found.append(Leaf(lower.copy(), upper.copy(), duals, ray))


def path_of(folder: Path, number: int) -> Path:
    """Return where a vector lies."""
    return folder / f"leaf-{number}.npy"


def vector_of(folder: Path, number: int) -> Vector:
    """Return a vector (rows,), not in memory before it is looked at."""
    return np.asarray(np.load(path_of(folder, number), mmap_mode="r", allow_pickle=False), dtype=np.float64)


def packed(leaves: Sequence[Leaf]) -> Vector:
    """Return leaves as one array, (leaves, 2 + 2 x integers): numbers of duals and ray, lower and upper bounds."""
    return np.array([[leaf.duals, leaf.ray, *leaf.lower, *leaf.upper] for leaf in leaves], dtype=np.float64)


def unpacked(array: Vector, integers: int) -> list[Leaf]:
    """Return leaves from one array."""
    if array.ndim != 2 or array.shape[1] != 2 + 2 * integers:  # noqa: PLR2004  numbers of duals and ray, two bounds
        raise ValueError("leaves of another problem")
    numbers = array[:, :2]
    if not bool((np.isfinite(numbers) & (numbers == np.round(numbers)) & (numbers >= NONE)).all()):
        raise ValueError("leaves without vectors")
    return [
        Leaf(row[2 : 2 + integers], row[2 + integers :], int(row[0]), int(row[1]))
        for row in np.asarray(array, dtype=np.float64)
    ]
