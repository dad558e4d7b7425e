"""Plans that are forged consistently: a decision is changed and all that hangs on it follows, to the summary.

The decisions of a solved plan are changed by hand and the result tables are made of them by the model, so that loads,
balances, costs and shares agree with the forged decision; the grid makes up for the power. What is no decision is
changed in the tables. Nothing but the rules of the audit is left to find it.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from planner.models.algebra.problem import SolverOptions
from planner.models.audit import audit, summarise
from planner.models.build import declare_model
from planner.models.claims import Claims, audit_claims
from planner.models.compile import compile_model
from planner.models.solving.solve import solve
from planner.pipeline.outcome import tabulate
from tests.algebra import scenario_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from planner.models.algebra.matrix import Compiled
    from planner.models.algebra.problem import Solution
    from planner.scenario.scenario import Scenario
    from tests.worlds import World

Tables = dict[str, pd.DataFrame]
Decisions = dict[tuple[str, ...], float]
"""By how much each decision is changed; a key is a variable and its index."""
PLACE = ["site", "timestep"]


@dataclass
class Plan:
    """A solved plan whose decisions can be changed."""

    scenario: Scenario
    compiled: Compiled
    solution: Solution

    def __post_init__(self) -> None:
        names = self.compiled.problem.column_names
        self.column = {(name, *index): number for number, (name, index) in enumerate(names)}

    def tables(self, changes: Decisions, *, balanced: bool = True) -> Tables:
        """Return the result tables of changed decisions, the grid making up for what they draw or give."""
        assert self.solution.values is not None
        values = self.solution.values.copy()
        for key, change in changes.items():
            values[self.column[key]] += change
        self.compiled.load(values)
        tables = tabulate(self.compiled.model)
        if not balanced:
            return tables
        for place, missing in lacking(tables).items():
            values[self.column["grid_power", *place]] += missing
        self.compiled.load(values)
        return tabulate(self.compiled.model)

    def found(self, tables: Tables, **claims: Any) -> set[str]:
        """Return the rules that the audit names, the summary written again and its proof forged unless claims say else."""
        summary = summarise(self.scenario, tables)
        counts = {"integers": int(self.compiled.problem.is_integer.sum())}
        head = {"status": "optimal", "bound": summary["objective"], "gap": 0.0, "counts": counts, **claims}
        findings = audit(self.scenario, tables, {**summary, **head})
        findings += audit_claims(Claims.of_summary({**summary, **head}, 0.0), summary, self.scenario)
        return {finding.rule for finding in findings}


def lacking(tables: Tables) -> dict[tuple[str, str], float]:
    """Return the power that each site lacks in each timestep [MW]."""
    parts = [
        tables["facility_load"].set_index(PLACE)["facility_load"],
        -tables["power_supply"].set_index(PLACE)["grid_power"],
        -tables["power_supply_technology"].groupby(PLACE)["green_power"].sum(),
    ]
    if "storage" in tables:
        store = tables["storage"].set_index(PLACE)
        parts.append(store["charge"] - store["discharge"])
    sums: dict[Any, float] = pd.concat(parts).groupby(level=PLACE).sum().to_dict()
    return {place: float(missing) for place, missing in sums.items() if abs(missing) > 1e-9}


@cache
def solved(name: str, world: Callable[[], World]) -> Plan:
    """Return the plan of a world; ``name`` tells one from another."""
    del name
    scenario = scenario_of(world())
    compiled = compile_model(declare_model(scenario))
    with tempfile.TemporaryDirectory() as folder:
        solution = solve(compiled.problem, SolverOptions(), Path(folder))
    assert solution.status == "optimal"
    return Plan(scenario, compiled, solution)


def with_cells(tables: Tables, name: str, column: str, change: Callable[[pd.Series], Any], **where: str) -> Tables:
    """Return copies of the tables with cells of one changed."""
    table = tables[name].copy()
    chosen = pd.Series(data=True, index=table.index)
    for key, wanted in where.items():
        chosen &= table[key] == wanted
    assert chosen.any(), f"no row of {name} has {where}"
    table[column] = table[column].astype(float)
    table.loc[chosen, column] = change(table.loc[chosen, column])
    return {**tables, name: table}


def with_cost(tables: Tables, category: str, change: float) -> Tables:
    """Return copies of the tables with a category dearer by an amount [CNY/a]; added where there is none."""
    table = tables["cost"]
    if (table["category"] == category).any():
        return with_cells(tables, "cost", "cost", lambda cost: cost + change, category=category)
    row = pd.DataFrame({"category": [category], "cost": [change]})
    return {**tables, "cost": pd.concat([table, row], ignore_index=True)}


def with_old_cost(tables: Tables, before: Tables, category: str) -> Tables:
    """Return copies of the tables in which a category costs what it did before."""
    old, new = (of.set_index("category")["cost"][category] for of in (before["cost"], tables["cost"]))
    return with_cost(tables, category, float(old - new))
