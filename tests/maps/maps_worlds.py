"""Plans to draw: the national case and small ones, made here so that no test needs a solver."""

from collections.abc import Callable
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from matplotlib.figure import Figure
from pyproj import Geod

Plan = tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, gpd.GeoDataFrame]
Find = Callable[[Figure, str], Any]
ReadTexts = Callable[[Figure], list[str]]

# Ten national clusters: county seats of their start areas (NDRC replies of 2021-12 to 2022-02), degrees.
CLUSTERS = [
    ("zhangjiakou", "张家口", "Zhangjiakou", "京津冀", "河北", 115.518, 40.415),
    ("changsanjiao", "长三角示范区", "YRD Demonstration Zone", "长三角", "上海", 121.124, 31.151),
    ("wuhu", "芜湖", "Wuhu", "长三角", "安徽", 118.392, 31.369),
    ("shaoguan", "韶关", "Shaoguan", "粤港澳", "广东", 113.611, 24.804),
    ("tianfu", "天府", "Tianfu", "成渝", "四川", 103.924, 30.574),
    ("chongqing", "重庆", "Chongqing", "成渝", "重庆", 106.396, 29.805),
    ("guian", "贵安", "Gui'an", "贵州", "贵州", 106.670, 26.410),
    ("horinger", "和林格尔", "Horinger", "内蒙古", "内蒙古", 111.822, 40.379),
    ("qingyang", "庆阳", "Qingyang", "甘肃", "甘肃", 107.651, 35.731),
    ("zhongwei", "中卫", "Zhongwei", "宁夏", "宁夏", 105.174, 37.517),
]

# Seats of the 31 provincial governments: city points rounded to 0.1 degree; demand roughly by GDP of 2024.
CAPITALS = [
    ("北京市", "北京", "Beijing", 116.4, 39.9, 498),
    ("天津市", "天津", "Tianjin", 117.2, 39.1, 180),
    ("河北省", "石家庄", "Shijiazhuang", 114.5, 38.0, 475),
    ("山西省", "太原", "Taiyuan", 112.5, 37.9, 255),
    ("内蒙古自治区", "呼和浩特", "Hohhot", 111.7, 40.8, 263),
    ("辽宁省", "沈阳", "Shenyang", 123.4, 41.8, 326),
    ("吉林省", "长春", "Changchun", 125.3, 43.9, 144),
    ("黑龙江省", "哈尔滨", "Harbin", 126.5, 45.8, 165),
    ("上海市", "上海", "Shanghai", 121.5, 31.2, 539),
    ("江苏省", "南京", "Nanjing", 118.8, 32.1, 1370),
    ("浙江省", "杭州", "Hangzhou", 120.2, 30.3, 901),
    ("安徽省", "合肥", "Hefei", 117.2, 31.8, 506),
    ("福建省", "福州", "Fuzhou", 119.3, 26.1, 578),
    ("江西省", "南昌", "Nanchang", 115.9, 28.7, 342),
    ("山东省", "济南", "Jinan", 117.1, 36.7, 986),
    ("河南省", "郑州", "Zhengzhou", 113.7, 34.8, 636),
    ("湖北省", "武汉", "Wuhan", 114.3, 30.6, 600),
    ("湖南省", "长沙", "Changsha", 112.9, 28.2, 532),
    ("广东省", "广州", "Guangzhou", 113.3, 23.1, 1416),
    ("广西壮族自治区", "南宁", "Nanning", 108.4, 22.8, 286),
    ("海南省", "海口", "Haikou", 110.3, 20.0, 79),
    ("重庆市", "重庆主城", "Chongqing City", 106.5, 29.5, 322),
    ("四川省", "成都", "Chengdu", 104.1, 30.7, 647),
    ("贵州省", "贵阳", "Guiyang", 106.7, 26.6, 227),
    ("云南省", "昆明", "Kunming", 102.7, 25.0, 315),
    ("西藏自治区", "拉萨", "Lhasa", 91.1, 29.7, 28),
    ("陕西省", "西安", "Xi'an", 108.9, 34.3, 355),
    ("甘肃省", "兰州", "Lanzhou", 103.8, 36.1, 130),
    ("青海省", "西宁", "Xining", 101.8, 36.6, 40),
    ("宁夏回族自治区", "银川", "Yinchuan", 106.3, 38.5, 55),
    ("新疆维吾尔自治区", "乌鲁木齐", "Ürümqi", 87.6, 43.8, 205),
]
LOADS = [1450, 620, 880, 760, 540, 690, 1210, 1680, 930, 1120]
SHARES = [0.82, 0.35, 0.41, 0.55, 0.86, 0.68, 0.74, 0.91, 0.83, np.nan]


def make_arc(start: tuple[float, float], end: tuple[float, float], pieces: int = 24) -> shapely.LineString | None:
    """Return a great-circle arc, or nothing between equal points."""
    if start == end:
        return None
    between = Geod(ellps="WGS84").npts(*start, *end, pieces)
    return shapely.LineString([start, *between, end])


def make_layer(rows: list[dict[str, object]]) -> gpd.GeoDataFrame:
    """Return rows with a ``geometry`` as a layer in EPSG:4326."""
    return gpd.GeoDataFrame(pd.DataFrame(rows), geometry="geometry", crs="EPSG:4326")


def make_site(site: str, longitude: float, latitude: float, **values: object) -> dict[str, object]:
    """Return a row of the sites' layer."""
    row: dict[str, object] = {
        "site": site,
        "name_zh": "",
        "name_en": "",
        "hub": "",
        "side": "west",
        "province": "",
        "it_load": 130.0,
        "capacity": 170.0,
        "capacity_new": 0.0,
        "utilisation": 0.76,
        "green_power_share": 0.63,
        "geometry": shapely.Point(longitude, latitude),
    }
    return row | values


def make_region(region: str, longitude: float, latitude: float, **values: object) -> dict[str, object]:
    """Return a row of the regions' layer."""
    point = shapely.Point(longitude, latitude)
    row: dict[str, object] = {"region": region, "name_zh": "", "name_en": "", "province": "", "demand": 90.0}
    return row | {"geometry": point} | values


def make_flow(start: dict[str, object], end: dict[str, object], allocation: float) -> dict[str, object]:
    """Return a row of the flows' layer from a region's row to a site's."""
    one, two = ((row["geometry"].x, row["geometry"].y) for row in (start, end))  # type: ignore[attr-defined]
    kilometres = Geod(ellps="WGS84").inv(*one, *two)[2] / 1000
    return {
        "region": start["region"],
        "site": end["site"],
        "allocation": allocation,
        "latency": 2.0 + kilometres / 120,
        "traffic": allocation * 0.4,
        "distance": kilometres,
        "geometry": make_arc(one, two),
    }


def make_nation() -> Plan:
    """Return ten clusters, 31 provincial sites and regions, and the flows between them."""
    names = ("name_zh", "name_en", "hub", "province")
    clusters = [
        make_site(
            key,
            longitude,
            latitude,
            **dict(zip(names, labels, strict=True)),
            it_load=float(load),
            green_power_share=share,
            capacity_new=float(load) / 4 if number % 2 else 0.0,
        )
        for number, ((key, *labels, longitude, latitude), load, share) in enumerate(
            zip(CLUSTERS, LOADS, SHARES, strict=True)
        )
    ]
    locals_ = [
        make_site(
            f"{name_en}-local",
            longitude,
            latitude,
            name_zh=name_zh,
            name_en=name_en,
            province=province,
            it_load=demand * 0.22 if number % 7 else 0.0,
            green_power_share=0.12 + number / 60,
        )
        for number, (province, name_zh, name_en, longitude, latitude, demand) in enumerate(CAPITALS)
    ]
    regions = [
        make_region(name_en, x, y, name_zh=name_zh, name_en=name_en, province=province, demand=float(demand))
        for province, name_zh, name_en, x, y, demand in CAPITALS
    ]
    flows = [
        make_flow(region, site, float(region["demand"]) * weight)  # type: ignore[arg-type]
        for number, region in enumerate(regions)
        for site, weight in (
            (clusters[number % 10], 0.34),
            (clusters[(3 * number + 4) % 10], 0.21),
            (clusters[(number * number + 1) % 10], 0.09),
            (locals_[number], 0.22),
        )
    ]
    return make_layer(clusters + locals_), make_layer(regions), make_layer(flows)
