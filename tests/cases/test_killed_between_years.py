"""Several years killed and started again, and a dask worker killed under a sweep of them: the same plans."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from planner.pipeline.finished import read_results
from planner.studies.futures.choice import Choice
from planner.studies.futures.command import find_futures
from planner.studies.sweep.grid import axis_of
from planner.studies.sweep.sweep import Sweep, solve_sweep
from tests.cases.several_years import in_futures, in_stages
from tests.sweep.sweep_runs import ROOT, children_of, ended, finished, kill, rows_of, solved_now, started, wait_until

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="finds the processes it kills under /proc, which Linux has"
)
TWO = in_futures(in_stages())
UNDRAWN = """
import sys
from pathlib import Path
from planner.studies.futures.choice import Choice
from planner.studies.futures.command import find_futures
find_futures(Path(sys.argv[1]), Path(sys.argv[2]), Choice())
"""
"""``planner futures`` without map and page, which take most of its time here."""
COSTS = "site_compute_type.module_cost[far,cpu]"
VARIED = (1_800_000, 2_000_000, 2_200_000, 2_400_000, 2_600_000, 2_800_000)


def struck(process: subprocess.Popen[str]) -> None:
    """Kill a command and all that it started, as where the machine runs out of memory."""
    others = children_of(process.pid)
    kill(process.pid)
    for pid in others:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    process.communicate(timeout=60)


def test_a_run_of_several_years_that_is_killed_is_found_again(tmp_path: Path) -> None:
    """Killed while its solver works, and started again: the plan, the tables and the prices of one that was left alone.

    Proves: nothing stands after the kill, and what the next run writes is the same to the last digit, of two stages in two
    futures. Sensitivity: a lock that outlives its run, a half-written folder, a plan that hangs on what was left.
    """
    folder, quiet = TWO.write(tmp_path / "world"), ("--no-map", "--no-deciding", "--quiet")
    first = started(tmp_path / "out", *quiet, verb="run", scenario=folder)
    wait_until(lambda: bool(children_of(first.pid)), first)
    struck(first)
    assert not (tmp_path / "out").exists()
    for name in ("out", "alone"):
        code, _, err = ended(started(tmp_path / name, *quiet, verb="run", scenario=folder))
        assert code == 0, err
    again, alone = (read_results(tmp_path / name) for name in ("out", "alone"))
    assert again.summary["objective"] == alone.summary["objective"]
    assert set(again.tables) == set(alone.tables)
    for name, table in alone.tables.items():
        pd.testing.assert_frame_equal(again.tables[name], table, check_exact=True, obj=name)
    pd.testing.assert_frame_equal(again.shadow_prices, alone.shadow_prices, check_exact=True)


def test_an_answer_on_futures_that_is_killed_is_gone_on_with(tmp_path: Path) -> None:
    """Killed between two plans, and started again: the answer of one that was left alone, and no plan sought twice.

    Proves: every number of ``futures.json`` is the same to the last digit; what stood in ``regret.csv`` stands there
    still; the plan for all is not solved again. Sensitivity: numbers that are rounded in the tables that are gone on from,
    a plan lost with its investments.
    """
    folder, out = TWO.write(tmp_path / "world"), tmp_path / "out"
    command = [sys.executable, "-W", "error", "-c", UNDRAWN, str(folder), str(out)]
    first = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT, start_new_session=True
    )
    wait_until(lambda: (out / "regret.csv").exists() and len(rows(out)) >= 4, first)
    struck(first)
    before, made = rows(out), (out / "plans" / "here-and-now" / "manifest.json").read_bytes()
    for place in (out, tmp_path / "alone"):
        find_futures(folder, place, Choice())
    told, alone = (json.loads((place / "futures.json").read_bytes()) for place in (out, tmp_path / "alone"))
    assert told == alone
    after = rows(out)
    assert before.items() <= after.items()
    assert len(after) > len(before)
    assert (out / "plans" / "here-and-now" / "manifest.json").read_bytes() == made


def rows(out: Path) -> dict[tuple[str, str, str], str]:
    """Return the objective of each plan that is known so far, by whose it is and where it was tried."""
    table = pd.read_csv(out / "regret.csv", dtype=str, keep_default_na=False)
    found = zip(table["kind"], table["plan"], table["future"], table["objective"], strict=True)
    return {(str(kind), str(plan), str(future)): str(objective) for kind, plan, future, objective in found}


def test_a_dask_worker_killed_under_years_changes_no_plan(tmp_path: Path) -> None:
    """A sweep of two stages in two futures on two workers, of which one is killed: the plans of a sweep here.

    Proves: objectives and what each year costs are the same to the last digit, point by point, and each is solved once.
    Sensitivity: years that come back in another order, a point that is lost with its worker.
    """
    pytest.importorskip("distributed", reason="the extra [engine] is not installed")
    from tests.sweep.test_sweep_dask import cluster  # noqa: PLC0415 - it asks for dask where it is loaded

    folder, out = TWO.write(tmp_path / "world"), tmp_path / "out"
    axis = f"{COSTS}={','.join(map(str, VARIED))}"
    with cluster(tmp_path) as (address, workers):
        words = ("--vary", axis, "--engine", "dask", "--scheduler", address, "--cold", "--format", "svg")
        process = started(out, *words, scenario=folder)
        wait_until(lambda: len(finished(out)) >= 1 and bool(children_of(workers[0].pid)), process)
        kill(workers[0].pid)
        code, _, err = ended(process)
    assert code == 0, err
    assert len(set(solved_now(err))) == len(solved_now(err)) == len(VARIED)
    _, points = solve_sweep(folder, tmp_path / "here", Sweep([axis_of(axis)], is_cold=True))
    here, _ = points.finish()
    figures = [name for name in here[0] if name == "objective" or name.startswith("cases.")]
    assert len(figures) > len(TWO.tables["stage"]) * len(TWO.tables["future"])
    assert [[row[name] for name in figures] for row in rows_of(out)] == [
        [row[name] for name in figures] for row in here
    ]
