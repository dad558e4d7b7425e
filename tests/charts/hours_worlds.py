"""Two worlds with hours: nine days in a row at two sites, and three representative periods at one; none neutral."""

from __future__ import annotations

import math
from datetime import datetime, timedelta, timezone
from typing import Any

from tests.worlds import World

ZONE = timezone(timedelta(hours=8))
FEATURES = (
    "time",
    "demand",
    "routes",
    "allocation",
    "site_capacity",
    "facility_load",
    "power_supply",
    "storage",
    "flexible_workloads",
    "green_power_share",
    "emissions",
)
SUPPLY = {"green_capacity_max": 400, "green_power_price": 20}
STORE = {
    "storage_power_existing": 18,
    "storage_energy_existing": 70,
    "charge_efficiency": 0.9,
    "discharge_efficiency": 0.95,
}


def _site(name: str, **more: Any) -> dict[str, Any]:
    common = {"name_zh": "西站", "name_en": "West", "grid_power_price": 180, "emission_factor": 0.6}
    return {"site": name, **common, **more}


def _sun(hour: float) -> float:
    return round(max(0.0, math.sin(math.pi * (hour - 6) / 12)), 4)


def _wind(step: float) -> float:
    return round(0.32 + 0.3 * math.sin(step / 17.0), 4)


def _world(
    steps: list[dict[str, Any]], hours: list[float], sites: list[dict[str, Any]], wind: float, stands: dict[str, float]
) -> World:
    """Return a world of given timesteps.

    ``hours`` is the hour of the day of each, ``wind`` the cost of wind [CNY/MW/h], ``stands`` what green capacity
    stands already in the west [MW].
    """
    names = [row["timestep"] for row in steps]
    profile = [1.0 + 0.3 * math.sin(2 * math.pi * (hour - 9) / 24) for hour in hours]
    weights = [row["timestep_weight"] for row in steps]
    mean = sum(w * p for w, p in zip(weights, profile, strict=True)) / sum(weights)
    profiles = [
        {"workload": workload, "timestep": name, "demand_profile": round(value / mean, 6)}
        for workload in ("online", "training")
        for name, value in zip(names, profile, strict=True)
    ]
    ids = [row["site"] for row in sites]
    return World(
        features=FEATURES,
        parameters={"green_power_share_mode": "matched"},
        hours=float(sum(weights)),
        tables={
            "timestep": steps,
            "region": [{"region": "coast"}],
            "workload": [
                {"workload": "online", "compute_type": "general", "deferral_max": 0},
                {"workload": "training", "compute_type": "general", "deferral_max": 9},
            ],
            "compute_type": [{"compute_type": "general"}],
            "region_workload": [
                {"region": "coast", "workload": "online", "demand": 30},
                {"region": "coast", "workload": "training", "demand": 22},
            ],
            "workload_timestep": profiles,
            "site": sites,
            "site_compute_type": [
                {"site": name, "compute_type": "general", "capacity_existing": 75 - 30 * place}
                for place, name in enumerate(ids)
            ],
            "technology": [
                {"technology": "wind", "name_zh": "风电", "name_en": "Wind"},
                {"technology": "solar", "name_zh": "光伏", "name_en": "Solar"},
            ],
            "site_technology": [
                {
                    "site": name,
                    "technology": technology,
                    "green_capacity_cost": cost,
                    "excess_price": price,
                    "green_capacity_existing": stands.get(technology, 0) if name == "west" else 0,
                    **SUPPLY,
                }
                for name in ids
                for technology, cost, price in (
                    ("wind", wind * sum(weights) + 900, 30),
                    ("solar", 35 * sum(weights), 5),
                )
            ],
            "site_technology_timestep": [
                {"site": name, "technology": technology, "timestep": step, "availability": value}
                for name in ids
                for technology, values in (
                    ("wind", [_wind(place) for place in range(len(names))]),
                    ("solar", [_sun(hour) for hour in hours]),
                )
                for step, value in zip(names, values, strict=True)
            ],
        },
    )


def nine_days() -> World:
    """Return nine days of two-hour steps, of weight 8 h/a, at two sites of which one has a store."""
    begin = datetime(2025, 7, 7, tzinfo=ZONE)
    times = [begin + timedelta(hours=2 * step) for step in range(9 * 12)]
    steps = [
        {"timestep": f"h{place}", "time": time.isoformat(), "timestep_weight": 8, "timestep_duration": 2}
        for place, time in enumerate(times)
    ]
    sites = [
        _site("west", pue=1.2, utilisation_max=0.62, green_power_share_min=0.9, **STORE),
        _site("北站", pue=1.3, utilisation_max=0.8, green_power_share_min=0.5, name_zh="北站", name_en="North"),
    ]
    return _world(steps, [time.hour for time in times], sites, wind=45, stands={"wind": 70, "solar": 90})


def three_periods() -> World:
    """Return three periods of six four-hour steps that stand for 31, 200 and 9 days."""
    steps = [
        {
            "timestep": f"{period}-{place}",
            "period": period,
            "position": place,
            "timestep_weight": days * 4,
            "timestep_duration": 4,
        }
        for period, days in (("still", 31), ("windy", 200), ("hot", 9))
        for place in range(6)
    ]
    return _world(
        steps,
        [4.0 * row["position"] for row in steps],
        [_site("west", pue=1.2, green_power_share_min=0.93, **STORE)],
        wind=70,
        stands={},
    )
