"""A scenario at few of its timesteps: small, and much like the whole. What is found there is a guess, no result."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from planner.scenario.scenario import Scenario

TIMESTEP = "timestep"
SAMPLED = 5
"""How many timesteps are kept; odd, so that days of 24 hours give different hours."""
WORTH_IT = 5
"""How many times as many a scenario must have."""


def sampled(scenario: Scenario) -> Scenario | None:
    """Return a scenario at timesteps spread over its own, each a period by itself; ``None`` where it has few."""
    steps = scenario.sets[TIMESTEP]
    if len(steps) < WORTH_IT * SAMPLED or not scenario.is_given("timestep_weight"):
        return None
    places = np.linspace(0, len(steps) - 1, SAMPLED).round().astype(int)
    kept = [steps[place] for place in places]
    given: dict[str, Any] = {
        name: _at(values, kept) if isinstance(values, pd.Series) and TIMESTEP in values.index.names else values
        for name, values in scenario.given.items()
    }
    weights = given["timestep_weight"]
    given["timestep_weight"] = weights * (scenario.settings.time_hours / float(weights.sum()))
    given["period"] = pd.Series(kept, index=pd.Index(kept, name=TIMESTEP, dtype=object), name="period")
    return replace(scenario, sets={**scenario.sets, TIMESTEP: tuple(kept)}, given=given)


def _at(values: pd.Series, steps: list[str]) -> pd.Series:
    return values[values.index.get_level_values(TIMESTEP).isin(steps)]
