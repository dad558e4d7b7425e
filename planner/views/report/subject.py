"""What a report speaks of: the plan, the plan it is measured against, and what everything is called."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from planner.language import Message, Named, Text, say

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import pandas as pd

    from planner.io.results.results import Results
    from planner.scenario.scenario import Scenario
    from planner.views.years.section import Years

UNSAID = Named("", "")


@dataclass(frozen=True)
class ReachedLimit:
    """A limit that the plan reaches, in words: what it is, one step more, what that saves, and how it is known."""

    limit: Message
    value: Text
    one_more: Text
    saves: Message
    how: Message
    is_together: bool


@dataclass(frozen=True)
class Subject:
    """A plan to report on.

    Attributes
    ----------
    results
        The plan.
    baseline
        The plan it is measured against, if any.
    word
        Returns what a reader calls a parameter, rule, table, column or category.
    surety
        One sentence that says how sure the plan is.
    whose
        Whose word its bound is: ours, or the solver's.
    unusual
        One sentence that names inputs far from what they usually are, if there are any.
    limits
        What decides the plan; ``None`` where nobody looked.
    years
        Of a plan of several years, all of them; the plan above is then one of these.
    """

    results: Results
    baseline: Results | None
    word: Callable[[str], Message]
    surety: Message
    whose: Message = UNSAID
    unusual: Message | None = None
    limits: Sequence[ReachedLimit] | None = None
    years: Years | None = None

    @property
    def scenario(self) -> Scenario:
        """The inputs."""
        return self.results.scenario

    @property
    def summary(self) -> Mapping[str, Any]:
        """The numbers of ``summary.json``."""
        return self.results.summary

    @property
    def tables(self) -> Mapping[str, pd.DataFrame]:
        """The result tables."""
        return self.results.tables

    @property
    def green_mode(self) -> str:
        """The accounting by which the green share of sites is shown."""
        [basis] = [figure.basis for _, figure in self.scenario.declarations.figures if figure.basis is not None]
        return basis(self.scenario)

    @property
    def green_share(self) -> Message:
        """What a reader calls the green share of a site."""
        return say("Green power share, {mode}", mode=self.word(self.green_mode))

    @property
    def title(self) -> Message:
        """The scenario's title in both languages, its name where it has none."""
        return title_of(self.results) if self.years is None else self.years.title

    @cached_property
    def weights(self) -> pd.Series:
        """Hours of the year by timestep [h/a], in the plan's order."""
        return self.results.hours

    @cached_property
    def work(self) -> pd.DataFrame:
        """The work carried, largest first: region, workload, site, path, mw [mean over the year], ms [one way]."""
        work = self.results.work
        keys = [column for column in work.columns if column not in {"mw", "ms"}]
        return work.sort_values(["mw", *keys], ascending=[False, *[True] * len(keys)], ignore_index=True)

    def names(self, index_set: str) -> dict[str, Message]:
        """Return the names of all members of a set, by id."""
        return {member: self.scenario.called(index_set, member) for member in self.scenario.sets[index_set]}

    def name(self, index_set: str, member: str) -> Message:
        """Return the name of one member; one that is unknown is its own name, nothing stays nothing."""
        return self.scenario.called(index_set, member) if index_set in self.scenario.sets else Named(member, member)


def title_of(results: Results) -> Message:
    """Return the title of a plan's scenario in both languages."""
    settings = results.scenario.settings
    en = settings.title or settings.title_zh or results.scenario.name
    return Named(en, settings.title_zh or en)
