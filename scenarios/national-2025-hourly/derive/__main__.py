"""Write the hourly tables of ``national-2025-hourly``: a full year, of which twelve days are left.

Run as ``python scenarios/national-2025-hourly/derive`` (needs the extra ``[time]``); the same figures give the same
bytes. The tables of ``national-2025-year``, all 8,760 hours, are written beside it. ``--full-year DIR`` writes that
scenario to a new folder instead, complete in itself.
"""

import argparse
import csv
import re
import shutil
import tempfile
from pathlib import Path

import figures as f
from rows import BASE, CLUSTERS, SITES, Rows, pue_table, tables

from planner.io.read.write import csv_text, write_scenario
from planner.pipeline.check import read_scenario
from planner.profiles.days.representative_days import FEATURE, with_representative_days
from planner.scenario.scenario import Scenario
from planner.scenario.schema import schema_of

HERE = Path(__file__).resolve().parent
FOLDER = HERE.parent
GROUPS = {"NORTH": f.NORTH, "ELSEWHERE": [name for name in CLUSTERS if name not in f.NORTH]}
REDUCED = ("timestep", "site_timestep", "site_technology_timestep", "workload_timestep", "profile", "profile_quantile")
PROFILES = ("profile", "profile_quantile")
YEAR = FOLDER.parent / "national-2025-year"
DAY = len("01-01")


def write(folder: Path, table: str, rows: Rows) -> None:
    """Write one table: UTF-8, LF."""
    with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def sources() -> Rows:
    """Return the rows of ``source.csv``: ``sources.csv`` beside this file, written out a column and a key a row."""
    with (HERE / "sources.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    rest = ("source", "date", "licence", "confidence", "note")
    return [
        {"table": line["table"], "key": key, "column": column} | {name: line[name] for name in rest}
        for line in lines
        for column in line["columns"].split()
        for pattern in line["rows"].split() or [""]
        for key in expand(pattern)
    ]


def expand(pattern: str) -> list[str]:
    """Write out a pattern whose first part is a group of sites."""
    first, *rest = pattern.split(";")
    return [";".join([member, *rest]) for member in GROUPS.get(first, [first])]


def full_year(folder: Path) -> Scenario:
    """Read the scenario with all hours: its base and its tables are put side by side in a folder of their own."""
    shutil.copytree(BASE, folder / BASE.name, ignore=shutil.ignore_patterns("derive"))
    child = folder / FOLDER.name
    child.mkdir()
    toml = (FOLDER / "scenario.toml").read_text(encoding="utf-8")
    listed = re.sub(rf',\s*"{FEATURE}"', "", toml)
    if listed == toml:
        raise SystemExit(f"scenario.toml does not list {FEATURE}")
    (child / "scenario.toml").write_text(listed, encoding="utf-8")
    year = tables()
    found = [row for row in sources() if (row["table"], row["column"]) != ("timestep", "position")]
    for table, rows in (year | {"source": found}).items():
        write(child, table, rows)
    return read_scenario(child)


def write_days(full: Scenario, folder: Path) -> None:
    """Choose the days, write what is left of each table and say what they are like."""
    reduced = with_representative_days(full, f.DAYS)
    schema = schema_of(reduced.declarations)
    for table in REDUCED:
        text = csv_text(reduced.tables[table], schema.tables[table])
        (FOLDER / f"{table}.csv").write_bytes(text.encode())
    for table in ("workload", "site", "site_technology"):
        shutil.copyfile(folder / FOLDER.name / f"{table}.csv", FOLDER / f"{table}.csv")
    of_profiles = reduced.tables["source"][reduced.tables["source"]["table"].isin(PROFILES)]
    write(FOLDER, "source", [*sources(), *of_profiles.to_dict("records")])
    print("\n".join(note for note in reduced.notes if "representative days" in note), "\n")
    print_pue(reduced)


def write_year(full: Scenario) -> None:
    """Write what the year has beyond the twelve days: its hours, each day a period that closes on itself."""
    schema = schema_of(full.declarations)
    for name in ("timestep", "site_timestep", "site_technology_timestep", "workload_timestep"):
        table = full.tables[name]
        if name == "timestep":
            table = table.assign(period=table["timestep"].str[:DAY])
        (YEAR / f"{name}.csv").write_bytes(csv_text(table, schema.tables[name]).encode())


def print_pue(reduced: Scenario) -> None:
    """Print the clusters' PUE over the year beside what is published."""
    rows = pue_table(reduced.series("temperature"), reduced.series("timestep_weight"))
    print("| " + " | ".join(rows[0]) + " |")
    print("|---|---|" + "---:|" * (len(rows[0]) - 2))
    for row in rows:
        print("| " + " | ".join(row.values()) + " |")


def main() -> None:
    """Write the twelve days into this folder, or the full year into another."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full-year", type=Path, metavar="DIR", help="write all 8,760 hours to a new folder instead")
    target = parser.parse_args().full_year
    if target is not None and target.exists():
        raise SystemExit(f"{target} exists; name a new folder")
    with tempfile.TemporaryDirectory() as temporary:
        full = full_year(Path(temporary))
        if target is not None:
            write_scenario(full, target)
            print(f"{target}: {len(SITES)} sites, {len(full.sets['timestep'])} timesteps")
        else:
            write_days(full, Path(temporary))
            write_year(full)


if __name__ == "__main__":
    main()
