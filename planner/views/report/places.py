"""Where a rule holds and what its price is per, in the words of both languages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.language import Message, Named, join, say

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from planner.views.report.subject import Subject

PARTS_OF_UNITS = (say("CNY"), say("tCO2"), say("/a"))


def unit_name(unit: str) -> Message:
    """Return a unit such as ``CNY/a per MW`` in both languages."""
    whole, per, part = unit.partition(" per ")
    if per:
        return say("{unit} per {part}", unit=unit_name(whole), part=unit_name(part))
    zh = unit
    for word in PARTS_OF_UNITS:
        zh = zh.replace(word.en, word.zh)
    return Named(unit, zh)


class Speller:
    """Spells the place of a rule: from ``anhui;online;day`` to names, by the sets whose members stand at each part."""

    def __init__(self, subject: Subject, places: Iterable[str]) -> None:
        self._subject = subject
        parts = [str(place).split(";") for place in places]
        width = max(map(len, parts), default=0)
        columns = [{row[at] for row in parts if at < len(row)} for at in range(width)]
        self._sets = [_set_of(column, subject.scenario.sets) for column in columns]

    def spell(self, place: str) -> Message:
        """Return a place in both languages."""
        parts = [self._part(at, part) for at, part in enumerate(place.split(";")) if part]
        return join(parts, " · ") if parts else say("everywhere")

    def _part(self, at: int, part: str) -> Message:
        found = self._sets[at] or _set_of({part}, self._subject.scenario.sets)
        return self._subject.name(found, part) if found else self._subject.word(part)


def _set_of(members: set[str], sets: Mapping[str, Sequence[str]]) -> str | None:
    """Return the smallest set that has all members: what stands in a rule's index is nearly all of its set."""
    fitting = [name for name, known in sets.items() if members <= set(known)]
    return min(fitting, key=lambda name: len(sets[name]), default=None)
