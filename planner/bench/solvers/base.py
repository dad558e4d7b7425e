"""The interface of the solvers' adapters: task, answer, and the list of adapters."""

from __future__ import annotations

import importlib
import importlib.metadata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol, cast

import numpy as np
import numpy.typing as npt

from planner.errors import UsageError, shown
from planner.language import say

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from planner.bench.solvers.record import Claim

Vector = npt.NDArray[np.float64]
Kind = Literal["lp", "milp"]

HERE = "planner.bench.solvers"
FREE = ("highs", "scip", "cbc", "glpk", "pdlp", "glop")
COMMERCIAL = ("gurobi", "cplex", "xpress", "copt")
"""Inside their free sizes, unless there is a licence."""
ADAPTERS: Mapping[str, str] = {name: f"{HERE}.{name}" for name in (*FREE, *COMMERCIAL)}
"""Name of a solver → module of its adapter."""

BRANCH_AND_CUT = "branch-and-cut"
"""The one algorithm for integers that all offer."""
TOLERANCE = 1e-7
"""Asked of every solver that takes it, for rows, bounds, reduced costs and integers: a tenth of what is checked."""
FIRST_ORDER_TOLERANCE = 1e-9
"""Asked of first-order methods, which hold all rows together to it, relative to the whole right-hand side."""
MIP_GAP = 0.0
"""Asked of every solver, relative and absolute."""


@dataclass(frozen=True)
class Task:
    """One run."""

    path: Path  # the MPS file
    kind: Kind
    rows: int  # without the objective
    columns: int
    algorithm: str  # one of the adapter's
    seed: int
    threads: int
    time_limit: float  # [s] for the solver's own run
    folder: Path  # an empty folder for whatever the solver writes


@dataclass
class Answer:
    """A solver's answer; the fields are those of a ``Record``, with the solution as arrays."""

    claim: Claim
    message: str = ""
    version: str = ""
    values: Vector | None = None  # (columns,) in the order of the file, or None
    duals: Vector | None = None
    """(rows,) likewise: rise of the objective per unit of the right-hand side. Linear programmes only."""
    objective: float | None = None
    bound: float | None = None
    seconds: float | None = None
    iterations: int | None = None
    nodes: int | None = None
    options_set: dict[str, Any] = field(default_factory=dict)
    options_read: dict[str, Any] = field(default_factory=dict)


class Solver(Protocol):
    """An adapter: a module with these functions. Only ``solve`` may load the solver, and never two in one process."""

    def available(self) -> str | None:
        """Return the version that is installed, or ``None``."""

    def algorithms(self, kind: Kind) -> tuple[str, ...]:
        """Return what it offers for this kind of programme, its usual choice first; empty: it takes none of them."""

    def solve(self, task: Task) -> Answer:
        """Read the file and solve."""


def load(module: str) -> Solver:
    """Return the adapter in a module."""
    return cast("Solver", importlib.import_module(module))


def modules_of(names: tuple[str, ...]) -> dict[str, str]:
    """Return the modules of these solvers' adapters."""
    for name in names:
        if name not in ADAPTERS:
            raise UsageError(
                say("no solver {name}: planner bench knows {listed}", name=shown(name), listed=", ".join(ADAPTERS))
            )
    return {name: ADAPTERS[name] for name in names}


def package_version(package: str) -> str | None:
    """Return the version of an installed package without importing it, or ``None``."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def by_name(named: Mapping[str, float], prefix: str, count: int) -> Vector:
    """Return values by the names of the file (``c0, c1, …`` or ``r0, r1, …``) as an array; what is not named is 0."""
    values = np.zeros(count)
    for name, value in named.items():
        values[int(name.removeprefix(prefix))] = value
    return values
