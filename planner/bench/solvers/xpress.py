"""FICO Xpress through its Python package; the community licence takes up to 5 000 rows and columns together."""

from __future__ import annotations

import importlib
import time
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from planner.bench.solvers.base import BRANCH_AND_CUT, MIP_GAP, TOLERANCE, Answer, package_version
from planner.bench.solvers.record import finite

if TYPE_CHECKING:
    from planner.bench.solvers.base import Kind, Task
    from planner.bench.solvers.record import Claim

FLAGS = {"simplex": "d", "barrier": "b"}
"""The dual simplex, and the interior point with crossover."""
TOO_LARGE = "?120 "
CLAIMS: dict[str, Claim] = {"OPTIMAL": "optimal", "INFEASIBLE": "infeasible", "UNBOUNDED": "unbounded"}
BY_TIME = 1
"""``stopstatus``: it reached its time limit."""


def available() -> str | None:
    """Return the package's version."""
    return package_version("xpress")


def algorithms(kind: Kind) -> tuple[str, ...]:
    """Return branch and cut, or the LP algorithms."""
    return (BRANCH_AND_CUT,) if kind == "milp" else tuple(FLAGS)


def solve(task: Task) -> Answer:
    """Read and solve; every option is read back."""
    warnings.simplefilter("ignore")  # it warns that it found its community licence
    xpress: Any = importlib.import_module("xpress")
    wanted = _options(task)
    version = str(xpress.getVersion())
    try:
        model: Any = xpress.problem()
        for name, value in wanted.items():
            setattr(model.controls, name, value)
        model.readProb(str(task.path))
        begin = time.perf_counter()
        _, solution_status = model.optimize(FLAGS.get(task.algorithm, ""))
        seconds = time.perf_counter() - begin
    except (xpress.SolverError, xpress.InterfaceError) as error:
        return Answer(_refusal(str(error)), message=str(error), version=version, options_set=wanted)
    has_solution = solution_status.name in {"OPTIMAL", "FEASIBLE"}
    claim = CLAIMS.get(solution_status.name, "error")
    if claim == "error" and model.attributes.stopstatus == BY_TIME:
        claim = "feasible" if has_solution else "time_limit"
    is_optimal = claim == "optimal"
    return Answer(
        claim,
        message=solution_status.name,
        version=version,
        values=np.array(model.getSolution(), dtype=float) if has_solution else None,
        duals=np.array(model.getDuals(), dtype=float) if task.kind == "lp" and is_optimal else None,
        objective=finite(model.attributes.objval) if has_solution else None,
        bound=finite(model.attributes.bestbound) if task.kind == "milp" or is_optimal else None,
        seconds=seconds,
        iterations=int(model.attributes.simplexiter or model.attributes.bariter),
        nodes=int(model.attributes.nodes) if task.kind == "milp" else None,
        options_set=wanted,
        options_read={name: getattr(model.controls, name) for name in wanted},
    )


def _options(task: Task) -> dict[str, int | float]:
    common: dict[str, int | float] = {
        "threads": task.threads,
        "randomseed": task.seed,
        "timelimit": task.time_limit,
        "feastol": TOLERANCE,
        "optimalitytol": TOLERANCE,
    }
    if task.kind == "milp":
        # By default it cuts off whatever is not better than the incumbent by 1e-4: a gap by another name.
        gap = dict.fromkeys(("miprelstop", "mipabsstop", "miprelcutoff", "mipaddcutoff"), MIP_GAP)
        return {**common, **gap, "miptol": TOLERANCE}
    return common


def _refusal(message: str) -> Claim:
    if TOO_LARGE in message or "too many rows" in message:
        return "size_limited"
    if "licens" in message.lower():
        return "unlicensed"
    return "memory" if "out of memory" in message.lower() else "error"
