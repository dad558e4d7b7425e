"""A plan of several years at a glance: its stages in order, its futures, and any number of a case by both."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from planner.figures.stages import capacity_by_case
from planner.language import Message, Named

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import pandas as pd

    from planner.scenario.cases import Case
    from planner.scenario.scenario import Scenario

ROUNDING = 1e-9
"""Relative: futures that differ by less are alike."""


class Spread(NamedTuple):
    """A number of a stage over the futures: its mean by their probability, the least and the most."""

    mean: float
    low: float
    high: float

    @property
    def is_wide(self) -> bool:
        """Whether the futures differ at all."""
        return self.high - self.low > ROUNDING * max(abs(self.low), abs(self.high))


@dataclass(frozen=True)
class Outlook:
    """Several years planned together.

    Attributes
    ----------
    scenario
        That holds the cases.
    told
        What ``summary.json`` has under ``cases``.
    tables
        Of all cases.
    """

    scenario: Scenario
    told: Sequence[Mapping[str, Any]]
    tables: Mapping[str, pd.DataFrame]

    @cached_property
    def cases(self) -> list[tuple[Case, Mapping[str, Any]]]:
        """The cases that have a plan, each with its numbers."""
        pairs = zip(self.scenario.cases, self.told, strict=True)
        return [(case, one) for case, one in pairs if "cost" in one]

    @cached_property
    def stages(self) -> list[str]:
        """The stages by their year."""
        years = {case.stage: case.year for case, _ in self.cases}
        return sorted(years, key=lambda stage: years[stage])

    @cached_property
    def futures(self) -> list[str]:
        """The futures, in the scenario's order."""
        return list(dict.fromkeys(case.future for case, _ in self.cases))

    @cached_property
    def spans(self) -> dict[str, tuple[float, float]]:
        """By stage the year it begins with, and that in which its last year ends."""
        return {case.stage: (case.year, case.year + case.stage_years) for case, _ in self.cases}

    @cached_property
    def capacity(self) -> pd.DataFrame:
        """IT capacity by case and site, see :func:`planner.figures.stages.capacity_by_case`."""
        return capacity_by_case(self.scenario, self.tables)

    @cached_property
    def likeliest(self) -> str:
        """The future that is shown where only one can be."""
        chances = {case.future: case.probability for case, _ in self.cases}
        return max(chances, key=lambda future: chances[future])

    def case(self, stage: str, future: str) -> tuple[Case, Mapping[str, Any]] | None:
        """Return a case and its numbers; nothing of one without a plan."""
        return next((pair for pair in self.cases if (pair[0].stage, pair[0].future) == (stage, future)), None)

    def name(self, index_set: str, member: str) -> Message:
        """Return what a reader calls a stage or a future."""
        return self.scenario.called(index_set, member) if member else Named("", "")

    def spread(self, stage: str, number: Callable[[Case, Mapping[str, Any]], float | None]) -> Spread | None:
        """Return a number of a stage over the futures that are planned for; nothing where one does not have it."""
        pairs = [pair for pair in self.cases if pair[0].stage == stage and pair[0].probability > 0]
        return spread_of([(case.probability, number(case, one)) for case, one in pairs])

    def over_futures(self, stage: str, amounts: pd.Series) -> Spread:
        """Return an amount of a stage over the futures, of amounts by stage and future; 0 where there is none."""
        found = self.spread(stage, lambda case, _: float(amounts.get((case.stage, case.future), 0.0)))
        return found or Spread(0.0, 0.0, 0.0)

    def built_at(self, case: Case) -> dict[str, float]:
        """Return the IT capacity that is built in a case's own stage, by site [MW]."""
        here = self._of(case)
        return dict(zip(here["site"].astype(str), here["ordered"].astype(float), strict=True))

    def ordered(self, case: Case, told: Mapping[str, Any]) -> float:
        """Return the IT capacity that is built in a case's own stage [MW]."""
        del told
        return float(self._of(case)["ordered"].sum())

    def stands(self, case: Case, told: Mapping[str, Any]) -> float:
        """Return the IT capacity that stands in a case [MW]."""
        del told
        return float(self._of(case)["stands"].sum())

    def _of(self, case: Case) -> pd.DataFrame:
        table = self.capacity
        return table[(table["stage"] == case.stage) & (table["future"] == case.future)]


def spread_of(values: Sequence[tuple[float, float | None]]) -> Spread | None:
    """Return the mean, the least and the most of numbers with their probabilities; nothing where one is not known."""
    known = [(chance, value) for chance, value in values if value is not None]
    if not known or len(known) < len(values):
        return None
    numbers = [value for _, value in known]
    whole = sum(chance for chance, _ in known)
    mean = sum(chance * value for chance, value in known) / whole
    return Spread(min(max(mean, min(numbers)), max(numbers)), min(numbers), max(numbers))


def in_summary(*place: str) -> Callable[[Case, Mapping[str, Any]], float | None]:
    """Return what finds a number of a case by its place in the summary."""

    def found(case: Case, told: Mapping[str, Any]) -> float | None:
        del case
        value: Any = told
        for key in place:
            value = value.get(key) if isinstance(value, dict) else None
        return float(value) if isinstance(value, int | float) else None

    return found
