"""Site capacity: no site serves more than its usable capacity, and policy may ask that it be well used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from planner.figures import ledger
from planner.figures.figure import Figure, at
from planner.language import Message, Text, say
from planner.models.features.routes import admissible
from planner.models.features.time import weights
from planner.models.rules import audit_work
from planner.models.rules.findings import Finding, slack
from planner.models.rules.relaxations import Amount, Rank
from planner.scenario.column import Column, Measure, keys_of
from planner.scenario.parameter import IndexSet, Parameter, names_of
from planner.scenario.plausible import EFLOPS, KW, MW_FOR_KW, PERCENT, RACKS, TFLOPS, WATTS, Plausible

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from planner.errors import Fault
    from planner.models.algebra.plan_model import PlanModel
    from planner.models.rules.example import Example, Variants
    from planner.scenario.scenario import Scenario

REQUIRES = ("allocation",)
SETS = (
    IndexSet("compute_type", "COMPUTE_TYPES", say("Kinds of compute: general, intelligent, super (通算、智算、超算).")),
)
PARAMETERS = (
    *names_of("compute_type"),
    Parameter(
        "compute_type",
        ("workload",),
        "",
        say("The kind of compute the workload runs on."),
        kind="reference",
        refers_to="compute_type",
        per_table=True,
    ),
    Parameter(
        "peak_factor",
        ("workload",),
        "1",
        say("Capacity kept for the workload's peak, over its mean; for a scenario of one timestep."),
        1.0,
        low=1.0,
        plausible=Plausible(1.0, 10.0, (PERCENT,)),
    ),
    Parameter(
        "capacity_existing",
        ("site", "compute_type"),
        "MW",
        say("IT capacity that stands already."),
        0.0,
        plausible=Plausible(0.01, 10000.0, (KW, RACKS)),
    ),
    Parameter(
        "utilisation_max",
        ("site",),
        "1",
        say("Share of the capacity that may be used."),
        1.0,
        high=1.0,
        plausible=Plausible(0.05, 1.0, (PERCENT,)),
    ),
    Parameter(
        "utilisation_min",
        ("site",),
        "1",
        say("Share of the capacity that must be used over the year (上架率)."),
        None,
        high=1.0,
        source="Policy: at least 0.65 in cluster start areas (NDRC replies, 2021-12 to 2022-02)",
        plausible=Plausible(0.005, 1.0, (PERCENT,)),
    ),
    Parameter(
        "pflops_per_mw",
        ("compute_type",),
        "PFLOPS/MW",
        say("Computing power of a MW of IT load."),
        None,
        plausible=Plausible(1.0, 10000.0, (TFLOPS, EFLOPS)),
    ),
    Parameter(
        "rack_kw",
        ("compute_type",),
        "kW",
        say("IT power of a standard rack; reports only."),
        2.5,
        low_open=True,
        plausible=Plausible(1.0, 250.0, (WATTS, MW_FOR_KW)),
    ),
)
WORDS: dict[str, Message] = {
    "site_capacity": say("site capacity"),
    "compute_type": say("kind of compute"),
    "capacity": say("IT capacity"),
    "capacity_existing": say("existing capacity"),
    "utilisation": say("utilisation"),
    "utilisation_max": say("utilisation limit"),
    "utilisation_min": say("least utilisation"),
    "utilisation_floor": say("least utilisation"),
    "pflops_per_mw": say("computing power of a MW"),
    "rack_kw": say("power of a rack"),
    "compute_load": say("load of the kind of compute"),
    "peak_factor": say("peak over the mean"),
    "peak_room": say("capacity kept for the peak"),
    "it_energy": say("IT energy"),
    "existing": say("existing"),
    "reserved_room": say("room kept free"),
    "racks": say("racks"),
    "pflops": say("computing power"),
}
KEYS = ["site", "compute_type", "timestep"]
COLUMNS = (
    *keys_of("site_capacity", *KEYS),
    Column("site_capacity", "compute_load", "MW", say("IT load of the kind of compute.")),
    Column("site_capacity", "capacity", "MW", say("IT capacity, existing and new.")),
)
MEASURES = (Measure("capacity", "MW", 11), Measure("utilisation", "1", 13))


def site_capacity(m: PlanModel, site: str, compute_type: str, timestep: str) -> Any:
    """No site serves more of a kind of compute than the usable part of its capacity, at its peak, reserved room apart.

    ∑_{r,k of c,p} peak_factor[k] × work_factor[k,s] × allocation[r,k,s,p,t] + reserved_room[s,c]
        ≤ utilisation_max[s] × (capacity_existing[s,c] + capacity_new[s,c])  ∀ s,c,t  [MW]

    =============  ==============================================================  ==
    work_factor    IT load at the site for a MW of demand                          1
    reserved_room  what other features keep free, such as room for a disaster      MW
    =============  ==============================================================  ==
    """
    return (
        m.compute_load[site, compute_type, timestep]
        + m.peak_room[site, compute_type, timestep]
        + m.reserved_room[site, compute_type]
        <= m.utilisation_max[site] * m.capacity[site, compute_type]
    )


def utilisation_floor(m: PlanModel, site: str) -> Any:
    """Capacity is used at least to the share that policy asks (上架率).

    ∑_t w ∑_c load ≥ utilisation_min[s] × ∑_t w ∑_c capacity[s,c]  ∀ s with utilisation_min  [MWh/a]
    """
    return sum(m.it_energy[site, t] for t in m.TIMESTEPS) >= m.utilisation_min[site] * m.hours * sum(
        m.capacity[site, c] for c in m.COMPUTE_TYPES
    )


def compute_load_term(m: PlanModel, site: str, compute_type: str, timestep: str) -> Any:
    """Load that allocation puts on one compute type of a site [MW]: ∑ work_factor × allocation."""
    return sum(
        m.work_factor[k, site] * m.allocation[r, k, site, p, timestep]
        for r, k, p in m.ROUTES_INTO_TYPE[site, compute_type]
    )


def peak_room(m: PlanModel, site: str, compute_type: str, timestep: str) -> Any:
    """Capacity that work keeps for its peak, above its mean load [MW]: ∑ (peak_factor − 1) × its load."""
    return sum(
        (m.peak_factor[k] - 1) * m.work_factor[k, site] * m.allocation[r, k, site, p, timestep]
        for r, k, p in m.ROUTES_PEAKED[site, compute_type]
    )


def existing_term(m: PlanModel, site: str, compute_type: str) -> Any:
    """Capacity that stands already [MW]."""
    return m.capacity_existing[site, compute_type]


def it_energy(m: PlanModel, site: str, timestep: str) -> Any:
    """IT energy of a timestep over the year [MWh/a]: w × IT load."""
    return m.timestep_weight[timestep] * m.it_load[site, timestep]


def stated(inputs: Scenario) -> pd.Series:
    """Return the capacity of the sites and compute types that the scenario speaks of [MW]."""
    given = inputs.given.get("capacity_existing")
    existing = inputs.series("capacity_existing")
    return existing.loc[existing.index.isin(given.index)] if isinstance(given, pd.Series) else existing.iloc[:0]


def kept_for_peaks(inputs: Scenario) -> pd.Series:
    """Return the factors of the workloads that keep room for their peak [1]."""
    factor = inputs.series("peak_factor")
    return factor[factor > 1]


GIVES = {
    "site_capacity": ("modules_max", "capacity_existing", "utilisation_max", "work_factor", "peak_factor"),
    "utilisation_floor": ("utilisation_min",),
}
RELAXATIONS = (
    Amount("utilisation_min", Rank.POLICY, raised=False),
    Amount("capacity_existing", Rank.PLANT, True, stated, stands=True),
    Amount("utilisation_max", Rank.PLANT, raised=True),
    Amount("peak_factor", Rank.SERVICE, False, kept_for_peaks),
)
EXAMPLE: Example = {
    "compute_type": ("general", "intelligent"),
    "workload.compute_type": {"online": "general", "training": "intelligent"},
    "capacity_existing": {
        "shanghai;general": 70,
        "hebei;general": 45,
        "hebei;intelligent": 15,
        "gansu;intelligent": 10,
    },
    "utilisation_max": {"shanghai": 0.9, "hebei": 0.95, "gansu": 0.85},
    "utilisation_min": {"hebei": 0.2},
}
VARIANTS: Variants = {"busy": {"utilisation_min": {"hebei": 0.5}}}
"""``peak_factor`` is in none of them: the example's world has timesteps."""


def build(m: PlanModel) -> None:
    """Add load and capacity by compute type and their limits."""
    routes = m.routes.assign(compute_type=m.routes["workload"].map(m.inputs.series("workload.compute_type")))
    pairs = m.inputs.full_index(("site", "compute_type"))
    m.members("SITE_COMPUTE_TYPES", pairs, dimen=2)
    m.subsets(
        "ROUTES_INTO_TYPE",
        m.SITE_COMPUTE_TYPES,
        routes[["site", "compute_type", "region", "workload", "path"]],
        ["site", "compute_type"],
    )
    factor = m.inputs.series("peak_factor")
    peaked = routes[routes["workload"].isin(factor.index[factor > 1])]
    m.subsets(
        "ROUTES_PEAKED",
        m.SITE_COMPUTE_TYPES,
        peaked[["site", "compute_type", "region", "workload", "path"]],
        ["site", "compute_type"],
    )
    kept = _kept_free(m.inputs)
    m.members(
        "REACHED", [pair for pair in m.SITE_COMPUTE_TYPES if len(m.ROUTES_INTO_TYPE[pair]) or pair in kept], dimen=2
    )
    m.add_term("compute_load", "allocation", compute_load_term)
    m.open_total("compute_load", m.SITE_COMPUTE_TYPES, m.TIMESTEPS, unit="MW")
    m.expression("peak_room", m.SITE_COMPUTE_TYPES, m.TIMESTEPS, rule=peak_room, unit="MW")
    m.add_term("capacity", "existing", existing_term)
    m.open_total("capacity", m.SITE_COMPUTE_TYPES, unit="MW")
    m.open_total("reserved_room", m.SITE_COMPUTE_TYPES, unit="MW")
    m.expression("it_energy", m.SITES, m.TIMESTEPS, rule=it_energy, unit="MWh/a")
    m.constrain(site_capacity, m.REACHED, m.TIMESTEPS, unit="MW")
    m.constrain(utilisation_floor, m.UTILISATION_MIN_GIVEN, unit="MWh/a")


def _kept_free(inputs: Scenario) -> set[tuple[str, str]]:
    """Return the sites and compute types at which other features may keep room free in every timestep."""
    found: set[tuple[str, str]] = set()
    for feature, occupies in inputs.declarations.occupies.items():
        if inputs.has(feature):
            rooms = occupies(inputs)
            found |= set(rooms.loc[rooms["is_kept_free"], KEYS[:2]].itertuples(index=False, name=None))
    return found


def check(inputs: Scenario) -> Iterator[Fault]:
    """A factor for the peak is for a scenario that has no hours: with them the profile says where the peak is."""
    factor = inputs.series("peak_factor")
    if len(inputs.sets["timestep"]) > 1:
        for workload in factor.index[factor > 1]:
            problem = say("the scenario has timesteps, in which demand_profile says where the peak is")
            yield inputs.fault("peak_factor", (str(workload),), problem, say("leave it out"))


def warn(inputs: Scenario) -> Iterator[Text]:
    """Name the profiles whose peak is known in a scenario of one timestep that keeps no room for a peak."""
    if len(inputs.sets["timestep"]) > 1 or not inputs.is_given("demand_profile"):
        return
    peak = inputs.series("demand_profile").groupby(level="workload", sort=False).max()
    factor = inputs.series("peak_factor").reindex(peak.index)
    for workload in peak.index[(peak > 1) & (factor <= 1)]:
        yield say(
            "one timestep serves the mean of the year: the profile of {workload} is {peak:.4g} there, and nothing is "
            "kept for a peak above it; peak_factor keeps room",
            workload=inputs.called("workload", str(workload)),
            peak=float(peak[workload]),
        )


def obstacles(inputs: Scenario) -> Iterator[Text]:
    """Name demand that is above all the capacity it may reach, built to the full, or too large for any one site."""
    routes = admissible(inputs)
    types = inputs.series("workload.compute_type")
    demand = inputs.series("demand").reset_index()
    must = demand[~demand["workload"].isin(inputs.series("unserved_price").index)]
    must = must.assign(mean=must["demand"] * must["workload"].map(_mean_profile(inputs)))
    least = _least_factor(inputs, routes)
    asked = (must["mean"] * must["workload"].map(least).fillna(1.0)).groupby(must["workload"].map(types)).sum()
    usable = full_capacity(inputs).mul(inputs.series("utilisation_max"), level="site")
    for compute_type, load in asked.items():
        sites = routes.loc[routes["workload"].map(types) == compute_type, "site"].unique()
        reachable = usable.xs(compute_type, level="compute_type").reindex(sites).sum()
        if load > reachable + slack(load, reachable):
            yield say(
                "{compute_type} compute: {load:.6g} MW must be served on average, but the sites it can reach "
                "hold {reachable:.6g} MW when built to the full: {missing:.6g} MW are missing",
                compute_type=inputs.called("compute_type", str(compute_type)),
                load=load,
                reachable=reachable,
                missing=load - reachable,
            )
    room = ledger.spread(usable, routes.assign(compute_type=routes["workload"].map(types)))
    room /= ledger.spread(inputs.series("work_factor"), routes)
    yield from _too_large(
        inputs, must[must["workload"].map(inputs.series("indivisible")).astype(bool)], routes.assign(room=room)
    )


def _least_factor(inputs: Scenario, routes: pd.DataFrame) -> pd.Series:
    """Return the least IT load that a MW of each workload's demand is anywhere [1]; no plan makes do with less."""
    factor = ledger.spread(inputs.series("work_factor"), routes)
    return factor.groupby(routes["workload"]).min()


def _too_large(inputs: Scenario, whole: pd.DataFrame, routes: pd.DataFrame) -> Iterator[Text]:
    """Name indivisible demand for which no site in reach has room."""
    largest = routes.groupby(["region", "workload"])["room"].max().to_dict()
    for region, workload, load in whole[["region", "workload", "mean"]].itertuples(index=False):
        room = largest.get((region, workload))  # no route at all is named by the feature routes
        if room is not None and load > room + slack(load, room):
            yield say(
                "{workload} of {region} is indivisible: {load:.6g} MW on average must find room at one site, "
                "but the largest it can reach holds {room:.6g} MW when built to the full: "
                "{missing:.6g} MW are missing",
                workload=inputs.called("workload", workload),
                region=inputs.called("region", region),
                load=load,
                room=room,
                missing=load - room,
            )


def _mean_profile(inputs: Scenario) -> pd.Series:
    """Return the mean of each workload's profile over the year, 1 unless the profile is off."""
    profile, hours = inputs.series("demand_profile").unstack("timestep"), weights(inputs)
    return profile.mul(hours, axis=1).sum(axis=1) / hours.sum()


def full_capacity(inputs: Scenario) -> pd.Series:
    """Return existing capacity and all that may be built [MW] by (site, compute_type)."""
    capacity = inputs.series("capacity_existing")
    if inputs.has("site_expansion"):
        size = inputs.series("module_size").reindex(capacity.index, fill_value=0.0)
        capacity = capacity + inputs.series("modules_max") * size
    return capacity


def report(m: PlanModel) -> dict[str, pd.DataFrame]:
    """Return load and capacity [MW] by site, compute type and timestep."""
    load = m.tabulate("compute_load", columns=KEYS)
    capacity = m.tabulate("capacity", columns=KEYS[:2])
    return {"site_capacity": load.merge(capacity, on=KEYS[:2])}


def audit(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> Iterator[Finding]:
    """Loads are the allocation's, capacities are what stands and is built, and both limits hold."""
    table = tables["site_capacity"].set_index(KEYS)
    work = tables["allocation"]
    it_load = audit_work.it_load(inputs, tables)
    kind = work["workload"].map(inputs.series("workload.compute_type")).rename("compute_type")
    load = it_load.groupby([work["site"], kind, work["timestep"]]).sum()
    yield from Finding.all_equal("compute_load", load, table["compute_load"], "MW")
    expected = inputs.series("capacity_existing")
    if "site_expansion" in tables:
        built = tables["site_expansion"].set_index(KEYS[:2])["capacity_new"]
        expected = expected.add(built, fill_value=0.0)
    index = inputs.full_index(tuple(KEYS))
    capacity = pd.Series(ledger.spread(expected, index.to_frame(index=False)).to_numpy(float), index)
    yield from Finding.all_equal("capacity", capacity, table["capacity"].astype(float), "MW")
    usable = capacity.mul(inputs.series("utilisation_max"), level="site")
    at_peak = it_load * work["workload"].map(inputs.series("peak_factor"))
    asked = at_peak.groupby([work["site"], kind, work["timestep"]]).sum()
    reserved = ledger.added(inputs, tables, "reserved_room").reindex(expected.index, fill_value=0.0)
    kept = pd.Series(ledger.spread(reserved, index.to_frame(index=False)).to_numpy(float), index)
    yield from Finding.all_at_most("site_capacity", asked.reindex(index, fill_value=0.0) + kept, usable, "MW")
    served = work_done(tables)
    floor = inputs.series("utilisation_min") * expected.groupby(level="site").sum() * inputs.settings.time_hours
    yield from Finding.all_at_most("utilisation_floor", floor.dropna(), served.reindex(floor.dropna().index), "MWh/a")


def _stands(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> pd.Series:
    """Return the IT capacity of every site, all kinds of compute [MW]; it is the same in every timestep."""
    del inputs
    table = tables["site_capacity"].drop_duplicates(KEYS[:2])
    return table.groupby("site")["capacity"].sum().astype(float)


def _load(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> pd.Series:
    """Return the mean IT load of every site [MW]."""
    del inputs
    hours = float(ledger.weights(tables).sum())
    return work_done(tables) / hours


def work_done(tables: Mapping[str, pd.DataFrame]) -> pd.Series:
    """Return the IT energy of every site [MWh/a], from the result tables."""
    return ledger.energy(tables, "site_capacity", "compute_load", ["site"])


FIGURES = (
    Figure("capacity", "site", "MW", _stands, at("capacity"), rank=2, page="capacity", says=say("Capacity")),
    Figure(
        "utilisation", "site", "1", _load, at("utilisation"), per=_stands, page="utilisation", says=say("Utilisation")
    ),
)


def summary(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """Return the capacity [MW] and how far it is used over the year."""
    return {figure.name: figure.whole(inputs, tables) for figure in FIGURES}
