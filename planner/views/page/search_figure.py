"""How plan and bound of a very large plan came together, round by round, as a small figure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from planner.language import say
from planner.views.page.elements import element
from planner.views.page.numbers import plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from xml.etree.ElementTree import Element

WIDTH, HEIGHT = 640, 220
LEFT, RIGHT, TOP, BOTTOM = 64, 12, 12, 28
SHOWN = 0.02
"""What lies further than this from the plan that was kept, of it, is left out: the first rounds are far off."""
STEPS = (0.0005, 0.001, 0.002, 0.005, 0.01)
"""Between lines across the figure, of the plan; the least with at most ``LINES_MAX`` of them."""
LINES_MAX = 5
MINUTE = 60.0


def figure(manifest: Mapping[str, Any]) -> Element | None:
    """Return the figure; nothing for a plan that was found in one piece."""
    told = (manifest.get("solver") or {}).get("periods_apart") or {}
    story: Sequence[dict[str, Any]] = told.get("story") or ()
    final = next((entry["plan"] for entry in reversed(story) if entry["plan"]), None)
    if final is None or len(story) < 2:  # noqa: PLR2004  a line has two ends
        return None
    lines = {name: _line(story, name, final) for name in ("plan", "bound")}
    caption = say(
        "Plan (solid) and bound (dashed) by the minute, as shares of the plan that was kept, over {rounds} rounds of "
        "{periods} days or weeks each. What was further off is not shown.",
        rounds=plain(len(story)),
        periods=plain(told["periods"]),
    )
    return element(
        "figure", _drawn(lines, story[-1]["seconds"] / MINUTE), element("figcaption", caption), class_="search"
    )


def _line(story: Sequence[dict[str, Any]], name: str, final: float) -> list[tuple[float, float]]:
    """Return minutes and distance from the plan that was kept, of it, of those rounds that are near enough."""
    known = [entry for entry in story if entry[name] is not None]
    points = [(entry["seconds"] / MINUTE, (entry[name] - final) / abs(final)) for entry in known]
    return [point for point in points if abs(point[1]) <= SHOWN]


def _drawn(lines: dict[str, list[tuple[float, float]]], minutes: float) -> Element:
    every = [share for points in lines.values() for _, share in points] or [0.0]
    reach = max(max(every) - min(every), STEPS[0])
    step = next((step for step in STEPS if reach / step <= LINES_MAX), STEPS[-1])
    low, high = step * (min(every) // step), step * -(-max(every) // step)
    high = max(high, low + step)

    def place(minute: float, share: float) -> tuple[float, float]:
        across = LEFT + (WIDTH - LEFT - RIGHT) * (minute / minutes if minutes else 0.0)
        return across, TOP + (HEIGHT - TOP - BOTTOM) * (high - share) / (high - low)

    drawn = element("svg", aria_hidden="true", focusable="false")
    drawn.set("viewBox", f"0 0 {WIDTH} {HEIGHT}")
    for number in range(round((high - low) / step) + 1):
        _, y = place(0.0, low + number * step)
        drawn.append(_straight(LEFT, y, WIDTH - RIGHT, y))
        drawn.append(_text(LEFT - 6, y + 4, f"{plain(100 * (low + number * step), 2)}%", "end"))
    for minute in (0.0, minutes):
        x, _ = place(minute, low)
        drawn.append(_text(x, HEIGHT - 8, f"{minute:.0f} min", "end" if minute else "start"))
    for name, points in lines.items():
        places = " ".join(f"{x:.1f},{y:.1f}" for x, y in (place(*point) for point in points))
        drawn.append(element("polyline", points=places, class_=name))
        for x, y in (place(*point) for point in points):
            drawn.append(element("circle", cx=f"{x:.1f}", cy=f"{y:.1f}", r="2.5", class_=name))
    return drawn


def _straight(x1: float, y1: float, x2: float, y2: float) -> Element:
    return element("line", x1=f"{x1:.1f}", y1=f"{y1:.1f}", x2=f"{x2:.1f}", y2=f"{y2:.1f}")


def _text(x: float, y: float, words: str, anchor: str) -> Element:
    return element("text", words, x=f"{x:.1f}", y=f"{y:.1f}", text_anchor=anchor)
