"""The one rule for all tables: what the declarations ask for, and nothing else, is in them."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import product
from math import prod
from typing import TYPE_CHECKING

from planner.errors import Fault
from planner.faults import LIKE_MAX, Gathering, listed, nearest
from planner.io.read.cells import Check, id_fault, kind_word, parse
from planner.io.read.folders import TOML
from planner.io.read.members import members_without_table, referenced
from planner.io.read.merge import PARAMETERS, Layer, given_at
from planner.language import Text, join, say, written
from planner.scenario.parameter import REQUIRED, IndexSet, Parameter, Value, table_of
from planner.scenario.schema import SOURCE, Schema, TableSchema

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from planner.io.files.tables import Table

SWAP = say("longitude and latitude look swapped")


@dataclass(frozen=True)
class Column:
    """The filled cells of one column, read."""

    rows: Sequence[int]
    values: Sequence[Value]


@dataclass
class Validator:
    """Checks a merged layer against the declarations and gathers its values."""

    layer: Layer
    schema: Schema
    features: tuple[str, ...]
    file: str  # scenario.toml of the scenario that is run, named where nothing better is known
    gathering: Gathering
    complete: Collection[str]  # the features whose parameters must all be there
    members: dict[str, tuple[str, ...] | None] = field(default_factory=dict)
    """The sets; ``None`` where a fault hides the members."""
    columns: dict[tuple[str, str], Column] = field(default_factory=dict)  # the values, by table and column
    scalars: dict[str, Value] = field(default_factory=dict)  # those of [parameters]

    def check(self) -> None:
        """Gather members and values, and every fault on the way."""
        for index_set in self.schema.declarations.sets.values():
            self.members[index_set.name] = self._members(index_set)
        for name, table in sorted(self.layer.tables.items()):
            schema = self.schema.tables[name]
            if len(schema.keys) > 1 and name != SOURCE:
                self._check_keys(table, schema)
            for column, parameter in schema.columns.items():
                if column in table.columns:
                    self._check_column(table, column, parameter)
        self._check_scalars()
        for parameter in self.schema.declarations.parameters.values():
            is_asked = self.schema.declarations.owner[parameter.key] in self.complete or not self.schema.features_of(
                parameter.key
            )
            if parameter.default is REQUIRED and is_asked:
                self._check_required(parameter)

    def _members(self, index_set: IndexSet) -> tuple[str, ...] | None:
        name = index_set.name
        if name in self.gathering.broken:
            return None
        table = self.layer.tables.get(name)
        is_needed = index_set.members_default is None and not index_set.from_references
        is_needed = is_needed and self.schema.is_used(name, self.features)
        if table is not None:
            if not table.size and (is_needed or index_set.members_default):
                self._tell_empty(table)
                return None
            return tuple(sorted(table.columns[name]))
        if index_set.from_references:
            self._check_named_ids(name)
        found = members_without_table(self.layer.tables, self.schema, name)
        if found is None and is_needed:
            remedy = say("it says what the {name}s are", name=name)
            self.gathering.add(Fault(self._sibling(name), say("the table is missing"), remedy=remedy), name)
        return found

    def _tell_empty(self, table: Table) -> None:
        """Keep the fault that a set has no member, at the ``[drop]`` that took the last one where there is one."""
        remedy = say("give at least one {name}", name=table.name)
        if table.emptied is None:
            self.gathering.add(Fault(table.files[-1], say("the table has no rows"), remedy=remedy))
            return
        problem = say("no {name} is left: all are dropped", name=table.name)
        self.gathering.at(table.emptied, f"drop.{table.name}", None, problem, remedy)

    def _sibling(self, table: str) -> str:
        return f"{self.file.removesuffix(TOML)}{table}.csv"

    def _check_named_ids(self, name: str) -> None:
        for cell, code in referenced(self.layer.tables, self.schema, name).items():
            if fault := id_fault(cell):
                self.gathering.at(code, name, cell, *fault)

    def _check_keys(self, table: Table, schema: TableSchema) -> None:
        for key in schema.keys:
            members = self.members[key]
            if members is None:
                continue
            self._check_ids(table, key, key, members)

    def _check_ids(self, table: Table, column: str, name: str, members: Sequence[str]) -> None:
        known = set(members)
        unknown = set(table.columns[column]) - known - {""}
        if not unknown:
            return
        first = list(dict.fromkeys(cell for cell in table.columns[column] if cell in unknown))[:LIKE_MAX]
        remedies = {cell: nearest(cell, known, say("known {name}s", name=name)) for cell in first}
        for cell, code in zip(table.columns[column], table.origins[column], strict=True):
            if cell in unknown:
                self.gathering.at(code, column, cell, say("unknown {name}", name=name), remedies.get(cell, ""))

    def _check_column(self, table: Table, column: str, parameter: Parameter) -> None:
        cells = table.columns[column]
        parsed = parse(parameter, cells)
        for row, problem, remedy in parsed.faults:
            if column == "latitude" and written(problem) == "out of range" and _is_swapped(table, row):
                problem = say("out of range: {SWAP}", SWAP=SWAP)  # noqa: PLW2901
            self.gathering.at(table.origins[column][row], column, cells[row], problem, remedy)
        if parsed.faults:
            self.gathering.broken.add(f"{table.name}.{column}")
        if parameter.kind == "reference" and parameter.refers_to:
            members = self.members[parameter.refers_to]
            if members is not None and parameter.refers_to in self.layer.tables:
                self._check_ids(table, column, parameter.refers_to, members)
        self.columns[table.name, column] = Column(parsed.rows, parsed.values)

    def _check_scalars(self) -> None:
        for name, value in self.layer.document.get(PARAMETERS, {}).items():
            code = self.layer.places[PARAMETERS, name]
            column = f"{PARAMETERS}.{name}"
            parameter = self.schema.scalars.get(name)
            if parameter is None:
                self.gathering.at(code, column, None, say("unknown parameter"), self._scalar_remedy(name))
                continue
            fault, read = scalar(parameter, value)
            fault = fault or self._unknown_member(parameter, read)
            if fault:
                self.gathering.at(code, column, str(value), *fault)
            elif read is not None:
                self.scalars[name] = read

    def _unknown_member(self, parameter: Parameter, read: Value | None) -> Check | None:
        """Return what is wrong with a scalar that names a member of a set, or ``None``."""
        if not parameter.refers_to or read is None or not self.schema.is_used(parameter.key, self.features):
            return None
        known = self.members[parameter.refers_to] or ()
        if read in known or parameter.refers_to in self.gathering.broken:
            return None
        return say("unknown {name}", name=parameter.refers_to), nearest(str(read), known)

    def _scalar_remedy(self, name: str) -> Text:
        tables = [table.name for table in self.schema.tables.values() if name in table.columns]
        return say("it is a column of {tables}.csv", tables=tables[0]) if tables else nearest(name, self.schema.scalars)

    def _check_required(self, parameter: Parameter) -> None:
        found = given_at(self.layer, parameter)
        tables = [table_of(index) for index, _ in found] or [table_of(index) for index in parameter.indices]
        if any(table in self.gathering.broken for table in tables):
            return
        if any(self.members.get(name) is None for name in parameter.index):
            return
        if not found:
            self._all_missing(parameter)
        elif found[0][0]:
            self._some_missing(parameter, found[0][0])

    def _all_missing(self, parameter: Parameter) -> None:
        if not prod(len(self.members[name] or ()) for name in parameter.index):
            return
        places = [f"{table_of(index)}.csv" if index else "[parameters]" for index in parameter.indices]
        owner = self.schema.declarations.owner[parameter.key]
        remedy = say(
            "{owner} needs it: give {name} in {listed}",
            owner=owner,
            name=parameter.name,
            listed=join(places, say(" or ")),
        )
        file = self.file if not parameter.index else self._sibling(table_of(parameter.index))
        column = parameter.name if parameter.index else f"{PARAMETERS}.{parameter.name}"
        self.gathering.add(Fault(file, say("not given, and there is no default"), None, column, None, remedy))

    def _some_missing(self, parameter: Parameter, index: tuple[str, ...]) -> None:
        table = self.layer.tables[table_of(index)]
        members = [self.members[name] or () for name in index]
        cells = table.columns[parameter.name]
        keys = table.keys(index)
        if prod(map(len, members)) == len(keys) and "" not in cells:
            return
        for key, cell, code in zip(keys, cells, table.origins[parameter.name], strict=True):
            if not cell:
                problem = say("empty for {listed}, and there is no default", listed=listed(key))
                self.gathering.at(code, parameter.name, None, problem, say("fill the cell"))
        present = set(keys)
        missing = [key for key in product(*members) if key not in present]
        if missing:
            names = listed([" × ".join(key) for key in missing])
            problem = say("{count} missing, and there is no default: {names}", count=len(missing), names=names)
            self.gathering.add(
                Fault(
                    table.files[-1],
                    problem,
                    None,
                    parameter.name,
                    None,
                    say("add the rows, with 0 where nothing is meant"),
                )
            )


def scalar(parameter: Parameter, value: object) -> tuple[Check | None, Value | None]:
    """Read a TOML value as a scalar parameter: a fault, or the value."""
    if isinstance(value, bool):
        fits = parameter.kind == "flag"
    elif isinstance(value, int | float):
        fits = parameter.is_numeric
    else:
        fits = isinstance(value, str) and not parameter.is_numeric and parameter.kind != "flag"
    if not fits:
        hint = say(" without quotes") if isinstance(value, str) else ""
        return (
            say("the value is of the wrong kind"),
            say("write a {kind}{hint}", kind=kind_word(parameter.kind), hint=hint),
        ), None
    text = str(value).lower() if isinstance(value, bool) else value if isinstance(value, str) else repr(value)
    parsed = parse(parameter, [text])
    if parsed.faults:
        return (parsed.faults[0][1], parsed.faults[0][2]), None
    return None, parsed.values[0] if parsed.values else None


def _is_swapped(table: Table, row: int) -> bool:
    longitude, latitude = (table.columns.get(axis, [""] * table.size)[row] for axis in ("longitude", "latitude"))
    try:
        return abs(float(longitude)) <= 90 < abs(float(latitude)) <= 180  # noqa: PLR2004 - degrees
    except ValueError:
        return False


def unused(layer: Layer, schema: Schema, features: tuple[str, ...]) -> Mapping[Text, str]:
    """Return the columns and scalars, as users name them, that belong to features not listed, with the feature."""
    found: dict[Text, str] = {}
    for name, table in sorted(layer.tables.items()):
        for column, parameter in schema.tables[name].columns.items():
            if name != SOURCE and column in table.columns and not schema.is_used(parameter.key, features):
                place = say("{name}.csv, column {column}", name=name, column=column)
                found[place] = _not_listed(schema, parameter, features)
    for name in layer.document.get(PARAMETERS, {}):
        if name in schema.scalars and not schema.is_used(schema.scalars[name].key, features):
            found[f"[parameters] {name}"] = _not_listed(schema, schema.scalars[name], features)
    for feature, made in schema.declarations.case_sets.items():
        if made.index_set in layer.document and feature not in features:
            found[f"[{made.index_set}]"] = feature
    return found


def _not_listed(schema: Schema, parameter: Parameter, features: tuple[str, ...]) -> str:
    return next(name for name in schema.features_of(parameter.key) if name not in features)
