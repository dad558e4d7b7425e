"""The search: whether there is a plan, which single parameter would give one, and if none does, which several."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from planner.errors import InfeasibleError, StoppedWithoutPlanError
from planner.language import Text, say
from planner.models.build import declare_model
from planner.models.listing import grown
from planner.models.rules.relaxations import Amount, Rank
from planner.pipeline.check import obstacles_of, read_scenario
from planner.pipeline.run import solver_options
from planner.progress import Listener, heard_by, part_of
from planner.studies.explain.answer import Cause, Explanation, known
from planner.studies.explain.binding import binding_of
from planner.studies.explain.trials import Trials
from planner.studies.explain.ways import Ways, order_of
from planner.studies.explain.years import Years
from planner.views.words import word

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from planner.models.rules.relaxations import Relaxation
    from planner.scenario.scenario import Scenario
    from planner.studies.explain.answer import Way

COST_SECONDS = 20.0
"""[s] that may be spent on what a plan costs after the change."""
COST_GAP = 0.01


def explain(
    folder: str | Path,
    overrides: Sequence[str] = (),
    *,
    time_limit: float | None = None,
    on_progress: Listener | None = None,
) -> Explanation:
    """Say why a scenario has no plan, and what would have to give.

    ``time_limit`` [s] is that of all trials together; by default the scenario's.
    """
    with heard_by(on_progress):
        scenario = read_scenario(folder, overrides)
        options = solver_options(scenario, None, time_limit, None)
        if scenario.cases:

            def read(more: Sequence[str]) -> Scenario:
                return read_scenario(folder, [*overrides, *more])

            return Years(scenario, read, options, lambda ways: Search(ways).explained()).explained()
        scenario = grown(scenario, declare_model, options)
        trials = Trials(scenario, options)
        ways = Ways(trials, lambda more: replace(read_scenario(folder, [*overrides, *more]), listed=scenario.listed))
        return Search(ways).explained()


class Search:
    """One explanation in the making."""

    def __init__(self, ways: Ways) -> None:
        self.ways = ways
        self.trials = ways.trials
        self.scenario = ways.trials.scenario
        relaxations = list(self.trials.relaxations.values())
        self.first = [one for one in relaxations if one.rank < Rank.DEMAND]
        self.last = [one for one in relaxations if one.rank == Rank.DEMAND]

    def explained(self) -> Explanation:
        """Return the whole explanation."""
        obstacles = tuple(obstacles_of(self.scenario))
        if not obstacles and self.trials.is_feasible(self.scenario):
            held = binding_of(self.trials)
            notes = held.notes if held.cost is not None else (self._costless(),)
            found = Explanation(self.scenario, "feasible", cost=held.cost, gap=held.gap, notes=notes)
            found = replace(found, binding=held.binding, deciding=held.deciding)
            return replace(found, seconds=self.trials.seconds)
        causes = self._causes()
        status: Literal["infeasible", "unexplained"] = "infeasible" if causes else "unexplained"
        conflict = tuple(self.trials.conflict())
        found = Explanation(self.scenario, status, causes, obstacles=obstacles, conflict=conflict)
        if causes:
            found = self._with_cost(found)
        return replace(found, notes=tuple(self._notes()), seconds=self.trials.seconds)

    def _costless(self) -> Text:
        """Return why the plan there is has no cost."""
        return say("what the best plan costs is not known: the solver gave none within the time limit")

    def _notes(self) -> Iterator[Text]:
        """Yield what a reader should know of the trials."""
        if self.trials.unsure:
            yield say(
                "{count} of {all} trials ran out of time: there may be other or smaller changes",
                count=self.trials.unsure,
                all=self.trials.count,
            )

    def _causes(self) -> tuple[Cause, ...]:
        """Return the causes: one where a single parameter is enough, else one for each that is needed."""
        single = self._ways_of(self.scenario, self.first, [])
        if single:
            return (Cause((*single, *self._more_ways(self.scenario, self.last, []))),)
        amounts = [one for one in self.first if isinstance(one, Amount)]
        for families in (amounts, self.first, [*self.first, *self.last]):
            if needed := self._needed(families):
                return self._several(needed)
        return ()

    def _ways_of(self, scenario: Scenario, families: Sequence[Relaxation], others: Sequence[str]) -> list[Way]:
        """Return every parameter that is enough alone beside what is set already, the likeliest first."""
        found: list[Way] = []
        hopeless = self.trials.hopeless(scenario)
        for one in families:
            if one.parameter in hopeless or not self.trials.may_give(scenario, one):
                continue
            try:
                with part_of(say("trying {name}", name=word(one.parameter))):
                    values = self.ways.relax(scenario, [one])
                    way = self.ways.settled(scenario, one, values[one.parameter], others) if values else None
            except StoppedWithoutPlanError:
                if not found:
                    raise
                self.trials.unsure += 1
                break
            if way is not None:
                found.append(way)
        return sorted(found, key=order_of)

    def _more_ways(self, scenario: Scenario, families: Sequence[Relaxation], others: Sequence[str]) -> list[Way]:
        """Return further ways where one is known already, which is not lost when the time is over."""
        try:
            return self._ways_of(scenario, families, others)
        except StoppedWithoutPlanError:
            self.trials.unsure += 1
            return []

    def _needed(self, families: Sequence[Relaxation]) -> list[Relaxation]:
        """Return parameters that are enough together and none of which can be spared; who gives last goes first."""
        values = self.ways.relax(self.scenario, families)
        if values is None:
            return []
        kept = [one for one in families if one.parameter in values]
        for one in reversed(list(kept)):
            fewer = [other for other in kept if other is not one]
            if fewer and self.ways.relax(self.scenario, fewer) is not None:
                kept = fewer
        return kept

    def _several(self, needed: Sequence[Relaxation]) -> tuple[Cause, ...]:
        """Return a cause for each parameter that is needed, with what could take its place beside the others."""
        together = self.ways.settled_together(self.scenario, needed)
        causes = []
        for one in needed:
            if not together.get(one.parameter):
                continue
            beside = [change for name, each in together.items() if name != one.parameter for change in each]
            others = [change.setting(self.scenario) for change in beside]
            first = self.ways.way(self.scenario, one, together[one.parameter])
            taken = {*first.cells, *((change.parameter, change.key) for change in beside)}
            found = self._more_ways(self.ways.read(others), [*self.first, *self.last], others)
            causes.append(Cause((first, *(way for way in found if taken.isdisjoint(way.cells)))))
        return tuple(causes)

    def _with_cost(self, found: Explanation) -> Explanation:
        """Return an explanation with what a plan costs after the first way of every cause."""
        settings = [text for number in range(len(found.causes)) for text in found.settings(number)]
        if self.trials.seconds_left <= 0:
            return found
        try:
            solution = self.trials.cost(self.ways.read(settings), COST_GAP, COST_SECONDS)
        except (InfeasibleError, StoppedWithoutPlanError):  # the cost only adds to what is known
            return found
        if solution.values is None:
            return found
        return replace(found, cost=known(solution.objective), gap=known(solution.gap))
