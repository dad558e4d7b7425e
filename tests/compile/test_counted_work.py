"""Work that is counted, not timed: compiling calls every rule once, however many rows it has."""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from planner.models.build import declare_model
from planner.models.compile import compile_model
from tests.algebra import RICH, scenario_of

if TYPE_CHECKING:
    from types import FrameType

    from planner.models.algebra.plan_model import PlanModel, Rule
    from tests.worlds import World

FEW, MANY = 4, 64
CALLS_PER_STEP = 28
"""Python calls that a timestep may cost beyond those of a short year: reading its id into a few index sets."""


def with_steps(world: World, steps: int) -> World:
    """Return a world over so many steps of one year."""
    rows = [
        {"timestep": f"t{n}", "timestep_weight": world.hours / steps, "period": "year", "position": n}
        for n in range(steps)
    ]
    workloads = {row["workload"] for row in world.tables["workload"]}
    profile = [{"workload": w, "timestep": f"t{n}", "demand_profile": 1} for w in workloads for n in range(steps)]
    tables = {name: table for name, table in world.tables.items() if not name.endswith("_timestep")}
    sites = [{**row, "pue": 1.3} for row in world.tables["site"]]
    return replace(world, tables={**tables, "timestep": rows, "workload_timestep": profile, "site": sites})


def counted(m: PlanModel) -> Counter[str]:
    """Count how often each rule of a model is called from now on."""
    calls: Counter[str] = Counter()

    def counting(name: str, rule: Rule) -> Rule:
        def call(*args: Any) -> Any:
            calls[name] += 1
            return rule(*args)

        return call

    for name, record in m.records.items():
        if record.rule is not None:
            calls[name] = 0
            m.records[name] = replace(record, rule=counting(name, record.rule))
    for total, open_total in m.totals.items():
        for term, rule in open_total.terms.items():
            calls[f"{total}: {term}"] = 0
            open_total.terms[term] = counting(f"{total}: {term}", rule)
    return calls


@pytest.mark.parametrize("steps", [FEW, MANY])
def test_every_rule_is_called_once(steps: int) -> None:
    """Compiling calls no rule and no term of a total twice, over however many steps.

    Proves: rules are templates. Sensitivity: a rule that is called row by row again, by us or by Pyomo.
    """
    m = declare_model(scenario_of(with_steps(RICH, steps)))
    calls = counted(m)
    compiled = compile_model(m)
    assert not compiled.fallback, compiled.fallback
    assert max(calls.values()) == 1
    unused = {name for name, times in calls.items() if not times}
    assert len(unused) < len(calls) / 4


def test_python_work_does_not_grow_with_the_rows() -> None:
    """Sixteen times the steps cost Python next to no more calls, in the rules or anywhere else in compiling.

    Proves: no loop over rows, columns or values of parameters. Sensitivity: one Python call for every row.
    """
    calls = {steps: python_calls(declare_model(scenario_of(with_steps(RICH, steps)))) for steps in (FEW, MANY)}
    rows = declare_model(scenario_of(with_steps(RICH, MANY))).counts()["rows"]
    allowed = CALLS_PER_STEP * (MANY - FEW)
    assert allowed < rows
    assert calls[MANY] - calls[FEW] < allowed


def python_calls(m: PlanModel) -> int:
    """Return how many Python functions compiling a model calls."""
    calls = 0

    def count(frame: FrameType, event: str, arg: object) -> None:
        nonlocal calls
        del frame, arg
        calls += event == "call"

    sys.setprofile(count)
    try:
        compile_model(m)
    finally:
        sys.setprofile(None)
    return calls
