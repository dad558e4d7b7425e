"""A large problem of many periods, from the arrays to a plan with its bound (decision 0049)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from planner.models.solving.apart.asking.checkpoint import BEGUN, keep
from planner.models.solving.apart.asking.given import taken_out
from planner.models.solving.apart.asking.period import State, state_path
from planner.models.solving.apart.asking.periods import Periods
from planner.models.solving.apart.asking.workers import workers
from planner.models.solving.apart.bound import FREE, duals_of
from planner.models.solving.apart.mixture import values_of
from planner.models.solving.apart.sample import sample_of, sampled
from planner.models.solving.apart.search import Search
from planner.models.solving.highs.implied import loose_upper
from planner.models.solving.highs.options import is_large
from planner.models.solving.highs.progress import tell, told_blocks
from planner.models.solving.large import dive
from planner.models.solving.large.block_start import LINK
from planner.models.solving.large.pricing import is_served
from planner.models.solving.large.warm import LOWER

if TYPE_CHECKING:
    from pathlib import Path

    from planner.models.solving.apart.search import Found
    from planner.models.solving.highs.exchange import Arrays, Booleans, Clock, Request, Statuses, Vector
    from planner.models.solving.highs.highs import OnIncumbent

PERIODS_MIN = 36
"""With fewer all periods are solved together (decision 0048); between 12 and 46 neither way was measured."""
COLUMNS_MIN = 4_000_000
"""Likewise: 12 days of the nation have 2.4 million, 46 have 9 million."""
PENALTY = 10.0
"""Of a row that is missed, over the largest price of such a row in the sample."""


@dataclass
class Apart:
    """What came of it.

    Attributes
    ----------
    values
        (columns,), ``None`` without a plan.
    duals
        (rows,) that prove the bound; ``None`` without.
    gap
        Between plan and bound.
    story
        Round by round: seconds, bound and plan.
    """

    values: Vector | None = None
    cost: float = float("inf")
    bound: float = float("nan")
    duals: Vector | None = None
    gap: float = float("inf")
    rounds: int = 0
    periods: int = 0
    story: list[dict[str, Any]] = field(default_factory=list)


def pays(arrays: Arrays, request: Request) -> bool:
    """Whether a problem has one stage, and many periods with nothing but links between them."""
    if not is_large(arrays, request) or request.algorithm != "choose" or len(arrays.costs) != 1:
        return False
    if arrays.columns < COLUMNS_MIN or int(arrays.block_period.max(initial=-1)) + 1 < PERIODS_MIN:
        return False
    return bool((arrays.column_block[arrays.is_integer] == LINK).all()) and not request.is_careful


def solve_apart(
    arrays: Arrays, request: Request, clock: Clock, folder: Path, on_incumbent: OnIncumbent
) -> Apart | None:
    """Solve period by period; ``None`` where that comes to nothing, and another way must be gone."""
    periods = Periods(arrays)
    if not periods.is_alike:
        return None
    begun = _begun(periods, request, clock, folder)
    if begun is None:
        return None

    def on_plan(found: Found) -> None:
        if found.whole is not None:
            bound = found.bound.value if found.bound is not None else float("nan")
            on_incumbent(values_of(found.whole, found.rounds, folder), bound)

    with workers(arrays.columns, folder, request) as team:
        search = Search(
            periods, lambda question: team.ask(range(len(periods)), question, clock), folder,
            use_max=begun.use_max, penalty=begun.penalty, gap=request.mip_gap, clock=clock, on_plan=on_plan,
        )  # fmt: skip
        return _told(search.run(begun.built, begun.prices), folder)


@dataclass(frozen=True)
class _Begun:
    """Where the search begins.

    Attributes
    ----------
    built, prices
        What the sample builds, (links,), and what rows that link pay in it, (rows that link,).
    penalty
        Of a unit of a row that is missed.
    use_max
        (periods, rows that link) what each period uses of each row at most.
    """

    built: Vector
    prices: Vector
    penalty: float
    use_max: Vector


def _begun(periods: Periods, request: Request, clock: Clock, folder: Path) -> _Begun | None:
    """Solve a sample and write down what each period is given, or find both in the folder."""
    if (folder / BEGUN).exists():
        with np.load(folder / BEGUN, allow_pickle=False) as file:
            return _Begun(file["built"], file["prices"], float(file["penalty"]), file["use_max"])
    first = _begin(periods, request, clock, folder)
    if first is None:
        return None
    begun = _Begun(*first, _lay_down(periods, folder))
    keep(folder / BEGUN, **vars(begun))
    return begun


def _lay_down(periods: Periods, folder: Path) -> Vector:
    """Write what each period is given into the folder; return what each uses of rows that link at most."""
    upper = loose_upper(periods.arrays)
    for period in told_blocks(range(len(periods))):
        taken_out(periods, period, upper).save(folder, period)
    return periods.used(np.where(np.isfinite(upper), upper, FREE))


def _told(found: Found, folder: Path) -> Apart | None:
    if found.whole is None:
        return None
    told = Apart(rounds=len(found.rounds), periods=len(found.rounds.periods), story=found.story)
    told.values, told.cost = values_of(found.whole, found.rounds, folder), found.whole.cost
    if found.bound is not None:
        told.bound, told.duals = found.bound.value, duals_of(found.bound, found.rounds, folder)
        told.gap = found.gap(found.whole)
    return told


def _begin(periods: Periods, request: Request, clock: Clock, folder: Path) -> tuple[Vector, Vector, float] | None:
    """Solve a sample of the periods; return what it builds, what rows that link pay, and what a missed row costs."""
    sample = sample_of(periods)
    arrays, columns, rows = sampled(periods, sample)
    tell(f"Sample of {len(sample)} of {len(periods)} periods")
    programme = dive.relaxed(arrays, request, clock.share(dive.PREPARATION_SHARE), arrays.costs[0])
    if programme.run(clock.left) != "optimal":
        return None
    values, duals, basis = programme.values, programme.row_duals, programme.basis()
    missable = is_served(arrays.row_lower, arrays.row_upper) & (arrays.row_block != LINK)
    penalty = PENALTY * float(np.abs(duals[missable]).max(initial=1.0))
    at_links, at_rows = np.searchsorted(columns, periods.links), np.searchsorted(rows, periods.link_rows)
    if basis is not None:
        for period in range(len(periods)):
            like = min(sample, key=lambda other: abs(other - period))
            at, lines = np.searchsorted(columns, periods.columns[like]), np.searchsorted(rows, periods.rows[like])
            state = _state(periods, period, basis[at], programme.is_held[at], basis[len(columns) + lines])
            state.save(state_path(folder, period))
    return values[at_links], np.where(periods.summed_rows, duals[at_rows], 0.0), penalty


def _state(periods: Periods, period: int, columns: Statuses, is_held: Booleans, rows: Statuses) -> State:
    """Return a state of a period with the statuses of another's columns and rows, and which columns are held."""
    own = periods.rows[period]
    missable = int(is_served(periods.arrays.row_lower[own], periods.arrays.row_upper[own]).sum())
    held = np.concatenate([np.arange(missable), missable + np.flatnonzero(is_held)])
    return State(held, np.concatenate([np.full(missable, LOWER, dtype=np.int8), columns]), rows)
