"""Rules that cannot hold together: an irreducible infeasible subsystem by their names, where HiGHS finds one."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import numpy as np

from planner.language import say
from planner.models.solving.highs import exchange
from planner.models.solving.process.conflict import COLUMNS_FILE, ROWS_FILE
from planner.models.solving.process.solver_process import Interrupts, follow
from planner.progress import working_on

if TYPE_CHECKING:
    from pathlib import Path

    from planner.models.algebra.problem import Problem
    from planner.models.algebra.row_names import Name

GRACE = 10.0
"""[s] beyond its time after which the process is stopped."""


def conflict(problem: Problem, folder: Path, seconds: float) -> list[Name]:
    """Return rules and variables with limits that cannot hold together, integers relaxed; empty where none are found.

    ``folder`` is for the arrays; ``seconds`` [s] may be spent.
    """
    working_on(say("looking for rules that cannot hold together"))
    nothing = np.zeros(0)
    matrix = problem.matrix
    exchange.write_arrays(
        folder,
        exchange.Arrays(
            starts=matrix.indptr.astype(np.int32),
            indices=matrix.indices.astype(np.int32),
            data=matrix.data.astype(float),
            row_lower=problem.row_lower,
            row_upper=problem.row_upper,
            column_lower=problem.column_lower,
            column_upper=problem.column_upper,
            is_integer=problem.is_integer,
            costs=np.zeros((1, matrix.shape[1])),
            objective_stage=0,
            tie_break=nothing,
        ),
    )
    command = [sys.executable, "-m", "planner.models.solving.process.conflict", str(folder), str(seconds)]
    with Interrupts() as interrupts:
        ended = follow(command, seconds + GRACE, interrupts, None)
    if ended.returncode != 0 or not (folder / COLUMNS_FILE).exists():  # it only adds to what is known
        return []
    rows, columns = (np.load(folder / name, allow_pickle=False).tolist() for name in (ROWS_FILE, COLUMNS_FILE))
    limited = [
        place for place in columns if np.isfinite(problem.column_upper[place]) and problem.column_upper[place] != 0
    ]
    return [*(problem.row_names[row] for row in rows), *(problem.column_names[place] for place in limited)]
