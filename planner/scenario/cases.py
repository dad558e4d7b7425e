"""A case: one whole year that may come, of a stage and a future (decision 0061)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from planner.scenario.scenario import Scenario


@dataclass(frozen=True)
class Case:
    """One year of a scenario that has several.

    Attributes
    ----------
    stage, future
        Their ids; empty where the scenario has none of them.
    year
        That the stage begins with; 0 without stages.
    stage_years
        [a] How long the stage stands for; 1 without stages.
    probability
        Of the future; 1 without futures.
    scenario
        The year by itself, a scenario like any other.
    """

    stage: str
    future: str
    year: float
    stage_years: float
    probability: float
    scenario: Scenario

    @property
    def name(self) -> str:
        """What the case is called among others: ``2030``, ``dry`` or ``2030/dry``."""
        return "/".join(part for part in (self.stage, self.future) if part)
