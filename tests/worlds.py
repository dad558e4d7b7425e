"""Small worlds for tests: tables as Python, written to a folder, read back by the planner's own reader.

``BASE`` is one world that uses every core feature and in which nothing is neutral: two timesteps of unequal weight,
PUE above 1, unequal sites, shares below 1, so that a factor left out anywhere shows. Its values are the features' own
examples (``EXAMPLE`` in each file).
"""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

import planner
from planner.io.results.results import Results
from planner.models.algebra.plan_model import PlanModel
from planner.models.declarations import declarations, feature_modules
from planner.models.rules.example import Example, example_of, tables_of
from planner.scenario.scenario import Scenario
from tests.here import planned

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
        return planned(self.read(folder))


def key_columns(table: str, rows: Rows) -> list[str]:
    """Return the columns that are keys: those that are sets and stand in the table's name."""
    names = (
        "region",
        "workload",
        "site",
        "compute_type",
        "technology",
        "timestep",
        "hub",
        "side",
        "node",
        "link",
        "zone",
        "plant",
        "outage",
        "stage",
        "future",
    )
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

BEYOND = (
    *("unserved_price", "indivisible", "utilisation_min", "opening_cost"),
    *("grid_power_max_new", "grid_power_new_cost"),
)
"""Options of the core that ``BASE`` leaves to ``tests/algebra.py``."""


def world_of(example: Example, *features: str) -> World:
    """Return a scenario of these features with the values of an example."""
    tables, parameters = tables_of(example, declarations())
    return World(tables=tables, features=features, parameters=parameters)


def example_of_features(*features: str) -> Example:
    """Return what these features give as their examples."""
    return example_of(feature_modules()[name] for name in features)


def _base() -> World:
    features = tuple(name for name in CORE if name in feature_modules())
    values = {name: value for name, value in example_of_features(*features).items() if name not in BEYOND}
    return world_of(values, *features).with_cells("timestep", "timestep_duration", {"night": 4})


BASE = _base()
