"""What long work says of itself: the phase it is in, to whoever listens; where nobody does, nothing is lost.

Work says ``working_on(say("auditing"))`` where a phase begins, or as often as it knows more of it. All of it goes to
the logger ``planner`` too, in English, whatever is spoken: steps as INFO, each at its begin and with its seconds at its
end; how far a step is, and the parts of one that takes several, as DEBUG.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Final

from planner.errors import printable
from planner.language import Text, join, say, written

if TYPE_CHECKING:
    from collections.abc import Iterator

Listener = Callable[[Text], None]
Errand = Callable[[], None]
PART: Final = say(": ")
_log: Final = logging.getLogger("planner")
_listener: ContextVar[Listener | None] = ContextVar("listener", default=None)
_errands: ContextVar[tuple[Errand, ...]] = ContextVar("errands", default=())
_whole: ContextVar[Text] = ContextVar("whole", default="")


class _Step:
    """The step that the work of a block is in, and since when."""

    def __init__(self) -> None:
        self._name: Text = ""
        self._began = 0.0

    def begin(self, name: Text) -> None:
        """End the step before, and note this one."""
        self.end()
        self._name, self._began = name, time.perf_counter()

    def end(self) -> None:
        """Log how long the step took, if there is one."""
        if self._name and _log.isEnabledFor(logging.INFO):
            _log.info("%s: %.1f s", _line(self._name), time.perf_counter() - self._began)
        self._name = ""


_step: ContextVar[_Step | None] = ContextVar("step", default=None)


def _line(text: Text) -> str:
    return printable(written(text), keep="")


def working_on(phase: Text, *, is_detail: bool = False) -> None:
    """Say which phase the work is in from here on, or how far it is in the phase that it is in."""
    whole = _whole.get()
    told = join([whole, phase], PART) if whole else phase
    is_step = not is_detail and not whole
    step = _step.get()
    if is_step and step is not None:
        step.begin(told)
    level = logging.INFO if is_step else logging.DEBUG
    if _log.isEnabledFor(level):
        _log.log(level, "%s", _line(told))
    listener = _listener.get()
    if listener is not None:
        listener(told)


@contextmanager
def part_of(whole: Text) -> Iterator[None]:
    """Let the phases of the block be told as parts of something that takes several: one trial of many."""
    outer = _whole.get()
    working_on(whole)
    token = _whole.set(join([outer, whole], PART) if outer else whole)
    try:
        yield
    finally:
        _whole.reset(token)


@contextmanager
def heard_by(listener: Listener | None = None) -> Iterator[None]:
    """Let a listener hear the phases of the block; without one, whoever listens already goes on.

    The last step ends with the block, unless the block is itself in one.
    """
    token = _listener.set(_listener.get() if listener is None else listener)
    inner = None if _step.get() is not None else _Step()
    step_token = _step.set(inner or _step.get())
    try:
        yield
    finally:
        if inner is not None:
            inner.end()
        _step.reset(step_token)
        _listener.reset(token)


@contextmanager
def with_errand(errand: Errand) -> Iterator[None]:
    """Let the first who waits for another process in the block run an errand meanwhile."""
    token = _errands.set((errand,))
    try:
        yield
    finally:
        _errands.reset(token)


def while_waiting() -> None:
    """Run the errand there is, if any: another process works, and we only wait for it."""
    for errand in _errands.get():
        _errands.set(())
        errand()
