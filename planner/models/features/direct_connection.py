"""Direct connection: green plants joined to a site, or to several, without the public grid, by the ratios of the rule.

The rule of 2025 sets three ratios over the year: what is used of what could be made, what of that is sold to the grid,
and what part of all that the site draws comes from the plant. They hold for each site that has plants of its own, and
for each plant that several sites share. What a shared plant gives a site is green power of its technology there.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyomo.environ as pyo

from planner.figures import ledger
from planner.language import Message, Text, say
from planner.models.rules.findings import ABSOLUTE_TOLERANCE, Finding, Stock
from planner.models.rules.relaxations import Amount, Never, Rank
from planner.scenario.column import Chapter, Column, Measure, keys_of
from planner.scenario.parameter import IndexSet, Parameter, names_of
from planner.scenario.plausible import GW, KILOGRAMS, KW, PER_KW, PERCENT, TEN_THOUSAND_CNY, Plausible

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from planner.errors import Fault
    from planner.models.algebra.plan_model import PlanModel
    from planner.models.rules.example import Example, Variants
    from planner.scenario.scenario import Scenario

REQUIRES = ("power_supply",)
SETS = (IndexSet("plant", "PLANTS", say("Green plants that several sites share."), ()),)
PAIR = ["site", "technology"]
RULE_650 = "NDRC and NEA, document 650 of 2025"
SHARE = Plausible(0.01, 1.0, (PERCENT,))
OWNERS = ("site", "plant")
SELF_USE, EXPORT, SUPPLY = "self_use_share_min", "export_share_max", "self_supply_share_min"


def _ratios(owner: str) -> tuple[Parameter, ...]:
    """Return the three ratios of a site, or of a plant that sites share."""
    said = (
        (SELF_USE, say("Least share of what the plants could make in a year that is used at the site, or its sites.")),
        (EXPORT, say("Largest share of what the plants could make in a year that is sold.")),
        (
            SUPPLY,
            say("Least share of all power that the site, or its sites, draw in a year that comes from the plants."),
        ),
    )
    return tuple(
        Parameter(
            name,
            (owner,),
            "1",
            sentence,
            None,
            high=1.0,
            source=RULE_650,
            plausible=SHARE,
            per_table=owner == "plant",
        )
        for name, sentence in said
    )


PARAMETERS = (
    *names_of("plant"),
    Parameter(
        "direct",
        ("technology",),
        "",
        say("Whether its plants are joined to the site itself, without the public grid."),
        default=False,
        kind="flag",
    ),
    *_ratios("site"),
    *_ratios("plant"),
    Parameter(
        "technology",
        ("plant",),
        "",
        say("Technology of the plant; what it gives a site is green power of this technology there."),
        kind="reference",
        refers_to="technology",
        per_table=True,
    ),
    Parameter(
        "green_capacity_existing",
        ("plant",),
        "MW",
        say("Capacity of the plant that stands already."),
        0.0,
        plausible=Plausible(0.1, 20000.0, (KW, GW)),
        per_table=True,
    ),
    Parameter(
        "green_capacity_max",
        ("plant",),
        "MW",
        say("Most capacity of the plant, existing included; default: existing only."),
        None,
        plausible=Plausible(0.1, 20000.0, (KW, GW)),
        per_table=True,
    ),
    Parameter(
        "green_capacity_cost",
        ("plant",),
        "CNY/MW/a",
        say("Yearly cost of new capacity of the plant."),
        0.0,
        plausible=Plausible(10000.0, 3e6, (PER_KW, TEN_THOUSAND_CNY)),
        per_table=True,
    ),
    Parameter(
        "embodied_emissions",
        ("plant",),
        "tCO2/MW/a",
        say("Emissions of making a MW of new capacity of the plant, spread over the years of its life."),
        None,
        plausible=Plausible(0.5, 1000.0, (KILOGRAMS,)),
        per_table=True,
    ),
    Parameter(
        "availability",
        ("plant", "timestep"),
        "1",
        say("Share of the plant's capacity that can produce."),
        1.0,
        high=1.5,
        also_index=(("plant",),),
        plausible=Plausible(0.0, 1.0, (PERCENT,)),
        per_table=True,
    ),
    Parameter(
        "connected",
        ("site", "plant"),
        "",
        say("Whether a private line joins the site to the plant, or may be built."),
        default=False,
        kind="flag",
        by_case=False,
    ),
    Parameter(
        "private_line_cost",
        ("site", "plant"),
        "CNY/a",
        say("Yearly cost of the private line, if it is built; without it the line stands."),
        None,
        plausible=Plausible(10000.0, 1e9, (TEN_THOUSAND_CNY,)),
    ),
)
MADE = "plant.technology"
CAPACITY = tuple(f"plant.green_capacity_{word}" for word in ("existing", "max", "cost"))
AVAILABILITY = "plant_timestep.availability"
EMBODIED = "plant.embodied_emissions"
WORDS: dict[str, Message] = {
    "direct_connection": say("direct connection"),
    "direct_connection_plant": say("shared plants"),
    "direct_connection_line": say("private lines"),
    "direct": say("direct"),
    "plant": say("plant"),
    "connected": say("connected"),
    "private_line_cost": say("cost of the private line"),
    "private_lines": say("private lines"),
    "plants": say("shared plants"),
    "private_line": say("private line"),
    "line_first": say("power only over a line"),
    "embodied_of_plants": say("embodied emissions of a MW of the plant"),
    "plant_capacity": say("capacity of the plant"),
    "plant_capacity_new": say("new capacity of the plant"),
    "plant_capacity_limit": say("capacity limit of the plant"),
    "plant_availability": say("power available from the plant"),
    "self_use_share_min": say("least share used by the site"),
    "self_use_share": say("share used by the site"),
    "plant_self_use_share": say("share used by the plant's sites"),
    "export_share_max": say("largest share sold"),
    "export_share": say("share sold"),
    "plant_export_share": say("share sold of the plant"),
    "self_supply_share_min": say("least share of self-supply"),
    "self_supply_share": say("share of self-supply"),
    "plant_self_supply_share": say("share of self-supply from the plant"),
    "could_make": say("energy that could be made"),
    "self_use": say("energy used"),
    "sold_energy": say("energy sold"),
}


def _share(name: str, text: Message) -> Column:
    return Column("direct_connection", name, "1", text, may_be_empty=True)


NO_LIMIT = say("What the rule asks for; empty where nothing is asked.")
COLUMNS = (
    Column("direct_connection", "scope", "", say("Whose plants: a site's own, or a plant that sites share.")),
    Column("direct_connection", "name", "", say("Id of the site or plant.")),
    Column("direct_connection", "could_make", "MWh/a", say("Energy that the plants could make in a year.")),
    Column("direct_connection", "self_use", "MWh/a", say("Energy used or stored at the sites.")),
    Column("direct_connection", "sold_energy", "MWh/a", say("Energy sold to the grid.")),
    _share("self_use_share", say("Share of what could be made that is used; empty where there is none.")),
    _share(SELF_USE, NO_LIMIT),
    _share("export_share", say("Share of what could be made that is sold; empty where there is none.")),
    _share(EXPORT, NO_LIMIT),
    _share("self_supply_share", say("Share of what the sites draw; empty where they draw nothing.")),
    _share(SUPPLY, NO_LIMIT),
    *keys_of("direct_connection_plant", "plant"),
    Column("direct_connection_plant", "plant_capacity", "MW", say("Capacity of the plant, existing and new.")),
    *keys_of("direct_connection_line", "site", "plant"),
    Column("direct_connection_line", "private_line", "1", say("1 where the private line stands or is built, else 0.")),
)
MEASURES = (Measure("plant_capacity", "MW"),)
NUMBERS = ["could_make", "self_use", "sold_energy"]
SHARES = {"self_use_share": SELF_USE, "export_share": EXPORT, "self_supply_share": SUPPLY}


def users(inputs: Scenario) -> pd.DataFrame:
    """Return plant, site and technology of every line that stands or may be built, in canonical order."""
    connected = inputs.series("connected").astype(bool)
    table = connected.index[connected].to_frame(index=False)
    table = table.assign(technology=table["plant"].map(inputs.series(MADE)))
    return table[["plant", *PAIR]].sort_values("plant", kind="stable", ignore_index=True)


def supplies(inputs: Scenario) -> pd.DataFrame:
    """Return the sites and technologies that get green power from a plant elsewhere."""
    return users(inputs)[PAIR]


def check(inputs: Scenario) -> Iterator[Fault]:
    """A plant has a technology of its own at each site, and it is said whether it counts hour by hour."""
    most = _most(inputs)
    existing = inputs.series(CAPACITY[0])
    for plant in most.index[most < existing]:
        problem = say(
            "{limit:g} {unit} is below the {existing:g} {unit} that stand already",
            limit=float(most[plant]),
            unit="MW",
            existing=float(existing[plant]),
        )
        yield inputs.fault(
            CAPACITY[1], (plant,), problem, say("raise it, or lower {size}_existing", size="green_capacity")
        )
    lines = users(inputs)
    own, said = _held_there(inputs), set(inputs.series("counts_hourly").index)
    for plant, site, technology in lines.itertuples(index=False, name=None):
        if (site, technology) in own:
            problem = say("{site} has {technology} of its own as well", site=site, technology=technology)
            yield inputs.fault(MADE, (plant,), problem, say("give the plant a technology of its own"))
        if technology not in said:
            problem = say("it is not said whether {technology} counts as green hour by hour", technology=technology)
            yield inputs.fault(MADE, (plant,), problem, say("give counts_hourly in technology.csv"))
    for plant, site, _ in lines[lines.duplicated(PAIR)].itertuples(index=False, name=None):
        problem = say("another plant of its technology is joined to {site}", site=site)
        yield inputs.fault(MADE, (plant,), problem, say("give the plant a technology of its own"))
    yield from _boundless(inputs, most)
    yield from _idle_ratios(inputs, lines)


def _boundless(inputs: Scenario, most: pd.Series) -> Iterator[Fault]:
    """Refuse a limit that means none on a plant whose line has a price: a line whole to 1e-6 would let power by."""
    usual = inputs.declarations.parameters[CAPACITY[1]].plausible
    for plant in inputs.series("private_line_cost").index.unique("plant"):
        if isinstance(usual, Plausible) and most[plant] > usual.high:
            problem = say(
                "{most:g} MW are more than any plant has, and its private line has a price", most=float(most[plant])
            )
            yield inputs.fault(CAPACITY[1], (str(plant),), problem, say("give a limit that a plant can have"))


def _idle_ratios(inputs: Scenario, lines: pd.DataFrame) -> Iterator[Fault]:
    """Refuse ratios of sites and plants that nothing is joined to."""
    has = {"site": set(_direct_pairs(inputs)["site"]), "plant": set(lines["plant"])}
    for owner in OWNERS:
        for name in (SELF_USE, EXPORT, SUPPLY):
            key = _ratio(owner, name)
            for member in inputs.series(key).index:
                if member not in has[owner]:
                    problem = say("{name} asks a ratio of nothing", name=name)
                    remedy = (
                        say("set direct for a technology of the site") if owner == "site" else say("connect a site")
                    )
                    yield inputs.fault(key, (str(member),), problem, remedy)


def warn(inputs: Scenario) -> Iterator[Text]:
    """Name the lines that are priced and not connected."""
    connected = inputs.series("connected").astype(bool)
    for site, plant in inputs.series("private_line_cost").index:
        if not connected[site, plant]:
            yield say(
                "private_line_cost of {site} and {plant} is not used: they are not connected", site=site, plant=plant
            )


def _ratio(owner: str, name: str) -> str:
    return name if owner == "site" else f"plant.{name}"


def _held_there(inputs: Scenario) -> set[tuple[str, str]]:
    """Return the sites and technologies that have, or may have, capacity of their own."""
    most = inputs.series("green_capacity_max").combine_first(inputs.series("green_capacity_existing"))
    return set(most.index[most > 0])


def _direct_pairs(inputs: Scenario) -> pd.DataFrame:
    """Return the sites and technologies whose plants of their own are joined to the site."""
    direct, held = inputs.series("direct").astype(bool).to_dict(), _held_there(inputs)
    own = [pair for pair in inputs.full_index(("site", "technology")) if pair in held and direct[pair[1]]]
    return pd.DataFrame(own, columns=PAIR)


def _most(inputs: Scenario) -> pd.Series:
    """Return the most capacity of every plant [MW]: its limit, or what stands."""
    existing = inputs.series(CAPACITY[0]).astype(float)
    most: pd.Series = inputs.series(CAPACITY[1]).reindex(existing.index).astype(float).fillna(existing)
    return most


def self_use_share(m: PlanModel, site: str) -> Any:
    """The site uses at least a share of what its own plants could make.

    ∑_{g direct} ∑_t w green_power[s,g,t] ≥ self_use_share_min[s] × ∑_{g direct} ∑_t w availability × green_capacity
        ∀ s with self_use_share_min  [MWh/a]
    """
    return m.self_use[site] >= m.self_use_share_min[site] * m.could_make[site]


def export_share(m: PlanModel, site: str) -> Any:
    """The site sells no more than a share of what its own plants could make.

    ∑_{g direct} ∑_t w excess[s,g,t] ≤ export_share_max[s] × ∑_{g direct} ∑_t w availability × green_capacity
        ∀ s with export_share_max  [MWh/a]
    """
    return m.sold_energy[site] <= m.export_share_max[site] * m.could_make[site]


def self_supply_share(m: PlanModel, site: str) -> Any:
    """At least a share of all that the site draws comes from its own plants.

    ∑_{g direct} ∑_t w green_power[s,g,t] ≥ self_supply_share_min[s] × ∑_t w site_draw[s,t]
        ∀ s with self_supply_share_min  [MWh/a]
    """
    return m.self_use[site] >= m.self_supply_share_min[site] * sum(m.site_draw_energy[site, t] for t in m.TIMESTEPS)


def plant_self_use_share(m: PlanModel, plant: str) -> Any:
    """The plant's sites use at least a share of what it could make.

    ∑_s ∑_t w green_power[s,g of plant,t] ≥ self_use_share_min[plant] × ∑_t w availability × plant_capacity
        ∀ plant with self_use_share_min  [MWh/a]
    """
    return m.plant_use[plant] >= m.plant_self_use_share_min[plant] * m.plant_could_make[plant]


def plant_export_share(m: PlanModel, plant: str) -> Any:
    """No more than a share of what the plant could make is sold.

    ∑_s ∑_t w excess[s,g of plant,t] ≤ export_share_max[plant] × ∑_t w availability × plant_capacity
        ∀ plant with export_share_max  [MWh/a]
    """
    return m.plant_sold[plant] <= m.plant_export_share_max[plant] * m.plant_could_make[plant]


def plant_self_supply_share(m: PlanModel, plant: str) -> Any:
    """At least a share of all that the plant's sites draw comes from the plant.

    ∑_s ∑_t w green_power[s,g of plant,t] ≥ self_supply_share_min[plant] × ∑_{s connected} ∑_t w site_draw[s,t]
        ∀ plant with self_supply_share_min  [MWh/a]
    """
    return m.plant_use[plant] >= m.plant_self_supply_share_min[plant] * sum(
        m.site_draw_energy[s, t] for s, g in m.USERS_OF[plant] for t in m.TIMESTEPS
    )


def plant_availability(m: PlanModel, plant: str, timestep: str) -> Any:
    """What all its sites take of a plant, to use or to sell, is no more than it can make.

    ∑_s (green_power[s,g,t] + excess[s,g,t]) ≤ availability[plant,t] × plant_capacity[plant]  ∀ plant, t  [MW]
    """
    return m.plant_taken[plant, timestep] <= m.plant_available[plant, timestep] * m.plant_capacity[plant]


def plant_capacity_limit(m: PlanModel, plant: str) -> Any:
    """The capacity of a plant, existing and new, stays within what may stand.

    green_capacity_existing[plant] + plant_capacity_new[plant] ≤ green_capacity_max[plant]  ∀ plant  [MW]
    """
    return m.plant_capacity[plant] <= m.plant_capacity_max[plant]


def line_first(m: PlanModel, site: str, plant: str) -> Any:
    """A site takes power of a plant only over a line that is built.

    ∑_t w (green_power[s,g,t] + excess[s,g,t]) ≤ ∑_t w availability[plant,t] × green_capacity_max[plant] × private_line
        ∀ s,plant with private_line_cost  [MWh/a]
    """
    return (
        sum(m.green_energy[site, g] + m.excess_energy[site, g] for g in m.TECHNOLOGY_OF[plant])
        <= m.plant_most_energy[plant] * m.private_line[site, plant]
    )


def could_make(m: PlanModel, site: str) -> Any:
    """Energy that a site's own direct plants could make [MWh/a]."""
    return sum(m.full_hours[site, g] * m.green_capacity[site, g] for g in m.DIRECT_AT[site])


def self_use(m: PlanModel, site: str) -> Any:
    """Energy of its own direct plants that a site uses or stores [MWh/a]."""
    return sum(m.green_energy[site, g] for g in m.DIRECT_AT[site])


def sold_energy(m: PlanModel, site: str) -> Any:
    """Energy of its own direct plants that a site sells [MWh/a]."""
    return sum(m.excess_energy[site, g] for g in m.DIRECT_AT[site])


def plant_capacity(m: PlanModel, plant: str) -> Any:
    """Capacity of a plant [MW]: existing, and new where more may stand."""
    return m.plant_capacity_existing[plant] + sum(m.plant_capacity_new[p] for p in m.GROWING[plant])


def plant_could_make(m: PlanModel, plant: str) -> Any:
    """Energy that a plant could make [MWh/a]."""
    return m.plant_full_hours[plant] * m.plant_capacity[plant]


def plant_use(m: PlanModel, plant: str) -> Any:
    """Energy of a plant that its sites use or store [MWh/a]."""
    return sum(m.green_energy[s, g] for s, g in m.USERS_OF[plant])


def plant_sold(m: PlanModel, plant: str) -> Any:
    """Energy of a plant that is sold [MWh/a]."""
    return sum(m.excess_energy[s, g] for s, g in m.USERS_OF[plant])


def plant_taken(m: PlanModel, plant: str, timestep: str) -> Any:
    """Power of a plant that its sites use or sell [MW]."""
    return sum(m.green_power[s, g, timestep] + m.excess[s, g, timestep] for s, g in m.USERS_OF[plant])


def plant_curtailed_term(m: PlanModel, site: str, technology: str, timestep: str) -> Any:
    """Power of a plant that is neither used nor sold [MW], in equal parts for its sites."""
    return sum(
        m.part_of_plant[p] * (m.plant_available[p, timestep] * m.plant_capacity[p] - m.plant_taken[p, timestep])
        for p in m.PLANTS_AT[site, technology]
    )


def plants_cost(m: PlanModel) -> Any:
    """Cost of new capacity of shared plants [CNY/a]."""
    return sum(m.plant_capacity_cost[p] * m.plant_capacity_new[p] for p in m.EXPANDABLE_PLANTS)


def embodied_term(m: PlanModel, site: str) -> Any:
    """Emissions of making new capacity of shared plants [tCO2/a], in equal parts for the sites of a plant."""
    return sum(
        m.part_of_plant[p] * m.embodied_of_plants[p] * m.plant_capacity_new[p] for p in m.EMBODIED_PLANTS_OF[site]
    )


def private_lines_cost(m: PlanModel) -> Any:
    """Cost of private lines [CNY/a]: ∑ private_line_cost × private_line."""
    return sum(m.private_line_cost[s, p] * m.private_line[s, p] for s, p in m.PRICED_LINES)


def _plants_allowed(inputs: Scenario) -> pd.Series:
    """Return the most capacity of every plant to which a site is joined [MW]."""
    most = _most(inputs)
    return most[most.index.isin(users(inputs)["plant"])]


def _plants_opened(inputs: Scenario, most: pd.Series) -> pd.Series:
    """Return limits a hair above what stands, so that more is a variable."""
    existing = inputs.series(CAPACITY[0]).reindex(most.index)
    return most.where(most > existing, existing + 1e-6 * existing.clip(lower=1.0))


GIVES = {
    "self_use_share": (SELF_USE,),
    "export_share": (EXPORT,),
    "self_supply_share": (SUPPLY,),
    "plant_self_use_share": (f"plant.{SELF_USE}",),
    "plant_export_share": (f"plant.{EXPORT}",),
    "plant_self_supply_share": (f"plant.{SUPPLY}",),
    "plant_availability": Never(say("wind and sun are as they are")),
    "plant_capacity_limit": (CAPACITY[1],),
    "line_first": (CAPACITY[1],),
}
RELAXATIONS = (
    *(
        Amount(_ratio(owner, name), Rank.POLICY, raised=name == EXPORT)
        for owner in OWNERS
        for name in (SELF_USE, EXPORT, SUPPLY)
    ),
    Amount(CAPACITY[1], Rank.SUPPLY, True, _plants_allowed, _plants_opened),
)
WHOLE = ("private_line",)
"""Rules by which something is whole: not held against a year that is planned relaxed."""
EXAMPLE: Example = {
    "direct": {"wind": True},
    "self_use_share_min": {"gansu": 0.2},
    "plant": ("basin",),
    "plant.technology": {"basin": "water"},
    "counts_hourly": {"water": True},
    "plant.green_capacity_existing": {"basin": 2},
    "plant.green_capacity_max": {"basin": 5},
    "plant.green_capacity_cost": {"basin": 450_000},
    EMBODIED: {"basin": 8},
    "plant_timestep.availability": {"basin;day": 0.6, "basin;night": 0.5},
    "plant.export_share_max": {"basin": 0.9},
    "connected": {"shanghai;basin": True, "hebei;basin": True},
    "private_line_cost": {"hebei;basin": 1.5e6},
    "green_power_price": {"shanghai;water": 900, "hebei;water": 900},
}
VARIANTS: Variants = {
    "direct": {
        "green_power_price": {"gansu;wind": 600, "shanghai;water": 6000, "hebei;water": 6000},
        "excess_price": {"gansu;wind": 700},
        "export_share_max": {"gansu": 0.01},
        "self_supply_share_min": {"gansu": 0.41},
        "self_use_share_min": {"gansu": None},
        "plant.self_supply_share_min": {"basin": 0.01},
    },
    "direct_sold": {"excess_price": {"gansu;wind": 700}, "self_use_share_min": {"gansu": 0.9}},
    "shared": {
        "green_power_price": {"shanghai;water": 100, "hebei;water": 100},
        "excess_price": {"shanghai;water": 1200, "hebei;water": 1200},
        "plant.export_share_max": {"basin": 0.3},
    },
    "shared_used": {
        "green_power_price": {"shanghai;water": 100, "hebei;water": 100},
        "excess_price": {"shanghai;water": 1200, "hebei;water": 1200},
        "plant.self_use_share_min": {"basin": 0.6},
    },
}


def build(m: PlanModel) -> None:
    """Add the ratios of sites, the plants that sites share, and the lines to them."""
    _build_sites(m)
    _build_plants(m)
    _build_lines(m)


def _build_sites(m: PlanModel) -> None:
    pairs = _direct_pairs(m.inputs)
    hours = m.parameter_values["availability"].unstack("timestep").mul(m.parameter_values["timestep_weight"], axis=1)
    m.members("DIRECT_PAIRS", pairs.itertuples(index=False, name=None), dimen=2)
    full = hours.sum(axis=1).reindex(pd.MultiIndex.from_frame(pairs))
    m.parameter("full_hours", [m.DIRECT_PAIRS], full, "h/a", made_of=("availability", "timestep_weight"))
    m.subsets("DIRECT_AT", m.SITES, pairs, ["site"])
    for rule in (could_make, self_use, sold_energy):
        m.expression(rule.__name__, m.SITES, rule=rule, unit="MWh/a")
    m.constrain(self_use_share, m.SELF_USE_SHARE_MIN_GIVEN, unit="MWh/a")
    m.constrain(export_share, m.EXPORT_SHARE_MAX_GIVEN, unit="MWh/a")
    m.constrain(self_supply_share, m.SELF_SUPPLY_SHARE_MIN_GIVEN, unit="MWh/a")


def _build_plants(m: PlanModel) -> None:
    inputs, lines = m.inputs, users(m.inputs)
    existing, most = inputs.series(CAPACITY[0]).astype(float), _most(inputs)
    growing = list(most.index[most > existing])
    m.subsets("USERS_OF", m.PLANTS, lines, ["plant"])
    m.subsets("PLANTS_AT", m.SITE_TECHNOLOGIES, lines[[*PAIR, "plant"]], PAIR)
    m.members("EXPANDABLE_PLANTS", growing)
    m.subsets("GROWING", m.PLANTS, pd.DataFrame({"plant": growing, "member": growing}), ["plant"])
    hours = inputs.series(AVAILABILITY).astype(float)
    weighted = hours.unstack("timestep").mul(m.parameter_values["timestep_weight"], axis=1).sum(axis=1)
    count = lines.groupby("plant").size().reindex(existing.index, fill_value=1)
    cost = inputs.series(CAPACITY[2]).astype(float)
    made = (AVAILABILITY, "timestep_weight")
    m.parameter("plant_capacity_existing", [m.PLANTS], existing, "MW", made_of=CAPACITY[:1])
    m.parameter("plant_capacity_max", [m.PLANTS], most, "MW", made_of=CAPACITY[:2])
    m.parameter("plant_capacity_cost", [m.PLANTS], cost, "CNY/MW/a", made_of=CAPACITY[2:])
    m.parameter("plant_available", [m.PLANTS, m.TIMESTEPS], hours, "1", made_of=(AVAILABILITY,))
    m.parameter("plant_full_hours", [m.PLANTS], weighted, "h/a", made_of=made)
    m.parameter("plant_most_energy", [m.PLANTS], weighted * most, "MWh/a", made_of=(*made, *CAPACITY[:2]))
    m.parameter("part_of_plant", [m.PLANTS], 1.0 / count, "1", made_of=())
    m.variable("plant_capacity_new", m.EXPANDABLE_PLANTS, unit="MW", is_investment=True)
    m.expression("plant_capacity", m.PLANTS, rule=plant_capacity, unit="MW")
    m.expression("plant_taken", m.PLANTS, m.TIMESTEPS, rule=plant_taken, unit="MW")
    for rule in (plant_could_make, plant_use, plant_sold):
        m.expression(rule.__name__, m.PLANTS, rule=rule, unit="MWh/a")
    m.add_term("curtailed", "plants", plant_curtailed_term)
    m.add_term("cost", "plants", plants_cost)
    if inputs.has("emissions") and inputs.is_given(EMBODIED):
        made_of = inputs.series(EMBODIED).astype(float)
        known = lines[lines["plant"].isin(made_of.index.intersection(growing))]
        members = m.members("EMBODIED_PLANTS", known["plant"].unique())
        m.subsets("EMBODIED_PLANTS_OF", m.SITES, known[["site", "plant"]], ["site"])
        rates = made_of.reindex(list(members))
        m.parameter("embodied_of_plants", [members], rates, "tCO2/MW/a", made_of=(EMBODIED,))
        m.add_term("embodied_emissions", "plants", embodied_term)
    m.constrain(plant_availability, m.PLANTS, m.TIMESTEPS, unit="MW")
    m.constrain(plant_capacity_limit, m.EXPANDABLE_PLANTS, unit="MW")
    for name in (SELF_USE, EXPORT, SUPPLY):
        ratio = inputs.series(f"plant.{name}").astype(float)
        members = m.members(f"PLANTS_WITH_{name.upper()}", ratio.index)
        m.parameter(f"plant_{name}", [members], ratio, "1", made_of=(f"plant.{name}",))
    m.constrain(plant_self_use_share, m.PLANTS_WITH_SELF_USE_SHARE_MIN, unit="MWh/a")
    m.constrain(plant_export_share, m.PLANTS_WITH_EXPORT_SHARE_MAX, unit="MWh/a")
    m.constrain(plant_self_supply_share, m.PLANTS_WITH_SELF_SUPPLY_SHARE_MIN, unit="MWh/a")


def _build_lines(m: PlanModel) -> None:
    lines = users(m.inputs)
    priced = set(m.inputs.series("private_line_cost").index)
    m.members(
        "PRICED_LINES", [(s, p) for p, s, _ in lines.itertuples(index=False, name=None) if (s, p) in priced], dimen=2
    )
    made = m.inputs.series(MADE).rename_axis("plant").rename("technology").reset_index()
    m.subsets("TECHNOLOGY_OF", m.PLANTS, made, ["plant"])
    m.variable("private_line", m.PRICED_LINES, unit="1", within=pyo.Binary, is_investment=True)
    m.add_term("cost", "private_lines", private_lines_cost)
    m.constrain(line_first, m.PRICED_LINES, unit="MWh/a")


def report(m: PlanModel) -> dict[str, pd.DataFrame]:
    """Return what could be made, used and sold of direct plants, with the ratios; plants and lines."""
    draw = m.tabulate("site_draw_energy", columns=["site", "timestep"]).groupby("site")["site_draw_energy"].sum()
    lines = users(m.inputs)
    pairs = _direct_pairs(m.inputs)
    sites = m.tabulate("could_make", "self_use", "sold_energy", columns=["name"]).assign(scope="site")
    sites = sites[sites["name"].isin(pairs["site"])]
    sites["draw"] = sites["name"].map(draw)
    plants = m.tabulate("plant_could_make", "plant_use", "plant_sold", columns=["name"]).assign(scope="plant")
    plants.columns = ["name", *NUMBERS, "scope"]
    plants["draw"] = plants["name"].map(lines["site"].map(draw).groupby(lines["plant"]).sum()).fillna(0.0)
    table = pd.concat([part for part in (sites, plants) if len(part)] or [sites], ignore_index=True)
    of = {
        "self_use_share": ("self_use", "could_make"),
        "export_share": ("sold_energy", "could_make"),
        "self_supply_share": ("self_use", "draw"),
    }
    for share, (part, whole) in of.items():
        table[share] = (table[part] / table[whole].where(table[whole] > 0)).astype(float)
        limits = {owner: m.inputs.series(_ratio(owner, SHARES[share])) for owner in OWNERS}
        table[SHARES[share]] = [
            limits[owner].get(name, math.nan) for owner, name in zip(table["scope"], table["name"], strict=True)
        ]
        table[SHARES[share]] = table[SHARES[share]].astype(float)
    return {
        "direct_connection": table[["scope", "name", *NUMBERS, *(each for pair in SHARES.items() for each in pair)]],
        "direct_connection_plant": m.tabulate("plant_capacity", columns=["plant"]),
        "direct_connection_line": _lines(m, lines),
    }


def _lines(m: PlanModel, lines: pd.DataFrame) -> pd.DataFrame:
    """Return whether each line stands: those that cost nothing do."""
    built = m.tabulate("private_line", columns=["site", "plant"]).set_index(["site", "plant"])["private_line"]
    table = lines[["site", "plant"]]
    return table.assign(private_line=built.reindex(pd.MultiIndex.from_frame(table)).fillna(1.0).to_numpy(float))


def summary(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """Return the capacity of shared plants [MW]."""
    del inputs
    return {"plant_capacity": float(tables["direct_connection_plant"]["plant_capacity"].sum())}


def told(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> list[list[Text | float]]:
    """Return of each site with plants of its own and each shared plant what it could make [GWh/a], and its ratios."""
    return [
        [
            inputs.called(row["scope"], str(row["name"])),
            float(row["could_make"]) / 1e3,
            *(_share_told(float(row[share]), float(row[limit]), limit == EXPORT) for share, limit in SHARES.items()),
        ]
        for row in tables["direct_connection"].to_dict("records")
    ]


def _share_told(share: float, limit: float, is_most: bool) -> Text:
    """Return a ratio, what is asked of it, and whether it is as far as it may go."""
    if math.isnan(share):
        return "–"
    said = say("{share:.1f} %", share=100 * share)
    if math.isnan(limit):
        return said
    asked = (
        say("at most {limit:.4g} %", limit=100 * limit) if is_most else say("at least {limit:.4g} %", limit=100 * limit)
    )
    if abs(share - limit) <= REACHED:
        asked = say("{limit}, just met", limit=asked)
    return say("{share} ({limit})", share=said, limit=asked)


REACHED = 1e-6
"""As near to its limit a ratio is at it."""
CHAPTERS = (
    Chapter(
        "direct-connection",
        say("Plants without the public grid"),
        say(
            "What the plants joined to a site, or shared by several, could make in the year, and the three ratios of "
            "the rule: what of it is used there, what is sold to the grid, and what part of all that is drawn comes "
            "from them. What is neither used nor sold is curtailed."
        ),
        (
            (say("Site or shared plant"), ""),
            (say("Could make"), "GWh/a"),
            (say("Used there"), ""),
            (say("Sold"), ""),
            (say("Of all that is drawn"), ""),
        ),
        told,
    ),
)


def audit_terms(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.Series]:
    """Return what is there for each site of each plant in each timestep, and what is left of it [MW].

    Of what making the plants emits each of their sites has an equal part [tCO2/a].
    """
    taken, plants = _taken_again(inputs, tables), _plants_again(inputs, tables)
    room: dict[tuple[str, str, str], float] = {}
    left: dict[tuple[str, str, str], float] = {}
    for plant, (capacity, available, technology, sites) in plants.items():
        for step, share in available.items():
            there = share * capacity
            all_of = sum(taken.get((site, technology, step), 0.0) for site in sites)
            for site in sites:
                mine = taken.get((site, technology, step), 0.0)
                room[site, technology, step] = there - (all_of - mine)
                left[site, technology, step] = (there - all_of) / len(sites)
        del plant
    names = ["site", "technology", "timestep"]
    embodied = {"embodied_emissions": _embodied_again(inputs, plants)} if inputs.is_given(EMBODIED) else {}
    return embodied | {
        "green_room": pd.Series(room, dtype=float).rename_axis(names) if room else pd.Series(dtype=float),
        "green_left": pd.Series(left, dtype=float).rename_axis(names) if left else pd.Series(dtype=float),
    }


def _embodied_again(inputs: Scenario, plants: Mapping[str, Again]) -> pd.Series:
    """Recompute what making new capacity of shared plants emits, by site [tCO2/a]."""
    made, stands = (inputs.series(name).to_dict() for name in (EMBODIED, "plant.green_capacity_existing"))
    tonnes = dict.fromkeys(inputs.sets["site"], 0.0)
    for plant, (capacity, _, _, sites) in plants.items():
        for site in sites:
            tonnes[site] += made.get(plant, 0.0) * (capacity - stands[plant]) / len(sites)
    return pd.Series(tonnes, dtype=float)


Again = tuple[float, dict[str, float], str, list[str]]
"""A plant's capacity [MW], its availability by timestep [1], its technology and its sites."""


def _plants_again(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> dict[str, Again]:
    """Gather every plant, its capacity from the results, all else from the data as read."""
    stands = ledger.column(tables, "direct_connection_plant", "plant_capacity", ["plant"]).to_dict()
    technology = inputs.series("plant.technology").to_dict()
    sites: dict[str, list[str]] = {plant: [] for plant in inputs.sets["plant"]}
    connected: dict[Any, bool] = inputs.series("connected").to_dict()
    for (site, plant), is_joined in connected.items():
        if is_joined:
            sites[plant].append(site)
    shares: dict[str, dict[str, float]] = {plant: {} for plant in sites}
    available: dict[Any, float] = inputs.series("plant_timestep.availability").to_dict()
    for (plant, step), share in available.items():
        shares[plant][step] = float(share)
    return {
        plant: (float(stands.get(plant, math.nan)), shares[plant], str(technology[plant]), sites[plant])
        for plant in sites
    }


def _taken_again(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> dict[tuple[str, str, str], float]:
    """Return what each site uses and sells of each technology in each timestep [MW]."""
    del inputs
    columns = ["site", "technology", "timestep", "green_power", "excess"]
    rows = tables["power_supply_technology"][columns].itertuples(index=False, name=None)
    return {(site, technology, step): float(used) + float(sold_) for site, technology, step, used, sold_ in rows}


def audit(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> Iterator[Finding]:
    """No plant gives more than it can, every ratio holds, lines are there before their power, and all is paid for."""
    plants = _plants_again(inputs, tables)
    yield from _audit_plants(inputs, tables, plants)
    yield from _audit_lines(inputs, tables, plants)
    yield from _audit_ratios(inputs, tables, plants)


def _audit_plants(
    inputs: Scenario, tables: Mapping[str, pd.DataFrame], plants: Mapping[str, Again]
) -> Iterator[Finding]:
    taken = _taken_again(inputs, tables)
    existing, limits, cost = (
        inputs.series(f"plant.green_capacity_{word}").to_dict() for word in ("existing", "max", "cost")
    )
    spent = 0.0
    for plant, (capacity, available, technology, sites) in plants.items():
        stands = float(existing[plant])
        yield from Finding.unless_at_most(
            "plant_capacity_limit", plant, capacity, float(limits.get(plant, stands)), "MW"
        )
        yield from Finding.unless_at_most("plant_capacity", plant, stands, capacity, "MW")
        for step, share in available.items():
            given = sum(taken.get((site, technology, step), 0.0) for site in sites)
            yield from Finding.unless_at_most("plant_availability", f"{plant}, {step}", given, share * capacity, "MW")
        spent += (capacity - stands) * float(cost[plant])
    rows = tables["direct_connection_plant"]["plant"].astype(str)
    for plant in sorted({*plants} ^ {*rows}) or rows[rows.duplicated()].tolist():
        said = say("is missing from the results, stands there twice, or is no plant of the scenario")
        yield Finding("direct_connection_plant", plant, said)
    yield from Finding.cost_differs("plants", spent, tables)


def audit_built(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> dict[str, Stock]:
    """Return the capacity that was added to shared plants, and the lines that were built; others stand anyway."""
    held = tables["direct_connection_plant"].set_index("plant")["plant_capacity"].astype(float)
    new = held - inputs.series("plant.green_capacity_existing").reindex(held.index)
    cost = inputs.series("private_line_cost")
    lines = tables["direct_connection_line"].set_index(["site", "plant"])["private_line"].astype(float)
    return {
        "plant_capacity_new": Stock(new, inputs.series("plant.green_capacity_cost")),
        "private_line": Stock(lines[lines.index.isin(cost.index)], cost, True),
    }


def _audit_lines(
    inputs: Scenario, tables: Mapping[str, pd.DataFrame], plants: Mapping[str, Again]
) -> Iterator[Finding]:
    cost: dict[Any, float] = inputs.series("private_line_cost").to_dict()
    hours = {str(step): float(weight) for step, weight in ledger.weights(tables).items()}
    taken = _taken_again(inputs, tables)
    table = tables["direct_connection_line"]
    lines = {(row["site"], row["plant"]): float(row["private_line"]) for row in table.to_dict("records")}
    asked = {(site, plant) for plant, (*_, sites) in plants.items() for site in sites}
    for pair in sorted(asked ^ lines.keys()) if len(lines) == len(table) else sorted(asked):
        said = say("is missing from the results, stands there twice, or is not connected")
        yield Finding("direct_connection_line", ", ".join(map(str, pair)), said)
    spent = 0.0
    for (site, plant), line in lines.items():
        where = f"{site}, {plant}"
        if not min(abs(line), abs(line - 1.0)) <= ABSOLUTE_TOLERANCE:
            yield Finding("private_line", where, say("{value:g} is neither built nor left out", value=line))
        if (site, plant) not in cost:
            yield from Finding.unless_equal("private_line", where, 1.0, line, "lines")
            continue
        spent += line * cost[site, plant]
        technology = plants[plant][2] if plant in plants else ""
        energy = sum(taken.get((site, technology, step), 0.0) * weight for step, weight in hours.items())
        if line < 1.0 - ABSOLUTE_TOLERANCE:
            yield from Finding.unless_at_most("line_first", where, energy, 0.0, "MWh/a")
    yield from Finding.cost_differs("private_lines", spent, tables)


def _audit_ratios(
    inputs: Scenario, tables: Mapping[str, pd.DataFrame], plants: Mapping[str, Again]
) -> Iterator[Finding]:
    """Work every ratio out again, and compare it with its limit and with its row."""
    table = tables["direct_connection"]
    rows = {(row["scope"], row["name"]): row for row in table.to_dict("records")}
    again = {**_of_sites(inputs, tables), **_of_plants(tables, plants)}
    for owner in sorted(again.keys() ^ rows.keys()) if len(rows) == len(table) else sorted(again):
        said = say("is missing from the results, stands there twice, or has no plants")
        yield Finding("direct_connection", ", ".join(map(str, owner)), said)
    for (scope, name), (make, use, sale, draw) in again.items():
        row = rows.get((scope, name), {})
        for column, number in (("could_make", make), ("self_use", use), ("sold_energy", sale)):
            yield from Finding.unless_equal(
                column, f"{scope}, {name}", number, float(row.get(column, math.nan)), "MWh/a"
            )
        for ratio, of_plant, limit, part, whole in (
            ("self_use_share", "plant_self_use_share", "self_use_share_min", use, make),
            ("export_share", "plant_export_share", "export_share_max", sale, make),
            ("self_supply_share", "plant_self_supply_share", "self_supply_share_min", use, draw),
        ):
            key = limit if scope == "site" else f"plant.{limit}"
            asked = float(inputs.series(key).get(name, math.nan))
            found, most = (part, asked * whole) if ratio == "export_share" else (asked * whole, part)
            if not math.isnan(asked):
                rule = ratio if scope == "site" else of_plant
                yield from Finding.unless_at_most(rule, name, found, most, "MWh/a")
            share = part / whole if whole > 0 else math.nan
            yield from _same(ratio, name, share, float(row.get(ratio, math.nan)))
            yield from _same(limit, name, asked, float(row.get(limit, math.nan)))


def _same(column: str, name: str, expected: float, found: float) -> Iterator[Finding]:
    """Compare two ratios, either of which may be empty."""
    if not (math.isnan(expected) and math.isnan(found)):
        yield from Finding.unless_equal(column, name, expected, found, "1")


def _of_sites(
    inputs: Scenario, tables: Mapping[str, pd.DataFrame]
) -> dict[tuple[str, str], tuple[float, float, float, float]]:
    """Return what each site's own direct plants could make, what is used and sold of it, and what it draws [MWh/a]."""
    hours = {str(step): float(weight) for step, weight in ledger.weights(tables).items()}
    direct: dict[Any, bool] = inputs.series("direct").to_dict()
    available: dict[Any, float] = inputs.series("availability").to_dict()
    stands = ledger.column(tables, "power_supply_capacity", "green_capacity", ["site", "technology"])
    held: dict[Any, float] = stands.to_dict()
    most = inputs.series("green_capacity_max").to_dict()
    existing = inputs.series("green_capacity_existing").to_dict()
    use, sale = (
        ledger.energy(tables, "power_supply_technology", column, ["site", "technology"]).to_dict()
        for column in ("green_power", "excess")
    )
    draw = ledger.energy(tables, "power_supply", "site_draw", ["site"]).to_dict()
    found: dict[tuple[str, str], tuple[float, float, float, float]] = {}
    for (site, technology), capacity in held.items():
        pair = (site, technology)
        if direct[technology] and float(most.get(pair, existing[pair])) > 0:
            full = sum(float(available[site, technology, step]) * weight for step, weight in hours.items())
            sums = found.get(("site", site), (0.0, 0.0, 0.0, float(draw[site])))
            parts = (full * float(capacity), float(use[pair]), float(sale[pair]), 0.0)
            found["site", site] = tuple(a + b for a, b in zip(sums, parts, strict=True))  # type: ignore[assignment]
    return found


def _of_plants(
    tables: Mapping[str, pd.DataFrame], plants: Mapping[str, Again]
) -> dict[tuple[str, str], tuple[float, float, float, float]]:
    """Return the same of each shared plant and all its sites [MWh/a]."""
    hours = {str(step): float(weight) for step, weight in ledger.weights(tables).items()}
    use, sale = (
        ledger.energy(tables, "power_supply_technology", column, ["site", "technology"]).to_dict()
        for column in ("green_power", "excess")
    )
    draw = ledger.energy(tables, "power_supply", "site_draw", ["site"]).to_dict()
    found = {}
    for plant, (capacity, available, technology, sites) in plants.items():
        full = sum(share * hours[step] for step, share in available.items())
        sums = (sum(float(of.get((site, technology), 0.0)) for site in sites) for of in (use, sale))
        found["plant", plant] = (full * capacity, *sums, sum(float(draw[site]) for site in sites))
    return found  # type: ignore[return-value]
