"""Representative days: the error that comes with them is reported, follows from the tables, and is audited."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest

import planner
from planner.errors import InvalidInputError
from planner.io.read.write import write_scenario
from planner.io.results.results import Results
from planner.models.features import representative_days as feature
from planner.pipeline.finished import audit_run
from planner.pipeline.run import run_and_write
from tests.algebra import altered, plan, rules_found, scenario_of
from tests.profiles.twenty_days import two_days, world
from tests.worlds import BASE, Rows

DAYS = 6
TABLE, CURVES = "representative_days", "representative_days_duration"
STATED = BASE.with_features(*BASE.features, TABLE).with_rows(
    "profile",
    [
        {
            "profile": "p1",
            "parameter": "demand_profile",
            "key": "online",
            "mean_full": 1,
            "mean_reduced": 1,
            "rmse": 0.25,
            "duration_curve_rmse": 0.125,
        }
    ],
)
STATED = STATED.with_rows(
    "profile_quantile",
    [{"profile": "p1", "quantile": quantile, "quantile_full": value} for quantile, value in (("050", 0.9), ("100", 2))],
)
"""``BASE`` as if its day (3000 h, 1.48) and night (5760 h, 0.75) had been chosen from a year."""


@cache
def planned() -> Results:
    """Return the plan of six of twenty days."""
    with TemporaryDirectory() as folder:
        return planner.run(planner.read_scenario(world().write(Path(folder) / "w"), [f"time.{TABLE}={DAYS}"]))


def test_error_is_reported_as_it_was_written() -> None:
    """The table has the year's mean and the error as read, and the mean of the days by weight.

    Proves: (3000 × 1.48 + 5760 × 0.75) / 8760 = 1 exactly; 0.75 is not exceeded in 65.8 % of the hours, so that half of
    them lie at or below 0.75 and all at or below 1.48. Sensitivity: a mean over steps (1.115), a curve without weights
    (the half at 0.75, but 60 % at 1.48).
    """
    results = plan(STATED.with_rows("profile_quantile", quantiles("050", "065", "070", "100")))
    [row] = results.tables[TABLE].to_dict("records")
    assert row == {
        "profile": "p1",
        "parameter": "demand_profile",
        "key": "online",
        "unit": "1",
        "mean_full": 1.0,
        "mean_reduced": pytest.approx(1.0),
        "rmse": 0.25,
        "duration_curve_rmse": 0.125,
    }
    curve = results.tables[CURVES]
    assert curve["quantile"].tolist() == [0.5, 0.65, 0.7, 1.0]
    assert curve["quantile_reduced"].tolist() == [0.75, 0.75, 1.48, 1.48]
    assert curve["quantile_full"].tolist() == [0.9, 0.9, 0.9, 0.9]


def quantiles(*names: str) -> Rows:
    """Return rows of profile_quantile.csv."""
    return [{"profile": "p1", "quantile": name, "quantile_full": 0.9} for name in names]


def test_nothing_is_added_to_the_model() -> None:
    """Algebra: rows, columns and cost are those of the same scenario without the feature.

    Proves: the feature only reports. Sensitivity: a rule or a cost term of its own.
    """
    assert plan(STATED).summary["counts"] == plan(BASE).summary["counts"]
    assert plan(STATED).summary["cost"] == plan(BASE).summary["cost"]


def test_every_profile_of_the_year_is_told() -> None:
    """All profiles that vary by timestep have a row, and each a duration curve from lowest to highest.

    Proves: two of availability, two of demand, one of temperature, 21 points each, none falling.
    Sensitivity: a profile forgotten, a curve that is not sorted.
    """
    tables = planned().tables
    assert tables[TABLE]["parameter"].value_counts().to_dict() == {
        "availability": 2,
        "demand_profile": 2,
        "temperature": 1,
    }
    assert tables[TABLE]["unit"].tolist() == ["1", "1", "1", "1", "°C"] or "degC" in set(tables[TABLE]["unit"])
    for _, curve in tables[CURVES].groupby("profile"):
        assert len(curve) == 21
        assert (np.diff(curve["quantile_full"]) >= 0).all()
        assert (np.diff(curve["quantile_reduced"]) >= 0).all()


def test_error_is_as_small_as_it_says() -> None:
    """The error of a sorted year is no larger than that step by step, and no smaller than that of the mean.

    Proves: the order of the three numbers for all profiles, with an error at all. Sensitivity: the two exchanged.
    """
    table = planned().tables[TABLE]
    assert (table["rmse"] > 0).all()
    assert (table["duration_curve_rmse"] <= table["rmse"]).all()
    assert ((table["mean_full"] - table["mean_reduced"]).abs() <= table["duration_curve_rmse"] + 1e-9).all()


@pytest.mark.parametrize(
    ("table", "column", "rule"),
    [
        (TABLE, "mean_reduced", "mean_reduced"),
        (TABLE, "mean_full", TABLE),
        (TABLE, "rmse", TABLE),
        (TABLE, "duration_curve_rmse", TABLE),
        (CURVES, "quantile_reduced", "quantile_reduced"),
        (CURVES, "quantile_full", "quantile_full"),
    ],
)
def test_audit_finds_every_number(table: str, column: str, rule: str) -> None:
    """Planted fault: any number 1 % off is found. Sensitivity: an audit that repeats what it is told."""
    results = planned()
    assert rules_found(results) == set()
    chosen = {"profile": "p003"} | ({"quantile": 0.5} if table == CURVES else {})
    off = altered(results.tables, table, column, lambda old: old * 1.01, **chosen)
    assert rules_found(results, off) == {rule}


@pytest.mark.parametrize("name", [TABLE, CURVES])
def test_audit_finds_what_is_missing(name: str) -> None:
    """Planted fault: a profile left out of the results is found. Sensitivity: a check of the rows that are there."""
    results = planned()
    some = {**results.tables, name: results.tables[name][results.tables[name]["profile"] != "p002"]}
    assert rules_found(results, some) == {TABLE}


@pytest.mark.parametrize(
    ("column", "value", "rule"),
    [("duration_curve_rmse", 0.3, "rmse"), ("mean_full", 1.2, "duration_curve_rmse")],
)
def test_audit_finds_an_error_that_cannot_be(column: str, value: float, rule: str) -> None:
    """Planted fault: a sorted error above the error, or below that of the means, is no error of any year.

    Proves: 0.3 above 0.25, and |1.2 - 1| above 0.125. Sensitivity: profile.csv believed unchecked.
    """
    with pytest.raises(planner.errors.AuditDisagreedError, match=rule):
        planner.run(scenario_of(STATED.with_cells("profile", column, {"*": value})))


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("parameter", "demand_profil", "names no parameter"),
        ("parameter", "demand", "names no parameter"),
        ("parameter", "period", "names no parameter"),
        ("rmse", None, "no rmse"),
        ("key", None, "no key"),
    ],
)
def test_a_profile_must_be_one(column: str, value: object, said: str) -> None:
    """A row of profile.csv names a number that varies by timestep, and is complete.

    Proves: each lack is a fault with its row. Sensitivity: a KeyError later on.
    """
    with pytest.raises(InvalidInputError, match=said) as caught:
        scenario_of(STATED.with_cells("profile", column, {"*": value}))
    assert "profile.csv, row 2" in str(caught.value)


def test_changed_figures_are_told_apart(tmp_path: Path) -> None:
    """Where a profile was changed after the days were chosen, a note says that its error is of other figures.

    Proves: twice the heat is noted by name, the plan is audited all the same, and a site dropped is left out.
    Sensitivity: an audit that holds the user's own change against the plan.
    """
    write_scenario(planned().scenario, tmp_path / "w")
    hot = planner.run(planner.read_scenario(tmp_path / "w", ["site_timestep.temperature=30"]))
    assert any("temperature of gansu has mean 30" in note for note in hot.manifest["notes"])
    assert hot.tables[TABLE].set_index("parameter")["mean_reduced"]["temperature"] == 30
    toml = tmp_path / "w" / "scenario.toml"
    with toml.open("a", encoding="utf-8") as file:
        file.write('[drop]\nsite = ["hebei"]\n')
    notes = list(feature.warn(planner.read_scenario(tmp_path / "w")))
    assert [note.en for note in notes] == ["p002 of profile.csv is left out: availability has no hebei;solar any more"]


def test_listed_without_its_table_is_noted() -> None:
    """A scenario that lists the feature and holds no profile says so and has empty tables.

    Proves: note and tables. Sensitivity: an error of 0 that nobody measured.
    """
    results = plan(BASE.with_features(*BASE.features, TABLE))
    assert any("not known" in note for note in results.manifest["notes"])
    assert results.tables[TABLE].empty
    assert results.tables[CURVES].empty


def test_a_run_is_audited_without_tsam(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A finished run holds the reduced scenario and is audited where tsam is not installed.

    Proves: ``scenario/`` of a run needs nothing but the core. Sensitivity: the full year written, or days chosen anew.
    """
    scenario = planner.read_scenario(two_days().write(tmp_path / "w"), [f"time.{TABLE}=1"])
    _, folder = run_and_write(scenario, tmp_path / "run", drawing={"language": "en"})
    monkeypatch.setitem(sys.modules, "tsam", None)
    assert "confirms" in audit_run(folder)
    assert len(planner.read_results(folder).scenario.sets["timestep"]) == 2
