"""Allocation: how much of each region's work each site serves, over which path, in every timestep."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import pyomo.environ as pyo

from planner.models import ledger
from planner.models.finding import ABSOLUTE_TOLERANCE, Finding, spell
from planner.models.parameter import Parameter

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from planner.io.scenario import Scenario
    from planner.models.plan_model import PlanModel

REQUIRES = ("routes",)
PARAMETERS = (
    Parameter(
        "indivisible",
        ("workload",),
        "",
        "Whether one site must serve all of a region's demand of the workload, in all timesteps.",
        default=False,
        kind="flag",
    ),
)
KEYS = ["region", "workload", "site", "path", "timestep"]


def warn(inputs: Scenario) -> Iterator[str]:
    """Say that work done in the west cannot be told where no side is called so."""
    sides = inputs.sets["side"]
    if sides and "west" not in sides:
        yield f"west_share is not reported: no side has the id west (the sides are {', '.join(sides)})"


def demand_balance(m: PlanModel, region: str, workload: str, timestep: str) -> Any:
    """All demand is served, or left unserved where that is allowed.

    ∑_{s,p} allocation[r,k,s,p,t] + unserved_demand[r,k,t] = demand[r,k] × demand_profile[k,t]  ∀ r,k,t  [MW]

    ================  =======================================================  ====
    allocation        IT load of region r's workload k served at site s, path p  MW
    unserved_demand   where unserved_price is given                              MW
    demand            mean demand                                                MW
    demand_profile    demand of the step over its mean                           1
    ================  =======================================================  ====
    """
    return (
        m.served_demand[region, workload, timestep] == m.demand[region, workload] * m.demand_profile[workload, timestep]
    )


def single_site(m: PlanModel, region: str, workload: str) -> Any:
    """An indivisible workload is assigned to one site (at most one where it may stay unserved).

    ∑_s assigned[r,k,s] = 1  ∀ r,k indivisible  [1]
    """
    return sum(m.assigned[region, workload, s] for s in m.ASSIGNABLE_SITES[region, workload]) == 1


def single_site_or_none(m: PlanModel, region: str, workload: str) -> Any:
    """An indivisible workload that may stay unserved is assigned to at most one site.

    ∑_s assigned[r,k,s] ≤ 1  ∀ r,k indivisible with unserved_price  [1]
    """
    return sum(m.assigned[region, workload, s] for s in m.ASSIGNABLE_SITES[region, workload]) <= 1


def assigned_only(m: PlanModel, region: str, workload: str, site: str, timestep: str) -> Any:
    """A site serves an indivisible workload only if assigned.

    ∑_p allocation[r,k,s,p,t] ≤ servable_demand[r,k,t] × assigned[r,k,s]  ∀ r,k,s,t  [MW]

    ================  =======================================================  ====
    servable_demand   demand[r,k] × demand_profile[k,t], and what may have      MW
                      waited for the timestep where work can wait
    ================  =======================================================  ====
    """
    return (
        sum(m.allocation[region, workload, site, p, timestep] for p in m.PATHS_OF[region, workload, site])
        <= m.servable_demand[region, workload, timestep] * m.assigned[region, workload, site]
    )


def demand_term(m: PlanModel, region: str, workload: str, timestep: str) -> Any:
    """Demand of the timestep may be served in it [MW]."""
    return m.demand[region, workload] * m.demand_profile[workload, timestep]


def allocation_term(m: PlanModel, region: str, workload: str, timestep: str) -> Any:
    """What the sites serve of one region's workload [MW]."""
    return sum(m.allocation[region, workload, s, p, timestep] for s, p in m.ROUTES_OF[region, workload])


def it_load_term(m: PlanModel, site: str, timestep: str) -> Any:
    """IT load that allocation puts on a site [MW]."""
    return sum(m.allocation[r, k, site, p, timestep] for r, k, p in m.ROUTES_INTO[site])


def allocated_energy(m: PlanModel, region: str, workload: str, site: str, path: str) -> Any:
    """IT energy served over a route in a year [MWh/a]: ∑_t w allocation."""
    return sum(m.timestep_weight[t] * m.allocation[region, workload, site, path, t] for t in m.TIMESTEPS)


def build(m: PlanModel) -> None:
    """Add the allocation, the balance and the binaries of indivisible workloads."""
    m.variable("allocation", m.ROUTES, m.TIMESTEPS, unit="MW")
    m.add_term("served_demand", "allocation", allocation_term)
    m.open_total("served_demand", m.DEMANDS, m.TIMESTEPS, unit="MW")
    m.add_term("it_load", "allocation", it_load_term)
    m.open_total("it_load", m.SITES, m.TIMESTEPS, unit="MW")
    m.expression("allocated_energy", m.ROUTES, rule=allocated_energy, unit="MWh/a")
    m.constrain(demand_balance, m.DEMANDS, m.TIMESTEPS, unit="MW")
    _build_indivisible(m)


def _build_indivisible(m: PlanModel) -> None:
    whole = m.inputs.series("indivisible")
    routes = m.routes[m.routes["workload"].map(whole).astype(bool)]
    options = routes[["region", "workload", "site"]].drop_duplicates()
    pairs = options[["region", "workload"]].drop_duplicates()
    m.members("ASSIGNMENTS", options.itertuples(index=False, name=None), dimen=3)
    m.members("INDIVISIBLE", pairs.itertuples(index=False, name=None), dimen=2)
    m.members("INDIVISIBLE_OR_NONE", [pair for pair in m.INDIVISIBLE if pair in m.UNSERVABLE], dimen=2)
    m.members("INDIVISIBLE_SERVED", [pair for pair in m.INDIVISIBLE if pair not in m.UNSERVABLE], dimen=2)
    m.subsets("ASSIGNABLE_SITES", m.INDIVISIBLE, options, ["region", "workload"])
    m.subsets("PATHS_OF", m.ASSIGNMENTS, routes[["region", "workload", "site", "path"]], ["region", "workload", "site"])
    m.variable("assigned", m.ASSIGNMENTS, unit="1", within=pyo.Binary, is_investment=True)
    m.add_term("servable_demand", "demand", demand_term)
    m.open_total("servable_demand", m.INDIVISIBLE, m.TIMESTEPS, unit="MW")
    m.constrain(single_site, m.INDIVISIBLE_SERVED, unit="1")
    m.constrain(single_site_or_none, m.INDIVISIBLE_OR_NONE, unit="1")
    m.constrain(assigned_only, m.ASSIGNMENTS, m.TIMESTEPS, unit="MW")


def report(m: PlanModel) -> dict[str, pd.DataFrame]:
    """Return the allocation [MW] of every route and timestep that carries any."""
    return {"allocation": m.tabulate("allocation", columns=KEYS, only_positive=True)}


def audit_terms(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.Series]:
    """Return what the sites serve of each region's workload [MW]."""
    del inputs
    served = ledger.column(tables, "allocation", "allocation", ["region", "workload", "timestep"])
    return {"served_demand": served}


def audit(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> Iterator[Finding]:
    """All demand is served on admissible routes only, and indivisible work stands at one site."""
    table = tables["allocation"]
    routes = pd.MultiIndex.from_frame(tables["routes"][KEYS[:4]])
    used = pd.MultiIndex.from_frame(table[KEYS[:4]])
    for route in used[~used.isin(routes)].unique():
        yield Finding("allocation", ", ".join(map(str, route)), "work goes where there is no route")
    yield from Finding.none_negative("allocation", ledger.column(tables, "allocation", "allocation", KEYS), "MW")
    demand = tables["demand"].set_index(["region", "workload", "timestep"])
    filled = ledger.added(inputs, tables, "served_demand")
    yield from Finding.all_equal("demand_balance", demand["demand"], filled, "MW")
    yield from _split_apart(inputs, table)


def _split_apart(inputs: Scenario, table: pd.DataFrame) -> Iterator[Finding]:
    whole = inputs.series("indivisible")
    carried = table[table["workload"].map(whole).astype(bool) & (table["allocation"] > ABSOLUTE_TOLERANCE)]
    sites = carried.groupby(["region", "workload"])["site"].nunique()
    for pair, count in sites[sites > 1].items():
        yield Finding("single_site", spell(pair), f"is indivisible, yet split over {count} sites")


def summary(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """Return mean latency [ms, one way], what is done in the west and what moved there, and IT energy [MWh/a].

    ``west_share`` is of all work, the west's own included; ``moved_west_share`` of the work of the other sides.
    """
    table = tables["allocation"].merge(tables["routes"], on=KEYS[:4], how="left")
    energy = table["allocation"] * table["timestep"].map(ledger.weights(tables))
    served = float(energy.sum())
    latency = float((energy * table["latency"]).sum(skipna=False)) if served else float("nan")
    west = table["site"].map(inputs.series("site.side")) == "west"
    elsewhere = table["region"].map(inputs.series("region.side")) != "west"
    knows_west = "west" in inputs.sets["side"] and bool(served)
    outside = float(energy[elsewhere].sum())
    return {
        "mean_latency": latency / served if served and latency == latency else None,  # noqa: PLR0124 - NaN
        "west_share": float(energy[west].sum()) / served if knows_west else None,
        "moved_west_share": float(energy[west & elsewhere].sum()) / outside if knows_west and outside else None,
        "energy": {"it": served},
    }
