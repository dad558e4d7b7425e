"""One command in a fresh process of its own, held to a wall clock and to a share of memory from outside."""

from __future__ import annotations

import contextlib
import os
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from planner.errors import SolveInterruptedError
from planner.models.solving.process.solver_process import end_group

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from planner.bench.solvers.record import Ending
    from planner.models.solving.process.solver_process import Interrupts

POLL_SECONDS = 0.05
LOG_SIZE_MAX = 64 * 2**20
"""[bytes] A log that grows beyond this begins anew: a mad solver must not fill the disk."""
ROOT = Path(__file__).parents[3]


@dataclass(frozen=True)
class Limits:
    """Limits of a process."""

    wall: float  # [s] from its start; then its whole process group is killed
    memory: float | None = None
    """[MiB] resident, it and all it started together; enforced on Linux only. ``None``: no limit."""


@dataclass(frozen=True)
class Ended:
    """The end of a process."""

    ending: Ending
    returncode: int
    wall: float  # [s]
    peak_memory: float
    """[MiB] the most seen resident, it and all it started together; 0 where the system does not show it."""


def run_fresh(
    command: Sequence[str], limits: Limits, log: Path, interrupts: Interrupts, environment: Mapping[str, str]
) -> Ended:
    """Run a command to its end or to its limits; what it says goes to ``log``.

    Nothing of its process group is left when this returns or raises, and its stdin is closed when we die.
    """
    begin = time.perf_counter()
    ending: Ending = "exit"
    peak = 0.0
    with log.open("ab") as output, _started(command, output.fileno(), environment) as process:
        while process.poll() is None:
            now, ever = _memory(process.pid)
            peak = max(peak, ever)
            if interrupts.is_set:
                raise SolveInterruptedError("interrupted")
            if time.perf_counter() - begin > limits.wall:
                ending = "killed_time"
            elif limits.memory is not None and now > limits.memory:
                ending = "killed_memory"
            if ending != "exit":
                break
            if os.fstat(output.fileno()).st_size > LOG_SIZE_MAX:
                os.ftruncate(output.fileno(), 0)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(POLL_SECONDS)
        end_group(process)
    if ending == "exit" and process.returncode < 0:
        ending = "signal"
    return Ended(ending, process.returncode, time.perf_counter() - begin, peak)


@contextlib.contextmanager
def _started(command: Sequence[str], output: int, environment: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    # The package as it runs here, and nothing of the current folder, where a numpy.py may lie.
    paths = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    ours = {"PYTHONPATH": paths, "PYTHONSAFEPATH": "1", "PYTHONIOENCODING": "utf-8:replace", "PYTHONHASHSEED": "0"}
    process = subprocess.Popen(
        list(command),
        stdin=subprocess.PIPE,
        stdout=output,
        stderr=subprocess.STDOUT,
        env={**os.environ, **ours, **environment},
        start_new_session=True,
    )
    try:
        yield process
    finally:
        end_group(process)
        if process.stdin is not None:
            process.stdin.close()


def _memory(pid: int) -> tuple[float, float]:
    """Return what a process and its offspring hold now, and the most we know them to have held [MiB]."""
    now, high = 0.0, 0.0
    for member in _family(pid):
        with contextlib.suppress(OSError, ValueError, IndexError):  # it may end under us
            lines = Path(f"/proc/{member}/status").read_text(encoding="ascii", errors="replace").splitlines()
            sizes = {line.split(":")[0]: int(line.split()[1]) / 2**10 for line in lines if line.startswith("Vm")}
            now += sizes.get("VmRSS", 0.0)
            high = max(high, sizes.get("VmHWM", 0.0))
    return now, max(now, high)


def _family(pid: int) -> Iterator[int]:
    yield pid
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            for child in children.read_text(encoding="ascii").split():
                yield from _family(int(child))
