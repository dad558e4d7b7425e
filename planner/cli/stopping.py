"""Stop signals: one ends a command wherever it strikes, and is never forgotten."""

from __future__ import annotations

import signal
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from planner.system import STOP_SIGNALS, is_on_its_way

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

AGAIN_SECONDS: Final = 0.2
"""[s] after which what was raised is raised again, should it have been dropped."""


class Interrupted(BaseException):
    """A stop signal; no KeyboardInterrupt, which typer would turn into an exit without a word."""


@contextmanager
def stoppable() -> Iterator[None]:
    """Let stop signals raise :class:`Interrupted` in the block, but for those that whoever started us ignores.

    Python drops what is raised in a ``__del__``, a callback of a weak reference or the garbage collector. So a timer
    raises again, until the exception is on its way out; then nothing is raised, which would stop the clearing up.
    """
    before = {number: signal.getsignal(number) for number in STOP_SIGNALS}
    heard = [number for number, handler in before.items() if handler is not signal.SIG_IGN]
    for number in heard:
        signal.signal(number, _interrupt)
    hook, sys.unraisablehook = sys.unraisablehook, _quiet
    timer = signal.signal(signal.SIGALRM, _interrupt) if hasattr(signal, "setitimer") else None
    try:
        yield
    finally:
        sys.unraisablehook = hook
        if hasattr(signal, "setitimer"):
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, timer)
        for number in heard:
            signal.signal(number, before[number])


def ignore_signals() -> None:
    """Ignore stop signals, and the timer with them."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, 0)
    for number in STOP_SIGNALS:
        signal.signal(number, signal.SIG_IGN)


def _interrupt(number: int, frame: FrameType | None) -> None:
    del number, frame
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, AGAIN_SECONDS)
    if not is_on_its_way(Interrupted):
        raise Interrupted


def _quiet(dropped: sys.UnraisableHookArgs) -> None:
    """Tell what Python dropped, as it does, but for our own exception, which comes again."""
    if not isinstance(dropped.exc_value, Interrupted):
        sys.__unraisablehook__(dropped)
