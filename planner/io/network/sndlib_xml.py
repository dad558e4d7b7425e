"""SNDlib's XML format, whose elements say by name what the native format says by place.

Source: http://sndlib.zib.de/network, the schema of network files.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from planner.errors import Fault
from planner.io.network.amounts import amount
from planner.io.network.sndlib import Line, Sections, Spot, network_of
from planner.io.network.xml_tree import TABLE
from planner.language import say

if TYPE_CHECKING:
    from planner.faults import Gathering
    from planner.io.network.network import Network
    from planner.io.network.order import Order
    from planner.io.network.xml_tree import Element

ROOT = "network"
NOTHING = Decimal(0)


def read_sndlib_xml(root: Element, file: str, order: Order, gathering: Gathering) -> Network | None:
    """Return the network of a document, or ``None`` and faults."""
    structure = root.first("networkStructure")
    nodes = structure.first("nodes") if structure else None
    links = structure.first("links") if structure else None
    if nodes is None or links is None:
        problem = say("it has no networkStructure with nodes and links")
        remedy = say("name a network file of SNDlib, not a model or a solution")
        gathering.add(Fault(file, problem, root.line, remedy=remedy), TABLE)
        return None
    reader = _Reader(file, gathering)
    demands = root.first("demands")
    kind = nodes.attributes.get("coordinatesType", "")
    sections = Sections(
        [
            Spot(reader.id(each), each.text_of("coordinates", "x"), each.text_of("coordinates", "y"), each.line)
            for each in nodes.each("node")
        ],
        [reader.link(each) for each in links.each("link")],
        root.text_of("meta", "unit"),
        len(list(demands.each("demand"))) if demands else 0,
        has_paths=demands is not None and any(each.first("admissiblePaths") for each in demands.each("demand")),
        degrees={"geographical": True, "pixel": False}.get(kind),
    )
    return None if gathering.faults else network_of(sections, file, order, gathering)


class _Reader:
    """Elements to nodes and links; what is missing is a fault, but for costs and capacities, which may be left out."""

    def __init__(self, file: str, gathering: Gathering) -> None:
        self.file = file
        self.gathering = gathering

    def id(self, element: Element) -> str:
        """Return an element's id."""
        found = element.attributes.get("id", "").strip()
        if not found:
            self._missing(element, "id")
        return found

    def link(self, element: Element) -> Line:
        """Return a link."""
        added = element.first("additionalModules")
        return Line(
            self.id(element),
            self._end(element, "source"),
            self._end(element, "target"),
            element.line,
            self._amount(element, "preInstalledModule", "capacity"),
            (
                self._amount(element, "preInstalledModule", "cost"),
                self._amount(element, "routingCost"),
                self._amount(element, "setupCost"),
            ),
            tuple(
                (self._amount(each, "capacity"), self._amount(each, "cost"))
                for each in (added.each("addModule") if added else ())
            ),
        )

    def _end(self, element: Element, name: str) -> str:
        found = element.text_of(name)
        if not found:
            self._missing(element, name)
        return found

    def _amount(self, element: Element, *names: str) -> Decimal:
        found = element.first(*names)
        if found is None:
            return NOTHING
        return amount(found.text.strip(), self.file, found.line, names[-1], self.gathering) or NOTHING

    def _missing(self, element: Element, name: str) -> None:
        problem = say("a {element} has no {name}", element=element.name, name=name)
        self.gathering.add(Fault(self.file, problem, element.line), TABLE)
