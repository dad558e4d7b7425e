"""What holds for every plan, whatever its features: nothing is made or lost, and parts add up to the whole.

The features' own audits ask each part what it gives (``audit_terms``); here the sums are written once more, from the
tables alone, so that a part that is told wrongly to both its rule and its audit is found.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from pandas.api.types import is_bool_dtype, is_numeric_dtype

from planner.models.rules import audit_time
from planner.models.rules.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from planner.scenario.scenario import Scenario

    Tables = Mapping[str, pd.DataFrame]

PLACE = ["site", "timestep"]
WORK = ["region", "workload", "timestep"]
BOUGHT = (("power_supply", "grid_power"), ("power_supply_technology", "green_power"))
"""What a site takes from outside [MW], by table and column."""
POWER_IN = (*BOUGHT, ("storage", "discharge"))
POWER_OUT = (("facility_load", "facility_load"), ("storage", "charge"))


def audit_invariants(inputs: Scenario, tables: Tables) -> Iterator[Finding]:
    """Power and work are neither made nor lost, parts add up, and nothing is negative that cannot be."""
    yield from _none_negative(inputs, tables)
    if "facility_load" in tables:
        yield from Finding.all_equal("it_load", _it_load(inputs, tables), _sums(tables, IT_LOAD, PLACE), "MW")
    if "site_capacity" in tables:
        by_type = _sums(tables, [("site_capacity", "compute_load")], PLACE)
        yield from Finding.all_equal("compute_load", _it_load(inputs, tables), by_type, "MW")
    if "power_supply" in tables:
        yield from _audit_power(tables)
    if "demand" in tables and "allocation" in tables:
        yield from _audit_work(inputs, tables)


IT_LOAD = (("facility_load", "it_load"),)


def _it_load(inputs: Scenario, tables: Tables) -> pd.Series:
    """Return the IT load of the work at each site and timestep [MW]: by workload, each times its factor."""
    if not inputs.is_given("work_factor"):
        return _sums(tables, [("allocation", "allocation")], PLACE)
    done = _sums(tables, [("allocation", "allocation")], ["workload", *PLACE])
    factor: dict[Any, float] = inputs.series("work_factor").to_dict()
    loads = done * [factor[workload, site] for workload, site, _ in done.index]
    found: pd.Series = loads.groupby(level=PLACE).sum()
    return found


def _none_negative(inputs: Scenario, tables: Tables) -> Iterator[Finding]:
    """Look at every number of the features' tables; one that is missing is found elsewhere."""
    for name, table in tables.items():
        if not any(name == feature or name.startswith(f"{feature}_") for feature in inputs.features):
            continue
        signed = {column.name for column in inputs.declarations.columns_of(name).values() if column.may_be_negative}
        for column in table.columns:
            if column in signed or not _is_of_numbers(table[column]) or not (table[column].to_numpy() < 0).any():
                continue
            keys = [key for key in table.columns if not is_numeric_dtype(table[key])]
            cells = table[column].fillna(0.0)
            if keys:
                cells.index = pd.MultiIndex.from_frame(table[keys]) if len(keys) > 1 else pd.Index(table[keys[0]])
            yield from Finding.none_negative(str(column), cells, "")


def _is_of_numbers(cells: pd.Series) -> bool:
    return is_numeric_dtype(cells.dtype) and not is_bool_dtype(cells.dtype)


def _audit_power(tables: Tables) -> Iterator[Finding]:
    """What goes into each site goes out of it, in every timestep."""
    into, out_of = (_sums(tables, parts, PLACE) for parts in (POWER_IN, POWER_OUT))
    yield from Finding.all_equal("power_balance", out_of, into, "MW")
    drawn = _sums(tables, [("power_supply", "site_draw")], PLACE)
    yield from Finding.all_equal("site_draw", _sums(tables, BOUGHT, PLACE), drawn, "MW")


def _audit_work(inputs: Scenario, tables: Tables) -> Iterator[Finding]:
    """What is asked for is served, left unserved or waits; over a round of its period nothing is left waiting."""
    done = _sums(tables, (("allocation", "allocation"), ("demand", "unserved_demand")), WORK)
    asked = _sums(tables, [("demand", "demand")], WORK)
    hours = tables["time"].set_index("timestep")["timestep_duration"].astype(float)
    left = asked.sub(done, fill_value=0.0)
    lengths = hours.reindex(left.index.get_level_values("timestep")).to_numpy()
    waits = pd.Series(0.0, left.index)
    if len(tables.get("flexible_workloads", ())):
        waiting = _sums(tables, [("flexible_workloads", "backlog")], WORK).reindex(left.index, fill_value=0.0)
        regions, workloads, steps = (left.index.get_level_values(key) for key in WORK)
        earlier = pd.MultiIndex.from_arrays([regions, workloads, audit_time.before(inputs).reindex(steps)])
        waits = (waiting - waiting.reindex(earlier).to_numpy()) / lengths
        asked_for, served = (
            audit_time.round_of(inputs, power * lengths) for power in (asked.reindex(left.index), done)
        )
        yield from Finding.all_equal("demand_balance", asked_for, served, "MWh")
    yield from Finding.all_equal("demand_balance", asked, done.add(waits, fill_value=0.0), "MW")


def audit_totals(inputs: Scenario, tables: Tables, summary: Mapping[str, Any]) -> Iterator[Finding]:
    """National figures of a summary are the sums of their parts: energy by source, cost, emissions, certificate share.

    The features' summaries are recomputed by their own code; here the sums are written once more.
    """
    energy = dict(summary.get("energy") or {})
    hours = tables["time"].set_index("timestep")["timestep_weight"].astype(float)
    whole = {name: _energy(tables[of], column, hours) for name, (of, column) in ENERGIES.items() if of in tables}
    whole["it"] = float((_it_load(inputs, tables).unstack("timestep").sum() * hours).sum())
    for name in energy.keys() & whole.keys():
        yield from Finding.unless_equal("summary", f"energy.{name}", whole[name], float(energy[name]), "MWh/a")
    money = float(tables["cost"]["cost"].sum())
    yield from Finding.unless_equal("summary", "cost", money, float(summary["cost"]), "CNY/a")
    if "emissions" in tables:
        tonnes = float(tables["emissions"]["emissions"].sum())
        yield from Finding.unless_equal("summary", "emissions", tonnes, float(summary["emissions"]), "tCO2/a")
    share = dict(summary.get("green_power_share") or {}).get("certificate")
    if share is not None:
        drawn = whole["grid"] + _energy(tables["power_supply_technology"], "green_power", hours)
        green = drawn - whole["grid"] + float(tables["power_supply_certificates"]["certificates"].sum())
        if inputs.scalar("excess_keeps_certificate"):
            green += whole["excess"]
        yield from Finding.unless_equal("summary", "green_power_share.certificate", green / drawn, float(share), "1")


ENERGIES = {
    "demand": ("demand", "demand"),
    "unserved": ("demand", "unserved_demand"),
    "facility": ("facility_load", "facility_load"),
    "grid": ("power_supply", "grid_power"),
    "site_draw": ("power_supply", "site_draw"),
    "green": ("power_supply", "green_power_used"),
    "excess": ("power_supply_technology", "excess"),
    "curtailed": ("power_supply_technology", "curtailed"),
    "charge": ("storage", "charge"),
    "discharge": ("storage", "discharge"),
}
"""Energies of the summary [MWh/a] and the powers [MW] they add up, by table and column."""


def _energy(table: pd.DataFrame, column: str, hours: pd.Series) -> float:
    """Add up a power over places and the year [MWh/a]: the mean of each timestep's sum, by its hours."""
    power = table[column].groupby(table["timestep"]).sum().reindex(hours.index, fill_value=0.0)
    return float(np.dot(power.to_numpy(float), hours.to_numpy()))


def _sums(tables: Tables, parts: Sequence[tuple[str, str]], keys: list[str]) -> pd.Series:
    """Add up columns of tables by key; a table that is not there gives nothing."""
    given = [tables[name].groupby(keys)[column].sum() for name, column in parts if name in tables]
    sums: pd.Series = given[0] if len(given) == 1 else pd.concat(given).groupby(level=list(range(len(keys)))).sum()
    return sums
