"""Site expansion: capacity built in whole modules, and sites opened to build them."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyomo.environ as pyo

from planner.figures import ledger
from planner.figures.figure import Figure, at, column_of
from planner.language import Message, Text, say
from planner.models.rules.findings import ABSOLUTE_TOLERANCE, Finding, Stock, spell
from planner.models.rules.relaxations import Amount, Rank
from planner.models.rules.usable import modules_usable
from planner.scenario.built import Built
from planner.scenario.column import Column, Measure, keys_of
from planner.scenario.parameter import Parameter
from planner.scenario.plausible import (
    HUNDRED_MILLION_CNY,
    KILOGRAMS,
    KW,
    MONTHS,
    PERCENT,
    RACKS,
    TEN_THOUSAND_CNY,
    Plausible,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from planner.errors import Fault
    from planner.models.algebra.plan_model import PlanModel
    from planner.models.rules.example import Example, Variants
    from planner.scenario.scenario import Scenario

REQUIRES = ("site_capacity",)
KEYS = ["site", "compute_type"]
PARAMETERS = (
    Parameter(
        "module_size",
        ("site", "compute_type"),
        "MW",
        say("IT capacity of one module."),
        None,
        low_open=True,
        plausible=Plausible(0.05, 1000.0, (KW, RACKS)),
        by_case=False,
    ),
    Parameter(
        "modules_max",
        ("site", "compute_type"),
        "1",
        say("Most modules that may be built; a limit far above what could be used means no limit."),
        0,
        "integer",
        plausible=Plausible(1.0, 10000.0),
    ),
    Parameter(
        "module_cost",
        ("site", "compute_type"),
        "CNY/a",
        say("Yearly cost of one module."),
        0.0,
        excludes=("module_capex",),
        plausible=Plausible(100000.0, 1e11, (TEN_THOUSAND_CNY, HUNDRED_MILLION_CNY)),
    ),
    Parameter(
        "module_capex",
        ("site", "compute_type"),
        "CNY",
        say("Investment for one module, in place of module_cost; its annuity is paid."),
        None,
        excludes=("module_cost",),
        plausible=Plausible(100000.0, 1e12, (TEN_THOUSAND_CNY, HUNDRED_MILLION_CNY)),
    ),
    Parameter(
        "discount_rate",
        ("site", "compute_type"),
        "1/a",
        say("Interest of the annuity."),
        None,
        high=1.0,
        also_index=(("compute_type",), ()),
        plausible=Plausible(0.005, 0.3, (PERCENT,)),
    ),
    Parameter(
        "lifetime",
        ("site", "compute_type"),
        "a",
        say("Years over which a module is paid off."),
        None,
        low_open=True,
        also_index=(("compute_type",), ()),
        plausible=Plausible(2.0, 80.0, (MONTHS,)),
    ),
    Parameter(
        "hardware_cost",
        ("site", "compute_type"),
        "CNY",
        say("Investment for the hardware of one module, beside the hall's; its annuity is paid."),
        None,
        plausible=Plausible(100000.0, 1e12, (TEN_THOUSAND_CNY, HUNDRED_MILLION_CNY)),
    ),
    Parameter(
        "hardware_lifetime",
        ("site", "compute_type"),
        "a",
        say("Years over which the hardware of a module is paid off."),
        None,
        low_open=True,
        also_index=(("compute_type",), ()),
        plausible=Plausible(2.0, 20.0, (MONTHS,)),
    ),
    Parameter(
        "opening_cost",
        ("site",),
        "CNY/a",
        say("Yearly cost of building at a site at all; existing capacity needs none."),
        None,
        plausible=Plausible(10000.0, 1e11, (TEN_THOUSAND_CNY, HUNDRED_MILLION_CNY)),
    ),
    Parameter(
        "sites_max",
        (),
        "1",
        say("Most sites at which anything is built; what stands already does not count."),
        None,
        "integer",
        plausible=Plausible(1.0, 1000.0),
    ),
    Parameter(
        "investment_max",
        (),
        "CNY",
        say("Most capital of what is built, as far as it is known: module_capex and hardware_cost."),
        None,
        plausible=Plausible(1e6, 1e13, (TEN_THOUSAND_CNY, HUNDRED_MILLION_CNY)),
    ),
    Parameter(
        "embodied_emissions",
        ("site", "compute_type"),
        "tCO2/MW/a",
        say("Emissions of making a MW of new capacity, hall and hardware, spread over the years of its life."),
        None,
        plausible=Plausible(0.5, 5000.0, (KILOGRAMS,)),
        per_table=True,
    ),
)
EMBODIED = "site_compute_type.embodied_emissions"
WORDS: dict[str, Message] = {
    "site_expansion": say("new build"),
    "site_expansion_opened": say("sites opened"),
    "module_size": say("module size"),
    "modules_max": say("modules limit"),
    "modules_usable": say("modules that could be used"),
    "module_cost": say("yearly cost of a module"),
    "module_capex": say("investment for a module"),
    "discount_rate": say("discount rate"),
    "lifetime": say("lifetime"),
    "hardware_cost": say("investment for the hardware of a module"),
    "hardware_lifetime": say("lifetime of the hardware"),
    "opening_cost": say("cost of opening a site"),
    "sites_max": say("most sites opened"),
    "sites_limit": say("limit on sites opened"),
    "modules": say("modules"),
    "open": say("opened"),
    "capacity_new": say("new capacity"),
    "new_compute": say("new compute capacity"),
    "opening": say("opening sites"),
    "opened_first": say("built only where opened"),
    "investment_max": say("most capital"),
    "investment_limit": say("limit on capital"),
    "halls": say("halls"),
    "hardware": say("hardware"),
    "embodied_of_halls": say("embodied emissions of a MW of new capacity"),
}
COLUMNS = (
    *keys_of("site_expansion", *KEYS),
    Column("site_expansion", "capacity_new", "MW", say("New IT capacity.")),
    Column("site_expansion", "modules", "1", say("Modules built.")),
    *keys_of("site_expansion_opened", "site"),
    Column("site_expansion_opened", "open", "1", say("1 where the site is opened, else 0.")),
)
BUILDS = (
    Built(
        "site_expansion",
        "capacity_new",
        "MW",
        "halls",
        by="compute_type",
        variable="modules",
        size="module_size",
        whole=("site_capacity", "capacity"),
        place=4,
    ),
    Built("site_expansion", "modules", "1", "halls", by="compute_type", most="modules_max"),
)
MEASURES = (Measure("capacity_new", "MW", 12, is_short=True), Measure("modules", "1"))


def derive(inputs: Scenario) -> dict[str, pd.Series]:
    """Turn investments into yearly costs: capex × r ÷ (1 − (1 + r)^−n), or capex ÷ n without interest."""
    hall = _annuity(inputs, "module_capex", "lifetime").combine_first(inputs.series("module_cost"))
    hardware = _annuity(inputs, "hardware_cost", "hardware_lifetime")
    return {"module_cost": hall.add(hardware, fill_value=0.0) if len(hardware) else hall}


def _annuity(inputs: Scenario, investment: str, lifetime: str) -> pd.Series:
    """Return what a module pays in a year for an investment [CNY/a]."""
    capex = inputs.series(investment)
    rate = inputs.series("discount_rate").reindex(capex.index)
    years = inputs.series(lifetime).reindex(capex.index)
    with np.errstate(divide="ignore", invalid="ignore"):
        factor = np.where(rate == 0, 1 / years, rate / -np.expm1(-years * np.log1p(rate)))
    return capex * factor


def check(inputs: Scenario) -> Iterator[Fault]:
    """A module has a size and one cost."""
    modules = inputs.series("modules_max")
    sizes = inputs.series("module_size")
    for pair in modules.index[modules > 0].difference(sizes.index):
        yield inputs.fault(
            "module_size", pair, say("modules may be built, but their size is missing"), say("give MW a module")
        )
    capex = inputs.series("module_capex").index
    given = inputs.given.get("module_cost")
    for pair in capex:
        if isinstance(given, pd.Series) and pair in given.index:
            yield inputs.fault("module_capex", pair, say("module_cost is given as well"), say("give one of the two"))
    for investment, lifetime in (("module_capex", "lifetime"), ("hardware_cost", "hardware_lifetime")):
        for name in ("discount_rate", lifetime):
            for pair in inputs.series(investment).index.difference(inputs.series(name).index):
                problem = say("{investment} needs a {name}", investment=investment, name=name)
                yield inputs.fault(name, pair, problem, say("give {name} in [parameters] or a table", name=name))


def warn(inputs: Scenario) -> Iterator[Text]:
    """Say what a limit on capital does not see."""
    if not inputs.is_given("investment_max"):
        return
    if not any(inputs.is_given(name) for name in CAPITAL):
        yield say("investment_max limits nothing: no capital is known (module_capex, hardware_cost)")
        return
    limit = inputs.series("modules_max")
    unknown = [pair for pair in limit.index[limit > 0] if pair not in inputs.series("module_capex").index]
    if unknown:
        yield say(
            "investment_max does not see the halls of {count} pairs of site and compute type, whose module_capex is "
            "not given",
            count=len(unknown),
        )


CAPITAL = {"module_capex": "halls", "hardware_cost": "hardware"}
"""What is given as an investment [CNY], and the kind of capital it is."""


def opened_first(m: PlanModel, site: str, compute_type: str) -> Any:
    """Modules are built only at a site that is opened.

    modules[s,c] ≤ modules_usable[s,c] × open[s]  ∀ s,c with opening_cost, or all where sites_max is given  [1]

    ==============  ==========================================================================  =
    modules_usable  modules_max, or 10,000 where that is twice what carries all work that can   1
                    come to the site at once (1,000,000 where modules are that small)
    ==============  ==========================================================================  =
    """
    return m.modules[site, compute_type] <= m.modules_usable[site, compute_type] * m.open[site]


def sites_limit(m: PlanModel) -> Any:
    """No more sites are opened than may be.

    ∑_s open[s] ≤ sites_max  [1]
    """
    return sum(m.open[s] for s in m.OPENABLE) <= m.sites_max


def investment_limit(m: PlanModel) -> Any:
    """The capital of what is built, as far as it is known, is no more than may be spent.

    ∑_{s,c} (module_capex[s,c] + hardware_cost[s,c]) × modules[s,c] ≤ investment_max  [CNY]
    """
    return m.investment <= m.investment_max


def halls_capital(m: PlanModel) -> Any:
    """Capital of new halls [CNY]: ∑ module_capex × modules."""
    return sum(m.module_capex[s, c] * m.modules[s, c] for s, c in m.HALLS_WITH_CAPITAL)


def hardware_capital(m: PlanModel) -> Any:
    """Capital of the hardware of new halls [CNY]: ∑ hardware_cost × modules."""
    return sum(m.hardware_cost[s, c] * m.modules[s, c] for s, c in m.HARDWARE_WITH_CAPITAL)


def embodied_term(m: PlanModel, site: str) -> Any:
    """Emissions of making what is built at a site [tCO2/a]: ∑ embodied_emissions × capacity_new."""
    return sum(m.embodied_of_halls[site, c] * m.capacity_new[site, c] for c in m.EMBODIED_HALLS_AT[site])


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
    return sum(m.opening_cost[s] * m.open[s] for s in m.OPENED_AT_A_COST)


def module_bounds(m: PlanModel, site: str, compute_type: str) -> tuple[Any, Any]:
    """Modules are bounded by modules_max, and where that says "no limit" by what could be used."""
    return 0, m.modules_usable[site, compute_type]


def modules_allowed(inputs: Scenario) -> pd.Series:
    """Return how many modules may be built where the size of one is known [1]."""
    return inputs.series("modules_max").reindex(inputs.series("module_size").index)


def one_module(inputs: Scenario, allowed: pd.Series) -> pd.Series:
    """Return the limits at which every one of these modules is a variable: at least one [1]."""
    del inputs
    return allowed.clip(lower=1.0)


GIVES = {
    "opened_first": ("modules_max", "sites_max"),
    "sites_limit": ("sites_max",),
    "investment_limit": ("investment_max",),
}
RELAXATIONS = (
    Amount("sites_max", Rank.POLICY, raised=True),
    Amount("investment_max", Rank.POLICY, raised=True),
    Amount("modules_max", Rank.PLANT, True, modules_allowed, one_module),
)
WHOLE = ("modules", "open")
"""Rules by which something is whole: not held against a year that is planned relaxed."""
EXAMPLE: Example = {
    "module_size": {"shanghai;general": 10, "hebei;general": 10, "hebei;intelligent": 8, "gansu;intelligent": 12},
    "module_cost": {
        "shanghai;general": 9e6,
        "hebei;general": 7e6,
        "hebei;intelligent": 12e6,
        "gansu;intelligent": 14e6,
    },
    "modules_max": {"shanghai;general": 4, "hebei;general": 4, "hebei;intelligent": 5, "gansu;intelligent": 5},
    "opening_cost": {"gansu": 3e6, "hebei": 1e6},
    EMBODIED: {"hebei;general": 30, "hebei;intelligent": 45, "gansu;intelligent": 40},
}
VARIANTS: Variants = {
    "few_sites": {"sites_max": 1},
    "capital": {
        "module_cost": {"gansu;intelligent": None},
        "module_capex": {"gansu;intelligent": 8e7},
        "lifetime": 8,
        "hardware_cost": {"gansu;intelligent": 1e7},
        "hardware_lifetime": 4,
        "discount_rate": 0.04,
        "investment_max": 4.5e8,
    },
}


def build(m: PlanModel) -> None:
    """Add modules, openings and what they cost."""
    limit = m.inputs.series("modules_max")
    buildable = limit.index[limit > 0].to_frame(index=False)
    sites = set(buildable["site"])
    paid = [site for site in m.OPENING_COST_GIVEN if site in sites]
    is_counted = m.inputs.is_given("sites_max") and bool(sites)
    openable = [site for site in m.SITES if site in sites] if is_counted else paid
    m.members("BUILDABLE", buildable.itertuples(index=False, name=None), dimen=2)
    m.parameter("modules_usable", [m.BUILDABLE], modules_usable(m, limit[limit > 0]), "1", made_of=("modules_max",))
    m.subsets("BUILDABLE_OF", m.SITE_COMPUTE_TYPES, buildable.assign(member=buildable["compute_type"]), KEYS)
    m.members("OPENABLE", openable)
    m.members("OPENED_AT_A_COST", paid)
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
    if is_counted:
        m.constrain(sites_limit, unit="1")
    _build_capital(m, buildable)
    if m.inputs.has("emissions") and m.inputs.is_given(EMBODIED):
        _build_embodied(m, buildable)


def _build_capital(m: PlanModel, buildable: pd.DataFrame) -> None:
    """Add up the capital that is known of what may be built, and limit it."""
    pairs = pd.MultiIndex.from_frame(buildable)
    kinds = {"module_capex": halls_capital, "hardware_cost": hardware_capital}
    known = {name: pairs[pairs.isin(m.inputs.series(name).index)] for name in kinds}
    for name, rule in kinds.items():
        m.members(f"{CAPITAL[name].upper()}_WITH_CAPITAL", known[name], dimen=2)
        if len(known[name]):
            m.add_term("investment", CAPITAL[name], rule)
    if m.inputs.is_given("investment_max") and any(map(len, known.values())):
        m.constrain(investment_limit, unit="CNY")


def _build_embodied(m: PlanModel, buildable: pd.DataFrame) -> None:
    """Count what making new halls emits, where that is known."""
    made = m.inputs.series(EMBODIED)
    table = buildable[pd.MultiIndex.from_frame(buildable).isin(made.index)]
    pairs = m.members("EMBODIED_HALLS", table.itertuples(index=False, name=None), dimen=2)
    m.subsets("EMBODIED_HALLS_AT", m.SITES, table, ["site"], dimen=1)
    rates = made.reindex(pd.MultiIndex.from_frame(table)).astype(float)
    m.parameter("embodied_of_halls", [pairs], rates, "tCO2/MW/a", made_of=(EMBODIED,))
    m.add_term("embodied_emissions", "halls", embodied_term)


def report(m: PlanModel) -> dict[str, pd.DataFrame]:
    """Return modules and new capacity [MW] by site and compute type, and the sites opened.

    A site whose opening costs nothing is opened where something is built, whatever the binary says beside it, unless
    it is opened in part, as it may be in a year that is planned relaxed.
    """
    table = m.tabulate("capacity_new", columns=KEYS)
    modules = m.tabulate("modules", columns=KEYS)
    table = table.merge(modules, on=KEYS, how="left").fillna({"modules": 0.0})
    opened = m.tabulate("open", columns=["site"])
    built = modules.groupby("site")["modules"].sum().reindex(opened["site"], fill_value=0.0) > ABSOLUTE_TOLERANCE
    in_part = (opened["open"] - opened["open"].round()).abs() > ABSOLUTE_TOLERANCE
    is_kept = in_part | opened["site"].isin(list(m.OPENED_AT_A_COST))
    opened["open"] = opened["open"].where(is_kept, built.to_numpy().astype(float))
    return {"site_expansion": table, "site_expansion_opened": opened}


def audit(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> Iterator[Finding]:
    """Modules are whole, within their limit, of their size, at opened sites, and paid for."""
    table = tables["site_expansion"].set_index(KEYS)
    for pair in table.index.difference(inputs.full_index(tuple(KEYS))):
        yield Finding("site_expansion", spell(pair), say("is not a site and compute type of the scenario"))
    modules = table["modules"].astype(float)
    for pair, count in modules[(modules - modules.round()).abs() > ABSOLUTE_TOLERANCE].items():
        yield Finding("modules", spell(pair), say("{count:g} modules are not a whole number", count=count))
    yield from Finding.none_negative("modules", modules, "modules")
    yield from Finding.all_at_most("modules_max", modules, inputs.series("modules_max"), "modules")
    size = inputs.series("module_size").reindex(modules.index).fillna(0.0)
    yield from Finding.all_equal("capacity_new", modules * size, table["capacity_new"], "MW")
    yield from Finding.cost_differs("new_compute", float((modules * _yearly(inputs)).sum()), tables)
    yield from _audit_opening(inputs, tables, modules)
    if inputs.is_given("investment_max"):
        spent = float(ledger.added(inputs, tables, "investment").sum())
        yield from Finding.unless_at_most("investment_limit", "national", spent, inputs.number("investment_max"), "CNY")


def audit_terms(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.Series]:
    """Return the capital of what is built by kind [CNY], and what making it emits by site [tCO2/a]."""
    table = tables["site_expansion"].set_index(KEYS).astype(float)
    may_be_built = inputs.series("modules_max")
    found: dict[str, pd.Series] = {}
    spent = {}
    for name, kind in (("module_capex", "halls"), ("hardware_cost", "hardware")):
        price = inputs.series(name)
        if (may_be_built.reindex(price.index) > 0).any():
            spent[kind] = sum(float(table["modules"].get(pair, 0.0)) * amount for pair, amount in price.items())
    if spent:
        found["investment"] = pd.Series(spent, dtype=float)
    if inputs.is_given(EMBODIED):
        made: dict[Any, float] = inputs.series(EMBODIED).to_dict()
        tonnes = dict.fromkeys(inputs.sets["site"], 0.0)
        built: dict[Any, float] = table["capacity_new"].to_dict()
        for (site, kind), size in built.items():
            tonnes[site] += made.get((site, kind), 0.0) * size
        found["embodied_emissions"] = pd.Series(tonnes, dtype=float)
    return found


def audit_built(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> dict[str, Stock]:
    """Return the modules that stand, and the sites that were opened at a cost; of others nobody keeps account."""
    modules = tables["site_expansion"].set_index(KEYS)["modules"].astype(float)
    opened = tables["site_expansion_opened"].set_index("site")["open"].astype(float)
    price = inputs.series("opening_cost")
    told = opened.where(opened.index.isin(price.index))
    return {"modules": Stock(modules, _yearly(inputs), True), "open": Stock(told, price, True)}


def _yearly(inputs: Scenario) -> pd.Series:
    """Return the yearly cost of a module: its investments over the present value of 1 CNY/a, in decimals."""
    rates = inputs.series("discount_rate").to_dict()
    yearly: dict[Any, float] = inputs.series("module_cost").to_dict()
    capex, hardware = (inputs.series(name).to_dict() for name in ("module_capex", "hardware_cost"))
    lifetimes, wears = (inputs.series(name).to_dict() for name in ("lifetime", "hardware_lifetime"))
    yearly |= {pair: _paid(amount, rates[pair], lifetimes[pair]) for pair, amount in capex.items()}
    for pair, amount in hardware.items():
        yearly[pair] = yearly.get(pair, 0.0) + _paid(amount, rates[pair], wears[pair])
    return pd.Series(yearly, dtype=float).rename_axis(KEYS)


def _paid(amount: float, rate: float, years: float) -> float:
    interest, last = Decimal(rate), Decimal(years)
    worth = (1 - (1 + interest) ** -last) / interest if interest else last
    return float(Decimal(amount) / worth)


def _audit_opening(inputs: Scenario, tables: Mapping[str, pd.DataFrame], modules: pd.Series) -> Iterator[Finding]:
    opened = tables["site_expansion_opened"].set_index("site")["open"].astype(float)
    price = inputs.series("opening_cost")
    # A site may be opened where it costs something and there is something to build; it is opened once or not.
    allowed = inputs.series("modules_max")
    buildable = set(allowed.index[allowed > 0].get_level_values("site"))
    asked = buildable if inputs.is_given("sites_max") else buildable.intersection(price.index)
    for site in sorted(asked.symmetric_difference(opened.index)):
        yield Finding("open", str(site), say("is missing from the results, or cannot be opened"))
    near = np.minimum((opened - 0.0).abs(), (opened - 1.0).abs())
    in_part = opened[~(near <= ABSOLUTE_TOLERANCE)]
    for site, value in in_part.items():
        yield Finding("open", str(site), say("{value:g} is neither open nor closed", value=value))
    # Where a year is planned relaxed, a part of a site bears that part of its modules; else none, or all.
    built = modules[modules > ABSOLUTE_TOLERANCE]
    sites = built.index.get_level_values("site")
    share = in_part.reindex(opened.index).fillna(opened.round()).reindex(sites).fillna(0.0).to_numpy()
    room = np.where(share < 1, share * allowed.reindex(built.index).fillna(0.0), np.inf)
    too_much = set(sites[~(built.to_numpy() <= room + ABSOLUTE_TOLERANCE)])
    for site in sorted(too_much.intersection({*price.index, *asked})):
        yield Finding("opened_first", site, say("modules are built at a site that is not opened"))
    if inputs.is_given("sites_max"):
        counted = {**dict.fromkeys(sites, 1.0), **in_part.to_dict()}
        count = max(sum(counted.values()), float(opened.sum()))
        yield from Finding.unless_at_most("sites_limit", "national", count, inputs.number("sites_max"), "sites")
    paid = opened * price.reindex(opened.index).fillna(0.0)
    yield from Finding.cost_differs("opening", float(paid.sum()), tables)


BUILT, MODULES = (column_of("site_expansion", column, "site") for column in ("capacity_new", "modules"))
FIGURES = (
    Figure(
        "capacity_new",
        "site",
        "MW",
        BUILT,
        at("capacity_new"),
        missing=0.0,
        unlisted=0.0,
        rank=3,
        page="new",
        says=say("New capacity"),
    ),
    Figure("modules", "site", "1", MODULES, at("modules"), missing=0.0, unlisted=0.0, rank=4),
)


def summary(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """Return new capacity [MW] and modules by site."""
    del inputs
    table = tables["site_expansion"]
    built = table[table["modules"] > ABSOLUTE_TOLERANCE]
    by_site = built.groupby("site")["modules"].sum()
    return {
        "capacity_new": float(table["capacity_new"].sum()),
        "modules": {s: int(n) if n == round(n) else n for s, n in by_site.items()},
    }
