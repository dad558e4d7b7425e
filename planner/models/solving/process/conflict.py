"""HiGHS's irreducible infeasible subsystem, in a process of its own.

Call it as ``python -m planner.models.solving.process.conflict FOLDER SECONDS``.

It reads the arrays from the folder and leaves the numbers of rows and columns that cannot hold together. HiGHS's
default strategy says that its answer is valid and returns nothing, so another is set, and an empty answer is none.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import highspy
import numpy as np

from planner.models.solving.highs import exchange
from planner.models.solving.highs.finite import check_arrays
from planner.models.solving.process.child import die_with_parent, offer_to_memory_killer

STRATEGY = 6
"""From the rows of a dual ray, made irreducible."""
ROWS_FILE, COLUMNS_FILE = "conflict-rows.npy", "conflict-columns.npy"
_COLUMNWISE, _MINIMISE = 1, 1


def find(arrays: exchange.Arrays, seconds: float) -> tuple[list[int], list[int]]:
    """Return rows and columns whose limits cannot hold together, integers relaxed; nothing where none are found."""
    check_arrays(arrays)
    make: Any = highspy.Highs  # its own type stubs lack half of what it can do
    highs = make()
    options = {"output_flag": False, "iis_strategy": STRATEGY, "iis_time_limit": seconds}
    for name, value in {**options, "threads": 1, "parallel": "off"}.items():
        highs.setOptionValue(name, value)
    highs.passModel(
        arrays.columns,
        arrays.rows,
        len(arrays.data),
        _COLUMNWISE,
        _MINIMISE,
        0.0,
        np.zeros(arrays.columns),
        arrays.column_lower,
        arrays.column_upper,
        arrays.row_lower,
        arrays.row_upper,
        arrays.starts,
        arrays.indices,
        arrays.data,
        np.zeros(arrays.columns, dtype=np.int32),
    )
    highs.run()
    if highs.getModelStatus() != highspy.HighsModelStatus.kInfeasible:
        return [], []
    status, found = highs.getIis()
    if status == highspy.HighsStatus.kError or not found.valid_:
        return [], []
    return list(found.row_index_), list(found.col_index_)


def main(folder: Path, seconds: float) -> None:
    """Do what stands in the folder."""
    die_with_parent()
    offer_to_memory_killer()
    rows, columns = find(exchange.read_arrays(folder), seconds)
    np.save(folder / ROWS_FILE, np.array(rows, dtype=np.int64), allow_pickle=False)
    np.save(folder / COLUMNS_FILE, np.array(columns, dtype=np.int64), allow_pickle=False)


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]))
