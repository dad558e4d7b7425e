"""The planner's side of the solver's process: start it, listen to it, stop it, and say how it ended."""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self

from planner.system import STOP_SIGNALS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

LOG_HALF = 2**19
"""Characters kept of the start of a log, and of its end: enough for any solver, and a bound for a mad one."""
LINE_LENGTH_MAX = 2000
QUEUE_LENGTH = 1000
POLL_SECONDS = 0.05
DRAIN_SECONDS = 1.0
"""Given to the pipe after the process has ended, in case something it started still holds it."""

Stop = Literal["interrupt", "deadline"]


class Interrupts:
    """Stop signals turned into a word to be read, while the ``with`` block lasts.

    Signals reach only the main thread; in any other, and where a signal is being ignored, nothing is changed. A signal
    that nobody has heeded when the block ends is sent again, to whoever had the signals before.
    """

    def __init__(self) -> None:
        self.is_set = False
        self.is_heeded = False
        self._number = 0
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Self:
        """Listen."""
        if threading.current_thread() is threading.main_thread():
            for number in STOP_SIGNALS:
                before = signal.getsignal(number)
                if before not in (signal.SIG_IGN, None):
                    self._before[number] = signal.signal(number, self._note)
        return self

    def _note(self, number: int, _: object) -> None:
        self.is_set, self._number = True, number

    def __exit__(self, kind: object, *_: object) -> None:
        """Give the signals back to whoever had them, and a signal that is still a wish."""
        for number, before in self._before.items():
            signal.signal(number, before)
        if self.is_set and not self.is_heeded and kind is None:
            signal.raise_signal(self._number)


class Log:
    """The start and the end of what the solver said."""

    def __init__(self) -> None:
        self._head: list[str] = []
        self._tail: list[str] = []
        self._head_size = self._tail_size = self._lost = 0

    def add(self, line: str) -> None:
        """Take one line, without its end."""
        size = len(line) + 1
        if self._head_size + size <= LOG_HALF and not self._tail:
            self._head.append(line)
            self._head_size += size
            return
        self._tail.append(line)
        self._tail_size += size
        if self._tail_size > 2 * LOG_HALF:
            self._drop()

    def _drop(self) -> None:
        """Let the older half of the tail go (by halves, since one by one would take time squared)."""
        middle = len(self._tail) // 2
        self._lost += middle
        self._tail = self._tail[middle:]
        self._tail_size = sum(len(line) + 1 for line in self._tail)

    def __str__(self) -> str:
        """Return the log as text."""
        gap = [f"… {self._lost} lines left out …"] if self._lost else []
        return "\n".join([*self._head, *gap, *self._tail])


@dataclass(frozen=True)
class Ended:
    """How a process ended.

    Attributes
    ----------
    returncode
        As of ``subprocess``: below 0 a signal.
    stop
        Why it was stopped from here, or ``None``.
    seconds
        [s].
    peak_memory
        [MiB] seen from outside; 0 where the system does not show it.
    """

    returncode: int
    stop: Stop | None
    log: str
    seconds: float
    peak_memory: float


def follow(
    command: Sequence[str], deadline: float | None, interrupts: Interrupts, on_progress: Callable[[str], None] | None
) -> Ended:
    """Run a command in its own session to its end, for at most ``deadline`` seconds.

    Nothing of its process group is left when this returns or raises.
    """
    start = time.perf_counter()
    log, peak = Log(), 0.0
    stop: Stop | None = None
    with _started(command) as process, _Reader(process) as reader:
        while stop is None and process.poll() is None:
            for line in reader.lines(POLL_SECONDS):
                log.add(line)
                if on_progress is not None:
                    on_progress(line)
            peak = max(peak, _peak_memory(process.pid))
            if interrupts.is_set:
                stop = "interrupt"
            elif deadline is not None and time.perf_counter() - start > deadline:
                stop = "deadline"
        end_group(process)
        end = time.perf_counter()
        while not reader.is_at_end and time.perf_counter() - end < DRAIN_SECONDS:
            for line in reader.lines(POLL_SECONDS):
                log.add(line)
    # One that ended by itself in the moment it was to be stopped has ended by itself.
    stopped = stop if process.returncode != 0 else None
    return Ended(process.returncode, stopped, str(log), end - start, peak)


@contextlib.contextmanager
def _started(command: Sequence[str]) -> Iterator[subprocess.Popen[bytes]]:
    """Start a process whose stdin stays open as long as we live, and end its group whatever happens."""
    root = str(Path(__file__).parents[4])
    # The package as it runs here, and nothing of the current folder, where a numpy.py may lie.
    paths = os.pathsep.join([root, *filter(None, [os.environ.get("PYTHONPATH")])])
    environment = {**os.environ, "PYTHONPATH": paths, "PYTHONSAFEPATH": "1", "PYTHONIOENCODING": "utf-8:replace"}
    process = subprocess.Popen(
        list(command),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=environment,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            end_group(process)
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()


def end_group(process: subprocess.Popen[bytes]) -> None:
    """Kill the process's group: itself, and whatever it started and left."""
    if hasattr(os, "killpg"):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    elif process.poll() is None:
        process.kill()
    process.wait()


class _Reader:
    """A thread that turns what a process says into lines, without ever holding more than a queue of them."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None  # noqa: S101  for mypy: it was asked for
        self._pipe = process.stdout
        self._process = process
        self._queue: queue.Queue[str | None] = queue.Queue(QUEUE_LENGTH)
        self._is_closed = threading.Event()
        self.is_at_end = False

    def __enter__(self) -> Self:
        """Begin to read."""
        threading.Thread(target=self._read, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        """Let the thread go, even where it waits for room."""
        self._is_closed.set()

    def lines(self, wait: float) -> Iterator[str]:
        """Yield the lines that are there, waiting a moment for the first; never more than a queue's length."""
        if self.is_at_end:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(wait)
            return
        with contextlib.suppress(queue.Empty):
            for position in range(QUEUE_LENGTH):
                line = self._queue.get(timeout=wait) if position == 0 else self._queue.get_nowait()
                if line is None:
                    self.is_at_end = True
                    return
                yield line

    def _read(self) -> None:
        """Put line after line into the queue; one without end in pieces."""
        rest = b""
        with contextlib.suppress(OSError, ValueError):  # the pipe was closed under us
            while chunk := os.read(self._pipe.fileno(), 2**16):
                *whole, rest = (rest + chunk).split(b"\n")
                if len(rest) > LINE_LENGTH_MAX:
                    whole, rest = [*whole, rest], b""
                for line in whole:
                    self._put(line[:LINE_LENGTH_MAX].decode("utf-8", errors="replace").rstrip("\r"))
        if rest:
            self._put(rest.decode("utf-8", errors="replace"))
        self._put(None)

    def _put(self, line: str | None) -> None:
        while not self._is_closed.is_set():
            with contextlib.suppress(queue.Full):
                self._queue.put(line, timeout=POLL_SECONDS)
                return


def _peak_memory(pid: int) -> float:
    """Return the most memory a process has held so far [MiB], 0 where the system does not say."""
    if sys.platform != "linux":
        return 0.0
    with contextlib.suppress(OSError, StopIteration, ValueError):
        lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace").splitlines()
        return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 2**10
    return 0.0
