"""Commands beside ``run`` with several years: each works by case, or refuses with a plain reason."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import numpy as np
import pytest

import planner
from planner.cases.whole import check_one_year, problem_of
from planner.errors import UsageError
from planner.language import rendered
from planner.models.build import declare_model
from planner.models.compile import compile_model
from planner.pipeline.export import export_text
from planner.pipeline.finished import read_results, redraw, rewrite_report
from planner.pipeline.hours_chart import chart_run
from planner.pipeline.run import run_and_write
from planner.studies.alternatives.choice import Choice
from planner.studies.alternatives.command import find_alternatives
from planner.studies.compare.command import compare, told, write_comparison
from planner.studies.compare.differences.comparison import as_json
from planner.studies.cost_of_green.points import Plan, solve_points
from planner.studies.pareto.front import Front, solve_front
from planner.studies.sweep import report
from planner.studies.sweep.grid import axis_of
from planner.studies.sweep.sweep import Sweep, solve_sweep
from planner.views.years.chosen import Year
from tests.algebra import BUILT
from tests.cases.several_years import DRY, WET, by_stage, in_futures, in_stages, joined, read
from tests.here import planned

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from matplotlib.figure import Figure

    from planner.views.charts.hours import Hours
    from tests.worlds import World

TWO = in_futures(in_stages())


def ran(world: World, folder: Path) -> Path:
    """Run a world into a folder."""
    return run_and_write(read(world), folder, drawn=False)[1]


def test_runs_are_compared_year_by_year(tmp_path: Path) -> None:
    """Modules at 4 MW cost 3 400 000 in the second run: of each case the same is held against the same.

    Proves: four comparisons with the cases in their names, what all years come to first, the parts of each add up to its
    difference, and swaps are said not to be told apart. Sensitivity: rows of all cases in one table, which no key tells
    apart, or what vintages cost beside the year's prices left out of the parts.
    """
    dearer = by_stage(TWO, "s2030", module_cost=3_400_000)
    found = compare([ran(TWO, tmp_path / "base"), ran(dearer, tmp_path / "dear")])
    labels = [comparison.after.label for comparison in found]
    assert labels == [f"dear {name}" for name in ("s2025/dry", "s2025/wet", "s2030/dry", "s2030/wet")]
    for comparison in found:
        assert comparison.cost_parts == pytest.approx(comparison.cost_difference, abs=1e-3)
    said = told(found)
    assert said.startswith("dear against base, year by year; objective of all years:")
    assert said.count("against base s20") == 4
    assert "swaps at equal cost are not told apart" in said
    assert as_json(found)["runs"][3]["base"] == "base s2030/wet"
    write_comparison(found, tmp_path / "out", formats=("png",))
    with (tmp_path / "out" / "cost.csv").open(encoding="utf-8", newline="") as file:
        assert {row["run"] for row in csv.DictReader(file)} == set(labels)


def test_what_ties_the_years_is_an_input_too(tmp_path: Path) -> None:
    """Two runs that differ in the social discount rate alone differ in no year's inputs, and are told apart all the same.

    Proves: the parameter is named. Sensitivity: inputs of the years alone.
    """
    other = TWO.with_parameters(discount_rate_social=0.08)
    found = compare([ran(TWO, tmp_path / "base"), ran(other, tmp_path / "rate")], seconds=0)
    assert "what ties the years differs: social discount rate" in told(found)


def test_runs_without_a_year_in_common_are_refused(tmp_path: Path) -> None:
    """Several years are not compared with one, nor with other stages; years that one run has alone are named.

    Proves: the reason names the cases; of common stages the rest is said. Sensitivity: a crash, or the last stage taken
    for all.
    """
    several, one, later = (
        ran(world, tmp_path / name)
        for name, world in (("several", in_stages()), ("one", BUILT), ("later", in_stages(years=(2030, 2040))))
    )
    for pair in ([several, one], [one, several]):
        with pytest.raises(UsageError, match=r"no year in common .*one year alone") as caught:
            compare(pair)
        assert "s2025, s2030" in str(caught.value)
    found = compare([several, later], seconds=0)
    assert [comparison.after.label for comparison in found] == ["later s2030"]
    assert "not compared, for only one of them has them: s2025, s2040" in told(found)


def test_the_exported_model_is_that_of_all_years(tmp_path: Path) -> None:
    """An MPS of several years has every row and column of the problem that a run solves.

    Proves: as many columns as the joint problem, whose names bear the case; of one year nothing changes.
    Sensitivity: the model of the scenario without its cases.
    """
    folder = TWO.write(tmp_path / "two")
    text = export_text("mps", folder)
    problem = joined(TWO).problem
    assert text.startswith("* two: objective_value, minimise cost\n* all years together: s2025_dry, s2025_wet,")
    rows = text[text.index("ROWS") : text.index("COLUMNS")].strip().splitlines()
    assert len(rows) - 2 == problem.matrix.shape[0]
    assert "modules.s2030.dry.far.cpu" in text
    alone = problem_of(read(BUILT))
    again = compile_model(declare_model(read(BUILT))).problem
    assert np.array_equal(alone.matrix.toarray(), again.matrix.toarray())


def test_stages_in_turn_have_no_one_model(tmp_path: Path) -> None:
    """Proves that short sight is not exported as if it were sight. Sensitivity: the joint problem handed out for it."""
    folder = in_stages().write(tmp_path / "short")
    file = folder / "scenario.toml"
    file.write_text(file.read_text(encoding="utf-8") + '\n[pathway]\nforesight = "myopic"\n', encoding="utf-8")
    with pytest.raises(UsageError, match="no one model"):
        export_text("lp", folder)


def test_what_is_of_one_year_refuses_several(tmp_path: Path) -> None:
    """Pareto fronts, alternatives and the cost of green power are of one year.

    Proves: each refuses before anything is solved, and names the cases; of one year none is refused.
    Sensitivity: a cap on each year's emissions for one on their sum, or a crash on tables of several years.
    """
    folder = TWO.write(tmp_path / "two")
    asked = (
        lambda: find_alternatives(folder, tmp_path / "a", Choice(0.02, ("whole",), 1, None, ())),
        lambda: solve_front(folder, tmp_path / "p", Front(("cost", "latency"), 3)),
        lambda: solve_points(folder, tmp_path / "g", Plan((0.5,), ("certificate",), (), (), None, ""), None),
    )
    for ask in asked:
        with pytest.raises(UsageError, match=r"plans one year, and two has several: s2025/dry, s2025/wet"):
            ask()
    check_one_year(read(BUILT), "pareto")


def test_a_sweep_has_each_year(tmp_path: Path) -> None:
    """The table of a sweep has the objective and each year's cost, and says what its other figures are.

    Proves: the cost of each case by its name, 66 030 000 of a dry year without modules among them; the note.
    Sensitivity: means alone, or a list that the table drops.
    """
    folder = TWO.write(tmp_path / "two")
    asked = Sweep([axis_of("site_compute_type.modules_max[far,cpu]=0,3")])
    scenario, points = solve_sweep(folder, tmp_path / "out", asked)
    rows, left_out = points.finish()
    none, most = rows
    assert float(none["cases.s2030/dry.cost"]) == pytest.approx(DRY[0])
    assert float(none["cases.s2025/wet.cost"]) == pytest.approx(WET[0])
    assert float(most["objective"]) < float(none["objective"])
    said = report.headline(points, rows, [], left_out).en
    assert "Several years: cost and all other figures are means" in said
    assert any("Several years" in note.en for note in report.notes_of(scenario, ()))


def test_a_sweep_without_any_plan_is_drawn(tmp_path: Path) -> None:
    """Points none of which has a plan make a figure that says so.

    Proves: no cost is no fault. Sensitivity: a panel of a column that no point has.
    """
    folder = BUILT.write(tmp_path / "one")
    asked = Sweep([axis_of("site.utilisation_max[near]=0.01,0.02")])
    scenario, points = solve_sweep(folder, tmp_path / "out", asked)
    rows, _ = points.finish()
    assert {row["status"] for row in rows} == {"infeasible"}
    assert report.draw_points(scenario, rows, asked, tmp_path / "out", ("png",))


def test_a_chart_is_of_one_year(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The hours of two years are no longer year: a chart shows the last, in the likeliest future.

    Proves: the hours are the 3 000 of a case, and the load that of "wet". Sensitivity: all cases together, 12 000 hours.
    """
    from planner.views.charts import duration  # noqa: PLC0415 - matplotlib is slow to import

    seen: list[Hours] = []
    drawn = duration.draw_duration

    def watched(hours: Hours, **words: Any) -> Figure:
        seen.append(hours)
        return drawn(hours, **words)

    monkeypatch.setattr(duration, "draw_duration", watched)
    run = ran(TWO, tmp_path / "run")
    assert chart_run(run, "duration", formats=("svg",), out=tmp_path)
    [hours] = seen
    assert hours.power["weight"].sum() == 3000
    alone = read_results(run).shown.tables["facility_load"].groupby("timestep")["facility_load"].sum()
    assert sorted(hours.power["load"]) == pytest.approx(sorted(alone))


def test_a_year_may_be_chosen(tmp_path: Path) -> None:
    """``--stage`` and ``--future`` say which year a map, a chart and a page of one year show.

    Proves: each alone leaves the other to the last stage or the likeliest future; the page's numbers and the figures'
    names are of that year; a run of a baseline shows the same; what is not there is refused with what is, in a run of one
    year too. Sensitivity: an option that is heard and left at that; a figure of another year under the old name.
    """
    run = ran(TWO, tmp_path / "run")
    results = read_results(run)
    asked = {
        Year(): "s2030/wet",
        Year("s2025"): "s2025/wet",
        Year(future="dry"): "s2030/dry",
        Year("s2025", "dry"): "s2025/dry",
    }
    for year, name in asked.items():
        shown = year.of(results).shown
        assert rendered(shown.manifest["notes"][-1]).endswith(name)
        stage, future = name.split("/")
        told = next(one for one in results.summary["cases"] if (one["stage"], one["future"]) == (stage, future))
        assert shown.summary["cost"] == told["cost"]
    dry = Year("s2025", "dry")
    assert [path.name for path in redraw(run, formats=("svg",), year=dry)] == ["map-s2025-dry.svg"]
    [chart] = chart_run(run, "duration", formats=("svg",), out=tmp_path, year=dry)
    assert chart.name == "duration-all-s2025-dry-en.svg"
    page = rewrite_report(run, baseline=run, year=dry).read_text(encoding="utf-8")
    other = rewrite_report(run).read_text(encoding="utf-8")
    assert "one year of several that are planned together: s2025/dry" in page
    assert "one year of several that are planned together: s2025/dry" not in other
    with pytest.raises(UsageError, match=r"--stage s2026: .*s2025, s2030"):
        Year("s2026").of(results)
    with pytest.raises(UsageError, match=r"--future: .* has none"):
        Year(future="dry").of(planned(read(BUILT)))


def test_what_is_not_looked_for_is_said() -> None:
    """What decides several years is not looked for, and the plan says so to who asked for it.

    Proves: the note with ``deciding``, and none without. Sensitivity: a list that is left out without a word.
    """
    asked = planner.run(read(in_stages()), deciding=True)
    assert asked.deciding is None
    assert any("what decides the plan" in note for note in asked.manifest["notes"])
    plain = planner.run(read(in_stages()))
    assert not any("what decides the plan" in note for note in plain.manifest["notes"])
