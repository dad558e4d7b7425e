"""The network of a plan: how full its links are, which are widened, and what more bandwidth would save."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from planner.figures import lines
from planner.language import Message, Text, say
from planner.views.page.elements import Child, element, table
from planner.views.page.numbers import COUNT, MONEY, TRAFFIC, per_cent, plain

if TYPE_CHECKING:
    from collections.abc import Mapping
    from xml.etree.ElementTree import Element

    from planner.views.report.subject import Subject

SHOWN = 40
"""Links of the table; the others stand in the result tables."""
ROUNDED = 1e-4
"""As near to its limit a link is as full as it may be."""


def section(subject: Subject) -> Element | None:
    """Return the section; nothing without a network."""
    results = subject.results
    known = lines.known(subject.scenario, results.tables)
    if known is None:
        return None
    found = lines.lines_of(subject.scenario, results.tables, results.shadow_prices)
    found = found.sort_values(["saves", "full", "line"], ascending=[False, False, True], kind="stable")
    shown = found.head(SHOWN)
    scales = {name: TRAFFIC.scaled(shown[name]) for name in ("traffic", "traffic_back", "room", "added")}
    modules, saves = COUNT.scaled(shown["modules"]), MONEY.scaled(shown["saves"])
    may = lines.limits(subject.scenario, results.tables)
    rows: list[list[Child]] = [
        [
            subject.name(known.of, str(row["line"])),
            _ends(subject, known.nodes, row),
            scales["traffic"].number(row["traffic"]),
            scales["traffic_back"].number(row["traffic_back"]),
            scales["room"].number(row["room"]),
            _full(row, may[str(row["line"])]),
            modules.number(row["modules"]),
            scales["added"].number(row["added"]),
            saves.number(row["saves"]),
        ]
        for row in shown.to_dict("records")
    ]
    head = [
        say("Link"),
        say("From – to"),
        say("Traffic there [Gbit/s]"),
        say("Traffic back [Gbit/s]"),
        say("Bandwidth [Gbit/s]"),
        say("Full at most"),
        say("Modules"),
        say("New [Gbit/s]"),
        say("1 Gbit/s more saves [{unit}]", unit=saves.unit),
    ]
    caption = say("Links, those first where more bandwidth would save most; traffic as the mean of the year")
    rest = len(found) - len(shown)
    left = say("{count} more links stand in tables/backbone_link.csv.", count=plain(float(rest)))
    return element(
        "section",
        element("h2", say("Network"), id_="network"),
        table(caption, head, rows, numbers=range(2, len(head))),
        element("p", left, class_="note") if rest else None,
        aria_labelledby="network",
    )


def _full(row: Mapping[Any, Any], limit: float) -> Text:
    """Return how full a link is at most, and whether that is as full as it may be."""
    share = per_cent(row["full"])
    return say("{limit}, reached", limit=share) if float(row["full"]) >= limit - ROUNDED else share


def _ends(subject: Subject, nodes: str, row: Mapping[Any, Any]) -> Message:
    begin, end = (subject.name(nodes, str(row[name])) for name in ("from", "to"))
    return say("{begin} – {end}", begin=begin, end=end)
