"""Numbers and columns of numbers for a terminal, in the units that each language counts in."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING, Any, Final
from unicodedata import east_asian_width

from planner.language import Message, Named, say

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

BILLION, MILLION, HUNDRED_THOUSAND = 1e9, 1e6, 1e5


def amount(value: float, unit: str, *, largest: float, sign: str = "") -> Message:
    """Return a number with its unit, large ones in thousands of millions or, in Chinese, in 亿 and 万.

    Parameters
    ----------
    unit
        ``"1"`` is a share: shown in per cent, a signed one in points of per cent.
    largest
        The largest number it stands beside: all are shown in one unit.
    sign
        ``"+"`` for a difference.
    """
    if isnan(value):
        return say("not known")
    if unit == "1":
        return _points(value) if sign else say("{value:.1%}", value=value)
    if unit == "CNY/a" and largest >= BILLION:
        return _scaled(value, sign, (1e9, 3, "billion CNY/a"), (1e8, 2, "亿元/年"))
    if unit == "tCO2/a" and largest >= MILLION:
        return _scaled(value, sign, (1e6, 3, "Mt CO2/a"), (1e4, 2, "万吨 CO2/年"))
    if unit == "MWh/a" and largest >= MILLION:
        return _scaled(value, sign, (1e6, 3, "TWh/a"), (1e5, 2, "亿千瓦时/年"))
    return _scaled(value, sign, (1.0, 2, unit), (1.0, 2, UNITS_ZH.get(unit, unit)))


UNITS_ZH: Final = {"CNY/a": "元/年", "tCO2/a": "吨 CO2/年", "MWh/a": "MWh/年"}


def _points(value: float) -> Message:
    return say("{value:+.1f} points", value=value * 100 + 0.0)


def _scaled(value: float, sign: str, en: tuple[float, int, str], zh: tuple[float, int, str]) -> Message:
    texts = (f"{rounded(value / scale, digits):{sign},.{digits}f} {unit}" for scale, digits, unit in (en, zh))
    return Named(*texts)


def money(value: float) -> Message:
    """Return a difference of cost with its sign, in the unit that fits it alone [CNY/a]."""
    en = (1e9, 3, "billion CNY/a") if abs(value) >= BILLION else (1e6, 2, "million CNY/a")
    zh = (1e8, 2, "亿元/年") if abs(value) >= BILLION / 10 else (1e4, 0, "万元/年")
    if abs(value) < HUNDRED_THOUSAND:
        en, zh = (1.0, 0, "CNY/a"), (1.0, 0, "元/年")
    return _scaled(value, "+", en, zh)


def per_cent(difference: float, before: float) -> Message | str:
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


def aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield rows with their columns under one another: the first to the left, the others to the right."""
    widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        first = row[0] + " " * (widths[0] - _width(row[0]))
        rest = (" " * (width - _width(text)) + text for text, width in zip(row[1:], widths[1:], strict=True))
        yield ("  " + "  ".join((first, *rest))).rstrip()


def _width(text: str) -> int:
    """Return the columns a text takes on a terminal: Chinese characters take two."""
    return sum(2 if east_asian_width(sign) in "WF" else 1 for sign in text)
