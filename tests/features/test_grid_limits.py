"""Grid limits: what the grid sets for a hub, a side and the nation, and how fast a site's draw may change.

``FLEET`` is the world of ``tests/features/test_green_power_share.py`` without its share: three sites whose draw is
known, with wind enough at a premium over the grid (peak 2000 h, rest 6760 h):

    site  hub      side  draw [MW]      premium [CNY/MWh]
    near  delta    east  20.07  13.50   10  36
    mid   delta    west   7.80   7.80   14  26
    far   plateau  west   9.60   9.60    8  14

``RAMP`` is the day of ``tests/hours.py`` with a draw of 7.5, 10, 12.5 and 11.5 MW, the grid at 400 CNY/MWh, hydro power
at 450, and a change of 0.4 MW/h at most. From the middle of a timestep to that of the next it is 5 h (night 6 h, morning
4 h), 3.5 h, 4 h and (evening 5 h, night 6 h) 5.5 h, so that the grid may rise by 2 MW to the morning and by 1.4 to noon
and fall by 2.2 from the evening to the night:

    grid 7.5, 9.5, 10.9, 9.7 MW;   hydro 0, 0.5, 1.6, 1.8 MW, 6320 MWh/a at 50 CNY/MWh more than the grid: 316 000
"""

from __future__ import annotations

import pytest

from planner.errors import InvalidInputError
from planner.models.audit import audit
from planner.pipeline.run import warnings_of
from tests.algebra import altered, compiled, cost_of, plan, price_of, rows_of, rules_found, scenario_of
from tests.features.test_green_power_share import FIXED, FREE_COST
from tests.hours import DAY, DURATION
from tests.worlds import World

FLEET = FIXED.replaced(features=(*(name for name in FIXED.features if name != "green_power_share"), "grid_limits"))
HUBS = FLEET.with_rows("hub", [{"hub": "delta", "hub_grid_power_max": 20}, {"hub": "plateau"}])
SIDES = FLEET.with_rows("side", [{"side": "west", "side_grid_power_max": 15}, {"side": "east"}])
NATION = FLEET.with_parameters(national_grid_power_max=30)
CASES: dict[str, tuple[World, str, tuple[str, ...], tuple[str, ...], float, dict[str, float], float]] = {
    # world, rule, index, sites, limit, price by step, cost more
    "hub": (HUBS, "hub_grid_power_limit", ("delta",), ("near", "mid"), 20, {"peak": 20_000, "rest": 175_760},
            7.87 * 20_000 + 1.3 * 175_760),
    "side": (SIDES, "side_grid_power_limit", ("west",), ("mid", "far"), 15, {"peak": 16_000, "rest": 94_640},
             2.4 * 16_000 + 2.4 * 94_640),
    "national": (NATION, "national_grid_power_limit", (), ("near", "mid", "far"), 30,
                 {"peak": 16_000, "rest": 94_640}, 7.47 * 16_000 + 0.9 * 94_640),
}  # fmt: skip

RAMP = DAY.replaced(features=(*DAY.features, "grid_limits")).with_rows(
    "workload_timestep",
    [
        {"workload": "web", "timestep": step, "demand_profile": share}
        for step, share in {"night": 0.75, "morning": 1.0, "noon": 1.25, "evening": 1.15}.items()
    ],
)
RAMP = RAMP.with_cells("site_timestep", "grid_power_price", {"*": 400}).with_cells(
    "site", "grid_ramp_max", {"plain": 0.4}
)
RAMP = RAMP.with_rows("technology", [{"technology": "hydro"}]).with_rows(
    "site_technology",
    [{"site": "plain", "technology": "hydro", "green_capacity_existing": 13, "green_power_price": 450}],
)
SPAN = {"night": 5.5, "morning": 5, "noon": 3.5, "evening": 4}
BEFORE = {"night": "evening", "morning": "night", "noon": "morning", "evening": "noon"}
GRID = {"night": 7.5, "morning": 9.5, "noon": 10.9, "evening": 9.7}
RAMP_COST = 28_800_000 + 316_000


@pytest.mark.parametrize("scope", CASES)
def test_each_fleet_costs_its_merit_order(scope: str) -> None:
    """A fleet above its limit takes the cheapest wind of its sites, in each timestep for itself.

    Proves: the cost by hand, the draw at the limit in both timesteps, its price [CNY/a per MW], and that the table names
    the fleet. Sensitivity: sites of another hub or side, a limit on the year's mean, prices divided by weight.
    """
    world, rule, index, sites, limit, prices, more = CASES[scope]
    results = plan(world)
    assert cost_of(world) - FREE_COST == pytest.approx(more)
    table = results.tables["grid_limits"]
    assert table["scope"].unique().tolist() == [scope]
    assert table["grid_power"].tolist() == pytest.approx([limit, limit])
    assert table["grid_power_max"].tolist() == [limit, limit]
    grid = results.tables["power_supply"]
    drawn = grid[grid["site"].isin(sites)].groupby("timestep")["grid_power"].sum()
    assert drawn.tolist() == pytest.approx([limit, limit])
    assert {step: price_of(results, rule, *index, step) for step in prices} == pytest.approx(prices)
    assert set(results.shadow_prices.loc[lambda p: p["rule"] == rule, "unit"]) == {"CNY/a per MW"}


@pytest.mark.parametrize("scope", CASES)
def test_fleet_algebra(scope: str) -> None:
    """Algebra: the draw of the fleet's sites, each once, is at most its limit, in every timestep.

    Proves: coefficients 1 for just these sites; no rows for a fleet without a limit. Sensitivity: weights in a limit of
    power, a limit of 0 where none is given.
    """
    world, rule, index, sites, limit, prices, _ = CASES[scope]
    rows = rows_of(compiled(world), rule)
    assert set(rows) == {",".join((*index, step)) for step in prices}
    for step in prices:
        row = rows[",".join((*index, step))]
        assert row.coefficients == {f"grid_power[{site},{step}]": 1 for site in sites}
        assert row.upper == limit
    for other in CASES.values():
        assert (rows_of(compiled(world), other[1]) == {}) == (other[1] != rule)


def test_ramps_by_hand() -> None:
    """The grid follows the draw as fast as it may; hydro makes up for the rest.

    Proves: grid power as worked above, 29 116 000 CNY/a; a MW more of rise to the morning saves 50 × (1600 + 1200), one
    to noon 50 × 1200, and one of fall into the night 50 × 2000. Sensitivity: a ramp by timestep in place of by hour,
    the length of one timestep alone, the night without what came before it.
    """
    results = plan(RAMP)
    grid = results.tables["power_supply"].set_index("timestep")["grid_power"]
    assert grid.to_dict() == pytest.approx(GRID)
    assert cost_of(RAMP) == pytest.approx(RAMP_COST)
    up = {step: price_of(results, "grid_ramp_up", "plain", step) for step in DURATION}
    down = {step: price_of(results, "grid_ramp_down", "plain", step) for step in DURATION}
    assert up == pytest.approx({"night": 0, "morning": 140_000, "noon": 60_000, "evening": 0}, abs=1e-6)
    assert down == pytest.approx({"night": 100_000, "morning": 0, "noon": 0, "evening": 0}, abs=1e-6)
    units = results.shadow_prices.set_index("rule")["unit"]
    assert set(units["grid_ramp_up"]) == set(units["grid_ramp_down"]) == {"CNY/a per MW"}
    free = RAMP.with_cells("site", "grid_ramp_max", {"plain": None})
    assert cost_of(free) == pytest.approx(28_800_000)


def test_ramp_algebra() -> None:
    """Algebra: draw less the draw before, and the other way round, within 0.4 MW/h × the hours between the middles.

    Proves: +1, -1 and 0.4 × 5.5, 5, 3.5 and 4 h. Sensitivity: one direction only, hours of the wrong timesteps.
    """
    problem = compiled(RAMP)
    for rule, sign in (("grid_ramp_up", 1), ("grid_ramp_down", -1)):
        rows = rows_of(problem, rule)
        assert set(rows) == {f"plain,{step}" for step in DURATION}
        for step, hours in SPAN.items():
            row = rows[f"plain,{step}"]
            assert row.coefficients == {
                f"grid_power[plain,{step}]": sign,
                f"grid_power[plain,{BEFORE[step]}]": -sign,
            }
            assert row.upper == pytest.approx(0.4 * hours)


def test_a_ramp_needs_an_order_and_a_fleet_does_not() -> None:
    """A draw changes from one timestep to the next; a limit on power holds in each by itself.

    Proves: grid_ramp_max without position is refused, hub_grid_power_max (FIXED has none) is not.
    Sensitivity: a check of the feature as a whole.
    """
    with pytest.raises(InvalidInputError, match="grid_ramp_max looks back in time"):
        scenario_of(RAMP.with_cells("timestep", "position", {"*": None}))
    assert "position" not in FLEET.tables["timestep"][0]
    assert cost_of(FLEET) == pytest.approx(FREE_COST)
    assert plan(FLEET).tables["grid_limits"].empty


def test_a_limit_of_no_site_is_told() -> None:
    """A hub's limit that holds for no site limits nothing, and a note says so.

    Proves: the note and the cost. Sensitivity: a limit of 0 on an empty sum, or silence.
    """
    world = FLEET.with_rows("hub", [{"hub": "nowhere", "hub_grid_power_max": 1}, {"hub": "delta"}, {"hub": "plateau"}])
    assert any("hub_grid_power_max of nowhere limits nothing" in note for note in warnings_of(scenario_of(world)))
    assert cost_of(world) == pytest.approx(FREE_COST)


@pytest.mark.parametrize("factor", [1.001, -1.0, float("nan")])
@pytest.mark.parametrize(("column", "rule"), [("grid_power", "grid_limits"), ("grid_power_max", "grid_power_max")])
def test_planted_faults_are_found(column: str, rule: str, factor: float) -> None:
    """Every number of the table is checked: one part in a thousand, a turned sign, an empty cell.

    Proves: the finding names the table or the parameter. Sensitivity: a table that is only shown.
    """
    results = plan(HUBS)
    assert rules_found(results) == set()
    tables = altered(results.tables, "grid_limits", column, lambda old: old * factor, timestep="rest")
    assert rule in rules_found(results, tables)


def test_another_fleet_is_found() -> None:
    """A row of a hub that has no limit is a finding, and so is the one it is in place of.

    Proves: the feature names both. Sensitivity: rows that are not looked for.
    """
    results = plan(HUBS)
    assert "grid_limits" in rules_found(results, altered(results.tables, "grid_limits", "name", "plateau"))


@pytest.mark.parametrize("scope", CASES)
def test_audit_checks_fleets_by_itself(scope: str) -> None:
    """A plan held against a tighter limit fails the rule, and says so of the parameter as the table gives it.

    Proves: each scope under its own name. Sensitivity: the limit taken from the results.
    """
    world, rule, _, _, limit, *_ = CASES[scope]
    results = plan(world)
    if scope == "national":
        tighter = world.with_parameters(national_grid_power_max=limit - 1)
    else:
        rows = [
            {key: value - 1 if key.endswith("_max") and value else value for key, value in row.items()}
            for row in world.tables[scope]
        ]
        tighter = world.with_rows(scope, rows)
    found = {finding.rule for finding in audit(scenario_of(tighter), results.tables, results.summary)}
    assert found == {rule, "grid_power_max"}


def test_audit_checks_ramps_by_itself() -> None:
    """A plan held against a slower grid fails both directions, and just these.

    Proves: grid_ramp_up and grid_ramp_down at 0.39 MW/h. Sensitivity: durations left out of the pace.
    """
    results = plan(RAMP)
    slower = scenario_of(RAMP.with_cells("site", "grid_ramp_max", {"plain": 0.39}))
    found = {finding.rule for finding in audit(slower, results.tables, results.summary)}
    assert found == {"grid_ramp_up", "grid_ramp_down"}
