"""Random stages and futures against an independent statement of the same questions (``years.py``)."""

from __future__ import annotations

import os
from functools import cache

import pytest

import planner
from tests.cases.several_years import read
from tests.oracle.years import optimum, question, world_of_question

WORLDS = int(os.environ.get("PLANNER_YEARS", "15"))
"""How many worlds are tried; ``make campaign-years`` tries 100."""


@cache
def objective(seed: int) -> float:
    """Return the objective of the audited plan of a question; those of both oracles are solved once."""
    return float(planner.run(read(world_of_question(question(seed)))).summary["objective"])


@pytest.mark.parametrize("seed", range(WORLDS))
def test_the_optimum_is_that_of_another_statement(seed: int) -> None:
    """Stages, futures, lives, lead times, rates, openings, discount and CVaR: the same least objective.

    Proves: ours equals that of scipy's solver on rows written from the contract, and its audit agrees.
    Sensitivity: any rule, price, factor or life that one of the two states otherwise.
    """
    assert objective(seed) == pytest.approx(optimum(question(seed)), rel=1e-7)


def test_the_questions_differ() -> None:
    """Among the questions are stages alone, futures alone, both, a future that cannot come, and a weighed worst.

    Proves: what is compared above holds all of it. Sensitivity: dice that never fall on one of them.
    """
    asked = [question(seed) for seed in range(WORLDS)]
    assert any(len(one.stages) > 1 and not one.futures for one in asked)
    assert any(not one.stages and one.futures for one in asked)
    assert any(len(one.stages) > 1 and len(one.futures) > 1 for one in asked)
    assert any(0.0 in one.futures.values() for one in asked)
    assert any(one.cvar[0] > 0 and one.cvar[1] > 0 for one in asked)
    assert any(one.known_from for one in asked)
