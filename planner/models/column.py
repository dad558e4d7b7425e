"""Columns: what a feature reports, said once: the table, the column, its unit, one sentence, may it be empty.

A feature declares its columns in ``COLUMNS``. The workbook's units, the reference of the result tables, the audit of
empty cells and whatever shows or compares a column take them from there. No Pyomo here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from planner.language import Said

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from planner.models.parameter import IndexSet, Parameter

BY_ROW: Final = "unit of the profile"
"""The unit of numbers that have another in each row, which a column of the same table names."""


@dataclass(frozen=True)
class Column:
    """A column of a result table.

    Parameters
    ----------
    table, name
        Of the result; the table's name is that of its file.
    unit
        Of its numbers, ``"1"`` for a plain ratio or count, ``""`` for text.
    says
        One sentence in both languages. ``None``: the column is what a set, a parameter or a column that another
        feature declares calls by the same name, and has its sentence and unit.
    may_be_empty
        Whether an empty cell is an answer, such as a latency that nobody knows and no limit asks for.
    may_be_negative
        Whether a number below zero is an answer: excess power earns, a profile may be a temperature.
    """

    table: str
    name: str
    unit: str = ""
    says: Said | None = None
    may_be_empty: bool = False
    may_be_negative: bool = False


def keys_of(table: str, *names: str) -> tuple[Column, ...]:
    """Return key columns of a table, each of which is said elsewhere."""
    return tuple(Column(table, name) for name in names)


def completed(
    columns: Iterable[Column], sets: Mapping[str, IndexSet], parameters: Iterable[Parameter]
) -> Iterator[Column]:
    """Yield the columns, those that are said elsewhere with the sentence and the unit they have there.

    Raises
    ------
    ValueError
        A column is said nowhere.
    """
    listed = list(columns)
    told: dict[str, tuple[str, Said]] = {
        column.name: (column.unit, column.says) for column in reversed(listed) if column.says is not None
    }
    told |= {each.name: (each.unit, Said(each.description, each.description_zh)) for each in parameters}
    told |= {name: ("", Said(each.description, each.description_zh)) for name, each in sets.items()}
    for column in listed:
        if column.says is not None:
            yield column
            continue
        if column.name not in told:
            message = f"{column.table}.{column.name} is said nowhere"
            raise ValueError(message)
        unit, says = told[column.name]
        yield replace(column, unit=unit, says=says)
