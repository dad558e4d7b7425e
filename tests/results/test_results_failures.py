"""Writing that fails: at every single operation in turn, and for real on a full disk."""

from __future__ import annotations

import errno
import io
import itertools
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import pytest
from results_world import make_results, names_in
from test_results_kills import WRITER, mark_of

from planner.errors import CannotWriteError
from planner.io.files import run_swap
from planner.io.results.manifest import hash_file
from planner.io.results.results import Results, write_manifest, write_results
from planner.io.results.run_folder import check_target, run_folder
from planner.scenario.scenario import Scenario


class Fault:
    """Counts the operations that reach the system, and fails at one of them."""

    def __init__(self, at: int, error: Callable[[], BaseException]) -> None:
        self.at = at
        self.error = error
        self.count = 0
        self.names: list[str] = []

    def __call__(self, name: str) -> None:
        """Count an operation; fail if it is the one."""
        self.count += 1
        self.names.append(name)
        if self.count == self.at:
            raise self.error()

    def wrap(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        """Return an operation that may fail before it does anything."""

        def wrapped(*args: Any, **options: Any) -> Any:
            self(name)
            return real(*args, **options)

        return wrapped

    def open(self, real: Callable[..., Any]) -> Callable[..., Any]:
        """Return an ``open`` of which each write may fail too, after half of it is on the disk."""

        def opened(file: Any, mode: str = "r", *args: Any, **options: Any) -> Any:
            if not set(mode) & set("wax+"):
                return real(file, mode, *args, **options)
            self(f"open {Path(file).name}")
            return Torn(real(file, mode, *args, **options), self)

        return opened


class Torn:
    """A file of which each write may fail half-way."""

    def __init__(self, file: Any, fault: Fault) -> None:
        self.file = file
        self.fault = fault

    def write(self, data: Any) -> Any:
        """Write, or write half and fail."""
        try:
            self.fault(f"write {Path(self.file.name).name}")
        except BaseException:
            self.file.write(data[: len(data) // 2])
            raise
        return self.file.write(data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.file, name)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *details: object) -> None:
        self.file.close()


@contextmanager
def failing(fault: Fault, *, can_exchange: bool) -> Iterator[None]:
    """Let every operation of a run that changes the disk pass through a fault."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("open", "mkdir", "fsync", "rename", "replace"):
            patch.setattr(os, name, fault.wrap(name, getattr(os, name)))
        patch.setattr(os, "fsync", fault.wrap("fsync", lambda _: None))
        patch.setattr(io, "open", fault.open(io.open))
        real = run_swap._renameat2 if can_exchange else lambda *_: False
        patch.setattr(run_swap, "_renameat2", fault.wrap("renameat2", real))
        yield


def attempt(results: Results, target: Path, fault: Fault, *, can_exchange: bool) -> bool:
    """Write a run with a fault; return whether it was reported as written."""
    try:
        with failing(fault, can_exchange=can_exchange), run_folder(target, force=True) as folder:
            write_results(results, folder)
            write_manifest(results, folder)
    except (CannotWriteError, KeyboardInterrupt, MemoryError):
        return False
    return True


def checked_mark(run: Path) -> float:
    """Return a run's mark once every file is what its manifest says; quicker than reading all of it."""
    files = json.loads((run / "manifest.json").read_bytes())["files"]
    assert {name: hash_file(run / name) for name in files} == files
    assert len(files) > 20
    return float(json.loads((run / "summary.json").read_bytes())["objective"])


def exchange_of(results: Results, target: Path, kept: Path | None) -> int:
    """Return which operation of a run is the exchange, after as many others of the same names with one as without."""
    before = []
    for can_exchange in (True, False):
        shutil.rmtree(target.parent, ignore_errors=True)
        if kept is not None:
            shutil.copytree(kept, target)
        clean = Fault(0, KeyboardInterrupt)
        assert attempt(results, target, clean, can_exchange=can_exchange)
        kinds = [name.split()[0] for name in clean.names]
        before.append(kinds[: kinds.index("renameat2") + 1])
    assert before[0] == before[1]
    return len(before[0])


ERRORS: dict[str, Callable[[], BaseException]] = {
    "disk full": lambda: OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)),
    "interrupted": KeyboardInterrupt,
}


@pytest.mark.parametrize("can_exchange", [True, False], ids=["exchange", "rename aside"])
@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize("earlier", [True, False], ids=["over a run", "anew"])
def test_a_failure_at_the_nth_operation_loses_nothing(
    earlier: bool, error: str, can_exchange: bool, scenario: Scenario, tmp_path: Path
) -> None:
    """Proves, for every n, that the earlier run is whole (or the new one, if the fault came after the exchange).

    And that no draft is left; what is left of an earlier run that was replaced, the next run removes. An operation
    on the target itself before the new run is whole breaks it. Up to the exchange a run that must do without one does
    what the other does, operation by operation, so that it begins there.
    """
    old, new = make_results(scenario, 3.0), make_results(scenario, 7.0)
    target, kept = tmp_path / "place" / "run", tmp_path / "kept"
    assert attempt(old, target, Fault(0, KeyboardInterrupt), can_exchange=can_exchange)
    target.rename(kept)
    outcomes = set()
    for n in itertools.count(1 if can_exchange else exchange_of(new, target, kept if earlier else None)):
        shutil.rmtree(target.parent, ignore_errors=True)
        if earlier:
            shutil.copytree(kept, target)
        fault = Fault(n, ERRORS[error])
        written = attempt(new, target, fault, can_exchange=can_exchange)
        found = checked_mark(target) if target.exists() else None
        outcomes.add((written, found))
        before = 3.0 if earlier else None
        assert found == 7.0 if written else found in (before, 7.0), f"{n}: {fault.names[-1]}"
        if error == "disk full" and not written:
            assert found == before, f"{n}: {fault.names[-1]}"
        if found == 7.0 and earlier:  # the fault may have struck while the earlier run was removed
            check_target(target.with_name("next"))
        left = names_in(target.parent) if target.parent.exists() else []
        assert left == (["run"] if found else []), f"{n}: {fault.names[-1]}"
        if fault.count < n:  # there is no n-th operation
            break
    assert n > 100, "the faults no longer reach what they should"
    assert written
    assert (False, 3.0 if earlier else None) in outcomes


def test_the_reason_is_said(scenario: Scenario, tmp_path: Path) -> None:
    """Proves that the message names the place, the system's reason, the remedy, and that nothing is lost."""
    fault = Fault(9, ERRORS["disk full"])
    with (
        pytest.raises(CannotWriteError, match=r"run: No space left on device; free some space.*untouched"),
        failing(fault, can_exchange=True),
        run_folder(tmp_path / "run") as folder,
    ):
        write_results(make_results(scenario), folder)


def writer(out: Path, mark: str, *options: str) -> tuple[int, str]:
    """Write a run in a process of its own; return its exit code and what it said."""
    call = [*WRITER, str(out), mark, "--force", *options]
    done = subprocess.run(call, capture_output=True, text=True, check=False, timeout=120)
    assert "Traceback" not in done.stderr
    return done.returncode, done.stderr


@pytest.mark.parametrize("size", [0, 1, 500, 5_000, 20_000, 60_000])
def test_a_file_that_may_not_grow_loses_nothing(size: int, scenario: Scenario, tmp_path: Path) -> None:
    """Proves it for real, in a process of its own: the system cuts every file at a size, and the write fails."""
    out = tmp_path / "run"
    assert attempt(make_results(scenario, 3.0), out, Fault(0, KeyboardInterrupt), can_exchange=True)
    code, said = writer(out, "7", "--file-size", str(size))
    assert code == 10
    assert "cannot write" in said
    assert mark_of(out) == 3
    assert names_in(tmp_path) == ["run"]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Mount a disk in memory of 1 MiB."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "none", str(place)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("only a superuser may mount a disk")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_full_disk_loses_nothing(scenario: Scenario, small_disk: Path) -> None:
    """Proves it on a disk that is really full, filled a little less each time until the run fits."""
    out = small_disk / "run"
    assert attempt(make_results(scenario, 3.0), out, Fault(0, KeyboardInterrupt), can_exchange=True)
    ballast = small_disk / "ballast"
    codes = []
    for room in range(0, 480, 60):
        free = shutil.disk_usage(small_disk).free
        ballast.write_bytes(b"x" * max(0, free - room * 1024))
        code, said = writer(out, "7")
        codes.append(code)
        assert mark_of(out) == (7 if code == 0 else 3)
        assert names_in(small_disk) == ["ballast", "run"]
        ballast.unlink()
        if code == 0:
            break
        assert "No space left" in said
    assert codes[0] == 10
    assert codes[-1] == 0


def test_a_full_device_is_an_error(tmp_path: Path, results: Results) -> None:
    """Proves that a write that fails only when the file is closed (``/dev/full``) is noticed."""
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    draft = run_folder(tmp_path / "run")
    folder = draft.__enter__()
    (folder / "summary.json").symlink_to("/dev/full")
    with pytest.raises(OSError, match="No space left") as caught:
        write_results(results, folder)
    with pytest.raises(CannotWriteError, match="No space left"):
        draft.__exit__(OSError, caught.value, None)
    assert names_in(tmp_path) == []
