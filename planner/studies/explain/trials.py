"""Trials: whether a changed scenario has a plan, and by how much parameters must give for it to have one."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from planner.cases.whole import problem_of
from planner.errors import InfeasibleError, SolveInterruptedError, StoppedWithoutPlanError
from planner.language import say
from planner.models.build import declare_model
from planner.models.compile import compile_model
from planner.models.declarations import modules_of
from planner.models.rules.relaxations import Amount, relaxations_of
from planner.models.slopes import Base, base_of
from planner.models.solving.solve import solve
from planner.studies.explain.conflict import conflict
from planner.studies.explain.elastic import elastic, feasibility
from planner.temporary import temporary_folder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from planner.models.algebra.problem import Problem, Solution, SolverOptions, Vector
    from planner.models.algebra.row_names import Name
    from planner.models.rules.relaxations import Key, Relaxation
    from planner.models.slopes import Slope
    from planner.scenario.scenario import Scenario
    from planner.studies.explain.elastic import Elastic

GAP = 1e-3
"""Relative, of what gives; what is proposed is rounded more than that."""
RANK_PRICE = 10.0
"""By so much dearer is what a rank later gives."""


CONFLICT_SECONDS = 20.0
"""[s] for the rules that cannot hold together, which only add to what is known."""
PROVED = 1e-6
"""Of the price of a parameter: what a proof touches by less it does not touch."""


@dataclass
class Trials:
    """Solves the scenarios of one explanation, each in a process of its own, until the time is over."""

    scenario: Scenario
    options: SolverOptions  # how to solve; its time limit is that of all trials together
    began: float = field(default_factory=time.perf_counter)
    count: int = 0  # trials so far
    unsure: int = 0  # of these: the time was over before there was an answer
    _kept: list[Base] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Gather what may give at all."""
        self.relaxations = relaxations_of(modules_of(self.scenario.features).values())

    @property
    def seconds(self) -> float:
        """Since the beginning."""
        return time.perf_counter() - self.began

    @property
    def seconds_left(self) -> float:
        """Until the time is over; infinite without a limit."""
        return np.inf if self.options.time_limit is None else self.options.time_limit - self.seconds

    def is_feasible(self, scenario: Scenario) -> bool:
        """Return whether a scenario has a plan."""
        try:
            problem = problem_of(scenario)
        except InfeasibleError:
            return False
        return self.solved(feasibility(problem)).values is not None

    def cost(self, scenario: Scenario, gap: float, seconds: float) -> Solution:
        """Return a plan within a gap, or what was found in so many seconds; its objective is the scenario's."""
        problem = problem_of(scenario)
        return self.solved(problem, gap=gap, time_limit=min(seconds, self.seconds_left))

    def given(self, scenario: Scenario, amounts: Sequence[Amount]) -> dict[str, dict[Key, float]] | None:
        """Return by how much each cell of these parameters must give; ``None`` where no plan exists even so."""
        base = self.base(scenario)
        slopes = [base.slopes[amount.parameter] for amount in amounts if amount.parameter in base.slopes]
        if not slopes:
            return None
        model = self._elastic(base.problem, slopes)
        found, plan = self._least(model)
        if found is not None and any(map(len, model.loose)):
            again, _ = self._least(self._elastic(base.problem, slopes, plan))
            found = found if again is None else min(found, again, key=lambda one: _sum(one, slopes))
        if found is None:
            return None
        return {
            slope.parameter: {key: float(by) for key, by in zip(slope.keys, amount, strict=True) if by > 0}
            for slope, amount in zip(slopes, found, strict=True)
        }

    def _least(self, model: Elastic) -> tuple[list[Vector] | None, Vector | None]:
        """Return by how much each cell of each slope gives in an elastic model, within its room, and the plan."""
        solution = self.solved(model.problem)
        found = None if solution.values is None else model.given(solution.values)
        if found is None or solution.values is None:
            return None, None
        room = [self._room(slope) for slope in model.slopes]
        if any((by > most * (1 + PROVED)).any() for by, most in zip(found, room, strict=True)):
            return None, None
        return [np.minimum(by, most) for by, most in zip(found, room, strict=True)], model.plan(solution.values)

    def may_give(self, scenario: Scenario, one: Relaxation) -> bool:
        """Return whether a parameter is there to give at all."""
        if isinstance(one, Amount):
            return one.parameter in self.base(scenario).slopes
        return bool(one.steps(scenario))

    def is_exact(self, one: Amount) -> bool:
        """Return whether the elastic model says exactly by how much an amount gives: where it multiplies nothing."""
        slope = self.base(self.scenario).slopes.get(one.parameter)
        return slope is not None and not slope.matrix.nnz

    def hopeless(self, scenario: Scenario) -> set[str]:
        """Return amounts none of which is enough alone, as a proof that there is no plan shows without trying each.

        The dual of the model in which all may give is such a proof. It goes on to hold for a parameter that it does
        not touch. Nothing is said where only the integers are in the way.
        """
        base = self.base(scenario)
        slopes = list(base.slopes.values())
        if not slopes:
            return set()
        model = self._elastic(base.problem, slopes)
        relaxed = replace(model.problem, is_integer=np.zeros_like(model.problem.is_integer))
        solution = self.solved(relaxed, duals=True)
        if solution.row_duals is None or not solution.objective > PROVED:
            return set()
        gain = model.problem.matrix.T @ solution.row_duals
        ends = [*model.cells[1:], len(gain)]
        return {
            slope.parameter
            for slope, first, end in zip(slopes, model.cells, ends, strict=True)
            if not (gain[first:end] > PROVED).any()
        }

    def _elastic(self, problem: Problem, slopes: Sequence[Slope], near: Vector | None = None) -> Elastic:
        room = {slope.parameter: self._room(slope) for slope in slopes}
        price = {slope.parameter: RANK_PRICE ** (self.relaxations[slope.parameter].rank - 1) for slope in slopes}
        return elastic(problem, slopes, room, price, near)

    def base(self, scenario: Scenario) -> Base:
        """Return a scenario's problem and how it moves when each amount gives; the first and the last are kept."""
        for kept in self._kept:
            if kept.scenario is scenario:
                return kept
        self._kept = [*self._kept[:1], self._made(scenario)]
        return self._kept[-1]

    def _made(self, scenario: Scenario) -> Base:
        return base_of(scenario, [one for one in self.relaxations.values() if isinstance(one, Amount)])

    def _room(self, slope: Slope) -> Vector:
        """Return how far each cell may give within what its parameter is allowed to be, (cells,)."""
        declared = self.scenario.declarations.parameters[slope.parameter]
        return declared.high - slope.present if slope.sign > 0 else slope.present - declared.low

    def solved(
        self, problem: Problem, *, gap: float = GAP, time_limit: float | None = None, duals: bool = False
    ) -> Solution:
        """Solve in what is left of the time, with shadow prices if asked for."""
        self.count += 1
        left = self.seconds_left
        if left <= 0:
            raise StoppedWithoutPlanError(
                say("the time limit was reached before it was known what has to give; raise --time-limit")
            )
        limit = time_limit if time_limit is not None else left
        options = replace(
            self.options,
            name="highs",
            mip_gap=gap,
            tie_break=False,
            shadow_prices=duals,
            time_limit=None if np.isinf(limit) else float(limit),
        )
        with temporary_folder() as workdir:
            solution = solve(problem, options, workdir)
        if solution.status == "interrupted":
            raise SolveInterruptedError(say("interrupted before the cause was known"))
        self.unsure += solution.status == "time_limit"
        return solution

    def conflict(self) -> list[Name]:
        """Return rules of the scenario that cannot hold together, as far as HiGHS finds them with integers relaxed."""
        seconds = min(CONFLICT_SECONDS, self.seconds_left)
        if seconds <= 0:
            return []
        problem = compile_model(declare_model(self.scenario), keep_broken=True).problem
        with temporary_folder() as workdir:
            return conflict(problem, workdir, seconds)


def _sum(amounts: Sequence[Vector], slopes: Sequence[Slope]) -> float:
    """Return how much gives in all, each cell relative to its size."""
    return sum(float((amount / slope.size).sum()) for amount, slope in zip(amounts, slopes, strict=True))
