"""The basis a run ends with, kept for the next: which columns and rows were basic, and whose they were (decision 0034).

Rows and columns are known by their rule or variable and the members of its index. Where a whole rule or variable is the
same in both problems, its part of the basis is taken over; where it is new or has other members, its rows are basic and
its columns at a side. What comes of it is a place to begin, never part of an answer.
"""

from __future__ import annotations

import hashlib
import json
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from planner.models.algebra.row_names import Names

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from planner.models.algebra.index_table import IndexTable
    from planner.models.algebra.problem import Problem

Statuses = npt.NDArray[np.int8]
Kept = dict[str, npt.NDArray[Any]]
Part = tuple[str, int, str]
"""A rule or variable, how many rows or columns it has, and a hash of their indices."""

FORMAT: Final = 1
SHARE_MIN: Final = 0.9
"""Of all rows and columns that must be known: with less there is nothing to win."""
LOWER, BASIC, STATUSES = 0, 1, 5
"""HiGHS's numbers for "at its lower side" and "basic", and how many there are."""


def kept_basis(problem: Problem, statuses: Statuses | None) -> Kept | None:
    """Return a basis, (columns + rows,), as the arrays that a run keeps; ``None``: none there, or none to use."""
    columns, rows = len(problem.column_lower), len(problem.row_lower)
    if statuses is None or not _is_sound(statuses, columns + rows):
        return None
    parts = [list(_parts(problem.column_names)), list(_parts(problem.row_names))]
    return {
        "format": np.array(FORMAT),
        "columns": statuses[:columns],
        "rows": statuses[columns:],
        "parts": np.frombuffer(json.dumps(parts, ensure_ascii=False).encode(), dtype=np.uint8),
    }


def fitted_basis(problem: Problem, kept: Mapping[str, npt.NDArray[Any]]) -> tuple[Statuses | None, float]:
    """Return the basis for a problem from that of another, (columns + rows,), and the share of it that was known.

    ``None`` where too little of it was, or where what was kept makes no sense.
    """
    try:
        if int(kept["format"]) != FORMAT:
            return None, 0.0
        whose = json.loads(kept["parts"].tobytes().decode())
        old = [_by_part(kept[side], parts) for side, parts in zip(("columns", "rows"), whose, strict=True)]
    except (KeyError, TypeError, ValueError, OverflowError, RecursionError):
        return None, 0.0
    found, known, count = [], 0, 0
    for names, statuses, otherwise in zip((problem.column_names, problem.row_names), old, (LOWER, BASIC), strict=True):
        for part in _parts(names):
            here = statuses.get(part)
            known, count = known + (0 if here is None else part[1]), count + part[1]
            found.append(np.full(part[1], otherwise, dtype=np.int8) if here is None else here.astype(np.int8))
    share = known / count if count else 0.0
    return (np.concatenate(found) if share >= SHARE_MIN else None), share


def _by_part(statuses: Statuses, parts: Sequence[Sequence[Any]]) -> dict[Part, Statuses]:
    """Return the statuses of each part."""
    found: dict[Part, Statuses] = {}
    first = 0
    for name, count, digest in parts:
        found[str(name), int(count), str(digest)] = statuses[first : first + int(count)]
        first += int(count)
    if not _is_sound(statuses, first):
        raise ValueError("a basis of another size")
    return found


def _is_sound(statuses: Statuses, count: int) -> bool:
    return statuses.shape == (count,) and bool(((statuses >= 0) & (statuses < STATUSES)).all())


def _parts(names: Sequence[tuple[str, tuple[Any, ...]]]) -> Iterator[Part]:
    """Yield the parts of the rows or columns, in their order."""
    if not isinstance(names, Names):  # from a model built row by row
        for name, members in groupby(names, key=lambda member: member[0]):
            indices = [repr(index) for _, index in members]
            yield name, len(indices), _hash("\n".join(indices).encode())
        return
    known: dict[int, bytes] = {}
    for run in names.runs:
        digests = [known.get(id(table)) or _of_table(table, known) for table in run.tables]
        whose = [json.dumps(run.case, ensure_ascii=False).encode()] if run.case else []
        yield run.component, len(run.places), _hash(*whose, *digests, np.asarray(run.places, dtype=np.int64).tobytes())


def _of_table(table: IndexTable, known: dict[int, bytes]) -> bytes:
    """Return the hash of an index set's members, worked out once for each."""
    members = table.labels.tolist()
    known[id(table)] = _hash(json.dumps(members, ensure_ascii=False, default=str).encode()).encode()
    return known[id(table)]


def _hash(*parts: bytes) -> str:
    """Return a hash [hex] of pieces; their lengths go in, so that no two lists of pieces run together."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "little") + part)
    return digest.hexdigest()[:32]
