"""Polygons and lines of a GeoPackage, read as the SQLite file that it is: no driver follows paths inside it."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from pyproj import CRS, Transformer
from shapely.geometry.base import BaseGeometry

from planner.language import say
from planner.maps.errors import DrawingError

SIGNATURE = b"SQLite format 3\0"
ENVELOPE_BYTES = (0, 32, 48, 48, 64)
WGS84 = 4326
Row = tuple[dict[str, Any], BaseGeometry]


def decode_geometry(blob: bytes) -> BaseGeometry | None:
    """Return the geometry of a GeoPackage cell: an 8-byte header, an envelope, then WKB."""
    if blob[:2] != b"GP":
        raise ValueError("not a GeoPackage geometry")
    envelope = ENVELOPE_BYTES[(blob[3] >> 1) & 0b111]
    geometry = shapely.from_wkb(blob[8 + envelope :])
    return None if geometry.is_empty else geometry


def _quote(name: str) -> str:
    """Return a table's or column's name for SQL; bound parameters cannot stand for names."""
    return '"' + name.replace('"', '""') + '"'


def _find_layer(database: sqlite3.Connection) -> tuple[str, str, int]:
    """Return table, geometry column and reference system of the first layer of polygons."""
    layers = database.execute(
        "SELECT table_name, column_name, srs_id, geometry_type_name FROM gpkg_geometry_columns ORDER BY table_name"
    ).fetchall()
    for table, column, system, kind in layers:
        if "POLYGON" in str(kind).upper():
            return str(table), str(column), int(system)
    if not layers:
        raise ValueError("it has no layer with geometry")
    table, column, system, _ = layers[0]
    return str(table), str(column), int(system)


def _open_transform(database: sqlite3.Connection, system: int) -> Transformer | None:
    """Return the way to longitude and latitude, or nothing if the layer is there already."""
    if system in {WGS84, 0, -1}:
        return None
    found = database.execute("SELECT definition FROM gpkg_spatial_ref_sys WHERE srs_id = ?", (system,)).fetchone()
    if found is None:
        raise ValueError(f"its reference system {system} is not described")
    return Transformer.from_crs(CRS.from_wkt(str(found[0])), WGS84, always_xy=True)


def _to_degrees(shape: BaseGeometry, transform: Transformer) -> BaseGeometry:
    """Return a shape in longitude and latitude."""
    return shapely.transform(shape, lambda points: np.column_stack(transform.transform(points[:, 0], points[:, 1])))


def _read_layer(database: sqlite3.Connection) -> list[Row]:
    database.execute("PRAGMA trusted_schema = OFF")
    table, column, system = _find_layer(database)
    transform = _open_transform(database, system)
    cursor = database.execute(f"SELECT * FROM {_quote(table)}")  # noqa: S608 - quoted; from the file's own list
    names = [str(entry[0]) for entry in cursor.description]
    rows: list[Row] = []
    for cells in cursor:
        record = dict(zip(names, cells, strict=True))
        blob = record.pop(column)
        shape = None if blob is None else decode_geometry(blob)
        if shape is not None and transform is not None:
            shape = _to_degrees(shape, transform)
        if shape is not None:
            rows.append((record, shape))
    return rows


def read_geopackage(path: Path) -> list[Row]:
    """Return attributes and geometry, in longitude and latitude, of the first polygon layer of a GeoPackage.

    Raises
    ------
    DrawingError
        If the file is not a GeoPackage that can be read.

    """
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as database:
            return _read_layer(database)
    except (sqlite3.Error, shapely.errors.ShapelyError, ValueError, IndexError, TypeError, RuntimeError) as fault:
        raise DrawingError(
            say(
                "base map {name}: not a GeoPackage that can be read: {fault}",
                "底图 {name}：GeoPackage 无法读取：{fault}",
                name=path.name,
                fault=str(fault)[:200],
            )
        ) from fault
