"""Disaster recovery: room that is kept free elsewhere for work whose hub or site may be lost.

A failure domain is what is lost together: the sites of a hub, a single site, or all sites within some distance. For all
work in a domain a share of it has standby room outside. One domain is lost at a time, so that domains share the room.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from planner.figures import ledger
from planner.language import Message, Text, say
from planner.models.features.routes import (
    admissible,
    admissible_under,
    latency_limits,
    slower_by,
    unknown_latencies,
)
from planner.models.rules import audit_physics
from planner.models.rules.findings import Finding
from planner.models.rules.relaxations import Amount, Rank, Steps
from planner.scenario.column import Column, Measure, keys_of
from planner.scenario.geography import distances
from planner.scenario.parameter import Parameter
from planner.scenario.plausible import MICROSECONDS, PERCENT, SECONDS_FOR_MS, Plausible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from planner.errors import Fault
    from planner.models.algebra.plan_model import PlanModel
    from planner.models.rules.example import Example, Variants
    from planner.models.rules.relaxations import Key
    from planner.scenario.scenario import Scenario

REQUIRES = ("site_capacity",)
WORK = ["region", "workload"]
ROOM = ["site", "compute_type"]
PLACE = ["failure_domain", *WORK, "site"]
PARAMETERS = (
    Parameter(
        "failure_domain",
        (),
        "",
        say("What is lost together: the sites of a hub (one without a hub by itself), or each site by itself."),
        "hub",
        "choice",
        choices=("hub", "site"),
    ),
    Parameter(
        "standby_distance_min",
        (),
        "km",
        say("All sites nearer than this to a site are lost with it; in place of failure_domain."),
        None,
        low_open=True,
        plausible=Plausible(10.0, 3000.0),
    ),
    Parameter(
        "standby_share",
        ("workload",),
        "1",
        say("Share of the work in a failure domain for which room is kept free outside."),
        0.0,
        high=1.0,
        plausible=Plausible(0.01, 1.0, (PERCENT,)),
    ),
    Parameter(
        "standby_latency_max",
        ("workload",),
        "ms",
        say("Longest latency of the work at its standby, one way; by default latency_max."),
        None,
        plausible=Plausible(0.5, 1000.0, (MICROSECONDS, SECONDS_FOR_MS)),
    ),
    Parameter(
        "standby_power_share",
        ("workload",),
        "1",
        say("Share of the standby room whose machines are kept on."),
        0.0,
        high=1.0,
        plausible=Plausible(0.01, 1.0, (PERCENT,)),
    ),
)
WORDS: dict[str, Message] = {
    "disaster_recovery": say("disaster recovery"),
    "disaster_recovery_domain": say("failure domains"),
    "disaster_recovery_reserved": say("standby room by site"),
    "disaster_recovery_power": say("standby power by site"),
    "failure_domain": say("failure domain"),
    "standby_distance_min": say("distance within which sites are lost together"),
    "standby": say("standby room"),
    "standby_share": say("share that has a standby"),
    "standby_latency_max": say("latency limit of the standby"),
    "standby_power_share": say("share of the standby kept on"),
    "standby_floor": say("standby for the work of a domain"),
    "reserved": say("room kept for standby"),
    "reserved_floor": say("room kept for standby"),
    "standby_power": say("standby kept on"),
    "standby_power_floor": say("standby kept on"),
}
DOMAIN = say("What is lost together: id of the hub or the site it is called after.")
COLUMNS = (
    Column("disaster_recovery", "failure_domain", "", DOMAIN),
    *keys_of("disaster_recovery", *WORK),
    Column("disaster_recovery", "site", "", say("Site that keeps room for the work if the domain is lost.")),
    Column(
        "disaster_recovery",
        "standby",
        "MW",
        say("Work of the domain for which the site keeps room; the room is work_factor times as much."),
    ),
    Column("disaster_recovery_domain", "failure_domain", "", DOMAIN),
    Column("disaster_recovery_domain", "site", "", say("Site that is lost with the domain.")),
    *keys_of("disaster_recovery_reserved", *ROOM),
    Column("disaster_recovery_reserved", "reserved", "MW", say("Room kept for standby, shared by all domains.")),
    *keys_of("disaster_recovery_power", "site"),
    Column("disaster_recovery_power", "standby_power", "MW", say("IT load of standby machines that are kept on.")),
)
MEASURES = (Measure("reserved", "MW"),)


def domains(inputs: Scenario) -> pd.DataFrame:
    """Return failure domain and site of every site that is lost with a domain, in canonical order.

    Two domains of the same sites are one, called after the first.
    """
    sites = list(inputs.sets["site"])
    if inputs.is_given("standby_distance_min"):
        groups: dict[frozenset[str], str] = {}
        for site, near in _near(inputs).items():
            groups.setdefault(near, site)
        rows = [(name, site) for near, name in groups.items() for site in sites if site in near]
    else:
        owner = _owners(inputs)
        rows = sorted(((owner[site], site) for site in sites), key=lambda row: list(owner.values()).index(row[0]))
    return pd.DataFrame(rows, columns=["failure_domain", "site"])


def _near(inputs: Scenario) -> dict[str, frozenset[str]]:
    """Return of every site those that are lost with it, itself among them."""
    places = inputs.coordinates("site")
    apart = distances(places, places).to_numpy().reshape(len(places), -1)
    near = apart < inputs.number("standby_distance_min")
    np.fill_diagonal(near, val=True)
    return {str(site): frozenset(places.index[row]) for site, row in zip(places.index, near, strict=True)}


def _owners(inputs: Scenario) -> dict[str, str]:
    """Return the failure domain of every site: its hub, or the site itself."""
    hubs = {} if inputs.scalar("failure_domain") == "site" else inputs.series("site.hub").to_dict()
    return {site: str(hubs.get(site, site)) for site in inputs.sets["site"]}


def standby_limits(inputs: Scenario) -> pd.Series:
    """Return the latency limit of the standby [ms, one way] of the workloads that have one."""
    return inputs.series("standby_latency_max").combine_first(latency_limits(inputs))


def pairs(inputs: Scenario) -> pd.DataFrame:
    """Return region, workload and site of all places that may stand by for work that has a share of standby."""
    return inputs.once(_pairs).copy(deep=False)


def _pairs(inputs: Scenario) -> pd.DataFrame:
    share = inputs.series("standby_share")
    places = admissible_under(inputs, standby_limits(inputs))
    return places.loc[places["workload"].isin(share.index[share > 0]), [*WORK, "site"]].reset_index(drop=True)


def occupies(inputs: Scenario) -> pd.DataFrame:
    """Return where room may be kept for standby: site, compute_type, load [MW] at the most, is_kept_free."""
    table = pairs(inputs)
    peak = inputs.series("demand_profile").groupby(level="workload").max()
    most = inputs.series("demand") * inputs.series("standby_share").mul(peak)
    load = most.reindex(pd.MultiIndex.from_frame(table[WORK])).to_numpy(float)
    factor = inputs.series("work_factor").reindex(pd.MultiIndex.from_frame(table[["workload", "site"]])).to_numpy(float)
    kind = table["workload"].map(inputs.series("workload.compute_type"))
    return pd.DataFrame({"site": table["site"], "compute_type": kind, "load": load * factor, "is_kept_free": True})


def check(inputs: Scenario) -> Iterator[Fault]:
    """Domains have names of their own, distances and latencies are known."""
    if inputs.is_given("standby_distance_min"):
        if inputs.is_given("failure_domain"):
            problem = say("standby_distance_min is given as well")
            yield inputs.fault("failure_domain", None, problem, say("give one of the two"))
        known = inputs.coordinates("site").index
        for site in inputs.sets["site"]:
            if site not in known:
                problem = say("its distance from other sites is not known")
                yield inputs.fault("site.longitude", (site,), problem, say("give longitude and latitude"))
    else:
        hubs = inputs.series("site.hub")
        for site, name in _owners(inputs).items():
            if site == name and site not in hubs.index and name in set(hubs):
                yield inputs.fault(
                    "site.hub", (site,), say("the site has no hub, and another hub its id"), say("rename the site")
                )
    if len(inputs.series("standby_latency_max")) and latency_limits(inputs).empty:
        yield from unknown_latencies(inputs)


def warn(inputs: Scenario) -> Iterator[Text]:
    """Say where nothing stands by."""
    if not (inputs.series("standby_share") > 0).any():
        yield say("no workload has a standby_share: disaster_recovery keeps no room free")


def obstacles(inputs: Scenario) -> Iterator[Text]:
    """Name work that must be served and has no standby outside the domain of any site that may serve it."""
    share, priced = inputs.series("standby_share"), inputs.series("unserved_price").index
    routes = admissible(inputs)
    routes = routes[routes["workload"].isin(share.index[share > 0].difference(priced))]
    there = pd.MultiIndex.from_frame(_places(inputs, routes)[["failure_domain", *WORK]])
    served = routes.merge(domains(inputs), on="site")
    served["covered"] = pd.MultiIndex.from_frame(served[["failure_domain", *WORK]]).isin(there)
    of_site = served.groupby([*WORK, "site"], sort=False)["covered"].all()
    of_work = of_site.groupby(level=WORK, sort=False).any()
    for region, workload in of_work.index[~of_work]:
        yield say(
            "{workload} of {region} has no standby: wherever it is served, no site outside the failure domain is near "
            "enough and allowed",
            workload=inputs.called("workload", str(workload)),
            region=inputs.called("region", str(region)),
        )


def standby_floor(m: PlanModel, domain: str, region: str, workload: str, timestep: str) -> Any:
    """Outside a failure domain there is standby room for a share of the work in it.

    ∑_{s∉d} standby[d,r,k,s] ≥ standby_share[k] × ∑_{s∈d,p} allocation[r,k,s,p,t]  ∀ d,r,k,t  [MW]

    =============  ==============================================================  ==
    standby        work of the region that site s takes over if domain d is lost   MW
    allocation     work that the sites of the domain serve                         MW
    standby_share  share of it that has a standby                                  1
    =============  ==============================================================  ==
    """
    return sum(m.standby[domain, region, workload, s] for s in m.STANDBY_SITES[domain, region, workload]) >= (
        m.standby_share[workload]
        * sum(m.allocation[region, workload, s, p, timestep] for s, p in m.ROUTES_INTO_DOMAIN[domain, region, workload])
    )


def reserved_floor(m: PlanModel, domain: str, site: str, compute_type: str) -> Any:
    """A site keeps room for the standby of whichever domain is lost; one is lost at a time, so that they share it.

    reserved[s,c] ≥ ∑_{r, k of c} work_factor[k,s] × standby[d,r,k,s]  ∀ d,s,c  [MW]

    =============  ==============================================================  ==
    work_factor    IT load at the site for a MW of demand                          1
    =============  ==============================================================  ==
    """
    return m.reserved[site, compute_type] >= sum(
        m.work_factor[k, site] * m.standby[domain, r, k, site] for r, k in m.STANDBY_WORK[domain, site, compute_type]
    )


def standby_power_floor(m: PlanModel, domain: str, site: str) -> Any:
    """A site keeps machines on for the standby of whichever domain is lost.

    standby_power[s] ≥ ∑_{r,k} standby_power_share[k] × work_factor[k,s] × standby[d,r,k,s]  ∀ d,s  [MW]
    """
    return m.standby_power[site] >= sum(
        m.standby_power_share[k] * m.work_factor[k, site] * m.standby[domain, r, k, site]
        for r, k in m.STANDBY_KEPT_ON[domain, site]
    )


def reserved_term(m: PlanModel, site: str, compute_type: str) -> Any:
    """Room kept for standby is not served from [MW]."""
    return sum(m.reserved[s, c] for s, c in m.RESERVABLE_AT[site, compute_type])


def standby_load_term(m: PlanModel, site: str, timestep: str) -> Any:  # noqa: ARG001 - the same in all
    """Standby machines that are kept on draw power in every timestep [MW]."""
    return sum(m.standby_power[s] for s in m.KEPT_ON_AT[site])


def slower(inputs: Scenario) -> dict[Key, list[float]]:
    """Return the latencies above each limit of the standby at which a workload gains a place [ms, one way]."""
    return slower_by(inputs, "standby_latency_max")


GIVES = {
    "standby_floor": ("standby_share", "standby_latency_max"),
    "reserved_floor": ("standby_share", "work_factor"),
    "standby_power_floor": ("standby_power_share", "standby_share"),
}
RELAXATIONS = (
    Amount("standby_power_share", Rank.POLICY, raised=False),
    Amount("standby_share", Rank.SERVICE, raised=False),
    Steps("standby_latency_max", Rank.SERVICE, slower),
)
EXAMPLE: Example = {"standby_latency_max": {"training": 40}, "standby_power_share": {"training": 0.3}}
VARIANTS: Variants = {
    "standby": {"standby_share": {"training": 0.04}},
    "standby_of_sites": {"failure_domain": "site", "standby_share": {"training": 0.1}},
    "standby_apart": {"standby_distance_min": 700, "standby_share": {"training": 0.1}},
}


def build(m: PlanModel) -> None:
    """Add standby, the room that is kept for it and the power of what is kept on."""
    table = _places(m.inputs, m.routes)
    typed = table.assign(compute_type=table["workload"].map(m.inputs.series("workload.compute_type")))
    rooms = typed[ROOM].drop_duplicates()
    m.members("FAILURE_DOMAINS", table["failure_domain"].unique())
    m.members("STANDBY", table[PLACE].itertuples(index=False, name=None), dimen=4)
    m.variable("standby", m.STANDBY, unit="MW")
    m.members("RESERVABLE", rooms.itertuples(index=False, name=None), dimen=2)
    m.subsets("RESERVABLE_AT", m.SITE_COMPUTE_TYPES, rooms.assign(s=rooms["site"], c=rooms["compute_type"]), ROOM)
    m.variable("reserved", m.RESERVABLE, unit="MW")
    m.add_term("reserved_room", "standby", reserved_term)
    _cover(m, table)
    keys = ["failure_domain", *ROOM]
    m.members("STANDBY_ROOMS", typed[keys].drop_duplicates().itertuples(index=False, name=None), dimen=3)
    m.subsets("STANDBY_WORK", m.STANDBY_ROOMS, typed[[*keys, *WORK]], keys)
    m.constrain(reserved_floor, m.STANDBY_ROOMS, unit="MW")
    if m.inputs.has("facility_load"):
        _keep_on(m, table)


def _places(inputs: Scenario, routes: pd.DataFrame) -> pd.DataFrame:
    """Return every standby there may be: domain in which some routes serve, region, workload, site outside."""
    domain = domains(inputs)
    served = routes[[*WORK, "site"]].merge(domain, on="site")[["failure_domain", *WORK]].drop_duplicates()
    table = served.merge(pairs(inputs), on=WORK)
    inside = pd.MultiIndex.from_frame(table[["failure_domain", "site"]]).isin(pd.MultiIndex.from_frame(domain))
    return table.loc[~inside, PLACE].reset_index(drop=True)


def _cover(m: PlanModel, table: pd.DataFrame) -> None:
    """Have standby for all work that may be served in a domain, also where there is no place for it."""
    share = m.inputs.series("standby_share")
    keys = ["failure_domain", *WORK]
    routes = m.routes[m.routes["workload"].isin(share.index[share > 0])]
    served = routes.merge(domains(m.inputs), on="site")[[*keys, "site", "path"]]
    m.members("COVERED", served[keys].drop_duplicates().itertuples(index=False, name=None), dimen=3)
    m.subsets("ROUTES_INTO_DOMAIN", m.COVERED, served, keys, dimen=2)
    m.subsets("STANDBY_SITES", m.COVERED, table, keys, dimen=1)
    m.constrain(standby_floor, m.COVERED, m.TIMESTEPS, unit="MW")


def _keep_on(m: PlanModel, table: pd.DataFrame) -> None:
    """Keep a share of the standby on where some is."""
    share = m.inputs.series("standby_power_share")
    kept = table[table["workload"].isin(share.index[share > 0])]
    sites = [site for site in m.SITES if site in set(kept["site"])]
    keys = ["failure_domain", "site"]
    m.members("KEPT_ON", sites)
    m.subsets("KEPT_ON_AT", m.SITES, pd.DataFrame({"owner": sites, "site": sites}), ["owner"])
    m.members("KEPT_ON_FOR", kept[keys].drop_duplicates().itertuples(index=False, name=None), dimen=2)
    m.subsets("STANDBY_KEPT_ON", m.KEPT_ON_FOR, kept[[*keys, *WORK]], keys, dimen=2)
    m.variable("standby_power", m.KEPT_ON, unit="MW")
    m.add_term("standby_load", "standby", standby_load_term)
    m.constrain(standby_power_floor, m.KEPT_ON_FOR, unit="MW")


def report(m: PlanModel) -> dict[str, pd.DataFrame]:
    """Return standby by domain, work and site, what is lost together, and the room and power kept at each site.

    What is free costs nothing, so that a solver may keep more than is asked for. The tables have what is needed: of
    standby the share of the most work, of room the most that the standby for one domain takes.
    """
    table = _asked_for(m, m.tabulate("standby", columns=PLACE, only_positive=True))
    kind = table["workload"].map(m.inputs.series("workload.compute_type")).rename("compute_type")
    factor = m.inputs.series("work_factor").reindex(pd.MultiIndex.from_frame(table[["workload", "site"]]))
    room = table["standby"] * factor.to_numpy(float)
    by_domain = room.groupby([table["failure_domain"], table["site"], kind]).sum()
    rooms = m.tabulate("reserved", columns=ROOM)
    needed = by_domain.groupby(level=ROOM).max().reindex(pd.MultiIndex.from_frame(rooms[ROOM]), fill_value=0.0)
    rooms["reserved"] = needed.to_numpy(float)
    has_power = "standby_power" in m.records
    power = (
        m.tabulate("standby_power", columns=["site"]) if has_power else pd.DataFrame(columns=["site", "standby_power"])
    )
    return {
        "disaster_recovery": table,
        "disaster_recovery_domain": domains(m.inputs),
        "disaster_recovery_reserved": rooms,
        "disaster_recovery_power": power.astype({"site": object, "standby_power": float}),
    }


def _asked_for(m: PlanModel, table: pd.DataFrame) -> pd.DataFrame:
    """Return standby, that of each domain's work brought down to its share of the most that the domain serves."""
    keys = ["failure_domain", *WORK]
    work = m.tabulate("allocation", columns=[*WORK, "site", "path", "timestep"], only_positive=True)
    served = work.merge(domains(m.inputs), on="site").groupby([*keys, "timestep"])["allocation"].sum()
    most = served.groupby(level=keys).max()
    share = m.inputs.series("standby_share").reindex(most.index.get_level_values("workload")).to_numpy()
    asked = (most * share).reindex(pd.MultiIndex.from_frame(table[keys]), fill_value=0.0).to_numpy(float)
    kept = table.groupby(keys)["standby"].transform("sum").to_numpy(float)
    table["standby"] *= np.minimum(1.0, np.divide(asked, kept, out=np.zeros(len(table)), where=kept > 0))
    return table[table["standby"] > 0].reset_index(drop=True)


def audit_terms(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.Series]:
    """Return the room kept free by site and compute type [MW], and what is kept on by site and timestep [MW]."""
    power = tables["disaster_recovery_power"].set_index("site")["standby_power"].astype(float)
    steps = inputs.full_index(("site", "timestep"))
    load = power.reindex(steps.get_level_values("site"), fill_value=0.0).to_numpy()
    return {
        "reserved_room": ledger.column(tables, "disaster_recovery_reserved", "reserved", ROOM),
        "standby_load": pd.Series(load, steps),
    }


def audit(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> Iterator[Finding]:
    """If any domain is lost, what the tables keep outside it holds a share of the work in it, and may do so."""
    lost = _lost_again(inputs)
    said = {
        (str(row["failure_domain"]), str(row["site"])) for row in tables["disaster_recovery_domain"].to_dict("records")
    }
    for domain, site in sorted(said ^ {(domain, site) for domain, sites in lost.items() for site in sites}):
        problem = say("is missing from the results, or is not lost with the domain")
        yield Finding("disaster_recovery_domain", f"{domain}, {site}", problem)
    standby = ledger.column(tables, "disaster_recovery", "standby", PLACE)
    yield from Finding.none_negative("standby", standby, "MW")
    yield from _audit_places(inputs, tables, lost, standby)
    yield from _audit_cover(inputs, tables, lost, standby)
    yield from _audit_rooms(inputs, tables, standby)


def _lost_again(inputs: Scenario) -> dict[str, set[str]]:
    """Find again which sites are lost with each domain."""
    sites = list(inputs.sets["site"])
    if inputs.is_given("standby_distance_min"):
        least = inputs.number("standby_distance_min")
        at = {str(site): (row["longitude"], row["latitude"]) for site, row in inputs.coordinates("site").iterrows()}
        found: dict[str, set[str]] = {}
        for site in sites:
            group = {other for other in sites if other == site or _apart(at[site], at[other]) < least}
            if group not in found.values():
                found[site] = group
        return found
    hub = inputs.series("site.hub").to_dict() if inputs.scalar("failure_domain") == "hub" else {}
    found = {}
    for site in sites:
        found.setdefault(str(hub.get(site, site)), set()).add(site)
    return found


def _apart(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Return the distance of two places [km], by the haversine formula."""
    (x1, y1), (x2, y2) = (np.radians(np.array(place, dtype=float)) for place in (one, other))
    chord = np.sin((y2 - y1) / 2) ** 2 + np.cos(y1) * np.cos(y2) * np.sin((x2 - x1) / 2) ** 2
    return float(2 * audit_physics.EARTH_RADIUS * np.arcsin(min(1.0, float(np.sqrt(chord)))))


def _audit_places(
    inputs: Scenario, tables: Mapping[str, pd.DataFrame], lost: Mapping[str, set[str]], standby: pd.Series
) -> Iterator[Finding]:
    """No standby is lost with its work, too far from the users, or where the work may not go."""
    latency, forbidden = (ledger.added(inputs, tables, total).to_dict() for total in ("latency_needed", "forbidden"))
    limits = {**_by_key(inputs, "latency_max_rtt", 0.5), **_by_key(inputs, "latency_max")}
    limits |= _by_key(inputs, "standby_latency_max")
    for domain, region, workload, site in standby.index:
        where = f"{domain}, {region}, {workload}, {site}"
        if site in lost.get(domain, ()):
            yield Finding("standby", where, say("is lost with its work"))
        if forbidden.get((region, workload, site), 1.0) != 0.0:
            yield Finding("standby", where, say("is where the work may not go"))
        if workload in limits:
            found = float(latency[region, workload, site])
            yield from Finding.unless_at_most("standby_latency_max", where, found, limits[workload], "ms")


def _by_key(inputs: Scenario, name: str, factor: float = 1.0) -> dict[Any, float]:
    """Return a parameter as read, by key, times a factor."""
    return {key: factor * float(value) for key, value in inputs.series(name).to_dict().items()}


def _audit_cover(
    inputs: Scenario, tables: Mapping[str, pd.DataFrame], lost: Mapping[str, set[str]], standby: pd.Series
) -> Iterator[Finding]:
    """In every timestep the standby outside a domain holds its share of the work in it."""
    share = _by_key(inputs, "standby_share")
    work = tables["allocation"]
    for domain, sites in lost.items():
        here = work[work["site"].isin(sites)]
        load = here["allocation"].astype(float).groupby([here[key] for key in (*WORK, "timestep")]).sum()
        most = load.groupby(level=WORK).max()
        asked = most * [share[workload] for workload in most.index.get_level_values("workload")]
        there = standby[standby.index.get_level_values("failure_domain") == domain]
        kept = there.groupby(level=WORK).sum().reindex(asked.index, fill_value=0.0)
        where = [f"{domain}, {r}, {k}" for r, k in asked.index]
        yield from Finding.all_at_most("standby_floor", asked.set_axis(where), kept.set_axis(where), "MW")


def _audit_rooms(inputs: Scenario, tables: Mapping[str, pd.DataFrame], standby: pd.Series) -> Iterator[Finding]:
    """Each site keeps room and power for whichever domain is lost."""
    kinds = inputs.series("workload.compute_type").to_dict()
    on = _by_key(inputs, "standby_power_share")
    makes = _by_key(inputs, "work_factor")
    there: dict[Any, float] = standby.to_dict()
    kept = {key: makes[key[2:]] * power for key, power in there.items()}
    room = _greatest((d, (site, kinds[k]), power) for (d, _, k, site), power in kept.items())
    drawn = _greatest((d, site, on[k] * power) for (d, _, k, site), power in kept.items())
    reserved = ledger.column(tables, "disaster_recovery_reserved", "reserved", ROOM)
    again = pd.Series(list(room.values()), pd.MultiIndex.from_tuples(list(room), names=ROOM), dtype=float)
    yield from Finding.all_equal("reserved_floor", again, reserved, "MW")
    if "facility_load" in tables:
        on_now = ledger.column(tables, "disaster_recovery_power", "standby_power", ["site"]).to_dict()
        for site, power in drawn.items():
            yield from Finding.unless_at_most("standby_power_floor", site, power, float(on_now.get(site, 0.0)), "MW")


def _greatest(rows: Iterable[tuple[str, Any, float]]) -> dict[Any, float]:
    """Add power up by domain and place, and return of each place the greatest of the domains."""
    sums: dict[tuple[str, Any], float] = {}
    for domain, place, power in rows:
        sums[domain, place] = sums.get((domain, place), 0.0) + power
    found: dict[Any, float] = {}
    for (_, place), power in sums.items():
        found[place] = max(power, found.get(place, 0.0))
    return found


def summary(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """Return the room that is kept for standby [MW]."""
    del inputs
    return {"reserved": float(tables["disaster_recovery_reserved"]["reserved"].sum())}
