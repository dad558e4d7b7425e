"""Compare the ways of building the national model: ``python benchmarks/compare.py``, or ``--table`` to write the page.

Each run is a process of its own, and the ways take turns (planner, linopy, …, planner, linopy, …), so that a
machine that is busy for a while is busy for all. Ratios are taken within a round. Every single run stands in
``benchmarks/results/compare.csv``; measuring a size anew replaces its rows.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from scenarios import SIZES, write_scenario

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

HERE = Path(__file__).resolve().parent
RUNS = HERE / "results" / "compare.csv"
SOLVES = HERE / "results" / "relaxation.csv"
PAGE = HERE.parent / "docs" / "explanation" / "speed.md"
BEGIN, END = "<!-- written by benchmarks/compare.py -->", "<!-- end -->"
WAYS = ("planner", "linopy", "linopy-sparse", "numpy")
SLOW_WAYS = ("pyomo", "appsi")
"""Minutes and many GiB at the larger sizes."""
SLOW_SIZE_MAX = 24
SOLVED = ("year", "day")
LIBRARIES = ("numpy", "scipy", "pandas", "pyomo", "highspy", "linopy", "xarray")
TIME_LIMIT = 1800.0
"""[s] of one run."""
NAMES = {
    "planner": "planner",
    "linopy": "linopy",
    "linopy-sparse": "linopy, `Model(sparse=True)`",
    "numpy": "bare numpy",
    "pyomo": '`SolverFactory("highs")`',
    "appsi": '`SolverFactory("appsi_highs")`',
}
HEADINGS = (
    "way", "build [s]", "hand-over [s]", "both [s]", "processor [s]", "peak memory [MiB]", "planner's time ÷ this",
    "planner's memory ÷ this",
)  # fmt: skip


def run(way: str, folder: Path) -> dict[str, Any]:
    """Return what one run in a process of its own found.

    Raises
    ------
    RuntimeError
        It failed.
    """
    command = [sys.executable, str(HERE / "ways.py"), way, str(folder)]
    ended = subprocess.run(command, check=False, capture_output=True, text=True, timeout=TIME_LIMIT)
    if ended.returncode:
        raise RuntimeError(f"{way} on {folder.name} ended with {ended.returncode}:\n{ended.stderr[-2000:]}")
    found: dict[str, Any] = json.loads(ended.stdout.splitlines()[-1])
    return found


def compare(size: str, folder: Path, ways: Sequence[str], rounds: int) -> Iterator[dict[str, Any]]:
    """Measure a scenario in every way, round by round."""
    for number in range(1, rounds + 1):
        for way in ways:
            found = run(way, folder)
            print(f"{size} {number}/{rounds} {way}: {found['build']:.2f} + {found['hand_over']:.2f} s", flush=True)
            yield {"size": size, "timesteps": SIZES[size], "way": way, "round": number, **found, **signature()}


def solve(size: str, folder: Path) -> Iterator[dict[str, Any]]:
    """Solve the relaxation of a scenario once."""
    found = run("relaxation", folder)
    print(f"{size} relaxation: {found['solve']:.2f} s", flush=True)
    yield {"size": size, "timesteps": SIZES[size], **found, **signature()}


def signature() -> dict[str, str]:
    """Return when and on what a run was made."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    model = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.machine())
    machine = f"{model}, {os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()}"
    libraries = [f"Python {platform.python_version()}"]
    libraries += [f"{name} {found}" for name in LIBRARIES if (found := installed(name))]
    when = datetime.now(UTC).isoformat(timespec="seconds")
    return {"when": when, "machine": machine, "versions": ", ".join(libraries)}


def installed(name: str) -> str | None:
    """Return a library's version, ``None`` without it."""
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def record(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    """Put rows in place of those of their sizes and ways."""
    new = pd.DataFrame(list(rows))
    keys = [key for key in ("size", "way") if key in new]
    if path.exists():
        old = pd.read_csv(path)
        fresh = pd.MultiIndex.from_frame(new[keys]).unique()
        new = pd.concat([old[~pd.MultiIndex.from_frame(old[keys]).isin(fresh)], new], ignore_index=True)
    path.parent.mkdir(exist_ok=True)
    new.sort_values("timesteps", kind="stable").to_csv(path, index=False, float_format="%.6g")


def tables() -> str:
    """Return the recorded runs as markdown."""
    runs = pd.read_csv(RUNS)
    parts = [_size(part) for _, part in runs.groupby("timesteps")]
    if SOLVES.exists():
        parts.append(_solves(pd.read_csv(SOLVES)))
    days = pd.to_datetime(runs["when"]).dt.strftime("%Y-%m-%d")
    signed = [f"{row.machine}; {row.versions}." for row in runs.drop_duplicates(["machine", "versions"]).itertuples()]
    parts.append(f"Measured {' and '.join(days.unique())} on: " + " And on: ".join(signed))
    return "\n\n".join(parts)


def _size(part: pd.DataFrame) -> str:
    part = part.assign(both=part["build"] + part["hand_over"])
    part = part.assign(processor=part["build_processor"] + part["hand_over_processor"])
    first = part.iloc[0]
    steps = f"{first.timesteps} timestep{'s' if first.timesteps > 1 else ''}"
    lines = [
        f"### {steps}: {first.columns:,} columns, {first.rows:,} rows, {first.nonzeros:,} nonzeros",
        "",
        "| " + " | ".join(HEADINGS) + " |",
        "|---|" + "---:|" * (len(HEADINGS) - 1),
    ]
    planner = part[part["way"] == "planner"].set_index("round")
    for way in [name for name in NAMES if name in set(part["way"])]:
        rounds = part[part["way"] == way].set_index("round")
        middle = rounds[["build", "hand_over", "both", "processor", "memory_peak"]].median()
        ratios = [_ratio(planner[name] / rounds[name]) if way != "planner" else "" for name in ("both", "memory_peak")]
        figures = [f"{middle[name]:.2f}" for name in ("build", "hand_over", "both", "processor")]
        lines.append(f"| {' | '.join([NAMES[way], *figures, f'{middle.memory_peak:,.0f}', *ratios])} |")
    files = planner[["write", "read_and_hold", "memory_solver"]].median()
    note = (
        f"`planner run` hands over through a file: {files.write:.2f} s to write it, then {files.read_and_hold:.2f} s "
        f"until the solver's process holds the model, at {files.memory_solver:,.0f} MiB of its own. "
        f"{len(planner)} rounds."
    )
    return "\n".join([*lines, "", note])


def _ratio(values: pd.Series) -> str:
    digits = 3 if values.median() < 0.1 else 2  # noqa: PLR2004 - two figures that mean something
    return f"{values.median():.{digits}f} ({values.min():.{digits}f} to {values.max():.{digits}f})"


def _solves(solves: pd.DataFrame) -> str:
    lines = ["### Solving the linear relaxation, once", "", "| timesteps | columns | HiGHS [s] | simplex iterations |"]
    lines.append("|---:|---:|---:|---:|")
    lines += [f"| {r.timesteps} | {r.columns:,} | {r.solve:.2f} | {r.iterations:,} |" for r in solves.itertuples()]
    return "\n".join(lines)


def write_page() -> None:
    """Put the tables between the markers of the page."""
    text = PAGE.read_text(encoding="utf-8")
    before, after = text[: text.index(BEGIN)], text[text.index(END) :]
    PAGE.write_text(f"{before}{BEGIN}\n\n{tables()}\n\n{after}", encoding="utf-8")


def main() -> None:
    """Measure, record, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--sizes", nargs="+", choices=list(SIZES), default=list(SIZES))
    parser.add_argument("--ways", nargs="+", choices=[*WAYS, *SLOW_WAYS], default=[*WAYS, *SLOW_WAYS])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--no-solve", action="store_true", help="leave the relaxations unsolved")
    parser.add_argument("--table", action="store_true", help="only write the page from the runs recorded")
    words = parser.parse_args()
    for size in [] if words.table else words.sizes:
        ways = [way for way in words.ways if way not in SLOW_WAYS or SIZES[size] <= SLOW_SIZE_MAX]
        with tempfile.TemporaryDirectory() as parent:
            folder = write_scenario(Path(parent) / size, SIZES[size])
            record(RUNS, compare(size, folder, ways, words.rounds))
            if size in SOLVED and not words.no_solve:
                record(SOLVES, solve(size, folder))
    write_page()


if __name__ == "__main__":
    main()
