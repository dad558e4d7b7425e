"""Which vintages there may be, and where each stands: the index sets of what ties the cases."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from planner.cases.part import JOINED, Member
from planner.models.declarations import modules_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from planner.cases.part import Part
    from planner.scenario.scenario import Scenario

ALL = ""
"""In place of a future: what is built before it is known which one comes."""
NOTHING = 1e-6
"""An amount that is none."""
Key = tuple[str, str]
"""Of a case: its stage and its future."""


class Vintage(NamedTuple):
    """What is built of a member in a stage: in one future, or in ``ALL``."""

    investment: str
    place: str
    stage: str
    future: str


class Standing(NamedTuple):
    """What stands of a member in a case."""

    investment: str
    place: str
    stage: str
    future: str

    @property
    def member(self) -> Member:
        """Of what."""
        return Member(self.investment, self.place)


@dataclass(frozen=True)
class Vintages:
    """The vintages of some cases.

    Attributes
    ----------
    alive
        By what stands in a case, the vintages that it is made of; none where nothing can stand.
    prices
        By vintage and the case it is built in, its yearly price [CNY/a per unit].
    whole
        Those that are whole.
    """

    alive: dict[Standing, list[Vintage]] = field(default_factory=dict)
    prices: dict[Vintage, dict[Key, float]] = field(default_factory=dict)
    whole: set[Vintage] = field(default_factory=set)


def vintages_of(scenario: Scenario, parts: Sequence[Part], planned: Sequence[Part] | None = None) -> Vintages:
    """Return the vintages that the cases of a scenario may have.

    A vintage is there where its variable is there in every case that it would be built in: that is where its price is
    said. What stands in a case where the variable is not there is nothing.

    Parameters
    ----------
    scenario
        That holds the cases.
    parts
        All of them that anything may be built in.
    planned
        Those in which it may stand; without a word, all.
    """
    planned = parts if planned is None else planned
    found = Vintages({Standing(*member, *part.key): [] for part in planned for member in part.investments})
    shared, whole = shared_stages(scenario, parts), whole_stages(scenario, parts)
    for stage in stages_of(parts):
        built_in = [part for part in parts if part.case.stage == stage]
        for group in [built_in] if stage in shared else [[part] for part in built_in]:
            future = ALL if stage in shared else group[0].case.future
            for member, known in group[0].investments.items():
                if all(member in part.investments for part in group):
                    vintage = Vintage(*member, stage, future)
                    _add(found, vintage, group, planned, lives_of(scenario, member))
                    if stage in whole and known.is_whole and vintage in found.prices:
                        found.whole.add(vintage)
    return found


def _add(found: Vintages, vintage: Vintage, group: Sequence[Part], planned: Sequence[Part], word: str) -> None:
    """Note a vintage and where it stands; one that stands nowhere is none."""
    member = Member(vintage.investment, vintage.place)
    lives = {part.case.future: _life(part, member, word) for part in group}
    stands_in = [part for part in planned if part.case.future in lives and _holds(lives[part.case.future], part)]
    if stands_in:
        found.prices[vintage] = {part.key: part.investments[member].price for part in group}
    for part in stands_in:
        found.alive.setdefault(Standing(*member, *part.key), []).append(vintage)


def lives_of(scenario: Scenario, member: Member) -> str:
    """Return the word before ``_lifetime`` and ``_lead_time`` of what is built; empty: it stands for ever, at once."""
    known = [getattr(module, "VINTAGES", {}) for module in modules_of(scenario.features).values()]
    return next((words[member.investment] for words in known if member.investment in words), "")


def _life(built: Part, member: Member, word: str) -> tuple[float, float]:
    """Return from which year on, and before which year, what is built of a member in a case stands."""
    inputs, year = built.case.scenario, built.case.year
    if not word:
        return year, np.inf
    lead, lifetime = (inputs.series(f"{word}_{what}") for what in ("lead_time", "lifetime"))
    return year + _at(lead, member, 0.0), year + _at(lifetime, member, np.inf)


def _at(values: pd.Series, member: Member, otherwise: float) -> float:
    ids = tuple(member.place.split(JOINED))
    return float(values.get(ids if len(ids) > 1 else ids[0], otherwise))


def _holds(life: tuple[float, float], part: Part) -> bool:
    return life[0] <= part.case.year < life[1]


def stages_of(parts: Sequence[Part]) -> list[str]:
    """Return the stages of some cases by the year that they begin with."""
    years = {part.case.stage: part.case.year for part in parts}
    return sorted(years, key=lambda stage: years[stage])


def shared_stages(scenario: Scenario, parts: Sequence[Part]) -> set[str]:
    """Return the stages before it is known which future comes: without a word, the first."""
    stages = stages_of(parts)
    known = scenario.scalar("futures_known_from") if scenario.has("uncertainty") else None
    first = stages.index(str(known)) if known in stages else 1
    return set(stages[:first])


def whole_stages(scenario: Scenario, parts: Sequence[Part]) -> set[str]:
    """Return the stages in which what is whole is planned whole."""
    stages = stages_of(parts)
    last = scenario.scalar("whole_modules_until") if scenario.has("pathway") else None
    return set(stages[: stages.index(str(last)) + 1] if last in stages else stages)


def held(scenario: Scenario, parts: Sequence[Part], built: Mapping[Vintage, float]) -> dict[Vintage, float]:
    """Return the amount of every vintage of the stages before the futures are known; what a plan lacks is nothing.

    Parameters
    ----------
    scenario
        That holds the cases.
    parts
        The cases of the futures in which the plan is tried.
    built
        What the plan builds.
    """
    shared = shared_stages(scenario, parts)
    prices = vintages_of(scenario, parts).prices
    return {vintage: built.get(vintage, 0.0) for vintage in prices if vintage.stage in shared}


def absent(scenario: Scenario, parts: Sequence[Part], built: Mapping[Vintage, float]) -> list[Vintage]:
    """Return what a plan builds before the futures are known that nobody could build then in these cases."""
    shared = shared_stages(scenario, parts)
    there = {(part.case.stage, member) for part in parts for member in part.investments}
    return [
        vintage
        for vintage, amount in built.items()
        if amount > NOTHING
        and vintage.stage in shared
        and (vintage.stage, Member(vintage.investment, vintage.place)) not in there
    ]
