"""Policy targets: where new capacity has to be built, how efficient it must be, how much energy and compute there is.

Plans of the nation, of provinces and of hubs set them: the share of new compute that hubs build, the share of a side,
the PUE of new data centres, a quota of energy, an aim in PFLOPS. Each holds where it is given.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from planner.figures import ledger
from planner.language import Message, Text, say
from planner.models.features.facility_load import derive as derive_pue
from planner.models.features.time import weights
from planner.models.rules import scopes
from planner.models.rules.findings import Finding
from planner.models.rules.relaxations import Amount, Rank, Steps
from planner.scenario.column import BY_ROW, Column, keys_of
from planner.scenario.parameter import Parameter
from planner.scenario.plausible import (
    EFLOPS,
    GWH,
    HUNDRED_GWH,
    KW,
    KWH,
    PERCENT,
    RACKS,
    TEN_MWH,
    TFLOPS,
    Plausible,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from planner.errors import Fault
    from planner.models.algebra.plan_model import PlanModel
    from planner.models.rules.example import Example, Variants
    from planner.models.rules.relaxations import Key
    from planner.scenario.scenario import Scenario

REQUIRES = ("site_expansion",)
PAIR = ["site", "compute_type"]
HUBS, OF_TYPE = "hubs_share_new_min", "compute_type.hubs_share_new_min"
ENERGY, PUE = "energy_max", "pue_max_new"
"""Of a site; with ``hub_``, ``side_`` or ``national_`` before it of its fleet."""
WEST = "west"
SHARE = Plausible(0.01, 1.0, (PERCENT,))
PARAMETERS = (
    Parameter(
        "hubs_share_new_min",
        (),
        "1",
        say("Least share of all new capacity that is built at sites of hubs."),
        None,
        low=0.0,
        high=1.0,
        source="NDRC and others, document 1779 of 2023: 60 % by the end of 2025",
        plausible=SHARE,
    ),
    Parameter(
        "hubs_share_new_min",
        ("compute_type",),
        "1",
        say("Least share of the new capacity of this kind of compute that is built at sites of hubs."),
        None,
        low=0.0,
        high=1.0,
        plausible=SHARE,
        per_table=True,
    ),
    Parameter(
        "side_share_new_min",
        ("side",),
        "1",
        say("Least share of all new capacity that is built at the side's sites."),
        None,
        low=0.0,
        high=1.0,
        plausible=SHARE,
    ),
    Parameter(
        "west_share_min",
        (),
        "1",
        say("Least share of the work that is served at sites of the side west."),
        None,
        low=0.0,
        high=1.0,
        plausible=SHARE,
    ),
    *scopes.parameters(
        PUE,
        "1",
        lambda whose: say("Highest PUE, as a mean over the year, at which {whose} may build.", whose=whose),
        dict.fromkeys(scopes.KINDS, Plausible(1.02, 2.0, (PERCENT,))),
        low=1.0,
        high=5.0,
    ),
    *scopes.parameters(
        ENERGY,
        "MWh/a",
        lambda whose: say("Most energy that {whose} may use in a year.", whose=whose),
        dict.fromkeys(scopes.KINDS, Plausible(100.0, 1e10, (GWH, HUNDRED_GWH, TEN_MWH, KWH))),
    ),
    Parameter(
        "energy_max_on",
        (),
        "",
        say("What counts as energy used: site_draw, all that is drawn from outside; grid, without green power."),
        "site_draw",
        "choice",
        choices=("site_draw", "grid"),
    ),
    Parameter(
        "compute_min",
        ("compute_type",),
        "PFLOPS",
        say("Least computing power of this kind that stands in the nation, existing and new."),
        None,
        plausible=Plausible(1.0, 1e7, (TFLOPS, EFLOPS)),
    ),
    Parameter(
        "capacity_max",
        ("site", "compute_type"),
        "MW",
        say("Most IT capacity that may stand, existing and new."),
        None,
        plausible=Plausible(0.05, 20000.0, (KW, RACKS)),
    ),
)
WORDS: dict[str, Message] = {
    "policy_targets": say("policy targets"),
    "policy_targets_reached": say("targets and what is reached"),
    "hubs_share_new_min": say("least share of new capacity in hubs"),
    "hubs_share_new": say("share of new capacity in hubs"),
    "hubs_share_new_of_type": say("share of new capacity in hubs by kind of compute"),
    "side_share_new_min": say("least share of new capacity of the side"),
    "side_share_new": say("share of new capacity of the side"),
    "capacity_new_side": say("new capacity of the side"),
    "west_share_min": say("least share of work done in the west"),
    "west_share_floor": say("least share of work done in the west"),
    "work_energy": say("work served over the year"),
    "pue_standard": say("PUE limit of new capacity"),
    "energy_max_on": say("energy that the quota counts"),
    "energy_counted": say("energy that the quota counts"),
    "compute_min": say("least computing power"),
    "compute_floor": say("least computing power"),
    "capacity_max": say("capacity limit"),
    "capacity_limit": say("capacity limit"),
    "target": say("target"),
    "target_of": say("whose target"),
    "target_reached": say("reached"),
    "target_limit": say("asked for"),
    **scopes.words(PUE, say("PUE limit of new capacity")),
    **scopes.words(ENERGY, say("energy quota")),
    **scopes.words("energy_limit", say("energy quota")),
}
COLUMNS = (
    *keys_of("policy_targets", "side"),
    Column("policy_targets", "side_share_new_min", "1", say("Least share of all new capacity.")),
    Column("policy_targets", "capacity_new_side", "MW", say("New capacity at the side's sites.")),
    Column(
        "policy_targets",
        "side_share_new",
        "1",
        say("Its share of all new capacity; empty where none is built."),
        may_be_empty=True,
    ),
    Column("policy_targets_reached", "target", "", say("Rule of the target.")),
    Column("policy_targets_reached", "target_of", "", say("Whose it is: ids joined by ;, `national` for all.")),
    Column("policy_targets_reached", "unit", "", say("Unit of the row's numbers.")),
    Column(
        "policy_targets_reached",
        "target_reached",
        BY_ROW,
        say("What the plan reaches; empty for a share of nothing."),
        may_be_empty=True,
    ),
    Column("policy_targets_reached", "target_limit", BY_ROW, say("Least or most that the target asks for.")),
)
REACHED = ["target", "target_of", "unit", "target_reached", "target_limit"]


def check(inputs: Scenario) -> Iterator[Fault]:
    """A target speaks of hubs, sides, power, PUE and PFLOPS that the scenario knows."""
    if (inputs.is_given(HUBS) or inputs.is_given(OF_TYPE)) and inputs.series("site.hub").empty:
        name = HUBS if inputs.is_given(HUBS) else OF_TYPE
        yield inputs.fault(name, None, say("no site names a hub"), say("give site.hub"))
    if inputs.is_given("west_share_min") and WEST not in inputs.sets["side"]:
        yield inputs.fault("west_share_min", None, say("no side has the id west"), say("give site.side"))
    for limit, feature in ((ENERGY, "power_supply"), (PUE, "facility_load")):
        for kind in scopes.KINDS:
            name = scopes.word_of(kind, limit)
            if inputs.is_given(name) and not inputs.has(feature):
                problem = say("{name} needs the feature {feature}", name=name, feature=feature)
                yield inputs.fault(name, None, problem, say("list {feature}", feature=feature))
    for kind in inputs.series("compute_min").index.difference(inputs.series("pflops_per_mw").index):
        problem = say("the computing power of a MW is not known")
        yield inputs.fault("compute_min", (str(kind),), problem, say("give pflops_per_mw in compute_type.csv"))
    existing = _numbers(inputs, "capacity_existing")
    for pair, most in _numbers(inputs, "capacity_max").items():
        if most < existing[pair]:
            problem = say(
                "{limit:g} {unit} is below the {existing:g} {unit} that stand already",
                limit=most,
                unit="MW",
                existing=existing[pair],
            )
            yield inputs.fault("capacity_max", pair, problem, say("raise it, or lower capacity_existing"))


def warn(inputs: Scenario) -> Iterator[Text]:
    """Name the hubs and sides whose limit holds for no site at all."""
    for limit in (PUE, ENERGY):
        yield from scopes.idle(inputs, limit)


def hubs_share_new(m: PlanModel) -> Any:
    """At least a share of all new capacity is built at sites of hubs.

    ∑_{s with a hub} ∑_c capacity_new[s,c] ≥ hubs_share_new_min × ∑_s ∑_c capacity_new[s,c]  [MW]
    """
    return _built(m, m.SITES_OF_HUBS) >= m.hubs_share_new_min * _built(m, m.SITES)


def hubs_share_new_of_type(m: PlanModel, compute_type: str) -> Any:
    """At least a share of the new capacity of a kind of compute is built at sites of hubs.

    ∑_{s with a hub} capacity_new[s,c] ≥ hubs_share_new_min[c] × ∑_s capacity_new[s,c]
        ∀ c with hubs_share_new_min in compute_type.csv  [MW]
    """
    return sum(m.capacity_new[s, compute_type] for s in m.SITES_OF_HUBS) >= m.hubs_share_of_type_min[
        compute_type
    ] * sum(m.capacity_new[s, compute_type] for s in m.SITES)


def side_share_new(m: PlanModel, side: str) -> Any:
    """At least a share of all new capacity is built at the sites of a side.

    ∑_{s of side} ∑_c capacity_new[s,c] ≥ side_share_new_min[side] × ∑_s ∑_c capacity_new[s,c]
        ∀ side with side_share_new_min  [MW]
    """
    return _built(m, m.SITES_IN["side", side]) >= m.side_share_new_min[side] * _built(m, m.SITES)


def west_share_floor(m: PlanModel) -> Any:
    """At least a share of the work is done in the west.

    ∑_{s of west} ∑_t w work[s,t] ≥ west_share_min × ∑_s ∑_t w work[s,t]  [MWh/a]

    Work is told in MW of demand, whatever IT load it is at a site.
    """
    return sum(m.work_energy[s, t] for s in m.SITES_IN["side", "west"] for t in m.TIMESTEPS) >= m.west_share_min * sum(
        m.work_energy[s, t] for s in m.SITES for t in m.TIMESTEPS
    )


def work_energy(m: PlanModel, site: str, timestep: str) -> Any:
    """Work that a site serves in a timestep over the year [MWh/a]: w × ∑ allocation."""
    return m.timestep_weight[timestep] * sum(m.allocation[r, k, site, p, timestep] for r, k, p in m.ROUTES_INTO[site])


def pue_standard(m: PlanModel, site: str, compute_type: str) -> Any:
    """Nothing is built at a site whose PUE is above what new data centres may have.

    modules[s,c] ≤ 0  ∀ s,c where ∑_t w pue[s,t] ÷ ∑_t w > pue_max_new of the site, its hub, its side or the nation  [1]
    """
    return m.modules[site, compute_type] <= 0


def energy_limit(m: PlanModel, site: str) -> Any:
    """A site uses no more energy than its quota.

    ∑_t w energy[s,t] ≤ energy_max[s]  ∀ s with energy_max  [MWh/a]

    ======  =======================================================================  ======
    energy  site_draw, or grid_power where energy_max_on is grid: what is drawn      MW
    ======  =======================================================================  ======
    """
    return m.energy_counted[site] <= m.energy_max[site]


def hub_energy_limit(m: PlanModel, hub: str) -> Any:
    """The sites of a hub use no more energy than its quota.

    ∑_{s of hub} ∑_t w energy[s,t] ≤ hub_energy_max[hub]  ∀ hub with hub_energy_max  [MWh/a]
    """
    return sum(m.energy_counted[s] for s in m.SITES_IN["hub", hub]) <= m.hub_energy_max[hub]


def side_energy_limit(m: PlanModel, side: str) -> Any:
    """The sites of a side use no more energy than its quota.

    ∑_{s of side} ∑_t w energy[s,t] ≤ side_energy_max[side]  ∀ side with side_energy_max  [MWh/a]
    """
    return sum(m.energy_counted[s] for s in m.SITES_IN["side", side]) <= m.side_energy_max[side]


def national_energy_limit(m: PlanModel) -> Any:
    """All sites together use no more energy than the nation's quota.

    ∑_s ∑_t w energy[s,t] ≤ national_energy_max  [MWh/a]
    """
    return sum(m.energy_counted[s] for s in m.SITES) <= m.national_energy_max


def compute_floor(m: PlanModel, compute_type: str) -> Any:
    """The nation has at least so much computing power of a kind.

    ∑_s pflops_per_mw[c] × (capacity_existing[s,c] + capacity_new[s,c]) ≥ compute_min[c]  ∀ c with compute_min  [PFLOPS]
    """
    return (
        sum(m.pflops_per_mw[compute_type] * m.capacity[s, compute_type] for s in m.SITES) >= m.compute_min[compute_type]
    )


def capacity_limit(m: PlanModel, site: str, compute_type: str) -> Any:
    """No more capacity of a kind stands at a site than may.

    capacity_existing[s,c] + capacity_new[s,c] ≤ capacity_max[s,c]  ∀ s,c with capacity_max  [MW]
    """
    return m.capacity[site, compute_type] <= m.capacity_max[site, compute_type]


def drawn_energy(m: PlanModel, site: str) -> Any:
    """Energy that the quota counts [MWh/a]: all that a site draws from outside."""
    return sum(m.site_draw_energy[site, t] for t in m.TIMESTEPS)


def bought_energy(m: PlanModel, site: str) -> Any:
    """Energy that the quota counts [MWh/a]: what a site draws from the grid; green power is free of it."""
    return sum(m.grid_energy[site, t] for t in m.TIMESTEPS)


def _built(m: PlanModel, sites: Any) -> Any:
    """Return what is built at some sites [MW]."""
    return sum(m.capacity_new[s, c] for s in sites for c in m.COMPUTE_TYPES)


def mean_pue(inputs: Scenario) -> pd.Series:
    """Return the mean PUE of every site over the year [1], each timestep by the hours it stands for."""
    pue, hours = derive_pue(inputs).get("pue", inputs.series("pue")).unstack("timestep"), weights(inputs)
    mean: pd.Series = pue.mul(hours, axis=1).sum(axis=1) / hours.sum()
    return mean


def pue_limits(inputs: Scenario) -> dict[str, float]:
    """Return the highest PUE at which each site may build: the least of its own and its hub's, side's, nation's."""
    found: dict[str, float] = {}
    for scope in scopes.given(inputs, PUE):
        found |= {site: min(scope.limit, found.get(site, scope.limit)) for site in scope.sites}
    return found


def barred(inputs: Scenario) -> list[tuple[str, str]]:
    """Return the sites and kinds of compute that could be built, were it not for the PUE."""
    limits = pue_limits(inputs)
    if not limits:
        return []
    mean = mean_pue(inputs).to_dict()
    # A mean that is at its limit but for the last digits keeps it.
    above = {site for site, limit in limits.items() if mean[site] > limit and not math.isclose(mean[site], limit)}
    allowed = inputs.series("modules_max")
    return [(site, kind) for site, kind in allowed.index[allowed > 0] if site in above]


def pue_steps(kind: str) -> Callable[[Scenario], dict[Key, list[float]]]:
    """Return what lists the limits at which one site more of a scope may build, the tightest first."""

    def steps(inputs: Scenario) -> dict[Key, list[float]]:
        shut = {site for site, _ in barred(inputs)}
        if not shut:
            return {}
        mean = mean_pue(inputs).to_dict()
        found: dict[Key, list[float]] = {}
        for scope in scopes.given(inputs, PUE, (kind,)):
            above = {math.ceil(mean[site] * 1e4) / 1e4 for site in scope.sites if site in shut}
            if values := sorted(value for value in above if value > scope.limit):
                found[() if kind == scopes.NATIONAL else (scope.name,)] = values
        return found

    return steps


GIVES = {
    "hubs_share_new": (HUBS,),
    "hubs_share_new_of_type": (OF_TYPE,),
    "side_share_new": ("side_share_new_min",),
    "west_share_floor": ("west_share_min",),
    "pue_standard": tuple(scopes.word_of(kind, PUE) for kind in scopes.KINDS),
    **scopes.gives("energy_limit", ENERGY),
    "compute_floor": ("compute_min", "modules_max", "capacity_existing"),
    "capacity_limit": ("capacity_max",),
}
RELAXATIONS = (
    Amount("hubs_share_new_min", Rank.POLICY, raised=False),
    Amount("compute_type.hubs_share_new_min", Rank.POLICY, raised=False),
    Amount("side_share_new_min", Rank.POLICY, raised=False),
    Amount("west_share_min", Rank.POLICY, raised=False),
    *(Steps(scopes.word_of(kind, PUE), Rank.POLICY, pue_steps(kind)) for kind in scopes.KINDS),
    *scopes.amounts(ENERGY, Rank.POLICY, raised=True),
    Amount("compute_min", Rank.POLICY, raised=False),
    Amount("capacity_max", Rank.POLICY, raised=True),
)
EXAMPLE: Example = {"side": ("east", "west"), "side_share_new_min": {"west": 0.2}}
VARIANTS: Variants = {
    "targets": {"side_share_new_min": {"east": 0.4}},
    "hubs": {
        "site.hub": {"gansu": None},
        "hubs_share_new_min": 0.4,
        "compute_type.hubs_share_new_min": {"intelligent": 0.4},
    },
    "aims": {
        "pflops_per_mw": {"general": 16, "intelligent": 500},
        "compute_min": {"intelligent": 46_500},
        "national_pue_max_new": 1.28,
        "west_share_min": 0.45,
    },
    "room": {"capacity_max": {"gansu;intelligent": 46}, "hub_energy_max": {"north": 3.9e5}, "energy_max_on": "grid"},
    "quota": {"energy_max": {"gansu": 4.5e5}, "indivisible": {"training": False}},
    "quota_of_side": {"side_energy_max": {"east": 7.0e5}},
    "quota_of_nation": {"national_energy_max": 1.22e6},
}


def build(m: PlanModel) -> None:
    """Add the targets that are given."""
    inputs = m.inputs
    scopes.add_sites_in(m)
    hubs = inputs.series("site.hub")
    m.members("SITES_OF_HUBS", [site for site in m.SITES if site in hubs.index])
    if inputs.is_given(HUBS) and inputs.number(HUBS) > 0:
        m.constrain(hubs_share_new, unit="MW")
    of_type = inputs.series(OF_TYPE)
    m.members("TYPES_WITH_HUBS_SHARE", of_type.index[of_type > 0])
    m.parameter("hubs_share_of_type_min", [m.TYPES_WITH_HUBS_SHARE], of_type[of_type > 0], "1", made_of=(OF_TYPE,))
    m.constrain(hubs_share_new_of_type, m.TYPES_WITH_HUBS_SHARE, unit="MW")
    m.constrain(side_share_new, m.SIDE_SHARE_NEW_MIN_GIVEN, unit="MW")
    if inputs.is_given("west_share_min"):
        m.expression("work_energy", m.SITES, m.TIMESTEPS, rule=work_energy, unit="MWh/a")
        m.constrain(west_share_floor, unit="MWh/a")
    m.members("PUE_BARRED", barred(inputs), dimen=2)
    m.constrain(pue_standard, m.PUE_BARRED, unit="1")
    _build_energy(m)
    m.constrain(compute_floor, m.COMPUTE_MIN_GIVEN, unit="PFLOPS")
    m.constrain(capacity_limit, m.CAPACITY_MAX_GIVEN, unit="MW")


def _build_energy(m: PlanModel) -> None:
    if not any(m.inputs.is_given(scopes.word_of(kind, ENERGY)) for kind in scopes.KINDS):
        return
    counts = {"site_draw": drawn_energy, "grid": bought_energy}[str(m.inputs.scalar("energy_max_on"))]
    m.expression("energy_counted", m.SITES, rule=counts, unit="MWh/a")
    limited = scopes.limited(m, ENERGY)
    m.constrain(energy_limit, m.ENERGY_MAX_GIVEN, unit="MWh/a")
    m.constrain(hub_energy_limit, limited["hub"], unit="MWh/a")
    m.constrain(side_energy_limit, limited["side"], unit="MWh/a")
    if m.inputs.is_given("national_energy_max"):
        m.constrain(national_energy_limit, unit="MWh/a")


def report(m: PlanModel) -> dict[str, pd.DataFrame]:
    """Return what is built at the sites of each side that has a target, and of every target what is reached."""
    built = m.tabulate("capacity_new", columns=PAIR)
    sides = built["site"].map(m.inputs.series("site.side"))
    target = m.inputs.series("side_share_new_min")
    table = target.rename_axis("side").rename("side_share_new_min").reset_index()
    new = built["capacity_new"].groupby(sides).sum().reindex(table["side"], fill_value=0.0).to_numpy()
    whole = float(built["capacity_new"].sum())
    share = new / whole if whole > 0 else np.full(len(new), np.nan)
    rows = [*_shares(m, built), *_quantities(m)]
    reached = pd.DataFrame(rows, columns=REACHED).astype(dict.fromkeys(REACHED[3:], float))
    return {
        "policy_targets": table.assign(capacity_new_side=new, side_share_new=share),
        "policy_targets_reached": reached,
    }


Row = tuple[str, str, str, float, float]
"""As :data:`REACHED`."""


def _shares(m: PlanModel, built: pd.DataFrame) -> Iterator[Row]:
    """Yield the shares of what is built and of what is done."""
    inputs = m.inputs
    in_hub = built["site"].isin(list(m.SITES_OF_HUBS))

    def share(part: Any, of: Any) -> float:
        whole = float(built["capacity_new"][of].sum())
        return float(built["capacity_new"][of & part].sum()) / whole if whole > 0 else math.nan

    everything = pd.Series(data=True, index=built.index)
    if inputs.is_given(HUBS):
        yield "hubs_share_new", "national", "1", share(in_hub, everything), inputs.number(HUBS)
    for kind, least in _numbers(inputs, OF_TYPE).items():
        yield "hubs_share_new_of_type", str(kind), "1", share(in_hub, built["compute_type"] == kind), float(least)
    sides = built["site"].map(inputs.series("site.side"))
    for side, least in _numbers(inputs, "side_share_new_min").items():
        yield "side_share_new", str(side), "1", share(sides == side, everything), float(least)
    if inputs.is_given("west_share_min"):
        done = m.tabulate("work_energy", columns=["site", "timestep"]).groupby("site")["work_energy"].sum()
        west = done[done.index.map(inputs.series("site.side").get) == WEST]
        part = float(west.sum()) / float(done.sum()) if done.sum() > 0 else math.nan
        yield "west_share_floor", WEST, "1", part, inputs.number("west_share_min")


def _quantities(m: PlanModel) -> Iterator[Row]:
    """Yield PUE, energy, computing power and capacity beside their limits."""
    inputs = m.inputs
    limits = pue_limits(inputs)
    mean = mean_pue(inputs).to_dict() if limits else {}
    for site, limit in limits.items():
        yield "pue_standard", site, "1", float(mean[site]), limit
    if "energy_counted" in m.records:
        used = m.tabulate("energy_counted", columns=["site"]).set_index("site")["energy_counted"]
        for scope in scopes.given(inputs, ENERGY):
            rule = scopes.word_of(scope.kind, "energy_limit")
            yield rule, scope.name, "MWh/a", float(used[scope.sites].sum()), scope.limit
    capacity = m.tabulate("capacity", columns=PAIR).set_index(PAIR)["capacity"]
    each = _numbers(inputs, "pflops_per_mw")
    for kind, least in _numbers(inputs, "compute_min").items():
        stands = float(capacity.xs(kind, level="compute_type").sum())
        yield "compute_floor", kind, "PFLOPS", stands * each[kind], least
    for pair, most in _numbers(inputs, "capacity_max").items():
        yield "capacity_limit", ";".join(pair), "MW", float(capacity[pair]), most


def _numbers(inputs: Scenario, name: str) -> dict[Any, float]:
    """Return the numbers of a parameter by key."""
    found: dict[Any, float] = inputs.series(name).to_dict()
    return found


def audit(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> Iterator[Finding]:
    """Each target is reached, and the tables say what halls, work, power and PUE say."""
    halls = ledger.column(tables, "site_expansion", "capacity_new", ["site"])
    built = halls.groupby(inputs.series("site.side").reindex(halls.index)).sum()
    target = inputs.series("side_share_new_min")
    built, whole = built.reindex(target.index, fill_value=0.0), float(halls.sum())
    yield from Finding.all_at_most("side_share_new", target * whole, built, "MW")
    reported = tables["policy_targets"].set_index("side").astype(float)
    for side in sorted({*target.index} ^ {*reported.index}):
        said = say("is missing from the results, or has no target")
        yield Finding("policy_targets", str(side), said)
    yield from Finding.all_equal("side_share_new_min", target, reported["side_share_new_min"], "1")
    yield from Finding.all_equal("capacity_new_side", built, reported["capacity_new_side"], "MW")
    if whole > 0:
        yield from Finding.all_equal("side_share_new", built / whole, reported["side_share_new"], "1")
    yield from _audit_reached(inputs, tables)


def _audit_reached(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> Iterator[Finding]:
    """Compare every target with what is reached, and both with the table."""
    table = tables["policy_targets_reached"]
    said = {(row["target"], row["target_of"]): row for row in table.to_dict("records")}
    if len(said) < len(table):
        yield Finding("policy_targets_reached", "target", say("stands more than once in the results"))
    for again in [*_shares_again(inputs, tables), *_quantities_again(inputs, tables)]:
        yield from _differences(again, said.pop(again[:2], None))
    for row in said:
        yield Finding("policy_targets_reached", ", ".join(map(str, row)), say("no limit asks for this row"))
    yield from _audit_barred(inputs, tables)


def _differences(again: Again, row: Mapping[Any, Any] | None) -> Iterator[Finding]:
    """Compare one target with its limit and with its row of the results."""
    target, whose, unit, reached, limit, is_floor = again
    is_known = not math.isnan(reached)
    if is_known and is_floor is not None:
        yield from Finding.unless_at_most(target, whose, *((limit, reached) if is_floor else (reached, limit)), unit)
    if row is None or row["unit"] != unit:
        yield Finding("policy_targets_reached", f"{target}, {whose}", say("is missing from the results"))
        return
    if is_known or not math.isnan(float(row["target_reached"])):
        yield from Finding.unless_equal(target, f"{whose}, reached", reached, float(row["target_reached"]), unit)
    yield from Finding.unless_equal(target, f"{whose}, limit", limit, float(row["target_limit"]), unit)


def _audit_barred(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> Iterator[Finding]:
    """Nothing is built where the PUE is too high."""
    halls = ledger.column(tables, "site_expansion", "capacity_new", ["site"]).to_dict()
    for _, site, _, mean, limit, _ in _pue_again(inputs, tables):
        if mean > limit and not math.isclose(mean, limit):
            yield from Finding.unless_at_most("pue_standard", site, float(halls.get(site, 0.0)), 0.0, "MW")


Again = tuple[str, str, str, float, float, bool | None]
"""As a row of the table, and whether the limit is a floor; ``None`` of one that is no limit on what is reached."""


def _shares_again(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> Iterator[Again]:
    """Work the shares out again from halls and work."""
    halls, hubs = tables["site_expansion"], _given(inputs, "site.hub")
    sides = _given(inputs, "site.side")
    sums: dict[tuple[str, str], float] = {}
    for site, kind, power in halls[[*PAIR, "capacity_new"]].itertuples(index=False, name=None):
        for name in ("", kind):
            for part in ("all", "hub" if site in hubs else "", f"side {sides.get(site, '')}"):
                sums[name, part] = sums.get((name, part), 0.0) + float(power)

    def share(name: str, part: str) -> float:
        whole = sums.get((name, "all"), 0.0)
        return sums.get((name, part), 0.0) / whole if whole > 0 else math.nan

    if inputs.is_given("hubs_share_new_min"):
        yield "hubs_share_new", "national", "1", share("", "hub"), inputs.number("hubs_share_new_min"), True
    for kind, least in _given(inputs, "compute_type.hubs_share_new_min").items():
        yield "hubs_share_new_of_type", kind, "1", share(kind, "hub"), least, True
    for side, least in _given(inputs, "side_share_new_min").items():
        yield "side_share_new", side, "1", share("", f"side {side}"), least, True
    if inputs.is_given("west_share_min"):
        done: dict[Any, float] = ledger.energy(tables, "allocation", "allocation", ["site"]).to_dict()
        west = sum(energy for site, energy in done.items() if sides.get(site) == "west")
        of_all = west / sum(done.values()) if sum(done.values()) > 0 else math.nan
        yield "west_share_floor", "west", "1", of_all, inputs.number("west_share_min"), True


def _quantities_again(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> Iterator[Again]:
    """Work PUE, energy, computing power and capacity out again."""
    yield from _pue_again(inputs, tables)
    if quotas := list(ledger.scopes(inputs, "energy_max", ("site", "hub", "side"))):
        used = ledger.energy(tables, "power_supply", "grid_power", ["site"])
        if inputs.scalar("energy_max_on") == "site_draw":
            green = ledger.energy(tables, "power_supply_technology", "green_power", ["site"])
            used = used.add(green, fill_value=0.0)
        for scope, name, most, sites in quotas:
            rule = "energy_limit" if scope == "site" else f"{scope}_energy_limit"
            yield rule, name, "MWh/a", float(used.reindex(sites).sum()), most, False
    stands: dict[Any, float] = tables["site_capacity"].groupby(PAIR)["capacity"].max().to_dict()
    each = _given(inputs, "pflops_per_mw")
    for kind, least in _given(inputs, "compute_min").items():
        power = sum(float(mw) * each[kind] for (_, of), mw in stands.items() if of == kind)
        yield "compute_floor", kind, "PFLOPS", power, least, True
    for (site, kind), most in _given(inputs, "capacity_max").items():
        yield "capacity_limit", f"{site};{kind}", "MW", float(stands[site, kind]), most, False


def _given(inputs: Scenario, name: str) -> dict[Any, Any]:
    """Return a parameter as read, by key."""
    found: dict[Any, Any] = inputs.series(name).to_dict()
    return found


def _pue_again(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> Iterator[Again]:
    """Work each site's mean PUE out again, beside the least of its limits."""
    limits: dict[str, list[float]] = {}
    for _, _, limit, sites in ledger.scopes(inputs, "pue_max_new", ("site", "hub", "side")):
        for site in sites:
            limits.setdefault(site, []).append(limit)
    if not limits:
        return
    mean = ledger.mean(tables, "facility_load", "pue", ["site"]).to_dict()
    for site, each in limits.items():
        yield "pue_standard", site, "1", float(mean[site]), min(each), None
