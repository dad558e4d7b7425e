"""A year of hours in two time zones: the file's, and the scenario's, with 29 February or without."""

from __future__ import annotations

from calendar import isleap
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING

from planner.errors import Fault
from planner.io.hourly.times.zones import HOUR, said
from planner.language import say

if TYPE_CHECKING:
    from planner.faults import Gathering
    from planner.io.files.tables import Table

YEAR, LEAP_YEAR, DAY = 8760, 8784, 24
LEAP_DAY = range(1416, 1440)
"""Hours of 29 February in a leap year: after the 59 days of January and February."""


@dataclass(frozen=True)
class Clock:
    """The time zones of one import; ``scenario`` is an offset from UTC that never changes."""

    file: tzinfo
    file_name: str
    scenario: timedelta


@dataclass(frozen=True)
class HourlyTable:
    """One year of hours."""

    table: Table
    time_column: str
    rows: tuple[int, ...]  # the row of each hour of the year, from 00:00 on 1 January: 8,760 or 8,784 numbers
    year: int  # the calendar year of the file
    shift: int  # hours by which the scenario's clock is ahead of the file's; 0 where the file's year is the scenario's
    is_typical: bool = False  # whether its months are of several years, or of none

    @property
    def lacks_leap_day(self) -> bool:
        """Whether the year is a leap year, and the file leaves 29 February out."""
        return isleap(self.year) and len(self.rows) == YEAR and not self.is_typical


def hour_name(hour: int, year: int, length: int) -> str:
    """Return an hour of a year of 8,760 or 8,784 hours as ``2025-01-31 13:00``; no 29 February in the former."""
    skipped = DAY if length == YEAR and isleap(year) and hour >= LEAP_DAY.start else 0
    return f"{datetime(year, 1, 1, tzinfo=UTC) + (hour + skipped) * HOUR:%Y-%m-%d %H:%M}"


def aligned(hourly: HourlyTable, hours: int, gathering: Gathering) -> list[int] | None:
    """Return the row of each hour of the scenario's year, and note what had to be done."""
    file, length = hourly.table.files[0], len(hourly.rows)
    if length < hours:
        remedy = say("take a file that has it, or plan a year without: hours = 8760 in [time]")
        gathering.add(
            Fault(file, say("29 February is missing, the scenario has it"), None, hourly.time_column, None, remedy)
        )
        return None
    # The hour h of the scenario is the file's hour h - shift, round the year.
    rows = [hourly.rows[(hour - hourly.shift) % length] for hour in range(length)]
    if hourly.shift:
        ahead = abs(hourly.shift)
        gathering.note(
            say(
                "the scenario's clock is {ahead} h ahead of the file's: the year is rotated, its first {ahead} hours "
                "come from the file's end",
                ahead=ahead,
            )
            if hourly.shift > 0
            else say(
                "the scenario's clock is {ahead} h behind the file's: the year is rotated, its last {ahead} hours "
                "come from the file's beginning",
                ahead=ahead,
            )
        )
    if hourly.lacks_leap_day:
        gathering.note(say("the file leaves out 29 February {year}", year=hourly.year))
    if length > hours:
        del rows[LEAP_DAY.start : LEAP_DAY.stop]
        gathering.note(
            say("29 February {year} is left out: the scenario has {hours:,} hours", year=hourly.year, hours=hours)
        )
    return rows


def zone_note(clock: Clock, hourly: HourlyTable) -> str:
    """Return the zones in words, for ``source.csv``: English, as all that files hold."""
    kind = "a typical year" if hourly.is_typical else str(hourly.year)
    return f"hours of {kind}, file in {clock.file_name}, scenario at {said(clock.scenario)}"
