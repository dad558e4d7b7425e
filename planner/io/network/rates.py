"""What a label says of a cable's capacity: ``2.5 Gbps``, ``STM-64x2``, ``OC-192c``, ``4 x 10G``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

OC: Final = Decimal("0.05184")
"""[Gbit/s] of OC-1, of which OC-n has n: GR-253."""
STM: Final = Decimal("0.15552")
"""[Gbit/s] of STM-1: ITU-T G.707."""
MULTIPLIERS: Final = {"K": Decimal("1e-6"), "M": Decimal("1e-3"), "G": Decimal(1), "T": Decimal(1000)}
LABEL: Final = re.compile(
    r"(?:(?P<before>[1-9][0-9]{0,2})\s*[x*×]\s*)?"
    r"(?:(?P<speed>[0-9]+(?:\.[0-9]+)?)\s*(?P<unit>[KMGT])(?:b(?:it)?(?:/s|ps|s)?)?"
    r"|(?P<system>OC|STM)[-\s]?(?P<level>[1-9][0-9]{0,3})c?)"
    r"(?:\s*[x*×]\s*(?P<after>[1-9][0-9]{0,2}))?",
    re.IGNORECASE | re.ASCII,
)


@dataclass(frozen=True)
class Rate:
    """A label that is nothing but a rate, and how many times it counts it."""

    one: Decimal  # Gbit/s
    count: int

    @property
    def all(self) -> Decimal:
        """The capacity of all [Gbit/s]."""
        return self.one * self.count


def rate_in(label: str) -> Rate | None:
    """Return the rate that a whole label says; ``None`` where it says anything else beside it.

    >>> rate_in("STM-64x2")
    Rate(one=Decimal('9.95328'), count=2)
    >>> rate_in("10-20Gbps")
    """
    found = LABEL.fullmatch(label.strip())
    if found is None or (found["before"] and found["after"]):
        return None
    if found["speed"]:
        one = Decimal(found["speed"]) * MULTIPLIERS[found["unit"].upper()]
    else:
        one = int(found["level"]) * (OC if found["system"].upper() == "OC" else STM)
    return Rate(one.normalize(), int(found["before"] or found["after"] or 1))
