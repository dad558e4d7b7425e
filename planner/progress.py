"""What long work says of itself: the phase it is in, to whoever listens; where nobody does, nothing is lost.

Work says ``working_on(say("auditing"))`` where a phase begins, or as often as it knows more of it.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Final

from planner.language import Text, join, say

if TYPE_CHECKING:
    from collections.abc import Iterator

Listener = Callable[[Text], None]
Errand = Callable[[], None]
PART: Final = say(": ")
_listener: ContextVar[Listener | None] = ContextVar("listener", default=None)
_errands: ContextVar[tuple[Errand, ...]] = ContextVar("errands", default=())
_whole: ContextVar[Text] = ContextVar("whole", default="")


def working_on(phase: Text) -> None:
    """Say which phase the work is in from here on."""
    listener = _listener.get()
    if listener is not None:
        whole = _whole.get()
        listener(join([whole, phase], PART) if whole else phase)


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
def heard_by(listener: Listener | None) -> Iterator[None]:
    """Let a listener hear the phases of the block; without one, whoever listens already goes on."""
    if listener is None:
        yield
        return
    token = _listener.set(listener)
    try:
        yield
    finally:
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
