"""What decides the plan: the limits it reaches, and what one step more of each saves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.language import Message, say
from planner.views.page.elements import Child, element, table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from xml.etree.ElementTree import Element

    from planner.views.report.subject import ReachedLimit, Subject

SHOWN = 12
"""Limits that are seen at once; the others open on a click."""


def section(subject: Subject) -> Element:
    """Return the section."""
    heading = element("h2", say("What decides the plan"), id_="deciding")
    rows = subject.limits
    if rows is None:
        text = say("Nobody looked for it in this run.")
        return element("section", heading, element("p", text), aria_labelledby="deciding")
    if not rows:
        nothing = say("The plan reaches no limit whose giving way would save anything.")
        return element("section", heading, element("p", nothing), aria_labelledby="deciding")
    single = [row for row in rows if not row.is_together]
    together = [row for row in rows if row.is_together]
    rest = single[SHOWN:]
    more = say("{count} more limits that are reached", count=len(rest))
    return element(
        "section",
        heading,
        element("p", _meaning()),
        [element("p", element("strong", row.limit), ": ", row.saves) for row in together],
        _table(say("Limits that are reached"), single[:SHOWN]),
        element("details", element("summary", more), _table(more, rest)) if rest else None,
        aria_labelledby="deciding",
    )


def _meaning() -> Message:
    return say(
        "Each limit one step further, all others as they are. What a limit on whole numbers saves was found by solving "
        "again; it lies between the two numbers, which the gaps leave open. Shadow prices hold with the whole numbers "
        "of the plan."
    )


def _table(caption: Message, rows: Sequence[ReachedLimit]) -> Element:
    head = [say("Limit"), say("Is, and is reached"), say("One step more"), say("Saves"), say("Known by")]
    return table(caption, head, [_line(row) for row in rows], numbers=[1, 2, 3])


def _line(row: ReachedLimit) -> list[Child]:
    return [row.limit, row.value, row.one_more, row.saves, row.how]
