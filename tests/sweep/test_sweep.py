"""A sweep: every combination is a row, gone on with anywhere, and never mixed with another."""

from __future__ import annotations

import csv
import dataclasses
import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from planner.errors import CannotWriteError, InvalidInputError, UsageError
from planner.language import Text, rendered, speak
from planner.pipeline.check import read_scenario
from planner.pipeline.finished import audit_run
from planner.pipeline.run import run
from planner.studies.sweep.grid import axis_of
from planner.studies.sweep.job import Answer, Ask, Job, do_job
from planner.studies.sweep.points import Points
from planner.studies.sweep.points_file import held
from planner.studies.sweep.report import headline
from planner.studies.sweep.sweep import Sweep, solve_sweep
from tests.sweep.sweep_runs import TINY, finished, rows_of
from tests.test_cli import call

if TYPE_CHECKING:
    from tests.sweep.conftest import HereEngine

PRICE, SHARE = axis_of("carbon_price=0,50"), axis_of("site.green_power_share_min=0.3,0.9")


def copied(folder: Path) -> Path:
    """Return a copy of the scenario that a test may change."""
    return Path(shutil.copytree(TINY, folder / "tiny"))


def test_every_combination_is_a_row_and_a_run(here: HereEngine, tmp_path: Path) -> None:
    """Proves that each point is a run folder that audits, and that its row and the long tables are that run's.

    Sensitivity: the figures of another point, an override that does not reach the model, a table that lacks a point.
    """
    sweep = Sweep([PRICE, SHARE], ("site.water_price=3",))
    _, points = solve_sweep(TINY, tmp_path, sweep)
    rows, left_out = points.finish()
    assert (len(here.jobs), left_out) == (4, [])
    assert [(row["carbon_price"], row["site.green_power_share_min"]) for row in rows] == [
        (price, share) for price in PRICE.values for share in SHARE.values
    ]
    assert rows == rows_of(tmp_path)
    row = rows[3]
    plan = run(read_scenario(TINY, ["site.water_price=3", "carbon_price=50", "site.green_power_share_min=0.9"]))
    assert float(row["cost"]) == pytest.approx(plan.summary["cost"])
    assert float(row["costs.carbon"]) == pytest.approx(plan.summary["costs"]["carbon"])
    assert float(row["green_power_share.certificate"]) == pytest.approx(0.9)
    assert (row["scenario"], row["status"]) == ("tiny", "optimal")
    assert "confirms" in audit_run(tmp_path / "points" / row["point"])
    with (tmp_path / "tables" / "cost.csv").open(encoding="utf-8", newline="") as file:
        costs = list(csv.DictReader(file))
    assert list(dict.fromkeys(cost["point"] for cost in costs)) == [each["point"] for each in rows]
    own = {cost["category"]: float(cost["cost"]) for cost in costs if cost["point"] == row["point"]}
    assert own == pytest.approx(plan.summary["costs"])
    assert not (tmp_path / "points" / row["point"] / "map.png").exists()


def test_each_point_starts_from_its_neighbour(here: HereEngine, tmp_path: Path) -> None:
    """Proves that every point but the first starts from a finished one a single step away; with ``is_cold`` none does.

    Sensitivity: points in the order of the table, a start that is not finished, a start in spite of ``--cold``.
    """
    solve_sweep(TINY, tmp_path / "warm", Sweep([PRICE, SHARE]))
    starts = [Path(job.start).name if job.start else None for job in here.jobs]
    assert starts[:3] == [None, here.jobs[0].name, here.jobs[1].name]
    assert starts[3] in {here.jobs[0].name, here.jobs[2].name}  # both are a step away
    assert rows_of(tmp_path / "warm")[1]["start"] == here.jobs[0].name
    del here.jobs[:]
    solve_sweep(TINY, tmp_path / "cold", Sweep([PRICE, SHARE], is_cold=True))
    assert [job.start for job in here.jobs] == [None] * 4
    for warm, cold in zip(rows_of(tmp_path / "warm"), rows_of(tmp_path / "cold"), strict=True):
        assert warm["cost"] == cold["cost"]


def test_the_axis_whose_steps_were_short_is_preferred(tmp_path: Path) -> None:
    """Proves that of two finished neighbours the one is taken along whose axis the solver was quicker so far.

    From b=0 to 1 and 2 it took 10 s a step, from a=0 to 1 half a second; so (1, 1) starts from (0, 1) and not from
    (1, 2), which was done last. A step never taken counts as the shortest. Sensitivity: the last point done in any
    case; the time of a cold point taken for a step's.
    """
    points = Points(TINY, tmp_path, {}, Ask(), is_cold=False)
    done = {(0, 0): (None, 40.0), (0, 1): ((0, 0), 9.0), (0, 2): ((0, 1), 11.0), (1, 2): ((0, 2), 0.5)}
    for place in [*done, (1, 1)]:
        points.heads[str(place)], points.places[str(place)] = {"point": str(place)}, place
    assert points.step_lengths() == [1.0, 1.0]
    for place, (start, seconds) in done.items():
        points.answers[str(place)] = Answer("optimal")
        points._rows[str(place)] = {"start": str(start) if start else "", "seconds.solve": str(seconds)}
        if place == (0, 2):
            assert points.step_lengths() == [10.0, 10.0]
    assert points.step_lengths() == [0.5, 10.0]
    assert points.nearest(str((1, 1))) == str((0, 1))


def test_what_has_no_plan_is_a_row(here: HereEngine, tmp_path: Path) -> None:
    """Proves that an infeasible point is a row with its status, is not solved again, and starts no other.

    Sensitivity: a row dropped, an infeasible point that ends the sweep, a start without a plan.
    """
    latency = axis_of("mean_latency_max=1,5,9")
    solve_sweep(TINY, tmp_path, Sweep([latency]))
    assert [row["status"] for row in rows_of(tmp_path)] == ["infeasible", "optimal", "optimal"]
    assert rows_of(tmp_path)[0]["cost"] == ""
    assert here.jobs[1].start is None
    before = finished(tmp_path)
    assert len(before) == 3
    solve_sweep(TINY, tmp_path, Sweep([latency]))
    assert (len(here.jobs), finished(tmp_path)) == (3, before)


def test_a_sweep_may_grow(here: HereEngine, tmp_path: Path) -> None:
    """Proves that more values solve only the new points, and that fewer, others or another setting are refused.

    Sensitivity: points of two questions in one table; a table that forgets points.
    """
    solve_sweep(TINY, tmp_path, Sweep([PRICE]))
    solve_sweep(TINY, tmp_path, Sweep([axis_of("carbon_price=0,25,50")]))
    assert [job.overrides for job in here.jobs[2:]] == [("carbon_price=25",)]
    table = (tmp_path / "points.csv").read_bytes()
    for other in (
        Sweep([axis_of("carbon_price=0,50")]),
        Sweep([axis_of("carbon_price=0,25,50"), SHARE]),
        Sweep([axis_of("carbon_price=0,25,50")], ("site.water_price=3",)),
        Sweep([axis_of("carbon_price=0,25,50")], ask=Ask(gap=0.1)),
    ):
        with pytest.raises(UsageError, match="is of other points"):
            solve_sweep(TINY, tmp_path, other)
    assert (tmp_path / "points.csv").read_bytes() == table


def test_a_lost_table_is_made_anew(here: HereEngine, tmp_path: Path) -> None:
    """Proves that the run folders are the record: without the table nothing is solved again and no row is missing.

    Sensitivity: a table that is the only memory.
    """
    solve_sweep(TINY, tmp_path, Sweep([PRICE]))
    before = rows_of(tmp_path)
    (tmp_path / "points.csv").unlink()
    _, points = solve_sweep(TINY, tmp_path, Sweep([PRICE]))
    points.finish()
    assert (rows_of(tmp_path), len(here.jobs)) == (before, 2)


def test_a_crash_is_a_row_and_is_tried_again(here: HereEngine, tmp_path: Path) -> None:
    """Proves that a crash costs one point, is said with its reason, and is tried anew by the next call.

    Sensitivity: a crash taken for settled, one that ends the sweep, its words lost.
    """
    told: list[str] = []
    here.do = lambda job: Answer("crashed", ("it died", "它死了"), written=False) if "=0" in job.name else do_job(job)
    _, points = solve_sweep(TINY, tmp_path, Sweep([PRICE]), told.append)
    assert [row["status"] for row in rows_of(tmp_path)] == ["crashed", "optimal"]
    assert any("it died" in line for line in told)
    assert points.exit_code() == 9
    here.do = do_job
    _, points = solve_sweep(TINY, tmp_path, Sweep([PRICE]))
    assert [row["status"] for row in rows_of(tmp_path)] == ["optimal", "optimal"]
    assert (points.solved, points.exit_code()) == (["carbon_price=0"], 0)


def test_a_scenario_changed_on_the_way_is_refused(here: HereEngine, tmp_path: Path) -> None:
    """Proves that points before and after a change of the scenario's files never stand in one table.

    Sensitivity: the folder read anew for each point without a look at what it was.
    """
    scenario = copied(tmp_path)

    def changing(job: Job) -> Answer:
        answer = do_job(job)
        path = scenario / "site.csv"
        path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
        return answer

    here.do = changing
    with pytest.raises(UsageError, match="was changed while"):
        solve_sweep(scenario, tmp_path / "out", Sweep([PRICE]))
    assert len(finished(tmp_path / "out")) == 1
    with pytest.raises(UsageError, match="is of other points"):
        solve_sweep(scenario, tmp_path / "out", Sweep([PRICE]))


def test_wrong_values_are_said_before_anything_is_solved(here: HereEngine, tmp_path: Path) -> None:
    """Proves that a value that cannot be is refused with the reader's own words, and leaves no folder.

    Sensitivity: an hour of solving before the last value is read; a folder that then refuses the right values.
    """
    with pytest.raises(InvalidInputError, match="out of range"):
        solve_sweep(TINY, tmp_path / "out", Sweep([axis_of("site.green_power_share_min=0.3,3")]))
    with pytest.raises(InvalidInputError, match="unknown name"):
        solve_sweep(TINY, tmp_path / "out", Sweep([axis_of("carbon_prise=1,2")]))
    with pytest.raises(UsageError, match="stands in --set and in --vary"):
        solve_sweep(TINY, tmp_path / "out", Sweep([PRICE], ("carbon_price=3",)))
    assert (here.jobs, (tmp_path / "out").exists()) == ([], False)


def test_what_is_no_point_is_left_alone(here: HereEngine, tmp_path: Path) -> None:
    """Proves that neither a user's folder nor the run of another question is taken for a point, or replaced.

    Sensitivity: a folder overwritten because of its name.
    """
    (tmp_path / "points" / "carbon_price=0").mkdir(parents=True)
    with pytest.raises(UsageError, match="no run folder"):
        solve_sweep(TINY, tmp_path, Sweep([PRICE]))
    shutil.rmtree(tmp_path / "points")
    solve_sweep(TINY, tmp_path, Sweep([PRICE]))
    shutil.copytree(tmp_path / "points" / "carbon_price=0", tmp_path / "points" / "carbon_price=7")
    with pytest.raises(UsageError, match="a run of other values"):
        solve_sweep(TINY, tmp_path, Sweep([axis_of("carbon_price=0,7,50")]))
    assert len(here.jobs) == 2


def test_a_longer_limit_is_another_try(here: HereEngine, tmp_path: Path) -> None:
    """Proves that a plan stopped at a limit counts under that limit, and is solved again under a longer one.

    Sensitivity: a plan without a proof kept for ever; every such plan solved again by each call.
    """
    solve_sweep(TINY, tmp_path, Sweep([PRICE], ask=Ask(time_limit=50)))
    path = tmp_path / "points" / "carbon_price=0" / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**manifest, "status": "feasible"}), encoding="utf-8")
    solve_sweep(TINY, tmp_path, Sweep([PRICE], ask=Ask(time_limit=50)))
    assert len(here.jobs) == 2
    solve_sweep(TINY, tmp_path, Sweep([PRICE], ask=Ask(time_limit=60)))
    assert [job.name for job in here.jobs[2:]] == ["carbon_price=0"]
    assert {row["status"] for row in rows_of(tmp_path)} == {"optimal"}


def test_what_no_point_would_escape_ends_the_sweep(here: HereEngine, tmp_path: Path) -> None:
    """Proves that a disk that cannot be written ends the sweep with that error, after one point and not after all.

    Sensitivity: a thousand points solved for nothing.
    """
    here.do = lambda _: Answer("not_written", ("the disk is full", "磁盘已满"), written=False, fatal=True)
    with pytest.raises(CannotWriteError, match="the disk is full"):
        solve_sweep(TINY, tmp_path, Sweep([PRICE]))
    assert len(here.jobs) == 1


def test_a_point_done_meanwhile_is_not_solved_again(here: HereEngine, tmp_path: Path) -> None:
    """Proves that a job whose run folder stands there is answered from it, as where a cluster sends it twice.

    Sensitivity: a task that a cluster repeats after its answer was lost.
    """
    solve_sweep(TINY, tmp_path, Sweep([PRICE]))
    before = finished(tmp_path)
    assert do_job(here.jobs[0]) == Answer("optimal")
    assert finished(tmp_path) == before
    other = do_job(dataclasses.replace(here.jobs[0], out=str(tmp_path / "new"), version="0.0.0"))
    assert (other.fatal, "install the same everywhere" in other.why[0]) == (True, True)


def test_a_damaged_start_is_left_out(here: HereEngine, tmp_path: Path) -> None:
    """Proves that a neighbour whose files were changed costs the warm start and not the point.

    Sensitivity: a point lost because of another's folder.
    """
    solve_sweep(TINY, tmp_path, Sweep([PRICE]))
    start = tmp_path / "points" / "carbon_price=0"
    (start / "tables" / "cost.csv").write_text("x\n", encoding="utf-8")
    job = dataclasses.replace(here.jobs[1], out=str(tmp_path / "new"), start=str(start))
    assert do_job(job) == Answer("optimal")


def test_two_at_once_are_refused(here: HereEngine, tmp_path: Path) -> None:
    """Proves that a folder in use by one sweep is refused to another.

    Sensitivity: two sweeps that replace each other's table.
    """
    with held(tmp_path), pytest.raises(UsageError, match="another analysis is at work"):
        solve_sweep(TINY, tmp_path, Sweep([PRICE]))
    assert here.jobs == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_command(
    language: str, here: HereEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Proves that the command solves, draws in the language asked, and says a line a point and where the table lies.

    Sensitivity: a figure in the other language, progress on stdout.
    """
    words = ("--vary", "carbon_price=0,50", "--format", "svg", "--language", language)
    assert call(monkeypatch, "sweep", TINY, "--out", tmp_path, *words) == 0
    said = capsys.readouterr()
    assert (tmp_path / f"sweep-{language}.svg").stat().st_size > 1000
    name = {"en": "price of carbon = ", "zh": "碳价 = "}[language]
    assert len([line for line in said.out.splitlines() if line.startswith(name)]) == 2
    assert ("solved now" in said.out) == (language == "en")
    assert ("本次求解" in said.out) == (language == "zh")
    assert ("最优" in said.err) == (language == "zh")
    assert str(tmp_path / "points.csv") in said.out
    assert [job.ask.language for job in here.jobs] == [language] * 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "--vary"),
        (("--vary", "carbon_price"), "names no values"),
        (("--vary", "carbon_price=1,2", "--vary", "carbon_price=3"), "given twice"),
        (("--vary", "carbon_price=1", "--format", "gif"), "--format"),
        (("--vary", "carbon_price=1", "--workers", "0"), "--workers"),
    ],
)
def test_faults_of_the_command(
    words: tuple[str, ...],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Proves that a word that cannot be meant is exit 2, is named, and leaves no folder.

    Sensitivity: a traceback, a folder for nothing.
    """
    assert call(monkeypatch, "sweep", TINY, "--out", tmp_path / "out", *words) == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_points_are_told_in_words(here: HereEngine, tmp_path: Path) -> None:
    """Proves that lines and headline name what is varied and whom it is of, and tell each cause on lines of its own.

    Sensitivity: a folder's name with ids in it; a backslash and an n between two sentences.
    """
    said: list[Text] = []
    sweep = Sweep([axis_of("workload.latency_max[online]=0.5,10"), axis_of("site.grid_power_price[qingyang]=300,400")])
    speak("zh")
    try:
        _, points = solve_sweep(TINY, tmp_path, sweep, said.append)
        rows, left_out = points.finish()
        told = rendered(headline(points, rows, (), left_out))
        lines = [rendered(line) for line in said]
    finally:
        speak("en")
    assert len(here.jobs) == 4
    assert "1/4  时延上限［在线服务］ = 0.5、网购电价［庆阳］ = 300  不可行" in lines
    assert any(line.startswith("    兰州的在线服务（10 MW）没有路线") for line in lines)
    assert not any("\\n" in line or "qingyang" in line for line in lines)
    assert "时延上限［在线服务］ = 10、网购电价［庆阳］ = 400  最优" in told
    assert rows[0]["point"] == "latency_max[online]=0.5__grid_power_price[qingyang]=300"
