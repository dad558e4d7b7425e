"""One run of one solver on one instance, as it stands on one line of ``runs.jsonl``."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field, fields
from typing import Any, Literal, Self, get_args

Claim = Literal[
    "optimal", "feasible", "infeasible", "unbounded", "time_limit", "memory", "unsupported", "unlicensed",
    "size_limited", "error",
]  # fmt: skip
"""A solver's word on its own run. ``feasible``: stopped at its limit with a solution; ``time_limit``: without one."""
Ending = Literal["exit", "signal", "killed_time", "killed_memory"]
"""End of a run's process: by itself, by a signal that is not ours, or killed by the campaign at a limit."""
CLAIMS: tuple[str, ...] = get_args(Claim)
ENDINGS: tuple[str, ...] = get_args(Ending)
SEPARATOR = "|"
INFINITE = 1e20
"""From here on solvers mean infinity (HiGHS, SCIP, CPLEX and Xpress 1e20, GLPK its largest float, Gurobi 1e100)."""


@dataclass(frozen=True)
class Record:
    """Everything known of one run."""

    key: str  # instance|solver|algorithm|seed|threads|time_limit: no two lines of a campaign have the same
    instance: str
    instance_hash: str  # SHA-256 of the MPS file [hex]
    kind: Literal["lp", "milp"]
    size: Literal["small", "medium", "large"]
    solver: str
    algorithm: str
    seed: int
    threads: int
    time_limit: float  # [s]
    version: str  # "" where the solver is not there
    claim: Claim
    ending: Ending
    returncode: int  # as of subprocess: below 0 a signal
    wall: float  # [s] of the whole process, from start to end
    options_set: dict[str, Any] = field(default_factory=dict)  # handed to the solver
    options_read: dict[str, Any] = field(default_factory=dict)  # of these, as the solver tells them afterwards
    objective: float | None = None  # claimed, in the instance's unit
    bound: float | None = None  # claimed lower bound
    solution: str | None = None
    """Path of a ``.npz`` relative to the campaign's folder: ``values`` (columns,) in the order of the MPS, and
    ``duals`` (rows without the objective,) where the solver has them: rise of the objective per unit of the
    right-hand side."""
    seconds: float | None = None  # [s] of the solver's own run, presolve included, reading excluded
    peak_memory: float = 0.0  # [MiB] of the process and what it started; 0 where the system does not say
    iterations: int | None = None
    nodes: int | None = None
    message: str = ""  # its last words, for a person
    checked: dict[str, Any] = field(default_factory=dict)  # by planner.bench.check.verify.check
    status: str = ""  # by planner.bench.runs.verdict.status_of

    def __post_init__(self) -> None:
        """Refuse what is outside the vocabulary."""
        allowed = {"claim": CLAIMS, "ending": ENDINGS, "kind": ("lp", "milp"), "size": ("small", "medium", "large")}
        for name, words in allowed.items():
            if getattr(self, name) not in words:
                raise ValueError(f"{name} {getattr(self, name)!r} is none of {', '.join(words)}")

    def to_line(self) -> str:
        """Return the record as one line of JSON with its end; what is not a finite number is ``null``."""
        data = {entry.name: _plain(getattr(self, entry.name)) for entry in fields(self)}
        return json.dumps(data, ensure_ascii=True, allow_nan=False) + "\n"

    @classmethod
    def from_line(cls, line: str) -> Self:
        """Return the record of a line."""
        data = json.loads(line)
        if not isinstance(data, dict):
            raise ValueError("a line of runs.jsonl is a JSON object")  # noqa: TRY004  one error for a bad line
        names = {entry.name for entry in fields(cls)}
        if data.keys() != names:
            raise ValueError(f"fields missing or unknown: {', '.join(sorted(names ^ data.keys()))}")
        return cls(**data)


def key_of(instance: str, solver: str, algorithm: str, *, seed: int, threads: int, time_limit: float) -> str:
    """Return the key of a run; a whole number of seconds is written without a point."""
    parts = (instance, solver, algorithm, str(seed), str(threads), f"{time_limit:.15g}")
    return SEPARATOR.join(parts)


def finite(value: Any) -> float | None:
    """Return a number as ``float``, or ``None`` where it is none, not finite, or a solver's word for infinity."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) and abs(number) < INFINITE else None


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if hasattr(value, "tolist"):  # a numpy scalar or array
        return _plain(value.tolist())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if value is None or isinstance(value, bool | int | str) else str(value)
