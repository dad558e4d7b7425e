"""A Pareto front: the one objective against the other, and below it what each step costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from matplotlib.ticker import MaxNLocator

from planner.language import Text, say
from planner.views.charts import style
from planner.views.charts.page import Entry, Page, open_page, scale_figures, set_ticks
from planner.views.maps.sheet import plain_settings
from planner.views.page.glyphs import write_text
from planner.views.page.style import INK, MUTED

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from planner.views.charts.sweep import Words

FRONT: Final[dict[str, Any]] = {"color": "#0072b2", "marker": "o", "linewidth": 1.3, "linestyle": "solid"}
WORSE: Final[dict[str, Any]] = {"color": "#d55e00", "marker": "x", "linewidth": 1.0, "linestyle": "none"}
STEP: Final = "#009e73"
TICKS: Final = 7


@dataclass(frozen=True)
class Headings:
    """Words with their units for the panels: the minimised objective, the capped one, and the price of a step."""

    minimised: Text
    capped: Text
    price: Text
    least_minimised: Text
    least_capped: Text


def draw_pareto(points: pd.DataFrame, headings: Headings, words: Words) -> Figure:
    """Draw a front.

    Parameters
    ----------
    points
        A row a point with a plan, in order along the front: ``x`` and ``y`` in the units of the headings,
        ``efficient`` (bool), and ``price`` of the step to it [NaN for the first].
    headings
        What stands above the panels, and below them.
    words
        Title, notes and language.
    """
    with plain_settings():
        page = open_page(words.language)
        page.write_title(words.title, words.subtitle)
        entries = [Entry(say("efficient"), line=FRONT)]
        if not points["efficient"].all():
            entries.append(Entry(say("another point is as good or better"), line=WORSE))
        page.write_legend(entries)
        page.write_notes(words.notes)
        foot = style.TEXT_SIZE * 2.6 + 8
        upper, lower = page.open_panels([headings.minimised, headings.price], [1.7, 1.0], foot=foot)
        good = points[points["efficient"]]
        _draw_front(page, upper, points, headings)
        _draw_prices(lower, good)
        for axes in (upper, lower):
            _scale_x(axes, points["x"])
        upper.set_xticklabels([])
        lower.set_xlabel(page.clean(headings.capped), **page.axis_words())
        return page.figure


def _draw_front(page: Page, axes: Axes, points: pd.DataFrame, headings: Headings) -> None:
    good, worse = points[points["efficient"]], points[~points["efficient"]]
    axes.plot(good["x"], good["y"], markersize=4.5, gid="front", **FRONT)
    axes.plot(worse["x"], worse["y"], markersize=5, gid="worse", **WORSE)
    low, high = float(points["y"].min()), float(points["y"].max())
    margin = 0.08 * (high - low) or 0.05 * abs(high) or 1.0
    scale_figures(axes, low - margin, high + 2 * margin, 5)  # with room for the word at the upper end
    if len(good) > 1:
        first, last = good.iloc[0], good.iloc[-1]
        for end, text, side in ((first, headings.least_minimised, "right"), (last, headings.least_capped, "left")):
            place = (float(end["x"]), float(end["y"]) + 0.5 * margin)
            write_text(axes, place, page.clean(text), style.NOTE_SIZE, color=INK, ha=side, va="bottom", gid="end")


def _draw_prices(axes: Axes, good: pd.DataFrame) -> None:
    """Draw the price of each step over the stretch that it is for."""
    x, price = good["x"].to_numpy(float), good["price"].to_numpy(float)
    for number in range(1, len(good)):
        axes.fill_between(x[[number - 1, number]], 0, price[number], color=STEP, alpha=0.75, linewidth=0, gid="step")
        write_text(axes, (float(np.mean(x[[number - 1, number]])), price[number]), f"{price[number]:,.4g}", 6.5,
                   color=MUTED, ha="center", va="bottom", gid="price")  # fmt: skip
    top = float(np.nanmax(price)) if len(good) > 1 else 1.0
    scale_figures(axes, 0.0, top * 1.2 if top > 0 else 1.0, 4)


def _scale_x(axes: Axes, x: pd.Series) -> None:
    low, high = float(x.min()), float(x.max())
    room = 0.04 * (high - low) or 0.05 * abs(high) or 1.0
    axes.set_xlim(low - room, high + room)
    steps = MaxNLocator(nbins=TICKS, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
    ticks = [float(tick) for tick in steps if low - room <= tick <= high + room]
    set_ticks(axes, "x", ticks, [f"{tick:,.10g}" for tick in ticks])
    axes.grid(visible=True, axis="x", color=style.GRID_LINE, linewidth=0.5)
