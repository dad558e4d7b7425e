"""The rows of an hourly table at the hours of a year: one row an hour, or faults that name what is not so."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from typing import TYPE_CHECKING

from planner.errors import Fault, shown
from planner.io.hourly.hourly_file import TABLE
from planner.io.hourly.times.year_of_hours import LEAP_YEAR, hour_name
from planner.language import Text, say

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from planner.faults import Gathering
    from planner.io.files.tables import Table
    from planner.io.hourly.times.year_of_hours import Clock

ENDS = "--hours-end"
Years = int | Mapping[int, int]
"""A year, or that of each month, by its number, of months of several years."""
LEAP = 2024
"""A leap year after one that is none, for the names of hours of no year."""


class HourRows:
    """The rows of one file, and where their faults are told."""

    def __init__(self, table: Table, column: str, clock: Clock, gathering: Gathering) -> None:
        self.table = table
        self.column = column
        self.cells = table.columns[column]
        self.clock = clock
        self.gathering = gathering

    def one_row_an_hour(self, hours: Sequence[int], year: Years, length: int) -> tuple[int, ...] | None:
        """Return the row of each hour of the year, or ``None`` after faults; a typical year has a year a month."""
        found = len(self.gathering.faults)
        of_hour: dict[int, int] = {}
        outside = []
        for row, hour in enumerate(hours):
            if not 0 <= hour < length:
                outside.append(row)
            elif hour in of_hour:
                first = self.gathering.places.row(self.table.origins[self.column][of_hour[hour]])
                self.fault(row, say("the hour stands twice, first in row {first}", first=first), say("keep one row"))
            else:
                of_hour[hour] = row
        if outside:
            problem = say(
                "{count:,} hour outside {year} in {file_name}",
                "{count:,} hours outside {year} in {file_name}",
                count=len(outside),
                year=year,
                file_name=shown(self.clock.file_name),
            )
            remedy = say("a file holds one calendar year; where its times end the hours, say so with {ends}", ends=ENDS)
            self.fault(outside[0], problem, remedy)
        self._missing(of_hour, year, length)
        if len(self.gathering.faults) > found:
            return None
        return tuple(of_hour[hour] for hour in range(length))

    def _missing(self, of_hour: dict[int, int], year: Years, length: int) -> None:
        """Keep one fault for each run of hours that no row gives, at the row before it."""
        for run in _runs(hour for hour in range(length) if hour not in of_hour):
            first, last = (_name(hour, year, length) for hour in (run[0], run[-1]))
            times = first if len(run) == 1 else say("{first} to {last}", first=first, last=last)
            problem = say(
                "{count} hour is missing: {times}", "{count} hours are missing: {times}", count=len(run), times=times
            )
            remedy = say("the year has {length:,} hours, the file {size:,} rows", length=length, size=self.table.size)
            before = of_hour.get(run[0] - 1)
            if before is None:
                self.gathering.add(Fault(self.table.files[0], problem, 2, self.column, None, remedy), TABLE)
            else:
                self.fault(before, say("after this row {problem}", problem=problem), remedy)

    def fault(self, row: int, problem: Text, remedy: Text) -> None:
        """Keep a fault of the time of a row."""
        code = self.table.origins[self.column][row]
        self.gathering.at(code, self.column, self.cells[row], problem, remedy, TABLE)


def _name(hour: int, year: Years, length: int) -> str:
    """Return an hour as the file has it: of a typical year in the year of its month, or without a year."""
    if isinstance(year, int):
        return hour_name(hour, year, length)
    name = hour_name(hour, LEAP if length == LEAP_YEAR else LEAP - 1, length)[5:]
    own = year.get(int(name[:2]))
    return name if own is None else f"{own}-{name}"


def _runs(hours: Iterable[int]) -> list[list[int]]:
    return [
        [hour for _, hour in run]
        for _, run in groupby(enumerate(hours), key=lambda numbered: numbered[1] - numbered[0])
    ]
