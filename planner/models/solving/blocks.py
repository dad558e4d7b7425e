"""Which rows and columns belong to one timestep: the parts a large problem falls into but for few links.

Found in the names of rows and columns: the index set of single ids that most columns run over, in each case by itself
where several stand side by side. Only the time a solver takes hangs on it, never an answer, so that nothing here knows
what a timestep is.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy import sparse

from planner.models.algebra.pieces import pieces
from planner.models.algebra.row_names import Names

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from planner.models.algebra.index_table import IndexTable
    from planner.models.algebra.problem import Problem
    from planner.models.algebra.row_names import Run

Numbers = npt.NDArray[np.int32]
Places = npt.NDArray[np.intp]
BLOCKS_MIN = 16
"""With fewer there is nothing to win."""
SHARE_MIN = 0.8
"""Of the columns, and of the rows, that must lie in blocks: the others link them."""
LINK = -1
"""The block of a row or column that lies in none."""
CHAIN = -2
"""The block of a row or column that ties a timestep to its neighbour (what a store holds, what waits, a ramp) in the
first period; that of the second is one less, and so on."""


def find_blocks(problem: Problem) -> tuple[Numbers, Numbers, Numbers] | None:
    """Return the block of each row (rows,) and of each column (columns,), and the period of each block (blocks,).

    ``LINK`` or ``CHAIN`` and below stand for rows and columns in no block. Blocks that share a row are one block, if
    they share more than a few; else a period is the blocks that are chained. ``None`` where the problem falls into no
    blocks worth the name.
    """
    if not (isinstance(problem.row_names, Names) and isinstance(problem.column_names, Names)):
        return None
    shared = _most_shared(problem.column_names)
    if not shared:
        return None
    rows, columns = _blocks(problem.row_names, shared), _blocks(problem.column_names, shared)
    if any(np.count_nonzero(part != LINK) < SHARE_MIN * max(len(part), 1) for part in (rows, columns)):
        return None
    periods = _merge(problem.matrix, rows, columns)
    chained_rows, chained = _chains(problem, rows, columns)
    if _is_few(problem, chained_rows, chained):
        rows[chained_rows] = CHAIN - periods[rows[chained_rows]]
        columns[chained] = CHAIN - periods[columns[chained]]
    else:
        merged = np.append(periods, np.int32(LINK))  # so that LINK stays LINK
        rows, columns = merged[rows], merged[columns]
        periods = np.arange(periods.max(initial=-1) + 1, dtype=np.int32)
    return None if len(periods) < BLOCKS_MIN else (rows, columns, periods)


def _key(table: IndexTable) -> bytes:
    """Return what two index sets have in common that are the same."""
    return table.codes.tobytes() if table.dimen == 1 else b""


@dataclass(frozen=True)
class _Shared:
    """The index set that most columns of a case run over, and the block of its first member."""

    key: bytes
    first: int


def _most_shared(names: Names) -> dict[tuple[str, ...], _Shared]:
    """Return by case the index set of single ids, not too small, over which most of its columns run."""
    counts: dict[tuple[str, ...], Counter[bytes]] = {}
    sizes: dict[bytes, int] = {}
    for run in names.runs:
        found = {_key(table): len(table) for table in run.tables if table.dimen == 1 and len(table) >= BLOCKS_MIN}
        for key in found:
            counts.setdefault(run.case, Counter())[key] += len(run.places)
        sizes |= found
    shared: dict[tuple[str, ...], _Shared] = {}
    first = 0
    for case, of_case in counts.items():
        key = max(of_case, key=lambda one: of_case[one])
        shared[case] = _Shared(key, first)
        first += sizes[key]
    return shared


def _blocks(names: Names, shared: Mapping[tuple[str, ...], _Shared]) -> Numbers:
    return np.concatenate([np.zeros(0, np.int32), *(_blocks_of(run, shared.get(run.case)) for run in names.runs)])


def _blocks_of(run: Run, shared: _Shared | None) -> Numbers:
    """Return the block of each member of a component, ``LINK`` where it is not over its case's index set."""
    stride = 1
    for table in reversed(run.tables) if shared is not None else ():
        if shared is not None and _key(table) == shared.key:
            return (run.places // stride % len(table) + shared.first).astype(np.int32)
        stride *= len(table)
    return np.full(len(run.places), LINK, dtype=np.int32)


def _chains(problem: Problem, rows: Numbers, columns: Numbers) -> tuple[Places, Places]:
    """Return the rows and the columns that tie blocks to their neighbours.

    They are the inequalities that reach into another block, and of equations the columns that lie in another block.
    Without the rows, and with the columns at their lower bounds (nothing stored, nothing waiting), each block is a
    problem of its own.
    """
    is_equation = problem.row_lower == problem.row_upper
    chained_rows, chained = np.zeros(len(rows), dtype=bool), np.zeros(len(columns), dtype=bool)
    for at, of_column in _entries(problem.matrix):
        row_block, column_block = rows[at], columns[of_column]
        apart = (row_block != column_block) & (row_block >= 0) & (column_block >= 0)
        reaches = is_equation[at]
        chained_rows[at[apart & ~reaches]] = True
        chained[of_column[apart & reaches]] = True
    return np.flatnonzero(chained_rows), np.flatnonzero(chained)


def _entries(matrix: sparse.csc_array) -> Iterator[tuple[Numbers, Places]]:
    """Yield the row and the column of each entry, (entries,), piece by piece."""
    for columns, entries in pieces(matrix.indptr):
        width = np.diff(matrix.indptr[columns.start : columns.stop + 1])
        yield matrix.indices[entries], np.repeat(np.arange(columns.start, columns.stop), width)


def _is_few(problem: Problem, rows: Places, columns: Places) -> bool:
    count = problem.counts
    is_few = len(rows) <= (1 - SHARE_MIN) * count["rows"] and len(columns) <= (1 - SHARE_MIN) * count["columns"]
    return is_few and bool(np.isfinite(problem.column_lower[columns]).all())


def _merge(matrix: sparse.csc_array, rows: Numbers, columns: Numbers) -> Numbers:
    """Return a new number for each block, the same for those that share a row, (blocks,)."""
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415 - small models never need it

    count = int(max(rows.max(initial=-1), columns.max(initial=-1))) + 1
    found = [np.zeros(0, dtype=np.int64)]
    for at, of_column in _entries(matrix):
        row_block, column_block = rows[at], columns[of_column]
        apart = (row_block != column_block) & (row_block >= 0) & (column_block >= 0)
        found.append(np.unique(row_block[apart].astype(np.int64) * count + column_block[apart]))
    pairs = np.unique(np.concatenate(found))
    graph = sparse.coo_array((np.ones(len(pairs)), (pairs // count, pairs % count)), shape=(count, count))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int32)
