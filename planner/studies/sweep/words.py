"""How points are told of: statuses in words, and figures in the units that a reader of each language uses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from planner.errors import shown
from planner.language import Said, join, say, spoken
from planner.scenario.parameter import table_of
from planner.views.words import word

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from planner.scenario.parameter import Parameter
    from planner.scenario.scenario import Scenario
    from planner.studies.sweep.grid import Axis

POINT_LENGTH_MAX: Final = 200

STATUSES: Final[Mapping[str, tuple[str, str]]] = {
    "open": ("not solved yet", "尚未求解"),
    "invalid": ("input refused", "输入无效"),
    "solver_missing": ("no such solver", "缺少求解器"),
    "crashed": ("crashed", "进程异常终止"),
    "not_written": ("could not be written", "无法写入"),
    "interrupted": ("interrupted", "已中断"),
    "failed": ("failed", "失败"),
}
"""Statuses of points that have no run folder; the others are the runs' own."""


@dataclass(frozen=True)
class Told:
    """How figures of one kind are told: what one of the unit is in the table's own, what they are, and the unit."""

    scale: float
    name: Said
    unit: Said

    @property
    def heading(self) -> Said:
        """Name and unit."""
        return say("{name} ({unit})", "{name}（{unit}）", name=self.name, unit=self.unit)

    def text(self, value: float) -> str:
        """Return a value with its unit."""
        return f"{value / self.scale:12,.3f} {self.unit}"


def status_word(status: str) -> Said:
    """Return what a status is called."""
    return Said(*STATUSES[status]) if status in STATUSES else word(status)


def told(measure: str, largest: float) -> Told:
    """Return how a measure is told whose largest value is this.

    Parameters
    ----------
    measure
        ``cost`` [CNY/a], ``emissions`` [tCO2/a] or ``latency`` [ms].
    """
    is_zh = spoken() == "zh"
    if measure == "latency":
        return Told(1.0, say("mean latency, one way", "平均单向时延"), Said("ms", "ms"))
    if measure == "emissions":
        if largest >= 1e6:  # noqa: PLR2004
            return Told(1e4 if is_zh else 1e6, say("emissions", "排放"), Said("Mt CO2/a", "万吨 CO2/年"))
        return Told(1.0 if is_zh else 1e3, say("emissions", "排放"), Said("kt CO2/a", "吨 CO2/年"))
    if largest >= (1e8 if is_zh else 1e9):
        return Told(1e8 if is_zh else 1e9, say("cost", "总成本"), Said("billion CNY/a", "亿元/年"))
    return Told(1e4 if is_zh else 1e6, say("cost", "总成本"), Said("million CNY/a", "万元/年"))


def point_word(name: str) -> str:
    """Return the name of a point as it may be printed."""
    return shown(name, 100)


def parameter_of(scenario: Scenario, key: str) -> Parameter | None:
    """Return the parameter that a key of ``--set`` sets; ``None`` for a setting such as ``objective.minimise``."""
    path = key.partition("[")[0]
    known = scenario.declarations.parameters
    return known.get(path) or known.get(path.rpartition(".")[2])


def axis_word(scenario: Scenario, key: str, label: str) -> Said:
    """Return what a reader calls what is varied: the parameter's word, and the names of the members it is of.

    Parameters
    ----------
    key
        In the words of ``--set``.
    label
        The key without its table.
    """
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
    return say("{name} [{members}]", "{name}［{members}］", name=word(name), members=join(named))


def point_words(scenario: Scenario, axes: Sequence[Axis], head: Mapping[str, str]) -> str:
    """Return what a reader calls a point: what is varied, by its word, and the value it takes."""
    parts = (
        say(
            "{name} = {value}", "{name} = {value}", name=axis_word(scenario, axis.key, axis.label), value=head[axis.key]
        )
        for axis in axes
    )
    return shown(join(parts), POINT_LENGTH_MAX)
