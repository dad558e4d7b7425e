"""A front: every point efficient and proved optimal, and what is not is said."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest

from planner.errors import InfeasibleError, UsageError
from planner.models.algebra.problem import SolverOptions
from planner.models.build import declare_model
from planner.models.compile import compile_model
from planner.models.solving.solve import solve
from planner.pipeline.check import read_scenario
from planner.studies.pareto.front import Front, judged, solve_front, value_of
from tests.sweep.sweep_runs import TINY, finished, rows_of
from tests.test_cli import call

if TYPE_CHECKING:
    from pathlib import Path

    from tests.sweep.conftest import HereEngine

PAIRS = (("cost", "emissions"), ("latency", "cost"), ("emissions", "latency"))
CAPS = {"emissions": "emissions_max", "latency": "mean_latency_max"}


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("pair", PAIRS, ids="-".join)
def test_every_point_is_efficient_and_proved(pair: tuple[str, str], tmp_path: Path) -> None:
    """Proves that no point of a front is as good as another in both objectives, and that none can be bettered.

    Each is a run of status optimal and gap 0; and solved anew under its own value of the capped objective, the least
    of the other objective is its own, and the other way round. Sensitivity: ends that are best by one objective and
    careless of the other, caps of the wrong objective, a second stage that is left out.
    """
    front = Front(pair, 5)
    _, points = solve_front(TINY, tmp_path, front)
    rows = judged(points.rows(), front)
    assert [row["efficient"] for row in rows] == ["yes"] * len(rows)
    assert len(rows) == 5
    pairs = [tuple(value_of(row, word) for word in (front.minimised, front.capped)) for row in rows]
    for (one, two), (other, another) in itertools.combinations(pairs, 2):
        assert one < other * (1 - 1e-9)
        assert two > another * (1 + 1e-9)
    for row, (best, cap) in zip(rows, pairs, strict=True):
        assert (row["status"], float(row["gap"])) == ("optimal", pytest.approx(0, abs=1e-9))
        limit = f"{CAPS[front.capped]}={cap * (1 + 1e-9)!r}"
        assert least(tmp_path, front.minimised, limit) == pytest.approx(best, rel=1e-6)
    assert least(tmp_path, front.capped) == pytest.approx(pairs[-1][1], rel=1e-6)


def least(folder: Path, objective: str, *limits: str) -> float:
    """Return the optimum of an objective under limits, of a problem that is solved by itself."""
    scenario = read_scenario(TINY, [f"objective.minimise={objective}", *limits])
    return solve(compile_model(declare_model(scenario)).problem, SolverOptions(mip_gap=0.0), folder).objective


def test_a_front_is_gone_on_with(here: HereEngine, tmp_path: Path) -> None:
    """Proves that a front asked again solves nothing, and one stopped half-way only the rest, from the same caps.

    Sensitivity: caps that move with each call; ends solved twice.
    """
    front = Front(("cost", "emissions"), 4)
    solve_front(TINY, tmp_path / "whole", front)
    jobs = list(here.jobs)
    solve_front(TINY, tmp_path / "whole", front)
    assert len(here.jobs) == len(jobs) == 4
    assert jobs[2].start is not None
    before = finished(tmp_path / "whole")
    gone = tmp_path / "whole" / "points" / jobs[3].name
    gone.rename(tmp_path / "elsewhere")
    solve_front(TINY, tmp_path / "whole", front)
    assert [job.name for job in here.jobs[4:]] == [jobs[3].name]
    now = finished(tmp_path / "whole")
    assert {name: now[name] for name in now if name != jobs[3].name} == {
        name: before[name] for name in before if name != jobs[3].name
    }
    with pytest.raises(UsageError, match="is of other points"):
        solve_front(TINY, tmp_path / "whole", Front(("cost", "emissions"), 5))


def test_without_conflict_there_are_the_ends_alone(
    here: HereEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Proves that where one plan is best by both, two points are solved, the second is called no better, and it is said.

    Sensitivity: a division by a step of nothing; nine runs of one plan.
    """
    words = ("--set", "carbon_price=100000", "--out", tmp_path, "--format", "svg")
    assert call(monkeypatch, "pareto", TINY, *words) == 0
    assert len(here.jobs) == 2
    rows = rows_of(tmp_path)
    assert [(row["efficient"], row["worse_than"]) for row in rows] == [("yes", ""), ("no", "least_cost")]
    said = capsys.readouterr().out
    assert "not in conflict" in said
    assert "no better than least_cost" in said


def test_what_is_not_efficient_is_said() -> None:
    """Proves that of equal points the first counts, that a point another betters is named, and that prices skip both.

    Sensitivity: duplicates that hide each other, a price over a step of nothing.
    """
    front = Front(("cost", "emissions"), 6)
    values = [(100, 50), (100, 50), (130, 40), (120, 30), ("", ""), (220, 20)]
    rows = [
        {"point": str(n), "status": "optimal" if cost else "infeasible", "cost": str(cost), "emissions": str(emissions)}
        for n, (cost, emissions) in enumerate(values)
    ]
    found = judged(rows, front)
    assert [row["efficient"] for row in found] == ["yes", "no", "no", "yes", "", "yes"]
    assert [row["worse_than"] for row in found] == ["", "0", "3", "", "", ""]
    assert [row["price"] for row in found] == ["", "", "", "1", "", "10"]


@pytest.mark.usefixtures("here")
def test_no_plan_no_front(tmp_path: Path) -> None:
    """Proves that an infeasible scenario is exit 4's error and names the end, with its rows in the table.

    Sensitivity: an index error; an empty figure.
    """
    with pytest.raises(InfeasibleError, match="least_cost has no plan"):
        solve_front(TINY, tmp_path, Front(("cost", "emissions"), 4, ("mean_latency_max=1",)))
    assert [row["status"] for row in rows_of(tmp_path)] == ["infeasible", "infeasible"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--objectives", "cost"), "name two different ones"),
        (("--objectives", "cost,cost"), "name two different ones"),
        (("--objectives", "cost,water"), "name two different ones"),
        (("--points", "1"), "--points"),
        (("--set", "objective.minimise=cost"), "--objectives decides"),
    ],
)
def test_faults_of_the_command(
    words: tuple[str, ...],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Proves that what cannot be meant is exit 2, is named, and leaves no folder.

    Sensitivity: a front of one objective.
    """
    assert call(monkeypatch, "pareto", TINY, "--out", tmp_path / "out", *words) == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.usefixtures("here")
def test_the_command_in_chinese(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Proves that the command draws and says its answer in Chinese, with the price of the last step.

    Sensitivity: a sentence without its Chinese, a figure in the other language.
    """
    words = ("--points", "3", "--format", "svg", "--language", "zh")
    assert call(monkeypatch, "pareto", TINY, "--out", tmp_path, *words) == 0
    said = capsys.readouterr().out
    assert "帕累托" not in said
    assert "最后一步为" in said
    assert "元/吨" in said
    assert (tmp_path / "pareto-zh.svg").stat().st_size > 1000


def test_latency_of_nothing_served_is_nothing() -> None:
    """Proves that a plan that serves nothing, whose mean latency is not known, has a place on a front: at 0 ms.

    Sensitivity: a look-up of a number that such a row does not have.
    """
    assert value_of({"point": "idle", "served_share": "0.0"}, "latency") == 0
    assert value_of({"point": "half", "served_share": "0.5", "mean_latency": "4"}, "latency") == 2
