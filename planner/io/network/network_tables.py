"""A network in the scenario's words: the rows of ``node.csv`` and ``link.csv``, and where their numbers come from."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from planner.faults import listed
from planner.io.network.amounts import written
from planner.io.network.naming import Ids, mended
from planner.io.network.order import ILLUSTRATIVE
from planner.io.read.cells import id_fault
from planner.language import say
from planner.scenario.geography import GEOD, METRES_PER_KM

if TYPE_CHECKING:
    from collections.abc import Sequence

    from planner.io.network.network import Cable, Network, Place
    from planner.io.network.order import Order
    from planner.language import Text

NODE, LINK = "node", "link"
NODE_TEXTS: Final = ("name_en", "name_zh")
AXES: Final = ("longitude", "latitude")
FROM, TO = "from", "to"
CAPACITY: Final = "link_capacity_existing"
CAPACITY_BACK: Final = "link_capacity_existing_back"
LENGTH: Final = "link_length"
MODULE_SIZE, MODULE_COST, MODULES_MAX = "link_module_size", "link_module_cost", "link_modules_max"
NUMBERS: Final = {*AXES, CAPACITY, CAPACITY_BACK, LENGTH, MODULE_SIZE, MODULE_COST, MODULES_MAX}
HAN: Final = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
SHORT: Final = 0.98
"""A cable this much of the straight way is shorter than it can be, beyond the rounding of both."""
LONG: Final = 10
Row = dict[str, str]


@dataclass
class Tables:
    """Rows by table, each with all of the table's columns, and what is to be said of them."""

    nodes: list[Row] = field(default_factory=list)
    links: list[Row] = field(default_factory=list)
    notes: list[Text] = field(default_factory=list)
    sources: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    """Confidence and note by table and column; the confidence is empty where it is that of the file."""


def tables_of(network: Network, order: Order) -> Tables:
    """Return a network's tables."""
    return _Writer(network, order).tables()


def ids_of(network: Network) -> dict[str, str]:
    """Return the scenario's id of each of the file's nodes."""
    ids = Ids()
    return {place.id: ids.one_of(_names_of(place)) for place in network.places}


def _names_of(place: Place) -> list[str]:
    """Return what a node may be called, best first: its name, its name with the file's id, that id."""
    own = mended(place.id)
    own = f"{NODE} {own}" if own.isdigit() or not own else own
    name = mended(place.name)
    return [name, f"{name} {mended(place.id)}", own] if name else [own]


class _Writer:
    """One network on its way to rows."""

    def __init__(self, network: Network, order: Order) -> None:
        self.network = network
        self.order = order
        self.ids = ids_of(network)
        self.places = {place.id: place for place in network.places}
        self.found = Tables()
        self.straight = {cable: length for cable in network.cables if (length := self._straight(cable)) is not None}

    def tables(self) -> Tables:
        self._nodes()
        self._links()
        self._note_capacities()
        self._note_lengths()
        self._note_modules()
        return self.found

    def _nodes(self) -> None:
        renamed = []
        for place in self.network.places:
            own, name = self.ids[place.id], place.name or place.id
            if own != name:
                renamed.append(f"{name} → {own}")
            texts = dict.fromkeys(NODE_TEXTS, "")
            if own != name or place.name:
                texts["name_zh" if HAN.search(name) else "name_en"] = " ".join(name.split())
            row = {NODE: own, **texts, AXES[0]: place.longitude, AXES[1]: place.latitude}
            self.found.nodes.append(row)
        if renamed:
            self.found.notes.append(
                say("names that are no ids, or stand for several nodes, are mended: {names}", names=listed(renamed))
            )
        bare = [self.ids[place.id] for place in self.network.places if not (place.longitude and place.latitude)]
        if bare:
            self.found.notes.append(
                say(
                    "{count} node has no coordinates: {names}",
                    "{count} nodes have no coordinates: {names}",
                    count=len(bare),
                    names=listed(bare),
                )
            )
        for axis in AXES:
            if any(row[axis] for row in self.found.nodes):
                self.found.sources[NODE, axis] = ("", "")

    def _links(self) -> None:
        ids = Ids()
        for number, cable in enumerate(self.network.cables, 1):
            ends = (self.ids[cable.source], self.ids[cable.target])
            names = (mended(cable.id), " - ".join(ends), f"{LINK} {number}")
            own = ids.one_of([name for name in names if id_fault(name) is None][:1])
            row = self._row(own, ends, self._capacity(cable), self._length(cable))
            if cable.one_way:
                row[CAPACITY_BACK] = "0"
            self.found.links.append(row)
            if self.order.module_cost is None or cable.one_way:
                continue
            for place, module in enumerate(cable.modules):
                if place:  # a kind of module of its own, beside the link that has the first
                    row = self._row(ids.one_of([f"{own} {place + 1}"]), ends, "0", self._length(cable))
                    self.found.links.append(row)
                row[MODULE_SIZE] = written(module.capacity)
                row[MODULE_COST] = written(module.cost * Decimal(str(self.order.module_cost)))
                row[MODULES_MAX] = str(self.order.modules_max)

    @staticmethod
    def _row(own: str, ends: tuple[str, str], capacity: str, length: str) -> Row:
        empty = dict.fromkeys((CAPACITY_BACK, LENGTH, MODULE_SIZE, MODULE_COST, MODULES_MAX), "")
        return {LINK: own, FROM: ends[0], TO: ends[1], CAPACITY: capacity, **empty, LENGTH: length}

    def _capacity(self, cable: Cable) -> str:
        if cable.capacity is not None:
            return written(cable.capacity)
        return "" if self.order.capacity is None else written(Decimal(str(self.order.capacity)))

    def _length(self, cable: Cable) -> str:
        if cable.length is not None:
            return written(cable.length)
        straight = self.straight.get(cable)
        return "" if straight is None else f"{straight * self.order.detour:.1f}"

    def _straight(self, cable: Cable) -> float | None:
        """Return the great circle between a cable's ends [km]."""
        ends = [self.places[end] for end in (cable.source, cable.target)]
        if not all(end.longitude and end.latitude for end in ends):
            return None
        first, last = ((float(end.longitude), float(end.latitude)) for end in ends)
        _, _, metres = GEOD.inv(*first, *last)
        return float(metres) / METRES_PER_KM

    def _note_capacities(self) -> None:
        silent = [cable for cable in self.network.cables if cable.capacity is None]
        if len(silent) < len(self.network.cables) or self.order.capacity is not None:
            is_ours = bool(silent) and self.order.capacity is not None
            note = f"--capacity {self.order.capacity:g} for {len(silent)} links" if is_ours else ""
            self.found.sources[LINK, CAPACITY] = (ILLUSTRATIVE if is_ours else "", note)
        if any(row[CAPACITY_BACK] for row in self.found.links):
            self.found.sources[LINK, CAPACITY_BACK] = ("", "")
        idle = sum(1 for row in self.found.links if row[CAPACITY] == "0" and not row[MODULE_SIZE])
        if idle:
            self.found.notes.append(
                say(
                    "{count} link has a capacity of 0 and no module: nothing is carried on it",
                    "{count} links have a capacity of 0 and no module: nothing is carried on them",
                    count=idle,
                )
            )
        if not silent:
            return
        if self.order.capacity is None:
            self.found.notes.append(
                say(
                    "{count} of {all} links state no capacity: the cell is empty, to be filled in (--capacity does it)",
                    count=len(silent),
                    all=len(self.network.cables),
                )
            )
        else:
            self.found.notes.append(
                say(
                    "{count} of {all} links state no capacity and have {capacity:g} Gbit/s, as --capacity says",
                    count=len(silent),
                    all=len(self.network.cables),
                    capacity=self.order.capacity,
                )
            )

    def _note_lengths(self) -> None:
        given = [cable for cable in self.network.cables if cable.length is not None]
        drawn = [cable for cable in self.network.cables if cable.length is None and cable in self.straight]
        bare = len(self.network.cables) - len(given) - len(drawn)
        notes = self.found.notes
        if drawn:
            note = f"great circles × {self.order.detour:g}"
            self.found.sources[LINK, LENGTH] = ("derived", note)
            notes.append(
                say(
                    "{count} link has no length in the file: it is the great circle between its ends, × {detour:g} "
                    "(--detour; cables are longer than the straight way)",
                    "{count} links have no length in the file: it is the great circle between their ends, × {detour:g} "
                    "(--detour; cables are longer than the straight way)",
                    count=len(drawn),
                    detour=self.order.detour,
                )
            )
        elif given:
            self.found.sources[LINK, LENGTH] = ("", "")
        if bare:
            notes.append(
                say(
                    "{count} link has no length, since an end has no coordinates: fill in {length}, or link_latency",
                    "{count} links have no length, since an end has no coordinates: fill in {length}, or link_latency",
                    count=bare,
                    length=LENGTH,
                )
            )
        self._note_odd(
            [c for c in given if c in self.straight and float(c.length or 0) < SHORT * self.straight[c]],
            say("shorter than the straight way between their ends: is the length in km?"),
        )
        self._note_odd(
            [c for c in given if c in self.straight and float(c.length or 0) > LONG * max(self.straight[c], 1)],
            say("more than ten times the straight way: is the length in km?"),
        )

    def _note_odd(self, cables: Sequence[Cable], what: Text) -> None:
        if cables:
            names = [f"{self.ids[cable.source]} - {self.ids[cable.target]}" for cable in cables]
            self.found.notes.append(
                say("{count} of the links ({names}): {what}", count=len(cables), names=listed(names), what=what)
            )

    def _note_modules(self) -> None:
        able = [cable for cable in self.network.cables if cable.modules]
        if not able:
            if self.order.module_cost is not None:
                self.found.notes.append(say("the file has no modules, so that --module-cost says nothing"))
            return
        if self.order.module_cost is None:
            self.found.notes.append(
                say(
                    "left out: the modules of {count} link, since their costs are in no currency: --module-cost says "
                    "how many CNY a year 1 stands for, --modules-max how many a link may have",
                    "left out: the modules of {count} links, since their costs are in no currency: --module-cost says "
                    "how many CNY a year 1 stands for, --modules-max how many a link may have",
                    count=len(able),
                )
            )
            return
        one_way = sum(1 for cable in able if cable.one_way)
        if one_way:
            self.found.notes.append(
                say(
                    "left out: the modules of {count} link that is one way, since a module is built for both ways",
                    "left out: the modules of {count} links that are one way, since a module is built for both ways",
                    count=one_way,
                )
            )
        if one_way < len(able):
            note = f"1 in the file stands for {self.order.module_cost:g} CNY/a"
            for column in (MODULE_SIZE, MODULE_COST, MODULES_MAX):
                is_ours = column != MODULE_SIZE
                self.found.sources[LINK, column] = (
                    ILLUSTRATIVE if is_ours else "",
                    note if column == MODULE_COST else "",
                )
