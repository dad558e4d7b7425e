"""The difference map of two plans: which sites take on work and which give it away, and what moved between them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import matplotlib as mpl
import numpy as np
import pandas as pd
import shapely
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle, Polygon, Rectangle
from numpy.typing import NDArray

from planner.language import Language, Message, Text, rendered, say
from planner.views.maps.basemap import BaseMap, read_basemap
from planner.views.maps.figure import DPI, METADATA, PAD, check_formats, open_page, plain_settings
from planner.views.maps.flows import Selection, draw_flows, measure_arrow, project_flows, select_flows
from planner.views.maps.furniture import draw_bar, draw_inset, need_inset, plan_bar, plan_inset
from planner.views.maps.land import Land, add_axes, draw_land, project_land
from planner.views.maps.layers import NEGLIGIBLE, Layers, Site, check_layer, read_layers
from planner.views.maps.legend import SWATCH, Legend, megawatt, say_smallest
from planner.views.maps.notes import collect_notes, draw_notes, draw_title, measure_map, wrap_title
from planner.views.maps.projection import Bounds, Frame, fit_frame
from planner.views.maps.scales import CircleScale, WidthScale, choose_samples, format_number
from planner.views.maps.sites import draw_names
from planner.views.page import style
from planner.views.page.glyphs import clean_text, write_text
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


@dataclass(frozen=True)
class Changes:
    """The sites that take on work, that give it away and that do the same, each with its change [MW] as ``load``."""

    sites: dict[str, list[Site]]
    layers: Layers
    """All of them, the largest change first, and the moves as flows."""
    selection: Selection
    circles: CircleScale | None
    widths: WidthScale | None

    def points(self) -> NDArray[np.float64]:
        """Return the places of all sites [m], shape (n, 2)."""
        return np.array([site.place for site in self.layers.sites], dtype=float).reshape(-1, 2)

    def bounds(self, land: Land, room: float = 0.0) -> Bounds:
        """Return what the map must show [m]: the land, the sites with room around them, and the arcs."""
        arcs, points = shapely.get_coordinates(project_flows(self.selection.drawn)), self.points()
        spots = np.vstack([np.array(land.main).reshape(2, 2), points - room, points + room, arcs])
        (left, bottom), (right, top) = spots.min(axis=0), spots.max(axis=0)
        return float(left), float(bottom), float(right), float(top)


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
    changes = _read_changes(sites, moves, language)
    base = read_basemap(basemap)
    with mpl.rc_context(plain_settings()):
        return _compose(changes, base, clean_text(rendered(title, language), changes.layers.missing), notes, language)


def save_changes(
    figure: Figure, folder: Path, stem: str = "difference", formats: Sequence[str] = ("png", "svg", "pdf")
) -> list[Path]:
    """Write ``<stem>.png`` (300 dpi), ``.svg`` and ``.pdf``; return the files as ``formats`` orders them."""
    check_formats(formats)
    paths = [folder / f"{stem}.{name}" for name in formats]
    with mpl.rc_context(plain_settings()):
        for name, path in zip(formats, paths, strict=True):
            figure.savefig(path, format=name, dpi=DPI, metadata={**METADATA[name], "Title": str(figure.get_label())})
    return paths


def _read_changes(sites: gpd.GeoDataFrame, moves: gpd.GeoDataFrame, language: Language) -> Changes:
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
    loads = [site.load for site in layers.sites if site.load]
    selection = select_flows(layers.flows, SHARE, MOST)
    circles = CircleScale(max(loads)) if loads else None
    widths = WidthScale(selection.drawn[0].load) if selection.drawn else None
    return Changes(found, layers, selection, circles, widths)


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


def _compose(changes: Changes, base: BaseMap, title: str, notes: Sequence[Text], language: Language) -> Figure:
    land = project_land(base)
    figure, page = open_page()
    figure.set_label(title)
    title_end = draw_title(page, *wrap_title(title))
    width = style.PAGE[0] - 2 * style.MARGIN - style.PANEL - style.GUTTER
    lines = collect_notes(notes, changes.layers, [], base, language=language, width=width)
    box = measure_map(title_end, lines)
    frame = fit_frame(changes.bounds(land), box, pad=PAD)
    frame = fit_frame(changes.bounds(land, style.CIRCLE_MAX / frame.scale), box, pad=PAD)
    boxes = _draw_map(figure, page, changes, land, frame, language=language)
    named = [site for site in changes.layers.sites if site.load or site.cluster]
    arcs = project_flows(changes.selection.drawn, frame)
    draw_names(page, named, frame, changes.circles or CircleScale(1.0), boxes=boxes, arcs=arcs)
    panel = (box[2] + style.GUTTER, style.MARGIN, style.PAGE[0] - style.MARGIN, title_end + style.HEADING_SIZE * 0.5)
    _draw_legend(Legend(page, panel, language), changes)
    draw_notes(page, lines, style.MARGIN, box[1] - 4)
    return figure


def _draw_map(
    figure: Figure, page: Axes, changes: Changes, land: Land, frame: Frame, *, language: Language
) -> list[Bounds]:
    """Draw the map inside its frame and return the boxes in its corners [pt]."""
    axes = add_axes(figure, frame, layer=1)
    axes.set_gid("map")
    colours = [style.LAND] * len(land.areas)
    draw_land(axes, land, frame, colours, "provinces")
    if changes.widths is not None:
        draw_flows(axes, changes.selection.drawn, frame, changes.widths)
    _draw_sites(axes, changes)
    points = frame.place(changes.points())
    boxes, taken = [], []
    if need_inset(land, frame):
        corner, box = plan_inset(frame, points)
        draw_inset(figure, page, land, box, colours=colours, language=language)
        boxes.append(box)
        taken.append(corner)
    bar = plan_bar(frame, points, taken)
    draw_bar(page, frame, (bar[0] + 8, bar[1] + 4), language)
    return [*boxes, bar]


def _draw_sites(axes: Axes, changes: Changes) -> None:
    """Draw the sites without change, then the circles from the largest down: small ones lie on large ones."""
    scale = changes.circles or CircleScale(1.0)
    kind_of = {id(site): kind for kind, sites in changes.sites.items() for site in sites}
    ordered = sorted((site for sites in changes.sites.values() for site in sites), key=lambda site: -site.load)
    for kind in (NONE, GAIN, LOSS):
        chosen = [(number, site) for number, site in enumerate(ordered) if kind_of[id(site)] == kind]
        for number, site in chosen:
            look: dict[str, Any] = {"facecolor": COLOURS[kind], "edgecolor": style.INK if site.load else style.MUTED}
            order = style.ORDER["sites"] + (number / len(ordered) if site.load else 0.0)
            marks = axes.scatter(*site.place, s=scale.measure(site.load) ** 2, linewidth=0.7, zorder=order, **look)
            marks.set_gid(f"{kind}-{number}")


def _draw_legend(legend: Legend, changes: Changes) -> None:
    legend.add_heading(say("Site: change of IT load (area of circle)"))
    if changes.circles is None:
        legend.add_remark(say("No site does more or less work."))
    else:
        _explain_sizes(legend, changes.circles)
    for kind in (GAIN, LOSS, NONE):
        if changes.sites[kind]:
            middle = legend.add_row(WORDS[kind])
            radius = 4.4 if kind != NONE else style.HOLLOW / 2
            legend.add_patch(Circle(middle, radius), facecolor=COLOURS[kind], edgecolor=style.INK, linewidth=0.7)
    legend.end_group()
    legend.add_heading(say("Moved from site to site, net (width)"))
    if changes.widths is None:
        legend.add_remark(say("Nothing moved from site to site."))
        return
    for load in choose_samples(changes.widths.largest):
        if load >= changes.widths.threshold:
            _explain_width(legend, load, changes.widths.measure(load))
    legend.add_remark(say("Arrows point from the site that the work leaves to the site that it goes to."))
    legend.add_remark(_describe(changes.selection))


def _explain_sizes(legend: Legend, scale: CircleScale) -> None:
    """Show circles of round changes side by side, at the scale of the map."""
    samples = [load for load in choose_samples(scale.largest) if load >= scale.threshold]
    top, tallest = legend.y, scale.measure(samples[0])
    column = (legend.right - legend.left) / 3
    for number, load in enumerate(samples):
        radius = scale.measure(load) / 2
        middle = (legend.left + column * (number + 0.5), top - tallest + radius)
        legend.add_patch(Circle(middle, radius), facecolor=style.PAPER, edgecolor=style.INK, linewidth=0.7)
        below = (middle[0], top - tallest - style.TEXT_SIZE * 1.25)
        write_text(legend.page, below, megawatt(load), style.TEXT_SIZE, color=style.INK, ha="center")
    legend.y = top - tallest - style.TEXT_SIZE * 1.6
    legend.add_remark(say_smallest(scale))
    legend.y -= 3


def _explain_width(legend: Legend, load: float, width: float) -> None:
    x, y = legend.add_row(megawatt(load))
    look = {"facecolor": style.FLOW_COLOUR, "alpha": style.FLOW_ALPHA, "linewidth": 0}
    legend.add_patch(Rectangle((x - SWATCH / 2, y - width / 2), SWATCH, width), **look)
    size = measure_arrow(width)
    tip = [(x - size / 2, y + 0.42 * size), (x + size / 2, y), (x - size / 2, y - 0.42 * size)]
    legend.add_patch(Polygon(tip), facecolor=style.FLOW_COLOUR, edgecolor=style.PAPER, linewidth=0.35, zorder=4)


def _describe(selection: Selection) -> Message:
    """Say how many moves are drawn and what they carry; the share is rounded down, never up."""
    load, drawn = format_number(selection.load), len(selection.drawn)
    if drawn == selection.total:
        return say("All {drawn} are drawn, together {load} MW.", drawn=drawn, load=load)
    return say(
        "Drawn: the largest {drawn} of {total}, {share} % of {load} MW.",
        drawn=drawn,
        total=selection.total,
        share=int(selection.share * 100 + 1e-9),
        load=load,
    )
