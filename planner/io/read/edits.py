"""``[set]``, ``[drop]`` and ``--set``: small changes after all tables are read."""

from __future__ import annotations

import posixpath
import re
import tomllib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from planner.faults import Gathering, listed, nearest
from planner.io.files.decoding import FORBIDDEN, composed
from planner.io.files.tables import Table
from planner.io.files.toml_file import TomlPath, line_of
from planner.io.read import cells as cell_rules
from planner.io.read.members import members_without_table
from planner.io.read.merge import PARAMETERS, Layer, forget, given_at
from planner.io.read.replacing import clear_excluded
from planner.language import Text, say
from planner.scenario.parameter import Parameter, table_of
from planner.scenario.schema import SOURCE, Schema
from planner.scenario.settings import check_minimise, check_pathway, check_then, check_time

COMMAND_LINE = "--set"
TARGET = re.compile(r"\s*([^.\[\]]+)\.([^.\[\]]+?)\s*(?:\[(.*)\])?\s*")
FORMS = say(
    "write parameter=V, table.column=V, table.column[key,…]=V, objective.minimise=V or time.representative_days=N"
)
SETTINGS = {"time": check_time, "pathway": check_pathway}
"""The tables of ``scenario.toml`` whose entries ``--set`` may replace, and what looks at them."""
BARE = re.compile(r"(0|[1-9][0-9]{0,17})(\.[0-9]+)?")
"""A number as TOML writes it."""


@dataclass(frozen=True)
class Edit:
    """One change: the cells of one column, of all rows or of those whose key starts with ``key``."""

    table: str
    column: str
    key: tuple[str, ...]
    cell: str
    code: int
    label: str
    """Its name in the file or on the command line."""


@dataclass
class Editor:
    """Applies edits to a layer."""

    layer: Layer
    schema: Schema
    gathering: Gathering
    own: Mapping[str, Collection[tuple[str, ...]]]
    """The indices, by parameter, at which the folder's own tables give it: an edit may replace what the base gives
    at another index, never what its own folder gives."""

    def apply(self, edit: Edit) -> None:
        """Make one change, or keep the fault that forbids it."""
        parameter = self._parameter(edit)
        if parameter is None or edit.table in self.gathering.broken:
            return
        keys = self.schema.tables[edit.table].keys
        if len(edit.key) > len(keys):
            remedy = say("the keys of {table} are {listed}", table=edit.table, listed=", ".join(keys))
            self._fault(edit, say("the key has {count} parts", count=len(edit.key)), remedy)
            return
        if not self._replaces(edit, parameter, keys):
            return
        table = self.layer.tables.get(edit.table) or self._new_table(edit, keys)
        if table is None:
            return
        rows = self._rows(edit, table, keys)
        if edit.column not in table.columns:
            table.columns[edit.column] = [""] * table.size
            table.origins[edit.column] = table.origins[keys[0]]
        changed = list(table.columns[edit.column])
        codes = list(table.origins[edit.column])
        for row in rows:
            changed[row] = edit.cell
            codes[row] = edit.code
        table.columns[edit.column] = changed
        table.origins[edit.column] = codes
        if edit.cell and parameter.excludes:
            known = table.keys(keys)
            given = [known[row] for row in rows]
            spared = self._spared(edit.code)
            clear_excluded(self.layer, self.schema, parameter, given, self.gathering, edit.label, spared)

    def _spared(self, code: int) -> Callable[[int], bool]:
        """Return whether a cell is of the edit's own folder, whose statements are not older than the edit."""
        files = self.gathering.places
        folder, name = posixpath.split(files.file(code))
        return lambda other: name != COMMAND_LINE and posixpath.dirname(files.file(other)) == folder

    def _parameter(self, edit: Edit) -> Parameter | None:
        tables = {name: table for name, table in self.schema.tables.items() if name != SOURCE}
        if edit.table not in tables:
            self._fault(edit, say("unknown table {table}", table=edit.table), nearest(edit.table, tables))
            return None
        columns = tables[edit.table].columns
        if edit.column not in columns:
            problem = say("unknown column {column} of {table}", column=edit.column, table=edit.table)
            self._fault(edit, problem, nearest(edit.column, columns))
            return None
        return columns[edit.column]

    def _replaces(self, edit: Edit, parameter: Parameter, index: tuple[str, ...]) -> bool:
        """Take the parameter from the other indices at which it is given; say whether that is allowed."""
        for other, _ in given_at(self.layer, parameter):
            if other == index:
                continue
            where = f"{table_of(other)}.csv" if other else "[parameters]"
            if other in self.own.get(parameter.key, ()):
                self._fault(
                    edit, say("it is given in {where} of the same scenario", where=where), say("keep it in one of them")
                )
                return False
            if edit.key:
                remedy = say(
                    "set the whole column {table}.{column} first, or the value in {where}",
                    table=edit.table,
                    column=edit.column,
                    where=where,
                )
                self._fault(edit, say("it is given in {where}, which one row cannot replace", where=where), remedy)
                return False
            forget(self.layer, parameter, other)
            self.gathering.note(
                say("{label} replaces {name} in {where}", label=edit.label, name=parameter.name, where=where)
            )
        return True

    def _new_table(self, edit: Edit, keys: tuple[str, ...]) -> Table | None:
        """Make the table of a set that needs none, so that its members can carry a value."""
        members = members_without_table(self.layer.tables, self.schema, keys[0]) if len(keys) == 1 else None
        if not members:
            problem = say("the scenario has no {table}.csv", table=edit.table)
            self._fault(edit, problem, say("write the table with the rows that are meant"))
            return None
        codes = [edit.code] * len(members)
        table = Table(edit.table, {keys[0]: list(members)}, {keys[0]: codes}, [self.gathering.places.file(edit.code)])
        self.layer.tables[edit.table] = table
        return table

    def _rows(self, edit: Edit, table: Table, keys: tuple[str, ...]) -> Sequence[int]:
        if not edit.key:
            return range(table.size)
        depth = len(edit.key)
        rows = [row for row, key in enumerate(table.keys(keys[:depth])) if key == edit.key]
        if rows:
            return rows
        if 1 < len(keys) == depth:  # both ids are named: the row is meant, and its keys are checked like any other's
            return [_append(table, dict(zip(keys, edit.key, strict=True)), edit.code)]
        near = nearest(edit.key[-1], table.columns[keys[depth - 1]])
        self._fault(edit, say("unknown key {listed} of {table}", listed=listed(edit.key), table=edit.table), near)
        return ()

    def _fault(self, edit: Edit, problem: Text, remedy: Text) -> None:
        self.gathering.at(edit.code, edit.label, edit.cell or None, problem, remedy)


def _append(table: Table, key: Mapping[str, str], code: int) -> int:
    shared = {id(codes): [*codes, code] for codes in table.origins.values()}
    for column in table.columns:
        table.columns[column] = [*table.columns[column], key.get(column, "")]
        table.origins[column] = shared[id(table.origins[column])]
    return table.size - 1


def edits_of(
    assignments: Mapping[str, Any], code: Mapping[str, int], schema: Schema, gathering: Gathering, label: str = "set"
) -> Iterator[Edit]:
    """Turn ``[set]``, or that of a stage or a future, into edits, outer keys before inner ones."""
    for name, value in assignments.items():
        table, dot, column = name.partition(".")
        if not dot or (isinstance(value, Mapping) and not value):
            remedy = say('"table.column" = value, the name in quotes')
            gathering.at(
                code[name], f"{label}.{name}", None, say("not a column of a table, or without a value"), remedy
            )
            continue
        parameter = schema.tables[table].columns.get(column) if table in schema.tables else None
        for key, leaf in _leaves(value):
            cell = cell_of(leaf, parameter)
            if cell is None:
                problem, remedy = (
                    say("the value is of the wrong kind"),
                    say("it should be a {kind}", kind=cell_rules.kind_word(parameter.kind) if parameter else ""),
                )
                gathering.at(code[name], f"{label}.{name}", str(leaf), problem, remedy)
                continue
            yield Edit(table, column, key, cell, code[name], f"{label}.{name}")


def _leaves(value: Any, key: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(value, Mapping):
        for part, inner in value.items():
            yield from _leaves(inner, (*key, part))
    else:
        yield key, value


def cell_of(value: Any, parameter: Parameter | None) -> str | None:
    """Return a TOML value as the text of a cell; ``None`` where it is of the wrong kind.

    Empty text empties the cell, whatever its kind.
    """
    if value == "" and isinstance(value, str):
        return ""
    if isinstance(value, bool):
        fits, cell = parameter is None or parameter.kind == "flag", str(value).lower()
    elif isinstance(value, int | float):
        fits, cell = parameter is None or parameter.is_numeric, repr(value)
    elif isinstance(value, str):
        fits, cell = parameter is None or not (parameter.is_numeric or parameter.kind == "flag"), value
    else:
        return None
    return cell if fits else None


def drop(
    layer: Layer, drops: Mapping[str, Sequence[str]], code: Mapping[str, int], schema: Schema, gathering: Gathering
) -> None:
    """Take away every row whose key names one of the ids."""
    for name, ids in drops.items():
        if name not in schema.declarations.sets:
            gathering.at(code[name], f"drop.{name}", None, say("unknown set"), nearest(name, schema.declarations.sets))
            continue
        keyed = [table for table in layer.tables.values() if name in schema.tables[table.name].keys]
        known = {cell for table in keyed for cell in table.columns[name]}
        for member in ids:
            if member not in known and name not in gathering.broken:
                gathering.at(
                    code[name], f"drop.{name}", member, say("unknown {name}", name=name), nearest(member, known)
                )
        gone = set(ids)
        for table in keyed:
            had_rows = table.size > 0
            table.keep([cell not in gone for cell in table.columns[name]])
            if had_rows and not table.size:
                table.emptied = code[name]
        _drop_sources(layer.tables.get(SOURCE), name, gone, schema)
        if name in layer.document:  # what is set for a stage or a future goes with it
            layer.document[name] = {member: of for member, of in layer.document[name].items() if member not in gone}


def _drop_sources(table: Table | None, name: str, gone: set[str], schema: Schema) -> None:
    if table is None:
        return
    kept = []
    for of, key in zip(table.columns["table"], table.columns["key"], strict=True):
        keys = schema.tables[of].keys if of in schema.tables else ()
        parts = dict(zip(keys, key.split(";"), strict=False))
        kept.append(parts.get(name) not in gone)
    table.keep(kept)


def override(layer: Layer, overrides: Iterable[str], schema: Schema, gathering: Gathering) -> None:
    """Apply ``--set K=V``, in order; they have the last word."""
    editor = Editor(layer, schema, gathering, {})
    code = gathering.places.base(COMMAND_LINE)
    for text in overrides:
        name, equals, value = (part.strip() for part in composed(text).partition("="))
        if FORBIDDEN.search(text):
            gathering.at(code, None, text, say("it holds a control or bidirectional character"), FORMS)
        elif not equals:
            gathering.at(code, None, text, say("no value is given"), FORMS)
        elif name == "objective.minimise":
            _override_minimise(layer, value, gathering)
        elif name == "objective.then":
            _override_then(layer, value, gathering)
        elif name.partition(".")[0] == PARAMETERS and name.partition(".")[2] in schema.scalars:
            _override_scalar(layer, schema.scalars[name.partition(".")[2]], value, gathering)
        elif "." in name and name.partition(".")[0] in SETTINGS:
            _override_setting(layer, name, value, gathering)
        elif found := TARGET.fullmatch(name):
            key = tuple(part.strip() for part in found[3].split(",")) if found[3] is not None else ()
            editor.apply(Edit(found[1], found[2], key, value, code, name))
        elif name in schema.scalars:
            _override_scalar(layer, schema.scalars[name], value, gathering)
        else:
            tables = [f"{table.name}.{column}" for table in schema.tables.values() for column in table.columns]
            known = [*schema.scalars, "objective.minimise", "objective.then", *tables]
            remedy = nearest(name, known, say("scalar"))
            gathering.at(code, name, value, say("unknown name"), remedy)


def _override_minimise(layer: Layer, value: str, gathering: Gathering) -> None:
    minimise: Any = value
    if value.startswith("{"):
        try:
            minimise = tomllib.loads(f"minimise = {value}")["minimise"]
        except ValueError:
            minimise = value
    faults = check_minimise(minimise, COMMAND_LINE, None)
    for fault in faults:
        gathering.add(fault)
    if not faults:
        layer.document["objective"] = {**layer.document.get("objective", {}), "minimise": minimise}


def _override_then(layer: Layer, value: str, gathering: Gathering) -> None:
    """Replace what is minimised next; no value takes it away."""
    objective = {key: word for key, word in layer.document.get("objective", {}).items() if key != "then"}
    faults = check_then(value, COMMAND_LINE) if value else []
    for fault in faults:
        gathering.add(fault)
    layer.document["objective"] = objective | ({"then": value} if value and not faults else {})


def _override_setting(layer: Layer, name: str, text: str, gathering: Gathering) -> None:
    """Replace a setting of ``[time]`` or ``[pathway]``; no value takes it away."""
    section, _, key = name.partition(".")
    settings = dict(layer.document.get(section, {}))
    if text:
        value = tomllib.loads(f"value = {text}")["value"] if BARE.fullmatch(text) else text
        faults = SETTINGS[section](key, value, COMMAND_LINE)
        for fault in faults:
            gathering.add(fault)
        settings |= {} if faults else {key: value}
    else:
        settings.pop(key, None)
    layer.document[section] = settings


def target_of(override: str) -> tuple[str, str]:
    """Return the table and the column that ``--set K=V`` names; a scalar has no table."""
    name = composed(override).partition("=")[0].strip()
    found = None if name.startswith(f"{PARAMETERS}.") else TARGET.fullmatch(name)
    return (found[1], found[2]) if found else ("", name.removeprefix(f"{PARAMETERS}."))


def set_scalar(  # noqa: PLR0917 - what is set to what, where that stands, and who is told
    layer: Layer, parameter: Parameter, value: Any, code: int, label: str, gathering: Gathering
) -> None:
    """Set a scalar of a stage or a future to a value of TOML."""
    cell = cell_of(value, parameter)
    if cell is None:
        remedy = say("it should be a {kind}", kind=cell_rules.kind_word(parameter.kind))
        gathering.at(code, label, str(value), say("the value is of the wrong kind"), remedy)
        return
    _put_scalar(layer, parameter, cell, code, gathering)


def _override_scalar(layer: Layer, parameter: Parameter, value: str, gathering: Gathering) -> None:
    _put_scalar(layer, parameter, value, gathering.places.base(COMMAND_LINE), gathering)


def _put_scalar(layer: Layer, parameter: Parameter, value: str, code: int, gathering: Gathering) -> None:
    """Give a scalar the value of a text, in place of what tables say of it; no text takes it away."""
    for index, _ in given_at(layer, parameter):
        if index:
            forget(layer, parameter, index)
            gathering.note(
                say("--set {name} replaces that in {table_of}.csv", name=parameter.name, table_of=table_of(index))
                if code == gathering.places.base(COMMAND_LINE)
                else say(
                    "{name} by case replaces that in {table_of}.csv", name=parameter.name, table_of=table_of(index)
                )
            )
    scalars = layer.document.setdefault(PARAMETERS, {})
    layer.places[PARAMETERS, parameter.name] = code
    if not value:
        scalars.pop(parameter.name, None)
        return
    parsed = cell_rules.parse(parameter, [value])
    for _, problem, remedy in parsed.faults:
        gathering.at(code, parameter.name, value, problem, remedy)
    if parsed.values:
        scalars[parameter.name] = parsed.values[0]


def codes_of(names: Iterable[str], path: TomlPath, lines: Mapping[TomlPath, int], base: int) -> dict[str, int]:
    """Return the code of the line of every name in a TOML table."""
    return {name: base + (line_of((*path, name), lines) or 0) for name in names}
