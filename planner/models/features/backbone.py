"""Backbone: nodes and links that the work's traffic fills, over paths within each workload's latency limit.

Every region and every site stands at a node. What a workload sends, and what it gets back, travels over paths of the
network; a path is made of links, and each link has a bandwidth each way and may be widened by whole modules. The work
itself is allocated to sites as ever: a region and a site have one route, called ``network``, with the latency of the
fastest path there is, and the flows over the paths stand in tables of their own (decision 0050).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyomo.environ as pyo

from planner.figures import ledger
from planner.language import Message, Text, say
from planner.models.features import routes
from planner.models.features.time import weights
from planner.models.features.traffic import GIGABYTES
from planner.models.rules.audit_network import nodes_of, stands_of, wiring_of
from planner.models.rules.findings import ABSOLUTE_TOLERANCE, Finding, Stock
from planner.models.rules.network import Network
from planner.models.rules.paths import JOINT, Paths, Way, all_paths, cheaper, lowered, some_paths, worth_of
from planner.models.rules.relaxations import Amount, Never, Rank
from planner.models.rules.usable import ample, most_at_once
from planner.scenario.column import Column, Measure, keys_of
from planner.scenario.lines import Lines
from planner.scenario.parameter import IndexSet, Parameter, names_of, place_of
from planner.scenario.plausible import (
    MBIT,
    MBIT_FOR_GBIT,
    METRES,
    MICROSECONDS,
    PER_TB,
    PERCENT,
    ROUND_TRIP,
    SECONDS_FOR_MS,
    TBIT,
    TEN_THOUSAND_CNY,
    Plausible,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from planner.errors import Fault
    from planner.models.algebra.plan_model import PlanModel
    from planner.models.rules.example import Example, Variants
    from planner.models.rules.paths import Route
    from planner.models.rules.priced import Prices
    from planner.scenario.scenario import Scenario

Vector = npt.NDArray[np.float64]
REQUIRES = ("traffic",)
SETS = (
    IndexSet("node", "NODES", say("Places where links of the backbone meet.")),
    IndexSet("link", "LINKS", say("Links of the backbone; parallel ones are rows of their own.")),
)
BANDWIDTH = Plausible(0.1, 1e7, (MBIT_FOR_GBIT, TBIT))
PARAMETERS = (
    *names_of("node"),
    *(axis for axis in place_of("node") if axis.is_numeric),
    *names_of("link"),
    Parameter(
        "from",
        ("link",),
        "",
        say("Node at which the link begins."),
        kind="reference",
        refers_to="node",
        per_table=True,
    ),
    Parameter(
        "to",
        ("link",),
        "",
        say("Node at which the link ends; it carries traffic both ways."),
        kind="reference",
        refers_to="node",
        per_table=True,
    ),
    Parameter(
        "node",
        ("region",),
        "",
        say("Node at which the region's traffic enters the backbone; the nearest where left out."),
        None,
        "reference",
        refers_to="node",
        per_table=True,
    ),
    Parameter(
        "node",
        ("site",),
        "",
        say("Node at which the site's traffic enters the backbone; the nearest where left out."),
        None,
        "reference",
        refers_to="node",
        per_table=True,
    ),
    Parameter(
        "link_capacity_existing",
        ("link",),
        "Gbit/s",
        say("Bandwidth that stands already, from the link's first node to its second."),
        0.0,
        plausible=BANDWIDTH,
    ),
    Parameter(
        "link_capacity_existing_back",
        ("link",),
        "Gbit/s",
        say("The same from its second node to its first; as much as there where left out."),
        None,
        plausible=BANDWIDTH,
    ),
    Parameter(
        "link_latency",
        ("link",),
        "ms",
        say("Latency of the link, one way."),
        None,
        excludes=("link_length",),
        plausible=Plausible(0.001, 80.0, (ROUND_TRIP, MICROSECONDS, SECONDS_FOR_MS)),
    ),
    Parameter(
        "link_length",
        ("link",),
        "km",
        say("Length of the link's fibre, in place of its latency; light needs 4.897 µs for a kilometre."),
        None,
        excludes=("link_latency",),
        plausible=Plausible(0.1, 20000.0, (METRES,)),
    ),
    Parameter(
        "link_module_size",
        ("link",),
        "Gbit/s",
        say("Bandwidth that one module adds, each way."),
        None,
        low_open=True,
        plausible=BANDWIDTH,
        by_case=False,
    ),
    Parameter(
        "link_modules_max",
        ("link",),
        "1",
        say("Most modules by which the link may be widened; a limit far above what could be used means no limit."),
        0,
        "integer",
        plausible=Plausible(1.0, 10000.0),
    ),
    Parameter(
        "link_module_cost",
        ("link",),
        "CNY/a",
        say("Yearly cost of one module."),
        0.0,
        plausible=Plausible(1000.0, 1e10, (TEN_THOUSAND_CNY,)),
    ),
    Parameter(
        "link_price",
        ("link",),
        "CNY/GB",
        say("Price of data carried over the link, paid beside traffic_price."),
        0.0,
        plausible=Plausible(0.00001, 1.0, (PER_TB,)),
    ),
    Parameter(
        "link_utilisation_max",
        ("link",),
        "1",
        say("Share of the bandwidth that may be used."),
        1.0,
        high=1.0,
        plausible=Plausible(0.05, 1.0, (PERCENT,)),
    ),
    Parameter(
        "return_traffic_per_mw",
        ("workload",),
        "Gbit/s/MW",
        say("Traffic from the site back to the region for each MW of IT load."),
        0.0,
        plausible=Plausible(0.001, 500.0, (MBIT,)),
    ),
)
WORDS: dict[str, Message] = {
    "backbone": say("backbone"),
    "backbone_link": say("links of the backbone"),
    "backbone_module": say("new bandwidth"),
    "backbone_path": say("traffic by path"),
    "backbone_path_link": say("links of the paths"),
    "node": say("node"),
    "link": say("link"),
    "links": say("backbone"),
    "from": say("from node"),
    "to": say("to node"),
    "network": say("over the backbone"),
    "direction": say("direction"),
    "forward": say("forward"),
    "back": say("back"),
    "order": say("place in the path"),
    "latency_class": say("latency class"),
    "link_capacity": say("bandwidth"),
    "link_capacity_existing": say("existing bandwidth"),
    "link_capacity_existing_back": say("existing bandwidth back"),
    "link_capacity_new": say("new bandwidth"),
    "standing_bandwidth": say("existing bandwidth each way"),
    "link_latency": say("latency of the link"),
    "link_length": say("length of the link"),
    "link_module_size": say("bandwidth of a module"),
    "link_modules": say("modules of the link"),
    "link_modules_max": say("modules limit of the link"),
    "link_modules_usable": say("modules of the link that could be used"),
    "link_module_cost": say("yearly cost of a module of the link"),
    "link_price": say("price of the link"),
    "link_utilisation": say("utilisation of the link"),
    "link_utilisation_max": say("utilisation limit of the link"),
    "link_traffic": say("traffic of the link"),
    "mean_link_traffic": say("mean traffic of the link"),
    "link_data": say("data over the link"),
    "link_limit": say("bandwidth limit"),
    "path_traffic": say("traffic to the site"),
    "return_path_traffic": say("traffic back to the region"),
    "return_traffic_per_mw": say("traffic back of a MW"),
    "class_traffic": say("traffic within its latency limit"),
    "pair_traffic": say("traffic carried"),
    "return_class_traffic": say("traffic back within its latency limit"),
    "return_pair_traffic": say("traffic back carried"),
}
COLUMNS = (
    *keys_of("backbone", "link"),
    Column("backbone", "direction", "", say("Forward, from the link's first node to its second, or back.")),
    *keys_of("backbone", "timestep"),
    Column("backbone", "link_traffic", "Gbit/s", say("Traffic over the link in the direction.")),
    *keys_of("backbone_link", "link", "direction"),
    Column("backbone_link", "link_capacity", "Gbit/s", say("Bandwidth, existing and new.")),
    Column("backbone_link", "mean_link_traffic", "Gbit/s", say("Traffic in the mean of the year.")),
    Column(
        "backbone_link",
        "link_utilisation",
        "1",
        say("Traffic over bandwidth in the timestep with the most; empty where there is no bandwidth."),
        may_be_empty=True,
    ),
    *keys_of("backbone_module", "link"),
    Column("backbone_module", "link_modules", "1", say("Modules by which the link is widened.")),
    Column("backbone_module", "link_capacity_new", "Gbit/s", say("Bandwidth that they add, each way.")),
    *keys_of("backbone_path", "region", "site"),
    Column("backbone_path", "path", "", say("Links of the path, from the region's end to the site's.")),
    *keys_of("backbone_path", "timestep"),
    Column("backbone_path", "path_traffic", "Gbit/s", say("Traffic from the region to the site over the path.")),
    Column("backbone_path", "return_path_traffic", "Gbit/s", say("Traffic from the site back to the region over it.")),
    *keys_of("backbone_path_link", "path"),
    Column("backbone_path_link", "order", "1", say("Place of the link in the path, 1 at the region's end.")),
    *keys_of("backbone_path_link", "link"),
)
MEASURES = (
    Measure("link_modules", "1"),
    Measure("link_capacity_new", "Gbit/s", 17),
    Measure("link_utilisation", "1", 18),
)
DIRECTIONS = ("forward", "back")
LINES = (
    Lines(
        of="link",
        nodes="node",
        ends=("link.from", "link.to"),
        by_step=("backbone", "link_traffic"),
        room=("backbone_link", "link_capacity", "mean_link_traffic", "link_utilisation"),
        limit="link_utilisation_max",
        built=("backbone_module", "link_modules", "link_capacity_new"),
        rule="link_limit",
        unit="Gbit/s",
        directions=DIRECTIONS,
    ),
)
NETWORK = "network"
"""What the path of every route is called; which links it takes, the flows say."""
WAYS = ("", "RETURN_")
"""What the sets of the traffic to the sites begin with, and those of the traffic back."""
RATES = {"": "traffic_per_mw", "RETURN_": "return_traffic_per_mw"}
LISTED_MAX = 5_000
"""Paths times timesteps that are listed one and all; of more, only those that pay."""
FASTEST_MAX = 8
"""Paths of each region and site that stand for all where nobody has looked which pay."""
PLACES = {"region": say("region"), "site": say("site")}
SAME_PLACE = 1e-3
"""[km] by which one node must be nearer than another to be called the nearest."""


# ---- what is read: nodes, cables, ways


def _node_of(inputs: Scenario, name: str) -> pd.Series:
    """Return the node of each region or site: the one it names, else the nearest; those without either are left out."""
    nodes = inputs.series(f"{name}.node")
    left = inputs.coordinates(name).drop(index=nodes.index, errors="ignore")
    away = _away(inputs, name).loc[left.index] if len(left) else None
    if away is not None and away.shape[1]:
        nodes = pd.concat([nodes, away.idxmin(axis=1).astype(object)])
    return nodes.reindex([member for member in inputs.sets[name] if member in nodes.index])


def _away(inputs: Scenario, name: str) -> pd.DataFrame:
    """Return how far each region or site is from each node [km]; only those with coordinates."""
    from planner.scenario.geography import distances  # noqa: PLC0415 - pyproj is slow to import and often unused

    places, nodes = inputs.coordinates(name), inputs.coordinates("node")
    table = distances(places, nodes).to_numpy().reshape(len(places), len(nodes))
    return pd.DataFrame(table, places.index, nodes.index)


def _capacity(inputs: Scenario) -> pd.DataFrame:
    """Return the bandwidth of each link that stands [Gbit/s], by direction."""
    there = inputs.series("link_capacity_existing")
    back = inputs.series("link_capacity_existing_back").reindex(there.index).fillna(there)
    return pd.DataFrame({"forward": there, "back": back})


def _expandable(inputs: Scenario) -> pd.Series:
    """Return how many modules the links may get that may get any [1]."""
    limit = inputs.series("link_modules_max")
    return limit[limit > 0]


def _latency(inputs: Scenario) -> pd.Series:
    """Return the latency of the links for which it is known [ms, one way]."""
    return inputs.series("link_latency").combine_first(inputs.series("link_length") * routes.FIBRE_LATENCY)


@dataclass(frozen=True)
class Laid:
    """The network as it may be: what stands and what may be built.

    Attributes
    ----------
    network
        Its cables, one for each direction of a link that stands or may be built.
    cables
        The link and the direction of each.
    nodes
        The node of each region and of each site, by number.
    """

    network: Network
    cables: tuple[tuple[str, str], ...]
    nodes: Mapping[str, pd.Series]


def laid(inputs: Scenario) -> Laid:
    """Return the network as it may be, with the nodes of regions and sites."""
    number = pd.Series(range(len(inputs.sets["node"])), index=list(inputs.sets["node"]))
    ends = {end: inputs.series(f"link.{end}").map(number) for end in ("from", "to")}
    stands, latency = _capacity(inputs), _latency(inputs)
    may_grow = set(_expandable(inputs).index)
    cables = [
        (link, direction)
        for link in inputs.sets["link"]
        for direction in DIRECTIONS
        if stands[direction][link] > 0 or link in may_grow
    ]
    tails, heads = (
        tuple(int(ends[end if direction == "forward" else other][link]) for link, direction in cables)
        for end, other in (("from", "to"), ("to", "from"))
    )
    latencies = tuple(float(latency[link]) for link, _ in cables)
    nodes = {name: _node_of(inputs, name).map(number) for name in ("region", "site")}
    return Laid(Network(len(number), tails, heads, latencies), tuple(cables), nodes)


def ways(inputs: Scenario) -> pd.DataFrame:
    """Return the ways over the backbone, by region, workload and site.

    Returns
    -------
    DataFrame
        ``path`` is ``network``; ``latency`` [ms, one way] is that of the fastest path to the site and of the access
        networks; ``needed`` is what has to be within the workload's limit: the slower of the two directions where
        something comes back. Without a path there is no way.
    """
    return inputs.once(_ways).copy(deep=False)


def _ways(inputs: Scenario) -> pd.DataFrame:
    known = inputs.once(laid)
    table = inputs.full_index(("region", "workload", "site")).to_frame(index=False)
    region, site = (table[name].map(known.nodes[name]).to_numpy(int) for name in ("region", "site"))
    access = inputs.series("access_latency").reindex(pd.MultiIndex.from_frame(table[["region", "site"]])).to_numpy()
    there, back = known.network.fastest[region, site] + access, known.network.fastest[site, region] + access
    returns = table["workload"].map(inputs.series("return_traffic_per_mw")).to_numpy() > 0
    needed = np.where(returns, np.maximum(there, back), there)
    found: pd.DataFrame = table.assign(path=NETWORK, latency=there, needed=needed)[np.isfinite(needed)]
    return found.reset_index(drop=True)


def _way(inputs: Scenario, way: str) -> Way:
    """Return what travels in one direction."""
    known = inputs.once(laid)
    work = routes.admissible(inputs)[["region", "workload", "site"]]
    work = work.assign(rate=work["workload"].map(inputs.series(RATES[way])).astype(float))
    region, site = (work[name].map(known.nodes[name]).astype(int) for name in ("region", "site"))
    pairs = pd.MultiIndex.from_frame(work[["region", "site"]])
    work = work.assign(
        origin=site if way else region,
        target=region if way else site,
        access=inputs.series("access_latency").reindex(pairs).to_numpy(float),
        limit=work["workload"].map(routes.latency_limits(inputs)).fillna(np.inf).to_numpy(float),
    )
    work = work[(work["rate"] > 0) & (region != site)].reset_index(drop=True)
    return Way(known.network, known.cables, inputs.sets["node"], work, is_return=bool(way))


# ---- which paths are listed


def _listing(inputs: Scenario) -> dict[str, Paths]:
    """Return the paths that the model knows, by way: all where they are few, else the fastest and those that pay."""
    both = {way: _way(inputs, way) for way in WAYS}
    steps = len(inputs.sets["timestep"])
    known = inputs.listed.get("backbone")
    if known is None:
        left, found = LISTED_MAX // steps, {}
        for way, travels in both.items():
            paths = all_paths(travels, left)
            if paths is None:
                break
            left, found[way] = left - len(paths.table), paths
        if len(found) == len(both):
            return found
    pairs = sum(len(travels.pairs) for travels in both.values())
    each = 1 if known is not None else int(np.clip(LISTED_MAX // max(1, pairs * steps), 1, FASTEST_MAX))
    return {way: some_paths(travels, each, known or ()) for way, travels in both.items()}


def lists_part(inputs: Scenario) -> bool:
    """Return whether the network has more paths than the model knows."""
    return not all(paths.is_all for paths in inputs.once(_listing).values())


def unlisted(m: PlanModel, prices: Prices) -> tuple[list[Route], float]:
    """Return the paths that would pay at given prices, and by how much all that are not listed could save at most.

    The price of a path is that of its links; what it is worth is the sum of the prices of the rows it would count in.
    What all unlisted paths could save at these prices is at most, for each region, site and timestep, the most traffic
    there can be times the most that a path is cheaper than it is worth [CNY/a].
    """
    found: list[Route] = []
    at_most = 0.0
    for way, paths in m.inputs.once(_listing).items():
        costs = _cable_costs(m, prices)
        worth = _worth(m, prices, way, paths, costs)
        better, gains = cheaper(paths.way, costs, worth)
        known = set(paths.table["cables"])
        found += [paths.way.route_of(path) for path in sorted(better) if path not in known]
        at_most += float((_most_traffic(m.inputs, paths.way)[:, None] * gains).sum())
    return found, at_most


def _cable_costs(m: PlanModel, prices: Prices) -> Vector:
    """Return what a unit of traffic pays over each cable at each timestep [CNY/a per Gbit/s], (timesteps, cables)."""
    known = m.inputs.once(laid)
    hours = weights(m.inputs).to_numpy(float)
    share = 0.0 if prices.is_ray else float(m.inputs.settings.objective.get("cost", 0.0))
    per_gigabyte = m.inputs.series("link_price").reindex([link for link, _ in known.cables]).to_numpy(float)
    costs: Vector = share * GIGABYTES * hours[:, None] * per_gigabyte[None, :]
    paid = prices.of_rule("link_limit")
    if len(paid):
        steps = {step: place for place, step in enumerate(m.inputs.sets["timestep"])}
        cables = {cable: place for place, cable in enumerate(known.cables)}
        links, directions, at = (paid.index.get_level_values(level) for level in range(3))
        places = [cables[cable] for cable in zip(links, directions, strict=True)]
        costs[[steps[step] for step in at], places] += np.maximum(-paid.to_numpy(float), 0.0)
    return costs


def _worth(m: PlanModel, prices: Prices, way: str, paths: Paths, costs: Vector) -> Vector:
    """Return what a unit of traffic is worth to each latency class [CNY/a per Gbit/s], (classes, timesteps)."""
    of_class, of_all = (prices.of_rule(rule) for rule in RULES_OF[way])
    worth = worth_of(paths, costs, -of_class, of_all, m.inputs.sets["timestep"])
    work = paths.way.work
    if not len(work):
        return worth
    keys = ["region", "workload", "site"]
    place = pd.Series(range(len(m.routes)), index=pd.MultiIndex.from_frame(m.routes[keys]))
    reduced = prices.reduced_costs("allocation").reshape(len(m.routes), -1)
    surplus = np.maximum(reduced[place.loc[pd.MultiIndex.from_frame(work[keys])].to_numpy()], 0.0)
    # Work that sends both ways may give its surplus once: half to each.
    other = work["workload"].map(m.inputs.series(RATES[WAYS[1 - WAYS.index(way)]])).to_numpy(float) > 0
    return lowered(paths.way, worth, surplus / (work["rate"].to_numpy(float) * np.where(other, 2.0, 1.0))[:, None])


def _most_traffic(inputs: Scenario, way: Way) -> Vector:
    """Return the most traffic that each pair can have in a timestep [Gbit/s], (pairs,)."""
    demand = inputs.series("demand").mul(most_at_once(inputs), level="workload")
    keys = pd.MultiIndex.from_frame(way.work[["region", "workload"]])
    most = (demand.reindex(keys).to_numpy(float) * way.work["rate"]).groupby([way.work["region"], way.work["site"]])
    pairs = pd.MultiIndex.from_frame(way.pairs[["region", "site"]])
    found: Vector = most.sum().reindex(pairs).to_numpy(float)
    return found


# ---- rules


def link_limit(m: PlanModel, link: str, direction: str, timestep: str) -> Any:
    """No link carries more than the usable part of its bandwidth, in either direction.

    ∑_{paths over l,d} path_traffic[r,s,p,t] ≤ link_utilisation_max[l] × link_capacity[l,d]  ∀ l,d,t  [Gbit/s]

    ====================  =====================================================================  ======
    path_traffic          of both ways; where a region and a site have one path, that path's is  Gbit/s
                          traffic_per_mw × allocation
    link_capacity         existing in the direction, and link_module_size × link_modules         Gbit/s
    ====================  =====================================================================  ======
    """
    return m.link_traffic[link, direction, timestep] <= m.link_utilisation_max[link] * m.link_capacity[link, direction]


def class_traffic(m: PlanModel, region: str, site: str, latency_class: str, timestep: str) -> Any:
    """Paths within a latency limit carry at least what work with this limit, or a shorter one, sends.

    ∑_{p: latency ≤ limit q} path_traffic[r,s,p,t] ≥ ∑_{k: limit ≤ limit q} traffic_per_mw[k] × allocation[r,k,s,t]
    ∀ r,s, limits q but the longest, t  [Gbit/s]
    """
    return sum(m.path_traffic[region, site, p, timestep] for p in m.PATHS_WITHIN[region, site, latency_class]) >= sum(
        m.traffic_per_mw[k] * m.allocation[region, k, site, p, timestep]
        for k, p in m.WORK_WITHIN[region, site, latency_class]
    )


def pair_traffic(m: PlanModel, region: str, site: str, timestep: str) -> Any:
    """All paths together carry what the region's work at the site sends.

    ∑_p path_traffic[r,s,p,t] = ∑_k traffic_per_mw[k] × allocation[r,k,s,t]  ∀ r,s with a choice of paths, t  [Gbit/s]
    """
    return sum(m.path_traffic[region, site, p, timestep] for p in m.TRAFFIC_PATHS[region, site]) == sum(
        m.traffic_per_mw[k] * m.allocation[region, k, site, p, timestep] for k, p in m.TRAFFIC_WORK[region, site]
    )


def return_class_traffic(m: PlanModel, region: str, site: str, latency_class: str, timestep: str) -> Any:
    """Paths back within a latency limit carry at least what comes back of work with this limit, or a shorter one.

    ∑_{p: latency ≤ limit q} return_path_traffic[r,s,p,t] ≥ ∑_{k: limit ≤ limit q} return_traffic_per_mw[k] ×
    allocation[r,k,s,t]  ∀ r,s, limits q but the longest, t  [Gbit/s]
    """
    return sum(
        m.return_path_traffic[region, site, p, timestep] for p in m.RETURN_PATHS_WITHIN[region, site, latency_class]
    ) >= sum(
        m.return_traffic_per_mw[k] * m.allocation[region, k, site, p, timestep]
        for k, p in m.RETURN_WORK_WITHIN[region, site, latency_class]
    )


def return_pair_traffic(m: PlanModel, region: str, site: str, timestep: str) -> Any:
    """All paths back together carry what comes back of the region's work at the site.

    ∑_p return_path_traffic[r,s,p,t] = ∑_k return_traffic_per_mw[k] × allocation[r,k,s,t]
    ∀ r,s with a choice of paths back, t  [Gbit/s]
    """
    return sum(m.return_path_traffic[region, site, p, timestep] for p in m.RETURN_TRAFFIC_PATHS[region, site]) == sum(
        m.return_traffic_per_mw[k] * m.allocation[region, k, site, p, timestep]
        for k, p in m.RETURN_TRAFFIC_WORK[region, site]
    )


CLASS = ["region", "site", "latency_class"]
RULES_OF = {"": ("class_traffic", "pair_traffic"), "RETURN_": ("return_class_traffic", "return_pair_traffic")}


def link_traffic(m: PlanModel, link: str, direction: str, timestep: str) -> Any:
    """Traffic over a link in a direction [Gbit/s]: of the paths that may be chosen, and of work with one path."""
    return (
        sum(m.path_traffic[r, s, p, timestep] for r, s, p in m.PATHS_OVER[link, direction])
        + sum(m.return_path_traffic[r, s, p, timestep] for r, s, p in m.RETURN_PATHS_OVER[link, direction])
        + sum(m.traffic_per_mw[k] * m.allocation[r, k, s, p, timestep] for r, k, s, p in m.WORK_OVER[link, direction])
        + sum(
            m.return_traffic_per_mw[k] * m.allocation[r, k, s, p, timestep]
            for r, k, s, p in m.RETURN_WORK_OVER[link, direction]
        )
    )


def link_capacity(m: PlanModel, link: str, direction: str) -> Any:
    """Bandwidth of a link in a direction [Gbit/s]: what stands, and its modules where it may have any."""
    return m.standing_bandwidth[link, direction] + sum(
        m.link_module_size[each] * m.link_modules[each] for each in m.MODULES_OF[link]
    )


def link_data(m: PlanModel, link: str, direction: str) -> Any:
    """Data over a link in a direction in a year [GB/a]: 450 × ∑_t w traffic."""
    return m.gigabytes * sum(m.timestep_weight[t] * m.link_traffic[link, direction, t] for t in m.TIMESTEPS)


def links_cost(m: PlanModel) -> Any:
    """Cost of the backbone [CNY/a]: ∑ link_module_cost × modules + ∑ link_price × data over the link."""
    return sum(m.link_module_cost[each] * m.link_modules[each] for each in m.EXPANDABLE_LINKS) + sum(
        m.link_price[each] * m.link_data[each, d] for each, d in m.PRICED
    )


def module_bounds(m: PlanModel, link: str) -> tuple[Any, Any]:
    """Modules are bounded by link_modules_max, and where that says "no limit" by what could be used."""
    return 0, m.link_modules_usable[link]


# ---- faults and notes


def check(inputs: Scenario) -> Iterator[Fault]:
    """A link joins two nodes, has one latency and modules of a size; every place has a node, and no other latency."""
    ends = {end: inputs.series(f"link.{end}").to_dict() for end in ("from", "to")}
    known = {name: set(inputs.series(name).index) for name in ("link_latency", "link_length", "link_module_size")}
    for link in inputs.sets["link"]:
        if ends["from"].get(link) == ends["to"].get(link):
            yield inputs.fault("link.to", (link,), say("the link ends where it begins"), say("name another node"))
        if link in known["link_latency"] and link in known["link_length"]:
            remedy = say("give one of the two")
            yield inputs.fault("link_length", (link,), say("link_latency is given as well"), remedy)
        if link not in known["link_latency"] | known["link_length"]:
            remedy = say("give link_latency in ms, or link_length in km")
            yield inputs.fault("link_latency", (link,), say("the latency of the link is not known"), remedy)
    for link in _expandable(inputs).index.difference(list(known["link_module_size"])):
        problem = say("modules may be built, but their size is missing")
        yield inputs.fault("link_module_size", (link,), problem, say("give Gbit/s a module"))
    for pair in inputs.series("latency").index[:1]:
        problem = say("a latency is given, and the backbone has its own")
        remedy = say('take the column out, or clear it: "region_site.latency" = "" in [set]')
        yield inputs.fault("latency", pair, problem, remedy)
    yield from _without_node(inputs)


def _without_node(inputs: Scenario) -> Iterator[Fault]:
    """Name the places whose node is not known, or not known from another."""
    has_nodes = bool(len(inputs.coordinates("node")))
    for name in ("region", "site"):
        named, placed = inputs.series(f"{name}.node").index, inputs.coordinates(name).index
        for member in inputs.sets[name]:
            if member not in named and not (has_nodes and member in placed):
                problem = say("its node is not known")
                remedy = say("name the node, or give longitude and latitude here and in node.csv")
                yield inputs.fault(f"{name}.node", (member,), problem, remedy)
        near = _away(inputs, name).drop(index=named, errors="ignore") if has_nodes else pd.DataFrame()
        for place, away in near.iterrows():
            first, *others = away.sort_values(kind="stable").items()
            if others and others[0][1] - first[1] < SAME_PLACE:
                problem = say("{first} and {second} are equally near", first=first[0], second=others[0][0])
                yield inputs.fault(f"{name}.node", (str(place),), problem, say("name the node"))


def warn(inputs: Scenario) -> Iterator[Text]:
    """Say where places were joined to the nearest node, what carries nothing, and that not all paths are listed."""
    for name in ("region", "site"):
        left = inputs.coordinates(name).index.difference(inputs.series(f"{name}.node").index)
        away = _away(inputs, name).loc[left].min(axis=1) if len(left) else pd.Series(dtype=float)
        if len(away):
            yield say(
                "{count} of the {name}s name no node and stand at the nearest, {most:.0f} km away at most ({member})",
                count=len(away),
                name=PLACES[name],
                most=float(away.max()),
                member=str(away.idxmax()),
            )
    if not any((inputs.series(rate) > 0).any() for rate in RATES.values()):
        yield say("no workload has traffic (traffic_per_mw): the backbone decides by latency alone")
    listing = inputs.once(_listing)
    if lists_part(inputs) and "backbone" not in inputs.listed:
        yield say(
            "the network has more paths within the latency limits than can be listed; planner run finds those that "
            "pay, and what looks at the model alone knows {count} of them",
            count=sum(len(paths.table) for paths in listing.values()),
        )


def obstacles(inputs: Scenario) -> Iterator[Text]:
    """Name regions whose work has nowhere to go but over links that cannot carry it, widened to the full."""
    known = inputs.once(laid)
    size = inputs.series("link_module_size").reindex(list(inputs.sets["link"])).fillna(0.0)
    full = _capacity(inputs).add(inputs.series("link_modules_max") * size, axis=0)
    usable = full.mul(inputs.series("link_utilisation_max"), axis=0)
    must: dict[Any, float] = _must_leave(inputs).to_dict()
    for node, load in must.items():
        leaving = [known.cables[cable] for cable in known.network.leaving[node]]
        room = float(sum(usable[direction][link] for link, direction in leaving))
        if load > room * (1 + ABSOLUTE_TOLERANCE) + ABSOLUTE_TOLERANCE:
            yield say(
                "the work that must leave {node} sends {load:.6g} Gbit/s, but its links, widened to the full, carry "
                "{room:.6g} Gbit/s: {missing:.6g} Gbit/s are missing",
                node=inputs.called("node", inputs.sets["node"][node]),
                load=load,
                room=room,
                missing=load - room,
            )


def _must_leave(inputs: Scenario) -> pd.Series:
    """Return what each node must send at least in the mean of the year [Gbit/s]: work that no site there may serve."""
    known = inputs.once(laid)
    table = routes.admissible(inputs)
    here = table["region"].map(known.nodes["region"]) == table["site"].map(known.nodes["site"])
    stays = here.groupby([table["region"], table["workload"]]).any()
    must = stays.index[~stays].to_frame(index=False)
    must = must[~must["workload"].isin(inputs.series("unserved_price").index)]
    profile, hours = inputs.series("demand_profile").unstack("timestep"), weights(inputs)
    mean = profile.mul(hours, axis=1).sum(axis=1) / hours.sum()
    load = inputs.series("demand").reindex(pd.MultiIndex.from_frame(must)).to_numpy(float)
    load = load * must["workload"].map(mean * inputs.series("traffic_per_mw")).to_numpy(float)
    return (
        pd.Series(load, index=must["region"].map(known.nodes["region"]).to_numpy(), dtype=float).groupby(level=0).sum()
    )


# ---- what gives


def modules_allowed(inputs: Scenario) -> pd.Series:
    """Return how many modules the links may have that a module is known of, and that are there both ways [1]."""
    limit, stands = inputs.series("link_modules_max"), _capacity(inputs).min(axis=1)
    known = limit.index.isin(inputs.series("link_module_size").index)
    return limit[known & ((limit > 0) | (stands > 0)).to_numpy()]


def one_module(inputs: Scenario, allowed: pd.Series) -> pd.Series:
    """Return the limits at which every one of these modules is a variable: at least one [1]."""
    del inputs
    return allowed.clip(lower=1.0)


def stated(inputs: Scenario) -> pd.Series:
    """Return the bandwidth of the links that stand [Gbit/s]."""
    existing = inputs.series("link_capacity_existing")
    return existing[existing > 0]


def stated_back(inputs: Scenario) -> pd.Series:
    """Return the bandwidth back of the links that stand, where it is given [Gbit/s]."""
    existing = inputs.series("link_capacity_existing_back")
    return existing[existing > 0]


BETWEEN = say("what work sends has to get to its site in time")
WIDTH = ("link_modules_max", "link_capacity_existing", "link_capacity_existing_back", "link_utilisation_max")
GIVES = {
    "link_limit": WIDTH,
    "class_traffic": ("latency_max", "latency_max_rtt"),
    "pair_traffic": Never(BETWEEN),
    "return_class_traffic": ("latency_max", "latency_max_rtt"),
    "return_pair_traffic": Never(BETWEEN),
}
RELAXATIONS = (
    Amount("link_modules_max", Rank.PLANT, True, modules_allowed, one_module),
    Amount("link_capacity_existing", Rank.PLANT, True, stated, stands=True),
    Amount("link_capacity_existing_back", Rank.PLANT, True, stated_back, stands=True),
    Amount("link_utilisation_max", Rank.PLANT, raised=True),
)
WHOLE = ("link_modules",)
"""Rules by which something is whole: not held against a year that is planned relaxed."""
EXAMPLE: Example = {
    "node.longitude": {"shore": 121.5, "lake": 121.1, "plain": 116.4, "hills": 115.5, "loess": 107.6},
    "node.latitude": {"shore": 31.2, "lake": 31.1, "plain": 39.9, "hills": 40.4, "loess": 35.7},
    "region.node": {"coast": "shore", "capital": "plain"},
    "site.node": {"shanghai": "lake"},
    "link.from": {
        "delta": "shore",
        "coastal": "shore",
        "gate": "plain",
        "far": "plain",
        "south": "lake",
        "pass": "hills",
    },
    "link.to": {
        "delta": "lake",
        "coastal": "plain",
        "gate": "hills",
        "far": "loess",
        "south": "loess",
        "pass": "loess",
    },
    "link_length": {"delta": 60, "coastal": 1700, "gate": 180, "far": 2150, "pass": 2050},
    "link_latency": {"south": 10.5},
    "link_capacity_existing": {"delta": 60, "coastal": 20, "gate": 6, "far": 15, "south": 12, "pass": 9},
    "link_capacity_existing_back": {"coastal": 14, "far": 11},
    "link_module_size": {"gate": 8, "south": 5},
    "link_modules_max": {"gate": 4, "south": 2},
    "link_module_cost": {"gate": 40_000, "south": 90_000},
    "link_price": {"delta": 0.0006, "coastal": 0.004, "far": 0.003, "south": 0.005, "pass": 0.002},
    "link_utilisation_max": {"delta": 0.8, "gate": 0.9, "far": 0.95},
    "traffic_per_mw": {"online": 0.4, "training": 0.1},
    "return_traffic_per_mw": {"online": 0.25, "training": 0.05},
}
VARIANTS: Variants = {"narrow": {"link_modules_max": {"gate": 1}}}


# ---- the model


def build(m: PlanModel) -> None:
    """Add the flows over the listed paths, the links they fill, and what these cost."""
    inputs = m.inputs
    listing = inputs.once(_listing)
    m.members("DIRECTIONS", DIRECTIONS)
    m.members("LINK_DIRECTIONS", [(link, way) for link in m.LINKS for way in DIRECTIONS], dimen=2)
    legs = {way: paths.legs() for way, paths in listing.items()}
    used = {cable for table in legs.values() for cable in zip(table["link"], table["direction"], strict=True)}
    m.members("CARRYING", [cable for cable in m.LINK_DIRECTIONS if cable in used], dimen=2)
    price = inputs.series("link_price")
    m.members("PRICED", [cable for cable in m.CARRYING if price[cable[0]] > 0], dimen=2)
    for way, paths in listing.items():
        _build_way(m, way, paths, legs[way])
    _build_links(m)
    m.constrain(link_limit, m.CARRYING, m.TIMESTEPS, unit="Gbit/s")
    m.constrain(class_traffic, m.TRAFFIC_CLASSES, m.TIMESTEPS, unit="Gbit/s")
    m.constrain(pair_traffic, m.TRAFFIC_PAIRS, m.TIMESTEPS, unit="Gbit/s")
    m.constrain(return_class_traffic, m.RETURN_TRAFFIC_CLASSES, m.TIMESTEPS, unit="Gbit/s")
    m.constrain(return_pair_traffic, m.RETURN_TRAFFIC_PAIRS, m.TIMESTEPS, unit="Gbit/s")


def _build_links(m: PlanModel) -> None:
    limit = _expandable(m.inputs)
    m.members("EXPANDABLE_LINKS", list(limit.index))
    m.subsets("MODULES_OF", m.LINKS, pd.DataFrame({"link": limit.index, "member": limit.index}, dtype=object), ["link"])
    table = _capacity(m.inputs)
    keys = pd.MultiIndex.from_product([table.index, table.columns], names=["link", "direction"])
    stands = pd.Series(table.to_numpy(float).ravel(), keys)
    made_of = ("link_capacity_existing", "link_capacity_existing_back")
    m.parameter("standing_bandwidth", [m.LINKS, m.DIRECTIONS], stands, "Gbit/s", made_of=made_of)
    usable = _modules_usable(m.inputs, limit)
    m.parameter("link_modules_usable", [m.EXPANDABLE_LINKS], usable, "1", made_of=("link_modules_max",))
    m.variable(
        "link_modules",
        m.EXPANDABLE_LINKS,
        unit="1",
        within=pyo.NonNegativeIntegers,
        bounds=module_bounds,
        is_investment=True,
    )
    m.expression("link_capacity", m.LINK_DIRECTIONS, rule=link_capacity, unit="Gbit/s")
    m.expression("link_traffic", m.CARRYING, m.TIMESTEPS, rule=link_traffic, unit="Gbit/s")
    m.expression("link_data", m.CARRYING, rule=link_data, unit="GB/a")
    m.add_term("cost", "links", links_cost)


def _modules_usable(inputs: Scenario, limit: pd.Series) -> pd.Series:
    """Return limits on modules, those far above what all traffic together could use brought down to it [1]."""
    most = sum(float(_most_traffic(inputs, paths.way).sum()) for paths in inputs.once(_listing).values())
    size = (inputs.series("link_module_size") * inputs.series("link_utilisation_max")).reindex(limit.index)
    needed = np.divide(most, size, out=np.zeros(len(limit)), where=(size > 0.0).to_numpy())
    return limit.astype(float).clip(upper=ample(needed))


def _build_way(m: PlanModel, way: str, paths: Paths, legs: pd.DataFrame) -> None:
    """Add the sets and the flows of one way; a pair with one path needs no flow of its own."""
    chosen, work, classes = paths.has_choice, paths.way.work, paths.way.classes
    pairs = paths.way.pairs[chosen]
    table = paths.table[chosen[paths.table["pair"]]]
    m.members(f"{way}PATHS", table[["region", "site", "path"]].itertuples(index=False, name=None), dimen=3)
    m.members(f"{way}TRAFFIC_PAIRS", pairs[["region", "site"]].itertuples(index=False, name=None), dimen=2)
    of_pair = m.component(f"{way}TRAFFIC_PAIRS")
    m.subsets(f"{way}TRAFFIC_PATHS", of_pair, table[["region", "site", "path"]], ["region", "site"])
    done = work.assign(path=NETWORK)[["region", "site", "workload", "path", "limit"]]
    m.subsets(f"{way}TRAFFIC_WORK", of_pair, done.drop(columns="limit"), ["region", "site"])
    # A class whose limit all listed paths keep is served by what serves all.
    slowest = table.groupby(["region", "site"], sort=False)["latency"].max().rename("slowest").reset_index()
    held = classes[~classes["is_last"]].merge(slowest, on=["region", "site"])
    held = held[held["slowest"] > held["limit"]]
    m.members(f"{way}TRAFFIC_CLASSES", held[CLASS].itertuples(index=False, name=None), dimen=3)
    of_class = m.component(f"{way}TRAFFIC_CLASSES")
    limits = held[[*CLASS, "limit"]]
    within = limits.merge(table[["region", "site", "path", "latency"]], on=["region", "site"])
    within = within[within["latency"] <= within["limit"]]
    m.subsets(f"{way}PATHS_WITHIN", of_class, within[[*CLASS, "path"]], CLASS)
    sent = limits.merge(done, on=["region", "site"], suffixes=("", "_of_work"))
    sent = sent[sent["limit_of_work"] <= sent["limit"]]
    m.subsets(f"{way}WORK_WITHIN", of_class, sent[[*CLASS, "workload", "path"]], CLASS)
    name = "return_path_traffic" if way else "path_traffic"
    m.variable(name, m.component(f"{way}PATHS"), m.TIMESTEPS, unit="Gbit/s")
    over = ["link", "direction"]
    is_chosen = chosen[legs["pair"]]
    m.subsets(f"{way}PATHS_OVER", m.CARRYING, legs.loc[is_chosen, [*over, "region", "site", "path"]], over)
    alone = legs.loc[~is_chosen, [*over, "region", "site"]].merge(done, on=["region", "site"])
    m.subsets(f"{way}WORK_OVER", m.CARRYING, alone[[*over, "region", "workload", "site", "path"]], over)


# ---- results


def report(m: PlanModel) -> dict[str, pd.DataFrame]:
    """Return traffic by link and by path [Gbit/s], bandwidth, and the modules by which links are widened."""
    inputs = m.inputs
    traffic = m.tabulate("link_traffic", columns=["link", "direction", "timestep"]) if len(m.CARRYING) else None
    full = pd.MultiIndex.from_product(
        [inputs.sets["link"], DIRECTIONS, inputs.sets["timestep"]], names=["link", "direction", "timestep"]
    )
    keys = list(full.names)
    flows = pd.Series(dtype=float) if traffic is None else traffic.set_index(keys)["link_traffic"]
    by_step = flows.reindex(full, fill_value=0.0).rename("link_traffic").reset_index()
    paths, used = _flows(m)
    return {
        "backbone": by_step.astype(dict.fromkeys(keys, object)),
        "backbone_link": _links(m, by_step),
        "backbone_module": _modules(m),
        "backbone_path": paths,
        "backbone_path_link": used,
    }


def _links(m: PlanModel, by_step: pd.DataFrame) -> pd.DataFrame:
    table = m.tabulate("link_capacity", columns=["link", "direction"])
    shape = len(table), len(m.inputs.sets["timestep"])
    traffic = by_step["link_traffic"].to_numpy(float).reshape(shape)
    hours = weights(m.inputs).to_numpy(float)
    capacity = table["link_capacity"].to_numpy(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(capacity > 0, traffic.max(axis=1) / capacity, np.nan)
    return table.assign(mean_link_traffic=traffic @ hours / hours.sum(), link_utilisation=share)


def _modules(m: PlanModel) -> pd.DataFrame:
    links = pd.Index(m.inputs.sets["link"], dtype=object, name="link")
    built = m.tabulate("link_modules", columns=["link"]).set_index("link")["link_modules"]
    modules = built.reindex(links, fill_value=0.0)
    size = m.inputs.series("link_module_size").reindex(links).fillna(0.0)
    table = pd.DataFrame({"link_modules": modules, "link_capacity_new": modules * size})
    return table.reset_index().astype({"link": object})


def _flows(m: PlanModel) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the traffic by path, and the links of the paths that have any."""
    names = {"": "path_traffic", "RETURN_": "return_path_traffic"}
    keys = ["region", "site", "path", "timestep"]
    parts: list[pd.DataFrame] = []
    for way, paths in m.inputs.once(_listing).items():
        chosen = m.tabulate(names[way], columns=keys, only_positive=True).rename(columns={names[way]: "flow"})
        parts += [part.assign(way=names[way]) for part in (chosen, _flows_of_one_path(m, paths))]
    table = pd.concat(parts, ignore_index=True)
    table = table[table["flow"] > 0]
    flows = table.groupby([*keys, "way"], sort=False)["flow"].sum().unstack("way")
    wide = flows.reindex(columns=list(names.values())).fillna(0.0).astype(float).reset_index().rename_axis(None, axis=1)
    rank = {key: {each: number for number, each in enumerate(m.inputs.sets[key])} for key in keys if key != "path"}
    wide = wide.sort_values(keys, key=lambda column: column.map(rank.get(str(column.name), str)), ignore_index=True)
    rows = [
        (path, float(place), link)
        for path in sorted(wide["path"].unique())
        for place, link in enumerate(path.split(JOINT), start=1)
    ]
    used = pd.DataFrame(rows, columns=["path", "order", "link"]).astype({"path": object, "link": object})
    return wide.astype(dict.fromkeys(keys, object)), used.astype({"order": float})


def _flows_of_one_path(m: PlanModel, paths: Paths) -> pd.DataFrame:
    """Return the traffic of the pairs that have one path, from what is allocated."""
    sole = paths.table[~paths.has_choice[paths.table["pair"]]][["region", "site", "path"]]
    rate = paths.way.work[["region", "site", "workload", "rate"]].merge(sole, on=["region", "site"])
    work = m.tabulate("allocation", columns=["region", "workload", "site", "route", "timestep"], only_positive=True)
    flows = work.merge(rate, on=["region", "workload", "site"])
    flows["flow"] = flows["allocation"] * flows["rate"]
    keys = ["region", "site", "path", "timestep"]
    return flows.groupby(keys, sort=False, observed=True)["flow"].sum().reset_index()


def summary(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """Return the modules built by link, the bandwidth they add each way [Gbit/s], and how full the backbone is."""
    del inputs
    modules, links = tables["backbone_module"], tables["backbone_link"]
    built = modules[modules["link_modules"] > ABSOLUTE_TOLERANCE]
    room = float(links["link_capacity"].sum())
    return {
        "link_modules": {str(link): int(n) for link, n in zip(built["link"], built["link_modules"], strict=True)},
        "link_capacity_new": float(modules["link_capacity_new"].sum()),
        "link_utilisation": float(links["mean_link_traffic"].sum()) / room if room else None,
    }


# ---- audit


def audit(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> Iterator[Finding]:
    """All traffic travels in time, over links that are wide enough, widened by whole modules and paid for."""
    yield from _audit_modules(inputs, tables)
    yield from _audit_links(inputs, tables)
    yield from _audit_routes(inputs, tables)
    yield from _audit_paths(inputs, tables)
    yield from _audit_cost(inputs, tables)


def _audit_modules(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> Iterator[Finding]:
    table = tables["backbone_module"].set_index("link").astype(float)
    for link in sorted(set(inputs.sets["link"]).symmetric_difference(table.index)):
        yield Finding("link_modules", str(link), say("is missing from the results, or no link of the scenario"))
    modules = table["link_modules"]
    for link, count in modules[~((modules - modules.round()).abs() <= ABSOLUTE_TOLERANCE)].items():
        yield Finding("link_modules", str(link), say("{count:g} modules are not a whole number", count=count))
    yield from Finding.none_negative("link_modules", modules, "modules")
    yield from Finding.all_at_most("link_modules_max", modules, inputs.series("link_modules_max"), "modules")
    wider = modules * inputs.series("link_module_size").reindex(modules.index).fillna(0.0)
    yield from Finding.all_equal("link_capacity_new", wider, table["link_capacity_new"], "Gbit/s")


def _audit_links(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> Iterator[Finding]:
    """Bandwidth is what stands and is built, and no link carries more in any timestep than may be used of it."""
    new = tables["backbone_module"].set_index("link")["link_capacity_new"].astype(float).to_dict()
    stands = stands_of(inputs)
    names = ["link", "direction"]
    keys = pd.MultiIndex.from_tuples(list(stands), names=names)
    room = pd.Series([stands[key] + new.get(key[0], 0.0) for key in stands], keys)
    table = tables["backbone_link"].set_index(names)
    yield from Finding.all_equal("link_capacity", room, table["link_capacity"].astype(float), "Gbit/s")
    traffic = tables["backbone"].set_index([*names, "timestep"])["link_traffic"].astype(float)
    expected = {(*key, step) for key in stands for step in inputs.sets["timestep"]}
    for row in sorted(expected.symmetric_difference(traffic.index)):
        yield Finding("link_traffic", ", ".join(map(str, row)), say("is missing from the results, or no link"))
    share = inputs.series("link_utilisation_max")
    usable = (room * share.reindex(room.index.get_level_values("link")).to_numpy()).to_dict()
    most = pd.Series([usable.get(key[:2], 0.0) for key in traffic.index], traffic.index)
    yield from Finding.all_at_most("link_limit", traffic, most, "Gbit/s")
    mean = ledger.mean(tables, "backbone", "link_traffic", names)
    yield from Finding.all_equal("mean_link_traffic", mean, table["mean_link_traffic"].astype(float), "Gbit/s")
    peak = traffic.groupby(level=names).max().reindex(room.index)
    shares = (peak / room.where(room > 0)).fillna(-1.0)
    yield from Finding.all_equal("link_utilisation", shares, table["link_utilisation"].astype(float).fillna(-1.0), "1")


def audit_built(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> dict[str, Stock]:
    """Return the modules by which links are widened."""
    modules = tables["backbone_module"].set_index("link")["link_modules"].astype(float)
    return {"link_modules": Stock(modules, inputs.series("link_module_cost"), True)}


def _audit_cost(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> Iterator[Finding]:
    modules = tables["backbone_module"].set_index("link")["link_modules"].astype(float)
    paid = float((modules * inputs.series("link_module_cost").reindex(modules.index)).sum())
    sent = ledger.energy(tables, "backbone", "link_traffic", ["link"]) * (3600 / 8)
    carried = float((sent * inputs.series("link_price").reindex(sent.index)).sum())
    yield from Finding.cost_differs("links", paid + carried, tables)


def audit_terms(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.Series]:
    """Return the latency that a workload's limit is held against, by region, workload and site [ms]."""
    del tables
    index = inputs.full_index(("region", "workload", "site"))
    there, back = _latencies_again(inputs, index.to_frame(index=False))
    return {"latency_needed": pd.Series(np.maximum(there, back), index)}


def _latencies_again(inputs: Scenario, table: pd.DataFrame) -> tuple[Vector, Vector]:
    """Find again the latency to the site, and back where something comes back (else 0) [ms], of each row."""
    least = wiring_of(inputs).least(inputs.sets["node"])
    ends = (pd.Index(table[name].map(nodes_of(inputs, name))) for name in ("region", "site"))
    rows, columns = (least.index.get_indexer(end) for end in ends)
    fastest = least.to_numpy()
    access = (
        inputs.series("access_latency").reindex(pd.MultiIndex.from_frame(table[["region", "site"]])).to_numpy(float)
    )
    returns = table["workload"].map(inputs.series("return_traffic_per_mw")).to_numpy() > 0
    return fastest[rows, columns] + access, np.where(returns, fastest[columns, rows] + access, 0.0)


def _audit_routes(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> Iterator[Finding]:
    """Each route is as fast as the fastest path, and what comes back has a path in time."""
    table = tables["routes"]
    there, back = _latencies_again(inputs, table)
    keys = pd.MultiIndex.from_frame(table[["region", "workload", "site", "path"]])
    found = pd.Series(table["latency"].to_numpy(float), keys)
    yield from Finding.all_equal("latency", pd.Series(there, keys).replace(np.inf, -1.0), found, "ms")
    limit = pd.Series(table["workload"].map(_limits(inputs)).fillna(1e9).to_numpy(float), keys)
    yield from Finding.all_at_most("latency_max", pd.Series(back, keys), limit, "ms")


def _limits(inputs: Scenario) -> pd.Series:
    limits: pd.Series = pd.concat([inputs.series("latency_max"), inputs.series("latency_max_rtt") * 0.5])
    return limits


def _audit_paths(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> Iterator[Finding]:
    """Paths hang together and fill the links as is said; all that is sent travels, each class within its limit."""
    wiring, table = wiring_of(inputs), tables["backbone_path"]
    regions, sites = (nodes_of(inputs, name) for name in ("region", "site"))
    yield from _audit_names(tables)
    links = _links_of_paths(tables)
    legs: list[tuple[str, ...]] = []
    delays: dict[tuple[str, ...], float] = {}
    for region, site, path in table[_FLOW[:3]].drop_duplicates().itertuples(index=False, name=None):
        leads, passed = wiring.walked(regions.get(region, ""), links.get(path, []))
        if not passed or leads != sites.get(site):
            yield Finding("path_traffic", f"{region}, {site}, {path}", say("does not lead from the region to the site"))
        against = {"forward": "back", "back": "forward"}
        legs += [(region, site, path, link, direction, against[direction]) for link, direction in passed]
        delays[region, site, path] = sum(wiring.delays[link] for link, _ in passed)
    filled = table.merge(pd.DataFrame(legs, columns=[*_FLOW[:3], "link", "direction", "against"]), on=_FLOW[:3])
    there, back = (
        filled.groupby(["link", direction, "timestep"])[column].sum().rename_axis(["link", "direction", "timestep"])
        for direction, column in (("direction", "path_traffic"), ("against", "return_path_traffic"))
    )
    load = there.add(back, fill_value=0.0).astype(float)
    found = tables["backbone"].set_index(["link", "direction", "timestep"])["link_traffic"].astype(float)
    yield from Finding.all_equal("link_traffic", load, found, "Gbit/s")
    for name in ("path_traffic", "return_path_traffic"):
        yield from Finding.none_negative(name, table.set_index(_FLOW)[name].astype(float), "Gbit/s")
    keys = zip(*(table[key] for key in _FLOW[:3]), strict=True)
    yield from _audit_classes(inputs, tables, table.assign(delay=[delays[key] for key in keys]))


_FLOW = ["region", "site", "path", "timestep"]


def _links_of_paths(tables: Mapping[str, pd.DataFrame]) -> dict[str, list[str]]:
    table = tables["backbone_path_link"].sort_values(["path", "order"], kind="stable")
    return {str(path): [str(link) for link in of_path] for path, of_path in table.groupby("path")["link"]}


def _audit_names(tables: Mapping[str, pd.DataFrame]) -> Iterator[Finding]:
    """Each path that carries something stands in the table of links once, link by link, as its name says."""
    table = tables["backbone_path_link"]
    for path, of_path in table.groupby("path"):
        places = of_path["order"].to_numpy(float)
        named = " + ".join(of_path.sort_values("order", kind="stable")["link"].astype(str))
        if named != path or not np.array_equal(np.sort(places), np.arange(1, len(places) + 1)):
            yield Finding("backbone_path_link", str(path), say("its links are not those of its name"))
    carrying = set(tables["backbone_path"]["path"])
    for path in sorted(carrying.symmetric_difference(table["path"])):
        yield Finding("backbone_path_link", str(path), say("its links are missing, or it carries nothing"))


def _audit_classes(inputs: Scenario, tables: Mapping[str, pd.DataFrame], flows: pd.DataFrame) -> Iterator[Finding]:
    """What each class of work sends is carried within its limit, and no more than is sent is carried at all."""
    access = inputs.series("access_latency").to_dict()
    flows["delay"] += [access.get(pair, 0.0) for pair in zip(flows["region"], flows["site"], strict=True)]
    work = tables["allocation"]
    here, there = (work[name].map(nodes_of(inputs, name)) for name in ("region", "site"))
    work = work.assign(limit=work["workload"].map(_limits(inputs)).astype(float).fillna(np.inf))
    work = work.loc[(here != there).to_numpy(bool)]
    keys = ["region", "site", "timestep"]
    for column, rate, rule, within in (
        ("path_traffic", "traffic_per_mw", "pair_traffic", "class_traffic"),
        ("return_path_traffic", "return_traffic_per_mw", "return_pair_traffic", "return_class_traffic"),
    ):
        sent = work.assign(sent=work["allocation"] * work["workload"].map(inputs.series(rate)))
        carried = flows.groupby(keys)[column].sum().astype(float)
        yield from Finding.all_equal(rule, sent.groupby(keys)["sent"].sum(), carried, "Gbit/s")
        for limit in sorted(sent.loc[sent["sent"] > 0, "limit"].unique()):
            asked = sent[sent["limit"] <= limit].groupby(keys)["sent"].sum()
            room = limit * (1 + ABSOLUTE_TOLERANCE) + ABSOLUTE_TOLERANCE
            in_time = flows[flows["delay"] <= room].groupby(keys)[column].sum().astype(float)
            yield from Finding.all_at_most(within, asked, in_time.reindex(asked.index, fill_value=0.0), "Gbit/s")
