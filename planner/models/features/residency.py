"""Residency: where data must stay, how secure a site must be, and what regions agree to do for each other.

A zone is a set of sites that a law, a contract or a province draws. Work that resides in a zone has no route out of it,
and none to a site whose level of protection is below its own. An agreement between regions says which share of a
region's work is done at a site, a hub or a side over the year.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from planner.figures import ledger
from planner.language import Message, Text, say
from planner.models.features.routes import near_enough
from planner.models.rules import scopes
from planner.models.rules.findings import Finding
from planner.models.rules.relaxations import Amount, Rank, Steps
from planner.scenario.column import Column, keys_of
from planner.scenario.parameter import IndexSet, Parameter, names_of
from planner.scenario.plausible import PERCENT, Plausible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from planner.errors import Fault
    from planner.models.algebra.plan_model import PlanModel
    from planner.models.rules.example import Example, Variants
    from planner.models.rules.relaxations import Key
    from planner.scenario.scenario import Scenario

REQUIRES = ("allocation",)
SETS = (IndexSet("zone", "ZONES", say("Zones that data may not leave: sets of sites."), ()),)
KINDS = ("site", "hub", "side")
WORK = ["region", "workload"]
PLACE = ["kind", *WORK, "place"]
LEVEL_MAX = 5
ZONE = say("Zone that the work may not leave; none where empty.")


def _agreed(kind: str) -> tuple[Parameter, Parameter]:
    """Return the two shares that may be agreed on for a kind of place."""
    index = (*WORK, kind)
    share = Plausible(0.01, 1.0, (PERCENT,))
    least = say("Least share of the region's work served that is done there, over the year.")
    most = say("Largest share of the region's work served that is done there, over the year.")
    return (
        Parameter("agreed_share_min", index, "1", least, None, high=1.0, plausible=share, per_table=True),
        Parameter("agreed_share_max", index, "1", most, None, high=1.0, plausible=share, per_table=True),
    )


PARAMETERS = (
    *names_of("zone"),
    Parameter(
        "member",
        ("site", "zone"),
        "",
        say("Whether the site belongs to the zone."),
        default=False,
        kind="flag",
        by_case=False,
    ),
    Parameter("residency", ("workload",), "", ZONE, None, "reference", refers_to="zone", per_table=True),
    Parameter("residency", tuple(WORK), "", ZONE, None, "reference", refers_to="zone", per_table=True),
    Parameter(
        "security_level",
        ("workload",),
        "",
        say("Level of classified protection that the work asks of a site, 0 for none."),
        0,
        "integer",
        high=LEVEL_MAX,
        plausible="a level",
        per_table=True,
    ),
    Parameter(
        "security_level",
        ("site",),
        "",
        say("Level of classified protection that the site is certified for, 0 for none."),
        0,
        "integer",
        high=LEVEL_MAX,
        plausible="a level",
        per_table=True,
    ),
    *(parameter for kind in KINDS for parameter in _agreed(kind)),
)
WORDS: dict[str, Message] = {
    "residency": say("residency"),
    "residency_shares": say("agreed shares"),
    "zone": say("zone"),
    "member": say("belongs to the zone"),
    "security_level": say("level of protection"),
    "sites_allowed": say("sites allowed"),
    "agreed_share_min": say("least agreed share"),
    "agreed_share_max": say("largest agreed share"),
    "agreed_share": say("share done there"),
    "agreed_share_floor": say("least agreed share of the site"),
    "hub_agreed_share_floor": say("least agreed share of the hub"),
    "side_agreed_share_floor": say("least agreed share of the side"),
    "agreed_share_cap": say("largest agreed share of the site"),
    "hub_agreed_share_cap": say("largest agreed share of the hub"),
    "side_agreed_share_cap": say("largest agreed share of the side"),
}
COLUMNS = (
    *keys_of("residency", *WORK),
    Column("residency", "zone", "", say("Zone that the work may not leave; empty where there is none.")),
    Column("residency", "sites_allowed", "1", say("Sites that zone and level of protection allow.")),
    Column("residency", "routes", "1", say("Routes that are left, by latency and reach as well.")),
    *keys_of("residency_shares", *WORK),
    Column("residency_shares", "scope", "", say("Kind of the place: site, hub or side.")),
    Column("residency_shares", "name", "", say("Id of the site, hub or side.")),
    Column(
        "residency_shares",
        "agreed_share",
        "1",
        say("Share of the region's work served that is done there; empty where none is served."),
        may_be_empty=True,
    ),
    Column(
        "residency_shares",
        "agreed_share_min",
        "1",
        say("Least share agreed on; empty where none is."),
        may_be_empty=True,
    ),
    Column(
        "residency_shares",
        "agreed_share_max",
        "1",
        say("Largest share agreed on; empty where none is."),
        may_be_empty=True,
    ),
)  # fmt: skip
SHARES = [*WORK, "scope", "name", "agreed_share", "agreed_share_min", "agreed_share_max"]


def zones_of(inputs: Scenario, pairs: pd.DataFrame) -> pd.Series:
    """Return the zone that the work of each row of region and workload may not leave; none is missing."""
    own = inputs.series("region_workload.residency").reindex(pd.MultiIndex.from_frame(pairs[WORK]))
    found = pd.Series(own.to_numpy(object), pairs.index)
    return found.where(found.notna(), pairs["workload"].map(inputs.series("workload.residency")))


def admits(inputs: Scenario, routes: pd.DataFrame) -> pd.Series:
    """Return which of some routes, by region, workload and site, the zone and the level of protection allow."""
    zones, sites = zones_of(inputs, routes), routes["site"]
    levels = (inputs.series(f"{whose}.security_level") for whose in ("workload", "site"))
    asked, certified = (routes[of].map(level) for of, level in zip(("workload", "site"), levels, strict=True))
    member = inputs.series("member").astype(bool)
    inside = pd.MultiIndex.from_arrays([sites, zones]).isin(member.index[member])
    allowed: pd.Series = (zones.isna() | inside) & (asked <= certified)
    return allowed


def check(inputs: Scenario) -> Iterator[Fault]:
    """A zone has a site; shares that are agreed on can be kept together."""
    member = inputs.series("member").astype(bool)
    filled = set(member.index[member].get_level_values("zone"))
    for index in (("workload",), tuple(WORK)):
        name = f"{'_'.join(index)}.residency"
        for key, zone in inputs.series(name).items():
            if zone not in filled:
                problem = say("the zone {zone} has no site", zone=zone)
                remedy = say("give member in site_zone.csv")
                yield inputs.fault(name, key if isinstance(key, tuple) else (str(key),), problem, remedy)
    for kind in KINDS:
        yield from _share_faults(inputs, kind)


def _share_faults(inputs: Scenario, kind: str) -> Iterator[Fault]:
    least, most = (inputs.series(_name(kind, side)) for side in ("min", "max"))
    for key in least.index.intersection(most.index):
        if least[key] > most[key]:
            problem = say("the least share is above the largest, {most:g}", most=float(most[key]))
            yield inputs.fault(_name(kind, "min"), key, problem, say("lower it"))
    sums = least.groupby(level=WORK).sum()
    for work, share in sums[sums > 1 + 1e-9].items():
        key = next(key for key in least.index if key[:2] == work)
        problem = say("the least shares of this work add up to {share:g}", share=float(share))
        yield inputs.fault(_name(kind, "min"), key, problem, say("lower them to 1 together"))


def _name(kind: str, end: str) -> str:
    return f"region_workload_{kind}.agreed_share_{end}"


def warn(inputs: Scenario) -> Iterator[Text]:
    """Name zones that no work resides in."""
    used = {*inputs.series("workload.residency"), *inputs.series("region_workload.residency")}
    for zone in inputs.sets["zone"]:
        if zone not in used:
            yield say("no work resides in the zone {zone}", zone=zone)


def obstacles(inputs: Scenario) -> Iterator[Text]:
    """Name work that must be served and that no site at all may take, whatever the latency."""
    demand = inputs.series("demand")
    work = demand.index[demand > 0].to_frame(index=False)
    everywhere = work.merge(inputs.full_index(("site",)).to_frame(index=False), how="cross")
    allowed = pd.MultiIndex.from_frame(everywhere.loc[admits(inputs, everywhere), WORK])
    lost = work[~pd.MultiIndex.from_frame(work).isin(allowed)]
    priced = inputs.series("unserved_price").index
    for region, workload in lost[WORK].itertuples(index=False, name=None):
        if workload not in priced:
            yield say(
                "{workload} of {region} may be done nowhere: no site of its zone has the level of protection needed",
                workload=inputs.called("workload", workload),
                region=inputs.called("region", region),
            )


def agreed_share_floor(m: PlanModel, region: str, workload: str, site: str) -> Any:
    """At least a share of a region's work that is served is done at a site.

    ∑_{p,t} w allocation[r,k,s,p,t] ≥ agreed_share_min[r,k,s] × ∑_{s',p,t} w allocation[r,k,s',p,t]
        ∀ r,k,s with agreed_share_min  [MWh/a]
    """
    return _done(m, region, workload, m.ROUTES_AGREED["site", region, workload, site]) >= m.site_agreed_share_min[
        region, workload, site
    ] * _done_anywhere(m, region, workload)


def hub_agreed_share_floor(m: PlanModel, region: str, workload: str, hub: str) -> Any:
    """At least a share of a region's work that is served is done at the sites of a hub.

    ∑_{s of hub} ∑_{p,t} w allocation[r,k,s,p,t] ≥ agreed_share_min[r,k,hub] × ∑_{s,p,t} w allocation[r,k,s,p,t]
        ∀ r,k,hub with agreed_share_min  [MWh/a]
    """
    return _done(m, region, workload, m.ROUTES_AGREED["hub", region, workload, hub]) >= m.hub_agreed_share_min[
        region, workload, hub
    ] * _done_anywhere(m, region, workload)


def side_agreed_share_floor(m: PlanModel, region: str, workload: str, side: str) -> Any:
    """At least a share of a region's work that is served is done at the sites of a side.

    ∑_{s of side} ∑_{p,t} w allocation[r,k,s,p,t] ≥ agreed_share_min[r,k,side] × ∑_{s,p,t} w allocation[r,k,s,p,t]
        ∀ r,k,side with agreed_share_min  [MWh/a]
    """
    return _done(m, region, workload, m.ROUTES_AGREED["side", region, workload, side]) >= m.side_agreed_share_min[
        region, workload, side
    ] * _done_anywhere(m, region, workload)


def agreed_share_cap(m: PlanModel, region: str, workload: str, site: str) -> Any:
    """No more than a share of a region's work that is served is done at a site.

    ∑_{p,t} w allocation[r,k,s,p,t] ≤ agreed_share_max[r,k,s] × ∑_{s',p,t} w allocation[r,k,s',p,t]
        ∀ r,k,s with agreed_share_max  [MWh/a]
    """
    return _done(m, region, workload, m.ROUTES_AGREED["site", region, workload, site]) <= m.site_agreed_share_max[
        region, workload, site
    ] * _done_anywhere(m, region, workload)


def hub_agreed_share_cap(m: PlanModel, region: str, workload: str, hub: str) -> Any:
    """No more than a share of a region's work that is served is done at the sites of a hub.

    ∑_{s of hub} ∑_{p,t} w allocation[r,k,s,p,t] ≤ agreed_share_max[r,k,hub] × ∑_{s,p,t} w allocation[r,k,s,p,t]
        ∀ r,k,hub with agreed_share_max  [MWh/a]
    """
    return _done(m, region, workload, m.ROUTES_AGREED["hub", region, workload, hub]) <= m.hub_agreed_share_max[
        region, workload, hub
    ] * _done_anywhere(m, region, workload)


def side_agreed_share_cap(m: PlanModel, region: str, workload: str, side: str) -> Any:
    """No more than a share of a region's work that is served is done at the sites of a side.

    ∑_{s of side} ∑_{p,t} w allocation[r,k,s,p,t] ≤ agreed_share_max[r,k,side] × ∑_{s,p,t} w allocation[r,k,s,p,t]
        ∀ r,k,side with agreed_share_max  [MWh/a]
    """
    return _done(m, region, workload, m.ROUTES_AGREED["side", region, workload, side]) <= m.side_agreed_share_max[
        region, workload, side
    ] * _done_anywhere(m, region, workload)


def _done(m: PlanModel, region: str, workload: str, routes: Any) -> Any:
    """Return the energy that some routes of a region's workload serve [MWh/a]."""
    return sum(m.allocated_energy[region, workload, s, p] for s, p in routes)


def _done_anywhere(m: PlanModel, region: str, workload: str) -> Any:
    """Return the energy that is served of a region's workload [MWh/a]."""
    return sum(m.allocated_energy[region, workload, s, p] for s, p in m.ROUTES_OF[region, workload])


def joined(inputs: Scenario) -> dict[Key, list[bool]]:
    """Return the sites that could join a zone in which some work resides, and so be a route of it."""
    shut = _shut_out(inputs)
    found = {(site, zone): [True] for site, zone in shut[["site", "zone"]].dropna().itertuples(index=False, name=None)}
    member = inputs.series("member").astype(bool)
    return {key: value for key, value in found.items() if not member[key]}


def certified(inputs: Scenario) -> dict[Key, list[int]]:
    """Return the higher levels at which a site would be a route of more work, the lowest first."""
    shut = _shut_out(inputs)
    asked = shut["workload"].map(inputs.series("workload.security_level")).astype(int)
    stands = shut["site"].map(inputs.series("site.security_level")).astype(int)
    above = shut.assign(level=asked)[asked > stands]
    return {(str(site),): sorted(set(levels)) for site, levels in above.groupby("site")["level"]}


def _shut_out(inputs: Scenario) -> pd.DataFrame:
    """Return the routes that latency and reach allow and zone or level do not, with the zone of their work."""
    routes = near_enough(inputs)
    shut = routes[~admits(inputs, routes)]
    return shut.assign(zone=zones_of(inputs, shut))


ENDS = {"min": "agreed_share_floor", "max": "agreed_share_cap"}
GIVES = {scopes.word_of(kind, rule): (_name(kind, end),) for kind in KINDS for end, rule in ENDS.items()}
RELAXATIONS = (
    *(Amount(_name(kind, end), Rank.POLICY, raised=end == "max") for kind in KINDS for end in ENDS),
    Steps("site.security_level", Rank.PLANT, certified),
    Steps("member", Rank.SERVICE, joined),
)
EXAMPLE: Example = {
    "zone": ("inland",),
    "member": {"hebei;inland": True, "gansu;inland": True},
    "workload.residency": {"training": "inland"},
    "workload.security_level": {"online": 2, "training": 3},
    "site.security_level": {"shanghai": 3, "hebei": 3, "gansu": 4},
    "region_workload_site.agreed_share_max": {"capital;online;shanghai": 0.9},
}
VARIANTS: Variants = {
    "agreed": {
        "indivisible": {"training": False},
        "region_workload_site.agreed_share_min": {"coast;training;hebei": 0.3},
        "region_workload_hub.agreed_share_max": {"capital;training;gansu": 0.6},
    },
    "agreed_of_hubs": {
        "indivisible": {"training": False},
        "region_workload_hub.agreed_share_min": {"coast;training;north": 0.35},
        "region_workload_side.agreed_share_max": {"capital;training;west": 0.2},
    },
    "agreed_of_sides": {
        "indivisible": {"training": False},
        "region_workload_side.agreed_share_min": {"coast;training;east": 0.4},
        "region_workload_site.agreed_share_max": {"capital;training;gansu": 0.2},
    },
}


def build(m: PlanModel) -> None:
    """Add the agreed shares; what zone and level forbid is no route from the start."""
    routes = m.routes[[*WORK, "site", "path"]]
    # What has no route is not served at all, and has no share.
    agreed = agreements(m.inputs).merge(routes[WORK].drop_duplicates(), on=WORK)
    there = agreed.merge(_by_place(m.inputs, routes), on=PLACE)
    m.members("AGREED", agreed[PLACE].itertuples(index=False, name=None), dimen=4)
    m.subsets("ROUTES_AGREED", m.AGREED, there[[*PLACE, "site", "path"]], PLACE)
    # A cap on a place without a route holds by itself.
    reached = pd.MultiIndex.from_frame(agreed[PLACE]).isin(pd.MultiIndex.from_frame(there[PLACE]))
    for kind in KINDS:
        for end, is_kept in (
            ("min", agreed["agreed_share_min"] > 0),
            ("max", agreed["agreed_share_max"].notna() & reached),
        ):
            rows = agreed[is_kept & (agreed["kind"] == kind)]
            index = pd.MultiIndex.from_frame(rows[[*WORK, "place"]], names=[*WORK, kind])
            members = m.members(f"{kind.upper()}_AGREED_{end.upper()}", index, dimen=3)
            share = pd.Series(rows[f"agreed_share_{end}"].to_numpy(float), index)
            m.parameter(f"{kind}_agreed_share_{end}", [members], share, "1", made_of=(_name(kind, end),))
    m.constrain(agreed_share_floor, m.SITE_AGREED_MIN, unit="MWh/a")
    m.constrain(hub_agreed_share_floor, m.HUB_AGREED_MIN, unit="MWh/a")
    m.constrain(side_agreed_share_floor, m.SIDE_AGREED_MIN, unit="MWh/a")
    m.constrain(agreed_share_cap, m.SITE_AGREED_MAX, unit="MWh/a")
    m.constrain(hub_agreed_share_cap, m.HUB_AGREED_MAX, unit="MWh/a")
    m.constrain(side_agreed_share_cap, m.SIDE_AGREED_MAX, unit="MWh/a")


def agreements(inputs: Scenario) -> pd.DataFrame:
    """Return every agreement: kind, region, workload, place, least and largest share [1], NaN where none is given."""
    parts = [pd.DataFrame(columns=[*PLACE, "agreed_share_min", "agreed_share_max"])]
    for kind in KINDS:
        ends = {f"agreed_share_{end}": inputs.series(_name(kind, end)).astype(float) for end in ("min", "max")}
        both = pd.DataFrame(ends)
        if len(both):
            both.index = both.index.set_names([*WORK, "place"])
            parts.append(both.reset_index().assign(kind=kind)[parts[0].columns])
    found = pd.concat(parts[1:] or parts, ignore_index=True)
    return found.astype({"agreed_share_min": float, "agreed_share_max": float})


def _by_place(inputs: Scenario, routes: pd.DataFrame) -> pd.DataFrame:
    """Return routes once for each kind of place that their site belongs to, with the place."""
    owners = {
        kind: routes["site"] if kind == "site" else routes["site"].map(inputs.series(f"site.{kind}")) for kind in KINDS
    }
    return pd.concat([routes.assign(kind=kind, place=owner) for kind, owner in owners.items()]).dropna(subset="place")


def report(m: PlanModel) -> dict[str, pd.DataFrame]:
    """Return of all work its zone and how many sites and routes it has, and of every agreement what is done."""
    demand = m.inputs.series("demand")
    work = demand.index[demand > 0].to_frame(index=False)
    everywhere = work.merge(m.inputs.full_index(("site",)).to_frame(index=False), how="cross")
    allowed = everywhere[admits(m.inputs, everywhere)].groupby(WORK).size()
    counts = {"sites_allowed": allowed, "routes": m.routes.groupby(WORK).size()}
    pairs = pd.MultiIndex.from_frame(work)
    table = work.assign(zone=zones_of(m.inputs, work).fillna("").astype(object))
    for name, count in counts.items():
        table[name] = count.reindex(pairs, fill_value=0).to_numpy(float)
    return {"residency": table, "residency_shares": _shares(m)}


def _shares(m: PlanModel) -> pd.DataFrame:
    """Return what is done of every agreement, beside what was agreed on."""
    energy = m.tabulate("allocated_energy", columns=[*WORK, "site", "path"])
    served = energy.groupby(WORK)["allocated_energy"].sum()
    done = _by_place(m.inputs, energy).groupby(PLACE)["allocated_energy"].sum()
    table = agreements(m.inputs)
    part = done.reindex(pd.MultiIndex.from_frame(table[PLACE]), fill_value=0.0).to_numpy(float)
    whole = served.reindex(pd.MultiIndex.from_frame(table[WORK]), fill_value=0.0).to_numpy(float)
    table["agreed_share"] = np.divide(part, whole, out=np.full(len(table), np.nan), where=whole > 0)
    return table.rename(columns={"kind": "scope", "place": "name"})[SHARES]


def audit_terms(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.Series]:
    """Return by region, workload and site what zone or level forbids [1]."""
    del tables
    allowed = _allowed_again(inputs)
    index = inputs.full_index((*WORK, "site"))
    forbidden = [float(any(site not in sites for sites in allowed(r, k).values())) for r, k, site in index]
    return {"forbidden": pd.Series(forbidden, index)}


def audit(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> Iterator[Finding]:
    """No route leaves its zone or leads to a site of too low a level, and every agreement is kept."""
    allowed = _allowed_again(inputs)
    counted: dict[tuple[str, str], int] = {}
    for region, workload, site in tables["routes"][[*WORK, "site"]].itertuples(index=False, name=None):
        counted[region, workload] = counted.get((region, workload), 0) + 1
        for rule, sites in allowed(region, workload).items():
            if site not in sites:
                yield Finding(rule, f"{region}, {workload}, {site}", SAID[rule])
    yield from _audit_counts(inputs, tables, allowed, counted)
    yield from _audit_shares(inputs, tables)


SAID = {
    "residency": say("is a route out of the zone"),
    "security_level": say("is a route to a site of too low a level of protection"),
}


def _allowed_again(inputs: Scenario) -> Callable[[str, str], dict[str, set[str]]]:
    """Return what gives the sites that zone and level allow to a region's workload, cell by cell."""
    of_work, of_pair = (inputs.series(f"{whose}.residency").to_dict() for whose in ("workload", "region_workload"))
    asked, stands = (inputs.series(f"{whose}.security_level").to_dict() for whose in ("workload", "site"))
    inside: dict[str, set[str]] = {zone: set() for zone in inputs.sets["zone"]}
    member: dict[Any, bool] = inputs.series("member").to_dict()
    for (site, zone), is_member in member.items():
        if is_member:
            inside[zone].add(site)
    everywhere = set(inputs.sets["site"])

    def allowed(region: str, workload: str) -> dict[str, set[str]]:
        zone = of_pair.get((region, workload), of_work.get(workload))
        secure = {site for site in everywhere if int(stands[site]) >= int(asked[workload])}
        return {"residency": everywhere if zone is None else inside[zone], "security_level": secure}

    return allowed


def _audit_counts(
    inputs: Scenario,
    tables: Mapping[str, pd.DataFrame],
    allowed: Callable[[str, str], dict[str, set[str]]],
    counted: Mapping[tuple[str, str], int],
) -> Iterator[Finding]:
    """Compare zone and numbers of sites and routes of all work with the table."""
    table = tables["residency"]
    demand: dict[Any, float] = inputs.series("demand").to_dict()
    work = {pair for pair, power in demand.items() if power > 0}
    rows: dict[tuple[str, str], Any] = {(row["region"], row["workload"]): row for row in table.to_dict("records")}
    for pair in sorted({*work} ^ {*rows}) if len(rows) == len(table) else sorted(rows):
        yield Finding("residency", ", ".join(map(str, pair)), say("is missing from the results, or stands there twice"))
    of_work, of_pair = (inputs.series(f"{whose}.residency").to_dict() for whose in ("workload", "region_workload"))
    for pair in sorted(work & {*rows}):
        where, sites = ", ".join(pair), allowed(*pair)
        zone = of_pair.get(pair, of_work.get(pair[1], ""))
        if (rows[pair]["zone"] or "") != zone:
            yield Finding("residency", where, say("is not said to reside in {zone}", zone=zone or "-"))
        both = len(sites["residency"] & sites["security_level"])
        yield from Finding.unless_equal("sites_allowed", where, both, float(rows[pair]["sites_allowed"]), "sites")
        yield from Finding.unless_equal("routes", where, counted.get(pair, 0), float(rows[pair]["routes"]), "routes")


def _audit_shares(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> Iterator[Finding]:
    """Work every agreed share out again from the work done."""
    done = _cells(ledger.energy(tables, "allocation", "allocation", [*WORK, "site"]))
    sums: dict[tuple[str, str, str, str], float] = {}
    for (region, workload, site), energy in done.items():
        sums[region, workload, "", ""] = sums.get((region, workload, "", ""), 0.0) + energy
        for scope in KINDS:
            place = site if scope == "site" else inputs.series(f"site.{scope}").to_dict().get(site)
            key = (region, workload, scope, str(place))
            sums[key] = sums.get(key, 0.0) + energy
    reported = tables["residency_shares"].set_index([*WORK, "scope", "name"])
    asked: set[tuple[str, ...]] = set()
    for scope in KINDS:
        prefix = "" if scope == "site" else f"{scope}_"
        for end, rule in (("min", "agreed_share_floor"), ("max", "agreed_share_cap")):
            agreed = _cells(inputs.series(f"region_workload_{scope}.agreed_share_{end}"))
            for (region, workload, name), share in agreed.items():
                row = (region, workload, scope, name)
                asked.add(row)
                part, whole = sums.get(row, 0.0), sums.get((region, workload, "", ""), 0.0)
                found, limit = (share * whole, part) if end == "min" else (part, share * whole)
                yield from Finding.unless_at_most(f"{prefix}{rule}", ", ".join(row), found, limit, "MWh/a")
                yield from _row_differs(
                    reported, row, f"agreed_share_{end}", float(share), part / whole if whole else None
                )
    for row in reported.index[reported.index.duplicated() | ~reported.index.isin(list(asked))]:
        yield Finding("residency_shares", ", ".join(map(str, row)), say("no agreement asks for this row"))


def _cells(values: pd.Series) -> dict[Any, Any]:
    """Return a Series by key."""
    found: dict[Any, Any] = values.to_dict()
    return found


def _row_differs(
    reported: pd.DataFrame, row: tuple[str, ...], column: str, agreed: float, share: float | None
) -> Iterator[Finding]:
    """Compare one agreement with its row of the results; a share of nothing is empty."""
    where = ", ".join(row)
    if row not in reported.index:
        yield Finding("residency_shares", where, say("is missing from the results"))
        return
    found = reported[reported.index == row].iloc[0]
    yield from Finding.unless_equal(column, where, agreed, float(found[column]), "1")
    if share is not None or not np.isnan(float(found["agreed_share"])):
        again = np.nan if share is None else share
        yield from Finding.unless_equal("agreed_share", where, again, float(found["agreed_share"]), "1")
