"""What the operating system gives a process: stop signals, locks on folders, the memory it took; less on Windows."""

from __future__ import annotations

import errno
import os
import signal
import sys
from contextlib import suppress
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
    from collections.abc import Callable
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


def locked_handle(path: Path, *, wait: bool = True) -> int | None:
    """Return the handle that holds the lock on a file or a folder; ``None`` where it is not to be had."""
    if not can_lock():  # where an open file can be neither renamed nor removed, too
        return None
    handle = os.open(path, os.O_RDONLY)
    if lock(handle, wait=wait):
        return handle
    os.close(handle)
    return None


def claimed(path: Path, make: Callable[[], None]) -> int | None:
    """Make a file or a folder, lock it, and return the handle that holds the lock; ``None`` where there are no locks.

    Whoever sweeps may find it between the making and the lock, and take it for one of the dead: then it is made again.
    """
    while True:
        make()
        with suppress(FileNotFoundError):
            handle = locked_handle(path)
            if handle is None or _is_at(handle, path):
                return handle
            os.close(handle)


def _is_at(handle: int, path: Path) -> bool:
    """Return whether a name still is of what a handle is open on."""
    try:
        return os.path.samestat(os.fstat(handle), os.lstat(path))
    except FileNotFoundError:
        return False


def remove_if_dead(path: Path, remove: Callable[[Path], object]) -> None:
    """Remove what a process of ours has left, unless the process lives, or nobody can know."""
    with suppress(OSError):
        if not can_lock() or path.is_symlink() or path.stat().st_uid != os.getuid():
            return
        handle = locked_handle(path, wait=False)
        if handle is not None:
            remove(path)
            os.close(handle)


def is_on_its_way(kind: type[BaseException]) -> bool:
    """Return whether what runs now, such as a ``finally``, was reached by an exception of a kind."""
    error = sys.exception()
    while error is not None and not isinstance(error, kind):
        error = error.__context__
    return error is not None


def surely(clear_up: Callable[[], object]) -> None:
    """Clear up; where a stop signal breaks into it, once more: while the first is on its way, no other breaks in."""
    try:
        clear_up()
    except BaseException:
        clear_up()
        raise


def peak_memory(*, of_children: bool = False) -> float:
    """Return the most memory this process, or the largest of those it waited for, held [MiB]; 0 where nobody counts."""
    if resource is None:
        return 0.0
    whose = resource.RUSAGE_CHILDREN if of_children else resource.RUSAGE_SELF
    return resource.getrusage(whose).ru_maxrss / UNIT
