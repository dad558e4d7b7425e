"""Write the CSV tables of ``national-2025-network`` from the figures beside this file and the places of its parent.

Run as ``python scenarios/national-2025-network/derive``; the same figures give the same bytes.
"""

import csv
import heapq
import math
from itertools import combinations
from pathlib import Path

import figures
from rows import CLUSTERS, TABLES, Rows

HERE = Path(__file__).resolve().parent
FIBRE = 4.897e-3  # [ms/km]


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


def fastest(start: str) -> dict[str, float]:
    """Return the length of the shortest path from a node to each [km]."""
    ways: dict[str, list[tuple[str, float]]] = {}
    for row in TABLES["link"]:
        begin, end, length = str(row["from"]), str(row["to"]), float(str(row["link_length"]))
        ways.setdefault(begin, []).append((end, length))
        ways.setdefault(end, []).append((begin, length))
    known, ahead = {start: 0.0}, [(0.0, start)]
    while ahead:
        length, node = heapq.heappop(ahead)
        for other, more in ways[node] if length <= known[node] else ():
            if length + more < known.get(other, math.inf):
                known[other] = length + more
                heapq.heappush(ahead, (length + more, other))
    return known


def totals() -> None:
    """Print latencies and bandwidth beside the published figures."""
    lengths = {site: fastest(site) for site in CLUSTERS}
    latencies = [FIBRE * lengths[one][other] for one, other in combinations(CLUSTERS, 2)]
    total = sum(float(str(row["link_capacity_existing"])) for row in TABLES["link"])
    for name, ours, published in (
        ("latency between clusters, mean [ms]", sum(latencies) / len(latencies), 9.7),
        ("latency between clusters, most [ms]", max(latencies), 17.1),
        ("bandwidth of all links [Tbit/s]", total / 1000 / figures.OPEN, 751),
    ):
        print(f"{name:44}{ours:10.2f}{published:10.2f}{ours / published - 1:+9.1%}")


def main() -> None:
    """Write the folder; stop if a column of numbers has no source."""
    found = sources()
    known = {(row["table"], row["column"]) for row in found}
    text = {"name_zh", "name_en", "from", "to"}
    needed = {(t, c) for t, rows in TABLES.items() for c in rows[0] if c not in text and c not in TABLES}
    if missing := sorted(needed - known):
        raise SystemExit(f"no source for {', '.join('.'.join(pair) for pair in missing)}")
    for table, rows in (TABLES | {"source": found}).items():
        write(table, rows)
    totals()


if __name__ == "__main__":
    main()
