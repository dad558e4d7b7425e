"""What stands by stage as a staircase: all sites together, then those at which most is built, a panel each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from planner.language import Text, say
from planner.views.charts import style
from planner.views.charts.grid import open_grid
from planner.views.charts.page import Entry, open_page, scale_figures, set_ticks
from planner.views.maps.sheet import plain_settings
from planner.views.page.glyphs import measure_text, write_text
from planner.views.page.scales import format_number
from planner.views.page.style import INK

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from planner.views.charts.sweep import Words

STOOD: Final[dict[str, Any]] = {"facecolor": "#d0d0d0", "edgecolor": "none"}
BUILT: Final[dict[str, Any]] = {"facecolor": "#0072b2", "edgecolor": "none"}
RANGE: Final[dict[str, Any]] = {
    "facecolor": "none",
    "edgecolor": style.HATCH_LINE,
    "hatch": "//////",
    "linewidth": 0.0,
}
TOTAL: Final[dict[str, Any]] = {"color": INK, "linewidth": 1.2, "linestyle": "solid"}
FOOT: Final = style.TEXT_SIZE * 1.6 + 4
TICKS: Final = 4
LIFT: Final = 0.015
"""Of the panel's height: room between a step and its figure."""
HEADROOM: Final = 1.2
"""Of the largest number, for the figure above the highest step."""


@dataclass(frozen=True)
class Stairs:
    """One panel: by stage what stood before, and all that stands [MW].

    Attributes
    ----------
    name
        Of the site, or of all together.
    stood
        By stage, what stands and no stage of the plan built; mean over the futures.
    stands
        By stage, all that stands; mean over the futures.
    low, high
        By stage, the least and the most of the futures.
    """

    name: Text
    stood: Sequence[float]
    stands: Sequence[float]
    low: Sequence[float]
    high: Sequence[float]


def draw_staircase(edges: Sequence[float], panels: Sequence[Stairs], words: Words) -> Figure:
    """Draw what stands by stage.

    Parameters
    ----------
    edges
        The years at which the stages begin and, at last, that in which the last one ends.
    panels
        One for all together, then those of sites; each with one number a stage.
    words
        Title, notes and language.
    """
    with plain_settings():
        page = open_page(words.language)
        page.write_title(words.title, words.subtitle)
        is_wide = any(high > low for panel in panels for low, high in zip(panel.low, panel.high, strict=True))
        entries = [
            Entry(say("stood before, and still stands"), band=STOOD),
            Entry(say("built by the plan"), band=BUILT),
            Entry(say("all that stands"), line=TOTAL),
        ]
        if is_wide:
            entries.append(Entry(say("from the least to the most of the futures; the line is their mean"), band=RANGE))
        page.write_legend(entries)
        page.write_notes(words.notes)
        headings = [say("{name} [MW]", name=panel.name) for panel in panels]
        for axes, panel in zip(open_grid(page, headings, foot=FOOT), panels, strict=True):
            _draw_panel(axes, edges, panel)
        return page.figure


def _draw_panel(axes: Axes, edges: Sequence[float], panel: Stairs) -> None:
    stood, stands, low, high = (
        np.asarray(each, dtype=float) for each in (panel.stood, panel.stands, panel.low, panel.high)
    )
    axes.stairs(stood, edges, fill=True, gid="stood", **STOOD)
    axes.stairs(np.maximum(stands, stood), edges, baseline=stood, fill=True, gid="built", **BUILT)
    if (high > low).any():
        axes.stairs(high, edges, baseline=low, fill=True, gid="range", **RANGE)
    axes.stairs(stands, edges, baseline=None, gid="stands", **TOTAL)
    axes.set_xlim(edges[0], edges[-1])
    top = float(max(high.max(), stands.max()))
    scale_figures(axes, 0.0, top * HEADROOM if top > 0 else 1.0, TICKS)
    _write_years(axes, edges)
    _write_steps(axes, edges, panel)


def _write_years(axes: Axes, edges: Sequence[float]) -> None:
    """Write the year at the beginning of each stage and at the end of the last, where there is room."""
    per_point = (edges[-1] - edges[0]) / (axes.get_position().width * style.PAGE[0])
    labels: list[str] = []
    free = -np.inf
    for edge in edges:
        half = 0.5 * (measure_text(f"{edge:.0f}", style.TEXT_SIZE) + 4) * per_point
        labels.append(f"{edge:.0f}" if edge - half >= free else "")
        free = edge + half if labels[-1] else free
    set_ticks(axes, "x", list(edges), labels)


def _write_steps(axes: Axes, edges: Sequence[float], panel: Stairs) -> None:
    """Write above each step how much stands, or from how much to how much, where the step is as wide as that."""
    width = axes.get_position().width * style.PAGE[0] / (edges[-1] - edges[0])
    above = LIFT * axes.get_ylim()[1]
    steps = zip(edges[:-1], edges[1:], panel.stands, panel.low, panel.high, strict=True)
    for first, last, mean, low, high in steps:
        texts = [format_number(amount) for amount in ((low, high) if high > low else (mean,))]
        text = "–".join(dict.fromkeys(texts))
        if measure_text(text, style.NOTE_SIZE) <= (last - first) * width:
            place = ((first + last) / 2, max(float(mean), float(high)) + above)
            write_text(axes, place, text, style.NOTE_SIZE, color=INK, ha="center", va="bottom", gid="standing")
