"""Storage: a battery at a site that takes power in one timestep and gives it, less its loss, in a later one.

Nothing forbids a store to take and to give at once (that would need an integer a timestep): where power costs something
it never pays, and where power has a negative price it burns some, which a note then says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from planner.figures import ledger
from planner.language import Message, Text, say
from planner.models.features.time import chain_faults
from planner.models.rules import expandable, green_ledger
from planner.models.rules.audit_time import before, round_of
from planner.models.rules.expandable import most_of
from planner.models.rules.findings import Finding, Stock
from planner.models.rules.relaxations import Amount, Never, Rank
from planner.scenario.built import Built
from planner.scenario.column import Column, Measure, Series, keys_of
from planner.scenario.parameter import Parameter
from planner.scenario.plausible import (
    GW,
    GWH,
    KILOGRAMS,
    KW,
    KWH,
    MINUTES,
    PER_KW,
    PER_KWH_STORED,
    PERCENT,
    TEN_THOUSAND_CNY,
    Plausible,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from planner.errors import Fault
    from planner.models.algebra.plan_model import PlanModel
    from planner.models.rules.example import Example, Variants
    from planner.scenario.scenario import Scenario

REQUIRES = ("power_supply",)
KEYS = ["site", "timestep"]
PARAMETERS = (
    *expandable.parameters(
        "storage_power",
        ("site",),
        "MW",
        (
            say("Power of the store that stands already."),
            say("Most power, existing included; default: existing only."),
            say("Yearly cost of new storage power."),
        ),
        (Plausible(0.1, 20000.0, (KW, GW)), Plausible(1000.0, 2e6, (PER_KW, TEN_THOUSAND_CNY))),
    ),
    *expandable.parameters(
        "storage_energy",
        ("site",),
        "MWh",
        (
            say("Energy the store that stands already can hold."),
            say("Most energy, existing included; default: existing only."),
            say("Yearly cost of new storage energy."),
        ),
        (Plausible(0.1, 200000.0, (KWH, GWH)), Plausible(1000.0, 2e6, (PER_KWH_STORED, TEN_THOUSAND_CNY))),
    ),
    Parameter(
        "charge_efficiency",
        ("site",),
        "1",
        say("Share of the power taken that is stored."),
        None,
        high=1.0,
        low_open=True,
        plausible=Plausible(0.5, 1.0, (PERCENT,)),
    ),
    Parameter(
        "discharge_efficiency",
        ("site",),
        "1",
        say("Share of the energy drawn from the store that is given."),
        None,
        high=1.0,
        low_open=True,
        plausible=Plausible(0.5, 1.0, (PERCENT,)),
    ),
    Parameter(
        "storage_loss",
        ("site",),
        "1/h",
        say("Share of what a store holds that is lost in an hour of standing."),
        0.0,
        high=1.0,
        plausible=Plausible(1e-6, 0.05, (PERCENT,)),
    ),
    Parameter(
        "storage_depth",
        ("site",),
        "1",
        say("Share of a store's energy that may be used."),
        1.0,
        high=1.0,
        low_open=True,
        plausible=Plausible(0.3, 1.0, (PERCENT,)),
    ),
    Parameter(
        "embodied_emissions",
        ("site",),
        "tCO2/MW/a",
        say("Emissions of making a store, for a MW of its new power, spread over the years of its life."),
        None,
        plausible=Plausible(0.5, 2000.0, (KILOGRAMS,)),
        per_table=True,
    ),
    Parameter(
        "storage_hours_min",
        ("site",),
        "h",
        say("Least energy of a store over its power, existing and new."),
        None,
        low_open=True,
        plausible=Plausible(0.1, 200.0, (MINUTES,)),
    ),
    Parameter(
        "storage_hours_max",
        ("site",),
        "h",
        say("Most energy of a store over its power, existing and new."),
        None,
        low_open=True,
        plausible=Plausible(0.1, 1000.0, (MINUTES,)),
    ),
)
WORDS: dict[str, Message] = {
    "storage": say("storage"),
    "storage_capacity": say("storage capacity"),
    "storage_power": say("storage power"),
    "storage_power_existing": say("existing storage power"),
    "storage_power_new": say("new storage power"),
    "storage_power_max": say("storage power limit"),
    "storage_power_cost": say("cost of storage power"),
    "storage_power_limit": say("storage power limit"),
    "storage_energy": say("storage energy"),
    "storage_energy_existing": say("existing storage energy"),
    "storage_energy_new": say("new storage energy"),
    "storage_energy_max": say("storage energy limit"),
    "storage_energy_cost": say("cost of storage energy"),
    "storage_energy_limit": say("storage energy limit"),
    "charge": say("charging"),
    "charge_efficiency": say("charging efficiency"),
    "charge_limit": say("charging limit"),
    "discharge": say("discharging"),
    "discharge_efficiency": say("discharging efficiency"),
    "discharge_limit": say("discharging limit"),
    "state_of_charge": say("state of charge"),
    "state_of_charge_balance": say("balance of the store"),
    "state_of_charge_limit": say("state of charge limit"),
    "storage_loss": say("standing loss of the store"),
    "storage_kept": say("share that the store keeps through the step"),
    "storage_depth": say("usable share of the store"),
    "storage_hours_min": say("least hours of the store"),
    "storage_hours_max": say("most hours of the store"),
    "storage_hours_floor": say("least hours of the store"),
    "storage_hours_cap": say("most hours of the store"),
    "green_charge": say("charging from green power"),
    "embodied_of_stores": say("embodied emissions of a MW of new store"),
}
COLUMNS = (
    *keys_of("storage", *KEYS),
    Column("storage", "charge", "MW", say("Power into the store.")),
    Column("storage", "discharge", "MW", say("Power out of the store.")),
    Column("storage", "state_of_charge", "MWh", say("Usable energy held at the end of the timestep.")),
    *keys_of("storage_capacity", "site"),
    Column("storage_capacity", "storage_power", "MW", say("Power of the store, existing and new.")),
    Column("storage_capacity", "storage_energy", "MWh", say("Energy the store can hold.")),
)
BUILDS = tuple(
    Built(
        "storage_capacity",
        size,
        unit,
        "stores",
        variable=f"{size}_new",
        existing=f"{size}_existing",
        most=f"{size}_max",
        place=place,
    )
    for size, unit, place in (("storage_power", "MW", 2), ("storage_energy", "MWh", 3))
)
SERIES = (
    Series("charge", "storage", "charge", page="charge", rank=5, says=say("storage, charge")),
    Series("discharge", "storage", "discharge", page="discharge", rank=4, says=say("storage, discharge")),
    Series("stored", "storage", "state_of_charge"),
)
MEASURES = (Measure("storage_power", "MW"), Measure("storage_energy", "MWh"))
EMBODIED = "site.embodied_emissions"
SIZES = ("storage_power", "storage_energy")
EFFICIENCIES = ("charge_efficiency", "discharge_efficiency")
SAME = 1e-9
"""Relative; two numbers of hours that are one but for rounding."""


def check(inputs: Scenario) -> Iterator[Fault]:
    """A store has an order of timesteps to work in, limits that hold, and both efficiencies."""
    yield from chain_faults(inputs, "storage")
    for size in SIZES:
        yield from expandable.faults(inputs, size)
    power, energy = (set(_sites(inputs, size)) for size in SIZES)
    for site in sorted(power ^ energy):
        lacking = "storage_energy" if site in power else "storage_power"
        yield inputs.fault(
            f"{lacking}_max", (site,), say("a store needs power and energy"), say("give both, or neither")
        )
    for name in EFFICIENCIES:
        for site in sorted((power & energy) - set(inputs.series(name).index)):
            yield inputs.fault(
                name, (site,), say("the store's efficiency is missing"), say("give it, above 0 and at most 1")
            )
    yield from _hours_faults(inputs)


def _hours_faults(inputs: Scenario) -> Iterator[Fault]:
    """Refuse hours that exclude each other, and those of a store that stands and is what it is."""
    least, most = (inputs.series(f"storage_hours_{end}") for end in ("min", "max"))
    for site in least.index.intersection(most.index):
        if least[site] > most[site]:
            problem = say("the least hours are above the most, {most:g} h", most=float(most[site]))
            yield inputs.fault("storage_hours_min", (site,), problem, say("lower it"))
    power, energy = ({**inputs.series(f"{size}_existing").to_dict()} for size in SIZES)
    growing = set(_growing(inputs))
    for end, limits in (("min", least), ("max", most)):
        for site, limit in limits.items():
            if site in growing or power[site] <= 0:
                continue
            hours = float(energy[site] / power[site])
            if hours < limit * (1 - SAME) if end == "min" else hours > limit * (1 + SAME):
                problem = say("the store that stands holds {hours:g} h, and nothing may be added", hours=hours)
                yield inputs.fault(f"storage_hours_{end}", (str(site),), problem, say("leave it out"))


def _growing(inputs: Scenario) -> list[str]:
    """Return the stores to which power or energy may be added."""
    new = {size: most_of(inputs, size) > inputs.series(f"{size}_existing") for size in SIZES}
    return [site for site in _sites(inputs, "storage_power") if any(bool(grows[site]) for grows in new.values())]


def warn(inputs: Scenario) -> Iterator[Text]:
    """Name the stores that may burn power because its price is negative."""
    stores = set(_sites(inputs, "storage_power"))
    price = inputs.series("grid_power_price").groupby(level="site").min()
    for site in price.index[price < 0].intersection(list(stores)):
        yield say(
            "the grid pays for power at {site} in some timesteps: its store may take and give at once, to burn it",
            site=site,
        )


def _sites(inputs: Scenario, size: str) -> list[str]:
    most = most_of(inputs, size)
    return [str(site) for site in most.index[most > 0]]


def state_of_charge_balance(m: PlanModel, site: str, timestep: str) -> Any:
    """A store's energy at the end of a timestep is that before, plus charge, less discharge, each with its loss.

    state_of_charge[s,t] = (1 − storage_loss[s])^duration[t] × state_of_charge[s,previous t]
        + duration[t] × (charge_efficiency[s] × charge[s,t] − discharge[s,t] ÷ discharge_efficiency[s])  ∀ s,t  [MWh]

    The last timestep of a period is followed by its first: a store ends a period as it began it.
    """
    return m.state_of_charge[site, timestep] == m.storage_kept[site, timestep] * m.state_of_charge[
        site, m.previous[timestep]
    ] + m.timestep_duration[timestep] * (
        m.charge_efficiency[site] * m.charge[site, timestep]
        - m.discharge[site, timestep] / m.discharge_efficiency[site]
    )


def charge_limit(m: PlanModel, site: str, timestep: str) -> Any:
    """A store takes no more than its power.

    charge[s,t] ≤ storage_power_existing[s] + storage_power_new[s]  ∀ s,t  [MW]
    """
    return m.charge[site, timestep] <= m.storage_power[site]


def discharge_limit(m: PlanModel, site: str, timestep: str) -> Any:
    """A store gives no more than its power.

    discharge[s,t] ≤ storage_power_existing[s] + storage_power_new[s]  ∀ s,t  [MW]
    """
    return m.discharge[site, timestep] <= m.storage_power[site]


def state_of_charge_limit(m: PlanModel, site: str, timestep: str) -> Any:
    """A store holds no more than the usable share of its energy.

    state_of_charge[s,t] ≤ storage_depth[s] × (storage_energy_existing[s] + storage_energy_new[s])  ∀ s,t  [MWh]
    """
    return m.state_of_charge[site, timestep] <= m.storage_depth[site] * m.storage_energy[site]


def storage_power_limit(m: PlanModel, site: str) -> Any:
    """The power of a store, existing and new, stays within what may stand.

    storage_power_existing[s] + storage_power_new[s] ≤ storage_power_max[s]  ∀ s  [MW]
    """
    return m.storage_power[site] <= m.storage_power_max[site]


def storage_energy_limit(m: PlanModel, site: str) -> Any:
    """The energy of a store, existing and new, stays within what may stand.

    storage_energy_existing[s] + storage_energy_new[s] ≤ storage_energy_max[s]  ∀ s  [MWh]
    """
    return m.storage_energy[site] <= m.storage_energy_max[site]


def storage_hours_floor(m: PlanModel, site: str) -> Any:
    """The energy of a store is at least so many hours of its power.

    storage_energy[s] ≥ storage_hours_min[s] × storage_power[s]  ∀ s with storage_hours_min that may grow  [MWh]
    """
    return m.storage_energy[site] >= m.storage_hours_min[site] * m.storage_power[site]


def storage_hours_cap(m: PlanModel, site: str) -> Any:
    """The energy of a store is no more than so many hours of its power.

    storage_energy[s] ≤ storage_hours_max[s] × storage_power[s]  ∀ s with storage_hours_max that may grow  [MWh]
    """
    return m.storage_energy[site] <= m.storage_hours_max[site] * m.storage_power[site]


def green_charge(m: PlanModel, site: str, timestep: str) -> Any:
    """A store holds green power only, where green power counts in its own hour (matched, every_timestep).

    charge[s,t] ≤ ∑_{g that counts hourly} green_power[s,g,t]  ∀ s,t  [MW]
    """
    return m.charge[site, timestep] <= sum(m.green_power[site, g, timestep] for g in m.HOURLY_AT[site])


def storage_power(m: PlanModel, site: str) -> Any:
    """Power of a store [MW]: existing, and new where more may stand."""
    return m.storage_power_existing[site] + sum(m.storage_power_new[s] for s in m.STORAGE_POWER_AT[site])


def storage_energy(m: PlanModel, site: str) -> Any:
    """Energy a store can hold [MWh]: existing, and new where more may stand."""
    return m.storage_energy_existing[site] + sum(m.storage_energy_new[s] for s in m.STORAGE_ENERGY_AT[site])


def discharge_term(m: PlanModel, site: str, timestep: str) -> Any:
    """Discharge of a site's store [MW]."""
    return sum(m.discharge[s, timestep] for s in m.STORES_AT[site])


def charge_term(m: PlanModel, site: str, timestep: str) -> Any:
    """Charge of a site's store [MW]."""
    return sum(m.charge[s, timestep] for s in m.STORES_AT[site])


def embodied_term(m: PlanModel, site: str) -> Any:
    """Emissions of making a site's new store [tCO2/a]: embodied_emissions × storage_power_new."""
    return sum(m.embodied_of_stores[s] * m.storage_power_new[s] for s in m.EMBODIED_STORES_AT[site])


def storage_cost(m: PlanModel) -> Any:
    """Cost of new storage [CNY/a]: ∑ storage_power_cost × new power + storage_energy_cost × new energy."""
    power = sum(m.storage_power_cost[s] * m.storage_power_new[s] for s in m.STORAGE_POWER_EXPANDABLE)
    return power + sum(m.storage_energy_cost[s] * m.storage_energy_new[s] for s in m.STORAGE_ENERGY_EXPANDABLE)


def power_allowed(inputs: Scenario) -> pd.Series:
    """Return the most power of every store [MW]."""
    return most_of(inputs, "storage_power").loc[_sites(inputs, "storage_power")]


def energy_allowed(inputs: Scenario) -> pd.Series:
    """Return the most energy of every store [MWh]."""
    return most_of(inputs, "storage_energy").loc[_sites(inputs, "storage_power")]


GIVES = {
    "state_of_charge_balance": Never(say("a store makes no energy")),
    "charge_limit": ("storage_power_max",),
    "discharge_limit": ("storage_power_max",),
    "state_of_charge_limit": ("storage_energy_max",),
    "storage_power_limit": ("storage_power_max",),
    "storage_energy_limit": ("storage_energy_max",),
    "storage_hours_floor": ("storage_hours_min", "storage_energy_max"),
    "storage_hours_cap": ("storage_hours_max", "storage_power_max"),
    "green_charge": Never(say("what is stored as green must be green")),
}
RELAXATIONS = (
    expandable.amount("storage_power", Rank.PLANT, power_allowed),
    expandable.amount("storage_energy", Rank.PLANT, energy_allowed),
    Amount("storage_hours_min", Rank.PLANT, raised=False),
    Amount("storage_hours_max", Rank.PLANT, raised=True),
)
EXAMPLE: Example = {
    "storage_power_existing": {"hebei": 3},
    "storage_energy_existing": {"hebei": 8},
    "storage_power_max": {"hebei": 5, "gansu": 6},
    "storage_energy_max": {"hebei": 14, "gansu": 20},
    "storage_power_cost": {"hebei": 21_000, "gansu": 17_000},
    "storage_energy_cost": {"hebei": 9_000, "gansu": 11_000},
    "charge_efficiency": {"hebei": 0.92, "gansu": 0.94},
    "discharge_efficiency": {"hebei": 0.9, "gansu": 0.95},
    EMBODIED: {"hebei": 11, "gansu": 13},
}
VARIANTS: Variants = {
    "weak_stores": {"storage_power_max": {"hebei": 3.5}},
    "small_stores": {"storage_energy_max": {"hebei": 8.5}},
    "long_stores": {
        "storage_hours_min": {"hebei": 2.5},
        "storage_loss": {"hebei": 0.01},
        "storage_depth": {"hebei": 0.95},
    },
    "short_stores": {"storage_hours_max": {"hebei": 2.2}},
    "green_stores": {
        "green_power_share_mode": "every_timestep",
        "green_power_share_min": {"gansu": 0.5, "hebei": 0.04, "shanghai": None},
    },
}


def build(m: PlanModel) -> None:
    """Add the stores, what they may do and what they cost."""
    sites = _sites(m.inputs, "storage_power")
    m.members("STORES", sites)
    m.subsets("STORES_AT", m.SITES, pd.DataFrame({"site": sites, "store": sites}), ["site"])
    for size, unit in zip(SIZES, ("MW", "MWh"), strict=True):
        existing = m.inputs.series(f"{size}_existing")
        new = [site for site in sites if most_of(m.inputs, size)[site] > existing[site]]
        m.members(f"{size.upper()}_EXPANDABLE", new)
        m.subsets(f"{size.upper()}_AT", m.STORES, pd.DataFrame({"site": new, "store": new}), ["site"])
        m.variable(f"{size}_new", m.component(f"{size.upper()}_EXPANDABLE"), unit=unit, is_investment=True)
    m.expression("storage_power", m.STORES, rule=storage_power, unit="MW")
    m.expression("storage_energy", m.STORES, rule=storage_energy, unit="MWh")
    m.parameter(
        "storage_kept",
        [m.STORES, m.TIMESTEPS],
        _kept(m.inputs, sites),
        "1",
        made_of=("storage_loss", "timestep_duration"),
    )
    m.variable("charge", m.STORES, m.TIMESTEPS, unit="MW")
    m.variable("discharge", m.STORES, m.TIMESTEPS, unit="MW")
    m.variable("state_of_charge", m.STORES, m.TIMESTEPS, unit="MWh")
    m.add_term("power_out_of_stores", "discharge", discharge_term)
    m.add_term("power_into_stores", "charge", charge_term)
    m.add_term("cost", "storage", storage_cost)
    if m.inputs.has("emissions") and m.inputs.is_given(EMBODIED):
        _build_embodied(m)
    m.constrain(state_of_charge_balance, m.STORES, m.TIMESTEPS, unit="MWh")
    m.constrain(charge_limit, m.STORES, m.TIMESTEPS, unit="MW")
    m.constrain(discharge_limit, m.STORES, m.TIMESTEPS, unit="MW")
    m.constrain(state_of_charge_limit, m.STORES, m.TIMESTEPS, unit="MWh")
    m.constrain(storage_power_limit, m.STORAGE_POWER_EXPANDABLE, unit="MW")
    m.constrain(storage_energy_limit, m.STORAGE_ENERGY_EXPANDABLE, unit="MWh")
    growing = set(_growing(m.inputs))
    for end in ("min", "max"):
        given = m.inputs.series(f"storage_hours_{end}").index
        m.members(f"STORES_WITH_HOURS_{end.upper()}", [site for site in given if site in growing])
    m.constrain(storage_hours_floor, m.STORES_WITH_HOURS_MIN, unit="MWh")
    m.constrain(storage_hours_cap, m.STORES_WITH_HOURS_MAX, unit="MWh")
    if _holds_green_only(m.inputs):
        m.constrain(green_charge, m.STORES, m.TIMESTEPS, unit="MW")


def _build_embodied(m: PlanModel) -> None:
    """Count what making new stores emits, where that is known."""
    made = m.inputs.series(EMBODIED)
    sites = [site for site in m.STORAGE_POWER_EXPANDABLE if site in made.index]
    m.subsets("EMBODIED_STORES_AT", m.SITES, pd.DataFrame({"site": sites, "store": sites}), ["site"])
    members = m.members("EMBODIED_STORES", sites)
    m.parameter("embodied_of_stores", [members], made.reindex(sites).astype(float), "tCO2/MW/a", made_of=(EMBODIED,))
    m.add_term("embodied_emissions", "storage", embodied_term)


def _kept(inputs: Scenario, stores: list[str]) -> pd.Series:
    """Return the share of what each store holds that is left at the end of each timestep [1]."""
    loss, hours = inputs.series("storage_loss").loc[stores], inputs.series("timestep_duration")
    index = pd.MultiIndex.from_product([loss.index, hours.index], names=KEYS)
    return pd.Series(np.power.outer(1.0 - loss.to_numpy(), hours.to_numpy()).ravel(), index)


def _holds_green_only(inputs: Scenario) -> bool:
    return inputs.has("green_power_share") and inputs.scalar("green_power_share_mode") != "certificate"


def report(m: PlanModel) -> dict[str, pd.DataFrame]:
    """Return charge, discharge [MW] and state of charge [MWh] by site and timestep, and each store's size."""
    return {
        "storage": m.tabulate("charge", "discharge", "state_of_charge", columns=KEYS),
        "storage_capacity": m.tabulate("storage_power", "storage_energy", columns=["site"]),
    }


def audit_terms(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.Series]:
    """Return what the stores take and give, by site and timestep [MW], and what making them emits [tCO2/a]."""
    charge, discharge = (ledger.column(tables, "storage", name, KEYS) for name in ("charge", "discharge"))
    return {"power_in": discharge, "power_out": charge} | _embodied_again(inputs, tables)


def _embodied_again(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.Series]:
    """Recompute what making new stores emits, by site [tCO2/a], where that is known."""
    if not inputs.is_given(EMBODIED):
        return {}
    made, stands = (inputs.series(name).to_dict() for name in (EMBODIED, "storage_power_existing"))
    tonnes = dict.fromkeys(inputs.sets["site"], 0.0)
    powers: dict[Any, float] = ledger.column(tables, "storage_capacity", "storage_power", ["site"]).to_dict()
    for site, power in powers.items():
        tonnes[site] += made.get(site, 0.0) * (power - stands[site])
    return {"embodied_emissions": pd.Series(tonnes, dtype=float)}


def audit_built(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> dict[str, Stock]:
    """Return the power and the energy of stores that were added."""
    held = tables["storage_capacity"].set_index("site").astype(float)
    sizes = ("storage_power", "storage_energy")
    existing = {size: inputs.series(f"{size}_existing").reindex(held.index) for size in sizes}
    return {f"{size}_new": Stock(held[size] - existing[size], inputs.series(f"{size}_cost")) for size in sizes}


def audit(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> Iterator[Finding]:
    """Stores make no energy, keep within their size, hold green power where they must, and are paid for."""
    table = tables["storage"].set_index(KEYS).astype(float)
    stores = _allowed(inputs, "storage_power").loc[lambda most: most > 0].index
    expected = {(store, step) for store in stores for step in inputs.sets["timestep"]}
    for row in sorted(expected.symmetric_difference(table.index)):
        yield Finding("storage", ", ".join(row), say("is missing from the results, or no store of the scenario"))
    for name, unit in (("charge", "MW"), ("discharge", "MW"), ("state_of_charge", "MWh")):
        yield from Finding.none_negative(name, table[name], unit)
    yield from _audit_energy(inputs, tables, table)
    yield from _audit_sizes(inputs, tables, table)
    if inputs.has("green_power_share") and inputs.scalar("green_power_share_mode") in {"matched", "every_timestep"}:
        most = green_ledger.hourly_green(inputs, tables).reindex(table.index, fill_value=0.0)
        yield from Finding.all_at_most("green_charge", table["charge"], most, "MW")


def _allowed(inputs: Scenario, size: str) -> pd.Series:
    """Return the most that may stand at each site: the limit, or where none is given what stands already."""
    return inputs.series(f"{size}_max").combine_first(inputs.series(f"{size}_existing"))


def _audit_energy(inputs: Scenario, tables: Mapping[str, pd.DataFrame], table: pd.DataFrame) -> Iterator[Finding]:
    """Add up what goes into each store, timestep by timestep."""
    hours = tables["time"].set_index("timestep")["timestep_duration"].astype(float)
    sites, steps = (table.index.get_level_values(key) for key in KEYS)
    into, out_of = (inputs.series(name).reindex(sites).to_numpy() for name in EFFICIENCIES)
    gained = (table["charge"] * into - table["discharge"] / out_of) * hours.reindex(steps).to_numpy()
    held = table["state_of_charge"].reindex(pd.MultiIndex.from_arrays([sites, before(inputs).reindex(steps)]))
    lost = _lost(inputs, table.index, held.to_numpy(), hours.reindex(steps).to_numpy())
    found = table["state_of_charge"] - gained + lost
    yield from Finding.all_equal("state_of_charge_balance", pd.Series(held.to_numpy(), table.index), found, "MWh")
    # Whatever the order of the hours: what a store gives in a round of its period is what it took, less all losses.
    kept, drawn = (
        pd.Series(power * hours.reindex(steps).to_numpy(), table.index)
        for power in (table["charge"] * into, table["discharge"] / out_of)
    )
    given = round_of(inputs, drawn + lost)
    yield from Finding.all_equal("state_of_charge_balance", round_of(inputs, kept), given, "MWh")


def _lost(inputs: Scenario, index: pd.Index, held: np.ndarray, hours: np.ndarray) -> pd.Series:
    """Return what each store loses in each timestep of what it held before, hour by hour compounded [MWh]."""
    rate = inputs.series("storage_loss").reindex(index.get_level_values("site")).to_numpy(float)
    return pd.Series(
        [had * (1.0 - (1.0 - r) ** h) if r else 0.0 for had, r, h in zip(held, rate, hours, strict=True)], index
    )


def _audit_sizes(inputs: Scenario, tables: Mapping[str, pd.DataFrame], table: pd.DataFrame) -> Iterator[Finding]:
    sizes = tables["storage_capacity"].set_index("site").astype(float)
    peaks = table.groupby(level="site").max()
    cost, limits = 0.0, {"storage_power": "storage_power_limit", "storage_energy": "storage_energy_limit"}
    for size, unit, rules in (
        ("storage_power", "MW", {"charge": "charge_limit", "discharge": "discharge_limit"}),
        ("storage_energy", "MWh", {"state_of_charge": "state_of_charge_limit"}),
    ):
        held, existing = sizes[size], inputs.series(f"{size}_existing").reindex(sizes.index)
        usable = held * inputs.series("storage_depth").reindex(sizes.index) if size == "storage_energy" else held
        for name, rule in rules.items():
            yield from Finding.all_at_most(rule, peaks[name], usable, unit)
        yield from Finding.all_at_most(limits[size], held, _allowed(inputs, size).reindex(sizes.index), unit)
        yield from Finding.all_at_most(f"{size}_existing", existing, held, unit)
        cost += float(((held - existing) * inputs.series(f"{size}_cost").reindex(sizes.index)).sum())
    powers, energies = (sizes[size].to_dict() for size in SIZES)
    for rule, asked_of, low in (
        ("storage_hours_floor", inputs.series("storage_hours_min"), True),
        ("storage_hours_cap", inputs.series("storage_hours_max"), False),
    ):
        for site, hours in asked_of.items():
            if site in sizes.index:
                asked, held_there = hours * powers[site], energies[site]
                less, more = (asked, held_there) if low else (held_there, asked)
                yield from Finding.unless_at_most(rule, str(site), float(less), float(more), "MWh")
    stores = _allowed(inputs, "storage_power").gt(0).astype(float)
    yield from Finding.all_equal("storage_capacity", stores, pd.Series(1.0, sizes.index), "stores")
    yield from Finding.cost_differs("storage", cost, tables)


def summary(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """Return energy taken and given by all stores [MWh/a], and their size."""
    del inputs
    sizes = tables["storage_capacity"]
    energy = {name: ledger.total(tables, "storage", name) for name in ("charge", "discharge")}
    return {"energy": energy, "storage": {size: float(sizes[size].sum()) for size in SIZES}}
