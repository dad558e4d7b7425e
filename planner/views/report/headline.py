"""The headline: what the plan is, in numbers, beside those of a baseline."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from planner.language import Message, say
from planner.views.page.elements import element, table
from planner.views.page.numbers import (
    EMISSIONS,
    ENERGY,
    LATENCY,
    MONEY,
    POWER,
    RATIO,
    TRAFFIC,
    WATER,
    Measure,
    per_cent,
    points,
    unknown,
)
from planner.views.report.subject import title_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from xml.etree.ElementTree import Element

    from planner.io.results.results import Results
    from planner.views.report.subject import Subject


@dataclass(frozen=True)
class Line:
    """One number of the headline: its name, where it stands in the summary, and what it is measured in.

    ``measure`` is nothing for a share; ``is_card`` says whether it is among the few at the top.
    """

    name: Message
    place: tuple[str, ...]
    measure: Measure | None
    is_card: bool = False

    def value(self, summary: Mapping[str, Any]) -> float | None:
        """Return the number, nothing where a summary does not have it."""
        found: Any = summary
        for key in self.place:
            found = found.get(key) if isinstance(found, dict) else None
        return float(found) if isinstance(found, int | float) else None

    def write(self, value: float | None, beside: float | None = None) -> Message:
        """Return the number as text, in the unit of the larger of it and the one it stands beside."""
        if self.measure is None or unknown(value):
            return per_cent(value)
        return self.measure.scaled([value, beside]).write(value)

    def change(self, value: float | None, baseline: float | None) -> Message:
        """Return the difference as text; of shares in percentage points."""
        if self.measure is not None:
            return self.measure.change(value, baseline)
        return points(None if value is None or baseline is None else value - baseline)

    def relative(self, value: float | None, baseline: float | None) -> Message:
        """Return the difference in per cent of the baseline; of shares there is none."""
        if self.measure is None or value is None or unknown(baseline) or not baseline:
            return per_cent(None)
        return per_cent((value - baseline) / abs(baseline), sign=True)


def lines(subject: Subject) -> list[Line]:
    """Return the numbers of the headline that the plan has."""
    return [line for line in _all(subject) if not unknown(line.value(subject.summary))]


def _all(subject: Subject) -> Iterator[Line]:
    word, summary = subject.word, subject.summary
    yield Line(say("Cost"), ("cost",), MONEY, is_card=True)
    if subject.scenario.settings.minimise != "cost":
        yield Line(say("Value of the objective"), ("objective",), RATIO)
    counted = str(summary.get("emissions_accounting", ""))
    known = summary.get("emissions_by_accounting") or {}
    # By its accounting, so that a baseline that counts otherwise stands beside it with the same one.
    own = ("emissions_by_accounting", counted) if counted in known else ("emissions",)
    yield Line(_emissions(word(counted)), own, EMISSIONS, is_card=True)
    for other in known:
        if other != counted:
            yield Line(_emissions(word(other)), ("emissions_by_accounting", other), EMISSIONS)
    for mode in summary.get("green_power_share") or {}:
        if mode in ("certificate", subject.green_mode) or len(subject.weights) > 1:  # one timestep has no hours
            name = say("Green power share, {mode}", mode=word(mode))
            yield Line(name, ("green_power_share", mode), None, is_card=mode == subject.green_mode)
    yield Line(say("Green power share of new capacity"), ("green_power_share_new",), None)
    yield Line(say("Mean latency, one way"), ("mean_latency",), LATENCY, is_card=True)
    yield Line(say("Work done in the west"), ("west_share",), None, is_card=True)
    yield Line(say("Other sides' work moved west"), ("moved_west_share",), None)
    yield Line(say("Demand served"), ("served_share",), None)
    yield Line(say("New IT capacity"), ("capacity_new",), POWER, is_card=True)
    yield Line(say("IT capacity"), ("capacity",), POWER)
    yield Line(say("Utilisation of the capacity"), ("utilisation",), None)
    yield Line(say("Mean PUE"), ("mean_pue",), RATIO)
    yield Line(say("IT energy"), ("energy", "it"), ENERGY)
    yield Line(say("Facility energy"), ("energy", "facility"), ENERGY)
    yield Line(say("Water"), ("water",), WATER)
    yield Line(say("Traffic, mean"), ("traffic",), TRAFFIC)


def _emissions(accounting: Message) -> Message:
    return say("Emissions, {accounting}", accounting=accounting)


def section(subject: Subject) -> Element:
    """Return the section: the few numbers at the top, and all of them in a table."""
    chosen = lines(subject)
    cards = [_card(line, subject) for line in chosen if line.is_card]
    return element(
        "section",
        element("h2", say("Headline numbers"), id_="headline"),
        element("dl", cards, class_="cards"),
        _table(chosen, subject),
        aria_labelledby="headline",
    )


def _before(line: Line, subject: Subject, baseline: Results) -> float | None:
    """Return the baseline's number, nothing where it is of another kind: another accounting, another objective."""
    plan = subject.results
    is_other_accounting = plan.summary.get("emissions_accounting") != baseline.summary.get("emissions_accounting")
    is_other_aim = plan.scenario.settings.objective != baseline.scenario.settings.objective
    if (line.place == ("emissions",) and is_other_accounting) or (line.place == ("objective",) and is_other_aim):
        return None
    return line.value(baseline.summary)


def _card(line: Line, subject: Subject) -> Element:
    value = line.value(subject.summary)
    parts = [element("dt", line.name), element("dd", line.write(value), class_="figure")]
    if subject.baseline is not None:
        before = _before(line, subject, subject.baseline)
        text = line.change(value, before)
        if line.measure is not None:
            text = say("{change} ({relative})", change=text, relative=line.relative(value, before))
        parts.append(element("dd", say("{text} against the baseline", text=text), class_="change"))
    return element("div", parts)


def _table(chosen: list[Line], subject: Subject) -> Element:
    caption = say("All headline numbers")
    if subject.baseline is None:
        head = [say("Measure"), say("This plan")]
        return table(caption, head, [[x.name, x.write(x.value(subject.summary))] for x in chosen], numbers=[1])
    head = [say("Measure"), say("This plan"), say("Baseline"), say("Change"), say("Change in per cent")]
    rows = [
        [x.name, x.write(now, then), x.write(then, now), x.change(now, then), x.relative(now, then)]
        for x in chosen
        for now, then in [(x.value(subject.summary), _before(x, subject, subject.baseline))]
    ]
    text = say("All headline numbers against the baseline: {title}", title=title_of(subject.baseline))
    return table(text, head, rows, numbers=[1, 2, 3, 4])
