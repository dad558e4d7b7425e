"""Small worlds for tests: tables as Python, written to a folder, read back by the planner's own reader.

``BASE`` is one world that uses every core feature and in which nothing is neutral: two timesteps of unequal weight,
PUE above 1, unequal sites, shares below 1, so that a factor left out anywhere shows.
"""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

import planner
from planner.io.results import Results
from planner.io.scenario import Scenario
from planner.models.declarations import feature_modules
from planner.models.plan_model import PlanModel

Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class World:
    """A scenario in memory; the ``with_…`` methods return changed copies."""

    tables: dict[str, Rows]
    features: tuple[str, ...]
    parameters: dict[str, Any] = field(default_factory=dict)
    minimise: Any = "cost"
    hours: float = 8760.0
    solver: dict[str, Any] = field(default_factory=dict)

    def with_cells(self, table: str, column: str, values: dict[str, Any]) -> World:
        """Set cells of a column; keys are the row's ids joined by ``;``, ``*`` is every row."""
        tables = copy.deepcopy(self.tables)
        keys = key_columns(table, tables[table])
        for row in tables[table]:
            name = ";".join(str(row[key]) for key in keys)
            if name in values or "*" in values:
                row[column] = values.get(name, values.get("*"))
        return self.replaced(tables=tables)

    def with_rows(self, table: str, rows: Rows) -> World:
        """Replace a whole table."""
        return self.replaced(tables={**copy.deepcopy(self.tables), table: rows})

    def with_parameters(self, **parameters: Any) -> World:
        """Set scalars; ``None`` takes one away."""
        merged = {**self.parameters, **parameters}
        return self.replaced(parameters={k: v for k, v in merged.items() if v is not None})

    def with_features(self, *features: str) -> World:
        """List these features only."""
        return self.replaced(features=features)

    def replaced(self, **changes: Any) -> World:
        """Return a copy with some attributes replaced."""
        return World(**{**self.__dict__, **changes})

    def write(self, folder: Path) -> Path:
        """Write the scenario folder."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, rows in self.tables.items():
            pd.DataFrame(rows).to_csv(folder / f"{name}.csv", index=False)
        minimise = json.dumps(self.minimise).replace(":", " =").replace('{"', "{ ").replace('" =', " =")
        minimise = minimise.replace(', "', ", ")
        lines = [f"features = {json.dumps(list(self.features))}", "[objective]", f"minimise = {minimise}", "[time]"]
        lines += [f"hours = {self.hours}", "[parameters]"]
        lines += [f"{name} = {json.dumps(value)}" for name, value in self.parameters.items()]
        lines += ["[solver]", *(f"{name} = {json.dumps(value)}" for name, value in self.solver.items())]
        (folder / "scenario.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
        return folder

    def read(self, folder: Path) -> Scenario:
        """Write the world and read it as a scenario."""
        return planner.read_scenario(self.write(folder / "world"))

    def model(self, folder: Path) -> PlanModel:
        """Return the world's Pyomo model."""
        return planner.build_model(self.read(folder))

    def solve(self, folder: Path) -> Results:
        """Return the audited plan of the world."""
        return planner.run(self.read(folder))


def key_columns(table: str, rows: Rows) -> list[str]:
    """Return the columns that are keys: those that are sets and stand in the table's name."""
    names = ("region", "workload", "site", "compute_type", "technology", "timestep", "hub", "side")
    return [column for column in rows[0] if column in names and column in table and (column == table or "_" in table)]


CORE = (
    "time",
    "demand",
    "routes",
    "allocation",
    "site_capacity",
    "site_expansion",
    "facility_load",
    "power_supply",
    "green_power_share",
    "emissions",
    "traffic",
)

BASE = World(
    features=tuple(name for name in CORE if name in feature_modules()),
    parameters={"green_power_share_mode": "certificate", "carbon_price": 50.0},
    tables={
        "timestep": [
            {"timestep": "day", "timestep_weight": 3000, "timestep_duration": 2, "position": 1},
            {"timestep": "night", "timestep_weight": 5760, "timestep_duration": 4, "position": 2},
        ],
        "region": [
            {
                "region": "coast",
                "name_zh": "沿海",
                "name_en": "Coast",
                "province": "上海",
                "hub": "delta",
                "side": "east",
                "longitude": 121.5,
                "latitude": 31.2,
            },
            {
                "region": "capital",
                "name_zh": "京城",
                "name_en": "Capital",
                "province": "北京",
                "hub": "north",
                "side": "east",
                "longitude": 116.4,
                "latitude": 39.9,
            },
        ],
        "workload": [
            {"workload": "online", "compute_type": "general", "latency_max": 8},
            {"workload": "training", "compute_type": "intelligent", "latency_max": 30},
        ],
        "compute_type": [{"compute_type": "general"}, {"compute_type": "intelligent"}],
        "region_workload": [
            {"region": "coast", "workload": "online", "demand": 40},
            {"region": "coast", "workload": "training", "demand": 30},
            {"region": "capital", "workload": "online", "demand": 25},
            {"region": "capital", "workload": "training", "demand": 20},
        ],
        "workload_timestep": [
            {"workload": "online", "timestep": "day", "demand_profile": 1.48},
            {"workload": "online", "timestep": "night", "demand_profile": 0.75},
        ],
        "site": [
            {
                "site": "shanghai",
                "hub": "delta",
                "side": "east",
                "province": "上海",
                "longitude": 121.1,
                "latitude": 31.1,
                "pue": 1.3,
                "wue": 1.8,
                "water_price": 4,
                "grid_power_max": 150,
                "grid_power_price": 700,
                "emission_factor": 0.6,
                "utilisation_max": 0.9,
                "certificate_price": 25,
            },
            {
                "site": "hebei",
                "hub": "north",
                "side": "east",
                "province": "河北",
                "longitude": 115.5,
                "latitude": 40.4,
                "pue": 1.25,
                "wue": 1.2,
                "water_price": 5,
                "grid_power_max": 120,
                "grid_power_price": 520,
                "emission_factor": 0.72,
                "utilisation_max": 0.95,
                "certificate_price": 20,
            },
            {
                "site": "gansu",
                "hub": "gansu",
                "side": "west",
                "province": "甘肃",
                "longitude": 107.6,
                "latitude": 35.7,
                "pue": 1.15,
                "wue": 0.5,
                "water_price": 3,
                "grid_power_max": 90,
                "grid_power_price": 380,
                "emission_factor": 0.48,
                "utilisation_max": 0.85,
                "certificate_price": 12,
            },
        ],
        "site_compute_type": [
            {
                "site": "shanghai",
                "compute_type": "general",
                "capacity_existing": 70,
                "module_size": 10,
                "module_cost": 9e6,
                "modules_max": 4,
            },
            {
                "site": "hebei",
                "compute_type": "general",
                "capacity_existing": 45,
                "module_size": 10,
                "module_cost": 7e6,
                "modules_max": 4,
            },
            {
                "site": "hebei",
                "compute_type": "intelligent",
                "capacity_existing": 15,
                "module_size": 8,
                "module_cost": 12e6,
                "modules_max": 5,
            },
            {
                "site": "gansu",
                "compute_type": "intelligent",
                "capacity_existing": 10,
                "module_size": 12,
                "module_cost": 14e6,
                "modules_max": 5,
            },
        ],
        "technology": [{"technology": "wind"}, {"technology": "solar"}],
        "site_technology": [
            {
                "site": "gansu",
                "technology": "wind",
                "green_capacity_existing": 20,
                "green_capacity_max": 60,
                "green_capacity_cost": 2e5,
                "green_power_price": 240,
                "excess_price": 100,
            },
            {
                "site": "hebei",
                "technology": "solar",
                "green_capacity_existing": 12,
                "green_capacity_max": 12,
                "green_capacity_cost": 0,
                "green_power_price": 310,
                "excess_price": 90,
            },
        ],
        "site_technology_timestep": [
            {"site": "gansu", "technology": "wind", "timestep": "day", "availability": 0.3},
            {"site": "gansu", "technology": "wind", "timestep": "night", "availability": 0.45},
            {"site": "hebei", "technology": "solar", "timestep": "day", "availability": 0.4},
            {"site": "hebei", "technology": "solar", "timestep": "night", "availability": 0.02},
        ],
    },
)
BASE = BASE.with_cells("site", "green_power_share_min", {"gansu": 0.7, "shanghai": 0.3})
