"""Shipped scenarios of many hours, with only a few of them: the whole is too much for every run of the tests."""

from __future__ import annotations

import json
import shutil
import tomllib
from pathlib import Path

import pandas as pd

import planner
from planner.scenario.scenario import Scenario

SCENARIOS = Path(__file__).parents[1] / "scenarios"
HOURS = 8760
STEPS_MAX = 200
"""A scenario of more timesteps is read shortened."""


def lineage(name: str) -> list[str]:
    """Return the folders a shipped scenario is read from: its own, then the one it extends, and so on."""
    line = [name]
    while parent := tomllib.loads((SCENARIOS / line[-1] / "scenario.toml").read_text(encoding="utf-8")).get("extends"):
        line.append(Path(parent).name)
    return line


def read_shipped(name: str, folder: Path, steps: int) -> Scenario:
    """Return a shipped scenario, one of many timesteps with its first ``steps`` alone, which then stand for the year."""
    line = lineage(name)
    table = next((SCENARIOS / of / "timestep.csv" for of in line if (SCENARIOS / of / "timestep.csv").is_file()), None)
    times = pd.read_csv(table, dtype=str) if table is not None else pd.DataFrame()
    if len(times) <= STEPS_MAX:
        return planner.read_scenario(SCENARIOS / name)
    for of in line:
        shutil.copytree(SCENARIOS / of, folder / of, ignore=shutil.ignore_patterns("derive"))
    short = folder / "short"
    short.mkdir()
    kept = times.head(steps)
    weights = kept[["timestep"]].assign(timestep_weight=HOURS / steps)
    weights.to_csv(short / "timestep.csv", index=False)
    gone = json.dumps(times["timestep"].iloc[steps:].tolist(), ensure_ascii=False)
    text = f'title = "the first {steps} steps of {name}"\nextends = "../{name}"\n[drop]\ntimestep = {gone}\n'
    (short / "scenario.toml").write_text(text, encoding="utf-8")
    return planner.read_scenario(short)
