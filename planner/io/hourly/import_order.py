"""Options of an hourly import, and its target column: any number whose index ends in ``timestep``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from planner.errors import UsageError, shown
from planner.faults import nearest
from planner.io.files.decoding import composed
from planner.io.read.order import TIMESTEP
from planner.language import say
from planner.scenario.parameter import table_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from planner.scenario.parameter import Declarations, Parameter

BEIJING = "Asia/Shanghai"
ILLUSTRATIVE = "illustrative"


@dataclass(frozen=True)
class Order:
    """Options of one import."""

    column: str  # the parameter, such as availability
    time_zone: str | None  # the file's; always stated, by this or by the file
    fixed: Mapping[str, str] = field(default_factory=dict)
    """The key of each set between the places and ``timestep``, such as ``technology``: ``wind``."""
    picks: Sequence[str] = ()  # COLUMN=id as in --place; if any, exactly those are imported
    time_column: str | None = None
    scenario_time_zone: str = BEIJING
    year: int | None = None  # of new timesteps; the file's if None
    source: str = ""  # for source.csv; the file's name if empty
    confidence: str = ILLUSTRATIVE
    replace: bool = False  # whether values that stand in the scenario may be replaced
    hours_end: bool = False  # whether the file's times are the ends of their hours; 24:00 in it says so by itself


@dataclass(frozen=True)
class Target:
    """The column to write: its parameter at the index that ends in ``timestep``."""

    parameter: Parameter
    index: tuple[str, ...]
    fixed: Mapping[str, str]

    @property
    def place(self) -> str:
        """The set of the places."""
        return self.index[0]


def target_of(order: Order, declarations: Declarations, tables: Collection[str]) -> Target:
    """Return where a column goes in a scenario that has these tables.

    Several features may call a column the same, each of its own set: the keys that are said and the tables that are
    there tell which is meant.
    """
    known: dict[str, list[tuple[Parameter, tuple[str, ...]]]] = {}
    for parameter in declarations.parameters.values():
        for index in parameter.indices:
            if parameter.is_numeric and len(index) > 1 and index[-1] == TIMESTEP:
                known.setdefault(parameter.name, []).append((parameter, index))
    if order.column not in known:
        near = nearest(order.column, known, say("columns by timestep"))
        raise UsageError(
            say(
                "--column {column}: no number by timestep has this name ({near})", column=shown(order.column), near=near
            )
        )
    named = known[order.column]
    there = [one for one in named if table_of(one[1][:-1]) in tables] or named
    parameter, index = next((one for one in there if set(one[1][1:-1]) == set(order.fixed)), there[0])
    between = index[1:-1]
    for name in between:
        if name not in order.fixed:
            raise UsageError(
                say(
                    "{name} is by {listed}: say which {name_2} with --{name_2}",
                    name=parameter.name,
                    listed=", ".join(index),
                    name_2=name,
                )
            )
    for name in order.fixed:
        if name not in between:
            raise UsageError(
                say(
                    "{name} is by {listed}: there is no {name_2} to name with --{name_2}",
                    name=parameter.name,
                    listed=", ".join(index),
                    name_2=name,
                )
            )
    return Target(parameter, index, {name: composed(order.fixed[name]) for name in between})
