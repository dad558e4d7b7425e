"""What ties the cases of a plan, as a small model of its own: vintages, what stands, the objective of all.

Its variables ``stands`` and ``yearly`` are no columns of their own: the one is a column of a case, the other what a
case's pass is worth there, and :mod:`planner.cases.joined` puts them in.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyomo.environ as pyo

from planner.cases.factors import discounts_of
from planner.cases.part import HAUL
from planner.models.algebra.plan_model import PlanModel
from planner.models.declarations import modules_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from planner.cases.part import Part
    from planner.cases.vintages import Vintage, Vintages
    from planner.scenario.scenario import Scenario

OBJECTIVE, COST = "objective_value", "cost"
CASE = ["stage", "future"]
VINTAGE = ["investment", "index", "built", "known"]
UNITS = {COST: "CNY", HAUL: "MWh*km"}
"""Of what is minimised over all cases: a yearly amount times what it is worth over the years [a]."""


def standing(m: PlanModel, investment: str, index: str, stage: str, future: str) -> Any:
    """What stands in a case is what was built before it and still lives.

    stands[i,x,s,f] = ∑_{v alive in s} vintage[i,x,v,f]  ∀ investments i, members x, stages s, futures f  [unit of i]

    =======  =====================================================================================  =========
    stands   the investment's own variable in the case, such as modules
    vintage  what is built in stage v, the same in all futures before they are known
    alive    year[v] + lead time ≤ year[s] < year[v] + lifetime, both of stage v                     a
    =======  =====================================================================================  =========
    """
    return m.stands[investment, index, stage, future] == sum(
        m.vintage[i, x, v, k] for i, x, v, k in m.ALIVE[investment, index, stage, future]
    )


def whole_vintage(m: PlanModel, investment: str, index: str, built: str, known: str) -> Any:
    """A vintage is whole where its variable is.

    vintage[i,x,v,f] = whole[i,x,v,f]  ∀ vintages of modules, openings and other whole things  [1]
    """
    return m.vintage[investment, index, built, known] == m.whole[investment, index, built, known]


def vintages_cost(m: PlanModel, stage: str, future: str) -> Any:
    """What the vintages of a case cost beside its own prices [CNY/a]: ∑ (price when built − price now) × vintage."""
    return sum(
        m.price_difference[i, x, v, k, stage, future] * m.vintage[i, x, v, k]
        for i, x, v, k in m.REPRICED[stage, future]
    )


def expected(m: PlanModel, name: str) -> Any:
    """What a pass minimises, over all cases: ∑ factor × its value in the case."""
    return sum(m.factor[s, f] * m.yearly[name, s, f] for s, f in m.CASES)


def expected_vintages(m: PlanModel) -> Any:
    """What the vintages cost beside the prices of each case, over all cases: ∑ factor × vintages_cost [CNY]."""
    return sum(m.factor[s, f] * m.vintages_cost[s, f] for s, f in m.CASES)


def weighted_vintages(m: PlanModel) -> Any:
    """The same, weighed as the objective weighs cost."""
    return m.cost_weight * sum(m.factor[s, f] * m.vintages_cost[s, f] for s, f in m.CASES)


def vintage_bounds(m: PlanModel, investment: str, index: str, built: str, known: str) -> tuple[Any, Any]:
    """A vintage that was decided before is what it was; else it is not negative."""
    return m.vintage_min[investment, index, built, known], m.vintage_max[investment, index, built, known]


def standing_bounds(m: PlanModel, investment: str, index: str, stage: str, future: str) -> tuple[Any, Any]:
    """Nothing stands in a case that has no such variable; else the variable's own bounds hold."""
    return 0, m.stands_max[investment, index, stage, future]


VINTAGE_TERMS = {OBJECTIVE: weighted_vintages, COST: expected_vintages}


def declare_ties(
    scenario: Scenario,
    parts: Sequence[Part],
    vintages: Vintages,
    decided: Mapping[Vintage, float],
    units: Callable[[str], Any] | None = None,
) -> PlanModel:
    """Return the model of what ties cases.

    Parameters
    ----------
    scenario
        That holds the cases.
    parts
        The cases that are planned together.
    vintages
        What may be built in them.
    decided
        Vintages that were decided before, and stay as they are.
    units
        Only to check units: turns a unit's text into a Pyomo unit. That check is of modules and other things that are
        counted, and of a scenario that minimises cost: a vintage of MW, or a pass of emissions, has another unit.
    """
    m = PlanModel(scenario, units)
    _add_cases(m, parts)
    _add_vintages(m, parts, vintages, decided)
    _add_prices(m, parts, vintages)
    m.constrain(standing, m.STANDING, unit="1")
    m.constrain(whole_vintage, m.WHOLE, unit="1")
    _add_passes(m, parts)
    for module in modules_of(scenario.features).values():
        join = getattr(module, "join", None)
        if join is not None:
            join(m)
    m.is_declared = True
    return m


def _add_cases(m: PlanModel, parts: Sequence[Part]) -> None:
    m.members("CASES", [part.key for part in parts], dimen=2)
    discount = pd.Series(discounts_of(m.inputs, parts), index=_index([part.key for part in parts]))
    probability = pd.Series([part.case.probability for part in parts], index=discount.index)
    m.parameter("discount", [m.CASES], discount, "a", made_of=())
    m.parameter("factor", [m.CASES], discount * probability, "a", made_of=())


def _add_vintages(m: PlanModel, parts: Sequence[Part], vintages: Vintages, decided: Mapping[Vintage, float]) -> None:
    there = {(*member, *part.key) for part in parts for member in part.investments}
    m.members("VINTAGES", vintages.prices, dimen=4)
    m.members("WHOLE", [vintage for vintage in vintages.prices if vintage in vintages.whole], dimen=4)
    m.members("STANDING", vintages.alive, dimen=4)
    alive = [(*standing, *vintage) for standing, found in vintages.alive.items() for vintage in found]
    keys = ["investment", "index", *CASE]
    m.subsets("ALIVE", m.STANDING, pd.DataFrame(alive, columns=[*keys, "i", "x", "v", "k"]), keys, dimen=4)
    room = [float("inf") if standing in there else 0.0 for standing in vintages.alive]
    m.parameter("stands_max", [m.STANDING], pd.Series(room, _index(list(vintages.alive), 4)), "1", made_of=())
    least = [decided.get(vintage, 0.0) for vintage in vintages.prices]
    most = [decided.get(vintage, float("inf")) for vintage in vintages.prices]
    index = _index(list(vintages.prices), 4)
    m.parameter("vintage_min", [m.VINTAGES], pd.Series(least, index, dtype=float), "1", made_of=())
    m.parameter("vintage_max", [m.VINTAGES], pd.Series(most, index, dtype=float), "1", made_of=())
    m.variable("stands", m.STANDING, unit="1", bounds=standing_bounds)
    m.variable("vintage", m.VINTAGES, unit="1", bounds=vintage_bounds)
    m.variable("whole", m.WHOLE, unit="1", within=pyo.NonNegativeIntegers)


def _add_prices(m: PlanModel, parts: Sequence[Part], vintages: Vintages) -> None:
    """Add by how much a vintage's price differs from that of the case it stands in, where it does."""
    now = {part.key: part.investments for part in parts}
    rows: list[tuple[Any, ...]] = []
    for stands, found in vintages.alive.items():
        known = now[stands.stage, stands.future].get(stands.member)
        for vintage in found if known is not None else ():  # else nothing can stand there
            price = known.price if known is not None else 0.0
            built = vintages.prices[vintage][vintage.stage, stands.future]
            if built != price:
                rows.append((*vintage, stands.stage, stands.future, built - price))
    table = pd.DataFrame(rows, columns=[*VINTAGE, *CASE, "difference"])
    m.members("PRICE_DIFFERS", table[[*VINTAGE, *CASE]].itertuples(index=False, name=None), dimen=6)
    difference = table.set_index([*VINTAGE, *CASE])["difference"].astype(float)
    m.parameter("price_difference", [m.PRICE_DIFFERS], difference, "CNY/a", made_of=())
    m.subsets("REPRICED", m.CASES, table[[*VINTAGE, *CASE]], CASE, dimen=4)
    m.expression("vintages_cost", m.CASES, rule=vintages_cost, unit="CNY/a")
    m.parameter("cost_weight", [], float(m.inputs.settings.objective.get("cost", 0.0)), "1", made_of=())


def _add_passes(m: PlanModel, parts: Sequence[Part]) -> None:
    """Add what is minimised in turn, and what chooses among equals: each the sum of the same over the cases."""
    m.stages = max((part.compiled.model.stages for part in parts), key=len)
    m.has_haul = all(part.compiled.model.has_haul for part in parts)
    names = [*m.stages, *([HAUL] if m.has_haul else [])]
    m.members("YEARLY", [(name, *part.key) for name in names for part in parts], dimen=3)
    is_money = m.inputs.settings.minimise == "cost"
    units = {**UNITS, **({OBJECTIVE: "CNY"} if is_money else {})}
    m.variable("yearly", m.YEARLY, unit="CNY/a" if is_money else "1", within=pyo.Reals)
    for name in names:
        m.add_term(name, "cases", partial(expected, name=name))
        if name in VINTAGE_TERMS:
            m.add_term(name, "vintages", VINTAGE_TERMS[name])
        m.open_total(name, unit=units.get(name, "1"))


def _index(keys: Sequence[tuple[str, ...]], levels: int = 2) -> pd.MultiIndex:
    return pd.MultiIndex.from_tuples(keys) if keys else pd.MultiIndex.from_arrays([[]] * levels)
