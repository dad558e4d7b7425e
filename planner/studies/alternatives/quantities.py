"""Quantities of a plan beside its objective: the work at a place, new capacity, emissions, latency.

Each quantity is an expression of the model, compiled like the objective, and is read again from the result tables, so
that a wrong expression and a wrong reading would have to be made twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from planner.errors import shown
from planner.language import CLAUSES, Message, join
from planner.models.features.allocation import energy_demanded, latency_of_demand
from planner.models.features.site_capacity import work_done
from planner.views.words import word

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import pandas as pd

    from planner.models.algebra.plan_model import PlanModel, Rule
    from planner.scenario.built import Built
    from planner.scenario.scenario import Scenario

    Tables = Mapping[str, pd.DataFrame]

GROUPS: Final = ("whole", "side", "hub", "site", "build")
"""Kinds of quantity: of the whole plan, the work by side, hub and site, and what is built by site."""


@dataclass(frozen=True)
class Quantity:
    """Something of a plan whose least and most are sought."""

    group: str  # one of GROUPS
    what: str  # a result's name, such as it_energy or capacity_new
    place: str  # a site, hub or side; empty for the whole plan
    unit: str
    rule: Rule  # the expression, without an index
    measure: Callable[[Tables], float]  # the same from the result tables


def quantities_of(m: PlanModel) -> Iterator[Quantity]:
    """Yield everything whose least and most may be sought, group by group."""
    yield from _of_the_whole(m)
    for unit in ("side", "hub"):
        owners = m.inputs.series(f"site.{unit}")
        for name in dict.fromkeys(owners):
            yield _work_of(unit, str(name), [str(site) for site in owners.index[owners == name]])
    for site in m.SITES:
        yield _work_of("site", str(site), [str(site)])
    for site in m.SITES:
        yield from _built(m, "build", str(site), [str(site)])


def _of_the_whole(m: PlanModel) -> Iterator[Quantity]:
    sites = [str(site) for site in m.SITES]
    if "emissions" in m.records:
        yield Quantity("whole", "emissions", "", "tCO2/a", lambda m: m.emissions, _emissions)
    if len(m.routes) and m.routes["latency"].notna().all():
        demanded = energy_demanded(m) or 1.0
        yield Quantity("whole", "mean_latency", "", "ms", lambda m: _work_and_latency(m) / demanded, latency_of_demand)
    yield from _built(m, "whole", "", sites)


def _emissions(tables: Tables) -> float:
    return float(tables["emissions"]["emissions"].sum())


def _work_and_latency(m: PlanModel) -> Any:
    """Work times its latency [MWh ms/a]."""
    return sum(m.latency[r, s] * m.allocated_energy[r, k, s, p] for r, k, s, p in m.ROUTES)


def _work_of(group: str, place: str, sites: list[str]) -> Quantity:
    return Quantity(
        group, "it_energy", place, "MWh/a", work_at(sites), lambda tables: float(work_of(tables).reindex(sites).sum())
    )


def work_at(sites: list[str]) -> Rule:
    """Return the rule of the IT energy of some sites together [MWh/a]."""
    return lambda m: sum(sum(m.it_energy[site, t] for t in m.TIMESTEPS) for site in sites)


def work_of(tables: Tables) -> pd.Series:
    """Return the IT energy of every site [MWh/a] from the result tables."""
    return work_done(tables)


def _built(m: PlanModel, group: str, place: str, sites: list[str]) -> Iterator[Quantity]:
    """Yield what may be built at some sites together, the halls first."""
    for built in sorted(m.inputs.declarations.builds, key=lambda built: (built.kind != "halls", built.place)):
        record = m.records.get(built.variable)
        keys = [] if record is None else [_tuple(key) for part in record.index for key in part.ordered_data()]
        here = [key for key in keys if key[0] in sites]
        if here:
            yield Quantity(group, built.new, place, built.unit, _sum_of(built, here), _measure(m, built, sites))


def _sum_of(built: Built, keys: list[tuple[Any, ...]]) -> Rule:
    return lambda m: built.added(m, keys)


def _measure(m: PlanModel, built: Built, sites: list[str]) -> Callable[[Tables], float]:
    """Return what reads a quantity that is built from its result table; of a stock the part beyond what stood."""
    stood = built.stood(m.inputs, sites)

    def measure(tables: Tables) -> float:
        amounts = built.amounts(tables)
        return float(amounts[amounts.index.get_level_values("site").isin(sites)].sum()) - stood

    return measure


def _tuple(key: Any) -> tuple[Any, ...]:
    return key if isinstance(key, tuple) else (key,)


def called(scenario: Scenario, group: str, what: str, place: str) -> Message:
    """Return what a quantity is called, with its place."""
    return join([shown(scenario.called(set_of(group), place)), word(what)], CLAUSES) if place else word(what)


def set_of(group: str) -> str:
    """Return the set whose members are the places of a group."""
    return "site" if group == "build" else group
