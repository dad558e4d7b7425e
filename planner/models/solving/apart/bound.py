"""The bound that all rounds prove together: the dual of mixing them.

Each answer says of its group: ``cost ≥ height + slope @ built + prices @ use``, for whatever is built and used of the
rows that link. The least of all that keeps to these planes and to the rows costs no more than any plan. Its own duals
say how much each round's prices count, and so give prices of every row of the whole problem that prove the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from planner.models.solving.apart.asking.period import duals_path
from planner.models.solving.apart.small import solve_small

if TYPE_CHECKING:
    from pathlib import Path

    from planner.models.solving.apart.rounds import Rounds
    from planner.models.solving.highs.exchange import Vector

FREE = 1e15
"""What a group costs is not below minus this."""
WEIGHT_MIN = 1e-12
"""A round that counts less counts nothing."""


@dataclass(frozen=True)
class Bound:
    """What is proved.

    Attributes
    ----------
    value
        No plan costs less.
    weights
        (rounds, groups) how much each round's prices count.
    prices
        (rows that link,) their prices in the proof.
    built
        (links,) what is built where all planes are lowest.
    """

    value: float
    weights: Vector
    prices: Vector
    built: Vector


def bound_of(rounds: Rounds, use_max: Vector, seconds: float, limits: tuple[Vector, Vector]) -> Bound | None:
    """Return what the rounds prove; ``None`` where that could not be worked out in time.

    Parameters
    ----------
    use_max
        (groups, rows that link) what a group uses of a row at most, of either sign.
    limits
        Of what is built, (links,) each: within these it is proved.
    """
    from scipy import sparse  # noqa: PLC0415  small problems never need it

    periods, groups, count = rounds.periods, rounds.groups, len(rounds) * rounds.groups
    arrays, links = periods.arrays, periods.links
    summed = np.flatnonzero(periods.summed_rows)
    uses = len(summed)
    place = rounds.place
    own = sparse.csr_array((np.ones(count), (np.arange(count), place)), shape=(count, groups))
    at = (place[:, None] * uses + np.arange(uses)).ravel()
    priced = np.repeat(np.array(rounds.prices)[:, summed], groups, axis=0).ravel()
    used = sparse.csr_array((-priced, (np.repeat(np.arange(count), uses), at)), shape=(count, groups * uses))
    used.eliminate_zeros()
    each = sparse.csr_array((np.ones(uses), (summed, np.arange(uses))), shape=(len(periods.link_rows), uses))
    empty = sparse.csr_array((len(periods.link_rows), groups))
    slopes = sparse.csr_array(np.concatenate(rounds.slopes))
    matrix = sparse.vstack(
        [
            sparse.hstack([periods.between, empty, *[each] * groups]),
            sparse.hstack([-slopes, own, used]),
        ],
        format="csc",
    )
    most = use_max[:, summed].ravel()
    found = solve_small(
        np.concatenate([arrays.costs[0][links], np.ones(groups), np.zeros(groups * uses)]),
        (
            np.concatenate([limits[0], np.full(groups, -FREE), -most]),
            np.concatenate([limits[1], np.full(groups, np.inf), most]),
        ),
        matrix,
        (
            np.concatenate([arrays.row_lower[periods.link_rows], *rounds.heights]),
            np.concatenate([arrays.row_upper[periods.link_rows], np.full(count, np.inf)]),
        ),
        size=rounds.size,
        seconds=seconds,
    )
    if found is None:
        return None
    rows = len(periods.link_rows)
    weights = np.maximum(found.duals[rows:].reshape(len(rounds), groups), 0.0)
    return Bound(found.bound, weights / weights.sum(axis=0), found.duals[:rows], found.values[: len(links)])


def duals_of(bound: Bound, rounds: Rounds, folder: Path) -> Vector:
    """Return prices of all rows, (rows,), that prove the bound, from those that the periods left in files."""
    periods = rounds.periods
    duals = np.zeros(periods.arrays.rows)
    duals[periods.link_rows] = bound.prices
    for period, rows in enumerate(periods.rows):
        for number, weight in enumerate(bound.weights[:, rounds.group[period]]):
            if weight > WEIGHT_MIN:
                duals[rows] += weight * np.load(duals_path(folder, number, period), allow_pickle=False)
    return duals
