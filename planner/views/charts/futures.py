"""What each future costs with the plan for all, its own and that of the mean; and expected cost against the worst."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from matplotlib.ticker import MaxNLocator

from planner.language import Text, say
from planner.views.charts import style
from planner.views.charts.page import Entry, Page, open_page, scale_figures, set_ticks
from planner.views.maps.sheet import plain_settings
from planner.views.page.glyphs import shorten_text, wrap_text, write_text
from planner.views.page.style import INK, MUTED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from planner.views.charts.sweep import Words

PLANS: Final[dict[str, dict[str, Any]]] = {
    "own": {"color": "#009e73", "marker": "o"},
    "here_and_now": {"color": "#0072b2", "marker": "s"},
    "mean_future": {"color": "#d55e00", "marker": "^"},
}
"""Colour and marker of each plan, from left to right."""
POINTS: Final[dict[str, Any]] = {"color": "#0072b2", "marker": "o", "linewidth": 1.3, "linestyle": "solid"}
APART: Final = 0.22
"""Between the marks of a future, of which each has a width of 1."""
TICKS: Final = 7
LINES_MAX: Final = 3
"""Of the name of a future below its marks."""
FOOT: Final = style.TEXT_SIZE * 2.6 + 8


@dataclass(frozen=True)
class Plan:
    """A plan to draw: its kind, what it is called, its cost and its regret in each future, NaN where it is none."""

    kind: str
    name: Text
    costs: Sequence[float]
    regrets: Sequence[float]


def draw_futures(futures: Sequence[Text], plans: Sequence[Plan], headings: Sequence[Text], words: Words) -> Figure:
    """Draw what each future costs with each plan, and below by how much that is more than with the best.

    Parameters
    ----------
    futures
        What each is called, in order; with its probability.
    plans
        Their costs and regrets are in the units of the headings.
    headings
        What the two panels show, with their units.
    words
        Title, notes and language.
    """
    with plain_settings():
        page = open_page(words.language)
        page.write_title(words.title, words.subtitle)
        page.write_legend([Entry(plan.name, line=_look(plan)) for plan in plans])
        page.write_notes(words.notes)
        wide = page.width / max(len(futures), 1) - style.TEXT_SIZE
        names = [_in_lines(page.clean(name), wide) for name in futures]
        foot = style.TEXT_SIZE * (0.3 + 1.3 * max((name.count("\n") + 1 for name in names), default=1))
        upper, lower = page.open_panels(headings, [1.4, 1.0], foot=foot)
        low, high = _ends([each for plan in plans for each in plan.costs])
        room = 0.08 * (high - low) or 0.05 * abs(high) or 1.0
        scale_figures(upper, low - room, high + 2 * room, 6)
        scale_figures(lower, 0.0, 1.15 * _ends([each for plan in plans for each in plan.regrets])[1], 4)
        for number, plan in enumerate(plans):
            places = [future + (number - (len(plans) - 1) / 2) * APART for future in range(len(futures))]
            _draw_plan(page, upper, plan, places, plan.costs)
            _draw_plan(page, lower, plan, places, plan.regrets)
            lower.vlines(places, 0.0, plan.regrets, color=_look(plan)["color"], linewidth=0.8, gid="stem")
        for axes in (upper, lower):
            set_ticks(axes, "x", list(range(len(futures))), names)
            axes.set_xlim(-0.5, len(futures) - 0.5)
        upper.set_xticklabels([])
        return page.figure


def _in_lines(name: str, width: float) -> str:
    """Return a name in so many lines as it takes, the last one shortened where it takes more than there may be."""
    lines = wrap_text(name, style.TEXT_SIZE, width)
    if len(lines) > LINES_MAX:
        lines = [*lines[: LINES_MAX - 1], shorten_text(" ".join(lines[LINES_MAX - 1 :]), style.TEXT_SIZE, width)]
    return "\n".join(lines)


def _ends(numbers: Sequence[float]) -> tuple[float, float]:
    known = [each for each in numbers if math.isfinite(each)]
    return (min(known), max(known)) if known else (0.0, 1.0)


def _look(plan: Plan) -> dict[str, Any]:
    return {**PLANS[plan.kind], "linewidth": 0.0, "linestyle": "none"}


def _draw_plan(page: Page, axes: Axes, plan: Plan, places: Sequence[float], numbers: Sequence[float]) -> None:
    """Draw the mark of a plan in each future, and a word where it is none."""
    axes.plot(places, numbers, markersize=5, clip_on=False, gid=plan.kind, **_look(plan))
    bottom, top = axes.get_ylim()
    for place in (place for place, number in zip(places, numbers, strict=True) if math.isnan(number)):
        write_text(axes, (place, bottom + 0.9 * (top - bottom)), page.clean(say("no plan")), 6.5,
                   color=PLANS[plan.kind]["color"], ha="center", va="bottom", gid="no-plan")  # fmt: skip


def draw_frontier(points: pd.DataFrame, headings: Mapping[str, Text], words: Words) -> Figure:
    """Draw the mean of the worst futures against the expected cost.

    Parameters
    ----------
    points
        A row a point: ``mean`` and ``worst`` in the units of the headings, and ``weight`` of the worst, from 0 to 1.
    headings
        Of ``mean`` and ``worst``, with their units.
    words
        Title, notes and language.
    """
    with plain_settings():
        page = open_page(words.language)
        page.write_title(words.title, words.subtitle)
        page.write_notes(words.notes)
        page.top -= style.TEXT_SIZE
        [axes] = page.open_panels([headings["worst"]], [1.0], foot=FOOT)
        x, y = points["mean"].to_numpy(float), points["worst"].to_numpy(float)
        axes.plot(x, y, markersize=4.5, clip_on=False, gid="frontier", **POINTS)
        low, high = float(y.min()), float(y.max())
        room = 0.1 * (high - low) or 0.05 * abs(high) or 1.0
        scale_figures(axes, low - room, high + 2 * room, 6)
        _scale_x(axes, x)
        for weight, place in _told(points):
            above = place[0], place[1] + 0.02 * (high - low + 3 * room)
            write_text(axes, above, f"{weight:.3g}", 6.5, color=MUTED, ha="center",
                       va="bottom", gid="weight")  # fmt: skip
        axes.set_xlabel(page.clean(headings["mean"]), **page.axis_words())
        return page.figure


def _told(points: pd.DataFrame) -> list[tuple[float, tuple[float, float]]]:
    """Return the weight to write at each place: the first of those that lead to one plan."""
    found: dict[tuple[float, float], float] = {}
    for row in points.to_dict("records"):
        found.setdefault((round(float(row["mean"]), 6), round(float(row["worst"]), 6)), float(row["weight"]))
    return [(weight, place) for place, weight in found.items()]


def _scale_x(axes: Axes, x: np.ndarray[Any, Any]) -> None:
    low, high = float(x.min()), float(x.max())
    room = 0.06 * (high - low) or 0.05 * abs(high) or 1.0
    axes.set_xlim(low - room, high + room)
    steps = MaxNLocator(nbins=TICKS, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
    ticks = [float(tick) for tick in steps if low - room <= tick <= high + room]
    set_ticks(axes, "x", ticks, [f"{tick:,.10g}" for tick in ticks])
    axes.tick_params(axis="x", color=INK)
    axes.grid(visible=True, axis="x", color=style.GRID_LINE, linewidth=0.5)
