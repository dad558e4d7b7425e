"""CBC, and Clp inside it for linear programmes, through the command ``cbc``.

Its options cannot be asked for afterwards, but it says of each what it was changed to. Its solution is taken from
the binary file of ``saveSolution``, since the printed one has eight digits.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

from planner.bench.solvers import command
from planner.bench.solvers.base import BRANCH_AND_CUT, MIP_GAP, TOLERANCE, Answer
from planner.bench.solvers.record import finite

if TYPE_CHECKING:
    from pathlib import Path

    from planner.bench.solvers.base import Kind, Task, Vector
    from planner.bench.solvers.command import Said
    from planner.bench.solvers.record import Claim

ACTIONS = {"dual-simplex": "-dualSimplex", "primal-simplex": "-primalSimplex", "barrier": "-barrier"}
CHANGED = re.compile(r"(?:Option for )?(\w+) (?:was )?changed from \S+ to (\S+)")
ENDS: tuple[tuple[str, Claim], ...] = (
    # The order matters: the log of an integer programme also tells how its relaxation ended.
    ("Result - Optimal solution found", "optimal"),
    ("Result - Problem proven infeasible", "infeasible"),
    ("Result - (Linear relaxation|Problem proven) unbounded", "unbounded"),
    ("Result - Stopped on", "time_limit"),
    ("(Problem is infeasible|Primal infeasible|Analysis indicates model infeasible)", "infeasible"),
    ("(Dual infeasible|Problem is unbounded)", "unbounded"),
    ("Stopped - objective value", "time_limit"),
    ("Optimal - objective value", "optimal"),
)

TELLING = ("Result -", "Optimal -", "Stopped -", "Problem ", "Pre-processing", "Primal infeasible", "There were")
"""Beginnings of the lines that a person would look for."""


def available() -> str | None:
    """Return the command's version."""
    return command.version_of("cbc", "-quit", pattern=r"Version: (\S+)")


def algorithms(kind: Kind) -> tuple[str, ...]:
    """Return branch and cut, or Clp's algorithms."""
    return (BRANCH_AND_CUT,) if kind == "milp" else tuple(ACTIONS)


def solve(task: Task) -> Answer:
    """Let ``cbc`` read and solve."""
    wanted = _options(task)
    path = task.folder / "solution.bin"
    words = [word for name, value in wanted.items() for word in (f"-{name}", str(value))]
    action = "-solve" if task.kind == "milp" else ACTIONS[task.algorithm]
    said = command.run(["cbc", str(task.path), *words, action, "-saveSolution", str(path), "-quit"])
    claim = _claim(said, task.kind)
    objective = values = duals = None
    # Of an LP that was stopped nothing is feasible; of a MILP what it tells the value of.
    if claim == "optimal" or (claim == "time_limit" and said.last(r"Objective value:")):
        objective, values, duals = _solution(path, task)
    if claim == "time_limit" and values is not None:
        claim = "feasible"
    clock = said.last(r"Total time \(CPU seconds\):.*\(Wallclock seconds\):\s*(\S+)")
    nodes = said.last(r"Enumerated nodes:\s*(\d+)")
    return Answer(
        claim,
        message=next((line for line in reversed(said.lines) if line.startswith(TELLING)), ""),
        version=available() or "",
        values=values,
        duals=duals if task.kind == "lp" and claim == "optimal" else None,
        objective=objective,
        bound=objective if claim == "optimal" else _number(said, r"Lower bound:\s*(\S+)"),
        # Its own clock, to a hundredth; it does not count reading.
        seconds=float(clock[1]) if clock else None,
        iterations=_iterations(said),
        nodes=int(nodes[1]) if nodes else None,
        options_set=wanted,
        options_read=_read_back(said, wanted),
    )


def _options(task: Task) -> dict[str, Any]:
    common: dict[str, Any] = {
        "timeMode": "elapsed",
        "seconds": task.time_limit,
        "randomSeed": task.seed + 1,  # it takes 0 for "from the clock"
        "primalTolerance": TOLERANCE,
        "dualTolerance": TOLERANCE,
    }
    if task.kind == "lp":
        return common
    gap = {"ratioGap": MIP_GAP, "allowableGap": MIP_GAP, "integerTolerance": TOLERANCE}
    # One thread is 0: with 1 it runs a second one that waits for the first.
    threads = task.threads if task.threads > 1 else 0
    return {**common, **gap, "randomCbcSeed": task.seed + 1, "threads": threads}


def _claim(said: Said, kind: Kind) -> Claim:
    """Return what the last line that tells an end says: an LP may be stopped and begun again on the way."""
    ends = ENDS
    if kind == "milp":
        has_result = said.last(r"Result - ") is not None
        # Without a result its search has not begun: only that there is nothing to search is an answer.
        ends = tuple(end for end in ENDS if has_result == end[0].startswith("Result"))
        ends = ends if has_result else tuple(end for end in ends if end[1] in {"infeasible", "unbounded"})
    told = (claim for line in reversed(said.lines) for pattern, claim in ends if re.match(pattern, line))
    claim: Claim = next(told, "error")
    if claim == "error" and kind == "milp" and said.last("Continuous objective value is"):
        # The relaxation has an optimum, so of the two it can only be the first.
        claim = "infeasible" if said.last("Pre-processing says infeasible or unbounded") else "error"
    return claim


def _solution(path: Path, task: Task) -> tuple[float | None, Vector | None, Vector | None]:
    """Return objective, values and duals: two counts, the objective, then four arrays of float64."""
    if not path.exists():
        return None, None, None
    data = path.read_bytes()
    counts = np.frombuffer(data, dtype=np.int32, count=2)
    if tuple(counts) != (task.rows, task.columns):
        raise ValueError(f"cbc's solution has {counts[0]} rows and {counts[1]} columns")
    objective, _, duals, values, _ = np.split(
        np.frombuffer(data, dtype=np.float64, offset=8), np.cumsum([1, task.rows, task.rows, task.columns])
    )
    return finite(objective[0]), values.copy(), duals.copy()


def _number(said: Said, pattern: str) -> float | None:
    found = said.last(pattern)
    return finite(found[1]) if found else None


def _iterations(said: Said) -> int | None:
    found = said.last(r"Total iterations:\s*(\d+)") or said.last(r"Optimal objective \S+ - (\d+) iterations")
    return int(found[1]) if found else None


def _read_back(said: Said, wanted: dict[str, Any]) -> dict[str, Any]:
    """Return what it says its options are now; it is silent on one that already had that value."""
    told = {found[1]: found[2] for line in said.lines if (found := CHANGED.match(line))}
    return {name: _plain(told[name]) for name in wanted if name in told}


def _plain(word: str) -> float | str:
    try:
        return float(word)
    except ValueError:
        return word
