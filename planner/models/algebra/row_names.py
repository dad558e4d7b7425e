"""The names of rows and columns, spelt out only when somebody asks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, overload

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from planner.models.algebra.index_table import IndexTable

Name = tuple[str, tuple[Any, ...]]
Places = npt.NDArray[np.integer]
Labels = npt.NDArray[np.object_]


@dataclass(frozen=True)
class Run:
    """Members of one component, in the order of its index.

    Attributes
    ----------
    component
        Its name.
    tables
        Its index sets, of which the last varies fastest.
    places
        Which of its members, (members,).
    case
        The ids of the case it belongs to, where several stand in one problem; they go before those of its index.
    """

    component: str
    tables: Sequence[IndexTable]
    places: Places
    case: tuple[str, ...] = ()

    @property
    def labels(self) -> list[Labels]:
        """The ids of the members, one array for each id of the index, (members,)."""
        return self.labels_at(self.places)

    def labels_at(self, places: Places) -> list[Labels]:
        """Return the ids of some of the members, one array for each id of the index, (places,)."""
        whose = [np.full(len(places), part, dtype=object) for part in self.case]
        return [*whose, *labels_of(self.tables, places)]


def labels_of(tables: Sequence[IndexTable], places: Places) -> list[Labels]:
    """Return the ids of members of an index, one array for each id, (places,)."""
    columns: list[Labels] = []
    for table in reversed(tables):
        labels = table.labels[places % max(len(table), 1)]
        columns = [*labels.T, *columns]
        places = places // max(len(table), 1)
    return columns


class Names(Sequence[Name]):
    """Rule and index of each row, or variable and index of each column: ``("demand_balance", ("beijing", …))``."""

    def __init__(self, runs: Sequence[Run]) -> None:
        self.runs = tuple(runs)
        self._ends = np.cumsum([len(run.places) for run in self.runs], dtype=np.int64)

    def __len__(self) -> int:
        return int(self._ends[-1]) if len(self._ends) else 0

    @overload
    def __getitem__(self, number: int) -> Name: ...
    @overload
    def __getitem__(self, number: slice) -> Sequence[Name]: ...
    def __getitem__(self, number: int | slice) -> Name | Sequence[Name]:
        if isinstance(number, slice):
            return [self[place] for place in range(*number.indices(len(self)))]
        number = range(len(self))[number]
        which = int(np.searchsorted(self._ends, number, side="right"))
        run = self.runs[which]
        place = run.places[number - int(self._ends[which]) + len(run.places)][None]
        return run.component, tuple(column[0] for column in run.labels_at(place))

    def __iter__(self) -> Iterator[Name]:
        for run in self.runs:
            columns = [column.tolist() for column in run.labels]
            keys: Iterator[tuple[Any, ...]] = zip(*columns, strict=True) if columns else iter([()] * len(run.places))
            for key in keys:
                yield run.component, key
