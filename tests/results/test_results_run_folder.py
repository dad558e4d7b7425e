"""A run folder appears whole or not at all."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from results_world import names_in

import planner
from planner import system
from planner.errors import CannotWriteError, UsageError
from planner.io.files import run_swap
from planner.io.results.run_folder import FORMAT, check_target, run_folder, run_name, target_of
from planner.pipeline import run as pipeline_run

HOLDER = """
import sys, time
from pathlib import Path
from planner.io.results.run_folder import run_folder
with run_folder(Path(sys.argv[1]), force="force" in sys.argv) as folder:
    (folder / "half").write_text("half")
    print(folder, flush=True)
    time.sleep(600)
"""


def fill(folder: Path, word: str) -> None:
    """Write something that passes for a run."""
    (folder / "tables").mkdir()
    (folder / "tables" / "a.csv").write_text(word)
    (folder / "manifest.json").write_text(f'{{\n  "format": "{FORMAT} 1",\n  "word": "{word}"\n}}')


def word_of(target: Path) -> str | None:
    """Return which run stands at a place; a mixture of two fails."""
    if not target.exists():
        return None
    word = (target / "tables" / "a.csv").read_text()
    assert f'"{word}"' in (target / "manifest.json").read_text()
    assert sorted(path.name for path in target.iterdir()) == ["manifest.json", "tables"]
    return word


def put(target: Path, word: str, *, force: bool = False) -> None:
    """Write a whole run."""
    with run_folder(target, force=force) as folder:
        fill(folder, word)


def fail(target: Path, error: type[BaseException], *, force: bool = False) -> None:
    """Write a run that fails after its last file."""
    with run_folder(target, force=force) as folder:
        fill(folder, "new")
        raise error


@pytest.fixture(params=["exchange", "rename aside"])
def _both_ways(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run a test with ``renameat2`` and without it."""
    if request.param == "rename aside":
        monkeypatch.setattr(run_swap, "_function", lambda: None)


def test_names_are_utc_and_short() -> None:
    """Proves the form of a run's name, and that a local time is turned into UTC."""
    now = datetime(2026, 11, 22, 7, 15, 3, 999, tzinfo=timezone(timedelta(hours=8)))
    assert run_name("1a2b3c4d5e6f", now) == "20261121T231503Z-1a2b3c4d"
    assert run_name("ff", now.astimezone(UTC)) == "20261121T231503Z-ff"


@pytest.mark.usefixtures("_both_ways")
def test_a_run_appears_at_the_end(tmp_path: Path) -> None:
    """Proves that nothing stands at the target while the run is written, and nothing beside it afterwards."""
    target = tmp_path / "results" / "tiny" / "run"
    with run_folder(target) as folder:
        assert not target.exists()
        assert folder.parent == target.parent
        assert folder.name.startswith(".")
        assert target_of(folder) == target
        fill(folder, "new")
    assert word_of(target) == "new"
    assert names_in(target.parent) == ["run"]


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, SystemExit, UsageError])
@pytest.mark.usefixtures("_both_ways")
def test_a_failure_leaves_nothing(error: type[BaseException], tmp_path: Path) -> None:
    """Proves that an exception of any kind removes the draft and the parents made for it, and goes on its way."""
    with pytest.raises(error):
        fail(tmp_path / "results" / "tiny" / "run", error)
    assert names_in(tmp_path) == []


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, OSError])
@pytest.mark.usefixtures("_both_ways")
def test_a_failure_leaves_the_earlier_run(error: type[BaseException], tmp_path: Path) -> None:
    """Proves that an earlier run is untouched by a later failure."""
    target = tmp_path / "run"
    put(target, "old")
    before = target.stat().st_ino
    with pytest.raises((error, CannotWriteError)):
        fail(target, error, force=True)
    assert word_of(target) == "old"
    assert target.stat().st_ino == before
    assert names_in(tmp_path) == ["run"]


@pytest.mark.usefixtures("_both_ways")
def test_force_replaces_whole(tmp_path: Path) -> None:
    """Proves that no file of the earlier run stays in the new one."""
    target = tmp_path / "run"
    put(target, "old")
    (target / "my notes.txt").write_text("added by hand")
    put(target, "new", force=True)
    assert word_of(target) == "new"
    assert names_in(tmp_path) == ["run"]


@pytest.mark.parametrize("what", ["run", "empty folder", "file", "dangling link"])
def test_a_target_must_not_exist(what: str, tmp_path: Path) -> None:
    """Proves exit 2 before anything is written, whatever stands there."""
    target = tmp_path / "run"
    if what == "run":
        put(target, "old")
    elif what == "empty folder":
        target.mkdir()
    elif what == "file":
        target.write_text("mine")
    else:
        target.symlink_to(tmp_path / "run2")
        (tmp_path / "run2").mkdir()
    before = names_in(tmp_path)
    for attempt in (lambda: put(target, "new"), lambda: check_target(target)):
        with pytest.raises(UsageError, match="exists already") as caught:
            attempt()
        assert caught.value.exit_code == 2
    assert names_in(tmp_path) == before


@pytest.mark.parametrize("what", ["file", "other folder", "other manifest", "parent", "root"])
def test_force_replaces_runs_only(what: str, tmp_path: Path) -> None:
    """Proves that ``--force`` cannot delete a home folder, a project or a file by a slip of the hand."""
    target = tmp_path / "precious"
    if what == "file":
        target.write_text("mine")
    elif what == "other folder":
        target.mkdir()
        (target / "thesis.docx").write_text("mine")
    elif what == "other manifest":
        target.mkdir()
        (target / "manifest.json").write_text('{"name": "a web page"}')
    elif what == "parent":
        target.mkdir()
        put(target / "run", "old")
    else:
        target = Path("/")
    for attempt in (lambda: put(target, "new", force=True), lambda: check_target(target, force=True)):
        with pytest.raises(UsageError, match="not a run folder"):
            attempt()
    assert target.exists()
    assert names_in(tmp_path) in ([], ["precious"])


@pytest.mark.usefixtures("_both_ways")
def test_force_fills_an_empty_folder(tmp_path: Path) -> None:
    """Proves that a folder made beforehand may be the target, with ``--force``."""
    (tmp_path / "run").mkdir()
    put(tmp_path / "run", "new", force=True)
    assert word_of(tmp_path / "run") == "new"


def test_a_link_is_followed(tmp_path: Path) -> None:
    """Proves that ``--out latest``, a link to a run, replaces the run and leaves the link."""
    put(tmp_path / "disk" / "run", "old")
    (tmp_path / "latest").symlink_to(tmp_path / "disk" / "run")
    put(tmp_path / "latest", "new", force=True)
    assert (tmp_path / "latest").is_symlink()
    assert word_of(tmp_path / "disk" / "run") == "new"
    assert names_in(tmp_path / "disk") == ["run"]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("x" * 250, "shorter"),
        ("file/run", "a file stands"),
        ("file/a/run", "a file stands"),
        ("/proc/run", "cannot write"),
        ("/dev/null/run", "a file stands"),
    ],
)
def test_places_that_cannot_be_written_are_exit_10(name: str, words: str, tmp_path: Path) -> None:
    """Proves that the system's refusal is one clear error with a remedy, found before any solving."""
    (tmp_path / "file").write_text("mine")
    for attempt in (lambda: put(tmp_path / name, "new"), lambda: check_target(tmp_path / name)):
        with pytest.raises(CannotWriteError, match=words) as caught:
            attempt()
        assert caught.value.exit_code == 10
    assert names_in(tmp_path) == ["file"]


def test_names_that_are_no_paths_are_usage_errors(tmp_path: Path) -> None:
    """Proves that a NUL or a circle of links is refused in words."""
    (tmp_path / "circle").symlink_to(tmp_path / "circle")
    for target in (tmp_path / "a\0b", tmp_path / "circle" / "run"):
        with pytest.raises((UsageError, CannotWriteError)):
            put(target, "new")


@pytest.mark.parametrize(
    "name", ["结果 二", "a'b\"c", "new\nline", "-rf", ".hidden", "a.planner-partial", "$(x)", "🏭"]
)
@pytest.mark.usefixtures("_both_ways")
def test_odd_names_are_names(name: str, tmp_path: Path) -> None:
    """Proves that a folder may be called anything, and that no name is taken for a draft or a command."""
    put(tmp_path / name, "old")
    put(tmp_path / name, "new", force=True)
    put(tmp_path / "next", "x")
    assert word_of(tmp_path / name) == "new"
    assert names_in(tmp_path) == sorted([name, "next"])


def test_checking_a_target_leaves_nothing(tmp_path: Path) -> None:
    """Proves that the trial before solving makes no folder, nor keeps the parents it needed."""
    check_target(tmp_path / "results" / "tiny" / "run")
    assert names_in(tmp_path) == []


def test_numbered_runs_do_not_clash(tmp_path: Path) -> None:
    """Proves that runs of one second get names of their own, taken or about to be taken."""
    target = tmp_path / "20261121T231500Z-1a2b3c4d"
    put(target, "first")
    with run_folder(target, numbered=True) as second, run_folder(target, numbered=True) as third:
        fill(second, "second")
        fill(third, "third")
    check_target(target, numbered=True)
    names = [target, target.with_name(target.name + "-2"), target.with_name(target.name + "-3")]
    assert [word_of(name) for name in names] == ["first", "second", "third"]
    assert len(names_in(tmp_path)) == 3


def test_two_runs_cannot_share_a_target(tmp_path: Path) -> None:
    """Proves that the second of two runs is refused at once; with ``--force`` the last one to end stands, whole."""
    target = tmp_path / "run"
    with run_folder(target) as folder:
        for attempt in (lambda: put(target, "second"), lambda: check_target(target)):
            with pytest.raises(UsageError, match="another run is writing"):
                attempt()
        fill(folder, "first")
    assert word_of(target) == "first"
    with run_folder(target, force=True) as one:
        put(target, "second", force=True)
        fill(one, "last")
    assert word_of(target) == "last"
    assert names_in(tmp_path) == ["run"]


@pytest.mark.usefixtures("_both_ways")
def test_what_appears_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    """Proves that a folder somebody made during the run is untouched (exit 10), even an empty one."""
    target = tmp_path / "run"
    draft = run_folder(target)
    fill(draft.__enter__(), "new")
    target.mkdir()
    with pytest.raises(CannotWriteError, match="appeared"):
        draft.__exit__(None, None, None)
    assert names_in(target) == []
    (target / "mine").write_text("mine")
    with pytest.raises(UsageError), run_folder(target, force=True):
        pass
    assert names_in(tmp_path) == ["run"]


def kill_holder(target: Path, *words: str) -> Path:
    """Start a run in a process of its own, kill it in the middle, and return the draft it left."""
    process = subprocess.Popen([sys.executable, "-c", HOLDER, str(target), *words], stdout=subprocess.PIPE, text=True)
    with process:
        assert process.stdout is not None
        draft = Path(process.stdout.readline().strip())
        assert draft.is_dir()
        process.kill()
    return draft


def test_drafts_of_killed_runs_are_removed(tmp_path: Path) -> None:
    """Proves that the next run, whatever its name, clears what a killed one left, and nobody else's hidden folders."""
    put(tmp_path / "run", "old")
    (tmp_path / ".mine.planner-partial").mkdir()
    draft = kill_holder(tmp_path / "run", "force")
    assert draft.exists()
    assert word_of(tmp_path / "run") == "old"
    put(tmp_path / "other", "new")
    assert not draft.exists()
    assert names_in(tmp_path) == [".mine.planner-partial", "other", "run"]


def test_drafts_of_live_runs_stay(tmp_path: Path) -> None:
    """Proves that a run never removes what another one is writing, in this process or another."""
    process = subprocess.Popen([sys.executable, "-c", HOLDER, str(tmp_path / "a")], stdout=subprocess.PIPE, text=True)
    with process, run_folder(tmp_path / "b") as mine:
        assert process.stdout is not None
        draft = Path(process.stdout.readline().strip())
        put(tmp_path / "c", "new")
        assert (draft / "half").exists()
        assert mine.is_dir()
        with pytest.raises(UsageError, match="another run is writing"):
            put(tmp_path / "a", "new")
        process.kill()
    put(tmp_path / "a", "new")
    assert names_in(tmp_path) == ["a", "b", "c"]


def test_an_earlier_run_put_aside_comes_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves that, without an exchange, a kill between the two renames loses nothing: the next run puts it back."""
    target = tmp_path / "run"
    put(target, "old")
    aside = target.with_name(".run.0123abcd.planner-previous")
    target.rename(aside)
    put(tmp_path / "other", "new")
    assert word_of(target) == "old"
    monkeypatch.setattr(run_swap, "_function", lambda: None)
    target.rename(aside)
    with pytest.raises(UsageError, match="exists already"):
        put(target, "new")
    assert word_of(target) == "old"
    target.rename(aside)
    put(target, "newest", force=True)
    assert word_of(target) == "newest"
    assert names_in(tmp_path) == ["other", "run"]


def test_a_file_system_without_locks_takes_nothing_for_dead(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves that, where locks fail, a run still works and removes no draft, since any may be live."""

    def refuse(handle: int, how: int) -> None:
        raise OSError(37, f"no locks available for {handle} ({how})")

    monkeypatch.setattr(system.fcntl, "flock", refuse)
    draft = tmp_path / ".run.0123abcd.planner-partial"
    draft.mkdir()
    put(tmp_path / "other", "new")
    assert draft.exists()
    assert word_of(tmp_path / "other") == "new"


def test_parents_of_others_stay(tmp_path: Path) -> None:
    """Proves that a run that fails does not take away a parent that another run has come to use."""
    draft = run_folder(tmp_path / "results" / "a")
    draft.__enter__()
    put(tmp_path / "results" / "b", "new")
    assert not draft.__exit__(RuntimeError, RuntimeError(), None)
    assert word_of(tmp_path / "results" / "b") == "new"
    assert names_in(tmp_path / "results") == ["b"]


def test_files_are_on_the_disk_before_the_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves that every file and folder is synced before the rename; else a power cut could leave empty files."""
    synced: list[str] = []
    real = os.fsync
    monkeypatch.setattr(
        os, "fsync", lambda handle: synced.append(str(Path(f"/proc/self/fd/{handle}").readlink())) or real(handle)
    )
    with run_folder(tmp_path / "run") as folder:
        fill(folder, "new")
    assert synced == [
        str(folder / "tables" / "a.csv"),
        str(folder / "tables"),
        str(folder / "manifest.json"),
        str(folder),
        str(tmp_path),
    ]


def test_a_place_taken_during_a_run_loses_no_plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves that what took hours is written beside a folder that was not there when the run began.

    Sensitivity: a refusal at the end, as at the beginning, or a run that replaces what it does not know.
    """
    target, solve = tmp_path / "run", pipeline_run.run

    def solve_meanwhile(*args: Any, **options: Any) -> Any:
        target.mkdir()
        (target / "mine.txt").write_text("mine")
        return solve(*args, **options)

    monkeypatch.setattr(pipeline_run, "run", solve_meanwhile)
    scenario = planner.read_scenario(Path(__file__).parents[2] / "scenarios" / "tiny")
    _, written = pipeline_run.run_and_write(scenario, target, drawn=False)
    assert written == tmp_path / "run-2"
    assert (written / "manifest.json").exists()
    assert names_in(target) == ["mine.txt"]
    with pytest.raises(UsageError, match="exists already"):
        pipeline_run.run_and_write(scenario, target, drawn=False)
