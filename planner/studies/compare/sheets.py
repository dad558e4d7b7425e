"""The tables of a comparison as sheets of a workbook and as plain tables for CSV."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from planner.io.workbook.sheet import Column, Page, Sheet
from planner.io.workbook.tables import ROWS_MAX
from planner.language import Message, say
from planner.studies.compare.differences.tables import place_figures
from planner.studies.compare.headline import headline_of
from planner.studies.compare.words import called, column_called, pairing, touching
from planner.views.words import word

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from planner.studies.compare.differences.comparison import Comparison

KEYS: Final = frozenset({"run", "move", "site", "region", "workload", "category", "measure", "link"})
ANY: Final = frozenset({"before", "after", "default"})
"""Columns of the table of inputs that hold numbers and words."""
LONGEST: Final = 400
"""Characters of a cell in the workbook; the CSV has it whole."""
UNITS: Final = {
    "moved": {"load": "MW"},
    "cost": dict.fromkeys(("before", "after", "difference"), "CNY/a"),
    "workloads": dict.fromkeys(("before", "after", "difference"), "MW"),
    "inputs": {"load": "MW"},
    "input_columns": {"load": "MW"},
}


def plain(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table in which a column that holds numbers and words is text, as a CSV file can have it."""
    mixed = [column for column in table.columns if column in ANY and table[column].dtype == object]
    return table.assign(**{column: table[column].map(_text).astype(str) for column in mixed})


def _text(value: Any) -> str:
    if value is None or value != value:  # noqa: PLR0124 - NaN
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def sheets_of(comparisons: Sequence[Comparison], tables: Mapping[str, pd.DataFrame]) -> Iterator[Sheet | Page]:
    """Yield the pages of a workbook: the runs and what to know of them, then a sheet a table."""
    yield Page(f"summary {say('summary').zh}", list(_summary(comparisons, tables)), [34, 34, 34, 22, 16])
    declared = comparisons[0].before.results.scenario.declarations
    units = {figure.name: figure.unit for of in ("site", "region") for figure in place_figures(declared, of)}
    units |= {"traffic": "Gbit/s", "room": "Gbit/s", "full": "1", "modules": "1"}
    for name, table in tables.items():
        yield _sheet(name, table.head(ROWS_MAX), units)


def _summary(
    comparisons: Sequence[Comparison], tables: Mapping[str, pd.DataFrame]
) -> Iterator[tuple[str, list[str | float | None]]]:
    """Yield which runs are compared, how much moved, what the costs differ by, and every warning."""
    yield "title", [_both(say("Comparison of plans"))]
    heads = ("run", "scenario", "folder", "status", "gap")
    yield "heading", [_both(called(head)) for head in heads]
    runs = {run.label: run for comparison in comparisons for run in (comparison.before, comparison.after)}
    for run in runs.values():
        summary = run.results.summary
        status = _both(word(str(summary["status"])))
        yield "row", [run.label, run.results.scenario.name, run.folder, status, summary.get("gap")]
    for comparison in comparisons:
        if comparison.lead is not None:
            yield "text", [comparison.lead.zh]
            yield "text", [comparison.lead.en]
        yield "heading", [f"{comparison.after.label} – {comparison.before.label}"]
        for line in headline_of(comparison):
            yield "text", [line.zh]
            yield "text", [line.en]
        load = say("moved between sites [MW]")
        yield "row", [_both(load), comparison.moved()]
        yield "row", [_both(say("difference of cost [CNY/a]")), comparison.cost_difference]
        for text in (*comparison.warnings, pairing(), touching()):
            yield "text", [text.zh]
            yield "text", [text.en]
    for name, table in tables.items():
        if len(table) > ROWS_MAX:
            text = say(
                "The sheet {name} has the first {most:,} of {rows:,} rows; {name}.csv has them all.",
                name=name,
                rows=len(table),
                most=ROWS_MAX,
            )
            yield "text", [_both(text)]


def _both(text: Message) -> str:
    return text.en if text.en == text.zh else f"{text.zh} / {text.en}"


def _sheet(name: str, table: pd.DataFrame, units: Mapping[str, str]) -> Sheet:
    columns = [_column(name, str(column), table[column], units) for column in table.columns]
    kinds = [column.name == "kind" for column in columns]
    rows = [
        [_both(called(cell)) if is_kind else _cell(cell) for cell, is_kind in zip(row, kinds, strict=True)]
        for row in table.itertuples(index=False, name=None)
    ]
    return Sheet(f"{name} {called(name).zh}", columns, rows)


def _column(table: str, name: str, cells: pd.Series, units: Mapping[str, str]) -> Column:
    kind = "any"
    if pd.api.types.is_numeric_dtype(cells):
        kind = "integer" if pd.api.types.is_integer_dtype(cells) else "number"
    elif name not in ANY:
        kind = "text"
    return Column(name, column_called(name), _unit(table, name, units), kind, is_key=name in KEYS)


def _unit(table: str, name: str, units: Mapping[str, str]) -> str:
    measure, _, side = name.rpartition("_")
    if side in {"before", "after", "difference", "swapped"} and measure:
        return units.get(measure, "")
    return UNITS.get(table, {}).get(name, "")


def _cell(cell: Any) -> Any:
    """Return a cell as the workbook takes it; long text is cut."""
    if isinstance(cell, str):
        return cell if len(cell) <= LONGEST else f"{cell[: LONGEST - 1]}…"
    return None if cell is None or cell != cell else cell  # noqa: PLR0124 - NaN
