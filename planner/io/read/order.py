"""Canonical order: ids sorted; timesteps by period, then by time or position where they have one."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from planner.language import say

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from planner.faults import Gathering
    from planner.io.files.tables import Table

TIMESTEP = "timestep"
Order = npt.NDArray[np.int64]
Chain = tuple[str, ...]
"""What steps that follow each other share: their case, where they have one of their own, and their period."""
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


def timesteps(
    table: Table, positions: Mapping[int, float], gathering: Gathering, cases: Sequence[str] = ()
) -> tuple[str, ...]:
    """Return the timesteps in the order in which they chain: by case where they have one, by period, by time."""
    ids = table.columns[TIMESTEP]
    empty = [""] * table.size
    chains = [table.columns.get(name, empty) for name in (*cases, "period")]
    periods = list(zip(*chains, strict=True))
    times = _times(table, gathering)
    if not times and not positions:
        return tuple(sorted(ids))
    column, ranks = ("time", times) if times else ("position", dict(positions))
    codes = table.origins[column]
    seen: dict[tuple[Chain, float], str] = {}
    for row, step in enumerate(ids):
        if row not in ranks:
            if not table.columns[column][row]:
                problem = say("{step} has no {column}, the others have", step=step, column=column)
                gathering.at(codes[row], column, None, problem, say("give it to every timestep or to none"))
            continue
        place = (periods[row], ranks[row])
        if place in seen:
            problem = say("{step} and {seen} stand at the same place of one period", step=step, seen=seen[place])
            gathering.at(codes[row], column, table.columns[column][row], problem, say("order them"))
        seen[place] = step
    rows = sorted((row for row in range(len(ids)) if row in ranks), key=lambda row: (periods[row], ranks[row]))
    if times and positions:
        _check_agreement(table, rows, periods, positions, gathering)
    return tuple(ids[row] for row in rows)


def _times(table: Table, gathering: Gathering) -> dict[int, float]:
    found: dict[int, float] = {}
    for row, cell in enumerate(table.columns.get("time", ())):
        if not cell:
            continue
        try:
            moment = datetime.fromisoformat(cell)
            # Only the order matters: a time without a zone is ordered as if it were in UTC.
            known = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
            found[row] = (known - EPOCH).total_seconds()
        except (ValueError, OverflowError):
            remedy = say("ISO 8601, such as 2025-01-31T13:00")
            gathering.at(table.origins["time"][row], "time", cell, say("not a time"), remedy)
            found[row] = float(row)
    return found


def _check_agreement(
    table: Table, rows: Sequence[int], periods: Sequence[Chain], positions: Mapping[int, float], gathering: Gathering
) -> None:
    for before, after in pairwise(rows):
        if periods[before] == periods[after] and positions.get(before, 0) >= positions.get(after, 0):
            problem = say("position orders the steps otherwise than time does")
            cell = table.columns["position"][after]
            gathering.at(
                table.origins["position"][after], "position", cell, problem, say("keep one of the two columns")
            )
            return


def row_order(keys: Sequence[Sequence[str]], members: Sequence[Sequence[str]]) -> Order | None:
    """Return the rows of a table in canonical order of its keys; ``None`` where they stand so already."""
    ranks = []
    for cells, names in zip(keys, members, strict=True):
        rank = {name: number for number, name in enumerate(names)}
        ranks.append(np.fromiter(map(rank.__getitem__, cells), dtype=np.int64, count=len(cells)))
    order = np.lexsort(ranks[::-1])
    return None if np.array_equal(order, np.arange(len(order))) else order


def sorted_order(keys: Sequence[tuple[str, ...]]) -> Order:
    """Return the rows of a table in the order of its keys as text."""
    return np.array(sorted(range(len(keys)), key=keys.__getitem__), dtype=np.int64)
