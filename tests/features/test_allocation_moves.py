"""Work that moves from where it is done today: counted, limited, paid.

``ONE`` is ``HAND`` with all 30 MW asked for inland: 13.5 MW at ``far``, 16.5 in the mean at ``near``, 49 230 000 CNY/a. ``TODAY`` says
that eight tenths, 24 MW, are done at ``near`` and 6 MW at ``far``: 7.5 MW move. A MW that moves saves 340 CNY/MWh in 3000 hours,
1 020 000 CNY/a.
"""

from __future__ import annotations

import math

import pytest

from planner.errors import InfeasibleError, InvalidInputError
from planner.models.algebra.problem import SolverOptions
from planner.models.audit import audit
from planner.models.features.allocation import GIVES
from planner.pipeline.check import warnings_of
from planner.studies.explain.trials import Trials
from tests.algebra import (
    HAND,
    HAND_COST,
    altered,
    compiled,
    cost_of,
    objective_of,
    plan,
    price_of,
    rows_of,
    rules_found,
    scenario_of,
)
from tests.worlds import World

ONE = HAND.with_cells("region_workload", "demand", {"coast;web": 0, "inland;web": 30})
SAVED = 340 * 3000.0


def today(world: World, **shares: float) -> World:
    """Return a world in which so much of inland's web is done at these sites today."""
    rows = [
        {"region": "inland", "workload": "web", "site": site, "allocation_existing": share}
        for site, share in shares.items()
    ]
    return world.with_rows("region_workload_site", rows)


TODAY = today(ONE, near=0.8, far=0.2)
PAID = TODAY.with_cells("workload", "move_cost", {"web": 500_000})
HELD = TODAY.with_cells("workload", "move_max", {"web": 0.1})


def moved(world: World) -> dict[str, tuple[float, float, float]]:
    """Return today's work, the plan's and what moves by site [MW]."""
    table = plan(world).tables["allocation_moved"].set_index("site")
    return {str(site): tuple(row) for site, row in table[["work_today", "work_planned", "work_moved"]].iterrows()}


def test_what_moves_is_counted() -> None:
    """Where nothing is limited or paid the plan is as it was, and the table says what moves.

    Proves: 24 and 6 MW today, 16.5 and 13.5 in the plan, 7.5 move away from ``near``. Sensitivity: work that comes counted
    as well, a MW by day taken for the mean.
    """
    assert cost_of(TODAY) == pytest.approx(HAND_COST)
    found = moved(TODAY)
    assert found["near"] == pytest.approx((24, 16.5, 7.5))
    assert found["far"] == pytest.approx((6, 13.5, 0))
    assert plan(TODAY).summary["work_moved"] == pytest.approx(7.5)
    assert rules_found(plan(TODAY)) == set()
    assert "allocation_moved" not in plan(ONE).tables


@pytest.mark.parametrize(("cost", "moves"), [(500_000, 7.5), (1_010_000, 7.5), (1_030_000, 0.0)])
def test_work_moves_where_it_pays(cost: float, moves: float) -> None:
    """A move is paid once, in the year planned.

    Proves: 7.5 × its cost while that is below 1 020 000 CNY/MW, and nothing moves above. Sensitivity: a cost for each hour or
    each timestep, for what comes and for what goes.
    """
    world = TODAY.with_cells("workload", "move_cost", {"web": cost})
    results = plan(world)
    assert results.summary["work_moved"] == pytest.approx(moves)
    assert results.summary["costs"]["moving"] == pytest.approx(moves * cost)
    assert cost_of(world) == pytest.approx(HAND_COST + (7.5 - moves) * SAVED + moves * cost)
    assert rules_found(results) == set()


def test_no_more_moves_than_may() -> None:
    """A tenth of what has a place today may leave it.

    Proves: 3 of 30 MW, 4.5 × 1 020 000 CNY/a more; a MW more is worth 1 020 000, less the cost of moving. Sensitivity: a share
    of the site's work, of what moves, of each region's.
    """
    assert moved(HELD)["near"] == pytest.approx((24, 21, 3))
    assert cost_of(HELD) == pytest.approx(HAND_COST + 4.5 * SAVED)
    assert price_of(plan(HELD), "move_limit", "web") == pytest.approx(SAVED)
    both = HELD.with_cells("workload", "move_cost", {"web": 500_000})
    assert price_of(plan(both), "move_limit", "web") == pytest.approx(SAVED - 500_000)
    assert price_of(plan(PAID), "work_moved_floor", "inland", "web", "near") == pytest.approx(500_000 / 3000)
    part = today(ONE, near=0.4).with_cells("workload", "move_max", {"web": 0.1})
    assert moved(part)["near"] == pytest.approx((12, 16.5, 0))


def test_work_left_unserved_has_not_moved() -> None:
    """Today's work is a share of what is served.

    Proves: at 600 CNY/MWh what ``near`` would do for 700 stays unserved; 13.5 MW are served, of which 10.8 are of ``near``, and
    with a tenth that may move 4.05 are done at ``far`` for 1.5 that are left at ``near``. Sensitivity: demand for what is served.
    """
    world = TODAY.with_cells("workload", "unserved_price", {"web": 600})
    found = moved(world)
    assert found["near"] == pytest.approx((10.8, 0, 10.8))
    assert found["far"] == pytest.approx((2.7, 13.5, 0))
    assert rules_found(plan(world)) == set()


def test_moves_algebra() -> None:
    """Algebra: 3000 × moved + 0.2 of the work at near, less 0.8 of that elsewhere, at least 0; the limit on 0.1 of it all.

    Proves: coefficients, sides, cost; without places there are no rows. Sensitivity: weights left out of either side.
    """
    problem = compiled(HELD.with_cells("workload", "move_cost", {"web": 500_000}))
    row = rows_of(problem, "work_moved_floor")["inland,web,near"]
    sign = 1 if row.lower == 0 else -1
    expected = {"work_moved[inland,web,near]": 3000.0}
    for step, hours in (("day", 2000.0), ("night", 1000.0)):
        expected[f"allocation[inland,web,near,direct,{step}]"] = 0.2 * hours
        expected[f"allocation[inland,web,far,direct,{step}]"] = -0.8 * hours
    assert row.coefficients == pytest.approx({name: sign * value for name, value in expected.items()})
    assert (row.lower, row.upper) in {(0, math.inf), (-math.inf, 0)}
    limit = rows_of(problem, "move_limit")["web"]
    assert limit.coefficients["work_moved[inland,web,near]"] == 1
    assert limit.coefficients["allocation[inland,web,near,direct,day]"] == pytest.approx(-0.1 * 2000 / 3000)
    assert limit.upper == 0
    assert objective_of(problem)[0]["work_moved[inland,web,near]"] == pytest.approx(500_000)
    plain = compiled(ONE.with_cells("workload", "move_cost", {"web": 500_000}))
    assert rows_of(plain, "work_moved_floor") == rows_of(plain, "move_limit") == {}


def test_a_place_that_may_no_longer_be_is_left() -> None:
    """Work of today at a site beyond the latency must move, which a limit may forbid; the limit is what gives.

    Proves: at 5 ms the 6 MW of ``far`` move; with a tenth that may, 3 MW, there is no plan, with a fifth there is. Sensitivity:
    places without a route passed over.
    """
    near_only = TODAY.with_cells("workload", "latency_max", {"web": 5})
    assert moved(near_only)["far"] == pytest.approx((6, 0, 6))
    tight = near_only.with_cells("workload", "move_max", {"web": 0.1})
    with pytest.raises(InfeasibleError):
        plan(tight)
    assert plan(near_only.with_cells("workload", "move_max", {"web": 0.2})).summary["work_moved"] == pytest.approx(6)
    assert GIVES["move_limit"] == ("move_max",)
    scenario = scenario_of(tight)
    trials = Trials(scenario, SolverOptions())
    assert "move_max" in trials.base(scenario).slopes


def test_shares_of_more_than_all_are_refused() -> None:
    """Shares that add up to more than 1 are a fault; a cost or limit without places is noted.

    Proves: both; three thirds of six digits are all. Sensitivity: work counted twice, a limit that does nothing silently.
    """
    with pytest.raises(InvalidInputError, match=r"add up to 1\.1"):
        scenario_of(today(ONE, near=0.8, far=0.3))
    scenario_of(today(ONE, near=0.333333, far=0.666667))
    [note] = warnings_of(scenario_of(ONE.with_cells("workload", "move_max", {"web": 0.1})))
    assert "move_max counts nothing" in note.en
    assert list(warnings_of(scenario_of(HELD))) == []


@pytest.mark.parametrize("column", ["work_today", "work_planned", "work_moved"])
def test_planted_faults_are_found(column: str) -> None:
    """A number of the table that is a thousandth more, and a move that is paid for too little, are found.

    Proves: the finding names the number or the cost. Sensitivity: a table nobody adds up.
    """
    results = plan(PAID)
    rule = {"work_moved": "work_moved_floor"}.get(column, column)
    tables = altered(results.tables, "allocation_moved", column, lambda old: old * 1.001, site="near")
    assert rule in rules_found(results, tables)
    cheaper = altered(results.tables, "cost", "cost", lambda old: old * 0.999, category="moving")
    assert "moving" in rules_found(results, cheaper)


def test_the_audit_reckons_by_itself() -> None:
    """A plan held against other places, another limit or another cost is not confirmed.

    Proves: each is named. Sensitivity: an audit of the table alone.
    """
    results = plan(PAID)
    for world, rule in (
        (today(PAID, near=0.7, far=0.3), "work_today"),
        (PAID.with_cells("workload", "move_max", {"web": 0.2}), "move_limit"),
        (PAID.with_cells("workload", "move_cost", {"web": 510_000}), "moving"),
    ):
        assert rule in {each.rule for each in audit(scenario_of(world), results.tables, results.summary)}
