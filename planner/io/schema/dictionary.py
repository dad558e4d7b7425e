"""The declarations in words, as Markdown: what each table holds, its units, bounds and defaults."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from planner.io.read.cells import allowed
from planner.io.read.unusual import usual_words
from planner.language import Text, say_as, written
from planner.scenario.parameter import REQUIRED, Parameter, table_of
from planner.scenario.schema import SOURCE, Schema, TableSchema

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

COLUMNS = ("unit", "default", "allowed", "usual", "what it is")
IN_CHINESE = say_as("column of a table", "what it is")
SOURCE_KEYS_EXPLAINED = {
    "table": "The table that holds the figure; `scenario` for a scalar.",
    "key": "The row, its ids joined by `;`; empty for the whole column.",
    "column": "The column, or the name of the scalar.",
}


def default_of(parameter: Parameter) -> str:
    """Return the default in words: ``required``, ``none``, or the value."""
    if parameter.default is REQUIRED:
        return "required"
    if parameter.default is None:
        return "none"
    if isinstance(parameter.default, bool):
        return "`true`" if parameter.default else "`false`"
    return f"`{parameter.default:g}`" if isinstance(parameter.default, int | float) else f"`{parameter.default}`"


def allowed_in(parameter: Parameter) -> str:
    """Return what a cell may hold, in words."""
    match parameter.kind:
        case "choice":
            return ", ".join(f"`{word}`" for word in parameter.choices)
        case "flag":
            return "`true` or `false`"
        case "reference":
            return f"a {parameter.refers_to}"
        case "text":
            return "text"
        case "integer":
            return f"whole number, {_interval(parameter)}"
        case _:
            return _interval(parameter)


def usual_in(parameter: Parameter) -> str:
    """Return the range outside which a number is named as unusual, in words; a dash where there is none."""
    usual = usual_words(parameter, with_unit=False)
    return written(usual) if usual is not None else "–"


def _interval(parameter: Parameter) -> str:
    """Return the bounds without the unit, which has a column of its own."""
    return written(allowed(replace(parameter, unit="")))


def places_of(parameter: Parameter) -> str:
    """Return the tables in which a parameter may stand, its own first."""
    return " or ".join(f"`{table_of(index)}.csv`" if index else "`[parameters]`" for index in parameter.indices)


def table_section(table: TableSchema, schema: Schema) -> Iterator[str]:
    """Yield the lines on one table: what defines it, its keys, its columns."""
    yield from (f"## {table.name}.csv", "")
    yield from _introduction(table, schema)
    rows = [_cells(name, parameter, table.name, schema) for name, parameter in table.columns.items()]
    yield from markdown_table(("column", *COLUMNS, IN_CHINESE.zh, "feature"), rows)
    yield ""


def scalar_section(schema: Schema) -> Iterator[str]:
    """Yield the lines on the scalars of ``[parameters]``."""
    yield from ("## [parameters] in scenario.toml", "", "Scalars and named choices.", "")
    rows = [_cells(name, parameter, "", schema) for name, parameter in schema.scalars.items()]
    yield from markdown_table(("name", *COLUMNS, IN_CHINESE.zh, "feature"), rows)
    yield ""


def _cells(name: str, parameter: Parameter, table: str, schema: Schema) -> tuple[str, ...]:
    """Return a column of a table, or a scalar, as a row."""
    return (
        f"`{name}`",
        unit_of(parameter),
        default_of(parameter),
        allowed_in(parameter),
        usual_in(parameter),
        sentence(parameter.description) + _elsewhere(parameter, table) + _by_case(parameter, schema),
        parameter.description.zh.replace("|", "\\|"),
        schema.owner_of(parameter),
    )


def tables_of(schema: Schema) -> list[TableSchema]:
    """Return all tables, those of fewer keys first, ``source`` last."""
    return sorted(schema.tables.values(), key=lambda table: (table.name == SOURCE, len(table.keys), table.name))


def plain_tables(schema: Schema) -> list[TableSchema]:
    """Return the tables without what they have by stage and future, in the same order."""
    made = {each.index_set for each in schema.declarations.case_sets.values()}
    return [
        replace(table, columns={name: each for name, each in table.columns.items() if not each.case_of})
        for table in tables_of(schema)
        if not table.cases or table.name in made
    ]


def unit_of(parameter: Parameter) -> str:
    """Return the unit as it is printed; a dash for text."""
    return parameter.unit or "–"


def sentence(text: Text) -> str:
    """Return a text in English as one table cell that ends with a full stop."""
    flat = " ".join(written(text).split()).replace("|", "\\|")
    return flat if not flat or flat.endswith((".", "!", "?", "…")) else f"{flat}."


def markdown_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield the lines of a Markdown table."""
    yield f"| {' | '.join(header)} |"
    yield f"|{'---|' * len(header)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"


def _introduction(table: TableSchema, schema: Schema) -> Iterator[str]:
    if table.name == SOURCE:
        yield from ("Where every figure comes from. Optional; the planner counts what it calls `illustrative`.", "")
        yield from (f"- `{key}`: {words}" for key, words in SOURCE_KEYS_EXPLAINED.items())
        yield ""
        return
    index_set = schema.declarations.sets.get(table.name)
    if index_set is not None:
        words = sentence(index_set.description)
        if index_set.from_references:
            words += " The table is optional: without it the members are those that other tables name."
        elif index_set.members_default is not None:
            members = ", ".join(f"`{name}`" for name in index_set.members_default) or "none"
            words += f" The table is optional; members without it: {members}."
        yield from (f"{words} Its rows are the set `{index_set.plural}`.", "")
    yield from (f"Key: {', '.join(f'`{key}`' for key in table.keys)}.", "")


def _by_case(parameter: Parameter, schema: Schema) -> str:
    """Say where a parameter may not be given by stage or future, though it is a number or a word."""
    is_plain = parameter.key in schema.declarations.parameters and parameter.kind not in {"text", "reference"}
    may_be = any(each.case_of == parameter.key for table in schema.tables.values() for each in table.columns.values())
    return " Not by stage or future." if is_plain and schema.needs and not may_be else ""


def _elsewhere(parameter: Parameter, here: str) -> str:
    others = [table_of(index) for index in parameter.indices if table_of(index) != here]
    names = " or ".join(f"`{name}.csv`" if name else "`[parameters]`" for name in others)
    return f" May stand in {names} instead." if names else ""
