"""The one error of drawing, in words that a user can act on."""


class DrawingError(Exception):
    """A map that cannot be drawn truthfully: the message names the input, the value and the remedy."""
