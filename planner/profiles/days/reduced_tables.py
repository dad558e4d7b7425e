"""The tables of a scenario with the days chosen in place of the year: cells, values, and where they came from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from planner.profiles.days.whole_days import TIMESTEP, WholeDays

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from planner.profiles.days.day_choice import Choice
    from planner.profiles.days.profile_values import Matrix, Profiles
    from planner.scenario.scenario import Scenario

Places = npt.NDArray[np.int64]
Cells = npt.NDArray[np.object_]
NOTHING = 1e-11
"""Cells closer to 0 are 0: the reader takes no number below 1e-12."""


@dataclass(frozen=True)
class Reduction:
    """What became of a year.

    Attributes
    ----------
    profiles
        Of the year, by parameter.
    kept
        The same on the days chosen, (profiles, days chosen, timesteps a day).
    """

    year: WholeDays
    choice: Choice
    profiles: Mapping[str, Profiles]
    kept: Mapping[str, Matrix]

    @property
    def periods(self) -> list[str]:
        """The names of the days chosen, in their order."""
        return [self.year.names[day] for day in self.choice.days]

    @property
    def steps(self) -> Cells:
        """The new timesteps, (days chosen, timesteps a day)."""
        return np.array([[f"{day} {clock}" for clock in self.year.clock] for day in self.periods], dtype=object)

    def split(self, places: Places) -> tuple[Places, Places]:
        """Return the place among the days chosen, -1 where the day is not, and the place in the day."""
        chosen = np.full(len(self.year.names) + 1, -1)  # the last, for no day at all
        chosen[self.choice.days] = np.arange(len(self.choice.days))
        return chosen[np.where(places < 0, -1, places // self.year.size)], places % self.year.size


class TableReducer:
    """Takes the rows of the days chosen from whatever is keyed by timestep.

    Attributes
    ----------
    members
        The sets, the timesteps new and in the order in which the tables will be read again.
    """

    def __init__(self, scenario: Scenario, reduction: Reduction) -> None:
        self.scenario = scenario
        self.reduction = reduction
        by_name = np.argsort(np.array(reduction.periods, dtype=object), kind="stable")
        self.members = {**scenario.sets, TIMESTEP: tuple(reduction.steps[by_name].ravel())}

    def given(self, name: str, values: pd.Series) -> pd.Series:
        """Return the values of a parameter on the days chosen, in canonical order."""
        names = [str(key) for key in values.index.names]
        rows, taken = self._taken({key: values.index.get_level_values(key).to_numpy() for key in names})
        found = values.to_numpy()[rows]
        if name in self.reduction.kept:
            found = self._kept(name)[rows].astype(found.dtype)
        index = [pd.Index(taken[key], dtype=object, name=key) for key in names]
        keys = index[0] if len(index) == 1 else pd.MultiIndex.from_arrays(index)
        return pd.Series(found, index=keys, dtype=values.dtype, name=values.name)

    def table(self, name: str, keys: Sequence[str]) -> tuple[pd.DataFrame, Places]:
        """Return a table as text on the days chosen, in canonical order, and the rows it has of the old one."""
        frame = self.scenario.tables[name]
        rows, taken = self._taken({key: frame[key].to_numpy() for key in keys})
        columns: dict[str, Cells] = {**taken}
        for column in frame.columns.difference(list(keys), sort=False):
            columns[column] = self._cells(name, column, frame[column].to_numpy())[rows]
        if name == TIMESTEP:
            columns = self._chained(columns, frame[TIMESTEP].to_numpy()[rows])
        return pd.DataFrame(columns, dtype=object), rows

    def _taken(self, keys: Mapping[str, Cells]) -> tuple[Places, dict[str, Cells]]:
        """Return the rows kept, in canonical order, and their new keys."""
        chosen, at = self.reduction.split(self.reduction.year.places(keys[TIMESTEP]))
        rows = np.flatnonzero(chosen >= 0)
        taken = {key: cells[rows] for key, cells in keys.items()}
        taken[TIMESTEP] = self.reduction.steps[chosen[rows], at[rows]]
        order = _order(taken, self.members)
        return rows[order], {key: cells[order] for key, cells in taken.items()}

    def _kept(self, name: str) -> Matrix:
        """Return the values of a parameter after scaling, NaN where the day is not chosen, (values given,)."""
        profiles, kept = self.reduction.profiles[name], self.reduction.kept[name]
        chosen, at = self.reduction.split(profiles.steps)
        return np.where(chosen < 0, np.nan, kept[profiles.rows, chosen, at])

    def _cells(self, table: str, column: str, cells: Cells) -> Cells:
        """Return the cells of a column with the values after scaling; those that stayed are as they were written."""
        key = column if self.scenario.given_table(column) == table else f"{table}.{column}"
        if key not in self.reduction.kept:
            return cells
        values, before = self._kept(key), self.reduction.profiles[key]
        changed = np.flatnonzero(~np.isnan(values) & (values != before.values[before.rows, before.steps]))
        filled = np.flatnonzero(cells != "")  # the values given are these, in this order
        scaled = cells.copy()
        scaled[filled[changed]] = [text_of(value) for value in values[changed].tolist()]
        return scaled

    def _chained(self, columns: Mapping[str, Cells], steps: Cells) -> dict[str, Cells]:
        """Return the columns of ``timestep.csv``: each day a period that stands for so many, its steps in order."""
        reduction = self.reduction
        chosen, at = reduction.split(reduction.year.places(steps))
        weight = reduction.choice.counts * reduction.year.weight
        found = {
            **columns,
            "period": np.array(reduction.periods, dtype=object)[chosen],
            "timestep_weight": np.array([text_of(hours) for hours in weight.tolist()], dtype=object)[chosen],
            "position": np.array([str(place) for place in at.tolist()], dtype=object),
        }
        found.pop("time", None)  # a day that stands for others has no month
        return found


def text_of(number: float) -> str:
    """Return a number as a cell that reads back as the same number; next to nothing is 0."""
    return repr(number).removesuffix(".0") if abs(number) > NOTHING else "0"


def _order(keys: Mapping[str, Cells], members: Mapping[str, Sequence[str]]) -> Places:
    """Return rows in the order of the sets; by their text where a table that nobody uses names others."""
    ranks = []
    for name, cells in keys.items():
        rank = {member: number for number, member in enumerate(members[name])}
        if not rank.keys() >= set(cells):
            texts = list(zip(*keys.values(), strict=True))
            return np.array(sorted(range(len(texts)), key=texts.__getitem__), dtype=np.int64)
        ranks.append(np.fromiter(map(rank.__getitem__, cells), dtype=np.int64, count=len(cells)))
    return np.lexsort(ranks[::-1])
