"""The folder of a sweep: what it is a sweep of, a run folder for each point, and the long tables made of them."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from planner.errors import UsageError, shown
from planner.io.files.decoding import guarded
from planner.io.files.writing import draft_of, write_whole, writing
from planner.io.results.manifest import to_json
from planner.io.results.run_folder import MANIFEST
from planner.language import join, say

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from planner.studies.sweep.job import Record
    from planner.studies.sweep.points_file import Row

FILE: Final = "points.csv"
POINTS, TABLES = "points", "tables"
DIGITS: Final = 12
"""Significant digits of a figure in the table of points."""
ROWS_MAX: Final = 2_000_000
"""A result table of more rows over all points is not written together: each point has it."""
OPEN: Final = "open"
"""Status of a point that is not solved yet."""
OF_CASES: Final = ("cost", "emissions", "capacity_new")
"""What the table tells of each of several years."""


def check_statement(
    path: Path, statement: Mapping[str, Any], values: Mapping[str, Sequence[str]], *, write: bool = False
) -> None:
    """Make sure that a folder is of an analysis, or of none yet; what was asked must be the same, or more values."""
    now = json.loads(to_json({**statement, "vary": {key: list(each) for key, each in values.items()}}))
    try:
        before = json.loads(path.read_bytes())
    except FileNotFoundError:
        before = None
    except PermissionError:
        raise
    except (OSError, ValueError):
        before = {}
    if before is not None:
        before = before if isinstance(before, dict) else {}
        differing = [key for key in now if key != "vary" and before.get(key) != now[key]]
        had, asked = before.get("vary"), now["vary"]
        had = had if isinstance(had, dict) else {}
        if list(had) != list(asked):
            differing.append("vary")
        differing += [key for key in asked if set(had.get(key, ())) - set(asked[key])]
        if differing:
            raise UsageError(
                say(
                    "{path} is of other points ({what} differ): repeat what it was asked, with more values if you "
                    "like, or choose another --out",
                    path=shown(path),
                    what=join(shown(key) for key in differing),
                )
            )
    if write and before != now:
        write_whole(path, to_json(now))


def row_of(head: Mapping[str, str], status: str, record: Record | None) -> Row:
    """Return the row of a point: what it is, its status, and every figure of its summary by its path there."""
    row = {**{name: guarded(text) for name, text in head.items()}, "status": status}
    if record is None:
        return row
    manifest = record.manifest
    row["gap"] = cell_of(manifest.get("gap"))
    figures = {name: value for name, value in record.summary.items() if name not in {"gap", "status"}}
    row |= dict(_leaves(figures))
    row |= dict(_of_cases(record.summary.get("cases", ())))
    start = (manifest["solver"].get("start") or {}).get("from")
    row["start"] = guarded(Path(start).name) if start else ""
    row["started"] = str(manifest["started"])
    return row


def _of_cases(cases: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """Yield what each of several years costs, emits and has newly built: ``cases.2030/dry.cost``."""
    for one in cases:
        name = "/".join(part for part in (one["stage"], one["future"]) if part)
        yield from _leaves({f"cases.{name}.{key}": one[key] for key in OF_CASES if key in one})


def _leaves(data: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    for name, value in data.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{path}{name}.")
        elif isinstance(value, int | float) and not isinstance(value, bool):
            yield f"{path}{name}", cell_of(value)


def cell_of(value: float | None) -> str:
    """Return a number as text; nothing for none."""
    if value is None:
        return ""
    return str(value) if isinstance(value, int) else f"{value + 0.0:.{DIGITS}g}"


def columns_of(rows: Iterable[Row], first: Sequence[str]) -> list[str]:
    """Return the columns of rows, ``first`` ones first, the others as they come."""
    return list(dict.fromkeys([*first, *(name for row in rows for name in row)]))


def join_tables(out: Path, names: Sequence[str]) -> list[str]:
    """Write each result table of all points as one, the point as its first column."""
    rows: dict[str, int] = {}
    for name in names:
        layouts = json.loads((out / POINTS / name / MANIFEST).read_bytes())["tables"]
        for table, layout in layouts.items():
            rows[table] = rows.get(table, 0) + int(layout["rows"])
    folder = out / TABLES
    with writing(folder):
        folder.mkdir(exist_ok=True)
        for table in (table for table, count in rows.items() if count <= ROWS_MAX):
            _join(out, names, table, folder / f"{table}.csv")
    return sorted(table for table, count in rows.items() if count > ROWS_MAX)


def _join(out: Path, names: Sequence[str], table: str, path: Path) -> None:
    """Write one table of all points; the cells pass through as they are."""
    found = {name: file for name in names if (file := _file_of(out / POINTS / name, table)).is_file()}
    header: dict[str, None] = {}
    for file in found.values():
        with file.open(encoding="utf-8", newline="") as lines:
            header |= dict.fromkeys(next(csv.reader(lines), []))
    with draft_of(path) as draft, draft.open("w", encoding="utf-8", newline="") as target:
        writer = csv.DictWriter(target, ["point", *header], restval="", lineterminator="\n")
        writer.writeheader()
        for name, file in found.items():
            with file.open(encoding="utf-8", newline="") as lines:
                writer.writerows({"point": guarded(name), **row} for row in csv.DictReader(lines))


def _file_of(folder: Path, table: str) -> Path:
    """Return where a run folder has a table; shadow prices stand beside the others."""
    inner = folder / TABLES / f"{table}.csv"
    return inner if inner.is_file() else folder / f"{table}.csv"
