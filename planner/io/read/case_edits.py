"""``[stage.X.set]``, ``[future.Y.set]`` and ``--set`` in a scenario of several cases, and how they are written down.

They are applied to each case after all tables. What they changed is put back into the scenario's own tables, so that
these alone say what the cases are: a scenario that is written has no such sets any more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.faults import nearest
from planner.io.files.tables import Table
from planner.io.read.cells import parse
from planner.io.read.edits import COMMAND_LINE, Editor, cell_of, edits_of, set_scalar, target_of
from planner.io.read.merge import PARAMETERS, Layer, forget
from planner.language import say
from planner.scenario.parameter import table_of
from planner.scenario.schema import SOURCE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from planner.faults import Gathering
    from planner.io.read.case_layers import Ids
    from planner.scenario.parameter import Parameter
    from planner.scenario.schema import Schema

SET = "set"
Column = tuple[str, str]
"""A column by table and name; the table of a scalar has no name."""
Key = tuple[str, ...]


def check_members(layer: Layer, members: Mapping[str, Sequence[str]], gathering: Gathering) -> None:
    """Refuse ``[stage.X.set]`` of a stage that is not there."""
    for name, known in members.items():
        for member in layer.document.get(name, {}):
            if member not in known:
                code = layer.places.get((name, member), gathering.places.base(""))
                remedy = nearest(member, known)
                gathering.at(code, f"{name}.{member}", member, say("unknown {name}", name=name), remedy)


def apply_sets(layer: Layer, of: Layer, ids: Ids, schema: Schema, gathering: Gathering) -> None:
    """Apply what a scenario sets for the stage and then for the future of a case to the case's layer."""
    for name, member in ids.items():
        assignments = of.document.get(name, {}).get(member, {}).get(SET, {})
        codes = {target: of.places[name, member, SET, target] for target in assignments}
        scalars = {target: value for target, value in assignments.items() if target in schema.scalars}
        for target, value in scalars.items():
            set_scalar(
                layer, schema.scalars[target], value, codes[target], f"{name}.{member}.{SET}.{target}", gathering
            )
        editor = Editor(layer, schema, gathering, {})
        others = {target: value for target, value in assignments.items() if target not in scalars}
        for edit in edits_of(others, codes, schema, gathering, f"{name}.{member}.{SET}"):
            editor.apply(edit)


def split(overrides: Iterable[str], schema: Schema, makers: Collection[str]) -> tuple[list[str], list[str]]:
    """Return the ``--set`` that speak of the cases themselves, and those that hold in every case."""
    found: tuple[list[str], list[str]] = ([], [])
    for text in overrides:
        found[not _is_of_cases(text, schema, makers)].append(text)
    return found


def _is_of_cases(text: str, schema: Schema, makers: Collection[str]) -> bool:
    """Return whether a ``--set`` changes a table of the cases, or what belongs to a feature that makes them."""
    table, column = target_of(text)
    known = schema.tables.get(table)
    parameter = schema.scalars.get(column) if known is None else known.columns.get(column)
    is_owned = parameter is not None and schema.declarations.owner.get(parameter.key) in makers
    return is_owned or table in makers or (known is not None and bool(known.cases))


def changed(before: Layer, after: Layer, schema: Schema) -> dict[Column, set[Key]]:
    """Return in which cells and scalars two layers of one case differ; columns that went are not among them."""
    found: dict[Column, set[Key]] = {}
    old, new = (layer.document.get(PARAMETERS, {}) for layer in (before, after))
    for name in {*old, *new}:
        if old.get(name) != new.get(name):
            found["", name] = {()}
    for name, table in after.tables.items():
        if name == SOURCE or (name in before.tables and table.columns == before.tables[name].columns):
            continue
        for column in set(table.columns).difference(schema.tables[name].keys):
            was, has = (cells_of(layer, (name, column), schema) for layer in (before, after))
            if keys := {key for key, cell in has.items() if cell != was.get(key, "")}:
                found[name, column] = keys
    return found


def cells_of(layer: Layer, column: Column, schema: Schema) -> dict[Key, str]:
    """Return the cells of a column by key; a scalar has one, without a key."""
    table, name = column
    if not table:
        value = layer.document.get(PARAMETERS, {}).get(name)
        return {} if value is None else {(): cell_of(value, None) or ""}
    if table not in layer.tables or name not in layer.tables[table].columns:
        return {}
    of = layer.tables[table]
    return dict(zip(of.keys(schema.tables[table].keys), of.columns[name], strict=True))


def write_down(
    layer: Layer, cases: Sequence[tuple[Ids, Layer]], touched: Mapping[Column, set[Key]], schema: Schema
) -> None:
    """Put the values that cells have in the cases into a scenario's own tables, in place of all it has of them.

    What is alike in all cases stands once. A cell that is empty in a case is empty in the plain table, and filled by
    case in the others: nothing in a table by stage can take a value away.
    """
    for column in sorted(touched):
        keys = sorted(touched[column])
        values = [cells_of(case, column, schema) for _, case in cases]
        own = cells_of(layer, column, schema)
        plain: dict[Key, str] = {}
        by_case: dict[Key, str] = {}
        for key in keys:
            of_cases = [cells.get(key, "") for cells in values]
            plain[key] = of_cases[0] if len(set(of_cases)) == 1 else "" if "" in of_cases else own.get(key, "")
            for (ids, _), value in zip(cases, of_cases, strict=True):
                if value != plain[key]:
                    by_case[(*key, *ids.values())] = value
        _clear(layer, column, set(keys), schema)
        _put(layer, column, plain, schema)
        names = schema.tables[column[0]].keys if column[0] else ()
        _put(layer, (table_of((*names, *cases[0][0])), column[1]), by_case, schema)


def _clear(layer: Layer, column: Column, keys: set[Key], schema: Schema) -> None:
    """Empty what is given by stage or future for cells; a column or table with nothing left goes."""
    plain = schema.tables[column[0]].keys if column[0] else ()
    name = column[1]
    for table in list(layer.tables.values()):
        known = schema.tables[table.name]
        if not known.cases or known.plain_keys != plain or name not in table.columns or not known.columns[name].case_of:
            continue
        rows = table.keys(known.keys)
        table.columns[name] = [
            "" if row[: len(plain)] in keys else cell for row, cell in zip(rows, table.columns[name], strict=True)
        ]
        if not any(table.columns[name]):
            forget(layer, known.columns[name], known.keys)


def _put(layer: Layer, column: Column, values: Mapping[Key, str], schema: Schema) -> None:
    """Give cells their text, with the rows and the table that they need."""
    table, name = column
    if not table:
        _put_scalar(layer, schema.scalars[name], values[()])
        return
    keys = schema.tables[table].keys
    if table not in layer.tables:
        if not any(values.values()):
            return
        layer.tables[table] = Table(table, {each: [] for each in keys}, dict.fromkeys(keys, ()), [COMMAND_LINE])
    of = layer.tables[table]
    rows = {key: row for row, key in enumerate(of.keys(keys))}
    new = [key for key, value in values.items() if key not in rows and value]
    code = layer.places.get(("features",), 0)
    for each in of.columns:
        added = [key[keys.index(each)] if each in keys else "" for key in new]
        of.columns[each] = [*of.columns[each], *added]
        of.origins[each] = [*of.origins[each], *([code] * len(new))]
    cells = list(of.columns.get(name, [""] * of.size))
    rows = {key: row for row, key in enumerate(of.keys(keys))}
    for key, value in values.items():
        if key in rows:
            cells[rows[key]] = value
    if name in of.columns or any(cells):
        of.columns[name] = cells
        of.origins.setdefault(name, of.origins[keys[0]])


def _put_scalar(layer: Layer, parameter: Parameter, cell: str) -> None:
    scalars = layer.document.setdefault(PARAMETERS, {})
    scalars.pop(parameter.name, None)
    parsed = parse(parameter, [cell] if cell else [])
    if parsed.values:
        scalars[parameter.name] = parsed.values[0]
        layer.places.setdefault((PARAMETERS, parameter.name), layer.places.get(("features",), 0))
