"""Several files of one folder, all of them written or none: drafts beside them, then one rename each.

A failure or a signal on the way puts back what stood there. Only a kill between two renames can leave some files new
and some old, which is why the caller names them in an order in which no half is silently wrong.
"""

from __future__ import annotations

import os
import secrets
import shutil
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING

from planner.io.files.run_swap import opened, sync
from planner.io.files.writing import UNTOUCHED, writing
from planner.system import can_lock, lock

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

SUFFIX = "planner-import"


@contextmanager
def sole_writer(folder: Path) -> Iterator[None]:
    """Wait until no other import writes into a folder, and keep others waiting."""
    with ExitStack() as stack:
        with writing(folder, UNTOUCHED):
            handle = stack.enter_context(opened(folder))
        lock(handle, wait=True)
        _sweep(folder)
        yield


def _sweep(folder: Path) -> None:
    """Remove the drafts of imports that were killed: who holds the lock has the only ones that live."""
    if can_lock():
        for left in folder.glob(f".*.{SUFFIX}"):
            with suppress(OSError):
                left.unlink()


def write_together(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files into a folder, in order, replacing those of the same names."""
    with writing(folder, UNTOUCHED):
        _write_together(folder, files)


def _write_together(folder: Path, files: Mapping[str, bytes]) -> None:
    token = secrets.token_hex(4)
    drafts = {name: folder / f".{name}.{token}.{SUFFIX}" for name in files}
    before = {name: folder / f".{name}.{token}.before.{SUFFIX}" for name in files}
    done: list[str] = []
    try:
        for name, data in files.items():
            _draft(drafts[name], data, folder / name)
            if os.path.lexists(folder / name):
                shutil.copy2(folder / name, before[name], follow_symlinks=False)
        for name in files:
            done.append(name)  # first, so that a signal after the rename is undone too
            drafts[name].replace(folder / name)
        with suppress(OSError):  # the files stand; at worst their newest names are lost with the power
            sync(folder)
    except BaseException:
        for name in reversed(done):
            _put_back(folder / name, drafts[name], before[name])
        raise
    finally:
        for path in (*drafts.values(), *before.values()):
            with suppress(OSError):
                path.unlink(missing_ok=True)


def _draft(path: Path, data: bytes, target: Path) -> None:
    path.write_bytes(data)
    sync(path)
    if target.exists():
        shutil.copymode(target, path)


def _put_back(target: Path, draft: Path, before: Path) -> None:
    if os.path.lexists(draft):  # it was not renamed yet
        return
    if os.path.lexists(before):
        before.replace(target)
    else:
        target.unlink(missing_ok=True)
