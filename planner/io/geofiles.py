"""GeoJSON and GeoPackage in place of a CSV with longitude and latitude.

Neither is handed to GDAL: a ``.geojson`` may hold a description of a virtual layer that reads other files. GeoJSON is
JSON; a GeoPackage is an SQLite file of tables, read by the standard library from memory. Coordinates must be
WGS 84 longitude and latitude: a transformation would change numbers that someone looked up.
"""

from __future__ import annotations

import json
import sqlite3
import struct
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Any

import shapely
from shapely.geometry.base import BaseGeometry

from planner.errors import Fault
from planner.io.decoding import UnreadableError, composed, decode
from planner.io.schema import PLACED
from planner.io.tables import Table, check_characters
from planner.language import say

if TYPE_CHECKING:
    from planner.io.gathering import Gathering

SQLITE = b"SQLite format 3\0"
WGS84 = 4326
CGCS2000 = 4490
"""China's own frame: within a decimetre of WGS 84, so its degrees are taken as they are, with a note."""
CRS_NAMES = {"urn:ogc:def:crs:ogc:1.3:crs84", "urn:ogc:def:crs:epsg::4326", "epsg:4326", "urn:ogc:def:crs:ogc::crs84"}
CRS_REMEDY = say("save the layer in EPSG:4326", "将图层存为 EPSG:4326")
ENVELOPES = {0: 0, 1: 32, 2: 48, 3: 48, 4: 64}
"""Bytes of the envelope in a GeoPackage geometry, by its kind."""

Row = tuple[Mapping[str, Any], BaseGeometry | None]


class LayerError(Exception):
    """The file is no layer of points; carries problem and remedy."""

    def __init__(self, problem: str, remedy: str, line: int | None = None) -> None:
        super().__init__(problem)
        self.problem = problem
        self.remedy = remedy
        self.line = line


def read_geofile(data: bytes, file: str, name: str, gathering: Gathering) -> Table | None:
    """Read a ``.geojson`` or ``.gpkg`` file's bytes into a table with columns longitude and latitude.

    Features are counted from 1 in messages.
    """
    read: Callable[[bytes, str, Gathering], list[Row]] = _geopackage if file.casefold().endswith("gpkg") else _geojson
    try:
        rows = read(data, file, gathering)
    except (LayerError, UnreadableError) as error:
        gathering.add(Fault(file, error.problem, error.line, remedy=error.remedy), name)
        return None
    found = len(gathering.faults)
    table = _tabulated(rows, file, name, gathering)
    if len(gathering.faults) > found:
        return None
    check_characters(table, gathering)
    return table


def _tabulated(rows: Sequence[Row], file: str, name: str, gathering: Gathering) -> Table:
    base = gathering.places.base(file)
    names = dict.fromkeys(column for properties, _ in rows for column in properties)
    columns: dict[str, list[str]] = {column: [] for column in (*names, *PLACED)}
    for number, (properties, geometry) in enumerate(rows, 1):
        for axis in PLACED:
            if axis in properties:
                problem = say("it stands beside the geometry that says the same", "与几何重复")
                gathering.at(base + number, axis, properties[axis], problem, say("delete the column", "删除该列"), name)
        for column in names:
            columns[column].append(_cell(properties.get(column), base + number, column, name, gathering))
        for axis, cell in zip(PLACED, _point(geometry, base + number, name, gathering), strict=True):
            columns[axis].append(cell)
    return Table(name, columns, dict.fromkeys(columns, range(base + 1, base + 1 + len(rows))), [file])


def _cell(value: Any, code: int, column: str, name: str, gathering: Gathering) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return composed(value) if isinstance(value, str) else repr(value)
    gathering.at(
        code,
        column,
        type(value).__name__,
        say("the value is neither text, a number nor a flag", "取值既非文本，也非数值或是否值"),
        table=name,
    )
    return ""


def _point(geometry: BaseGeometry | None, code: int, name: str, gathering: Gathering) -> tuple[str, str]:
    if geometry is None or geometry.is_empty:
        return "", ""
    if not isinstance(geometry, shapely.Point):
        gathering.at(
            code,
            "geometry",
            geometry.geom_type,
            say("not a point", "不是点"),
            say("use points, such as centroids", "请用点，如质心"),
            name,
        )
        return "", ""
    return repr(float(geometry.x)), repr(float(geometry.y))


def _geojson(data: bytes, file: str, gathering: Gathering) -> list[Row]:
    text, encoding = decode(data)
    if encoding:
        gathering.note(say("{file}: read as {encoding}", "{file}：按 {encoding} 读取", file=file, encoding=encoding))
    try:
        # Numbers stay the text they are, so that a cell reads the same from either kind of file.
        document = json.loads(
            text, parse_float=_Digits, parse_int=_Digits, parse_constant=_refuse, object_pairs_hook=_once
        )
    except json.JSONDecodeError as error:
        raise LayerError(
            say("not JSON: {lower}", "不是 JSON：{lower}", lower=error.msg.lower()),
            say("save the layer again", "重新保存图层"),
            error.lineno,
        ) from None
    except (RecursionError, ValueError):
        raise LayerError(
            say("not JSON that can be read: nested without end", "JSON 无法读取：嵌套过深"),
            say("save the layer again", "重新保存图层"),
        ) from None
    if not isinstance(document, dict) or document.get("type") != "FeatureCollection":
        raise LayerError(
            say("not a FeatureCollection", "不是 FeatureCollection"),
            say("save the layer as GeoJSON with one feature a row", "将图层存为 GeoJSON，每行一个要素"),
        )
    _check_crs(document.get("crs"))
    features = document.get("features")
    if not isinstance(features, list):
        raise LayerError(
            say("the collection has no features", "集合中没有要素"), say("save the layer again", "重新保存图层")
        )
    return [_feature(feature, number) for number, feature in enumerate(features, 1)]


class _Digits(str):
    """A number of JSON as it was written."""

    __slots__ = ()


def _refuse(constant: str) -> Any:
    raise LayerError(
        say("the file holds {constant}, which is no number", "文件中有 {constant}，不是数值", constant=constant),
        say("leave the value out", "去掉该取值"),
    )


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = {composed(name): value for name, value in pairs}
    if len(found) < len(pairs):
        names = [composed(name) for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise LayerError(
            say("the property {twice!r} stands twice in one object", "同一对象中属性 {twice!r} 重复", twice=twice),
            say("keep one of them", "只保留其一"),
        )
    return found


def _check_crs(crs: Any) -> None:
    if crs is None:
        return
    properties = crs.get("properties") if isinstance(crs, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    if not isinstance(name, str) or name.casefold() not in CRS_NAMES:
        raise LayerError(
            say("the coordinates are not WGS 84 longitude and latitude", "坐标不是 WGS 84 经纬度"), CRS_REMEDY
        )


def _feature(feature: Any, number: int) -> Row:
    if not isinstance(feature, dict) or not isinstance(feature.get("properties"), dict):
        raise LayerError(
            say("feature {number} has no properties", "第 {number} 个要素没有属性", number=number),
            say("give each feature its columns as properties", "将各列作为要素的属性给出"),
        )
    geometry = feature.get("geometry")
    if geometry is None:
        return feature["properties"], None
    if not isinstance(geometry, dict) or geometry.get("type") != "Point":
        kind = geometry.get("type") if isinstance(geometry, dict) else type(geometry).__name__
        raise LayerError(
            say(
                "feature {number} is not a point but {kind}",
                "第 {number} 个要素不是点，而是 {kind}",
                number=number,
                kind=kind,
            ),
            say("use points, such as centroids", "请用点，如质心"),
        )
    coordinates = geometry.get("coordinates")
    if not isinstance(coordinates, list) or not 2 <= len(coordinates) <= 3:  # noqa: PLR2004 - a height may follow
        raise LayerError(
            say("feature {number} has no coordinates", "第 {number} 个要素没有坐标", number=number),
            say("a point is [longitude, latitude]", "点的写法为 [经度, 纬度]"),
        )
    if not all(isinstance(part, _Digits) for part in coordinates):
        raise LayerError(
            say(
                "feature {number} has coordinates that are no numbers",
                "第 {number} 个要素的坐标不是数值",
                number=number,
            ),
            say("a point is [longitude, latitude]", "点的写法为 [经度, 纬度]"),
        )
    return feature["properties"], shapely.Point([float(part) for part in coordinates[:2]])


def _geopackage(data: bytes, file: str, gathering: Gathering) -> list[Row]:
    if not data.startswith(SQLITE):
        raise LayerError(
            say("not a GeoPackage: it does not start as SQLite does", "不是 GeoPackage：开头不是 SQLite 格式"),
            say("save the layer again as GeoPackage", "将图层重新存为 GeoPackage"),
        )
    try:
        with closing(sqlite3.connect(":memory:")) as connection:
            connection.deserialize(data)
            return _layer(connection, file, gathering)
    except (sqlite3.Error, struct.error, OverflowError, UnicodeDecodeError) as error:
        raise LayerError(
            say("not a GeoPackage that can be read: {error}", "GeoPackage 无法读取：{error}", error=error),
            say("save the layer again", "重新保存图层"),
        ) from None


def _layer(connection: sqlite3.Connection, file: str, gathering: Gathering) -> list[Row]:
    layers = connection.execute(
        "SELECT g.table_name, g.column_name, s.organization, s.organization_coordsys_id FROM gpkg_geometry_columns g"
        " JOIN gpkg_spatial_ref_sys s ON s.srs_id = g.srs_id"
        # A view may hold a query without end.
        " JOIN sqlite_master m ON m.name = g.table_name AND m.type = 'table'"
    ).fetchall()
    if len(layers) != 1:
        raise LayerError(
            say("the file has {count} layers", "文件有 {count} 个图层", count=len(layers)),
            say("keep one layer in it", "其中只保留一个图层"),
        )
    table, geometry, organisation, number = layers[0]
    if str(organisation).upper() != "EPSG" or number not in {WGS84, CGCS2000}:
        raise LayerError(
            say(
                "the layer is in {organisation}:{number}",
                "图层的坐标系为 {organisation}:{number}",
                organisation=organisation,
                number=number,
            ),
            CRS_REMEDY,
        )
    if number == CGCS2000:
        gathering.note(
            say(
                "{file}: CGCS2000 (EPSG:4490) degrees are taken as WGS 84; they differ by less than 0.1 m",
                "{file}：CGCS2000（EPSG:4490）经纬度按 WGS 84 使用，二者相差不足 0.1 m",
                file=file,
            )
        )
    identity = {row[1] for row in connection.execute(f"PRAGMA table_info({_quoted(table)})") if row[5]}
    cursor = connection.execute(f"SELECT * FROM {_quoted(table)}")  # noqa: S608 - the name is quoted
    names = [column[0] for column in cursor.description]
    return [_record(dict(zip(names, values, strict=True)), geometry, identity) for values in cursor]


def _record(values: dict[str, Any], geometry: str, identity: Iterable[str]) -> Row:
    blob = values.pop(geometry)
    for column in identity:
        values.pop(column, None)
    return values, _shape(blob) if blob is not None else None


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _shape(blob: Any) -> BaseGeometry | None:
    """Read a GeoPackage geometry: ``GP``, version, flags, SRS, envelope, then WKB."""
    if not isinstance(blob, bytes) or len(blob) < 8 or blob[:2] != b"GP":  # noqa: PLR2004 - the header's length
        raise LayerError(say("a geometry is damaged", "几何已损坏"), say("save the layer again", "重新保存图层"))
    flags = blob[3]
    if flags >> 4 & 1:
        return None
    try:
        return shapely.from_wkb(blob[8 + ENVELOPES[flags >> 1 & 7] :])
    except (KeyError, shapely.errors.GEOSException):
        raise LayerError(
            say("a geometry is damaged", "几何已损坏"), say("save the layer again", "重新保存图层")
        ) from None
