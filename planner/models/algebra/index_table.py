"""Index sets as arrays: ids become codes, members become positions, subsets become joins."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Codes = npt.NDArray[np.int32]
Labels = npt.NDArray[np.object_]

MISSING = -1
"""The position of what is no member."""


class Coder:
    """Gives every id one code, the same in all index sets."""

    def __init__(self) -> None:
        self._codes: dict[Any, int] = {}

    def encode(self, ids: Iterable[Any]) -> Codes:
        """Return the codes of ids, those not seen before becoming new ones, (n,)."""
        codes = self._codes
        return np.fromiter((codes.setdefault(member, len(codes)) for member in ids), dtype=np.int32)

    def table(self, members: Iterable[Any], dimen: int) -> IndexTable:
        """Return the members of a set, ids or tuples of ``dimen`` ids, as an index table."""
        rows = list(members)
        columns = [rows] if dimen == 1 else list(zip(*rows, strict=True)) if rows else [()] * dimen
        return IndexTable(np.stack([self.encode(column) for column in columns], axis=-1), self)

    @property
    def labels(self) -> Labels:
        """The id of every code, (codes,)."""
        labels = np.empty(len(self._codes), dtype=object)
        labels[:] = list(self._codes)
        return labels


class IndexTable:
    """The members of one index set in their order.

    Attributes
    ----------
    codes
        (members, dimension)
    """

    def __init__(self, codes: Codes, coder: Coder) -> None:
        self.codes = codes
        self.coder = coder

    def __len__(self) -> int:
        return len(self.codes)

    @property
    def dimen(self) -> int:
        """How many ids make one member."""
        return int(self.codes.shape[1])

    @property
    def labels(self) -> Labels:
        """The ids themselves, (members, dimension)."""
        return self.coder.labels[self.codes]

    @cached_property
    def _folds(self) -> list[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]]:
        """Sorted keys, one column folded in at a time, and the rank or (last) the position of each."""
        folds = []
        key = np.zeros(len(self), dtype=np.int64)
        for column in self.codes.T:
            key = key * self._width + column
            keys, rank = np.unique(key, return_inverse=True)
            folds.append((keys, np.arange(len(keys))))
            key = rank.astype(np.int64)
        keys, _ = folds[-1]
        if len(keys) < len(self):
            message = "an index set names a member twice"
            raise ValueError(message)
        positions = np.empty(len(self), dtype=np.int64)
        positions[key] = np.arange(len(self))
        folds[-1] = (keys, positions)
        return folds

    @property
    def _width(self) -> int:
        return int(self.codes.max(initial=0)) + 1

    def positions(self, keys: Sequence[Codes]) -> Codes:
        """Return the place of each member, ``MISSING`` where there is none."""
        if not len(self):
            return np.full(np.broadcast_shapes(*(column.shape for column in keys)), MISSING, dtype=np.int32)
        found = np.zeros((), dtype=np.int64)
        known = np.ones((), dtype=bool)
        for column, (sorted_keys, ranks) in zip(keys, self._folds, strict=True):
            key = found * self._width + column
            known = known & (column < self._width)
            place = np.minimum(np.searchsorted(sorted_keys, key), len(sorted_keys) - 1)
            known = known & (sorted_keys[place] == key)
            found = ranks[place]
        return np.where(known, found, MISSING).astype(np.int32)


@dataclass(frozen=True)
class Subsets:
    """An indexed set: for each owner a run of members.

    Attributes
    ----------
    owners
        The index of the set.
    starts
        (owners + 1,) where each owner's members begin.
    members
        (members, dimension) codes.
    """

    owners: IndexTable
    starts: npt.NDArray[np.int64]
    members: Codes

    def join(self, owner: Codes) -> tuple[npt.NDArray[np.int64], Codes]:
        """Repeat each owner for each of its members.

        Parameters
        ----------
        owner
            (n,) positions.

        Returns
        -------
        parent
            (m,) from which of the n each row comes, in order.
        members
            (m, dimension)
        """
        count = np.diff(self.starts)[owner]
        parent = np.repeat(np.arange(len(owner)), count)
        first = np.cumsum(count) - count
        place = np.arange(len(parent)) - first[parent] + self.starts[:-1][owner][parent]
        return parent, self.members[place]
