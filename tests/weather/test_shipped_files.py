"""`planner import weather` of files as public tools ship them: each read for what it says, or refused for what it is."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from planner.errors import InvalidInputError, UsageError
from planner.io.hourly.times.hour_stamps import stamp_of
from tests.weather.hourly import brought, by_time, contents, naive, numbers, replaced, rows, said, table, year_of_stamps
from tests.weather.shipped import HOURS, SHIPPED, TYPICAL, VALUES, epw, told
from tests.weather.shipped import rows as hour_rows


def put(world: Path, text: str, name: str = "weather.csv", encoding: str = "utf-8") -> Path:
    """Write a file beside the scenarios."""
    path = world.parents[1] / name
    path.write_bytes(text.encode(encoding))
    return path


def series(world: Path, site: str = "zhongwei") -> list[str]:
    """Return what stands in the scenario, in the order of time."""
    found = by_time(world, site=site)
    return [found[time] for time in sorted(found)]


@pytest.mark.parametrize("kind", SHIPPED)
def test_a_shipped_file_is_read_for_what_it_says(world: Path, kind: str) -> None:
    """Proves that all 8,760 hours of each form stand at their place: months in order, 24:00 the end of 23:00.

    Sensitivity: one hour of shift for hours 1 to 24, months sorted by their years, day and month exchanged, a preface
    or a legend read as data, a clock moved in the summers of 1988 and 1989.
    """
    picks = ("53704=zhongwei", "53463=horinger") if kind == "stations as names" else ()
    brought(put(world, SHIPPED[kind]), world, picks=picks)
    assert series(world) == VALUES
    assert series(world, "horinger") == VALUES


@pytest.mark.parametrize(
    ("kind", "notes"),
    [
        ("typical year", ("the months are of 11 years (1988 to 2018): a typical year", "8,760 hours", "without 29 February", "standard time all through, +08:00", "stands for 2010")),
        ("hours to 24", ("the ends of their hours (the file has 24:00 and no 00:00)",)),
        ("TMY3", ("the header is row 2", "put together from Date (MM/DD/YYYY) + Time (HH:MM)", "24:00 is the hour from 23:00", "a typical year")),
        ("PVGIS", ("the header is row 17: time(CST),zhongwei,horinger", "minute 10", "below the last hour is left out, from row 8779: T2m")),
        ("NSRDB", ("the header is row 3", "minute 30", "put together from Year + Month + Day + Hour + Minute")),
        ("comments of a width", ("the header is row 5",)),
        ("units below the header", ("row 2 is no hour and is left out: ,degC,degC",)),
        ("semicolons", ("parted by semicolons", "the header is row 2", "put together from Date + Time")),
        ("EnergyPlus", ("the times say no year", "stands for 2025")),
        ("a running number first", ("the times are column time",)),
    ],
)  # fmt: skip
def test_what_was_taken_how_is_said(world: Path, kind: str, notes: tuple[str, ...]) -> None:
    """Proves that each convention taken is a note: where the header is, what the times mean, what was left out.

    Sensitivity: an hour moved or a row dropped without a word.
    """
    printed = brought(put(world, SHIPPED[kind]), world).told()
    for note in notes:
        assert note in printed


def test_an_epw_file_is_read(world: Path) -> None:
    """Proves that an EPW file gives its dry bulb temperature to the place that is named, on the clock it states.

    Sensitivity: the dew point taken, hours 1 to 24 read as 0 to 23, the zone asked for that the file states, 1988
    moved by summer time, rows of a shorter old file refused.
    """
    file = put(world, epw(), "CHN_Zhongwei.epw")
    done = brought(file, world, time_zone=None, picks=["temp_air=zhongwei"])
    assert series(world) == VALUES
    assert "the file keeps standard time, +08:00" in done.told()
    assert "a typical year" in done.told()
    old = put(world, epw(width=30), "old.epw")
    brought(old, world, time_zone="Asia/Shanghai", picks=["temp_air=zhongwei"], replace=True)
    assert series(world) == VALUES
    latin = put(world, epw().replace("Zhongwei", "Zhöngwei"), "latin.epw", "latin-1")
    brought(latin, world, picks=["temp_air=zhongwei"], replace=True)
    assert series(world) == VALUES


def test_an_epw_file_as_pvlib_reads_it(world: Path) -> None:
    """Proves that our columns and hours are those of pvlib's reader, an author of others, at every hour of the file.

    Sensitivity: a cell more or less before the temperature; an hour of shift.
    """
    read_epw = pytest.importorskip("pvlib.iotools", reason="the extra [time] is not installed").read_epw
    theirs, _ = read_epw(io.StringIO(epw()), coerce_year=2021)
    brought(put(world, epw(), "x.epw"), world, time_zone=None, picks=["temp_air=zhongwei"], year=2021)
    ours = {datetime.fromisoformat(time): float(cell) for time, cell in by_time(world, site="zhongwei").items()}
    assert {time.to_pydatetime(): value for time, value in theirs["temp_air"].items()} == ours


def test_the_only_place_needs_no_name(world: Path) -> None:
    """Proves that a file of one place serves a scenario of one place by the column of what is imported.

    Sensitivity: the first column taken whatever it holds; several sites given one place's weather unasked.
    """
    file = put(world, epw(), "x.epw")
    with pytest.raises(InvalidInputError, match=r"no column for 2 of 2 sites.*--place COLUMN=site.*temp_air"):
        brought(file, world, time_zone=None)
    for name in ("site.csv", "site_compute_type.csv", "site_technology.csv"):
        kept = [line for line in (world / name).read_text("utf-8").splitlines() if not line.startswith("horinger")]
        (world / name).write_text("\n".join(kept) + "\n", encoding="utf-8")
    assert "column temp_air is taken for temperature of zhongwei" in brought(file, world, time_zone=None).told()
    assert series(world) == VALUES


def test_another_clock_than_the_file_states_is_refused(world: Path) -> None:
    """Proves that --time-zone must agree with what a file says of itself: an EPW's row, a column called UTC.

    Sensitivity: noon's sun put into the night.
    """
    with pytest.raises(UsageError, match=r"--time-zone UTC: the file's own standard time is \+08:00"):
        brought(put(world, epw(), "x.epw"), world, time_zone="UTC", picks=["temp_air=zhongwei"])
    utc = put(world, SHIPPED["PVGIS"].replace("time(CST)", "time(UTC)"))
    with pytest.raises(UsageError, match=r"column of times is called time\(UTC\), and says UTC"):
        brought(utc, world)
    brought(utc, world, time_zone="UTC")
    assert series(world) == VALUES[-8:] + VALUES[:-8]


def test_a_typical_year_with_29_february(world: Path) -> None:
    """Proves that a typical year of 8,784 hours loses 29 February with a note, or keeps it where the scenario has it.

    Sensitivity: 1 March taken for 29 February, a year that is no leap year given 8,784 hours.
    """
    hours = [datetime(2020, 1, 1, tzinfo=UTC) + timedelta(hours=hour) for hour in range(8784)]
    times = [time.replace(year={2: 2008, 7: 2011}.get(time.month, 2013)) for time in hours]
    values = numbers(8784)
    file = table(world.parents[1] / "leap.csv", naive(times), {"zhongwei": values, "horinger": values})
    printed = brought(file, world).told()
    assert "8,784 hours in the order of the months, with 29 February" in printed
    assert "29 February 2008 is left out" in printed
    assert series(world) == values[:1416] + values[1440:]
    (world / "timestep.csv").unlink()
    (world / "site_timestep.csv").unlink()
    replaced(world / "scenario.toml", "features", "time.hours = 8784\nfeatures")
    brought(file, world)
    assert series(world) == values


@pytest.mark.parametrize(("year", "last"), [(2021, "2021-12-31T23:00+08:00"), (2024, "2024-12-31T23:00+08:00")])
def test_a_typical_year_is_written_in_the_year_asked(world: Path, year: int, last: str) -> None:
    """Proves that --year names the year of the new timesteps of a typical year; in a leap year 29 February is left out.

    Sensitivity: the hours after February a day early.
    """
    brought(put(world, SHIPPED["typical year"]), world, year=year)
    found = by_time(world, site="zhongwei")
    assert max(found) == last
    assert found[f"{year}-03-01T00:00+08:00"] == VALUES[1416]


def test_the_plans_year_is_not_the_files(world: Path) -> None:
    """Proves that a missing hour of a typical year is named in the file's own year, whatever ``--year`` is asked.

    Sensitivity: an hour of 2030 said to be missing in a file of 1988 to 2018.
    """
    lines = SHIPPED["typical year"].splitlines(keepends=True)
    [row] = [number for number, line in enumerate(lines) if line.startswith("2013-02-03 13:00")]
    del lines[row]
    with pytest.raises(InvalidInputError, match="1 hour is missing: 2013-02-03 13:00"):
        brought(put(world, "".join(lines)), world, year=2030)


def test_times_that_end_their_hours(world: Path) -> None:
    """Proves that 01:00 to 00:00 of the next day is refused with the option, and right with it, in one year or many.

    Sensitivity: an hour of shift without a word.
    """
    for number, times in enumerate((HOURS, TYPICAL)):
        ends = [time + timedelta(hours=1) for time in times]
        file = table(world.parents[1] / f"{number}.csv", naive(ends), dict.fromkeys(("zhongwei", "horinger"), VALUES))
        with pytest.raises(InvalidInputError):
            brought(file, world)
        assert "as --hours-end says" in brought(file, world, hours_end=True, replace=True).told()
        assert series(world) == VALUES


def test_standard_time_of_the_summers_of_china(world: Path) -> None:
    """Proves that a file of 1988 on Beijing's standard time is read by its offset, and that the message names it.

    Sensitivity: hours of April to September a clock ahead; an error about an option that nobody gave.
    """
    file = table(
        world.parents[1] / "w.csv",
        naive(year_of_stamps(1988, leap_day=False)),
        dict.fromkeys(("zhongwei", "horinger"), VALUES),
    )
    with pytest.raises(InvalidInputError, match=r"there is no such hour in Asia/Shanghai.*--time-zone \+08:00"):
        brought(file, world)
    assert (
        "Asia/Shanghai had summer time in 1988; the scenario keeps its standard time, +08:00"
        in brought(file, world, time_zone="+08:00").told()
    )
    assert series(world) == VALUES


NO_HEADER = told("", hour_rows("{t:%Y-%m-%d %H:%M}"))
REFUSED: dict[str, tuple[str, str]] = {
    "no header": (NO_HEADER, "no header was found above the first hour, row 1: 2021-01-01 00:00,0.0000,0.0000"),
    "a letter": ("Dear all,\nthe weather follows.\n\nYours\n", "no row with a time was found: the file begins with Dear all,"),
    "two years": (
        told("time,zhongwei,horinger\n", [*hour_rows("{t:%Y-%m-%d %H:%M}"), *hour_rows("{t:2022-%m-%d %H:%M}")]),
        "row 8762, column time, value '2022-01-01 00:00': the file holds 2 years: 2021, 2022 (keep the rows of one of them)",
    ),
    "an hour of a typical year twice": (SHIPPED["typical year"].replace("2010-01-01 04:00", "2010-01-01 03:00"), "the hour stands twice, first in row 5"),
    "an hour of a typical year missing": (SHIPPED["typical year"].replace("2010-01-01 04:00,0.0004,0.0004\n", ""), "1 hour is missing: 2010-01-01 04:00"),
    "a word in a row below a preface": (SHIPPED["PVGIS"].replace("20100101:0410,0.0004", "20100101:0410,cold"), "row 22, column zhongwei, value 'cold'"),
    "a row too short below a preface": (SHIPPED["ninja"].replace("2021-01-01 04:00,0.0004,0.0004", "2021-01-01 04:00,0.0004"), "row 8: the row has 3 cells, the header 4"),
    "a broken first hour": (SHIPPED["ninja"].replace("2021-01-01 00:00,2021-01-01 00:00,", "noon,noon,"), "row 4, column time, value 'noon': not a time"),
    "an hour of another year in a typical month": (SHIPPED["typical year"].replace("2013-02-03 04:00", "2012-02-03 04:00"), "row 798, column time, value '2012-02-03 04:00': the year is 2012, and the other rows of its month are of another"),
    "numbers of hours below a comment": ("# x\nhour,zhongwei,horinger\n" + "".join(f"{n},1,1\n" for n in range(1, 8761)), "row 3, column hour, value '1': the column counts the hours and says no time"),
    "days": ("time,zhongwei,horinger\n" + "".join(f"{time:%Y-%m-%d},1,1\n" for time in HOURS[::24]), "row 2, column time, value '2021-01-01': not a time"),
    "a quote that is not closed": (SHIPPED["hours to 24"].replace("time,zhongwei", 'time,"zhongwei', 1), "a quote is opened and not closed"),
    "an EPW file without hours": (epw().split("2010,1,1,1,60")[0], "has no hours below DATA PERIODS"),
    "an EPW file cut": (epw(width=9), "row 9, has 9 cells, not 22 to 35"),
    "an EPW file that lacks a temperature": (epw().replace("?9,0.0004,", "?9,99.9,"), "row 13, column temp_air, value '99.9': out of range for temperature"),
}  # fmt: skip


@pytest.mark.parametrize("kind", REFUSED)
def test_what_is_wrong_with_a_shipped_file_is_said_of_the_file(world: Path, kind: str) -> None:
    """Proves that the row is the file's own, below a preface too, and that what is no table is told as what it is.

    Sensitivity: rows counted from the header, a broken row taken for a unit, a remedy about the parser.
    """
    text, message = REFUSED[kind]
    before = contents(world)
    with pytest.raises(InvalidInputError) as caught:
        brought(put(world, text), world, picks=["temp_air=zhongwei"] if "EPW" in kind else ())
    assert message in said(caught.value)
    assert contents(world) == before


@pytest.mark.parametrize("name", ["weather.tm2", "era5.nc", "book.xlsx"])
def test_other_formats_are_named(world: Path, name: str) -> None:
    """Proves that a format that is not read is refused with what makes a table of it.

    Sensitivity: the bytes of a grid called a broken CSV.
    """
    with pytest.raises(InvalidInputError, match="not a CSV or EPW file") as caught:
        brought(put(world, "x", name), world)
    assert {"weather.tm2": "read_tmy2", "era5.nc": "to_csv", "book.xlsx": "CSV UTF-8"}[name] in said(caught.value)


def test_saved_by_chinese_excel(world: Path) -> None:
    """Proves that a typical year in GB18030 with Chinese names is read, and that the encoding is a note.

    Sensitivity: a preface that is looked for in bytes.
    """
    text = "气象站：中卫\n" + SHIPPED["Chinese"]
    assert "GB18030" in brought(put(world, text, encoding="gb18030"), world).told()
    assert series(world) == VALUES
    assert {row["source"] for row in rows(world / "source.csv") if row["column"] == "temperature"} == {"weather.csv"}


@pytest.mark.parametrize("cell", ["2021-13-01 00:00", "20211301:0000", "01/02/21 05:00", "2021-01-01 24:30", "2021-01-01", "1609459200", "noon"])  # fmt: skip
def test_what_is_no_time(cell: str) -> None:
    """Proves that a month 13, a year of two digits, half past 24 and seconds since 1970 are no times.

    Sensitivity: 21 taken for 2021, a number of ten digits for a date.
    """
    assert stamp_of(cell) is None
