"""Files that are written whole: two writers of one file, a write that fails, and names that a terminal would obey."""

from __future__ import annotations

import errno
import os
import re
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from planner.errors import CannotWriteError
from planner.io.files.writing import draft_of, write_whole, writing
from tests.worlds import BASE

ROOT = Path(__file__).parents[2]
RAW = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f]")


def test_two_writers_of_one_file_have_two_drafts(tmp_path: Path) -> None:
    """Proves that who writes last has the name, whole. Sensitivity: one name for every draft of a file."""
    target = tmp_path / "map.png"
    with draft_of(target) as one, draft_of(target) as other:
        assert one != other
        one.write_text("one")
        other.write_text("other")
    assert target.read_text() == "one"
    assert [path.name for path in tmp_path.iterdir()] == ["map.png"]


def test_many_writers_at_a_time(tmp_path: Path) -> None:
    """Proves that a reader never sees a mixture, and that nobody fails. Sensitivity: a draft taken from under its writer."""
    target = tmp_path / "model.mps"
    faults: list[BaseException] = []

    def write(letter: str) -> None:
        try:
            for _ in range(20):
                write_whole(target, letter * 100_000)
        except BaseException as error:  # noqa: BLE001 - whatever it is, it is the fault
            faults.append(error)

    threads = [threading.Thread(target=write, args=(letter,)) for letter in "abcd"]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        if target.exists():
            assert len(set(target.read_text())) == 1
    assert not faults
    assert [path.name for path in tmp_path.iterdir()] == ["model.mps"]


def test_a_write_that_fails_leaves_nothing(tmp_path: Path) -> None:
    """Proves that the draft goes and the earlier file stays. Sensitivity: a draft that keeps a full disk full."""
    target = tmp_path / "map.png"
    target.write_text("before")

    def write() -> None:
        with writing(target), draft_of(target) as draft:
            draft.write_text("half")
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(draft))

    with pytest.raises(CannotWriteError, match="No space left"):
        write()
    assert target.read_text() == "before"
    assert [path.name for path in tmp_path.iterdir()] == ["map.png"]


@pytest.mark.parametrize(
    "words", [("run", "--out", "out\x1b[31m"), ("check",), ("export", "--format", "xlsx", "--out", "b\x1b[2J.xlsx")]
)
def test_nothing_moves_the_cursor(words: tuple[str, ...], tmp_path: Path) -> None:
    """Proves that a name with a terminal's command in it is shown, not obeyed, where all went well too.

    Sensitivity: a path printed as it is.
    """
    BASE.write(tmp_path / "a\x1b[2Jb")
    command = [sys.executable, "-m", "planner", words[0], "a\x1b[2Jb", *words[1:]]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stderr
    assert not RAW.search(done.stdout + done.stderr)
    assert "\\x1b[" in done.stdout
