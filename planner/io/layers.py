"""The plan as GIS layers: sites, regions and flows in EPSG:4326, made from the scenario and the result tables alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely import Point

from planner.io.geography import arc
from planner.io.geopackage import write_geopackage
from planner.io.qgis_style import styles

if TYPE_CHECKING:
    from pathlib import Path

    from shapely.geometry.base import BaseGeometry

    from planner.io.scenario import Scenario

Tables = Mapping[str, pd.DataFrame]
CRS = "EPSG:4326"
LABELS = ("name_zh", "name_en", "hub", "side", "province")


def site_layer(scenario: Scenario, tables: Tables) -> gpd.GeoDataFrame:
    """Return the sites as points.

    Returns
    -------
    GeoDataFrame
        One row a site, in the scenario's order: site, name_zh, name_en, hub, side, province (empty where not given);
        the figures of sites that the features declare, such as it_load [MW, mean over the year], capacity and
        capacity_new [MW], modules, utilisation [1, load over capacity], pue [1, mean weighted by load], grid_power and
        green_power [MW, mean], certificates [MWh/a], green_power_share [1, by the accounting that stands in
        green_power_share_mode; with certificates it may be above 1], emissions [tCO2/a]; geometry (None without
        coordinates). A number that the plan does not know is NaN.
    """
    layer = _points(scenario, "site", tables)
    mode = scenario.scalar("green_power_share_mode") if scenario.has("green_power_share") else "certificate"
    layer.insert(len(layer.columns) - 1, "green_power_share_mode", str(mode))
    return layer


def region_layer(scenario: Scenario, tables: Tables) -> gpd.GeoDataFrame:
    """Return the regions as points.

    Returns
    -------
    GeoDataFrame
        One row a region, in the scenario's order: region, name_zh, name_en, hub, side, province; the figures of regions
        that the features declare: demand and unserved [MW IT, mean over the year], latency [ms, one way, mean of the
        work served]; geometry (None without coordinates).
    """
    return _points(scenario, "region", tables)


def flow_layer(scenario: Scenario, tables: Tables) -> gpd.GeoDataFrame:
    """Return the work carried from regions to sites as great-circle arcs.

    Returns
    -------
    GeoDataFrame
        One row a pair that carries work, in the scenario's order: region, site, allocation [MW IT, mean over the
        year, all workloads], latency [ms], latency_basis (``one way``), distance [km], traffic [Gbit/s, mean],
        geometry (None where region and site coincide or one has no coordinates).
    """
    flows = _flows(tables).set_index(["region", "site"])
    order = scenario.full_index(("region", "site"))
    flows = flows.reindex(order[order.isin(flows.index)])
    table = pd.DataFrame(
        {
            "allocation": flows["allocation"],
            "latency": flows["work"] / flows["allocation"],
            "latency_basis": "one way",
            "distance": scenario.distance.reindex(flows.index),
            "traffic": _traffic(tables).reindex(flows.index),
        }
    ).reset_index()
    ends = [scenario.coordinates(name).reindex(table[name]).to_numpy(float) for name in ("region", "site")]
    arcs = [_arc(start, end) for start, end in zip(*ends, strict=True)]
    return _layer(table, arcs)


def _arc(start: np.ndarray, end: np.ndarray) -> BaseGeometry | None:
    return None if np.isnan([*start, *end]).any() else arc(*start, *end)


def _flows(tables: Tables) -> pd.DataFrame:
    """Return allocation [MW, mean] and allocation × latency [MW ms] by region and site, where there is any."""
    keys = ["region", "workload", "site", "path"]
    if "allocation" not in tables or tables["allocation"].empty:
        return pd.DataFrame({key: pd.Series(dtype=kind) for key, kind in FLOW_TYPES.items()})
    table = tables["allocation"]
    load = _mean(tables, "allocation", "allocation").groupby([table[key] for key in keys]).sum()
    flows = load[load > 0].rename("allocation").reset_index()
    latency = tables["routes"].set_index(keys)["latency"] if "routes" in tables else pd.Series(dtype=float)
    flows["work"] = flows["allocation"] * latency.reindex(pd.MultiIndex.from_frame(flows[keys])).to_numpy(float)
    return flows.groupby(["region", "site"], sort=False)[["allocation", "work"]].sum(skipna=False).reset_index()


FLOW_TYPES = {"region": object, "site": object, "allocation": float, "work": float}


def _traffic(tables: Tables) -> pd.Series:
    if "traffic" not in tables or "traffic" not in tables["traffic"]:
        return pd.Series(dtype=float, index=pd.MultiIndex.from_arrays([[], []], names=["region", "site"]))
    return _by(tables, "traffic", "traffic", "region", "site")


def _mean(tables: Tables, name: str, column: str) -> pd.Series:
    """Return each row's part in the mean over the year; a row without a timestep counts whole."""
    table = tables[name]
    values = table[column].astype(float)
    if "timestep" not in table:
        return values
    hours = tables["time"].set_index("timestep")["timestep_weight"].astype(float)
    return values * table["timestep"].map(hours).astype(float) / hours.sum()


def _by(tables: Tables, name: str, column: str, *keys: str) -> pd.Series:
    """Sum a table's column by keys, as means over the year; no entries without the table."""
    if name not in tables or tables[name].empty:
        return pd.Series(dtype=float)
    return _mean(tables, name, column).groupby([tables[name][key] for key in keys]).sum()


def _points(scenario: Scenario, name: str, tables: Tables) -> gpd.GeoDataFrame:
    members = list(scenario.sets[name])
    table = pd.DataFrame({name: pd.Series(members, dtype=str)})
    for column in LABELS:
        table[column] = _texts(scenario, f"{name}.{column}", members)
    for feature, figure in scenario.declarations.figures:
        if figure.of == name:
            known = scenario.has(feature) and feature in tables
            table[figure.name] = figure.by_member(scenario, tables).to_numpy(float) if known else figure.unlisted
    places = scenario.coordinates(name)
    points = [Point(*places.loc[member]) if member in places.index else None for member in members]
    return _layer(table, points)


def _texts(scenario: Scenario, key: str, members: Sequence[str]) -> pd.Series:
    given = scenario.given.get(key)
    known = given.to_dict() if isinstance(given, pd.Series) else {}
    return pd.Series([str(known.get(member, "")) for member in members], dtype=str)


def _layer(table: pd.DataFrame, shapes: Sequence[BaseGeometry | None]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(list(shapes), index=table.index, crs=CRS), crs=CRS)


GEOMETRIES = {"sites": "Point", "regions": "Point", "flows": "MultiLineString"}
"""The layers by name, fixed whatever the plan; an arc over the date line has two parts."""


def write_layers(path: Path, sites: gpd.GeoDataFrame, regions: gpd.GeoDataFrame, flows: gpd.GeoDataFrame) -> None:
    """Write ``plan.gpkg``: the layers sites, regions and flows, with the styles in which QGIS opens them.

    Flows without an arc (a region served on the spot, or without coordinates) are in the tables only.

    Raises
    ------
    OSError
        The file system refused.
    """
    layers = {"sites": sites, "regions": regions, "flows": flows[flows.geometry.notna()]}
    write_geopackage(path, layers, GEOMETRIES, styles(layers["sites"], layers["regions"], layers["flows"]))
