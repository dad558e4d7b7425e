"""What a reader calls what is built, and amounts of what is minimised, in both languages."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from planner.language import CLAUSES, Message, Named, Text, join, say
from planner.models.solving.prices import PRICE_UNITS
from planner.studies.explain.text import member_called
from planner.views.page.numbers import MONEY, Measure, same
from planner.views.words import word

if TYPE_CHECKING:
    from planner.cases.vintages import Vintage
    from planner.scenario.built import Built
    from planner.scenario.scenario import Scenario
    from planner.studies.futures.interval import Interval

SUM: Final = Measure(
    ((1e9, "bn CNY"), (1e6, "million CNY"), (1.0, "CNY")),
    ((1e8, say("100 million CNY")), (1e4, say("10,000 CNY")), (1.0, say("CNY"))),
    5,
)
"""Money over all stages, discounted."""
AMONG: Final = ";"
"""Between the ids of a place."""
EXACT: Final = 1e-7
"""Relative to the cost of a plan; two ends so near each other are one number."""


def unit_of(scenario: Scenario) -> str:
    """Return the unit of the objective: of a year, or of all stages."""
    unit = PRICE_UNITS.get(scenario.settings.minimise, "CNY/a")
    return unit.removesuffix("/a") if len({case.stage for case in scenario.cases}) > 1 else unit


def amount_of(scenario: Scenario, value: float) -> Message:
    """Return an amount of what is minimised, with its unit."""
    return measure_of(scenario).write(value)


def measure_of(scenario: Scenario) -> Measure:
    """Return how amounts of what is minimised are written."""
    unit = unit_of(scenario)
    return {"CNY/a": MONEY, "CNY": SUM}.get(unit) or same(unit)


def interval_words(scenario: Scenario, interval: Interval, size: float) -> Message:
    """Return an interval in words: one number where its ends are one, beside numbers of a size."""
    if interval.is_infinite:
        return say("no plan")
    if not math.isfinite(interval.most):
        return say("at least {amount}", amount=amount_of(scenario, max(interval.least, 0.0)))
    if interval.most - interval.least <= EXACT * abs(size):
        return amount_of(scenario, interval.most)
    scale = measure_of(scenario).scaled([interval.least, interval.most])
    least, most = scale.number(interval.least), scale.number(interval.most)
    return say("{least} to {most} {unit}", least=least, most=most, unit=scale.unit)


def vintage_words(scenario: Scenario, vintage: Vintage) -> Message:
    """Return what is built, and where, and in which stage where there are several."""
    name = asset_words(scenario, vintage.investment, vintage.place)
    return join([name, member_called(scenario, vintage.stage)], CLAUSES) if vintage.stage else name


def asset_words(scenario: Scenario, asset: str, place: str) -> Message:
    """Return what is built, and where."""
    built = _built(scenario, asset)
    name = word(built.new) if built is not None else word(asset)
    parts = [member_called(scenario, part) for part in place.split(AMONG) if part]
    return say("{name} of {members}", name=name, members=join(parts, " · ")) if parts else name


def amount_words(scenario: Scenario, asset: str, place: str, amount: float, unit: str) -> Text:
    """Return how much is built, modules by what they can do, with the unit."""
    size, own = size_of(scenario, asset, place)
    amount, unit = amount * size, own or unit
    number = f"{amount:,.4g}" if abs(amount) < 1e4 else f"{amount:,.0f}"  # noqa: PLR2004 - from here on no powers of ten
    return Named(number, number) if unit in {"", "1"} else f"{number} {unit}"


def size_of(scenario: Scenario, asset: str, place: str) -> tuple[float, str]:
    """Return what one of what is built can do, and its unit: 1 and none where it is no module."""
    built = _built(scenario, asset)
    if built is None or not built.size:
        return 1.0, ""
    ids = tuple(place.split(AMONG))
    size = scenario.cases[0].scenario.series(built.size)
    return float(size[ids if len(ids) > 1 else ids[0]]), built.unit


def _built(scenario: Scenario, asset: str) -> Built | None:
    return next((each for each in scenario.declarations.builds if each.variable == asset), None)
