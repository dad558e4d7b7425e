"""The machine of a campaign: times of two machines, or of two versions of a solver, are not put in one table."""

from __future__ import annotations

import json
import platform
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from planner.bench.solvers.base import load
from planner.errors import Fault, InvalidInputError, shown
from planner.io.files.writing import write_whole
from planner.io.results.manifest import describe_machine, stamp
from planner.language import say
from planner.version import __version__

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FILE = "machine.json"
MUST_AGREE = ("processor", "cores")


def describe(solvers: Mapping[str, str]) -> dict[str, Any]:
    """Return processor, cores, memory [MiB], system, Python, versions of these solvers (``None``: not there)."""
    machine = describe_machine()
    return {
        "processor": machine["processor"],
        "cores": machine["cores"],
        "memory": machine["memory"],
        "os": machine["platform"],
        "python": platform.python_version(),
        "planner": __version__,
        "solvers": {name: load(module).available() for name, module in solvers.items()},
        "date": stamp(datetime.now(UTC)),
    }


def settle(folder: Path, solvers: Mapping[str, str]) -> dict[str, Any]:
    """Write ``machine.json``, or make sure that a campaign goes on where and with what it was begun."""
    here = describe(solvers)
    path = folder / FILE
    if path.exists():
        before = _read(path)
        faults = [_fault(name, before[name], here[name]) for name in MUST_AGREE if before[name] != here[name]]
        for name, version in here["solvers"].items():
            known = before["solvers"].get(name)
            if known is not None and version != known:
                faults.append(_fault(name, known, version))
        if faults:
            raise InvalidInputError(faults)
        here = {**before, "solvers": {**before["solvers"], **here["solvers"]}}
    write_whole(path, json.dumps(here, ensure_ascii=False, indent=2) + "\n")
    return here


def _read(path: Path) -> dict[str, Any]:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return {**data, "solvers": dict(data["solvers"]), **{name: data[name] for name in MUST_AGREE}}
    except (ValueError, TypeError, KeyError) as error:
        remedy = say("restore it, or choose another --out")
        raise InvalidInputError([Fault(FILE, say("damaged: {error}", error=shown(error)), remedy=remedy)]) from None


def _fault(name: str, before: Any, now: Any) -> Fault:
    words = say("the campaign was begun with {before}, and here is {now}", before=shown(before), now=shown(now))
    return Fault(FILE, words, column=name, remedy=say("times would not be comparable: choose another --out"))
