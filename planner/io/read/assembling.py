"""A checked layer becomes a scenario: everything in canonical order, with the place of every cell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from planner.io.read.folders import TOML
from planner.io.read.order import TIMESTEP, Order, row_order, sorted_order, timesteps
from planner.io.read.sources import check_sources
from planner.io.read.unusual import notes_of, unusual_in
from planner.io.read.validate import Column, Validator
from planner.scenario.origins import Codes, Origins
from planner.scenario.scenario import Scenario
from planner.scenario.schema import SOURCE
from planner.scenario.settings import check_features, settled

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path

    from planner.faults import Gathering
    from planner.io.files.tables import Table
    from planner.io.read.merge import Layer
    from planner.scenario.parameter import CaseSet, Parameter, Value
    from planner.scenario.schema import Schema


def check_listed(layer: Layer, schema: Schema, file: str, gathering: Gathering) -> None:
    """Keep what is wrong with the list of features."""
    if TOML in gathering.broken:
        return
    declarations = schema.declarations
    place = layer.places.get(("features",))
    where = (file, None) if place is None else (gathering.places.file(place), gathering.places.row(place))
    for fault in check_features(layer.document.get("features"), declarations.features, declarations.requires, where):
        gathering.add(fault)


class Reading:
    """A layer on its way to a scenario."""

    def __init__(
        self,
        layer: Layer,
        schema: Schema,
        path: Path,
        gathering: Gathering,
        complete: Collection[str] | None = None,
    ) -> None:
        """Check a layer and keep its faults.

        Parameters
        ----------
        complete
            The features whose parameters must all be there; ``None``: all that are listed.
        """
        self.layer = layer
        self.path = path
        listed = layer.document.get("features", [])
        self.features = schema.declarations.ordered(listed)
        self.validator = Validator(
            layer,
            schema,
            self.features,
            f"{path.name}/{TOML}",
            gathering,
            self.features if complete is None else complete,
        )
        self.validator.check()
        check_sources(layer, schema, gathering)
        self.members = _ordered(self.validator)

    def scenario(self, also: Collection[str] = ()) -> Scenario:
        """Return the scenario of a layer without faults; it knows the numbers of ``also`` too, which it lists not."""
        settings = settled({**self.layer.document, "parameters": self.validator.scalars}, self.features)
        return _assembled(self.path, settings, self.validator, self.members, (*self.features, *also))


def _ordered(validator: Validator) -> dict[str, tuple[str, ...]]:
    members = {name: found or () for name, found in validator.members.items()}
    table = validator.layer.tables.get(TIMESTEP)
    if table is not None and TIMESTEP in members and TIMESTEP not in validator.gathering.broken:
        column = validator.columns.get((TIMESTEP, "position"), Column((), ()))
        positions = {row: float(value) for row, value in zip(column.rows, column.values, strict=True)}
        cases = [made.index_set for made in validator.schema.declarations.case_sets.values()]
        members[TIMESTEP] = timesteps(table, positions, validator.gathering, cases)
    for made in validator.schema.declarations.case_sets.values():
        members[made.index_set] = _by_year(members[made.index_set], made, validator)
    return members


def _by_year(members: tuple[str, ...], made: CaseSet, validator: Validator) -> tuple[str, ...]:
    """Return the members of a set of cases in the order of their years, where they have years."""
    table = validator.layer.tables.get(made.index_set)
    parameter = validator.schema.declarations.parameters.get(made.year)
    column = None if parameter is None else validator.columns.get((made.index_set, parameter.name))
    if table is None or column is None:
        return members
    ids = table.columns[made.index_set]
    years = {ids[row]: float(value) for row, value in zip(column.rows, column.values, strict=True)}
    return tuple(sorted(members, key=lambda member: (years.get(member, 0.0), member)))


def _assembled(
    path: Path, settings: Any, validator: Validator, members: Mapping[str, tuple[str, ...]], used: tuple[str, ...]
) -> Scenario:
    layer, schema, gathering = validator.layer, validator.schema, validator.gathering
    given: dict[str, pd.Series | Value] = {}
    for name, value in validator.scalars.items():
        if schema.is_used(schema.scalars[name].key, used):
            given[schema.scalars[name].key] = value
    tables: dict[str, pd.DataFrame] = {}
    cells: dict[str, dict[str, Codes]] = {}
    for name, table in sorted(layer.tables.items()):
        known = schema.tables[name]
        order = _row_order(table, known.keys, members)
        names = [*known.keys, *(column for column in known.columns if column in table.columns)]
        frame = pd.DataFrame({column: _taken(table.columns[column], order) for column in names}, dtype=object)
        tables[name] = frame
        moved: dict[int, Codes] = {
            id(codes): codes if order is None else np.asarray(codes)[order] for codes in table.origins.values()
        }
        cells[name] = {column: moved[id(table.origins[column])] for column in names}
        indices: dict[bytes, pd.Index] = {}
        for column, parameter in known.columns.items():
            read = validator.columns.get((name, column))
            if (
                name != SOURCE
                and not parameter.case_of
                and read
                and len(read.values)
                and schema.is_used(parameter.key, used)
            ):
                given[parameter.key] = _series(frame, known.keys, parameter, read, order, indices=indices)
    scenario = Scenario(
        name=path.name,
        settings=settings,
        declarations=schema.declarations,
        sets=members,
        given=given,
        tables=tables,
        file_hashes=dict(sorted(gathering.hashes.items())),
        notes=tuple(gathering.notes),
        folder=path,
        origins=Origins(gathering.places, cells, {key[1]: code for key, code in layer.places.items() if len(key) > 1}),
    )
    unusual = tuple(unusual_in(scenario))
    notes = (*scenario.notes, *notes_of(unusual))
    return scenario.noted(notes=notes, unusual={each.parameter: each.count for each in unusual})


def _row_order(table: Table, keys: Sequence[str], members: Mapping[str, tuple[str, ...]]) -> Order | None:
    # Keys of source.csv are no members; those of a table that is not used may name members that do not exist.
    if not all(key in members and set(table.columns[key]) <= set(members[key]) for key in keys):
        return sorted_order(table.keys(keys))
    return row_order([table.columns[key] for key in keys], [members[key] for key in keys])


def _taken(cells: Sequence[str], order: Order | None) -> npt.NDArray[np.object_]:
    array = np.array(cells, dtype=object)
    return array if order is None else array[order]


def _series(
    frame: pd.DataFrame,
    keys: Sequence[str],
    parameter: Parameter,
    read: Column,
    order: Order | None,
    *,
    indices: dict[bytes, pd.Index],
) -> pd.Series:
    """Return the values over their keys, in the order of the frame's rows; columns of the same rows share their index.

    Parameters
    ----------
    indices
        The table's indices that are made, by the rows they are of; a new one is added.
    """
    rows = np.asarray(read.rows)
    kinds: dict[str, type] = {"number": float, "integer": int, "flag": bool}
    values: npt.NDArray[Any] = np.array(read.values, dtype=kinds.get(parameter.kind, object))
    if order is not None:
        place = np.empty(len(order), dtype=np.int64)
        place[order] = np.arange(len(order))
        rows = place[rows]
        by_row = np.argsort(rows)
        rows, values = rows[by_row], values[by_row]
    of_rows = rows.tobytes()
    if of_rows not in indices:
        taken = [pd.Index(frame[key].to_numpy()[rows], dtype=object, name=key) for key in keys]
        indices[of_rows] = taken[0] if len(keys) == 1 else pd.MultiIndex.from_arrays(taken)
    return pd.Series(values, index=indices[of_rows], dtype=values.dtype, name=parameter.key)
