"""Files put in the place of others at one stroke, and the one error of all that cannot be written."""

from __future__ import annotations

import errno
import glob
import os
import secrets
from contextlib import contextmanager, suppress
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from planner.errors import CannotWriteError, reason, shown
from planner.io.files.run_swap import sync
from planner.language import SEMICOLON, Text, join, say
from planner.system import claimed, remove_if_dead

if TYPE_CHECKING:
    from collections.abc import Iterator

REMEDIES: Final = {
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
ELSE: Final = say("check the folder and the disk, or choose another --out")
UNTOUCHED: Final = say("what stood there before is untouched")


@contextmanager
def writing(path: Path, remedy: Text = "", *, untouched: bool = False) -> Iterator[None]:
    """Turn the system's refusal to write a file or a folder into the planner's error.

    Parameters
    ----------
    path
        What is written, as the user knows it.
    remedy
        What to do about it, where there is no ``--out`` to choose.
    untouched
        Whether to say that what stood there before stands there still.
    """
    try:
        yield
    except OSError as error:
        told = [remedy or REMEDIES.get(error.errno or 0, ELSE), *([UNTOUCHED] if untouched else [])]
        raise CannotWriteError(
            say(
                "cannot write {path}: {reason}; {remedy}",
                path=shown(path),
                reason=shown(reason(error)),
                remedy=join(told, SEMICOLON),
            )
        ) from error


@contextmanager
def draft_of(path: Path) -> Iterator[Path]:
    """Yield a path beside a file to write to; at a clean exit it takes the place of the file, else it is removed.

    The name is drawn, so that two who write one file at a time do not write into one draft. Its writer holds a lock on
    it, by which the next who writes the file tells the draft of one that was killed, and takes it away.
    """
    _sweep(path)
    draft, handle = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part"), None
    try:
        handle = claimed(draft, partial(draft.touch, exist_ok=False))
        yield draft
        sync(draft)
        draft.replace(path)
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        if handle is not None:
            os.close(handle)


@cache
def _sweep(path: Path) -> None:
    """Remove the drafts of a file that killed processes of ours have left, once a process."""
    for left in path.parent.glob(f".{glob.escape(path.name)}.{'[0-9a-f]' * 8}.part"):
        remove_if_dead(left, Path.unlink)


def write_whole(path: Path, content: bytes | str) -> None:
    """Put a file in the place of the last one, at one stroke."""
    with writing(path), draft_of(path) as draft:
        draft.write_bytes(content.encode() if isinstance(content, str) else content)
