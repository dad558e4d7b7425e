"""What binds, what one unit of each rule is worth, and how far the numbers that matter may go."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from planner.language import SENTENCES, Message, Text, join, say
from planner.views.page.elements import Child, element, table
from planner.views.page.numbers import COUNT, plain, unknown
from planner.views.report.places import Speller, unit_name

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    import pandas as pd

    from planner.views.report.subject import Subject

SHOWN = 12
"""Places of a rule that are listed."""
SMALLEST = 1e-9
"""Relative to the largest price of a rule: less is a solver's rounding."""


def section(subject: Subject) -> Element:
    """Return the section: a line a rule, then the places where each binds most."""
    heading = element("h2", say("What binds, and its price"), id_="prices")
    found = subject.results.shadow_prices
    if found.empty:
        text = say("The run has no shadow prices.")
        return element("section", heading, element("p", text), aria_labelledby="prices")
    rules = [(str(rule), _binding(rows), rows["index"]) for rule, rows in found.groupby("rule", sort=False)]
    ordered = sorted(rules, key=lambda one: one[1].empty)
    return element(
        "section",
        heading,
        element("p", _meaning(found)),
        table(
            say("Rules and their shadow prices"),
            [say("Rule"), say("Binds at"), say("Typical price (median)"), say("Highest price"), say("Unit")],
            [_line(subject, rule, rows, len(places)) for rule, rows, places in ordered],
            numbers=[1, 2, 3],
        ),
        [_places(subject, *one) for one in ordered if not one[1].empty],
        ranges_table(subject),
        aria_labelledby="prices",
    )


def _meaning(found: pd.DataFrame) -> Message:
    said = say(
        "A shadow price is the rise of the objective when a rule is tightened by one unit; of a demand, what one more "
        "unit costs. A rule with price 0 does not bind."
    )
    if (found["integers"] == "none").all():
        return said
    fixed = say("Integers are fixed at the plan.")
    if found["price_relaxed"].isna().all():
        return join([said, fixed], SENTENCES)
    relaxed = say(
        "Beside it stands the price in the relaxation, where modules may be built in parts: of a demand it holds the "
        "part of the next module, which the other holds not or wholly."
    )
    return join([said, fixed, relaxed], SENTENCES)


def _binding(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of a rule whose price is more than rounding, the dearest first."""
    size = rows["price"].abs()
    if unknown(float(size.max())) or not float(size.max()):
        return rows.iloc[:0]
    chosen = rows[size > SMALLEST * float(size.max())]
    return chosen.assign(size=size).sort_values(["size", "index"], ascending=[False, True]).drop(columns="size")


def _line(subject: Subject, rule: str, rows: pd.DataFrame, count: int) -> list[Text]:
    binds = say("{binding} of {count}", binding=plain(float(len(rows)), 0), count=plain(float(count), 0))
    if rows.empty:
        return [subject.word(rule), binds, "0", "0", ""]
    size = rows["price"].abs()
    unit, scale = unit_name(str(rows["unit"].iloc[0])), COUNT.scaled([float(size.max())])
    return [subject.word(rule), binds, *(scale.number(float(x)) for x in (size.median(), size.max())), unit]


def _places(subject: Subject, rule: str, rows: pd.DataFrame, places: pd.Series) -> Element:
    """Return where a rule binds most; ``places`` are all that the rule has."""
    spelt, first = Speller(subject, places), rows.iloc[:SHOWN]
    scale = COUNT.scaled([float(rows["price"].abs().max())])
    priced = ["price"] if rows["price_relaxed"].isna().all() or _is_whole(rows) else ["price", "price_relaxed"]
    listed = [
        [spelt.spell(str(row["index"])), *(scale.number(float(row[name])) for name in priced)]
        for row in first.to_dict("records")
    ]
    text = say(
        "{rule}: the {count} highest of {all}",
        rule=subject.word(rule),
        count=len(first),
        all=plain(float(len(rows)), 0),
    )
    unit = unit_name(str(rows["unit"].iloc[0]))
    head = [say("Where"), say("Price [{unit}]", unit=unit)]
    head += [say("In the relaxation [{unit}]", unit=unit)] * (len(priced) - 1)
    return element("details", element("summary", text), table(text, head, listed, numbers=range(1, len(head))))


def _is_whole(rows: pd.DataFrame) -> bool:
    """Return whether nothing had to be whole, so that the relaxation is the plan's own programme."""
    return bool((rows["integers"] == "none").all())


def ranges_table(subject: Subject) -> Element | None:
    """Return the table, nothing where the run has none; ``ranging.csv`` says besides what changes at each end."""
    found = subject.results.ranging
    if found is None or found.empty:
        return None
    rows = [row for name, part in found.groupby("name", sort=False) for row in _ranges(subject, str(name), part)]
    head = [
        say("Number"),
        say("Where"),
        say("Its value"),
        say("Holds down to"),
        say("Holds up to"),
        say("Unit"),
        say("Price in between"),
        say("Unit of the price"),
    ]
    caption = say("How far numbers may go before a price changes")
    note = say(
        "One number at a time, all others as they are. The numbers with most at stake; what changes at each end "
        "stands in ranging.csv."
    )
    return element("div", table(caption, head, rows, numbers=[2, 3, 4, 6]), element("p", note, class_="note"))


def _ranges(subject: Subject, name: str, part: pd.DataFrame) -> list[list[Child]]:
    places = part["index"].fillna("").astype(str)
    spelt = Speller(subject, places)
    value, low, high, price = ([_number(x) for x in part[n].astype(float)] for n in ("value", "low", "high", "price"))
    unit, price_unit = ([unit_name(str(text)) for text in part[column]] for column in ("unit", "price_unit"))
    where = [spelt.spell(place) for place in places]
    columns = zip(where, value, low, high, unit, price, price_unit, strict=True)
    return [[subject.word(name), *cells] for cells in columns]


def _number(value: float) -> Text:
    """Return a number, and where there is no end that there is none."""
    return plain(value) if math.isfinite(value) else say("no end")
