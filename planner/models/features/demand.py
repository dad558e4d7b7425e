"""Demand: how much compute each region asks for, of which workload, and what leaving it unserved costs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from planner.figures import ledger
from planner.figures.figure import Figure, at, energy_of
from planner.language import Message, Text, say
from planner.models.features.time import weights
from planner.models.rules.findings import Finding
from planner.models.rules.relaxations import Amount, Rank
from planner.scenario.column import Column, Measure, keys_of
from planner.scenario.parameter import IndexSet, Parameter, names_of, place_of
from planner.scenario.plausible import KW, PER_KWH, PERCENT, RACKS, TEN_THOUSAND_CNY, Plausible

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from planner.models.algebra.plan_model import PlanModel
    from planner.models.rules.example import Example
    from planner.scenario.scenario import Scenario

REQUIRES = ("time",)
SETS = (
    IndexSet("region", "REGIONS", say("Places where demand arises.")),
    IndexSet("workload", "WORKLOADS", say("Classes of compute demand.")),
    IndexSet("hub", "HUBS", say("National hub nodes (枢纽)."), (), from_references=True),
    IndexSet("side", "SIDES", say("Sides of the country, such as east and west."), (), from_references=True),
)
PARAMETERS = (
    *names_of("region"),
    *place_of("region"),
    *names_of("workload"),
    *names_of("hub"),
    *names_of("side"),
    Parameter(
        "demand",
        ("region", "workload"),
        "MW",
        say("IT load asked for, mean over the year."),
        plausible=Plausible(0.001, 5000.0, (KW, RACKS)),
    ),
    Parameter(
        "demand_factor",
        ("region", "workload"),
        "1",
        say("Demand over what demand says: read as one number, of which a stage's and a future's are multiplied."),
        1.0,
        also_index=(("workload",),),
        plausible=Plausible(0.05, 20.0, (PERCENT,)),
        multiplies="demand",
    ),
    Parameter(
        "demand_profile",
        ("workload", "timestep"),
        "1",
        say("Demand of the step over its mean; mean 1 over the year."),
        1.0,
        plausible=Plausible(0.001, 20.0, (PERCENT,)),
    ),
    Parameter(
        "unserved_price",
        ("workload",),
        "CNY/MWh",
        say("Cost of IT energy left unserved; without it all demand of the workload must be served."),
        None,
        plausible=Plausible(100.0, 1e9, (PER_KWH, TEN_THOUSAND_CNY)),
    ),
)
WORDS: dict[str, Message] = {
    "region": say("region"),
    "workload": say("workload"),
    "hub": say("hub"),
    "side": say("side"),
    "name_zh": say("Chinese name"),
    "name_en": say("English name"),
    "province": say("province"),
    "longitude": say("longitude"),
    "latitude": say("latitude"),
    "demand": say("demand"),
    "demand_factor": say("demand factor"),
    "demand_profile": say("demand profile"),
    "unserved_price": say("price of unserved demand"),
    "unserved_demand": say("unserved demand"),
    "unserved_energy": say("energy left unserved"),
    "unserved": say("unserved demand"),
    "served_share": say("share of demand served"),
}
KEYS = ["region", "workload", "timestep"]
COLUMNS = (
    *keys_of("demand", *KEYS),
    Column("demand", "demand", "MW", say("IT load asked for in the timestep.")),
    Column("demand", "unserved_demand", "MW", say("Part of the demand that no site serves.")),
)
MEASURES = (Measure("energy", "MWh/a", 4, parts="sources"), Measure("served_share", "1", 10))
PROFILE_TOLERANCE = 1e-3


def warn(inputs: Scenario) -> Iterator[Text]:
    """Name the profiles whose mean is not 1: they ask for other energy than ``demand`` says."""
    if not inputs.is_given("demand_profile"):
        return
    hours = weights(inputs)
    profile = inputs.series("demand_profile").unstack("timestep")
    mean = profile.mul(hours, axis=1).sum(axis=1) / hours.sum()
    for workload in mean.index[(mean - 1).abs() > PROFILE_TOLERANCE]:
        yield say(
            "demand_profile of {workload} has mean {mean:.4g} over the year, not 1",
            workload=workload,
            mean=mean[workload],
        )


def unserved_term(m: PlanModel, region: str, workload: str, timestep: str) -> Any:
    """Unserved demand fills the balance where it is allowed [MW]."""
    return sum(m.unserved_demand[region, k, timestep] for k in m.UNSERVED_OF[region, workload])


def unserved_energy(m: PlanModel, region: str, workload: str) -> Any:
    """Energy left unserved over the year [MWh/a]: ∑_t w unserved_demand."""
    return sum(m.timestep_weight[t] * m.unserved_demand[region, workload, t] for t in m.TIMESTEPS)


def unserved_cost(m: PlanModel) -> Any:
    """Cost of unserved demand [CNY/a]: ∑ unserved_price × unserved_energy."""
    return sum(m.unserved_price[k] * m.unserved_energy[r, k] for r, k in m.UNSERVABLE)


RELAXATIONS = (Amount("demand", Rank.DEMAND, raised=False),)
EXAMPLE: Example = {
    "region.name_zh": {"coast": "沿海", "capital": "京城"},
    "region.name_en": {"coast": "Coast", "capital": "Capital"},
    "region.province": {"coast": "上海", "capital": "北京"},
    "region.hub": {"coast": "delta", "capital": "north"},
    "region.side": {"coast": "east", "capital": "east"},
    "region.longitude": {"coast": 121.5, "capital": 116.4},
    "region.latitude": {"coast": 31.2, "capital": 39.9},
    "demand": {"coast;online": 40, "coast;training": 30, "capital;online": 25, "capital;training": 20},
    "demand_profile": {"online;day": 1.48, "online;night": 0.75},
    "unserved_price": {"online": 4000},
}


def build(m: PlanModel) -> None:
    """Add unserved demand where it has a price."""
    m.members("DEMANDS", m.inputs.full_index(("region", "workload")), dimen=2)
    priced = set(m.inputs.series("unserved_price").index)
    servable = pd.DataFrame([(r, k, k) for r, k in m.DEMANDS if k in priced], columns=["region", "workload", "member"])
    m.members("UNSERVABLE", servable[["region", "workload"]].itertuples(index=False, name=None), dimen=2)
    m.subsets("UNSERVED_OF", m.DEMANDS, servable, ["region", "workload"])
    m.variable("unserved_demand", m.UNSERVABLE, m.TIMESTEPS, unit="MW")
    m.expression("unserved_energy", m.UNSERVABLE, rule=unserved_energy, unit="MWh/a")
    m.add_term("served_demand", "unserved", unserved_term)
    m.add_term("cost", "unserved", unserved_cost)


def report(m: PlanModel) -> dict[str, pd.DataFrame]:
    """Return demand and unserved demand [MW] by region, workload and timestep."""
    demand, profile = m.parameter_values["demand"], m.parameter_values["demand_profile"].unstack("timestep")
    asked = profile.loc[demand.index.get_level_values("workload")].mul(demand.to_numpy(), axis=0)
    asked.index = demand.index
    table = asked.stack().rename_axis(KEYS).reset_index(name="demand")
    unserved = m.tabulate("unserved_demand", columns=KEYS)
    return {"demand": table.merge(unserved, on=KEYS, how="left").fillna({"unserved_demand": 0.0})}


def audit_terms(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.Series]:
    """Return what is left unserved [MW], and the demand that may be served in a timestep [MW]."""
    table = tables["demand"].set_index(KEYS)
    asked = ledger.spread(inputs.series("demand"), tables["demand"]) * ledger.spread(
        inputs.series("demand_profile"), tables["demand"]
    )
    return {
        "served_demand": table["unserved_demand"].astype(float),
        "servable_demand": pd.Series(asked.to_numpy(), table.index),
    }


def audit(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> Iterator[Finding]:
    """Demand is what was asked; what is unserved is allowed, no more than may be served, and paid for."""
    table = tables["demand"]
    asked = ledger.spread(inputs.series("demand"), table) * ledger.spread(inputs.series("demand_profile"), table)
    index = pd.MultiIndex.from_frame(table[KEYS])
    yield from Finding.all_equal(
        "demand", pd.Series(asked.to_numpy(), index), pd.Series(table["demand"].to_numpy(float), index), "MW"
    )
    expected_rows = len(inputs.full_index(tuple(KEYS)))
    yield from Finding.unless_equal("demand", "rows", expected_rows, len(index.unique()), "rows")
    unserved = pd.Series(table["unserved_demand"].to_numpy(float), index)
    yield from Finding.none_negative("unserved_demand", unserved, "MW")
    price = ledger.spread(inputs.series("unserved_price"), table)
    most = ledger.added(inputs, tables, "servable_demand").reindex(index)
    allowed = most.where(price.notna().to_numpy(), 0.0)
    yield from Finding.all_at_most("unserved_demand", unserved, allowed, "MW")
    hours = table["timestep"].map(ledger.weights(tables))
    cost = float((price.fillna(0.0) * hours * table["unserved_demand"]).sum())
    yield from Finding.cost_differs("unserved", cost, tables)


ASKED, LEFT = (energy_of("demand", column, "region") for column in ("demand", "unserved_demand"))
FIGURES = (
    Figure(
        "demand",
        "region",
        "MW",
        ASKED,
        at("energy", "demand"),
        is_mean_power=True,
        gone=0.0,
        rank=1,
        page="demand",
        says=say("Demand"),
    ),
    Figure("unserved", "region", "MW", LEFT, at("energy", "unserved"), is_mean_power=True, gone=0.0, rank=2),
)


def summary(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """Return the share of demand served, by energy."""
    asked, unserved = (float(figure.whole(inputs, tables) or 0.0) for figure in FIGURES)
    return {"served_share": 1 - unserved / asked if asked else 1.0, "energy": {"demand": asked, "unserved": unserved}}
