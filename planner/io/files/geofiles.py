"""GeoJSON and GeoPackage in place of a CSV with longitude and latitude.

Neither is handed to GDAL: a ``.geojson`` may hold a description of a virtual layer that reads other files. GeoJSON is
JSON; a GeoPackage is read by :mod:`planner.io.files.geopackage`. Degrees of WGS 84 and CGCS2000 stay the numbers that
someone looked up; other coordinates are transformed, with a note, or refused
(:mod:`planner.io.files.reference_systems`).
"""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import shapely
import shapely.geometry

from planner.errors import Fault, shown
from planner.io.files.decoding import UnreadableError, composed, decode
from planner.io.files.geojson import document_note, system_in
from planner.io.files.geopackage import GeoPackageError, Listed, names_of, read_layer
from planner.io.files.reference_systems import System, SystemRefusedError, words_of
from planner.io.files.tables import Table, check_characters
from planner.language import Message, Text, join, say
from planner.scenario.schema import PLACED

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from shapely.geometry.base import BaseGeometry

    from planner.faults import Gathering

Row = tuple[dict[str, Any], "BaseGeometry | None"]
KINDS = {
    "Polygon": say("Polygon"),
    "MultiPolygon": say("MultiPolygon"),
    "LineString": say("LineString"),
    "MultiLineString": say("MultiLineString"),
    "MultiPoint": say("MultiPoint"),
    "GeometryCollection": say("GeometryCollection"),
}


class LayerError(Exception):
    """The file is no layer of places; carries problem and remedy."""

    def __init__(self, problem: Text, remedy: Text, line: int | None = None) -> None:
        super().__init__(problem)
        self.problem = problem
        self.remedy = remedy
        self.line = line


def read_geofile(data: bytes, file: str, name: str, gathering: Gathering) -> Table | None:
    """Read a ``.geojson`` or ``.gpkg`` file's bytes into a table with columns longitude and latitude.

    Features are counted from 1 in messages.
    """
    read: Callable[[bytes, str, str, Gathering], tuple[list[Row], System]] = (
        _geopackage if file.casefold().endswith("gpkg") else _geojson
    )
    try:
        rows, system = read(data, file, name, gathering)
        system.check(shape for _, shape in rows if shape is not None)
    except (LayerError, UnreadableError) as error:
        gathering.add(Fault(file, error.problem, error.line, remedy=error.remedy), name)
        return None
    except (SystemRefusedError, GeoPackageError) as error:
        gathering.add(Fault(file, error.problem, remedy=error.remedy), name)
        return None
    found = len(gathering.faults)
    table = _tabulated(rows, system, file, name, gathering)
    if len(gathering.faults) > found:
        return None
    check_characters(table, gathering)
    return table


def _tabulated(rows: Sequence[Row], system: System, file: str, name: str, gathering: Gathering) -> Table:
    base = gathering.places.base(file)
    names = dict.fromkeys(column for properties, _ in rows for column in properties)
    columns: dict[str, list[str]] = {column: [] for column in (*names, *PLACED)}
    for number, (properties, geometry) in enumerate(rows, 1):
        for axis in PLACED:
            if axis in properties:
                problem = say("it stands beside the geometry that says the same")
                gathering.at(base + number, axis, properties[axis], problem, say("delete the column"), name)
        for column in names:
            columns[column].append(_cell(properties.get(column), base + number, column, name, gathering))
        for axis, cell in zip(PLACED, _point(geometry, system, base + number, name, gathering), strict=True):
            columns[axis].append(cell)
    _note_kinds([geometry for _, geometry in rows if geometry is not None], file, gathering)
    return Table(name, columns, dict.fromkeys(columns, range(base + 1, base + 1 + len(rows))), [file])


def _cell(value: Any, code: int, column: str, name: str, gathering: Gathering) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return composed(value) if isinstance(value, str) else repr(value)
    gathering.at(code, column, type(value).__name__, say("the value is neither text, a number nor a flag"), table=name)
    return ""


def _point(
    geometry: BaseGeometry | None, system: System, code: int, name: str, gathering: Gathering
) -> tuple[str, str]:
    """Return longitude and latitude of a feature: a point, or one inside what is more than a point."""
    problem: Message | None = None
    if geometry is None or geometry.is_empty:
        problem = say("the geometry is missing") if geometry is None else say("the geometry is empty")
        remedy = say("draw the place, or write the table as CSV, where the coordinates may be left out")
    else:
        try:
            point = system.to_degrees(geometry if isinstance(geometry, shapely.Point) else _inside(geometry))
            return repr(float(shapely.get_x(point))), repr(float(shapely.get_y(point)))
        except SystemRefusedError as error:
            problem, remedy = error.problem, error.remedy
        except shapely.errors.GEOSException:
            problem = say("the geometry crosses itself and holds no place")
            remedy = say("mend it (in QGIS: Fix geometries), or use points")
    gathering.at(code, "geometry", None, problem, remedy, name)
    return "", ""


def _inside(geometry: BaseGeometry) -> BaseGeometry:
    """Return a point inside a shape, near its middle."""
    valid = geometry if geometry.is_valid else shapely.make_valid(geometry)
    return valid.representative_point()


def _note_kinds(shapes: Sequence[BaseGeometry], file: str, gathering: Gathering) -> None:
    """Note what was no point, and where it is taken to lie."""
    kinds = Counter(shape.geom_type for shape in shapes if not isinstance(shape, shapely.Point) and not shape.is_empty)
    if kinds:
        counted = join(
            say("{count} {kind}", count=count, kind=KINDS.get(kind, kind)) for kind, count in sorted(kinds.items())
        )
        gathering.note(
            say("{file}: what is no point stands for a point inside it ({counted})", file=file, counted=counted)
        )


def _geojson(data: bytes, file: str, name: str, gathering: Gathering) -> tuple[list[Row], System]:
    del name
    text, encoding = decode(data)
    if encoding:
        gathering.note(say("{file}: read as {encoding}", file=file, encoding=encoding))
    try:
        # Numbers stay the text they are, so that a cell reads the same from either kind of file.
        document = json.loads(
            text, parse_float=_Digits, parse_int=_Digits, parse_constant=_refuse, object_pairs_hook=_once
        )
    except json.JSONDecodeError as error:
        raise LayerError(
            say("not JSON: {lower}", lower=error.msg.lower()), say("save the layer again"), error.lineno
        ) from None
    except (RecursionError, ValueError):
        raise LayerError(say("not JSON that can be read: nested without end"), say("save the layer again")) from None
    if not isinstance(document, dict) or document.get("type") != "FeatureCollection":
        raise LayerError(say("not a FeatureCollection"), say("save the layer as GeoJSON with one feature a row"))
    system = system_in(document)
    features = document.get("features")
    if not isinstance(features, list):
        raise LayerError(say("the collection has no features"), say("save the layer again"))
    rows = [_feature(feature, number) for number, feature in enumerate(features, 1)]
    properties = [properties for properties, _ in rows]
    words = words_of(dict.fromkeys(column for each in properties for column in each), properties)
    _note(file, [system.note, document_note(document, words)], gathering)
    return rows, system


def _note(file: str, notes: Sequence[Text], gathering: Gathering) -> None:
    for note in notes:
        if note:
            gathering.note(say("{file}: {note}", file=file, note=note))


class _Digits(str):
    """A number of JSON as it was written."""

    __slots__ = ()


def _refuse(constant: str) -> Any:
    raise LayerError(
        say("the file holds {constant}, which is no number", constant=constant), say("leave the value out")
    )


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = {composed(name): value for name, value in pairs}
    if len(found) < len(pairs):
        names = [composed(name) for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise LayerError(say("the property {twice!r} stands twice in one object", twice=twice), say("keep one of them"))
    return found


def _feature(feature: Any, number: int) -> Row:
    if not isinstance(feature, dict) or not isinstance(feature.get("properties"), dict):
        raise LayerError(
            say("feature {number} has no properties", number=number), say("give each feature its columns as properties")
        )
    geometry = feature.get("geometry")
    if geometry is None:
        return feature["properties"], None
    if not isinstance(geometry, dict) or not isinstance(geometry.get("type"), str):
        raise LayerError(
            say("feature {number} has a geometry without a type", number=number),
            say("a point is {example}", example='{"type": "Point", "coordinates": [104.1, 30.6]}'),
        )
    return feature["properties"], _shape(geometry, number)


def _shape(geometry: dict[str, Any], number: int) -> BaseGeometry:
    """Return a geometry of GeoJSON whose coordinates are numbers, at least two a place."""
    try:
        return shapely.force_2d(shapely.geometry.shape(_with_numbers(geometry, number)))
    except (ValueError, TypeError, KeyError, AttributeError, IndexError, shapely.errors.ShapelyError):
        raise LayerError(
            say("feature {number} has no coordinates that make a {kind}", number=number, kind=shown(geometry["type"])),
            say("a point is [longitude, latitude]"),
        ) from None


def _with_numbers(value: Any, number: int) -> Any:
    """Return a geometry with its digits as numbers."""
    if isinstance(value, dict):
        return {key: item if key == "type" else _with_numbers(item, number) for key, item in value.items()}
    if isinstance(value, list):
        return [_with_numbers(item, number) for item in value]
    if isinstance(value, _Digits):
        return float(value)
    raise LayerError(
        say("feature {number} has coordinates that are no numbers", number=number),
        say("a point is [longitude, latitude]"),
    )


def _geopackage(data: bytes, file: str, name: str, gathering: Gathering) -> tuple[list[Row], System]:
    layer = read_layer(data, lambda layers: _layer_of(layers, name))
    _note(file, layer.notes, gathering)
    return layer.rows, layer.system


def _layer_of(layers: Sequence[Listed], table: str) -> Listed:
    """Return the layer that is a table of the scenario: the only one, or the one that is called as the table."""
    if len(layers) == 1:
        return layers[0]
    for layer in layers:
        if layer.table.casefold() == table:
            return layer
    raise LayerError(
        say(
            "the file has {count} layers, and none is called {table}: {names}",
            count=len(layers),
            table=table,
            names=names_of(layers),
        ),
        say("rename the layer that holds the table to {table}, or keep it alone", table=table),
    )
