"""Any other solver of Pyomo's: it decides, HiGHS prices. Tried with `appsi_highs`, which is always there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from solve_problems import INF, market_split, modules, problem, two_sites

from planner.errors import SolverMissingError
from planner.models.algebra.problem import Problem, SolverOptions
from planner.models.solving.solve import solve

if TYPE_CHECKING:
    from pathlib import Path

OTHER = SolverOptions(name="appsi_highs")

LEXICOGRAPHIC = problem(
    [(10, [1, 1, 1, 1], 10), (-INF, [1, 0, 0, 0], 4), (-INF, [0, 0, 1, 0], 3)],
    [[0, 0, 0, 1], [0, 2, 2, 0], [5, 3, 1, 0]],
    objective_stage=1,
    integers=(0,),
)
TIED = problem([(5, [1, 1], 5), (1, [0, 0], INF)][:1], [[2, 2]], tie_break=[900, 100])


@pytest.mark.parametrize("asked", [two_sites(), modules(), LEXICOGRAPHIC, TIED])
def test_same_plan_and_prices_as_highs(asked: Problem, tmp_path: Path) -> None:
    """Proves that plan, objective, bound, shadow prices and tie-break do not depend on the solver.

    Broken by a transposed matrix, a lost stage, or duals taken from the other solver.
    """
    ours, theirs = solve(asked, SolverOptions(), tmp_path), solve(asked, OTHER, tmp_path)
    assert ours.status == theirs.status == "optimal"
    np.testing.assert_allclose(theirs.values, ours.values, atol=1e-9)
    np.testing.assert_allclose(theirs.row_duals, ours.row_duals, atol=1e-9)
    assert theirs.objective == pytest.approx(ours.objective)
    assert theirs.bound == pytest.approx(ours.bound)
    assert theirs.details["solver"] == "appsi_highs"
    assert theirs.details["tie_break"] == ours.details["tie_break"]
    assert set(theirs.details["options"]) == {"mip_rel_gap", "threads", "random_seed"}


@pytest.mark.parametrize("integers", [(), (0,)])
def test_statuses(integers: tuple[int, ...], tmp_path: Path) -> None:
    """Proves that infeasible and unbounded are told apart; broken by Pyomo's "infeasibleOrUnbounded" passed on."""
    unbounded = problem([(0, [1, -1], 0)], [[-1, 0]], integers=integers)
    both = problem([(6, [0, 1], INF), (-INF, [0, 1], 5)], [[-1, 0]], integers=integers)
    empty_row = problem([(1, [0, 0], INF)], [[1, 1]], integers=integers)
    assert solve(unbounded, OTHER, tmp_path).status == "unbounded"
    assert solve(both, OTHER, tmp_path).status == "infeasible"
    assert solve(empty_row, OTHER, tmp_path).status == "infeasible"


def test_time_limit_is_passed_on(tmp_path: Path) -> None:
    """Proves that the limit reaches the solver and its plan comes back; broken by an option under another name."""
    solution = solve(market_split(), SolverOptions(name="appsi_highs", time_limit=1.0), tmp_path)
    assert solution.status == "feasible"
    assert solution.gap > 0
    assert solution.details["options"]["time_limit"] <= 1.0


@pytest.mark.parametrize("name", ["nonsense", "sh", "/bin/sh", "_mock_cbc", "asl", "xpress_persistent", ""])
def test_missing_solver(name: str, tmp_path: Path) -> None:
    """Proves exit 8 with what is available, and that no name is ever run as a programme (Pyomo itself would).

    Broken by handing an unknown name to Pyomo's SolverFactory.
    """
    with pytest.raises(SolverMissingError, match="available here: highs, appsi_highs") as caught:
        solve(two_sites(), SolverOptions(name=name), tmp_path)
    assert caught.value.exit_code == 8
