"""What one reading gathers on its way: faults, notes, hashes, and where every cell came from."""

from __future__ import annotations

import difflib
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from planner.errors import Fault, InvalidInputError, shown
from planner.language import Message, Text, join, say

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from pathlib import Path

LIKE_MAX = 20
"""Faults shown of one column; a broken column of a million rows must not hide the other faults."""
NOTE_LENGTH_MAX = 10_000
NAMES_MAX = 8
"""Allowed names listed in a remedy when none of them is near."""
COMPARED_MAX = 2000
"""Names compared for likeness; comparing with every hour of a year takes seconds."""
LINE_BITS = 32
KNOWN = say("known")


def nearest(word: str, known: Iterable[str], what: Text = KNOWN) -> Message:
    """Return a remedy that names the nearest known word, or lists the few that there are."""
    names = sorted(set(known))
    if len(names) > COMPARED_MAX:
        names = [name for name in names if name[:1] == word[:1]][:COMPARED_MAX] or names[:NAMES_MAX]
    matches = difflib.get_close_matches(word, names, 1, 0.6) or difflib.get_close_matches(
        word.casefold().replace("-", "_").replace(" ", "_"), names, 1, 0.6
    )
    if matches:
        return say("did you mean '{name}'?", name=shown(matches[0]))
    if not names:
        return say("there are no {what} names", what=what)
    return say("{what}: {names}", what=what, names=listed(names, NAMES_MAX))


class Places:
    """Files by number, so that one integer (file and line) tells where a cell came from."""

    def __init__(self) -> None:
        self.files: list[str] = []

    def base(self, file: str) -> int:
        """Return the code of line 0 of a file; add a line to it to get the code of that line."""
        if file not in self.files:
            self.files.append(file)
        return self.files.index(file) << LINE_BITS

    def file(self, code: int) -> str:
        """Return the file of a code."""
        return self.files[code >> LINE_BITS]

    def row(self, code: int) -> int | None:
        """Return the line of a code; ``None`` where the file has no lines to speak of."""
        return int(code & ((1 << LINE_BITS) - 1)) or None


@dataclass
class Gathering:
    """Everything a reading gathers.

    Attributes
    ----------
    root
        The folder no path may leave: the parent of the scenario that is run.
    broken
        Tables that could not be read in full; what follows from their lack is not reported as well.
    """

    root: Path
    places: Places = field(default_factory=Places)
    faults: list[Fault] = field(default_factory=list)
    notes: list[Text] = field(default_factory=list)
    hashes: dict[str, str] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    _counts: Counter[tuple[Text, str | None]] = field(default_factory=Counter)

    def add(self, fault: Fault, table: str | None = None) -> None:
        """Keep a fault, up to ``LIKE_MAX`` of one column of one file; the rest are counted."""
        if table is not None:
            self.broken.add(table)
        kind = (fault.file, fault.column)
        self._counts[kind] += 1
        if self._counts[kind] <= LIKE_MAX:
            self.faults.append(fault)

    def at(  # noqa: PLR0917 - the order in which a fault is told
        self,
        code: int,
        column: str | None,
        value: object | None,
        problem: Text,
        remedy: Text = "",
        table: str | None = None,
    ) -> None:
        """Keep a fault of the place a code stands for."""
        place = self.places
        self.add(Fault(place.file(code), problem, place.row(code), column, value, remedy), table)

    def note(self, text: Text) -> None:
        """Keep a note once, escaped where a folder's name would not print."""
        text = shown(text, NOTE_LENGTH_MAX)
        if text not in self.notes:
            self.notes.append(text)

    def shown_path(self, path: Path) -> str:
        """Return a path as faults and hashes name it: relative to the root, with forward slashes."""
        try:
            return path.relative_to(self.root).as_posix()
        except ValueError:
            return path.as_posix()

    def finish(self) -> None:
        """Raise all faults together, if there are any."""
        if not self.faults:
            return
        more = [
            Fault(file, _more(count - LIKE_MAX, in_column=column is not None), column=column)
            for (file, column), count in self._counts.items()
            if count > LIKE_MAX
        ]
        raise InvalidInputError([*self.faults, *more])


def listed(names: Collection[str], most: int = 5) -> Message:
    """Return the first few names for a message, and how many more there are."""
    first = join(shown(name) for name in list(names)[:most])
    more = len(names) - most
    return say("{first} and {more} more", first=first, more=more) if more > 0 else first


def _more(count: int, *, in_column: bool) -> Message:
    if in_column:
        return say("{count} more faults in this column", count=count)
    return say("{count} more faults in this file", count=count)
