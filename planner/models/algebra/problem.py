"""What passes between the model and a solver: arrays only."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from planner.language import Text, rendered, written

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scipy import sparse


Vector = npt.NDArray[np.float64]
Algorithm = Literal["choose", "simplex", "ipm", "hipo", "pdlp"]
Status = Literal["optimal", "feasible", "infeasible", "unbounded", "time_limit", "error", "interrupted"]


@dataclass(frozen=True)
class Stage:
    """One objective of a lexicographic sequence, minimised with those before it held."""

    name: str
    cost: Vector
    """(columns,)"""
    constant: float = 0.0


@dataclass(frozen=True)
class Problem:
    """Minimise the stages in turn, subject to row_lower ≤ A x ≤ row_upper and column bounds.

    Attributes
    ----------
    matrix
        (rows, columns), CSC.
    row_lower, row_upper
        (rows,), ±inf where there is no side.
    column_lower, column_upper
        (columns,).
    is_integer
        (columns,), bool.
    stages
        At least one; all but the objective itself are there only where the formulation asks for them.
    objective_stage
        The position in ``stages`` of the one whose value is the plan's objective.
    tie_break
        (columns,) cost that chooses between plans of equal value, or ``None``.
    row_names
        (rows,) rule and index, such as ``("demand_balance", ("beijing", "training", "year"))``.
    column_names
        (columns,) likewise.
    """

    matrix: sparse.csc_array
    row_lower: Vector
    row_upper: Vector
    column_lower: Vector
    column_upper: Vector
    is_integer: npt.NDArray[np.bool_]
    stages: tuple[Stage, ...]
    objective_stage: int
    tie_break: Vector | None
    row_names: Sequence[tuple[str, tuple[Any, ...]]]
    column_names: Sequence[tuple[str, tuple[Any, ...]]]

    @property
    def counts(self) -> dict[str, int]:
        """Rows, columns, nonzeros and integer columns."""
        rows, columns = self.matrix.shape
        return {
            "rows": rows,
            "columns": columns,
            "nonzeros": int(self.matrix.nnz),
            "integers": int(self.is_integer.sum()),
        }


@dataclass(frozen=True)
class SolverOptions:
    """How to solve; every option is written to the manifest."""

    name: str = "highs"
    time_limit: float | None = None
    """[s] for the whole solve."""
    mip_gap: float = 0.0
    """Relative gap at which an integer plan counts as optimal."""
    threads: int = 1
    seed: int = 0
    tie_break: bool = True
    shadow_prices: bool = True
    algorithm: Algorithm = "choose"
    """For linear programmes, those within an integer search included."""


@dataclass(frozen=True)
class Proof:
    """Who says that no plan is better than so much.

    Attributes
    ----------
    by
        ``planner``: proved here; ``solver``: its word.
    bound, gap
        What is shown: of the objective, with its constant; NaN where there is none.
    leaves
        Parts of the integers, each bounded by itself; 0 where the bound is the solver's word.
    why
        A sentence, where the bound is the solver's word.
    proved
        What is proved here in any case, -∞ for nothing.
    seconds
        That the proof took, after the solver's.
    kept
        The arrays to prove it from again; ``None`` where the bound cannot be proved from arrays alone.
    """

    by: Literal["planner", "solver"]
    bound: float = math.nan
    gap: float = math.nan
    leaves: int = 0
    why: Text = ""
    proved: float = -math.inf
    seconds: float = 0.0
    kept: dict[str, npt.NDArray[Any]] | None = field(default=None, repr=False)

    @property
    def record(self) -> dict[str, Any]:
        """The part of the manifest; what is not finite is left out."""
        plain: dict[str, Any] = {"by": self.by, "bound": self.bound, "gap": self.gap, "leaves": self.leaves}
        plain |= {"why": written(self.why), "why_zh": rendered(self.why, "zh")} if self.why else {}
        if self.by == "solver":
            plain["proved"] = self.proved
        told = {name: value for name, value in plain.items() if not isinstance(value, float) or math.isfinite(value)}
        return {**told, "seconds": self.seconds}


@dataclass(frozen=True)
class Solution:
    """What the solver found.

    Attributes
    ----------
    status
        ``optimal`` (within the gap), ``feasible`` (stopped at a limit with a plan), or why there is none.
    values
        (columns,), or ``None`` without a plan.
    objective, bound, gap
        Of the objective stage; NaN without.
    row_duals
        (rows,) rise of the objective per unit of the right-hand side, integers fixed, before the
        tie-break; ``None`` where not asked for or not to be had.
    relaxed_duals
        (rows,) the same of the relaxation, in which integers need not be whole; ``None`` likewise.
    ranging
        (ranges, 10) how far sides and costs may move, as :data:`planner.models.solving.process.ranging.FIELDS`; of the
        same linear programme; ``None`` where not asked for or not to be had.
    basis
        The basis that linear programme ended with, for a later run (:mod:`planner.models.solving.basis`); ``None``
        without.
    proof
        Who says that no plan is better than ``bound``, where that was asked
        (:mod:`planner.models.solving.proof.proof`).
    ray
        (rows,) what says that there is no plan, where a proof was asked for and HiGHS has one.
    is_unique
        Whether the plan is the only optimal one (``None``: not known).
    details
        For the manifest: solver, version, options as read back, stages, tie-break, warnings.
    log
        The solver's own words.
    seconds
        Wall time of the solver's child process.
    peak_memory
        [MiB] of that process.
    """

    status: Status
    values: Vector | None
    objective: float
    bound: float
    gap: float
    row_duals: Vector | None = None
    relaxed_duals: Vector | None = None
    ranging: Vector | None = None
    basis: dict[str, npt.NDArray[Any]] | None = None
    proof: Proof | None = None
    ray: Vector | None = None
    is_unique: bool | None = None
    details: dict[str, Any] = field(default_factory=dict)
    log: str = ""
    seconds: float = 0.0
    peak_memory: float = 0.0
