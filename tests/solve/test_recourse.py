"""Parts that cost nothing are held by cuts, and whoever asks sees the whole problem as it would be solved at once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from planner.models.solving.highs import options
from planner.models.solving.highs.exchange import Clock
from planner.models.solving.highs.highs import Programme
from planner.models.solving.large import dive, recourse
from planner.models.solving.large.block_start import LINK
from planner.models.solving.large.pricing import farkas_costs, matrix_of
from planner.models.solving.large.projected import ProjectedProgramme, programme_of
from planner.models.solving.large.recourse import Recourse, find_recourse
from planner.models.solving.process import stages
from tests.solve.apart_problems import SITES, planning
from tests.solve.test_solve_large import request

if TYPE_CHECKING:
    from planner.models.solving.highs.exchange import Arrays, Vector

PERIODS = 6
PROTECTED = 5.0, 8.0
SEEDS = range(12)


@pytest.fixture(autouse=True)
def _every_size(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make every problem a large one, and every part worth a cut."""
    monkeypatch.setattr(options, "LARGE", 0)
    monkeypatch.setattr(recourse, "COLUMNS_MIN", 1)


def protected(seed: int, *, whole: bool = True) -> Arrays:
    """Return a problem in which three outages decide what is built."""
    return planning(seed, PERIODS, whole=whole, protected=PROTECTED)


def solved_at_once(arrays: Arrays, *, integers: bool = False) -> Programme:
    """Return the whole problem, solved by HiGHS."""
    programme = Programme(arrays, replace(request(), is_careful=True), with_integers=integers)
    programme.set_cost(arrays.costs[0])
    assert programme.run(60.0) == "optimal"
    return programme


def missed(arrays: Arrays, values: Vector) -> float:
    """Return by how much a point breaks the row or limit that it breaks most."""
    activity = matrix_of((arrays.starts, arrays.indices, arrays.data), arrays.rows) @ values
    pairs = (
        (arrays.row_lower, activity), (activity, arrays.row_upper),
        (arrays.column_lower, values), (values, arrays.column_upper),
    )  # fmt: skip
    return max(float((less - more).max()) for less, more in pairs)


def proved(arrays: Arrays, duals: Vector) -> float:
    """Return the bound that prices of the rows prove, where a column that pays has a limit."""
    reduced = arrays.costs[0] - matrix_of((arrays.starts, arrays.indices, arrays.data), arrays.rows).T @ duals
    noise = 1e-6
    side = np.where(duals > noise, arrays.row_lower, np.where(duals < -noise, arrays.row_upper, 0.0))
    at = np.where(reduced > noise, arrays.column_lower, np.where(reduced < -noise, arrays.column_upper, 0.0))
    return float(side @ duals + at @ reduced)


def test_a_part_is_what_costs_nothing_and_knows_no_block() -> None:
    """Proves that the outages are found, each with its rows, and no yearly column without a cost that an hour knows.

    Sensitivity: parts told by their cost alone, or all outages as one.
    """
    arrays = protected(0)
    green = np.flatnonzero(arrays.column_block == LINK)[SITES : 2 * SITES]
    costs = arrays.costs.copy()
    costs[:, green] = 0.0  # hours know it
    parts = find_recourse(replace(arrays, costs=costs))
    assert [(len(columns), len(rows)) for columns, rows in parts] == [(4 * (SITES - 1), 4 + SITES - 1)] * SITES
    assert not np.isin(green, np.concatenate([columns for columns, _ in parts])).any()
    assert find_recourse(planning(0, PERIODS)) == []


def test_a_cut_says_how_much_room_is_missing() -> None:
    """Proves, by hand, that with nothing built the cut is the sum of the rows of the sites that are left.

    Two sites that stand with 3 each are left for the protected work w: ``4 · halls ≥ w - 6``, that is over 4.
    Sensitivity: the sides of the rows, the sign of the coefficients, the cut's size.
    """
    arrays = protected(1)
    columns, rows = find_recourse(arrays)[0]
    part = Recourse(arrays, columns, rows, (arrays.column_lower, arrays.column_upper))
    cut = part.cut(np.zeros(arrays.columns))
    work = float(arrays.row_lower[rows][np.isfinite(arrays.row_lower[rows])].sum())
    assert cut is not None
    assert cut.columns.tolist() == [1, 2]  # halls; that of the site lost is not in it
    assert cut.coefficients == pytest.approx([1.0, 1.0])
    assert cut.least == pytest.approx((work - 6.0) / 4.0)
    enough = np.zeros(arrays.columns)
    enough[1:3] = cut.least / 2.0 + 0.1
    assert part.cut(enough) is None
    found = enough.copy()
    found[columns] = part.values
    activity = (matrix_of((arrays.starts, arrays.indices, arrays.data), arrays.rows) @ found)[rows]
    assert (activity >= arrays.row_lower[rows] - 1e-9).all()
    assert (activity <= arrays.row_upper[rows] + 1e-9).all()


@pytest.mark.parametrize("seed", SEEDS)
def test_the_relaxation_is_that_of_the_whole(seed: int) -> None:
    """Proves that cost, plan and prices are those of the whole: the plan breaks no row, and the prices prove its cost.

    Sensitivity: a cut left out or too strong, prices of cuts that are not spread over the rows, a part's values.
    """
    arrays = protected(seed)
    programme = dive.relaxed(arrays, request(), Clock(None), arrays.costs[0])
    assert isinstance(programme, ProjectedProgramme)
    assert programme.run(60.0) == "optimal"
    cost = float(arrays.costs[0] @ programme.values)
    assert cost == pytest.approx(float(arrays.costs[0] @ solved_at_once(arrays).values), rel=1e-7)
    assert missed(arrays, programme.values) <= 1e-5
    assert len(programme.cuts) > 0
    assert proved(arrays, programme.row_duals) == pytest.approx(cost, rel=1e-7)


@pytest.mark.parametrize("seed", SEEDS)
def test_whole_modules_are_those_of_the_whole(seed: int) -> None:
    """Proves that the search with whole modules ends at the optimum of the whole, with a plan for each outage.

    Sensitivity: integers fixed at values that no cut was asked about, a plan taken before its outages are.
    """
    arrays = protected(seed)
    found = dive.dive(arrays, request(gap=1e-6), Clock(None), lambda *_: None)
    assert found.values is not None
    assert found.cost == pytest.approx(float(arrays.costs[0] @ solved_at_once(arrays, integers=True).values), rel=2e-6)
    assert missed(arrays, found.values) <= 1e-5


def test_among_equal_plans_the_tie_break_chooses_in_each_part() -> None:
    """Proves that the last steps keep the cost, and that work goes to the nearer site in an outage where it may.

    Sensitivity: a part left where it was first found, a face that lets go of the cuts.
    """
    arrays = protected(2, whole=False)
    parts = np.concatenate([columns for columns, _ in find_recourse(arrays)])
    tie = np.zeros(arrays.columns)
    tie[parts] = np.random.default_rng(5).uniform(1.0, 9.0, len(parts))
    polished = stages.polish(replace(arrays, tie_break=tie), request(), Clock(None), None)
    assert polished.is_complete
    assert polished.tie_break == "distance"
    assert polished.values is not None
    assert missed(arrays, polished.values) <= 1e-5
    whole = solved_at_once(arrays)
    assert float(arrays.costs[0] @ polished.values) == pytest.approx(float(arrays.costs[0] @ whole.values), rel=1e-7)
    known = np.ones(arrays.columns, dtype=bool)
    known[parts] = False
    held = solved_at_once(replace(
        arrays, costs=tie[None, :],
        column_lower=np.where(known, polished.values - 1e-7, arrays.column_lower),
        column_upper=np.where(known, polished.values + 1e-7, arrays.column_upper),
        row_lower=arrays.row_lower - 1e-5, row_upper=arrays.row_upper + 1e-5,
    ))  # fmt: skip
    assert float(tie @ polished.values) == pytest.approx(float(tie @ held.values), rel=1e-4)


def test_a_part_that_nothing_built_can_serve_has_no_plan() -> None:
    """Proves that where the rows of a part break whatever is built there is no plan: no point of it is taken for one.

    Sensitivity: a part called well served because its prices name nothing that is built.
    """
    arrays = protected(4)
    columns, rows = find_recourse(arrays)[0]
    upper = arrays.column_upper.copy()
    upper[columns] = 1.0  # less than any work is
    arrays = replace(arrays, column_upper=upper)
    cut = Recourse(arrays, columns, rows, (arrays.column_lower, arrays.column_upper)).cut(np.zeros(arrays.columns))
    assert cut is not None
    programme = programme_of(arrays, request(), arrays.costs[0], in_blocks=True)
    assert programme.run(60.0) == "infeasible"


def test_no_plan_is_told_with_its_proof() -> None:
    """Proves that where an outage asks for more than all halls hold there is no plan, and that prices of rows say so.

    Sensitivity: a ray that names cuts in place of rows.
    """
    arrays = planning(3, PERIODS, protected=(14.0, 15.0))
    programme = programme_of(arrays, request(), arrays.costs[0], in_blocks=True)
    assert programme.run(60.0) == "infeasible"
    matrix = matrix_of((arrays.starts, arrays.indices, arrays.data), arrays.rows)
    none = np.zeros(arrays.columns, dtype=bool)
    sides, limits = (arrays.row_lower, arrays.row_upper), (programme.column_lower, programme.column_upper)
    assert farkas_costs(programme.ray, matrix, sides, limits, none) is not None
