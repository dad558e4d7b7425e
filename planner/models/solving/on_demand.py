"""Which columns a large problem may begin without: those that nearly all plans leave at 0 (routes in an hour).

Found in the names of columns: the component that most of them belong to. Only the time a solver takes hangs on it,
never an answer (``large/restricted.py`` takes in what prices out), so that nothing here knows what a route is.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from planner.models.algebra.row_names import Names

if TYPE_CHECKING:
    from planner.models.algebra.problem import Problem

SHARE_MIN = 0.5
"""Of the columns, that the component must have: with fewer there is little to win."""


def find_on_demand(problem: Problem) -> npt.NDArray[np.bool_] | None:
    """Return which columns, (columns,), may be left at 0 until they price out; ``None`` where that wins nothing."""
    names = problem.column_names
    if not isinstance(names, Names) or not names.runs:
        return None
    sizes: Counter[str] = Counter()  # over all cases
    for run in names.runs:
        sizes[run.component] += len(run.places)
    largest = max(sizes, key=lambda component: sizes[component])
    of_it = [np.full(len(run.places), run.component == largest, dtype=bool) for run in names.runs]
    found: npt.NDArray[np.bool_] = np.concatenate(of_it)
    found &= ~problem.is_integer & (problem.column_lower == 0.0)
    return found if found.sum() >= SHARE_MIN * len(found) else None
