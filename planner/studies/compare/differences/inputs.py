"""Compare the inputs of two plans cell by cell, those first that touch the moves.

An input *touches* a move where it is an input of the move's region, workload or one of its sites; one without such a
key, a price for all or a rule listed, touches every move. That is where to look, no proof of cause: a changed limit at
one site also moves work between two others. What solving again with one input changed back would show is the proof.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from planner.scenario.parameter import REQUIRED, Parameter, table_of
from planner.studies.compare.differences.touch import KINDS, RANK, UNTOUCHED, Touch

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from planner.io.results.results import Results
    from planner.scenario.scenario import Scenario

Row = dict[str, Any]

COLUMNS: Final = ("kind", "table", "key", "column", "before", "after", "unit", "default", "moves", "load", "touches")
TEXTS: Final = ("kind", "table", "key", "column", "unit", "touches")
SETTINGS_TABLE: Final = "scenario.toml"
LABELS: Final = frozenset({"name_zh", "name_en"})
RECORDED: Final = "profile"
"""The set of the tables that say how well chosen days stand for a year: they decide nothing."""
COUNTED_SETS: Final = frozenset({"timestep", RECORDED, "quantile"})
"""Sets with a member for each hour or curve: that they differ is said once, with their sizes."""


def differences_between(before: Results, after: Results, moves: pd.DataFrame) -> pd.DataFrame:
    """Return how the inputs of two plans differ.

    Returns
    -------
    DataFrame
        One row a cell, setting, feature or member: ``kind`` (one of ``KINDS``), ``table``, ``key`` (members joined by
        ``;``), ``column``, ``before`` and ``after`` (None where not given), ``unit``, ``default`` (what holds where no
        value is given), ``moves`` (how many it touches), ``load`` (their sum [MW]) and ``touches`` (their numbers in
        the table of moves, from 1). What decides a plan comes first, of that what touches most.
    """
    scenarios = (before.scenario, after.scenario)
    touch = Touch(moves, scenarios)
    rows = [touch.on(row, keys) for row, keys in _differences(*scenarios)]
    rows += [{**row, **UNTOUCHED} for row in (*_of_overrides(before, after), *_of_sources(*scenarios))]
    table = pd.DataFrame(rows, columns=list(COLUMNS), dtype=object)  # a value that is not given stays None
    table = table.astype({"moves": int, "load": float, **dict.fromkeys(TEXTS, str)})
    rank, kind = table["kind"].map(RANK), table["kind"].map(KINDS.index)
    key = pd.DataFrame({"rank": rank, "load": -table["load"].round(6), "kind": kind})
    key = pd.concat([key, table[["table", "column", "key"]]], axis=1)
    order = key.sort_values(list(key.columns), kind="stable").index
    return table.loc[order].reset_index(drop=True)


def _differences(before: Scenario, after: Scenario) -> Iterator[tuple[Row, Mapping[str, str]]]:
    """Yield the differences of two scenarios with their keys."""
    for row in (*_of_features(before, after), *_of_settings(before, after)):
        yield row, {}
    yield from _of_members(before, after)
    for key, parameter in before.declarations.parameters.items():
        values = before.given.get(key), after.given.get(key)
        if values[0] is None and values[1] is None:
            continue
        decides = any(_is_used(scenario, key) for scenario in (before, after))
        for row, keys in _of_parameter(parameter, values, (before, after)):
            if parameter.name in LABELS:
                row["kind"] = "label"
            elif parameter.index[:1] == (RECORDED,):
                row["kind"] = "record"
            elif not decides:
                row["kind"] = "same_effect"  # no feature that would read it is listed
            yield row, keys


def _is_used(scenario: Scenario, key: str) -> bool:
    owner = scenario.declarations.owner.get(key)
    return owner is None or owner == "objective" or scenario.has(owner)


def _row(kind: str, place: tuple[str, str, str], values: tuple[Any, Any], **more: Any) -> Row:
    """Return a difference at a place (table, key, column)."""
    where = dict(zip(("table", "key", "column"), place, strict=True))
    return {"kind": kind, **where, "before": values[0], "after": values[1], "unit": "", "default": None, **more}


def _of_features(before: Scenario, after: Scenario) -> Iterator[Row]:
    for feature in before.declarations.features:
        listed = tuple(scenario.has(feature) for scenario in (before, after))
        if listed[0] != listed[1]:
            yield _row("feature", (SETTINGS_TABLE, "", feature), (listed[0], listed[1]), default=False)


def _of_settings(before: Scenario, after: Scenario) -> Iterator[Row]:
    """Yield the settings that are no parameter: titles, objective, time, solver."""
    first, second = (dict(_flat(scenario.settings.document())) for scenario in (before, after))
    for name in dict.fromkeys((*first, *second)):
        if first.get(name) != second.get(name):
            kind = "label" if name.startswith("title") else "setting"
            unit = "h/a" if name == "time.hours" else ""
            yield _row(kind, (SETTINGS_TABLE, "", name), (first.get(name), second.get(name)), unit=unit)


def _flat(document: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in document.items():
        if not path and name in {"features", "parameters"}:
            continue
        if isinstance(value, dict):
            yield from _flat(value, f"{path}{name}.")
        else:
            yield f"{path}{name}", value


def _of_members(before: Scenario, after: Scenario) -> Iterator[tuple[Row, Mapping[str, str]]]:
    for name in before.declarations.sets:
        first, second = before.sets[name], after.sets[name]
        if name in COUNTED_SETS:
            if first != second:
                kind = "table" if name == "timestep" else "record"
                yield _row(kind, (name, "", ""), (len(first), len(second))), {}
            continue
        for member in sorted({*first} ^ {*second}):
            there = member in {*first}, member in {*second}
            kind = "member_added" if there[1] else "member_removed"
            yield _row(kind, (name, member, ""), there), {name: member}


def _of_parameter(
    parameter: Parameter, values: tuple[Any, Any], scenarios: tuple[Scenario, Scenario]
) -> Iterator[tuple[Row, Mapping[str, str]]]:
    """Yield the cells of a parameter that differ, or one row where it is given in another table."""
    default = None if parameter.default is REQUIRED else parameter.default
    more = {"unit": parameter.unit if parameter.is_numeric else "", "default": default}
    tables = [_table(value) for value in values if value is not None]
    index = next((tuple(map(str, value.index.names)) for value in values if isinstance(value, pd.Series)), ())
    if len({*tables}) > 1 or _counts_differ(index, scenarios):
        if not _equal(*values):
            told = None if values[0] is None else _sized(values[0]), None if values[1] is None else _sized(values[1])
            yield _row("table", (table_of(index), "", parameter.name), told, **more), {}
        return
    if not index:
        if values[0] != values[1]:
            kind = _kind(*(default if value is None else value for value in values))
            yield _row(kind, (SETTINGS_TABLE, "", parameter.name), values, **more), {}
        return
    for key, first, second in _cells(*values):
        keys = dict(zip(index, key, strict=True))
        kind = _presence(keys, scenarios) or _kind(*(default if value is None else value for value in (first, second)))
        yield _row(kind, (table_of(index), ";".join(key), parameter.name), (first, second), **more), keys


def _kind(before: Any, after: Any) -> str:
    return "same_effect" if before == after else "cell"


def _presence(keys: Mapping[str, str], scenarios: tuple[Scenario, Scenario]) -> str:
    """Return whether a cell belongs to a member that only one of the scenarios has."""
    there = [all(member in _members(scenario, name) for name, member in keys.items()) for scenario in scenarios]
    return "" if all(there) else "added" if there[1] else "removed"


def _members(scenario: Scenario, name: str) -> pd.Index:
    return scenario.full_index((name,))


def _table(value: Any) -> str:
    return table_of(tuple(map(str, value.index.names))) if isinstance(value, pd.Series) else ""


def _counts_differ(index: tuple[str, ...], scenarios: tuple[Scenario, Scenario]) -> bool:
    """Return whether the two plans have other timesteps, so that their cells do not stand for the same hours."""
    return any(scenarios[0].sets[name] != scenarios[1].sets[name] for name in COUNTED_SETS.intersection(index))


def _sized(value: Any) -> Any:
    """Return a scalar, or in which table how many values are given."""
    return f"{_table(value)}.csv: {len(value)}" if isinstance(value, pd.Series) else value


def _equal(before: Any, after: Any) -> bool:
    if isinstance(before, pd.Series) and isinstance(after, pd.Series):
        return before.equals(after)
    return not isinstance(before, pd.Series) and not isinstance(after, pd.Series) and bool(before == after)


def _cells(before: pd.Series | None, after: pd.Series | None) -> Iterator[tuple[tuple[str, ...], Any, Any]]:
    """Yield key, before and after of the cells that differ; None where there is no value."""
    given = [value.astype(object) for value in (before, after) if value is not None]  # an integer stays one
    index = given[0].index if len(given) == 1 else given[0].index.union(given[1].index)
    first, second = (_listed(value, index) for value in (before, after))
    for key, one, other in zip(index, first, second, strict=True):
        if one != other:
            yield (tuple(map(str, key)) if isinstance(key, tuple) else (str(key),)), one, other


def _listed(value: pd.Series | None, index: pd.Index) -> list[Any]:
    """Return a value for each place of an index, None where there is none."""
    if value is None:
        return [None] * len(index)
    found = value.astype(object).reindex(index)
    return [None if gap else cell for cell, gap in zip(found, found.isna(), strict=True)]


def _of_overrides(before: Results, after: Results) -> Iterator[Row]:
    """Yield the ``--set K=V`` that only one of the runs was given, or with another value."""
    first, second = (
        dict(_split(text) for text in results.manifest.get("overrides", ())) for results in (before, after)
    )
    for name in dict.fromkeys((*first, *second)):
        if first.get(name) != second.get(name):
            yield _row("override", ("--set", "", name), (first.get(name), second.get(name)))


def _split(text: str) -> tuple[str, str]:
    name, _, value = str(text).partition("=")
    return name.strip(), value.strip()


def _of_sources(before: Scenario, after: Scenario) -> Iterator[Row]:
    """Yield the cells of ``source.csv`` that differ: where figures come from, not what they are."""
    keys = ["table", "key", "column"]
    tables = [scenario.tables.get("source") for scenario in (before, after)]
    if all(table is None for table in tables):
        return
    known = [_long(table, keys) for table in tables]
    for cell in dict.fromkeys((*known[0], *known[1])):
        values = [cells.get(cell) for cells in known]
        if values[0] != values[1]:
            yield _row("provenance", ("source", ";".join(cell[:3]), cell[3]), (values[0], values[1]))


def _long(table: pd.DataFrame | None, keys: Sequence[str]) -> dict[tuple[str, str, str, str], str]:
    if table is None:
        return {}
    found: dict[tuple[str, str, str, str], str] = {}
    whole = table.reindex(columns=list(dict.fromkeys((*keys, *table.columns)))).fillna("")
    rest = [str(column) for column in whole.columns if column not in keys]
    for row in whole.to_dict("records"):
        for column in rest:
            if row[column] != "":
                found[str(row[keys[0]]), str(row[keys[1]]), str(row[keys[2]]), column] = str(row[column])
    return found
