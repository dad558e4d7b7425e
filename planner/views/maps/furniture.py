"""What stands in the corners of the map: the inset of the South China Sea and the scale bar."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from planner.language import Language, rendered, say
from planner.views.maps.land import Land, add_axes, draw_land, project_sea
from planner.views.maps.projection import Bounds, Frame, fit_frame, measure_bar, measure_page
from planner.views.page import style
from planner.views.page.glyphs import measure_text, write_text
from planner.views.page.scales import format_number, round_down

INSET_HEIGHT = 102.0
BAR_SHARE = 0.17
"""About how much of the map's width the scale bar takes."""
BAR_HEIGHT = 3.4
DISTORTION_MAX = 0.1
"""Where the projection stretches more than this, a scale bar would mislead elsewhere on the map."""
BAR_BOX_HEIGHT = 22.0
CORNERS = ("lower right", "lower left", "upper left", "upper right")


def put_in_corner(box: Bounds, corner: str, width: float, height: float, inset: float = 0.0) -> Bounds:
    """Return a box [pt] of a width and height in one corner of another."""
    left = box[0] + inset if "left" in corner else box[2] - inset - width
    bottom = box[1] + inset if "lower" in corner else box[3] - inset - height
    return left, bottom, left + width, bottom + height


def _count_covered(box: Bounds, points: NDArray[np.float64]) -> int:
    """Return how many points of the page lie under a box, with some room around it."""
    room = 10.0
    inside = (points[:, 0] > box[0] - room) & (points[:, 0] < box[2] + room)
    inside &= (points[:, 1] > box[1] - room) & (points[:, 1] < box[3] + room)
    return int(np.count_nonzero(inside))


def choose_corner(boxes: dict[str, Bounds], points: NDArray[np.float64], taken: Sequence[str] = ()) -> str:
    """Return the corner whose box hides the fewest points; among equals the first that is offered."""
    free = [corner for corner in boxes if corner not in taken]
    return min(free, key=lambda corner: _count_covered(boxes[corner], points))


def need_inset(land: Land, frame: Frame) -> bool:
    """Say whether the map shows China and not yet the whole South China Sea."""
    sea = project_sea()
    window = frame.window
    whole = window[0] <= sea[0] and window[1] <= sea[1] and window[2] >= sea[2] and window[3] >= sea[3]
    return land.national and not whole


def plan_inset(frame: Frame, points: NDArray[np.float64]) -> tuple[str, Bounds]:
    """Return the corner and the box [pt] of the inset."""
    sea = project_sea()
    width = INSET_HEIGHT * (sea[2] - sea[0]) / (sea[3] - sea[1])
    boxes = {corner: put_in_corner(frame.box, corner, width, INSET_HEIGHT) for corner in CORNERS}
    corner = choose_corner(boxes, points)
    return corner, boxes[corner]


def draw_inset(figure: Figure, page: Axes, land: Land, box: Bounds, *, colours: list[str], language: Language) -> None:
    """Draw the South China Sea in its own box, at its own scale."""
    frame = fit_frame(project_sea(), box)
    axes = add_axes(figure, frame, layer=2)
    axes.set_gid("inset")
    draw_land(axes, land, frame, colours, "inset-provinces")
    title = rendered(say("South China Sea Islands"), language)
    size = min(style.NOTE_SIZE, style.NOTE_SIZE * (box[2] - box[0] - 6) / measure_text(title, style.NOTE_SIZE))
    place = ((box[0] + box[2]) / 2, box[1] + 3)
    write_text(page, place, title, size, ha="center", va="bottom", color=style.INK, gid="inset-title")


def is_true_to_scale(frame: Frame) -> bool:
    """Say whether lengths all over the frame are lengths on the ground, within a tolerance."""
    left, bottom, right, top = frame.box
    step = (right - left) / 100
    spots = [(x, y) for x in np.linspace(left, right - step, 5) for y in np.linspace(bottom, top, 5)]
    ground = np.array([measure_page(frame, spot, (spot[0] + step, spot[1])) for spot in spots])
    # A spot off the globe gives NaN, and NaN is not true to scale.
    return bool(np.all(np.abs(ground * frame.scale / step - 1) < DISTORTION_MAX))


def choose_kilometres(frame: Frame, corner: tuple[float, float]) -> float:
    """Return the round length [km] of the scale bar."""
    width = BAR_SHARE * (frame.box[2] - frame.box[0])
    return round_down(measure_page(frame, corner, (corner[0] + width, corner[1])) / 1000)


def plan_bar(frame: Frame, points: NDArray[np.float64], taken: Sequence[str]) -> Bounds:
    """Return the box [pt] that the scale bar of the main map needs."""
    width = BAR_SHARE * (frame.box[2] - frame.box[0]) + 44
    order = ("lower left", "lower right", "upper left", "upper right")
    boxes = {corner: put_in_corner(frame.box, corner, width, BAR_BOX_HEIGHT, 5) for corner in order}
    return boxes[choose_corner(boxes, points, taken)]


def draw_bar(page: Axes, frame: Frame, corner: tuple[float, float], language: Language) -> None:
    """Draw a scale bar in two halves, dark and light.

    Far from the standard parallels lengths on the map are no longer lengths on the ground; the bar then gives way to
    a remark that says so.

    Parameters
    ----------
    page
        Axes in points.
    frame
        The frame whose scale it shows.
    corner
        Left lower end of the bar [pt].
    language
        ``en`` or ``zh``.
    """
    if not is_true_to_scale(frame):
        none = rendered(say("no scale bar: lengths differ too much over this map"), language)
        write_text(page, corner, none, style.NOTE_SIZE, color=style.MUTED, zorder=12, gid="scale-none")
        return
    kilometres = choose_kilometres(frame, corner)
    length = measure_bar(frame, corner, kilometres)
    for half, colour in enumerate((style.INK, style.PAPER)):
        start = (corner[0] + half * length / 2, corner[1])
        part = Rectangle(start, length / 2, BAR_HEIGHT, facecolor=colour, edgecolor=style.INK, linewidth=0.6)
        part.set(zorder=12, gid=f"scale-bar-{half + 1}")
        page.add_patch(part)
    ticks = [(0.0, "0"), (0.5, format_number(kilometres / 2)), (1.0, f"{format_number(kilometres)} km")]
    for position, mark in ticks:
        place = (corner[0] + position * length, corner[1] + BAR_HEIGHT + 1.5)
        write_text(page, place, mark, style.NOTE_SIZE, ha="center", va="bottom", color=style.INK, zorder=12)
