"""A frame: the cells over which a template is expanded, kept as the axes of an array.

A constraint over (ROUTES, TIMESTEPS) has a frame of two axes. What depends on the route alone is an array of shape
(routes, 1), on the timestep alone (timesteps,), and only what depends on both is ever as large as the frame. A sum
over the members of an indexed set lengthens the axis its owner stands on; a sum over a plain set puts a new axis in
front, where numpy broadcasts what was there before.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from planner.models.algebra.index_table import Codes, IndexTable, Subsets

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Frame:
    """The cells of a template under expansion.

    Attributes
    ----------
    shape
        The length of each axis.
    codes
        For each index of the template its code in every cell, broadcastable to ``shape``.
    rows
        Arrays broadcastable to ``shape``; their sum is the row each cell belongs to.
    """

    shape: tuple[int, ...]
    codes: Mapping[int, Codes]
    rows: tuple[Array, ...]

    @classmethod
    def over(cls, tables: Sequence[IndexTable], names: Sequence[int]) -> Frame:
        """Return the frame of all combinations of members, one axis a set."""
        shape = tuple(len(table) for table in tables)
        codes: dict[int, Codes] = {}
        rows: list[Array] = []
        waiting = iter(names)
        for number, table in enumerate(tables):
            behind = (1,) * (len(tables) - number - 1)
            stride = np.int32(prod(shape[number + 1 :]))
            rows.append(np.arange(len(table), dtype=np.int32).reshape(-1, *behind) * stride)
            codes |= {next(waiting): column.reshape(-1, *behind) for column in table.codes.T}
        return cls(shape, codes, tuple(rows))

    def bind(self, codes: Mapping[int, Codes]) -> Frame:
        """Return the same cells under the indices of another template."""
        return replace(self, codes=codes)

    def cross(self, names: Sequence[int], members: Codes) -> tuple[Frame, Cross]:
        """Return the frame of each cell with each of the members, (members, dimension), on a new first axis."""
        ahead = (len(members),) + (1,) * len(self.shape)
        codes = {name: column.reshape(ahead) for name, column in zip(names, members.T, strict=True)}
        frame = Frame((len(members), *self.shape), {**self.codes, **codes}, self.rows)
        return frame, Cross(len(members), len(frame.shape))

    def flat(self) -> Frame:
        """Return the same cells on one axis."""
        codes = {name: self.whole(column) for name, column in self.codes.items()}
        return Frame((prod(self.shape),), codes, (self.whole(self.row),))

    @property
    def row(self) -> Array:
        """The row of every cell, as large as it needs to be to be broadcast to ``shape``."""
        return sum(self.rows, np.zeros((), dtype=np.int32))

    def whole(self, array: Array) -> Array:
        """Return an array as large as the frame, one number a cell."""
        return np.broadcast_to(array, self.shape).ravel()

    def axis_of(self, arrays: Sequence[Array]) -> int | None:
        """Return the axis along which arrays vary, counted from the last (-1); 0 for none, ``None`` for several."""
        axes = {axis - array.ndim for array in arrays for axis, length in enumerate(array.shape) if length != 1}
        return None if len(axes) > 1 else axes.pop() if axes else 0

    def join(self, names: Sequence[int], subsets: Subsets, owner: Codes, axis: int) -> tuple[Frame, Join]:
        """Return the frame of each cell with each member of its owner's subset, on the owner's axis made longer."""
        parent, members = subsets.join(owner.ravel())
        join = Join(axis, parent, len(owner.ravel()))
        behind = (1,) * (-axis - 1)
        shape = list(self.shape)
        shape[axis] = len(parent)
        codes = {name: join.take(column) for name, column in self.codes.items()}
        codes |= {name: column.reshape(-1, *behind) for name, column in zip(names, members.T, strict=True)}
        return Frame(tuple(shape), codes, tuple(join.take(part) for part in self.rows)), join


@dataclass(frozen=True)
class Cross:
    """How a frame of ``dimensions`` axes got its first, of some length."""

    length: int
    dimensions: int

    def take(self, array: Array) -> Array:
        """Spread an array of the smaller frame over the larger: numpy does."""
        return array

    def add_up(self, array: Array) -> Array:
        """Sum an array of the larger frame over the first axis."""
        array = np.asarray(array, dtype=float)
        if array.ndim < self.dimensions:
            return array * self.length
        total: Array = array.sum(axis=0)
        return total * self.length if len(array) == 1 else total


@dataclass(frozen=True)
class Join:
    """How a longer axis came from a shorter one: ``parent[i]`` is the place in the shorter, in order."""

    axis: int
    parent: npt.NDArray[np.int64]
    length: int

    def take(self, array: Array) -> Array:
        """Spread an array of the shorter frame over the longer."""
        array = np.asarray(array)
        if array.ndim < -self.axis or array.shape[self.axis] == 1 != self.length:
            return array
        return np.take(array, self.parent, axis=self.axis)

    def add_up(self, array: Array) -> Array:
        """Sum an array of the longer frame over the members of each place of the shorter."""
        array = np.asarray(array, dtype=float)
        behind = max(-self.axis - array.ndim, 0)
        array = array.reshape((1,) * behind + array.shape)
        count = np.bincount(self.parent, minlength=self.length)
        if array.shape[self.axis] == 1 != len(self.parent):
            return array * count.reshape(-1, *(1,) * (-self.axis - 1))
        shape = list(array.shape)
        shape[self.axis] = self.length
        total = np.zeros(shape)
        owners = np.flatnonzero(count)
        if len(owners):
            starts = (np.cumsum(count) - count)[owners]
            place = [slice(None)] * array.ndim
            place[self.axis] = owners  # type: ignore[call-overload]
            total[tuple(place)] = np.add.reduceat(array, starts, axis=self.axis)
        return total
