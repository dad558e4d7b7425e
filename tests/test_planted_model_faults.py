"""Planted faults in the model's own code: the plan is solved with them, and the audit refuses it with exit 11.

Each is a mistake that somebody could make in one place: hours in another order, another constant, a loss left out, a
share computed otherwise. The data are right; what is wrong is what the model makes of them.
"""

from __future__ import annotations

import importlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from pyproj import Geod

import planner
from planner.errors import AuditDisagreedError
from planner.io.read import assembling
from planner.models.features import (
    allocation,
    backbone,
    demand,
    disaster_recovery,
    facility_load,
    flexible_workloads,
    green_power_share,
    grid_limits,
    hub_outage,
    power_supply,
    residency,
    routes,
    site_capacity,
    site_expansion,
    storage,
    time,
    traffic,
)
from planner.models.rules import audit_physics
from tests.algebra import scenario_of
from tests.features.test_backbone import NET
from tests.features.test_disaster_recovery import WARM
from tests.features.test_hub_outage import POWERED
from tests.features.test_site_capacity_peak import PEAKED
from tests.features.test_storage import DEEP, LOSING
from tests.hours import DAY, FLEX, STORE
from tests.reached import holds_number
from tests.test_audit_independence import SHARED, makes
from tests.test_planted_faults import FULL, WORLDS

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    from tests.worlds import World

RAMP = DAY.replaced(features=(*DAY.features, "grid_limits")).with_rows("technology", [{"technology": "hydro"}])
RAMP = RAMP.with_rows(
    "workload_timestep",
    [
        {"workload": "web", "timestep": step, "demand_profile": share}
        for step, share in {"night": 0.75, "morning": 1.0, "noon": 1.25, "evening": 1.15}.items()
    ],
)
RAMP = RAMP.with_rows(
    "site_technology",
    [{"site": "plain", "technology": "hydro", "green_capacity_existing": 13, "green_power_price": 450}],
).with_cells("site", "grid_ramp_max", {"plain": 0.4})
RAMP = RAMP.with_cells("site_timestep", "grid_power_price", {"*": 400})
LOOK_BACK: dict[str, tuple[World, set[str]]] = {
    "storage": (STORE, {"state_of_charge_balance"}),
    "flexible_workloads": (FLEX, {"demand_balance"}),
    "grid_limits": (RAMP, {"grid_ramp_up", "grid_ramp_down"}),
}
"""A world in which the order of the hours decides, and the rules whose audit finds another."""
CARRIED = FULL.with_features(*(name for name in FULL.features if name != "backbone"))
CARRIED = CARRIED.with_cells("workload", "traffic_per_mw", {"online": 2.0, "training": 3.0}).with_parameters(
    traffic_price=0.02
)
"""``FULL`` with traffic, and latencies from coordinates, so that every constant has something to act on."""
PROPOSED = {
    "planner.models.features.routes:LATENCY_STEP": "rounds the limits that explain proposes",
    "planner.models.features.routes:ROUNDING": "as above",
    "planner.models.features.time:WEIGHT_TOLERANCE": "decides what the reader refuses",
    "planner.models.features.flexible_workloads:ROUNDING": "zero against the rounding of a sum",
    "planner.models.features.storage:SAME": "decides what the reader refuses",
    "planner.models.features.representative_days:SLIVER": "as above",
    "planner.models.changes:NAMES_SHOWN_MAX": "how much a message lists",
    "planner.models.algebra.own:CHANGES_SHOWN_MAX": "as above",
    "planner.models.changes:ROUNDING": "tells a changed number from a rounded one",
    "planner.scenario.plausible:DIGITS": "how many figures a message shows",
    "planner.scenario.plausible:SHOWN_MAX": "how many slips of a unit a message proposes",
    "planner.models.algebra.unfit:VALUE_MAX": "decides what is refused as no number for a solver",
    "planner.models.solving.highs.judge:TOLERANCE": "decides which answers of a solver are refused",
    "planner.models.rules.usable:HEADROOM": "decides from where a limit on modules counts as none",
    "planner.models.rules.usable:LEVELS": "as above",
    "planner.models.rules.network:SLACK": "sums of latencies in another order",
    "planner.models.rules.paths:NOISE": "zero against the rounding of prices",
    "planner.models.rules.paths:FEW": "how soon it is known that paths are too many to be listed",
    "planner.models.features.backbone:LISTED_MAX": "from how many paths on they are found by price",
    "planner.models.features.backbone:FASTEST_MAX": "how many paths a model without a run knows",
    "planner.models.features.backbone:SAME_PLACE": "decides what the reader refuses",
    "planner.models.features.allocation:WHOLE_SHARE": "decides what the reader refuses",
    "planner.models.features.uncertainty:SUM_TOLERANCE": "as above",
    "planner.models.algebra.index_table:MISSING": "the mark of no place in an index",
    "planner.models.algebra.linear_form:CELLS_MAX": "how much is written out in one go",
    "planner.models.algebra.pieces:PIECE": "how much is looked at in one go",
}
"""Numbers in reach of the model that are no facts of the world, and what they are for."""
CONSTANTS = sorted(place for place in makes() - SHARED.keys() - PROPOSED.keys() if holds_number(place))


def refused(world: World) -> set[str]:
    """Return the rules that the audit of a world's run names; the run must be refused, and with exit 11."""
    with pytest.raises(AuditDisagreedError) as caught:
        planner.run(scenario_of(world))
    assert caught.value.exit_code == 11
    return {finding.en.split(" [")[0] for finding in caught.value.findings}


def shuffled(steps: list[Any]) -> list[Any]:
    """Return steps in an order that is not theirs, whichever of them comes first."""
    return [steps[0], *steps[3:], *steps[1:3]]


@pytest.mark.parametrize(
    ("feature", "fault"),
    [*((feature, "random") for feature in LOOK_BACK), ("storage", "reversed"), ("flexible_workloads", "reversed")],
)
def test_hours_in_another_order_are_found(feature: str, fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """``previous`` of the model in random order, or the next step for the last, is found by each feature that looks back.

    Proves: stores, work that waits and ramps are audited by an order of hours of the audit's own; ramps up and down have
    one limit, so that to them a reversed year is the year. Sensitivity: an audit that asks the model's ``previous``, as
    all three did.
    """
    right = time.previous

    def wrong(inputs: Any) -> pd.Series:
        before = right(inputs)
        if fault == "reversed":
            return (
                pd.Series(before.index, before.to_numpy(), dtype=object).reindex(before.index).rename_axis("timestep")
            )
        chain = shuffled(list(before.index))
        return pd.Series(np.roll(np.array(chain, dtype=object), 1), chain).reindex(before.index).rename_axis("timestep")

    monkeypatch.setattr(time, "previous", wrong)
    world, rules = LOOK_BACK[feature]
    assert refused(world) & rules


@pytest.mark.parametrize("feature", LOOK_BACK)
@pytest.mark.parametrize("column", ["position", "time"])
def test_steps_that_the_reader_puts_in_disorder_are_found(
    feature: str, column: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Steps that the reader chains wrongly are found by their own times, or their places where they have none.

    Proves: the audit's order comes from the column as read, not from the order of the set. Sensitivity: an audit that
    takes the steps as they stand.
    """
    right = assembling.timesteps
    monkeypatch.setattr(assembling, "timesteps", lambda *given: tuple(shuffled(list(right(*given)))))
    world, rules = LOOK_BACK[feature]
    if column == "time":
        times = {"night": "00:00+08:00", "morning": "06:00+08:00", "noon": "10:00+08:00", "evening": "05:00+00:00"}
        world = world.with_cells("timestep", "position", {"*": None})
        world = world.with_cells("timestep", "time", {step: f"2025-07-01T{clock}" for step, clock in times.items()})
    assert refused(world) & rules


def moved(value: Any) -> Any:
    """Return a constant that is 1 % off, a sphere of another size, a table of numbers that are."""
    if isinstance(value, dict):
        return {key: moved(inner) for key, inner in value.items()}
    return Geod(a=value.a * 1.01, f=0) if isinstance(value, Geod) else value * 1.01


@pytest.mark.parametrize("place", CONSTANTS)
def test_each_constant_of_the_model_is_audited(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every number that the model is made with, 1 % off, is found.

    Proves: the constants are found from the source; those that are no facts are listed with what they are for.
    Sensitivity: an audit that takes a constant from the model, a new constant that nothing checks.
    """
    module, _, name = place.partition(":")
    home = importlib.import_module(module)
    monkeypatch.setattr(home, name, moved(getattr(home, name)))
    assert refused(CARRIED)


def test_constants_are_found() -> None:
    """The list above is not empty, and what it leaves out is there.

    Proves: latency, route factors, the sphere and gigabytes are in it. Sensitivity: a tool that finds nothing.
    """
    assert {place.partition(":")[2] for place in CONSTANTS} >= {"FIBRE_LATENCY", "ROUTE_FACTORS", "GEOD", "GIGABYTES"}
    assert PROPOSED.keys() <= makes()


@pytest.mark.parametrize("network", ["optical", "ip_private", "internet"])
def test_each_network_has_its_route_factor(network: str) -> None:
    """The audit states each network's factor and the fibre's latency in other words, and both agree with the model.

    Proves: 9.7, 14.6 and 16.7 ms over 5.4 ms are 1.8, 2.7 and 3.1; n = 1.468 over the speed of light is 4.897 µs/km.
    Sensitivity: a plan of another network refused for a rounding.
    """
    assert audit_physics.detour(network) == routes.ROUTE_FACTORS[network]
    assert audit_physics.fibre_delay() == pytest.approx(routes.FIBRE_LATENCY, rel=1e-12)


def lossless(m: Any, site: str, timestep: str) -> Any:
    """Hold what is taken less what is given, without either loss."""
    return m.state_of_charge[site, timestep] == m.state_of_charge[site, m.previous[timestep]] + m.timestep_duration[
        timestep
    ] * (m.charge[site, timestep] - m.discharge[site, timestep])


def nothing_lost(inputs: Any, stores: list[str]) -> pd.Series:
    """Let a store keep all that it holds."""
    steps = inputs.sets["timestep"]
    return pd.Series(1.0, pd.MultiIndex.from_product([stores, steps], names=["site", "timestep"]))


def no_room(m: Any, site: str, compute_type: str, timestep: str) -> Any:
    """Keep nothing for the peak."""
    return 0.0 * m.compute_load[site, compute_type, timestep]


def all_of_it(m: Any, site: str, timestep: str) -> Any:
    """Let a store use all of its energy."""
    return m.state_of_charge[site, timestep] <= m.storage_energy[site]


def half_lossless(m: Any, site: str, timestep: str) -> Any:
    """Leave out the loss of giving."""
    return m.state_of_charge[site, timestep] == m.state_of_charge[site, m.previous[timestep]] + m.timestep_duration[
        timestep
    ] * (m.charge_efficiency[site] * m.charge[site, timestep] - m.discharge[site, timestep])


def exchanged_weights(inputs: Any) -> dict[str, pd.Series]:
    """Give the first step the weight of the last and the other way round."""
    given = inputs.series("timestep_weight")
    return {"timestep_weight": pd.Series(given.to_numpy()[::-1], given.index)}


def certificates_twice(m: Any, site: str, window: str) -> Any:
    """Count every certificate twice."""
    del window
    power = sum(m.green_energy[site, g] for g in m.TECHNOLOGIES_AT[site])
    return power + sum(2.0 * m.certificates[s] for s in m.CERTIFICATES_AT[site])


def no_pue(m: Any, site: str, timestep: str) -> Any:
    """Let a facility draw what its IT draws."""
    return m.it_load[site, timestep]


def free_of_charge(m: Any) -> Any:
    """Leave unserved demand unpaid but for a tenth."""
    return 0.1 * sum(m.unserved_price[k] * m.unserved_energy[r, k] for r, k in m.UNSERVABLE)


def mean_free(m: Any, site: str, compute_type: str, timestep: str) -> Any:
    """Let the whole capacity be used."""
    return m.compute_load[site, compute_type, timestep] <= m.capacity[site, compute_type]


def twice_the_latency(inputs: Any) -> pd.Series:
    """Take a limit one way for a round trip."""
    return inputs.series("latency_max") * 2.0


def unloaded(m: Any, site: str, timestep: str) -> Any:
    """Forget half of the work when the load is summed up."""
    return 0.5 * sum(m.allocation[r, k, site, p, timestep] for r, k, p in m.ROUTES_INTO[site])


def any_path(m: Any, region: str, site: str, latency_class: str, timestep: str) -> Any:
    """Let a class of work take any path."""
    return sum(m.path_traffic[region, site, p, timestep] for p in m.TRAFFIC_PATHS[region, site]) >= sum(
        m.traffic_per_mw[k] * m.allocation[region, k, site, p, timestep]
        for k, p in m.WORK_WITHIN[region, site, latency_class]
    )


def there_alone(m: Any, link: str, direction: str, timestep: str) -> Any:
    """Forget the traffic that comes back."""
    return sum(m.path_traffic[r, s, p, timestep] for r, s, p in m.PATHS_OVER[link, direction])


def twice_the_bandwidth(inputs: Any) -> pd.DataFrame:
    """Count what stands for both directions in each."""
    there = inputs.series("link_capacity_existing")
    return pd.DataFrame({"forward": 2 * there, "back": 2 * there})


def everywhere(inputs: Any, routes_: pd.DataFrame) -> pd.Series:
    """Let all work go everywhere."""
    del inputs
    return pd.Series(data=True, index=routes_.index)


def not_kept(m: Any, site: str, compute_type: str) -> Any:
    """Serve work from half of the room that is kept for standby."""
    return 0.5 * sum(m.reserved[s, c] for s, c in m.RESERVABLE_AT[site, compute_type])


def one_domain(inputs: Any) -> dict[str, str]:
    """Let each site be lost by itself."""
    return {site: site for site in inputs.sets["site"]}


def at_its_mean(m: Any, outage: str, region: str, workload: str) -> Any:
    """Protect the mean demand, not the greatest."""
    served = sum(m.outage_allocation[outage, region, workload, s] for s in m.OUTAGE_SITES[outage, region, workload])
    return served == m.protected_share[workload] * m.demand[region, workload]


def with_the_lost(inputs: Any) -> pd.Series:
    """Count what is lost as left."""
    return right_lost(inputs) * 0.5


right_lost = hub_outage.lost


def as_it_comes(duration: Any, rate: Any, hours: float) -> Any:
    """Let work wait twice as long."""
    del rate
    return np.full(len(duration), 10.0 * hours)


def dearer_capex(inputs: Any) -> dict[str, pd.Series]:
    """Pay interest on the whole investment in every year."""
    capex = inputs.series("module_capex")
    yearly = capex / 15 + capex * 0.06
    return {"module_cost": yearly.combine_first(inputs.series("module_cost"))}


def hall_alone(inputs: Any) -> dict[str, pd.Series]:
    """Forget the hardware of a module."""
    return {"module_cost": inputs.series("module_cost")}


BOUND = FULL.with_cells("workload", "reach", {"online": "hub"}).with_cells("workload", "latency_max", {"online": None})
INVESTED = FULL.with_cells("site_compute_type", "module_cost", {"gansu;intelligent": None})
INVESTED = INVESTED.with_cells("site_compute_type", "module_capex", {"gansu;intelligent": 1.3e8})
INVESTED = INVESTED.with_parameters(discount_rate=0.06, lifetime=15)
EQUIPPED = FULL.with_cells("site_compute_type", "hardware_cost", {"gansu;intelligent": 9e6})
EQUIPPED = EQUIPPED.with_parameters(discount_rate=0.06, hardware_lifetime=4.5)
UNSERVED = FULL.with_cells("workload", "unserved_price", {"online": 300})
FAULTS: dict[str, tuple[World, ModuleType, str, Callable[..., Any], set[str]]] = {
    # world, file, name, what stands there instead, rules of which one is named
    "both losses of a store left out": (STORE, storage, "state_of_charge_balance", lossless, {"state_of_charge_balance"}),
    "one loss of a store left out": (STORE, storage, "state_of_charge_balance", half_lossless, {"state_of_charge_balance"}),
    "a standing loss left out": (LOSING, storage, "_kept", nothing_lost, {"state_of_charge_balance"}),
    "the mean in place of the peak": (PEAKED, site_capacity, "peak_room", no_room, {"site_capacity"}),
    "a store used to the bottom": (DEEP, storage, "state_of_charge_limit", all_of_it, {"state_of_charge_limit"}),
    "weights exchanged": (FULL, time, "derive", exchanged_weights, {"timestep_weight"}),
    "weights exchanged under stores": (WORLDS["matched"], time, "derive", exchanged_weights, {"timestep_weight"}),
    "certificates counted twice": (FULL, green_power_share, "bought", certificates_twice, {"green_power_share"}),
    "load without PUE": (FULL, facility_load, "facility_load", no_pue, {"facility_load"}),
    "unserved demand nearly free": (UNSERVED, demand, "unserved_cost", free_of_charge, {"unserved"}),
    "the whole capacity usable": (FULL, site_capacity, "site_capacity", mean_free, {"site_capacity"}),
    "a limit on latency read as a round trip": (FULL, routes, "latency_limits", twice_the_latency, {"latency_max"}),
    "reach forgotten": (BOUND, routes, "_within_reach", everywhere, {"reach"}),
    "zones and levels forgotten": (FULL, residency, "admits", everywhere, {"residency"}),
    "half of the standby served from": (WARM, disaster_recovery, "reserved_term", not_kept, {"site_capacity"}),
    "hubs not lost together": (WARM, disaster_recovery, "_owners", one_domain, {"disaster_recovery_domain"}),
    "the mean demand protected": (POWERED, hub_outage, "protected_demand", at_its_mean, {"protected_demand"}),
    "half of what is lost counted as left": (POWERED, hub_outage, "lost", with_the_lost, {"capacity_lost"}),
    "half of the load forgotten": (FULL, allocation, "it_load_term", unloaded, {"it_load"}),
    "deadlines twice as far": (FLEX, flexible_workloads, "_recent", as_it_comes, {"deadline"}),
    "a class of work on any path": (NET, backbone, "class_traffic", any_path, {"class_traffic"}),
    "traffic back forgotten": (NET, backbone, "link_traffic", there_alone, {"link_traffic"}),
    "bandwidth of both ways in each": (NET, backbone, "_capacity", twice_the_bandwidth, {"link_capacity", "link_limit"}),
    "hardware for nothing": (EQUIPPED, site_expansion, "derive", hall_alone, {"new_compute"}),
    "another annuity": (INVESTED, site_expansion, "derive", dearer_capex, {"new_compute"}),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_in_the_model_is_found(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rule, a term or a derived parameter that is wrong in the model alone is found and named.

    Proves: each is audited from the data by other code. Sensitivity: an audit that reads what the model derived.
    """
    world, module, name, wrong, rules = FAULTS[fault]
    wrong.__name__ = name  # a rule is recorded under its function's name
    monkeypatch.setattr(module, name, wrong)
    assert refused(world) & rules


def test_a_cost_that_no_audit_answers_for_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """A feature that adds a cost and forgets to audit it makes a plan that is refused.

    Proves: a category of the cost table is confirmed by some feature's audit, or it is a finding. Sensitivity: a new
    feature whose rebate lowers the total unseen.
    """
    right = traffic.build

    def with_rebate(m: Any) -> None:
        right(m)
        m.add_term("cost", "rebate", lambda m: -0.01 * sum(m.allocated_energy[route] for route in m.ROUTES))

    monkeypatch.setattr(traffic, "build", with_rebate)
    assert refused(FULL) >= {"cost"}


@pytest.mark.parametrize("what", ["dearer", "bound", "gap", "status"])
def test_a_solver_that_lies_of_its_proof_is_found(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A plan called optimal whose bound, gap or objective says otherwise is refused when it is made.

    Proves: status, objective, bound and gap are held against each other and against the tables. Sensitivity: a run
    that writes down the solver's word.
    """
    line = importlib.import_module("planner.pipeline.run")
    right = line.solve
    changes: dict[str, Callable[[Any], dict[str, Any]]] = {
        "dearer": lambda found: {"bound": found.objective - 0.01 * abs(found.objective)},
        "bound": lambda _: {"bound": -1e15},
        "gap": lambda _: {"gap": 0.5},
        "status": lambda _: {"bound": float("nan"), "gap": float("nan")},
    }

    def lying(*given: Any, **named: Any) -> Any:
        found = right(*given, **named)
        return replace(found, **changes[what](found))

    monkeypatch.setattr(line, "solve", lying)
    assert refused(DAY) & {"status", "bound", "gap"}


def test_each_limit_dropped_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """A limit on a fleet that the model forgets is found by the sites' own rows.

    Proves: hub, side and national limits of grid power. Sensitivity: an audit that asks the model which sites belong.
    """
    right = grid_limits.build

    def without(m: Any) -> None:
        monkeypatch.setattr(m, "constrain", lambda *_, **__: None)
        right(m)
        monkeypatch.undo()

    tight = FULL.with_parameters(national_grid_power_max=120)
    monkeypatch.setattr(grid_limits, "build", without)
    assert refused(tight) & {"national_grid_power_limit", "grid_power_max"}


def test_the_same_mistake_in_rule_and_audit_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """A store that gives twice what it gives, to the balance and to its feature's audit of it, is found all the same.

    Proves: what goes in and out of a site is added up once more, from the tables, whatever the features say of it.
    Sensitivity: a balance audited only by the terms that the features report.
    """
    terms = storage.audit_terms

    def told(inputs: Any, tables: Any) -> Any:
        return {name: 2.0 * power if name == "power_in" else power for name, power in terms(inputs, tables).items()}

    def given(m: Any, site: str, timestep: str) -> Any:
        return sum(2.0 * m.discharge[s, timestep] for s in m.STORES_AT[site])

    monkeypatch.setattr(storage, "audit_terms", told)
    monkeypatch.setattr(storage, "discharge_term", given)
    assert refused(STORE) == {"power_balance"}


def test_a_summary_computed_a_second_way_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """National figures that are not the sums of their parts are found though their feature confirms them.

    Proves: energy without the hours a timestep stands for, in the summary alone. Sensitivity: a summary held only
    against the code that wrote it.
    """
    right = power_supply.summary

    def wrong(inputs: Any, tables: Any) -> dict[str, Any]:
        found = right(inputs, tables)
        return {**found, "energy": {**found["energy"], "grid": float(tables["power_supply"]["grid_power"].sum())}}

    monkeypatch.setattr(power_supply, "summary", wrong)
    assert refused(DAY) == {"summary"}
