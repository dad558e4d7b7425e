"""Flexible workloads: work that waits for cheaper power or for room, never longer than it may.

``FLEX`` is the day of ``tests/hours.py`` with 3 MW of web work that cannot wait and 2 MW (on average) of batch work that
can wait for 5 h. The site can use 0.7 × 10 = 7 MW, so that batch work has 4 MW. In MWh of IT energy, a day:

    step     asked [MW]  asked  of the last 5 h        waits at the end  done  done [MW]  all IT [MW]
    night    0.5 × 2     6      5 h × 1 = 5            0                 18    3.0        6.0
    morning  1.5 × 2     12     4 h × 3 + 1 h × 1 = 13 6                 6     1.5        4.5
    noon     1.0 × 2     6      3 h × 2 + 2 h × 3 = 12 0                 12    4.0        7.0
    evening  1.2 × 2     12     5 h × 2.4 = 12         12 (at its limit) 0     0          3.0

The evening's work (900 CNY/MWh) waits for the night (300); the morning's (600) for noon (400), as far as there is room.
None of noon's may wait through the evening, for that takes more than 5 h. With a PUE of 1.25:

    2400 × 7.5 × 300 + 1600 × 5.625 × 600 + 1200 × 8.75 × 400 + 2000 × 3.75 × 900
        = 5 400 000 + 5 400 000 + 4 200 000 + 6 750 000 = 21 750 000 CNY/a

in place of 2400 × 5 × 300 + 1600 × 7.5 × 600 + 1200 × 6.25 × 400 + 2000 × 6.75 × 900 = 25 950 000 at once. A MWh more
that may wait in the evening is one of noon's, done at night; in its room at noon one of the morning's is done: 400 ×
1.25 × (600 - 300) = 150 000 CNY/a.
"""

from __future__ import annotations

import pytest

from planner.errors import InvalidInputError
from planner.models.audit import audit
from planner.models.features import flexible_workloads as feature
from tests.algebra import (
    altered,
    bounds_of,
    compiled,
    cost_of,
    model_of,
    objective_of,
    plan,
    price_of,
    rows_of,
    rules_found,
    scenario_of,
)
from tests.hours import DAY, DURATION, FLEX, in_periods

COST = 21_750_000.0
AT_ONCE = 25_950_000.0
WAITS = {"night": 0, "morning": 6, "noon": 0, "evening": 12}
DONE = {"night": 3.0, "morning": 1.5, "noon": 4.0, "evening": 0}
MOST = {"night": 5, "morning": 13, "noon": 12, "evening": 12}
BEFORE = {"night": "evening", "morning": "night", "noon": "morning", "evening": "noon"}
HALVES = in_periods(FLEX, {"night": "early", "morning": "early", "noon": "late", "evening": "late"})
"""Night and morning are one period, noon and evening another."""
UNSERVED = FLEX.with_cells("workload", "unserved_price", {"batch": 520})
"""Unserved at 520 CNY/MWh of IT: more than noon's 1.25 × 400 = 500, less than the morning's 750."""


def test_a_backlog_over_four_unequal_timesteps_by_hand() -> None:
    """Work waits as in the table above, and no longer.

    Proves: what waits at the end of each timestep, what is done in it, and 21 750 000 CNY/a against 25 950 000 at once;
    18 MWh a day are moved, 7200 MWh/a. Sensitivity: durations of 1, weights in a backlog, work that is done before it
    comes, a deadline that is reckoned in timesteps.
    """
    results = plan(FLEX)
    waits = results.tables["flexible_workloads"].set_index("timestep")["backlog"]
    assert waits.to_dict() == pytest.approx(WAITS, abs=1e-9)
    work = results.tables["allocation"]
    done = work[work["workload"] == "batch"].set_index("timestep")["allocation"].reindex(list(DURATION), fill_value=0)
    assert done.to_dict() == pytest.approx(DONE, abs=1e-9)
    assert cost_of(FLEX) == pytest.approx(COST)
    assert results.summary["energy"]["deferred"] == pytest.approx(7200)
    assert results.summary["energy"]["it"] == pytest.approx(5 * 7200)
    for hours in (None, 0):
        at_once = FLEX.with_cells("workload", "deferral_max", {"batch": hours})
        assert cost_of(at_once) == pytest.approx(AT_ONCE)
        assert plan(at_once).tables["flexible_workloads"].empty
        assert bounds_of(compiled(at_once), "backlog") == {}


def test_demand_balance_algebra() -> None:
    """Algebra: done work + (backlog - backlog before) / duration = demand, of work that can wait only.

    Proves: 1 / duration and -1 / duration with evening before night; web work has no backlog. Sensitivity: weights or
    no duration, the sign of the backlog.
    """
    rows = rows_of(compiled(FLEX), "demand_balance")
    for step, hours in DURATION.items():
        row = rows[f"city,batch,{step}"]
        assert row.coefficients == pytest.approx(
            {
                f"allocation[city,batch,plain,direct,{step}]": 1,
                f"backlog[city,batch,{step}]": 1 / hours,
                f"backlog[city,batch,{BEFORE[step]}]": -1 / hours,
            }
        )
        assert row.lower == row.upper == pytest.approx({"night": 1, "morning": 3, "noon": 2, "evening": 2.4}[step])
        assert rows[f"city,web,{step}"].coefficients == {f"allocation[city,web,plain,direct,{step}]": 1}


@pytest.mark.parametrize(
    ("hours", "most"),
    [
        (5, MOST),
        (5.5, {"night": 5.5, "morning": 13.5, "noon": 13.5, "evening": 13}),
        (0.5, {"night": 0.5, "morning": 1.5, "noon": 1, "evening": 1.2}),
        (18, dict.fromkeys(DURATION, 36)),
        (23, {step: 36 + value for step, value in MOST.items()}),
    ],
)
def test_deadline_algebra(hours: float, most: dict[str, float]) -> None:
    """Algebra: backlog ≤ what was asked for in the last hours, timesteps partly within them pro rata.

    Proves: the five hours of the table, a part of a timestep, a whole day (36 MWh) and more than one; the audit's own
    reckoning gives the same. Sensitivity: whole timesteps only, hours that do not go around, the profile left out.
    """
    world = FLEX.with_cells("workload", "deferral_max", {"batch": hours})
    rows = rows_of(compiled(world), "deadline")
    for step in DURATION:
        assert rows[f"city,batch,{step}"].coefficients == {f"backlog[city,batch,{step}]": 1}
    assert {name.split(",")[2]: row.upper for name, row in rows.items()} == pytest.approx(most)
    again = feature._came_in_time(scenario_of(world)) * 2
    assert again.droplevel(0).to_dict() == pytest.approx(most)


def test_deadline_binds_and_has_its_price() -> None:
    """A quarter of an hour more lets 0.5 MWh of noon's work wait through the evening; one less is 0.6 MWh done in it.

    Proves: 0.5 × 150 000 CNY/a saved at 5.25 h, where the price is 150 000 CNY/a per MWh, and 0.6 × 400 × 1.25 ×
    (900 - 300) = 180 000 lost at 4.75 h; no price where work does not wait. Sensitivity: a price divided by weight, a
    deadline that does not bind, its sign.
    """
    longer, shorter = (FLEX.with_cells("workload", "deferral_max", {"batch": hours}) for hours in (5.25, 4.75))
    assert cost_of(longer) - COST == pytest.approx(-75_000)
    assert cost_of(shorter) - COST == pytest.approx(180_000)
    results = plan(longer)
    assert price_of(results, "deadline", "city", "batch", "evening") == pytest.approx(150_000)
    assert price_of(results, "deadline", "city", "batch", "morning") == 0
    assert set(results.shadow_prices.loc[lambda p: p["rule"] == "deadline", "unit"]) == {"CNY/a per MWh"}


def test_periods_close_on_themselves() -> None:
    """No work waits from one period to the next.

    Proves: with night and morning in one period and noon and evening in another, all of the morning's 12 MWh wait for
    the night, and 6 of the evening's for noon, which has room for no more: IT 6, 3, 7 and 4.2 MW cost 2400 × 7.5 × 300
    + 1600 × 3.75 × 600 + 1200 × 8.75 × 400 + 2000 × 5.25 × 900 = 22 650 000. Each period does the work it is asked.
    Sensitivity: a chain through both periods; a backlog that vanishes at the end of one.
    """
    results = plan(HALVES)
    assert cost_of(HALVES) == pytest.approx(22_650_000)
    waits = results.tables["flexible_workloads"].set_index("timestep")["backlog"]
    assert waits.to_dict() == pytest.approx({"night": 0, "morning": 12, "noon": 0, "evening": 6}, abs=1e-9)
    rows = rows_of(compiled(HALVES), "demand_balance")
    assert rows["city,batch,night"].coefficients["backlog[city,batch,morning]"] == pytest.approx(-1 / 6)
    assert rows["city,batch,noon"].coefficients["backlog[city,batch,evening]"] == pytest.approx(-1 / 3)
    assert rows_of(compiled(HALVES), "deadline")["city,batch,noon"].upper == pytest.approx(6 + 2 * 2.4)


def test_unserved_work_may_have_waited() -> None:
    """Where unserved work is cheaper than the morning's, 6 MWh a day are left, whenever they came.

    Proves: 2400 MWh/a at 520 in place of 1.25 × 600 = 750: 21 198 000 CNY/a, and the audit lets more be unserved than
    is asked for where work waits. Sensitivity: unserved work that is paid for and done.
    """
    results = plan(UNSERVED)
    assert results.summary["energy"]["unserved"] == pytest.approx(2400)
    assert cost_of(UNSERVED) == pytest.approx(COST - 2400 * 230)
    assert rules_found(results) == set()


def test_waiting_is_free_of_charge() -> None:
    """Algebra: a backlog costs nothing by itself.

    Proves: no column of it in the objective. Sensitivity: a penalty that would hide in prices.
    """
    costs, _ = objective_of(compiled(FLEX))
    assert not [name for name in costs if name.startswith("backlog")]


def test_work_waits_only_in_an_order() -> None:
    """Without an order of timesteps no work can wait; with none that can, none is needed.

    Proves: the fault, and a plan of FLEX without order and without deferral_max. Sensitivity: order by rows.
    """
    loose = FLEX.with_cells("timestep", "position", {"*": None})
    with pytest.raises(InvalidInputError, match="flexible_workloads looks back in time"):
        scenario_of(loose)
    assert cost_of(loose.with_cells("workload", "deferral_max", {"batch": None})) == pytest.approx(AT_ONCE)
    with pytest.raises(InvalidInputError, match="weight ÷ duration must be one number"):
        scenario_of(FLEX.with_cells("timestep", "timestep_weight", {"night": 2300, "noon": 1300}))


def test_tiny_timesteps_and_long_deadlines_are_audited() -> None:
    """A deadline of many rounds of a short period is reckoned without walking through all of them.

    Proves: four timesteps of picoseconds and a deadline of 8784 h have an answer, of the model and of the audit.
    Sensitivity: a walk back step by step, which would never end.
    """
    tiny = FLEX.with_cells("timestep", "timestep_duration", {step: hours * 1e-9 for step, hours in DURATION.items()})
    world = tiny.with_cells("workload", "deferral_max", {"batch": 8784})
    values = model_of(world).records["backlog_max"].options["initialize"]
    again = feature._came_in_time(scenario_of(world)) * 2
    assert again.to_numpy() == pytest.approx(values.to_numpy(), rel=1e-6)
    assert values.to_numpy() == pytest.approx([2 * 8784] * 4, rel=1e-6)


def test_no_work_is_no_backlog() -> None:
    """Where nothing was asked for in the last hours nothing can wait, to the last digit.

    Proves: a profile of 0 at noon and in the evening and a deadline of 3 h leave exactly 0 at the evening's end.
    Sensitivity: the rounding of a difference of sums, which would stand as 1e-15 in the matrix.
    """
    world = FLEX.with_cells("workload", "deferral_max", {"batch": 3})
    shares = {"batch;night": 0.7, "batch;morning": 3.45, "batch;noon": 0, "batch;evening": 0}
    world = world.with_cells("workload_timestep", "demand_profile", shares)
    values = model_of(world).records["backlog_max"].options["initialize"].droplevel([0, 1])
    assert values["noon"] == values["evening"] == 0.0
    assert values["night"] == pytest.approx(3 * 0.7 * 2)


@pytest.mark.parametrize("factor", [1.001, -1.0, float("nan")])
def test_planted_faults_are_found(factor: float) -> None:
    """A backlog that is not what was asked for and not done is found, at any step.

    Proves: the balance of work. Sensitivity: backlogs summed over a period, which cancel.
    """
    results = plan(FLEX)
    assert rules_found(results) == set()
    for step in ("morning", "evening"):
        tables = altered(results.tables, "flexible_workloads", "backlog", lambda old: old * factor, timestep=step)
        assert "demand_balance" in rules_found(results, tables)


def test_work_that_is_late_is_found() -> None:
    """A plan made for five hours is late by a deadline of four, and so is a backlog that never clears.

    Proves: just the deadline is found in either; the second adds 0.9 MWh to every step, so that all balances hold.
    Sensitivity: an audit of the balance alone.
    """
    results = plan(FLEX)
    stricter = scenario_of(FLEX.with_cells("workload", "deferral_max", {"batch": 4}))
    assert {finding.rule for finding in audit(stricter, results.tables, results.summary)} == {"deadline"}
    late = altered(results.tables, "flexible_workloads", "backlog", lambda old: old + 0.9)
    assert rules_found(results, late) == {"deadline"}


def test_a_backlog_of_work_that_cannot_wait_is_found() -> None:
    """Rows of work that may not wait, and rows that are missing, are findings.

    Proves: both named by the feature. Sensitivity: an audit that reads only the rows it expects.
    """
    results = plan(FLEX)
    other = altered(results.tables, "flexible_workloads", "workload", "web", timestep="night")
    assert "flexible_workloads" in rules_found(results, other)


def test_a_day_without_such_work_is_the_day() -> None:
    """The feature alone changes nothing.

    Proves: DAY with the feature listed and no deferral_max costs the same. Sensitivity: any term without a condition.
    """
    assert cost_of(DAY.replaced(features=FLEX.features)) == pytest.approx(cost_of(DAY))


HALF = FLEX.with_cells("workload", "deferrable_share", {"batch": 0.5})
"""Half of the batch load stays where it is asked for: 6 MWh of the evening's wait for the night, 6 of the morning's for
noon. 2400 × 6.25 × 300 + 1600 × 5.625 × 600 + 1200 × 8.75 × 400 + 2000 × 5.25 × 900 = 23 550 000 CNY/a."""


def test_a_part_of_the_load_stays() -> None:
    """Where only a part of the load moves with the work, the rest is served at once.

    Proves: 23 550 000 CNY/a at a half, as without any waiting at 0 (25 950 000) and as before at 1; in the evening 6 of
    12 MWh are done. Sensitivity: work that takes all its power with it; the share on the backlog alone, under which a
    long wait would empty an hour wholly.
    """
    assert cost_of(HALF) == pytest.approx(23_550_000)
    assert cost_of(HALF.with_cells("workload", "deferrable_share", {"batch": 0})) == pytest.approx(25_950_000)
    assert cost_of(HALF.with_cells("workload", "deferrable_share", {"batch": 1})) == pytest.approx(21_750_000)
    waiting = plan(HALF).tables["flexible_workloads"].set_index("timestep")["backlog"].to_dict()
    assert waiting == pytest.approx({"night": 0, "morning": 6, "noon": 0, "evening": 6}, abs=1e-9)
    longer = HALF.with_cells("workload", "deferral_max", {"batch": 17})
    work = plan(longer).tables["allocation"].query("workload == 'batch'").set_index("timestep")["allocation"]
    assert work["evening"] >= 1.2 - 1e-6
    assert work["morning"] >= 1.5 - 1e-6


def test_a_part_of_the_load_algebra() -> None:
    """Algebra: what joins the backlog in a timestep is at most the share of its demand.

    Proves: backlog − backlog before ≤ 0.5 × 2.4 × 5 MWh in the evening; no row where all the load moves.
    Sensitivity: power for energy, a share of the whole backlog.
    """
    rows = rows_of(compiled(HALF), "deferrable_part")
    [evening] = [row for place, row in rows.items() if place.endswith("evening")]
    assert sorted(evening.coefficients.values()) == [-1, 1]
    assert evening.upper == pytest.approx(6)
    assert rows_of(compiled(FLEX), "deferrable_part") == {}


def test_load_that_should_have_stayed_is_found() -> None:
    """A plan in which all the load moves does not pass where only half of it may.

    Proves: both limits are audited from the demand. Sensitivity: a share that only the model knows.
    """
    results = plan(FLEX)
    found = audit(scenario_of(HALF), results.tables, results.summary)
    assert {finding.rule for finding in found} == {"deadline", "deferrable_part"}
