"""Models solved from Python: by the planner, or outside it by any solver of Pyomo, and then made a plan of."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pandas as pd

import planner.models.algebra.plan_model  # noqa: F401 - Pyomo first, then scipy alone: planner.libraries
from planner.errors import UsageError, shown
from planner.io.results.results import PRICE_COLUMNS
from planner.language import Text, say
from planner.models.algebra import standard_form
from planner.models.algebra.problem import Solution
from planner.models.compile import compile_model
from planner.models.solving.highs.exchange import Answer
from planner.models.solving.highs.judge import judge
from planner.pipeline.check import warnings_of
from planner.pipeline.outcome import audited, notes_of, tabulate
from planner.pipeline.question import model_of
from planner.pipeline.record import Clock, Record
from planner.pipeline.run import run
from planner.progress import heard_by

if TYPE_CHECKING:
    from collections.abc import Callable

    from planner.io.results.results import Results
    from planner.models.algebra.plan_model import PlanModel


def solve(
    model: PlanModel,
    *,
    solver: str | None = None,
    time_limit: float | None = None,
    gap: float | None = None,
    on_progress: Callable[[Text], None] | None = None,
) -> Results:
    """Solve a model of :func:`build_model`, with all that was done to it, and audit the plan.

    The values are loaded into the model's variables, as by a solver of Pyomo.

    Parameters
    ----------
    model
        From :func:`build_model`.
    solver, time_limit [s], gap, on_progress
        As for :func:`run`.

    Returns
    -------
    Results
        As :func:`run` returns them for the same model.

    Raises
    ------
    UsageError
        It is no such model, or holds what the planner cannot solve.
    PlannerError
        As :func:`run`.
    """
    return run(model_of(model), solver=solver, time_limit=time_limit, gap=gap, on_progress=on_progress)


@heard_by()
def plan_of(model: PlanModel) -> Results:
    """Make a plan of a model of :func:`build_model` that any solver of Pyomo has solved: tables, audit, map, page.

    How good it is nobody told the planner: the status is ``feasible``, bound and gap are NaN, and there are no shadow
    prices. That it keeps every rule, the user's own included, is checked here.

    Parameters
    ----------
    model
        With the values of a solution in its variables. What is whole may be off by the solver's tolerance.

    Returns
    -------
    Results
        With ``summary["solved_outside"]``.

    Raises
    ------
    UsageError
        It is no such model, holds no values, or holds what the planner cannot check.
    SolverCrashedError
        The values break a rule of the model.
    AuditDisagreedError
        The audit does not confirm the plan.
    """
    model = model_of(model)
    scenario = model.inputs
    clock = Clock(read=scenario.read_seconds)
    record = Record(scenario, None, clock, notes=[*scenario.notes, *warnings_of(scenario)])
    record.is_outside = True
    with clock("compile"):
        compiled = compile_model(model)
    problem = record.problem = compiled.problem
    record.own, record.fallback = compiled.own, compiled.fallback
    record.notes.extend(notes_of(compiled))
    values, missing = standard_form.values_of(model, problem)
    if missing:
        raise UsageError(say("the variable {name} has no value: solve the model first", name=shown(missing)))
    verdict = judge(problem, Answer("feasible", values), 0.0)
    if verdict.values is None:
        raise RuntimeError("a plan that is judged has values")
    details: dict[str, Any] = {"warnings": verdict.notes}
    record.solution = Solution("feasible", verdict.values, verdict.objective, math.nan, math.nan, details=details)
    with clock("tabulate"):
        compiled.load(verdict.values)
        tables = tabulate(model)
    summary = audited(record, tables)
    return record.results("feasible", summary, tables, pd.DataFrame(columns=list(PRICE_COLUMNS)))
