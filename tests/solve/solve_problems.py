"""Small problems with answers known by hand, and hard ones that no solver finishes while a test waits."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import sparse

from planner.models.algebra.problem import Problem, Stage

INF = float("inf")


def problem(
    rows: list[tuple[float, list[float], float]],
    stages: list[list[float]],
    *,
    lower: list[float] | None = None,
    upper: list[float] | None = None,
    integers: tuple[int, ...] = (),
    **others: Any,
) -> Problem:
    """Return a problem from dense rows ``(lower, coefficients, upper)`` and one cost a stage; columns start at 0."""
    columns = len(stages[0])
    matrix = np.array([row[1] for row in rows], dtype=float).reshape(len(rows), columns)
    is_integer = np.zeros(columns, dtype=bool)
    is_integer[list(integers)] = True
    constants = others.pop("constants", [0.0] * len(stages))
    return Problem(
        matrix=sparse.csc_array(matrix),
        row_lower=np.array([row[0] for row in rows], dtype=float),
        row_upper=np.array([row[2] for row in rows], dtype=float),
        column_lower=np.zeros(columns) if lower is None else np.array(lower, dtype=float),
        column_upper=np.full(columns, INF) if upper is None else np.array(upper, dtype=float),
        is_integer=is_integer,
        stages=tuple(Stage(f"stage{i}", np.array(cost, dtype=float), constants[i]) for i, cost in enumerate(stages)),
        objective_stage=others.pop("objective_stage", 0),
        tie_break=None if others.get("tie_break") is None else np.array(others["tie_break"], dtype=float),
        row_names=tuple(("row", (i,)) for i in range(len(rows))),
        column_names=tuple(("column", (i,)) for i in range(columns)),
    )


def two_sites() -> Problem:
    """Return demand 5 served by a site at 3 (at most 4) or one at 7: cost 3 x 4 + 7 x 1 = 19."""
    return problem([(5, [1, 1], 5), (-INF, [1, 0], 4)], [[3, 7]])


def modules() -> Problem:
    """Return demand 5, modules of 2 at 10 each with a running cost of 1, and a market at 6.5.

    No module costs 32.5, one 10 + 2 + 19.5 = 31.5, two 20 + 4 + 6.5 = 30.5 (the optimum), three 30 + 5 = 35.
    """
    return problem([(5, [0, 1, 1], 5), (-INF, [-2, 1, 0], 0)], [[10, 1, 6.5]], upper=[4, INF, INF], integers=(0,))


def market_split(rows: int = 6, columns: int = 50, seed: int = 1) -> Problem:
    """Return a market split problem with slack at a price: plans at once, a proof never (Cornuejols and Dawande)."""
    rng = np.random.default_rng(seed)
    weights = rng.integers(0, 100, (rows, columns)).astype(float)
    target = weights.sum(axis=1) // 2
    matrix = np.hstack([weights, np.eye(rows), -np.eye(rows)])
    return problem(
        [(target[i], list(matrix[i]), target[i]) for i in range(rows)],
        [[0.0] * columns + [1.0] * (2 * rows)],
        upper=[1.0] * columns + [INF] * (2 * rows),
        integers=tuple(range(columns)),
    )


def strict_market_split(rows: int = 6, columns: int = 50, seed: int = 1) -> Problem:
    """Return the same without slack: no plan is found, nor is it shown that there is none."""
    loose = market_split(rows, columns, seed)
    keep = np.arange(columns)
    return problem(
        [(loose.row_lower[i], list(loose.matrix.toarray()[i, keep]), loose.row_upper[i]) for i in range(rows)],
        [[1.0] * columns],
        upper=[1.0] * columns,
        integers=tuple(range(columns)),
    )


def dense(size: int) -> Problem:
    """Return a dense linear problem of ``size`` rows and columns, for its weight only."""
    rng = np.random.default_rng(0)
    return Problem(
        matrix=sparse.csc_array(rng.random((size, size))),
        row_lower=np.ones(size),
        row_upper=np.full(size, INF),
        column_lower=np.zeros(size),
        column_upper=np.ones(size),
        is_integer=np.zeros(size, dtype=bool),
        stages=(Stage("cost", rng.random(size)),),
        objective_stage=0,
        tie_break=None,
        row_names=tuple(("row", (i,)) for i in range(size)),
        column_names=tuple(("column", (i,)) for i in range(size)),
    )
