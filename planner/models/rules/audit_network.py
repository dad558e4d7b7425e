"""A network as the audit reads it: paths walked link by link, and the fastest found by lengthening, not by labels.

It shares nothing with :mod:`planner.models.rules.network`, which the model's paths come from.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from planner.models.rules import audit_physics

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from planner.scenario.scenario import Scenario


@dataclass(frozen=True)
class Wiring:
    """Links between nodes, with the directions that may carry anything.

    Attributes
    ----------
    ends
        The node at which each link begins and that at which it ends.
    delays
        [ms] of each link.
    open
        Each link and direction, ``forward`` from its first node or ``back``, that stands or may be built.
    """

    ends: Mapping[str, tuple[str, str]]
    delays: Mapping[str, float]
    open: frozenset[tuple[str, str]]

    def least(self, nodes: Sequence[str]) -> pd.DataFrame:
        """Return the least latency from node to node [ms], ∞ for none, by lengthening paths until nothing changes."""
        place = {node: number for number, node in enumerate(nodes)}
        one = np.full((len(nodes), len(nodes)), np.inf)
        np.fill_diagonal(one, 0.0)
        for link, direction in self.open:
            tail, head = self.ends[link] if direction == "forward" else self.ends[link][::-1]
            one[place[tail], place[head]] = min(one[place[tail], place[head]], self.delays[link])
        found = one
        while True:
            longer = np.array([(row[:, None] + one).min(axis=0) for row in found]).reshape(one.shape)
            if np.array_equal(longer, found):
                return pd.DataFrame(found, list(nodes), list(nodes))
            found = longer

    def walked(self, start: str, links: Sequence[str]) -> tuple[str, list[tuple[str, str]]]:
        """Return where links lead from a node and the direction each is passed in; nothing where they break off."""
        node, passed, seen = start, [], {start}
        for link in links:
            begin, end = self.ends.get(link, ("", ""))
            if node not in (begin, end):
                return "", []
            passed.append((link, "forward" if node == begin else "back"))
            node = end if node == begin else begin
            if node in seen:
                return "", []
            seen.add(node)
        return node, passed


def nearest(places: pd.DataFrame, nodes: pd.DataFrame) -> dict[str, str]:
    """Return the node nearest to each place by the haversine formula; both with longitude and latitude [degrees]."""
    found = {}
    x, y = np.radians(nodes.to_numpy(float)).T
    for member, place in places.iterrows():
        here, up = np.radians(place.to_numpy(float))
        chord = np.sin((y - up) / 2) ** 2 + np.cos(y) * np.cos(up) * np.sin((x - here) / 2) ** 2
        away = 2 * audit_physics.EARTH_RADIUS * np.arcsin(np.sqrt(np.minimum(chord, 1.0)))
        found[str(member)] = str(nodes.index[int(away.argmin())])
    return found


def stands_of(inputs: Scenario) -> dict[tuple[str, str], float]:
    """Return what stands of each link by direction [Gbit/s], as the tables of the scenario say."""
    there: dict[Any, float] = inputs.series("link_capacity_existing").to_dict()
    back: dict[Any, float] = inputs.series("link_capacity_existing_back").to_dict()
    forward = {(link, "forward"): there[link] for link in there}
    return forward | {(link, "back"): back.get(link, there[link]) for link in there}


def nodes_of(inputs: Scenario, name: str) -> dict[str, str]:
    """Find the node of every region or site again: the one it names, else the nearest."""
    named = {str(member): str(node) for member, node in inputs.series(f"{name}.node").to_dict().items()}
    nodes = inputs.coordinates("node")
    return {**(nearest(inputs.coordinates(name), nodes) if len(nodes) else {}), **named}


def wiring_of(inputs: Scenario) -> Wiring:
    """Return the links as the tables of the scenario say, with what stands or may be built."""
    begin: dict[Any, str] = inputs.series("link.from").to_dict()
    end: dict[Any, str] = inputs.series("link.to").to_dict()
    lengths = inputs.series("link_length") * audit_physics.fibre_delay()
    delays: dict[Any, float] = lengths.combine_first(inputs.series("link_latency")).to_dict()
    grows = inputs.series("link_modules_max").to_dict()
    usable = {key for key, standing in stands_of(inputs).items() if standing > 0 or grows.get(key[0], 0) > 0}
    return Wiring({link: (begin[link], end[link]) for link in begin}, delays, frozenset(usable))
