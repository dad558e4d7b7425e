"""The results of a run as sheets of a workbook: what it is, its summary, a sheet a table, shadow prices, sources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from planner.io.results.result_tables import kind_of
from planner.io.results.results import DECIDING, PRICES, RANGING
from planner.io.workbook.meaning import both
from planner.io.workbook.readme import README, heads_of_sheets
from planner.io.workbook.sheet import Cell, Column, Page, Sheet
from planner.io.workbook.tables import NAME_MAX, ROWS_MAX
from planner.language import Message, Text, join, say, say_as
from planner.scenario.schema import SOURCE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd

    from planner.io.results.results import Results
    from planner.io.workbook.meaning import Word

SUMMARY, NAMES = "summary", "names"
PLACES: Final = {name: f"{name}.csv" for name in (PRICES, RANGING, DECIDING)} | {SOURCE: f"scenario/{SOURCE}.csv"}
"""Folders of the tables that are not in a run's folder of tables."""
MONEY: Final = frozenset({"dispatch_year"})
"""Tables that no feature reports, all of whose numbers are costs by the year."""
RUN_UNITS: Final[Mapping[str, str]] = {
    "gap": "1",
    "counts": "1",
    "seconds": "s",
    "peak_memory": "MiB",
    "cost_difference": "CNY/a",
    "cost_difference_share": "1",
    "unserved": "MWh/a",
}
"""Units of the numbers of ``summary.json`` that the run adds to those of the features."""
OBJECTIVE_UNITS: Final[Mapping[str, str]] = {"cost": "CNY/a", "emissions": "tCO2/a", "latency": "ms"}


@dataclass(frozen=True)
class ResultBook:
    """The sheets of a run, and what a user should know of them."""

    sheets: list[Sheet | Page]
    notes: Sequence[Text]


def result_book(results: Results, word: Word) -> ResultBook:
    """Return the sheets of a run.

    Notes
    -----
    A table of more rows than a sheet holds is left out, whole, and said: a part of it would add up to less.
    """
    tables = {**results.tables, PRICES: results.shadow_prices}
    if results.ranging is not None:
        tables[RANGING] = results.ranging
    if results.deciding is not None:
        tables[DECIDING] = results.deciding
    if SOURCE in results.scenario.tables:
        tables[SOURCE] = results.scenario.tables[SOURCE]
    fitting = {name: table for name, table in tables.items() if len(table) <= ROWS_MAX}
    notes = [_left_out(name, len(table)) for name, table in tables.items() if name not in fitting]
    sheets = [_summary(results, word), _names(results, word)]
    sheets += [table_sheet(name, table, word, _units_of(results, name)) for name, table in fitting.items()]
    return ResultBook([_readme(results, sheets, notes, word), *sheets], notes)


def _units_of(results: Results, name: str) -> Mapping[str, str]:
    """Return the units of a table's columns: as the feature that reports it declares them."""
    if name in MONEY:
        return dict.fromkeys(map(str, results.tables[name]), "CNY/a")
    return {column.name: column.unit for column in results.scenario.declarations.columns_of(name).values()}


def table_sheet(name: str, table: pd.DataFrame, word: Word, units: Mapping[str, str]) -> Sheet:
    """Return a table of results as a sheet; its columns of text before the first number are its keys."""
    kinds = {str(column): kind_of(table[column]) for column in table.columns}
    columns: list[Column] = []
    for column, kind in kinds.items():
        is_text = kind in {"text", "empty"}
        is_key = is_text and all(before.is_key for before in columns)
        unit = "" if is_text or kind == "flag" else units.get(column, "")
        columns.append(Column(column, word(column), unit, "text" if is_text else kind, is_key=is_key))
    cells = [table[column].astype(object).where(table[column].notna(), None).tolist() for column in table.columns]
    return Sheet(name[:NAME_MAX], columns, list(zip(*cells, strict=True)))


def _left_out(name: str, rows: int) -> Message:
    return say(
        "the table {name} has {rows:,} rows, more than a sheet holds; it is in {path} of the run",
        name=name,
        path=PLACES.get(name, f"tables/{name}.csv"),
        rows=rows,
    )


def _summary(results: Results, word: Word) -> Sheet:
    columns = (
        Column("quantity", say("name in summary.json"), is_key=True),
        Column("zh", say("in Chinese")),
        Column("en", say("in English")),
        Column("value", say("value"), kind="any"),
        Column("unit", say("unit")),
    )
    measures = {measure.name: measure.unit for measure in results.scenario.declarations.measures}
    units = {**RUN_UNITS, **measures}
    minimised = results.scenario.settings.minimise
    objective = OBJECTIVE_UNITS.get(minimised, "")
    rows: list[Sequence[Cell]] = []
    for path, value in _leaves(results.summary):
        said = join((word(part) for part in path), say(": "))
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        unit = objective if path[-1] in {"objective", "bound"} else _unit(path, units)
        told = " ".join(dict.fromkeys(both(word(value)))) if isinstance(value, str) else value
        rows.append((".".join(path), *both(said), told, unit if is_number else ""))
    return Sheet(SUMMARY, columns, rows)


def _unit(path: tuple[str, ...], units: Mapping[str, str]) -> str:
    """Return the unit of a number of the summary, by the first of its names that has one."""
    return next((units[name] for name in path if name in units), "")


def _leaves(tree: Mapping[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Cell]]:
    for name, value in tree.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, (*path, str(name)))
        elif isinstance(value, list | tuple):
            yield (*path, str(name)), ", ".join(map(str, value))
        else:
            yield (*path, str(name)), value


def _names(results: Results, word: Word) -> Sheet:
    """Return the ids of all sets with their names, to be looked up."""
    columns = (
        Column("set", say_as("of ids", "set"), is_key=True),
        Column("id", say("id"), is_key=True),
        Column("name_zh", word("name_zh")),
        Column("name_en", word("name_en")),
    )
    scenario = results.scenario
    rows: list[Sequence[Cell]] = []
    for name, members in scenario.sets.items():
        labels = [scenario.labels(name, language) for language in ("zh", "en")]
        if name != "timestep" and members:
            rows += [(name, member, *(str(label[member]) for label in labels)) for member in members]
    return Sheet(NAMES, columns, rows)


def _readme(results: Results, sheets: Sequence[Sheet], notes: Sequence[Text], word: Word) -> Page:
    settings, manifest = results.scenario.settings, results.manifest
    titles = (settings.title_zh or settings.title or results.scenario.name, settings.title or settings.title_zh)
    lines: list[tuple[str, Sequence[Cell]]] = [
        ("title", ("", titles[0])),
        ("text", ("", "", titles[1])),
        ("text", ("",)),
    ]
    lines += [("text", ("", *both(said))) for said in _what(results, word)]
    lines += [("text", ("!", *both(note))) for note in notes]
    for name, said in _OF_MANIFEST.items():
        if name in manifest:
            lines.append(("text", ("", *(f"{words}: {manifest[name]}" for words in both(said)))))
    lines += [("text", ("",)), ("heading", heads_of_sheets())]
    for sheet in sheets:
        lines.append(("row", (sheet.name, *both(_OWN.get(sheet.name) or word(sheet.name)), len(sheet.rows))))
    return Page(README, lines, (28, 62, 62, 12))


_OWN: Final[Mapping[str, Message]] = {
    SUMMARY: say("headline numbers of the plan"),
    NAMES: say("what the ids are called"),
}
_OF_MANIFEST: Final[Mapping[str, Message]] = {"content_hash": say("hash of the scenario"), "finished": say("finished")}


def _what(results: Results, word: Word) -> Iterator[Message]:
    yield say(
        "Results of a run of the scenario '{name}': its status is {status}. "
        "Its rules and costs were audited in separate code.",
        name=results.scenario.name,
        status=word(results.summary["status"]),
    )
    yield say(
        "Row 1 of each sheet holds the names of the columns as in the run folder, rows 2 to 4 Chinese, English, unit."
    )
    yield say(
        "Nothing here is a formula. Ids are those of the scenario; the sheet '{names}' has what they are called.",
        names=NAMES,
    )
    share = results.manifest.get("illustrative_share")
    if share:
        yield say(
            "{share:.0%} of the numbers read are illustrative: an estimate, not a source (sheet '{source}').",
            share=share,
            source=SOURCE,
        )
