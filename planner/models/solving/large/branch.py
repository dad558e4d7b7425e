"""A small branch and bound for many columns and few integers: each node goes on from the basis of the one before.

HiGHS's search solves the root anew, separates cuts and solves smaller problems again and again, which for a model of
this shape takes far longer than the few dozen short runs of the dual simplex method that prove the optimum
(decision 0018). Where it is not done after some nodes, HiGHS searches, with the plan and the bound found here.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from planner.models.solving.highs.progress import tell
from planner.models.solving.proof.leaves import NONE, Leaves

if TYPE_CHECKING:
    from planner.models.solving.highs.exchange import Clock, Vector
    from planner.models.solving.highs.highs import OnIncumbent, Programme

NODES_MAX = 400
NODES_SMALL = 140
"""For small problems, where HiGHS's own search takes a moment as well."""
NODES_CONFIRM = 40
"""To prove what HiGHS's own tree says of a small problem: some plans are proved in a few nodes, some would take
hundreds (decision 0035)."""
PACE = 10
"""Nodes after which a small search is given up, each time, if at its pace it will not end within ``NODES_SMALL``: some
end in 50 and save seconds, others would take 450 and save nothing (decision 0034)."""
INTEGERS_MAX = 200
"""With more there is no end to it: that is for cuts and HiGHS's own search."""
NOISE = 1e-9
"""Relative: costs as near to each other are equal, as they are to the judge."""
WHOLE = 1e-6
"""Nearer than this to a whole number is whole."""


@dataclass(order=True)
class Node:
    """Bounds of the integers, (integers,), not solved yet: the least its plans can cost, and the duals that say so."""

    bound: float
    number: int
    lower: Vector = field(compare=False)
    upper: Vector = field(compare=False)
    duals: int = field(default=NONE, compare=False)


@dataclass
class Branching:
    """The search as it goes on.

    Attributes
    ----------
    bound
        Below every plan.
    values, cost
        The best plan, (columns,).
    nodes, nodes_max
        Linear programmes solved, and how many may be.
    is_paced
        Whether to give up as soon as it does not look like ending within them.
    leaves
        Where branches ended, for a proof; all integers are in one or another once ``search`` is done.
    root_duals
        The number there of the relaxation's duals.
    """

    programme: Programme
    cost_of: Vector
    gap: float
    clock: Clock
    bound: float
    values: Vector | None
    cost: float
    on_incumbent: OnIncumbent
    nodes: int = 0
    nodes_max: int = NODES_MAX
    is_paced: bool = False
    leaves: Leaves = field(default_factory=Leaves)
    root_duals: int = NONE

    def __post_init__(self) -> None:
        arrays = self.programme.arrays
        self._integers = np.flatnonzero(arrays.is_integer).astype(np.int32)
        self._open: list[Node] = []
        self._made = 0
        self._dropped = np.inf
        self._root = self.bound

    def is_dear(self, bound: float) -> bool:
        """Whether what costs so much at least is no better than the plan, but for the gap."""
        return bool(np.isfinite(self.cost)) and bound >= self.cost - max(self.gap, NOISE) * abs(self.cost)

    def _is_dropped(self, node: Node) -> bool:
        """Whether a node is too dear; the least bound of those dropped is remembered: nothing is proved above it."""
        if not self.is_dear(node.bound):
            return False
        self._dropped = min(self._dropped, node.bound)
        self._close(node)
        return True

    def _close(self, node: Node, ray: Vector | None = None) -> None:
        """Say that a branch ends here."""
        self.leaves.close(node.lower, node.upper, node.duals, self.leaves.keep(ray))

    def _has_nodes(self) -> bool:
        """Whether there are nodes left, and at the pace so far enough of them."""
        if self.is_paced and self.nodes and self.nodes % PACE == 0:
            to_close = self.cost - self.gap * abs(self.cost) - self._root
            if self.bound - self._root < to_close * self.nodes / self.nodes_max:
                return False
        return self.nodes < self.nodes_max

    def search(self, relaxation: Vector) -> None:
        """Branch below the relaxation, (columns,): towards the nearer whole number, then the node of least bound."""
        arrays = self.programme.arrays
        sides = arrays.column_lower[self._integers], arrays.column_upper[self._integers]
        root = Node(self.bound, 0, *sides, self.root_duals)
        following = self._branch(root, relaxation)
        while not self.is_dear(self.bound) and self._has_nodes() and self.clock.left > 0.0:
            node = following if following is not None else heapq.heappop(self._open) if self._open else None
            if node is None:
                break
            following = None
            if self._is_dropped(node):
                continue
            following = self._solve(node)
            if following is None and self.programme.status not in ("kOptimal", "kInfeasible"):
                heapq.heappush(self._open, node)  # not known: it stays, and so does its bound
                break
            self._raise_bound(following)
        if following is not None:
            heapq.heappush(self._open, following)
        self._raise_bound(None)
        for node in self._open:
            self._close(node)
        self.leaves.is_full = True

    def _raise_bound(self, following: Node | None) -> None:
        """Set the bound to the least of what is open or was dropped; without either the plan is the best there is."""
        bounds = [self.cost, self._dropped, *(node.bound for node in self._open[:1])]
        if following is not None:
            bounds.append(following.bound)
        self.bound = max(self.bound, min(bounds))

    def _solve(self, node: Node) -> Node | None:
        """Solve a node's linear programme; return the child to go on with, if there is any."""
        self.programme.bound_columns(self._integers, node.lower, node.upper)
        state = self.programme.run(self.clock.left)
        self.nodes += 1
        self._tell()
        if state == "infeasible":
            self._close(node, self.programme.ray)
        if state != "optimal":
            return None
        values = self.programme.values
        bound = max(node.bound, float(self.cost_of @ values))
        solved = Node(bound, 0, node.lower, node.upper, self.leaves.keep(self.programme.row_duals))
        return None if self._is_dropped(solved) else self._branch(solved, values)

    def _tell(self) -> None:
        """Say for the log how far the search is, once there is a plan."""
        if np.isfinite(self.cost) and self.cost:
            tell(f"Node {self.nodes}, gap {100 * (self.cost - self.bound) / abs(self.cost):.2f} %")

    def _branch(self, node: Node, values: Vector) -> Node | None:
        """Keep a whole plan; else put the farther child aside and return the nearer."""
        at = values[self._integers]
        far = np.abs(at - np.round(at))
        which = int(far.argmax())
        if far[which] <= WHOLE:
            self.values, self.cost = values, float(self.cost_of @ values)
            self.on_incumbent(values, self.bound)
            self._close(node)
            return None
        down, up = node.upper.copy(), node.lower.copy()
        down[which], up[which] = np.floor(at[which]), np.ceil(at[which])
        self._made += 2
        below = Node(node.bound, self._made, node.lower, down, node.duals)
        above = Node(node.bound, self._made + 1, up, node.upper, node.duals)
        nearer, farther = (above, below) if at[which] - np.floor(at[which]) > 0.5 else (below, above)  # noqa: PLR2004
        heapq.heappush(self._open, farther)
        return nearer
