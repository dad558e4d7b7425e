"""Names of a file's nodes and links made into ids that a scenario allows, each only once."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Final

from planner.io.files.decoding import composed
from planner.io.read.cells import id_fault

if TYPE_CHECKING:
    from collections.abc import Iterable

NOT_IN_IDS: Final = re.compile(r"[^\w\-· ]+")
LENGTH_MAX: Final = 64
"""Characters of an id."""
STEM_MAX: Final = 57
"""Characters of an id that a number stands behind."""


def mended(name: str) -> str:
    """Return a name as an id has it: what an id may not hold becomes a space, and spaces are single.

    >>> mended("Washington, D.C.")
    'Washington D C'
    """
    return " ".join(NOT_IN_IDS.sub(" ", composed(name)).split())[:LENGTH_MAX].strip()


class Ids:
    """Ids given out so far; no two are the same."""

    def __init__(self) -> None:
        self._given: set[str] = set()
        self._counts: Counter[str] = Counter()

    def one_of(self, wanted: Iterable[str]) -> str:
        """Return the first of several names that is an id not given yet, or the last of them with a number."""
        last = ""
        for name in wanted:
            if id_fault(name):
                continue
            if name not in self._given:
                return self._give(name)
            last = name
        stem = last[:STEM_MAX].rstrip() or "item"
        while f"{stem} {self._counts[stem] + 2}" in self._given:
            self._counts[stem] += 1
        return self._give(f"{stem} {self._counts[stem] + 2}")

    def _give(self, name: str) -> str:
        self._given.add(name)
        return name
