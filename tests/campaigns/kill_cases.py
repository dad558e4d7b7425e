"""What is killed: the commands, what stands of their results, and whether each result is whole."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.campaigns.watched import PLANNER, TINY

if TYPE_CHECKING:
    from pathlib import Path

State = dict[str, str]
"""A mark of every result that stands, by its name; ``TORN`` where it is not whole."""
TORN = "torn"
ANSWERS = ("regret.csv", "investments.csv", "values.csv", "plans.csv", "built.csv", "futures.json")
"""Tables of ``planner futures`` that stand in the end."""
SWEEP = (*PLANNER, "sweep", TINY, "--out", "out", "--quiet", "--workers", "2", "--vary")


def run_of(folder: Path) -> str:
    """Return the mark of a run: that of its manifest, if every file is what that says; by code not the planner's."""
    try:
        manifest = (folder / "manifest.json").read_bytes()
        files = json.loads(manifest)["files"]
        found = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in files}
    except (OSError, ValueError, KeyError, TypeError):
        return TORN
    is_whole = bool(files) and found == files and (folder / "summary.json").is_file()
    return hashlib.sha256(manifest).hexdigest() if is_whole else TORN


def runs(place: Path) -> State:
    """Return the run that stands."""
    return {"out": run_of(place / "out")} if (place / "out").exists() else {}


def points(place: Path) -> State:
    """Return the points of a sweep that stand."""
    folder = place / "out" / "points"
    return {path.name: run_of(path) for path in folder.glob("[!.]*")} if folder.exists() else {}


def books(place: Path) -> State:
    """Return the workbook that stands."""
    book = place / "book.xlsx"
    if not book.exists():
        return {}
    try:
        with zipfile.ZipFile(book) as archive:
            is_whole = archive.testzip() is None
    except zipfile.BadZipFile:
        is_whole = False
    return {"book": hashlib.sha256(book.read_bytes()).hexdigest() if is_whole else TORN}


def answers(place: Path) -> State:
    """Return what stands of an answer: the run of the plan for all, and each table that is read to its end."""
    found = {"run": run_of(place / "out/plans/here-and-now")} if (place / "out/plans/here-and-now").exists() else {}
    tables = {name: place / "out" / name for name in ANSWERS}
    return found | {name: table_of(path) for name, path in tables.items() if path.exists()}


def table_of(path: Path) -> str:
    """Return the mark of a table, or of an answer for programs, if every row has as many cells as the first."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".json":
        is_whole = text.rstrip().endswith("}")
    else:
        rows = list(csv.reader(io.StringIO(text)))
        is_whole = text.endswith("\n") and len({len(row) for row in rows}) == 1
    return hashlib.sha256(text.encode()).hexdigest() if is_whole else TORN


@dataclass(frozen=True)
class Case:
    """A command to be killed.

    Attributes
    ----------
    command
        Is killed.
    earlier
        Makes what stands there before, in half of the trials.
    again
        The next one, which must end well and clear up.
    state
        What stands.
    replaces
        Whether a result that stands may give way to a new one; else it stays to the last byte.
    results
        How many must stand in the end.
    """

    command: tuple[str, ...]
    earlier: tuple[str, ...]
    again: tuple[str, ...]
    state: Callable[[Path], State]
    replaces: bool
    results: int = 1


def given(words: tuple[str, ...]) -> Case:
    """Return the case of a command that writes a run folder and replaces an earlier one."""
    return Case(words, words, words, runs, replaces=True)


RUN = (*PLANNER, "run", TINY, "--out", "out", "--force", "--quiet", "--no-deciding")
FUTURES = (*PLANNER, "futures", "uncertain", "--out", "out", "--quiet", "--format", "png")
EXPORT = (*PLANNER, "export", TINY, "--format", "xlsx", "--out", "book.xlsx", "--force")
CASES = {
    "run": Case(RUN, RUN, (*RUN, "--no-map"), runs, replaces=True),
    "sweep": Case(
        (*SWEEP, "carbon_price=0,10,20"),
        (*SWEEP, "carbon_price=0"),
        (*SWEEP, "carbon_price=0,10,20"),
        points,
        replaces=False,
        results=3,
    ),
    "futures": Case(FUTURES, FUTURES, FUTURES, answers, replaces=True, results=len(ANSWERS) + 1),
    "export": Case(EXPORT, EXPORT, EXPORT, books, replaces=True),
}
