"""What is shown of a plan's bound: what the planner proves of it, or the solver's word, called so (decision 0035)."""

from __future__ import annotations

import math
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from planner.language import Text, say
from planner.models.algebra.problem import Proof
from planner.models.solving.highs.judge import TOLERANCE, gap_of, terms_of
from planner.models.solving.proof.leaves import unpacked, vector_of
from planner.models.solving.proof.proof import Evidence, kept, proved_bound, staged, whole

if TYPE_CHECKING:
    from pathlib import Path

    from planner.models.algebra.problem import Problem, SolverOptions
    from planner.models.solving.highs.exchange import Answer
    from planner.models.solving.highs.judge import Verdict


def prove_answer(
    problem: Problem, answer: Answer, verdict: Verdict, folder: Path, options: SolverOptions
) -> tuple[Verdict, Proof]:
    """Return the verdict with the bound that is proved of its plan, or as it is, and who says it.

    Where the bound comes from the solver's own tree, and what is proved here leaves more than the gap asked for, it
    stays the solver's word. A bound of our own search, or of a linear programme, is what is proved, however poor.
    """
    begin = time.perf_counter()
    assert verdict.values is not None  # noqa: S101  for mypy: the caller has looked
    terms = terms_of(problem, verdict.values)
    proved, why, evidence = _proved(problem, answer, verdict, folder)
    is_own = answer.details.get("bound_from") == "planner" or not bool(problem.is_integer.any())
    seconds = round(time.perf_counter() - begin, 3)
    bound, gap = gap_of(verdict.objective, proved, terms)
    left = verdict.objective - proved
    is_close = gap == 0.0 or left <= options.mip_gap * abs(verdict.objective) + TOLERANCE * terms
    if not math.isfinite(proved) or not (is_own or is_close):
        reason = why or _why_tree(options)
        return verdict, Proof("solver", verdict.bound, verdict.gap, why=reason, proved=proved, seconds=seconds)
    leaves = len(evidence.leaves) if evidence is not None else 1
    arrays = kept(evidence) if evidence is not None else None
    proof = Proof("planner", bound, gap, leaves, proved=proved, seconds=seconds, kept=arrays)
    shown = replace(verdict, bound=bound, gap=gap)
    if not is_close:
        return _cut_short(shown), proof
    return _closed(shown) if verdict.status == "feasible" and not problem.objective_stage else shown, proof


def _closed(verdict: Verdict) -> Verdict:
    """Return a verdict that is optimal after all: the solver's own bound was lost in rounding, ours was not."""
    note = say("the bound that the planner proves closes the gap: the plan is optimal")
    return replace(verdict, status="optimal", notes=[*verdict.notes, note])


def _cut_short(verdict: Verdict) -> Verdict:
    """Return a verdict that is no longer optimal: more than the gap asked for is left."""
    if verdict.status != "optimal":
        return verdict
    note = say("the solver called the plan optimal, but in safe arithmetic a gap of {gap:.2e} is left", gap=verdict.gap)
    return replace(verdict, status="feasible", notes=[*verdict.notes, note])


def _proved(problem: Problem, answer: Answer, verdict: Verdict, folder: Path) -> tuple[float, Text, Evidence | None]:
    """Return what is proved of the objective, why it is no more, and from what it may be proved again."""
    has_integers = bool(problem.is_integer.any())
    if problem.objective_stage and not has_integers and verdict.row_duals is not None:
        earlier = answer.earlier_duals
        if earlier is None or verdict.values is None:
            return -math.inf, _no_duals(), None
        return *staged(problem, verdict.row_duals, earlier, verdict.values, verdict.objective), None
    if problem.objective_stage:
        why = say("the objective comes after another stage, which holds only by the solver's word")
        return -math.inf, why if has_integers else _no_duals(), None
    if not has_integers:
        evidence = None if verdict.row_duals is None else whole(problem, verdict.row_duals)
    else:
        evidence = _left(problem, answer, folder)
    if evidence is None:
        return -math.inf, "" if has_integers else _no_duals(), None
    try:
        return *proved_bound(problem, evidence, verdict.objective), evidence
    except (OSError, ValueError) as error:  # a vector that is not there, or is none
        return -math.inf, _unreadable(error), None


def _left(problem: Problem, answer: Answer, folder: Path) -> Evidence | None:
    """Return what a search has left in the folder, if it has."""
    if answer.leaves is None or not len(answer.leaves):
        return None
    try:
        leaves = unpacked(answer.leaves, int(problem.is_integer.sum()))
    except ValueError:
        return None
    count = 1 + max(max(leaf.duals, leaf.ray) for leaf in leaves)
    return Evidence(leaves, lambda number: vector_of(folder, number), count)


def _unreadable(error: Exception) -> Text:
    return say("what the search left cannot be read: {error}", error=error)


def _no_duals() -> Text:
    return say("there are no shadow prices to prove it from")


def _why_tree(options: SolverOptions) -> Text:
    if options.name == "highs":
        return say("HiGHS's own tree found the bound")
    return say("another solver found the bound: {name}", name=options.name)
