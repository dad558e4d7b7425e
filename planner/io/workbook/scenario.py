"""A scenario as sheets of a workbook: how to edit it, its settings, a sheet a table, and every column there can be.

What is written is the scenario as read and merged, like ``planner export --format folder``. Numbers of more than 15
digits stand as text: every spreadsheet keeps text as it is, and some (LibreOffice 7.4 among them) save 15 digits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.io.schema.dictionary import plain_tables, tables_of
from planner.io.workbook.meaning import both, flag_cell, kept, told
from planner.io.workbook.readme import DICTIONARY, readme
from planner.io.workbook.settings import settings_sheet
from planner.io.workbook.sheet import Cell, Column, Page, Sheet
from planner.language import say
from planner.scenario.parameter import FLAGS
from planner.scenario.schema import Schema, TableSchema, schema_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from planner.io.workbook.meaning import Word
    from planner.scenario.parameter import Parameter
    from planner.scenario.scenario import Scenario

Row = tuple[Cell, ...]


def scenario_sheets(scenario: Scenario, word: Word) -> list[Sheet | Page]:
    """Return the sheets of a scenario in the order of their tabs."""
    schema = schema_of(scenario.declarations)
    tables = [table for table in tables_of(schema) if table.name in scenario.tables]
    sheets = [settings_sheet(scenario, schema, word)]
    sheets += [_table(scenario.tables[table.name], table, set(scenario.tables), word) for table in tables]
    return [readme(scenario, sheets, word), *sheets, _dictionary(scenario, schema, word)]


def _table(frame: pd.DataFrame, table: TableSchema, given: set[str], word: Word) -> Sheet:
    columns = []
    for name in map(str, frame.columns):
        parameter = table.columns.get(name)
        if parameter is None:
            other = name if len(table.keys) > 1 and name in given else ""
            columns.append(Column(name, word(name), refers_to=other, is_key=True))
        else:
            columns.append(_column(parameter, word))
    cells = [_cells(frame[name].tolist(), table.columns.get(str(name))) for name in frame.columns]
    return Sheet(table.name, columns, list(zip(*cells, strict=True)))


def _column(parameter: Parameter, word: Word) -> Column:
    kind = parameter.kind if parameter.kind in {"number", "integer", "flag"} else "text"
    return Column(
        parameter.name,
        word(parameter.name),
        parameter.unit,
        kind,
        told(parameter),
        parameter.choices,
        parameter.refers_to or "",
    )


def _cells(cells: Sequence[str], parameter: Parameter | None) -> list[Cell]:
    """Turn a column of text into cells of the column's kind."""
    if parameter is not None and parameter.is_numeric:
        return [kept(float(cell)) if cell else None for cell in cells]
    if parameter is not None and parameter.kind == "flag":
        return [flag_cell(FLAGS[cell.casefold()]) if cell else None for cell in cells]
    return list(cells)


def _dictionary(scenario: Scenario, schema: Schema, word: Word) -> Sheet:
    """Return every column that a table may have, given or not."""
    columns = (
        Column("#table", say("sheet"), is_key=True),
        Column("#column", say("column"), is_key=True),
        Column("#given", say("given here")),
        Column("#unit", say("unit")),
        Column("#zh", say("in Chinese")),
        Column("#en", say("in English")),
        Column("#meaning_zh", say("what it is, in Chinese")),
        Column("#meaning_en", say("what it is")),
        Column("#feature", say("feature it belongs to")),
    )
    rows: list[Row] = []
    has_cases = any(scenario.has(feature) for feature in schema.declarations.case_sets)
    for table in tables_of(schema) if has_cases else plain_tables(schema):
        given = scenario.tables.get(table.name)
        here = [] if given is None else list(given.columns)
        for key in table.keys:
            said = say("key: an id of the sheet {key}", key=key)
            rows.append((table.name, key, "✓" if key in here else "", "", *both(word(key)), *both(said), ""))
        for name, parameter in table.columns.items():
            owner = schema.owner_of(parameter)
            words = (*both(word(name)), *both(told(parameter)))
            rows.append((table.name, name, "✓" if name in here else "", parameter.unit, *words, owner))
    return Sheet(DICTIONARY, columns, rows)
