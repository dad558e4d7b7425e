"""Time: weights enter once, cover the hours, chain within their period, and are audited."""

from __future__ import annotations

import pandas as pd
import pytest

import planner
from planner.errors import InvalidInputError
from planner.models.features import time as feature
from tests.algebra import (
    HAND,
    HAND_COST,
    altered,
    compiled,
    cost_of,
    objective_of,
    plan,
    rules_found,
    scenario_of,
)
from tests.hours import STORE, in_periods
from tests.worlds import BASE, World

STEPS = HAND.tables["timestep"]


def test_each_step_costs_by_its_hours() -> None:
    """A step's cost counts as often as the hours it stands for.

    Proves: day 2000 h × 20 610 CNY/h + night 1000 h × 8 010 CNY/h = 41 220 000 + 8 010 000 = 49 230 000.
    Sensitivity: 500 h moved from night to day: 2500 × 20 610 + 500 × 8 010 = 51 525 000 + 4 005 000 = 55 530 000.
    Weights forgotten, used twice, or exchanged with the durations (2 h and 3 h), give neither.
    """
    assert cost_of(HAND) == pytest.approx(HAND_COST)
    longer = HAND.with_cells("timestep", "timestep_weight", {"day": 2500, "night": 500})
    assert cost_of(longer) == pytest.approx(55_530_000)


def test_one_step_stands_for_the_whole_year() -> None:
    """Without ``timestep.csv`` one step named year has all hours of ``[time]``.

    Proves: 30 MW for 3000 h: 3000 × (13.5 × 360 + 16.5 × 700) = 49 230 000 (the load stays above 13.5 MW, so that
    averaging changes nothing).
    Sensitivity: 4000 h cost 65 640 000; a default of 8760 h in their place gives 143.8 million.
    """
    tables = {k: v for k, v in HAND.tables.items() if k not in {"timestep", "workload_timestep"}}
    one = HAND.replaced(tables=tables)
    results = plan(one)
    assert results.summary["cost"] == pytest.approx(49_230_000)
    assert results.tables["time"].to_dict("records") == [
        {"timestep": "year", "timestep_weight": 3000.0, "timestep_duration": 1.0}
    ]
    assert cost_of(one.replaced(hours=4000)) == pytest.approx(65_640_000)


def test_default_hours_are_8760() -> None:
    """A scenario that says nothing of hours has 8760 of them.

    Proves: the single step's weight. Sensitivity: any other default.
    """
    tables = {k: v for k, v in HAND.tables.items() if k not in {"timestep", "workload_timestep"}}
    scenario = scenario_of(HAND.replaced(tables=tables, hours=8760))
    assert feature.weights(scenario).to_dict() == {"year": 8760.0}


def test_weight_enters_the_objective_once() -> None:
    """Algebra: the cost of grid power is weight × price, for each step.

    Proves: grid_power[near, day] costs 2000 × 500 = 1 000 000 CNY/a per MW, by night 500 000; far 600 000 and 300 000.
    Sensitivity: a weight dropped or squared changes each of the four.
    """
    coefficients, constant = objective_of(compiled(HAND))
    assert coefficients == pytest.approx(
        {
            "grid_power[near,day]": 1e6,
            "grid_power[near,night]": 5e5,
            "grid_power[far,day]": 6e5,
            "grid_power[far,night]": 3e5,
        }
    )
    assert constant == 0


@pytest.mark.parametrize(
    ("weights", "word"),
    [({"night": 999}, "sum"), ({"night": 1001}, "sum"), ({"night": None}, "missing"), ({"night": 0}, "more than 0")],
)
def test_weights_must_cover_the_hours(weights: dict[str, float], word: str) -> None:
    """Weights that do not add up to the hours stated are refused.

    Proves: 2999, 3001 and a missing weight are faults of timestep.csv, a weight of 0 too.
    Sensitivity: a check that is too wide, or that takes a missing weight as 0.
    """
    with pytest.raises(InvalidInputError, match=word) as caught:
        scenario_of(HAND.with_cells("timestep", "timestep_weight", weights))
    assert "timestep_weight" in str(caught.value)


def test_weights_may_be_rounded() -> None:
    """Weights of a file with few digits are accepted.

    Proves: 2999.999 h pass for 3000 h (a third of a millionth). Sensitivity: an exact comparison.
    """
    scenario_of(HAND.with_cells("timestep", "timestep_weight", {"night": 999.999}))


def test_several_steps_need_weights() -> None:
    """Two steps without weights are refused, not shared out.

    Proves: nothing is guessed. Sensitivity: equal weights by default.
    """
    with pytest.raises(InvalidInputError, match="weight"):
        scenario_of(HAND.with_rows("timestep", [{"timestep": "day"}, {"timestep": "night"}]))


def test_steps_chain_within_their_period() -> None:
    """The step before the first of a period is its last; order is by position, not by row or name.

    Proves: winter w2 → w1 → w3 (positions 1, 2, 3) and summer s1 → s2 each close on themselves.
    Sensitivity: order by row or by id gives w1 → w2, a chain across periods gives s1 → w3.
    """
    rows = [
        {"timestep": name, "timestep_weight": 600, "timestep_duration": 1, "period": period, "position": position}
        for name, period, position in [
            ("w3", "winter", 3), ("s2", "summer", 20), ("w1", "winter", 2), ("s1", "summer", 10), ("w2", "winter", 1),
        ]
    ]  # fmt: skip
    world = HAND.with_rows("timestep", rows).with_rows(
        "workload_timestep", [{"workload": "web", "timestep": "w1", "demand_profile": 1}]
    )
    before = feature.previous(scenario_of(world))
    assert before.to_dict() == {"w2": "w3", "w1": "w2", "w3": "w1", "s1": "s2", "s2": "s1"}


def test_steps_chain_by_time() -> None:
    """Where there are times, they give the order.

    Proves: 07:00 follows 23:00 of the day before. Sensitivity: order of rows.
    """
    rows = [
        {"timestep": "b", "timestep_weight": 1000, "timestep_duration": 1, "time": "2025-01-02T07:00"},
        {"timestep": "a", "timestep_weight": 1500, "timestep_duration": 1, "time": "2025-01-02T15:00"},
        {"timestep": "c", "timestep_weight": 500, "timestep_duration": 1, "time": "2025-01-01T23:00"},
    ]
    world = HAND.with_rows("timestep", rows).with_rows(
        "workload_timestep", [{"workload": "web", "timestep": "a", "demand_profile": 1}]
    )
    assert feature.previous(scenario_of(world)).to_dict() == {"b": "c", "a": "b", "c": "a"}


def test_model_knows_the_step_before() -> None:
    """Rules that look back index with ``m.previous``; a static scenario has no such parameter.

    Proves: BASE (positions) has day ↔ night; HAND (none) has nothing to look back with.
    Sensitivity: a chain guessed from the order of rows.
    """
    m = planner.build_model(scenario_of(BASE))
    assert {step: m.previous[step] for step in m.TIMESTEPS} == {"day": "night", "night": "day"}
    assert planner.build_model(scenario_of(HAND)).component("previous") is None


@pytest.mark.parametrize(
    ("column", "value"), [("timestep_weight", 2001.0), ("timestep_weight", float("nan")), ("timestep_duration", 5.0)]
)
def test_audit_finds_a_wrong_step(column: str, value: float) -> None:
    """Planted fault: a weight or a length that is not the scenario's.

    Proves: the audit names the column; nothing is found in the untouched plan.
    Sensitivity: an audit that takes its weights from the results unchecked.
    """
    results = plan(HAND)
    assert rules_found(results) == set()
    assert column in rules_found(results, altered(results.tables, "time", column, value, timestep="day"))


def test_audit_finds_missing_and_doubled_steps() -> None:
    """Planted fault: a step that is missing, doubled or renamed.

    Proves: the steps in the results must be the scenario's. Sensitivity: a join that drops what does not match.
    """
    results = plan(HAND)
    table = results.tables["time"]
    for wrong in (table.iloc[:1], pd.concat([table, table.iloc[:1]]), table.replace("night", "dusk")):
        assert "time" in rules_found(results, {**results.tables, "time": wrong})


def test_one_step_chains_to_itself() -> None:
    """A single timestep is an order by itself: what comes before it is the same one.

    Proves: STORE without timesteps has a model, in which its store may only lose: it rests, at 9 000 000 CNY/a for 10
    MW at 600 (a mean) over 1500 h. Sensitivity: a single step refused, or one that looks back at nothing.
    """
    tables = {k: v for k, v in STORE.tables.items() if "timestep" not in k}
    one = STORE.replaced(tables=tables, hours=1500).with_cells("site", "grid_power_price", {"plain": 600})
    assert feature.previous(scenario_of(one)).to_dict() == {"year": "year"}
    assert list(feature.chain_faults(scenario_of(one), "storage")) == []
    assert cost_of(one) == pytest.approx(9_000_000)


@pytest.mark.parametrize("wrong", [{"night": 2401}, {"night": 2399}, {"noon": 1300}])
def test_a_period_stands_for_so_many_like_it(wrong: dict[str, float]) -> None:
    """Weight ÷ duration is one number within a period, else a lossless store would make energy.

    Proves: 2401, 2399 and 1300 h in place of 400 times the duration are refused, at the step and the period they are
    in. Sensitivity: weights compared without their durations, or over all periods.
    """
    hours = 7200 + sum(value - {"night": 2400, "noon": 1200}[step] for step, value in wrong.items())
    world = STORE.with_cells("timestep", "timestep_weight", {**weights_of(STORE), **wrong}).replaced(hours=hours)
    with pytest.raises(InvalidInputError, match="one number of the year for storage") as caught:
        scenario_of(world)
    assert "timestep_weight" in str(caught.value)
    named = in_periods(world, {"night": "dry", "noon": "dry", "morning": "wet", "evening": "wet"})
    with pytest.raises(InvalidInputError, match="in the period dry"):
        scenario_of(named)


def weights_of(world: World) -> dict[str, float]:
    """Return the weights of a world."""
    return {row["timestep"]: row["timestep_weight"] for row in world.tables["timestep"]}


def test_periods_may_stand_for_different_numbers() -> None:
    """Two periods may count 400 and 300 times; weights rounded to a few digits are one number still.

    Proves: no fault. Sensitivity: one number for the whole year, an exact comparison.
    """
    world = in_periods(STORE, {"night": "dry", "noon": "dry", "morning": "wet", "evening": "wet"})
    fewer = {**weights_of(STORE), "morning": 1200, "evening": 1500.0005}
    other = world.with_cells("timestep", "timestep_weight", fewer).replaced(hours=6300)
    assert list(feature.chain_faults(scenario_of(other), "storage")) == []


@pytest.mark.parametrize(
    ("written", "month"),
    [
        ("2025-07-31T23:00", "2025-07"),
        ("20250731T2300", "2025-07"),
        ("2025-W31-5", "2025-08"),
        ("2025-07-31T23:00+08:00", "2025-07"),
        ("2025-08-01T00:00Z", "2025-08"),
    ],
)
def test_months_are_those_of_the_clock(written: str, month: str) -> None:
    """A time in any form of ISO 8601 has a month: that of the clock it is written by.

    Proves: extended, basic and week forms, with and without a zone. Sensitivity: the first seven letters of the text.
    """
    rows = [{**row, "time": written if row["timestep"] == "day" else None} for row in STEPS]
    only = HAND.with_rows("timestep", [{**rows[0], "timestep_weight": 3000}])
    only = only.with_rows("workload_timestep", [{"workload": "web", "timestep": "day", "demand_profile": 1.2}])
    assert feature.months(scenario_of(only)).to_dict() == {"day": month}


def test_without_times_there_are_no_months() -> None:
    """A scenario without times has no months.

    Proves: an empty answer for positions and for a static year. Sensitivity: an error, or a month called "".
    """
    assert feature.months(scenario_of(BASE)).empty
    assert feature.months(scenario_of(HAND)).empty
