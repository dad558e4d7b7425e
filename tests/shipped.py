"""Shipped scenarios of many hours, with only a few of them: the whole is too much for every run of the tests."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd

import planner
from planner.scenario.scenario import Scenario

SCENARIOS = Path(__file__).parents[1] / "scenarios"
HOURS = 8760
STEPS_MAX = 200
"""A scenario of more timesteps is read shortened."""


def read_shipped(name: str, folder: Path, steps: int) -> Scenario:
    """Return a shipped scenario, one of many timesteps with its first ``steps`` alone, which then stand for the year."""
    table = SCENARIOS / name / "timestep.csv"
    times = pd.read_csv(table, dtype=str) if table.is_file() else pd.DataFrame()
    if len(times) <= STEPS_MAX:
        return planner.read_scenario(SCENARIOS / name)
    for path in SCENARIOS.glob("*/scenario.toml"):
        shutil.copytree(path.parent, folder / path.parent.name, ignore=shutil.ignore_patterns("derive"))
    short = folder / "short"
    short.mkdir()
    kept = times.head(steps)
    weights = kept[["timestep"]].assign(timestep_weight=HOURS / steps)
    weights.to_csv(short / "timestep.csv", index=False)
    gone = json.dumps(times["timestep"].iloc[steps:].tolist(), ensure_ascii=False)
    text = f'title = "the first {steps} steps of {name}"\nextends = "../{name}"\n[drop]\ntimestep = {gone}\n'
    (short / "scenario.toml").write_text(text, encoding="utf-8")
    return planner.read_scenario(short)
