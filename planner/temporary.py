"""Temporary folders that go with the process, also with one that was killed: the next one takes them away."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from planner.system import can_lock, locked_handle

if TYPE_CHECKING:
    from collections.abc import Iterator

PREFIX: Final = "planner-"
DRAFT: Final = ".planner-"
"""The name before the folder is locked, so that none with its true name is unlocked while its process lives."""


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """Make a folder under the system's temporary folder, and remove it with all that it holds."""
    root = Path(tempfile.gettempdir())
    _sweep(root)
    draft = Path(tempfile.mkdtemp(prefix=DRAFT))
    handle = locked_handle(draft)
    folder = draft.with_name(PREFIX + draft.name.removeprefix(DRAFT))
    try:
        draft.rename(folder)
        yield folder
    finally:
        shutil.rmtree(folder if folder.exists() else draft, ignore_errors=True)
        if handle is not None:
            os.close(handle)


@cache
def _sweep(root: Path) -> None:
    """Remove what processes of ours that were killed have left, once a process; nothing where nothing can be locked."""
    if not can_lock():
        return
    for left in root.glob(f"{PREFIX}*"):
        with suppress(OSError):
            if left.is_symlink() or not left.is_dir() or left.stat().st_uid != os.getuid():
                continue
            handle = locked_handle(left, wait=False)
            if handle is not None:
                shutil.rmtree(left, ignore_errors=True)
                os.close(handle)
