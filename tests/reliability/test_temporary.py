"""Temporary folders, standard streams and refusals of the system that no place of the code expected."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from planner import cli, system, temporary
from planner.pipeline.export import export_workbook
from planner.temporary import PREFIX, temporary_folder
from tests.worlds import BASE

ROOT = Path(__file__).parents[2]
HOLD = (
    "import time\n"
    "from planner.temporary import temporary_folder\n"
    "with temporary_folder() as folder:\n"
    "    (folder / 'arrays').write_text('x')\n"
    "    print(folder, flush=True)\n"
    "    time.sleep(60)\n"
)


def holder(folder: Path) -> tuple[subprocess.Popen[str], Path]:
    """Start a process that holds a temporary folder, and return both."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(folder)}
    process = subprocess.Popen([sys.executable, "-c", HOLD], env=environment, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    return process, Path(process.stdout.readline().strip())


def test_what_a_killed_process_left_is_taken_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves that the next process removes the folder of one that was killed, and no folder of one that lives.

    Sensitivity: no lock, a sweep by age, folders of other programs.
    """
    (tmp_path / f"{PREFIX}other-file").write_text("not ours")
    dead, left = holder(tmp_path)
    living, held = holder(tmp_path)
    try:
        dead.send_signal(signal.SIGKILL)
        dead.communicate(timeout=60)
        assert left.exists()
        monkeypatch.setattr(temporary.tempfile, "tempdir", str(tmp_path))
        temporary._sweep.cache_clear()
        with temporary_folder() as mine:
            assert {path.name for path in tmp_path.iterdir()} == {held.name, mine.name, f"{PREFIX}other-file"}
        assert not mine.exists()
    finally:
        living.kill()
        living.communicate(timeout=60)


def test_without_locks_nothing_is_swept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Proves that a system without folder locks, such as Windows, makes and removes its own and no other.

    Sensitivity: what cannot be locked taken for dead.
    """
    monkeypatch.setattr(system, "fcntl", None)
    monkeypatch.setattr(system, "resource", None)
    monkeypatch.delattr(temporary.os, "getuid")  # which Windows has not either
    monkeypatch.setattr(temporary.tempfile, "tempdir", str(tmp_path))
    temporary._sweep.cache_clear()
    (tmp_path / f"{PREFIX}of-another").mkdir()
    with temporary_folder() as mine:
        assert mine.is_dir()
    assert [path.name for path in tmp_path.iterdir()] == [f"{PREFIX}of-another"]
    assert system.peak_memory() == 0.0


HIDDEN = (
    "import sys\n"
    "sys.modules['fcntl'] = sys.modules['resource'] = None\n"
    "from planner.cli import main\n"
    "sys.argv = ['planner', *sys.argv[1:]]\n"
    "main()\n"
)


def test_a_run_where_the_system_has_no_locks_and_no_count_of_memory(tmp_path: Path) -> None:
    """Proves that the planner starts, solves and writes without ``fcntl`` and ``resource``, as on Windows.

    Sensitivity: either imported at the head of a file that ``run`` needs.
    """
    BASE.write(tmp_path / "world")
    command = [sys.executable, "-c", HIDDEN, "run", "world", "--out", "run"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "run/summary.json").exists()


@pytest.mark.parametrize("stream", [">&-", ">/dev/full", "| true", "2>&-", "2>/dev/full"])
def test_what_cannot_be_told_changes_nothing(stream: str, tmp_path: Path) -> None:
    """Proves that a closed, full or cut-off stream costs neither the plan nor its exit code.

    A closed one is met by the whole run, the others by one without map and without what decides, which say no more.
    Sensitivity: a line written without a look, Python's own flush at the end.
    """
    BASE.write(tmp_path / "world")
    words = "" if stream.endswith("&-") else "--no-map --no-deciding"
    command = f"set -o pipefail; '{sys.executable}' -m planner run world --out run {words} {stream}"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        ["bash", "-c", command], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stderr
    assert "Exception ignored" not in done.stderr
    assert (tmp_path / "run/manifest.json").exists()


def test_a_lost_answer_for_a_program_is_an_error(tmp_path: Path) -> None:
    """Proves that ``--json`` into a full disk does not end as if it were whole. Sensitivity: 0 for half a document."""
    BASE.write(tmp_path / "world")
    command = f"'{sys.executable}' -m planner check world --json >/dev/full"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        ["bash", "-c", command], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 10
    assert "standard output" in done.stderr


@pytest.mark.parametrize(
    ("number", "path", "code", "said"),
    [
        (errno.ENOSPC, None, 10, "No space left"),
        (errno.EFBIG, None, 10, "File too large"),
        (errno.ENOSPC, "/data/x.npz", 10, "/data/x.npz"),
        (errno.EACCES, "/data/closed", 3, "Permission denied"),
    ],
)
def test_the_system_refuses_where_nobody_expected_it(number: int, path: str | None, code: int, said: str) -> None:
    """Proves that it is no "unexpected" error: the place and the reason are named, and the exit code is theirs.

    Sensitivity: exit code 1 with a class of Python.
    """
    text, found = cli._explain(OSError(number, os.strerror(number), path))
    assert found == code
    assert said in text
    assert "unexpected" not in text
    if path is None:
        assert "TMPDIR" in text


def test_a_full_temporary_folder(tmp_path: Path) -> None:
    """Proves exit code 10, with the temporary folder named, where the solver's arrays find no room.

    Sensitivity: "unexpected OSError". The limit on a file's size stands for the disk.
    """
    BASE.write(tmp_path / "world")
    command = f"ulimit -f 2; '{sys.executable}' -m planner run world --out run"
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", "MPLCONFIGDIR": str(tmp_path)}
    done = subprocess.run(
        ["bash", "-c", command], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 10, done.stderr
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    "words", [("export", "world", "--format", "xlsx", "--out", "book.xlsx"), ("import", "whole.xlsx", "new")]
)
def test_workbooks_on_a_full_disk(words: tuple[str, ...], tmp_path: Path) -> None:
    """Proves exit code 10 in one line, and nothing left, whichever library finds no room.

    Sensitivity: what Python says of an archive that its library left open; a full folder called a book too large.
    """
    export_workbook(BASE.write(tmp_path / "world"), tmp_path / "whole.xlsx")
    (tmp_path / "temp").mkdir()
    command = f"ulimit -f 2; '{sys.executable}' -m planner {' '.join(words)}"
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
        "TMPDIR": str(tmp_path / "temp"),
    }
    done = subprocess.run(
        ["bash", "-c", command], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 10, done.stderr
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["temp", "whole.xlsx", "world"]
    assert not list((tmp_path / "temp").iterdir())


CLOSED = [
    ("audit", "{closed}/run"),
    ("map", "{closed}/run"),
    ("compare", "{closed}/run", "{closed}/run"),
    ("check", "{closed}/world"),
    ("run", "{closed}/world"),
    ("sweep", "world", "--vary", "carbon_price=0,50", "--out", "{closed}/sweep"),
]


@pytest.mark.parametrize("words", CLOSED, ids=[words[0] for words in CLOSED])
def test_a_folder_that_may_not_be_searched(words: tuple[str, ...], tmp_path: Path) -> None:
    """Proves exit code 3 and the reason. Sensitivity: "no such folder", "other points", an error that nobody catches."""
    setpriv = shutil.which("setpriv")
    if os.geteuid() == 0 and setpriv is None:
        pytest.skip("root may search every folder")
    BASE.write(tmp_path / "world")
    (tmp_path / "closed").mkdir(mode=0)
    as_anybody = [setpriv, "--bounding-set=-all", "--inh-caps=-all"] if os.geteuid() == 0 and setpriv else []
    command = [*as_anybody, sys.executable, "-m", "planner", *(word.format(closed="closed") for word in words)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 3, done.stderr
    assert "Permission denied" in done.stderr
