"""What stays the same of a period from round to round, in files: whatever process solves it finds it there.

Taken out of the whole problem once. The arrays are read as they are needed, and no further: a period is looked at a
hundred times, and of a year there are hundreds.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np

from planner.models.solving.large.pricing import Pricing, is_served, matrix_of

if TYPE_CHECKING:
    from pathlib import Path

    from scipy import sparse

    from planner.models.solving.apart.asking.periods import Periods
    from planner.models.solving.highs.exchange import Booleans, Indices, Vector


@dataclass(frozen=True)
class Given:
    """A period by itself. Its first columns are what may be missed of its rows to be served, its own come after.

    Attributes
    ----------
    starts, indices, data
        The matrix by columns: (columns + 1,), (nonzeros,), (nonzeros,).
    use_starts, use_indices, use_data
        Likewise what a unit of each of its own columns uses of the rows that link.
    take_starts, take_indices, take_data
        What a unit of each column that links takes of its rows, by rows.
    cost
        (own columns,)
    lower, upper
        (columns,), the upper ones wide enough that no plan stands at one that is not the problem's own.
    row_lower, row_upper
        (rows,)
    on_demand
        (columns,) which may be left out, at 0, until they price out.
    serves, unit
        (columns,) for :class:`Pricing`.
    """

    starts: Indices
    indices: Indices
    data: Vector
    use_starts: Indices
    use_indices: Indices
    use_data: Vector
    take_starts: Indices
    take_indices: Indices
    take_data: Vector
    cost: Vector
    lower: Vector
    upper: Vector
    row_lower: Vector
    row_upper: Vector
    on_demand: Booleans
    serves: Indices
    unit: Vector

    @property
    def missable(self) -> int:
        """How many rows may be missed."""
        return len(self.lower) - len(self.cost)

    def uses(self, link_rows: int) -> sparse.csc_array:
        """Return what a unit of each of its own columns uses of the rows that link, (link_rows, own columns)."""
        return matrix_of((self.use_starts, self.use_indices, self.use_data), link_rows)

    def takes(self, links: int) -> sparse.csr_array:
        """Return what a unit of each column that links takes of its rows, (rows, links)."""
        from scipy import sparse  # noqa: PLC0415  small problems never need it

        shape = len(self.row_lower), links
        return sparse.csr_array((self.take_data, self.take_indices, self.take_starts), shape=shape)

    def save(self, folder: Path, period: int) -> None:
        """Write it."""
        place = _place(folder, period)
        place.mkdir(exist_ok=True)  # one that was killed may have begun
        for part in fields(self):
            np.save(place / f"{part.name}.npy", np.asarray(getattr(self, part.name)), allow_pickle=False)

    @staticmethod
    def read(folder: Path, period: int) -> Given:
        """Read it, as far as it is looked at."""
        place = _place(folder, period)
        names = (part.name for part in fields(Given))
        parts = {name: np.load(place / f"{name}.npy", mmap_mode="r", allow_pickle=False) for name in names}
        plain: dict[str, Any] = {name: np.asarray(part) for name, part in parts.items()}  # a memmap is slow to slice
        return Given(**plain)


def _place(folder: Path, period: int) -> Path:
    return folder / f"period-{period}"


def taken_out(periods: Periods, period: int, upper: Vector) -> Given:
    """Return what is given of a period of a problem, with limits (columns of the problem,) of its columns."""
    arrays, columns, rows = periods.arrays, periods.columns[period], periods.rows[period]
    (starts, indices, data), uses, takes = periods.entries(period)
    row_lower, row_upper = arrays.row_lower[rows], arrays.row_upper[rows]
    missable = np.flatnonzero(is_served(row_lower, row_upper))
    count = len(missable)
    whole = (
        np.concatenate([np.arange(count), starts + count]).astype(np.int32),
        np.concatenate([missable.astype(np.int32), indices]),
        np.concatenate([np.where(row_lower[missable] > 0.0, 1.0, -1.0), data]),
    )
    on_demand = arrays.on_demand[columns] if len(arrays.on_demand) else np.zeros(len(columns), dtype=bool)
    pricing = Pricing.of(whole, row_lower, row_upper)
    return Given(
        *whole, *uses, *takes,
        cost=arrays.costs[0][columns],
        lower=np.concatenate([np.zeros(count), arrays.column_lower[columns]]),
        upper=np.concatenate([np.full(count, np.inf), upper[columns]]),
        row_lower=row_lower, row_upper=row_upper,
        on_demand=np.concatenate([np.zeros(count, dtype=bool), on_demand]),
        serves=pricing.serves, unit=pricing.unit,
    )  # fmt: skip
