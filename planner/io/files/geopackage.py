"""The GeoPackage reader, of scenarios and base maps: an SQLite file, read by the standard library from memory.

GDAL never sees it. A view is not read, since it may hold a query without end; neither is a virtual table.
"""

from __future__ import annotations

import sqlite3
import struct
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import shapely

from planner.errors import shown
from planner.io.files.reference_systems import (
    STATE_IT,
    System,
    SystemRefusedError,
    shifted_note,
    system_named,
    words_of,
)
from planner.language import Message, Text, join, say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from shapely.geometry.base import BaseGeometry

SIGNATURE: Final = b"SQLite format 3\0"
HEADER: Final = 8
"""Bytes before the envelope of a geometry: ``GP``, version, flags, reference system."""
ENVELOPES: Final = {0: 0, 1: 32, 2: 48, 3: 48, 4: 64}
"""Bytes of the envelope, by its kind."""
SAVE_AGAIN: Final = say("save the layer again")


class GeoPackageError(Exception):
    """The file is no GeoPackage that is read, or has not the layer; carries problem and remedy."""

    def __init__(self, problem: Text, remedy: Text) -> None:
        super().__init__(problem)
        self.problem = problem
        self.remedy = remedy


@dataclass(frozen=True)
class Listed:
    """A layer as the file lists it; ``kind`` is a type of geometry, or GEOMETRY."""

    table: str
    column: str
    srs: int
    kind: str


@dataclass(frozen=True)
class Layer:
    """A layer's rows: attributes, without those that number the rows, and the geometry, in its own coordinates."""

    name: str
    system: System
    rows: list[tuple[dict[str, Any], BaseGeometry | None]]
    notes: Sequence[Text]


def read_layer(data: bytes, choose: Callable[[Sequence[Listed]], Listed]) -> Layer:
    """Return one layer of a GeoPackage."""
    if not data.startswith(SIGNATURE):
        raise GeoPackageError(
            say("not a GeoPackage: it does not start as SQLite does"), say("save the layer again as GeoPackage")
        )
    try:
        with closing(sqlite3.connect(":memory:")) as connection:
            connection.deserialize(data)
            connection.execute("PRAGMA trusted_schema = OFF")
            return _read(connection, choose)
    except SystemRefusedError as error:
        raise GeoPackageError(error.problem, error.remedy) from None
    except (sqlite3.Error, struct.error, OverflowError, UnicodeDecodeError, ValueError) as error:
        raise GeoPackageError(
            say("not a GeoPackage that can be read: {error}", error=shown(error)), SAVE_AGAIN
        ) from None


def named(layers: Sequence[Listed], name: str) -> Listed:
    """Return the layer of a name."""
    for layer in layers:
        if layer.table == name:
            return layer
    raise GeoPackageError(
        say("the file has no layer {name}", name=shown(name)), say("its layers: {names}", names=names_of(layers))
    )


def names_of(layers: Iterable[Listed]) -> Message:
    """Return the layers with what they hold."""
    return join(f"{shown(layer.table)} ({layer.kind.lower()})" for layer in layers)


def _read(connection: sqlite3.Connection, choose: Callable[[Sequence[Listed]], Listed]) -> Layer:
    layers = _layers(connection)
    if not layers:
        raise GeoPackageError(say("the file has 0 layers"), say("save a layer in it"))
    layer = choose(layers)
    system = _system(connection, layer.srs)
    identity = {row[1] for row in connection.execute(f"PRAGMA table_info({_quoted(layer.table)})") if row[5]}
    cursor = connection.execute(f"SELECT * FROM {_quoted(layer.table)}")  # noqa: S608 - the name is quoted
    names = [column[0] for column in cursor.description]
    rows = []
    for values in cursor:
        record = dict(zip(names, values, strict=True))
        blob = record.pop(layer.column)
        shape = None if blob is None else _shape(blob)
        rows.append(({name: value for name, value in record.items() if name not in identity}, shape))
    hint = shifted_note([layer.table, *words_of(names, [record for record, _ in rows])])
    return Layer(layer.table, system, rows, [note for note in (system.note, hint) if note])


def _layers(connection: sqlite3.Connection) -> list[Listed]:
    cursor = connection.execute(
        "SELECT g.* FROM gpkg_geometry_columns g JOIN sqlite_master m ON m.name = g.table_name"
        " AND m.type = 'table' AND upper(m.sql) NOT LIKE 'CREATE VIRTUAL%' ORDER BY g.table_name"
    )
    names = [column[0] for column in cursor.description]
    found = [dict(zip(names, values, strict=True)) for values in cursor]
    return [
        Listed(
            str(row["table_name"]),
            str(row["column_name"]),
            int(row["srs_id"]),
            str(row.get("geometry_type_name", "geometry")).upper(),
        )
        for row in found
    ]


def _system(connection: sqlite3.Connection, number: int) -> System:
    cursor = connection.execute("SELECT * FROM gpkg_spatial_ref_sys WHERE srs_id = ?", (number,))
    names = [column[0] for column in cursor.description]
    values = cursor.fetchone()
    row = {} if values is None else dict(zip(names, values, strict=True))
    organisation = str(row.get("organization") or "").upper()
    definition = str(row.get("definition") or "")
    name = str(row.get("srs_name") or "")
    if organisation in {"EPSG", "ESRI"}:
        if shifted_note([name]):
            return system_named(name)
        return system_named(f"{organisation}:{row['organization_coordsys_id']}")
    if definition and definition.casefold() != "undefined" and "undefined" not in name.casefold():
        return system_named(name if shifted_note([name]) else definition)
    raise SystemRefusedError(
        say(
            "the layer has no reference system (srs_id {number}): whose degrees or metres these are is not said",
            number=number,
        ),
        STATE_IT,
    )


def _quoted(name: str) -> str:
    """Return a table's name for SQL; bound parameters cannot stand for names."""
    return '"' + name.replace('"', '""') + '"'


def _shape(blob: Any) -> BaseGeometry | None:
    """Read a GeoPackage geometry: ``GP``, version, flags, SRS, envelope, then WKB."""
    damaged = GeoPackageError(say("a geometry is damaged"), SAVE_AGAIN)
    if not isinstance(blob, bytes) or len(blob) < HEADER or blob[:2] != b"GP":
        raise damaged
    flags = blob[3]
    if flags >> 4 & 1:
        return None
    try:
        return shapely.from_wkb(blob[HEADER + ENVELOPES[flags >> 1 & 7] :])
    except (KeyError, shapely.errors.GEOSException):
        raise damaged from None
