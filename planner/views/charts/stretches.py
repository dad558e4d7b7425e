"""Which hours a dispatch chart shows: seven days of a year, or representative periods side by side."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

import numpy as np

from planner.language import Message, Named, Text, join, say
from planner.views.charts.text import name_day, name_weekday
from planner.views.page.errors import DrawingError
from planner.views.page.scales import format_number

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt
    import pandas as pd

    from planner.views.charts.hours import Hours

WEEK: Final = 7 * 24.0
DAY: Final = 24.0
PERIODS_MAX: Final = 24
TINY: Final = 1e-6
GAP_SHARE: Final = 0.12
"""Gap between two representative periods, as a share of their mean length."""


@dataclass(frozen=True)
class Stretch:
    """Timesteps that follow one another.

    Attributes
    ----------
    steps
        Their places in the table of hours, in order.
    edges
        Where each begins, and where the last ends [h on the axis], (steps + 1,).
    labels
        What is written below, and where [h on the axis].
    """

    steps: Sequence[int]
    edges: npt.NDArray[np.float64]
    labels: tuple[tuple[float, Text], ...]


@dataclass(frozen=True)
class Choice:
    """What is drawn, and in words why."""

    stretches: tuple[Stretch, ...]
    words: Message


def choose_stretches(hours: Hours, start: str | None) -> Choice:
    """Return what to draw."""
    periods = list(dict.fromkeys(hours.period))
    if len(periods) > 1:
        if start is not None:
            raise DrawingError(say("representative periods are drawn all together: leave the first day out"))
        return _side_by_side(hours, periods)
    begins = np.concatenate([[0.0], np.cumsum(hours.power["duration"].to_numpy(float))])
    times = _times(hours)
    if begins[-1] <= WEEK and start is None:
        words = say("all {count} timesteps", count=len(hours.power))
        return Choice((_stretch(hours, 0, len(hours.power), times),), words)
    first, why = _telling_start(hours, begins) if start is None else (_given_start(times, start), None)
    last = int(np.searchsorted(begins, begins[first] + WEEK - 1e-9))
    if last > len(hours.power):
        raise DrawingError(say("first day {start}: fewer than seven days follow in the plan", start=start))
    span = _span(times, begins, first, last)
    words = say("{span}: {why}", span=span, why=why) if why else span
    return Choice((_stretch(hours, first, last, times),), words)


def _times(hours: Hours) -> list[datetime]:
    """Return the start of every timestep in its own clock; none where any is not known."""
    if (hours.time == "").any():
        return []
    return [datetime.fromisoformat(text).replace(tzinfo=None) for text in hours.time]


def _given_start(times: Sequence[datetime], start: str) -> int:
    if not times:
        raise DrawingError(
            say("first day {start!r}: the timesteps of this plan have no time; leave it out", start=start[:40])
        )
    try:
        day = datetime.strptime(start, "%Y-%m-%d")  # noqa: DTZ007 - a day on the plan's own clock
    except ValueError:
        raise DrawingError(
            say("first day {start!r} is no day: write it like {times:%Y-%m-%d}", start=start[:40], times=times[0])
        ) from None
    for place, moment in enumerate(times):
        if moment >= day:
            if moment.date() == day.date():
                return place
            break
    raise DrawingError(
        say(
            "first day {start} is not in the plan, which runs from {times:%Y-%m-%d} to {times_2:%Y-%m-%d}",
            start=start,
            times=times[0],
            times_2=times[-1],
        )
    )


def _telling_start(hours: Hours, begins: npt.NDArray[np.float64]) -> tuple[int, Message]:
    """Return the place where the seven days begin that have most to tell, and why they were chosen."""
    power = hours.power
    length = power["duration"].to_numpy(float)
    starts = [int(np.searchsorted(begins, day - 1e-9)) for day in np.arange(0.0, begins[-1] - WEEK + 1e-6, DAY)]
    ends = [int(np.searchsorted(begins, begins[place] + WEEK - 1e-9)) for place in starts]

    def over(values: pd.Series) -> npt.NDArray[np.float64]:
        sums = np.concatenate([[0.0], np.cumsum(values.to_numpy(float) * length)])
        return np.array([sums[end] - sums[place] for place, end in zip(starts, ends, strict=True)])

    share = over(power["green_used"]) / np.maximum(over(power["load"]), TINY)
    if share.max() - share.min() > TINY:
        return starts[int(np.argmin(share))], say("the seven days with the least green share")
    waiting = over(power["waiting"])
    if waiting.max() > 0:
        return starts[int(np.argmax(waiting))], say("the seven days in which most work waits")
    return 0, say("the first seven days")


def _span(times: Sequence[datetime], begins: npt.NDArray[np.float64], first: int, last: int) -> Message:
    """Return from when to when; English names the year of the last day, Chinese that of the first."""
    if not times:
        return say("hour {first} to hour {last}", first=format_number(begins[first]), last=format_number(begins[last]))
    begin, end = times[first], times[first] + timedelta(hours=WEEK) - timedelta(seconds=1)
    year = Named(str(end.year), str(begin.year))
    return say("{first} to {last} {year}", first=name_day(begin), last=name_day(end), year=year)


def _stretch(hours: Hours, first: int, last: int, times: Sequence[datetime]) -> Stretch:
    """Return one stretch from hour 0, a label at every day."""
    length = hours.power["duration"].to_numpy(float)[first:last]
    edges = np.concatenate([[0.0], np.cumsum(length)])
    labels: list[tuple[float, Text]] = []
    if times and edges[-1] >= DAY:
        begin = times[first]
        midnight = datetime(begin.year, begin.month, begin.day)  # noqa: DTZ001 - the plan's own clock
        for number in range(int(edges[-1] // DAY) + 1):
            day = midnight + timedelta(days=number)
            middle = (day - begin).total_seconds() / 3600 + DAY / 2
            if 0 < middle < edges[-1]:
                labels.append((middle, name_weekday(day)))
    else:
        pace = max(1.0, round(edges[-1] / 8 / 6) * 6.0) if edges[-1] > DAY else max(1.0, edges[-1] // 8)
        labels = [(place, f"{format_number(place)} h") for place in np.arange(0.0, edges[-1] + 1e-9, pace)]
    return Stretch(range(first, last), edges, tuple(labels))


def _side_by_side(hours: Hours, periods: Sequence[str]) -> Choice:
    """Return the representative periods with gaps between, each with its name and the days that it stands for."""
    weight = hours.power["weight"].groupby(hours.period.to_numpy()).sum()
    words = say(
        "{count} representative periods, no sequence: below each, its name and the days it stands for",
        count=len(periods),
    )
    shown = list(periods)
    if len(periods) > PERIODS_MAX:
        largest = set(weight.sort_values(ascending=False, kind="stable").index[:PERIODS_MAX])
        shown = [name for name in periods if name in largest]
        words = say(
            "{count} of {total} representative periods, those that stand for most hours; they are no sequence",
            count=len(shown),
            total=len(periods),
        )
    of = hours.period.to_numpy()
    length = hours.power["duration"].to_numpy(float)
    gap = GAP_SHARE * length[np.isin(of, shown)].sum() / len(shown)
    begin, stretches = 0.0, []
    for name in shown:
        places = np.flatnonzero(of == name)
        edges = begin + np.concatenate([[0.0], np.cumsum(length[places])])
        days = say("{days} d", days=format_number(float(weight[name]) / DAY))
        middle = float(edges[0] + edges[-1]) / 2
        stretches.append(Stretch(places.tolist(), edges, ((middle, join([name or "–", days], "\n")),)))
        begin = float(edges[-1]) + gap
    return Choice(tuple(stretches), words)
