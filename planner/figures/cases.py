"""Result tables of several cases as one set of tables, and back: ``stage`` and ``future`` stand in front."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from planner.scenario.cases import Case
    from planner.scenario.scenario import Scenario

    Tables = Mapping[str, pd.DataFrame]

VINTAGES = "vintages"
"""The table of what is built when, and the category of what it costs beside the prices of a case's own stage."""
COST, CATEGORY = "cost", "category"


def keys_of(scenario: Scenario) -> list[str]:
    """Return which of ``stage`` and ``future`` the tables of a scenario have."""
    cases = scenario.cases
    given = {"stage": any(case.stage for case in cases), "future": any(case.future for case in cases)}
    return [key for key, is_given in given.items() if is_given]


def of_all(scenario: Scenario, made: Sequence[tuple[Case, Tables]]) -> dict[str, pd.DataFrame]:
    """Put the tables of cases under each other."""
    keys = keys_of(scenario)
    names = dict.fromkeys(name for _, tables in made for name in tables)
    found: dict[str, pd.DataFrame] = {}
    for name in names:
        parts = [_keyed(tables[name], case, keys) for case, tables in made if name in tables]
        filled = [part for part in parts if len(part)] or parts[:1]
        found[name] = pd.concat(filled, ignore_index=True) if len(filled) > 1 else filled[0]
    return found


def of_case(scenario: Scenario, tables: Tables, case: Case) -> dict[str, pd.DataFrame]:
    """Return the tables of one case as its own audit and views know them."""
    keys = keys_of(scenario)
    found: dict[str, pd.DataFrame] = {}
    for name, table in tables.items():
        if name == VINTAGES or name in scenario.declarations.case_sets or not set(keys) <= set(table.columns):
            continue
        here = pd.Series(True, index=table.index)
        for key in keys:
            here &= table[key] == getattr(case, key)
        found[name] = table[here].drop(columns=keys).reset_index(drop=True)
    if COST in found:
        found[COST] = found[COST][found[COST][CATEGORY] != VINTAGES].reset_index(drop=True)
    return found


def vintages_paid(tables: Tables) -> dict[tuple[str, str], float]:
    """Return by case what the cost table says its vintages cost beside its own prices [CNY/a]."""
    table = tables[COST]
    rows = table[table[CATEGORY] == VINTAGES]
    none = pd.Series("", index=rows.index)
    keys = zip(rows.get("stage", none), rows.get("future", none), strict=True)
    return {(str(stage), str(future)): float(cost) for (stage, future), cost in zip(keys, rows[COST], strict=True)}


def _keyed(table: pd.DataFrame, case: Case, keys: Sequence[str]) -> pd.DataFrame:
    columns: dict[str, Any] = {key: pd.Series(getattr(case, key), index=table.index, dtype=object) for key in keys}
    return pd.DataFrame({**columns, **{name: table[name] for name in table.columns}})
