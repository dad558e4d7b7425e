"""Near-optimal plans: ends that nothing goes beyond, plans that keep their budget, a call that goes on where it stopped.

``BUILT`` is HAND with modules at far (tests/algebra.py): the best plan builds two and costs 48 004 000. With 8 MW more
there, 20.7 of the 36 MW by day and all 18 by night are done at far: 59 400 of 90 000 MWh. A MWh moved from far to near
costs 340 CNY. At a slack of 2 % there are 960 080 CNY to lose:

- a third module costs 152 000 more than it saves and lets far do 24.3 MW by day: 66 600 MWh, and no more can be built;
- without the second 154 000 are lost and 8 100 MWh leave far; the other 806 080 move 2 370.8 more: 48 929.2 MWh. To do
  without the first as well would lose 1 226 000.
"""

from __future__ import annotations

import csv
import shutil
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp

from planner.errors import AuditDisagreedError, SolveInterruptedError, UsageError
from planner.language import written
from planner.models.build import declare_model
from planner.pipeline.finished import audit_run, read_results
from planner.studies.alternatives import command, report
from planner.studies.alternatives.choice import Choice
from planner.studies.alternatives.command import FILE, PLANS, find_alternatives
from planner.studies.alternatives.near_optimal import budget_of, compile_near, distance
from planner.studies.alternatives.quantities import GROUPS, work_of
from planner.studies.alternatives.search import FAR_GAP, Search, nearest
from planner.views.charts.alternatives import ROWS_MAX, Panel, draw_alternatives
from planner.views.charts.sweep import Words
from tests.algebra import BUILT, BUILT_COST, plan, scenario_of
from tests.charts.test_dispatch import artists, texts
from tests.test_cli import call
from tests.test_objective import SHORT
from tests.worlds import BASE, World

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOM = 960_080.0
"""2 % of the best plan's cost."""


@cache
def search_of(name: str, slack: float = 0.02) -> Search:
    """Return a search around the best plan of a world."""
    return Search(plan(WORLDS[name]), Choice(slack))


WORLDS: dict[str, World] = {"built": BUILT, "base": BASE, "short": SHORT.replaced(minimise="emissions")}


def ends(search: Search, what: str, place: str) -> tuple[Any, Any]:
    """Return the least and the most of a quantity."""
    for quantity, form in zip(search.near.quantities, search.near.forms, strict=True):
        if (quantity.what, quantity.place) == (what, place) and quantity.group in {"site", "build", "whole"}:
            return search.extreme(quantity, form, most=False), search.extreme(quantity, form, most=True)
    raise AssertionError((what, place))


def test_ends_by_hand() -> None:
    """The least and the most work at far, and what each costs, as worked above.

    Proves: 48 929.2 MWh at the whole budget, 66 600 MWh for 152 000 more; near does the rest; one to three modules.
    Sensitivity: a budget of the bound or of the cost twice, ends swapped, the cheapest among equals not taken.
    """
    search = search_of("built")
    assert search.budget == pytest.approx(BUILT_COST + ROOM)
    least, most = ends(search, "it_energy", "far")
    assert least.value == pytest.approx(59_400 - 8_100 - (ROOM - 154_000) / 340)
    assert least.objective == pytest.approx(BUILT_COST + ROOM)
    assert (most.value, most.objective) == (pytest.approx(66_600), pytest.approx(BUILT_COST + 152_000))
    assert (least.status, most.status) == ("optimal", "optimal")
    assert (least.bound, most.bound) == (pytest.approx(least.value), pytest.approx(most.value))
    near_least, near_most = ends(search, "it_energy", "near")
    assert (near_least.value, near_most.value) == (pytest.approx(90_000 - 66_600), pytest.approx(90_000 - least.value))
    few, many = ends(search, "capacity_new", "far")
    assert (few.value, many.value) == (4, 12)
    assert (few.objective, many.objective) == (pytest.approx(BUILT_COST + 154_000), pytest.approx(BUILT_COST + 152_000))


def test_every_end_against_another_solver() -> None:
    """SciPy finds the same least and most of every quantity of the world of all core features, within the same budget.

    Proves: emissions, latency, work by side, hub and site, and all that is built. Sensitivity: a constant left out, a
    hub's sites mixed up, the budget row scaled wrongly, integers relaxed.
    """
    search = search_of("base")
    near = search.near
    assert {quantity.group for quantity in near.quantities} == set(GROUPS)
    assert {"emissions", "mean_latency", "it_energy", "capacity_new", "green_capacity_new"} <= {
        quantity.what for quantity in near.quantities
    }
    for (quantity, form), both in zip(zip(near.quantities, near.forms, strict=True), base_ends(), strict=True):
        for most, found in enumerate(both):
            again = by_scipy(search, form.cost, most=bool(most)) + form.constant
            assert found.value == pytest.approx(again, rel=1e-5, abs=1e-5), (quantity.what, quantity.place, most)
            assert found.objective <= search.budget * (1 + 1e-6)
            assert quantity.measure(search.best.tables) <= found.value + 1e-6 if most else True


@cache
def base_ends() -> list[tuple[Any, Any]]:
    """Return the least and the most of every quantity of the world of all core features."""
    search = search_of("base")
    forms = zip(search.near.quantities, search.near.forms, strict=True)
    return [(search.extreme(q, f, most=False), search.extreme(q, f, most=True)) for q, f in forms]


def by_scipy(search: Search, form: Any, *, most: bool) -> float:
    """Return the least or most of a form within the budget."""
    problem = search.near.compiled.problem
    stage = problem.stages[problem.objective_stage]
    sign = -1.0 if most else 1.0
    found = milp(
        sign * form,
        integrality=problem.is_integer.astype(int),
        bounds=Bounds(problem.column_lower, problem.column_upper),
        constraints=[
            LinearConstraint(problem.matrix, problem.row_lower, problem.row_upper),
            LinearConstraint(stage.cost[None, :], -np.inf, search.budget - stage.constant),
        ],
        options={"mip_rel_gap": 0.0},
    )
    assert found.status == 0, found.message
    return sign * float(found.fun)


def test_earlier_stages_are_not_traded() -> None:
    """Where unserved demand comes before the objective, no alternative leaves more of it.

    Proves: with emissions minimised and 13 000 MWh that cannot be served, every end has the same unserved energy.
    Sensitivity: only the objective held.
    """
    search = search_of("short", 0.1)
    assert set(search.held) >= {"all_unserved", "objective_value"}
    unserved = search.best.summary["energy"]["unserved"]
    assert unserved == pytest.approx(13_000)
    for site in ("near", "far"):
        for end in ends(search, "it_energy", site):
            assert end.work.sum() == pytest.approx(work_of(search.best.tables).sum())


def test_a_plan_above_its_budget_is_refused() -> None:
    """A plan that the search lets cost too much is the audit's to refuse.

    Proves: with the held budget doubled behind its back. Sensitivity: a budget that only the solver checks.
    """
    search = Search(plan(BUILT), Choice(0.02))
    search.held["objective_value"] += 5 * ROOM
    with pytest.raises(AuditDisagreedError, match="budget"):
        ends(search, "it_energy", "far")


def test_whole_plans_go_as_far_as_their_candidates() -> None:
    """Each plan found is at least as far from its nearest as the candidate it began with, and keeps the budget.

    Proves: for three plans in turn around the world of all core features. Sensitivity: signs of one known plan used
    for another, the least of the distances taken for the most.
    """
    search = search_of("base")
    work = [
        search.extreme(q, f, most=True).work for q, f in zip(search.near.quantities, search.near.forms, strict=True)
    ]
    known = [work_of(search.best.tables)]
    for _ in range(3):
        reach = max(nearest(candidate, known) for candidate in work)
        results = search.farthest(known, work)
        assert results is not None
        told = results.summary["alternative"]
        found = work_of(results.tables)
        assert told["distance"] == pytest.approx(nearest(found, known))
        assert told["distance"] >= reach * (1 - FAR_GAP)
        assert results.summary["objective"] <= search.budget * (1 + 1e-6)
        known.append(found)


def test_distance_is_the_share_of_work_done_elsewhere() -> None:
    """Of 100 MWh 30 done at another site are 30 %, whichever way round; a site that one plan lacks counts as none.

    Proves: half the sum of differences. Sensitivity: work counted twice, sites left out.
    """
    one, other = pd.Series({"a": 60.0, "b": 40.0}), pd.Series({"a": 30.0, "b": 40.0, "c": 30.0})
    assert distance(one, other) == distance(other, one) == pytest.approx(0.3)
    assert distance(one, one) == 0
    assert budget_of(-200.0, 0.1) == pytest.approx(-180.0)


def test_compiling_leaves_the_scenario_s_problem_alone() -> None:
    """The model with all that is sought in it is the problem that was solved, and every form is worth what it says.

    Proves: counts and stages; a constant form is left out. Sensitivity: a stage too many, a variable added.
    """
    near = compile_near(declare_model(scenario_of(BUILT)), GROUPS)
    assert near.compiled.problem.counts == plan(BUILT).summary["counts"]
    assert [stage.name for stage in near.compiled.problem.stages] == ["objective_value"]
    assert all(form.cost.any() for form in near.forms)
    assert ("build", "near") not in {(quantity.group, quantity.place) for quantity in near.quantities}


# ---- the call


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write BUILT."""
    return BUILT.write(tmp_path_factory.mktemp("scenario") / "built")


@pytest.fixture(scope="module")
def found(scenario: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Find alternatives once; tests only read or copy them."""
    out = tmp_path_factory.mktemp("alternatives") / "out"
    find_alternatives(scenario, out, Choice(plans=2))
    return out


def rows_of(out: Path) -> list[dict[str, str]]:
    """Return the rows of the table."""
    with (out / FILE).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_plans_are_runs_like_any_other(found: Path) -> None:
    """Each whole plan is a run folder that reads, audits, and says that it is no optimum.

    Proves: status feasible, the scenario's own objective with the gap to the best plan's bound, slack and distance in
    the summary, a note. Sensitivity: what was sought told as the objective, a plan that no audit reads.
    """
    best = read_results(found / PLANS / "best")
    for name in ("alternative-1", "alternative-2"):
        assert "confirms" in audit_run(found / PLANS / name).en
        read = read_results(found / PLANS / name)
        told = read.summary["alternative"]
        assert read.summary["status"] == "feasible"
        assert read.summary["objective"] == pytest.approx(read.summary["cost"])
        assert read.summary["bound"] == pytest.approx(best.summary["bound"])
        assert 0 < told["above_best"] <= 0.02 + 1e-8
        assert read.summary["gap"] == pytest.approx(1 - BUILT_COST / read.summary["cost"])
        assert told["distance"] > 0.01
        assert any("alternative plan" in note.en for note in read.manifest["notes"])
        assert len(read.shadow_prices) == 0


def test_a_second_call_solves_nothing(
    scenario: Path, found: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What stands in the folder is not sought again; a part of it is answered from it.

    Proves: with a solver that refuses. Sensitivity: a point solved twice.
    """
    out = shutil.copytree(found, tmp_path / "out")

    def refuse(*_: Any, **__: Any) -> Any:
        pytest.fail("it solved again")

    monkeypatch.setattr("planner.studies.alternatives.search.solve", refuse)
    again = find_alternatives(scenario, out, Choice(what=("site", "build"), plans=1))
    assert set(again.table["group"]) == {"site", "build"}
    assert list(again.plans) == ["alternative-1"]
    assert rows_of(out) == rows_of(found)


def test_a_stopped_call_goes_on(scenario: Path, found: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stopped after some searches, the next call does the rest, and the table is what it would have been.

    Proves: two rows stand after the stop and are not sought again; the figures are the same. Sensitivity: rows written
    at the end only.
    """
    out = tmp_path / "out"
    searched: list[str] = []
    plain = Search.extreme

    def stops(self: Search, quantity: Any, form: Any, *, most: bool) -> Any:
        if len(searched) == 5:
            raise SolveInterruptedError("stopped")
        searched.append(quantity.what)
        return plain(self, quantity, form, most=most)

    monkeypatch.setattr(Search, "extreme", stops)
    with pytest.raises(SolveInterruptedError):
        find_alternatives(scenario, out, Choice(what=("site", "build"), plans=0))
    assert len(rows_of(out)) == 2
    searched.clear()
    searched.extend([""] * 6)
    find_alternatives(scenario, out, Choice(what=("site", "build"), plans=0))
    assert len(searched) == 6 + 2 * (len(rows_of(out)) - 2)
    known = [row for row in rows_of(found) if row["group"] in {"site", "build"}]
    for row, other in zip(rows_of(out), known, strict=True):
        for name in ("best", "least", "most"):
            assert float(row[name]) == pytest.approx(float(other[name]))


@pytest.mark.parametrize(
    ("choice", "word"),
    [
        (Choice(slack=1.5), "--slack"),
        (Choice(slack=float("nan")), "--slack"),
        (Choice(what=("planet",)), "--what"),
        (Choice(plans=-1), "--plans"),
        (Choice(slack=0.03), "another slack"),
        (Choice(overrides=("site.grid_power_price[near]=600",)), "another scenario"),
    ],
)
def test_wrong_questions_are_refused(choice: Choice, word: str, scenario: Path, found: Path) -> None:
    """What cannot be meant, and a folder of other answers, is a usage error that says which.

    Proves: nothing is solved and nothing touched. Sensitivity: answers of two questions in one table.
    """
    before = rows_of(found)
    with pytest.raises(UsageError, match=word):
        find_alternatives(scenario, found, choice)
    assert rows_of(found) == before


def test_the_command_tells_and_draws(
    scenario: Path,
    found: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The verb prints ranges and plans in the language asked for, and draws the figure.

    Proves: English and Chinese; exit 2 for a wrong word. Sensitivity: a sentence in one language only.
    """
    out = shutil.copytree(found, tmp_path / "out")
    words = ("alternatives", scenario, "--out", out, "--plans", "2")
    assert call(monkeypatch, *words, "--format", "png") == 0
    english = capsys.readouterr().out
    assert "at most 2 % above the best" in english
    assert "alternative-2" in english
    assert (out / "alternatives-en.png").stat().st_size > 10_000
    assert call(monkeypatch, *words, "--format", "svg", "--language", "zh") == 0
    assert "至多高 2%" in capsys.readouterr().out
    assert (out / "alternatives-zh.svg").exists()
    assert call(monkeypatch, *words, "--what", "moon") == 2


# ---- the figure


def test_bars_are_the_ranges() -> None:
    """Each row is a bar from least to most and a mark at the best; what does not fit is counted, hostile names stay text.

    Proves: lengths and places. Sensitivity: widths drawn as ends, rows in another order than their names.
    """
    count = ROWS_MAX + 3
    rows = pd.DataFrame(
        {
            "name": ["$x^2$ {a}", *(f"site {number}" for number in range(1, count))],
            "best": np.arange(count) + 1.0,
            "least": np.arange(count) + 0.5,
            "most": np.arange(count) + 4.0,
            "rule": False,
        }
    )
    for language, more in (("en", "3 shorter ranges"), ("zh", "另有 3 个")):
        figure = draw_alternatives([[Panel("work", rows)]], Words("title", "subtitle", ("note",), language))
        bars = artists(figure, "ranges")
        assert [bar.get_width() for bar in bars] == pytest.approx([3.5] * ROWS_MAX)
        assert [bar.get_x() for bar in bars] == pytest.approx(rows["least"].head(ROWS_MAX).tolist())
        (best,) = artists(figure, "best")
        assert best.get_xdata() == pytest.approx(rows["best"].head(ROWS_MAX).to_numpy())
        told = texts(figure)
        assert "$x^2$ {a}" in [label.get_text() for axes in figure.axes for label in axes.get_yticklabels()]
        assert any(more in line for line in told)


def test_numbers_are_told_in_one_unit() -> None:
    """Least, most and best of a quantity are told in the unit that suits the largest.

    Proves: 2 345 678 MWh/a as TWh/a, 45 000 as GWh/a, an end that was not found as a question mark. Sensitivity: a
    factor of a thousand.
    """
    row = pd.Series({"best": 2_345_678.0, "least": np.nan, "most": 2_500_000.0, "unit": "MWh/a"})
    *numbers, unit = report._numbers(row)
    assert (numbers, written(unit)) == (["2.346", "?", "2.5"], "TWh/a")
    unit, scale = report.scaled("MWh/a", 45_000.0)
    assert (written(unit), scale) == ("GWh/a", 1e-3)
    assert command.as_table([]).empty
