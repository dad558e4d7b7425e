"""A process that solves points one after another: ``python -m planner.studies.sweep.child PARENT``.

It reads a job a line (JSON) from its standard input and answers each with a line, so that Pyomo and pandas are
imported once for many points. It does not outlive the process that started it, whose number it is given: once that is
gone, or its standard input is closed, it ends, in the middle of a point as well, and the half-written folder of that
point is removed by the next one.
"""

from __future__ import annotations

import dataclasses
import json
import os
import queue
import signal
import sys
import threading
import time
from typing import TYPE_CHECKING, Final

from planner.system import is_on_its_way

if TYPE_CHECKING:
    from typing import TextIO

IDLE_SECONDS: Final = 60.0
"""[s] without a job after which the process ends: a worker of a cluster lives on for days."""
GRACE_SECONDS: Final = 3.0
"""[s] in which a point in work may clear up after the one who asked for it is gone."""
AGAIN_SECONDS: Final = 0.1
"""[s] after which it is told so again."""
WATCH_SECONDS: Final = 1.0
"""[s] between two looks whether the process that started us is still there."""
END_SECONDS: Final = GRACE_SECONDS + 2.0
"""[s] after which the system ends it, wherever it is."""


def main() -> None:
    """Answer jobs until there are none."""
    answers = _own_stdout()
    signal.signal(signal.SIGTERM, _leave)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who started us decides
    if hasattr(signal, "setitimer"):
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
    jobs: queue.Queue[str | None] = queue.Queue()
    threading.Thread(target=_listen, args=(jobs,), daemon=True).start()
    threading.Thread(target=_watch, args=(int(sys.argv[1]),), daemon=True).start()
    from planner.language import speak  # noqa: PLC0415
    from planner.studies.sweep.job import Job, do_job  # noqa: PLC0415 - after those who end us any time

    while True:
        try:
            line = jobs.get(timeout=IDLE_SECONDS)
        except queue.Empty:
            return
        if line is None:
            return
        job = Job.from_dict(json.loads(line))
        speak("zh" if job.ask.language == "zh" else "en")
        answers.write(json.dumps(dataclasses.asdict(do_job(job))) + "\n")
        answers.flush()


def _own_stdout() -> TextIO:
    """Return our standard output, and let all that others print go where errors go."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return answers


def _listen(jobs: queue.Queue[str | None]) -> None:
    """Take jobs until our standard input is closed; then end, whatever is in work."""
    for line in sys.stdin:
        jobs.put(line)
    jobs.put(None)  # a solve takes the signal as a wish, and answers: nothing comes after it
    _end()


def _watch(parent: int) -> None:
    """End once the process that started us is gone, whatever holds our standard input open."""
    while os.getppid() == parent:
        time.sleep(WATCH_SECONDS)
    _end()


def _end() -> None:
    """Let the point in work clear up for a while, then end."""
    if hasattr(signal, "setitimer"):  # once Python shuts down, no thread of ours can end it: the system can
        signal.setitimer(signal.ITIMER_REAL, END_SECONDS)
    end = time.monotonic() + GRACE_SECONDS
    while time.monotonic() < end:  # and after a wish comes more work, of which it must be told once more
        os.kill(os.getpid(), signal.SIGTERM)  # the solver's process is ended, temporary folders are removed
        time.sleep(AGAIN_SECONDS)
    os._exit(1)


def _leave(number: int, frame: object) -> None:
    del frame
    if not is_on_its_way(SystemExit):  # told twice, it would stop clearing up half-way
        sys.exit(128 + number)


if __name__ == "__main__":
    main()
