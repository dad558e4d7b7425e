"""Small problems are solved in this process, and the same problem once a session: what most tests wait for otherwise.

A run starts a process for each solve, and Python with numpy and HiGHS takes longer to start there than the problems of
the tests take to solve. Here the child's own ``main`` is called instead, on the same folder, and its answer is read,
judged and proved as ever. What it left is kept under a folder that the workers of a session share, named by all that it
depends on: the problem as the child reads it, to the last byte, every file of the planner and the libraries' versions.

Tests of the processes themselves (marked ``processes``, and all in ``PROCESSES``) get those that users get, and so does
whoever is started as a process of its own, another solver than HiGHS, and several threads. Tests of solving (marked
``anew``, and all in ``ANEW`` but those marked ``kept``) have every problem solved, and nothing is kept that a limit of
time may have cut short.
"""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import io
import os
import pickle
import platform
import sys
import tempfile
import threading
import time
from dataclasses import replace
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import pandas as pd

import planner.pipeline.check  # first: Pyomo would have all of SciPy's statistics imported, were SciPy there before
from planner.models.solving import solve as solving
from planner.models.solving.highs import exchange
from planner.models.solving.process import child, conflict
from planner.models.solving.process.solver_process import Ended, Log, follow
from planner.studies.explain import conflict as explaining

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from planner.io.results.results import Results
    from planner.models.solving.process.solver_process import Interrupts
    from planner.scenario.scenario import Scenario

MAINS: dict[str, Callable[..., object]] = {
    child.__name__: lambda folder: child.main(Path(folder)),
    conflict.__name__: lambda folder, seconds: conflict.main(Path(folder), float(seconds)),
}
"""The processes that are not started, by the module each runs, and what is called instead."""
PROCESSES = ("bench", "reliability")
"""Folders of tests that are about processes."""
ANEW = ("solve", "properties", "oracle")
"""Folders of tests that are about solving."""
SIZE_MAX = 2**22
"""[B] of a problem that is solved here: beyond, its memory is better given back whole."""
KEPT_MAX = 2**25
"""[B] that are kept of an answer."""
SECONDS_MIN = 30.0
"""[s] of a time limit that no problem of this size reaches."""
LIBRARIES = ("highspy", "numpy", "scipy")


class Here:
    """Whether problems are solved here, each time anew, by a planner that is changed, and where answers are kept."""

    is_on = False
    is_anew = False
    is_patched = False
    folder: Path | None = None


def follow_here(
    command: Sequence[str], deadline: float | None, interrupts: Interrupts, on_progress: Callable[[str], None] | None
) -> Ended:
    """Do what the process of a command would do, or give what it left the last time, or let it do it."""
    if not (Here.is_on and command[0] == sys.executable and command[1] == "-m" and command[2] in MAINS):
        return follow(command, deadline, interrupts, on_progress)
    module, folder = command[2], Path(command[3])
    request = exchange.read_request(folder) if module == child.__name__ else None
    if request is not None and (request.solver != "highs" or request.threads > 1):
        return follow(command, deadline, interrupts, on_progress)
    given = {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}
    is_timed = request is None or (request.time_limit is not None and request.time_limit < SECONDS_MIN)
    is_kept = Here.folder is not None and not Here.is_anew and not is_timed
    entry = Here.folder / _key([module], given) if is_kept else None
    if entry is not None and entry.exists():
        ended, left = _taken(entry)
        for name, content in left.items():
            (folder / name).write_bytes(content)
        return _told(ended, on_progress)
    is_small = sum(map(len, given.values())) <= SIZE_MAX and threading.current_thread() is threading.main_thread()
    ended = _called(module, command[3:]) if is_small else follow(command, deadline, interrupts, None)
    if entry is not None and ended.returncode == 0 and not interrupts.is_set:
        now = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
        _keep(entry, (ended, {name: content for name, content in now.items() if given.get(name) != content}))
    return _told(ended, on_progress)


def planned(scenario: Scenario, **options: Any) -> Results:
    """Return the plan of a scenario as ``planner.run`` does, that of an earlier test where it would be the same.

    A test that replaces anything in the planner, for which it asks for ``monkeypatch``, has its own plan.
    """
    if Here.folder is None or Here.is_anew or Here.is_patched:
        return planner.run(scenario, **options)
    files = sorted(scenario.file_hashes.items())
    about = (scenario.content_hash, scenario.name, scenario.overrides, files, options, pd.options.mode.string_storage)
    entry = Here.folder / _key([repr(about)], {})
    if not entry.exists():
        results = planner.run(scenario, **options)
        _keep(entry, replace(results, scenario=None))  # type: ignore[arg-type]
        return results
    return replace(_taken(entry), scenario=scenario)


def _key(words: Sequence[str], given: dict[str, bytes]) -> str:
    found = hashlib.sha256(_sources())
    for part in (*(word.encode() for word in words), *(part for item in given.items() for part in item)):
        content = part.encode() if isinstance(part, str) else part
        found.update(len(content).to_bytes(8, "big") + content)
    return found.hexdigest()


@cache
def _sources() -> bytes:
    """Return what the planner's files and the libraries come down to."""
    found = hashlib.sha256(repr([platform.python_version(), *map(version, LIBRARIES)]).encode())
    package = Path(planner.__file__).parent
    for path in sorted(path for path in package.rglob("*.*") if path.is_file() and path.suffix != ".pyc"):
        found.update(repr((path.relative_to(package).as_posix(), hashlib.sha256(path.read_bytes()).digest())).encode())
    return found.digest()


def _keep(entry: Path, what: object) -> None:
    """Write an entry whole or not at all: another worker may read it in the same moment."""
    content = pickle.dumps(what)
    if len(content) <= KEPT_MAX:
        draft = entry.with_name(f"{entry.name}.{os.getpid()}")
        draft.write_bytes(content)
        draft.replace(entry)


def _taken(entry: Path) -> Any:
    return pickle.loads(entry.read_bytes())  # noqa: S301 - of this session


def _told(ended: Ended, on_progress: Callable[[str], None] | None) -> Ended:
    for line in ended.log.splitlines() if on_progress is not None else ():
        on_progress(line)  # type: ignore[misc]
    return ended


def _called(module: str, words: Sequence[str]) -> Ended:
    """Call what a process would run, and keep what it says."""
    begin = time.perf_counter()
    home = sys.modules[module]
    nothing = {"die_with_parent": lambda: None, "offer_to_memory_killer": lambda: None}
    log = Log()
    with patch.multiple(home, **nothing), _heard() as said:
        returncode = MAINS[module](*words) or 0
    for line in said[0].splitlines():
        log.add(line)
    return Ended(int(str(returncode)), None, str(log), time.perf_counter() - begin, 1.0)


@contextlib.contextmanager
def _heard() -> Iterator[list[str]]:
    """Keep what Python and C code print meanwhile; they are one stream, as in a process."""
    said: list[str] = []
    flush = ctypes.CDLL(None).fflush
    flush(None)
    with tempfile.TemporaryFile() as file:
        before = os.dup(1)
        os.dup2(file.fileno(), 1)
        try:
            stream = io.TextIOWrapper(os.fdopen(os.dup(1), "wb", 0), "utf-8", write_through=True)
            with stream, contextlib.redirect_stdout(stream), contextlib.redirect_stderr(stream):
                yield said
        finally:
            flush(None)
            os.dup2(before, 1)
            os.close(before)
            file.seek(0)
            said.append(file.read().decode("utf-8", errors="replace"))


def install() -> None:
    """Let whoever starts a process ask here first."""
    solving.follow = explaining.follow = follow_here  # type: ignore[attr-defined]
