"""The one error of drawing, in words that a user can act on."""

from planner.errors import PlannerError


class DrawingError(PlannerError):
    """A map that cannot be drawn truthfully: the message names the input, the value and the remedy."""

    exit_code = 3
