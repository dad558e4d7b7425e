"""The rows of each table of the folder: constants from ``figures``, hours from the typical year."""

from typing import Any

import figures as f

from planner.profiles.demand import demand_profiles
from planner.profiles.prices import time_of_use
from planner.profiles.typical_year import climates, typical_year

Rows = list[dict[str, Any]]
WEATHER = typical_year(climates().loc[[f.SITE]], f.YEAR, f.SEED)[f.SITE]
STEPS = {hour: f"{hour:%m-%d %H}" for hour in WEATHER.index}
"""The name of each hour: month-day hour."""


def short(value: float, digits: int = f.DIGITS) -> str:
    """Write a number with as few characters as its digits ask."""
    return f"{round(value, digits) + 0.0:.{digits}f}".rstrip("0").rstrip(".") or "0"


def names(table: str, pairs: dict[str, Any]) -> Rows:
    """Rows of a table of names."""
    return [{table: key, "name_zh": row[0], "name_en": row[1]} for key, row in pairs.items()]


def site() -> Rows:
    """Give the one site: its place, cooling, power and battery."""
    power, energy = (f.annuity(cost, f.BATTERY_LIFE) for cost in (f.BATTERY_POWER, f.BATTERY_ENERGY))
    return [
        {
            "site": f.SITE,
            **f.SITE_ROW,
            "access_latency": 1,
            "pue_base": f.PUE_BASE,
            "pue_slope": f.PUE_SLOPE,
            "free_cooling_temperature": f.FREE_COOLING,
            "emission_factor": f.EMISSION_FACTOR,
            "certificate_price": f.CERTIFICATE_PRICE,
            "utilisation_max": f.UTILISATION_MAX,
            "green_power_share_min": 0.9,
            "storage_power_max": f.BATTERY_POWER_MAX,
            "storage_power_cost": short(power),
            "storage_energy_max": f.BATTERY_ENERGY_MAX,
            "storage_energy_cost": short(energy),
            "charge_efficiency": f.BATTERY_EFFICIENCY,
            "discharge_efficiency": f.BATTERY_EFFICIENCY,
        }
    ]


def workload() -> Rows:
    """Name the workloads, how long each may wait, and which part of its load then moves."""
    return [
        {
            "workload": key,
            "name_zh": zh,
            "name_en": en,
            "compute_type": kind,
            "latency_max": latency,
            "deferral_max": wait,
            "deferrable_share": f.DEFERRABLE_SHARE if wait else "",
        }
        for key, (zh, en, kind, _, latency, _, wait) in f.WORKLOADS.items()
    ]


def site_technology() -> Rows:
    """Give the wind and solar that may be built."""
    return [
        {
            "site": f.SITE,
            "technology": key,
            "green_capacity_max": largest,
            "green_capacity_cost": short(f.annuity(cost, life)),
            "green_power_price": f.GREEN_POWER_PRICE,
            "excess_price": f.EXCESS_PRICE,
        }
        for key, (_, _, largest, cost, life) in f.GREEN.items()
    ]


def timestep() -> Rows:
    """List the hours of the year: one chain."""
    return [
        {"timestep": step, "period": "year", "time": f"{hour:%Y-%m-%dT%H:%M}+08:00", "timestep_weight": 1}
        for hour, step in STEPS.items()
    ]


def site_timestep() -> Rows:
    """Give temperature and the price of grid power by the hour."""
    price = f.POWER_PRICE * time_of_use(WEATHER.index, midday_valley=True)
    return [
        {
            "site": f.SITE,
            "timestep": step,
            "temperature": short(WEATHER.loc[hour, "temperature"], 1),
            "grid_power_price": short(price[hour], 1),
        }
        for hour, step in STEPS.items()
    ]


def site_technology_timestep() -> Rows:
    """Give the output of wind and sun by the hour."""
    return [
        {"site": f.SITE, "technology": key, "timestep": step, "availability": short(WEATHER.loc[hour, key])}
        for key in f.GREEN
        for hour, step in STEPS.items()
    ]


def workload_timestep() -> Rows:
    """Give the demand of the hour over its mean, where it is not flat."""
    profiles = demand_profiles(WEATHER.index)
    return [
        {"workload": key, "timestep": step, "demand_profile": short(profiles.loc[hour, shape])}
        for key, (*_, shape, _) in f.WORKLOADS.items()
        if shape != "flat"
        for hour, step in STEPS.items()
    ]


TABLES = {
    "side": names("side", f.SIDES),
    "technology": names("technology", f.GREEN),
    "compute_type": names("compute_type", f.COMPUTE_TYPES),
    "workload": workload(),
    "region": [{"region": f.REGION, **f.REGION_ROW}],
    "site": site(),
    "region_workload": [{"region": f.REGION, "workload": key, "demand": row[3]} for key, row in f.WORKLOADS.items()],
    "site_compute_type": [
        {"site": f.SITE, "compute_type": key, "capacity_existing": row[2]} for key, row in f.COMPUTE_TYPES.items()
    ],
    "site_technology": site_technology(),
    "timestep": timestep(),
    "site_timestep": site_timestep(),
    "site_technology_timestep": site_technology_timestep(),
    "workload_timestep": workload_timestep(),
}
