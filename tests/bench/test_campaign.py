"""A campaign: each way to fail has its own status, nothing is lost or repeated, and nothing else is compared."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from bench_world import (
    FAKE,
    HERE,
    fake_campaign,
    fake_found,
    frozen,
    modules,
    two_sites,
    wait_for,
    workers_of,
)
from fake_solver import CALLS

from planner.bench.campaign import run_campaign
from planner.bench.instances import read_instances
from planner.bench.plan import plan_runs
from planner.bench.runs.machine import settle
from planner.bench.runs.runs_file import open_runs, read_runs
from planner.errors import InvalidInputError, SolverMissingError, UsageError

if TYPE_CHECKING:
    from planner.bench.solvers.record import Record

ROOT = HERE.parents[1]
RUNNER = (
    "import sys; from pathlib import Path; from bench_world import fake_campaign; "
    "from planner.bench.campaign import run_campaign; "
    "run_campaign(Path(sys.argv[1]), fake_campaign(*sys.argv[2].split(','), seeds=tuple(range(int(sys.argv[3]))),"
    " time_limit=float(sys.argv[4])))"
)
__all__ = ["fake_found"]


def by_way(records: list[Record]) -> dict[str, Record]:
    """Return the records by what the fake solver did."""
    return {record.algorithm: record for record in records}


@pytest.mark.usefixtures("fake_found")
def test_each_failure_has_its_own_status(tmp_path: Path) -> None:
    """Proves that a wrong answer, a hang, a crash, a silent exit and an error are told apart, in one campaign.

    Broken by a wrong answer believed, a hang that stops the campaign, or a crash that looks like a time limit.
    """
    ways = ("right", "wrong", "hang", "crash", "leave", "complain", "unlicensed")
    found = by_way(run_campaign(frozen(tmp_path, sites=two_sites()), fake_campaign(*ways)))
    assert {way: (record.status, record.ending) for way, record in found.items()} == {
        "right": ("optimal_verified", "exit"),
        "wrong": ("wrong", "exit"),
        "hang": ("timeout", "killed_time"),
        "crash": ("crash", "signal"),
        "leave": ("error", "exit"),
        "complain": ("error", "exit"),
        "unlicensed": ("unlicensed", "exit"),
    }
    assert found["crash"].returncode == -signal.SIGSEGV
    assert found["leave"].message == "no answer: exit 3"
    assert found["hang"].wall >= 3.0
    assert found["wrong"].checked["primal_feasible"] is False
    assert workers_of(tmp_path / "campaign" / "work") == []


@pytest.mark.usefixtures("fake_found")
def test_hunger_is_out_of_memory(tmp_path: Path) -> None:
    """Proves that a run beyond the memory limit is killed and said to be that; broken by waiting for the kernel."""
    campaign = fake_campaign("hungry", memory_limit=500.0, time_limit=60.0)
    (record,) = run_campaign(frozen(tmp_path, sites=two_sites()), campaign)
    assert (record.status, record.ending) == ("out_of_memory", "killed_memory")
    assert record.peak_memory > 500.0


@pytest.mark.usefixtures("fake_found")
def test_what_a_record_holds(tmp_path: Path) -> None:
    """Proves key, hash, options, solution and log of a good run; broken by a path that is not relative to the folder."""
    folder = frozen(tmp_path, sites=two_sites())
    (record,) = run_campaign(folder, fake_campaign("right", seeds=(5,)))
    assert record.key == "sites-lp|fake|right|5|1|1"
    assert record.instance_hash == read_instances(folder)[0].sha256
    assert (record.kind, record.size, record.version) == ("lp", "small", "1.0")
    assert (record.objective, record.seconds, record.iterations) == (19.0, 0.25, 3)
    assert record.options_read == {"seed": 5}
    assert record.solution is not None
    assert (folder / record.solution).is_file()
    assert (folder / "logs" / "sites-lp,fake,right,5,1,1.log").is_file()
    assert record.wall > 0
    assert record.peak_memory > 1
    assert not (folder / "work").exists()
    assert read_runs(folder) == [record]


@pytest.mark.usefixtures("fake_found")
def test_what_a_solver_does_not_take_is_unsupported(tmp_path: Path) -> None:
    """Proves that a MILP gets one record "unsupported" of an LP solver; broken by solving its relaxation instead."""
    records = run_campaign(frozen(tmp_path, modules=modules()), fake_campaign("right"))
    assert {record.instance: record.status for record in records}["modules-milp"] == "unsupported"


@pytest.mark.usefixtures("fake_found")
def test_killed_and_gone_on_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves that SIGKILL at a moment loses nothing but the run in progress, and that no run is made twice.

    The fake solver counts its calls: those of the finished runs once, that of the run in progress twice.
    Broken by records kept in memory, by a line without its end believed, or by starting over.
    """
    folder, calls = frozen(tmp_path, sites=two_sites()), tmp_path / "calls"
    monkeypatch.setenv(CALLS, str(calls))
    command = [sys.executable, "-c", RUNNER, str(folder), "right,hang", "2", "0.5"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(HERE)])}
    campaign = subprocess.Popen(command, env=environment)
    planned = plan_runs(fake_campaign("right", "hang", seeds=(0, 1), time_limit=0.5), read_instances(folder))
    first_hang = [run.algorithm for run in planned].index("hang")
    wait_for(lambda: calls.exists() and calls.read_text(encoding="utf-8").count("\n") == first_hang + 1)
    campaign.send_signal(signal.SIGKILL)
    campaign.wait(60)
    wait_for(lambda: workers_of(folder / "work") == [])
    kept = read_runs(folder)
    assert [record.key for record in kept] == [run.key for run in planned[:first_hang]]
    with (folder / "runs.jsonl").open("ab") as file:
        file.write(b'{"key": "half')
    subprocess.run(command, env=environment, check=True, timeout=300)
    assert [record.key for record in read_runs(folder)] == [run.key for run in planned]
    assert read_runs(folder)[: len(kept)] == kept
    made = calls.read_text(encoding="utf-8").splitlines()
    assert sorted(made) == sorted([f"{run.algorithm} {run.seed}" for run in [*planned, planned[first_hang]]])
    before = (folder / "runs.jsonl").read_bytes()
    run_campaign(folder, fake_campaign("right", "hang", seeds=(0, 1), time_limit=0.5))
    assert (folder / "runs.jsonl").read_bytes() == before


def test_an_interrupt_is_told(tmp_path: Path) -> None:
    """Proves that SIGINT ends a hang at once, keeps the lines and leaves no process; broken by a traceback mid-write."""
    folder, calls = frozen(tmp_path, sites=two_sites()), tmp_path / "calls"
    paths = os.pathsep.join([str(ROOT), str(HERE)])
    environment = {**os.environ, "PYTHONPATH": paths, CALLS: str(calls)}
    command = [sys.executable, "-c", RUNNER, str(folder), "hang", "1", "600"]
    campaign = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
    wait_for(calls.exists)
    campaign.send_signal(signal.SIGINT)
    _, words = campaign.communicate(timeout=60)
    assert "the runs that ended are kept" in words
    assert read_runs(folder) == []
    assert workers_of(folder / "work") == []
    assert not (folder / "work").exists()


def test_the_order_is_shuffled_once(tmp_path: Path) -> None:
    """Proves that the order is mixed, the same each time, and another with another seed; broken by solver by solver."""
    instances = read_instances(frozen(tmp_path, a=two_sites(), b=two_sites(), c=modules()))
    campaign = fake_campaign("right", "wrong", "hang", seeds=(0, 1, 2))
    keys = [run.key for run in plan_runs(campaign, instances)]
    assert keys == [run.key for run in plan_runs(campaign, instances)]
    assert keys != sorted(keys)
    assert len(set(keys)) == len(keys) == 3 * 3 * 3 + 3  # and c-milp, which it does not take, once a seed
    other = fake_campaign("right", "wrong", "hang", seeds=(0, 1, 2), order_seed=1)
    assert sorted(run.key for run in plan_runs(other, instances)) == sorted(keys)
    assert [run.key for run in plan_runs(other, instances)] != keys


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"seeds": (1, 1)}, "seeds"),
        ({"seeds": ()}, "at least one"),
        ({"threads": 0}, "threads"),
        ({"time_limit": 0.0}, "time limit"),
        ({"time_limit": float("nan")}, "time limit"),
        ({"algorithms": ("simplicity",)}, "no algorithm simplicity"),
    ],
)
def test_nonsense_is_refused(changes: dict[str, object], words: str, tmp_path: Path) -> None:
    """Proves that a campaign that makes no sense runs nothing; broken by a default in its place."""
    folder = frozen(tmp_path, sites=two_sites())
    algorithms = changes.pop("algorithms", ("right",))
    assert isinstance(algorithms, tuple)
    with pytest.raises(UsageError, match=words):
        run_campaign(folder, fake_campaign(*algorithms, **changes))
    assert read_runs(folder) == []


def test_a_missing_solver_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves that a solver that is not installed stops the campaign before it begins; broken by a page of gaps."""
    monkeypatch.setattr("fake_solver.available", lambda: None)
    with pytest.raises(SolverMissingError, match="fake"):
        run_campaign(frozen(tmp_path, sites=two_sites()), fake_campaign("right"))
    with pytest.raises(UsageError, match="no instances"):
        run_campaign(tmp_path, fake_campaign("right"))


@pytest.mark.usefixtures("fake_found")
def test_only_what_may_be_compared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves that another machine, another version or another instance is refused on resuming.

    Broken by times of two machines, or of two versions, in one table.
    """
    folder = frozen(tmp_path, sites=two_sites())
    run_campaign(folder, fake_campaign("right"))
    monkeypatch.setattr("fake_solver.available", lambda: "2.0")
    with pytest.raises(InvalidInputError, match=r"begun with 1\.0, and here is 2\.0"):
        run_campaign(folder, fake_campaign("wrong"))
    monkeypatch.undo()
    machine = json.loads((folder / "machine.json").read_text(encoding="utf-8"))
    assert machine["solvers"] == {"fake": "1.0"}
    (folder / "machine.json").write_text(json.dumps({**machine, "processor": "another"}), encoding="utf-8")
    with pytest.raises(InvalidInputError, match="another"):
        settle(folder, FAKE)
    (folder / "machine.json").write_text(json.dumps(machine), encoding="utf-8")
    path = folder / "runs.jsonl"
    path.write_text(
        path.read_text(encoding="utf-8").replace('"instance_hash": "', '"instance_hash": "0'), encoding="utf-8"
    )
    with pytest.raises(InvalidInputError, match="another instance of this name"):
        run_campaign(folder, fake_campaign("wrong"))


@pytest.mark.usefixtures("fake_found")
def test_a_damaged_line_is_refused(tmp_path: Path) -> None:
    """Proves that a line that is no record, or stands twice, is named by its number; broken by passing over it."""
    folder = frozen(tmp_path, sites=two_sites())
    run_campaign(folder, fake_campaign("right"))
    path = folder / "runs.jsonl"
    line = path.read_bytes()
    path.write_bytes(line + b"{}\n" + line)
    with pytest.raises(InvalidInputError) as caught:
        read_runs(folder)
    assert [fault.row for fault in caught.value.faults] == [2, 3]


def test_two_campaigns_at_once(tmp_path: Path) -> None:
    """Proves that a second campaign in a folder is refused while the first lives; broken by lines that mix."""
    with open_runs(tmp_path):
        handle = os.open(tmp_path / "runs.jsonl", os.O_RDWR)
        with pytest.raises(BlockingIOError):
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.close(handle)
        with pytest.raises(UsageError, match="another campaign"), open_runs(tmp_path):
            pytest.fail("opened twice")
    with open_runs(tmp_path):
        pass
