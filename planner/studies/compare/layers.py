"""A comparison as GIS layers: what each site gains or loses, and what moved between two sites, net."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from planner.scenario.geography import arc
from planner.studies.compare.differences.moves import DUST

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shapely import Point
    from shapely.geometry.base import BaseGeometry

    from planner.studies.compare.differences.comparison import Comparison

CRS = "EPSG:4326"


def change_layers(comparison: Comparison) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Return the layers of a difference map, without what only swaps places at equal cost.

    Returns
    -------
    tuple of GeoDataFrame
        Sites: ``site``, ``name_zh``, ``name_en``, ``hub``, ``before``, ``after`` [MW], points. Moves: ``site_from``,
        ``site_to``, ``load`` [MW, above 0, net of what moved the other way], great-circle arcs (None where the two
        sites coincide or one has no coordinates).
    """
    layers = [run.results.sites.set_index("site") for run in (comparison.after, comparison.before)]
    known = pd.concat([layers[0], layers[1][~layers[1].index.isin(layers[0].index)]])
    table = comparison.tables["sites"].set_index("site")
    sites = pd.DataFrame(
        {
            "site": table.index,
            "name_zh": table["name_zh"].to_numpy(),
            "name_en": table["name_en"].to_numpy(),
            "hub": known["hub"].reindex(table.index).fillna("").to_numpy(),
            "before": table["it_load_before"].to_numpy(float),
            "after": (table["it_load_after"] - table["it_load_swapped"].fillna(0.0)).to_numpy(float),
        }
    )
    points = {site: point for site, point in known.geometry.items() if point is not None}
    placed = gpd.GeoDataFrame(sites, geometry=[points.get(site) for site in sites["site"]], crs=CRS)
    return placed, _moves(comparison, points)


def _moves(comparison: Comparison, points: Mapping[Any, Point]) -> gpd.GeoDataFrame:
    moves = comparison.tables["moved"]
    moves = moves[moves["kind"] == "moved"]
    net: dict[tuple[str, str], float] = {}
    for first, second, load in moves[["site_from", "site_to", "load"]].itertuples(index=False, name=None):
        pair = (min(first, second), max(first, second))
        net[pair] = net.get(pair, 0.0) + (load if pair == (first, second) else -load)
    rows = [(*(pair if load > 0 else pair[::-1]), abs(load)) for pair, load in sorted(net.items()) if abs(load) >= DUST]
    table = pd.DataFrame(rows, columns=["site_from", "site_to", "load"])
    table = table.sort_values(["load", "site_from", "site_to"], ascending=[False, True, True], ignore_index=True)
    arcs = [_arc(points.get(row.site_from), points.get(row.site_to)) for row in table.itertuples()]
    return gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(arcs, index=table.index, crs=CRS), crs=CRS)


def _arc(start: Point | None, end: Point | None) -> BaseGeometry | None:
    return None if start is None or end is None else arc(start.x, start.y, end.x, end.y)
