"""The objective: least cost, emissions or latency, or a weighted sum of them; always present, never listed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from planner.errors import Fault
from planner.models import ledger
from planner.models.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from planner.io.scenario import Scenario
    from planner.models.parameter import Parameter
    from planner.models.plan_model import PlanModel

REQUIRES: tuple[str, ...] = ()
PARAMETERS: tuple[Parameter, ...] = ()
WORDS: dict[str, tuple[str, str]] = {
    "objective": ("objective", "目标函数"),
    "mean_latency": ("mean latency", "平均时延"),
}


def check(inputs: Scenario) -> Iterator[Fault]:
    """There must be something to decide, and emissions can be weighed only where they are modelled."""
    if not inputs.has("allocation"):
        file, remedy = f"{inputs.name}/scenario.toml", "list at least time, demand, routes and allocation"
        yield Fault(file, "there is nothing to plan without allocation", column="features", remedy=remedy)
    if inputs.settings.objective.get("emissions") and not inputs.has("emissions"):
        file, remedy = f"{inputs.name}/scenario.toml", "list the feature emissions, or minimise cost"
        yield Fault(file, "emissions are not modelled", column="objective.minimise", remedy=remedy)


def mean_latency(m: PlanModel) -> Any:
    """Mean network latency of the work [ms, one way]: ∑ w latency × allocation ÷ ∑ w demand."""
    return sum(m.latency[r, s] / m.energy_demanded * m.allocated_energy[r, k, s, p] for r, k, s, p in m.ROUTES)


def haul(m: PlanModel) -> Any:
    """Distance that the work is carried [MWh·km/a]: ∑ w allocation × km; chooses between plans of equal value."""
    return sum(m.distance[r, s] * m.allocated_energy[r, k, s, p] for r, k, s, p in m.ROUTES)


def unserved_energy_term(m: PlanModel) -> Any:
    """Energy left unserved [MWh/a]; what the features allow to be missing is added to it."""
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


MEASURES = {
    "cost": (weighted_cost, "1"),
    "emissions": (weighted_emissions, "CNY/tCO2"),
    "latency": (weighted_latency, "CNY/a/ms"),
}


def build(m: PlanModel) -> None:
    """Close the cost, weigh the objective, and say what is minimised before and after it."""
    m.open_total("cost", unit="CNY/a")
    weights = {measure: weight for measure, weight in m.inputs.settings.objective.items() if weight}
    if weights.get("latency"):
        # Where every profile is 0 there is work that never comes: no allocation, and any divisor gives 0.
        m.parameter("energy_demanded", [], _energy_demanded(m) or 1.0, "MWh/a")
        m.expression("mean_latency", rule=mean_latency, unit="ms")
    for measure, weight in weights.items():
        rule, unit = MEASURES[measure]
        m.parameter(f"{measure}_weight", [], weight, unit)
        m.add_term("objective_value", measure, rule)
    m.open_total("objective_value", unit="CNY/a")
    m.stages = ["objective_value"]
    if "cost" not in weights:
        m.stages = ["objective_value", "cost"]
        if len(m.UNSERVABLE):
            m.add_term("all_unserved", "demand", unserved_energy_term)
        if "all_unserved" in m.totals:
            m.open_total("all_unserved", unit="MWh/a")
            m.stages.insert(0, "all_unserved")
    _build_tie_break(m)


def _build_tie_break(m: PlanModel) -> None:
    distance = m.inputs.distance
    pairs = pd.MultiIndex.from_frame(m.routes[["region", "site"]]).unique()
    m.has_haul = bool(len(pairs)) and not distance.reindex(pairs).isna().any()
    if m.has_haul:
        m.parameter("distance", [m.REGIONS, m.SITES], distance, "km")
        m.expression("haul", rule=haul, unit="MWh*km/a")


def _energy_demanded(m: PlanModel) -> float:
    values = m.parameter_values
    profile = values["demand_profile"].unstack("timestep").mul(values["timestep_weight"], axis=1).sum(axis=1)
    return float(values["demand"].mul(profile, level="workload").sum())


def report(m: PlanModel) -> dict[str, pd.DataFrame]:
    """Return the cost by category [CNY/a]."""
    return {"cost": m.tabulate_terms("cost", "category")}


def audit(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> Iterator[Finding]:
    """Every category of the cost table stands once, as a number; that each is right is its feature's business."""
    del inputs
    costs = tables["cost"].set_index("category")["cost"].astype(float)
    for category in costs.index[costs.index.duplicated()]:
        yield Finding("cost", str(category), "stands twice in the cost table")
    for category in costs.index[~np.isfinite(costs)]:
        yield Finding("cost", str(category), "is not a finite number")


def summary(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """Return the cost by category and the objective's value, recomputed from the tables alone."""
    costs = tables["cost"].set_index("category")["cost"].astype(float)
    measures = {"cost": float(costs.sum()), "emissions": None, "latency": None}
    if "emissions" in tables:
        measures["emissions"] = float(tables["emissions"]["emissions"].sum())
    weights = inputs.settings.objective
    if weights.get("latency"):
        measures["latency"] = _latency_of_demand(tables)
    value = sum(weight * (measures[name] or 0.0) for name, weight in weights.items() if weight)
    return {"objective": value, "cost": measures["cost"], "costs": costs.to_dict()}


def _latency_of_demand(tables: Mapping[str, pd.DataFrame]) -> float:
    work = tables["allocation"].merge(tables["routes"], on=["region", "workload", "site", "path"])
    energy = work["allocation"] * work["timestep"].map(ledger.weights(tables))
    asked = ledger.total(tables, "demand", "demand")
    return float((energy * work["latency"]).sum()) / asked if asked else 0.0
