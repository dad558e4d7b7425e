"""A question of ``years.py`` as mpi-sppy states it: the planner's own Pyomo models, one scenario for each future.

A future holds one model of the planner for each of its stages, made from the case alone. What ties them is written here
from the contract: what stands is what was built and still lives, at the price of its year. mpi-sppy makes equal what is
built before it is known which future comes, weighs the futures by probability, and states CVaR by its own transform.

Of mpi-sppy 0.14 is to be known: it reckons *mean + CVaR* unless both weights are given; it divides probabilities by
their sum without a word; a variable that is fixed in one scenario is fixed in all, so that nothing is fixed here.
"""

from __future__ import annotations

import contextlib
import io
from itertools import pairwise, product
from typing import TYPE_CHECKING, Any

import pyomo.environ as pyo

import planner
from tests.cases.several_years import read
from tests.oracle.years import PRICES, SITES, SIZE, WORDS, world_of_question

if TYPE_CHECKING:
    from planner.scenario.scenario import Case
    from tests.oracle.years import Question

COMPONENTS = {"modules": ("modules", "cpu"), "open": ("open", ""), "green": ("green_capacity_new", "sun")}
"""The planner's variable of each kind of thing that is built, and what stands beside the site in its index."""


def extensive_form(asked: Question) -> float:
    """Return the least objective of a question, by mpi-sppy's extensive form."""
    with contextlib.redirect_stdout(io.StringIO()):  # it greets
        from mpisppy.opt.ef import ExtensiveForm  # noqa: PLC0415 - of an extra that may be missing
        from mpisppy.utils.cvar import cvar_scenario_creator  # noqa: PLC0415

        creator: Any = scenario_creator
        weight, level = asked.cvar
        if weight and level:  # at level 0 it is the mean, and mpi-sppy takes levels above 0 only
            creator = cvar_scenario_creator(
                scenario_creator, cvar_weight=weight, cvar_alpha=level, cvar_mean_weight=1.0 - weight
            )
        form = ExtensiveForm(
            {"solver": "appsi_highs"}, planned(asked), creator, scenario_creator_kwargs={"asked": asked}
        )
        found = form.solve_extensive_form(solver_options={"mip_rel_gap": 0.0})
    pyo.assert_optimal_termination(found)
    return float(form.get_objective_value())


def planned(asked: Question) -> list[str]:
    """Return the futures that may come."""
    return [future for future, chance in asked.futures.items() if chance > 0]


def scenario_creator(name: str, asked: Question) -> pyo.ConcreteModel:
    """Return the model of a future as mpi-sppy asks for it."""
    from mpisppy.utils.sputils import attach_root_node  # noqa: PLC0415

    m = pyo.ConcreteModel(name)
    order = sorted(asked.stages, key=lambda stage: asked.stages[stage][0]) or [""]
    cases = {case.stage: case for case in read(world_of_question(asked)).cases if case.future == name}
    m.year = pyo.Block(order, rule=lambda block, stage: _year(block, cases[stage]))
    m.built = pyo.Var(COMPONENTS, SITES, order, within=pyo.NonNegativeReals)
    for (kind, _, _), built in m.built.items():
        built.domain = pyo.NonNegativeReals if kind == "green" else pyo.NonNegativeIntegers
    m.standing = pyo.ConstraintList()
    repriced = {
        stage: sum(_tie(m, asked, kind, site, (stage, name)) for kind, site in product(COMPONENTS, SITES))
        for stage in order
    }
    _limit_rates(m, asked, order)
    worth = {stage: _worth(asked, stage) for stage in order}
    m.cost = pyo.Objective(
        expr=sum(worth[stage] * (m.year[stage].plan.objective_value + repriced[stage]) for stage in order)
    )
    known_from = order.index(asked.known_from) if asked.known_from else 1
    now = [m.built[kind, site, stage] for kind, site, stage in product(COMPONENTS, SITES, order[:known_from])]
    attach_root_node(m, 0.0, now)
    m._mpisppy_probability = asked.futures[name]
    return m


def _year(block: Any, case: Case) -> None:
    block.plan = planner.build_model(case.scenario)
    block.plan.objective.deactivate()


def _tie(m: Any, asked: Question, kind: str, site: str, case: tuple[str, str]) -> Any:
    """Tie what stands in a case to what was built, and return what that costs beside the case's own prices."""
    stage, future = case
    stages = asked.stages or {"": (0, 1)}
    component, beside = COMPONENTS[kind]
    stands = getattr(m.year[stage].plan, component)[(site, beside) if beside else site]
    word = WORDS.get(kind, "")
    lead = asked.by_site.get(f"{word}_lead_time", {}).get(site, 0)
    life = asked.by_site.get(f"{word}_lifetime", {}).get(site, float("inf"))
    alive = [v for v in stages if lead <= stages[stage][0] - stages[v][0] < life]
    m.standing.add(stands - sum(m.built[kind, site, v] for v in alive) == 0)
    price = {v: asked.by_case[PRICES[kind]][(v, future), site] for v in stages}
    return sum((price[v] - price[stage]) * m.built[kind, site, v] for v in alive)


def _limit_rates(m: Any, asked: Question, order: list[str]) -> None:
    m.rate = pyo.ConstraintList()
    for site, rate in asked.by_site.get("build_rate_max", {}).items():
        for before, stage in pairwise(order):
            years = asked.stages[stage][0] - asked.stages[before][0]
            m.rate.add(SIZE[site] * m.built["modules", site, stage] <= rate * years)


def _worth(asked: Question, stage: str) -> float:
    """Return what a yearly amount of a stage is worth at the beginning of the first."""
    if len(asked.stages) <= 1:
        return 1.0
    first = min(year for year, _ in asked.stages.values())
    year, count = asked.stages[stage]
    return sum((1 + asked.rate) ** -(year - first + n) for n in range(count))
