"""Random stages and futures against mpi-sppy's extensive form of the planner's own Pyomo models."""

from __future__ import annotations

import os
from importlib.util import find_spec

import pytest

from tests.oracle.extensive_form import extensive_form, planned
from tests.oracle.test_years_oracle import objective
from tests.oracle.years import question

WORLDS = int(os.environ.get("PLANNER_MPISPPY", "10"))
"""How many worlds are tried; ``make campaign-years`` tries 100."""
MANY = 10 * WORLDS
SEEDS = [seed for seed in range(MANY) if len(planned(question(seed))) > 1][:WORLDS]
"""Questions in which more than one future may come."""


@pytest.mark.skipif(find_spec("mpisppy") is None, reason="the extra [stochastic] is not installed")
@pytest.mark.parametrize("seed", SEEDS)
def test_the_optimum_is_that_of_mpisppy(seed: int) -> None:
    """The planner's models of the years, handed to another program that ties them: the same least objective.

    Proves: equal to mpi-sppy's extensive form, stages, lives, rates and CVaR among them. Sensitivity: an investment that
    is not the same in all futures before they are known, another weight of a future, a tail that is cut elsewhere.
    """
    assert objective(seed) == pytest.approx(extensive_form(question(seed)), rel=1e-6)


def test_the_questions_have_all_of_it() -> None:
    """Among the questions are futures alone, stages too, futures known late, and worst futures that are weighed.

    Proves: what is compared above holds all of it. Sensitivity: dice that never fall on one of them.
    """
    asked = [question(seed) for seed in SEEDS]
    assert any(not one.stages for one in asked)
    assert any(len(one.stages) > 1 for one in asked)
    assert any(one.known_from and one.known_from != min(one.stages) for one in asked)
    assert any(one.cvar[0] > 0 and one.cvar[1] > 0 for one in asked)
