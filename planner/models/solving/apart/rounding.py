"""Whole numbers from a point that has none: the cheapest that carry what periods need of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from planner.models.solving.apart.small import solve_small

if TYPE_CHECKING:
    from planner.models.solving.apart.asking.periods import Periods
    from planner.models.solving.highs.exchange import Vector


def carrying(
    periods: Periods, needed: Vector, limits: tuple[Vector, Vector], size: float, seconds: float
) -> Vector | None:
    """Return what is built at least cost with whole integers, (links,); ``None`` where there is no such point.

    Rows that add up periods are left out: what periods do is mixed anew, and keeps them again.

    Parameters
    ----------
    needed
        (needs,) how much of each need there is to be: no less, no more, or just so.
    limits
        Of what is built, (links,) each.
    size
        About what a plan costs.
    """
    from scipy import sparse  # noqa: PLC0415  small problems never need it

    arrays, needs, alone = periods.arrays, periods.needs, ~periods.summed_rows
    rows = periods.link_rows[alone]
    is_integer = arrays.is_integer[periods.links]
    found = solve_small(
        arrays.costs[0][periods.links], limits, sparse.vstack([periods.between[alone], needs.sums], format="csc"),
        (
            np.concatenate([arrays.row_lower[rows], np.where(needs.may_fall_short, -np.inf, needed)]),
            np.concatenate([arrays.row_upper[rows], np.where(needs.may_exceed, np.inf, needed)]),
        ),
        size=size, seconds=seconds, integers=is_integer,
    )  # fmt: skip
    return None if found is None else np.where(is_integer, np.round(found.values), found.values)
