"""Green power share: how much of a site's, hub's, side's or the nation's power must be green, by which accounting.

Three accountings, never mixed: ``certificate`` (bought green power and certificates over the year, as in the rule of
July 2025), ``matched`` (green power used in its own hour, over the year) and ``every_timestep``. They differ in what
counts as green, in what it is counted against and in the window over which it is added up; the algebra is one.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from planner.figures import ledger
from planner.language import Message, Text, say, say_as
from planner.models.features.power_supply import contracts, counted_hourly
from planner.models.features.time import months
from planner.models.rules import audit_work, green_ledger, scopes
from planner.models.rules.findings import ABSOLUTE_TOLERANCE, Finding
from planner.models.rules.relaxations import Amount, Never, Rank
from planner.scenario.column import Column, Measure, keys_of
from planner.scenario.parameter import Parameter
from planner.scenario.plausible import GWH, HUNDRED_GWH, KWH, PERCENT, TEN_MWH, Plausible

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import numpy.typing as npt

    from planner.errors import Fault
    from planner.models.algebra.plan_model import PlanModel
    from planner.models.rules.example import Example, Variants
    from planner.scenario.scenario import Scenario

REQUIRES = ("power_supply",)
KEYS = ["site", "window"]
SCOPE = ("scope", "name", "window")
LIMIT = "green_power_share_min"
"""Of a site; ``hub_``, ``side_`` and ``national_`` before it, of the others."""
RULE_OF_2025 = "NDRC and NEA, 发改办能源〔2025〕669号, July 2025"

PARAMETERS = (
    Parameter(
        "green_power_share_mode",
        (),
        "",
        say(
            "What counts as green: certificates over the year, use in its own hour over the year, or in every timestep."
        ),
        "certificate",
        "choice",
        choices=("certificate", "matched", "every_timestep"),
        accounting_of="green_power_share",
        source=RULE_OF_2025,
    ),
    Parameter(
        "green_power_share_on",
        (),
        "",
        say(
            "Which use must be green: all of it, or that of new capacity (by certificates a stand-in: a share of "
            "what is built)."
        ),
        "all",
        "choice",
        choices=("all", "new"),
        accounting_of="green_power_share",
        source=RULE_OF_2025,
    ),
    Parameter(
        "green_power_share_window",
        (),
        "",
        say("Over what the share is reckoned: the year, or each month (which needs a time for every timestep)."),
        "year",
        "choice",
        choices=("year", "month"),
    ),
    *scopes.parameters(
        LIMIT,
        "1",
        lambda whose: say("Least green share of {whose}.", whose=whose),
        dict.fromkeys(scopes.KINDS, Plausible(0.005, 1.0, (PERCENT,))),
        high=1.0,
    ),
    Parameter(
        "utilisation_new",
        ("site",),
        "1",
        say("Share of new capacity taken as used, where the share is on new load and counted by certificates."),
        0.65,
        high=1.0,
        also_index=((),),
        source="Policy on 上架率: at least 0.65",
        plausible=Plausible(0.05, 1.0, (PERCENT,)),
    ),
    Parameter(
        "green_energy_committed",
        ("site",),
        "MWh/a",
        say("Green energy that already greens the existing load; not counted for new load."),
        0.0,
        plausible=Plausible(100.0, 1e9, (GWH, HUNDRED_GWH, TEN_MWH, KWH)),
    ),
)
WORDS: dict[str, Message] = {
    **scopes.words("green_power_share", say("green power share")),
    **scopes.words(LIMIT, say("least green share")),
    "green_power_share_mode": say("green accounting"),
    "green_power_share_on": say_as("setting", "use that must be green"),
    "green_power_share_window": say("accounting window"),
    "utilisation_new": say("utilisation of new capacity"),
    "green_energy_committed": say("green energy committed"),
    "green_credited": say("green energy credited"),
    "green_counted": say("green energy counted"),
    "green_use": say("use that must be green"),
    "green_owed": say("green energy owed"),
    "new_use": say("use of new capacity"),
    "new_use_floor": say("use of new capacity"),
    "new_energy": say("energy used by new capacity"),
    "green_power_share_new": say("green power share of new capacity"),
    "certificates_of_month": say("certificates of the month"),
    "certificates_used": say("certificates used"),
    "scope": say("scope"),
    "name": say("name"),
    "window": say("window"),
    "share": say("share"),
    "share_min": say("least share"),
    "mode": say("accounting"),
    "on": say("use"),
    "certificate": say("by certificates"),
    "matched": say("matched hour by hour"),
    "every_timestep": say("in the worst timestep"),
    "all": say("all"),
    "new": say("new"),
    "year": say("year"),
    "month": say("month"),
    "counted": say("counted"),
}
COLUMNS = (
    Column("green_power_share", "scope", "", say("Kind of the fleet that has a limit.")),
    Column("green_power_share", "name", "", say("Id of the site, hub or side.")),
    Column("green_power_share", "window", "", say("Over what the share is reckoned: the year, a month, a timestep.")),
    Column("green_power_share", "share_min", "1", say("Least green share.")),
    Column("green_power_share", "green_counted", "MWh/a", say("Energy that counts as green.")),
    Column("green_power_share", "green_use", "MWh/a", say("Energy whose share must be green.")),
    Column("green_power_share", "green_owed", "MWh/a", say("Green energy promised to old load.")),
    Column(
        "green_power_share",
        "new_energy",
        "MWh/a",
        say("Energy that new capacity truly uses; where the share is on new."),
    ),
    Column(
        "green_power_share",
        "share",
        "1",
        say("Green share, net of what is owed; empty where nothing is used."),
        may_be_empty=True,
        may_be_negative=True,
    ),
    Column(
        "green_power_share",
        "green_power_share_new",
        "1",
        say("Green share of what new capacity truly uses; empty where that is 0."),
        may_be_empty=True,
        may_be_negative=True,
    ),
    Column("green_power_share", "mode", "", say("Accounting of the scenario.")),
    Column("green_power_share", "on", "", say("Use that must be green.")),
    *keys_of("green_power_share_certificates", *KEYS),
    Column("green_power_share_certificates", "certificates_of_month", "MWh/a", say("Certificates used for the month.")),
)
MEASURES = (Measure("green_power_share_new", "1", 6),)


def check(inputs: Scenario) -> Iterator[Fault]:
    """A share on new load needs something that can be new."""
    if inputs.scalar("green_power_share_on") == "new" and not inputs.has("site_expansion"):
        problem = say("nothing is new without site_expansion")
        yield inputs.fault("green_power_share_on", None, problem, say("list site_expansion, or use all"))

    if inputs.scalar("green_power_share_window") == "month":
        yield from _window_faults(inputs)


def _window_faults(inputs: Scenario) -> Iterator[Fault]:
    """A month is known by the time of its steps; in the mode every_timestep each step is its own window."""
    name = "green_power_share_window"
    if inputs.scalar("green_power_share_mode") == "every_timestep":
        problem = say("in the mode every_timestep the share holds in each timestep, not over a month")
        yield inputs.fault(name, None, problem, say("leave the window out, or use matched or certificate"))
    elif len(months(inputs)) < len(inputs.sets["timestep"]):
        problem = say("the month of some timesteps is not known")
        yield inputs.fault(name, None, problem, say("give every timestep a time; a representative day has no month"))


def warn(inputs: Scenario) -> Iterator[Text]:
    """Name limits that hold for no site, contracts that do not count, and what a share on new capacity leaves open."""
    yield from scopes.idle(inputs, LIMIT)
    mode, on = inputs.scalar("green_power_share_mode"), inputs.scalar("green_power_share_on")
    if mode == "certificate":
        dear = inputs.series("excess_price").sub(inputs.series("green_power_price"), fill_value=0.0)
        stated = inputs.series("green_capacity_max").combine_first(inputs.series("green_capacity_existing"))
        dear = dear[(dear > 0) & stated.reindex(dear.index).gt(0)]
        if len(dear) and inputs.scalar("excess_keeps_certificate"):
            yield say(
                "green power sells for more than it costs at {places}, and what is sold still counts as green "
                "(excess_keeps_certificate): the plan may trade power rather than use it; see the share matched hour "
                "by hour beside it",
                places=listed(dear.index),
            )
        return
    flat = contracts(inputs).index.difference(counted_hourly(inputs))
    if len(flat):
        yield say(
            "{places} counts for nothing in the mode {mode}: its availability is not given by timestep (counts_hourly "
            "says otherwise)",
            places=listed(flat),
            mode=mode,
        )
    if mode == "matched" and on == "new":
        yield say(
            "surplus green power that old load uses in its hour counts for new load as well: see green_energy_committed"
        )


def listed(pairs: pd.Index) -> str:
    """Return pairs of site and technology as text, the first few of many."""
    shown = [" ".join(map(str, pair)) for pair in pairs[:PAIRS_SHOWN]]
    return ", ".join([*shown, "…"] if len(pairs) > PAIRS_SHOWN else shown)


PAIRS_SHOWN = 6


def green_power_share(m: PlanModel, site: str, window: str) -> Any:
    """At least a share of a site's use is green.

    credited[s] ≥ green_power_share_min[s] × use[s] + owed[s]  ∀ s, windows  [MWh/a]

    =========  ==================================================================================  =====
    credited   certificate: ∑_t w ∑_g green_power (and excess, where excess_keeps_certificate) +
               certificates of the window; matched and every_timestep: ∑_t w (∑_g green_power of the
               technologies that count hourly − what stores take + what they give)                 MWh/a
    use        all: ∑_t w site_draw by certificates, else ∑_t w facility_load; new: by
               certificates ∑_t w pue × utilisation_new × capacity_new, else ∑_t w new_use         MWh/a
    owed       new: green_energy_committed, spread by weight, in every_timestep by what existing
               green capacity can give; all: 0                                                     MWh/a
    window     the year, or each month; every_timestep: each timestep
    =========  ==================================================================================  =====

    Source: 发改办能源〔2025〕669号 for ``certificate`` on ``new``.
    """
    return _at_least(m, m.SITES_IN["site", site], m.green_power_share_min[site], window)


def hub_green_power_share(m: PlanModel, hub: str, window: str) -> Any:
    """At least a share of a hub's use is green: ∑_{s in hub} as in green_power_share  [MWh/a]."""
    return _at_least(m, m.SITES_IN["hub", hub], m.hub_green_power_share_min[hub], window)


def side_green_power_share(m: PlanModel, side: str, window: str) -> Any:
    """At least a share of a side's use is green: ∑_{s in side} as in green_power_share  [MWh/a]."""
    return _at_least(m, m.SITES_IN["side", side], m.side_green_power_share_min[side], window)


def national_green_power_share(m: PlanModel, window: str) -> Any:
    """At least a share of the nation's use is green: ∑_s as in green_power_share  [MWh/a]."""
    return _at_least(m, m.SITES_IN["national", "national"], m.national_green_power_share_min, window)


def _at_least(m: PlanModel, sites: Any, share: Any, window: str) -> Any:
    """Return the rule of a scope, whichever it is: ∑ credited ≥ ∑ (share × use + owed) over its sites."""
    return sum(m.green_credited[s, window] for s in sites) >= sum(
        share * m.green_use[s, window] + m.green_owed[s, window] for s in sites
    )


def certificates_used(m: PlanModel, site: str) -> Any:
    """No certificate is used in two months.

    ∑_windows certificates_of_month[s,window] ≤ certificates[s]  ∀ s with certificate_price  [MWh/a]
    """
    return sum(m.certificates_of_month[site, window] for window in m.GREEN_WINDOWS) <= m.certificates[site]


def new_use_floor(m: PlanModel, site: str, compute_type: str, timestep: str) -> Any:
    """New halls use at least what old halls have no room for: old halls fill first.

    new_use[s,c,t] ≥ pue[s,t] × (compute_load[s,c,t] − utilisation_max[s] × capacity_existing[s,c])
        ∀ s,c with modules, t  [MW]
    """
    return m.new_use[site, compute_type, timestep] >= m.pue[site, timestep] * (
        m.compute_load[site, compute_type, timestep] - m.utilisation_max[site] * m.capacity_existing[site, compute_type]
    )


def bought(m: PlanModel, site: str, window: str) -> Any:
    """Green energy bought and used here, whenever it was produced, and certificates [MWh/a]; the window is the year."""
    del window
    power = sum(m.green_energy[site, g] for g in m.TECHNOLOGIES_AT[site])
    return power + sum(m.certificates[s] for s in m.CERTIFICATES_AT[site])


def bought_in_month(m: PlanModel, site: str, window: str) -> Any:
    """Green energy bought in a month, and the certificates used for it [MWh/a]."""
    power = sum(
        m.timestep_weight[t] * m.green_power[site, g, t]
        for g in m.TECHNOLOGIES_AT[site]
        for t in m.STEPS_OF_WINDOW[window]
    )
    return power + sum(m.certificates_of_month[s, window] for s in m.CERTIFICATES_AT[site])


def sold_term(m: PlanModel, site: str, window: str) -> Any:
    """Green energy sold that leaves its certificate here [MWh/a]: ∑_t w ∑_g excess."""
    return sum(
        m.timestep_weight[t] * m.excess[site, g, t] for g in m.TECHNOLOGIES_AT[site] for t in m.STEPS_OF_WINDOW[window]
    )


def counted_term(m: PlanModel, site: str, window: str) -> Any:
    """Green energy counted [MWh/a]."""
    return m.green_counted[site, window]


def used_in_time(m: PlanModel, site: str, window: str) -> Any:
    """Green energy used in its own timestep [MWh/a]; stored green power counts when discharged, losses never.

    ∑_t w (∑_{g that counts hourly} green_power − power_into_stores + power_out_of_stores)
    """
    return sum(
        m.timestep_weight[t]
        * (
            sum(m.green_power[site, g, t] for g in m.HOURLY_AT[site])
            - m.power_into_stores[site, t]
            + m.power_out_of_stores[site, t]
        )
        for t in m.STEPS_OF_WINDOW[window]
    )


def drawn(m: PlanModel, site: str, window: str) -> Any:
    """Energy taken from outside [MWh/a], by certificates: what stores lose is in it."""
    return sum(m.site_draw_energy[site, t] for t in m.STEPS_OF_WINDOW[window])


def all_use(m: PlanModel, site: str, window: str) -> Any:
    """Energy used by the whole facility [MWh/a], hour by hour."""
    return sum(m.facility_energy[site, t] for t in m.STEPS_OF_WINDOW[window])


def stand_in_use(m: PlanModel, site: str, window: str) -> Any:
    """Energy that new capacity is taken to use [MWh/a]: ∑_t w pue × utilisation_new × capacity_new."""
    yearly_pue = sum(m.timestep_weight[t] * m.pue[site, t] for t in m.STEPS_OF_WINDOW[window])
    return yearly_pue * m.utilisation_new[site] * sum(m.capacity_new[site, c] for c in m.COMPUTE_TYPES)


def new_use_energy(m: PlanModel, site: str, window: str) -> Any:
    """Energy that new capacity uses [MWh/a]: ∑_t w ∑_c new_use."""
    return sum(m.timestep_weight[t] * m.new_use[site, c, t] for c in m.NEW_AT[site] for t in m.STEPS_OF_WINDOW[window])


USES = {
    ("certificate", "all"): drawn,
    ("matched", "all"): all_use,
    ("every_timestep", "all"): all_use,
    ("certificate", "new"): stand_in_use,
    ("matched", "new"): new_use_energy,
    ("every_timestep", "new"): new_use_energy,
}
"""The use that must be green, by mode and by what must be."""


GIVES = {
    **scopes.gives("green_power_share", LIMIT, "green_energy_committed"),
    "certificates_used": Never(say("no certificate counts twice")),
    "new_use_floor": Never(say("what old halls have no room for is new")),
}
RELAXATIONS = (
    *scopes.amounts(LIMIT, Rank.POLICY, raised=False),
    Amount("green_energy_committed", Rank.SUPPLY, raised=False),
)
EXAMPLE: Example = {"green_power_share_mode": "certificate", "green_power_share_min": {"gansu": 0.7, "shanghai": 0.3}}
VARIANTS: Variants = {
    "limits": {
        "hub_green_power_share_min": {"gansu": 0.85},
        "side_green_power_share_min": {"east": 0.2},
        "national_green_power_share_min": 0.4,
    },
    "matched": {"green_power_share_mode": "matched"},
    "every_timestep": {"green_power_share_mode": "every_timestep", "green_power_share_on": "new"},
    "month": {"green_power_share_window": "month"},
}


def build(m: PlanModel) -> None:
    """Add the accounting asked for and the rule for every scope that has a limit."""
    inputs = m.inputs
    mode, on = str(inputs.scalar("green_power_share_mode")), str(inputs.scalar("green_power_share_on"))
    _build_windows(m)
    limited = scopes.limited(m, LIMIT)
    certified = pd.DataFrame({"owner": list(m.CERTIFICATE_PRICE_GIVEN), "site": list(m.CERTIFICATE_PRICE_GIVEN)})
    m.subsets("CERTIFICATES_AT", m.SITES, certified, ["owner"])
    counted = used_in_time
    if mode == "certificate":
        counted = bought if inputs.scalar("green_power_share_window") == "year" else bought_in_month
    if counted is bought_in_month:
        m.variable("certificates_of_month", m.CERTIFICATE_PRICE_GIVEN, m.GREEN_WINDOWS, unit="MWh/a")
        m.constrain(certificates_used, m.CERTIFICATE_PRICE_GIVEN, unit="MWh/a")
    if mode == "certificate" and inputs.scalar("excess_keeps_certificate"):
        m.add_term("green_counted", "sold", sold_term)
    if USES[mode, on] is new_use_energy:
        _build_new_use(m)
    m.add_term("green_credited", "counted", counted_term)
    m.open_total("green_credited", m.SITES, m.GREEN_WINDOWS, unit="MWh/a")
    m.add_term("green_counted", "counted", counted)
    m.open_total("green_counted", m.SITES, m.GREEN_WINDOWS, unit="MWh/a")
    m.expression("green_use", m.SITES, m.GREEN_WINDOWS, rule=USES[mode, on], unit="MWh/a")
    m.parameter("green_owed", [m.SITES, m.GREEN_WINDOWS], _owed(m, new=on == "new"), "MWh/a", made_of=OWED_OF)
    m.constrain(green_power_share, m.GREEN_POWER_SHARE_MIN_GIVEN, m.GREEN_WINDOWS, unit="MWh/a")
    m.constrain(hub_green_power_share, limited["hub"], m.GREEN_WINDOWS, unit="MWh/a")
    m.constrain(side_green_power_share, limited["side"], m.GREEN_WINDOWS, unit="MWh/a")
    if inputs.is_given("national_green_power_share_min"):
        m.constrain(national_green_power_share, m.GREEN_WINDOWS, unit="MWh/a")


def _build_new_use(m: PlanModel) -> None:
    """Add what new halls use, where halls may be built."""
    pairs = m.inputs.full_index(("site", "compute_type"))[m.inputs.series("modules_max").to_numpy() > 0]
    m.members("NEW_HALLS", pairs, dimen=2)
    m.subsets("NEW_AT", m.SITES, pairs.to_frame(index=False), ["site"])
    m.variable("new_use", m.NEW_HALLS, m.TIMESTEPS, unit="MW")
    m.constrain(new_use_floor, m.NEW_HALLS, m.TIMESTEPS, unit="MW")


def _windows(inputs: Scenario) -> pd.Series:
    """Return the window of every timestep: the year, its month, or itself."""
    steps = inputs.full_index(("timestep",))
    if inputs.scalar("green_power_share_mode") == "every_timestep":
        return pd.Series(steps, steps)
    if inputs.scalar("green_power_share_window") == "month":
        return months(inputs).reindex(steps)
    return pd.Series("year", steps)


def _build_windows(m: PlanModel) -> None:
    windows = _windows(m.inputs).rename("window").rename_axis("timestep").reset_index()[["window", "timestep"]]
    m.members("GREEN_WINDOWS", windows["window"].unique())
    m.subsets("STEPS_OF_WINDOW", m.GREEN_WINDOWS, windows, ["window"])


OWED_OF = ("green_energy_committed", "timestep_weight")


def _owed(m: PlanModel, *, new: bool) -> pd.Series:
    """Spread the committed energy over the windows [MWh/a].

    By weight; in the mode every_timestep by what the existing green capacity that counts hourly can give, where it
    gives anything: what was promised to old load came when wind and sun came.
    """
    sites, windows = list(m.SITES), list(m.GREEN_WINDOWS)
    weight = m.parameter_values["timestep_weight"]
    of_window = pd.Series({window: weight.loc[list(m.STEPS_OF_WINDOW[window])].sum() for window in windows})
    spread = pd.DataFrame(dict.fromkeys(sites, of_window))
    if m.inputs.scalar("green_power_share_mode") == "every_timestep":
        given = m.parameter_values["availability"].unstack("timestep").reindex(columns=windows)
        given = given[given.index.isin(counted_hourly(m.inputs))]
        existing = m.parameter_values["green_capacity_existing"].reindex(given.index)
        power = given.mul(existing, axis=0).groupby(level="site").sum().mul(weight.reindex(windows), axis=1)
        gives = power.index[power.sum(axis=1) > 0]
        spread[list(gives)] = power.loc[gives].T
    committed = m.inputs.series("green_energy_committed").reindex(sites) * (1.0 if new else 0.0)
    owed = (spread / spread.sum()).mul(committed, axis=1)
    index = pd.MultiIndex.from_product([sites, windows], names=KEYS)
    return pd.Series(owed.to_numpy().T.ravel(), index=index)


def report(m: PlanModel) -> dict[str, pd.DataFrame]:
    """Return what counts as green, the use and the share of every scope that has a limit [MWh/a].

    On ``new`` with what new capacity truly uses and the share of that: by certificates the use is a stand-in.
    """
    sums = ["green_counted", "green_use", "green_owed"]
    table = m.tabulate(*sums, columns=KEYS)
    mode, on = (str(m.inputs.scalar(f"green_power_share_{word}")) for word in ("mode", "on"))
    if on == "new":
        table["new_energy"] = _new_energy(m, table)
        sums = [*sums, "new_energy"]
        if mode != "certificate":  # the variable may stand above what it must be at least
            table["green_use"] = table["new_energy"]
    parts = [pd.DataFrame(columns=[*SCOPE, "share_min", *sums])]
    for scope in scopes.given(m.inputs, LIMIT):
        part = table[table["site"].isin(scope.sites)].groupby("window", sort=False)[sums].sum().reset_index()
        parts.append(part.assign(scope=scope.kind, name=scope.name, share_min=scope.limit)[parts[0].columns])
    given = parts[1:] or parts
    result = pd.concat(given, ignore_index=True).astype(dict.fromkeys(["share_min", *sums], float))
    net = result["green_counted"] - result["green_owed"]
    result["share"] = (net / result["green_use"].where(result["green_use"] > 0)).astype(float)
    if on == "new":
        result["green_power_share_new"] = (net / result["new_energy"].where(result["new_energy"] > 0)).astype(float)
    tables = {"green_power_share": result.assign(mode=mode, on=on)}
    if "certificates_of_month" in m.records:
        tables["green_power_share_certificates"] = m.tabulate("certificates_of_month", columns=KEYS)
    return tables


def _new_energy(m: PlanModel, table: pd.DataFrame) -> npt.NDArray[np.float64]:
    """Return what new capacity uses by site and window [MWh/a]: the work old halls have no room for, (rows,)."""
    load = m.tabulate("compute_load", columns=["site", "compute_type", "timestep"])
    existing = m.parameter_values["capacity_existing"].rename("old").reset_index()
    load = load.merge(existing, on=["site", "compute_type"])
    room = load["site"].map(m.parameter_values["utilisation_max"]) * load["old"]
    above = (load["compute_load"] - room).clip(lower=0.0)
    factor = (m.parameter_values["pue"] * m.parameter_values["timestep_weight"]).rename("factor").reset_index()
    load["energy"] = above * load.merge(factor, on=["site", "timestep"])["factor"].to_numpy()
    window = load["timestep"].map(_windows(m.inputs))
    sums = load["energy"].groupby([load["site"], window]).sum()
    return sums.reindex(pd.MultiIndex.from_frame(table[KEYS]), fill_value=0.0).to_numpy(float)


def audit_terms(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.Series]:
    """Return what counts as green by site and window [MWh/a]."""
    counted = _counted_again(inputs, tables).T
    index = pd.MultiIndex.from_product([counted.index, counted.columns], names=KEYS)
    return {"green_credited": pd.Series(counted.to_numpy().ravel(), index)}


def audit(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> Iterator[Finding]:
    """Every limit holds by its own accounting, recomputed from supply, load and new capacity."""
    windows = _windows_again(inputs, tables)
    reported = tables["green_power_share"].set_index(list(SCOPE))
    yield from _unasked(inputs, reported, list(windows["window"].unique()))
    rows = reported[~reported.index.duplicated()].to_dict("index")
    again = {"green_counted": _counted_again(inputs, tables), **_use_again(inputs, tables, windows)}
    credited = ledger.added(inputs, tables, "green_credited").unstack("site")
    again["green_credited"] = credited.reindex(index=again["green_counted"].index)
    yield from _audit_certificates(tables)
    for scope, name, least, sites in ledger.scopes(inputs, "green_power_share_min", ("site", "hub", "side")):
        rule = "green_power_share" if scope == "site" else f"{scope}_green_power_share"
        sums = pd.DataFrame({column: frame[sites].sum(axis=1) for column, frame in again.items()})
        for window, sum_ in sums.to_dict("index").items():
            where = name if window == "year" else f"{name}, {window}"
            yield from _differences(rule, where, least, sum_, rows.get((scope, name, window)))


def _audit_certificates(tables: Mapping[str, pd.DataFrame]) -> Iterator[Finding]:
    """No certificate is used in two months."""
    if "green_power_share_certificates" not in tables:
        return
    used = ledger.column(tables, "green_power_share_certificates", "certificates_of_month", ["site"])
    each = tables["green_power_share_certificates"].set_index(KEYS)["certificates_of_month"].astype(float)
    yield from Finding.none_negative("certificates_of_month", each, "MWh/a")
    owned = tables["power_supply_certificates"].set_index("site")["certificates"].astype(float)
    yield from Finding.all_at_most("certificates_used", used, owned.reindex(used.index, fill_value=0.0), "MWh/a")


def _differences(
    rule: str, where: str, least: float, again: Mapping[Any, float], row: Mapping[Any, Any] | None
) -> Iterator[Finding]:
    """Compare one scope and window with its limit and with its row of the results."""
    counted, use, owed = (again[column] for column in ("green_counted", "green_use", "green_owed"))
    yield from Finding.unless_at_most(rule, where, least * use + owed, again["green_credited"], "MWh/a")
    if row is None:
        yield Finding(rule, where, say("is missing from the results"))
        return
    for column, value in again.items():
        if column != "green_credited":
            yield from Finding.unless_equal(rule, f"{where}, {column}", value, float(row[column]), "MWh/a")
    yield from Finding.unless_equal(rule, f"{where}, share_min", least, float(row["share_min"]), "1")
    shares = {"share": use, "green_power_share_new": again.get("new_energy", 0.0)}
    for column, of in shares.items():
        if of > ABSOLUTE_TOLERANCE:
            yield from Finding.unless_equal(rule, f"{where}, {column}", (counted - owed) / of, row[column], "1")


def _unasked(inputs: Scenario, reported: pd.DataFrame, windows: list[str]) -> Iterator[Finding]:
    """Yield a finding for every row that no limit asks for, that stands twice, or that names another accounting."""
    given = ledger.scopes(inputs, "green_power_share_min", ("site", "hub", "side"))
    asked = {(scope, name, window) for scope, name, *_ in given for window in windows}
    for row in reported.index[reported.index.duplicated() | ~reported.index.isin(list(asked))]:
        yield Finding("green_power_share", ", ".join(map(str, row)), say("no limit asks for this row"))
    for word in ("mode", "on"):
        said = inputs.scalar(f"green_power_share_{word}")
        for row in reported.index[reported[word] != said]:
            yield Finding(
                "green_power_share", ", ".join(map(str, row)), say("{word} is not {said}", word=word, said=said)
            )


def _windows_again(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the hours [h/a] and the window of every timestep."""
    names = dict.fromkeys(inputs.sets["timestep"], "year")
    if inputs.scalar("green_power_share_mode") == "every_timestep":
        names = {step: step for step in names}
    elif inputs.scalar("green_power_share_window") == "month":
        times = {step: datetime.fromisoformat(time) for step, time in inputs.series("time").items()}
        names = {step: f"{times[step].year:04d}-{times[step].month:02d}" for step in names}
    return pd.DataFrame({"hours": ledger.weights(tables), "window": pd.Series(names)})


def _by_window(inputs: Scenario, windows: pd.DataFrame, table: pd.DataFrame, power: pd.Series) -> pd.DataFrame:
    """Sum a power [MW] of a table's rows to energy [MWh/a], (windows, sites)."""
    hours, window = (table["timestep"].map(windows[column]) for column in ("hours", "window"))
    energy = (power * hours).groupby([window, table["site"]]).sum().unstack(fill_value=0)
    return energy.reindex(index=windows["window"].unique(), columns=list(inputs.sets["site"]), fill_value=0.0)


def _counted_again(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Recompute what counts as green [MWh/a], (windows, sites)."""
    windows = _windows_again(inputs, tables)
    if inputs.scalar("green_power_share_mode") != "certificate":
        delivered = green_ledger.delivered(inputs, tables, green_ledger.hourly_green(inputs, tables))
        power = delivered.rename("power").reset_index()
        return _by_window(inputs, windows, power, power["power"])
    supply = tables["power_supply_technology"]
    sold = supply["excess"] if inputs.scalar("excess_keeps_certificate") else 0.0
    bought_power = _by_window(inputs, windows, supply, supply["green_power"] + sold)
    if "green_power_share_certificates" in tables:
        monthly = ledger.column(tables, "green_power_share_certificates", "certificates_of_month", KEYS).unstack("site")
        return bought_power.add(monthly.reindex(index=bought_power.index), fill_value=0.0)
    owned = tables["power_supply_certificates"].groupby("site")["certificates"].sum()
    return bought_power + owned.reindex(bought_power.columns, fill_value=0.0)


def _use_again(inputs: Scenario, tables: Mapping[str, pd.DataFrame], windows: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Recompute the use and what is owed of it [MWh/a], each (windows, sites)."""
    load, supply = tables["facility_load"], tables["power_supply_technology"]
    is_certificate = inputs.scalar("green_power_share_mode") == "certificate"
    if inputs.scalar("green_power_share_on") == "all":
        use = _by_window(inputs, windows, load, load["facility_load"])
        if is_certificate:
            grid = tables["power_supply"]
            use = _by_window(inputs, windows, grid, grid["grid_power"])
            use = use + _by_window(inputs, windows, supply, supply["green_power"])
        return {"green_use": use, "green_owed": pd.DataFrame(0.0, use.index, use.columns)}
    again = {"green_use": _new_again(inputs, tables, windows), "green_owed": _owed_again(inputs, windows)}
    again["new_energy"] = again["green_use"]
    if is_certificate:
        built = tables["site_expansion"].groupby("site")["capacity_new"].sum()
        used_new = load["site"].map(built).fillna(0.0) * load["site"].map(inputs.series("utilisation_new"))
        again["green_use"] = _by_window(inputs, windows, load, load["pue"] * used_new)
    return again


def _new_again(inputs: Scenario, tables: Mapping[str, pd.DataFrame], windows: pd.DataFrame) -> pd.DataFrame:
    """Recompute what new capacity uses [MWh/a]: per kind of compute the work for which old halls are too small."""
    work = tables["allocation"]
    kind = work["workload"].map(inputs.series("workload.compute_type")).rename("compute_type")
    load = audit_work.it_load(inputs, tables).groupby([work["site"], kind, work["timestep"]]).sum().reset_index()
    old, share = inputs.series("capacity_existing").to_dict(), inputs.series("utilisation_max").to_dict()
    pue = tables["facility_load"].set_index(["site", "timestep"])["pue"].astype(float).to_dict()
    load["power"] = [
        pue[site, step] * max(0.0, mw - share[site] * old[site, of])
        for site, of, step, mw in load.itertuples(index=False, name=None)
    ]
    return _by_window(inputs, windows, load, load["power"])


def _owed_again(inputs: Scenario, windows: pd.DataFrame) -> pd.DataFrame:
    """Recompute what of the green energy is promised to old load [MWh/a], (windows, sites), site by site."""
    hours = windows.groupby("window", sort=False)["hours"].sum()
    committed, existing = (
        inputs.series(name).to_dict() for name in ("green_energy_committed", "green_capacity_existing")
    )
    available = inputs.series("availability").to_dict()
    owed = {}
    for site in inputs.sets["site"]:
        parts = hours
        if inputs.scalar("green_power_share_mode") == "every_timestep":
            hourly = [g for g in inputs.sets["technology"] if green_ledger.counts_hourly(inputs, site, g)]
            power = [sum(existing[site, g] * available[site, g, step] for g in hourly) for step in hours.index]
            given = hours * np.array(power, dtype=float)
            parts = given if given.sum() > 0 else hours
        owed[site] = parts / parts.sum() * committed[site]
    return pd.DataFrame(owed)


def summary(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """Return, where the share is on new capacity, the green share of all that it uses, by the scenario's accounting."""
    if inputs.scalar("green_power_share_on") != "new":
        return {}
    windows = _windows_again(inputs, tables)
    used, owed = _new_again(inputs, tables, windows).sum(axis=1), _owed_again(inputs, windows).sum(axis=1)
    net = _counted_again(inputs, tables).sum(axis=1) - owed
    if inputs.scalar("green_power_share_mode") != "every_timestep":
        return {"green_power_share_new": float(net.sum() / used.sum()) if used.sum() else None}
    busy = used > green_ledger.IDLE * used.max()
    return {"green_power_share_new": float((net[busy] / used[busy]).min()) if busy.any() else None}
