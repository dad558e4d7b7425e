"""What both formats of SNDlib hold, and what of it a plan can use."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from planner.errors import UsageError
from planner.io.network.amounts import LATITUDE, LONGITUDE, degrees
from planner.io.network.network import Cable, Module, Network, Place
from planner.io.network.order import UNIT_MISSING
from planner.io.read.cells import NUMBER
from planner.language import Text, say

if TYPE_CHECKING:
    from planner.faults import Gathering
    from planner.io.network.order import Order

WIDEST, HIGHEST = 180, 90
"""Degrees."""
COSTS: Final = (
    say("of the capacity that stands"),
    say("of routing"),
    say("of setting a link up"),
)
"""What a link's three costs beside its modules are, in the order of the native format."""


@dataclass(frozen=True)
class Spot:
    """A node: its coordinates as text, empty where it has none."""

    id: str
    x: str
    y: str
    line: int


@dataclass(frozen=True)
class Line:
    """A link in the file's own units."""

    id: str
    source: str
    target: str
    line: int
    capacity: Decimal
    costs: tuple[Decimal, ...]  # of the capacity that stands, of routing, of setting it up
    modules: tuple[tuple[Decimal, Decimal], ...]  # capacity and cost


@dataclass(frozen=True)
class Sections:
    """A file by its sections."""

    nodes: list[Spot]
    links: list[Line]
    unit: str  # as the file's meta data say it
    demands: int
    has_paths: bool
    degrees: bool | None  # whether coordinates are degrees; None where the format does not say


def network_of(sections: Sections, file: str, order: Order, gathering: Gathering) -> Network:
    """Return a file's network in the planner's units."""
    if order.capacity_from or order.length_from:
        raise UsageError(say("--capacity-from and --length-from are for GraphML: SNDlib says which number is what"))
    unit = order.unit(sections.unit)
    has_capacities = any(link.capacity or link.modules for link in sections.links)
    if unit is None and has_capacities:
        raise UsageError(UNIT_MISSING)
    network = Network("SNDlib")
    network.places = _places(sections, network, file, gathering)
    for link in sections.links:
        modules = tuple(Module(size * (unit or 0), cost) for size, cost in link.modules)
        network.cables.append(
            Cable(
                link.id,
                link.source,
                link.target,
                link.line,
                one_way=bool(order.one_way),
                capacity=link.capacity * (unit or 0),
                modules=modules,
            )
        )
    network.notes += _notes(sections, order, said_unit=sections.unit if has_capacities else "")
    return network


def _places(sections: Sections, network: Network, file: str, gathering: Gathering) -> list[Place]:
    """Return the nodes; drawing coordinates are left out, since nothing on the globe stands at (320, 415)."""
    if sections.degrees is False or (sections.degrees is None and not _may_be_degrees(sections.nodes)):
        network.notes.append(
            say("the coordinates are those of a drawing, no degrees, and are left out")
            if sections.degrees is False
            else say("the coordinates exceed 180 or 90, so that they are those of a drawing, and are left out")
        )
        return [Place(node.id, "", "", "", node.line) for node in sections.nodes]
    if sections.degrees is None and any(node.x for node in sections.nodes):
        network.notes.append(
            say("the coordinates are taken as degrees, which the native format does not say: look at a map of them")
        )
    return [
        Place(node.id, "", _axis(node, LONGITUDE, file, gathering), _axis(node, LATITUDE, file, gathering), node.line)
        for node in sections.nodes
    ]


def _axis(node: Spot, axis: str, file: str, gathering: Gathering) -> str:
    word = node.x if axis == LONGITUDE else node.y
    return degrees(word, axis, file, node.line, gathering) if word else ""


def _may_be_degrees(nodes: list[Spot]) -> bool:
    return not any(_exceeds(node.x, WIDEST) or _exceeds(node.y, HIGHEST) for node in nodes)


def _exceeds(word: str, most: int) -> bool:
    return bool(NUMBER.fullmatch(word)) and abs(Decimal(word)) > most


def _notes(sections: Sections, order: Order, said_unit: str) -> list[Text]:
    notes: list[Text] = []
    if said_unit:
        notes.append(say("capacities are in {unit}, as the file says", unit=said_unit))
    if order.one_way is None:
        notes.append(
            say(
                "whether links are one way stands in SNDlib's model file, not in this one: each is taken both ways, "
                "with its whole capacity in each (--one-way for LINK_MODEL = DIRECTED; UNDIRECTED links share their "
                "capacity between the ways and carry less than here)"
            )
        )
    if order.module_cost is not None and any(len(link.modules) > 1 for link in sections.links):
        notes.append(
            say(
                "links with several kinds of module may mix them, as MODULAR_LINK_CAPACITIES does: each kind is a row "
                "of its own beside the link (EXPLICIT_LINK_CAPACITIES allows one module in all, and less than here)"
            )
        )
    notes += [
        say(
            "left out: the cost {what} of {count} link",
            "left out: the cost {what} of {count} links",
            what=what,
            count=count,
        )
        for place, what in enumerate(COSTS)
        if (count := sum(1 for link in sections.links if link.costs[place]))
    ]
    if sections.demands:
        count = sections.demands
        notes.append(
            say(
                "left out: {count} demand, since a scenario's own work makes its traffic",
                "left out: {count} demands, since a scenario's own work makes its traffic",
                count=count,
            )
        )
    if sections.has_paths:
        notes.append(say("left out: the admissible paths; a plan may use every path within the latency of its work"))
    return notes
