"""COPT through coptpy, which solves small instances without a licence. It has no seed."""

from __future__ import annotations

import importlib
import time
from typing import TYPE_CHECKING, Any

import numpy as np

from planner.bench.solvers.base import BRANCH_AND_CUT, MIP_GAP, TOLERANCE, Answer, package_version
from planner.bench.solvers.record import finite

if TYPE_CHECKING:
    from planner.bench.solvers.base import Kind, Task
    from planner.bench.solvers.record import Claim

METHODS = {"simplex": 1, "barrier": 2}
"""The dual simplex, and the interior point with crossover."""
CLAIMS: dict[int, Claim] = {1: "optimal", 2: "infeasible", 3: "unbounded", 8: "time_limit"}
STATUSES = {
    **{number: claim.upper() for number, claim in CLAIMS.items()},
    4: "INF_OR_UNB",
    5: "NUMERICAL",
    6: "NODELIMIT",
    7: "IMPRECISE",
    9: "UNFINISHED",
    10: "INTERRUPTED",
}
NO_MEMORY, LICENCE = 1, 4
"""Return codes of its library."""


def available() -> str | None:
    """Return coptpy's version."""
    return package_version("coptpy")


def algorithms(kind: Kind) -> tuple[str, ...]:
    """Return branch and cut, or the LP algorithms."""
    return (BRANCH_AND_CUT,) if kind == "milp" else tuple(METHODS)


def solve(task: Task) -> Answer:
    """Read and solve; every option is read back."""
    copt: Any = importlib.import_module("coptpy")
    words = copt.COPT
    version = f"{words.VERSION_MAJOR}.{words.VERSION_MINOR}.{words.VERSION_TECHNICAL}"
    wanted = _options(task)
    try:
        model: Any = copt.Envr().createModel("instance")
    except copt.CoptError as error:
        return Answer("unlicensed", message=str(error), version=version, options_set=wanted)
    try:
        for name, value in wanted.items():
            model.setParam(name, value)
        model.readMps(str(task.path))
        begin = time.perf_counter()
        model.solve()
        seconds = time.perf_counter() - begin
    except copt.CoptError as error:
        return Answer(_refusal(error), message=str(error), version=version, options_set=wanted)
    claim = CLAIMS.get(model.status, "error")
    is_optimal = claim == "optimal"
    has_solution = bool(model.hasmipsol) if task.kind == "milp" else is_optimal
    if claim == "time_limit" and has_solution:
        claim = "feasible"
    objective = finite(model.objval if task.kind == "milp" else model.lpobjval) if has_solution else None
    return Answer(
        claim,
        message=STATUSES.get(model.status, f"status {model.status}"),
        version=version,
        values=np.array(model.getValues(), dtype=float) if has_solution else None,
        duals=np.array(model.getDuals(), dtype=float) if task.kind == "lp" and is_optimal else None,
        objective=objective,
        bound=finite(model.bestbnd) if task.kind == "milp" else (objective if is_optimal else None),
        seconds=seconds,
        iterations=int(model.simplexiter or model.barrieriter),
        nodes=int(model.nodecnt) if task.kind == "milp" else None,
        options_set=wanted,
        options_read={name: model.getParam(name) for name in wanted},
    )


def _options(task: Task) -> dict[str, int | float]:
    common: dict[str, int | float] = {
        "Threads": task.threads,
        "TimeLimit": task.time_limit,
        "FeasTol": TOLERANCE,
        "DualTol": TOLERANCE,
    }
    if task.kind == "milp":
        return {**common, "RelGap": MIP_GAP, "AbsGap": MIP_GAP, "IntTol": TOLERANCE}
    return {**common, "LpMethod": METHODS[task.algorithm]}


def _refusal(error: Any) -> Claim:
    # Without a licence it starts all the same, and refuses what is too large only when it is to solve it.
    refusals: dict[int, Claim] = {LICENCE: "size_limited", NO_MEMORY: "memory"}
    return refusals.get(error.retcode, "error")
