"""Statements that exclude each other: the newer one of two takes the older one away, key by key."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from planner.io.read.merge import Layer, forget, given_at
from planner.language import say
from planner.scenario.parameter import Parameter, table_of
from planner.scenario.schema import SOURCE, Schema

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from planner.faults import Gathering
    from planner.io.files.tables import Table

SEPARATOR = ";"
Keys = Collection[tuple[str, ...]]


def replace_excluded(base: Layer, own: Layer, schema: Schema, gathering: Gathering) -> None:
    """Take from the base what a folder's own tables exclude, key by key."""
    for parameter in schema.declarations.parameters.values():
        if not parameter.excludes:
            continue
        for index, code in given_at(own, parameter):
            table = own.tables[table_of(index)]
            keys = [key for key, cell in zip(table.keys(index), table.columns[parameter.name], strict=True) if cell]
            clear_excluded(base, schema, parameter, keys, gathering, gathering.places.file(code))


def clear_excluded(  # noqa: PLR0917 - what is replaced where, by what, and who says so
    layer: Layer,
    schema: Schema,
    parameter: Parameter,
    keys: Keys,
    gathering: Gathering,
    label: str,
    spared: Callable[[int], bool] = lambda _: False,
) -> None:
    """Empty the cells that exclude a parameter at these keys, and note it."""
    for name in parameter.excludes:
        other = schema.declarations.parameters[name]
        for index, _ in given_at(layer, other):
            table = layer.tables[table_of(index)]
            if count := _cleared(layer, table, other, index, keys, spared):
                gathering.note(
                    say(
                        "{label}: {name} replaces {other} in {table}.csv, rows: {count}",
                        label=label,
                        name=parameter.name,
                        other=other.name,
                        count=count,
                        table=table.name,
                    )
                )


def _cleared(  # noqa: PLR0917 - as above
    layer: Layer, table: Table, other: Parameter, index: tuple[str, ...], keys: Keys, spared: Callable[[int], bool]
) -> int:
    """Empty cells of one column, their sources too; return how many."""
    depth = min((len(index), *(len(key) for key in keys)))
    known = {key[:depth] for key in keys}
    cells, codes = list(table.columns[other.name]), table.origins[other.name]
    rows = [
        row
        for row, key in enumerate(table.keys(index))
        if cells[row] and key[:depth] in known and not spared(codes[row])
    ]
    for row in rows:
        cells[row] = ""
    table.columns[other.name] = cells
    if rows and not any(cells):
        forget(layer, other, index)
    else:
        _forget_sources(layer, table, other, [table.keys(index)[row] for row in rows])
    return len(rows)


def _forget_sources(layer: Layer, table: Table, other: Parameter, keys: Sequence[tuple[str, ...]]) -> None:
    """Drop the sources that speak of single cells."""
    source = layer.tables.get(SOURCE)
    if source is None or not keys:
        return
    gone = {(table.name, SEPARATOR.join(key), other.name) for key in keys}
    named = zip(*(source.columns[part] for part in ("table", "key", "column")), strict=True)
    source.keep([one not in gone for one in named])
