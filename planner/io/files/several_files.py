"""Several files of one folder, all of them written or none: drafts beside them, then one rename each.

A failure or a signal on the way puts back what stood there. Only a kill between two renames can leave some files new
and some old, which is why the caller names them in an order in which no half is silently wrong.
"""

from __future__ import annotations

import os
import secrets
import shutil
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from planner.errors import CannotWriteError, reason, shown
from planner.language import Text, say
from planner.system import lock

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

SUFFIX = "planner-import"


@contextmanager
def sole_writer(folder: Path) -> Iterator[None]:
    """Wait until no other import writes into a folder, and keep others waiting."""
    try:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise CannotWriteError(_told(folder, error)) from error
    try:
        lock(handle, wait=True)
        yield
    finally:
        os.close(handle)


def write_together(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files into a folder, in order, replacing those of the same names.

    Raises
    ------
    CannotWriteError
        The file system refused; the folder is as it was.
    """
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
        _sync(folder)
    except BaseException as error:
        for name in reversed(done):
            _put_back(folder / name, drafts[name], before[name])
        if isinstance(error, OSError):
            raise CannotWriteError(_told(folder, error)) from error
        raise
    finally:
        for path in (*drafts.values(), *before.values()):
            with suppress(OSError):
                path.unlink(missing_ok=True)


def _draft(path: Path, data: bytes, target: Path) -> None:
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    if target.exists():
        shutil.copymode(target, path)


def _put_back(target: Path, draft: Path, before: Path) -> None:
    if os.path.lexists(draft):  # it was not renamed yet
        return
    if os.path.lexists(before):
        before.replace(target)
    else:
        target.unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with suppress(OSError):  # the files stand; at worst their newest names are lost with the power
            os.fsync(handle)
    finally:
        os.close(handle)


def _told(folder: Path, error: OSError) -> Text:
    why = shown(reason(error))
    return say(
        "cannot write into {folder}: {reason}; the folder is as it was",
        folder=shown(folder),
        reason=why,
    )
