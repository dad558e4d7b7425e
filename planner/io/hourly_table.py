"""An hourly table of one year, strictly read: a column of times, and one column a place.

Every row is put at its hour of the year in the file's own time zone. No hour is guessed, filled or averaged.
"""

from __future__ import annotations

import re
from calendar import isleap
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import groupby, pairwise
from typing import TYPE_CHECKING

from planner.errors import Fault, UsageError, reason, shown
from planner.io.gathering import Gathering, nearest
from planner.io.tables import Table, read_csv
from planner.io.year_of_hours import DAY, LEAP_DAY, LEAP_YEAR, YEAR, Clock, HourlyTable, hour_name
from planner.io.zones import HOUR
from planner.language import one_or_many, say

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

STAMP = re.compile(
    r"(\d{4})([-/])(\d{1,2})\2(\d{1,2})[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:\.0+)?)? ?(Z|[+-]\d{2}:?\d{2})?", re.ASCII
)
FORMS = say(
    "write year, month, day and hour, such as 2025-01-31 13:00 or 2025-01-31T13:00+08:00",
    "写出年月日时，如 2025-01-31 13:00 或 2025-01-31T13:00+08:00",
)
YEAR_MIN, YEAR_MAX = 1800, 2300
"""Years of a time; others are slips of the pen, and near 1 and 9999 a zone cannot be taken off."""
TABLE = "hourly table"
NO_OFFSET = timedelta(0)


def read_columns(path: Path, gathering: Gathering) -> Table | None:
    """Return a CSV file as text, or ``None`` and faults."""
    file = str(path)
    if path.suffix.casefold() != ".csv":
        remedy = say(
            "save the table as CSV UTF-8, one column of times and one column a place",
            "将表存为 CSV UTF-8，一列时刻，每个地点一列",
        )
        gathering.add(Fault(file, say("not a CSV file", "不是 CSV 文件"), remedy=remedy), TABLE)
        return None
    try:
        if not path.is_file():
            raise FileNotFoundError(None, say("there is no such file", "没有这个文件"))
        data = path.read_bytes()
    except (OSError, ValueError) as error:
        problem = shown(reason(error))
        gathering.add(
            Fault(
                file,
                say("the file cannot be read: {problem}", "文件无法读取：{problem}", problem=problem),
                remedy=say("name a CSV file", "请给出 CSV 文件"),
            ),
            TABLE,
        )
        return None
    table = read_csv(data, file, TABLE, gathering)
    if table is not None and not table.size:
        gathering.add(
            Fault(
                file,
                say("the table has no rows", "表中没有行"),
                remedy=say("a year has 8,760 hours, a leap year 8,784", "全年 8,760 小时，闰年 8,784 小时"),
            ),
            TABLE,
        )
        return None
    return table


def time_column_of(table: Table, name: str | None) -> str:
    """Return the column of times: the one that is named, else the first.

    Raises
    ------
    UsageError
        No such column.
    """
    if name is None:
        return next(iter(table.columns))
    if name not in table.columns:
        raise UsageError(
            say(
                "--time-column {name}: no such column ({nearest})",
                "--time-column {name}：没有这一列（{nearest}）",
                name=shown(name),
                nearest=nearest(name, table.columns, say("columns", "列")),
            )
        )
    return name


def likely_year(table: Table, column: str) -> int | None:
    """Return the year in the middle of the file, for the scenario's offset to be looked up; ``None`` without a time."""
    stamp = _stamp(table.columns[column][table.size // 2])
    return None if stamp is None else stamp.year


def year_of(table: Table, column: str, clock: Clock, gathering: Gathering) -> HourlyTable | None:
    """Put every row at its hour of the year.

    Parameters
    ----------
    column
        The column of times.

    Returns
    -------
    HourlyTable or None
        ``None`` after faults: no times, other steps than hours, hours missing, doubled or of another year.
    """
    return _Times(table, column, clock, gathering).year()


class _Times:
    """The times of one file on their way to hours of the year."""

    def __init__(self, table: Table, column: str, clock: Clock, gathering: Gathering) -> None:
        self.table = table
        self.column = column
        self.cells = table.columns[column]
        self.clock = clock
        self.gathering = gathering

    def year(self) -> HourlyTable | None:
        found = len(self.gathering.faults)
        if self._only_counts():
            return None
        moments = self._moments()
        if len(self.gathering.faults) > found or not self._are_hours(moments):
            return None
        years = Counter(moment.astimezone(self.clock.file).year for moment in moments)
        year = years.most_common(1)[0][0]
        begin, shift = self._begin(year, min(moments))
        hours = [int((moment - begin) / HOUR) for moment in moments]
        length = LEAP_YEAR if isleap(year) else YEAR
        if length == LEAP_YEAR and not set(hours) & set(LEAP_DAY):
            length = YEAR
            hours = [hour if hour < LEAP_DAY.start else hour - DAY for hour in hours]
        rows = self._one_row_an_hour(hours, year, length)
        if rows is None:
            return None
        return HourlyTable(self.table, self.column, rows, year, shift)

    def _only_counts(self) -> bool:
        """Refuse 1 … 8760 in one sentence: such a column says neither year nor zone nor where the day begins."""
        if not all(cell.isascii() and cell.isdigit() for cell in self.cells):
            return False
        problem = say("the column counts the hours and says no time", "该列只是小时序号，没有时刻")
        remedy = say(
            "{FORMS} in each row; or name the column of times with --time-column",
            "每行{FORMS}；或以 --time-column 指定时刻列",
            FORMS=FORMS,
        )
        self._fault(0, problem, remedy)
        return True

    def _moments(self) -> list[datetime]:
        """Return every time in UTC; those at fault are left out."""
        moments, disagree = [], []
        for row, cell in enumerate(self.cells):
            stamp = _stamp(cell)
            if stamp is None:
                self._fault(
                    row, say("not a time", "不是时刻") if cell else say("the time is missing", "缺少时刻"), FORMS
                )
                continue
            moment = self._fixed(row, stamp) if stamp.tzinfo is None else stamp.astimezone(UTC)
            if moment is None:
                continue
            if stamp.tzinfo is not None and moment.astimezone(self.clock.file).utcoffset() != stamp.utcoffset():
                disagree.append(row)
            moments.append(moment)
        if disagree:
            problem = say(
                "the offset of {count} is not that of --time-zone {file_name}",
                "{count}的时差与 --time-zone {file_name} 不符",
                count=_count(disagree, "time"),
                file_name=shown(self.clock.file_name),
            )
            self._fault(disagree[0], problem, say("name the time zone that the file is in", "请给出文件所用的时区"))
        return moments

    def _fixed(self, row: int, stamp: datetime) -> datetime | None:
        """Return a time without an offset in UTC, unless the clocks change at it."""
        zone, name = self.clock.file, shown(self.clock.file_name)
        moment = stamp.replace(tzinfo=zone).astimezone(UTC)
        if moment.astimezone(zone).replace(tzinfo=None) != stamp:
            problem = say(
                "there is no such hour in {name}: the clocks go forward", "{name} 没有这一小时：时钟拨快", name=name
            )
        elif stamp.replace(tzinfo=zone, fold=1).utcoffset() != stamp.replace(tzinfo=zone).utcoffset():
            problem = say(
                "the hour stands twice in {name}: the clocks go back", "{name} 中这一小时出现两次：时钟拨慢", name=name
            )
        else:
            return moment
        remedy = say(
            "if the file keeps standard time, name that with --time-zone, such as +01:00; else write offsets",
            "若文件用标准时间，请以 --time-zone 给出，如 +01:00；否则请写出时差",
        )
        self._fault(row, problem, remedy)
        return None

    def _are_hours(self, moments: Sequence[datetime]) -> bool:
        """Refuse other steps than hours, and hours that begin at another minute than 0 of the scenario's clock."""
        order = sorted(range(len(moments)), key=moments.__getitem__)
        steps = Counter(moments[after] - moments[before] for before, after in pairwise(order))
        steps.pop(NO_OFFSET, None)  # an hour that stands twice has a fault of its own
        if steps and (step := steps.most_common(1)[0][0]) != HOUR:
            problem = say("the steps are {value:g} h long, not 1 h", "时段长 {value:g} h，不是 1 h", value=step / HOUR)
            self._fault(order[1], problem, say("average or split them to hours first", "先平均或拆分为小时"))
            return False
        odd = [row for row, moment in enumerate(moments) if (moment + self.clock.scenario).minute or moment.second]
        if odd:
            problem = say(
                "not at minute 0 of the scenario's clock, as are {count:,} rows",
                "不在情景时钟的整点，共 {count:,} 行如此",
                count=len(odd),
            )
            self._fault(
                odd[0],
                problem,
                say(
                    "write the beginning of each hour; average zones that lie half an hour apart",
                    "写出每小时的起点；时区相差半小时的请先平均",
                ),
            )
            return False
        return True

    def _begin(self, year: int, first: datetime) -> tuple[datetime, int]:
        """Return when the file's year begins, and the hours by which the scenario's clock is ahead."""
        begin = datetime(year, 1, 1, tzinfo=self.clock.file)
        offset = begin.utcoffset() or NO_OFFSET
        of_scenario = datetime(year, 1, 1, tzinfo=UTC) - self.clock.scenario
        if first == of_scenario:  # its hours are the scenario's year already, whatever zone they are written in
            return of_scenario, 0
        return begin.astimezone(UTC), int((self.clock.scenario - offset) / HOUR)

    def _one_row_an_hour(self, hours: Sequence[int], year: int, length: int) -> tuple[int, ...] | None:
        found = len(self.gathering.faults)
        of_hour: dict[int, int] = {}
        outside = []
        for row, hour in enumerate(hours):
            if not 0 <= hour < length:
                outside.append(row)
            elif hour in of_hour:
                first = self.gathering.places.row(self.table.origins[self.column][of_hour[hour]])
                self._fault(
                    row,
                    say(
                        "the hour stands twice, first in row {first}",
                        "这一小时出现两次，首次在第 {first} 行",
                        first=first,
                    ),
                    say("keep one row", "只保留一行"),
                )
            else:
                of_hour[hour] = row
        if outside:
            problem = say(
                "{count} outside {year} in {file_name}",
                "{count}不在 {file_name} 的 {year} 年内",
                count=_count(outside, "hour"),
                year=year,
                file_name=shown(self.clock.file_name),
            )
            remedy = say(
                "a file holds one calendar year; where its times end the hours, write their beginnings",
                "一个文件为一个日历年；若时刻为小时末，请改写为小时初",
            )
            self._fault(outside[0], problem, remedy)
        self._missing(of_hour, year, length)
        if len(self.gathering.faults) > found:
            return None
        return tuple(of_hour[hour] for hour in range(length))

    def _missing(self, of_hour: dict[int, int], year: int, length: int) -> None:
        """Keep one fault for each run of hours that no row gives, at the row before it."""
        for run in _runs(hour for hour in range(length) if hour not in of_hour):
            first, last = (hour_name(hour, year, length) for hour in (run[0], run[-1]))
            times = first if len(run) == 1 else say("{first} to {last}", "{first} 至 {last}", first=first, last=last)
            are = one_or_many(len(run), "hour is", "hours are")
            problem = say(
                "{count} {are} missing: {times}", "缺少 {count} 小时：{times}", count=len(run), are=are, times=times
            )
            remedy = say(
                "the year has {length:,} hours, the file {size:,} rows",
                "全年有 {length:,} 小时，文件有 {size:,} 行",
                length=length,
                size=self.table.size,
            )
            before = of_hour.get(run[0] - 1)
            if before is None:
                self.gathering.add(Fault(self.table.files[0], problem, 2, self.column, None, remedy), TABLE)
            else:
                self._fault(before, say("after this row {problem}", "此行之后{problem}", problem=problem), remedy)

    def _fault(self, row: int, problem: str, remedy: str) -> None:
        code = self.table.origins[self.column][row]
        self.gathering.at(code, self.column, self.cells[row], problem, remedy, TABLE)


def _stamp(cell: str) -> datetime | None:
    """Return a time, with its offset where it has one."""
    found = STAMP.fullmatch(cell)
    if found is None:
        return None
    try:
        stamp = datetime(*(int(found[part] or 0) for part in (1, 3, 4, 5, 6, 7)))  # type: ignore[arg-type]  # noqa: DTZ001 - no zone is said
        if not YEAR_MIN < stamp.year < YEAR_MAX:
            return None
        return stamp if found[8] is None else stamp.replace(tzinfo=datetime.strptime(found[8], "%z").tzinfo)
    except ValueError:  # 30 February, 24:00, +99:99
        return None


def _count(rows: Sequence[int], word: str) -> str:
    return f"{len(rows):,} {word}{'s' if len(rows) > 1 else ''}"


def _runs(hours: Iterable[int]) -> list[list[int]]:
    return [
        [hour for _, hour in run]
        for _, run in groupby(enumerate(hours), key=lambda numbered: numbered[1] - numbered[0])
    ]
