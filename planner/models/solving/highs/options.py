"""HiGHS's options, all pinned, and which algorithm suits a problem of what shape: the rule of decision 0017."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from planner.models.solving.highs.exchange import Arrays, Request

LARGE = 50_000
"""From so many columns a linear programme gets bounds and a start, and integers are sought in it first."""
ON_DEMAND = 100_000
"""From so many columns those that nearly all plans leave at 0 are taken in when they price out; with fewer the ranges
of all are worked out as well, and there is little to win."""
DUAL_TOLERANCE = 1e-7
"""A reduced cost of the wrong sign up to this, after the enlargement, is optimal to HiGHS."""

CAREFUL: dict[str, bool | float | int | str] = {
    "presolve": "off",
    "mip_feasibility_tolerance": 1e-9,
    "primal_feasibility_tolerance": 1e-9,
    # 4: by the largest value of rows and columns, to powers of two; HiGHS's own choice is another.
    "simplex_scale_strategy": 4,
}
"""For a second opinion: without presolve, scaled otherwise, and with whole numbers that are whole to 1e-9. Presolve off
alone is worse than nothing: it lets 1e-7 of a binary open a site (decision 0038)."""

SLIP = 1e5
"""From here on, of an integer's coefficient over the largest of its row's other ones, 1e-6 of the integer counts."""
WHOLE: dict[str, bool | float | int | str] = {
    name: CAREFUL[name] for name in ("mip_feasibility_tolerance", "primal_feasibility_tolerance")
}
"""Tolerances for a problem in which HiGHS's own would let something slip."""


def lets_slip(arrays: Arrays) -> bool:
    """Whether an integer that is whole to 1e-6 only lets a row be broken by a tenth of a unit of another column."""
    owner = np.repeat(arrays.is_integer, np.diff(arrays.starts))
    size = np.abs(arrays.data)
    others, wholes = np.zeros(arrays.rows), np.zeros(arrays.rows)
    np.maximum.at(others, arrays.indices[~owner], size[~owner])
    np.maximum.at(wholes, arrays.indices[owner], size[owner])
    return bool((wholes > SLIP * np.where(others > 0.0, others, 1.0)).any())


def is_large(arrays: Arrays, request: Request) -> bool:
    """Whether a linear programme is worth preparing for the simplex method."""
    return arrays.columns >= LARGE and request.algorithm in ("choose", "simplex")


def pinned_options(request: Request, *, with_integers: bool = False) -> dict[str, bool | float | int | str]:
    """Return every option that may decide which plan is found; none is left to a default that may move."""
    algorithm = request.algorithm
    # For a problem with integers ``solver`` is about the relaxation alone: HiGHS would forget the integers.
    inner = algorithm if algorithm in ("simplex", "ipm", "hipo") else "choose"
    careful = CAREFUL if request.is_careful else {}
    return {
        "threads": request.threads,
        "parallel": "on" if request.threads > 1 else "off",
        "random_seed": request.seed,
        "presolve": "choose",
        "solver": "choose" if with_integers else algorithm,
        "mip_lp_solver": inner if with_integers else "choose",
        "mip_rel_gap": request.mip_gap,
        "mip_abs_gap": 0.0,
        "mip_feasibility_tolerance": 1e-6,
        "primal_feasibility_tolerance": 1e-7,
        "dual_feasibility_tolerance": DUAL_TOLERANCE,
        # The default drops coefficients below 1e-9 without a word; inputs may be as small as 1e-12.
        "small_matrix_value": 1e-12,
        "mip_min_logging_interval": 1.0,
        **careful,
    }
