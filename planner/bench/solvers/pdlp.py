"""PDLP, the first-order method of OR-Tools, for linear programmes. ``threads`` and tolerances are told back."""

from __future__ import annotations

import importlib
import time
from typing import TYPE_CHECKING, Any

import numpy as np

from planner.bench.solvers.base import FIRST_ORDER_TOLERANCE, Answer, package_version
from planner.bench.solvers.record import finite

if TYPE_CHECKING:
    from planner.bench.solvers.base import Kind, Task
    from planner.bench.solvers.record import Claim

CLAIMS: dict[str, Claim] = {
    "TERMINATION_REASON_OPTIMAL": "optimal",
    "TERMINATION_REASON_PRIMAL_INFEASIBLE": "infeasible",
    "TERMINATION_REASON_DUAL_INFEASIBLE": "unbounded",
    "TERMINATION_REASON_TIME_LIMIT": "time_limit",
}


def available() -> str | None:
    """Return OR-Tools' version."""
    return package_version("ortools")


def algorithms(kind: Kind) -> tuple[str, ...]:
    """Return its one algorithm; it takes no integers."""
    return () if kind == "milp" else ("pdlp",)


def solve(task: Task) -> Answer:
    """Read and solve. It has no seed: it draws nothing."""
    pdlp: Any = importlib.import_module("ortools.pdlp.python.pdlp")
    reasons: Any = importlib.import_module("ortools.pdlp.solve_log_pb2").TerminationReason
    parameters: Any = importlib.import_module("ortools.pdlp.solvers_pb2").PrimalDualHybridGradientParams()
    parameters.num_threads = task.threads
    parameters.verbosity_level = 2
    parameters.termination_criteria.time_sec_limit = task.time_limit
    criteria = parameters.termination_criteria.simple_optimality_criteria
    criteria.eps_optimal_absolute = criteria.eps_optimal_relative = FIRST_ORDER_TOLERANCE
    programme: Any = pdlp.read_quadratic_program_or_die(str(task.path))
    begin = time.perf_counter()
    result: Any = pdlp.primal_dual_hybrid_gradient(programme, parameters)
    seconds = time.perf_counter() - begin
    log = result.solve_log
    reason = reasons.Name(log.termination_reason)
    claim = CLAIMS.get(reason, "error")
    values = np.array(result.primal_solution, dtype=float)
    is_optimal = claim == "optimal"
    return Answer(
        claim,
        message=reason,
        version=available() or "",
        values=values if is_optimal else None,
        duals=np.array(result.dual_solution, dtype=float) if is_optimal else None,
        objective=finite(np.dot(programme.objective_vector, values)) if is_optimal else None,
        bound=_dual_objective(log) if is_optimal else None,
        seconds=seconds,
        iterations=int(log.iteration_count),
        options_set=_told(parameters),
        options_read=_told(log.params),
    )


def _told(parameters: Any) -> dict[str, Any]:
    criteria = parameters.termination_criteria.simple_optimality_criteria
    return {
        "num_threads": parameters.num_threads,
        "time_sec_limit": parameters.termination_criteria.time_sec_limit,
        "eps_optimal_absolute": criteria.eps_optimal_absolute,
        "eps_optimal_relative": criteria.eps_optimal_relative,
    }


def _dual_objective(log: Any) -> float | None:
    """Return the dual objective of the kind of point that was returned."""
    told = [
        entry.dual_objective
        for entry in log.solution_stats.convergence_information
        if entry.candidate_type == log.solution_type
    ]
    return finite(told[0]) if told else None
