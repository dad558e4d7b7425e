"""A sweep in one figure: lines over the first varied value, or heat maps where there would be too many lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.patches import Rectangle

from planner.language import SEMICOLON, Language, Message, Text, join, say
from planner.views.charts import style
from planner.views.charts.grid import COLORS, FOOT, MARKERS, open_grid
from planner.views.charts.page import Entry, Page, open_page, scale_figures, set_ticks
from planner.views.maps.sheet import plain_settings
from planner.views.page.glyphs import measure_text, shorten_text, write_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SOLVED: Final = ("optimal", "feasible")
LINES_MAX: Final = len(COLORS)
TICKS_MAX: Final = 7
NAMED_MAX: Final = 12
"""Points without a plan that are named."""
CELLS_MAX: Final = 60
"""Of a heat map that shows its figures in the cells."""
LABEL_MAX: Final = 90.0
"""Room for the names of the rows of a heat map [pt]."""
PALETTE: Final = "cividis"
"""Reads alike for colour-blind readers, and in grey print."""


@dataclass(frozen=True)
class Measure:
    """What a panel shows.

    Attributes
    ----------
    column
        Of the table of points.
    heading
        Its words and its unit.
    scale
        What one of that unit is in the unit of the column.
    """

    column: str
    heading: Text
    scale: float = 1.0


@dataclass(frozen=True)
class Words:
    """What stands around the panels; any text."""

    title: Text
    subtitle: Text
    notes: Sequence[Text] = ()
    language: Language = "en"


def draw_sweep(
    points: pd.DataFrame, axes: Sequence[tuple[str, Text]], measures: Sequence[Measure], words: Words
) -> Figure:
    """Draw the measures of a sweep.

    Parameters
    ----------
    points
        A row a point in the order of the sweep: a column of text for each varied value, ``status``, and the columns
        of the measures [NaN without a plan].
    axes
        Column and label of each varied value; the first becomes the horizontal axis.
    measures
        A panel each, six at most.
    words
        Title, notes and language.
    """
    with plain_settings():
        page = open_page(words.language)
        page.write_title(words.title, words.subtitle)
        table = points.assign(series=_series(page, points, axes[1:]))
        if table["series"].nunique() > LINES_MAX:
            down = say("down: {names}", names=join((label for _, label in axes[1:]), " / "))
            page.write_notes([down, *_missing(points, axes), *words.notes])
            _draw_maps(page, table, axes, measures)
        else:
            _write_legend(page, list(table["series"].unique()), axes[1:])
            page.write_notes([*_missing(points, axes), *words.notes])
            _draw_lines(page, table, axes[0], measures)
        return page.figure


def _series(page: Page, points: pd.DataFrame, axes: Sequence[tuple[str, Text]]) -> list[str]:
    """Return the values of all axes but the first, as one text for each point."""
    texts = [[page.clean(_value(cell)) for cell in points[column]] for column, _ in axes]
    return [" / ".join(row) for row in zip(*texts, strict=True)] if texts else [""] * len(points)


def _value(cell: object) -> Text:
    return str(cell) or say("none")


def _write_legend(page: Page, series: Sequence[str], axes: Sequence[tuple[str, Text]]) -> None:
    if not axes:
        return
    names: list[Text] = [join((label for _, label in axes), " / ") + f" = {series[0]}", *series[1:]]
    page.write_legend([Entry(name, line=_look(number)) for number, name in enumerate(names)])


def _look(number: int) -> dict[str, Any]:
    return {"color": COLORS[number], "marker": MARKERS[number], "linewidth": 1.3, "linestyle": "solid"}


def _size(number: int, count: int) -> float:
    """Return the size of a marker [pt]: the first drawn are the largest, so that lines on one another are seen."""
    return 3.0 + 1.1 * (count - 1 - number)


def _missing(points: pd.DataFrame, axes: Sequence[tuple[str, Text]]) -> list[Message]:
    """Say which points have no plan, and of which that is proved."""
    impossible = _named(points[points["status"] == "infeasible"], axes)
    unsolved = _named(points[~points["status"].isin([*SOLVED, "infeasible"])], axes)
    told = [say("No plan can exist for: {points}.", points=impossible)] if impossible else []
    return [*told, say("Not solved: {points}.", points=unsolved)] if unsolved else told


def _named(points: pd.DataFrame, axes: Sequence[tuple[str, Text]]) -> Message:
    """Return points by their values, the first of many."""
    names = [join((_value(row[column]) for column, _ in axes), " / ") for _, row in points.iterrows()]
    return join([*names[:NAMED_MAX], *(["…"] if len(names) > NAMED_MAX else [])], SEMICOLON)


def _places(values: Sequence[str]) -> tuple[dict[str, float], bool]:
    """Return where each value stands on an axis, and whether that is its own number."""
    try:
        numbers = {value: float(value) for value in values}
    except ValueError:
        return {value: float(number) for number, value in enumerate(values)}, False
    return numbers, len(values) > 1


def _draw_lines(page: Page, table: pd.DataFrame, axis: tuple[str, Text], measures: Sequence[Measure]) -> None:
    column, label = axis
    values = list(dict.fromkeys(table[column]))
    places, _ = _places(values)
    count = table["series"].nunique()
    panels = open_grid(page, [measure.heading for measure in measures])
    for panel, measure in zip(panels, measures, strict=True):
        figures = (table[measure.column] / measure.scale).where(table["status"].isin(SOLVED))
        for number, name in enumerate(table["series"].unique()):
            part = table["series"] == name
            x = table.loc[part, column].map(places).to_numpy(float)
            order = np.argsort(x, kind="stable")
            y = figures[part].to_numpy(float)  # a gap is not drawn over
            panel.plot(
                x[order],
                y[order],
                markersize=_size(number, count),
                gid=f"line-{measure.column}-{number}",
                **_look(number),
            )
        _scale(page, panel, places)
        known = figures.dropna()
        low, high = (0.0, 1.0) if known.empty else (float(known.min()), float(known.max()))
        margin = 0.06 * (high - low) or 0.05 * abs(high) or 1.0
        scale_figures(panel, low - margin, high + margin, 5)
        panel.set_xlabel(shorten_text(page.clean(label), style.TEXT_SIZE, page.width / 2), **page.axis_words())


def _scale(page: Page, panel: Axes, places: dict[str, float]) -> None:
    """Put a tick at every value, and its label where there is room beside the one before."""
    ordered = sorted(places.items(), key=lambda item: item[1])
    low, high = ordered[0][1], ordered[-1][1]
    room = 0.05 * (high - low) or 0.5
    panel.set_xlim(low - room, high + room)
    per_point = (high - low + 2 * room) / (panel.get_position().width * style.PAGE[0])
    names: list[str] = []
    free = -np.inf
    for name, place in ordered:
        text = shorten_text(page.clean(_value(name)), style.TEXT_SIZE, 60)
        half = 0.5 * (measure_text(text, style.TEXT_SIZE) + 3) * per_point
        names.append(text if place - half >= free else "")
        free = place + half if names[-1] else free
    set_ticks(panel, "x", [place for _, place in ordered], names)
    panel.grid(visible=True, axis="x", color=style.GRID_LINE, linewidth=0.5)


def _draw_maps(page: Page, table: pd.DataFrame, axes: Sequence[tuple[str, Text]], measures: Sequence[Measure]) -> None:
    """Draw a heat map a measure: the first value across, all others down."""
    column, label = axes[0]
    across, down = list(dict.fromkeys(table[column])), list(table["series"].unique())
    room = min(LABEL_MAX, max(measure_text(name, style.TEXT_SIZE) for name in down) + 8)
    grids = [_grid(table, column, measure, across, down) for measure in measures]
    headings = [_with_range(measure.heading, grid) for measure, grid in zip(measures, grids, strict=True)]
    for panel, measure, grid in zip(open_grid(page, headings, left=room, foot=FOOT), measures, grids, strict=True):
        _draw_map(panel, grid, measure.column)
        set_ticks(panel, "x", list(range(len(across))), _ticks(page, across))
        set_ticks(panel, "y", list(range(len(down))), _ticks(page, down))
        panel.set_xlabel(shorten_text(page.clean(label), style.TEXT_SIZE, page.width / 2), **page.axis_words())


def _grid(
    table: pd.DataFrame, column: str, measure: Measure, across: Sequence[str], down: Sequence[str]
) -> np.ndarray[Any, Any]:
    """Return a measure by series and first value, (down, across), NaN without a plan."""
    figures = (table[measure.column] / measure.scale).where(table["status"].isin(SOLVED))
    keyed = pd.Series(figures.to_numpy(float), pd.MultiIndex.from_arrays([table["series"], table[column]]))
    return np.array([[keyed[row, cell] for cell in across] for row in down], dtype=float)


def _with_range(heading: Text, grid: np.ndarray[Any, Any]) -> Text:
    """Return a heading, with the ends of the palette where the cells have no room for their figures."""
    if grid.size <= CELLS_MAX or not np.isfinite(grid).any():
        return heading
    low, high = f"{np.nanmin(grid):.4g}", f"{np.nanmax(grid):.4g}"
    return say("{heading}: dark {low}, light {high}", heading=heading, low=low, high=high)


def _ticks(page: Page, values: Sequence[str]) -> list[str]:
    """Return the labels of a row of cells, only some of them where there are many."""
    step = -(-len(values) // (2 * TICKS_MAX))
    return [
        shorten_text(page.clean(_value(value)), style.TEXT_SIZE, LABEL_MAX) if number % step == 0 else ""
        for number, value in enumerate(values)
    ]


def _draw_map(panel: Axes, grid: np.ndarray[Any, Any], name: str) -> None:
    down, across = grid.shape
    known = grid[np.isfinite(grid)]
    low, high = (float(known.min()), float(known.max())) if known.size else (0.0, 1.0)
    palette = mpl.colormaps[PALETTE]
    is_small = grid.size <= CELLS_MAX
    for y in range(down):
        for x in range(across):
            value = grid[y, x]
            share = (value - low) / (high - low) if high > low else 0.5
            look = {"facecolor": palette(share)} if np.isfinite(value) else {"facecolor": "#ffffff", "hatch": "////"}
            panel.add_patch(
                Rectangle(
                    (x - 0.5, y - 0.5),
                    1,
                    1,
                    edgecolor="#ffffff" if np.isfinite(value) else "#999999",
                    linewidth=0.5,
                    gid=f"cell-{name}",
                    **look,
                )
            )
            if is_small and np.isfinite(value):
                color = "#000000" if share > 0.55 else "#ffffff"  # noqa: PLR2004 - the palette goes from dark to light
                write_text(panel, (x, y), f"{value:.4g}", 6.0, color=color, ha="center", va="center", gid="figure")
    panel.set_xlim(-0.5, across - 0.5)
    panel.set_ylim(down - 0.5, -0.5)
