"""What an answer may overstep before it is refused."""

from __future__ import annotations

import numpy as np
import pytest
from solve_problems import modules

from planner.errors import SolverCrashedError
from planner.models.solving.highs.judge import clean


def overstepping(*, integer: bool, by: float) -> float:
    """Return what is left of a value that is below its lower bound by so much."""
    asked = modules()
    values = np.maximum(asked.column_lower, 0.0)
    place = int(np.flatnonzero(asked.is_integer == integer)[0])
    values[place] = asked.column_lower[place] - by
    return float(clean(asked, values)[0][place] - asked.column_lower[place])


def test_a_value_a_little_over_its_bound_is_taken_back_to_it() -> None:
    """Proves: 5e-6 is taken back, 2e-5 is refused. Sensitivity: a value left outside, or any value let pass."""
    assert overstepping(integer=False, by=5e-6) == 0.0
    with pytest.raises(SolverCrashedError):
        overstepping(integer=False, by=2e-5)


def test_integers_are_held_more_tightly() -> None:
    """Proves: an integer 5e-7 off is taken back, 5e-6 is refused. Sensitivity: the wider limit for all columns."""
    assert overstepping(integer=True, by=5e-7) == 0.0
    with pytest.raises(SolverCrashedError):
        overstepping(integer=True, by=5e-6)
