"""Links of a network: as wide as their traffic, as dark as they are full, with a mark where the plan widens them."""

import math
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.patches import Rectangle

from planner.language import rendered, say
from planner.views.maps.layers import NEGLIGIBLE, check_layer, check_shape
from planner.views.maps.legend import SWATCH, Legend
from planner.views.maps.projection import Frame, project_arc
from planner.views.page import style
from planner.views.page.errors import DrawingError
from planner.views.page.glyphs import write_text
from planner.views.page.numbers import per_cent
from planner.views.page.scales import WidthScale, choose_samples, format_about, format_number

NEEDED = ("link", "from", "to", "traffic", "traffic_back", "utilisation")
CASING = 0.9
"""[pt] by which the dark line under a link is wider than the link."""
NEARLY_FULL = 1e-6
"""A share this near a limit of the classes is on it."""


@dataclass(frozen=True)
class Link:
    """All links between two nodes: an arc in degrees, traffic both ways [Gbit/s], how full, whether widened."""

    arc: shapely.LineString
    traffic: float
    full: float
    is_widened: bool


@dataclass(frozen=True)
class Links:
    """The links that are drawn, the widest last, and what could not be."""

    drawn: list[Link]
    parallel: int = 0
    """How many links share their two nodes with another, and are drawn with it as one."""
    unplaced: int = 0

    @property
    def widths(self) -> WidthScale | None:
        """The scale of the lines; none where nothing is carried."""
        most = max((link.traffic for link in self.drawn), default=0.0)
        return WidthScale(most) if most > 0 else None

    def width(self, link: Link) -> float:
        """Return how wide a link is drawn [pt]."""
        return self.widths.measure(link.traffic) if self.widths is not None else style.FLOW_WIDTH_MIN


def read_links(table: gpd.GeoDataFrame) -> Links:
    """Return the links that have bandwidth, those between the same nodes together."""
    check_layer(table, "links", NEEDED)
    groups: dict[frozenset[str], list[int]] = {}
    for row, (begin, end) in enumerate(zip(table["from"].astype(str), table["to"].astype(str), strict=True)):
        groups.setdefault(frozenset((begin, end)), []).append(row)
    traffic = _quantity(table, "traffic") + _quantity(table, "traffic_back")
    full = pd.to_numeric(table["utilisation"], errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    widened = _quantity(table, "modules") > 0.5 if "modules" in table.columns else np.zeros(len(table), bool)  # noqa: PLR2004 - whole
    drawn, parallel, unplaced = [], 0, 0
    for rows in groups.values():
        stands = [row for row in rows if not math.isnan(full[row])]
        arcs = [arc for row in stands if isinstance(arc := check_shape(table.geometry.iloc[row]), shapely.LineString)]
        if not arcs:
            unplaced += len(stands)
            continue
        parallel += len(stands) if len(stands) > 1 else 0
        drawn.append(
            Link(arcs[0], float(traffic[stands].sum()), float(full[stands].max()), bool(widened[stands].any()))
        )
    return Links(sorted(drawn, key=lambda link: (link.traffic, link.arc.wkb)), parallel, unplaced)


def _quantity(table: gpd.GeoDataFrame, column: str) -> np.ndarray:
    values = pd.to_numeric(table[column], errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    wrong = ~(np.isfinite(values) & (values >= -NEGLIGIBLE))
    if wrong.any():
        first = int(np.argmax(wrong))
        raise DrawingError(
            say(
                "layer {layer}: {column} of {key!r} is {first}; a number of 0 or more",
                layer="links",
                column=column,
                key=str(table["link"].iloc[first])[:80],
                first=str(table[column].iloc[first])[:80],
            )
        )
    found: np.ndarray = np.maximum(values, 0.0)
    return found


def colour_of(full: float) -> str:
    """Return the colour of a utilisation from 0 to 1, as pale as it is low."""
    position = int(np.searchsorted(style.GREEN_BREAKS[1:-1], full + NEARLY_FULL, side="right"))
    return style.LINK_COLOURS[position]


def draw_links(axes: Axes, links: Links, frame: Frame) -> None:
    """Draw the links, each on a darker line a little wider, and a square on those that are widened."""
    parts, widths, colours, marks = [], [], [], []
    for link in links.drawn:
        arc = shapely.simplify(project_arc(link.arc), 0.1 / frame.scale)
        for part in shapely.get_parts(arc):
            parts.append(shapely.get_coordinates(part))
            widths.append(links.width(link))
            colours.append(colour_of(link.full))
        if link.is_widened:
            longest = max(shapely.get_parts(arc), key=lambda part: part.length)
            marks.append(shapely.get_coordinates(longest.interpolate(0.5, normalized=True))[0])
    order = style.ORDER["flows"]
    # One link after the other, casing and core, so that where two cross the wider one lies whole on the other.
    for number, (part, width, colour) in enumerate(zip(parts, widths, colours, strict=True)):
        here = order + number / (len(parts) + 1)
        casing = LineCollection([part], linewidths=width + CASING, colors=style.INK, zorder=here, capstyle="butt")
        core = LineCollection([part], linewidths=width, colors=colour, zorder=here + 0.2 / (len(parts) + 1))
        core.set(gid=f"link-{number}", capstyle="butt")
        for lines in (casing, core):
            axes.add_collection(lines, autolim=False)
    if marks:
        spots = np.array(marks)
        look = {"s": style.LINK_MARK**2, "marker": "s", "facecolors": style.PAPER, "edgecolors": style.INK}
        squares = axes.scatter(spots[:, 0], spots[:, 1], linewidths=1.1, zorder=style.ORDER["arrows"] + 0.5, **look)  # type: ignore[arg-type]
        squares.set_gid("links-widened")


def explain_links(legend: Legend, links: Links) -> None:
    """Write what width, colour and squares of the links mean."""
    legend.add_heading(say("Link: traffic both ways (width)"))
    scale = links.widths
    if scale is None:
        legend.add_remark(say("No link carries anything."))
        legend.end_group()
        return
    for traffic in (value for value in choose_samples(scale.largest) if value >= scale.threshold):
        x, y = legend.add_row(f"{format_number(traffic)} Gbit/s")
        width = scale.measure(traffic)
        for wide, colour in ((width + CASING, style.INK), (width, style.LINK_COLOURS[2])):
            bar = Rectangle((x - SWATCH / 2, y - wide / 2), SWATCH, wide)
            legend.add_patch(bar, facecolor=colour, linewidth=0)
    if any(0 < link.traffic < scale.threshold for link in links.drawn):
        thinnest = format_about(scale.threshold)
        legend.add_remark(say("Thinnest line: about {value} Gbit/s or less.", value=thinnest))
    legend.end_group()
    legend.add_heading(say("Link: how full at most (colour)"))
    _strip(legend)
    if any(link.is_widened for link in links.drawn):
        x, y = legend.add_row(say("square: widened by the plan"))
        side = style.LINK_MARK
        mark = Rectangle((x - side / 2, y - side / 2), side, side)
        legend.add_patch(mark, facecolor=style.PAPER, edgecolor=style.INK, linewidth=1.1)
    if links.parallel:
        legend.add_remark(say("{count} links run beside another and are drawn with it.", count=links.parallel))
    if links.unplaced:
        legend.add_remark(say("Links not drawn, for want of coordinates: {count}.", count=links.unplaced))
    legend.end_group()


def _strip(legend: Legend) -> None:
    width = (legend.right - legend.left - 12) / len(style.LINK_COLOURS)
    for number, colour in enumerate(style.LINK_COLOURS):
        start = (legend.left + 5 + number * width, legend.y - 10)
        legend.add_patch(Rectangle(start, width, 10), facecolor=colour, edgecolor=style.INK, linewidth=0.5)
    for number, limit in enumerate(style.GREEN_BREAKS):
        place = (legend.left + 5 + number * width, legend.y - 10 - style.NOTE_SIZE * 1.25)
        mark = rendered(per_cent(limit, 0), legend.language) if limit == 1 else f"{limit * 100:.0f}"
        write_text(legend.page, place, mark, style.NOTE_SIZE, color=style.INK, ha="center")
    legend.y -= 10 + style.NOTE_SIZE * 1.25 + 6
