"""Facility load: the power a site draws for its IT load (PUE), and the water it evaporates (WUE)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from planner.figures import ledger
from planner.figures.figure import Figure, at, column_of, energy_of
from planner.language import Message, say
from planner.models.rules import audit_work
from planner.models.rules.findings import ABSOLUTE_TOLERANCE, Finding
from planner.models.rules.relaxations import Amount, Rank
from planner.scenario.column import Column, Measure, Series, keys_of
from planner.scenario.parameter import INFINITY, Parameter
from planner.scenario.plausible import (
    FAHRENHEIT,
    HUNDREDTHS,
    KELVIN,
    LITRES,
    LITRES_PER_MWH,
    PER_LITRE,
    PERCENT,
    TEN_THOUSAND_M3,
    Plausible,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from planner.errors import Fault
    from planner.models.algebra.plan_model import PlanModel
    from planner.models.rules.example import Example, Variants
    from planner.scenario.scenario import Scenario

REQUIRES = ("site_capacity",)
KEYS = ["site", "timestep"]
PARAMETERS = (
    Parameter(
        "pue",
        ("site", "timestep"),
        "1",
        say("Power usage effectiveness: facility load over IT load."),
        None,
        low=1.0,
        high=5.0,
        also_index=(("site",),),
        excludes=("pue_base",),
        plausible=Plausible(1.02, 2.5, (PERCENT,)),
    ),
    Parameter(
        "pue_base",
        ("site",),
        "1",
        say("PUE while outside air cools freely; in place of pue."),
        None,
        low=1.0,
        high=5.0,
        excludes=("pue",),
        plausible=Plausible(1.02, 2.5, (PERCENT,)),
    ),
    Parameter(
        "pue_slope",
        ("site",),
        "1/K",
        say("Rise of PUE per kelvin above free_cooling_temperature."),
        0.0,
        plausible=Plausible(0.0005, 0.05, (PERCENT,)),
    ),
    Parameter(
        "free_cooling_temperature",
        ("site",),
        "°C",
        say("Outside temperature up to which outside air cools freely."),
        None,
        low=-60,
        high=60,
        also_index=((),),
        plausible=Plausible(-20.0, 35.0, (FAHRENHEIT, KELVIN)),
    ),
    Parameter(
        "temperature",
        ("site", "timestep"),
        "°C",
        say("Outside dry-bulb temperature."),
        None,
        low=-90,
        high=70,
        also_index=(("site",),),
        plausible=Plausible(-50.0, 50.0, (FAHRENHEIT, KELVIN)),
    ),
    Parameter(
        "wue",
        ("site",),
        "m3/MWh",
        say("Water use effectiveness: water over IT energy (1 m3/MWh = 1 L/kWh)."),
        0.0,
        plausible=Plausible(0.02, 10.0, (LITRES_PER_MWH, HUNDREDTHS)),
    ),
    Parameter(
        "water_max",
        ("site",),
        "m3/a",
        say("Most water the site may use."),
        None,
        high=INFINITY,
        plausible=Plausible(100.0, 1e9, (TEN_THOUSAND_M3, LITRES)),
    ),
    Parameter(
        "water_price",
        ("site",),
        "CNY/m3",
        say("Price of water."),
        0.0,
        also_index=((),),
        plausible=Plausible(0.3, 100.0, (PER_LITRE,)),
    ),
)
WORDS: dict[str, Message] = {
    "facility_load": say("facility load"),
    "facility_energy": say("facility energy"),
    "facility_load_water": say("water used"),
    "facility": say("facility"),
    "standby_load": say("load of machines on standby"),
    "pue": say("PUE"),
    "pue_base": say("base PUE"),
    "pue_slope": say("rise of PUE with temperature"),
    "mean_pue": say("mean PUE"),
    "free_cooling_temperature": say("free-cooling temperature"),
    "temperature": say("outside temperature"),
    "wue": say("WUE"),
    "water": say("water"),
    "water_max": say("water limit"),
    "water_price": say("price of water"),
    "water_limit": say("water limit"),
}
COLUMNS = (
    *keys_of("facility_load", *KEYS),
    Column("facility_load", "it_load", "MW", say("IT load of the site.")),
    *keys_of("facility_load", "pue"),
    Column("facility_load", "facility_load", "MW", say("Power that the facility uses.")),
    *keys_of("facility_load_water", "site"),
    Column("facility_load_water", "water", "m3/a", say("Water that the site uses.")),
)
SERIES = (
    Series("load", "facility_load", "facility_load", page="facility_load", rank=1, says=say("facility load")),
    Series("it", "facility_load", "it_load"),
    Series("factor", "facility_load", "pue"),
)
MEASURES = (Measure("mean_pue", "1", 14), Measure("water", "m3/a", 15))


def derive(inputs: Scenario) -> dict[str, pd.Series]:
    """Compute PUE from temperature where it is not given: base + slope × max(0, temperature − free cooling)."""
    base = inputs.series("pue_base")
    if base.empty:
        return {}
    index = inputs.full_index(("site", "timestep"))
    sites = index.get_level_values("site")
    excess = inputs.series("temperature").reindex(index) - _at(inputs.series("free_cooling_temperature"), sites)
    slope = _at(inputs.series("pue_slope"), sites)
    computed = pd.Series(_at(base, sites), index) + (slope * excess.clip(lower=0.0)).where(slope > 0, 0.0)
    return {"pue": inputs.series("pue").combine_first(computed.dropna()).rename("pue")}


def _at(values: pd.Series, sites: pd.Index) -> Any:
    return values.reindex(sites).to_numpy(float)


def check(inputs: Scenario) -> Iterator[Fault]:
    """Every site has one PUE in every timestep."""
    given, base = inputs.series("pue"), inputs.series("pue_base")
    sloped = inputs.series("pue_slope").loc[lambda slope: slope > 0].index
    warm, free = inputs.series("temperature"), inputs.series("free_cooling_temperature")
    for site in inputs.sets["site"]:
        stated = site in given.index.get_level_values("site")
        if stated and site in base.index:
            yield inputs.fault("pue_base", (site,), say("pue is given as well"), say("give one of the two"))
        elif not stated and site not in base.index:
            yield inputs.fault("pue", (site,), say("the PUE is missing"), say("give pue, or pue_base and pue_slope"))
        elif stated and len(given.xs(site, level="site")) < len(inputs.sets["timestep"]):
            yield inputs.fault(
                "pue", (site,), say("the PUE is missing in some timesteps"), say("give it in every timestep")
            )
        elif site in base.index.intersection(sloped):
            if site not in free.index:
                yield inputs.fault("free_cooling_temperature", (site,), say("pue_slope needs it"), say("give it in °C"))
            if len(warm[warm.index.get_level_values("site") == site]) < len(inputs.sets["timestep"]):
                yield inputs.fault(
                    "temperature", (site,), say("pue_slope needs it in every timestep"), say("give it in °C")
                )


def facility_load(m: PlanModel, site: str, timestep: str) -> Any:
    """Power drawn by a site [MW]: pue × (IT load + standby load)."""
    return m.pue[site, timestep] * (m.it_load[site, timestep] + m.standby_load[site, timestep])


def facility_energy(m: PlanModel, site: str, timestep: str) -> Any:
    """Energy drawn by a site in a timestep over the year [MWh/a]: w × facility load."""
    return m.timestep_weight[timestep] * m.facility_load[site, timestep]


def water(m: PlanModel, site: str) -> Any:
    """Water used over the year [m3/a]: ∑_t w × wue × (IT load + standby load)."""
    return m.wue[site] * sum(m.it_energy[site, t] + m.timestep_weight[t] * m.standby_load[site, t] for t in m.TIMESTEPS)


def water_limit(m: PlanModel, site: str) -> Any:
    """A site uses no more water than it may.

    ∑_t w wue[s] × (IT load[s,t] + standby load[s,t]) ≤ water_max[s]  ∀ s with water_max  [m3/a]
    """
    return m.water[site] <= m.water_max[site]


def water_cost(m: PlanModel) -> Any:
    """Cost of water [CNY/a]: ∑ water_price × water."""
    return sum(m.water_price[s] * m.water[s] for s in m.SITES)


GIVES = {"water_limit": ("water_max",)}
RELAXATIONS = (Amount("water_max", Rank.POLICY, raised=True),)
EXAMPLE: Example = {
    "pue": {"shanghai": 1.3, "hebei": 1.25, "gansu": 1.15},
    "wue": {"shanghai": 1.8, "hebei": 1.2, "gansu": 0.5},
    "water_price": {"shanghai": 4, "hebei": 5, "gansu": 3},
}
VARIANTS: Variants = {
    "limits": {"water_max": {"gansu": 4e5}},
    "dry": {"water_max": {"gansu": 2e5}, "indivisible": {"training": False}},
}


def build(m: PlanModel) -> None:
    """Add facility load and water."""
    m.open_total("standby_load", m.SITES, m.TIMESTEPS, unit="MW")
    m.expression("facility_load", m.SITES, m.TIMESTEPS, rule=facility_load, unit="MW")
    m.expression("facility_energy", m.SITES, m.TIMESTEPS, rule=facility_energy, unit="MWh/a")
    m.expression("water", m.SITES, rule=water, unit="m3/a")
    m.add_term("cost", "water", water_cost)
    m.constrain(water_limit, m.WATER_MAX_GIVEN, unit="m3/a")


def report(m: PlanModel) -> dict[str, pd.DataFrame]:
    """Return IT load, PUE and facility load by site and timestep [MW], and water [m3/a] by site."""
    table = m.tabulate("it_load", "pue", "facility_load", columns=KEYS)
    return {"facility_load": table, "facility_load_water": m.tabulate("water", columns=["site"])}


def audit(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> Iterator[Finding]:
    """Facility load is PUE times the IT load of the work done at the site; water follows from it and is paid for."""
    table = tables["facility_load"].set_index(KEYS)
    for row in inputs.full_index(tuple(KEYS)).symmetric_difference(table.index):
        yield Finding("facility_load", ", ".join(row), say("is missing from the results, or no site and timestep"))
    work = audit_work.load_of(inputs, tables, KEYS)
    yield from Finding.all_equal("it_load", work, table["it_load"], "MW")
    pue = _pue_again(inputs).reindex(table.index)
    yield from Finding.all_equal("pue", pue, table["pue"], "1")
    standby = ledger.added(inputs, tables, "standby_load").reindex(table.index, fill_value=0.0)
    drawing = work.reindex(table.index, fill_value=0.0) + standby
    yield from Finding.all_equal("facility_load", drawing * pue, table["facility_load"], "MW")
    used = inputs.series("wue") * audit_work.energy_of(inputs, tables, ["site"])
    used = used.add(inputs.series("wue") * _standby_energy(inputs, tables), fill_value=0.0)
    reported = tables["facility_load_water"].set_index("site")["water"].astype(float)
    yield from Finding.all_equal("water", used.fillna(0.0), reported, "m3/a")
    yield from Finding.all_at_most("water_limit", used.fillna(0.0), inputs.series("water_max"), "m3/a")
    yield from Finding.cost_differs("water", float((used * inputs.series("water_price")).sum()), tables)


def _standby_energy(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> pd.Series:
    """Return the IT energy of machines on standby by site [MWh/a]; empty where there are none."""
    power = ledger.added(inputs, tables, "standby_load")
    if power.empty:
        return power
    hours = ledger.weights(tables).reindex(power.index.get_level_values("timestep")).to_numpy()
    energy: pd.Series = (power * hours).groupby(level="site").sum()
    return energy


def _pue_again(inputs: Scenario) -> pd.Series:
    """Recompute PUE cell by cell from the inputs."""
    index = inputs.full_index(("site", "timestep"))
    given, base = inputs.series("pue").to_dict(), inputs.series("pue_base").to_dict()
    slope, free = inputs.series("pue_slope").to_dict(), inputs.series("free_cooling_temperature").to_dict()
    warm = inputs.series("temperature").to_dict()
    values = []
    for site, step in index:
        above = warm[site, step] - free[site] if slope[site] and site in base else 0.0
        values.append(given[site, step] if (site, step) in given else base[site] + slope[site] * max(0.0, above))
    return pd.Series(values, index=index)


def _mean_pue(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> pd.Series:
    """Return the mean PUE of every site over the hours [1]: that of a site without load."""
    del inputs
    return ledger.energy(tables, "facility_load", "pue", ["site"]) / float(ledger.weights(tables).sum())


DRAWN, WORK = (energy_of("facility_load", column, "site") for column in ("facility_load", "it_load"))


def _powered(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> pd.Series:
    """Return the IT energy of every site, machines on standby included [MWh/a]: what is drawn over PUE."""
    table, done = tables["facility_load"], WORK(inputs, tables)
    powered = table["facility_load"].astype(float) / table["pue"].astype(float)
    standby = powered - table["it_load"].astype(float)
    standby = standby.where(standby > ABSOLUTE_TOLERANCE, 0.0)
    if not standby.any():
        return done
    energy = standby * table["timestep"].map(ledger.weights(tables))
    return done.add(energy.groupby(table["site"]).sum(), fill_value=0.0)


FIGURES = (
    Figure("pue", "site", "1", DRAWN, at("mean_pue"), per=_powered, idle=_mean_pue, page="pue", says=say("PUE")),
    Figure("water", "site", "m3/a", column_of("facility_load_water", "water", "site"), at("water")),
)


def summary(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """Return facility energy [MWh/a], mean PUE and water [m3/a]."""
    pue, water_used = (figure.whole(inputs, tables) for figure in FIGURES)
    drawn = ledger.total(tables, "facility_load", "facility_load")
    return {"energy": {"facility": drawn}, "mean_pue": pue, "water": water_used}
