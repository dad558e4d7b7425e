"""Flexible workloads: work that can wait for power or room, up to a deadline, and is then done first in, first out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from planner.figures import ledger, work
from planner.language import Message, say
from planner.models.features.time import chain_faults, previous
from planner.models.rules.audit_time import before
from planner.models.rules.findings import Finding, spell
from planner.models.rules.relaxations import Amount, Rank, Steps
from planner.scenario.column import Column, Series, keys_of
from planner.scenario.parameter import Parameter
from planner.scenario.plausible import MINUTES, PERCENT, SECONDS, Plausible

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import numpy.typing as npt

    from planner.errors import Fault
    from planner.models.algebra.plan_model import PlanModel
    from planner.models.rules.example import Example, Variants
    from planner.models.rules.relaxations import Key
    from planner.scenario.scenario import Scenario

REQUIRES = ("allocation",)
KEYS = ["region", "workload", "timestep"]
PARAMETERS = (
    Parameter(
        "deferral_max",
        ("workload",),
        "h",
        say("Longest time that work may wait before it is done; without it none waits."),
        None,
        high=8784.0,
        plausible=Plausible(0.25, 336.0, (MINUTES, SECONDS)),
    ),
    Parameter(
        "deferrable_share",
        ("workload",),
        "1",
        say("Part of the IT load that moves when work waits; the rest (idle servers draw power too) is drawn at once."),
        1.0,
        high=1.0,
        plausible=Plausible(0.005, 1.0, (PERCENT,)),
    ),
)
WORDS: dict[str, Message] = {
    "flexible_workloads": say("work that can wait"),
    "deferral_max": say("longest delay"),
    "backlog": say("work waiting"),
    "backlog_max": say("most work waiting"),
    "deferrable_share": say("part of the load that moves with the work"),
    "deferrable_part": say("part of the load that moves with the work"),
    "deferrable_load": say("load that may join the backlog"),
    "waiting_max": say("most work that waited"),
    "deadline": say("deadline"),
    "waiting": say("work that waited"),
}
COLUMNS = (
    *keys_of("flexible_workloads", *KEYS),
    Column("flexible_workloads", "backlog", "MWh", say("Work that waits at the end of the timestep.")),
)


ROUNDING = 1e-12
"""Relative to the work of a period: less than this is the rounding of a difference, not work."""


def check(inputs: Scenario) -> Iterator[Fault]:
    """Work can wait only where the timesteps stand in an order."""
    if _deferral(inputs).size:
        yield from chain_faults(inputs, "flexible_workloads")


def _deferral(inputs: Scenario) -> pd.Series:
    longest = inputs.series("deferral_max")
    return longest[longest > 0]


def deadline(m: PlanModel, region: str, workload: str, timestep: str) -> Any:
    """Work is never late: what waits at the end of a timestep has come within the last deferral_max hours.

    backlog[r,k,t] ≤ backlog_max[r,k,t]  ∀ r,k with deferral_max, t  [MWh]

    ===========  =====================================================================================  =====
    backlog      IT energy asked for and not yet served at the end of the timestep                       MWh
    backlog_max  deferrable_share × ∑ demand × duration over the last deferral_max hours, a timestep     MWh
                 partly within them pro rata; cyclic within the period
    ===========  =====================================================================================  =====
    """
    return m.backlog[region, workload, timestep] <= m.backlog_max[region, workload, timestep]


def deferrable_part(m: PlanModel, region: str, workload: str, timestep: str) -> Any:
    """Only a part of a timestep's work may join the backlog; the rest is served at once.

    backlog[r,k,t] − backlog[r,k,previous t] ≤ deferrable_share[k] × demand[r,k,t] × duration[t]
        ∀ r,k with deferral_max and a share below 1, t  [MWh]
    """
    return (
        m.backlog[region, workload, timestep] - m.backlog[region, workload, m.previous[timestep]]
        <= m.deferrable_load[region, workload, timestep] * m.timestep_duration[timestep]
    )


def deferred_term(m: PlanModel, region: str, workload: str, timestep: str) -> Any:
    """Work that joins the backlog, less work that leaves it, fills the demand balance [MW]."""
    return sum(
        (m.backlog[region, k, timestep] - m.backlog[region, k, m.previous[timestep]]) / m.timestep_duration[timestep]
        for k in m.FLEXIBLE_OF[region, workload]
    )


def waiting_term(m: PlanModel, region: str, workload: str, timestep: str) -> Any:
    """Work that may have waited for a timestep may be served in it [MW]."""
    return sum(
        m.waiting_max[region, k, timestep] / m.timestep_duration[timestep] for k in m.FLEXIBLE_OF[region, workload]
    )


def longer(inputs: Scenario) -> dict[Key, list[float]]:
    """Return the longer times that work which can wait might be let wait, by a quarter of a timestep [h]."""
    step = float(inputs.series("timestep_duration").min()) / 4
    count = max(1, int(WAIT_MAX / step))
    return {
        (str(workload),): [round(float(hours) + step * number, 6) for number in range(1, count + 1)]
        for workload, hours in _deferral(inputs).items()
    }


def shares_of_waiting(inputs: Scenario) -> pd.Series:
    """Return the share of the workloads that can wait, where it is below 1 [1]."""
    share = inputs.series("deferrable_share").reindex(_deferral(inputs).index)
    return share[share < 1.0]


WAIT_MAX = 168.0
"""[h]: nobody is proposed to wait a week more."""
GIVES = {"deadline": ("deferral_max", "deferrable_share"), "deferrable_part": ("deferrable_share",)}
RELAXATIONS = (
    Steps("deferral_max", Rank.SERVICE, longer),
    Amount("deferrable_share", Rank.SERVICE, True, cells=shares_of_waiting),
)
EXAMPLE: Example = {"deferral_max": {"training": 1.5}}
VARIANTS: Variants = {"part": {"deferral_max": {"training": 3}, "deferrable_share": {"training": 0.05}}}


def build(m: PlanModel) -> None:
    """Add the backlog of the workloads that can wait, and its limit."""
    longest = _deferral(m.inputs)
    pairs = [(r, k) for r, k in m.DEMANDS if k in longest.index]
    m.members("FLEXIBLE", pairs, dimen=2)
    members = pd.DataFrame([(r, k, k) for r, k in pairs], columns=["region", "workload", "member"])
    m.subsets("FLEXIBLE_OF", m.DEMANDS, members, ["region", "workload"])
    m.parameter("backlog_max", [m.FLEXIBLE, m.TIMESTEPS], _backlog_max(m, pairs), "MWh", made_of=MADE_OF)
    m.variable("backlog", m.FLEXIBLE, m.TIMESTEPS, unit="MWh")
    part = m.inputs.series("deferrable_share").loc[lambda share: share < 1.0].index
    m.members("FLEXIBLE_IN_PART", [(r, k) for r, k in pairs if k in part], dimen=2)
    m.parameter("deferrable_load", [m.FLEXIBLE, m.TIMESTEPS], _deferrable_load(m, pairs), "MW", made_of=MADE_OF)
    m.constrain(deferrable_part, m.FLEXIBLE_IN_PART, m.TIMESTEPS, unit="MWh")
    m.parameter("waiting_max", [m.FLEXIBLE, m.TIMESTEPS], _waiting_max(m), "MWh", made_of=MADE_OF)
    m.add_term("served_demand", "deferred", deferred_term)
    m.add_term("servable_demand", "waiting", waiting_term)
    m.constrain(deadline, m.FLEXIBLE, m.TIMESTEPS, unit="MWh")


MADE_OF = ("demand", "demand_profile", "timestep_duration", "deferral_max", "deferrable_share")
"""The inputs that say how much may wait, and for how long."""


def _backlog_max(m: PlanModel, pairs: list[tuple[str, str]]) -> pd.Series:
    """Return the work of the last hours [MWh]: a difference of the work come since the period began."""
    steps = list(m.TIMESTEPS)
    duration = m.inputs.series("timestep_duration").reindex(steps)
    profile = m.parameter_values["demand_profile"].unstack("timestep").reindex(columns=steps)
    periods = m.inputs.series("period").reindex(steps).fillna("").to_numpy()
    share = m.inputs.series("deferrable_share")
    waits: dict[Any, npt.NDArray[np.float64]] = {}
    for workload, hours in _deferral(m.inputs).items():
        rate = profile.loc[workload].to_numpy(float)
        waits[workload] = np.zeros(len(steps))
        for period in pd.unique(periods):
            here = periods == period
            waits[workload][here] = _recent(duration.to_numpy()[here], rate[here], float(hours))
        waits[workload] *= share.to_dict()[workload]
    demand = m.parameter_values["demand"]
    values = [waits[k] * demand[r, k] for r, k in pairs]
    index = pd.MultiIndex.from_tuples([(r, k, t) for r, k in pairs for t in steps], names=KEYS)
    return pd.Series(np.concatenate([np.zeros(0), *values]), index=index)


def _deferrable_load(m: PlanModel, pairs: list[tuple[str, str]]) -> pd.Series:
    """Return the part of each timestep's demand that may join the backlog [MW]."""
    steps = list(m.TIMESTEPS)
    profile = m.parameter_values["demand_profile"].unstack("timestep").reindex(columns=steps)
    demand, share = m.parameter_values["demand"], m.inputs.series("deferrable_share")
    values = [profile.loc[k].to_numpy(float) * demand[r, k] * share[k] for r, k in pairs]
    index = pd.MultiIndex.from_tuples([(r, k, t) for r, k in pairs for t in steps], names=KEYS)
    return pd.Series(np.concatenate([np.zeros(0), *values]), index=index)


def _waiting_max(m: PlanModel) -> pd.Series:
    """Return the most work that can have waited for a timestep [MWh].

    What may wait when it begins, but no more than all other work of its period, however long work may wait: over a
    period nothing is served that is not asked for in it.
    """
    most: pd.Series = m.records["backlog_max"].options["initialize"]
    regions, workloads, steps = (most.index.get_level_values(key) for key in KEYS)
    before = pd.MultiIndex.from_arrays([regions, workloads, previous(m.inputs).reindex(steps)], names=KEYS)
    hours = m.inputs.series("timestep_duration").reindex(steps).to_numpy()
    rate = m.parameter_values["demand_profile"].reindex(pd.MultiIndex.from_arrays([workloads, steps])).to_numpy()
    demand = m.parameter_values["demand"].reindex(pd.MultiIndex.from_arrays([regions, workloads])).to_numpy()
    work = pd.Series(rate * hours * demand, most.index)
    period = m.inputs.series("period").reindex(steps).fillna("").to_numpy()
    others = work.groupby([regions, workloads, period]).transform("sum") - work
    return pd.Series(np.minimum(most.reindex(before).to_numpy(), others), most.index)


def _recent(duration: npt.NDArray[np.float64], rate: npt.NDArray[np.float64], hours: float) -> npt.NDArray[np.float64]:
    """Return what comes at a rate in the last hours before the end of each step of a chain without end, (steps,)."""
    ends = np.cumsum(duration)
    came = np.concatenate([[0.0], np.cumsum(rate * duration)])
    begins = ends - hours
    rounds = np.floor(begins / ends[-1])
    before = np.interp(begins - rounds * ends[-1], np.concatenate([[0.0], ends]), came) + rounds * came[-1]
    recent = came[1:] - before
    return np.where(recent > ROUNDING * came[-1], recent, 0.0)


def report(m: PlanModel) -> dict[str, pd.DataFrame]:
    """Return the work that waits at the end of each timestep [MWh] by region and workload."""
    return {"flexible_workloads": m.tabulate("backlog", columns=KEYS)}


def audit_terms(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.Series]:
    """Return what joins the backlog in each timestep, and what may be served besides its demand [MW]."""
    waiting = tables["flexible_workloads"].set_index(KEYS)["backlog"].astype(float)
    hours = tables["time"].set_index("timestep")["timestep_duration"].astype(float)
    lengths = hours.reindex(waiting.index.get_level_values("timestep")).to_numpy()
    joined = (waiting - _before(inputs, waiting)) / lengths
    return {"served_demand": joined, "servable_demand": _before(inputs, waiting) / lengths}


def _before(inputs: Scenario, waiting: pd.Series) -> pd.Series:
    """Return what waits at the beginning of each timestep [MWh]."""
    *pair, steps = (waiting.index.get_level_values(key) for key in KEYS)
    earlier = pd.MultiIndex.from_arrays([*pair, before(inputs).reindex(steps)], names=KEYS)
    return pd.Series(waiting.reindex(earlier).to_numpy(), waiting.index)


def audit(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> Iterator[Finding]:
    """No work waits longer than it may: going back hour by hour, all that waits has come in time."""
    waiting = tables["flexible_workloads"].set_index(KEYS)["backlog"].astype(float)
    longest = inputs.series("deferral_max")
    able = longest.index[longest > 0]
    expected = {(r, k, t) for r in inputs.sets["region"] for k in able for t in inputs.sets["timestep"]}
    for row in sorted(expected.symmetric_difference(waiting.index)):
        yield Finding("flexible_workloads", spell(row), say("is missing from the results, or cannot wait"))
    yield from Finding.none_negative("backlog", waiting, "MWh")
    came = _came_in_time(inputs)
    demand = inputs.series("demand")
    regions, workloads, steps = (waiting.index.get_level_values(key) for key in KEYS)
    most = came.reindex(pd.MultiIndex.from_arrays([workloads, steps])).to_numpy()
    asked = demand.reindex(pd.MultiIndex.from_arrays([regions, workloads])).to_numpy()
    share = inputs.series("deferrable_share").reindex(workloads).to_numpy()
    yield from Finding.all_at_most("deadline", waiting, pd.Series(most * asked * share, waiting.index), "MWh")
    table = tables["demand"].set_index(KEYS)["demand"].astype(float).reindex(waiting.index)
    joined = audit_terms(inputs, tables)["served_demand"]
    yield from Finding.all_at_most("deferrable_part", joined, table * share, "MW")


def _came_in_time(inputs: Scenario) -> pd.Series:
    """Return by workload and timestep the work still in time at its end [h of mean demand], walking back in time.

    Whole rounds of the period come first, so that the walk is never longer than one.
    """
    steps = inputs.full_index(("timestep",))
    earlier = steps.get_indexer(pd.Index(before(inputs).reindex(steps)))
    hours = inputs.series("timestep_duration").reindex(steps)
    periods = inputs.series("period").reindex(steps).fillna("")
    around = hours.groupby(periods).transform("sum").to_numpy(float)
    found = []
    for workload, longest in inputs.series("deferral_max").items():
        profile = inputs.series("demand_profile").xs(workload, level="workload").reindex(steps)
        rounds, rate = longest // around, profile.to_numpy(float)
        work = rounds * (profile * hours).groupby(periods).transform("sum").to_numpy(float)
        left, at = longest - rounds * around, np.arange(len(steps))
        for _ in range(len(steps)):
            part = np.minimum(left, hours.to_numpy(float)[at])
            work += part * rate[at]
            left -= part
            at = earlier[at]
            if not (left > 0).any():
                break
        found.append(pd.Series(work, pd.MultiIndex.from_product([[workload], steps])))
    return pd.concat(found) if found else pd.Series(dtype=float)


def waiting_at(tables: Mapping[str, pd.DataFrame], site: str | None, steps: pd.Index) -> tuple[pd.Series, pd.Series]:
    """Return the IT load that is not done in its own timestep [MW], and what waits [MWh], of a site or of all."""
    return work.waiting(tables, ("flexible_workloads", "backlog"), site, steps)


SERIES = (Series("waiting", "flexible_workloads", "backlog", read=waiting_at),)


def summary(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """Return the IT energy that is moved to later timesteps [MWh/a]: by how much the backlog grows over the year."""
    joined = audit_terms(inputs, tables)["served_demand"].clip(lower=0.0)
    hours = ledger.weights(tables).reindex(joined.index.get_level_values("timestep")).to_numpy()
    return {"energy": {"deferred": float((joined * hours).sum())}}
