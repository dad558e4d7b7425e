"""The static figure of a plan: an A4 map for a report, in Chinese or English, as PNG, SVG and PDF."""

from planner.maps.errors import DrawingError
from planner.maps.figure import draw_map, save_map

__all__ = ["DrawingError", "draw_map", "save_map"]
