"""What no network may lack, whatever its format, and what a reader of one should be told of it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from planner.errors import Fault
from planner.faults import listed, nearest
from planner.io.network.xml_tree import TABLE
from planner.language import say

if TYPE_CHECKING:
    from planner.faults import Gathering
    from planner.io.network.network import Cable, Network, Place

PLACES_MAX: Final = 20_000
CABLES_MAX: Final = 100_000


def check(network: Network, file: str, gathering: Gathering) -> None:
    """Keep a fault for all that is no network: ids twice, ends that are no node, nothing, or far too much."""
    if len(network.places) > PLACES_MAX or len(network.cables) > CABLES_MAX:
        problem = say(
            "it has {nodes:,} nodes and {links:,} links; at most {most_nodes:,} and {most_links:,} are read",
            nodes=len(network.places),
            links=len(network.cables),
            most_nodes=PLACES_MAX,
            most_links=CABLES_MAX,
        )
        gathering.add(Fault(file, problem, remedy=say("take the part of the network that you plan")), TABLE)
        return
    for count, problem in (
        (len(network.places), say("it has no nodes")),
        (len(network.cables), say("it has no links")),
    ):
        if not count:
            gathering.add(Fault(file, problem, remedy=say("name a file that holds a network")), TABLE)
    first: dict[str, int] = {}
    items: list[Place | Cable] = [*network.places, *(cable for cable in network.cables if cable.id)]
    for item in items:
        key = f"{type(item).__name__} {item.id}"
        if key in first:
            problem = say("the id stands twice, first in row {row}", row=first[key])
            gathering.add(Fault(file, problem, item.line, value=item.id, remedy=say("keep one of them")), TABLE)
        first.setdefault(key, item.line)
    known = {place.id for place in network.places}
    for cable in network.cables:
        for end in (cable.source, cable.target):
            if end not in known:
                problem = say("the link ends at a node that is not there")
                gathering.add(Fault(file, problem, cable.line, value=end, remedy=nearest(end, known)), TABLE)


def leave_out_loops(network: Network) -> None:
    """Take away links from a node to itself: nothing is carried on them."""
    loops = [cable for cable in network.cables if cable.source == cable.target]
    if loops:
        network.cables = [cable for cable in network.cables if cable.source != cable.target]
        network.notes.append(
            say(
                "left out: {count} link from a node to itself, at {names}",
                "left out: {count} links from a node to itself, at {names}",
                count=len(loops),
                names=listed(list(dict.fromkeys(cable.source for cable in loops))),
            )
        )


def note_shape(network: Network, names: dict[str, str]) -> None:
    """Tell of cables beside each other, of nodes without a link, and of parts without a way between them."""
    beside: Counter[tuple[str, str, bool]] = Counter()
    for cable in network.cables:
        ends = (cable.source, cable.target)
        first, last = ends if cable.one_way else sorted(ends)
        beside[first, last, cable.one_way] += 1
    pairs = [pair for pair, count in beside.items() if count > 1]
    if pairs:
        network.notes.append(
            say(
                "{count} link lies beside others between the same two nodes and is a row of its own: {names}",
                "{count} links lie beside others between the same two nodes and are rows of their own: {names}",
                count=sum(beside[pair] for pair in pairs),
                names=listed([" - ".join(sorted(names[end] for end in pair[:2])) for pair in pairs]),
            )
        )
    groups = _parts(network.cables, [place.id for place in network.places])
    lone = [names[group[0]] for group in groups if len(group) == 1]
    if lone:
        network.notes.append(
            say(
                "{count} node has no link: {names}",
                "{count} nodes have no link: {names}",
                count=len(lone),
                names=listed(lone),
            )
        )
    if len(groups) - len(lone) > 1:
        network.notes.append(
            say(
                "the network falls into {count} parts with no way between them, of {sizes} nodes",
                count=len(groups) - len(lone),
                sizes=", ".join(str(len(group)) for group in groups if len(group) > 1),
            )
        )


def _parts(cables: list[Cable], places: list[str]) -> list[list[str]]:
    """Return the nodes of each part that hangs together, the largest first; ways are counted both ways."""
    head = {place: place for place in places}

    def top(place: str) -> str:
        while head[place] != place:
            head[place] = head[head[place]]
            place = head[place]
        return place

    for cable in cables:
        head[top(cable.source)] = top(cable.target)
    groups: dict[str, list[str]] = {}
    for place in places:
        groups.setdefault(top(place), []).append(place)
    return sorted(groups.values(), key=len, reverse=True)
