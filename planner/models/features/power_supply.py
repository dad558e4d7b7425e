"""Power supply: grid power, contracted green power by technology, and green certificates."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyomo.environ as pyo

from planner.figures import ledger
from planner.figures.figure import Figure, at, energy_of
from planner.language import Message, Text, say
from planner.models.features.time import months, weights
from planner.models.rules import expandable, green_ledger
from planner.models.rules.findings import ABSOLUTE_TOLERANCE, Finding, Stock
from planner.models.rules.relaxations import Amount, Never, Rank
from planner.scenario.built import Built
from planner.scenario.column import Column, Measure, Series, keys_of
from planner.scenario.parameter import INFINITY, IndexSet, Parameter, names_of
from planner.scenario.plausible import (
    GW,
    GWH,
    HUNDRED_GWH,
    KILOGRAMS,
    KW,
    KWH,
    PER_KW,
    PER_KW_MONTH,
    PER_KWH,
    PERCENT,
    TEN_MWH,
    TEN_THOUSAND_CNY,
    Plausible,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import numpy.typing as npt

    from planner.errors import Fault
    from planner.models.algebra.plan_model import PlanModel
    from planner.models.rules.example import Example, Variants
    from planner.scenario.scenario import Scenario

REQUIRES = ("facility_load",)
SETS = (IndexSet("technology", "TECHNOLOGIES", say("Kinds of green supply at a site: wind, solar, hydro …"), ()),)
PAIR = ("site", "technology")
STEP = ("site", "timestep")
TRIPLE = ("site", "technology", "timestep")
EMBODIED = "site_technology.embodied_emissions"
PARAMETERS = (
    *names_of("technology"),
    Parameter(
        "grid_power_max",
        ("site",),
        "MW",
        say("Most power the grid connection carries."),
        None,
        plausible=Plausible(0.5, 10000.0, (KW, GW)),
    ),
    Parameter(
        "grid_power_price",
        ("site", "timestep"),
        "CNY/MWh",
        say("Price of grid power, all charges included."),
        low=-INFINITY,
        also_index=(("site",),),
        plausible=Plausible(5.0, 3000.0, (PER_KWH,)),
    ),
    Parameter(
        "demand_charge",
        ("site",),
        "CNY/MW/month",
        say("Price of each month's greatest power from the grid (两部制电价), beside that of its energy."),
        0.0,
        plausible=Plausible(500.0, 200_000.0, (PER_KW_MONTH,)),
    ),
    Parameter(
        "grid_power_max_new",
        ("site",),
        "MW",
        say("Most power by which the grid connection may be widened."),
        None,
        plausible=Plausible(0.5, 10000.0, (KW, GW)),
    ),
    Parameter(
        "grid_power_new_cost",
        ("site",),
        "CNY/MW/a",
        say("Yearly cost of a wider grid connection."),
        0.0,
        plausible=Plausible(1000.0, 1e6, (PER_KW, TEN_THOUSAND_CNY)),
    ),
    *expandable.parameters(
        "green_capacity",
        PAIR,
        "MW",
        (
            say("Green capacity under contract already."),
            say("Most green capacity, existing included; default: existing only."),
            say("Yearly cost of new green capacity."),
        ),
        (Plausible(0.1, 20000.0, (KW, GW)), Plausible(10000.0, 3e6, (PER_KW, TEN_THOUSAND_CNY))),
    ),
    Parameter(
        "green_capacity_unit",
        PAIR,
        "MW",
        say("Size of a unit: new green capacity comes in whole ones; without it by any amount."),
        None,
        low_open=True,
        plausible=Plausible(0.5, 2000.0, (KW, GW)),
        by_case=False,
    ),
    Parameter(
        "embodied_emissions",
        PAIR,
        "tCO2/MW/a",
        say("Emissions of making a MW of new green capacity, spread over the years of its life."),
        None,
        plausible=Plausible(0.5, 1000.0, (KILOGRAMS,)),
        per_table=True,
    ),
    Parameter(
        "take_or_pay",
        PAIR,
        "1",
        say("Share of what could be made in a year that is paid for, whether or not it is taken."),
        None,
        high=1.0,
        low_open=True,
        plausible=Plausible(0.05, 1.0, (PERCENT,)),
    ),
    Parameter(
        "green_power_price",
        PAIR,
        "CNY/MWh",
        say("Price paid for green power, used or excess."),
        0.0,
        plausible=Plausible(5.0, 3000.0, (PER_KWH,)),
    ),
    Parameter(
        "excess_price",
        PAIR,
        "CNY/MWh",
        say("Price earned for excess green power."),
        0.0,
        low=-INFINITY,
        plausible=Plausible(5.0, 3000.0, (PER_KWH,)),
    ),
    Parameter(
        "availability",
        TRIPLE,
        "1",
        say("Share of the green capacity that can produce; above 1 where it is rated below what it can give."),
        1.0,
        high=1.5,
        also_index=(PAIR,),
        plausible=Plausible(0.0, 1.0, (PERCENT,)),
    ),
    Parameter(
        "counts_hourly",
        ("technology",),
        "",
        say("Whether it counts as green hour by hour; by default where its availability is given by timestep."),
        None,
        "flag",
    ),
    Parameter(
        "excess_keeps_certificate",
        (),
        "",
        say("Whether green power that is sold leaves its certificate here, and so still counts by certificates."),
        default=False,
        kind="flag",
    ),
    Parameter(
        "certificate_price",
        ("site",),
        "CNY/MWh",
        say("Price of green certificates (绿证); without it the site has none."),
        None,
        plausible=Plausible(0.2, 500.0, (PER_KWH,)),
    ),
    Parameter(
        "certificates_max",
        ("site",),
        "MWh/a",
        say("Most certificates the site may use."),
        None,
        plausible=Plausible(100.0, 1e9, (GWH, HUNDRED_GWH, TEN_MWH, KWH)),
    ),
)
WORDS: dict[str, Message] = {
    "embodied_of_green": say("embodied emissions of a MW of new green capacity"),
    "power_supply": say("power supply"),
    "power_supply_technology": say("green power by kind"),
    "power_supply_capacity": say("green capacity"),
    "power_supply_certificates": say("green certificates"),
    "power_supply_connection": say("grid connection"),
    "power_supply_peak": say("greatest grid power"),
    "technology": say("kind of green supply"),
    "grid": say("grid"),
    "grid_power": say("grid power"),
    "grid_power_max": say("grid connection limit"),
    "grid_power_price": say("price of grid power"),
    "grid_power_limit": say("grid connection limit"),
    "demand_charge": say("charge on the greatest grid power"),
    "month": say("month"),
    "charged_months": say("months that a month stands for"),
    "grid_power_peak": say("greatest grid power of the month"),
    "grid_power_peak_floor": say("greatest grid power of the month"),
    "grid_power_max_new": say("limit of a wider grid connection"),
    "grid_power_new": say("wider grid connection"),
    "grid_power_new_cost": say("cost of a wider grid connection"),
    "grid_connection": say("grid connection"),
    "grid_connection_limit": say("limit of a wider grid connection"),
    "grid_energy": say("energy from the grid"),
    "green": say("green power"),
    "green_power": say("green power"),
    "green_power_used": say("green power used"),
    "green_power_matched": say("green power matched by the hour"),
    "counts_hourly": say("counts hour by hour"),
    "excess_keeps_certificate": say("sold green power keeps its certificate"),
    "site_draw": say("power drawn from outside"),
    "site_draw_energy": say("energy drawn from outside"),
    "power_into_stores": say("power into stores"),
    "power_out_of_stores": say("power out of stores"),
    "green_power_price": say("price of green power"),
    "green_power_availability": say("green power available"),
    "green_energy": say("green energy"),
    "green_capacity": say("green capacity"),
    "green_capacity_existing": say("existing green capacity"),
    "green_capacity_new": say("new green capacity"),
    "green_capacity_max": say("green capacity limit"),
    "green_capacity_cost": say("cost of green capacity"),
    "green_capacity_limit": say("green capacity limit"),
    "green_capacity_unit": say("size of a unit of green capacity"),
    "green_capacity_in_units": say("green capacity in whole units"),
    "green_units": say("units of green capacity"),
    "power_supply_take_or_pay": say("green power paid for and not taken"),
    "take_or_pay": say("take or pay"),
    "take_or_pay_floor": say("energy paid for whether taken or not"),
    "untaken_energy": say("green energy paid for and not taken"),
    "green_full_hours": say("hours of full power"),
    "excess": say("excess green power"),
    "excess_price": say("price of excess green power"),
    "excess_energy": say("excess green energy"),
    "curtailed": say("curtailed green power"),
    "availability": say("availability"),
    "certificate_price": say("price of certificates"),
    "certificates": say("green certificates"),
    "certificates_max": say("certificates limit"),
    "certificates_limit": say("certificates limit"),
    "power_balance": say("power balance"),
}
COLUMNS = (
    *keys_of("power_supply", *STEP),
    Column("power_supply", "grid_power", "MW", say("Power from the grid.")),
    Column("power_supply", "site_draw", "MW", say("Power from outside: grid and green power.")),
    Column(
        "power_supply", "green_power_used", "MW", say("Green power that reaches the facility, net of what stores lose.")
    ),
    Column("power_supply", "green_power_matched", "MW", say("The same of the technologies that count hour by hour.")),
    *keys_of("power_supply_technology", *TRIPLE),
    Column("power_supply_technology", "green_power", "MW", say("Green power used or stored here.")),
    Column("power_supply_technology", "excess", "MW", say("Green power sold.")),
    Column("power_supply_technology", "curtailed", "MW", say("Green power that is there and neither used nor sold.")),
    *keys_of("power_supply_capacity", *PAIR),
    Column("power_supply_capacity", "green_capacity", "MW", say("Green capacity, existing and new.")),
    *keys_of("power_supply_certificates", "site"),
    Column("power_supply_certificates", "certificates", "MWh/a", say("Green certificates bought.")),
    *keys_of("power_supply_take_or_pay", *PAIR),
    Column(
        "power_supply_take_or_pay", "untaken_energy", "MWh/a", say("Green energy paid for and neither used nor sold.")
    ),
    *keys_of("power_supply_connection", "site"),
    Column("power_supply_connection", "grid_connection", "MW", say("Power the grid connection carries, new included.")),
    *keys_of("power_supply_peak", "site"),
    Column("power_supply_peak", "month", "", say("Month of the year; `year` where a timestep has no time.")),
    Column("power_supply_peak", "grid_power_peak", "MW", say("Greatest power from the grid in the month.")),
)
BUILDS = (
    Built(
        "power_supply_capacity",
        "green_capacity",
        "MW",
        "supply",
        by="technology",
        variable="green_capacity_new",
        existing="green_capacity_existing",
        most="green_capacity_max",
        place=1,
    ),
    Built(
        "power_supply_connection",
        "grid_connection",
        "MW",
        "connections",
        variable="grid_power_new",
        existing="grid_power_max",
        place=5,
    ),
)
COUNTED = say("green power counted in the share")
SERIES = (
    Series("grid", "power_supply", "grid_power", page="grid_power", rank=2, says=say("grid power")),
    Series("green", "power_supply_technology", "green_power", page="green_power", rank=3, says=say("green power")),
    Series("sold", "power_supply_technology", "excess"),
    Series(
        "green_used",
        "power_supply",
        "green_power_used",
        page="green_used",
        rank=7,
        says=COUNTED,
        modes=("certificate",),
    ),
    Series(
        "green_used",
        "power_supply",
        "green_power_matched",
        page="green_used",
        rank=7,
        says=COUNTED,
        modes=("matched", "every_timestep"),
    ),
)
MEASURES = (Measure("green_power_share", "1", 5, is_short=True, parts="accountings"),)


def check(inputs: Scenario) -> Iterator[Fault]:
    """A limit on green capacity is not below what stands already; what is widened has a width."""
    yield from expandable.faults(inputs, "green_capacity")
    for site in inputs.series("grid_power_max_new").index.difference(inputs.series("grid_power_max").index):
        problem = say("the grid connection may be widened, but has no limit")
        yield inputs.fault("grid_power_max_new", (site,), problem, say("give grid_power_max: what stands already"))
    most = expandable.most_of(inputs, "green_capacity")
    for pair in inputs.series("take_or_pay").index:
        if not most.get(pair, 0.0) > 0:
            problem = say("nothing is under contract there, and nothing may be")
            yield inputs.fault("take_or_pay", pair, problem, say("give green_capacity_existing or green_capacity_max"))


def warn(inputs: Scenario) -> Iterator[Text]:
    """Say what a charge on each month's greatest power is reckoned on where not all months are there."""
    if not (inputs.series("demand_charge") > 0).any():
        return
    known = list(_months(inputs).unique())
    if WHOLE_YEAR in known:
        yield say(
            "the timesteps have no months: demand_charge is paid twelve times on the year's greatest grid power, which "
            "is an upper estimate"
        )
    elif (each := _months_for_each(known)) > 1:
        yield say(
            "the timesteps lie in {count} of the twelve months: demand_charge is paid on the greatest grid power of "
            "these, each for {months:.3g} months",
            count=len(known),
            months=each,
        )


WHOLE_YEAR = "year"


def _months(inputs: Scenario) -> pd.Series:
    """Return the calendar month of every timestep, such as ``07``; ``year`` for all where one has no time.

    By the calendar, so that a year of hours that begins on the evening before, by its clock, has twelve of them.
    """
    steps, known = inputs.full_index(("timestep",)), months(inputs)
    if len(known) < len(steps):
        return pd.Series(WHOLE_YEAR, steps)
    return known.str[-2:].reindex(steps)


def _months_for_each(known: Sequence[str]) -> float:
    """Return for how many months of a year each month that the timesteps know stands [month/a]."""
    return 12 / len(known)


def power_balance(m: PlanModel, site: str, timestep: str) -> Any:
    """A site's draw and its stores' discharge equal its facility load and its stores' charge.

    site_draw[s,t] + power_out_of_stores[s,t] = facility_load[s,t] + power_into_stores[s,t]  ∀ s,t  [MW]

    =========  =========================================================  ==
    site_draw  grid_power[s,t] + ∑_g green_power[s,g,t]                   MW
    =========  =========================================================  ==
    """
    return (
        m.site_draw[site, timestep] + m.power_out_of_stores[site, timestep]
        == m.facility_load[site, timestep] + m.power_into_stores[site, timestep]
    )


def grid_power_limit(m: PlanModel, site: str, timestep: str) -> Any:
    """The grid connection carries no more than it can.

    grid_power[s,t] ≤ grid_power_max[s] + grid_power_new[s]  ∀ s with grid_power_max, t  [MW]
    """
    return m.grid_power[site, timestep] <= m.grid_connection[site]


def grid_connection_limit(m: PlanModel, site: str) -> Any:
    """A grid connection is widened by no more than may be.

    grid_power_new[s] ≤ grid_power_max_new[s]  ∀ s with grid_power_max_new  [MW]
    """
    return m.grid_power_new[site] <= m.grid_power_max_new[site]


def grid_power_peak_floor(m: PlanModel, site: str, month: str, timestep: str) -> Any:
    """The greatest grid power of a month is at least that of each of its timesteps.

    grid_power_peak[s,month] ≥ grid_power[s,t]  ∀ s with demand_charge, t of the month  [MW]
    """
    return m.grid_power_peak[site, month] >= m.grid_power[site, timestep]


def green_power_availability(m: PlanModel, site: str, technology: str, timestep: str) -> Any:
    """Green power is used in its hour, sold as excess, or (the slack) curtailed.

    green_power[s,g,t] + excess[s,g,t] ≤ availability[s,g,t] × green_capacity[s,g]  ∀ s,g,t  [MW]

    Of a technology that a site has itself; what comes from a plant that sites share is limited there.
    """
    return (
        m.green_power[site, technology, timestep] + m.excess[site, technology, timestep]
        <= m.availability[site, technology, timestep] * m.green_capacity[site, technology]
    )


def green_capacity_limit(m: PlanModel, site: str, technology: str) -> Any:
    """Green capacity, existing and new, stays within what can be contracted.

    green_capacity_existing[s,g] + green_capacity_new[s,g] ≤ green_capacity_max[s,g]  ∀ s,g  [MW]
    """
    return m.green_capacity[site, technology] <= m.green_capacity_max[site, technology]


def green_capacity_in_units(m: PlanModel, site: str, technology: str) -> Any:
    """New green capacity is built in whole units.

    green_capacity_new[s,g] = green_capacity_unit[s,g] × green_units[s,g]  ∀ s,g with green_capacity_unit  [MW]
    """
    return (
        m.green_capacity_new[site, technology]
        == m.green_capacity_unit[site, technology] * m.green_units[site, technology]
    )


def take_or_pay_floor(m: PlanModel, site: str, technology: str) -> Any:
    """What is used, sold or paid for without being taken is at least a share of what could be made.

    ∑_t w (green_power + excess) + untaken_energy[s,g] ≥ take_or_pay[s,g] × ∑_t w availability × green_capacity[s,g]
        ∀ s,g with take_or_pay  [MWh/a]
    """
    taken = m.green_energy[site, technology] + m.excess_energy[site, technology]
    return (
        taken + m.untaken_energy[site, technology]
        >= m.take_or_pay[site, technology] * m.green_full_hours[site, technology] * m.green_capacity[site, technology]
    )


def certificates_limit(m: PlanModel, site: str) -> Any:
    """A site uses no more certificates than it can get.

    certificates[s] ≤ certificates_max[s]  ∀ s with certificate_price and certificates_max  [MWh/a]
    """
    return m.certificates[site] <= m.certificates_max[site]


def site_draw(m: PlanModel, site: str, timestep: str) -> Any:
    """Power that a site takes from outside [MW]: grid power and green power; what its stores lose is in it."""
    return m.grid_power[site, timestep] + sum(m.green_power[site, g, timestep] for g in m.TECHNOLOGIES_AT[site])


def site_draw_energy(m: PlanModel, site: str, timestep: str) -> Any:
    """Energy that a site takes from outside in a timestep over the year [MWh/a]: w × site_draw."""
    return m.timestep_weight[timestep] * m.site_draw[site, timestep]


def grid_connection(m: PlanModel, site: str) -> Any:
    """Power that a grid connection carries [MW]: what stands, and new where it may be widened."""
    return m.grid_power_max[site] + sum(m.grid_power_new[s] for s in m.CONNECTABLE_AT[site])


def green_capacity(m: PlanModel, site: str, technology: str) -> Any:
    """Green capacity [MW]: existing, and new where more can be contracted."""
    new = sum(m.green_capacity_new[site, g] for g in m.CONTRACTABLE_OF[site, technology])
    return m.green_capacity_existing[site, technology] + new


def curtailed_term(m: PlanModel, site: str, technology: str, timestep: str) -> Any:
    """Green power that could be produced and is neither used nor sold [MW]: the slack of green_power_availability."""
    return sum(
        m.availability[site, g, timestep] * m.green_capacity[site, g]
        - m.green_power[site, g, timestep]
        - m.excess[site, g, timestep]
        for g in m.OWN_OF[site, technology]
    )


def grid_energy(m: PlanModel, site: str, timestep: str) -> Any:
    """Grid energy of a timestep over the year [MWh/a]."""
    return m.timestep_weight[timestep] * m.grid_power[site, timestep]


def green_energy(m: PlanModel, site: str, technology: str) -> Any:
    """Green energy used over the year [MWh/a]."""
    return sum(m.timestep_weight[t] * m.green_power[site, technology, t] for t in m.TIMESTEPS)


def excess_energy(m: PlanModel, site: str, technology: str) -> Any:
    """Excess green energy over the year [MWh/a]."""
    return sum(m.timestep_weight[t] * m.excess[site, technology, t] for t in m.TIMESTEPS)


def grid_power_cost(m: PlanModel) -> Any:
    """Cost of grid power [CNY/a]: ∑ grid_power_price × grid energy."""
    return sum(m.grid_power_price[s, t] * m.grid_energy[s, t] for s in m.SITES for t in m.TIMESTEPS)


def demand_charge_cost(m: PlanModel) -> Any:
    """Charge on the greatest grid power [CNY/a]: ∑ demand_charge × months × grid_power_peak.

    Each month that the timesteps know stands for twelve over their number.
    """
    return sum(
        m.demand_charge[s] * m.charged_months * m.grid_power_peak[s, month]
        for s in m.DEMAND_CHARGED
        for month in m.GRID_MONTHS
    )


def grid_connection_cost(m: PlanModel) -> Any:
    """Cost of wider grid connections [CNY/a]: ∑ grid_power_new_cost × grid_power_new."""
    return sum(m.grid_power_new_cost[s] * m.grid_power_new[s] for s in m.CONNECTABLE)


def green_power_cost(m: PlanModel) -> Any:
    """Cost of green power, used and excess [CNY/a]."""
    return sum(
        m.green_power_price[s, g] * (m.green_energy[s, g] + m.excess_energy[s, g]) for s, g in m.SITE_TECHNOLOGIES
    )


def take_or_pay_cost(m: PlanModel) -> Any:
    """Cost of green power that is paid for and not taken [CNY/a]: ∑ green_power_price × untaken_energy."""
    return sum(m.green_power_price[s, g] * m.untaken_energy[s, g] for s, g in m.TAKE_OR_PAY_GIVEN)


def green_capacity_cost(m: PlanModel) -> Any:
    """Cost of new green capacity [CNY/a]."""
    return sum(m.green_capacity_cost[s, g] * m.green_capacity_new[s, g] for s, g in m.CONTRACTABLE)


def embodied_term(m: PlanModel, site: str) -> Any:
    """Emissions of making a site's new green capacity [tCO2/a]: ∑ embodied_emissions × green_capacity_new."""
    return sum(m.embodied_of_green[site, g] * m.green_capacity_new[site, g] for g in m.EMBODIED_GREEN_AT[site])


def excess_cost(m: PlanModel) -> Any:
    """Revenue of excess power, as a negative cost [CNY/a]."""
    return -sum(m.excess_price[s, g] * m.excess_energy[s, g] for s, g in m.SITE_TECHNOLOGIES)


def certificates_cost(m: PlanModel) -> Any:
    """Cost of certificates [CNY/a]."""
    return sum(m.certificate_price[s] * m.certificates[s] for s in m.CERTIFICATE_PRICE_GIVEN)


def contracts(inputs: Scenario) -> pd.Series:
    """Return the most green capacity of every pair of site and technology that the scenario speaks of [MW]."""
    most = expandable.most_of(inputs, "green_capacity")
    return most[inputs.series("green_capacity_max").reindex(most.index).notna() | (most > 0)]


GIVES = {
    "power_balance": Never(say("energy is neither made nor lost")),
    "grid_power_limit": ("grid_power_max", "grid_power_max_new"),
    "grid_connection_limit": ("grid_power_max_new",),
    "grid_power_peak_floor": Never(say("what is drawn is paid for")),
    "green_power_availability": Never(say("wind and sun are as they are")),
    "green_capacity_limit": ("green_capacity_max",),
    "green_capacity_in_units": Never(say("units are whole")),
    "take_or_pay_floor": Never(say("what is not taken is paid for")),
    "certificates_limit": ("certificates_max",),
}
RELAXATIONS = (
    Amount("certificates_max", Rank.SUPPLY, raised=True),
    expandable.amount("green_capacity", Rank.SUPPLY, contracts),
    Amount("grid_power_max", Rank.PLANT, raised=True),
    Amount("grid_power_max_new", Rank.PLANT, raised=True),
)


def counted_hourly(inputs: Scenario) -> pd.Index:
    """Return the pairs of site and technology that count as green hour by hour.

    Those of a technology that says so in ``counts_hourly``; of one that says nothing, where the availability is given
    by timestep: a flat yearly contract says nothing of any hour.
    """
    pairs, said = inputs.full_index(PAIR), inputs.series("counts_hourly")
    availability = inputs.given.get("availability")
    by_step: set[tuple[str, str]] = set()
    if isinstance(availability, pd.Series) and list(availability.index.names) == list(TRIPLE):
        by_step = {(site, technology) for site, technology, _ in availability.index}
    counts = [bool(said.get(pair[1], pair in by_step)) for pair in pairs]
    found: pd.Index = pairs[np.array(counts, dtype=bool)]
    return found


WHOLE = ("green_capacity_in_units",)
"""Rules by which something is whole: not held against a year that is planned relaxed."""
EXAMPLE: Example = {
    "grid_power_max": {"shanghai": 150, "hebei": 120, "gansu": 90},
    "grid_power_price": {"shanghai": 700, "hebei": 520, "gansu": 380},
    "grid_power_max_new": {"hebei": 30},
    "grid_power_new_cost": {"hebei": 45_000, "shanghai": 52_000},
    "technology": ("wind", "solar"),
    "green_capacity_existing": {"gansu;wind": 20, "hebei;solar": 12},
    "green_capacity_max": {"gansu;wind": 60, "hebei;solar": 12},
    "green_capacity_cost": {"gansu;wind": 2e5, "hebei;solar": 0},
    EMBODIED: {"gansu;wind": 26},
    "green_power_price": {"gansu;wind": 240, "hebei;solar": 310},
    "excess_price": {"gansu;wind": 100, "hebei;solar": 90},
    "availability": {
        "gansu;wind;day": 0.3,
        "gansu;wind;night": 0.45,
        "hebei;solar;day": 0.4,
        "hebei;solar;night": 0.02,
    },
    "certificate_price": {"shanghai": 25, "hebei": 20, "gansu": 12},
}
VARIANTS: Variants = {
    "limits": {"certificates_max": {"gansu": 1.2e5}, "grid_power_max": {"shanghai": 75}},
    "kept": {"excess_keeps_certificate": True},
    "charged": {"demand_charge": {"shanghai": 41_000, "gansu": 33_000}},
    "connection": {"grid_power_max": {"shanghai": 73}, "grid_power_max_new": {"shanghai": 1}},
    "contracts": {
        "take_or_pay": {"gansu;wind": 0.97, "hebei;solar": 0.9},
        "green_capacity_unit": {"gansu;wind": 7},
        "green_power_price": {"gansu;wind": 900, "hebei;solar": 900},
    },
}


def build(m: PlanModel) -> None:
    """Add supply, the balance and what the supply costs."""
    existing, most = m.inputs.series("green_capacity_existing"), expandable.most_of(m.inputs, "green_capacity")
    own = most.index[most > 0].to_frame(index=False)
    contractable = most.index[most > existing].to_frame(index=False)
    pairs = _supplied(m.inputs, own)
    m.members("SITE_TECHNOLOGIES", pairs.itertuples(index=False, name=None), dimen=2)
    m.members("OWN_TECHNOLOGIES", own.itertuples(index=False, name=None), dimen=2)
    m.subsets("OWN_OF", m.SITE_TECHNOLOGIES, own.assign(member=own["technology"]), list(PAIR))
    m.members("CONTRACTABLE", contractable.itertuples(index=False, name=None), dimen=2)
    m.subsets("TECHNOLOGIES_AT", m.SITES, pairs, ["site"])
    hourly = pairs[pd.MultiIndex.from_frame(pairs).isin(counted_hourly(m.inputs))]
    m.subsets("HOURLY_AT", m.SITES, hourly, ["site"])
    m.subsets(
        "CONTRACTABLE_OF", m.SITE_TECHNOLOGIES, contractable.assign(member=contractable["technology"]), list(PAIR)
    )
    m.members("CERTIFICATES_LIMITED", [s for s in m.CERTIFICATE_PRICE_GIVEN if s in m.CERTIFICATES_MAX_GIVEN])
    _build_supply(m)
    _build_contracts(m)
    _build_connections(m)
    _build_demand_charge(m)
    if m.inputs.has("emissions") and m.inputs.is_given(EMBODIED):
        _build_embodied(m, contractable)
    for term, rule in COSTS.items():
        m.add_term("cost", term, rule)
    m.constrain(power_balance, m.SITES, m.TIMESTEPS, unit="MW")
    m.constrain(grid_power_limit, m.GRID_POWER_MAX_GIVEN, m.TIMESTEPS, unit="MW")
    m.constrain(green_power_availability, m.OWN_TECHNOLOGIES, m.TIMESTEPS, unit="MW")
    m.constrain(green_capacity_limit, m.CONTRACTABLE, unit="MW")
    m.constrain(certificates_limit, m.CERTIFICATES_LIMITED, unit="MWh/a")


def _supplied(inputs: Scenario, own: pd.DataFrame) -> pd.DataFrame:
    """Return the sites and technologies that have green power: their own, and what other features bring."""
    parts = [supplies(inputs) for feature, supplies in inputs.declarations.supplies.items() if inputs.has(feature)]
    if not parts:
        return own
    found = pd.MultiIndex.from_frame(pd.concat([own, *(part[list(PAIR)] for part in parts)]))
    every = inputs.full_index(PAIR)
    return every[every.isin(found)].to_frame(index=False)


COSTS = {
    "grid_power": grid_power_cost,
    "green_power": green_power_cost,
    "green_capacity": green_capacity_cost,
    "excess": excess_cost,
    "certificates": certificates_cost,
}


def _build_supply(m: PlanModel) -> None:
    m.variable("grid_power", m.SITES, m.TIMESTEPS, unit="MW")
    m.variable("green_power", m.SITE_TECHNOLOGIES, m.TIMESTEPS, unit="MW")
    m.variable("excess", m.SITE_TECHNOLOGIES, m.TIMESTEPS, unit="MW")
    m.variable("green_capacity_new", m.CONTRACTABLE, unit="MW", is_investment=True)
    m.variable("certificates", m.CERTIFICATE_PRICE_GIVEN, unit="MWh/a")
    m.expression("green_capacity", m.SITE_TECHNOLOGIES, rule=green_capacity, unit="MW")
    m.add_term("curtailed", "own", curtailed_term)
    m.open_total("curtailed", m.SITE_TECHNOLOGIES, m.TIMESTEPS, unit="MW")
    m.expression("grid_energy", m.SITES, m.TIMESTEPS, rule=grid_energy, unit="MWh/a")
    m.expression("green_energy", m.SITE_TECHNOLOGIES, rule=green_energy, unit="MWh/a")
    m.expression("excess_energy", m.SITE_TECHNOLOGIES, rule=excess_energy, unit="MWh/a")
    m.expression("site_draw", m.SITES, m.TIMESTEPS, rule=site_draw, unit="MW")
    m.expression("site_draw_energy", m.SITES, m.TIMESTEPS, rule=site_draw_energy, unit="MWh/a")
    m.open_total("power_into_stores", m.SITES, m.TIMESTEPS, unit="MW")
    m.open_total("power_out_of_stores", m.SITES, m.TIMESTEPS, unit="MW")


def _build_contracts(m: PlanModel) -> None:
    """Add whole units, and what is paid for whether or not it is taken."""
    m.members("IN_UNITS", [pair for pair in m.CONTRACTABLE if pair in m.GREEN_CAPACITY_UNIT_GIVEN], dimen=2)
    m.variable("green_units", m.IN_UNITS, unit="1", within=pyo.NonNegativeIntegers, is_investment=True)
    m.constrain(green_capacity_in_units, m.IN_UNITS, unit="MW")
    share = m.inputs.series("take_or_pay")
    m.variable("untaken_energy", m.TAKE_OR_PAY_GIVEN, unit="MWh/a")
    power = m.inputs.series("availability").unstack("timestep")
    full = power.mul(weights(m.inputs), axis=1).sum(axis=1).reindex(share.index)
    made_of = ("availability", "timestep_weight")
    m.parameter("green_full_hours", [m.TAKE_OR_PAY_GIVEN], full, "h/a", made_of=made_of)
    if len(share):
        m.add_term("cost", "take_or_pay", take_or_pay_cost)
    m.constrain(take_or_pay_floor, m.TAKE_OR_PAY_GIVEN, unit="MWh/a")


def _build_embodied(m: PlanModel, contractable: pd.DataFrame) -> None:
    """Count what making new green capacity emits, where that is known."""
    made = m.inputs.series(EMBODIED)
    table = contractable[pd.MultiIndex.from_frame(contractable).isin(made.index)]
    pairs = m.members("EMBODIED_GREEN", table.itertuples(index=False, name=None), dimen=2)
    m.subsets("EMBODIED_GREEN_AT", m.SITES, table, ["site"], dimen=1)
    rates = made.reindex(pd.MultiIndex.from_frame(table)).astype(float)
    m.parameter("embodied_of_green", [pairs], rates, "tCO2/MW/a", made_of=(EMBODIED,))
    m.add_term("embodied_emissions", "green_capacity", embodied_term)


def _build_connections(m: PlanModel) -> None:
    """Let grid connections be widened where they may be."""
    wider = list(m.inputs.series("grid_power_max_new").index)
    m.members("CONNECTABLE", wider)
    m.subsets("CONNECTABLE_AT", m.GRID_POWER_MAX_GIVEN, pd.DataFrame({"owner": wider, "site": wider}), ["owner"])
    m.variable("grid_power_new", m.CONNECTABLE, unit="MW", is_investment=True)
    m.expression("grid_connection", m.GRID_POWER_MAX_GIVEN, rule=grid_connection, unit="MW")
    if wider:
        m.add_term("cost", "grid_connection", grid_connection_cost)
    m.constrain(grid_connection_limit, m.CONNECTABLE, unit="MW")


def _build_demand_charge(m: PlanModel) -> None:
    """Charge the greatest grid power of every month where that is charged."""
    charge = m.inputs.series("demand_charge")
    charged = list(charge.index[charge > 0])
    if not charged:
        return
    of_step = _months(m.inputs)
    known = list(dict.fromkeys(of_step))
    m.members("DEMAND_CHARGED", charged)
    m.members("GRID_MONTHS", known)
    m.members("MONTH_STEPS", zip(of_step, of_step.index, strict=True), dimen=2)
    m.parameter("charged_months", [], _months_for_each(known), "month/a", made_of=("time",))
    m.variable("grid_power_peak", m.DEMAND_CHARGED, m.GRID_MONTHS, unit="MW")
    m.add_term("cost", "demand_charge", demand_charge_cost)
    m.constrain(grid_power_peak_floor, m.DEMAND_CHARGED, m.MONTH_STEPS, unit="MW")


def report(m: PlanModel) -> dict[str, pd.DataFrame]:
    """Return supply by site and timestep [MW], by technology [MW], and certificates [MWh/a].

    ``green_power_used`` is the green power that reaches the facility: used at once, or given by a store that took it;
    ``green_power_matched`` is the same of the technologies that count hour by hour.
    """
    names = ("grid_power", "site_draw", "power_into_stores", "power_out_of_stores")
    table = m.tabulate(*names, columns=list(STEP))
    technology = m.tabulate("green_power", "excess", "curtailed", columns=list(TRIPLE))
    hourly = pd.MultiIndex.from_frame(technology[list(PAIR)]).isin(counted_hourly(m.inputs))
    for name, rows in (("green_power_used", technology), ("green_power_matched", technology[hourly])):
        green = rows.groupby(list(STEP))["green_power"].sum()
        at = pd.MultiIndex.from_frame(table[list(STEP)])
        table[name] = _delivered(m, table, green.reindex(at, fill_value=0.0).to_numpy())
    return {
        "power_supply": table[[*STEP, "grid_power", "site_draw", "green_power_used", "green_power_matched"]],
        "power_supply_technology": technology,
        "power_supply_capacity": m.tabulate("green_capacity", columns=list(PAIR)),
        "power_supply_certificates": m.tabulate("certificates", columns=["site"]),
        "power_supply_take_or_pay": m.tabulate("untaken_energy", columns=list(PAIR)),
        "power_supply_connection": _wider(m),
        "power_supply_peak": _peaks(m, table),
    }


def _wider(m: PlanModel) -> pd.DataFrame:
    """Return what the connections carry that may be widened [MW]."""
    table = m.tabulate("grid_connection", columns=["site"])
    return table[table["site"].isin(list(m.CONNECTABLE))].reset_index(drop=True)


def _peaks(m: PlanModel, table: pd.DataFrame) -> pd.DataFrame:
    """Return the greatest grid power of every site and month [MW]."""
    month = table["timestep"].map(_months(m.inputs)).rename("month")
    greatest = table["grid_power"].groupby([table["site"], month], sort=False).max()
    return greatest.rename("grid_power_peak").reset_index()


def _delivered(m: PlanModel, table: pd.DataFrame, green: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the green power that reaches each facility [MW], net of what stores lose, (rows of the table,).

    green − min(charge, green) + φ × discharge, φ being the green part of what a store takes in the period.
    """
    into, out_of = (table[f"power_{way}_stores"].to_numpy(float) for way in ("into", "out_of"))
    taken = np.minimum(into, green)
    period = table["timestep"].map(m.inputs.series("period")).fillna("")
    duration = table["timestep"].map(m.inputs.series("timestep_duration")).to_numpy(float)
    energy = pd.DataFrame({"green": taken * duration, "all": into * duration})
    sums = energy.groupby([table["site"], period]).transform("sum")
    part = (sums["green"] / sums["all"].where(sums["all"] > 0.0)).fillna(0.0).to_numpy()
    delivered: npt.NDArray[np.float64] = green - taken + part * out_of
    return delivered


VALUES = (
    ("power_supply", list(STEP), "grid_power", "MW"),
    ("power_supply", list(STEP), "green_power_used", "MW"),
    ("power_supply", list(STEP), "green_power_matched", "MW"),
    ("power_supply_technology", list(TRIPLE), "green_power", "MW"),
    ("power_supply_technology", list(TRIPLE), "excess", "MW"),
    ("power_supply_technology", list(TRIPLE), "curtailed", "MW"),
    ("power_supply_capacity", list(PAIR), "green_capacity", "MW"),
    ("power_supply_certificates", ["site"], "certificates", "MWh/a"),
    ("power_supply_take_or_pay", list(PAIR), "untaken_energy", "MWh/a"),
)
"""Table, keys, column, unit: each is a number, and not below zero."""


def audit_terms(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.Series]:
    """Return power into and out of each site by timestep [MW]; stores add to both.

    Of each technology that a site has itself also the power there is in each timestep, and what is left of it [MW].
    """
    green = ledger.column(tables, "power_supply_technology", "green_power", STEP)
    room, used = _own_room(inputs, tables)
    embodied = {"embodied_emissions": _embodied_again(inputs, tables)} if inputs.is_given(EMBODIED) else {}
    return embodied | {
        "green_room": room,
        "green_left": room - used,
        "power_in": ledger.column(tables, "power_supply", "grid_power", STEP).add(green, fill_value=0.0),
        "power_out": ledger.column(tables, "facility_load", "facility_load", STEP),
    }


def _embodied_again(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> pd.Series:
    """Recompute what making new green capacity emits, by site [tCO2/a]."""
    made: dict[Any, float] = inputs.series(EMBODIED).to_dict()
    stands = inputs.series("green_capacity_existing").to_dict()
    tonnes = dict.fromkeys(inputs.sets["site"], 0.0)
    held: dict[Any, float] = ledger.column(tables, "power_supply_capacity", "green_capacity", PAIR).to_dict()
    for pair, size in held.items():
        tonnes[pair[0]] += made.get(pair, 0.0) * (size - stands[pair])
    return pd.Series(tonnes, dtype=float)


def _own_room(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> tuple[pd.Series, pd.Series]:
    """Return what each site's own capacity can give, and what of it is used or sold, by site, technology, step [MW]."""
    used = ledger.column(tables, "power_supply_technology", "green_power", TRIPLE)
    used = used + ledger.column(tables, "power_supply_technology", "excess", TRIPLE)
    most = inputs.series("green_capacity_max").combine_first(inputs.series("green_capacity_existing"))
    own = pd.MultiIndex.from_arrays([used.index.get_level_values(key) for key in PAIR]).isin(most.index[most > 0])
    used = used[own]
    capacity = ledger.column(tables, "power_supply_capacity", "green_capacity", PAIR)
    held = ledger.spread(capacity, used.index.to_frame(index=False)).fillna(0.0).to_numpy()
    return inputs.series("availability").reindex(used.index).fillna(0.0) * held, used


def audit(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> Iterator[Finding]:
    """Every site's draw is supplied within every limit, and each kind of supply is paid for."""
    grid = ledger.column(tables, "power_supply", "grid_power", STEP)
    green = ledger.column(tables, "power_supply_technology", "green_power", TRIPLE)
    excess = ledger.column(tables, "power_supply_technology", "excess", TRIPLE)
    capacity = ledger.column(tables, "power_supply_capacity", "green_capacity", PAIR)
    certificates = ledger.column(tables, "power_supply_certificates", "certificates", ["site"])
    for table, keys, name, unit in VALUES:
        yield from Finding.none_negative(name, tables[table].set_index(keys)[name].astype(float), unit)
    yield from _audit_balance(inputs, tables, grid, green.groupby(level=list(STEP)).sum())
    yield from _audit_connections(inputs, tables, grid)
    yield from _audit_peaks(inputs, tables, grid)
    room, left = (ledger.added(inputs, tables, total) for total in ("green_room", "green_left"))
    yield from Finding.all_at_most(
        "green_power_availability", green + excess, room.reindex(green.index).fillna(0.0), "MW"
    )
    slack = ledger.column(tables, "power_supply_technology", "curtailed", TRIPLE)
    yield from Finding.all_equal("curtailed", left, slack, "MW")
    yield from _audit_purchases(inputs, capacity, certificates)
    yield from _audit_contracts(inputs, tables, capacity)
    yield from _audit_costs(inputs, tables, capacity, certificates)


def _audit_balance(
    inputs: Scenario, tables: Mapping[str, pd.DataFrame], grid: pd.Series, green: pd.Series
) -> Iterator[Finding]:
    """Power in equals power out; draw and green power agree with supply and stores."""
    supplied, drawn = (ledger.added(inputs, tables, total) for total in ("power_in", "power_out"))
    yield from Finding.all_equal("power_balance", drawn, supplied, "MW")
    said = ledger.column(tables, "power_supply", "site_draw", STEP)
    yield from Finding.all_equal("site_draw", grid.add(green, fill_value=0.0), said, "MW")
    for name, given in (
        ("green_power_used", green),
        ("green_power_matched", green_ledger.hourly_green(inputs, tables)),
    ):
        said = ledger.column(tables, "power_supply", name, STEP)
        yield from Finding.all_equal(name, green_ledger.delivered(inputs, tables, given), said, "MW")


def _audit_connections(inputs: Scenario, tables: Mapping[str, pd.DataFrame], grid: pd.Series) -> Iterator[Finding]:
    """No connection carries more than it can; one that was widened was widened as far as it may be, and is paid for."""
    stands, most = (inputs.series(f"grid_power_max{new}").rename_axis("site") for new in ("", "_new"))
    carried = ledger.column(tables, "power_supply_connection", "grid_connection", ["site"])
    for site in sorted({*most.index} ^ {*carried.index}):
        said = say("is missing from the results, or may not be widened")
        yield Finding("power_supply_connection", str(site), said)
    wider = carried - stands.reindex(carried.index)
    yield from Finding.none_negative("grid_power_new", wider, "MW")
    yield from Finding.all_at_most("grid_connection_limit", wider, most, "MW")
    limit = carried.reindex(stands.index).fillna(stands)
    yield from Finding.all_at_most("grid_power_limit", grid.groupby(level="site").max(), limit, "MW")
    if len(most):
        spent = (wider * inputs.series("grid_power_new_cost").reindex(wider.index)).sum()
        yield from Finding.cost_differs("grid_connection", float(spent), tables)


def _audit_peaks(inputs: Scenario, tables: Mapping[str, pd.DataFrame], grid: pd.Series) -> Iterator[Finding]:
    """The greatest power of every month is that of its timesteps, and is paid for in twelve months of a year."""
    times = inputs.series("time")
    month = dict.fromkeys(inputs.sets["timestep"], "year")
    if len(times) == len(month):
        month = {str(step): f"{datetime.fromisoformat(str(time)):%m}" for step, time in times.items()}
    sites, steps = (grid.index.get_level_values(key) for key in STEP)
    greatest = grid.groupby([sites, steps.map(month).rename("month")]).max()
    said = tables["power_supply_peak"].set_index(["site", "month"])["grid_power_peak"].astype(float)
    yield from Finding.all_equal("grid_power_peak_floor", greatest, said, "MW")
    charge = inputs.series("demand_charge")
    if (charge > 0).any():
        mean = greatest.groupby(level="site").mean()
        paid = 12 * (mean * charge.reindex(mean.index))
        yield from Finding.cost_differs("demand_charge", float(paid.sum()), tables)


def _audit_purchases(inputs: Scenario, capacity: pd.Series, certificates: pd.Series) -> Iterator[Finding]:
    existing = inputs.series("green_capacity_existing")
    most = inputs.series("green_capacity_max").combine_first(existing).reindex(capacity.index)
    yield from Finding.all_at_most("green_capacity_limit", capacity, most, "MW")
    yield from Finding.all_at_most(
        "green_capacity_existing", existing, capacity.reindex(existing.index, fill_value=0.0), "MW"
    )
    price = inputs.series("certificate_price")
    for site in certificates.index.difference(price.index):
        yield from Finding.unless_equal("certificates", str(site), 0.0, float(certificates[site]), "MWh/a")
    yield from Finding.all_at_most("certificates_limit", certificates, inputs.series("certificates_max"), "MWh/a")


def _audit_contracts(inputs: Scenario, tables: Mapping[str, pd.DataFrame], capacity: pd.Series) -> Iterator[Finding]:
    """What is built comes in whole units; what is not taken is paid for."""
    held: dict[Any, float] = capacity.to_dict()
    stands = inputs.series("green_capacity_existing").to_dict()
    sizes: dict[Any, float] = inputs.series("green_capacity_unit").to_dict()
    for pair, size in sizes.items():
        units = (held.get(pair, stands[pair]) - stands[pair]) / size
        if not abs(units - round(units)) <= ABSOLUTE_TOLERANCE:
            problem = say("{count:g} units are not a whole number", count=units)
            yield Finding("green_capacity_in_units", ", ".join(pair), problem)
    shares: dict[Any, float] = inputs.series("take_or_pay").to_dict()
    untaken: dict[Any, float] = ledger.column(tables, "power_supply_take_or_pay", "untaken_energy", PAIR).to_dict()
    for pair in sorted(shares.keys() ^ untaken.keys()):
        yield Finding("power_supply_take_or_pay", ", ".join(pair), say("is missing from the results, or has no share"))
    whole = "power_supply_technology"
    used, sold = (ledger.energy(tables, whole, name, list(PAIR)) for name in ("green_power", "excess"))
    hours: dict[Any, float] = ledger.weights(tables).to_dict()
    there: dict[Any, float] = inputs.series("availability").to_dict()
    price = inputs.series("green_power_price").to_dict()
    spent = 0.0
    for pair, share in shares.items():
        could = sum(there[*pair, step] * length for step, length in hours.items()) * held.get(pair, 0.0)
        paid = float(used[pair]) + float(sold[pair]) + float(untaken.get(pair, 0.0))
        yield from Finding.unless_at_most("take_or_pay_floor", ", ".join(pair), share * could, paid, "MWh/a")
        spent += price[pair] * float(untaken.get(pair, 0.0))
    if shares:
        yield from Finding.cost_differs("take_or_pay", spent, tables)


def audit_built(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> dict[str, Stock]:
    """Return the green capacity and the connections that were added."""
    held = tables["power_supply_capacity"].set_index(list(PAIR))["green_capacity"].astype(float)
    new = held - inputs.series("green_capacity_existing").reindex(held.index)
    units = (new / inputs.series("green_capacity_unit").reindex(new.index)).dropna()
    carried = tables["power_supply_connection"].set_index("site")["grid_connection"].astype(float)
    wider = carried - inputs.series("grid_power_max").reindex(carried.index)
    free = pd.Series(dtype=float)
    return {
        "green_capacity_new": Stock(new, inputs.series("green_capacity_cost")),
        "green_units": Stock(units, free, True),
        "grid_power_new": Stock(wider, inputs.series("grid_power_new_cost")),
    }


def _audit_costs(
    inputs: Scenario, tables: Mapping[str, pd.DataFrame], capacity: pd.Series, certificates: pd.Series
) -> Iterator[Finding]:
    hours = ledger.weights(tables)
    supply, technology = tables["power_supply"], tables["power_supply_technology"]
    price = ledger.spread(inputs.series("grid_power_price"), supply)
    bought = (price * supply["grid_power"] * supply["timestep"].map(hours)).sum()
    yield from Finding.cost_differs("grid_power", float(bought), tables)
    yearly = technology["timestep"].map(hours)
    paid = ledger.spread(inputs.series("green_power_price"), technology)
    green = (paid * (technology["green_power"] + technology["excess"]) * yearly).sum()
    yield from Finding.cost_differs("green_power", float(green), tables)
    sold = (ledger.spread(inputs.series("excess_price"), technology) * technology["excess"] * yearly).sum()
    yield from Finding.cost_differs("excess", -float(sold), tables)
    new = capacity - inputs.series("green_capacity_existing").reindex(capacity.index)
    built = (new * inputs.series("green_capacity_cost").reindex(capacity.index)).sum()
    yield from Finding.cost_differs("green_capacity", float(built), tables)
    spent = (certificates * inputs.series("certificate_price").reindex(certificates.index)).sum()
    yield from Finding.cost_differs("certificates", float(spent), tables)


GRID, GREEN = (energy_of("power_supply", column, "site") for column in ("grid_power", "green_power_used"))
FIGURES = (
    Figure(
        "grid_power",
        "site",
        "MW",
        GRID,
        at("energy", "grid"),
        is_mean_power=True,
        rank=5,
        page="grid",
        says=say("Grid power"),
    ),
    Figure("green_power", "site", "MW", GREEN, at("energy", "green"), is_mean_power=True, rank=6),
    Figure("certificates", "site", "MWh/a", green_ledger.certificates, at("energy", "certificates"), missing=0.0),
    Figure(
        "green_power_share",
        "site",
        "1",
        green_ledger.green,
        green_ledger.place,
        per=green_ledger.counted_against,
        everywhere=green_ledger.share_of_all,
        rank=7,
        page="green",
        basis=green_ledger.mode_of,
    ),
)


def summary(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """Return energy by source [MWh/a] and the green share of all power in each accounting mode."""
    whole = {figure.name: figure.whole(inputs, tables) for figure in FIGURES}
    energy = {
        "grid": whole["grid_power"],
        "green": whole["green_power"],
        "site_draw": ledger.total(tables, "power_supply", "site_draw"),
        "excess": ledger.total(tables, "power_supply_technology", "excess"),
        "curtailed": ledger.total(tables, "power_supply_technology", "curtailed"),
        "certificates": whole["certificates"],
    }
    shares = {mode: green_ledger.share(inputs, tables, mode) for mode in green_ledger.MODES}
    return {"energy": energy, "green_power_share": None if None in shares.values() else shares}
