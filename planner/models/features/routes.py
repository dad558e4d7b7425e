"""Routes: which site may answer which workload of which region, by latency and by reach."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from planner.figures.figure import Figure, at
from planner.language import Message, Text, say, say_as
from planner.models.rules import audit_physics
from planner.models.rules.findings import Finding
from planner.models.rules.relaxations import Rank, Steps
from planner.scenario.column import Column, keys_of
from planner.scenario.parameter import IndexSet, Parameter, names_of, place_of
from planner.scenario.plausible import MICROSECONDS, PERCENT, ROUND_TRIP, SECONDS_FOR_MS, Plausible

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from planner.errors import Fault
    from planner.models.algebra.plan_model import PlanModel
    from planner.models.rules.example import Example
    from planner.models.rules.relaxations import Key
    from planner.scenario.scenario import Scenario

Vector = npt.NDArray[np.float64]
REACH_WORDS = {
    "national": say_as("reach", "national"),
    "side": say_as("reach", "side"),
    "hub": say_as("reach", "hub"),
    "province": say_as("reach", "province"),
}
REACHES = tuple(REACH_WORDS)
REQUIRES = ("demand",)
SETS = (IndexSet("site", "SITES", say("Places where compute can stand.")),)
CAICT = "CAICT, Q1 2024 network measurements between hubs, one way"
PARAMETERS = (
    *names_of("site"),
    *place_of("site"),
    Parameter(
        "latency",
        ("region", "site"),
        "ms",
        say("Network latency, one way; where left out, computed from the coordinates."),
        None,
        plausible=Plausible(0.02, 80.0, (ROUND_TRIP, MICROSECONDS, SECONDS_FOR_MS)),
    ),
    Parameter(
        "access_latency",
        ("region", "site"),
        "ms",
        say("Latency of the access networks, one way, added to a computed latency."),
        0.0,
        also_index=(("region",), ("site",), ()),
        plausible=Plausible(0.02, 30.0, (ROUND_TRIP, MICROSECONDS, SECONDS_FOR_MS)),
    ),
    Parameter(
        "latency_max",
        ("workload",),
        "ms",
        say("Longest latency the workload bears, one way."),
        None,
        excludes=("latency_max_rtt",),
        plausible=Plausible(0.5, 1000.0, (MICROSECONDS, SECONDS_FOR_MS)),
    ),
    Parameter(
        "latency_max_rtt",
        ("workload",),
        "ms",
        say("The same limit stated as a round trip; halved at reading."),
        None,
        excludes=("latency_max",),
        plausible=Plausible(1.0, 2000.0, (MICROSECONDS, SECONDS_FOR_MS)),
    ),
    Parameter(
        "reach",
        ("workload",),
        "",
        say("The coarsest unit the work may not leave."),
        "national",
        "choice",
        choices=REACHES,
    ),
    Parameter(
        "network_layer",
        (),
        "",
        say("Network the work travels on; decides the default route_factor."),
        "optical",
        "choice",
        choices=("optical", "ip_private", "internet"),
        source=CAICT,
    ),
    Parameter(
        "route_factor",
        (),
        "1",
        say("Latency of the real route over straight fibre; by default 1.8 optical, 2.7 IP private, 3.1 internet."),
        None,
        low=1.0,
        source=CAICT,
        plausible=Plausible(1.0, 5.0, (PERCENT,)),
    ),
)
WORDS: dict[str, Message] = {
    "site": say("site"),
    "routes": say("routes"),
    "path": say("path"),
    "latency": say("latency, one way"),
    "access_latency": say("access latency"),
    "latency_max": say("latency limit"),
    "latency_max_rtt": say("latency limit, round trip"),
    "reach": say("reach"),
    "network_layer": say("network"),
    "route_factor": say("route factor"),
    "distance": say("distance"),
    "national": say("the nation"),
    "optical": say("optical network"),
    "ip_private": say("private IP network"),
    "internet": say("internet"),
    "direct": say("direct"),
}
PATH = say("Path from the region to the site; without a backbone there is one, `direct`.")
LATENCY = say("Network latency of the route, one way; empty where nobody knows it.")
DISTANCE = say("Great-circle distance; empty where one end has no coordinates.")
COLUMNS = (
    *keys_of("routes", "region", "workload", "site"),
    Column("routes", "path", "", PATH),
    Column("routes", "latency", "ms", LATENCY, may_be_empty=True),
    Column("routes", "distance", "km", DISTANCE, may_be_empty=True),
)
FLOWS = (Figure("distance", "flow", "km", lambda inputs, _: inputs.distance, at()),)
ROUTE_FACTORS = {"optical": 1.8, "ip_private": 2.7, "internet": 3.1}
FIBRE_LATENCY = 4.897e-3
"""[ms/km], one way: group index 1.468 over the speed of light."""
KEYS = ["region", "workload", "site", "path"]


def derive(inputs: Scenario) -> dict[str, pd.Series]:
    """Compute the latencies that are not given, where both ends have coordinates.

    Great-circle km × fibre latency × route factor + access latency [ms, one way].
    """
    return {"latency": inputs.once(_latencies).copy(deep=False)}


def _given_ways(inputs: Scenario) -> pd.DataFrame | None:
    """Return the ways between regions and sites where a listed feature knows them: its ``ways(inputs)``."""
    hooks = [hook for feature, hook in inputs.declarations.ways.items() if inputs.has(feature)]
    return hooks[-1](inputs) if hooks else None


def _latencies(inputs: Scenario) -> pd.Series:
    ways = _given_ways(inputs)
    if ways is not None:
        known = ways.drop_duplicates(["region", "site"]).set_index(["region", "site"])["latency"]
        return known.reindex(inputs.full_index(("region", "site"))).dropna()
    given = inputs.series("latency")
    factor = inputs.number("route_factor")
    if np.isnan(factor):
        factor = ROUTE_FACTORS[str(inputs.scalar("network_layer"))]
    distance = inputs.distance
    access = inputs.series("access_latency").reindex(distance.index)
    computed = distance * FIBRE_LATENCY * factor + access
    return given.combine_first(computed).reindex(inputs.full_index(("region", "site"))).dropna()


def latency_limits(inputs: Scenario) -> pd.Series:
    """Return the latency limit [ms, one way] of the workloads that have one."""
    return inputs.series("latency_max").combine_first(inputs.series("latency_max_rtt") / 2)


def counts_latency(inputs: Scenario) -> bool:
    """Return whether the mean latency of all work is minimised or limited, so that every latency must be known."""
    settings = inputs.settings
    return bool(settings.objective.get("latency")) or settings.then == "latency" or inputs.is_given("mean_latency_max")


def admissible(inputs: Scenario) -> pd.DataFrame:
    """Return the routes: every (region, workload, site) that reach, latency and the features' ``admits`` allow.

    Returns
    -------
    DataFrame
        Columns region, workload, site, path, latency [ms, one way; NaN where unknown and not limited]
        in canonical order. Without a backbone each pair has one path, ``direct``.
    """
    return inputs.once(_admissible).copy(deep=False)


def _admissible(inputs: Scenario) -> pd.DataFrame:
    routes = near_enough(inputs)
    return routes[admitted(inputs, routes)].reset_index(drop=True)


def admitted(inputs: Scenario, routes: pd.DataFrame) -> pd.Series:
    """Return which of some routes, by region, workload and site, all features of the scenario admit."""
    allowed = pd.Series(data=True, index=routes.index)
    for feature, admits in inputs.declarations.admits.items():
        if inputs.has(feature):
            allowed &= admits(inputs, routes)
    return allowed


def near_enough(inputs: Scenario) -> pd.DataFrame:
    """Return the routes that latency and reach allow, as :func:`admissible`, whatever other features forbid."""
    return inputs.once(_near_enough).copy(deep=False)


def _near_enough(inputs: Scenario) -> pd.DataFrame:
    return _within(inputs, latency_limits(inputs))


def admissible_under(inputs: Scenario, limits: pd.Series) -> pd.DataFrame:
    """Return where work may go by reach and the features' ``admits`` under other limits on latency than its own.

    Parameters
    ----------
    limits
        By workload [ms, one way]; one that is not in it has none.

    Returns
    -------
    DataFrame
        As :func:`admissible`.
    """
    routes = _within(inputs, limits)
    return routes[admitted(inputs, routes)].reset_index(drop=True)


def _within(inputs: Scenario, limits: pd.Series) -> pd.DataFrame:
    routes = inputs.once(_possible)
    limit = routes["workload"].map(limits)
    routes = routes[(limit.isna() | (routes["needed"] <= limit)) & _within_reach(inputs, routes)]
    return routes[[*KEYS, "latency"]].reset_index(drop=True)


def _possible(inputs: Scenario) -> pd.DataFrame:
    """Return every (region, workload, site) that work might take, whatever its limit and its reach.

    ``needed`` [ms] is what the workload's limit is held against: the latency, or what a feature that knows the ways
    says. Where one does, there is no route without a way.
    """
    demand = inputs.series("demand")
    asked = demand[demand > 0].index.to_frame(index=False)
    routes = asked.merge(inputs.full_index(("site",)).to_frame(index=False), how="cross")
    ways = _given_ways(inputs)
    if ways is not None:
        return routes.merge(ways, on=["region", "workload", "site"])
    latency = derive(inputs)["latency"].rename("latency").reset_index()
    routes = routes.merge(latency, on=["region", "site"], how="left")
    return routes.assign(path="direct", needed=routes["latency"])


def _within_reach(inputs: Scenario, routes: pd.DataFrame) -> pd.Series:
    reach = routes["workload"].map(inputs.series("reach"))
    allowed = reach == "national"
    for unit in ("side", "hub", "province"):
        here, there = inputs.series(f"region.{unit}"), inputs.series(f"site.{unit}")
        same = routes["region"].map(here) == routes["site"].map(there)
        allowed |= (reach == unit) & same
    return allowed


def check(inputs: Scenario) -> Iterator[Fault]:
    """A limit is stated once; what it is compared with must be known."""
    for workload in inputs.series("latency_max").index.intersection(inputs.series("latency_max_rtt").index):
        problem = say("latency_max is given as well")
        yield inputs.fault("latency_max_rtt", (workload,), problem, say("state the limit once, one way or rtt"))
    yield from _unknown_units(inputs)
    if counts_latency(inputs) or not latency_limits(inputs).empty:
        yield from unknown_latencies(inputs)


def unknown_latencies(inputs: Scenario) -> Iterator[Fault]:
    """Name the ends of pairs whose latency is neither given nor can be computed, unless a feature knows the ways."""
    if any(map(inputs.has, inputs.declarations.ways)):
        return
    known = derive(inputs)["latency"].index
    unknown = inputs.full_index(("region", "site")).difference(known)
    for name, members in (("region", unknown.unique("region")), ("site", unknown.unique("site"))):
        for member in members.difference(inputs.coordinates(name).index):
            remedy = say("give longitude and latitude, or latency in region_site.csv")
            axis = "latitude" if member in inputs.series(f"{name}.longitude").index else "longitude"
            yield inputs.fault(f"{name}.{axis}", (member,), say("its latency cannot be computed"), remedy)


def _unknown_units(inputs: Scenario) -> Iterator[Fault]:
    reach = inputs.series("reach")
    for unit in ("side", "hub", "province"):
        bound = list(reach.index[reach == unit])
        if not bound:
            continue
        asks = inputs.series("demand").loc[lambda demand: demand > 0].index.to_frame(index=False)
        regions = pd.Index(asks.loc[asks["workload"].isin(bound), "region"].unique())
        for region in regions.difference(inputs.series(f"region.{unit}").index):
            problem = say("{bound} may not leave its {unit}, and the region names none", bound=bound[0], unit=unit)
            yield inputs.fault(f"region.{unit}", (region,), problem, say("give the {unit} of the region", unit=unit))


def obstacles(inputs: Scenario) -> Iterator[Text]:
    """Name demand that has no route at all and must be served."""
    demand = inputs.series("demand")
    asked = demand[demand > 0].index
    reached = pd.MultiIndex.from_frame(admissible(inputs)[["region", "workload"]])
    priced = inputs.series("unserved_price").index
    lost = [pair for pair in asked.difference(reached) if pair[1] not in priced]
    if not lost:
        return
    limits = latency_limits(inputs)
    for region, workload in lost:
        best = _mended(inputs, limits, region, workload)
        limit = (
            say("a latency of at most {limits:g} ms one way and ", limits=limits[workload])
            if workload in limits.index
            else ""
        )
        yield say(
            "{workload} of {region} ({load:g} MW) has no route: it needs {limit}reach {reach}{best}",
            workload=inputs.called("workload", workload),
            region=inputs.called("region", region),
            load=demand[region, workload],
            limit=limit,
            reach=REACH_WORDS[inputs.series("reach")[workload]],
            best=best,
        )


def _mended(inputs: Scenario, limits: pd.Series, region: str, workload: str) -> Text:
    """Say which limit on latency, or else which reach, would give a region's work its nearest site."""
    possible = inputs.once(_possible)
    times = possible[(possible["region"] == region) & (possible["workload"] == workload)].dropna(subset="needed")
    times = times[admitted(inputs, times)]
    if times.empty:
        return ""
    times = times.assign(latency=times["needed"]).sort_values("latency", kind="stable")
    near = times.iloc[0]
    nearest = say(
        "; the nearest site is {site} at {time:.2f} ms one way",
        site=inputs.called("site", near["site"]),
        time=near["latency"],
    )
    inside = times[_within_reach(inputs, times)]
    if len(inside):
        would = say("latency_max {least:g} ms would do", least=_rounded_up(float(inside["latency"].iloc[0])))
    else:
        soon = times[times["latency"] <= limits.get(workload, np.inf)]
        reaches = _reaches_of(inputs, soon, region)
        if not reaches:
            return nearest
        would = say("reach {reach} would do", reach=reaches[0])
    return say("{nearest} ({would})", nearest=nearest, would=would)


def _reaches_of(inputs: Scenario, routes: pd.DataFrame, region: str) -> list[str]:
    """Return the reaches within which a region has one of these routes, the narrowest first."""
    if routes.empty:
        return []
    found = []
    for unit in reversed(REACHES[1:]):
        here = inputs.series(f"region.{unit}").get(region)
        if here is not None and (routes["site"].map(inputs.series(f"site.{unit}")) == here).any():
            found.append(unit)
    return [*found, "national"]


def wider(inputs: Scenario) -> dict[Key, list[str]]:
    """Return the wider reaches each workload may be given, nearest first; only those that all its regions know."""
    demand = inputs.series("demand")
    asked = demand[demand > 0].index.to_frame(index=False)
    order = list(reversed(REACHES))
    steps: dict[Key, list[str]] = {}
    for workload, reach in inputs.series("reach").items():
        regions = asked.loc[asked["workload"] == workload, "region"]
        known = [
            unit
            for unit in order[order.index(reach) + 1 :]
            if unit == "national" or regions.isin(inputs.series(f"region.{unit}").index).all()
        ]
        if known:
            steps[str(workload),] = known
    return steps


def slower(inputs: Scenario) -> dict[Key, list[float]]:
    """Return the latencies above each workload's limit at which it gains a route [ms, one way], rounded up."""
    return slower_by(inputs, "latency_max")


def slower_rtt(inputs: Scenario) -> dict[Key, list[float]]:
    """Return the same of the limits stated as a round trip [ms]."""
    return slower_by(inputs, "latency_max_rtt", 2.0)


def slower_by(inputs: Scenario, name: str, trips: float = 1.0) -> dict[Key, list[float]]:
    """Return the latencies above each workload's limit of a name at which it gains a place [ms], rounded up."""
    routes = inputs.once(_possible).dropna(subset="needed")
    routes = routes[_within_reach(inputs, routes) & admitted(inputs, routes)]
    needed = (routes["needed"] * trips).map(_rounded_up)
    steps: dict[Key, list[float]] = {}
    for workload, limit in inputs.series(name).items():
        longer = needed[(routes["workload"] == workload) & (routes["needed"] * trips > limit)]
        if len(longer):
            steps[str(workload),] = sorted(set(longer))
    return steps


def _rounded_up(latency: float) -> float:
    return round(float(np.ceil(latency / LATENCY_STEP - ROUNDING)) * LATENCY_STEP, 2)


LATENCY_STEP = 0.01
"""[ms] to which a limit that would do is rounded up."""
ROUNDING = 1e-9
RELAXATIONS = (
    Steps("reach", Rank.SERVICE, wider),
    Steps("latency_max", Rank.SERVICE, slower),
    Steps("latency_max_rtt", Rank.SERVICE, slower_rtt),
)
EXAMPLE: Example = {
    "site.hub": {"shanghai": "delta", "hebei": "north", "gansu": "gansu"},
    "site.side": {"shanghai": "east", "hebei": "east", "gansu": "west"},
    "site.province": {"shanghai": "上海", "hebei": "河北", "gansu": "甘肃"},
    "site.longitude": {"shanghai": 121.1, "hebei": 115.5, "gansu": 107.6},
    "site.latitude": {"shanghai": 31.1, "hebei": 40.4, "gansu": 35.7},
    "latency_max": {"online": 8, "training": 30},
}


def build(m: PlanModel) -> None:
    """Add the sparse set of routes and its slices."""
    m.routes = admissible(m.inputs)
    m.members("ROUTES", m.routes[KEYS].itertuples(index=False, name=None), dimen=4)
    m.subsets("ROUTES_OF", m.DEMANDS, m.routes[KEYS], ["region", "workload"])
    m.subsets("ROUTES_INTO", m.SITES, m.routes[["site", "region", "workload", "path"]], ["site"])


def report(m: PlanModel) -> dict[str, pd.DataFrame]:
    """Return the routes with latency [ms, one way] and great-circle distance [km]."""
    pairs = pd.MultiIndex.from_frame(m.routes[["region", "site"]])
    return {"routes": m.routes.assign(distance=m.inputs.distance.reindex(pairs).to_numpy(float))}


def audit_terms(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.Series]:
    """Return, by region, workload and site, what is out of reach [1], and latencies [ms] if no feature knows them."""
    del tables
    index = inputs.full_index(("region", "workload", "site"))
    work = index.to_frame(index=False)
    terms = {"forbidden": _out_of_reach(inputs, work).astype(float).set_axis(index)}
    if not any(map(inputs.has, inputs.declarations.ways)):
        again = _latency_again(inputs, work, _distance_again(inputs, work))
        terms["latency_needed"] = pd.Series(again, index)
    return terms


def _out_of_reach(inputs: Scenario, work: pd.DataFrame) -> pd.Series:
    """Return of some work and sites which are out of its reach."""
    reach = work["workload"].map(inputs.series("reach"))
    leaves = pd.Series(data=False, index=work.index)
    for unit in ("side", "hub", "province"):
        here = work["region"].map(inputs.series(f"region.{unit}"))
        there = work["site"].map(inputs.series(f"site.{unit}"))
        leaves |= (reach == unit) & ~((here == there) & here.notna())
    return leaves


def audit(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> Iterator[Finding]:
    """Latency and distance are right; no route is slower or goes farther than its workload bears."""
    routes = tables["routes"]
    index = pd.MultiIndex.from_frame(routes[KEYS])
    found = pd.Series(routes["latency"].to_numpy(float), index)
    distance = _distance_again(inputs, routes)
    computed = [("distance", distance, "km")]
    if not any(map(inputs.has, inputs.declarations.ways)):  # else who knows the ways recomputes them
        computed.insert(0, ("latency", _latency_again(inputs, routes, distance), "ms"))
    for name, again, unit in computed:
        reported = pd.Series(routes[name].to_numpy(float), index)
        # Neither is ever negative, so that -1 may stand for what is not known.
        yield from Finding.all_equal(name, pd.Series(again, index).fillna(-1.0), reported.fillna(-1.0), unit)
    limits = pd.concat([inputs.series("latency_max"), inputs.series("latency_max_rtt") * 0.5])
    limit = pd.Series(routes["workload"].map(limits).to_numpy(float), index)
    yield from Finding.all_at_most("latency_max", found.fillna(np.inf), limit, "ms")
    reach = inputs.series("reach").to_dict()
    for row in routes[_out_of_reach(inputs, routes)].itertuples():
        leaves = say("leaves its {unit}", unit=reach[row.workload])
        yield Finding("reach", f"{row.region}, {row.workload}, {row.site}", leaves)


def _distance_again(inputs: Scenario, routes: pd.DataFrame) -> Vector:
    """Recompute each route's distance [km] by the haversine formula, which knows nothing of ``pyproj``."""
    ends = {}
    for name in ("region", "site"):
        ends[name] = np.radians(inputs.coordinates(name).reindex(routes[name]).to_numpy(float))
    (x1, y1), (x2, y2) = ends["region"].T, ends["site"].T
    chord = np.sin((y2 - y1) / 2) ** 2 + np.cos(y1) * np.cos(y2) * np.sin((x2 - x1) / 2) ** 2
    distance: Vector = 2 * audit_physics.EARTH_RADIUS * np.arcsin(np.sqrt(np.minimum(chord, 1.0)))
    return distance


def _latency_again(inputs: Scenario, routes: pd.DataFrame, distance: Vector) -> Vector:
    """Recompute each route's latency [ms]."""
    factor = inputs.scalar("route_factor") or audit_physics.detour(str(inputs.scalar("network_layer")))
    pairs = pd.MultiIndex.from_frame(routes[["region", "site"]])
    access = inputs.series("access_latency").reindex(pairs).to_numpy(float)
    computed = distance * audit_physics.fibre_delay() * float(factor) + access
    given = inputs.series("latency").reindex(pairs).to_numpy(float)
    return np.where(np.isnan(given), computed, given)
