"""The scenario's side of an hourly import: its timesteps, one for each hour of a year, read or made."""

from __future__ import annotations

from calendar import isleap
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from planner.errors import Fault, UsageError
from planner.faults import Gathering, listed
from planner.io.files.tables import Table
from planner.io.hourly.times.year_of_hours import DAY, LEAP_DAY, LEAP_YEAR, YEAR, hour_name
from planner.io.hourly.times.zones import HOUR, said
from planner.io.read.order import TIMESTEP
from planner.language import Message, Text, say

if TYPE_CHECKING:
    from planner.io.hourly.times.year_of_hours import HourlyTable
    from planner.io.read.merge import Layer
    from planner.scenario.schema import Schema

PERIOD = "year"
COLUMNS = (TIMESTEP, "period", "time", "timestep_weight", "timestep_duration")
OTHER_STEPS = say(
    "to plan hour by hour, delete timestep.csv and the tables by timestep; or import into a "
    "folder that extends this one and takes its timesteps away with [drop]"
)


@dataclass(frozen=True)
class Steps:
    """The timesteps of a year of hours."""

    ids: tuple[str, ...]  # from 00:00 on 1 January, in the scenario's time
    year: int  # of their times
    new: Table | None  # the table to write, where the scenario has none


def steps_of(layer: Layer, offset: timedelta, year: int | None, file_year: int, gathering: Gathering) -> Steps | None:
    """Return the scenario's own hours, or new ones where it has no timesteps; ``None`` and faults otherwise."""
    table = layer.tables.get(TIMESTEP)
    if table is not None and table.size:
        if year is not None:
            raise UsageError(say("--year is for a scenario without timesteps; this one has timestep.csv"))
        return _own(table, offset, gathering)
    hours = layer.document.get("time", {}).get("hours", YEAR)
    if hours not in {YEAR, LEAP_YEAR}:
        remedy = say("a year of hours has 8760, a leap year 8784; write that as hours in [time]")
        gathering.add(
            Fault("scenario.toml", say("the scenario is not a year of hours"), None, "time.hours", hours, remedy)
        )
        return None
    chosen = file_year if year is None else year
    if hours == LEAP_YEAR and not isleap(chosen):
        raise UsageError(_no_leap_year(chosen, asked=year is not None))
    return _new(chosen, int(hours), offset)


def _no_leap_year(year: int, *, asked: bool) -> Message:
    """Say what lacks the day of a leap year: the year that was asked for, or the file, which no year can mend."""
    if asked:
        return say(
            "--year {year} is no leap year, and the scenario has 8784 hours: name a leap year with --year", year=year
        )
    return say(
        "the file's year {year} is no leap year, and the scenario has 8784 hours: take a file that has 29 February, "
        "or plan a year without: hours = 8760 in [time]",
        year=year,
    )


def _new(year: int, hours: int, offset: timedelta) -> Steps:
    names = [hour_name(hour, year, hours) for hour in range(hours)]
    ids = [name[5:13] for name in names]
    times = [f"{name.replace(' ', 'T')}{said(offset)}" for name in names]
    cells = (ids, [PERIOD] * hours, times, ["1"] * hours, ["1"] * hours)
    columns = dict(zip(COLUMNS, cells, strict=True))
    return Steps(tuple(ids), year, Table(TIMESTEP, columns, dict.fromkeys(COLUMNS, [0] * hours)))


def _own(table: Table, offset: timedelta, gathering: Gathering) -> Steps | None:
    """Return the scenario's timesteps as hours of the year, by their ``time``."""
    file = table.files[-1]
    if table.size not in {YEAR, LEAP_YEAR} or "time" not in table.columns:
        lack = say(" without time") if "time" not in table.columns else ""
        problem = say(
            "the scenario has {size:,} timesteps{lack}; an hourly table needs one for each hour of a year",
            size=table.size,
            lack=lack,
        )
        gathering.add(Fault(file, problem, remedy=OTHER_STEPS), TIMESTEP)
        return None
    found = len(gathering.faults)
    codes, cells = table.origins["time"], table.columns["time"]
    local: dict[str, datetime] = {}
    for step, cell, code, length in zip(
        table.columns[TIMESTEP], cells, codes, table.columns.get("timestep_duration", [""] * table.size), strict=True
    ):
        time = _local(cell, offset)
        if time is None or time.minute or time.second:
            gathering.at(
                code, "time", cell, say("not the beginning of an hour"), say("ISO 8601, such as 2025-01-31T13:00+08:00")
            )
        elif length and not _is_one(length):
            gathering.at(code, "timestep_duration", length, say("the step is not an hour long"), OTHER_STEPS)
        else:
            local[step] = time
    if len(gathering.faults) > found:
        return None
    # A year of hours by month, day and hour: a plan of 2030 may use the weather of 2020.
    by_hour = {_hour(time, table.size): step for step, time in local.items()}
    if sorted(by_hour) != list(range(table.size)):
        problem = say(
            "its times are not {size:,} different hours of one year in the scenario's time zone", size=table.size
        )
        remedy = say(
            "mend them, or say with --scenario-time-zone which clock they keep; {OTHER_STEPS}", OTHER_STEPS=OTHER_STEPS
        )
        gathering.add(Fault(file, problem, None, "time", remedy=remedy), TIMESTEP)
        return None
    return Steps(tuple(by_hour[hour] for hour in range(table.size)), next(iter(local.values())).year, None)


def _local(cell: str, offset: timedelta) -> datetime | None:
    """Return a time on the scenario's clock, written as if it were UTC; a time without an offset is on it already."""
    try:
        time = datetime.fromisoformat(cell)
        return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC) + offset
    except (ValueError, OverflowError):
        return None


def _is_one(cell: str) -> bool:
    try:
        return float(cell) == 1
    except ValueError:
        return False


def _hour(time: datetime, hours: int) -> int:
    """Return the hour of a year of so many hours; -1 for 29 February in a year of 8,760."""
    hour = int((time - datetime(time.year, 1, 1, tzinfo=UTC)) / HOUR)
    if not isleap(time.year) or hours == LEAP_YEAR or hour < LEAP_DAY.start:
        return hour
    return -1 if hour in LEAP_DAY else hour - DAY


def refuse_other_ids(layer: Layer, schema: Schema, steps: Steps, gathering: Gathering) -> None:
    """Keep a fault for each table that speaks of timesteps that the new ones are not."""
    known = set(steps.ids)
    for name, table in sorted(layer.tables.items()):
        if TIMESTEP not in schema.tables[name].keys or name == TIMESTEP:
            continue
        other = sorted(set(table.columns[TIMESTEP]) - known)
        if other:
            problem = say("it speaks of timesteps that are no hours of the year: {listed}", listed=listed(other))
            gathering.add(Fault(table.files[-1], problem, None, TIMESTEP, remedy=OTHER_STEPS))


def year_note(file: HourlyTable, steps: Steps) -> Text:
    """Return a note where the hours of one year stand for those of another."""
    if file.is_typical:
        return say("the typical year stands for {year}", year=steps.year)
    if file.year == steps.year:
        return ""
    return say(
        "the hours of {file_year} stand for those of {year}, by month, day and hour; days of the week differ",
        file_year=file.year,
        year=steps.year,
    )
