"""What decides the plan: the limits it reaches, and what one step more of each saves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.language import Said, say
from planner.views.page.elements import Child, element, table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from xml.etree.ElementTree import Element

    from planner.views.report.subject import ReachedLimit, Subject

SHOWN = 12
"""Limits that are seen at once; the others open on a click."""


def section(subject: Subject) -> Element:
    """Return the section."""
    heading = element("h2", say("What decides the plan", "决定方案的限制"), id_="deciding")
    rows = subject.limits
    if rows is None:
        text = say("Nobody looked for it in this run.", "本次运行未查找。")
        return element("section", heading, element("p", text), aria_labelledby="deciding")
    if not rows:
        nothing = say("The plan reaches no limit whose giving way would save anything.", "放宽任何限制都不能再节省。")
        return element("section", heading, element("p", nothing), aria_labelledby="deciding")
    single = [row for row in rows if not row.is_together]
    together = [row for row in rows if row.is_together]
    rest = single[SHOWN:]
    more = say("{count} more limits that are reached", "另有 {count} 项已达到的限制", count=len(rest))
    return element(
        "section",
        heading,
        element("p", _meaning()),
        [element("p", element("strong", row.limit), ": ", row.saves) for row in together],
        _table(say("Limits that are reached", "已达到的限制"), single[:SHOWN]),
        element("details", element("summary", more), _table(more, rest)) if rest else None,
        aria_labelledby="deciding",
    )


def _meaning() -> Said:
    return say(
        "Each limit one step further, all others as they are. What a limit on whole numbers saves was found by solving "
        "again; it lies between the two numbers, which the gaps leave open. Shadow prices hold with the whole numbers "
        "of the plan.",
        "每次只将一项限制放宽一步，其余不变。整数限制的节省额由重新求解得出，介于所列两数之间（由最优性间隙决定）；"
        "影子价格按方案的整数取值计算。",
    )


def _table(caption: Said, rows: Sequence[ReachedLimit]) -> Element:
    head = [
        say("Limit", "限制"),
        say("Is, and is reached", "现值（已达到）"),
        say("One step more", "放宽一步"),
        say("Saves", "可省"),
        say("Known by", "得出方式"),
    ]
    return table(caption, head, [_line(row) for row in rows], numbers=[1, 2, 3])


def _line(row: ReachedLimit) -> list[Child]:
    return [row.limit, row.value, row.one_more, row.saves, row.how]
