"""Words for points: statuses, and figures in the units that a reader of each language uses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from planner.errors import shown
from planner.language import Message, join, say, spoken
from planner.scenario.parameter import table_of
from planner.views.words import word

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from planner.scenario.parameter import Parameter
    from planner.scenario.scenario import Scenario
    from planner.studies.sweep.grid import Axis

POINT_LENGTH_MAX: Final = 200

STATUSES: Final[Mapping[str, Message]] = {
    "open": say("not solved yet"),
    "invalid": say("input refused"),
    "solver_missing": say("no such solver"),
    "crashed": say("crashed"),
    "not_written": say("could not be written"),
    "interrupted": say("interrupted"),
    "failed": say("failed"),
}
"""Statuses of points that have no run folder; the others are the runs' own."""


@dataclass(frozen=True)
class Told:
    """The scale, name and unit in which a measure is shown; ``scale`` is one of the unit in the table's own."""

    scale: float
    name: Message
    unit: Message

    @property
    def heading(self) -> Message:
        """Name and unit."""
        return say("{name} ({unit})", name=self.name, unit=self.unit)

    def text(self, value: float) -> Message:
        """Return a value with its unit."""
        return f"{value / self.scale:12,.3f} " + self.unit


def status_word(status: str) -> Message:
    """Return what a status is called."""
    return STATUSES.get(status) or word(status)


def told(measure: str, largest: float) -> Told:
    """Return how a measure is told whose largest value is this, in the units of the language that is spoken.

    Parameters
    ----------
    measure
        ``cost`` [CNY/a], ``emissions`` [tCO2/a] or ``latency`` [ms].
    """
    is_zh = spoken() == "zh"
    if measure == "latency":
        return Told(1.0, say("mean latency, one way"), say("ms"))
    if measure == "emissions":
        if largest >= 1e6:  # noqa: PLR2004
            return Told(1e4 if is_zh else 1e6, say("emissions"), say("Mt CO2/a"))
        return Told(1.0 if is_zh else 1e3, say("emissions"), say("kt CO2/a"))
    if largest >= (1e8 if is_zh else 1e9):
        return Told(1e8 if is_zh else 1e9, say("cost"), say("billion CNY/a"))
    return Told(1e4 if is_zh else 1e6, say("cost"), say("million CNY/a"))


def point_word(name: str) -> str:
    """Return the name of a point as it may be printed."""
    return shown(name, 100)


def parameter_of(scenario: Scenario, key: str) -> Parameter | None:
    """Return the parameter that a key of ``--set`` sets; ``None`` for a setting such as ``objective.minimise``."""
    path = key.partition("[")[0]
    known = scenario.declarations.parameters
    return known.get(path) or known.get(path.rpartition(".")[2])


def axis_word(scenario: Scenario, key: str, label: str) -> Message:
    """Return what a reader calls what is varied: the parameter's word, and the names of the members it is of."""
    name, bracket, rest = label.partition("[")
    if not bracket:
        return word(name)
    members = [part.strip() for part in rest.removesuffix("]").split(",")]
    parameter = parameter_of(scenario, key)
    table = key.partition("[")[0].rpartition(".")[0]
    indices = parameter.indices if parameter is not None else ()
    index = next((index for index in indices if table_of(index) == table), ())
    if len(index) < len(members):
        index = ("",) * len(members)
    named = [scenario.called(of, member) if of else member for of, member in zip(index, members, strict=False)]
    return say("{name} [{members}]", name=word(name), members=join(named))


def point_words(scenario: Scenario, axes: Sequence[Axis], head: Mapping[str, str]) -> Message:
    """Return what a reader calls a point: what is varied, by its word, and the value it takes."""
    parts = (
        say("{name} = {value}", name=axis_word(scenario, axis.key, axis.label), value=head[axis.key]) for axis in axes
    )
    return shown(join(parts), POINT_LENGTH_MAX)
