"""A run folder that appears whole or not at all: written beside its place, synced, then renamed.

The draft is a hidden folder ``.<name>.<token>.planner-partial`` next to the target. Its writer holds a lock on it
for as long as it lives, so that the next run can tell the drafts of killed runs (removed) from those of live ones
(left alone).
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
from collections.abc import Callable
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from planner.errors import CannotWriteError, UsageError, shown
from planner.io.files.run_swap import exchange, move, opened, sync
from planner.io.files.writing import writing
from planner.language import say
from planner.system import lock

if TYPE_CHECKING:
    from collections.abc import Iterator

MANIFEST = "manifest.json"
FORMAT = "east-data-west-compute-planner run"
"""First words of a manifest, by which a run folder is told from anybody else's folder."""
PARTIAL, PREVIOUS = "planner-partial", "planner-previous"
HIDDEN = re.compile(rf"\.(?P<name>.+)\.[0-9a-f]{{8}}\.(?P<kind>{PARTIAL}|{PREVIOUS})", re.DOTALL)
ATTEMPTS = 1000
MayReplace = Callable[[Path], bool]
"""Whether what stands at a target may give way: anything that is not known is never removed."""


def run_name(content_hash: str, now: datetime) -> str:
    """Return the name of a run: UTC time to the second and a short hash, such as ``20261121T231500Z-1a2b3c4d``.

    Parameters
    ----------
    content_hash
        Of the scenario [hex].
    now
        An aware time.
    """
    return f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}-{content_hash[:8]}"


@contextmanager
def run_folder(
    target: Path, *, force: bool = False, numbered: bool = False, may_replace: MayReplace | None = None
) -> Iterator[Path]:
    """Yield a hidden folder to write into; at a clean exit it becomes ``target``, on any exception it is removed.

    With ``force`` it replaces an earlier run, or whatever ``may_replace`` allows.
    """
    target = _absolute(target)
    made: list[Path] = []
    may = (may_replace or _is_replaceable) if force else None
    with writing(target, untouched=True), _cleared(made):
        draft, handle = _open_draft(target, made, may, numbered=numbered)
        try:
            yield draft
            _sync(draft)
            _publish(draft, target_of(draft), may)
        finally:
            os.close(handle)


def target_of(draft: Path) -> Path:
    """Return the run folder that a draft will become."""
    found = HIDDEN.fullmatch(draft.name)
    if found is None:
        raise ValueError(f"{draft} is not a draft")
    return draft.with_name(found["name"])


def check_target(target: Path, *, force: bool = False, numbered: bool = False) -> None:
    """Refuse at once, before any solving, what :func:`run_folder` would refuse at the end."""
    with suppress(_TrialOverError), run_folder(target, force=force, numbered=numbered):
        raise _TrialOverError


class _TrialOverError(Exception):
    """Ends a trial of a target."""


def _absolute(target: Path) -> Path:
    """Follow links, so that the draft stands on the file system where the run folder will stand."""
    try:
        return target.resolve()
    except (OSError, ValueError, RuntimeError) as error:
        raise UsageError(
            say("{target} is not a usable path: {error}", target=shown(target), error=shown(error))
        ) from error


@contextmanager
def _cleared(made: list[Path]) -> Iterator[None]:
    """On any exception remove the folders made, the last first; parents that others use by now stay."""
    try:
        yield
    except BaseException:
        for path in reversed(made):
            if HIDDEN.fullmatch(path.name):
                shutil.rmtree(path, ignore_errors=True)
            else:
                with suppress(OSError):
                    path.rmdir()
        raise


def _open_draft(target: Path, made: list[Path], may: MayReplace | None, *, numbered: bool) -> tuple[Path, int]:
    """Make and lock a draft; return it with the handle that holds the lock."""
    for attempt in range(ATTEMPTS):
        try:
            _make_parents(target.parent, made)
            with _locked_parent(target.parent):
                return _claim(target, made, may, numbered=numbered)
        except FileNotFoundError:  # a run that failed has just removed the parent it had made
            if attempt == ATTEMPTS - 1:
                raise
    raise AssertionError


def _make_parents(folder: Path, made: list[Path]) -> None:
    for path in reversed([path for path in (folder, *folder.parents) if not path.exists()]):
        made.append(path)  # first, so that a signal after it undoes it too
        try:
            path.mkdir()
        except FileExistsError:  # another run made it meanwhile, so that it is not ours to remove
            made.remove(path)


def _claim(target: Path, made: list[Path], may: MayReplace | None, *, numbered: bool) -> tuple[Path, int]:
    _sweep(target.parent)
    if numbered:
        target = _free(target)
    elif may is None and _is_claimed(target):
        raise UsageError(
            say("another run is writing {target} now; choose another --out, or wait for it", target=shown(target))
        )
    _refuse(target, may)
    draft = _hidden(target, PARTIAL)
    made.append(draft)  # first, so that a signal after it undoes it too
    draft.mkdir()
    handle = os.open(draft, os.O_RDONLY | os.O_DIRECTORY)
    lock(handle, wait=False)
    return draft, handle


@contextmanager
def _locked_parent(parent: Path) -> Iterator[None]:
    """Let one run at a time look around in a folder and change names in it."""
    with opened(parent) as handle:
        lock(handle, wait=True)
        yield


def _hidden(target: Path, kind: str) -> Path:
    return target.with_name(f".{target.name}.{secrets.token_hex(4)}.{kind}")


def _refuse(target: Path, may: MayReplace | None) -> None:
    if not os.path.lexists(target):
        return
    if may is None:
        raise UsageError(
            say("{target} exists already; choose another --out, or replace it with --force", target=shown(target))
        )
    if not may(target):
        raise UsageError(
            say(
                "{target} is not a run folder, so that --force leaves it alone; choose another --out",
                target=shown(target),
            )
        )


def _is_replaceable(target: Path) -> bool:
    """Return whether a folder is an earlier run, or empty; anything else is never removed."""
    if not target.is_dir():
        return False
    manifest = target / MANIFEST
    if not manifest.is_file():
        return not any(target.iterdir())
    with manifest.open("rb") as file:
        return FORMAT.encode() in file.read(4 * len(FORMAT))


def _free(target: Path) -> Path:
    """Return the target, or the first numbered name beside it that nobody has or is about to take."""
    for number in range(1, ATTEMPTS + 1):
        candidate = target if number == 1 else target.with_name(f"{target.name}-{number}")
        if not os.path.lexists(candidate) and not _is_claimed(candidate):
            return candidate
    raise UsageError(
        say("{ATTEMPTS} runs are called {target} already; wait a second", ATTEMPTS=ATTEMPTS, target=shown(target))
    )


def _drafts(parent: Path, kind: str) -> Iterator[tuple[Path, str]]:
    """Yield the hidden folders of a kind, each with the name of its target."""
    for path in sorted(parent.iterdir()):
        found = HIDDEN.fullmatch(path.name)
        if found and found["kind"] == kind and path.is_dir() and not path.is_symlink():
            yield path, found["name"]


def _is_claimed(target: Path) -> bool:
    """Return whether a live run is about to take a name."""
    return any(name == target.name and _is_live(path) for path, name in _drafts(target.parent, PARTIAL))


def _is_live(draft: Path) -> bool:
    """Return whether a draft's writer lives; a draft that cannot be locked at all counts as live."""
    try:
        with opened(draft) as handle:
            return not lock(handle, wait=False)
    except FileNotFoundError:
        return False
    except OSError:
        return True


def _sweep(parent: Path) -> None:
    """Put back an earlier run whose replacement was killed half-way, and remove what killed runs left."""
    for path, name in _drafts(parent, PREVIOUS):
        if os.path.lexists(parent / name):
            shutil.rmtree(path, ignore_errors=True)
        else:
            move(path, parent / name)
    for path, _ in _drafts(parent, PARTIAL):
        if not _is_live(path):
            shutil.rmtree(path, ignore_errors=True)


def _sync(folder: Path) -> None:
    """Have every file and folder on the disk before the name appears."""
    for place, _, files in os.walk(folder, topdown=False):
        for name in files:
            sync(Path(place, name))
        sync(Path(place))


def _publish(draft: Path, target: Path, may: MayReplace | None) -> None:
    """Give the draft its name; what it replaces is removed afterwards."""
    with _locked_parent(target.parent):
        if os.path.lexists(target):
            _replace(draft, target, may)
        else:
            move(draft, target)
        # From here the run stands whole; a directory that cannot be synced loses at worst its newest name.
        with suppress(OSError):
            sync(target.parent)
        shutil.rmtree(draft, ignore_errors=True)


def _replace(draft: Path, target: Path, may: MayReplace | None) -> None:
    if may is None or not may(target):
        raise CannotWriteError(
            say("{target} appeared while the run was going on; it is untouched, run again", target=shown(target))
        )
    if exchange(draft, target):
        return
    previous = _hidden(target, PREVIOUS)
    try:
        target.rename(previous)  # killed between the two renames, the next run puts it back
        draft.rename(target)
    except BaseException:
        if not os.path.lexists(target):
            previous.rename(target)
        raise
    shutil.rmtree(previous, ignore_errors=True)
