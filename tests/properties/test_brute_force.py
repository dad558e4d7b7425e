"""Tiny integer plans against brute force: every combination of integers tried, each by a programme of its own.

40 worlds in ``make test``; 5,000 in ``make campaign-brute``, which finds what the next 160 would and more. Every fourth world, and every world with several
stages, goes through ``planner.run``; the others are built, compiled and solved by SciPy in this
process, then tabulated and audited, which is quicker by half a second each.
"""

from __future__ import annotations

import os

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp

import planner
from planner.errors import InfeasibleError
from planner.models.audit import audit, summarise
from planner.models.build import declare_model
from planner.models.compile import compile_model
from planner.pipeline.outcome import tabulate
from tests.algebra import scenario_of
from tests.oracle.enumeration import Oracle
from tests.oracle.random_worlds import choices_of, random_world
from tests.worlds import World

CASES = int(os.environ.get("PLANNER_BRUTE", "40"))
CHUNK = 10
FIRST = int(os.environ.get("PLANNER_BRUTE_FIRST", "0"))
TOLERANCE = 1e-6


def by_the_planner(world: World) -> dict[str, float] | None:
    """Return the summary's objective and cost by the whole line, or nothing where there is no plan."""
    try:
        summary = planner.run(scenario_of(world)).summary
    except InfeasibleError:
        return None
    missed = {"unserved": "unserved", "missing": "green_shortfall"}
    left = {stage: summary["energy"].get(name, 0.0) for stage, name in missed.items()}
    return {"objective": summary["objective"], "cost": summary["cost"], **left}


def by_the_arrays(world: World) -> dict[str, float] | None:
    """Return the summary's objective by the compiled arrays and SciPy, tables audited; one stage only."""
    scenario = scenario_of(world)
    model = declare_model(scenario)
    try:
        compiled = compile_model(model)
    except InfeasibleError:
        return None
    problem = compiled.problem
    [stage] = problem.stages
    rows = LinearConstraint(problem.matrix, problem.row_lower, problem.row_upper)
    bounds = Bounds(problem.column_lower, problem.column_upper)
    result = milp(
        stage.cost, integrality=problem.is_integer, bounds=bounds, constraints=rows, options={"mip_rel_gap": 0}
    )
    if result.status == 2:
        return None
    assert result.status == 0, result.message
    values = np.clip(
        np.where(problem.is_integer, np.round(result.x), result.x), problem.column_lower, problem.column_upper
    )
    compiled.load(values)
    tables = tabulate(model)
    summary = summarise(scenario, tables)
    assert audit(scenario, tables, summary) == []
    return {"objective": summary["objective"]}


@pytest.mark.parametrize("first", range(FIRST, FIRST + CASES, CHUNK))
def test_no_plan_is_better_than_the_planner_s(first: int) -> None:
    """The planner's objective is the best of all combinations of integers, and it is infeasible where none fits.

    Proves: the objective, and the stages before and after it where there are any, to a millionth, in worlds with modules, openings,
    indivisible work, unserved prices, green shares of every mode and scope, weights, steps and lexicographic stages.
    Sensitivity: any coefficient, sign, bound or index set of the core, and any integer solved loosely.
    """
    for seed in range(first, min(first + CHUNK, FIRST + CASES)):
        world = random_world(seed)
        expected = Oracle(world).best()
        whole_line = seed % 4 == 0 or world.minimise in ("emissions", "latency")
        found = by_the_planner(world) if whole_line else by_the_arrays(world)
        assert (found is None) == (expected is None), f"seed {seed}: {found}, not {expected}"
        if found is not None and expected is not None:
            for stage, value in expected.items():
                close = pytest.approx(value, rel=TOLERANCE, abs=TOLERANCE)
                assert found[stage] == close, f"seed {seed}, {stage}: {found}, not {expected}"


def test_the_random_worlds_are_worth_trying() -> None:
    """The worlds have plans more often than not, several sites, and integers that matter.

    Proves: of the first 60 worlds half or more are feasible, half have two or three sites, and they have 8
    combinations of integers on average or more.
    Sensitivity: a generator that drifts into trivial or impossible worlds.
    """
    worlds = [random_world(seed) for seed in range(60)]
    assert np.mean([choices_of(world) for world in worlds]) >= 8
    assert sum(len(world.tables["site"]) > 1 for world in worlds) >= 30
    assert sum(Oracle(world).best() is not None for world in worlds) >= 30
