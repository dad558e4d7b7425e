"""Years and futures hour by hour: ``python benchmarks/years.py write NAME FOLDER``, or ``measure NAME …``.

``years``
    ``national-2030`` over the twelve days of ``national-2025-hourly``: three stages of 288 hours.
``futures-N``
    ``national-2025-hourly`` in N futures, equally likely, that differ in the demand for intelligent computing, from
    0.7 to 1.3 times as much; all demand may stay unserved, at a price. **Illustrative.**

What a run took stands in ``benchmarks/results/years.csv``; measuring a name anew adds a row. Memory is that of the
largest process.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

HERE = Path(__file__).resolve().parent
SCENARIOS = HERE.parent / "scenarios"
HOURLY = SCENARIOS / "national-2025-hourly"
YEARS = SCENARIOS / "national-2030"
RUNS = HERE / "results" / "years.csv"
INTELLIGENT = ("realtime_inference", "interactive_inference", "model_training")
SPREAD = (0.7, 1.3)
"""Demand for intelligent computing in the first and the last future, over that of the scenario."""
UNSERVED_PRICE = 10_000
"""[CNY/MWh]"""
KIB_PER_GIB = 2**20


def write_scenario(name: str, folder: Path) -> Path:
    """Write a scenario of several cases into a folder, which must not exist, what it extends beside it; return it."""
    folder.mkdir(parents=True)
    for base in (HOURLY.parent / "national-2025", HOURLY):
        if not (folder.parent / base.name).exists():
            shutil.copytree(base, folder.parent / base.name, ignore=shutil.ignore_patterns("derive"))
    if name == "years":
        _write_years(folder)
    else:
        _write_futures(folder, int(name.removeprefix("futures-")))
    return folder


def _write_years(folder: Path) -> None:
    for path in YEARS.glob("*.csv"):
        shutil.copy(path, folder)
    parameters = tomllib.loads((YEARS / "scenario.toml").read_text(encoding="utf-8"))["parameters"]
    _write_toml(folder, "East Data West Compute, 2025 to 2030, hour by hour", "pathway", parameters)


def _write_futures(folder: Path, count: int) -> None:
    names = [f"f{number:02}" for number in range(1, count + 1)]
    chances = pd.DataFrame({"future": names, "probability": 1.0 / count})
    chances.to_csv(folder / "future.csv", index=False, float_format="%.12g")
    factors = np.linspace(*SPREAD, count).round(4)
    rows = [(workload, *pair) for workload in INTELLIGENT for pair in zip(names, factors, strict=True)]
    table = pd.DataFrame(rows, columns=["workload", "future", "demand_factor"])
    table.to_csv(folder / "workload_future.csv", index=False)
    workloads = pd.read_csv(SCENARIOS / "national-2025" / "workload.csv")[["workload"]]
    workloads.assign(unserved_price=UNSERVED_PRICE).to_csv(folder / "workload.csv", index=False)
    sources = [("future", "probability"), ("workload_future", "demand_factor"), ("workload", "unserved_price")]
    told = pd.DataFrame(sources, columns=["table", "column"]).assign(
        key="", source="this project", date="2026", licence="fact", confidence="illustrative", note="for benchmarks"
    )
    told.to_csv(folder / "source.csv", index=False)
    _write_toml(folder, f"National plan 2025, hour by hour, {count} futures", "uncertainty", {})


def _write_toml(folder: Path, title: str, feature: str, parameters: dict[str, Any]) -> None:
    base = tomllib.loads((HOURLY / "scenario.toml").read_text(encoding="utf-8"))
    lines = [
        f"title = {json.dumps(title)}",
        f'extends = "../{HOURLY.name}"',
        f"features = {json.dumps([*base['features'], feature])}",
        "[parameters]",
        *(f"{key} = {json.dumps(value)}" for key, value in parameters.items()),
    ]
    (folder / "scenario.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def measure(name: str, gap: float, minutes: float) -> dict[str, Any]:
    """Plan a scenario in a process of its own and return what it took; without a plan ``status`` is the exit code."""
    with tempfile.TemporaryDirectory(prefix="years-") as work:
        folder, out = write_scenario(name, Path(work) / name), Path(work) / "run"
        words = ["run", str(folder), "--out", str(out), "--no-map", "--no-deciding", "--quiet"]
        limits = ["--gap", f"{gap:g}", "--time-limit", f"{60 * minutes:g}"]
        before, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        ended = subprocess.run([sys.executable, "-m", "planner", *words, *limits], check=False)
        wall, after = time.perf_counter() - begin, resource.getrusage(resource.RUSAGE_CHILDREN)
        row = {
            "scenario": name,
            "when": f"{datetime.now(UTC):%Y-%m-%d}",
            "machine": f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores",
            "wall": round(wall, 1),
            "processor": round(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, 1),
            "memory_gib": round(after.ru_maxrss / KIB_PER_GIB, 2),
            "gap_asked": gap,
            "status": ended.returncode,
        }
        if (out / "manifest.json").is_file():
            told = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
            row |= {key: told.get(key) for key in ("status", "objective", "bound", "gap")}
            row |= {key: told.get("counts", {}).get(key) for key in ("rows", "columns", "integers")}
            row |= {f"seconds.{key}": value for key, value in told.get("seconds", {}).items()}
        return row


def main() -> None:
    """Write a scenario, or measure some and keep what they took."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    what = parser.add_subparsers(dest="what", required=True)
    write = what.add_parser("write")
    write.add_argument("name", help="years, or futures-N")
    write.add_argument("folder", type=Path)
    measured = what.add_parser("measure")
    measured.add_argument("names", nargs="+", help="years, or futures-N")
    measured.add_argument("--gap", type=float, default=1e-3)
    measured.add_argument("--minutes", type=float, default=30, help="the solver may take")
    asked = parser.parse_args()
    if asked.what == "write":
        print(write_scenario(asked.name, asked.folder))
        return
    for name in asked.names:
        row = measure(name, asked.gap, asked.minutes)
        print(row, flush=True)
        earlier = [pd.read_csv(RUNS)] if RUNS.is_file() else []
        pd.concat([*earlier, pd.DataFrame([row])], ignore_index=True).to_csv(RUNS, index=False)


if __name__ == "__main__":
    main()
