"""Temporary folders that go with the process, also with one that was killed: the next one takes them away."""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from planner.system import claimed, remove_if_dead, surely

if TYPE_CHECKING:
    from collections.abc import Iterator

PREFIX: Final = "planner-"


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """Make a folder under the system's temporary folder, and remove it with all that it holds."""
    root = Path(tempfile.gettempdir())
    _sweep(root)
    # The name comes before the folder, so that a signal finds none that is made and not yet ours to remove.
    folder, handle = root / f"{PREFIX}{secrets.token_hex(8)}", None
    try:
        handle = claimed(folder, partial(folder.mkdir, mode=0o700))
        yield folder
    finally:
        surely(partial(_remove, folder))
        if handle is not None:
            os.close(handle)


def _remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)


@cache
def _sweep(root: Path) -> None:
    """Remove what processes of ours that were killed have left, once a process."""
    for left in root.glob(f"{PREFIX}*"):
        if left.is_dir():
            remove_if_dead(left, _remove)
