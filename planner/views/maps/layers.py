"""The layers of a plan, checked and put in the order in which they are drawn."""

from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from planner.language import Language, say
from planner.views.maps.projection import project_points
from planner.views.page.errors import DrawingError
from planner.views.page.glyphs import clean_text

NEGLIGIBLE = 1e-6
"""Loads below this [MW] are a solver's rounding: zero."""

COLUMNS = {"sites": ("site", "it_load"), "regions": ("region", "demand"), "flows": ("region", "site", "allocation")}
"""Columns without which a layer means nothing; the others may be absent and are then unknown."""

WGS84 = 4326
Shape = BaseGeometry | None

GREEN_MODES = ("certificate", "matched", "every_timestep")
"""The accountings of green-power shares that the legend knows; the first where a layer says none."""


@dataclass(frozen=True)
class Site:
    """A place compute stands: where [m], its label, and what is drawn of it."""

    place: tuple[float, float]
    label: str
    cluster: bool
    load: float
    green: float
    new: bool


@dataclass(frozen=True)
class Region:
    """A place demand arises: name as given, point in degrees and in metres, province it names, demand [MW]."""

    name: str
    point: shapely.Point | None
    place: tuple[float, float] | None
    province: str
    demand: float


@dataclass(frozen=True)
class Flow:
    """Demand [MW] that a site serves over distance, along an arc in degrees."""

    arc: shapely.LineString
    load: float


@dataclass(frozen=True)
class Layers:
    """All that is drawn of a plan, and what could not be, for the footnotes."""

    sites: list[Site]
    regions: list[Region]
    flows: list[Flow]
    sites_unplaced: list[str]
    flows_unplaced: list[float]
    missing: set[str] = field(default_factory=set)
    green_mode: str = "certificate"
    """The accounting of the green-power shares."""


def check_layer(table: gpd.GeoDataFrame, layer: str, needed: tuple[str, ...]) -> None:
    """Refuse a layer without its columns or in another reference system; an empty one is always right."""
    if table.empty:
        return
    absent = [column for column in needed if column not in table.columns]
    if absent:
        raise DrawingError(
            say(
                "layer {layer}: column {listed} is missing; needed are {needed}",
                layer=layer,
                listed=", ".join(absent),
                needed=", ".join(needed),
            )
        )
    if table._geometry_column_name is None:  # noqa: SLF001 - the only way to ask without an exception
        raise DrawingError(say("layer {layer}: it has no geometry column", layer=layer))
    if table.crs is not None and not table.crs.equals(WGS84, ignore_axis_order=True):
        raise DrawingError(
            say("layer {layer}: its reference system is {name}; give EPSG:4326", layer=layer, name=table.crs.name)
        )


def _read_quantity(table: gpd.GeoDataFrame, layer: str, column: str) -> list[float]:
    """Return a column of quantities, none negative, none unknown; rounding below zero becomes zero."""
    values = pd.to_numeric(table[column], errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    wrong = ~(np.isfinite(values) & (values >= -NEGLIGIBLE))
    if wrong.any():
        first = table[column].iloc[int(np.argmax(wrong))]
        key = table[COLUMNS[layer][0]].iloc[int(np.argmax(wrong))]
        raise DrawingError(
            say(
                "layer {layer}: {column} of {key!r} is {first}; a number of 0 or more",
                layer=layer,
                column=column,
                key=str(key)[:80],
                first=str(first)[:80],
            )
        )
    return [float(value) if value >= NEGLIGIBLE else 0.0 for value in values]


def _read_shares(table: gpd.GeoDataFrame) -> list[float]:
    """Return the green-power shares, NaN where not known.

    By certificates a site may buy more green energy than it uses: above 1 is drawn as 1.
    """
    if "green_power_share" not in table.columns:
        return [float("nan")] * len(table)
    given = table["green_power_share"]
    values = pd.to_numeric(given, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    wrong = (values < -NEGLIGIBLE) | np.isinf(values) | (np.isnan(values) & given.notna().to_numpy())
    if wrong.any():
        first, key = (table[column].iloc[int(np.argmax(wrong))] for column in ("green_power_share", "site"))
        found = say("green_power_share of {key!r} is {first}", key=str(key)[:80], first=str(first)[:80])
        raise DrawingError(say("layer sites: {found}; a number of 0 or more", found=found))
    return [float(value) for value in np.clip(values, 0, 1)]


def _pick_names(table: gpd.GeoDataFrame, key: str, language: Language) -> list[str]:
    """Return the name of each row as given: in the language, else in the other, else the id."""
    order = ("name_zh", "name_en", key) if language == "zh" else ("name_en", "name_zh", key)
    columns = [list(table[column]) for column in order if column in table.columns]
    return [str(next((value for value in row if clean_text(value, set())), "")) for row in zip(*columns, strict=True)]


def _read_mode(table: gpd.GeoDataFrame) -> str:
    """Return the accounting of the green-power shares, one for all sites."""
    given = set(_read_text(table, "green_power_share_mode")) - {""}
    return given.pop() if len(given) == 1 and given <= set(GREEN_MODES) else GREEN_MODES[0]


def _read_text(table: gpd.GeoDataFrame, column: str) -> list[str]:
    if column not in table.columns:
        return [""] * len(table)
    return [clean_text(value, set()) for value in table[column]]


def check_shape(shape: Any) -> Shape:
    """Return the geometry if every coordinate is on the globe, else nothing."""
    if shape is None or not isinstance(shape, BaseGeometry) or shape.is_empty:
        return None
    degrees = shapely.get_coordinates(shape)
    limits = np.array([360.0, 90.0])
    return shape if bool(np.all(np.abs(degrees) <= limits)) else None


def _read_points(table: gpd.GeoDataFrame) -> list[shapely.Point | None]:
    shapes = [check_shape(shape) for shape in table.geometry]
    return [None if shape is None else shape.representative_point() for shape in shapes]


def _project_point(point: shapely.Point | None) -> tuple[float, float] | None:
    if point is None:
        return None
    x, y = project_points(shapely.get_coordinates(point))[0]
    return float(x), float(y)


def _read_sites(table: gpd.GeoDataFrame, language: Language, missing: set[str]) -> tuple[list[Site], list[str]]:
    """Return the sites from the largest load down, so that small circles lie on large ones, and those without place."""
    if table.empty:
        return [], []
    new = _read_quantity(table, "sites", "capacity_new") if "capacity_new" in table.columns else [0.0] * len(table)
    rows = zip(
        [_project_point(point) for point in _read_points(table)],
        [clean_text(name, missing) for name in _pick_names(table, "site", language)],
        _read_text(table, "hub"),
        _read_quantity(table, "sites", "it_load"),
        _read_shares(table),
        new,
        strict=True,
    )
    sites, unplaced = [], []
    for place, name, hub, load, green, built in rows:
        if place is None:
            unplaced.append(name)
        else:
            sites.append(Site(place, name, bool(hub), load, green, built > 0))
    return sorted(sites, key=lambda site: (-site.load, site.label, site.place)), unplaced


def _read_regions(table: gpd.GeoDataFrame, language: Language) -> list[Region]:
    if table.empty:
        return []
    points = _read_points(table)
    rows = zip(
        _pick_names(table, "region", language),
        points,
        [_project_point(point) for point in points],
        _read_text(table, "province"),
        _read_quantity(table, "regions", "demand"),
        strict=True,
    )
    return sorted((Region(*row) for row in rows), key=lambda region: (region.name, str(region.point), region.demand))


def _read_flows(table: gpd.GeoDataFrame) -> tuple[list[Flow], list[float]]:
    """Return the flows over distance from the largest down, and the loads of those that have no arc."""
    if table.empty:
        return [], []
    distances = [0.0] * len(table)
    if "distance" in table.columns:
        distances = [float(value) for value in pd.to_numeric(table["distance"], errors="coerce").fillna(0)]
    flows, unplaced = [], []
    for given, load, distance in zip(
        table.geometry, _read_quantity(table, "flows", "allocation"), distances, strict=True
    ):
        arc = check_shape(given)
        if load and isinstance(arc, shapely.LineString) and arc.length > 0:
            flows.append(Flow(arc, load))
        elif load and distance > 0:
            unplaced.append(load)
    return sorted(flows, key=lambda flow: (-flow.load, flow.arc.wkb)), unplaced


def read_layers(
    sites: gpd.GeoDataFrame, regions: gpd.GeoDataFrame, flows: gpd.GeoDataFrame, language: Language
) -> Layers:
    """Return the layers as they are drawn."""
    for table, layer in ((sites, "sites"), (regions, "regions"), (flows, "flows")):
        check_layer(table, layer, COLUMNS[layer])
    missing: set[str] = set()
    placed, sites_unplaced = _read_sites(sites, language, missing)
    arcs, flows_unplaced = _read_flows(flows)
    areas = _read_regions(regions, language)
    return Layers(placed, areas, arcs, sites_unplaced, flows_unplaced, missing, _read_mode(sites))
