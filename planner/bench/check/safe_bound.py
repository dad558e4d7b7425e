"""A lower bound on a linear program that its solver's duals prove, whatever they are worth.

For any row duals y, c·x = y·(A x) + (c - Aᵀy)·x, and each product is at least what the sides of its row and the bounds
of its column allow (Neumaier and Shcherbina, Safe bounds in linear and mixed-integer linear programming, Mathematical
Programming 99, 2004; here with exact arithmetic in place of directed rounding). Wrong duals make the bound poor, never
wrong.

The planner's own plans are proved by the same rule in float64 with margins (``solving/proof/safe_bound.py``), which
takes a moment for millions of columns. Here other people's solvers are judged, to the last bit and on smaller problems.
A test holds the two against each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from planner.bench.check.exact import Exact, dot_groups, exact, least_power, total
from planner.models.solving.proof.safe_bound import Relaxation
from planner.models.solving.proof.safe_bound import implied_bounds as implied

if TYPE_CHECKING:
    from planner.bench.check.mps_reader import Places, Program, Vector

BOX = 1000.0
"""Distance from the plan to which a column without bounds is followed, in units of its value (at least 1)."""
VALUE_MAX = 1e300
"""Values are cut here before a box is drawn around them, so that it has an end."""


@dataclass(frozen=True)
class Bound:
    """A bound that duals prove."""

    value: Fraction  # no point of the program is below it; or, is_boxed, none whose boxed columns are near the plan's
    boxed: Places  # the columns that neither their bounds nor the rows limit, while the duals leave them a gain

    @property
    def is_boxed(self) -> bool:
        """Whether it is no bound on the whole program."""
        return len(self.boxed) > 0


def safe_bound(program: Program, duals: Vector, values: Vector, cutoff: float) -> Bound:
    """Return what the duals prove of the least ``cost @ x``, integers or not.

    Parameters
    ----------
    duals
        (rows,) finite: rise of the objective per unit of the right-hand side.
    values
        (columns,) the plan, around which the box is drawn where nothing else limits a column.
    cutoff
        A finite value of the objective. Where a bound is missing, it is looked for among the points not dearer than
        this; the others are dearer anyway, so that the smaller of cutoff and bound holds for all.
    """
    has_side = np.isfinite(np.where(duals > 0, program.row_lower, program.row_upper))
    kept = np.where(has_side & (duals != 0), duals, 0.0)  # a price on a side that is not there proves nothing
    reduced = _reduced_costs(program, kept)
    signs = np.sign(reduced.whole).astype(np.int8)
    missing = _missing(signs, program.lower, program.upper)
    lower, upper = program.lower, program.upper
    if missing.any():
        lower, upper = implied_bounds(program, cutoff)
    still = _missing(signs, lower, upper)
    reach = BOX * np.maximum(1.0, np.abs(np.clip(values, -VALUE_MAX, VALUE_MAX)))
    lower, upper = np.where(still, values - reach, lower), np.where(still, values + reach, upper)
    row_side = np.where(kept > 0, program.row_lower, program.row_upper)
    column_side = np.where(signs > 0, lower, upper)
    value = _product(exact(kept), np.where(kept == 0, 0.0, row_side))
    value += _product(reduced, np.where(signs == 0, 0.0, column_side))
    return Bound(min(value, Fraction(cutoff)) if missing.any() else value, np.flatnonzero(still))


def _reduced_costs(program: Program, duals: Vector) -> Exact:
    prices, _ = dot_groups(program.entries, program.rows, exact(duals), program.starts)
    power = min(prices.power, least_power(program.cost))
    return Exact(exact(program.cost, power).whole - prices.at(power), power)


def _missing(signs: npt.NDArray[np.int8], lower: Vector, upper: Vector) -> npt.NDArray[np.bool_]:
    return ((signs > 0) & ~np.isfinite(lower)) | ((signs < 0) & ~np.isfinite(upper))


def _product(left: Exact, right: Vector) -> Fraction:
    factors = exact(right)
    return total(Exact(left.whole * factors.whole, left.power + factors.power))


def implied_bounds(program: Program, cutoff: float) -> tuple[Vector, Vector]:
    """Return (columns,) bounds: those given where finite, else what rows and cutoff imply, on the safe side."""
    rows = program.row_lower, program.row_upper
    columns = program.lower, program.upper
    return implied(Relaxation(program.starts, program.rows, program.entries, program.cost, *rows, *columns), cutoff)
