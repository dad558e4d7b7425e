"""The ``planner`` command: one thin function per verb, in the files beside; the work is done elsewhere."""

from __future__ import annotations

import atexit
import sys
import traceback
from importlib import import_module
from tempfile import gettempdir

import typer

from planner.cli.progress import spoken_of
from planner.cli.stopping import Interrupted, ignore_signals, stoppable
from planner.cli.streams import tell_aside
from planner.errors import CannotWriteError, InvalidInputError, PlannerError, reason, shown
from planner.language import Message, Text, say, speak, spoken
from planner.system import FULL

VERBS = ("run", "explain", "draw", "compare", "study", "files", "imports", "sweep", "alternatives", "bench")
"""The files of verbs, in the order in which ``planner --help`` lists them."""


PATH_LENGTH_MAX = 400


def main() -> None:
    """Run the command; every error becomes one block on stderr and its exit code."""
    debug = "--debug" in sys.argv
    arguments = [word for word in sys.argv[1:] if word != "--debug"]
    earlier = spoken()
    try:
        with stoppable():
            sys.exit(_told(arguments, debug=debug))
    finally:
        atexit.register(ignore_signals)  # what is done is done: no signal makes a failure of it while Python clears up
        speak(earlier)


def _told(arguments: list[str], *, debug: bool) -> int:
    """Run the command, tell what went wrong, and return its exit code."""
    try:
        return _run(arguments) or 0
    except typer.Exit as stop:
        return stop.exit_code
    except Exception as error:  # noqa: BLE001 - the last place where an error can be turned into words
        if debug:
            traceback.print_exc()
        if "--json" in arguments and isinstance(error, PlannerError) and error.results is not None:
            _print_summary(error)
        text, code = _explain(error)
        tell_aside(text + "\n")
        return code
    except Interrupted:
        ignore_signals()  # a second one changes nothing any more
        tell_aside(_interrupted() + "\n")
        return 130


def _run(arguments: list[str]) -> int | None:
    """Find the language, then load the verbs, whose help is in it, and run the one that is asked for."""
    from planner.cli.language import asked, translate_help  # noqa: PLC0415

    speak(asked(arguments))
    translate_help()
    with spoken_of(arguments):  # from here on: what is loaded and done takes more than a moment
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


def _explain(error: Exception) -> tuple[Text, int]:  # noqa: PLR0911 - one for each kind of error
    if isinstance(error, PlannerError):
        return say("planner: {error}", error=error.message), error.exit_code
    if isinstance(error, typer.Abort):
        return _interrupted(), 130
    if isinstance(error, MemoryError):
        return say("planner: out of memory; use a smaller scenario or a larger machine"), 9
    if isinstance(error, OSError) and error.errno:
        return _explain_system(error)
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


def _explain_system(error: OSError) -> tuple[Text, int]:
    """Return what the system refused where no place of the code expected it: a folder, a disk, the temporary folder."""
    is_full = error.errno in FULL
    if error.filename is not None:
        where: Text = shown(str(error.filename), PATH_LENGTH_MAX)
    else:
        where = say("a file of the results, or in the temporary folder {folder} (TMPDIR)", folder=shown(gettempdir()))
    text = say("planner: {where}: {reason} (check the folder and the disk)", where=where, reason=reason(error))
    return text, CannotWriteError.exit_code if is_full else InvalidInputError.exit_code
