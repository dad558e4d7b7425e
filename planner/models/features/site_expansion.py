"""Site expansion: capacity built in whole modules, and sites opened to build them."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyomo.environ as pyo

from planner.models.finding import ABSOLUTE_TOLERANCE, Finding, spell
from planner.models.parameter import Parameter

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from planner.errors import Fault
    from planner.io.scenario import Scenario
    from planner.models.plan_model import PlanModel

REQUIRES = ("site_capacity",)
KEYS = ["site", "compute_type"]
PARAMETERS = (
    Parameter("module_size", ("site", "compute_type"), "MW", "IT capacity of one module.", None, low_open=True),
    Parameter("modules_max", ("site", "compute_type"), "1", "Most modules that may be built.", 0, "integer"),
    Parameter("module_cost", ("site", "compute_type"), "CNY/a", "Yearly cost of one module.", 0.0),
    Parameter(
        "module_capex",
        ("site", "compute_type"),
        "CNY",
        "Investment for one module, in place of module_cost; its annuity is paid.",
        None,
    ),
    Parameter(
        "discount_rate",
        ("site", "compute_type"),
        "1/a",
        "Interest of the annuity.",
        None,
        high=1.0,
        also_index=(("compute_type",), ()),
    ),
    Parameter(
        "lifetime",
        ("site", "compute_type"),
        "a",
        "Years over which a module is paid off.",
        None,
        low_open=True,
        also_index=(("compute_type",), ()),
    ),
    Parameter(
        "opening_cost",
        ("site",),
        "CNY/a",
        "Yearly cost of building at a site at all; existing capacity needs none.",
        None,
    ),
)


def derive(inputs: Scenario) -> dict[str, pd.Series]:
    """Turn investments into yearly costs: capex × r ÷ (1 − (1 + r)^−n), or capex ÷ n without interest."""
    capex = inputs.series("module_capex")
    rate = inputs.series("discount_rate").reindex(capex.index)
    years = inputs.series("lifetime").reindex(capex.index)
    with np.errstate(divide="ignore", invalid="ignore"):
        factor = np.where(rate == 0, 1 / years, rate / -np.expm1(-years * np.log1p(rate)))
    return {"module_cost": (capex * factor).combine_first(inputs.series("module_cost"))}


def check(inputs: Scenario) -> Iterator[Fault]:
    """A module has a size and one cost."""
    modules = inputs.series("modules_max")
    sizes = inputs.series("module_size")
    for pair in modules.index[modules > 0].difference(sizes.index):
        yield inputs.fault("module_size", pair, "modules may be built, but their size is missing", "give MW a module")
    capex = inputs.series("module_capex").index
    given = inputs.given.get("module_cost")
    for pair in capex:
        if isinstance(given, pd.Series) and pair in given.index:
            yield inputs.fault("module_capex", pair, "module_cost is given as well", "give one of the two")
    for name in ("discount_rate", "lifetime"):
        for pair in capex.difference(inputs.series(name).index):
            yield inputs.fault(name, pair, f"module_capex needs a {name}", f"give {name} in [parameters] or a table")


def opened_first(m: PlanModel, site: str, compute_type: str) -> Any:
    """Modules are built only at a site that is opened.

    modules[s,c] ≤ modules_max[s,c] × open[s]  ∀ s,c with opening_cost  [1]
    """
    return m.modules[site, compute_type] <= m.modules_max[site, compute_type] * m.open[site]


def capacity_new(m: PlanModel, site: str, compute_type: str) -> Any:
    """Capacity built [MW]: module_size × modules, nothing where nothing may be built."""
    return sum(m.module_size[site, c] * m.modules[site, c] for c in m.BUILDABLE_OF[site, compute_type])


def capacity_new_term(m: PlanModel, site: str, compute_type: str) -> Any:
    """New capacity adds to what stands [MW]."""
    return m.capacity_new[site, compute_type]


def new_compute_cost(m: PlanModel) -> Any:
    """Cost of new modules [CNY/a]: ∑ module_cost × modules."""
    return sum(m.module_cost[s, c] * m.modules[s, c] for s, c in m.BUILDABLE)


def opening_cost(m: PlanModel) -> Any:
    """Cost of opening sites [CNY/a]: ∑ opening_cost × open."""
    return sum(m.opening_cost[s] * m.open[s] for s in m.OPENABLE)


def module_bounds(m: PlanModel, site: str, compute_type: str) -> tuple[Any, Any]:
    """Modules are bounded by modules_max."""
    return 0, m.modules_max[site, compute_type]


def build(m: PlanModel) -> None:
    """Add modules, openings and what they cost."""
    limit = m.inputs.series("modules_max")
    buildable = limit.index[limit > 0].to_frame(index=False)
    openable = [site for site in m.OPENING_COST_GIVEN if site in set(buildable["site"])]
    m.members("BUILDABLE", buildable.itertuples(index=False, name=None), dimen=2)
    m.subsets("BUILDABLE_OF", m.SITE_COMPUTE_TYPES, buildable.assign(member=buildable["compute_type"]), KEYS)
    m.members("OPENABLE", openable)
    m.members("BUILT_IF_OPENED", [pair for pair in m.BUILDABLE if pair[0] in m.OPENABLE], dimen=2)
    m.variable(
        "modules", m.BUILDABLE, unit="1", within=pyo.NonNegativeIntegers, bounds=module_bounds, is_investment=True
    )
    m.variable("open", m.OPENABLE, unit="1", within=pyo.Binary, is_investment=True)
    m.expression("capacity_new", m.SITE_COMPUTE_TYPES, rule=capacity_new, unit="MW")
    m.add_term("capacity", "new", capacity_new_term)
    m.add_term("cost", "new_compute", new_compute_cost)
    m.add_term("cost", "opening", opening_cost)
    m.constrain(opened_first, m.BUILT_IF_OPENED, unit="1")


def report(m: PlanModel) -> dict[str, pd.DataFrame]:
    """Return modules and new capacity [MW] by site and compute type, and the sites opened."""
    table = m.tabulate("capacity_new", columns=KEYS)
    modules = m.tabulate("modules", columns=KEYS)
    table = table.merge(modules, on=KEYS, how="left").fillna({"modules": 0.0})
    return {"site_expansion": table, "site_expansion_opened": m.tabulate("open", columns=["site"])}


def audit(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> Iterator[Finding]:
    """Modules are whole, within their limit, of their size, at opened sites, and paid for."""
    table = tables["site_expansion"].set_index(KEYS)
    for pair in table.index.difference(inputs.full_index(tuple(KEYS))):
        yield Finding("site_expansion", spell(pair), "is not a site and compute type of the scenario")
    modules = table["modules"].astype(float)
    for pair, count in modules[(modules - modules.round()).abs() > ABSOLUTE_TOLERANCE].items():
        yield Finding("modules", spell(pair), f"{count:g} modules are not a whole number")
    yield from Finding.none_negative("modules", modules, "modules")
    yield from Finding.all_at_most("modules_max", modules, inputs.series("modules_max"), "modules")
    size = inputs.series("module_size").reindex(modules.index).fillna(0.0)
    yield from Finding.all_equal("capacity_new", modules * size, table["capacity_new"], "MW")
    yield from Finding.cost_differs("new_compute", float((modules * _yearly(inputs)).sum()), tables)
    yield from _audit_opening(inputs, tables, modules)


def _yearly(inputs: Scenario) -> pd.Series:
    """Return the yearly cost of a module: its investment over the present value of 1 CNY/a, in decimals."""
    capex = inputs.series("module_capex")
    rates, lifetimes = inputs.series("discount_rate").to_dict(), inputs.series("lifetime").to_dict()
    paid = []
    for pair, amount in capex.to_dict().items():
        rate, years = Decimal(rates[pair]), Decimal(lifetimes[pair])
        worth = (1 - (1 + rate) ** -years) / rate if rate else years
        paid.append(float(Decimal(amount) / worth))
    return pd.Series(paid, capex.index, dtype=float).combine_first(inputs.series("module_cost"))


def _audit_opening(inputs: Scenario, tables: Mapping[str, pd.DataFrame], modules: pd.Series) -> Iterator[Finding]:
    opened = tables["site_expansion_opened"].set_index("site")["open"].astype(float)
    price = inputs.series("opening_cost")
    for site, value in opened[~((opened - opened.round()).abs() <= ABSOLUTE_TOLERANCE)].items():
        yield Finding("open", str(site), f"{value:g} is neither open nor closed")
    built = modules.groupby(level="site").sum()
    for site in price.index:
        if built.get(site, 0.0) > ABSOLUTE_TOLERANCE and opened.get(site, 0.0) < 1 - ABSOLUTE_TOLERANCE:
            yield Finding("opened_first", site, "modules are built at a site that is not opened")
    yield from Finding.cost_differs("opening", float((opened * price.reindex(opened.index)).sum()), tables)


def summary(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """Return new capacity [MW] and modules by site."""
    del inputs
    table = tables["site_expansion"]
    built = table[table["modules"] > ABSOLUTE_TOLERANCE]
    by_site = built.groupby("site")["modules"].sum()
    return {"capacity_new": float(table["capacity_new"].sum()), "modules": {s: int(n) for s, n in by_site.items()}}
