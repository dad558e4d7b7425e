"""Grid limits: what the grid sets for the whole fleet of sites, and how fast a site's draw from it may change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from planner.figures import ledger
from planner.language import Message, Text, say
from planner.models.features.time import chain_faults
from planner.models.rules import scopes
from planner.models.rules.audit_time import before
from planner.models.rules.findings import Finding
from planner.models.rules.relaxations import Amount, Rank
from planner.scenario.column import Column, keys_of
from planner.scenario.parameter import Parameter
from planner.scenario.plausible import GW, KW, TEN_MW, Plausible

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from planner.errors import Fault
    from planner.models.algebra.plan_model import PlanModel
    from planner.models.rules.example import Example, Variants
    from planner.scenario.scenario import Scenario

REQUIRES = ("power_supply",)
KEYS = ["site", "timestep"]
KINDS = (*scopes.OWNERS, scopes.NATIONAL)
LIMIT, RULE = "grid_power_max", "grid_power_limit"
"""Of a fleet, with ``hub_``, ``side_`` or ``national_`` before it; those of a site are of power_supply."""
PARAMETERS = (
    Parameter(
        "grid_ramp_max",
        ("site",),
        "MW/h",
        say("Fastest change of the site's draw from the grid."),
        None,
        plausible=Plausible(0.1, 10000.0, (KW, GW)),
    ),
    *scopes.parameters(
        LIMIT,
        "MW",
        lambda whose: say("Most power that {whose} draw from the grid.", whose=whose),
        {kind: Plausible(1.0, most, (GW, TEN_MW, KW)) for kind, most in zip(KINDS, (1e5, 1e6, 2e6), strict=True)},
    ),
)
WORDS: dict[str, Message] = {
    "grid_limits": say("grid limits"),
    "grid_ramp_max": say("ramp limit"),
    "grid_ramp_up": say("ramp up"),
    "grid_ramp_down": say("ramp down"),
    **scopes.words(LIMIT, say("grid power limit"), KINDS),
    **scopes.words(RULE, say("grid power limit"), KINDS),
}
COLUMNS = (
    Column("grid_limits", "scope", "", say("Kind of the fleet that has a limit.")),
    Column("grid_limits", "name", "", say("Id of the site, hub or side.")),
    *keys_of("grid_limits", "timestep"),
    Column("grid_limits", "grid_power", "MW", say("Power that the fleet draws from the grid.")),
    Column("grid_limits", "grid_power_max", "MW", say("Most that it may draw.")),
)


def check(inputs: Scenario) -> Iterator[Fault]:
    """A draw can change only from one timestep to the next."""
    if inputs.is_given("grid_ramp_max"):
        yield from chain_faults(inputs, "grid_ramp_max")


def warn(inputs: Scenario) -> Iterator[Text]:
    """Name the hubs and sides whose limit holds for no site at all."""
    yield from scopes.idle(inputs, LIMIT)


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
    return _draw(m, m.SITES_IN["hub", hub], timestep) <= m.hub_grid_power_max[hub]


def side_grid_power_limit(m: PlanModel, side: str, timestep: str) -> Any:
    """The sites of a side draw no more from the grid than it carries to them.

    ∑_{s of side} grid_power[s,t] ≤ side_grid_power_max[side]  ∀ side with side_grid_power_max, t  [MW]
    """
    return _draw(m, m.SITES_IN["side", side], timestep) <= m.side_grid_power_max[side]


def national_grid_power_limit(m: PlanModel, timestep: str) -> Any:
    """All sites together draw no more from the grid than it carries.

    ∑_s grid_power[s,t] ≤ national_grid_power_max  ∀ t  [MW]
    """
    return _draw(m, m.SITES_IN["national", "national"], timestep) <= m.national_grid_power_max


def _draw(m: PlanModel, sites: Any, timestep: str) -> Any:
    """Return what the sites of a fleet draw from the grid [MW]."""
    return sum(m.grid_power[s, timestep] for s in sites)


GIVES = {
    "grid_ramp_up": ("grid_ramp_max",),
    "grid_ramp_down": ("grid_ramp_max",),
    **scopes.gives(RULE, LIMIT, kinds=KINDS),
}
RELAXATIONS = (
    Amount("grid_ramp_max", Rank.PLANT, raised=True),
    *scopes.amounts(LIMIT, Rank.PLANT, raised=True, kinds=KINDS),
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
    limited = scopes.limited(m, LIMIT)
    m.constrain(hub_grid_power_limit, limited["hub"], m.TIMESTEPS, unit="MW")
    m.constrain(side_grid_power_limit, limited["side"], m.TIMESTEPS, unit="MW")
    if m.inputs.is_given("national_grid_power_max"):
        m.constrain(national_grid_power_limit, m.TIMESTEPS, unit="MW")


def report(m: PlanModel) -> dict[str, pd.DataFrame]:
    """Return the draw of every fleet that has a limit, by timestep [MW]."""
    grid = m.tabulate("grid_power", columns=KEYS)
    parts = [
        grid[grid["site"].isin(scope.sites)]
        .groupby("timestep", sort=False)["grid_power"]
        .sum()
        .reset_index()
        .assign(scope=scope.kind, name=scope.name, grid_power_max=scope.limit)
        for scope in scopes.given(m.inputs, LIMIT, KINDS)
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
        for scope, name, limit, sites in ledger.scopes(inputs, "grid_power_max", scopes.OWNERS)
    }
    rules = {"hub": "hub_grid_power_limit", "side": "side_grid_power_limit", "national": "national_grid_power_limit"}
    for (scope, name), (limit, drawn) in fleets.items():
        for step, power in drawn.items():
            yield from Finding.unless_at_most(rules[scope], f"{name}, {step}", float(power), limit, "MW")
    sums = {(*fleet, step): value for fleet, (_, drawn) in fleets.items() for step, value in drawn.items()}
    limits = {(*fleet, step): limit for fleet, (limit, drawn) in fleets.items() for step in drawn.index}
    for row in sorted(set(sums).symmetric_difference(reported.index)):
        yield Finding("grid_limits", ", ".join(map(str, row)), say("is missing from the results, or has no limit"))
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
