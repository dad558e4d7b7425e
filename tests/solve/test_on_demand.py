"""Columns that are left out until they price out change the time a solver takes, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse

from planner.models.solving import solve as solving
from planner.models.solving.highs import options
from planner.models.solving.highs.exchange import Arrays, Clock
from planner.models.solving.highs.highs import Programme
from planner.models.solving.large import dive, pricing, settling
from planner.models.solving.large.pricing import farkas_costs, least_of_each
from planner.models.solving.large.restricted import RestrictedProgramme
from planner.models.solving.on_demand import find_on_demand
from planner.models.solving.process import stages
from tests.solve.solve_problems import modules
from tests.solve.test_solve_large import REGIONS, SITES, chained, network, request, with_blocks

STEPS = 24
ALLOCATION = REGIONS * SITES * STEPS


@pytest.fixture(autouse=True)
def _few_at_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make every problem a large one, and begin with one column of each row to be served, so that pricing has work."""
    monkeypatch.setattr(options, "LARGE", 0)
    monkeypatch.setattr(pricing, "FIRST_EACH", 1)
    monkeypatch.setattr(pricing, "TAKEN_EACH", 1)


def on_demand(arrays: Arrays, first: int = 2 * SITES, count: int = ALLOCATION) -> Arrays:
    """Return arrays of which the allocation may be left out."""
    may = np.zeros(arrays.columns, dtype=bool)
    may[first : first + count] = True
    return replace(arrays, on_demand=may)


def whole(arrays: Arrays, cost: np.ndarray) -> Programme:
    """Return the programme with every column, solved."""
    programme = Programme(arrays, request(), with_integers=False)
    programme.set_cost(cost)
    assert programme.run(60.0) == "optimal"
    return programme


def test_the_largest_component_may_be_left_out() -> None:
    """Proves that the component with most columns is found by its name alone, and none where none is large enough.

    Broken by the offset of another component, or by integers that are left out.
    """
    found = find_on_demand(network(STEPS))
    assert found is not None
    assert np.flatnonzero(found).tolist() == list(range(2 * SITES, 2 * SITES + ALLOCATION))
    assert find_on_demand(modules()) is None
    raised = network(STEPS)
    assert find_on_demand(replace(raised, column_lower=raised.column_lower + 0.5)) is None


@pytest.mark.parametrize("seed", range(8))
def test_the_optimum_is_that_of_the_whole(seed: int) -> None:
    """Proves that value, prices of rows and reduced costs of *all* columns are those of the whole problem.

    Broken by a column that prices out and is not taken in, or by a matrix of the wrong columns: both leave a reduced
    cost below 0, or a plan that breaks a row.
    """
    arrays = on_demand(solving._arrays(network(STEPS, seed, integers=False)))
    cost = arrays.costs[0]
    programme = RestrictedProgramme(arrays, request(), cost)
    begun_with = int(programme.is_held.sum())
    assert programme.run(60.0) == "optimal"
    assert begun_with < int(programme.is_held.sum()) < arrays.columns
    assert float(cost @ programme.values) == pytest.approx(float(cost @ whole(arrays, cost).values), rel=1e-9)
    matrix = pricing.matrix_of((arrays.starts, arrays.indices, arrays.data), arrays.rows)
    reduced = cost - matrix.T @ programme.row_duals
    assert programme.reduced_costs == pytest.approx(reduced, abs=1e-6)
    assert (reduced[~programme.is_held] >= -1e-6).all()
    assert programme.activities == pytest.approx(matrix @ programme.values, abs=1e-6)


@pytest.mark.parametrize("seed", range(4))
def test_the_basis_is_of_the_whole(seed: int) -> None:
    """Proves that the basis handed out is one of the whole problem: HiGHS takes it there and has nothing left to do.

    Broken by any status at the wrong column: the columns taken in stand in another order.
    """
    arrays = on_demand(solving._arrays(network(STEPS, seed, integers=False)))
    cost = arrays.costs[0]
    programme = RestrictedProgramme(arrays, request(), cost)
    assert programme.run(60.0) == "optimal"
    basis = programme.basis()
    assert basis is not None
    again = dive.warm.WarmProgramme(replace(arrays, on_demand=np.zeros(0, dtype=bool)), request(), cost)
    assert again.run_from(basis, 60.0) == "optimal"
    assert again.iterations == 0


@pytest.mark.parametrize("seed", range(4))
def test_a_basis_of_the_whole_starts_it(seed: int) -> None:
    """Proves that a basis of an earlier run is taken whole: what is basic in it is taken in, and no step is needed.

    Broken by a basis cut to the columns held.
    """
    arrays = solving._arrays(network(STEPS, seed, integers=False))
    cost = arrays.costs[0]
    basis = whole(arrays, cost).basis()
    assert basis is not None
    begun = dive.warm.WarmProgramme(on_demand(arrays), request(), cost)
    assert begun.run_from(basis, 60.0) == "optimal"
    assert begun.iterations == 0
    assert not begun.is_whole


def test_no_plan_is_said_only_of_the_whole() -> None:
    """Proves that a start without a plan is priced by its proof until there is one, and that "no plan" is of the whole.

    Broken by prices of the wrong sign: nothing is taken in, or everything at once.
    """
    short = network(STEPS, 3, integers=False)
    upper = short.column_upper.copy()
    upper[:SITES] = 0.0  # nothing is built: the nearest site alone cannot serve
    upper[SITES : 2 * SITES] = 9.0
    capacity = short.row_upper.copy()
    capacity[REGIONS * STEPS : REGIONS * STEPS + SITES * STEPS] = 3.6
    lower = short.row_lower.copy()
    lower[-SITES:] = -np.inf
    arrays = solving._arrays(replace(short, column_upper=upper, row_upper=capacity, row_lower=lower))
    programme = RestrictedProgramme(on_demand(arrays), request(), arrays.costs[0])
    assert Programme.run(programme, 60.0) == "infeasible"  # of the columns it begins with
    assert programme.run(60.0) == "optimal"
    assert not programme.is_whole
    cost = arrays.costs[0]
    assert float(cost @ programme.values) == pytest.approx(float(cost @ whole(arrays, cost).values), rel=1e-9)
    none = solving._arrays(network(STEPS, 3, integers=False, feasible=False))
    assert RestrictedProgramme(on_demand(none), request(), none.costs[0]).run(60.0) == "infeasible"


def test_a_ray_of_either_sign_is_a_proof() -> None:
    """Proves that x ≤ 1 and x + z ≥ 2 without z are disproved whatever the sign of the ray, that z mends it, and no more.

    Broken by a sign, by a side that is not there, or by counting on a column that is left out.
    """
    matrix = sparse.csc_array(np.array([[1.0, 0.0], [1.0, 1.0]]))
    sides, limits = (np.array([-np.inf, 2.0]), np.array([1.0, np.inf])), (np.zeros(2), np.array([9.0, 9.0]))
    is_left = np.array([False, True])
    for ray in (np.array([-1.0, 1.0]), np.array([1.0, -1.0])):
        costs = farkas_costs(ray, matrix, sides, limits, is_left)
        assert costs is not None
        assert costs.tolist() == [0.0, -1.0]
        assert farkas_costs(ray, matrix, sides, limits, np.zeros(2, dtype=bool)) is None
    assert farkas_costs(np.array([1.0, 1.0]), matrix, sides, limits, is_left) is None
    assert farkas_costs(None, matrix, sides, limits, is_left) is None


def test_the_least_of_each_group() -> None:
    """Proves the choice by hand: two least of each group, and all of what is in no group."""
    values, groups = np.array([3.0, 1.0, 2.0, 9.0, 8.0, 7.0]), np.array([5, 5, 5, 2, -1, -1], dtype=np.int32)
    assert sorted(least_of_each(values, groups, 2).tolist()) == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("waits", [False, True])
def test_search_and_prices_are_those_of_the_whole(seed: int, *, waits: bool) -> None:
    """Proves that whole plans found with columns left out, from blocks and by branching, cost what HiGHS's own tree finds.

    Prices and the choice among equals come out as without.

    Broken by a bound of an integer that does not reach HiGHS, by a face that lets a column out that is left out, or by
    a block that is priced at another's prices.
    """
    steps = 48
    asked = network(steps, seed)
    asked = chained(asked, steps, 12) if waits else asked
    blocked = with_blocks(asked)
    arrays = on_demand(blocked, count=REGIONS * SITES * steps)
    found = [stages.search_integers(given, request(), Clock(None), lambda *_: None) for given in (blocked, arrays)]
    truth = Programme(blocked, request(), with_integers=True)
    truth.set_cost(blocked.costs[0])
    assert truth.run(60.0) == "optimal"
    cost = blocked.costs[0]
    for one in found:
        assert one.values is not None
        assert float(cost @ one.values) == pytest.approx(float(cost @ truth.values), rel=1e-7)
        assert one.bound <= float(cost @ one.values) * (1 + 1e-9)
    values = found[0].values
    assert values is not None
    plain, priced = (
        stages.polish(given, request(), Clock(None), np.round(values), None) for given in (blocked, arrays)
    )
    assert plain.is_complete
    assert priced.is_complete
    assert plain.values is not None
    assert priced.values is not None
    assert float(cost @ priced.values) == pytest.approx(float(cost @ plain.values), rel=1e-9)
    assert priced.tie_break == plain.tie_break
    if len(blocked.tie_break):
        haul = blocked.tie_break
        assert float(haul @ priced.values) == pytest.approx(float(haul @ plain.values), rel=1e-7)


def test_a_held_row_takes_all_columns_in() -> None:
    """Proves that a row of one's own, which is not priced, holds every column."""
    arrays = on_demand(solving._arrays(network(STEPS, 1, integers=False)))
    cost = arrays.costs[0]
    best = float(cost @ whole(arrays, cost).values)
    programme = RestrictedProgramme(arrays, request(), cost)
    programme.add_row(cost, best * 1.01)
    programme.set_cost(arrays.tie_break)
    assert programme.run(60.0) == "optimal"
    assert programme.is_whole
    assert float(cost @ programme.values) <= best * 1.01 + 1e-6


@pytest.mark.parametrize("box", [1e-7, 4e-3, 10.0])
def test_links_settle_in_boxes_and_are_let_go(box: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves that boxes about what links the blocks, narrow or wide, leave the bounds and the optimum as they are.

    Broken by a box that stays: the optimum is then that of the sample's investments.
    """
    monkeypatch.setattr(settling, "BOX", box)
    blocked = with_blocks(network(48, 4, integers=False))
    arrays = on_demand(blocked, count=REGIONS * SITES * 48)
    cost = arrays.costs[0]
    programme = dive.relaxed(arrays, request(), Clock(None), cost)
    links = np.arange(2 * SITES)
    assert np.array_equal(programme.column_lower[links], arrays.column_lower[links])
    assert np.array_equal(
        programme.column_upper[links], RestrictedProgramme(arrays, request(), cost).column_upper[links]
    )
    assert programme.run(60.0) == "optimal"
    assert float(cost @ programme.values) == pytest.approx(float(cost @ whole(arrays, cost).values), rel=1e-9)
