"""Signals of tests and campaigns, and of the processes that they start."""

from __future__ import annotations

import signal


def hear_what_is_ignored() -> None:
    """Let an ignored signal reach the processes that tests start, though not the tests themselves.

    Under ``nohup make test &`` SIGINT and SIGHUP are ignored from the start, and a process that is started inherits
    that: one that a test stops by SIGINT would never stop. A handler is not inherited; ours does nothing.
    """
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, lambda *_: None)
