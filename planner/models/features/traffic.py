"""Traffic: what it costs to carry work to a site, by the energy served and by the data moved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from planner.figures import ledger
from planner.figures.figure import Figure, at, column_of
from planner.language import Message, say
from planner.models.rules.findings import Finding
from planner.scenario.column import Column, Measure, keys_of
from planner.scenario.parameter import Parameter
from planner.scenario.plausible import MBIT, PER_KWH, PER_TB, Plausible

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd

    from planner.models.algebra.plan_model import PlanModel
    from planner.models.rules.example import Example, Variants
    from planner.scenario.scenario import Scenario

REQUIRES = ("allocation",)
PAIR = ["region", "site"]
PARAMETERS = (
    Parameter(
        "transfer_price",
        ("region", "site"),
        "CNY/MWh",
        say("Price of serving work away, by IT energy served."),
        0.0,
        plausible=Plausible(0.1, 3000.0, (PER_KWH,)),
    ),
    Parameter(
        "traffic_per_mw",
        ("workload",),
        "Gbit/s/MW",
        say("Traffic between region and site for each MW of IT load."),
        0.0,
        plausible=Plausible(0.001, 500.0, (MBIT,)),
    ),
    Parameter(
        "traffic_price",
        ("region", "site"),
        "CNY/GB",
        say("Price of data carried."),
        0.0,
        also_index=((),),
        plausible=Plausible(0.0001, 1.0, (PER_TB,)),
    ),
)
WORDS: dict[str, Message] = {
    "traffic": say("traffic"),
    "transfer": say("transfer"),
    "transfer_price": say("price of transfer"),
    "traffic_per_mw": say("traffic of a MW"),
    "traffic_price": say("price of traffic"),
    "data": say("data carried"),
    "route_traffic": say("data carried over a route"),
    "gigabytes": say("GB of 1 Gbit/s in an hour"),
}
COLUMNS = (
    *keys_of("traffic", *PAIR),
    Column("traffic", "data", "GB/a", say("Data carried in a year.")),
    Column("traffic", "traffic", "Gbit/s", say("Mean rate of the data carried.")),
)
MEASURES = (Measure("traffic", "Gbit/s", 16),)
FLOWS = (Figure("traffic", "flow", "Gbit/s", column_of("traffic", "traffic", *PAIR), at()),)
GIGABYTES = 450.0
"""[GB/(Gbit/s)/h]: 1 Gbit/s for 3600 s, 8 bits a byte."""


def route_traffic(m: PlanModel, region: str, workload: str, site: str, path: str) -> Any:
    """Data carried over a route in a year [GB/a]: 450 × traffic_per_mw × energy served."""
    return m.gigabytes * m.traffic_per_mw[workload] * m.allocated_energy[region, workload, site, path]


def transfer_cost(m: PlanModel) -> Any:
    """Cost of transfer [CNY/a]: ∑ transfer_price × energy served."""
    return sum(m.transfer_price[r, s] * m.allocated_energy[r, k, s, p] for r, k, s, p in m.ROUTES)


def traffic_cost(m: PlanModel) -> Any:
    """Cost of traffic [CNY/a]: ∑ traffic_price × data carried."""
    return sum(m.traffic_price[r, s] * m.route_traffic[r, k, s, p] for r, k, s, p in m.ROUTES)


EXAMPLE: Example = {}
VARIANTS: Variants = {
    "carried": {
        "transfer_price": {"coast;gansu": 30, "capital;hebei": 12},
        "traffic_per_mw": {"online": 0.4, "training": 0.1},
        "traffic_price": 0.02,
    }
}


def build(m: PlanModel) -> None:
    """Add the two costs of carrying work."""
    m.parameter("gigabytes", [], GIGABYTES, "GB/(Gbit/s)/h", made_of=())
    m.expression("route_traffic", m.ROUTES, rule=route_traffic, unit="GB/a")
    m.add_term("cost", "transfer", transfer_cost)
    m.add_term("cost", "traffic", traffic_cost)


def report(m: PlanModel) -> dict[str, pd.DataFrame]:
    """Return data carried [GB/a] and its mean rate [Gbit/s] by region and site."""
    table = m.tabulate("route_traffic", columns=["region", "workload", "site", "path"])
    data = table.groupby(PAIR, sort=False)["route_traffic"].sum()
    carried = data[data > 0].rename("data").reset_index()
    hours = float(m.parameter_values["timestep_weight"].sum())
    return {"traffic": carried.assign(traffic=carried["data"] / (GIGABYTES * hours))}


def audit(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> Iterator[Finding]:
    """Traffic follows from the work done away, byte for byte, and both prices are paid on it."""
    work = tables["allocation"]
    energy = work["allocation"] * work["timestep"].map(ledger.weights(tables))
    rate = energy * work["workload"].map(inputs.series("traffic_per_mw"))
    data = (rate * 3600 / 8).groupby([work["region"], work["site"]]).sum()
    reported = tables["traffic"].set_index(PAIR)
    yield from Finding.all_equal("traffic", data, reported["data"], "GB/a")
    mean = data / (3600 / 8) / float(ledger.weights(tables).sum())
    yield from Finding.all_equal("traffic", mean, reported["traffic"], "Gbit/s")
    transfer = float((energy * ledger.spread(inputs.series("transfer_price"), work)).sum())
    yield from Finding.cost_differs("transfer", transfer, tables)
    prices = inputs.series("traffic_price").reindex(data.index)
    yield from Finding.cost_differs("traffic", float((data * prices).sum()), tables)


def summary(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """Return the mean traffic between regions and sites [Gbit/s]."""
    del inputs
    return {"traffic": float(tables["traffic"]["traffic"].sum())}
