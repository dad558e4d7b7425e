"""Hub outage: if any one hub is lost, what is left serves all work that is protected (N-1).

For every outage there is a re-dispatch of the protected work over the routes that are left, within the capacity, the
links and the power that are left. It costs nothing: what being safe costs is what is built for it. Room that is kept
for standby may be used then, and work that is indivisible may be split.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from planner.figures import ledger
from planner.language import Message, Text, say
from planner.language import join as together
from planner.models.features.backbone import RATES, laid
from planner.models.features.routes import admissible_under, latency_limits, slower_by, unknown_latencies
from planner.models.features.site_capacity import full_capacity
from planner.models.rules import scopes
from planner.models.rules.audit_outage import audit_links, rooms_of
from planner.models.rules.findings import Finding, slack
from planner.models.rules.network import Network
from planner.models.rules.paths import JOINT
from planner.models.rules.relaxations import Amount, Rank, Steps
from planner.scenario.column import Chapter, Column, keys_of
from planner.scenario.parameter import IndexSet, Parameter, names_of
from planner.scenario.plausible import MICROSECONDS, PERCENT, SECONDS_FOR_MS, Plausible

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from planner.errors import Fault
    from planner.models.algebra.plan_model import PlanModel
    from planner.models.rules.example import Example, Variants
    from planner.models.rules.relaxations import Key
    from planner.scenario.scenario import Scenario

REQUIRES = ("site_capacity",)
SETS = (
    IndexSet("outage", "OUTAGES", say("What may be lost, one at a time; by default each hub that has a site."), ()),
)
WORK = ["region", "workload"]
PLACE = ["outage", *WORK, "site"]
ROOM = ["outage", "site", "compute_type"]
FLEETS = (*scopes.OWNERS, scopes.NATIONAL)
FLEET_LIMIT = "grid_power_max"
PARAMETERS = (
    *names_of("outage"),
    Parameter(
        "capacity_lost",
        ("site", "outage"),
        "1",
        say("Share of the site's capacity and grid connection that the outage takes."),
        0.0,
        high=1.0,
        plausible=Plausible(0.01, 1.0, (PERCENT,)),
    ),
    Parameter(
        "capacity_lost",
        ("link", "outage"),
        "1",
        say("Share of the link's bandwidth that the outage takes, each way."),
        0.0,
        high=1.0,
        plausible=Plausible(0.01, 1.0, (PERCENT,)),
        per_table=True,
    ),
    Parameter(
        "protected_share",
        ("workload",),
        "1",
        say("Share of the greatest demand that is served in every outage."),
        0.0,
        high=1.0,
        plausible=Plausible(0.01, 1.0, (PERCENT,)),
    ),
    Parameter(
        "outage_latency_max",
        ("workload",),
        "ms",
        say("Longest latency that the workload bears in an outage, one way; by default latency_max."),
        None,
        plausible=Plausible(0.5, 1000.0, (MICROSECONDS, SECONDS_FOR_MS)),
    ),
    Parameter(
        "outage_utilisation_max",
        ("site",),
        "1",
        say("Share of the capacity that may be used in an outage; by default utilisation_max."),
        None,
        high=1.0,
        also_index=((),),
        plausible=Plausible(0.05, 1.0, (PERCENT,)),
    ),
)
LINK_LOST = "link_outage.capacity_lost"
CABLE = ["outage", "link", "direction"]
PAIR = ["outage", "region", "site"]
WORDS: dict[str, Message] = {
    "hub_outage": say("hub outage"),
    "hub_outage_link": say("links in an outage"),
    "hub_outage_path": say("paths in an outage"),
    "outage_link_kept": say("share left of the link in an outage"),
    "outage_link_limit": say("bandwidth left in an outage"),
    "outage_link_room": say("bandwidth left in an outage"),
    "outage_link_traffic": say("traffic of the link in an outage"),
    "outage_path_traffic": say("traffic to the site in an outage"),
    "outage_return_path_traffic": say("traffic back in an outage"),
    "hub_outage_room": say("room left in an outage"),
    "hub_outage_power": say("power left in an outage"),
    "hub_outage_lost": say("what an outage takes"),
    "outage": say("outage"),
    "capacity_lost": say("share lost"),
    "protected_share": say("share protected"),
    "outage_latency_max": say("latency limit in an outage"),
    "outage_utilisation_max": say("utilisation limit in an outage"),
    "outage_usable": say("share usable in an outage"),
    "outage_kept": say("share left in an outage"),
    "demand_peak": say("greatest demand over its mean"),
    "pue_greatest": say("greatest PUE"),
    "availability_least": say("least availability"),
    "fleet_limit": say("grid power limit of the fleet"),
    "outage_served": say("protected work that is served"),
    "outage_allocation": say("work served in an outage"),
    "outage_load": say("load in an outage"),
    "outage_capacity": say("capacity left in an outage"),
    "outage_power": say("power left in an outage"),
    "outage_grid_power": say("grid power in an outage"),
    "outage_grid_limit": say("grid connection left in an outage"),
    "outage_fleet_limit": say("grid power limit of the fleet in an outage"),
    "protected_demand": say("protected work"),
    "load_before": say("load before the outage"),
    "room_left": say("room left"),
}
OUTAGE = say("Id of the outage: the hub, where no outages are given.")
COLUMNS = (
    Column("hub_outage", "outage", "", OUTAGE),
    *keys_of("hub_outage", *WORK, "site"),
    Column("hub_outage", "outage_allocation", "MW", say("Protected work that the site serves in the outage.")),
    Column("hub_outage_lost", "outage", "", OUTAGE),
    *keys_of("hub_outage_lost", "site", "capacity_lost"),
    Column("hub_outage_room", "outage", "", OUTAGE),
    *keys_of("hub_outage_room", "site", "compute_type"),
    Column("hub_outage_room", "load_before", "MW", say("Greatest load of the site in the plan, without the outage.")),
    Column("hub_outage_room", "outage_load", "MW", say("Load of the site in the outage.")),
    Column("hub_outage_room", "room_left", "MW", say("Usable capacity that is left in the outage beyond the load.")),
    Column("hub_outage_link", "outage", "", OUTAGE),
    *keys_of("hub_outage_link", "link", "direction"),
    Column("hub_outage_link", "outage_link_traffic", "Gbit/s", say("Traffic of the protected work over the link.")),
    Column(
        "hub_outage_link", "outage_link_room", "Gbit/s", say("Usable bandwidth that the outage leaves of the link.")
    ),
    Column("hub_outage_path", "outage", "", OUTAGE),
    *keys_of("hub_outage_path", "region", "site"),
    Column("hub_outage_path", "path", "", say("Links of the path, from the region's end to the site's.")),
    Column("hub_outage_path", "outage_path_traffic", "Gbit/s", say("Traffic from the region to the site.")),
    Column("hub_outage_path", "outage_return_path_traffic", "Gbit/s", say("Traffic from the site to the region.")),
    Column("hub_outage_power", "outage", "", OUTAGE),
    *keys_of("hub_outage_power", "site"),
    Column("hub_outage_power", "outage_grid_power", "MW", say("Power from the grid that is enough in the outage.")),
)


def outages(inputs: Scenario) -> list[str]:
    """Return the outages: those that are given, else each hub that has a site."""
    if inputs.sets["outage"]:
        return list(inputs.sets["outage"])
    owners = set(inputs.series("site.hub"))
    return [hub for hub in inputs.sets["hub"] if hub in owners]


def lost(inputs: Scenario) -> pd.Series:
    """Return the share that every outage takes of the sites it touches [1], by outage and site in canonical order."""
    given = inputs.sets["outage"]
    if given:
        share = inputs.series("capacity_lost").to_dict()
        rows = {(o, s): float(share[s, o]) for o in given for s in inputs.sets["site"] if share[s, o] > 0}
    else:
        hub = inputs.series("site.hub").to_dict()
        rows = {(h, s): 1.0 for h in inputs.sets["hub"] for s in inputs.sets["site"] if hub.get(s) == h}
    index = pd.MultiIndex.from_tuples(list(rows), names=["outage", "site"])
    return pd.Series(list(rows.values()), index, dtype=float)


def outage_limits(inputs: Scenario) -> pd.Series:
    """Return the latency limit in an outage [ms, one way] of the workloads that have one."""
    return inputs.series("outage_latency_max").combine_first(latency_limits(inputs))


def protected(inputs: Scenario) -> pd.Series:
    """Return the work that every outage leaves to be served [MW], by region and workload."""
    peak = inputs.series("demand_profile").groupby(level="workload").max()
    asked = inputs.series("demand").mul(peak * inputs.series("protected_share"), level="workload")
    return asked[asked > 0]


def places(inputs: Scenario) -> pd.DataFrame:
    """Return every outage, region, workload and site that is left to serve protected work."""
    return inputs.once(_places).copy(deep=False)


def _places(inputs: Scenario) -> pd.DataFrame:
    work = pd.MultiIndex.from_frame(admissible_under(inputs, outage_limits(inputs))[[*WORK, "site"]])
    table = work.to_frame(index=False)
    table = table[pd.MultiIndex.from_frame(table[WORK]).isin(protected(inputs).index)]
    share = lost(inputs)
    names = pd.DataFrame({"outage": outages(inputs)}, dtype=object)
    table = names.merge(table, how="cross")
    gone = pd.MultiIndex.from_frame(table[["outage", "site"]]).isin(share.index[share >= 1])
    table = table.loc[~gone, PLACE].reset_index(drop=True)
    return _in_time(inputs, table) if inputs.has("backbone") else table


def _in_time(inputs: Scenario, table: pd.DataFrame) -> pd.DataFrame:
    """Return the places to which a path is left within the workload's limit, and back where something comes back."""
    ways = table.merge(inputs.once(paths_left), on=PAIR)
    returns = ways["workload"].map(inputs.series("return_traffic_per_mw")).to_numpy() > 0
    there, back = (ways[f"{way}latency"].to_numpy(float) for way in RATES)
    needed = np.where(returns, np.maximum(there, back), there)
    limit = ways["workload"].map(outage_limits(inputs)).fillna(np.inf).to_numpy(float)
    return ways.loc[np.isfinite(needed) & (needed <= limit), PLACE].reset_index(drop=True)


def paths_left(inputs: Scenario) -> pd.DataFrame:
    """Return the fastest path from each region to each site, and back, over the links that every outage leaves.

    Returns
    -------
    DataFrame
        outage, region, site, and of both ways the cables, each a link and its direction (``path``, ``RETURN_path``),
        and the latency with that of the access networks [ms] (``latency``, ``RETURN_latency``); ∞ without a path.
    """
    known, share = inputs.once(laid), inputs.series(LINK_LOST)
    access = inputs.series("access_latency").to_dict()
    whole = share.index[share >= 1]
    found: dict[frozenset[str], dict[tuple[int, int], tuple[float, tuple[tuple[str, str], ...]]]] = {}
    rows = []
    for outage in outages(inputs):
        gone = frozenset(str(link) for link, of in whole if of == outage)
        fastest = found.setdefault(gone, {})
        network, cables = _over(known.network, known.cables, gone)
        for region, here in known.nodes["region"].items():
            for site, at in known.nodes["site"].items():
                for ends in ((here, at), (at, here)):
                    if ends not in fastest:
                        latency, path = next(network.paths(*ends, np.inf), (0.0 if here == at else np.inf, ()))
                        fastest[ends] = latency, tuple(cables[cable] for cable in path)
                near = float(access[region, site])
                (there, way), (back, way_back) = fastest[here, at], fastest[at, here]
                rows.append((outage, region, site, way, there + near, way_back, back + near))
    names = [f"{way}{name}" for way in RATES for name in ("path", "latency")]
    return pd.DataFrame(rows, columns=[*PAIR, *names])


def _over(
    network: Network, cables: Sequence[tuple[str, str]], gone: frozenset[str]
) -> tuple[Network, list[tuple[str, str]]]:
    """Return what is left of a network without some links, and the cables of it."""
    stay = [number for number, (link, _) in enumerate(cables) if link not in gone]
    tails, heads = (tuple(of[number] for number in stay) for of in (network.tails, network.heads))
    latencies = tuple(network.latencies[number] for number in stay)
    return Network(network.nodes, tails, heads, latencies), [cables[number] for number in stay]


def travelled(inputs: Scenario, table: pd.DataFrame) -> pd.DataFrame:
    """Return which links the work at its places in an outage fills: ``way``, the place, ``link``, ``direction``."""
    ways = table.merge(inputs.once(paths_left), on=PAIR)
    parts = []
    for way, name in RATES.items():
        sends = ways["workload"].map(inputs.series(name)).to_numpy() > 0
        legs = ways.loc[sends, [*PLACE, f"{way}path"]].explode(f"{way}path").dropna(subset=f"{way}path")
        cables = legs.pop(f"{way}path")
        parts.append(legs.assign(way=way, link=[link for link, _ in cables], direction=[to for _, to in cables]))
    return pd.concat(parts, ignore_index=True)


def occupies(inputs: Scenario) -> pd.DataFrame:
    """Return where an outage may bring work: site, compute_type, load [MW] at the most; no room is kept for it."""
    table = places(inputs)[[*WORK, "site"]].drop_duplicates()
    load = protected(inputs).reindex(pd.MultiIndex.from_frame(table[WORK])).to_numpy(float) * _factor(inputs, table)
    kind = table["workload"].map(inputs.series("workload.compute_type"))
    return pd.DataFrame({"site": table["site"], "compute_type": kind, "load": load, "is_kept_free": False})


def _factor(inputs: Scenario, table: pd.DataFrame) -> Any:
    """Return the IT load that a MW of demand is at the site of every row [1], (rows,)."""
    return inputs.series("work_factor").reindex(pd.MultiIndex.from_frame(table[["workload", "site"]])).to_numpy(float)


def check(inputs: Scenario) -> Iterator[Fault]:
    """Every outage takes something; latencies are known."""
    touched = set(lost(inputs).index.get_level_values("outage"))
    if inputs.has("backbone"):
        cut = inputs.series(LINK_LOST)
        touched |= set(cut.index[cut > 0].get_level_values("outage"))
    for outage in inputs.sets["outage"]:
        if outage not in touched:
            remedy = say(
                "give capacity_lost in site_outage.csv, or of links in link_outage.csv where backbone is listed"
            )
            problem = say("the outage takes nothing")
            yield inputs.fault("outage.name_en", (outage,), problem, remedy)
    if len(inputs.series("outage_latency_max")) and latency_limits(inputs).empty:
        yield from unknown_latencies(inputs)


def warn(inputs: Scenario) -> Iterator[Text]:
    """Name the sites that never fail, and say where nothing is protected."""
    if not (inputs.series("protected_share") > 0).any():
        yield say("no workload has a protected_share: hub_outage protects nothing")
    elif inputs.has("backbone"):
        yield say(
            "hub_outage: in an outage all traffic of a region and a site takes the fastest path that is left, which "
            "may ask for wider links than a choice of paths would"
        )
    failing = set(lost(inputs).index.get_level_values("site"))
    safe = [site for site in inputs.sets["site"] if site not in failing]
    if safe:
        named = ", ".join(safe[:NAMED_MAX]) + (" …" if len(safe) > NAMED_MAX else "")
        yield say("hub_outage: {count} sites never fail: {named}", count=len(safe), named=named)


NAMED_MAX = 8
"""Sites that a note names; it counts the others."""


def obstacles(inputs: Scenario) -> Iterator[Text]:
    """Name of every outage the work that has no site left, and the kind of compute that has too little left."""
    asked, table = protected(inputs), places(inputs)
    left = pd.MultiIndex.from_frame(table[["outage", *WORK]])
    for outage in outages(inputs):
        for region, workload in asked.index:
            if (outage, region, workload) not in left:
                yield say(
                    "in the outage of {outage} {workload} of {region} ({load:.6g} MW) has no site left that is near "
                    "enough and allowed",
                    outage=_called(inputs, outage),
                    workload=inputs.called("workload", workload),
                    region=inputs.called("region", region),
                    load=float(asked[region, workload]),
                )
        yield from _short(inputs, outage, asked, table[table["outage"] == outage])


def _called(inputs: Scenario, outage: str) -> Message:
    """Return what a reader calls an outage: its name, or that of the hub."""
    return inputs.called("outage" if inputs.sets["outage"] else "hub", outage)


def _short(inputs: Scenario, outage: str, asked: pd.Series, table: pd.DataFrame) -> Iterator[Text]:
    """Say which kind of compute cannot hold the protected work even when all that may be is built."""
    types = inputs.series("workload.compute_type")
    room = full_capacity(inputs).mul(usable(inputs).xs(outage, level="outage"), level="site")
    workload = asked.index.get_level_values("workload")
    least = pd.Series(_factor(inputs, table)).groupby(table["workload"].to_numpy()).min()
    load = asked * least.reindex(workload).fillna(1.0).to_numpy(float)
    load = load.groupby(types.reindex(workload).to_numpy()).sum()
    for kind, power in load.items():
        sites = table.loc[table["workload"].map(types) == kind, "site"].unique()
        holds = float(room.xs(kind, level="compute_type").reindex(sites).sum())
        if len(sites) and power > holds + slack(float(power), holds):
            yield say(
                "in the outage of {outage} {load:.6g} MW of {compute_type} compute are protected, but the sites that "
                "are left hold {holds:.6g} MW when built to the full: {missing:.6g} MW are missing",
                outage=_called(inputs, outage),
                load=float(power),
                compute_type=inputs.called("compute_type", str(kind)),
                holds=holds,
                missing=float(power) - holds,
            )


def kept(inputs: Scenario) -> pd.Series:
    """Return the share that an outage leaves of every site [1], by outage and site."""
    share = lost(inputs)
    sites = inputs.full_index(("site",))
    every = pd.MultiIndex.from_product([outages(inputs), sites], names=["outage", "site"])
    return 1.0 - share.reindex(every, fill_value=0.0)


def usable(inputs: Scenario) -> pd.Series:
    """Return the share of every site's capacity that may be used in an outage [1], by outage and site."""
    limit = inputs.series("outage_utilisation_max").combine_first(inputs.series("utilisation_max"))
    return kept(inputs).mul(limit, level="site")


def protected_demand(m: PlanModel, outage: str, region: str, workload: str) -> Any:
    """In every outage the sites that are left serve all that is protected, at its greatest.

    ∑_s outage_allocation[o,r,k,s] = protected_share[k] × demand[r,k] × demand_peak[k]  ∀ o,r,k  [MW]

    =================  ==========================================================  ==
    outage_allocation  work of region r that site s serves in outage o             MW
    demand_peak        greatest demand_profile over the timesteps                  1
    =================  ==========================================================  ==

    Each region and workload at its own greatest at once: safe, not tight.
    """
    return (
        m.outage_served[outage, region, workload]
        == m.protected_share[workload] * m.demand[region, workload] * m.demand_peak[workload]
    )


def outage_served(m: PlanModel, outage: str, region: str, workload: str) -> Any:
    """Protected work that is served in an outage [MW]; none where no place is left for it."""
    return sum(m.outage_allocation[outage, region, workload, s] for s in m.OUTAGE_SITES[outage, region, workload])


def outage_capacity(m: PlanModel, outage: str, site: str, compute_type: str) -> Any:
    """In an outage no site serves more than the usable part of the capacity that is left; room for standby may be used.

    ∑_{r, k of c} work_factor[k,s] × outage_allocation[o,r,k,s] ≤ outage_usable[o,s] × capacity[s,c]  ∀ o,s,c  [MW]

    =============  ==============================================================  =
    work_factor    IT load at the site for a MW of demand                          1
    outage_usable  (1 − capacity_lost[s,o]) × outage_utilisation_max[s]            1
    =============  ==============================================================  =
    """
    return m.outage_load[outage, site, compute_type] <= m.outage_usable[outage, site] * m.capacity[site, compute_type]


def outage_power(m: PlanModel, outage: str, site: str) -> Any:
    """In an outage a site's grid power and what its green plants surely give carry its load at the greatest PUE.

    pue_greatest[s] × ∑_c outage_load[o,s,c]
        ≤ outage_grid_power[o,s] + ∑_g availability_least[s,g] × green_capacity[s,g]
        ∀ o, s with a limit of its own or of its fleet  [MW]

    Stores, and plants that sites share, are not counted on.
    """
    return m.pue_greatest[site] * sum(
        m.outage_load[outage, site, c] for c in m.OUTAGE_TYPES[outage, site]
    ) <= m.outage_grid_power[outage, site] + sum(
        m.availability_least[site, g] * m.green_capacity[site, g] for g in m.TECHNOLOGIES_AT[site]
    )


def outage_grid_limit(m: PlanModel, outage: str, site: str) -> Any:
    """In an outage the grid connection carries the part that is left.

    outage_grid_power[o,s] ≤ (1 − capacity_lost[s,o]) × grid_connection[s]  ∀ o, s with grid_power_max  [MW]
    """
    return m.outage_grid_power[outage, site] <= m.outage_kept[outage, site] * m.grid_connection[site]


def outage_fleet_limit(m: PlanModel, outage: str, kind: str, name: str) -> Any:
    """In an outage a fleet draws no more from the grid than it may.

    ∑_{s of the fleet} outage_grid_power[o,s] ≤ fleet_limit[kind,name]  ∀ o, hub, side or nation with a limit  [MW]
    """
    return (
        sum(m.outage_grid_power[outage, s] for s in m.OUTAGE_FLEET_SITES[outage, kind, name])
        <= m.fleet_limit[kind, name]
    )


def outage_link_limit(m: PlanModel, outage: str, link: str, direction: str) -> Any:
    """In an outage no link carries more than the usable part of the bandwidth that is left, in either direction.

    ∑_{r,k,s whose path takes l,d} traffic_per_mw[k] × outage_allocation[o,r,k,s]
        + ∑_{r,k,s whose path back takes l,d} return_traffic_per_mw[k] × outage_allocation[o,r,k,s]
        ≤ (1 − capacity_lost[l,o]) × link_utilisation_max[l] × link_capacity[l,d]  ∀ o,l,d  [Gbit/s]

    Of each region and site the path is the fastest over the links that are left: one of those there are, so that what
    keeps this rule can be carried, and more might be.
    """
    return (
        m.outage_link_traffic[outage, link, direction]
        <= m.outage_link_kept[outage, link] * m.link_utilisation_max[link] * m.link_capacity[link, direction]
    )


def outage_link_traffic(m: PlanModel, outage: str, link: str, direction: str) -> Any:
    """Traffic of the re-dispatch over a link in a direction [Gbit/s]."""
    return sum(
        m.traffic_per_mw[k] * m.outage_allocation[outage, r, k, s] for r, k, s in m.OUTAGE_OVER[outage, link, direction]
    ) + sum(
        m.return_traffic_per_mw[k] * m.outage_allocation[outage, r, k, s]
        for r, k, s in m.OUTAGE_RETURN_OVER[outage, link, direction]
    )


def redispatch_term(m: PlanModel, outage: str, site: str, compute_type: str) -> Any:
    """Load that the re-dispatch puts on one compute type of a site [MW]: ∑ work_factor × outage_allocation."""
    return sum(
        m.work_factor[k, site] * m.outage_allocation[outage, r, k, site]
        for r, k in m.OUTAGE_WORK[outage, site, compute_type]
    )


def redispatch_haul(m: PlanModel) -> Any:
    """Energy times distance of the re-dispatch, as if each outage lasted [MWh*km/a]: among equals the nearest."""
    return sum(m.hours * m.distance[r, s] * m.outage_allocation[o, r, k, s] for o, r, k, s in m.OUTAGE_PLACES)


def slower(inputs: Scenario) -> dict[Key, list[float]]:
    """Return the latencies above each limit in an outage at which a workload gains a site [ms, one way]."""
    return slower_by(inputs, "outage_latency_max")


def parts_lost(inputs: Scenario) -> pd.Series:
    """Return the shares that outages take in part [1]: a site that is lost whole has no routes to give back."""
    share = inputs.series("capacity_lost")
    return share[(share > 0) & (share < 1)]


def links_lost(inputs: Scenario) -> pd.Series:
    """Return the shares of links that outages take in part [1]: a link that is lost whole has no path to give back."""
    share = inputs.series(LINK_LOST)
    return share[(share > 0) & (share < 1)]


GIVES = {
    "outage_link_limit": (
        "link_modules_max",
        "link_capacity_existing",
        "link_capacity_existing_back",
        "link_utilisation_max",
        LINK_LOST,
        "protected_share",
    ),
    "protected_demand": ("protected_share", "outage_latency_max", "demand"),
    "outage_capacity": (
        "outage_utilisation_max",
        "capacity_lost",
        "modules_max",
        "capacity_existing",
        "utilisation_max",
        "work_factor",
        "protected_share",
    ),
    "outage_power": ("grid_power_max", "green_capacity_max", "protected_share"),
    "outage_grid_limit": ("grid_power_max", "grid_power_max_new", "capacity_lost"),
    "outage_fleet_limit": tuple(scopes.word_of(kind, FLEET_LIMIT) for kind in FLEETS),
}
RELAXATIONS = (
    Amount("outage_utilisation_max", Rank.PLANT, raised=True),
    Amount("protected_share", Rank.SERVICE, raised=False),
    Steps("outage_latency_max", Rank.SERVICE, slower),
    Amount("capacity_lost", Rank.SERVICE, False, parts_lost),
    Amount(LINK_LOST, Rank.SERVICE, False, links_lost),
)
EXAMPLE: Example = {
    "outage": ("fire", "quake"),
    "capacity_lost": {"gansu;fire": 0.4, "hebei;quake": 1},
    "protected_share": {"training": 0.3},
    "outage_latency_max": {"training": 40},
    "outage_utilisation_max": {"gansu": 0.95},
}
VARIANTS: Variants = {
    "outages": {"protected_share": {"training": 0.95}},
    "outages_of_links": {"protected_share": {"training": 0.95}, LINK_LOST: {"south;quake": 0.7625}},
    "outages_of_power": {"protected_share": {"training": 0.95}, "grid_power_max": {"gansu": 40}},
}


def build(m: PlanModel) -> None:
    """Add the re-dispatch of every outage and what limits it."""
    table = places(m.inputs)
    asked = protected(m.inputs)
    names = outages(m.inputs)
    peak = m.inputs.series("demand_profile").groupby(level="workload").max()
    m.members("FAILURES", names)
    m.members("PROTECTED", [(o, r, k) for o in names for r, k in asked.index], dimen=3)
    m.members("OUTAGE_PLACES", table.itertuples(index=False, name=None), dimen=4)
    m.subsets("OUTAGE_SITES", m.PROTECTED, table, ["outage", *WORK], dimen=1)
    m.parameter("demand_peak", [m.WORKLOADS], peak, "1", made_of=("demand_profile",))
    m.variable("outage_allocation", m.OUTAGE_PLACES, unit="MW")
    m.expression("outage_served", m.PROTECTED, rule=outage_served, unit="MW")
    m.constrain(protected_demand, m.PROTECTED, unit="MW")
    typed = table.assign(compute_type=table["workload"].map(m.inputs.series("workload.compute_type")))
    rooms = typed[ROOM].drop_duplicates()
    m.members("OUTAGE_ROOMS", rooms.itertuples(index=False, name=None), dimen=3)
    m.subsets("OUTAGE_WORK", m.OUTAGE_ROOMS, typed[[*ROOM, *WORK]], ROOM, dimen=2)
    m.add_term("outage_load", "redispatch", redispatch_term)
    m.open_total("outage_load", m.OUTAGE_ROOMS, unit="MW")
    m.members("OUTAGE_STATES", kept(m.inputs).index, dimen=2)
    m.parameter("outage_usable", [m.OUTAGE_STATES], usable(m.inputs), "1", made_of=USABLE)
    m.constrain(outage_capacity, m.OUTAGE_ROOMS, unit="MW")
    if m.inputs.distance.reindex(pd.MultiIndex.from_frame(table[["region", "site"]])).notna().all():
        m.add_term("haul", "outages", redispatch_haul)
    if m.inputs.has("backbone"):
        _build_links(m, table)
    if m.inputs.has("power_supply"):
        _build_power(m, rooms)


def _build_links(m: PlanModel, table: pd.DataFrame) -> None:
    """Hold what the re-dispatch sends against the links that are left."""
    legs = travelled(m.inputs, table)
    cables = m.members("OUTAGE_CARRYING", legs[CABLE].drop_duplicates().itertuples(index=False, name=None), dimen=3)
    for way in RATES:
        over = legs.loc[legs["way"] == way, [*CABLE, *WORK, "site"]]
        m.subsets(f"OUTAGE_{way}OVER", cables, over, CABLE, dimen=3)
    pairs = pd.MultiIndex.from_frame(legs[CABLE[:2]].drop_duplicates())
    taken = m.inputs.series(LINK_LOST).to_dict()
    kept_of = pd.Series([1.0 - float(taken.get((link, outage), 0.0)) for outage, link in pairs], pairs, dtype=float)
    links = m.members("OUTAGE_LINKS", pairs, dimen=2)
    m.parameter("outage_link_kept", [links], kept_of, "1", made_of=(LINK_LOST,))
    m.expression("outage_link_traffic", cables, rule=outage_link_traffic, unit="Gbit/s")
    m.constrain(outage_link_limit, m.OUTAGE_CARRYING, unit="Gbit/s")


USABLE = ("capacity_lost", "utilisation_max", "outage_utilisation_max")


def _build_power(m: PlanModel, rooms: pd.DataFrame) -> None:
    """Add power where a site or its fleet has a limit; a site without one is free."""
    fleets = [scope for scope in scopes.given(m.inputs, FLEET_LIMIT, FLEETS) if m.inputs.has("grid_limits")]
    limited = {*m.inputs.series(FLEET_LIMIT).index, *(site for fleet in fleets for site in fleet.sites)}
    watched = rooms[rooms["site"].isin(limited)]
    states = watched[["outage", "site"]].drop_duplicates()
    own = states[states["site"].isin(m.inputs.series(FLEET_LIMIT).index)]
    least = m.parameter_values["availability"].groupby(level=["site", "technology"], sort=False).min()
    greatest = m.parameter_values["pue"].groupby(level="site", sort=False).max()
    m.members("OUTAGE_POWERED", states.itertuples(index=False, name=None), dimen=2)
    m.subsets("OUTAGE_TYPES", m.OUTAGE_POWERED, watched, ["outage", "site"], dimen=1)
    m.members("OUTAGE_CONNECTED", own.itertuples(index=False, name=None), dimen=2)
    m.parameter("pue_greatest", [m.SITES], greatest, "1", made_of=("pue",))
    m.parameter("availability_least", [m.SITES, m.TECHNOLOGIES], least, "1", made_of=("availability",))
    m.parameter("outage_kept", [m.OUTAGE_STATES], kept(m.inputs), "1", made_of=("capacity_lost",))
    m.variable("outage_grid_power", m.OUTAGE_POWERED, unit="MW")
    m.constrain(outage_power, m.OUTAGE_POWERED, unit="MW")
    m.constrain(outage_grid_limit, m.OUTAGE_CONNECTED, unit="MW")
    rows = [(o, fleet.kind, fleet.name, s) for fleet in fleets for o, s in m.OUTAGE_POWERED if s in fleet.sites]
    table = pd.DataFrame(rows, columns=["outage", "kind", "name", "site"])
    keys = ["outage", "kind", "name"]
    limits = {(fleet.kind, fleet.name): fleet.limit for fleet in fleets}
    index = (
        pd.MultiIndex.from_tuples(list(limits), names=["kind", "name"])
        if limits
        else pd.MultiIndex.from_arrays([[], []])
    )
    m.members("FLEETS", limits, dimen=2)
    m.parameter(
        "fleet_limit", [m.FLEETS], pd.Series(list(limits.values()), index, dtype=float), "MW", made_of=FLEET_MADE
    )
    m.members("OUTAGE_FLEETS", table[keys].drop_duplicates().itertuples(index=False, name=None), dimen=3)
    m.subsets("OUTAGE_FLEET_SITES", m.OUTAGE_FLEETS, table, keys, dimen=1)
    m.constrain(outage_fleet_limit, m.OUTAGE_FLEETS, unit="MW")


FLEET_MADE = tuple(scopes.word_of(kind, FLEET_LIMIT) for kind in FLEETS)


def report(m: PlanModel) -> dict[str, pd.DataFrame]:
    """Return the re-dispatch of every outage, what it takes, and the room and the power that are left."""
    load = m.tabulate("outage_load", columns=ROOM)
    before = m.tabulate("compute_load", columns=[*ROOM[1:], "timestep"]).groupby(ROOM[1:])["compute_load"].max()
    stands = m.tabulate("capacity", columns=ROOM[1:]).set_index(ROOM[1:])["capacity"]
    pairs = pd.MultiIndex.from_frame(load[ROOM[1:]])
    share = usable(m.inputs).reindex(pd.MultiIndex.from_frame(load[ROOM[:2]])).to_numpy(float)
    rooms = load.assign(load_before=before.reindex(pairs, fill_value=0.0).to_numpy(float))
    rooms["room_left"] = (share * stands.reindex(pairs).to_numpy(float) - rooms["outage_load"]).clip(lower=0.0)
    served = m.tabulate("outage_allocation", columns=PLACE, only_positive=True)
    network = {"hub_outage_link": _links(m), "hub_outage_path": _paths(m, served)} if m.inputs.has("backbone") else {}
    return network | {
        "hub_outage": served,
        "hub_outage_lost": lost(m.inputs).rename("capacity_lost").reset_index(),
        "hub_outage_room": rooms[[*ROOM, "load_before", "outage_load", "room_left"]],
        "hub_outage_power": _grid_power(m, load),
    }


def _links(m: PlanModel) -> pd.DataFrame:
    """Return traffic and usable bandwidth of the links in every outage [Gbit/s]."""
    table = m.tabulate("outage_link_traffic", columns=CABLE)
    stands = m.tabulate("link_capacity", columns=CABLE[1:]).set_index(CABLE[1:])["link_capacity"]
    kept_of = m.tabulate("outage_link_kept", columns=CABLE[:2]).set_index(CABLE[:2])["outage_link_kept"]
    room = stands.reindex(pd.MultiIndex.from_frame(table[CABLE[1:]])).to_numpy(float)
    room = room * kept_of.reindex(pd.MultiIndex.from_frame(table[CABLE[:2]])).to_numpy(float)
    share = table["link"].map(m.inputs.series("link_utilisation_max")).to_numpy(float)
    return table.assign(outage_link_room=room * share)


def _paths(m: PlanModel, served: pd.DataFrame) -> pd.DataFrame:
    """Return the traffic by outage, region, site and path [Gbit/s]; a path is named from the region's end."""
    names = {"": "outage_path_traffic", "RETURN_": "outage_return_path_traffic"}
    ways = served.merge(m.inputs.once(paths_left), on=PAIR)
    parts = []
    for way, column in names.items():
        flow = ways["outage_allocation"] * ways["workload"].map(m.inputs.series(RATES[way])).to_numpy(float)
        links = [[link for link, _ in cables] for cables in ways[f"{way}path"]]
        path = [JOINT.join(reversed(each) if way else each) for each in links]
        part = ways[PAIR].assign(path=path, **{column: flow})
        parts.append(part[(part[column] > 0) & (part["path"] != "")])
    table = pd.concat(parts, ignore_index=True).fillna(dict.fromkeys(names.values(), 0.0))
    sums = table.groupby([*PAIR, "path"], sort=False)[list(names.values())].sum().reset_index()
    return sums.astype({**dict.fromkeys([*PAIR, "path"], object), **dict.fromkeys(names.values(), float)})


def _grid_power(m: PlanModel, load: pd.DataFrame) -> pd.DataFrame:
    """Return the least power from the grid that is enough in every outage [MW], where it is limited."""
    if "outage_grid_power" not in m.records:
        return pd.DataFrame(columns=["outage", "site", "outage_grid_power"]).astype({"outage_grid_power": float})
    table = m.tabulate("outage_grid_power", columns=["outage", "site"])
    it = load.groupby(["outage", "site"])["outage_load"].sum()
    needed = it.reindex(pd.MultiIndex.from_frame(table[["outage", "site"]])).to_numpy(float)
    green = m.tabulate("green_capacity", columns=["site", "technology"])
    green = green.merge(m.tabulate("availability_least", columns=["site", "technology"]), on=["site", "technology"])
    given = green["green_capacity"] * green["availability_least"]
    sure = given.groupby(green["site"]).sum().reindex(table["site"], fill_value=0.0)
    pue = m.tabulate("pue_greatest", columns=["site"]).set_index("site")["pue_greatest"].reindex(table["site"])
    drawn = needed * pue.to_numpy(float) - sure.to_numpy(float)
    return table.assign(outage_grid_power=np.clip(drawn, 0.0, None))


def audit(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> Iterator[Finding]:
    """Replay every outage: what the tables serve in it is all that is protected, and fits what is left."""
    left = _left_again(inputs)
    said = ledger.column(tables, "hub_outage_lost", "capacity_lost", ["outage", "site"])
    gone = {(o, s): 1.0 - share for o, sites in left.items() for s, share in sites.items() if share < 1}
    index = pd.MultiIndex.from_tuples(list(gone), names=["outage", "site"])
    yield from Finding.all_equal("capacity_lost", pd.Series(list(gone.values()), index, dtype=float), said, "1")
    served = ledger.column(tables, "hub_outage", "outage_allocation", PLACE)
    yield from Finding.none_negative("outage_allocation", served, "MW")
    yield from _audit_places(inputs, tables, left, served)
    yield from _audit_protected(inputs, left, served)
    yield from _audit_rooms(inputs, tables, left, served)
    if "backbone" in tables:
        yield from audit_links(inputs, tables, list(left), _cells(served), _limits_again(inputs))
        table, room = tables["hub_outage_link"].set_index(CABLE), rooms_of(inputs, tables, list(left))
        yield from Finding.all_equal("outage_link_room", room, table["outage_link_room"].astype(float), "Gbit/s")
        yield from Finding.all_at_most("outage_link_limit", table["outage_link_traffic"].astype(float), room, "Gbit/s")
    if "power_supply" in tables:
        yield from _audit_power(inputs, tables, left, served)


def _limits_again(inputs: Scenario) -> dict[Any, float]:
    """Find again the latency that each workload bears in an outage [ms, one way]."""
    limits: dict[Any, float] = {}
    for name, factor in (("latency_max_rtt", 0.5), ("latency_max", 1.0), ("outage_latency_max", 1.0)):
        limits |= {key: factor * float(value) for key, value in inputs.series(name).to_dict().items()}
    return limits


def _cells(values: pd.Series) -> dict[Any, Any]:
    """Return a Series by key."""
    found: dict[Any, Any] = values.to_dict()
    return found


def _left_again(inputs: Scenario) -> dict[str, dict[str, float]]:
    """Find again what every outage leaves of each site [1]."""
    sites, given = list(inputs.sets["site"]), list(inputs.sets["outage"])
    if given:
        takes = inputs.series("capacity_lost").to_dict()
        return {outage: {site: 1.0 - float(takes[site, outage]) for site in sites} for outage in given}
    found: dict[str, dict[str, float]] = {}
    hubs = inputs.series("site.hub").to_dict()
    for hub in set(hubs.values()):
        found[str(hub)] = {site: 0.0 if hubs.get(site) == hub else 1.0 for site in sites}
    return found


def _audit_places(
    inputs: Scenario, tables: Mapping[str, pd.DataFrame], left: Mapping[str, Mapping[str, float]], served: pd.Series
) -> Iterator[Finding]:
    """No protected work goes to a site that is lost, too far from its users, or where it may not go."""
    latency, forbidden = (ledger.added(inputs, tables, total).to_dict() for total in ("latency_needed", "forbidden"))
    limits = _limits_again(inputs)
    for outage, region, workload, site in served.index:
        where = f"{outage}, {region}, {workload}, {site}"
        if not left.get(outage, {}).get(site, 0.0) > 0.0:
            yield Finding("outage_allocation", where, say("is lost in the outage"))
        if forbidden.get((region, workload, site), 1.0) != 0.0:
            yield Finding("outage_allocation", where, say("is where the work may not go"))
        if workload in limits:
            found = float(latency[region, workload, site])
            yield from Finding.unless_at_most("outage_latency_max", where, found, limits[workload], "ms")


def _audit_protected(inputs: Scenario, left: Mapping[str, Mapping[str, float]], served: pd.Series) -> Iterator[Finding]:
    """In every outage each region's protected work is served at its greatest."""
    share = _cells(inputs.series("protected_share"))
    peak: dict[str, float] = {}
    for (workload, _), rate in _cells(inputs.series("demand_profile")).items():
        peak[workload] = max(float(rate), peak.get(workload, 0.0))
    asked = {
        (outage, region, workload): float(power) * peak[workload] * float(share[workload])
        for outage in left
        for (region, workload), power in _cells(inputs.series("demand")).items()
    }
    index = pd.MultiIndex.from_tuples(list(asked), names=["outage", *WORK])
    done = served.groupby(level=["outage", *WORK]).sum()
    yield from Finding.all_equal("protected_demand", pd.Series(list(asked.values()), index, dtype=float), done, "MW")


def _it_load_again(inputs: Scenario, served: pd.Series) -> dict[Any, float]:
    """Work out again the IT load of what is served in an outage [MW], by outage, region, workload and site."""
    factor = _cells(inputs.series("work_factor"))
    return {key: factor[key[2:]] * power for key, power in _cells(served).items()}


def _audit_rooms(
    inputs: Scenario, tables: Mapping[str, pd.DataFrame], left: Mapping[str, Mapping[str, float]], served: pd.Series
) -> Iterator[Finding]:
    """In every outage each site holds its load, and the table says what is left beside it."""
    kinds = inputs.series("workload.compute_type").to_dict()
    load: dict[tuple[str, str, str], float] = {}
    for (outage, _, workload, site), power in _it_load_again(inputs, served).items():
        key = (outage, site, kinds[workload])
        load[key] = load.get(key, 0.0) + power
    stands = tables["site_capacity"].groupby(ROOM[1:])["capacity"].max().to_dict()
    most = tables["site_capacity"].groupby(ROOM[1:])["compute_load"].max().to_dict()
    usual, special = (inputs.series(name).to_dict() for name in ("utilisation_max", "outage_utilisation_max"))
    table = tables["hub_outage_room"].set_index(ROOM)
    for key in sorted(set(load) - set(table.index)) + list(table.index[table.index.duplicated()]):
        yield Finding("hub_outage_room", ", ".join(key), say("is missing from the results, or stands there twice"))
    room = {
        (o, s, c): float(special.get(s, usual[s])) * left.get(o, {}).get(s, 0.0) * float(stands.get((s, c), 0.0))
        for o, s, c in {*load, *table.index}
    }
    for key in sorted(room):
        yield from Finding.unless_at_most("outage_capacity", ", ".join(key), load.get(key, 0.0), room[key], "MW")
    columns = {
        "load_before": [float(most.get(key[1:], 0.0)) for key in table.index],
        "outage_load": [load.get(key, 0.0) for key in table.index],
        "room_left": [max(0.0, room[key] - load.get(key, 0.0)) for key in table.index],
    }
    for name, again in columns.items():
        yield from Finding.all_equal(name, pd.Series(again, table.index, dtype=float), table[name].astype(float), "MW")


def _audit_power(
    inputs: Scenario, tables: Mapping[str, pd.DataFrame], left: Mapping[str, Mapping[str, float]], served: pd.Series
) -> Iterator[Finding]:
    """In every outage connection and fleets carry what the load draws beyond what green plants surely give."""
    drawn = _drawn_again(inputs, tables, served)
    stands = inputs.series("grid_power_max").to_dict()
    carries = {**stands, **ledger.column(tables, "power_supply_connection", "grid_connection", ["site"]).to_dict()}
    fleets = list(ledger.scopes(inputs, "grid_power_max", ("hub", "side"))) if inputs.has("grid_limits") else []
    watched = set(stands).union(*(sites for *_, sites in fleets))
    said = ledger.column(tables, "hub_outage_power", "outage_grid_power", ["outage", "site"])
    for (outage, site), power in drawn.items():
        if site in stands:
            limit = left[outage][site] * float(carries[site])
            yield from Finding.unless_at_most("outage_grid_limit", f"{outage}, {site}", power, limit, "MW")
    for outage in left:
        for kind, name, most, sites in fleets:
            power = sum(drawn.get((outage, site), 0.0) for site in sites)
            yield from Finding.unless_at_most("outage_fleet_limit", f"{outage}, {kind}, {name}", power, most, "MW")
    expected = {key: power for key, power in drawn.items() if key[1] in watched}
    index = pd.MultiIndex.from_tuples(list(expected), names=["outage", "site"])
    yield from Finding.all_equal("outage_power", pd.Series(list(expected.values()), index, dtype=float), said, "MW")


def _drawn_again(
    inputs: Scenario, tables: Mapping[str, pd.DataFrame], served: pd.Series
) -> dict[tuple[str, str], float]:
    """Work out again what each site draws from the grid in every outage [MW], by its worst PUE and calmest timestep."""
    worst = tables["facility_load"].groupby("site")["pue"].max().to_dict()
    calm: dict[Any, float] = {}
    for (site, technology, _), rate in _cells(inputs.series("availability")).items():
        calm[site, technology] = min(float(rate), calm.get((site, technology), float("inf")))
    sure: dict[str, float] = {}
    capacity = tables["power_supply_capacity"].groupby(["site", "technology"])["green_capacity"].sum()
    for (site, technology), size in _cells(capacity).items():
        sure[site] = sure.get(site, 0.0) + float(size) * calm[site, technology]
    load: dict[tuple[str, str], float] = {}
    for (outage, _, _, site), power in _it_load_again(inputs, served).items():
        load[outage, site] = load.get((outage, site), 0.0) + power
    return {key: max(0.0, power * float(worst[key[1]]) - sure.get(key[1], 0.0)) for key, power in load.items()}


def told(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> list[tuple[Message, float, float, Message, Message]]:
    """Return of every outage its name, the load of what is lost, what is served, where most is added, the room left."""
    most = tables["site_capacity"].groupby(ROOM[1:])["compute_load"].max().groupby(level="site").sum()
    rooms, loss = tables["hub_outage_room"], tables["hub_outage_lost"]
    found = []
    for outage in dict.fromkeys([*loss["outage"], *rooms["outage"]]):
        taken = loss[loss["outage"] == outage]
        gone = (most.reindex(taken["site"]).to_numpy(float) * taken["capacity_lost"].to_numpy(float)).sum()
        here = rooms[rooms["outage"] == outage]
        added = (here["outage_load"] - here["load_before"]).groupby(here["site"]).sum()
        first = added[added > SMALL].sort_values(ascending=False, kind="stable").head(ADDED_MAX)
        named = [
            say("{site} +{power:.1f} MW", site=inputs.called("site", str(site)), power=float(power))
            for site, power in first.items()
        ]
        served = float(here["outage_load"].sum())
        found.append((_called(inputs, str(outage)), float(gone), served, together(named), _room_told(inputs, here)))
    return found


def _room_told(inputs: Scenario, rooms: pd.DataFrame) -> Message:
    """Say what room is left of each kind of compute that serves protected work, the scarcest first: none stands in."""
    kinds = rooms.groupby("compute_type")[["outage_load", "room_left"]].sum()
    left = kinds.loc[kinds["outage_load"] > SMALL, "room_left"].sort_values(kind="stable")
    return together(
        say("{compute_type} {power:,.1f} MW", compute_type=inputs.called("compute_type", str(kind)), power=float(power))
        for kind, power in left.items()
    )


ADDED_MAX = 3
"""Sites that the page names of an outage."""
SMALL = 0.05
"""[MW]: less is not shown."""
CHAPTERS = (
    Chapter(
        "outages",
        say("If a hub is lost"),
        say(
            "For every outage: the load of what is lost, the protected work that the others then serve, where most is "
            "added to the greatest load of the plan, and the room that is left beside it, of each kind of compute, the "
            "scarcest first. Of all ways to serve the work this is one, not the one that moves least."
        ),
        (
            (say("Outage"), ""),
            (say("Load of what is lost"), "MW"),
            (say("Protected work"), "MW"),
            (say("Where most is added"), ""),
            (say("Room left"), ""),
        ),
        told,
    ),
)
