"""Whatever a solver's process does, it ends as a status or as one clear error, and nothing of it is left running."""

from __future__ import annotations

import sys
import time
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from solve_problems import dense, modules, two_sites

from planner.errors import SolverCrashedError
from planner.models.algebra.problem import Solution, SolverOptions
from planner.models.solving.process import solver_process as process
from planner.models.solving.solve import solve

FAKE = str(Path(__file__).parent / "fake_child.py")


def run(mode: str, folder: Path, **options: float) -> Solution:
    """Solve ``two_sites`` with a solver that misbehaves."""
    return solve(two_sites(), SolverOptions(**options), folder, child=[sys.executable, FAKE, mode])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("mode", "words"),
    [
        ("garbage", "cannot be read"),
        ("empty", "cannot be read"),
        ("partial", "cannot be read"),
        ("silent", "without an answer"),
        ("unfinished", "without an answer"),
        ("wrong_plan", "breaks"),
        ("wrong_optimum", "shadow prices allow"),
        ("wrong_bound", "below its own bound"),
        ("wrong_status", "splendid"),
        ("nan", "not finite"),
        ("nan_duals", "not numbers"),
        ("nan_bound", "without a bound"),
        ("wrong_length", "3 values for 2 columns"),
        ("no_values", "without values"),
        ("crash", "signal 11"),
        ("killed", "out of memory"),
        ("exit", "exit status 3"),
        ("out_of_memory", "out of memory"),
        ("bad_alloc", "out of memory"),
    ],
)
def test_bad_answer_is_refused(mode: str, words: str, tmp_path: Path) -> None:
    """Proves that no such answer becomes a plan, and that the error says what happened.

    Broken by trusting the child's own status, by skipping one of judge's checks, or by a lost exit status.
    """
    with pytest.raises(SolverCrashedError, match=words) as caught:
        run(mode, tmp_path)
    assert caught.value.exit_code == 9
    assert "\n" not in str(caught.value)


@pytest.mark.skipif(
    find_spec("highspy_extras") is not None,
    reason="the OpenBLAS in highspy-extras waits for memory without end when it is loaded",
)
@pytest.mark.parametrize("room", [1, 60, 130, 200])
def test_memory_that_runs_out_is_named(room: int, tmp_path: Path) -> None:
    """Proves that want of memory is told as such wherever it strikes: start, reading, HiGHS's own C++.

    Broken by catching MemoryError in Python only, or by needing memory to say so.
    """
    child = [sys.executable, FAKE, f"room_for_{room}"]
    with pytest.raises(SolverCrashedError, match="out of memory"):
        solve(dense(1500), SolverOptions(), tmp_path, child=child)


def test_unproved_optimum_is_only_feasible(tmp_path: Path) -> None:
    """Proves that a linear plan is called optimal only with duals to prove it; broken by taking the word for it."""
    solution = run("no_proof", tmp_path)
    assert solution.status == "feasible"
    assert any("nothing proves" in warning for warning in solution.details["warnings"])


def test_bound_that_leaves_a_gap_is_not_optimal(tmp_path: Path) -> None:
    """Proves that a plan far from the solver's own bound is not optimal; broken by not comparing the two."""
    code = (
        "import sys; from pathlib import Path; import numpy as np; from planner.models.solving.highs import exchange as e; "
        "e.write_answer(Path(sys.argv[1]), e.Answer('optimal', np.array([0.0, 0.0, 5.0]), 20.0))"
    )
    solution = solve(modules(), SolverOptions(), tmp_path, child=[sys.executable, "-c", code])
    assert solution.status == "feasible"
    assert solution.gap == pytest.approx(12.5 / 32.5)


@pytest.mark.parametrize("mode", ["prints", "huge_log", "slow", "leaves_children"])
def test_odd_but_right_is_taken(mode: str, tmp_path: Path) -> None:
    """Proves that noise on the way changes nothing of the answer, and that the log kept is bounded.

    Broken by reading the answer from stdout, by a full pipe that blocks the child, or by waiting for a
    grandchild that keeps the pipe open.
    """
    solution = run(mode, tmp_path)
    assert solution.status == "optimal"
    np.testing.assert_array_equal(solution.values, [4.0, 1.0])
    assert len(solution.log) <= 4 * process.LOG_HALF
    assert "HiGHS" in solution.log


def test_hang_is_stopped_after_the_time_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves that a solver deaf to its limit is ended, with its best plan if it left one.

    Broken by waiting on the child without a deadline.
    """
    monkeypatch.setattr("planner.models.solving.solve.DEADLINE_GRACE", -4.5)
    start = time.perf_counter()
    assert run("hang", tmp_path, time_limit=0.5).status == "time_limit"
    solution = run("hang_holding_incumbent", tmp_path, time_limit=0.5)
    assert time.perf_counter() - start < 60
    assert solution.status == "feasible"
    assert solution.objective == 23.0
    assert solution.gap == pytest.approx(13 / 23)


def test_failing_progress_ends_the_child(tmp_path: Path) -> None:
    """Proves that an error in the caller's own function leaves no process behind; broken by leaving without a kill."""

    def fail(_: str) -> None:
        raise ZeroDivisionError

    child = [sys.executable, FAKE, "huge_log"]
    with pytest.raises(ZeroDivisionError):
        solve(two_sites(), SolverOptions(), tmp_path, child=child, on_progress=fail)
