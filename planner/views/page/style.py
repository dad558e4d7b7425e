"""Page geometry, colours and sizes of the figure. Lengths are in points (1/72 inch)."""

from typing import Final

PAGE: Final = (297 / 25.4 * 72, 210 / 25.4 * 72)
"""Width and height of A4 landscape [pt]."""

FORMATS: Final = ("png", "svg", "pdf")
"""In which a figure may be written."""

MARGIN: Final = 28.0
PANEL: Final = 178.0
"""Width of the legend beside the map."""
GUTTER: Final = 12.0

TITLE_SIZE: Final = 15.0
HEADING_SIZE: Final = 8.2
TEXT_SIZE: Final = 7.4
NOTE_SIZE: Final = 6.4
CLUSTER_SIZE: Final = 8.2
SITE_SIZE: Final = 6.6
LABEL_WIDTH: Final = 110.0
"""A longer name is cut with an ellipsis; the tables carry it whole."""

INK: Final = "#1c1c1c"
MUTED: Final = "#565656"
PAPER: Final = "#ffffff"

LAND: Final = "#f6f5f1"
BORDER: Final = "#a9a59b"
DASH: Final = "#4d4d4d"
FRAME: Final = "#6e6e6e"

DEMAND_COLOURS: Final = ("#fbead3", "#f6d5ac", "#efbd86", "#e4a363", "#d48946")
"""Light to middle orange: in grey from 93 % down to 62 % white, so that circles and arcs stay darker."""

GREEN_COLOURS: Final = ("#f2ee96", "#a3d9ae", "#45b1b5", "#2270a8", "#0b1f66")
"""Pale yellow to navy, monotone in luminance: told apart without colour vision and without colour print."""
GREEN_BREAKS: Final = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
GREEN_UNKNOWN: Final = "#d0d0d0"
HATCH: Final = "////////"

FLOW_COLOUR: Final = "#4a3a63"
FLOW_ALPHA: Final = 0.62
FLOW_WIDTH_MAX: Final = 4.4
FLOW_WIDTH_MIN: Final = 0.4
FLOW_SHARE: Final = 0.95
"""Share of the MW over distance that the arcs drawn must carry."""
FLOW_COUNT_MAX: Final = 200

LINK_COLOURS: Final = ("#ffffff", "#d9cfe8", "#a58fc9", "#6f4ea3", "#2d0b59")
"""White to dark purple, monotone in luminance: on a dark casing even an idle link is seen, in grey as well."""
LINK_MARK: Final = 5.0
"""Side of the square on a link that is widened."""

CIRCLE_MAX: Final = 28.0
"""Diameter of the circle with the largest load."""
CIRCLE_MIN: Final = 3.2
HOLLOW: Final = 4.2
RING_GAP: Final = 1.9
RING_WIDTH: Final = 1.3
SQUARE: Final = 7.0
DOT: Final = 1.7

ORDER: Final = {
    "land": 1,
    "lines": 2,
    "dots": 3,
    "flows": 4,
    "arrows": 5,
    "squares": 6,
    "sites": 7,
    "hatch": 8,
    "rings": 9,
}
"""What is drawn over what."""
