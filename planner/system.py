"""What the operating system gives a process: stop signals, locks on folders, the memory it took; less on Windows."""

from __future__ import annotations

import errno
import os
import signal
import sys
from typing import TYPE_CHECKING, Final

try:
    import fcntl
except ModuleNotFoundError:  # Windows: no folder can be locked there, and nothing is taken for dead
    fcntl = None  # type: ignore[assignment]
try:
    import resource as resource  # noqa: PLC0414 - the workbook.s child sets its own limits with it
except ModuleNotFoundError:  # Windows
    resource = None  # type: ignore[assignment]

if TYPE_CHECKING:
    from pathlib import Path

STOP_SIGNALS: Final = tuple(
    signal.Signals[name] for name in ("SIGINT", "SIGTERM", "SIGHUP") if name in signal.Signals.__members__
)
"""An interrupt from the keyboard, a request to end, a terminal that was closed (which Windows does not have)."""
FULL: Final = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS}
"""What the system answers where there is no room, or none to write to."""
UNIT: Final = 2**20 if sys.platform == "darwin" else 2**10
"""Of the system's own count of memory, in a MiB."""


def can_lock() -> bool:
    """Return whether folders can be locked here."""
    return fcntl is not None


def lock(handle: int, *, wait: bool) -> bool:
    """Lock an open folder for this process; the lock goes when the handle is closed or the process dies.

    Returns
    -------
    bool
        False if another process holds it. Where there are no locks, the answer to ``wait`` is True (there is nothing
        to wait for) and otherwise False (nothing may be taken for dead).
    """
    if fcntl is None:
        return wait
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except OSError:
        return wait
    return True


def open_folder(folder: Path) -> int | None:
    """Return a handle of a folder; ``None`` where the system opens files only."""
    return os.open(folder, os.O_RDONLY | os.O_DIRECTORY) if hasattr(os, "O_DIRECTORY") else None


def locked_handle(folder: Path, *, wait: bool = True) -> int | None:
    """Return the handle that holds the lock on a folder; ``None`` where it is not to be had."""
    handle = open_folder(folder)
    if handle is None or lock(handle, wait=wait):
        return handle
    os.close(handle)
    return None


def peak_memory(*, of_children: bool = False) -> float:
    """Return the most memory this process, or the largest of those it waited for, held [MiB]; 0 where nobody counts."""
    if resource is None:
        return 0.0
    whose = resource.RUSAGE_CHILDREN if of_children else resource.RUSAGE_SELF
    return resource.getrusage(whose).ru_maxrss / UNIT
