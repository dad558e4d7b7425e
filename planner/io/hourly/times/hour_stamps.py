"""Times of hourly tables as tools write them: one form a file, found from the file as a whole.

A time is year, month, day and hour. Hour 24 is kept as it is written; what it means is said by the whole file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone, tzinfo
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

YEAR_MIN, YEAR_MAX = 1800, 2300
"""Years of a time; others are slips of the pen, and near 1 and 9999 a zone cannot be taken off."""
NO_YEAR: Final = 2000
"""A leap year, in place of one that the file does not say."""
LAST_HOUR: Final = 24
HALF_DAY: Final = 12
SAMPLE: Final = 200
"""Cells that are read to find the form of a whole column."""
CLOCK = r"(?P<H>\d{1,2})(?::(?P<M>\d{2})(?::(?P<S>\d{2})(?:\.0+)?)?)?(?: ?(?P<P>[AaPp])[Mm])?"
ZONE = r"(?: ?(?P<Z>Z|UTC|[+-]\d{2}:?\d{2}))?"
GAP = r"(?: +|T)"
YMD = r"(?P<y>\d{4})(?P<s>[-/.])(?P<m>\d{1,2})(?P=s)(?P<d>\d{1,2})"
COMPACT = r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})"
DMY = r"(?P<d>\d{1,2})(?P<s>[-/.])(?P<m>\d{1,2})(?P=s)(?P<y>\d{4})"
MDY = r"(?P<m>\d{1,2})(?P<s>[-/])(?P<d>\d{1,2})(?P=s)(?P<y>\d{4})"
CHINESE = r"(?P<y>\d{4})年(?P<m>\d{1,2})月(?P<d>\d{1,2})日"
MD = r"(?P<m>\d{1,2})[-/](?P<d>\d{1,2})"
DATES: Final = (YMD, COMPACT, CHINESE, MDY, DMY)
FORMS: Final = tuple(
    re.compile(form, re.ASCII)
    for form in (
        rf"{YMD}(?:{GAP}|:){CLOCK}{ZONE}",
        rf"{COMPACT}[T :_-]?(?P<H>\d{{2}})(?::?(?P<M>\d{{2}})(?::?(?P<S>\d{{2}}))?)?{ZONE}",
        rf"{CHINESE} ?(?P<H>\d{{1,2}})[时時点:](?:(?P<M>\d{{1,2}})分?)?(?:(?P<S>\d{{1,2}})秒)?",
        rf"{MDY}{GAP}{CLOCK}{ZONE}",
        rf"{DMY}{GAP}{CLOCK}{ZONE}",
        rf"{MD} +{CLOCK}",
    )
)
DATE = re.compile("|".join(re.sub(r"\?P<\w>", "", form).replace("(?P=s)", "[-/.]") for form in DATES), re.ASCII)
HOUR_OF_DAY = re.compile(r"\d{1,2}(?::\d{2}(?::\d{2})?)?|\d{3,4}", re.ASCII)
"""An hour in a column of its own: 1, 01:00, 0100."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """A time as it is written; ``hour`` is 0 to 24, ``date`` has no hour yet, ``has_year`` says whether it was said."""

    date: datetime
    hour: int
    minute: int
    second: int
    has_year: bool

    def time(self) -> datetime:
        """Return the moment that is written, 24:00 as the next day's 00:00."""
        return self.date + timedelta(hours=self.hour, minutes=self.minute, seconds=self.second)


def stamps_of(cells: Sequence[str]) -> list[Stamp | None]:
    """Return the time of each cell, all in the form that fits most of them; ``None`` for a cell that is none."""
    form = _form_of(cells)
    return [stamp_of(cell, form) for cell in cells]


def stamp_of(cell: str, form: re.Pattern[str] | None = None) -> Stamp | None:
    """Return a time, in one form or in any."""
    for pattern in FORMS if form is None else (form,):
        found = pattern.fullmatch(cell.strip())
        if found and (stamp := _made(found.groupdict())):
            return stamp
    return None


def is_date(cell: str) -> bool:
    """Return whether a cell is a date without an hour."""
    return DATE.fullmatch(cell.strip()) is not None


def is_hour(cell: str) -> bool:
    """Return whether a cell is an hour of the day without a date."""
    return HOUR_OF_DAY.fullmatch(cell.strip()) is not None


def joined(date: str, hour: str) -> str:
    """Return a date and an hour of the day as one time; 0100 is 01:00."""
    hour = hour.strip()
    if hour.isdigit() and len(hour) > 2:  # noqa: PLR2004 - HMM or HHMM
        hour = f"{hour[:-2].zfill(2)}:{hour[-2:]}"
    elif hour.isdigit():
        hour = f"{hour.zfill(2)}:00"
    return f"{date.strip()} {hour}"


def _form_of(cells: Sequence[str]) -> re.Pattern[str]:
    """Return the form that fits most cells; whether day or month comes first is told by the days after the 12th."""
    sample = cells[:: max(1, len(cells) // SAMPLE)]
    fits = [sum(stamp_of(cell, form) is not None for cell in sample) for form in FORMS]
    return FORMS[fits.index(max(fits))]


def _made(parts: dict[str, str | None]) -> Stamp | None:
    year, month, day, hour, minute, second = (int(parts.get(part) or 0) for part in "ymdHMS")
    has_year = parts.get("y") is not None
    if parts.get("P"):  # 12 AM is midnight, 12 PM noon
        if not 1 <= hour <= HALF_DAY:
            return None
        hour = hour % HALF_DAY + HALF_DAY * (str(parts["P"]) in "Pp")
    try:
        date = datetime(year if has_year else NO_YEAR, month, day)  # noqa: DTZ001 - a zone is said by few
        zone = _zone(parts.get("Z"))
    except ValueError:  # 30 February, +99:99
        return None
    if not YEAR_MIN < date.year < YEAR_MAX or hour > LAST_HOUR or minute > 59 or second > 59:  # noqa: PLR2004 - clocks
        return None
    if hour == LAST_HOUR and (minute or second):
        return None
    return Stamp(date if zone is None else date.replace(tzinfo=zone), hour, minute, second, has_year)


def _zone(text: str | None) -> tzinfo | None:
    if text is None:
        return None
    if text in {"Z", "UTC"}:
        return timezone(timedelta(0))
    return datetime.strptime(text, "%z").tzinfo
