"""What a feature reports, said once: columns of result tables, numbers of the summary, series by timestep.

A feature declares its columns in ``COLUMNS``, its numbers in ``MEASURES``, what is drawn by the hour in ``SERIES``. The
workbook's units, the reference of the result tables, the audit of empty cells and whatever shows or compares them take
them from there. No Pyomo here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import pandas as pd

    from planner.language import Message, Text

    Tables = Mapping[str, pd.DataFrame]

BY_ROW: Final = "unit of the row"
"""The unit of numbers that have another in each row, which a column of the same table names."""


@dataclass(frozen=True)
class Column:
    """A column of a result table.

    Parameters
    ----------
    table, name
        Of the result; the table's name is that of its file.
    unit
        Of its numbers, ``"1"`` for a plain ratio or count, ``""`` for text.
    says
        One sentence in both languages. ``None``: the column is what a set, a parameter or a column that another
        feature declares calls by the same name, and has its sentence and unit.
    may_be_empty
        Whether an empty cell is an answer, such as a latency that nobody knows and no limit asks for.
    may_be_negative
        Whether a number below zero is an answer: excess power earns, a profile may be a temperature.
    """

    table: str
    name: str
    unit: str = ""
    says: Message | None = None
    may_be_empty: bool = False
    may_be_negative: bool = False


def keys_of(table: str, *names: str) -> tuple[Column, ...]:
    """Return key columns of a table, each of which is said elsewhere."""
    return tuple(Column(table, name) for name in names)


@dataclass(frozen=True)
class Measure:
    """A number of ``summary.json``, or a group of them that has one unit.

    Parameters
    ----------
    name
        Its name in the summary, at whatever depth.
    unit
        Of the number.
    place
        Its place among what a comparison of two plans holds side by side; 0: it holds others.
    is_short
        Whether a terminal shows it of a comparison; the table has them all.
    parts
        What its parts are: accountings, or sources and uses of energy.
    """

    name: str
    unit: str
    place: int = 0
    is_short: bool = False
    parts: Literal["accountings", "sources", ""] = ""


Part = Literal[
    "work", "it", "load", "factor", "grid", "green", "sold", "green_used", "charge", "discharge", "stored", "waiting"
]


@dataclass(frozen=True)
class Series:
    """A power, an energy or a factor by timestep, and by site, as a result table holds it.

    Parameters
    ----------
    part
        What it is to whoever draws the hours; each feature that has a part declares it.
    table, column
        Where it stands.
    page
        What the page's script calls it; empty: the page does not have it.
    rank
        Its place in the page.
    says
        What the page's panel calls it.
    modes
        The accountings by which it is the one that counts; none: by all.
    read
        Of work that waits, which is known by region: from the tables, a site (or none for all) and the timesteps, the
        load that is not done in its own timestep, and what waits.
    """

    part: Part
    table: str
    column: str
    page: str = ""
    rank: int = 0
    says: Message | None = None
    modes: tuple[str, ...] = ()
    read: Callable[[Tables, str | None, pd.Index], tuple[pd.Series, pd.Series]] | None = None


@dataclass(frozen=True)
class Chapter:
    """A table that the page has of a feature's results.

    Parameters
    ----------
    name
        Its anchor in the page.
    heading, says
        What it is called, and a sentence or two.
    heads
        The heads of its columns; a column of numbers has a unit.
    rows
        From the scenario and the result tables its rows: texts and numbers.
    """

    name: str
    heading: Message
    says: Message
    heads: tuple[tuple[Message, str], ...]
    rows: Callable[[Any, Tables], Sequence[Sequence[Text | float]]]
