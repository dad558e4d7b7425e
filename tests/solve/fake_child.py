"""Solvers that misbehave: ``python fake_child.py MODE FOLDER``."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from planner.models.solving.highs import exchange
from planner.models.solving.highs.exchange import Answer
from planner.models.solving.process import child


def claim(folder: Path, values: list[float], bound: float, duals: list[float] | None = None) -> None:
    """Leave an answer that calls itself optimal."""
    vector = None if duals is None else np.array(duals)
    exchange.write_answer(folder, Answer("optimal", np.array(values), bound, vector))


def kill_self(number: int) -> None:
    """Die of a signal."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.kill(os.getpid(), number)


def truncate(folder: Path) -> None:
    """Leave half of a right answer."""
    child.main(folder)
    file = folder / exchange.ANSWER_FILE
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def run_short_of_memory(folder: Path, room: int) -> int:
    """Solve with this much room [MiB] beyond what Python and numpy take."""
    used = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * os.sysconf("SC_PAGESIZE")
    resource.setrlimit(resource.RLIMIT_AS, (used + room * 2**20, used + room * 2**20))
    return child.main(folder)


def misbehave(mode: str, folder: Path) -> int:  # noqa: C901, PLR0911, PLR0912, PLR0915  a list of modes, one after the other
    """Do as the mode says; the right answer to ``two_sites`` is 4 and 1 at a cost of 19 with duals 7 and -4."""
    match mode:
        case "hang":
            time.sleep(1000)
        case "hang_holding_incumbent":
            plan = Answer("feasible", np.array([3.0, 2.0]), 10.0, is_complete=False)
            exchange.write_answer(folder, plan, exchange.INCUMBENT_FILE)
            time.sleep(1000)
        case "other_sees_no_plan":  # any solver but HiGHS says so of whatever it is asked
            if exchange.read_request(folder).solver != "highs":
                exchange.write_answer(folder, Answer("infeasible", details={"solver_status": "infeasible"}))
            else:
                return child.main(folder)
        case "garbage":
            (folder / exchange.ANSWER_FILE).write_bytes(os.urandom(5000))
        case "empty":
            (folder / exchange.ANSWER_FILE).write_bytes(b"")
        case "partial":
            truncate(folder)
        case "silent":
            return 0
        case "unfinished":
            exchange.write_answer(folder, Answer("optimal", np.array([4.0, 1.0]), 19.0, is_complete=False))
        case "wrong_plan":
            claim(folder, [5.0, 0.0], 15.0, [7.0, -4.0])
        case "wrong_optimum":
            claim(folder, [3.0, 2.0], 23.0, [7.0, -4.0])
        case "wrong_bound":
            claim(folder, [4.0, 1.0], 25.0, [7.0, -4.0])
        case "wrong_status":
            exchange.write_answer(folder, Answer("splendid", np.array([4.0, 1.0]), 19.0))
        case "nan":
            claim(folder, [float("nan"), 1.0], 19.0, [7.0, -4.0])
        case "nan_duals":
            claim(folder, [4.0, 1.0], 19.0, [float("nan"), -4.0])
        case "nan_bound":
            claim(folder, [4.0, 1.0], float("nan"), [7.0, -4.0])
        case "no_proof":
            claim(folder, [4.0, 1.0], 19.0)
        case "wrong_length":
            claim(folder, [4.0, 1.0, 0.0], 19.0, [7.0, -4.0])
        case "no_values":
            exchange.write_answer(folder, Answer("optimal", None, 19.0))
        case "crash":
            kill_self(signal.SIGSEGV)
        case "killed":
            kill_self(signal.SIGKILL)
        case "exit":
            return 3
        case "out_of_memory":
            raise MemoryError
        case "bad_alloc":
            sys.stderr.write("terminate called after throwing an instance of 'std::bad_alloc'\n")
            kill_self(signal.SIGABRT)
        case "room_for_1" | "room_for_60" | "room_for_130" | "room_for_200":
            return run_short_of_memory(folder, int(mode.removeprefix("room_for_")))
        case "prints":
            sys.stdout.buffer.write(b"\xff\xfe{not json\x00\x1b[2J\n" * 3)
            return child.main(folder)
        case "huge_log":
            for _ in range(60):
                sys.stdout.write(("x" * 99 + "\n") * 2000)
            sys.stdout.write("y" * 3_000_000)
            return child.main(folder)
        case "slow":
            time.sleep(1.5)
            return child.main(folder)
        case "leaves_children":
            subprocess.Popen(["sleep", "1000"])
            return child.main(folder)
        case _:
            raise ValueError(mode)
    return 0


if __name__ == "__main__":
    sys.exit(misbehave(sys.argv[1], Path(sys.argv[2])))
