"""A workbook → a scenario folder: every sheet becomes a CSV, which the strict reader then reads like any other.

A fault names the sheet and its row. The folder appears whole or not at all, and only if the scenario is valid.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from planner.errors import Fault, InvalidInputError, UsageError, shown
from planner.io.read.folders import READERS, TOML
from planner.io.read.write import write_scenario
from planner.io.results.run_folder import run_folder
from planner.io.workbook.draft import Draft, draft_of
from planner.io.workbook.reading import read_workbook
from planner.language import Message, Text, join, say, written
from planner.progress import working_on
from planner.scenario.schema import Schema, schema_of
from planner.temporary import temporary_folder

if TYPE_CHECKING:
    from planner.scenario.parameter import Declarations
    from planner.scenario.scenario import Scenario

ReadScenario = Callable[[Path], "Scenario"]


@dataclass(frozen=True)
class Imported:
    """The outcome of an import."""

    target: Path
    tables: int
    rows: int
    notes: tuple[Text, ...]

    def told(self) -> Message:
        """Return it as sentences."""
        line = say(
            "{target}: {tables} tables, {rows:,} rows; next: planner check {target}",
            target=self.target,
            tables=self.tables,
            rows=self.rows,
        )
        notes = [say("note: {note}", note=note) for note in self.notes]
        return join((*notes, line), "\n") + "\n"


def import_workbook(
    book: Path, target: Path, declarations: Declarations, read: ReadScenario, *, force: bool = False
) -> Imported:
    """Write the scenario that a workbook holds into a folder."""
    schema = schema_of(declarations)
    _check_target(target, schema, force=force)
    working_on(say("reading the workbook"))
    draft = draft_of(read_workbook(book), schema, book.name)
    with temporary_folder() as place:
        folder = Path(place).resolve() / (target.resolve().name or "scenario")
        draft.write(folder)
        try:
            scenario = read(folder)
        except InvalidInputError as error:
            raise InvalidInputError([_of_book(fault, draft, folder) for fault in error.faults]) from None
    working_on(say("writing the scenario"))
    with run_folder(target, force=force, may_replace=partial(_is_scenario, schema=schema)) as empty:
        write_scenario(scenario, empty)
    rows = sum(len(table) for table in scenario.tables.values())
    return Imported(target, len(scenario.tables), rows, tuple(draft.notes))


def _of_book(fault: Fault, draft: Draft, folder: Path) -> Fault:
    """Return a fault of the draft as one of the workbook: its sheet, and the row there."""
    path = PurePosixPath(written(fault.file))
    if path.parent.name != folder.name or path.name not in draft.rows:
        return replace(fault, file=draft.book if path.name == folder.name else fault.file)
    row = None if fault.row is None else draft.rows[path.name].get(fault.row)
    return replace(fault, file=draft.file(path.stem), row=row)


def _check_target(target: Path, schema: Schema, *, force: bool) -> None:
    """Refuse at once what would be refused at the end."""
    if not target.exists() and not target.is_symlink():
        return
    if not force:
        text = say(
            "{target} exists already; name a new folder, or replace the scenario there with --force",
            target=shown(target),
        )
        raise UsageError(text)
    if not target.is_dir():
        text = say("{target} is no folder; name a new one", target=shown(target))
        raise UsageError(text)
    if not _is_scenario(target, schema):
        others = sorted(path.name for path in target.iterdir() if not _is_of_scenario(path, schema))
        text = say(
            "{target} holds what a workbook does not ({names}), so that --force leaves it alone; name a new folder",
            target=shown(target),
            names=join(shown(name) for name in others[:5]) if others else say("no scenario"),
        )
        raise UsageError(text)


def _is_scenario(target: Path, schema: Schema) -> bool:
    """Return whether a folder is empty, or holds a scenario and nothing that an import does not write anew."""
    if not target.is_dir():
        return False
    held = list(target.iterdir())
    return not held or ((target / TOML).is_file() and all(_is_of_scenario(path, schema) for path in held))


def _is_of_scenario(path: Path, schema: Schema) -> bool:
    """Return whether a file is one that an import writes anew: the settings or a table."""
    is_table = path.stem in schema.tables and path.suffix.casefold() in READERS
    return path.is_file() and not path.is_symlink() and (path.name == TOML or is_table)
