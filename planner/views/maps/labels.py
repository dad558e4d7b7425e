"""Names beside the circles: nothing overlaps, clusters come first, leaders join a name that stands off."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from planner.views.maps.projection import Bounds

FIRST_ANGLES = (0, 180, 45, -45, 135, -135, 90, -90)
ANGLES = np.radians([*FIRST_ANGLES, *(angle for angle in range(-172, 180, 8) if angle not in FIRST_ANGLES)])
"""Directions in order of preference: right, left, the diagonals, then all round for places that are crowded."""

NEAR = 1.6
"""Distance [pt] from circle to name at which no leader is needed."""

STEPS = np.array([NEAR, 7, 13, 20, 29, 40, 53, 68, 86, 108, 135, 168, 208, 255, 310, 370])
"""Distances tried [pt]; a site that is no cluster gets the first two only."""

RING_COST, TURN_COST, CROSSED_MAX = 3.0, 0.12, 6
"""What a name's place costs: a step away from the circle as much as three arcs under the name."""

TRIED_MAX = 150
"""Free places looked at before the one with the fewest crossings is taken."""

PARALLEL = 1e-9
SPACE = 1.0
"""Least room between two names [pt]."""


@dataclass(frozen=True)
class Name:
    """A name to be placed: centre and radius of its circle, width and height of its text [pt], and its right."""

    text: str
    centre: tuple[float, float]
    radius: float
    size: tuple[float, float]
    cluster: bool


@dataclass(frozen=True)
class Placed:
    """A name and its box on the page [pt], with the leader's two ends where there is one."""

    name: Name
    box: Bounds
    leader: tuple[tuple[float, float], tuple[float, float]] | None


@dataclass
class Obstacles:
    """What a name must not touch: circles (x, y, radius) and boxes, inside the map's box [pt]."""

    frame: Bounds
    circles: NDArray[np.float64]
    boxes: list[Bounds]
    arcs: shapely.STRtree = field(default_factory=lambda: shapely.STRtree([]))
    leaders: list[tuple[tuple[float, float], tuple[float, float]]] = field(default_factory=list)


def _list_candidates(name: Name, steps: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return boxes (n, 4) around a circle in the order of preference, and the point where each leader starts."""
    distance, angle = (grid.ravel() for grid in np.meshgrid(steps, ANGLES, indexing="ij"))
    direction = np.column_stack([np.cos(angle), np.sin(angle)])
    rim = np.array(name.centre) + direction * name.radius
    anchor = np.array(name.centre) + direction * (name.radius + distance)[:, None]
    centre = anchor + np.clip(1.45 * direction, -1, 1) * np.array(name.size) / 2
    half = np.array(name.size) / 2
    return np.hstack([centre - half, centre + half]), rim


def _clear_boxes(boxes: NDArray[np.float64], others: Iterable[Bounds], space: float) -> NDArray[np.bool_]:
    """Return which boxes touch none of the others."""
    clear = np.ones(len(boxes), dtype=bool)
    for left, bottom, right, top in others:
        apart = (
            (boxes[:, 0] > right + space)
            | (boxes[:, 2] < left - space)
            | (boxes[:, 1] > top + space)
            | (boxes[:, 3] < bottom - space)
        )
        clear &= apart
    return clear


def _clear_circles(boxes: NDArray[np.float64], circles: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which boxes touch no circle: the nearest point of the box is outside all of them."""
    if not len(circles):
        return np.ones(len(boxes), dtype=bool)
    x = np.clip(circles[None, :, 0], boxes[:, None, 0], boxes[:, None, 2])
    y = np.clip(circles[None, :, 1], boxes[:, None, 1], boxes[:, None, 3])
    apart = np.hypot(x - circles[None, :, 0], y - circles[None, :, 1]) >= circles[None, :, 2] + NEAR / 3
    clear: NDArray[np.bool_] = np.all(apart, axis=1)
    return clear


def _count_crossed(start: NDArray[np.float64], end: NDArray[np.float64], boxes: NDArray[np.float64]) -> int:
    """Return how many of the segments pass through their boxes (the slab test); either may be one for many."""
    low, high = boxes[..., :2] - SPACE / 2, boxes[..., 2:] + SPACE / 2
    step = np.where(np.abs(end - start) < PARALLEL, PARALLEL, end - start)
    one, other = (low - start) / step, (high - start) / step
    enter, leave = np.minimum(one, other).max(axis=-1), np.maximum(one, other).min(axis=-1)
    return int(np.count_nonzero((enter < leave) & (leave > 0) & (enter < 1)))


def _attach_leader(box: Bounds, rim: NDArray[np.float64]) -> tuple[float, float]:
    """Return the point of the box nearest to the circle."""
    x = float(np.clip(rim[0], box[0], box[2]))
    y = float(np.clip(rim[1], box[1], box[3]))
    return x, y


def _count_crossings(box: Bounds, rim: NDArray[np.float64] | None, obstacles: Obstacles) -> int:
    """Return how many placed names the leader would cross, and on how many placed leaders the name would lie."""
    ends = np.array(obstacles.leaders).reshape(-1, 2, 2)
    count = _count_crossed(ends[:, 0], ends[:, 1], np.array(box))
    if rim is not None and obstacles.boxes:
        count += _count_crossed(rim, np.array(_attach_leader(box, rim)), np.array(obstacles.boxes))
    return count


def _to_bounds(box: NDArray[np.float64]) -> Bounds:
    return float(box[0]), float(box[1]), float(box[2]), float(box[3])


def _rank_places(chosen: NDArray[np.intp], boxes: NDArray[np.float64], arcs: shapely.STRtree) -> NDArray[np.intp]:
    """Return the free places in the order of preference: first near ones, among them those that hide few arcs."""
    if not len(chosen):
        return chosen
    hits = arcs.query(shapely.box(*boxes[chosen].T), predicate="intersects")[0]
    crossed = np.bincount(hits, minlength=len(chosen))
    ring, turn = np.divmod(chosen, len(ANGLES))
    cost = ring * RING_COST + np.minimum(turn, len(FIRST_ANGLES)) * TURN_COST + np.minimum(crossed, CROSSED_MAX)
    return chosen[np.argsort(cost, kind="stable")]


def _place_name(name: Name, obstacles: Obstacles) -> Placed | None:
    """Return the first place that is free, or nothing; a cluster in need takes the place with the fewest crossings."""
    boxes, rims = _list_candidates(name, STEPS if name.cluster else STEPS[:2])
    left, bottom, right, top = obstacles.frame
    free = (boxes[:, 0] > left) & (boxes[:, 1] > bottom) & (boxes[:, 2] < right) & (boxes[:, 3] < top)
    free &= _clear_boxes(boxes, obstacles.boxes, SPACE) & _clear_circles(boxes, obstacles.circles)
    chosen = _rank_places(np.flatnonzero(free), boxes, obstacles.arcs)
    best: tuple[int, Placed] | None = None
    for number in chosen[:TRIED_MAX]:
        rim = None if number < len(ANGLES) else rims[number]
        box = _to_bounds(boxes[number])
        crossings = _count_crossings(box, rim, obstacles)
        if best is None or crossings < best[0]:
            leader = None if rim is None else ((float(rim[0]), float(rim[1])), _attach_leader(box, rim))
            best = crossings, Placed(name, box, leader)
        if not crossings:
            break
    if best is None or (best[0] and not name.cluster):
        return None
    return best[1]


def place_names(
    names: list[Name], frame: Bounds, boxes: list[Bounds], arcs: Sequence[BaseGeometry] = ()
) -> tuple[list[Placed], list[Name]]:
    """Place names around their circles.

    Parameters
    ----------
    names
        All names, those of the largest sites first; every circle is an obstacle, named or not.
    frame
        Where names may stand [pt].
    boxes
        What they must leave free: inset, scale bar [pt].
    arcs
        Lines of flows on the page [pt]; a name may lie on them but avoids it.
    """
    circles = np.array([(*name.centre, name.radius) for name in names]).reshape(-1, 3)
    obstacles = Obstacles(frame, circles, list(boxes), shapely.STRtree(list(arcs)))
    placed: list[Placed] = []
    left: list[Name] = []
    for name in sorted(names, key=lambda name: not name.cluster):
        found = _place_name(name, obstacles) if name.text else None
        if found is None:
            left.append(name)
            continue
        placed.append(found)
        obstacles.boxes.append(found.box)
        if found.leader is not None:
            obstacles.leaders.append(found.leader)
    return placed, left
