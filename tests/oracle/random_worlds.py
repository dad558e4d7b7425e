"""Tiny random worlds with integers, few enough to try them all."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from tests.worlds import Rows, World

FEATURES = (
    "time", "demand", "routes", "allocation", "site_capacity", "site_expansion", "facility_load", "power_supply",
    "green_power_share", "emissions",
)  # fmt: skip
HOURLY = ("storage", "flexible_workloads", "grid_limits", "green_shortfall")
CHOICES_MAX = 40
"""Most combinations of integers of one world."""


class Dice:
    """Random numbers that stand in a CSV as they are: three digits after the point."""

    def __init__(self, seed: int) -> None:
        self.source = np.random.default_rng(seed)

    def number(self, low: float, high: float) -> float:
        """Return a number of few digits."""
        return round(float(self.source.uniform(low, high)), 3)

    def whole(self, low: int, high: int) -> int:
        """Return a whole number, ends included."""
        return int(self.source.integers(low, high + 1))

    def happens(self, chance: float) -> bool:
        """Return true with some probability."""
        return bool(self.source.random() < chance)

    def maybe(self, chance: float, low: float, high: float) -> float | None:
        """Return a number, or nothing (an empty cell)."""
        value = self.number(low, high)
        return value if self.happens(chance) else None

    def pick(self, options: list[Any]) -> Any:
        """Return one of several."""
        return options[int(self.source.integers(len(options)))]


def random_world(seed: int) -> World:
    """Return a world of at most three sites and ``CHOICES_MAX`` combinations of integers."""
    for attempt in itertools.count():
        world = _draw(Dice(1000 * seed + attempt))
        if 1 < choices_of(world) <= CHOICES_MAX:
            return world
    raise AssertionError


def choices_of(world: World) -> int:
    """Return an upper bound of the number of combinations of integers."""
    count = 1
    for row in world.tables["site_compute_type"]:
        count *= 1 + (row["modules_max"] or 0)
    whole = {row["workload"] for row in world.tables["workload"] if row["indivisible"]}
    pairs = sum(row["workload"] in whole and row["demand"] > 0 for row in world.tables["region_workload"])
    return count * (len(world.tables["site"]) + 1) ** pairs


def _draw(dice: Dice) -> World:
    names = {
        "region": [f"r{k}" for k in range(dice.whole(1, 2))],
        "workload": [f"k{k}" for k in range(dice.whole(1, 2))],
        "compute_type": [f"c{k}" for k in range(dice.whole(1, 2))],
        "site": [f"s{k}" for k in range(dice.whole(1, 3))],
        "technology": [f"g{k}" for k in range(dice.whole(0, 2))],
        "timestep": [f"t{k}" for k in range(dice.whole(1, 3))],
        "hub": ["north", "south"],
    }
    tables: dict[str, Rows] = {
        "compute_type": [{"compute_type": name} for name in names["compute_type"]],
        "hub": [{"hub": name, "hub_green_power_share_min": dice.maybe(0.25, 0.1, 0.6)} for name in names["hub"]],
        **_demand(dice, names),
        **_sites(dice, names),
        **_supply(dice, names),
    }
    hours = 8760.0
    if len(names["timestep"]) > 1 or dice.happens(0.5):
        weights = [dice.whole(300, 4000) for _ in names["timestep"]]
        hours = float(sum(weights))
        tables["timestep"] = [
            {"timestep": name, "timestep_weight": weight, "timestep_duration": dice.whole(2, 5)}
            for name, weight in zip(names["timestep"], weights, strict=True)
        ]
    else:
        tables = {name: rows for name, rows in tables.items() if "timestep" not in name}
    parameters = {
        "green_power_share_mode": dice.pick(["certificate", "matched", "every_timestep"]),
        "green_power_share_on": dice.pick(["all", "new"]),
        "national_green_power_share_min": dice.maybe(0.25, 0.1, 0.6),
        "excess_keeps_certificate": dice.happens(0.5),
        "emissions_accounting": dice.pick(["location", "contract", "market_certificates"]),
        "carbon_price": dice.maybe(0.5, 20, 120),
        "emissions_max": dice.maybe(0.15, 2e4, 2e5),
        "discount_rate": 0.07,
        "lifetime": 8.5,
    }
    minimise: Any = "cost"
    if dice.happens(0.25):
        minimise = {"cost": 1.25, "emissions": dice.number(10, 300), "latency": dice.number(1e4, 1e6)}
    elif dice.happens(0.15):
        minimise = dice.pick(["emissions", "latency"])
    given = {name: value for name, value in parameters.items() if value is not None}
    tables = {name: rows for name, rows in tables.items() if rows}
    world = World(features=FEATURES, tables=tables, parameters=given, hours=hours, minimise=minimise)
    return _with_hours(dice, world) if dice.happens(0.5) else world


def _with_hours(dice: Dice, world: World) -> World:
    """Return the world with stores, work that waits, limits of the grid and shortfalls, or some of these."""
    tables = world.tables
    listed = [name for name in HOURLY if dice.happens(0.7)]
    repeats, divided = {"winter": dice.whole(90, 600), "summer": dice.whole(90, 600)}, dice.happens(0.3)
    for place, row in enumerate(tables.get("timestep", [])):
        row["period"] = dice.pick(sorted(repeats)) if divided else "winter"
        row["position"] = 10 - place
        row["timestep_weight"] = repeats[row["period"]] * row["timestep_duration"]
    for row in tables["workload"]:
        row["deferral_max"] = dice.maybe(0.7, 0.5, 12)
        row["deferrable_share"] = dice.maybe(0.6, 0.1, 1)
    for row in tables["site"]:
        row["grid_ramp_max"] = dice.maybe(0.2, 0.5, 6)
        if dice.happens(0.7):
            row |= {"charge_efficiency": dice.number(0.7, 0.99), "discharge_efficiency": dice.number(0.7, 0.99)}
            for size in ("storage_power", "storage_energy"):
                stands = dice.number(0.2, 6)
                row[f"{size}_existing"] = stands
                row[f"{size}_max"] = stands + dice.number(0.5, 9) if dice.happens(0.6) else None
                row[f"{size}_cost"] = dice.number(1e3, 2e5)
    for row in tables["hub"]:
        row["hub_grid_power_max"] = dice.maybe(0.2, 8, 40)
    limits = {"green_shortfall_price": dice.number(5, 300), "national_grid_power_max": dice.maybe(0.2, 8, 60)}
    hours = float(sum(row["timestep_weight"] for row in tables.get("timestep", []))) or world.hours
    return world.replaced(features=(*FEATURES, *listed), hours=hours).with_parameters(**limits)


def _demand(dice: Dice, names: dict[str, list[str]]) -> dict[str, Rows]:
    return {
        "region": [{"region": name} for name in names["region"]],
        "workload": [
            {
                "workload": name,
                "compute_type": dice.pick(names["compute_type"]),
                "latency_max": dice.maybe(0.4, 4, 20),
                "unserved_price": dice.maybe(0.5, 200, 2500),
                "indivisible": dice.happens(0.4) or None,
            }
            for name in names["workload"]
        ],
        "region_workload": [
            {"region": r, "workload": k, "demand": 0 if dice.happens(0.1) else dice.number(0.5, 15)}
            for r in names["region"]
            for k in names["workload"]
        ],
        "workload_timestep": [
            {"workload": names["workload"][0], "timestep": t, "demand_profile": dice.number(0.4, 1.4)}
            for t in names["timestep"]
            if dice.happens(0.7)
        ],
        "region_site": [
            {"region": r, "site": s, "latency": dice.number(1, 15)} for r in names["region"] for s in names["site"]
        ],
    }


def _sites(dice: Dice, names: dict[str, list[str]]) -> dict[str, Rows]:
    sites = [
        {
            "site": name,
            "hub": dice.pick(names["hub"]),
            "utilisation_max": dice.number(0.6, 0.98),
            "utilisation_min": dice.maybe(0.15, 0.02, 0.3),
            "opening_cost": dice.maybe(0.4, 1e5, 3e6),
            "pue": dice.number(1.1, 1.6),
            "wue": dice.number(0.1, 2),
            "water_price": dice.number(1, 9),
            "water_max": dice.maybe(0.1, 2e4, 1e5),
            "grid_power_max": dice.maybe(0.3, 5, 40),
            "grid_power_price": dice.number(200, 900),
            "emission_factor": dice.number(0.2, 0.9),
            "residual_emission_factor": dice.maybe(0.5, 0.2, 1.1),
            "certificate_price": dice.maybe(0.6, 5, 60),
            "certificates_max": dice.maybe(0.3, 1e3, 1e5),
            "green_power_share_min": dice.maybe(0.3, 0.1, 0.8),
            "green_energy_committed": dice.maybe(0.2, 10, 2e4),
            "utilisation_new": dice.maybe(0.5, 0.4, 0.9),
        }
        for name in names["site"]
    ]
    rooms = []
    for site, kind in itertools.product(names["site"], names["compute_type"]):
        builds, pays = dice.happens(0.6), dice.happens(0.3)
        rooms.append(
            {
                "site": site,
                "compute_type": kind,
                "capacity_existing": dice.maybe(0.8, 0, 18),
                "module_size": dice.number(1, 9) if builds else None,
                "modules_max": dice.whole(1, 2) if builds else None,
                "module_cost": dice.number(1e5, 4e6) if builds and not pays else None,
                "module_capex": dice.number(1e6, 2e7) if builds and pays else None,
            }
        )
    return {"site": sites, "site_compute_type": rooms}


def _supply(dice: Dice, names: dict[str, list[str]]) -> dict[str, Rows]:
    held = [pair for pair in itertools.product(names["site"], names["technology"]) if dice.happens(0.6)]
    contracts = []
    for site, technology in held:
        existing = dice.maybe(0.6, 0.5, 6)
        contracts.append(
            {
                "site": site,
                "technology": technology,
                "green_capacity_existing": existing,
                "green_capacity_max": (existing or 0) + dice.number(1, 20) if dice.happens(0.7) else None,
                "green_capacity_cost": dice.number(1e4, 6e5),
                "green_power_price": dice.number(100, 400),
                "excess_price": dice.maybe(0.6, 20, 350),
            }
        )
    return {
        "technology": [
            {"technology": name, "counts_hourly": dice.pick([None, None, True, False])} for name in names["technology"]
        ],
        "site_technology": contracts,
        "site_technology_timestep": [
            {"site": s, "technology": g, "timestep": t, "availability": dice.number(0.05, 0.95)}
            for s, g in held
            for t in names["timestep"]
            if dice.happens(0.9)
        ],
    }
