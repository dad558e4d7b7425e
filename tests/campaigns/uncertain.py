"""A scenario with two futures, for campaigns on commands that ask for some: a shipped one in which demand may be higher."""

from __future__ import annotations

import csv
import json
import shutil
import tomllib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

HIGHER = 1.02
"""Demand of the future in which there is more of it, over that of the other."""


def with_futures(scenario: Path, folder: Path) -> Path:
    """Write a scenario that is another one in two futures, with that other beside it, and return its folder."""
    document = tomllib.loads((scenario / "scenario.toml").read_text(encoding="utf-8"))
    features = [*document["features"], "uncertainty"]
    with (scenario / "workload.csv").open(encoding="utf-8", newline="") as file:
        workloads = [row["workload"] for row in csv.DictReader(file)]
    folder.mkdir()
    shutil.copytree(scenario, folder.parent / scenario.name, ignore=shutil.ignore_patterns("derive"))
    text = f'extends = "../{scenario.name}"\nfeatures = {json.dumps(features)}\n'
    (folder / "scenario.toml").write_text(text, encoding="utf-8")
    (folder / "future.csv").write_text("future,probability\nas_given,0.5\nmore,0.5\n", encoding="utf-8")
    rows = "".join(f"{workload},more,{HIGHER}\n" for workload in workloads)
    (folder / "workload_future.csv").write_text("workload,future,demand_factor\n" + rows, encoding="utf-8")
    return folder
