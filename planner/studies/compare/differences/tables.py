"""Results of two plans side by side: cost, measures, sites, workloads, regions and new build, each as a table.

Every number stands as before, after and difference. All loads and powers are means over the year.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from planner.figures.cases import VINTAGES
from planner.figures.lines import lines_of
from planner.figures.work import mean_load

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import numpy.typing as npt

    from planner.io.results.results import Results
    from planner.scenario.built import Built
    from planner.scenario.column import Measure
    from planner.scenario.parameter import Declarations, Shown

    Tables = Mapping[str, pd.DataFrame]

VISIBLE: Final = 1e-6
"""[MW, MWh] Below this a difference of two equal plans is the rounding of sums."""
SIDES: Final = ("before", "after", "difference")


def side_by_side(before: pd.Series, after: pd.Series) -> pd.DataFrame:
    """Return two series over the entries of both as columns before, after and difference; NaN where one has none."""
    index = before.index.union(after.index, sort=False)
    table = pd.DataFrame({"before": before.reindex(index), "after": after.reindex(index)}, dtype=float)
    table["difference"] = table["after"] - table["before"]
    return table


def cost_table(before: Results, after: Results) -> pd.DataFrame:
    """Return the cost by category [CNY/a]; a category that a plan does not have costs it nothing.

    The differences add up to the difference of the two costs.
    """
    costs = [_costs(results) for results in (before, after)]
    table = side_by_side(*costs)[["before", "after"]].fillna(0.0)
    return table.assign(difference=table["after"] - table["before"]).rename_axis("category").reset_index()


def _costs(results: Results) -> pd.Series:
    """Return the cost by category [CNY/a]; of one of several years with what its vintages cost beside its prices."""
    costs = results.tables["cost"].set_index("category")["cost"].astype(float)
    more = results.summary.get("costs", {}).get(VINTAGES)
    return costs if more is None else pd.concat([costs, pd.Series({VINTAGES: float(more)})])


def measure_table(before: Results, after: Results) -> pd.DataFrame:
    """Return the measures of the two summaries with their units: ``measure``, ``part`` (such as an accounting)."""
    rows = []
    for measure in _told(after.scenario.declarations.measures):
        name = measure.name
        first, second = _parts(before.summary.get(name)), _parts(after.summary.get(name))
        for part in dict.fromkeys((*first, *second)):
            values = [np.nan if known.get(part) is None else float(known[part]) for known in (first, second)]
            rows.append((name, part, measure.unit, *values, values[1] - values[0]))
    return pd.DataFrame(rows, columns=["measure", "part", "unit", *SIDES])


def _told(measures: Iterable[Measure]) -> list[Measure]:
    """Return the measures that are held side by side, in the order in which they are told."""
    return sorted((measure for measure in measures if measure.place), key=lambda measure: measure.place)


def _parts(value: Any) -> dict[str, Any]:
    if value is None:
        return {}
    return value if isinstance(value, dict) else {"": value}


def workload_table(before: Results, after: Results) -> pd.DataFrame:
    """Return the load [MW] by workload and site, of those that carry any in one of the plans."""
    keys = ["workload", "site"]
    loads = [mean_load(results.tables, keys) for results in (before, after)]
    table = side_by_side(*loads)[["before", "after"]].fillna(0.0)
    table = table.assign(difference=table["after"] - table["before"])
    table.index.names = keys
    return table.reset_index().sort_values(keys, ignore_index=True)


def site_table(before: Results, after: Results, near: Tables | None = None) -> pd.DataFrame:
    """Return the sites of both plans with their names, whether they stand in ``both`` or one, and their measures.

    ``it_load_swapped`` [MW] is the part of the difference of ``it_load`` that swaps places at equal cost, by the tables
    of the nearest equal; NaN where that is not known.
    """
    table = _places(("site", "sites"), before, after)
    at = list(table.columns).index("it_load_difference") + 1
    table.insert(at, "it_load_swapped", np.nan)
    if near is not None:
        equal = mean_load(near, ["site"]).reindex(table["site"]).fillna(0.0)
        table["it_load_swapped"] = without_dust(table["it_load_after"].to_numpy(float) - equal.to_numpy(float))
    return table


def without_dust(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return values with those that are the rounding of sums as 0."""
    cleaned: npt.NDArray[np.float64] = np.where(np.abs(values) < VISIBLE, 0.0, values)
    return cleaned


def region_table(before: Results, after: Results) -> pd.DataFrame:
    """Return the regions of both plans with demand and unserved demand [MW] and mean latency [ms]."""
    return _places(("region", "regions"), before, after)


def place_figures(declared: Declarations, of: str) -> list[Shown]:
    """Return the figures of sites or regions that are compared, in the order in which they are told."""
    figures = (figure for _, figure in declared.figures if figure.of == of and figure.rank)
    return sorted(figures, key=lambda figure: figure.rank)


def _places(names: tuple[str, str], before: Results, after: Results) -> pd.DataFrame:
    key, layer = names
    frames = [getattr(results, layer).set_index(key) for results in (before, after)]
    members = sorted({*frames[0].index} | {*frames[1].index})
    table = pd.DataFrame({key: members}, dtype=str)
    for column in ("name_zh", "name_en"):
        texts = frames[1][column].reindex(members).where(lambda text: text.fillna("") != "")
        table[column] = texts.fillna(frames[0][column].reindex(members)).fillna("").astype(str).to_numpy()
    there = [[member in {*frame.index} for member in members] for frame in frames]
    table["in"] = [("both" if all(pair) else SIDES[pair.index(True)]) for pair in zip(*there, strict=True)]
    for figure in place_figures(after.scenario.declarations, key):
        columns = [frame[figure.name].reindex(members).to_numpy(float) for frame in frames]
        columns = [np.where(np.isnan(column), figure.gone, column) for column in columns]
        for side, values in zip(SIDES, (*columns, columns[1] - columns[0]), strict=True):
            table[f"{figure.name}_{side}"] = values
    return table


LINE_NUMBERS: Final = ("traffic", "room", "full", "modules")


def link_table(before: Results, after: Results) -> pd.DataFrame:
    """Return the links of both plans, none without a network: traffic both ways, bandwidth there, how full, modules.

    A link that one of the plans does not have carries nothing there and has no bandwidth.
    """
    frames = [lines_of(results.scenario, results.tables).set_index("line") for results in (before, after)]
    links = list(dict.fromkeys([*frames[0].index, *frames[1].index]))
    table = pd.DataFrame({"link": pd.Series(links, dtype=str)})
    for name in LINE_NUMBERS:
        columns = [_of_lines(frame, name).reindex(links).to_numpy(float) for frame in frames]
        columns = [column if name == "full" else np.nan_to_num(column) for column in columns]
        for side, values in zip(SIDES, (*columns, columns[1] - columns[0]), strict=True):
            table[f"{name}_{side}"] = values
    return table


def _of_lines(frame: pd.DataFrame, name: str) -> pd.Series:
    return frame["traffic"] + frame["traffic_back"] if name == "traffic" else frame[name]


def build_table(before: Results, after: Results, near: Tables | None = None) -> pd.DataFrame:
    """Return what is built or contracted: ``site``, ``built`` (a compute type, technology or empty), ``measure``.

    ``swapped`` is the part of the difference that swaps places at equal cost, as in :func:`site_table`.
    """
    builds = after.scenario.declarations.builds
    tables = [_built(builds, results.tables) for results in (before, after)]
    table = side_by_side(*tables)[["before", "after"]].fillna(0.0)
    table = table.assign(difference=table["after"] - table["before"], swapped=np.nan)
    if near is not None:
        equal = _built(builds, near)
        table = table.reindex(table.index.union(equal.index, sort=False)).fillna(0.0)
        swapped = table["after"].to_numpy(float) - equal.reindex(table.index).fillna(0.0).to_numpy(float)
        table["swapped"] = without_dust(swapped)
    table = table[(table.fillna(0.0) != 0).any(axis=1)]
    table.index.names = BUILD_KEYS
    return table.reset_index().sort_values(["site", "measure", "built"], ignore_index=True)


def _built(builds: Iterable[Built], tables: Tables) -> pd.Series:
    entries = dict(_entries(builds, tables))
    index = (
        pd.MultiIndex.from_tuples(list(entries), names=["site", "built", "measure", "unit"]) if entries else NO_BUILD
    )
    return pd.Series(list(entries.values()), index=index, dtype=float)


BUILD_KEYS: Final = ["site", "built", "measure", "unit"]
NO_BUILD: Final = pd.MultiIndex.from_arrays([[], [], [], []], names=BUILD_KEYS)


def _entries(builds: Iterable[Built], tables: Tables) -> Iterator[tuple[tuple[str, str, str, str], float]]:
    for built in builds:
        for key, amount in built.amounts(tables).items():
            site, kind = key if isinstance(key, tuple) else (key, "")
            yield (str(site), str(kind), built.column, built.unit), amount
