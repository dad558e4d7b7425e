"""Several years without a plan: the year that has none by itself is explained, else what ties the years."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import planner
from planner.studies.explain.search import explain
from planner.studies.explain.text import of_explanation
from tests.cases.several_years import BUILT, by_stage, in_futures, in_stages

if TYPE_CHECKING:
    from planner.studies.explain.answer import Explanation
    from tests.worlds import World

MYOPIC = '\n[pathway]\nforesight = "myopic"\n'


def asked(world: World, **demand: float) -> World:
    """Return a world in which inland asks for so many MW in some stages."""
    rows = [{"region": "inland", "workload": "web", "stage": stage, "demand": mw} for stage, mw in demand.items()]
    return world.with_rows("region_workload_stage", rows)


def explained(world: World, folder: Path) -> Explanation:
    """Return the explanation of a world."""
    return explain(world.write(folder / "world"))


def test_a_year_without_a_plan_is_named_and_mended(tmp_path: Path) -> None:
    """60 MW inland in 2030 are more than both sites hold with three modules: by day 84 MW, of 48 + 13.5 + 10.8.

    Proves: the case is named before its causes, and the first change, set for all years, gives a plan.
    Sensitivity: a scenario without its cases, which is feasible; a change that is set in one year alone.
    """
    world = asked(in_stages(), s2030=60)
    found = explained(world, tmp_path)
    assert (found.status, found.case) == ("infeasible", "s2030")
    lines = of_explanation(found).splitlines()
    assert lines[0] == "s2030 has no plan by itself:"
    assert lines[1].startswith("infeasible: utilisation limit at near")
    scenario = planner.read_scenario(tmp_path / "world", found.settings(0))
    assert planner.run(scenario).summary["status"] == "optimal"


def test_other_years_without_a_plan_are_named_too(tmp_path: Path) -> None:
    """Proves that a second broken year is told of, which a change for the first may not mend. Sensitivity: one alone."""
    found = explained(asked(in_stages(), s2025=60, s2030=70), tmp_path)
    assert found.case == "s2025"
    assert any("s2030 have no plan by themselves either" in note for note in found.notes)


def test_a_build_rate_that_is_too_slow_is_the_cause(tmp_path: Path) -> None:
    """In 2025 one module may stand, and 50 MW inland need three in 2030: 8 MW more in five years, at 0.5 MW a year.

    Proves: the rate is the cause, and 1.6 MW a year, no less, gives a plan of all years; each year has one by itself.
    Sensitivity: a rate for the years of the stage itself, in modules, or rounded inward.
    """
    world = by_stage(asked(in_stages(), s2030=50), "s2025", modules_max=1)
    world = world.with_cells("site_compute_type", "build_rate_max", {"far;cpu": 0.5})
    found = explained(world, tmp_path)
    assert (found.status, found.case) == ("infeasible", "")
    assert found.settings(0) == ["site_compute_type.build_rate_max[far,cpu]=1.6"]
    assert "build rate limit at far" in of_explanation(found)
    assert any("together they have none" in note for note in found.notes)


def test_a_limit_that_no_rate_mends_is_not_blamed_on_one(tmp_path: Path) -> None:
    """Three modules are needed in 2025 and one may stand in 2030, where none is needed: they do not go.

    Proves: unexplained, with the limits that tie years. Sensitivity: a rate proposed that mends nothing, or "feasible".
    """
    found = explained(by_stage(asked(in_stages(), s2025=50), "s2030", modules_max=1), tmp_path)
    assert (found.status, found.causes) == ("unexplained", ())
    assert any("lifetimes and lead times" in note for note in found.notes)


def test_years_with_a_plan_are_feasible(tmp_path: Path) -> None:
    """Two stages in two futures have a plan, of the objective that a run finds.

    Proves: the objective of all cases. Sensitivity: that of the scenario without its cases, 48 004 000.
    """
    world = in_futures(in_stages())
    found = explained(world, tmp_path)
    run = planner.run(planner.read_scenario(tmp_path / "world"))
    assert found.status == "feasible"
    assert found.cost is not None
    assert abs(found.cost / run.summary["objective"] - 1) < 1e-6
    assert of_explanation(found).startswith("feasible: all 4 cases have a plan together")


def test_what_binds_is_told_by_year(tmp_path: Path) -> None:
    """Two equal stages, counted for five years each and discounted, are each held by what holds the year by itself.

    Proves: with two modules in each, as the year alone builds, every number is worth what ``planner explain`` says of the
    year alone, in its own money, and each stage is named. Sensitivity: worths that are discounted, or those of five years
    (five times as much), a stage that is told for the other.
    """
    world = in_stages().with_parameters(discount_rate_social=0.05)
    found, alone = explained(world, tmp_path / "years"), explained(BUILT, tmp_path / "one")
    assert {row["case"] for row in found.binding} == {"s2025", "s2030"}
    expected = {(row["parameter"], *row["key"]): row["worth"] for row in alone.binding}
    for row in found.binding:
        assert row["worth"] == pytest.approx(expected[row["parameter"], *row["key"]], rel=1e-6)
    assert any(line.startswith("  s2030: demand") for line in of_explanation(found).splitlines())


def test_only_the_likeliest_future_is_told(tmp_path: Path) -> None:
    """Proves that of two futures what binds is told of the likelier one. Sensitivity: numbers of a future unnamed."""
    found = explained(in_futures(), tmp_path)
    assert {row["case"] for row in found.binding} == {"wet"}


def test_short_sight_is_not_looked_at_as_if_it_were_sight() -> None:
    """Proves that no objective is claimed for stages in turn. Sensitivity: that of the joint problem."""
    with tempfile.TemporaryDirectory() as folder:
        path = in_stages(BUILT).write(Path(folder) / "world")
        file = path / "scenario.toml"
        file.write_text(file.read_text(encoding="utf-8") + MYOPIC, encoding="utf-8")
        found = explain(path)
    assert (found.status, found.cost) == ("feasible", None)
    assert any("a run will tell" in note for note in found.notes)
