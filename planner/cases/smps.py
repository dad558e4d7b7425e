"""Two stages as the three files of SMPS, of the part of the format that readers take alike.

Names are short and plain, ``c1`` and ``r1``, for readers look into them: SCIP takes a row with ``obj`` in its name for
the objective, mpi-sppy takes a dot for a path. Numbers are the shortest decimals that are read back as they were. Only
coefficients and right-hand sides differ between futures: mpi-sppy knows no others' costs, and which bound a changed
bound is differs between readers. The objective's constant is the cost of a column that a row
holds at 1: so the first stage always has a row, without which SCIP would take all rows for its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planner.cases.part import JOINED
from planner.cases.two_stage import core_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from planner.cases.two_stage import TwoStage

STAGES = ("now", "later")


def smps_files(stages: TwoStage, name: str, comments: Sequence[str]) -> dict[str, str]:
    """Return the text of each file by its ending: ``cor``, ``tim``, ``sto``, and ``csv``, which says what is what.

    Parameters
    ----------
    stages
        The problem.
    name
        Its name, plain ASCII without blanks.
    comments
        Lines that stand above the core.
    """
    return {
        "cor": "".join((*(f"* {line}\n" for line in comments), *_core(stages, name))),
        "tim": "".join(_periods(stages, name)),
        "sto": "".join(_scenarios(stages, name)),
        "csv": _names(stages),
    }


def _core(stages: TwoStage, name: str) -> Iterator[str]:
    right, values = core_of(stages.right), core_of(stages.values)
    yield f"NAME {name}\nROWS\n N obj\n E r0\n"
    yield from (f" {kind} r{row}\n" for row, kind in enumerate(stages.kinds, 1))
    yield f"COLUMNS\n c0 obj {float(stages.constant) + 0.0!r}\n c0 r0 1.0\n"
    order = np.argsort(stages.entry_columns, kind="stable")
    ends = np.searchsorted(stages.entry_columns[order], np.arange(len(stages.columns) + 1))
    is_inside = False
    for column, is_whole in enumerate(stages.is_integer.tolist()):
        if is_whole != is_inside:
            yield f" MARKER 'MARKER' '{'INTORG' if is_whole else 'INTEND'}'\n"
            is_inside = is_whole
        here = [entry for entry in order[ends[column] : ends[column + 1]].tolist() if values[entry]]
        cost = float(stages.cost[column])
        if cost or not here:
            yield f" c{column + 1} obj {cost + 0.0!r}\n"
        yield from (f" c{column + 1} r{stages.entry_rows[entry] + 1} {float(values[entry])!r}\n" for entry in here)
    if is_inside:
        yield " MARKER 'MARKER' 'INTEND'\n"
    differs = (stages.right != right).any(axis=0)
    yield "RHS\n rhs r0 1.0\n"
    told = np.flatnonzero((right != 0.0) | differs)
    yield from (f" rhs r{row + 1} {float(right[row]) + 0.0!r}\n" for row in told.tolist())
    yield "BOUNDS\n"
    bounds = zip(stages.lower.tolist(), stages.upper.tolist(), stages.is_integer.tolist(), strict=True)
    for column, (lower, upper, is_whole) in enumerate(bounds, 1):
        yield from (f" {kind} bounds c{column} {value!r}\n" for kind, value in _bounds(lower, upper, is_whole))
    yield "ENDATA\n"


def _bounds(lower: float, upper: float, is_whole: bool) -> Iterator[tuple[str, float]]:
    """Give the lines of a column's bounds; a whole one always has both, as far as they are, for defaults differ."""
    if lower == upper:
        yield "FX", lower + 0.0
    elif lower == -np.inf and upper == np.inf:
        yield "FR", 0.0
    else:
        if lower == -np.inf:
            yield "MI", 0.0
        elif lower or is_whole:
            yield "LO", lower + 0.0
        if upper < np.inf:
            yield "UP", upper + 0.0
        elif is_whole:
            yield "PL", 0.0


def _periods(stages: TwoStage, name: str) -> Iterator[str]:
    yield f"TIME {name}\nPERIODS LP\n"
    yield f" c0 r0 {STAGES[0]}\n"
    yield f" c{stages.first_columns + 1} r{stages.first_rows + 1} {STAGES[1]}\n"
    yield "ENDATA\n"


def _scenarios(stages: TwoStage, name: str) -> Iterator[str]:
    """Give the futures, each with what differs from the core."""
    right, values = core_of(stages.right), core_of(stages.values)
    yield f"STOCH {name}\nSCENARIOS DISCRETE\n"
    for number, chance in enumerate(stages.chances):
        yield f" SC s{number + 1} ROOT {chance!r} {STAGES[1]}\n"
        for row in np.flatnonzero(stages.right[number] != right).tolist():
            yield f" rhs r{row + 1} {float(stages.right[number, row]) + 0.0!r}\n"
        for entry in np.flatnonzero(stages.values[number] != values).tolist():
            column, row = stages.entry_columns[entry] + 1, stages.entry_rows[entry] + 1
            yield f" c{column} r{row} {float(stages.values[number, entry]) + 0.0!r}\n"
    yield "ENDATA\n"


def _names(stages: TwoStage) -> str:
    """Return what each name stands for, as a table."""
    rows = [("c0", STAGES[0], "constant", ""), ("r0", STAGES[0], "constant", "")]
    for sign, names, first in (("c", stages.columns, stages.first_columns), ("r", stages.rows, stages.first_rows)):
        for number, (component, ids) in enumerate(names, 1):
            rows.append((f"{sign}{number}", STAGES[int(number > first)], component, JOINED.join(map(str, ids))))
    rows += [(f"s{number}", "", "future", future) for number, future in enumerate(stages.futures, 1)]
    return pd.DataFrame(rows, columns=["name", "stage", "of", "ids"]).to_csv(index=False, lineterminator="\n")
