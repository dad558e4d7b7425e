"""One run of one solver on one instance, as it stands on one line of ``runs.jsonl``."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field, fields
from typing import Any, Literal, Self, get_args

Claim = Literal[
    "optimal",
    "feasible",
    "infeasible",
    "unbounded",
    "time_limit",
    "memory",
    "unsupported",
    "unlicensed",
    "size_limited",
    "error",
]
"""A solver's word on its own run. ``feasible``: stopped at its limit with a solution; ``time_limit``: without one."""
Ending = Literal["exit", "signal", "killed_time", "killed_memory"]
"""How its process ended: by itself, by a signal that is not ours, or killed by the campaign at a limit."""
CLAIMS: tuple[str, ...] = get_args(Claim)
ENDINGS: tuple[str, ...] = get_args(Ending)
SEPARATOR = "|"
INFINITE = 1e20
"""From here on solvers mean infinity (HiGHS, SCIP, CPLEX and Xpress 1e20, GLPK its largest float, Gurobi 1e100)."""


@dataclass(frozen=True)
class Record:
    """Everything known of one run.

    Attributes
    ----------
    key
        ``instance|solver|algorithm|seed|threads|time_limit``: no two lines of a campaign have the same.
    instance, instance_hash, kind, size
        Name, SHA-256 of the MPS file [hex], ``lp`` or ``milp``, ``small``, ``medium`` or ``large``.
    solver, algorithm, seed, threads, time_limit, version
        What was run; ``time_limit`` [s]; ``version`` is ``""`` where the solver is not there.
    options_set, options_read
        Every option handed to the solver, and those of them that it could be asked for afterwards, under its names.
    claim, ending, returncode
        Its own word, and how its process ended; ``returncode`` as of ``subprocess``: below 0 a signal.
    objective, bound
        The claimed value of the solution and the claimed lower bound, in the instance's unit; ``None``: not given.
    solution
        Path of a ``.npz`` relative to the campaign's folder: ``values`` (columns,) in the order of the MPS, and
        ``duals`` (rows without the objective,) where the solver has them: rise of the objective per unit of the
        right-hand side. ``None``: no solution.
    seconds
        [s] the solver's own run, its presolve included, reading excluded; ``None`` where it did not end.
    wall
        [s] of the whole process, from start to end.
    peak_memory
        [MiB] of the process and what it started; 0 where the system does not say.
    iterations, nodes
        Counts as the solver gives them; ``None``: it does not.
    message
        Its last words, for a person.
    checked
        What ``planner.bench.check.verify.check`` found.
    status
        What ``planner.bench.runs.verdict.status_of`` makes of it.
    """

    key: str
    instance: str
    instance_hash: str
    kind: Literal["lp", "milp"]
    size: Literal["small", "medium", "large"]
    solver: str
    algorithm: str
    seed: int
    threads: int
    time_limit: float
    version: str
    claim: Claim
    ending: Ending
    returncode: int
    wall: float
    options_set: dict[str, Any] = field(default_factory=dict)
    options_read: dict[str, Any] = field(default_factory=dict)
    objective: float | None = None
    bound: float | None = None
    solution: str | None = None
    seconds: float | None = None
    peak_memory: float = 0.0
    iterations: int | None = None
    nodes: int | None = None
    message: str = ""
    checked: dict[str, Any] = field(default_factory=dict)
    status: str = ""

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
