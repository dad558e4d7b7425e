"""SCIP through PySCIPOpt. An LP is solved in SCIP's root node; SCIP gives no duals then, since presolve stays on."""

from __future__ import annotations

import importlib
import time
from typing import TYPE_CHECKING, Any

from planner.bench.solvers.base import BRANCH_AND_CUT, MIP_GAP, TOLERANCE, Answer, by_name, package_version
from planner.bench.solvers.record import finite

if TYPE_CHECKING:
    from planner.bench.solvers.base import Kind, Task
    from planner.bench.solvers.record import Claim

CLAIMS: dict[str, Claim] = {
    "optimal": "optimal",
    "infeasible": "infeasible",
    "unbounded": "unbounded",
    "timelimit": "time_limit",
    "memlimit": "memory",
}


def available() -> str | None:
    """Return PySCIPOpt's version."""
    return package_version("pyscipopt")


def algorithms(kind: Kind) -> tuple[str, ...]:
    """Return branch and cut, or for an LP the simplex of SoPlex."""
    return (BRANCH_AND_CUT,) if kind == "milp" else ("simplex",)


def solve(task: Task) -> Answer:
    """Read and solve; every option is read back."""
    model: Any = importlib.import_module("pyscipopt").Model()
    wanted: dict[str, int | float] = {
        "limits/time": task.time_limit,
        "limits/gap": MIP_GAP,
        "limits/absgap": MIP_GAP,
        "numerics/feastol": TOLERANCE,
        "numerics/dualfeastol": TOLERANCE,
        "randomization/randomseedshift": task.seed,
        "lp/threads": task.threads,
    }
    for name, value in wanted.items():
        model.setParam(name, value)
    model.readProblem(str(task.path))
    begin = time.perf_counter()
    model.optimize()
    seconds = time.perf_counter() - begin
    status = str(model.getStatus())
    claim = CLAIMS.get(status, "error")
    has_solution = model.getNSols() > 0 and claim in {"optimal", "time_limit", "memory"}
    if claim == "time_limit" and has_solution:
        claim = "feasible"
    values = {}
    if has_solution:
        best = model.getBestSol()
        values = {column.name: model.getSolVal(best, column) for column in model.getVars(transformed=False)}
    return Answer(
        claim,
        message=status,
        version=f"{model.version()} (PySCIPOpt {available()})",
        values=by_name(values, "c", task.columns) if has_solution else None,
        objective=finite(model.getObjVal()) if has_solution else None,
        bound=finite(model.getDualbound()),
        seconds=seconds,
        iterations=int(model.getNLPIterations()),
        nodes=int(model.getNTotalNodes()) if task.kind == "milp" else None,
        options_set=wanted,
        options_read={name: model.getParam(name) for name in wanted},
    )
