"""A plan with whole integers from the linear programme alone, for large problems: decision 0018.

The relaxation is solved once; its value bounds every plan from below. Then integers are fixed half by half, those
nearest to a whole number first, and the linear programme is solved again from the basis it has, which takes a moment.
Where the plan at the end is within the gap asked for, that is all; else, with few integers, ``branch.py`` goes on.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from planner.models.solving.highs.options import is_large
from planner.models.solving.highs.progress import tell
from planner.models.solving.large import branch, warm
from planner.models.solving.large.block_plan import plan_of_blocks
from planner.models.solving.large.block_start import BlockStart
from planner.models.solving.large.branch import WHOLE
from planner.models.solving.large.projected import programme_of
from planner.models.solving.large.settling import settle
from planner.models.solving.proof.leaves import Leaves

if TYPE_CHECKING:
    from planner.models.solving.highs.exchange import Arrays, Clock, Indices, Request, Statuses, Vector
    from planner.models.solving.highs.highs import OnIncumbent, Programme, State
    from planner.models.solving.large.restricted import RestrictedProgramme

PREPARATION_SHARE = 1 / 3
"""Of the time limit, that putting a basis together may take: without one there may still be a plan."""


@dataclass
class Dive:
    """What came of it: the programme with its last basis, the bound, and the plan with its cost, if one was found.

    ``start_cost`` is that of the plan made of the start, infinite where it gave none; ``is_warm``: whether the
    relaxation was solved from the basis of the start; ``leaves``: what proves the bound.
    """

    programme: Programme
    state: State
    bound: float = float("nan")
    values: Vector | None = None
    cost: float = float("inf")
    start_cost: float | None = None
    nodes: int = 0
    is_warm: bool = False
    relaxed_duals: Vector | None = None
    leaves: Leaves = field(default_factory=Leaves)

    @property
    def gap(self) -> float:
        """What the plan may cost too much, of its cost; infinite without a plan."""
        if self.values is None:
            return float("inf")
        if self.cost == self.bound:
            return 0.0
        return (self.cost - self.bound) / abs(self.cost) if self.cost else float("inf")


def pays(arrays: Arrays, request: Request) -> bool:
    """Whether a problem is large, has one stage only, and few integers among its columns."""
    integers = int(arrays.is_integer.sum())
    return is_large(arrays, request) and len(arrays.costs) == 1 and 0 < integers <= arrays.columns // 20


def can(arrays: Arrays) -> bool:
    """Whether a problem of any size has one stage only and so few integers that branching may end."""
    return len(arrays.costs) == 1 and 0 < int(arrays.is_integer.sum()) <= branch.INTEGERS_MAX


def can_confirm(arrays: Arrays) -> bool:
    """Whether the objective is the first stage, and there are so few integers that branching may end."""
    return arrays.objective_stage == 0 and 0 < int(arrays.is_integer.sum()) <= branch.INTEGERS_MAX


def fix_integers(programme: Programme, values: Vector) -> None:
    """Fix the integers of a programme at these values, (columns,)."""
    columns = np.flatnonzero(programme.arrays.is_integer).astype(np.int32)
    programme.bound_columns(columns, values[columns], values[columns])


def relaxed(
    arrays: Arrays, request: Request, clock: Clock, cost: Vector, integers: Vector | None = None
) -> RestrictedProgramme:
    """Return the linear programme without integers, or with them fixed, its cost set, at a good basis to begin with."""
    in_blocks = bool(len(arrays.column_block)) and is_large(arrays, request) and not request.is_careful
    programme = programme_of(arrays, request, cost, in_blocks=in_blocks)
    if integers is not None:
        fix_integers(programme, integers)
    if in_blocks:
        find_plan = plan_of_blocks if np.isfinite(clock.limit) else None
        blocks = BlockStart(programme, request, clock.share(PREPARATION_SHARE), find_plan)
        basis = blocks.basis()
        programme.known = blocks.plan
        if basis is not None:
            programme.hold_only(blocks.is_held)
            programme.begin_at(*basis)
            settle(programme, blocks.links, blocks.values[blocks.links], blocks.cost_of_sample, clock)
    return programme


def dive(
    arrays: Arrays,
    request: Request,
    clock: Clock,
    on_incumbent: OnIncumbent,
    start: Vector | None = None,
    *,
    basis: Statuses | None = None,
    leaves: Leaves | None = None,
) -> Dive:
    """Solve the relaxation and look for a plan.

    Parameters
    ----------
    on_incumbent
        Called with each plan that is better than those before, and the bound.
    start
        (columns,) integers to be tried first, NaN for those not known; or ``None``.
    basis
        (columns + rows,) of an earlier programme, for the relaxation to begin with; or ``None``.
    leaves
        Where to leave what proves the bound; or ``None``.
    """
    cost = arrays.costs[0]
    begun = warm.solved(arrays, request, clock, cost, basis)
    programme = relaxed(arrays, request, clock, cost) if begun is None else begun[0]
    if programme.known is not None:
        on_incumbent(programme.known, float("nan"))
    found = Dive(programme, programme.run(clock.left) if begun is None else begun[1], is_warm=begun is not None)
    found.leaves = leaves if leaves is not None else found.leaves
    if found.state == "time_limit" and programme.known is not None:
        found.values, found.cost = programme.known, float(cost @ programme.known)
    if found.state != "optimal":
        return found
    relaxation = programme.values
    found.bound = float(cost @ relaxation)
    found.relaxed_duals = programme.row_duals
    root_duals = found.leaves.keep(found.relaxed_duals)
    integers = np.flatnonzero(arrays.is_integer).astype(np.int32)
    if start is not None and bool(np.isfinite(start[integers]).any()):
        _keep_better(found, cost, _fix_all(arrays, programme, clock, relaxation, start), on_incumbent)
        found.start_cost = found.cost
        if found.gap <= request.mip_gap:
            _close_at_root(found.leaves, arrays, root_duals)
            return found
        programme.bound_columns(integers, arrays.column_lower[integers], arrays.column_upper[integers])
        programme.run(clock.left)
    _keep_better(found, cost, _fix_all(arrays, programme, clock, relaxation, None), on_incumbent)
    if found.gap > request.mip_gap and len(integers) <= branch.INTEGERS_MAX:
        known = found.bound, found.values, found.cost
        search = branch.Branching(programme, cost, request.mip_gap, clock, *known, on_incumbent)
        search.is_paced = not is_large(arrays, request)
        search.nodes_max = branch.NODES_SMALL if search.is_paced else branch.NODES_MAX
        search.leaves, search.root_duals = found.leaves, root_duals
        search.search(relaxation)
        found.bound, found.values, found.cost, found.nodes = search.bound, search.values, search.cost, search.nodes
    else:
        _close_at_root(found.leaves, arrays, root_duals)
    return found


def _close_at_root(leaves: Leaves, arrays: Arrays, root_duals: int) -> None:
    """Say that the relaxation alone bounds the plans."""
    leaves.close(arrays.column_lower[arrays.is_integer], arrays.column_upper[arrays.is_integer], root_duals)
    leaves.is_full = True


def confirm(arrays: Arrays, request: Request, clock: Clock, values: Vector, leaves: Leaves) -> tuple[float, int]:
    """Look for leaves that prove a plan to be within the gap, of a problem that HiGHS's own tree has solved.

    The relaxation often does it alone; else so few nodes are branched on that it takes a moment, or it is left.

    Parameters
    ----------
    values
        (columns,) the plan.
    leaves
        Where the leaves go.

    Returns
    -------
    float
        The bound they stand for, NaN for none.
    int
        Linear programmes solved after the relaxation.
    """
    cost = arrays.costs[0]
    programme = relaxed(arrays, request, clock, cost)
    if programme.run(clock.left) != "optimal":
        return float("nan"), 0
    relaxation = programme.values
    known = float(cost @ relaxation), values, float(cost @ values)
    search = branch.Branching(programme, cost, request.mip_gap, clock, *known, lambda *_: None)
    root_duals = leaves.keep(programme.row_duals)
    if search.is_dear(search.bound):
        _close_at_root(leaves, arrays, root_duals)
        return search.bound, 0
    search.is_paced, search.nodes_max = True, branch.NODES_CONFIRM
    search.leaves, search.root_duals = leaves, root_duals
    search.search(relaxation)
    return search.bound, search.nodes


def _keep_better(found: Dive, cost: Vector, values: Vector | None, on_incumbent: OnIncumbent) -> None:
    if values is not None and float(cost @ values) < found.cost:
        found.values, found.cost = values, float(cost @ values)
        on_incumbent(values, found.bound)


def _fix_all(
    arrays: Arrays, programme: Programme, clock: Clock, relaxation: Vector, start: Vector | None
) -> Vector | None:
    """Fix integers in turn until all are whole; return the plan, ``None`` where there is none."""
    integers = np.flatnonzero(arrays.is_integer).astype(np.int32)
    values = relaxation
    known = np.zeros(len(integers), dtype=bool) if start is None else np.isfinite(start[integers])
    first = values[integers] if start is None else np.where(known, start[integers], values[integers])
    left = np.ones(len(integers), dtype=bool)
    while left.any():
        chosen = left & known if bool((left & known).any()) else _nearest_half(first, left)
        state = _fix(arrays, programme, clock, integers[chosen], np.round(first[chosen]))
        if state == "infeasible":  # too little was built
            state = _fix(arrays, programme, clock, integers[chosen], np.ceil(first[chosen] - WHOLE))
        if state != "optimal":
            return None
        values, left = programme.values, left & ~chosen
        tell(f"Integers: {len(left) - int(left.sum())} of {len(left)} whole")
        first = values[integers]
    return values


def _nearest_half(values: Vector, left: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Return which of those left to fix: the whole ones, and of the others the half nearest to a whole number."""
    far = np.where(left, np.abs(values - np.round(values)), np.inf)
    whole = left & (far <= WHOLE)
    others = int(left.sum()) - int(whole.sum())
    chosen = whole.copy()
    chosen[np.argsort(far, kind="stable")[: int(whole.sum()) + (others + 1) // 2]] = True
    return chosen


def _fix(arrays: Arrays, programme: Programme, clock: Clock, columns: Indices, values: Vector) -> State:
    at = np.clip(values, arrays.column_lower[columns], arrays.column_upper[columns])
    programme.bound_columns(columns, at, at)
    return programme.run(clock.left)
