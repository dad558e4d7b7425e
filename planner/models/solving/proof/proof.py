"""What of a plan's bound the planner has proved itself, without believing the solver: decision 0035.

A bound is proved by leaves: boxes of the integers that cover all of them, each with row duals (or a ray) from which a
bound below every plan in the box is worked out in safe arithmetic (``safe_bound.py``). The least over the
leaves is the bound. A plan without integers has one leaf. Whatever the solver left, a wrong number makes the bound
poor, never wrong; where nothing is proved, the bound is the solver's word, and is called so.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt
from scipy import sparse

from planner.language import Text, say
from planner.models.solving.proof.leaves import NONE, Leaf, packed, unpacked
from planner.models.solving.proof.partition import covers
from planner.models.solving.proof.safe_bound import Prover, Relaxation

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from planner.models.algebra.problem import Problem, Vector

FORMAT: Final = 1
ROUNDING: Final = 1e-9
"""Of the sum of the objective's terms: a difference up to this is the rounding of the numbers written."""
NUMBERS_MAX: Final = 2**21
"""Duals that are stored for a later proof, 16 MiB unpacked; with more, the leaves alone are."""
MULTIPLES: Final = (1.0, 1.000001, 2.0, 8.0)
THRESHOLDS: Final = (1e-3, 1e-6, 1e-9)
"""Of the largest price of an earlier stage: smaller prices are taken for noise, one after the other."""


@dataclass(frozen=True)
class Evidence:
    """What bounds are to be proved from.

    Attributes
    ----------
    leaves
        Boxes of the integers with the numbers of their vectors.
    vectors
        Gives the vector (rows,) of a number.
    count
        How many vectors there are.
    """

    leaves: Sequence[Leaf]
    vectors: Callable[[int], Vector]
    count: int


def relaxation_of(problem: Problem, held: Sequence[tuple[Vector, float]] = ()) -> Relaxation:
    """Return the linear programme of the objective stage, earlier stages held by a row each, ``cost @ x`` ≤ value."""
    matrix, row_lower, row_upper = problem.matrix, problem.row_lower, problem.row_upper
    if held:
        rows = sparse.csr_array(np.array([cost for cost, _ in held]))
        matrix = sparse.csc_array(sparse.vstack([matrix, rows], format="csc"))
        row_lower = np.append(row_lower, np.full(len(held), -np.inf))
        row_upper = np.append(row_upper, [value for _, value in held])
    cost = problem.stages[problem.objective_stage].cost
    columns = problem.column_lower, problem.column_upper
    return Relaxation(matrix.indptr, matrix.indices, matrix.data, cost, row_lower, row_upper, *columns)


def cutoff_of(problem: Problem, objective: float) -> float:
    """Return a value of the objective, without its constant, that is not below a plan's."""
    value = objective - problem.stages[problem.objective_stage].constant
    return value + 1e-6 * max(abs(value), abs(objective), 1.0)


def proved_bound(
    problem: Problem, evidence: Evidence, objective: float, held: Sequence[tuple[Vector, float]] = ()
) -> tuple[float, Text]:
    """Return what evidence proves of the objective, with its constant, and why it is no more.

    Parameters
    ----------
    objective
        Of the plan: what is dearer need not be looked at.
    held
        Earlier stages as rows: cost (columns,) and the value that it may not exceed.

    Returns
    -------
    float
        Below the objective of every plan; -∞ where nothing is proved.
    str
        A sentence where it is -∞.
    """
    integers = np.flatnonzero(problem.is_integer)
    box = problem.column_lower[integers], problem.column_upper[integers]
    if not covers([(leaf.lower, leaf.upper) for leaf in evidence.leaves], *box):
        return -math.inf, say("the parts of the search do not cover all integers")
    prover = Prover(relaxation_of(problem, held), cutoff_of(problem, objective))
    bound = math.inf
    for leaf in evidence.leaves:
        lower, upper = problem.column_lower.copy(), problem.column_upper.copy()
        lower[integers], upper[integers] = leaf.lower, leaf.upper
        bound = min(bound, _of_leaf(prover, leaf, evidence, lower, upper))
        if bound == -math.inf:
            return bound, _why_nothing(prover)
    constant = problem.stages[problem.objective_stage].constant
    return math.nextafter(bound + constant, -math.inf) if constant else bound, ""


def _of_leaf(prover: Prover, leaf: Leaf, evidence: Evidence, lower: Vector, upper: Vector) -> float:
    """Return what bounds the plans of a leaf, at most the cutoff: an empty one bounds nothing."""
    if 0 <= leaf.ray < evidence.count and prover.excludes(evidence.vectors(leaf.ray), lower, upper):
        return prover.cutoff
    if 0 <= leaf.duals < evidence.count:
        return prover.bound(evidence.vectors(leaf.duals), lower, upper)
    return -math.inf


def _why_nothing(prover: Prover) -> Text:
    if prover.unlimited:
        return say("nothing limits {count} columns by which the objective could fall", count=prover.unlimited)
    return say("there are no shadow prices to prove it from")


def whole(problem: Problem, duals: Vector) -> Evidence:
    """Return the evidence of one leaf: the relaxation with its duals, (rows,)."""
    box = problem.column_lower[problem.is_integer], problem.column_upper[problem.is_integer]
    return Evidence([Leaf(*box, 0)], lambda _: duals, 1)


def kept(evidence: Evidence) -> dict[str, npt.NDArray[Any]]:
    """Return evidence as the arrays that a run keeps: ``format``, ``leaves`` and, where not too many, ``vectors``."""
    found: dict[str, npt.NDArray[Any]] = {"format": np.array(FORMAT), "leaves": packed(evidence.leaves)}
    used = sorted({number for leaf in evidence.leaves for number in (leaf.duals, leaf.ray)} - {NONE})
    if used and len(evidence.vectors(used[0])) * len(used) <= NUMBERS_MAX:
        place = {NONE: NONE, **{number: position for position, number in enumerate(used)}}
        leaves = [replace(leaf, duals=place[leaf.duals], ray=place[leaf.ray]) for leaf in evidence.leaves]
        found |= {"leaves": packed(leaves), "vectors": np.array([evidence.vectors(number) for number in used])}
    return found


def evidence_of(problem: Problem, arrays: Mapping[str, npt.NDArray[Any]]) -> Evidence | None:
    """Return the evidence that a run has kept; ``None`` without vectors of this problem's rows."""
    leaves = leaves_of(problem, arrays)
    vectors = arrays.get("vectors")
    if vectors is None or vectors.ndim != 2 or vectors.shape[1] != len(problem.row_lower):  # noqa: PLR2004  a table
        return None
    rows = np.asarray(vectors, dtype=np.float64)
    return Evidence(leaves, lambda number: rows[number], len(rows))


def leaves_of(problem: Problem, arrays: Mapping[str, npt.NDArray[Any]]) -> list[Leaf]:
    """Return the leaves that a run has kept."""
    if "leaves" not in arrays or "format" not in arrays or int(arrays["format"]) != FORMAT:
        raise ValueError("no leaves")
    return unpacked(arrays["leaves"], int(problem.is_integer.sum()))


def staged(problem: Problem, duals: Vector, earlier: Vector, values: Vector, objective: float) -> tuple[float, Text]:
    """Return what duals prove where stages before the objective are held at the plan's values, and why no more.

    The duals of the objective stage hold on the face of the stages before it: a reduced cost there may have any sign
    where an earlier stage has one that is larger than 0. A price for the row that holds the stage mends it. Any price
    is allowed; the best of a few is taken.

    Parameters
    ----------
    duals
        (rows,) of the objective stage, on the face.
    earlier
        (stages, rows) of those before it.
    values
        (columns,) the plan.
    """
    stages = problem.stages[: problem.objective_stage]
    held = [(stage.cost, float(stage.cost @ values)) for stage in stages]
    best = -math.inf
    why: Text = say("there are no shadow prices to prove it from")
    if earlier.shape != (len(stages), len(problem.row_lower)) or not bool(np.isfinite(earlier).all()):
        return best, why
    for threshold in THRESHOLDS:
        for multiple in MULTIPLES:
            priced = _priced(problem, duals, earlier, threshold, multiple)
            found, reason = proved_bound(problem, whole(problem, priced), objective, held)
            best, why = (found, reason) if found > best or math.isinf(best) else (best, why)
    return best, why


def _priced(problem: Problem, duals: Vector, earlier: Vector, threshold: float, multiple: float) -> Vector:
    """Return duals (rows + stages,) with prices for the held rows that turn what has the wrong sign."""
    total, prices = duals.copy(), np.zeros(len(earlier))
    cost = problem.stages[problem.objective_stage].cost
    reduced = cost - problem.matrix.T @ duals
    for place in reversed(range(len(earlier))):
        own = problem.stages[place].cost - problem.matrix.T @ earlier[place]
        needed = _needed(reduced, own, problem.column_lower, problem.column_upper, threshold)
        sides = problem.row_lower, problem.row_upper
        needed = max(needed, _needed(total, earlier[place], *sides, threshold)) * multiple
        total, reduced, prices[place] = total + needed * earlier[place], reduced + needed * own, -needed
    return np.append(total, prices)


def _needed(prices: Vector, others: Vector, lower: Vector, upper: Vector, threshold: float) -> float:
    """Return how often the others are to be added so that no price points where there is no side to stop it."""
    noise = threshold * float(np.abs(others).max(initial=0.0))
    stops = np.where(others > 0.0, np.isfinite(lower), np.isfinite(upper))
    wrong = (np.abs(others) > noise) & (prices * others < 0.0) & stops
    return float((-prices[wrong] / others[wrong]).max(initial=0.0))
