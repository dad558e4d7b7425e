"""Match columns of an hourly table to sites or workloads: by id, name or province, or as it is said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from planner.errors import Fault
from planner.faults import Gathering, listed, nearest
from planner.io.files.decoding import composed
from planner.io.hourly.times.time_columns import UNIT
from planner.language import SEMICOLON, Text, join, say

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from planner.io.files.tables import Table

LABELS = ("name_en", "name_zh", "province")
"""Columns of a set's table whose words a place may go by, beside its id."""
OPTION = "--place"
NAMES_OF_ONE = {
    "temperature": {
        "temp_air", "dry-bulb", "t2m", "temp", "t_amb", "temperature_2m", "air temperature", "dry bulb temperature",
        "气温", "干球温度",
    }
}  # fmt: skip
"""Names of a parameter's column in files of one place (EPW, TMY3, PVGIS, NSRDB), beside its own; units left out."""
NAMED_MAX = 40
"""Columns that are not used, named in a note."""


@dataclass(frozen=True)
class Places:
    """The places of one set that a column may belong to."""

    kind: str  # the set, such as site
    ids: Sequence[str]  # those that need a column
    table: Table | None  # the set's table with its names, if it has one

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
            problem, remedy = (say("not a column and an id"), say("write COLUMN={kind}", kind=places.kind))
        elif column not in columns:
            problem, remedy = (say("the file has no such column"), nearest(column, columns, say("columns")))
        elif name not in places.ids:
            problem, remedy = (say("no such {kind} to import for", kind=places.kind), nearest(name, places.ids))
        elif name in found:
            problem, remedy = (
                say("{kind} {name} is picked twice", kind=places.kind, name=name),
                say("keep one of them"),
            )
        else:
            found[name] = column
            continue
        gathering.add(Fault(OPTION, problem, value=text, remedy=remedy))
    return found


def only_column(parameter: str, columns: Sequence[str], places: Places, gathering: Gathering) -> dict[str, str]:
    """Return the column of the only place there is, where a file of one place names its columns by what they hold."""
    known = {parameter, *NAMES_OF_ONE.get(parameter, ())}
    found = [column for column in columns if UNIT.sub("", column).strip().casefold() in known]
    if len(places.ids) != 1 or len(found) != 1 or any(column.casefold() in places.words() for column in columns):
        return {}
    gathering.note(
        say(
            "column {column} is taken for {parameter} of {name}, the only {kind}",
            column=found[0],
            parameter=parameter,
            name=places.ids[0],
            kind=places.kind,
        )
    )
    return {places.ids[0]: found[0]}


def matched(file: str, columns: Sequence[str], places: Places, gathering: Gathering) -> dict[str, str]:
    """Return the column of every id, by id, name or province; whatever fits twice, or not at all, is a fault."""
    words = places.words()
    claims: dict[str, list[str]] = {}
    for column in columns:
        kinds = words.get(column.casefold(), {})
        meanings = list(kinds.values())
        if any(meaning != meanings[0] for meaning in meanings):
            told = join(
                (say("as {kind}: {ids}", kind=kind, ids=listed(sorted(ids))) for kind, ids in kinds.items()), SEMICOLON
            )
            _add(
                file,
                column,
                say("the column may mean different {kind}s ({told})", kind=places.kind, told=told),
                places,
                gathering,
            )
        for name in set().union(*meanings):
            claims.setdefault(name, []).append(column)
    for name in places.ids:
        if len(claims.get(name, ())) > 1:
            problem = say(
                "{kind} {name} fits several columns: {listed}", kind=places.kind, name=name, listed=listed(claims[name])
            )
            _add(file, claims[name][1], problem, places, gathering)
    lacking = [name for name in places.ids if name not in claims]
    if lacking:
        problem = say(
            "no column for {count} of {count_2} {kind}s: {listed}",
            count=len(lacking),
            count_2=len(places.ids),
            kind=places.kind,
            listed=listed(lacking),
        )
        free = [column for column in columns if column.casefold() not in words]
        _add(
            file,
            None,
            problem,
            places,
            gathering,
            say("; columns that fit none: {listed}", listed=listed(free)) if free else "",
        )
    return {name: found[0] for name, found in claims.items()}


def _add(  # noqa: PLR0917 - the order in which a fault is told
    file: str, column: str | None, problem: Text, places: Places, gathering: Gathering, more: Text = ""
) -> None:
    remedy = say(
        "say which is meant, for all that shall be imported: {option} COLUMN={kind}, once for each{more}",
        option=OPTION,
        kind=places.kind,
        more=more,
    )
    gathering.add(Fault(file, problem, 1, column, remedy=remedy))


def unused_note(columns: Sequence[str], used: Mapping[str, str]) -> Text:
    """Return a note that names the columns that belong to no id; empty where all do."""
    spare = [column for column in columns if column not in set(used.values())]
    return say("columns not used: {listed}", listed=listed(spare, NAMED_MAX)) if spare else ""
