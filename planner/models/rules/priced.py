"""A problem at given shadow prices: what its rows pay and what its columns would save, in a feature's words."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planner.models.algebra.row_names import Names, Run

if TYPE_CHECKING:
    from collections.abc import Sequence

    from planner.models.algebra.problem import Problem, Vector
    from planner.models.algebra.row_names import Name


@dataclass(frozen=True)
class Prices:
    """Shadow prices of a problem.

    Attributes
    ----------
    problem
        Whose objective stage they belong to.
    duals
        (rows,) rise of the objective per unit of a row's side; or a ray, which says that there is no plan.
    cost_weight
        What a CNY counts in the objective; 0 of a ray.
    is_ray
        Whether they are a ray: then costs do not count.
    """

    problem: Problem
    duals: Vector
    cost_weight: float = 1.0
    is_ray: bool = False

    @cached_property
    def _reduced(self) -> Vector:
        stage = self.problem.stages[self.problem.objective_stage]
        cost = np.zeros_like(stage.cost) if self.is_ray else stage.cost
        reduced: Vector = cost - self.problem.matrix.T @ self.duals
        return reduced

    def of_rule(self, rule: str) -> pd.Series:
        """Return the prices of a rule's rows by their index; rows that hold nothing are not there."""
        places, keys = _members(self.problem.row_names, rule)
        index = pd.MultiIndex.from_tuples(keys) if keys else None
        return pd.Series(self.duals[places], index=index, dtype=float)

    def reduced_costs(self, variable: str) -> Vector:
        """Return by how much the objective rises with a unit of each member of a variable, in its index's order."""
        names = self.problem.column_names
        if isinstance(names, Names):
            return self._reduced[_run(names, variable)[1]]
        return self._reduced[[place for place, (name, _) in enumerate(names) if name == variable]]


def _run(names: Names, component: str) -> tuple[Run | None, slice]:
    """Return the members of a component and where they stand."""
    first = 0
    for run in names.runs:
        if run.component == component:
            return run, slice(first, first + len(run.places))
        first += len(run.places)
    return None, slice(0, 0)


def _members(names: Sequence[Name], component: str) -> tuple[slice | list[int], list[tuple[object, ...]]]:
    """Return where the members of a component stand, and their ids."""
    if isinstance(names, Names):
        run, places = _run(names, component)
        return places, [] if run is None else list(zip(*(ids.tolist() for ids in run.labels), strict=True))
    found = [(place, ids) for place, (name, ids) in enumerate(names) if name == component]
    return [place for place, _ in found], [ids for _, ids in found]
