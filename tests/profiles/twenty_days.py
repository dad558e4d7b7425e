"""Twenty days of four steps for tests: a peak on 8 March, a calm on 13 March, heat on 6 March, no two days alike."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd

from tests.worlds import BASE, World

DAYS, STEPS = 20, 4
HOURS = 6
PEAK, CALM, HEAT = 7, 12, 5
NAMES = [f"03-{day + 1:02d}" for day in range(DAYS)]


def wave(*numbers: float) -> float:
    """Return a number between 0 and 1 that looks like chance and is none."""
    return (1 + math.sin(12.9898 * sum((place + 1) * number for place, number in enumerate(numbers)))) / 2


def step_of(day: int, step: int) -> str:
    """Return a timestep of the year."""
    return f"h{day * STEPS + step:03d}"


def profile(offset: float) -> list[float]:
    """Return a demand profile of mean 1 with its highest step on the day of the peak."""
    raw = [[1 + 0.2 * wave(day, step, offset) + 0.1 * step for step in range(STEPS)] for day in range(DAYS)]
    raw[PEAK][2] = 2.2
    mean = sum(map(sum, raw)) / (DAYS * STEPS)
    return [value / mean for day in raw for value in day]


def availability(day: int, step: int, offset: float, most: Sequence[float]) -> float:
    """Return what a plant gives in a step; little everywhere on the calm day."""
    return round((0.03 if day == CALM else 0.1 + 0.9 * wave(day, step, offset)) * most[step], 4)


def world(weight: float = 8760 / (DAYS * STEPS)) -> World:
    """Return ``BASE`` over twenty days, wind and sun by the step, temperature where it decides the PUE."""
    places = [(day, step) for day in range(DAYS) for step in range(STEPS)]
    steps: list[dict[str, Any]] = [
        {
            "timestep": step_of(day, step),
            "timestep_weight": weight,
            "timestep_duration": HOURS,
            "period": "year",
            "time": f"2025-{NAMES[day]}T{HOURS * step:02d}:00+08:00",
        }
        for day, step in places
    ]
    demand = [
        {"workload": workload, "timestep": step_of(day, step), "demand_profile": value}
        for workload, offset in (("online", 0.0), ("training", 5.0))
        for (day, step), value in zip(places, profile(offset), strict=True)
    ]
    supply = [
        {"site": site, "technology": technology, "timestep": step_of(day, step), "availability": value}
        for site, technology, offset, most in (
            ("gansu", "wind", 1.0, (1, 1, 1, 1)),
            ("hebei", "solar", 2.0, (0, 0.9, 0.7, 0)),
        )
        for day, step in places
        for value in [availability(day, step, offset, most)]
    ]
    heat = [
        {
            "site": "gansu",
            "timestep": step_of(day, step),
            "temperature": round(5 + 8 * wave(day, 3) + 2 * step + (25 if day == HEAT else 0), 1),
        }
        for day, step in places
    ]
    sites = [dict(row) for row in BASE.tables["site"]]
    gansu = next(row for row in sites if row["site"] == "gansu")
    del gansu["pue"]
    gansu |= {"pue_base": 1.1, "pue_slope": 0.01, "free_cooling_temperature": 15}
    rows = {
        "site": sites,
        "timestep": steps,
        "workload_timestep": demand,
        "site_technology_timestep": supply,
        "site_timestep": heat,
    }
    result = BASE
    for name, table in rows.items():
        result = result.with_rows(name, table)
    return result


def two_days() -> World:
    """Return a world of two days of two steps, simple enough for a hand: demand 0.6, 1.4 and 0.8, 1.2."""
    steps = [
        {"timestep": name, "timestep_weight": 2190, "timestep_duration": 12, "position": place}
        for place, name in enumerate("abcd")
    ]
    values = dict(zip("abcd", (0.6, 1.4, 0.8, 1.2), strict=True))
    rows = [{"workload": "online", "timestep": name, "demand_profile": value} for name, value in values.items()]
    flat = [
        {**row, "timestep": step}
        for row in BASE.tables["site_technology_timestep"]
        if row["timestep"] == "day"
        for step in "abcd"
    ]
    changed = BASE.with_rows("timestep", steps).with_rows("workload_timestep", rows)
    return changed.with_rows("site_technology_timestep", flat)


def table(scenario: Any, name: str) -> pd.DataFrame:
    """Return a table of a scenario as text."""
    found: pd.DataFrame = scenario.tables[name]
    return found
