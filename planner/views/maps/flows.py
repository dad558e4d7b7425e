"""Flows as arcs: which are drawn, how wide, and which way they point."""

import math
from dataclasses import dataclass

import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PolyCollection
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from planner.views.maps.layers import Flow
from planner.views.maps.projection import Frame, project_arc
from planner.views.page import style
from planner.views.page.scales import WidthScale

ARROW_AT = 0.62
"""Where on the arc its arrow stands, as a share of its length: past the middle, clear of the circles."""


@dataclass(frozen=True)
class Selection:
    """The flows drawn, and what the legend must say of the rest."""

    drawn: list[Flow]
    total: int
    load: float

    @property
    def share(self) -> float:
        """Share of the MW over distance that the arcs drawn carry."""
        return math.fsum(flow.load for flow in self.drawn) / self.load if self.load else 1.0


def select_flows(flows: list[Flow], share: float = style.FLOW_SHARE, most: int = style.FLOW_COUNT_MAX) -> Selection:
    """Return the largest flows that together carry a share of all MW over distance."""
    load = math.fsum(flow.load for flow in flows)
    carried = np.cumsum([flow.load for flow in flows])
    enough = int(np.searchsorted(carried, share * load * (1 - 1e-12))) + 1 if flows else 0
    return Selection(flows[: min(enough, most)], len(flows), load)


def measure_arrow(width: float) -> float:
    """Return the length of the arrow on a line of a width, both in points."""
    return 3.4 + 1.15 * width


def _shape_arrow(line: BaseGeometry, size: float) -> NDArray[np.float64] | None:
    """Return a triangle of a length [m] on an arc, pointing along it."""
    if not isinstance(line, shapely.LineString) or line.length < 2 * size:
        return None
    at = ARROW_AT * line.length
    points = shapely.get_coordinates(shapely.line_interpolate_point(line, [at - size / 2, at + size / 2]))
    along = points[1] - points[0]
    across = np.array([-along[1], along[0]]) * 0.42
    return np.array([points[0] + across, points[1], points[0] - across])


def project_flows(flows: list[Flow], frame: Frame | None = None) -> list[BaseGeometry]:
    """Return the arcs in metres, without the vertices that the page cannot show."""
    arcs = [project_arc(flow.arc) for flow in flows]
    return arcs if frame is None else [shapely.simplify(arc, 0.1 / frame.scale) for arc in arcs]


def draw_flows(axes: Axes, flows: list[Flow], frame: Frame, scale: WidthScale) -> None:
    """Draw arcs, wide ones below, and an arrow on each."""
    parts, widths, arrows = [], [], []
    for flow, arc in zip(flows, project_flows(flows, frame), strict=True):
        width = scale.measure(flow.load)
        for part in shapely.get_parts(arc):
            parts.append(shapely.get_coordinates(part))
            widths.append(width)
        arrow = _shape_arrow(arc, measure_arrow(width) / frame.scale)
        if arrow is not None:
            arrows.append(arrow)
    lines = LineCollection(parts, linewidths=widths, colors=style.FLOW_COLOUR, alpha=style.FLOW_ALPHA)
    lines.set(zorder=style.ORDER["flows"], gid="flows", capstyle="butt")
    axes.add_collection(lines, autolim=False)
    heads = PolyCollection(arrows, facecolors=style.FLOW_COLOUR, edgecolors=style.PAPER, linewidths=0.35)
    heads.set(zorder=style.ORDER["arrows"], gid="arrows")
    axes.add_collection(heads, autolim=False)
