"""The rows of ``source.csv``: where each column comes from, and how far to trust it.

``sources.csv`` beside this file says it once for many rows: `columns` and `rows` hold several names with a space
between, `CLUSTERS` and `HUB_STOCK` stand for their sites, ``*`` for anything. Here they are written out, a line a row,
since in ``source.csv`` an empty `key` speaks of every row of the column and a key (ids joined by ";") of that one row.
"""

import csv
from fnmatch import fnmatch
from pathlib import Path

from rows import LOCAL, NATIONAL
from tables import CLUSTERS, PROVINCES, Rows

KEYS = {"region_workload": 2, "region_site": 2, "site_compute_type": 2, "site_technology": 2}
GROUPS = {
    "CLUSTERS": [cluster.id for cluster in CLUSTERS],
    "HUB_STOCK": [f"stock_{p.id}" for p in PROVINCES if not p.rack_key.startswith("gdp")],
}


def keys_of(table: str, rows: Rows) -> list[str]:
    """Return the key of each row of a table, as ``source.csv`` writes it."""
    return [";".join(list(map(str, row.values()))[: KEYS.get(table, 1)]) for row in rows]


def expand(pattern: str, known: list[str]) -> list[str]:
    """Write out one pattern: a group's members, the known keys it matches, or itself."""
    first, *rest = pattern.split(";")
    if first in GROUPS:
        return [";".join([member, *rest]) for member in GROUPS[first]]
    return [key for key in known if fnmatch(key, pattern)] if "*" in pattern else [pattern]


def sources(scenario: str, tables: dict[str, Rows]) -> Rows:
    """Return the rows of one scenario's ``source.csv``; a later line replaces what an earlier one said."""
    found: dict[tuple[str, str, str], dict[str, object]] = {}
    with Path(__file__).with_suffix(".csv").open(encoding="utf-8", newline="") as file:
        lines = [line for line in csv.DictReader(file) if line["scenario"] == scenario]
    for line in lines:
        known = keys_of(line["table"], tables.get(line["table"], []))
        rest = {name: line[name] for name in ("source", "date", "licence", "confidence", "note")}
        for column in line["columns"].split():
            for pattern in line["rows"].split() or [""]:
                for key in expand(pattern, known):
                    found[line["table"], key, column] = {"table": line["table"], "key": key, "column": column} | rest
    return list(found.values())


NATIONAL_SOURCES = sources("national-2025", NATIONAL)
LOCAL_SOURCES = sources("national-2025-local", LOCAL)
