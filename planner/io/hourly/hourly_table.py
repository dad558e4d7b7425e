"""An hourly table of one year, strictly read: a column of times, and one column a place.

Every row is put at its hour of the year in the file's own time zone. No hour is guessed, filled or averaged.
"""

from __future__ import annotations

from calendar import isleap
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from planner.errors import shown
from planner.faults import listed
from planner.io.hourly.hour_rows import HourRows
from planner.io.hourly.times.hour_stamps import stamp_of, stamps_of
from planner.io.hourly.times.typical_year import (
    beginnings,
    hour_of_year,
    is_typical,
    odd_in_their_months,
    typical_note,
    typical_year,
)
from planner.io.hourly.times.year_of_hours import DAY, LEAP_DAY, LEAP_YEAR, YEAR, Clock, HourlyTable
from planner.io.hourly.times.zones import HOUR, said, standard_offset
from planner.language import Text, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from planner.faults import Gathering
    from planner.io.files.tables import Table
    from planner.io.hourly.times.hour_stamps import Stamp

FORMS = say("write year, month, day and hour, such as 2025-01-31 13:00 or 2025-01-31T13:00+08:00")
NO_OFFSET = timedelta(0)


def likely_year(table: Table, column: str) -> int | None:
    """Return the year in the middle of the file, for the scenario's offset to be looked up; ``None`` without a time."""
    stamp = stamp_of(table.columns[column][table.size // 2])
    return None if stamp is None or not stamp.has_year else stamp.date.year


@dataclass(frozen=True)
class Reading:
    """Interpretation of the times."""

    hours_end: bool = False  # whether a time is the end of its hour, as it was said; 24:00 says so by itself


def year_of(
    table: Table, column: str, clock: Clock, gathering: Gathering, reading: Reading = Reading()
) -> HourlyTable | None:
    """Put every row at its hour of the year."""
    return _Times(table, column, clock, gathering, reading).year()


class _Times(HourRows):
    """The times of one file on their way to hours of the year."""

    def __init__(self, table: Table, column: str, clock: Clock, gathering: Gathering, reading: Reading) -> None:
        super().__init__(table, column, clock, gathering)
        self.reading = reading

    def year(self) -> HourlyTable | None:
        if self._only_counts():
            return None
        found = len(self.gathering.faults)
        stamps = stamps_of(self.cells)
        self._refuse_others(stamps)
        times = beginnings(stamps, self.reading.hours_end, self._note_or_fault)
        known = [time for time in times or () if time is not None]
        if times is None or not known:
            return None
        if len(known) == len(times) and is_typical(known, stamps):
            return self._typical(known, has_year=all(stamp is not None and stamp.has_year for stamp in stamps))
        moments = self._moments(times)
        if len(self.gathering.faults) > found or not self._are_hours(moments):
            return None
        return self._of_one_year(moments)

    def _refuse_others(self, stamps: Sequence[Stamp | None]) -> None:
        """Keep a fault for each cell that is no time."""
        for row, stamp in enumerate(stamps):
            if stamp is None:
                problem = say("not a time") if self.cells[row] else say("the time is missing")
                self.fault(row, problem, FORMS)

    def _of_one_year(self, moments: Sequence[datetime]) -> HourlyTable | None:
        """Put the hours of a calendar year at their places."""
        years = Counter(moment.astimezone(self.clock.file).year for moment in moments)
        if self._are_many_years(years) or self._is_odd_in_its_month(moments):
            return None
        year = years.most_common(1)[0][0]
        begin, shift = self._begin(year, min(moments))
        hours = [int((moment - begin) / HOUR) for moment in moments]
        length = LEAP_YEAR if isleap(year) else YEAR
        if length == LEAP_YEAR and not set(hours) & set(LEAP_DAY):
            length = YEAR
            hours = [hour if hour < LEAP_DAY.start else hour - DAY for hour in hours]
        rows = self.one_row_an_hour(hours, year, length)
        return None if rows is None else HourlyTable(self.table, self.column, rows, year, shift)

    def _typical(self, times: Sequence[datetime], *, has_year: bool) -> HourlyTable | None:
        """Put the months of several years in one, on the file's standard time: no clock change falls between them."""
        found = len(self.gathering.faults)
        length = LEAP_YEAR if any((time.month, time.day) == (2, 29) for time in times) else YEAR
        year = typical_year(times, length == LEAP_YEAR, has_year=has_year)
        years = {time.month: time.year for time in times} if has_year else {}
        standard = standard_offset(self.clock.file, year)
        other = [row for row, time in enumerate(times) if time.tzinfo is not None and time.utcoffset() != standard]
        if other:
            self._other_offset(other)
        shift = self.clock.scenario - standard
        if shift % HOUR or any(time.minute or time.second for time in times):
            self._odd([row for row, time in enumerate(times) if shift % HOUR or time.minute or time.second])
        if len(self.gathering.faults) > found:
            return None
        rows = self.one_row_an_hour([hour_of_year(time, length) for time in times], years, length)
        if rows is None:
            return None
        self.gathering.note(typical_note(times, length, standard, has_year=has_year))
        return HourlyTable(self.table, self.column, rows, year, int(shift / HOUR), is_typical=True)

    def _note_or_fault(self, row: int | None, text: Text, remedy: Text = "") -> None:
        if row is None:
            self.gathering.note(text)
        else:
            self.fault(row, text, remedy)

    def _is_odd_in_its_month(self, moments: Sequence[datetime]) -> bool:
        """Refuse a typical year whose rows of one month are of two years: which of them is meant is not said."""
        times = [moment.astimezone(self.clock.file) for moment in moments]
        odd = odd_in_their_months(times)
        for row in odd:
            problem = say("the year is {year}, and the other rows of its month are of another", year=times[row].year)
            remedy = say("the file is a typical year, months of several years: take each month from one year")
            self.fault(row, problem, remedy)
        return bool(odd)

    def _are_many_years(self, years: Counter[int]) -> bool:
        """Refuse a file of several whole years."""
        whole = sorted(year for year, count in years.items() if count >= YEAR - DAY)
        if len(whole) < 2:  # noqa: PLR2004 - several
            return False
        row = next(row for row, stamp in enumerate(stamps_of(self.cells)) if stamp and stamp.date.year == whole[1])
        self.fault(
            row,
            say("the file holds {count} years: {years}", count=len(whole), years=listed([str(year) for year in whole])),
            say("keep the rows of one of them"),
        )
        return True

    def _only_counts(self) -> bool:
        """Refuse 1 … 8760 in one sentence: such a column says neither year nor zone nor where the day begins."""
        if not all(cell.isascii() and cell.isdigit() for cell in self.cells) or stamp_of(self.cells[0]):
            return False
        problem = say("the column counts the hours and says no time")
        remedy = say("{FORMS} in each row; or name the column of times with --time-column", FORMS=FORMS)
        self.fault(0, problem, remedy)
        return True

    def _moments(self, times: Sequence[datetime | None]) -> list[datetime]:
        """Return every time in UTC; those at fault are left out."""
        moments, disagree = [], []
        for row, time in enumerate(times):
            if time is None:
                continue
            moment = self._fixed(row, time) if time.tzinfo is None else time.astimezone(UTC)
            if moment is None:
                continue
            if time.tzinfo is not None and moment.astimezone(self.clock.file).utcoffset() != time.utcoffset():
                disagree.append(row)
            moments.append(moment)
        if disagree:
            self._other_offset(disagree)
        return moments

    def _other_offset(self, rows: Sequence[int]) -> None:
        problem = say(
            "the offset of {count:,} time is not that of --time-zone {file_name}",
            "the offset of {count:,} times is not that of --time-zone {file_name}",
            count=len(rows),
            file_name=shown(self.clock.file_name),
        )
        self.fault(rows[0], problem, say("name the time zone that the file is in"))

    def _fixed(self, row: int, stamp: datetime) -> datetime | None:
        """Return a time without an offset in UTC, unless the clocks change at it."""
        zone = self.clock.file
        local = stamp.replace(tzinfo=zone)
        moment = local.astimezone(UTC)
        if moment.astimezone(zone).replace(tzinfo=None) != stamp:
            problem = say("there is no such hour in {name}: the clocks go forward", name=shown(self.clock.file_name))
        elif local.replace(fold=1).utcoffset() != local.utcoffset():
            problem = say("the hour stands twice in {name}: the clocks go back", name=shown(self.clock.file_name))
        else:
            return moment
        remedy = say(
            "if the file keeps standard time, as weather files do, name it: --time-zone {offset}; else write offsets",
            offset=said(standard_offset(zone, stamp.year)),
        )
        self.fault(row, problem, remedy)
        return None

    def _are_hours(self, moments: Sequence[datetime]) -> bool:
        """Refuse other steps than hours, and hours that begin at another minute than 0 of the scenario's clock."""
        order = sorted(range(len(moments)), key=moments.__getitem__)
        steps = Counter(moments[after] - moments[before] for before, after in pairwise(order))
        steps.pop(NO_OFFSET, None)  # an hour that stands twice has a fault of its own
        if steps and (step := steps.most_common(1)[0][0]) != HOUR:
            problem = say("the steps are {value:g} h long, not 1 h", value=step / HOUR)
            self.fault(order[1], problem, say("average or split them to hours first"))
            return False
        odd = [row for row, moment in enumerate(moments) if (moment + self.clock.scenario).minute or moment.second]
        if odd:
            self._odd(odd)
            return False
        return True

    def _odd(self, rows: Sequence[int]) -> None:
        problem = say("not at minute 0 of the scenario's clock, as are {count:,} rows", count=len(rows))
        remedy = say("write the beginning of each hour; average zones that lie half an hour apart")
        self.fault(rows[0], problem, remedy)

    def _begin(self, year: int, first: datetime) -> tuple[datetime, int]:
        """Return when the file's year begins, and the hours by which the scenario's clock is ahead."""
        begin = datetime(year, 1, 1, tzinfo=self.clock.file)
        offset = begin.utcoffset() or NO_OFFSET
        of_scenario = datetime(year, 1, 1, tzinfo=UTC) - self.clock.scenario
        if first == of_scenario:  # its hours are the scenario's year already, whatever zone they are written in
            return of_scenario, 0
        return begin.astimezone(UTC), int((self.clock.scenario - offset) / HOUR)
