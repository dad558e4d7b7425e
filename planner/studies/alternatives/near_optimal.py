"""Near-optimal plans: what may be sought among the plans that cost at most so much more than the best one.

The rules stay as they are. A row keeps the objective within its budget, and something else is minimised in its place:
the work at a site, what is built, or how close a plan is to those that are known (modelling to generate alternatives).

Source: E. D. Brill, S.-Y. Chang and L. D. Hopkins, Modeling to generate alternatives, Management Science 28 (1982).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from scipy import sparse

from planner.models.algebra.problem import Problem, Stage
from planner.models.algebra.row_names import Names, Run
from planner.models.compile import compile_model
from planner.studies.alternatives.quantities import Quantity, quantities_of, work_at

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from planner.models.algebra.matrix import Compiled
    from planner.models.algebra.plan_model import PlanModel
    from planner.models.algebra.problem import Vector

TOLERANCE: Final = 1e-9
"""Relative: by how much a budget is widened, as the solver's stages are."""
BUDGET, APART = "budget", "distance_from_plans"
"""Rows that stand after the problem's own."""


@dataclass(frozen=True)
class Near:
    """A model compiled with what may be sought in it."""

    compiled: Compiled  # its problem is that of the scenario, as it stands
    quantities: tuple[Quantity, ...]
    forms: tuple[Stage, ...]  # the linear form of each quantity, by its place in quantities
    work: dict[str, Stage]  # the IT energy of every site [MWh/a], by site


def compile_near(m: PlanModel, groups: Sequence[str]) -> Near:
    """Compile a model, as :func:`planner.models.build.declare_model` returns it, with the quantities of some groups.

    Quantities that no decision of the model moves are left out.
    """
    asked = [quantity for quantity in quantities_of(m) if quantity.group in groups]
    sites = [str(site) for site in m.SITES]
    rules = {f"sought_{number}": quantity.rule for number, quantity in enumerate(asked)}
    rules |= {f"work_{number}": work_at([site]) for number, site in enumerate(sites)}
    for name, rule in rules.items():
        m.expression(name, rule=rule, unit="")
    stages = list(m.stages)
    m.stages = [*stages, *rules]
    compiled = compile_model(m)
    m.stages = stages
    forms = dict(zip(rules, compiled.problem.stages[len(stages) :], strict=True))
    problem = replace(compiled.problem, stages=compiled.problem.stages[: len(stages)])
    moved = [(quantity, forms[f"sought_{number}"]) for number, quantity in enumerate(asked)]
    moved = [(quantity, form) for quantity, form in moved if form.cost.any()]
    return Near(
        replace(compiled, problem=problem),
        tuple(quantity for quantity, _ in moved),
        tuple(form for _, form in moved),
        {site: forms[f"work_{number}"] for number, site in enumerate(sites)},
    )


def budget_of(objective: float, slack: float) -> float:
    """Return the most that the objective may be: a share of its size above the best."""
    return objective + slack * abs(objective)


def sought(near: Near, held: Mapping[str, float], form: Stage, *, most: bool) -> Problem:
    """Return the problem that seeks the least, or the most, of a linear form among the plans within a budget."""
    sign = -1.0 if most else 1.0
    stage = Stage("sought", sign * form.cost, sign * form.constant)
    return _within(near.compiled.problem, held, stage)


def apart(near: Near, held: Mapping[str, float], known: Sequence[pd.Series], towards: pd.Series) -> Problem:
    """Return the problem that seeks a plan as far as can be from the nearest of some plans.

    The distance of two plans is ∑_s |work[s] − work'[s]|. With the signs σ of ``towards`` less a known plan, the sum
    ∑_s σ[s] (work[s] − work'[s]) is never above their distance, so that the least of these sums over the known plans,
    which is what is maximised, never promises too much; for ``towards`` itself it is the distance. The plan found is
    therefore at least as far from the nearest as ``towards``.

    Parameters
    ----------
    known
        The work of every site [MWh/a] in each plan to keep away from.
    towards
        The same of a plan within the budget.
    """
    base = near.compiled.problem
    columns = base.matrix.shape[1]
    problem = replace(
        base,
        matrix=sparse.csc_array(sparse.hstack([base.matrix, sparse.csc_array((base.matrix.shape[0], 1))])),
        column_lower=np.append(base.column_lower, 0.0),
        column_upper=np.append(base.column_upper, np.inf),
        is_integer=np.append(base.is_integer, False),
        stages=tuple(replace(stage, cost=np.append(stage.cost, 0.0)) for stage in base.stages),
        column_names=_with_name(base.column_names, APART),
    )
    size = max(float(known[0].abs().sum()), 1.0)
    for number, other in enumerate(known):
        signs = np.sign((towards - other).reindex(list(near.work)).fillna(0.0).to_numpy(float))
        forms = list(near.work.values())
        row = sum((sign * form.cost for sign, form in zip(signs, forms, strict=True)), np.zeros(columns)) / size
        fixed = sum(sign * form.constant for sign, form in zip(signs, forms, strict=True))
        least = (float(signs @ other.reindex(list(near.work)).fillna(0.0).to_numpy(float)) - fixed) / size
        problem = _with_row(problem, f"{APART}_{number}", np.append(row, -1.0), least, np.inf)
    return _within(problem, held, Stage("sought", np.append(np.zeros(columns), -1.0)))


def _within(problem: Problem, held: Mapping[str, float], stage: Stage) -> Problem:
    """Return a problem that minimises a stage, with those of the scenario held."""
    objective = problem.stages[problem.objective_stage]
    for earlier in problem.stages[: problem.objective_stage + 1]:
        size = earlier.cost[earlier.cost != 0.0]
        if not len(size):
            continue
        scale = 1.0 / float(np.sqrt(np.abs(size).min() * np.abs(size).max()))
        most = held[earlier.name] + TOLERANCE * abs(held[earlier.name]) - earlier.constant
        problem = _with_row(problem, f"{BUDGET}_{earlier.name}", earlier.cost * scale, -np.inf, most * scale)
    return replace(problem, stages=(stage,), objective_stage=0, tie_break=objective.cost)


def _with_row(problem: Problem, name: str, row: Vector, lower: float, upper: float) -> Problem:
    return replace(
        problem,
        matrix=sparse.csc_array(sparse.vstack([problem.matrix, sparse.csr_array(row[None, :])])),
        row_lower=np.append(problem.row_lower, lower),
        row_upper=np.append(problem.row_upper, upper),
        row_names=_with_name(problem.row_names, name),
    )


def _with_name(names: Sequence[tuple[str, tuple[Any, ...]]], name: str) -> Sequence[tuple[str, tuple[Any, ...]]]:
    """Return names with one more, still not spelt out if they were not."""
    if isinstance(names, Names):
        return Names([*names.runs, Run(name, (), np.zeros(1, dtype=np.intp))])
    return (*names, (name, ()))


def distance(one: pd.Series, other: pd.Series) -> float:
    """Return the share of all work that two plans do at different sites: ½ ∑_s |work − work'| ÷ ∑_s work."""
    total = max(float(one.sum()), float(other.sum()))
    return 0.5 * float(one.sub(other, fill_value=0.0).abs().sum()) / total if total else 0.0
