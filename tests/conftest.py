"""What all tests share."""

from __future__ import annotations

import signal
from typing import NoReturn

import pytest

from planner.language import Message


def _stay() -> None:
    """Let an ignored signal reach the processes that tests start, though not the tests themselves.

    Under ``nohup make test &`` SIGINT and SIGHUP are ignored from the start, and a process that is started inherits
    that: one that a test stops by SIGINT would never stop. A handler is not inherited; ours does nothing.
    """
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, lambda *_: None)


_stay()


def _unrendered(message: Message) -> NoReturn:
    """Fail where a message is taken for a text: outside the tests it speaks the language that is spoken."""
    raise AssertionError(repr(message))


Message.__str__ = _unrendered  # type: ignore[assignment,method-assign]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let golden numbers be accepted anew."""
    parser.addoption("--update-golden", action="store_true", help="accept the numbers found as meant")
