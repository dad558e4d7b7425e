"""Records and programmes made by hand, for the tests of what is made of them."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse

from planner.bench.check.verify import check
from planner.bench.mps import Linear, canonical, write_mps
from planner.bench.solvers.record import Record, key_of

INF = float("inf")
MACHINE = {
    "processor": "a processor",
    "cores": 2,
    "memory": 1024,
    "os": "a system",
    "python": "3.11",
    "planner": "0",
    "solvers": {"highs": "1", "cbc": None},
    "date": "2026-01-01T00:00:00Z",
}
PLAN = {
    "primal_feasible": True,
    "worst_violation": 0.0,
    "worst_place": "",
    "objective_exact": 100.0,
    "objective_size": 100.0,
    "objective_matches": True,
    "safe_bound": None,
    "box_bound": None,
    "gap_verified": None,
    "proof": "",
    "notes": [],
}
"""What verify says of a plan worth 100 that keeps all rules and has no duals."""


def run(solver: str = "highs", instance: str = "one", seed: int = 0, **changes: Any) -> Record:
    """Return a record of a run that ended by itself and calls a plan worth 100 optimal; a change of ``checked`` adds."""
    algorithm = changes.pop("algorithm", "simplex")
    time_limit = changes.pop("time_limit", 60.0)
    cost = changes.pop("cost", 100.0)
    checked = {**PLAN, "objective_exact": cost, **changes.pop("checked", {})}
    made = Record(
        key=key_of(instance, solver, algorithm, seed=seed, threads=1, time_limit=time_limit),
        instance=instance,
        instance_hash=instance,
        kind="milp",
        size="small",
        solver=solver,
        algorithm=algorithm,
        seed=seed,
        threads=1,
        time_limit=time_limit,
        version="1",
        claim="optimal",
        ending="exit",
        returncode=0,
        wall=2.0,
        seconds=1.0,
        objective=cost,
        bound=cost,
        solution="solution.npz",
        checked=checked,
    )
    return replace(made, **changes)


def without_plan(solver: str = "highs", **changes: Any) -> Record:
    """Return a record without a solution."""
    return replace(run(solver), **{"objective": None, "bound": None, "solution": None, "checked": {}, **changes})


def programme(
    cost: list[float],
    rows: list[list[float]],
    sides: list[tuple[float, float]],
    bounds: list[tuple[float, float]] | None = None,
    integers: tuple[int, ...] = (),
) -> Linear:
    """Return a programme from lists; columns lie between 0 and ∞ if no bounds are given."""
    count = len(cost)
    bounds = bounds or [(0.0, INF)] * count
    whole = np.zeros(count, dtype=bool)
    whole[list(integers)] = True
    return canonical(
        Linear(
            cost=np.array(cost, dtype=float),
            matrix=sparse.csc_array(np.array(rows, dtype=float).reshape(len(rows), count)),
            row_lower=np.array([low for low, _ in sides], dtype=float),
            row_upper=np.array([high for _, high in sides], dtype=float),
            column_lower=np.array([low for low, _ in bounds], dtype=float),
            column_upper=np.array([high for _, high in bounds], dtype=float),
            is_integer=whole,
        )
    )


def checked(linear: Linear, folder: Path, values: list[float], duals: list[float] | None = None, **claims: Any) -> Any:
    """Return what verify says of a solution, by way of files as in a campaign."""
    (folder / "instances").mkdir(exist_ok=True)
    path = folder / "instances" / "one.mps"
    write_mps(linear, path)
    arrays = {"values": np.array(values, dtype=float)}
    if duals is not None:
        arrays["duals"] = np.array(duals, dtype=float)
    np.savez(folder / "solution.npz", **arrays)  # type: ignore[arg-type]
    return check(path, run(checked={}, **{"objective": None, "bound": None, **claims}), folder)


def exact_optimum(linear: Linear) -> Fraction | None:
    """Return the least cost over all corners, in fractions; ``None`` without a corner.

    For a few columns with finite lower bounds, whose cost falls only towards finite upper ones: then the optimum is at
    a corner, which is where as many rows and bounds hold as there are columns.
    """
    count = len(linear.cost)
    matrix = [[Fraction(float(value)) for value in row] for row in linear.matrix.toarray()]
    unit = [[Fraction(int(i == j)) for j in range(count)] for i in range(count)]
    rows = [*matrix, *unit]
    lower, upper = np.append(linear.row_lower, linear.column_lower), np.append(linear.row_upper, linear.column_upper)
    sides = [
        (row, Fraction(float(side)))
        for row, *both in zip(rows, lower, upper, strict=True)
        for side in set(both)
        if abs(side) < INF
    ]
    costs = []
    for chosen in combinations(sides, count):
        point = _solve([list(row) for row, _ in chosen], [side for _, side in chosen])
        if point is not None and all(
            lower[i] <= sum(a * x for a, x in zip(row, point, strict=True)) <= upper[i] for i, row in enumerate(rows)
        ):
            costs.append(sum((Fraction(float(c)) * x for c, x in zip(linear.cost, point, strict=True)), Fraction(0)))
    return min(costs, default=None)


def _solve(matrix: list[list[Fraction]], sides: list[Fraction]) -> list[Fraction] | None:
    """Return the one solution of a square system, by elimination; ``None`` where there is not just one."""
    count = len(matrix)
    table = [[*row, side] for row, side in zip(matrix, sides, strict=True)]
    for column in range(count):
        pivot = next((row for row in range(column, count) if table[row][column]), None)
        if pivot is None:
            return None
        table[column], table[pivot] = table[pivot], table[column]
        table[column] = [value / table[column][column] for value in table[column]]
        for row in range(count):
            if row != column and table[row][column]:
                factor = table[row][column]
                table[row] = [value - factor * other for value, other in zip(table[row], table[column], strict=True)]
    return [row[-1] for row in table]
