"""Raw sheets → the text of a scenario's files, with the row of the workbook that every line comes from."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from planner.errors import Fault, InvalidInputError, shown
from planner.faults import Gathering, nearest
from planner.io.files.decoding import guarded
from planner.io.read.folders import TOML
from planner.io.workbook.grid import Grid
from planner.io.workbook.readme import DICTIONARY, README
from planner.io.workbook.results import NAMES, SUMMARY
from planner.io.workbook.settings import SETTINGS, document_of, toml_of
from planner.io.workbook.tables import MARK
from planner.language import Message, Text, say

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from planner.io.workbook.reading import RawSheet
    from planner.scenario.schema import Schema, TableSchema


@dataclass
class Draft:
    """A scenario folder in memory."""

    book: str
    files: dict[str, str] = field(default_factory=dict)  # text by file name
    rows: dict[str, Mapping[int, int]] = field(default_factory=dict)
    """By file name: the row of the sheet by line of the file."""
    notes: list[Text] = field(default_factory=list)

    def file(self, sheet: str) -> Message:
        """Return how faults name a sheet."""
        return say("{book}, sheet {sheet}", book=self.book, sheet=shown(sheet))

    def write(self, folder: Path) -> None:
        """Write the files into a folder, which is made."""
        folder.mkdir()
        for name, text in self.files.items():
            (folder / name).write_bytes(text.encode("utf-8", "surrogatepass"))


def draft_of(sheets: Sequence[RawSheet], schema: Schema, book: str) -> Draft:
    """Return the files of the scenario that the sheets of a workbook are."""
    gathering = Gathering(Path())
    draft = Draft(book)
    _refuse_results(sheets, book)
    seen: set[str] = set()
    for sheet in sheets:
        if sheet.name in {README, DICTIONARY} or sheet.name.startswith(MARK):
            continue
        if sheet.name in seen:
            twice = say("the sheet stands twice")
            gathering.add(Fault(draft.file(sheet.name), twice, remedy=say("keep one of them")))
            continue
        seen.add(sheet.name)
        if sheet.is_hidden:
            draft.notes.append(say("the hidden sheet {name} is read too", name=shown(sheet.name)))
        if sheet.name == SETTINGS:
            _add_settings(sheet, schema, draft, gathering)
        elif sheet.name in schema.tables:
            _add_table(sheet, schema.tables[sheet.name], draft, gathering)
        else:
            near = nearest(sheet.name, [SETTINGS, *schema.tables], say("known sheets"))
            remedy = say("{near}; a sheet of your own notes has a name that begins with #", near=near)
            gathering.add(Fault(draft.file(sheet.name), say("unknown sheet"), remedy=remedy))
    if not any(sheet.name == SETTINGS for sheet in sheets):
        remedy = say("planner export --format xlsx writes one; see docs/how-to/excel.md")
        problem = say("the sheet {name} is missing", name=SETTINGS)
        gathering.add(Fault(book, problem, remedy=remedy))
    gathering.finish()
    return draft


def _add_settings(sheet: RawSheet, schema: Schema, draft: Draft, gathering: Gathering) -> None:
    grid = Grid(sheet, draft.file(sheet.name), gathering)
    document, rows = document_of(grid, schema)
    text, lines = toml_of(document, rows)
    draft.files[TOML], draft.rows[TOML] = text, {0: 1, **lines}


def _add_table(sheet: RawSheet, table: TableSchema, draft: Draft, gathering: Gathering) -> None:
    grid = Grid(sheet, draft.file(sheet.name), gathering)
    known = {*table.keys, *table.columns}
    for name in [name for name in grid.headings if name not in known]:
        near = nearest(name, [column for column in (*table.keys, *table.columns) if column not in grid.headings])
        remedy = say("{near}; a column of your own notes has a heading that begins with #", near=near)
        grid.fault(1, name, None, say("unknown column"), remedy)
    columns: dict[str, list[str]] = {name: [] for name in grid.headings if name in known}
    for number in grid.numbers:
        for name, cells in columns.items():
            cells.append(grid.text(number, name, table.columns.get(name)))
    kept = [place for place in range(len(grid.numbers)) if any(cells[place] for cells in columns.values())]
    numbers = [grid.numbers[place] for place in kept]
    columns = {name: [cells[place] for place in kept] for name, cells in columns.items()}
    draft.notes.extend(grid.notes())
    if set(table.keys) <= set(columns):
        _refuse_twice(table.keys, columns, numbers, grid)
    name = f"{sheet.name}.csv"
    draft.files[name], draft.rows[name] = _csv(columns, numbers)


def _refuse_twice(
    keys: Sequence[str], columns: Mapping[str, Sequence[str]], numbers: Sequence[int], grid: Grid
) -> None:
    """Refuse keys that stand twice: told here, where the rows are those of the sheet."""
    first: dict[tuple[str, ...], int] = {}
    for number, key in zip(numbers, zip(*(columns[name] for name in keys), strict=True), strict=True):
        if key in first:
            problem = say("the key stands twice, first in row {row}", row=first[key])
            grid.fault(number, ", ".join(keys), ", ".join(key), problem, say("keep one row"))
        first.setdefault(key, number)


def _csv(columns: Mapping[str, Sequence[str]], numbers: Sequence[int]) -> tuple[str, dict[int, int]]:
    """Return a table as CSV, and the row of the sheet that each of its lines comes from."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    rows, line = {0: 1, 1: 1}, 2
    for number, cells in zip(numbers, zip(*columns.values(), strict=True), strict=True):
        writer.writerow(map(guarded, cells))
        rows[line] = number
        line += 1 + sum(cell.count("\n") for cell in cells)
    return text.getvalue(), rows


def _refuse_results(sheets: Sequence[RawSheet], book: str) -> None:
    """Say at once that a workbook is the results of a run, which no scenario can be made of."""
    names = {sheet.name for sheet in sheets}
    if SETTINGS not in names and names.issuperset({SUMMARY, NAMES}):
        problem = say("it holds the results of a run, not a scenario")
        remedy = say("planner export RUN/scenario --format xlsx writes the scenario that was run")
        raise InvalidInputError([Fault(book, problem, remedy=remedy)])
