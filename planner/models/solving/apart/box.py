"""The box that prices of rows that link are kept in, each row by itself.

Its middle is where the last proof has the prices (``bound.py``): a mixture of all that were asked at, and the best
known. The least mixture of plans has prices far off as long as plans are few: it says where to go, and the box how far
(boxstep: Marsten, Hogan, Blankenship, Operations Research 23, 1975). While every mixture still breaks a row, plans that
do more than enough for it are wanted, and its box widens. Else it narrows, so that the search comes to rest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from planner.models.solving.highs.exchange import Booleans, Vector

WIDTH = 0.2
"""Of a price: how far it may be from the middle at first. Of the largest a tenth of that, for prices of nothing."""
NARROWER = 0.95
"""A box shrinks by this each round,"""
WIDER = 1.5
"""and grows by this where mixtures break the row."""
WIDTH_MAX = 1.0
"""Of a price."""


class Box:
    """The boxes of all rows that link, (rows that link,), about the first prices.

    Attributes
    ----------
    middle
        The prices in the middle.
    """

    def __init__(self, prices: Vector) -> None:
        self.middle = prices
        self._largest = float(np.abs(prices).max(initial=0.0))
        self._rate = np.full(len(prices), WIDTH)

    @property
    def width(self) -> Vector:
        """How far each price may be from the middle."""
        return self._rate * np.maximum(np.abs(self.middle), 0.1 * self._largest)

    def adapt(self, breaks: Booleans) -> None:
        """Widen the boxes of rows that mixtures break, (rows that link,), and narrow the others."""
        self._rate = np.minimum(self._rate * np.where(breaks, WIDER, NARROWER), WIDTH_MAX)
