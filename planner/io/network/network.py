"""A network as its file has it, whatever the format: places, cables between them, and what the file says of itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from decimal import Decimal

    from planner.language import Text


@dataclass(frozen=True)
class Place:
    """A node of the file."""

    id: str
    name: str  # what people call it; empty where the file says no more than the id
    longitude: str  # degrees of WGS 84 as the file writes them, empty where it has none
    latitude: str
    line: int


@dataclass(frozen=True)
class Module:
    """A step by which a cable's capacity can grow."""

    capacity: Decimal  # Gbit/s
    cost: Decimal  # in the file's own scale


@dataclass(frozen=True)
class Cable:
    """A link of the file."""

    id: str  # empty where the file has none that people would know
    source: str  # the id of a place
    target: str
    line: int
    one_way: bool = False
    capacity: Decimal | None = None  # Gbit/s; None where the file says none
    length: Decimal | None = None  # km
    modules: tuple[Module, ...] = ()


@dataclass
class Network:
    """What a reader of one format found.

    Attributes
    ----------
    format
        What the format is called.
    notes
        What was taken how, mended, or left out.
    """

    format: Text
    places: list[Place] = field(default_factory=list)
    cables: list[Cable] = field(default_factory=list)
    notes: list[Text] = field(default_factory=list)
