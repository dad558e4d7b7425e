"""The figure for a report: one A4 page with map, inset, legend and notes."""

from collections.abc import Sequence
from math import fsum, isnan
from pathlib import Path

import geopandas as gpd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from planner.language import Language, Message, Text, join, say
from planner.views.maps.basemap import BaseMap, find_areas, read_basemap
from planner.views.maps.composition import Content, compose
from planner.views.maps.flows import Selection, select_flows
from planner.views.maps.labels import Name, Placed
from planner.views.maps.layers import Layers, read_layers
from planner.views.maps.legend import Key, Legend, explain
from planner.views.maps.links import Links, explain_links, read_links
from planner.views.maps.sites import draw_regions, draw_sites
from planner.views.page import style
from planner.views.page.glyphs import shorten_text
from planner.views.page.scales import choose_breaks, pick_demand_colour
from planner.views.page.text import check_language, list_names


class PlanContent(Content):
    """A plan, derived from the layers once: shading, scales and the selection of flows."""

    def __init__(self, layers: Layers, basemap: BaseMap, links: Links, selection: Selection | None = None) -> None:
        super().__init__(layers, selection or select_flows(layers.flows), links)
        regions = layers.regions
        self.by_province = basemap.file is None
        self.areas = find_areas(basemap, [r.province for r in regions], [r.point for r in regions])
        pairs = list(zip(regions, self.areas, strict=True))
        self.demand = [
            fsum(region.demand for region, area in pairs if area == number) for number in range(len(basemap.areas))
        ]
        self.alone = [region for region, area in pairs if area is None and region.place is not None]
        self.unplaced = [region for region, area in pairs if area is None and region.place is None]
        self.shade(choose_breaks(self.demands))

    @property
    def demands(self) -> list[float]:
        """The demand of each area and of each region outside them [MW]."""
        return [*self.demand, *(region.demand for region in self.alone)]

    def shade(self, breaks: Sequence[float]) -> None:
        """Shade the areas by these limits of demand [MW]."""
        self.breaks = list(breaks)
        self.colours = [pick_demand_colour(value, self.breaks) for value in self.demand]

    def draw(self, axes: Axes) -> None:
        """Draw regions and sites."""
        draw_regions(axes, self.layers.regions, self.areas, self.breaks)
        if self.layers.sites:
            draw_sites(axes, self.layers.sites, self.scale)

    def explain(self, legend: Legend, placed: list[Placed], left: list[Name]) -> None:
        """Write the legend, with the demand's classes up to the largest of an area or a square [MW]."""
        largest = max([0.0, *self.demands])
        explain(legend, self.key(), largest=largest, closing=_told_names(placed, left, len(self.layers.sites)))

    def key(self) -> Key:
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
            by_province=self.by_province,
            links=(lambda legend: explain_links(legend, self.links)) if self.links.drawn else None,
        )


def _told_names(placed: list[Placed], left: list[Name], total: int) -> Message:
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
    links: gpd.GeoDataFrame | None = None,
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
    links
        Arcs with ``link``, ``from``, ``to``, ``traffic`` and ``traffic_back`` [Gbit/s], ``utilisation`` [1, NaN of one
        that does not stand] and, where known, ``modules``; none without a network. Where flows are empty beside them,
        the legend does not speak of flows.
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
    layers, base = read_layers(sites, regions, flows, language), read_basemap(basemap)
    network = Links([]) if links is None or links.empty else read_links(links)
    return compose(PlanContent(layers, base, network), base, title, notes, language)
