"""Sizes, colours and hatches of the charts. Lengths are in points (1/72 inch)."""

from typing import Final

PAGE: Final = (180 / 25.4 * 72, 132 / 25.4 * 72)
"""Width and height: half of an A4 page, less its margins."""
MARGIN: Final = 12.0
AXIS: Final = 34.0
"""Room for the figures on the left of a panel."""
TITLE_SIZE: Final = 11.0
TEXT_SIZE: Final = 8.0
NOTE_SIZE: Final = 7.0
LEADING: Final = 1.32
SWATCH: Final = (15.0, 7.5)
GRID_LINE: Final = "#d9d9d9"
HATCH_LINE: Final = "#333333"

TECHNOLOGIES: Final[dict[str, tuple[str, str]]] = {
    "wind": ("#56b4e9", ""),
    "solar": ("#f0e442", "...."),
    "hydro": ("#0072b2", "----"),
    "nuclear": ("#cc79a7", "++++"),
}
"""Colour (Okabe and Ito's) and hatch of each technology: the colours differ in lightness, the hatches in grey."""
DISCHARGE: Final = ("#009e73", "xxxx")
GRID: Final = ("#b0b0b0", "////")
OTHERS: Final = (("#e69f00", "||||"), ("#d55e00", "oo"), ("#7a5c00", "\\\\\\\\"), ("#ead7c3", "**"))
"""For technologies of other names, in the order of the scenario."""

LOAD: Final = "#000000"
ASKED: Final = "#a3123a"
STORED: Final = "#009e73"
WAITING: Final = "#a3123a"
EXCESS_HATCH: Final = "\\\\\\\\"
OUTLINE: Final = "#6e6e6e"

CURVES: Final[dict[str, tuple[str, str]]] = {
    "facility_load": ("#000000", "solid"),
    "green_used": ("#009e73", "solid"),
    "available": ("#0072b2", "dashed"),
    "grid_power": ("#d55e00", "dashdot"),
    "green_share": ("#009e73", "solid"),
}
"""Colour and dash of each curve."""

MODES: Final[dict[str, tuple[str, str]]] = {
    "certificate": ("#0072b2", "o"),
    "matched": ("#d55e00", "s"),
    "every_timestep": ("#009e73", "^"),
}
"""Colour and marker of each accounting of green power."""
VARIANTS: Final = {"as_given": "solid", "without_deferral": "dashed", "without_shifting": "dotted"}
"""Dash of each variant of a scenario."""
