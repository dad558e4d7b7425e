"""``extends``: a scenario laid over its base, table by table, key by key, cell by cell."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from planner.io.files.tables import Table
from planner.language import say
from planner.scenario.parameter import Parameter, table_of
from planner.scenario.schema import SCENARIO, SOURCE, Schema

if TYPE_CHECKING:
    from planner.faults import Gathering
    from planner.io.files.toml_file import TomlPath

OWN_ONLY = ("extends", "set", "drop")
"""Entries of a scenario.toml about its own folder only."""
PARAMETERS = "parameters"


@dataclass
class Layer:
    """A folder as read, its base already beneath it."""

    document: dict[str, Any] = field(default_factory=dict)  # scenario.toml without extends, [set] and [drop]
    places: dict[TomlPath, int] = field(default_factory=dict)  # the code of the line of every TOML key
    tables: dict[str, Table] = field(default_factory=dict)


def given_at(layer: Layer, parameter: Parameter) -> list[tuple[tuple[str, ...], int]]:
    """Return every index at which a layer gives a parameter, and the code of the first place that does."""
    found = []
    for index in parameter.indices:
        if not index:
            if parameter.name in layer.document.get(PARAMETERS, {}):
                found.append((index, layer.places[PARAMETERS, parameter.name]))
            continue
        table = layer.tables.get(table_of(index))
        cells = table.columns.get(parameter.name, ()) if table else ()
        row = next((row for row, cell in enumerate(cells) if cell), None)
        if table and row is not None:
            found.append((index, table.origins[parameter.name][row]))
    return found


def check_given_once(layer: Layer, schema: Schema, gathering: Gathering) -> None:
    """Within one folder a parameter is given at one index only."""
    for parameter in schema.declarations.parameters.values():
        if not parameter.also_index:
            continue
        first, *others = given_at(layer, parameter) or [((), 0)]
        for index, code in others:
            problem = say("it is given in {named} as well", named=_file_of(first, gathering))
            gathering.at(
                code, _column(index, parameter), None, problem, say("keep {name} in one of them", name=parameter.name)
            )


def _file_of(given: tuple[tuple[str, ...], int], gathering: Gathering) -> str:
    """Return where a parameter is given as users name it: the file, or the table of scalars in ``scenario.toml``."""
    index, code = given
    file = posixpath.basename(gathering.places.file(code))
    return file if index or file.endswith(".csv") else _named(index)


def _named(index: tuple[str, ...]) -> str:
    return f"{table_of(index)}.csv" if index else "[parameters]"


def _column(index: tuple[str, ...], parameter: Parameter) -> str:
    return parameter.name if index else f"parameters.{parameter.name}"


def replace_other_indices(base: Layer, own: Layer, schema: Schema, gathering: Gathering) -> None:
    """Take from the base what the child gives at another index."""
    for parameter in schema.declarations.parameters.values():
        if not parameter.also_index:
            continue
        for index, code in given_at(own, parameter)[:1]:
            dropped = [other for other, _ in given_at(base, parameter) if other != index]
            for other in dropped:
                forget(base, parameter, other)
                file = gathering.places.file(code)
                gathering.note(
                    say(
                        "{file}: {name} in {named} replaces that in {named_2}",
                        file=file,
                        name=parameter.name,
                        named=_named(index),
                        named_2=_named(other),
                    )
                )


def forget(layer: Layer, parameter: Parameter, index: tuple[str, ...]) -> None:
    """Take a parameter away at one index, its sources too; a table of several keys goes with its last column."""
    source = layer.tables.get(SOURCE)
    if source is not None:
        of = table_of(index) or SCENARIO
        pairs = zip(source.columns["table"], source.columns["column"], strict=True)
        source.keep([pair != (of, parameter.name) for pair in pairs])
    if not index:
        layer.document[PARAMETERS].pop(parameter.name)
        return
    name = table_of(index)
    table = layer.tables[name]
    del table.columns[parameter.name], table.origins[parameter.name]
    if len(index) > 1 and len(table.columns) == len(index):
        del layer.tables[name]


def merged(base: Layer, own: Layer, schema: Schema) -> Layer:
    """Lay a folder over its base; neither is used afterwards."""
    document = {key: value for key, value in own.document.items() if key not in OWN_ONLY}
    tables = dict(base.tables)
    for name, table in own.tables.items():
        keys = schema.tables[name].keys
        tables[name] = merged_table(tables[name], table, keys) if name in tables else table
    return Layer(merged_document(base.document, document), {**base.places, **own.places}, tables)


def merged_document(base: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """Merge tables by key; anything else is replaced."""
    result = dict(base)
    for key, value in own.items():
        beneath = result.get(key)
        both = isinstance(value, Mapping) and isinstance(beneath, Mapping)
        result[key] = merged_document(beneath, value) if both else value  # type: ignore[arg-type]
    return result


def merged_table(base: Table, own: Table, keys: Sequence[str]) -> Table:
    """Merge by key: a filled cell replaces, a new key is added."""
    position = {key: row for row, key in enumerate(base.keys(keys))}
    targets = [position.setdefault(key, len(position)) for key in own.keys(keys)]
    size = base.size
    new = len(position) - size
    # A new row's empty cells are faults, if at all, of the file that brought the row.
    born: Sequence[int] = [0] * new
    own_rows = own.origins[keys[0]]
    for target, code in zip(targets, own_rows, strict=True):
        if target >= size:
            born[target - size] = code  # type: ignore[index]
    base_rows = base.origins[keys[0]]
    columns: dict[str, list[str]] = {}
    origins: dict[str, Sequence[int]] = {}
    for column in dict.fromkeys([*base.columns, *own.columns]):
        cells = [*base.columns.get(column, [""] * size), *([""] * new)]
        codes = [*base.origins.get(column, base_rows), *born]
        for target, cell, code in zip(targets, own.columns.get(column, ()), own.origins.get(column, ()), strict=False):
            if cell:
                cells[target] = cell
                codes[target] = code
        columns[column] = cells
        origins[column] = codes
    return Table(base.name, columns, origins, [*base.files, *own.files])
