"""The cost of green: every point asked is a row, none is solved twice, and what cannot be reached is said."""

from __future__ import annotations

import csv
import shutil
from typing import TYPE_CHECKING, Any

import pytest

import planner.studies.cost_of_green.points as analysis
from planner.errors import InvalidInputError, SolverCrashedError, UsageError
from planner.language import written
from planner.pipeline.check import read_scenario
from planner.pipeline.run import run
from planner.studies.cost_of_green.points import FILE, MODES, Plan, overrides_of, scope_of, solve_points
from planner.studies.cost_of_green.report import cost_lines, size_lines, worth_lines
from planner.studies.sweep.points_file import held
from tests.charts.hours_worlds import three_periods
from tests.test_cli import call
from tests.worlds import BASE

if TYPE_CHECKING:
    from pathlib import Path

SHARES = (0.5, 0.9)


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the world of three periods."""
    return three_periods().write(tmp_path_factory.mktemp("scenario") / "west")


@pytest.fixture(scope="module")
def solved(scenario: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Solve its points once; tests only read or copy them."""
    out = tmp_path_factory.mktemp("points")
    solve_points(scenario, out, Plan(shares=SHARES))
    return out


def rows_of(out: Path) -> list[dict[str, str]]:
    """Return the rows of the table."""
    with (out / FILE).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def point(out: Path, *key: str) -> dict[str, str]:
    """Return the row of variant, mode and share."""
    (row,) = [row for row in rows_of(out) if (row["variant"], row["mode"], row["share"]) == key]
    return row


def test_every_point_is_a_row(scenario: Path, solved: Path) -> None:
    """Proves that each variant, accounting and share stands once, and that its figures are those of the run it names.

    Sensitivity: a point left out, the figures of another point, a share on new capacity only.
    """
    keys = [(row["variant"], row["mode"], row["share"]) for row in rows_of(solved)]
    assert keys == [
        (variant, mode, share)
        for variant in ("as_given", "without_deferral")
        for mode in MODES
        for share in ("0.5", "0.9")
    ]
    row = point(solved, "without_deferral", "matched", "0.9")
    changes = ["green_power_share_mode=matched", "site.green_power_share_min=0.9", "workload.deferral_max="]
    plan = run(read_scenario(scenario, changes))
    assert float(row["cost"]) == pytest.approx(plan.summary["cost"])
    assert float(row["cost_per_energy"]) == pytest.approx(plan.summary["cost"] / plan.summary["energy"]["facility"])
    assert float(row["share_matched"]) == pytest.approx(0.9)
    assert float(row["green_capacity_wind"]) == pytest.approx(
        plan.tables["power_supply_capacity"].set_index("technology")["green_capacity"]["wind"]
    )
    assert float(row["storage_energy"]) == 70
    assert float(row["deferred_energy"]) == 0


def test_costs_rise_as_they_must(solved: Path) -> None:
    """Proves that a higher share, a stricter accounting and less deferral never cost less.

    Sensitivity: modes or variants exchanged, an override that does not reach the model.
    """
    cost = {(row["variant"], row["mode"], row["share"]): float(row["cost"] or "inf") for row in rows_of(solved)}
    for (variant, mode, share), value in cost.items():
        tolerance = 1e-6 * value
        assert value >= cost["as_given", mode, share] - tolerance
        assert value >= cost[variant, mode, "0.5"] - tolerance
        assert value >= cost[variant, MODES[max(0, MODES.index(mode) - 1)], share] - tolerance
    assert cost["without_deferral", "matched", "0.9"] > cost["as_given", "matched", "0.9"] * 1.001


def test_what_cannot_be_reached_is_a_row(solved: Path, scenario: Path, tmp_path: Path) -> None:
    """Proves that an infeasible point stands in the table as such, and in every table of the page.

    Sensitivity: a row dropped, a status left empty, an infeasible point that ends the analysis.
    """
    _, rows = solve_points(
        scenario, tmp_path, Plan((0.9,), ("matched",), overrides=("site_technology.green_capacity_max=1",))
    )
    assert [row["status"] for row in rows] == ["infeasible", "infeasible"]
    assert {row["cost"] for row in rows} == {""}
    assert "| 90% | infeasible | infeasible |" in cost_lines(rows)
    assert "as given: infeasible" in worth_lines(rows)[-1]
    assert "infeasible" in size_lines(rows)[-1]
    assert len(cost_lines(rows_of(solved))) == 2 + len(SHARES)


def test_nothing_is_solved_twice(scenario: Path, solved: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves that points which stand in the table are kept, and only a new share is solved.

    Sensitivity: a table written anew, a key compared as a number here and as a text there.
    """
    shutil.copytree(solved, tmp_path / "out")
    asked = _count(monkeypatch)
    solve_points(scenario, tmp_path / "out", Plan(shares=SHARES))
    assert asked == []
    solve_points(scenario, tmp_path / "out", Plan((0.9, 0.7, 0.5), ("certificate",)))
    assert len(asked) == 2
    assert {row["share"] for row in rows_of(tmp_path / "out")} == {"0.5", "0.7", "0.9"}
    assert [row for row in rows_of(tmp_path / "out") if row["share"] != "0.7"] == rows_of(solved)


def _count(monkeypatch: pytest.MonkeyPatch, stop_at: int = 0, error: BaseException | None = None) -> list[Any]:
    """Let the analysis solve as ever, note what it solves, and meet an error at one point."""
    asked: list[Any] = []

    def noted(question: Any, **options: Any) -> Any:
        asked.append(question)
        if len(asked) == stop_at and error is not None:
            raise error
        return run(question, **options)

    monkeypatch.setattr(analysis, "run", noted)
    return asked


def test_stopped_anywhere_it_goes_on(
    scenario: Path, solved: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Proves that an interrupt keeps the points solved before it, and that the same call solves only the rest.

    Sensitivity: a table written at the end, a half-written row, a point noted before it is solved.
    """
    plan = Plan(SHARES, ("certificate", "matched"))
    with monkeypatch.context() as patch:
        _count(patch, 3, KeyboardInterrupt())
        with pytest.raises(KeyboardInterrupt):
            solve_points(scenario, tmp_path, plan)
    assert len(rows_of(tmp_path)) == 2
    asked = _count(monkeypatch)
    _, rows = solve_points(scenario, tmp_path, plan)
    assert len(asked) == 6
    for row in rows:
        known = point(solved, row["variant"], row["mode"], row["share"])
        assert float(row["cost"]) == pytest.approx(float(known["cost"]))
    assert [path.name for path in tmp_path.iterdir()] == [FILE]


def test_a_crash_is_a_row_and_is_tried_again(scenario: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves that a solver's crash costs one point, is said, and is tried anew by the next call.

    Sensitivity: a crash taken for settled, a crash that ends the analysis, its words lost.
    """
    told: list[str] = []
    with monkeypatch.context() as patch:
        _count(patch, 1, SolverCrashedError("the solver died\nof this"))
        _, rows = solve_points(scenario, tmp_path, Plan(SHARES, ("certificate",), ("as_given",)), told.append)
    assert [row["status"] for row in rows] == ["crashed", "optimal"]
    assert "  crashed: the solver died" in [written(line) for line in told]
    _, rows = solve_points(scenario, tmp_path, Plan(SHARES, ("certificate",), ("as_given",)))
    assert [row["status"] for row in rows] == ["optimal", "optimal"]


def test_points_of_another_scenario_are_refused(scenario: Path, solved: Path, tmp_path: Path) -> None:
    """Proves that a table is gone on with only for the same values: another override, and it is refused.

    Sensitivity: points of two scenarios in one line of a figure.
    """
    shutil.copytree(solved, tmp_path / "out")
    before = (tmp_path / "out" / FILE).read_bytes()
    with pytest.raises(UsageError, match="points of another scenario"):
        solve_points(scenario, tmp_path / "out", Plan(SHARES, overrides=("site.grid_power_price=500",)))
    with pytest.raises(UsageError, match="points of another scenario"):
        solve_points(scenario, tmp_path / "out", Plan(SHARES, scope="national"))
    assert (tmp_path / "out" / FILE).read_bytes() == before


def test_a_scenario_changed_on_the_way_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves that points before and after a change of the scenario's files never stand in one table.

    Sensitivity: the folder read anew for each point without a look at what it was.
    """
    folder = three_periods().write(tmp_path / "west")

    def noted(question: Any, **options: Any) -> Any:
        results = run(question, **options)
        path = folder / "site.csv"
        path.write_text(path.read_text(encoding="utf-8").replace("180", "190"), encoding="utf-8")
        return results

    monkeypatch.setattr(analysis, "run", noted)
    with pytest.raises(UsageError, match="was changed while"):
        solve_points(folder, tmp_path / "out", Plan(SHARES, ("certificate",)))
    assert len(rows_of(tmp_path / "out")) == 1


def test_a_table_that_is_none_is_refused(scenario: Path, tmp_path: Path) -> None:
    """Proves that a foreign file under the table's name is neither read nor replaced.

    Sensitivity: a file of the user's overwritten.
    """
    (tmp_path / FILE).write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(InvalidInputError, match="not those of these points"):
        solve_points(scenario, tmp_path, Plan(SHARES))
    assert (tmp_path / FILE).read_text(encoding="utf-8") == "a,b\n1,2\n"


def test_two_at_once_are_refused(scenario: Path, tmp_path: Path) -> None:
    """Proves that a folder in use by one analysis is refused to another.

    Sensitivity: two processes that replace each other's table.
    """
    with held(tmp_path), pytest.raises(UsageError, match="another analysis is at work"):
        solve_points(scenario, tmp_path, Plan(SHARES))


def test_the_widest_share_is_the_one_raised(tmp_path: Path) -> None:
    """Proves that where the scenario has a national share that is raised, and the sites' own no longer bind.

    Sensitivity: two shares that bind at once, so that a point is dearer than what it is called.
    """
    world = three_periods().with_parameters(national_green_power_share_min=0.3)
    scenario = world.read(tmp_path)
    assert scope_of(scenario) == "national"
    changes = overrides_of(scenario, ("as_given", "matched", "0.9"), "national")
    assert "national_green_power_share_min=0.9" in changes
    assert "site.green_power_share_min=" in changes
    plan = run(read_scenario(tmp_path / "world", changes))
    assert list(plan.tables["green_power_share"]["scope"]) == ["national"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--shares", "0.8,most"), "'most' is no number"),
        (("--shares", "1.2"), "a share is from 0 to 1"),
        (("--shares", ","), "nothing is asked"),
        (("--modes", "annual"), "choose from certificate, matched, every_timestep"),
        (("--variants", "all"), "choose from as_given"),
        (("--format", "bmp"), "choose from png, svg, pdf"),
        (("--language", "fr"), "zh and en"),
    ],
)
def test_faults_of_the_command(
    words: tuple[str, ...],
    said: str,
    scenario: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Proves that a word that cannot be meant is exit 2, says what is allowed, and leaves no folder.

    Sensitivity: a traceback, a share above 1 solved as infeasible for minutes.
    """
    assert call(monkeypatch, "green-cost", scenario, "--out", tmp_path / "out", *words) == 2
    assert said.replace("'", "") in capsys.readouterr().err.replace("'", "")
    assert not (tmp_path / "out").exists()


def test_the_command_writes_table_and_figure(
    scenario: Path, solved: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Proves that the command goes on from a table, draws the figure in the language asked, and says each cost.

    Sensitivity: a figure of the new points only.
    """
    out = tmp_path / "out"
    shutil.copytree(solved, out)
    words = ("--shares", "0.5,0.9", "--language", "zh", "--format", "svg")
    assert call(monkeypatch, "green-cost", scenario, "--out", out, *words) == 0
    said = capsys.readouterr()
    assert len([line for line in said.out.splitlines() if "CNY/MWh" in line or "infeasible" in line]) == 12
    assert {path.name for path in out.iterdir()} == {FILE, "cost_of_green-zh.svg"}


def test_a_scenario_without_the_feature_is_refused(tmp_path: Path) -> None:
    """Proves that a scenario that has no green shares is refused by the feature's name.

    Sensitivity: an unknown override named instead.
    """
    world = three_periods()
    features = [name for name in world.features if name != "green_power_share"]
    folder = world.with_features(*features).with_parameters(green_power_share_mode=None)
    for row in folder.tables["site"]:
        row.pop("green_power_share_min", None)
    with pytest.raises(UsageError, match="does not list the feature green_power_share"):
        solve_points(folder.write(tmp_path / "w"), tmp_path / "out", Plan())


def test_work_that_stays_at_home(tmp_path: Path) -> None:
    """Proves that without shifting all work is done in its own province, though a site elsewhere had to be filled.

    Sensitivity: reach left as it was, a least utilisation that makes every point infeasible.
    """
    world = BASE.with_parameters(green_power_share_mode="matched").with_cells("site", "utilisation_min", {"gansu": 0.2})
    halls = [
        {"site": site, "compute_type": kind, "capacity_existing": 90}
        for site in ("shanghai", "hebei", "gansu")
        for kind in ("general", "intelligent")
    ]
    world = world.with_rows("site_compute_type", halls).with_cells("site", "province", {"hebei": "北京"})
    plan = Plan((0.0,), ("matched",), ("as_given", "without_shifting"))
    _, (given, local) = solve_points(world.write(tmp_path / "w"), tmp_path / "out", plan)
    assert (given["status"], local["status"]) == ("optimal", "optimal")
    assert float(local["cost"]) > float(given["cost"])
    changes = overrides_of(world.read(tmp_path / "again"), ("without_shifting", "matched", "0"), "site")
    done = run(read_scenario(tmp_path / "w", changes)).tables["allocation"]
    assert set(done[done["allocation"] > 1e-6][["region", "site"]].itertuples(index=False, name=None)) == {
        ("coast", "shanghai"),
        ("capital", "hebei"),
    }


def test_what_deferral_is_worth_is_a_share_of_the_cost_as_given(solved: Path) -> None:
    """Proves that 150 against 100 million "costs more: 50 million (50 %)".

    Sensitivity: a share of the dearer plan, which would say 33.3 %.
    """
    costs = {"as_given": "100000000", "without_deferral": "150000000"}
    rows = [{**row, "cost": costs[row["variant"]]} for row in rows_of(solved)]
    assert worth_lines(rows)[-1].endswith("| 50.0 (50.0%) |")
