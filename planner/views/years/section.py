"""The section of the page on several years: three sentences, what stands by stage, a table, and a map of each year."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from planner.language import Message, Text, join, say
from planner.views.page.elements import Child, element, option, table
from planner.views.page.numbers import EMISSIONS, MONEY, POWER, Measure, per_cent
from planner.views.years.outlook import Outlook, in_summary
from planner.views.years.pictures import map_of, place_of_land, stairs
from planner.views.years.sentences import LEAST, green_mode, sentences

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from xml.etree.ElementTree import Element

    import pandas as pd

    from planner.scenario.cases import Case
    from planner.views.years.pictures import Place

SITES_SHOWN: Final = 5
CASES_MAX: Final = 24
"""Years that have a map on the page; of more those of the likeliest future alone."""


@dataclass(frozen=True)
class Years:
    """Several years as the page tells them.

    Attributes
    ----------
    outlook
        The years.
    title
        Of the scenario that holds them.
    shown
        Stage and future of the year that the rest of the page is about.
    sites
        By stage and future, the sites with their load and green share, and where each lies in the plane.
    """

    outlook: Outlook
    title: Message
    shown: tuple[str, str]
    sites: Mapping[tuple[str, str], tuple[pd.DataFrame, Sequence[Place]]]


def mapped(outlook: Outlook) -> list[Case]:
    """Return the cases that have a map on the page."""
    every = [case for case, _ in outlook.cases]
    return every if len(every) <= CASES_MAX else [case for case in every if case.future == outlook.likeliest]


def section(years: Years, word: Callable[[str], Message], land: Mapping[str, Any]) -> Element:
    """Return the section.

    Parameters
    ----------
    years
        What it is about.
    word
        Returns what a reader calls an accounting of green power.
    land
        The base map as :func:`planner.views.report.land.draw_land` returns it.
    """
    outlook = years.outlook
    told = [element("p", text, class_="told") for text in sentences(outlook, word)]
    return element(
        "section",
        element("h2", say("The years together"), id_="years"),
        told,
        _stairs(outlook) if len(outlook.stages) > 1 else None,
        _table(outlook, word),
        _timeline(years, word, land),
        element(
            "p", say("All that follows is of one year: {case}.", case=_name(outlook, *years.shown)), class_="warning"
        ),
        aria_labelledby="years",
    )


def _stairs(outlook: Outlook) -> Element:
    """Return what stands by stage: all sites together, and those at which most is built."""
    panels = [(say("All sites"), None), *((outlook.name("site", site), [site]) for site in _sites(outlook))]
    drawn = [element("div", element("p", name, class_="panel"), stairs(outlook, sites)) for name, sites in panels]
    caption = say(
        "IT capacity that stands, by stage [MW]: grey what stood before, blue what the plan built; of futures their "
        "mean, the bar from the least to the most of them."
    )
    return element("figure", element("div", drawn, class_="panels"), element("figcaption", caption), class_="stairs")


def _sites(outlook: Outlook) -> list[str]:
    new = outlook.capacity.groupby("site", sort=False)["new"].sum()
    return [str(site) for site in new[new > LEAST].sort_values(ascending=False, kind="stable").index[:SITES_SHOWN]]


def _columns(outlook: Outlook, word: Callable[[str], Message]) -> list[tuple[Text, Measure | None, list[float | None]]]:
    """Return the columns of numbers of the table by case: heading, measure (a share has none), and the numbers."""
    mode = green_mode(outlook)
    asked: list[tuple[Text, Measure | None, Callable[..., float | None]]] = [
        (say("Cost"), MONEY, in_summary("cost")),
        (say("IT capacity"), POWER, outlook.stands),
        (say("Built in this stage"), POWER, outlook.ordered),
        (say("Green power share, {mode}", mode=word(mode)), None, in_summary("green_power_share", mode)),
        (say("Emissions"), EMISSIONS, in_summary("emissions")),
    ]
    found = [(name, measure, [number(*pair) for pair in outlook.cases]) for name, measure, number in asked]
    return [(name, measure, numbers) for name, measure, numbers in found if any(one is not None for one in numbers)]


def _table(outlook: Outlook, word: Callable[[str], Message]) -> Element:
    heads: list[Text] = []
    columns: list[list[Child]] = []
    for name, measure, numbers in _columns(outlook, word):
        scale = None if measure is None else measure.scaled(numbers)
        heads.append(name if scale is None else say("{name} [{unit}]", name=name, unit=scale.unit))
        columns.append([per_cent(one) if scale is None else scale.number(one) for one in numbers])
    has_futures = len(outlook.futures) > 1
    rows: list[list[Child]] = []
    for number, (case, _) in enumerate(outlook.cases):
        chance = [per_cent(case.probability)] if has_futures else []
        rows.append([_name(outlook, case.stage, case.future), *chance, *(column[number] for column in columns)])
    first: list[Text] = [say("Year"), *([say("Probability")] if has_futures else [])]
    return table(say("Year by year"), [*first, *heads], rows, numbers=range(1, len(first) + len(heads)))


def _name(outlook: Outlook, stage: str, future: str) -> Message:
    """Return what a reader calls a case."""
    return join(
        (outlook.name(name, member) for name, member in (("stage", stage), ("future", future)) if member), " / "
    )


def _timeline(years: Years, word: Callable[[str], Message], land: Mapping[str, Any]) -> Element:
    """Return the choice of stage and future, and below it a map and the numbers of each year."""
    outlook = years.outlook
    cases = [case for case in mapped(outlook) if (case.stage, case.future) in years.sites]
    stages = [stage for stage in outlook.stages if stage]
    buttons = [
        element("button", outlook.name("stage", stage), type_="button", data_stage=stage, aria_pressed="false")
        for stage in stages
    ]
    everything = element("button", say("all stages"), type_="button", data_stage="", aria_pressed="true")
    futures = list(dict.fromkeys(case.future for case in cases))
    choice = element(
        "select",
        [option(future, outlook.name("future", future), chosen=future == outlook.likeliest) for future in futures],
        id_="year-future",
    )
    label = element("label", say("Future"), for_="year-future")
    controls: list[Child] = [element("div", everything, buttons, class_="controls", id_="year-stage")] if stages else []
    if len(futures) > 1:
        controls.append(element("div", label, choice, class_="field"))
    largest = max((float(sites["it_load"].max()) for sites, _ in years.sites.values() if len(sites)), default=0.0)
    drawn = [_case(years, case, word, land, largest) for case in cases]
    note = say(
        "Circles: IT load (area), alike in all maps, and green power share (pale yellow: least, dark blue: most; grey: "
        "not known); a thick edge: built in this stage. Point at a circle for its name."
    )
    return element(
        "div",
        element("h3", say("Stage by stage"), id_="timeline"),
        controls,
        place_of_land(),
        element("div", drawn, class_="timeline"),
        element("p", note, class_="note"),
    )


def _case(years: Years, case: Case, word: Callable[[str], Message], land: Mapping[str, Any], largest: float) -> Element:
    """Return one year: its name, its map and its numbers."""
    outlook = years.outlook
    told = next(one for other, one in outlook.cases if other is case)
    mode = green_mode(outlook)
    numbers: list[tuple[Text, Text]] = [
        (say("Cost"), MONEY.write(told["cost"])),
        (say("IT capacity"), POWER.write(outlook.stands(case, told))),
        (say("Built in this stage"), POWER.write(outlook.ordered(case, told))),
    ]
    share = in_summary("green_power_share", mode)(case, told)
    emitted = in_summary("emissions")(case, told)
    if share is not None:
        numbers.append((say("Green power share, {mode}", mode=word(mode)), per_cent(share)))
    if emitted is not None:
        numbers.append((say("Emissions"), EMISSIONS.write(emitted)))
    listed = [element("div", element("dt", name), element("dd", number)) for name, number in numbers]
    sites, places = years.sites[case.stage, case.future]
    return element(
        "figure",
        element("figcaption", element("strong", _name(outlook, case.stage, case.future))),
        map_of(sites, places, outlook.built_at(case), land, (largest, _named(outlook))),
        element("dl", listed, class_="numbers"),
        class_="year",
        data_stage=case.stage,
        data_future=case.future,
    )


def _named(outlook: Outlook) -> Callable[[str], str]:
    """Return what names a site in both languages at once, for what cannot switch between them."""

    def named(site: str) -> str:
        name = outlook.name("site", site)
        return name.en if name.en == name.zh else f"{name.en} {name.zh}"

    return named
