"""Time zones as people name them: ``Asia/Shanghai``, ``UTC``, ``+08:00``."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, available_timezones

from planner.errors import UsageError, shown
from planner.faults import nearest
from planner.language import Text, say

OFFSET = re.compile(r"([+-])([01]\d|2[0-3]):([0-5]\d)", re.ASCII)
HOUR = timedelta(hours=1)
BEIJING = "Asia/Shanghai"
BEIJING_TIME = timedelta(hours=8)
SUMMER_TIME_OF_CHINA = range(1986, 1992)
DAYS = 367
"""One more than a leap year has, so that zones east and west of Greenwich are covered."""


def zone_of(name: str, option: str) -> tzinfo:
    """Return the zone of a name, or of a fixed offset such as ``+08:00``."""
    if found := OFFSET.fullmatch(name):
        offset = timedelta(hours=int(found[2]), minutes=int(found[3]))
        return timezone(offset if found[1] == "+" else -offset, name)
    known = available_timezones()
    if name not in known:  # asked first, because ZoneInfo takes a name for a path
        raise UsageError(
            say(
                "{option} {name}: no such time zone ({nearest}); an IANA name such as Asia/Shanghai, UTC, or "
                "a fixed offset such as +08:00",
                option=option,
                name=shown(name),
                nearest=nearest(name, known),
            )
        )
    return ZoneInfo(name)


def fixed_offset(zone: tzinfo, year: int, option: str, name: str) -> timedelta:
    """Return the offset from UTC that a zone keeps all through a year."""
    begin = datetime(year, 1, 1, tzinfo=UTC) - timedelta(days=1)
    found = {(begin + day * timedelta(days=1)).astimezone(zone).utcoffset() for day in range(DAYS + 1)}
    if len(found) > 1:
        raise UsageError(
            say(
                "{option} {name}: the clocks change there in {year}, and a day of the plan has 24 hours; "
                "name its standard time as a fixed offset, such as +08:00",
                option=option,
                name=shown(name),
                year=year,
            )
        )
    return found.pop() or timedelta(0)


def said(offset: timedelta) -> str:
    """Return an offset as it stands behind a time: ``+08:00``."""
    minutes = int(offset.total_seconds() // 60)
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


def standard_offset(zone: tzinfo, year: int) -> timedelta:
    """Return the offset from UTC of a zone's standard time at the beginning of a year."""
    day = datetime(year, 1, 2, tzinfo=UTC).astimezone(zone)
    return (day.utcoffset() or timedelta(0)) - (day.dst() or timedelta(0))


def scenario_offset(name: str, year: int, option: str) -> tuple[timedelta, Text]:
    """Return the offset that a plan keeps all through a year, and a note where it had to be chosen.

    China had summer time from 1986 to 1991; the plan of such a year keeps Beijing's standard time.
    """
    zone = zone_of(name, option)
    if name == BEIJING and year in SUMMER_TIME_OF_CHINA:
        note = say(
            "{name} had summer time in {year}; the scenario keeps its standard time, {offset}",
            name=name,
            year=year,
            offset=said(BEIJING_TIME),
        )
        return BEIJING_TIME, note
    return fixed_offset(zone, year, option, name), ""
