"""What a command tells: to standard output and standard error, which may be closed, cut off or full.

What cannot be told never changes what was done.
"""

from __future__ import annotations

import errno
import os
import sys
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, TextIO

from planner.errors import CannotWriteError, printable, reason
from planner.language import Text, columns_of, rendered, say

if TYPE_CHECKING:
    from threading import Event

_one_at_a_time = threading.RLock()
_standing = [""]
"""What stands on the terminal's line, to be cleared before anything else is written."""


def tell(text: Text) -> None:
    """Write to standard output what a person reads: nothing in it moves a cursor or turns a line round."""
    _write(sys.stdout, printable(rendered(text)))


def tell_aside(text: Text) -> None:
    """Write progress and errors to standard error."""
    _write(sys.stderr, printable(rendered(text)))


def give(text: str) -> None:
    """Write what a program reads to standard output.

    Raises
    ------
    CannotWriteError
        It is not whole, and whoever reads it has not gone by himself.
    """
    error = _write(sys.stdout, text)
    if error is not None and error.errno != errno.EPIPE:
        raise CannotWriteError(say("cannot write to standard output: {reason}", reason=reason(error)))


def let_stand(text: str, over: Event | None) -> None:
    """Let a text stand on the terminal's line in place of what stood there, unless it is over already."""
    with _one_at_a_time:
        before = _standing[0]
        if text == before or (over is not None and over.is_set()):
            return
        _standing[0] = text
        gone = " " * (columns_of(before) - columns_of(text))
        _put(sys.stderr, f"\r{text}{gone}" if text else f"\r{gone}\r")


def _write(stream: TextIO | None, text: str) -> OSError | None:
    """Write where nothing stands in the way."""
    with _one_at_a_time:
        let_stand("", None)
        return _put(stream, text)


def _put(stream: TextIO | None, text: str) -> OSError | None:
    if stream is None:  # it was closed before we began
        return None
    try:
        stream.write(text)
        stream.flush()
    except OSError as error:
        _let_go(stream)
        return error
    except ValueError:  # it was closed since
        return None
    return None


def _let_go(stream: TextIO) -> None:
    """Let all that is still to be written go nowhere: Python would fail on it once more when it ends."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
