"""Routes: which site may answer which workload of which region, by latency and by reach."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from planner.models.finding import Finding
from planner.models.parameter import IndexSet, Parameter, names_of, place_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from planner.errors import Fault
    from planner.io.scenario import Scenario
    from planner.models.plan_model import PlanModel

Vector = npt.NDArray[np.float64]
REQUIRES = ("demand",)
SETS = (IndexSet("site", "SITES", "Places where compute can stand."),)
CAICT = "CAICT, Q1 2024 network measurements between hubs, one way"
PARAMETERS = (
    *names_of("site"),
    *place_of("site"),
    Parameter(
        "latency",
        ("region", "site"),
        "ms",
        "Network latency, one way; where left out, computed from the coordinates.",
        None,
    ),
    Parameter(
        "access_latency",
        ("region", "site"),
        "ms",
        "Latency of the access networks, one way, added to a computed latency.",
        0.0,
        also_index=(("region",), ("site",), ()),
    ),
    Parameter("latency_max", ("workload",), "ms", "Longest latency the workload bears, one way.", None),
    Parameter(
        "latency_max_rtt", ("workload",), "ms", "The same limit stated as a round trip; halved at reading.", None
    ),
    Parameter(
        "reach",
        ("workload",),
        "",
        "The coarsest unit the work may not leave.",
        "national",
        "choice",
        choices=("national", "side", "hub", "province"),
    ),
    Parameter(
        "network_layer",
        (),
        "",
        "Network the work travels on; decides the default route_factor.",
        "optical",
        "choice",
        choices=("optical", "ip_private", "internet"),
        source=CAICT,
    ),
    Parameter(
        "route_factor",
        (),
        "1",
        "Latency of the real route over straight fibre; by default 1.8 optical, 2.7 IP private, 3.1 internet.",
        None,
        low=1.0,
        source=CAICT,
    ),
)
ROUTE_FACTORS = {"optical": 1.8, "ip_private": 2.7, "internet": 3.1}
FIBRE_LATENCY = 4.897e-3
"""[ms/km], one way: group index 1.468 over the speed of light."""
EARTH_RADIUS = 6371.0088
"""[km], mean radius (IUGG); the audit's own copy."""
KEYS = ["region", "workload", "site", "path"]


def derive(inputs: Scenario) -> dict[str, pd.Series]:
    """Compute the latencies that are not given, where both ends have coordinates.

    Great-circle km × fibre latency × route factor + access latency [ms, one way].
    """
    given = inputs.series("latency")
    factor = inputs.number("route_factor")
    if np.isnan(factor):
        factor = ROUTE_FACTORS[str(inputs.scalar("network_layer"))]
    distance = inputs.distance
    access = inputs.series("access_latency").reindex(distance.index)
    computed = distance * FIBRE_LATENCY * factor + access
    return {"latency": given.combine_first(computed).reindex(inputs.full_index(("region", "site"))).dropna()}


def latency_limits(inputs: Scenario) -> pd.Series:
    """Return the latency limit [ms, one way] of the workloads that have one."""
    return inputs.series("latency_max").combine_first(inputs.series("latency_max_rtt") / 2)


def admissible(inputs: Scenario) -> pd.DataFrame:
    """Return the routes: every (region, workload, site) that reach and latency allow.

    Returns
    -------
    DataFrame
        Columns region, workload, site, path, latency [ms, one way; NaN where unknown and not limited]
        in canonical order. Without a backbone each pair has one path, ``direct``.
    """
    demand = inputs.series("demand")
    asked = demand[demand > 0].index.to_frame(index=False)
    routes = asked.merge(inputs.full_index(("site",)).to_frame(index=False), how="cross")
    latency = derive(inputs)["latency"].rename("latency").reset_index()
    routes = routes.merge(latency, on=["region", "site"], how="left")
    limit = routes["workload"].map(latency_limits(inputs))
    routes = routes[(limit.isna() | (routes["latency"] <= limit)) & _within_reach(inputs, routes)]
    return routes.assign(path="direct")[[*KEYS, "latency"]].reset_index(drop=True)


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
        yield inputs.fault(
            "latency_max_rtt", (workload,), "latency_max is given as well", "state the limit once, one way or rtt"
        )
    yield from _unknown_units(inputs)
    if latency_limits(inputs).empty and not inputs.settings.objective.get("latency"):
        return
    known = derive(inputs)["latency"].index
    unknown = inputs.full_index(("region", "site")).difference(known)
    for name, members in (("region", unknown.unique("region")), ("site", unknown.unique("site"))):
        for member in members.difference(inputs.coordinates(name).index):
            remedy = "give longitude and latitude, or latency in region_site.csv"
            axis = "latitude" if member in inputs.series(f"{name}.longitude").index else "longitude"
            yield inputs.fault(f"{name}.{axis}", (member,), "its latency cannot be computed", remedy)


def _unknown_units(inputs: Scenario) -> Iterator[Fault]:
    reach = inputs.series("reach")
    for unit in ("side", "hub", "province"):
        bound = list(reach.index[reach == unit])
        if not bound:
            continue
        asks = inputs.series("demand").loc[lambda demand: demand > 0].index.to_frame(index=False)
        regions = pd.Index(asks.loc[asks["workload"].isin(bound), "region"].unique())
        for region in regions.difference(inputs.series(f"region.{unit}").index):
            problem = f"{bound[0]} may not leave its {unit}, and the region names none"
            yield inputs.fault(f"region.{unit}", (region,), problem, f"give the {unit} of the region")


def obstacles(inputs: Scenario) -> Iterator[str]:
    """Name demand that has no route at all and must be served."""
    demand = inputs.series("demand")
    asked = demand[demand > 0].index
    reached = pd.MultiIndex.from_frame(admissible(inputs)[["region", "workload"]])
    priced = inputs.series("unserved_price").index
    limits, latency = latency_limits(inputs), derive(inputs)["latency"]
    for region, workload in asked.difference(reached):
        if workload in priced:
            continue
        near = latency.xs(region, level="region") if region in latency.index.get_level_values(0) else latency.iloc[:0]
        best = f"; the nearest site is {near.idxmin()} at {near.min():.2f} ms one way" if len(near) else ""
        limit = f"a latency of at most {limits[workload]:g} ms one way and " if workload in limits.index else ""
        yield (
            f"{workload} of {region} ({demand[region, workload]:g} MW) has no route: it needs {limit}"
            f"reach {inputs.series('reach')[workload]}{best}"
        )


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


def audit(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> Iterator[Finding]:
    """Latency and distance are right; no route is slower or goes farther than its workload bears."""
    routes = tables["routes"]
    index = pd.MultiIndex.from_frame(routes[KEYS])
    found = pd.Series(routes["latency"].to_numpy(float), index)
    distance = _distance_again(inputs, routes)
    for name, again, unit in (
        ("latency", _latency_again(inputs, routes, distance), "ms"),
        ("distance", distance, "km"),
    ):
        reported = pd.Series(routes[name].to_numpy(float), index)
        # Neither is ever negative, so that -1 may stand for what is not known.
        yield from Finding.all_equal(name, pd.Series(again, index).fillna(-1.0), reported.fillna(-1.0), unit)
    limits = pd.concat([inputs.series("latency_max"), inputs.series("latency_max_rtt") * 0.5])
    limit = pd.Series(routes["workload"].map(limits).to_numpy(float), index)
    yield from Finding.all_at_most("latency_max", found.fillna(np.inf), limit, "ms")
    reach = routes["workload"].map(inputs.series("reach"))
    for unit in ("side", "hub", "province"):
        here = routes["region"].map(inputs.series(f"region.{unit}"))
        there = routes["site"].map(inputs.series(f"site.{unit}"))
        leaves = (reach == unit) & ~((here == there) & here.notna())
        for row in routes[leaves].itertuples():
            yield Finding("reach", f"{row.region}, {row.workload}, {row.site}", f"leaves its {unit}")


def _distance_again(inputs: Scenario, routes: pd.DataFrame) -> Vector:
    """Recompute each route's distance [km] by the haversine formula, which knows nothing of ``pyproj``."""
    ends = {}
    for name in ("region", "site"):
        ends[name] = np.radians(inputs.coordinates(name).reindex(routes[name]).to_numpy(float))
    (x1, y1), (x2, y2) = ends["region"].T, ends["site"].T
    chord = np.sin((y2 - y1) / 2) ** 2 + np.cos(y1) * np.cos(y2) * np.sin((x2 - x1) / 2) ** 2
    distance: Vector = 2 * EARTH_RADIUS * np.arcsin(np.sqrt(np.minimum(chord, 1.0)))
    return distance


def _latency_again(inputs: Scenario, routes: pd.DataFrame, distance: Vector) -> Vector:
    """Recompute each route's latency [ms]."""
    factor = inputs.scalar("route_factor") or ROUTE_FACTORS[str(inputs.scalar("network_layer"))]
    pairs = pd.MultiIndex.from_frame(routes[["region", "site"]])
    computed = distance * FIBRE_LATENCY * float(factor) + inputs.series("access_latency").reindex(pairs).to_numpy(float)
    given = inputs.series("latency").reindex(pairs).to_numpy(float)
    return np.where(np.isnan(given), computed, given)
