"""Which column of an hourly table belongs to which site, or workload: by id, name or province, or as it is said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from planner.errors import Fault
from planner.io.decoding import composed
from planner.io.gathering import Gathering, listed, nearest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from planner.io.tables import Table

LABELS = ("name_en", "name_zh", "province")
"""Columns of a set's table whose words a place may go by, beside its id."""
OPTION = "--place"
NAMED_MAX = 40
"""Columns that are not used, named in a note."""


@dataclass(frozen=True)
class Places:
    """The places of one set that a column may belong to.

    Attributes
    ----------
    kind
        The set, such as ``site``.
    ids
        Those that need a column.
    table
        The set's table with its names, if it has one.
    """

    kind: str
    ids: Sequence[str]
    table: Table | None

    def words(self) -> dict[str, dict[str, set[str]]]:
        """Return the ids that each word may mean, by the kind of word."""
        found: dict[str, dict[str, set[str]]] = {}
        for name in self.ids:
            found.setdefault(name.casefold(), {}).setdefault("id", set()).add(name)
        if self.table is None:
            return found
        wanted = set(self.ids)
        for label in LABELS:
            cells = self.table.columns.get(label, ())
            for name, word in zip(self.table.columns[self.kind], cells, strict=False):
                if word and name in wanted:
                    found.setdefault(word.casefold(), {}).setdefault(label, set()).add(name)
        return found


def picked(picks: Sequence[str], columns: Sequence[str], places: Places, gathering: Gathering) -> dict[str, str]:
    """Return the column of each id that ``--place COLUMN=id`` names; no others are imported."""
    found: dict[str, str] = {}
    for text in picks:
        column, equals, name = composed(text).rpartition("=")
        if not equals or not column or not name:
            problem, remedy = "not a column and an id", f"write COLUMN={places.kind}"
        elif column not in columns:
            problem, remedy = "the file has no such column", nearest(column, columns, "columns")
        elif name not in places.ids:
            problem, remedy = f"no such {places.kind} to import for", nearest(name, places.ids, "known")
        elif name in found:
            problem, remedy = f"{places.kind} {name} is picked twice", "keep one of them"
        else:
            found[name] = column
            continue
        gathering.add(Fault(OPTION, problem, value=text, remedy=remedy))
    return found


def matched(file: str, columns: Sequence[str], places: Places, gathering: Gathering) -> dict[str, str]:
    """Return the column of every id, by id, name or province; whatever fits twice, or not at all, is a fault."""
    words = places.words()
    claims: dict[str, list[str]] = {}
    for column in columns:
        kinds = words.get(column.casefold(), {})
        meanings = list(kinds.values())
        if any(meaning != meanings[0] for meaning in meanings):
            told = "; ".join(f"as {kind}: {listed(sorted(ids))}" for kind, ids in kinds.items())
            _add(file, column, f"the column may mean different {places.kind}s ({told})", places, gathering)
        for name in set().union(*meanings):
            claims.setdefault(name, []).append(column)
    for name in places.ids:
        if len(claims.get(name, ())) > 1:
            problem = f"{places.kind} {name} fits several columns: {listed(claims[name])}"
            _add(file, claims[name][1], problem, places, gathering)
    lacking = [name for name in places.ids if name not in claims]
    if lacking:
        problem = f"no column for {len(lacking)} of {len(places.ids)} {places.kind}s: {listed(lacking)}"
        free = [column for column in columns if column.casefold() not in words]
        _add(file, None, problem, places, gathering, f"; columns that fit none: {listed(free)}" if free else "")
    return {name: found[0] for name, found in claims.items()}


def _add(  # noqa: PLR0917 - the order in which a fault is told
    file: str, column: str | None, problem: str, places: Places, gathering: Gathering, more: str = ""
) -> None:
    remedy = f"say which is meant, for all that shall be imported: {OPTION} COLUMN={places.kind}, once for each{more}"
    gathering.add(Fault(file, problem, 1, column, remedy=remedy))


def unused_note(columns: Sequence[str], used: Mapping[str, str]) -> str:
    """Return a note that names the columns that belong to no id; empty where all do."""
    spare = [column for column in columns if column not in set(used.values())]
    return f"columns not used: {listed(spare, NAMED_MAX)}" if spare else ""
