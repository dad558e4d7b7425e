"""Scenarios each broken in one known way: the cause is the first line, and the change that is proposed mends it."""

from __future__ import annotations

import shlex
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import planner
from planner.studies.explain.answer import Newness
from planner.studies.explain.search import explain
from planner.studies.explain.text import of_explanation
from planner.views.words import word
from tests.explain.broken_worlds import BROKEN, TWICE, Broken
from tests.shipped import SCENARIOS

if TYPE_CHECKING:
    from planner.studies.explain.answer import Explanation

SHIPPED = {
    "tiny, connection": ("tiny", "site.grid_power_max[qingpu]=30", "grid_power_max"),
    "tiny, halls": ("tiny", "site_compute_type.capacity_existing=1", "capacity_existing"),
    "national, latency": ("national-2025", "workload.latency_max[online_services]=0.9", "latency_max"),
    "national, use": ("national-2025", "site.utilisation_min[shaoguan]=0.95", "utilisation_min"),
}


@cache
def explained(name: str) -> Explanation:
    """Return the explanation of a world that is broken in its tables; one that was explained before is not again."""
    with tempfile.TemporaryDirectory() as folder:
        return explain(BROKEN[name].world.write(Path(folder) / "world"))


def settings_in(line: str) -> list[str]:
    """Return what the line of a change says after each ``--set``, as a shell would read it."""
    return [part for part in shlex.split(line) if part != "--set"]


def check_first_line(found: Explanation, fault: str) -> list[str]:
    """Hold the first line against the parameter at fault; return the ``--set`` under it."""
    lines = of_explanation(found).splitlines()
    assert found.status == "infeasible"
    assert len(found.causes) == 1
    assert lines[0].startswith(f"infeasible: {word(fault).en}"), lines[0]
    assert "cannot hold" in lines[0]
    return settings_in(lines[1])


@pytest.mark.parametrize("name", [name for name, broken in BROKEN.items() if broken.alone])
def test_the_known_cause_is_the_first_line(name: str, tmp_path: Path) -> None:
    """A world broken in its tables is explained by what was broken, at the cells that were, and ``--set`` mends it.

    Proves: nothing but the model tells the cause, since the folder has no base and nothing was set; the world before
    has a plan, that with the proposed change has one as well, audited. Sensitivity: a wrong sign of a slope, a
    parameter whose feature forgets to say that it gives, a number rounded inward.
    """
    broken = BROKEN[name]
    assert broken.sound.solve(tmp_path).summary["status"] == "optimal"
    folder = broken.world.write(tmp_path / "broken")
    found = explained(name)
    changes = check_first_line(found, broken.fault)
    assert {change.key for change in found.causes[0].ways[0].changes} <= broken.cells
    mended = planner.run(planner.read_scenario(folder, changes))
    assert mended.summary["status"] == "optimal"
    assert found.cost == pytest.approx(mended.summary["objective"], rel=0.02)


@pytest.mark.parametrize("name", [name for name, broken in BROKEN.items() if not broken.alone])
def test_what_was_just_set_comes_first(name: str, tmp_path: Path) -> None:
    """Where the model cannot tell which of several is at fault, that which ``--set`` has changed is.

    Proves: the same world, broken on the command line. Sensitivity: an order by rank alone.
    """
    broken = BROKEN[name]
    folder = broken.sound.write(tmp_path / "sound")
    found = explain(folder, broken.settings)
    changes = check_first_line(found, broken.fault)
    assert found.causes[0].ways[0].newness is Newness.SET
    mended = planner.run(planner.read_scenario(folder, [*broken.settings, *changes]))
    assert mended.summary["status"] == "optimal"


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_scenarios_broken_by_set(name: str) -> None:
    """The same of scenarios that are shipped.

    Proves: it holds at the size of the country. Sensitivity: an elastic model that HiGHS does not end in time.
    """
    scenario, setting, fault = SHIPPED[name]
    folder = f"scenarios/{scenario}"
    changes = check_first_line(explain(folder, [setting]), fault)
    mended = planner.run(planner.read_scenario(folder, [setting, *changes]), gap=0.01)
    assert mended.summary["status"] in {"optimal", "feasible"}


def test_every_other_way_works_too(tmp_path: Path) -> None:
    """Whatever stands after "or" is enough by itself.

    Proves: each proposal was tried. Sensitivity: proposals read from the elastic model and never tried.
    """
    folder = BROKEN["certificate"].world.write(tmp_path / "world")
    found = explained("certificate")
    assert len(found.causes[0].ways) > 2
    for place in range(len(found.causes[0].ways)):
        changes = found.settings(0, place)
        assert planner.run(planner.read_scenario(folder, changes)).summary["status"] == "optimal", changes


def test_the_change_is_the_smallest(tmp_path: Path) -> None:
    """A little less of the proposed change is not enough.

    Proves: the latency of the nearest site, the share that the sun can give, the power that is drawn; each is missed
    when the proposal is taken back by a twentieth. Sensitivity: a proposal that opens everything.
    """
    for name in ("latency", "certificate", "grid", "emissions", "fleet"):
        folder = BROKEN[name].world.write(tmp_path / name)
        [cause] = explained(name).causes
        less = []
        for change in cause.ways[0].changes:
            number = change.after + 0.05 * (change.before - change.after)
            place = change.setting(planner.read_scenario(folder)).partition("=")[0]
            less.append(f"{place}={number}")
        with pytest.raises(planner.errors.InfeasibleError):
            planner.run(planner.read_scenario(folder, less))


def test_two_causes_are_both_named(tmp_path: Path) -> None:
    """Where no single change is enough, each cause is named, and the first way of each, together, gives a plan.

    Proves: Shanghai's water and Hebei's share, and neither alone. Sensitivity: one elastic solution told as one cause.
    """
    folder = TWICE.write(tmp_path / "world")
    found = explain(folder)
    assert {cause.ways[0].parameter for cause in found.causes} == {"water_max", "green_power_share_min"}
    together = [*found.settings(0), *found.settings(1)]
    assert planner.run(planner.read_scenario(folder, together)).summary["status"] == "optimal"
    for number in (0, 1):
        with pytest.raises(planner.errors.InfeasibleError):
            planner.run(planner.read_scenario(folder, found.settings(number)))
    text = of_explanation(found)
    assert text.count("cause 1 of 2") == text.count("cause 2 of 2") == 1
    assert "needed together" in text


def test_first_ways_mend_together_beside_a_demand_just_set() -> None:
    """Two causes beside a demand set a moment ago: the first way of each is another cell, and together they mend.

    Proves: what is proposed together was tried together. Sensitivity: ways put in order anew after they were settled,
    so that the demand, which could stand in for either, comes first in both.
    """
    tiny = SCENARIOS / "tiny"
    broken = ["emissions_max=300000", "site.grid_power_max[qingpu]=30", "region_workload.demand[shanghai,online]=20"]
    found = explain(tiny, broken)
    together = [text for number in range(len(found.causes)) for text in found.settings(number)]
    assert len({text.partition("=")[0] for text in together}) == len(together) > 1
    assert planner.run(planner.read_scenario(tiny, [*broken, *together])).summary["status"] == "optimal"


def test_there_are_enough_broken_scenarios() -> None:
    """Ten kinds of cause or more are tried from tables alone, each another parameter or another rule.

    Proves: the count that is promised. Sensitivity: cases moved to where the order is told by ``--set``.
    """
    alone: list[Broken] = [broken for broken in BROKEN.values() if broken.alone]
    assert len(alone) >= 10
    assert len({broken.fault for broken in alone}) >= 9
