"""Meaning of a column, allowed values and meaning of an empty cell, in both languages."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from planner.io.read.cells import BETWEEN_LIMITS
from planner.language import Message, Text, join, say
from planner.scenario.parameter import Missing

if TYPE_CHECKING:
    from planner.io.workbook.sheet import Cell
    from planner.scenario.parameter import Parameter

Word = Callable[[str], Text]
"""From a name to what a reader calls it (``planner.views.words.word``)."""
DIGITS: Final = 15
"""Significant digits that every spreadsheet keeps."""


def both(text: Text) -> tuple[str, str]:
    """Return a text in Chinese and in English."""
    return (text.zh, text.en) if isinstance(text, Message) else (text, text)


def kept(value: float) -> Cell:
    """Return a number as a cell that every spreadsheet keeps: text where it has more digits than some save."""
    return value if float(f"{value:.{DIGITS}g}") == value else repr(float(value))


def flag_cell(value: bool) -> str:
    """Return a flag as text, which every spreadsheet keeps: LibreOffice makes a formula of a flag."""
    return "TRUE" if value else "FALSE"


def told(parameter: Parameter) -> Message:
    """Return what a column means, what may stand in it and what an empty cell means."""
    return say(
        "{meaning} Allowed: {allowed}. If empty: {default}.",
        meaning=parameter.description,
        allowed=allowed_in(parameter),
        default=default_of(parameter),
    )


def default_of(parameter: Parameter) -> Text:
    """Return what an empty cell means."""
    match parameter.default:
        case Missing.REQUIRED:
            return say("an error, it must be given")
        case None:
            return say("none")
        case bool():
            return flag_cell(parameter.default)
        case _:
            return str(parameter.default)


def allowed_in(parameter: Parameter) -> Message:
    """Return what a cell may hold."""
    match parameter.kind:
        case "choice":
            return join(parameter.choices)
        case "flag":
            return say("TRUE or FALSE")
        case "reference":
            return say("an id of the sheet {name}", name=parameter.refers_to)
        case "text":
            return say("any text")
        case _:
            return _interval(parameter)


def _interval(parameter: Parameter) -> Message:
    whole = say("a whole number") if parameter.kind == "integer" else say("a number")
    more = say("more than") if parameter.low_open else say("at least")
    low = say("{more} {low:g}", more=more, low=parameter.low)
    high = say("at most {high:g}", high=parameter.high)
    ends = [(low, parameter.low), (high, parameter.high)]
    bounds = join([end for end, bound in ends if math.isfinite(bound)], BETWEEN_LIMITS)
    return say("{whole} {bounds}", whole=whole, bounds=bounds) if bounds else whole
