"""A plan of several years in three sentences: what is built when and where, what it costs, how green it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from planner.language import Message, Text, join, say
from planner.views.page.numbers import POWER, Measure, Scale, per_cent
from planner.views.years.outlook import Spread, in_summary, spread_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from planner.scenario.cases import Case
    from planner.views.years.outlook import Outlook

    Number = Callable[[Case, Mapping[str, Any]], float | None]

SITES_SHOWN: Final = 3
LEAST: Final = 1e-6
"""[MW] Less is a solver's rounding."""
TOTAL: Final = Measure(
    ((1e9, "bn CNY"), (1e6, "million CNY"), (1.0, "CNY")),
    ((1e8, say("100 million CNY")), (1e4, say("10,000 CNY")), (1.0, say("CNY"))),
)
YEARLY: Final = Measure(
    ((1e9, "bn CNY/a"), (1e6, "million CNY/a"), (1.0, "CNY/a")),
    ((1e8, say("100 million CNY/a")), (1e4, say("10,000 CNY/a")), (1.0, say("CNY/a"))),
)
EMISSIONS: Final = Measure(((1e6, "Mt CO2/a"), (1.0, "t CO2/a")), ((1e4, say("10,000 t CO2/a")), (1.0, say("t CO2/a"))))
COST: Final = in_summary("cost")


def sentences(outlook: Outlook, word: Callable[[str], Message]) -> list[Message]:
    """Return what is built when and where, what it costs in all and by the year, and how green it is.

    Where there are futures, each number is the mean by their probability, with the least and the most of them.

    Parameters
    ----------
    outlook
        The years.
    word
        Returns what a reader calls an accounting of green power.
    """
    return [_built(outlook), _paid(outlook), *_green(outlook, word)]


def green_mode(outlook: Outlook) -> str:
    """Return by which accounting the green share is told: that of the green power rule."""
    bases = (figure.basis for _, figure in outlook.scenario.declarations.figures if figure.basis is not None)
    return str(next(bases)(outlook.cases[0][0].scenario))


def discounted(outlook: Outlook) -> Spread | None:
    """Return the cost of all stages, each year at what it is worth at the beginning, over the futures [CNY]."""
    sums: dict[str, float] = {}
    chances = {case.future: case.probability for case, _ in outlook.cases}
    for case, one in outlook.cases:
        sums[case.future] = sums.get(case.future, 0.0) + one["factor"] * one["cost"]
    return spread_of([(chances[future], value) for future, value in sums.items() if chances[future] > 0])


def written(spread: Spread, scale: Scale | None) -> Text:
    """Return a number over the futures: the mean, where they differ with the least and the most; no scale: a share."""
    write, number = (per_cent, per_cent) if scale is None else (scale.write, scale.number)
    mean = write(spread.mean)
    if not spread.is_wide:
        return mean
    low, high = number(spread.low), number(spread.high)
    return say("{mean} ({low} to {high} by future)", mean=mean, low=low, high=high)


def _built(outlook: Outlook) -> Message:
    spreads = _spreads(outlook, outlook.ordered)
    if not any(spread.high > LEAST for spread in spreads.values()):
        return say("No IT capacity is built.")
    stages = _by_stage(outlook, spreads, POWER)
    sites = _largest(outlook)
    if not sites:
        return say("New IT capacity: {stages}.", stages=stages)
    return say("New IT capacity: {stages}; most of it at {sites}.", stages=stages, sites=sites)


def _largest(outlook: Outlook) -> Message:
    """Return the sites at which most is built in all stages together, mean over the futures."""
    table = outlook.capacity
    chances = {case.future: case.probability for case, _ in outlook.cases}
    amounts = (table["ordered"] * table["future"].map(chances)).groupby(table["site"], sort=False).sum()
    largest = amounts[amounts > LEAST].sort_values(ascending=False, kind="stable").iloc[:SITES_SHOWN]
    scale = POWER.scaled(largest)
    return join(
        say("{site} ({amount})", site=outlook.name("site", str(site)), amount=scale.write(amount))
        for site, amount in largest.items()
    )


def _paid(outlook: Outlook) -> Message:
    stages = _by_stage(outlook, _spreads(outlook, COST), YEARLY)
    total = discounted(outlook)
    if len(outlook.stages) == 1 or total is None:
        return say("Cost: {stages}.", stages=stages)
    first = min(begin for begin, _ in outlook.spans.values())
    last = max(end for _, end in outlook.spans.values()) - 1
    return say(
        "Cost of {first:.0f} to {last:.0f}: {total}, discounted to {first:.0f} at {rate} a year; by the year {stages}.",
        first=first,
        last=last,
        total=written(total, _scale(TOTAL, [total])),
        rate=per_cent(outlook.scenario.number("discount_rate_social")),
        stages=stages,
    )


def _green(outlook: Outlook, word: Callable[[str], Message]) -> list[Message]:
    """Return the sentence on green power and emissions, as far as the plan has them."""
    mode = green_mode(outlook)
    shares = _spreads(outlook, in_summary("green_power_share", mode))
    emitted = _spreads(outlook, in_summary("emissions"))
    told = {
        "mode": word(mode),
        "shares": _listed(outlook, {stage: written(one, None) for stage, one in shares.items()}),
        "emitted": _by_stage(outlook, emitted, EMISSIONS),
    }
    if shares and emitted:
        return [say("Green power share ({mode}): {shares}; emissions: {emitted}.", **told)]
    if emitted:
        return [say("Emissions: {emitted}.", emitted=told["emitted"])]
    return [say("Green power share ({mode}): {shares}.", mode=told["mode"], shares=told["shares"])] if shares else []


def _spreads(outlook: Outlook, number: Number) -> dict[str, Spread]:
    """Return a number of each stage over the futures; none where a stage does not have it."""
    found = {stage: outlook.spread(stage, number) for stage in outlook.stages}
    return {stage: one for stage, one in found.items() if one is not None}


def _by_stage(outlook: Outlook, spreads: Mapping[str, Spread], measure: Measure) -> Message:
    scale = _scale(measure, list(spreads.values()))
    return _listed(outlook, {stage: written(spread, scale) for stage, spread in spreads.items()})


def _scale(measure: Measure, spreads: Sequence[Spread]) -> Scale:
    return measure.scaled([number for spread in spreads for number in spread])


def _listed(outlook: Outlook, amounts: Mapping[str, Text]) -> Message:
    """Return an amount of each stage in a row, with the stage's name where there are stages."""
    return join(
        say("{amount} in {stage}", amount=amount, stage=outlook.name("stage", stage)) if stage else amount
        for stage, amount in amounts.items()
    )
