"""What a limit of a scenario is called, and what giving way would save, in both languages."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from planner.errors import shown
from planner.language import Message, Named, Text, join, say
from planner.models.deciding import PRICED, TOGETHER, UNTRIED
from planner.models.solving.prices import PRICE_UNITS
from planner.views.page import numbers
from planner.views.words import word

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from planner.io.results.results import Results
    from planner.scenario.scenario import Scenario
    from planner.views.report.subject import ReachedLimit

MEMBERS_SHOWN = 4
PLACES = frozenset({"site", "hub", "side"})
MONEY: Final = numbers.Measure(((1e9, "billion CNY/a"), (1e6, "million CNY/a"), (1.0, "CNY/a")), numbers.MONEY.zh)
EXACT = 1e-6
"""Relative; two ends so near each other are one number."""
DIGITS = 4
"""Significant digits of one number."""
PARTS = 10
"""An interval is rounded outward to steps of at most so small a part of it: what its width leaves open is not said."""


def what_of(scenario: Scenario, parameter: str, keys: Sequence[Sequence[str]]) -> Message:
    """Return a parameter with the members it belongs to."""
    declared = scenario.declarations.parameters[parameter]
    if not declared.index:
        return word(declared.name)
    name, members = word(declared.name), members_of(scenario, parameter, keys)
    if PLACES & set(declared.index):
        return say("{name} at {members}", name=name, members=members)
    return say("{name} of {members}", name=name, members=members)


def members_of(scenario: Scenario, parameter: str, keys: Sequence[Sequence[str]]) -> Message:
    """Return members by the names a reader knows, the first of many."""
    index = scenario.declarations.parameters[parameter].index

    def named(key: Sequence[str]) -> Message:
        return join((shown(scenario.called(name, member)) for name, member in zip(index, key, strict=True)), " · ")

    members = join(named(key) for key in keys[:MEMBERS_SHOWN])
    rest = len(keys) - MEMBERS_SHOWN
    if rest <= 0:
        return members
    # English counts those that are left out, Chinese all.
    return say("{first} and {count} more", first=members, count=Named(str(rest), str(len(keys))))


def value_of(scenario: Scenario, parameter: str, value: Any) -> Text:
    """Return a value with its unit."""
    if isinstance(value, bool):
        return say("yes") if value else say("no")
    if not isinstance(value, int | float):
        return word(str(value))
    unit = scenario.declarations.parameters[parameter].unit
    return f"{value:.10g}" if unit in {"", "1"} else f"{value:.10g} {unit}"


def deciding_line(scenario: Scenario, row: Mapping[str, Any]) -> Message:
    """Return a line of what decides a plan: the limit, what it is, and what one step more saves."""
    if row["parameter"] == TOGETHER:
        return say("{what}: {saved}", what=limit_of(scenario, row), saved=_would(row))
    return say(
        "{what}: {limit} is reached; {after} {saved}",
        what=limit_of(scenario, row),
        limit=value_of(scenario, row["parameter"], row["limit"]),
        after=value_of(scenario, row["parameter"], row["one_more"]),
        saved=_would(row),
    )


def limit_of(scenario: Scenario, row: Mapping[str, Any]) -> Message:
    """Return what a limit is called."""
    if row["parameter"] == TOGETHER:
        return say("all {count} limits on whole numbers, one step more each", count=int(row["one_more"]))
    return what_of(scenario, row["parameter"], [str(row["index"]).split(";") if row["index"] else []])


def _would(row: Mapping[str, Any]) -> Message:
    if row["how"] == UNTRIED:
        return say("was not tried")
    if row["saves_max"] == 0:
        return say("saves nothing")
    return say("saves {amount}", amount=saved_of(row))


def saved_of(row: Mapping[str, Any]) -> Message:
    """Return what one step more saves: one number, or the two between which the gaps leave it."""
    if row["how"] == UNTRIED:
        return say("not tried")
    least, most, unit = float(row["saves_min"]), float(row["saves_max"]), str(row["saves_unit"])
    if not math.isfinite(least):
        return say("about {amount}", amount=_number(float(row["saves"]), unit))
    if not math.isfinite(most):
        return say("at least {amount}", amount=_number(least, unit, down=True))
    if most == 0:
        return say("nothing")
    if most - least <= EXACT * max(abs(most), abs(least)):
        return _number(float(row["saves"]), unit)
    step = 10.0 ** math.floor(math.log10((most - least) / PARTS))
    low, high = math.floor(least / step + EXACT) * step, math.ceil(most / step - EXACT) * step
    rungs = _measure(unit).rungs(high)

    def told(amount: float) -> Message:
        return Named(*(_in_steps(amount / scale, step / scale) for scale, _ in rungs))

    return say("{low} to {high} {unit}", low=told(low), high=told(high), unit=numbers.unit_of(*rungs))


def _number(amount: float, unit: str, *, down: bool = False) -> Message:
    """Return one number in the unit each language has for its size."""
    rungs = _measure(unit).rungs(amount)
    number = Named(*(_in_digits(amount / scale, down=down) for scale, _ in rungs))
    return say("{number} {unit}", number=number, unit=numbers.unit_of(*rungs))


def _in_steps(amount: float, step: float) -> str:
    return f"{amount:,.{max(0, -math.floor(math.log10(step) + EXACT))}f}"


def _in_digits(amount: float, *, down: bool) -> str:
    decimals = max(0, DIGITS - 1 - math.floor(math.log10(abs(amount)))) if amount else 0
    part = 10.0**decimals
    return f"{math.floor(amount * part + EXACT) / part if down else amount:,.{decimals}f}"


def _measure(unit: str) -> numbers.Measure:
    return MONEY if unit == "CNY/a" else numbers.same(unit)


def deciding_rows(table: pd.DataFrame | None) -> list[dict[str, Any]]:
    """Return the lines of a table of what decides a plan, in its order, without prices of 0."""
    if table is None or table.empty:
        return []
    rows = [dict(zip(map(str, table.columns), cells, strict=True)) for cells in table.itertuples(index=False)]
    for row in rows:
        row["index"] = row["index"] if isinstance(row["index"], str) else ""
    return [row for row in rows if row["how"] != PRICED or row["saves"] > 0]


def objective_word(scenario: Scenario) -> Message:
    """Return what is minimised, by the word a reader knows."""
    minimise = scenario.settings.minimise
    return word(minimise if minimise in PRICE_UNITS else "cost")


def limits_in_words(results: Results) -> list[ReachedLimit] | None:
    """Return what decides a plan as the page says it; ``None`` where nobody looked."""
    from planner.views.report.subject import ReachedLimit  # noqa: PLC0415 - needed only where a page is made

    if results.deciding is None:
        return None
    scenario = results.scenario
    return [
        ReachedLimit(
            limit_of(scenario, row),
            *_step(scenario, row),
            saved_of(row),
            word(row["how"]),
            row["parameter"] == TOGETHER,
        )
        for row in deciding_rows(results.deciding)
    ]


def _step(scenario: Scenario, row: Mapping[str, Any]) -> tuple[Text, Text]:
    """Return what a limit is and one step more; all limits together have neither."""
    if row["parameter"] == TOGETHER:
        return "", ""
    return value_of(scenario, row["parameter"], row["limit"]), value_of(scenario, row["parameter"], row["one_more"])
