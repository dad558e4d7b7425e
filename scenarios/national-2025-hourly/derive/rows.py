"""The rows of each table over the full year: yearly figures of ``national-2025``, hours of the typical year."""

import csv
from pathlib import Path
from typing import Any

import figures as f
import numpy as np
import pandas as pd

from planner.profiles.demand import demand_profiles
from planner.profiles.prices import time_of_use
from planner.profiles.typical_year import climates, typical_year

Rows = list[dict[str, Any]]
BASE = Path(__file__).resolve().parents[2] / "national-2025"
JULY = 7


def base(table: str) -> Rows:
    """Read a table of ``national-2025``."""
    with (BASE / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


SITES = {row["site"]: row for row in base("site")}
CLUSTERS = [site for site in SITES if not site.startswith("stock_")]
WEATHER = typical_year(climates().loc[list(SITES)], f.YEAR, f.SEED)
HOURS = WEATHER.index
STEPS = [f"{hour:%m-%d %H}" for hour in HOURS]
"""The name of each hour: month-day hour."""


def short(value: float, digits: int) -> str:
    """Write a number with as few characters as its digits ask."""
    text = f"{round(value, digits) + 0.0:.{digits}f}"
    return text.rstrip("0").rstrip(".") if digits else text


def kind(site: str) -> str:
    """Tell a cluster from the stock of a province."""
    return "stock" if site.startswith("stock_") else "cluster"


def temperature(site: str) -> pd.Series:
    """Return the temperature as the table has it [°C], (hours,)."""
    return WEATHER[site, "temperature"].round(1)


def warmth(site: str, temperature: pd.Series) -> pd.Series:
    """Return the kelvins above free cooling."""
    return (temperature - f.FREE_COOLING[kind(site)]).clip(lower=0)


def pue_base(site: str) -> float:
    """Return the PUE of free cooling that makes the mean over the year that of ``national-2025``."""
    mean = float(warmth(site, temperature(site)).mean())
    return round(float(SITES[site]["pue"]) - f.PUE_SLOPE[kind(site)] * mean, 5)


def pue(site: str, temperature: pd.Series) -> pd.Series:
    """Return the PUE at a temperature."""
    return pue_base(site) + f.PUE_SLOPE[kind(site)] * warmth(site, temperature)


def grid_power_price(site: str) -> pd.Series:
    """Return the price of grid power [CNY/MWh], (hours,); its mean is that of ``national-2025``."""
    factor = time_of_use(HOURS, midday_valley=SITES[site]["province"] in f.MIDDAY_VALLEY)
    return float(SITES[site]["grid_power_price"]) * (1 + f.TIME_OF_USE_PART * (factor - 1))


def emission_factor(site: str) -> pd.Series:
    """Return the emissions of grid power [tCO2/MWh], (hours,): less by day, the more so the more solar there is.

    The sun's mean course over the year, not its weather, so that every day has the mean of ``national-2025``.
    """
    sun = WEATHER[site, "solar"]
    course = sun.groupby(HOURS.hour).transform("mean") / sun.mean()
    share = f.SOLAR_SHARE.get(SITES[site]["province"], f.SOLAR_SHARE_ELSEWHERE)
    return float(SITES[site]["emission_factor"]) * (1 - share * (course - 1))


def demand_profile(workload: str) -> pd.Series:
    """Return IT load over its mean, (hours,)."""
    return 1 + f.SWING * (demand_profiles(HOURS)[f.SHAPE[workload]] - 1)


def site() -> Rows:
    """Give cooling by temperature to all sites, and a battery to the clusters."""
    power, energy = (f.annuity(cost, f.BATTERY_LIFE) for cost in (f.BATTERY_POWER, f.BATTERY_ENERGY))
    battery = {
        "storage_power_max": f.BATTERY_POWER_MAX,
        "storage_power_cost": short(power, 0),
        "storage_energy_max": f.BATTERY_ENERGY_MAX,
        "storage_energy_cost": short(energy, 0),
        "charge_efficiency": f.BATTERY_EFFICIENCY,
        "discharge_efficiency": f.BATTERY_EFFICIENCY,
    }
    return [
        {
            "site": name,
            "pue_base": short(pue_base(name), 5),
            "pue_slope": f.PUE_SLOPE[kind(name)],
            "free_cooling_temperature": f.FREE_COOLING[kind(name)],
            **(battery if name in CLUSTERS else dict.fromkeys(battery, "")),
        }
        for name in SITES
    ]


def site_technology() -> Rows:
    """Let wind and solar be built for every cluster."""
    return [
        {
            "site": name,
            "technology": technology,
            "green_capacity_max": (f.GREEN_MAX if name in f.NORTH else f.GREEN_MAX_ELSEWHERE)[technology],
            "green_capacity_cost": cost,
            "green_power_price": f.GREEN_DELIVERY,
        }
        for name in CLUSTERS
        for technology, cost in f.GREEN_COST.items()
    ]


def timestep() -> Rows:
    """List the hours of the year: one chain."""
    return [
        {"timestep": step, "period": "year", "time": f"{hour:%Y-%m-%dT%H:%M}+08:00", "timestep_weight": 1}
        for step, hour in zip(STEPS, HOURS, strict=True)
    ]


def hourly(table: dict[tuple[str, ...], dict[str, tuple[pd.Series, int]]], keys: tuple[str, ...]) -> Rows:
    """Write profiles out: a row an hour, a column a profile with its digits."""
    found: Rows = []
    for ids, columns in table.items():
        texts = {name: [short(v, digits) for v in of.to_numpy()] for name, (of, digits) in columns.items()}
        head = dict(zip(keys, ids, strict=True))
        found += [
            {**head, "timestep": step, **dict(zip(texts, cells, strict=True))}
            for step, cells in zip(STEPS, zip(*texts.values(), strict=True), strict=True)
        ]
    return found


def site_timestep() -> Rows:
    """Give temperature, price and emissions of grid power by the hour."""
    return hourly(
        {
            (name,): {
                "temperature": (temperature(name), 1),
                "grid_power_price": (grid_power_price(name), 1),
                "emission_factor": (emission_factor(name), 4),
            }
            for name in SITES
        },
        ("site",),
    )


def site_technology_timestep() -> Rows:
    """Give the output of wind and sun by the hour; a contract without rows gives its all in every hour."""
    return hourly(
        {(name, t): {"availability": (WEATHER[name, t], 3)} for name in CLUSTERS for t in f.GREEN_COST},
        ("site", "technology"),
    )


def workload_timestep() -> Rows:
    """Give the demand of the hour over its mean, where it is not flat."""
    return hourly({(name,): {"demand_profile": (demand_profile(name), 6)} for name in f.SHAPE}, ("workload",))


def pue_table(kept: pd.Series, weight: pd.Series) -> Rows:
    """Compare the clusters' PUE over the year with what is published.

    Parameters
    ----------
    kept
        Temperature by site and timestep on the days chosen [°C].
    weight
        Of those timesteps [h/a].
    """
    found = []
    for name in CLUSTERS:
        of, ceiling = pue(name, temperature(name)), f.PUE_CEILING[name]
        of_days = pue(name, kept.xs(name, level="site"))
        found.append(
            {
                "cluster": SITES[name]["name_en"],
                "side": SITES[name]["side"],
                "ceiling": f"{ceiling:.2f}",
                "mean": f"{of.mean():.3f}",
                "difference": f"{round(of.mean() - ceiling, 3) + 0.0:+.3f}",
                f"mean of the {f.DAYS} days": f"{np.average(of_days, weights=weight.reindex(of_days.index)):.3f}",
                "July": f"{of[HOURS.month == JULY].mean():.3f}",
                "worst hour": f"{of.max():.3f}",
                "hours above the ceiling": f"{int(np.sum(of > ceiling)):,}",
            }
        )
    return found


def tables() -> dict[str, Rows]:
    """Return every table over the full year."""
    return {
        "workload": [
            {"workload": key, "deferral_max": hours, "deferrable_share": f.DEFERRABLE_SHARE}
            for key, hours in f.DEFERRAL_MAX.items()
        ],
        "site": site(),
        "site_technology": site_technology(),
        "timestep": timestep(),
        "site_timestep": site_timestep(),
        "site_technology_timestep": site_technology_timestep(),
        "workload_timestep": workload_timestep(),
    }
