"""A scenario back to a folder: merged, without ``extends``, ``[set]`` or ``[drop]``, and the same when read again."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from planner.io.files.decoding import all_guarded
from planner.io.files.toml_file import write_toml
from planner.scenario.schema import TableSchema, schema_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path

    import pandas as pd

    from planner.scenario.scenario import Scenario


def write_scenario(scenario: Scenario, folder: Path) -> None:
    """Write ``scenario.toml`` and one CSV a table into a folder, which is made if need be.

    UTF-8 without BOM, LF line ends, rows in canonical order.
    """
    folder.mkdir(parents=True, exist_ok=True)
    schema = schema_of(scenario.declarations)
    (folder / "scenario.toml").write_bytes(write_toml(scenario.settings.document()).encode())
    for name, table in scenario.tables.items():
        (folder / f"{name}.csv").write_bytes(csv_text(table, schema.tables[name]).encode())


def csv_text(table: pd.DataFrame, schema: TableSchema) -> str:
    """Return a table of text as CSV; text that a spreadsheet would take for a formula is guarded."""
    numeric = {name for name, parameter in schema.columns.items() if parameter.is_numeric}
    return csv_of({str(column): table[column].tolist() for column in table.columns}, numeric)


def csv_of(columns: Mapping[str, Sequence[str]], numeric: Collection[str]) -> str:
    """Return columns of text as CSV; text that a spreadsheet would take for a formula is guarded, numbers are not."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    guarded = [cells if name in numeric else all_guarded(cells) for name, cells in columns.items()]
    writer.writerows(zip(*guarded, strict=True))
    return text.getvalue()
