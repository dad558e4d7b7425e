"""Layers of points, distances and arcs."""

from __future__ import annotations

import json
import sqlite3
import struct
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from io_world import faults, good_files, read, written

from planner.scenario.geography import arc, distances
from tests.limits import NESTED, shallow


def layer(*, crs: str | None = None, **changes: Any) -> bytes:
    """Return the good scenario's sites as GeoJSON, the first of them changed."""
    lines = good_files()["site.csv"].decode().strip().split("\n")
    header, *rows = [line.split(",") for line in lines]
    features = []
    for row in rows:
        cells: dict[str, Any] = dict(zip(header, row, strict=True))
        point = [float(cells.pop("longitude")), float(cells.pop("latitude"))]
        properties = {name: _typed(name, cell) for name, cell in cells.items()}
        features.append(
            {"type": "Feature", "properties": properties, "geometry": {"type": "Point", "coordinates": point}}
        )
    features[0] |= changes
    document: dict[str, Any] = {"type": "FeatureCollection", "features": features}
    if crs:
        document["crs"] = {"type": "name", "properties": {"name": crs}}
    return json.dumps(document, ensure_ascii=False).encode()


def _typed(name: str, cell: str) -> Any:
    if not cell:
        return None
    return float(cell) if name in {"pue", "price", "share_min"} else int(cell) if name == "modules_max" else cell


def geopackage(path: Path, srs: int = 4326, *, view: bool = False) -> bytes:
    """Write the good scenario's sites as a GeoPackage by hand and return its bytes."""
    frame = pd.read_csv(written(path.parent / "plain", good_files()) / "site.csv", keep_default_na=False, dtype=str)
    with sqlite3.connect(path) as base:
        base.execute("PRAGMA application_id = 1196444487")
        base.execute("CREATE TABLE gpkg_spatial_ref_sys (srs_id, organization, organization_coordsys_id)")
        base.execute("INSERT INTO gpkg_spatial_ref_sys VALUES (?, 'EPSG', ?)", (srs, srs))
        base.execute("CREATE TABLE gpkg_geometry_columns (table_name, column_name, srs_id)")
        base.execute("INSERT INTO gpkg_geometry_columns VALUES ('my sites', 'geom', ?)", (srs,))
        columns = [name for name in frame if name not in {"longitude", "latitude"}]
        name = "other" if view else "my sites"
        base.execute(f'CREATE TABLE "{name}" (fid INTEGER PRIMARY KEY, geom BLOB, {", ".join(columns)})')
        for row in frame.to_dict("records"):
            blob = (
                b"GP\0\x01"
                + struct.pack("<i", srs)
                + b"\x01"
                + struct.pack("<Idd", 1, float(row["longitude"]), float(row["latitude"]))
            )
            marks = ", ".join("?" * (len(columns) + 2))
            base.execute(f'INSERT INTO "{name}" VALUES ({marks})', (None, blob, *(row[c] or None for c in columns)))  # noqa: S608
        if view:
            base.execute('CREATE VIEW "my sites" AS SELECT * FROM other')
    base.close()
    return path.read_bytes()


def world(tmp_path: Path, file: str, data: bytes) -> Path:
    """Write the good scenario with its sites from a layer."""
    files = good_files()
    del files["site.csv"]
    return written(tmp_path / "layer" / "world", files | {file: data})


def test_layers_say_what_the_table_says(tmp_path: Path) -> None:
    """Proves that GeoJSON and GeoPackage give the same scenario as the CSV; a moved coordinate breaks it."""
    plain = read(written(tmp_path / "world", good_files())).content_hash
    assert read(world(tmp_path / "1", "site.geojson", layer(crs="urn:ogc:def:crs:OGC:1.3:CRS84"))).content_hash == plain
    (tmp_path / "2").mkdir()
    packed = read(world(tmp_path / "2", "site.gpkg", geopackage(tmp_path / "2" / "x.gpkg", 4490)))
    assert packed.content_hash == plain
    assert any("CGCS2000" in note for note in packed.notes)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (layer(crs="urn:ogc:def:crs:EPSG::3857"), "look like degrees"),
        (layer(geometry={"type": "Polygon", "coordinates": []}), "the geometry is empty"),
        (layer(geometry=None), "the geometry is missing"),
        (layer(geometry={"type": "Blob", "coordinates": [1, 2]}), "no coordinates that make a Blob"),
        (layer(geometry={"coordinates": [1, 2]}), "a geometry without a type"),
        (layer(geometry={"type": "Point", "coordinates": ["a", "b"]}), "no numbers"),
        (layer(geometry={"type": "Point", "coordinates": [1]}), "no coordinates"),
        (layer(geometry={"type": "Point", "coordinates": [31.4, 118.4]}), "swapped"),
        (layer(properties={"site": "wuhu", "pue": [1]}), "neither text"),
        (layer(properties={"site": "wuhu", "longitude": 1}), "beside the geometry"),
        (layer().replace(b'"wuhu"', b'"a\\ud800b"'), "control"),
        (layer(properties=None), "no properties"),
        (layer().replace(b"118.4", b"NaN"), "NaN"),
        (layer().replace(b"118.4", b"1e999"), "finite"),
        (layer().replace(b'"site": "wuhu"', b'"site": "wuhu", "site": "x"'), "twice"),
        (layer()[:-9], "not JSON"),
        (NESTED, "not JSON"),
        (b'{"type": "FeatureCollection"}', "no features"),
        (b"<Layer/>", "not JSON"),
    ],
    ids=range(19),
)
def test_bad_geojson_is_named(data: bytes, says: str, tmp_path: Path) -> None:
    """Proves that what is no layer of WGS 84 points is refused with the reason; GDAL never sees it.

    Sensitivity: an exception of a library; a point where nothing is drawn.
    """
    with shallow():
        assert says in str(faults(world(tmp_path, "site.geojson", data))[0])


def test_bad_geopackages_are_named(tmp_path: Path) -> None:
    """Proves that magic bytes, projection, damage and views are looked at."""
    good = geopackage(tmp_path / "good.gpkg")
    cases = {
        b"II*\0": "does not start as SQLite",
        b"SQLite format 3\0": "not a GeoPackage that can be read",
        good[:3000]: "not a GeoPackage that can be read",
        geopackage(
            tmp_path / "projected.gpkg", 3857
        ): "the layer says WGS 84 / Pseudo-Mercator (EPSG:3857), whose coordinates are metres",
        geopackage(tmp_path / "odd.gpkg", 99999): "the reference system EPSG:99999 is not known",
        geopackage(tmp_path / "view.gpkg", view=True): "the file has 0 layers",
    }
    for number, (data, says) in enumerate(cases.items()):
        assert says in str(faults(world(tmp_path / str(number), "site.gpkg", data))[0])


def test_distances_between_known_places(tmp_path: Path) -> None:
    """Proves km, WGS 84 and the order of the pairs: Beijing to Wuhu is 963 km."""
    scenario = read(written(tmp_path / "world", good_files()))
    found = scenario.distance
    assert found.index.names == ["region", "site"]
    assert found["beijing", "wuhu"] == pytest.approx(963, abs=3)
    assert found["010101", "guian"] == pytest.approx(29.8, abs=0.5)
    assert len(found) == 6


def test_distances_of_nothing() -> None:
    """Proves that a scenario without coordinates has an empty table, not an error."""
    empty = pd.DataFrame({"longitude": [], "latitude": []}, dtype=float)
    assert distances(empty, empty).empty


PLACES = st.tuples(st.floats(-180, 180), st.floats(-90, 90))


@settings(deadline=None)
@given(start=PLACES, end=PLACES)
def test_arcs_join_any_two_places(start: tuple[float, float], end: tuple[float, float]) -> None:
    """Proves that any arc can be drawn: valid degrees, both ends, no line across the whole map."""
    line = arc(*start, *end, points=16)
    if line is None:
        assert distances(_frame(start), _frame(end)).iloc[0] == 0
        return
    parts = list(getattr(line, "geoms", [line]))
    first, last = parts[0].coords[0], parts[-1].coords[-1]
    for (x, y), (longitude, latitude) in ((first, start), (last, end)):
        assert abs(x - longitude) in {0, 360}, "180 east is 180 west"
        assert y == latitude
    for part in parts:
        longitudes = [x for x, _ in part.coords]
        assert all(abs(x) <= 180 and abs(y) <= 90 for x, y in part.coords)
        assert all(abs(b - a) <= 180 for a, b in pairwise(longitudes))


def _frame(place: tuple[float, float]) -> pd.DataFrame:
    return pd.DataFrame([place], columns=["longitude", "latitude"], index=["x"])


def test_an_arc_over_the_antimeridian_is_split() -> None:
    """Proves that the line leaves the map on one side and comes back on the other; no arc has no length."""
    line = arc(170.0, 10.0, -170.0, 10.0, points=9)
    assert line is not None
    assert line.geom_type == "MultiLineString"
    assert {x for part in line.geoms for x, _ in part.coords} >= {180.0, -180.0}
    assert arc(100.0, 30.0, 100.0, 30.0, points=9) is None
    assert arc(100.0, 30.0, 120.0, 30.0, points=2).geom_type == "LineString"
