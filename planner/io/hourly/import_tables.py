"""The tables of a scenario folder with an hourly column laid in: other columns and rows stay as they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from planner.errors import Fault
from planner.faults import Gathering, listed
from planner.io.files.tables import Table, read_csv
from planner.io.hourly.hourly_steps import Steps, refuse_other_ids
from planner.io.hourly.import_sources import Row, Said, Sources
from planner.io.read.folders import READERS, TOML
from planner.io.read.merge import Layer, given_at, merged_table
from planner.io.read.order import TIMESTEP
from planner.io.read.write import csv_text
from planner.language import say
from planner.scenario.parameter import Parameter, table_of
from planner.scenario.schema import SOURCE, Schema

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

Key = tuple[str, ...]
REPLACE = "--replace"
CALENDAR = "the calendar, one timestep for each hour (planner import weather)"


@dataclass(frozen=True)
class Hourly:
    """The contents of a file in the scenario's words."""

    parameter: Parameter
    index: Key  # of the table it goes into; its last key is timestep
    steps: Steps
    cells: Mapping[Key, Sequence[str]]  # the text of each hour, by the other keys, in the order of the timesteps
    source: str  # for source.csv, as the two below
    confidence: str
    note: str

    @property
    def name(self) -> str:
        """The table it goes into."""
        return table_of(self.index)


@dataclass(frozen=True)
class ScenarioTables:
    """A folder as its own files say, and as it is read over its bases."""

    folder: Path
    layer: Layer
    schema: Schema
    gathering: Gathering

    def with_hourly(self, hourly: Hourly, *, replace: bool) -> dict[str, bytes]:
        """Return the files to write, in the order in which no half of them is silently wrong.

        A timestep nobody knows and a value given twice are faults of the next reading. So the hours come first, the
        timesteps next, and the column that they replace goes last but for the sources.
        """
        if hourly.steps.new is not None:
            refuse_other_ids(self.layer, self.schema, hourly.steps, self.gathering)
        self._refuse_overwriting(hourly, replace=replace)
        spread, coarse = self._from_coarser(hourly, replace=replace)
        own = {name: own_table(self.folder, name, self.gathering) for name in (hourly.name, SOURCE, *coarse)}
        if self.gathering.faults:
            return {}
        new = _table(hourly, {**spread, **hourly.cells})
        old = own[hourly.name] or _empty(hourly.name, hourly.index)
        changed = {hourly.name: merged_table(old, new, hourly.index)}
        if hourly.steps.new is not None:
            steps = own_table(self.folder, TIMESTEP, self.gathering) or _empty(TIMESTEP, (TIMESTEP,))
            changed[TIMESTEP] = merged_table(steps, hourly.steps.new, (TIMESTEP,))
        for name in coarse:
            table = own[name]
            if table is not None and table.columns.pop(hourly.parameter.name, None) is not None:
                del table.origins[hourly.parameter.name]
                changed[name] = table
        changed[SOURCE] = self._sources(hourly, own[SOURCE], coarse, is_spread=bool(spread)).table()
        return {f"{name}.csv": self._csv(table) for name, table in changed.items()}

    def _refuse_overwriting(self, hourly: Hourly, *, replace: bool) -> None:
        """Keep a fault for each place whose hours have values already, unless they may go."""
        table = self.layer.tables.get(hourly.name)
        if replace or table is None or hourly.parameter.name not in table.columns:
            return
        told = set()
        column = hourly.parameter.name
        rows = zip(table.keys(hourly.index[:-1]), table.columns[column], table.origins[column], strict=True)
        for key, cell, code in rows:
            if cell and key in hourly.cells and key not in told:
                told.add(key)
                problem = say("{column} of {listed} is there already", column=column, listed=" × ".join(key))
                self.gathering.at(
                    code, column, cell, problem, say("{REPLACE} puts the new values in its place", REPLACE=REPLACE)
                )

    def _from_coarser(self, hourly: Hourly, *, replace: bool) -> tuple[dict[Key, Sequence[str]], list[str]]:
        """Return what other places have had for all hours, and the tables it stood in.

        A parameter is given at one index only, so that places the file does not speak of would lose their value.
        """
        parameter = hourly.parameter
        spread: dict[Key, Sequence[str]] = {}
        tables = []
        for index, code in given_at(self.layer, parameter):
            if index == hourly.index:
                continue
            if index != hourly.index[:-1]:
                where = f"{table_of(index)}.csv" if index else say("[parameters] of {file}", file=TOML)
                remedy = say("delete it in {where} first, and import it for all places", where=where)
                self.gathering.at(
                    code,
                    parameter.name,
                    None,
                    say("{name} is given in {where}", name=parameter.name, where=where),
                    remedy,
                )
                continue
            if not replace:
                problem = say(
                    "{name} is given for all hours, in {table_of}.csv", name=parameter.name, table_of=table_of(index)
                )
                remedy = say(
                    "{REPLACE} takes the column away; places that are not imported keep their value, hour by hour",
                    REPLACE=REPLACE,
                )
                self.gathering.at(code, parameter.name, None, problem, remedy)
                continue
            tables.append(table_of(index))
            spread |= self._spread(self.layer.tables[tables[-1]], hourly)
        if spread:
            names = listed([" × ".join(key) for key in spread])
            self.gathering.note(
                say("{name} of {names} keeps its value at every hour", name=parameter.name, names=names)
            )
        return spread, tables

    def _spread(self, table: Table, hourly: Hourly) -> dict[Key, Sequence[str]]:
        column, default = hourly.parameter.name, hourly.parameter.default
        own_toml = self.gathering.shown_path(self.folder / TOML)
        found: dict[Key, Sequence[str]] = {}
        rows = zip(table.keys(hourly.index[:-1]), table.columns[column], table.origins[column], strict=True)
        for key, cell, code in rows:
            if cell and self.gathering.places.file(code) == own_toml:
                remedy = say("delete it there first, or import for all places after")
                self.gathering.at(code, f"set.{table.name}.{column}", cell, say("it is set for all hours"), remedy)
            elif cell and key not in hourly.cells and not _is(cell, default):
                found[key] = [cell] * len(hourly.steps.ids)
        return found

    def _sources(self, hourly: Hourly, own: Table | None, coarse: Sequence[str], *, is_spread: bool) -> Sources:
        sources = Sources(own, self.layer.tables.get(SOURCE))
        others: list[Row] = []
        if self._has_others(hourly):
            others += sources.said_of(hourly.name, hourly.parameter.name)
        for name in coarse:
            if is_spread:
                others += sources.said_of(name, hourly.parameter.name)
            sources.forget(name, hourly.parameter.name)
        said = Said(hourly.name, hourly.parameter.name, hourly.source, hourly.confidence, hourly.note)
        replaced = [(*key, step) for key in hourly.cells for step in hourly.steps.ids]
        sources.put(said, others, replaced)
        if hourly.steps.new is not None:
            for column in ("timestep_weight", "timestep_duration"):
                sources.put(Said(TIMESTEP, column, CALENDAR, "derived"), (), [(step,) for step in hourly.steps.ids])
        return sources

    def _has_others(self, hourly: Hourly) -> bool:
        """Return whether the column has values of places that are not imported now."""
        table = self.layer.tables.get(hourly.name)
        cells = table.columns.get(hourly.parameter.name, ()) if table else ()
        keys = table.keys(hourly.index[:-1]) if table else ()
        return any(cell and key not in hourly.cells for key, cell in zip(keys, cells, strict=False))

    def _csv(self, table: Table) -> bytes:
        frame = pd.DataFrame(table.columns, dtype=object)
        return csv_text(frame, self.schema.tables[table.name]).encode()


def own_table(folder: Path, name: str, gathering: Gathering) -> Table | None:
    """Return a folder's own table, without its bases, which an import may change; the reading before found it sound."""
    for suffix in READERS:
        path = folder / f"{name}{suffix}"
        if suffix != ".csv" and path.exists():
            problem = say("an import changes CSV tables only")
            remedy = say("save it as {name}.csv", name=name)
            gathering.add(Fault(gathering.shown_path(path), problem, remedy=remedy))
            return None
    path = folder / f"{name}.csv"
    if not path.exists():
        return None
    return read_csv(path.read_bytes(), gathering.shown_path(path), name, gathering)


def _is(cell: str, default: object) -> bool:
    try:
        return isinstance(default, int | float) and float(cell) == float(default)
    except ValueError:
        return False


def _empty(name: str, keys: Key) -> Table:
    return Table(name, {key: [] for key in keys}, dict.fromkeys(keys, ()))


def _table(hourly: Hourly, cells: Mapping[Key, Sequence[str]]) -> Table:
    """Return the rows of all places and hours."""
    size = len(hourly.steps.ids)
    columns: dict[str, list[str]] = {key: [] for key in (*hourly.index, hourly.parameter.name)}
    for key, values in cells.items():
        for name, member in zip(hourly.index, key, strict=False):
            columns[name] += [member] * size
        columns[TIMESTEP] += hourly.steps.ids
        columns[hourly.parameter.name] += values
    return Table(hourly.name, columns, dict.fromkeys(columns, range(size * len(cells))))
