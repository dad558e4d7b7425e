"""What the planner and the solver's process hand each other: arrays and a request, as files in one folder.

Both sides import this, so it stays with numpy alone: the child must start in a moment.
"""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from planner.language import Message, Named

if TYPE_CHECKING:
    from pathlib import Path

Vector = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int32]
Places = npt.NDArray[np.intp]
Booleans = npt.NDArray[np.bool_]
Statuses = npt.NDArray[np.int8]
HighsStatuses = npt.NDArray[np.object_]
"""As HiGHS has them: members of its own enumeration."""
"""Of a basis, by HiGHS's numbers: 0 at the lower side, 1 basic, 2 at the upper, 3 at zero, 4 not basic."""
Algorithm = Literal["choose", "simplex", "ipm", "hipo", "pdlp"]

PROBLEM = "problem"
REQUEST_FILE = "request.json"
START_FILE = "start.npy"
BASIS_FILE = "basis.npy"
ANSWER_FILE = "answer.npz"
INCUMBENT_FILE = "incumbent.npz"
POLISHED_PARTS = ("values", "row_duals", "ranging", "basis")
"""Those that steps 2 and 3 give."""
ARRAY_PARTS = (*POLISHED_PARTS, "leaves", "earlier_duals", "ray", "relaxed_duals")
"""The parts of an answer that are arrays."""

MEMORY_EXIT = 80
"""Exit status of a child that ran out of memory and could not even say so in a file."""
POLISH_SECONDS_MIN = 5.0
"""[s] that steps 2 and 3 may always take, even where the time limit is used up."""
POLISH_SHARE = 0.1
"""Of the time limit: what steps 2 and 3 may take beyond it, where that is more."""


class AlgorithmMissingError(Exception):
    """The solver is here, but a part of it that one of its algorithms needs is not installed."""


@dataclass(frozen=True)
class Arrays:
    """A problem as bare arrays: minimise each row of ``costs`` in turn.

    Attributes
    ----------
    starts, indices, data
        The matrix by columns: (columns + 1,), (nonzeros,), (nonzeros,).
    row_lower, row_upper
        (rows,).
    column_lower, column_upper, is_integer
        (columns,).
    costs
        (stages, columns).
    objective_stage
        Which of the stages is the plan's objective.
    tie_break
        (columns,), empty where there is none.
    row_block, column_block
        (rows,) and (columns,) the block (a timestep) each lies in; -1 for those that link blocks, -2 for those that
        chain the blocks of the first period, -3 for the second …; empty where the problem falls into none.
    block_period
        (blocks,) the period each block belongs to: blocks that are chained.
    on_demand
        (columns,) which may be left out, at 0, until they price out; empty where none are.
    """

    starts: Indices
    indices: Indices
    data: Vector
    row_lower: Vector
    row_upper: Vector
    column_lower: Vector
    column_upper: Vector
    is_integer: Booleans
    costs: Vector
    objective_stage: int
    tie_break: Vector
    row_block: Indices = field(default_factory=lambda: np.zeros(0, dtype=np.int32))
    column_block: Indices = field(default_factory=lambda: np.zeros(0, dtype=np.int32))
    block_period: Indices = field(default_factory=lambda: np.zeros(0, dtype=np.int32))
    on_demand: Booleans = field(default_factory=lambda: np.zeros(0, dtype=bool))

    @property
    def rows(self) -> int:
        """Number of rows."""
        return len(self.row_lower)

    @property
    def columns(self) -> int:
        """Number of columns."""
        return len(self.column_lower)


@dataclass(frozen=True)
class Request:
    """What the child is to do.

    Attributes
    ----------
    job
        ``solve``: the whole of it, or for a solver other than HiGHS the search alone;
        ``polish``: only the linear programmes after the integers (taken from the start file).
    time_limit
        [s], or ``None``.
    algorithm
        For linear programmes: ``choose``, or one that is asked for.
    ranging
        Whether to say how far sides and costs may move (``ranging.py``).
    prove
        Whether to leave what proves the bound (``leaves.py``).
    is_careful
        Whether this is a second opinion (``options.CAREFUL``).
    engine, workers, scheduler, checkpoint
        Where the periods of a very large problem are solved (``cluster.Where``).
    """

    job: Literal["solve", "polish"]
    solver: str
    time_limit: float | None
    mip_gap: float
    threads: int
    seed: int
    tie_break: bool
    algorithm: Algorithm = "choose"
    ranging: bool = False
    prove: bool = False
    is_careful: bool = False
    engine: str = "local"
    workers: int | None = None
    scheduler: str | None = None
    checkpoint: str | None = None


@dataclass(frozen=True)
class Answer:
    """What the child says; nothing of it is believed before ``judge.py`` has looked.

    Attributes
    ----------
    status
        A ``problem.Status``, or ``error`` with ``details["failure"]``.
    values
        (columns,) or ``None``.
    bound
        Of the objective stage, without its constant; NaN where there is none.
    row_duals
        (rows,) or ``None``.
    ranging
        (ranges, 10) as ``ranging.FIELDS``, or ``None``.
    basis
        (columns + rows,) of the first linear programme with the integers fixed, as ``Statuses``, or ``None``.
    is_complete
        Whether the child had nothing more to do when it wrote this.
    leaves
        What a search of our own leaves for a proof, as ``leaves.packed``; ``None`` without.
    earlier_duals
        (objective_stage, rows) the duals of the stages before the objective; ``None`` without.
    ray
        (rows,) what says that a linear programme has no point; ``None`` without.
    relaxed_duals
        (rows,) those of the relaxation, where integers need not be whole; ``None`` without.
    """

    status: str
    values: Vector | None = None
    bound: float = float("nan")
    row_duals: Vector | None = None
    is_unique: bool | None = None
    is_complete: bool = True
    details: dict[str, Any] = field(default_factory=dict)
    ranging: Vector | None = None
    basis: Statuses | None = None
    leaves: Vector | None = None
    earlier_duals: Vector | None = None
    ray: Vector | None = None
    relaxed_duals: Vector | None = None


def polish_seconds(limit: float) -> float:
    """Return what steps 2 and 3 may take beyond a time limit [s]."""
    return max(POLISH_SECONDS_MIN, POLISH_SHARE * limit)


class Clock:
    """The seconds a job has, counted from its start and shared by all its programmes."""

    def __init__(self, limit: float | None) -> None:
        self.start = time.perf_counter()
        self.limit = float("inf") if limit is None else limit

    @property
    def spent(self) -> float:
        """Seconds since the start."""
        return time.perf_counter() - self.start

    @property
    def left(self) -> float:
        """Seconds until the limit, never below 0."""
        return max(0.0, self.limit - self.spent)

    def share(self, share: float) -> Clock:
        """Return a clock that begins now: for a share of the whole limit, and no more than is left."""
        return Clock(min(share * self.limit, self.left))


def write_arrays(folder: Path, arrays: Arrays) -> None:
    """Write the problem into the folder."""
    for name, part in vars(arrays).items():
        np.save(folder / f"{PROBLEM}-{name}.npy", np.asarray(part), allow_pickle=False)


def read_arrays(folder: Path) -> Arrays:
    """Read the problem back, read-only and no further than it is looked at: HiGHS keeps a copy of its own."""
    parts: dict[str, Any] = {
        part.name: np.load(folder / f"{PROBLEM}-{part.name}.npy", mmap_mode="r", allow_pickle=False)
        for part in fields(Arrays)
    }
    plain: dict[str, Any] = {name: np.asarray(part) for name, part in parts.items()}  # a memmap is slow to slice
    return Arrays(**{**plain, "objective_stage": int(parts["objective_stage"])})


def _in_both(value: Any) -> Any:
    """Return what JSON can hold; a text that was said in both languages: the child knows of none that is spoken."""
    if isinstance(value, Message):
        return {"en": value.en, "zh": value.zh}
    if isinstance(value, dict):
        return {key: _in_both(inner) for key, inner in value.items()}
    return [_in_both(inner) for inner in value] if isinstance(value, list | tuple) else value


def _as_said(found: dict[str, Any]) -> Any:
    return Named(found["en"], found["zh"]) if found.keys() == {"en", "zh"} else found


def write_request(folder: Path, request: Request) -> None:
    """Write what is to be done into the folder."""
    (folder / REQUEST_FILE).write_text(json.dumps(asdict(request)), encoding="utf-8")


def read_request(folder: Path) -> Request:
    """Read what is to be done."""
    return Request(**json.loads((folder / REQUEST_FILE).read_text(encoding="utf-8")))


def write_answer(folder: Path, answer: Answer, name: str = ANSWER_FILE) -> None:
    """Write an answer whole or not at all, so that a child killed meanwhile leaves the one before."""
    arrays: dict[str, Any] = {part: vector for part in ARRAY_PARTS if (vector := getattr(answer, part)) is not None}
    words = {part: word for part, word in vars(answer).items() if part not in ARRAY_PARTS}
    text = np.frombuffer(json.dumps(_in_both(words)).encode(), dtype=np.uint8)
    draft = folder / f"draft-{name}"
    np.savez(draft, text=text, **arrays)
    draft.replace(folder / name)


def read_answer(folder: Path, name: str = ANSWER_FILE) -> Answer | None:
    """Read an answer, ``None`` where there is no file."""
    try:
        with (folder / name).open("rb") as stream, np.load(stream, allow_pickle=False) as file:
            arrays: dict[str, Any] = {
                part: np.asarray(file[part], dtype=np.int8 if part == "basis" else np.float64)
                for part in file.files
                if part != "text"
            }
            words = json.loads(file["text"].tobytes().decode(), object_hook=_as_said)
        return Answer(**arrays, **words)
    except FileNotFoundError:
        return None
    except Exception as error:  # the file may hold anything, and numpy, zip and json each fail in their own way
        raise ValueError(f"{type(error).__name__}: {error}") from error
