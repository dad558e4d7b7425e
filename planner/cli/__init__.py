"""The ``planner`` command: one thin function per verb, in the files beside; the work is done elsewhere."""

from __future__ import annotations

import atexit
import signal
import sys
import traceback
from importlib import import_module
from typing import TYPE_CHECKING

import typer

from planner.cli.options import app, print_json
from planner.errors import PlannerError, shown

if TYPE_CHECKING:
    from types import FrameType

INTERRUPTED = "planner: interrupted; nothing half-written is left"
VERBS = ("run", "draw", "study", "files", "imports", "bench")
"""The files of verbs, in the order in which ``planner --help`` lists them."""

for _verb in VERBS:
    import_module(f"planner.cli.{_verb}")


def main() -> None:
    """Run the command; every error becomes one block on stderr and its exit code."""
    debug = "--debug" in sys.argv
    arguments = [word for word in sys.argv[1:] if word != "--debug"]
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    for number, handler in before.items():
        if handler is not signal.SIG_IGN:  # whoever started us in the background meant it
            signal.signal(number, _interrupt)
    try:
        code = app(arguments, standalone_mode=False)
        sys.exit(code or 0)
    except typer.Exit as stop:
        sys.exit(stop.exit_code)
    except Exception as error:  # noqa: BLE001 - the last place where an error can be turned into words
        if debug:
            traceback.print_exc()
        if "--json" in arguments and isinstance(error, PlannerError) and error.results is not None:
            print_json(error.results.summary)  # its status is what a script waits for
        text, code = _explain(error)
        sys.stderr.write(text + "\n")
        sys.exit(code)
    except _Interrupted:
        sys.stderr.write(INTERRUPTED + "\n")
        sys.exit(130)
    finally:
        atexit.register(_ignore_signals)  # what is done is done: no signal makes a failure of it while Python clears up
        for number, handler in before.items():
            signal.signal(number, handler)


def _explain(error: Exception) -> tuple[str, int]:
    if isinstance(error, PlannerError):
        return f"planner: {error}", error.exit_code
    if isinstance(error, typer.Abort):
        return INTERRUPTED, 130
    if isinstance(error, MemoryError):
        return "planner: out of memory; use a smaller scenario or a larger machine", 9
    format_message = getattr(error, "format_message", None)
    if format_message is not None:  # a usage error of the command line itself
        return f"planner: {format_message()}", 2
    return f"planner: unexpected {type(error).__name__}: {shown(error)} (run again with --debug and report it)", 1


class _Interrupted(BaseException):
    """SIGINT or SIGTERM; no KeyboardInterrupt, which typer would turn into an exit without a word."""


def _interrupt(number: int, frame: FrameType | None) -> None:
    del number, frame
    _ignore_signals()  # a second one would stop the clearing up half-way
    raise _Interrupted


def _ignore_signals() -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
