"""Limits lowered for a moment, so that small inputs trip the guards that large hostile ones would."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

NESTED = b"[" * 400 + b"]" * 400
"""JSON that any software reads, and that goes deeper than :func:`shallow` lets it."""


@contextmanager
def shallow(depth: int = 250) -> Iterator[None]:
    """Let calls nest only so much deeper than here, as they cannot without end anywhere."""
    before = sys.getrecursionlimit()
    frame, here = sys._getframe(), 0
    while frame is not None:
        frame, here = frame.f_back, here + 1  # type: ignore[assignment]
    sys.setrecursionlimit(here + depth)
    try:
        yield
    finally:
        sys.setrecursionlimit(before)
