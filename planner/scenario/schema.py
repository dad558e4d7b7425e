"""Which tables and columns there can be: the declarations turned around, by table."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import TYPE_CHECKING

from planner.language import say
from planner.scenario.parameter import Declarations, Parameter, table_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from planner.language import Message

SOURCE = "source"
SCENARIO = "scenario"
"""What ``source.csv`` calls the table of the scalars."""
SOURCE_KEYS = ("table", "key", "column")
CONFIDENCE = ("published", "derived", "illustrative")
PLACED = ("longitude", "latitude")


@dataclass(frozen=True)
class TableSchema:
    """One table: its keys, and the parameter behind every other column it may have."""

    name: str
    keys: tuple[str, ...]
    columns: Mapping[str, Parameter]
    cases: tuple[str, ...] = ()
    """The sets of cases by which the table has values, the last of its keys."""

    @property
    def plain_keys(self) -> tuple[str, ...]:
        """The keys without those that are sets of cases."""
        return self.keys[: len(self.keys) - len(self.cases)]

    @property
    def is_placed(self) -> bool:
        """Whether the table may be a layer of points."""
        return all(axis in self.columns for axis in PLACED)


@dataclass(frozen=True)
class Schema:
    """All tables, and the scalars."""

    declarations: Declarations
    tables: Mapping[str, TableSchema]
    scalars: Mapping[str, Parameter]
    needs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The features of values by stage or future, by the parameter's key: its own, and those that make the cases."""

    def owner_of(self, parameter: Parameter) -> str:
        """Return the feature that declares a parameter, or the one whose values by stage or future it has."""
        return self.declarations.owner.get(parameter.case_of or parameter.key, "")

    def features_of(self, word: str) -> tuple[str, ...]:
        """Return the features that must be listed for a parameter (by key) or a set (by name) to be used."""
        owner = self.declarations.owner.get(word)
        needed = self.needs.get(word, () if owner is None else (owner,))
        return tuple(name for name in needed if name in self.declarations.requires)

    def is_used(self, word: str, features: tuple[str, ...]) -> bool:
        """Return whether the feature that declares a parameter (by key) or a set (by name) is listed."""
        return set(self.features_of(word)) <= set(features)


def schema_of(declarations: Declarations) -> Schema:
    """Turn declarations into tables."""
    return declarations.once(_made)


def _made(declarations: Declarations) -> Schema:
    keys: dict[str, tuple[str, ...]] = {name: (name,) for name in declarations.sets}
    columns: dict[str, dict[str, Parameter]] = {name: {} for name in declarations.sets}
    scalars = {}
    for parameter in declarations.parameters.values():
        for index in parameter.indices:
            if not index:
                scalars[parameter.name] = parameter
                continue
            table = table_of(index)
            keys[table] = index
            columns.setdefault(table, {})[parameter.name] = parameter
    needs: dict[str, tuple[str, ...]] = {}
    cases: dict[str, tuple[str, ...]] = {}
    for parameter, of_cases in _by_case(declarations):
        table = table_of(parameter.index)
        keys[table], cases[table] = parameter.index, tuple(of_cases.values())
        columns.setdefault(table, {})[parameter.name] = parameter
        needs[parameter.key] = (declarations.owner[parameter.case_of], *of_cases)
    tables = {name: TableSchema(name, keys[name], columns[name], cases.get(name, ())) for name in keys}
    tables[SOURCE] = TableSchema(SOURCE, SOURCE_KEYS, {column.name: column for column in _source_columns()})
    return Schema(declarations, tables, scalars, needs)


def _by_case(declarations: Declarations) -> Iterator[tuple[Parameter, dict[str, str]]]:
    """Yield the values that stages, futures or both may have of their own, with the sets by the features they are of.

    What belongs to a feature that makes cases is the same in all of them.
    """
    makers = {feature: made.index_set for feature, made in declarations.case_sets.items()}
    for count in range(1, len(makers) + 1):
        for of_cases in (dict(chosen) for chosen in combinations(makers.items(), count)):
            for key, parameter in declarations.parameters.items():
                if parameter.is_by_case and declarations.owner[key] not in makers:
                    for index in parameter.indices:
                        yield _of_case(parameter, (*index, *of_cases.values())), of_cases


def _of_case(parameter: Parameter, index: tuple[str, ...]) -> Parameter:
    return replace(
        parameter,
        index=index,
        default=None,
        also_index=(),
        excludes=(),
        caps="",
        multiplies="",
        per_table=True,
        case_of=parameter.key,
    )


def _source_columns() -> tuple[Parameter, ...]:
    def text(name: str, description: Message) -> Parameter:
        return Parameter(name, SOURCE_KEYS, "", description, None, "text", per_table=True)

    return (
        text("source", say("Where the figure comes from.")),
        text("date", say("Date of the source.")),
        text("licence", say("Terms of the source.")),
        Parameter(
            "confidence",
            SOURCE_KEYS,
            "",
            say("How firm the figure is."),
            None,
            "choice",
            choices=CONFIDENCE,
            per_table=True,
        ),
        text("note", say("Anything else a reader should know.")),
    )
