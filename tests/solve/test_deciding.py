"""What decides a plan: the limits it reaches, and what one step more is worth, against numbers worked out by hand.

``BUILT`` of :mod:`tests.algebra` with one module allowed at ``far`` builds it. By the shadow prices a second saves
3.6 MW × 340 × 3000 h - 2 600 000 = 1 072 000 CNY/a; in truth ``near`` has only 0.9 MW left by night, and it saves
3.6 × 340 × 2000 + 0.9 × 340 × 1000 - 2 600 000 = 154 000.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

import planner
from planner.language import rendered
from planner.models import deciding as of_plan
from planner.models.algebra.problem import SolverOptions
from planner.models.build import declare_model
from planner.models.compile import compile_model
from planner.models.deciding import AGAIN, COLUMNS, PRICED, TOGETHER, UNTRIED, Deciding
from planner.models.rules.relaxations import changed
from planner.models.solving.solve import solve
from planner.pipeline.finished import audit_run, read_results
from planner.pipeline.run import run_and_write
from planner.views import headline
from planner.views.limit_words import deciding_rows, saved_of
from tests.algebra import BUILT, BUILT_COST, HAND, RICH, scenario_of
from tests.worlds import BASE

if TYPE_CHECKING:
    from planner.models.algebra.problem import Problem, Solution
    from planner.scenario.scenario import Scenario
    from tests.worlds import World

ONE = BUILT.with_cells("site_compute_type", "modules_max", {"far;cpu": 1})
SECOND_SAVES, SECOND_BY_PRICE = 154_000.0, 1_072_000.0
AI = {"web": "ai", "cpu": "gpu"}


def twice(world: World) -> World:
    """Return a world with each row of work, halls and profile once more, for another kind of compute."""
    for name in ("workload", "compute_type", "region_workload", "workload_timestep", "site_compute_type"):
        rows = world.tables[name]
        again = [{column: AI.get(str(cell), cell) for column, cell in row.items()} for row in rows]
        world = world.with_rows(name, [*rows, *again])
    return world


@pytest.fixture(autouse=True)
def _ample_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every trial be made, however slow the machine is: what is tried in how much time is another question."""
    monkeypatch.setattr(of_plan, "SECONDS_MIN", 120.0)


@dataclass(frozen=True)
class Solved:
    """A world's problem and its optimum, before anything is made of it."""

    problem: Problem
    solution: Solution


def solved(world: World) -> Solved:
    """Return a world's optimum."""
    return solved_of(scenario_of(world))


def solved_of(scenario: Scenario) -> Solved:
    """Return a scenario's optimum."""
    problem = compile_model(declare_model(scenario)).problem
    with tempfile.TemporaryDirectory() as folder:
        return Solved(problem, solve(problem, SolverOptions(), Path(folder)))


def decided(world: World, **options: Any) -> pd.DataFrame:
    """Return what decides a world's plan."""
    found = planner.run(scenario_of(world), deciding=True, **options).deciding
    assert found is not None
    return found


def test_one_module_more_is_worth_what_it_saves_not_its_shadow_price() -> None:
    """Proves: a limit on modules that is reached is listed alone, with its true worth; hall and share are its means.

    Sensitivity: the dual in place of solving again (1 072 000); hall and share listed as causes of their own; the limit
    not found; the base read instead of the looser world (0).
    """
    table = decided(ONE)
    assert list(table.columns) == list(COLUMNS)
    row = table.iloc[0]
    assert len(table) == 1
    assert tuple(row[["parameter", "index", "how", "at_limit"]]) == ("modules_max", "far;cpu", AGAIN, "modules")
    assert tuple(row[["limit", "one_more"]]) == (1, 2)
    assert row["saves"] == pytest.approx(SECOND_SAVES, rel=1e-6)
    assert row["saves"] != pytest.approx(SECOND_BY_PRICE, rel=0.1)
    assert tuple(row[["saves_min", "saves_max"]]) == pytest.approx((SECOND_SAVES, SECOND_SAVES), rel=1e-6)
    assert set(row["also"].split(";")) == {"capacity_existing", "utilisation_max"}


def test_a_limit_that_is_not_reached_is_not_listed() -> None:
    """Proves: three modules allowed and two built is no limit; the full hall is, and says so by the share.

    Sensitivity: a list of all limits, reached or not.
    """
    table = decided(BUILT)
    assert "modules_max" not in set(table["parameter"])
    assert planner.run(scenario_of(BUILT)).summary["cost"] == pytest.approx(BUILT_COST)


def test_where_nothing_is_reached_nothing_is_listed(tmp_path: Path) -> None:
    """Proves: with room everywhere the table has no rows, the headline no line and the page a sentence.

    Sensitivity: rows that are tight at 0, or demand, taken for limits.
    """
    world = HAND.with_cells("site_compute_type", "capacity_existing", {"far;cpu": 60})
    results, folder = run_and_write(scenario_of(world), tmp_path / "run", deciding=True, drawn=True)
    assert results.deciding is not None
    assert results.deciding.empty
    assert "what decides it" not in headline.of_plan(results).en
    assert "reaches no limit" in (folder / "report.html").read_text(encoding="utf-8")
    read = read_results(folder).deciding
    assert read is not None
    assert read.empty


def test_the_share_that_may_be_used_is_worth_its_shadow_price() -> None:
    """Proves: ``far`` is full by day and night: a point of its share of 15 MW saves 0.15 × 340 × 3000 = 153 000.

    Sensitivity: a step of one in place of a point; the price of one timestep; what stands told beside the share.
    """
    table = decided(HAND)
    assert table["parameter"].tolist() == ["utilisation_max"]
    row = table.iloc[0]
    assert tuple(row[["index", "how", "also"]]) == ("far", PRICED, "capacity_existing")
    assert row["one_more"] == pytest.approx(0.91)
    assert row["saves"] == pytest.approx(153_000)


def test_limits_that_help_only_together_are_told_together() -> None:
    """Proves: opening ``far`` costs 1 500 000, a module of either kind saves 1 072 000: alone nothing, both 644 000.

    Sensitivity: no trial of all limits together; a limit of 0 passed over; the opening forgotten.
    """
    world = twice(BUILT.with_cells("site_compute_type", "modules_max", {"far;cpu": 0}))
    table = decided(world.with_cells("site", "opening_cost", {"far": 1_500_000}))
    alone = table[table["parameter"] == "modules_max"]
    assert sorted(alone["index"]) == ["far;cpu", "far;gpu"]
    assert alone["how"].tolist() == [AGAIN, AGAIN]
    assert alone["saves_max"].to_numpy() == pytest.approx([0, 0], abs=1.0)
    together = table[table["parameter"] == TOGETHER].iloc[0]
    assert together["saves"] == pytest.approx(2 * SECOND_BY_PRICE - 1_500_000, rel=1e-6)


@pytest.mark.parametrize(("world", "most"), [(BASE, 2), (BASE, 3), (RICH, 3)], ids=["base_2", "base_3", "rich_3"])
def test_solved_again_is_what_the_scenario_with_one_more_costs(world: World, most: int) -> None:
    """Proves: each worth is the difference to the optimum of the scenario that has one more, compiled by itself.

    Sensitivity: a bound moved by another amount, at another column, or not where it multiplies ``open``.
    """
    limited = world.with_cells("site_compute_type", "modules_max", {"*": most})
    scenario = scenario_of(limited)
    plan = planner.run(scenario, deciding=True)
    assert plan.deciding is not None
    tried = plan.deciding[(plan.deciding["how"] == AGAIN) & (plan.deciding["parameter"] != TOGETHER)]
    assert len(tried)
    for row in tried.to_dict("records"):
        key = tuple(row["index"].split(";"))
        more = solved_of(changed(scenario, "modules_max", {key: int(row["one_more"])})).solution
        saved = plan.summary["objective"] - more.objective
        slack = 1e-6 * plan.summary["objective"]
        assert row["saves_min"] - slack <= saved <= row["saves_max"] + slack
        assert row["saves"] == pytest.approx(saved, abs=slack)


def test_the_worth_lies_between_what_the_gaps_leave_open() -> None:
    """Proves: of two plans that are 30 % from their bounds the worth is an interval that holds the true one.

    Sensitivity: the difference of two plans given as the worth; the bounds taken the wrong way round.
    """
    plan = planner.run(scenario_of(ONE))
    scenario, found = scenario_of(ONE), solved(ONE)
    loose = replace(found.solution, bound=0.7 * plan.summary["objective"])
    table = Deciding(scenario, found.problem, loose, SolverOptions(mip_gap=0.0)).table()
    row = table.iloc[0]
    assert row["saves_min"] == 0
    assert row["saves_min"] <= SECOND_SAVES <= row["saves_max"] + 1e-3
    tight = replace(found.solution, objective=found.solution.objective + 1_000_000)
    row = Deciding(scenario, found.problem, tight, SolverOptions(mip_gap=0.0)).table().iloc[0]
    assert row["saves_min"] == pytest.approx(SECOND_SAVES, rel=1e-4)
    assert row["saves_max"] == pytest.approx(SECOND_SAVES + 1_000_000, rel=1e-4)


def test_without_time_limits_are_listed_and_called_not_tried() -> None:
    """Proves: where the time limit is used up the limit is still listed, with no number.

    Sensitivity: a limit of time that is overrun; the shadow price in place of what was not tried.
    """
    found = solved(ONE)
    options = SolverOptions(time_limit=found.solution.seconds)
    table = Deciding(scenario_of(ONE), found.problem, found.solution, options).table()
    assert table["how"].tolist() == [UNTRIED]
    assert np.isnan(table["saves"]).all()
    assert saved_of(deciding_rows(table)[0]).en == "not tried"


def test_a_model_too_large_is_not_made_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves: beyond the size at which a second model could cost the plan its memory, a note stands for the list.

    Sensitivity: no guard.
    """
    monkeypatch.setattr(of_plan, "NONZEROS_MAX", 3)
    plan = planner.run(scenario_of(ONE), deciding=True)
    assert plan.deciding is not None
    assert plan.deciding.empty
    assert any("too large" in rendered(note, "en") for note in plan.manifest["notes"])


def test_nobody_looks_unless_asked() -> None:
    """Proves: many-run work does not pay for it: a run that does not ask has no table and no such seconds.

    Sensitivity: on by default.
    """
    plan = planner.run(scenario_of(ONE))
    assert plan.deciding is None
    assert "deciding" not in plan.summary["seconds"]


def test_own_rules_hold_in_what_is_solved_again() -> None:
    """Proves: a rule of the user's own, that allows one module, leaves the second nothing to save.

    Sensitivity: the looser world made without the rule (154 000).
    """

    def no_more(m: Any) -> Any:
        return m.modules["far", "cpu"] <= 1

    table = decided(ONE, rules=[no_more])
    row = table[table["parameter"] == "modules_max"].iloc[0]
    assert row["saves_max"] == pytest.approx(0, abs=1.0)


def test_the_run_folder_keeps_it_and_people_see_it(tmp_path: Path) -> None:
    """Proves: the table is written, listed and read back; headline, page and column of the limit speak of it.

    Sensitivity: a file the manifest does not know; an id in place of a name; one language only.
    """
    results, folder = run_and_write(scenario_of(ONE), tmp_path / "run", deciding=True, drawn=True)
    read = read_results(folder)
    assert results.deciding is not None
    assert read.deciding is not None
    pd.testing.assert_frame_equal(read.deciding, results.deciding, check_dtype=False)
    assert "deciding.csv" in read.manifest["files"]
    assert "confirms" in rendered(audit_run(folder), "en")
    said = headline.of_plan(read)
    assert "modules limit at far · cpu: 1 is reached; 2 saves 154,000 CNY/a" in said.en
    assert "已达 1；放宽到 2，可省 15.40 万元/年" in said.zh
    page = (folder / "report.html").read_text(encoding="utf-8")
    for text in ("What decides the plan", "决定方案的限制", "1, reached", "1，已达上限", "154,000 CNY/a"):
        assert text in page


def test_the_page_says_what_all_limits_save_together(tmp_path: Path) -> None:
    """Proves: where limits on whole numbers are tried together too, the page is drawn, and says so in both languages.

    Sensitivity: a line without a limit of its own looked up among the parameters, so that no page was drawn at all.
    """
    world = twice(BUILT.with_cells("site_compute_type", "modules_max", {"far;cpu": 1}))
    results, folder = run_and_write(scenario_of(world), tmp_path / "run", deciding=True, drawn=True)
    assert results.deciding is not None
    assert TOGETHER in set(results.deciding["parameter"])
    page = (folder / "report.html").read_text(encoding="utf-8")
    for text in ("all 2 limits on whole numbers, one step more each", "全部 2 项整数限制各放宽一步"):
        assert text in page
    assert not [note for note in read_results(folder).manifest["notes"] if "could not be drawn" in note]


@pytest.mark.parametrize(
    ("least", "most", "en", "zh"),
    [
        (32_483_450, 174_972_600, "30 to 180 million CNY/a", "0.3 至 1.8 亿元/年"),
        (103_200_000, 104_900_000, "103.2 to 104.9 million CNY/a", "1.032 至 1.049 亿元/年"),
        (0, 91_083_970, "0 to 92 million CNY/a", "0 至 9,200 万元/年"),
        (154_000, 154_000.01, "154,000 CNY/a", "15.40 万元/年"),
        (1.5e9, float("nan"), "at least 1.500 billion CNY/a", "至少 15.00 亿元/年"),
    ],
)
def test_an_interval_is_rounded_outward(least: float, most: float, en: str, zh: str) -> None:
    """Proves: an interval is told in steps of a tenth of its width or less, never narrower than it is.

    Sensitivity: digits the gaps do not allow; the lower end rounded up.
    """
    row = {"saves": least, "saves_min": least, "saves_max": most, "saves_unit": "CNY/a", "how": AGAIN}
    said = saved_of(row)
    assert (said.en, said.zh) == (en, zh)
