"""`planner import weather`: every hour at its place in the year, across zones and leap days."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from pathlib import Path

import pytest

import planner
from planner.errors import UsageError
from tests.weather.hourly import (
    BEIJING,
    FILES,
    HOUR,
    brought,
    by_time,
    naive,
    numbers,
    replaced,
    rows,
    table,
    weather,
    written,
    year_of_stamps,
)


def test_every_hour_stays_at_its_hour(world: Path) -> None:
    """Proves that each hour of the file is at the same hour of the plan, whatever the order of the rows.

    Sensitivity: cells taken in the order of the file, a site's column taken for the other's.
    """
    stamps = naive(year_of_stamps(2021))
    order = list(range(len(stamps)))
    random.Random(1).shuffle(order)  # noqa: S311 - no secret
    cells = numbers(len(stamps))
    columns = {"zhongwei": [cells[row] for row in order], "horinger": [f"-{cells[row]}" for row in order]}
    file = table(world.parents[1] / "w.csv", [stamps[row] for row in order], columns)
    brought(file, world)
    expected = {f"{stamp[:10]}T{stamp[11:16]}+08:00": cell for stamp, cell in zip(stamps, cells, strict=True)}
    assert by_time(world, site="zhongwei") == expected
    assert by_time(world, site="horinger") == {time: f"-{cell}" for time, cell in expected.items()}
    scenario = planner.read_scenario(world)
    assert len(scenario.sets["timestep"]) == 8760
    assert scenario.sets["timestep"][:2] == ("01-01 00", "01-01 01")
    assert scenario.series("temperature")["zhongwei", "12-31 23"] == 0.8759


@pytest.mark.parametrize(
    ("zone", "year", "hours"),
    [
        ("UTC", 2021, 8760),
        ("UTC", 2020, 8760),
        ("UTC", 2020, 8784),
        ("Asia/Kamchatka", 2020, 8760),
        ("America/Phoenix", 2021, 8760),
        ("Europe/Berlin", 2020, 8760),
        ("America/Santiago", 2020, 8784),
        ("-05:00", 2020, 8784),
    ],
)
def test_zones_rotate_the_year(world: Path, zone: str, year: int, hours: int) -> None:
    """Proves that every hour of the plan has the file's number of the same moment, the year's ends joined.

    The expected moment is computed time by time from the zones, not by counting hours. Sensitivity: a shift with the
    wrong sign, 29 February taken out before the shift, summer time not undone.
    """
    times = year_of_stamps(year, "Etc/GMT+5" if zone == "-05:00" else zone)
    file = weather(world, [time.isoformat() for time in times])
    if hours == 8784:
        replaced(world / "scenario.toml", "features", "time.hours = 8784\nfeatures")
    done = brought(file, world, time_zone=zone)
    cells = dict(zip((time.astimezone(UTC) for time in times), numbers(len(times)), strict=True))
    first, length = min(cells), len(times)
    for time, cell in by_time(world, site="zhongwei").items():
        moment = datetime.fromisoformat(time).astimezone(UTC)
        within = first + ((moment - first) / HOUR % length) * HOUR
        assert cell == cells[within], time
    assert any("rotated" in note for note in done.notes)
    assert any("29 February" in note for note in done.notes) == (year == 2020 and hours == 8760)
    assert planner.read_scenario(world).settings.time_hours == hours


def test_first_hours_of_a_utc_file_come_from_its_end(world: Path) -> None:
    """Proves the rotation by hand: 00:00 in Beijing is 16:00 UTC, eight hours before the end of the file.

    Sensitivity: an offset added instead of taken away.
    """
    done = brought(weather(world), world, time_zone="UTC")
    found = list(by_time(world, site="zhongwei").values())
    assert found[:9] == ["0.8752", "0.8753", "0.8754", "0.8755", "0.8756", "0.8757", "0.8758", "0.8759", "0.0000"]
    assert done.notes[0].en.endswith("its first 8 hours come from the file's end")


def test_a_beijing_year_in_utc_is_not_rotated(world: Path) -> None:
    """Proves that a file from 31 December 16:00 UTC on is taken for what it is, the Beijing year.

    Sensitivity: the file's first hours refused as another year's, or rotated.
    """
    times = [time.astimezone(UTC) for time in year_of_stamps(2021, BEIJING)]
    done = brought(weather(world, naive(times)), world, time_zone="UTC")
    assert list(by_time(world, site="zhongwei").values()) == numbers(8760)
    assert done.notes == ()


@pytest.mark.parametrize("zone", [BEIJING, "UTC"])
def test_a_leap_year_without_its_leap_day(world: Path, zone: str) -> None:
    """Proves that 8,760 hours of a leap year are a year: 1 March follows 28 February, across the shift of zones too.

    Sensitivity: the gap refused, or eight hours of 29 February invented.
    """
    times = year_of_stamps(2020, leap_day=False)
    done = brought(weather(world, naive(times)), world, time_zone=zone)
    found = list(by_time(world, site="zhongwei").values())
    shift = 8 if zone == "UTC" else 0
    assert found == numbers(8760)[8760 - shift :] + numbers(8760)[: 8760 - shift]
    assert any("leaves out 29 February 2020" in note for note in done.notes)


def test_leap_day_is_dropped_or_kept(world: Path) -> None:
    """Proves that 29 February goes where the plan has 8,760 hours, and stays where it has 8,784.

    Sensitivity: the last day of the year dropped instead.
    """
    file = weather(world, naive(year_of_stamps(2020)))
    kept = written(world.parent / "kept", FILES)
    replaced(kept / "scenario.toml", "features", "time.hours = 8784\nfeatures")
    brought(file, world)
    brought(file, kept)
    dropped, whole = (by_time(folder, site="zhongwei") for folder in (world, kept))
    assert list(whole.values()) == numbers(8784)
    assert {time: cell for time, cell in whole.items() if "-02-29T" not in time} == dropped
    assert len(dropped) == 8760


def test_hours_match_the_scenarios_own(world: Path) -> None:
    """Proves that a file of another year goes to the scenario's timesteps by month, day and hour, which a note says.

    Sensitivity: cells laid down in the order of ids, times without an offset read as UTC.
    """
    stamps = naive(year_of_stamps(2025))
    lines = [f"h{8760 - n},{stamp.replace(' ', 'T')},1,1" for n, stamp in enumerate(stamps)]
    text = "\n".join(["timestep,time,timestep_weight,timestep_duration", *reversed(lines)])
    (world / "timestep.csv").write_text(text + "\n", encoding="utf-8")
    before = (world / "timestep.csv").read_bytes()
    done = brought(weather(world, naive(year_of_stamps(2020))), world)
    expected = [cell for n, cell in enumerate(numbers(8784)) if not 1416 <= n < 1440]
    found = by_time(world, site="zhongwei")
    assert [found[stamp.replace(" ", "T")] for stamp in stamps] == expected
    assert (world / "timestep.csv").read_bytes() == before
    assert any("the hours of 2020 stand for those of 2025" in note for note in done.notes)
    with pytest.raises(UsageError, match="--year is for"):
        brought(weather(world), world, year=2030, replace=True)


def test_year_of_new_timesteps(world: Path) -> None:
    """Proves that new timesteps can have the year of the plan in place of the weather's.

    Sensitivity: the option ignored; a leap day in a year that has none.
    """
    file = weather(world, naive(year_of_stamps(2020)))
    replaced(world / "scenario.toml", "features", "time.hours = 8784\nfeatures")
    with pytest.raises(UsageError, match="--year 2025 is no leap year"):
        brought(file, world, year=2025)
    with pytest.raises(UsageError, match=r"the file's year 2021 is no leap year.*take a file that has 29 February"):
        brought(weather(world), world)
    file = weather(world, naive(year_of_stamps(2020)))
    replaced(world / "scenario.toml", "8784", "8760")
    brought(file, world, year=2025)
    times = [row["time"] for row in rows(world / "timestep.csv")]
    assert times == [f"{stamp[:10]}T{stamp[11:16]}+08:00" for stamp in naive(year_of_stamps(2025))]
