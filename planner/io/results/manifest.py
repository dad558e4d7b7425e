"""The manifest of a run: all that it takes to run it again and to trust it."""

from __future__ import annotations

import dataclasses
import hashlib
import importlib.metadata
import json
import math
import os
import platform
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.io.read.sources import illustrative_share
from planner.io.results.run_folder import FORMAT
from planner.language import Message, Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from planner.scenario.scenario import Scenario

PLANNER = "east-data-west-compute-planner"
PACKAGES = (PLANNER, "pyomo", "highspy", "numpy", "scipy", "pandas", "geopandas", "pyogrio", "shapely", "pyproj")
WITH_PLAN = ("optimal", "feasible")
CHUNK = 1 << 20


def build_manifest(
    scenario: Scenario,
    summary: Mapping[str, Any],
    *,
    started: datetime,
    options: Any = None,
    compiled: Mapping[str, str] | None = None,
    solver: Mapping[str, Any] | None = None,
    is_unique: bool | None = None,
    findings: Sequence[Text] = (),
    notes: Sequence[Text] = (),
    interrupted: bool = False,
    proof: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the manifest of a run, but for the files, which :func:`~planner.io.results.results.write_manifest` adds.

    Parameters
    ----------
    scenario
        The inputs.
    summary
        As it is written to ``summary.json``: status, objective, counts, ``seconds`` [s], ``peak_memory`` [MiB] …
    started
        When the run began, an aware time.
    options
        The solver options asked for (a dataclass).
    compiled
        How the rules became rows: by templates, or (and why) row by row.
    solver
        What the solver said of itself: version, options as read back, stages, tie-break.
    is_unique
        Whether the plan is the only optimal one; ``None``: not known.
    findings
        What the audit could not confirm.
    notes
        What a user should know.
    interrupted
        Whether a signal stopped the solver.
    proof
        Who says that the bound is one, ``planner`` or ``solver``, and how it was proved or why it was not.
    """
    status = str(summary["status"])
    agreed = None if status not in WITH_PLAN and not findings else not findings
    head = {key: summary[key] for key in ("status", "objective", "bound", "gap") if key in summary}
    measures = {key: summary[key] for key in ("counts", "seconds", "peak_memory") if key in summary}
    return {
        "format": f"{FORMAT} 1",
        "scenario": scenario.name,
        "title": scenario.settings.title,
        "title_zh": scenario.settings.title_zh,
        **head,
        "interrupted": interrupted,
        "is_unique": is_unique,
        "proof": dict(proof) if proof is not None else None,
        "audit": {"agreed": agreed, "findings": list(findings)},
        "notes": list(notes),
        "unusual_inputs": dict(scenario.unusual),
        "illustrative_share": illustrative_share(scenario),
        "content_hash": scenario.content_hash,
        "inputs": dict(scenario.file_hashes),
        "overrides": list(scenario.overrides),
        "settings": scenario.settings.document(),
        "compiled": dict(compiled or {}),
        "solver": {"asked": dataclasses.asdict(options) if options is not None else {}, **(solver or {})},
        **measures,
        "started": stamp(started),
        "finished": stamp(datetime.now(UTC)),
        "versions": versions(),
        "machine": describe_machine(),
        "units": units(scenario),
    }


def stamp(time: datetime) -> str:
    """Return an aware time as ISO 8601 in UTC, to the second."""
    return f"{time.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def units(scenario: Scenario) -> dict[str, str]:
    """Return the unit of every numeric parameter of the features listed."""
    declared = scenario.declarations
    return {
        key: parameter.unit
        for key, parameter in declared.parameters.items()
        if parameter.is_numeric and (scenario.has(declared.owner[key]) or declared.owner[key] == "objective")
    }


def versions() -> dict[str, str]:
    """Return the versions of Python, of the planner and of what it calculates with, without importing any."""
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            found[package] = "not installed"
    return found


def describe_machine() -> dict[str, Any]:
    """Return platform, processor, ``cores`` (those this process may use) and ``memory`` [MiB]."""
    return {
        "platform": platform.platform(),
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "memory": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20,
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def hash_file(path: Path) -> str:
    """Return the SHA-256 of a file [hex]."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def to_json(data: Any) -> bytes:
    """Return data as indented JSON in UTF-8, keys in the order given; what is not a finite number is ``null``."""
    text = json.dumps(_plain(data), ensure_ascii=False, indent=2, allow_nan=False) + "\n"
    # A path may hold bytes that are no UTF-8; Python's escape of them is JSON's as well.
    return text.encode("utf-8", "backslashreplace")


def _plain(value: Any) -> Any:
    if isinstance(value, Message):
        return value.en  # what programs read does not change with the language of who ran it
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(inner) for inner in (sorted(value) if isinstance(value, set | frozenset) else value)]
    if hasattr(value, "tolist"):  # a numpy scalar or array
        return _plain(value.tolist())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if value is None or isinstance(value, bool | int | str) else str(value)
