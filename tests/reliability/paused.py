"""``python paused.py PHASE MARKER WORD…``: ``planner WORD…`` that says when it is in a phase, and stays there.

The command is the true one; only a function of the phase is replaced by one that makes the file MARKER and sleeps.
"""

from __future__ import annotations

import importlib
import sys
import time
from pathlib import Path
from typing import Any

from planner import cli

PLACES = {
    "read": ("planner.io.read.read", "_note_unused"),
    "build": ("planner.pipeline.run", "declare_model"),
    "compile": ("planner.pipeline.run", "compile_model"),
    "audit": ("planner.pipeline.run", "audit"),
    "write": ("planner.io.results.layers", "write_layers"),
    "publish": ("planner.pipeline.run", "write_manifest"),
    "draw": ("matplotlib.figure", "Figure.savefig"),
}
"""Module and name of what is replaced; ``solve`` is a solver without end instead."""
SLEEP = 120.0
ENDLESS = "import pathlib, sys, time; pathlib.Path(sys.argv[1]).touch(); print('begun', flush=True); time.sleep(120)"


def pause(phase: str, marker: Path) -> None:
    """Replace the phase's function."""
    if phase == "solve":
        solve: Any = importlib.import_module("planner.models.solving.solve")
        defaults = {**solve.solve.__kwdefaults__, "child": (sys.executable, "-c", ENDLESS, str(marker))}
        solve.solve.__kwdefaults__ = defaults
        return
    if phase == "none":
        return
    module, name = PLACES[phase]
    owner: Any = importlib.import_module(module)
    *path, last = name.split(".")
    for step in path:
        owner = getattr(owner, step)

    def sleep(*_: object, **__: object) -> None:
        marker.touch()
        ends = time.monotonic() + SLEEP
        while time.monotonic() < ends:  # one long sleep would not hear a signal that comes as it begins
            time.sleep(0.05)

    setattr(owner, last, sleep)


if __name__ == "__main__":
    pause(sys.argv[1], Path(sys.argv[2]))
    sys.argv = ["planner", *sys.argv[3:]]
    cli.main()
