"""Any other solver, through Pyomo: it searches, and HiGHS in another process prices the plan it finds."""

from __future__ import annotations

import logging
import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pyomo.environ as pyo
from pyomo.common.tempfiles import TempfileManager
from pyomo.core.expr import LinearExpression
from pyomo.opt import SolverStatus, TerminationCondition
from pyomo.solvers.plugins.solvers.persistent_solver import PersistentSolver

from planner.language import say
from planner.models.solving.highs.exchange import Answer, Clock

if TYPE_CHECKING:
    from pathlib import Path

    from planner.models.solving.highs.exchange import Arrays, Request, Vector

ALIASES = {"scip": ("scip", "scip_direct"), "gurobi": ("gurobi_direct", "gurobi"), "cplex": ("cplex", "cplex_direct")}
"""Names under which Pyomo drives the same solver; the first that is there is taken."""
KNOWN = ("appsi_highs", "cbc", "glpk", "scip", "gurobi", "cplex", "xpress", "mosek", "cuopt")
"""Tried when saying what is available."""
OPTION_NAMES: dict[str, dict[str, str]] = {
    "highs": {"time_limit": "time_limit", "mip_gap": "mip_rel_gap", "threads": "threads", "seed": "random_seed"},
    "scip": {"time_limit": "limits/time", "mip_gap": "limits/gap", "seed": "randomization/randomseedshift"},
    "cbc": {"time_limit": "seconds", "mip_gap": "ratioGap", "seed": "randomCbcSeed"},
    "glpk": {"time_limit": "tmlim", "mip_gap": "mipgap", "seed": "seed"},
    "gurobi": {"time_limit": "TimeLimit", "mip_gap": "MIPGap", "threads": "Threads", "seed": "Seed"},
    "cplex": {
        "time_limit": "timelimit",
        "mip_gap": "mip_tolerances_mipgap",
        "threads": "threads",
        "seed": "randomseed",
    },
    "xpress": {"time_limit": "maxtime", "mip_gap": "miprelstop", "threads": "threads", "seed": "randomseed"},
}
"""What each solver calls our options; what is missing here is not passed, and the details say so."""
HOPELESS = (
    TerminationCondition.infeasible,
    TerminationCondition.unbounded,
    TerminationCondition.infeasibleOrUnbounded,
    TerminationCondition.intermediateNonInteger,
    TerminationCondition.noSolution,
)
"""Whatever values come with these are no plan."""
STOPPED = (
    TerminationCondition.intermediateNonInteger,  # what CBC says of a time limit without a plan
    TerminationCondition.maxTimeLimit,
    TerminationCondition.feasible,
    TerminationCondition.userInterrupt,
)
BOUND_MAX = 1e19
"""Solvers write "no bound" as 1e20 or more."""
STAGE_TOLERANCE = 1e-7
"""Relative, wider than for HiGHS: few of these solvers take a row as tight as 1e-9."""


def search(arrays: Arrays, request: Request, folder: Path) -> Answer:
    """Minimise the stages in turn, each held by a row in those after it."""
    logging.getLogger("pyomo").setLevel(logging.ERROR)
    TempfileManager.tempdir = str(folder)
    solver, name = _solver(request.solver)
    if solver is None:
        listed = ", ".join(["highs", *available()])
        return Answer(
            "error", details={"failure": "missing", "message": say("available here: {listed}", listed=listed)}
        )
    if _has_hopeless_row(arrays):
        return Answer("infeasible", details={"solver": name, "solver_status": "an empty row cannot hold"})
    clock = Clock(request.time_limit)
    model = _model(arrays)
    values, bound = None, float("nan")
    for position, cost in enumerate(arrays.costs):
        stage = _minimise((solver, name), model, cost, request, clock)
        status = "feasible" if stage.status == "time_limit" and values is not None else stage.status
        values = stage.values if stage.values is not None else values
        bound = stage.bound if position == arrays.objective_stage else bound
        if status != "optimal" or values is None:
            break
        _hold(model, cost, float(cost @ values))
    return Answer(status, values if status in ("optimal", "feasible") else None, bound, details=stage.details)


def _has_hopeless_row(arrays: Arrays) -> bool:
    """Whether a row without coefficients (Pyomo takes none) asks for more than nothing."""
    is_empty = np.bincount(arrays.indices, minlength=arrays.rows) == 0
    return bool((is_empty & ((arrays.row_lower > 0.0) | (arrays.row_upper < 0.0))).any())


def available() -> list[str]:
    """Return the solvers Pyomo can start here."""
    return [name for name in KNOWN if _solver(name)[0] is not None]


def _solver(name: str) -> tuple[Any, str]:
    """Return the solver, or ``None``, and the name Pyomo has it under.

    A name Pyomo does not know is not handed to it: it would run any programme of that name.
    """
    for candidate in ALIASES.get(name, (name,)):
        if candidate.startswith("_") or candidate in ("asl", "py") or candidate not in set(pyo.SolverFactory):
            continue
        try:
            solver = pyo.SolverFactory(candidate)
            if solver.available(exception_flag=False):
                return solver, candidate
        except Exception:  # noqa: BLE001, S112  each interface fails in its own way where a licence or a library is missing
            continue
    return None, name


def _model(arrays: Arrays) -> Any:
    """Return the problem as a flat Pyomo model with plain names: ``x[column]``, ``row[row]``."""
    model = pyo.ConcreteModel()
    model.COLUMNS = pyo.RangeSet(0, arrays.columns - 1)

    def domain(_: Any, column: int) -> Any:
        return pyo.Integers if arrays.is_integer[column] else pyo.Reals

    def bounds(_: Any, column: int) -> tuple[float | None, float | None]:
        return _side(arrays.column_lower[column]), _side(arrays.column_upper[column])

    model.x = pyo.Var(model.COLUMNS, domain=domain, bounds=bounds)
    model.row = pyo.ConstraintList()
    columns = np.repeat(np.arange(arrays.columns), np.diff(arrays.starts))
    order = np.argsort(arrays.indices, kind="stable")
    ends = np.searchsorted(arrays.indices[order], np.arange(arrays.rows + 1))
    for row in range(arrays.rows):
        entries = order[ends[row] : ends[row + 1]]
        lower, upper = _side(arrays.row_lower[row]), _side(arrays.row_upper[row])
        if len(entries) and (lower is not None or upper is not None):
            body = _linear(model, arrays.data[entries], columns[entries])
            model.row.add(body == lower if lower == upper else (lower, body, upper))
    return model


def _side(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _linear(model: Any, coefficients: Vector, columns: Any) -> Any:
    variables = [model.x[int(column)] for column in columns]
    return LinearExpression(constant=0.0, linear_coefs=[float(c) for c in coefficients], linear_vars=variables)


def _hold(model: Any, cost: Vector, value: float) -> None:
    """Hold an earlier stage at its value by one row, its largest coefficient brought to 1."""
    largest = float(np.abs(cost).max(initial=0.0))
    if largest > 0.0:
        target = value / largest
        columns = np.flatnonzero(cost)
        limit = target + STAGE_TOLERANCE * max(1.0, abs(target))
        model.row.add(_linear(model, cost[columns] / largest, columns) <= limit)


def _minimise(solver: tuple[Any, str], model: Any, cost: Vector, request: Request, clock: Clock) -> Answer:
    """Minimise one cost (columns,) and say how it ended."""
    engine, name = solver
    columns = np.flatnonzero(cost)
    model.del_component("objective")
    model.objective = pyo.Objective(expr=_linear(model, cost[columns], columns))
    passed, unpassed = _pass_options(engine, name, request, clock)
    if isinstance(engine, PersistentSolver):
        engine.set_instance(model)
    results = engine.solve(model, tee=True, load_solutions=False)
    condition = results.solver.termination_condition
    values = _load(model, results, condition)
    details: dict[str, Any] = {
        "solver": name,
        "version": _version(engine),
        "solver_status": str(condition),
        "options": passed,
        "options_not_passed": unpassed,
    }
    status = _status(condition, values)
    if status == "error":
        details |= {
            "failure": "gave up",
            "message": say("{name} ended with {condition}", name=name, condition=condition),
        }
    bound = _bound(results)
    if status == "optimal" and values is not None and not math.isfinite(bound):
        objective = float(cost @ values)
        bound = objective - request.mip_gap * abs(objective)
        details["warnings"] = [say("{name} gave no bound; its word for the gap asked for is taken", name=name)]
    return Answer(status, values, bound, details=details)


def _status(condition: Any, values: Vector | None) -> str:
    """Return our word for how the solver says it ended; what it did not tell apart is told apart by HiGHS."""
    if condition in (TerminationCondition.optimal, TerminationCondition.globallyOptimal):
        return "optimal" if values is not None else "error"
    if condition == TerminationCondition.infeasible:
        return "infeasible"
    if condition in (TerminationCondition.unbounded, TerminationCondition.infeasibleOrUnbounded):
        return "unbounded"
    if condition in STOPPED:
        return "feasible" if values is not None else "time_limit"
    return "error"


def _load(model: Any, results: Any, condition: Any) -> Vector | None:
    """Return the plan in the results (columns,), or ``None``."""
    if condition in HOPELESS or not len(results.solution):
        return None
    results.solver.status = SolverStatus.ok  # else a plan found by the time limit is refused
    model.solutions.load_from(results)
    values = [model.x[column].value for column in model.COLUMNS]
    if all(value is None for value in values):
        return None
    # A column in no row and without a cost is not passed to some solvers; any value within its bounds will do.
    lower = [-math.inf if model.x[column].lb is None else model.x[column].lb for column in model.COLUMNS]
    upper = [math.inf if model.x[column].ub is None else model.x[column].ub for column in model.COLUMNS]
    known = np.array([0.0 if value is None else value for value in values], dtype=np.float64)
    return np.where([value is None for value in values], np.clip(known, lower, upper), known)


def _pass_options(solver: Any, name: str, request: Request, clock: Clock) -> tuple[dict[str, Any], list[str]]:
    """Give the solver our options under its own names; return those passed and the names of those that were not."""
    names = next((words for family, words in OPTION_NAMES.items() if family in name), {})
    wanted: dict[str, Any] = {"mip_gap": request.mip_gap, "threads": request.threads, "seed": request.seed}
    if request.time_limit is not None:
        wanted["time_limit"] = max(1, math.ceil(clock.left)) if name == "glpk" else max(0.1, clock.left)
    passed = {names[word]: value for word, value in wanted.items() if word in names}
    for word, value in passed.items():
        solver.options[word] = value
    return passed, sorted(set(wanted) - set(names))


def _bound(results: Any) -> float:
    try:
        bound = float(results.problem.lower_bound)
    except (TypeError, ValueError):
        return float("nan")
    return bound if math.isfinite(bound) and abs(bound) < BOUND_MAX else float("nan")


def _version(solver: Any) -> str:
    try:
        return ".".join(str(part) for part in solver.version() if part is not None)
    except Exception:  # noqa: BLE001  a courtesy only; some interfaces have none
        return "unknown"
