"""The members of the index sets."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from planner.io.files.tables import Table
    from planner.scenario.schema import Schema


def referenced(tables: Mapping[str, Table], schema: Schema, name: str) -> dict[str, int]:
    """Return the ids of a set that reference columns name, each with the code of the first place that does."""
    found: dict[str, int] = {}
    for table in sorted(tables):
        for column, parameter in schema.tables[table].columns.items():
            if parameter.refers_to == name and column in tables[table].columns:
                codes = tables[table].origins[column]
                for cell, code in zip(tables[table].columns[column], codes, strict=True):
                    if cell:
                        found.setdefault(cell, code)
    return found


def members_without_table(tables: Mapping[str, Table], schema: Schema, name: str) -> tuple[str, ...] | None:
    """Return the members of a set that has no table, sorted; ``None`` where it should have one."""
    index_set = schema.declarations.sets[name]
    found = referenced(tables, schema, name) if index_set.from_references else {}
    if found or index_set.members_default is None:
        return tuple(sorted(found)) if index_set.from_references else None
    return tuple(sorted(index_set.members_default))
