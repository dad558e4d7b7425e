"""Cases: whole years that may come, each of a stage and a future (decision 0061)."""

from __future__ import annotations

from planner.scenario.scenario import Case

__all__ = ["Case"]
