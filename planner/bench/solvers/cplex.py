"""CPLEX through its Python package; the community edition solves up to 1 000 rows and columns."""

from __future__ import annotations

import contextlib
import importlib
import time
from typing import TYPE_CHECKING, Any

import numpy as np

from planner.bench.solvers.base import BRANCH_AND_CUT, MIP_GAP, TOLERANCE, Answer, package_version
from planner.bench.solvers.record import finite

if TYPE_CHECKING:
    from planner.bench.solvers.base import Kind, Task
    from planner.bench.solvers.record import Claim

METHODS = {"simplex": 2, "barrier": 4}
"""The dual simplex, and the interior point with crossover."""
TOO_LARGE, NO_MEMORY = 1016, 1001
LICENCE = range(32000, 33000)
"""Error numbers of the licence manager."""
CLAIMS: dict[int, Claim] = {
    **dict.fromkeys((1, 101), "optimal"),
    **dict.fromkeys((3, 103), "infeasible"),
    **dict.fromkeys((2, 118), "unbounded"),
    **dict.fromkeys((11, 107, 108), "time_limit"),
    **dict.fromkeys((111, 112), "memory"),
}
"""CPLEX's status numbers; 102 (optimal within a tolerance) cannot be: the gap asked for is 0."""


def available() -> str | None:
    """Return the package's version."""
    return package_version("cplex")


def algorithms(kind: Kind) -> tuple[str, ...]:
    """Return branch and cut, or the LP algorithms."""
    return (BRANCH_AND_CUT,) if kind == "milp" else tuple(METHODS)


def solve(task: Task) -> Answer:
    """Read and solve; every option is read back."""
    cplex: Any = importlib.import_module("cplex")
    wanted = _options(task)
    model: Any = cplex.Cplex()
    version = str(model.get_version())
    try:
        for name, value in wanted.items():
            _parameter(model, name).set(value)
        model.read(str(task.path))
        begin = time.perf_counter()
        model.solve()
        seconds = time.perf_counter() - begin
    except cplex.exceptions.CplexSolverError as error:
        return Answer(_refusal(error), message=str(error.args[0]), version=version, options_set=wanted)
    found = model.solution
    claim = CLAIMS.get(found.get_status(), "error")
    has_solution = claim in {"optimal", "time_limit", "memory"} and bool(found.is_primal_feasible())
    if claim == "time_limit" and has_solution:
        claim = "feasible"
    duals = np.array(found.get_dual_values()) if task.kind == "lp" and claim == "optimal" else None
    objective = finite(found.get_objective_value()) if has_solution else None
    bound = objective if claim == "optimal" else None
    if task.kind == "milp":
        with contextlib.suppress(cplex.exceptions.CplexSolverError):  # it has none before the root is solved
            bound = finite(found.MIP.get_best_objective())
    return Answer(
        claim,
        message=str(found.get_status_string()),
        version=version,
        values=np.array(found.get_values()) if has_solution else None,
        duals=duals,
        objective=objective,
        bound=bound,
        seconds=seconds,
        iterations=_iterations(task, found.progress),
        nodes=int(found.progress.get_num_nodes_processed()) if task.kind == "milp" else None,
        options_set=wanted,
        options_read={name: _parameter(model, name).get() for name in wanted},
    )


def _options(task: Task) -> dict[str, int | float]:
    common: dict[str, int | float] = {
        "threads": task.threads,
        "randomseed": task.seed,
        "timelimit": task.time_limit,
        "clocktype": 2,  # wall time
        "simplex.tolerances.feasibility": TOLERANCE,
        "simplex.tolerances.optimality": TOLERANCE,
    }
    if task.kind == "milp":
        names = ("mip.tolerances.mipgap", "mip.tolerances.absmipgap")
        return {**common, **dict.fromkeys(names, MIP_GAP), "mip.tolerances.integrality": TOLERANCE}
    return {**common, "lpmethod": METHODS[task.algorithm]}


def _parameter(model: Any, name: str) -> Any:
    parameter = model.parameters
    for word in name.split("."):
        parameter = getattr(parameter, word)
    return parameter


def _refusal(error: Any) -> Claim:
    number = error.args[2] if len(error.args) > 2 else 0  # noqa: PLR2004  message, environment, number
    if number in LICENCE:
        return "unlicensed"
    refusals: dict[int, Claim] = {TOO_LARGE: "size_limited", NO_MEMORY: "memory"}
    return refusals.get(number, "error")


def _iterations(task: Task, progress: Any) -> int:
    simplex = int(progress.get_num_iterations())
    return simplex or (int(progress.get_num_barrier_iterations()) if task.kind == "lp" else 0)
