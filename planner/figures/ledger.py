"""Sums over result tables that several features' audits and summaries need; no Pyomo here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import wraps
from typing import TYPE_CHECKING, Concatenate, ParamSpec

import pandas as pd

if TYPE_CHECKING:
    from planner.scenario.scenario import Scenario

Tables = Mapping[str, pd.DataFrame]
About = ParamSpec("About")


class Kept(dict[str, pd.DataFrame]):
    """Result tables of one scenario that nobody writes to, and the sums made of them, which an audit asks for often."""

    def __init__(self, tables: Tables) -> None:
        super().__init__(tables)
        self.sums: dict[str, pd.Series] = tables.sums if isinstance(tables, Kept) else {}
        self.terms: dict[str, Mapping[str, pd.Series]] = tables.terms if isinstance(tables, Kept) else {}


def made_once(
    make: Callable[Concatenate[Tables, About], pd.Series],
) -> Callable[Concatenate[Tables, About], pd.Series]:
    """Have a sum over tables that are :class:`Kept` made the first time only; what is returned is the caller's own."""

    @wraps(make)
    def asked(tables: Tables, /, *about: About.args, **named: About.kwargs) -> pd.Series:
        if not isinstance(tables, Kept):
            return make(tables, *about, **named)
        key = repr((make.__name__, about, named))
        if key not in tables.sums:
            tables.sums[key] = make(tables, *about, **named)
        return tables.sums[key].copy(deep=False)  # pandas copies the values when somebody writes to them

    return asked


@made_once
def weights(tables: Tables) -> pd.Series:
    """Return the hours of the year [h/a] each timestep stands for."""
    return tables["time"].set_index("timestep")["timestep_weight"].astype(float)


@made_once
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


@made_once
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
    parts = [parts[total] for parts in _terms(inputs, tables) if total in parts]
    if not parts:
        return pd.Series(dtype=float)
    levels = list(range(parts[0].index.nlevels))
    sums: pd.Series = pd.concat(parts).groupby(level=levels, sort=False).sum(skipna=False)
    return sums


def _terms(inputs: Scenario, tables: Tables) -> Iterator[Mapping[str, pd.Series]]:
    """Yield what each listed feature says that it gives; once, where the tables are kept."""
    known = tables.terms if isinstance(tables, Kept) else {}
    for feature, hook in inputs.declarations.audit_terms.items():
        if inputs.has(feature):
            if feature not in known:
                known[feature] = hook(inputs, tables)
            yield known[feature]


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
