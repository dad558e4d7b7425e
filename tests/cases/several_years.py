"""Small plans of several years for tests: ``BUILT`` (see ``tests/algebra.py``) in stages, in futures, or in both.

What a year of ``BUILT`` costs with 0, 1, 2 and 3 modules at ``far``, 2 600 000 CNY/a each: 49 230 000, 48 158 000,
48 004 000 and 48 156 000. Where ``inland`` asks for 28 MW in place of 20 ("dry"), all of three modules is used by day,
and by night all but the last 1.5 MW of the third: 66 030 000, 64 958 000, 63 886 000 and 63 324 000.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import planner
from planner.cases.joined import join_cases
from planner.cases.part import parts_of
from planner.models.build import declare_model
from tests.algebra import BUILT
from tests.here import planned

if TYPE_CHECKING:
    from planner.cases.joined import Joined
    from planner.io.results.results import Results
    from planner.scenario.scenario import Scenario
    from tests.worlds import Rows, World

WET = {0: 49_230_000.0, 1: 48_158_000.0, 2: 48_004_000.0, 3: 48_156_000.0}
DRY = {0: 66_030_000.0, 1: 64_958_000.0, 2: 63_886_000.0, 3: 63_324_000.0}
PLACE = {"site": "far", "compute_type": "cpu"}


def in_stages(world: World = BUILT, *, years: tuple[int, ...] = (2025, 2030), lasting: int = 5) -> World:
    """Return a world with a stage for each of some years, ``s2025`` …, each of as many years."""
    stages: Rows = [{"stage": f"s{year}", "year": year, "stage_years": lasting} for year in years]
    return world.replaced(features=(*world.features, "pathway")).with_rows("stage", stages)


def in_futures(world: World = BUILT, dry: float = 0.25, **more: float) -> World:
    """Return a world with the futures ``dry``, in which ``inland`` asks for 28 MW, and ``wet``, and others like that."""
    chances = {"dry": dry, "wet": 1.0 - dry - sum(more.values()), **more}
    futures: Rows = [{"future": name, "probability": chance} for name, chance in chances.items()]
    asked: Rows = [{"region": "inland", "workload": "web", "future": "dry", "demand": 28}]
    listed = world.replaced(features=(*world.features, "uncertainty"))
    return listed.with_rows("future", futures).with_rows("region_workload_future", asked)


def by_stage(world: World, stage: str, **values: Any) -> World:
    """Return a world in which modules at ``far`` have other numbers in a stage."""
    rows = [*world.tables.get("site_compute_type_stage", []), {**PLACE, "stage": stage, **values}]
    return world.with_rows("site_compute_type_stage", rows)


def read(world: World, lines: str = "") -> Scenario:
    """Read a world, with further lines of ``scenario.toml``."""
    with tempfile.TemporaryDirectory() as folder:
        path = world.write(Path(folder) / "world")
        file = path / "scenario.toml"
        file.write_text(f"{file.read_text(encoding='utf-8')}{lines}\n", encoding="utf-8")
        return planner.read_scenario(path)


def plan_of(world: World, lines: str = "") -> Results:
    """Return the audited plan of a world."""
    return planned(read(world, lines))


def joined(world: World) -> Joined:
    """Return all cases of a world as one problem."""
    scenario = read(world)
    return join_cases(scenario, parts_of(scenario.cases, declare_model))


def built(results: Results) -> dict[str, float]:
    """Return how many modules are built, by the stage and the future that the table tells."""
    table = results.tables["vintages"]
    keys = [key for key in ("stage", "future") if key in table]
    modules = table[table["asset"] == "modules"]
    return {"/".join(row[key] for key in keys): row["vintage"] for row in modules.to_dict("records")}


def costs(results: Results, category: str) -> dict[str, float]:
    """Return a category of cost by case [CNY/a]."""
    table = results.tables["cost"]
    keys = [key for key in ("stage", "future") if key in table]
    rows = table[table["category"] == category].to_dict("records")
    return {"/".join(row[key] for key in keys): row["cost"] for row in rows}
