"""What the hand-written models read of a scenario, as plain arrays; no rule stands here.

They are written for the rules that the national scenario uses, and refuse a scenario that uses others.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from planner.models.features.routes import admissible

if TYPE_CHECKING:
    from planner.scenario.scenario import Scenario

Vector = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int32]
FEATURES = {
    "time", "demand", "routes", "allocation", "site_capacity", "site_expansion", "facility_load",
    "power_supply", "green_power_share", "emissions", "traffic",
}  # fmt: skip
CHOICES = {
    "green_power_share_mode": "certificate", "green_power_share_on": "new", "emissions_accounting": "contract",
    "excess_keeps_certificate": False,
}  # fmt: skip
NOT_WRITTEN = (
    "unserved_price", "pue_base", "water_max", "module_capex", "grid_power_max", "certificates_max", "emissions_max",
    "hub_green_power_share_min", "side_green_power_share_min", "national_green_power_share_min",
)  # fmt: skip
"""Parameters of rules that the hand-written models leave out."""


@dataclass(frozen=True)
class Inputs:
    """A scenario as arrays; members are numbers in canonical order, and a route is one position of three arrays.

    Attributes
    ----------
    weight
        [h/a], (timesteps,).
    demand, profile
        [MW], (regions, workloads); mean 1, (workloads, timesteps).
    region, workload, site
        Of each route, (routes,).
    traffic
        Cost of carrying work over a route [CNY/MWh IT], both prices together, (routes,).
    type_of
        The compute type of each workload, (workloads,).
    capacity, module_size, modules_max, module_cost
        [MW], [MW], [1], [CNY/a], (sites, compute types).
    utilisation_max, utilisation_min, opening_cost, water
        [1], [1], [CNY/a, NaN without], [CNY/MWh IT], (sites,).
    pue, grid_power_price, emission_factor
        [1], [CNY/MWh], [tCO2/MWh], (sites, timesteps).
    carbon_price
        [CNY/tCO2].
    green_site
        The site of each pair of site and technology that has or may have capacity, (pairs,).
    availability
        [1], (pairs, timesteps).
    green_existing, green_max, green_capacity_cost, green_power_price, excess_price
        [MW], [MW], [CNY/MW/a], [CNY/MWh], [CNY/MWh], (pairs,).
    certificate_price, share_min
        [CNY/MWh], [1], NaN without, (sites,).
    utilisation_new, committed
        [1], [MWh/a], (sites,).
    """

    weight: Vector
    demand: Vector
    profile: Vector
    region: Numbers
    workload: Numbers
    site: Numbers
    traffic: Vector
    type_of: Numbers
    capacity: Vector
    module_size: Vector
    modules_max: Vector
    module_cost: Vector
    utilisation_max: Vector
    utilisation_min: Vector
    opening_cost: Vector
    water: Vector
    pue: Vector
    grid_power_price: Vector
    emission_factor: Vector
    carbon_price: float
    green_site: Numbers
    availability: Vector
    green_existing: Vector
    green_max: Vector
    green_capacity_cost: Vector
    green_power_price: Vector
    excess_price: Vector
    certificate_price: Vector
    share_min: Vector
    utilisation_new: Vector
    committed: Vector

    @property
    def sizes(self) -> tuple[int, int, int, int, int, int]:
        """Regions, workloads, sites, compute types, pairs of site and technology, timesteps."""
        return (*self.demand.shape, *self.capacity.shape, len(self.green_site), len(self.weight))


def read_inputs(scenario: Scenario) -> Inputs:
    """Return the arrays of a scenario.

    Raises
    ------
    ValueError
        The scenario uses a rule that the hand-written models do not have.
    """
    _refuse_other_rules(scenario)
    routes = admissible(scenario)
    region, workload, site = (_numbers(scenario, name, routes[name]) for name in ("region", "workload", "site"))
    carried = 450.0 * _dense(scenario, "traffic_per_mw")[workload] * _dense(scenario, "traffic_price")[region, site]
    existing = _dense(scenario, "green_capacity_existing")
    most = _dense(scenario, "green_capacity_max")
    most = np.where(np.isnan(most), existing, most)
    held = most > 0
    steps = scenario.full_index(("timestep",))
    types = scenario.series("workload.compute_type").reindex(scenario.full_index(("workload",)))
    return Inputs(
        weight=scenario.series("timestep_weight").reindex(steps, fill_value=scenario.settings.time_hours).to_numpy(),
        demand=np.nan_to_num(_dense(scenario, "demand")),
        profile=_dense(scenario, "demand_profile"),
        region=region,
        workload=workload,
        site=site,
        traffic=carried + _dense(scenario, "transfer_price")[region, site],
        type_of=_numbers(scenario, "compute_type", types),
        capacity=_dense(scenario, "capacity_existing"),
        module_size=np.nan_to_num(_dense(scenario, "module_size")),
        modules_max=_dense(scenario, "modules_max"),
        module_cost=_dense(scenario, "module_cost"),
        utilisation_max=_dense(scenario, "utilisation_max"),
        utilisation_min=_dense(scenario, "utilisation_min"),
        opening_cost=_dense(scenario, "opening_cost"),
        water=_dense(scenario, "wue") * _dense(scenario, "water_price"),
        pue=_dense(scenario, "pue"),
        grid_power_price=_dense(scenario, "grid_power_price"),
        emission_factor=_dense(scenario, "emission_factor"),
        carbon_price=scenario.number("carbon_price"),
        green_site=np.nonzero(held)[0].astype(np.int32),
        availability=_dense(scenario, "availability")[held],
        green_existing=existing[held],
        green_max=most[held],
        green_capacity_cost=_dense(scenario, "green_capacity_cost")[held],
        green_power_price=_dense(scenario, "green_power_price")[held],
        excess_price=_dense(scenario, "excess_price")[held],
        certificate_price=_dense(scenario, "certificate_price"),
        share_min=_dense(scenario, "green_power_share_min"),
        utilisation_new=_dense(scenario, "utilisation_new"),
        committed=_dense(scenario, "green_energy_committed"),
    )


def _refuse_other_rules(scenario: Scenario) -> None:
    other = sorted(FEATURES.symmetric_difference(scenario.features))
    other += [name for name, word in CHOICES.items() if scenario.scalar(name) != word]
    other += [name for name in NOT_WRITTEN if scenario.is_given(name)]
    other += ["indivisible"] if scenario.series("indivisible").any() else []
    other += ["objective"] if {k: v for k, v in scenario.settings.objective.items() if v} != {"cost": 1} else []
    other += ["utilisation_min"] if len(scenario.series("utilisation_min")) < len(scenario.sets["site"]) else []
    if other:
        raise ValueError(f"the hand-written models do not have the rules of {', '.join(other)} in {scenario.name}")


def _dense(scenario: Scenario, name: str) -> Vector:
    """Return a parameter as an array over its index sets, NaN where it is not given and has no default."""
    index = scenario.declarations.parameters[name].index
    values = scenario.series(name)
    shape = [len(scenario.sets[key]) for key in index]
    if len(values) < np.prod(shape):
        values = values.reindex(scenario.full_index(index))
    return values.to_numpy(float).reshape(shape)


def _numbers(scenario: Scenario, name: str, members: pd.Series) -> Numbers:
    return pd.Index(scenario.sets[name]).get_indexer(pd.Index(members)).astype(np.int32)
