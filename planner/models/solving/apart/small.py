"""Small programmes at the top of a decomposition: what the periods have answered, put together.

Their numbers are far apart (what a unit of each thing built costs, the cost of all periods, MWh a year), so that each
is brought to money first, in a unit near the cost of the whole: else a tolerance of the solver's would be larger than
what is looked for.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import highspy
import numpy as np
from scipy import sparse

from planner.models.solving.highs.highs import new_highs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from planner.models.solving.highs.exchange import Booleans, Vector

UNIT = 1e-3
"""Of what a plan costs: one unit of money."""
NODES_MAX = 200
"""Of the search of a small programme with integers: its best by then will do, on any machine the same."""
WHOLE_GAP = 1e-4
"""Relative: what a small programme with integers may be from its best."""
SWEEPS = 3
"""Over rows and columns, to bring their largest entries to 1."""
TOLERANCE = 1e-9
ATTEMPTS: Final[Sequence[Mapping[str, Any]]] = (
    {"presolve": "off"},
    {"solver": "ipm"},
    {"primal_feasibility_tolerance": 1e-7, "dual_feasibility_tolerance": 1e-7},
)
"""One after the other, where the one before came to no end. With presolve, HiGHS 1.15.1 undid it for ever on a mixture
of 1,260 columns that took 0.4 s without (138,000 pivots in 25 s, all at one value)."""
WHOLE_ATTEMPTS: Final[Sequence[Mapping[str, Any]]] = ({}, {"presolve": "off"})
"""With integers presolve saves far more than it costs: 4 s with it, minutes without."""
GOING_ON: Final[Mapping[str, Any]] = {"presolve": "off", "simplex_strategy": 4}
"""From a basis: by the primal method, since what is new stands at 0 and the basis is still that of a point."""
INTERIOR: Final[Mapping[str, Any]] = {"solver": "ipm", "run_crossover": "off"}
"""For programmes of ``INTERIOR_MIN`` columns, before all others: one of 7,600 columns and 10,500 rows took 5 s so, and
more than 60 s by any way that ends at a corner. Prices inside the set of the best serve as those at a corner do."""
INTERIOR_MIN = 5_000
ITERATIONS_EACH = 20
"""Steps of the simplex method for each row and column: it needs one or two; what needs more goes round in circles."""
SECONDS_MAX = 60.0
"""[s] of one attempt, which counts no steps within a search for integers: a guard, far above what any took."""


Basis = tuple[list[Any], list[Any]]
"""HiGHS's statuses of columns and of rows."""


@dataclass(frozen=True)
class Solved:
    """What came of a small programme.

    Attributes
    ----------
    values, duals
        (columns,) and (rows,); no duals where there are integers.
    bound
        What no point costs less than.
    basis
        Where it ended; ``None`` where there are integers.
    """

    values: Vector
    duals: Vector
    bound: float
    basis: Basis | None = None


def solve_small(
    cost: Vector,
    limits: tuple[Vector, Vector],
    matrix: sparse.csc_array,
    sides: tuple[Vector, Vector],
    *,
    size: float,
    seconds: float,
    integers: Booleans | None = None,
    begin: Basis | None = None,
) -> Solved | None:
    """Minimise ``cost @ x``; ``None`` where there is no answer in time.

    Parameters
    ----------
    size
        About what a plan costs.
    seconds
        That it may take.
    integers
        (columns,) which are whole.
    begin
        The basis of a point, to go on from; for programmes without integers.
    """
    unit = UNIT * max(abs(size), 1.0)
    of_row, of_column = _scales(matrix, cost / unit, integers)
    scaled = sparse.csc_array(sparse.diags_array(of_row) @ matrix @ sparse.diags_array(of_column))
    scaled.sort_indices()
    whole = np.zeros(len(cost), dtype=np.int32) if integers is None else integers.astype(np.int32)
    until = time.perf_counter() + seconds
    for options in _attempts(len(cost), has_integers=integers is not None, has_begin=begin is not None):
        highs = _highs(min(max(until - time.perf_counter(), 0.0), SECONDS_MAX), options)
        highs.setOptionValue("simplex_iteration_limit", ITERATIONS_EACH * sum(scaled.shape))
        highs.passModel(
            len(cost), scaled.shape[0], scaled.nnz, 1, 1, 0.0, cost * of_column / unit,
            limits[0] / of_column, limits[1] / of_column, sides[0] * of_row, sides[1] * of_row,
            scaled.indptr.astype(np.int32), scaled.indices.astype(np.int32), scaled.data, whole,
        )  # fmt: skip
        if options is GOING_ON and begin is not None:
            _set_basis(highs, begin)
        highs.run()
        if _is_solved(highs, has_integers=integers is not None):
            solution, info = highs.getSolution(), highs.getInfo()
            bound = info.objective_function_value if integers is None else info.mip_dual_bound
            duals = np.array(solution.row_dual) * of_row * unit if integers is None else np.zeros(0)
            return Solved(np.array(solution.col_value) * of_column, duals, bound * unit, _basis(highs, integers))
    return None


def _attempts(columns: int, *, has_integers: bool, has_begin: bool) -> Sequence[Mapping[str, Any]]:
    if has_integers:
        return WHOLE_ATTEMPTS
    first = (INTERIOR,) if columns >= INTERIOR_MIN else ()
    return *first, *((GOING_ON,) if has_begin else ()), *ATTEMPTS


def _set_basis(highs: Any, begin: Basis) -> None:
    basis = highspy.HighsBasis()
    basis.col_status, basis.row_status = begin
    basis.valid = True
    highs.setBasis(basis)


def _basis(highs: Any, integers: Booleans | None) -> Basis | None:
    basis = highs.getBasis()
    return (list(basis.col_status), list(basis.row_status)) if integers is None and basis.valid else None


def _is_solved(highs: Any, *, has_integers: bool) -> bool:
    """Whether there is an optimum, or with integers any plan."""
    is_there = bool(highs.getModelStatus() == highspy.HighsModelStatus.kOptimal)
    status = highs.getInfo().primal_solution_status
    return is_there or (has_integers and bool(status == highspy.SolutionStatus.kSolutionStatusFeasible))


def _highs(seconds: float, options: Mapping[str, Any]) -> Any:
    highs = new_highs()
    for name, value in {
        "output_flag": False,
        "threads": 1,
        "parallel": "off",
        "time_limit": seconds,
        "mip_rel_gap": WHOLE_GAP,
        "mip_max_nodes": NODES_MAX,
        "primal_feasibility_tolerance": TOLERANCE,
        "dual_feasibility_tolerance": TOLERANCE,
        **options,
    }.items():
        highs.setOptionValue(name, value)
    return highs


def _scales(matrix: sparse.csc_array, cost: Vector, integers: Booleans | None) -> tuple[Vector, Vector]:
    """Return factors of rows and columns that bring the largest entry of each, and of a column its cost, near 1."""
    size, price = abs(matrix), np.abs(cost)
    of_row, of_column = np.ones(matrix.shape[0]), np.ones(matrix.shape[1])
    for _ in range(SWEEPS):
        entries = sparse.csr_array(sparse.diags_array(of_row) @ size @ sparse.diags_array(of_column))
        of_row /= _largest(entries.max(axis=1))
        entries = sparse.csr_array(sparse.diags_array(of_row) @ size @ sparse.diags_array(of_column))
        of_column /= np.maximum(_largest(entries.max(axis=0)), price * of_column)
        if integers is not None:
            of_column[integers] = 1.0
    return of_row, of_column


def _largest(entries: sparse.coo_array) -> Vector:
    """Return the largest entries, 1 for none."""
    largest = entries.toarray().ravel()
    return np.where(largest > 0.0, largest, 1.0)
