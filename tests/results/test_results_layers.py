"""The GIS layers and ``plan.gpkg``."""

from __future__ import annotations

import dataclasses
import math
import sqlite3
from contextlib import closing
from pathlib import Path
from xml.etree import ElementTree as ET

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
from results_world import INPUTS, make_results, make_scenario
from test_results_tables import HOSTILE

from planner.io.results.layers import GEOMETRIES
from planner.io.results.layers import write_layers as write_frames
from planner.io.results.results import Results
from planner.scenario.scenario import Scenario

DAY, NIGHT = 3000 / 8760, 5760 / 8760


def write_layers(results: Results, path: Path) -> None:
    """Write the layers of a plan."""
    write_frames(path, results.sites, results.regions, results.flows)


def row(layer: gpd.GeoDataFrame, **key: str) -> pd.Series:
    """Return the one row with these ids."""
    found = layer[np.logical_and.reduce([layer[name] == value for name, value in key.items()])]
    assert len(found) == 1
    return found.iloc[0]


def without(results: Results, *names: str) -> Results:
    """Return results of a plan whose scenario does not list what gives these tables."""
    return dataclasses.replace(results, tables={k: v for k, v in results.tables.items() if k not in names})


def test_sites_carry_loads_and_supply(results: Results) -> None:
    """Proves every number of a site by hand; a mean without its weights, or power for energy, would show."""
    delta = row(results.sites, site="delta")
    load = 50 * DAY + 30 * NIGHT
    assert delta["it_load"] == pytest.approx(load)
    assert delta["capacity"] == 50
    assert delta["utilisation"] == pytest.approx(load / 50)
    assert delta["pue"] == pytest.approx(1.3)
    assert delta["grid_power"] == pytest.approx(45 * DAY + 39 * NIGHT)
    assert delta["green_power"] == pytest.approx(20 * DAY)
    # What is sold (5 MW) takes its certificate with it; what is drawn is grid and green power.
    assert delta["green_power_share"] == pytest.approx(20 * DAY / ((45 + 20) * DAY + 39 * NIGHT))
    assert delta["green_power_share_mode"] == "certificate"
    assert delta["emissions"] == 1000.5
    assert delta[["capacity_new", "modules", "certificates"]].tolist() == [0, 0, 0]
    assert delta[["name_zh", "name_en", "hub", "side", "province"]].tolist() == [
        "长三角",
        "Delta",
        "yangtze",
        "east",
        "上海",
    ]
    assert (delta.geometry.x, delta.geometry.y) == (121.1, 31.1)


def test_certificates_count_by_energy(results: Results) -> None:
    """Proves that certificates [MWh/a] count as energy beside power [MW] times its hours."""
    hills = row(results.sites, site="hills-dc")
    assert hills["certificates"] == 87600
    assert hills["green_power_share"] == pytest.approx(87600 / (3000 * 46 + 5760 * 34.5))
    assert hills[["capacity", "capacity_new", "modules"]].tolist() == [100, 40, 4]


def test_a_site_without_place_or_load_stays(results: Results) -> None:
    """Proves that a site is never dropped: without coordinates it has no geometry, without load no share."""
    assert list(results.sites["site"]) == ["delta", "hills-dc", "nowhere"]
    assert row(results.sites, site="nowhere").geometry is None
    still = {
        "allocation": results.tables["allocation"].iloc[:0],
        "facility_load": results.tables["facility_load"].assign(facility_load=0.0, it_load=0.0),
        "site_capacity": results.tables["site_capacity"].assign(compute_load=0.0),
        "power_supply": results.tables["power_supply"].assign(site_draw=0.0),
    }
    delta = row(dataclasses.replace(results, tables={**results.tables, **still}).sites, site="delta")
    assert delta["it_load"] == 0
    assert delta["utilisation"] == 0
    assert delta["pue"] == pytest.approx(1.3)
    assert math.isnan(delta["green_power_share"])


def test_what_the_plan_does_not_know_is_not_zero(results: Results) -> None:
    """Proves NaN for what no listed feature reports; a zero would be a wrong answer. What is not built is zero."""
    bare = without(
        results,
        "power_supply",
        "power_supply_technology",
        "power_supply_certificates",
        "emissions",
        "site_expansion",
        "facility_load",
        "site_capacity",
    )
    delta = row(bare.sites, site="delta")
    unknown = ["capacity", "utilisation", "pue", "grid_power", "green_power", "certificates", "green_power_share"]
    assert delta[[*unknown, "emissions"]].isna().all()
    assert delta["capacity_new"] == 0
    assert row(bare.flows, region="coast", site="delta")["allocation"] > 0


def test_regions_carry_demand(results: Results) -> None:
    """Proves demand, unserved demand and latency of a region by hand."""
    coast, hills = row(results.regions, region="coast"), row(results.regions, region="hills")
    near, far = 50 * DAY + 30 * NIGHT, 30.0
    assert coast["demand"] == pytest.approx(near + far)
    assert coast["latency"] == pytest.approx((0.6 * near + 15.2 * far) / (near + far))
    assert hills["unserved"] == pytest.approx(2.5 * DAY)
    assert hills["name_en"] == ""


def test_flows_are_arcs(results: Results) -> None:
    """Proves a flow's numbers, and an arc only where there is a way to go and both ends are known."""
    flows = results.flows
    assert [*zip(flows["region"], flows["site"], strict=True)] == [
        ("coast", "delta"),
        ("coast", "hills-dc"),
        ("hills", "hills-dc"),
        ("hills", "nowhere"),
    ]
    far = row(flows, region="coast", site="hills-dc")
    assert far["allocation"] == pytest.approx(30)
    assert far["latency"] == pytest.approx(15.2)
    assert far["latency_basis"] == "one way"
    assert far["distance"] == pytest.approx(1620, rel=0.02)
    assert math.isnan(far["traffic"])
    assert far.geometry.coords[0] == pytest.approx((121.5, 31.2))
    assert far.geometry.coords[-1] == pytest.approx((105.2, 37.5))
    assert row(flows, region="hills", site="hills-dc").geometry is None
    assert row(flows, region="hills", site="nowhere").geometry is None
    assert math.isnan(row(flows, region="hills", site="nowhere")["distance"])


def test_traffic_is_the_tables(results: Results) -> None:
    """Proves that traffic is taken from its table, by region and site. Sensitivity: a rate worked out anew."""
    traffic = pd.DataFrame([("coast", "delta", 9.0, 8.0)], columns=["region", "site", "data", "traffic"])
    known = dataclasses.replace(results, tables={**results.tables, "traffic": traffic})
    assert row(known.flows, region="coast", site="delta")["traffic"] == 8.0


def test_an_unknown_latency_makes_the_mean_unknown(results: Results) -> None:
    """Proves that a mean over known and unknown latencies is not passed off as a mean."""
    routes = results.tables["routes"].copy()
    routes.loc[routes["site"] == "hills-dc", "latency"] = math.nan
    flows = dataclasses.replace(results, tables={**results.tables, "routes": routes}).flows
    assert math.isnan(row(flows, region="coast", site="hills-dc")["latency"])
    assert row(flows, region="coast", site="delta")["latency"] == pytest.approx(0.6)


def test_the_geopackage_is_valid(results: Results, tmp_path: Path) -> None:
    """Proves a GeoPackage by the standard: magic number, reference system, geometry types, fixed layer names."""
    path = tmp_path / "plan.gpkg"
    write_layers(results, path)
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("PRAGMA application_id").fetchone() == (int.from_bytes(b"GPKG", "big"),)
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        types = database.execute("SELECT table_name, geometry_type_name, srs_id FROM gpkg_geometry_columns").fetchall()
    assert types == [("sites", "POINT", 4326), ("regions", "POINT", 4326), ("flows", "MULTILINESTRING", 4326)]
    for name, layer in (("sites", results.sites), ("regions", results.regions)):
        read = gpd.read_file(path, layer=name)
        assert read.crs.to_epsg() == 4326
        pd.testing.assert_frame_equal(
            pd.DataFrame(read.drop(columns="geometry")), pd.DataFrame(layer.drop(columns="geometry")), check_dtype=False
        )
        assert read.geometry.to_wkt().tolist() == layer.geometry.to_wkt().tolist()
    flows = gpd.read_file(path, layer="flows")
    assert list(flows["site"]) == ["delta", "hills-dc"]
    assert not flows.geometry.is_empty.any()


def test_the_geopackage_has_its_styles(results: Results, tmp_path: Path) -> None:
    """Proves that QGIS finds a default style of every layer, and that each is well-formed XML with the data's scale.

    QGIS looks for rows with an empty schema, the layer's name and its geometry column.
    """
    path = tmp_path / "plan.gpkg"
    write_layers(results, path)
    with closing(sqlite3.connect(path)) as database:
        query = "SELECT f_table_name, styleQML FROM layer_styles WHERE f_table_schema = '' AND f_geometry_column = "
        found = dict(database.execute(query + "'geom' AND useAsDefault = 1").fetchall())
    assert set(found) == set(GEOMETRIES)
    trees = {name: ET.fromstring(text.split("\n", 1)[1]) for name, text in found.items()}  # noqa: S314 - our own
    assert {tree.tag for tree in trees.values()} == {"qgis"}
    sites = trees["sites"].find("renderer-v2")
    assert sites is not None
    assert [r.get("symbol") for r in sites.iter("range")] == [s.get("name") for s in sites.iter("symbol")]
    expressions = [option.get("value") or "" for option in sites.iter("Option") if option.get("name") == "expression"]
    assert all(repr(float(results.sites["it_load"].max())) in expression for expression in expressions)
    assert "allocation" in ET.tostring(trees["flows"], encoding="unicode")


@pytest.mark.parametrize("crowd", [HOSTILE])
def test_hostile_names_stay_text_in_the_geopackage(crowd: tuple[str, ...], tmp_path: Path) -> None:
    """Proves that names reach the layers letter by letter, and that no layer or table is named after one."""
    names = [name.strip() for name in crowd if "\n" not in name and not name.startswith("\t")]
    rows = "\n".join(f"site{n},{quoted(name)},121.{n},31,1.3,700,0.6" for n, name in enumerate(names))
    site = f"site,name_zh,longitude,latitude,pue,grid_power_price,emission_factor\n{rows}\n{PLACES}"
    scenario = make_scenario(tmp_path, {"site": site})
    results = make_results(scenario)
    write_layers(results, tmp_path / "plan.gpkg")
    read = gpd.read_file(tmp_path / "plan.gpkg", layer="sites").set_index("site")["name_zh"]
    assert [read[f"site{n}"] for n in range(len(names))] == [quoted(name, undo=True) for name in names]
    assert sorted(name for name, _ in pyogrio.list_layers(tmp_path / "plan.gpkg")) == [
        "flows",
        "layer_styles",
        "regions",
        "sites",
    ]


PLACES = "\n".join(
    f"{site},,{longitude},{latitude},1.2,1,1"
    for site, longitude, latitude in (("delta", 121.1, 31.1), ("hills-dc", 105.2, 37.5), ("nowhere", "", ""))
)


def quoted(name: str, *, undo: bool = False) -> str:
    """Quote a name for CSV; or say what the scenario's reader makes of it (it takes a guard away)."""
    if undo:
        return name[1:] if name.startswith(("'=", "''=")) else name
    return '"' + name.replace('"', '""') + '"'


def test_a_plan_without_flows_or_places_is_written(scenario: Scenario, tmp_path: Path) -> None:
    """Proves that empty layers keep type, columns and reference system, without a warning."""
    results = make_results(scenario)
    empty = {**results.tables, "allocation": results.tables["allocation"].iloc[:0]}
    write_layers(dataclasses.replace(results, tables=empty), tmp_path / "plan.gpkg")
    info = pyogrio.read_info(tmp_path / "plan.gpkg", layer="flows")
    assert (info["features"], info["geometry_type"], info["crs"]) == (0, "MultiLineString", "EPSG:4326")
    assert "allocation" in info["fields"]
    placeless = make_scenario(tmp_path, {"site": INPUTS["site"].replace("121.1,31.1", ",").replace("105.2,37.5", ",")})
    write_layers(make_results(placeless), tmp_path / "placeless.gpkg")
    assert gpd.read_file(tmp_path / "placeless.gpkg", layer="sites").geometry.isna().all()


def test_an_arc_over_the_date_line_is_written(tmp_path: Path) -> None:
    """Proves that an arc in two parts fits the layer."""
    across = INPUTS["site"].replace("121.1,31.1", "-170,60").replace("yangtze,east", "yangtze,east")
    results = make_results(make_scenario(tmp_path, {"site": across}))
    write_layers(results, tmp_path / "plan.gpkg")
    flows = gpd.read_file(tmp_path / "plan.gpkg", layer="flows").set_index("site")
    assert len(flows.geometry["delta"].geoms) == 2
    assert len(flows.geometry["hills-dc"].geoms) == 1


def test_the_geopackage_is_the_same_twice(results: Results, tmp_path: Path) -> None:
    """Proves that no time of writing stands in the file."""
    for name in ("one", "two"):
        write_layers(results, tmp_path / f"{name}.gpkg")
    assert (tmp_path / "one.gpkg").read_bytes() == (tmp_path / "two.gpkg").read_bytes()
