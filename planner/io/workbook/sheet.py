"""Parts of a workbook: sheets with columns and rows, and pages of sentences."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from planner.language import Text

Cell = str | float | int | bool | None


@dataclass(frozen=True)
class Column:
    """One column of a sheet."""

    name: str  # as files and code have it, for the first row
    label: Text = ""  # what a reader calls it
    unit: str = ""  # "" for text
    kind: str = "text"  # text, number, integer, flag; any takes every cell as the type that it has
    note: Text = ""  # shown with the heading when the pointer rests on it
    choices: Sequence[str] = ()  # words for a drop-down; another may be typed after a warning
    refers_to: str = ""  # the sheet whose first key column holds the words for the drop-down
    is_key: bool = False  # key columns stay in view when the sheet is scrolled


@dataclass(frozen=True)
class Sheet:
    """A table on its way into a workbook.

    Parameters
    ----------
    name
        Of the sheet; at most 31 characters, no brackets, slashes, quotes or ``: * ?``.
    rows
        At most ``ROWS_MAX``, each with a cell for every column; ``None``, ``""`` and NaN are empty cells.
    choices_at
        Words for the drop-downs of single cells, by row (from 0) and column (from 0).
    """

    name: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Any]]
    choices_at: Mapping[tuple[int, int], Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Page:
    """A sheet of sentences; each line has a style (``title``, ``heading``, ``text``, ``row``) and its cells."""

    name: str
    lines: Sequence[tuple[str, Sequence[Cell]]]
    widths: Sequence[float]
