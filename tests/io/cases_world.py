"""A small scenario of several cases for tests of the reader: two sites, a workload, stages and futures beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from planner.io.read.read import read_scenario
from planner.models.declarations import declarations
from tests.algebra import BUILT

if TYPE_CHECKING:
    from pathlib import Path

    from planner.scenario.scenario import Case, Scenario
    from tests.worlds import World

PLAIN = BUILT
STAGES = [
    {"stage": "later", "year": 2030, "stage_years": 5},
    {"stage": "now", "year": 2025, "stage_years": 5},
]
FUTURES = [{"future": "dry", "probability": 0.25}, {"future": "wet", "probability": 0.75}]


def of_stages(world: World = PLAIN) -> World:
    """Return a world with two stages."""
    return world.replaced(features=(*world.features, "pathway")).with_rows("stage", STAGES)


def of_futures(world: World = PLAIN) -> World:
    """Return a world with two futures."""
    return world.replaced(features=(*world.features, "uncertainty")).with_rows("future", FUTURES)


BOTH = of_futures(of_stages())
"""Four cases: two stages by two futures."""


def read(world: World, folder: Path, toml: str = "", overrides: tuple[str, ...] = ()) -> Scenario:
    """Write a world with more lines of ``scenario.toml`` and read it as it stands, before any feature looks at it."""
    path = world.write(folder / "world")
    file = path / "scenario.toml"
    file.write_text(f"{file.read_text(encoding='utf-8')}\n{toml}\n", encoding="utf-8")
    return read_scenario(path, declarations(), overrides)


def case_of(scenario: Scenario, name: str) -> Case:
    """Return a case by its name."""
    [found] = [case for case in scenario.cases if case.name == name]
    return found


def values(scenario: Scenario, parameter: str, *key: str) -> dict[str, Any]:
    """Return the value that a parameter has in each case, at one key."""
    found = {}
    for case in scenario.cases:
        given = case.scenario
        found[case.name] = given.series(parameter)[key if len(key) > 1 else key[0]] if key else given.scalar(parameter)
    return found
