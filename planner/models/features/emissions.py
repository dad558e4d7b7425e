"""Emissions: what the plan emits by location or by market accounting, its limit and its price."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from planner.language import say
from planner.models import ledger
from planner.models.finding import Finding
from planner.models.gives import Amount, Rank
from planner.models.parameter import Parameter

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd

    from planner.errors import Fault
    from planner.io.scenario import Scenario
    from planner.models.plan_model import PlanModel

REQUIRES = ("facility_load",)
PARAMETERS = (
    Parameter(
        "emissions_accounting",
        (),
        "",
        "location: all power at the grid's factor; market: grid power only, contracted green counts zero.",
        "market",
        "choice",
        choices=("location", "market"),
        source="GHG Protocol Scope 2 guidance",
        description_zh="location：全部用电按电网因子计；market：仅电网供电计排放，合同绿电计为零。",
    ),
    Parameter(
        "emission_factor",
        ("site", "timestep"),
        "tCO2/MWh",
        "Emissions of the grid's power.",
        also_index=(("site",),),
        description_zh="电网供电的碳排放因子。",
    ),
    Parameter("emissions_max", (), "tCO2/a", "Most that the plan may emit.", None, description_zh="方案的排放上限。"),
    Parameter("carbon_price", (), "CNY/tCO2", "Price of emissions.", 0.0, description_zh="碳排放价格。"),
)
WORDS: dict[str, tuple[str, str]] = {
    "emissions": ("emissions", "碳排放"),
    "emissions_accounting": ("emissions accounting", "排放核算口径"),
    "accounting": ("accounting", "核算口径"),
    "emission_factor": ("emission factor", "排放因子"),
    "emissions_max": ("emissions limit", "排放上限"),
    "emissions_limit": ("emissions limit", "排放上限"),
    "site_emissions": ("emissions of the site", "节点碳排放"),
    "carbon_price": ("price of carbon", "碳价"),
    "carbon": ("carbon", "碳成本"),
    "location": ("location-based", "基于位置"),
    "market": ("market-based", "基于市场"),
    "sites": ("sites", "节点"),
}


def check(inputs: Scenario) -> Iterator[Fault]:
    """Market accounting counts grid power, which is known only with a power supply."""
    if inputs.scalar("emissions_accounting") == "market" and not inputs.has("power_supply"):
        yield inputs.fault(
            "emissions_accounting",
            None,
            say("market accounting needs the feature power_supply", "基于市场的核算需要功能 power_supply"),
            say(
                'list power_supply, or set emissions_accounting = "location"',
                '列出 power_supply，或设 emissions_accounting = "location"',
            ),
        )


def location_emissions(m: PlanModel, site: str) -> Any:
    """Emissions of the facility load [tCO2/a]: ∑_t w facility_load × emission_factor; without what stores lose."""
    return sum(m.emission_factor[site, t] * m.facility_energy[site, t] for t in m.TIMESTEPS)


def market_emissions(m: PlanModel, site: str) -> Any:
    """Emissions of a site's grid power [tCO2/a]: ∑_t w grid_power × emission_factor."""
    return sum(m.emission_factor[site, t] * m.grid_energy[site, t] for t in m.TIMESTEPS)


def site_emissions_term(m: PlanModel) -> Any:
    """Emissions of all sites [tCO2/a]."""
    return sum(m.site_emissions[s] for s in m.SITES)


def emissions_limit(m: PlanModel) -> Any:
    """The plan emits no more than it may.

    ∑_s emissions[s] ≤ emissions_max  [tCO2/a]
    """
    return m.emissions <= m.emissions_max


def carbon_cost(m: PlanModel) -> Any:
    """Cost of emissions [CNY/a]: carbon_price × emissions."""
    return m.carbon_price * m.emissions


GIVES = {"emissions_limit": ("emissions_max",)}
RELAXATIONS = (Amount("emissions_max", Rank.POLICY, raised=True),)


def build(m: PlanModel) -> None:
    """Add the emissions by the accounting asked for, their limit and their price."""
    location = m.inputs.scalar("emissions_accounting") == "location"
    rule = location_emissions if location else market_emissions
    m.expression("site_emissions", m.SITES, rule=rule, unit="tCO2/a")
    m.add_term("emissions", "sites", site_emissions_term)
    m.open_total("emissions", unit="tCO2/a")
    m.add_term("cost", "carbon", carbon_cost)
    if m.inputs.is_given("emissions_max"):
        m.constrain(emissions_limit, unit="tCO2/a")


def report(m: PlanModel) -> dict[str, pd.DataFrame]:
    """Return the emissions of every site [tCO2/a] and the accounting they follow."""
    table = m.tabulate("site_emissions", columns=["site"]).rename(columns={"site_emissions": "emissions"})
    return {"emissions": table.assign(accounting=str(m.inputs.scalar("emissions_accounting")))}


def audit(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> Iterator[Finding]:
    """Emissions follow from energy and factor, stay within the limit, and are paid for."""
    location = inputs.scalar("emissions_accounting") == "location"
    name, column = ("facility_load", "facility_load") if location else ("power_supply", "grid_power")
    table = tables[name]
    tonnes = (
        table[column]
        * table["timestep"].map(ledger.weights(tables))
        * ledger.spread(inputs.series("emission_factor"), table)
    )
    by_site = tonnes.groupby(table["site"]).sum()
    reported = tables["emissions"].set_index("site")["emissions"].astype(float)
    yield from Finding.all_equal("emissions", by_site, reported, "tCO2/a")
    accounting = inputs.scalar("emissions_accounting")
    for site in tables["emissions"].loc[tables["emissions"]["accounting"] != accounting, "site"]:
        yield Finding(
            "emissions_accounting", str(site), say("is not {accounting}", "不是 {accounting}", accounting=accounting)
        )
    total, limit = float(by_site.sum()), inputs.scalar("emissions_max")
    if limit is not None:
        yield from Finding.unless_at_most("emissions_limit", "national", total, float(limit), "tCO2/a")
    yield from Finding.cost_differs("carbon", total * inputs.number("carbon_price"), tables)


def summary(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """Return emissions [tCO2/a] and their accounting."""
    return {
        "emissions": float(tables["emissions"]["emissions"].sum()),
        "emissions_accounting": inputs.scalar("emissions_accounting"),
    }
