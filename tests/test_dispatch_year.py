"""The true cost of a plan: its investments fixed, the year its days were chosen from dispatched."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest

import planner
from planner import cli
from planner.errors import AuditDisagreedError, PlannerError, UsageError
from planner.io.results.results import Results
from planner.models.algebra.problem import SolverOptions
from planner.models.build import declare_model
from planner.models.compile import compile_model
from planner.pipeline.check import read_with_full_year
from planner.pipeline.dispatch_year import dispatch_year, investments_of, read_to_dispatch
from planner.views import headline
from tests.profiles.twenty_days import world
from tests.worlds import World

TIGHT = world().with_cells("workload", "latency_max", {"online": 5, "training": 30})
"""Online work may not leave its own coast, so that modules must stand there before the peak comes."""


def dispatched(of: World, days: int) -> Results:
    """Return the plan of so many days with the dispatch of the year."""
    with TemporaryDirectory() as folder:
        scenario, full = read_with_full_year(of.write(Path(folder) / "w"), [f"time.representative_days={days}"])
        return planner.run(scenario, full_year=full)


@cache
def of_world(days: int) -> Results:
    """Return the dispatch of the plain world, once."""
    return dispatched(world(), days)


@cache
def best() -> Results:
    """Return the plan of the whole year."""
    with TemporaryDirectory() as folder:
        return planner.run(planner.read_scenario(world().write(Path(folder) / "w")))


def test_as_many_days_as_there_are_cost_what_the_year_costs() -> None:
    """Proves that all twenty days give the objective of the year, and its dispatch the same once more.

    Sensitivity: a weight, a duration or a cell lost on the way; investments read for other members.
    """
    results = of_world(20)
    assert results.summary["objective"] == pytest.approx(best().summary["objective"], rel=1e-6)
    dispatch = results.summary["dispatch_year"]
    assert dispatch["rules_kept"]
    assert dispatch["cost"] == pytest.approx(best().summary["cost"], rel=1e-6)
    assert dispatch["cost_difference_share"] == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("days", [2, 5])
def test_investments_of_a_few_days_never_beat_those_of_the_year(days: int) -> None:
    """Proves that the dispatch, where it keeps the rules, costs no less than the best plan of the year.

    Sensitivity: investments left free give exactly the best; those of the days counted twice give more than both.
    """
    dispatch = of_world(days).summary["dispatch_year"]
    assert dispatch["rules_kept"]
    assert dispatch["cost"] >= best().summary["cost"] * (1 - 1e-9)
    built = {name: of_world(days).summary["costs"][name] for name in ("new_compute", "opening", "green_capacity")}
    assert {name: dispatch["costs"][name] for name in built} == pytest.approx(built)


def test_table_adds_up() -> None:
    """Proves that the table holds the plan's costs, the year's, and the difference that the summary tells.

    Sensitivity: columns exchanged, a category lost.
    """
    results = of_world(2)
    table, dispatch = results.tables["dispatch_year"], results.summary["dispatch_year"]
    assert dict(zip(table["category"], table["reduced"], strict=True)) == results.summary["costs"]
    assert table["full_year"].sum() == pytest.approx(dispatch["cost"])
    assert table["difference"].sum() == pytest.approx(dispatch["cost_difference"])
    assert dispatch["cost"] - results.summary["cost"] == pytest.approx(dispatch["cost_difference"])


def test_demand_that_cannot_be_met_is_told_apart_from_the_cost() -> None:
    """One day without the peak builds too little: the year is dispatched with demand unserved, and says how much.

    Proves: rules_kept is false, some MWh are unserved, and their price of 1e5 CNY/MWh is in no cost; the best plan of
    the year, which serves the peak, costs more. Sensitivity: the price of the violation left in the cost (1e5 × MWh).
    """
    results = dispatched(TIGHT, 1)
    dispatch = results.summary["dispatch_year"]
    assert not dispatch["rules_kept"]
    assert dispatch["unserved"] > 1
    assert dispatch["costs"]["unserved"] == pytest.approx(0, abs=1e-3)
    assert dispatch["cost"] < results.summary["cost"] * 1.1
    assert sum(dispatch["costs"].values()) == pytest.approx(dispatch["cost"])


def test_a_price_of_the_scenario_stays_a_cost() -> None:
    """Where the scenario has a price for unserved demand, the dispatch keeps the rules and pays it.

    Proves: 20 000 CNY/MWh × what is unserved is in the category unserved. Sensitivity: priced demand taken out as well.
    """
    dispatch = dispatched(TIGHT.with_cells("workload", "unserved_price", {"online": 20000, "training": 20000}), 1)
    said = dispatch.summary["dispatch_year"]
    assert said["rules_kept"]
    assert said["costs"]["unserved"] == pytest.approx(20000 * said["unserved"])
    assert said["unserved"] > 0


def test_missing_green_energy_is_told_apart() -> None:
    """A share that the days could keep and the year cannot is dispatched with green energy missing.

    Proves: with a share in every timestep, which calm hours break, the MWh missing are told, all demand is served, and
    no cost holds their price. Sensitivity: load dropped in order to mend the share.
    """
    green = (
        world()
        .with_parameters(green_power_share_mode="every_timestep")
        .with_cells("site", "green_power_share_min", {"*": None, "gansu": 0.1})
    )
    dispatch = dispatched(green, 2).summary["dispatch_year"]
    assert not dispatch["rules_kept"]
    assert dispatch["green_shortfall"] > 0
    assert dispatch["unserved"] == pytest.approx(0, abs=1e-3)
    assert "green_shortfall" not in dispatch["costs"]


def test_rules_that_nothing_can_mend_leave_the_true_cost_open() -> None:
    """Where no price helps, there is no true cost, and the headline says so.

    Proves: sites that must be used to 84 % of 140 MW have too little work with 115 MW, served or not. Sensitivity: a
    cost made up, or an error that loses the plan.
    """
    with TemporaryDirectory() as folder:
        place = world().write(Path(folder) / "w")
        _, full = read_with_full_year(place, ["time.representative_days=2", "site.utilisation_min=0.84"])
    assert full is not None
    model = declare_model(full)
    nothing = investments_of(model, problem := compile_model(model).problem, np.zeros(len(problem.column_names)))
    dispatch = dispatch_year(full, nothing, {"cost": 1.0, "costs": {"grid_power": 1.0}}, SolverOptions())
    assert dispatch.summary["status"] == "infeasible"
    assert not dispatch.summary["rules_kept"]
    assert "cost" not in dispatch.summary
    assert dispatch.table.empty
    said = replace(of_world(2), summary={**of_world(2).summary, "dispatch_year": dispatch.summary})
    assert "not known: infeasible" in headline.of_run(said, Path("run"))


def test_investments_of_another_scenario_are_refused() -> None:
    """Proves that a plan which says nothing of a module of the year is an error, not a module of 0."""
    with TemporaryDirectory() as folder:
        scenario, full = read_with_full_year(world().write(Path(folder) / "w"), ["time.representative_days=2"])
    assert full is not None
    with pytest.raises(PlannerError, match="says nothing of"):
        dispatch_year(full, {}, planner.run(scenario).summary, SolverOptions())


def test_without_a_year_there_is_nothing_to_dispatch(tmp_path: Path) -> None:
    """Proves that a scenario with all its timesteps, and one that stands reduced already, are told why not."""
    folder = world().write(tmp_path / "w")
    with pytest.raises(UsageError, match="planned with all its timesteps"):
        read_to_dispatch(folder)
    from planner.pipeline.export import export_folder  # noqa: PLC0415

    export_folder(folder, tmp_path / "reduced", ["time.representative_days=2"])
    with pytest.raises(UsageError, match="stands reduced already"):
        read_to_dispatch(tmp_path / "reduced")


def test_a_dispatch_that_is_not_confirmed_is_no_result(monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves that the dispatch is audited like any plan: a cost table 1 % off ends the run with exit code 11."""
    from planner.models import objective  # noqa: PLC0415

    report = objective.report
    calls: list[int] = []

    def wrong(m: object) -> object:
        tables = report(m)  # type: ignore[arg-type]
        calls.append(1)
        if len(calls) > 1:
            tables["cost"]["cost"] *= 1.01
        return tables

    monkeypatch.setattr(objective, "report", wrong)
    with pytest.raises(AuditDisagreedError, match="the dispatch of the full year"):
        dispatched(world(), 2)


def test_command_writes_and_says_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Proves that the command has the option, a line of the headline, the summary's part and the table; audit agrees."""
    world().write(tmp_path / "w")
    run = ["run", str(tmp_path / "w"), "--set", "time.representative_days=2", "--dispatch-year"]
    for words, said in (
        ([*run, "--out", str(tmp_path / "r")], "cost of the full year"),
        (["audit", str(tmp_path / "r")], "confirms"),
    ):
        monkeypatch.setattr(sys, "argv", ["planner", *words])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        assert not ended.value.code
        assert said in capsys.readouterr().out
    summary = json.loads((tmp_path / "r/summary.json").read_text(encoding="utf-8"))
    assert summary["dispatch_year"]["status"] == "optimal"
    assert (tmp_path / "r/tables/dispatch_year.csv").is_file()
