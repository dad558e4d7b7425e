"""Gurobi through gurobipy; its pip package solves up to 2 000 rows and columns without a licence."""

from __future__ import annotations

import importlib
import time
from typing import TYPE_CHECKING, Any

import numpy as np

from planner.bench.solvers.base import BRANCH_AND_CUT, MIP_GAP, TOLERANCE, Answer, by_name, package_version
from planner.bench.solvers.record import finite

if TYPE_CHECKING:
    from planner.bench.solvers.base import Kind, Task, Vector
    from planner.bench.solvers.record import Claim

METHODS = {"simplex": 1, "barrier": 2}
"""The dual simplex, and the interior point with crossover."""
TOO_LARGE, NO_LICENCE = 10010, 10009
CLAIMS: dict[int, Claim] = {2: "optimal", 3: "infeasible", 5: "unbounded", 9: "time_limit", 17: "memory"}


def available() -> str | None:
    """Return gurobipy's version."""
    return package_version("gurobipy")


def algorithms(kind: Kind) -> tuple[str, ...]:
    """Return branch and cut, or the LP algorithms."""
    return (BRANCH_AND_CUT,) if kind == "milp" else tuple(METHODS)


def solve(task: Task) -> Answer:
    """Read and solve; every option is read back."""
    gurobi: Any = importlib.import_module("gurobipy")
    version = ".".join(map(str, gurobi.gurobi.version()))
    wanted = _options(task)
    try:
        environment = gurobi.Env()
        for name, value in wanted.items():
            environment.setParam(name, value)
        model = gurobi.read(str(task.path), environment)
        begin = time.perf_counter()
        model.optimize()
        seconds = time.perf_counter() - begin
    except gurobi.GurobiError as error:
        refusals: dict[int, Claim] = {TOO_LARGE: "size_limited", NO_LICENCE: "unlicensed", 10001: "memory"}
        return Answer(refusals.get(error.errno, "error"), message=str(error), version=version, options_set=wanted)
    claim = CLAIMS.get(model.Status, "error")
    has_solution = model.SolCount > 0 and claim not in {"infeasible", "unbounded"}
    if claim == "time_limit" and has_solution:
        claim = "feasible"
    return Answer(
        claim,
        message=_words(gurobi.GRB.Status, model.Status),
        version=version,
        values=_values(model, task) if has_solution else None,
        duals=np.array(model.getAttr("Pi")) if task.kind == "lp" and claim == "optimal" else None,
        objective=finite(model.ObjVal) if has_solution else None,
        bound=finite(model.ObjBound) if task.kind == "milp" or claim == "optimal" else None,
        seconds=seconds,
        iterations=int(model.IterCount or model.BarIterCount),
        nodes=int(model.NodeCount) if task.kind == "milp" else None,
        options_set=wanted,
        options_read={name: model.getParamInfo(name)[2] for name in wanted},
    )


def _words(statuses: Any, status: int) -> str:
    names = (name for name in dir(statuses) if getattr(statuses, name) == status)
    return next(names, f"status {status}")


def _values(model: Any, task: Task) -> Vector:
    """Return the values of the file's own columns: it reads a range as a column more."""
    named = zip(model.getAttr("VarName"), model.getAttr("X"), strict=True)
    return by_name({name: value for name, value in named if name.startswith("c")}, "c", task.columns)


def _options(task: Task) -> dict[str, int | float]:
    common: dict[str, int | float] = {
        "Threads": task.threads,
        "Seed": task.seed,
        "TimeLimit": task.time_limit,
        "FeasibilityTol": TOLERANCE,
        "OptimalityTol": TOLERANCE,
    }
    if task.kind == "milp":
        return {**common, "MIPGap": MIP_GAP, "MIPGapAbs": MIP_GAP, "IntFeasTol": TOLERANCE}
    return {**common, "Method": METHODS[task.algorithm]}
