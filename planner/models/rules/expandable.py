"""A size that stands already and may grow to a limit at a yearly cost: green capacity, a store's power and energy.

The size ``storage_power`` is declared as ``storage_power_existing``, ``storage_power_max`` and ``storage_power_cost``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from planner.language import Message, say
from planner.models.rules.relaxations import Amount
from planner.scenario.parameter import Parameter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pandas as pd

    from planner.errors import Fault
    from planner.models.rules.relaxations import Rank
    from planner.scenario.plausible import Plausible
    from planner.scenario.scenario import Scenario

HAIR = 1e-6
"""Relative; makes a variable of what cannot be built, for trials only."""


def parameters(
    size: str, index: tuple[str, ...], unit: str, said: tuple[Message, Message, Message], usual: tuple[Plausible, ...]
) -> tuple[Parameter, ...]:
    """Return what stands, the limit and the cost of a size; ``usual`` of the first two, and of the cost."""
    existing, most, cost = said
    sizes, costs = usual
    return (
        Parameter(f"{size}_existing", index, unit, existing, 0.0, plausible=sizes),
        Parameter(f"{size}_max", index, unit, most, None, plausible=sizes),
        Parameter(f"{size}_cost", index, f"CNY/{unit}/a", cost, 0.0, plausible=costs),
    )


def most_of(inputs: Scenario, size: str) -> pd.Series:
    """Return the limit of a size, or what stands where none is given."""
    existing = inputs.series(f"{size}_existing")
    return inputs.series(f"{size}_max").reindex(existing.index).fillna(existing)


def amount(size: str, rank: Rank, cells: Callable[[Scenario], pd.Series]) -> Amount:
    """Return how the limit of a size gives: opened, it lies by a hair above what stands, so that more is a variable."""

    def opened(inputs: Scenario, most: pd.Series) -> pd.Series:
        existing = inputs.series(f"{size}_existing").reindex(most.index)
        return most.where(most > existing, existing + HAIR * existing.clip(lower=1.0))

    return Amount(f"{size}_max", rank, True, cells, opened)


def faults(inputs: Scenario, size: str) -> Iterator[Fault]:
    """Refuse a limit that is below what stands already."""
    existing: dict[Any, float] = inputs.series(f"{size}_existing").to_dict()
    unit = inputs.declarations.parameters[f"{size}_max"].unit
    limits: dict[Any, float] = inputs.series(f"{size}_max").to_dict()
    for key, limit in limits.items():
        if limit < existing[key]:
            problem = say(
                "{limit:g} {unit} is below the {existing:g} {unit} that stand already",
                limit=limit,
                unit=unit,
                existing=existing[key],
            )
            remedy = say("raise it, or lower {size}_existing", size=size)
            yield inputs.fault(f"{size}_max", key if isinstance(key, tuple) else (key,), problem, remedy)
