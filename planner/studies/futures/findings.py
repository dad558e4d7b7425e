"""What plans tried in futures come to: EVPI, VSS, regrets, and what is built in every future."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from planner.cases.vintages import ALL, NOTHING, Vintage
from planner.studies.futures.interval import NO_PLAN, Interval, known, mean_of
from planner.studies.futures.store import HERE, MEAN, OWN, Key
from planner.studies.futures.trials import NAN

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from planner.io.results.results import Results
    from planner.language import Text
    from planner.scenario.scenario import Scenario
    from planner.studies.futures.trials import Trial
    from planner.studies.sweep.points_file import Row

    Plan = tuple[str, str]

EVERY, SOME, WAIT, HEDGE = "every", "some", "wait", "hedge"
"""Of what is built: right in every future; in some, and the plan for all builds it too; in some, and that plan waits
with it; in none, but the plan for all builds it."""
BUILT_COLUMNS: Final = (
    "stage", "known", "asset", "index", "unit", "least", "most", "here_and_now", "verdict"
)  # fmt: skip


@dataclass(frozen=True)
class Found:
    """What uncertainty costs in a scenario.

    Attributes
    ----------
    scenario
        Its ``cvar_weight`` is 0.
    results
        The plan for all futures.
    early
        The stages before it is known which future comes.
    trials
        What became of each plan in each future.
    no_mean
        Why the futures have no mean; empty where they have.
    units
        Of each asset.
    frontier
        Points between expected cost and the mean of the worst futures.
    was_weighed
        The weight of the worst futures that the scenario has, which is left out here.
    """

    scenario: Scenario
    results: Results
    early: frozenset[str]
    trials: Mapping[Key, Trial]
    no_mean: Text = ""
    units: Mapping[str, str] = field(default_factory=dict)
    frontier: Sequence[Row] = ()
    was_weighed: float = 0.0

    @cached_property
    def chances(self) -> dict[str, float]:
        """The probability of each future."""
        return {case.future: case.probability for case in self.scenario.cases}

    @property
    def likely(self) -> dict[str, float]:
        """The probability of each future that can come."""
        return {future: chance for future, chance in self.chances.items() if chance > 0}

    @property
    def plans(self) -> list[Plan]:
        """The plans that were made, by kind and future: that for all, that of the mean future, each future's own."""
        made = [(key.kind, key.plan) for key, trial in self.trials.items() if trial.has_plan and key.plan == key.future]
        order = {HERE: 0, MEAN: 1, OWN: 2}
        return sorted(dict.fromkeys([(HERE, ""), *made]), key=lambda plan: order[plan[0]])

    @property
    def size(self) -> float:
        """The objective of the plan for all: what rounding is relative to."""
        return float(self.results.summary["objective"])

    @property
    def _proved(self) -> Interval:
        bound = self.results.summary["bound"]
        return known(self.size, NAN if bound is None else float(bound))

    @cached_property
    def recourse(self) -> Interval:
        """The least expected objective of a plan for all futures (RP)."""
        means = [self.mean_cost(plan).most for plan in self.plans]
        return Interval(self._proved.least, min(self._proved.most, *means))

    @cached_property
    def waiting(self) -> Interval:
        """The expected objective of who knows which future comes (WS)."""
        return mean_of((chance, self.best(future)) for future, chance in self.likely.items())

    @property
    def evpi(self) -> Interval:
        """What it is worth to know (EVPI)."""
        return self.recourse.less(self.waiting).not_negative(self.size)

    @property
    def mean_plan(self) -> Interval | None:
        """The expected objective of who builds what is right for the mean future (EEV); none where it has no plan."""
        return self.mean_cost((MEAN, "")) if (MEAN, "") in self.plans else None

    @property
    def vss(self) -> Interval | None:
        """What it is worth to plan for all futures and not for their mean (VSS)."""
        return None if self.mean_plan is None else self.mean_plan.less(self.recourse).not_negative(self.size)

    def best(self, future: str) -> Interval:
        """Return the objective of a future that is known from the beginning."""
        own = self.trials.get(Key(OWN, future, future))
        proved = own.value if own is not None else Interval(-math.inf, math.inf)
        found = [trial.objective for key, trial in self.trials.items() if key.future == future]
        return (
            proved if proved.is_infinite else Interval(proved.least, min([proved.most, *filter(math.isfinite, found)]))
        )

    def cost(self, plan: Plan, future: str) -> Interval:
        """Return the objective of a plan in a future, what is built before it is known held."""
        trial = self.trials.get(Key(*plan, future))
        return trial.value if trial is not None else Interval(-math.inf, math.inf)

    def mean_cost(self, plan: Plan) -> Interval:
        """Return the expected objective of a plan over the futures."""
        if plan == (HERE, ""):
            return self._proved
        parts = [(chance, self.cost(plan, future)) for future, chance in self.likely.items()]
        return NO_PLAN if any(one.is_infinite for _, one in parts) else mean_of(parts)

    def regret(self, plan: Plan, future: str) -> Interval | None:
        """Return by how much the plan that was found is worse than the best of a future; nothing without a best."""
        best, cost = self.best(future), self.cost(plan, future)
        if best.is_infinite:
            return None
        if cost.is_infinite:
            return NO_PLAN
        told = cost.most if math.isfinite(cost.most) else cost.least
        return replace(Interval(told, cost.most).less(best).not_negative(self.size), is_cut=False)

    def mean_regret(self, plan: Plan) -> Interval:
        """Return the expected regret of a plan."""
        parts = [(chance, regret) for future, chance in self.likely.items() if (regret := self.regret(plan, future))]
        return NO_PLAN if any(one.is_infinite for _, one in parts) else mean_of(parts)

    def max_regret(self, plan: Plan) -> Interval:
        """Return the largest regret of a plan among the futures that can come."""
        regrets = [regret for future in self.likely if (regret := self.regret(plan, future))]
        return Interval(max(one.least for one in regrets), max(one.most for one in regrets))

    def failing(self, plan: Plan) -> dict[str, Trial]:
        """Return the futures in which a plan is none."""
        found = {future: self.trials.get(Key(*plan, future)) for future in self.chances}
        return {future: one for future, one in found.items() if one is not None and one.status == "infeasible"}

    def built(self) -> list[dict[str, Any]]:
        """Return what the futures' own plans build, least and most, beside what the plan for all builds."""
        own = {future: self._amounts((OWN, future)) for future in self.likely if (OWN, future) in self.plans}
        here = {future: self._amounts((HERE, ""), future) for future in self.likely}
        every = [*own.values(), *here.values()]
        places = sorted({place for amounts in every for place in amounts}, key=self._order)
        found = []
        for place in places:
            least, most = (
                end((amounts.get(place, 0.0) for amounts in own.values()), default=0.0) for end in (min, max)
            )
            now = min(amounts.get(place, 0.0) for amounts in here.values())
            early = place[0] in self.early
            row: dict[str, Any] = dict(zip(("stage", "asset", "index"), place, strict=True))
            row |= {"known": "before" if early else "after"}
            row |= {"unit": self.units.get(place[1], ""), "least": least, "most": most, "here_and_now": now}
            found.append({**row, "verdict": _verdict(least, most, now, early=early)})
        return [row for row in found if max(row["most"], row["here_and_now"]) > NOTHING]

    def _amounts(self, plan: Plan, future: str = "") -> dict[tuple[str, str, str], float]:
        """Return what a plan builds by stage, asset and place: in all futures, or beside that in one."""
        trial = self.trials.get(Key(*plan, plan[1]))
        known = {} if trial is None else trial.built
        return {
            (vintage.stage, vintage.investment, vintage.place): amount
            for vintage, amount in known.items()
            if vintage.future in {"", future or plan[1]}
        }

    def _order(self, place: tuple[str, str, str]) -> tuple[float, str, str]:
        years = {case.stage: case.year for case in self.scenario.cases}
        return years[place[0]], place[1], place[2]


def _verdict(least: float, most: float, now: float, *, early: bool) -> str:
    if least > NOTHING:
        return EVERY
    if most <= NOTHING:
        return HEDGE
    return SOME if now > NOTHING or not early else WAIT


def of_results(results: Results, early: frozenset[str], futures: Sequence[str]) -> dict[Vintage, float]:
    """Return what the plan for all futures builds: what is the same in all of them once."""
    table = results.tables["vintages"]
    found: dict[Vintage, float] = {}
    for row in table.to_dict("records"):
        stage, future = str(row.get("stage", "")), str(row["future"])
        if future in futures:
            whose = ALL if stage in early else future
            found[Vintage(str(row["asset"]), str(row["index"]), stage, whose)] = float(row["vintage"])
    return found
