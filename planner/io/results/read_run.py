"""A finished run read back from its files alone, and only if it is complete and as it was written."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from planner.errors import Fault, InvalidInputError, shown
from planner.faults import Gathering
from planner.io.read.read import read_scenario
from planner.io.results.manifest import hash_file
from planner.io.results.packed_arrays import read_basis
from planner.io.results.result_tables import KINDS, read_table
from planner.io.results.results import DECIDING, LOG, PRICE_COLUMNS, PRICES, RANGING, SCENARIO, SUMMARY, TABLES, Results
from planner.io.results.run_folder import FORMAT, MANIFEST
from planner.language import Named, say
from planner.progress import working_on

if TYPE_CHECKING:
    from collections.abc import Mapping

    from planner.scenario.parameter import Declarations
    from planner.scenario.scenario import Scenario

PLAIN_NAME = re.compile(r"[a-z0-9_]+")
PLAIN_PATH = re.compile(r"[\w\-.]+(/[\w\-.]+)*")


def read_results(folder: Path, declarations: Declarations, *, changed_allowed: bool = False) -> Results:
    """Read a finished run from its files alone.

    Parameters
    ----------
    folder
        The run folder.
    declarations
        What the features declare.
    changed_allowed
        Read a table although it is not the file that was written, as the audit does; :func:`changed_files` names it.

    Raises
    ------
    InvalidInputError
        No such folder, no run, a run that is not complete or that was changed; all faults together.
    """
    working_on(say("reading the run"))
    folder = Path(folder)
    manifest = _read_manifest(folder)
    gathering = Gathering(folder)
    _check_files(folder, manifest, gathering, changed_allowed=changed_allowed)
    gathering.finish()
    layouts = manifest["tables"]
    files = {name: _file_of(name) for name in layouts}
    tables = {
        name: read_table((folder / file).read_bytes(), file, layouts[name], gathering) for name, file in files.items()
    }
    summary = _read_json(folder, SUMMARY, gathering)
    gathering.finish()
    read = {name: table for name, table in tables.items() if table is not None}
    prices = read.pop(PRICES, pd.DataFrame(columns=list(PRICE_COLUMNS)))
    log = (folder / LOG).read_text(encoding="utf-8")
    ranging = read.pop(RANGING, None)
    deciding = read.pop(DECIDING, None)
    inputs = _read_inputs(folder, manifest, declarations)
    return Results(inputs, summary, read, prices, manifest, log, ranging, read_basis(folder), deciding=deciding)


def _file_of(table: str) -> str:
    """Return where a table lies: those that belong to no feature beside the folder of the features' tables."""
    return f"{table}.csv" if table in (PRICES, RANGING, DECIDING) else f"{TABLES}/{table}.csv"


def changed_files(folder: Path) -> list[str]:
    """Return the files that the manifest answers for and that are missing or not what was written, sorted."""
    files = _read_manifest(Path(folder))["files"]
    return sorted(name for name, known in files.items() if _hash_of(Path(folder), name) != known)


def _read_manifest(folder: Path) -> dict[str, Any]:
    """Read a manifest and make sure that the rest of this module may rely on its shape."""
    if not folder.is_dir():
        raise InvalidInputError(
            [Fault(str(folder), say("there is no such run folder"), remedy=say("name the folder of a run"))]
        )
    gathering = Gathering(folder)
    manifest = _read_json(folder, MANIFEST, gathering)
    gathering.finish()
    if "notes_zh" in manifest:  # a run written before there were two languages has none
        both = zip(manifest.get("notes", ()), manifest.pop("notes_zh"), strict=True)
        manifest["notes"] = [Named(str(en), str(zh)) for en, zh in both]
    if not str(manifest.get("format", "")).startswith(FORMAT):
        raise InvalidInputError(
            [
                Fault(
                    MANIFEST,
                    say("{folder} is not a run of this planner", folder=folder),
                    remedy=say("name a run folder"),
                )
            ]
        )
    if not (_are_files(manifest.get("files")) and _are_layouts(manifest.get("tables"))):
        raise InvalidInputError(
            [Fault(MANIFEST, say("its list of files or tables is damaged"), remedy=say("run it again"))]
        )
    return manifest


def _are_files(files: Any) -> bool:
    return isinstance(files, dict) and all(
        isinstance(known, str) and PLAIN_PATH.fullmatch(name) and ".." not in name for name, known in files.items()
    )


def _are_layouts(tables: Any) -> bool:
    return isinstance(tables, dict) and all(
        PLAIN_NAME.fullmatch(name)
        and isinstance(layout, dict)
        and isinstance(layout.get("columns"), dict)
        and set(layout["columns"].values()) <= set(KINDS)
        for name, layout in tables.items()
    )


def _read_json(folder: Path, name: str, gathering: Gathering) -> dict[str, Any]:
    try:
        data = json.loads((folder / name).read_bytes())
    except FileNotFoundError:
        gathering.add(
            Fault(
                name,
                say("it is missing, so that {folder} is not a finished run", folder=folder),
                remedy=say("run it again"),
            )
        )
    except (ValueError, RecursionError, OSError) as error:
        gathering.add(Fault(name, say("it cannot be read: {error}", error=error), remedy=say("run it again")))
    else:
        if isinstance(data, dict):
            return data
        gathering.add(Fault(name, say("it is not a JSON object"), remedy=say("run it again")))
    return {}


def _check_files(folder: Path, manifest: Mapping[str, Any], gathering: Gathering, *, changed_allowed: bool) -> None:
    """Hold every file against the manifest: missing is always a fault, changed unless it is allowed."""
    needed = [SUMMARY, LOG]
    if manifest["tables"]:
        needed += [f"{PRICES}.csv", f"{SCENARIO}/scenario.toml"]
        needed += [_file_of(name) for name in manifest["tables"] if name != PRICES]
    for name in sorted({*manifest["files"], *needed}):
        known, found = manifest["files"].get(name), _hash_of(folder, name)
        if found is None:
            gathering.add(
                Fault(
                    name,
                    say("the run in {folder} is not complete: it is missing", folder=folder),
                    remedy=say("run it again"),
                )
            )
        elif found != known and not changed_allowed:
            problem = say("it is not the file that the run wrote")
            gathering.add(
                Fault(
                    name, problem, remedy=say("run it again; planner audit {folder} says what differs", folder=folder)
                )
            )


def _hash_of(folder: Path, name: str) -> str | None:
    """Return a file's hash; ``None`` where there is none that may be read, or a link leads out of the folder."""
    path = folder / name
    try:
        inside = path.resolve().is_relative_to(folder.resolve())
        return hash_file(path) if inside and path.is_file() else None
    except OSError:
        return None


def _read_inputs(folder: Path, manifest: Mapping[str, Any], declarations: Declarations) -> Scenario:
    """Read the scenario as merged; its name, hashes and notes are those of the run."""
    if not manifest["tables"]:
        status = shown(manifest.get("status"))
        raise InvalidInputError(
            [
                Fault(
                    SUMMARY,
                    say("the run in {folder} has no plan: {status}", folder=folder, status=status),
                    remedy=say("name another"),
                )
            ]
        )
    scenario = read_scenario(folder / SCENARIO, declarations)
    inputs, notes = manifest.get("inputs", {}), manifest.get("notes", [])
    name = str(manifest.get("scenario", ""))
    return replace(scenario, name=name, file_hashes=inputs, notes=tuple(notes), listed=_listed(manifest.get("listed")))


def _listed(told: Any) -> dict[str, tuple[tuple[str, ...], ...]]:
    """Return what features listed of too many members; what is no list of names is left out."""
    known = told if isinstance(told, dict) else {}
    return {
        str(feature): tuple(tuple(map(str, each)) for each in members if isinstance(each, list) and each)
        for feature, members in known.items()
        if isinstance(members, list)
    }
