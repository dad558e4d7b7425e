"""Rows that a programme holds beside the problem's own, in place of parts that it leaves out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from planner.models.solving.highs.exchange import Places, Vector


@dataclass(frozen=True)
class Cut:
    """A row that every plan keeps: ``coefficients · x[columns] ≥ least``.

    Attributes
    ----------
    columns
        Rising.
    rows, prices
        The rows of the problem that it is the sum of, and how often each is in it.
    """

    columns: Places
    coefficients: Vector
    least: float
    rows: Places
    prices: Vector
