"""What the planner believes of a solver's answer: only what it has checked itself."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, get_args

import numpy as np
import numpy.typing as npt

from planner.errors import Fault, InvalidInputError, PlannerError, SolverCrashedError
from planner.language import Text, say
from planner.models.algebra.pieces import pieces
from planner.models.algebra.problem import Status
from planner.models.algebra.unfit import COEFFICIENT_MAX, VALUE_MAX, unfit_limits, unfit_numbers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from planner.models.algebra.problem import Problem, Vector
    from planner.models.solving.highs.exchange import Answer

Places = npt.NDArray[np.intp]

TOLERANCE = 1e-6
"""Relative to the largest term of a row, the bound of a column, the sum of the costs."""
MOVED_MAX = 1e-5
"""By how much, of its size, a value that is no integer may overstep its bound before it is taken back to it."""
ROUNDING = 1e-9
"""Likewise: a plan as near to its bound is at its bound."""


@dataclass(frozen=True)
class Verdict:
    """An answer as far as it is believed: ``Solution``'s fields of the same names."""

    status: Status
    values: Vector | None = None
    objective: float = float("nan")
    bound: float = float("nan")
    gap: float = float("nan")
    row_duals: Vector | None = None
    notes: list[Text] = field(default_factory=list)


def check_problem(problem: Problem) -> None:
    """Refuse what solvers would take for something else: NaN is "optimal" to HiGHS, 1e20 is infinite."""
    columns, rows = problem.column_names, problem.row_names
    matrix = problem.matrix
    if not problem.stages or not 0 <= problem.objective_stage < len(problem.stages):
        raise PlannerError(say("the problem has no stage that is its objective"))
    for stage in problem.stages:
        _refuse(np.flatnonzero(unfit_numbers(stage.cost)), columns, say("the {name}", name=stage.name), stage.cost)
        if not math.isfinite(stage.constant):
            raise PlannerError(
                say("the constant of the {name} is {constant}", name=stage.name, constant=stage.constant)
            )
    if problem.tie_break is not None:
        _refuse(np.flatnonzero(unfit_numbers(problem.tie_break)), columns, say("the tie-break"), problem.tie_break)
    sides = (rows, problem.row_lower, problem.row_upper), (columns, problem.column_lower, problem.column_upper)
    for names, lower, upper in sides:
        fits = (lower == -np.inf) | (np.abs(lower) < VALUE_MAX)
        limits = np.where(fits, upper, lower)
        _refuse(np.flatnonzero(unfit_limits(lower, upper)), names, say("the limits"), limits)
    for _, piece in pieces(matrix.indptr):
        at, data = matrix.indices[piece], matrix.data[piece]
        wrong = np.flatnonzero(unfit_numbers(data, COEFFICIENT_MAX))
        if len(wrong):
            raise _unfit(say("the coefficients"), rows[int(at[wrong[0]])], float(data[wrong[0]]))


def _refuse(places: Places, names: Sequence[object], what: Text, numbers: Vector) -> None:
    if len(places):
        raise _unfit(what, names[int(places[0])], float(numbers[int(places[0])]))


def _unfit(what: Text, name: object, number: float) -> PlannerError:
    problem = say("{what} of {name} hold {number}, which no solver can take", what=what, name=name, number=number)
    if not math.isfinite(number):
        return PlannerError(problem)
    # Every cell was in range, but not their product: that is for the user to mend.
    return InvalidInputError(
        [
            Fault(
                say("the model"),
                problem,
                remedy=say("below {VALUE_MAX:g}; look for a cell in a wrong unit", VALUE_MAX=VALUE_MAX),
            )
        ]
    )


def judge(problem: Problem, answer: Answer, mip_gap: float) -> Verdict:
    """Check an answer and clean its values."""
    if answer.status not in get_args(Status) or answer.status == "error":
        raise _nonsense(say("a status called {status!r:.80}", status=answer.status))
    if answer.status not in ("optimal", "feasible", "interrupted"):
        return Verdict(status=answer.status)  # type: ignore[arg-type]  # checked above
    if answer.values is None:
        if answer.status == "interrupted":
            return Verdict("interrupted")
        raise _nonsense(say("a plan without values"))
    values, notes = clean(problem, answer.values)
    _check_rows(problem, values)
    objective, size = objective_of(problem, values)
    terms = terms_of(problem, values)
    status, bound, gap = _gap(problem, answer, objective, size, terms)
    if status == "optimal" and gap > 0.0 and objective - bound > mip_gap * abs(objective) + TOLERANCE * terms:
        status = "feasible"
        notes.append(say("the solver called the plan optimal, but its own bound leaves a gap of {gap:.2e}", gap=gap))
    if status == "optimal" and answer.row_duals is None and not bool(problem.is_integer.any()):
        status = "feasible"
        notes.append(say("the solver called the plan optimal, but without shadow prices nothing proves it"))
    if answer.row_duals is not None:
        _check_duals(problem, values, answer.row_duals, size, float(answer.details.get("prices_within", 0.0)))
    return Verdict(status, values, objective, bound, gap, answer.row_duals, notes)


def clean(problem: Problem, values: Vector) -> tuple[Vector, list[Text]]:
    """Return the values with integers integral and no bound overstepped, and what was done to them."""
    if values.shape != problem.column_lower.shape:
        raise _nonsense(say("{size} values for {size_2} columns", size=values.size, size_2=problem.column_lower.size))
    if not bool(np.isfinite(values).all()):
        raise _nonsense(say("values that are not finite"))
    integral = np.where(problem.is_integer, np.round(values), values)
    cleaned = np.clip(integral, problem.column_lower, problem.column_upper) + 0.0  # -0.0 becomes 0.0
    size = np.maximum(1.0, np.abs(cleaned))
    step = np.abs(cleaned - values) / size
    # What a value oversteps its bound by is taken back; rows are held to the tolerance with what is left.
    if bool((step > np.where(problem.is_integer, TOLERANCE, MOVED_MAX)).any()):
        worst = int(step.argmax())
        raise _nonsense(
            say("the value {values} for {column_names}", values=values[worst], column_names=problem.column_names[worst])
        )
    moved = cleaned != values
    if not bool(moved.any()):
        return cleaned, []
    return cleaned, [
        say(
            "{sum} values moved onto their integer or bound, by {max:.1e} at most", sum=int(moved.sum()), max=step.max()
        )
    ]


def _check_rows(problem: Problem, values: Vector) -> None:
    activity = problem.matrix @ values
    # Each value may be off by the tolerance, and so may each sum: a row is as large as its terms' sum, or as its
    # largest coefficient.
    matrix, sizes = problem.matrix, np.abs(values)
    size, terms = np.ones(matrix.shape[0]), np.zeros(matrix.shape[0])
    for columns, entries in pieces(matrix.indptr):
        rows, magnitude = matrix.indices[entries], np.abs(matrix.data[entries])
        np.maximum.at(size, rows, magnitude)
        width = np.diff(matrix.indptr[columns.start : columns.stop + 1])
        terms += np.bincount(rows, magnitude * np.repeat(sizes[columns], width), minlength=len(terms))
    size = np.maximum(size, terms)
    excess = np.maximum(problem.row_lower - activity, activity - problem.row_upper) / size
    if len(excess) and not bool((excess <= TOLERANCE).all()):
        worst = int(np.nanargmax(excess))
        raise _nonsense(
            say(
                "a plan that breaks {row_names} by {value:.6g}",
                row_names=problem.row_names[worst],
                value=excess[worst] * size[worst],
            )
        )


def objective_of(problem: Problem, values: Vector) -> tuple[float, float]:
    """Return the objective, and the size of its errors: the sum of its terms, one unit of the dearest at least."""
    stage = problem.stages[problem.objective_stage]
    free = problem.column_lower < problem.column_upper
    size = max(terms_of(problem, values), float(np.abs(stage.cost[free]).max(initial=0.0)))
    return float(stage.cost @ values) + stage.constant, size


def terms_of(problem: Problem, values: Vector) -> float:
    """Return the sum of the sizes of the objective's terms: what its own rounding is relative to."""
    stage = problem.stages[problem.objective_stage]
    return float(np.abs(stage.cost) @ np.abs(values)) + abs(stage.constant)


def _gap(problem: Problem, answer: Answer, objective: float, size: float, terms: float) -> tuple[Status, float, float]:
    bound = answer.bound + problem.stages[problem.objective_stage].constant
    status: Status = answer.status  # type: ignore[assignment]  # checked by the caller
    if not math.isfinite(bound):
        if status == "optimal":
            raise _nonsense(say("an optimal plan without a bound"))
        return status, float("nan"), float("nan")
    if bound > objective + TOLERANCE * size:
        raise _nonsense(say("a plan of {objective} below its own bound {bound}", objective=objective, bound=bound))
    return status, *gap_of(objective, bound, terms)


def gap_of(objective: float, bound: float, terms: float) -> tuple[float, float]:
    """Return the bound and the gap to show: what is within the rounding of the objective's terms is no gap.

    A plan without terms costs nothing, and nothing can be relative to them: HiGHS's own absolute gap holds there, and
    there alone, since an objective of small weights may be below it altogether.
    """
    if objective - bound <= (ROUNDING * terms if terms else TOLERANCE):
        return min(bound, objective), 0.0
    return bound, (objective - bound) / abs(objective) if objective else math.inf


def _check_duals(problem: Problem, values: Vector, duals: Vector, size: float, within: float) -> None:
    """Prove the plan optimal for its integers, by complementary slackness, or within a share of what it costs.

    Only where the objective is the first stage: the duals of a later one belong to the face of those before it.
    """
    if duals.shape != problem.row_lower.shape or not bool(np.isfinite(duals).all()):
        raise _nonsense(say("shadow prices that are not numbers, one a row"))
    if problem.objective_stage:
        return
    cost = problem.stages[0].cost
    reduced = cost - problem.matrix.T @ duals
    activity = problem.matrix @ values
    free = ~problem.is_integer
    loss = _loss(reduced[free], values[free], problem.column_lower[free], problem.column_upper[free])
    loss += _loss(duals, activity, problem.row_lower, problem.row_upper)
    if loss > (TOLERANCE + within) * (size + float(np.abs(duals) @ np.abs(activity))):
        raise _nonsense(say("a plan that costs {loss:.6g} more than its shadow prices allow", loss=loss))


def _loss(prices: Vector, values: Vector, lower: Vector, upper: Vector) -> float:
    """Return what the plan could still gain: price times the room towards the side it points at, if there is one."""
    side = np.where(prices > 0.0, lower, upper)
    # Without a side any price is a fault, but one within the solver's tolerance is noise: the value weighs it.
    room = np.where(np.isfinite(side), np.abs(values - side), 1.0 + np.abs(values))
    return float(np.abs(prices) @ room)


def _nonsense(what: Text) -> SolverCrashedError:
    return SolverCrashedError(
        say("the solver answered nonsense: {what}; try another solver, or report it with the scenario", what=what)
    )
