"""Numbers far from what they usually are: read, and named, with the unit in which they were likely typed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planner.errors import Fault
from planner.io.read.cells import UNIT_WORDS
from planner.language import Message, join, say
from planner.scenario.plausible import Plausible

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from planner.scenario.parameter import Parameter
    from planner.scenario.scenario import Scenario

COLUMNS_SHOWN_MAX = 12
"""Columns of which a scenario's notes name a number; of more the count is told."""


@dataclass(frozen=True)
class Unusual:
    """The numbers of one parameter that lie outside its usual range."""

    parameter: str  # its key, such as grid_power_price
    count: int
    sentence: Message  # the first of them with its place, what is usual, and what was likely meant


def unusual_in(scenario: Scenario) -> Iterator[Unusual]:
    """Yield, for every parameter with numbers far from what is usual, the first of these and how many there are."""
    for key, given in scenario.given.items():
        parameter = scenario.declarations.parameters[key]
        usual = parameter.plausible
        if not parameter.is_numeric or not isinstance(usual, Plausible):
            continue
        values = np.asarray(given, dtype=float).reshape(-1)
        odd = np.flatnonzero(_is_odd(usual, values))
        if not odd.size:
            continue
        first = int(odd[0])
        member = _member(given.index[first]) if isinstance(given, pd.Series) else None
        yield Unusual(key, int(odd.size), _sentence(scenario, parameter, usual, member, float(values[first]), odd.size))


def notes_of(found: tuple[Unusual, ...]) -> Iterator[Message]:
    """Yield a note for each of the first parameters with unusual numbers, and one for the rest."""
    yield from (each.sentence for each in found[:COLUMNS_SHOWN_MAX])
    rest = found[COLUMNS_SHOWN_MAX:]
    if rest:
        yield say(
            "unusual numbers in {count} more columns: {names}",
            count=len(rest),
            names=join(each.parameter for each in rest),
        )


def usual_words(parameter: Parameter, *, with_unit: bool = True) -> Message | None:
    """Return a parameter's usual range in words, such as ``5 to 3000 CNY/MWh``; ``None`` where it has none."""
    usual = parameter.plausible
    if not isinstance(usual, Plausible):
        return None
    shown = with_unit and parameter.unit not in {"", "1"}
    unit = " " + UNIT_WORDS.get(parameter.unit, parameter.unit) if shown else ""
    low, high = (f"{value:g}" for value in (usual.low, usual.high))
    return say("{low} to {high}{unit}", low=low, high=high, unit=unit)


def _is_odd(usual: Plausible, values: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Return which values are not usual, as ``Plausible.holds`` judges one."""
    if usual.low < 0:
        return np.asarray((values < usual.low) | (values > usual.high))
    size = np.abs(values)
    return np.asarray((values != 0) & ((size < usual.low) | (size > usual.high)))


def _member(label: object) -> tuple[str, ...]:
    return tuple(map(str, label)) if isinstance(label, tuple) else (str(label),)


def _sentence(  # noqa: PLR0917 - what the sentence tells, in its order
    scenario: Scenario, parameter: Parameter, usual: Plausible, member: tuple[str, ...] | None, value: float, count: int
) -> Message:
    problem = say("an unusual value, most are {usual}", usual=usual_words(parameter))
    place = scenario.fault(parameter.key, member, problem)
    if place.value is None:
        place = Fault(place.file, problem, place.row, place.column, f"{value:g}")
    remedy = usual.remedy(value) or say("check its unit")
    line = Fault(place.file, problem, place.row, place.column, place.value, remedy).said()
    if count == 1:
        return line
    return say("{line}; {more} more unusual in this column", line=line, more=count - 1)
