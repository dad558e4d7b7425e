"""Scenarios each broken in one known way: the world that has a plan, what was done to it, and the parameter at fault."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.algebra import HAND
from tests.features.test_allocation_moves import TODAY
from tests.features.test_direct_connection import FULL, PLANT_SUPPLIED
from tests.features.test_disaster_recovery import COVERED
from tests.features.test_hub_outage import SPARED, STORM
from tests.features.test_hub_outage_links import LINKED
from tests.features.test_investment import CHEAP
from tests.features.test_policy_targets import AIM, DEAR_WEST, OF_HUB
from tests.features.test_power_supply_peaks import FLAT, SHAVED
from tests.features.test_residency import BARE, DEAR, SHORE, agreed
from tests.features.test_site_capacity_peak import MEAN
from tests.features.test_site_expansion import CHOICE
from tests.features.test_work_factor import CHIPS
from tests.worlds import BASE, World


@dataclass(frozen=True)
class Broken:
    """A world without a plan.

    Attributes
    ----------
    fault
        The parameter that was changed.
    sound
        The same with a plan.
    world
        As it stands in its tables.
    cells
        Where it was changed.
    settings
        The same change as ``--set`` takes it.
    alone
        Whether the model alone tells what is at fault: else another parameter that is enough gives before it.
    """

    fault: str
    sound: World
    world: World
    cells: frozenset[tuple[str, ...]]
    settings: tuple[str, ...]
    alone: bool = True


def by_cells(sound: World, table: str, fault: str, values: dict[str, Any], *, alone: bool = True) -> Broken:
    """Break a world in cells of one column."""
    cells = frozenset(tuple(key.split(";")) for key in values)
    settings = tuple(f"{table}.{fault}[{key.replace(';', ',')}]={str(value).lower()}" for key, value in values.items())
    return Broken(fault, sound, sound.with_cells(table, fault, values), cells, settings, alone)


def by_scalar(sound: World, fault: str, value: float) -> Broken:
    """Break a world by a scalar."""
    world = sound.with_parameters(**{fault: value})
    return Broken(fault, sound, world, frozenset({()}), (f"{fault}={value:g}",))


GREEN = BASE.with_cells("site", "certificate_price", {"*": None}).with_cells(
    "site", "green_power_share_min", {"gansu": 0.1, "shanghai": None}
)
"""``BASE`` without certificates: what is green at Gansu is its wind."""
MATCHED = GREEN.with_parameters(green_power_share_mode="matched")
HUBS = MATCHED.with_cells("site", "green_power_share_min", {"gansu": None}).with_rows(
    "hub", [{"hub": "delta"}, {"hub": "north", "hub_green_power_share_min": 0.01}, {"hub": "gansu"}]
)
METERED = HAND.with_cells("site", "grid_power_max", {"near": 60, "far": 30})
IN_ORDER = HAND.with_cells("timestep", "position", {"day": 1, "night": 2}).with_cells(
    "timestep", "timestep_duration", {"day": 2, "night": 1}
)
RAMPED = IN_ORDER.replaced(features=(*HAND.features, "grid_limits")).with_cells(
    "site", "grid_ramp_max", {"near": 20, "far": 20}
)
FLEET = IN_ORDER.replaced(features=(*HAND.features, "grid_limits")).with_parameters(national_grid_power_max=60)
PATIENT = (
    IN_ORDER.replaced(features=(*HAND.features, "flexible_workloads"))
    .with_cells("workload", "deferral_max", {"web": 2})
    .with_cells("site_compute_type", "capacity_existing", {"near;cpu": 24})
)
CLEAN = BASE.with_parameters(emissions_max=700_000.0)
DRY = BASE.with_cells("site", "water_max", {"shanghai": 1e6, "hebei": 1e6, "gansu": 1e6})
CERTIFIED = BASE.with_cells("site", "certificates_max", {"shanghai": 1e6})
WHOLE = BASE.with_cells("workload", "indivisible", {"training": False}).with_cells(
    "region_workload", "demand", {"coast;training": 80}
)
COMMITTED = (
    GREEN.with_parameters(green_power_share_on="new")
    .with_cells("site", "green_energy_committed", {"*": 0.0})
    .with_cells("site", "utilisation_new", {"*": 0.65})
)
FEW = CHOICE.with_cells("site_compute_type", "capacity_existing", {"near;cpu": 10.5}).with_parameters(sites_max=2)
"""36 MW by day: 8.4 at ``near``, 24.3 at ``far`` and 3.5 at ``mid``, both built to the full."""
WIDER = FLAT.with_cells("site", "grid_power_max", {"plain": 11}).with_cells(
    "site", "grid_power_max_new", {"plain": 1.6}
)
HOURS_OF_STORE = SHAVED.with_cells("site", "grid_power_max", {"plain": 11.5})
for _column, _value in {"storage_energy_existing": 2, "storage_energy_max": 5.4, "storage_hours_max": 2.5}.items():
    HOURS_OF_STORE = HOURS_OF_STORE.with_cells("site", _column, {"plain": _value})
"""At noon 12.5 MW are drawn for 3 h, 11.5 of them from the grid: 3 ÷ 0.8 = 3.75 MWh must be held by 1.8 MW: 2.083 h."""
LEAST_HOURS = SHAVED
for _column, _value in {"storage_energy_existing": 2, "storage_energy_max": 5.4, "storage_hours_min": 2.5}.items():
    LEAST_HOURS = LEAST_HOURS.with_cells("site", _column, {"plain": _value})
"""1.8 MW stand, and 5.4 MWh may: 3 h at most."""
LEAVING = TODAY.with_cells("workload", "latency_max", {"web": 5}).with_cells("workload", "move_max", {"web": 0.3})
"""6 of 30 MW are done today where they are too far away, and have to move."""
SPENDING = CHEAP.with_cells("site_compute_type", "capacity_existing", {"near;cpu": 15}).with_parameters(
    investment_max=110_000_000.0
)
"""12 and 13.5 of 36 MW stand: three modules of 35.5 million CNY are needed."""
NARROW = LINKED.with_cells("link", "link_modules_max", {"direct": 0}).with_cells(
    "link_outage", "capacity_lost", {"direct;flood": 0.3}
)
"""3.6 Gbit/s over a link of 5.4: a third of it may be lost."""
SHORT = OF_HUB.with_cells("site_compute_type", "capacity_existing", {"near;cpu": 20}).with_cells(
    "site_compute_type", "modules_max", {"near;cpu": 1}
)
"""29.5 of 36 MW stand: 3.2 may be built at ``near`` in a hub with a PUE of 1.4, 3.6 each at ``far`` with 1.2."""
RESIDENT = SHORE.with_cells("workload", "residency", {"web": "anywhere"})
SECURE = BARE.with_cells("workload", "security_level", {"web": 2}).with_cells(
    "site", "security_level", {"near": 3, "far": 3}
)

TWICE = (
    DRY.with_cells("site", "water_max", {"shanghai": 1000.0})
    .with_cells("site", "green_power_share_min", {"hebei": 0.5})
    .with_cells("site", "certificate_price", {"hebei": None})
)
"""Two causes at once: Shanghai's water and Hebei's share, which has its sun only."""
BROKEN = {
    "latency": by_cells(HAND, "workload", "latency_max", {"web": 1.0}),
    "reach": by_cells(HAND, "workload", "reach", {"web": "province"}),
    "capacity": by_cells(HAND, "site_compute_type", "capacity_existing", {"near;cpu": 20}),
    "grid": by_cells(METERED, "site", "grid_power_max", {"near": 20}),
    "certificate": by_cells(GREEN, "site", "green_power_share_min", {"hebei": 0.5}),
    "matched": by_cells(MATCHED, "site", "green_power_share_min", {"shanghai": 0.3}),
    "every_timestep": by_cells(
        MATCHED.with_parameters(green_power_share_mode="every_timestep"),
        "site",
        "green_power_share_min",
        {"hebei": 0.5},
    ),
    "utilisation": by_cells(BASE, "site", "utilisation_min", {"hebei": 0.97}),
    "emissions": by_scalar(CLEAN, "emissions_max", 1000.0),
    "water": by_cells(DRY, "site", "water_max", {"shanghai": 1000.0}),
    "certificates": by_cells(CERTIFIED, "site", "certificates_max", {"shanghai": 1000.0}, alone=False),
    "hub": by_cells(HUBS, "hub", "hub_green_power_share_min", {"north": 0.5}),
    "indivisible": by_cells(WHOLE, "workload", "indivisible", {"training": True}, alone=False),
    "ramp": by_cells(RAMPED, "site", "grid_ramp_max", {"near": 0.5, "far": 0.5}),
    "fleet": by_scalar(FLEET, "national_grid_power_max", 30.0),
    "deferral": by_cells(PATIENT, "workload", "deferral_max", {"web": 0.1}, alone=False),
    "committed": by_cells(COMMITTED, "site", "green_energy_committed", {"gansu": 5e5}, alone=False),
    "connection": by_cells(WIDER, "site", "grid_power_max_new", {"plain": 1}, alone=False),
    "hours": by_cells(HOURS_OF_STORE, "site", "storage_hours_max", {"plain": 2}, alone=False),
    "sites": by_scalar(FEW, "sites_max", 1),
    "west": by_scalar(DEAR_WEST.with_parameters(west_share_min=0.4), "west_share_min", 0.6),
    "hubs": by_scalar(SHORT.with_parameters(hubs_share_new_min=0.5), "hubs_share_new_min", 0.6),
    "pue": by_scalar(SHORT.with_parameters(national_pue_max_new=1.25), "national_pue_max_new", 1.1),
    "quota": by_scalar(DEAR_WEST.with_parameters(national_energy_max=120_000), "national_energy_max", 110_000),
    "zone": by_cells(RESIDENT, "site_zone", "member", {"near;anywhere": False}, alone=False),
    "level": by_cells(SECURE, "site", "security_level", {"near": 1}, alone=False),
    "agreed": by_cells(
        agreed(DEAR, "site", "min", {"inland": 0.5}),
        "region_workload_site",
        "agreed_share_min",
        {"inland;web;far": 0.9},
    ),
    "standby": by_cells(COVERED, "workload", "standby_share", {"web": 0.5}, alone=False),
    "standby latency": by_cells(COVERED, "workload", "standby_latency_max", {"web": 1.2}, alone=False),
    "outage": by_cells(SPARED, "workload", "protected_share", {"web": 0.9}, alone=False),
    "outage latency": by_cells(STORM, "workload", "outage_latency_max", {"web": 1.2}, alone=False),
    "self-supply": by_cells(FULL, "site", "self_supply_share_min", {"plain": 0.52}, alone=False),
    "plant": by_cells(PLANT_SUPPLIED, "plant", "green_capacity_max", {"ridge": 9.5}, alone=False),
    "least hours": by_cells(LEAST_HOURS, "site", "storage_hours_min", {"plain": 4}, alone=False),
    "peak": by_cells(MEAN, "workload", "peak_factor", {"web": 5}, alone=False),
    "chips": by_cells(CHIPS, "workload_site", "work_factor", {"web;near": 4, "web;far": 5}, alone=False),
    "moves": by_cells(LEAVING, "workload", "move_max", {"web": 0.1}),
    "capital": by_scalar(SPENDING, "investment_max", 80_000_000),
    "budget": by_scalar(BASE.with_parameters(emissions_budget=700_000.0), "emissions_budget", 1000.0),
    "link": by_cells(NARROW, "link_outage", "capacity_lost", {"direct;flood": 0.5}, alone=False),
    "aim": by_cells(AIM, "compute_type", "compute_min", {"cpu": 1700}),
}
