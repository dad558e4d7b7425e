"""What the operating system gives for run folders: locks, renames that never overwrite, exchanges, reasons."""

from __future__ import annotations

import ctypes
import errno
import os
from functools import cache
from typing import TYPE_CHECKING, Any

from planner.language import Text, say

if TYPE_CHECKING:
    from pathlib import Path

AT_FDCWD = -100
RENAME_NOREPLACE, RENAME_EXCHANGE = 1, 2
UNSUPPORTED = {errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP}
REMEDIES = {
    errno.ENOSPC: say("free some space, or choose another disk with --out"),
    errno.EDQUOT: say("your quota is used up: free some space, or choose another disk with --out"),
    errno.EFBIG: say("a file would exceed the largest size allowed (ulimit -f): raise it, or choose another --out"),
    errno.EACCES: say("choose a folder that you may write to with --out"),
    errno.EPERM: say("choose a folder that you may write to with --out"),
    errno.EROFS: say("the file system is read-only: choose another --out"),
    errno.ENAMETOOLONG: say("choose a shorter --out"),
    errno.ENOTDIR: say("a file stands where a folder is needed: choose another --out"),
    errno.ELOOP: say("links lead in a circle: choose another --out"),
    errno.EMFILE: say("too many files are open: close some programs, or raise ulimit -n"),
    errno.ENFILE: say("too many files are open: close some programs"),
    errno.EIO: say("the disk reports an error: check it, or choose another --out"),
}


def remedy(error: OSError) -> Text:
    """Return what to do about a failure to write."""
    return REMEDIES.get(
        error.errno or 0,
        say("check the folder and the disk, or choose another --out"),
    )


def move(source: Path, target: Path) -> None:
    """Rename, but never over anything.

    Raises
    ------
    OSError
        ``EEXIST`` where the target exists.
    """
    if not _renameat2(source, target, RENAME_NOREPLACE):
        if os.path.lexists(target):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target))
        source.rename(target)


def exchange(one: Path, other: Path) -> bool:
    """Exchange two names at one stroke; return False where the system cannot."""
    return _renameat2(one, other, RENAME_EXCHANGE)


def _renameat2(source: Path, target: Path, flags: int) -> bool:
    """Call ``renameat2(2)``; return False where kernel, library or file system lack it."""
    function = _function()
    if function is None:
        return False
    if function(AT_FDCWD, os.fsencode(source), AT_FDCWD, os.fsencode(target), flags) == 0:
        return True
    number = ctypes.get_errno()
    if number in UNSUPPORTED:
        return False
    raise OSError(number, os.strerror(number), str(source), None, str(target))


@cache
def _function() -> Any:
    try:
        function = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):
        return None
    function.argtypes = (ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_uint)
    function.restype = ctypes.c_int
    return function
