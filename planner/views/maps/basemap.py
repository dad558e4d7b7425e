"""The base map: the bundled provinces and ten-dash line, or polygons of the user's own."""

import json
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from planner.errors import reason
from planner.io.files.geojson import document_note, system_in
from planner.io.files.geopackage import SIGNATURE, GeoPackageError, Listed, named, names_of, read_layer
from planner.io.files.reference_systems import SystemRefusedError, words_of
from planner.language import Text, say
from planner.views.page.errors import DrawingError

DATA = Path(__file__).parents[1] / "data"
PROVINCES = DATA / "provinces.geojson"
TEN_DASH_LINE = DATA / "ten_dash_line.geojson"

BYTES_MAX = 100_000_000
LAYER_NAME = "|layername="
"""Between a GeoPackage and one of its layers, as QGIS writes it."""
AREA_KINDS = {"POLYGON", "MULTIPOLYGON", "CURVEPOLYGON", "MULTISURFACE"}
Row = tuple[dict[str, Any], BaseGeometry]
NAME_FIELDS = ("name", "name_zh", "name_full", "name_en", "province", "province_name", "short_name", "fullname")
SUFFIX = re.compile(r"(壮族自治区|回族自治区|维吾尔自治区|自治区|特别行政区|省|市)$")


@dataclass(frozen=True)
class BaseMap:
    """Areas with the names each answers to, and lines, all in longitude and latitude.

    Attributes
    ----------
    areas
        Polygons, one an area.
    names
        For each area the names, shortened, by which a region may call it.
    lines
        The ten-dash line, or the lines of the user's own file.
    file
        Name of the user's file, nothing for the bundled map.
    own_lines
        Whether the lines are the user's.
    notes
        What was done to the coordinates, or is doubtful in them.

    """

    areas: list[BaseGeometry]
    names: list[frozenset[str]]
    lines: list[BaseGeometry]
    file: str | None = None
    own_lines: bool = False
    notes: tuple[Text, ...] = ()


def shorten_name(name: object) -> str:
    """Return a province's name without its kind: 内蒙古自治区 → 内蒙古; Latin names in lower case."""
    return SUFFIX.sub("", str(name).strip().casefold())


def _read_features(path: Path) -> tuple[list[Row], list[Text]]:
    """Return the features of a GeoJSON file, and notes; only ``json`` and shapely see it."""
    try:
        document = json.loads(path.read_bytes())
        kind = document["type"]
        features = document["features"] if kind == "FeatureCollection" else [document]
        rows: list[Row] = []
        for feature in features:
            bare = feature["type"] != "Feature"
            geometry = feature if bare else feature["geometry"]
            if geometry is not None:
                rows.append(({} if bare else feature.get("properties") or {}, shapely.geometry.shape(geometry)))
        system = system_in(document)
        system.check(shape for _, shape in rows)
        records = [record for record, _ in rows]
        hint = document_note(document, words_of(dict.fromkeys(name for record in records for name in record), records))
        rows = [(record, system.to_degrees(shape)) for record, shape in rows]
    except SystemRefusedError as fault:
        raise _refused(path.name, fault.problem, fault.remedy) from fault
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, shapely.errors.ShapelyError) as fault:
        message = f"{type(fault).__name__}: {fault}"[:200]
        raise DrawingError(
            say(
                "base map {name}: not GeoJSON that can be read ({message}); give a FeatureCollection of polygons",
                name=path.name,
                message=message,
            )
        ) from fault
    return rows, [note for note in (system.note, hint) if note]


def _refused(name: str, problem: Text, remedy: Text) -> DrawingError:
    return DrawingError(say("base map {name}: {problem}; {remedy}", name=name, problem=problem, remedy=remedy))


def _read_geopackage(path: Path, layer: str) -> tuple[list[Row], list[Text]]:
    """Return the features of one layer of a GeoPackage, and notes."""
    try:
        found = read_layer(path.read_bytes(), lambda layers: named(layers, layer) if layer else _only_areas(layers))
        shapes = [(record, shape) for record, shape in found.rows if shape is not None]
        found.system.check(shape for _, shape in shapes)
        return [(record, found.system.to_degrees(shape)) for record, shape in shapes], list(found.notes)
    except (GeoPackageError, SystemRefusedError) as fault:
        raise _refused(path.name, fault.problem, fault.remedy) from fault


def _only_areas(layers: Sequence[Listed]) -> Listed:
    """Return the layer of areas, if there is one only."""
    areas = [layer for layer in layers if layer.kind in AREA_KINDS] or list(layers)
    if len(areas) == 1:
        return areas[0]
    raise GeoPackageError(
        say("it has {count} layers: {names}", count=len(areas), names=names_of(areas)),
        say("say which with --basemap-layer NAME"),
    )


def _check_degrees(path: Path, shapes: Iterable[BaseGeometry]) -> None:
    """Refuse coordinates that cannot be longitude and latitude."""
    for shape in shapes:
        left, bottom, right, top = shape.bounds
        inside = -180.5 <= left <= right <= 360.5 and -90 <= bottom <= top <= 90  # noqa: PLR2004 - of the globe
        if not (inside and math.isfinite(left + right)):
            raise DrawingError(
                say(
                    "base map {name}: coordinates {left:.6g}, {bottom:.6g} … {right:.6g}, {top:.6g} are not "
                    "longitude and latitude; save the layer in WGS84 (EPSG:4326)",
                    name=path.name,
                    left=left,
                    bottom=bottom,
                    right=right,
                    top=top,
                )
            )


def _keep_polygons(shape: BaseGeometry) -> BaseGeometry | None:
    """Return the polygons of a shape made valid, or nothing if it has none."""
    valid = shape if shape.is_valid else shapely.make_valid(shape)
    polygons = [part for part in shapely.get_parts(_list_parts(valid)) if part.geom_type == "Polygon"]
    return shapely.MultiPolygon(polygons) if polygons else None


def _list_parts(shape: BaseGeometry) -> list[BaseGeometry]:
    """Return the simple members of a shape, however deeply collected."""
    if shape.geom_type == "GeometryCollection":
        return [leaf for part in shapely.get_parts(shape) for leaf in _list_parts(part)]
    return list(shapely.get_parts(shape))


def _collect_names(record: dict[str, Any]) -> frozenset[str]:
    fields = {str(field).casefold(): value for field, value in record.items()}
    return frozenset(shorten_name(fields[field]) for field in NAME_FIELDS if fields.get(field))


def _assemble(
    rows: list[Row], lines: list[BaseGeometry], file: str | None = None, notes: Sequence[Text] = ()
) -> BaseMap:
    areas, names = [], []
    for record, shape in rows:
        area = _keep_polygons(shape)
        if area is not None:
            areas.append(area)
            names.append(_collect_names(record))
    return BaseMap(areas, names, lines or _read_ten_dash_line(), file, own_lines=bool(lines), notes=tuple(notes))


def _read_user_rows(path: Path, layer: str) -> tuple[list[Row], list[Text]]:
    try:
        size = path.stat().st_size
        with path.open("rb") as stream:
            start = stream.read(len(SIGNATURE))
    except OSError as fault:
        raise DrawingError(
            say("base map {name}: cannot be opened: {value}", name=path.name, value=reason(fault))
        ) from fault
    if size > BYTES_MAX:
        raise DrawingError(
            say(
                "base map {name}: {size} bytes; at most {BYTES_MAX} are read: simplify it first",
                name=path.name,
                size=size,
                BYTES_MAX=BYTES_MAX,
            )
        )
    if start == SIGNATURE:
        return _read_geopackage(path, layer)
    if layer:
        raise _refused(
            path.name,
            say("it is no GeoPackage, and has no layer {layer}", layer=layer),
            say("leave --basemap-layer out"),
        )
    return _read_features(path)


def _read_user(given: Path) -> BaseMap:
    """Return the user's own base map; lines in it take the place of the bundled ten-dash line."""
    name, _, layer = str(given).partition(LAYER_NAME)
    path = Path(name)
    found, notes = _read_user_rows(path, layer)
    rows = [(record, shapely.force_2d(shape)) for record, shape in found if not shape.is_empty]
    _check_degrees(path, (shape for _, shape in rows))
    lines = [shape for _, shape in rows if shape.geom_type in {"LineString", "MultiLineString"}]
    basemap = _assemble(rows, lines, path.name, notes)
    if not basemap.areas:
        raise DrawingError(
            say("base map {name}: it has no polygon; give the areas to draw as polygons", name=path.name)
        )
    return basemap


def _read_ten_dash_line() -> list[BaseGeometry]:
    return [shape for _, shape in _read_features(TEN_DASH_LINE)[0]]


def read_basemap(path: Path | None = None) -> BaseMap:
    """Return the bundled base map, or the user's own."""
    if path is not None:
        return _read_user(Path(path))
    return _assemble(_read_features(PROVINCES)[0], [])


def find_areas(basemap: BaseMap, names: list[str], points: list[shapely.Point | None]) -> list[int | None]:
    """Return for each region the area it belongs to."""
    index = {name: number for number, known in enumerate(basemap.names) for name in known}
    tree = shapely.STRtree(basemap.areas)
    found: list[int | None] = []
    for name, point in zip(names, points, strict=True):
        area = index.get(shorten_name(name)) if name else None
        if area is None and point is not None:
            hits = np.sort(tree.query(point, predicate="intersects"))
            area = int(hits[0]) if len(hits) else None
        found.append(area)
    return found
