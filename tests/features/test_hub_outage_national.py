"""``national-2025-secure``: whatever hub is lost, a fresh solve of what is left serves all that is protected."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import pytest

import planner
from planner.errors import InfeasibleError
from planner.models.rules.relaxations import changed
from tests.here import planned
from tests.shipped import SCENARIOS

if TYPE_CHECKING:
    from planner.io.results.results import Results
    from planner.scenario.scenario import Scenario

LEFT = ("time", "demand", "routes", "allocation", "site_capacity", "residency")
"""What a solve of what is left knows: neither outages nor standby, and nothing may be built."""
HUBS = (
    "jingjinji",
    "yangtze_delta",
    "greater_bay",
    "chengyu",
    "guizhou",
    "inner_mongolia",
    "gansu",
    "ningxia",
)
Capacity = dict[tuple[str, str], float]


@cache
def plan() -> Results:
    """Return the plan as it is shipped."""
    return planned(planner.read_scenario(SCENARIOS / "national-2025-secure"))


def capacity() -> Capacity:
    """Return what the plan's sites have [MW], existing and new."""
    stands: Capacity = plan().tables["site_capacity"].groupby(["site", "compute_type"])["capacity"].max().to_dict()
    return stands


def left(stands: Capacity, hub: str) -> Scenario:
    """Return the scenario of what is left without a hub: its capacities fixed, protected work as the demand.

    It is changed in memory: to :func:`planned`, which goes by files, all of them would be one.
    """
    scenario = plan().scenario
    hubs = scenario.series("site.hub").to_dict()
    alone = replace(scenario, settings=replace(scenario.settings, features=LEFT))
    held = {key: 0.0 if hubs.get(key[0]) == hub else power for key, power in stands.items()}
    share = scenario.series("protected_share").to_dict()
    asked = {key: power * share[key[1]] for key, power in scenario.series("demand").to_dict().items()}
    limits = {**scenario.series("latency_max").to_dict(), **scenario.series("outage_latency_max").to_dict()}
    floors = dict.fromkeys([(site,) for site in scenario.series("utilisation_min").index])
    alone = changed(alone, "utilisation_min", floors)
    alone = changed(alone, "capacity_existing", held)
    alone = changed(alone, "demand", asked)
    return changed(alone, "latency_max", {(workload,): limit for workload, limit in limits.items()})


@pytest.mark.parametrize("hub", HUBS)
def test_what_is_left_serves_what_is_protected(hub: str) -> None:
    """With the plan's capacities fixed and a hub's sites without any, all protected work finds room.

    Proves: by the plan's own rules of routes, zones and capacity, without those of outages; one timestep, so that the
    greatest demand is the demand. Sensitivity: a re-dispatch that is only written down, capacity of a lost site.
    """
    assert planner.run(left(capacity(), hub)).summary["served_share"] == pytest.approx(1)


def test_every_hub_is_looked_at() -> None:
    """Proves: the hubs above are those that have a site. Sensitivity: a hub added to the scenario."""
    assert set(HUBS) == set(plan().scenario.series("site.hub"))
    assert set(plan().tables["hub_outage_lost"]["outage"]) == set(HUBS)


def test_a_module_less_is_not_enough() -> None:
    """In the outage that leaves the least room for intelligent compute, a module less at any other hub breaks the plan.

    Proves: a fresh solve finds no plan then. Sensitivity: halls built for nothing.
    """
    rooms = plan().tables["hub_outage_room"]
    rooms = rooms[rooms["compute_type"] == "intelligent"]
    worst = rooms.groupby("outage")["room_left"].sum().idxmin()
    hubs = plan().scenario.series("site.hub").to_dict()
    built = plan().tables["site_expansion"]
    built = built[(built["compute_type"] == "intelligent") & (built["modules"] > 0)]
    site = next(site for site in built["site"] if hubs[site] != worst)
    size = plan().scenario.series("module_size")[site, "intelligent"]
    stands = capacity()
    with pytest.raises(InfeasibleError):
        planner.run(left({**stands, (site, "intelligent"): stands[site, "intelligent"] - size}, str(worst)))
