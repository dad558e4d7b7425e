"""A scenario folder → :class:`Scenario`, or one error with every fault found."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from planner.errors import Fault, InvalidInputError
from planner.faults import Gathering
from planner.io.read.edits import override
from planner.io.read.folders import TOML, FolderReader, existing_folder
from planner.io.read.order import TIMESTEP, Order, row_order, sorted_order, timesteps
from planner.io.read.sources import check_sources
from planner.io.read.unusual import notes_of, unusual_in
from planner.io.read.validate import Column, Validator, unused
from planner.language import say
from planner.scenario.origins import Codes, Origins
from planner.scenario.scenario import Scenario
from planner.scenario.schema import SOURCE, Schema, schema_of
from planner.scenario.settings import check_features, settled

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from planner.io.files.tables import Table
    from planner.io.read.merge import Layer
    from planner.scenario.parameter import Declarations, Parameter, Value


def read_scenario(folder: str | Path, declarations: Declarations, overrides: Iterable[str] = ()) -> Scenario:
    """Read, merge and check a scenario.

    Parameters
    ----------
    folder
        The scenario folder; its parent is the root that no path may leave.
    declarations
        What the features declare.
    overrides
        ``K=V`` as in ``--set``, in order.

    Raises
    ------
    InvalidInputError
        Anything wrong; all faults together.
    """
    path = existing_folder(Path(folder), say("name a scenario folder"))
    gathering = Gathering(path.parent)
    schema = schema_of(declarations)
    try:
        layer = FolderReader(schema, gathering).read(path)
    except PermissionError:
        raise InvalidInputError([Fault(str(folder), say("the folder may not be read"))]) from None
    if layer is None:
        gathering.finish()
        raise InvalidInputError([Fault(str(folder), say("the scenario cannot be read"))])
    override(layer, overrides, schema, gathering)
    return _checked(layer, schema, path, gathering)


def _checked(layer: Layer, schema: Schema, path: Path, gathering: Gathering) -> Scenario:
    file = f"{path.name}/{TOML}"
    declarations = schema.declarations
    if TOML not in gathering.broken:
        place = layer.places.get(("features",))
        where = (file, None) if place is None else (gathering.places.file(place), gathering.places.row(place))
        for fault in check_features(
            layer.document.get("features"), declarations.features, declarations.requires, where
        ):
            gathering.add(fault)
    listed = layer.document.get("features", [])
    features = declarations.ordered(listed)
    validator = Validator(layer, schema, features, file, gathering)
    validator.check()
    check_sources(layer, schema, gathering)
    members = _ordered(validator)
    gathering.finish()
    for name, feature in unused(layer, schema, features).items():
        gathering.note(say("unused: {name} (the feature {feature} is not listed)", name=name, feature=feature))
    settings = settled({**layer.document, "parameters": validator.scalars}, features)
    return _assembled(path, settings, validator, members)


def _ordered(validator: Validator) -> dict[str, tuple[str, ...]]:
    members = {name: found or () for name, found in validator.members.items()}
    table = validator.layer.tables.get(TIMESTEP)
    if table is not None and TIMESTEP in members and TIMESTEP not in validator.gathering.broken:
        column = validator.columns.get((TIMESTEP, "position"), Column((), ()))
        positions = {row: float(value) for row, value in zip(column.rows, column.values, strict=True)}
        members[TIMESTEP] = timesteps(table, positions, validator.gathering)
    return members


def _assembled(path: Path, settings: Any, validator: Validator, members: Mapping[str, tuple[str, ...]]) -> Scenario:
    layer, schema, gathering = validator.layer, validator.schema, validator.gathering
    given: dict[str, pd.Series | Value] = {}
    for name, value in validator.scalars.items():
        if schema.is_used(schema.scalars[name].key, settings.features):
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
        for column, parameter in known.columns.items():
            read = validator.columns.get((name, column))
            if name != SOURCE and read and len(read.values) and schema.is_used(parameter.key, settings.features):
                given[parameter.key] = _series(frame, known.keys, parameter, read, order)
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
    frame: pd.DataFrame, keys: Sequence[str], parameter: Parameter, read: Column, order: Order | None
) -> pd.Series:
    """Return the values over their keys, in the order of the frame's rows."""
    rows = np.asarray(read.rows)
    kinds: dict[str, type] = {"number": float, "integer": int, "flag": bool}
    values: npt.NDArray[Any] = np.array(read.values, dtype=kinds.get(parameter.kind, object))
    if order is not None:
        place = np.empty(len(order), dtype=np.int64)
        place[order] = np.arange(len(order))
        rows = place[rows]
        by_row = np.argsort(rows)
        rows, values = rows[by_row], values[by_row]
    taken = [pd.Index(frame[key].to_numpy()[rows], dtype=object, name=key) for key in keys]
    index = taken[0] if len(keys) == 1 else pd.MultiIndex.from_arrays(taken)
    return pd.Series(values, index=index, dtype=values.dtype, name=parameter.key)
