"""``runs.jsonl``: one line a run, added and synced when the run is over, so that a campaign can go on where it was."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from planner.bench.solvers.record import Record
from planner.errors import Fault, InvalidInputError, UsageError, shown
from planner.language import say
from planner.system import lock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FILE = "runs.jsonl"


def read_runs(folder: Path) -> list[Record]:
    """Return the records of a campaign; a last line without its end is the run in which it was killed, and left out."""
    path = folder / FILE
    if not path.exists():
        return []
    lines = path.read_bytes().split(b"\n")[:-1]
    records: dict[str, Record] = {}
    faults = []
    for number, line in enumerate(lines, start=1):
        try:
            record = Record.from_line(line.decode("utf-8"))
        except (ValueError, TypeError) as error:
            problem = say("no record: {error}", error=shown(error))
            faults.append(Fault(FILE, problem, number, remedy=say("remove the line to run it again")))
            continue
        if record.key in records:
            faults.append(
                Fault(FILE, say("a second record of this run"), number, "key", record.key, say("remove one of them"))
            )
        records[record.key] = record
    if faults:
        raise InvalidInputError(faults)
    return list(records.values())


class RunsFile:
    """The file, held by one campaign: open and locked."""

    def __init__(self, handle: int) -> None:
        self._handle = handle

    def add(self, record: Record) -> None:
        """Add a line at one stroke, and wait until the disk has it."""
        line = record.to_line().encode("utf-8")
        end = os.lseek(self._handle, 0, os.SEEK_END)
        try:
            while line:  # a full disk takes a part first, and refuses the rest
                line = line[os.write(self._handle, line) :]
            os.fsync(self._handle)
        except OSError:
            os.ftruncate(self._handle, end)
            raise


@contextmanager
def open_runs(folder: Path) -> Iterator[RunsFile]:
    """Open the file for one campaign, and cut off a half-written last line."""
    handle = os.open(folder / FILE, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
    try:
        if not lock(handle, wait=False):
            problem = say(
                "another campaign is running in {folder}: wait for it, or choose another --out", folder=shown(folder)
            )
            raise UsageError(problem)
        data = (folder / FILE).read_bytes()
        if data and not data.endswith(b"\n"):
            os.ftruncate(handle, data.rfind(b"\n") + 1)
            os.fsync(handle)
        yield RunsFile(handle)
    finally:
        os.close(handle)
