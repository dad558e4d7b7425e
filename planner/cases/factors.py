"""How much a year of a case counts among those of all."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from planner.cases.part import Part
    from planner.scenario.scenario import Scenario


def discounts_of(scenario: Scenario, parts: Sequence[Part]) -> list[float]:
    """Return what a yearly amount of each case is worth over the years it stands for [1], its probability apart.

    ∑_{n < stage_years} (1 + r)^−(year − first year + n); 1 where the scenario has one stage, or none.
    """
    years = {case.stage: case.year for case in scenario.cases}
    if len(years) <= 1:
        return [1.0 for _ in parts]
    rate, first = scenario.number("discount_rate_social"), min(years.values())
    return [
        sum((1 + rate) ** -(part.case.year - first + n) for n in range(int(part.case.stage_years))) for part in parts
    ]
