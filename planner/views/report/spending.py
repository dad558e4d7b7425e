"""Cost by category and energy by category, each beside the baseline's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.language import Message, say
from planner.views.page.elements import Child, bar, element, table
from planner.views.page.numbers import ENERGY, MONEY, per_cent

if TYPE_CHECKING:
    from collections.abc import Mapping
    from xml.etree.ElementTree import Element

    from planner.views.report.subject import Subject


def section(subject: Subject) -> Element:
    """Return the section."""
    note = say(
        "Energies are not parts of one sum: served and unserved make the demand; grid and green energy make the "
        "facilities' energy."
    )
    return element(
        "section",
        element("h2", say("Cost and energy"), id_="spending"),
        element(
            "div",
            _costs(subject),
            element("div", _energy(subject), element("p", note, class_="note")),
            class_="columns",
        ),
        aria_labelledby="spending",
    )


def _of(subject: Subject, key: str) -> tuple[dict[str, float], Mapping[str, float] | None]:
    """Return what is not zero in both plans, of this plan and of the baseline; nothing for a baseline that is not."""
    now = subject.summary.get(key) or {}
    then = None if subject.baseline is None else subject.baseline.summary.get(key) or {}
    names = [name for name in dict.fromkeys([*now, *(then or {})]) if now.get(name) or (then or {}).get(name)]
    return {name: float(now.get(name) or 0.0) for name in names}, then


def _costs(subject: Subject) -> Element:
    now, then = _of(subject, "costs")
    whole, largest = sum(now.values()), max(map(abs, now.values()), default=0.0)
    scale = MONEY.scaled([whole, *now.values(), *(then or {}).values()])

    def row(name: Child, value: float, before: float, drawn: Child) -> list[Child]:
        compared = [] if then is None else [scale.number(before), scale.number(value - before, sign=True)]
        return [name, scale.number(value), *compared, per_cent(value / whole) if whole else "", drawn]

    order = sorted(now, key=lambda name: -abs(now[name]))
    before = then or {}
    rows = [
        row(subject.word(name), now[name], float(before.get(name) or 0.0), _bar(now[name], largest)) for name in order
    ]
    foot = row(say("Sum"), whole, sum(float(value or 0.0) for value in before.values()), "")
    head: list[Child] = [say("Category"), scale.unit, *_compared(then is not None), say("Share"), ""]
    return table(say("Cost by category"), head, rows, numbers=range(1, len(head) - 1), foot=foot)


def _energy(subject: Subject) -> Element:
    now, then = _of(subject, "energy")
    largest = max(map(abs, now.values()), default=0.0)
    scale = ENERGY.scaled([*now.values(), *(then or {}).values()])
    rows: list[list[Child]] = []
    for name, value in now.items():
        before = float((then or {}).get(name) or 0.0)
        compared = [] if then is None else [scale.number(before), scale.number(value - before, sign=True)]
        rows.append([_energy_name(name, subject), scale.number(value), *compared, _bar(value, largest)])
    head: list[Child] = [say("Category"), scale.unit, *_compared(then is not None), ""]
    return table(say("Energy by category"), head, rows, numbers=range(1, len(head) - 1))


def _compared(is_compared: bool) -> list[Message]:
    return [say("Baseline"), say("Change")] if is_compared else []


def _bar(value: float, largest: float) -> Element:
    return bar(abs(value) / largest if largest else 0.0, negative=value < 0)


def _energy_name(name: str, subject: Subject) -> Message:
    """Return what an energy is called: its key is one word of the summary, not of the catalogue."""
    known = {
        "demand": say("demand (IT)"),
        "unserved": say("unserved demand (IT)"),
        "it": say("served (IT)"),
        "facility": say("facilities, with cooling"),
        "grid": say("grid energy"),
        "green": say("green energy used"),
        "excess": say("green energy sold"),
        "curtailed": say("green energy curtailed"),
        "certificates": say("green certificates"),
    }
    return known.get(name) or subject.word(name)
