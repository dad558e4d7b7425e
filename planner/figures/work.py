"""The work that sites do for regions, as means over the year, from the result tables alone: MW, and how far it goes.

Layers, page, comparison and search for equal plans take it from here. No Pyomo here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from planner.figures import ledger

if TYPE_CHECKING:
    from collections.abc import Sequence

    from planner.figures.ledger import Tables

LOAD: Final = "allocation"
"""The variable of the model, the table and its column."""
SERVED: Final = (LOAD, LOAD)
ASKED: Final = ("demand", "demand")
UNSERVED: Final = ("demand", "unserved_demand")
"""Tables and columns [MW]."""
ROUTE: Final = ["region", "workload", "site", "path"]
PAIR: Final = ["region", "site"]
DEMAND: Final = ["region", "workload"]


def mean_load(tables: Tables, keys: Sequence[str]) -> pd.Series:
    """Return the work served, by keys of the allocation [MW, mean over the year]."""
    return ledger.mean(tables, *SERVED, keys)


def mean_demand(tables: Tables, keys: Sequence[str]) -> pd.Series:
    """Return the demand, by keys of its table [MW, mean over the year]."""
    return ledger.mean(tables, *ASKED, keys)


def mean_unserved(tables: Tables, keys: Sequence[str]) -> pd.Series:
    """Return the demand that no site serves, by keys of its table [MW, mean over the year]."""
    return ledger.mean(tables, *UNSERVED, keys)


def is_known(tables: Tables) -> bool:
    """Return whether a plan has any work at all."""
    return SERVED[0] in tables and not tables[SERVED[0]].empty


def carried(tables: Tables) -> pd.DataFrame:
    """Return the work of every route that carries any: its keys, ``mw`` [mean over the year], ``ms`` [one way].

    ``ms`` is NaN where nobody knows the latency.
    """
    if not is_known(tables):
        return pd.DataFrame({key: pd.Series(dtype=object) for key in ROUTE} | {"mw": [], "ms": []})
    load = ledger.mean(tables, *SERVED, ROUTE, sort=False)
    found = load[load > 0].rename("mw").reset_index()
    found["ms"] = float("nan")
    if "routes" in tables:
        latency = tables["routes"].set_index(ROUTE)["latency"].astype(float)
        found["ms"] = latency.reindex(pd.MultiIndex.from_frame(found[ROUTE])).to_numpy()
    return found


def flows(tables: Tables) -> pd.DataFrame:
    """Return the work between every region and site that carries any: load [MW, mean] and mean latency [ms]."""
    work = carried(tables)
    work["haste"] = work["mw"] * work["ms"]
    sums = work.groupby(PAIR, sort=False)[["mw", "haste"]].sum(skipna=False)
    return pd.DataFrame({SERVED[1]: sums["mw"], "latency": sums["haste"] / sums["mw"]})


def by_step(tables: Tables, routes: pd.DataFrame) -> pd.DataFrame:
    """Return the load of some routes, in their order, by timestep [MW]."""
    keys = pd.MultiIndex.from_frame(routes[ROUTE])
    table = tables[SERVED[0]].set_index(ROUTE)
    table = table[table.index.isin(keys)].reset_index()
    found = table.pivot_table(index=ROUTE, columns="timestep", values=SERVED[1], aggfunc="sum", observed=True)
    return found.reindex(keys)


def waiting(tables: Tables, backlog: tuple[str, str], site: str | None, steps: pd.Index) -> tuple[pd.Series, pd.Series]:
    """Return the IT load that is not done in its own timestep (below 0: that is done later) [MW], and what waits [MWh].

    Both are known by region; a site is given the share of the region's work that it does over the year.
    """
    none = pd.Series(0.0, steps)
    name, column = backlog
    if not {name, SERVED[0], ASKED[0]} <= set(tables):
        return none, none
    held = tables[name].set_index([*DEMAND, "timestep"])[column].unstack("timestep")
    if held.empty:
        return none, none
    asked, served = tables[ASKED[0]], tables[SERVED[0]]
    wanted = _by_step(asked.assign(power=asked[ASKED[1]] - asked[UNSERVED[1]]), "power")
    done, hours = _by_step(served, SERVED[1]), ledger.weights(tables)
    here = done if site is None else _by_step(served[served["site"] == site], SERVED[1])
    whole = done.mul(hours, axis=1).sum(axis=1)
    share = (here.mul(hours, axis=1).sum(axis=1) / whole.where(whole > 0)).reindex(held.index).fillna(0.0)
    due, waits = (table.reindex(held.index).mul(share, axis=0).sum() for table in (wanted, held))
    joined = due.sub(here.reindex(held.index).sum(), fill_value=0.0)
    return joined.reindex(steps, fill_value=0.0), waits.reindex(steps, fill_value=0.0)


def _by_step(table: pd.DataFrame, name: str) -> pd.DataFrame:
    return table.groupby([*DEMAND, "timestep"])[name].sum().unstack("timestep").fillna(0.0)
