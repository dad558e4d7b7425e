"""A rule of one's own is solved by every public way: the right cost of `tiny` with it is 678,573,032.0."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyomo.environ as pyo
import pytest

import planner
from planner.errors import AuditDisagreedError, PlannerError, UsageError
from planner.pipeline.finished import audit_run
from planner.views.captions import map_notes
from tests.docs.pages import ROOT
from tests.own_rules.ways import CHANGES, RIGHT, SITE, at_most_three, three_in_the_west


@pytest.mark.parametrize("rule", [at_most_three, three_in_the_west], ids=["template", "row by row"])
def test_rules_of_run(rule: Any) -> None:
    """`planner.run(folder, rules=[…])` keeps the rule, by templates and row by row, and names it.

    Proves: the cost, the name in the manifest, its shadow price's row. Sensitivity: rules that are not handed on.
    """
    plan = planner.run(ROOT / "scenarios/tiny", rules=[rule])
    assert plan.summary["cost"] == pytest.approx(RIGHT, abs=0.01)
    name = rule.name if isinstance(rule, planner.OwnRule) else rule.__name__
    assert plan.manifest["own_rules"]["rules"] == [name]
    assert plan.manifest["audit"]["agreed"] is True
    assert name in set(plan.shadow_prices["rule"])
    assert any(name in note for note in plan.manifest["notes"])


@pytest.mark.parametrize("change", CHANGES)
def test_changed_model(tiny: planner.Scenario, change: str) -> None:
    """`planner.run(model)` and `planner.solve(model)` see whatever the user did to the model.

    Proves: each of eight ways to say one rule gives its cost, and is named. Sensitivity: arrays made of the record alone.
    """
    model = planner.build_model(tiny)
    CHANGES[change](model)
    plan = planner.run(model)
    assert plan.summary["cost"] == pytest.approx(RIGHT, abs=0.01)
    assert plan.summary["status"] == "optimal"
    own = plan.manifest["own_rules"]
    assert own["rules"] or own["changes"]
    assert (own["taken_out"], own["objective"]) == ([], None)
    again = planner.build_model(tiny)
    CHANGES[change](again)
    assert planner.solve(again.clone()).summary["cost"] == pytest.approx(RIGHT, abs=0.01)


@pytest.mark.parametrize("change", CHANGES)
def test_solved_outside(tiny: planner.Scenario, change: str) -> None:
    """`planner.plan_of(model)` makes a plan of what another solver found, own rules kept.

    Proves: the cost, no bound that nobody proved, no prices. Sensitivity: a plan called optimal on nobody's word.
    """
    model = planner.build_model(tiny)
    CHANGES[change](model)
    pyo.SolverFactory("appsi_highs").solve(model)
    plan = planner.plan_of(model)
    assert plan.summary["cost"] == pytest.approx(RIGHT, abs=0.01)
    assert (plan.summary["status"], plan.summary["solved_outside"]) == ("feasible", True)
    assert plan.shadow_prices.empty
    assert "solved outside" in repr(plan)


def test_any_solver_of_pyomo(tiny: planner.Scenario) -> None:
    """A plan is made after the newer solver interface too, and what is nearly whole becomes whole.

    Proves: the modules are whole numbers after values of 2.9999999. Sensitivity: values taken as they stand.
    """
    model = planner.build_model(tiny)
    CHANGES["constraint"](model)
    pyo.SolverFactory("highs").solve(model)
    model.modules[SITE].set_value(3 - 1e-7, skip_validation=True)
    plan = planner.plan_of(model)
    assert plan.summary["modules"]["qingyang"] == 3
    assert plan.summary["cost"] == pytest.approx(RIGHT, abs=0.01)


def test_untouched_model_is_the_scenario(tiny: planner.Scenario) -> None:
    """A model nobody touched is solved as its scenario, by templates, and nothing is called the user's own.

    Proves: equal plans and prices; the model has the values. Sensitivity: a comparison that sees changes in rounding.
    """
    model = planner.build_model(tiny)
    plan, same = planner.solve(model), planner.run(tiny)
    assert plan.summary["objective"] == same.summary["objective"] == pytest.approx(pyo.value(model.objective))
    assert plan.shadow_prices.equals(same.shadow_prices)
    assert "own_rules" not in plan.manifest
    assert "own_rules" not in plan.summary


def test_a_model_without_values_is_no_plan(tiny: planner.Scenario) -> None:
    """A model that was not solved, and one whose values break a rule added since, are refused.

    Proves: both. Sensitivity: values of nothing taken for 0; values believed unchecked.
    """
    model = planner.build_model(tiny)
    with pytest.raises(UsageError, match="has no value: solve the model first"):
        planner.plan_of(model)
    pyo.SolverFactory("appsi_highs").solve(model)
    CHANGES["constraint"](model)
    with pytest.raises(PlannerError, match="breaks"):
        planner.plan_of(model)


def test_own_objective(tiny: planner.Scenario) -> None:
    """An objective of one's own is minimised and named; no bound of it stands beside the scenario's objective.

    Proves: emissions as low as by the scenario's own word for it. Sensitivity: the scenario's objective solved instead.
    """
    least = planner.run(planner.read_scenario(ROOT / "scenarios/tiny", ["objective.minimise=emissions"]))
    by_expression, by_component = planner.build_model(tiny), planner.build_model(tiny)
    by_expression.objective.expr = by_expression.emissions
    by_component.objective.deactivate()
    by_component.least = pyo.Objective(expr=by_component.emissions)
    for model, name in ((by_expression, "objective"), (by_component, "least")):
        plan = planner.run(model)
        assert plan.summary["emissions"] == pytest.approx(least.summary["emissions"])
        assert plan.summary["own_objective"]["value"] == pytest.approx(least.summary["emissions"])
        assert plan.manifest["own_rules"]["objective"] == name
        assert plan.summary["bound"] != plan.summary["bound"]
        assert "not audited" in repr(plan)


def test_a_rule_taken_out(tiny: planner.Scenario, tmp_path: Path) -> None:
    """A rule of the planner that was taken out is named, and what it would have kept is told as the user's wish.

    Proves: manifest, note, page and `planner audit`; what breaks another rule still ends in exit 11. Sensitivity: a
    finding dropped; an audit that says all is well.
    """
    model = planner.build_model(tiny)
    model.site_capacity.deactivate()
    plan = planner.run(model)
    assert plan.manifest["own_rules"]["taken_out"] == ["site_capacity"]
    assert all("site_capacity" in finding for finding in plan.manifest["audit"]["set_aside"])
    assert any("breaks rules that the user took out" in note for note in plan.manifest["notes"])
    folder = plan.write(tmp_path / "run")
    assert "above the limit" in audit_run(folder)
    assert "按用户意愿未满足" in (folder / "report.html").read_text("utf-8")
    model = planner.build_model(tiny)
    model.green_power_availability.deactivate()
    with pytest.raises(AuditDisagreedError, match="curtailed"):
        planner.run(model)


def test_run_folder_of_own_rules(tiny: planner.Scenario, tmp_path: Path) -> None:
    """`plan.write` makes a run folder like any other, and page, map's note, manifest and audit name the rule.

    Proves: read back equal; a second time refused without force. Sensitivity: a page that calls all of it audited.
    """
    plan = planner.run(tiny, rules=[at_most_three])
    folder = plan.write(tmp_path / "run")
    again = planner.read_results(folder)
    assert again.summary["cost"] == plan.summary["cost"]
    assert again.manifest["own_rules"]["rules"] == ["at_most_three"]
    assert "at_most_three" in audit_run(folder)
    page = (folder / "report.html").read_text("utf-8")
    for words in ("solved, but not audited", "已求解，但未经核验", "at_most_three"):
        assert words in page
    assert all("at_most_three" in map_notes(again, language)[0] for language in ("en", "zh"))
    assert (folder / "plan.gpkg").exists()
    with pytest.raises(PlannerError):
        plan.write(folder)
    assert plan.write(folder, force=True) == folder
