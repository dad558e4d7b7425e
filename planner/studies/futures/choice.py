"""Options for asking what uncertainty costs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from planner.cluster import Where
from planner.errors import UsageError
from planner.language import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from planner.scenario.scenario import Scenario

FRONTIER_MIN, FRONTIER_MAX = 2, 50
"""Points of a frontier: both ends at least."""
NONE: Final = 0


@dataclass(frozen=True)
class Choice:
    """What is asked of a scenario with futures."""

    time_limit: float | None = None  # [s] for each plan; None: the scenario's
    gap: float | None = None  # relative, at which a plan counts as optimal; None: the scenario's
    frontier: int = NONE  # points between expected cost and the mean of the worst futures; 0: none
    overrides: Sequence[str] = ()  # K=V that hold for all
    solver: str | None = None  # that solves each plan; None: the scenario's
    where: Where = field(default_factory=Where)  # on what a very large plan is solved

    @property
    def weights(self) -> list[float]:
        """The weights of the worst futures along the frontier, from 0 to 1."""
        return [number / (self.frontier - 1) for number in range(self.frontier)]

    def check(self) -> None:
        """Refuse what cannot be meant."""
        self.where.check()
        if self.frontier != NONE and not FRONTIER_MIN <= self.frontier <= FRONTIER_MAX:
            raise UsageError(
                say(
                    "--frontier {count}: 0 for none, or from {least} to {most} points",
                    count=self.frontier,
                    least=FRONTIER_MIN,
                    most=FRONTIER_MAX,
                )
            )

    def check_level(self, scenario: Scenario) -> None:
        """Refuse a frontier where all futures are among the worst: it would be one point."""
        if self.frontier and scenario.number("cvar_level") == 0:
            raise UsageError(
                say("--frontier needs the share of futures that are not the worst, such as --set cvar_level=0.8")
            )
