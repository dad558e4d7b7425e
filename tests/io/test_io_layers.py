"""Layers as GIS software ships them, in a scenario and under a map alike: systems, shapes, several layers in a file."""

from __future__ import annotations

import json
import sqlite3
import warnings
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely
from io_world import faults, good_files, read, written
from pyproj import CRS, Transformer

from planner.cli.options import one_layer
from planner.errors import InvalidInputError, UsageError
from planner.io.files.reference_systems import SystemRefusedError, shifted_hint, system_named
from planner.views.maps.basemap import read_basemap
from planner.views.page.errors import DrawingError

SITES = {"wuhu": (118.4, 31.4), "guian": (106.5, 26.4), "NA": (115.0, 40.5)}
"""Where the sites of the good scenario stand, or near it [degrees]."""
EPSG = "urn:ogc:def:crs:EPSG::{}"


def square(x: float, y: float, half: float = 0.1) -> shapely.Polygon:
    """Return a square about a point."""
    return shapely.box(x - half, y - half, x + half, y + half)


def frame_of(*, crs: int = 4326, areas: bool = False, **columns: Any) -> gpd.GeoDataFrame:
    """Return the sites, as points or squares, in a system; transformed from WGS 84 degrees."""
    shapes = [square(*place) if areas else shapely.Point(*place) for place in SITES.values()]
    data = {"site": list(SITES), "pue": [1.1, 1.2, 1.3], "price": [1.0, 1.0, 1.0], **columns}
    return gpd.GeoDataFrame(data, geometry=shapes, crs=4326).to_crs(crs)


def geojson(frame: gpd.GeoDataFrame, crs: str | None, **members: Any) -> bytes:
    """Return a frame as GeoJSON with the member ``crs`` that GDAL writes."""
    document = json.loads(frame.set_crs(None, allow_override=True).to_json())
    if crs is not None:
        document["crs"] = {"type": "name", "properties": {"name": crs}}
    return json.dumps(document | members, ensure_ascii=False).encode()


def world(folder: Path, file: str, data: bytes) -> Path:
    """Write the good scenario with its sites from a layer."""
    files = good_files()
    del files["site.csv"]
    return written(folder / "world", files | {file: data})


def places(folder: Path) -> dict[str, tuple[float, float]]:
    """Return where the sites of a scenario stand."""
    found = read(folder).coordinates("site")
    return {name: (row["longitude"], row["latitude"]) for name, row in found.iterrows()}


@pytest.mark.parametrize("name", [EPSG.format(4490), "EPSG:4490", "CGCS2000", "http://www.opengis.net/def/crs/EPSG/0/4490", EPSG.format(4326), "urn:ogc:def:crs:OGC::CRS84", None])  # fmt: skip
def test_degrees_of_today_stay_as_they_are(name: str | None, tmp_path: Path) -> None:
    """Proves that WGS 84 and CGCS2000, by all their names, keep the numbers of the file, CGCS2000 with a note.

    Sensitivity: axes exchanged because EPSG puts latitude first; a datum refused that lies within a metre.
    """
    data = geojson(frame_of(), name)
    scenario = read(world(tmp_path, "site.geojson", data))
    assert places(tmp_path / "world") == SITES
    is_cgcs = name is not None and ("4490" in name or "CGCS" in name)
    assert any("CGCS2000 degrees are taken as WGS 84" in note for note in scenario.notes) == is_cgcs
    (tmp_path / "map.geojson").write_bytes(geojson(frame_of(areas=True), name))
    base = read_basemap(tmp_path / "map.geojson")
    assert base.areas[0].bounds == pytest.approx(square(*SITES["wuhu"]).bounds)
    assert bool(base.notes) == is_cgcs


@pytest.mark.parametrize("crs", [3857, 4527, 4549, 32650, 4526, 4258])
def test_other_systems_are_transformed_with_a_note(crs: int, tmp_path: Path) -> None:
    """Proves that Web Mercator, Gauss–Krüger on CGCS2000, UTM and ETRS89 come to their degrees, in both kinds of file.

    Sensitivity: northing taken for easting; a datum that moves on the way; a note that is missing.
    """
    frame = frame_of(crs=crs)
    frame.to_file(tmp_path / "x.gpkg", driver="GPKG")
    for number, (file, data) in enumerate(
        {"site.geojson": geojson(frame, EPSG.format(crs)), "site.gpkg": (tmp_path / "x.gpkg").read_bytes()}.items()
    ):
        folder = world(tmp_path / str(number), file, data)
        found = places(folder)
        for name, place in SITES.items():
            assert found[name] == pytest.approx(place, abs=2e-6), file  # 0.2 m: ETRS89 is moved to WGS 84
        assert any("transformed from" in note and f"EPSG:{crs}" in note for note in read(folder).notes)


UNSAID = (
    'GEOGCS["Unknown",DATUM["Not_specified_based_on_WGS_84_ellipsoid",SPHEROID["WGS 84",6378137,298.25]],'
    'PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]]'
)
REFUSED = {
    "Xian 1980": (EPSG.format(4610), "Xian 1980 lies some 100 m from WGS 84"),
    "Xian 1980 in metres": ("EPSG:2327", "Xian 1980 lies some 100 m from WGS 84"),
    "Beijing 1954": ("EPSG:4214", "Beijing 1954 lies some 100 m from WGS 84"),
    "Beijing 1954 in metres": ("EPSG:21413", "Beijing 1954 lies some 100 m"),
    "New Beijing": ("EPSG:4555", "no transformation to WGS 84 is known"),
    "GCJ-02": ("GCJ-02", "the coordinates are GCJ-02"),
    "GCJ02 of a vendor": ("urn:ogc:def:crs:AMAP::GCJ02", "the coordinates are GCJ-02"),
    "BD-09": ("BD09LL", "the coordinates are BD-09"),
    "BD-09 in Chinese": ("百度坐标", "the coordinates are BD-09"),
    "a sphere": (
        UNSAID,
        "no transformation to WGS 84 is known",
    ),
    "geocentric": ("EPSG:4479", "geocentric"),
    "no such code": ("EPSG:999999", "EPSG:999999 is not known"),
    "a file's name": ("/etc/hosts", "/etc/hosts is not known"),
    "a pipeline": ("+proj=longlat +datum=WGS84", "is not known"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_is_refused_alike(name: str, tmp_path: Path) -> None:
    """Proves that a scenario and a base map refuse the same systems, by the datum's name and with what to do.

    Sensitivity: PROJ's silence about Xian 1980 taken for a transformation; text handed to PROJ that is no code.
    """
    crs, message = REFUSED[name]
    [fault] = faults(world(tmp_path, "site.geojson", geojson(frame_of(), crs)))
    assert message in fault.problem
    assert fault.remedy
    path = tmp_path / "map.geojson"
    path.write_bytes(geojson(frame_of(areas=True), crs))
    with pytest.raises(DrawingError) as caught:
        read_basemap(path)
    assert message in str(caught.value)
    assert fault.remedy.en in str(caught.value)


@pytest.mark.parametrize("crs", [4610, 4214, None])
def test_geopackages_are_refused_alike(crs: int | None, tmp_path: Path) -> None:
    """Proves that a GeoPackage of an old datum, or of none, is refused in a scenario and under a map.

    Sensitivity: a layer without a system drawn as if its numbers were degrees.
    """
    message = "no reference system" if crs is None else "some 100 m from WGS 84"
    for areas in (False, True):
        frame = frame_of(areas=areas).set_crs(crs, allow_override=True)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of geopandas: that there is no system
            frame.to_file(tmp_path / f"{areas}.gpkg", driver="GPKG")
    [fault] = faults(world(tmp_path, "site.gpkg", (tmp_path / "False.gpkg").read_bytes()))
    assert message in fault.problem
    with pytest.raises(DrawingError, match=message):
        read_basemap(tmp_path / "True.gpkg")


@pytest.mark.parametrize(
    ("columns", "members", "said"),
    [
        ({"province": ["x", "y", "z"]}, {}, ""),
        ({"lng_gcj02": [1.0, 2.0, 3.0]}, {}, "GCJ-02"),
        ({"坐标系": ["BD-09"] * 3}, {}, "BD-09"),
        ({}, {"coordinate_system": "gcj02"}, "GCJ-02"),
        ({}, {"name": "高德坐标"}, "GCJ-02"),
        ({"province": ["bd09 road"] * 3}, {}, ""),
    ],
)
def test_words_that_tell_of_shifted_coordinates_are_noted(
    columns: dict[str, Any], members: dict[str, Any], said: str, tmp_path: Path
) -> None:
    """Proves that a column, a cell about coordinates or a member that names GCJ-02 or BD-09 is a note in both places.

    Sensitivity: coordinates off by half a kilometre without a word; an address taken for a datum.
    """
    path = tmp_path / "map.geojson"
    path.write_bytes(geojson(frame_of(areas=True, **columns), None, **members))
    notes = [note.en for note in read_basemap(path).notes]
    assert [f"tells of {said}" in note for note in notes] == ([True] if said else [])
    folder = world(tmp_path, "site.geojson", geojson(frame_of(**columns), None, **members))
    try:
        told = " ".join(note.en for note in read(folder).notes)
    except InvalidInputError as error:  # the column itself is none of the format's
        told = str(error)
        assert "unknown column" in told
    else:
        assert (f"tells of {said}" in told) == bool(said)


SHAPES = {
    "Polygon": {"type": "Polygon", "coordinates": [[[118, 31], [119, 31], [119, 32], [118, 32], [118, 31]]]},
    "a ring like a C": {"type": "Polygon", "coordinates": [[[118, 31], [120, 31], [120, 31.2], [118.2, 31.2], [118.2, 31.8], [120, 31.8], [120, 32], [118, 32], [118, 31]]]},
    "MultiPolygon": {"type": "MultiPolygon", "coordinates": [[[[118, 31], [119, 31], [119, 32], [118, 31]]], [[[100, 31], [100.1, 31], [100, 31.1], [100, 31]]]]},
    "LineString": {"type": "LineString", "coordinates": [[118, 31], [118.5, 31.5], [119, 32]]},
    "MultiPoint": {"type": "MultiPoint", "coordinates": [[118.4, 31.4]]},
    "a bow that crosses itself": {"type": "Polygon", "coordinates": [[[118, 31], [119, 32], [119, 31], [118, 32], [118, 31]]]},
    "GeometryCollection": {"type": "GeometryCollection", "geometries": [{"type": "Point", "coordinates": [118.4, 31.4]}]},
    "a point with a height": {"type": "Point", "coordinates": [118.4, 31.4, 20.5]},
}  # fmt: skip


@pytest.mark.parametrize("kind", SHAPES)
def test_shapes_stand_for_a_point_inside(kind: str, tmp_path: Path) -> None:
    """Proves that a shape that is no point gives a place that it covers, with a note; a height is left out.

    Sensitivity: the middle of a C, which lies outside; a site at the middle of its bounds; an error for a park's outline.
    """
    document = json.loads(geojson(frame_of(), None))
    document["features"][0]["geometry"] = SHAPES[kind]
    folder = world(tmp_path, "site.geojson", json.dumps(document).encode())
    shape = shapely.make_valid(shapely.geometry.shape(SHAPES[kind]))
    assert shapely.Point(places(folder)["wuhu"]).distance(shape) < 1e-9
    noted = any("stands for a point inside it (1 " in note for note in read(folder).notes)
    assert noted == (kind != "a point with a height")


def test_outlines_in_metres(tmp_path: Path) -> None:
    """Proves that outlines of parks in Gauss–Krüger metres come to their places. Sensitivity: the order of the two."""
    folder = world(tmp_path, "site.geojson", geojson(frame_of(crs=4527, areas=True), EPSG.format(4527)))
    for name, place in places(folder).items():
        assert square(*SITES[name]).contains(shapely.Point(place))


def test_the_layer_that_is_called_as_the_table(tmp_path: Path) -> None:
    """Proves that of several layers the one called ``site`` is read, and that without one their names are told.

    Sensitivity: the first layer taken, whatever it is.
    """
    path = tmp_path / "x.gpkg"
    frame_of(areas=True).to_file(path, driver="GPKG", layer="a_province")
    frame_of().to_file(path, driver="GPKG", layer="site")
    assert places(world(tmp_path / "1", "site.gpkg", path.read_bytes())) == SITES
    with sqlite3.connect(path) as base:
        base.execute("UPDATE gpkg_geometry_columns SET table_name = 'parks' WHERE table_name = 'site'")
        base.execute("DROP TRIGGER IF EXISTS rtree_site_geom_insert")
        for (trigger,) in base.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            base.execute(f'DROP TRIGGER "{trigger}"')
        base.execute("ALTER TABLE site RENAME TO parks")
    base.close()
    [fault] = faults(world(tmp_path / "2", "site.gpkg", path.read_bytes()))
    assert "the file has 2 layers, and none is called site: a_province (polygon), parks (point)" in str(fault)
    assert "rename the layer that holds the table to site" in fault.remedy


def test_the_layer_of_a_base_map(tmp_path: Path) -> None:
    """Proves that of several layers of areas one is named, that a lone one among points is found, and the names are told.

    Sensitivity: the counties drawn for the provinces, because their name comes first.
    """
    path = tmp_path / "x.gpkg"
    frame_of().to_file(path, driver="GPKG", layer="points")
    frame_of(areas=True).to_file(path, driver="GPKG", layer="provinces")
    assert len(read_basemap(path).areas) == 3
    frame_of(areas=True).iloc[:1].to_file(path, driver="GPKG", layer="counties")
    with pytest.raises(DrawingError, match=r"2 layers: counties \(polygon\), provinces \(polygon\); say which with"):
        read_basemap(path)
    assert len(read_basemap(Path(f"{path}|layername=counties")).areas) == 1
    with pytest.raises(DrawingError, match="no layer towns; its layers: counties"):
        read_basemap(Path(f"{path}|layername=towns"))


def test_a_system_outside_its_place_is_refused() -> None:
    """Proves that a coordinate that no place on earth has is refused rather than infinite.

    Sensitivity: inf handed on as a longitude.
    """
    system = system_named("EPSG:32650")
    with pytest.raises(SystemRefusedError) as caught:
        system.to_degrees(shapely.Point(1e30, 1e30))
    assert "lies outside what WGS 84 / UTM zone 50N" in caught.value.problem


def test_transformed_degrees_are_those_of_proj() -> None:
    """Proves that a transformed place is PROJ's own, to nine decimals. Sensitivity: x and y exchanged."""
    x, y = Transformer.from_crs(4326, 3857, always_xy=True).transform(104.1, 30.6)
    assert system_named("EPSG:3857").to_degrees(shapely.Point(x, y)) == shapely.Point(104.1, 30.6)


@pytest.mark.parametrize(
    ("word", "name"),
    [("gcj02", "GCJ-02"), ("lon_GCJ_02", "GCJ-02"), ("火星坐标", "GCJ-02"), ("bd09mc", "BD-09"), ("百度经纬度", "BD-09"), ("abd09", ""), ("bd0912", ""), ("wgs84", "")],
)  # fmt: skip
def test_words_for_shifted_coordinates(word: str, name: str) -> None:
    """Proves which words tell of them. Sensitivity: a number of a street taken for Baidu's system."""
    assert shifted_hint([word])[0] == name


def test_the_option_names_a_layer_of_the_file() -> None:
    """Proves that --layer says which layer of --basemap is meant, as QGIS writes it, and nothing without the file.

    Sensitivity: a layer that is passed over in silence.
    """
    assert one_layer(Path("a.gpkg"), "provinces") == Path("a.gpkg|layername=provinces")
    assert one_layer(Path("a.gpkg"), None) == Path("a.gpkg")
    with pytest.raises(UsageError, match="--layer needs the file"):
        one_layer(None, "provinces")


def test_a_layer_of_geojson_is_refused(tmp_path: Path) -> None:
    """Proves that a layer named of a file that has none is an error. Sensitivity: the name passed over."""
    path = tmp_path / "map.geojson"
    path.write_bytes(geojson(frame_of(areas=True), None))
    with pytest.raises(DrawingError, match="it is no GeoPackage, and has no layer provinces"):
        read_basemap(Path(f"{path}|layername=provinces"))


@pytest.mark.parametrize("form", ["WKT1_ESRI", "WKT1_GDAL", "WKT2_2019"])
def test_systems_in_words(form: str) -> None:
    """Proves that the forms of WKT that ArcGIS, GDAL and QGIS write are known: degrees stay, an old datum is named.

    Sensitivity: ``D_Xian_1980`` taken for another datum, ``Degree`` for another unit than ``degree``.
    """
    today = system_named(CRS.from_epsg(4490).to_wkt(form))
    assert today.transformer is None
    assert "CGCS2000 degrees" in today.note
    metres = system_named(CRS.from_epsg(4527).to_wkt(form))
    assert metres.is_projected
    for old, name in ((4610, "Xian 1980"), (21413, "Beijing 1954")):
        with pytest.raises(SystemRefusedError) as caught:
            system_named(CRS.from_epsg(old).to_wkt(form))
        assert name in caught.value.problem


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("urn:ogc:def:crs:EPSG:9.8:4490", "4490"),
        ("EPSG:4326+5773", "4326"),
        ("epsg:3857", "3857"),
        ("EPSG:27700", "27700"),
    ],
)
def test_codes_in_their_forms(name: str, code: str) -> None:
    """Proves that a version, a height behind a plus, small letters and a datum that wants a grid are understood.

    Sensitivity: the code of the height taken for that of the place; a warning about a grid in the user's terminal.
    """
    assert f"EPSG:{code}" in system_named(name).name
