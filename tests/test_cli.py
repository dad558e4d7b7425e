"""The command as a user meets it: every exit code, what each leaves behind, and no traceback anywhere."""

from __future__ import annotations

import dataclasses
import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

import planner.pipeline.run as line
from planner import cli
from planner.models.algebra.problem import Problem, Solution, SolverOptions
from planner.models.solving.solve import solve
from planner.views import drawing
from tests.worlds import BASE

RECORD = {"manifest.json", "solver.log", "summary.json"}


def call(monkeypatch: pytest.MonkeyPatch, *words: str | Path) -> int:
    """Run the command in this process and return its exit code."""
    monkeypatch.setattr("sys.argv", ["planner", *map(str, words)])
    with pytest.raises(SystemExit) as stop:
        cli.main()
    return int(stop.value.code or 0)


def answer_with(monkeypatch: pytest.MonkeyPatch, **changes: Any) -> None:
    """Let the solver find the true plan, then say something else of it; the bound is what a gap makes of it."""

    def changed(problem: Problem, options: SolverOptions, workdir: Path, **rest: Any) -> Solution:
        solution = dataclasses.replace(solve(problem, options, workdir, **rest), **changes)
        if "gap" not in changes:
            return solution
        return dataclasses.replace(solution, bound=solution.objective * (1 - changes["gap"]))

    monkeypatch.setattr(line, "solve", changed)


def test_run_writes_everything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Proves exit 0 and the whole run folder, and that --json prints the summary and nothing else.

    Sensitivity: a file left out, a line too many on stdout.
    """
    world, out = BASE.write(tmp_path / "world"), tmp_path / "out"
    assert call(monkeypatch, "run", world, "--out", out, "--json") == 0
    printed = capsys.readouterr()
    assert json.loads(printed.out) == json.loads((out / "summary.json").read_text(encoding="utf-8"))
    assert printed.err == ""
    for name in (
        "plan.gpkg",
        "map.png",
        "map.svg",
        "map.pdf",
        "shadow_prices.csv",
        "tables/allocation.csv",
        "scenario",
    ):
        assert (out / name).exists(), name
    assert {path.name for path in out.iterdir()} >= RECORD
    layers = sqlite3.connect(out / "plan.gpkg").execute("select table_name from gpkg_contents").fetchall()
    assert {"sites", "regions", "flows"} <= {name for (name,) in layers}


def test_audit_and_map_of_a_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Proves that a run can be audited and drawn again from its files alone, and that a changed number is found (11).

    Sensitivity: an audit that trusts the tables; a map that needs the model.
    """
    world, out = BASE.write(tmp_path / "world"), tmp_path / "out"
    assert call(monkeypatch, "run", world, "--out", out, "--no-map", "--no-deciding", "--quiet") == 0
    assert call(monkeypatch, "audit", out) == 0
    assert call(monkeypatch, "map", out, "--language", "zh", "--format", "svg", "--layer", "sites,regions") == 0
    assert call(monkeypatch, "map", out, "--layer", "roads") == 2
    table = out / "tables" / "allocation.csv"
    lines = table.read_text(encoding="utf-8").splitlines()
    *key, amount = lines[1].split(",")
    lines[1] = ",".join([*key, repr(float(amount) * 1.01)])
    table.write_text("\n".join(lines) + "\n", encoding="utf-8")
    capsys.readouterr()
    assert call(monkeypatch, "audit", out) == 11
    said = capsys.readouterr().err
    assert "demand_balance" in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["rum", "WORLD"], 2, "run"),
        (["run"], 2, "SCENARIO"),
        (["run", "WORLD", "--language", "fr"], 2, "zh and en"),
        (["run", "WORLD", "--gap", "2"], 2, "--gap"),
        (["run", "nowhere"], 3, "nowhere"),
        (["check", "WORLD", "--set", "site.pue=0.5"], 3, "at least 1"),
        (["audit", "WORLD"], 3, "manifest"),
        (["run", "WORLD", "--set", "workload.latency_max=0.01"], 4, "no route"),
        (["run", "WORLD", "--set", "site.utilisation_max=0.01"], 4, "built to the full"),
        (["run", "WORLD", "--set", "site.grid_power_max=1"], 4, "no plan"),
        (["run", "WORLD", "--solver", "nosuch"], 8, "nosuch"),
        (["run", "WORLD", "--out", "/proc/nowhere/run"], 10, "cannot write"),
    ],
)
def test_failures(
    words: list[str],
    code: int,
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Proves that each cause has its exit code and one block on stderr, and that only codes 4, 5, 7, 11 leave a record.

    Sensitivity: a traceback, a wrong code, a folder left behind.
    """
    monkeypatch.chdir(tmp_path)
    BASE.write(tmp_path / "WORLD")
    assert call(monkeypatch, *words) == code
    printed = capsys.readouterr()
    assert said in printed.err
    assert "Traceback" not in printed.err
    assert printed.out == ""
    runs = {path.name for path in (tmp_path / "results").rglob("*") if path.is_file()}
    assert runs == (RECORD if code == 4 else set())


@pytest.mark.parametrize(
    ("changes", "code", "said"),
    [
        ({"status": "unbounded", "values": None}, 5, "falls without end"),
        ({"status": "feasible", "gap": 0.03}, 6, "NOT PROVED OPTIMAL"),
        ({"status": "time_limit", "values": None}, 7, "time limit"),
        ({"status": "interrupted", "gap": 0.03}, 130, "NOT PROVED OPTIMAL"),
        ({"status": "interrupted", "values": None}, 130, "interrupted"),
        ({"objective": 1.0}, 11, "objective"),
    ],
)
def test_solver_outcomes(
    changes: dict[str, Any],
    code: int,
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Proves that what the solver reports decides exit code and files: a plan is kept only where there is one.

    Sensitivity: a limit reported as optimal; tables without an audited plan.
    """
    world, out = BASE.write(tmp_path / "world"), tmp_path / "out"
    answer_with(monkeypatch, **changes)
    assert call(monkeypatch, "run", world, "--out", out, "--no-map") == code
    printed = capsys.readouterr()
    assert said in printed.out + printed.err
    if code == 6:
        assert printed.out.startswith("FEASIBLE")
    found = {path.name for path in out.iterdir()} if out.exists() else set()
    if code in {6, 130} and changes.get("values", 1) is not None:
        assert "tables" in found
        assert json.loads((out / "summary.json").read_text(encoding="utf-8"))["status"] == "feasible"
    else:
        assert found == (RECORD if code != 130 else set())


def test_unexpected_errors_are_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Proves that even a bug ends in one line and exit 1, and memory in exit 9; --debug shows the rest.

    Sensitivity: an exception that passes main().
    """
    world = BASE.write(tmp_path / "world")
    for error, code in ((RuntimeError("odd \x1b[31m"), 1), (MemoryError(), 9)):

        def fail(*_: Any, error: Exception = error, **__: Any) -> None:
            raise error

        monkeypatch.setattr(line, "run", fail)
        assert call(monkeypatch, "run", world, "--out", tmp_path / "out") == code
        said = capsys.readouterr().err
        assert said.count("\n") == 1
        assert "\x1b" not in said
    assert call(monkeypatch, "run", world, "--out", tmp_path / "out", "--debug") == 9
    assert "Traceback" in capsys.readouterr().err


def test_a_drawing_that_fails_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves that the plan is written even if its map cannot be drawn, and that the manifest says so.

    Sensitivity: drawing inside the error path of writing.
    """
    world, out = BASE.write(tmp_path / "world"), tmp_path / "out"
    assert call(monkeypatch, "run", world, "--out", out, "--basemap", tmp_path / "none.geojson", "--quiet") == 3
    assert not out.exists()

    def fail(*_: Any, **__: Any) -> None:
        message = "no pen"
        raise ValueError(message)

    monkeypatch.setattr(drawing, "draw", fail)
    assert call(monkeypatch, "run", world, "--out", out, "--quiet") == 0
    assert not (out / "map.png").exists()
    notes = json.loads((out / "manifest.json").read_text(encoding="utf-8"))["notes"]
    assert any("map could not be drawn" in note for note in notes)


def test_check_counts_what_is_solved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Proves that ``check`` says the size of the model that is then solved.

    Sensitivity: counting sets that a rule does not run over.
    """
    world, out = BASE.write(tmp_path / "world"), tmp_path / "out"
    assert call(monkeypatch, "check", world, "--json") == 0
    sizes = json.loads(capsys.readouterr().out)
    assert call(monkeypatch, "run", world, "--out", out, "--no-map", "--no-deciding", "--quiet") == 0
    counts = json.loads((out / "summary.json").read_text(encoding="utf-8"))["counts"]
    assert {name: sizes[name] for name in ("rows", "columns", "integers")} == {
        name: counts[name] for name in ("rows", "columns", "integers")
    }


def test_json_tells_a_failure_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Proves that --json prints the summary of a run without a plan as well, the one that was written.

    Sensitivity: an error that passes by before anything is printed.
    """
    world, out = BASE.write(tmp_path / "world"), tmp_path / "out"
    assert call(monkeypatch, "run", world, "--set", "site.grid_power_max=1", "--out", out, "--json") == 4
    printed = json.loads(capsys.readouterr().out)
    assert printed["status"] == "infeasible"
    assert printed == json.loads((out / "summary.json").read_text(encoding="utf-8"))


def test_a_plan_without_a_bound_is_drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves that a plan of which nothing is proved is written, said and drawn again.

    Sensitivity: a gap that is taken for a number; JSON has no NaN, so it is read back as nothing.
    """
    world, out = BASE.write(tmp_path / "world"), tmp_path / "out"
    answer_with(monkeypatch, status="feasible", gap=float("nan"))
    assert call(monkeypatch, "run", world, "--out", out) == 6
    assert (out / "map.png").exists()
    assert call(monkeypatch, "map", out, "--format", "svg") == 0


def test_every_changed_file_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Proves that the audit of a run names a changed summary or log, which no rule could show.

    Sensitivity: hashes compared for the tables only.
    """
    world, out = BASE.write(tmp_path / "world"), tmp_path / "out"
    assert call(monkeypatch, "run", world, "--out", out, "--no-map", "--no-deciding", "--quiet") == 0
    for name in ("summary.json", "solver.log"):
        path = out / name
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace('"optimal"', '"feasible"') + " ", encoding="utf-8")
        capsys.readouterr()
        assert call(monkeypatch, "audit", out) == 11
        assert f"{name} is not the file that was written" in capsys.readouterr().err
        path.write_text(text, encoding="utf-8")
    assert call(monkeypatch, "audit", out) == 0
