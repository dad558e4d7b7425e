"""The static figure of a plan: an A4 map for a report, in Chinese or English, as PNG, SVG and PDF."""

from planner.views.maps.figure import draw_map, save_map
from planner.views.page.errors import DrawingError

__all__ = ["DrawingError", "draw_map", "save_map"]
