"""The line of a terminal that says what a command is working on, from its first moment on, and for how long.

A thread rewrites it, so that a second that passes is seen however long a phase takes. What is told to the user goes
before it: ``streams`` clears the line first. Where standard error is no terminal, nothing of it is written.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from contextlib import contextmanager
from contextvars import copy_context
from typing import TYPE_CHECKING, Final, TextIO

from planner.cli.streams import let_stand
from planner.errors import printable
from planner.language import Text, columns_of, rendered, say
from planner.progress import heard_by, working_on

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

TICK: Final = 0.2
"""[s] between two looks at what there is to say."""
COLUMNS: Final = 80
"""Of a terminal that does not say how wide it is."""
WORDS_MIN: Final = 2
"""Of a command that does anything; a verb alone shows its help."""
SILENT: Final = {"--quiet", "--json", "--help", "-h"}


class Line:
    """What stands on the line: the present phase, and the seconds since the command began."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._began = time.monotonic()
        self._phase = ""

    def __call__(self, phase: Text) -> None:
        """Take a phase; the next look shows it."""
        self._phase = printable(rendered(phase), keep="")

    def text(self) -> str:
        """Return the line of now, no wider than the terminal."""
        seconds = int(time.monotonic() - self._began)
        after = rendered(say("  {seconds} s", seconds=seconds)) if seconds else ""
        return cut(self._phase, self._width - columns_of(after)) + after


def cut(text: str, columns: int) -> str:
    """Return a text no wider than so many columns of a terminal, with a mark where something is left out."""
    if columns_of(text) <= columns:
        return text
    while text and columns_of(text) > columns - 1:
        text = text[:-1]
    return text + "…"


@contextmanager
def spoken_of(arguments: Sequence[str]) -> Iterator[None]:
    """Let a command say on the terminal what it is working on, if there is one and nobody asked for silence."""
    stream = sys.stderr
    if len(arguments) < WORDS_MIN or SILENT & set(arguments) or not _is_terminal(stream):
        yield
        return
    line = Line(_width(stream) - 1)  # a full line would break
    over = threading.Event()
    with heard_by(line):
        working_on(say("starting"))
        teller = threading.Thread(target=copy_context().run, args=(_tell, line, stream, over), daemon=True)
        try:
            teller.start()
            yield
        finally:
            over.set()
            let_stand("", over=None)


def _tell(line: Line, stream: TextIO, over: threading.Event) -> None:
    """Rewrite the line until the command is over."""
    while True:
        if _is_in_front(stream):
            let_stand(line.text(), over)
        if over.wait(TICK):
            return


def _is_terminal(stream: TextIO | None) -> bool:
    try:
        return stream is not None and stream.isatty()
    except ValueError:  # it was closed
        return False


def _is_in_front(stream: TextIO) -> bool:
    """Return whether the terminal is ours now, and not that of a shell that has put us behind."""
    try:
        return not hasattr(os, "tcgetpgrp") or os.tcgetpgrp(stream.fileno()) == os.getpgrp()
    except (OSError, ValueError):  # a terminal that controls nothing
        return True


def _width(stream: TextIO) -> int:
    try:
        return os.get_terminal_size(stream.fileno()).columns or COLUMNS
    except (OSError, ValueError):
        return COLUMNS
