"""An explanation as data, for text and JSON alike: causes, the ways to mend each, the changes of a way."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING, Any, Literal

from planner.language import Text, rendered
from planner.scenario.parameter import table_of

if TYPE_CHECKING:
    from planner.models.algebra.row_names import Name
    from planner.models.rules.relaxations import Key, Rank
    from planner.scenario.scenario import Scenario


def known(number: float) -> float | None:
    """Return a figure of a trial, ``None`` where it has none: an objective without a plan, a gap without a bound.

    Every figure that an explanation states comes through here.
    """
    return float(number) if math.isfinite(number) else None


class Newness(IntEnum):
    """Who said what a cell holds, the last word first."""

    SET = 0
    """The user, by ``--set``."""
    OWN = 1
    """The scenario's own folder, over the one it extends."""
    GIVEN = 2
    """The folder that the others build on."""


@dataclass(frozen=True)
class Change:
    """One cell of the scenario and the value at which a plan exists."""

    parameter: str
    key: Key
    before: Any
    after: Any

    def setting(self, scenario: Scenario) -> str:
        """Return what ``--set`` takes to make the change."""
        value = str(self.after).lower() if isinstance(self.after, bool) else self.after
        value = f"{value:.15g}" if isinstance(value, float) else value
        declared = scenario.declarations.parameters[self.parameter]
        if not declared.index:
            return f"{declared.name}={value}"
        return f"{table_of(declared.index)}.{declared.name}[{','.join(self.key)}]={value}"


@dataclass(frozen=True)
class Way:
    """One parameter that gives, by which a cause is mended."""

    parameter: str
    rank: Rank  # who gives first
    changes: tuple[Change, ...]  # cell by cell; each is needed
    size: float  # how much gives, each cell relative to itself, added up
    newness: Newness  # who said what it is now

    @property
    def cells(self) -> set[tuple[str, Key]]:
        """The cells that give, by parameter and key."""
        return {(change.parameter, change.key) for change in self.changes}


@dataclass(frozen=True)
class Cause:
    """One thing that is in the way, and how it can be mended: the likeliest way first, any of them is enough."""

    ways: tuple[Way, ...]


@dataclass(frozen=True)
class Explanation:
    """The reasons why a scenario has no plan, or that it has one."""

    scenario: Scenario
    status: Literal["infeasible", "unexplained", "feasible"]
    """``infeasible`` and explained; ``unexplained`` where nothing that may give is enough; ``feasible``."""
    causes: tuple[Cause, ...] = ()  # all have to be mended; the main one first
    cost: float | None = None  # [CNY/a] of a plan after the first way of every cause; None where it is not known
    gap: float | None = None  # of that plan; None where no bound is known
    obstacles: tuple[Text, ...] = ()  # what was seen before solving
    conflict: tuple[Name, ...] = ()  # rules that cannot hold together, with their index
    notes: tuple[Text, ...] = ()  # what a reader should know of how it was found
    binding: tuple[dict[str, Any], ...] = field(default=())
    """Of a feasible scenario what binds most: rule, index, price, unit, CNY/a by one per cent."""
    deciding: tuple[dict[str, Any], ...] = field(default=())
    """Of a feasible scenario the limits that its plan reaches, as :data:`planner.models.deciding.COLUMNS`."""
    seconds: float = 0.0
    case: str = ""
    """Of several years the one that has no plan by itself and that causes and costs are of; empty: all together."""

    def settings(self, number: int, way: int = 0) -> list[str]:
        """Return what ``--set`` takes for a way of a cause."""
        return [change.setting(self.scenario) for change in self.causes[number].ways[way].changes]

    def as_json(self) -> dict[str, Any]:
        """Return the explanation as plain data."""
        causes = [
            {
                "ways": [
                    {
                        "parameter": way.parameter,
                        "changes": [
                            {
                                "parameter": change.parameter,
                                "key": list(change.key),
                                "before": change.before,
                                "after": change.after,
                                "set": change.setting(self.scenario),
                            }
                            for change in way.changes
                        ],
                        "size": way.size,
                    }
                    for way in cause.ways
                ]
            }
            for cause in self.causes
        ]
        return {
            "scenario": self.scenario.name,
            "case": self.case,
            "status": self.status,
            "causes": causes,
            "cost": self.cost,
            "gap": self.gap,
            "obstacles": [rendered(text) for text in self.obstacles],
            "conflict": [{"rule": rule, "index": [str(part) for part in index]} for rule, index in self.conflict],
            "deciding": [
                {name: known(cell) if isinstance(cell, float) else cell for name, cell in row.items()}
                for row in self.deciding
            ],
            "binding": list(self.binding),
            "notes": [rendered(note) for note in self.notes],
            "seconds": {"total": self.seconds},
        }
