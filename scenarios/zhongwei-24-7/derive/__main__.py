"""Write the CSV tables of ``zhongwei-24-7`` from the figures beside this file and the typical year.

Run as ``python scenarios/zhongwei-24-7/derive`` (needs the extra ``[time]``); the same figures give the same bytes.
"""

import csv
from pathlib import Path

from rows import TABLES, Rows

HERE = Path(__file__).resolve().parent


def write(table: str, rows: Rows) -> None:
    """Write one table: UTF-8, LF."""
    with (HERE.parent / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def sources() -> Rows:
    """Return the rows of ``source.csv``: ``sources.csv`` beside this file, a column a row."""
    with (HERE / "sources.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    rest = ("source", "date", "licence", "confidence", "note")
    return [
        {"table": line["table"], "key": line["key"], "column": column} | {name: line[name] for name in rest}
        for line in lines
        for column in line["columns"].split()
    ]


def main() -> None:
    """Write the folder; stop if a column of numbers has no source."""
    found = sources()
    known = {(row["table"], row["column"]) for row in found}
    text = {"name_zh", "name_en", "province", "period", "compute_type"}
    needed = {(t, c) for t, rows in TABLES.items() for c in rows[0] if c not in text and c not in TABLES}
    if missing := sorted(needed - known):
        raise SystemExit(f"no source for {', '.join('.'.join(pair) for pair in missing)}")
    for table, rows in (TABLES | {"source": found}).items():
        write(table, rows)
    print(f"{HERE.parent.name}: {len(TABLES) + 1} tables, {sum(map(len, TABLES.values()))} rows")


if __name__ == "__main__":
    main()
