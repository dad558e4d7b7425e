"""Sites as circles, regions as dots and squares, and their names."""

import math
from collections.abc import Sequence

import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.patheffects import withStroke
from matplotlib.text import Text
from shapely.geometry.base import BaseGeometry

from planner.views.maps.labels import Name, Placed, place_names
from planner.views.maps.layers import Region, Site
from planner.views.maps.projection import Bounds, Frame
from planner.views.page import style
from planner.views.page.glyphs import measure_text, shorten_text, write_text
from planner.views.page.scales import CircleScale, pick_demand_colour, pick_green_colour

LINE_HEIGHT = 1.2
"""Height of a name's box, in font sizes: from below the descenders to above the capitals."""


BELOW = 0.25
"""Depth of the descenders, in font sizes."""


def measure_radius(site: Site, scale: CircleScale) -> float:
    """Return the radius of all that is drawn of a site [pt], its ring included."""
    radius = scale.measure(site.load) / 2
    return radius + style.RING_GAP + style.RING_WIDTH if site.new else radius + 0.8


def _scatter(axes: Axes, sites: list[Site], diameters: list[float], **look: object) -> PathCollection:
    """Draw circles of given diameters [pt]."""
    x = [site.place[0] for site in sites]
    y = [site.place[1] for site in sites]
    return axes.scatter(x, y, s=[diameter**2 for diameter in diameters], marker="o", **look)  # type: ignore[arg-type]


def draw_sites(axes: Axes, sites: list[Site], scale: CircleScale) -> None:
    """Draw a circle for each site.

    Parameters
    ----------
    axes
        Axes in metres of the projection.
    sites
        The sites, the largest load first: small circles lie on large ones.
    scale
        MW of IT load to the diameter [pt].
    """
    sizes = [scale.measure(site.load) for site in sites]
    halo = [
        size + 2 * (style.RING_GAP + style.RING_WIDTH if site.new else 0.9)
        for site, size in zip(sites, sizes, strict=True)
    ]
    order = style.ORDER["sites"]
    pale = _scatter(axes, sites, halo, facecolors=style.PAPER, linewidths=0, alpha=0.85, zorder=order - 0.5)
    pale.set_gid("sites-halo")
    colours = [pick_green_colour(site.green) if site.load else style.PAPER for site in sites]
    edges = [style.INK if site.load else style.MUTED for site in sites]
    discs = _scatter(axes, sites, sizes, facecolors=colours, edgecolors=edges, linewidths=0.7, zorder=order)
    discs.set_gid("sites")
    _hatch_unknown(axes, sites, sizes)
    _ring_new(axes, sites, sizes)


def _hatch_unknown(axes: Axes, sites: list[Site], sizes: list[float]) -> None:
    """Hatch the circles whose green-power share is not known: grey alone could be a class in a grey print."""
    pairs = [(site, size) for site, size in zip(sites, sizes, strict=True) if site.load and math.isnan(site.green)]
    if pairs:
        discs = _scatter(axes, [site for site, _ in pairs], [size for _, size in pairs], zorder=style.ORDER["hatch"])
        discs.set(facecolor="none", edgecolor=style.MUTED, linewidth=0.7, hatch=style.HATCH, gid="sites-unknown")


def _ring_new(axes: Axes, sites: list[Site], sizes: list[float]) -> None:
    """Draw a dark ring around the sites at which capacity is built."""
    pairs = [(site, size) for site, size in zip(sites, sizes, strict=True) if site.new]
    if pairs:
        widths = [size + 2 * style.RING_GAP + style.RING_WIDTH for _, size in pairs]
        rings = _scatter(axes, [site for site, _ in pairs], widths, zorder=style.ORDER["rings"])
        rings.set(facecolor="none", edgecolor=style.INK, linewidth=style.RING_WIDTH, gid="rings")


def draw_regions(axes: Axes, regions: list[Region], areas: list[int | None], breaks: list[float]) -> None:
    """Draw a dot where a region's flows start, and a shaded square for a region in no area of the base map."""
    placed = [(region, area) for region, area in zip(regions, areas, strict=True) if region.place is not None]
    spots = np.array([region.place for region, _ in placed]).reshape(-1, 2)
    dots = axes.scatter(
        spots[:, 0], spots[:, 1], s=style.DOT**2, c=style.MUTED, linewidths=0, zorder=style.ORDER["dots"]
    )
    dots.set_gid("regions")
    alone = sorted((region for region, area in placed if area is None), key=lambda region: -region.demand)
    if alone:
        colours = [pick_demand_colour(region.demand, breaks) for region in alone]
        spots = np.array([region.place for region in alone])
        look = {"s": style.SQUARE**2, "marker": "s", "facecolors": colours, "edgecolors": style.INK, "linewidths": 0.6}
        squares = axes.scatter(spots[:, 0], spots[:, 1], zorder=style.ORDER["squares"], **look)  # type: ignore[arg-type]
        squares.set_gid("region-squares")


def _frame_name(site: Site, frame: Frame, scale: CircleScale) -> Name:
    """Return the name of a site with the room it needs."""
    size = style.CLUSTER_SIZE if site.cluster else style.SITE_SIZE
    text = shorten_text(site.label, size, style.LABEL_WIDTH)
    x, y = frame.place(np.array([site.place]))[0]
    room = (measure_text(text, size) * 1.03 + 1, size * LINE_HEIGHT)
    return Name(text, (float(x), float(y)), measure_radius(site, scale), room, site.cluster)


def _write_name(page: Axes, placed: Placed, number: int) -> Text:
    """Write one name, with a pale outline that keeps it legible over arcs, and its leader."""
    name, box = placed.name, placed.box
    if placed.leader is not None:
        (x0, y0), (x1, y1) = placed.leader
        page.plot(
            [x0, x1], [y0, y1], color=style.INK, linewidth=0.5, zorder=10, gid=f"leader-{number}", solid_capstyle="butt"
        )
    size = style.CLUSTER_SIZE if name.cluster else style.SITE_SIZE
    place = ((box[0] + box[2]) / 2, box[1] + BELOW * size)
    look = {"color": style.INK if name.cluster else style.MUTED, "ha": "center", "va": "baseline", "zorder": 11}
    kind = "cluster-name" if name.cluster else "site-name"
    text = write_text(page, place, name.text, size, gid=f"{kind}-{number}", **look)
    text.set_path_effects([withStroke(linewidth=1.8, foreground=style.PAPER)])
    return text


def draw_names(
    page: Axes,
    sites: list[Site],
    frame: Frame,
    scale: CircleScale,
    *,
    boxes: list[Bounds],
    arcs: Sequence[BaseGeometry],
) -> tuple[list[Placed], list[Name]]:
    """Write the names of the sites.

    Parameters
    ----------
    page
        Axes in points.
    sites
        The sites, the largest load first.
    frame
        The frame of the map.
    scale
        MW of IT load to the diameter [pt].
    boxes
        What the names must leave free [pt].
    arcs
        Flows drawn [m], which the names avoid where they can.
    """
    left, bottom, right, top = frame.box
    lines = [shapely.transform(arc, frame.place) for arc in arcs]
    names = [_frame_name(site, frame, scale) for site in sites]
    placed, left_out = place_names(names, (left + 2, bottom + 2, right - 2, top - 2), boxes, lines)
    for number, entry in enumerate(placed, start=1):
        _write_name(page, entry, number)
    return placed, left_out
