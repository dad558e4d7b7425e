"""What processes that were killed or stopped leave behind: the next one, or the last breath of the first, takes it away."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from planner import system, temporary
from planner.cli.stopping import Interrupted
from planner.io.files import several_files, writing
from planner.io.files.several_files import sole_writer
from planner.io.files.writing import draft_of, write_whole
from planner.io.results import run_folder
from planner.pipeline import export
from planner.studies.sweep import engine
from planner.studies.sweep.engine import Child
from planner.studies.sweep.job import Ask, Job
from planner.temporary import temporary_folder
from tests.worlds import BASE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parents[2]
HOLD_DRAFT = (
    "import sys, time\n"
    "from pathlib import Path\n"
    "from planner.io.files.writing import draft_of\n"
    "with draft_of(Path(sys.argv[1])) as draft:\n"
    "    draft.write_text('half')\n"
    "    print(draft, flush=True)\n"
    "    time.sleep(60)\n"
)
KILLED_IN_THE_SWAP = (
    "import os, signal, sys\n"
    "from planner.cli import main\n"
    "from planner.io.files import run_swap\n"
    "from planner.io.results import run_folder\n"
    "def killed(*_):\n"
    "    os.kill(os.getpid(), signal.SIGKILL)\n"
    "run_swap.exchange = run_folder.exchange = killed\n"
    "sys.argv = ['planner', *sys.argv[1:]]\n"
    "main()\n"
)
TOLD_IN_A_SOLVE = (
    "import time\n"
    "from pathlib import Path\n"
    "from planner.models.solving.process.solver_process import Interrupts\n"
    "from planner.studies.sweep import child, job\n"
    "from planner.temporary import temporary_folder\n"
    "def do_job(_):\n"
    "    with temporary_folder():\n"
    "        with Interrupts() as wishes:\n"
    "            Path('begun').touch()\n"
    "            while not wishes.is_set:\n"
    "                time.sleep(0.01)\n"
    "            wishes.is_heeded = True\n"
    "            time.sleep(0.05)\n"
    "        time.sleep(60)\n"
    "job.do_job = do_job\n"
    "child.main()\n"
)
"""A worker that is told to end while it solves, and has long work to do with what the solver found."""
ENDLESS = (sys.executable, "-c", "[0 for _ in iter(input, None)]")
"""A child that reads jobs and answers none."""


def child_of_tests(script: str, *words: str) -> subprocess.Popen[str]:
    """Start a script that imports the planner."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen([sys.executable, "-c", script, *words], env=environment, stdout=subprocess.PIPE, text=True)


def test_the_draft_of_a_killed_writer_is_taken_away(tmp_path: Path) -> None:
    """Proves that the next who writes a file removes the draft of one that was killed, and none of one that lives.

    Sensitivity: a draft without a lock, which nobody may ever remove; drafts of other files.
    """
    target = tmp_path / "book [1].xlsx"
    other = tmp_path / ".map.png.0123abcd.part"
    other.write_text("of another file")
    dead, living = (child_of_tests(HOLD_DRAFT, str(target)) for _ in range(2))
    try:
        drafts = []
        for process in (dead, living):
            assert process.stdout is not None
            drafts.append(Path(process.stdout.readline().strip()))
        dead.kill()
        dead.communicate(timeout=60)
        assert drafts[0].exists()
        writing._sweep.cache_clear()
        write_whole(target, "whole")
        assert set(tmp_path.iterdir()) == {target, other, drafts[1]}
    finally:
        living.kill()
        living.communicate(timeout=60)


def test_without_locks_a_file_is_written_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves that where nothing can be locked, no draft is taken for dead, and none is held open while it is renamed.

    Sensitivity: a handle on the draft, with which Windows refuses to rename it; a sweep of what cannot be known.
    """
    monkeypatch.setattr(system, "fcntl", None)
    left = tmp_path / ".table.csv.0123abcd.part"
    left.write_text("whose?")
    writing._sweep.cache_clear()
    with draft_of(tmp_path / "table.csv") as draft:
        draft.write_text("whole")
        assert system.claimed(draft, lambda: None) is None
    assert {path.name for path in tmp_path.iterdir()} == {left.name, "table.csv"}


def test_what_is_swept_before_it_is_locked_is_made_again(tmp_path: Path) -> None:
    """Proves that who sweeps in the moment between making and lock costs nothing. Sensitivity: a lock on what is gone."""
    place, made = tmp_path / "place", []

    def make() -> None:
        place.mkdir()
        made.append(place)
        if len(made) == 1:
            system.remove_if_dead(place, shutil.rmtree)

    handle = system.claimed(place, make)
    assert handle is not None
    system.remove_if_dead(place, shutil.rmtree)
    os.close(handle)
    assert len(made) == 2
    assert place.exists()


def test_a_lock_on_what_was_swept_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves the same where the sweep comes between opening and locking. Sensitivity: a look at the name before the lock."""
    place, locked = tmp_path / "place", []
    lock = system.lock

    def late(handle: int, *, wait: bool) -> bool:
        if not locked:
            place.rmdir()
        locked.append(handle)
        return lock(handle, wait=wait)

    monkeypatch.setattr(system, "lock", late)
    handle = system.claimed(place, place.mkdir)
    assert handle is not None
    os.close(handle)
    assert len(locked) == 2
    assert place.exists()


@pytest.fixture
def interrupted_once(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Let a stop signal strike in the first removal of a folder."""
    struck: list[str] = []
    remove = shutil.rmtree

    def struck_once(folder: Path, **options: bool) -> None:
        if not struck:
            struck.append(str(folder))
            raise Interrupted
        remove(folder, **options)

    monkeypatch.setattr(temporary.shutil, "rmtree", struck_once)
    return struck


def test_a_signal_in_the_clearing_up_of_what_went_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, interrupted_once: list[str]
) -> None:
    """Proves that a temporary folder goes although the signal strikes while it is removed.

    Sensitivity: clearing up once, which a signal cuts short where no other exception is on its way.
    """
    monkeypatch.setattr(temporary.tempfile, "tempdir", str(tmp_path))
    with pytest.raises(Interrupted), temporary_folder() as folder:
        (folder / "arrays").write_text("x")
    assert interrupted_once
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("step", ["mkdir", "claimed"])
def test_a_signal_just_after_a_folder_is_made(step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves that neither a temporary folder nor a run's draft is left by a signal in the moment after it is made.

    Sensitivity: a folder that is made first and remembered afterwards.
    """
    monkeypatch.setattr(temporary.tempfile, "tempdir", str(tmp_path))
    if step == "claimed":
        monkeypatch.setattr(temporary, "claimed", then_interrupted(system.claimed))
    else:
        monkeypatch.setattr(Path, "mkdir", then_interrupted(Path.mkdir))
    with pytest.raises(Interrupted), temporary_folder():
        pass
    if step == "mkdir":
        with pytest.raises(Interrupted), run_folder.run_folder(tmp_path / "results" / "run"):
            pass
    assert not list(tmp_path.iterdir())


def then_interrupted(function: Callable[..., object]) -> Callable[..., None]:
    """Return the function with a stop signal behind it."""

    def struck(*values: object, **options: object) -> None:
        function(*values, **options)
        raise Interrupted

    return struck


def test_an_import_killed_in_the_swap_leaves_no_second_scenario(tmp_path: Path) -> None:
    """Proves that ``import --force`` that is killed while it replaces leaves nothing to be seen, and the next one nothing.

    Sensitivity: a folder beside the scenario under a name of its own, which is a scenario to whoever looks there.
    """
    world = BASE.write(tmp_path / "world")
    export.export_workbook(world, tmp_path / "book.xlsx")
    words = ("import", str(tmp_path / "book.xlsx"), str(world), "--force")
    killed = child_of_tests(KILLED_IN_THE_SWAP, *words)
    killed.communicate(timeout=300)
    assert killed.returncode == -9
    assert sorted(path.name for path in tmp_path.iterdir() if path.name[0] != ".") == ["book.xlsx", "world"]
    assert (world / "scenario.toml").exists()
    again = child_of_tests("import sys; from planner.cli import main; sys.argv[0] = 'planner'; main()", *words)
    again.communicate(timeout=300)
    assert again.returncode == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["book.xlsx", "world"]


def test_the_drafts_of_a_killed_import_of_hours_go_with_the_next(tmp_path: Path) -> None:
    """Proves that who holds a scenario alone clears what killed imports left in it. Sensitivity: no sweep there."""
    (tmp_path / f".site.csv.0123abcd.{several_files.SUFFIX}").write_text("half")
    (tmp_path / "site.csv").write_text("whole")
    with sole_writer(tmp_path):
        assert [path.name for path in tmp_path.iterdir()] == ["site.csv"]


def test_a_worker_told_in_a_solve_clears_up_after_it(tmp_path: Path) -> None:
    """Proves that a wish heeded in a solve is no leave to work on: it is told again, and its temporary folder goes.

    Sensitivity: one word, which the solve takes, and an end by force when the time is up.
    """
    (tmp_path / "temp").mkdir()
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path / "temp")}
    command = [sys.executable, "-c", TOLD_IN_A_SOLVE, str(os.getpid())]
    with subprocess.Popen(command, cwd=tmp_path, env=environment, stdin=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        process.stdin.write(json.dumps(asdict(Job("0", "scenario", (), "out", {}, Ask()))) + "\n")
        process.stdin.flush()
        end = time.monotonic() + 120
        while not (tmp_path / "begun").exists() and time.monotonic() < end:
            time.sleep(0.05)
        process.stdin.close()
        assert process.wait(60) == 128 + signal.SIGTERM
    assert not list((tmp_path / "temp").iterdir())


def test_a_worker_that_starts_while_all_are_told_to_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves that a child started in the moment of the stop is ended, and its thread with it.

    Sensitivity: a word to processes that are there, and none to one that is on its way: the command waits for its point.
    """
    started: list[subprocess.Popen[str]] = []
    child = Child()

    def told_meanwhile() -> subprocess.Popen[str]:
        child.ask_to_end()
        started.append(subprocess.Popen(ENDLESS, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))
        return started[0]

    monkeypatch.setattr(engine, "_started", told_meanwhile)
    answers: list[object] = []
    thread = threading.Thread(target=lambda: answers.append(child.do(Job("0", "scenario", (), "out", {}, Ask()))))
    thread.daemon = True
    thread.start()
    thread.join(60)
    try:
        assert [answer.status for answer in answers] == ["interrupted"]  # type: ignore[attr-defined]
        assert started[0].poll() is not None
    finally:
        started[0].kill()
        started[0].wait(60)
