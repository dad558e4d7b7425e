"""The hours of a site are what the result tables say, and what waits is shared out without loss."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from planner.views.charts.hours import read_hours
from planner.views.page.errors import DrawingError

if TYPE_CHECKING:
    from planner.io.results.results import Results
    from planner.views.charts.hours import Hours

NAMES = ("availability", "period", "time")


def hours_of(results: Results, site: str | None) -> Hours:
    """Return the hours of a site, or of all."""
    return read_hours(
        results.tables, site, results.scenario.declarations, **{name: results.scenario.series(name) for name in NAMES}
    )


@pytest.mark.parametrize("site", ["west", "北站", None])
def test_supply_is_load_and_charging(week: Results, site: str | None) -> None:
    """Proves that green power by technology, discharge and grid add up to facility load and charging, in every hour.

    Sensitivity: a table of another site mixed in, excess counted as supply, a timestep out of order.
    """
    hours = hours_of(week, site)
    power = hours.power
    supply = hours.green.sum(axis=1) + power["discharge"] + power["grid"]
    assert np.allclose(supply, power["load"] + power["charge"], atol=1e-6)
    assert list(power.index) == list(week.scenario.sets["timestep"])
    assert power["charge"].sum() > 0 or site == "北站"


def test_sites_add_up_to_all(week: Results) -> None:
    """Proves that the sites' columns, what waits among them, add up to those of all, and nothing moved is lost.

    Sensitivity: what waits given whole to each site, or shared by another share than that of the work done; an hour
    in which a site does nothing left out.
    """
    whole = hours_of(week, None)
    parts = [hours_of(week, site) for site in week.scenario.sets["site"]]
    for name in ("load", "grid", "green_used", "charge", "stored", "waiting"):
        assert np.allclose(sum(part.power[name] for part in parts), whole.power[name], atol=1e-6), name
    pue = week.scenario.series("pue").groupby("site").first()
    for site, part in zip(week.scenario.sets["site"], parts, strict=True):
        moved = (part.power["asked"] - part.power["load"]) / pue[site]
        assert abs((moved * part.power["weight"]).sum()) < 1e-6 * part.power["load"].sum(), site
    backlog = week.tables["flexible_workloads"].groupby("timestep", sort=False)["backlog"].sum()
    assert backlog.max() > 1
    assert np.allclose(whole.power["waiting"], backlog.reindex(whole.power.index), atol=1e-6)


def test_the_load_if_no_work_had_waited(periods: Results) -> None:
    """Proves that at one site it is demand times PUE in every timestep, while the load itself differs from it.

    Sensitivity: the sign of what joins the backlog, a missing PUE, unserved demand counted.
    """
    hours = hours_of(periods, "west")
    demand = periods.tables["demand"].groupby("timestep", sort=False)["demand"].sum().reindex(hours.power.index)
    assert np.allclose(hours.power["asked"], 1.2 * demand, atol=1e-6)
    assert (hours.power["asked"] - hours.power["load"]).abs().max() > 1


def test_green_power_there_to_be_had(week: Results) -> None:
    """Proves that available green power is availability times capacity, and what is left of it is curtailed.

    Sensitivity: capacity of another site, excess left out of the sum, availability by technology mixed up.
    """
    hours = hours_of(week, "west")
    capacity = week.tables["power_supply_capacity"].set_index(["site", "technology"])["green_capacity"]
    given = week.scenario.series("availability")
    for technology in ("wind", "solar"):
        share = given.loc["west", technology].reindex(hours.power.index)
        assert np.allclose(hours.available[technology], share * capacity["west", technology])
    rest = hours.available.sum(axis=1) - hours.green.sum(axis=1) - hours.excess.sum(axis=1)
    assert np.allclose(hours.curtailed, rest.clip(lower=0), atol=1e-9)
    assert rest.min() > -1e-6


def test_a_plan_without_store_and_backlog(plain: Results) -> None:
    """Proves that tables which a plan does not have count as nothing there, and that the hours say so.

    Sensitivity: a look-up of a table without asking whether it is there.
    """
    hours = hours_of(plain, "gansu")
    assert (hours.has_storage, hours.has_waiting, hours.has_green) == (False, False, True)
    assert hours.power[["charge", "discharge", "stored", "waiting"]].to_numpy().sum() == 0
    assert np.allclose(hours.power["asked"], hours.power["load"])
    assert not hours_of(plain, "shanghai").has_green


def test_a_plan_without_load_is_refused(plain: Results) -> None:
    """Proves that a plan without the table of the load is refused, by the name of the feature to list.

    Sensitivity: a KeyError of pandas.
    """
    tables = {name: table for name, table in plain.tables.items() if name != "facility_load"}
    with pytest.raises(DrawingError, match="list the feature facility_load"):
        read_hours(tables, "gansu", plain.scenario.declarations)


def test_rows_in_any_order_are_the_same_hours(week: Results) -> None:
    """Proves that the order of the rows of every table but that of time is irrelevant.

    Sensitivity: positions used in place of names of timesteps.
    """
    shuffled = {
        name: table if name == "time" else table.sample(frac=1, random_state=3) for name, table in week.tables.items()
    }
    again = read_hours(
        shuffled, "west", week.scenario.declarations, **{name: week.scenario.series(name) for name in NAMES}
    )
    pd.testing.assert_frame_equal(again.power, hours_of(week, "west").power)
    pd.testing.assert_frame_equal(again.green, hours_of(week, "west").green, check_like=True)
