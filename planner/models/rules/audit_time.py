"""The audit's own order of hours, from the columns of ``timestep.csv`` as read; nothing of the model's is used here."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Mapping

    from planner.scenario.scenario import Scenario

MICROSECONDS = 1_000_000
SECONDS = 86_400


def before(inputs: Scenario) -> pd.Series:
    """Return the step before each step, cyclic within its period, by each step's own ``time`` or ``position``.

    The order in which the reader keeps the steps is not believed: of the steps of a period, the one before is the
    latest of those that are earlier, and before the earliest comes the latest.
    """
    steps = list(inputs.sets["timestep"])
    moments = _moments(inputs, steps)
    chains: dict[str, list[str]] = {}
    for step, period in _periods(inputs, steps).items():
        chains.setdefault(period, []).append(step)
    earlier: dict[str, str] = {}
    for chain in chains.values():
        if len(chain) > 1 and not moments:
            continue
        ranked = np.array(chain, dtype=object)[np.argsort([moments.get(step, 0) for step in chain], kind="stable")]
        earlier.update(zip(ranked.tolist(), np.roll(ranked, 1).tolist(), strict=True))
    return pd.Series(earlier, dtype=object).rename_axis("timestep").rename("before")


def round_of(inputs: Scenario, values: pd.Series) -> pd.Series:
    """Sum a quantity of the timesteps over each period."""
    *keys, steps = (values.index.get_level_values(level) for level in range(values.index.nlevels))
    periods = pd.Index(steps.map(_periods(inputs, list(inputs.sets["timestep"])).get), name="period")
    return values.groupby([*keys, periods]).sum(skipna=False)


def _periods(inputs: Scenario, steps: list[str]) -> dict[str, str]:
    given = inputs.series("period").to_dict()
    return {step: str(given.get(step, "")) for step in steps}


def _moments(inputs: Scenario, steps: list[str]) -> Mapping[str, int]:
    """Return when each step begins [µs since year 1, UTC], or else its place; empty where no step has either."""
    times = inputs.series("time").to_dict()
    if times:
        return {step: _microseconds(datetime.fromisoformat(str(times[step]))) for step in steps}
    return {str(step): int(place) for step, place in inputs.series("position").items()}


def _microseconds(moment: datetime) -> int:
    """Return a moment as a whole number; without a zone it counts as UTC."""
    day = (moment.toordinal() * SECONDS + moment.hour * 3600 + moment.minute * 60 + moment.second) * MICROSECONDS
    ahead = moment.utcoffset()
    shift = 0 if ahead is None else (ahead.days * SECONDS + ahead.seconds) * MICROSECONDS + ahead.microseconds
    return day + moment.microsecond - shift
