"""Sums over result tables that several features' audits and summaries need; no Pyomo here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from planner.scenario.scenario import Scenario

Tables = Mapping[str, pd.DataFrame]


def weights(tables: Tables) -> pd.Series:
    """Return the hours of the year [h/a] each timestep stands for."""
    return tables["time"].set_index("timestep")["timestep_weight"].astype(float)


def energy(tables: Tables, name: str, column: str, by: Sequence[str] = ()) -> pd.Series:
    """Sum a power over the year, by key columns."""
    table = tables[name]
    yearly = table[column].astype(float) * table["timestep"].map(weights(tables))
    if not by:
        return pd.Series([float(yearly.sum(skipna=False))])
    return yearly.groupby([table[key] for key in by]).sum(skipna=False)


def total(tables: Tables, name: str, column: str) -> float:
    """Sum a power over the year [MWh/a]."""
    return float(energy(tables, name, column).iloc[0])


def column(tables: Tables, name: str, value: str, keys: Sequence[str]) -> pd.Series:
    """Return a table's column indexed by its keys, sums where a key repeats."""
    table = tables[name]
    return table[value].astype(float).groupby([table[key] for key in keys]).sum(skipna=False)


def mean(tables: Tables, name: str, value: str, keys: Sequence[str], *, sort: bool = True) -> pd.Series:
    """Return a column's mean over the year by keys [the column's unit], each timestep by the hours it stands for."""
    table, hours = tables[name], weights(tables)
    share = (table["timestep"].map(hours).astype(float) / float(hours.sum())).to_numpy(float)
    values = pd.Series(table[value].to_numpy(float) * share, index=table.index)
    total: pd.Series = values.groupby([table[key].astype(object) for key in keys], sort=sort).sum()
    return total.rename(value)


def added(inputs: Scenario, tables: Tables, total: str) -> pd.Series:
    """Add up what the scenario's features say, from the tables, that they give an open total of the model.

    Parameters
    ----------
    total
        The total's name; a feature gives its part in ``audit_terms(inputs, tables)``.
    """
    hooks = inputs.declarations.audit_terms
    terms = [hook(inputs, tables) for feature, hook in hooks.items() if inputs.has(feature)]
    parts = [parts[total] for parts in terms if total in parts]
    if not parts:
        return pd.Series(dtype=float)
    levels = list(range(parts[0].index.nlevels))
    sums: pd.Series = pd.concat(parts).groupby(level=levels, sort=False).sum(skipna=False)
    return sums


def scopes(inputs: Scenario, limit: str, units: Sequence[str]) -> Iterator[tuple[str, str, float, list[str]]]:
    """Yield every site, hub, side or the nation that has a limit and a site: kind, name, limit, its sites.

    Parameters
    ----------
    limit
        The limit of a single site; that of a hub is called ``hub_…``, of the nation ``national_…``.
    units
        Kinds of scope to look for besides the nation: ``site``, ``hub``, ``side``.
    """
    sites = list(inputs.sets["site"])
    for unit in units:
        given = inputs.series(limit if unit == "site" else f"{unit}_{limit}").to_dict()
        of_site = dict(zip(sites, sites, strict=True)) if unit == "site" else inputs.series(f"site.{unit}").to_dict()
        for name, value in given.items():
            inside = [site for site in sites if of_site.get(site) == name]
            if inside:
                yield unit, str(name), float(value), inside
    if inputs.is_given(f"national_{limit}"):
        yield "national", "national", inputs.number(f"national_{limit}"), sites


def spread(prices: pd.Series, table: pd.DataFrame) -> pd.Series:
    """Return, for every row of a table, the entry of a parameter that belongs to the row's keys."""
    keys = list(prices.index.names)
    lookup = pd.Index(table[keys[0]]) if len(keys) == 1 else pd.MultiIndex.from_frame(table[keys])
    return pd.Series(prices.reindex(lookup).to_numpy(dtype=float), index=table.index)
