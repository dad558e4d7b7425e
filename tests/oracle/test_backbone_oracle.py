"""Plans over a backbone against all simple paths and all numbers of modules, and against flows over arcs.

12 networks in ``make test``, 200 with ``PLANNER_BACKBONE=200``.
"""

from __future__ import annotations

import os

import numpy as np
import pytest

import planner
from planner.errors import InfeasibleError
from planner.models.features import backbone
from tests.algebra import scenario_of
from tests.oracle.arc_flows import ArcFlows
from tests.oracle.backbone_enumeration import Enumerated, random_network
from tests.worlds import World

CASES = int(os.environ.get("PLANNER_BACKBONE", "12"))
FIRST = int(os.environ.get("PLANNER_BACKBONE_FIRST", "0"))
CHUNK = 4
TOLERANCE = 1e-6


def planned(world: World) -> float | None:
    """Return the cost of the planner's optimal, audited plan; nothing where it says that there is none."""
    try:
        summary = planner.run(scenario_of(world)).summary
    except InfeasibleError:
        return None
    assert summary["status"] == "optimal"
    return float(summary["objective"])


def same(found: float | None, expected: float | None) -> bool:
    """Return whether two costs are one."""
    if found is None or expected is None:
        return found is expected
    return found == pytest.approx(expected, rel=TOLERANCE, abs=TOLERANCE)


@pytest.mark.parametrize("first", range(FIRST, FIRST + CASES, CHUNK))
@pytest.mark.parametrize("listing", ["all", "on demand"])
def test_no_plan_over_any_paths_is_better(first: int, listing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The planner's cost is the least of all simple paths and all numbers of modules, and it sees where there is no plan.

    Proves: on networks of up to 8 nodes with parallel cables, limits one way and tight latencies, with all paths listed
    and with paths on demand alone. Sensitivity: a path within the limit that is never looked at, classes of latency
    mixed up, traffic back forgotten, modules in part, a limit held on one direction for both.
    """
    if listing == "on demand":
        monkeypatch.setattr(backbone, "LISTED_MAX", 0)
    for seed in range(first, min(first + CHUNK, FIRST + CASES)):
        world = random_network(seed)
        expected, found = Enumerated(world).best(), planned(world)
        assert same(found, expected), f"seed {seed}: {found}, not {expected}"


@pytest.mark.parametrize("first", range(FIRST, FIRST + CASES // 2, CHUNK))
def test_flows_over_arcs_cost_the_same(first: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no latency binds, a statement without any path comes to the same cost.

    Proves: another formulation, on paths on demand. Sensitivity: whatever paths and enumeration get wrong alike.
    """
    monkeypatch.setattr(backbone, "LISTED_MAX", 0)
    for seed in range(first, min(first + CHUNK, FIRST + CASES // 2)):
        world = random_network(1000 + seed, limited=False)
        expected, found = ArcFlows(world).best(), planned(world)
        assert same(found, expected), f"seed {1000 + seed}: {found}, not {expected}"


def test_the_two_statements_agree() -> None:
    """Enumeration and flows over arcs come to the same cost where both may be asked.

    Proves: one oracle by the other. Sensitivity: an oracle that errs with the planner.
    """
    for seed in range(1000, 1006):
        world = random_network(seed, limited=False)
        assert same(ArcFlows(world).best(), Enumerated(world).best()), seed


def test_the_networks_are_worth_trying() -> None:
    """The networks have plans more often than not, links that are full, modules that are built, and more than one path.

    Proves: of the first 24 at least 12 are feasible, in at least 6 of them modules are built, and in 6 a second path
    carries something. Sensitivity: a generator that drifts into trivial or impossible networks.
    """
    built, detours, feasible = 0, 0, 0
    for seed in range(24):
        try:
            results = planner.run(scenario_of(random_network(seed)))
        except InfeasibleError:
            continue
        feasible += 1
        built += bool(results.summary["link_modules"])
        paths = results.tables["backbone_path"]
        detours += bool(np.any(paths.groupby(["region", "site", "timestep"])["path"].nunique() > 1))
    assert feasible >= 12
    assert built >= 6
    assert detours >= 6
