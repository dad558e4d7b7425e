"""Land, lines, shading and the inset of the South China Sea."""

from dataclasses import dataclass

import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.figure import Figure
from matplotlib.path import Path as Outline
from shapely.geometry.base import BaseGeometry

from planner.views.maps.basemap import BaseMap
from planner.views.maps.projection import Bounds, Frame, project_points, project_shape
from planner.views.page import style

SEA = (106.2, 0.4, 123.2, 24.8)
"""South China Sea with the ten-dash line from the north of Taiwan on: longitude and latitude [degree]."""

MAIN_SOUTH = 17.9
"""What lies wholly south of this latitude [degree] is left to the inset and does not stretch the main map."""

CHINA_SHARE = 0.5
"""A user's base map that spans this share of China's width and height gets the inset too."""


@dataclass(frozen=True)
class Land:
    """The base map in metres."""

    areas: list[BaseGeometry]
    lines: list[BaseGeometry]
    main: Bounds
    national: bool


def project_land(basemap: BaseMap) -> Land:
    """Return the base map in metres, its main part, and whether it shows China as a whole."""
    areas = [project_shape(area) for area in basemap.areas]
    lines = [project_shape(line) for line in basemap.lines]
    national = basemap.file is None or _spans_china(basemap)
    parts = shapely.get_parts(basemap.areas)
    if national:
        north = shapely.bounds(parts)[:, 3] > MAIN_SOUTH
        main = shapely.total_bounds([project_shape(part) for part in parts[north]])
    else:
        main = shapely.total_bounds(areas)
    return Land(areas, lines, (float(main[0]), float(main[1]), float(main[2]), float(main[3])), national)


def _spans_china(basemap: BaseMap) -> bool:
    """Say whether a user's map covers much of China's 73–135° E, 18–54° N."""
    left, bottom, right, top = shapely.total_bounds(basemap.areas)
    wide = min(right, 135) - max(left, 73)
    high = min(top, 54) - max(bottom, 18)
    return bool(wide > CHINA_SHARE * 62 and high > CHINA_SHARE * 36)


def project_sea() -> Bounds:
    """Return the window of the inset [m]."""
    left, bottom, right, top = SEA
    edge = np.linspace(left, right, 9)
    points = np.vstack([np.column_stack([edge, np.full(9, side)]) for side in (bottom, top)])
    metres = project_points(points)
    return float(metres[:, 0].min()), float(metres[:, 1].min()), float(metres[:, 0].max()), float(metres[:, 1].max())


def _outline(shape: BaseGeometry) -> Outline:
    """Return a shape's rings as one path, holes included."""
    rings = [
        shapely.get_coordinates(ring)
        for part in shapely.get_parts(shape)
        if part.geom_type == "Polygon"
        for ring in (part.exterior, *part.interiors)
    ]
    if not rings:
        return Outline(np.empty((0, 2)))
    codes = [np.full(len(ring), Outline.LINETO, dtype=np.uint8) for ring in rings]
    for code in codes:
        code[0], code[-1] = Outline.MOVETO, Outline.CLOSEPOLY
    return Outline(np.vstack(rings), np.concatenate(codes))


def _fit_shape(shape: BaseGeometry, frame: Frame) -> BaseGeometry:
    """Return what of a shape the frame shows, without vertices that the page cannot show."""
    left, bottom, right, top = frame.window
    rim = 4 / frame.scale
    seen = shapely.clip_by_rect(shape, left - rim, bottom - rim, right + rim, top + rim)
    return shapely.simplify(seen, 0.12 / frame.scale)


def draw_land(axes: Axes, land: Land, frame: Frame, colours: list[str], gid: str) -> None:
    """Draw areas in their shading and the lines over them."""
    outlines = [_outline(_fit_shape(area, frame)) for area in land.areas]
    areas = PathCollection(outlines, facecolors=colours, edgecolors=style.BORDER, linewidths=0.45)
    areas.set(zorder=style.ORDER["land"], gid=gid, joinstyle="round")
    axes.add_collection(areas, autolim=False)
    parts = [part for line in land.lines for part in shapely.get_parts(_fit_shape(line, frame))]
    dashes = LineCollection(
        [shapely.get_coordinates(part) for part in parts], colors=style.DASH, linewidths=1.0, capstyle="round"
    )
    dashes.set(zorder=style.ORDER["lines"], gid=f"{gid}-lines")
    axes.add_collection(dashes, autolim=False)


def add_axes(figure: Figure, frame: Frame, *, layer: float) -> Axes:
    """Return axes in metres that fill the frame's box on the page."""
    left, bottom, right, top = frame.box
    width, height = style.PAGE
    axes = figure.add_axes((left / width, bottom / height, (right - left) / width, (top - bottom) / height))
    axes.set(xlim=frame.window[0::2], ylim=frame.window[1::2], xticks=[], yticks=[], zorder=layer)
    axes.set_facecolor(style.PAPER)
    for spine in axes.spines.values():
        spine.set(color=style.FRAME, linewidth=0.7)
    return axes
