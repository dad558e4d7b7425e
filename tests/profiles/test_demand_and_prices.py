"""Demand by kind of work and prices by time of use: means of 1, and the clock and calendar of China."""

from __future__ import annotations

import pandas as pd
import pytest

from planner.errors import UsageError
from planner.profiles.demand import demand_profiles
from planner.profiles.prices import time_of_use
from planner.profiles.typical_year import hours_of

HOURS = hours_of(2025)


@pytest.mark.parametrize("year", [2024, 2025, 2026])
def test_means_are_one(year: int) -> None:
    """Proves that every profile's mean over the year is 1, in leap years too; a shape that is not normalised breaks it."""
    hours = hours_of(year)
    assert demand_profiles(hours).mean().to_dict() == pytest.approx(
        dict.fromkeys(["office_day", "evening_peak", "flat"], 1)
    )
    for midday in (False, True):
        assert time_of_use(hours, midday_valley=midday).mean() == pytest.approx(1, abs=1e-12)


def test_demand_of_offices_and_evenings() -> None:
    """Each kind of work has its day and its week.

    Proves: offices peak by day and rest at weekends (0.6), in the Spring Festival week from its eve (28 January to 4
    February 2025) and in the first week of October (0.45); evenings peak at 20 to 22 o'clock every day; flat is flat.
    Sensitivity: hours in UTC (a peak at night), the lunar new year of another year, the festival a day off.
    """
    demand = demand_profiles(HOURS)
    office, evening = demand["office_day"], demand["evening_peak"]
    assert 9 <= office.groupby(HOURS.hour).mean().idxmax() <= 16
    assert evening.groupby(HOURS.hour).mean().idxmax() in {20, 21}
    assert (demand["flat"] == 1).all()
    day = office.groupby(HOURS.strftime("%m-%d")).mean()
    working = day["03-05"]
    assert day["03-08"] / working == pytest.approx(0.60)
    for holiday in ("01-28", "02-04", "10-01", "10-07"):
        assert day[holiday] / working == pytest.approx(0.45), holiday
    for ordinary in ("01-27", "02-05", "09-30", "10-08"):
        assert day[ordinary] == pytest.approx(working), ordinary


def test_prices_have_three_levels_at_their_hours() -> None:
    """Peak, flat and valley stand three to two to one, at the hours of the pattern.

    Proves: usual: valley at 3, peak at 20; north-west: valley at noon, peak at 20, flat at 3 o'clock.
    Sensitivity: the option ignored, or hours counted in UTC.
    """
    usual, west = time_of_use(HOURS), time_of_use(HOURS, midday_valley=True)
    for prices, valley, flat in ((usual, 3, 13), (west, 12, 3)):
        at = prices.groupby(HOURS.hour).mean()
        assert at[20] / at[valley] == pytest.approx(3)
        assert at[flat] / at[valley] == pytest.approx(2)
        assert len(prices.unique()) == 3


def test_another_time_zone_is_the_same_hour() -> None:
    """Proves that hours in UTC get what the same hours get in the clock of China; reading ``.hour`` bare breaks it."""
    there = HOURS.tz_convert("UTC")
    assert (time_of_use(there).to_numpy() == time_of_use(HOURS).to_numpy()).all()
    assert (demand_profiles(there).to_numpy() == demand_profiles(HOURS).to_numpy()).all()


def test_hours_without_a_zone_or_festival_are_refused() -> None:
    """Proves that neither a time zone nor the date of a festival is guessed."""
    bare = pd.date_range("2025-01-01", periods=24, freq="h")
    with pytest.raises(UsageError, match="no time zone"):
        time_of_use(bare)
    with pytest.raises(UsageError, match="no time zone"):
        demand_profiles(bare)
    with pytest.raises(UsageError, match="Spring Festival of 2050 is not known"):
        demand_profiles(hours_of(2050))
