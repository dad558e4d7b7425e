"""One way of building the national model, once, in a process of its own: ``python benchmarks/ways.py WAY FOLDER``.

What is measured begins with a scenario that is read, and libraries that are imported, and ends when HiGHS holds
the model. The last line printed is a JSON object with what was found.
"""

from __future__ import annotations

import argparse
import gc
import importlib
import json
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import highspy

if TYPE_CHECKING:
    from collections.abc import Callable

    from planner.models.algebra.matrix import Compiled
    from planner.models.algebra.problem import Problem
    from planner.scenario.scenario import Scenario

LAZY = ("pyproj", "scipy.sparse", "planner.scenario.geography")
"""Imported by some way only while it builds; their seconds are no one's."""
MIB = 2**10
"""Of a KiB."""


@dataclass(frozen=True)
class Way:
    """How a model is built and how HiGHS is given it; ``after`` measures what else belongs to the way."""

    build: Callable[[Scenario], Any]
    hand_over: Callable[[Any], Any]
    after: Callable[[Any], dict[str, float]] | None = None


def planner() -> Way:
    """Pyomo rules, templated and expanded with numpy."""
    import numpy_model  # noqa: PLC0415

    from planner.models.build import declare_model  # noqa: PLC0415 - each way imports its own only
    from planner.models.compile import compile_model  # noqa: PLC0415

    def hand_over(compiled: Compiled) -> Any:
        problem = compiled.problem
        return numpy_model.hand_over(
            numpy_model.Arrays(
                problem.matrix,
                problem.row_lower,
                problem.row_upper,
                problem.stages[problem.objective_stage].cost,
                problem.column_upper,
                problem.is_integer,
            )
        )

    return Way(
        lambda scenario: compile_model(declare_model(scenario)), hand_over, lambda compiled: exchange(compiled.problem)
    )


def numpy() -> Way:
    """Bare numpy."""
    import numpy_model  # noqa: PLC0415

    return Way(numpy_model.build, numpy_model.hand_over)


def linopy(*, sparse: bool = False) -> Way:
    """Linopy as it comes."""
    import dask.array  # noqa: F401, PLC0415 - xarray does so when it makes its first array
    import linopy_model  # noqa: PLC0415

    return Way(lambda scenario: linopy_model.build(scenario, sparse=sparse), linopy_model.hand_over)


def linopy_sparse() -> Way:
    """Linopy with ``Model(sparse=True)``."""
    return linopy(sparse=True)


def pyomo(solver: str = "highs") -> Way:
    """Pyomo as everybody uses it: ``SolverFactory(…).solve(model)``, up to where HiGHS begins to run."""
    import pyomo.environ as pyo  # noqa: PLC0415

    from planner.models.build import build_model  # noqa: PLC0415

    class BeginsToRunError(Exception):
        """HiGHS holds the model."""

    def hand_over(model: Any) -> Any:
        held: list[Any] = []

        def run(highs: Any) -> None:
            held.append(highs)
            raise BeginsToRunError

        interface = pyo.SolverFactory(solver)
        own, highspy.Highs.run = highspy.Highs.run, run
        try:
            interface.solve(model)
        except BeginsToRunError:
            return held[0]
        finally:
            highspy.Highs.run = own
        raise RuntimeError(f"{solver} ended without running HiGHS")

    return Way(build_model, hand_over)


def appsi() -> Way:
    """Pyomo with its older interface to HiGHS."""
    return pyomo("appsi_highs")


WAYS = {way.__name__.replace("_", "-"): way for way in (planner, linopy, linopy_sparse, numpy, pyomo, appsi)}


def measure(name: str, folder: Path) -> dict[str, Any]:
    """Build a scenario's model in one way.

    Returns
    -------
    dict
        Wall and processor seconds of building and handing over; memory [MiB] of the process before and at its
        peak so far; size of the model that HiGHS holds.
    """
    from planner.pipeline.check import read_scenario  # noqa: PLC0415 - this process may be the solver's

    way = WAYS[name]()
    for module in LAZY:
        importlib.import_module(module)
    scenario = read_scenario(folder)
    gc.collect()
    before = memory("VmRSS")
    wall, processor = [time.perf_counter()], [time.process_time()]
    built = way.build(scenario)
    wall.append(time.perf_counter())
    processor.append(time.process_time())
    built_peak = memory("VmHWM")
    highs = way.hand_over(built)
    wall.append(time.perf_counter())
    processor.append(time.process_time())
    found = {
        "build": wall[1] - wall[0],
        "hand_over": wall[2] - wall[1],
        "build_processor": processor[1] - processor[0],
        "hand_over_processor": processor[2] - processor[1],
        "memory_before": before,
        "memory_built": built_peak,
        "memory_peak": memory("VmHWM"),
        "rows": highs.getNumRow(),
        "columns": highs.getNumCol(),
        "nonzeros": highs.getNumNz(),
    }
    del highs
    return found | (way.after(built) if way.after else {})


def memory(what: str) -> float:
    """Return a line of this process's status [MiB]."""
    lines = Path("/proc/self/status").read_text(encoding="ascii", errors="replace").splitlines()
    return int(next(line for line in lines if line.startswith(what + ":")).split()[1]) / MIB


def exchange(problem: Problem) -> dict[str, float]:
    """Measure what `planner run` does in place of the direct hand-over: files, and a process that reads them."""
    from planner.models.solving import solve  # noqa: PLC0415
    from planner.models.solving.highs import exchange as files  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:
        begin = time.monotonic()
        files.write_arrays(Path(folder), solve._arrays(problem))  # noqa: SLF001 - nothing else makes these arrays
        written = time.monotonic()
        command = [sys.executable, __file__, "solver", folder]
        child = subprocess.run(command, check=True, capture_output=True, text=True)
    held = json.loads(child.stdout.splitlines()[-1])
    return {
        "write": written - begin,
        "read_and_hold": held["at"] - written,  # one clock for all processes
        "memory_solver": held["memory_peak"],
    }


def hold(folder: Path) -> dict[str, float]:
    """Do what the solver's process does before it solves."""
    from planner.models.solving.highs import exchange as files  # noqa: PLC0415 - as the solver's process begins
    from planner.models.solving.highs.highs import Programme  # noqa: PLC0415

    arrays = files.read_arrays(folder)
    request = files.Request("solve", "highs", None, 0.0, 1, 0, tie_break=True)
    programme = Programme(arrays, request, with_integers=True)
    programme.set_cost(arrays.costs[arrays.objective_stage])
    return {"at": time.monotonic(), "memory_peak": memory("VmHWM")}


def relax(folder: Path) -> dict[str, float]:
    """Solve the linear relaxation of the model with HiGHS's own choices, one thread."""
    from planner.pipeline.check import read_scenario  # noqa: PLC0415 - this process may be the solver's

    numpy_way = numpy()
    highs = numpy_way.hand_over(numpy_way.build(read_scenario(folder)))
    for name, value in (("solve_relaxation", True), ("threads", 1), ("output_flag", False)):
        highs.setOptionValue(name, value)
    begin = time.perf_counter()
    highs.run()
    seconds = time.perf_counter() - begin
    if highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        raise RuntimeError(f"the relaxation of {folder} ended with {highs.getModelStatus()}")
    info = highs.getInfo()
    return {
        "solve": seconds,
        "iterations": info.simplex_iteration_count,
        "objective": info.objective_function_value,
        "columns": highs.getNumCol(),
    }


JOBS = {"solver": hold, "relaxation": relax}


def main() -> None:
    """Measure one way, be the solver's process of such a run, or solve the relaxation."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("way", choices=[*WAYS, *JOBS])
    parser.add_argument("folder", type=Path)
    words = parser.parse_args()
    found = JOBS[words.way](words.folder) if words.way in JOBS else measure(words.way, words.folder)
    print(json.dumps(found), flush=True)


if __name__ == "__main__":
    main()
