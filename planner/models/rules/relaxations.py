"""Relaxations: the parameters that may give, and in what order, where no plan can keep all the rules.

Each feature's file says two things. ``GIVES`` holds, for every rule it adds, the parameters that may give where the
rule cannot hold, or :class:`Never` with the reason: energy is neither made nor lost. ``RELAXATIONS`` says of the
feature's own parameters how each gives: by an amount (:class:`Amount`), or in steps (:class:`Steps`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from types import ModuleType

    import pandas as pd

    from planner.language import Message
    from planner.scenario.scenario import Scenario

Key = tuple[str, ...]
Cells = dict[Key, float]
"""A number of a parameter by the ids of its index."""


class Rank(IntEnum):
    """Who gives first: what is only wanted before what is bought, that before what stands, people's work last."""

    POLICY = 1
    """A target that somebody set: a share, a floor, a cap."""
    SUPPLY = 2
    """Power and certificates that may be bought or contracted."""
    PLANT = 3
    """Capacity: halls, connections, stores."""
    SERVICE = 4
    """Service promised to the users of a workload."""
    DEMAND = 5
    """The work itself."""


@dataclass(frozen=True)
class Never:
    """A rule that gives in no case, and why."""

    reason: Message


@dataclass(frozen=True)
class Amount:
    """A number that gives by as much as is needed."""

    parameter: str  # its key in the declarations
    rank: Rank  # who gives first
    raised: bool  # whether it gives upwards
    cells: Callable[[Scenario], pd.Series] | None = None
    """From a scenario its present numbers where it may give; by default all of them."""
    opened: Callable[[Scenario, pd.Series], pd.Series] | None = None
    """From a scenario the numbers at which the model has the columns and rows for it to give at all: a limit at
    which nothing can be built has none. By default the present ones."""
    stands: bool = False  # whether it says what stands already: where that is nothing, nobody has set a limit

    def present(self, inputs: Scenario) -> Cells:
        """Return the present numbers by key; a scalar's key is empty."""
        if not inputs.declarations.parameters[self.parameter].index:
            number = inputs.number(self.parameter) if inputs.is_given(self.parameter) else None
            return {} if number is None else {(): number}
        return keyed(inputs.series(self.parameter) if self.cells is None else self.cells(inputs))

    def widened(self, inputs: Scenario) -> Cells:
        """Return the numbers at which the model can let it give, by key, where they are not the present ones."""
        if self.opened is None:
            return {}
        present = inputs.series(self.parameter) if self.cells is None else self.cells(inputs)
        opened = keyed(self.opened(inputs, present))
        return {key: number for key, number in opened.items() if number != keyed(present)[key]}


@dataclass(frozen=True)
class Steps:
    """A word, a flag or a number that gives from one value to the next, each allowing more than the one before."""

    parameter: str
    rank: Rank
    steps: Callable[[Scenario], Mapping[Key, list[Any]]]
    """From a scenario the values it may take, by key, the tightest first; keys without any are left out."""


Relaxation = Amount | Steps


def relaxations_of(features: Iterable[ModuleType]) -> dict[str, Relaxation]:
    """Return what may give in a scenario of these features, by parameter, who gives first before the others."""
    found = [one for feature in features for one in getattr(feature, "RELAXATIONS", ())]
    return {one.parameter: one for one in sorted(found, key=lambda one: one.rank)}


def keyed(values: pd.Series) -> Cells:
    """Return a Series by tuples of ids."""
    return {key if isinstance(key, tuple) else (str(key),): value for key, value in values.to_dict().items()}


def changed(inputs: Scenario, parameter: str, values: Mapping[Key, Any]) -> Scenario:
    """Return a scenario in which a parameter has other values at some keys, unchecked: for trials in memory.

    A value of ``None`` is a cell left empty.
    """
    declared = inputs.declarations.parameters[parameter]
    given = dict(inputs.given)
    if not declared.index:
        given[parameter] = values[()]
        return replace(inputs, given=given)
    series = inputs.series(parameter).astype(object)
    for key, value in values.items():
        series.loc[key if len(key) > 1 else key[0]] = value
    given[parameter] = series[series.notna()]
    return replace(inputs, given=given)
