"""A network of nodes and cables, and its paths: the fastest one after the other, and the cheapest within a limit.

Cables may lie parallel, each in its own right; each goes one way here, so that a cable used both ways is two of them.
A path never comes to a node twice. Latencies are added up from the first cable on, everywhere alike, so that a path
has one latency, to the last digit.
"""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Vector = npt.NDArray[np.float64]
Path = tuple[int, ...]
"""The numbers of its cables, from the first to the last."""
SLACK = 1e-9
"""Relative to a limit: by so much a sum that was made in another order may be beyond it before it is looked at."""


@dataclass(frozen=True)
class Network:
    """Cables between nodes, each in one direction.

    Attributes
    ----------
    nodes
        How many there are, numbered from 0.
    tails, heads
        The nodes a cable leads from and to, by its number.
    latencies
        [ms] of each cable, none below 0.
    """

    nodes: int
    tails: tuple[int, ...]
    heads: tuple[int, ...]
    latencies: tuple[float, ...]

    @cached_property
    def leaving(self) -> list[list[int]]:
        """The cables that leave each node."""
        found: list[list[int]] = [[] for _ in range(self.nodes)]
        for number, tail in enumerate(self.tails):
            found[tail].append(number)
        return found

    @cached_property
    def fastest(self) -> Vector:
        """The least latency [ms] from node to node, (nodes, nodes), added up from the first node on; ∞ for none."""
        return np.array([self._fastest_from(node) for node in range(self.nodes)]).reshape(self.nodes, self.nodes)

    def _fastest_from(self, origin: int) -> list[float]:
        known = [math.inf] * self.nodes
        known[origin] = 0.0
        ahead = [(0.0, origin)]
        while ahead:
            latency, node = heapq.heappop(ahead)
            if latency > known[node]:
                continue
            for cable in self.leaving[node]:
                there = latency + self.latencies[cable]
                if there < known[self.heads[cable]]:
                    known[self.heads[cable]] = there
                    heapq.heappush(ahead, (there, self.heads[cable]))
        return known

    def paths(self, origin: int, target: int, limit: float) -> Iterator[tuple[float, Path]]:
        """Yield the paths from one node to another within a latency [ms], the fastest first, with their latencies.

        Partial paths wait by the latency that they must at least come to; dropped are those beyond the limit, and those
        that could come to the end only over a node they have been at.
        """
        rest = self.fastest[:, target]
        most = limit + SLACK * max(1.0, limit) if math.isfinite(limit) else math.inf
        if origin == target or not rest[origin] <= most:
            return
        made = 0
        ahead: list[tuple[float, int, int, float, Path, int]] = [(rest[origin], 0, origin, 0.0, (), 1 << origin)]
        while ahead:
            _, _, node, latency, path, seen = heapq.heappop(ahead)
            if node == target:
                if latency <= limit:
                    yield latency, path
                continue
            for cable in self.leaving[node]:
                head = self.heads[cable]
                there = latency + self.latencies[cable]
                least = there + rest[head]
                if not seen >> head & 1 and least <= most and self._leads(head, target, seen):
                    made += 1
                    heapq.heappush(ahead, (least, made, head, there, (*path, cable), seen | 1 << head))

    @cached_property
    def _neighbours(self) -> list[int]:
        """The nodes that cables lead to from each node, a bit each."""
        found = [0] * self.nodes
        for tail, head in zip(self.tails, self.heads, strict=True):
            found[tail] |= 1 << head
        return found

    def _leads(self, node: int, target: int, seen: int) -> bool:
        """Return whether cables lead from one node to another past nodes seen, a bit each."""
        wanted, known, ahead = 1 << target, seen | 1 << node, 1 << node
        while ahead and not known & wanted:
            last = ahead & -ahead
            ahead ^= last
            more = self._neighbours[last.bit_length() - 1] & ~known
            known |= more
            ahead |= more
        return bool(known & wanted)

    def cheapest(self, origin: int, costs: Sequence[float], limit: float) -> list[list[tuple[float, float, Path]]]:
        """Return by node the paths from one node that no other beats in cost and latency, the cheapest first.

        Parameters
        ----------
        costs
            Of each cable, none below 0; a cable that costs ∞ is left out.
        limit
            Latency [ms] beyond which no path is followed.

        Returns
        -------
        list
            For each node its paths as (cost, latency, path), at rising cost and falling latency. The origin has the
            path of no cables.
        """
        found: list[list[tuple[float, float, Path]]] = [[] for _ in range(self.nodes)]
        ahead: list[tuple[float, float, int, int, Path]] = [(0.0, 0.0, 0, origin, ())]
        made = 0
        while ahead:
            cost, latency, _, node, path = heapq.heappop(ahead)
            if found[node] and latency >= found[node][-1][1]:
                continue  # a path that costs no more was as fast; so none comes to a node twice either
            found[node].append((cost, latency, path))
            for cable in self.leaving[node]:
                there = latency + self.latencies[cable]
                known = found[self.heads[cable]]
                if costs[cable] < math.inf and there <= limit and not (known and there >= known[-1][1]):
                    made += 1
                    heapq.heappush(ahead, (cost + costs[cable], there, made, self.heads[cable], (*path, cable)))
        return found

    def least_costs(self, costs: Vector) -> Vector:
        """Return what the cheapest path from each node to each costs, whatever its latency, for many prices at once.

        Parameters
        ----------
        costs
            (prices, cables), none below 0.

        Returns
        -------
        ndarray
            (prices, nodes, nodes), ∞ where there is no path.
        """
        least = np.full((len(costs), self.nodes, self.nodes), np.inf)
        for cable, (tail, head) in enumerate(zip(self.tails, self.heads, strict=True)):
            least[:, tail, head] = np.minimum(least[:, tail, head], costs[:, cable])
        least[:, np.arange(self.nodes), np.arange(self.nodes)] = 0.0
        for node in range(self.nodes):
            np.minimum(least, least[:, :, node, None] + least[:, None, node, :], out=least)
        return least
