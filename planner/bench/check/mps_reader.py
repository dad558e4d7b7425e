"""A strict reader of the instances' MPS dialect that shares nothing with the solvers under test.

The dialect is ``planner.bench.mps``'s. Every number is the float64 nearest to its decimal text, which is what solvers
read too: a checker that took the text for the number would check another instance than the one they solved. What is
outside the dialect is refused, never guessed: the readers of solvers differ there.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from planner.errors import Fault, InvalidInputError, shown

if TYPE_CHECKING:
    from pathlib import Path

Vector = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]

INFINITE = 1e20
SECTIONS = ("NAME", "ROWS", "COLUMNS", "RHS", "RANGES", "BOUNDS", "ENDATA")
MARKERS = {"'INTORG'": True, "'INTEND'": False}


@dataclass(frozen=True)
class Program:
    """Minimise ``cost @ x`` subject to row_lower ≤ A x ≤ row_upper, lower ≤ x ≤ upper, some x whole."""

    cost: Vector  # (columns,)
    lower: Vector  # (columns,), -inf where there is no bound
    upper: Vector  # (columns,), inf where there is no bound
    is_integer: npt.NDArray[np.bool_]  # (columns,)
    row_lower: Vector  # (rows,) without the objective, in the order of the file
    row_upper: Vector  # (rows,)
    starts: Places  # (columns + 1,): the matrix, column by column, no zeros, no entry twice
    rows: Places  # (nonzeros,)
    entries: Vector  # (nonzeros,)
    row_names: tuple[str, ...]
    column_names: tuple[str, ...]

    @property
    def columns(self) -> Places:
        """(nonzeros,) the column of each entry."""
        return np.repeat(np.arange(len(self.cost)), np.diff(self.starts))


def read_program(path: Path) -> Program:
    """Return the program of an instance."""
    try:
        lines = path.read_text(encoding="ascii").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInputError([Fault(str(path), f"cannot be read: {shown(error)}")]) from None
    reading = _Reading()
    try:
        for line in lines:
            reading.take(line)
        return reading.finish()
    except _OutsideError as error:
        line = lines[min(reading.line, len(lines)) - 1].strip()
        raise InvalidInputError([Fault(str(path), str(error), row=reading.line, value=line)]) from None


class _OutsideError(ValueError):
    """A line outside the dialect."""


@dataclass
class _Reading:
    """The state of reading; one method a section."""

    line: int = 0
    section: str = ""
    seen: list[str] = field(default_factory=list)
    senses: list[str] = field(default_factory=list)
    row_numbers: dict[str, int] = field(default_factory=dict)
    column_numbers: dict[str, int] = field(default_factory=dict)
    in_integers: bool = False
    is_integer: list[bool] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    entries: list[float] = field(default_factory=list)
    costs: dict[int, float] = field(default_factory=dict)
    rhs: dict[int, float] = field(default_factory=dict)
    ranges: dict[int, float] = field(default_factory=dict)
    bounds: dict[tuple[int, str], float] = field(default_factory=dict)

    def take(self, line: str) -> None:
        """Read one line."""
        self.line += 1
        if line.startswith("*") or not (words := line.split()):
            return
        if not line[0].isspace():
            self._begin(words[0])
            return
        match self.section:
            case "COLUMNS":
                self._column(words)
            case "ROWS":
                self._row(words)
            case "RHS":
                self._set_once(self.rhs, *self._of_row(words))
            case "RANGES":
                self._range(words)
            case "BOUNDS":
                self._bound(words)
            case _:
                raise _OutsideError("data outside a section")

    def _begin(self, name: str) -> None:
        if name not in SECTIONS or (self.seen and SECTIONS.index(name) <= SECTIONS.index(self.seen[-1])):
            raise _OutsideError(f"the sections are {', '.join(SECTIONS)}, in this order, each once")
        self.seen.append(name)
        self.section = name

    def _row(self, words: list[str]) -> None:
        sense, name = _exactly(2, words)
        if self.row_numbers.setdefault(name, len(self.senses) - 1) != len(self.senses) - 1:
            raise _OutsideError("the row stands twice")
        if (sense == "N") != (not self.senses) or sense not in {"N", "L", "G", "E"}:
            raise _OutsideError("the rows are one N, the first, and then L, G or E")
        self.senses.append(sense)

    def _column(self, words: list[str]) -> None:
        name, row, text = _exactly(3, words)
        if row == "'MARKER'":
            if text not in MARKERS:
                raise _OutsideError("the markers are INTORG and INTEND")
            self.in_integers = MARKERS[text]
            return
        number = self.column_numbers.setdefault(name, len(self.starts))
        if number == len(self.starts):
            self.starts.append(len(self.rows))
            self.is_integer.append(self.in_integers)
        elif number != len(self.starts) - 1:
            raise _OutsideError("the entries of a column stand apart")
        value = _finite(text)
        place = self._row_number(row)
        if place < 0:
            self._set_once(self.costs, number, value)
        elif value:
            self.rows.append(place)
            self.entries.append(value)

    def _range(self, words: list[str]) -> None:
        row, span = self._of_row(words)
        if self.senses[row + 1] != "L" or span < 0:
            raise _OutsideError("only an L row has a range, at least 0")
        self._set_once(self.ranges, row, span)

    def _bound(self, words: list[str]) -> None:
        kind = words[0]
        if kind in {"FR", "MI", "PL"}:
            # A number that means nothing may follow: without one CBC misreads the line.
            _, _, column = _exactly(3, words[:3] if words[3:] == ["0.0"] else words)
            value = math.inf
        else:
            _, _, column, text = _exactly(4, words)
            value = _finite(text)
        if column not in self.column_numbers:
            raise _OutsideError("a column that is not in COLUMNS")
        if kind not in {"LO", "UP", "FX", "FR", "MI", "PL"}:
            raise _OutsideError("the kinds of bound are LO, UP, FX, FR, MI, PL")
        number = self.column_numbers[column]
        if kind in {"LO", "FX", "FR", "MI"}:
            self._set_once(self.bounds, (number, "lower"), value if kind in {"LO", "FX"} else -math.inf)
        if kind in {"UP", "FX", "FR", "PL"}:
            self._set_once(self.bounds, (number, "upper"), value)

    def _of_row(self, words: list[str]) -> tuple[int, float]:
        _, name, text = _exactly(3, words)
        row = self._row_number(name)
        if row < 0:
            raise _OutsideError("a constant in the objective, whose sign readers disagree on")
        return row, _finite(text)

    def _row_number(self, name: str) -> int:
        if name not in self.row_numbers:
            raise _OutsideError("a row that is not in ROWS")
        return self.row_numbers[name]

    @staticmethod
    def _set_once(table: dict[Any, float], key: Any, value: float) -> None:
        if key in table:
            raise _OutsideError("a value is given twice")
        table[key] = value

    def finish(self) -> Program:
        """Return what was read."""
        if not {"ROWS", "COLUMNS", "ENDATA"} <= set(self.seen):
            raise _OutsideError("the file ends without ROWS, COLUMNS or ENDATA")
        rows, starts = np.array(self.rows, dtype=np.intp), np.array([*self.starts, len(self.rows)], dtype=np.intp)
        self._refuse_repeated(starts, rows)
        self._refuse_ambiguous()
        columns = len(self.starts)
        row_lower, row_upper = self._row_limits()
        return Program(
            cost=_vector(columns, 0.0, self.costs),
            lower=_vector(columns, 0.0, {j: v for (j, side), v in self.bounds.items() if side == "lower"}),
            upper=_vector(columns, math.inf, {j: v for (j, side), v in self.bounds.items() if side == "upper"}),
            is_integer=np.array(self.is_integer, dtype=bool),
            row_lower=row_lower,
            row_upper=row_upper,
            starts=starts,
            rows=rows,
            entries=np.array(self.entries, dtype=float),
            row_names=tuple(self.row_numbers)[1:],
            column_names=tuple(self.column_numbers),
        )

    def _row_limits(self) -> tuple[Vector, Vector]:
        """Return (rows,) limits; a side from RANGES is rounded to float64, as solvers do."""
        senses = np.array(self.senses[1:], dtype="U1")
        rhs = _vector(len(senses), 0.0, self.rhs)
        spans = _vector(len(senses), math.inf, self.ranges)
        return np.where(senses == "L", rhs - spans, rhs), np.where(senses == "G", math.inf, rhs)

    def _refuse_repeated(self, starts: Places, rows: Places) -> None:
        columns = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
        order = np.lexsort((rows, columns))
        twice = (np.diff(columns[order]) == 0) & (np.diff(rows[order]) == 0)
        if twice.any():
            name = list(self.column_numbers)[int(columns[order][np.argmax(twice)])]
            raise _OutsideError(f"column {name} has two entries in a row")

    def _refuse_ambiguous(self) -> None:
        """Refuse what some readers take for 0 and others for −∞, or for 1 and for ∞."""
        for number, (name, whole) in enumerate(zip(self.column_numbers, self.is_integer, strict=True)):
            lower, upper = self.bounds.get((number, "lower")), self.bounds.get((number, "upper"))
            if lower is None and upper is not None and upper < 0:
                raise _OutsideError(f"column {name} has an upper bound below 0 and no lower one")
            if whole and (lower is None or upper is None):
                raise _OutsideError(f"integer column {name} has not both bounds")


def _exactly(count: int, words: list[str]) -> list[str]:
    if len(words) != count:
        raise _OutsideError(f"{len(words)} words, not {count}")
    return words


def _finite(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not abs(value) < INFINITE or "_" in text:  # Python reads 1_000, no solver does
        raise _OutsideError(f"not a number below {INFINITE:g}")
    return value


def _vector(length: int, filling: float, values: dict[int, float]) -> Vector:
    vector = np.full(length, filling)
    vector[np.fromiter(values.keys(), dtype=np.intp, count=len(values))] = list(values.values())
    return vector
