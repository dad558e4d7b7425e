"""Numbers of a file: exact decimals, or a fault that names the line."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from planner.errors import Fault
from planner.io.network.xml_tree import TABLE
from planner.io.read.cells import GAPS, number_fault
from planner.language import say
from planner.scenario.parameter import Parameter, place_of

if TYPE_CHECKING:
    from planner.faults import Gathering

AMOUNT: Final = Parameter("amount", (), "", say("A number of a network file."), None)
AXES: Final = {each.name: each for each in place_of("node") if each.is_numeric}
LONGITUDE, LATITUDE = AXES


def amount(word: str, file: str, line: int, column: str, gathering: Gathering) -> Decimal | None:
    """Return a number that is not negative; ``None`` and a fault where it is none."""
    found = number_fault(AMOUNT, word)
    if found is None:
        return (
            Decimal(word) if float(word) else Decimal(0)
        )  # 1e-999999999 is 0 to a machine, and a milliard digits here
    problem, remedy = found
    gathering.add(Fault(file, problem, line, column, word, remedy), TABLE)
    return None


def is_gap(word: str) -> bool:
    """Return whether a text says that there is no number."""
    return not word or word.casefold() in GAPS


def degrees(word: str, axis: str, file: str, line: int, gathering: Gathering) -> str:
    """Return a longitude or a latitude as it is written; empty, and a fault, where it is none."""
    found = number_fault(AXES[axis], word)
    if found is None:
        return word
    problem, remedy = found
    gathering.add(Fault(file, problem, line, axis, word, remedy), TABLE)
    return ""


def written(value: Decimal) -> str:
    """Return a decimal as tables have it: digits only, no zeros at the end."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
