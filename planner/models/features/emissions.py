"""Emissions: what the plan emits by one of three accountings, its limit and its price.

``location`` counts all power that a site draws at the factor of its grid. ``contract`` counts grid power alone: green
power under contract emits nothing, and certificates change nothing. ``market_certificates`` is that of the GHG
Protocol's scope 2: certificates bought for grid power emit nothing either, and the rest is at the residual factor. The
three are never mixed; all that are known stand beside each other in the results.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from planner.figures import ledger
from planner.figures.figure import Figure, at, column_of
from planner.language import Message, Text, say
from planner.models.rules.findings import Finding
from planner.models.rules.relaxations import Amount, Never, Rank
from planner.scenario.column import Column, Measure, keys_of
from planner.scenario.parameter import Parameter
from planner.scenario.plausible import (
    G_PER_KWH,
    KILOGRAMS,
    MEGATONNES,
    PER_KG,
    TEN_THOUSAND_TONNES,
    TONNES_PER_KWH,
    Plausible,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from planner.errors import Fault
    from planner.models.algebra.plan_model import PlanModel
    from planner.models.rules.example import Example, Variants
    from planner.scenario.scenario import Scenario

REQUIRES = ("facility_load",)
ACCOUNTINGS = ("location", "contract", "market_certificates")
PARAMETERS = (
    Parameter(
        "emissions_accounting",
        (),
        "",
        say(
            "location: all power drawn at the grid's factor; contract: grid power only, green power under contract "
            "counts zero; market_certificates: certificates count zero as well, the rest is at the residual factor."
        ),
        "contract",
        "choice",
        choices=ACCOUNTINGS,
        accounting_of="emissions",
        retired={
            "market": say(
                "market is called contract now (grid power at its factor, certificates change nothing); with "
                "certificates, as the GHG Protocol has it, it is market_certificates"
            )
        },
        source="GHG Protocol Scope 2 guidance",
    ),
    Parameter(
        "emission_factor",
        ("site", "timestep"),
        "tCO2/MWh",
        say("Emissions of the grid's power."),
        also_index=(("site",),),
        plausible=Plausible(0.001, 1.5, (G_PER_KWH, TONNES_PER_KWH)),
    ),
    Parameter(
        "residual_emission_factor",
        ("site",),
        "tCO2/MWh",
        say(
            "Emissions of grid power that nobody holds a certificate for; by default the mean emission_factor "
            "of the year."
        ),
        None,
        source="GHG Protocol Scope 2 guidance",
        plausible=Plausible(0.001, 1.5, (G_PER_KWH, TONNES_PER_KWH)),
    ),
    Parameter(
        "emissions_max",
        (),
        "tCO2/a",
        say("Most that the plan may emit."),
        None,
        plausible=Plausible(1000.0, 1e9, (TEN_THOUSAND_TONNES, MEGATONNES, KILOGRAMS)),
        caps="emissions",
    ),
    Parameter(
        "emissions_budget",
        (),
        "tCO2",
        say("Most that the plan may emit over all years it plans; with one year, in that."),
        None,
        plausible=Plausible(1000.0, 1e10, (TEN_THOUSAND_TONNES, MEGATONNES, KILOGRAMS)),
    ),
    Parameter(
        "embodied_in_total",
        (),
        "",
        say("Whether embodied emissions count in what is limited, priced and minimised, beside those of power."),
        default=False,
        kind="flag",
    ),
    Parameter(
        "carbon_price", (), "CNY/tCO2", say("Price of emissions."), 0.0, plausible=Plausible(2.0, 5000.0, (PER_KG,))
    ),
)
WORDS: dict[str, Message] = {
    "emissions": say("emissions"),
    "emissions_accounting": say("emissions accounting"),
    "accounting": say("accounting"),
    "emission_factor": say("emission factor"),
    "residual_emission_factor": say("residual emission factor"),
    "emissions_max": say("emissions limit"),
    "emissions_limit": say("emissions limit"),
    "site_emissions": say("emissions of the site"),
    "emissions_budget": say("emissions budget"),
    "emissions_budget_limit": say("emissions budget"),
    "years_planned": say("years planned"),
    "embodied_emissions": say("embodied emissions"),
    "embodied_in_total": say("embodied emissions in the total"),
    "embodied": say("embodied"),
    "emissions_embodied": say("embodied emissions by site"),
    "residual_energy": say("grid energy without a certificate"),
    "residual_energy_floor": say("grid energy without a certificate"),
    "carbon_price": say("price of carbon"),
    "carbon": say("carbon"),
    "location": say("location-based"),
    "contract": say("by contracts"),
    "market_certificates": say("market-based, with certificates"),
    "emissions_location": say("emissions, location-based"),
    "emissions_contract": say("emissions, by contracts"),
    "emissions_market_certificates": say("emissions, market-based with certificates"),
    "emissions_by_accounting": say("emissions by accounting"),
    "sites": say("sites"),
}
COLUMNS = (
    *keys_of("emissions", "site"),
    Column("emissions", "emissions", "tCO2/a", say("Emissions that the plan counts.")),
    Column("emissions", "emissions_location", "tCO2/a", say("Of all power from outside.")),
    Column("emissions", "emissions_contract", "tCO2/a", say("Of grid power alone.")),
    Column(
        "emissions",
        "emissions_market_certificates",
        "tCO2/a",
        say("Of grid power without a certificate, at the residual factor."),
    ),
    Column("emissions", "accounting", "", say("Accounting that the plan counts by.")),
    *keys_of("emissions_embodied", "site"),
    Column(
        "emissions_embodied",
        "embodied_emissions",
        "tCO2/a",
        say("Emissions of making what is built: halls, green capacity and storage power that are new."),
    ),
)
MEASURES = (
    Measure("emissions", "tCO2/a", 2, is_short=True),
    Measure("emissions_by_accounting", "tCO2/a", 3, parts="accountings"),
    Measure("embodied_emissions", "tCO2/a"),
)


def check(inputs: Scenario) -> Iterator[Fault]:
    """Contracts and certificates are known only with a power supply."""
    accounting = str(inputs.scalar("emissions_accounting"))
    if accounting != "location" and not inputs.has("power_supply"):
        problem = say("{accounting} accounting needs the feature power_supply", accounting=accounting)
        remedy = say('list power_supply, or set emissions_accounting = "location"')
        yield inputs.fault("emissions_accounting", None, problem, remedy)


def warn(inputs: Scenario) -> Iterator[Text]:
    """Say which factor stands in where certificates count and none is given, and that nothing embodied is known."""
    if inputs.scalar("embodied_in_total") and not any(name.endswith(".embodied_emissions") for name in inputs.given):
        yield say("embodied_in_total counts nothing: no embodied_emissions are given")
    if inputs.scalar("emissions_accounting") != "market_certificates":
        return
    sites = list(inputs.sets["site"])
    lacking = [site for site in sites if site not in inputs.series("residual_emission_factor").index]
    if lacking:
        yield say(
            "residual_emission_factor is not given for {count} of {all} sites: the mean emission_factor of the year "
            "stands in, which is too low where others hold certificates",
            count=len(lacking),
            all=len(sites),
        )


def derive(inputs: Scenario) -> dict[str, pd.Series]:
    """Take the weighted mean of the emission factor where no residual factor is given [tCO2/MWh]."""
    weight = inputs.series("timestep_weight").reindex(inputs.full_index(("timestep",)), fill_value=1.0)
    factor = inputs.series("emission_factor").unstack("timestep").reindex(columns=weight.index)
    mean = factor.mul(weight, axis=1).sum(axis=1) / weight.sum()
    return {"residual_emission_factor": inputs.series("residual_emission_factor").combine_first(mean)}


def location_emissions(m: PlanModel, site: str) -> Any:
    """Emissions of all power drawn [tCO2/a]: ∑_t w site_draw × emission_factor; what stores lose is in it."""
    return sum(m.emission_factor[site, t] * m.site_draw_energy[site, t] for t in m.TIMESTEPS)


def load_emissions(m: PlanModel, site: str) -> Any:
    """The same without a power supply [tCO2/a]: no store is there, and what the facility uses is what it draws."""
    return sum(m.emission_factor[site, t] * m.facility_energy[site, t] for t in m.TIMESTEPS)


def contract_emissions(m: PlanModel, site: str) -> Any:
    """Emissions of a site's grid power [tCO2/a]: ∑_t w grid_power × emission_factor."""
    return sum(m.emission_factor[site, t] * m.grid_energy[site, t] for t in m.TIMESTEPS)


def market_certificates_emissions(m: PlanModel, site: str) -> Any:
    """Emissions of grid power that no certificate covers [tCO2/a]: residual_emission_factor × residual_energy."""
    return m.residual_emission_factor[site] * m.residual_energy[site]


def residual_energy_floor(m: PlanModel, site: str) -> Any:
    """Grid energy that no certificate of the site covers is at least what is left of it.

    residual_energy[s] ≥ ∑_t w grid_power[s,t] − certificates[s]  ∀ s  [MWh/a]

    More certificates than grid energy change nothing more: residual_energy ≥ 0.
    """
    return m.residual_energy[site] >= sum(m.grid_energy[site, t] for t in m.TIMESTEPS) - sum(
        m.certificates[s] for s in m.CERTIFIED_AT[site]
    )


def embodied_term(m: PlanModel) -> Any:
    """Emissions of making what is built, at all sites [tCO2/a]."""
    return sum(m.embodied_emissions[s] for s in m.SITES)


def site_emissions_term(m: PlanModel) -> Any:
    """Emissions of all sites [tCO2/a]."""
    return sum(m.site_emissions[s] for s in m.SITES)


def emissions_limit(m: PlanModel) -> Any:
    """The plan emits no more than it may.

    ∑_s emissions[s] ≤ emissions_max  [tCO2/a]

    With embodied_in_total emissions[s] are those of power and the embodied ones.
    """
    return m.emissions <= m.emissions_max


def emissions_budget_limit(m: PlanModel) -> Any:
    """Over all years planned the plan emits no more than its budget.

    years_planned × ∑_s emissions[s] ≤ emissions_budget  [tCO2]
    """
    return m.years_planned * m.emissions <= m.emissions_budget


def carbon_cost(m: PlanModel) -> Any:
    """Cost of emissions [CNY/a]: carbon_price × emissions."""
    return m.carbon_price * m.emissions


GIVES = {
    "emissions_limit": ("emissions_max",),
    "emissions_budget_limit": ("emissions_budget",),
    "residual_energy_floor": Never(say("a certificate covers its energy once")),
}
RELAXATIONS = (
    Amount("emissions_max", Rank.POLICY, raised=True),
    Amount("emissions_budget", Rank.POLICY, raised=True),
)
RULES = {
    "location": location_emissions,
    "contract": contract_emissions,
    "market_certificates": market_certificates_emissions,
}
EXAMPLE: Example = {"emission_factor": {"shanghai": 0.6, "hebei": 0.72, "gansu": 0.48}, "carbon_price": 50.0}
VARIANTS: Variants = {
    "limits": {"emissions_max": 6.01e5},
    "market": {"emissions_accounting": "market_certificates"},
    "location": {"emissions_accounting": "location"},
    "budget": {"emissions_max": 1e9, "emissions_budget": 6.01e5, "embodied_in_total": True},
}


def build(m: PlanModel) -> None:
    """Add the emissions by the accounting asked for, their limit and their price."""
    accounting = str(m.inputs.scalar("emissions_accounting"))
    rule = RULES[accounting] if m.inputs.has("power_supply") else load_emissions
    if accounting == "market_certificates":
        certified = pd.DataFrame({"owner": list(m.CERTIFICATE_PRICE_GIVEN), "site": list(m.CERTIFICATE_PRICE_GIVEN)})
        m.subsets("CERTIFIED_AT", m.SITES, certified, ["owner"])
        m.variable("residual_energy", m.SITES, unit="MWh/a")
        m.constrain(residual_energy_floor, m.SITES, unit="MWh/a")
    m.expression("site_emissions", m.SITES, rule=rule, unit="tCO2/a")
    m.add_term("emissions", "sites", site_emissions_term)
    m.open_total("embodied_emissions", m.SITES, unit="tCO2/a")
    if m.inputs.scalar("embodied_in_total"):
        m.add_term("emissions", "embodied", embodied_term)
    m.open_total("emissions", unit="tCO2/a")
    m.add_term("cost", "carbon", carbon_cost)
    if m.inputs.is_given("emissions_max"):
        m.constrain(emissions_limit, unit="tCO2/a")
    if m.inputs.is_given("emissions_budget"):
        m.parameter("years_planned", [], 1.0, "a", made_of=())  # of a plan without stages
        m.constrain(emissions_budget_limit, unit="tCO2")


def report(m: PlanModel) -> dict[str, pd.DataFrame]:
    """Return the emissions of every site by each accounting that is known, and those that the plan counts [tCO2/a]."""
    accounting = str(m.inputs.scalar("emissions_accounting"))
    factor = m.parameter_values["emission_factor"]
    if not m.inputs.has("power_supply"):
        drawn = m.tabulate("facility_energy", columns=["site", "timestep"]).set_index(["site", "timestep"])
        by = {"location": _at_factor(drawn["facility_energy"], factor)}
    else:
        power = m.tabulate("site_draw_energy", "grid_energy", columns=["site", "timestep"])
        power = power.set_index(["site", "timestep"])
        owned = m.tabulate("certificates", columns=["site"]).set_index("site")["certificates"]
        grid = power["grid_energy"].groupby(level="site", sort=False).sum()
        rest = grid.sub(owned.reindex(grid.index, fill_value=0.0)).clip(lower=0.0)
        by = {
            "location": _at_factor(power["site_draw_energy"], factor),
            "contract": _at_factor(power["grid_energy"], factor),
            "market_certificates": rest * m.parameter_values["residual_emission_factor"].reindex(rest.index),
        }
    table = pd.DataFrame({"emissions": by[accounting]} | {f"emissions_{name}": tonnes for name, tonnes in by.items()})
    found = {"emissions": table.rename_axis("site").reset_index().assign(accounting=accounting)}
    if m.totals["embodied_emissions"].terms:
        found["emissions_embodied"] = m.tabulate("embodied_emissions", columns=["site"])
        if m.inputs.scalar("embodied_in_total"):
            embodied = found["emissions_embodied"].set_index("site")["embodied_emissions"]
            found["emissions"]["emissions"] += embodied.reindex(found["emissions"]["site"]).to_numpy(float)
    return found


def _at_factor(energy: pd.Series, factor: pd.Series) -> pd.Series:
    """Return energy times the factor of its timestep, by site [tCO2/a]."""
    return (energy * factor.reindex(energy.index)).groupby(level="site", sort=False).sum()


def audit(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> Iterator[Finding]:
    """Emissions follow from energy and factor by every accounting, stay within the limit, and are paid for."""
    again = _again(inputs, tables)
    table = tables["emissions"].set_index("site")
    for name, tonnes in again.items():
        yield from Finding.all_equal(f"emissions_{name}", tonnes, table[f"emissions_{name}"].astype(float), "tCO2/a")
    accounting = str(inputs.scalar("emissions_accounting"))
    counted = again[accounting]
    embodied = ledger.added(inputs, tables, "embodied_emissions")
    if len(embodied) or "emissions_embodied" in tables:
        said = tables["emissions_embodied"].set_index("site")["embodied_emissions"].astype(float)
        yield from Finding.all_equal("embodied_emissions", embodied, said, "tCO2/a")
    if inputs.scalar("embodied_in_total"):
        counted = counted.add(embodied, fill_value=0.0)
    yield from Finding.all_equal("emissions", counted, table["emissions"].astype(float), "tCO2/a")
    if "contract" in again:
        # Whoever buys green power emits less than the grid's power in its place, never more.
        yield from Finding.all_at_most("location", again["contract"], again["location"], "tCO2/a")
    for site in table.index[table["accounting"] != accounting]:
        yield Finding("emissions_accounting", str(site), say("is not {accounting}", accounting=accounting))
    total, limit = float(counted.sum()), inputs.scalar("emissions_max")
    if limit is not None:
        yield from Finding.unless_at_most("emissions_limit", "national", total, float(limit), "tCO2/a")
    if inputs.is_given("emissions_budget"):
        budget = inputs.number("emissions_budget")
        yield from Finding.unless_at_most("emissions_budget_limit", "national", total * 1.0, budget, "tCO2")
    yield from Finding.cost_differs("carbon", total * inputs.number("carbon_price"), tables)


def _again(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.Series]:
    """Recompute the emissions of every site by each accounting that is known [tCO2/a]."""
    factor = inputs.series("emission_factor")

    def tonnes(table: pd.DataFrame, power: pd.Series) -> pd.Series:
        yearly = power * table["timestep"].map(ledger.weights(tables)) * ledger.spread(factor, table)
        return yearly.groupby(table["site"]).sum()

    load = tables["facility_load"]
    if "power_supply" not in tables:
        return {"location": tonnes(load, load["facility_load"])}
    supply, technology = tables["power_supply"], tables["power_supply_technology"]
    contract = tonnes(supply, supply["grid_power"])
    residual = inputs.series("residual_emission_factor")
    hours, factors = ledger.weights(tables), factor.to_dict()
    bought = tables["power_supply_certificates"].groupby("site")["certificates"].sum()
    left = {}
    for site, energy in ledger.energy(tables, "power_supply", "grid_power", ["site"]).items():
        mean = sum(factors[site, step] * share for step, share in hours.items()) / float(hours.sum())
        left[site] = float(residual.get(site, mean)) * max(0.0, energy - float(bought.get(site, 0.0)))
    return {
        "location": contract.add(tonnes(technology, technology["green_power"]), fill_value=0.0),
        "contract": contract,
        "market_certificates": pd.Series(left, dtype=float),
    }


FIGURES = (
    Figure(
        "emissions",
        "site",
        "tCO2/a",
        column_of("emissions", "emissions", "site"),
        at("emissions"),
        rank=8,
        page="emissions",
        says=say("Emissions"),
    ),
)


def summary(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """Return emissions [tCO2/a], their accounting, and those of every accounting that is known."""
    [counted] = FIGURES
    known = [name for name in ACCOUNTINGS if f"emissions_{name}" in tables["emissions"]]
    embodied = {}
    if "emissions_embodied" in tables:
        embodied["embodied_emissions"] = float(tables["emissions_embodied"]["embodied_emissions"].sum())
    return embodied | {
        "emissions": counted.whole(inputs, tables),
        "emissions_accounting": inputs.scalar("emissions_accounting"),
        "emissions_by_accounting": {name: float(tables["emissions"][f"emissions_{name}"].sum()) for name in known},
    }
