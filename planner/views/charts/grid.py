"""Panels in rows and columns on one page, each with its heading and room for its own axes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from planner.views.charts import style
from planner.views.page.glyphs import shorten_text, write_text
from planner.views.page.style import INK, MUTED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from planner.language import Text
    from planner.views.charts.page import Page

FOOT: Final = style.TEXT_SIZE * 2.6 + 6
"""Room below each panel for its ticks and, in the lowest row, the words of its axis [pt]."""
BETWEEN: Final = 10.0
"""Between two columns, besides the room for figures [pt]."""
COLORS: Final = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
MARKERS: Final = ("o", "s", "^", "D", "v", "P")
"""Of the lines of a figure; colour (Okabe and Ito's) and marker together tell them apart in grey print."""


def columns_for(count: int) -> int:
    """Return in how many columns so many panels stand."""
    return 1 if count == 1 else 2 if count in {2, 4} else 3


def open_grid(page: Page, headings: Sequence[Text], *, left: float = style.AXIS, foot: float = FOOT) -> list[Axes]:
    """Return axes in rows and columns in the room that is left.

    Parameters
    ----------
    headings
        What each panel shows, with its unit; written above it, cut to its width.
    left
        Room for the ticks on the left of each panel [pt].
    foot
        Room below each panel [pt].
    """
    across = columns_for(len(headings))
    down = math.ceil(len(headings) / across)
    head = style.TEXT_SIZE * style.LEADING + 2
    wide = (page.width - BETWEEN * (across - 1)) / across
    high = (page.top - page.bottom) / down
    panels = []
    for number, heading in enumerate(headings):
        row, column = divmod(number, across)
        x = style.MARGIN + column * (wide + BETWEEN)
        top = page.top - row * high
        text = shorten_text(page.clean(heading), style.TEXT_SIZE, wide)
        write_text(page.sheet, (x, top - style.TEXT_SIZE), text, style.TEXT_SIZE, color=INK, gid="head")
        panels.append(_panel(page, (x + left, top - high + foot, wide - left, high - head - foot)))
    return panels


def _panel(page: Page, box: tuple[float, float, float, float]) -> Axes:
    """Return axes in a box: left, bottom, width, height [pt]."""
    width, height = style.PAGE
    x, y, wide, high = box
    axes = page.figure.add_axes((x / width, y / height, wide / width, high / height), zorder=2)
    axes.set_facecolor("none")
    axes.tick_params(length=2.5, width=0.6, pad=2, color=MUTED)
    axes.set_axisbelow(True)
    for side, spine in axes.spines.items():
        spine.set(visible=side in {"left", "bottom"}, linewidth=0.6, color=MUTED)
    return axes
