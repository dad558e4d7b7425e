"""Numbers as a reader of each language writes them: Chinese counts in ten thousands, English in thousands."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from planner.language import Message, Named, Text, rendered, say, written

if TYPE_CHECKING:
    from collections.abc import Iterable

NOTHING: Final = Named("–", "–")
DIGITS: Final = 4
"""Significant digits of a number on its own, and of the largest in a column."""
DECIMALS_MAX: Final = 2
ROUNDING: Final = 1e-9
"""Relative to what is compared: a smaller difference is a solver's rounding."""

Rung = tuple[float, Text]
"""How many of the base unit a unit is, and its name."""
Ladder = tuple[Rung, ...]
"""Units from large to small."""


@dataclass(frozen=True)
class Measure:
    """A quantity, the units in which each language writes it, and how many digits of it say something."""

    en: Ladder
    zh: Ladder
    digits: int = DIGITS

    def rungs(self, amount: float) -> tuple[Rung, Rung]:
        """Return the unit of each language for an amount: the largest that it is at least one of, or the smallest."""
        en, zh = (
            next((rung for rung in ladder if abs(amount) >= rung[0]), ladder[-1]) for ladder in (self.en, self.zh)
        )
        return en, zh

    def scaled(self, values: Iterable[float | None]) -> Scale:
        """Return one unit and one number of decimals for a column of numbers."""
        known = [value for value in values if value is not None and math.isfinite(value)]
        largest = max(map(abs, known), default=0.0)
        en, zh = self.rungs(largest)
        places = (decimals_of([value / rung[0] for value in known], self.digits) for rung in (en, zh))
        return Scale(en, zh, *places)

    def write(self, value: float | None) -> Message:
        """Return a number with its unit."""
        return self.scaled([value]).write(value)

    def change(self, value: float | None, baseline: float | None) -> Message:
        """Return how much more or less a number is than another, in their unit."""
        if value is None or baseline is None:
            return NOTHING
        difference = value - baseline
        if abs(difference) <= ROUNDING * max(abs(value), abs(baseline)):
            return Named("0", "0")
        scale = self.scaled([max(abs(value), abs(baseline))])
        places = (decimals_of([difference / rung[0]], self.digits) for rung in (scale.en, scale.zh))
        return Scale(scale.en, scale.zh, *places).write(difference, sign=True)


@dataclass(frozen=True)
class Scale:
    """One unit of each language, with how many of the base unit it is, and the decimals of its numbers."""

    en: Rung
    zh: Rung
    decimals_en: int
    decimals_zh: int

    @property
    def unit(self) -> Message:
        """The unit."""
        return unit_of(self.en, self.zh)

    def number(self, value: float | None, *, sign: bool = False) -> Message:
        """Return a number without its unit."""
        if value is None or not math.isfinite(value):
            return NOTHING
        return Named(
            plain(value / self.en[0], self.decimals_en, sign=sign),
            plain(value / self.zh[0], self.decimals_zh, sign=sign),
        )

    def write(self, value: float | None, *, sign: bool = False) -> Message:
        """Return a number with its unit."""
        number = self.number(value, sign=sign)
        return say("{number} {unit}", number=number, unit=self.unit) if self.unit and number != NOTHING else number


def unit_of(en: Rung, zh: Rung) -> Message:
    """Return the unit of each language."""
    return Named(written(en[1]), rendered(zh[1], "zh"))


def same(unit: Text, digits: int = DIGITS) -> Measure:
    """Return the measure of a unit that both languages write alike."""
    return Measure(((1.0, unit),), ((1.0, unit),), digits)


MONEY: Final = Measure(
    ((1e9, "bn CNY/a"), (1e6, "million CNY/a"), (1.0, "CNY/a")),
    ((1e8, say("100 million CNY/a")), (1e4, say("10,000 CNY/a")), (1.0, say("CNY/a"))),
    5,
)
ENERGY: Final = Measure(
    ((1e6, "TWh/a"), (1e3, "GWh/a"), (1.0, "MWh/a")),
    ((1e5, say("100 GWh/a")), (10.0, say("10 MWh/a")), (1e-3, say("kWh/a"))),
    5,
)
EMISSIONS: Final = Measure(
    ((1e6, "Mt CO₂/a"), (1.0, "t CO₂/a")), ((1e4, say("10,000 t CO₂/a")), (1.0, say("t CO₂/a"))), 5
)
WATER: Final = Measure(((1e6, "million m³/a"), (1.0, "m³/a")), ((1e4, say("10,000 m³/a")), (1.0, say("m³/a"))))
POWER: Final = same("MW")
LATENCY: Final = same("ms", 3)
TRAFFIC: Final = same("Gbit/s")
COUNT: Final = same("")
RATIO: Final = same("", 5)


def unknown(value: float | None) -> bool:
    """Return whether a number is not known."""
    return value is None or not math.isfinite(value)


def decimals_of(values: Iterable[float], digits: int = DIGITS) -> int:
    """Return how many decimals a column of numbers needs: none where all are whole, at most two."""
    known = [value for value in values if math.isfinite(value)]
    if all(value == round(value) for value in known):
        return 0
    largest = max(map(abs, known))
    return min(DECIMALS_MAX, max(0, digits - 1 - math.floor(math.log10(largest))))


def plain(value: float, decimals: int | None = None, *, sign: bool = False) -> str:
    """Return a number with thousands apart; − is the true minus."""
    size = abs(value)
    if decimals is None:
        text = f"{size:.3g}" if 1e-4 < size < 1 else f"{size:,.{decimals_of([size])}f}"  # noqa: PLR2004 - no exponent
    else:
        text = f"{size:,.{decimals}f}"
    is_zero = not text.strip("0.,")
    lead = "" if is_zero else "−" if value < 0 else "+" if sign else ""
    return lead + text


def per_cent(share: float | None, decimals: int = 1, *, sign: bool = False) -> Message:
    """Return a share in per cent: English sets a space before the sign, Chinese does not."""
    if share is None or not math.isfinite(share):
        return NOTHING
    text = plain(100 * share, decimals, sign=sign)
    return Named(f"{text} %", f"{text}%")


def points(change: float | None) -> Message:
    """Return a difference of two shares in percentage points."""
    if change is None or not math.isfinite(change):
        return NOTHING
    return say("{number} points", number=plain(100 * change, 1, sign=True))
