"""The plan nearest to a known one among its equals: no stage is worse, and least is done elsewhere or built otherwise.

Many plans cost the same. Which of them a solver returns is chance, so that two runs may differ in much that no input
explains. The nearest of the equals differs from the known plan only in what the inputs ask for.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from scipy import sparse

from planner.figures.work import LOAD
from planner.models.algebra.problem import Problem, Stage

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from planner.models.algebra.problem import Vector

DISTANCE: Final = "distance"
"""Name of the stage, of its rows and of their columns."""
Member = tuple[str, tuple[Any, ...]]


@dataclass(frozen=True)
class KnownPlan:
    """The plan to be near to."""

    work: Mapping[tuple[str, ...], float]  # mean load [MW] by region, workload and site
    hours: Mapping[str, float]  # the share of the year that each timestep of the new plan stands for
    built: Mapping[Member, float]
    """New capacity by variable and index, in each variable's unit; missing entries are 0."""


def nearest_of_equals(problem: Problem, integers: Vector, known: KnownPlan, built: Sequence[str]) -> Problem:
    """Return the problem whose plan is the nearest to a known one among the equals.

    Minimises ∑ |x − known| after all stages of the problem, over the mean load of each region's workload at each site
    [MW] and the variables ``built`` [MW or MWh], one row each: x − above + below = known, above, below ≥ 0.

    Parameters
    ----------
    problem
        The scenario's own.
    integers
        (columns,) the values at which the integers are fixed; those that are NaN are free. The others are not read.
    built
        Names of the continuous variables for what is built.
    """
    rows, target = _forms(problem, known, frozenset(built))
    count, columns = len(target), problem.matrix.shape[1]
    side = sparse.identity(count, format="csc")
    matrix = sparse.vstack(
        [
            sparse.hstack([problem.matrix, sparse.csc_array((problem.matrix.shape[0], 2 * count))]),
            sparse.hstack([rows, -side, side]),
        ]
    )
    none, ones = np.zeros(2 * count), np.ones(2 * count)
    is_fixed = problem.is_integer & ~np.isnan(integers)
    names = [(DISTANCE, (str(number),)) for number in range(count)]
    stages = [replace(stage, cost=np.append(stage.cost, none)) for stage in problem.stages]
    return Problem(
        matrix=sparse.csc_array(matrix),
        row_lower=np.append(problem.row_lower, target),
        row_upper=np.append(problem.row_upper, target),
        column_lower=np.append(np.where(is_fixed, integers, problem.column_lower), none),
        column_upper=np.append(np.where(is_fixed, integers, problem.column_upper), none + np.inf),
        is_integer=np.append(problem.is_integer & ~is_fixed, np.zeros(2 * count, dtype=bool)),
        stages=(*stages, Stage(DISTANCE, np.append(np.zeros(columns), ones))),
        objective_stage=problem.objective_stage,
        tie_break=None,
        row_names=[*problem.row_names, *names],
        column_names=[*problem.column_names, *names, *names],
    )


def _forms(problem: Problem, known: KnownPlan, built: frozenset[str]) -> tuple[sparse.csr_array, Vector]:
    """Return what is held against the known plan, (forms, columns), and what it is there, (forms,)."""
    places: dict[Any, int] = {}
    entries: list[tuple[int, int, float]] = []
    for column, (name, index) in enumerate(problem.column_names):
        if name == LOAD:
            region, workload, site, *_, timestep = index
            place = places.setdefault((region, workload, site), len(places))
            entries.append((place, column, known.hours[timestep]))
        elif name in built and not problem.is_integer[column]:
            place = places.setdefault((name, tuple(index)), len(places))
            entries.append((place, column, 1.0))
    target = [known.built.get(key, 0.0) if isinstance(key[1], tuple) else known.work.get(key, 0.0) for key in places]
    at, columns, weights = zip(*entries, strict=True) if entries else ((), (), ())
    shape = len(places), problem.matrix.shape[1]
    return sparse.csr_array((np.array(weights), (at, columns)), shape=shape), np.array(target, dtype=float)
