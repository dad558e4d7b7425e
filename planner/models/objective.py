"""The objective: least cost, emissions or latency, or a weighted sum of them; always present, never listed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from planner.errors import Fault
from planner.figures import ledger
from planner.language import Message, say
from planner.models.features.allocation import latency_of_demand
from planner.models.rules.findings import Finding
from planner.scenario.column import BY_ROW, Column, Measure

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from planner.models.algebra.plan_model import PlanModel
    from planner.scenario.parameter import Parameter
    from planner.scenario.scenario import Scenario

REQUIRES: tuple[str, ...] = ()
PARAMETERS: tuple[Parameter, ...] = ()
WORDS: dict[str, Message] = {
    "objective": say("objective"),
    "objective_value": say("value of the objective"),
    "cost": say("cost"),
    "costs": say("cost by category"),
    "category": say("category"),
    "investment": say("capital"),
    "kind": say("kind"),
    "haul": say("energy times distance"),
    "all_unserved": say("all demand left unserved"),
    "all_missing_green": say("all green energy that is missing"),
    "cost_weight": say("weight of cost"),
    "vintages": say("prices of earlier years"),
    "asset": say("what is built"),
    "vintage": say("how much"),
    "standing": say("what stands"),
    "whole_vintage": say("whole vintages"),
    "emissions_weight": say("weight of emissions"),
    "latency_weight": say("weight of latency"),
}
COLUMNS = (
    Column("cost", "category", "", say("What the money is for.")),
    Column("cost", "cost", "CNY/a", say("Cost of the category."), may_be_negative=True),
    Column("investment", "kind", "", say("What the capital is for.")),
    Column(
        "investment",
        "investment",
        "CNY",
        say(
            "Capital of what is built: halls by module_capex, hardware by hardware_cost. What is given as a yearly "
            "cost alone (module_cost, openings, green capacity, stores, grid connections, links) is not in it."
        ),
    ),
    Column("vintages", "asset", "", say("Variable that is built, such as modules.")),
    Column("vintages", "index", "", say("Where and of which kind, ids joined by semicolons.")),
    Column("vintages", "vintage", BY_ROW, say("How much of it is built in this stage.")),
    Column("vintages", "unit", "", say("Unit of the amount.")),
    Column("vintages", "price", "CNY/a", say("What a unit pays in every year that it stands."), may_be_negative=True),
)
MEASURES = (
    Measure("cost", "CNY/a", 1, is_short=True),
    Measure("costs", "CNY/a"),
    Measure("investment", "CNY"),
)


def check(inputs: Scenario) -> Iterator[Fault]:
    """There must be something to decide, and emissions can be weighed only where they are modelled."""
    if not inputs.has("allocation"):
        file, remedy = (f"{inputs.name}/scenario.toml", say("list at least time, demand, routes and allocation"))
        yield Fault(file, say("there is nothing to plan without allocation"), column="features", remedy=remedy)
    asks = inputs.settings.objective.get("emissions") or inputs.settings.then == "emissions"
    if asks and not inputs.has("emissions"):
        file, remedy = (f"{inputs.name}/scenario.toml", say("list the feature emissions, or minimise cost"))
        yield Fault(file, say("emissions are not modelled"), column="objective.minimise", remedy=remedy)


def haul(m: PlanModel) -> Any:
    """Distance that the work is carried [MWh·km/a]: ∑ w allocation × km; chooses between plans of equal value."""
    return sum(m.distance[r, s] * m.allocated_energy[r, k, s, p] for r, k, s, p in m.ROUTES)


def unserved_energy_term(m: PlanModel) -> Any:
    """Energy left unserved [MWh/a]."""
    return sum(m.unserved_energy[r, k] for r, k in m.UNSERVABLE)


def weighted_cost(m: PlanModel) -> Any:
    """Cost times its weight [CNY/a]."""
    return m.cost_weight * m.cost


def weighted_emissions(m: PlanModel) -> Any:
    """Emissions times their weight [CNY/a]."""
    return m.emissions_weight * m.emissions


def weighted_latency(m: PlanModel) -> Any:
    """Mean latency times its weight [CNY/a]."""
    return m.latency_weight * m.mean_latency


BEFORE = ("all_unserved", "all_missing_green")
"""What is minimised, one after the other and never added, before an objective that gives cost no weight."""
STAGES = {"cost": "cost", "emissions": "emissions", "latency": "mean_latency"}
"""What is minimised for each word of ``objective.then``."""
WEIGHED = {
    "cost": (weighted_cost, "1"),
    "emissions": (weighted_emissions, "CNY/tCO2"),
    "latency": (weighted_latency, "CNY/a/ms"),
}


def build(m: PlanModel) -> None:
    """Close the cost, weigh the objective, and say what is minimised before and after it."""
    m.open_total("cost", unit="CNY/a")
    if "investment" in m.totals:
        m.open_total("investment", unit="CNY")
    weights = {measure: weight for measure, weight in m.inputs.settings.objective.items() if weight}
    for measure, weight in weights.items():
        rule, unit = WEIGHED[measure]
        m.parameter(f"{measure}_weight", [], weight, unit, made_of=())
        m.add_term("objective_value", measure, rule)
    m.open_total("objective_value", unit="CNY/a")
    then = m.inputs.settings.then
    m.stages = ["objective_value", *([STAGES[then]] if then and list(weights) != [then] else [])]
    if "cost" not in weights:
        m.stages = [*m.stages, *(["cost"] if then != "cost" else [])]
        if len(m.UNSERVABLE):
            m.add_term("all_unserved", "demand", unserved_energy_term)
        first = [name for name in BEFORE if name in m.totals]
        for name in first:
            m.open_total(name, unit="MWh/a")
        m.stages = [*first, *m.stages]
    _build_tie_break(m)


def _build_tie_break(m: PlanModel) -> None:
    distance = m.inputs.distance
    pairs = pd.MultiIndex.from_frame(m.routes[["region", "site"]]).unique()
    m.has_haul = bool(len(pairs)) and not distance.reindex(pairs).isna().any()
    if m.has_haul:
        m.parameter("distance", [m.REGIONS, m.SITES], distance, "km", made_of=())
        m.add_term("haul", "work", haul)
        m.open_total("haul", unit="MWh*km/a")


def report(m: PlanModel) -> dict[str, pd.DataFrame]:
    """Return the cost by category [CNY/a], and the capital of what is built by kind [CNY], where any is known."""
    found = {"cost": m.tabulate_terms("cost", "category")}
    if "investment" in m.totals:
        found["investment"] = m.tabulate_terms("investment", "kind")
    return found


def audit(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> Iterator[Finding]:
    """Every category of the cost table stands once, as a number; that each is right is its feature's business.

    The capital is, kind by kind, what the features find of what is built.
    """
    again = ledger.added(inputs, tables, "investment")
    if len(again) or "investment" in tables:
        spent = tables["investment"].set_index("kind")["investment"].astype(float)
        for kind in sorted(set(again.index) ^ set(spent.index)):
            yield Finding("investment", str(kind), say("is missing from the results, or no capital of the scenario"))
        yield from Finding.all_equal("investment", again, spent, "CNY")
    costs = tables["cost"].set_index("category")["cost"].astype(float)
    for category in costs.index[costs.index.duplicated()]:
        yield Finding("cost", str(category), say("stands twice in the cost table"))
    for category in costs.index[~np.isfinite(costs)]:
        yield Finding("cost", str(category), say("is not a finite number"))


def summary(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """Return the cost by category and the objective's value, recomputed from the tables alone."""
    costs = tables["cost"].set_index("category")["cost"].astype(float)
    measures = {"cost": float(costs.sum()), "emissions": None, "latency": None}
    if "emissions" in tables:
        measures["emissions"] = float(tables["emissions"]["emissions"].sum())
    weights = inputs.settings.objective
    if weights.get("latency"):
        measures["latency"] = latency_of_demand(tables)
    value = sum(weight * (measures[name] or 0.0) for name, weight in weights.items() if weight)
    found: dict[str, Any] = {"objective": value, "cost": measures["cost"], "costs": costs.to_dict()}
    if "investment" in tables:
        found["investment"] = float(tables["investment"]["investment"].sum())
    return found
