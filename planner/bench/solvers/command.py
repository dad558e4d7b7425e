"""Solvers that are a command: run it, and note when each line of its log came."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class Said:
    """The output of a command."""

    lines: tuple[str, ...]  # its log
    times: tuple[float, ...]  # [s] after its start, when each line came
    returncode: int  # as of subprocess

    def last(self, pattern: str) -> re.Match[str] | None:
        """Return the last match of a pattern at the beginning of a line."""
        found = (re.match(pattern, line) for line in reversed(self.lines))
        return next((match for match in found if match), None)

    def time_of(self, pattern: str) -> float | None:
        """Return when the first line that matches came [s]."""
        pairs = zip(self.lines, self.times, strict=True)
        return next((when for line, when in pairs if re.match(pattern, line)), None)


def run(command: Sequence[str]) -> Said:
    """Run a command to its end in this process's own group, so that who ends us ends it.

    A signal that ends it ends us too: the campaign then sees a crash, as of a solver that is a library.
    """
    lines, times = [], []
    begin = time.perf_counter()
    with subprocess.Popen(
        list(command),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
    ) as process:
        assert process.stdout is not None  # noqa: S101  for mypy: it was asked for
        for line in process.stdout:
            times.append(time.perf_counter() - begin)
            lines.append(line.strip())
            print(line, end="", flush=True)  # noqa: T201  the run's log
    if process.returncode < 0:
        os.kill(os.getpid(), -process.returncode)
    return Said(tuple(lines), tuple(times), process.returncode)


@cache
def version_of(command: str, *arguments: str, pattern: str) -> str | None:
    """Return a command's version, or ``None`` where it is not there or does not say."""
    if shutil.which(command) is None:
        return None
    try:
        done = subprocess.run(
            [command, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=30
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.search(pattern, done.stdout)
    return found[1] if found else None
