"""The points of a sweep: every combination of values, what each is called, and the order in which they are solved."""

from __future__ import annotations

import hashlib
import itertools
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from planner.errors import UsageError, shown
from planner.language import say

if TYPE_CHECKING:
    from collections.abc import Sequence

Place = tuple[int, ...]
"""Position of a point along each axis."""
OPENING, CLOSING = "[{(", "]})"
UNPLAIN: Final = re.compile(r"[^\w.+\-\[\],]+")
"""Characters that are replaced in the name of a folder."""
PART_LENGTH_MAX: Final = 40
"""Characters of a key or a value within a name."""
NAME_BYTES_MAX: Final = 180
"""Bytes of a whole name; a longer one ends in a hash."""
HASH_LENGTH: Final = 6
POINTS_MAX: Final = 100_000


@dataclass(frozen=True)
class Axis:
    """One value that is varied, ``key`` in the words of ``--set``, and the values it takes."""

    key: str
    values: tuple[str, ...]

    @property
    def label(self) -> str:
        """The key without its table, such as ``green_power_share_min[zhongwei]``."""
        head, bracket, rest = self.key.partition("[")
        return head.rpartition(".")[2] + bracket + rest


@dataclass(frozen=True)
class GridPoint:
    """One combination."""

    name: str  # of its folder: it depends on the point alone, so that a sweep that grows keeps its points
    place: Place  # its position along each axis
    values: tuple[str, ...]  # its value along each axis


def axis_of(text: str) -> Axis:
    """Return what ``--vary K=a,b,c`` says; commas within brackets or braces part nothing."""
    key, equals, rest = (part.strip() for part in text.partition("="))
    if not (key and equals and rest):
        form = say("--vary K=a,b,c with K as in --set")
        raise UsageError(say("--vary '{text}' names no values: write {form}", text=shown(text), form=form))
    values = tuple(part.strip() for part in _split(rest))
    seen: set[str] = set()
    for value in values:
        if _number(value) in seen:
            raise UsageError(say("--vary {key}: the value '{value}' stands twice", key=shown(key), value=shown(value)))
        seen.add(_number(value))
    return Axis(key, values)


def _split(text: str) -> list[str]:
    """Split at the commas that stand in no brackets."""
    parts, depth = [""], 0
    for letter in text:
        depth += (letter in OPENING) - (letter in CLOSING)
        if letter == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += letter
    return parts


def _number(value: str) -> str:
    """Return a value so that ``1`` and ``1.0`` are one."""
    try:
        return repr(float(value))
    except ValueError:
        return value


def grid_of(axes: Sequence[Axis]) -> list[GridPoint]:
    """Return every combination, the last axis fastest."""
    keys = [axis.key for axis in axes]
    for key in keys:
        if keys.count(key) > 1:
            raise UsageError(say("--vary {key} is given twice", key=shown(key)))
    count = 1
    for axis in axes:
        count *= len(axis.values)
    if count > POINTS_MAX:
        raise UsageError(say("{count} points are more than {most}", count=count, most=POINTS_MAX))
    labels = [axis.label for axis in axes]
    heads = [axis.label if labels.count(axis.label) == 1 else axis.key for axis in axes]
    points = []
    for place in itertools.product(*(range(len(axis.values)) for axis in axes)):
        values = tuple(axis.values[position] for axis, position in zip(axes, place, strict=True))
        name = "__".join(f"{_plain(head)}={_plain(value)}" for head, value in zip(heads, values, strict=True))
        points.append(GridPoint(_short(name), place, values))
    return points


def _short(name: str) -> str:
    """Return a name as a file system takes it, which counts bytes and needs a few for a draft beside it."""
    if len(name.encode()) <= NAME_BYTES_MAX:
        return name
    start = name.encode()[: NAME_BYTES_MAX - 2 * HASH_LENGTH - 1].decode(errors="ignore")
    return f"{start}-{hashlib.sha256(name.encode()).hexdigest()[: 2 * HASH_LENGTH]}"


def _plain(text: str) -> str:
    """Return a text as part of the name of a folder; what had to be changed is told apart by a short hash."""
    plain = UNPLAIN.sub("-", text).strip("-")[:PART_LENGTH_MAX]
    if plain == text:
        return plain
    return f"{plain}-{hashlib.sha256(text.encode()).hexdigest()[:HASH_LENGTH]}"


def snake(shape: Sequence[int]) -> list[Place]:
    """Return every place so that each differs from the one before by one step along one axis (a reflected Gray code).

    >>> snake((2, 2))
    [(0, 0), (0, 1), (1, 1), (1, 0)]
    """
    if not shape:
        return [()]
    inner = snake(shape[1:])
    return [(first, *rest) for first in range(shape[0]) for rest in (inner if first % 2 == 0 else inner[::-1])]


def way_between(one: Place, other: Place, lengths: Sequence[float]) -> float:
    """Return how far two places are apart, a step along each axis being as long as given."""
    return sum(length * abs(a - b) for a, b, length in zip(one, other, lengths, strict=True))
