"""Ranges of near-optimal plans: a bar from the least to the most, and a mark where the best plan is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from planner.language import Text, say
from planner.views.charts import style
from planner.views.charts.page import Entry, Page, open_page, set_ticks
from planner.views.maps.sheet import plain_settings
from planner.views.page.glyphs import shorten_text, write_text
from planner.views.page.style import INK, MUTED

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from planner.views.charts.sweep import Words

RANGE: Final[dict[str, Any]] = {"facecolor": "#9ecae1", "edgecolor": style.OUTLINE, "linewidth": 0.4}
BEST: Final[dict[str, Any]] = {"color": "#000000", "marker": "D", "linewidth": 0.0, "linestyle": "none"}
NAME_ROOM: Final = 74.0
"""For the names on the left of a column [pt]."""
GUTTER: Final = 10.0
ROWS_MAX: Final = 26
"""Bars in a column that can still be read."""
ROWS_MIN: Final = 6
"""Room that fewer bars are given as well, so that they stay bars."""
TICKS: Final = 5


@dataclass(frozen=True)
class Panel:
    """Bars of one scale.

    Attributes
    ----------
    heading
        What the bars show, with its unit.
    rows
        ``name`` (any text), ``best``, ``least``, ``most``, and ``rule``: whether a line stands above the row.
    """

    heading: Text
    rows: pd.DataFrame


def draw_alternatives(columns: Sequence[Sequence[Panel]], words: Words) -> Figure:
    """Draw ranges, in columns of panels under one another."""
    with plain_settings():
        page = open_page(words.language)
        page.write_title(words.title, words.subtitle)
        page.write_legend([Entry(say("from the least to the most"), band=RANGE), Entry(say("best plan"), line=BEST)])
        left_out = sum(max(0, len(panel.rows) - ROWS_MAX) for column in columns for panel in column)
        more = say("{count} shorter ranges are not drawn.", count=left_out)
        page.write_notes([*([more] if left_out else []), *words.notes])
        for number, column in enumerate(columns):
            _draw_column(page, column, number, len(columns))
        return page.figure


def _draw_column(page: Page, column: Sequence[Panel], number: int, count: int) -> None:
    """Draw a column, each panel as high as it has rows (a few at least, so that bars stay bars)."""
    wide = (page.width - GUTTER * (count - 1)) / count
    x = style.MARGIN + number * (wide + GUTTER)
    shares = [max(min(len(panel.rows), ROWS_MAX), ROWS_MIN) for panel in column]
    room = page.top - page.bottom
    top = page.top
    for panel, share in zip(column, shares, strict=True):
        bottom = top - room * share / sum(shares)
        _draw_panel(page, panel, (x, bottom, wide, top - bottom))
        top = bottom


def _draw_panel(page: Page, panel: Panel, place: tuple[float, float, float, float]) -> None:
    rows = panel.rows.head(ROWS_MAX)
    width, height = style.PAGE
    x, y, wide, high = place
    heading = shorten_text(page.clean(panel.heading), style.TEXT_SIZE, wide)
    write_text(page.sheet, (x, y + high - style.TEXT_SIZE), heading, style.TEXT_SIZE, color=INK, gid="head")
    top, bottom = y + high - style.TEXT_SIZE * 2.0, y + style.TEXT_SIZE * 1.8
    box = ((x + NAME_ROOM) / width, bottom / height, (wide - NAME_ROOM - 4) / width, (top - bottom) / height)
    axes = page.figure.add_axes(box, zorder=2)
    axes.set_facecolor("none")
    axes.tick_params(length=2.5, width=0.6, pad=2, color=MUTED)
    axes.set_axisbelow(True)
    for side, spine in axes.spines.items():
        spine.set(visible=side == "bottom", linewidth=0.6, color=MUTED)
    _draw_bars(axes, rows)
    names = [shorten_text(page.clean(name), style.NOTE_SIZE, NAME_ROOM - 6) for name in rows["name"]]
    set_ticks(axes, "y", list(range(len(rows))), names)
    axes.tick_params(axis="y", length=0, pad=5)  # clear of a mark at 0
    for label in axes.get_yticklabels():
        label.set_fontsize(style.NOTE_SIZE)
    end = max(float(rows["most"].max()), float(rows["best"].max()), 1e-9) * 1.04
    ticks = [tick for tick in MaxNLocator(nbins=TICKS, steps=[1, 2, 2.5, 5, 10]).tick_values(0.0, end) if tick <= end]
    axes.set_xlim(0.0, end)
    axes.set_ylim(max(len(rows), ROWS_MIN) - 0.4, -0.6)
    set_ticks(axes, "x", ticks, [f"{tick:,.10g}" for tick in ticks])
    axes.grid(visible=True, axis="x", color=style.GRID_LINE, linewidth=0.5)


def _draw_bars(axes: Axes, rows: pd.DataFrame) -> None:
    places = list(range(len(rows)))
    least, most, best = (rows[name].to_numpy(float) for name in ("least", "most", "best"))
    axes.barh(places, most - least, left=least, height=0.62, gid="ranges", **RANGE)
    axes.plot(best, places, markersize=3.2, clip_on=False, gid="best", **BEST)
    for place, is_ruled in enumerate(rows["rule"]):
        if is_ruled and place:
            axes.add_line(
                Line2D([0, 1], [place - 0.5] * 2, transform=axes.get_yaxis_transform(), color=MUTED, linewidth=0.5)
            )
