"""A GeoPackage, made in memory and written at one stroke.

Written by hand after OGC 12-128r15 because GDAL, which geopandas and pyogrio write through, may fail on a full disk
without a word: one failed write in twenty left a damaged file and no error. It also stamps the time into the file.
"""

from __future__ import annotations

import math
import sqlite3
import struct
from contextlib import closing
from typing import TYPE_CHECKING, Any

import shapely
from shapely import LineString, MultiLineString

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    import geopandas as gpd
    from shapely.geometry.base import BaseGeometry

GEOMETRY = "geom"
SRS = 4326
CHANGED = "2000-01-01T00:00:00.000Z"
"""Stands where a GeoPackage keeps the time of writing, so that one plan gives one file."""
HEADER = struct.pack("<2sBBi", b"GP", 0, 0b1, SRS)
"""Of a geometry: magic, version, flags (little-endian, no envelope), reference system."""
WGS84 = (
    'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563,AUTHORITY["EPSG","7030"]],'
    'AUTHORITY["EPSG","6326"]],PRIMEM["Greenwich",0,AUTHORITY["EPSG","8901"]],'
    'UNIT["degree",0.0174532925199433,AUTHORITY["EPSG","9122"]],AUTHORITY["EPSG","4326"]]'
)
SYSTEMS = (
    ("Undefined Cartesian SRS", -1, "NONE", -1, "undefined", "undefined Cartesian coordinate reference system"),
    ("Undefined geographic SRS", 0, "NONE", 0, "undefined", "undefined geographic coordinate reference system"),
    ("WGS 84 geodetic", SRS, "EPSG", SRS, WGS84, "longitude/latitude coordinates in decimal degrees on WGS 84"),
)
TABLES = f"""
PRAGMA application_id = {int.from_bytes(b"GPKG", "big")};
PRAGMA user_version = 10300;
CREATE TABLE gpkg_spatial_ref_sys (
    srs_name TEXT NOT NULL, srs_id INTEGER NOT NULL PRIMARY KEY, organization TEXT NOT NULL,
    organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT
);
CREATE TABLE gpkg_contents (
    table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE, description TEXT DEFAULT '',
    last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
    min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER,
    CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys (srs_id)
);
CREATE TABLE gpkg_geometry_columns (
    table_name TEXT NOT NULL, column_name TEXT NOT NULL, geometry_type_name TEXT NOT NULL, srs_id INTEGER NOT NULL,
    z TINYINT NOT NULL, m TINYINT NOT NULL, CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name),
    CONSTRAINT uk_gc_table_name UNIQUE (table_name),
    CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents (table_name),
    CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys (srs_id)
);
CREATE TABLE layer_styles (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256), f_table_schema TEXT(256),
    f_table_name TEXT(256), f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT, styleSLD TEXT,
    useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30), update_time DATETIME
);
"""
ADD_CONTENTS = (
    "INSERT INTO gpkg_contents (table_name, data_type, identifier, last_change, min_x, min_y, max_x, max_y, srs_id)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
ADD_STYLE = (
    "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName, styleQML,"
    " styleSLD, useAsDefault, description, owner, update_time) VALUES ('', '', ?, ?, ?, ?, '', 1, '', '', ?)"
)


def write_geopackage(
    path: Path, layers: Mapping[str, gpd.GeoDataFrame], types: Mapping[str, str], styles: Mapping[str, str]
) -> None:
    """Write layers in EPSG:4326 and the styles in which QGIS opens them."""
    with closing(sqlite3.connect(":memory:")) as database:
        database.executescript(TABLES)
        database.executemany("INSERT INTO gpkg_spatial_ref_sys VALUES (?, ?, ?, ?, ?, ?)", SYSTEMS)
        for name, layer in layers.items():
            _add_layer(database, name, layer, types[name])
        styles_row = ("layer_styles", "attributes", "layer_styles", CHANGED, None, None, None, None, None)
        database.execute(ADD_CONTENTS, styles_row)
        for name, text in styles.items():
            database.execute(ADD_STYLE, (name, GEOMETRY, name, text, CHANGED))
        database.commit()
        data = database.serialize()
    path.write_bytes(data)


def _add_layer(database: sqlite3.Connection, name: str, layer: gpd.GeoDataFrame, kind: str) -> None:
    table = layer.drop(columns=layer.geometry.name)
    columns = {str(column): "DOUBLE" if table[column].dtype.kind == "f" else "TEXT" for column in table.columns}
    fields = "".join(f', "{column}" {sort}' for column, sort in columns.items())
    database.execute(
        f'CREATE TABLE "{name}" (fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, {GEOMETRY} {kind.upper()}{fields})'
    )
    bounds = [None] * 4 if layer.geometry.isna().all() else [float(edge) for edge in layer.total_bounds]
    database.execute(ADD_CONTENTS, (name, "features", name, CHANGED, *bounds, SRS))
    database.execute("INSERT INTO gpkg_geometry_columns VALUES (?, ?, ?, ?, 0, 0)", (name, GEOMETRY, kind.upper(), SRS))
    names = ", ".join(f'"{column}"' for column in (GEOMETRY, *columns))
    places = ", ".join("?" * (len(columns) + 1))
    database.executemany(f'INSERT INTO "{name}" ({names}) VALUES ({places})', _rows(layer, list(columns)))  # noqa: S608


def _rows(layer: gpd.GeoDataFrame, columns: list[str]) -> Iterator[tuple[Any, ...]]:
    values = [[_value(value) for value in layer[column].tolist()] for column in columns]
    return zip(map(_blob, layer.geometry), *values, strict=True)


def _value(value: Any) -> Any:
    return None if isinstance(value, float) and math.isnan(value) else value


def _blob(shape: BaseGeometry | None) -> bytes | None:
    if shape is None:
        return None
    whole = MultiLineString([shape]) if isinstance(shape, LineString) else shape
    return HEADER + bytes(shapely.to_wkb(whole, output_dimension=2, byte_order=1))
