"""Write the CSV tables of ``national-2025`` and ``national-2025-local`` from the figures beside this file.

Run as ``python scenarios/national-2025/derive``; the same figures give the same bytes.
"""

import csv
from pathlib import Path

import figures
from rows import LOCAL, NATIONAL
from sources import LOCAL_SOURCES, NATIONAL_SOURCES
from tables import CLUSTERS, TYPES, Rows, existing, filled_share, site_total, stock_pue

HERE = Path(__file__).resolve().parent.parent


def write(folder: Path, table: str, rows: Rows) -> None:
    """Write one table: the columns in order of first appearance, UTF-8, LF."""
    columns = list(dict.fromkeys(column for row in rows for column in row))
    with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def unsourced(tables: dict[str, Rows], sources: Rows) -> list[str]:
    """Name the columns with a number that no row of ``source.csv`` speaks of."""
    known = {(row["table"], row["column"]) for row in sources}
    numeric = {
        (table, column)
        for table, rows in tables.items()
        for row in rows
        for column, value in row.items()
        if isinstance(value, int | float)
    }
    return sorted(f"{table}.{column}" for table, column in numeric - known)


def totals() -> None:
    """Print the scenario's totals beside the published figures."""
    capacity = {kind: sum(v for (_, k), v in existing().items() if k == kind) for kind in TYPES}
    clusters = sum(site_total(cluster.id) for cluster in CLUSTERS)
    stock = sum(capacity.values()) - clusters
    need = dict.fromkeys(TYPES, 0.0)
    for row in NATIONAL["region_workload"]:
        need[figures.WORKLOADS[str(row["workload"])][2]] += float(str(row["demand"]))
    power = sum(pue * site_total(f"stock_{name}") for name, pue in stock_pue().items())
    mean = (power + sum(c.pue * site_total(c.id) for c in CLUSTERS)) / (stock + clusters)
    smart = figures.INTELLIGENT_PFLOPS_PER_MW / 1000
    june = sum(capacity.values()) * filled_share() * mean * figures.HOURS / 1e6
    for name, ours, published in (
        ("racks, June 2025 [M]", sum(capacity.values()) / figures.RACK_KW / 1000, figures.RACKS_2025_06 / 1e6),
        ("racks of the ten clusters [M]", clusters / figures.RACK_KW / 1000, figures.CLUSTER_RACKS / 1e6),
        ("share of rated power in use", filled_share(), 0.63),
        ("intelligent, June 2025 [EFLOPS]", capacity["intelligent"] * filled_share() * smart, figures.EFLOPS_2025_06),
        ("intelligent, end of 2025 [EFLOPS]", need["intelligent"] * smart, figures.EFLOPS_2025_12),
        ("mean PUE of all capacity", mean, figures.PUE_2025_06),
        ("mean PUE outside the clusters", power / stock, figures.PUE_2024_06),
        ("electricity at the load of June 2025 [TWh/a]", june, figures.ELECTRICITY_2024 / 1e6),
    ):
        print(f"{name:46} {ours:10.3f} {published:10.3f} {100 * (ours / published - 1):+7.2f} %")
    usable = figures.STOCK_UTILISATION_MAX * stock + figures.CLUSTER_UTILISATION_MAX * clusters
    print(f"demand {sum(need.values()):.0f} MW IT, of which intelligent {need['intelligent']:.0f}; usable {usable:.0f}")


def main() -> None:
    """Write both scenarios; stop if a figure has no source."""
    scenarios = ((HERE, NATIONAL, NATIONAL_SOURCES), (HERE.parent / "national-2025-local", LOCAL, LOCAL_SOURCES))
    for folder, tables, sources in scenarios:
        if missing := unsourced(tables, sources):
            raise SystemExit(f"no source for {', '.join(missing)}")
        for table, rows in (tables | {"source": sources}).items():
            write(folder, table, rows)
        print(f"{folder.name}: {len(tables) + 1} tables, {sum(map(len, tables.values()))} rows")
    totals()


if __name__ == "__main__":
    main()
