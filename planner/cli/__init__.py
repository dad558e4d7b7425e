"""The ``planner`` command: one thin function per verb, in the files beside; the work is done elsewhere."""

from __future__ import annotations

import atexit
import signal
import sys
import traceback
from importlib import import_module
from typing import TYPE_CHECKING

import typer

from planner.errors import PlannerError, shown
from planner.language import Message, Text, rendered, say, speak, spoken

if TYPE_CHECKING:
    from types import FrameType

VERBS = ("run", "explain", "draw", "report", "compare", "study", "files", "imports", "sweep", "alternatives", "bench")
"""The files of verbs, in the order in which ``planner --help`` lists them."""


def main() -> None:
    """Run the command; every error becomes one block on stderr and its exit code."""
    debug = "--debug" in sys.argv
    arguments = [word for word in sys.argv[1:] if word != "--debug"]
    earlier = spoken()
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    for number, handler in before.items():
        if handler is not signal.SIG_IGN:  # whoever started us in the background meant it
            signal.signal(number, _interrupt)
    try:
        sys.exit(_run(arguments) or 0)
    except typer.Exit as stop:
        sys.exit(stop.exit_code)
    except Exception as error:  # noqa: BLE001 - the last place where an error can be turned into words
        if debug:
            traceback.print_exc()
        if "--json" in arguments and isinstance(error, PlannerError) and error.results is not None:
            _print_summary(error)
        text, code = _explain(error)
        sys.stderr.write(rendered(text) + "\n")
        sys.exit(code)
    except _Interrupted:
        sys.stderr.write(rendered(_interrupted()) + "\n")
        sys.exit(130)
    finally:
        atexit.register(_ignore_signals)  # what is done is done: no signal makes a failure of it while Python clears up
        for number, handler in before.items():
            signal.signal(number, handler)
        speak(earlier)


def _run(arguments: list[str]) -> int | None:
    """Find the language, then load the verbs, whose help is in it, and run the one that is asked for."""
    from planner.cli.language import asked, translate_help  # noqa: PLC0415

    speak(asked(arguments))
    translate_help()
    for verb in VERBS:
        import_module(f"planner.cli.{verb}")
    from planner.cli.options import app  # noqa: PLC0415

    code: int | None = app(arguments, standalone_mode=False)
    return code


def _print_summary(error: PlannerError) -> None:
    """Print what is known of a failed run: its status is what a script waits for."""
    from planner.cli.options import print_json  # noqa: PLC0415

    print_json(error.results.summary)


def _interrupted() -> Message:
    return say("planner: interrupted; nothing half-written is left")


def _explain(error: Exception) -> tuple[Text, int]:
    if isinstance(error, PlannerError):
        return say("planner: {error}", error=error.message), error.exit_code
    if isinstance(error, typer.Abort):
        return _interrupted(), 130
    if isinstance(error, MemoryError):
        return (say("planner: out of memory; use a smaller scenario or a larger machine"), 9)
    format_message = getattr(error, "format_message", None)
    if format_message is not None:  # a usage error of the command line itself
        from planner.cli.language import usage_text  # noqa: PLC0415

        if not format_message():  # the help was shown in place of a message
            return say("planner: name a command"), 2
        return say("planner: {error}", error=usage_text(format_message())), 2
    return (
        say(
            "planner: unexpected {name}: {error} (run again with --debug and report it)",
            name=type(error).__name__,
            error=shown(error),
        ),
        1,
    )


class _Interrupted(BaseException):
    """SIGINT or SIGTERM; no KeyboardInterrupt, which typer would turn into an exit without a word."""


def _interrupt(number: int, frame: FrameType | None) -> None:
    del number, frame
    _ignore_signals()  # a second one would stop the clearing up half-way
    raise _Interrupted


def _ignore_signals() -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
