"""GLOP, the simplex of OR-Tools, for linear programmes only: of a MILP it calls the relaxation OPTIMAL."""

from __future__ import annotations

import importlib
import time
from typing import TYPE_CHECKING, Any

import numpy as np

from planner.bench.solvers.base import TOLERANCE, Answer, by_name, package_version
from planner.bench.solvers.record import finite

if TYPE_CHECKING:
    from planner.bench.solvers.base import Kind, Task
    from planner.bench.solvers.record import Claim

CLAIMS: dict[str, Claim] = {
    "OPTIMAL": "optimal",
    "FEASIBLE": "feasible",
    "INFEASIBLE": "infeasible",
    "UNBOUNDED": "unbounded",
    "NOT_SOLVED": "time_limit",
}


def available() -> str | None:
    """Return OR-Tools' version."""
    return package_version("ortools")


def algorithms(kind: Kind) -> tuple[str, ...]:
    """Return the simplex, and nothing for integers."""
    return () if kind == "milp" else ("simplex",)


def solve(task: Task) -> Answer:
    """Read and solve. OR-Tools refuses an unknown option but does not tell those of GLOP back; one thread only."""
    model_builder: Any = importlib.import_module("ortools.linear_solver.python.model_builder")
    model: Any = model_builder.Model()
    if not model.import_from_mps_file(str(task.path)):
        raise ValueError("OR-Tools cannot read the file")
    solver: Any = model_builder.Solver("glop")
    wanted = {
        "random_seed": task.seed,
        "primal_feasibility_tolerance": TOLERANCE,
        "dual_feasibility_tolerance": TOLERANCE,
        "num_omp_threads": task.threads,
    }
    solver.set_solver_specific_parameters(" ".join(f"{name}: {value}" for name, value in wanted.items()))
    solver.set_time_limit_in_seconds(task.time_limit)
    solver.enable_output(True)
    begin = time.perf_counter()
    status = solver.solve(model).name
    seconds = time.perf_counter() - begin
    claim = CLAIMS.get(status, "error")
    values = duals = None
    if claim in {"optimal", "feasible"}:
        columns, rows = model.get_variables(), model.get_linear_constraints()
        values = by_name(dict(zip((c.name for c in columns), solver.values(columns), strict=True)), "c", task.columns)
        prices = np.asarray(solver.dual_values(rows), dtype=float)
        duals = by_name(dict(zip((r.name for r in rows), prices, strict=True)), "r", task.rows)
    objective = finite(solver.objective_value) if values is not None else None
    return Answer(
        claim,
        message=f"{status} {solver.status_string}".strip(),
        version=available() or "",
        values=values,
        duals=duals if claim == "optimal" else None,
        objective=objective,
        bound=objective if claim == "optimal" else None,
        seconds=seconds,
        options_set={**wanted, "time_limit": task.time_limit},
        options_read={},
    )
