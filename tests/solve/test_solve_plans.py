"""Plans and statuses against answers known by hand."""

from __future__ import annotations

import itertools
import json
import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from solve_problems import INF, market_split, modules, problem, strict_market_split, two_sites

from planner.errors import PlannerError, UsageError
from planner.models.algebra.problem import Problem, Solution, SolverOptions
from planner.models.solving.solve import solve

if TYPE_CHECKING:
    from pathlib import Path


def run(asked: Problem, folder: Path, **options: Any) -> Solution:
    """Solve with HiGHS."""
    return solve(asked, SolverOptions(**options), folder)


def test_linear_plan(tmp_path: Path) -> None:
    """Proves values, objective with its constant, bound, gap and the record; broken by a lost constant or bound."""
    lines: list[str] = []
    asked = problem([(5, [1, 1], 5), (-INF, [1, 0], 4)], [[3, 7]], constants=[100.0])
    solution = solve(asked, SolverOptions(seed=7, mip_gap=1e-3), tmp_path, on_progress=lines.append)
    assert solution.status == "optimal"
    np.testing.assert_array_equal(solution.values, [4, 1])
    assert (solution.objective, solution.bound, solution.gap) == (119.0, 119.0, 0.0)
    assert solution.is_unique
    assert solution.seconds > 0
    assert solution.peak_memory > 10
    assert "HiGHS" in solution.log
    assert lines == solution.log.split("\n")
    options = solution.details["options"]
    assert (options["random_seed"], options["threads"], options["mip_rel_gap"]) == (7, 1, 1e-3)
    assert solution.details["stage_values"] == {"stage0": 119.0}
    json.dumps(solution.details, allow_nan=False)


def test_integer_plan(tmp_path: Path) -> None:
    """Proves the search, and that prices are those of the plan's own modules: one unit more is bought at 6.5, and
    room in a module saves 6.5 - 1. Broken by duals of the relaxation, or by integers left at 1.9999999.
    """  # noqa: D205
    solution = run(modules(), tmp_path)
    np.testing.assert_array_equal(solution.values, [2, 4, 1])
    assert (solution.objective, solution.bound, solution.gap) == (30.5, 30.5, 0.0)
    np.testing.assert_allclose(solution.row_duals, [6.5, -5.5])
    assert solution.is_unique is None


def test_row_duals_are_the_rise_per_unit_of_the_right_hand_side(tmp_path: Path) -> None:
    """Proves sign and size for =, ≥, ≤ and a range at either side, by moving each right-hand side; broken by a sign."""
    rows = [
        (10, [1, 1, 1, 0], 10),
        (3, [0, 1, 0, 1], INF),
        (-INF, [1, 0, 0, 0], 4),
        (2, [0, 0, 1, 0], 5),
        (-9, [0, -1, -1, 0], -1),
    ]
    cost = [2.0, 5.0, 3.5, 1.25]
    base = run(problem(rows, [cost]), tmp_path)
    assert base.row_duals is not None
    # One unit more of demand is met by the second, at 5, which spares the fourth, at 1.25.
    np.testing.assert_allclose(base.row_duals, [3.75, 1.25, -1.75, -0.25, 0], atol=1e-9)
    for position, (lower, coefficients, upper) in enumerate(rows):
        moved = [*rows]
        moved[position] = (lower + 1e-3, coefficients, upper + 1e-3)
        rise = run(problem(moved, [cost]), tmp_path).objective - base.objective
        assert rise / 1e-3 == pytest.approx(base.row_duals[position], abs=1e-6)


def test_shadow_prices_may_be_left_out(tmp_path: Path) -> None:
    """Proves that duals are given only where asked for; broken by ignoring the option."""
    assert run(two_sites(), tmp_path, shadow_prices=False).row_duals is None


EMISSIONS = problem(
    # demand 10 from clean (at most 4), dirty, dirty and cheap (at most 3), or unserved
    [(10, [1, 1, 1, 1], 10), (-INF, [1, 0, 0, 0], 4), (-INF, [0, 0, 1, 0], 3)],
    [[0, 0, 0, 1], [0, 2, 2, 0], [5, 3, 1, 0]],
    objective_stage=1,
)


def test_stages_in_turn(tmp_path: Path) -> None:
    """Proves unserved before emissions before cost, and that the duals are the emissions'.

    Unserved 0; clean 4, so 6 dirty: 12 t; the cheap dirty one is filled: 20 + 9 + 3. One unit more of demand
    emits 2, one more of clean saves 2, and the cheap one's limit changes no emission. Broken by summing the
    stages, by another stage's duals, or by losing an earlier stage.
    """
    solution = run(EMISSIONS, tmp_path)
    np.testing.assert_allclose(solution.values, [4, 3, 3, 0])
    assert solution.details["stage_values"] == pytest.approx({"stage0": 0, "stage1": 12, "stage2": 32})
    assert (solution.objective, solution.bound, solution.gap) == (12, 12, 0)
    np.testing.assert_allclose(solution.row_duals, [2, -2, 0], atol=1e-9)
    assert solution.is_unique


def test_stages_in_turn_with_integers(tmp_path: Path) -> None:
    """Proves the same with integers in every stage: broken by holding an earlier stage too loosely or too tightly.

    Modules of 3 (clean, at most 1) and 4 (dirty) and 2 (dirty): unserved 0 of 10, then the least dirty work.
    """
    asked = problem(
        [
            (10, [1, 1, 1, 1, 0, 0, 0], 10),
            (-INF, [1, 0, 0, 0, -3, 0, 0], 0),
            (-INF, [0, 1, 0, 0, 0, -4, 0], 0),
            (-INF, [0, 0, 1, 0, 0, 0, -2], 0),
        ],
        [[0, 0, 0, 1, 0, 0, 0], [0, 2, 2, 0, 0, 0, 0], [0.1, 0.2, 0.3, 0, 50, 30, 14]],
        upper=[INF, INF, INF, INF, 1, 9, 9],
        integers=(4, 5, 6),
        objective_stage=1,
    )
    solution = run(asked, tmp_path)
    # 7 of dirty work in modules of 4 at 30 and 2 at 14: four of 2 at 56, or one of 4 and two of 2 at 58, or 60.
    np.testing.assert_allclose(solution.values, [3, 0, 7, 0, 1, 0, 4], atol=1e-9)
    assert (solution.objective, solution.bound, solution.gap) == (14, 14, 0)
    assert solution.details["stage_values"]["stage2"] == pytest.approx(0.3 + 2.1 + 50 + 56)


def test_tie_break_takes_the_shorter_haul(tmp_path: Path) -> None:
    """Proves that among equal costs distance decides, and only there: the third site is nearest but dearer by 1e-6.

    Broken by no tie-break, by one that may raise the cost, or by a cost row with slack.
    """
    asked = problem([(5, [1, 1, 1], 5), (-INF, [0, 1, 0], 3)], [[2, 2, 2 + 1e-6]], tie_break=[900, 100, 1])
    solution = run(asked, tmp_path)
    np.testing.assert_array_equal(solution.values, [2, 3, 0])
    assert solution.details["tie_break"] == "distance"
    assert solution.is_unique is False
    assert solution.objective == 10
    np.testing.assert_allclose(solution.row_duals, [2, 0])
    off = run(asked, tmp_path, tie_break=False)
    assert (off.details["tie_break"], off.objective) == ("off", 10)
    assert run(replace(two_sites(), tie_break=np.ones(2)), tmp_path).details["tie_break"] == "not needed"


def test_tie_break_keeps_every_stage(tmp_path: Path) -> None:
    """Proves that the tie-break holds all stages and the integers; broken by holding the last stage alone."""
    asked = replace(EMISSIONS, tie_break=np.array([9.0, 9.0, 9.0, 0.0]))
    assert run(asked, tmp_path).details["stage_values"] == pytest.approx({"stage0": 0, "stage1": 12, "stage2": 32})


def test_unbounded_tie_break_is_rejected(tmp_path: Path) -> None:
    """Proves that a tie-break that fails costs nothing but itself; broken by losing the plan with it."""
    asked = problem([(0, [1, 0], INF)], [[1, 0]], tie_break=[0, -1])
    solution = run(asked, tmp_path)
    assert (solution.status, solution.details["tie_break"]) == ("optimal", "rejected")
    assert any("tie-break" in warning for warning in solution.details["warnings"])


def test_several_optima_are_noted(tmp_path: Path) -> None:
    """Proves that equal plans are found out without a tie-break too; broken by calling every basis unique."""
    asked = problem([(5, [1, 1], 5)], [[2, 2]], upper=[8, 8])
    assert run(asked, tmp_path).is_unique is False


def test_costs_far_below_the_solvers_tolerance(tmp_path: Path) -> None:
    """Proves that a unit as large as a year does not blind the solver: HiGHS takes 1e-9 for nothing.

    Broken by handing such costs over as they are.
    """
    asked = problem([(5, [1, 1, 1], 5)], [[3e-9, 1e-9, 2e-9]], upper=[9, 2, 9])
    solution = run(asked, tmp_path)
    np.testing.assert_array_equal(solution.values, [0, 2, 3])
    assert solution.row_duals is not None
    assert solution.row_duals[0] == pytest.approx(2e-9, rel=1e-9)
    integer = replace(asked, is_integer=np.ones(3, dtype=bool))
    found = run(integer, tmp_path)
    assert (found.objective, found.gap) == (pytest.approx(8e-9), 0.0)


def test_small_coefficients_count(tmp_path: Path) -> None:
    """Proves that coefficients down to 1e-12 are kept: HiGHS drops those below 1e-9 without a word by default."""
    asked = problem([(5, [1e-10, 1], INF)], [[1e-12, 1]], upper=[1e11, INF])
    assert run(asked, tmp_path).objective == pytest.approx(0.05)


@pytest.mark.parametrize("integers", [(), (0,), (0, 1)])
def test_infeasible_and_unbounded_are_told_apart(integers: tuple[int, ...], tmp_path: Path) -> None:
    """Proves both statuses with and without integers, also where HiGHS itself says "one of the two".

    Broken by passing kUnboundedOrInfeasible on as either.
    """
    unbounded = problem([(0, [1, -1], 0)], [[-1, 0]], integers=integers)
    infeasible = problem([(6, [1, 1], INF), (-INF, [1, 1], 5)], [[-1, 0]], integers=integers)
    both = problem([(6, [0, 1], INF), (-INF, [0, 1], 5)], [[-1, 0]], integers=integers)
    for asked, status in ((unbounded, "unbounded"), (infeasible, "infeasible"), (both, "infeasible")):
        solution = run(asked, tmp_path)
        assert (solution.status, solution.values) == (status, None)
        assert math.isnan(solution.objective)


def test_infeasible_through_integrality_alone(tmp_path: Path) -> None:
    """Proves that 2 x = 3 has no whole answer, though it has one; broken by solving the relaxation."""
    assert run(problem([(3, [2], 3)], [[1]], upper=[9], integers=(0,)), tmp_path).status == "infeasible"


@pytest.mark.parametrize(
    ("rows", "columns", "status"),
    [([], [[1.0, -1.0]], "optimal"), ([], [[]], "optimal"), ([(1, [], 2)], [[]], "infeasible")],
)
def test_nothing_to_decide(rows: list[Any], columns: list[Any], status: str, tmp_path: Path) -> None:
    """Proves that a problem without rows, or without columns, has its plain answer; broken by HiGHS's kModelEmpty."""
    solution = run(problem(rows, columns, upper=[1.0] * len(columns[0])), tmp_path)
    assert solution.status == status
    if columns[0]:
        np.testing.assert_array_equal(solution.values, [0, 1])


def test_time_limit_with_a_plan(tmp_path: Path) -> None:
    """Proves that a plan found in time is kept with an honest gap and exact integers; broken by losing it."""
    asked = market_split()
    solution = run(asked, tmp_path, time_limit=1.0)
    assert solution.status == "feasible"
    assert solution.values is not None
    assert solution.objective == pytest.approx(float(asked.stages[0].cost @ solution.values))
    assert solution.bound < solution.objective
    assert solution.gap == pytest.approx((solution.objective - solution.bound) / solution.objective)
    np.testing.assert_array_equal(solution.values[asked.is_integer] % 1, 0)
    assert solution.row_duals is not None


def test_time_limit_without_a_plan(tmp_path: Path) -> None:
    """Proves the other case; broken by calling it infeasible, or by handing out a point that is no plan."""
    solution = run(strict_market_split(), tmp_path, time_limit=0.5)
    assert (solution.status, solution.values) == ("time_limit", None)


def test_gap_is_accepted_where_allowed(tmp_path: Path) -> None:
    """Proves that a plan within the gap asked for is optimal, with its bound; broken by proving more than asked."""
    solution = run(market_split(2, 14), tmp_path, mip_gap=0.9)
    assert solution.status == "optimal"
    assert solution.bound <= solution.objective
    assert solution.gap <= 0.9


def test_same_problem_same_bits(tmp_path: Path) -> None:
    """Proves the same plan to the last bit from run to run, among many equal ones; broken by an option left open."""
    asked = replace(market_split(2, 12), tie_break=np.arange(16.0))
    first, second = (run(asked, tmp_path) for _ in range(2))
    assert first.status == second.status == "optimal"
    assert first.values is not None
    assert second.values is not None
    assert first.values.tobytes() == second.values.tobytes()
    assert first.objective == second.objective


@pytest.mark.parametrize("seed", range(12))
def test_integer_plans_against_enumeration(seed: int, tmp_path: Path) -> None:
    """Proves the optimum of small covering problems against every plan there is; broken by any wrong bound or cut."""
    rng = np.random.default_rng(seed)
    weights = rng.integers(1, 9, (3, 5))
    demand = rng.integers(5, 25, 3)
    cost = rng.integers(1, 20, 5)
    rows = [(float(demand[i]), [float(w) for w in weights[i]], INF) for i in range(3)]
    solution = run(problem(rows, [[float(c) for c in cost]], upper=[3] * 5, integers=tuple(range(5))), tmp_path)
    plans = np.array(list(itertools.product(range(4), repeat=5)))
    good = plans[(plans @ weights.T >= demand).all(axis=1)]
    assert solution.objective == (good @ cost).min()


@pytest.mark.parametrize(
    "broken",
    [
        replace(two_sites(), row_upper=np.array([5, np.nan])),
        replace(two_sites(), row_lower=np.array([INF, 0])),
        replace(two_sites(), column_lower=np.array([0, 1e20])),
        replace(two_sites(), tie_break=np.array([0, INF])),
        replace(two_sites(), matrix=two_sites().matrix * np.nan),
        problem([(1, [1], 1)], [[np.nan]]),
        problem([(1, [1], 1)], [[-1e20]]),
        problem([(1, [1], 1)], [[1]], constants=[INF]),
        problem([(1, [1], 1)], [[1]], objective_stage=1),
    ],
)
def test_numbers_no_solver_can_take_are_refused(broken: Problem, tmp_path: Path) -> None:
    """Proves that NaN and the infinite never reach a solver; broken by a check left out (to HiGHS NaN is optimal)."""
    with pytest.raises(PlannerError):
        run(broken, tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "options", [{"time_limit": 0}, {"mip_gap": -1}, {"mip_gap": math.nan}, {"threads": 0}, {"seed": -1}]
)
def test_senseless_options_are_refused(options: dict[str, Any], tmp_path: Path) -> None:
    """Proves that an option is refused rather than passed on; broken by a lost check."""
    with pytest.raises(UsageError):
        run(two_sites(), tmp_path, **options)
