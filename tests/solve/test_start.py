"""A run begins with the integers of an earlier one: found by name, never trusted, and of use to nothing but time."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import planner
from planner import cli
from planner.errors import InvalidInputError
from planner.models.algebra.problem import Problem, SolverOptions
from planner.models.solving.highs import options
from planner.models.solving.highs.exchange import Clock
from planner.models.solving.process import stages
from planner.models.solving.solve import solve
from planner.models.solving.start import integer_variables, start_from
from planner.pipeline.run import run_and_write
from tests.solve.solve_problems import INF, modules, problem
from tests.solve.test_solve_large import network, request, with_blocks

TINY = Path(__file__).parents[2] / "scenarios" / "tiny"


def named(asked: Problem) -> Problem:
    """Return the problem with its first column called modules of a site, the second open of another."""
    names = [("modules", ("horinger", "general")), ("open", ("guian",)), ("power", ("guian",))]
    return Problem(**{**vars(asked), "column_names": names})


def two_integers() -> Problem:
    """Return a problem of modules 0 to 4, an opening and a market."""
    asked = problem([(5, [2, 1, 1], INF)], [[10, 9, 6.5]], upper=[4, 1, INF], integers=(0, 1))
    return named(asked)


def tables(modules: float, opened: float, site: str = "horinger") -> dict[str, pd.DataFrame]:
    """Return result tables as a run has them."""
    built = {"site": [site, "guian"], "compute_type": ["general"] * 2, "capacity_new": [1.0, 0.0]}
    return {
        "site_expansion": pd.DataFrame({**built, "modules": [modules, 0.0]}),
        "site_expansion_opened": pd.DataFrame({"site": ["guian"], "open": [opened]}),
        "demand": pd.DataFrame({"region": ["r"], "demand": [1.0]}),
    }


def test_integers_are_found_by_name_and_index() -> None:
    """Proves that a table's column of the variable's name gives the integers, whatever the table is called.

    Broken by the order of the columns, by taking other numbers of the table, or by a list of names kept by hand.
    """
    assert integer_variables(two_integers()) == {"modules": 2, "open": 1}
    found = start_from(two_integers(), tables(3.0, 1.0000000001))
    assert found.values is not None
    np.testing.assert_array_equal(found.values, [3.0, 1.0, np.nan])
    assert found.details == {"integers": 2, "of": 2, "left_out": 0}
    assert found.notes == []  # guian has no modules here, and had none there


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (tables(3.0, 1.0, site="zhongwei"), r"modules\[zhongwei, general\] are not in this scenario"),
        (tables(5.0, 1.0), r"modules\[horinger, general\] are beyond what this scenario allows"),
    ],
)
def test_what_does_not_fit_is_left_out_with_a_note(given: dict[str, pd.DataFrame], words: str) -> None:
    """Proves that a member that is gone, or a value out of bounds, is named and left out, and the rest is used.

    Broken by an error, by silence, or by giving up the whole start.
    """
    found = start_from(two_integers(), given)
    assert found.details == {"integers": 1, "of": 2, "left_out": 1}
    assert found.values is not None
    assert np.isnan(found.values[0])
    assert found.values[1] == 1.0
    assert len(found.notes) == 1
    assert pd.Series(found.notes).str.contains(words).all()


@pytest.mark.parametrize("given", [{}, tables(np.nan, 0.5)])
def test_start_without_integers_is_a_note(given: dict[str, pd.DataFrame]) -> None:
    """Proves that a plan without one usable integer is said to be of no use. Broken by handing on a start of nothing."""
    found = start_from(two_integers(), given)
    assert found.values is None
    assert [note.en for note in found.notes] == [
        "the start was not used: it holds none of the integers of this scenario"
    ]


@pytest.mark.parametrize("count", [0.0, 2.0, 4.0])
def test_any_start_gives_the_same_optimum(count: float, tmp_path: Path) -> None:
    """Proves that a start, good or bad, changes nothing of the optimum. Broken by fixing what is only offered."""
    found = solve(modules(), SolverOptions(), tmp_path, start=np.array([count, np.nan, np.nan]))
    assert found.status == "optimal"
    assert found.objective == pytest.approx(30.5)


def test_start_that_has_no_plan_is_passed_over(tmp_path: Path) -> None:
    """Proves that integers under which nothing can be served are no error. Broken by taking them for the problem's."""
    asked = problem([(5, [0, 1], 5), (-INF, [-2, 1], 0)], [[10, 1]], upper=[4, INF], integers=(0,))
    found = solve(asked, SolverOptions(), tmp_path, start=np.array([0.0, np.nan]))
    assert found.status == "optimal"
    assert found.objective == pytest.approx(35.0)


def test_large_problem_takes_a_start_that_is_good_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves that the dive tries the start first, takes it where it is within the gap, and says what it made of it.

    Broken by rounding the relaxation all the same, or by taking a start that costs too much.
    """
    monkeypatch.setattr(options, "LARGE", 0)
    arrays = with_blocks(network(24, 3))
    best = stages.search_integers(arrays, request(), Clock(None), lambda *_: None)
    assert best.values is not None
    integers = np.where(arrays.is_integer, best.values, np.nan)
    found = stages.search_integers(arrays, request(0.3), Clock(None), lambda *_: None, integers)
    assert found.values is not None
    np.testing.assert_allclose(found.values[:4], integers[:4], atol=1e-6)
    assert found.start_cost == pytest.approx(float(arrays.costs[0] @ best.values), rel=1e-7)
    built_out = np.where(arrays.is_integer, 3.0, np.nan)
    found = stages.search_integers(arrays, request(), Clock(None), lambda *_: None, built_out)
    assert found.start_cost is not None
    assert found.start_cost > float(arrays.costs[0] @ best.values)
    assert float(arrays.costs[0] @ found.values) == pytest.approx(float(arrays.costs[0] @ best.values), rel=1e-7)  # type: ignore[operator]


def test_run_from_a_folder_and_from_results(tmp_path: Path) -> None:
    """Proves that both ways give the plan of a run without, and that the manifest says what was used.

    Broken by reading no table, or by a start left out of the record.
    """
    scenario = planner.read_scenario(TINY)
    first, folder = run_and_write(scenario, tmp_path / "first", drawn=False)
    assert "start" not in first.manifest["solver"]
    for start, name in ((folder, str(folder)), (str(folder), str(folder)), (first, first.manifest["content_hash"])):
        again = planner.run(scenario, start=start)
        assert again.summary["objective"] == pytest.approx(first.summary["objective"], rel=1e-9)
        used = again.manifest["solver"]["start"]
        assert used["from"] == name
        assert used["integers"] == used["of"] > 0


def test_run_from_what_is_no_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Proves exit 3 and words for a folder that is missing, is no run, or was changed, before anything is solved.

    Broken by a traceback, by going on without, or by a run folder left behind.
    """
    scenario = planner.read_scenario(TINY)
    _, folder = run_and_write(scenario, tmp_path / "first", drawn=False)
    (folder / "tables" / "site_expansion.csv").write_text("site\n", encoding="utf-8")
    for start, words in ((tmp_path / "none", "no such run folder"), (TINY, "manifest.json"), (folder, "started from")):
        monkeypatch.setattr(
            "sys.argv", ["planner", "run", str(TINY), "--start", str(start), "--out", str(tmp_path / "out")]
        )
        with pytest.raises(SystemExit) as stop:
            cli.main()
        assert stop.value.code == 3
        assert words in capsys.readouterr().err
        assert not (tmp_path / "out").exists()
        with pytest.raises(InvalidInputError):
            planner.run(scenario, start=start)


def test_run_without_a_plan_is_no_start(tmp_path: Path) -> None:
    """Proves that a failed run gives a note, not an error. Broken by asking its tables for a plan."""
    scenario = planner.read_scenario(TINY)
    _, folder = run_and_write(scenario, tmp_path / "first", drawn=False)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    manifest.update(tables={}, status="time_limit")
    manifest["files"] = {}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    found = planner.run(scenario, start=folder)
    assert found.summary["status"] == "optimal"
    assert any("the start was not used" in note for note in found.manifest["notes"])
