"""The figure for a report: one A4 page with map, inset, legend and notes."""

from collections.abc import Sequence
from math import fsum, isnan
from pathlib import Path
from typing import Any

import geopandas as gpd
import matplotlib as mpl
import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray

from planner.language import Language, Message, Text, join, rendered, say
from planner.views.maps.basemap import BaseMap, find_areas, read_basemap
from planner.views.maps.flows import Selection, draw_flows, project_flows, select_flows
from planner.views.maps.furniture import draw_bar, draw_inset, need_inset, plan_bar, plan_inset
from planner.views.maps.labels import Name, Placed
from planner.views.maps.land import Land, add_axes, draw_land, project_land
from planner.views.maps.layers import Layers, read_layers
from planner.views.maps.legend import Key, draw_legend
from planner.views.maps.notes import collect_notes, draw_notes, draw_title, measure_map, wrap_title
from planner.views.maps.projection import Bounds, Frame, fit_frame
from planner.views.maps.scales import CircleScale, WidthScale, choose_breaks, pick_demand_colour
from planner.views.maps.sites import draw_names, draw_regions, draw_sites
from planner.views.page import style
from planner.views.page.errors import DrawingError
from planner.views.page.glyphs import clean_text, shorten_text
from planner.views.page.text import check_language, list_names

DPI = 300
METADATA: dict[str, dict[str, str | None]] = {
    "png": {"Software": None},
    "svg": {"Date": None, "Creator": None},
    "pdf": {"CreationDate": None, "Producer": None, "Creator": None},
}
"""No dates and no versions: the same plan gives the same bytes."""

SETTINGS = {
    "svg.hashsalt": "planner.maps",
    "svg.fonttype": "path",
    "pdf.fonttype": 42,
    "text.hinting": "none",
    "hatch.linewidth": 0.55,
}
"""Chinese shows on machines without Chinese fonts (SVG outlines); PDF text stays text."""

PAD = (0.005, 0.028, 0.056, 0.022)
"""Room around the land: more on the right, where the inset stands beside Taiwan and not on it."""

FOREIGN = ("backend", "interactive", "toolbar", "webagg", "keymap", "timezone", "tk.", "docstring", "figure.max")
"""Settings that do not touch a drawing and are left as the user has them."""


def plain_settings() -> dict[Any, Any]:
    """Return matplotlib's own defaults with ours on top, so that a user's style sheet changes nothing."""
    settings: dict[Any, Any] = {k: v for k, v in mpl.rcParamsDefault.items() if not k.startswith(FOREIGN)}
    return settings | SETTINGS


def check_formats(formats: Sequence[str]) -> None:
    """Refuse a format that no figure is written in."""
    for name in formats:
        if name not in METADATA:
            allowed = ", ".join(METADATA)
            raise DrawingError(
                say("format {unknown!r} is not known: allowed are {listed}", unknown=name[:80], listed=allowed)
            )


class _Plan:
    """What is drawn, derived from the layers once: shading, scales and the selection of flows."""

    def __init__(self, layers: Layers, basemap: BaseMap) -> None:
        self.layers = layers
        regions = layers.regions
        self.areas = find_areas(basemap, [r.province for r in regions], [r.point for r in regions])
        pairs = list(zip(regions, self.areas, strict=True))
        self.demand = [
            fsum(region.demand for region, area in pairs if area == number) for number in range(len(basemap.areas))
        ]
        self.alone = [region for region, area in pairs if area is None and region.place is not None]
        self.unplaced = [region for region, area in pairs if area is None and region.place is None]
        self.breaks = choose_breaks([*self.demand, *(region.demand for region in self.alone)])
        self.colours = [pick_demand_colour(value, self.breaks) for value in self.demand]
        self.selection: Selection = select_flows(layers.flows)
        loads = [site.load for site in layers.sites]
        self.circles = CircleScale(max(loads)) if any(loads) else None
        drawn = self.selection.drawn
        self.widths = WidthScale(drawn[0].load) if drawn else None

    @property
    def largest(self) -> float:
        """Largest demand of an area or a square [MW]."""
        return max([0.0, *self.demand, *(region.demand for region in self.alone)])

    def list_points(self) -> NDArray[np.float64]:
        """Return the places of all sites and regions [m], shape (n, 2)."""
        sites = [site.place for site in self.layers.sites]
        regions = [region.place for region in self.layers.regions if region.place is not None]
        return np.array([*sites, *regions], dtype=float).reshape(-1, 2)

    def measure_bounds(self, land: Land, room: float = 0.0) -> Bounds:
        """Return what the map must show [m]: the land, and what of the plan lies outside it with room around."""
        arcs = shapely.get_coordinates(project_flows(self.selection.drawn))
        points = self.list_points()
        spots = np.vstack([np.array(land.main).reshape(2, 2), points - room, points + room, arcs])
        (left, bottom), (right, top) = spots.min(axis=0), spots.max(axis=0)
        return float(left), float(bottom), float(right), float(top)

    def make_key(self, basemap: BaseMap) -> Key:
        """Return what the legend has to explain."""
        sites, circles, widths = self.layers.sites, self.circles, self.widths
        loads = [site.load for site in sites if site.load]
        return Key(
            circles=circles,
            small_circles=circles is not None and min(loads) < circles.threshold,
            green_mode=self.layers.green_mode,
            green=any(site.load and not isnan(site.green) for site in sites),
            green_unknown=any(site.load and isnan(site.green) for site in sites),
            idle=any(not site.load for site in sites),
            new=any(site.new for site in sites),
            widths=widths,
            thin_flows=widths is not None and self.selection.drawn[-1].load < widths.threshold,
            selection=self.selection,
            breaks=self.breaks,
            demand=bool(self.layers.regions),
            demand_none=0.0 in self.demand,
            squares=bool(self.alone),
            dots=any(region.place is not None for region in self.layers.regions),
            by_province=basemap.file is None,
        )


def open_page() -> tuple[Figure, Axes]:
    """Return an A4 page and axes over all of it, in points."""
    width, height = style.PAGE
    figure = Figure(figsize=(width / 72, height / 72), dpi=DPI, facecolor=style.PAPER)
    FigureCanvasAgg(figure)
    page = figure.add_axes((0, 0, 1, 1), zorder=5)
    page.set(xlim=(0, width), ylim=(0, height))
    page.set_axis_off()
    page.set_gid("page")
    return figure, page


def _draw_frame(
    figure: Figure, page: Axes, plan: _Plan, land: Land, frame: Frame, *, language: Language
) -> list[Bounds]:
    """Draw the map inside its frame and return the boxes in its corners [pt]."""
    axes = add_axes(figure, frame, layer=1)
    axes.set_gid("map")
    draw_land(axes, land, frame, plan.colours, "provinces")
    draw_regions(axes, plan.layers.regions, plan.areas, plan.breaks)
    if plan.widths is not None:
        draw_flows(axes, plan.selection.drawn, frame, plan.widths)
    if plan.layers.sites:
        draw_sites(axes, plan.layers.sites, plan.circles or CircleScale(1.0))
    points = frame.place(plan.list_points())
    boxes, taken = [], []
    if need_inset(land, frame):
        corner, box = plan_inset(frame, points)
        draw_inset(figure, page, land, box, colours=plan.colours, language=language)
        boxes.append(box)
        taken.append(corner)
    bar = plan_bar(frame, points, taken)
    draw_bar(page, frame, (bar[0] + 8, bar[1] + 4), language)
    return [*boxes, bar]


def _close_legend(placed: list[Placed], left: list[Name], total: int) -> Message:
    """Return what the legend says of names: which sites are named, and which clusters could not be."""
    clusters = sum(entry.name.cluster for entry in placed)
    lost = [name.text for name in left if name.cluster and name.text]
    said = []
    if lost:
        names = [shorten_text(name, style.NOTE_SIZE, style.LABEL_WIDTH) for name in lost]
        said.append(say("Clusters drawn without their names, for want of room: {names}.", names=list_names(names)))
    if any(not name.cluster for name in left):
        said.append(
            say(
                "Named: {clusters} hub clusters and {others} of {total} other sites, the largest with room.",
                clusters=clusters,
                others=len(placed) - clusters,
                total=total - clusters - len(lost),
            )
        )
    return join(said, " ")


def draw_map(
    sites: gpd.GeoDataFrame,
    regions: gpd.GeoDataFrame,
    flows: gpd.GeoDataFrame,
    *,
    title: Text,
    notes: Sequence[Text] = (),
    language: Language = "en",
    basemap: Path | None = None,
) -> Figure:
    """Draw the map of a plan on one A4 page.

    Parameters
    ----------
    sites
        Points with ``site``, ``it_load`` [MW] and, where known, ``name_zh``, ``name_en``, ``hub`` (empty for a site
        that is no cluster), ``capacity_new`` [MW], ``green_power_share`` [1, NaN if not known] by
        the accounting in ``green_power_share_mode`` (``certificate`` where it is not said).
        EPSG:4326.
    regions
        Points with ``region``, ``demand`` [MW] and, where known, ``name_zh``, ``name_en``, ``province``.
    flows
        Arcs with ``region``, ``site``, ``allocation`` [MW] and, where known, ``distance`` [km].
    title
        Title; any text, drawn as it is.
    notes
        Lines below the map; any text, drawn as it is.
    language
        ``en`` or ``zh``.
    basemap
        A GeoJSON file or GeoPackage of the user's own polygons in place of the bundled provinces.

    Notes
    -----
    Any layer may be empty. What has no coordinates is left out and said so below the map. A character that the
    bundled font lacks is drawn as ``□`` and named below the map: a name never stops a plan from being drawn.
    """
    check_language(language)
    layers = read_layers(sites, regions, flows, language)
    base = read_basemap(basemap)
    with mpl.rc_context(plain_settings()):
        return _compose_page(layers, base, clean_text(rendered(title, language), layers.missing), notes, language)


def _compose_page(layers: Layers, base: BaseMap, title: str, notes: Sequence[Text], language: Language) -> Figure:
    plan, land = _Plan(layers, base), project_land(base)
    figure, page = open_page()
    figure.set_label(title)
    title_end = draw_title(page, *wrap_title(title))
    width = style.PAGE[0] - 2 * style.MARGIN - style.PANEL - style.GUTTER
    lines = collect_notes(notes, layers, plan.unplaced, base, language=language, width=width)
    box = measure_map(title_end, lines)
    frame = fit_frame(plan.measure_bounds(land), box, pad=PAD)
    frame = fit_frame(plan.measure_bounds(land, style.CIRCLE_MAX / frame.scale), box, pad=PAD)
    corners = _draw_frame(figure, page, plan, land, frame, language=language)
    arcs = project_flows(plan.selection.drawn, frame)
    placed, left = draw_names(page, layers.sites, frame, plan.circles or CircleScale(1.0), boxes=corners, arcs=arcs)
    closing = _close_legend(placed, left, len(layers.sites))
    panel = (box[2] + style.GUTTER, style.MARGIN, style.PAGE[0] - style.MARGIN, title_end + style.HEADING_SIZE * 0.5)
    draw_legend(page, panel, language, plan.make_key(base), largest=plan.largest, closing=closing)
    draw_notes(page, lines, style.MARGIN, box[1] - 4)
    return figure


def save_map(figure: Figure, folder: Path, formats: Sequence[str] = ("png", "svg", "pdf")) -> list[Path]:
    """Write the page as ``map.png`` (300 dpi), ``map.svg`` and ``map.pdf``."""
    check_formats(formats)
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    with mpl.rc_context(plain_settings()):
        for name in formats:
            path = folder / f"map.{name}"
            metadata = {**METADATA[name], "Title": str(figure.get_label())}
            draft = path.with_name(f".{path.name}.part")  # an earlier map stays until this one is whole
            figure.savefig(draft, format=name, dpi=DPI, metadata=metadata)
            draft.replace(path)
            paths.append(path)
    return paths
