"""The pictures of the page's section on several years, as SVG: a staircase, and a map whose land the script draws."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from planner.views.page.elements import element
from planner.views.page.numbers import plain
from planner.views.page.scales import pick_green_colour
from planner.views.page.style import INK, PAPER

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from xml.etree.ElementTree import Element

    import pandas as pd

    from planner.views.years.outlook import Outlook, Spread

WIDTH, HEIGHT = 240.0, 120.0
LEFT, TOP, BOTTOM = 4.0, 16.0, 18.0
CIRCLE: Final = 0.034
"""Radius of the largest circle, of the map's width."""
CIRCLE_MIN: Final = 0.005
RING, LINE = 0.006, 0.0015
"""Widths of a ring and of a line, of the map's width."""
LAND: Final = "years-land"
"""Where the script puts the land, which stands on the page already as data."""
LEAST: Final = 1e-6
"""[MW] Less is a solver's rounding."""

Place = list[int] | None


def stairs(outlook: Outlook, sites: Sequence[str] | None) -> Element:
    """Return what stands at some sites, or at all, by stage, with the year below each step and the MW above it."""
    stands, new = (_by_stage(outlook, sites, column) for column in ("stands", "new"))
    begin, end = outlook.spans[outlook.stages[0]][0], outlook.spans[outlook.stages[-1]][1]
    most = max((spread.high for spread in stands), default=0.0) or 1.0
    edges = [*(outlook.spans[stage][0] for stage in outlook.stages), end]

    def x(year: float) -> float:
        return LEFT + (WIDTH - 2 * LEFT) * (year - begin) / (end - begin)

    def y(amount: float) -> float:
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * amount / most

    drawn = _svg(f"0 0 {WIDTH:g} {HEIGHT:g}")
    for first, last, all_of_it, built in zip(edges[:-1], edges[1:], stands, new, strict=True):
        stood = max(0.0, all_of_it.mean - built.mean)
        drawn.append(_box(x(first), y(stood), x(last) - x(first), y(0.0) - y(stood), "stood"))
        drawn.append(_box(x(first), y(all_of_it.mean), x(last) - x(first), y(stood) - y(all_of_it.mean), "built"))
        middle = (x(first) + x(last)) / 2
        if all_of_it.is_wide:
            drawn.append(_line(middle, y(all_of_it.low), middle, y(all_of_it.high)))
        ends = (all_of_it.low, all_of_it.high) if all_of_it.is_wide else (all_of_it.mean,)
        drawn.append(_text(middle, y(all_of_it.high) - 4, "–".join(plain(round(end, 1)) for end in ends)))
        drawn.append(_text(x(first), HEIGHT - 4, f"{first:.0f}", "start"))
    drawn.append(_text(x(end), HEIGHT - 4, f"{end:.0f}", "end"))
    drawn.append(_line(x(begin), y(0.0), x(end), y(0.0)))
    return drawn


def _by_stage(outlook: Outlook, sites: Sequence[str] | None, column: str) -> list[Spread]:
    table = outlook.capacity
    here = table if sites is None else table[table["site"].isin(sites)]
    sums = here.groupby(["stage", "future"], sort=False)[column].sum()
    return [outlook.over_futures(stage, sums) for stage in outlook.stages]


def place_of_land() -> Element:
    """Return the land that all maps of the section use; the script fills it."""
    drawn = _svg("0 0 1 1")
    drawn.set("class", "unseen")
    drawn.append(element("defs", element("g", id_=LAND)))
    return drawn


def map_of(
    sites: pd.DataFrame,
    places: Sequence[Place],
    built: Mapping[str, float],
    land: Mapping[str, Any],
    look: tuple[float, Callable[[str], str]],
) -> Element:
    """Return the map of a year: the sites as circles, their load as area, their green share as colour.

    Parameters
    ----------
    sites
        ``site``, ``it_load`` [MW] and ``green_power_share`` [1].
    places
        Where each lies in the plane.
    built
        What is built there in this year's stage [MW].
    land
        The base map; its bounds.
    look
        The largest load of all maps [MW], and what names a site.
    """
    left, bottom, right, top = land["bounds"]
    wide = right - left
    drawn = _svg(f"{left} {-top} {wide} {top - bottom}")
    flipped = element("g", transform="scale(1 -1)")  # the plane's north is up, a page's is down
    used = element("use")
    used.set("href", f"#{LAND}")
    flipped.append(used)
    rows = sorted(zip(sites.to_dict("records"), places, strict=True), key=lambda pair: -float(pair[0]["it_load"]))
    for row, place in rows:
        if place is not None:
            flipped.append(_circle({**row, "built": built.get(str(row["site"]), 0.0)}, place, wide, look))
    drawn.append(flipped)
    return drawn


def _circle(row: Mapping[Any, Any], place: list[int], wide: float, look: tuple[float, Callable[[str], str]]) -> Element:
    largest, named = look
    load, built, green = float(row["it_load"]), float(row["built"]), float(row.get("green_power_share", math.nan))
    radius = wide * max(CIRCLE * math.sqrt(max(load, 0.0) / largest) if largest > 0 else 0.0, CIRCLE_MIN)
    told = f"{named(str(row['site']))}: {plain(load)} MW" + (f" (+{plain(built)} MW)" if built > LEAST else "")
    return element(
        "circle",
        element("title", told),
        cx=str(place[0]),
        cy=str(place[1]),
        r=f"{radius:.0f}",
        fill=pick_green_colour(green) if load > LEAST else PAPER,
        stroke=INK,
        stroke_width=f"{wide * (RING if built > LEAST else LINE):.0f}",
    )


def _svg(box: str) -> Element:
    drawn = element("svg", aria_hidden="true", focusable="false")
    drawn.set("viewBox", box)
    return drawn


def _box(x: float, y: float, wide: float, high: float, kind: str) -> Element:
    return element("rect", x=f"{x:.1f}", y=f"{y:.1f}", width=f"{wide:.1f}", height=f"{high:.1f}", class_=kind)


def _line(x1: float, y1: float, x2: float, y2: float) -> Element:
    return element("line", x1=f"{x1:.1f}", y1=f"{y1:.1f}", x2=f"{x2:.1f}", y2=f"{y2:.1f}")


def _text(x: float, y: float, words: str, anchor: str = "middle") -> Element:
    return element("text", words, x=f"{x:.1f}", y=f"{y:.1f}", text_anchor=anchor)
