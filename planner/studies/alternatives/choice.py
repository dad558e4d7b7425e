"""Options for searching the near-optimal plans of a scenario."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from planner.errors import UsageError, shown
from planner.language import join, say
from planner.studies.alternatives.quantities import GROUPS

if TYPE_CHECKING:
    from collections.abc import Sequence

PLANS_MAX: Final = 50


@dataclass(frozen=True)
class Choice:
    """The alternatives asked for."""

    slack: float = 0.02  # by how much the objective may be worse than that of the best plan, a share of it; 0.02 is 2 %
    what: Sequence[str] = ()
    """Kinds of quantity whose least and most are sought, of :data:`planner.studies.alternatives.quantities.GROUPS`;
    none given: all."""
    plans: int = 5  # how many whole plans are sought, each as different as can be from all before it
    time_limit: float | None = None  # [s] for each search; None: the scenario's
    overrides: Sequence[str] = ()  # K=V that hold for all

    @property
    def groups(self) -> tuple[str, ...]:
        """The kinds of quantity, in the order of the table."""
        return tuple(group for group in GROUPS if group in (self.what or GROUPS))

    def check(self) -> None:
        """Refuse what cannot be meant."""
        if not (math.isfinite(self.slack) and 0.0 <= self.slack <= 1.0):
            raise UsageError(say("--slack {slack}: a share from 0 to 1, such as 0.02 for 2 %", slack=f"{self.slack:g}"))
        for name in self.what:
            if name not in GROUPS:
                raise UsageError(say("--what {name}: choose from {known}", name=shown(name), known=join(GROUPS)))
        if not 0 <= self.plans <= PLANS_MAX:
            raise UsageError(say("--plans {plans}: from 0 to {most}", plans=self.plans, most=PLANS_MAX))
