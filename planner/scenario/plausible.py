"""What a number usually is, and what it looks like when it was typed in another unit.

A usual range only warns: what lies outside is read and named. What is impossible lies outside ``Parameter.low`` and
``Parameter.high``, and is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from planner.language import Message, Named, join, say

if TYPE_CHECKING:
    from collections.abc import Iterator

DIGITS = 9
"""Of a number that is proposed: 0.398 × 1000 is 398, not 398.00000000000006."""
SHOWN_MAX = 2
"""Units that a message proposes: of more the reader would not know which is meant."""


@dataclass(frozen=True)
class Slip:
    """A unit in which people type a number by mistake.

    Attributes
    ----------
    factor
        What such a number is multiplied by to be in the parameter's unit.
    unit
        What the unit is called.
    zero
        The number that stands for zero of the parameter's unit: 32 of degrees Fahrenheit.
    """

    factor: float
    unit: Message
    zero: float = 0.0

    def mended(self, value: float) -> float:
        """Return the number in the parameter's own unit."""
        return (value - self.zero) * self.factor


@dataclass(frozen=True)
class Plausible:
    """The interval in which nearly all numbers of a parameter lie, in its unit.

    Where ``low`` is not negative, the size of a number is judged, and 0 is always usual: it says that there is none.
    """

    low: float
    high: float
    slips: tuple[Slip, ...] = ()

    def holds(self, value: float) -> bool:
        """Return whether a number is usual."""
        if self.low < 0:
            return self.low <= value <= self.high
        return value == 0 or self.low <= abs(value) <= self.high

    def meant(self, value: float) -> Iterator[tuple[float, Slip]]:
        """Yield the numbers that may have been meant, with the slip that leads from each to the one typed."""
        for slip in self.slips:
            mended = slip.mended(value)
            if mended != 0 and self.holds(mended):
                yield mended, slip

    def remedy(self, value: float) -> Message | None:
        """Say what a number looks like and what to write in its place; ``None`` where it looks like nothing known."""
        looks = [
            say(
                "{unit}: write {mended}",
                unit=slip.unit,
                mended=f"{mended:.{DIGITS}g}" if abs(mended) < 10**DIGITS else f"{mended:.0f}",
            )
            for mended, slip in self.meant(value)
        ][:SHOWN_MAX]
        return say("it looks like {looks}", looks=join(looks, say(", or "))) if looks else None


def _symbol(unit: str) -> Message:
    """Return a unit that both languages write alike; Chinese sets it off with a space."""
    return Named(unit, f" {unit}")


PERCENT = Slip(0.01, say("per cent"))
HUNDREDTHS = Slip(0.01, say("hundredths"))

KW = Slip(1e-3, _symbol("kW"))
TEN_MW = Slip(10.0, say("10 MW (万千瓦)"))
GW = Slip(1e3, _symbol("GW"))
RACKS = Slip(2.5e-3, say("racks of 2.5 kW"))
KWH = Slip(1e-3, _symbol("kWh"))
TEN_MWH = Slip(10.0, say("10 MWh (万千瓦时)"))
GWH = Slip(1e3, _symbol("GWh"))
HUNDRED_GWH = Slip(1e5, say("100 GWh (亿千瓦时)"))

PER_KWH = Slip(1e3, say("CNY/kWh"))
PER_KW = Slip(1e3, say("CNY/kW/a"))
PER_KW_MONTH = Slip(1e3, say("CNY/kW/month"))
PER_KWH_STORED = Slip(1e3, say("CNY/kWh/a"))
PER_KG = Slip(1e3, say("CNY/kg"))
PER_TB = Slip(1e-3, say("CNY/TB"))
PER_LITRE = Slip(1e3, say("CNY/L"))
TEN_THOUSAND_CNY = Slip(1e4, say("10,000 CNY (万元)"))
HUNDRED_MILLION_CNY = Slip(1e8, say("100 million CNY (亿元)"))

G_PER_KWH = Slip(1e-3, _symbol("g/kWh"))
TONNES_PER_KWH = Slip(1e3, _symbol("t/kWh"))
KILOGRAMS = Slip(1e-3, _symbol("kg"))
TEN_THOUSAND_TONNES = Slip(1e4, say("10,000 t (万吨)"))
MEGATONNES = Slip(1e6, say("Mt"))
LITRES_PER_MWH = Slip(1e-3, _symbol("L/MWh"))
LITRES = Slip(1e-3, say("L"))
TEN_THOUSAND_M3 = Slip(1e4, say("10,000 m3 (万立方米)"))

ROUND_TRIP = Slip(0.5, say("a round trip"))
MICROSECONDS = Slip(1e-3, say("µs"))
SECONDS_FOR_MS = Slip(1e3, say("s"))
SECONDS = Slip(1 / 3600, say("s"))
MINUTES = Slip(1 / 60, say("min"))
MONTHS = Slip(1 / 12, say("months"))
MBIT = Slip(1e-3, _symbol("Mbit/s/MW"))
MBIT_FOR_GBIT = Slip(1e-3, _symbol("Mbit/s"))
TBIT = Slip(1e3, _symbol("Tbit/s"))
METRES = Slip(1e-3, _symbol("m"))
TFLOPS = Slip(1e-3, _symbol("TFLOPS/MW"))
EFLOPS = Slip(1e3, _symbol("EFLOPS/MW"))
WATTS = Slip(1e-3, _symbol("W"))
MW_FOR_KW = Slip(1e3, _symbol("MW"))
FAHRENHEIT = Slip(5 / 9, _symbol("°F"), zero=32.0)
KELVIN = Slip(1.0, _symbol("K"), zero=273.15)
