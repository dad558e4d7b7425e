"""The same scenario said in other ways: 24 kinds of files and 14 kinds of surroundings."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Callable
from pathlib import Path

from tests.worlds import BASE, World

TWIN = "hebei 2"


def degenerate() -> World:
    """Return a world with many plans of equal cost and haul, so that only a pinned order chooses one.

    Two sites are the same in everything, and two technologies at one of them.
    """
    tables = {name: [dict(row) for row in rows] for name, rows in BASE.tables.items()}
    for name in ("site", "site_compute_type", "site_technology", "site_technology_timestep"):
        tables[name] += [{**row, "site": TWIN} for row in tables[name] if row["site"] == "hebei"]
    tables["technology"].append({"technology": "阳光"})
    for name in ("site_technology", "site_technology_timestep"):
        tables[name] += [{**row, "technology": "阳光"} for row in tables[name] if row["technology"] == "solar"]
    tables["workload"][1]["indivisible"] = True
    return BASE.replaced(tables=tables)


Edit = Callable[[Path], None]
Rows = list[list[str]]


def rewritten(change: Callable[[Rows], Rows]) -> Edit:
    """Return an edit that changes the rows (header first) of every table."""

    def edit(folder: Path) -> None:
        for path in sorted(folder.glob("*.csv")):
            rows = change(list(csv.reader(io.StringIO(path.read_text(encoding="utf-8")))))
            text = io.StringIO(newline="")
            csv.writer(text, lineterminator="\n").writerows(rows)
            path.write_text(text.getvalue(), encoding="utf-8", newline="")

    return edit


def shuffled_rows(seed: int) -> Edit:
    """Return an edit that puts rows in another order."""
    return rewritten(lambda rows: [rows[0], *random.Random(seed).sample(rows[1:], len(rows) - 1)])  # noqa: S311


def shuffled_columns(seed: int) -> Edit:
    """Return an edit that puts columns in another order."""

    def change(rows: Rows) -> Rows:
        order = random.Random(seed).sample(range(len(rows[0])), len(rows[0]))  # noqa: S311 - no secrets
        return [[row[place] for place in order] for row in rows]

    return rewritten(change)


def recoded(code: Callable[[str], bytes], pattern: str = "*.csv") -> Edit:
    """Return an edit that writes the files' text as other bytes."""

    def edit(folder: Path) -> None:
        for path in sorted(folder.glob(pattern)):
            path.write_bytes(code(path.read_text(encoding="utf-8")))

    return edit


def both(*edits: Edit) -> Edit:
    """Return several edits as one."""

    def edit(folder: Path) -> None:
        for one in edits:
            one(folder)

    return edit


def features_backwards(folder: Path) -> None:
    """List the features from the last to the first."""
    path = folder / "scenario.toml"
    first, *rest = path.read_text(encoding="utf-8").split("\n")
    names = first.partition("[")[2].rstrip("]").split(", ")
    path.write_text("\n".join([f"features = [{', '.join(reversed(names))}]", *rest]), encoding="utf-8")


def sections_backwards(folder: Path) -> None:
    """Write the TOML tables, and the lines in each, from the last to the first."""
    path = folder / "scenario.toml"
    head, *sections = path.read_text(encoding="utf-8").rstrip("\n").split("\n[")
    turned = []
    for section in reversed(sections):
        title, *lines = section.split("\n")
        turned.append("\n".join([f"[{title}", *reversed(lines)]))
    path.write_text("\n".join([head, *turned]) + "\n", encoding="utf-8")


CRLF: Callable[[str], str] = lambda text: text.replace("\n", "\r\n")  # noqa: E731
FILES: dict[str, Edit] = {
    **{f"rows {seed}": shuffled_rows(seed) for seed in range(6)},
    **{f"columns {seed}": shuffled_columns(seed) for seed in range(4)},
    **{f"rows and columns {seed}": both(shuffled_rows(seed), shuffled_columns(seed)) for seed in range(3)},
    "gb18030": recoded(lambda text: text.encode("gb18030")),
    "bom": recoded(lambda text: text.encode("utf-8-sig")),
    "crlf": recoded(lambda text: CRLF(text).encode()),
    "cr": recoded(lambda text: text.replace("\n", "\r").encode()),
    "gb18030, crlf, rows": both(shuffled_rows(9), recoded(lambda text: CRLF(text).encode("gb18030"))),
    "bom, crlf, columns": both(shuffled_columns(9), recoded(lambda text: CRLF(text).encode("utf-8-sig"))),
    "toml bom, crlf": recoded(lambda text: CRLF(text).encode("utf-8-sig"), "*.toml"),
    "no last line end": recoded(lambda text: text.rstrip("\n").encode()),
    "every cell quoted": recoded(lambda text: _quoted(text).encode()),
    "features backwards": features_backwards,
    "toml backwards": sections_backwards,
}


def _quoted(text: str) -> str:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows(csv.reader(io.StringIO(text)))
    return out.getvalue()


SURROUNDINGS: dict[str, dict[str, str]] = {
    "C locale": {"LC_ALL": "C"},
    "C.UTF-8": {"LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "1"},
    "POSIX, not UTF-8": {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    "German": {"LC_ALL": "de_DE.UTF-8", "LANG": "de_DE.UTF-8"},
    "Turkish": {"LC_ALL": "tr_TR.UTF-8", "LANG": "tr_TR.UTF-8"},
    "Shanghai": {"TZ": "Asia/Shanghai", "PYTHONHASHSEED": "2"},
    "New York": {"TZ": "America/New_York", "PYTHONHASHSEED": "3"},
    "hash seed 0": {"PYTHONHASHSEED": "0"},
    "hash seed large": {"PYTHONHASHSEED": "4294967295"},
    "umask 077": {"UMASK": "077"},
    "umask 0": {"UMASK": "0", "OMP_NUM_THREADS": "4", "OPENBLAS_NUM_THREADS": "4"},
    "elsewhere": {"CWD": "elsewhere"},
    "relative path": {"CWD": "beside"},
    "narrow, no home": {"COLUMNS": "20", "HOME": "/nonexistent", "MPLBACKEND": "agg", "TERM": "dumb"},
}
"""Environment variables; UMASK and CWD are the test's own words. A locale that is not there is one more variation."""
