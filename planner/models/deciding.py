"""What decides a plan: every limit it reaches, with what one step more is worth, the largest first.

The shadow price says it for a limit that gives by as much as is wanted. For one on integers it does not: a module is
worth nothing, or much, only as a whole. So the scenario is solved again with one step more, beginning at this plan,
within the time that the run itself took to solve. Neither of the two optima is known better than its gap: the worth
lies between two numbers.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from planner.errors import PlannerError
from planner.language import Text, say
from planner.models.build import declare_model
from planner.models.declarations import modules_of
from planner.models.limits import aligned, reached
from planner.models.rules.relaxations import Amount, Rank, relaxations_of
from planner.models.slopes import base_of, moved_by
from planner.models.solving.basis import fitted_basis
from planner.models.solving.prices import PRICE_UNITS
from planner.models.solving.solve import solve
from planner.progress import part_of
from planner.temporary import temporary_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from planner.models.algebra.plan_model import PlanModel
    from planner.models.algebra.problem import Problem, Solution, SolverOptions, Vector
    from planner.models.limits import Limit
    from planner.models.slopes import Base
    from planner.scenario.scenario import Scenario

COLUMNS: Final = {
    "parameter": "text",
    "index": "text",
    "limit": "number",
    "one_more": "number",
    "unit": "text",
    "saves": "number",
    "saves_min": "number",
    "saves_max": "number",
    "saves_unit": "text",
    "how": "text",
    "at_limit": "text",
    "also": "text",
}
"""Columns of the table. ``parameter`` and ``index``: the cell, ids joined by semicolons; ``together``: all limits on
integers one step further at once. ``limit`` and ``one_more``: its number, and that of one step more [``unit``].
``saves``: by how much the objective falls with that step; of a limit on integers between ``saves_min`` and
``saves_max``, as far as the gaps let it be known, ``saves`` being the difference of the two plans found. ``how``:
:data:`HOW`. ``at_limit``: the rule or variable that is at its limit. ``also``: parameters that give room at the same
place and are not listed again."""
PRICED, AGAIN, UNTRIED = "shadow price", "solved again", "not tried"
HOW: Final = (PRICED, AGAIN, UNTRIED)
TOGETHER: Final = "together"
TRIALS_MAX = 10
SECONDS_MIN = 3.0
"""[s] for the trials where the run itself took less: each is a process of its own, of some 0.3 s."""
LISTING_SECONDS_MIN = 30.0
"""[s] in which the limits are looked for, or as long as the run took to solve; each parameter is one compilation."""
TRIAL_SECONDS_MIN = 0.3
TOGETHER_AFTER = 5
"""Trials that go before that of all limits on integers together."""
FINER = 0.01
"""Of the run's gap: that of a trial, else a plan as good as the one there is would be good enough."""
BOUND_USELESS = 0.05
"""Relative gap of a trial beyond which its bound says nothing."""
ROUNDING = 1e-10
"""Of the objective: less is saved by rounding alone."""
NONZEROS_MAX = 5_000_000
"""Of a larger model no second one is made: the plan that is there must not be lost for want of memory."""


@dataclass(frozen=True)
class Worth:
    """By how much the objective falls: in the plans found, and what it is at least and at most as their gaps tell."""

    saves: float
    least: float
    most: float


@dataclass
class Deciding:
    """What decides a plan, in the making.

    Attributes
    ----------
    scenario, problem, solution, options
        What was solved, and how.
    declare
        Declares a scenario's model, with the user's own rules where there are any.
    notes
        What a reader should know of the list.
    """

    scenario: Scenario
    problem: Problem
    solution: Solution
    options: SolverOptions
    declare: Callable[[Scenario], PlanModel] = declare_model
    base: Base | None = None
    notes: list[Text] = field(default_factory=list)
    _began: float = field(default_factory=time.perf_counter)
    _values: Vector = field(default_factory=lambda: np.empty(0))
    _is_stopped: bool = False

    def table(self) -> pd.DataFrame:
        """Return the limits that the plan reaches, as :data:`COLUMNS`; no rows where it reaches none."""
        limits = self._limits()
        rows = [self._row(limit) for limit in limits if not limit.is_whole]
        whole = sorted((limit for limit in limits if limit.is_whole), key=lambda one: -_known(one.worth))
        rows += list(self._solved_again(whole))
        rows.sort(key=lambda row: (row["parameter"] == TOGETHER, row["how"] == UNTRIED, -_known(row["saves"])))
        return pd.DataFrame(rows, columns=list(COLUMNS)) if rows else empty_deciding()

    # ---- the limits

    def _limits(self) -> list[Limit]:
        assert self.solution.values is not None  # noqa: S101  for mypy: the caller has looked
        if self.problem.matrix.nnz > NONZEROS_MAX:
            self.notes.append(
                say("what decides the plan was not looked for: the model is too large to be made a second time")
            )
            return []
        if self.base is None:
            self.base = self._made()
        problem = self.base.problem
        self._values, duals = aligned(problem, self.problem, self.solution.values, self.solution.row_duals)
        return reached(self.base, self._values, duals)

    def _made(self) -> Base:
        """Return how the problem moves when each limit gives, as far as there is time."""
        seconds = max(LISTING_SECONDS_MIN, self.solution.seconds)
        left_out: list[str] = []

        def is_over() -> bool:
            over = time.perf_counter() - self._began > seconds
            left_out.extend([""] if over else [])
            return over

        base = base_of(self.scenario, limits_of(self.scenario), declare=self.declare, is_over=is_over)
        if left_out:
            self.notes.append(
                say(
                    "what decides the plan: {count} parameters were not looked at, for want of time",
                    count=len(left_out),
                )
            )
        return base

    # ---- integers: solved again

    def _solved_again(self, limits: Sequence[Limit]) -> Iterator[dict[str, Any]]:
        """Yield a row for every limit on integers, the likeliest tried first, and one for all of them together."""
        groups = [[limit] for limit in limits[:TRIALS_MAX]]
        if len(limits) > 1:
            groups.insert(TOGETHER_AFTER, list(limits))
        found = self._trials(groups)
        worth = {group[0]: found[number] for number, group in enumerate(groups) if len(group) == 1}
        yield from (self._row(limit, worth.get(limit)) for limit in limits)
        if len(limits) > 1:
            yield self._together(limits, found[min(TOGETHER_AFTER, len(groups) - 1)])

    def _trials(self, groups: Sequence[Sequence[Limit]]) -> list[Worth | None]:
        """Return what one step more of each group of limits saves, ``None`` of those there was no time to try."""
        budget = max(SECONDS_MIN, self.solution.seconds)
        if self.options.time_limit is not None:
            budget = min(budget, self.options.time_limit - self.solution.seconds)
        ends = time.perf_counter() + budget
        overrun = 0.0  # a process has to begin and to end, beyond the limit the solver is given
        found: list[Worth | None] = []
        for number, group in enumerate(groups):
            began = time.perf_counter()
            share = (ends - began) / (len(groups) - number)
            seconds = max(share - overrun, TRIAL_SECONDS_MIN)
            if ends - began < TRIAL_SECONDS_MIN or self._is_stopped:
                found.append(None)
                continue
            with part_of(say("trial {number} of {count}", number=number + 1, count=len(groups))):
                found.append(self._trial(group, seconds))
            overrun = max(0.0, time.perf_counter() - began - seconds)
        return found

    def _trial(self, limits: Sequence[Limit], seconds: float) -> Worth | None:
        """Return what one step more of these limits saves together; ``None`` if it is not known."""
        try:
            found = self._optimum(limits, seconds)
        except PlannerError:  # the plan is there; what one step more is worth stays unknown
            return None
        self._is_stopped = found.status == "interrupted"
        if found.values is None or self._is_stopped:
            return None
        # The plan that is there is one of the looser scenario as well.
        objective, bound = self.solution.objective, self.solution.bound
        least = bound - min(found.objective, objective) if math.isfinite(bound) else math.nan
        most = objective - found.bound if found.gap <= BOUND_USELESS else math.nan
        saves, least, most = (self._rounded(number) for number in (objective - found.objective, least, most))
        return Worth(saves, least, most if math.isnan(most) else max(most, saves))

    def _rounded(self, number: float) -> float:
        """Return what is saved, 0 where it is less than rounding: what gives never costs."""
        return 0.0 if number <= ROUNDING * max(1.0, abs(self.solution.objective)) else number

    def _optimum(self, limits: Sequence[Limit], seconds: float) -> Solution:
        """Solve the scenario with one step more of these limits, from this plan."""
        assert self.base is not None  # noqa: S101  for mypy: the limits come from it
        problem = self.base.problem
        for parameter in dict.fromkeys(limit.parameter for limit in limits):
            slope = self.base.slopes[parameter]
            give = {limit.key: abs(limit.after - limit.present) for limit in limits if limit.parameter == parameter}
            problem = moved_by(problem, slope, np.array([give.get(key, 0.0) for key in slope.keys]))
        options = replace(
            self.options,
            name="highs",
            mip_gap=self.options.mip_gap * FINER,
            tie_break=False,
            shadow_prices=False,
            time_limit=seconds,
        )
        kept = self.solution.basis
        start = np.where(problem.is_integer, np.round(self._values), np.nan)
        with temporary_folder() as workdir:
            return solve(
                problem,
                options,
                workdir,
                start=start if problem.is_integer.any() else None,
                basis=None if kept is None else fitted_basis(problem, kept)[0],
            )

    # ---- rows

    def _row(self, limit: Limit, again: Worth | None = None) -> dict[str, Any]:
        """Return one line of the table."""
        worth, how = again, AGAIN
        if worth is None:
            is_priced = math.isfinite(limit.worth) and not limit.is_whole
            worth, how = Worth(*(limit.worth if is_priced else math.nan,) * 3), PRICED if is_priced else UNTRIED
        return {
            "parameter": limit.parameter,
            "index": ";".join(limit.key),
            "limit": limit.present,
            "one_more": limit.after,
            "unit": self.scenario.declarations.parameters[limit.parameter].unit,
            "saves": worth.saves,
            "saves_min": worth.least,
            "saves_max": worth.most,
            "saves_unit": PRICE_UNITS.get(self.scenario.settings.minimise, "CNY/a"),
            "how": how,
            "at_limit": limit.rule,
            "also": ";".join(limit.also),
        }

    def _together(self, limits: Sequence[Limit], again: Worth | None) -> dict[str, Any]:
        """Return the line of all limits on integers one step further at once: some help only together."""
        row = self._row(limits[0], again)
        cells = {"parameter": TOGETHER, "index": "", "limit": math.nan, "one_more": float(len(limits)), "unit": "1"}
        return {**row, **cells, "at_limit": "", "also": ""}


def limits_of(scenario: Scenario) -> list[Amount]:
    """Return the parameters that are limits: those that may give by an amount, but for the work itself."""
    every = relaxations_of(modules_of(scenario.features).values()).values()
    return [one for one in every if isinstance(one, Amount) and one.rank < Rank.DEMAND]


def empty_deciding() -> pd.DataFrame:
    """Return the table without rows."""
    return pd.DataFrame(
        {name: pd.Series(dtype=float if kind == "number" else object) for name, kind in COLUMNS.items()}
    )


def _known(number: float) -> float:
    return number if math.isfinite(number) else 0.0
