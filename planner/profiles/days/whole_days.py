"""The timesteps of a scenario as whole days of equal steps, or what keeps them from being that."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from planner.errors import InvalidInputError
from planner.language import Text, say

if TYPE_CHECKING:
    from collections.abc import Iterable

    from planner.scenario.scenario import Scenario

TIMESTEP = "timestep"
DAY = 24.0
"""[h]"""
TOLERANCE = 1e-9
REMEDY = say("representative days are chosen from whole days of equal steps, such as 8,760 hours")


@dataclass(frozen=True)
class WholeDays:
    """The days of a year.

    Attributes
    ----------
    steps
        All timesteps in the order in which they chain, day after day.
    size
        Timesteps a day.
    weight
        [h/a] of each timestep.
    names
        Of the days, in their order: ``03-14``, the whole date where a year is not enough, ``day 073`` without dates.
    clock
        Of the timesteps of a day: ``07``, or ``0715`` where they are shorter than an hour.
    """

    steps: tuple[str, ...]
    size: int
    weight: float
    names: list[str]
    clock: list[str]

    def places(self, steps: Iterable[str]) -> npt.NDArray[np.int64]:
        """Return the place of each timestep in the year, -1 for one that there is not."""
        place = {step: number for number, step in enumerate(self.steps)}
        return np.fromiter((place.get(step, -1) for step in steps), dtype=np.int64)

    def of_days(self, values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return values by timestep as (days, timesteps a day)."""
        return values.reshape(-1, self.size)


def whole_days(scenario: Scenario) -> WholeDays:
    """Return the days of a scenario."""
    steps = scenario.sets[TIMESTEP]
    if not (scenario.is_given("time") or scenario.is_given("position")):
        raise _error(
            scenario, "time", None, say("the timesteps stand in no order"), say("give the column time, or position")
        )
    length = _one_number(scenario, "timestep_duration", say("h long"))
    weight = _one_number(scenario, "timestep_weight", say("h/a in weight"))
    size = round(DAY / length)
    if size < 1 or abs(size * length - DAY) > TOLERANCE:
        raise _error(
            scenario,
            "timestep_duration",
            None,
            say("steps of {length:g} h do not make a day of 24 h", length=length),
            REMEDY,
        )
    periods = scenario.series("period").reindex(pd.Index(steps)).fillna("")
    for period, count in periods.value_counts(sort=False).items():
        if count % size:
            where = say("the period {period} has", period=period) if period else say("there are")
            raise _error(
                scenario,
                "period",
                None,
                say("{where} {count} steps, which are no whole days of {size}", where=where, count=count, size=size),
                REMEDY,
            )
    names = _dates(scenario, steps, size, length)
    if not names:
        days = len(steps) // size
        names = [f"day {number:0{len(str(days))}d}" for number in range(1, days + 1)]
    minutes = [round(60 * length * place) for place in range(size)]
    is_hourly = all(minute % 60 == 0 for minute in minutes)
    clock = [f"{minute // 60:02d}" + ("" if is_hourly else f"{minute % 60:02d}") for minute in minutes]
    return WholeDays(steps, size, weight, names, clock)


def _one_number(scenario: Scenario, name: str, what: Text) -> float:
    """Return what is the same for every timestep."""
    values = scenario.series(name)
    missing = pd.Index(scenario.sets[TIMESTEP]).difference(values.index)
    if len(missing):
        raise _error(scenario, name, (str(missing[0]),), say("it is missing"), say("give it for every timestep"))
    first = float(values.iloc[0])
    other = values.index[(values - first).abs() > TOLERANCE * first]
    if len(other):
        problem = say(
            "one step is {first:g} {what}, another {values:g}", first=first, what=what, values=values[other[0]]
        )
        raise _error(scenario, name, (str(other[0]),), problem, REMEDY)
    return first


def _dates(scenario: Scenario, steps: tuple[str, ...], size: int, length: float) -> list[str]:
    """Return the dates of the days, none where the steps have only positions; clocks are local, as they are written."""
    times = scenario.given.get("time")
    if not isinstance(times, pd.Series):
        return []
    clocks = [datetime.fromisoformat(str(times[step])).replace(tzinfo=None) for step in steps]
    for number, step in enumerate(steps):
        midnight = clocks[number - number % size]
        expected = midnight + (number % size) * timedelta(hours=length)
        if (midnight.hour, midnight.minute, midnight.second) != (0, 0, 0):
            problem = say("the day begins at {midnight:%H:%M}, and days are cut at midnight", midnight=midnight)
            remedy = say("shift the table so that its first step is 00:00 local time")
            raise _error(scenario, "time", (step,), problem, remedy)
        if clocks[number] != expected:
            problem = say("{expected:%Y-%m-%d %H:%M} would follow the step before", expected=expected)
            raise _error(scenario, "time", (step,), problem, say("give every step of every day once, without gaps"))
    dates = [clock.date() for clock in clocks[::size]]
    short = [f"{date:%m-%d}" for date in dates]
    names = short if len(set(short)) == len(short) else [date.isoformat() for date in dates]
    twice = next((place for place, name in enumerate(names) if Counter(names)[name] > 1), None)
    if twice is not None:
        problem = say("the day {names} stands twice, in two periods", names=names[twice])
        raise _error(scenario, "time", (steps[twice * size],), problem, say("keep one of them, or give positions only"))
    return names


def _error(
    scenario: Scenario, name: str, key: tuple[str, ...] | None, problem: Text, remedy: Text
) -> InvalidInputError:
    return InvalidInputError([scenario.fault(name, key, problem, remedy)])
