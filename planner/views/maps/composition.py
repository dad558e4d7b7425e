"""One page for every map: title, land, what is drawn on it, corners, names, legend and notes, each in its place."""

from abc import ABC, abstractmethod
from collections.abc import Sequence

import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from planner.language import Language, Text, rendered
from planner.views.maps.basemap import BaseMap
from planner.views.maps.flows import Selection, draw_flows, project_flows
from planner.views.maps.furniture import draw_bar, draw_inset, need_inset, plan_bar, plan_inset
from planner.views.maps.labels import Name, Placed
from planner.views.maps.land import Land, add_axes, draw_land, project_land
from planner.views.maps.layers import Flow, Layers, Region, Site
from planner.views.maps.legend import Legend
from planner.views.maps.links import Links, draw_links
from planner.views.maps.notes import collect_notes, draw_notes, draw_title, measure_map, wrap_title
from planner.views.maps.projection import Bounds, Frame, fit_frame
from planner.views.maps.sheet import open_sheet, plain_settings
from planner.views.maps.sites import draw_names
from planner.views.page import style
from planner.views.page.glyphs import clean_text
from planner.views.page.scales import CircleScale, WidthScale

PAD = (0.005, 0.028, 0.056, 0.022)
"""Room around the land: more on the right, where the inset stands beside Taiwan and not on it."""


class Content(ABC):
    """What a map shows on the land, with the scales of circles and arcs.

    Attributes
    ----------
    colours
        Of the areas of the base map.
    unplaced
        Regions without point and province.
    """

    def __init__(self, layers: Layers, selection: Selection, links: Links | None = None) -> None:
        self.layers = layers
        self.selection = selection
        self.links = links or Links([])
        self.colours: list[str] = []
        self.unplaced: list[Region] = []
        loads = [site.load for site in layers.sites if site.load]
        self.circles = CircleScale(max(loads)) if loads else None
        self.widths = WidthScale(selection.drawn[0].load) if selection.drawn else None

    @property
    def scale(self) -> CircleScale:
        """The scale of the circles; of any size where no site has a load."""
        return self.circles or CircleScale(1.0)

    @property
    def named(self) -> list[Site]:
        """The sites whose names are written where there is room, the largest load first."""
        return self.layers.sites

    def points(self) -> NDArray[np.float64]:
        """Return the places of all sites and regions [m], shape (n, 2)."""
        sites = [site.place for site in self.layers.sites]
        regions = [region.place for region in self.layers.regions if region.place is not None]
        return np.array([*sites, *regions], dtype=float).reshape(-1, 2)

    def arcs(self, frame: Frame | None = None) -> list[BaseGeometry]:
        """Return all arcs that are drawn, flows and links [m]."""
        return project_flows(
            [*self.selection.drawn, *(Flow(link.arc, link.traffic) for link in self.links.drawn)], frame
        )

    def bounds(self, land: Land, room: float = 0.0) -> Bounds:
        """Return what the map must show [m]: the land, and what lies outside it with room around."""
        arcs, points = shapely.get_coordinates(self.arcs()), self.points()
        spots = np.vstack([np.array(land.main).reshape(2, 2), points - room, points + room, arcs])
        (left, bottom), (right, top) = spots.min(axis=0), spots.max(axis=0)
        return float(left), float(bottom), float(right), float(top)

    @abstractmethod
    def draw(self, axes: Axes) -> None:
        """Draw all but land and arcs."""

    @abstractmethod
    def explain(self, legend: Legend, placed: list[Placed], left: list[Name]) -> None:
        """Write the legend; ``left`` are the names without room."""


def compose(content: Content, base: BaseMap, title: Text, notes: Sequence[Text], language: Language) -> Figure:
    """Return the page of a map."""
    with plain_settings():
        return _composed(content, base, clean_text(rendered(title, language), content.layers.missing), notes, language)


def _composed(content: Content, base: BaseMap, title: str, notes: Sequence[Text], language: Language) -> Figure:
    land = project_land(base)
    figure, page = open_sheet(style.PAGE)
    figure.set_label(title)
    title_end = draw_title(page, *wrap_title(title))
    width = style.PAGE[0] - 2 * style.MARGIN - style.PANEL - style.GUTTER
    lines = collect_notes(notes, content.layers, content.unplaced, base, language=language, width=width)
    box = measure_map(title_end, lines)
    frame = fit_frame(content.bounds(land), box, pad=PAD)
    frame = fit_frame(content.bounds(land, style.CIRCLE_MAX / frame.scale), box, pad=PAD)
    corners = _draw_frame(figure, page, content, land, frame, language=language)
    placed, left = draw_names(page, content.named, frame, content.scale, boxes=corners, arcs=content.arcs(frame))
    panel = (box[2] + style.GUTTER, style.MARGIN, style.PAGE[0] - style.MARGIN, title_end + style.HEADING_SIZE * 0.5)
    content.explain(Legend(page, panel, language), placed, left)
    draw_notes(page, lines, style.MARGIN, box[1] - 4)
    return figure


def _draw_frame(
    figure: Figure, page: Axes, content: Content, land: Land, frame: Frame, *, language: Language
) -> list[Bounds]:
    """Draw the map inside its frame and return the boxes in its corners [pt]."""
    axes = add_axes(figure, frame, layer=1)
    axes.set_gid("map")
    draw_land(axes, land, frame, content.colours, "provinces")
    content.draw(axes)
    draw_links(axes, content.links, frame)
    if content.widths is not None:
        draw_flows(axes, content.selection.drawn, frame, content.widths)
    points = frame.place(content.points())
    boxes, taken = [], []
    if need_inset(land, frame):
        corner, box = plan_inset(frame, points)
        draw_inset(figure, page, land, box, colours=content.colours, language=language)
        boxes.append(box)
        taken.append(corner)
    bar = plan_bar(frame, points, taken)
    draw_bar(page, frame, (bar[0] + 8, bar[1] + 4), language)
    return [*boxes, bar]
