"""Numbers and columns of numbers for a terminal, in the units that each language counts in."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING, Any, Final

from planner.language import LANGUAGES, Message, Named, Text, columns_of, rendered, say

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

BILLION, MILLION, HUNDRED_THOUSAND = 1e9, 1e6, 1e5
BILLIONS, MILLIONS = say("billion CNY/a"), say("million CNY/a")
"""Chinese counts in 1e8 and 1e4 where English counts in 1e9 and 1e6."""
UNITS: Final[Mapping[str, Message]] = {"CNY/a": say("CNY/a"), "tCO2/a": say("tCO2/a"), "MWh/a": say("MWh/a")}
Scale = tuple[float, int, Text]
"""Size of the unit shown in the number's own unit, digits shown, and name of the unit."""


def amount(value: float, unit: str, *, largest: float, sign: str = "") -> Message:
    """Return a number with its unit, large ones in thousands of millions or, in Chinese, in units of 1e8 and 1e4."""
    if isnan(value):
        return say("not known")
    if unit == "1":
        return _points(value) if sign else say("{value:.1%}", value=value)
    if unit == "CNY/a" and largest >= BILLION:
        return _scaled(value, sign, (1e9, 3, BILLIONS), (1e8, 2, BILLIONS))
    if unit == "tCO2/a" and largest >= MILLION:
        return _scaled(value, sign, (1e6, 3, say("Mt CO2/a")), (1e4, 2, say("Mt CO2/a")))
    if unit == "MWh/a" and largest >= MILLION:
        return _scaled(value, sign, (1e6, 3, say("TWh/a")), (1e5, 2, say("TWh/a")))
    plain = (1.0, 2, UNITS.get(unit, unit))
    return _scaled(value, sign, plain, plain)


def _points(value: float) -> Message:
    return say("{value:+.1f} points", value=value * 100 + 0.0)


def _scaled(value: float, sign: str, *scales: Scale) -> Message:
    """Return a number with its unit, by the scale of each language."""
    return Named(
        *(
            f"{rounded(value / scale, digits):{sign},.{digits}f} {rendered(unit, language)}"
            for language, (scale, digits, unit) in zip(LANGUAGES, scales, strict=True)
        )
    )


def money(value: float) -> Message:
    """Return a difference of cost with its sign, in the unit that fits it alone [CNY/a]."""
    en: Scale = (1e9, 3, BILLIONS) if abs(value) >= BILLION else (1e6, 2, MILLIONS)
    zh: Scale = (1e8, 2, BILLIONS) if abs(value) >= BILLION / 10 else (1e4, 0, MILLIONS)
    if abs(value) < HUNDRED_THOUSAND:
        en = zh = (1.0, 0, UNITS["CNY/a"])
    return _scaled(value, "+", en, zh)


def emissions(value: float) -> Message:
    """Return a difference of emissions with its sign [tCO2/a]."""
    return _scaled(value, "+", (1e3, 1, "kt CO2/a"), (1e4, 2, say("Mt CO2/a")))


def per_cent(difference: float, before: float) -> Text:
    """Return a difference as a share of the base in brackets."""
    if not before:
        return ""
    return say(" ({share:+.2%})", share=difference / abs(before))


def rounded(value: float, digits: int) -> float:
    """Return a number rounded, and never the minus nought that prints as a change."""
    return round(value, digits) + 0.0


def change(row: Mapping[Any, Any]) -> Message:
    """Return the difference of a measure with its unit, and as a share of the base where that says more."""
    difference, before = row["difference"], row["before"]
    text = amount(difference, row["unit"], largest=largest_of(row), sign="+")
    if isnan(difference) or row["unit"] == "1" or not before:
        return text
    share = round(difference / abs(before), 4) + 0.0
    return say("{text} ({share:+.1%})", text=text, share=share)


def largest_of(row: Mapping[Any, Any]) -> float:
    """Return the larger of before and after, by which the unit of both is chosen."""
    return max((abs(row[side]) for side in ("before", "after") if not isnan(row[side])), default=0.0)


def aligned(rows: Iterable[Sequence[Text]]) -> Iterator[str]:
    """Yield rows with their columns under one another: the first to the left, the others to the right."""
    texts = [[rendered(cell) for cell in row] for row in rows]
    widths = [max(map(columns_of, column)) for column in zip(*texts, strict=True)]
    for row in texts:
        gaps = [" " * (width - columns_of(text)) for text, width in zip(row, widths, strict=True)]
        rest = (gap + text for gap, text in zip(gaps[1:], row[1:], strict=True))
        yield ("  " + "  ".join((row[0] + gaps[0], *rest))).rstrip()
