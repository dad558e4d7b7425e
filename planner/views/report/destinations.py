"""Where every region's work goes, and the tables that features have of their own, such as that of outages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.language import CLAUSES, Message, join, say
from planner.views.page.elements import element, table
from planner.views.page.numbers import LATENCY, NOTHING, POWER, decimals_of, per_cent, plain
from planner.views.report.places import unit_name

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    import pandas as pd

    from planner.language import Text
    from planner.scenario.column import Chapter
    from planner.views.report.subject import Subject

SHOWN = 4
"""Destinations named; the rest are one number."""


def section(subject: Subject) -> Element:
    """Return the section: from side to side, and region by region."""
    return element(
        "section",
        element("h2", say("Where every region's work goes"), id_="destinations"),
        _sides(subject),
        _regions(subject),
        aria_labelledby="destinations",
    )


def _sides(subject: Subject) -> Element | None:
    """Return the work from side to side, nothing where the scenario has no sides."""
    of_region, of_site = (_column(subject, name, "side") for name in ("region", "site"))
    sides = list(dict.fromkeys([*of_region.values(), *of_site.values()]))
    if len([side for side in sides if side]) < 2:  # noqa: PLR2004 - one side has nowhere to go
        return None
    work = subject.work
    flows = work["mw"].groupby([work["region"].map(of_region), work["site"].map(of_site)]).sum()
    wholes = flows.groupby(level=0).sum()

    def cell(start: str, end: str) -> Message:
        value = float(flows.get((start, end), 0.0))
        if not value:
            return NOTHING
        share = per_cent(value / float(wholes[start]))
        return say("{load} ({share})", load=_load(value), share=share)

    named = {side: subject.name("side", side) if side else say("no side") for side in sides}
    rows = [[named[start], *(cell(start, end) for end in sides)] for start in sides if start in wholes.index]
    head = [say("From \\ to"), *(named[side] for side in sides)]
    caption = say("Work from side to side [MW, mean], and its share")
    return table(caption, head, rows, numbers=range(1, len(head)))


def _regions(subject: Subject) -> Element:
    facts = subject.results.regions.set_index("region")
    demand, latency = POWER.scaled(facts["demand"]), LATENCY.scaled(facts["latency"])
    kept = _kept_at_home(subject)
    loads = subject.work.groupby(["region", "site"], sort=False)["mw"].sum().sort_values(ascending=False, kind="stable")
    rows = [
        [
            subject.name("region", region),
            demand.number(float(facts.loc[region, "demand"])),
            per_cent(kept.get(region)),
            latency.number(float(facts.loc[region, "latency"])),
            _goes_to(subject, loads[loads.index.get_level_values("region") == region], facts.loc[region, "unserved"]),
        ]
        for region in subject.scenario.sets["region"]
    ]
    head = [
        say("Region"),
        say("Demand [MW]"),
        say("Stays in its province"),
        say("Mean latency [ms, one way]"),
        say("Goes to [MW]"),
    ]
    caption = say("Demand of every region and where it is served")
    return table(caption, head, rows, numbers=[1, 2, 3], id_="regions")


def _kept_at_home(subject: Subject) -> dict[str, float]:
    """Return the share of every region's work that stays in its province [1]."""
    work = subject.work
    home, place = (_column(subject, name, "province") for name in ("region", "site"))
    province = work["region"].map(home)
    is_home = (province == work["site"].map(place)) & (province != "")
    sums = work.assign(kept=work["mw"].where(is_home, 0.0)).groupby("region")[["mw", "kept"]].sum()
    shares = sums["kept"] / sums["mw"]
    are_known = any(place.values())  # sites without provinces say nothing of who stays in his own
    return {str(region): float(share) for region, share in shares.items() if are_known and home[str(region)]}


def _goes_to(subject: Subject, loads: pd.Series, unserved: float) -> Message:
    """Say where the work of a region goes, the most first."""
    goes = [
        say("{site} {load}", site=subject.name("site", str(site)), load=_load(load))
        for site, load in zip(loads.index.get_level_values("site")[:SHOWN], loads.iloc[:SHOWN], strict=True)
    ]
    if len(loads) > SHOWN:
        rest = _load(float(loads.iloc[SHOWN:].sum()))
        goes.append(say("{count} more {load}", count=len(loads) - SHOWN, load=rest))
    if unserved > 0:
        goes.append(say("unserved {load}", load=_load(float(unserved))))
    return join(goes, CLAUSES)


def _load(value: float) -> str:
    """Return a load [MW] among words: three digits say enough."""
    return plain(value, min(1, decimals_of([value], 3)))


def _column(subject: Subject, index_set: str, column: str) -> dict[str, str]:
    layer = subject.results.sites if index_set == "site" else subject.results.regions
    return dict(zip(layer[index_set].astype(str), layer[column].astype(str), strict=True))


def chapters_of(subject: Subject) -> list[Chapter]:
    """Return the chapters of the features that the scenario lists."""
    scenario = subject.scenario
    return [chapter for feature, chapter in scenario.declarations.chapters if scenario.has(feature)]


def chapters(subject: Subject) -> list[Element]:
    """Return a section for each chapter."""
    return [_chapter(subject, chapter) for chapter in chapters_of(subject)]


def _chapter(subject: Subject, chapter: Chapter) -> Element:
    heading = element("h2", chapter.heading, id_=chapter.name)
    rows = [[_cell(cell) for cell in row] for row in chapter.rows(subject.scenario, subject.tables)]
    numbers = [place for place, (_, unit) in enumerate(chapter.heads) if unit]
    heads = [say("{what} [{unit}]", what=what, unit=unit_name(unit)) if unit else what for what, unit in chapter.heads]
    body = (
        table(chapter.heading, heads, rows, numbers=numbers) if rows else element("p", say("There is nothing to show."))
    )
    return element("section", heading, element("p", chapter.says), body, aria_labelledby=chapter.name)


def _cell(value: Text | float) -> Text:
    return plain(value, CHAPTER_DECIMALS) if isinstance(value, float) else value


CHAPTER_DECIMALS = 1
