"""Options of an import of a network, and what is wrong with them."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from planner.errors import UsageError, shown
from planner.io.files.decoding import FORBIDDEN
from planner.language import say
from planner.scenario.schema import CONFIDENCE

if TYPE_CHECKING:
    from planner.language import Message

ILLUSTRATIVE: Final = "illustrative"
POWERS: Final = {"": -9, "k": -6, "m": -3, "g": 0, "t": 3}
"""Of ten, from a unit of bits a second to Gbit/s, by the first letter of its prefix."""
UNIT: Final = re.compile(r"([kmgt]?)(?:bit/s|bits/s|b/s|bps|bit|bitpersec)", re.IGNORECASE)
NUMBER: Final = re.compile(r"[0-9]+(\.[0-9]*)?|\.[0-9]+")
UNIT_MISSING: Final = say(
    "--capacity-unit is missing: the file does not say in which unit its capacities are; "
    "name Mbit/s or Gbit/s, or how many Gbit/s one unit of the file is, such as 2.5"
)


@dataclass(frozen=True)
class Order:
    """Options of one import."""

    capacity_unit: str = ""  # of the file's capacities, where it does not say it
    capacity_from: str = ""  # GraphML: the links' attribute that holds their capacity
    capacity: float | None = None  # Gbit/s of links that state none
    length_from: str = ""  # GraphML: the links' attribute that holds their length [km]
    detour: float = 1.0  # cable length over the great circle, where the file has no length
    module_cost: float | None = None  # CNY/a that 1 of the file's module costs stands for; None: no modules
    modules_max: int | None = None  # of each kind on each link
    one_way: bool | None = None  # None: as the file says, and both ways where it does not
    keep_external: bool = False  # nodes that the file calls outside of its network
    source: str = ""  # for source.csv; the file's name if empty
    confidence: str = ILLUSTRATIVE
    replace: bool = False  # whether a network that stands in the scenario may go

    def check(self) -> None:
        """Refuse what means nothing, before a file is opened."""
        if self.confidence not in CONFIDENCE:
            raise UsageError(
                say(
                    "--confidence {confidence}: choose from {listed}",
                    confidence=shown(self.confidence),
                    listed=", ".join(CONFIDENCE),
                )
            )
        if FORBIDDEN.search(self.source):
            raise UsageError(say("--source holds a control or bidirectional character"))
        if self.capacity_unit and unit_in(self.capacity_unit) is None:
            raise UsageError(_no_unit(self.capacity_unit))
        for option, value, low in (
            ("--detour", self.detour, 1.0),
            ("--capacity", self.capacity, 0.0),
            ("--module-cost", self.module_cost, 0.0),
            ("--modules-max", self.modules_max, 1.0),
        ):
            if value is not None and not (math.isfinite(value) and value >= low):
                raise UsageError(
                    say("{option} {value:g}: a number of at least {low:g}", option=option, value=value, low=low)
                )
        if (self.module_cost is None) != (self.modules_max is None):
            raise UsageError(
                say(
                    "--module-cost and --modules-max go together: what a module costs, and how many of them a link "
                    "may have"
                )
            )

    def unit(self, stated: str) -> Decimal | None:
        """Return what one unit of the file's capacities is [Gbit/s], by the file's own word or by the option.

        ``None`` where neither says it, which is a fault only of a file that has capacities.
        """
        own, asked = unit_in(stated), unit_in(self.capacity_unit)
        if own is not None and asked is not None and own != asked:
            raise UsageError(
                say(
                    "--capacity-unit {asked}: the file says {stated}; leave the option out, or name that",
                    asked=shown(self.capacity_unit),
                    stated=shown(stated),
                )
            )
        return asked if own is None else own


def unit_in(word: str) -> Decimal | None:
    """Return a unit of capacity [Gbit/s]: ``Mbit/s``, ``MBITPERSEC``, or a number of Gbit/s; ``None`` if it is none."""
    flat = word.strip().replace(" ", "")
    if found := UNIT.fullmatch(flat):
        return Decimal(1).scaleb(POWERS[found[1].lower()])
    if NUMBER.fullmatch(flat) and Decimal(flat) > 0:
        return Decimal(flat)
    return None


def _no_unit(word: str) -> Message:
    return say(
        "--capacity-unit {word}: name kbit/s, Mbit/s, Gbit/s or Tbit/s, or how many Gbit/s one unit of the file is, "
        "such as 2.5",
        word=shown(word),
    )
