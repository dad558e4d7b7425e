"""HiGHS through highspy."""

from __future__ import annotations

import importlib
import time
from typing import TYPE_CHECKING, Any

import numpy as np

from planner.bench.solvers.base import (
    BRANCH_AND_CUT,
    FIRST_ORDER_TOLERANCE,
    MIP_GAP,
    TOLERANCE,
    Answer,
    package_version,
)
from planner.bench.solvers.record import finite

if TYPE_CHECKING:
    from planner.bench.solvers.base import Kind, Task
    from planner.bench.solvers.record import Claim

CLAIMS: dict[str, Claim] = {
    "kOptimal": "optimal",
    "kInfeasible": "infeasible",
    "kUnbounded": "unbounded",
    "kTimeLimit": "time_limit",
    "kMemoryLimit": "memory",
}


def available() -> str | None:
    """Return highspy's version."""
    return package_version("highspy")


def algorithms(kind: Kind) -> tuple[str, ...]:
    """Return the LP algorithms (``hipo`` where highspy-extras is installed; ``hipdlp`` of 1.15.1 diverges)."""
    if kind == "milp":
        return (BRANCH_AND_CUT,)
    return ("simplex", "ipm", *(("hipo",) if package_version("highspy-extras") else ()), "pdlp")


def solve(task: Task) -> Answer:
    """Read and solve; every option is read back."""
    highspy: Any = importlib.import_module("highspy")
    model = highspy.Highs()
    wanted = _options(task)
    for name, value in wanted.items():
        if model.setOptionValue(name, value) == highspy.HighsStatus.kError:
            raise ValueError(f"HiGHS refused {name} = {value}")
    if model.readModel(str(task.path)) == highspy.HighsStatus.kError:
        raise ValueError("HiGHS cannot read the file")
    begin = time.perf_counter()
    model.run()
    seconds = time.perf_counter() - begin
    status, info = model.getModelStatus().name, model.getInfo()
    claim = CLAIMS.get(status, "error")
    has_point = int(info.primal_solution_status) == int(highspy.kSolutionStatusFeasible)
    is_feasible = has_point and claim not in {"infeasible", "unbounded"}
    if claim == "time_limit" and is_feasible:
        claim = "feasible"
    solution = model.getSolution()
    has_duals = task.kind == "lp" and int(info.dual_solution_status) == int(highspy.kSolutionStatusFeasible)
    return Answer(
        claim,
        message=status,
        version=f"{model.version()} ({model.githash()})",
        values=np.array(solution.col_value) if is_feasible else None,
        duals=np.array(solution.row_dual) if has_duals else None,
        objective=finite(info.objective_function_value) if is_feasible else None,
        bound=_bound(task, info, claim),
        seconds=seconds,
        iterations=_iterations(info),
        nodes=int(info.mip_node_count) if task.kind == "milp" else None,
        options_set=wanted,
        options_read={name: model.getOptionValue(name)[1] for name in wanted},
    )


def _options(task: Task) -> dict[str, bool | int | float | str]:
    common: dict[str, bool | int | float | str] = {
        "threads": task.threads,
        "parallel": "on" if task.threads > 1 else "off",
        "random_seed": task.seed,
        "time_limit": task.time_limit,
        "primal_feasibility_tolerance": TOLERANCE,
        "dual_feasibility_tolerance": TOLERANCE,
        # The default drops coefficients below 1e-9 without a word.
        "small_matrix_value": 1e-12,
    }
    if task.kind == "milp":
        gap = {"mip_rel_gap": MIP_GAP, "mip_abs_gap": MIP_GAP, "mip_feasibility_tolerance": TOLERANCE}
        return {**common, **gap, "solver": "choose"}
    if task.algorithm == "pdlp":
        return {**common, "solver": "pdlp", "pdlp_optimality_tolerance": FIRST_ORDER_TOLERANCE}
    crossover = {} if task.algorithm == "simplex" else {"run_crossover": "on"}
    return {**common, "solver": task.algorithm, **crossover}


def _bound(task: Task, info: Any, claim: Claim) -> float | None:
    if task.kind == "milp":
        return finite(info.mip_dual_bound)
    return finite(info.objective_function_value) if claim == "optimal" else None


def _iterations(info: Any) -> int | None:
    counts = (info.simplex_iteration_count, info.ipm_iteration_count, info.pdlp_iteration_count)
    known = [int(count) for count in counts if count >= 0]
    return sum(known) if known else None
