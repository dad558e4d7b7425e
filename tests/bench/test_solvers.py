"""Each solver that is installed: reads the file, says what is true, and tells its options back where it can."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from bench_world import INF, frozen, linear, modules, two_sites

from planner.bench.campaign import run_campaign
from planner.bench.plan import Campaign
from planner.bench.solvers import cbc, glpk
from planner.bench.solvers.base import ADAPTERS, COMMERCIAL, FREE, load, modules_of
from planner.bench.solvers.command import Said
from planner.errors import UsageError

if TYPE_CHECKING:
    from planner.bench.mps import Linear
    from planner.bench.solvers.record import Record

LIBRARIES = {"highspy", "pyscipopt", "ortools", "gurobipy", "cplex", "xpress", "coptpy"}
SILENT = {"glpk", "glop"}
"""They do not tell their options back."""


def need(solver: str) -> None:
    """Skip where a solver is not installed."""
    if load(ADAPTERS[solver]).available() is None:
        pytest.skip(f"{solver} is not installed (extras 'solvers' and 'commercial', or the system's cbc and glpk)")


def awkward() -> Linear:
    """Return what readers differ on: ranges, free, negative and whole bounds without a default, an empty column.

    Minimise x + y - z + 2 w over -2 ≤ x + y ≤ 7, -1 ≤ x - y + z ≤ 1, x free, y whole up to 2.5, -3.5 ≤ z ≤ -1/3,
    w whole from 1: x + y is at least -2, z at most -1/3 and x - y - 1/3 at least -1, so -2 + 1/3 + 2.
    """
    return linear(
        [1, 1, -1, 2],
        [(-2, [1, 1, 0, 0], 7), (-1, [1, -1, 1, 0], 1)],
        lower=[-INF, -INF, -3.5, 1],
        upper=[INF, 2.5, -1 / 3, INF],
        integers=(1, 3),
    )


def run_all(folder: Path, solver: str, **programmes: Linear) -> dict[tuple[str, str], Record]:
    """Run one solver with all its algorithms; return the records by instance and algorithm."""
    campaign = Campaign(modules_of((solver,)), seeds=(3,), time_limit=20.0, grace=60.0)
    records = run_campaign(frozen(folder, **programmes), campaign)
    return {(record.instance, record.algorithm): record for record in records if record.claim != "unsupported"}


@dataclass(frozen=True)
class Ran:
    """What one solver did on three programmes."""

    solver: str
    folder: Path
    records: dict[tuple[str, str], Record]


@pytest.fixture(scope="module", params=ADAPTERS)
def ran(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """Let each solver run once, with all its algorithms."""
    solver = str(request.param)
    need(solver)
    folder = tmp_path_factory.mktemp(solver)
    return Ran(solver, folder, run_all(folder, solver, sites=two_sites(), modules=modules(), awkward=awkward()))


def test_answers_that_are_known(ran: Ran) -> None:
    """Proves objective, solution, bound and the verdict for LPs, MILPs and relaxations, with every algorithm.

    Broken by a column in another order, a relaxation for the MILP, a misread bound, or a gap that is not 0.
    """
    optima = {"sites-lp": 19.0, "modules-milp": 30.5, "modules-lp": 30.0, "awkward-milp": 1 / 3, "awkward-lp": 1 / 3}
    kinds = {"lp", "milp"} if load(ADAPTERS[ran.solver]).algorithms("milp") else {"lp"}
    assert {record.kind for record in ran.records.values()} == kinds
    for (instance, algorithm), record in ran.records.items():
        where = f"{instance} {algorithm}: {record.message}"
        assert (record.claim, record.ending) == ("optimal", "exit"), where
        assert record.objective == pytest.approx(optima[instance], abs=1e-5), where
        assert record.bound == pytest.approx(optima[instance], abs=1e-5), where
        assert record.checked["primal_feasible"], where
        has_proof = ran.solver != "scip" or record.kind == "milp"
        assert record.status == ("optimal_verified" if has_proof else "unproved"), where
        assert record.seconds is not None, where
        assert record.seconds < record.wall, where
        assert record.version, where


def test_duals_have_our_sign(ran: Ran) -> None:
    """Proves that a dual is the rise of the cost per unit of the right-hand side: 7 per demand, -4 per capacity.

    Broken by a solver's own sign passed on, or by duals of a MILP, which has none.
    """
    for (instance, algorithm), record in ran.records.items():
        assert record.solution is not None
        with np.load(ran.folder / "campaign" / record.solution, allow_pickle=False) as arrays:
            assert ("duals" in arrays) == (record.kind == "lp" and ran.solver != "scip"), (instance, algorithm)
            if instance == "sites-lp":
                assert arrays["values"] == pytest.approx([4.0, 1.0], abs=1e-5), algorithm
            if instance == "sites-lp" and "duals" in arrays:
                assert arrays["duals"] == pytest.approx([7.0, -4.0], abs=1e-4), algorithm


def test_options_are_read_back(ran: Ran) -> None:
    """Proves that seed, threads, limit, tolerances and gap were taken: what is told back is what was set.

    Broken by an option under a wrong name, or one that the solver clips in silence.
    """
    for record in ran.records.values():
        assert record.options_set
        gaps = [value for name, value in record.options_set.items() if "gap" in name.lower() or "stop" in name]
        assert gaps == [0.0] * len(gaps)
        assert gaps or record.kind == "lp"
        if ran.solver in SILENT:
            assert record.options_read == {}
            continue
        # CBC is silent on an option that had its value before.
        missing = set(record.options_set) - set(record.options_read)
        assert missing <= ({"threads"} if ran.solver == "cbc" else set())
        for name, value in record.options_read.items():
            told = record.options_set[name]
            assert value == (pytest.approx(told) if isinstance(told, float) else told), name


@pytest.mark.parametrize("solver", ["highs", "cbc", "glpk", "scip", "gurobi", "cplex", "xpress", "copt"])
def test_no_plan_and_no_end(solver: str, tmp_path: Path) -> None:
    """Proves that infeasible and unbounded come out as such, or as an error where the solver cannot tell them apart.

    Broken by an optimum where there is none.
    """
    need(solver)
    none = linear([1, 1], [(3, [2, 2], 3)], upper=[5, 5], integers=(0, 1))
    endless = linear([-2, 1], [(-INF, [1, -1], 3)], integers=(0, 1))
    found = run_all(tmp_path, solver, none=none, endless=endless)
    claims = {instance: record.claim for (instance, _), record in found.items()}
    assert claims["none-milp"] == "infeasible"
    assert claims["none-lp"] == "optimal"
    assert claims["endless-milp"] in {"unbounded", "error"}
    assert all(record.solution is None for (instance, _), record in found.items() if instance == "none-milp")


def test_nothing_loads_a_solver_but_its_run() -> None:
    """Proves that adapters and the checker load no solver's library: one solver a process, and none in the check.

    Broken by an import at the top of an adapter, which also makes OR-Tools fail after HiGHS.
    """
    names = ", ".join([*ADAPTERS.values(), "planner.bench.checker", "planner.bench.worker"])
    script = f"import {names}, sys; print(*sorted({{name.split('.')[0] for name in sys.modules}}))"
    loaded = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=240
    ).stdout.split()
    assert not set(loaded) & {*LIBRARIES, "pyomo", "pandas"}
    assert "planner" in loaded


def test_the_list_of_solvers() -> None:
    """Proves that every adapter keeps to the protocol, and that an unknown name is refused; broken by a typing error."""
    assert set(FREE) | set(COMMERCIAL) == set(ADAPTERS)
    for module in ADAPTERS.values():
        adapter = load(module)
        assert adapter.algorithms("lp")
        assert len(adapter.algorithms("milp")) <= 1
        assert adapter.available() is None or adapter.available()
    with pytest.raises(UsageError, match="no solver minos"):
        modules_of(("minos",))


def said(*lines: str) -> Said:
    """Return a log."""
    return Said(lines, tuple(float(number) for number in range(len(lines))), 0)


@pytest.mark.parametrize(
    ("kind", "lines", "claim"),
    [
        ("lp", ("Stopped - objective value 2", "Optimal - objective value 1"), "optimal"),
        ("lp", ("Optimal - objective value 1", "Stopped - objective value 2"), "time_limit"),
        ("milp", ("Optimal - objective value 1", "Result - Stopped on time limit"), "time_limit"),
        ("milp", ("Optimal - objective value 1",), "error"),
        ("milp", ("Pre-processing says infeasible or unbounded",), "error"),
        (
            "milp",
            ("Continuous objective value is 1.5 - 0.00 seconds", "Pre-processing says infeasible or unbounded"),
            "infeasible",
        ),
        ("lp", ("There were 2 errors on input",), "error"),
    ],
)
def test_what_cbc_says(kind: str, lines: tuple[str, ...], claim: str) -> None:
    """Proves how CBC's words are taken: the last that tell an end; of a MILP never its relaxation's.

    Broken by the first "Stopped" of a barrier that goes on, or by a MILP that ends with an optimal relaxation.
    """
    assert cbc._claim(said(*lines), "milp" if kind == "milp" else "lp") == claim


@pytest.mark.parametrize(
    ("kind", "lines", "claim"),
    [
        ("milp", ("OPTIMAL LP SOLUTION FOUND",), "error"),
        ("milp", ("OPTIMAL LP SOLUTION FOUND", "TIME LIMIT EXCEEDED; SEARCH TERMINATED"), "time_limit"),
        ("milp", ("OPTIMAL LP SOLUTION FOUND", "INTEGER OPTIMAL SOLUTION FOUND"), "optimal"),
        ("lp", ("OPTIMAL SOLUTION FOUND BY LP PREPROCESSOR",), "optimal"),
        ("lp", ("PROBLEM HAS NO FEASIBLE PRIMAL/DUAL SOLUTION",), "error"),
        ("lp", ("LP HAS NO PRIMAL FEASIBLE SOLUTION",), "infeasible"),
        ("lp", ("LP HAS UNBOUNDED PRIMAL SOLUTION",), "unbounded"),
    ],
)
def test_what_glpk_says(kind: str, lines: tuple[str, ...], claim: str) -> None:
    """Proves how GLPK's words are taken, of a MILP never its relaxation's; broken by OPTIMAL read anywhere."""
    assert glpk._claim(said(*lines), "milp" if kind == "milp" else "lp") == claim
