"""The ``planner`` command, also as ``python -m planner``; until it can tell of a stop signal it ends without a word."""

import os
import signal
from types import FrameType

from planner.system import STOP_SIGNALS

STOPPED = 130


def main() -> None:
    """Run the command: libraries take a second to load, and a signal in that time ends it as any other, with 130."""
    for number in STOP_SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _leave)
    from planner.cli import main as command  # noqa: PLC0415  this is what takes the second

    command()


def _leave(number: int, frame: FrameType | None) -> None:
    del number, frame
    os._exit(STOPPED)  # nothing has begun, and libraries that are half there need not clear up


if __name__ == "__main__":
    main()
