"""Grid limits: what the grid sets for the whole fleet of sites, and how fast a site's draw from it may change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from planner.language import say
from planner.models import ledger
from planner.models.audit_time import before
from planner.models.features.time import chain_faults
from planner.models.finding import Finding
from planner.models.gives import Amount, Rank
from planner.models.parameter import Parameter
from planner.models.plausible import GW, KW, TEN_MW, Plausible

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from planner.errors import Fault
    from planner.io.scenario import Scenario
    from planner.models.example import Example, Variants
    from planner.models.plan_model import PlanModel

REQUIRES = ("power_supply",)
KEYS = ["site", "timestep"]
UNITS = ("hub", "side")
PARAMETERS = (
    Parameter(
        "grid_ramp_max",
        ("site",),
        "MW/h",
        "Fastest change of the site's draw from the grid.",
        None,
        plausible=Plausible(0.1, 10000.0, (KW, GW)),
        description_zh="节点电网用电功率的最大变化速度。",
    ),
    Parameter(
        "hub_grid_power_max",
        ("hub",),
        "MW",
        "Most power that the hub's sites draw from the grid.",
        None,
        plausible=Plausible(1.0, 100000.0, (GW, TEN_MW, KW)),
        description_zh="枢纽内各节点合计的电网供电功率上限。",
    ),
    Parameter(
        "side_grid_power_max",
        ("side",),
        "MW",
        "Most power that the side's sites draw from the grid.",
        None,
        plausible=Plausible(1.0, 1e6, (GW, TEN_MW, KW)),
        description_zh="片区内各节点合计的电网供电功率上限。",
    ),
    Parameter(
        "national_grid_power_max",
        (),
        "MW",
        "Most power that all sites draw from the grid.",
        None,
        plausible=Plausible(1.0, 2e6, (GW, TEN_MW, KW)),
        description_zh="全部节点合计的电网供电功率上限。",
    ),
)
WORDS: dict[str, tuple[str, str]] = {
    "grid_limits": ("grid limits", "电网约束"),
    "grid_ramp_max": ("ramp limit", "爬坡上限"),
    "grid_ramp_up": ("ramp up", "向上爬坡"),
    "grid_ramp_down": ("ramp down", "向下爬坡"),
    "hub_grid_power_max": ("grid power limit of the hub", "枢纽电网供电上限"),
    "hub_grid_power_limit": ("grid power limit of the hub", "枢纽电网供电上限"),
    "side_grid_power_max": ("grid power limit of the side", "片区电网供电上限"),
    "side_grid_power_limit": ("grid power limit of the side", "片区电网供电上限"),
    "national_grid_power_max": ("grid power limit of the nation", "全国电网供电上限"),
    "national_grid_power_limit": ("grid power limit of the nation", "全国电网供电上限"),
}


def check(inputs: Scenario) -> Iterator[Fault]:
    """A draw can change only from one timestep to the next."""
    if inputs.is_given("grid_ramp_max"):
        yield from chain_faults(inputs, "grid_ramp_max")


def warn(inputs: Scenario) -> Iterator[str]:
    """Name the hubs and sides whose limit holds for no site at all."""
    for unit in UNITS:
        owners = list(inputs.series(f"site.{unit}"))
        for name in inputs.series(f"{unit}_grid_power_max").index.difference(owners):
            yield say(
                "{unit}_grid_power_max of {name} limits nothing: no site names this {unit}",
                "{name} 的 {unit}_grid_power_max 不起作用：没有节点属于这个 {unit}",
                unit=unit,
                name=name,
            )


def grid_ramp_up(m: PlanModel, site: str, timestep: str) -> Any:
    """A site's draw from the grid rises no faster than the grid can follow.

    grid_power[s,t] − grid_power[s,previous t] ≤ grid_ramp_max[s] × (duration[previous t] + duration[t]) ÷ 2
        ∀ s with grid_ramp_max, t  [MW]

    From the middle of a timestep to the middle of the next.
    """
    return m.grid_power[site, timestep] - m.grid_power[site, m.previous[timestep]] <= m.grid_ramp_max[site] * (
        0.5 * (m.timestep_duration[m.previous[timestep]] + m.timestep_duration[timestep])
    )


def grid_ramp_down(m: PlanModel, site: str, timestep: str) -> Any:
    """A site's draw from the grid falls no faster than the grid can follow.

    grid_power[s,previous t] − grid_power[s,t] ≤ grid_ramp_max[s] × (duration[previous t] + duration[t]) ÷ 2
        ∀ s with grid_ramp_max, t  [MW]
    """
    return m.grid_power[site, m.previous[timestep]] - m.grid_power[site, timestep] <= m.grid_ramp_max[site] * (
        0.5 * (m.timestep_duration[m.previous[timestep]] + m.timestep_duration[timestep])
    )


def hub_grid_power_limit(m: PlanModel, hub: str, timestep: str) -> Any:
    """The sites of a hub draw no more from the grid than it carries to them.

    ∑_{s of hub} grid_power[s,t] ≤ hub_grid_power_max[hub]  ∀ hub with hub_grid_power_max, t  [MW]
    """
    return sum(m.grid_power[s, timestep] for s in m.FLEET_OF_HUB[hub]) <= m.hub_grid_power_max[hub]


def side_grid_power_limit(m: PlanModel, side: str, timestep: str) -> Any:
    """The sites of a side draw no more from the grid than it carries to them.

    ∑_{s of side} grid_power[s,t] ≤ side_grid_power_max[side]  ∀ side with side_grid_power_max, t  [MW]
    """
    return sum(m.grid_power[s, timestep] for s in m.FLEET_OF_SIDE[side]) <= m.side_grid_power_max[side]


def national_grid_power_limit(m: PlanModel, timestep: str) -> Any:
    """All sites together draw no more from the grid than it carries.

    ∑_s grid_power[s,t] ≤ national_grid_power_max  ∀ t  [MW]
    """
    return sum(m.grid_power[s, timestep] for s in m.SITES) <= m.national_grid_power_max


GIVES = {
    "grid_ramp_up": ("grid_ramp_max",),
    "grid_ramp_down": ("grid_ramp_max",),
    "hub_grid_power_limit": ("hub_grid_power_max",),
    "side_grid_power_limit": ("side_grid_power_max",),
    "national_grid_power_limit": ("national_grid_power_max",),
}
RELAXATIONS = (
    Amount("grid_ramp_max", Rank.PLANT, raised=True),
    Amount("hub_grid_power_max", Rank.PLANT, raised=True),
    Amount("side_grid_power_max", Rank.PLANT, raised=True),
    Amount("national_grid_power_max", Rank.PLANT, raised=True),
)
EXAMPLE: Example = {
    "grid_ramp_max": {"hebei": 4},
    "hub": ("delta", "gansu", "north"),
    "hub_grid_power_max": {"north": 75},
    "side": ("east", "west"),
    "side_grid_power_max": {"east": 126},
    "national_grid_power_max": 150,
}
VARIANTS: Variants = {
    "fleet": {"hub_grid_power_max": {"north": 37}},
    "fleet_of_side": {"side_grid_power_max": {"east": 105}},
}


def build(m: PlanModel) -> None:
    """Add the limits that are given."""
    if m.inputs.is_given("grid_ramp_max"):
        m.constrain(grid_ramp_up, m.GRID_RAMP_MAX_GIVEN, m.TIMESTEPS, unit="MW")
        m.constrain(grid_ramp_down, m.GRID_RAMP_MAX_GIVEN, m.TIMESTEPS, unit="MW")
    for unit in UNITS:
        owners = m.inputs.series(f"site.{unit}")
        limited = list(m.inputs.series(f"{unit}_grid_power_max").index.intersection(list(owners)))
        m.members(f"{unit.upper()}S_OF_FLEET", limited)
        members = owners.rename("owner").rename_axis("site").reset_index()[["owner", "site"]]
        m.subsets(f"FLEET_OF_{unit.upper()}", m.component(f"{unit.upper()}S_OF_FLEET"), members, ["owner"])
    m.constrain(hub_grid_power_limit, m.HUBS_OF_FLEET, m.TIMESTEPS, unit="MW")
    m.constrain(side_grid_power_limit, m.SIDES_OF_FLEET, m.TIMESTEPS, unit="MW")
    if m.inputs.is_given("national_grid_power_max"):
        m.constrain(national_grid_power_limit, m.TIMESTEPS, unit="MW")


def _limits(inputs: Scenario) -> Iterator[tuple[str, str, float, list[str]]]:
    """Yield every limit of a fleet that has a site: unit, name, limit [MW], sites."""
    for unit in UNITS:
        owner = inputs.series(f"site.{unit}")
        for name, limit in inputs.series(f"{unit}_grid_power_max").items():
            if (owner == name).any():
                yield unit, str(name), float(limit), list(owner.index[owner == name])
    if inputs.is_given("national_grid_power_max"):
        yield "national", "national", inputs.number("national_grid_power_max"), list(inputs.sets["site"])


def report(m: PlanModel) -> dict[str, pd.DataFrame]:
    """Return the draw of every fleet that has a limit, by timestep [MW]."""
    grid = m.tabulate("grid_power", columns=KEYS)
    parts = [
        grid[grid["site"].isin(sites)]
        .groupby("timestep", sort=False)["grid_power"]
        .sum()
        .reset_index()
        .assign(scope=scope, name=name, grid_power_max=limit)
        for scope, name, limit, sites in _limits(m.inputs)
    ]
    columns = ["scope", "name", "timestep", "grid_power", "grid_power_max"]
    empty = pd.DataFrame(columns=columns).astype({"grid_power": float, "grid_power_max": float})
    return {"grid_limits": pd.concat(parts, ignore_index=True)[columns] if parts else empty}


def audit(inputs: Scenario, tables: Mapping[str, pd.DataFrame]) -> Iterator[Finding]:
    """Every fleet keeps within its limit in every timestep, and no site's draw changes faster than it may."""
    grid = ledger.column(tables, "power_supply", "grid_power", KEYS).unstack("site")
    grid = grid.reindex(index=list(inputs.sets["timestep"]), columns=list(inputs.sets["site"]))
    keys = ["scope", "name", "timestep"]
    reported = tables["grid_limits"].set_index(keys).astype(float)
    fleets = {
        (scope, name): (limit, grid[sites].sum(axis=1))
        for scope, name, limit, sites in ledger.scopes(inputs, "grid_power_max", UNITS)
    }
    rules = {
        "hub": "hub_grid_power_limit",
        "side": "side_grid_power_limit",
        "national": "national_grid_power_limit",
    }
    for (scope, name), (limit, drawn) in fleets.items():
        for step, power in drawn.items():
            yield from Finding.unless_at_most(rules[scope], f"{name}, {step}", float(power), limit, "MW")
    sums = {(*fleet, step): value for fleet, (_, drawn) in fleets.items() for step, value in drawn.items()}
    limits = {(*fleet, step): limit for fleet, (limit, drawn) in fleets.items() for step in drawn.index}
    for row in sorted(set(sums).symmetric_difference(reported.index)):
        yield Finding(
            "grid_limits",
            ", ".join(map(str, row)),
            say("is missing from the results, or has no limit", "结果中缺失，或没有上限"),
        )
    yield from Finding.all_equal("grid_limits", pd.Series(sums, dtype=float), reported["grid_power"], "MW")
    yield from Finding.all_equal("grid_power_max", pd.Series(limits, dtype=float), reported["grid_power_max"], "MW")
    yield from _audit_ramps(inputs, grid)


def _audit_ramps(inputs: Scenario, grid: pd.DataFrame) -> Iterator[Finding]:
    limit = inputs.series("grid_ramp_max")
    if limit.empty:
        return
    steps_before = before(inputs).reindex(grid.index)
    hours = inputs.series("timestep_duration").reindex(grid.index).to_numpy()
    earlier = inputs.series("timestep_duration").reindex(steps_before).to_numpy()
    rise = grid[limit.index].to_numpy() - grid[limit.index].reindex(steps_before).to_numpy()
    pace = pd.DataFrame(rise / ((hours + earlier) / 2)[:, None], grid.index, limit.index)
    yield from Finding.all_at_most("grid_ramp_up", pace.max(), limit, "MW/h")
    yield from Finding.all_at_most("grid_ramp_down", -pace.min(), limit, "MW/h")
