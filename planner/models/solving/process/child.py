"""The solver's process: ``python -m planner.models.solving.process.child FOLDER``.

It reads the problem from the folder, solves, and leaves its answer there. It writes an answer after every step,
so that one who stops it keeps what it had, and it does not outlive the planner that started it.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from planner import system
from planner.language import say
from planner.models.solving.highs import exchange
from planner.models.solving.highs.exchange import Answer, Arrays, Clock, Request
from planner.models.solving.highs.finite import check_arrays
from planner.models.solving.highs.options import LARGE
from planner.models.solving.proof.leaves import packed

if TYPE_CHECKING:
    from planner.models.solving.highs.exchange import Statuses, Vector
    from planner.models.solving.highs.highs import Programme
    from planner.models.solving.process.stages import Polish, Search


def die_with_parent() -> None:
    """End this whole process group once the planner is gone, however it went: its end of our stdin is then closed.

    The kernel's SIGIO reaches us even where a solver holds Python's lock for hours; the thread serves systems
    without it, and a planner that died before we came here.
    """
    if hasattr(os, "O_ASYNC"):
        import fcntl  # noqa: PLC0415  not on Windows

        signal.signal(signal.SIGIO, signal.SIG_DFL)
        fcntl.fcntl(0, fcntl.F_SETOWN, -os.getpgrp())
        fcntl.fcntl(0, fcntl.F_SETFL, fcntl.fcntl(0, fcntl.F_GETFL) | os.O_ASYNC)
    threading.Thread(target=_wait_for_end, daemon=True).start()


def _wait_for_end() -> None:
    while os.read(0, 1):
        pass
    if hasattr(os, "killpg"):
        os.killpg(0, signal.SIGKILL)
    os._exit(1)


def offer_to_memory_killer() -> None:
    """Ask Linux to end this process rather than the planner where memory runs out; elsewhere do nothing."""
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")


def peak_memory() -> float:
    """Return the most memory this process, or one it started, has held [MiB]."""
    own = system.peak_memory()
    # Linux counts into ru_maxrss what the planner held when it forked us; VmHWM is our own.
    with contextlib.suppress(OSError, StopIteration):
        lines = Path("/proc/self/status").read_text(encoding="ascii", errors="replace").splitlines()
        own = int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 2**10
    return max(own, system.peak_memory(of_children=True))


class Work:
    """One request, from the arrays to the last answer."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.request: Request = exchange.read_request(folder)
        self.arrays: Arrays = exchange.read_arrays(folder)
        check_arrays(self.arrays)
        self.incumbent: Vector | None = None
        self.clock = Clock(self.request.time_limit)

    def run(self) -> None:
        """Do the job and leave the answer."""
        if self.request.job == "polish":
            self.polish_start()
        elif self.request.solver != "highs":
            self.search_elsewhere()
        elif self.solve_apart():
            return
        elif self.arrays.is_integer.any():
            self.solve_integers()
        else:
            self.solve_linear()

    def save(self, answer: Answer) -> None:
        """Leave an answer, with the memory used so far."""
        exchange.write_answer(self.folder, replace(answer, details={**answer.details, "peak_memory": peak_memory()}))

    def keep_incumbent(self, values: Vector | None, bound: float) -> None:
        """Leave a plan found on the way, or a better bound for it."""
        self.incumbent = self.incumbent if values is None else values
        if self.incumbent is not None:
            answer = Answer("feasible", self.incumbent, bound, is_complete=False)
            exchange.write_answer(self.folder, answer, exchange.INCUMBENT_FILE)

    def search_elsewhere(self) -> None:
        """Let a solver of Pyomo's search; the linear programmes after it are another process's."""
        from planner.models.solving.process.pyomo_solver import search  # noqa: PLC0415  one solver a process

        self.save(search(self.arrays, self.request, self.folder))

    def solve_apart(self) -> bool:
        """Solve a problem of many periods period by period, if it is one; say whether that gave a plan."""
        if self.arrays.columns < LARGE or not len(self.arrays.block_period):
            return False
        from planner.models.solving.process.answers import answer_apart  # noqa: PLC0415  one solver a process

        answer = answer_apart(self.arrays, self.request, self.clock, self.folder, self.keep_incumbent)
        if answer is not None:
            self.save(answer)
        return answer is not None

    def solve_integers(self) -> None:
        """Do steps 1 to 3 with HiGHS."""
        from planner.models.solving.process import second, stages  # noqa: PLC0415  one solver a process

        clock = self.clock
        start, basis = self.start(), self.basis()
        folder = self.folder if self.request.prove else None
        search = self.arrays, self.request, clock, self.keep_incumbent, start
        found = stages.search_integers(*search, basis=basis, folder=folder)
        if found.state in second.DOUBTED:
            found = second.on_search(self.arrays, self.request, clock, self.keep_incumbent, found)
        answer = Answer(_status(found), found.values, found.bound, details=_details(found))
        answer.details["bound_from"] = found.whose
        if found.leaves.is_full and found.leaves.found:
            answer = replace(answer, leaves=packed(found.leaves.found))
        if found.start_cost is not None:
            answer.details["start"] = {"made_a_plan": found.start_cost < float("inf")}
        if found.values is None or answer.status == "error":
            self.save(answer)
            return
        self.save(replace(answer, is_complete=False))
        polished = self.polish(found.values, clock.left, found.relaxed)
        if polished.state == "infeasible" and not found.second_opinion:
            # The integers were whole within the solver's tolerance only, and with them made whole there is no plan.
            again = second.after_rounding(self.arrays, self.request, clock, self.keep_incumbent, found)
            if again.values is not None:
                answer = Answer(_status(again), again.values, again.bound, details=_details(again))
                answer.details["bound_from"] = again.whose
                polished = self.polish(again.values, clock.left, None)
        self.save(replace(merge(answer, polished), relaxed_duals=self.relaxed_duals(found.relaxed_duals, clock.left)))

    def relaxed_duals(self, known: Vector | None, seconds: float) -> Vector | None:
        """Return the duals of the relaxation, (rows,), where prices are asked for and there are integers."""
        from planner.models.solving.process import stages  # noqa: PLC0415  one solver a process

        if known is not None or not (self.request.ranging and self.arrays.is_integer.any()):
            return known
        return stages.relaxed_prices(self.arrays, self.request, Clock(self.seconds_after(seconds)))

    def solve_linear(self) -> None:
        """Solve a problem without integers: steps 2 and 3 are all there is."""
        from planner.models.solving.process import second, stages  # noqa: PLC0415  one solver a process

        clock = self.clock
        result = stages.polish(self.arrays, self.request, clock, None, basis=self.basis())
        if result.state in second.DOUBTED:
            result = second.on_polish(self.arrays, self.request, clock, result)
        if result.state == "time_limit" and result.values is None and result.programme is not None:
            result.values = result.programme.known
        bound = float("nan")
        if result.row_duals is not None and result.values is not None:
            bound = float(self.arrays.costs[self.arrays.objective_stage] @ result.values)
        answer = Answer(_status(result), result.values, bound, details=_details(result))
        answer.details["bound_from"] = "planner"
        earlier = np.array(result.earlier_duals) if result.earlier_duals else None
        answer = replace(answer, earlier_duals=earlier, ray=result.ray)
        self.save(merge(answer, result) if result.is_complete else answer)

    def polish_start(self) -> None:
        """Do steps 2 and 3 for a plan another solver found."""
        start = np.load(self.folder / exchange.START_FILE, allow_pickle=False)
        answer = merge(Answer("feasible", start, details={}), self.polish(start, 0.0, None))
        self.save(replace(answer, relaxed_duals=self.relaxed_duals(None, 0.0)))

    def start(self) -> Vector | None:
        """Return the integers to begin with, NaN for those not known, if there are any."""
        path = self.folder / exchange.START_FILE
        return np.load(path, allow_pickle=False) if path.exists() else None

    def basis(self) -> Statuses | None:
        """Return the basis to begin with, (columns + rows,), if there is one."""
        path = self.folder / exchange.BASIS_FILE
        return np.load(path, allow_pickle=False) if path.exists() else None

    def polish(self, values: Vector, seconds: float, relaxed: Programme | None) -> Polish:
        """Do steps 2 and 3 with the integers of these values (columns,), in these seconds or a little more."""
        from planner.models.solving.process import stages  # noqa: PLC0415  one solver a process

        integers = np.round(values) if self.arrays.is_integer.any() else None
        return stages.polish(self.arrays, self.request, Clock(self.seconds_after(seconds)), integers, relaxed)

    def seconds_after(self, seconds: float) -> float | None:
        """Return the seconds that what comes after a search may take, of those left; none for no limit."""
        limit = self.request.time_limit
        return None if limit is None else max(seconds, exchange.polish_seconds(limit))


def _status(found: Search | Polish) -> str:
    """Return the status the search's end amounts to."""
    if found.state == "time_limit" and found.values is not None:
        return "feasible"
    return "error" if found.state == "optimal" and found.values is None else found.state


def _details(found: Search | Polish) -> dict[str, Any]:
    from planner.models.solving.highs import highs  # noqa: PLC0415  one solver a process

    details = {
        "solver": "highs",
        "version": highs.version(),
        "solver_status": found.reason,
        "options": found.options,
        "stages": found.stages,
        "from_basis": found.is_warm,
        "warnings": list(found.warnings),
    }
    if found.second_opinion:
        details["second_opinion"] = found.second_opinion
    if _status(found) == "error":
        details |= {"failure": "gave up", "message": say("HiGHS ended with {reason}", reason=found.reason)}
    return details


def merge(answer: Answer, polish: Polish) -> Answer:
    """Add to an answer what steps 2 and 3 found; where they did not end, the plan stays as it was, with a warning."""
    warnings = list(dict.fromkeys([*answer.details.get("warnings", []), *polish.warnings]))
    details = {**answer.details, "polish": polish.stages, "tie_break": polish.tie_break, "warnings": warnings}
    if polish.programme is not None and not polish.programme.is_whole:
        details["columns_at_work"] = polish.programme.columns_held  # the others were priced, and are worth nothing
    details["ranging"] = f"none: {polish.no_ranging or 'HiGHS has none'}" if polish.ranging is None else "done"
    if polish.is_complete:
        found = {part: getattr(polish, part) for part in exchange.POLISHED_PARTS}
        return replace(answer, **found, is_unique=polish.is_unique, details=details)
    reason = say(
        "with the integers fixed the linear programme ended with {reason}: no shadow prices, no tie-break",
        reason=polish.reason,
    )
    return replace(answer, details={**details, "tie_break": "off", "warnings": [*warnings, reason]})


def main(folder: Path) -> int:
    """Do what stands in the folder; every failure that can be told is told in the answer."""
    try:
        die_with_parent()
        offer_to_memory_killer()
        Work(folder).run()
    except MemoryError:
        with contextlib.suppress(Exception):
            exchange.write_answer(folder, Answer("error", details={"failure": "memory", "message": "out of memory"}))
        return exchange.MEMORY_EXIT
    except Exception as error:  # noqa: BLE001  this is where the process ends; the planner tells the user
        message = f"{type(error).__name__}: {error}"
        is_missing = isinstance(error, ModuleNotFoundError) or "licen" in message.lower()
        failure = "missing" if is_missing else "full" if getattr(error, "errno", None) in system.FULL else "crash"
        if isinstance(error, exchange.AlgorithmMissingError):
            failure = "algorithm"
        exchange.write_answer(folder, Answer("error", details={"failure": failure, "message": message}))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
