"""Measure what a start saves on a sweep: ``python benchmarks/warm_start.py SCENARIO --vary carbon_price=65,70,75``.

Each point is solved from nothing and from the run of the point before it, in turns, in one process and without maps,
as a sweep does; the first point starts from the scenario as it is. A point is a whole run: read, build, solve, audit,
write. ``--scale site_timestep.grid_power_price=1.01,1.02`` multiplies a column instead. Every point stands in
``benchmarks/results/warm_start.csv``.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

import planner
from planner.pipeline.run import run_and_write

if TYPE_CHECKING:
    from collections.abc import Iterator

RUNS = Path(__file__).resolve().parent / "results" / "warm_start.csv"
WAYS = ("cold", "warm")


@dataclass(frozen=True)
class Point:
    """One value of what is varied: its name, a scenario folder and what ``--set`` says."""

    name: str
    folder: Path
    overrides: tuple[str, ...] = ()


def processor() -> float:
    """Return the processor seconds of this process and of the solvers it has waited for."""
    uses = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(use.ru_utime + use.ru_stime for use in uses)


def points_of(asked: argparse.Namespace, base: Path, work: Path) -> Iterator[Point]:
    """Yield the points asked for; scaled ones from the base run's own copy of the scenario."""
    name, values = (asked.vary or asked.scale).split("=", 1)
    for value in values.split(","):
        if asked.vary:
            yield Point(f"{name}={value}", asked.scenario, (f"{name}={value}",))
            continue
        table, column = name.split(".")
        folder = work / f"scaled-{value}" / "scenario"
        shutil.copytree(base / "scenario", folder)
        rows = pd.read_csv(folder / f"{table}.csv", dtype=str, keep_default_na=False)
        rows[column] = [repr(float(cell) * float(value)) if cell else cell for cell in rows[column]]
        rows.to_csv(folder / f"{table}.csv", index=False)
        yield Point(f"{name} x {value}", folder)


def measure(point: Point, out: Path, start: Path | None, gap: float | None) -> tuple[dict[str, Any], Path]:
    """Run a point; return what it took and its folder."""
    before, begin = processor(), time.perf_counter()
    scenario = planner.read_scenario(point.folder, point.overrides)
    results, folder = run_and_write(scenario, out, force=True, drawn=False, start=start, gap=gap)
    summary, solver = results.summary, results.manifest["solver"]
    return {
        "point": point.name,
        "seconds": time.perf_counter() - begin,
        "processor": processor() - before,
        "solve": summary["seconds"]["solve"],
        "from_basis": solver["from_basis"],
        "status": summary["status"],
        "objective": summary["objective"],
        "gap": summary["gap"],
        "columns": summary["counts"]["columns"],
    }, folder


def sweep(asked: argparse.Namespace, work: Path) -> Iterator[dict[str, Any]]:
    """Measure the base and then each point in both ways."""
    _, base = measure(Point("base", asked.scenario), work / "base", None, asked.gap)
    for number in range(asked.rounds):
        before = base
        for place, point in enumerate(points_of(asked, base, work / str(number))):
            for way in WAYS:
                start = before if way == "warm" else None
                found, folder = measure(point, work / str(number) / f"{place}-{way}", start, asked.gap)
                print(f"{way} {point.name}: {found['seconds']:.2f} s, processor {found['processor']:.2f} s", flush=True)
                yield {"scenario": asked.name or asked.scenario.name, "round": number + 1, "way": way, **found}
            before = folder


def main() -> None:
    """Measure a sweep, say what came of it, and keep every point."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scenario", type=Path)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--vary", metavar="K=a,b,c")
    what.add_argument("--scale", metavar="TABLE.COLUMN=a,b,c")
    parser.add_argument("--gap", type=float)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--name", help="what the scenario is called in the table")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="warm-start-") as work:
        found = pd.DataFrame(sweep(asked, Path(work)))
    sums = found.groupby("way")[["seconds", "processor", "solve"]].sum()
    print((sums.loc["cold"] / sums.loc["warm"]).round(2).to_string())
    found = found.assign(
        gap_asked=asked.gap,
        when=f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        cores=os.cpu_count(),
        load=os.getloadavg()[0],
    )
    earlier = [pd.read_csv(RUNS)] if RUNS.is_file() else []
    pd.concat([*earlier, found]).to_csv(RUNS, index=False, float_format="%.12g")


if __name__ == "__main__":
    main()
