"""GraphML, as the Internet Topology Zoo and graph libraries write it: any attributes, read by the names people use.

Source: http://graphml.graphdrawing.org; S. Knight et al., The Internet Topology Zoo, IEEE JSAC 29(9), 2011.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from planner.errors import Fault, UsageError, shown
from planner.faults import listed, nearest
from planner.io.network.amounts import LATITUDE, LONGITUDE, amount, degrees, is_gap
from planner.io.network.network import Cable, Network, Place
from planner.io.network.order import POWERS, UNIT_MISSING
from planner.io.network.rates import rate_in
from planner.io.network.xml_tree import TABLE
from planner.language import say

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from planner.faults import Gathering
    from planner.io.network.order import Order
    from planner.io.network.xml_tree import Element
    from planner.language import Text

ROOT: Final = "graphml"
NAMES: Final = ("label", "name")
LONGITUDES: Final = ("longitude", "lon", "lng", "long")
LATITUDES: Final = ("latitude", "lat")
INTERNAL, HYPEREDGE = "internal", "hyperedge"
RAW, SPEED, UNITS, LABEL, STATUS = "linkspeedraw", "linkspeed", "linkspeedunits", "linklabel", "linkstatus"
"""Attributes of the Topology Zoo's links: bit/s, the number before its unit, the unit, all of the label, Planned."""
STANDING: Final = "current"
"""The one status of a link that is no plan."""
BITS: Final = Decimal(1).scaleb(POWERS[""])
NAMED_MAX: Final = 20


def read_graphml(root: Element, file: str, order: Order, gathering: Gathering) -> Network | None:
    """Return the network of a document, or ``None`` and faults."""
    graphs = list(root.each("graph"))
    if len(graphs) != 1:
        problem = say("it holds {count} graph", "it holds {count} graphs", count=len(graphs))
        gathering.add(Fault(file, problem, root.line, remedy=say("keep one of them")), TABLE)
        return None
    reader = _Reader(root, graphs[0], file, order, gathering)
    return None if gathering.faults else reader.network()


@dataclass(frozen=True)
class _Key:
    """An attribute that the document declares."""

    name: str  # in small letters
    spelled: str
    default: str


@dataclass
class _Item:
    """A node or a link with its attributes by name, in small letters; those asked for are remembered as used."""

    element: Element
    data: Mapping[str, str]
    used: set[str]

    def get(self, *names: str) -> str:
        """Return the first of several attributes that holds something."""
        self.used.update(names)
        return next((word for name in names if (word := self.data.get(name, "")) and not is_gap(word)), "")


@dataclass
class _Reader:
    """One graph."""

    root: Element
    graph: Element
    file: str
    order: Order
    gathering: Gathering
    used: set[str] = field(default_factory=set)
    raised: list[str] = field(default_factory=list)
    """Labels that count several systems."""
    unread: list[str] = field(default_factory=list)
    """Labels of links whose capacity is not known."""

    def __post_init__(self) -> None:
        for name in ("hyperedge", "port"):
            if found := self.graph.first(name):
                problem = say("a {name} is not read", name=name)
                self.gathering.add(Fault(self.file, problem, found.line, remedy=say("write it as links")), TABLE)
        for node in self.graph.each("node"):
            if inner := node.first("graph"):
                problem = say("a graph stands within a node")
                remedy = say("write its nodes and links in the graph itself")
                self.gathering.add(Fault(self.file, problem, inner.line, remedy=remedy), TABLE)

    def network(self) -> Network | None:
        """Return the graph as a network."""
        nodes, links = self._items("node"), self._items("edge")
        self._check_options()
        network = Network("GraphML")
        network.places = [self._place(each) for each in nodes]
        network.cables = [self._cable(each) for each in links]
        if self.gathering.faults:
            return None
        self._note_links(network, links)
        if not self.order.keep_external:
            _leave_out_external(network, nodes)
        shared = [place.name or place.id for place, node in zip(network.places, nodes, strict=True) if _is_shared(node)]
        if shared:
            network.notes.append(
                say(
                    "{names}: no place of its own but a medium that several share (hyperedge); it is kept as a node",
                    names=listed(shared),
                )
            )
        self._note_unused((*nodes, *links), network)
        return network

    def _items(self, kind: str) -> list[_Item]:
        keys = self._keys(kind)
        found = []
        for element in self.graph.each(kind):
            data = {key.name: key.default for key in keys.values() if key.default}
            for each in element.each("data"):
                key = keys.get(each.attributes.get("key", ""))
                if key is not None:
                    data[key.name] = each.text.strip()
            found.append(_Item(element, data, self.used))
        return found

    def _keys(self, kind: str) -> dict[str, _Key]:
        """Return the declared attributes of nodes or of links, by the id that the data use."""
        return {
            each.attributes["id"]: _Key(name.casefold(), name, each.text_of("default"))
            for each in self.root.each("key")
            if each.attributes.get("for", "all") in {kind, "all"}
            and (name := each.attributes.get("attr.name", ""))
            and "id" in each.attributes
        }

    def _check_options(self) -> None:
        """Refuse the name of an attribute that the document does not declare, and a unit of none."""
        known = {key.name: key.spelled for key in self._keys("edge").values()}
        for option, name in (("--capacity-from", self.order.capacity_from), ("--length-from", self.order.length_from)):
            if name and name.casefold() not in known:
                near = nearest(name, known.values(), say("attributes of links"))
                raise UsageError(
                    say("{option} {name}: no such attribute ({near})", option=option, name=shown(name), near=near)
                )
        if self.order.capacity_unit and not self.order.capacity_from:
            raise UsageError(
                say("--capacity-unit is of the attribute that --capacity-from names; LinkSpeedRaw is in bit/s")
            )

    def _place(self, node: _Item) -> Place:
        element = node.element
        name = node.get(*NAMES)
        axes = []
        for axis, names in ((LONGITUDE, LONGITUDES), (LATITUDE, LATITUDES)):
            word = node.get(*names)
            axes.append(degrees(word, axis, self.file, element.line, self.gathering) if word else "")
        return Place(self._id(element), name, axes[0], axes[1], element.line)

    def _id(self, element: Element) -> str:
        found = element.attributes.get("id", "").strip()
        if not found:
            problem = say("a {element} has no {name}", element=element.name, name="id")
            self.gathering.add(Fault(self.file, problem, element.line), TABLE)
        return found

    def _cable(self, link: _Item) -> Cable:
        element = link.element
        directed = element.attributes.get("directed", "").casefold()
        is_directed = directed == "true" or (not directed and self.graph.attributes.get("edgedefault") == "directed")
        one_way = is_directed if self.order.one_way is None else self.order.one_way
        length = self.order.length_from.casefold()
        word = link.get(length) if length else ""
        return Cable(
            "",
            element.attributes.get("source", "").strip(),
            element.attributes.get("target", "").strip(),
            element.line,
            one_way=one_way,
            capacity=self._capacity(link),
            length=amount(word, self.file, element.line, self.order.length_from, self.gathering) if word else None,
        )

    def _capacity(self, link: _Item) -> Decimal | None:
        """Return a link's capacity [Gbit/s]: of the attribute asked for, of LinkSpeedRaw, or of a label that is one."""
        status = link.get(STATUS).casefold()
        if status and status != STANDING:
            return Decimal(0)
        if asked := self.order.capacity_from.casefold():
            unit = self.order.unit("")
            if unit is None:
                raise UsageError(UNIT_MISSING)
            word = link.get(asked)
            value = self._amount(word, link, self.order.capacity_from) if word else None
            return None if value is None else value * unit
        label = link.get(LABEL)
        rate = rate_in(label) or rate_in(link.get(SPEED) + link.get(UNITS))
        raw = self._amount(word, link, "LinkSpeedRaw") if (word := link.get(RAW)) else None
        if raw is not None:
            if rate is None or rate.count == 1 or rate.one != raw * BITS:
                return raw * BITS
            self.raised.append(label)
            return rate.all
        if rate is None:
            self.unread.append(label)
            return None
        return rate.all

    def _amount(self, word: str, link: _Item, column: str) -> Decimal | None:
        return amount(word, self.file, link.element.line, column, self.gathering)

    def _note_links(self, network: Network, links: list[_Item]) -> None:
        notes = network.notes
        if self.order.one_way is None and (count := sum(1 for cable in network.cables if cable.one_way)):
            notes.append(
                say(
                    "{count} link is one way, from source to target, as the file says (--both-ways makes cables)",
                    "{count} links are one way, from source to target, as the file says (--both-ways makes cables)",
                    count=count,
                )
            )
        if self.raised:
            notes.append(
                say("labels that count several systems have the capacity of all: {labels}", labels=_few(self.raised))
            )
        if labels := [label for label in self.unread if label]:
            notes.append(say("labels that say no capacity by themselves: {labels}", labels=_few(labels)))
        planned = [link.get(STATUS) for link in links if (word := link.get(STATUS)) and word.casefold() != STANDING]
        if planned:
            notes.append(
                say(
                    "{count} link is no more than planned ({status}): its capacity is 0",
                    "{count} links are no more than planned ({status}): their capacity is 0",
                    count=len(planned),
                    status=_few(planned),
                )
            )

    def _note_unused(self, items: Iterable[_Item], network: Network) -> None:
        spelled = {key.name: key.spelled for kind in ("node", "edge") for key in self._keys(kind).values()}
        spare = {spelled[name] for item in items for name in item.data if name not in item.used}
        if spare:
            network.notes.append(say("attributes not used: {names}", names=listed(sorted(spare), NAMED_MAX)))


def _few(words: Iterable[str]) -> Text:
    return listed(list(dict.fromkeys(words)))


def _is_shared(node: _Item) -> bool:
    return node.get(HYPEREDGE) == "1"


def _leave_out_external(network: Network, nodes: list[_Item]) -> None:
    """Take away what the file calls outside of its network, so that no path leads through another's."""
    outside = {
        place.id: place.name or place.id
        for place, node in zip(network.places, nodes, strict=True)
        if node.get(INTERNAL) == "0"
    }
    if not outside:
        return
    kept = [cable for cable in network.cables if not {cable.source, cable.target} & set(outside)]
    gone = len(network.cables) - len(kept)
    network.cables = kept
    for at in [at for at, place in enumerate(network.places) if place.id in outside][::-1]:
        del network.places[at], nodes[at]
    network.notes.append(
        say(
            "left out: {count} node outside of the network (Internal 0), with {gone} links: {names} (--keep-external)",
            "left out: {count} nodes outside of the network (Internal 0), with {gone} links: {names} (--keep-external)",
            count=len(outside),
            gone=gone,
            names=listed([shown(name) for name in outside.values()]),
        )
    )
