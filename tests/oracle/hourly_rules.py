"""What looks from one timestep to the next, written down a second time for the oracle: stores, waiting work, ramps.

Nothing here comes from ``planner``; see ``tests/oracle/enumeration.py``, whose names of variables it shares.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.oracle.enumeration import Oracle, Programme, Terms
    from tests.worlds import Rows, World


class Hours:
    """The circle of timesteps of each period, and how long each is [h]."""

    def __init__(self, world: World) -> None:
        rows: Rows = world.tables.get("timestep", [{"timestep": "year"}])
        self.length = {row["timestep"]: row.get("timestep_duration", 1.0) for row in rows}
        self.before: dict[str, str] = {}
        for period in {row.get("period") for row in rows}:
            circle = [row for row in rows if row.get("period") == period]
            circle.sort(key=lambda row: row.get("position", 0))
            for row, earlier in zip(circle, [circle[-1], *circle[:-1]], strict=True):
                self.before[row["timestep"]] = earlier["timestep"]

    def lately(self, demand: dict[str, float], step: str, hours: float) -> float:
        """Return the work [MWh] that was asked for in the last hours before the end of a timestep."""
        work = 0.0
        while hours > 0:
            part = min(hours, self.length[step])
            work += part * demand[step]
            hours -= part
            step = self.before[step]
        return work


def waits(world: World, work: dict[str, Any]) -> float:
    """Return how long [h] a workload may wait."""
    return (work.get("deferral_max") or 0.0) if "flexible_workloads" in world.features else 0.0


def stores(oracle: Oracle) -> dict[str, dict[str, Any]]:
    """Return the sites that have, or may have, a store."""
    listed = "storage" in oracle.world.features
    return {s: row for s, row in oracle.sites.items() if listed and row.get("charge_efficiency")}


def add_waiting(lp: Programme, oracle: Oracle, served: Terms, place: tuple[str, str, str]) -> None:
    """Let the work of one region, workload and timestep wait, in the row that says how much is done."""
    r, k, t = place
    longest = waits(oracle.world, oracle.works[k])
    if not longest:
        return
    times = oracle.times
    demand = {step: oracle.demand[r, k, step] for step in oracle.hours}
    moves = oracle.works[k].get("deferrable_share")
    moves = 1.0 if moves is None else moves
    lp.at_most.append(({("wait", r, k, t): 1.0}, moves * times.lately(demand, t, longest)))
    joined: Terms = {("wait", r, k, t): 1.0}
    joined["wait", r, k, times.before[t]] = joined.get(("wait", r, k, times.before[t]), 0.0) - 1.0
    lp.at_most.append((joined, moves * demand[t] * times.length[t]))
    for step, sign in ((t, 1.0), (times.before[t], -1.0)):
        served["wait", r, k, step] = served.get(("wait", r, k, step), 0.0) + sign / times.length[t]


def add_stores(lp: Programme, oracle: Oracle) -> None:
    """Add what a store holds, and its limits."""
    for s, row in stores(oracle).items():
        for size in ("power", "energy"):
            stands = row[f"storage_{size}_existing"] or 0.0
            most = stands if row[f"storage_{size}_max"] is None else row[f"storage_{size}_max"]
            lp.at_most.append(({("larger", size, s): 1.0}, most - stands))
        for t, hours in oracle.times.length.items():
            held: Terms = {("held", s, t): 1.0}
            earlier = ("held", s, oracle.times.before[t])
            held[earlier] = held.get(earlier, 0.0) - 1.0
            held["take", s, t] = -hours * row["charge_efficiency"]
            held["give", s, t] = hours / row["discharge_efficiency"]
            lp.equal.append((held, 0.0))
            for name, size in (("take", "power"), ("give", "power"), ("held", "energy")):
                limited: Terms = {(name, s, t): 1.0, ("larger", size, s): -1.0}
                lp.at_most.append((limited, row[f"storage_{size}_existing"] or 0.0))
            if oracle.given["green_power_share_mode"] != "certificate":
                lp.at_most.append(({("take", s, t): 1.0, **{("green", s, g, t): -1.0 for g in oracle.hourly(s)}}, 0.0))


def add_grid(lp: Programme, oracle: Oracle) -> None:
    """Add how fast a site's draw may change, and what a hub and all sites may draw."""
    if "grid_limits" not in oracle.world.features:
        return
    times = oracle.times
    for (s, row), t in itertools.product(oracle.sites.items(), oracle.hours):
        earlier = times.before[t]
        if row.get("grid_ramp_max") is not None and earlier != t:
            room = row["grid_ramp_max"] * (times.length[t] + times.length[earlier]) / 2
            lp.at_most.append(({("grid", s, t): 1.0, ("grid", s, earlier): -1.0}, room))
            lp.at_most.append(({("grid", s, t): -1.0, ("grid", s, earlier): 1.0}, room))
    fleets = [(list(oracle.sites), oracle.given.get("national_grid_power_max"))]
    for hub in oracle.world.tables["hub"]:
        members = [s for s, row in oracle.sites.items() if row["hub"] == hub["hub"]]
        fleets.append((members, hub.get("hub_grid_power_max")))
    for (members, most), t in itertools.product(fleets, oracle.hours):
        if most is not None and members:
            lp.at_most.append(({("grid", s, t): 1.0 for s in members}, most))


def share_of_hours(oracle: Oracle, site: str, number: int, window: list[str]) -> Terms:
    """Return what a store gives less what it takes, and what is missing, of the green energy of a window, as a debt."""
    terms: Terms = {}
    if "green_shortfall" in oracle.world.features:
        terms["short", site, number] = -1.0
    if oracle.given["green_power_share_mode"] != "certificate" and site in stores(oracle):
        for t in window:
            terms |= {("give", site, t): -oracle.hours[t], ("take", site, t): oracle.hours[t]}
    return terms


def cost_of_hours(oracle: Oracle, windows: int) -> Terms:
    """Return what new storage and missing green energy cost."""
    cost: Terms = {}
    for s, row in stores(oracle).items():
        for size in ("power", "energy"):
            cost["larger", size, s] = row[f"storage_{size}_cost"]
    for short in shortfalls(oracle, windows):
        cost[short] = oracle.given["green_shortfall_price"]
    return cost


def shortfalls(oracle: Oracle, windows: int) -> list[tuple[str, str, int]]:
    """Return the columns of missing green energy [MWh/a]."""
    listed = "green_shortfall" in oracle.world.features
    return [("short", s, window) for s in oracle.sites for window in range(windows)] if listed else []
