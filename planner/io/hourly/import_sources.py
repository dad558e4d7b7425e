"""Record an import in ``source.csv``: the source of the column, keeping the entries of the others."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from planner.io.files.tables import Table
from planner.io.read.sources import SEPARATOR
from planner.scenario.schema import CONFIDENCE, SOURCE, SOURCE_KEYS

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

COLUMNS = (*SOURCE_KEYS, "source", "confidence", "note")
JOINT = "; "
Row = dict[str, str]


@dataclass(frozen=True)
class Said:
    """The entries of one column of one table."""

    table: str
    column: str
    source: str
    confidence: str
    note: str = ""

    def row(self) -> Row:
        """Return the row of the whole column."""
        place = (self.table, "", self.column)
        return {**dict(zip(SOURCE_KEYS, place, strict=True)), **self._words()}

    def _words(self) -> Row:
        return {"source": self.source, "confidence": self.confidence, "note": self.note}


@dataclass
class Sources:
    """The rows of the folder's own ``source.csv`` on their way to the new ones."""

    own: Table | None
    merged: Table | None
    rows: list[Row] = field(init=False)

    def __post_init__(self) -> None:
        self.rows = [] if self.own is None else _rows_of(self.own)

    def said_of(self, table: str, column: str) -> list[Row]:
        """Return what the scenario, its bases included, says of a column."""
        rows = [] if self.merged is None else _rows_of(self.merged)
        return [row for row in rows if (row["table"], row["column"]) == (table, column)]

    def put(self, said: Said, others: Sequence[Row], replaced: Collection[tuple[str, ...]]) -> None:
        """Say where a column comes from."""
        gone = {SEPARATOR.join(key) for key in replaced}
        kept = []
        for row in self.rows:
            is_of_column = (row["table"], row["column"]) == (said.table, said.column)
            if not is_of_column or (row["key"] and row["key"] not in gone):
                kept.append(row)
        whole = said.row()
        for part in ("source", "note"):
            whole[part] = JOINT.join(dict.fromkeys(filter(None, (*(row.get(part, "") for row in others), whole[part]))))
        words = [word for row in (whole, *others) if (word := row.get("confidence", "")) in CONFIDENCE]
        whole["confidence"] = max(words, key=CONFIDENCE.index)
        self.rows = [*kept, whole]

    def forget(self, table: str, column: str) -> None:
        """Take away what is said of a column that is no more."""
        self.rows = [row for row in self.rows if (row["table"], row["column"]) != (table, column)]

    def table(self) -> Table:
        """Return the new ``source.csv``, its other columns kept."""
        names = dict.fromkeys([*(self.own.columns if self.own is not None else ()), *COLUMNS])
        columns: Mapping[str, list[str]] = {name: [row.get(name, "") for row in self.rows] for name in names}
        return Table(SOURCE, dict(columns), dict.fromkeys(columns, [0] * len(self.rows)))


def _rows_of(table: Table) -> list[Row]:
    return [dict(zip(table.columns, cells, strict=True)) for cells in zip(*table.columns.values(), strict=True)]
