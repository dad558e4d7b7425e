"""IT load as the audit reckons it: the work that a site serves, times what a MW of its demand is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.figures import ledger

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from planner.scenario.scenario import Scenario

    Tables = Mapping[str, pd.DataFrame]


def it_load(inputs: Scenario, tables: Tables) -> pd.Series:
    """Return the IT load of every row of the allocation [MW], (rows,)."""
    table = tables["allocation"]
    work = table["allocation"].astype(float)
    return work * ledger.spread(inputs.series("work_factor"), table) if inputs.is_given("work_factor") else work


def load_of(inputs: Scenario, tables: Tables, keys: Sequence[str]) -> pd.Series:
    """Return the IT load of the work by key columns of the allocation [MW]."""
    if not inputs.is_given("work_factor"):
        return ledger.column(tables, "allocation", "allocation", keys)
    table = tables["allocation"]
    return it_load(inputs, tables).groupby([table[key] for key in keys]).sum(skipna=False)


def energy_of(inputs: Scenario, tables: Tables, keys: Sequence[str]) -> pd.Series:
    """Return the IT energy of the work by key columns of the allocation [MWh/a]."""
    if not inputs.is_given("work_factor"):
        return ledger.energy(tables, "allocation", "allocation", keys)
    table = tables["allocation"]
    yearly = it_load(inputs, tables) * table["timestep"].map(ledger.weights(tables))
    return yearly.groupby([table[key] for key in keys]).sum(skipna=False)
