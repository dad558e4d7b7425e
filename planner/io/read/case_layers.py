"""The layer of one case: the merged tables with the values that its stage and its future have of their own.

A case's values are laid over the scenario as a child's tables are laid over its base: a filled cell replaces, a new key
is added, and what is given by finer or coarser keys, or in other words, replaces what it excludes.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from itertools import combinations
from itertools import product as product_of
from typing import TYPE_CHECKING

from planner.io.files.tables import Table
from planner.io.read.cells import parse
from planner.io.read.merge import (
    PARAMETERS,
    Layer,
    check_given_once,
    forget,
    merged,
    merged_table,
    replace_other_indices,
)
from planner.io.read.order import TIMESTEP
from planner.io.read.replacing import replace_excluded
from planner.language import say
from planner.scenario.parameter import table_of
from planner.scenario.schema import SCENARIO, SOURCE, SOURCE_KEYS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from planner.faults import Gathering
    from planner.scenario.parameter import Parameter
    from planner.scenario.schema import Schema, TableSchema

SEPARATOR = ";"
Ids = dict[str, str]
"""Which case it is: the id of its stage and that of its future, by the set."""
Cell = tuple[str, str, tuple[str, ...]]
"""A cell by table, column and key; the table of a scalar has no name."""


def layer_of_case(layer: Layer, ids: Ids, schema: Schema, makers: frozenset[str], gathering: Gathering) -> Layer:
    """Return a case's own layer; the scenario's is left as it is."""
    case = _plain(layer, schema, makers)
    mixed = [factor for factor in _factors(schema) if len(_indices_of(layer, factor, schema)) > 1]
    _spread(case, mixed, layer)
    own = Layer()
    for names in _by_count(tuple(ids)):
        of_some = [_values(layer, schema, some, ids, gathering) for some in names]
        for one in of_some:
            _spread(one, mixed, layer)
        if len(of_some) > 1:
            of_all = _values(layer, schema, tuple(ids), ids, gathering)
            _spread(of_all, mixed, layer)
            _settle_doubles(of_some, of_all, schema, gathering)
        beside = Layer()
        for one in of_some:
            beside = merged(beside, one, schema)
        check_given_once(beside, schema, gathering)
        own = _laid(own, beside, schema, gathering)
    case = _laid(case, own, schema, gathering)
    _keep_timesteps(case, layer, ids, schema)
    _take_sources(case, layer, ids, schema)
    return case


def copied(layer: Layer) -> Layer:
    """Return a layer whose changes do not change the first."""
    document = {**layer.document, PARAMETERS: dict(layer.document.get(PARAMETERS, {}))}
    tables = {
        name: Table(name, dict(table.columns), dict(table.origins), list(table.files), table.emptied)
        for name, table in layer.tables.items()
    }
    return Layer(document, dict(layer.places), tables)


def multiply(layer: Layer, schema: Schema) -> None:
    """Multiply parameters with their factors, in decimal arithmetic, and take the factors away."""
    for factor in _factors(schema):
        for index in factor.indices:
            table = layer.tables.get(table_of(index))
            if table is not None and factor.name in table.columns:
                known = dict(zip(table.keys(index), table.columns[factor.name], strict=True))
                _multiply(layer, schema.declarations.parameters[factor.multiplies], index, known)
                forget(layer, factor, index)


def _multiply(
    layer: Layer, parameter: Parameter, index: tuple[str, ...], factors: Mapping[tuple[str, ...], str]
) -> None:
    for of in parameter.indices:
        table = layer.tables.get(table_of(of))
        if table is None or parameter.name not in table.columns:
            continue
        cells, keys = table.columns[parameter.name], table.keys(index)
        table.columns[parameter.name] = [
            product(cell, factors.get(key, "")) if cell else cell for cell, key in zip(cells, keys, strict=True)
        ]


def _factors(schema: Schema) -> list[Parameter]:
    return [one for one in schema.declarations.parameters.values() if one.multiplies]


def _indices_of(layer: Layer, factor: Parameter, schema: Schema) -> set[tuple[str, ...]]:
    """Return the plain indices at which a factor is given, by case or not."""
    return {
        known.plain_keys
        for known in (schema.tables[name] for name, table in layer.tables.items() if factor.name in table.columns)
        if known.columns[factor.name].case_of == factor.key or known.columns[factor.name] is factor
    }


def _spread(layer: Layer, factors: Sequence[Parameter], of: Layer) -> None:
    """Give factors by their finest keys: one that stands by workload alone is that of every region."""
    for factor in factors:
        for index in factor.also_index:
            table = layer.tables.get(table_of(index))
            if table is None or factor.name not in table.columns:
                continue
            cells = [table.columns[name] for name in index]
            known = dict(zip(zip(*cells, strict=True), enumerate(table.columns[factor.name]), strict=True))
            ids = [of.tables[name].columns[name] if name in of.tables else [] for name in factor.index]
            keys = [key for key in product_of(*ids) if _part(key, factor.index, index) in known]
            rows = [known[_part(key, factor.index, index)] for key in keys]
            codes = [table.origins[factor.name][row] for row, _ in rows]
            columns = {name: [key[place] for key in keys] for place, name in enumerate(factor.index)}
            columns[factor.name] = [cell for _, cell in rows]
            spread = Table(table_of(factor.index), columns, dict.fromkeys(columns, codes), table.files)
            forget(layer, factor, index)
            before = layer.tables.get(spread.name)
            layer.tables[spread.name] = spread if before is None else merged_table(spread, before, factor.index)


def _part(key: tuple[str, ...], index: tuple[str, ...], wanted: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(key[index.index(name)] for name in wanted)


def product(cell: str, factor: str) -> str:
    """Return a number times another as text; where one of them is none, the first as it is."""
    try:
        return f"{Decimal(cell) * Decimal(factor):f}" if factor else cell
    except InvalidOperation:
        return cell


def _by_count(sets: tuple[str, ...]) -> Iterator[list[tuple[str, ...]]]:
    """Yield the sets by which values may stand: those of one set first, for they are weaker."""
    for count in range(1, len(sets) + 1):
        yield list(combinations(sets, count))


def _plain(layer: Layer, schema: Schema, makers: frozenset[str]) -> Layer:
    """Return the layer without what belongs to cases: their sets, tables and settings.

    What those who make cases ask of each, such as how long a module stands, a case keeps.
    """
    case = copied(layer)
    owner = schema.declarations.owner
    for name in (*makers, *(made.index_set for made in schema.declarations.case_sets.values())):
        case.document.pop(name, None)
    case.document["features"] = [name for name in layer.document.get("features", []) if name not in makers]
    for name, parameter in schema.scalars.items():
        if owner.get(parameter.key) in makers and not parameter.is_by_case:
            case.document[PARAMETERS].pop(name, None)
    for name in list(case.tables):
        known, table = schema.tables[name], case.tables[name]
        gone = [column for column in table.columns if _is_of(known, column, owner, makers)]
        for column in gone:
            del table.columns[column], table.origins[column]
        is_empty = gone and len(known.keys) > 1 and set(table.columns) == set(known.keys)
        if known.cases or owner.get(name) in makers or is_empty:
            del case.tables[name]
    return case


def _is_of(known: TableSchema, column: str, owner: Mapping[str, str], makers: frozenset[str]) -> bool:
    parameter = known.columns.get(column)
    if known.name == SOURCE or parameter is None or parameter.is_by_case:
        return False
    return owner.get(parameter.key) in makers


def _values(layer: Layer, schema: Schema, sets: tuple[str, ...], ids: Ids, gathering: Gathering) -> Layer:
    """Return what is given by exactly these sets for a case, as plain tables and scalars."""
    found = Layer({PARAMETERS: {}})
    wanted = tuple(ids[name] for name in sets)
    for name, table in layer.tables.items():
        known = schema.tables[name]
        if known.cases != sets:
            continue
        plain = known.plain_keys
        rows = [row for row, key in enumerate(table.keys(sets)) if key == wanted]
        columns = [column for column in table.columns if column in known.columns and known.columns[column].case_of]
        columns = [column for column in columns if any(table.columns[column][row] for row in rows)]
        if not plain:
            for column in columns:
                _add_scalar(found, schema.scalars[column], table, rows[0], gathering)
        elif columns:
            kept = [*plain, *columns]
            found.tables[table_of(plain)] = Table(
                table_of(plain),
                {column: [table.columns[column][row] for row in rows] for column in kept},
                {column: [table.origins[column][row] for row in rows] for column in kept},
                table.files,
            )
    return found


def _add_scalar(found: Layer, parameter: Parameter, table: Table, row: int, gathering: Gathering) -> None:
    """Take a scalar's value; what is wrong with it is told where the table is checked."""
    parsed = parse(parameter, [table.columns[parameter.name][row]])
    if parsed.values:
        found.document[PARAMETERS][parameter.name] = parsed.values[0]
        found.places[PARAMETERS, parameter.name] = table.origins[parameter.name][row]
    else:
        gathering.broken.add(f"{table.name}.{parameter.name}")


def _settle_doubles(of_some: Sequence[Layer], of_all: Layer, schema: Schema, gathering: Gathering) -> None:
    """Multiply factors that are given by stage and by future; of other values only one of the two may be given."""
    decided = set(_cells(of_all, schema))
    first, second = of_some
    for cell in sorted(set(_cells(first, schema)).intersection(_cells(second, schema)) - decided):
        table, column, key = cell
        if not table:
            _tell_double(second.places[PARAMETERS, column], column, str(second.document[PARAMETERS][column]), gathering)
            continue
        parameter, row = schema.tables[table].columns[column], _row(second, table, schema, key)
        cells = second.tables[table].columns[column]
        if not parameter.multiplies:
            _tell_double(second.tables[table].origins[column][row], column, cells[row], gathering)
            continue
        beside = first.tables[table].columns[column][_row(first, table, schema, key)]
        second.tables[table].columns[column] = [*cells[:row], product(cells[row], beside), *cells[row + 1 :]]


def _tell_double(code: int, column: str, value: str, gathering: Gathering) -> None:
    problem = say("it is given by stage and by future, and nothing says which of the two holds")
    gathering.at(code, column, value, problem, say("give it by both, in the table that ends in _stage_future"))


def _row(layer: Layer, table: str, schema: Schema, key: tuple[str, ...]) -> int:
    return layer.tables[table].keys(schema.tables[table].keys).index(key)


def _cells(layer: Layer, schema: Schema) -> Iterator[Cell]:
    """Yield the filled cells and the scalars of a layer."""
    for name in layer.document.get(PARAMETERS, {}):
        yield "", name, ()
    for name, table in layer.tables.items():
        keys = schema.tables[name].keys
        rows = table.keys(keys)
        for column, cells in table.columns.items():
            if column not in keys:
                yield from ((name, column, key) for key, cell in zip(rows, cells, strict=True) if cell)


def _laid(base: Layer, own: Layer, schema: Schema, gathering: Gathering) -> Layer:
    """Lay values over others as a child's tables are laid over its base."""
    replace_other_indices(base, own, schema, gathering)
    replace_excluded(base, own, schema, gathering)
    return merged(base, own, schema)


def _keep_timesteps(case: Layer, layer: Layer, ids: Ids, schema: Schema) -> None:
    """Leave out the timesteps of other cases, and all that is given for them."""
    steps = layer.tables.get(TIMESTEP)
    if steps is None or not set(ids) & set(steps.columns):
        return
    named = [(steps.columns[name], one) for name, one in ids.items() if name in steps.columns]
    kept = {
        step for row, step in enumerate(steps.columns[TIMESTEP]) if all(cells[row] in {"", one} for cells, one in named)
    }
    for name, table in case.tables.items():
        if TIMESTEP in schema.tables[name].keys:
            table.keep([step in kept for step in table.columns[TIMESTEP]])


def _take_sources(case: Layer, layer: Layer, ids: Ids, schema: Schema) -> None:
    """Give the case's cells the sources that they have by stage and future; those of other cases are left out."""
    table = case.tables.get(SOURCE)
    if table is None:
        return
    table.keep([_is_there(case, row, schema) for row in table.keys(SOURCE_KEYS)])
    for count in _by_count(tuple(ids)):
        for sets in count:
            own = _renamed(layer, sets, ids, schema)
            table = case.tables[SOURCE] = merged_table(table, own, SOURCE_KEYS) if own.size else table


def _is_there(case: Layer, named: tuple[str, ...], schema: Schema) -> bool:
    """Return whether a source speaks of what a case has: of no table or column that belongs to the cases."""
    name, _, column = named
    if name == SCENARIO:
        return column not in schema.scalars or column in case.document[PARAMETERS]
    known = schema.tables.get(name)
    return known is None or (not known.cases and (name not in case.tables or column in case.tables[name].columns))


def _renamed(layer: Layer, sets: tuple[str, ...], ids: Ids, schema: Schema) -> Table:
    """Return the sources of a case's own values under the names that the values have in the case.

    One of a whole column by stage is that of each cell that the column fills in the case.
    """
    source = layer.tables[SOURCE]
    found: dict[tuple[str, ...], int] = {}
    named = sorted(enumerate(source.keys(SOURCE_KEYS)), key=lambda one: bool(one[1][1]))  # a row's own source wins
    for row, (name, key, column) in named:
        known = schema.tables.get(name)
        if known is None or known.cases != sets or column not in known.columns or not known.columns[column].case_of:
            continue
        for plain, whole in _filled(layer, name, column, ids, schema):
            if key in {"", SEPARATOR.join(whole)}:
                found[table_of(known.plain_keys) or SCENARIO, SEPARATOR.join(plain), column] = row
    columns = {column: [cells[row] for row in found.values()] for column, cells in source.columns.items()}
    columns |= {part: [names[place] for names in found] for place, part in enumerate(SOURCE_KEYS)}
    origins: dict[str, Sequence[int]] = {
        name: [codes[row] for row in found.values()] for name, codes in source.origins.items()
    }
    return Table(SOURCE, columns, origins, source.files)


def _filled(
    layer: Layer, name: str, column: str, ids: Ids, schema: Schema
) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Yield the keys of the cells that a column by stage or future fills in a case: in plain tables, and here."""
    table, known = layer.tables.get(name), schema.tables[name]
    wanted = tuple(ids[one] for one in known.cases)
    count = len(known.plain_keys)
    if table is not None and column in table.columns:
        for key, cell in zip(table.keys(known.keys), table.columns[column], strict=True):
            if cell and key[count:] == wanted:
                yield key[:count], key
