"""How far the numbers that matter may go before the plan changes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from planner.language import Text, say
from planner.views.page.elements import Child, element, table
from planner.views.page.numbers import plain
from planner.views.report.places import Speller, unit_name

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    import pandas as pd

    from planner.views.report.subject import Subject


def ranges_table(subject: Subject) -> Element | None:
    """Return the table, nothing where the run has none; ``ranging.csv`` says besides what changes at each end."""
    found = subject.results.ranging
    if found is None or found.empty:
        return None
    rows = [row for name, part in found.groupby("name", sort=False) for row in _rows(subject, str(name), part)]
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


def _rows(subject: Subject, name: str, part: pd.DataFrame) -> list[list[Child]]:
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
