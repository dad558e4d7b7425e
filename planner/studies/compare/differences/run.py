"""A finished run as a comparison knows it: its results, its name among the others, and where it lies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from planner.io.results.results import Results


@dataclass(frozen=True)
class Run:
    """A finished run with the name that tells it from the others, and where it lies."""

    label: str
    results: Results
    folder: str = ""
