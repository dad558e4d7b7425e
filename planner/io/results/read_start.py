"""What of a finished run another may begin with: the result tables that hold certain columns, and the basis."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from planner.errors import Fault, InvalidInputError
from planner.faults import Gathering
from planner.io.results.packed_arrays import read_basis
from planner.io.results.read_run import changed_files
from planner.io.results.result_tables import read_table
from planner.io.results.results import PRICES, TABLES
from planner.io.results.run_folder import MANIFEST
from planner.language import say

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    import numpy.typing as npt
    import pandas as pd


def check_start(folder: Path) -> None:
    """Make sure that a folder is a complete run, as it was written, before any time is spent."""
    changed = changed_files(folder)
    if changed:
        remedy = say("name a run as it was written, or leave --start out")
        problem = say(
            "the run in {folder} cannot be started from: it is missing or not the file that the run wrote",
            folder=folder,
        )
        raise InvalidInputError([Fault(name, problem, remedy=remedy) for name in changed])


def read_start(
    folder: Path, columns: Collection[str]
) -> tuple[dict[str, pd.DataFrame], dict[str, npt.NDArray[Any]] | None]:
    """Read the result tables of a run that have one of these columns, and its basis; none where the run has no plan."""
    check_start(folder)
    layouts = json.loads((folder / MANIFEST).read_bytes())["tables"]
    gathering = Gathering(folder)
    found = {}
    for name, layout in layouts.items():
        if name != PRICES and not set(columns).isdisjoint(layout["columns"]):
            file = f"{TABLES}/{name}.csv"
            found[name] = read_table((folder / file).read_bytes(), file, layout, gathering)
    gathering.finish()
    read = {name: table for name, table in found.items() if table is not None}
    return read, read_basis(folder) if layouts else None
