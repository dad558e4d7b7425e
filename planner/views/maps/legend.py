"""The legend beside the map: what area, colour, ring, width and shading mean."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from matplotlib.axes import Axes
from matplotlib.patches import Circle, Polygon, Rectangle

from planner.language import Language, Message, Text, rendered, say
from planner.views.maps.flows import Selection, measure_arrow
from planner.views.maps.projection import Bounds
from planner.views.page import style
from planner.views.page.glyphs import wrap_text, write_text
from planner.views.page.numbers import per_cent
from planner.views.page.scales import (
    CircleScale,
    WidthScale,
    choose_samples,
    format_about,
    format_number,
    pick_demand_colour,
)

ROW = 12.6
"""Height of a row [pt]."""
SWATCH = 24.0
"""Width of a key [pt]."""
AFTER_GROUP = 8.0

GREEN_SHARES: Final = {
    "certificate": say("Green-power share, by certificates"),
    "matched": say("Green-power share, matched by the hour"),
    "every_timestep": say("Green-power share in the worst hour"),
}
"""Of each accounting."""


@dataclass(frozen=True)
class Key:
    """What the legend explains; an entry appears only if the map has what it explains."""

    circles: CircleScale | None
    small_circles: bool
    green: bool
    green_mode: str
    green_unknown: bool
    idle: bool
    new: bool
    widths: WidthScale | None
    thin_flows: bool
    selection: Selection
    breaks: Sequence[float]
    demand: bool
    demand_none: bool
    squares: bool
    dots: bool
    by_province: bool
    links: Callable[["Legend"], None] | None = None
    """Writes what is to be said of the links, where there are any."""


class Legend:
    """Writes the legend from the top of a box downwards."""

    def __init__(self, page: Axes, box: Bounds, language: Language) -> None:
        self.page = page
        self.left, self.bottom, self.right, self.y = box
        self.language = language

    def add_heading(self, text: Text) -> None:
        """Write the heading of a group."""
        for line in wrap_text(rendered(text, self.language), style.HEADING_SIZE, self.right - self.left):
            self.y -= style.HEADING_SIZE * 1.3
            write_text(self.page, (self.left, self.y), line, style.HEADING_SIZE, color=style.INK, va="baseline")
        self.y -= 5

    def add_remark(self, text: Text) -> None:
        """Write a remark over the width of the legend."""
        for line in wrap_text(rendered(text, self.language), style.NOTE_SIZE, self.right - self.left):
            self.y -= style.NOTE_SIZE * 1.32
            write_text(self.page, (self.left, self.y), line, style.NOTE_SIZE, color=style.MUTED, va="baseline")
        self.y -= 2

    def add_row(self, text: Text) -> tuple[float, float]:
        """Write the text of a row and return the middle of its key."""
        middle = self.y - ROW / 2
        place = (self.left + SWATCH + 7, middle)
        row = rendered(text, self.language)
        write_text(self.page, place, row, style.TEXT_SIZE, color=style.INK, va="center_baseline")
        self.y -= ROW
        return self.left + SWATCH / 2, middle

    def add_patch(self, patch: Any, **look: Any) -> None:
        """Draw a key."""
        patch.set(**{"zorder": 3, **look})
        self.page.add_patch(patch)

    def end_group(self) -> None:
        """Leave room before the next group."""
        self.y -= AFTER_GROUP


def megawatt(value: float) -> str:
    """Return a load with its unit."""
    return f"{format_number(value)} MW"


def say_smallest(scale: CircleScale) -> Message:
    """Say below which load all circles are alike."""
    value = format_about(scale.threshold)
    return say("Sites below about {value} MW are drawn at the size of {value} MW.", value=value)


def show_circles(legend: Legend, scale: CircleScale) -> None:
    """Show circles of round loads side by side, at the scale of the map."""
    samples = [load for load in choose_samples(scale.largest) if load >= scale.threshold]
    top, tallest = legend.y, scale.measure(samples[0])
    column = (legend.right - legend.left) / 3
    for number, load in enumerate(samples):
        radius = scale.measure(load) / 2
        middle = (legend.left + column * (number + 0.5), top - tallest + radius)
        legend.add_patch(Circle(middle, radius), facecolor=style.PAPER, edgecolor=style.INK, linewidth=0.7)
        below = (middle[0], top - tallest - style.TEXT_SIZE * 1.25)
        write_text(legend.page, below, megawatt(load), style.TEXT_SIZE, color=style.INK, ha="center")
    legend.y = top - tallest - style.TEXT_SIZE * 1.6


def show_widths(legend: Legend, scale: WidthScale) -> None:
    """Show arrows of round loads under one another, at the width of the map."""
    for load in (load for load in choose_samples(scale.largest) if load >= scale.threshold):
        x, y = legend.add_row(megawatt(load))
        width = scale.measure(load)
        line = Rectangle((x - SWATCH / 2, y - width / 2), SWATCH, width)
        legend.add_patch(line, facecolor=style.FLOW_COLOUR, alpha=style.FLOW_ALPHA, linewidth=0)
        size = measure_arrow(width)
        tip = [(x - size / 2, y + 0.42 * size), (x + size / 2, y), (x - size / 2, y - 0.42 * size)]
        legend.add_patch(Polygon(tip), facecolor=style.FLOW_COLOUR, edgecolor=style.PAPER, linewidth=0.35, zorder=4)


def numbers_of(selection: Selection) -> dict[str, Any]:
    """Return how many flows are drawn and what they carry; the share is rounded down, never up."""
    return {
        "drawn": len(selection.drawn),
        "total": selection.total,
        "load": format_number(selection.load),
        "share": int(selection.share * 100 + 1e-9),
    }


def _explain_circles(legend: Legend, key: Key, scale: CircleScale) -> None:
    legend.add_heading(say("Site: IT load (area of circle)"))
    show_circles(legend, scale)
    if key.small_circles:
        legend.add_remark(say_smallest(scale))
    legend.end_group()


def _explain_green(legend: Legend, mode: str) -> None:
    """Show the classes of the green-power share as a strip, and by which accounting it is."""
    legend.add_heading(GREEN_SHARES[mode])
    width = (legend.right - legend.left - 12) / len(style.GREEN_COLOURS)
    for number, colour in enumerate(style.GREEN_COLOURS):
        start = (legend.left + 5 + number * width, legend.y - 10)
        legend.add_patch(Rectangle(start, width, 10), facecolor=colour, edgecolor=style.INK, linewidth=0.5)
    for number, limit in enumerate(style.GREEN_BREAKS):
        place = (legend.left + 5 + number * width, legend.y - 10 - style.NOTE_SIZE * 1.25)
        mark = rendered(per_cent(limit, 0), legend.language) if limit == 1 else f"{limit * 100:.0f}"
        write_text(legend.page, place, mark, style.NOTE_SIZE, color=style.INK, ha="center")
    legend.y -= 10 + style.NOTE_SIZE * 1.25 + 6


def _explain_marks(legend: Legend, key: Key) -> None:
    """Explain hatching, ring and hollow circle, as far as the map has them."""
    if not (key.green or key.green_unknown):
        legend.add_heading(say("Sites"))
    if key.green_unknown:
        middle = legend.add_row(say("not known"))
        look = {"facecolor": style.GREEN_UNKNOWN, "edgecolor": style.MUTED, "hatch": style.HATCH, "linewidth": 0.7}
        legend.add_patch(Circle(middle, 4.4), **look)
    if key.new:
        middle = legend.add_row(say("ring: new capacity is built"))
        legend.add_patch(Circle(middle, 2.5), facecolor=style.PAPER, edgecolor=style.INK, linewidth=0.7)
        ring = 2.5 + style.RING_GAP + style.RING_WIDTH / 2
        legend.add_patch(Circle(middle, ring), facecolor="none", edgecolor=style.INK, linewidth=style.RING_WIDTH)
    if key.idle:
        middle = legend.add_row(say("site without load"))
        legend.add_patch(Circle(middle, style.HOLLOW / 2), facecolor=style.PAPER, edgecolor=style.MUTED, linewidth=0.7)


def _explain_flows(legend: Legend, key: Key) -> None:
    """Show lines of round loads, and say which flows are drawn."""
    legend.add_heading(say("Flow: compute demand served (width)"))
    if key.widths is None:
        legend.add_remark(say("No flow goes over distance."))
        legend.end_group()
        return
    show_widths(legend, key.widths)
    legend.add_remark(say("Arrows point from the region of the demand to the site."))
    legend.add_remark(_describe_selection(key.selection))
    if key.thin_flows:
        thinnest = format_about(key.widths.threshold)
        legend.add_remark(say("Thinnest line: about {value} MW or less.", value=thinnest))
    legend.end_group()


def _describe_selection(selection: Selection) -> Message:
    """Say how many flows are drawn and what they carry."""
    told = numbers_of(selection)
    if told["drawn"] == told["total"]:
        return say("All flows over distance are drawn: {drawn}, together {load} MW.", **told)
    return say(
        "Drawn: the largest {drawn} of {total} flows, {share} % of the {load} MW that goes over distance.", **told
    )


def _describe_classes(breaks: Sequence[float]) -> list[tuple[Text, float]]:
    """Return the words of each class of demand and a demand [MW] inside it."""
    if not breaks:
        return []
    limits = [format_number(limit) for limit in breaks]
    rows: list[tuple[Text, float]] = [(say("up to {high} MW", high=limits[0]), breaks[0])]
    for low, high, inside in zip(limits, limits[1:], breaks[1:], strict=False):
        rows.append((say("over {low} to {high} MW", low=low, high=high), inside))
    rows.append((say("over {low} MW", low=limits[-1]), breaks[-1] * 1.01))
    return rows


def _explain_demand(legend: Legend, key: Key, largest: float) -> None:
    """Show the shading of each class of demand."""
    if key.by_province:
        legend.add_heading(say("Demand by province (shading)"))
    else:
        legend.add_heading(say("Demand by area of the base map (shading)"))
    rows = _describe_classes(key.breaks)
    if not rows and largest > 0:
        rows = [(megawatt(largest), largest)]
    for text, inside in rows:
        _add_swatch(legend, text, pick_demand_colour(inside, key.breaks))
    if key.demand_none:
        _add_swatch(legend, say("no demand in this plan"), style.LAND)
    if key.dots:
        middle = legend.add_row(say("region, where its flows start"))
        legend.add_patch(Circle(middle, style.DOT / 2), facecolor=style.MUTED, linewidth=0)
    if key.squares:
        x, y = legend.add_row(say("square: region in no province"))
        corner, side = (x - style.SQUARE / 2, y - style.SQUARE / 2), style.SQUARE
        legend.add_patch(Rectangle(corner, side, side), facecolor=style.LAND, edgecolor=style.INK, linewidth=0.6)
    legend.end_group()


def _add_swatch(legend: Legend, text: Text, colour: str) -> None:
    x, y = legend.add_row(text)
    patch = Rectangle((x - SWATCH / 2, y - 4.2), SWATCH, 8.4)
    legend.add_patch(patch, facecolor=colour, edgecolor=style.BORDER, linewidth=0.5)


def explain(legend: Legend, key: Key, *, largest: float, closing: Text) -> None:
    """Write the legend of a plan.

    Parameters
    ----------
    legend
        An empty one.
    key
        What the map has.
    largest
        Largest demand of an area or square [MW].
    closing
        A last remark, on names; may be empty.
    """
    if key.circles is not None:
        _explain_circles(legend, key, key.circles)
    if key.green or key.green_unknown:
        _explain_green(legend, key.green_mode)
    if key.green_unknown or key.new or key.idle:
        _explain_marks(legend, key)
    if key.green or key.green_unknown or key.new or key.idle:
        legend.end_group()
    if key.links is not None:
        key.links(legend)
    if key.links is None or key.selection.total:
        _explain_flows(legend, key)
    if key.demand:
        _explain_demand(legend, key, largest)
    if closing:
        legend.add_remark(closing)
