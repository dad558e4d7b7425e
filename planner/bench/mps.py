"""A linear or mixed-integer programme as arrays, and its MPS file, exact to the last bit.

HiGHS's own writer keeps 15 digits and so changes most numbers; ours writes the shortest decimal that is read back as
the same float64. The dialect is the part of free-format MPS that every reader takes alike:

- minimise; one ``N`` row, ``obj``, the first; rows ``r0, r1, …`` and columns ``c0, c1, …`` in the order of the arrays;
- one entry a line; a column without entries has the cost 0;
- no constant in the objective (readers disagree on its sign): it is the cost of a column fixed at 1;
- ``RANGES`` on ``L`` rows only, and only where ``upper - (upper - lower)`` is ``lower`` to the last bit: other rows
  with two sides are written as two rows;
- bounds ``LO UP FX MI PL``, the last two with a number that means nothing (CBC misreads a line without);
- an integer column always has both bounds (readers disagree on the default), and they are integers (GLPK refuses
  others);
- a row without sides is left out (it asks for nothing).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy import sparse

from planner.bench.solvers.record import INFINITE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

Vector = npt.NDArray[np.float64]

COEFFICIENT_MIN = 1e-12
"""HiGHS leaves out coefficients up to this size, at the least that can be asked of it, and others do likewise."""


@dataclass(frozen=True)
class Linear:
    """Minimise cost · x subject to row_lower ≤ A x ≤ row_upper and column bounds."""

    cost: Vector  # (columns,)
    matrix: sparse.csc_array  # (rows, columns), CSC
    row_lower: Vector  # (rows,), -inf where there is no side
    row_upper: Vector  # (rows,), inf where there is no side
    column_lower: Vector  # (columns,), likewise
    column_upper: Vector  # (columns,), likewise
    is_integer: npt.NDArray[np.bool_]  # (columns,), bool

    @property
    def relaxation(self) -> Linear:
        """The same without integers."""
        return replace(self, is_integer=np.zeros_like(self.is_integer))


def canonical(linear: Linear, constant: float = 0.0) -> Linear:
    """Return the programme as its MPS file will state it.

    The constant becomes a column fixed at 1, rows without sides go, rows with two sides that ``RANGES`` cannot state
    exactly become two, bounds from 1e20 on become infinite, and those of integer columns integers.
    """
    linear = _with_integer_bounds(_without_big_bounds(linear))
    _refuse_nonsense(linear, constant)
    if constant:
        linear = _with_constant(linear, constant)
    matrix = sparse.csc_array(linear.matrix, copy=True)
    matrix.sum_duplicates()
    matrix.eliminate_zeros()
    lower, upper = linear.row_lower, linear.row_upper
    keep = np.flatnonzero((lower > -np.inf) | (upper < np.inf))
    lower, upper = lower[keep], upper[keep]
    with np.errstate(invalid="ignore"):  # inf - inf, where there is only one side
        is_exact = (lower == upper) | np.isinf(lower) | np.isinf(upper) | (upper - (upper - lower) == lower)
    copies = np.where(is_exact, 1, 2)
    order, ends = np.repeat(np.arange(len(keep)), copies), np.cumsum(copies)
    has_lower_only, has_upper_only = np.zeros((2, len(order)), dtype=bool)
    has_lower_only[ends - copies] = has_upper_only[ends - 1] = copies > 1
    rows = matrix.tocsr()[keep[order]]
    return replace(
        linear,
        matrix=sparse.csc_array(rows),
        row_lower=np.where(has_upper_only, -np.inf, lower[order]),
        row_upper=np.where(has_lower_only, np.inf, upper[order]),
    )


def write_mps(linear: Linear, path: Path, comment: str = "") -> None:
    """Write a canonical programme."""
    with path.open("w", encoding="ascii", newline="\n") as file:
        if comment:
            file.write(f"* {comment}\n")
        parts = (_rows(linear), _columns(linear), _right_hand_sides(linear), _ranges(linear), _bounds(linear))
        file.writelines(chain(["NAME instance\n"], *parts, ["ENDATA\n"]))


def _without_big_bounds(linear: Linear) -> Linear:
    def cut(values: Vector) -> Vector:
        return np.where(np.abs(values) >= INFINITE, np.copysign(np.inf, values), values)

    sides = cut(linear.row_lower), cut(linear.row_upper), cut(linear.column_lower), cut(linear.column_upper)
    return replace(linear, row_lower=sides[0], row_upper=sides[1], column_lower=sides[2], column_upper=sides[3])


def _with_integer_bounds(linear: Linear) -> Linear:
    whole = linear.is_integer
    return replace(
        linear,
        column_lower=np.where(whole, np.ceil(linear.column_lower), linear.column_lower),
        column_upper=np.where(whole, np.floor(linear.column_upper), linear.column_upper),
    )


def _refuse_nonsense(linear: Linear, constant: float) -> None:
    numbers = np.concatenate([linear.cost, linear.matrix.data, [constant]])
    if not (np.abs(numbers) < INFINITE).all():
        raise ValueError("a cost or a coefficient is not a finite number")
    if ((linear.matrix.data != 0.0) & (np.abs(linear.matrix.data) <= COEFFICIENT_MIN)).any():
        raise ValueError(f"a coefficient is at most {COEFFICIENT_MIN} in size, and solvers would leave it out")
    for what, lower, upper in (
        ("row", linear.row_lower, linear.row_upper),
        ("column", linear.column_lower, linear.column_upper),
    ):
        bad = np.flatnonzero(~(lower <= upper) | (lower == np.inf) | (upper == -np.inf))
        if len(bad):
            at = bad[0]
            raise ValueError(f"{what} {at} lies between {lower[at]!r} and {upper[at]!r}: no number does")


def _with_constant(linear: Linear, constant: float) -> Linear:
    one = np.ones(1)
    return replace(
        linear,
        cost=np.append(linear.cost, constant),
        matrix=sparse.hstack([linear.matrix, sparse.csc_array((linear.matrix.shape[0], 1))], format="csc"),
        column_lower=np.append(linear.column_lower, one),
        column_upper=np.append(linear.column_upper, one),
        is_integer=np.append(linear.is_integer, np.zeros(1, dtype=bool)),
    )


def _kinds(linear: Linear) -> Iterable[str]:
    is_equal, has_upper = linear.row_lower == linear.row_upper, linear.row_upper < np.inf
    kinds: list[str] = np.where(is_equal, "E", np.where(has_upper, "L", "G")).tolist()
    return kinds


def _rows(linear: Linear) -> Iterator[str]:
    yield "ROWS\n N obj\n"
    yield from (f" {kind} r{row}\n" for row, kind in enumerate(_kinds(linear)))


def _columns(linear: Linear) -> Iterator[str]:
    yield "COLUMNS\n"
    starts = linear.matrix.indptr.tolist()
    rows, values, costs = linear.matrix.indices.tolist(), linear.matrix.data.tolist(), linear.cost.tolist()
    inside = False
    for column, is_integer in enumerate(linear.is_integer.tolist()):
        if is_integer != inside:
            yield f" MARKER 'MARKER' '{'INTORG' if is_integer else 'INTEND'}'\n"
            inside = is_integer
        first, end = starts[column], starts[column + 1]
        if costs[column] or first == end:
            yield f" c{column} obj {costs[column] + 0.0!r}\n"
        for entry in range(first, end):
            yield f" c{column} r{rows[entry]} {values[entry]!r}\n"
    if inside:
        yield " MARKER 'MARKER' 'INTEND'\n"


def _right_hand_sides(linear: Linear) -> Iterator[str]:
    yield "RHS\n"
    values = np.where(linear.row_upper < np.inf, linear.row_upper, linear.row_lower)
    yield from (f" rhs r{row} {float(values[row])!r}\n" for row in np.flatnonzero(values).tolist())


def _ranges(linear: Linear) -> Iterator[str]:
    has_both = np.isfinite(linear.row_lower) & np.isfinite(linear.row_upper)
    rows = np.flatnonzero(has_both & (linear.row_lower != linear.row_upper))
    if len(rows):
        yield "RANGES\n"
        widths = (linear.row_upper[rows] - linear.row_lower[rows]).tolist()
        yield from (f" rng r{row} {width!r}\n" for row, width in zip(rows.tolist(), widths, strict=True))


def _bounds(linear: Linear) -> Iterator[str]:
    yield "BOUNDS\n"
    both = zip(linear.column_lower.tolist(), linear.column_upper.tolist(), linear.is_integer.tolist(), strict=True)
    for column, (lower, upper, is_integer) in enumerate(both):
        # CBC takes lines whose words happen to stand in the old fixed columns for such; a long name never does.
        yield from (f" {kind} BOUNDSET c{column}{value}\n" for kind, value in _bound_lines(lower, upper, is_integer))


def _bound_lines(lower: float, upper: float, is_integer: bool) -> Iterator[tuple[str, str]]:
    if lower == upper:
        yield "FX", f" {lower + 0.0!r}"
        return
    if lower == -np.inf:
        yield "MI", " 0.0"
    elif lower or is_integer:
        yield "LO", f" {lower + 0.0!r}"
    if upper < np.inf:
        yield "UP", f" {upper + 0.0!r}"
    elif is_integer or lower == -np.inf:
        yield "PL", " 0.0"
