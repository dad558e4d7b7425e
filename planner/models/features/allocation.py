"""Allocation: how much of each region's work each site serves, over which path, in every timestep."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyomo.environ as pyo

from planner.figures import ledger
from planner.figures.figure import Figure, at
from planner.language import Message, Text, say
from planner.models.features.routes import counts_latency
from planner.models.rules import audit_work
from planner.models.rules.findings import ABSOLUTE_TOLERANCE, Finding, spell
from planner.models.rules.relaxations import Amount, Never, Rank, Steps
from planner.scenario.column import Column, Measure, Series, keys_of
from planner.scenario.parameter import Parameter
from planner.scenario.plausible import (
    MICROSECONDS,
    PERCENT,
    ROUND_TRIP,
    SECONDS_FOR_MS,
    TEN_THOUSAND_CNY,
    Plausible,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from planner.errors import Fault
    from planner.models.algebra.plan_model import PlanModel
    from planner.models.rules.example import Example, Variants
    from planner.models.rules.relaxations import Key
    from planner.scenario.scenario import Scenario

REQUIRES = ("routes",)
PARAMETERS = (
    Parameter(
        "indivisible",
        ("workload",),
        "",
        say("Whether one site must serve all of a region's demand of the workload, in all timesteps."),
        default=False,
        kind="flag",
    ),
    Parameter(
        "work_factor",
        ("workload", "site"),
        "1",
        say("IT load at the site for a MW of the workload's demand, as where its chips are others."),
        1.0,
        low_open=True,
        plausible=Plausible(0.05, 20.0, (PERCENT,)),
    ),
    Parameter(
        "allocation_existing",
        ("region", "workload", "site"),
        "1",
        say("Share of the region's work that is done at the site today; what is left out of all sites is new."),
        None,
        high=1.0,
        plausible=Plausible(0.005, 1.0, (PERCENT,)),
    ),
    Parameter(
        "move_cost",
        ("workload",),
        "CNY/MW",
        say("Cost of moving a MW of work away from where it is done today, paid once, in the year planned."),
        0.0,
        plausible=Plausible(100.0, 1e8, (TEN_THOUSAND_CNY,)),
    ),
    Parameter(
        "move_max",
        ("workload",),
        "1",
        say("Largest share of the work whose place of today is known that may move away from it."),
        None,
        high=1.0,
        plausible=Plausible(0.005, 1.0, (PERCENT,)),
    ),
    Parameter(
        "mean_latency_max",
        (),
        "ms",
        say("Longest mean network latency of all work demanded, one way; work left unserved counts as none."),
        None,
        plausible=Plausible(0.5, 200.0, (ROUND_TRIP, MICROSECONDS, SECONDS_FOR_MS)),
        caps="latency",
    ),
)
WORDS: dict[str, Message] = {
    "allocation": say("work served"),
    "indivisible": say("served whole"),
    "served_demand": say("demand served"),
    "it_load": say("IT load"),
    "work_factor": say("IT load of a MW of demand"),
    "allocated_energy": say("IT energy served"),
    "energy_demanded": say("energy demanded"),
    "allocation_existing": say("share done there today"),
    "allocation_moved": say("work that moves"),
    "move_cost": say("cost of moving work"),
    "move_max": say("most work that moves"),
    "move_limit": say("limit on work that moves"),
    "moving": say("moving work"),
    "moves_a_year": say("moves in a year"),
    "work_moved": say("work that moves"),
    "work_moved_floor": say("work that moves"),
    "work_today": say("work of today"),
    "work_planned": say("work planned"),
    "mean_latency_max": say("longest mean latency"),
    "mean_latency_limit": say("limit of mean latency"),
    "assigned": say("assigned"),
    "servable_demand": say("demand that may be served"),
    "demand_balance": say("demand balance"),
    "single_site": say("one site for all"),
    "single_site_or_none": say("one site or none"),
    "assigned_only": say("at the assigned site only"),
    "deferred": say("work that waited"),
    "west_share": say("work done in the west"),
    "moved_west_share": say("other sides' work done in the west"),
    "mean_latency": say("mean latency"),
    "it": say("IT"),
}
KEYS = ["region", "workload", "site", "path", "timestep"]
MOVED = ["region", "workload", "site"]
COLUMNS = (
    *keys_of("allocation", *KEYS),
    Column(
        "allocation",
        "allocation",
        "MW",
        say("Demand of the region's workload that the site serves; its IT load there is work_factor times as much."),
    ),
    *keys_of("allocation_moved", *MOVED),
    Column(
        "allocation_moved", "work_today", "MW", say("Work served that is done at the site today, mean of the year.")
    ),
    Column("allocation_moved", "work_planned", "MW", say("Work that the site serves in the plan, mean of the year.")),
    Column("allocation_moved", "work_moved", "MW", say("Work that moves away from the site.")),
)
SERIES = (Series("work", "allocation", "allocation", page="it_load", rank=6, says=say("IT load")),)
MEASURES = (
    Measure("work_moved", "MW"),
    Measure("mean_latency", "ms", 7, is_short=True),
    Measure("west_share", "1", 8, is_short=True),
    Measure("moved_west_share", "1", 9, is_short=True),
)


def check(inputs: Scenario) -> Iterator[Fault]:
    """The shares of today's work at all sites are no more than all of it."""
    today = inputs.series("allocation_existing")
    for pair, share in today.groupby(level=["region", "workload"], sort=False).sum().items():
        if share > 1 + WHOLE_SHARE:
            first = next(key for key in today.index if key[:2] == pair)
            problem = say("the shares of all sites add up to {share:.6g}", share=float(share))
            yield inputs.fault("allocation_existing", first, problem, say("give shares that add up to 1 at most"))


WHOLE_SHARE = 1e-6
"""By so much shares that are rounded may add up to more than 1."""


def warn(inputs: Scenario) -> Iterator[Text]:
    """Say that work done in the west cannot be told where no side is called so, and which MW work is told in."""
    sides = inputs.sets["side"]
    if sides and "west" not in sides:
        yield say(
            "west_share is not reported: no side has the id west (the sides are {listed})", listed=", ".join(sides)
        )
    if (inputs.series("work_factor") != 1).any():
        yield say("work between regions and sites is told in MW of demand; the IT load there is work_factor times that")
    given = [name for name in ("move_cost", "move_max") if inputs.is_given(name)]
    if given and not inputs.is_given("allocation_existing"):
        yield say("{name} counts nothing: no allocation_existing says where work is done today", name=given[0])


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
    """Load of one region's workload that sites serve [MW]."""
    return sum(m.allocation[region, workload, s, p, timestep] for s, p in m.ROUTES_OF[region, workload])


def it_load_term(m: PlanModel, site: str, timestep: str) -> Any:
    """IT load that allocation puts on a site [MW]: ∑ work_factor × allocation."""
    return sum(m.work_factor[k, site] * m.allocation[r, k, site, p, timestep] for r, k, p in m.ROUTES_INTO[site])


def allocated_energy(m: PlanModel, region: str, workload: str, site: str, path: str) -> Any:
    """IT energy served over a route in a year [MWh/a]: ∑_t w allocation."""
    return sum(m.timestep_weight[t] * m.allocation[region, workload, site, path, t] for t in m.TIMESTEPS)


def mean_latency(m: PlanModel) -> Any:
    """Mean network latency of the work [ms, one way]: ∑ w latency × allocation ÷ ∑ w demand."""
    return sum(m.latency[r, s] / m.energy_demanded * m.allocated_energy[r, k, s, p] for r, k, s, p in m.ROUTES)


def mean_latency_limit(m: PlanModel) -> Any:
    """The work is no farther away in the mean than it may be.

    ∑_{r,k,s,p,t} w_t latency[r,s] × allocation[r,k,s,p,t] ÷ ∑_{r,k,t} w_t demand[r,k,t] ≤ mean_latency_max  [ms]

    ================  =======================================================  ====
    latency           network latency, one way                                 ms
    allocation        IT load of region r's workload k served at site s        MW
    demand            of region r and workload k in the timestep               MW
    ================  =======================================================  ====
    """
    return m.mean_latency <= m.mean_latency_max


def work_moved_floor(m: PlanModel, region: str, workload: str, site: str) -> Any:
    """What of a site's work of today the plan does not serve there moves away, in the mean of the year.

    work_moved[r,k,s] ≥ (allocation_existing[r,k,s] × ∑_{s',p,t} w allocation[r,k,s',p,t]
        − ∑_{p,t} w allocation[r,k,s,p,t]) ÷ hours  ∀ r,k,s with allocation_existing, times hours  [MWh/a]

    ====================  =======================================================  ==
    work_moved            work that moves away from the site                       MW
    allocation_existing   share of the region's work that is done there today      1
    hours                 of the year                                              h/a
    ====================  =======================================================  ==

    Today's work is a share of what is served: work left unserved has not moved.
    """
    return m.hours * m.work_moved[region, workload, site] >= m.allocation_existing[region, workload, site] * sum(
        m.allocated_energy[region, workload, s, p] for s, p in m.ROUTES_OF[region, workload]
    ) - sum(m.allocated_energy[region, workload, site, p] for p in m.PATHS_TODAY[region, workload, site])


def move_limit(m: PlanModel, workload: str) -> Any:
    """No more than a share of a workload moves away from where it is done today.

    ∑_{r,s} work_moved[r,k,s] ≤ move_max[k] × ∑_{r,s} work_today[r,k,s]  ∀ k with move_max  [MW]
    """
    return sum(m.work_moved[r, workload, s] for r, s in m.TODAY_OF[workload]) <= m.move_max[workload] * sum(
        m.work_today[r, workload, s] for r, s in m.TODAY_OF[workload]
    )


def work_today(m: PlanModel, region: str, workload: str, site: str) -> Any:
    """Work served that is done at a site today, in the mean of the year [MW]: its share of all that is served."""
    return (
        m.allocation_existing[region, workload, site]
        / m.hours
        * sum(m.allocated_energy[region, workload, s, p] for s, p in m.ROUTES_OF[region, workload])
    )


def moving_cost(m: PlanModel) -> Any:
    """Cost of moving work, once in the year planned [CNY/a]: ∑ move_cost × work_moved."""
    return sum(m.moves_a_year * m.move_cost[k] * m.work_moved[r, k, s] for r, k, s in m.TODAY)


def divided(inputs: Scenario) -> dict[Key, list[bool]]:
    """Return the workloads that could be split over several sites."""
    whole = inputs.series("indivisible").astype(bool)
    return {(str(workload),): [False] for workload in whole.index[whole]}


def factors_stated(inputs: Scenario) -> pd.Series:
    """Return the factors that the scenario speaks of [1]."""
    given = inputs.given.get("work_factor")
    factor = inputs.series("work_factor")
    return factor.loc[factor.index.isin(given.index)] if isinstance(given, pd.Series) else factor.iloc[:0]


GIVES = {
    "demand_balance": ("demand",),
    "single_site": ("indivisible",),
    "single_site_or_none": ("indivisible",),
    "assigned_only": ("indivisible",),
    "mean_latency_limit": ("mean_latency_max",),
    "work_moved_floor": Never(say("work that is done elsewhere has moved")),
    "move_limit": ("move_max",),
}
RELAXATIONS = (
    Amount("move_max", Rank.POLICY, raised=True),
    Amount("work_factor", Rank.PLANT, False, factors_stated),
    Steps("indivisible", Rank.SERVICE, divided),
    Amount("mean_latency_max", Rank.SERVICE, raised=True),
)
EXAMPLE: Example = {
    "indivisible": {"training": True},
    "allocation_existing": {
        "coast;training;hebei": 0.6,
        "coast;training;gansu": 0.3,
        "capital;training;hebei": 0.5,
        "capital;online;hebei": 0.4,
    },
}
VARIANTS: Variants = {
    "mean_latency": {"mean_latency_max": 4.5, "indivisible": {"training": False}},
    "whole_or_none": {"unserved_price": {"training": 3000}},
    "moves": {
        "move_cost": {"training": 2e5, "online": 3e5},
        "move_max": {"training": 0.35},
        "indivisible": {"training": False},
    },
    "other_chips": {"work_factor": {"training;gansu": 0.8, "online;hebei": 1.15}, "indivisible": {"training": False}},
}


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
    _build_mean_latency(m)
    if m.inputs.is_given("allocation_existing"):
        _build_moves(m)


def _build_moves(m: PlanModel) -> None:
    """Count, limit and pay what moves away from where it is done today."""
    today = m.inputs.series("allocation_existing")
    table = today[today > 0].index.to_frame(index=False)
    here = m.routes[[*MOVED, "path"]].merge(table, on=MOVED)
    limit = m.inputs.series("move_max")
    m.members("TODAY", table.itertuples(index=False, name=None), dimen=3)
    m.subsets("PATHS_TODAY", m.TODAY, here, MOVED, dimen=1)
    m.subsets("TODAY_OF", m.WORKLOADS, table, ["workload"])
    m.members("MOVES_LIMITED", [k for k in limit.index if k in set(table["workload"])])
    m.parameter("moves_a_year", [], 1.0, "1/a", made_of=())  # what moves does so once, in the year that is planned
    m.variable("work_moved", m.TODAY, unit="MW")
    m.expression("work_today", m.TODAY, rule=work_today, unit="MW")
    m.add_term("cost", "moving", moving_cost)
    m.constrain(work_moved_floor, m.TODAY, unit="MWh/a")
    m.constrain(move_limit, m.MOVES_LIMITED, unit="MW")


def _build_mean_latency(m: PlanModel) -> None:
    if not counts_latency(m.inputs):
        return
    # Where every profile is 0 there is work that never comes: no allocation, and any divisor gives 0.
    m.parameter(
        "energy_demanded",
        [],
        energy_demanded(m) or 1.0,
        "MWh/a",
        made_of=("demand", "demand_profile", "timestep_weight"),
    )
    m.expression("mean_latency", rule=mean_latency, unit="ms")
    if m.inputs.is_given("mean_latency_max"):
        m.constrain(mean_latency_limit, unit="ms")


def energy_demanded(m: PlanModel) -> float:
    """Return the IT energy that is asked for [MWh/a]."""
    values = m.parameter_values
    profile = values["demand_profile"].unstack("timestep").mul(values["timestep_weight"], axis=1).sum(axis=1)
    return float(values["demand"].mul(profile, level="workload").sum())


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
    m.variable("assigned", m.ASSIGNMENTS, unit="1", within=pyo.Binary, is_investment=True, is_built=False)
    m.add_term("servable_demand", "demand", demand_term)
    m.open_total("servable_demand", m.INDIVISIBLE, m.TIMESTEPS, unit="MW")
    m.constrain(single_site, m.INDIVISIBLE_SERVED, unit="1")
    m.constrain(single_site_or_none, m.INDIVISIBLE_OR_NONE, unit="1")
    m.constrain(assigned_only, m.ASSIGNMENTS, m.TIMESTEPS, unit="MW")


def report(m: PlanModel) -> dict[str, pd.DataFrame]:
    """Return the allocation [MW] of every route and timestep that carries any, and what moves from today's places."""
    found = {"allocation": m.tabulate("allocation", columns=KEYS, only_positive=True)}
    if "work_moved" in m.records:
        found["allocation_moved"] = _moves(m)
    return found


def _moves(m: PlanModel) -> pd.DataFrame:
    """Return today's and the plan's work by place [MW], and what moves away, no more than that: it may cost nothing."""
    today = m.tabulate("work_today", columns=MOVED).set_index(MOVED)["work_today"]
    energy = m.tabulate("allocated_energy", columns=KEYS[:4]).groupby(MOVED, sort=False)["allocated_energy"].sum()
    planned = energy / float(m.parameter_values["timestep_weight"].sum())
    known = {key[:2] for key in today.index}
    serving: dict[Any, float] = planned[planned > 0].to_dict()
    served = [key for key in serving if key[:2] in known]
    places = today.index.union(pd.MultiIndex.from_tuples(served, names=MOVED), sort=False)
    table = pd.DataFrame({"work_today": today.reindex(places), "work_planned": planned.reindex(places)}).fillna(0.0)
    table["work_moved"] = (table["work_today"] - table["work_planned"]).clip(lower=0.0)
    return table.rename_axis(MOVED).reset_index().astype(dict.fromkeys(MOVED, object))


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
        yield Finding("allocation", ", ".join(map(str, route)), say("work goes where there is no route"))
    yield from Finding.none_negative("allocation", ledger.column(tables, "allocation", "allocation", KEYS), "MW")
    demand = tables["demand"].set_index(["region", "workload", "timestep"])
    filled = ledger.added(inputs, tables, "served_demand")
    yield from Finding.all_equal("demand_balance", demand["demand"], filled, "MW")
    yield from _split_apart(inputs, table)
    if inputs.is_given("allocation_existing"):
        yield from _audit_moves(inputs, tables)
    if inputs.is_given("mean_latency_max"):
        mean, limit = latency_of_demand(tables), inputs.number("mean_latency_max")
        yield from Finding.unless_at_most("mean_latency_limit", "national", mean, limit, "ms")


def _audit_moves(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> Iterator[Finding]:
    """What is done elsewhere than today is told, within its limit, and paid for."""
    done: dict[Any, float] = ledger.energy(tables, "allocation", "allocation", MOVED).to_dict()
    hours = float(ledger.weights(tables).sum())
    served: dict[Any, float] = {}
    for (region, workload, _), energy in done.items():
        served[region, workload] = served.get((region, workload), 0.0) + energy / hours
    shares: dict[Any, float] = inputs.series("allocation_existing").to_dict()
    today = {key: share * served.get(key[:2], 0.0) for key, share in shares.items() if share > 0}
    known = {key[:2] for key in today}
    planned = {key: energy / hours for key, energy in done.items() if key[:2] in known}
    away = {key: max(0.0, power - planned.get(key, 0.0)) for key, power in today.items()}
    table = tables["allocation_moved"].set_index(MOVED)
    for name, again in (("work_today", today), ("work_planned", planned), ("work_moved_floor", away)):
        index = pd.MultiIndex.from_tuples(list(again), names=MOVED)
        said = table[name.removesuffix("_floor")].astype(float)
        yield from Finding.all_equal(name, pd.Series(list(again.values()), index, dtype=float), said, "MW")
    limits, price = inputs.series("move_max").to_dict(), inputs.series("move_cost").to_dict()
    for workload, share in limits.items():
        moves, all_of = (sum(power for key, power in one.items() if key[1] == workload) for one in (away, today))
        yield from Finding.unless_at_most("move_limit", str(workload), moves, float(share) * all_of, "MW")
    spent = sum(price[key[1]] * power for key, power in away.items())
    yield from Finding.cost_differs("moving", float(spent), tables)


def latency_of_demand(tables: Mapping[str, pd.DataFrame]) -> float:
    """Return the mean latency of all work demanded [ms, one way], from the tables alone."""
    work = tables["allocation"].merge(tables["routes"], on=KEYS[:4])
    energy = work["allocation"] * work["timestep"].map(ledger.weights(tables))
    asked = ledger.total(tables, "demand", "demand")
    return float((energy * work["latency"]).sum()) / asked if asked else 0.0


def _split_apart(inputs: Scenario, table: pd.DataFrame) -> Iterator[Finding]:
    whole = inputs.series("indivisible")
    carried = table[table["workload"].map(whole).astype(bool) & (table["allocation"] > ABSOLUTE_TOLERANCE)]
    sites = carried.groupby(["region", "workload"])["site"].nunique()
    for pair, count in sites[sites > 1].items():
        yield Finding("single_site", spell(pair), say("is indivisible, yet split over {count} sites", count=count))


def _done(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> pd.Series:
    """Return the work that every site serves in the year [MWh/a]."""
    work = ledger.energy(tables, "allocation", "allocation", ["site"])
    return work.reindex(list(inputs.sets["site"]), fill_value=0.0)


def _work(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> pd.Series:
    """Return the IT energy of every site [MWh/a]."""
    work = audit_work.energy_of(inputs, tables, ["site"])
    return work.reindex(list(inputs.sets["site"]), fill_value=0.0)


def _served(name: str) -> Any:
    """Return what sums a number of the work served over the regions: ``energy`` [MWh/a], ``haste`` [MWh ms/a]."""

    def by_region(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> pd.Series:
        del inputs
        table = tables["allocation"].merge(tables["routes"], on=KEYS[:4], how="left")
        energy = table["allocation"] * table["timestep"].map(ledger.weights(tables))
        values = energy if name == "energy" else energy * table["latency"]
        # A route without a latency makes the region's unknown.
        return values.groupby(table["region"]).sum(skipna=False)

    return by_region


FIGURES = (
    Figure(
        "it_load",
        "site",
        "MW",
        _work,
        at("energy", "it"),
        is_mean_power=True,
        missing=0.0,
        gone=0.0,
        rank=1,
        page="load",
        says=say("IT load"),
    ),
    Figure("latency", "region", "ms", _served("haste"), at("mean_latency"), per=_served("energy"), rank=3),
)


def summary(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """Return mean latency [ms, one way], what is done in the west and what moved there, and IT energy [MWh/a].

    ``west_share`` is of all work, the west's own included; ``moved_west_share`` of the work of the other sides.
    """
    table = tables["allocation"].merge(tables["routes"], on=KEYS[:4], how="left")
    energy = table["allocation"] * table["timestep"].map(ledger.weights(tables))
    load, latency = (figure.whole(inputs, tables) for figure in FIGURES)
    done = float(_done(inputs, tables).sum())
    west = table["site"].map(inputs.series("site.side")) == "west"
    elsewhere = table["region"].map(inputs.series("region.side")) != "west"
    knows_west = "west" in inputs.sets["side"] and bool(done)
    outside = float(energy[elsewhere].sum())
    moved = {}
    if "allocation_moved" in tables:
        moved["work_moved"] = float(tables["allocation_moved"]["work_moved"].sum())
    return moved | {
        "mean_latency": None if latency is None or math.isnan(latency) else latency,
        "west_share": float(energy[west].sum()) / done if knows_west else None,
        "moved_west_share": float(energy[west & elsewhere].sum()) / outside if knows_west and outside else None,
        "energy": {"it": float(load or 0.0)},
    }
