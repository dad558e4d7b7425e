"""Times of a file as beginnings of hours, and years that are none: months of several years, put in one."""

from __future__ import annotations

from calendar import isleap
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Protocol

from planner.io.hourly.times.hour_stamps import LAST_HOUR
from planner.io.hourly.times.year_of_hours import LEAP_YEAR
from planner.io.hourly.times.zones import HOUR, said
from planner.language import Message, Text, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from planner.io.hourly.times.hour_stamps import Stamp

LONGEST_YEAR = timedelta(days=366)
MONTHS = 12
EXAMPLE_YEAR = 2025
"""Of a typical year whose file says no year."""


class Tell(Protocol):
    """Takes a note, or a fault of a row with its remedy."""

    def __call__(self, row: int | None, text: Text, remedy: Text = "") -> None:
        """Keep it."""


def beginnings(stamps: Sequence[Stamp | None], hours_end: bool, tell: Tell) -> list[datetime | None] | None:
    """Return the beginning of each hour, and tell what convention the file's times follow.

    A file with 24:00 and without 00:00 names hours by their ends. One whose times all stand at one other minute
    (NSRDB: 30, PVGIS: 10) gives each hour's value at that minute.
    """
    known = [stamp for stamp in stamps if stamp is not None]
    last = [row for row, stamp in enumerate(stamps) if stamp is not None and stamp.hour == LAST_HOUR]
    zeros = [row for row, stamp in enumerate(stamps) if stamp is not None and not stamp.hour and not stamp.minute]
    if last and zeros:
        problem = say("24:00 stands in a file that has 00:00 as well")
        tell(last[0], problem, say("write hours 0 to 23, or 1 to 24: the end of one day is the beginning of the next"))
        return None
    back = timedelta(0)
    if last or hours_end:
        back = HOUR
        tell(
            None,
            say("the times are the ends of their hours (the file has 24:00 and no 00:00): 24:00 is the hour from 23:00")
            if last
            else say("the times are the ends of their hours, as --hours-end says: 01:00 is the hour from 00:00"),
        )
    minutes = {(stamp.minute, stamp.second) for stamp in known}
    if len(minutes) == 1 and minutes != {(0, 0)} and not back:
        minute, second = minutes.pop()
        back = timedelta(minutes=minute, seconds=second)
        tell(
            None,
            say(
                "every time is at minute {minute} of its hour: its value is taken for the hour in which it lies",
                minute=minute,
            ),
        )
    return [None if stamp is None else stamp.time() - back for stamp in stamps]


def is_typical(times: Sequence[datetime], stamps: Sequence[Stamp | None]) -> bool:
    """Return whether times are months of several years, one year a month, or of no year at all."""
    if any(stamp is not None and not stamp.has_year for stamp in stamps):
        return True
    # An end of the last hour of a month may be written in the year of the next one.
    years = {(time.month, time.year) for time in times if (time + HOUR).month == time.month}
    if len({year for _, year in years}) == 1 or len(years) > MONTHS:
        return False
    local = [time.replace(tzinfo=None) for time in times]
    by_calendar = [(time.month, time.day, time.hour) for time in local]
    in_order = by_calendar[0][:2] == (1, 1) and all(before < after for before, after in pairwise(by_calendar))
    return in_order or max(local) - min(local) > LONGEST_YEAR


def odd_in_their_months(times: Sequence[datetime]) -> list[int]:
    """Return the rows of another year than the rest of their month, where the months are of three years or more."""
    counts = Counter((time.month, time.year) for time in times)
    years = {month: max((count, year) for (of, year), count in counts.items() if of == month)[1] for month, _ in counts}
    if len(set(years.values())) <= 2:  # noqa: PLR2004 - a year on another clock has hours of two
        return []
    return [row for row, time in enumerate(times) if time.year != years[time.month]]


def typical_year(times: Sequence[datetime], has_leap_day: bool, *, has_year: bool) -> int:
    """Return the year that a typical year is taken to be of: the commonest of the file, the latest of them.

    One with 29 February is of a leap year.
    """
    years = Counter(time.year for time in times if isleap(time.year) or not has_leap_day)
    if not has_year:
        return max(years) if has_leap_day else EXAMPLE_YEAR
    return max(years, key=lambda year: (years[year], year))


def hour_of_year(time: datetime, length: int) -> int:
    """Return the hour of a year of so many hours by month, day and hour."""
    year = 2000 if length == LEAP_YEAR else 2001
    return int((datetime(year, time.month, time.day, time.hour, tzinfo=UTC) - datetime(year, 1, 1, tzinfo=UTC)) / HOUR)


def typical_note(times: Sequence[datetime], length: int, standard: timedelta, *, has_year: bool) -> Message:
    """Return what was done to the months of several years."""
    years = sorted({time.year for time in times})
    months = (
        say("the months are of {count} years ({first} to {last})", count=len(years), first=years[0], last=years[-1])
        if has_year
        else say("the times say no year")
    )
    leap = say("with 29 February") if length == LEAP_YEAR else say("without 29 February")
    return say(
        "{months}: a typical year, taken as one year of {length:,} hours in the order of the months, {leap}; "
        "its clock is standard time all through, {offset}",
        months=months,
        length=length,
        leap=leap,
        offset=said(standard),
    )
