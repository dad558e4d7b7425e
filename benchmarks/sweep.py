"""What warm starts and one process for many points save: ``python benchmarks/sweep.py``, or ``--table`` to print again.

One sweep is solved in three ways that take turns, so that a machine that is busy for a while is busy for all:

``warm``
    ``planner sweep``: every point starts from a neighbour.
``cold``
    ``planner sweep --cold``.
``runs``
    ``planner run --set …`` once for every point, as a shell script would.

Ratios are taken within a round, by wall time and by processor time. Every round stands in
``benchmarks/results/sweep.csv``; measuring a sweep anew replaces its rows.
"""

from __future__ import annotations

import argparse
import itertools
import os
import platform
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

HERE = Path(__file__).resolve().parent
ROUNDS = HERE / "results" / "sweep.csv"
SCENARIOS = HERE.parent / "scenarios"
CAPS = ",".join(f"{cap / 10:g}e6" for cap in range(1122, 1194, 3))
PRICES = "0,20,40,60,80,100,120,140"
SWEEPS: Mapping[str, tuple[str, Mapping[str, str], tuple[str, ...]]] = {
    "national-caps": ("national-2025", {"emissions_max": CAPS}, ()),
    "national-prices": (
        "national-2025",
        {"carbon_price": "0,50,100,200,400,800", "national_green_power_share_min": "0.1,0.2,0.3,0.4"},
        ("green_power_share_on=all",),
    ),
    "zhongwei-days": (
        "zhongwei-24-7",
        {"carbon_price": PRICES, "site.green_power_share_min": "0.7,0.8,0.9"},
        ("time.representative_days=120", "green_power_share_on=all"),
    ),
}
"""Scenario, what is varied, what is set: each of 24 points."""
WAYS = ("warm", "cold", "runs")


def solve(way: str, name: str, out: Path) -> None:
    """Solve a sweep in one way."""
    scenario, vary, sets = SWEEPS[name]
    fixed = [word for text in sets for word in ("--set", text)]
    planner = [sys.executable, "-m", "planner"]
    if way == "runs":
        for number, values in enumerate(itertools.product(*(text.split(",") for text in vary.values()))):
            point = [word for key, value in zip(vary, values, strict=True) for word in ("--set", f"{key}={value}")]
            done = [
                *planner,
                "run",
                str(SCENARIOS / scenario),
                *fixed,
                *point,
                "--out",
                str(out / str(number)),
                "--quiet",
            ]
            subprocess.run(done, check=True)
        return
    axes = [word for key, text in vary.items() for word in ("--vary", f"{key}={text}")]
    cold = ["--cold"] if way == "cold" else []
    words = [*planner, "sweep", str(SCENARIOS / scenario), *fixed, *axes, *cold, "--out", str(out), "--quiet"]
    subprocess.run([*words, "--format", "svg"], check=True)


def measured(way: str, name: str, folder: Path) -> dict[str, Any]:
    """Return what one sweep took: wall and processor seconds of all its processes, and of its solver alone."""
    out = folder / way
    shutil.rmtree(out, ignore_errors=True)
    before, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    solve(way, name, out)
    wall, after = time.perf_counter() - begin, resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    row = {"wall": round(wall, 2), "processor": round(processor, 2)}
    if way != "runs":
        points = pd.read_csv(out / "points.csv")
        assert set(points["status"]) == {"optimal"}, points["status"].value_counts()
        row |= {"solver": round(float(points["seconds.solve"].sum()), 2), "cost": float(points["cost"].sum())}
    return row


def rounds(name: str, ways: Sequence[str], count: int) -> Iterator[dict[str, Any]]:
    """Yield the rows of so many rounds."""
    facts = {
        "sweep": name,
        "machine": f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores",
        "when": f"{datetime.now(UTC):%Y-%m-%d}",
    }
    with tempfile.TemporaryDirectory() as folder:
        for number in range(count):
            for way in ways:
                row = {**facts, "round": number, "way": way, **measured(way, name, Path(folder))}
                print(row, flush=True)
                yield row


def table(rows: pd.DataFrame) -> str:
    """Return the ratios as Markdown: how much longer the other ways take than the warm sweep, middle of the rounds."""
    lines = ["| sweep | way | wall [s] | processor [s] | solver [s] | wall ÷ warm | processor ÷ warm | solver ÷ warm |"]
    lines.append("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for name, part in rows.groupby("sweep", sort=False):
        by_way = {way: each.set_index("round") for way, each in part.groupby("way")}
        for way in (way for way in WAYS if way in by_way):
            cells = [f"{by_way[way][measure].median():.1f}" for measure in ("wall", "processor", "solver")]
            ratios = [by_way[way][measure] / by_way["warm"][measure] for measure in ("wall", "processor", "solver")]
            cells += [f"{ratio.median():.2f}" for ratio in ratios]
            lines.append("| " + " | ".join([str(name), way, *cells]).replace("nan", "–") + " |")
    return "\n".join(lines)


def main() -> None:
    """Measure, or print the table of what was measured."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sweep", choices=SWEEPS, action="append")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--ways", default=",".join(WAYS))
    parser.add_argument("--table", action="store_true")
    asked = parser.parse_args()
    known = pd.read_csv(ROUNDS) if ROUNDS.is_file() else pd.DataFrame(columns=["sweep"])
    for name in [] if asked.table else asked.sweep or list(SWEEPS):
        new = pd.DataFrame(rounds(name, asked.ways.split(","), asked.rounds))
        known = pd.concat([known[known["sweep"] != name], new], ignore_index=True)
        ROUNDS.parent.mkdir(exist_ok=True)
        known.to_csv(ROUNDS, index=False)
    print(table(known))


if __name__ == "__main__":
    main()
