"""The first sheet of a scenario's workbook: how to edit it and import it again, and which sheets there are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from planner.io.read.sources import illustrative_share
from planner.io.workbook.meaning import both
from planner.io.workbook.settings import SETTINGS
from planner.io.workbook.sheet import Cell, Page, Sheet
from planner.language import Message, Text, join, say
from planner.scenario.schema import SOURCE, schema_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from planner.io.workbook.meaning import Word
    from planner.scenario.scenario import Scenario

README: Final = "说明 Read me"
DICTIONARY: Final = "字典 Dictionary"


def readme(scenario: Scenario, sheets: Sequence[Sheet], word: Word) -> Page:
    """Return the first sheet: how to edit the others and import them again, and which there are."""
    settings = scenario.settings
    titles = (settings.title_zh or settings.title or scenario.name, settings.title or settings.title_zh)
    lines: list[tuple[str, Sequence[Cell]]] = [
        ("title", ("", titles[0])),
        ("text", ("", "", titles[1])),
        ("text", ("",)),
    ]
    lines += [("text", (str(number), *both(said))) for number, said in enumerate(_how_to(scenario), 1)]
    lines += [("text", ("",)), ("heading", heads_of_sheets())]
    for sheet in sheets:
        label = say("settings and scalars") if sheet.name == SETTINGS else _name_of(sheet.name, scenario, word)
        lines.append(("row", (sheet.name, *both(label), len(sheet.rows))))
    said = say("every sheet and column there can be")
    lines.append(("row", (DICTIONARY, *both(said))))
    return Page(README, lines, (28, 62, 62, 12))


def heads_of_sheets() -> tuple[str, ...]:
    """Return what stands above a list of sheets, in both languages."""
    return " ".join(both(say("sheet"))), say("in Chinese").zh, "English", " ".join(both(say("rows")))


def _name_of(table: str, scenario: Scenario, word: Word) -> Text:
    """Return what a table is called: its own name where there is one, else its keys."""
    own = word(table)
    if table == SOURCE or table in scenario.declarations.sets or own != table:
        return own
    keys = [word(key) for key in schema_of(scenario.declarations).tables[table].keys]
    return join(keys, " × ")


def _how_to(scenario: Scenario) -> Iterator[Message]:
    yield say(
        "Each sheet is one table of the scenario '{name}', as read and merged. Edit the cells below the headings.",
        name=scenario.name,
    )
    yield say(
        "Row 1 holds the names that the planner reads: leave them as they are. Rows 2 to 4 (Chinese, English, unit) "
        "are for people; what stands there is not read. Column # marks those rows and is empty beside data."
    )
    yield say(
        "Units are fixed; convert before you type. A share of 5 % is 0.05. An empty cell takes the default, which the "
        "sheet '{dictionary}' and the note of each heading name.",
        dictionary=DICTIONARY,
    )
    yield say(
        "Write values, no formulas: copy, then paste as values. A new row goes anywhere below the headings, in any "
        "order; a new column gets its name from '{dictionary}' in row 1.",
        dictionary=DICTIONARY,
    )
    yield say("Your own notes: a column or a sheet whose name begins with # is not read.")
    yield say("A number of more than 15 digits stands as text, so that no program shortens it.")
    yield say(
        "Then save as .xlsx and import into a new folder: planner import BOOK.xlsx FOLDER. Every fault is named with "
        "its sheet and row."
    )
    share = illustrative_share(scenario)
    if share is not None:
        yield say(
            "{share:.0%} of the numbers are illustrative: estimates, not sources (sheet '{source}').",
            share=share,
            source=SOURCE,
        )
