"""A few periods as a problem by itself, to begin with: what they build and pay is near what all do."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from planner.models.solving.large.block_start import LINK
from planner.models.solving.large.pricing import entries_of

if TYPE_CHECKING:
    from planner.models.solving.apart.asking.periods import Periods
    from planner.models.solving.highs.exchange import Arrays, Indices, Places, Vector

SAMPLE = 12
"""Periods that are solved together to begin with. From 6 of 36 on the search found no plan in 95 rounds, from 12 on one
within the gap in 40."""


def sampled(periods: Periods, sample: list[int]) -> tuple[Arrays, Places, Places]:
    """Return some periods as a problem by itself, what links them brought up to the whole, and its columns and rows.

    The cost of what periods do, and what each does to a row that links, count as often as the sample is smaller than
    the whole; what links periods, and its cost, are those of the whole.
    """
    columns = np.concatenate([periods.links, *(periods.columns[period] for period in sample)])
    rows = np.concatenate([periods.link_rows, *(periods.rows[period] for period in sample)])
    columns.sort()
    rows.sort()
    share = np.ones(periods.arrays.rows)
    whole, some = periods.sizes.sum(axis=0), periods.sizes[sample].sum(axis=0)
    share[periods.link_rows] = np.divide(some, whole, out=np.ones(len(whole)), where=(whole > 0.0) & (some > 0.0))
    return _scaled(periods, sample, share, columns, rows), columns, rows


def _scaled(periods: Periods, sample: list[int], share: Vector, columns: Places, rows: Places) -> Arrays:
    """Return these columns and rows, of which a sample is such a share, (rows,), of the whole."""
    arrays = periods.arrays
    entries, width = entries_of(arrays.starts, columns)
    place = np.full(arrays.rows, -1, dtype=np.int32)
    place[rows] = np.arange(len(rows), dtype=np.int32)
    at, data = place[arrays.indices[entries]], arrays.data[entries].copy()
    kept = at >= 0
    starts = np.concatenate([[0], np.cumsum(kept)])[np.concatenate([[0], np.cumsum(width)])].astype(np.int32)
    at, data = at[kept], data[kept]
    is_inner = periods.column_period[columns] != LINK
    inner = np.repeat(is_inner, np.diff(starts))
    linked = inner & (periods.row_period[rows[at]] == LINK)
    data[linked] *= np.divide(1.0, share[rows[at[linked]]], out=np.ones(int(linked.sum())))
    cost = arrays.costs[:, columns].copy()
    every = np.abs(arrays.costs[0]).sum() - np.abs(arrays.costs[0][periods.links]).sum()
    some = np.abs(cost[0][is_inner]).sum()
    cost[:, is_inner] *= every / some if some else 1.0
    blocks = np.flatnonzero(np.isin(arrays.block_period, sample))
    number = np.full(len(arrays.block_period), LINK, dtype=np.int32)
    number[blocks] = np.arange(len(blocks), dtype=np.int32)
    period = np.full(int(arrays.block_period.max()) + 1, LINK, dtype=np.int32)
    period[sample] = np.arange(len(sample), dtype=np.int32)
    return replace(
        arrays,
        starts=starts, indices=at, data=data, costs=cost,
        row_lower=arrays.row_lower[rows], row_upper=arrays.row_upper[rows],
        column_lower=arrays.column_lower[columns], column_upper=arrays.column_upper[columns],
        is_integer=arrays.is_integer[columns], tie_break=arrays.tie_break[:0],
        row_block=_renumbered(arrays.row_block[rows], number, period),
        column_block=_renumbered(arrays.column_block[columns], number, period),
        block_period=period[arrays.block_period[blocks]],
        on_demand=arrays.on_demand[columns] if len(arrays.on_demand) else arrays.on_demand,
    )  # fmt: skip


def _renumbered(blocks: Indices, number: Indices, period: Indices) -> Indices:
    """Return the numbers of blocks, or of what chains those of a period, as the sample has them."""
    found = blocks.copy()
    inside, chained = blocks >= 0, blocks < LINK
    found[inside] = number[blocks[inside]]
    found[chained] = LINK - 1 - period[LINK - 1 - blocks[chained]]
    return found


def sample_of(periods: Periods) -> list[int]:
    """Return the periods of a sample, evenly spread, and for each need that none of them knows one that does.

    Halls of a year of which no period is there would not be built, and the first rounds would miss all its work.
    """
    sample = spread(len(periods), SAMPLE)
    known = periods.needs.period
    while (unknown := ~known[:, sample].any(axis=1)).any():
        knows = np.flatnonzero(known[np.flatnonzero(unknown)[0]])
        sample = sorted({*sample, int(knows[len(knows) // 2])})
    return sample


def spread(count: int, wanted: int) -> list[int]:
    """Return so many of the numbers below ``count``, evenly spread, at the middle of equal pieces."""
    edges = np.linspace(0, count, min(wanted, count) + 1)
    return sorted({int((first + last) / 2) for first, last in pairwise(edges.tolist())})
