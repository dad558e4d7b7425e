"""A plan made by hand: a scenario folder and result tables as Python, so that no test of results needs a solver.

Two timesteps of unequal weight (3000 h and 5760 h), two regions, three sites of which one stands in the region it
serves and one has no coordinates. Nothing is neutral, so that a dropped factor shows.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pandas as pd

from planner.io.read.read import read_scenario
from planner.io.results.manifest import build_manifest
from planner.io.results.results import Results
from planner.models.declarations import declarations

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from planner.scenario.scenario import Scenario

SCENARIO = """\
title = "Made by hand"
title_zh = "手工小例"
features = ["time", "demand", "routes", "allocation", "site_capacity", "site_expansion", "facility_load",
            "power_supply", "emissions"]
[objective]
minimise = "cost"
"""

INPUTS = {
    "timestep": "timestep,timestep_weight\nday,3000\nnight,5760\n",
    "region": "region,name_zh,side,longitude,latitude\ncoast,沿海,east,121.5,31.2\nhills,山区,,105.2,37.5\n",
    "workload": "workload,compute_type\nonline,general\ntraining,general\n",
    "compute_type": "compute_type\ngeneral\n",
    "region_workload": "region,workload,demand\ncoast,online,40\ncoast,training,30\nhills,online,12.5\n"
    "hills,training,0\n",
    "site": "site,name_zh,name_en,hub,side,province,longitude,latitude,pue,grid_power_price,emission_factor\n"
    "delta,长三角,Delta,yangtze,east,上海,121.1,31.1,1.3,700,0.6\n"
    "hills-dc,中卫,Zhongwei,,west,宁夏,105.2,37.5,1.15,400,0.7\n"
    "nowhere,,,,,,,,1.4,900,0.8\n",
    "region_site": "region,site,latency\ncoast,nowhere,3\nhills,nowhere,4\n",
    "site_compute_type": "site,compute_type,capacity_existing\ndelta,general,50\nhills-dc,general,60\n",
    "technology": "technology\nwind\n",
    "source": "table,key,column,source,date,licence,confidence,note\n"
    "site,,pue,by hand,2026,CC0-1.0,illustrative,\n"
    "site,delta,pue,measured,2026,CC0-1.0,published,\n",
}

ALLOCATION = [
    ("coast", "online", "delta", "day", 50.0),
    ("coast", "online", "delta", "night", 30.0),
    ("coast", "training", "hills-dc", "day", 30.0),
    ("coast", "training", "hills-dc", "night", 30.0),
    ("hills", "online", "hills-dc", "day", 10.0),
    ("hills", "online", "nowhere", "night", 5.0),
]
ROUTES = [
    ("coast", "online", "delta", 0.6, 39.7),
    ("coast", "training", "hills-dc", 15.2, 1646.0),
    ("hills", "online", "hills-dc", 0.0, 0.0),
    ("hills", "online", "nowhere", 4.0, float("nan")),
]


def make_scenario(folder: Path, changes: Mapping[str, str] | None = None) -> Scenario:
    """Write the inputs as a scenario folder called ``by-hand`` and read it."""
    home = folder / "by-hand"
    home.mkdir(parents=True)
    (home / "scenario.toml").write_text(SCENARIO, encoding="utf-8")
    for name, text in {**INPUTS, **(changes or {})}.items():
        (home / f"{name}.csv").write_text(text, encoding="utf-8")
    return read_scenario(home, declarations())


def make_tables() -> dict[str, pd.DataFrame]:
    """Return result tables that fit the scenario."""
    keys = ["region", "workload", "site", "path"]
    work = [(region, workload, site, "direct", step, load) for region, workload, site, step, load in ALLOCATION]
    routes = [(region, workload, site, "direct", ms, km) for region, workload, site, ms, km in ROUTES]
    supply = [("delta", "day", 45.0, 20.0), ("delta", "night", 39.0, 0.0), ("hills-dc", "day", 46.0, 0.0)]
    supply += [("hills-dc", "night", 34.5, 0.0), ("nowhere", "day", 0.0, 0.0), ("nowhere", "night", 7.0, 0.0)]
    loads = [("delta", "day", 50.0, 1.3), ("delta", "night", 30.0, 1.3), ("hills-dc", "day", 40.0, 1.15)]
    loads += [("hills-dc", "night", 30.0, 1.15), ("nowhere", "day", 0.0, 1.4), ("nowhere", "night", 5.0, 1.4)]
    demand = [("coast", "online", "day", 50.0, 0.0), ("coast", "online", "night", 30.0, 0.0)]
    demand += [("coast", "training", step, 30.0, 0.0) for step in ("day", "night")]
    demand += [("hills", "online", "day", 12.5, 2.5), ("hills", "online", "night", 5.0, 0.0)]
    capacity = {"delta": 50.0, "hills-dc": 100.0, "nowhere": 10.0}
    return {
        "time": pd.DataFrame([("day", 3000.0), ("night", 5760.0)], columns=["timestep", "timestep_weight"]),
        "demand": pd.DataFrame(demand, columns=["region", "workload", "timestep", "demand", "unserved_demand"]),
        "routes": pd.DataFrame(routes, columns=[*keys, "latency", "distance"]),
        "allocation": pd.DataFrame(work, columns=[*keys, "timestep", "allocation"]),
        "site_capacity": pd.DataFrame(
            [(site, "general", step, load, capacity[site]) for site, step, load, _ in loads],
            columns=["site", "compute_type", "timestep", "compute_load", "capacity"],
        ),
        "site_expansion": pd.DataFrame(
            [("hills-dc", "general", 40.0, 4.0)], columns=["site", "compute_type", "capacity_new", "modules"]
        ),
        "facility_load": pd.DataFrame(
            [(site, step, load, pue, load * pue) for site, step, load, pue in loads],
            columns=["site", "timestep", "it_load", "pue", "facility_load"],
        ),
        "facility_load_water": pd.DataFrame([("delta", 9.5), ("hills-dc", 0.0)], columns=["site", "water"]),
        "power_supply": pd.DataFrame(
            [(site, step, grid, grid + green, green, green) for site, step, grid, green in supply],
            columns=["site", "timestep", "grid_power", "site_draw", "green_power_used", "green_power_matched"],
        ),
        "power_supply_technology": pd.DataFrame(
            [("delta", "wind", "day", 20.0, 5.0)], columns=["site", "technology", "timestep", "green_power", "excess"]
        ),
        "power_supply_certificates": pd.DataFrame([("hills-dc", 87600.0)], columns=["site", "certificates"]),
        "emissions": pd.DataFrame(
            [("delta", 1000.5, "contract"), ("hills-dc", 2000.25, "contract"), ("nowhere", 0.0, "contract")],
            columns=["site", "emissions", "accounting"],
        ),
        "cost": pd.DataFrame([("grid_power", 1e8 / 3), ("carbon", 0.1)], columns=["category", "cost"]),
    }


def make_results(scenario: Scenario, mark: float = 1.0) -> Results:
    """Return results; ``mark`` stands in every kind of file, so that a mixture of two runs would show."""
    tables = make_tables()
    tables["cost"] = tables["cost"].assign(cost=tables["cost"]["cost"] * mark)
    summary = {
        "status": "optimal",
        "objective": mark,
        "bound": mark,
        "gap": 0.0,
        "mean_latency": float("nan"),
        "counts": {"rows": 3, "columns": 4},
        "seconds": {"solve": 0.5, "total": 1.0},
        "peak_memory": 123.0,
    }
    prices = [("demand_balance", "coast;online;day", 400.25 * mark, "CNY/a per MW", "none")]
    return Results(
        scenario,
        summary,
        tables,
        pd.DataFrame(prices, columns=["rule", "index", "price", "unit", "integers"]),
        build_manifest(scenario, summary, started=datetime(2026, 11, 21, 23, 15, tzinfo=UTC), notes=[f"mark {mark}"]),
        f"solver says {mark}\n",
    )


def names_in(folder: Path) -> list[str]:
    """Return the names in a folder, hidden ones as well, sorted."""
    return sorted(path.name for path in folder.iterdir())


def make_failure(scenario: Scenario) -> Results:
    """Return what is known of a run without a plan."""
    summary = {"status": "infeasible", "counts": {}, "seconds": {"total": 1.0}}
    manifest = build_manifest(scenario, summary, started=datetime(2026, 11, 21, tzinfo=UTC))
    return Results(scenario, summary, {}, manifest=manifest, log="infeasible\n")
