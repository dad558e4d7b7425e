"""Commands that a campaign starts in a folder of their own, and what is left of them there: files and processes."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).resolve().parents[2]
TINY = str(ROOT / "scenarios/tiny")
OUTPUT = "stdout"
"""What a command has told so far, in its folder."""
PLANNER = (sys.executable, "-m", "planner")


def start(command: Sequence[str], folder: Path) -> subprocess.Popen[bytes]:
    """Start a command in a session of its own, with a temporary folder of its own."""
    (folder / "temp").mkdir(exist_ok=True)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(folder / "temp")}
    with (folder / OUTPUT).open("wb") as output:
        return subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdout=output,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )


def alive(folder: Path) -> list[Path]:
    """Return, below /proc, the processes whose surroundings name the folder."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                known = (entry / "environ").read_bytes()
                state = (entry / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
            except OSError:
                continue
            if str(folder).encode() in known and state != "Z":
                found.append(entry)
    return found


def seen(process: Path) -> str:
    """Return what a process below /proc is and does: its command, and for each thread its state and where it waits."""
    with suppress(OSError):
        command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
        threads = []
        for thread in (process / "task").iterdir():
            state = (thread / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
            threads.append(f"{state} {(thread / 'wchan').read_text(encoding='utf-8')}".strip())
        return f"{process.name} {command} ({', '.join(threads)})"
    return f"{process.name} gone meanwhile"


def worked(folder: Path) -> float:
    """Return what the processes of a folder, and those that they waited for, have worked so far [s]."""
    clocks = 0
    for entry in alive(folder):
        with suppress(OSError):
            clocks += sum(map(int, (entry / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[11:15]))
    return clocks / os.sysconf("SC_CLK_TCK")


def drafts(folder: Path) -> list[Path]:
    """Return what is half-written below a folder."""
    # os.walk passes over what goes away while it looks.
    names = (Path(place, name) for place, *inner in os.walk(folder) for name in (*inner[0], *inner[1]))
    return [path for path in names if path.name[0] == "." and ("planner" in path.name or path.suffix == ".part")]


def left(folder: Path) -> list[str]:
    """Return what is left of a command: drafts, anything in the temporary folder, and processes."""
    processes = [f"process {entry.name}" for entry in alive(folder)]
    return [*(path.name for path in (*drafts(folder), *(folder / "temp").iterdir())), *processes]
