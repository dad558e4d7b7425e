"""The lines of a network as a plan fills them: traffic, room, what is added, what more would save; from tables alone.

Layers, map, page and comparison take them from here. No Pyomo here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Mapping

    from planner.scenario.lines import Lines
    from planner.scenario.scenario import Scenario

    Tables = Mapping[str, pd.DataFrame]


def known(scenario: Scenario, tables: Tables) -> Lines | None:
    """Return where a plan's lines are said; ``None`` of a plan without any."""
    lines = scenario.declarations.lines
    return lines if lines is not None and lines.room[0] in tables else None


def lines_of(scenario: Scenario, tables: Tables, prices: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return the lines of a plan.

    Parameters
    ----------
    prices
        The plan's shadow prices, for ``saves``.

    Returns
    -------
    DataFrame
        One row a line, in the scenario's order, no rows without any: its id, ``from``, ``to``, ``traffic`` and
        ``traffic_back`` [mean over the year], ``room`` and ``room_back``, ``full`` (how full it is at most, in either
        direction; NaN without room), ``modules``, ``added`` (each way) and ``saves`` (what one unit more of room each
        way would save in a year; NaN where that is not known). In the lines' unit.
    """
    lines = known(scenario, tables)
    columns = ["from", "to", "traffic", "traffic_back", "room", "room_back", "full", "modules", "added", "saves"]
    if lines is None:
        return pd.DataFrame(columns=["line", *columns])
    order = list(scenario.sets[lines.of])
    found = pd.DataFrame(index=pd.Index(order, dtype=object, name=lines.of))
    for column, end in zip(columns, lines.ends, strict=False):
        found[column] = scenario.series(end).reindex(order).to_numpy()
    name, room, mean, share = lines.room
    table = tables[name].set_index([lines.of, "direction"])
    for column, direction in zip(("", "_back"), lines.directions, strict=True):
        there = table.xs(direction, level="direction").reindex(order)
        found[f"traffic{column}"], found[f"room{column}"] = there[mean].astype(float), there[room].astype(float)
    found["full"] = table[share].astype(float).groupby(level=lines.of).max().reindex(order)
    name, modules, added = lines.built
    built = tables[name].set_index(lines.of).reindex(order)
    found["modules"], found["added"] = built[modules].astype(float), built[added].astype(float)
    found["saves"] = _saves(lines, order, prices)
    return found[columns].rename_axis("line").reset_index()


def _saves(lines: Lines, order: list[str], prices: pd.DataFrame | None) -> pd.Series:
    """Return what a unit more of room each way would save in a year, over all timesteps."""
    if prices is None or prices.empty:
        return pd.Series(float("nan"), index=order)
    own = prices[prices["rule"] == lines.rule]
    of_line = own["index"].astype(str).str.split(";").str[0]
    return own["price"].astype(float).groupby(of_line.to_numpy()).sum().reindex(order, fill_value=0.0)


def limits(scenario: Scenario, tables: Tables) -> pd.Series:
    """Return the share of its room that may be used of each line [1], in the scenario's order; a line is full there."""
    lines = known(scenario, tables)
    return pd.Series(dtype=float) if lines is None else scenario.series(lines.limit).reindex(scenario.sets[lines.of])


def by_step(scenario: Scenario, tables: Tables) -> pd.DataFrame:
    """Return what each line carries by timestep, both directions together: lines in order, a column a timestep."""
    lines = known(scenario, tables)
    if lines is None:
        return pd.DataFrame()
    name, column = lines.by_step
    found = tables[name].pivot_table(index=lines.of, columns="timestep", values=column, aggfunc="sum", observed=True)
    return found.reindex(list(scenario.sets[lines.of]), fill_value=0.0)


def fullest_by_step(scenario: Scenario, tables: Tables) -> pd.DataFrame:
    """Return how full each line is by timestep, the fuller direction: lines in order, a column a timestep."""
    lines = known(scenario, tables)
    if lines is None:
        return pd.DataFrame()
    name, column = lines.by_step
    keys = [lines.of, "direction"]
    traffic = tables[name].pivot_table(index=keys, columns="timestep", values=column, aggfunc="sum", observed=True)
    room = tables[lines.room[0]].set_index(keys)[lines.room[1]].astype(float)
    share = traffic.div(room.where(room > 0).reindex(traffic.index), axis=0)
    return share.groupby(level=lines.of).max().reindex(list(scenario.sets[lines.of]))
