"""GLPK through the command ``glpsol``. It does not tell its options back; its solution has 15 digits."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from planner.bench.solvers import command
from planner.bench.solvers.base import BRANCH_AND_CUT, MIP_GAP, Answer
from planner.bench.solvers.record import finite

if TYPE_CHECKING:
    from pathlib import Path

    from planner.bench.solvers.base import Kind, Task, Vector
    from planner.bench.solvers.command import Said
    from planner.bench.solvers.record import Claim

FLAGS = {"primal-simplex": "--primal", "dual-simplex": "--dual", "interior": "--interior", BRANCH_AND_CUT: "--cuts"}
ENDS: tuple[tuple[str, Claim], ...] = (
    ("TIME LIMIT EXCEEDED", "time_limit"),
    ("(LP|PROBLEM) HAS NO (PRIMAL |INTEGER )FEASIBLE SOLUTION", "infeasible"),
    ("(LP |LP RELAXATION |PROBLEM )HAS (UNBOUNDED|NO DUAL FEASIBLE)", "unbounded"),
    ("INTEGER OPTIMAL SOLUTION FOUND", "optimal"),
    ("OPTIMAL (LP )?SOLUTION FOUND", "optimal"),
)


def available() -> str | None:
    """Return the command's version."""
    return command.version_of("glpsol", "--version", pattern=r"LP/MIP Solver,? v?(\S+)")


def algorithms(kind: Kind) -> tuple[str, ...]:
    """Return branch and cut, or the LP algorithms."""
    return (BRANCH_AND_CUT,) if kind == "milp" else ("primal-simplex", "dual-simplex", "interior")


def solve(task: Task) -> Answer:
    """Let ``glpsol`` read and solve."""
    path = task.folder / "solution.txt"
    # It takes whole seconds, and one thread only.
    wanted: dict[str, Any] = {"tmlim": math.ceil(task.time_limit), "seed": task.seed}
    if task.kind == "milp":
        wanted["mipgap"] = MIP_GAP
    words = [word for name, value in wanted.items() for word in (f"--{name}", str(value))]
    said = command.run(["glpsol", "--freemps", str(task.path), *words, FLAGS[task.algorithm], "-w", str(path)])
    claim = _claim(said, task.kind)
    status, objective, values, duals = _solution(path, task)
    is_feasible = claim in {"optimal", "time_limit"} and status in {"o", "f"}
    if claim == "time_limit" and is_feasible:
        claim = "feasible"
    bound = _number(said, r"\+\s*\d+: .*>=\s*([-+.\de]+)") if task.kind == "milp" else None
    read, end = said.time_of(r"\d+ records were read"), said.time_of(r"Time used:")
    return Answer(
        claim,
        message=next((line for line in reversed(said.lines) if line.isupper() or line.startswith("glp_")), ""),
        version=available() or "",
        values=values if is_feasible else None,
        duals=duals if task.kind == "lp" and claim == "optimal" else None,
        objective=objective if is_feasible else None,
        bound=objective if claim == "optimal" else bound,
        # By the moment each line came: its own clock has tenths of a second.
        seconds=end - read if read is not None and end is not None else None,
        iterations=_whole(said, r"[#*+]?\s*(\d+): (obj|mip|>>>)"),
        nodes=None,
        options_set={**wanted, "algorithm": FLAGS[task.algorithm]},
        options_read={},
    )


def _claim(said: Said, kind: Kind) -> Claim:
    # The relaxation of an integer programme is told to be optimal before the search begins.
    ends = [end for end in ENDS if kind == "lp" or not end[0].startswith("OPTIMAL")]
    return next((claim for pattern, claim in ends if said.last(pattern)), "error")


def _solution(path: Path, task: Task) -> tuple[str, float | None, Vector, Vector]:
    """Return the status letter, the objective, values and duals of glpsol's plain solution file."""
    values, duals = np.zeros(task.columns), np.zeros(task.rows)
    status, objective = "u", None
    if not path.exists():
        return status, objective, values, duals
    with path.open(encoding="ascii") as lines:
        for line in lines:
            words = line.split()
            if words[:1] == ["s"]:
                status, objective = words[4], finite(words[-1])
            elif words[:1] in (["i"], ["j"]):
                # basic: letter, number, state, value, dual; interior: … value, dual; integer: … value
                numbers = words[3:] if words[2].isalpha() else words[2:]
                target = duals if words[0] == "i" else values
                target[int(words[1]) - 1] = float(numbers[-1] if words[0] == "i" else numbers[0])
    return status, objective, values, duals


def _number(said: Said, pattern: str) -> float | None:
    found = said.last(pattern)
    return finite(found[1]) if found else None


def _whole(said: Said, pattern: str) -> int | None:
    found = said.last(pattern)
    return int(found[1]) if found else None
