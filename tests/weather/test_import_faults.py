"""`planner import weather`: what is wrong with a file or an option is told, and nothing is written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from planner.errors import InvalidInputError, UsageError
from tests.weather.hourly import brought, contents, naive, replaced, said, weather, year_of_stamps

Change = Callable[[list[str]], list[str]]


def at(row: int, text: str) -> Change:
    """Return a change of one line of the file, counted as an editor does."""
    return lambda lines: [*lines[: row - 1], *([text] if text else []), *lines[row:]]


def cut(lines: list[str]) -> list[str]:
    """Leave out a week in March."""
    return lines[:1500] + lines[1500 + 168 :]


def every(step: int) -> Change:
    """Keep every third hour, say."""
    return lambda lines: [lines[0], *lines[1::step]]


FAULTS: dict[str, tuple[Change, str]] = {
    "an hour missing": (at(13, ""), "row 12, column time, value '2021-01-01 10:00:00': after this row 1 hour is missing"),
    "the first hour missing": (at(2, ""), "row 2, column time: 1 hour is missing: 2021-01-01 00:00 (the year has 8,760"),
    "a week missing": (cut, "168 hours are missing: 2021-03-04 11:00 to 2021-03-11 10:00"),
    "an hour twice": (at(4, "2021-01-01 01:00:00,1,1"), "row 4, column time, value '2021-01-01 01:00:00': the hour stands twice, first in row 3"),
    "half a year": (lambda lines: lines[:4000], "the file 3,999 rows"),
    "only a header": (lambda lines: lines[:1], "the table has no rows"),
    "three-hourly": (every(3), "the steps are 3 h long, not 1 h (average or split"),
    "half hours": (lambda lines: [line if n <= 4380 else line.replace(":00:00", ":30:00") for n, line in enumerate(lines)], "not at minute 0 of the scenario's clock, as are 4,380 rows"),
    "ends of hours": (lambda lines: [lines[0], *lines[2:], "2022-01-01 00:00:00,1,1"], "1 hour outside 2021 in Asia/Shanghai (a file holds one calendar year; where its times end the hours, say so with --hours-end"),
    "no time": (at(7, "noon,1,1"), "row 7, column time, value 'noon': not a time"),
    "an empty time": (at(7, ",1,1"), "row 7, column time, value '': the time is missing"),
    "month before day": (at(7, "01/31/2021 05:00,1,1"), "row 7, column time, value '01/31/2021 05:00': not a time"),
    "30 February": (at(7, "2021-02-30 05:00,1,1"), "not a time"),
    "24:00": (at(7, "2021-01-01 24:00,1,1"), "row 7, column time, value '2021-01-01 24:00': 24:00 stands in a file that has 00:00 as well"),
    "25:00": (at(7, "2021-01-01 25:00,1,1"), "not a time"),
    "a year's month of two years": (at(7, "2019-01-01 05:00,1,1"), "1 hour outside 2021"),
    "full-width digits": (at(7, "２０２１-01-01 05:00,1,1"), "not a time"),
    "year 1": (at(7, "0001-01-01 00:00,1,1"), "not a time"),
    "counted": (lambda lines: [lines[0], *(f"{n},1,1" for n in range(1, 8761))], "the column counts the hours and says no time"),
    "another offset": (at(7, "2021-01-01T05:00+00:00,1,1"), "row 7, column time, value '2021-01-01T05:00+00:00': the offset of 1 time is not that of --time-zone Asia/Shanghai"),
    "no number": (at(7, "2021-01-01 05:00,warm,1"), "row 7, column zhongwei, value 'warm': not a number for temperature"),
    "a gap in the numbers": (at(7, "2021-01-01 05:00,,1"), "row 7, column zhongwei: the cell is empty"),
    "NaN": (at(7, "2021-01-01 05:00,NaN,1"), "row 7, column zhongwei, value 'NaN': the cell says that there is no number"),
    "too hot": (at(7, "2021-01-01 05:00,1,300"), "row 7, column horinger, value '300': out of range for temperature (it looks like K: write 26.85; allowed: at least -90 and at most 70 °C)"),
    "a cell too many": (at(7, "2021-01-01 05:00,1,2,3"), "row 7: the row has 4 cells, the header 3"),
    "a column twice": (at(1, "time,zhongwei,zhongwei"), "the column stands twice"),
    "no column for a site": (at(1, "time,zhongwei,baotou"), "no column for 1 of 2 sites: horinger"),
    "two columns for a site": (at(1, "time,zhongwei,ZHONGWEI"), "site zhongwei fits several columns: zhongwei, ZHONGWEI"),
    "a control character": (at(1, "time,zhongwei,hor\x07inger"), "holds a control character"),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_faults_name_place_and_remedy(world: Path, name: str) -> None:
    """Proves that each fault of a file is told with row, column and value, and that nothing is written then.

    Sensitivity: a gap filled, a doubled hour overwritten, a number clipped, a folder half written.
    """
    change, message = FAULTS[name]
    file = weather(world)
    file.write_text("\n".join(change(file.read_text(encoding="utf-8").splitlines())) + "\n", encoding="utf-8")
    before = contents(world)
    with pytest.raises(InvalidInputError) as caught:
        brought(file, world)
    assert message in said(caught.value)
    assert contents(world) == before


def test_faults_are_told_together(world: Path) -> None:
    """Proves that one import tells the faults of values, of times, of places and of the scenario at once.

    Sensitivity: the first kind of fault ends the reading.
    """
    file = weather(world)
    changes = (at(7, "2021-01-01 05:00,warm,1,"), at(9, ""), at(1, "time,zhongwei,horinger,horinger2"))
    lines = file.read_text(encoding="utf-8").splitlines()
    lines = [lines[0], *(f"{line}," for line in lines[1:])]
    for change in changes:
        lines = change(lines)
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    (world / "timestep.csv").write_text("timestep,timestep_weight\nday,4380\nnight,4380\n", encoding="utf-8")
    replaced(world / "site.csv", "和林格尔集群", "horinger2")
    with pytest.raises(InvalidInputError) as caught:
        brought(file, world)
    told = said(caught.value)
    assert "warm" in told
    assert "is missing" in told
    assert "site horinger fits several columns: horinger, horinger2" in told


def test_scenario_of_other_steps_is_refused(world: Path) -> None:
    """Proves that a year of hours does not go into day and night, and that the way out is said.

    Sensitivity: rows of timesteps that the scenario does not have.
    """
    (world / "timestep.csv").write_text("timestep,timestep_weight\nday,4380\nnight,4380\n", encoding="utf-8")
    with pytest.raises(InvalidInputError) as caught:
        brought(weather(world), world)
    assert "the scenario has 2 timesteps without time" in said(caught.value)
    assert "[drop]" in said(caught.value)
    (world / "timestep.csv").unlink()
    (world / "workload_timestep.csv").write_text("workload,timestep,demand_profile\ntraining,year,1\n", "utf-8")
    with pytest.raises(InvalidInputError, match=r"workload_timestep\.csv, column timestep: it speaks of timesteps"):
        brought(weather(world), world)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda line: line.replace(",1,1", ",1,2"), "the step is not an hour long"),
        (lambda line: line.replace(":00,", ":30,"), "not the beginning of an hour"),
        (lambda line: line.replace("2021-03-04T11:00", "2021-03-04T12:00"), "not 8,760 different hours"),
        (lambda line: line.replace("T", " at "), "not the beginning of an hour"),
    ],
)
def test_timesteps_that_are_no_year_are_refused(world: Path, change: Callable[[str], str], message: str) -> None:
    """Proves that the scenario's timesteps are matched by their times, one to one, or not at all.

    Sensitivity: 8,760 steps taken for a year whatever they are.
    """
    lines = [f"h{n},{stamp.replace(' ', 'T')[:16]},1,1" for n, stamp in enumerate(naive(year_of_stamps(2021)))]
    text = "\n".join(["timestep,time,timestep_weight,timestep_duration", *map(change, lines)])
    (world / "timestep.csv").write_text(text + "\n", encoding="utf-8")
    with pytest.raises(InvalidInputError, match=message):
        brought(weather(world), world)


def test_a_leap_scenario_needs_the_leap_day(world: Path) -> None:
    """Proves that 29 February is never invented, and that a plan of other hours is no year.

    Sensitivity: the day before repeated.
    """
    replaced(world / "scenario.toml", "features", "time.hours = 8784\nfeatures")
    with pytest.raises(InvalidInputError, match="29 February is missing, the scenario has it"):
        brought(weather(world), world, year=2020)
    replaced(world / "scenario.toml", "8784", "8000")
    with pytest.raises(InvalidInputError, match="the scenario is not a year of hours"):
        brought(weather(world), world)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"time_zone": None}, "--time-zone is missing: an hourly table does not say which clock"),
        ({"time_zone": ""}, "--time-zone is missing"),
        ({"time_zone": "CST"}, "--time-zone CST: no such time zone"),
        ({"time_zone": "Asia/Beijing"}, "no such time zone"),
        ({"time_zone": "../../x/y"}, "no such time zone"),
        ({"time_zone": "Asia"}, "no such time zone"),
        ({"time_zone": "+8"}, "no such time zone"),
        ({"scenario_time_zone": "Europe/Berlin"}, "the clocks change there in 2021"),
        ({"column": "temprature"}, "did you mean 'temperature'"),
        ({"column": "timestep_weight"}, "no number by timestep"),
        ({"column": "hub"}, "no number by timestep"),
        ({"column": "availability"}, "say which technology with --technology"),
        ({"fixed": {"technology": "wind"}}, "there is no technology to name"),
        ({"time_column": "hour"}, "no such column"),
        ({"confidence": "sure"}, "choose from published, derived, illustrative"),
        ({"source": "a\x1bb"}, "control"),
    ],
)
def test_wrong_options_are_usage_errors(world: Path, options: dict[str, Any], message: str) -> None:
    """Proves that an option that means nothing is refused before anything is written, and a zone is never guessed.

    Sensitivity: Beijing taken where no zone is said, an abbreviation of several zones taken for one of them.
    """
    before = contents(world)
    with pytest.raises(UsageError) as caught:
        brought(weather(world), world, **options)
    assert message in str(caught.value)
    assert caught.value.exit_code == 2
    assert contents(world) == before


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (slice(None), "the hour stands twice in Europe/Berlin: the clocks go back"),
        (slice(0, 3000), "there is no such hour in Europe/Berlin: the clocks go forward"),
    ],
)
def test_summer_time_without_offsets_is_refused(world: Path, lines: slice, message: str) -> None:
    """Proves that standard time under the name of a zone with summer time is refused: two of its hours mean nothing.

    Sensitivity: one of the two hours of October chosen, an hour moved in March.
    """
    file = weather(world, naive(year_of_stamps(2021))[lines])
    with pytest.raises(InvalidInputError, match=message):
        brought(file, world, time_zone="Europe/Berlin")
    if lines == slice(None):
        brought(file, world, time_zone="+01:00")


def test_zones_half_an_hour_apart_are_refused(world: Path) -> None:
    """Proves that hours that begin at half past of the scenario's clock are refused.

    Sensitivity: a shift of 2.5 h cut to 2 h.
    """
    with pytest.raises(InvalidInputError, match="not at minute 0 of the scenario's clock"):
        brought(weather(world), world, time_zone="Asia/Kolkata")
