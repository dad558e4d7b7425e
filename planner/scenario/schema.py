"""Which tables and columns there can be: the declarations turned around, by table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from planner.language import say
from planner.scenario.parameter import Declarations, Parameter, table_of

if TYPE_CHECKING:
    from collections.abc import Mapping

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

    def is_used(self, word: str, features: tuple[str, ...]) -> bool:
        """Return whether the feature that declares a parameter (by key) or a set (by name) is listed."""
        owner = self.declarations.owner.get(word)
        return owner in features or owner not in self.declarations.requires


def schema_of(declarations: Declarations) -> Schema:
    """Turn declarations into tables."""
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
    tables = {name: TableSchema(name, keys[name], columns[name]) for name in keys}
    tables[SOURCE] = TableSchema(SOURCE, SOURCE_KEYS, {column.name: column for column in _source_columns()})
    return Schema(declarations, tables, scalars)


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
