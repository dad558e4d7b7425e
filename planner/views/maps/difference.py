"""The difference map of two plans: which sites take on work and which give it away, and what moved between them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle

from planner.language import Language, Message, Text, say
from planner.views.maps.basemap import BaseMap, read_basemap
from planner.views.maps.composition import Content, compose
from planner.views.maps.flows import Selection, select_flows
from planner.views.maps.labels import Name, Placed
from planner.views.maps.layers import NEGLIGIBLE, Layers, Site, check_layer, read_layers
from planner.views.maps.legend import Legend, numbers_of, say_smallest, show_circles, show_widths
from planner.views.page import style
from planner.views.page.glyphs import clean_text
from planner.views.page.scales import format_number
from planner.views.page.text import check_language

GAIN, LOSS, NONE = "change_gain", "change_loss", "change_none"
COLOURS: Final = {GAIN: "#1f5fa0", LOSS: "#f3b562", NONE: style.PAPER}
"""Dark blue and light orange: told apart by colour-blind readers, and as dark and light in grey print."""
WORDS: Final = {
    GAIN: say("takes on work (+ MW beside its name)"),
    LOSS: say("gives work away (– MW)"),
    NONE: say("site without change"),
}
SHARE, MOST = 0.9, 70
"""Of the MW moved that the arcs drawn must carry, and the most arcs: more would hide the sites."""
COLUMNS: Final = {"sites": ("site", "before", "after"), "moves": ("site_from", "site_to", "load")}


class _Changes(Content):
    """The sites that take on work, that give it away and that do the same, and the moves as flows.

    Attributes
    ----------
    sites
        By what they do, each with its change [MW] as ``load``; the layers have all, the largest change first.
    """

    def __init__(self, layers: Layers, sites: dict[str, list[Site]], basemap: BaseMap) -> None:
        super().__init__(layers, select_flows(layers.flows, SHARE, MOST))
        self.sites = sites
        self.colours = [style.LAND] * len(basemap.areas)

    @property
    def named(self) -> list[Site]:
        """The sites that change, and the clusters."""
        return [site for site in self.layers.sites if site.load or site.cluster]

    def draw(self, axes: Axes) -> None:
        """Draw the sites without change, then the circles from the largest down: small ones lie on large ones."""
        kind_of = {id(site): kind for kind, sites in self.sites.items() for site in sites}
        ordered = sorted((site for sites in self.sites.values() for site in sites), key=lambda site: -site.load)
        for kind in (NONE, GAIN, LOSS):
            chosen = [(number, site) for number, site in enumerate(ordered) if kind_of[id(site)] == kind]
            for number, site in chosen:
                edge = style.INK if site.load else style.MUTED
                look: dict[str, Any] = {"facecolor": COLOURS[kind], "edgecolor": edge, "linewidth": 0.7}
                order = style.ORDER["sites"] + (number / len(ordered) if site.load else 0.0)
                marks = axes.scatter(*site.place, s=self.scale.measure(site.load) ** 2, zorder=order, **look)
                marks.set_gid(f"{kind}-{number}")

    def explain(self, legend: Legend, placed: list[Placed], left: list[Name]) -> None:  # noqa: ARG002 - all is in the table
        """Write the legend."""
        legend.add_heading(say("Site: change of IT load (area of circle)"))
        if self.circles is None:
            legend.add_remark(say("No site does more or less work."))
        else:
            show_circles(legend, self.circles)
            legend.add_remark(say_smallest(self.circles))
            legend.y -= 3
        for kind in (GAIN, LOSS, NONE):
            if self.sites[kind]:
                middle = legend.add_row(WORDS[kind])
                radius = 4.4 if kind != NONE else style.HOLLOW / 2
                legend.add_patch(Circle(middle, radius), facecolor=COLOURS[kind], edgecolor=style.INK, linewidth=0.7)
        legend.end_group()
        legend.add_heading(say("Moved from site to site, net (width)"))
        if self.widths is None:
            legend.add_remark(say("Nothing moved from site to site."))
            return
        show_widths(legend, self.widths)
        legend.add_remark(say("Arrows point from the site that the work leaves to the site that it goes to."))
        legend.add_remark(_describe(self.selection))


def draw_changes(
    sites: gpd.GeoDataFrame,
    moves: gpd.GeoDataFrame,
    *,
    title: Text,
    notes: Sequence[Text] = (),
    language: Language = "en",
    basemap: Path | None = None,
) -> Figure:
    """Draw what moved between two plans on one A4 page."""
    check_language(language)
    for table, layer in ((sites, "sites"), (moves, "moves")):
        check_layer(table, layer, COLUMNS[layer])
    base = read_basemap(basemap)
    return compose(_read_changes(sites, moves, base, language), base, title, notes, language)


def _read_changes(sites: gpd.GeoDataFrame, moves: gpd.GeoDataFrame, basemap: BaseMap, language: Language) -> _Changes:
    change = pd.to_numeric(sites["after"]) - pd.to_numeric(sites["before"])
    change = change.where(change.abs() >= NEGLIGIBLE, 0.0)
    labelled = sites.assign(it_load=change.abs())
    for column in ("name_zh", "name_en"):
        labelled[column] = [_label(names, amount) for names, amount in zip(_names(sites, column), change, strict=True)]
    flows = moves.rename(columns={"site_from": "region", "site_to": "site", "load": "allocation"})
    flows["distance"] = _apart(sites, moves)
    layers = read_layers(labelled, labelled.iloc[:0], flows, language)
    parts = {GAIN: change > 0, LOSS: change < 0, NONE: change == 0}
    found = {
        kind: read_layers(labelled[part.to_numpy()], labelled.iloc[:0], flows.iloc[:0], language).sites
        for kind, part in parts.items()
    }
    return _Changes(layers, found, basemap)


def _names(sites: gpd.GeoDataFrame, column: str) -> list[str]:
    """Return each site's name in one language, else in the other, else its id."""
    order = [column, *(other for other in ("name_zh", "name_en") if other != column), "site"]
    columns = [list(sites[name]) for name in order if name in sites.columns]
    return [next((str(name) for name in row if clean_text(name, set())), "") for row in zip(*columns, strict=True)]


def _label(name: str, change: float) -> str:
    """Return a site's name with its change [MW], the minus as printed."""
    if not change:
        return name
    return f"{name} {'+' if change > 0 else '–'}{format_number(abs(change))}"


def _apart(sites: gpd.GeoDataFrame, moves: gpd.GeoDataFrame) -> list[float]:
    """Return 1 for a move that has no arc because one of its sites has no place, 0 for the others."""
    placed = {
        site
        for site, point in zip(sites["site"], sites.geometry, strict=True)
        if point is not None and not point.is_empty
    }
    return [
        float(not {first, second} <= placed) for first, second in zip(moves["site_from"], moves["site_to"], strict=True)
    ]


def _describe(selection: Selection) -> Message:
    """Say how many moves are drawn and what they carry."""
    told = numbers_of(selection)
    if told["drawn"] == told["total"]:
        return say("All {drawn} are drawn, together {load} MW.", **told)
    return say("Drawn: the largest {drawn} of {total}, {share} % of {load} MW.", **told)
