"""``planner bench`` as a user meets it: a real campaign on a small programme, resumed, and every exit code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from bench_records import INF, programme

from planner import cli
from planner.bench import command
from planner.bench.mps import write_mps
from planner.errors import SolveInterruptedError


def call(monkeypatch: pytest.MonkeyPatch, *words: str | Path) -> int:
    """Run the command in this process and return its exit code."""
    monkeypatch.setattr("sys.argv", ["planner", "bench", *map(str, words)])
    with pytest.raises(SystemExit) as stop:
        cli.main()
    return int(stop.value.code or 0)


@pytest.fixture
def knapsack(tmp_path: Path) -> Path:
    """Write a small programme with integers: its relaxation becomes a second instance."""
    linear = programme([-5, -4, -3], [[2, 3, 1], [4, 1, 2]], [(-INF, 5), (-INF, 11)], [(0, 3)] * 3, integers=(0, 1))
    write_mps(linear, tmp_path / "knapsack.mps")
    return tmp_path / "knapsack.mps"


def test_campaign_and_resume(
    knapsack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Proves a real campaign: both instances verified, all files written; again: no run is made twice, seeds are added.

    Broken by a step left out between instances and page, or by a resume that repeats.
    """
    out = tmp_path / "out"
    words = ("--out", out, "--solvers", "highs", "--algorithms", "simplex,branch-and-cut", "--time-limit", "20")
    assert call(monkeypatch, knapsack, *words) == 0
    printed = capsys.readouterr()
    assert "2 runs: 2 optimal, verified" in printed.out
    assert sorted(line.split()[1] for line in printed.err.splitlines()) == ["knapsack-lp", "knapsack-milp"]
    for name in ("index.html", "table.md", "scores.csv", "machine.json", "instances.json", "runs.jsonl"):
        assert (out / name).is_file(), name
    before = (out / "runs.jsonl").read_text(encoding="utf-8")
    assert {json.loads(line)["status"] for line in before.splitlines()} == {"optimal_verified"}
    assert call(monkeypatch, *words) == 0
    assert capsys.readouterr().err == ""
    assert (out / "runs.jsonl").read_text(encoding="utf-8") == before
    assert call(monkeypatch, *words, "--seeds", "0,1", "--quiet") == 0
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == ("", "")
    after = (out / "runs.jsonl").read_text(encoding="utf-8")
    assert after.startswith(before)
    assert len(after.splitlines()) == 4


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--out", "new"), 2, "name the scenario folders"),
        (("model.mps", "--out", "new", "--solvers", "higs"), 2, "no solver higs"),
        (("model.mps", "--out", "new", "--solvers", ""), 2, "at least one solver"),
        (("model.mps", "--out", "new", "--solvers", "highs", "--seeds", "0,x"), 2, "--seeds 0,x"),
        (("model.mps", "--out", "new", "--solvers", "highs", "--algorithms", "magic"), 2, "no algorithm magic"),
        (("model.mps", "--out", ".", "--solvers", "highs"), 2, "holds something else"),
        (("model.mps", "--out", "model.mps", "--solvers", "highs"), 2, "holds something else"),
        (("none.mps", "--out", "new", "--solvers", "highs"), 3, "none.mps"),
        (("nowhere", "--out", "new", "--solvers", "highs"), 3, "nowhere"),
        (("model.mps", "--time-limit", "0", "--out", "new"), 2, "time-limit"),
        (("model.mps",), 2, "--out"),
    ],
)
def test_exit_codes(
    words: tuple[str, ...],
    code: int,
    said: str,
    knapsack: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Proves that each mistake has its exit code and one clear sentence. Broken by a traceback, or by going on."""
    knapsack.rename(tmp_path / "model.mps")
    monkeypatch.chdir(tmp_path)
    assert call(monkeypatch, *words) == code
    printed = capsys.readouterr()
    assert said in printed.err
    assert "Traceback" not in printed.err
    assert not (tmp_path / "new" / "runs.jsonl").exists()


def test_missing_source_can_be_named_again(knapsack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves that a misspelt source does not spoil the folder. Broken by taking its empty beginnings for another's."""
    words = (
        "--out",
        tmp_path / "out",
        "--solvers",
        "highs",
        "--algorithms",
        "simplex",
        "--time-limit",
        "20",
        "--quiet",
    )
    assert call(monkeypatch, tmp_path / "none.mps", *words) == 3
    assert call(monkeypatch, knapsack, *words) == 0


def test_solver_that_is_not_installed(
    knapsack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Proves exit 8 with the name of what is missing. Broken by recording failures of a solver that is not there."""
    monkeypatch.setattr("planner.bench.solvers.highs.available", lambda: None)
    assert call(monkeypatch, knapsack, "--out", tmp_path / "out", "--solvers", "highs") == 8
    assert "not installed: highs" in capsys.readouterr().err


def test_default_is_every_free_solver_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves that without --solvers the free ones that are there are taken, none that needs a licence.

    Broken by a default that fails on a machine without one of them.
    """
    monkeypatch.setattr("planner.bench.solvers.cbc.available", lambda: None)
    solvers = set(command.campaign_of(command.Choice()).solvers)
    assert "highs" in solvers
    assert not solvers & {"cbc", "gurobi", "cplex", "xpress", "copt"}


def test_interrupted_campaign_shows_what_ended(
    knapsack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Proves exit 130 after an interruption, with a page of the runs that ended. Broken by a page at the end only."""
    original = command.run_campaign

    def stopped(*arguments: object) -> None:
        original(*arguments)  # type: ignore[arg-type]
        raise SolveInterruptedError("interrupted: the runs that ended are kept; the same command goes on from there")

    monkeypatch.setattr(command, "run_campaign", stopped)
    out = tmp_path / "out"
    code = call(
        monkeypatch, knapsack, "--out", out, "--solvers", "highs", "--algorithms", "simplex", "--time-limit", "20"
    )
    assert code == 130
    assert "the same command goes on" in capsys.readouterr().err
    assert (out / "index.html").exists()
