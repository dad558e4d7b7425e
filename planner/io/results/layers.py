"""The plan as GIS layers: sites, regions and flows in EPSG:4326, made from the scenario and the result tables alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely import Point

from planner.figures import lines
from planner.figures.work import flows as flows_of
from planner.io.files.geopackage_writer import write_geopackage
from planner.io.results.qgis_style import styles
from planner.scenario.geography import arc

if TYPE_CHECKING:
    from pathlib import Path

    from shapely.geometry.base import BaseGeometry

    from planner.scenario.scenario import Scenario

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
    return _points(scenario, "site", tables)


def region_layer(scenario: Scenario, tables: Tables) -> gpd.GeoDataFrame:
    """Return the regions as points."""
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
    flows = flows_of(tables)
    order = scenario.full_index(("region", "site"))
    flows = flows.reindex(order[order.isin(flows.index)]).assign(latency_basis="one way")
    for feature, figure in scenario.declarations.flows:
        known = figure.amount(scenario, tables).reindex(flows.index) if feature in tables else float("nan")
        flows[figure.name] = known
    table = flows.reset_index()
    ends = [scenario.coordinates(name).reindex(table[name]).to_numpy(float) for name in ("region", "site")]
    arcs = [_arc(start, end) for start, end in zip(*ends, strict=True)]
    return _layer(table, arcs)


def link_layer(scenario: Scenario, tables: Tables, prices: pd.DataFrame) -> gpd.GeoDataFrame:
    """Return the links of the plan's network as great-circle arcs.

    Returns
    -------
    GeoDataFrame
        One row a link, in the scenario's order, none without a network: link, name_zh, name_en, from, to (ids of
        nodes), traffic and traffic_back, bandwidth and bandwidth_back [Gbit/s, traffic as mean over the year],
        utilisation [1, at most over the year, of the fuller direction; NaN without bandwidth], modules, bandwidth_new
        [Gbit/s each way], saves [CNY/a, what 1 Gbit/s more of usable bandwidth each way would save], geometry (None
        where a node has no coordinates).
    """
    found = lines.lines_of(scenario, tables, prices).rename(columns=LINK_COLUMNS)
    known = lines.known(scenario, tables)
    ids = [str(link) for link in found["link"]]
    for place, column in enumerate(("name_zh", "name_en"), start=1):
        found.insert(place, column, _texts(scenario, f"{known.of if known else ''}.{column}", ids))
    if known is None:
        return _layer(found.iloc[:0], [])
    places = scenario.coordinates(known.nodes)
    ends = [places.reindex(found[end]).to_numpy(float) for end in ("from", "to")]
    return _layer(found, [_arc(start, end) for start, end in zip(*ends, strict=True)])


LINK_COLUMNS = {
    "line": "link",
    "room": "bandwidth",
    "room_back": "bandwidth_back",
    "full": "utilisation",
    "added": "bandwidth_new",
}


def _arc(start: np.ndarray, end: np.ndarray) -> BaseGeometry | None:
    return None if np.isnan([*start, *end]).any() else arc(*start, *end)


def _points(scenario: Scenario, name: str, tables: Tables) -> gpd.GeoDataFrame:
    members = list(scenario.sets[name])
    table = pd.DataFrame({name: pd.Series(members, dtype=str)})
    for column in LABELS:
        table[column] = _texts(scenario, f"{name}.{column}", members)
    for feature, figure in scenario.declarations.figures:
        if figure.of == name:
            known = scenario.has(feature) and feature in tables
            table[figure.name] = figure.by_member(scenario, tables).to_numpy(float) if known else figure.unlisted
    for _, figure in scenario.declarations.figures:
        if figure.of == name and figure.basis is not None:
            table[figure.basis_name] = figure.basis(scenario)
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
OF_A_NETWORK = {"links": "MultiLineString"}
"""The layers by name, fixed whatever the plan; an arc over the date line has two parts."""


def write_layers(
    path: Path,
    sites: gpd.GeoDataFrame,
    regions: gpd.GeoDataFrame,
    flows: gpd.GeoDataFrame,
    links: gpd.GeoDataFrame | None = None,
) -> None:
    """Write ``plan.gpkg``: layers sites, regions, flows and, of a network, links, with the styles of QGIS.

    Flows without an arc (a region served on the spot, or without coordinates) are in the tables only, so are links.
    """
    layers = {
        "sites": sites,
        "regions": regions,
        "flows": flows[flows.geometry.notna()],
    }
    if links is not None and len(links):
        layers["links"] = links[links.geometry.notna()]
    write_geopackage(path, layers, GEOMETRIES | OF_A_NETWORK, styles(**layers))
