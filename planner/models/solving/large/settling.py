"""From values of what links the blocks that a sample gave to the best ones, a little at a time.

The blocks' bases fit the sample's values and no others: let go at once, the links jump, and every block has to be
solved anew. So each link is held in a box about its value, the programme is solved, and the box is moved and widened
until none stands at a side of its box that is none of its own. What comes of it is a basis to go on from, and no more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from planner.models.solving.highs.progress import tell

if TYPE_CHECKING:
    from planner.models.solving.highs.exchange import Booleans, Clock, Places, Vector
    from planner.models.solving.large.restricted import RestrictedProgramme

BOX = 4e-3
"""Of the whole cost, what a link may move by at first, in either direction."""
WIDER, WIDER_WITHOUT_PLAN = 2.0, 4.0
"""The next box, where a link stands at a side of this one, and where there is no plan in it."""
ROUNDS_MAX = 8
NEAR = 1e-9
"""Relative: nearer than this to a side is at it."""


def settle(programme: RestrictedProgramme, links: Places, values: Vector, size: float, clock: Clock) -> None:
    """Solve what HiGHS holds, from the basis it has, with the links in boxes; leave it at the basis it ends with.

    Parameters
    ----------
    links
        Columns that link blocks.
    values
        Of these, to begin with, (links,).
    size
        About the cost of a plan, as HiGHS has it.
    """
    own = programme.column_lower[links].copy(), programme.column_upper[links].copy()
    at = links.astype(np.int32)
    unit = np.abs(programme.scaled_cost[links])
    width = np.divide(BOX * abs(size), unit, out=np.full(len(links), np.inf), where=unit > 0.0)
    centre = np.clip(values, *own)
    for number in range(1, ROUNDS_MAX + 1):
        box = np.maximum(own[0], centre - width), np.minimum(own[1], centre + width)
        programme.bound_columns(at, *box)
        state = programme.run_held(clock.left)
        if state == "infeasible" and bool(((box[0] > own[0]) | (box[1] < own[1])).any()):
            width *= WIDER_WITHOUT_PLAN
            continue
        if state != "optimal":
            break
        centre = programme.values[links]
        held = int(_is_held(centre, box, own).sum())
        tell(f"Box {number} about what links the blocks: {held} at its sides")
        if not held:
            break
        width *= WIDER
    programme.bound_columns(at, *own)


def _is_held(values: Vector, box: tuple[Vector, Vector], own: tuple[Vector, Vector]) -> Booleans:
    """Return which values stand at a side of their box that is not one of their own, (links,)."""
    room = NEAR * np.maximum(1.0, np.abs(values))
    at_lower = (values <= box[0] + room) & (box[0] > own[0] + room)
    at_upper = (values >= box[1] - room) & (box[1] < own[1] - room)
    held: Booleans = at_lower | at_upper
    return held
