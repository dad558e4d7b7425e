"""The national model in linopy, vectorised over routes and timesteps, written by hand from the formulas.

An oracle for the planner (``tests/oracle``) and what ``compare.py`` measures it against. Formulations tried with
linopy 0.10.1 at 5 million columns, fastest first: sums by ``groupby`` in linopy's default semantics; the same
in a sparse model (``Model(sparse=True)``), which holds a little less memory; products with a 0/1 matrix in place of
``groupby`` (two to five times as long for the same rows). The first two are one text and both are measured.
"""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import linopy
import numpy as np
import pandas as pd
import xarray as xr
from inputs import read_inputs
from linopy.config import LinopySemanticsWarning

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inputs import Inputs

    from planner.scenario.scenario import Scenario


def build(scenario: Scenario, *, sparse: bool = False) -> linopy.Model:
    """Return the whole model of a scenario; ``sparse`` as linopy means it."""
    with _semantics("v1" if sparse else "legacy"):
        writer = Writer(read_inputs(scenario), linopy.Model(sparse=sparse))
        writer.add_variables()
        writer.add_rules()
        writer.add_objective()
        return writer.model


def hand_over(model: linopy.Model) -> Any:
    """Return a HiGHS that holds the model, by linopy's direct interface."""
    return model.to_highspy()


@contextmanager
def _semantics(name: str) -> Iterator[None]:
    with linopy.options, warnings.catch_warnings():
        # It is said of the default at every step, and both semantics give this model the same matrix.
        warnings.simplefilter("ignore", LinopySemanticsWarning)
        linopy.options["semantics"] = name
        yield


@dataclass
class Writer:
    """One model under construction: its index sets, its variables by name, its rules."""

    inputs: Inputs
    model: linopy.Model

    @cached_property
    def route(self) -> pd.Index:
        """Routes."""
        return pd.RangeIndex(len(self.inputs.site), name="route")

    @cached_property
    def timestep(self) -> pd.Index:
        """Timesteps."""
        return pd.RangeIndex(len(self.inputs.weight), name="timestep")

    @cached_property
    def site(self) -> pd.Index:
        """Sites."""
        return pd.RangeIndex(len(self.inputs.capacity), name="site")

    @cached_property
    def hall(self) -> pd.Index:
        """Pairs of site and compute type."""
        return pd.RangeIndex(self.inputs.capacity.size, name="hall")

    @cached_property
    def pair(self) -> pd.Index:
        """Pairs of site and technology."""
        return pd.RangeIndex(len(self.inputs.green_site), name="pair")

    @cached_property
    def asked(self) -> pd.Index:
        """Pairs of region and workload."""
        return pd.RangeIndex(self.inputs.demand.size, name="asked")

    @cached_property
    def buildable(self) -> pd.Index:
        """The halls that may get modules."""
        return self.hall[(self.inputs.modules_max > 0).ravel()]

    @cached_property
    def contractable(self) -> pd.Index:
        """The pairs whose green capacity may grow."""
        return self.pair[self.inputs.green_max > self.inputs.green_existing]

    @cached_property
    def certified(self) -> pd.Index:
        """The sites that may buy certificates."""
        return self.site[~np.isnan(self.inputs.certificate_price)]

    @cached_property
    def openable(self) -> pd.Index:
        """The sites that must be opened before they build."""
        return self.site[~np.isnan(self.inputs.opening_cost) & (self.inputs.modules_max > 0).any(axis=1)]

    @cached_property
    def weight(self) -> xr.DataArray:
        """Hours of the year that each step stands for."""
        return over(self.inputs.weight, self.timestep)

    def add_variables(self) -> None:
        """Add the variables, all of them at least 0."""
        add, steps = self.model.add_variables, self.timestep
        self.allocation = add(lower=0, coords=[self.route, steps], name="allocation")
        self.grid_power = add(lower=0, coords=[self.site, steps], name="grid_power")
        self.green_power = add(lower=0, coords=[self.pair, steps], name="green_power")
        self.excess = add(lower=0, coords=[self.pair, steps], name="excess")
        self.green_new = add(lower=0, coords=[self.contractable], name="green_capacity_new")
        self.certificates = add(lower=0, coords=[self.certified], name="certificates")
        most = over(self.inputs.modules_max.ravel()[self.buildable], self.buildable)
        self.modules = add(lower=0, upper=most, coords=[self.buildable], integer=True, name="modules")
        self.open = add(binary=True, coords=[self.openable], name="open")

    def add_rules(self) -> None:
        """Add every rule."""
        load = 1 * self.allocation
        i = self.inputs
        self._add_demand_balance(load)
        self._add_capacity(load)
        at_site = pd.Series(i.site, index=self.route, name="site")
        it_load = load.groupby(at_site).sum()
        self._add_power(it_load)
        self._add_building(it_load)
        self._add_green_share()

    def _add_demand_balance(self, load: Any) -> None:
        i = self.inputs
        of = pd.Series(i.region * i.demand.shape[1] + i.workload, index=self.route, name="asked")
        demand = (i.demand[..., None] * i.profile).reshape(len(self.asked), -1)
        self.model.add_constraints(
            load.groupby(of).sum() == over(demand, self.asked, self.timestep), name="demand_balance"
        )

    def _add_capacity(self, load: Any) -> None:
        i, types = self.inputs, self.inputs.capacity.shape[1]
        used = load.groupby(pd.Series(i.site * types + i.type_of[i.workload], index=self.route, name="hall")).sum()
        share = np.repeat(i.utilisation_max, types)
        size = (share * i.module_size.ravel())[self.buildable]
        # Spread over the steps and grouped by themselves, so that a sparse model stays sparse.
        every = over(np.outer(size, np.ones(len(self.timestep))), self.buildable, self.timestep)
        same = pd.Series(self.buildable, index=self.buildable, name="hall")
        new = (every * self.modules).groupby(same).sum().reindex(hall=self.hall).fillna(0)
        self.model.add_constraints(used - new <= over(share * i.capacity.ravel(), self.hall), name="site_capacity")

    def _add_power(self, it_load: Any) -> None:
        i, add = self.inputs, self.model.add_constraints
        green = self._by_site(1 * self.green_power).reindex(site=self.site).fillna(0)
        drawn = over(i.pue, self.site, self.timestep) * it_load
        add(1 * self.grid_power + green - drawn == 0, name="power_balance")
        new = over(i.availability[self.contractable], self.contractable, self.timestep) * self.green_new
        limit = over(i.availability * i.green_existing[:, None], self.pair, self.timestep)
        taken = self.green_power + self.excess
        add(taken - new.reindex(pair=self.pair).fillna(0) <= limit, name="green_power_availability")
        most = over((i.green_max - i.green_existing)[self.contractable], self.contractable)
        add(self.green_new <= most, name="green_capacity_limit")

    def _add_building(self, it_load: Any) -> None:
        i, add = self.inputs, self.model.add_constraints
        site = self._site_of_buildable()
        duty = i.utilisation_min * i.weight.sum()
        new = self._built(duty[site]).reindex(site=self.site).fillna(0)
        served = (self.weight * it_load).sum("timestep")
        add(served - new >= over(duty * i.capacity.sum(axis=1), self.site), name="utilisation_floor")
        linked = self.buildable[np.isin(site, self.openable)]
        at = over(linked.to_numpy() // i.capacity.shape[1], linked)
        most = over(i.modules_max.ravel()[linked], linked)
        opened = (1 * self.open).sel(site=at).drop_vars("site")
        add(1 * self.modules.sel(hall=linked) - most * opened <= 0, name="opened_first")

    def _add_green_share(self) -> None:
        i = self.inputs
        limited = self.site[~np.isnan(i.share_min)]
        bought = self._by_site((self.weight * self.green_power).sum("timestep"))
        bought = bought.reindex(site=limited).fillna(0) + (1 * self.certificates).reindex(site=limited).fillna(0)
        yearly = i.share_min * i.utilisation_new * (i.pue @ i.weight)
        use = self._built(yearly[self._site_of_buildable()]).reindex(site=limited).fillna(0)
        self.model.add_constraints(bought - use >= over(i.committed[limited], limited), name="green_power_share")

    def add_objective(self) -> None:
        """Minimise the cost."""
        i = self.inputs
        route = over(np.outer(i.traffic + i.water[i.site], i.weight), self.route, self.timestep)
        grid = (i.grid_power_price + i.carbon_price * i.emission_factor) * i.weight
        green, sold = (over(np.outer(price, i.weight), self.pair, self.timestep) for price in _green_prices(i))
        once = (
            (self.green_new, i.green_capacity_cost[self.contractable], self.contractable),
            (self.certificates, i.certificate_price[self.certified], self.certified),
            (self.modules, i.module_cost.ravel()[self.buildable], self.buildable),
            (self.open, i.opening_cost[self.openable], self.openable),
        )
        cost = (route * self.allocation).sum() + (over(grid, self.site, self.timestep) * self.grid_power).sum()
        cost = cost + (green * self.green_power).sum() + (sold * self.excess).sum()
        for variable, price, index in once:
            cost = cost + (over(price, index) * variable).sum()
        self.model.add_objective(cost)

    def _by_site(self, expression: Any) -> Any:
        return expression.groupby(pd.Series(self.inputs.green_site, index=self.pair, name="site")).sum()

    def _site_of_buildable(self) -> Any:
        return self.buildable.to_numpy() // self.inputs.capacity.shape[1]

    def _built(self, factor: Any) -> Any:
        """Return new capacity times a factor for each buildable hall, summed by site."""
        size = self.inputs.module_size.ravel()[self.buildable]
        of = pd.Series(self._site_of_buildable(), index=self.buildable, name="site")
        return (over(factor * size, self.buildable) * self.modules).groupby(of).sum()


def over(values: Any, *indexes: pd.Index) -> xr.DataArray:
    """Return values over index sets."""
    return xr.DataArray(values, coords={str(index.name): index for index in indexes})


def _green_prices(i: Inputs) -> tuple[Any, Any]:
    """Return what green power costs when used and when sold [CNY/MWh], (pairs,) each."""
    return i.green_power_price, i.green_power_price - i.excess_price
