"""A scenario folder → :class:`Scenario`, or one error with every fault found."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

from planner.errors import Fault, InvalidInputError
from planner.faults import Gathering
from planner.io.read.assembling import Reading, check_listed
from planner.io.read.case_edits import apply_sets, changed, check_members, split, write_down
from planner.io.read.case_layers import copied, layer_of_case, multiply
from planner.io.read.edits import override
from planner.io.read.folders import TOML, FolderReader, existing_folder
from planner.io.read.validate import unused
from planner.language import say
from planner.scenario.cases import told_once
from planner.scenario.parameter import table_of
from planner.scenario.scenario import Case, Scenario
from planner.scenario.schema import Schema, schema_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from planner.io.read.case_edits import Column, Key
    from planner.io.read.case_layers import Ids
    from planner.io.read.merge import Layer
    from planner.scenario.parameter import CaseSet, Declarations


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
    check_listed(layer, schema, f"{path.name}/{TOML}", gathering)
    listed = layer.document.get("features", [])
    makers = {name: made for name, made in declarations.case_sets.items() if name in listed}
    if makers:
        return _Cases(layer, schema, path, gathering, makers).read(list(overrides))
    override(layer, overrides, schema, gathering)
    multiply(layer, schema)
    reading = Reading(layer, schema, path, gathering)
    gathering.finish()
    _note_unused(layer, schema, reading.features, gathering)
    return reading.scenario()


def _note_unused(layer: Layer, schema: Schema, features: tuple[str, ...], gathering: Gathering) -> None:
    for name, feature in unused(layer, schema, features).items():
        gathering.note(say("unused: {name} (the feature {feature} is not listed)", name=name, feature=feature))


class _Cases:
    """A scenario of several cases: its own layer, and one of each case."""

    def __init__(
        self, layer: Layer, schema: Schema, path: Path, gathering: Gathering, makers: dict[str, CaseSet]
    ) -> None:
        self.layer = layer
        self.schema = schema
        self.path = path
        self.gathering = gathering
        self.makers = makers
        self.gathered: dict[str, Gathering] = {}
        """What the reading of each case found, by the case's name."""

    def read(self, overrides: list[str]) -> Scenario:
        """Return the scenario with its cases."""
        of_cases, of_all = split(overrides, self.schema, self.makers)
        override(self.layer, of_cases, self.schema, self.gathering)
        members = self._members()
        check_members(self.layer, members, self.gathering)
        cases = [dict(zip(members, ids, strict=True)) for ids in product(*members.values())]
        layers = self._layers(cases, of_all)
        reading = Reading(self.layer, self.schema, self.path, self.gathering, complete=self.makers)
        readings = [
            Reading(layer, self.schema, self.path, self.gathered["/".join(ids.values())])
            for ids, layer in zip(cases, layers, strict=True)
        ]
        told = set(self.gathering.faults)
        left = {name: [one for one in each.faults if one not in told] for name, each in self.gathered.items()}
        for fault in told_once(left):
            self.gathering.add(fault)
        self.gathering.finish()
        return self._united(reading, cases, readings)

    def _members(self) -> dict[str, list[str]]:
        """Return the ids of the stages and of the futures, as far as they are given."""
        tables = self.layer.tables
        sets = [made.index_set for made in self.makers.values()]
        return {name: sorted(tables[name].columns[name]) if name in tables else [] for name in sets}

    def _broken(self) -> set[str]:
        """Return the tables that could not be read, and those that would hold their values in a case."""
        tables = [self.schema.tables[name] for name in self.gathering.broken if name in self.schema.tables]
        return {*self.gathering.broken, *(table_of(table.plain_keys) for table in tables if table.cases)}

    def _layers(self, cases: list[Ids], overrides: list[str]) -> list[Layer]:
        """Return the layer of each case, what is set for it applied, and write down what that changed."""
        layers: list[Layer] = []
        touched: dict[Column, set[Key]] = {}
        for ids in cases:
            gathering = Gathering(self.gathering.root, self.gathering.places, broken=self._broken())
            self.gathered["/".join(ids.values())] = gathering
            before = layer_of_case(self.layer, ids, self.schema, frozenset(self.makers), gathering)
            layer = copied(before)
            apply_sets(layer, self.layer, ids, self.schema, gathering)
            override(layer, overrides, self.schema, gathering)
            for column, keys in changed(before, layer, self.schema).items():
                touched.setdefault(column, set()).update(keys)
            layers.append(layer)
        override(self.layer, overrides, self.schema, self.gathering)
        if cases:
            write_down(self.layer, list(zip(cases, layers, strict=True)), touched, self.schema)
        for layer in layers:
            multiply(layer, self.schema)
        return layers

    def _united(self, reading: Reading, cases: list[Ids], readings: list[Reading]) -> Scenario:
        """Return the scenario that holds its cases, in the order of the stages' years."""
        _note_unused(self.layer, self.schema, reading.features, self.gathering)
        whole = reading.scenario()
        place = {name: {one: number for number, one in enumerate(members)} for name, members in whole.sets.items()}
        order = sorted(
            zip(cases, readings, strict=True), key=lambda pair: [place[name][one] for name, one in pair[0].items()]
        )
        return whole.noted(
            cases=tuple(self._case(whole, ids, each.scenario(tuple(self.makers))) for ids, each in order)
        )

    def _case(self, whole: Scenario, ids: Ids, scenario: Scenario) -> Case:
        made = self.makers.values()

        def number(keys: dict[str, str], otherwise: float) -> float:
            """Return what a parameter of the stages or the futures, by set, says of the case."""
            given = [float(whole.series(key)[ids[name]]) for name, key in keys.items() if key]
            return given[0] if given else otherwise

        return Case(
            stage=ids.get("stage", ""),
            future=ids.get("future", ""),
            year=number({one.index_set: one.year for one in made}, 0.0),
            stage_years=number({one.index_set: one.years for one in made}, 1.0),
            probability=number({one.index_set: one.probability for one in made}, 1.0),
            scenario=scenario,
        )
