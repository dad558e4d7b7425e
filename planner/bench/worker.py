"""One run in a process of its own: ``python -m planner.bench.worker FOLDER``.

It reads ``request.json`` in the folder, lets the adapter solve, and leaves ``claim.json`` and, with a solution,
``solution.npz`` there. It does not outlive the campaign that started it.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from planner.bench.solvers.base import Answer, Task, load
from planner.bench.solvers.record import finite
from planner.io.files.writing import draft_of
from planner.models.solving.process.child import die_with_parent, offer_to_memory_killer, peak_memory

if TYPE_CHECKING:
    from planner.bench.solvers.base import Kind
    from planner.bench.solvers.record import Claim

REQUEST, CLAIM, SOLUTION = "request.json", "claim.json", "solution.npz"
MESSAGE_LENGTH_MAX = 2000
ARRAYS = ("values", "duals")


@dataclass(frozen=True)
class Request:
    """A campaign's request to a worker; the fields of a ``Task`` and the adapter's module."""

    module: str
    path: str
    kind: Kind
    rows: int
    columns: int
    algorithm: str
    seed: int
    threads: int
    time_limit: float

    def write(self, folder: Path) -> None:
        """Write the request into a run's folder."""
        (folder / REQUEST).write_text(json.dumps(asdict(self)), encoding="utf-8")


def main(folder: Path) -> int:
    """Do what is asked; every failure that can be told is told in the claim."""
    die_with_parent()
    offer_to_memory_killer()
    request = Request(**json.loads((folder / REQUEST).read_text(encoding="utf-8")))
    try:
        answer = _solve(request, folder)
    except MemoryError:
        answer = Answer("memory", message="out of memory")
    except Exception as error:  # noqa: BLE001  whatever an adapter raises is this run's result
        answer = Answer(*_failure(error))
    _write(answer, folder)
    return 0


def _solve(request: Request, folder: Path) -> Answer:
    adapter = load(request.module)
    if request.algorithm not in adapter.algorithms(request.kind):
        return Answer("unsupported", message=f"no {request.algorithm} for a {request.kind}")
    scratch = folder / "scratch"
    scratch.mkdir(exist_ok=True)
    asked = {name: getattr(request, name) for name in ("kind", "rows", "columns", "algorithm", "seed", "threads")}
    answer = adapter.solve(Task(path=Path(request.path), time_limit=request.time_limit, folder=scratch, **asked))
    for name, size in (("values", request.columns), ("duals", request.rows)):
        array = getattr(answer, name)
        if array is not None and np.shape(array) != (size,):
            raise ValueError(f"{np.shape(array)} {name} for {size}")
    return answer


def _failure(error: Exception) -> tuple[Claim, str]:
    """Return the claim for an exception: what is not there, what has no licence, or an error."""
    message = f"{type(error).__name__}: {error}"
    if isinstance(error, ModuleNotFoundError):
        return "unsupported", message
    return "unlicensed" if "licen" in message.lower() else "error", message


def _write(answer: Answer, folder: Path) -> None:
    """Leave the solution first and the claim last: a claim that stands there is whole."""
    arrays = {name: array for name in ARRAYS if (array := getattr(answer, name)) is not None}
    if "values" in arrays:
        np.savez_compressed(folder / SOLUTION, allow_pickle=False, **arrays)
    claim = {entry.name: getattr(answer, entry.name) for entry in fields(answer) if entry.name not in ARRAYS}
    numbers = {name: finite(claim[name]) for name in ("objective", "bound", "seconds")}
    text = {"message": answer.message[:MESSAGE_LENGTH_MAX], "peak_memory": peak_memory()}
    with draft_of(folder / CLAIM) as draft:
        draft.write_text(json.dumps({**claim, **numbers, **text}, default=_plain), encoding="utf-8")


def _plain(value: Any) -> Any:
    """Return a number of numpy's or of a solver's own as JSON's, all else as text."""
    return value.item() if hasattr(value, "item") else str(value)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
