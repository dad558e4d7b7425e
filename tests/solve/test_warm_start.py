"""A run that begins at the basis of an earlier one ends with the plan, the proof and the prices it has without."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import planner
from planner.io.results.packed_arrays import BASIS, read_basis
from planner.models.algebra.problem import Problem, SolverOptions, Stage
from planner.models.algebra.row_names import Names
from planner.models.solving import basis as basis_of
from planner.models.solving.basis import fitted_basis, kept_basis
from planner.models.solving.highs.exchange import Clock
from planner.models.solving.large import branch, warm
from planner.models.solving.process import stages
from planner.models.solving.solve import solve
from planner.pipeline.run import run_and_write
from tests.algebra import compiled
from tests.reliability.random_world import random_world
from tests.solve.solve_problems import INF, problem, two_sites
from tests.solve.test_solve_large import network, request, with_blocks

if TYPE_CHECKING:
    from planner.io.results.results import Results

TINY = Path(__file__).parents[2] / "scenarios" / "tiny"
# World 3 has had no work, and a floor on use that no plan can keep, since features stand in another order: it has no model.
SEEDS = (1, 2, 5, 6, 8, 9)
"""Of worlds that have a plan."""


def moved(asked: Problem, what: str, by: float = 0.1) -> Problem:
    """Return a problem with the same rows and columns, and other costs, sides or coefficients."""
    rng = np.random.default_rng(3)
    if what == "costs":
        changed = [
            replace(stage, cost=stage.cost * rng.uniform(1 - by, 1 + by, len(stage.cost))) for stage in asked.stages
        ]
        return replace(asked, stages=tuple(changed))
    if what == "sides":
        factor = rng.uniform(1, 1 + by, len(asked.row_lower))
        return replace(asked, row_lower=asked.row_lower * factor, row_upper=asked.row_upper * factor)
    matrix = asked.matrix.copy()
    matrix.data = matrix.data * rng.uniform(1 - by, 1 + by, len(matrix.data))
    return replace(asked, matrix=matrix)


def solved(asked: Problem, tmp_path: Path, earlier: Any = None, **options: Any) -> Any:
    """Return the solution of a problem, from the basis an earlier solution kept if there is one."""
    basis, _ = (None, 0.0) if earlier is None else fitted_basis(asked, earlier.basis)
    return solve(asked, SolverOptions(**options), tmp_path, basis=basis)


@pytest.mark.parametrize("what", ["costs", "sides", "coefficients"])
def test_linear_programme_from_a_basis_is_the_same(what: str, tmp_path: Path) -> None:
    """Proves the cold optimum, prices that prove it, and that the old basis was where it began.

    Sensitivity: an objective of the old costs, a basis that is not handed on, or the old values taken for the new.
    """
    first = solved(network(24, integers=False), tmp_path)
    asked = moved(network(24, integers=False), what)
    cold, begun = solved(asked, tmp_path), solved(asked, tmp_path, first)
    assert (cold.status, begun.status) == ("optimal", "optimal")
    assert not cold.details["from_basis"]
    assert begun.details["from_basis"]
    assert cold.objective != pytest.approx(first.objective, rel=1e-6)
    assert begun.objective == pytest.approx(cold.objective, rel=1e-9)
    assert begun.gap == pytest.approx(0.0, abs=1e-9)
    if cold.is_unique:
        np.testing.assert_allclose(begun.values, cold.values, atol=1e-6)
        np.testing.assert_allclose(begun.row_duals, cold.row_duals, atol=1e-6)


def test_few_iterations_from_a_basis_nearby() -> None:
    """Proves that the old basis saves work: none at all for the same problem, far fewer for one like it.

    Sensitivity: a basis given to HiGHS and then forgotten, by presolve or by a change of the model after it.
    """
    arrays = with_blocks(network(24, integers=False))
    nothing = np.concatenate([np.zeros(arrays.columns), np.ones(arrays.rows)]).astype(np.int8)
    cold = warm.solved(arrays, request(), Clock(None), arrays.costs[0], nothing)
    assert cold is not None
    basis = cold[0].basis()
    same = warm.solved(arrays, request(), Clock(None), arrays.costs[0], basis)
    like = warm.solved(arrays, request(), Clock(None), arrays.costs[0] * 1.01 + 0.01, basis)
    assert same is not None
    assert like is not None
    assert same[0].iterations == 0
    assert like[0].iterations < cold[0].iterations / 4


@pytest.mark.parametrize("algorithm", ["choose", "ipm", "pdlp"])
def test_a_basis_far_off_is_given_up(
    algorithm: Any, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Proves that after so many iterations the programme is solved as without a basis, and says so.

    Sensitivity: a search from afar that goes on for ever, or a programme left at its limit of iterations.
    """
    arrays = with_blocks(moved(network(24, integers=False), "coefficients", 0.5))
    asked = request(algorithm=algorithm)
    cold = stages.polish(arrays, asked, Clock(None), None)
    monkeypatch.setattr(warm, "ITERATIONS_MIN", 1)
    monkeypatch.setattr(warm, "ROWS_PER_ITERATION", 10**9)
    basis = np.concatenate([np.zeros(arrays.columns), np.ones(arrays.rows)]).astype(np.int8)
    begun = stages.polish(arrays, asked, Clock(None), None, basis=basis)
    assert begun.is_complete
    assert not begun.is_warm
    assert float(arrays.costs[0] @ begun.values) == pytest.approx(float(arrays.costs[0] @ cold.values), rel=1e-9)  # type: ignore[operator]
    assert "given up" in capfd.readouterr().out


@pytest.mark.parametrize("nodes", [0, 10_000])
@pytest.mark.parametrize("what", ["costs", "sides"])
def test_integers_from_a_basis_are_proved_optimal(
    what: str, nodes: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Proves the cold optimum at gap 0 for integers, whether our branching ends or HiGHS's search goes on.

    Sensitivity: old integers kept because they are allowed, or a bound that is the old one.
    """
    monkeypatch.setattr(branch, "NODES_SMALL", nodes)
    first = solved(network(20, 4), tmp_path)
    asked = moved(network(20, 4), what, 0.3)
    cold = solved(asked, tmp_path)
    assert not np.allclose(cold.values[:4], first.values[:4])  # the old integers are not the best here
    arrays = with_blocks(asked)
    basis, share = fitted_basis(asked, first.basis)
    assert share == 1.0
    start = np.where(asked.is_integer, first.values, np.nan)
    found = stages.search_integers(arrays, request(), Clock(None), lambda *_: None, start, basis=basis)
    assert found.is_warm
    assert found.state == "optimal"
    assert (len(found.stages) == 2) == (nodes == 0)
    assert float(arrays.costs[0] @ found.values) == pytest.approx(cold.objective, rel=1e-9)  # type: ignore[operator]
    assert found.bound == pytest.approx(cold.objective, rel=1e-6)
    begun = solve(asked, SolverOptions(), tmp_path, start=start, basis=basis)
    assert begun.status == "optimal"
    assert begun.objective == pytest.approx(cold.objective, rel=1e-9)


@pytest.mark.parametrize("seed", SEEDS)
def test_random_worlds_end_alike(seed: int, tmp_path: Path) -> None:
    """Proves status and optimum of the cold run for scenarios of any features, with costs and sides moved.

    Sensitivity: a rule for which the basis is no start but an answer, such as stages held one after the other.
    """
    asked = compiled(random_world(seed))
    first = solved(asked, tmp_path)
    for what in ("costs", "sides"):
        changed = moved(asked, what)
        cold, begun = solved(changed, tmp_path), solved(changed, tmp_path, first)
        assert begun.status == cold.status
        if cold.values is not None:
            assert begun.objective == pytest.approx(cold.objective, rel=1e-7, abs=1e-6)


def test_what_has_no_plan_has_none_from_a_basis(tmp_path: Path) -> None:
    """Proves that a limit no plan can keep is found from a basis as well. Sensitivity: the old plan kept."""
    first = solved(network(24, integers=False), tmp_path)
    found = solved(network(24, integers=False, feasible=False), tmp_path, first)
    assert found.status == "infeasible"
    assert found.values is None


def test_sides_that_come_and_go() -> None:
    """Proves that what was at a side which is gone stands at the other, and what is basic stays.

    Sensitivity: HiGHS told that a column is at an upper bound of infinity, and its value with it.
    """
    statuses = np.array([0, 2, 2, 0, 1, 3, 4, 3], dtype=np.int8)
    lower = np.array([0, 0, -INF, -INF, -INF, 2, -INF, -INF])
    upper = np.array([INF, INF, INF, 5, INF, INF, 7, INF])
    np.testing.assert_array_equal(warm.at_a_side(statuses, lower, upper), [0, 0, 3, 2, 1, 0, 2, 3])


def test_basis_is_fitted_by_rule_and_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves that a rule that is new gets basic rows, one that is gone is left out, and the rest keeps its place.

    Sensitivity: a basis taken by position, so that one more row moves all after it.
    """
    monkeypatch.setattr(basis_of, "SHARE_MIN", 0.5)
    asked = network(24, integers=False)
    first = solved(asked, tmp_path)
    whole, share = fitted_basis(asked, first.basis)
    assert share == 1.0
    assert whole is not None
    columns = len(asked.column_lower)
    np.testing.assert_array_equal(whole, np.concatenate([first.basis["columns"], first.basis["rows"]]))
    assert isinstance(asked.row_names, Names)
    runs = asked.row_names.runs
    kept = slice(len(runs[0].places), None)  # without the first rule
    fewer = replace(
        asked,
        matrix=asked.matrix.tocsr()[kept].tocsc(),
        row_lower=asked.row_lower[kept],
        row_upper=asked.row_upper[kept],
        row_names=Names(runs[1:]),
    )
    part, share = fitted_basis(fewer, first.basis)
    assert share == 1.0
    np.testing.assert_array_equal(part, np.delete(whole, np.arange(columns, columns + kept.start)))
    without = kept_basis(fewer, part)
    assert without is not None
    more, share = fitted_basis(asked, without)
    assert share == pytest.approx(1 - kept.start / len(whole))
    assert more is not None
    np.testing.assert_array_equal(more[columns : columns + kept.start], 1)
    np.testing.assert_array_equal(np.delete(more, np.arange(columns, columns + kept.start)), part)
    cold, begun = solved(asked, tmp_path), solve(asked, SolverOptions(), tmp_path, basis=more)
    assert begun.details["from_basis"]
    assert begun.objective == pytest.approx(cold.objective, rel=1e-9)


def test_basis_of_another_problem_is_none(tmp_path: Path) -> None:
    """Proves that a basis whose indices are others is not used. Sensitivity: rows known by their number alone."""
    first = solved(network(24, integers=False), tmp_path)
    assert fitted_basis(network(20, integers=False), first.basis)[0] is None
    assert fitted_basis(two_sites(), first.basis)[0] is None
    asked = two_sites()
    named = replace(asked, row_names=tuple(("row", (f"r{i}",)) for i in range(2)))
    assert fitted_basis(named, solved(asked, tmp_path).basis)[0] is None
    assert fitted_basis(asked, solved(asked, tmp_path).basis)[1] == 1.0


def test_stages_from_a_basis(tmp_path: Path) -> None:
    """Proves that stages in turn end as without a basis, which is that of the first. Sensitivity: one of the last."""
    asked = problem([(5, [1, 1, 1], 5), (-INF, [1, 0, 0], 4)], [[3, 7, 3], [1, 0, 2]], objective_stage=1)
    first = solved(asked, tmp_path)
    changed = replace(asked, stages=(Stage("a", np.array([3.0, 2.0, 3.0])), asked.stages[1]))
    cold, begun = solved(changed, tmp_path), solved(changed, tmp_path, first)
    assert begun.details["from_basis"]
    assert begun.objective == pytest.approx(cold.objective)
    np.testing.assert_allclose(begun.values, cold.values, atol=1e-9)


def same_tables(found: Results, expected: Results) -> None:
    """Compare the tables of two plans, number by number."""
    assert found.tables.keys() == expected.tables.keys()
    for name, table in expected.tables.items():
        for column in table.columns:
            if table[column].dtype.kind == "f":
                np.testing.assert_allclose(found.tables[name][column], table[column], rtol=1e-6, atol=1e-6)
            else:
                assert found.tables[name][column].tolist() == table[column].tolist()


@pytest.fixture(scope="module")
def first_run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Results, Path]:
    """Return the run of ``tiny`` that others begin with, and its folder, to which nobody writes."""
    folder = tmp_path_factory.mktemp("tiny") / "first"
    return run_and_write(planner.read_scenario(TINY), folder, drawn=False)


@pytest.mark.parametrize(
    ("change", "how"),
    [
        ("carbon_price=80", "whole"),
        ("region_workload.demand[shanghai,online]=20.5", "whole"),
        ("emissions_max=465000", "in part"),
    ],
)
def test_run_from_a_run_is_the_run_without(
    change: str, how: str, first_run: tuple[Results, Path], tmp_path: Path
) -> None:
    """Proves that folder and results both carry a basis, and that plan, prices and tables are those of a cold run.

    Sensitivity: a basis that is not written, not read back, not found in memory, or that changes what is written.
    """
    first, folder = first_run
    scenario = planner.read_scenario(TINY, [change])
    cold = planner.run(scenario)
    assert not cold.manifest["solver"]["from_basis"]
    for start in (folder, first, planner.read_results(folder)):
        begun, out = run_and_write(scenario, tmp_path / "begun", force=True, drawn=False, start=start)
        assert begun.manifest["solver"]["from_basis"]
        assert begun.manifest["solver"]["start"]["basis"] == how
        assert begun.manifest["audit"]["agreed"]
        assert begun.summary["objective"] == pytest.approx(cold.summary["objective"], rel=1e-9)
        same_tables(begun, cold)
        assert (out / BASIS).is_file()
        assert begun.manifest["notes"] == cold.manifest["notes"]


DAMAGE = {
    "missing": lambda path: path.unlink(),
    "no archive": lambda path: path.write_bytes(b"not an archive"),
    "cut short": lambda path: path.write_bytes(path.read_bytes()[:-40]),
    "flipped": lambda path: path.write_bytes(path.read_bytes()[:200] + b"\xff" * 50 + path.read_bytes()[250:]),
    "other format": lambda path: np.savez(path, **{**read(path), "format": np.array(2)}),
    "too short": lambda path: np.savez(path, **{**read(path), "rows": read(path)["rows"][:-1]}),
    "no statuses": lambda path: np.savez(path, **{**read(path), "columns": read(path)["columns"] + 7}),
    "words": lambda path: np.savez(path, **{**read(path), "rows": read(path)["rows"].astype(str)}),
    "no names": lambda path: np.savez(path, **{**read(path), "parts": np.frombuffer(b"[[[", dtype=np.uint8)}),
    "nothing inside": np.savez,
    "objects": lambda path: np.savez(path, **{**read(path), "rows": np.array([{}, []], dtype=object)}),
}


def read(path: Path) -> dict[str, Any]:
    """Return the arrays of a basis file."""
    found = read_basis(path.parent)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def without_start() -> float:
    """Return the objective of what the damaged starts are for, solved without any."""
    return float(planner.run(planner.read_scenario(TINY, ["carbon_price=80"])).summary["objective"])


@pytest.mark.parametrize("damage", DAMAGE)
def test_damaged_basis_is_passed_over(
    damage: str, first_run: tuple[Results, Path], without_start: float, tmp_path: Path
) -> None:
    """Proves that whatever a basis file holds, the run is that without it, and says so where there was one to use.

    Sensitivity: a crash in the solver's process, or exit 3 for a file the manifest does not answer for.
    """
    folder = shutil.copytree(first_run[1], tmp_path / "first")
    DAMAGE[damage](folder / BASIS)
    found = planner.run(planner.read_scenario(TINY, ["carbon_price=80"]), start=folder)
    assert found.summary["objective"] == pytest.approx(without_start, rel=1e-9)
    assert not found.manifest["solver"]["from_basis"]
    has_note = any("basis of the start was not used" in note for note in found.manifest["notes"])
    assert has_note == (damage != "missing")
    assert planner.read_results(folder).tables  # the run itself is as good as ever
