"""The column of times of an hourly table, put together where a file has year, month, day and hour apart."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from planner.errors import UsageError, shown
from planner.faults import nearest
from planner.io.hourly.times.hour_stamps import is_date, is_hour, joined, stamp_of
from planner.language import say

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from planner.faults import Gathering
    from planner.io.files.tables import Table

PARTS: Final = {
    "year": {"year", "yyyy", "yr", "年", "年份"},
    "month": {"month", "mon", "mo", "月", "月份"},
    "day": {"day", "dd", "dy", "日", "日期"},
    "hour": {"hour", "hr", "hh", "时", "小时", "时刻"},
    "minute": {"minute", "min", "分", "分钟"},
}
UNIT = re.compile(r"\s*[(\[（].*$")
"""The rest of a heading after its name: a unit, or the form of its cells."""
DAY: Final = 24
UTC = re.compile(r"\b(utc|gmt)\b|世界时", re.IGNORECASE)


def time_column_of(table: Table, name: str | None, gathering: Gathering) -> str:
    """Return the column of times: the one that is named, else the first that holds times, else the first.

    Where year, month, day and hour, or a date and an hour, stand in columns of their own, one column takes their place,
    and a note says so.
    """
    if name is not None and name not in table.columns:
        raise UsageError(
            say(
                "--time-column {name}: no such column ({nearest})",
                name=shown(name),
                nearest=nearest(name, table.columns, say("columns")),
            )
        )
    names = list(table.columns)
    first = {column: next((cell for cell in cells if cell), "") for column, cells in table.columns.items()}
    whole = [column for column in names if _says_a_time(first[column])]
    if name is None and whole:
        if whole[0] != names[0]:
            gathering.note(say("the times are column {column}", column=shown(whole[0])))
        return whole[0]
    if name is not None and stamp_of(first[name]):
        return name
    parts = _parts_of(names)
    if name is None and {"month", "day", "hour"} <= set(parts):
        return _put_together(table, list(parts.values()), _of_parts(parts), gathering)
    pair = _date_and_hour(table, names if name is None else names[names.index(name) :])
    if pair is not None:
        return _put_together(table, list(pair), joined, gathering)
    return name or names[0]


def zone_in_name(column: str) -> bool:
    """Return whether a column's name says that its times are UTC."""
    return UTC.search(column) is not None


def is_row_of_times(cells: Sequence[str]) -> bool:
    """Return whether a row of text holds a time: whole, as a date and an hour, or as year, month, day and hour."""
    if any(_says_a_time(cell) for cell in cells):
        return True
    if any(is_date(a) and is_hour(b) for a, b in pairwise(cells)):
        return True
    return any(
        _says_a_time(f"{y}-{m}-{d} {h}") for y, m, d, h in zip(cells, cells[1:], cells[2:], cells[3:], strict=False)
    )


def _says_a_time(cell: str) -> bool:
    """Return whether a cell is a time; ten digits may be any number, and are one only after a look at the others."""
    return stamp_of(cell) is not None


def _parts_of(names: Sequence[str]) -> dict[str, str]:
    """Return the columns of year, month, day, hour and minute by what they are."""
    found: dict[str, str] = {}
    for column in names:
        word = UNIT.sub("", column).strip().casefold()
        part = next((part for part, words in PARTS.items() if word in words), None)
        if part is not None:
            found.setdefault(part, column)
    return {part: found[part] for part in PARTS if part in found}


def _of_parts(parts: dict[str, str]) -> Callable[..., str]:
    """Return what makes a time of the cells of one row."""
    kinds = list(parts)

    def time(*cells: str) -> str:
        said = dict(zip(kinds, cells, strict=True))
        day = f"{said['month'].strip()}-{said['day'].strip()}"
        hour = said["hour"].strip()
        clock = joined("", hour).strip() if "minute" not in said else f"{hour}:{said['minute'].strip().zfill(2)}"
        return f"{said['year'].strip()}-{day} {clock}" if "year" in said else f"{day} {clock}"

    return time


def _date_and_hour(table: Table, names: Sequence[str]) -> tuple[str, str] | None:
    """Return a column of dates and the one beside it of hours: one that passes through the day, as numbers do not."""
    for date, hour in pairwise(names):
        day = table.columns[hour][:DAY]
        if is_date(table.columns[date][0]) and all(map(is_hour, day)) and len(set(day)) == len(day):
            return date, hour
    return None


def _put_together(table: Table, columns: list[str], time: Callable[..., str], gathering: Gathering) -> str:
    """Replace columns by one of times, in front; return its name."""
    name = " + ".join(columns)
    cells = [time(*row) for row in zip(*(table.columns[column] for column in columns), strict=True)]
    origins = table.origins[columns[0]]
    for column in columns:
        del table.columns[column], table.origins[column]
    table.columns = {name: cells, **table.columns}
    table.origins = {name: origins, **table.origins}
    gathering.note(say("the times are put together from {name}", name=shown(name)))
    return name
